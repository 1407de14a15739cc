"""The picture of online softmax: a row of scores as a skyline under its running maximum, and what is kept of it.

A tower is as high as its score and holds light in proportion to e^(score − level): when the level rises, all that
was lit dims by one factor. Its light is stacked up beside the row, as the sum so far, and that shrinks by the same
factor; so do the bars of the output. The whole matrix of scores is a City.
"""

from __future__ import annotations

import numpy as np
from manimlib import Group
from numpy import ndarray

from mathviz.mobjects.easing import ease
from mathviz.mobjects.light import moment
from mathviz.mobjects.mesh import GLASS, Mesh, Triangles, coloured, sheet
from mathviz.mobjects.solids import Blocks
from mathviz.mobjects.streaks import GlowLine, Streaks
from mathviz.mobjects.tint import is_dark, mixed, rgb, thin
from mathviz.style import Theme

PITCH, BREAK, WIDE, UNIT = 0.98, 0.5, 0.66, 0.86
"""Of a skyline: from tower to tower, more between tiles; a tower's width; the height of one."""

ONE, ASIDE = 1.45, 2.7
"""Of the sum's column: the height of one, and how far it stands before the first tower."""

GROWN, RISEN = 0.45, 0.75
"""Shares of a tile's arrival: its towers are there, and the level is; after that its light goes to the sum."""


