"""Examples of ``mathviz/mobjects/city.py``: a city of 12 × 12, and what two kernels took."""

from __future__ import annotations

import numpy as np
from manimlib import DEGREES, ORIGIN, OUT, RIGHT, Group, Mobject

from mathviz.mobjects.city import City, Kernels
from mathviz.style import Theme

STREETS = np.sin(np.arange(12)[:, None] ** 2 * 0.37 + np.arange(12) ** 2 * 0.61)


def seen(mobject: Mobject, tilt: float = -55.0, turn: float = 32.0) -> Group:
    """Turned as a stage's camera would see it, from afar."""
    mobject.rotate(turn * DEGREES, OUT, about_point=ORIGIN).rotate(tilt * DEGREES, RIGHT, about_point=ORIGIN)
    mobject.scale(0.2, about_point=ORIGIN)
    return Group(mobject)


def show_city(theme: Theme) -> Group:
    """A tile is at work, in the third row of tiles."""
    return seen(City(theme, STREETS, 6, 1 / 12).stand(14))


def show_kernels(theme: Theme) -> Group:
    """One kernel takes twice the memory of a city and three times as long as the other, which takes a fiftieth."""
    return seen(Kernels(theme, np.array([2.0, 0.02]), np.array([3.0, 1.0]), ("rival", "model")).clock(0.5))
