"""What lies beside a film: WebVTT that players read, and a manifest that can be checked."""

from __future__ import annotations

import itertools
import json
import subprocess
from dataclasses import replace

import pytest
from PIL import Image, ImageChops, ImageStat
from tiny_project import TinyProject

from mathviz.films.telling import Telling
from mathviz.render import report
from mathviz.render.cache import Beat
from mathviz.render.plan import Job, Wish, plan
from mathviz.render.report import Cue, frames_of, made_from, manifest, manifest_of, spoken, tear, timestamp, webvtt


def test_webvtt_as_the_standard_writes_it() -> None:
    cues = [Cue(0.5, 3.0, "a < b & c --> d"), Cue(3661.25, 3662.0, "第一行\n第二行")]
    assert webvtt(cues) == (
        "WEBVTT\n\n1\n00:00:00.500 --> 00:00:03.000\na &lt; b &amp; c --&gt; d\n\n"
        "2\n01:01:01.250 --> 01:01:02.000\n第一行\n第二行\n"
    )


@pytest.mark.parametrize(
    ("seconds", "written"),
    [(0, "00:00:00.000"), (59.9996, "00:01:00.000"), (61.5, "00:01:01.500"), (3599.9999, "01:00:00.000"),
     (1 / 3, "00:00:00.333"), (100 * 3600, "100:00:00.000")],
)  # fmt: skip
def test_timestamps_carry_over(seconds: float, written: str) -> None:
    assert timestamp(seconds) == written


def test_frames_become_times_without_drift() -> None:
    """At 24 frames a second no cue time is a whole millisecond; ends and begins must still meet."""
    marks = [(timestamp(n / 24), timestamp((n + 7) / 24)) for n in range(0, 700, 7)]
    assert all(end == begin for (_, end), (begin, _) in itertools.pairwise(marks))


TOLD = Telling(
    "Bars", "How high is $x$?", "Bars <grow>.", ["bars"], [{"text": "A book", "url": None}],
    {"question": "Bars", "bars_grow": "Growth of $x_1$", "bars_leave": "The end"},
    {"question": ["How high is $x$?"], "bars_grow": ["3 bars <grow>"], "bars_leave": []}, "",
    {"device": "CPU", "checks": [{"claim": "bars are high"}]},
)  # fmt: skip


def beat(
    frames: int, captions: list[tuple[int, str]], key: str = "k", told: Telling = TOLD, **states: list[tuple[str, str]]
) -> Beat:
    about = {"name": "tiny.en", "width": 854, "height": 480, "fps": 30, "renderer": {"renderer": "r"}, "encoder": {}}
    return Beat(key, frames, captions, states.get("begin", []), states.get("end", []), about, {"scenes/tiny.py": "s"},
                told.as_data())  # fmt: skip


def test_captions_last_until_they_are_taken_away_across_beats() -> None:
    """A caption that a beat leaves up is read on in the next one, until that one takes it away."""
    beats = [beat(60, [(10, "One"), (30, ""), (40, "Two")]), beat(40, []), beat(30, [(6, ""), (12, "Three")])]
    assert spoken(beats, 30) == [
        Cue(10 / 30, 30 / 30, "One"), Cue(40 / 30, 106 / 30, "Two"), Cue(112 / 30, 130 / 30, "Three")
    ]  # fmt: skip
    assert spoken([beat(5, [])], 30) == []


def states(**differ: str) -> list[tuple[str, str]]:
    return list({"self.bars": "b", "self.height": "h", "the random numbers": "r", **differ}.items())


@pytest.mark.parametrize(
    ("left", "taken", "says"),
    [
        (states(), states(), ""),
        (states(), states(**{"self.height": "other"}), "after the beat rise, self.height is not the same"),
        (states(), states()[:2], "the random numbers"),
        (states()[:2], states(), "the random numbers"),
        (states(), [("object 1 on screen, a Circle", "b"), *states()[1:]], "self.bars or object 1 on screen, a Circle"),
    ],
)
def test_a_seam_that_does_not_fit_is_named_with_its_beat_and_object(
    left: list[tuple[str, str]], taken: list[tuple[str, str]], says: str
) -> None:
    job = Job("tiny", "tiny.py", "en", "dark", 854, 480, 30, "", "", beats=("question", "rise", "fall"))
    beats = {"question": beat(5, [], end=states()), "rise": beat(5, [], begin=states(), end=left),
             "fall": beat(5, [], begin=taken)}  # fmt: skip
    found = tear(job, beats)
    assert says in found and bool(found) == bool(says)
    assert tear(job, {"question": beats["question"], "fall": beats["fall"]}) == "", "no neighbours, no seam"


