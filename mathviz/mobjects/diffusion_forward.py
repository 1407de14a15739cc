"""The picture of the forward process: from one point of data walks blow a horn of glass, and leaps fill it at once.

All of it stands in a river whose time runs the other way than in ``diffusion_reverse``: data near, noise far off.
"""

from __future__ import annotations

import numpy as np
from manimlib import FRAME_HEIGHT, Group
from numpy import ndarray

from mathviz.mobjects.diffusion_reverse import LARGER, River
from mathviz.mobjects.easing import ease
from mathviz.mobjects.glass import Pane
from mathviz.mobjects.light import Lights, moment
from mathviz.mobjects.mesh import GLASS, Mesh, Triangles, coloured, sheet
from mathviz.mobjects.streaks import GlowLine, Streaks
from mathviz.mobjects.tint import Paint, is_dark, rgb
from mathviz.style import Theme


class Outflow(River):
    """The river from data, near, to noise, far off: ``first`` is the pane of data, on which its lines show."""

    def __init__(self, theme: Theme, ridges: list[ndarray], reach: tuple[float, float] = (2.7, 2.6)) -> None:
        super().__init__(theme, ridges, reach=reach)
        self.ridges.show(paths=self.at(self.lines, 0.0))

    def at(self, points: ndarray, share: float | ndarray) -> ndarray:
        """Places [… 3] of points [… two] when this share of the way from data to noise is over."""
        return super().at(points, 1 - np.asarray(share, float))


class Outline(GlowLine):
    """The lines of the data, as small as they are by then: what is left of them in the cloud."""

    def __init__(self, river: Outflow, signal: ndarray) -> None:
        """``signal`` [frame], √ᾱ."""
        self.river, self.signal = river, np.asarray(signal, float)
        super().__init__(river.theme, river.at(river.lines, 0.0), "data", 2.4, 0.95, glow=0.6)

    def follow(self, frame: float) -> Outline:
        """At a frame."""
        small = moment(self.signal, frame) * self.river.lines
        self.show(paths=self.river.at(small, frame / (len(self.signal) - 1)))
        return self


class UpTo(River):
    """The first part of a river, for what goes no farther: its share 1 is where that ends."""

    def __init__(self, river: River, end: float) -> None:
        """``end`` is a share of the whole river."""
        self.river, self.end = river, end
        super().__init__(river.theme, list(river.lines), river.half, river.unit, river.reach)

    def at(self, points: ndarray, share: float | ndarray) -> ndarray:
        """Places [… 3] of points [… two]."""
        return self.river.at(points, self.end * np.asarray(share, float))


class Horn(Group):
    """A horn of glass round all walks from one place: so wide as they are spread, and round what is left of the start.

    Its rim and a ring inside are circles about that middle, of two and of one standard deviation along each axis:
    86 and 39 of 100 draws of a plane Gaussian fall into them.
    """

    def __init__(self, river: River, start: ndarray, signal: ndarray, noise: ndarray, last: int) -> None:
        """``start`` [two]; ``signal`` and ``noise`` [moment], √ᾱ and √(1 − ᾱ); it ends at the moment ``last``."""
        self.river, self.start, self.last = river, np.asarray(start, float), last
        self.signal, self.noise, self.moments = signal, noise, len(signal) - 1
        dark = is_dark(river.theme)
        glass = coloured(rgb(river.theme, "mechanism" if dark else "noise"), 0.085 if dark else 0.13)
        self.glass = Mesh(self._wall(last, glass), depth_test=False, z_index=GLASS)
        self.colour = glass
        self.ribs = Streaks(river.theme, self._ribs(last), "noise", 1.2, 0.28 if dark else 0.4)
        self.rim = GlowLine(river.theme, self.circle(last, 2.0), "text", 2.0, 0.8, glow=0.35)
        self.ring = GlowLine(river.theme, self.circle(last, 1.0), "text", 1.5, 0.55, glow=0.25)
        super().__init__(self.glass, self.ribs, self.ring, self.rim)

    def circle(self, when: float, spreads: float) -> ndarray:
        """The circle [point 3] of so many standard deviations at a moment."""
        turn = np.linspace(0, 2 * np.pi, 49)
        round_ = np.stack([np.cos(turn), np.sin(turn)], axis=-1)
        points = moment(self.signal, when) * self.start + spreads * moment(self.noise, when) * round_
        return self.river.at(points, when / self.moments)

    def _when(self, last: float) -> ndarray:
        """Moments, closer where the horn opens fast."""
        return last * np.linspace(0, 1, 25) ** 2

    def _wall(self, last: float, colour: ndarray) -> Triangles:
        return sheet(np.array([self.circle(when, 2.0) for when in self._when(last)]), colour)

    def _ribs(self, last: float) -> ndarray:
        return np.array([self.circle(when, 2.0)[:48:8] for when in self._when(last)]).swapaxes(0, 1)

    def show(self, when: float) -> Horn:
        """Blown up to a moment."""
        when = max(when, 1e-3)
        self.glass.put(self._wall(when, self.colour))
        self.ribs.show(self._ribs(when))
        self.rim.show(paths=self.circle(when, 2.0)[None])
        self.ring.show(paths=self.circle(when, 1.0)[None])
        return self


