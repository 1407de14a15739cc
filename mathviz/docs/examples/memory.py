"""Examples of ``mathviz/mobjects/memory.py``."""

from __future__ import annotations

import numpy as np
from manimlib import DOWN, RIGHT, VGroup

from mathviz.mobjects.memory import Legend, Matrix, Register, Shelf, TileMap
from mathviz.style import Theme


def show_shelf(theme: Theme) -> VGroup:
    """What attention reads and writes, on the slow level of memory."""
    shelf = Shelf("slow memory", theme, width=8, height=2.9)
    stock = VGroup(*(Matrix(name, theme, 0.6, "N×d") for name in "QKVO")).arrange(RIGHT, buff=0.9)
    return VGroup(shelf, stock.move_to(shelf).shift(0.2 * DOWN))


def show_matrix(theme: Theme) -> VGroup:
    """Inputs have the role of data; a matrix of scores is the mechanism's, and wider."""
    queries, keys = Matrix("Q", theme, 0.6, "N×d"), Matrix("K", theme, 0.6, "N×d")
    return VGroup(queries, keys, Matrix("S", theme, 1.6, "N×N", role="mechanism")).arrange(RIGHT, buff=0.8)


def show_register(theme: Theme) -> VGroup:
    """The largest of the scores sin 1, …, sin 8, and the sum of their exponentials relative to it."""
    scores = np.sin(np.arange(1, 9))
    largest = Register("m", theme, "model").show(f"{scores.max():.3f}")
    total = Register(r"\ell", theme, "mechanism").show(f"{np.exp(scores - scores.max()).sum():.3f}")
    return VGroup(largest, total).arrange(RIGHT, buff=0.6)


def show_tile_map(theme: Theme) -> TileMap:
    """The third block of queries meets the second of keys; the results of the rows above are finished."""
    return TileMap(blocks=4, theme=theme).show(row=2, column=1)


def show_legend(theme: Theme) -> Legend:
    """Three roles and what they mean here. A scene takes the words from its script: ``self.text("read")``."""
    return Legend(theme, {"read": "data", "worked on": "mechanism", "finished": "target"})
