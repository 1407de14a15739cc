"""Examples of ``mathviz/mobjects/value_city.py``: a board of three by three, whose goal is in a corner."""

from __future__ import annotations

from typing import Any

import numpy as np
from manimlib import DEGREES, ORIGIN, OUT, RIGHT, Group

from mathviz.mobjects.value_city import STEPS, Detour, News, Signs, ValueCity, Walkers, Wave
from mathviz.style import Theme

KINDS = np.array([0, 0, 0, 0, 1, 0, 0, 0, 2])
VALUES = np.array([0.73, 0.81, 0.9, 0.81, 0.9, 1.0, 0.9, 1.0, 0.0])
KNOWN = np.array([4, 3, 2, 3, 2, 1, 2, 1, 0])
SWEPT = np.array([np.where(sweep >= KNOWN, VALUES, 0.0) for sweep in range(6)])
TOLD = np.array([1, 2, 5, 6, 5, 8, 7, 8, 8])


def seen(*mobjects: Any) -> Group:
    """Turned as a stage's camera would see it, smaller, and without the ground around."""
    mobjects[0].remove(mobjects[0].floor)
    group = Group(*mobjects).rotate(28 * DEGREES, OUT, about_point=ORIGIN)
    return group.rotate(-55 * DEGREES, RIGHT, about_point=ORIGIN).scale(0.3, about_point=ORIGIN)


def show_value_city(theme: Theme) -> Group:
    """What is worth less than nothing hangs below the ground; hatched is mud."""
    return seen(ValueCity(theme, KINDS).show(VALUES - 0.85 * (KNOWN == 3)))


def show_news(theme: Theme) -> Group:
    """Two neighbours tell the first cell what they are worth."""
    city = ValueCity(theme, KINDS).show(VALUES)
    lids = city.lids(0.1)
    return seen(city, News(theme, 2).fly(lids[[1, 3]], lids[[0, 0]], 0.6))


def show_wave(theme: Theme) -> Group:
    """News of the goal is on its way in the third sweep."""
    city = ValueCity(theme, KINDS)
    return seen(city, Wave(city, SWEPT, TOLD, KNOWN).show(2.45))


def show_walkers(theme: Theme) -> Group:
    """Three ways from the first cell; one of them bumps into the edge."""
    city = ValueCity(theme, KINDS)
    ways = np.array([city.way(each) for each in ([0, 1, 2, 5, 8], [0, 3, 4, 7, 8], [0, 0, 3, 6, 7])])
    assert len(ways[0]) == 4 * STEPS + 1
    return seen(city, Walkers(theme, ways).show(3.5))


def show_detour(theme: Theme) -> Group:
    """When both are equally good, both are seen."""
    city = ValueCity(theme, KINDS).show(VALUES)
    return seen(city, Detour(city, ([0, 1, 2, 5, 8], [0, 1, 4, 5, 8])).show(0.4))


def show_signs(theme: Theme) -> Group:
    """All best moves: where two are equal, both."""
    city = ValueCity(theme, KINDS).show(VALUES)
    moves = np.zeros((9, 4))
    moves[[0, 1, 3, 4, 6, 7], 1] = moves[[0, 1, 2, 3, 4, 5], 2] = 1
    return seen(city, Signs(city, moves))
