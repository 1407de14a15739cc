"""Tensors as grids of cells, cut into chunks that know whose values are inside them."""

from __future__ import annotations

import numpy as np
from manimlib import LEFT, RIGHT, Rectangle, Square, VGroup
from numpy import ndarray

from mathviz.mobjects.text import words
from mathviz.style import Theme

CELL = 0.235
SLOT_WIDTH = 0.105
STRIP_GAP = 0.11


class Cells(VGroup):
    """A grid of square cells; the colour of each is its value on the theme's diverging map."""

    def __init__(self, values: ndarray, theme: Theme, limit: float, cell: float = CELL) -> None:
        """``values`` is [row column]; ``±limit`` get the ends of the map."""
        self.theme, self.limit = theme, limit
        rows, columns = values.shape
        super().__init__(
            *(
                Square(0.92 * cell, stroke_width=0, fill_opacity=1).move_to((column * cell, -row * cell, 0))
                for row in range(rows)
                for column in range(columns)
            )
        )
        self.show(values)

    def show(self, values: ndarray) -> Cells:
        """Give every cell the colour of its value."""
        for square, colour in zip(self, self.theme.signed(values, self.limit), strict=True):
            square.set_fill(colour, opacity=1)
        return self


    def digits(self, values: ndarray, side: ndarray, decimals: int = 4) -> VGroup:
        """Each cell's value in digits, beside it."""
        texts = (words(f"{value:.{decimals}f}".replace("-", "−"), self.theme) for value in np.ravel(values))
        return VGroup(*(text.next_to(cell, side, 0.25) for text, cell in zip(texts, self, strict=True)))


class Provenance(VGroup):
    """One slot per rank, lit if that rank's values are inside. Place tells the rank, not colour."""

    def __init__(self, counts: ndarray, theme: Theme, height: float) -> None:
        """``counts`` is [source]: how often each source is inside."""
        self.theme = theme
        super().__init__(*(Rectangle(SLOT_WIDTH * 0.84, height) for _ in counts))
        self.arrange(RIGHT, buff=SLOT_WIDTH * 0.16)
        self.show(counts)

    def show(self, counts: ndarray) -> Provenance:
        """Light the slots of the sources that are inside."""
        for slot, count in zip(self, counts, strict=True):
            slot.set_stroke(self.theme["mechanism"] if count else self.theme["muted"], width=1.5, opacity=1)
            slot.set_fill(self.theme["mechanism"], opacity=float(count > 0))
        return self


class Chunk(VGroup):
    """Some rows of a tensor with their provenance strip at the left."""

    def __init__(self, values: ndarray, counts: ndarray, theme: Theme, limit: float, columns: int) -> None:
        """``values`` is [element], shown in rows of ``columns``; ``counts`` is [source]."""
        self.cells = Cells(values.reshape(-1, columns), theme, limit)
        self.strip = Provenance(counts, theme, self.cells.get_height())
        self.strip.next_to(self.cells, LEFT, buff=STRIP_GAP)
        super().__init__(self.strip, self.cells)

    def show(self, values: ndarray, counts: ndarray) -> Chunk:
        """Give the chunk other values and another provenance."""
        self.cells.show(values)
        self.strip.show(counts)
        return self


class ColourScale(VGroup):
    """The diverging map with the values at its ends, which also stand for what lies beyond them."""

    def __init__(self, theme: Theme, limit: float, width: float = 1.9, steps: int = 41) -> None:
        values = np.linspace(-limit, limit, steps)
        bar = VGroup(
            *(
                Rectangle(width / steps * 1.04, 0.22, stroke_width=0, fill_opacity=1).set_fill(colour)
                for colour in theme.signed(values, limit)
            )
        ).arrange(RIGHT, buff=-width / steps * 0.04)
        frame = Rectangle(bar.get_width(), bar.get_height()).move_to(bar).set_stroke(theme["outline"], 1.5)
        low, high = words(f"≤ −{limit:g}", theme, role="muted"), words(f"≥ {limit:g}", theme, role="muted")
        low.next_to(bar, LEFT, buff=0.15)
        high.next_to(bar, RIGHT, buff=0.15)
        super().__init__(bar, frame, low, high)


class CountTable(VGroup):
    """Rank × chunk: whose values are in each chunk, and of how many. Columns are ranks, rows chunks."""

    def __init__(self, provenance: ndarray, theme: Theme, columns: list[str], rows: list[str]) -> None:
        """``provenance`` is [rank chunk source]; ``columns`` and ``rows`` name ranks and chunks."""
        counts = provenance.sum(axis=-1)
        width, height = 1.25, 0.86
        self.shape = counts.shape
        self.cells, self.digits, self.strips = VGroup(), VGroup(), VGroup()
        self.complete = VGroup()
        for rank, chunk in np.ndindex(counts.shape):
            cell = Rectangle(width * 0.94, height * 0.92).move_to((rank * width, -chunk * height, 0))
            cell.set_fill(theme["surface"], 1).set_stroke(theme["outline"], 1.5)
            strip = Provenance(provenance[rank, chunk], theme, 0.45).move_to(cell.get_center() + 0.22 * LEFT)
            digit = words(str(counts[rank, chunk]), theme, "number").move_to(cell.get_center() + 0.3 * RIGHT)
            self.cells.add(cell)
            self.strips.add(strip)
            self.digits.add(digit)
            if counts[rank, chunk] == provenance.shape[-1]:
                self.complete.add(cell.copy().set_fill(opacity=0).set_stroke(theme["target"], 6))
        self.names = VGroup(
            *(
                words(name, theme, role="muted").move_to((i * width, height * 0.78, 0))
                for i, name in enumerate(columns)
            ),
            *(
                words(name, theme, role="muted").next_to((-width / 2, -i * height, 0), LEFT, 0.2)
                for i, name in enumerate(rows)
            ),
        )
        super().__init__(self.cells, self.strips, self.digits, self.names, self.complete)

    def strip(self, rank: int, chunk: int) -> Provenance:
        """The provenance strip of one cell."""
        return self.strips[rank * self.shape[1] + chunk]
