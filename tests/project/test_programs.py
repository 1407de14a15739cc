"""A program that hangs is ended with all that it started, and named; one that was killed gets a second try."""

from __future__ import annotations

import contextlib
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from mathviz.engine import typesetting
from mathviz.project import programs
from mathviz.project.errors import ToolFailed, ToolKilled
from mathviz.render import doctor, encode, inputs, patience


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
    assert "ffmpeg did not end within 0.5 s" in found["ffmpeg"].found and not found["ffmpeg"].there
    assert "kpsewhich did not end within 0.5 s" in found["standalone.cls"].found
    assert "nvidia-smi did not end" in found["GPU for computations (optional)"].found
    assert time.monotonic() - begun < 20


def test_what_was_killed_is_tried_once_more(path: Path) -> None:
    fake(path, "ffmpeg", f"if [ -e {path}/tried ]; then echo ffmpeg version 0; else touch {path}/tried; kill -9 $$; fi")
    assert inputs._ffmpeg() == "ffmpeg version 0"
    fake(path, "ffmpeg", "kill -9 $$")
    with pytest.raises(ToolKilled, match=r"ffmpeg was killed by SIGKILL, as the kernel does .*: ffmpeg -version"):
        inputs._ffmpeg()


def test_what_may_take_long_is_ended_once_it_does_nothing(path: Path) -> None:
    fake(path, "slow", "for i in 1 2 3 4 5 6 7 8; do sleep 0.2; echo >> " + str(path / "said") + "; done; echo done")
    assert programs.run(["slow"], idle=0.8).stdout == "done\n"
    with pytest.raises(ToolFailed, match=r"hangs did nothing for \d s: hangs now"):
        fake(path, "hangs", "exec sleep 60")
        programs.run(["hangs", "now"], idle=1)


def test_ffmpeg_that_takes_no_frames_or_does_not_end_is_named(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And a join that hangs; what was killed says so, and is another beat's worth of trying."""
    monkeypatch.setattr(encode, "ENCODING", 0.5)
    monkeypatch.setattr(encode, "IDLE", 0.5)
    frame = memoryview(bytes(640 * 480 * 3 // 2))

    def drawn(program: str) -> None:
        fake(path, "ffmpeg", program)
        encoder = encode.BeatEncoder(640, 480, 10, path / "grow.ts")
        try:
            for _ in range(40):
                encoder.take(frame)
            encoder.close()
        finally:
            encoder.abandon()

    with pytest.raises(ToolFailed, match=r"ffmpeg took no frame for .* s on grow\.ts"):
        drawn("exec sleep 60")
    with pytest.raises(ToolFailed, match=r"ffmpeg did not end for .* s on grow\.ts"):
        drawn("cat > /dev/null; exec sleep 60")
    with pytest.raises(ToolKilled, match="ffmpeg was killed by SIGKILL"):
        drawn("kill -9 $$")
    fake(path, "ffmpeg", "exec sleep 60")
    with pytest.raises(ToolFailed, match="ffmpeg did nothing for"):
        encode.join([], [], 10, path / "film.mp4")


def _fails(wait: Callable[[], object]) -> None:
    with contextlib.suppress(ToolFailed):
        wait()


def test_who_is_stuck_says_for_which_program_it_waits(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """If its patience ends before the program's own limit."""
    monkeypatch.setattr(encode, "ENCODING", 3.0)
    fake(path, "ffmpeg", "cat > /dev/null; exec sleep 60")
    fake(path, "latex", "exec sleep 60")
    encoder = encode.BeatEncoder(640, 480, 10, path / "grow.ts")
    waits = {"ffmpeg": encoder.close, "latex": lambda: programs.run(["latex", "x.tex"], most=3.0)}
    for program, wait in waits.items():
        waiting = threading.Thread(target=_fails, args=[wait])
        waiting.start()
        time.sleep(0.5)
        said = patience.place(list(patience._outwards(sys._current_frames()[waiting.ident or 0])))
        assert said.endswith(f", and waits for {program}") and __file__ in said
        waiting.join()


def test_a_typesetter_that_hangs_or_fails_is_named(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(typesetting, "LIMIT", 0.5)
    fake(path, "latex", "exec sleep 60")
    with pytest.raises(ToolFailed, match=r"latex did not end within 0\.5 s: latex working\.tex"):
        typesetting.Bounded.run(["latex", Path("working.tex")], capture_output=True, text=True)
    fake(path, "dvisvgm", "echo no such font >&2; exit 2")
    with pytest.raises(ToolFailed, match="dvisvgm ended with 2: no such font"):
        typesetting.Bounded.run(["dvisvgm", "working.dvi"], capture_output=True)
