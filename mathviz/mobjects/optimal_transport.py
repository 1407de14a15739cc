"""The sand of optimal transport: grains that fly from a pile into holes, land on a table, and stream to another pile.

Places of the line lie along x. On the table, at the height of the ground, a grain lies as far to the right as it goes
to, and as far back as it comes from. Its two shadows are the piles.
"""

from __future__ import annotations

import numpy as np
from manimlib import Group
from numpy import ndarray

from mathviz.mobjects.light import Hero, Lights
from mathviz.mobjects.mesh import BEHIND, Mesh, coloured, join, sheet
from mathviz.mobjects.streaks import GlowLine, Streaks
from mathviz.mobjects.tint import between, is_dark, mixed, rgb, thin
from mathviz.style import Theme

UNIT, TALL, ARC = 4.6, 18.8, 0.3
"""Scene units of a unit of the line; the height of all mass on one place; how high a flight is by its length."""

WIDE, DEEP = 7, 4
"""So many grains lie beside each other in a pile, and in either direction in a cell of the table."""

LENGTH, EVERY = 0.38, 23
"""The share of all the time that one flight takes; every so-manieth grain draws its way."""

TRACE, AFTER = 0.3, 0.2
"""How bright the ways are that grains draw; the share of the time in which they fade."""

ROLES = {"pile": "noise", "hole": "data", "cell": "model", "front": "noise", "back": "data"}
"""The places of every grain, and what it is there."""


def stacked(places: ndarray) -> ndarray:
    """How many equal ones stand before each, [grain], of indices [grain]."""
    order = np.argsort(places, kind="stable")
    starts = np.concatenate([[0], np.flatnonzero(np.diff(places[order])) + 1])
    lengths = np.diff(np.append(starts, len(places)))
    found = np.empty(len(places), int)
    found[order] = np.arange(len(places)) - np.repeat(starts, lengths)
    return found


