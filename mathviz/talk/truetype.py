"""The characters of a text out of a font with PostScript outlines, as a TrueType font: PDF's writer takes no others."""

from __future__ import annotations

from pathlib import Path

from fontTools import subset
from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont, newTable

CLOSE = 0.5
"""How far a curve may be from the one that it stands for, in units of which an em has one or two thousand."""

LIMITS = {"maxZones": 1, "maxTwilightPoints": 0, "maxStorage": 0, "maxFunctionDefs": 0, "maxInstructionDefs": 0,
          "maxStackElements": 0, "maxSizeOfInstructions": 0, "maxComponentElements": 0, "maxComponentDepth": 0,
          "maxPoints": 0, "maxContours": 0, "maxCompositePoints": 0, "maxCompositeContours": 0}  # fmt: skip
"""Of a font without instructions; what is counted is counted anew when it is saved."""


def write_truetype(source: Path, text: str, path: Path) -> None:
    """Write the font's glyphs for these characters to ``path``."""
    font = TTFont(source)
    chosen = subset.Subsetter(subset.Options(notdef_outline=True, layout_features=[], glyph_names=False))
    chosen.populate(text=text)
    chosen.subset(font)
    order, drawn = font.getGlyphOrder(), font.getGlyphSet()
    outlines = newTable("glyf")
    outlines.glyphOrder, outlines.glyphs = order, {}
    for name in order:
        pen = TTGlyphPen(drawn)
        drawn[name].draw(Cu2QuPen(pen, CLOSE, reverse_direction=True))
        outlines.glyphs[name] = pen.glyph()
    del font["CFF "]
    font["loca"], font["glyf"] = newTable("loca"), outlines
    font["maxp"].tableVersion = 0x00010000
    for name, value in LIMITS.items():
        setattr(font["maxp"], name, value)
    font["post"].formatType = 3.0
    font.sfntVersion = "\x00\x01\x00\x00"
    font.save(path)
