"""Ranks: rounded cards in a row, the links between them and what travels along those."""

from __future__ import annotations

import numpy as np
from manimlib import (
    DOWN,
    LEFT,
    RIGHT,
    UP,
    Animation,
    Arrow,
    Mobject,
    RoundedRectangle,
    SurroundingRectangle,
    Triangle,
    VGroup,
    VMobject,
)
from manimlib import smooth as ease
from numpy import ndarray

from mathviz.mobjects.tensor import CELL, Chunk
from mathviz.mobjects.text import words
from mathviz.style import Theme

CARD_WIDTH, CARD_HEIGHT, CARD_PITCH = 2.7, 3.05, 3.15
CHUNK_GAP = 0.14
OVERHEAD = 2.62
"""Height at which links pass over the row of cards."""


class RankCard(VGroup):
    """One rank: its name and its tensor, whole or cut into chunks with their provenance."""

    def __init__(
        self, name: str, chunks: ndarray, provenance: ndarray, theme: Theme, limit: float, columns: int
    ) -> None:
        """``chunks`` is [chunk element], ``provenance`` [chunk source]; rows have ``columns`` cells."""
        self.frame = RoundedRectangle(CARD_WIDTH, CARD_HEIGHT, corner_radius=0.12)
        self.frame.set_fill(theme["surface"], 1).set_stroke(theme["outline"], 2)
        self.name = words(name, theme)
        self.name.next_to(self.frame.get_corner(UP + LEFT), DOWN + RIGHT, buff=0.13)
        self.chunks = VGroup(
            *(Chunk(values, counts, theme, limit, columns) for values, counts in zip(chunks, provenance, strict=True))
        )
        super().__init__(self.frame, self.name, self.chunks)
        self.cut()

    @property
    def room(self) -> ndarray:
        """The middle of the part of the card that holds the tensor."""
        return (self.frame.get_bottom() + np.array([0.0, self.name.get_bottom()[1], 0.0]) * np.array([0, 1, 0])
                ) * np.array([0, 0.5, 0]) + self.frame.get_center() * np.array([1, 0, 0])  # fmt: skip

    def show(self, chunks: ndarray, provenance: ndarray) -> RankCard:
        """Give all chunks, [chunk element], other values and another provenance, [chunk source]."""
        for chunk, values, counts in zip(self.chunks, chunks, provenance, strict=True):
            chunk.show(values, counts)
        return self

    def show_whole(self, values: ndarray) -> RankCard:
        """Give the tensor other values, [row column], and leave the strips as they are."""
        for chunk, part in zip(self.chunks, values.reshape(len(self.chunks), -1), strict=True):
            chunk.cells.show(part)
        return self

    def cut(self) -> RankCard:
        """Move the chunks apart and show their strips."""
        self.chunks.arrange(DOWN, buff=CHUNK_GAP).move_to(self.room)
        for chunk in self.chunks:
            chunk.strip.set_stroke(opacity=1)
        return self

    def whole(self) -> RankCard:
        """Move the chunks together, without strips: the tensor as one grid."""
        middle = self.room
        for place, chunk in enumerate(self.chunks):
            chunk.strip.set_stroke(opacity=0).set_fill(opacity=0)
            offset = (len(self.chunks) - 1) / 2 - place
            chunk.cells.move_to(middle + offset * UP * (chunk.cells.get_height() + 0.08 * CELL))
            chunk.strip.next_to(chunk.cells, LEFT, buff=0.11)
        return self

    @property
    def grid(self) -> VGroup:
        """All cells, without the strips."""
        return VGroup(*(chunk.cells for chunk in self.chunks))


