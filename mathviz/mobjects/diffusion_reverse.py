"""The river of ``diffusion_reverse``: a plane of data in time, from noise far left to data near right.

A square plot of particles is one slice of it. Seen with the stage's RIVER angle, time comes toward the viewer; from
UPSTREAM the slices lie behind each other and are that square plot. All that moves along has a ``show`` that takes a
frame of the paths, which may lie between two.
"""

from __future__ import annotations

import numpy as np
from manimlib import FRAME_HEIGHT, Group
from numpy import ndarray

from mathviz.mobjects.glass import Pane
from mathviz.mobjects.light import Dust, Hero, Lights, moment
from mathviz.mobjects.mesh import GLASS, Mesh, coloured, sheet
from mathviz.mobjects.streaks import Beam, GlowLine, Streaks
from mathviz.mobjects.tint import Paint, between, is_dark, mixed, rgb, toned
from mathviz.style import Theme


class River(Group):
    """Its two ends: a pane of pure noise, and a pane on which lines show where data lie; slices between, and its bed.

    The mobject holds ``first`` and ``last``, the panes, ``ridges``, ``slices``, and ``bed``, dust wherever anything is
    at any time; ``rest`` is all that is not at its begin.
    """

    def __init__(self, theme: Theme, ridges: list[ndarray], half: float = 5.0, unit: float = 0.63,
                 reach: tuple[float, float] = (2.4, 2.1)) -> None:  # fmt: skip
        """``ridges`` are lines [point two] of the data; ``half`` the river's length each way, ``unit`` one unit of
        the data, both in scene units; ``reach`` how far the panes go, in units of the data."""
        self.theme, self.half, self.unit, self.reach, self.light = theme, half, unit, reach, 0.0
        self.wide = 1.0
        self.first = Pane(theme, self.corners(0.0), edge=0.3, fill=0.03)
        self.last = Pane(theme, self.corners(1.0), edge=0.5, fill=0.05)
        most = max(map(len, ridges))
        self.lines = np.array([line[np.linspace(0, len(line) - 1, most).round().astype(int)] for line in ridges])
        self.ridges = GlowLine(theme, self.at(self.lines, 1.0), "data", 2.6, 0.9, glow=0.8, round_ends=0.12)
        self.slices = Group(*(Pane(theme, self.corners(share), edge=0.16, fill=0.01) for share in SLICES))
        self.bed = Dust(theme, np.zeros((0, 3)), "noise", 0.013, 0.0)
        self.rest = Group(self.slices, self.last, self.ridges)
        super().__init__(self.first, self.rest)

    def filled(self, paths: ndarray, signal: ndarray, every: int = 2, loose: float = 0.0) -> River:
        """With a bed: dust at all places of ``paths`` [frame particle two], of every so-manieth frame; ``signal``
        [frame] is the share of the mixture that is data by then. It is dark until ``dim`` gives it light. Its
        ``signal`` [frame] is the factor by which data are shrunk then, √ᾱ, for a mixture of constant variance. What is
        ``loose`` by one frame lies anywhere between two, so that frames are no comb when seen from aside."""
        shares = np.linspace(0, 1, len(paths))[::every]
        colours = between(self.theme, ("noise", "data"), (0.15, 0.85), np.asarray(signal)[::every])
        light = (0.42 if is_dark(self.theme) else 0.3) * (0.6 + 0.4 * shares)
        self.signal = np.asarray(signal) / np.hypot(signal, 1 - np.asarray(signal))
        strewn = loose * every * (np.random.default_rng(0).random((len(shares), paths.shape[1])) - 0.5)
        self.dust = self.at(np.asarray(paths, float)[::every], np.clip(shares[:, None] + strewn / len(paths), 0, 1))
        self.dust_looks = [np.repeat(each, paths.shape[1], axis=0) for each in (colours, light)]
        self.add(self.bed)
        return self

    def dim(self, light: float) -> River:
        """So bright is the bed from now on."""
        self.light = light
        self.bed.show(self.dust, self.dust_looks[0], light * self.dust_looks[1])
        return self

    def seen_at(self, height: float) -> River:
        """Keep its bed's dust as fine as ever on a screen whose camera shows so much."""
        _fine(self.bed, height)
        return self

    def far(self, shrunk: float) -> River:
        """Keep its ridges as lines of light where they lie so many times deeper than what is looked at."""
        wide = max(1.0, shrunk / 1.6)
        if wide != self.wide:
            for part in (self.ridges.sleeve, self.ridges.core):
                part.data["stroke_width"] *= wide / self.wide
                part.note_changed_data()
            self.wide = wide
        return self

    def at(self, points: ndarray, share: float | ndarray) -> ndarray:
        """Places [… 3] of data [… two] when this share of the way from noise to data is over."""
        points = np.asarray(points, float)
        along = np.broadcast_to(self.half * (1 - 2 * np.asarray(share, float)), points.shape[:-1])
        return np.stack([along, -self.unit * points[..., 0], self.unit * points[..., 1]], axis=-1)

    def data_at(self, frame: float) -> ndarray:
        """Where data would lie at a frame, were there no noise: the lines, shrunk, on that slice, [line point 3]."""
        return self.at(moment(self.signal, frame) * self.lines, frame / (len(self.signal) - 1))

    def corners(self, share: float, scale: float = 1.0) -> ndarray:
        """The corners [4 3] of the pane there."""
        across, up = scale * self.reach[0], scale * self.reach[1]
        return self.at(np.array([[-across, -up], [across, -up], [across, up], [-across, up]]), share)


