"""A program that hangs is ended with all that it started, and named; one that was killed gets a second try."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from mathviz.project import programs
from mathviz.project.errors import ToolFailed
from mathviz.render import doctor, inputs


def fake(folder: Path, name: str, program: str) -> None:
    """A program of that name which does something else."""
    (folder / name).write_text(f"#!/bin/sh\n{program}\n")
    (folder / name).chmod(0o755)


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that stands before all others on PATH."""
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setattr(programs, "LIMIT", 0.5)
    return tmp_path


def test_what_hangs_is_ended_and_named(path: Path) -> None:
    """Also where it has started something that keeps its pipes open."""
    for name in ("ffmpeg", "kpsewhich", "nvidia-smi"):
        fake(path, name, "sleep 60; true")
    begun = time.monotonic()
    with pytest.raises(ToolFailed, match=r"ffmpeg did not end within 0\.5 s: ffmpeg -version"):
        inputs._ffmpeg()
    found = {finding.name: finding for finding in doctor.examine()}
    assert "kpsewhich did not end within 0.5 s" in found["standalone.cls"].found
    assert "nvidia-smi did not end" in found["GPU for computations (optional)"].found
    assert time.monotonic() - begun < 20


def test_what_was_killed_is_tried_once_more(path: Path) -> None:
    fake(path, "ffmpeg", f"if [ -e {path}/tried ]; then echo ffmpeg version 0; else touch {path}/tried; kill -9 $$; fi")
    assert inputs._ffmpeg() == "ffmpeg version 0"
    fake(path, "ffmpeg", "kill -9 $$")
    with pytest.raises(ToolFailed, match="ffmpeg -version ended with -9"):
        inputs._ffmpeg()
