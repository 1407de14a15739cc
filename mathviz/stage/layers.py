"""Two layers: the world, which the camera moves in, and the text over it, fixed in frame.

    self.over(law)             # into the text layer: same size and weight whatever the camera does, always on top
    self.scrim(RIGHT)          # a soft veil in the page's colour under it, where the picture is busy

Anything that is fixed in frame, by whatever means, is drawn steadily, and what is added to it later too.
"""

from __future__ import annotations

import sys
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from manimlib import FRAME_HEIGHT, FRAME_WIDTH, UP, Mobject, Scene, Surface, VMobject, color_to_rgb
from numpy import ndarray

from mathviz.project.errors import StageError
from mathviz.stage.frame import CAPTION_TOP, STAGE, TITLE_BOTTOM, Some
from mathviz.stage.steady import hold_steady
from mathviz.style import Theme
from mathviz.style.shapes import WIDE, shape

VEIL, TEXT = 50, 100
"""Order of what is drawn over the world: scrims, then text."""

CASING = 7.0
"""Width of the page's colour round letters over a busy picture, in units of manimgl's strokes."""

STEPS = 25
"""Rows of a scrim's mesh: enough that its ease shows no bands."""


class Scrim(Surface):
    """A veil in the page's colour: full at one edge of the frame, nothing where it ends."""

    def __init__(self, theme: Theme, edge: ndarray, reach: float, strength: float = 0.88) -> None:
        """``edge`` is DOWN, UP, LEFT or RIGHT; ``reach`` how far it comes in from there, in scene units."""
        self.corners = np.asarray(edge, float)[:2]
        self.reach = reach
        upright = self.corners[0] == 0
        super().__init__(resolution=(2, STEPS) if upright else (STEPS, 2), shading=(0, 0, 0), depth_test=False)
        inward = self._inward()
        ease = np.clip(1.15 - 1.15 * inward, 0, 1)  # full for the first part of the way
        self.data["rgba"][:, :3] = color_to_rgb(theme["background"])
        self.data["rgba"][:, 3] = strength * ease**2 * (3 - 2 * ease)
        self.fix_in_frame().set_z_index(VEIL)

    def uv_func(self, u: float, v: float) -> tuple[float, float, float]:
        """The strip along the edge, a little over the frame's border."""
        wide, high = FRAME_WIDTH + 0.2, FRAME_HEIGHT + 0.2
        along, up = self.corners
        if along == 0:
            return wide * (u - 0.5), up * (high / 2 - self.reach * (1 - v if up > 0 else v)), 0.0
        return along * (wide / 2 - self.reach * (1 - u if along > 0 else u)), high * (v - 0.5), 0.0

    def _inward(self) -> ndarray:
        """How far each point has come in from the edge, 0 to 1."""
        axis = 1 if self.corners[0] == 0 else 0
        border = ((FRAME_HEIGHT if axis else FRAME_WIDTH) + 0.2) / 2
        return (border - np.abs(self.get_points()[:, axis])) / self.reach


def _of_one_order(mobject: Mobject) -> Iterator[Mobject]:
    """The largest parts of a mobject that stand at one place of the drawing order: manimgl asks the whole alone."""
    orders = _orders(mobject)
    if len(orders) > 1:
        for part in mobject.submobjects:
            yield from _of_one_order(part)
        return
    mobject.z_index = next(iter(orders))
    parts = mobject.family_members_with_points()
    if parts and not mobject.is_fixed_in_frame() and all(part.is_fixed_in_frame() for part in parts):
        mobject.fix_in_frame()
    yield mobject


def _orders(mobject: Mobject) -> set[int]:
    """The places in the order at which a mobject is to be drawn: its own, or where it has none those of its parts."""
    if mobject.z_index or mobject.has_points() or not mobject.submobjects:
        return {mobject.z_index}
    return set().union(*map(_orders, mobject.submobjects))


class LayeredScene(Scene):
    """A scene with a text layer."""

    theme: Theme
    path: Path
    beat: str = ""

    def over(self, mobject: Some, order: int = TEXT) -> Some:
        """Take something into the text layer: fixed in frame, on top, and drawn as if the camera never moved."""
        mobject.fix_in_frame()
        mobject.set_z_index(order)
        return mobject

    def case(self, text: Some, width: float = CASING) -> Some:
        """Give a text a casing in the page's colour, so that it is read over a busy picture: names have one."""
        for part in text.family_members_with_points():
            if isinstance(part, VMobject) and part.get_fill_opacity() > 0:
                part.set_backstroke(self.theme["background"], width)
        return text

    def scrim(self, edge: ndarray, reach: float | None = None, strength: float = 0.88) -> Scrim:
        """A soft veil from an edge of the frame, to be put under text: DOWN, UP, LEFT or RIGHT.

        Show it as anything else: ``self.play(FadeIn(self.scrim(RIGHT)))``.
        """
        if edge[0] and shape().name != WIDE:  # what stands beside the picture is above or below it
            edge, reach = UP * edge[0], FRAME_HEIGHT / 2 - edge[0] * STAGE.middle[1] + 0.75
        top = 1.5 + (FRAME_HEIGHT / 2 - 4.0) - (TITLE_BOTTOM - 2.95)
        bottom = CAPTION_TOP + FRAME_HEIGHT / 2 + 0.75 + (FRAME_HEIGHT - 8.0) / 3  # upright, the text is its upper half
        usual = 6.2 if edge[0] else (top if edge[1] > 0 else bottom)
        return Scrim(self.theme, edge, reach or usual, strength)

    def settle(self) -> None:
        """Bring the text layer to what the world and the camera are now. Called before every frame."""
        hold_steady((each for each in self.mobjects if each.is_fixed_in_frame()), self.camera.ctx)

    def add(self, *mobjects: Mobject) -> LayeredScene:
        """manimgl's; a group stands where its parts do in the order of drawing, and of nothing but text it is text."""
        super().add(*(part for mobject in mobjects for part in _of_one_order(mobject)))
        return self

    def assemble_render_groups(self) -> None:
        """manimgl's, after what is fixed got its steady wrappers: they decide what is drawn together."""
        hold_steady(self.mobjects, self.camera.ctx)
        super().assemble_render_groups()

    def update_frame(self, dt: float = 0, force_draw: bool = False) -> None:
        """manimgl's, once the text layer is settled."""
        self.settle()
        super().update_frame(dt, force_draw)

    def fault(self, what: str, error: BaseException | None = None) -> StageError:
        """The error that says where in the scene's file something wrong was asked for: now, or when ``error`` came."""
        lines = []
        if error is None:
            frame: Any = sys._getframe()
            while frame is not None:
                lines.append((frame.f_code.co_filename, frame.f_lineno))
                frame = frame.f_back
        else:
            lines = [(frame.f_code.co_filename, line) for frame, line in traceback.walk_tb(error.__traceback__)][::-1]
        own = next((f":{line}" for file, line in lines if Path(file).resolve() == self.path), "")
        return StageError(f"{self.path}{own}: beat {self.beat}: {what}")
