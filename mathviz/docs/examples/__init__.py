"""An example for each thing that is drawn. Its text stands on the page of mobjects, beside the picture it makes."""

from __future__ import annotations

from collections.abc import Callable

from manimlib import Mobject, Scene

from mathviz.style import Theme, theme


class Example(Scene):
    """One example, in the middle of the dark screen."""

    example: Callable[[Theme], Mobject]
    default_camera_config = {"background_color": theme("dark")["background"]}  # noqa: RUF012

    def construct(self) -> None:
        self.add(type(self).example(theme("dark")).center())
