"""Which pixels the primitives of manimgl's shaders may touch: what their vertex and geometry shaders do, in numpy."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy import ndarray

from mathviz.engine.regions import View

WIDTH_UNIT, STEEPEST_JOINT = 0.01, 4.6
"""Of the stroke shader: scene units per unit of width, and how far an automatic joint reaches, in half
widths: √(1 + ((cos − 1)/sin)²) near cos = −0.9, where it changes from a bevel to a mitre. Where the shader
divides nothing by nothing, the corner is nowhere, and nothing is drawn to it."""

NO_JOINT, AUTO_JOINT = 0, 1
"""manimgl's numbers of joints that reach not at all, and no further than the above; 2 is a bevel, 3 a mitre."""

Uniforms = dict[str, Any]


def view_of(camera: Any) -> View:
    """How the camera brings points to the screen, as of its last ``refresh_uniforms``."""
    return view_with(camera.uniforms, camera.fbo.size)


def view_with(uniforms: Uniforms, size: tuple[int, int]) -> View:
    """How shaders with these uniforms of a camera do."""
    matrix = np.array(uniforms["view"], float).reshape(4, 4).T
    return View(matrix, uniforms["frame_rescale_factors"], *size)


def everywhere(view: View, count: int) -> ndarray:
    """Boxes [count 4] of what nothing is known about."""
    return np.tile(np.array([(0, 0, view.width, view.height)], np.int32), (count, 1))


def of_shapes(data: ndarray, view: View, uniforms: Uniforms) -> ndarray:
    """Boxes [n 4] of dots and triangles, ``data`` their vertices [n vertices-per-primitive]."""
    return view.boxes(data["point"].astype(float), _size(data), _fixed(uniforms))


def around_shapes(data: ndarray, view: View, uniforms: Uniforms) -> ndarray:
    """One box [1 4] around all of them."""
    points = data["point"].astype(float).reshape(1, -1, 3)
    return view.boxes(points, _size(data).max(initial=0.0, keepdims=True), _fixed(uniforms))


def _size(data: ndarray) -> ndarray:
    """How far from its middle each dot [n] is drawn: to the corners of a square."""
    if "radius" not in (data.dtype.names or ()):
        return np.zeros(len(data))
    return np.asarray(1.5 * np.abs(data["radius"][:, 0, 0]))


def _fixed(uniforms: Uniforms) -> float:
    return float(uniforms.get("is_fixed_in_frame", 0.0))


def is_filled(data: ndarray) -> ndarray:
    """Which curves [n] have a fill."""
    return _is_curve(data) & (data["fill_rgba"][..., 3] != 0).any(axis=1)


def is_stroked(data: ndarray) -> ndarray:
    """Which curves [n] have a stroke."""
    visible = (data["stroke_rgba"][..., 3] != 0).any(axis=1) & (data["stroke_width"][..., 0] != 0).any(axis=1)
    return _is_curve(data) & visible


def _is_curve(data: ndarray) -> ndarray:
    return np.asarray((data["point"][:, 0] != data["point"][:, 1]).any(axis=1))


def of_curves(data: ndarray, filled: ndarray, stroked: ndarray, view: View, uniforms: Uniforms) -> ndarray:
    """Boxes [n 4] of curves, ``data`` their vertices [n 3], with and without fill and stroke [n].

    ``uniforms`` are those that they are drawn with, their own and the camera's.
    """
    boxes = np.zeros((len(data), 4), np.int32)
    shown = np.flatnonzero(filled | stroked)
    if len(shown):
        points, reach = _hulls(data[shown], filled[shown], stroked[shown], uniforms)
        boxes[shown] = view.boxes(points, reach, _fixed(uniforms))
    return boxes


def around_curves(data: ndarray, filled: ndarray, stroked: ndarray, view: View, uniforms: Uniforms) -> ndarray:
    """One box [1 4] around all of them."""
    shown = np.flatnonzero(filled | stroked)
    if not len(shown):
        return np.zeros((1, 4), np.int32)
    points, reach = _hulls(data[shown], filled[shown], stroked[shown], uniforms)
    return view.boxes(points.reshape(1, -1, 3), reach.max(keepdims=True), _fixed(uniforms))


def _hulls(data: ndarray, filled: ndarray, stroked: ndarray, uniforms: Uniforms) -> tuple[ndarray, ndarray]:
    """Points [n 4 3] between which curves lie, and how far [n] around."""
    points = data["point"].astype(float)
    # A filled curve is closed by a triangle to the path's first point.
    bases = np.where(filled[:, None], data["base_normal"][:, 0], data["point"][:, 0]).astype(float)
    return np.concatenate([points, bases[:, None]], axis=1), _reach(data, filled, stroked, uniforms)


def _reach(data: ndarray, filled: ndarray, stroked: ndarray, uniforms: Uniforms) -> ndarray:
    """How far from their points curves [n] are drawn."""
    width = np.maximum(
        np.where(stroked, np.abs(data["stroke_width"][..., 0]).max(axis=1), 0.0),
        np.where(filled, np.abs(data["fill_border_width"][..., 0]).max(axis=1), 0.0),
    )
    zoom = float(uniforms["scale_stroke_with_zoom"])
    width = WIDTH_UNIT * width * abs((1 - zoom) * uniforms["frame_scale"] + zoom)
    smoothing = max(float(uniforms["anti_alias_width"]) * uniforms["pixel_size"], 1e-8)
    kind, flat = int(uniforms["joint_type"]), bool(uniforms["flat_stroke"]) or bool(_fixed(uniforms))
    joints: Any = {NO_JOINT: 1.0, AUTO_JOINT: STEEPEST_JOINT}.get(kind, np.inf)
    if flat and kind not in (NO_JOINT, AUTO_JOINT):
        joints = _corners(data["joint_angle"][:, ::2, 0].astype(float), bevel=kind == 2)
    reach = np.where(width > 0, 0.5 * (width + smoothing) * joints, 0.0)
    if kind != NO_JOINT and not flat:
        reach[(width > 0) & _edge_on(data, np.asarray(uniforms["camera_position"], float))] = np.inf
    return reach


def _corners(angles: ndarray, bevel: bool) -> ndarray:
    """How far, in half widths, the corners reach of flat curves [n] whose two joints have these angles [n 2].

    As in ``step_to_corner``, with some room for its 32 bits, also in where it takes a joint to be none.
    """
    cos, sin = np.cos(angles), np.sin(angles)
    with np.errstate(all="ignore"):
        shift = np.where(np.abs(cos) > 0.9992, 0.0, np.abs((cos + (-1 if bevel else 1)) / sin))
    return np.asarray(1.05 * np.sqrt(1 + shift**2).max(axis=1))


def _edge_on(data: ndarray, eye: ndarray) -> ndarray:
    """Which curves [n vertex] have a corner whose plane is seen edge on: the shader divides by nearly nothing."""
    sight = eye - data["point"][:, ::2]
    along = np.abs((sight * data["base_normal"][:, 1:2]).sum(axis=-1))
    bent = np.abs(np.cos(data["joint_angle"][:, ::2, 0])) < 0.9995
    return np.asarray((bent & ~(along > 1e-5 * np.linalg.norm(sight, axis=-1))).any(axis=1))
