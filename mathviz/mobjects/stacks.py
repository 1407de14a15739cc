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
from mathviz.mobjects.tint import is_dark, rgb
from mathviz.style import Theme

LID = 0.10
"""Height of the lid that carries values, in scene units."""


@dataclass(frozen=True)
class Drawn:
    """Stacks, the cells [cell 7] of them that bloom, as places and colours, and the light that rises from some."""

    walls: Triangles = NOTHING
    bloom: ndarray = field(default_factory=lambda: np.zeros((0, 7)))
    light: Triangles = NOTHING

    def __add__(self, other: Drawn) -> Drawn:
        return Drawn(join(self.walls, other.walls), np.concatenate([self.bloom, other.bloom]),
                     join(self.light, other.light))  # fmt: skip


@dataclass(frozen=True)
class Stacks:
    """Some stacks, each array [stack …]: where they stand, how many storeys they have, and what is on their lids.

    ``shares`` [stack element] are the lid's values on the scale of colours; ``paint`` [stack rgb] is the top storey's
    colour; ``lit`` what a veil leaves; ``foot`` the height at which they stand; ``turn`` how many ranks they are
    turned; ``squeeze`` what is left of their height; ``shine`` how much light rises from them, 0 to 1.
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
        foot, squeeze = self.foot[owner], self.squeeze[owner]
        feet, tops = np.maximum(foot + low * squeeze, 0.0), foot + high * squeeze
        seen = tops > feet
        walls = Wedges(theme, radii[owner][seen], angles[owner][seen], foot=feet[seen], top=tops[seen],
                       side=side[seen], heat=np.where(top, 0.15, 0.0)[seen])  # fmt: skip
        lid = foot[top] + (high[top] + LID) * squeeze[top]
        cells = veiled(theme, ember(theme, self.shares), self.lit[:, None])
        lids = Wedges(theme, radii, angles, foot=lid - LID * squeeze[top], top=lid, side=side[top],
                      grid=(self.shares.shape[1] // columns, columns), values=cells, heat=0.6)  # fmt: skip
        return Drawn(join(walls.triangles, lids.triangles), self._bloom(theme, lids.cells.mean(axis=2), lid),
                     self._light(theme, radii, angles, lid))  # fmt: skip

    def _bloom(self, theme: Theme, cells: ndarray, height: ndarray) -> ndarray:
        """Cells [stack cell 2] of large values, which bloom on a dark page."""
        hot = np.clip(np.abs(self.shares) - 0.35, 0, 1) / 0.65 * self.lit[:, None]
        points = np.concatenate([cells, np.broadcast_to(height[:, None, None] + 0.03, (*hot.shape, 1))], axis=-1)
        glow = coloured(ember(theme, self.shares), 0.32 * hot)
        return np.concatenate([points, glow], axis=-1)[hot > 0.05]

    def _light(self, theme: Theme, radii: ndarray, angles: ndarray, height: ndarray) -> Triangles:
        """The light that rises from the outer edge of complete stacks."""
        rays = [rising(theme, "target", outer, ends, z, 0.16 * shine)
                for (_, outer), ends, z, shine in zip(radii, angles, height, self.shine, strict=True)
                if shine > 0]  # fmt: skip
        return join(*rays) if rays else NOTHING


def wire(theme: Theme) -> ndarray:
    """The colour [rgb] of solids that are messages: on a light page a clearer one of the role's own hue."""
    return rgb(theme, "model") if is_dark(theme) else np.array([0.557, 0.588, 0.0])


def rising(theme: Theme, role: str, radius: float, ends: ndarray, height: float, strength: float) -> Triangles:
    """Light over an arc between two angles, ``ends`` [2], that dies with the height."""
    angle, up = np.linspace(ends[0], ends[1], 13), np.linspace(0, 1, 6)[:, None]
    points = np.stack(np.broadcast_arrays(radius * np.cos(angle), radius * np.sin(angle), height + 0.7 * up), axis=-1)
    alpha = np.broadcast_to(strength * (1 - up) ** 2, points.shape[:2])
    return sheet(points, coloured(rgb(theme, role), alpha))
