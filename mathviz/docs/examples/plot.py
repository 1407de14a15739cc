"""Examples of ``mathviz/mobjects/plot.py``."""

from __future__ import annotations

import math

import numpy as np
from manimlib import UR, VGroup

from mathviz.mobjects.plot import AddedVariances, Histograms, LinePlot
from mathviz.mobjects.text import formula, words
from mathviz.style import Theme


def show_line_plot(theme: Theme) -> VGroup:
    """e^(−t) as a line, the tangent at zero dashed, with ticks because the units are told."""
    t = np.linspace(0, 4, 100)
    plot = LinePlot(theme, width=7, height=3.2, limits=(4, 1))
    decay = plot.line(np.stack([t, np.exp(-t)], axis=1), "data")
    tangent = plot.line(np.array([[0, 1], [1, 0]]), "rival", dashed=True)
    law = formula("e^{-t}", theme).set_fill(theme["data"]).next_to(plot.at(1, np.exp(-1)), UR, 0.1)
    names = plot.name_axes(words("time", theme, role="muted"), words("left", theme, role="muted"))
    return VGroup(plot, decay, tangent, law, names, plot.tick((1, 2, 3), (0.5,)))


def show_histograms(theme: Theme) -> Histograms:
    """Heads among 20 tosses of a coin, filled; the Poisson distribution of the same mean, outlined."""
    binomial = np.array([math.comb(20, k) / 2**20 for k in range(21)])
    poisson = np.array([math.exp(-10) * 10**k / math.factorial(k) for k in range(21)])
    return Histograms(binomial, poisson, theme, width=8, height=3)


def show_added_variances(theme: Theme) -> AddedVariances:
    """Independent kicks of variances 0.16 and 0.25 are together one of 0.41."""
    return AddedVariances((0.16, 0.25), theme, length=2.1)
