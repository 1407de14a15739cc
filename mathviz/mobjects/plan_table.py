"""A plan of transport as a table in the round, its two shadows on the walls, and the valley that prices leave.

A cell lies as far to the right as its mass goes to, and as far back as it comes from; see ``optimal_transport``.
"""

from __future__ import annotations

import numpy as np
from manimlib import Group
from numpy import ndarray

from mathviz.mobjects.glass import FloorGrid
from mathviz.mobjects.light import Lights
from mathviz.mobjects.mesh import GLASS, SOLID, Mesh, coloured, in_order, sheet
from mathviz.mobjects.optimal_transport import TALL, UNIT
from mathviz.mobjects.solids import Blocks
from mathviz.mobjects.streaks import GlowLine, Streaks
from mathviz.mobjects.tint import is_dark, rgb, toned
from mathviz.style import Theme

LEAST, FULL = 5e-4, 0.035
"""A cell with less mass fades; one with so much is as bright as can be."""

THIN = 0.14
"""How thick the walls are, on which the shadows lie."""


class Table(Group):
    """A bar for each cell, as high as its mass, and behind them two walls of its row and its column sums.

    The mobject holds the ``floor``, the ``bars``, ``near`` and ``far``, the walls of where mass is and where to, and
    ``off``, what they lack or have too much, with the outlines of what they should be.
    """

    def __init__(self, theme: Theme, rows: ndarray, columns: ndarray, source: ndarray, target: ndarray) -> None:
        """Places on the line, and the masses of the piles."""
        self.theme, self.wanted = theme, (source, target)
        self.step = step = UNIT * (columns[1] - columns[0])
        self.x, self.y = UNIT * columns, UNIT * rows
        x, y = np.meshgrid(self.x, self.y)
        self.left, self.back = float(self.x[0] - 1.5 * step), float(self.y[-1] + 1.5 * step)
        self.floor = FloorGrid(theme, (0.0, 0.0), 9.0, step, opacity=0.35)
        self.bars = Blocks(theme, np.stack([x, y], axis=-1).reshape(-1, 2), 0.86 * step, top=0.01, side="model")
        self.crest = Lights(theme, np.zeros((x.size, 3)), "model", 0.16, halo=5.0, glow=0.14, opacity=0.0)
        at_left = np.stack([np.full(len(rows), self.left), self.y], axis=1)
        at_back = np.stack([self.x, np.full(len(columns), self.back)], axis=1)
        sizes = np.array([[THIN, 0.9 * step], [0.9 * step, THIN]])
        self.near = Blocks(theme, at_left, sizes[0], top=TALL * source, side="noise", heat=0.35)
        self.far = Blocks(theme, at_back, sizes[1], top=TALL * target, side="data", heat=0.35)
        lift = np.array([[0.02, 0.0], [0.0, -0.02]])
        # On a light page sides are made greyer, and this is to be red.
        red = rgb(theme, "error") if is_dark(theme) else 2 * rgb(theme, "error") - rgb(theme, "muted")
        self.wrong = [Blocks(theme, places + shift, size, top=0.0, side=red, heat=1.0, fog=1.0)
                      for places, size, shift in zip((at_left, at_back), sizes, lift, strict=True)]  # fmt: skip
        self.outlines = [GlowLine(theme, line[None], role, 3.0, 1.0, corner=0.01, glow=0.5)
                         for line, role in ((self._steps(0), "noise"), (self._steps(1), "data"))]  # fmt: skip
        self.off = Group(*self.wrong, *self.outlines)
        for part in self.wrong:
            in_order(part, SOLID)
        super().__init__(self.floor, self.near, self.far, self.bars, *([self.crest] if is_dark(theme) else []))

    def _steps(self, axis: int) -> ndarray:
        """The outline of a pile on its wall, [point 3]."""
        at, mass = ((self.y, self.x)[axis], self.wanted[axis])
        along = np.stack([at - self.step / 2, at + self.step / 2], axis=1).reshape(-1)
        high = TALL * np.repeat(mass, 2)
        edge = [self.left + THIN, self.back - THIN][axis]
        pair = [np.full(len(along), edge), along]
        return np.stack([*(pair if axis == 0 else pair[::-1]), high], axis=1)

    @property
    def corners(self) -> ndarray:
        """The room [point 3] that the walls need, and what lies between them along the table's diagonal."""
        ends = [[x, y, 0.0] for x, y in ((self.left, self.y[0]), (self.x[0], self.y[0]), (self.x[-1], self.y[-1]))]
        return np.concatenate([self._steps(0), self._steps(1), ends])

    @property
    def peaks(self) -> ndarray:
        """The highest points of both walls, [wall 3]."""
        lines = [self._steps(axis) for axis in (0, 1)]
        return np.array([line[np.argsort(line[:, 2])[-2:]].mean(axis=0) for line in lines])

    def show(self, plan: ndarray) -> Table:
        """A plan [row column]; what holds hardly any mass is not there."""
        mass = np.asarray(plan, float).ravel()
        seen, heat = np.clip(mass / LEAST, 0, 1), np.clip(mass / FULL, 0, 1)
        top = TALL * mass * (mass > LEAST / 8) + 0.004 * seen
        if is_dark(self.theme):
            colours = self.theme.magnitude(mass, FULL) / 255
        else:
            colours = toned(self.theme, "model", 0.3 + 0.7 * heat)
        self.bars.show(top=top, fog=1 - seen, heat=0.3 + 0.6 * heat, side=colours, lid=colours)
        x, y = np.meshgrid(self.x, self.y)
        self.crest.show(np.stack([x.ravel(), y.ravel(), top], axis=1), opacity=0.35 * heat**2)
        return self

    def aim(self, row: int, column: int) -> Group:
        """Lines of light from a cell to where its mass comes from and where it goes to, on the walls."""
        x, y = self.x[column], self.y[row]
        corner = np.array([x, y, 0.03])
        ends = [([self.left, y, 0.03], "noise"), ([x, self.back, 0.03], "data")]
        return Group(*(GlowLine(self.theme, np.array([end, corner])[None], role, 4.0, glow=0.8) for end, role in ends))

    def sums(self, plan: ndarray, right: bool = True) -> Table:
        """Beside that, its row and column sums as the heights of the walls; what is not as it should be is red."""
        found = np.asarray(plan, float)
        for wall, off, is_now, wanted in ((self.near, self.wrong[0], found.sum(axis=1), self.wanted[0]),
                                          (self.far, self.wrong[1], found.sum(axis=0), self.wanted[1])):  # fmt: skip
            low, high = np.minimum(is_now, wanted), np.maximum(is_now, wanted)
            wall.show(top=TALL * low)
            off.show(foot=TALL * low, top=TALL * high, fog=np.where(high - low > 2e-4, 0.0, 1.0))
        return self.show(found)

    def sweep(self, one: ndarray, other: ndarray, share: float, axis: int) -> ndarray:
        """From one plan to another, row after row (``axis`` 0) or column after column; the plan in between."""
        count = one.shape[axis]
        done = np.clip(share * (count + 3) - np.arange(count), 0, 3) / 3
        done = done[:, None] if axis == 0 else done
        between = (1 - done) * one + done * other
        self.sums(between)
        return np.asarray(between)