SLICES = (0.25, 0.5, 0.75)
"""Shares of the way at which the river shows a slice of itself."""


class Stream(Group):
    """Particles on their way down the river, and dust where any of them ever was.

    Noise has its own colour and turns into the given one as the signal gets the upper hand.
    """

    def __init__(
        self, river: River, paths: ndarray, signal: ndarray, paint: Paint = "model", size: float = 0.03,
        dust: float = 0.4, every: int = 2, quiet: bool = False,
    ) -> None:  # fmt: skip
        """``paths`` [frame particle two]; ``signal`` [frame], the share of the mixture that is data by then. Of the
        dust, ``every`` so-manieth frame is shown, as opaque as ``dust``. ``size`` of a particle, at a camera height
        of 8. On a light page a ``quiet`` one leaves black to a hero: paler, in wider rims, and never dimmed to less
        than can be seen."""
        self.river, self.paths, self.whole = river, np.asarray(paths, float), dust
        self.size = size if is_dark(river.theme) else LARGER * size
        self.at, self.light, self.height = 0.0, 1.0, 8.0
        shares = np.linspace(0, 1, len(paths))
        paints: tuple[Paint, ...] = ("noise", paint)
        self.quiet = quiet and not is_dark(river.theme)
        if self.quiet:
            paints = tuple(many(river.theme, each) for each in paints)
        self.colours = between(river.theme, paints, (0.15, 0.85), np.asarray(signal))
        self.when = np.repeat(np.arange(0, len(paths), every), paths.shape[1])
        self.places = river.at(self.paths[::every], shares[::every, None]).reshape(-1, 3)
        self.dust = Dust(river.theme, self.places, self.colours[self.when], 0.012, 0.0)
        self.lights = Lights(river.theme, river.at(self.paths[0], 0.0), self.colours[0], self.size,
                             glow=0.3 if self.quiet else 0.13)  # fmt: skip
        super().__init__(self.dust, self.lights)

    def show(self, frame: float) -> Stream:
        """Where they are at a frame, and the dust of all that came before."""
        self.at, last = frame, len(self.paths) - 1
        fresh = np.clip((frame - self.when) / 5, 0, 1)
        near = 0.5 + 0.5 * self.when / last
        self.dust.show(self.places, opacity=self.light * self.whole * near * fresh)
        places = self.river.at(moment(self.paths, frame), frame / last)
        self.lights.core = self._core()
        lit = max(0.0, self.light) ** 0.6 if self.quiet else self.light
        self.lights.show(places, moment(self.colours, frame), lit)
        return self

    def _core(self) -> float:
        """How large a particle is in the world: on the screen it grows as it comes nearer."""
        return self.size * self.height / FRAME_HEIGHT * (1 + self.at / (len(self.paths) - 1) / 3)

    def dim(self, light: float) -> Stream:
        """So bright from now on."""
        self.light = light
        return self.show(self.at)

    def seen_at(self, height: float) -> Stream:
        """Keep the size of particles and dust on a screen whose camera shows so much."""
        if self.height != height:
            self.height = height
            _sized(self.lights, self._core())
            _fine(self.dust, height)
        return self


