"""The bundled fonts are the ones recorded, cover every script, and keep numbers still."""

import hashlib
import importlib.util
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml
from fontTools.ttLib import TTFont

ROOT = Path(__file__).parents[2]
FONTS = ROOT / "assets" / "fonts"
RECORD = yaml.safe_load((FONTS / "fonts.yaml").read_text(encoding="utf-8"))
FAMILIES = ("latin", "han")
FILES = [(family, file) for family in FAMILIES for file in RECORD[family]["files"]]
FAMILY_NAME, FULL_NAME, POSTSCRIPT_NAME, TYPOGRAPHIC_FAMILY = 1, 4, 6, 16


@lru_cache
def face(file: str) -> TTFont:
    return TTFont(FONTS / file)


def covered(family: str) -> set[int]:
    """The code points that every weight of the family has."""
    return set.intersection(*(set(face(file).getBestCmap()) for file in RECORD[family]["files"]))


def strings(node: Any) -> Iterator[str]:
    """Every string of a YAML tree: keys as well, since a caption may be filed under its language."""
    if isinstance(node, str):
        yield node
    elif isinstance(node, dict):
        for key, value in node.items():
            yield from strings(key)
            yield from strings(value)
    elif isinstance(node, list):
        for item in node:
            yield from strings(item)


@lru_cache
def build_script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("build_fonts", FONTS / "build.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(("family", "file"), FILES)
def test_a_font_is_the_one_recorded(family: str, file: str) -> None:
    found = hashlib.sha256((FONTS / file).read_bytes()).hexdigest()
    assert found == RECORD[family]["sha256"][file], f"{file} is not the file in fonts.yaml: run build.py"


@pytest.mark.parametrize(("family", "file"), FILES)
def test_a_font_carries_its_familys_name(family: str, file: str) -> None:
    name, outlines = face(file)["name"], face(file)["CFF "].cff[0]
    inside = {name.getDebugName(FAMILY_NAME), name.getDebugName(TYPOGRAPHIC_FAMILY), outlines.FamilyName}
    assert inside == {RECORD[family]["family"]}, f"{file} calls its family {inside}"


@pytest.mark.parametrize("family", FAMILIES)
def test_a_familys_name_ends_in_the_digest_of_its_content(family: str) -> None:
    digest = build_script().content_digest(TTFont(FONTS / file) for file in RECORD[family]["files"])
    assert RECORD[family]["family"].endswith(f" {digest}"), (
        f"{RECORD[family]['family']} holds content {digest}: cached text would go stale, run build.py")


@pytest.mark.parametrize(("family", "file"), FILES)
def test_no_name_can_be_taken_for_an_installed_font(family: str, file: str) -> None:
    ids = (FAMILY_NAME, FULL_NAME, POSTSCRIPT_NAME, TYPOGRAPHIC_FAMILY)
    for text in [RECORD[family]["family"], *(face(file)["name"].getDebugName(i) for i in ids)]:
        assert not any(taken in text.lower() for taken in ("inter", "noto", "source han")), f"{file}: {text}"


def test_latin_has_a_regular_and_a_semibold() -> None:
    assert [face(file)["OS/2"].usWeightClass for file in RECORD["latin"]["files"]] == [400, 600]
    assert [face(file)["OS/2"].usWeightClass for file in RECORD["han"]["files"]] == [400]


@pytest.mark.parametrize("file", RECORD["latin"]["files"])
def test_digits_have_one_width(file: str) -> None:
    cmap, metrics = face(file).getBestCmap(), face(file)["hmtx"].metrics
    widths = {digit: metrics[cmap[ord(digit)]][0] for digit in "0123456789"}
    assert len(set(widths.values())) == 1, f"{file}: numbers would jitter: {widths}"


def test_han_leaves_letters_and_digits_to_latin() -> None:
    """Else naming the Han family first, for Chinese punctuation, would change the digits."""
    assert not {chr(code) for code in covered("han") if code < 128}


def test_every_character_of_every_script_has_a_glyph() -> None:
    scripts = sorted((ROOT / "scenes").glob("*.yaml"))
    assert scripts, "no scripts in scenes/: nothing was checked"
    available = covered("latin") | covered("han")
    missing = []
    for script in scripts:
        for text in strings(yaml.safe_load(script.read_text(encoding="utf-8"))):
            lacking = {c for line in text.splitlines() for c in line if ord(c) not in available}
            missing += [f"{script.name}: {c} (U+{ord(c):04X}) in {text!r}" for c in sorted(lacking)]
    advice = "no glyph for these; run assets/fonts/build.py, or write them in LaTeX:\n"
    assert not missing, advice + "\n".join(missing)


@pytest.mark.parametrize(("licence", "holder"), [
    ("OFL-Inter.txt", "The Inter Project Authors"),
    ("OFL-NotoSansCJK.txt", "Adobe"),
])
def test_the_licences_are_there(licence: str, holder: str) -> None:
    text = (FONTS / licence).read_text(encoding="utf-8")
    first, *_ = text.splitlines()
    assert first.startswith("Copyright") and holder in first, f"{licence} opens with {first!r}"
    for part in ("SIL OPEN FONT LICENSE Version 1.1", "5) The Font Software"):
        assert part in text, f"{licence} lacks {part!r}"
