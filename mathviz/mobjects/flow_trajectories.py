"""The picture of flow matching: straight lines through one place in space-time, and the ways that follow their average.

All of it stands in the River of ``diffusion_reverse``, whose length is time: noise far off, data near.
"""

from __future__ import annotations

import numpy as np
from manimlib import FRAME_HEIGHT, Group
from numpy import ndarray

from mathviz.mobjects.diffusion_reverse import LARGER, Origins, River
from mathviz.mobjects.light import Lights, moment
from mathviz.mobjects.mesh import GLASS, Mesh, Triangles, coloured, sheet
from mathviz.mobjects.streaks import GlowLine, Streaks
from mathviz.mobjects.tint import Paint, between, is_dark, mixed, rgb
from mathviz.style import Theme

ALONG = np.linspace(0, 1, 9)
"""Shares of the time at which a straight line has points: enough for its colours."""


def larger(theme: Theme) -> float:
    """How much larger a particle is on a page on which it does not glow."""
    return 1.0 if is_dark(theme) else LARGER


class Pairs(Group):
    """Noise and data, each joined by a straight line on which something travels at even speed: their mix at a time.

    ``join`` leads the lines to other partners, ``travel`` the mixes.
    """

    def __init__(self, river: River, noise: ndarray, data: ndarray, width: float = 1.6, opacity: float = 0.6) -> None:
        """``noise`` and ``data`` are [pair two]."""
        self.river, self.noise, self.partners = river, noise, data
        self.light, self.full, self.under_way = 1.0, opacity, 0.0
        theme = river.theme
        self.colours = between(theme, ("noise", "data"), (0.1, 0.8), ALONG)
        self.lines = Streaks(theme, self._lines(), self.colours, width, opacity)
        dot = 1.0 if is_dark(theme) else 1.4
        self.begins = Lights(theme, river.at(noise, 0.0), "noise", 0.026 * dot, glow=0.2)
        self.ends = Lights(theme, river.at(data, 1.0), "data", 0.026 * dot, glow=0.25)
        self.size = 0.022 * larger(theme)
        self.mixes = Lights(theme, river.at(noise, 0.0), "text", self.size, glow=0.2, opacity=0.0)
        self.mixed = river.at(noise, 0.0)
        super().__init__(self.lines, self.begins, self.ends, self.mixes)

    def _lines(self) -> ndarray:
        share = ALONG[:, None]
        return self.river.at((1 - share) * self.noise[:, None] + share * self.partners[:, None], ALONG)

    def drawn(self, share: float) -> Pairs:
        """When this share of the lines is drawn, one shortly after the other."""
        after = np.linspace(0, 0.6, len(self.noise))
        self.lines.show(upto=(len(ALONG) - 1) * np.clip((share - after) / 0.4, 0, 1))
        return self

    def travel(self, time: float) -> Pairs:
        """What is mixed at a time, (1 − t) noise + t data, and in which colour."""
        places = self.river.at((1 - time) * self.noise + time * self.partners, time)
        colour = between(self.river.theme, ("noise", "data"), (0.0, 1.0), np.array(time))
        self.mixed, self.under_way = places, 1.0
        self.mixes.show(places, colour, self.light)
        return self

    def seen_at(self, height: float) -> Pairs:
        """Keep the mixes' size on a screen whose camera shows so much."""
        if self.mixes.core != (core := self.size * height / FRAME_HEIGHT):
            self.mixes.core = core
            self.mixes.show(self.mixed)
        return self

    def join(self, data: ndarray) -> Pairs:
        """To other partners, [pair two]."""
        self.partners = data
        self.lines.show(self._lines())
        self.ends.show(self.river.at(data, 1.0))
        return self

    def dim(self, light: float) -> Pairs:
        """So bright from now on; mixes that do not travel stay dark."""
        self.light = light
        self.lines.show(opacity=light * self.full)
        self.mixes.show(self.mixed, opacity=light * self.under_way)
        self.begins.show(self.river.at(self.noise, 0.0), opacity=light)
        self.ends.show(self.river.at(self.partners, 1.0), opacity=light)
        return self


