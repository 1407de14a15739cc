"""Examples of ``mathviz/mobjects/optimal_transport.py``: sixty grains, from a pile of three places into two holes."""

from __future__ import annotations

import numpy as np
from manimlib import DEGREES, ORIGIN, OUT, RIGHT, Group, Mobject

from mathviz.mobjects.optimal_transport import Flights, Sand, Table
from mathviz.style import Theme

ROWS, COLUMNS = np.array([-0.2, 0.0, 0.2]), np.array([-0.6, -0.4, 0.4, 0.6])
ROW, COLUMN = np.repeat([0, 1, 2], [15, 30, 15]), np.repeat([0, 1, 2, 3], [20, 10, 10, 20])


def seen(*mobjects: Mobject, tilt: float = -85.0, turn: float = 0.0) -> Group:
    """Turned as a stage's camera would see it."""
    turned = Group(*mobjects).rotate(turn * DEGREES, OUT, about_point=ORIGIN)
    return turned.rotate(tilt * DEGREES, RIGHT, about_point=ORIGIN)


def show_sand(theme: Theme) -> Group:
    """Half of the time is over."""
    return seen(Sand(theme, ROWS, COLUMNS, ROW, COLUMN).fly(0.5))


def show_flights(theme: Theme) -> Group:
    """Two flights that cross, half-way to those that do not."""
    crossed = Sand(theme, ROWS, COLUMNS, ROW, COLUMN[::-1])
    kept = Sand(theme, ROWS, COLUMNS, ROW, COLUMN)
    flights = Flights(theme, crossed.way(5), crossed.way(50), (kept.way(5), kept.way(50)))
    return seen(crossed, flights.swap(0.5))


def show_table(theme: Theme) -> Group:
    """The cheapest plan between them, a staircase."""
    plan = np.zeros((3, 4))
    np.add.at(plan, (ROW, COLUMN), 1 / len(ROW))
    return seen(Table(theme, ROWS, COLUMNS, plan.sum(axis=1), plan.sum(axis=0)).show(plan), tilt=-60, turn=30)
