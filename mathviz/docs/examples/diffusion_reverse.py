"""Examples of ``mathviz/mobjects/diffusion_reverse.py``: 64 particles that walk to two arcs."""

from __future__ import annotations

import numpy as np
from manimlib import DEGREES, ORIGIN, OUT, RIGHT, Group, Mobject

from mathviz.mobjects.diffusion_reverse import (
    Arrows,
    Descent,
    Followed,
    Leap,
    Origins,
    River,
    StepAgo,
    Stream,
    Threads,
)
from mathviz.mobjects.light import moment
from mathviz.style import Theme

TURN, K, SHARES = np.linspace(0, np.pi, 32), np.arange(64), np.linspace(0, 1, 21)
ARCS = [side * np.stack([np.cos(TURN) - 0.5, 1.6 * np.sin(TURN)], axis=1) for side in (1, -1)]
START = np.stack([np.sin(2.4 * K), np.cos(2.4 * K)], axis=1) * np.sqrt(K)[:, None] / 4
STRAY = 0.2 * np.sin(K[:, None] + SHARES[:, None, None] * np.array([17.0, 23.0])) * (1 - SHARES)[:, None, None]
PATHS = START + SHARES[:, None, None] * (np.concatenate(ARCS) - START) + STRAY
"""[frame particle two]."""


def seen(*mobjects: Mobject) -> Group:
    """As the stage's RIVER angle sees them."""
    turned = Group(*mobjects).rotate(130 * DEGREES, OUT, about_point=ORIGIN)
    return turned.rotate(-77 * DEGREES, RIGHT, about_point=ORIGIN)


def show_river(theme: Theme) -> Group:
    """Pure noise belongs to the far pane, data to the arcs on the near one; in its bed lies dust."""
    return seen(River(theme, ARCS).filled(PATHS, SHARES**2, every=1).dim(1.0))


def show_stream(theme: Theme) -> Group:
    """After 13 of 20 frames."""
    river = River(theme, ARCS)
    return seen(river, Stream(river, PATHS, SHARES**2, size=0.035).show(13))


def show_origins(theme: Theme) -> Group:
    """From one particle, at a frame at which the nearer arc is the more probable."""
    river, path = River(theme, ARCS), PATHS[:, 40]
    ends = np.broadcast_to(np.concatenate(ARCS), PATHS.shape)
    weights = np.exp(-((ends - path[:, None]) ** 2).sum(axis=-1))
    light = Origins(river, path, ends, weights / weights.sum(axis=1, keepdims=True)).show(10)
    return seen(river, light, Followed(river, path).follow(10))


def show_leap(theme: Theme) -> Group:
    """All to one place, when 60 % of the leap is over."""
    river = River(theme, ARCS)
    return seen(river, Leap(river, START, 0 * START).show(0.6))


def show_arrows(theme: Theme) -> Group:
    """Arrows half the way to where each particle will be, and the arcs as small as they are by then."""
    river = River(theme, ARCS).filled(PATHS, SHARES).dim(0.5)
    arrows = Arrows(river, PATHS, (PATHS[::20] + PATHS[-1]) / 2, 20)
    return seen(river, Stream(river, PATHS, SHARES).show(4), arrows.follow(4))


def show_step_ago(theme: Theme) -> StepAgo:
    """A step that is over, as large as this, face-on."""
    river = River(theme, ARCS)
    step = StepAgo(river, np.zeros(2), np.array([0.2, 0.1]), np.array([1.2, -0.7]), 0.2 + START, 0.5, 0.05)
    return step.show(1.0).rotate(90 * DEGREES, OUT).rotate(-90 * DEGREES, RIGHT)


def show_descent(theme: Theme) -> Group:
    """A loss that halves and comes to lie on its floor, after 45 of 60 readings."""
    river = River(theme, ARCS)
    fall = Descent(river, 0.25 + 0.35 * np.exp(-np.arange(60) / 6), 0.24, half=2.0, unit=3.0).show(45)
    return Group(fall).rotate(90 * DEGREES, OUT).rotate(-90 * DEGREES, RIGHT)


def show_threads(theme: Theme) -> Group:
    """Half of them, as far as frame 13 of 20."""
    river = River(theme, ARCS)
    return seen(river, Threads(river, PATHS[:, ::2], 20).follow(13))


def show_followed(theme: Theme) -> Group:
    """The one among others that is followed."""
    river = River(theme, ARCS)
    hero = Followed(river, PATHS[:, 40], size=0.09).put(river.at(moment(PATHS[:, 40], 8), 0.4))
    return seen(river, Stream(river, PATHS, SHARES).show(8), hero)
