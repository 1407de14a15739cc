"""Stacks of storeys around a table: one storey for each gradient inside, a lid of values on the top one, and light."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy import ndarray

from mathviz.mobjects.ember import ember, veiled
from mathviz.mobjects.exchange import SEAM, STOREY
from mathviz.mobjects.mesh import NOTHING, Triangles, coloured, join, sheet
from mathviz.mobjects.seating import Seating
from mathviz.mobjects.solids import Wedges
from mathviz.mobjects.tint import is_dark, rgb, thin
from mathviz.style import Theme

LID = 0.10
"""Height of the lid that carries values, in scene units."""

GREY = 0.15
"""How much greyer sides are on a light page: little, since they tell what has arrived."""

ALONG, UPWARD = 13, 6
"""Points of a light along its arc and upwards."""

SOFT = 6.0
"""A light fades in over one such part of its arc, and out over another: it has no edges."""


@dataclass(frozen=True)
class Drawn:
    """Stacks, and apart from them their lids, which no floor gives back; the cells [cell 7] that bloom, as places and
    colours; the light that rises from some."""

    walls: Triangles = NOTHING
    lids: Triangles = NOTHING
    bloom: ndarray = field(default_factory=lambda: np.zeros((0, 7)))
    light: Triangles = NOTHING

    def __add__(self, other: Drawn) -> Drawn:
        return Drawn(join(self.walls, other.walls), join(self.lids, other.lids),
                     np.concatenate([self.bloom, other.bloom]), join(self.light, other.light))  # fmt: skip


@dataclass(frozen=True)
class Stacks:
    """Some stacks, each array [stack …]: where they stand, how many storeys they have, and what is on their lids.

    ``shares`` [stack element] are the lid's values on the scale of colours; ``paint`` [stack rgb] is the top storey's
    colour; ``lit`` what a veil leaves; ``foot`` the height at which they stand; ``turn`` how many ranks they are
    turned; ``squeeze`` what is left of their height; ``shine`` how much light their top storey gives, 0 to 1.
    """

    ranks: ndarray
    chunks: ndarray
    counts: ndarray
    shares: ndarray
    paint: ndarray
    lit: ndarray
    shine: ndarray
    foot: ndarray
    turn: ndarray
    squeeze: ndarray
    inflate: float = 0.0

    def draw(self, theme: Theme, seats: Seating, columns: int) -> Drawn:
        """Them on a table; a row of the lid has ``columns`` cells."""
        radii, angles = seats.place(self.ranks, self.chunks)
        radii = radii + np.array([-self.inflate, self.inflate])
        angles = angles + (seats.middle(self.turn) - np.pi)[:, None]
        owner = np.repeat(np.arange(len(self.ranks)), self.counts.astype(int))
        level = np.concatenate([np.arange(count) for count in self.counts.astype(int)])
        top = level == self.counts[owner] - 1
        low, high = level * (STOREY + SEAM), level * (STOREY + SEAM) + STOREY - LID * top
        plain = rgb(theme, "mechanism")
        paint = np.where(top[:, None], self.paint[owner], plain)
        deep = (level + 1) / self.counts[owner]  # the light is on top
        side = veiled(theme, paint, (0.15 + 0.85 * self.lit[owner]) * (0.5 + 0.5 * deep))
        hot = np.where(top, 0.15 + 0.6 * self.shine[owner], 0.0)
        foot, squeeze = self.foot[owner], self.squeeze[owner]
        feet, tops = np.maximum(foot + low * squeeze, 0.0), foot + high * squeeze
        seen = tops > feet
        walls = Wedges(theme, radii[owner][seen], angles[owner][seen], foot=feet[seen], top=tops[seen],
                       side=side[seen], heat=hot[seen], grey=GREY)  # fmt: skip
        lid = foot[top] + (high[top] + LID) * squeeze[top]
        cells = veiled(theme, ember(theme, self.shares), self.lit[:, None])
        lids = Wedges(theme, radii, angles, foot=lid - LID * squeeze[top], top=lid, side=side[top],
                      grid=(self.shares.shape[1] // columns, columns), values=cells, heat=0.6, grey=GREY)  # fmt: skip
        return Drawn(walls.triangles, lids.triangles, self._bloom(theme, lids.cells.mean(axis=2), lid),
                     self._light(theme, radii, angles, lid))  # fmt: skip

    def _bloom(self, theme: Theme, cells: ndarray, height: ndarray) -> ndarray:
        """Cells [stack cell 2] of large values, which bloom on a dark page."""
        hot = np.clip(np.abs(self.shares) - 0.3, 0, 1) / 0.7 * self.lit[:, None]
        points = np.concatenate([cells, np.broadcast_to(height[:, None, None] + 0.03, (*hot.shape, 1))], axis=-1)
        glow = coloured(ember(theme, self.shares), 0.45 * hot)
        return np.concatenate([points, glow], axis=-1)[hot > 0.05]

    def _light(self, theme: Theme, radii: ndarray, angles: ndarray, height: ndarray) -> Triangles:
        """The light that stacks which shine give off at both edges of their lids: up, and down their walls."""
        on = self.shine > 1e-3
        if not on.any():
            return NOTHING
        edges = np.concatenate([radii[on, 1] + 0.02, radii[on, 0] - 0.02])
        ends, z, paint = (np.tile(each[on], (2, *[1] * (each.ndim - 1))) for each in (angles, height, self.paint))
        bright = np.tile(self.shine[on] * self.lit[on], 2)
        up = shining(edges, ends, z, paint, 0.4 * bright, 0.7)
        return join(up, shining(edges, ends, z, paint, 0.5 * bright, -0.5))


def wire(theme: Theme) -> ndarray:
    """The colour [rgb] of solids that are messages: on a light page a clearer one of the role's own hue."""
    return rgb(theme, "model") if is_dark(theme) else np.array([0.690, 0.740, 0.0])


def finished(theme: Theme) -> ndarray:
    """The colour [rgb] of what holds every rank's gradient: the brighter one of its role, because it gives light."""
    return thin(theme, "target")


def shining(
    radii: ndarray, ends: ndarray, heights: ndarray, paint: ndarray, strength: ndarray | float, reach: float = 0.7,
) -> Triangles:  # fmt: skip
    """Light over arcs, each array [arc …], between two angles, ``ends`` [arc 2], that dies as it rises by ``reach``
    scene units, or falls if that is negative."""
    share, fall = np.linspace(0, 1, ALONG), np.linspace(0, 1, UPWARD)[:, None]
    angle = (ends[:, :1] + (ends[:, 1:] - ends[:, :1]) * share)[:, None]
    radii, heights = radii[:, None, None], heights[:, None, None] + reach * fall
    points = np.stack(np.broadcast_arrays(radii * np.cos(angle), radii * np.sin(angle), heights), axis=-1)
    soft = np.clip(SOFT * np.minimum(share, 1 - share), 0, 1)
    alpha = np.broadcast_to(strength, len(points))[:, None, None] * (1 - fall) ** 2 * soft
    colours = coloured(np.broadcast_to(paint, (len(points), 3))[:, None, None], alpha)
    _, _, one = sheet(points[0], colours[0])
    corners = (one + ALONG * UPWARD * np.arange(len(points))[:, None, None]).reshape(-1, 3)
    return points.reshape(-1, 3), colours.reshape(-1, 4), corners
