"""The tiny film in both languages, one of them in both themes; its site."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from forged import forge_texts
from tiny_project import TinyProject

from mathviz.gallery.serve import server
from mathviz.gallery.site import build


@pytest.fixture(scope="session")
def filmed_once(rendered_once: TinyProject, tmp_path_factory: pytest.TempPathFactory) -> TinyProject:
    """The tiny project with its film in English in both themes, in Chinese in the dark one."""
    made = TinyProject.make(tmp_path_factory.mktemp("filmed") / "tiny", rendered_once.root)
    done = made.run("render", "tiny", "--lang", "en", "--theme", "light", "--quality", "low", "--fps", "2")
    assert done.returncode == 0, done.stderr
    shutil.rmtree(made.root / "renders" / ".cache" / "beats")
    return made


@pytest.fixture
def filmed(filmed_once: TinyProject, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> TinyProject:
    """A copy of it, to be damaged."""
    made = TinyProject.make(tmp_path / "filmed", filmed_once.root)
    monkeypatch.syspath_prepend(str(made.root))
    return made


@pytest.fixture(scope="session")
def site(filmed_once: TinyProject) -> Path:
    """The folder of the site."""
    done = filmed_once.run("gallery")
    assert done.returncode == 0, done.stderr
    return filmed_once.root / "renders" / "site"


@pytest.fixture(scope="session")
def served(site: Path) -> Iterator[str]:
    """The address of the site, served as ``mathviz gallery --serve`` does."""
    with server(site, 0) as serving:
        threading.Thread(target=serving.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{serving.server_address[1]}"
        serving.shutdown()


@pytest.fixture
def hostile(filmed: TinyProject) -> Path:
    """The site of a film whose every text tries to become markup."""
    forge_texts(filmed.films)
    return build(filmed.project).index.parent
