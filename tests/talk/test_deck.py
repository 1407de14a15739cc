"""The PPTX of a talk, read back: on each slide exactly the frames of its beat, its words, and when it begins."""

from __future__ import annotations

import hashlib
import io
import itertools
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from pptx import Presentation
from pptx.enum.shapes import MSO_SHAPE_TYPE
from pptx.oxml.ns import qn
from tiny_project import TinyProject

from mathviz.render import encode
from mathviz.talk.outline import outline
from mathviz.talk.stills import frames

BEATS = {"question": (0, 7), "bars_grow": (7, 15), "bars_leave": (15, 29)}


@pytest.fixture(scope="module")
def deck(slides: Path) -> Any:
    return Presentation(str(slides / "tiny.en.pptx"))


def movie_of(slide: Any) -> Any:
    (found,) = (shape for shape in slide.shapes if shape.shape_type == MSO_SHAPE_TYPE.MEDIA)
    return found


def test_each_slide_has_the_frames_of_its_beat(deck: Any, spoken: TinyProject, tmp_path: Path) -> None:
    (part,) = outline(spoken.project, ["tiny"], "en").parts
    drawn, digests = frames(part, range(29)), set()
    for slide, (beat, (first, end)) in zip(deck.slides, BEATS.items(), strict=True):
        movie = movie_of(slide)
        assert movie.name == beat and (movie.width, movie.left, movie.top) == (deck.slide_width, 0, 0)
        (link,) = (each.get(qn("r:link")) for each in slide.element.iter(qn("a:videoFile")))
        clip = tmp_path / f"{beat}.mp4"
        clip.write_bytes(slide.part.related_part(link).blob)
        digests.add(hashlib.sha256(clip.read_bytes()).hexdigest())
        encode.verify(clip, 854, 480, 2, end - first)
        poster = np.asarray(Image.open(io.BytesIO(movie.poster_frame.blob)), float)
        assert np.abs(poster - np.asarray(drawn[first])).mean() < 1
    assert len(digests) == 3


def test_it_has_the_shape_of_the_film(deck: Any) -> None:
    assert deck.slide_width / deck.slide_height == pytest.approx(854 / 480, abs=1e-4)


def test_a_video_begins_with_its_slide_and_the_named_one_goes_round(deck: Any) -> None:
    for slide, beat in zip(deck.slides, BEATS, strict=True):
        (media,) = slide.element.iter(qn("p:cMediaNode"))
        clock = media.find(qn("p:cTn"))
        assert clock.find(qn("p:stCondLst")).find(qn("p:cond")).get("delay") == "0"
        assert (clock.get("repeatCount") == "indefinite") == (beat == "bars_grow")


def test_titles_and_notes_hold_the_words(deck: Any) -> None:
    assert [slide.shapes.title.text for slide in deck.slides] == ["Bars", "Growth", "The end"]
    said = [slide.notes_slide.notes_text_frame.text for slide in deck.slides]
    assert said == ["How high?\n\nNext: Growth", "3 bars <grow>\n\nNext: The end",
                    "They leave\n\nReferences\nNobody. On bars. 2020."]  # fmt: skip


@pytest.mark.parametrize("fps", [30, 29.97, 24])
def test_a_beat_is_cut_out_whole_at_every_rate(fps: float, tmp_path: Path) -> None:
    film = tmp_path / "film.mp4"
    marks = [0, 13, 40, 52]
    counts = [end - first for first, end in itertools.pairwise(marks)]
    parts = [tmp_path / f"{at}.ts" for at in range(3)]
    grey = memoryview(bytes([128]) * (64 * 48 * 3 // 2))
    for path, count in zip(parts, counts, strict=True):
        encoder = encode.BeatEncoder(64, 48, fps, path)
        for _ in range(count):
            encoder.take(grey)
        encoder.close()
    encode.join(parts, counts, fps, film)
    for first, count in zip(marks, counts, strict=False):
        encode.cut(film, tmp_path / "cut.mp4", first, count, fps)
        encode.verify(tmp_path / "cut.mp4", 64, 48, fps, count)
