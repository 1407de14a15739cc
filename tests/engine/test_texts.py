"""Texts and formulas are kept in one place for all who typeset, and never mistaken for those of other fonts."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from mathviz import style
from mathviz.engine import texts
from mathviz.project import disk


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine of its own: where its projects keep what they share."""
    monkeypatch.setenv("MATHVIZ_CACHE", str(tmp_path / "shared"))
    monkeypatch.setenv("XDG_CACHE_HOME", "elsewhere")
    return tmp_path / "shared"


def test_all_who_typeset_find_the_same_place(machine: Path) -> None:
    place = texts.keep_texts()
    assert place.parent == machine / "texts" and os.environ["XDG_CACHE_HOME"] == str(place)
    assert texts.keep_texts() == place, "a process that this one started keeps its own beside it"
    assert disk.shared_cache() == machine


@pytest.mark.parametrize("change", ["fonts", "a program", "where LaTeX looks"])
def test_what_shapes_them_has_another_place(
    machine: Path, change: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    before = texts.keep_texts()
    if change == "fonts":
        monkeypatch.setattr(style, "fonts_digest", lambda: "others")
    elif change == "a program":
        (tmp_path / "latex").write_text("#!/bin/sh\n")
        (tmp_path / "latex").chmod(0o755)
        monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    else:
        monkeypatch.setenv("TEXINPUTS", str(tmp_path))
    assert texts.keep_texts() != before


def test_what_nobody_used_for_long_goes_when_something_else_comes(
    machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, young = machine / "texts" / "old", machine / "texts" / "young"
    for folder, age in ((old, 91), (young, 89)):
        folder.mkdir(parents=True)
        os.utime(folder, (0, folder.stat().st_mtime - age * 24 * 3600))
    place = texts.keep_texts()
    assert {folder.name for folder in (machine / "texts").iterdir()} == {"young", place.name}


def test_without_a_home_there_is_a_place_all_the_same(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("MATHVIZ_CACHE", "/proc/nowhere")
    monkeypatch.setenv("XDG_CACHE_HOME", "elsewhere")
    monkeypatch.setattr(texts.tempfile, "gettempdir", lambda: str(tmp_path))
    assert disk.shared_cache() is None
    assert texts.keep_texts().is_relative_to(tmp_path)


def test_what_is_no_texts_is_found_where_it_always_was(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A first film in a new place for texts does not list fonts and compile shaders anew."""
    monkeypatch.setenv("MATHVIZ_CACHE", str(tmp_path / "shared"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "usual"))
    for name in texts.OTHERS:
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    (tmp_path / "usual" / "matplotlib").mkdir(parents=True)
    place = texts.keep_texts()
    found = {name: os.environ.get(name) for name in texts.OTHERS}
    assert os.environ["XDG_CACHE_HOME"] == str(place)
    assert found == {
        "MPLCONFIGDIR": f"{tmp_path}/usual/matplotlib", "MESA_SHADER_CACHE_DIR": f"{tmp_path}/usual"
    }  # fmt: skip
