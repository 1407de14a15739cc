"""The tiny film in a preview."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from looking import Looker, Previewed, looked_at
from playwright.sync_api import Browser
from tiny_project import TinyProject


@pytest.fixture(scope="module")
def previewed_once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Previewed]:
    """One preview for all tests of a module: each leaves the film as it found it."""
    made = Previewed.start(TinyProject.make(tmp_path_factory.mktemp("previewed") / "tiny"))
    yield made
    made.stop()
    made.tiny.kill_all()


@pytest.fixture
def previewed(previewed_once: Previewed) -> Iterator[Previewed]:
    """It, with the film's own files put back afterwards."""
    files = {path: path.read_bytes() for path in previewed_once.tiny.root.rglob("*") if path.is_file()
             and path.suffix in (".py", ".yaml") and "renders" not in path.parts}  # fmt: skip
    yield previewed_once
    for path, content in files.items():
        if path.read_bytes() != content:
            path.write_bytes(content)


@pytest.fixture
def looker(browser: Browser, previewed: Previewed) -> Iterator[Looker]:
    """The page, with everything drawn. It must have had no error, and have asked nobody else."""
    made = looked_at(browser, previewed.address)
    made.settle()
    yield made
    made.page.context.close()
    assert not made.said
