"""Rebuild the bundled fonts: two small families that look the same on every machine.

Three things are done to the upstream fonts, each for a reason:

* **Subset.** A film needs some thousand characters, not 65,000.
* **Tabular digits.** The default digits become the ones of equal width, so a number
  that counts up does not jitter. No feature needs to be asked for.
* **A family name with a digest of the content.** manimgl caches a text's outlines on
  disk under its markup, which names the family and not the file. With the digest in
  the name, a changed font cannot meet stale outlines, and fontconfig cannot match a
  copy installed on the system.

Same sources and same fontTools, same bytes. Run from anywhere:

    python assets/fonts/build.py
"""

from __future__ import annotations

import argparse
import hashlib
import io
import logging
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import fontTools
import yaml
from fontTools.pens.recordingPen import RecordingPen
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTCollection, TTFont

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
DEBIAN = Path("/usr/share/fonts/opentype")
HAN_FACE = "Noto Sans CJK SC"  # the collection also holds Japanese, Korean and traditional forms

LATIN_BLOCKS = (
    (0x0020, 0x007E),  # ASCII
    (0x00A0, 0x017F),  # Latin-1, Latin Extended-A
    (0x0300, 0x036F),  # combining marks: x̂, x̄, x̃
    (0x0370, 0x03FF),  # Greek
    (0x2000, 0x206F),  # general punctuation
    (0x2070, 0x209F),  # superscripts and subscripts
    (0x20AC, 0x20AC),  # €
    (0x2100, 0x218F),  # letter-like symbols, number forms
    (0x2190, 0x21FF),  # arrows
    (0x2200, 0x22FF),  # mathematical operators
    (0x25A0, 0x25FF),  # geometric shapes
    (0x2713, 0x2717),  # ✓ ✗
    (0x27F5, 0x27FF),  # long arrows
)
# No `calt`: it would turn "2x4" into "2×4" and "->" into an arrow behind the script's back.
LATIN_FEATURES = ["ccmp", "kern", "mark", "mkmk"]

HAN_BLOCKS = (
    (0x2200, 0x22FF),  # the operators that Inter lacks: ∈ ∇ ∝
    (0x3000, 0x301F),  # ideographic punctuation
    (0xFF01, 0xFF5E),  # full-width forms
)
HAN_FEATURES = ["ccmp"]  # joins —— into one dash
GB2312_SYMBOLS = range(1, 4)
GB2312_LEVEL_1 = range(16, 56)
# Words of the field outside level 1 (entropy, threshold, game, ...), so that a new film
# rarely needs new fonts.
FIELD_HAN = "熵阈弈卦缰"
# Signs that Inter has too, but narrow and low where Chinese wants them full-width.
# Everything else that Inter covers stays out of the Han font, all of ASCII included: naming
# the Han family first then gives Chinese quotation marks and still Latin letters and digits.
HAN_PUNCTUATION = "“”‘’—…"

log = logging.getLogger("fonts")


def digits_with_one_width(font: TTFont) -> dict[int, str]:
    """The glyph of each digit's `tnum` alternate, by code point."""
    layout = font["GSUB"].table
    lookups = {i for r in layout.FeatureList.FeatureRecord if r.FeatureTag == "tnum"
               for i in r.Feature.LookupListIndex}
    tabular: dict[str, str] = {}
    for index in lookups:
        for subtable in layout.LookupList.Lookup[index].SubTable:
            tabular |= getattr(subtable, "ExtSubTable", subtable).mapping
    cmap = font.getBestCmap()
    return {code: tabular[cmap[code]] for code in range(ord("0"), ord("9") + 1)}


def keep_only(font: TTFont, codes: Iterable[int], features: Sequence[str]) -> None:
    """Drop every other glyph and feature, and the hints, which outlines drawn as curves never use."""
    options = Options()
    options.hinting = False
    options.layout_features = list(features)
    options.notdef_outline = True
    options.name_IDs = [0, 5, 7, 8, 9, 11, 13, 14]  # who made it and under which licence
    options.name_languages = [0x409]
    options.drop_tables += ["BASE", "VORG", "vhea", "vmtx"]
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=codes)
    subsetter.subset(font)


def subset_latin(source: Path) -> TTFont:
    font = TTFont(source, recalcTimestamp=False)
    tabular = digits_with_one_width(font)
    for table in font["cmap"].tables:
        table.cmap.update(tabular)
    keep_only(font, (c for first, last in LATIN_BLOCKS for c in range(first, last + 1)), LATIN_FEATURES)
    # Upstream's SemiBold tabular 4 is 3 units of 2816 narrower than the other digits.
    metrics = font["hmtx"].metrics
    widest = max(metrics[glyph][0] for glyph in tabular.values())
    for glyph in tabular.values():
        metrics[glyph] = (widest, metrics[glyph][1])
    return font


def gb2312(rows: Iterable[int]) -> Iterator[str]:
    """The characters in these rows of the standard; level 1 is rows 16 to 55."""
    for row in rows:
        yield from bytes(b for cell in range(1, 95) for b in (0xA0 + row, 0xA0 + cell)).decode(
            "gb2312", errors="ignore")


def characters_in_use() -> set[str]:
    """What the scripts and the code say today beyond ASCII."""
    files = [*ROOT.glob("scenes/*.yaml"), *ROOT.glob("mathviz/**/*.py")]
    return {c for file in files for c in file.read_text(encoding="utf-8") if not c.isascii()}


