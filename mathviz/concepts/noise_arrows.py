"""What a network that names the noise answers: arrows to the middle of all possible origins, and the floor of its loss.

Its best answer is E[ε | x_t], known exactly; x_t less that noise is √ᾱ E[x_0 | x_t].
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32, Float64, Int64
from numpy import ndarray

from mathviz.concepts.denoiser import Denoiser
from mathviz.concepts.reverse_chain import NEAR, ReverseChain
from mathviz.concepts.shared.distances import spread, to_nearest
from mathviz.concepts.shared.reverse_steps import exact_answer
from mathviz.trace import Claim

LOOKS = 300
"""Points of the loss curve, each the mean of as many updates."""

AIMED = 30.0
"""Degrees by which an arrow may miss what it points to."""

SETTLED = 40
"""Steps to go when tips count as come to lie on the shrunk moons."""


@dataclass(frozen=True)
class NoiseArrows(ReverseChain):
    """How the loss of the network fell, and its answers for particles on their way."""

    updates: Int64[ndarray, ""]  # of the training
    loss: Float64[ndarray, "reading"]  # means of equal runs of updates
    floor: Float64[ndarray, ""]  # no network's loss can be lower
    last_loss: Float64[ndarray, ""]
    answers: Float32[ndarray, "arrow shown two"]  # the network's noise in the shown, at all looks but the last

    tolerances = {  # noqa: RUF012
        **ReverseChain.tolerances, **dict.fromkeys(("floor", "last_loss", "loss"), 1e-9), "answers": 1e-2,
    }  # fmt: skip

    @property
    def loss_so_far(self) -> ndarray:
        """At every reading the mean of the last tenth of the training so far: it ends on ``last_loss``."""
        sums = np.concatenate([[0.0], np.cumsum(self.loss)])
        ends = np.arange(1, len(sums))
        window = -(-ends // 10)
        return (sums[ends] - sums[ends - window]) / window

    @property
    def readings(self) -> ndarray:
        """After how many updates each point of the loss was taken."""
        return int(self.updates) * np.arange(1, len(self.loss) + 1) / len(self.loss)

    @property
    def slant(self) -> ndarray:
        """Degrees from each arrow to the way to the centre of all data, until the poised moment, [arrow shown]."""
        last = self.frame_of(int(self.poised))
        moments = [self.moment_of(frame) for frame in range(0, last + 1, int(self.apart))]
        places = self.paths[:: int(self.apart)][: len(moments)].astype(float)
        ways = self.schedule.signal[moments][:, None, None] * self.moons.mean(axis=0) - places
        arrows = -self.answers[: len(moments)].astype(float)
        lengths = np.linalg.norm(ways, axis=-1) * np.linalg.norm(arrows, axis=-1)
        return np.degrees(np.arccos(np.clip((ways * arrows).sum(axis=-1) / lengths, -1, 1)))

    @property
    def tips(self) -> ndarray:
        """Where the network's answers point to: the shown less the noise that it sees in them, [arrow shown two].

        That is √ᾱ E[x_0 | x_t] as the network knows it: the middle of all possible origins, shrunk as data are then.
        """
        noise = self.schedule.noise[[self.moment_of(look * int(self.apart)) for look in range(len(self.answers))]]
        return self.paths[:: int(self.apart)][: len(self.answers)] - noise[:, None, None] * self.answers.astype(float)

    @property
    def aimed(self) -> int:
        """How many of the arrows still point to the centre at the poised moment, ``within`` so many degrees."""
        return int((self.slant[-1] < AIMED).sum())

    @property
    def settled(self) -> int:
        """SETTLED, for the scene."""
        return SETTLED

    @property
    def lying(self) -> float:
        """Share of the tips that lie on the moons, as small as those are then, with SETTLED steps to go."""
        look = self.frame_of(SETTLED) // int(self.apart)
        return float((to_nearest(self.tips[look] / self.schedule.signal[SETTLED], self.moons) < NEAR).mean())

    @property
    def within(self) -> float:
        """AIMED, for captions."""
        return AIMED

    @property
    def cosine(self) -> ndarray:
        """Between the network's answers and the exact ones, over the arrows that are drawn, [arrow].

        That is until SETTLED steps to go. Later it says little of a network: the few particles that are still
        between the moons make most of what is missing, and how many they are is chance.
        """
        answers = self.answers[: self.frame_of(SETTLED) // int(self.apart) + 1]
        moments = [self.moment_of(look * int(self.apart)) for look in range(len(answers))]
        places = self.paths[:: int(self.apart)][: len(answers)].astype(float)
        exact = np.array([exact_answer(self.data, self.schedule)(*each) for each in zip(places, moments, strict=True)])
        both, norms = (answers * exact).sum(axis=(1, 2)), [(each.astype(float) ** 2).sum(axis=(1, 2))
                                                           for each in (answers, exact)]  # fmt: skip
        return both / np.sqrt(norms[0] * norms[1])

    def check(self) -> list[Claim]:
        return arrow_claims(self)


def loss_of(denoiser: Denoiser) -> dict[str, ndarray]:
    """How its training went: the fields of NoiseArrows about that."""
    whole = len(denoiser.loss) // LOOKS * LOOKS
    return {
        "updates": np.array(len(denoiser.loss)),
        "loss": denoiser.loss[:whole].reshape(LOOKS, -1).mean(axis=1),
        "floor": denoiser.floor,
        "last_loss": np.array(denoiser.last_loss),
    }


def arrow_claims(trace: NoiseArrows) -> list[Claim]:
    """About where the network's answers point, and the loss at which its training stopped."""
    over, aimed = float(trace.last_loss - trace.floor), (trace.slant < AIMED).mean(axis=1)
    poised = trace.frame_of(int(trace.poised)) // int(trace.apart)
    spot, late = (float(spread(trace.tips[look])) for look in (0, poised))
    return [
        Claim("nearly all arrows point to the centre until the poised moment", aimed.min() > 0.95,
              f"{aimed.min():.1%} within {AIMED:.0f} degrees"),
        Claim("at first all answers end in one spot", spot < 0.05, f"spread {spot:.3f}"),
        Claim("by the poised moment their tips have spread", late > 0.4, f"spread {late:.2f}"),
        Claim("in the end nearly all tips lie on the moons", trace.lying > 0.95, f"{trace.lying:.1%}"),
        Claim("the loss that is shown ends on the last and is never below its floor",
              trace.loss_so_far.min() > trace.floor and abs(trace.loss_so_far[-1] - trace.last_loss) < 1e-9,
              f"least {trace.loss_so_far.min():.4f}, floor {trace.floor:.4f}"),
        Claim("the loss stops at its floor, not above and not below", abs(over) < 0.01, f"{over:+.4f}"),
        Claim("learned and exact arrows point alike", trace.cosine.min() > 0.95, f"cosine {trace.cosine.min():.3f}"),
    ]  # fmt: skip
