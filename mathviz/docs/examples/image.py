"""Examples of ``mathviz/mobjects/image.py``."""

from __future__ import annotations

import numpy as np
from manimlib import DOWN, Group

from mathviz.mobjects.image import ColourScale, Pixels
from mathviz.style import Theme


def show_pixels(theme: Theme) -> Pixels:
    """cos x · cos y on a grid of 12 × 36, one even patch for each value, coloured by sign and size."""
    y, x = np.meshgrid(np.linspace(0, 2 * np.pi, 12), np.linspace(0, 6 * np.pi, 36), indexing="ij")
    return Pixels(theme.signed_pixels(np.cos(x) * np.cos(y), limit=1), height=3.2)


def show_colour_scale(theme: Theme) -> Group:
    """A cosine on the diverging map and its square on the sequential one, each with the ColourScale of its values."""
    wave = np.cos(np.linspace(0, 6 * np.pi, 96))[None]
    rows = (
        Group(Pixels(theme.signed_pixels(wave, 1), 0.6), ColourScale(theme, 1, "cosine", signed=True)),
        Group(Pixels(theme.magnitude(wave**2, 1), 0.6), ColourScale(theme, 1, "its square")),
    )
    for image, scale in rows:
        scale.next_to(image.set_width(8, stretch=True), DOWN, 0.3)
    return Group(*rows).arrange(DOWN, buff=0.6)
