"""A law, whose symbols leave the objects that they name and gather in it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from manimlib import ORIGIN, Animation, Mobject, VGroup
from numpy import ndarray

from mathviz import style
from mathviz.films import formulas
from mathviz.mobjects.text import BORDER, EM, Sentence, Sign, Written
from mathviz.mobjects.typeset import TEX_SCALE, filled, tex_line
from mathviz.project import not_found
from mathviz.style import Theme


class Law(Written):
    """A formula in LaTeX, displayed; ``symbols`` are TeX → role, and ``symbol`` gives the signs of one.

    All of it is drawn in one pass.
    """

    kind = "formula"
    named: tuple[str, ...] = ()
    """Symbols that name something on screen, as the script says."""

    def __init__(
        self, tex: str, theme: Theme, symbols: Mapping[str, str] | None = None, size: str = "formula",
        role: str = "text",
    ) -> None:  # fmt: skip
        self.text, self.tex = formulas.readable(tex), tex
        em = style.size(size) * EM * TEX_SCALE
        super().__init__()
        for glyph in tex_line(tex, tuple(symbols or ()), display=True).glyphs:
            for outline in filled(glyph.points):
                colour = theme[(symbols or {}).get(glyph.symbol, role)]
                sign = Sign().set_points(em * outline).set_stroke(width=0).set_fill(colour, 1, border_width=BORDER)
                sign.symbol, sign.place = glyph.symbol, glyph.place
                self.add(sign)
        self.em_share = em / max(self.get_height(), 1e-6)
        self.move_to(ORIGIN)

    @property
    def symbols(self) -> list[str]:
        """The symbols that it was told of and has, in order."""
        return list(dict.fromkeys(sign.symbol for sign in self.submobjects if sign.symbol))

    def symbol(self, name: str) -> VGroup:
        """The signs of a symbol, wherever it stands. Raises NotFound, with the closest, for one that it has not."""
        signs = [sign for sign in self.submobjects if sign.symbol == name]
        if not signs:
            raise not_found("symbol", name, self.symbols, f"the formula {self.tex}")
        return VGroup(*signs)

    def places(self, name: str) -> list[list[int]]:
        """Where a symbol stands: of each place the numbers of its parts."""
        found: dict[int, list[int]] = {}
        for at, sign in enumerate(self.submobjects):
            if sign.symbol == name:
                found.setdefault(sign.place, []).append(at)
        return list(found.values())


class Gathering(Animation):
    """Symbols leave the objects that they name and take their places; then the rest of the formula appears.

    ``sources`` are symbol → a point of the frame, or a mobject that lies in it: of a text that has the symbol, its
    signs leave; from anything else the symbol grows. Raises NotFound for a symbol that the formula has not.
    """

    AWAY, SPREAD, BOW = 0.75, 0.35, 0.12
    """Until when symbols are on their way, the part of it by which they are staggered, and how far their way bends."""

    def __init__(self, law: Law, sources: Mapping[str, Mobject | ndarray], **kwargs: Any) -> None:
        self.law = law
        self.flights: list[tuple[list[int], ndarray, float, bool]] = []
        for name, source in sources.items():
            law.symbol(name)
            begin, height = _begin(source, name)
            for parts in law.places(name):
                target = VGroup(*(law.submobjects[at] for at in parts))
                self.flights.append((parts, begin, height / target.get_height() if height else 0.15, bool(height)))
        self.flights.sort(key=lambda flight: flight[0][0])
        super().__init__(law, **kwargs)

    def begin(self) -> None:
        self.points = [sign.get_points().copy() for sign in self.law.submobjects]
        self.opacities = [float(sign.get_fill_opacity()) for sign in self.law.submobjects]
        super().begin()

    def create_starting_mobject(self) -> Mobject:
        return self.mobject

    def interpolate_mobject(self, alpha: float) -> None:
        share = self.time_spanned_alpha(alpha)
        flying: set[int] = set()
        for number, (parts, begin, scale, solid) in enumerate(self.flights):
            late = self.SPREAD * number / max(len(self.flights) - 1, 1)
            own = np.clip((share / self.AWAY - late) / (1 - self.SPREAD), 0, 1)
            self._fly(parts, begin, scale, solid, float(_eased(own)), float(own))
            flying |= set(parts)
        rest = float(_eased(np.clip((share - self.AWAY + 0.15) / (1.15 - self.AWAY), 0, 1)))
        for at, sign in enumerate(self.law.submobjects):
            if at not in flying:
                sign.set_fill(opacity=rest * self.opacities[at], recurse=False)

    def _fly(self, parts: list[int], begin: ndarray, scale: float, solid: bool, eased: float, own: float) -> None:
        corners = np.concatenate([self.points[at] for at in parts])
        end = (corners.min(axis=0) + corners.max(axis=0)) / 2
        way = end - begin
        bend = self.BOW * np.array([-way[1], way[0], 0.0]) * np.sign(way[0] or 1.0) * 4 * eased * (1 - eased)
        middle, size = begin + eased * way + bend, scale + eased * (1 - scale)
        for at in parts:
            sign = self.law.submobjects[at]
            sign.set_points(self.points[at] if own == 1 else middle + size * (self.points[at] - end))
            seen = float(own > 0) if solid else min(1.0, 4 * own)
            sign.set_fill(opacity=seen * self.opacities[at], recurse=False)


def _begin(source: Mobject | ndarray, name: str) -> tuple[ndarray, float]:
    """Where a symbol begins its way, and how high it is there: 0 where it stands in no text yet."""
    if isinstance(source, (Sentence, Law)) and any(sign.symbol == name for sign in source.submobjects):
        signs = source.symbol(name)
        return signs.get_center(), float(signs.get_height())
    if isinstance(source, Mobject):
        return source.get_center(), 0.0
    point = np.zeros(3)
    point[: len(source)] = source
    return point, 0.0


def _eased(share: float) -> float:
    return share**3 * (10 - 15 * share + 6 * share**2)