class Skyline(Group):
    """One row of scores whose towers come tile by tile, under the level m, with the column of the sum ℓ before it.

    The mobject holds ``towers`` with their ``edges``, which are seen without any light; the ``slices`` of the sum,
    each a tower's light; ``before``, how high they were before the last repair; ``others``, the rows behind; the pane
    ``water`` at the level; ``band``, that between the old level and the new one; and ``level``, a line of light.
    """

    def __init__(self, theme: Theme, scores: ndarray, hero: int, maximum: ndarray) -> None:
        """``scores`` [query key]; ``maximum`` [tile], the running one of the row ``hero``."""
        self.theme, self.row = theme, np.asarray(scores[hero], float)
        count = len(self.row)
        self.tile, self.tiles = count // len(maximum), len(maximum)
        self.floor = float(self.row.min()) - 0.45
        self.levels = np.concatenate([[self.floor], maximum])
        x = PITCH * np.arange(count) + BREAK * (np.arange(count) // self.tile)
        self.x = x - x.mean()
        feet = np.stack([self.x, np.zeros(count)], axis=1)
        self.column = np.array([self.x[0] - ASIDE, 0.0, 0.0])
        self.towers = Blocks(theme, feet, WIDE, top=0.01, side="data", lip=0.0)
        self.edges = Streaks(theme, self._outlines(np.zeros(count)), "data", 1.5, 0.3, corner=0.02, depth_test=True)
        behind = np.maximum(np.delete(np.asarray(scores, float), hero, axis=0), self.floor + 0.1)
        depth = 1.9 * np.arange(1, len(behind) + 1)
        places = np.stack(np.broadcast_arrays(self.x, depth[:, None]), axis=-1).reshape(-1, 2)
        lost = np.repeat(1 - 0.25 * np.exp(-np.arange(len(behind)) / 3), count)
        self.others = Blocks(theme, places, WIDE, top=self.height(np.minimum(behind, self.row.max())).ravel(),
                             side="data", lip=0.0, fog=lost)  # fmt: skip
        self.slices = Blocks(theme, np.zeros((count, 2)), 1.25 * WIDE, top=0.0, side="data", lip=0.02)
        self.before = Streaks(theme, self._box(0.0, 0.0), "mechanism", 1.6, 0.0, corner=0.02)
        self.water = Mesh(self._pane(0.01, 0.0), depth_test=False, z_index=GLASS)
        self.band = Mesh(self._wall(0, 0.01, 0.0, 0.0), depth_test=False, z_index=GLASS)
        self.level = GlowLine(theme, self._line(0.01), "data", 3.0, 0.95, glow=0.5)
        super().__init__(self.others, self.towers, self.edges, self.slices, self.before, self.water, self.band,
                         self.level)  # fmt: skip
        self.arrive(0.0)

    # Where things are

    def room(self, tiles: int) -> ndarray:
        """What the towers of so many tiles take, [point 3]."""
        upto = slice(0, tiles * self.tile)
        ends, high = (self.x[0] - 0.5, self.x[upto][-1] + 0.5), float(self.height(self.row[upto].max()))
        return np.array([[x, 0.0, z] for x in ends for z in (0.0, high)])

    @property
    def column_at(self) -> ndarray:
        """The room [point 3] that the column of the sum needs when it is highest."""
        high = ONE * max(float(self.weights(tile + 1).sum()) for tile in range(self.tiles))
        return self.column + np.array([[x, 0.0, z] for x in (-0.5, 0.5) for z in (0.0, high)])

    def height(self, score: ndarray | float) -> ndarray:
        """Of a tower, in scene units."""
        return UNIT * (np.asarray(score, float) - self.floor)

    def end(self, arrived: float) -> float:
        """How far right the level goes when so many tiles are there."""
        ends = np.concatenate([[self.x[0] - 0.5], self.x[self.tile - 1 :: self.tile] + 0.55])
        return float(moment(ends, arrived))

    def beside(self, score: float) -> ndarray:
        """The place [3] where a level of that height begins."""
        return np.array([self.x[0] - 0.5, -0.62, float(self.height(score))])

    def between(self, low: float, high: float) -> ndarray:
        """The place [3] amid the first tile and amid two levels."""
        return np.array([self.x[: self.tile].mean(), -0.62, float(self.height((low + high) / 2))])

    # What is known then

    def level_at(self, step: float) -> float:
        """The running maximum after so many tiles; it moves when a tile's towers are there."""
        tile = min(int(step), self.tiles - 1)
        before, after = self.levels[tile : tile + 2]
        return float(before + ease((step - tile - GROWN) / (RISEN - GROWN)) * (after - before))

    def counted(self, step: float) -> ndarray:
        """How much of each tower's weight has gone into the sum then, from 0 to 1, [key]."""
        key, tile = np.arange(len(self.row)), min(int(step), self.tiles - 1)
        late = 0.12 * (key % self.tile) / self.tile
        going = ease((step - tile - RISEN - late) / (1 - RISEN - 0.12))
        return np.where(key // self.tile < tile, 1.0, np.where(key // self.tile == tile, going, 0.0))

    def weights(self, step: float) -> ndarray:
        """e^(score − level) of every tower, [key]; 0 of those that are not counted."""
        counted = self.counted(step)
        return np.where(counted > 0, np.exp(np.minimum(self.row - self.level_at(step), 0)), 0.0)

    # How it is shown

    def arrive(self, step: float) -> Skyline:
        """After so many tiles, or while the next one arrives: towers grow, the level rises, their light is added."""
        tile = min(int(step), self.tiles - 1)
        part, done = step - tile, step - np.arange(len(self.row)) // self.tile
        level, counted, weights = self.level_at(step), self.counted(step), self.weights(step)
        self._towers(ease(done / (0.8 * GROWN)), counted * weights, np.where((done > 0) & (done < 1), 0.9, 0.45))
        there = 1.0 if tile else float(ease(10 * (part - GROWN)))
        self._level(level, self.end(tile + float(ease(part / GROWN))), there)
        full = float(ease(6 * (part - GROWN)) * ease((1 - part) / 0.03)) if tile and level > self.levels[tile] else 0.0
        low, high = float(self.height(self.levels[tile])), float(self.height(level))
        self.band.put(self._wall(low, high, full, self.end(tile + 1)))
        self._column(weights, counted, full * float(self.weights(tile).sum()) if tile else 0.0, full)
        return self

    def scan(self, seen: float) -> Skyline:
        """The textbook's way: one tower after the other is looked at for the maximum; then all have their light."""
        key = np.arange(len(self.row))
        at = min(max(seen, 0.0), len(key) - 1.0)
        highest = np.maximum.accumulate(np.concatenate([[self.floor], self.row]))
        level = float(moment(highest, seen))
        lit = float(ease(seen - len(key))) * np.exp(self.row - self.row.max())
        looked = np.exp(-(((key - at) / 0.6) ** 2)) * (0 < seen < len(key))
        self._towers(np.ones(len(key)), lit, 0.45 + 0.55 * looked)
        self._level(level, float(moment(np.append(self.x - 0.5, self.x[-1] + 0.55), seen)), float(ease(seen)))
        self.band.put(self._wall(0, 0.01, 0.0, 0.0))
        self._column(np.zeros(len(key)), np.zeros(len(key)), 0.0, 0.0)
        return self

    def _towers(self, grown: ndarray, light: ndarray, edge: ndarray) -> None:
        page, ink = rgb(self.theme, "background"), rgb(self.theme, "data")
        colours, tops = mixed(page, ink, light), 0.01 + grown * self.height(self.row)
        self.towers.show(top=tops, body=colours, lid=colours)
        self.edges.show(self._outlines(tops), opacity=np.maximum(edge, light)[:, None])

    def _level(self, level: float, end: float, there: float) -> None:
        high = float(self.height(level))
        self.level.show(paths=self._line(max(high, 0.01), end)[None], opacity=0.95 * there)
        self.water.put(self._pane(max(high, 0.01), 0.22 * there, end))

    def _column(self, weights: ndarray, counted: ndarray, before: float, full: float) -> None:
        """The slices of the sum: those counted stand on each other, those being counted are on their way."""
        tall = ONE * weights
        rest = np.concatenate([[0.0], np.cumsum(tall)[:-1]])
        source = np.stack([self.x, np.full(len(tall), -WIDE), self.height(self.row) - tall], axis=1)
        target = self.column + rest[:, None] * [0, 0, 1]
        source[counted == 0] = self.column - [0, 0, 0.01]  # the foot of the column: what has no light yet is a slot
        way = source + counted[:, None] * (target - source)
        way[:, 2] += 1.2 * np.sin(np.pi * counted) * (counted < 1)
        ink, page = rgb(self.theme, "data"), rgb(self.theme, "background")
        self.slices.show(top=tall * np.minimum(4 * counted, 1), shift=way, body=mixed(page, ink, 0.85), rim=ink,
                         lid=mixed(ink, np.ones(3), 0.3), fog=(counted == 0).astype(float))  # fmt: skip
        self.before.show(self._box(ONE * before, 1.0), opacity=0.8 * full)

    def _line(self, height: float, end: float = 0.0) -> ndarray:
        ends = np.array([[self.x[0] - 0.5, -0.62, height], [max(end, self.x[0] - 0.45), -0.62, height]])
        return ends[0] + np.linspace(0, 1, 3)[:, None] * (ends[1] - ends[0])

    def _pane(self, height: float, fill: float, end: float = 0.0) -> Triangles:
        across, deep = np.array([self.x[0] - 0.5, max(end, self.x[0] - 0.45)]), np.array([-0.62, 0.62])
        grid = np.stack(np.broadcast_arrays(across, deep[:, None], height), axis=-1)
        return sheet(grid, coloured(rgb(self.theme, "data"), np.array([[fill], [0.3 * fill]])))

    def _wall(self, low: float, high: float, full: float, end: float = 0.0) -> Triangles:
        across, up = np.array([self.x[0] - 0.5, max(end, self.x[0] - 0.45)]), np.array([low, max(high, low + 1e-3)])
        grid = np.stack(np.broadcast_arrays(across, -0.62, up[:, None]), axis=-1)
        alpha = full * (0.24 if is_dark(self.theme) else 0.14) * np.array([[0.5], [1.0]])
        return sheet(grid, coloured(rgb(self.theme, "mechanism"), alpha))

    def _outlines(self, tops: ndarray) -> ndarray:
        """The edges that are seen of every tower, front and lid, [key point 3]."""
        h = WIDE / 2 + 0.005
        corners = np.array([[-h, -h, 0], [-h, -h, 1], [-h, h, 1], [h, h, 1], [h, -h, 1], [-h, -h, 1], [h, -h, 1],
                            [h, -h, 0]])  # fmt: skip
        tall = np.stack([np.ones_like(tops), np.ones_like(tops), tops + 0.005], axis=1)
        return np.stack([self.x, 0 * self.x, 0 * self.x], axis=1)[:, None] + corners * tall[:, None]

    def _box(self, height: float, wide: float) -> ndarray:
        """The outline of a column so high, seen from the front, [1 point 3]."""
        h = 0.7 * WIDE * wide
        return (self.column + np.array([[-h, -h, 0], [-h, -h, height], [h, -h, height], [h, -h, 0], [-h, -h, 0]]))[None]


BAR = 0.6
"""The height of an output's one, in scene units."""


class OutputBars(Group):
    """What a row's output is so far: Σ e^(score − level) v, a bar up or down for every feature; follows a skyline.

    ``marks`` are where they must end once they are divided by the sum.
    """

    def __init__(self, theme: Theme, row: Skyline, values: ndarray, marks: ndarray) -> None:
        """``values`` [key feature]; ``marks`` [feature]."""
        self.theme, self.row, self.values = theme, row, np.asarray(values, float)
        count = self.values.shape[1]
        x = row.column[0] - 1.6 - 0.62 * np.arange(count)[::-1]
        self.high = 2.1
        self.bars = Blocks(theme, np.stack([x, 0 * x], axis=1), 0.44, foot=self.high, top=self.high, side="target",
                           lip=0.02)  # fmt: skip
        self.bars.show(body=thin(theme, "target"))
        zero = np.array([[[x[0] - 0.5, -0.3, self.high], [x[-1] + 0.5, -0.3, self.high]]])
        self.zero = Streaks(theme, zero, "outline", 1.6, 0.9)
        at = np.stack([x, 0 * x - 0.3, self.high + BAR * np.asarray(marks, float)], axis=1)
        self.marks = GlowLine(theme, at[:, None] + np.array([[-0.3, 0, 0], [0.0, 0, 0], [0.3, 0, 0]]), "text", 2.5, 0.0,
                              glow=0.3)  # fmt: skip
        self.room = np.array([[x[0] - 0.4, 0, 0], [x[-1] + 0.4, 0, self.high + 2.15]])
        super().__init__(self.bars, self.zero, self.marks)
        self.follow(0.0)

    def output(self, step: float) -> ndarray:
        """The output so far, not yet divided by the sum, [feature]."""
        return (self.row.weights(step) * self.row.counted(step)) @ self.values

    def follow(self, step: float) -> OutputBars:
        """As it is after so many tiles, or during one."""
        return self._show(self.output(step))

    def divide(self, share: float) -> OutputBars:
        """When so much is done of dividing what it is in the end by the sum."""
        total = float(self.row.weights(self.row.tiles).sum())
        self.marks.show(opacity=float(ease(2 * share)))
        return self._show(self.output(self.row.tiles) * (1 - share + share / total))

    def _show(self, output: ndarray) -> OutputBars:
        ends = self.high + BAR * output
        self.bars.show(foot=np.minimum(ends, self.high), top=np.maximum(ends, self.high) + 0.01)
        return self