def many(theme: Theme, paint: Paint) -> ndarray:
    """The colour [rgb] of many particles of a role: on a light page, where noise and what is learned are nearly black
    as the hero is, so much paler that each keeps its hue and the hero stands out; at least 3 : 1 with the page."""
    dim = not is_dark(theme) and isinstance(paint, str) and paint in BLACKISH
    return toned(theme, paint, PALER) if dim else rgb(theme, paint)


BLACKISH, PALER = ("noise", "model"), 0.68
"""Roles that are nearly black on a light page, and what is left of their colour where many wear it."""


def _sized(lights: Lights, core: float) -> None:
    """Make lights as large as this, and touch nothing else of them: they may be fading meanwhile."""
    if lights.core != core:
        lights.data["radius"] *= core / lights.core
        lights.core = core
        lights.note_changed_data()


def _fine(dust: Dust, height: float) -> None:
    """Give dust the size it has on a screen whose camera shows so much."""
    dust.core = FINE * height / FRAME_HEIGHT
    dust.data["radius"][:, 0] = dust.core
    dust.note_changed_data()


FINE = 0.022
"""A grain of dust, at a camera height of 8."""


LARGER = 1.6
"""A particle on a light page, where it does not glow, as against a dark one."""


class Origins(Group):
    """Light from one particle to all places it may have come from, exactly as bright as they are probable.

    Its average is therefore the average of what is drawn.
    """

    def __init__(self, river: River, path: ndarray, origins: ndarray, chances: ndarray, strands: int = 2) -> None:
        """``path`` [frame two], ``origins`` [frame origin two] and ``chances`` [frame origin]; the origins lie on so
        many lines, one after the other."""
        self.river, self.strands = river, strands
        self.path, self.origins, self.chances = (np.asarray(each, float) for each in (path, origins, chances))
        self.beam = Beam(river.theme, *self._now(0.0), gain=0.42 if is_dark(river.theme) else 0.17, power=1.0)
        self.spots = Lights(river.theme, self._now(0.0)[1].reshape(-1, 3), "mechanism", 0.024, halo=6.0, glow=0.3)
        super().__init__(self.beam, self.spots)
        self.show(0.0)

    def show(self, frame: float, opacity: float = 1.0) -> Origins:
        """At a frame."""
        apex, ends, chances = self._now(frame)
        self.beam.show(apex, ends, chances, opacity)
        self.spots.show(ends.reshape(-1, 3), opacity=opacity * chances.ravel() / chances.max())
        return self

    def _now(self, frame: float) -> tuple[ndarray, ndarray, ndarray]:
        share = frame / (len(self.path) - 1)
        origins = moment(self.origins, frame).reshape(self.strands, -1, 2)
        apex = self.river.at(moment(self.path, frame), share)
        return apex, self.river.at(origins, 1.0), moment(self.chances, frame).reshape(self.strands, -1)


