"""Upright solids, thousands in one mesh: bricks, towers, slabs, wedges of a ring, with cells of values on their lids.

Lids are lit fully; sides are darker, fall off to the foot and are shaded by where they face; a bright lip runs
around each lid, so that courses stay apart. All is opaque: what lies behind is hidden by the depth test.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy import ndarray

from mathviz.mobjects.mesh import MIRRORED, NOTHING, Mesh, coloured
from mathviz.mobjects.tint import Paint, is_dark, mixed, rgb, toned
from mathviz.style import Theme

SUN = np.array([-0.55, -0.83])
"""Whence the light on the sides comes, in the plane."""

TURNED_AWAY = 0.55
"""How bright a side is that faces away from the sun; one that faces it is 1."""

SEEN_THROUGH = 0.25
"""The opacity below which what fades is transparent; a veil leaves as much."""

LIP, GROOVE, GAP = 0.045, 0.03, 0.036
"""Height of the lip, depth of the grooves between the cells of a lid, and their width, in scene units."""


class Solids(Mesh):
    """Upright prisms in one mesh. Blocks and Wedges are these; other outlines may be given.

    What ``show`` is not given stays as it is. Every array has one entry for each solid, or one for all.
    """

    def __init__(
        self, theme: Theme, inner: ndarray, outer: ndarray, foot: float | ndarray = 0.0, top: float | ndarray = 1.0,
        side: Paint = "mechanism", grid: tuple[int, int] | None = None, lip: float = LIP, grey: float = 0.5,
        **more: Any,
    ) -> None:  # fmt: skip
        """An outline runs along ``inner`` and back along ``outer``, both [solid point 2], in scene units.

        ``grid`` (rows, columns) cuts every lid into cells for ``values``: rows from the outer edge inwards,
        columns along it. Without a ``lip`` many are drawn in half the time. Sides are so much greyer, ``grey``, on a
        light page. ``more`` are other arguments of ``show``.
        """
        self.theme, self.lip, self.grey = theme, lip, grey
        self.inner, self.outer = np.asarray(inner, float), np.asarray(outer, float)
        self.count = len(self.inner)
        self.cells = _cells(self.inner, self.outer, grid) if grid else np.zeros((self.count, 0, 0, 2))
        self.mirror: Reflection | None = None
        self.looks: dict[str, ndarray] = {}
        n, around = self.count, 2 * self.inner.shape[1]
        walls, cells, per_cell = 9 * n * around, n * self.cells.shape[1], self.cells.shape[2]
        corners = _wall_corners(n, around, quads=(0, 4) if lip else (0,))
        if cells:
            corners = np.concatenate([corners, _strip_corners(cells, per_cell) + walls])
        total = walls + cells * per_cell
        super().__init__((np.zeros((total, 3)), np.ones((total, 4)), corners))
        lid = mixed(rgb(theme, "background"), _wall(theme, side, grey), 0.6)
        self.show(**{"foot": foot, "top": top, "side": side, "lid": lid, "values": lid[..., None, :],
                     "turn": 0.0, "shift": np.zeros(3), "heat": 0.0, "fog": 0.0} | more)  # fmt: skip

    def show(self, **looks: Any) -> Solids:
        """Any of these:

        ``foot``, ``top`` [solid]: heights. ``side``, ``lid``: roles or colours [solid rgb]; ``side`` is toned, and
        ``body`` and ``rim`` are the colours [solid rgb] that walls and lips have at their brightest, as they are.
        ``values`` [solid cell rgb]: colours of the cells. ``turn`` [solid]: radians about the vertical axis through
        the origin. ``shift`` [solid 3]. ``heat`` [solid]: 0 leaves sides dark, 1 makes them as bright as their lips.
        ``fog`` [solid]: how much of it is lost in the page, see ``fog``.
        """
        shapes = {"foot": (), "top": (), "turn": (), "heat": (), "fog": (), "lid": (3,), "body": (3,), "rim": (3,),
                  "shift": (3,), "values": (self.cells.shape[1], 3)}  # fmt: skip
        for name, value in looks.items():
            if name == "side":
                self.looks["body"] = np.broadcast_to(_wall(self.theme, value, self.grey), (self.count, 3))
                self.looks["rim"] = np.broadcast_to(_rim(self.theme, value, self.grey), (self.count, 3))
            elif name in shapes:
                value = rgb(self.theme, value) if isinstance(value, str) else np.asarray(value, float)
                self.looks[name] = np.broadcast_to(value, (self.count, *shapes[name]))
            else:
                raise TypeError(f"solids show {', '.join(sorted([*shapes, 'side']))}; got {name!r}")
        if looks.keys() & {"turn", "shift"}:
            self._place()
        if looks.keys() & {"foot", "top", "shift"}:
            self._lift()
        if looks.keys() - {"foot", "top", "shift"}:
            self._colour()
        self.refresh_bounding_box()
        self.note_changed_data()
        if self.mirror is not None:
            self.mirror.follow()
        return self

    def get_shader_data(self) -> ndarray:
        """Of manimgl: what is drawn. Who fades loses colour first, because its back is not to be seen through it."""
        drawn = super().get_shader_data()
        opacity = drawn["rgba"][:, 3]
        if len(drawn) and opacity.min() < 1:
            drawn["rgba"][:, :3] = mixed(rgb(self.theme, "background"), drawn["rgba"][:, :3], opacity)
            drawn["rgba"][:, 3] = np.minimum(opacity / SEEN_THROUGH, 1)
        return drawn

    def mirrored(self, keep: float | None = None) -> Reflection:
        """Their reflection in the floor z = 0, to be added as well; from now on it follows them."""
        self.mirror = Reflection(self, keep)
        return self.mirror

    def centres(self) -> ndarray:
        """The middle of every lid, [solid 3]."""
        flat = self._placed((self.inner.mean(axis=1) + self.outer.mean(axis=1))[:, None] / 2)[:, 0]
        return np.concatenate([flat, (self.looks["top"] + self.looks["shift"][:, 2])[:, None]], axis=1)

    def _placed(self, outline: ndarray) -> ndarray:
        """Points [solid point 2] turned and shifted with their solids."""
        cos, sin = np.cos(self.looks["turn"])[:, None], np.sin(self.looks["turn"])[:, None]
        x, y = outline[..., 0], outline[..., 1]
        return np.stack([cos * x - sin * y, sin * x + cos * y], axis=-1) + self.looks["shift"][:, None, :2]

    def _parts(self, key: str) -> tuple[ndarray, ndarray]:
        """A field of the data in its two parts, as views: [solid row corner …] and [solid cell corner …].

        Nine rows of corners: four of the wall, two below and two at the waist; four of the lip; one of the lid.
        """
        n, around = self.count, 2 * self.inner.shape[1]
        field = self.data[key]
        walls, cells = field[: 9 * n * around], field[9 * n * around :]
        return walls.reshape(n, 9, around, -1), cells.reshape(*self.cells.shape[:3], field.shape[1])

    def _place(self) -> None:
        walls, cells = self._parts("point")
        loop = self._placed(np.concatenate([self.inner, self.outer[:, ::-1]], axis=1))
        after = np.roll(loop, -1, axis=1)
        self.lit = _lit(loop, after)
        for rows, outline in (((0, 3, 4, 7, 8), loop), ((1, 2, 5, 6), after)):
            for row in rows:
                walls[:, row, :, :2] = outline
        cells[..., :2] = self._placed(self.cells.reshape(self.count, -1, 2)).reshape(self.cells.shape)

    def _lift(self) -> None:
        walls, cells = self._parts("point")
        rise = self.looks["shift"][:, 2]
        foot, top = self.looks["foot"] + rise, self.looks["top"] + rise
        waist = np.maximum(top - self.lip, foot)
        deep = top - GROOVE if self.cells.size else top
        walls[..., 2] = np.stack([foot, foot, waist, waist, waist, waist, top, top, deep], axis=1)[..., None]
        cells[..., 2] = top[:, None, None]

    def _colour(self) -> None:
        looks, (walls, cells) = self.looks, self._parts("rgba")
        page = rgb(self.theme, "background")
        body, rim, lid = (
            mixed(colours, page, looks["fog"])
            for colours in (mixed(looks["body"], looks["rim"], looks["heat"]), looks["rim"], looks["lid"])
        )
        # On a dark page the feet are nearly black, on a light one they are only greyer; in fog they are the page.
        feet = mixed(body * _AT_FOOT[is_dark(self.theme)], page, looks["fog"])
        for rows, colours, lit in (((0, 3), (feet, body), self.lit[0]), ((1, 2), (feet, body), self.lit[1])):
            for row, colour in zip(rows, colours, strict=True):
                walls[:, row, :, :3] = colour[:, None] * lit[..., None]
        for row, lit in zip((4, 5, 6, 7), (self.lit[0], self.lit[1], self.lit[1], self.lit[0]), strict=True):
            walls[:, row, :, :3] = rim[:, None] * (0.5 + 0.5 * lit[..., None])
        walls[:, 8, :, :3] = lid[:, None]
        cells[..., :3] = mixed(looks["values"], page, looks["fog"][:, None])[:, :, None]


class Blocks(Solids):
    """Boxes on the floor: bricks, towers, slabs."""

    def __init__(
        self, theme: Theme, centres: ndarray, size: float | ndarray, top: float | ndarray = 1.0,
        side: Paint = "mechanism", **more: Any,
    ) -> None:  # fmt: skip
        """``centres`` [solid 2] in the plane; ``size`` is the width of all, or [solid 2] along x and y.

        Rows of a ``grid`` run from the far edge (large y) to the near one.
        """
        x, y = np.asarray(centres, float).T
        wide, deep = (np.broadcast_to(size, (len(x), 2)) / 2).T
        near = np.stack([np.stack([x - wide, y - deep], axis=-1), np.stack([x + wide, y - deep], axis=-1)], axis=1)
        far = np.stack([np.stack([x - wide, y + deep], axis=-1), np.stack([x + wide, y + deep], axis=-1)], axis=1)
        super().__init__(theme, near, far, top=top, side=side, **more)


class Wedges(Solids):
    """Pieces of rings around the vertical axis: angle and radius mean something, and so does height."""

    def __init__(
        self, theme: Theme, radii: ndarray, angles: ndarray, top: float | ndarray = 1.0, side: Paint = "mechanism",
        grid: tuple[int, int] | None = None, **more: Any,
    ) -> None:  # fmt: skip
        """``radii`` [solid 2], inner and outer; ``angles`` [solid 2] in radians, where they begin and end.

        Rows of a ``grid`` run from the outer edge inwards, columns from the first angle to the second.
        """
        radii, angles = np.asarray(radii, float), np.asarray(angles, float)
        pieces = max(8, int(np.ceil(np.abs(angles[:, 1] - angles[:, 0]).max() / FACET - 1e-6)))
        if grid:
            pieces = grid[1] * int(np.ceil(pieces / grid[1]))
        share = np.linspace(0, 1, pieces + 1)
        angle = angles[:, :1] + (angles[:, 1:] - angles[:, :1]) * share
        unit = np.stack([np.cos(angle), np.sin(angle)], axis=-1)
        super().__init__(theme, radii[:, 0, None, None] * unit, radii[:, 1, None, None] * unit,
                         top=top, side=side, grid=grid, **more)  # fmt: skip


class Reflection(Mesh):
    """What a dark floor gives back of solids: fainter the higher they are."""

    def __init__(self, solids: Solids, keep: float | None = None, fade: float = 1.6) -> None:
        """``keep`` is how much of the colour is left at the floor; at a height ``fade`` it is a third of that."""
        self.solids, self.fade = solids, fade
        self.keep = keep if keep is not None else 0.22 if is_dark(solids.theme) else 0.14
        # Lids are not seen in a floor, and lips are part of the wall.
        self.walls = _wall_corners(solids.count, 2 * solids.inner.shape[1], rows=8, quads=(0,))
        super().__init__(NOTHING, z_index=MIRRORED)
        self.follow()

    def follow(self) -> Reflection:
        """Be the reflection of the solids as they now are."""
        walls, rgba = (self.solids._parts(key)[0][:, :8].reshape(-1, size) for key, size in (("point", 3), ("rgba", 4)))
        kept = self.keep * np.exp(-np.maximum(walls[:, 2], 0) / self.fade)
        faint = mixed(rgb(self.solids.theme, "background"), rgba[:, :3], kept)
        self.put((walls * [1, 1, -1] - [0, 0, 0.06], coloured(faint, 1.0), self.walls))
        return self


FACET = np.radians(6.0)
"""The angle that one facet of a curved side spans."""

_AT_FOOT = {True: 0.25, False: 0.72}
"""How bright sides are at their feet, on a dark page and on a light one."""


def _wall(theme: Theme, side: Paint, grey: float) -> ndarray:
    return toned(theme, side, 0.42) if is_dark(theme) else toned(theme, _greyer(theme, side, grey), 0.5)


def _rim(theme: Theme, side: Paint, grey: float) -> ndarray:
    return toned(theme, side if is_dark(theme) else _greyer(theme, side, grey), 0.95)


def _greyer(theme: Theme, side: Paint, grey: float) -> ndarray:
    return mixed(rgb(theme, side), rgb(theme, "muted"), grey)


def fog(points: ndarray, eye: ndarray, reach: float = 10.5) -> ndarray:
    """How much of each point [point 3] is lost on the way to the eye [3]: 1 - exp(-(distance / reach)²)."""
    return 1 - np.exp(-((np.linalg.norm(np.asarray(points, float) - eye, axis=-1) / reach) ** 2))


def _lit(loop: ndarray, after: ndarray) -> tuple[ndarray, ndarray]:
    """How bright each side of outlines [solid point 2] is at its two ends, [solid point] each."""
    along = after - loop
    outwards = np.stack([along[..., 1], -along[..., 0]], axis=-1)
    # Which way is out is told by the whole outline: a ring's inner sides face its own middle.
    area = (loop[..., 0] * after[..., 1] - loop[..., 1] * after[..., 0]).sum(axis=1)
    outwards *= np.sign(area)[:, None, None] / np.maximum(np.linalg.norm(outwards, axis=-1), 1e-9)[..., None]
    before = np.roll(outwards, 1, axis=1)
    # Facets of one curve are shaded as the curve: where they meet, both face halfway.
    smooth = (outwards * before).sum(axis=-1, keepdims=True) > np.cos(3 * FACET)
    shared = outwards + before
    shared /= np.maximum(np.linalg.norm(shared, axis=-1, keepdims=True), 1e-9)
    begin = np.where(smooth, shared, outwards)
    end = np.where(np.roll(smooth, -1, axis=1), np.roll(shared, -1, axis=1), outwards)
    lit, other = (TURNED_AWAY + (1 - TURNED_AWAY) * (0.5 + 0.5 * (normal @ SUN)) for normal in (begin, end))
    return lit, other


def _strip_corners(count: int, around: int) -> ndarray:
    """Triangles [triangle 3] of flat outlines that run along one edge and back along the other."""
    half = np.arange(around // 2 - 1)
    back = around - 1 - half
    one = np.concatenate([np.stack([half, half + 1, back], axis=-1), np.stack([half + 1, back - 1, back], axis=-1)])
    return (one + around * np.arange(count)[:, None, None]).reshape(-1, 3)


def _wall_corners(count: int, around: int, rows: int = 9, quads: tuple[int, ...] = (0, 4)) -> ndarray:
    """Triangles [triangle 3] of solids with so many rows of corners: quadrangles of four rows each, and the lid."""
    j = np.arange(around)
    four = [np.stack([row * around + j for row in range(first, first + 4)]) for first in quads]
    walls = [np.stack([a, b, c], axis=-1) for q in four for a, b, c in (q[:3], q[[0, 2, 3]])]
    lid = [_strip_corners(1, around) + 8 * around] if rows == 9 else []
    return (np.concatenate([*walls, *lid]) + rows * around * np.arange(count)[:, None, None]).reshape(-1, 3)


def _cells(inner: ndarray, outer: ndarray, grid: tuple[int, int]) -> ndarray:
    """Outlines of the cells of lids, [solid cell point 2], a gap apart."""
    rows, columns = grid
    pieces = max(1, (inner.shape[1] - 1) // columns)
    width = np.linalg.norm(outer - inner, axis=-1).mean()
    length = np.linalg.norm(np.diff((inner + outer) / 2, axis=1), axis=-1).sum(axis=1).mean()
    across, along = GAP / 2 / width, GAP / 2 / length
    found = []
    for row in range(rows):
        near, far = 1 - (row + 1) / rows + across * (row < rows - 1), 1 - row / rows - across * (row > 0)
        for column in range(columns):
            begin, end = along * (column > 0), along * (column < columns - 1)  # gaps lie between cells only
            u = np.linspace(column / columns + begin, (column + 1) / columns - end, pieces + 1)
            a, b = (_on_edge(edge, u) for edge in (inner, outer))
            found.append(np.concatenate([a + near * (b - a), (a + far * (b - a))[:, ::-1]], axis=1))
    return np.stack(found, axis=1)


def _on_edge(edge: ndarray, shares: ndarray) -> ndarray:
    """Points [solid share 2] at shares of the length of edges [solid point 2] with even steps."""
    at = shares * (edge.shape[1] - 1)
    first = np.minimum(at.astype(int), edge.shape[1] - 2)
    return edge[:, first] + (at - first)[:, None] * (edge[:, first + 1] - edge[:, first])
