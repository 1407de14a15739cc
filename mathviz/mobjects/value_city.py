"""Values of a gridworld as a city: a tower for every cell, as high as its value; below the ground, as deep as its loss.

Rows of the board go into depth, the first nearest. What walks on it hops from lid to lid, and news of values flies.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from manimlib import Group
from numpy import ndarray

from mathviz.mobjects.easing import ease
from mathviz.mobjects.glass import Curtain, FloorGrid
from mathviz.mobjects.light import Lights, moment
from mathviz.mobjects.solids import Blocks
from mathviz.mobjects.streaks import GlowLine, Streaks
from mathviz.mobjects.tint import between, is_dark, mixed, rgb, thin
from mathviz.style import Theme

CELL, WIDE, TALL, THIN = 2.0, 1.84, 2.2, 0.07
"""From cell to cell, how wide a tower is, how high a value of one, and how thick a slab that is worth nothing."""

STEPS = 12
"""Points of a hop's arc."""

MOVES = np.array([[0.0, -1.0], [1.0, 0.0], [0.0, 1.0], [-1.0, 0.0]])
"""Up, right, down and left on the board, as they are seen from above its first row."""


class ValueCity(Group):
    """Towers of value over a board of ground (0), mud (1) and one goal (2), which a shaft of light stands on.

    The mobject holds the ``floor``; ``towers``, one of a cell; ``hatch`` on those of mud; ``zero`` and ``cords``, by
    which what is worth less than nothing hangs from the ground; ``ring`` and ``shaft`` of the goal.
    """

    def __init__(self, theme: Theme, kinds: ndarray) -> None:
        """``kinds`` [cell], along the rows of a square board."""
        self.theme, self.kinds, self.side = theme, np.asarray(kinds), round(len(kinds) ** 0.5)
        row, column = np.divmod(np.arange(len(kinds)), self.side)
        self.feet = CELL * (np.stack([column, row], axis=1) - (self.side - 1) / 2)
        self.values, self.lit = np.zeros(len(kinds)), np.zeros(len(kinds))
        self.goal = int(np.flatnonzero(self.kinds == 2)[0])
        self.floor = FloorGrid(theme, (0.0, 0.0), 13.0, CELL, opacity=0.3)
        self.floor.shift(np.array([CELL / 2, CELL / 2, 0.0]))  # cells are centred where its lines would be
        self.towers = Blocks(theme, self.feet, WIDE, top=THIN, side="target", lip=0.05)
        nothing = np.zeros((1, 2, 3))
        self.hatch = Streaks(theme, nothing, "error", 3.2, 0.95, depth_test=True)
        self.zero = Streaks(theme, self._frames(), "outline", 1.6, 0.0, corner=0.02)
        self.cords = Streaks(theme, np.zeros((4 * len(kinds), 2, 3)), "error", 2.0, 0.0)
        angle, middle = np.linspace(0, 2 * np.pi, 49), np.array([*self.feet[self.goal], 0.0])
        circle = middle + 0.36 * WIDE * np.stack([np.cos(angle), np.sin(angle), 0 * angle], axis=1) + [0, 0, 0.1]
        self.ring = Streaks(theme, circle[None], "target", 5.0, 1.0, depth_test=True)
        self.shaft = Curtain(theme, circle, "target", height=7.0, strength=0.5 if is_dark(theme) else 0.3)
        self.shaft.apply_depth_test()
        super().__init__(self.floor, self.zero, self.cords, self.towers, self.hatch, self.ring, self.shaft)
        self.show(self.values)

    def show(self, values: ndarray, lit: ndarray | float = 0.0) -> ValueCity:
        """Values [cell]; ``lit`` [cell], from 0 to 1, is what is being told just now."""
        self.values = np.array(values, float)
        self.lit = np.broadcast_to(np.asarray(lit, float), self.values.shape)
        lost = np.clip(-8 * self.values, 0, 1)
        top = self.tops()
        self.towers.show(top=top, foot=np.where(lost > 0, top - THIN, np.minimum(0.0, top - THIN)),
                         **self._colours(np.clip(self.lit, 0, 1)))  # fmt: skip
        self.hatch.show(self._hatching(top))
        self.zero.show(opacity=0.5 * lost[:, None])
        corners = np.repeat(self._frames()[:, :4], 1, axis=0).reshape(-1, 1, 3) * np.ones((1, 2, 1))
        corners[:, 1, 2] = np.repeat(np.minimum(top, 0.0), 4) - 0.01
        self.cords.show(corners, opacity=np.repeat(0.55 * lost, 4)[:, None])
        return self

    def _colours(self, lit: ndarray) -> dict[str, ndarray]:
        theme, dark = self.theme, is_dark(self.theme)
        bare = np.array([0.115, 0.145, 0.2]) if dark else np.array([0.86, 0.87, 0.85])
        green, red, ink = rgb(theme, "target"), rgb(theme, "error"), np.ones(3)
        low = mixed(bare, green, 0.55 if dark else 0.45)
        high = mixed(green, ink, 0.28) if dark else mixed(green, np.zeros(3), 0.12)
        stops = (-2.0, -0.6, 0.0, 0.12, 0.5, 1.0)
        paints = (mixed(bare, red, 0.85), mixed(bare, red, 0.4), bare, low, mixed(low, green, 0.85), high)
        lid = between(theme, paints, stops, self.values)
        lid = mixed(lid, np.ones(3) if dark else mixed(green, ink, 0.45), (0.55 if dark else 0.8) * lit)
        body = mixed(lid, rgb(theme, "background"), 0.35 if dark else 0.25)
        rim = mixed(lid, ink, 0.25) if dark else mixed(lid, np.zeros(3), 0.25)
        return {"lid": lid, "body": body, "rim": rim}

    # Where things are

    def tops(self) -> ndarray:
        """The height of every lid now, [cell]."""
        return np.where(self.values >= 0, np.maximum(TALL * self.values, THIN), TALL * self.values + THIN)

    def lids(self, above: float = 0.0) -> ndarray:
        """The middle of every lid now, or so much above it, [cell 3]."""
        return np.column_stack([self.feet, self.tops() + above])

    def corners(self, high: float = 0.0, low: float = 0.0) -> ndarray:
        """The room [point 3] that the board takes, from ``low`` to so ``high``."""
        half = CELL * self.side / 2
        return np.array([[x, y, z] for x in (-half, half) for y in (-half, half) for z in (low, high)])

    def way(self, cells: list[int] | ndarray, moves: ndarray | None = None, above: float = 0.14) -> ndarray:
        """A way over lids as they are now, hop by hop, STEPS points each, [point 3]. Who stays in a cell hops on the
        spot, or bumps into the edge where ``moves`` [hop] say which; at the goal it stands."""
        lids, found = self.lids(above), []
        for at, (one, other) in enumerate(pairwise(cells)):
            still = one == other
            hop = arcs(lids[[one]], lids[[other]], 0.0 if still and one == self.goal else 0.2 if still else 0.55)[0]
            if still and moves is not None and one != self.goal:
                push = np.append(MOVES[moves[at]], 0.0) * np.sin(np.pi * np.linspace(0, 1, STEPS + 1))[:, None]
                hop = hop + 0.48 * CELL * push
            found.append(hop[:-1])
        return np.concatenate([*found, lids[[cells[-1]]]])

    def _frames(self) -> ndarray:
        """Outlines of the cells on the ground, [cell point 3]."""
        h = WIDE / 2
        square = np.array([[-h, -h, 0], [h, -h, 0], [h, h, 0], [-h, h, 0], [-h, -h, 0]])
        return np.column_stack([self.feet, 0 * self.feet[:, 0]])[:, None] + square

    def _hatching(self, top: ndarray) -> ndarray:
        """Lines aslant on the lids of mud, [line 2 3]."""
        lines, h = [], 0.84 * WIDE / 2
        for cell in np.flatnonzero(self.kinds == 1):
            for k in (-0.6, -0.2, 0.2, 0.6):
                ends = np.array([max(-1.0, -1 + 2 * k), min(1.0, 1 + 2 * k)])
                flat = self.feet[cell] + h * np.stack([ends, ends - 2 * k], axis=1)
                lines.append(np.column_stack([flat, [top[cell] + 0.02] * 2]))
        return np.array(lines)


