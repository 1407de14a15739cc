"""Clouds of particles on a plane of data, what moves them, and where between data and noise they stand."""

from __future__ import annotations

import numpy as np
from manimlib import (
    DOWN,
    LEFT,
    RIGHT,
    UP,
    Arc,
    Dot,
    DotCloud,
    Line,
    Square,
    VGroup,
    VMobject,
    color_to_rgb,
)  # fmt: skip
from numpy import ndarray

from mathviz.mobjects.plot import begin_of
from mathviz.mobjects.text import words
from mathviz.style import Theme

RADIUS, OPACITY = 0.032, 0.8
"""Of every particle, in scene units."""


class Plane(VGroup):
    """A square of the plane in which data live, with its two axes through zero."""

    def __init__(self, theme: Theme, side: float, reach: float = 3.2) -> None:
        """``side`` is its length in the scene, ``reach`` the largest coordinate of the data in it."""
        self.side, self.reach = side, reach
        frame = Square(side).set_stroke(theme["outline"], 2).set_fill(opacity=0)
        axes = VGroup(Line(side / 2 * LEFT, side / 2 * RIGHT), Line(side / 2 * DOWN, side / 2 * UP))
        super().__init__(frame, axes.set_stroke(theme["muted"], 1.5, opacity=0.6))

    @property
    def unit(self) -> float:
        """One unit of the data, in scene units."""
        return self.get_width() / (2 * self.reach)

    def at(self, points: ndarray) -> ndarray:
        """Scene points [point 3] of data [point two]."""
        flat = np.asarray(points, float)
        return self.get_center() + self.unit * np.concatenate([flat, np.zeros((*flat.shape[:-1], 1))], axis=-1)

    def edge_toward(self, start: ndarray, end: ndarray) -> ndarray:
        """The scene point where the way from one point of the data to another leaves the plane, if it does."""
        step = end - start
        moves = step != 0
        shares = (np.sign(step) * 0.97 * self.reach - start)[moves] / step[moves]
        return self.at(start + min([1.0, *shares]) * step)


class Particles(DotCloud):
    """Particles on a plane; what lies outside is not drawn."""

    def __init__(self, plane: Plane, points: ndarray, theme: Theme, role: str, radius: float = RADIUS) -> None:
        """``points`` is [particle two], in units of the data."""
        self.plane, self.theme = plane, theme
        super().__init__(plane.at(points), radius=radius, color=theme[role], opacity=OPACITY)
        self.show(points)

    def show(self, points: ndarray) -> Particles:
        """Put every particle where it now is."""
        inside = (np.abs(points) <= self.plane.reach).all(axis=1)
        self.set_points(self.plane.at(points))
        self.set_opacity(np.where(inside, OPACITY, 0.0))
        return self

    def mixed(self, one: str, other: str, share: float) -> Particles:
        """Colour between two roles; ``share`` is that of the second."""
        ends = [np.array(color_to_rgb(self.theme[role])) for role in (one, other)]
        self.data["rgba"][:, :3] = (1 - share) * ends[0] + share * ends[1]
        self.note_changed_data()
        return self


class Ridge(VGroup):
    """Where data lie most densely, as thin lines: what samples should come to."""

    def __init__(self, plane: Plane, lines: list[ndarray], theme: Theme) -> None:
        """Each line is [point two], in units of the data."""
        super().__init__(*(VMobject().set_points_as_corners(plane.at(line)) for line in lines))
        self.set_stroke(theme["data"], 3, opacity=0.7).set_fill(opacity=0)


class Fan(VGroup):
    """Lines from one point to all that it may have come from, the more opaque the more probable."""

    def __init__(self, plane: Plane, theme: Theme, count: int, width: float = 3) -> None:
        self.plane = plane
        super().__init__(*(Line() for _ in range(count)))
        self.set_stroke(theme["mechanism"], width)

    def show(self, point: ndarray, ends: ndarray, chances: ndarray) -> Fan:
        """From ``point`` [two] to ``ends`` [line two]; the most probable of the ``chances`` [line] is opaque."""
        start = self.plane.at(point)
        for line, end, opacity in zip(self, self.plane.at(ends), chances / chances.max(), strict=True):
            line.set_points_as_corners([start, end]).set_stroke(opacity=float(opacity))
        return self


