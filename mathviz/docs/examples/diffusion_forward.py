"""Examples of ``mathviz/mobjects/diffusion_forward.py``: an arc that melts, and a walk of 64 steps from its end."""

from __future__ import annotations

import numpy as np
from manimlib import Group

from mathviz.docs.examples.diffusion_reverse import ARCS, START, seen
from mathviz.mobjects.diffusion_forward import Horn, Outflow, Outline, Panes, Steps, UpTo, Walk
from mathviz.mobjects.diffusion_reverse import Leap
from mathviz.style import Theme

SIGNAL = np.linspace(1, 0, 65)
NOISE = np.sqrt(1 - SIGNAL**2)
BEGIN = ARCS[1][-1]
STOPS = SIGNAL[:, None] * BEGIN + 0.5 * np.cumsum(np.sin(np.arange(65)[:, None] ** 2 * np.array([1.0, 2.0])), 0) / 4
"""[moment two]."""

ENDS = np.concatenate(ARCS)


def show_outflow(theme: Theme) -> Group:
    """Data belong to the arcs on the near pane, noise to the far one."""
    return seen(Outflow(theme, ARCS))


def show_outline(theme: Theme) -> Group:
    """After a third of the time."""
    river = Outflow(theme, ARCS)
    return seen(river, Outline(river, SIGNAL).follow(21))


def show_horn(theme: Theme) -> Group:
    """From the end of an arc, after half of the time; the ring inside is of one standard deviation."""
    river = Outflow(theme, ARCS)
    return seen(river.ridges, Horn(river, BEGIN, SIGNAL, NOISE, 32))


def show_walk(theme: Theme) -> Group:
    """Of its 64 steps eight are taken for one."""
    river = Outflow(theme, ARCS)
    return seen(river.ridges, Walk(river, STOPS, SIGNAL, 0.8).fuse(3))


def show_up_to(theme: Theme) -> Group:
    """Leaps from one place to half of the river."""
    river = Outflow(theme, ARCS)
    leaps = Leap(UpTo(river, 0.5), np.tile(BEGIN, (len(START), 1)), 0.8 * START + 0.5 * BEGIN, "target")
    return seen(river.ridges, leaps.show(1))


def show_steps(theme: Theme) -> Group:
    """One and a half of two steps, and where the first might have led."""
    river = Outflow(theme, ARCS)
    before = np.array([[-1.2, -0.8], [0.2, 0.4]])
    stops = np.stack([before, 0.8 * before, np.concatenate([before[1:], [[1.1, 1.3]]])], axis=1)
    might = 0.8 * before[0] + 0.5 * START
    return seen(Steps(river, stops, might, 0.8 * might[::-1], 0.5, size=0.05).show(1.5))


def show_panes(theme: Theme) -> Group:
    """Leaps to two moments; the second is on its way."""
    river = Outflow(theme, ARCS)
    few = slice(None, None, 3)
    clouds = np.array([(1 - at) * ENDS[few] + at * START[few] for at in (0.4, 0.8)])
    return seen(river.ridges, Panes(river, ENDS[few], clouds, np.array([0.4, 0.8])).leap(1.6))
