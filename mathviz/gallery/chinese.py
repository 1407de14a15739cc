"""Chinese on pages in the films' own font, whatever a system has: a rule for a style sheet, with the font in it."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterable

from fontTools import subset
from fontTools.ttLib import TTFont

from mathviz.project import ASSETS

HAN_FONT = "mathviz-han-regular.otf"
"""Of which pages bring the characters that they have."""

FIRST_HAN, LAST_HAN = "\u2e80", "\u9fff"


def han_rule(text: Iterable[str]) -> str:
    """The rule that brings the Chinese characters among these, and the font's licence; a comment if there are none.

    It is in the style sheet itself: a font that came later would move the lines that are there by then.
    """
    signs = set(text)
    if not any(FIRST_HAN <= sign <= LAST_HAN for sign in signs):
        return "/* no Chinese on these pages */\n"
    font = TTFont(ASSETS / "fonts" / HAN_FONT, recalcTimestamp=False)
    chosen = subset.Subsetter(subset.Options(notdef_outline=True))
    chosen.populate(text="".join(sorted(signs)))
    chosen.subset(font)
    made = io.BytesIO()
    font.save(made)
    data = base64.b64encode(made.getvalue()).decode()
    rule = f'@font-face {{ font-family: "Mathviz Han"; src: url("data:font/otf;base64,{data}") format("opentype"); }}\n'
    licence = (ASSETS / "fonts" / "OFL-NotoSansCJK.txt").read_text(encoding="utf-8").replace("*/", "* /")
    return f"{rule}/*\n{licence}*/\n"
