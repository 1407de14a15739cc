"""A matrix of scores as a city, with Q, K, V and O along its edges and fast memory above it: areas are numbers.

A tower is as high as its score and as bright as its weight; an area is a number of numbers, to one scale everywhere.
"""

from __future__ import annotations

import numpy as np
from manimlib import LEFT, RIGHT, UP, Group
from numpy import ndarray

from mathviz.mobjects.easing import ease
from mathviz.mobjects.glass import Pane
from mathviz.mobjects.light import Lights
from mathviz.mobjects.mesh import GLASS, NOTHING, Mesh, Triangles, coloured, sheet
from mathviz.mobjects.solids import Blocks
from mathviz.mobjects.streaks import GlowLine
from mathviz.mobjects.tint import is_dark, mixed, rgb
from mathviz.style import Theme

SIDE, STOREY, FLAT, STREET = 24.0, 0.42, 0.05, 0.72
"""Of a city: its side, the height of one standard unit of score, what is left of towers that are not stored, and how
much of its place a tower takes."""

PASSES = 4
"""How often the textbook goes over all scores."""

BLOCKS = (("queries", 1.15 * LEFT, RIGHT), ("keys", 1.8 * UP, LEFT), ("results", 1.2 * RIGHT, LEFT))
"""What lies beside a tile: its name, a place beyond it, from the bench, and on which side of that a word has room on
the screen, seen from the city's first corner."""

HIGH = 0.12
"""Of the blocks along a city's edges."""

DIMMEST = {True: 0.13, False: 0.16}
"""What is seen of towers without any light, on a dark page and on a light one."""


