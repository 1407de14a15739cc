"""The picture of attention: a lamp in a drum of stained glass, whose bands are as high as the weights.

An angle is a query's direction. The lamp is the query, and shines along x; the drum turns round it. Where its slit of
light passes the wall it is dyed band by band, and is gathered to one ray, which falls into the triangle of values at
their mean.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from manimlib import Group
from numpy import ndarray

from mathviz.mobjects.light import Hero, Lights, moment
from mathviz.mobjects.mesh import GLASS, NOTHING, Mesh, coloured, in_order, join, sheet
from mathviz.mobjects.streaks import GlowLine, Streaks
from mathviz.mobjects.tint import is_dark, mixed, rgb
from mathviz.style import Theme

WALL, TALL = 2.35, 2.0
"""The drum's radius, and how high all of the weight is."""

UNIT = 0.52
"""Scene units of a unit of the plane of queries and keys."""

REACH, LENS, SIZE = 2.2, 1.5, 1.75
"""From the wall to where the light is one ray, from there to the middle of the triangle, and its radius."""

ACROSS = np.array([0.37, 0.93, 0.0])
"""Where the triangle's first axis points; its second points up."""

POINT = 0.09
"""The radius of keys and queries themselves, where the camera is 8 high."""

STEPS = 361
"""Directions of the wall that are drawn; once round."""

FAR, NEAR = (0.92, 0.9), (0.3, 0.42)
"""How opaque the wall is behind the lamp and before it, on a dark page and on a light one."""


def palette(theme: Theme) -> ndarray:
    """The three colours that are looked up, [corner rgb]."""
    rose = mixed(rgb(theme, "error"), rgb(theme, "mechanism"), 0.6 if is_dark(theme) else 0.22)
    return np.array([rgb(theme, "data"), rose, rgb(theme, "rival")])