def stepped(at: float) -> float:
    """An index that comes step by step: after each it rests."""
    return int(at) + float(ease((at % 1) / 0.7))


def arcs(starts: ndarray, ends: ndarray, leap: float = 0.8) -> ndarray:
    """Hops from places [hop 3] to others, ``leap`` higher than the higher of both, [hop point 3]."""
    share = np.linspace(0, 1, STEPS + 1)[:, None]
    way = starts[:, None] + share * (ends - starts)[:, None]
    straight = np.maximum(starts[:, 2], ends[:, 2])[:, None] + leap - (starts[:, 2] + ends[:, 2])[:, None] / 2
    way[..., 2] += 4 * (share * (1 - share))[:, 0] * straight
    return np.asarray(way)


class News(Group):
    """What cells are told by others: lights that fly from lid to lid, each with its way."""

    def __init__(self, theme: Theme, most: int, paint: str = "target") -> None:
        """``most`` fly at a time."""
        self.theme, self.most = theme, most
        self.lines = GlowLine(theme, np.zeros((most, STEPS + 1, 3)), paint, 2.6, 0.0, glow=0.6)
        self.heads = Lights(theme, np.zeros((most, 3)), mixed(thin(theme, paint), rgb(theme, "text"), 0.5), 0.075, 7.0,
                            0.2, opacity=0.0)  # fmt: skip
        super().__init__(self.lines, self.heads)

    def fly(self, starts: ndarray, ends: ndarray, share: float) -> News:
        """From places [news 3] to others; gone when they are there."""
        ways = np.zeros((self.most, STEPS + 1, 3))
        ways[: len(starts)] = arcs(starts, ends)
        seen = (np.arange(self.most) < len(starts)) * float(np.clip(8 * share, 0, 1) * np.clip(6 * (1 - share), 0, 1))
        at = float(ease(share)) * STEPS
        self.lines.show(paths=ways, opacity=0.6 * seen[:, None], upto=max(at, 1e-3))
        self.heads.show(moment(ways.swapaxes(0, 1), at), opacity=seen)
        return self


