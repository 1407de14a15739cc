"""Examples of ``mathviz/mobjects/optimal_transport.py``: sixty grains, from a pile of three places into two holes."""

from __future__ import annotations

import numpy as np
from manimlib import DEGREES, ORIGIN, RIGHT, Group, Mobject

from mathviz.mobjects.optimal_transport import Flights, Sand
from mathviz.style import Theme

ROWS, COLUMNS = np.array([-0.2, 0.0, 0.2]), np.array([-0.6, -0.4, 0.4, 0.6])
ROW, COLUMN = np.repeat([0, 1, 2], [15, 30, 15]), np.repeat([0, 1, 2, 3], [20, 10, 10, 20])


def seen(*mobjects: Mobject) -> Group:
    """From the front, smaller."""
    return Group(*mobjects).rotate(-90 * DEGREES, RIGHT, about_point=ORIGIN).scale(0.45)


def show_sand(theme: Theme) -> Group:
    """Half of the time is over."""
    return seen(Sand(theme, ROWS, COLUMNS, ROW, COLUMN).fly(0.5))


def show_flights(theme: Theme) -> Group:
    """Two flights, one over the other, half-way to each other's goals."""
    crossed = Sand(theme, ROWS, COLUMNS, ROW, COLUMN[::-1])
    kept = Sand(theme, ROWS, COLUMNS, ROW, COLUMN)
    flights = Flights(theme, *(np.array([sand.way(8), sand.way(50)]) for sand in (crossed, kept)))
    return seen(crossed.lit(0.4), flights.swap(0.5))
