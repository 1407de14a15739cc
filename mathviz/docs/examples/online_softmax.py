"""Examples of ``mathviz/mobjects/online_softmax.py``: eight rows of eight scores."""

from __future__ import annotations

import numpy as np
from manimlib import DEGREES, ORIGIN, OUT, RIGHT, Group, Mobject

from mathviz.mobjects.online_softmax import OutputBars, Skyline
from mathviz.style import Theme

SCORES = np.sin(np.arange(64) ** 2 * 0.7).reshape(8, 8) * 1.6
MAXIMUM = np.maximum.accumulate(SCORES[2].reshape(4, 2).max(axis=1))
VALUES = np.cos(np.arange(48) ** 2 * 0.61).reshape(8, 6)


def seen(mobject: Mobject, tilt: float = -70.0, turn: float = 20.0) -> Group:
    """Turned as a stage's camera would see it."""
    mobject.rotate(turn * DEGREES, OUT, about_point=ORIGIN).rotate(tilt * DEGREES, RIGHT, about_point=ORIGIN)
    return Group(mobject.scale(0.6, about_point=ORIGIN))


def show_skyline(theme: Theme) -> Group:
    """The third tile of row 2 is there, and the level has risen by what lies between the lines."""
    return seen(Skyline(theme, SCORES, 2, MAXIMUM).arrive(1.9), tilt=-80, turn=10)



def show_output_bars(theme: Theme) -> Group:
    """Six features after two tiles of row 2; their place over the floor is zero."""
    row = Skyline(theme, SCORES, 2, MAXIMUM)
    return seen(OutputBars(theme, row, VALUES, VALUES[0]).follow(2), tilt=-80, turn=10)
