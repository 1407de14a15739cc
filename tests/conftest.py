"""What several tests need: manimgl off screen, a project with one tiny film, a browser."""

from __future__ import annotations

import contextlib
import datetime
import shutil
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

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
def manim() -> None:
    """manimgl imported for drawing off screen, 854×480 at 30 frames a second."""
    engine.start(engine.Picture(854, 480, 30))


@contextlib.contextmanager
def stood_in(made: TinyProject, monkeypatch: pytest.MonkeyPatch) -> Iterator[TinyProject]:
    """The project is where the test works and what Python finds; no process of it outlives the test."""
    monkeypatch.syspath_prepend(str(SOURCE))
    monkeypatch.setenv("PYTHONPATH", str(made.root))
    monkeypatch.setenv("MATHVIZ_TEST", made.mark)
    monkeypatch.chdir(made.root)
    yield made
    made.kill_all()


@pytest.fixture
def tiny(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[TinyProject]:
    """A fresh copy of the project in ``tests/tiny``."""
    with stood_in(TinyProject.make(tmp_path / "tiny"), monkeypatch) as made:
        yield made


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
    with stood_in(TinyProject.make(tmp_path / "rendered", rendered_once.root), monkeypatch) as made:
        yield made


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


def pytest_addoption(parser: pytest.Parser) -> None:
    """What is drawn and computed although digests prove it, and which part of the tests is run."""
    group = parser.getgroup("mathviz")
    today = datetime.datetime.now(datetime.timezone.utc).date().isoformat()
    group.addoption("--everything", action="store_true", help="draw and compute also what is proven by digest")
    group.addoption("--day", default=today, help="whose sample is drawn and computed in any case (%(default)s)")
    group.addoption("--shard", default="1/1", metavar="I/N", help="run the I-th of N parts of the tests")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep this shard's tests: whole files, or single ones of those that are parametrised by films."""
    try:
        number, _, of = config.getoption("shard").partition("/")
        mine, count = int(number) - 1, int(of)
        assert 0 <= mine < count
    except (ValueError, AssertionError):
        raise pytest.UsageError(f"--shard {config.getoption('shard')}: say 1/3, 2/3 or 3/3") from None
    kept = [item for item in items if zlib.crc32(_unit(item).encode()) % count == mine]
    config.hook.pytest_deselected(items=[item for item in items if item not in set(kept)])
    items[:] = kept


def _unit(item: pytest.Item) -> str:
    return item.nodeid if item.get_closest_marker("film") else item.location[0]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What was proven by digest and what was drawn; and how the lint's rules did on the cases made for them."""
    reports = [each for each in terminalreporter.getreports("passed") + terminalreporter.getreports("failed")
               if each.when == "call"]  # fmt: skip

    def of(name: str) -> list[Any]:
        return [value for each in reports for key, value in each.user_properties if key == name]

    for name, what in (("frames", "drawn"), ("computations", "repeated")):
        if of(name):
            whole = sum(proven == count for count, proven, *_ in of(name))
            unplayed = sum(each[3] for each in of(name) if len(each) > 3)
            each, day = "versions" if name == "frames" else "films", terminalreporter.config.getoption("day")
            terminalreporter.write_line(
                f"{name}: {whole} of {len(of(name))} {each} proven by digest"
                f"{f', {unplayed} of them without playing' if name == 'frames' else ''}; "
                f"{sum(count - proven for count, proven, *_ in of(name))} of {sum(count for count, *_ in of(name))} "
                f"{name} {what}; {sum(anyway for _, _, anyway, *_ in of(name))} {each} in the sample of {day}"
            )
    for name, what in (("recall", "faults found"), ("precision", "near misses left alone")):
        if of(name):
            terminalreporter.write_line(f"lint, {name}: {sum(of(name))} of {len(of(name))} {what}")
