"""A preview in a process of its own, and a page that shows it."""

from __future__ import annotations

import re
import signal
import subprocess
import time
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Browser, Page
from tiny_project import TinyProject

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


def looked_at(browser: Browser, address: str, wide: int = 1440, **settings: Any) -> Looker:
    """A new window with the page, and what its console says."""
    page = browser.new_context(viewport={"width": wide, "height": 900}, **settings).new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda asked: said.append(asked.url) if not asked.url.startswith(address) else None)
    page.goto(address)
    return Looker(page, said)
