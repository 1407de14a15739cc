"""Examples of ``mathviz/mobjects/solids.py``."""

from __future__ import annotations

import numpy as np
from manimlib import DEGREES, OUT, RIGHT, Group, Mobject

from mathviz.mobjects.solids import Blocks, Reflection, Solids, Wedges
from mathviz.mobjects.tint import toned
from mathviz.style import Theme


def seen(*mobjects: Mobject) -> Group:
    """As a camera sees them that stands before them, higher up: theta -30°, phi 60°."""
    return Group(*mobjects).rotate(30 * DEGREES, OUT, about_point=np.zeros(3)).rotate(-60 * DEGREES, RIGHT)


def plot(side: int, step: float) -> np.ndarray:
    """The places of a square of ``side`` × ``side`` blocks around the middle, [block 2]."""
    at = step * (np.arange(side) - (side - 1) / 2)
    return np.stack(np.meshgrid(at, at), axis=-1).reshape(-1, 2)


def show_solids(theme: Theme) -> Group:
    """Outlines of one's own: three hexagonal columns of different height and role."""
    corner = np.radians([180, 120, 60, 0])
    half = 0.8 * np.stack([np.cos(corner), np.sin(corner)], axis=1)
    middles = np.array([[-2.0, 0], [0, 0], [2, 0]])[:, None]
    columns = Solids(theme, half * [1, -1] + middles, half + middles, top=np.array([0.6, 1.2, 1.8]))
    return seen(columns.show(heat=np.array([0, 0.5, 1.0])))


def show_blocks(theme: Theme) -> Group:
    """A city of 144 towers in one mesh; what is context is toned down to a third."""
    places = plot(12, 0.42)
    heights = 0.2 + 2.2 * np.exp(-(places**2).sum(axis=1) / 1.6)
    sides = np.where((heights > 1)[:, None], toned(theme, "model", 1.0), toned(theme, "data", 0.35))
    return seen(Blocks(theme, places, 0.34, heights, sides, lid=toned(theme, sides, 0.8)))


def show_wedges(theme: Theme) -> Group:
    """Four stacks of a ring, from one slab to four; the lid of each is cut into 2 × 8 cells of signed values."""
    count = np.array([1, 2, 3, 4])
    begin = np.radians([4.0, 94, 184, 274])
    angles, radii = np.stack([begin, begin + np.radians(82)], axis=1), np.tile([1.3, 2.4], (4, 1))
    values = np.sin(np.arange(64)).reshape(4, 16)
    below = np.repeat(np.arange(4), count - 1)
    course = np.concatenate([np.arange(n - 1) for n in count])
    lower = Wedges(theme, radii[below], angles[below], 0.4 * course + 0.34, foot=0.4 * course)
    upper = Wedges(theme, radii, angles, 0.4 * count - 0.06, foot=0.4 * (count - 1), grid=(2, 8),
                   values=theme.signed_pixels(values, 1.0) / 255)  # fmt: skip
    return seen(lower, upper)


def show_reflection(theme: Theme) -> Group:
    """Five towers and what the floor gives back of them; drawn before them."""
    towers = Blocks(theme, np.array([[x, 0.0] for x in (-2, -1, 0, 1, 2)]), 0.7, np.array([0.4, 0.8, 1.2, 1.6, 2]))
    return seen(Reflection(towers), towers)
