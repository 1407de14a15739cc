"""The PDF of a talk, read back: words as text in the bundled fonts, and the last frame of each beat."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pypdf import PdfReader
from tiny_project import TinyProject

from mathviz.render import manifest
from mathviz.talk.handout import handout
from mathviz.talk.outline import outline
from mathviz.talk.stills import frames


@pytest.fixture(scope="module", params=["en", "zh"])
def paper(slides: Path, request: pytest.FixtureRequest) -> PdfReader:
    return PdfReader(slides / f"tiny.{request.param}.pdf")


def language_of(paper: PdfReader) -> str:
    return str(paper.root_object["/Lang"])[:2]


def test_every_word_is_there_as_text(paper: PdfReader) -> None:
    said = "".join(page.extract_text() for page in paper.pages)
    wanted = {
        "en": ["Bars", "How high?", "Growth", "3 bars <grow>", "The end", "They leave", "References", "On bars. 2020."],
        "zh": ["条形", "多高？", "增长", "3 条 <增长>", "结束", "离开", "参考文献", "On bars. 2020."],
    }[language_of(paper)]
    places = ["".join(said.split()).find("".join(text.split())) for text in wanted]
    assert -1 not in places, said


def test_each_beat_has_its_last_frame(paper: PdfReader, slides: Path, spoken: TinyProject) -> None:
    (part,) = outline(spoken.project, ["tiny"], language_of(paper)).parts
    drawn = frames(part, range(29))
    shown = [np.asarray(each.image.convert("RGB"), float) for page in paper.pages for each in page.images]
    assert len(shown) == 3
    for picture, last in zip(shown, (6, 14, 28), strict=True):
        far = {number: float(np.abs(picture - np.asarray(frame)).mean()) for number, frame in drawn.items()}
        assert far[last] < 1 and far[last] == pytest.approx(min(far.values()), abs=0.05), far


def test_its_fonts_are_ours_and_in_it_as_readers_take_them(paper: PdfReader) -> None:
    fonts: Any = paper.pages[0]["/Resources"]["/Font"]  # type: ignore[index]
    kinds = set()
    for font in fonts.values():
        about = font.get_object()["/DescendantFonts"][0].get_object()
        assert "Mathviz" in about["/BaseFont"].replace("#20", " ")
        described = about["/FontDescriptor"].get_object()
        (file,) = (name for name in described if name.startswith("/FontFile"))
        kinds.add((str(about["/Subtype"]), file, described[file].get_object().get_data()[:4]))
    assert kinds == {("/CIDFontType2", "/FontFile2", b"\x00\x01\x00\x00")}


def test_its_chapters_are_its_outline(paper: PdfReader) -> None:
    film, beats = paper.outline
    assert film.title in ("Bars", "条形") and len(beats) == 3  # type: ignore[union-attr, arg-type]


def test_lines_in_two_scripts_are_whole(rendered: TinyProject) -> None:
    """After a line that ends in another font than it begins with, the next one is still in its own."""
    path = rendered.films / "tiny.zh.json"
    about = json.loads(path.read_text(encoding="utf-8"))
    said = [["4096 个 token 的 16.8 百万个分数，楼是其中一部分，共 42"],
            ["标准做法把分数存下再读回，权重又存取一遍，", "e^x", "。"]]  # fmt: skip
    about["beats"][1]["captions"] = said
    path.write_bytes(manifest.written(about))
    paper = PdfReader(io.BytesIO(handout(outline(rendered.project, ["tiny"], "zh"))))
    found = "".join("".join(page.extract_text() for page in paper.pages).split())
    for parts in said:
        assert "".join("".join(parts).split()) in found