def test_manifest_counts_frames_and_names_what_the_film_was_made_from(rendered: TinyProject) -> None:
    (job,) = plan(rendered.project, ["tiny"], Wish(["en"], quality="low", fps=30))
    beats = {"question": beat(61, [], "q"), "bars_grow": beat(37, [], "g")}
    (rendered.root / "scenes" / "tiny.yaml").write_text("it is being written anew")  # which nobody reads after drawing
    about = manifest(job, beats, {"the trace": "t", "version of manimgl": "1.7.2"}, {"tiny.en.mp4": "f"})
    assert about["frames"] == 98 and about["duration"] == round(98 / 30, 3)
    assert about["beats"] == [
        {"id": "question", "chapter": "Bars", "start": 0.0, "frames": 61, "key": "q",
         "captions": [["How high is ", "x", "?"]]},
        {"id": "bars_grow", "chapter": "Growth of x₁", "start": round(61 / 30, 3), "frames": 37, "key": "g",
         "captions": [["3 bars <grow>"]]},
    ]
    assert about["files"] == {"tiny.en.mp4": "f"} and about["versions"]["manimgl"] == "1.7.2"
    assert about["inputs"] == {"the trace": "t", "version of manimgl": "1.7.2"}
    assert about["title"] == "Bars" and about["question"] == "How high is x?" and about["alt"] == "Bars <grow>."
    assert about["trace"] == TOLD.trace and about["topics"] == ["bars"] and about["references"] == TOLD.references
    assert {"renderer", "encoder", "versions", "commit", "extras"} <= about.keys()
    json.dumps(about)


def test_webm_is_kept_where_it_is_smaller(rendered: TinyProject) -> None:
    large, small = rendered.films / "large.mp4", rendered.films / "small.mp4"
    for path, quality in ((large, "4"), (small, "51")):
        source = ["-f", "lavfi", "-i", "testsrc2=s=320x180:r=10:d=2", "-crf", quality, "-pix_fmt", "yuv420p"]
        subprocess.run(["ffmpeg", "-v", "error", *source, path], check=True)
    files = [large]
    codec, notes = report._webm(files)
    assert codec.startswith("av01.") and files == [large, large.with_suffix(".webm")] and not notes
    files = [small]
    codec, (note,) = report._webm(files)
    assert not codec and files == [small] and note.startswith("no small.webm: it would not be smaller")


def test_the_small_copy_shows_the_beat_that_the_script_names(rendered: TinyProject) -> None:
    (job,) = plan(rendered.project, ["tiny"], Wish(["en"], quality="low", fps=10))

    def three(told: Telling) -> dict[str, Beat]:
        return {name: beat(frames, [], told=told)
                for name, frames in (("question", 20), ("bars_grow", 30), ("bars_leave", 40))}  # fmt: skip

    named = three(replace(TOLD, loop="bars_grow"))
    assert report._part_that_loops(job, three(TOLD)) == (5.0, 4.0), "the last"
    assert report._part_that_loops(job, named) == (2.0, 3.0)
    assert report._part_that_loops(job, {"question": named["question"]}) == (0.0, 2.0), "of what is in the film"


@pytest.mark.parametrize("damage", ["missing", "other", "no manifest", "half a manifest"])
def test_a_film_that_is_not_as_it_was_made_is_not_taken_for_whole(rendered: TinyProject, damage: str) -> None:
    (job,) = plan(rendered.project, ["tiny"], Wish(["en"], quality="low", fps=2))
    captions, about = rendered.films / "tiny.en.vtt", manifest_of(job)
    made = made_from(job)
    assert made and "scenes/tiny.yaml" in made and frames_of(job) == 29
    assert made_from(replace(job, extras=("gif",))) is None, "what is wanted beside it is not there"
    if damage == "missing":
        captions.unlink()
    elif damage == "other":
        captions.write_bytes(captions.read_bytes().replace(b"high", b"long"))
    elif damage == "no manifest":
        about.unlink()
    else:
        about.write_bytes(about.read_bytes()[:200])
    assert made_from(job) is None


def test_a_transcript_has_title_question_picture_captions_and_sources(rendered_once: TinyProject) -> None:
    assert (rendered_once.films / "tiny.en.md").read_text(encoding="utf-8") == (
        "# Bars\n\n**How high?**\n\n> 3 bars grow and leave.\n\n"
        "## Growth\n\n3 bars \\<grow\\>\n\n## The end\n\nThey leave\n\n---\n\n- Nobody. On bars. 2020.\n"
    )
    assert "## 增长\n\n3 条 \\<增长\\>" in (rendered_once.films / "tiny.zh.md").read_text(encoding="utf-8")


def test_the_poster_for_the_web_is_the_poster(rendered_once: TinyProject) -> None:
    small, large = (rendered_once.films / f"tiny.en.poster.{ending}" for ending in ("webp", "png"))
    with Image.open(small) as found, Image.open(large) as wanted:
        assert (found.format, found.size) == ("WEBP", wanted.size)
        differ = ImageChops.difference(found.convert("RGB"), wanted.convert("RGB"))
    # The page's green and blue are between two steps of what WebP can hold: one step off everywhere, and no more.
    assert max(ImageStat.Stat(differ).mean) < 1.1 and max(high for _, high in differ.getextrema()) < 60
