"""Words, numbers and formulas in the bundled fonts."""

from __future__ import annotations

import numpy as np
from manimlib import ORIGIN, Tex, Text, VGroup

from mathviz import style
from mathviz.style import HAN, Theme

LATIN_LINE, HAN_LINE = 42, 20
"""Longest caption line, in characters (the rule is 42 Latin, 16 to 20 Han)."""

NO_LINE_START = "，。：；！？、）》】”’…,.:;!?)"


def words(text: str, theme: Theme, size: str = "label", role: str = "text", weight: str = "NORMAL") -> Text:
    """A text in the house fonts. ``size`` is a name from theme.yaml, ``role`` a colour's."""
    style.register_fonts()
    made = Text(
        text, font=style.font_family(text), font_size=style.size(size), weight=weight, alignment="CENTER",
        path_string_config={},  # manimgl's shortcut for cubic curves draws spikes on "？" and "，"
    )  # fmt: skip
    return made.set_fill(theme[role])


def caption_lines(text: str) -> str:
    """Break a caption into at most two lines of similar length; Chinese preferably after a comma."""
    han = bool(HAN.search(text))
    if _width(text) <= (HAN_LINE if han else LATIN_LINE):
        return text
    spots = [i for i in range(1, len(text)) if _may_break(text, i, han)]
    if not spots:
        return text
    best = min(spots, key=lambda i: _unbalance(text, i))
    return f"{text[:best].rstrip()}\n{text[best:].lstrip()}"


def _width(text: str) -> float:
    """Length in characters of the text's own script: in Chinese text a Latin letter is half a character."""
    han = len(HAN.findall(text)) + sum(character in NO_LINE_START[:12] for character in text)
    return han + (len(text) - han) * (0.5 if han else 1)


def _may_break(text: str, i: int, han: bool) -> bool:
    if text[i] in NO_LINE_START or text[i - 1] in "（《【“‘(":
        return False
    if text[i] == " " or text[i - 1] == " ":
        return not han or not (text[i - 1].isdigit() or text[i : i + 2].strip().isdigit())
    return han and (text[i - 1] in "，。：；！？、" or bool(HAN.match(text[i]) and HAN.match(text[i - 1])))


def _unbalance(text: str, i: int) -> float:
    after_comma = text[i - 1] in "，：；,:;" or text[i - 2 : i].strip() in ",:;."
    return abs(_width(text[:i]) - _width(text[i:])) - (8 if after_comma else 0)


class Number(VGroup):
    """A number that is updated in place: tabular digits, fixed decimals, its unit behind it.

    ``template`` is a format string such as ``"{:.2f} S"``. ``anchor`` is the edge that stays put.
    """

    def __init__(
        self, value: float, theme: Theme, template: str = "{}", size: str = "label",
        role: str = "text", anchor: np.ndarray = ORIGIN,
    ) -> None:  # fmt: skip
        self.theme, self.template, self.size_name, self.role, self.anchor = theme, template, size, role, anchor
        super().__init__(words(template.format(value), theme, size, role))

    def show(self, value: float) -> Number:
        """Replace the number shown, at once."""
        place = self.get_bounding_box_point(self.anchor)
        self.set_submobjects([words(self.template.format(value), self.theme, self.size_name, self.role)])
        self.move_to(place, aligned_edge=self.anchor)
        return self


def formula(latex: str, theme: Theme, roles: dict[str, str] | None = None, size: str = "formula") -> Tex:
    """A LaTeX formula; ``roles`` colours its symbols by what they name."""
    made = Tex(latex, font_size=style.size(size), template="basic", isolate=list(roles or {}))
    made.set_fill(theme["text"])
    for symbol, role in (roles or {}).items():
        made.set_color_by_tex(symbol, theme[role])
    return made
