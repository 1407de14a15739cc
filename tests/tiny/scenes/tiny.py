"""Bars grow and leave: the smallest film with everything that a film has."""

from __future__ import annotations

from manimlib import DOWN, RIGHT, UP, FadeOut, GrowFromEdge, Rectangle, VGroup
from tiny_concept import Bars

from mathviz.stage import Explainer
from mathviz.style import NORMAL, QUICK


class Tiny(Explainer):
    """Cast: ``bars``."""

    trace: Bars
    bars: VGroup

    def setup(self) -> None:
        super().setup()
        self.bars = VGroup(*(Rectangle(0.6, height) for height in self.trace.heights))
        self.bars.arrange(RIGHT, aligned_edge=DOWN).shift(0.5 * UP)
        self.bars.set_fill(self.theme["data"], 1).set_stroke(self.theme["text"])

    def bars_grow(self) -> None:
        self.play(*(GrowFromEdge(bar, DOWN) for bar in self.bars), run_time=NORMAL)

    def bars_leave(self) -> None:
        self.play(FadeOut(self.bars), run_time=QUICK)
