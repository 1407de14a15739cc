"""A talk of the tiny film, one beat of which goes round."""

from __future__ import annotations

from pathlib import Path

import pytest
from tiny_project import TinyProject


@pytest.fixture(scope="session")
def spoken(rendered_once: TinyProject, tmp_path_factory: pytest.TempPathFactory) -> TinyProject:
    """The tiny project with its films, and a script that names since then the beat that loops."""
    made = TinyProject.make(tmp_path_factory.mktemp("spoken") / "tiny", rendered_once.root)
    made.edit("scenes/tiny.yaml", "\nalt:", "\nloop: bars_grow\nalt:")
    return made


@pytest.fixture(scope="session")
def slides(spoken: TinyProject) -> Path:
    """The folder with the talk in every format, once in English and once in Chinese."""
    for language in ("en", "zh"):
        done = spoken.run("slides", "tiny", "--lang", language, "--format", "all")
        assert done.returncode == 0, done.stderr
        assert "made before scenes/tiny.yaml changed" in done.stderr, "the film is older than its script"
    return spoken.root / "renders" / "slides"
