"""Walks of noise from one start, and what many kicks in a row come to: one, of the variance of them all.

Two neighbouring steps x_c = √(ᾱ_c/ᾱ_a) x_a + √(1 − ᾱ_c/ᾱ_a) ε are one of the same form; so two, four, eight are,
and at last the whole walk is one leap (Ho et al. 2020, equation 4).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float32, Float64, Int64
from numpy import ndarray
from scipy import stats

from mathviz.concepts.forward_chain import ForwardChain
from mathviz.concepts.reverse_chain import packed
from mathviz.concepts.shared import noising
from mathviz.concepts.shared.distances import floor, w2
from mathviz.concepts.shared.oracles import Schedule
from mathviz.trace import Claim

LOOKED_AT = 2
"""Of so many steps in a row each half is shown."""


@dataclass(frozen=True)
class FusedKicks(ForwardChain):
    """The hero is the particle of ``cloud`` that begins farthest from the middle; its walk is the first of many.

    ``level`` counts from 0: there 2^level steps are taken for one.
    """

    hero: Int64[ndarray, ""]
    jump: Int64[ndarray, ""]  # how many steps the walks take, a power of two
    entered: Int64[ndarray, ""]  # the moment before the steps of the hero's walk that are looked at
    might: Float32[ndarray, "speck two"]  # draws of where the first of these might have led
    might_two: Float32[ndarray, "speck two"]  # and of where a second one might have led from there
    crowd: Int64[ndarray, ""]  # points of a cloud whose distance is taken
    walk: Float64[ndarray, "walked two"]  # the hero's, at every moment from 0 to ``jump``
    walks: Float32[ndarray, "look walk two"]  # at every ``stride``-th; the first is the hero's
    leaps: Float32[ndarray, "walk two"]  # as many draws by the one formula
    fused_mean: Float64[ndarray, "level"]  # of fused kicks by their own size, over all walks
    fused_variance: Float64[ndarray, "level"]
    fused_gap: Float64[ndarray, "level"]  # the largest gap between their distribution function and the Gaussian's
    fused_memory: Float64[ndarray, "pair"]  # correlation of one with the next, all levels but the last
    distance: Float64[ndarray, "trial"]  # W2 between 1000 walks' ends and as many leaps
    distance_of_leaps: Float64[ndarray, "trial"]  # W2 between two such clouds of leaps

    tolerances = {  # noqa: RUF012
        **ForwardChain.tolerances,
        "walk": 1e-9,
        **dict.fromkeys(("walks", "leaps", "might", "might_two"), 1e-3),
        **dict.fromkeys(("fused_mean", "fused_variance", "fused_gap", "fused_memory"), 1e-6),
        **dict.fromkeys(("distance", "distance_of_leaps"), 1e-6),
    }

    @property
    def start(self) -> ndarray:
        """Where the hero begins, [two]."""
        return self.walk[0]

    @property
    def levels(self) -> int:
        """How often steps can be taken two by two until one is left."""
        return len(self.fused_mean) - 1

    @property
    def kept_at_the_jump(self) -> float:
        """√ᾱ there: how much of the start is in the leap, and ``noise_at_the_jump``, how much noise."""
        return float(self.schedule.signal[self.jump])

    @property
    def noise_at_the_jump(self) -> float:
        return float(self.schedule.noise[self.jump])

    def step(self, moment: int) -> ndarray:
        """The hero before a step of its walk, shrunk, and after its kick, [three two]."""
        before = self.walk[moment]
        return np.stack([before, np.sqrt(1 - self.betas[moment]) * before, self.walk[moment + 1]])

    @property
    def entered_steps(self) -> ndarray:
        """A few of its steps, [step three two]."""
        return np.array([self.step(int(self.entered) + at) for at in range(LOOKED_AT)])

    @property
    def two_steps(self) -> tuple[float, float]:
        """√(α_t α_{t−1}) and √(1 − α_t α_{t−1}) of the first two of these: what they keep, and how far they scatter."""
        kept = float(np.prod(1 - self.betas[int(self.entered) :][:2]))
        return float(np.sqrt(kept)), float(np.sqrt(1 - kept))

    @property
    def times(self) -> float:
        """How many times as long as a shrink a kick of the hero's walk is on average."""
        stops = np.array([self.step(moment) for moment in range(int(self.jump))])
        shrinks, kicks = (np.linalg.norm(way, axis=-1).mean() for way in np.diff(stops, axis=1).swapaxes(0, 1))
        return float(kicks / shrinks)

    @property
    def apart(self) -> float:
        """W2 between walks and leaps, mean of the trials; ``chance`` that between leaps, ``band`` its deviation."""
        return float(self.distance.mean())

    @property
    def chance(self) -> float:
        return float(self.distance_of_leaps.mean())

    @property
    def band(self) -> float:
        return float(self.distance_of_leaps.std(ddof=1))

    def check(self) -> list[Claim]:
        starts = np.linalg.norm(self.cloud[0].astype(float), axis=1)
        specks = (self.might.astype(float) - self.entered_steps[0, 1]) / np.sqrt(self.betas[self.entered])
        kept, scatter = self.two_steps
        both = (self.might_two.astype(float) - kept * self.walk[self.entered]) / scatter
        kicks = self.walk[1:] - np.sqrt(1 - self.betas[: self.jump, None]) * self.walk[:-1]
        return [
            *super().check(),
            Claim.exact("the hero begins farthest from the middle", self.hero, starts.argmax()),
            Claim.close("its walk begins there, and all others do", self.walks[0], self.start, 1e-3),
            Claim.close("and is the first of the walks", self.walks[:, 0], self.walk[:: int(self.stride)], 1e-3),
            Claim.between("its kicks are as large as √β", 0.85, (kicks**2 / self.betas[: self.jump, None]).mean(),
                          1.15),
            Claim.close("where a step might lead is its shrunk place and kicks of that size",
                        [*specks.mean(axis=0), *specks.std(axis=0)], [0, 0, 1, 1], 0.15),
            Claim.close("where two steps might lead is a Gaussian too, and its variance their sum",
                        [*both.mean(axis=0), *both.std(axis=0)], [0, 0, 1, 1], 0.15),
            Claim.close("fused kicks have the mean zero", self.fused_mean, 0.0, 0.03),
            Claim.close("and the variance of all of them", self.fused_variance, 1.0, 0.05),
            Claim.below("and are Gaussian", self.fused_gap.max(), 0.02),
            Claim.below("and know nothing of each other", np.abs(self.fused_memory).max(), 0.03),
            Claim.between("walks are as far from leaps as leaps are", self.chance - 2 * self.band, self.apart,
                          self.chance + 2 * self.band),
        ]  # fmt: skip


