"""A computation small enough for tests: the heights of a few bars, and their sum."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from mathviz.trace import Claim, Trace


@dataclass(frozen=True)
class Bars(Trace):
    """Heights, and what they add up to."""

    heights: Float[ndarray, "bar"]
    total: Float[ndarray, ""]

    @property
    def bars(self) -> int:
        return len(self.heights)

    def check(self) -> list[Claim]:
        found = float(self.heights.sum())
        return [Claim("the heights add up to the total", found == float(self.total), f"{found} of {self.total}")]


def measure(bars: int = 3) -> Bars:
    """Bars of height 1, 2, … and their sum."""
    heights = np.arange(1.0, bars + 1)
    return Bars(heights, np.array(bars * (bars + 1) / 2))
