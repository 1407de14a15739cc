"""Examples of ``mathviz/mobjects/mesh.py``."""

from __future__ import annotations

import numpy as np

from mathviz.mobjects.mesh import Mesh, coloured, sheet
from mathviz.mobjects.tint import between
from mathviz.style import Theme


def show_mesh(theme: Theme) -> Mesh:
    """A twisted ribbon of 2 × 65 points whose colour goes from one role to another."""
    turns = np.linspace(0, 3 * np.pi, 65)
    edge = np.stack([turns - 1.5 * np.pi, np.cos(turns), np.sin(turns)], axis=1)
    colours = between(theme, ("data", "mechanism"), (0.0, 1.0), np.linspace(0, 1, 65))
    return Mesh(sheet(np.stack([edge, edge * [1, -0.4, -0.4]]), coloured(colours, 1.0)))
