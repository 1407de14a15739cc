"""One clock, many readers: clouds follow paths, lines grow, numbers count, a hand turns, all from one index.

    steps = self.index(
        lambda at: self.cloud.show(moment(run.paths, at)),      # particles follow their paths
        lambda at: self.trail.show(at),                         # a line grows, smooth at every moment
        lambda at: self.spread.show(run.spread[round(at)]),     # a number counts
    )
    self.play(steps.to(250), self.drifting(8), run_time=2 * SLOW)

A reader is told the index, which may lie between two, and shows what there is to be seen at it: a function of the index
alone, whatever was shown before. So a moment looks the same however it was come to.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from manimlib import Animation, Mobject, linear

from mathviz.stage.names import NamingScene
from mathviz.style import SLOW

Reader = Callable[[float], Any]


class Index:
    """Where in its course something is: the number of a frame, a step, a sample; and who shows it."""

    def __init__(self, carrier: Mobject, *readers: Reader) -> None:
        self.carrier, self.readers = carrier, list(readers)
        self.at = 0.0

    def drives(self, *readers: Reader) -> Index:
        """Let these show it too."""
        self.readers += readers
        return self

    def put(self, at: float) -> Index:
        """Show an index, at once."""
        self.at = float(at)
        for reader in self.readers:
            reader(self.at)
        return self

    def to(
        self, at: float, run_time: float = SLOW, rate_func: Callable[[float], float] = linear, **kwargs: Any
    ) -> Running:  # fmt: skip
        """On to an index, as an animation: at constant speed, since time is its subject, or as ``rate_func`` says."""
        return Running(self, at, run_time=run_time, rate_func=rate_func, **kwargs)


class Running(Animation):
    """An index on its way."""

    def __init__(self, index: Index, end: float, **kwargs: Any) -> None:
        self.index, self.end = index, float(end)
        # manimgl adds what it animates to the stage; the camera's frame, which carries this, is there.
        super().__init__(index.carrier, **kwargs)

    def begin(self) -> None:
        self.start = self.index.at
        super().begin()

    def create_starting_mobject(self) -> Mobject:
        return self.mobject

    def interpolate_mobject(self, alpha: float) -> None:
        # While longer animations of its play go on, manimgl counts on beyond 1.
        share = self.rate_func(min(self.time_spanned_alpha(alpha), 1.0))
        self.index.put(self.end if share == 1 else self.start + share * (self.end - self.start))


class ClockedScene(NamingScene):
    """A scene with clocks."""

    def index(self, *readers: Reader, at: float = 0.0) -> Index:
        """An index that these readers show, put where it begins."""
        return Index(self.camera.frame, *readers).put(at)
