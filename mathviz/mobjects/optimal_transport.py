"""The picture of optimal transport: sand that flies from a pile into holes, and lands on a table, at (from, to).

Places of the line lie along x; on the table a grain lies as far to the right as it goes to, and as far back as it
comes from. Its two shadows are the piles.
"""

from __future__ import annotations

import numpy as np
from manimlib import Group
from numpy import ndarray

from mathviz.mobjects.light import Lights
from mathviz.mobjects.solids import Blocks
from mathviz.mobjects.streaks import GlowLine, Streaks
from mathviz.mobjects.tint import between, is_dark, mixed, rgb
from mathviz.style import Theme

UNIT, TALL, ARC = 3.4, 20.0, 0.4
"""Scene units of a unit of the line; the height of all mass on one place; how high a flight is by its length."""

WIDE, DEEP = 5, 3
"""So many grains lie beside each other in a pile, and in either direction in a cell of the table."""


def stacked(places: ndarray) -> ndarray:
    """How many equal ones stand before each, [grain], of indices [grain]."""
    order = np.argsort(places, kind="stable")
    starts = np.concatenate([[0], np.flatnonzero(np.diff(places[order])) + 1])
    lengths = np.diff(np.append(starts, len(places)))
    found = np.empty(len(places), int)
    found[order] = np.arange(len(places)) - np.repeat(starts, lengths)
    return found