class Pinhole(Group):
    """Straight lines that all pass one place at one time, as often as is probable: noise, the pinhole, data."""

    def __init__(self, river: River, place: ndarray, time: float, data: ndarray, opacity: float = 0.13) -> None:
        """``place`` [two]; ``data`` [line two], where the lines end."""
        self.river, self.place, self.time = river, place, time
        self.velocity = (data - place) / (1 - time)
        self.light, theme = 1.0, river.theme
        paint = between(theme, ("noise", "mechanism", "mechanism", "data"), (0.0, 0.34, 0.72, 1.0), ALONG)
        waist = np.clip(np.abs(ALONG - time) / 0.35, 0, 1)
        self.faint = opacity * (0.3 + 0.7 * waist) * (1.0 if is_dark(theme) else 1.4)
        self.lines = Streaks(theme, np.zeros((len(data), len(ALONG), 3)), paint, 1.6, self.faint)
        size = 0.02 * larger(theme)
        self.begins = Lights(theme, np.zeros((len(data), 3)), "noise", size, glow=0.08, opacity=0.6)
        self.ends = Lights(theme, np.zeros((len(data), 3)), "data", size, glow=0.1, opacity=0.8)
        super().__init__(self.lines, self.begins, self.ends)
        self.show(1.0)

    def apart(self, mean: ndarray) -> Disagreement:
        """How far from this place [two] on the pane of data the lines end."""
        return Disagreement(self.river, mean, self.place + (1 - self.time) * self.velocity)

    def at(self, velocity: ndarray, times: ndarray) -> ndarray:
        """Where lines of these velocities [… two] are at ``times`` [time], [… time 3]."""
        ahead = (times - self.time)[:, None]
        return self.river.at(self.place + ahead * velocity[..., None, :], times)

    def show(self, share: float) -> Pinhole:
        """When the light has come so far from the pinhole, both ways."""
        self.grown = share
        times = self.time + share * (ALONG - self.time)
        paths = self.at(self.velocity, times)
        self.lines.show(paths, opacity=self.light * self.faint)
        late = self.light * np.clip(5 * share - 4, 0, 1)
        self.begins.show(paths[:, 0], opacity=0.6 * late)
        self.ends.show(paths[:, -1], opacity=0.8 * late)
        return self

    def dim(self, light: float) -> Pinhole:
        """So bright from now on."""
        self.light = light
        return self.show(self.grown)


class Heading(Group):
    """Where something would end, were it to go straight on: a line of light to the pane of data, and a light there."""

    def __init__(
        self, river: River, place: ndarray, time: float, aim: ndarray, paint: Paint = "target", width: float = 5.0,
        begin: float | None = None,
    ) -> None:  # fmt: skip
        """From ``place`` [two] at ``time`` to ``aim`` [two]; the line may already ``begin`` at an earlier time."""
        self.river, self.light, self.grown = river, 1.0, 1.0
        path = np.stack([river.at(place, time), river.at(aim, 1.0)])
        self.back = 0.0 if begin is None else (time - begin) / (1 - time)
        self.line = GlowLine(river.theme, self._line(path), paint, width, 1.0, glow=0.8)
        self.tip = Lights(river.theme, path[1:], paint, 0.05 if is_dark(river.theme) else 0.07, glow=0.3)
        super().__init__(self.line, self.tip)
        self.place, self.time, self.aim = place, time, aim

    def _line(self, path: ndarray) -> ndarray:
        far = np.linspace(-self.back, 1, 5)[:, None]
        return path[0] + far * (path[1] - path[0])

    def point(self, place: ndarray, time: float, aim: ndarray) -> Heading:
        """From another place, at another time, to another aim."""
        self.place, self.time, self.aim = place, time, aim
        path = np.stack([self.river.at(place, time), self.river.at(aim, 1.0)])
        self.line.show(paths=self._line(path)[None], opacity=self.light)
        self.tip.show(path[1:], opacity=self.light)
        return self

    def show(self, upto: float) -> Heading:
        """When so much of it is drawn."""
        self.line.show(upto=4 * upto)
        self.tip.show(self.river.at(self.aim, 1.0)[None], opacity=self.light * np.clip(5 * upto - 4, 0, 1))
        return self

    def dim(self, light: float) -> Heading:
        """So bright from now on."""
        self.light = light
        return self.point(self.place, self.time, self.aim)


class Disagreement(Group):
    """How far apart from what they lead to on average many lines lead: a line from there to the end of each."""

    def __init__(
        self, river: River, mean: ndarray, data: ndarray, paint: Paint = "error", opacity: float = 0.3
    ) -> None:
        """``mean`` [two] and ``data`` [line two] are places on the pane of data."""
        centre, far = river.at(mean, 1.0), np.linspace(0, 1, 3)[:, None]
        self.lines = Streaks(river.theme, centre + far * (river.at(data, 1.0)[:, None] - centre), paint, 1.4, opacity)
        super().__init__(self.lines)
        self.show(0.0)

    def show(self, share: float) -> Disagreement:
        """When so much of each line is drawn, from the mean on."""
        self.lines.show(upto=2 * share)
        return self


