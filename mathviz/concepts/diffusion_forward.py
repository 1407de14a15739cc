"""The forward process of DDPM (Ho et al. 2020): a long chain of small steps, any of which one formula reaches.

Each step shrinks a little and adds a little noise, so the variance stays one. Neighbouring kicks are one Gaussian
kick again; taken two by two the whole walk is one leap. Chain and leaps are compared as whole clouds of data, with
the distance that chance alone leaves between two clouds of leaps. Nothing is learned.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np
from jaxtyping import Float32, Float64, Int64
from numpy import ndarray

from mathviz.concepts.forward_chain import run_forward
from mathviz.concepts.fused_kicks import FusedKicks, walk_and_leap
from mathviz.concepts.reverse_chain import packed
from mathviz.concepts.shared import noising
from mathviz.concepts.shared.data import two_moons
from mathviz.concepts.shared.distances import farthest_within, floor, w2
from mathviz.concepts.shared.oracles import linear_schedule
from mathviz.trace import Claim


@dataclass(frozen=True)
class DiffusionForward(FusedKicks):
    """The chain, the leap that replaces it, and how far apart both are after some numbers of steps."""

    compared: Int64[ndarray, "comparison"]  # moments
    leapt: Float32[ndarray, "comparison particle two"]  # the starts of ``cloud``, each by one formula
    far: Float64[ndarray, "comparison round"]  # W2 between 1000 particles of the chain and as many leaps of fresh data
    far_by_chance: Float64[ndarray, "comparison round"]  # W2 between two such clouds of leaps
    bits_left: Float64[ndarray, ""]  # KL(q(x_T | x_0) ‖ N(0, I)) in bits per pixel, mean over scikit-learn's digits

    tolerances = {  # noqa: RUF012
        **FusedKicks.tolerances,
        "leapt": 1e-3,
        **dict.fromkeys(("far", "far_by_chance", "bits_left"), 1e-6),
    }

    @property
    def first(self) -> int:
        """The fewest steps after which both are compared, and ``first_gap``, W2 of both and by chance there."""
        return int(self.compared[0])

    @property
    def first_gap(self) -> tuple[float, float]:
        return float(self.far[0].mean()), float(self.far_by_chance[0].mean())

    def check(self) -> list[Claim]:
        over = (self.far.mean(axis=1) - self.far_by_chance.mean(axis=1)) / self.far_by_chance.std(axis=1, ddof=1)
        return [
            *super().check(),
            Claim.below("the chain is as far from leaps as leaps are, after any of the numbers of steps",
                        float(np.abs(over).max()), 2.0, "{:.2f} deviations"),
            Claim.below("less than 1e-4 bit per pixel is left of an image", self.bits_left, 1e-4),
        ]  # fmt: skip


def trace_diffusion_forward(
    *, particles: int = 20_000, shown: int = 600, loose: int = 300, stride: int = 4, jump: int = 512,
    entered: int = 448, walks: int = 10_000, walks_shown: int = 300, trials: int = 10,
    compared: tuple[int, ...] = (100, 250, 500, 1000), rounds: int = 10, seed: int = 0,
) -> DiffusionForward:  # fmt: skip
    """Run the chain on draws of two moons, walk many times from one of them, and leap beside both.

    The first ``shown`` of ``particles`` are kept at every ``stride``-th moment, which must divide the 1000 steps.
    """
    random, schedule, data = np.random.default_rng(seed), linear_schedule(), two_moons()
    chain, snaps = run_forward(data, schedule, particles, shown, loose, stride, compared, random)
    starts, size = chain["cloud"][0].astype(float), particles // (2 * rounds)
    hero = farthest_within(starts, np.inf)
    walked = walk_and_leap(schedule, starts[hero], jump, entered, walks, walks_shown, trials, stride, random)

    def leaps(moment: int) -> ndarray:
        return noising.one_shot(data.draw(size, random), schedule, moment, random)

    return DiffusionForward(
        **chain, **walked, hero=np.array(hero), compared=np.array(compared),
        leapt=packed(np.array([noising.one_shot(starts, schedule, moment, random) for moment in compared])),
        far=np.array([[w2(state[at * size :][:size], leaps(moment)) for at in range(rounds)]
                      for moment, state in zip(compared, snaps, strict=True)]),
        far_by_chance=np.array([floor(partial(leaps, moment), w2, rounds) for moment in compared]),
        bits_left=np.array(noising.bits_left(schedule)),
    )  # fmt: skip
