"""Examples of ``mathviz/mobjects/rank.py``. Rank r holds the tensor cos(r + 2k/3) of elements k = 0, …, 63."""

from __future__ import annotations

import itertools

import numpy as np
from manimlib import RIGHT, VGroup

from mathviz.mobjects.rank import Parcel, RankCard, RankRow, RoutedLink, Travel, around_route, neighbour_link
from mathviz.mobjects.tensor import Cells, Chunk
from mathviz.style import Theme

RANKS = 3


def card(rank: int, theme: Theme) -> RankCard:
    """A rank with its own tensor alone, cut into four chunks of sixteen elements."""
    chunks = np.cos(rank + np.arange(64).reshape(4, 16) * 2 / 3)
    provenance = np.tile(np.eye(RANKS, dtype=int)[rank], (4, 1))
    return RankCard(f"rank {rank}", chunks, provenance, theme, limit=1, columns=8)


def show_rank_card(theme: Theme) -> VGroup:
    """Cut into chunks, each with its provenance, and whole."""
    return VGroup(card(0, theme), card(0, theme).whole()).arrange(RIGHT, buff=1)


def show_rank_row(theme: Theme) -> VGroup:
    """Three ranks in a ring: links to the neighbours, and one from the last round to the first."""
    row = RankRow(*(card(rank, theme) for rank in range(RANKS)))
    links = [neighbour_link(left, right, theme) for left, right in itertools.pairwise(row)]
    return VGroup(row, *links, RoutedLink(around_route(row[-1], row[0]), theme))


def show_parcel(theme: Theme) -> VGroup:
    """A chunk of rank 1 on its way over the cells of rank 0, which do not show through."""
    below = Cells(np.cos(np.arange(64).reshape(4, 16) * 2 / 3), theme, limit=1, cell=0.4)
    chunk = Chunk(np.cos(1 + np.arange(16) * 2 / 3), np.array([0, 1, 0]), theme, limit=1, columns=8)
    return VGroup(below, Parcel(chunk, theme).scale(1.2).move_to(below))


def show_routed_link(theme: Theme) -> VGroup:
    """With a direction, and without."""
    corners = np.array([[0, 0, 0], [0, 1.2, 0], [4, 1.2, 0], [4, 0, 0]])
    return VGroup(RoutedLink(corners, theme), RoutedLink(corners, theme, tip=False)).arrange(RIGHT, buff=1.5)


def show_travel(theme: Theme) -> VGroup:
    """A parcel at 0, 10, 30, 50, 70, 90 and 100 % of its way. In a beat: ``self.play(Travel(parcel, corners))``."""
    corners = np.array([[-4.5, 0, 0], [-4.5, 1.6, 0], [4.5, 1.6, 0], [4.5, 0, 0]])
    seen = VGroup()
    for share in (0, 0.1, 0.3, 0.5, 0.7, 0.9, 1):
        parcel = Parcel(Cells(np.cos(np.arange(16).reshape(4, 4) * 2 / 3), theme, limit=1), theme)
        travel = Travel(parcel, corners)
        travel.begin()
        travel.interpolate(share)
        seen.add(parcel)
    return seen
