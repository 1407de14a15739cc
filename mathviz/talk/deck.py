"""A talk for an office's program, PPTX: a slide for each beat, with its video, which begins by itself, and notes."""

from __future__ import annotations

import datetime
import io
import tempfile
from pathlib import Path
from typing import Any

from PIL import Image
from pptx import Presentation
from pptx.dml.color import RGBColor
from pptx.oxml.ns import qn
from pptx.util import Emu

from mathviz import style
from mathviz.gallery.films import Beat
from mathviz.gallery.pages import word
from mathviz.render import encode
from mathviz.talk.outline import Part, Talk
from mathviz.talk.stills import frames

HIGH = 6_858_000
"""Of a slide, in EMU: seven and a half inches, as PowerPoint's own are."""

TITLE_ONLY = 5
"""The template's layout with nothing but a title."""

QUALITY = 92
"""Of a picture as JPEG, without halving its colours."""


def deck(talk: Talk) -> bytes:
    """The whole file. Raises RenderFailed or ToolMissing where a beat cannot be cut out of its film."""
    made = Presentation()
    widest = max(part.film.manifest.width / part.film.manifest.height for part in talk.parts)
    made.slide_width, made.slide_height = Emu(round(HIGH * widest)), Emu(HIGH)
    about = made.core_properties
    about.title, about.language, about.author, about.last_modified_by = talk.title, talk.language, "mathviz", "mathviz"
    about.created = about.modified = date_of(talk)
    with tempfile.TemporaryDirectory(prefix="mathviz-deck-") as folder:
        for part in talk.parts:
            opening = frames(part, part.marks[:-1])
            for at, (beat, first, end) in enumerate(part.spans):
                clip = Path(folder) / f"{part.film.name}.{at:02}_{beat.id}.mp4"
                _cut(part, clip, first, end - first)
                slide = _slide(made, talk, part, beat)
                _show(slide, made, part, beat, clip, opening[first])
                slide.notes_slide.notes_text_frame.text = notes(talk, part, at)
        buffer = io.BytesIO()
        made.save(buffer)
    return buffer.getvalue()


def date_of(talk: Talk) -> datetime.datetime:
    """When the first film's numbers were computed."""
    try:
        found = datetime.datetime.fromisoformat(talk.parts[0].film.manifest.trace.date.replace("Z", "+00:00"))
    except ValueError:
        found = datetime.datetime(1980, 1, 1)
    return found.replace(tzinfo=None)


def notes(talk: Talk, part: Part, at: int) -> str:
    """What the speaker sees of a beat: its words, what comes next, and at the film's end its sources."""
    lines = ["".join(parts) for parts in part.beats[at].captions]
    if at + 1 < len(part.beats):
        lines += ["", f"{word('talk_after', talk.language)} {part.beats[at + 1].chapter}"]
    else:
        sources = [" ".join(filter(None, (source.text, source.link))) for source in part.film.manifest.references]
        lines += ["", word("references", talk.language), *sources]
    return "\n".join(lines)


def _cut(part: Part, clip: Path, first: int, count: int) -> None:
    told = part.film.manifest
    encode.cut(part.film.folder / part.film.file(".mp4"), clip, first, count, told.fps)
    encode.verify(clip, told.width, told.height, told.fps, count)


def _slide(made: Any, talk: Talk, part: Part, beat: Beat) -> Any:
    """A slide in the film's own colour, whose title is behind the film: outlines and screen readers have it."""
    slide = made.slides.add_slide(made.slide_layouts[TITLE_ONLY])
    fill = slide.background.fill
    fill.solid()
    fill.fore_color.rgb = RGBColor.from_string(style.theme(talk.theme)["background"].lstrip("#"))
    slide.shapes.title.text = beat.chapter
    return slide


def _show(slide: Any, made: Any, part: Part, beat: Beat, clip: Path, opening: Image.Image) -> None:
    """The video as large as the slide has room for. Its poster is its first frame, which is the last one of the slide
    before: nobody sees a seam, and nobody sees the end first."""
    told = part.film.manifest
    scale = min(made.slide_width / told.width, made.slide_height / told.height)
    wide, high = round(told.width * scale), round(told.height * scale)
    left, top = (made.slide_width - wide) // 2, (made.slide_height - high) // 2
    movie = slide.shapes.add_movie(str(clip), left, top, wide, high, as_jpeg(opening), "video/mp4")
    movie.name = beat.id
    movie._element.nvPicPr.cNvPr.set("descr", f"{beat.chapter}. {' '.join(''.join(each) for each in beat.captions)}")
    timing = _clock_of(slide)
    timing.find(qn("p:stCondLst")).find(qn("p:cond")).set("delay", "0")  # begins with its slide
    if beat.id == part.loop:
        timing.set("repeatCount", "indefinite")


def _clock_of(slide: Any) -> Any:
    """What says when the slide's video begins."""
    (media,) = slide.element.iter(qn("p:cMediaNode"))
    return media.find(qn("p:cTn"))


def as_jpeg(picture: Image.Image) -> io.BytesIO:
    """A frame as offices and printers take it."""
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=QUALITY, subsampling=0, optimize=True)
    buffer.seek(0)
    return buffer