class Drum(Group):
    """Weights toward all sides as bands of glass, with keys around it, a query inside, and its answer outside.

    The mobject holds the ``far`` and the ``near`` half of the wall, the ``light`` inside, the ``posts`` of the keys,
    the ``fan`` that becomes a ``ray``, and the triangle, ``pane``, with the ``answer`` on it and the ``trace`` of all
    answers. What ``turn``, ``train``, ``soften``, ``trade``, ``shuffle`` and ``admit`` say stays until they say
    otherwise.
    """

    def __init__(
        self, theme: Theme, toward: Callable[[ndarray, float, float], ndarray], keys: ndarray, queries: ndarray,
        corners: ndarray, own: ndarray, traded: ndarray, order: ndarray, reading: float, angle: float, block: int = 2,
    ) -> None:  # fmt: skip
        """``toward`` gives weights [angle symbol] for angles, a reading of the training, and a factor on the scores.

        ``keys`` and ``queries`` are [reading symbol two], ``corners`` [corner two] the triangle, ``own`` and ``traded``
        [symbol] the corner of each value, and ``order`` [symbol] another order of the pairs. It begins at a
        ``reading`` with the query at an ``angle``; a ``block`` is so many keys.
        """
        self.theme, self.dark, self.toward, self.keys, self.queries = theme, is_dark(theme), toward, keys, queries
        self.corners, self.sides, self.block = corners, [np.eye(len(corners))[each] for each in (own, traded)], block
        around = keys[int(reading)]
        self.stacks = [np.argsort(np.arctan2(around[:, 1], around[:, 0])), np.asarray(order)]
        self.angle, self.reading, self.sharp = angle, reading, 1.0
        self.trading = self.shuffling = 0.0
        self.seen, self.facing, self.planned, self.light = np.ones(len(own)), -0.98, 0.0, 1.0
        self.far, self.near, self.spill, self.slit, self.fan = (Mesh(NOTHING, depth_test=False) for _ in range(5))
        line = np.zeros((1, 2, 3))
        self.leads = Streaks(theme, line, "background", 2.4, 0.9)
        self.rims = Streaks(theme, _circles(), "text" if self.dark else "outline", 1.8, 0.6)
        self.posts = GlowLine(theme, np.zeros((len(own), 2, 3)), "mechanism", 4.0, glow=0.7)
        self.heads = Lights(theme, np.zeros((len(own), 3)), "text", 0.1, halo=4.0, glow=0.2)
        self.arms = GlowLine(theme, np.zeros((len(own), 2, 3)), "mechanism", 5.0, 0.0, glow=0.8)
        self.pulls = Streaks(theme, np.zeros((len(own), 2, 3)), "text", 1.6, 0.0)
        self.tips = Lights(theme, np.zeros((len(own), 3)), "text", POINT, halo=4.0, glow=0.2, opacity=0.0)
        self.asked = Lights(theme, np.zeros((len(own), 3)), "model", POINT, halo=4.5, glow=0.2, opacity=0.0)
        slit = [[[0, 0, 0], [0, 0, TALL]], [[0, 0, 0.02], [WALL, 0, 0.02]]]
        self.lamp = GlowLine(theme, np.array(slit), "model", 5.0)
        self.ray = GlowLine(theme, line, "text", 6.0)
        self.pane = Mesh(NOTHING, depth_test=False)
        edges, colours = (np.stack([each, np.roll(each, -1, axis=0)], axis=1)
                          for each in (self.at(np.eye(3)), palette(theme)))  # fmt: skip
        self.edges = Streaks(theme, edges, colours, 3.0, 0.95)
        self.ends = Lights(theme, self.at(np.eye(3)), palette(theme), 0.12, halo=5.0, glow=0.2)
        self.trace = Streaks(theme, line, "text", 2.6, 0.75)
        self.answer = Hero(theme, np.zeros(3), "text", 0.1)
        self.inside = Group(self.spill, self.far, self.slit, self.lamp, self.pulls, self.arms, self.tips,
                            self.asked)  # fmt: skip
        self.wall = Group(self.near, self.leads, self.rims, self.posts, self.heads)
        self.outside = Group(self.fan, self.ray, self.pane, self.edges, self.ends, self.trace, self.answer)
        super().__init__(self.inside, self.wall, self.outside)
        in_order(self, GLASS)
        self.traced(0.0)
        self.draw(whole=True)

    def at(self, shares: ndarray) -> ndarray:
        """Where mixes [… corner] lie on the triangle, [… 3]."""
        flat = np.asarray(shares, float) @ self.corners
        middle = np.array([WALL + REACH + LENS, 0.0, TALL / 2 + 0.3])
        return np.asarray(middle + SIZE * (flat[..., :1] * ACROSS + flat[..., 1:] * np.array([0.0, 0.0, 1.0])))

    @property
    def beyond(self) -> float:
        """How bright what is outside is."""
        return (1 - self.planned) * self.light

    @property
    def values(self) -> ndarray:
        """The value of each symbol as a mix of the corners, [symbol corner]."""
        return np.asarray((1 - self.trading) * self.sides[0] + self.trading * self.sides[1])

    @property
    def room(self) -> ndarray:
        """What the drum and the posts' heads fill, [point 3]."""
        return np.concatenate([*_circles(), 1.06 * _circles()[1] + np.array([0.0, 0.0, 0.2])])

    @property
    def wall_end(self) -> ndarray:
        """The wall where the light passes it, [point 3]."""
        return np.array([[WALL, 0.0, 0.0], [WALL, 0.0, TALL]])

    def foot(self) -> ndarray:
        """Where the lamp's light meets the foot of the wall, [3]."""
        return np.array([WALL, 0.0, 0.0])

    def leftmost(self) -> ndarray:
        """The foot of the post that is seen farthest to the left, [3]."""
        heads = self.heads.get_points()[: len(self.seen)]
        return heads[(heads[:, :2] @ [-np.sin(self.facing), np.cos(self.facing)]).argmin()] * np.array([1, 1, 0])

    def top(self) -> ndarray:
        """The upper corner of the triangle, [3]."""
        return self.at(np.eye(3)[0])

    def tip(self) -> ndarray:
        """Where the first key ends, on the floor, and ``aim`` where its query does, [3]."""
        return np.asarray(self.arms.core.paths[0, 1])

    def aim(self) -> ndarray:
        return np.asarray(self.asked.get_points()[0])

    def weights(self, angles: ndarray) -> ndarray:
        """Of the keys that are let in, [angle symbol]."""
        weights = self.toward(angles, self.reading, self.sharp) * self.seen
        return np.asarray(weights / weights.sum(axis=1, keepdims=True))

    def turn(self, angle: float) -> Drum:
        """The query looks there, radians: the drum is turned the other way."""
        self.angle = angle
        return self.draw()

    def train(self, reading: float) -> Drum:
        """Keys and queries of a reading, or between two."""
        self.reading = reading
        return self.draw()

    def soften(self, share: float) -> Drum:
        """From the nearest key alone, 0, to weights, 1: the scores are ever less a multiple of what they are."""
        self.sharp = 100.0 ** (1 - share)
        return self.draw()

    def trade(self, share: float) -> Drum:
        """Values change places."""
        self.trading = share
        return self.draw()

    def shuffle(self, share: float) -> Drum:
        """Pairs change places, and bands with them."""
        self.shuffling = share
        return self.draw()

    def admit(self, blocks: float) -> Drum:
        """Only so many blocks of keys are there."""
        self.seen = np.clip(blocks - np.arange(len(self.seen)) // self.block, 0, 1)
        return self.draw()

    def face(self, theta: float, height: float) -> Drum:
        """The camera stands so many degrees round, and shows so much: the wall before it lets more light through, and
        keys and queries are as large on the screen as ever."""
        facing, near = np.radians(theta - 90), min(1.0, height / 8)
        if abs(facing - self.facing) > 1e-9 or abs(POINT * near - self.asked.core) > 1e-9:
            self.facing = facing
            self.tips.core = self.asked.core = POINT * near
            self.draw()
        return self

    def plan(self, share: float) -> Drum:
        """Keys and queries themselves appear on the floor, and what is outside goes."""
        self.planned = share
        return self.draw(whole=True)

    def lit(self, share: float) -> Drum:
        """So bright from now on, all of it but the trace."""
        self.light = share
        return self.draw(whole=True)

    def traced(self, upto: float) -> Drum:
        """The answers of so much of a full turn that ends at the angle; nothing is left of it at 0."""
        if upto > 0:
            angles = self.angle - np.linspace(2 * np.pi * upto, 0, 181)
            self.trace.show(self.at(self.weights(angles) @ self.values)[None])
        self.trace.show(opacity=0.8 * min(1.0, 20 * upto))
        return self

    def ring(self) -> GlowLine:
        """A ring round where the answer is now, on the triangle."""
        around, up = np.linspace(0, 2 * np.pi, 49)[:, None], np.array([0.0, 0.0, 1.0])
        ring = 0.24 * (np.cos(around) * ACROSS / np.linalg.norm(ACROSS) + np.sin(around) * up)
        return GlowLine(self.theme, self.answer.get_points()[0] + ring, "text", 3.0, glow=0.6)

    def fade_trace(self, share: float) -> Drum:
        """The answers that were left on the triangle go."""
        self.trace.show(opacity=0.8 * (1 - share))
        return self

    def bands(self, weights: ndarray) -> tuple[ndarray, ndarray]:
        """Feet and tops [angle symbol] of bands of these weights [angle symbol]."""
        feet = [np.empty_like(weights) for _ in self.stacks]
        for foot, stack in zip(feet, self.stacks, strict=True):
            foot[:, stack] = np.cumsum(weights[:, stack], axis=1) - weights[:, stack]
        foot = (1 - self.shuffling) * feet[0] + self.shuffling * feet[1]
        return TALL * foot, TALL * (foot + weights)

    def draw(self, whole: bool = False) -> Drum:
        """All that hangs on what was said last, and where it is ``whole`` what hangs on nothing but the light."""
        if whole:
            self.rims.show(opacity=0.6 * self.light)
            self.edges.show(opacity=0.95 * self.beyond)
            self.ends.show(self.at(np.eye(3)), opacity=self.beyond)
            self.pane.put(_triangle(self, 24))
        half = np.linspace(-np.pi / 2, np.pi / 2, STEPS // 2 + 1)
        light = 0 if self.dark else 1
        self.far.put(self._glass(self.facing + np.pi + half, FAR[light]))
        self.near.put(self._glass(self.facing + half, NEAR[light]))
        self._floor()
        self._leads()
        self._keys()
        self._answer()
        return self

    def _glass(self, seen: ndarray, opacity: float) -> tuple[ndarray, ndarray, ndarray]:
        foot, top = self.bands(self.weights(seen + self.angle))
        hues, around = self.values @ palette(self.theme), WALL * _toward(seen)
        parts = []
        for symbol, hue in enumerate(hues):
            low, high = (around + each[:, symbol, None] * [0.0, 0.0, 1.0] for each in (foot, top))
            points = np.stack([low, (low + high) / 2, high], axis=1)
            parts.append(sheet(points, coloured(hue, self.light * opacity * np.array([0.8, 1.0, 0.8]))))
        return join(*parts)

    def _floor(self) -> None:
        """Outside, the floor is lit by what passes the wall; inside, the lamp's slit stands."""
        seen = self.facing + np.linspace(0, 2 * np.pi, 181)
        mix = self.weights(seen + self.angle) @ self.values @ palette(self.theme)
        radii, strength = np.array([WALL, WALL + 0.8, WALL + 2.2, WALL + 4.6]), np.array([0.4, 0.2, 0.08, 0.0])
        points = radii[None, :, None] * _toward(seen)[:, None]
        self.spill.put(sheet(points, coloured(mix[:, None], self.light * strength * (1.0 if self.dark else 0.85))))
        x, z = np.meshgrid(np.linspace(0, WALL, 12), [0.0, TALL], indexing="ij")
        fade = self.light * (1 - self.planned) * (0.55 if self.dark else 0.4) * (1 - 0.5 * x / WALL)
        self.lamp.show(opacity=self.light * (1 - self.planned))
        self.slit.put(sheet(np.stack([x, 0 * x, z], axis=-1), coloured(rgb(self.theme, "model"), fade)))

    def _leads(self) -> None:
        """The lines of lead between bands."""
        seen = self.facing + np.linspace(0, 2 * np.pi, STEPS)
        _, top = self.bands(self.weights(seen + self.angle))
        lines = np.moveaxis(WALL * _toward(seen)[:, None] + top[..., None] * [0.0, 0.0, 1.0], 1, 0)
        self.leads.show(lines, opacity=0.9 * self.light)

    def _keys(self) -> None:
        keys, queries = moment(self.keys, self.reading), moment(self.queries, self.reading)
        angles = np.arctan2(keys[:, 1], keys[:, 0]) - self.angle
        foot = (WALL + 0.14) * _toward(angles)
        head = foot + np.array([0.0, 0.0, TALL + 0.3])
        self.posts.show(paths=np.stack([foot, head], axis=1), opacity=self.light * self.seen[:, None])
        self.heads.show(head, self.values @ palette(self.theme), opacity=self.light * self.seen)
        turned = np.array([[np.cos(self.angle), np.sin(self.angle)], [-np.sin(self.angle), np.cos(self.angle)]])
        tips, asked = (np.column_stack([UNIT * each @ turned.T, np.full(len(each), 0.03)]) for each in (keys, queries))
        self.arms.show(paths=np.stack([0 * tips, tips], axis=1), opacity=self.planned)
        self.pulls.show(np.stack([asked, tips], axis=1), opacity=0.7 * self.planned)
        self.tips.show(tips, "mechanism", opacity=self.planned)
        self.asked.show(asked, opacity=self.planned)

    def _answer(self) -> None:
        weights = self.weights(np.array([self.angle]))
        foot, top = self.bands(weights)
        mix = (weights @ self.values)[0]
        hue, hues = mix @ palette(self.theme), self.values @ palette(self.theme)
        end = np.array([WALL + REACH, 0, TALL / 2])
        along = np.linspace(0, 1, 40)
        bend = np.clip((along - 0.1) / 0.9, 0, 1)
        bend = (bend * bend * (3 - 2 * bend))[:, None]
        place = np.column_stack([WALL + 0.03 + REACH * along, 0 * along, 0 * along])
        parts = []
        for symbol in range(len(hues)):
            edges = np.array([foot[0, symbol], top[0, symbol]])
            high = (1 - bend) * edges + bend * (TALL / 2 + 0.03 * (edges - TALL / 2))
            shade = self.beyond * ((0.6 if self.dark else 0.7) + (0.4 if self.dark else 0.3) * bend)
            points = place[:, None] + high[..., None] * [0.0, 0.0, 1.0]
            parts.append(sheet(points, coloured(mixed(hues[symbol], hue, bend[:, 0])[:, None], shade)))
        self.fan.put(join(*parts))
        self.ray.show(paths=np.stack([end, self.at(mix)])[None], paint=hue, opacity=self.beyond)
        self.answer.show(self.at(mix), "text" if self.dark else hue, opacity=self.beyond)


def _toward(angles: ndarray) -> ndarray:
    """Directions [… 3] on the floor."""
    return np.stack([np.cos(angles), np.sin(angles), 0 * angles], axis=-1)


def _circles() -> ndarray:
    around = WALL * _toward(np.linspace(0, 2 * np.pi, 91))
    return np.stack([around, around + np.array([0.0, 0.0, TALL])])


def _triangle(drum: Drum, fine: int) -> tuple[ndarray, ndarray, ndarray]:
    """The triangle of values, at each place in the colour of the mix that it is."""
    first, second = np.meshgrid(np.linspace(0, 1, fine), np.linspace(0, 1, fine), indexing="ij")
    shares = np.stack([1 - first, first * (1 - second), first * second], axis=-1)
    opacity = drum.beyond * (0.42 if drum.dark else 0.5)
    return sheet(drum.at(shares), coloured(shares @ palette(drum.theme), opacity))


class ShareDrums(Group):
    """Drums in a row, the widest vectors' first: each sector is a draw, and its bands the weights, largest below.

    The largest is bright; the others are ever dimmer.
    """

    def __init__(
        self, theme: Theme, shares: ndarray, step: float = 3.4, radius: float = 1.35, tall: float = 2.2
    ) -> None:
        """``shares`` [width draw other], largest first."""
        self.theme, self.radius, self.tall = theme, radius, tall
        self.places = np.arange(len(shares))[::-1, None] * np.array([step, 0.0, 0.0])
        self.walls = Mesh(NOTHING)
        super().__init__(self.walls)
        self.show(shares)

    def show(self, shares: ndarray) -> ShareDrums:
        """Other weights, largest first."""
        widths, draws, others = shares.shape
        edges = np.linspace(0, 2 * np.pi, draws + 1)
        around = self.radius * _toward(np.stack([edges[:-1], edges[1:] - 0.012], axis=1))
        tops = self.tall * np.cumsum(shares, axis=-1)
        feet = tops - self.tall * shares
        bright = np.where(np.arange(others) == 0, 1.0, 0.66 * 0.92 ** np.arange(others))
        colours = mixed(rgb(self.theme, "background"), rgb(self.theme, "mechanism"), bright)
        up = np.array([0.0, 0.0, 1.0])
        ends = np.stack([feet, tops], axis=-1)  # [width draw other two]
        points = (self.places[:, None, None, None, None] + around[None, :, None, :, None]
                  + ends[:, :, :, None, :, None] * up)  # [width draw other side end 3]
        rgba = np.broadcast_to(coloured(colours, 1.0)[None, None, :, None, None], (*points.shape[:-1], 4))
        first = 4 * np.arange(widths * draws * others)[:, None]
        corners = (first + np.array([0, 1, 2, 2, 1, 3])).reshape(-1, 3)
        self.walls.put((points.reshape(-1, 3), rgba.reshape(-1, 4), corners))
        return self

    def label_at(self, width: int) -> ndarray:
        """Where a drum's name is put, [3]: at its foot, before it."""
        return np.asarray(self.places[width] + np.array([0.0, -self.radius, 0.0]))

    @property
    def room(self) -> ndarray:
        """The corners [point 3] of what they fill."""
        r, last = self.radius, self.places[0, 0]
        return np.array([[x, y, z] for x in (-r, last + r) for y in (-r, r) for z in (0.0, self.tall)])