class Walk(Group):
    """One walk, a line through all its stops; ``fuse`` takes its steps two by two, again and again, until one is left.

    A fused step is what it is: a shrink toward the middle, then one kick. Where a step ends there is a light, once
    there are few enough of them to be told apart; the last two strokes, ``shrink`` and ``kick``, have their colours.
    """

    def __init__(self, river: River, stops: ndarray, signal: ndarray, share: float, paint: Paint = "text") -> None:
        """``stops`` [moment two], a power of two of steps; ``signal`` [moment], √ᾱ; it ends at a ``share`` of the
        river."""
        stops, theme = np.asarray(stops, float), river.theme
        steps = len(stops) - 1
        self.levels = int(np.log2(steps))
        shares = share * np.linspace(0, 1, len(stops))
        self.places = river.at(stops, shares)
        self.coarse = [self._coarse(river, stops, signal, shares, 2**level) for level in range(self.levels + 1)]
        self.middle = river.at(signal[steps] * stops[0], share)
        self.line = GlowLine(theme, self.places, paint, 2.2, 1.0, glow=0.3, corner=0.02)
        self.joints = Lights(theme, self.places, paint, 0.03, glow=0.25, opacity=0.0)
        self.shrink = Streaks(theme, np.stack([self.places[0], self.middle])[None], "mechanism", 5.0, 0.0, corner=0.02)
        self.kick = Streaks(theme, np.stack([self.middle, self.places[-1]])[None], "noise", 6.0, 0.0, corner=0.02)
        self.every = np.array([min(self.levels, int(at & -at).bit_length() - 1) if at else self.levels
                               for at in range(steps + 1)])  # fmt: skip
        super().__init__(self.line, self.joints, self.shrink, self.kick)

    def follow(self, step: float) -> Walk:
        """Up to a step, or between two."""
        self.line.show(upto=step)
        return self

    def place(self, step: float) -> ndarray:
        """Where it is then, [3]."""
        return moment(self.places, step)

    def fuse(self, level: float) -> Walk:
        """When 2^level steps are taken for one; between two levels the line is on its way from one to the next."""
        first = min(int(level), self.levels - 1)
        way = ease(level - first)
        self.line.show(paths=((1 - way) * self.coarse[first] + way * self.coarse[first + 1])[None])
        seen = np.clip(level / 3 - 0.4, 0, 1) * np.where(self.every > first, 1.0, (self.every == first) * (1 - way))
        self.joints.show(self.places, opacity=seen)
        return self.leap(float(np.clip(4 * (level - self.levels) + 1, 0, 1)))

    def leap(self, opacity: float) -> Walk:
        """The one shrink and the one kick that all steps come to, so bright."""
        self.shrink.show(opacity=opacity)
        self.kick.show(opacity=opacity)
        return self

    def _coarse(self, river: River, stops: ndarray, signal: ndarray, shares: ndarray, count: int) -> ndarray:
        """As many points [moment 3], on two strokes for every ``count`` steps: the shrink goes along in time."""
        begins = np.arange(0, len(stops) - 1, count)
        ends = begins + count
        shrunk = (signal[ends] / signal[begins])[:, None] * stops[begins]
        middles = begins + count / 2
        knots = np.concatenate([np.stack([begins, middles], axis=1).ravel(), ends[-1:]])
        places = np.stack([river.at(stops[begins], shares[begins]), river.at(shrunk, shares[ends])], axis=1)
        path = np.concatenate([places.reshape(-1, 3), river.at(stops[ends[-1:]], shares[ends[-1:]])])
        return np.stack([np.interp(np.arange(len(stops)), knots, axis) for axis in path.T], axis=-1)