class Needle(Heading):
    """Where a particle heads as it goes: the straight line to its aim, from where it is."""

    def __init__(self, river: River, path: ndarray, aims: ndarray, paint: Paint = "target") -> None:
        """``path`` and ``aims`` are [frame two]."""
        self.path, self.aims = np.asarray(path, float), np.asarray(aims, float)
        super().__init__(river, self.path[0], 0.0, self.aims[0], paint)

    def follow(self, frame: float) -> Needle:
        """At a frame."""
        self.point(moment(self.path, frame), frame / (len(self.path) - 1), moment(self.aims, frame))
        return self


class Aims(Group):
    """Where each of many particles heads: a light on the pane of data, and a line to it from where it is."""

    def __init__(self, river: River, paths: ndarray, aims: ndarray, lines: int = 100, paint: Paint = "target") -> None:
        """``paths`` and ``aims`` are [frame particle two]; the first so many have ``lines``."""
        self.river, self.paths, self.aims = river, np.asarray(paths, float), np.asarray(aims, float)
        self.count, self.light = lines, 1.0
        theme = river.theme
        self.lines = Streaks(theme, np.zeros((lines, 3, 3)), paint, 1.2, 0.16)
        self.tips = Lights(theme, np.zeros((paths.shape[1], 3)), paint, 0.022 * larger(theme), glow=0.16)
        super().__init__(self.lines, self.tips)
        self.follow(0.0)

    def follow(self, frame: float) -> Aims:
        """At a frame."""
        self.at = frame
        share = frame / (len(self.paths) - 1)
        begins = self.river.at(moment(self.paths, frame), share)
        ends = self.river.at(moment(self.aims, frame), 1.0)
        far = np.linspace(0, 1, 3)[:, None]
        rays = begins[: self.count, None] + far * (ends - begins)[: self.count, None]
        self.lines.show(rays, opacity=0.16 * self.light * np.clip(1.2 - 1.5 * share, 0.1, 1))
        self.tips.show(ends, opacity=self.light)
        return self

    def dim(self, light: float) -> Aims:
        """So bright from now on."""
        self.light = light
        return self.follow(self.at)


class Outlook(Group):
    """What lies ahead of particles: ``aims``, where each heads; a hero's ``needle``, and the ``beam`` of all places
    to which it may lead, whose mean that is."""

    def __init__(self, river: River, paths: ndarray, aims: ndarray, hero: int, origins: ndarray, chances: ndarray,
                 ) -> None:  # fmt: skip
        """``paths`` and ``aims`` are [frame particle two]; ``origins`` [frame place two] and ``chances`` [frame place]
        the hero's."""
        self.beam = Origins(river, paths[:, hero], origins, chances)
        self.needle = Needle(river, paths[:, hero], aims[:, hero])
        self.aims = Aims(river, paths, aims)
        super().__init__(self.beam, self.needle, self.aims)

    def follow(self, frame: float) -> Outlook:
        """At a frame."""
        self.aims.follow(frame)
        self.needle.follow(frame)
        self.beam.show(frame)
        return self


