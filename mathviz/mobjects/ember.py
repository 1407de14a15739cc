"""Colours of signed values that are summed: an ember, which glows more the more is in it; and what a veil leaves."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy import ndarray

from mathviz.mobjects.mesh import Mesh, coloured, sheet
from mathviz.mobjects.tint import between, is_dark, mixed
from mathviz.style import Theme

STOPS = (-0.25, -0.06, 0.0, 0.06, 0.14, 0.27, 0.48, 0.72, 1.0)
DARK = ("#8ADCFF", "#1D4A66", "#171D2E", "#4A2430", "#93392A", "#D9660F", "#FFAB2E", "#FFE09A", "#FFF6E2")
LIGHT = ("#0A66B8", "#8FC0EC", "#FAF9F6", "#FBE3C4", "#F2AE55", "#DE7410", "#AE4704", "#6E2A00", "#401400")
"""Shares of the largest sum, and their colours: a fourth of it glows already, since one gradient must be seen too."""

VEILED = {True: "#0F1524", False: "#E7E9F1"}
"""What is veiled goes to: night on a dark page, porcelain on a light one. Cool, so that what is lit is warm."""


@dataclass(frozen=True)
class Ember:
    """The colours of what ``ranks`` sum, ``limit`` being the largest magnitude of a sum."""

    theme: Theme
    limit: float
    ranks: int

    def shares(self, values: ndarray | float) -> ndarray:
        """Where numbers lie between 0 and ±1 on the scale: one gradient's share is the same for any N."""
        shares = np.asarray(values, float) / self.limit
        return np.sign(shares) * np.abs(shares) ** (np.log(4) / np.log(max(self.ranks, 2)))

    def scale(self, least: float, width: float = 2.2, height: float = 0.26) -> Mesh:
        """The colours of all values from ``least`` to the limit, evenly; to be shown in the text layer."""
        values = np.linspace(least, self.limit, 65)
        points = np.stack(np.broadcast_arrays(np.linspace(0, width, 65), height * np.arange(2)[:, None], 0.0), axis=-1)
        colours = coloured(ember(self.theme, self.shares(values)), 1.0)
        return Mesh(sheet(points, np.broadcast_to(colours, (2, 65, 4))), depth_test=False)


def ember(theme: Theme, shares: ndarray) -> ndarray:
    """Colours [… rgb] of signed shares of the largest sum."""
    codes = DARK if is_dark(theme) else LIGHT
    return between(theme, tuple(_rgb(code) for code in codes), STOPS, shares)


def veiled(theme: Theme, colours: ndarray, lit: float | ndarray) -> ndarray:
    """Colours [… rgb] of which ``lit`` […] is left under a veil."""
    return mixed(_rgb(VEILED[is_dark(theme)]), colours, lit)


def _rgb(code: str) -> ndarray:
    return np.array([int(code[k : k + 2], 16) / 255 for k in (1, 3, 5)])
