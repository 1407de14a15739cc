"""Where on the screen something is drawn, and which parts of it changed: boxes and rectangles of pixels.

A box is [x0 y0 x1 y1], the last two exclusive, with row 0 at the bottom as OpenGL has it. Boxes may
be too large, never too small: a pixel outside is not touched.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy import ndarray

CELL = 16
"""Changes are collected on a grid of cells of so many pixels; even, because chroma is half as wide."""

TILE = 64
"""The same, with several samples to a pixel: llvmpipe then draws beyond the left and lower edge of a
scissor, into pixels beside it, but only in those of its tiles of so many pixels that the scissor meets."""

MARGIN = 3
"""Pixels added around every box: one for the fill canvas's filter, the rest for rounding in the shaders."""

FARTHEST = 1e4
"""Half screens: farther out the shaders' 32 bits are worth more than a pixel."""

MOST = 6
"""Rectangles that a frame is redrawn in, at most: each costs a pass over the draws that it meets."""


class Rectangle(NamedTuple):
    """Pixels from (x0, y0) up to and without (x1, y1)."""

    x0: int
    y0: int
    x1: int
    y1: int

    @property
    def width(self) -> int:
        return self.x1 - self.x0

    @property
    def height(self) -> int:
        return self.y1 - self.y0

    @property
    def area(self) -> int:
        return self.width * self.height

    @property
    def viewport(self) -> tuple[int, int, int, int]:
        """As OpenGL names it: a corner and a size."""
        return self.x0, self.y0, self.width, self.height

    def around(self, other: Rectangle) -> Rectangle:
        """The smallest rectangle with both in it."""
        return Rectangle(min(self.x0, other.x0), min(self.y0, other.y0), max(self.x1, other.x1), max(self.y1, other.y1))

    def meets(self, other: Rectangle) -> bool:
        return self.x0 < other.x1 and other.x0 < self.x1 and self.y0 < other.y1 and other.y0 < self.y1

    def widened(self, cell: int) -> Rectangle:
        """Rounded outwards to whole cells of so many pixels."""
        low, high = (self.x0 // cell, self.y0 // cell), (-(-self.x1 // cell), -(-self.y1 // cell))
        return Rectangle(*(cell * at for at in (*low, *high)))

    def within(self, other: Rectangle) -> Rectangle:
        """What they share; they must meet."""
        return Rectangle(max(self.x0, other.x0), max(self.y0, other.y0), min(self.x1, other.x1), min(self.y1, other.y1))


@dataclass(frozen=True)
class View:
    """How manimgl's shaders bring a point to the screen: ``emit_gl_Position``.

    ``matrix`` is 4×4, ``rescale`` are the factors for x, y and z after it, ``width`` and ``height`` pixels.
    """

    matrix: ndarray
    rescale: tuple[float, float, float]
    width: int
    height: int

    def places(self, points: ndarray, fixed: float = 0.0) -> ndarray:
        """Where points [… 3] of the scene come to lie: shares of the picture [… 2] from its left bottom corner.

        NaN for what lies behind the camera. ``fixed`` as for ``boxes``.
        """
        matrix = (1 - fixed) * self.matrix + fixed * np.eye(4)
        moved = (points @ matrix[:3, :3].T + matrix[:3, 3]) * self.rescale
        depth = 1.0 - moved[..., 2:]
        return np.where(depth > 1e-3, moved[..., :2] / np.maximum(depth, 1e-3), np.nan) / 2 + 0.5

    def boxes(self, points: ndarray, reach: ndarray, fixed: float) -> ndarray:
        """Boxes [n 4] of n primitives with corners ``points`` [n k 3], each drawn up to ``reach`` [n] around them.

        ``fixed`` is the shaders' share of not following the camera. What cannot be bounded, because it
        comes near the camera's plane, lies too far out for 32 bits, or is not finite, gets the whole screen.
        """
        matrix = (1 - fixed) * self.matrix + fixed * np.eye(4)
        reach = reach * np.linalg.norm(matrix[:3, :3], 2)
        with np.errstate(all="ignore"):
            moved = (points @ matrix[:3, :3].T + matrix[:3, 3]) * self.rescale
            depth = 1.0 - moved[..., 2]
            nearest = depth.min(axis=1) - reach * abs(self.rescale[2])
            places = moved[..., :2] / depth[..., None]
            # |(x+dx)/(w+dw) − x/w| ≤ (|dx| + |x/w||dw|) / (w − |dw|)
            far = np.abs(places).max(axis=1)
            spread = (reach[:, None] * (np.abs(self.rescale[:2]) + far * abs(self.rescale[2]))) / nearest[:, None]
            half = np.array([self.width, self.height]) / 2
            low = (places.min(axis=1) - spread + 1) * half - MARGIN
            high = (places.max(axis=1) + spread + 1) * half + MARGIN
            ends = np.concatenate([np.floor(low), np.ceil(high)], axis=1)
        unsure = ~np.isfinite(ends).all(axis=1) | ~(nearest > 1e-3) | ~(far < FARTHEST).all(axis=1)
        ends[unsure] = 0, 0, self.width, self.height
        limits = np.array([self.width, self.height, self.width, self.height])
        return np.clip(ends, 0, limits).astype(np.int32)


def whole(width: int, height: int) -> Rectangle:
    """A screen of this size."""
    return Rectangle(0, 0, width, height)


def around(boxes: ndarray) -> Rectangle | None:
    """The smallest rectangle around the boxes that are not empty."""
    boxes = boxes[(boxes[:, 2] > boxes[:, 0]) & (boxes[:, 3] > boxes[:, 1])]
    if not len(boxes):
        return None
    low, high = boxes[:, :2].min(axis=0), boxes[:, 2:].max(axis=0)
    return Rectangle(int(low[0]), int(low[1]), int(high[0]), int(high[1]))


def rectangles(boxes: ndarray, width: int, height: int, cell: int = CELL) -> list[Rectangle]:
    """A few disjoint rectangles that cover the boxes [n 4]: one per cluster, rounded outwards to whole cells."""
    boxes = boxes[(boxes[:, 2] > boxes[:, 0]) & (boxes[:, 3] > boxes[:, 1])]
    if not len(boxes):
        return []
    columns, rows = -(-width // cell), -(-height // cell)
    corners = np.zeros((rows + 1, columns + 1), np.int32)
    x0, y0 = boxes[:, 0] // cell, boxes[:, 1] // cell
    x1, y1 = -(-boxes[:, 2] // cell), -(-boxes[:, 3] // cell)
    np.add.at(corners, (y0, x0), 1)
    np.add.at(corners, (y0, x1), -1)
    np.add.at(corners, (y1, x0), -1)
    np.add.at(corners, (y1, x1), 1)
    touched = corners.cumsum(axis=0).cumsum(axis=1)[:rows, :columns] > 0
    from scipy import ndimage  # who draws nothing need not wait for it

    labels, clusters = ndimage.label(touched)
    if clusters > 4 * MOST:  # merging looks at every pair: look at larger cells instead
        return rectangles(boxes, width, height, 2 * cell)
    found = [
        Rectangle(x.start * cell, y.start * cell, min(x.stop * cell, width), min(y.stop * cell, height))
        for y, x in ndimage.find_objects(labels)
    ]
    return _merged(found)


def _merged(found: list[Rectangle]) -> list[Rectangle]:
    """Disjoint, and at most MOST: those whose common rectangle wastes least are joined first."""
    while True:
        pairs = [
            (one.around(two).area - one.area - two.area, first, second)
            for first, one in enumerate(found) for second, two in enumerate(found[:first])
        ]  # fmt: skip
        waste, first, second = min(pairs, default=(1, 0, 0))
        meeting = any(found[a].meets(found[b]) for _, a, b in pairs)
        if not pairs or (waste > 0 and len(found) <= MOST and not meeting):
            return found
        if waste > 0 and meeting:
            first, second = next((a, b) for _, a, b in pairs if found[a].meets(found[b]))
        joined = found[first].around(found[second])
        found = [rectangle for at, rectangle in enumerate(found) if at not in (first, second)] + [joined]
