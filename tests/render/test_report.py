"""What lies beside a film: WebVTT that players read, and a manifest that can be checked."""

from __future__ import annotations

import hashlib
import itertools
import json
from pathlib import Path

import pytest

from mathviz.render.plan import Job
from mathviz.render.report import Cue, Span, manifest, timestamp, webvtt


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


def test_manifest_counts_frames_and_signs_files(tmp_path: Path) -> None:
    film = tmp_path / "tiny.en.mp4"
    film.write_bytes(b"film")
    job = Job("tiny", "scenes/tiny.py", "en", "dark", 854, 480, 30, str(tmp_path), str(tmp_path))
    about = manifest(
        job, [Span("question", 0, 61), Span("rise", 61, 37)], title="Tiny", alt="Bars.",
        chapters={"question": "Tiny", "rise": "Growth"}, provenance={"key": "k"}, renderer={"renderer": "r"},
        versions={"manimgl": "1.7.2"}, commit="c", seconds=1.23, files=[film],
    )  # fmt: skip
    assert about["frames"] == 98 and about["duration"] == round(98 / 30, 3)
    assert about["beats"] == [
        {"id": "question", "chapter": "Tiny", "start": 0.0, "frames": 61},
        {"id": "rise", "chapter": "Growth", "start": round(61 / 30, 3), "frames": 37},
    ]
    assert about["files"] == {"tiny.en.mp4": hashlib.sha256(b"film").hexdigest()}
    assert {"trace", "renderer", "encoder", "versions", "commit", "wall_seconds"} <= about.keys()
    json.dumps(about)