class Trajectories(VGroup):
    """The ways of particles so far, from the colour of noise to that of a role."""

    def __init__(self, plane: Plane, paths: ndarray, theme: Theme, role: str) -> None:
        """``paths`` is [frame particle two], in units of the data."""
        super().__init__(*(VMobject().set_points_as_corners(way) for way in plane.at(paths).swapaxes(0, 1)))
        self.set_stroke([theme["noise"], theme[role]], 2, opacity=0.6).set_fill(opacity=0)
        self.whole = self.copy()

    def show(self, share: float) -> Trajectories:
        """Up to this share of the time."""
        for way, whole in zip(self, self.whole, strict=True):
            begin_of(way, whole, share)
        return self


class ArrowField(VMobject):
    """A vector field on a plane as one object; arrows longer than ``longest`` are cut to it."""

    def __init__(
        self, plane: Plane, places: ndarray, vectors: ndarray, longest: float, theme: Theme, role: str, width: float
    ) -> None:
        """``places`` and ``vectors`` are [arrow two], both and ``longest`` in units of the data."""
        super().__init__()
        length = np.linalg.norm(vectors, axis=1, keepdims=True)
        arrows = vectors * np.minimum(1, longest / np.maximum(length, 1e-12))
        sideways = 0.22 * np.stack([-arrows[:, 1], arrows[:, 0]], axis=1)
        tips, necks = places + arrows / 2, places + 0.15 * arrows
        corners = plane.at(np.stack([places - arrows / 2, tips, necks + sideways, tips, necks - sideways], axis=1))
        for arrow in corners:
            self.start_new_path(arrow[0])
            self.add_points_as_corners(arrow[1:])
        self.set_stroke(theme[role], width).set_fill(opacity=0)


class TimeBar(VGroup):
    """Where a process stands: a knob on a line from its begin at the left to its end at the right."""

    def __init__(self, theme: Theme, width: float, begins: str, ends: str) -> None:
        """``begins`` and ``ends`` are the roles of what there is at either end."""
        self.line = Line(width / 2 * LEFT, width / 2 * RIGHT).set_stroke(theme["muted"], 3)
        marks = VGroup(*(
            Line(0.12 * UP, 0.12 * DOWN).move_to(end).set_stroke(theme[role], 6)
            for end, role in ((self.line.get_start(), begins), (self.line.get_end(), ends))
        ))  # fmt: skip
        self.knob = Dot(radius=0.12).set_fill(theme["text"], 1).move_to(self.line.get_start())
        super().__init__(self.line, marks, self.knob)

    def show(self, share: float) -> TimeBar:
        """Put the knob where this share of the process is over."""
        _put(self.knob, self.line.get_start() + share * (self.line.get_end() - self.line.get_start()))
        return self


class MixDial(VGroup):
    """How a state is mixed of signal, across, and noise, up.

    Keeping the variance means a quarter circle; a ``straight`` mix means its chord.
    """

    def __init__(self, theme: Theme, radius: float, signal: str, noise: str, straight: bool = False) -> None:
        """``signal`` and ``noise`` name the axes."""
        self.radius = radius
        across, up = Line(0 * RIGHT, radius * RIGHT), Line(0 * UP, radius * UP)
        axes = VGroup(across, up).set_stroke(theme["muted"], 3)
        way = Line(radius * RIGHT, radius * UP) if straight else Arc(0, np.pi / 2, radius=radius)
        way.set_stroke(theme["target"], 3)
        self.legs = VGroup(Line().set_stroke(theme["data"], 6), Line().set_stroke(theme["noise"], 6))
        self.hand = Line().set_stroke(theme["text"], 3)
        self.dot = Dot(radius=0.1).set_fill(theme["text"], 1)
        self.names = VGroup(
            words(signal, theme, role="data").next_to(across, DOWN, 0.2),
            words(noise, theme, role="noise").next_to(up, LEFT, 0.2),
        )
        super().__init__(axes, way, self.names, self.legs, self.hand, self.dot)
        self.corner = axes[0]
        self.show(1.0, 0.0)

    def show(self, signal: float, noise: float) -> MixDial:
        """Turn the hand to these two factors."""
        zero = self.corner.get_start()
        end = zero + self.radius * np.array([signal, noise, 0.0])
        foot = zero + self.radius * signal * RIGHT
        self.hand.set_points_as_corners([zero, end])
        self.legs[0].set_points_as_corners([zero, foot])
        self.legs[1].set_points_as_corners([foot, end])
        _put(self.dot, end)
        return self


def _put(dot: Dot, place: ndarray) -> None:
    """Move a dot as if it had never been elsewhere: steps of its way would add up what each of them rounds."""
    dot.set_points(Dot(radius=round(dot.get_width() / 2, 4)).get_points() + place)
