"""Words, numbers and formulas in the bundled fonts."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping

import numpy as np
from manimlib import ORIGIN, Tex, Text, VGroup, VMobject

from mathviz import style
from mathviz.films import formulas
from mathviz.mobjects.typeset import filled, ink, sentence_line
from mathviz.style import HAN, Theme
from mathviz.style.shapes import shape

LATIN_LINE, HAN_LINE = shape().latin, shape().han
"""Longest caption line, in characters (the rule for 16:9 is 42 Latin, 16 to 20 Han)."""

NO_LINE_START = "，。：；！？、）》】”’…,.:;!?)"


def words(text: str, theme: Theme, size: str = "label", role: str = "text", weight: str = "NORMAL") -> Text:
    """A text in the house fonts. ``size`` is a name from theme.yaml, ``role`` a colour's."""
    style.register_fonts()
    made = Text(
        text, font=style.font_family(text), font_size=style.size(size), weight=weight, alignment="CENTER",
        path_string_config={},  # manimgl's shortcut for cubic curves draws spikes on "？" and "，"
    )  # fmt: skip
    return made.set_fill(theme[role])


EM = 0.010134
"""Scene units of one em at font_size 1."""

LEADING = {"latin": 1.2, "han": 1.39}
"""From baseline to baseline, in em."""

BORDER = 0.5
"""What manimgl draws around the fill of letters, in units of its stroke width."""


class Sign(VMobject):
    """A sign of a text, or a piece of one, with the symbol that it belongs to, and which one of those it is."""

    symbol, place = "", 0


class Written(VGroup):
    """Signs that are read as one text. ``text`` is what they say, as plain text with its line breaks."""

    kind = "text"
    """What it is to a reader: text or formula."""

    text = ""
    em_share = 0.0

    @property
    def em(self) -> float:
        """One em as it stands, in scene units."""
        return float(self.em_share * self.get_height())


class Sentence(Written):
    """Words with formulas between dollars, all at one size and on one baseline; the signs are its parts.

    ``symbols`` are TeX → role: they have that role's colour wherever they stand. All of it is drawn in one pass.
    """

    def __init__(
        self, text: str, theme: Theme, size: str = "label", role: str = "text",
        symbols: Mapping[str, str] | None = None, weight: str = "NORMAL",
    ) -> None:  # fmt: skip
        self.text, self.font_size = plain(text), style.size(size)
        families, em = style.font_family(self.text), style.size(size) * EM
        leading = LEADING["han" if HAN.search(self.text) else "latin"]
        known, bold = tuple(symbols or ()), weight == "BOLD"
        lines = [sentence_line(line.strip(), families, known, bold) for line in text.split("\n")]
        parts: list[Sign] = []
        baseline, above = 0.0, None
        for line in lines:
            _, bottom, _, top = ink(line.glyphs)
            if above is not None:  # a fraction needs more room than a line of words
                baseline -= max(leading, top - above + 0.15)
            above = bottom
            for glyph in line.moved(-line.width / 2):
                colour = theme[(symbols or {}).get(glyph.symbol, role)]
                for outline in filled(glyph.points):
                    part = Sign().set_points(em * (outline + np.array([0.0, baseline, 0.0])))
                    part.set_stroke(width=0).set_fill(colour, 1, border_width=BORDER)
                    part.symbol = glyph.symbol
                    parts.append(part)
        super().__init__(*parts)
        self.em_share = em / max(self.get_height(), 1e-6)
        self.baseline_share = -float(self.get_bottom()[1]) / max(self.get_height(), 1e-6)
        self.center()

    @property
    def baseline(self) -> float:
        """The height on which its first line stands, while it is upright."""
        return float(self.get_bottom()[1] + self.baseline_share * self.get_height())

    def symbol(self, name: str) -> VGroup:
        """The signs of a symbol, wherever it stands."""
        return VGroup(*(part for part in self.submobjects if part.symbol == name))


def plain(text: str) -> str:
    """A text whose formulas are said in plain text."""
    return "".join(formulas.readable(piece.content) if piece.is_formula else piece.content
                   for piece in formulas.pieces(text))  # fmt: skip


def sentence(
    text: str, theme: Theme, size: str = "label", role: str = "text", symbols: Mapping[str, str] | None = None,
    weight: str = "NORMAL",
) -> Text | Sentence:  # fmt: skip
    """A text of the script, its formulas typeset. ``size`` is a name from theme.yaml, ``role`` a colour's."""
    if any(piece.is_formula for piece in formulas.pieces(text)):
        return Sentence(text, theme, size, role, symbols, weight)
    return words(plain(text), theme, size, role, weight)


def caption_lines(text: str) -> str:
    """Break a caption into as many lines as the shape allows, of similar length, after commas first, and no formula."""
    whole = [piece.content for piece in formulas.pieces(text) if piece.is_formula]
    stand_ins = iter([chr(0xE000 + at) * max(len(formulas.readable(formula)), 1) for at, formula in enumerate(whole)])
    said = "".join(next(stand_ins) if piece.is_formula else piece.content for piece in formulas.pieces(text))
    broken = _broken(said)
    if not whole:
        return broken
    broken = broken.replace("$", r"\$")
    return re.sub(r"([\ue000-\uf8ff])\1*", lambda found: f"${whole[ord(found.group(1)) - 0xE000]}$", broken)


def _broken(text: str) -> str:
    han = bool(HAN.search(text))
    if _width(text) <= (HAN_LINE if han else LATIN_LINE):
        return text
    spots = [i for i in range(1, len(text)) if _may_break(text, i, han)]
    if not spots:
        return text
    line = HAN_LINE if han else LATIN_LINE
    lines = 2 if shape().lines == 2 else math.ceil(_width(text) / line)
    while True:
        broken = _in_lines(text, spots, lines)
        if lines >= shape().lines or all(_width(each) <= line for each in broken):
            return "\n".join(broken)
        lines += 1


def _in_lines(text: str, spots: list[int], lines: int) -> list[str]:
    """A text in so many lines, broken where it may be, each about as long as the mean of what is left."""
    if lines < 2 or not spots:
        return [text]
    best = min(spots, key=lambda i: _unbalance(text, i, lines - 1))
    rest = text[best:].lstrip()
    cut = len(text) - len(rest)
    return [text[:best].rstrip(), *_in_lines(rest, [spot - cut for spot in spots if spot > cut], lines - 1)]


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


def _unbalance(text: str, i: int, others: int) -> float:
    after_comma = text[i - 1] in "，：；,:;" or text[i - 2 : i].strip() in ",:;."
    line = HAN_LINE if HAN.search(text) else LATIN_LINE
    fits = shape().lines == 2 or (_width(text[:i]) <= line and _width(text[i:]) <= others * line)
    return abs(_width(text[:i]) - _width(text[i:]) / others) - (8 if after_comma and fits else 0)


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
