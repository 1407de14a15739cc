"""Examples of ``mathviz/mobjects/text.py``."""

from __future__ import annotations

import math

from manimlib import DOWN, LEFT, RIGHT, VGroup

from mathviz.mobjects.text import Number, Sentence, caption_lines, formula, words
from mathviz.style import Theme


def show_words(theme: Theme) -> VGroup:
    """The sizes of text, and roles. A scene takes words from its script: ``self.label("rank", rank=0)``."""
    sizes = VGroup(*(words(name, theme, name) for name in ("question", "title", "caption", "number", "label")))
    roles = VGroup(*(words(role, theme, role=role) for role in ("data", "model", "rival", "error", "muted")))
    han = words("环形 All-Reduce", theme, "caption")
    columns = VGroup(*(column.arrange(DOWN, aligned_edge=LEFT) for column in (sizes, roles)), han)
    return columns.arrange(RIGHT, buff=1.2)


def show_sentence(theme: Theme) -> VGroup:
    """A caption with its formulas, broken without cutting one. What a symbol names gives it its colour, everywhere."""
    symbols = {"n": "data", "e": "mechanism"}
    english = "Stirling: $n!$ is close to $\\sqrt{2\\pi n}\\,(n/e)^n$, and the ratio tends to $1$."
    chinese = "斯特林公式：$n!$ 约为 $\\sqrt{2\\pi n}\\,(n/e)^n$，误差随 $n$ 变小"
    captions = (Sentence(caption_lines(text), theme, "caption", symbols=symbols) for text in (english, chinese))
    return VGroup(*captions).arrange(DOWN, buff=0.6)


def show_number(theme: Theme) -> VGroup:
    """Partial sums of 1 + 1/4 + 1/9 + …, with decimals and unit by ``template``; ``show`` updates in place."""
    number = Number(0, theme, "{:.4f} S", size="number", anchor=LEFT)
    sums = (sum(1 / k**2 for k in range(1, n + 1)) for n in (1, 10, 100))
    return VGroup(*(number.copy().show(value) for value in sums)).arrange(DOWN, aligned_edge=LEFT)


def show_formula(theme: Theme) -> VGroup:
    """Symbols have the colour of what they name; the value is that of Stirling's formula for n = 10."""
    law = formula(r"n! \approx \sqrt{2\pi n}\,(n/e)^n", theme, {"n": "data", "e": "mechanism"})
    ratio = math.sqrt(20 * math.pi) * (10 / math.e) ** 10 / math.factorial(10)
    return VGroup(law, words(f"{ratio:.4f} of 10!", theme)).arrange(DOWN, buff=0.5)
