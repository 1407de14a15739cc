"""Two levels of memory, what moves between them, and what a kernel keeps at hand."""

from __future__ import annotations

import numpy as np
from manimlib import DOWN, LEFT, RIGHT, UP, Rectangle, RoundedRectangle, Tex, Text, VGroup

from mathviz.mobjects.text import formula, words
from mathviz.style import Theme


class Shelf(VGroup):
    """One level of memory: a named tray on which matrices stand."""

    def __init__(self, name: str, theme: Theme, width: float, height: float, role: str = "outline") -> None:
        self.tray = RoundedRectangle(width, height, corner_radius=0.12)
        self.tray.set_fill(theme["surface"], 1).set_stroke(theme[role], 2)
        self.name = words(name, theme, role="muted")
        self.name.next_to(self.tray.get_corner(UP + LEFT), DOWN + RIGHT, buff=0.15)
        super().__init__(self.tray, self.name)


class Matrix(VGroup):
    """A matrix as a tile with its name and its shape: its values are not told."""

    def __init__(self, name: str, theme: Theme, width: float, shape: str, role: str = "data") -> None:
        self.tile = Rectangle(width, 1.1).set_fill(theme[role], 0.35).set_stroke(theme[role], 3)
        self.name = formula(name, theme, size="number").move_to(self.tile)
        self.shape_name = words(shape, theme, role="muted").next_to(self.tile, DOWN, 0.12)
        super().__init__(self.tile, self.name, self.shape_name)


class Register(VGroup):
    """A value that a kernel keeps at hand: its symbol, and its number updated in place."""

    def __init__(self, symbol: str, theme: Theme, role: str, width: float = 3.4, height: float = 0.85) -> None:
        self.theme = theme
        self.box = RoundedRectangle(width, height, corner_radius=0.1)
        self.box.set_fill(theme["surface"], 1).set_stroke(theme["outline"], 2)
        self.symbol: Tex = formula(symbol, theme).scale(1.08).set_fill(theme[role])
        self.symbol.move_to(self.box.get_left() + 0.25 * RIGHT, LEFT)
        self.value = VGroup()
        super().__init__(self.box, self.symbol, self.value)

    def show(self, text: str) -> Register:
        """Replace the value shown, at once."""
        shown: Text = words(text, self.theme, "number")
        self.value.set_submobjects([shown.move_to(self.box.get_right() + 0.25 * LEFT, RIGHT)])
        return self


class TileMap(VGroup):
    """The N×N scores as blocks of queries (rows) and of keys (columns), with Q at the left, K and V on top."""

    def __init__(self, blocks: int, theme: Theme, side: float = 0.92) -> None:
        self.theme, self.blocks = theme, blocks
        self.tiles = VGroup(*(
            Rectangle(0.92 * side, 0.92 * side).set_fill(theme["data"], 0).set_stroke(theme["outline"], 2)
            .move_to((column * side, -row * side, 0))
            for row, column in np.ndindex(blocks, blocks)
        ))  # fmt: skip
        self.queries = self._row(side, lambda k: np.array([-1.05 * side, -k * side, 0.0]), upright=True)
        self.results = self._row(side, lambda k: np.array([(blocks + 0.05) * side, -k * side, 0.0]), upright=True)
        self.keys = self._row(side, lambda k: np.array([k * side, 1.55 * side, 0.0]), upright=False)
        self.values = self._row(side, lambda k: np.array([k * side, 0.95 * side, 0.0]), upright=False)
        self.names = VGroup(
            formula("Q", theme).next_to(self.queries, DOWN, 0.15),
            formula("O", theme).next_to(self.results, DOWN, 0.15),
            formula("K", theme).next_to(self.keys, LEFT, 0.25),
            formula("V", theme).next_to(self.values, LEFT, 0.25),
        )
        super().__init__(self.tiles, self.queries, self.results, self.keys, self.values, self.names)

    def _row(self, side: float, place: object, upright: bool) -> VGroup:
        width, height = (0.36 * side, 0.92 * side) if upright else (0.92 * side, 0.36 * side)
        return VGroup(*(
            Rectangle(width, height).set_stroke(self.theme["outline"], 2).set_fill(self.theme["data"], 0)
            .move_to(place(k)) for k in range(self.blocks)  # type: ignore[operator]
        ))  # fmt: skip

    def show(self, row: int | None, column: int | None) -> TileMap:
        """Light what is in fast memory at one visit; results of the rows above stand finished."""
        for group in (self.tiles, self.queries, self.results, self.keys, self.values):
            group.set_fill(self.theme["data"], 0)
        if row is None or column is None:
            self.results.set_fill(self.theme["target"], 0.6)
            return self
        self.results[:row].set_fill(self.theme["target"], 0.6)
        self.queries[row].set_fill(self.theme["model"], 0.9)
        self.keys[column].set_fill(self.theme["data"], 0.9)
        self.values[column].set_fill(self.theme["data"], 0.9)
        self.tiles[row * self.blocks + column].set_fill(self.theme["mechanism"], 0.9)
        return self


class Legend(VGroup):
    """What colours mean on this stage: a tile of each and its words."""

    def __init__(self, theme: Theme, roles: dict[str, str]) -> None:
        """``roles`` maps words to roles, from top to bottom."""
        rows = []
        for text, role in roles.items():
            tile = Rectangle(0.45, 0.45).set_stroke(width=0).set_fill(theme[role], 1)
            rows.append(VGroup(tile, words(text, theme).next_to(tile, RIGHT, 0.3)))
        super().__init__(*rows)
        self.arrange(DOWN, buff=0.5, aligned_edge=LEFT)
