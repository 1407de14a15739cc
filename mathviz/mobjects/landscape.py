"""A function of two variables as a landscape: height and colour say the same, lines along the grid give it form."""

from __future__ import annotations

import numpy as np
from manimlib import Group
from numpy import ndarray

from mathviz.mobjects.mesh import SOLID, Mesh, coloured, in_order, sheet
from mathviz.mobjects.streaks import Streaks
from mathviz.mobjects.tint import rgb
from mathviz.style import Theme


class Landscape(Group):
    """A sheet over a grid of places, as high as its values and coloured by them, with lines along it."""

    def __init__(
        self, theme: Theme, x: ndarray, y: ndarray, values: ndarray, limit: float, rise: float = 1.0,
        lines: int = 8, opacity: float = 1.0,
    ) -> None:  # fmt: skip
        """``values`` [row column] stand at ``x`` [column] and ``y`` [row]; ``limit`` and beyond get the last colour
        of the theme's sequential map. One unit of value is ``rise`` high. Every ``lines``-th row and column gets a
        line; 0 draws none.
        """
        self.theme, self.limit, self.rise, self.alpha = theme, limit, rise, opacity
        self.x, self.y = np.meshgrid(np.asarray(x, float), np.asarray(y, float))
        self.rows = np.arange(0, len(y), lines) if lines else np.zeros(0, int)
        self.columns = np.arange(0, len(x), lines) if lines else np.zeros(0, int)
        self.ground = Mesh(sheet(np.zeros((*self.x.shape, 3)), np.zeros(4)))
        self.along = Streaks(theme, np.zeros((1, 2, 3)), "text", 1.2, 0.0)
        self.across = Streaks(theme, np.zeros((1, 2, 3)), "text", 1.2, 0.0)
        for line in (self.along, self.across):
            line.apply_depth_test(anti_alias_width=1.0)
        super().__init__(self.ground, *([self.along, self.across] if lines else []))
        in_order(self, SOLID)
        self.show(values)

    def points(self, values: ndarray) -> ndarray:
        """Where values [row column] put the sheet, [row column 3]."""
        return np.stack([self.x, self.y, self.rise * np.asarray(values, float)], axis=-1)

    def show(self, values: ndarray, colours: ndarray | None = None) -> Landscape:
        """Other heights; ``colours`` [row column rgb] where colour is to say something else than height."""
        points = self.points(values)
        shades = self.theme.magnitude(values, self.limit) / 255 if colours is None else rgb(self.theme, colours)
        self.ground.put(sheet(points, coloured(shades, self.alpha)))
        lifted = points + np.array([0.0, 0.0, 0.01])
        for line, paths in ((self.along, lifted[self.rows]), (self.across, lifted[:, self.columns].swapaxes(0, 1))):
            if len(paths):
                line.show(paths, opacity=0.16)
        return self
