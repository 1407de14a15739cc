"""Examples of ``mathviz/mobjects/online_softmax.py``: eight rows of eight scores, and a city of 12 × 12."""

from __future__ import annotations

import numpy as np
from manimlib import DEGREES, ORIGIN, OUT, RIGHT, Group, Mobject

from mathviz.mobjects.online_softmax import City, Skyline
from mathviz.style import Theme

SCORES = np.sin(np.arange(64) ** 2 * 0.7).reshape(8, 8) * 1.6
MAXIMUM = np.maximum.accumulate(SCORES[2].reshape(4, 2).max(axis=1))
STREETS = np.sin(np.arange(12)[:, None] ** 2 * 0.37 + np.arange(12) ** 2 * 0.61)


def seen(mobject: Mobject, tilt: float = -70.0, turn: float = 20.0) -> Group:
    """Turned as a stage's camera would see it."""
    mobject.rotate(turn * DEGREES, OUT, about_point=ORIGIN).rotate(tilt * DEGREES, RIGHT, about_point=ORIGIN)
    return Group(mobject)


def show_skyline(theme: Theme) -> Group:
    """The third tile of row 2 is there, and the level has risen by what lies between the lines."""
    return seen(Skyline(theme, SCORES, 2, MAXIMUM).arrive(2.95), tilt=-80, turn=10)


def show_city(theme: Theme) -> Group:
    """A tile is at work, in the third row of tiles."""
    return seen(City(theme, STREETS, 6, 0.02).stand(14), tilt=-55, turn=32)
