"""Shots: where the camera stands and what it sees, fitted to what must be in view.

A shot is given by two angles, the height of what the frame shows, the field of view, and the point in the frame's
middle, its focus. Angles are degrees as in manimgl: ``theta`` turns round the vertical axis, ``phi`` tilts from
straight above (0) to the horizon (90).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from manimlib import DOWN, FRAME_HEIGHT, FRAME_WIDTH, LEFT, ORIGIN, RIGHT, UP, Mobject
from numpy import ndarray
from scipy.spatial.transform import Rotation

from mathviz.stage.frame import STAGE, Region

CORNERS = np.array([ORIGIN, LEFT * FRAME_WIDTH / 2, RIGHT * FRAME_WIDTH / 2, DOWN * FRAME_HEIGHT / 2,
                    UP * FRAME_HEIGHT / 2])  # fmt: skip
"""The points of manimgl's camera frame at a height of 8."""

MANY = 4000
"""Points of one mobject that are projected to fit a shot; of more, every so-manieth and the outermost are."""


@dataclass(frozen=True)
class Angle:
    """How the camera looks at things, without saying from how far: degrees, and the field of view."""

    theta: float = 0.0
    phi: float = 0.0
    fov: float = 34.0

    @property
    def axes(self) -> ndarray:
        """Right, up and toward the viewer, as columns [3 3]."""
        return np.asarray(Rotation.from_euler("zxz", [0.0, self.phi, self.theta], degrees=True).as_matrix())

    def turned(self, theta: float = 0.0, phi: float = 0.0) -> Angle:
        """The same, so many degrees further round and down."""
        return replace(self, theta=self.theta + theta, phi=self.phi + phi)


FACE_ON = Angle(0, 0)
"""Onto the plane of x and y, as manimgl begins."""

PLAN = Angle(-30, 38, 32)
"""From above, a little aslant: a map."""

HERO = Angle(-32, 58, 32)
"""The usual view of a thing in the round."""

LANDSCAPE = Angle(42, 60, 36)
"""Over hills, from the right."""

CITY = Angle(-30, 51, 36)
"""Down on towers, from the left."""

SKYLINE = Angle(0, 77, 36)
"""Nearly level, from the front."""

RIVER = Angle(-130, 77, 34)
"""Along x, which comes toward the viewer from the far left."""

UPSTREAM = Angle(-90, 90, 34)
"""Down the river's whole length from its near end: all slices of it lie behind each other."""

BENCH = Angle(0, 34, 6)
"""From above and far away, through a long lens: lengths along x are on one scale, whatever their depth."""

SIDE = Angle(0, 90, 32)
"""Level, from the front: what stands on the floor is seen in profile."""


@dataclass(frozen=True)
class Shot(Angle):
    """A placed camera. ``subjects`` are what must be in its frame; it does not count for equality."""

    height: float = 8.0
    focus: tuple[float, float, float] = (0.0, 0.0, 0.0)
    subjects: tuple[Mobject | ndarray, ...] = field(default=(), compare=False, repr=False)

    def project(self, points: ndarray) -> ndarray:
        """Where points [… 3] are seen in the frame, [… 2], in scene units; nan behind the camera."""
        seen = (np.asarray(points, float) - self.focus) @ self.axes * (FRAME_HEIGHT / self.height)
        near = 1 - seen[..., 2:] * math.tan(math.radians(self.fov) / 2) * 2 / FRAME_HEIGHT
        return np.where(near > 1e-3, seen[..., :2] / np.where(near > 1e-3, near, 1.0), np.nan)

    def nearness(self, point: ndarray) -> float:
        """How large a length at a point is seen, as against the same length in the focus's plane at height 8."""
        seen = (np.asarray(point, float) - self.focus) @ self.axes * (FRAME_HEIGHT / self.height)
        near = 1 - float(seen[2]) * math.tan(math.radians(self.fov) / 2) * 2 / FRAME_HEIGHT
        return FRAME_HEIGHT / self.height / max(near, 1e-3)

    def put(self, frame: Any) -> None:
        """Place manimgl's camera frame."""
        frame.uniforms["orientation"] = Rotation.from_matrix(self.axes).as_quat()
        frame.uniforms["fovy"] = math.radians(self.fov)
        frame.set_points(CORNERS * (self.height / FRAME_HEIGHT) + np.array(self.focus))
        frame.note_changed_data()
        frame.view = self

    def nearer(self, factor: float, focus: ndarray | None = None) -> Shot:
        """The same, pushed in so many times, onto another focus if one is given."""
        there = self.focus if focus is None else _point(focus)
        return replace(self, height=self.height / factor, focus=there, subjects=())

    def around(self, theta: float = 0.0, phi: float = 0.0) -> Shot:
        """The same, so many degrees further round its focus."""
        return replace(self, theta=self.theta + theta, phi=self.phi + phi)

    def between(self, other: Shot, share: float) -> Shot:
        """On the way to another shot: angles evenly, the height by equal factors, the focus so that what is
        pushed in on moves straight over the screen. At 0 it is this very shot, at 1 the other."""
        if share <= 0 or share >= 1:
            return self if share <= 0 else other
        mix = (1 - share) * np.array([self.theta, self.phi, self.fov]) + share * np.array(
            [other.theta, other.phi, other.fov]
        )
        height = self.height ** (1 - share) * other.height**share
        change = other.height - self.height
        moved = (height - self.height) / change if abs(change) > 0.02 * self.height else share
        focus = (1 - moved) * np.array(self.focus) + moved * np.array(other.focus)
        return Shot(float(mix[0]), float(mix[1]), float(mix[2]), float(height), _point(focus))


