"""What things stand on, before and behind: panes of glass, a floor with a grid, a pool of light on the page."""

from __future__ import annotations

import numpy as np
from manimlib import FRAME_HEIGHT, FRAME_WIDTH, Group
from numpy import ndarray

from mathviz.mobjects.mesh import BEHIND, FLOOR, GLASS, NOTHING, Mesh, coloured, in_order, join, sheet
from mathviz.mobjects.streaks import Streaks
from mathviz.mobjects.tint import Paint, is_dark, mixed, rgb
from mathviz.style import Theme
from mathviz.style.shapes import WIDE, shape


class Pane(Group):
    """A pane of glass: a breath of fill, brighter towards its top, and an edge.

    Given to ``Scene.add`` from back to front; panes do not hide each other, nor what is behind them.
    """

    def __init__(
        self, theme: Theme, corners: ndarray, paint: Paint = "text", fill: float = 0.02, edge: float = 0.2,
        width: float = 1.5,
    ) -> None:  # fmt: skip
        """``corners`` [4 3], around. ``fill`` and ``edge`` are opacities: 0.02 and 0.2 for context, 0.05 and 0.55
        for the pane that matters."""
        self.theme, self.fill, self.edge, self.width = theme, fill, edge, width
        self.glass = Mesh(sheet(np.zeros((2, 2, 3)), np.zeros(4)), depth_test=False)
        plain = isinstance(paint, str) and paint == "text"
        self.paint: Paint = "muted" if plain and not is_dark(theme) else paint
        self.rim = Streaks(theme, np.zeros((4, 2, 3)), "outline" if plain else paint)
        super().__init__(self.glass, self.rim)
        in_order(self, GLASS)
        self.show(corners)

    def show(self, corners: ndarray, opacity: float = 1.0) -> Pane:
        """Put it there, ``opacity`` times as visible as it was made."""
        corners = np.asarray(corners, float)
        shares = np.linspace(0, 1, 2)[:, None, None], np.linspace(0, 1, 9)[:, None]
        left = corners[0] + shares[1] * (corners[3] - corners[0])
        right = corners[1] + shares[1] * (corners[2] - corners[1])
        alpha = opacity * self.fill * np.linspace(0.4, 1.6, 9)
        self.glass.put(sheet(np.stack([left, right]), coloured(rgb(self.theme, self.paint), np.stack([alpha, alpha]))))
        self.rim.show(np.stack([corners, np.roll(corners, -1, axis=0)], axis=1), width=self.width,
                      opacity=opacity * self.edge)  # fmt: skip
        return self


class Curtain(Mesh):
    """Light that rises from a line and dies: over a lid's edge, on a level, from a place that is meant."""

    def __init__(
        self, theme: Theme, line: ndarray, paint: Paint = "target", height: float = 0.7, strength: float = 0.3,
    ) -> None:  # fmt: skip
        """``line`` [point 3] or [line point 3]; it is ``height`` high, downwards if negative, and as opaque as
        ``strength`` at its foot."""
        self.theme, self.paint, self.height, self.strength = theme, paint, height, strength
        super().__init__(NOTHING, depth_test=False, z_index=GLASS)
        self.show(line)

    def show(self, line: ndarray, opacity: float = 1.0) -> Curtain:
        """Hang it there."""
        lines = np.asarray(line, float).reshape(-1, *np.shape(line)[-2:])
        share = np.linspace(0, 1, 6)
        alpha = opacity * self.strength * (1 - share) ** 2
        colours = coloured(rgb(self.theme, self.paint), np.broadcast_to(alpha, (lines.shape[1], 6)))
        rise = self.height * share[:, None] * np.array([0.0, 0.0, 1.0])
        self.put(join(*(sheet(each[:, None] + rise, colours) for each in lines)))
        return self


class Pool(Mesh):
    """A soft pool of light on the page, under the subject; fixed in frame. On a light page, none: it stays the page."""

    def __init__(
        self, theme: Theme, centre: tuple[float, float] = (0.0, 0.3), reach: float = 8.5, strength: float = 1.0
    ) -> None:
        """``centre`` and ``reach`` in units of the frame, which is 14.2 wide and 8 high, or of another shape."""
        wide, high = (7.2, 4.1) if shape().name == WIDE else (FRAME_WIDTH / 2 + 0.1, FRAME_HEIGHT / 2 + 0.1)
        x, y = np.meshgrid(np.linspace(-wide, wide, 25), np.linspace(-high, high, 15), indexing="ij")
        far = np.hypot(x - centre[0], 1.3 * (y - centre[1])) / reach
        page = rgb(theme, "background")
        colours = mixed(page, rgb(theme, "pool"), strength * np.exp(-2.2 * far**2))
        points = np.stack([x, y, 0 * x], axis=-1)
        super().__init__(sheet(points, coloured(colours, 1.0)), depth_test=False, z_index=BEHIND)
        self.fix_in_frame()


class FloorGrid(Streaks):
    """The floor as a grid of lines that fade out around the subject: it has no border, because the world has none."""

    def __init__(
        self, theme: Theme, centre: tuple[float, float] = (0.0, 0.0), reach: float = 6.0, step: float = 1.0,
        height: float = 0.0, opacity: float = 0.3, width: float = 1.2,
    ) -> None:  # fmt: skip
        """Lines ``step`` apart, at multiples of it; a third is left of them ``reach`` from the ``centre``."""
        far = 2.2 * reach
        lines = []
        for axis in (0, 1):
            first, last = np.ceil((centre[axis] - far) / step), np.floor((centre[axis] + far) / step)
            for at in step * np.arange(first, last + 1):
                line = np.full((15, 3), height)
                line[:, axis], line[:, 1 - axis] = at, centre[1 - axis] + np.linspace(-far, far, 15)
                lines.append(line)
        paths = np.array(lines)
        away = np.linalg.norm(paths[..., :2] - np.array(centre), axis=-1) / reach
        super().__init__(theme, paths, "outline", width, opacity * np.exp(-(away**2)))
        self.set_z_index(FLOOR)
