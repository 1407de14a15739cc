"""Lines of light: many as one object, smooth while they grow; lines that shine; the hero's trail; a weighted beam."""

from __future__ import annotations

from typing import Any

import numpy as np
from manimlib import OUT, Group, VMobject
from numpy import ndarray

from mathviz.mobjects.mesh import GLOW, Mesh, Triangles, coloured, in_order, join, sheet
from mathviz.mobjects.tint import Paint, is_dark, mixed, rgb, thin
from mathviz.style import Theme

Layers = tuple[tuple[float, float, Paint | None], ...]


class Streaks(VMobject):
    """Many lines as one object and one draw call, each a smooth curve along its points.

    The curve begins at the first point, ends at the last and bends around those between, without joints:
    joints are what cracks, and what makes the saw-tooth edge of a line that grows. ``upto`` cuts every line at an
    index of its points, or between two.
    """

    def __init__(
        self, theme: Theme, paths: ndarray, paint: Paint = "noise", width: float | ndarray = 1.4,
        opacity: float | ndarray = 0.4, corner: float = 1.0, soft: float = 1.5, depth_test: bool = False,
        layers: Layers = ((1.0, 1.0, None),),
    ) -> None:  # fmt: skip
        """``paths`` [line point 3]. ``paint`` is a role, or colours [… rgb]; it, ``width`` and ``opacity`` are for
        all, [line 1] or [line point].

        ``corner`` is how much of the way is bent: 1 is the smoothest, small values keep to the points of a jagged
        path. ``soft`` is the width of the blurred edge, in pixels. With ``depth_test`` solids hide the lines.
        Every line is drawn once for each of the ``layers``: so many times as wide and as opaque, in this colour or
        its own.
        """
        self.theme, self.corner, self.layers = theme, corner, layers
        super().__init__(stroke_width=1, fill_opacity=0)
        if depth_test:
            self.apply_depth_test()
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
            self.colours: ndarray = thin(self.theme, paint)
        if width is not None:
            self.widths: float | ndarray = width
        if opacity is not None:
            self.opacities: float | ndarray = opacity
        lines, points = self.paths.shape[:2]
        values = np.empty((len(self.layers), lines, points, 8))
        for layer, (wider, fuller, colour) in zip(values, self.layers, strict=True):
            layer[..., :3] = self.paths
            layer[..., 3:6] = self.colours if colour is None else rgb(self.theme, colour)
            layer[..., 6] = fuller * np.asarray(self.opacities)
            layer[..., 7] = wider * np.asarray(self.widths)
        if upto is not None:
            values = _cut(values, np.broadcast_to(np.asarray(upto, float), lines))
        curves = _curves(values.reshape(-1, points, 8), self.corner)
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


class GlowLine(Group):
    """Lines that shine: a core, paler in its middle, in a sleeve of light; on a light page, cased in the page's colour.

    The sleeve is soft at every size of the picture, because it is many faint lines and not a blurred one.
    """

    def __init__(
        self, theme: Theme, paths: ndarray, paint: Paint = "data", width: float | ndarray = 4.0,
        strength: float | ndarray = 1.0, corner: float = 1.0, pale: float = 0.6, glow: float = 1.0,
        round_ends: float = 0.0,
    ) -> None:  # fmt: skip
        """``paths`` [line point 3] or [point 3]; ``paint``, ``width`` and ``strength``, the opacity, as Streaks have
        them. ``pale`` is how much of the text's colour is in the middle, ``glow`` how bright the sleeve is; over so
        many scene units of either end the sleeve closes, where it would else be cut off square (``round_ends``)."""
        self.theme = theme
        paths = np.asarray(paths, float).reshape(-1, *np.shape(paths)[-2:])
        sleeve: Layers = ((2.4, 1.0, "background"),)
        core: Layers = ((1.1, 1.0, None),)
        if is_dark(theme):
            sleeve = tuple((wider, glow * fuller, None) for wider, fuller in SLEEVE)
            white = mixed(thin(theme, paint), rgb(theme, "text"), pale)
            core = ((1.0, 1.0, None), (0.45, 1.0, white))
        soft = 5.0 if is_dark(theme) else 1.5
        closing = width if round_ends == 0 or not is_dark(theme) else width * _closing(paths, round_ends)
        self.sleeve = Streaks(theme, paths, paint, closing, strength, corner, soft, layers=sleeve)
        self.core = Streaks(theme, paths, paint, width, strength, corner, layers=core)
        super().__init__(self.sleeve, self.core)
        in_order(self, GLOW)

    def show(self, **looks: Any) -> GlowLine:
        """As Streaks show them; ``opacity`` is the strength."""
        for part in (self.sleeve, self.core):
            part.show(**looks)
        return self


