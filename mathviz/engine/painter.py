"""Draws what manimgl's camera draws, to the bit, but only where the picture is not that of the frame before."""

from __future__ import annotations

import functools
import hashlib
import weakref
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

import numpy as np
from numpy import ndarray

from mathviz.engine import regions
from mathviz.engine.readback import Reader
from mathviz.engine.regions import Rectangle, View


def free(context: Any) -> None:
    """Context.gc, which fails on what manimgl released itself."""
    while context.objects:
        dropped = context.objects.popleft()
        if hasattr(dropped, "release"):
            dropped.release()


@dataclass
class Tallies:
    """How much of the frames was drawn anew."""

    frames: int = 0
    unchanged: int = 0
    """Frames that are the one before, so that nothing was drawn."""
    stock: int = 0
    """Frames that manimgl drew itself, whole."""
    area: float = 0.0
    """The share of the screen that was redrawn, summed over the frames."""


class _Unsure(Exception):
    """What would be drawn is not known well enough: manimgl's own way must draw this frame."""


@dataclass(eq=False)
class _Draw:
    """One batch of primitives, as it was last brought to the screen.

    ``look`` is everything but the vertices that decides the pixels, as plain values. ``rows`` [n, bytes]
    are the vertices of each primitive, ``per_row`` of them; ``boxes`` [n 4] the pixels that each may touch.
    ``uniforms`` are those of its mobject, as manimgl would set them.
    """

    wrapper: Any
    look: tuple[Any, ...]
    rows: ndarray
    per_row: int
    boxes: ndarray
    filled: bool
    stroked: bool
    uniforms: dict[str, Any]

    @functools.cached_property
    def digest(self) -> bytes:
        return hashlib.sha256(repr(self.look).encode() + self.rows.tobytes()).digest()

    def same(self, other: _Draw) -> bool:
        return self is other or (
            self.look == other.look and (self.rows is other.rows or np.array_equal(self.rows, other.rows))
        )

    def changes_from(self, old: _Draw) -> list[ndarray]:
        """Boxes, before and after, of the primitives that are not as they were. Both in one place of the order."""
        if self is old:
            return []
        if self.look != old.look or self.rows.shape[1:] != old.rows.shape[1:]:
            return [old.boxes, self.boxes]
        shared = min(len(self.rows), len(old.rows))
        differs = (self.rows[:shared] != old.rows[:shared]).any(axis=1)
        if len(self.rows) == len(old.rows):
            return [old.boxes[differs], self.boxes[differs]]
        # Rows came or went: what differs lies between those that agree from the front and from the back.
        front = int(differs.argmax()) if differs.any() else shared
        left = shared - front
        back = (self.rows[len(self.rows) - left :] != old.rows[len(old.rows) - left :]).any(axis=1)[::-1]
        back = int(back.argmax()) if back.any() else left
        return [old.boxes[front : len(old.rows) - back], self.boxes[front : len(self.rows) - back]]

    def paint(self, camera: Any, place: Rectangle) -> None:
        """Draw what falls into a rectangle of the screen, as ShaderWrapper.render would have it there."""
        touched = np.flatnonzero(
            (self.boxes[:, 0] < place.x1) & (self.boxes[:, 2] > place.x0)
            & (self.boxes[:, 1] < place.y1) & (self.boxes[:, 3] > place.y0)
        )  # fmt: skip
        if not len(touched):
            return
        first, last = int(touched[0]), int(touched[-1]) + 1
        span = {"first": first * self.per_row, "vertices": (last - first) * self.per_row}
        around = regions.around(self.boxes[touched])
        assert around is not None
        clip = (around.widened(regions.TILE) if camera.samples else around).within(place)
        wrapper = self.wrapper
        wrapper.update_program_uniforms(camera.uniforms)
        wrapper.pre_render()
        camera.fbo.scissor = clip.viewport
        camera.fbo.use()
        if not hasattr(wrapper, "fill_canvas"):
            for vao in wrapper.vaos:
                vao.render(**span)
            return
        if wrapper.stroke_behind and self.stroked:
            wrapper.stroke_vao.render(**span)
        if self.filled:
            _fill(wrapper, camera.fbo, clip, span)
        if not wrapper.stroke_behind and self.stroked:
            wrapper.stroke_vao.render(**span)


