"""What a preview knows, where a page alone cannot bring it about: files that change before anybody looks."""

from __future__ import annotations

import re
import time

import pytest
from tiny_project import TinyProject, wait_for

from mathviz.preview import studio as studios
from mathviz.preview.serve import preview
from mathviz.preview.studio import Studio


def test_what_the_lint_said_of_other_files_is_forgotten(tiny: TinyProject, monkeypatch: pytest.MonkeyPatch) -> None:
    """It reads the scene itself, maybe as it stood for a moment in between."""
    with preview(tiny.project, "tiny", 0) as serving:
        studio = serving.studio

        def note() -> str:
            return str(studio.state(studio.first)["note"])

        wait_for(lambda: note() == "up to date", 60, "a film without a finding", note)
        monkeypatch.setattr(studios, "LOOK", 12.0)  # time for the lint to be quicker than whoever watches
        time.sleep(0.3)  # whoever watches is at most 0.1 s from the end of a look
        with studio.lock:
            tiny.edit("scenes/tiny.py", "def bars_leave(self)", "def bars_leave(self")
            studio.versions[studio.first].linted = 0
            studio.lock.notify_all()
        wait_for(lambda: "SyntaxError" in note(), 60, "the lint's error", note)
        tiny.edit("scenes/tiny.py", "def bars_leave(self", "def bars_leave(self)")
        wait_for(lambda: note() == "up to date", 60, "a film without a finding again", note)


def test_a_beat_that_plays_nothing_is_told_with_its_place(tiny: TinyProject, monkeypatch: pytest.MonkeyPatch) -> None:
    """And while it is drawn, which one it is. The beats before it are shown."""
    monkeypatch.setenv("MATHVIZ_PATIENCE", "4")
    monkeypatch.setenv("PYTHONPATH", str(tiny.root))
    monkeypatch.chdir(tiny.root)
    tiny.misbehave("while True: pass")
    folder = tiny.root / "preview"
    folder.mkdir()
    studio = Studio(tiny.project, "tiny", folder)
    studio.start()
    notes = set()
    try:
        end = time.monotonic() + 90
        while not (state := studio.state(studio.first))["error"] and time.monotonic() < end:
            notes.add(state["note"])
            time.sleep(0.05)
    finally:
        studio.stop()
    place = rf"in the beat bars_leave; it is at {tiny.root}/scenes/tiny\.py, line 30, in bars_leave"
    assert re.match(f"no frame came for .* s, though something was computed, {place}", state["error"]["text"]), state
    assert any(note.startswith("drawing ") and "bars_leave" in note for note in notes), notes
    assert state["beats"][0]["clip"]
