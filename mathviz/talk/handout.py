"""A talk on paper, PDF: the last frame of each beat and its words, as text in the films' own fonts."""

from __future__ import annotations

import logging
import re
import string
import tempfile
from collections.abc import Iterator
from pathlib import Path

from fpdf import FPDF
from PIL import Image

from mathviz.films.script import OPENING
from mathviz.gallery import lettering
from mathviz.gallery.films import Beat
from mathviz.gallery.pages import html_language, word
from mathviz.talk.deck import as_jpeg, date_of
from mathviz.talk.outline import Part, Talk
from mathviz.talk.stills import frames
from mathviz.talk.truetype import write_truetype

MARGIN, GAP, PICTURE = 16.0, 6.0, 82.0
"""Millimetres: around a page, between picture and words, and of a picture's width."""

TALLEST = 70.0
"""Millimetres of a picture, at most: of films that are higher than wide."""

TITLE, CHAPTER, WORDS, SMALL = 17.0, 11.5, 10.0, 8.0
"""Sizes of text, in points."""

LEADING = 0.52
"""Millimetres from line to line for each point of a text's size."""

INK, QUIET = (27, 27, 27), (83, 91, 102)

TOKEN = re.compile(r"[“‘（《「【]*(?:[\u2e80-\u9fff]|[^\s\u2e80-\u9fff\uff00-\uffef“‘（《「【]+)"
                   r"[，。、；：？！”’）》」】…—\uff00-\uffef]*|\s+|\S")  # fmt: skip
"""What is not broken: a word, or one Chinese character, with the punctuation that belongs to it."""


def handout(talk: Talk) -> bytes:
    """The whole file."""
    with tempfile.TemporaryDirectory(prefix="mathviz-handout-") as folder:
        made = _Paper(talk, _fonts(talk, Path(folder)))
        for part in talk.parts:
            made.film(part)
        return bytes(made.output())


def _fonts(talk: Talk, folder: Path) -> dict[tuple[str, str], Path]:
    """The font files of a talk by family and weight, as PDF's writer takes them."""
    told = [part.film.manifest.model_dump_json(exclude={"trace", "files", "inputs"}) for part in talk.parts]
    some = "·。"  # a font without any character is none
    signs = "".join(sorted({*string.printable, *some, *"".join(told), *word("references", talk.language)}))
    found = {}
    for family, weight in lettering.FILES:
        source = lettering.file(family, weight)
        found[family, weight] = path = folder / f"{source.stem}.ttf"
        if not path.exists():
            write_truetype(source, signs, path)
    return found


class _Paper(FPDF):
    """A4 pages with a film after the other."""

    def __init__(self, talk: Talk, fonts: dict[tuple[str, str], Path]) -> None:
        super().__init__(format="A4")
        logging.getLogger("fontTools.subset").setLevel(logging.ERROR)
        self.talk = talk
        for (family, weight), path in fonts.items():
            self.add_font(family, weight, path)
        self.set_margin(MARGIN)
        self.c_margin = 0
        self.set_auto_page_break(False)
        self.set_title(talk.title)
        self.set_lang(html_language(talk.language))
        self.set_creator("mathviz")
        self.set_creation_date(date_of(talk))

    def film(self, part: Part) -> None:
        """Its title and question, its beats, its sources."""
        told = part.film.manifest
        self.add_page()
        self.start_section(told.title)
        self.write_lines(told.title, TITLE, "B")
        self.write_lines(told.question, CHAPTER, colour=QUIET)
        self.ln(3)
        pictures = frames(part, [end - 1 for _, _, end in part.spans])
        for at, (beat, _, end) in enumerate(part.spans):
            self._beat(at, beat, pictures[end - 1])
        sources = [" ".join(filter(None, (source.text, source.link))) for source in told.references]
        if self.get_y() + self._height([(word("references", self.talk.language), CHAPTER, "B")]) + 20 > self._bottom:
            self.add_page()
        self.write_lines(word("references", self.talk.language), CHAPTER, "B")
        for source, text in zip(told.references, sources, strict=True):
            self.write_lines(text, SMALL, link=source.link or "")

    def _beat(self, at: int, beat: Beat, picture: Image.Image) -> None:
        """A row: the picture at the left, what is said at the right."""
        wide, high = PICTURE, PICTURE * picture.height / picture.width
        if high > TALLEST:
            wide, high = wide * TALLEST / high, TALLEST
        said = [] if beat.id == OPENING else [(beat.chapter, CHAPTER, "B")]
        said += [("".join(parts), WORDS, "") for parts in beat.captions]
        self.set_left_margin(MARGIN + PICTURE + GAP)
        if self.get_y() + max(high, self._height(said)) > self._bottom:
            self.set_left_margin(MARGIN)
            self.add_page()
            self.set_left_margin(MARGIN + PICTURE + GAP)
        top = self.get_y()
        self.start_section(beat.chapter, level=1)
        alt = f"{beat.chapter}. {' '.join(text for text, *_ in said)}"
        self.image(as_jpeg(picture), MARGIN, top, wide, high, alt_text=alt)
        self.set_xy(self.l_margin, top)
        for text, size, weight in said:
            self.write_lines(text, size, weight)
            self.ln(1)
        below = max(self.get_y(), top + high)
        self.set_left_margin(MARGIN)
        self.set_xy(MARGIN, below + GAP)

    def footer(self) -> None:
        """The talk's title and the page's number."""
        text = f"{self.talk.title}  ·  {self.page_no()}"
        self.set_xy(self.w - MARGIN - self._width(text, SMALL, ""), self.h - MARGIN + 4)
        self._write(text, SMALL, "", QUIET)

    @property
    def _bottom(self) -> float:
        return self.h - MARGIN

    def _height(self, said: list[tuple[str, float, str]]) -> float:
        return sum(LEADING * size * len(list(self._lines(text, size, weight))) + 1 for text, size, weight in said)

    def write_lines(
        self, text: str, size: float, weight: str = "", colour: tuple[int, int, int] = INK, link: str = ""
    ) -> None:  # fmt: skip
        """A text from the left margin on, on as many lines as it needs."""
        for line in self._lines(text, size, weight):
            if self.get_y() + LEADING * size > self._bottom:
                self.add_page()
            self.set_x(self.l_margin)
            self._write(line, size, weight, colour, link)
            self.set_xy(self.l_margin, self.get_y() + LEADING * size)

    def _write(self, line: str, size: float, weight: str, colour: tuple[int, int, int], link: str = "") -> None:
        """A line from here on, each part in the font that has it: PDF's writer forgets which it chose by itself."""
        self.set_text_color(*colour)
        for family, piece in lettering.runs(line):
            self.set_font(family, weight, size)
            self.cell(self._width(piece, size, weight), LEADING * size, piece, link=link)

    def _width(self, text: str, size: float, weight: str) -> float:
        """In millimetres."""
        return lettering.width(text, weight) * size / self.k

    def _lines(self, text: str, size: float, weight: str) -> Iterator[str]:
        """A text as lines no wider than the page has room for."""
        room, line = self.w - self.r_margin - self.l_margin, ""
        for token in TOKEN.findall(" ".join(text.split())):
            if line and self._width(line + token.rstrip(), size, weight) > room:
                yield line.rstrip()
                line = ""
            line += token if line or token.strip() else ""
        if line.strip():
            yield line.rstrip()