def subset_han(source: Path, latin: set[int]) -> TTFont:
    names = [str(face["name"].getDebugName(1)) for face in TTCollection(source, lazy=True)]
    font = TTFont(source, fontNumber=names.index(HAN_FACE), recalcTimestamp=False)
    wanted = {c for first, last in HAN_BLOCKS for c in range(first, last + 1)}
    wanted |= {ord(c) for c in gb2312([*GB2312_SYMBOLS, *GB2312_LEVEL_1])}
    wanted |= {ord(c) for c in characters_in_use()} | {ord(c) for c in FIELD_HAN}
    keep_only(font, wanted - latin | {ord(c) for c in HAN_PUNCTUATION}, HAN_FEATURES)
    return font


def set_names(font: TTFont, family: str, style: str) -> None:
    """Give the font one name in its `name` table and inside its outlines' table.

    The heavier face is style-linked as the family's bold, so that the platforms
    which know only regular and bold find it too. Its weight stays 600.
    """
    postscript = f"{family}-{style}".replace(" ", "")
    linked = "Regular" if style == "Regular" else "Bold"
    full = f"{family} {style}"
    names = {1: family, 2: linked, 3: postscript, 4: full, 6: postscript, 16: family, 17: style}
    for name_id, text in names.items():
        font["name"].setName(text, name_id, 3, 1, 0x409)

    heavy = linked == "Bold"
    font["head"].macStyle = int(heavy)
    font["OS/2"].fsSelection = font["OS/2"].fsSelection & ~0b110_0001 | (1 << 5 if heavy else 1 << 6)

    outlines = font["CFF "].cff
    outlines.fontNames = [postscript]
    outlines[0].FullName, outlines[0].FamilyName = full, family
    for part in getattr(outlines[0], "FDArray", []):
        part.FontName = postscript


def content_digest(faces: Iterable[TTFont]) -> str:
    """Eight hex digits over all that decides how text looks, whatever the fonts are called.

    Outlines, widths, character map, units, style and layout tables; not names or dates.
    """
    digest = hashlib.sha256()
    for face in faces:
        glyphs = face.getGlyphSet()
        for name in face.getGlyphOrder():
            pen = RecordingPen()
            glyphs[name].draw(pen)
            digest.update(repr((name, glyphs[name].width, pen.value)).encode())
        digest.update(repr(sorted(face.getBestCmap().items())).encode())
        digest.update(repr((face["head"].unitsPerEm, face["CFF "].cff[0].FontMatrix)).encode())
        for tag in ("GDEF", "GPOS", "GSUB", "OS/2", "hhea"):
            digest.update(face.reader[tag] if tag in face else b"")
    return digest.hexdigest()[:8]


def compiled(font: TTFont) -> bytes:
    buffer = io.BytesIO()
    font.save(buffer)
    return buffer.getvalue()


def name_by_content(prefix: str, faces: dict[str, TTFont]) -> tuple[str, dict[str, bytes]]:
    """The family's name and each style's file, the name being derived from all of them."""
    for style, face in faces.items():
        set_names(face, prefix, style)
    family = f"{prefix} {content_digest(TTFont(io.BytesIO(compiled(face))) for face in faces.values())}"
    files = {}
    for style, face in faces.items():
        set_names(face, family, style)
        files[style] = compiled(face)
    return family, files


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def write_family(stem: str, prefix: str, package: str, sources: dict[str, Path],
                 faces: dict[str, TTFont]) -> dict[str, object]:
    """Write one family's files; what fonts.yaml says of it."""
    upstream = str(faces["Regular"]["name"].getDebugName(5))
    family, files = name_by_content(prefix, faces)
    digests = {}
    for style, data in files.items():
        target = HERE / f"{stem}-{style.lower()}.otf"
        target.write_bytes(data)
        digests[target.name] = sha256(data)
        log.info("%s  %s %s, %d kB", target.name, family, style, len(data) // 1000)
    return {
        "family": family,
        "files": list(digests),
        "sha256": digests,
        "source": {"package": package, "upstream": upstream,
                   "sha256": {path.name: sha256(path.read_bytes()) for path in sources.values()}},
    }


def parse_sources(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Rebuild the bundled fonts.")
    parser.add_argument("--inter", type=Path, default=DEBIAN / "inter/Inter-Regular.otf")
    parser.add_argument("--inter-bold", type=Path, default=DEBIAN / "inter/Inter-SemiBold.otf")
    parser.add_argument("--noto", type=Path, default=DEBIAN / "noto/NotoSansCJK-Regular.ttc")
    sources = parser.parse_args(arguments)
    for option, path in vars(sources).items():
        if not path.is_file():
            package = "fonts-noto-cjk" if option == "noto" else "fonts-inter"
            parser.error(f"no font at {path}: install Debian's {package}, or name the file with "
                         f"--{option.replace('_', '-')}")
    return sources


def main(arguments: Sequence[str]) -> None:
    sources = parse_sources(arguments)
    latin_sources = {"Regular": sources.inter, "SemiBold": sources.inter_bold}
    latin = {style: subset_latin(path) for style, path in latin_sources.items()}
    han = {"Regular": subset_han(sources.noto, set(latin["Regular"].getBestCmap()))}
    record = {
        "latin": write_family("mathviz-latin", "Mathviz Latin", "fonts-inter", latin_sources, latin),
        "han": write_family("mathviz-han", "Mathviz Han", "fonts-noto-cjk", {"Regular": sources.noto}, han),
        "built_with": f"fontTools {fontTools.version}",
    }
    head = "# Written by build.py. The family names carry a digest of the fonts' content.\n"
    (HERE / "fonts.yaml").write_text(head + yaml.safe_dump(record, sort_keys=False), encoding="utf-8")


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    logging.getLogger("fontTools").setLevel(logging.WARNING)
    main(sys.argv[1:])
