"""The forward chain of DDPM (Ho et al. 2020, equation 2): each step shrinks a little and adds a little noise.

Beside it the same kicks without the shrinking. Nothing is learned.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float32, Float64, Int64
from numpy import ndarray

from mathviz.concepts.reverse_chain import packed
from mathviz.concepts.shared import noising
from mathviz.concepts.shared.oracles import Mixture, Schedule
from mathviz.trace import Claim, Trace


@dataclass(frozen=True)
class ForwardChain(Trace):
    """``moment`` counts from 0, the data, to T; ``frame`` is every ``stride``-th of them.

    Means and variances are over all particles of the computation, of which ``cloud`` holds the first.
    """

    betas: Float64[ndarray, "step"]
    kept: Float64[ndarray, "moment"]  # ᾱ
    stride: Int64[ndarray, ""]
    moons: Float64[ndarray, "component two"]  # the centres of the data's components, along one moon, then the other
    total: Int64[ndarray, ""]  # particles of the computation
    cloud: Float32[ndarray, "frame particle two"]
    loose: Float32[ndarray, "frame loose two"]  # the same starts and kicks without the shrinking
    mean: Float64[ndarray, "moment two"]
    variance: Float64[ndarray, "moment two"]
    variance_of_kicks: Float64[ndarray, "moment"]  # without the shrinking, over both axes

    tolerances = {  # noqa: RUF012
        **dict.fromkeys(("betas", "kept", "moons", "mean", "variance", "variance_of_kicks"), 1e-9),
        **dict.fromkeys(("cloud", "loose"), 1e-3),  # which are kept to a grain of 1/4096
    }

    @property
    def schedule(self) -> Schedule:
        return Schedule(self.betas)

    @property
    def steps(self) -> int:
        """Steps of the chain, T."""
        return len(self.betas)

    @property
    def mean_steps(self) -> float:
        """How many steps it is on average to a step that is drawn with equal chances from 1 … T."""
        return (self.steps + 1) / 2

    @property
    def half_way(self) -> int:
        """The first moment at which less than half of the variance is the start's."""
        return int(np.flatnonzero(self.kept < 0.5)[0])

    @property
    def signal_at_the_end(self) -> float:
        """√ᾱ_T, the factor of the start in the last state."""
        return float(self.schedule.signal[-1])

    @property
    def widths(self) -> tuple[float, float]:
        """Variances at the end, over both axes: without the shrinking, and with it."""
        return float(self.variance_of_kicks[-1]), float(self.variance[-1].mean())

    def check(self) -> list[Claim]:
        kept, product = self.kept[:, None], np.exp(np.log1p(-self.betas).cumsum())
        kicks = 1 + np.concatenate([[0], np.cumsum(self.betas)])
        return [
            Claim.close("ᾱ is the product of all 1 − β", self.kept[1:] / product, 1, 1e-12),
            Claim.close("the variance is ᾱ·(that of the data) + 1 − ᾱ at every step", self.variance,
                        kept * self.variance[0] + 1 - kept, 0.05),
            Claim.close("the variance stays one at every step", self.variance, 1.0, 0.05),
            Claim.close("the mean is √ᾱ·(that of the data) at every step", self.mean,
                        self.schedule.signal[:, None] * self.mean[0], 0.03),
            Claim.close("without shrinking the variance is 1 + Σβ", self.variance_of_kicks / kicks, 1, 0.03),
            Claim.exact("with and without shrinking begin alike", self.loose[0], self.cloud[0, : self.loose.shape[1]]),
        ]  # fmt: skip


def run_forward(
    data: Mixture, schedule: Schedule, particles: int, shown: int, loose: int, stride: int, compared: tuple[int, ...],
    random: np.random.Generator,
) -> tuple[dict[str, Any], ndarray]:  # fmt: skip
    """Everything of ``ForwardChain``, and all particles at the moments compared, [comparison particle two]."""
    state = kicked = data.draw(particles, random)
    mean, variance, of_kicks, clouds, burst, snaps = [], [], [], [], [], {}
    for moment in range(len(schedule.betas) + 1):
        if moment:
            shrunk, kick = noising.one_step(state, schedule.betas[moment - 1], random)
            state, kicked = shrunk + kick, kicked + kick
        mean.append(state.mean(axis=0))
        variance.append(state.var(axis=0))
        of_kicks.append(kicked.var(axis=0).mean())
        if moment % stride == 0:
            clouds.append(state[:shown])
            burst.append(kicked[:loose])
        if moment in compared:
            snaps[moment] = state
    return {
        "betas": schedule.betas, "kept": schedule.kept, "stride": np.array(stride), "moons": data.means,
        "total": np.array(particles), "cloud": packed(np.array(clouds)), "loose": packed(np.array(burst)),
        "mean": np.array(mean), "variance": np.array(variance), "variance_of_kicks": np.array(of_kicks),
    }, np.array([snaps[moment] for moment in compared])  # fmt: skip