class Steps(Group):
    """Two steps of a walk, enlarged: each a shrink toward the middle and a kick from there; ``fuse`` makes them one.

    Specks show where the first might have led, and then where both might. Its lights are as large on the screen as
    ever, so that the camera can go in as far as a short shrink asks for.
    """

    def __init__(
        self, river: River, stops: ndarray, might: ndarray, might_two: ndarray, begin: float, size: float = 0.03
    ) -> None:
        """``stops`` [step three two], two steps: before, shrunk, and after the kick; ``might`` [speck two], where the
        first might have led, ``might_two`` both; all at a share of the river."""
        stops = np.asarray(stops, float)
        self.places, self.size, theme = river.at(stops, begin), size, river.theme
        self.stops_at = np.concatenate([self.places[:1, 0], self.places[:, 2]])
        self.way = np.concatenate([self.places.reshape(-1, 3)[:1], self.places[:, 1:].reshape(-1, 3)])
        factor = (stops[1, 0] @ stops[1, 1]) / (stops[1, 0] @ stops[1, 0])
        self.straight = np.stack([self.stops_at[0], river.at(factor * stops[0, 1], begin), self.stops_at[2]])
        inward = river.at(stops[0, 0] + np.array([[1.0], [FAR]]) * (stops[0, 1] - stops[0, 0]), begin)
        self.inward = Streaks(theme, inward[None], "mechanism", 2.0, np.array([[0.6, 0.0]]), corner=0.02)
        self.shrinks = Streaks(theme, self.places[:, :2], "mechanism", 8.0, 1.0, corner=0.02)
        self.kicks = Streaks(theme, self.places[:, 1:], "noise", 5.0, 0.9, corner=0.02)
        self.specks_at = river.at(might, begin), river.at(might_two, begin)
        self.specks = Lights(theme, self.specks_at[0], "noise", SPECK * size, glow=0.12, opacity=0.0)
        self.sums = Streaks(theme, self.stops_at[None], "text", 5.0, 0.0, corner=0.02)
        self.stops = Lights(theme, self.stops_at, "text", size, glow=0.12)
        super().__init__(self.specks, self.inward, self.kicks, self.shrinks, self.sums, self.stops)
        self.scattered = self.specks_at[0]
        self.show(0.0)

    def show(self, step: float) -> Steps:
        """After so many steps; half of each is its shrink."""
        done = np.clip(2 * (step - np.arange(len(self.places))), 0, 2)
        self.inward.show(opacity=np.array([[0.6, 0.0]]) * float(np.clip(1.5 - step, 0, 1)))
        self.shrinks.show(upto=np.minimum(done, 1))
        self.kicks.show(upto=np.maximum(done - 1, 0))
        self.stops.show(self.stops_at, opacity=np.concatenate([[0.8], np.clip(5 * done - 9, 0, 1)]))
        self.specks.show(self.scattered, opacity=0.6 * float(np.clip(3 * step - 1.5, 0, 1)))
        return self

    def place(self, step: float) -> ndarray:
        """Where the particle is then, [3]."""
        return moment(self.way, 2 * step)

    def fuse(self, share: float) -> Steps:
        """When so much is done of taking both steps for one: one shrink, and one kick, as wide as both scatter."""
        way = ease(share)
        self.sums.show((1 - way) * self.stops_at[None] + way * self.straight[None],
                       opacity=float(np.clip(4 * share, 0, 1)))  # fmt: skip
        fading = 1 - 0.8 * way
        self.shrinks.show(opacity=fading)
        self.kicks.show(opacity=0.9 * fading)
        self.scattered = (1 - way) * self.specks_at[0] + way * self.specks_at[1]
        self.specks.show(self.scattered, opacity=0.6)
        self.stops.show(self.stops_at, opacity=np.array([0.8, 1 - way, 1.0]))
        return self

    def seen_at(self, height: float) -> Steps:
        """Keep its lights' size on a screen whose camera shows so much."""
        if self.stops.core != (core := self.size * height / FRAME_HEIGHT):
            self.stops.core, self.specks.core = core, SPECK * core
            self.stops.show(self.stops_at)
            self.specks.show(self.scattered)
        return self


SPECK = 0.6
"""How large a place that a step might have led to is by one that it did."""

FAR = 6
"""A line toward the middle is so many times as long as the shrink that it goes on from."""


class Panes(Group):
    """Clouds at some moments of the river, each particle straight from where it began: ``leap`` sends them there."""

    def __init__(self, river: River, starts: ndarray, clouds: ndarray, shares: ndarray, lines: int = 40) -> None:
        """``starts`` [particle two], ``clouds`` [pane particle two] at ``shares`` [pane] of the river; to each go so
        many lines."""
        theme = river.theme
        self.begins = river.at(starts, 0.0)
        self.ends = np.array([river.at(cloud, share) for cloud, share in zip(clouds, shares, strict=True)])
        size = 0.018 if is_dark(theme) else 0.018 * LARGER
        self.rays = [Streaks(theme, np.stack([self.begins[:lines], end[:lines]], axis=1), "target", 1.2, 0.14)
                     for end in self.ends]  # fmt: skip
        self.lights = [Lights(theme, self.begins, "target", size, glow=0.14) for _ in self.ends]
        self.feet = [river.corners(share, 0.9)[:2].mean(axis=0) for share in shares]
        self.sheets = [Pane(theme, river.corners(share, 0.9), edge=0.45, fill=0.03) for share in shares]
        super().__init__(*self.sheets, *self.rays, *self.lights)
        self.leap(0.0)

    def leap(self, done: float) -> Panes:
        """After so many of the leaps, or in one of them."""
        for at, (end, ray, lights) in enumerate(zip(self.ends, self.rays, self.lights, strict=True)):
            way = ease(float(np.clip(done - at, 0, 1)))
            now = (1 - way) * self.begins + way * end
            begun = float(way > 0)
            lights.show(now, opacity=begun)
            ray.show(np.stack([self.begins[: len(ray.paths)], now[: len(ray.paths)]], axis=1),
                     opacity=0.14 * begun * (1 - 0.6 * float(np.clip(done - at - 1, 0, 1))))  # fmt: skip
        return self
