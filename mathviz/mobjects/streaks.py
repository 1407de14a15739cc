"""Lines of light: many as one object, smooth while they grow; the hero's trail; a beam whose brightness is a weight."""

from __future__ import annotations

from typing import Any

import numpy as np
from manimlib import OUT, Group, VMobject
from numpy import ndarray

from mathviz.mobjects.mesh import GLOW, Mesh, Triangles, coloured, join, sheet
from mathviz.mobjects.tint import Paint, is_dark, rgb
from mathviz.style import Theme


class Streaks(VMobject):
    """Many lines as one object and one draw call, each a smooth curve along its points.

    The curve begins at the first point, ends at the last and bends around those between, without joints:
    joints are what cracks, and what makes the saw-tooth edge of a line that grows. ``upto`` cuts every line at an
    index of its points, or between two.
    """

    def __init__(
        self, theme: Theme, paths: ndarray, paint: Paint = "noise", width: float | ndarray = 1.4,
        opacity: float | ndarray = 0.4, corner: float = 1.0, soft: float = 1.5,
    ) -> None:  # fmt: skip
        """``paths`` [line point 3]. ``paint`` is a role, or colours [… rgb]; it, ``width`` and ``opacity`` are for
        all, [line 1] or [line point].

        ``corner`` is how much of the way is bent: 1 is the smoothest, small values keep to the points of a jagged
        path. ``soft`` is the width of the blurred edge, in pixels at 1080p.
        """
        self.theme, self.corner = theme, corner
        super().__init__(stroke_width=1, fill_opacity=0)
        self.uniforms["joint_type"], self.uniforms["anti_alias_width"] = 0.0, soft
        self.set_z_index(GLOW)
        self.show(paths, paint, width, opacity)

    def show(
        self, paths: ndarray | None = None, paint: Paint | None = None, width: float | ndarray | None = None,
        opacity: float | ndarray | None = None, upto: float | ndarray | None = None,
    ) -> Streaks:  # fmt: skip
        """Other lines, colours, widths, opacities; what is not given stays. ``upto`` is an index or [line]; whole
        lines are shown without it."""
        if paths is not None:
            self.paths = np.asarray(paths, float)
        if paint is not None:
            self.colours: ndarray = rgb(self.theme, paint)
        if width is not None:
            self.widths: float | ndarray = width
        if opacity is not None:
            self.opacities: float | ndarray = opacity
        lines, points = self.paths.shape[:2]
        colours = np.broadcast_to(self.colours, (lines, points, 3))
        values = np.concatenate([
            self.paths, colours, np.broadcast_to(self.opacities, (lines, points))[..., None],
            np.broadcast_to(self.widths, (lines, points))[..., None],
        ], axis=-1)  # fmt: skip
        curves = _curves(values if upto is None else _cut(values, upto), self.corner)
        if len(curves) != len(self.data):
            self.data: Any = np.zeros(len(curves), self.data.dtype)
        self.data["point"], self.data["stroke_rgba"] = curves[:, :3], curves[:, 3:7]
        self.data["stroke_width"][:, 0], self.data["fill_rgba"] = curves[:, 7], 0.0
        self.data["base_normal"], self.data["joint_angle"], self.subpath_end_indices = OUT, 0.0, None
        self.refresh_bounding_box()
        self.note_changed_data()
        return self

    def get_joint_angles(self, refresh: bool = False) -> ndarray:
        """Of manimgl: there are none."""
        return self.data["joint_angle"][:, 0]

    def get_unit_normal(self, refresh: bool = False) -> ndarray:
        """Of manimgl: that of the plane, which lines drawn to face the camera do not need."""
        return OUT


class Trail(Group):
    """The way that something came: thin and faint where it was long ago, and full where it is now."""

    def __init__(
        self, theme: Theme, path: ndarray, paint: Paint = "text", width: float = 2.6, corner: float = 0.3,
        tail: float | None = None,
    ) -> None:  # fmt: skip
        """``path`` [point 3]; ``tail`` is how many steps of it are seen at once, all if not given."""
        self.theme, self.path, self.width, self.tail = theme, np.asarray(path, float), width, tail
        if is_dark(theme):
            under = Streaks(theme, self.path[None], paint, 3 * width, 0.25, corner, soft=12.0)
        else:
            under = Streaks(theme, self.path[None], "background", 2.4 * width, 1.0, corner)
        self.line = Streaks(theme, self.path[None], paint, width, 1.0, corner)
        self.under = under
        super().__init__(under, self.line)
        self.set_z_index(GLOW)
        self.show(len(self.path) - 1)

    def show(self, upto: float, opacity: float = 1.0) -> Trail:
        """The way up to an index of its points, or between two."""
        count = len(self.path)
        begin = 0.0 if self.tail is None else max(0.0, upto - self.tail)
        share = np.clip((np.arange(count) - begin) / max(upto - begin, 1e-9), 0, 1)
        fade = opacity * share**1.2
        for line, width, most in ((self.under, 3.0 if is_dark(self.theme) else 2.4, 0.25), (self.line, 1.0, 1.0)):
            most = most if is_dark(self.theme) else 1.0
            line.show(width=(self.width * width * (0.35 + 0.65 * share))[None], opacity=(most * fade)[None], upto=upto)
        return self


