"""What several tests need: manimgl off screen, a project with one tiny film, a browser."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright
from tiny_project import SOURCE, TinyProject

from mathviz import engine
from mathviz.project import HOME

OPTIONS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip


@pytest.fixture(scope="session")
def manim(tmp_path_factory: pytest.TempPathFactory) -> None:
    """manimgl imported for drawing off screen, 854×480 at 30 frames a second."""
    engine.start(engine.Picture(854, 480, 30), tmp_path_factory.mktemp("manimgl"))


@pytest.fixture
def tiny(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[TinyProject]:
    """A fresh copy of the project in ``tests/tiny``."""
    monkeypatch.syspath_prepend(str(SOURCE))
    made = TinyProject.make(tmp_path / "tiny")
    monkeypatch.setenv("PYTHONPATH", str(made.root))
    monkeypatch.setenv("MATHVIZ_TEST", made.mark)
    monkeypatch.chdir(made.root)
    yield made
    made.kill_all()


@pytest.fixture(scope="session")
def rendered_once(tmp_path_factory: pytest.TempPathFactory) -> TinyProject:
    """The tiny film in both languages, low quality, two frames a second. Copy it to change it: ``rendered``."""
    made = TinyProject.make(tmp_path_factory.mktemp("rendered") / "tiny")
    done = made.run("render", "tiny", "--quality", "low", "--fps", "2")
    assert done.returncode == 0, done.stderr
    return made


@pytest.fixture
def rendered(rendered_once: TinyProject, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[TinyProject]:
    """A copy of the tiny project with its films and caches."""
    monkeypatch.syspath_prepend(str(SOURCE))
    made = TinyProject.make(tmp_path / "rendered", rendered_once.root)
    monkeypatch.setenv("PYTHONPATH", str(made.root))
    monkeypatch.setenv("MATHVIZ_TEST", made.mark)
    monkeypatch.chdir(made.root)
    yield made
    made.kill_all()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's chromium: playwright's own plays no H.264."""
    program = shutil.which("chromium")
    if program is None:
        pytest.fail("chromium missing. Install: apt-get install chromium")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, args=list(OPTIONS))
        yield started
        started.close()


@pytest.fixture(scope="module")
def other_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package and its assets in another place, to be damaged."""
    home = tmp_path_factory.mktemp("home")
    shutil.copytree(HOME / "mathviz", home / "mathviz", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(HOME / "assets", home / "assets")
    return home


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """How the lint's rules did on the cases made for them."""
    reports = [each for each in terminalreporter.getreports("passed") + terminalreporter.getreports("failed")
               if each.when == "call"]  # fmt: skip
    for name, what in (("recall", "faults found"), ("precision", "near misses left alone")):
        figures = [value for each in reports for key, value in each.user_properties if key == name]
        if figures:
            terminalreporter.write_line(f"lint, {name}: {sum(figures)} of {len(figures)} {what}")
