"""Functions and measurements on plain axes, distributions, and variances as areas."""

from __future__ import annotations

import numpy as np
from manimlib import DL, DOWN, LEFT, RIGHT, UP, DashedVMobject, Line, Mobject, Polygon, Rectangle, VGroup, VMobject
from numpy import ndarray

from mathviz.mobjects.text import words
from mathviz.style import Theme


class LinePlot(VGroup):
    """Two axes from zero, without numbers unless ``tick`` puts them there."""

    def __init__(self, theme: Theme, width: float, height: float, limits: tuple[float, float]) -> None:
        """``limits`` are the largest values along the two axes; both begin at zero."""
        self.theme, self.width, self.height, self.limits = theme, width, height, limits
        self.across = Line(0 * RIGHT, width * RIGHT).set_stroke(theme["muted"], 3)
        self.up = Line(0 * UP, height * UP).set_stroke(theme["muted"], 3)
        super().__init__(self.across, self.up)
        self.center()

    def at(self, x: float, y: float) -> ndarray:
        """The scene point of a pair of values."""
        share = np.array([x / self.limits[0] * self.width, y / self.limits[1] * self.height, 0.0])
        return self.across.get_start() + share

    def line(self, points: ndarray, role: str, dashed: bool = False) -> VMobject:
        """A line through [point xy], in a role's colour."""
        made = VMobject().set_points_as_corners([self.at(x, y) for x, y in points])
        made.set_stroke(self.theme[role], 6).set_fill(opacity=0)
        return DashedVMobject(made, num_dashes=25) if dashed else made

    def name_axes(self, across: Mobject, up: Mobject) -> VGroup:
        """Put names at the axes' ends."""
        across.next_to(self.across, DOWN, 0.2, aligned_edge=RIGHT)
        up.next_to(self.up, LEFT, 0.2, aligned_edge=UP)
        return VGroup(across, up)

    def tick(self, across: tuple[float, ...], up: tuple[float, ...]) -> VGroup:
        """Marks with their values on both axes, for a plot whose units are told."""
        marks = VGroup()
        for values, vertical in ((across, False), (up, True)):
            for value in values:
                place = self.at(0, value) if vertical else self.at(value, 0)
                side = LEFT if vertical else DOWN
                mark = Line(place, place + 0.1 * side).set_stroke(self.theme["muted"], 2)
                marks.add(mark, words(f"{value:g}", self.theme, role="muted").next_to(mark, side, 0.1))
        return marks

    @property
    def corner(self) -> ndarray:
        """The zero of both axes."""
        return self.get_corner(DL)


class Histograms(VGroup):
    """Two distributions over the same bins: one as filled ``bars``, the other as an ``outline`` over them."""

    def __init__(self, filled: ndarray, outlined: ndarray, theme: Theme, width: float, height: float) -> None:
        """``filled`` and ``outlined`` are counts [bin]; the largest of them gets the height."""
        unit, step = height / max(filled.max(), outlined.max()), width / len(filled)
        self.bars = VGroup(*(
            Rectangle(step, max(count * unit, 1e-4)).move_to((index * step, 0, 0), DL)
            for index, count in enumerate(filled)
        )).set_stroke(width=0).set_fill(theme["data"], 0.5)  # fmt: skip
        tops = [(x * step, count * unit, 0) for index, count in enumerate(outlined) for x in (index, index + 1)]
        self.outline = VMobject().set_points_as_corners([(0, 0, 0), *tops, (width, 0, 0)])
        self.outline.set_stroke(theme["target"], 4).set_fill(opacity=0)
        super().__init__(self.bars, self.outline)


class AddedVariances(VGroup):
    """Pythagoras: independent kicks as the legs of a right angle, their variances as the squares on them.

    ``legs`` with their ``squares`` come first; the ``whole`` kick closes the triangle, with its own square.
    """

    def __init__(self, variances: tuple[float, float], theme: Theme, length: float) -> None:
        """``length`` is that of the second leg, in scene units."""
        unit = length / np.sqrt(variances[1])
        across, up = unit * np.sqrt(variances[0]) * RIGHT, unit * np.sqrt(variances[1]) * UP
        end = across + up
        tilted = np.array([-end[1], end[0], 0.0])
        self.legs = VGroup(Line(0 * RIGHT, across), Line(across, end)).set_stroke(theme["noise"], 8)
        self.whole = Line(0 * RIGHT, end).set_stroke(theme["target"], 8)
        corners = (
            (0 * RIGHT, across, across - unit * np.sqrt(variances[0]) * UP, -unit * np.sqrt(variances[0]) * UP),
            (across, end, end + unit * np.sqrt(variances[1]) * RIGHT, across + unit * np.sqrt(variances[1]) * RIGHT),
            (0 * RIGHT, end, end + tilted, tilted),
        )
        roles, areas = ("noise", "noise", "target"), (*variances, sum(variances))
        self.squares = VGroup(*(
            VGroup(square := Polygon(*places).set_fill(theme[role], 0.35).set_stroke(theme[role], 4),
                   words(f"{area:.4f}", theme, "number").move_to(square))
            for places, role, area in zip(corners, roles, areas, strict=True)
        ))  # fmt: skip
        super().__init__(self.squares, self.legs, self.whole)


def begin_of(line: VMobject, whole: VMobject, share: float) -> None:
    """Make a line the begin of another. The whole of it is that very line, whatever was shown before."""
    if share < 1:
        line.pointwise_become_partial(whole, 0, share)
    else:
        line.become(whole)
