"""Time as rods of bricks, two for each step: what every step costs, and what its bytes cost."""

from __future__ import annotations

import numpy as np
from manimlib import DOWN, UP
from numpy import ndarray

from mathviz.mobjects.glass import Pane
from mathviz.mobjects.mesh import NOTHING, SOLID, Mesh, Triangles, coloured, join, sheet
from mathviz.mobjects.solids import Blocks
from mathviz.mobjects.tint import Paint, is_dark, mixed, rgb, toned
from mathviz.style import Theme

ROD_WIDTH, ROD_HEIGHT, ROD_PITCH = 2.4, 1.5, 4.2
"""Width and height of a rod, and from one to the next."""

GAP = 0.08
"""Before each step."""

COOLS = 3.0
"""Within so many fixed costs what was done loses its glow."""


class Rods(Mesh):
    """Rods along x, the first one farthest away; each step is a dark brick for its fixed cost and a bright one for its
    bytes. ``show`` takes the size that is sent, in fixed costs; a step sends its share of it, and how late it is.
    """

    def __init__(
        self, theme: Theme, steps: ndarray, shares: ndarray, paints: tuple[Paint, ...], unit: float = 0.8,
        origin: ndarray | None = None,
    ) -> None:  # fmt: skip
        """``steps`` and ``shares`` [rod]; ``unit`` is the length of one fixed cost, in scene units; the farthest rod
        begins at ``origin`` [3]."""
        self.theme, self.steps, self.shares, self.unit = theme, np.asarray(steps), np.asarray(shares), unit
        self.paints = [rgb(theme, paint) for paint in paints]
        self.origin = np.zeros(3) if origin is None else np.asarray(origin, float)
        super().__init__(NOTHING, z_index=SOLID + 1)  # its light is over what stands behind it
        self.show(0.0)

    def show(self, size: float, late: float = np.inf) -> Rods:
        """Another size; what is done when it is so late, in fixed costs."""
        self.size = size
        parts: list[Triangles] = []
        light: list[Triangles] = []
        for rod, (steps, share, paint) in enumerate(zip(self.steps, self.shares, self.paints, strict=True)):
            kinds = 1 + (share * size > 0)  # at no size there are no bytes
            long, gap = self.unit * np.tile([1.0, share * size][:kinds], steps), np.tile([GAP, 0.0][:kinds], steps)
            begins = np.cumsum(long) - long + gap
            long = np.clip(self.unit * late - begins, 1e-3, np.maximum(long - gap, 1e-3))
            begins = np.minimum(begins, self.unit * late)
            centres = np.stack([begins + long / 2, np.full(kinds * steps, -ROD_PITCH * rod)], axis=-1)
            sizes = np.stack([long, np.full(kinds * steps, ROD_WIDTH)], axis=-1)
            fixed = toned(self.theme, "text", 0.36) if is_dark(self.theme) else toned(self.theme, "muted", 0.6)
            colours = np.tile([fixed, paint][:kinds], (steps, 1))
            ends = np.cumsum(np.tile([1.0, share * size][:kinds], steps))
            fresh = np.exp(-np.maximum(late - ends, 0) / COOLS) * (long > 0.01)  # what was just done glows, and cools
            colours = mixed(colours, rgb(self.theme, "text"), 0.9 * fresh)
            bright = np.maximum(fresh, np.tile([0.0, 1.0][:kinds], steps))
            heat = np.tile([0.3, 0.8][:kinds], steps)
            parts.append(Blocks(self.theme, centres, sizes, top=ROD_HEIGHT, side=colours, lid=colours, heat=heat,
                                grey=0.15).triangles)  # fmt: skip
            if is_dark(self.theme) and (on := bright > 0.02).any():
                light.append(self._light(begins[on], long[on], -ROD_PITCH * rod, colours[on], bright[on]))
        points, rgba, corners = join(*parts, *light)
        self.put((points + self.origin, rgba, corners))
        return self

    def _light(
        self, begins: ndarray, long: ndarray, middle: float, paint: ndarray, bright: ndarray
    ) -> Triangles:  # fmt: skip
        """The light over what bytes cost and what was just done, from both edges of the bricks' lids."""
        up = np.linspace(0, 1, 6)
        found = []
        for begin, end, colour, strength in zip(begins, begins + long, paint, 0.3 * bright, strict=True):
            for y in (middle + ROD_WIDTH / 2, middle - ROD_WIDTH / 2):
                points = np.array([[[x, y, ROD_HEIGHT + 0.9 * rise] for rise in up] for x in (begin, end)])
                found.append(sheet(points, coloured(colour, np.broadcast_to(strength * (1 - up) ** 2, (2, 6)))))
        return join(*found)

    def lengths(self, size: float | None = None) -> ndarray:
        """How long the rods are, now or at a size, in scene units, [rod]."""
        return np.asarray(self.unit * self.steps * (1 + self.shares * (self.size if size is None else size)))

    def begin(self, rod: int) -> ndarray:
        """Where a rod's name has room, a point of the world: over the farthest rod, before the others."""
        return self.origin + np.array([0.0, *self._edge(rod)])

    def brick(self, rod: int, part: int, step: int = 0) -> ndarray:
        """Where the name of a step's fixed cost (part 0) or bytes (1) belongs: over the far edge of the farthest rod,
        at the foot of the near edge of the others, where no other rod is beside it. ``step`` -1 is the last."""
        cost, sent = self.unit, self.unit * self.shares[rod] * self.size
        middle = (step % self.steps[rod]) * (cost + sent) + (cost + sent / 2 if part else cost / 2)
        return self.origin + np.array([middle, *self._edge(rod)])

    def side(self, rod: int) -> ndarray:
        """On which side of such a place a name stands, as it is seen."""
        return DOWN if rod else UP

    def _edge(self, rod: int) -> ndarray:
        near, high = (1, ROD_HEIGHT) if rod == 0 else (-1, 0.0)
        return np.array([-ROD_PITCH * rod + near * ROD_WIDTH / 2, high])

    def gate(self, size: float) -> Pane:
        """A pane across all rods where the last one ends at a size: which ends there too takes as long."""
        at, far = float(self.lengths(size)[-1]) if size else 0.0, 0.75 * ROD_WIDTH
        near = -ROD_PITCH * (len(self.steps) - 1) - ROD_WIDTH / 2  # names at the foot of the nearest pass before it
        high = 1.15 * ROD_HEIGHT  # not into what is said above
        corners = np.array([[at, near, 0.0], [at, far, 0.0], [at, far, high], [at, near, high]])
        return Pane(self.theme, self.origin + corners, "text", fill=0.3, edge=1.0, width=6)

    def bounds(self, size: float) -> ndarray:
        """Points [point 3] around the rods as they are at a size, for a shot."""
        near, far = -ROD_PITCH * (len(self.steps) - 1) - ROD_WIDTH / 2, ROD_WIDTH / 2
        corners = np.stack(np.meshgrid([0, self.lengths(size).max()], [near, far], [0, ROD_WIDTH]), axis=-1)
        return self.origin + corners.reshape(-1, 3)