class Beam(Group):
    """Light from one point to many places: the more a place weighs, the brighter its ray.

    Opacity goes as the weight's power of 0.7, relative to the heaviest, or what weighs little would not be seen at all.
    """

    def __init__(
        self, theme: Theme, apex: ndarray, ends: ndarray, weights: ndarray, paint: Paint = "mechanism",
        width: float = 1.4, gain: float = 0.5, curtain: bool = True,
    ) -> None:  # fmt: skip
        """From ``apex`` [3] to ``ends`` [end 3], or [strand end 3] where they lie on several lines, with
        ``weights`` of the same shape. A ``curtain`` of light hangs between neighbours on a line.
        """
        self.theme, self.paint, self.gain = theme, paint, gain
        self.rays = Streaks(theme, np.zeros((np.asarray(weights).size, 2, 3)), paint, width)
        self.curtain = Mesh(sheet(np.zeros((2, 2, 3)), np.zeros(4)), depth_test=False)
        super().__init__(*([self.curtain] if curtain else []), self.rays)
        self.set_z_index(GLOW)
        self.show(apex, ends, weights)

    def show(self, apex: ndarray, ends: ndarray, weights: ndarray, opacity: float = 1.0) -> Beam:
        """From where to where now, and how bright."""
        apex, ends, weights = (np.asarray(value, float) for value in (apex, ends, weights))
        bright = opacity * self.gain * (weights / max(weights.max(), 1e-12)) ** 0.7
        rays = np.stack(np.broadcast_arrays(apex, ends.reshape(-1, 3)), axis=1)
        self.rays.show(rays, opacity=bright.reshape(-1, 1))
        self.curtain.put(self._hung(apex, ends.reshape(-1, *ends.shape[-2:]), bright))
        return self

    def _hung(self, apex: ndarray, strands: ndarray, bright: ndarray) -> Triangles:
        far = np.linspace(0, 1, 8)
        fall = 0.25 + 0.75 * (1 - far) ** 0.8
        colour = rgb(self.theme, self.paint)
        return join(*(
            sheet(apex + far[:, None] * (strand[:, None] - apex), coloured(colour, alpha[:, None] * fall))
            for strand, alpha in zip(strands, bright.reshape(strands.shape[:-1]), strict=True)
        ))  # fmt: skip


def _cut(values: ndarray, upto: float | ndarray) -> ndarray:
    """Points with their looks [line point value], all that come after an index moved to where the line is then."""
    count = values.shape[1]
    ends = np.clip(np.broadcast_to(np.asarray(upto, float), len(values)), 0, count - 1)
    first = np.minimum(ends.astype(int), max(count - 2, 0))
    rows = np.arange(len(values))
    share = (ends - first)[:, None]
    tip = (1 - share) * values[rows, first] + share * values[rows, np.minimum(first + 1, count - 1)]
    return np.where((np.arange(count) <= ends[:, None])[..., None], values, tip[:, None])


def _curves(values: ndarray, corner: float) -> ndarray:
    """Lines [line point value] as quadratic curves in manimgl's form, [row value].

    A line of points p0, p1, … is a chain of anchors between them with the points as handles, so that curves
    meet in one direction. After each line's last anchor stands that anchor again: there the pen is lifted.
    """
    lines, count, kinds = values.shape
    if count == 2:
        inner = (values[:, :1] + values[:, 1:]) / 2
        woven = np.concatenate([values[:, :1], inner, values[:, 1:], values[:, 1:]], axis=1)
        return woven.reshape(-1, kinds)[:-1]
    points, ends = values[:, 1:-1], (values[:, :1], values[:, -1:])
    if corner >= 1:
        middles = (points[:, 1:] + points[:, :-1]) / 2
        anchors = np.concatenate([ends[0], middles, ends[1]], axis=1)
        handles = points
    else:
        # Around each point a short bend; between bends the line is straight.
        before = points + corner / 2 * (values[:, :-2] - points)
        after = points + corner / 2 * (values[:, 2:] - points)
        bends = np.stack([before, after], axis=2).reshape(lines, -1, kinds)
        anchors = np.concatenate([ends[0], bends, ends[1]], axis=1)
        handles = (anchors[:, 1:] + anchors[:, :-1]) / 2
        handles[:, 1::2] = points
    woven = np.empty((lines, 2 * anchors.shape[1], kinds))
    woven[:, 0::2], woven[:, 1:-1:2], woven[:, -1] = anchors, handles, anchors[:, -1]
    return woven.reshape(-1, kinds)[:-1]
