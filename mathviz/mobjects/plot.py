"""Functions and measurements on plain axes."""

from __future__ import annotations

import numpy as np
from manimlib import DL, DOWN, LEFT, RIGHT, UP, DashedVMobject, Line, Mobject, VGroup, VMobject
from numpy import ndarray

from mathviz.style import Theme


class LinePlot(VGroup):
    """Two axes without numbers, for a model whose units are free: only shapes and crossings count."""

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

    @property
    def corner(self) -> ndarray:
        """The zero of both axes."""
        return self.get_corner(DL)
