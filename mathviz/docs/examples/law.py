"""Examples of ``mathviz/mobjects/law.py``."""

from __future__ import annotations

from manimlib import DOWN, LEFT, RIGHT, VGroup

from mathviz.mobjects.law import Gathering, Law
from mathviz.mobjects.text import Sentence
from mathviz.style import Theme

SYMBOLS = {"n": "data", "k": "mechanism"}
CHOICES = r"\binom{n}{k} = \frac{n!}{k!\,(n-k)!}"


def show_law(theme: Theme) -> Law:
    """A law from the script: `self.law("choices")`. Its symbols have the colours of what they name."""
    return Law(CHOICES, theme, SYMBOLS)


def show_gathering(theme: Theme) -> VGroup:
    """On the way: ``n`` and ``k`` leave their labels, once for each place; the rest of the Law comes last."""
    names = VGroup(*(Sentence(text, theme, symbols=SYMBOLS) for text in ("$n$ things", "$k$ of them")))
    names.arrange(DOWN, buff=1.2, aligned_edge=LEFT)
    law = Law(CHOICES, theme, SYMBOLS).next_to(names, RIGHT, 2.5)
    gathering = Gathering(law, dict(zip(SYMBOLS, names, strict=True)))
    gathering.begin()
    gathering.interpolate(0.55)
    return VGroup(names, law)
