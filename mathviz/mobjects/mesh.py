"""Triangles with a colour at each corner: the world's surfaces, one draw call for each object, light baked in."""

from __future__ import annotations

from typing import Any, TypeVar

import moderngl
import numpy as np
from manimlib import Mobject
from numpy import ndarray

BEHIND, MIRRORED, FLOOR, SOLID, GLASS, GLOW = -40, -30, -20, 0, 10, 20
"""The order in which a world is drawn, as ``z_index``: what is opaque first, glass over it, light last.

Scrims (50) and text (100) come after. It holds among what is given to ``Scene.add`` itself; inside a
Group all have one place, and are drawn as they stand in it.
"""


Some = TypeVar("Some", bound=Mobject)


def in_order(mobject: Some, order: int) -> Some:
    """Give a mobject and all its parts one place in the order of drawing."""
    for part in mobject.get_family():
        part.set_z_index(order)
    return mobject


Triangles = tuple[ndarray, ndarray, ndarray]
"""Points [corner 3], their colours [corner rgba] in 0…1, and the rows of them that make triangles, [triangle 3]."""


def join(*parts: Triangles) -> Triangles:
    """All of them in one, drawn in this order."""
    starts = np.cumsum([0, *(len(points) for points, _, _ in parts[:-1])])
    points, rgba, corners = zip(*parts, strict=True)
    shifted = [one + start for one, start in zip(corners, starts, strict=True)]
    return np.concatenate(points), np.concatenate(rgba), np.concatenate(shifted)


def coloured(rgb: ndarray, alpha: float | ndarray) -> ndarray:
    """Colours [… rgb] with opacities […], broadcast: [… rgba]."""
    alpha = np.asarray(alpha, float)
    shape = np.broadcast_shapes(np.shape(rgb)[:-1], alpha.shape)
    return np.concatenate([np.broadcast_to(rgb, (*shape, 3)), np.broadcast_to(alpha, shape)[..., None]], axis=-1)


def sheet(points: ndarray, rgba: ndarray) -> Triangles:
    """A sheet over a grid of points [row column 3] with colours [row column rgba]."""
    rows, columns = points.shape[:2]
    first = (np.arange(rows - 1)[:, None] * columns + np.arange(columns - 1)).reshape(-1, 1)
    corners = first + np.array([0, columns, 1, 1, columns, columns + 1])
    colours = np.broadcast_to(rgba, (rows, columns, 4))
    return points.reshape(-1, 3), colours.reshape(-1, 4), corners.reshape(-1, 3)


NOTHING: Triangles = (np.zeros((0, 3)), np.zeros((0, 4)), np.zeros((0, 3), int))


class Mesh(Mobject):
    """Triangles with a colour at each corner, not lit by manimgl: one draw call, however many they are."""

    shader_folder = "surface"
    render_primitive = moderngl.TRIANGLES
    # The shader's tangents are left out: without manimgl's shading nothing reads them, and a corner is half as long.
    data_dtype = np.dtype([("point", np.float32, (3,)), ("rgba", np.float32, (4,))])

    def __init__(self, triangles: Triangles, depth_test: bool = True, z_index: int = SOLID) -> None:
        """What is translucent and not sorted from back to front needs ``depth_test=False``."""
        self.corners = np.zeros(0, int)
        super().__init__(depth_test=depth_test, shading=(0.0, 0.0, 0.0), z_index=z_index)
        self.put(triangles)

    def put(self, triangles: Triangles) -> Mesh:
        """Show other triangles."""
        points, rgba, corners = triangles
        if len(points) != len(self.data):
            self.data: Any = np.zeros(len(points), self.data_dtype)  # manimgl's resizing takes 0.1 s for a large one
        self.data["point"], self.data["rgba"], self.corners = points, rgba, np.ravel(corners)
        self.refresh_bounding_box()
        self.note_changed_data()
        return self

    @property
    def triangles(self) -> Triangles:
        """What is shown."""
        return self.data["point"], self.data["rgba"], self.corners.reshape(-1, 3)

    def get_shader_vert_indices(self) -> ndarray:
        """Of manimgl: the rows of data that are drawn, three to a triangle."""
        return self.corners