SLEEVE = ((15.0, 0.025), (12.0, 0.03), (9.0, 0.04), (6.5, 0.05), (4.4, 0.07), (2.4, 0.12))
"""Of a line of light: how wide and how opaque its lines are, by its core's."""


def _closing(paths: ndarray, reach: float) -> ndarray:
    """How wide lines [line point 3] are whose ends are round over so much of their length, [line point]: at most 1."""
    steps = np.linalg.norm(np.diff(paths, axis=1), axis=-1)
    far = np.concatenate([np.zeros((len(paths), 1)), np.cumsum(steps, axis=1)], axis=1)
    inward = np.clip(np.minimum(far, far[:, -1:] - far) / reach, 0, 1)
    return np.sqrt(1 - (1 - inward) ** 2)


class Trail(GlowLine):
    """The way that something came: thin and faint where it was long ago, and full where it is now."""

    def __init__(
        self, theme: Theme, path: ndarray, paint: Paint = "text", width: float = 2.6, corner: float = 0.3,
        tail: float | None = None, glow: float = 0.7,
    ) -> None:  # fmt: skip
        """``path`` [point 3]; ``tail`` is how many steps of it are seen at once, all if not given."""
        self.path, self.width, self.tail = np.asarray(path, float), width, tail
        super().__init__(theme, self.path, paint, width, 1.0, corner, 0.0, glow)
        self.show(len(self.path) - 1)

    def show(self, upto: float, opacity: float = 1.0, path: ndarray | None = None) -> Trail:  # type: ignore[override]
        """The way up to an index of its points, or between two; of another ``path`` from now on, if one is given."""
        if path is not None:
            self.path = np.asarray(path, float)
        begin = 0.0 if self.tail is None else max(0.0, upto - self.tail)
        share = np.clip((np.arange(len(self.path)) - begin) / max(upto - begin, 1e-9), 0, 1)
        super().show(paths=self.path[None], width=self.width * (0.35 + 0.65 * share), opacity=opacity * share**1.2,
                     upto=upto)  # fmt: skip
        return self


class Beam(Group):
    """Light from one point to many places: the more a place weighs, the brighter its ray.

    Opacity goes as a ``power`` of the weight, relative to the heaviest: 1 where the picture's average must be the
    average, less where what weighs little is to be seen at all.
    """

    def __init__(
        self, theme: Theme, apex: ndarray, ends: ndarray, weights: ndarray, paint: Paint = "mechanism",
        width: float = 1.4, gain: float = 0.5, curtain: bool = True, power: float = 0.7,
    ) -> None:  # fmt: skip
        """From ``apex`` [3] to ``ends`` [end 3], or [strand end 3] where they lie on several lines, with
        ``weights`` of the same shape. A ``curtain`` of light hangs between neighbours on a line.
        """
        self.theme, self.paint, self.gain, self.power = theme, paint, gain, power
        self.rays = Streaks(theme, np.zeros((np.asarray(weights).size, 2, 3)), paint, width)
        self.curtain = Mesh(sheet(np.zeros((2, 2, 3)), np.zeros(4)), depth_test=False)
        super().__init__(*([self.curtain] if curtain else []), self.rays)
        in_order(self, GLOW)
        self.show(apex, ends, weights)

    def show(self, apex: ndarray, ends: ndarray, weights: ndarray, opacity: float = 1.0) -> Beam:
        """From where to where now, and how bright."""
        apex, ends, weights = (np.asarray(value, float) for value in (apex, ends, weights))
        bright = opacity * self.gain * (weights / max(weights.max(), 1e-12)) ** self.power
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


def _cut(values: ndarray, upto: ndarray) -> ndarray:
    """Points with their looks [layer line point value], all after an index [line] moved to where the line is then."""
    count = values.shape[2]
    ends = np.clip(upto, 0, count - 1)
    first = np.minimum(ends.astype(int), max(count - 2, 0))
    rows = np.arange(len(ends))
    share = (ends - first)[:, None]
    tip = (1 - share) * values[:, rows, first] + share * values[:, rows, np.minimum(first + 1, count - 1)]
    return np.where((np.arange(count) <= ends[:, None])[..., None], values, tip[:, :, None])


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