def _fill(wrapper: Any, screen: Any, clip: Rectangle, span: dict[str, int]) -> None:
    """VShaderWrapper.render_fill, with every pass cut to a box: half of stock's time goes into clearing and
    compositing a canvas of four times the screen's pixels for each batch, wherever the shape is."""
    import moderngl
    import OpenGL.GL as gl

    canvas, compositing, depths = wrapper.fill_canvas
    corner = 2 * clip.x0, 2 * clip.y0
    canvas.scissor = (*corner, 2 * clip.width, 2 * clip.height)
    canvas.clear(viewport=canvas.scissor)
    canvas.use()
    wrapper.ctx.disable(moderngl.DEPTH_TEST)
    gl.glBlendFuncSeparate(gl.GL_SRC_ALPHA, gl.GL_ONE_MINUS_SRC_ALPHA, gl.GL_ONE_MINUS_DST_ALPHA, gl.GL_ONE)
    wrapper.fill_vao.render(**span)
    if wrapper.depth_test:
        wrapper.ctx.enable(moderngl.DEPTH_TEST)
        depths.scissor = clip.viewport
        depths.clear(1.0, viewport=clip.viewport)
        depths.use()
        gl.glBlendFunc(gl.GL_ONE, gl.GL_ONE)
        gl.glBlendEquation(gl.GL_MIN)
        wrapper.fill_depth_vao.render(**span)
    gl.glBlendFunc(gl.GL_ONE, gl.GL_ONE)
    gl.glBlendEquation(gl.GL_MAX)
    wrapper.fill_border_vao.render(**span)
    screen.use()
    gl.glBlendFunc(gl.GL_ONE, gl.GL_ONE_MINUS_SRC_ALPHA)
    gl.glBlendEquation(gl.GL_FUNC_ADD)
    compositing.render()
    gl.glBlendFunc(gl.GL_SRC_ALPHA, gl.GL_ONE_MINUS_SRC_ALPHA)
    canvas.scissor = depths.scissor = None


