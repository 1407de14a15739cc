"""One particle run to its end again and again from where it is least decided: only the draws differ.

The network, the schedule and the place are the same in every run, so whatever ends apart was set apart by draws.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32
from numpy import ndarray
from scipy.stats import binomtest

from mathviz.concepts.reverse_chain import NEAR, ReverseChain, packed
from mathviz.concepts.shared.distances import to_nearest
from mathviz.concepts.shared.oracles import Schedule
from mathviz.concepts.shared.reverse_steps import Predictor, run_back
from mathviz.trace import Claim


@dataclass(frozen=True)
class FreshDraws(ReverseChain):
    """Runs of the hero from the poised moment on, each with draws of its own."""

    reruns: Float32[ndarray, "later rerun two"]  # every stride-th moment from the poised one down to 0

    tolerances = {**ReverseChain.tolerances, "reruns": 1e-2}  # noqa: RUF012

    @property
    def runs(self) -> int:
        """How many they are."""
        return self.reruns.shape[1]

    @property
    def rises(self) -> ndarray:
        """Whether each of them ends on the upper moon, which is the first, [rerun]."""
        upper, lower = (to_nearest(self.reruns[-1].astype(float), moon) for moon in np.split(self.moons, 2))
        found: ndarray = (upper < lower) & (upper < NEAR)
        return found

    @property
    def up(self) -> int:
        """How many of them do."""
        return int(self.rises.sum())

    def check(self) -> list[Claim]:
        return draw_claims(self)


def run_again(
    noise_of: Predictor, schedule: Schedule, place: ndarray, poised: int, runs: int, stride: int, seed: int
) -> ndarray:
    """Runs from one ``place`` [two] at the ``poised`` moment, [later rerun two]; their draws disturb no others'."""
    rest, random = Schedule(schedule.betas[:poised]), np.random.default_rng((seed, runs))
    return packed(run_back(noise_of, rest, np.repeat(place[None], runs, axis=0), random)[::stride])


def draw_claims(trace: FreshDraws) -> list[Claim]:
    """About where the draws lead."""
    begin = trace.paths[trace.frame_of(int(trace.poised)), int(trace.hero)]
    upper, lower = np.split(trace.moons, 2)
    on_moons = float((to_nearest(trace.reruns[-1].astype(float), trace.moons) < NEAR).mean())
    even = binomtest(trace.up, trace.runs).pvalue
    return [
        Claim("all runs begin where the hero is poised", bool((trace.reruns[0] == begin).all()), f"{trace.runs} runs"),
        Claim("on average the first moon is above the second", upper[:, 1].mean() > lower[:, 1].mean() + 1,
              f"{upper[:, 1].mean() - lower[:, 1].mean():.2f} higher"),
        Claim("fresh draws lead to both moons", min(trace.up, trace.runs - trace.up) > 0.25 * trace.runs,
              f"{trace.up} of {trace.runs} to the upper"),
        Claim("as evenly as its odds are", even > 0.01, f"p = {even:.2f} of as uneven a count"),
        Claim("and end on a moon, as samples do", on_moons > 0.9, f"{on_moons:.1%}"),
    ]  # fmt: skip
