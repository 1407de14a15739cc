"""Examples of ``mathviz/mobjects/light.py``."""

from __future__ import annotations

import numpy as np
from manimlib import RIGHT, Group

from mathviz.mobjects.light import Dust, Hero, Lights, Shining, moment
from mathviz.mobjects.tint import between
from mathviz.style import Theme

PHI = np.pi * (3 - np.sqrt(5))
"""The golden angle: points k = 0, 1, … at radius √k and angle k·PHI fill a disc evenly."""


def disc(points: int, radius: float) -> np.ndarray:
    """Points [point two] that fill a disc evenly, without chance."""
    k = np.arange(points)
    return radius * np.sqrt(k / points)[:, None] * np.stack([np.cos(k * PHI), np.sin(k * PHI)], axis=1)


def flat(points: np.ndarray) -> np.ndarray:
    """Points [point two] in the plane z = 0, [point 3]."""
    return np.concatenate([points, np.zeros((len(points), 1))], axis=1)


def show_shining(theme: Theme) -> Shining:
    """Three dots of one size and opacity: drawn at 1, 4 and 16 times full."""
    dots = Shining(np.array([[-2.0, 0, 0], [0, 0, 0], [2, 0, 0]]), theme["model"], radius=0.7, glow_factor=4.0)
    dots.gain = np.array([1.0, 4.0, 16.0])
    return dots


def show_lights(theme: Theme) -> Group:
    """300 particles at the begin, in the middle and at the end of their paths, ``moment(paths, index)``."""
    paths = np.stack([flat(disc(300, 1.6)), flat(disc(300, 0.7))])
    clouds = Group()
    for index in (0.0, 0.5, 1.0):
        colours = between(theme, ("noise", "model"), (0.0, 1.0), np.full(300, index))
        clouds.add(Lights(theme, moment(paths, index), colours).shift(7 * index * RIGHT))
    return clouds


def show_dust(theme: Theme) -> Dust:
    """A river of 6000 points."""
    k = np.arange(6000)
    across = np.sin(k * 2.4) * (0.3 + 1.2 * np.linspace(0, 1, 6000) ** 2)
    points = np.stack([np.linspace(5, -5, 6000), across, 0 * across], axis=1)
    return Dust(theme, points, "noise", radius=0.02, opacity=0.6)


def show_hero(theme: Theme) -> Group:
    """One among a hundred."""
    crowd = Lights(theme, flat(disc(100, 1.8)), "noise", opacity=0.5)
    return Group(crowd, Hero(theme, np.array([0.6, 0.3, 0])))
