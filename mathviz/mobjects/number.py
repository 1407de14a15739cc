"""The one number of a picture: large and bold, with its unit and two words, counting without a jitter."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from manimlib import DOWN, LEFT, ORIGIN, RIGHT, UP, VGroup, VMobject
from numpy import ndarray

from mathviz import style
from mathviz.mobjects.text import BORDER, EM, Sentence, Written
from mathviz.mobjects.typeset import filled, ink, words_line
from mathviz.style import Theme

CAPITAL = 0.727
"""Height of a digit and of a capital, in em."""

UNIT_GAP, LABEL_GAP = 0.12, 0.45
"""Before the unit, in em of the value; between value and label, in em of the label."""


class Digits(Written):
    """A value in bold digits of one width, which stand still while they count.

    ``template`` is a format string, ``"{:.2f}"``. The value is as wide as ``widest`` and stands at the right of its
    place; its box is that of the place, whatever is shown: from edge to edge of the widest value's ink, so that
    what is flush with the box is flush with what is seen.
    """

    def __init__(
        self, value: float, theme: Theme, template: str = "{}", size: str = "hero", role: str = "text",
        widest: float | None = None,
    ) -> None:  # fmt: skip
        self.template, self.colour = template, theme[role]
        places = max((self._written(each) for each in (value if widest is None else widest, value)), key=_width)
        left, self.overhang = _bearings(places)
        self.width_in_em = _width(places) - left - self.overhang
        em = style.size(size) * EM
        # An open corner without area or line: where the digits stand, after whatever was done to the number.
        corners = em * np.array([[0.0, CAPITAL, 0.0], [0.0, 0.0, 0.0], [self.width_in_em, 0.0, 0.0]])
        self.place = VMobject().set_points_as_corners(corners).set_stroke(width=0).set_fill(opacity=0, border_width=0)
        super().__init__(self.place)
        self.show(value)
        self.center()

    @property
    def em(self) -> float:
        """One em as it stands, in scene units."""
        return float(self.place.get_height() / CAPITAL)

    def show(self, value: float) -> Digits:
        """Show another value, at once."""
        self.text = self._written(value)
        top, corner, end = self.place.get_anchors()[[0, 1, -1]]
        across, up = (end - corner) / self.width_in_em, (top - corner) / CAPITAL
        pen = self.width_in_em + self.overhang - _width(self.text)
        outlines: list[ndarray] = []
        for sign in self.text:
            line = words_line(sign, style.font_family(sign), True)
            for glyph in line.glyphs:
                outlines += [corner + (outline[:, :1] + pen) * across + outline[:, 1:2] * up
                             for outline in filled(glyph.points)]  # fmt: skip
            pen += line.width
        self._draw(outlines)
        return self

    def _written(self, value: float) -> str:
        return self.template.format(value).replace("-", "−")

    def _draw(self, outlines: list[ndarray]) -> None:
        """Give each shape its outline. Shapes are kept, with all that was done to them: fixed in frame, faded; but as
        many as are needed, whatever was shown before: so a skipped count leaves what a played one does."""
        while len(self.submobjects) - 1 < len(outlines):
            made = VMobject().set_stroke(width=0).set_fill(self.colour, 1, border_width=BORDER)
            if len(self.submobjects) > 1:
                made = self.submobjects[1].copy()
            self.add(made)
        self.remove(*self.submobjects[1 + len(outlines) :])
        for outline, shape in zip(outlines, self.submobjects[1:], strict=True):
            shape.set_points(outline)


def _width(text: str) -> float:
    return sum(words_line(sign, style.font_family(sign), True).width for sign in text)


def _bearings(text: str) -> tuple[float, float]:
    """What is left free before the ink of a text's first sign, and after that of its last."""
    first, last = (words_line(sign, style.font_family(sign), True) for sign in (text[0], text[-1]))
    return ink(first.glyphs)[0], last.width - ink(last.glyphs)[2]


class BigNumber(VGroup):
    """A value with its ``unit`` at half the size and a ``label`` of two words below; ``show`` counts it.

    ``side`` is LEFT or RIGHT: where value and label are flush. ``widest`` is the value that takes most room on the
    way. Numbers beside each other are aligned at their tops: ``arrange(RIGHT, aligned_edge=UP)``.
    """

    def __init__(
        self, value: float, theme: Theme, label: str = "", unit: str = "", template: str = "{}", role: str = "text",
        size: str = "hero", widest: float | None = None, side: ndarray = LEFT,
        symbols: Mapping[str, str] | None = None,
    ) -> None:  # fmt: skip
        self.digits = Digits(value, theme, template, size, role, widest)
        parts: list[VMobject] = [self.digits]
        if unit:
            self.unit = Sentence(unit, theme, size, role, symbols).scale(0.5)
            gap = (UNIT_GAP + self.digits.overhang) * self.digits.em
            self.unit.next_to(self.digits, RIGHT, gap).shift((self._baseline() - self.unit.get_bottom()[1]) * UP)
            parts.append(self.unit)
        if label:
            self.label = Sentence(label, theme, "label", "text", symbols)
            self.label.next_to(VGroup(*parts), DOWN, LABEL_GAP * self.label.em, aligned_edge=side)
            parts.append(self.label)
        super().__init__(*parts)
        self.move_to(ORIGIN)

    def _baseline(self) -> float:
        return float(self.digits.place.get_bottom()[1])

    def show(self, value: float) -> BigNumber:
        """Show another value, at once."""
        self.digits.show(value)
        return self
