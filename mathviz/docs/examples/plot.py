"""Examples of ``mathviz/mobjects/plot.py``."""

from __future__ import annotations

import math

import numpy as np
from manimlib import RIGHT, VGroup

from mathviz.mobjects.plot import AddedVariances, Histograms, LinePlot
from mathviz.mobjects.text import formula, words
from mathviz.style import Theme


def show_line_plot(theme: Theme) -> VGroup:
    """e^(−t) as a line, the tangent at zero dashed, with ticks because the units are told."""
    t = np.linspace(0, 4, 100)
    plot = LinePlot(theme, width=7, height=3.2, limits=(4, 1))
    decay = plot.line(np.stack([t, np.exp(-t)], axis=1), "data")
    tangent = plot.line(np.array([[0, 1], [1, 0]]), "rival", dashed=True)
    law = formula("e^{-t}", theme).set_fill(theme["data"]).next_to(plot.at(1.4, 0.25), RIGHT, 0.2)
    names = plot.name_axes(words("time", theme, role="muted"), words("left", theme, role="muted"))
    names.shift(0.6 * np.array([-1.0, -0.6, 0]))
    return VGroup(plot, decay, tangent, law, names, plot.tick((1, 2, 3, 4), (0.5, 1)))


def show_histograms(theme: Theme) -> Histograms:
    """Heads among 20 tosses of a coin, binomial; over it the normal curve of the same mean and variance."""
    heads = np.arange(21)
    binomial = np.array([math.comb(20, k) for k in heads]) / 2**20
    normal = np.exp(-((heads - 10) ** 2) / 10) / np.sqrt(10 * np.pi)
    return Histograms(binomial, normal, theme, width=8, height=3)


def show_added_variances(theme: Theme) -> AddedVariances:
    """Independent kicks of variances 0.09 and 0.16 are together one of 0.25."""
    return AddedVariances((0.09, 0.16), theme, length=1.9)
