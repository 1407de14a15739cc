"""Draws one text with manimgl and measures it. manimgl is imported inside: the fixture ``manim`` comes first."""

from __future__ import annotations

import functools
from typing import Any

from mathviz import engine, style

HEIGHT_IN_UNITS = 8.0


@functools.cache
def _scene() -> Any:
    from manimlib import Scene

    return engine.make_scene(Scene, camera_config={"background_color": style.theme("dark")["background"]})


def ink_of(text: str, size: str, *, typeset: bool = False) -> tuple[float, float]:
    """Covered area in pixels and height in pixels of a text in the dark theme, from Pango or as a sentence."""
    from mathviz.mobjects.text import Sentence, words

    scene, theme = _scene(), style.theme("dark")
    made = (Sentence if typeset else words)(text, theme, size)
    scene.clear()
    scene.add(made)
    scene.camera.capture(*scene.render_groups)
    width, height = scene.camera.get_pixel_shape()
    red = engine.as_image(scene.camera.get_raw_fbo_data(), width, height)[..., 0].astype(float)
    page, ink = (int(theme[role][1:3], 16) for role in ("background", "text"))
    return float((red - page).clip(0).sum() / (ink - page)), made.get_height() * height / HEIGHT_IN_UNITS


def batches_of(mobject: Any) -> int:
    """How many batches manimgl draws a mobject in, each with passes over the screen."""
    return len(mobject.get_shader_wrapper_list(_scene().camera.ctx))
