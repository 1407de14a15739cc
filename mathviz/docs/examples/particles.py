"""Examples of ``mathviz/mobjects/particles.py``."""

from __future__ import annotations

import numpy as np
from manimlib import DOWN, RIGHT, Dot, Group, VGroup

from mathviz.mobjects.particles import (
    ArrowField,
    Fan,
    MixDial,
    Particles,
    Plane,
    Ridge,
    TimeBar,
    Trajectories,
)
from mathviz.mobjects.text import words
from mathviz.style import Theme

PHI = np.pi * (3 - np.sqrt(5))
"""The golden angle: points k = 0, 1, … at radius √k and angle k·PHI fill a disc evenly."""


def disc(points: int, radius: float) -> np.ndarray:
    """Points [point two] that fill a disc evenly, without chance."""
    k = np.arange(points)
    return radius * np.sqrt(k / points)[:, None] * np.stack([np.cos(k * PHI), np.sin(k * PHI)], axis=1)


def circle(points: int, radius: float) -> np.ndarray:
    """Points [point two] on a circle."""
    angles = np.linspace(0, 2 * np.pi, points)
    return radius * np.stack([np.cos(angles), np.sin(angles)], axis=1)


def show_plane(theme: Theme) -> VGroup:
    """Data have their own units: ``at`` says where the point (1, 2) is on the screen."""
    plane = Plane(theme, side=4.5, reach=3)
    dot = Dot(radius=0.1).set_fill(theme["data"], 1).move_to(plane.at(np.array([1.0, 2.0])))
    return VGroup(plane, dot, words("(1, 2)", theme, role="data").next_to(dot, RIGHT, 0.15))


def show_particles(theme: Theme) -> Group:
    """A disc of 300 points shrinks from radius 3 to 1, and its colour goes from that of noise to that of data."""
    planes = VGroup(*(Plane(theme, side=3.6) for _ in range(3))).arrange(RIGHT, buff=0.6)
    clouds = Group()
    for plane, share in zip(planes, (0, 0.5, 1), strict=True):
        cloud = Particles(plane, disc(300, 3), theme, "noise", radius=0.05)
        clouds.add(cloud.show(disc(300, 3 - 2 * share)).mixed("noise", "data", share))
    return Group(planes, clouds)


def show_ridge(theme: Theme) -> VGroup:
    """Two circles on which samples should lie."""
    plane = Plane(theme, side=4)
    return VGroup(plane, Ridge(plane, [circle(100, 1.2), circle(100, 2.4)], theme))


def show_fan(theme: Theme) -> Group:
    """A noisy point and what it may have come from: 24 data, as probable as exp(−distance²/4) makes them."""
    plane, data, point = Plane(theme, side=4.5), circle(25, 1.5)[:-1], np.array([2.6, 1.4])
    chances = np.exp(-((data - point) ** 2).sum(axis=1) / 4)
    fan = Fan(plane, theme, count=24).show(point, data, chances / chances.sum())
    dots = Particles(plane, np.vstack([data, point]), theme, "data", radius=0.06)
    return Group(plane, fan, dots)


def show_trajectories(theme: Theme) -> VGroup:
    """40 points spiral inward, radius e^(−t) and angle t: the ways up to t = 1, and whole."""
    t = np.linspace(0, 2, 81)[:, None]
    turn = np.stack([np.stack([np.cos(t), -np.sin(t)], -1), np.stack([np.sin(t), np.cos(t)], -1)], -2)[:, 0]
    paths = np.exp(-t)[:, :, None] * np.einsum("tij,pj->tpi", turn, circle(41, 2.8)[:-1])
    planes = VGroup(*(Plane(theme, side=3.8) for _ in range(2))).arrange(RIGHT, buff=0.8)
    half, whole = (Trajectories(plane, paths, theme, "data") for plane in planes)
    return VGroup(*planes, half.show(0.5), whole)


def show_arrow_field(theme: Theme) -> VGroup:
    """The field 0.3 · (−y, x), which turns round zero; arrows longer than 0.5 are cut to that."""
    plane = Plane(theme, side=4.5, reach=2.2)
    places = np.stack(np.meshgrid(np.linspace(-1.8, 1.8, 7), np.linspace(-1.8, 1.8, 7)), axis=-1).reshape(-1, 2)
    vectors = 0.3 * np.stack([-places[:, 1], places[:, 0]], axis=1)
    return VGroup(plane, ArrowField(plane, places, vectors, longest=0.5, theme=theme, role="mechanism", width=3))


def show_time_bar(theme: Theme) -> VGroup:
    """The begin, a third, and the end of a process from data to noise."""
    shares = enumerate((0, 1 / 3, 1))
    return VGroup(*(TimeBar(theme, 8, "data", "noise").show(share).shift(0.7 * row * DOWN) for row, share in shares))


def show_mix_dial(theme: Theme) -> VGroup:
    """A quarter circle keeps the variance: factors cos 35° and sin 35°. A straight mix: 0.6 and 0.4."""
    angle = np.radians(35)
    kept = MixDial(theme, radius=2.4, signal="signal", noise="noise").show(np.cos(angle), np.sin(angle))
    straight = MixDial(theme, radius=2.4, signal="signal", noise="noise", straight=True).show(0.6, 0.4)
    return VGroup(kept, straight).arrange(RIGHT, buff=1.2)
