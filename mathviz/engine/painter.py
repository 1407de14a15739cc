"""Draws what manimgl's camera draws, to the bit, but only where the picture is not that of the frame before."""

from __future__ import annotations

import hashlib
import weakref
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

import numpy as np
from numpy import ndarray

from mathviz.engine import bounds, regions
from mathviz.engine.backdrop import Backdrop
from mathviz.engine.draws import Draw, Primitives, bytes_of
from mathviz.engine.fills import FillCanvas
from mathviz.engine.looks import copied, heeded, look, seen
from mathviz.engine.readback import Reader
from mathviz.engine.regions import Rectangle
from mathviz.engine.trust import (
    USUAL_STATE,
    Unsure,
    done_here,
    is_manimgls_code,
    replaced_in,
    state_of_opengl,
)

MUCH = 0.3
"""Of the screen: where so much of it is drawn anew, it pays to keep what is behind."""

MOST = 0.8
"""Of the screen: where so much of it is drawn anew, it is all drawn, without asking what lies where."""


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
        self.framebuffer, self.own_camera = camera.fbo, not replaced_in(camera, but=("capture", "get_raw_fbo_data"))
        self.clips = False
        self.sent: weakref.WeakKeyDictionary[Any, ndarray] = weakref.WeakKeyDictionary()
        self.set_last: dict[Any, tuple[Draw, dict[str, Any]]] = {}
        self.draws: list[Draw] = []
        self.page: tuple[Any, ...] | None = None
        self.canvas, self.backdrop = FillCanvas(), Backdrop(camera)
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
            page = (self.camera.samples, tuple(self.camera.background_rgba))
            draws = self._draws(mobjects)
        except Unsure:
            for mobject in stale:
                mobject._data_has_changed = True
            self._leave_to_manimgl(mobjects)
            return
        if page == self.page and len(draws) == len(self.draws) and all(map(Draw.same, draws, self.draws)):
            self.tallies.unchanged += 1
            if self.undrawn is not None:
                self.undrawn = mobjects  # manimgl empties the groups of the frame before
            return
        if self.drawing:
            self._paint(page, draws, self._changes(draws) if page == self.page else [self.screen])
        else:
            self.undrawn = mobjects
        self.draws, self.page = draws, page
        looks = repr((self.screen, *page)).encode()
        self.picture = hashlib.sha256(looks + b"".join(draw.digest for draw in draws)).digest()

    def prepare(self, *mobjects: Any) -> None:
        """Do to the mobjects what drawing does to them, without drawing: a skipped animation ends as a played one."""
        try:
            self._prepared(mobjects)
        except Unsure:
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
        self.page, self.draws, self.picture, self.unread = None, [], None, [self.screen]
        self.stock_clear(*values, **settings)

    def read(self, *readers: Reader) -> list[memoryview]:
        """The picture, of which each reader fetches what changed since the last call. The first fetches all."""
        frame, places = self.camera.fbo, self.unread
        if places and (self.camera.samples or frame is not self.framebuffer):
            self._resolve(frame, places)
            frame = self.camera.draw_fbo
        self.unread = []
        read = [reader.read(frame, places) for reader in readers]
        self.camera.fbo.use()  # a reader's own framebuffers leave their scissor, which would cut manimgl's blit
        return read

    def _resolve(self, frame: Any, places: list[Rectangle]) -> None:
        """Camera.blit, of these places alone."""
        import OpenGL.GL as gl

        gl.glDisable(gl.GL_SCISSOR_TEST)
        gl.glBindFramebuffer(gl.GL_READ_FRAMEBUFFER, frame.glo)
        gl.glBindFramebuffer(gl.GL_DRAW_FRAMEBUFFER, self.camera.draw_fbo.glo)
        for place in places:
            gl.glBlitFramebuffer(*place, *place, gl.GL_COLOR_BUFFER_BIT, gl.GL_LINEAR)

    def _leave_to_manimgl(self, mobjects: tuple[Any, ...]) -> None:
        self.tallies.stock += 1
        self.page, self.draws, self.picture, self.unread = None, [], None, [self.screen]
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
        self.canvas.forget()
        self.stock_capture(*mobjects)

    def _sure_of_camera(self) -> None:
        camera, screen = self.camera, self.camera.fbo
        if not self.own_camera or not is_manimgls_code(*done_here(camera)):
            raise Unsure
        if camera.window is not None or screen is not self.framebuffer:
            raise Unsure
        if not (screen.viewport == screen.scissor == self.screen and all(screen.color_mask) and screen.depth_mask):
            raise Unsure
        if state_of_opengl() != USUAL_STATE:
            raise Unsure

    def _draws(self, mobjects: tuple[Any, ...]) -> list[Draw]:
        """What is to be drawn with the camera as it is now, in order. Raises Unsure."""
        wrappers = self._prepared(mobjects)
        self.clips = self.clips or any(wrapper.use_clip_plane() for wrapper in wrappers)
        if self.clips:
            raise Unsure
        known = {draw.wrapper: draw for draw in self.draws}
        return [self._draw(wrapper, known.get(wrapper)) for wrapper in wrappers]

    def _prepared(self, mobjects: tuple[Any, ...]) -> list[Any]:
        """The wrappers of the mobjects, in order, with all that is new of them sent to OpenGL. Raises Unsure."""
        from manimlib.mobject.mobject import Mobject

        made = []
        for mobject in mobjects:
            kind = type(mobject)
            if kind.render is not Mobject.render or kind.get_shader_wrapper_list is not Mobject.get_shader_wrapper_list:
                raise Unsure
            if not {"render", "get_shader_wrapper_list"}.isdisjoint(vars(mobject)):
                raise Unsure
            stale = mobject._data_has_changed
            made.append(_batches(mobject, self.camera.ctx) if stale else [(w, []) for w in mobject.shader_wrappers])
        wrappers = [wrapper for batches in made for wrapper, _ in batches]
        if len(set(wrappers)) < len(wrappers) or any(map(replaced_in, wrappers)):
            raise Unsure
        for mobject, batches in zip(mobjects, made, strict=True):
            if mobject._data_has_changed:
                for wrapper, members in batches:
                    self._send(wrapper, members)
                mobject.shader_wrappers = [wrapper for wrapper, _ in batches]
                mobject._data_has_changed = False
        return wrappers

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
        if before is None or before.dtype != vertices.dtype or not np.array_equal(bytes_of(before), bytes_of(vertices)):
            self.sent[wrapper] = vertices.copy()

    def _draw(self, wrapper: Any, before: Draw | None) -> Draw:
        """The draw of a wrapper; the very one of the frame before if nothing of it changed."""
        looks, sight = look(wrapper, self.camera), seen(wrapper, self.camera.uniforms)
        heeds = heeded(wrapper, sight)
        if wrapper not in self.sent:
            data = wrapper.vbo.read() if wrapper.vbo is not None else b""
            self.sent[wrapper] = np.frombuffer(data, wrapper.vert_data.dtype)
        primitives = Primitives(wrapper, self.sent[wrapper])
        if before is not None and before.primitives.are(wrapper, self.sent[wrapper]):
            if (before.look, before.heeded) == (looks, heeds):
                before.settled = True
                return before
            primitives = before.primitives
        view = bounds.view_with(sight, self.camera.fbo.size) if self.drawing else None
        return Draw(wrapper, looks, heeds, primitives, copied(wrapper.mobject_uniforms), copied(sight), view)

    def _changes(self, draws: list[Draw]) -> list[Rectangle]:
        """Where the picture with these draws differs from the last one; the whole screen where it is most of it.

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
                boxes += [draw.places for draw in (*old[a0:a1], *draws[b0:b1])]
        cell = regions.TILE if self.camera.samples else regions.CELL
        places = regions.rectangles(np.concatenate(boxes), self.screen.width, self.screen.height, cell)
        return [self.screen] if _share(places, self.screen) > MOST else places

    def _paint(self, page: tuple[Any, ...], draws: list[Draw], places: list[Rectangle]) -> None:
        screen, lead = self.camera.fbo, self.backdrop.lead(draws)
        behind, before = draws[:lead], draws[lead:]
        if behind and not self.backdrop.is_of(page, behind) and _share(places, self.screen) > MUCH:
            places = [self.screen]  # once whole, so that it can be kept
        for place in places:
            if not self.backdrop.put(page, behind, place):
                self.stock_clear(*self.camera.background_rgba, viewport=place.viewport)
                for draw in behind:
                    draw.paint(self.camera, place, self.canvas)
                if behind and place == self.screen:
                    self.backdrop.keep(page, behind)
            for draw in before:
                draw.paint(self.camera, place, self.canvas)
        screen.scissor = None
        screen.use()
        self.unread += places
        self.tallies.area += _share(places, self.screen)
        uniforms = copied(self.camera.uniforms)
        self.set_last.update((program, (draw, uniforms)) for draw in draws for program in draw.wrapper.programs)


def _share(places: list[Rectangle], screen: Rectangle) -> float:
    return sum(place.area for place in places) / screen.area


def _batches(mobject: Any, context: Any) -> list[tuple[Any, list[Any]]]:
    """Mobject.get_shader_wrapper_list, before anything is sent: each wrapper with the mobjects that it draws."""
    from manimlib.utils.iterables import batch_by_property

    family = mobject.family_members_with_points()
    batches = batch_by_property(family, lambda member: member.get_shader_wrapper(context).get_id())
    return [(members[0].shader_wrapper, members) for members, _ in batches]