class Leap(Group):
    """Particles that leave the pane of noise for a place each, straight through all of the river."""

    def __init__(
        self, river: River, start: ndarray, landing: ndarray, paint: Paint = "error", lines: int = 100
    ) -> None:
        """``start`` and ``landing`` [particle two]; the first so many draw a line."""
        self.ends = river.at(start, 0.0), river.at(landing, 1.0)
        self.theme, self.paint = river.theme, paint
        self.lines = Streaks(river.theme, np.stack([end[:lines] for end in self.ends], axis=1), paint, 1.4, 0.22)
        larger = 1.0 if is_dark(river.theme) else LARGER
        self.size = 0.022 * larger
        self.lights = Lights(river.theme, self.ends[0], paint, self.size, glow=0.16)
        super().__init__(self.lines, self.lights)
        self.show(0.0)

    def seen_at(self, height: float) -> Leap:
        """Keep its lights' size on a screen whose camera shows so much."""
        _sized(self.lights, self.size * height / FRAME_HEIGHT)
        return self

    def show(self, share: float) -> Leap:
        """When this share of the leap is over."""
        now = (1 - share) * self.ends[0] + share * self.ends[1]
        colours = mixed(rgb(self.theme, "noise"), rgb(self.theme, self.paint), min(1.0, 3 * share))
        self.lights.show(now, colours)
        lines = len(self.lines.paths)
        self.lines.show(np.stack([self.ends[0][:lines], now[:lines]], axis=1))
        return self


class Arrows(Group):
    """At every particle an arrow to where a network takes it to come from, on average; at its ``tips`` a light.

    Under them lie the data, as small as they are by then: they grow out of one point, and tips settle on them.
    """

    def __init__(self, river: River, paths: ndarray, tips: ndarray, apart: int) -> None:
        """``paths`` [frame particle two] and ``tips`` [arrow particle two], one for each ``apart``-th frame; the
        river must be filled."""
        self.river, self.ways = river, np.asarray(paths, float)
        self.ends, self.apart = np.asarray(tips, float), apart
        places = np.zeros((paths.shape[1], len(SHAFT), 3))
        dark = is_dark(river.theme)
        self.shrunk = GlowLine(river.theme, river.data_at(0), "data", 3.0, 0.9, glow=0.8)
        ink = many(river.theme, "model")
        # On a light page lines that meet add up to mud: there they are full at their particle and leave at their tip.
        fade, wide = ((0.4, 0.4, 0.4), (0.3, 1.0, 1.6)) if dark else ((0.6, 0.3, 0.06), (1.8, 1.3, 0.8))
        self.shafts = Streaks(river.theme, places, ink, np.array([wide]), np.array([fade]), corner=0.02)
        self.size = 0.014 if dark else 0.018
        self.tips = Lights(river.theme, places[:, 0], "model", self.size, glow=0.2)
        super().__init__(self.shrunk, self.shafts, self.tips)
        self.follow(0.0)

    def follow(self, frame: float) -> Arrows:
        """At a frame."""
        share, begins = frame / (len(self.ways) - 1), moment(self.ways, frame)[:, None]
        ways = moment(self.ends, frame / self.apart)[:, None] - begins
        places = self.river.at(begins + SHAFT[:, None] * ways, share)
        grown = min(1.0, 3 * float(moment(self.river.signal, frame)))
        self.shrunk.show(paths=self.river.data_at(frame), opacity=0.9 * grown)
        self.shafts.show(places)
        self.tips.show(places[:, -1])
        return self

    def seen_at(self, height: float) -> Arrows:
        """Keep its tips' size on a screen whose camera shows so much."""
        _sized(self.tips, self.size * height / FRAME_HEIGHT)
        return self


SHAFT = np.array([0.0, 0.5, 1.0])
"""Where along an arrow its width is given."""


