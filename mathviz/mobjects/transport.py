"""Transport plans: as a table between two piles of mass, and as lines between matched points."""

from __future__ import annotations

from manimlib import DOWN, LEFT, RIGHT, UL, UP, Group, Rectangle, Square, VGroup, VMobject
from numpy import ndarray

from mathviz.mobjects.image import Pixels
from mathviz.mobjects.particles import Plane
from mathviz.style import Theme

TALLEST = 0.8
"""Of the bars beside a table, in scene units."""


class PlanTable(Group):
    """A square table of mass: what is moved from each row to each column, with the piles along its edges.

    ``row_bars`` stand at the left, ``column_bars`` on top, ``edge`` is the table's outline. Colours are those
    of the theme's sequential map; a MagnitudeScale says what they stand for.
    """

    def __init__(self, theme: Theme, source: ndarray, target: ndarray, limit: float, side: float) -> None:
        """``source`` [row] and ``target`` [column] are masses; ``limit`` and beyond get the brightest colour."""
        self.theme, self.limit = theme, limit
        self.edge = Square(side).set_stroke(theme["outline"], 2).set_fill(opacity=0)
        unit, step = TALLEST / max(source.max(), target.max()), side / len(source)
        self.row_bars = VGroup(*(Rectangle(max(mass * unit, 1e-4), step) for mass in source))
        for index, bar in enumerate(self.row_bars):
            bar.next_to(self.edge.get_corner(UL) + (index + 0.5) * step * DOWN, LEFT, 0.06)
        step = side / len(target)
        self.column_bars = VGroup(*(Rectangle(step, max(mass * unit, 1e-4)) for mass in target))
        for index, bar in enumerate(self.column_bars):
            bar.next_to(self.edge.get_corner(UL) + (index + 0.5) * step * RIGHT, UP, 0.06)
        for bars, role in ((self.row_bars, "noise"), (self.column_bars, "data")):
            bars.set_stroke(width=0).set_fill(theme[role], 1)
        self.cells = Group()
        super().__init__(self.cells, self.edge, self.row_bars, self.column_bars)

    def picture(self, plan: ndarray) -> Pixels:
        """The cells of a plan [row column], in place."""
        side = self.edge.get_width()
        image = Pixels(self.theme.magnitude(plan, self.limit), side).set_width(side, stretch=True)
        return image.move_to(self.edge)

    def show(self, picture: Pixels) -> PlanTable:
        """Put another picture's cells into the table, at once."""
        self.cells.set_submobjects([picture])
        return self

    def row(self, index: int) -> Rectangle:
        """An outline around one row."""
        bar = self.row_bars[index]
        outline = Rectangle(self.edge.get_width(), bar.get_height() + 0.1).set_fill(opacity=0)
        return outline.move_to((self.edge.get_x(), bar.get_y(), 0))


class Segments(VMobject):
    """Straight lines between matched points, as one object."""

    def __init__(
        self, plane: Plane, starts: ndarray, ends: ndarray, theme: Theme, role: str,
        width: float = 2, opacity: float = 0.8,
    ) -> None:  # fmt: skip
        """``starts`` and ``ends`` are [line two], in units of the data."""
        super().__init__()
        for start, end in zip(plane.at(starts), plane.at(ends), strict=True):
            self.start_new_path(start)
            self.add_points_as_corners([end])
        self.set_stroke(theme[role], width, opacity=opacity).set_fill(opacity=0)
