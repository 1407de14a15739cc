"""Points on rings: something with depth to look at."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from mathviz.trace import Claim, Trace


@dataclass(frozen=True)
class Rings(Trace):
    """Points [ring point xyz] on rings of one radius, each higher than the last."""

    points: Float[ndarray, "ring point 3"]

    @property
    def rings(self) -> int:
        return len(self.points)

    def check(self) -> list[Claim]:
        radii = np.linalg.norm(self.points[..., :2], axis=-1)
        return [Claim("all rings have one radius", bool(np.allclose(radii, 2.0)), "2")]


def stack(rings: int = 5, points: int = 40) -> Rings:
    """Rings over each other."""
    turn = np.linspace(0, 2 * np.pi, points, endpoint=False)
    ring = 2 * np.stack([np.cos(turn), np.sin(turn), 0 * turn], axis=-1)
    return Rings(np.stack([ring + 0.6 * k * np.array([0, 0, 1.0]) for k in range(rings)]))