class RankRow(VGroup):
    """Cards in a row, evenly spaced, animated as one object: what is one object is drawn in one pass."""

    def __init__(self, *cards: RankCard, height: float = 0.7) -> None:
        """The row is centred at ``height``."""
        super().__init__(*cards)
        for place, card in enumerate(cards):
            card.move_to(((place - (len(cards) - 1) / 2) * CARD_PITCH, height, 0))

    def show(self, chunks: ndarray, provenance: ndarray) -> RankRow:
        """Give all cards other chunks, [rank chunk element], and provenance, [rank chunk source]."""
        for card, values, counts in zip(self, chunks, provenance, strict=True):
            card.show(values, counts)
        return self

    def show_whole(self, tensors: ndarray) -> RankRow:
        """Give all cards other tensors, [rank row column]."""
        for card, tensor in zip(self, tensors, strict=True):
            card.show_whole(tensor)
        return self

    def cut(self) -> RankRow:
        """Cut every card's tensor into its chunks."""
        for card in self:
            card.cut()
        return self


def neighbour_link(left: RankCard, right: RankCard, theme: Theme) -> Arrow:
    """The link from one card to the next at its right."""
    start, end = left.frame.get_right(), right.frame.get_left()
    arrow = Arrow(start, end, buff=0.05, thickness=4, tip_width_ratio=4, max_tip_length_to_length_ratio=0.6)
    return arrow.set_fill(theme["muted"])


def around_route(last: RankCard, first: RankCard) -> ndarray:
    """Corners of the way from the last card's right side over the top to the first card's left side."""
    right, left = last.frame.get_right(), first.frame.get_left()
    aside = 0.22
    return np.array([
        right, right + aside * RIGHT, [right[0] + aside, OVERHEAD, 0],
        [left[0] - aside, OVERHEAD, 0], left + aside * LEFT, left,
    ])  # fmt: skip


def over_route(source: RankCard, target: RankCard, lane: int) -> ndarray:
    """Corners of the way from one card's top over the row to another's; each lane has its own height."""
    height, shift = OVERHEAD - 0.13 + 0.13 * lane, 0.3 * (lane - 1)
    start, end = source.frame.get_top(), target.frame.get_top() + shift * RIGHT
    return np.array([start, [start[0], height, 0], [end[0], height, 0], end])


class Parcel(VGroup):
    """A copy of cells on the wire, on a tile of its own so that what it passes over does not show through."""

    def __init__(self, content: VGroup, theme: Theme) -> None:
        tile = SurroundingRectangle(content, buff=0.06)
        tile.set_fill(theme["surface"], 1).set_stroke(theme["model"], 5)
        super().__init__(tile, content)


class RoutedLink(VGroup):
    """A link along corners, with a tip at its end if it has a direction."""

    def __init__(self, corners: ndarray, theme: Theme, tip: bool = True) -> None:
        line = VMobject().set_points_as_corners(corners).set_stroke(theme["muted"], 4).set_fill(opacity=0)
        super().__init__(line)
        if tip:
            direction = corners[-1] - corners[-2]
            head = Triangle().set_height(0.2).rotate(np.arctan2(direction[1], direction[0]) - np.pi / 2)
            head.set_fill(theme["muted"], 1).set_stroke(width=0)
            self.add(head.move_to(corners[-1] - 0.1 * direction / np.linalg.norm(direction)))


class Travel(Animation):
    """Carry a mobject along corners; it shrinks to a parcel on the way and unfolds where it lands."""

    def __init__(self, mobject: Mobject, corners: ndarray, parcel: float = 0.3, **kwargs: object) -> None:
        self.corners, self.parcel = np.asarray(corners, dtype=float), parcel
        lengths = np.linalg.norm(np.diff(self.corners, axis=0), axis=1)
        self.stations = np.r_[0, np.cumsum(lengths)] / lengths.sum()
        super().__init__(mobject, **kwargs)

    def interpolate_mobject(self, alpha: float) -> None:
        """Place and size at ``alpha`` of the way."""
        at = np.array([np.interp(alpha, self.stations, self.corners[:, axis]) for axis in range(3)])
        unfolded = max(1 - alpha / 0.2, (alpha - 0.8) / 0.2, 0)
        self.mobject.become(self.starting_mobject)
        self.mobject.scale(self.parcel + (1 - self.parcel) * ease(min(unfolded, 1))).move_to(at)
