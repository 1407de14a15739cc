"""Examples of ``mathviz/mobjects/glass.py``."""

from __future__ import annotations

import numpy as np
from manimlib import DEGREES, UP, Group

from mathviz.docs.examples.solids import seen
from mathviz.mobjects.glass import Curtain, FloorGrid, Pane, Pool
from mathviz.mobjects.solids import Blocks
from mathviz.style import Theme


def show_pane(theme: Theme) -> Group:
    """Three panes from back to front; the middle one matters."""
    square = 1.2 * np.array([[-1, -1, 0], [1, -1, 0], [1, 1, 0], [-1, 1, 0]])
    panes = [Pane(theme, square + np.array([0, 0, 2.4 * k])) for k in (-1, 0, 1)]
    panes[1] = Pane(theme, square, "data", fill=0.05, edge=0.55)
    return Group(*panes).rotate(-55 * DEGREES, UP)


def show_curtain(theme: Theme) -> Group:
    """Three sides of a square, and a brick that is meant."""
    square = 0.5 * np.array([[-1, 1, 2], [-1, -1, 2], [1, -1, 2], [1, 1, 2]])
    return seen(Blocks(theme, np.zeros((1, 2)), 1.0, side="target"), Curtain(theme, square))


def show_pool(theme: Theme) -> Pool:
    """As bright as it gets is not bright: it keeps the page from being flat."""
    return Pool(theme)


def show_floor_grid(theme: Theme) -> Group:
    """A floor around one tower."""
    return seen(FloorGrid(theme, reach=2.4, step=0.6), Blocks(theme, np.zeros((1, 2)), 0.8))
