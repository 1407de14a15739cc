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
from mathviz.project.errors import ScriptError

HAN = sorted({c for path in (HOME / "scenes").glob("*.yaml") for c in path.read_text("utf-8") if style.HAN.match(c)})
LATIN = [chr(c) for c in range(ord("!"), ord("~") + 1) if chr(c).isalnum()]
LEAST = 0.95


def ink_by_pillow(character: str, font: ImageFont.FreeTypeFont, height: float) -> float:
    """Covered area, in pixels, of a character that is so many pixels high."""
    sheet = Image.new("L", (400, 400))
    ImageDraw.Draw(sheet).text((80, 60), character, font=font, fill=255)
    _, top, _, bottom = sheet.getbbox()
    return float(np.asarray(sheet).sum() / 255 * (height / (bottom - top)) ** 2)


def share_of_ink(character: str, size: str, *, typeset: bool = False) -> float:
    name = "mathviz-han-regular.otf" if style.HAN.match(character) else "mathviz-latin-regular.otf"
    font = ImageFont.truetype(ASSETS / "fonts" / name, 200)
    ink, height = ink_of(character, size, typeset=typeset)
    return ink / ink_by_pillow(character, font, height)


@pytest.mark.slow
@pytest.mark.parametrize("size", ["label", "caption"])
def test_every_character_is_solid(manim: None, size: str) -> None:
    hollow = {c: round(share, 2) for c in HAN + LATIN if (share := share_of_ink(c, size)) < LEAST}
    assert not hollow, f"drawn hollow at size {size}, choose other words: {hollow}"


def test_the_measure_notices_a_hollow_character(manim: None) -> None:
    assert share_of_ink("给", "caption") < LEAST


@pytest.mark.slow
@pytest.mark.parametrize("size", ["label", "caption"])
def test_every_character_of_a_sentence_is_solid(manim: None, size: str) -> None:
    hollow = {c: round(share, 2) for c in HAN + LATIN if (share := share_of_ink(c, size, typeset=True)) < LEAST}
    assert not hollow, f"drawn hollow at size {size}: {hollow}"


def test_a_sentence_fills_what_manimgl_leaves_hollow(manim: None) -> None:
    assert share_of_ink("给", "caption", typeset=True) > LEAST


def test_a_path_is_not_cut_where_a_curve_is_straight_from_its_begin(manim: None) -> None:
    """论 is four pieces of ink; the last was cut in three, and one of these taken for a hole."""
    from manimlib import VMobject

    from mathviz.mobjects.typeset import filled, words_line

    for character, pieces, holes in (("论", 4, 0), ("的", 3, 2), ("B", 1, 2)):
        (glyph,) = words_line(character, style.font_family(character)).glyphs
        inks = filled(glyph.points)
        assert len(inks) == pieces
        assert sum(len(VMobject().set_points(ink).get_subpaths()) - 1 for ink in inks) == holes


# Formulas among words.

CAPTION = r"Ring: $2(N−1)/N·S$. Under $2S$ for any number of ranks."


def test_a_caption_is_one_text_on_two_lines_and_no_formula_is_cut(manim: None) -> None:
    from mathviz.mobjects.text import Sentence, caption_lines

    chinese = "来了更大的分数，旧的和要乘上 $e^{m-m'}$，再加新的"
    for text in (CAPTION, chinese, "It is a long and winding way to $a = b + c + d + e + f$."):
        lines = caption_lines(text).split("\n")
        assert len(lines) == 2 and all(line.count("$") % 2 == 0 for line in lines)
    assert Sentence(caption_lines(CAPTION), style.theme("dark"), "caption").text == (
        "Ring: 2(N−1)/N·S. Under 2S\nfor any number of ranks."
    )


@pytest.mark.parametrize("words", ["Hm {} m", "每份 {} 块"])
def test_words_and_formulas_stand_on_one_line_at_one_size(manim: None, words: str) -> None:
    from mathviz.mobjects.text import Sentence

    for theme in style.THEMES:
        made = Sentence(words.format("$2HN$"), style.theme(theme), "caption", symbols={"N": "data", "H": "model"})
        (formula,), (other,) = made.symbol("N"), made.symbol("H")
        first = Sentence("H", style.theme(theme), "caption")
        assert formula.get_fill_color().lower() == style.theme(theme)["data"].lower()
        assert other.get_bottom()[1] == pytest.approx(formula.get_bottom()[1], abs=0.01)
        assert formula.get_height() == pytest.approx(first.get_height(), rel=0.06)
    if words.isascii():
        letters = [sign for sign in made.submobjects if not sign.symbol]
        assert letters[0].get_bottom()[1] == pytest.approx(formula.get_bottom()[1], abs=0.01)


def test_a_symbol_has_its_colour_wherever_it_stands(manim: None) -> None:
    from mathviz.mobjects.text import Sentence

    theme = style.theme("light")
    made = Sentence(r"$x_t^2$ and $\frac{x_t}{x_{t-1}}$ of x", theme, symbols={"x_t": "data"})
    assert len(made.symbol("x_t")) == 4  # x and t, twice
    colours = {sign.get_fill_color().lower() for sign in made.submobjects}
    assert colours == {theme["data"].lower(), theme["text"].lower()}


def test_latex_says_why_it_refuses(manim: None) -> None:
    from mathviz.mobjects.text import Sentence

    with pytest.raises(ScriptError, match=r"LaTeX refuses \$\\foo\$: Undefined control sequence"):
        Sentence(r"so $\foo$", style.theme("dark"))


def test_a_sentence_can_be_drawn_in_one_pass(manim: None) -> None:
    from manimlib_scene import batches_of

    from mathviz.mobjects.text import Sentence

    assert batches_of(Sentence(CAPTION, style.theme("dark"), "caption", symbols={"S": "data"}).fix_in_frame()) == 1
