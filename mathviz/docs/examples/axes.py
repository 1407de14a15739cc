"""Examples of ``mathviz/mobjects/axes.py``."""

from __future__ import annotations

import math

import numpy as np
from manimlib import RIGHT, Group
from numpy import ndarray

from mathviz.mobjects.axes import Axes, Curve, Scale
from mathviz.style import Theme

SIDES = np.array([6 * 2**k for k in range(8)], float)


def _around(sides: ndarray) -> ndarray:
    """Half the perimeter of a regular polygon in the unit circle."""
    return sides * np.sin(math.pi / sides)


def show_scale(theme: Theme) -> Group:
    """Limits and ticks of a Scale come from the values: 1 to 40 from zero, the same on a log axis, and −0.3 to 0.8."""
    scales = (Scale.of(np.array([1, 40])), Scale.of(np.array([1, 40]), log=True), Scale.of(np.array([-0.3, 0.8])))
    return Group(*(Axes(theme, scale, scale, width=2.6, height=2.2) for scale in scales)).arrange(RIGHT, buff=1.0)


def show_axes(theme: Theme) -> Group:
    """How far Archimedes' polygons fall short of π, on log Axes: four times less for twice the sides."""
    gap = math.pi - _around(SIDES)
    axes = Axes(theme, SIDES, gap, "sides", r"$\pi - n\,\sin(\pi/n)$", 7, 3, log_x=True, log_y=True, grid=True)
    return Group(axes, axes.curve(gap, "model", SIDES, r"short of $\pi$", corner=1))


def _sums() -> tuple[ndarray, ndarray, ndarray]:
    """1 − 1/3 + 1/5 − … after k terms, and the sums on either side averaged."""
    terms = np.array([4 * (-1) ** k / (2 * k + 1) for k in range(24)])
    sums = np.cumsum(terms)
    return np.arange(1, 24, dtype=float), sums[1:], (sums[1:] + sums[:-1]) / 2


def _grown(theme: Theme) -> tuple[Axes, Curve, Curve]:
    k, sums, means = _sums()
    axes = Axes(theme, k, np.array([2.4, 3.6]), "terms", "sum", 7, 3, zero_y=False)
    return axes, axes.curve(sums, "data", k, "sum"), axes.curve(means, "model", k, "mean of two")


def show_curve(theme: Theme) -> Group:
    """Leibniz' sums for π, in growth: a Curve is shown up to an index, and its name is there once it is whole."""
    axes, sums, means = _grown(theme)
    return Group(axes, sums.show(14.5), means)


def show_marker(theme: Theme) -> Group:
    """A Marker rides on its curve: both are shown at one index."""
    axes, sums, _ = _grown(theme)
    return Group(axes, sums.show(9.0), sums.marker().show(9.0))


def show_level(theme: Theme) -> Group:
    """A Level is a value that a curve is compared with; its name gives way to those of the curves."""
    axes, sums, means = _grown(theme)
    return Group(axes, axes.level(math.pi, "target", r"$\pi$"), sums, means)


def show_area(theme: Theme) -> Group:
    """An Area lies between two curves, or a curve and a value; it ends where the curve does that it is shown with."""
    axes, sums, means = _grown(theme)
    return Group(axes, axes.area(sums, means, "error").show(14.5), sums.show(14.5), means)
