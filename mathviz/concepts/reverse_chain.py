"""Particles on their way from noise back to two moons, moment by moment: what all who follow them need to know.

``frame`` counts every ``stride``-th moment from T down to 0, ``look`` every ``apart``-th frame.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32, Float64, Int64
from numpy import ndarray

from mathviz.concepts.shared.data import MOON_WIDTH
from mathviz.concepts.shared.distances import to_nearest
from mathviz.concepts.shared.oracles import Mixture, Schedule
from mathviz.trace import Trace

NEAR = 3 * MOON_WIDTH
"""How far from a moon's ridge a point may be to count as of the moons: three standard deviations."""

GRAIN = 2.0**-12
"""Places that are only drawn are kept to this fraction of a unit, which is far below a pixel and packs well."""


@dataclass(frozen=True)
class ReverseChain(Trace):
    """The schedule, the data that it leads back to, and the ways of some particles, one of them the hero."""

    betas: Float64[ndarray, "step"]
    stride: Int64[ndarray, ""]
    apart: Int64[ndarray, ""]
    moons: Float64[ndarray, "component two"]  # the centres of the data's components, along one moon, then the other
    paths: Float32[ndarray, "frame shown two"]
    hero: Int64[ndarray, ""]  # one of the shown
    poised: Int64[ndarray, ""]  # the moment at which the hero is chosen

    tolerances = {  # noqa: RUF012
        **dict.fromkeys(("betas", "moons"), 1e-9),
        "paths": 1e-2,  # a thousand steps through the network magnify how another processor rounds
    }

    @property
    def schedule(self) -> Schedule:
        return Schedule(self.betas)

    @property
    def data(self) -> Mixture:
        """What the moons are: the density that all exact answers are of."""
        return Mixture(self.moons, np.full(len(self.moons), 1 / len(self.moons)), MOON_WIDTH)

    @property
    def steps(self) -> int:
        """Steps of the chain, T."""
        return len(self.betas)

    @property
    def shown(self) -> int:
        """Particles that are drawn."""
        return self.paths.shape[1]

    @property
    def share_of_signal(self) -> ndarray:
        """How much of the mixture is data, [frame]: the signal's factor in the sum of both."""
        signal, noise = self.schedule.signal[:: -int(self.stride)], self.schedule.noise[:: -int(self.stride)]
        return signal / (signal + noise)

    def frame_of(self, moment: int) -> int:
        """The frame at a moment of the chain."""
        return (self.steps - moment) // int(self.stride)

    def moment_of(self, frame: int) -> int:
        """The moment of the chain at a frame."""
        return self.steps - frame * int(self.stride)


def on_the_moons(points: ndarray, data: Mixture) -> ndarray:
    """Share of [point two] within NEAR of a component's centre."""
    return (to_nearest(points, data.means) < NEAR).mean()


def packed(places: ndarray) -> ndarray:
    """Places to the GRAIN, for drawing."""
    return (np.round(places / GRAIN) * GRAIN).astype(np.float32)
