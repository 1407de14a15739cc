"""Examples of ``mathviz/mobjects/plan_table.py``: the plan of sixty grains, from three places to four."""

from __future__ import annotations

import numpy as np
from manimlib import DEGREES, ORIGIN, OUT, RIGHT, Group, Mobject

from mathviz.mobjects.plan_table import Table, Valley
from mathviz.style import Theme

ROWS, COLUMNS = np.array([-0.2, 0.0, 0.2]), np.array([-0.6, -0.4, 0.4, 0.6])
PLAN = np.array([[15, 0, 0, 0], [5, 10, 10, 5], [0, 0, 0, 15]]) / 60
ROW_PRICE, COLUMN_PRICE = np.array([0.08, 0.0, 0.08]), np.array([0.08, 0.0, 0.0, 0.08])


def seen(*mobjects: Mobject, tilt: float = -60.0, turn: float = -40.0) -> Group:
    """Turned as a stage's camera would see it."""
    turned = Group(*mobjects).rotate(turn * DEGREES, OUT, about_point=ORIGIN)
    return turned.rotate(tilt * DEGREES, RIGHT, about_point=ORIGIN).scale(0.42)


def laid_out(theme: Theme) -> Table:
    """The plan on its table, between its two shadows."""
    return Table(theme, ROWS, COLUMNS, PLAN.sum(axis=1), PLAN.sum(axis=0)).show(PLAN)


def show_table(theme: Theme) -> Group:
    """The sand in the middle splits its way; the floor is left out."""
    return seen(*laid_out(theme).submobjects[1:])


def show_valley(theme: Theme) -> Group:
    """Prices that leave nothing where sand moves."""
    table = laid_out(theme)
    slack = (ROWS[:, None] - COLUMNS) ** 2 - ROW_PRICE[:, None] - COLUMN_PRICE
    valley = Valley(theme, table, slack - slack.min(), ROW_PRICE, COLUMN_PRICE, rise=5.0, limit=0.6)
    return seen(*table.submobjects[1:], valley)
