"""Where a noisy point was one step ago: a small round cloud, into whose middle one pulls and in which one draws.

By Bayes' rule from the data, and by what a network answers (Ho et al. 2020, equation 7 and algorithm 2).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32, Float64
from numpy import ndarray

from mathviz.concepts.possible_origins import PossibleOrigins
from mathviz.concepts.shared.distances import spread
from mathviz.concepts.shared.oracles import Schedule
from mathviz.concepts.shared.reverse_steps import Predictor, kick_size, mean_step
from mathviz.trace import Claim


@dataclass(frozen=True)
class OneStepAgo(PossibleOrigins):
    """The hero's single steps, each a pull to the middle and a kick from there, beside all its possible origins."""

    zoom: Float64[ndarray, "zoomed three two"]  # the hero's first steps: before, after the mean, after the draw
    zoom_noise: Float64[ndarray, "zoomed two"]  # what the network answered there
    step_ago: Float32[ndarray, "zoomed speck two"]  # draws of where it may have been one step ago, by Bayes' rule

    tolerances = {  # noqa: RUF012
        **PossibleOrigins.tolerances,
        **dict.fromkeys(("zoom", "zoom_noise"), 1e-2),
        "step_ago": 1e-4,
    }

    @property
    def step_spread(self) -> ndarray:
        """Spread of where the hero may have been one step ago, [zoomed]."""
        return spread(self.step_ago.astype(float))

    def check(self) -> list[Claim]:
        return [*PossibleOrigins.check(self), *step_claims(self)]


def follow_steps(noise_of: Predictor, schedule: Schedule, path: ndarray, zoomed: int) -> dict[str, ndarray]:
    """The fields of OneStepAgo of a ``path`` [moment two], from T down to 0, but the draws of Bayes' rule.

    ``zoomed`` are its first steps.
    """
    steps = len(schedule.betas)
    zooms = [pull_and_kick(noise_of, schedule, path, steps - step) for step in range(zoomed)]
    return {
        "zoom": np.array([places for places, _ in zooms]),
        "zoom_noise": np.array([noise for _, noise in zooms]),
    }


def pull_and_kick(noise_of: Predictor, schedule: Schedule, path: ndarray, moment: int) -> tuple[ndarray, ndarray]:
    """One step of a path [moment two]: before it, after its mean, after its draw; and the network's answer."""
    before, after = path[len(schedule.betas) - moment], path[len(schedule.betas) - moment + 1]
    mean = mean_step(noise_of, schedule, before[None], moment)[0]
    return np.array([before, mean, after]), noise_of(before[None], moment)[0]


def step_claims(trace: OneStepAgo) -> list[Claim]:
    """About one step: where the hero was before it, and into whose middle the network steps."""
    off = float(np.abs(trace.zoom[:, 1] - _posterior_mean_step(trace)).max())
    kicks = np.array([kick_size(trace.schedule, trace.steps - step) for step in range(len(trace.zoom))])
    specks = trace.step_ago.astype(float)
    centred = specks - specks.mean(axis=1, keepdims=True)
    round_, error = (centred.std(axis=1) / kicks[:, None]), 1 / np.sqrt(2 * specks.shape[1])
    aside = float((np.abs(specks.mean(axis=1) - trace.zoom[:, 1]) / kicks[:, None]).max())
    aslant = float(np.abs((centred[..., 0] * centred[..., 1]).mean(axis=1) / kicks**2).max())
    narrower = trace.origin_spread[0] / trace.step_spread[0]
    return [
        Claim("a step goes to the posterior mean of Ho et al., equation 7", off < 1e-9, f"{off:.1e}"),
        Claim("one step ago it was in a cloud as wide as the kick", np.abs(round_ - 1).max() < 5 * error,
              f"{round_.min():.2f} to {round_.max():.2f} kicks"),
        Claim("that cloud is round", aslant < 5 * error, f"correlation {aslant:.2f}"),
        Claim("the network steps into its middle", aside < 0.3, f"{aside:.2f} kicks aside"),
        Claim("it is far smaller than all origins", narrower > 5, f"{narrower:.1f} times"),
        Claim("its spread is √(2 β)", abs(trace.step_spread[0] / np.sqrt(2 * trace.betas[-1]) - 1) < 5 * error,
              f"{trace.step_spread[0]:.3f}"),
    ]  # fmt: skip


def _posterior_mean_step(trace: OneStepAgo) -> ndarray:
    """Ho et al., equation 7, for the zoomed steps: the mean of q(x_{t−1} | x_t, x_0) at the network's own x_0."""
    moments = trace.steps - np.arange(len(trace.zoom))
    kept, before = trace.schedule.kept[moments, None], trace.schedule.kept[moments - 1, None]
    start = (trace.zoom[:, 0] - np.sqrt(1 - kept) * trace.zoom_noise) / np.sqrt(kept)
    beta = 1 - kept / before
    return (np.sqrt(before) * beta * start + np.sqrt(1 - beta) * (1 - before) * trace.zoom[:, 0]) / (1 - kept)