class StepAgo(Group):
    """One step, enlarged: where a particle may have been before, the middle of that, and the place drawn of it.

    Its specks lie as densely as it is probable, and its ``rim`` is as far from its middle as its spread says. Its
    shell is the soft light of a ball. Its lights are as large on the screen as ever.
    """

    def __init__(self, river: River, before: ndarray, middle: ndarray, drawn: ndarray, cloud: ndarray, share: float,
                 size: float = 0.03) -> None:  # fmt: skip
        """All [two] but the ``cloud``, [place two]; ``share`` of the river, and the ``size`` of a place in it at a
        camera height of 8."""
        self.stops, self.size = river.at(np.array([before, middle, drawn]), share), size
        if not is_dark(river.theme):
            self.size = size = LARGER * size
        theme, self.places, dark = river.theme, river.at(cloud, share), is_dark(river.theme)
        centre = self.stops[1]
        self.spread = float(np.sqrt(((self.places - self.places.mean(axis=0)) ** 2).sum(axis=1).mean()))
        far = np.linspace(0, 2.2, 25)
        rings = centre + self.spread * far[:, None, None] * ROUND
        bright = 0.3 * np.exp(-1.5 * far**2) * (1.0 if dark else 0.6)
        alpha = np.broadcast_to(bright[:, None], rings.shape[:2])
        self.shell = Mesh(sheet(rings, coloured(rgb(theme, "mechanism"), alpha)), depth_test=False, z_index=GLASS)
        self.rim = Streaks(theme, (centre + self.spread * ROUND)[None], "mechanism", 1.6, 0.7)
        self.specks = Lights(theme, self.places, "mechanism", size, halo=5.0, glow=0.2, opacity=0.75 if dark else 0.8)
        self.cloud = Group(self.shell, self.rim, self.specks)
        self.spot = Lights(theme, self.stops[1], "model", 1.8 * size)
        ways = [before + np.linspace(0, 1, 33)[:, None] * (after - before)
                for before, after in zip(self.stops[:2], self.stops[1:], strict=True)]  # fmt: skip
        short, wide = (float(np.linalg.norm(way[-1] - way[0])) for way in ways)
        self.pull = GlowLine(theme, ways[0][:29], "model", 9, 1.0, glow=0.4, round_ends=short / 8)
        self.head = Streaks(theme, ways[0][None, 23:], "model", np.linspace(34, 0, 10)[None], 1.0)
        self.kick = GlowLine(theme, ways[1], "noise", 5, 1.0, glow=0.6, round_ends=wide / 16)
        super().__init__(self.cloud, self.kick, self.pull, self.head, self.spot)
        self.show(0.0)

    def place(self, share: float) -> ndarray:
        """Where the particle is, [3]: in the middle after half of the step, then at the place drawn."""
        return moment(self.stops, 2 * share)

    def show(self, share: float) -> StepAgo:
        """When this share of the step is over."""
        self.pull.show(upto=28 * min(1.0, 2 * share))
        self.head.show(opacity=float(np.clip(20 * share - 9, 0, 1)))
        self.kick.show(upto=32 * max(0.0, 2 * share - 1))
        return self

    def seen_at(self, height: float) -> StepAgo:
        """Keep its lights' size on a screen whose camera shows so much."""
        _sized(self.specks, self.size * height / FRAME_HEIGHT)
        _sized(self.spot, 1.8 * self.size * height / FRAME_HEIGHT)
        return self


ROUND = np.array([[0.0, np.cos(turn), np.sin(turn)] for turn in np.linspace(0, 2 * np.pi, 65)])
"""A circle in the plane of the data."""


