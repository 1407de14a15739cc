"""Every character of the scripts is drawn solid.

manimgl fills some outlines only in part, at some sizes: 给 comes out hollow in a caption and whole in a
headline. What Pillow draws from the same font is the measure; manimgl's ink is a quarter more, by its
border.
"""

from __future__ import annotations

import numpy as np
import pytest
from manimlib_scene import ink_of
from PIL import Image, ImageDraw, ImageFont

from mathviz import style
from mathviz.project import ASSETS, HOME

HAN = sorted({c for path in (HOME / "scenes").glob("*.yaml") for c in path.read_text("utf-8") if style.HAN.match(c)})
LATIN = [chr(c) for c in range(ord("!"), ord("~") + 1) if chr(c).isalnum()]
LEAST = 0.95


def ink_by_pillow(character: str, font: ImageFont.FreeTypeFont, height: float) -> float:
    """Covered area, in pixels, of a character that is so many pixels high."""
    sheet = Image.new("L", (400, 400))
    ImageDraw.Draw(sheet).text((80, 60), character, font=font, fill=255)
    _, top, _, bottom = sheet.getbbox()
    return float(np.asarray(sheet).sum() / 255 * (height / (bottom - top)) ** 2)


def share_of_ink(character: str, size: str) -> float:
    name = "mathviz-han-regular.otf" if style.HAN.match(character) else "mathviz-latin-regular.otf"
    font = ImageFont.truetype(ASSETS / "fonts" / name, 200)
    ink, height = ink_of(character, size)
    return ink / ink_by_pillow(character, font, height)


@pytest.mark.slow
@pytest.mark.parametrize("size", ["label", "caption"])
def test_every_character_is_solid(manim: None, size: str) -> None:
    hollow = {c: round(share, 2) for c in HAN + LATIN if (share := share_of_ink(c, size)) < LEAST}
    assert not hollow, f"drawn hollow at size {size}, choose other words: {hollow}"


def test_the_measure_notices_a_hollow_character(manim: None) -> None:
    assert share_of_ink("给", "caption") < LEAST