class Valley(Group):
    """What prices leave of the cost of every way, over the table: nothing where sand moves, and never less.

    The prices themselves are lines on the walls, in the same unit; the thin lines there are the price of nothing.
    """

    def __init__(
        self, theme: Theme, table: Table, slack: ndarray, row_price: ndarray, column_price: ndarray,
        rise: float = 1.5, base: float = 1.6, limit: float = 2.6,
    ) -> None:  # fmt: skip
        """``slack`` [row column] and prices in squared distances, each ``rise`` high; prices of nothing lie ``base``
        high; the valley fades out towards its ``limit``."""
        x, y = np.meshgrid(table.x, table.y)
        points = np.stack([x, y, rise * slack + 0.02], axis=-1)
        seen = np.clip(1 - slack / limit, 0, 1) ** 1.5
        points[..., 2] = np.minimum(points[..., 2], rise * limit)
        dark = is_dark(theme)
        self.glass = Mesh(sheet(points, coloured(rgb(theme, "target"), (0.11 if dark else 0.14) * seen)),
                          depth_test=False, z_index=GLASS)  # fmt: skip
        self.along = Streaks(theme, points, "target", 1.5, 0.7 * seen)
        self.across = Streaks(theme, points.swapaxes(0, 1), "target", 1.5, 0.7 * seen.T)
        walls = (np.stack([np.full(len(table.y), table.left + THIN), table.y, 0 * table.y], axis=1),
                 np.stack([table.x, np.full(len(table.x), table.back - THIN), 0 * table.x], axis=1))  # fmt: skip
        up = np.array([0.0, 0.0, 1.0])
        self.zeros = [Streaks(theme, (line + base * up)[None, [0, -1]], "outline", 1.6, 0.9) for line in walls]
        self.prices = [GlowLine(theme, (line + (base + rise * price)[:, None] * up)[None], "target", 4.0, 1.0, glow=0.8)
                       for line, price in zip(walls, (row_price, column_price), strict=True)]  # fmt: skip
        super().__init__(self.glass, self.along, self.across, *self.zeros, *self.prices)

    @property
    def lines(self) -> list[ndarray]:
        """The lines of the prices, [point 3] each."""
        return [price.core.paths[0] for price in self.prices]