class Sand(Group):
    """Grains of one pile; ``goals`` says where each is to go, ``fly`` how far they are on the way, one after the other,
    and ``carry`` takes all of them from one of their places to another at once.

    The ground is a line with the holes that they are to fill. One grain is followed.
    """

    def __init__(
        self, theme: Theme, rows: ndarray, columns: ndarray, row: ndarray, column: ndarray, followed: int = 0
    ) -> None:
        """``rows``, ``columns``: places on the line; ``row``, ``column`` [grain]: where each begins and ends."""
        self.theme, self.rows, self.columns, self.row, self.followed = theme, rows, columns, row, followed
        self.step = UNIT * (columns[1] - columns[0])
        self.light, self.size = 1.0, len(row)
        ends = np.array([UNIT * rows[0], UNIT * rows[-1]]) + 2.5 * self.step * np.array([-1, 1])
        self.depth = TALL * np.bincount(column, minlength=len(columns)) / self.size
        self.places = {"pile": self._piled(UNIT * rows[row], row)}
        self.places["front"] = self.places["pile"] + np.array([0.0, ends[0], 0.0])
        self.places["back"] = self._piled(UNIT * columns[column], column) + np.array([0.0, ends[1], 0.0])
        self.earth, self.ground = self._dug()
        radius, self.rest = (0.034, 0.8) if is_dark(theme) else (0.046, 1.0)
        self.lights = Lights(theme, self.places["pile"], "noise", radius, halo=4.0, glow=0.1)
        self.drawn = np.arange(EVERY // 2, self.size, EVERY)
        self.ways = Streaks(theme, np.zeros((len(self.drawn), 25, 3)), "data", 1.6, 0.0)
        self.hero = Hero(theme, self.places["pile"][followed], "text", 0.055)
        straight = np.stack([self.places["front"], self.places["back"]], axis=1)
        change = np.stack([thin(theme, "noise"), thin(theme, "data")])
        self.threads = Streaks(theme, straight[EVERY // 4 :: EVERY // 4], change, 1.4, 0.3 if is_dark(theme) else 0.17)
        self.thread = GlowLine(theme, straight[followed], "text", 3.0, 1.0, glow=0.7)
        super().__init__(self.earth, self.ground, self.ways, self.lights, self.hero)
        self.goals(column)

    def _dug(self) -> tuple[Mesh, GlowLine]:
        """The earth with its holes, and the line along its surface."""
        edges = UNIT * self.columns[0] + self.step * (np.arange(len(self.depth) + 1) - 0.5)
        x = np.repeat([-14.0, *edges, 14.0], 2)[1:-1].reshape(-1, 2)
        depth = np.array([0.0, *self.depth, 0.0])
        rim = np.stack([x, 0 * x, np.repeat(-depth, 2).reshape(-1, 2)], axis=-1)
        low = np.linspace(0, 1, 6)[:, None, None]
        below = (1 - low) * rim[:, None, :, 2].swapaxes(0, 1) - low * 5.0
        earth = mixed(rgb(self.theme, "surface"), rgb(self.theme, "outline"), 0.13)
        parts = []
        for at in range(len(x)):
            points = np.stack([np.broadcast_to(x[at], (6, 2)), np.zeros((6, 2)), below[:, at]], axis=-1)
            fade = np.clip(1 + below[:, at] / 4.2, 0, 1)
            parts.append(sheet(points, coloured(mixed(rgb(self.theme, "background"), earth, fade), 1.0)))
        ground = GlowLine(self.theme, rim.reshape(1, -1, 3), "data", 3.0, 0.9, corner=0.01, glow=0.4)
        return Mesh(join(*parts), depth_test=False, z_index=BEHIND + 1), ground

    def _piled(self, x: ndarray, pile: ndarray) -> ndarray:
        """Places [grain 3] of grains at ``x`` on the ground, WIDE of them beside each other in each pile."""
        place = stacked(pile)
        loose = 0.45 * (np.stack([place * 0.754878, place * 0.569840]) % 1 - 0.5)  # sand is no wall of bricks
        across = 0.92 * self.step * ((place % WIDE + 0.5 + loose[0]) / WIDE - 0.5)
        count = np.bincount(pile)[pile]
        high = TALL / self.size * count * (place // WIDE + 0.5 + loose[1]) / np.ceil(count / WIDE)
        return np.stack([x + across, np.zeros(len(pile)), high], axis=1)

    def goals(self, column: ndarray, closest_first: bool = False, heaped: ndarray | None = None) -> Sand:
        """Where each grain goes from now on; what goes to one place fills it from below. The topmost leave first, or
        those with the shortest way. Those of ``heaped``, [grain] of bool, find no room there, and lie on top."""
        column = np.asarray(column)
        ends = self._piled(UNIT * self.columns[column], column)
        ends[:, 2] -= self.depth[column]
        if heaped is not None:
            ends[heaped] = self._piled(UNIT * self.columns[column[heaped]], column[heaped])
        place = stacked(self.row * len(self.columns) + column)
        aside = (np.stack([place % DEEP, place // DEEP % DEEP]) + 0.5) / DEEP - 0.5
        self.places["hole"] = ends
        self.places["cell"] = np.stack([
            UNIT * self.columns[column] + 0.8 * self.step * aside[0],
            UNIT * self.rows[self.row] + 0.8 * self.step * aside[1],
            TALL * DEEP**2 / self.size * (place // DEEP**2 + 0.5),
        ], axis=1)  # fmt: skip
        begins, self.wrong = self.places["pile"], np.zeros(self.size, bool) if heaped is None else heaped
        last = np.abs(ends - begins)[:, 0] if closest_first else begins[:, 2] * (-1 if heaped is None else 1)
        self.delay = np.argsort(np.argsort(last, kind="stable")) / self.size * (1 - LENGTH)
        self.flights = self._at(np.linspace(0, 1, 25)[:, None], self.drawn).swapaxes(0, 1)
        return self.fly(0.0)

    def way(self, grain: int, points: int = 41) -> ndarray:
        """The flight of one, [point 3]."""
        return self._at(np.linspace(0, 1, points)[:, None], np.array([grain]))[:, 0]

    def _at(self, share: ndarray, which: ndarray | slice = slice(None)) -> ndarray:
        share = np.asarray(share, float)[..., None]
        begin, end = self.places["pile"][which], self.places["hole"][which]
        far = np.abs(end - begin)[..., :1]
        high = ARC * far + 0.9 * np.minimum(far, 1)
        return (1 - share) * begin + share * end + 4 * share * (1 - share) * high * np.array([0.0, 0.0, 1.0])

    def done(self, share: float) -> ndarray:
        """How far each is on its flight when this share of the time is over, [grain]."""
        way = np.clip((share - self.delay) / LENGTH, 0, 1)
        return np.asarray(way * way * (3 - 2 * way))

    def fly(self, share: float) -> Sand:
        """When this share of the time is over in which all of them fly."""
        done = self.done(share)
        lit = self.rest + (1 - self.rest) * np.minimum(1, 12 * done * (1 - done))
        colours = between(self.theme, ("noise", "data"), (0.0, 1.0), done)
        self._put(self._at(done), mixed(colours, rgb(self.theme, "error"), done * self.wrong), lit)
        landed = (share - self.delay[self.drawn] - LENGTH) / AFTER
        self.ways.show(self.flights, opacity=TRACE * np.clip(1 - landed, 0, 1)[:, None] * np.ones((1, 25)),
                       upto=24 * done[self.drawn])  # fmt: skip
        return self

    def carry(self, one: str, other: str, share: float) -> Sand:
        """All of them at once, straight from one of their ``places`` to another."""
        colours = between(self.theme, (ROLES[one], ROLES[other]), (0.0, 1.0), np.full(self.size, share))
        self.ways.show(opacity=0.0)
        return self._put((1 - share) * self.places[one] + share * self.places[other], colours, self.rest)

    def stream(self, share: float) -> Sand:
        """From the pile in front straight to the one at the back: so much of the time is over."""
        self.threads.show(upto=max(share, 1e-3))
        self.thread.show(upto=max(share, 1e-3))
        return self.carry("front", "back", share)

    def lit(self, light: float) -> Sand:
        """All grains but the followed one are so bright from now on."""
        self.light = light
        return self._put(*self.looks)

    def _put(self, points: ndarray, paint: ndarray, bright: float | ndarray) -> Sand:
        self.looks = points, paint, bright
        self.lights.show(points, paint, self.light * np.asarray(bright))
        self.hero.show(points[self.followed])
        return self


class Flights(Group):
    """The flights of two grains: ``fly`` draws them, ``swap`` leads them to each other's goals."""

    def __init__(self, theme: Theme, ways: ndarray, swapped: ndarray) -> None:
        """Both [two point 3]; ``swapped`` are theirs afterwards."""
        self.theme, self.before, self.after = theme, np.asarray(ways), np.asarray(swapped)
        self.lines = GlowLine(theme, self.before, "error", 4.0, 1.0, glow=0.8)
        self.grains = Hero(theme, self.before[:, 0], "text", 0.075)
        super().__init__(self.lines, self.grains)
        self.fly(0.0)

    def fly(self, share: float) -> Flights:
        """When so much of their ways is flown."""
        upto = share * (self.before.shape[1] - 1)
        first = min(int(upto), self.before.shape[1] - 2)
        self.lines.show(paths=self.before, upto=max(upto, 0.01))
        self.grains.show(self.before[:, first] + (upto - first) * (self.before[:, first + 1] - self.before[:, first]))
        return self

    def swap(self, share: float) -> Flights:
        """When so much of the swap is done."""
        way = share * share * (3 - 2 * share)
        ways = (1 - way) * self.before + way * self.after
        self.lines.show(paths=ways, paint=between(self.theme, ("error", "model"), (0.0, 1.0), np.array(way)))
        self.grains.show(ways[:, -1])
        return self