class City(Group):
    """A matrix of scores, a tower for every so-manieth both ways, in tiles; along its edges blocks of Q, K, V and O.

    As high as its score, and lit by e^(score − its row's largest here). The mobject holds ``towers``; ``queries``,
    ``keys`` (K and behind it V) and ``results``, the edges; ``bench``, what fast memory holds: a block of each and the
    tile ``held``; ``lamp``, its glow; and the ``beam`` down to where the tile belongs. All areas are to one scale.
    """

    def __init__(self, theme: Theme, scores: ndarray, tiles: int, width: float) -> None:
        """``scores`` [street tower]; so many ``tiles`` along a side; ``width`` of Q as a share of the side."""
        self.theme, self.tiles, self.count, self.wide = theme, tiles, len(scores), SIDE * width
        self.heights = STOREY * (np.asarray(scores, float) - scores.min()) + FLAT
        self.light = np.exp(scores - scores.max(axis=1, keepdims=True))
        pitch, self.plot = SIDE / self.count, SIDE / tiles
        across = -SIDE / 2 + pitch * (np.arange(self.count) + 0.5)
        self.feet = np.stack(np.meshgrid(across, -across), axis=-1)
        depth = self.feet @ [0.5, 0.87] + 13
        self.fog = 0.8 * (1 - np.exp(-((np.maximum(depth, 0) / 22) ** 2))).ravel()
        self.towers = Blocks(theme, self.feet.reshape(-1, 2), STREET * pitch, top=0.02, side="data", lip=0.0)
        at = -SIDE / 2 + self.plot * (np.arange(tiles) + 0.5)
        edge, along, still = SIDE / 2 + 0.2 + self.wide / 2, 0.9 * self.plot, np.zeros(tiles)
        self.queries, self.results = (
            Blocks(theme, np.stack([still + sign * edge, -at], axis=1), np.array([self.wide, along]), side=role)
            for sign, role in ((-1, "model"), (1, "target"))
        )  # fmt: skip
        self.keys = Blocks(theme, np.concatenate([np.stack([at, still + edge + row * 1.25 * self.wide], axis=1)
                           for row in (0, 1)]), np.array([along, self.wide]), top=HIGH, side="data")  # fmt: skip
        off = (self.plot + self.wide) / 2
        self.slabs = np.array([[0.0, 0.0], [-off, 0.0], [off, 0.0], [0.0, off], [0.0, off + self.wide]])
        sizes = np.array([[self.plot, self.plot], *2 * [[self.wide, self.plot]], *2 * [[self.plot, self.wide]]])
        page, roles = rgb(theme, "background"), ("model", "model", "target", "data", "data")
        paints = np.array([rgb(theme, role) for role in roles])
        self.bench = Blocks(theme, self.slabs, 0.96 * sizes, foot=-0.1, top=0.0, side=paints)
        self.bench.show(body=mixed(page, paints, np.array([0.2, *4 * [0.7]])), rim=paints,
                        lid=mixed(page, paints, np.array([0.25, *4 * [0.85]])))  # fmt: skip
        each = max(1, self.count // tiles)
        inside = self.plot * ((np.arange(each) + 0.5) / each - 0.5)
        places = np.stack(np.meshgrid(inside, -inside), axis=-1).reshape(-1, 2)
        self.held = Blocks(theme, places, STREET * self.plot / each, top=0.01, side="data")
        self.lamp = Lights(theme, np.zeros((1, 3)), "model", radius=0.1, halo=18.0, glow=0.35)
        self.beam = Mesh(NOTHING, z_index=GLASS)
        super().__init__(self.queries, self.keys, self.results, self.towers, self.bench, self.held, self.beam,
                         self.lamp)  # fmt: skip
        self.write(0.0)

    # Where things are

    def middle(self, row: float, column: float) -> ndarray:
        """The middle [two] of a tile's plot, or between two."""
        return np.array([-SIDE / 2 + self.plot * (column + 0.5), SIDE / 2 - self.plot * (row + 0.5)])

    def ground(self, east: float, north: float) -> ndarray:
        """A place [3] on the ground, from −1 to 1 over the city."""
        return np.array([east, north, 0.0]) * SIDE / 2

    def slab(self, number: int) -> ndarray:
        """Where on the bench the tile (0), the block of Q, O, K or V is now, [3]."""
        return self.place + np.array([*self.slabs[number], 0.0])

    @property
    def share(self) -> float:
        """Of the city's area, that of what fast memory holds."""
        return (self.plot**2 + 4 * self.plot * self.wide) / SIDE**2

    # How it is shown

    def write(self, passes: float) -> City:
        """The textbook's way after so many of its four passes: scores are stored and stand, loaded, weights stored
        and lit, loaded."""
        row = np.arange(self.count)[:, None] + np.zeros(self.count)
        front = (passes % 1) * (self.count + 8) - 4
        wave = np.exp(-(((row - front) / 2.5) ** 2)) * (0 < passes < PASSES)
        built, lit = (np.clip((passes - first) * (self.count + 8) - 4 - row, 0, 1) for first in (0, 2))
        middle = (self.tiles // 2, self.tiles // 2)
        self._at(self.middle(*middle), 3.4, *middle)
        self._edges(None, None)
        self._look(lit, built, 0.55 * wave)
        return self

    def sink(self, share: float) -> City:
        """Before anything is stored, from what stands when all is."""
        self.write(PASSES)
        self._look(np.full(self.light.shape, 1 - share), np.full(self.light.shape, 1 - share), 0.0)
        return self

    def sweep(self, visit: float) -> City:
        """The tiled way at a visit, row by row: K and V come to the bench, a tile stands there alone, and is gone."""
        at = min(int(visit), self.tiles**2 - 1)
        row, column = divmod(at, self.tiles)
        part = visit - at
        plots = np.arange(self.count) * self.tiles // self.count
        self.at_work = (plots[:, None] == row) & (plots[None] == column)
        past = (plots[:, None] == row) & (plots[None] < column)
        self._edges(row, column)
        glide = float(ease(part / 0.25)) if column else 1.0
        self._at(self.middle(row, column - 1 + glide), 1.3, row, column)
        self._look(0 * past, np.full(past.shape, FLAT), np.where(self.at_work, 0.6, 0.14 * past))
        come = float(ease((part - 0.1) / 0.3)) if part else 1.0
        self._fetch(column, come)
        stands = float(ease((part - 0.35) / 0.15) * (1 - ease((part - 0.9) / 0.1))) if part else 1.0
        self.held.show(top=0.01 + stands * (self.heights[self.at_work] - 0.01))
        return self

    def rows(self, row: float) -> City:
        """The tiled way a row of tiles at a time: all along a row the bench has been; the tiles are gone."""
        at = min(int(row), self.tiles - 1)
        self.sweep(at * self.tiles)
        plots = (np.arange(self.count) + 0.5) * self.tiles / self.count - 0.5
        glow = np.exp(-((np.maximum(plots - row, 0) / 0.6) ** 2)) * np.exp(-((np.minimum(plots - row, 0) / 1.6) ** 2))
        none = np.zeros(self.light.shape)
        self._at(self.middle(min(row, self.tiles - 1.0), self.tiles - 1), 1.3, at, self.tiles - 1)
        used = 0.14 * np.clip(row - plots, 0, 1)[:, None]
        self._look(none, none + FLAT, none + np.maximum(0.75 * glow[:, None] * (row < self.tiles), used))
        self._edges(at, None, row)
        self.beam.put(self._trail(min(row, self.tiles - 1.0)))
        self.held.show(top=0.01)
        return self

    def stand(self, visit: float) -> City:
        """All of it, as the textbook leaves it, and a tile at work over it."""
        self.sweep(visit)
        row, column = divmod(int(visit), self.tiles)
        self._at(self.middle(row, column), 3.4, row, column)
        self._look(np.ones(self.light.shape), np.ones(self.light.shape), 0.0)
        return self

    def _look(self, lit: ndarray, tall: ndarray, wave: ndarray | float) -> None:
        """Of all towers, [street tower] each: how much of their light they have, of their height, and extra light."""
        page, ink = rgb(self.theme, "background"), rgb(self.theme, "data")
        least = DIMMEST[is_dark(self.theme)]
        share = np.clip(least + (1 - least) * (lit * self.light) + wave, 0, 1).ravel()
        colours = mixed(page, ink, share)
        self.towers.show(top=(0.02 + tall * self.heights).ravel(), body=colours, lid=colours,
                         fog=self.fog * np.clip(np.max(tall), 0, 1))  # fmt: skip

    def _edges(self, row: int | None, column: int | None, done: float | None = None) -> None:
        at = np.arange(self.tiles)
        self.queries.show(top=np.where(at == row, 0.4, HIGH), heat=0.3 + 0.7 * (at == row))
        done = (row or 0) if done is None else done
        got = np.clip(done - at, 0, 1)
        self.results.show(top=0.02 + HIGH * got, heat=got)
        lit = np.tile(at == column, 2)
        self.keys.show(top=np.where(lit, 0.4, HIGH), heat=0.3 + 0.7 * lit)

    def _at(self, middle: ndarray, lift: float, row: int, column: int) -> City:
        """The bench hovers over a place in the city."""
        self.lift, self.place = lift, np.array([*middle, lift])
        self.bench.show(shift=self.place)
        self.held.show(shift=self.place)
        plots = np.arange(self.count) * self.tiles // self.count
        tall = self.heights[np.ix_(plots == row, plots == column)].ravel()
        ink = rgb(self.theme, "data")
        self.held.show(top=tall, body=mixed(ink, np.ones(3), 0.1), lid=mixed(ink, np.ones(3), 0.5))
        self.lamp.show(self.place[None] + [0, 0, 0.3], opacity=0.5)
        self.beam.put(self._beam(middle, 1.0))
        return self

    def _fetch(self, column: int, come: float) -> None:
        """Blocks of K and V on their way from the city's edge to the bench, when so much of it is done."""
        shift = np.tile(self.place, (5, 1))
        for slab, home in ((3, column), (4, self.tiles + column)):
            start = self.keys.centres()[home] - [*self.slabs[slab], 0]
            shift[slab] = start + come * (self.place - start) + [0, 0, 0.8 * np.sin(np.pi * come)]
        self.bench.show(shift=shift)

    def _beam(self, middle: ndarray, strength: float) -> Triangles:
        """Four walls of light from the bench's tile down to its plot."""
        up = np.linspace(0, 1, 6)
        turn = self.plot / 2 * np.array([[-1, -1], [1, -1], [1, 1], [-1, 1], [-1, -1]])
        ring = np.broadcast_to(middle + turn, (6, 5, 2))
        grid = np.concatenate([ring, np.broadcast_to((self.lift - 0.1) * up[:, None, None], (6, 5, 1))], axis=-1)
        alpha = strength * (0.3 if is_dark(self.theme) else 0.36) * (0.2 + 0.8 * up**1.5)
        return sheet(grid, coloured(rgb(self.theme, "model"), np.broadcast_to(alpha[:, None], (6, 5))))

    def _trail(self, row: float) -> Triangles:
        """Where the bench went along a row of tiles, brighter to where it is."""
        along = np.linspace(-SIDE / 2, SIDE / 2, 9)
        y = self.middle(row, 0)[1] + self.plot / 2 * np.array([1, -1])
        grid = np.stack(np.broadcast_arrays(along[:, None], y, self.lift - 0.05), axis=-1)
        alpha = np.linspace(0.12, 0.6, 9)[:, None] * np.ones(2)
        return sheet(grid, coloured(rgb(self.theme, "model"), alpha))


class Kernels(Group):
    """What two kernels took: memory as areas over a city, time as ways that both go at one speed.

    ``areas`` are glass over it, to its scale; ``ways``, along the first streets.
    """

    def __init__(self, theme: Theme, areas: ndarray, times: ndarray, paints: tuple[str, str]) -> None:
        """``areas`` [kernel], in cities; ``times`` [kernel], in any unit."""
        self.times = np.asarray(times, float) / np.max(times)
        half = SIDE / 2 * np.sqrt(areas)
        square = np.array([[-1, -1, 0], [1, -1, 0], [1, 1, 0], [-1, 1, 0]], float)
        self.areas = Group(*(Pane(theme, square * each + [0, 0, high], paint, 0.16, 0.9, 3.0)
                             for each, high, paint in zip(half, (0.5, 0.9), paints, strict=True)))  # fmt: skip
        self.starts = np.array([[-SIDE / 2, y, 1.2] for y in (-7.0, -4.0)])
        self.ways = Group(*(GlowLine(theme, self._way(number, 0.0), paint, 9.0) for number, paint in enumerate(paints)))
        super().__init__(self.areas, self.ways)

    def clock(self, share: float) -> Kernels:
        """After so much of the longer time."""
        for number, way in enumerate(self.ways):
            way.show(paths=self._way(number, min(share, self.times[number]))[None])
        return self

    def _way(self, number: int, share: float) -> ndarray:
        return self.starts[number] + np.array([[k * max(share, 1e-3) * SIDE / 2, 0, 0] for k in range(3)])
