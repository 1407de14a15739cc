"""The reverse process of DDPM (Ho et al. 2020, algorithm 2): from pure noise back to two moons.

Sampled on its own with the trained network, not the forward chain played backwards. Beside it stand the
exact answers, and the same sampler without its fresh noise, which collapses whatever answers it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32, Float64, Int64
from numpy import ndarray
from numpy.random import Generator

from mathviz.concepts.denoiser import Denoiser
from mathviz.concepts.shared.data import two_moons
from mathviz.concepts.shared.oracles import Mixture, Schedule, linear_schedule
from mathviz.trace import Claim, Trace

NEAR = 0.3
"""How far from a moon's ridge a point may be to count as of the moons: three standard deviations."""

LOOKS = 300
"""Points of the loss curve, each the mean of as many updates."""

Predictor = Callable[[ndarray, int], ndarray]
"""Points [point two] and the moment → the noise that is thought to be in them, [point two]."""


@dataclass(frozen=True)
class DiffusionReverse(Trace):
    """Samples on their way from noise to data, one of them with all its possible origins, and a knock-out.

    ``frame`` counts every ``stride``-th moment from T down to 0. The ``shown`` are the first of the samples.
    """

    betas: Float64[ndarray, "step"]
    stride: Int64[ndarray, ""]
    moons: Float64[ndarray, "component two"]  # the centres of the data's components, along one moon, then the other
    paths: Float32[ndarray, "frame shown two"]
    without_noise: Float32[ndarray, "frame shown two"]  # same start, same network, nothing fresh
    samples: Float32[ndarray, "sample two"]
    spread: Float64[ndarray, "frame two"]  # standard deviation over all samples
    spread_without_noise: Float64[ndarray, "frame two"]  # of the knock-out
    spread_without_noise_exact: Float64[ndarray, "frame two"]  # with the exact answer in the network's place
    updates: Int64[ndarray, ""]  # of the training
    loss: Float64[ndarray, "look"]  # means of equal runs of updates
    floor: Float64[ndarray, ""]  # no network's loss can be lower
    last_loss: Float64[ndarray, ""]
    places: Float64[ndarray, "place two"]
    field_moments: Int64[ndarray, "field"]
    score_exact: Float32[ndarray, "field place two"]
    score_learned: Float32[ndarray, "field place two"]
    cosine: Float64[ndarray, "field"]  # between both, over draws of that moment
    hero: Int64[ndarray, ""]  # one of the shown
    origins: Float32[ndarray, "frame component two"]  # where it may have come from, by component
    chances: Float32[ndarray, "frame component"]  # and how probably
    mean_origin: Float64[ndarray, "frame two"]  # E[x_0 | x_t], exact
    zoom: Float64[ndarray, "zoomed three two"]  # the hero: before a step, after its mean, after the fresh noise
    zoom_noise: Float64[ndarray, "zoomed two"]  # what the network answered there
    zoom_from: Int64[ndarray, ""]  # moment before the first of these steps
    near: Float64[ndarray, ""]  # share of samples on the moons
    near_data: Float64[ndarray, ""]  # the same of fresh data
    distance: Float64[ndarray, "pair"]  # W2 between samples and fresh data
    distance_of_data: Float64[ndarray, "pair"]  # W2 between two draws of fresh data

    tolerances = {  # noqa: RUF012
        **dict.fromkeys(("betas", "floor", "last_loss", "loss", "places", "moons"), 1e-9),
        **dict.fromkeys(("score_exact", "score_learned", "cosine", "distance_of_data", "zoom_noise"), 1e-4),
        # a thousand steps through the network magnify how another processor rounds
        **dict.fromkeys(("paths", "without_noise", "samples", "spread", "spread_without_noise", "zoom"), 1e-2),
        **dict.fromkeys(("spread_without_noise_exact", "origins", "chances", "mean_origin"), 1e-2),
        **dict.fromkeys(("near", "near_data", "distance"), 1e-2),
    }

    @property
    def schedule(self) -> Schedule:
        return Schedule(self.betas)

    @property
    def steps(self) -> int:
        """Steps of the chain, T."""
        return len(self.betas)

    @property
    def shown(self) -> int:
        """Particles that are drawn."""
        return self.paths.shape[1]

    @property
    def near_share(self) -> float:
        """Share of the samples on the moons, for captions."""
        return float(self.near)

    def frame_of(self, moment: int) -> int:
        """The frame at a moment of the chain."""
        return (self.steps - moment) // int(self.stride)

    def moment_of(self, frame: int) -> int:
        """The moment of the chain at a frame."""
        return self.steps - frame * int(self.stride)

    def fan_spread(self) -> ndarray:
        """Standard deviation of the possible origins over both axes, from the fan alone, [frame]."""
        chances, origins = self.chances.astype(float), self.origins.astype(float)
        squares = ((origins - self.mean_origin[:, None]) ** 2).sum(axis=-1)
        return np.sqrt((chances * squares).sum(axis=1))

    def check(self) -> list[Claim]:
        return self.fan_claims() + self.network_claims() + self.sampler_claims()

    def fan_claims(self) -> list[Claim]:
        """About the possible origins of the hero."""
        fan = np.einsum("fc,fca->fa", self.chances.astype(float), self.origins.astype(float))
        off, spread = float(np.abs(fan - self.mean_origin).max()), self.fan_spread()
        return [
            Claim("the mean of all origins is the exact posterior mean", off < 1e-6, f"{off:.1e}"),
            Claim("all chances of an origin add up to one", np.allclose(self.chances.sum(axis=1), 1, atol=1e-5),
                  f"{len(self.chances)} frames"),
            Claim("at first the hero may come from anywhere", abs(spread[0] - np.sqrt(2)) < 0.02, f"± {spread[0]:.3f}"),
            Claim("at last it can only come from where it is", spread[-1] < 1e-6, f"± {spread[-1]:.1e}"),
        ]  # fmt: skip

    def network_claims(self) -> list[Claim]:
        """About the network's answers."""
        off = float(np.abs(self.zoom[:, 1] - _posterior_mean_step(self)).max())
        least, over = float(self.cosine.min()), float(self.last_loss - self.floor)
        return [
            Claim("the loss stops at its floor, not above and not below", abs(over) < 0.01, f"{over:+.4f}"),
            Claim("learned and exact score point alike", least > 0.94, f"cosine {least:.3f}"),
            Claim("a step goes to the posterior mean of Ho et al., equation 7", off < 1e-9, f"{off:.1e}"),
        ]

    def sampler_claims(self) -> list[Claim]:
        """About the samples, with and without fresh noise."""
        variance = float(np.abs(self.spread**2 - 1).max())
        near, ours, usual = float(self.near), float(self.distance.mean()), float(self.distance_of_data.mean())
        same_start = np.array_equal(self.paths[0], self.without_noise[0])
        late = self.frame_of(self.steps // 5)
        collapsed, exact = self.spread_without_noise[late].max(), self.spread_without_noise_exact[late].max()
        return [
            Claim("with fresh noise the variance stays one", variance < 0.15, f"within {variance:.3f}"),
            Claim("nearly all samples are on the moons", near > 0.97, f"{near:.1%}, of data {self.near_data:.1%}"),
            Claim("samples are about as far from data as data are", ours < 1.5 * usual, f"{ours:.3f} and {usual:.3f}"),
            Claim("both runs begin with the same noise", same_start, f"{self.shown} particles"),
            Claim("without fresh noise the cloud collapses", collapsed < 0.05, f"spread {collapsed:.3f}"),
            Claim("with the exact answer it does so too", exact < 0.05, f"spread {exact:.3f}"),
        ]


def trace_diffusion_reverse(
    denoiser: Denoiser, *, samples: int = 2000, shown: int = 400, stride: int = 4, hero: int = 155,
    fields: tuple[int, ...] = (700, 400, 200, 40), zoom_from: int = 40, zoomed: int = 5, pairs: int = 10,
    seed: int = 3,
) -> DiffusionReverse:  # fmt: skip
    """Sample with the trained network, with and without fresh noise, and put the exact answers beside it."""
    random, schedule, data = np.random.default_rng(seed), linear_schedule(), two_moons()
    start = random.standard_normal((samples, 2))
    states = run_back(denoiser.noise, schedule, start, random)
    silent = run_back(denoiser.noise, schedule, start[:shown], None)
    exact = run_back(exact_answer(data, schedule), schedule, start[:shown], None)
    kept, last = states[::stride], states[-1]
    levels = list(zip(schedule.signal[::-stride], schedule.noise[::-stride], strict=True))
    one = list(zip(kept[:, hero : hero + 1], levels, strict=True))
    grid = np.linspace(-2.1, 2.1, 15)
    places = np.stack(np.meshgrid(grid, grid), axis=-1).reshape(-1, 2)
    zooms = [_zoomed(denoiser.noise, schedule, states[:, hero], zoom_from - index) for index in range(zoomed)]
    size = min(samples, 1000)
    ours, fresh, other = (data.draw(pairs * size, random).reshape(pairs, size, 2) for _ in range(3))
    return DiffusionReverse(
        betas=schedule.betas, stride=np.array(stride), moons=data.means, paths=kept[:, :shown].astype(np.float32),
        without_noise=silent[::stride].astype(np.float32), samples=last.astype(np.float32),
        spread=kept.std(axis=1), spread_without_noise=silent[::stride].std(axis=1),
        spread_without_noise_exact=exact[::stride].std(axis=1), updates=np.array(len(denoiser.loss)),
        loss=denoiser.loss[: len(denoiser.loss) // LOOKS * LOOKS].reshape(LOOKS, -1).mean(axis=1),
        floor=denoiser.floor, last_loss=np.array(denoiser.last_loss), places=places, field_moments=np.array(fields),
        score_exact=np.array([data.mixed(schedule.signal[t], schedule.noise[t]).score(places) for t in fields], "f4"),
        score_learned=np.array([-denoiser.noise(places, t) / schedule.noise[t] for t in fields], "f4"),
        cosine=np.array([denoiser.agreement(t)[1] for t in fields]), hero=np.array(hero),
        origins=np.array([data.origins(point, *level)[0] for point, level in one], np.float32),
        chances=np.array([data.mixed(*level).responsibilities(point)[0] for point, level in one], np.float32),
        mean_origin=np.array([data.posterior_mean(point, *level)[0] for point, level in one]),
        zoom=np.array([places for places, _ in zooms]), zoom_noise=np.array([noise for _, noise in zooms]),
        zoom_from=np.array(zoom_from), near=np.array(on_the_moons(last, data)),
        near_data=np.array(on_the_moons(fresh.reshape(-1, 2), data)),
        distance=np.array([wasserstein(last[:size], each) for each in ours]),
        distance_of_data=np.array([wasserstein(*two) for two in zip(fresh, other, strict=True)]),
    )  # fmt: skip


def mean_step(noise_of: Predictor, schedule: Schedule, points: ndarray, moment: int) -> ndarray:
    """The mean of x_{t−1} given x_t: (x_t − β_t ε/√(1 − ᾱ_t)) / √(1 − β_t)."""
    beta = schedule.betas[moment - 1]
    return (points - beta / schedule.noise[moment] * noise_of(points, moment)) / np.sqrt(1 - beta)


def run_back(noise_of: Predictor, schedule: Schedule, start: ndarray, random: Generator | None) -> ndarray:
    """Ancestral sampling with σ² = β from [particle two], every state from T down to 0: [moment particle two].

    Without ``random`` no fresh noise is added; the last step never adds any.
    """
    states = [start]
    for moment in range(len(schedule.betas), 0, -1):
        state = mean_step(noise_of, schedule, states[-1], moment)
        if random is not None and moment > 1:
            state = state + kick_size(schedule, moment) * random.standard_normal(state.shape)
        states.append(state)
    return np.array(states)


def kick_size(schedule: Schedule, moment: int) -> float:
    """Standard deviation of the fresh noise in the step from this moment: √β_t."""
    return float(np.sqrt(schedule.betas[moment - 1]))


def exact_answer(data: Mixture, schedule: Schedule) -> Predictor:
    """E[ε | x_t] of the data, which is what training makes the network approach."""
    return lambda points, moment: data.expected_noise(points, schedule.signal[moment], schedule.noise[moment])


def on_the_moons(points: ndarray, data: Mixture) -> float:
    """Share of [point two] within NEAR of a component's centre."""
    distance = np.sqrt(((points[:, None] - data.means) ** 2).sum(axis=-1)).min(axis=1)
    return float((distance < NEAR).mean())


def wasserstein(one: ndarray, other: ndarray) -> float:
    """W2 between two sets of as many points each: the cheapest matching, by squared distance."""
    from scipy.optimize import linear_sum_assignment

    cost = ((one[:, None] - other) ** 2).sum(axis=-1)
    return float(np.sqrt(cost[linear_sum_assignment(cost)].mean()))


def _zoomed(noise_of: Predictor, schedule: Schedule, path: ndarray, moment: int) -> tuple[ndarray, ndarray]:
    """One step of a path [moment two]: before it, after its mean, after its fresh noise; and the network's answer."""
    before, after = path[len(schedule.betas) - moment], path[len(schedule.betas) - moment + 1]
    mean = mean_step(noise_of, schedule, before[None], moment)[0]
    return np.array([before, mean, after]), noise_of(before[None], moment)[0]


def _posterior_mean_step(trace: DiffusionReverse) -> ndarray:
    """Ho et al., equation 7, for the zoomed steps: the mean of q(x_{t−1} | x_t, x_0) at the network's own x_0."""
    moments = int(trace.zoom_from) - np.arange(len(trace.zoom))
    kept, before = trace.schedule.kept[moments, None], trace.schedule.kept[moments - 1, None]
    start = (trace.zoom[:, 0] - np.sqrt(1 - kept) * trace.zoom_noise) / np.sqrt(kept)
    beta = 1 - kept / before
    return (np.sqrt(before) * beta * start + np.sqrt(1 - beta) * (1 - before) * trace.zoom[:, 0]) / (1 - kept)