class Descent(Group):
    """A loss that falls and comes to lie on its floor, which runs on down the river, in the plane of pure noise.

    What is left below the floor glows: no training takes it away. The floor mirrors what is over it.
    """

    def __init__(
        self, river: River, loss: ndarray, floor: float, half: float = -3.4, foot: float = -1.9, unit: float = 5.0
    ) -> None:
        """``loss`` [reading], evenly; it ends ``half`` to the right. Zero lies at the height ``foot``, and ``unit``
        is how high a loss of one would be: all three in units of the data."""
        self.river, self.half, self.foot, self.unit = river, half, foot, unit
        theme, across, dark = river.theme, half * np.linspace(BEGIN, 1, len(loss)), is_dark(river.theme)
        self.places = self.at(across, loss)
        sides, along = half * np.linspace(-3, 3, 25), np.linspace(-0.3, 0.8, 23)
        lies = np.stack([self.at(sides, np.full(25, floor), share) for share in along])
        near = np.exp(-(np.linspace(-1.5, 1.5, 25) ** 2)) * np.exp(-3 * np.abs(along[:, None]))
        alpha = (0.34 if dark else 0.2) * near
        self.sheet = Mesh(sheet(lies, coloured(rgb(theme, "target"), alpha)), depth_test=False, z_index=GLASS)
        self.grid = Streaks(theme, lies[::2], "target", 1.0, (0.5 if dark else 0.4) * near[::2])
        depth = np.linspace(floor, 0, 9)
        below = np.stack([self.at(np.full(9, side), depth) for side in sides])
        sunk = (0.5 if dark else 0.3) * np.linspace(1, 0, 9) ** 1.5 * near[6][:, None]
        self.rest = Mesh(sheet(below, coloured(rgb(theme, "target"), sunk)), depth_test=False, z_index=GLASS)
        self.floor = GlowLine(theme, self.at(sides, np.full(25, floor)), "target", 2.4, near[6][None], glow=0.6)
        self.mirrored = Streaks(theme, self.at(across, 2 * floor - loss)[None], "model", 3.0, 0.22)
        self.line = GlowLine(theme, self.places, "model", 4.0, glow=0.6)
        self.size = 0.05
        self.head = Lights(theme, self.places[0], "model", self.size, halo=6.0, glow=0.3)
        super().__init__(self.sheet, self.grid, self.rest, self.mirrored, self.floor, self.line, self.head)
        self.floor_end = self.at(np.array(0.5 * half), np.array(floor))
        self.show(0.0)

    def at(self, across: ndarray, loss: ndarray, share: float = 0.0) -> ndarray:
        """Places [… 3] of losses, so far across in units of the data."""
        return self.river.at(np.stack([across, self.foot + self.unit * np.asarray(loss)], axis=-1), share)

    def show(self, reading: float) -> Descent:
        """Up to a reading, or between two."""
        self.line.show(upto=reading)
        self.mirrored.show(upto=reading)
        self.head.show(moment(self.places, reading))
        return self

    def seen_at(self, height: float) -> Descent:
        """Keep its light's size on a screen whose camera shows so much."""
        _sized(self.head, self.size * height / FRAME_HEIGHT)
        return self


BEGIN = -0.8
"""Where on the way across a loss begins: its first fall is seen whole."""