class Bundle(Group):
    """Ways of many particles, as far as they have come, and a light where each is now; noise turns into their paint.

    The way of a ``hero`` is a line of light.
    """

    def __init__(
        self, river: River, paths: ndarray, paint: Paint = "model", hero: int | None = None, lines: int = 100,
        opacity: float = 0.42, corner: float = 1.0,
    ) -> None:  # fmt: skip
        """``paths`` [frame particle two]; of so many particles the way is a line. ``corner`` as Streaks have it."""
        self.river, self.paths, self.light, self.at = river, np.asarray(paths, float), 1.0, 0.0
        theme, shares = river.theme, np.linspace(0, 1, len(paths))
        self.places = river.at(self.paths, shares[:, None])
        self.colours = between(theme, ("noise", paint), (0.0, 0.35), shares)
        chosen = np.linspace(0, paths.shape[1] - 1, min(lines, paths.shape[1])).round().astype(int)
        thinned = slice(None, None, max(1, (len(paths) - 1) // 50))
        self.faint = opacity * (0.5 + 0.5 * np.clip(shares[thinned] / 0.6, 0, 1))
        self.per_frame = (len(self.faint) - 1) / (len(paths) - 1)
        self.lines = Streaks(theme, self.places[thinned, chosen].swapaxes(0, 1), self.colours[thinned], 1.4, self.faint,
                             corner)  # fmt: skip
        self.size = 0.02 * larger(theme)
        self.heads = Lights(theme, self.places[0], paint, self.size, glow=0.14)
        self.way = None if hero is None else GlowLine(theme, self.places[:, hero], paint, 3.4, 1.0, glow=0.7)
        super().__init__(self.lines, self.heads, *([] if self.way is None else [self.way]))
        self.follow(0.0)

    def follow(self, frame: float) -> Bundle:
        """Up to a frame."""
        self.at = frame
        self.lines.show(upto=frame * self.per_frame, opacity=self.light * self.faint)
        self.heads.show(moment(self.places, frame), moment(self.colours, frame), self.light)
        if self.way is not None:
            self.way.show(upto=frame, opacity=self.light)
        return self

    def dim(self, light: float) -> Bundle:
        """So bright from now on."""
        self.light = light
        return self.follow(self.at)

    def seen_at(self, height: float) -> Bundle:
        """Keep the lights' size on a screen whose camera shows so much, when it comes nearer than at a height of 8."""
        if self.heads.core != (core := self.size * min(height, FRAME_HEIGHT) / FRAME_HEIGHT):
            self.heads.core = core
            self.follow(self.at)
        return self


class Slice(Group):
    """A cloud [particle two] at one time, on its pane, which may be zoomed about the middle and moved in time."""

    def __init__(self, river: River, cloud: ndarray, paint: Paint, size: float = 0.024, opacity: float = 1.0) -> None:
        """``paint`` may be colours, [particle rgb]."""
        self.river, self.cloud, self.full = river, np.asarray(cloud, float), opacity
        self.lights = Lights(river.theme, np.zeros((len(cloud), 3)), paint, size * larger(river.theme), glow=0.16)
        super().__init__(self.lights)

    def show(self, share: float, zoom: float = 1.0, cloud: ndarray | None = None) -> Slice:
        """On the pane at a share of the river, which may lie beyond its end; of another ``cloud`` from now on."""
        if cloud is not None:
            self.cloud = np.asarray(cloud, float)
        self.lights.show(self.river.at(zoom * self.cloud, share), opacity=self.full)
        return self


class Ends(Group):
    """Where particles start, where they end, and where they end on another way, in colours of their starts.

    ``lift`` takes the other ends off the pane of data, beyond the river's end.
    """

    def __init__(self, river: River, starts: ndarray, ends: ndarray, others: ndarray, reach: float = 0.25) -> None:
        """All are [particle two]; ``reach`` is how far beyond it, as a share of the river."""
        paint = between(river.theme, ("mechanism", "text", "target"), (-1.2, 0.0, 1.2), starts[:, 0])
        self.reach = reach
        self.starts, self.one, self.other = (Slice(river, cloud, paint) for cloud in (starts, ends, others))
        super().__init__(self.starts.show(0.0), self.one.show(1.0), self.other.show(1.0))
        self.room = river.at(others, 1 + reach)
        """All the places [particle 3] that the other ends come to."""

    def lift(self, share: float) -> Ends:
        """When the other ends are so far on their way off."""
        self.other.show(1 + share * self.reach)
        return self


class Twin(Slice):
    """A flow by another clock and zoom: at first it stands on its own pane, ``carry`` takes it to the other's."""

    def __init__(self, river: River, zoomed: ndarray, clock: ndarray, zoom: ndarray, frame: int) -> None:
        """``zoomed`` [frame particle two] at the other's times, ``clock`` and ``zoom`` [frame]; it begins
        at a frame."""
        self.zoomed, self.own = np.asarray(zoomed, float), float(clock[frame])
        self.large, self.share = float(zoom[frame]), frame / (len(zoomed) - 1)
        super().__init__(river, self.zoomed[frame] / self.large, "model", 0.012)
        self.carry(0.0)

    def carry(self, share: float) -> Twin:
        """Along the river in the first half, then it is zoomed."""
        far, wide = np.clip([2 * share, 2 * share - 1], 0, 1)
        self.show(self.own + far * (self.share - self.own), 1 + wide * (self.large - 1))
        return self

    def follow(self, frame: float) -> Twin:
        """At a frame of the other flow, zoomed."""
        self.show(frame / (len(self.zoomed) - 1), 1.0, moment(self.zoomed, frame))
        return self


class Between(Mesh):
    """A sheet of light between two ways of one particle, as far as they have come."""

    def __init__(self, river: River, one: ndarray, other: ndarray, paints: tuple[str, str] = ("model", "rival"),
                 strength: float = 0.2) -> None:  # fmt: skip
        """Both are [frame two]."""
        shares = np.linspace(0, 1, len(one))
        self.edges = river.at(np.stack([one, other]), shares)
        across = np.linspace(0, 1, 7)
        one_colour, other_colour = (rgb(river.theme, paint) for paint in paints)
        self.across, self.colours = across, mixed(one_colour, other_colour, across)
        self.strength = strength
        super().__init__(self._sheet(len(one) - 1), depth_test=False, z_index=GLASS)

    def _sheet(self, frame: float) -> Triangles:
        last = max(2, round(frame) + 1)
        one, other = self.edges[:, :last, None]
        grid = one + self.across[:, None] * (other - one)
        return sheet(grid, coloured(self.colours, self.strength))

    def follow(self, frame: float) -> Between:
        """Up to a frame."""
        self.put(self._sheet(frame))
        return self
