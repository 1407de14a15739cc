"""Examples of ``mathviz/mobjects/tensor.py``."""

from __future__ import annotations

import numpy as np
from manimlib import DOWN, RIGHT, VGroup

from mathviz.mobjects.tensor import Cells, Chunk, ColourScale, CountTable, Provenance
from mathviz.style import Theme

WAVE = np.cos(np.arange(64) * 2 / 3)
"""The values of these examples, [element]."""


def show_cells(theme: Theme) -> VGroup:
    """A tensor of 4 × 16 values, and a column of four with their digits."""
    column = Cells(WAVE[:4, None], theme, limit=1, cell=0.5)
    grid = Cells(WAVE.reshape(4, 16), theme, limit=1, cell=0.45)
    return VGroup(grid, VGroup(column, column.digits(WAVE[:4], RIGHT))).arrange(RIGHT, buff=1)


def show_provenance(theme: Theme) -> VGroup:
    """Ranks 0 and 2 of four are inside; then all four."""
    some, every = (Provenance(np.array(counts), theme, height=0.9) for counts in ([1, 0, 1, 0], [1, 1, 1, 1]))
    return VGroup(some, every).arrange(RIGHT, buff=1).scale(1.5)


def show_chunk(theme: Theme) -> VGroup:
    """Two rows of a tensor: of rank 1 alone, and summed with the same elements of rank 0."""
    one, other = WAVE[:16], np.cos(1 + np.arange(16) * 2 / 3)
    alone = Chunk(other, np.array([0, 1]), theme, limit=2, columns=8)
    summed = Chunk(one + other, np.array([1, 1]), theme, limit=2, columns=8)
    return VGroup(alone, summed).arrange(RIGHT, buff=1).scale(1.5)


def show_colour_scale(theme: Theme) -> VGroup:
    """The colours of Cells, and what they stand for: at the ends also what lies beyond."""
    cells = Cells(2 * WAVE.reshape(2, 32), theme, limit=1.5, cell=0.3)
    return VGroup(cells, ColourScale(theme, limit=1.5)).arrange(DOWN, buff=0.5)


def show_count_table(theme: Theme) -> CountTable:
    """Half way round a ring of four: rank r has added the gradients of ranks c, …, r to chunk c."""
    provenance = np.zeros((4, 4, 4), int)
    for rank, chunk in np.ndindex(4, 4):
        provenance[rank, chunk, [(chunk + hop) % 4 for hop in range((rank - chunk) % 4 + 1)]] = 1
    return CountTable(provenance, theme, [f"rank {r}" for r in range(4)], [f"chunk {c}" for c in range(4)])
