"""Examples of ``mathviz/mobjects/streaks.py``."""

from __future__ import annotations

import numpy as np
from manimlib import Group

from mathviz.mobjects.light import Hero
from mathviz.mobjects.streaks import Beam, GlowLine, Streaks, Trail
from mathviz.mobjects.tint import between
from mathviz.style import Theme


def wave(height: float, points: int = 40) -> np.ndarray:
    """A line of points [point 3] that swings as high as this."""
    x = np.linspace(-5, 5, points)
    return np.stack([x, height * np.sin(0.9 * x), np.zeros(points)], axis=1)


def show_streaks(theme: Theme) -> Streaks:
    """41 lines, one object, each drawn up to another index of its points."""
    heights = np.linspace(-1.5, 1.5, 41)
    paths = np.stack([wave(height) for height in heights])
    colours = between(theme, ("noise", "model"), (0.0, 1.0), np.linspace(0, 1, 40))
    return Streaks(theme, paths, colours, width=2).show(upto=39 - 12 * np.abs(heights))


def show_glow_line(theme: Theme) -> GlowLine:
    """Two roads of different strength."""
    turn = np.linspace(0, np.pi, 30)
    arc = np.stack([-4 * np.cos(turn), 1.2 * np.sin(turn), 0 * turn], axis=1)
    return GlowLine(theme, np.stack([arc, arc * [1, -0.4, 1]]), "rival", np.array([[4.0], [2.0]]))


def show_trail(theme: Theme) -> Group:
    """Where the hero was during the last 30 of 60 steps."""
    path = wave(1.2, 61)
    return Group(Trail(theme, path, tail=30).show(45.5), Hero(theme, (path[45] + path[46]) / 2))


def show_beam(theme: Theme) -> Beam:
    """From one point to 60 places, weighed by a bell."""
    height = np.linspace(-1.5, 1.5, 60)
    ends = np.stack([np.full(60, 4.0), height, np.zeros(60)], axis=1)
    return Beam(theme, np.array([-4.0, 0, 0]), ends, np.exp(-((height - 0.5) ** 2) / 0.2))
