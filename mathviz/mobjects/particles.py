"""Clouds of particles on a plane of data, and where between data and noise they stand."""

from __future__ import annotations

import numpy as np
from manimlib import DOWN, LEFT, RIGHT, UP, Arc, Dot, DotCloud, Line, Square, VGroup, color_to_rgb
from numpy import ndarray

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
    """How a state is mixed of signal, across, and noise, up. Keeping the variance means a quarter circle."""

    def __init__(self, theme: Theme, radius: float, signal: str, noise: str) -> None:
        """``signal`` and ``noise`` name the axes."""
        self.radius = radius
        across, up = Line(0 * RIGHT, radius * RIGHT), Line(0 * UP, radius * UP)
        axes = VGroup(across, up).set_stroke(theme["muted"], 3)
        arc = Arc(0, np.pi / 2, radius=radius).set_stroke(theme["target"], 3)
        self.legs = VGroup(Line().set_stroke(theme["data"], 6), Line().set_stroke(theme["noise"], 6))
        self.hand = Line().set_stroke(theme["text"], 3)
        self.dot = Dot(radius=0.1).set_fill(theme["text"], 1)
        self.names = VGroup(
            words(signal, theme, role="data").next_to(across, DOWN, 0.2),
            words(noise, theme, role="noise").next_to(up, LEFT, 0.2),
        )
        super().__init__(axes, arc, self.names, self.legs, self.hand, self.dot)
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
