"""The picture of online softmax: a row of scores as a skyline with the running maximum as its water line, and a city.

A tower is as high as its score, and the brighter the larger e^(score − level) now is: with its root, above a least
brightness, so that small ones are seen; when the level rises, all that was built before dims. The city is a whole
matrix of scores, and fast memory a bench above it, whose area is to scale.
"""

from __future__ import annotations

import numpy as np
from manimlib import Group
from numpy import ndarray

from mathviz.mobjects.light import moment
from mathviz.mobjects.mesh import GLASS, Mesh, Triangles, coloured, sheet
from mathviz.mobjects.solids import Blocks
from mathviz.mobjects.streaks import GlowLine, Streaks
from mathviz.mobjects.tint import is_dark, mixed, rgb
from mathviz.style import Theme

PITCH, BREAK, WIDE, UNIT, BETWEEN = 0.98, 0.5, 0.66, 0.95, 1.7
"""Of a skyline: from tower to tower, more between tiles; a tower's width; the height of one; from row to row."""


class Skyline(Group):
    """One row of scores in front of the others, which stand dark; its towers come tile by tile.

    The mobject holds ``towers``, ``others``, ``water``, the pane up to the level, ``band``, that between the old level
    and the new one, and ``level``, a line of light.
    """

    def __init__(self, theme: Theme, scores: ndarray, hero: int, maximum: ndarray) -> None:
        """``scores`` [query key]; ``maximum`` [tile], the running one of the row ``hero``."""
        self.theme, self.row = theme, np.asarray(scores[hero], float)
        self.tile = len(self.row) // len(maximum)
        self.floor = float(scores.min()) - 0.4
        self.levels = np.concatenate([[self.floor], maximum])
        count = len(self.row)
        self.x = PITCH * np.arange(count) + BREAK * (np.arange(count) // self.tile)
        self.x = self.x - self.x.mean()
        feet = np.stack([self.x, np.zeros(count)], axis=1)
        self.towers = Blocks(theme, feet, WIDE, top=0.01, side="data")
        behind = np.delete(np.asarray(scores, float), hero, axis=0)
        depth = BETWEEN * np.arange(1, len(behind) + 1)
        places = np.stack(np.broadcast_arrays(self.x, depth[:, None]), axis=-1).reshape(-1, 2)
        lost = np.repeat(1 - np.exp(-np.arange(1, len(behind) + 1) / 5), count)
        self.others = Blocks(theme, places, WIDE, top=self.height(behind).ravel(), side="data", lip=0.0,
                             fog=0.55 + 0.45 * lost)  # fmt: skip
        self.slots = Streaks(theme, np.array([_square(foot, WIDE / 2) for foot in feet]), "data", 1.6, 0.5, corner=0.02)
        self.water = Mesh(self._pane(0, 0.01, "data", 0.05, 0.2), depth_test=False, z_index=GLASS)
        self.band = Mesh(self._pane(0, 0.01, "mechanism", 0.0, 0.0), depth_test=False, z_index=GLASS)
        self.level = GlowLine(theme, self._line(0.01), "data", 3.0, 0.95, glow=0.5)
        super().__init__(self.others, self.slots, self.towers, self.water, self.band, self.level)
        self.arrive(0.0)

    @property
    def tiles(self) -> int:
        return len(self.levels) - 1

    @property
    def towers_at(self) -> ndarray:
        """The room [point 3] that the towers need when all are there."""
        high = float(self.height(self.row.max()))
        return np.array([[x, 0.0, z] for x in (self.x[0] - 0.7, self.x[-1] + 0.7) for z in (0.0, high)])

    def height(self, score: ndarray | float) -> ndarray:
        """Of a tower, in scene units."""
        return UNIT * (np.asarray(score, float) - self.floor)

    def beside(self, score: float) -> ndarray:
        """The place [3] left of where a level of that height begins."""
        return np.array([self.x[0] - 1.0, -WIDE / 2, float(self.height(score))])

    def end(self, arrived: float) -> float:
        """How far right the level goes when so many tiles are there."""
        return float(moment(np.concatenate([[self.x[0] - 0.7], self.x[self.tile - 1 :: self.tile] + 0.7]), arrived))

    def _line(self, height: float, end: float = 0.0) -> ndarray:
        ends = np.array([[self.x[0] - 0.7, -0.62, height], [end, -0.62, height]])
        return ends[0] + np.linspace(0, 1, 3)[:, None] * (ends[1] - ends[0])

    def _pane(self, low: float, high: float, paint: str, faint: float, strong: float, end: float = 0.0) -> Triangles:
        across, up = np.array([self.x[0] - 0.7, max(end, self.x[0] - 0.6)]), np.array([low, high])
        grid = np.stack(np.broadcast_arrays(across, -0.62, up[:, None]), axis=-1)
        return sheet(grid, coloured(rgb(self.theme, paint), np.array([[faint], [strong]])))

    def level_at(self, step: float) -> float:
        """The running maximum after so many tiles; it moves in the second half of each."""
        tile = min(int(step), self.tiles - 1)
        rise = np.clip((step - tile - 0.5) / 0.4, 0, 1)
        before, after = self.levels[tile], self.levels[tile + 1]
        return float(before + rise * rise * (3 - 2 * rise) * (after - before)) if tile else float(after)

    def weights(self, step: float) -> ndarray:
        """e^(score − level) of every tower, [key]; 0 of those that are not there."""
        there = np.arange(len(self.row)) // self.tile < np.ceil(step)
        return np.where(there, np.exp(np.minimum(self.row - self.level_at(step), 0)), 0.0)

    def arrive(self, step: float) -> Skyline:
        """After so many tiles, or while the next one arrives: its towers grow, then the level rises to them."""
        dark = is_dark(self.theme)
        done = step - np.arange(len(self.row)) // self.tile
        grown = np.clip(2.5 * done, 0, 1)
        bright = (0.3 if dark else 0.35) + (0.7 if dark else 0.65) * np.sqrt(self.weights(step))
        page, ink = rgb(self.theme, "background"), rgb(self.theme, "data")
        colours = mixed(page, ink, bright)
        self.towers.show(top=0.01 + grown * self.height(self.row), side=colours, lid=mixed(colours, np.ones(3), 0.25),
                         heat=0.8 * self.weights(step))  # fmt: skip
        self.slots.show(opacity=0.5 * (1 - grown)[:, None])
        tile, level, end = min(int(step), self.tiles - 1), self.level_at(step), self.end(step)
        first = float(np.clip(2 * step, 0.02, 1))
        top = first * float(self.height(level))
        self.level.show(paths=self._line(top, end)[None])
        self.water.put(self._pane(0, top, "data", 0.02, 0.12 if dark else 0.16, end))
        before = float(self.height(self.levels[tile])) if tile else top
        part = step - tile
        full = float(np.clip(4 * part - 2, 0, 1) * np.clip((1 - part) / 0.03, 0, 1)) if tile else 0.0
        self.band.put(self._pane(before, max(top, before + 1e-3), "mechanism", 0.3 * full, 0.5 * full, end))
        return self


def _square(middle: ndarray, half: float) -> ndarray:
    """A square's outline on the floor, [corner 3], closed."""
    corners = half * np.array([[-1, -1], [1, -1], [1, 1], [-1, 1], [-1, -1]])
    return np.concatenate([middle + corners, np.full((5, 1), 0.01)], axis=1)


SIDE, STOREY, FLAT = 24.0, 0.34, 0.06
"""Of a city: its side, the height of one standard unit of score, and what is left of towers that are not stored."""


class City(Group):
    """A matrix of scores, a tower for every so-manieth both ways, in tiles; along its edges blocks of Q, K, V and O.

    The mobject holds ``towers``; ``queries``, ``keys`` and ``results``, the edges; ``bench``, fast memory with an area
    to the scale of the city's, with the tile ``held`` in it; and the ``beam`` down to where that belongs.
    """

    def __init__(self, theme: Theme, scores: ndarray, tiles: int, share: float) -> None:
        """``scores`` [street tower]; so many ``tiles`` along a side; ``share`` is the bench's of the city's area."""
        self.theme, self.tiles, self.count = theme, tiles, len(scores)
        self.heights = STOREY * (np.asarray(scores, float) - scores.min()) + FLAT
        self.relative = ((scores - scores.min()) / (scores.max() - scores.min())) ** 1.5
        pitch = SIDE / self.count
        across = -SIDE / 2 + pitch * (np.arange(self.count) + 0.5)
        x, y = np.meshgrid(across, -across)
        self.feet = np.stack([x, y], axis=-1)
        self.towers = Blocks(theme, self.feet.reshape(-1, 2), 0.8 * pitch, top=0.02, side="data", lip=0.0)
        self.plot = SIDE / tiles
        at = -SIDE / 2 + self.plot * (np.arange(tiles) + 0.5)
        edge = np.full(tiles, SIDE / 2 + 0.8)
        brick = np.array([0.84 * self.plot, 0.84 * self.plot])
        self.queries, self.results = (Blocks(theme, np.stack([sign * edge, -at], axis=1), brick, top=0.3, side=role)
                                      for sign, role in ((-1, "model"), (1, "target")))  # fmt: skip
        self.keys = Blocks(theme, np.concatenate([np.stack([at, edge + row * self.plot], axis=1) for row in (0, 1)]),
                           brick, top=0.3, side="data")  # fmt: skip
        half = SIDE * np.sqrt(share) / 2
        self.half, self.lift = half, 3.2
        self.place = np.array([*self.middle(tiles // 2, tiles // 2), self.lift])
        self.bench = Blocks(theme, np.zeros((1, 2)), 2 * half, foot=-0.12, top=0.0, side="model")
        each = max(1, self.count // tiles)
        inside = 2 * half * ((np.arange(each) + 0.5) / each - 0.5)
        places = np.stack(np.meshgrid(inside, -inside), axis=-1).reshape(-1, 2)
        self.held = Blocks(theme, places, 1.5 * half / each, top=0.01, side="data")
        self.beam = Mesh(self._beam(np.zeros(2), 1.0), depth_test=False, z_index=GLASS)
        super().__init__(self.queries, self.keys, self.results, self.towers, self.bench, self.held, self.beam)
        self.write(0.0)

    def middle(self, row: float, column: float) -> ndarray:
        """The middle [two] of a tile's plot, or between two."""
        return np.array([-SIDE / 2 + self.plot * (column + 0.5), SIDE / 2 - self.plot * (row + 0.5)])

    def _look(self, bright: ndarray, tall: ndarray, paint: ndarray | None = None) -> None:
        """Colours and heights of all towers, [street tower] each."""
        page, ink = rgb(self.theme, "background"), rgb(self.theme, "data")
        far = np.linalg.norm(self.feet - self.place[:2], axis=-1)
        pool = 0.4 + 0.6 * np.exp(-((far / (0.35 * SIDE)) ** 2))  # the bench's surroundings are lit
        colours = mixed(page, ink, np.clip(bright * pool * (0.25 + 1.1 * self.relative), 0, 1))
        if paint is not None:
            colours = np.where(paint[..., None] > 0, rgb(self.theme, "mechanism"), colours)
        self.towers.show(top=(0.02 + tall * self.heights).ravel(), side=colours.reshape(-1, 3),
                         lid=mixed(colours, np.ones(3), 0.1).reshape(-1, 3))  # fmt: skip

    def write(self, passes: float) -> City:
        """The textbook's way after so many of its four passes over all scores: they stand once they are stored."""
        row = np.arange(self.count)[:, None] + np.zeros(self.count)
        front = (passes % 1) * self.count if passes < 4 else self.count
        wave = np.exp(-(((row - front) / 3) ** 2)) * (0 < passes < 4)
        built = np.clip(passes * self.count - row, 0, 1) if passes < 1 else np.ones_like(row)
        self._look(0.3 + 0.6 * built + 0.8 * wave, built)
        self._edges(None, None)
        self.held.show(top=0.0, shift=np.array([0, 0, -1.0]))
        return self._bench(self.middle(self.tiles // 2, self.tiles // 2), 1.0)

    def sweep(self, visit: float) -> City:
        """The tiled way at a visit, row by row: only the tile at work stands, held in fast memory."""
        at = min(int(visit), self.tiles**2 - 1)
        row, column = divmod(at, self.tiles)
        plots = np.arange(self.count) * self.tiles // self.count
        here = (plots[:, None] == row) & (plots[None] == column)
        past = (plots[:, None] == row) & (plots[None] < column)
        self.at_work = here
        self._edges(row, column)
        self._bench(self.middle(row, column), 1.0)
        self._look(0.34 + 0.2 * past, np.full(here.shape, FLAT), here)
        tall = self.heights[here]
        self.held.show(top=tall if len(tall) == self.held.count else FLAT, shift=self.place)
        return self

    def stand(self, visit: float) -> City:
        """All of it, as the textbook leaves it, and a tile at work in it."""
        self.sweep(visit)
        here = self.at_work
        self._look(np.full(here.shape, 0.8), np.where(here, 0.0, 1.0), here)
        return self

    def _edges(self, row: int | None, column: int | None) -> None:
        at = np.arange(self.tiles)
        self.queries.show(top=np.where(at == row, 0.9, 0.3), heat=(at == row).astype(float))
        self.results.show(top=np.where(at < (row or 0), 0.6, 0.15), heat=0.6 * (at < (row or 0)))
        lit = np.tile(at == column, 2)
        self.keys.show(top=np.where(lit, 0.9, 0.3), heat=lit.astype(float))

    def _bench(self, middle: ndarray, strength: float) -> City:
        self.place = np.array([*middle, self.lift])
        self.bench.show(shift=self.place)
        self.beam.put(self._beam(middle, strength))
        return self

    def _beam(self, middle: ndarray, strength: float) -> Triangles:
        """Four walls of light from the tile's plot up to the bench."""
        up = np.linspace(0, 1, 6)
        half = (1 - up) * self.plot / 2 + up * self.half
        turn = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1], [-1, -1]])
        ring = middle + half[:, None, None] * turn
        grid = np.concatenate([ring, np.broadcast_to((self.lift - 0.12) * up[:, None, None], (6, 5, 1))], axis=-1)
        alpha = strength * (0.32 if is_dark(self.theme) else 0.4) * ((1 - up) ** 1.5 + 0.12)
        return sheet(grid, coloured(rgb(self.theme, "model"), np.broadcast_to(alpha[:, None], (6, 5))))
