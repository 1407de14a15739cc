"""Examples of ``mathviz/mobjects/rods.py``."""

from __future__ import annotations

import numpy as np
from manimlib import Group

from mathviz.docs.examples.solids import seen
from mathviz.mobjects.rods import Rods
from mathviz.style import Theme


def show_rods(theme: Theme) -> Group:
    """Ten steps of a tenth of what is sent, and four steps that send all of it, when that costs as much as a step."""
    return seen(Rods(theme, np.array([10, 4]), np.array([0.1, 1.0]), ("model", "rival")).show(1.0)).scale(0.6).center()
