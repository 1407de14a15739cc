"""Examples of ``mathviz/mobjects/transport.py``."""

from __future__ import annotations

import math

import numpy as np
from manimlib import Group

from mathviz.mobjects.particles import Particles, Plane
from mathviz.mobjects.transport import PlanTable, Segments
from mathviz.style import Theme


def show_plan_table(theme: Theme) -> Group:
    """Two binomial piles and the plan that sends every grain anywhere: mass is the product of the piles'."""
    source, target = (np.array([math.comb(11, k) * p**k * (1 - p) ** (11 - k) for k in range(12)]) for p in (0.3, 0.6))
    plan = np.outer(source, target)
    table = PlanTable(theme, source, target, limit=plan.max(), side=3.6)
    table.show(table.picture(plan))
    return Group(table, table.row(3).set_stroke(theme["model"], 4))


def show_segments(theme: Theme) -> Group:
    """Twenty-four points on a circle, each with its image after a turn by 50° and a stretch by two."""
    angles = np.arange(24) * np.pi / 12
    starts = 1.3 * np.stack([np.cos(angles), np.sin(angles)], axis=1)
    ends = 2.6 * np.stack([np.cos(angles + np.radians(50)), np.sin(angles + np.radians(50))], axis=1)
    plane = Plane(theme, side=4.5)
    lines = Segments(plane, starts, ends, theme, "mechanism")
    dots = Particles(plane, starts, theme, "noise", 0.06), Particles(plane, ends, theme, "data", 0.06)
    return Group(plane, lines, *dots)