def walk_and_leap(
    schedule: Schedule, start: ndarray, jump: int, entered: int, walks: int, shown: int, trials: int, stride: int,
    random: np.random.Generator,
) -> dict[str, Any]:  # fmt: skip
    """So many walks of ``jump`` steps from ``start`` [two], their steps taken two by two, and leaps beside them."""
    states = noising.run_chain(np.tile(start, (walks, 1)), Schedule(schedule.betas[:jump]), random)
    shrunk, beta = np.sqrt(1 - schedule.betas[entered]) * states[entered, 0], schedule.betas[entered]
    might = shrunk + np.sqrt(beta) * random.standard_normal((shown, 2))
    fused = [fuse(states, schedule, 2**level) for level in range(jump.bit_length())]
    size = walks // trials

    def leap() -> ndarray:
        return noising.one_shot(np.tile(start, (size, 1)), schedule, jump, random)

    ends = states[-1].reshape(trials, size, 2)
    return {
        "jump": np.array(jump), "entered": np.array(entered), "walk": states[:, 0],
        "might": might.astype(np.float32), "crowd": np.array(size),
        "might_two": np.add(*noising.one_step(might, schedule.betas[entered + 1], random)).astype(np.float32),
        "walks": packed(states[::stride, :shown]),
        "leaps": packed(leap()[:shown]), "fused_mean": np.array([each.mean() for each in fused]),
        "fused_variance": np.array([each.var() for each in fused]),
        "fused_gap": np.array([stats.kstest(each[::-(-each.size // 40_000)], "norm").statistic
                               for each in (kicks.ravel() for kicks in fused)]),
        "fused_memory": np.array([np.corrcoef(each[:-1].ravel(), each[1:].ravel())[0, 1] for each in fused[:-1]]),
        "distance": np.array([w2(end, leap()) for end in ends]), "distance_of_leaps": floor(leap, w2, trials),
    }  # fmt: skip


def fuse(states: ndarray, schedule: Schedule, count: int) -> ndarray:
    """The kick that so many steps in a row come to, by its own size, [segment walk two], of [moment walk two]."""
    stops, kept = states[::count], schedule.kept[: len(states) : count]
    left = (kept[1:] / kept[:-1])[:, None, None]
    return (stops[1:] - np.sqrt(left) * stops[:-1]) / np.sqrt(1 - left)
