"""Sounds lie where they belong, end where they should, and come out as loud as was asked for."""

from __future__ import annotations

import subprocess
from pathlib import Path

import numpy as np
import pytest
from sounds_made import heard, tone

from mathviz.project.errors import RenderFailed
from mathviz.voice import mixing
from mathviz.voice.hearing import RATE
from mathviz.voice.mixing import Track


def test_sounds_begin_where_they_are_put_and_end_where_they_are_ended(tmp_path: Path) -> None:
    """What is left of each: from its begin to its own end, to the one it is given, or to the film's."""
    short, long = tone(tmp_path / "short.wav", 0.5), tone(tmp_path / "long.wav", 9.0)
    for track, begin, end in (
        (Track(short, 1.0), 1.0, 1.5), (Track(short, -0.2), 0.0, 0.3), (Track(long, 2.0, end=3.0), 2.0, 3.0),
        (Track(long, 2.5), 2.5, 4.0), (Track(long, 5.0), 0.0, 0.0), (Track(long, 2.0, end=1.0), 0.0, 0.0),
    ):  # fmt: skip
        mixed = mixing.mix([track], 4.0, tmp_path)
        assert mixed.shape == (4 * RATE, 2)
        loud = np.flatnonzero(np.abs(mixed[:, 0]) > 0.004)
        found = [loud.min() / RATE, loud.max() / RATE] if len(loud) else [0.0, 0.0]
        assert found == pytest.approx([begin, end], abs=0.02)


def test_a_sound_that_is_cut_fades_and_no_sound_clicks(tmp_path: Path) -> None:
    long = tone(tmp_path / "long.wav", 9.0)
    mixed = np.abs(mixing.mix([Track(long, 0.0, end=3.0, fade=1.0)], 4.0, tmp_path)[:, 0])
    levels = [mixed[round(at * RATE) : round((at + 0.05) * RATE)].max() for at in (1.0, 2.45, 2.9)]
    assert levels[1] == pytest.approx(levels[0] / 2, rel=0.15) and levels[2] < levels[0] / 8
    assert mixed[:8].max() < levels[0] / 20, "a recording that begins in the middle of a wave would click"


def test_what_sounds_meanwhile_is_lowered(tmp_path: Path) -> None:
    low, high = tone(tmp_path / "low.wav", 4.0, 0.2, 200), tone(tmp_path / "high.wav", 1.0, 0.001, 3000)
    mixed = np.abs(mixing.mix([Track(low, 0.0), Track(high, 1.5, gain=6, background=-20)], 4.0, tmp_path)[:, 0])
    before, during = (mixed[round(at * RATE) : round((at + 0.5) * RATE)].max() for at in (0.5, 1.7))
    assert during == pytest.approx(before / 10, rel=0.15)


@pytest.fixture
def film(tmp_path: Path) -> Path:
    command = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc=s=160x90:r=10:d=6", "-pix_fmt", "yuv420p",
               "-video_track_timescale", "90000"]  # fmt: skip
    subprocess.run([*command, tmp_path / "film.mp4"], check=True)
    return tmp_path / "film.mp4"


@pytest.mark.parametrize("loudness", [-16.0, -14.0])
def test_a_voice_is_as_loud_as_asked_and_its_peaks_stay_below_the_limit(film: Path, loudness: float) -> None:
    """Measured by ffmpeg's own meter on what was encoded; a clap of full scale in it must not get through."""
    said, folder = film.with_name("said.wav"), film.parent
    subprocess.run(["espeak-ng", "-w", said, "Three bars grow, one after the other, and then they leave"], check=True)
    clap = tone(folder / "clap.wav", 0.01, 1.0, 90)
    frames = packets_of(film)
    mixing.add(film, [Track(said, 0.5), Track(clap, 4.8)], 6.0, 90_000, loudness, folder)
    summary = subprocess.run(["ffmpeg", "-i", film, "-af", "ebur128=peak=true", "-f", "null", "-"],
                             capture_output=True, text=True, check=True).stderr.rpartition("Summary")[2]  # fmt: skip
    found = {words[0]: float(words[1]) for line in summary.splitlines() if len(words := line.split()) > 1
             and words[0] in ("I:", "Peak:")}  # fmt: skip
    assert found["I:"] == pytest.approx(loudness, abs=1) and found["Peak:"] < -1
    assert packets_of(film) == frames, "its pictures are those that it had"
    loud = np.abs(heard(film))
    assert loud[: 8000 // 2].max() < 0.02 < 0.1 < loud[4800:12000].max()


def packets_of(film: Path) -> str:
    command = ["ffmpeg", "-v", "error", "-i", film, "-map", "0:v", "-c", "copy", "-f", "framemd5", "-"]
    lines = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    return "\n".join(line for line in lines if not line.startswith("#"))


def test_silence_is_not_made_loud(film: Path) -> None:
    with pytest.raises(RenderFailed, match="silent"):
        mixing.add(film, [Track(tone(film.with_name("no.wav"), 1.0, 0.0), 0.0)], 6.0, 90_000, -16.0, film.parent)
    assert not list(film.parent.glob("with-sound-*"))
