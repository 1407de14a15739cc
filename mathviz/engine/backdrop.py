"""What stands still behind all that moves, put down again instead of being drawn again."""

from __future__ import annotations

from typing import Any

from mathviz.engine import regions
from mathviz.engine.draws import Draw
from mathviz.engine.regions import Rectangle

MUCH = 0.5
"""Of the screen: what covers less is drawn again as soon."""


class Backdrop:
    """A copy of the picture as it is once the first batches are drawn, those that have stood still.

    With four samples to a pixel at 1080p, clearing and drawing one page with a gradient takes 40 ms, and copying it 6.
    Only batches that heed no depth are kept: then depth is what clearing leaves.
    """

    def __init__(self, camera: Any) -> None:
        self.camera = camera
        self.store: Any = None
        self.kept: tuple[Any, ...] = ()

    def lead(self, draws: list[Draw]) -> int:
        """How many batches from the first on are worth keeping."""
        count = 0
        for draw in draws:
            if not draw.settled or draw.wrapper.depth_test:
                break
            count += 1
        width, height = self.camera.fbo.size
        covers = any(
            around.area > MUCH * width * height for draw in draws[:count] if (around := regions.around(draw.extent))
        )
        return count if covers else 0

    def is_of(self, page: tuple[Any, ...], draws: list[Draw]) -> bool:
        """Whether what is kept is this page with these batches."""
        kept = self.kept[1:]
        same = len(kept) == len(draws) and all(one is other for one, other in zip(kept, draws, strict=True))
        return same and self.kept[:1] == (page,)

    def keep(self, page: tuple[Any, ...], draws: list[Draw]) -> None:
        """Copy the picture, whole: on a page, so far with these batches alone."""
        if self.store is None or self.store.size != self.camera.fbo.size:
            self.store = self.camera.get_fbo(self.camera.samples)
        self._copy(self.camera.fbo, self.store, regions.whole(*self.camera.fbo.size))
        self.kept = (page, *draws)

    def put(self, page: tuple[Any, ...], draws: list[Draw], place: Rectangle) -> bool:
        """Bring it to a rectangle of the screen, and clear depth there; whether it is that of this page and batches."""
        import OpenGL.GL as gl

        if not draws or not self.is_of(page, draws):
            return False
        screen = self.camera.fbo
        self._copy(self.store, screen, place)
        screen.scissor = place.viewport
        screen.use()
        gl.glClearDepth(1.0)
        gl.glClear(gl.GL_DEPTH_BUFFER_BIT)
        return True

    def _copy(self, one: Any, other: Any, place: Rectangle) -> None:
        import OpenGL.GL as gl

        self.camera.fbo.scissor = None
        self.camera.fbo.use()
        gl.glBindFramebuffer(gl.GL_READ_FRAMEBUFFER, one.glo)
        gl.glBindFramebuffer(gl.GL_DRAW_FRAMEBUFFER, other.glo)
        gl.glBlitFramebuffer(*place, *place, gl.GL_COLOR_BUFFER_BIT, gl.GL_NEAREST)
        self.camera.fbo.use()
