"""Examples of ``mathviz/mobjects/image.py``."""

from __future__ import annotations

import numpy as np
from manimlib import DOWN, Group

from mathviz.mobjects.image import HeatMap, MagnitudeScale, Pixels
from mathviz.style import Theme


def show_pixels(theme: Theme) -> Pixels:
    """cos x · cos y on a grid of 12 × 36, one even patch for each value, coloured by sign and size."""
    y, x = np.meshgrid(np.linspace(0, 2 * np.pi, 12), np.linspace(0, 6 * np.pi, 36), indexing="ij")
    return Pixels(theme.signed_pixels(np.cos(x) * np.cos(y), limit=1), height=3.2)


def show_heat_map(theme: Theme) -> HeatMap:
    """The density of a standard normal distribution in the plane, 24 × 48 values."""
    y, x = np.meshgrid(np.linspace(-2, 2, 24), np.linspace(-4, 4, 48), indexing="ij")
    density = np.exp(-(x**2 + y**2) / 2) / (2 * np.pi)
    return HeatMap(density, limit=density.max(), theme=theme, width=7, height=3.5)


def show_magnitude_scale(theme: Theme) -> Group:
    """The weights of a softmax over 16 scores k/4, and what their colours stand for."""
    weights = np.exp(np.arange(16) / 4)
    weights /= weights.sum()
    heat = HeatMap(weights[None], limit=0.2, theme=theme, width=8, height=0.6)
    return Group(heat, MagnitudeScale(theme, limit=0.2, name="weight")).arrange(DOWN, buff=0.5)
