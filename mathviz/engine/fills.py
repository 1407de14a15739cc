"""manimgl's fills: first on a canvas of their own, twice as fine as the screen, then from there to the screen."""

from __future__ import annotations

from typing import Any, Protocol

from mathviz.engine.regions import Rectangle


class Filled(Protocol):
    """A batch with fills; ``settled`` if it has been what it is for more than one frame."""

    wrapper: Any
    settled: bool

    @property
    def filled_places(self) -> list[Rectangle]:
        """A few rectangles that cover all its fills."""
        ...


class FillCanvas:
    """The canvas, and whose fills are still on it.

    All that manimgl fills goes over one canvas, cleared and brought to the screen whole for each batch: half of
    its time. Here both are done only where the batch has fills; and what was on the canvas in the last frame,
    and nothing was drawn over, is only brought to the screen again: text over a world that moves.
    """

    def __init__(self) -> None:
        self.held: list[tuple[Filled, list[Rectangle]]] = []

    def forget(self) -> None:
        """Somebody else draws on the canvas."""
        self.held.clear()

    def holds(self, draw: Filled) -> bool:
        """Whether all fills of a batch are on the canvas."""
        return any(each is draw for each, _ in self.held)

    def bring(self, draw: Filled, camera: Any, clip: Rectangle, span: dict[str, int]) -> None:
        """VShaderWrapper.render_fill, in a rectangle of the screen, into the camera's framebuffer.

        ``span`` says which vertices may have fills there.
        """
        parts = [part.within(clip) for part in draw.filled_places if part.meets(clip)]
        if not parts:
            return
        if not self.holds(draw):
            if draw.settled and not draw.wrapper.depth_test:
                self._draw(draw, draw.filled_places, camera, {})
                self.held.append((draw, draw.filled_places))
            else:
                self._draw(draw, parts, camera, span)
        self._composite(draw.wrapper, camera, parts)

    def _draw(self, draw: Filled, parts: list[Rectangle], camera: Any, span: dict[str, int]) -> None:
        import moderngl
        import OpenGL.GL as gl

        wrapper = draw.wrapper
        canvas, _, depths = wrapper.fill_canvas
        self.held = [(each, places) for each, places in self.held if not any(a.meets(b) for a in places for b in parts)]
        around = parts[0]
        for part in parts:
            around = around.around(part)
            canvas.scissor = None
            canvas.clear(viewport=(2 * part.x0, 2 * part.y0, 2 * part.width, 2 * part.height))
        canvas.scissor = (2 * around.x0, 2 * around.y0, 2 * around.width, 2 * around.height)
        canvas.use()
        wrapper.ctx.disable(moderngl.DEPTH_TEST)
        gl.glBlendFuncSeparate(gl.GL_SRC_ALPHA, gl.GL_ONE_MINUS_SRC_ALPHA, gl.GL_ONE_MINUS_DST_ALPHA, gl.GL_ONE)
        wrapper.fill_vao.render(**span)
        if wrapper.depth_test:
            wrapper.ctx.enable(moderngl.DEPTH_TEST)
            depths.scissor = around.viewport
            depths.clear(1.0, viewport=around.viewport)
            depths.use()
            gl.glBlendFunc(gl.GL_ONE, gl.GL_ONE)
            gl.glBlendEquation(gl.GL_MIN)
            wrapper.fill_depth_vao.render(**span)
        gl.glBlendFunc(gl.GL_ONE, gl.GL_ONE)
        gl.glBlendEquation(gl.GL_MAX)
        wrapper.fill_border_vao.render(**span)
        gl.glBlendEquation(gl.GL_FUNC_ADD)
        canvas.scissor = depths.scissor = None

    def _composite(self, wrapper: Any, camera: Any, parts: list[Rectangle]) -> None:
        import OpenGL.GL as gl

        gl.glBlendFunc(gl.GL_ONE, gl.GL_ONE_MINUS_SRC_ALPHA)
        for part in parts:
            camera.fbo.scissor = part.viewport
            camera.fbo.use()
            wrapper.fill_canvas[1].render()
        gl.glBlendFunc(gl.GL_SRC_ALPHA, gl.GL_ONE_MINUS_SRC_ALPHA)
