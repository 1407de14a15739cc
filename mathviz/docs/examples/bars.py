"""Examples of ``mathviz/mobjects/bars.py``. N ranks sum their gradients, each of size S."""

from __future__ import annotations

import numpy as np
from manimlib import DOWN, LEFT, RIGHT, VGroup

from mathviz.mobjects.bars import Beads, LengthChart, SignedBars, UnitBar
from mathviz.mobjects.text import words
from mathviz.style import Theme


def show_unit_bar(theme: Theme) -> VGroup:
    """In a ring of N each rank sends 2(N−1)/N of S: the tracks are two units long, and no bar fills one."""
    rows = VGroup()
    for ranks in (2, 4, 8):
        bar = UnitBar(theme, units=2, unit_length=4).show(2 * (ranks - 1) / ranks)
        rows.add(VGroup(words(f"N = {ranks}", theme), bar).arrange(RIGHT, buff=0.4))
    return rows.arrange(DOWN, buff=0.45, aligned_edge=RIGHT)


def show_length_chart(theme: Theme) -> VGroup:
    """What the busiest link carries if N = 8: 2(N−1), 2⌈log₂N⌉ and 2(N−1)/N times S."""
    ranks = 8
    rows = [("star", "error"), ("tree", "rival"), ("ring", "model")]
    chart = LengthChart(theme, rows, unit=0.5, ticks=[0, 4, 8, 12], pitch=0.85)
    return chart.show(np.array([2 * (ranks - 1), 2 * np.ceil(np.log2(ranks)), 2 * (ranks - 1) / ranks]))


def show_signed_bars(theme: Theme) -> SignedBars:
    """One turn of a sine in three groups; the last group has another role."""
    values = np.sin(2 * np.pi * (np.arange(24) + 0.5) / 24)
    return SignedBars(values, theme, unit=1.2, groups=3).colour("mechanism", first=16)


def show_beads(theme: Theme) -> VGroup:
    """The steps of a ring are 2(N−1): one bead for each."""
    rows = [
        VGroup(words(f"N = {ranks}", theme), Beads(2 * (ranks - 1), theme, "model", pitch=0.6)).arrange(RIGHT, buff=0.5)
        for ranks in (2, 4, 8)
    ]
    return VGroup(*rows).arrange(DOWN, buff=0.4, aligned_edge=LEFT)
