"""Where a noisy point came from, exactly: every origin that it may have, how probable each is, and their mean.

The data are a mixture of Gaussians, so the posterior of a point's origin is a closed form at every moment.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32, Float64
from numpy import ndarray

from mathviz.concepts.reverse_chain import NEAR, ReverseChain
from mathviz.concepts.shared.data import MOON_WIDTH
from mathviz.concepts.shared.distances import to_nearest
from mathviz.concepts.shared.oracles import Mixture, Schedule
from mathviz.trace import Claim


@dataclass(frozen=True)
class PossibleOrigins(ReverseChain):
    """The hero's possible origins while it is followed. A spread is a root mean square distance, over both axes."""

    origins: Float32[ndarray, "frame component two"]  # where it may have come from, by component
    chances: Float32[ndarray, "frame component"]  # and how probably
    mean_origin: Float64[ndarray, "frame two"]  # E[x_0 | x_t], exact

    tolerances = {  # noqa: RUF012
        **ReverseChain.tolerances, **dict.fromkeys(("origins", "chances", "mean_origin"), 1e-2),
    }  # fmt: skip

    @property
    def origin_spread(self) -> ndarray:
        """Spread of the hero's possible origins, [frame]: between the drawn lines' ends, and within each component."""
        chances, origins = self.chances.astype(float), self.origins.astype(float)
        squares = ((origins - self.mean_origin[:, None]) ** 2).sum(axis=-1)
        signal, noise = self.schedule.signal[:: -int(self.stride)], self.schedule.noise[:: -int(self.stride)]
        within = 2 * (MOON_WIDTH * noise) ** 2 / (noise**2 + (MOON_WIDTH * signal) ** 2)
        return np.sqrt((chances * squares).sum(axis=1) + within)

    @property
    def chance_of_its_moon(self) -> ndarray:
        """How probable it is that the hero comes from the moon on which it ends, [frame]."""
        one = self.chances.astype(float)[:, : len(self.moons) // 2].sum(axis=1)
        return one if one[-1] > 0.5 else 1 - one

    @property
    def evenness(self) -> ndarray:
        """How near to even are each particle's odds between the moons at the poised moment, [shown]: at most ½.

        The hero is the one with the most even odds.
        """
        return evenness(self.data, self.schedule, self.paths[self.frame_of(int(self.poised))], int(self.poised))

    def check(self) -> list[Claim]:
        return origin_claims(self)


def follow_origins(data: Mixture, schedule: Schedule, path: ndarray, stride: int) -> dict[str, ndarray]:
    """The fields of PossibleOrigins along a ``path`` [frame two], from T down to 0."""
    along = [*zip(path[:, None], schedule.signal[::-stride], schedule.noise[::-stride], strict=True)]
    return {
        "origins": np.array([data.origins(point, *level)[0] for point, *level in along], np.float32),
        "chances": np.array([data.mixed(*level).responsibilities(point)[0] for point, *level in along], np.float32),
        "mean_origin": np.array([data.posterior_mean(point, *level)[0] for point, *level in along]),
    }


def evenness(data: Mixture, schedule: Schedule, points: ndarray, moment: int) -> ndarray:
    """The smaller of both moons' chances to be where each of [point two] came from, [point]."""
    level = schedule.signal[moment], schedule.noise[moment]
    one = data.mixed(*level).responsibilities(points.astype(float))[:, : len(data.means) // 2].sum(axis=1)
    return np.minimum(one, 1 - one)


def origin_claims(trace: PossibleOrigins) -> list[Claim]:
    """About where the hero may have come from in all."""
    drawn = np.einsum("fc,fca->fa", trace.chances.astype(float), trace.origins.astype(float))
    off, origin = float(np.abs(drawn - trace.mean_origin).max()), trace.origin_spread
    gap, frame = float(to_nearest(trace.mean_origin[:1], trace.moons)[0]), trace.frame_of(int(trace.poised))
    one = trace.chances.astype(float)[frame, : len(trace.moons) // 2].sum()
    tweedie = float(np.abs(_tweedie(trace) - trace.mean_origin[:-1]).max())
    return [
        Claim("the mean of all lines drawn is the exact posterior mean", off < 1e-6, f"{off:.1e}"),
        Claim("all chances of an origin add up to one", np.allclose(trace.chances.sum(axis=1), 1, atol=1e-5),
              f"{len(trace.chances)} frames"),
        Claim("at first the hero may come from anywhere", abs(origin[0] - np.sqrt(2)) < 0.02,
              f"± {origin[0]:.3f}"),
        Claim("at last it can only come from where it is", origin[-1] < 1e-6, f"± {origin[-1]:.1e}"),
        Claim("and from the one moon", trace.chance_of_its_moon[-1] > 0.999, f"{trace.chance_of_its_moon[-1]:.2%}"),
        Claim("the average of all origins lies on neither moon", gap > NEAR, f"{gap:.2f} off"),
        Claim("at the poised moment both moons are as likely", abs(one - 0.5) < 0.02, f"{one:.1%}"),
        Claim("the hero is the most undecided of the shown", int(trace.evenness.argmax()) == trace.hero,
              f"number {trace.hero}"),
        Claim("the mean follows from the score, as Tweedie says", tweedie < 1e-3, f"{tweedie:.1e}"),
        Claim("at first all origins are as likely", trace.chances[0].min() > 0.95 * trace.chances[0].max(),
              f"the least {trace.chances[0].min() / trace.chances[0].max():.3f} of the most"),
    ]  # fmt: skip


def _tweedie(trace: PossibleOrigins) -> ndarray:
    """E[x_0 | x_t] of the hero from the exact score, (x_t + (1 − ᾱ_t) ∇log p_t) / √ᾱ_t, [frame two] but the last."""
    schedule, places = trace.schedule, trace.paths[:-1, int(trace.hero)].astype(float)
    found = []
    for frame, place in enumerate(places):
        signal, noise = (each[trace.moment_of(frame)] for each in (schedule.signal, schedule.noise))
        found.append((place + noise**2 * trace.data.mixed(signal, noise).score(place[None])[0]) / signal)
    return np.array(found)
