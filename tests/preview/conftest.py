"""The tiny film in a preview, and a browser to look at it."""

from __future__ import annotations

import re
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from tiny_project import TinyProject

OPTIONS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip

PATIENCE = 40.0
"""Seconds, on a machine that does other things."""


@dataclass
class Previewed:
    """A project whose film is previewed, by the command in a process of its own."""

    tiny: TinyProject
    process: subprocess.Popen[str]
    address: str
    tunnel: str

    @property
    def port(self) -> int:
        return int(self.address.rpartition(":")[2].rstrip("/"))

    @classmethod
    def start(cls, tiny: TinyProject) -> Previewed:
        process = tiny.start("preview", "tiny", "--port", "0")
        assert process.stderr is not None
        said = process.stderr.readline()
        found = re.search(r"http://127\.0\.0\.1:\d+/", said)
        assert found, said + process.stderr.read()
        return cls(tiny, process, found.group(0), process.stderr.readline())

    def stop(self) -> str:
        """As Ctrl-C does; returns what was said."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        return self.process.communicate(timeout=20)[1]


@dataclass
class Looker:
    """A page that shows the preview. Its own policy forbids to wait inside it."""

    page: Page
    said: list[str]

    def ask(self, expression: str) -> Any:
        return self.page.evaluate(expression)

    def until(self, holds: str, seconds: float = PATIENCE) -> float:
        """Wait until it holds; returns how long that took."""
        begun = time.monotonic()
        while not self.ask(holds):
            assert time.monotonic() - begun < seconds, f"waited for {holds}: {self.ask('JSON.stringify(film)')}"
            time.sleep(0.02)
        return time.monotonic() - begun

    def settle(self) -> None:
        """Wait until all is drawn and the picture of this moment is there."""
        self.until("film && film.note.startsWith('up to date')")
        self.stand_still()

    def stand_still(self) -> None:
        """Wait until the frame that is looked at is there."""
        self.until("front.dataset.clip === here().clip && !front.hidden && front.readyState >= 2 && !front.seeking")
        self.until("element('glimpse').hidden && Math.abs(front.currentTime * film.fps - frame - 0.5) < 0.1")

    def serial(self) -> int:
        return self.ask("film.serial")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Debian's chromium: playwright's own plays no H.264."""
    program = shutil.which("chromium")
    if program is None:
        pytest.fail("chromium missing. Install: apt-get install chromium")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, args=list(OPTIONS))
        yield started
        started.close()


def looked_at(browser: Browser, address: str, wide: int = 1440, **settings: Any) -> Looker:
    """A new window with the page, and what its console says."""
    page = browser.new_context(viewport={"width": wide, "height": 900}, **settings).new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda asked: said.append(asked.url) if not asked.url.startswith(address) else None)
    page.goto(address)
    return Looker(page, said)


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
def looker(chromium: Browser, previewed: Previewed) -> Iterator[Looker]:
    """The page, with everything drawn. It must have had no error, and have asked nobody else."""
    made = looked_at(chromium, previewed.address)
    made.settle()
    yield made
    made.page.context.close()
    assert not made.said
