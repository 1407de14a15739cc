"""The Scene that every film extends, and what it stages with: camera, text layer, exits, regions, one clock.

    class RingAllReduce(Explainer):
        def question(self) -> None: ...                # a cold open: the picture, over which the question is asked
        def every_link_adds_at_once(self) -> None:     # the id of a beat in scenes/ring_allreduce.yaml
            ...

An Explainer is an ordinary manimgl Scene: ``manimgl scenes/ring_allreduce.py`` plays it. What is on
screen is a function of the beat and the trace alone: no updaters with ``dt``, no randomness.
"""

from mathviz.stage.explainer import Explainer, Watcher, scene_file
from mathviz.stage.frame import (
    CAPTION,
    FRAME,
    LEFT_HALF,
    LEFT_THIRD,
    LOWER_LEFT,
    LOWER_RIGHT,
    POSTER,
    RIGHT_HALF,
    RIGHT_THIRD,
    SAFE,
    STAGE,
    TITLE,
    UPPER_LEFT,
    UPPER_RIGHT,
    Region,
)
from mathviz.stage.shots import (
    BENCH,
    CITY,
    FACE_ON,
    HERO,
    LANDSCAPE,
    PLAN,
    RIVER,
    SIDE,
    SKYLINE,
    UPSTREAM,
    Angle,
    Shot,
)

__all__ = [
    "BENCH", "CAPTION", "CITY", "FACE_ON", "FRAME", "HERO", "LANDSCAPE", "LEFT_HALF", "LEFT_THIRD", "LOWER_LEFT",
    "LOWER_RIGHT", "PLAN", "POSTER", "RIGHT_HALF", "RIGHT_THIRD", "RIVER", "SAFE", "SIDE", "SKYLINE", "STAGE", "TITLE",
    "UPPER_LEFT", "UPPER_RIGHT", "UPSTREAM", "Angle", "Explainer", "Region", "Shot", "Watcher", "scene_file",
]  # fmt: skip
