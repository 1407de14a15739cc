"""Examples of ``mathviz/mobjects/number.py``."""

from __future__ import annotations

import math

from manimlib import DOWN, RIGHT, UP, VGroup

from mathviz.mobjects.number import BigNumber, Digits
from mathviz.style import Theme


def show_digits(theme: Theme) -> VGroup:
    """Factorials as they are counted: every digit keeps its place, and the box is that of the largest."""
    digits = Digits(1, theme, "{:,.0f}", role="data", widest=math.factorial(8))
    return VGroup(*(digits.copy().show(math.factorial(n)) for n in (4, 6, 8))).arrange(DOWN, buff=0.3)


def show_big_number(theme: Theme) -> VGroup:
    """Chance that 23 people have 23 birthdays, and how many more make it certain; aligned at their tops."""
    chance = 100 * math.prod((365 - k) / 365 for k in range(23))
    apart = BigNumber(chance, theme, "all different", "%", "{:.1f}", "data", side=RIGHT)
    certain = BigNumber(365 + 1, theme, "make it certain", "people", "{:.0f}", "target", "hero_large", side=RIGHT)
    return VGroup(apart, certain).arrange(RIGHT, buff=1.5, aligned_edge=UP)