class Sand(Group):
    """Grains of one pile on their way into holes; ``goals`` says to which, ``fly`` how far on the way, ``land`` on
    the table.

    Grains leave one after the other. The ground is a line with the holes that they are to fill.
    """

    def __init__(self, theme: Theme, rows: ndarray, columns: ndarray, row: ndarray, column: ndarray) -> None:
        """``rows``, ``columns``: places on the line; ``row``, ``column`` [grain]: where each begins and ends."""
        self.theme, self.rows, self.columns, self.row = theme, rows, columns, row
        self.step = step = UNIT * (columns[1] - columns[0])
        self.begins = self._piled(UNIT * rows[row], row)
        depth = TALL * np.bincount(column, minlength=len(columns)) / len(row)
        half = step / 2
        left, right = UNIT * columns - half, UNIT * columns + half
        steps = np.stack([np.stack([left, -depth], axis=1), np.stack([right, -depth], axis=1)], axis=1).reshape(-1, 2)
        edge = np.array([[-3 * UNIT, 0.0], [left[0], 0.0], *steps, [right[-1], 0.0], [3 * UNIT, 0.0]])
        self.depth = depth
        self.ground = GlowLine(theme, np.insert(edge, 1, 0.0, axis=1)[None], "data", 3.0, 0.9, corner=0.01, glow=0.35)
        size = 0.036 if is_dark(theme) else 0.055
        self.lights = Lights(theme, self.begins, "noise", size, glow=0.16)
        super().__init__(self.ground, self.lights)
        self.goals(column)

    def _piled(self, x: ndarray, pile: ndarray) -> ndarray:
        """Places [grain 3] of grains at ``x`` on the ground, WIDE of them beside each other in each pile."""
        place = stacked(pile)
        across = 0.9 * self.step * ((place % WIDE + 0.5) / WIDE - 0.5)
        high = TALL * WIDE / len(pile) * (place // WIDE + 0.5)
        return np.stack([x + across, np.zeros(len(pile)), high], axis=1)

    def goals(self, column: ndarray, closest_first: bool = False) -> Sand:
        """Where each grain goes from now on; what goes to one place fills it from below. The topmost leave first, or
        those with the shortest way."""
        self.column = np.asarray(column)
        self.ends = self._piled(UNIT * self.columns[self.column], self.column)
        self.ends[:, 2] -= self.depth[self.column]
        place = stacked(self.row * len(self.columns) + self.column)
        aside = (np.stack([place % DEEP, place // DEEP % DEEP]) + 0.5) / DEEP - 0.5
        self.cells = np.stack([
            UNIT * self.columns[self.column] + 0.8 * self.step * aside[0],
            UNIT * (self.rows[self.row] - self.rows[0]) + 0.8 * self.step * aside[1],
            TALL * DEEP**2 / len(place) * (place // DEEP**2 + 0.5),
        ], axis=1)  # fmt: skip
        last = np.abs(self.ends - self.begins)[:, 0] if closest_first else -self.begins[:, 2]
        self.delay = np.argsort(np.argsort(last, kind="stable")) / len(place)
        return self.fly(0.0)

    @property
    def room(self) -> ndarray:
        """The room [point 3] that all flights to the present goals need."""
        return np.concatenate([self._at(np.full(len(self.row), share)) for share in (0.0, 0.25, 0.5, 0.75, 1.0)])

    def way(self, grain: int, points: int = 25) -> ndarray:
        """The flight of one, [point 3]."""
        return self._at(np.linspace(0, 1, points)[:, None], np.array([grain]))[:, 0]

    def _at(self, share: ndarray, which: ndarray | slice = slice(None)) -> ndarray:
        share = np.asarray(share, float)[..., None]
        begin, end = self.begins[which], self.ends[which]
        high = ARC * np.abs(end - begin)[..., :1] + 0.5 * (np.abs(end - begin)[..., :1] > 0)
        return (1 - share) * begin + share * end + 4 * share * (1 - share) * high * np.array([0.0, 0.0, 1.0])

    def fly(self, share: float) -> Sand:
        """When this share of the time is over in which all of them fly."""
        done = np.clip((1.5 * share - self.delay * 0.9) / 0.6, 0, 1)
        done = done * done * (3 - 2 * done)
        self.lights.show(self._at(done), between(self.theme, ("noise", "data"), (0.0, 1.0), done))
        return self

    def stay(self, stranded: ndarray, share: float = 1.0) -> Sand:
        """Nobody has flown; those for whom there is no room, [grain] of bool, are shown, so far, as what is wrong."""
        colours = mixed(rgb(self.theme, "noise"), rgb(self.theme, "error"), share * stranded)
        self.lights.show(self.begins, colours)
        return self

    def land(self, share: float) -> Sand:
        """On their way from the holes to the table."""
        way = share * share * (3 - 2 * share)
        colours = between(self.theme, ("data", "model"), (0.0, 1.0), np.full(len(self.row), way))
        self.lights.show((1 - way) * self.ends + way * self.cells, colours)
        return self


class Flights(Group):
    """The flights of two grains, which cross or do not: ``swap`` leads them to each other's goals."""

    def __init__(self, theme: Theme, one: ndarray, other: ndarray, swapped: tuple[ndarray, ndarray]) -> None:
        """All ways are [point 3]; ``swapped`` are theirs afterwards."""
        self.before, self.after = np.stack([one, other]), np.stack(swapped)
        self.lines = GlowLine(theme, self.before, "error", 4.0, 1.0, glow=0.6)
        self.theme = theme
        super().__init__(self.lines)

    def swap(self, share: float) -> Flights:
        """When so much of the swap is done."""
        way = share * share * (3 - 2 * share)
        paint = between(self.theme, ("error", "model"), (0.0, 1.0), np.array(way))
        self.lines.show(paths=(1 - way) * self.before + way * self.after, paint=paint)
        return self


class Table(Group):
    """A plan in the round: a bar for each cell, as high as its mass; the piles stand along the edges, prices over them.

    The mobject holds ``bars``, ``near`` and ``far``, the piles of where mass is and where to, and the ``grid``.
    """

    def __init__(
        self, theme: Theme, rows: ndarray, columns: ndarray, source: ndarray, target: ndarray, paint: str = "model"
    ) -> None:
        """Places on the line, and the masses of the piles."""
        self.theme, self.rows, self.columns = theme, rows, columns
        step = UNIT * (columns[1] - columns[0])
        self.x, self.y = UNIT * columns, UNIT * (rows - rows[0])
        x, y = np.meshgrid(self.x, self.y)
        self.bars = Blocks(theme, np.stack([x, y], axis=-1).reshape(-1, 2), 0.84 * step, top=0.01, side=paint)
        self.left, self.back = float(self.x[0] - 2.2 * step), float(self.y[-1] + 2.2 * step)
        self.near = Blocks(theme, np.stack([np.full(len(rows), self.left), self.y], axis=1), 0.84 * step,
                             top=TALL * source, side="noise")  # fmt: skip
        self.far = Blocks(theme, np.stack([self.x, np.full(len(columns), self.back)], axis=1), 0.84 * step,
                             top=TALL * target, side="data")  # fmt: skip
        lines = [[[at - step / 2, low, 0], [at - step / 2, high, 0]] for at in self.x
                 for low, high in ((self.y[0] - step, self.y[-1] + step),)]  # fmt: skip
        lines += [[[self.x[0] - step, at - step / 2, 0], [self.x[-1] + step, at - step / 2, 0]] for at in self.y]
        self.grid = Streaks(theme, np.array(lines), "outline", 1.0, 0.5, corner=0.01)
        super().__init__(self.grid, self.near, self.far, self.bars)
        self.shape = len(rows), len(columns)

    @property
    def corners(self) -> ndarray:
        """The room [point 3] that piles and table need."""
        high = float(max(self.near.looks["top"].max(), self.far.looks["top"].max()))
        return np.array([[x, y, z] for x in (self.left, self.x[-1]) for y in (self.y[0], self.back) for z in (0, high)])

    def show(self, plan: ndarray) -> Table:
        """A plan [row column]; what holds hardly any mass is not there."""
        mass = np.asarray(plan, float).ravel()
        seen = np.clip(mass / LEAST, 0, 1)
        self.bars.show(top=TALL * mass * (mass > LEAST / 8) + 0.004 * seen, fog=1 - seen)
        return self

    def sums(self, plan: ndarray) -> Table:
        """Beside that, its row and column sums as the heights of the piles."""
        found = np.asarray(plan, float)
        self.near.show(top=TALL * found.sum(axis=1))
        self.far.show(top=TALL * found.sum(axis=0))
        return self.show(plan)

    def prices(self, rows: ndarray, columns: ndarray, high: float = 1.6) -> Group:
        """Lines of the prices over both edges, [row] and [column]; ``high`` is what they have as room."""
        low = min(rows.min(), columns.min())
        size = high / (max(rows.max(), columns.max()) - low)
        one = np.stack([np.full(len(rows), self.left), self.y, size * (rows - low)], axis=1)
        other = np.stack([self.x, np.full(len(columns), self.back), size * (columns - low)], axis=1)
        return Group(GlowLine(self.theme, one[None], "target", 3.5, 1.0, glow=0.5),
                     GlowLine(self.theme, other[None], "target", 3.5, 1.0, glow=0.5))  # fmt: skip


LEAST = 5e-4
"""A cell with less mass fades."""
