"""Examples of ``mathviz/mobjects/landscape.py``."""

from __future__ import annotations

import numpy as np
from manimlib import RIGHT, Group

from mathviz.docs.examples.solids import seen
from mathviz.mobjects.landscape import Landscape
from mathviz.style import Theme


def show_landscape(theme: Theme) -> Group:
    """Two hills of different height, with lines along the grid and at equal heights."""
    at = np.linspace(-3, 3, 61)
    x, y = np.meshgrid(at, at)
    hills = 1.6 * np.exp(-((x - 1) ** 2 + y**2)) + np.exp(-((x + 1.2) ** 2 + (y - 0.5) ** 2))
    grid = seen(Landscape(theme, at, at, hills, limit=1.6, lines=4))
    levels = seen(Landscape(theme, at, at, hills, limit=1.6, levels=np.arange(0.1, 1.6, 0.15)))
    return Group(grid, levels).arrange(RIGHT, buff=-0.6)