class Wave(Group):
    """Value iteration: in every sweep news flies to the cells that are told for the first time, and their towers
    grow."""

    def __init__(self, city: ValueCity, swept: ndarray, told: ndarray, known: ndarray) -> None:
        """``swept`` [sweep cell]; ``told`` [cell], by which neighbour; ``known`` [cell], since which sweep."""
        self.city, self.swept, self.told, self.known = city, swept, told, known
        self.news = News(city.theme, 8)
        super().__init__(self.news)

    def show(self, at: float) -> Wave:
        """At a sweep, or during the one after it."""
        sweep = min(int(at), len(self.swept) - 2)
        part = at - sweep
        grown = float(ease((part - 0.4) / 0.6))
        new = np.flatnonzero((self.known == sweep + 1) & (np.arange(len(self.known)) != self.city.goal))
        last = np.flatnonzero((self.known == sweep) & (np.arange(len(self.known)) != self.city.goal))
        lit = np.zeros(len(self.known))
        lit[new], lit[last] = grown, 1 - float(ease(part / 0.8))
        self.city.show((1 - grown) * self.swept[sweep] + grown * self.swept[sweep + 1], lit)
        lids = self.city.lids(0.1)
        self.news.fly(lids[self.told[new]], lids[new], float(np.clip(part / 0.75, 0, 1)))
        return self


class Walkers(Group):
    """Many who walk at once, each with the way that it came."""

    def __init__(
        self, theme: Theme, ways: ndarray, paint: str = "data", apart: float = 0.3, trail: float = 0.3
    ) -> None:
        """``ways`` [walker point 3], of STEPS points a hop; they keep so far ``apart``."""
        turn = 2.4 * np.arange(len(ways))
        aside = apart * np.stack([np.cos(turn), np.sin(turn), 0 * turn], axis=1) * (np.arange(len(ways)) > 0)[:, None]
        self.ways = ways + aside[:, None]
        self.lines = Streaks(theme, self.ways, paint, 2.0, trail, corner=0.6)
        self.heads = Lights(theme, self.ways[:, 0], paint, 0.085, 6.0, 0.2)
        super().__init__(self.lines, self.heads)

    def show(self, hops: float) -> Walkers:
        """After so many hops."""
        self.lines.show(upto=max(hops * STEPS, 1e-3))
        self.heads.show(moment(self.ways.swapaxes(0, 1), hops * STEPS))
        return self


class Detour(Group):
    """Two ways over the city: one as long as something is dear, the other once it is cheap; both lie on its lids."""

    def __init__(self, city: ValueCity, ways: tuple[list[int], list[int]], paint: str = "model") -> None:
        """``ways`` are cells, the dear one first."""
        self.city, self.ways = city, ways
        self.lines = [GlowLine(city.theme, city.way(way, above=0.2), paint, 4.5, 0.0, corner=0.3, glow=0.4)
                      for way in ways]  # fmt: skip
        super().__init__(*self.lines)

    def show(self, past: float) -> Detour:
        """So much after both are equally good: before that the first is seen, and soon after it the other alone."""
        for line, way, seen in zip(self.lines, self.ways, (1 - past, past), strict=True):
            line.show(paths=self.city.way(way, above=0.2)[None], opacity=float(np.clip(seen, 0, 1)))
        return self


class Signs(Streaks):
    """Where a policy goes: a chevron on every lid for each move that it may make."""

    def __init__(self, city: ValueCity, moves: ndarray, paint: str = "model") -> None:
        """``moves`` [cell move], how much each is seen."""
        self.city = city
        super().__init__(city.theme, np.zeros((1, 3, 3)), paint, 4.5, 0.0, corner=0.05, depth_test=True)
        self.point(moves)

    def point(self, moves: ndarray) -> Signs:
        """Other moves, on the lids as they are now; none where it ends."""
        seen = np.array(moves, float)
        seen[self.city.goal] = 0
        along = np.column_stack([MOVES, np.zeros(4)])
        across = along[:, [1, 0, 2]] * [-1, 1, 1]
        chevron = np.stack([0.42 * along + 0.22 * across, 0.66 * along, 0.42 * along - 0.22 * across], axis=1)
        paths = (self.city.lids(0.03)[:, None, None] + chevron).reshape(-1, 3, 3)
        self.show(paths, opacity=seen.reshape(-1, 1))
        return self