class Threads(Group):
    """Ways of many particles through the river, as far as they have come, and a light where each is."""

    def __init__(self, river: River, paths: ndarray, last: int, first: int = 0, paint: Paint = "rival",
                 opacity: float = 0.42, lines: int = 100, size: float = 0.02, every: int = 1) -> None:  # fmt: skip
        """``paths`` [look particle two] at even times, from the frame ``first`` to the ``last`` of the river; the
        first so many draw ``lines``, as opaque as this, and ``size`` is that of a light at a camera height of 8. Of
        ways that tremble too much to be told apart, only ``every`` so-manieth look is gone through."""
        looks = np.unique([*range(0, len(paths), every), len(paths) - 1])
        self.looks, self.first, dark = looks.astype(float), first, is_dark(river.theme)
        shares = first / last + (1 - first / last) * looks / looks[-1]
        self.ways = river.at(np.asarray(paths, float)[looks], shares[:, None])
        colours = between(river.theme, ("noise", paint), (0.0, 0.6), shares)
        self.per_frame = (len(paths) - 1) / (last - first)
        wide, self.full = (1.2, opacity) if dark else (1.7, min(1.0, 1.7 * opacity))  # thin lines are lost on a page
        drawn, corner = self.ways[:, :lines].swapaxes(0, 1), 0.3 if every == 1 else 1.0
        self.lines = Streaks(river.theme, drawn, colours, wide, self.full, corner)
        self.size = size if dark else 1.3 * size
        self.heads = Lights(river.theme, self.ways[0], paint, self.size, glow=0.16)
        super().__init__(self.lines, self.heads)
        self.follow(first)

    def follow(self, frame: float) -> Threads:
        """Up to a frame."""
        look = (frame - self.first) * self.per_frame
        self.seen = float(np.interp(look, self.looks, np.arange(len(self.looks))))
        self.lines.show(upto=self.seen)
        self.heads.show(moment(self.ways, self.seen))
        return self

    def favour(self, chosen: ndarray, share: float) -> Threads:
        """Dim all that are not ``chosen`` [particle], by this share of the way to less light."""
        light = np.where(chosen, 1.0, 1 - (1 - UNCHOSEN) * share)
        self.lines.show(opacity=self.full * light[: len(self.lines.paths), None])
        self.heads.show(moment(self.ways, self.seen), opacity=light)
        return self

    def seen_at(self, height: float) -> Threads:
        """Keep its lights' size on a screen whose camera shows so much."""
        _sized(self.heads, self.size * height / FRAME_HEIGHT)
        return self


UNCHOSEN = 0.4
"""What is left of the light of threads that are not spoken of."""


class Followed(Hero):
    """The particle that the film follows, as large on the screen as ever, however near the camera is.

    On a light page, where no halo tells it from the crowd, a ring does.
    """

    def __init__(self, river: River, path: ndarray, size: float = 0.055) -> None:
        """``path`` [frame two]; ``size`` at a camera height of 8, in the dark."""
        self.river, self.path, self.light = river, np.asarray(path, float), 1.0
        self.last = len(self.path) - 1
        self.size = size = size if is_dark(river.theme) else 1.3 * size
        self.place = river.at(self.path[0], 0.0)
        super().__init__(river.theme, self.place, radius=size)

    def show(self, point: ndarray, paint: Paint | None = None, opacity: float = 1.0) -> Followed:
        """Put it where it now is."""
        super().show(point, paint, opacity)
        if not self.dark:
            page, ink = rgb(self.theme, "background"), self.colours
            self.data: ndarray = np.repeat(self.data[:1], len(RING), axis=0)
            self.data["radius"][:, 0] = self.core * np.array([wide for wide, _ in RING])
            self.data["rgba"][:, :3] = [ink if inked else page for _, inked in RING]
            self.data["rgba"][:, 3] = opacity
            self.note_changed_data()
        return self

    def walks(self, path: ndarray) -> Followed:
        """It goes another way from now on: ``path`` [look two], in looks at even times."""
        self.path = np.asarray(path, float)
        return self

    def follow(self, frame: float) -> Followed:
        """At a frame of the path that it came with."""
        share = frame / self.last
        return self.put(self.river.at(moment(self.path, share * (len(self.path) - 1)), share))

    def put(self, place: ndarray) -> Followed:
        """Somewhere in the world, [3]."""
        self.place = place
        self.show(place, opacity=self.light)
        return self

    def dim(self, light: float) -> Followed:
        """So bright from now on."""
        self.light = light
        return self.put(self.place)

    def seen_at(self, height: float) -> Followed:
        """Keep its size on a screen whose camera shows so much."""
        if self.core != self.size * height / FRAME_HEIGHT:
            self.core = self.size * height / FRAME_HEIGHT
            self.put(self.place)
        return self


RING = ((3.0, False), (2.6, True), (2.2, False), (1.35, True))
"""The hero on a light page, from its casing to its core: how wide by the core's radius, and whether of its colour."""
