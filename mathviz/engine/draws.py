"""One batch of primitives: what it is drawn from, where on the screen it lies, and its way there."""

from __future__ import annotations

import functools
import hashlib
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy import ndarray

from mathviz.engine import bounds, regions
from mathviz.engine.fills import FillCanvas
from mathviz.engine.regions import Rectangle, View
from mathviz.engine.trust import is_manimgls_own

MANY = 1500
"""Primitives: of so many, each one's box costs more than it saves where all of them have moved."""

FEW = 64
"""Dots or triangles: of fewer, nobody asks which can be seen."""

VERTICES = {0: 1, 1: 2, 4: 3}
"""Vertices of a primitive, by OpenGL's number of it: points, lines, triangles. Strips are one whole."""


class Primitives:
    """The vertices that a batch has in OpenGL's buffer, as primitives; none of it depends on the camera.

    ``data`` is [n vertices-per-primitive], ``rows`` [n byte] the same as bytes.
    """

    def __init__(self, wrapper: Any, vertices: ndarray) -> None:
        self.wrapper, self.vertices, self.kind = wrapper, vertices, wrapper.render_primitive
        per_row = VERTICES.get(self.kind, 0) or max(len(vertices), 1)
        self.data = vertices[: len(vertices) // per_row * per_row].reshape(-1, per_row)
        self.rows = bytes_of(self.data).reshape(-1, per_row * vertices.itemsize)

    def are(self, wrapper: Any, vertices: ndarray) -> bool:
        """Whether these vertices, for this wrapper, are these primitives."""
        return self.wrapper is wrapper and self.vertices is vertices and self.kind == wrapper.render_primitive

    @property
    def per_row(self) -> int:
        return self.data.shape[1]

    @functools.cached_property
    def digest(self) -> bytes:
        return hashlib.sha256(self.rows.tobytes()).digest()

    @functools.cached_property
    def visible(self) -> ndarray | None:
        """Of dots and triangles, the numbers of those that are not wholly transparent; None if that is most of them."""
        rgba = self.data["rgba"]
        seen = (rgba[..., 3] != 0).any(axis=1)
        if len(seen) < FEW or seen.mean() > 0.8 or not np.isfinite(rgba).all():
            return None
        return np.flatnonzero(seen)

    @functools.cached_property
    def array(self) -> Any:
        """OpenGL's array of the visible ones alone; None if none is."""
        wrapper, rows = self.wrapper, self.rows[self.visible]
        if not len(rows):
            return None
        content = [(wrapper.ctx.buffer(rows.tobytes()), wrapper.vert_format, *wrapper.vert_attributes)]
        return wrapper.ctx.vertex_array(wrapper.program, content, mode=self.kind)

    @functools.cached_property
    def filled(self) -> ndarray:
        """Of curves, which [n] have a fill."""
        return bounds.is_filled(self.data)

    @functools.cached_property
    def stroked(self) -> ndarray:
        """Of curves, which [n] have a stroke."""
        return bounds.is_stroked(self.data)


@dataclass(eq=False)
class Draw:
    """One batch of primitives, as it was last brought to the screen.

    ``look`` is everything but the vertices and the camera that decides the pixels, ``heeded`` what of the camera does,
    both as plain values. ``uniforms`` are those of its mobject, as manimgl would set them, ``seen`` the camera's as
    the batch sees them. ``view`` is how that camera brings points to the screen; None where nothing is drawn.
    """

    wrapper: Any
    look: tuple[Any, ...]
    heeded: tuple[Any, ...]
    primitives: Primitives
    uniforms: dict[str, Any]
    seen: dict[str, Any]
    view: View | None
    settled: bool = False
    """Whether it has been what it is for more than one frame."""

    @functools.cached_property
    def digest(self) -> bytes:
        """Of all that decides its pixels."""
        return hashlib.sha256(repr((self.look, self.heeded)).encode() + self.primitives.digest).digest()

    def same(self, other: Draw) -> bool:
        """Whether it leaves the same pixels."""
        if self is other:
            return True
        one, two = self.primitives.rows, other.primitives.rows
        return (self.look, self.heeded) == (other.look, other.heeded) and (one is two or np.array_equal(one, two))

    # Where it lies.

    @functools.cached_property
    def own(self) -> bool:
        """Whether its shaders are manimgl's, whose reach is known."""
        return is_manimgls_own(self.wrapper)

    @property
    def curves(self) -> bool:
        return hasattr(self.wrapper, "fill_canvas")

    @functools.cached_property
    def boxes(self) -> ndarray:
        """The pixels [n 4] that each primitive may touch. Asked for where they are needed: they take a while."""
        assert self.view is not None
        one, uniforms = self.primitives, {**self.uniforms, **self.seen}
        if not self.wrapper.programs:  # the camera's frame, and points that only mark a place
            return np.zeros((len(one.rows), 4), np.int32)
        if not self.own:
            return bounds.everywhere(self.view, len(one.rows))
        if self.curves:
            return bounds.of_curves(one.data, one.filled, one.stroked, self.view, uniforms)
        return bounds.of_shapes(one.data, self.view, uniforms)

    @functools.cached_property
    def extent(self) -> ndarray:
        """A box [1 4] around all of them, found sooner."""
        if len(self.primitives.rows) < MANY or not self.own or not self.wrapper.programs:
            around = regions.around(self.boxes)
            return np.array([around or (0, 0, 0, 0)], np.int32)
        assert self.view is not None
        one, uniforms = self.primitives, {**self.uniforms, **self.seen}
        if self.curves:
            return bounds.around_curves(one.data, one.filled, one.stroked, self.view, uniforms)
        return bounds.around_shapes(one.data, self.view, uniforms)

    @property
    def places(self) -> ndarray:
        """Boxes [n 4] that cover it: of each primitive, or of all."""
        return self.boxes if len(self.primitives.rows) < MANY else self.extent

    def changes_from(self, old: Draw) -> list[ndarray]:
        """Boxes, before and after, of the primitives that are not as they were. Both in one place of the order."""
        if self is old:
            return []
        mine, others = self.primitives.rows, old.primitives.rows
        if (self.look, self.heeded) != (old.look, old.heeded) or mine.shape[1:] != others.shape[1:]:
            return [old.places, self.places]
        shared = min(len(mine), len(others))
        differs = (mine[:shared] != others[:shared]).any(axis=1)
        if len(mine) == len(others):
            if differs.mean() > 0.5:
                return [old.places, self.places]
            return [old.boxes[differs], self.boxes[differs]]
        # Rows came or went: what differs lies between those that agree from the front and from the back.
        front = int(differs.argmax()) if differs.any() else shared
        left = shared - front
        back = (mine[len(mine) - left :] != others[len(others) - left :]).any(axis=1)[::-1]
        back = int(back.argmax()) if back.any() else left
        return [old.boxes[front : len(others) - back], self.boxes[front : len(mine) - back]]

    # Its way to the screen.

    @functools.cached_property
    def filled(self) -> bool:
        return self.curves and (not self.own or bool(self.primitives.filled.any()))

    @functools.cached_property
    def stroked(self) -> bool:
        return self.curves and (not self.own or bool(self.primitives.stroked.any()))

    def paint(self, camera: Any, place: Rectangle, canvas: FillCanvas) -> None:
        """Draw what falls into a rectangle of the screen, as ShaderWrapper.render would have it there."""
        wrapper, whole = self.wrapper, place == (0, 0, *camera.fbo.size)
        if not wrapper.programs or not len(self.primitives.rows) or (self.curves and not (self.filled or self.stroked)):
            return
        clip, span = (place, {}) if whole else self._cut(place, bool(camera.samples))
        if clip is None:
            return
        if self.stroked or not self.curves or not canvas.holds(self):
            wrapper.update_program_uniforms(camera.uniforms)
        wrapper.pre_render()
        camera.fbo.scissor = None if whole else clip.viewport
        camera.fbo.use()
        if not self.curves:
            arrays = [self.primitives.array] if self.sparse else wrapper.vaos
            for array in arrays:
                if array is not None:
                    array.render(**({} if self.sparse else span))
            return
        if wrapper.stroke_behind and self.stroked:
            wrapper.stroke_vao.render(**span)
        if self.filled:
            canvas.bring(self, camera, clip, span)
        if not wrapper.stroke_behind and self.stroked:
            camera.fbo.scissor = None if whole else clip.viewport
            camera.fbo.use()
            wrapper.stroke_vao.render(**span)

    @functools.cached_property
    def sparse(self) -> bool:
        """Whether many of its dots or triangles are so transparent that they leave nothing: neither colour nor depth.

        Blending adds zero times a finite colour to what is there. Two in three of a film's were such.
        """
        plain = self.own and not self.curves and self.wrapper.shader_folder in ("true_dot", "surface")
        if not plain or self.wrapper.depth_test or self.primitives.kind not in (0, 4):
            return False
        if self.wrapper.shader_folder == "true_dot" and not self.uniforms.get("anti_alias_width", 0.0) > 0:
            return False  # the shader divides by it, and zero times that is not zero
        return not np.any(self.uniforms.get("shading", 1.0)) and self.primitives.visible is not None

    def _cut(self, place: Rectangle, samples: bool) -> tuple[Rectangle | None, dict[str, int]]:
        """The part of a place that it may touch, and from where to where the vertices lie that do; or None."""
        if len(self.primitives.rows) >= MANY:
            around = regions.around(self.extent)
            if around is None or not around.meets(place):
                return None, {}
            return (around.widened(regions.TILE) if samples else around).within(place), {}
        boxes = self.boxes
        touched = np.flatnonzero(
            (boxes[:, 0] < place.x1) & (boxes[:, 2] > place.x0) & (boxes[:, 1] < place.y1) & (boxes[:, 3] > place.y0)
        )
        around = regions.around(boxes[touched])
        if around is None:
            return None, {}
        first, last = int(touched[0]), int(touched[-1]) + 1
        span = {"first": first * self.primitives.per_row, "vertices": (last - first) * self.primitives.per_row}
        return (around.widened(regions.TILE) if samples else around).within(place), span

    @property
    def filled_places(self) -> list[Rectangle]:
        """A few rectangles that cover all its fills."""
        return self._filled_places

    @functools.cached_property
    def _filled_places(self) -> list[Rectangle]:
        assert self.view is not None
        boxes = self.boxes[self.primitives.filled] if self.own else self.boxes
        return regions.rectangles(boxes, self.view.width, self.view.height, regions.TILE)


def bytes_of(data: ndarray) -> ndarray:
    """The bytes of an array, in one row."""
    return np.ascontiguousarray(data).reshape(-1).view(np.uint8)
