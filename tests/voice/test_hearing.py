"""How long and how loud a recording is, and which are none."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from sounds_made import tone

from mathviz.voice.hearing import Damaged, hear


@pytest.mark.parametrize("ending", [".wav", ".flac", ".mp3", ".m4a"])
def test_length_and_loudness_of_a_sine(tmp_path: Path, ending: str) -> None:
    """EBU R128: a sine of 0 dBFS in one channel has −3.01 LUFS at 1 kHz, so one of amplitude 0.1 has −23.

    Its true peak is that of its onset, which rings: within some dB.
    """
    found = hear(tone(tmp_path / f"sine{ending}", 2.0, 0.1, 997.0))
    assert found.seconds == pytest.approx(2.0, abs=0.08)  # what encoders of packets add
    assert found.loudness == pytest.approx(-23.0, abs=0.5) and -23.5 < found.peak < -19


def test_a_length_is_exact_and_noted_by_content(tmp_path: Path) -> None:
    path, notes = tone(tmp_path / "a.wav", 1.25), tmp_path / "notes"
    first = hear(path, notes)
    assert first.seconds == 1.25 and len(list(notes.iterdir())) == 1
    assert hear(Path(shutil.copy(path, tmp_path / "b.wav")), notes) == first and len(list(notes.iterdir())) == 1
    tone(path, 2.5)
    assert hear(path, notes).seconds == 2.5


def test_a_wav_from_a_pipe_does_not_know_its_length_and_is_whole(tmp_path: Path) -> None:
    with (tmp_path / "piped.wav").open("wb") as file:
        subprocess.run(["espeak-ng", "--stdout", "three bars"], stdout=file, check=True)
    assert 0.5 < hear(tmp_path / "piped.wav").seconds < 2.5


def test_what_cannot_be_heard_is_told(tmp_path: Path) -> None:
    whole = tone(tmp_path / "whole.wav", 1.0).read_bytes()
    flac = tone(tmp_path / "whole.flac", 1.0).read_bytes()
    for name, data, says in (
        ("cut.wav", whole[:-20_000], "cut off: 28,000 of 48,000 bytes"), ("head.wav", whole[:30], "cut off"),
        ("text.wav", b"no sound", "ffmpeg cannot read it"), ("empty.mp3", b"", "ffmpeg cannot read it"),
        ("flipped.flac", flac[:8000] + bytes(800) + flac[8800:], "ffmpeg cannot read it"),
        ("silent.wav", tone(tmp_path / "silent.wav", 1.0, 0.0).read_bytes(), "1.0 s are silent"),
    ):  # fmt: skip
        (tmp_path / name).write_bytes(data)
        with pytest.raises(Damaged, match=says):
            hear(tmp_path / name)