class Painter:
    """Draws what manimgl's camera draws, to the bit, but only where the picture is not that of the frame before.

    Each batch's vertices and uniforms are compared with the last frame's. What differs gives boxes of
    pixels, the boxes a few rectangles, and only these are cleared, drawn and read back.

    A frame is left to manimgl, whole, if it has rendering code of its own, a shader that would inherit a
    uniform from another batch, one batch in two places, or OpenGL in another state than manimgl's; and so
    is every frame from the first clip plane on, because manimgl never switches clipping off again and the
    shapes without a plane then leave undefined where they are cut.

    Not seen, and so not followed, is what a scene does to OpenGL's buffers behind everybody's back: drawing
    into the picture by another way than ``Camera.capture``, or into a texture by another than ``write``.

    With ``drawing`` off nothing is drawn and only ``picture``, the digest of what would be, is kept.
    """

    def __init__(self, camera: Any, drawing: bool = True) -> None:
        self.camera, self.drawing, self.tallies = camera, drawing, Tallies()
        self.stock_capture, self.stock_read = camera.capture, camera.get_raw_fbo_data
        camera.capture, camera.get_raw_fbo_data = self.capture, self.read_whole
        self.stock_clear, camera.fbo.clear = camera.fbo.clear, self.clear
        self.screen = regions.whole(*camera.fbo.size)
        self.framebuffer, self.own_camera = camera.fbo, not _replaced_in(camera, but=("capture", "get_raw_fbo_data"))
        self.clips = False
        self.sent: weakref.WeakKeyDictionary[Any, ndarray] = weakref.WeakKeyDictionary()
        self.set_last: dict[Any, tuple[_Draw, dict[str, Any]]] = {}
        self.draws: list[_Draw] = []
        self.frame: tuple[Any, ...] | None = None
        self.unread: list[Rectangle] = [self.screen]
        self.undrawn: tuple[Any, ...] | None = None
        self.picture: bytes | None = None

    def capture(self, *mobjects: Any) -> None:
        """Stands in for Camera.capture."""
        self.tallies.frames += 1
        free(self.camera.ctx)
        stale = [mobject for mobject in mobjects if mobject._data_has_changed]
        try:
            self._sure_of_camera()
            self.camera.refresh_uniforms()
            frame = (self.camera.samples, tuple(self.camera.background_rgba), plain(self.camera.uniforms))
            draws = self._draws(mobjects, frame)
        except _Unsure:
            for mobject in stale:
                mobject._data_has_changed = True
            self._leave_to_manimgl(mobjects)
            return
        if frame == self.frame and len(draws) == len(self.draws) and all(map(_Draw.same, draws, self.draws)):
            self.tallies.unchanged += 1
            if self.undrawn is not None:
                self.undrawn = mobjects  # manimgl empties the groups of the frame before
            return
        if self.drawing:
            self._paint(draws, self._changes(draws) if frame == self.frame else [self.screen])
        else:
            self.undrawn = mobjects
        self.draws, self.frame = draws, frame
        looks = repr((self.screen, *frame)).encode()
        self.picture = hashlib.sha256(looks + b"".join(draw.digest for draw in draws)).digest()

    def prepare(self, *mobjects: Any) -> None:
        """Do to the mobjects what drawing does to them, without drawing: a skipped animation ends as a played one."""
        try:
            self._draws(mobjects, None)
        except _Unsure:
            for mobject in mobjects:
                if mobject._data_has_changed:
                    mobject.shader_wrappers = mobject.get_shader_wrapper_list(self.camera.ctx)
                    mobject._data_has_changed = False
            self.sent.clear()

    def read_whole(self, dtype: str = "f1") -> bytes:
        """Stands in for Camera.get_raw_fbo_data, which scenes that look at their own picture call."""
        if self.undrawn is not None:
            self._capture_as_manimgl(self.undrawn)
            self.undrawn = None
        return self.stock_read(dtype)

    def clear(self, *values: Any, **settings: Any) -> None:
        """Stands in for the clearing of the camera's framebuffer, which scenes may call."""
        self.frame, self.draws, self.picture, self.unread = None, [], None, [self.screen]
        self.stock_clear(*values, **settings)

    def read(self, *readers: Reader) -> list[memoryview]:
        """The picture, of which each reader fetches what changed since the last call. The first fetches all."""
        frame, places = self.camera.fbo, self.unread
        if places and (self.camera.samples or frame is not self.framebuffer):
            self.camera.blit(frame, self.camera.draw_fbo)
            frame = self.camera.draw_fbo
        self.unread = []
        read = [reader.read(frame, places) for reader in readers]
        self.camera.fbo.use()  # a reader's own framebuffers leave their scissor, which would cut manimgl's blit
        return read

    def _leave_to_manimgl(self, mobjects: tuple[Any, ...]) -> None:
        self.tallies.stock += 1
        self.frame, self.draws, self.picture, self.unread = None, [], None, [self.screen]
        if self.drawing:
            self._capture_as_manimgl(mobjects)
        else:
            self.undrawn = mobjects

    def _capture_as_manimgl(self, mobjects: tuple[Any, ...]) -> None:
        """Camera.capture, from the state of the shaders in which manimgl would find them.

        It sets uniforms in the order of the batches, and who comes later inherits them. Where only
        parts are drawn, some are not set, and others not last.
        """
        from manimlib.utils.shaders import set_program_uniform

        for program, (draw, camera_uniforms) in self.set_last.items():
            for uniforms in (draw.uniforms, camera_uniforms, draw.wrapper.texture_names_to_ids):
                for name, value in uniforms.items():
                    set_program_uniform(program, name, value)
        self.set_last.clear()
        self.sent.clear()
        self.stock_capture(*mobjects)

    def _sure_of_camera(self) -> None:
        camera, screen = self.camera, self.camera.fbo
        if not self.own_camera or not _is_manimgls_code(*_done_here(camera)):
            raise _Unsure
        if camera.window is not None or screen is not self.framebuffer:
            raise _Unsure
        if not (screen.viewport == screen.scissor == self.screen and all(screen.color_mask) and screen.depth_mask):
            raise _Unsure
        if _state_of_opengl() != _USUAL_STATE:
            raise _Unsure

    def _draws(self, mobjects: tuple[Any, ...], frame: tuple[Any, ...] | None) -> list[_Draw]:
        """What is to be drawn with this camera, in order; only looked through without one. Raises _Unsure."""
        from manimlib.mobject.mobject import Mobject

        made = []
        for mobject in mobjects:
            kind = type(mobject)
            if kind.render is not Mobject.render or kind.get_shader_wrapper_list is not Mobject.get_shader_wrapper_list:
                raise _Unsure
            if not {"render", "get_shader_wrapper_list"}.isdisjoint(vars(mobject)):
                raise _Unsure
            stale = mobject._data_has_changed
            made.append(_batches(mobject, self.camera.ctx) if stale else [(w, []) for w in mobject.shader_wrappers])
        wrappers = [wrapper for batches in made for wrapper, _ in batches]
        if len(set(wrappers)) < len(wrappers) or any(map(_replaced_in, wrappers)):
            raise _Unsure
        for mobject, batches in zip(mobjects, made, strict=True):
            if mobject._data_has_changed:
                for wrapper, members in batches:
                    self._send(wrapper, members)
                mobject.shader_wrappers = [wrapper for wrapper, _ in batches]
                mobject._data_has_changed = False
        if frame is None:
            return []
        self.clips = self.clips or any(wrapper.use_clip_plane() for wrapper in wrappers)
        if self.clips:
            raise _Unsure
        known = {draw.wrapper: draw for draw in self.draws} if frame == self.frame else {}
        view = view_of(self.camera) if self.drawing else None
        return [self._draw(wrapper, view, known.get(wrapper)) for wrapper in wrappers]

    def _send(self, wrapper: Any, mobjects: list[Any]) -> None:
        """ShaderWrapper.read_in, of which is kept what OpenGL then has: ``vert_data`` may be another thing."""
        data = [mobject.get_shader_data() for mobject in mobjects]
        wrapper.read_in(data)
        if wrapper.vbo is None:
            vertices = wrapper.vert_data[:0]
        elif any(map(len, data)):
            vertices = wrapper.vert_data
        else:  # the buffer was emptied
            vertices = np.zeros(wrapper.vbo.size // wrapper.vert_data.itemsize, wrapper.vert_data.dtype)
        before = self.sent.get(wrapper)
        if before is None or before.dtype != vertices.dtype or not np.array_equal(_bytes(before), _bytes(vertices)):
            self.sent[wrapper] = vertices.copy()

    def _draw(self, wrapper: Any, view: View | None, before: _Draw | None) -> _Draw:
        """The draw of a wrapper; the very one of the frame before if nothing of it changed."""
        look = _look(wrapper, self.camera)
        if wrapper not in self.sent:
            data = wrapper.vbo.read() if wrapper.vbo is not None else b""
            self.sent[wrapper] = np.frombuffer(data, wrapper.vert_data.dtype)
        data = self.sent[wrapper]
        per_row = _VERTICES.get(wrapper.render_primitive, 0) or max(len(data), 1)
        data = data[: len(data) // per_row * per_row].reshape(-1, per_row)
        rows = _bytes(data).reshape(-1, per_row * data.itemsize)
        if before is not None and before.look == look and np.array_equal(before.rows, rows):
            return before
        boxes, filled, stroked = _boxes(wrapper, data, view, self.camera) if view else _NO_BOUNDS
        return _Draw(wrapper, look, rows, per_row, boxes, filled, stroked, _copied(wrapper.mobject_uniforms))

    def _changes(self, draws: list[_Draw]) -> list[Rectangle]:
        """Where the picture with these draws differs from the last one.

        Both lists are aligned by their batches. The others, and the primitives that differ, are what
        changed: a pixel outside their boxes gets the same fragments in the same order as before.
        """
        old, boxes = self.draws, [np.zeros((0, 4), np.int32)]
        aligned = SequenceMatcher(None, [d.wrapper for d in old], [d.wrapper for d in draws], autojunk=False)
        for kind, a0, a1, b0, b1 in aligned.get_opcodes():
            if kind == "equal":
                for before, after in zip(old[a0:a1], draws[b0:b1], strict=True):
                    boxes += after.changes_from(before)
            else:
                boxes += [draw.boxes for draw in (*old[a0:a1], *draws[b0:b1])]
        cell = regions.TILE if self.camera.samples else regions.CELL
        return regions.rectangles(np.concatenate(boxes), self.screen.width, self.screen.height, cell)

    def _paint(self, draws: list[_Draw], places: list[Rectangle]) -> None:
        screen = self.camera.fbo
        for place in places:
            self.stock_clear(*self.camera.background_rgba, viewport=place.viewport)
            for draw in draws:
                draw.paint(self.camera, place)
        screen.scissor = None
        screen.use()
        self.unread += places
        self.tallies.area += sum(place.area for place in places) / self.screen.area
        uniforms = _copied(self.camera.uniforms)
        self.set_last.update((program, (draw, uniforms)) for draw in draws for program in draw.wrapper.programs)


_VERTICES = {0: 1, 1: 2, 4: 3}
"""Vertices of a primitive, by OpenGL's number of it: points, lines, triangles. Strips are one whole."""

_NO_BOUNDS = (np.zeros((0, 4), np.int32), True, True)

WIDTH_UNIT, STEEPEST_JOINT = 0.01, 4.6
"""Of the stroke shader: scene units per unit of width, and how far an automatic joint reaches, in half
widths: √(1 + ((cos − 1)/sin)²) near cos = −0.9, where it changes from a bevel to a mitre. Where the shader
divides nothing by nothing, the corner is nowhere, and nothing is drawn to it."""


def _done_here(camera: Any) -> tuple[Any, ...]:
    """The code of manimgl that is done in its stead here, as it is now: a scene may replace any of it at any time."""
    from manimlib.mobject import mobject as mobjects
    from manimlib.mobject.types.vectorized_mobject import VMobject
    from manimlib.shader_wrapper import ShaderWrapper, VShaderWrapper
    from manimlib.utils import shaders

    camera_type, mobject_type = type(camera), mobjects.Mobject
    functions = (
        camera_type.capture, camera_type.clear, camera_type.refresh_uniforms, mobject_type.render,
        mobject_type.get_shader_wrapper_list, mobject_type.get_shader_wrapper, mobject_type.get_shader_data,
        VMobject.get_shader_data, mobjects.batch_by_property, shaders.set_program_uniform, ShaderWrapper.render,
        ShaderWrapper.pre_render, ShaderWrapper.read_in, ShaderWrapper.generate_vaos,
        ShaderWrapper.update_program_uniforms, ShaderWrapper.set_ctx_depth_test, ShaderWrapper.set_ctx_clip_plane,
        ShaderWrapper.use_clip_plane, VShaderWrapper.render, VShaderWrapper.pre_render, VShaderWrapper.render_fill,
        VShaderWrapper.render_stroke, VShaderWrapper.generate_vaos,
    )  # fmt: skip
    return tuple(getattr(function, "__code__", None) for function in functions)


@functools.cache
def _is_manimgls_code(*codes: Any) -> bool:
    """Whether these functions are manimgl's own, and no scene's."""
    import manimlib

    home = str(Path(manimlib.__file__).parent)
    return all(code is not None and code.co_filename.startswith(home) for code in codes)


def _replaced_in(thing: Any, but: tuple[str, ...] = ()) -> bool:
    """Whether an object has something else than its class where the class has a function."""
    kind = type(thing)
    return any(callable(getattr(kind, name, None)) for name in vars(thing) if name not in but)


_USUAL_STATE = (*(0x302, 0x303) * 2, *(0x8006,) * 2, 0x201, True, *(False,) * 7, 0x1B02, 1.0)
"""Colours times their alpha over the rest of what is there; LESS; only BLEND enabled; polygons filled; thin lines."""


def _state_of_opengl() -> tuple[float, ...]:
    """What manimgl sets once and relies on, and a scene may have changed."""
    import OpenGL.GL as gl

    values = (
        gl.GL_BLEND_SRC_RGB, gl.GL_BLEND_DST_RGB, gl.GL_BLEND_SRC_ALPHA, gl.GL_BLEND_DST_ALPHA,
        gl.GL_BLEND_EQUATION_RGB, gl.GL_BLEND_EQUATION_ALPHA, gl.GL_DEPTH_FUNC,
    )  # fmt: skip
    switches = (
        gl.GL_BLEND, gl.GL_CULL_FACE, gl.GL_CLIP_DISTANCE0, gl.GL_STENCIL_TEST, gl.GL_COLOR_LOGIC_OP,
        gl.GL_POLYGON_OFFSET_FILL, gl.GL_RASTERIZER_DISCARD, gl.GL_SAMPLE_MASK,
    )  # fmt: skip
    return (
        *(int(gl.glGetIntegerv(value)) for value in values), *(bool(gl.glIsEnabled(switch)) for switch in switches),
        int(gl.glGetIntegerv(gl.GL_POLYGON_MODE)[0]), float(gl.glGetFloatv(gl.GL_LINE_WIDTH)),
    )  # fmt: skip


def _batches(mobject: Any, context: Any) -> list[tuple[Any, list[Any]]]:
    """Mobject.get_shader_wrapper_list, before anything is sent: each wrapper with the mobjects that it draws."""
    from manimlib.utils.iterables import batch_by_property

    family = mobject.family_members_with_points()
    batches = batch_by_property(family, lambda member: member.get_shader_wrapper(context).get_id())
    return [(members[0].shader_wrapper, members) for members, _ in batches]


def _bytes(data: ndarray) -> ndarray:
    """The bytes of an array, in one row."""
    return np.ascontiguousarray(data).reshape(-1).view(np.uint8)


def _copied(uniforms: dict[str, Any]) -> dict[str, Any]:
    return {name: value.copy() if isinstance(value, ndarray) else value for name, value in uniforms.items()}


def plain(uniforms: dict[str, Any]) -> tuple[tuple[str, Any], ...]:
    """Uniforms as values that can be compared: arrays may be changed in place."""
    return tuple((name, tuple(np.ravel(value).tolist())) for name, value in uniforms.items())


def _look(wrapper: Any, camera: Any) -> tuple[Any, ...]:
    """What decides a batch's pixels beside its vertices and the camera. Raises _Unsure."""
    from manimlib.shader_wrapper import ShaderWrapper, VShaderWrapper

    textures: tuple[Any, ...] = ()
    kind = getattr(wrapper, "draws_as", type(wrapper))  # the stage's differ from manimgl's in the uniforms alone
    if kind is ShaderWrapper:
        if len(wrapper.textures) != len(wrapper.texture_paths):
            raise _Unsure
        textures = tuple(map(_texture_now, wrapper.textures))
    elif kind is not VShaderWrapper or wrapper.fill_canvas[0].size != tuple(2 * n for n in camera.fbo.size):
        raise _Unsure
    for program in wrapper.programs:
        values, others = _read_by(program)
        if not values <= wrapper.mobject_uniforms.keys() | camera.uniforms.keys() or not (
            others <= wrapper.texture_names_to_ids.keys()
        ):
            raise _Unsure
    codes = tuple(wrapper.program_code.items())
    return (
        _code_digest(codes), wrapper.render_primitive, wrapper.depth_test, getattr(wrapper, "stroke_behind", False),
        textures, plain(wrapper.mobject_uniforms), wrapper.vert_attributes, *_steady(wrapper),
    )  # fmt: skip


@functools.cache
def _read_by(program: Any) -> tuple[frozenset[str], frozenset[str]]:
    """What a shader reads beside vertices: names of values, and of textures, blocks and the like.

    manimgl lets a shader inherit what its batch does not set.
    """
    import moderngl

    members = {name: program[name] for name in program}
    members = {n: m for n, m in members.items() if not isinstance(m, (moderngl.Attribute, moderngl.Varying))}
    values = {n for n, m in members.items() if isinstance(m, moderngl.Uniform) and getattr(m, "gl_type", 0) in _VALUES}
    return frozenset(values), frozenset(members.keys() - values)


_VALUES = {*range(0x1404, 0x1407), *range(0x8B50, 0x8B5D), *range(0x8B65, 0x8B6B), *range(0x8DC6, 0x8DC9)}
"""OpenGL's numbers of numbers, vectors and matrices, as against samplers and images."""


@functools.cache
def _code_digest(codes: tuple[tuple[str, str | None], ...]) -> str:
    return hashlib.sha256(repr(codes).encode()).hexdigest()


def _texture_now(texture: Any) -> tuple[Any, ...]:
    return _texture_digest(texture, _writes_to(texture)[0]), texture.filter, texture.repeat_x, texture.repeat_y


@functools.cache
def _texture_digest(texture: Any, writes: int) -> str:
    return hashlib.sha256(repr((texture.size, texture.components)).encode() + texture.read()).hexdigest()


@functools.cache
def _writes_to(texture: Any) -> list[int]:
    """How often a texture was written since this was first asked: the one number in the list."""
    writes, write = [0], texture.write

    def counted(*values: Any, **settings: Any) -> None:
        writes[0] += 1
        write(*values, **settings)

    texture.write = counted
    return writes


def view_of(camera: Any) -> View:
    """How the camera brings points to the screen, as of its last ``refresh_uniforms``."""
    uniforms = camera.uniforms
    matrix = np.array(uniforms["view"], float).reshape(4, 4).T
    return View(matrix, uniforms["frame_rescale_factors"], *camera.fbo.size)


def _boxes(wrapper: Any, data: ndarray, view: View, camera: Any) -> tuple[ndarray, bool, bool]:
    """The pixels that each primitive may touch, and whether any has a fill and a stroke.

    ``data`` are the vertices, [n vertices-per-primitive]. Follows manimgl's geometry shaders; a batch
    with another shader gets the whole screen.
    """
    from manimlib.shader_wrapper import VShaderWrapper

    fixed = float(wrapper.mobject_uniforms.get("is_fixed_in_frame", 0.0))
    if not wrapper.programs:  # the camera's frame, and points that only mark a place
        return np.zeros((len(data), 4), np.int32), False, False
    if not _is_manimgls_own(wrapper):
        return np.tile(np.array([(0, 0, view.width, view.height)], np.int32), (len(data), 1)), True, True
    if isinstance(wrapper, VShaderWrapper):
        return _curve_boxes(wrapper, data, view, camera, fixed)
    reach = np.zeros(len(data))
    if "radius" in (data.dtype.names or ()):  # the corners of a dot's square
        reach = 1.5 * np.abs(data["radius"][:, 0, 0])
    return view.boxes(data["point"].astype(float), reach, fixed), True, True


def _curve_boxes(
    wrapper: Any, data: ndarray, view: View, camera: Any, fixed: float
) -> tuple[ndarray, bool, bool]:  # fmt: skip
    uniforms, seen = wrapper.mobject_uniforms, _seen(wrapper, camera)
    points = data["point"].astype(float)
    live = (points[:, 0] != points[:, 1]).any(axis=1)
    filled = live & (data["fill_rgba"][..., 3] != 0).any(axis=1)
    stroked = live & (data["stroke_rgba"][..., 3] != 0).any(axis=1) & (data["stroke_width"][..., 0] != 0).any(axis=1)
    # A filled curve is closed by a triangle to the path's first point.
    bases = np.where(filled[:, None], data["base_normal"][:, 0], data["point"][:, 0]).astype(float)
    width = np.maximum(
        np.where(stroked, np.abs(data["stroke_width"][..., 0]).max(axis=1), 0.0),
        np.where(filled, np.abs(data["fill_border_width"][..., 0]).max(axis=1), 0.0),
    )
    zoom = float(uniforms["scale_stroke_with_zoom"])
    width = WIDTH_UNIT * width * abs((1 - zoom) * seen["frame_scale"] + zoom)
    smoothing = max(float(uniforms["anti_alias_width"]) * seen["pixel_size"], 1e-8)
    joints = {0: 1.0, 1: STEEPEST_JOINT}.get(int(uniforms["joint_type"]), np.inf)
    reach = np.where(width > 0, 0.5 * (width + smoothing) * joints, 0.0)
    if joints > 1 and not uniforms["flat_stroke"] and not fixed:
        eye = np.asarray(camera.uniforms["camera_position"], float)
        reach[(width > 0) & _edge_on(data, eye)] = np.inf
    boxes = view.boxes(np.concatenate([points, bases[:, None]], axis=1), reach, fixed)
    boxes[~(filled | stroked)] = 0
    return boxes, bool(filled.any()), bool(stroked.any())


def _steady(wrapper: Any) -> tuple[str, ...]:
    """The mark of a batch that is drawn as if the camera had never moved."""
    return ("steady",) if hasattr(wrapper, "draws_as") else ()


def _seen(wrapper: Any, camera: Any) -> dict[str, Any]:
    """The camera's uniforms as a batch is drawn with them: what is fixed in frame may see an unmoved camera."""
    seen: dict[str, Any] = wrapper.seen(camera.uniforms) if hasattr(wrapper, "draws_as") else camera.uniforms
    return seen


def _edge_on(data: ndarray, eye: ndarray) -> ndarray:
    """Which curves [n vertex] have a corner whose plane is seen edge on: the shader divides by nearly nothing."""
    sight = eye - data["point"][:, ::2]
    along = np.abs((sight * data["base_normal"][:, 1:2]).sum(axis=-1))
    bent = np.abs(np.cos(data["joint_angle"][:, ::2, 0])) < 0.9995
    return (bent & ~(along > 1e-5 * np.linalg.norm(sight, axis=-1))).any(axis=1)


_PRIMITIVES = {"true_dot": (0,), "surface": (4, 5), "textured_surface": (4, 5), "image": (4, 5)}
"""manimgl's shaders, and OpenGL's numbers of what they may draw: points, triangles, strips of triangles."""


@functools.cache
def _stock_code(folder: str) -> frozenset[str | None]:
    from manimlib.utils.shaders import get_shader_code_from_file

    return frozenset(get_shader_code_from_file(f"{folder}/{part}.glsl") for part in ("vert", "geom", "frag"))


def _is_manimgls_own(wrapper: Any) -> bool:
    """Whether the shaders are those whose reach is known, unchanged."""
    folders = [f"quadratic_bezier/{part}" for part in ("stroke", "fill", "depth")]
    if not hasattr(wrapper, "fill_canvas"):
        folders = [wrapper.shader_folder]
        if wrapper.render_primitive not in _PRIMITIVES.get(wrapper.shader_folder, ()):
            return False
    return set(wrapper.program_code.values()) <= frozenset().union(*map(_stock_code, folders))
