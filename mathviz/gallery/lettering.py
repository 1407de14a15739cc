"""Which of the bundled fonts has which part of a text: neither has all of a Chinese title with a name in it."""

from __future__ import annotations

import functools
import itertools
from pathlib import Path

from fontTools.ttLib import TTFont
from PIL import ImageDraw, ImageFont

from mathviz.project import ASSETS
from mathviz.style import HAN

FILES = {("latin", ""): "latin-regular", ("latin", "B"): "latin-semibold", ("han", ""): "han-regular",
         ("han", "B"): "han-regular"}  # fmt: skip
"""Family and weight, empty or B → file. The Chinese one has a single weight."""


def file(family: str, weight: str = "") -> Path:
    """Where a font lies."""
    return ASSETS / "fonts" / f"mathviz-{FILES[family, weight]}.otf"


@functools.cache
def _advances(family: str, weight: str) -> dict[str, float]:
    """Character → its width in ems."""
    with TTFont(file(family, weight)) as font:
        widths, em = font["hmtx"], font["head"].unitsPerEm
        return {chr(code): widths[name][0] / em for code, name in font.getBestCmap().items()}


def runs(text: str) -> list[tuple[str, str]]:
    """Family and piece, in turn: the Chinese font leads where there is Chinese, as in the films."""
    first, second = ("han", "latin") if HAN.search(text) else ("latin", "han")

    def family(sign: str) -> str:
        return second if sign not in _advances(first, "") and sign in _advances(second, "") else first

    return [(name, "".join(signs)) for name, signs in itertools.groupby(text, family)]


def width(text: str, weight: str = "") -> float:
    """Of a text on one line, in ems; a character that no font has is as wide as one."""
    return sum(_advances(family, weight).get(sign, 1.0) for family, piece in runs(text) for sign in piece)


def draw(canvas: ImageDraw.ImageDraw, place: tuple[float, float], text: str, size: int, colour: str) -> None:
    """Write a text on a picture, semibold, from a place on its baseline on."""
    x, y = place
    for family, piece in runs(text):
        canvas.text((x, y), piece, colour, ImageFont.truetype(str(file(family, "B")), size), anchor="ls")
        x += size * width(piece, "B")
