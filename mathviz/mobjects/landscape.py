"""A function of two variables as a landscape: height and colour say the same, and lines give it form."""

from __future__ import annotations

import numpy as np
from contourpy import contour_generator
from manimlib import Group
from numpy import ndarray

from mathviz.mobjects.mesh import SOLID, Mesh, coloured, in_order, sheet
from mathviz.mobjects.streaks import Streaks
from mathviz.mobjects.tint import Paint, rgb
from mathviz.style import Theme

LIFT = 0.01
"""How far lines lie over the sheet, in scene units, or it would cut them."""

LEVEL_POINTS = 64
"""Points of a line of equal height."""


class Landscape(Group):
    """A sheet over a grid of places, as high as its values and coloured by them: zero is the page, and melts into it.

    It hides what is behind it. Lines run along the grid, or at equal heights.
    """

    def __init__(
        self, theme: Theme, x: ndarray, y: ndarray, values: ndarray, limit: float, rise: float = 1.0,
        lines: int = 0, levels: ndarray | None = None, melt: float = 0.1, ink: float = 0.25,
    ) -> None:  # fmt: skip
        """``values`` [row column] stand at ``x`` [column] and ``y`` [row]; ``limit`` and beyond get the last colour
        of the theme's sequential map. One unit of value is ``rise`` high.

        Every ``lines``-th row and column gets a line, 0 for none; so do all places as high as one of the
        ``levels``. Lines are as opaque as ``ink``. Below the share ``melt`` of the limit the sheet fades out.
        """
        self.theme, self.limit, self.rise, self.melt, self.ink = theme, limit, rise, melt, ink
        self.x, self.y = np.meshgrid(np.asarray(x, float), np.asarray(y, float))
        self.rows, self.columns = (np.arange(0, len(at), lines) if lines else np.zeros(0, int) for at in (y, x))
        self.levels = np.zeros(0) if levels is None else np.asarray(levels, float)
        self.ground = Mesh(sheet(np.zeros((*self.x.shape, 3)), np.zeros(4)))
        self.along, self.across, self.heights = (
            Streaks(theme, np.zeros((1, 2, 3)), "text", 1.2, 0.0, depth_test=True) for _ in range(3)
        )
        super().__init__(self.ground, self.along, self.across, self.heights)
        in_order(self, SOLID)
        self.show(values)

    def points(self, values: ndarray) -> ndarray:
        """Where values [row column] put the sheet, [row column 3]."""
        return np.stack([self.x, self.y, self.rise * np.asarray(values, float)], axis=-1)

    def show(self, values: ndarray, paint: Paint | None = None, opacity: float = 1.0) -> Landscape:
        """Other heights; a role or colours [row column rgb] where colour is to say something else than height."""
        points, shares = self.points(values), np.asarray(values, float) / self.limit
        colours = self.theme.magnitude(values, self.limit) / 255 if paint is None else rgb(self.theme, paint)
        seen = np.clip(np.abs(shares) / max(self.melt, 1e-9), 0, 1)
        seen = opacity * seen * seen * (3 - 2 * seen)
        places, rgba, corners = sheet(points, coloured(colours, seen))
        self.ground.put((places, rgba, corners[(rgba[corners, 3] > 1 / 255).any(axis=1)]))
        lifted = points + np.array([0.0, 0.0, LIFT])
        for line, paths, alpha in (
            (self.along, lifted[self.rows], seen[self.rows]),
            (self.across, lifted[:, self.columns].swapaxes(0, 1), seen[:, self.columns].T),
        ):
            if len(paths):
                line.show(paths, opacity=self.ink * alpha)
        if len(self.levels):
            self.heights.show(self._level_lines(values), opacity=opacity * self.ink)
        return self

    def _level_lines(self, values: ndarray) -> ndarray:
        """All lines of equal height, each with as many points, [line point 3]."""
        found, contours = [np.zeros((1, LEVEL_POINTS, 3))], contour_generator(self.x, self.y, values)
        for level in self.levels:
            for each in contours.lines(float(level)):
                line = np.asarray(each, float)
                far = np.concatenate([[0], np.linalg.norm(np.diff(line, axis=0), axis=1).cumsum()])
                even = np.linspace(0, far[-1], LEVEL_POINTS)
                place = np.stack([np.interp(even, far, axis) for axis in line.T], axis=1)
                found.append(np.column_stack([place, np.full(LEVEL_POINTS, self.rise * level + LIFT)])[None])
        return np.concatenate(found if len(found) == 1 else found[1:])
