"""Where ranks and chunks are on a round table: the angle is the rank, the radius the chunk. Nothing is drawn.

Chunks have equal areas, because they are equally many bytes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy import ndarray

from mathviz.mobjects.exchange import storeys

HUB, RIM = 1.7, 5.8
"""Inner and outer radius of a table of four ranks; of N, both times √(N/4), so that a gradient keeps its area."""

LANE, APART, OFF = 0.44, 0.14, 0.25
"""Width of a port's lanes, the gap between the two, and how far outside the rim they begin."""

PORTS = OFF + 2 * LANE + APART
"""How far outside the rim the lanes reach."""


@dataclass
class Seating:
    """``ranks`` around the table. While ``fold`` goes from 1 to 0, they spread from where ``before`` ranks stood;
    ``cut`` opens the seams between chunks."""

    ranks: int
    before: int
    fold: float = 0.0
    cut: float = 1.0

    @property
    def wide(self) -> float:
        """Radius of the unfolded table by that of a table of four."""
        return float(np.sqrt(self.ranks / 4))

    @property
    def size(self) -> float:
        """Radius now by that of a table of four."""
        return self.wide + self.fold * (float(np.sqrt(self.before / 4)) - self.wide)

    @property
    def wedges(self) -> tuple[float, float]:
        """The angle that a rank has, and one that comes in: none at all at first, beyond those that were there."""
        wide, few = 2 * np.pi / self.ranks, 2 * np.pi / self.before
        now = wide + self.fold * (few - wide)
        more = self.ranks - self.before
        return now, (2 * np.pi - self.before * now) / more if more > 0 else now

    def middle(self, rank: float | ndarray) -> Any:
        """The angle of a rank's middle."""
        old, new = self.wedges
        last = self.before - 0.5
        return np.pi + np.minimum(rank, last) * old + np.maximum(np.subtract(rank, last), 0.0) * new

    def place(self, rank: ndarray, chunk: ndarray) -> tuple[ndarray, ndarray]:
        """Radii [… 2] and angles [… 2] of chunks. Chunk 0 is outermost."""
        n = self.ranks
        pads = np.radians(3.6) * np.sqrt(4 / np.array([n, self.before]))
        wedge = np.where(np.asarray(rank) < self.before, *self.wedges)
        half = np.maximum(wedge / 2 - pads[0] - self.fold * (pads[1] - pads[0]), 0.0)[..., None]
        squares = HUB**2 + (RIM**2 - HUB**2) * np.stack([n - 1 - chunk, n - chunk], axis=-1) / n
        gap = np.array([1, -1]) * 0.08 * self.cut * np.sqrt(4 / n)
        angles = self.middle(np.asarray(rank, float))[..., None] + half * np.array([-1, 1])
        return self.size * np.sqrt(squares) + gap, angles

    def inside(self, rank: int, chunk: int, height: float, around: float = 0.5, inward: float = 0.5) -> ndarray:
        """A point of the world over a chunk: shares of its length and of its depth from the outer edge."""
        radii, angles = self.place(np.array([rank]), np.array([chunk]))
        return upon(radii[0, 1] - inward * np.ptp(radii), angles[0, 0] + around * np.ptp(angles), height)

    def rim(self, rank: float, out: float = 0.0, height: float = 0.0) -> ndarray:
        """A point so far outside a rank's edge."""
        return upon(RIM * self.size + out, self.middle(rank), height)

    def outside(self, rank: float, ports: float = 1.0) -> ndarray:
        """Where a rank's name stands: outside its edge, or if its ports are shown (1) on its lowest storey's wall."""
        return self.rim(rank, 1.1 * (1 - ports), storeys(1) * (1 - ports / 2))

    def lane(self, direction: int | ndarray) -> ndarray:
        """Inner and outer radius of the lanes out (0) or in (1), [… 2]."""
        inner = RIM * self.size + OFF + np.asarray(direction) * (LANE + APART)
        return np.stack([inner, inner + LANE], axis=-1)

    def facing(self, rank: float) -> float:
        """The camera's theta, in degrees, from which a rank is in front; 0.5 is between the first two."""
        theta = np.degrees(self.middle(rank)) + 90
        return float((theta + 180) % 360 - 180)

    def corners(self, height: float = 1.0, out: float = 0.0) -> ndarray:
        """Points [point 3] around the unfolded table, ``height`` storeys high, for a shot that has to show it all."""
        angles = np.linspace(0, 2 * np.pi, 33)
        return np.array([upon(RIM * self.wide + out, a, z) for a in angles for z in (0.0, storeys(height))])


def upon(radius: float, angle: float, height: float) -> ndarray:
    """A point of the world, [3]."""
    return np.array([radius * np.cos(angle), radius * np.sin(angle), height])