def shot_of(frame: Any) -> Shot:
    """What manimgl's camera frame shows now, whoever placed it."""
    view: Shot | None = getattr(frame, "view", None)
    if view is not None and _is_at(frame, view):
        return view
    theta, phi, _ = np.degrees(frame.get_euler_angles())
    fov = math.degrees(frame.get_field_of_view())
    return Shot(float(theta), float(phi), fov, float(frame.get_height()), _point(frame.get_center()))


def _is_at(frame: Any, view: Shot) -> bool:
    points = CORNERS * (view.height / FRAME_HEIGHT) + np.array(view.focus)
    turned = Rotation.from_quat(frame.uniforms["orientation"]).as_matrix()
    return (np.allclose(frame.get_points(), points, rtol=1e-5, atol=1e-5) and np.allclose(turned, view.axes, atol=1e-6)
            and math.isclose(frame.uniforms["fovy"], math.radians(view.fov), rel_tol=1e-6))  # fmt: skip


def _point(place: ndarray) -> tuple[float, float, float]:
    x, y, z = (float(each) for each in place)
    return x, y, z


def points_of(subjects: tuple[Mobject | ndarray, ...]) -> ndarray:
    """The points [n 3] of mobjects and of arrays of points, thinned where one has very many."""
    found = [np.zeros((0, 3))]
    for subject in subjects:
        points = np.asarray(subject.get_all_points() if isinstance(subject, Mobject) else subject, float).reshape(-1, 3)
        if len(points) > MANY:
            outermost = np.unique(np.concatenate([points.argmin(axis=0), points.argmax(axis=0)]))
            points = np.concatenate([points[:: len(points) // MANY + 1], points[outermost]])
        found.append(points)
    return np.concatenate(found)


def fit(points: ndarray, angle: Angle, region: Region = STAGE) -> Shot:
    """The shot from this angle in which the points [n 3] just fill a region of the frame, in its middle.

    Solved by turns: the focus is moved by what the projected box is off the region's middle, the height scaled by
    how much too large the box is. Raises ValueError if there are no points.
    """
    if not len(points):
        raise ValueError("there is nothing to fit the shot to")
    axes = angle.axes
    flat = points @ axes
    middle = axes @ ((flat.min(axis=0) + flat.max(axis=0)) / 2)
    size = np.ptp(flat, axis=0)
    tangent = math.tan(math.radians(angle.fov) / 2)
    height = max(FRAME_HEIGHT * size[0] / region.width, FRAME_HEIGHT * size[1] / region.height, 1e-3)
    height = max(height, (size[2] + 1e-3) * tangent * 1.05)  # nothing behind the camera
    for turn in range(600):
        step = 1.0 if turn < 80 else 0.3  # what swings to and fro through a wide lens
        shot = Shot(angle.theta, angle.phi, angle.fov, float(height), _point(middle))
        seen = shot.project(points)
        if np.isnan(seen).any():
            height *= 1.5
            continue
        low, high = seen.min(axis=0), seen.max(axis=0)
        off = (low + high) / 2 - region.middle[:2]
        large = float(((high - low) / (region.width, region.height)).max())
        if np.abs(off).max() < 1e-4 and abs(large - 1) < 1e-4:
            break
        middle = middle + axes[:, :2] @ (step * off * height / FRAME_HEIGHT)
        height *= max(large, 0.2) ** (0.8 * step)
    return shot
