"""A newcomer's first minute: a film, and what to change first, before their eyes."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest
from looking import looked_at
from playwright.sync_api import Browser, expect

MINUTE = 60.0


@pytest.mark.slow
@pytest.mark.parametrize("language", ["en"])
def test_a_new_film_is_seen_within_a_minute_with_what_to_change_first(
    browser: Browser, tmp_path: Path, language: str
) -> None:  # fmt: skip
    began = time.monotonic()
    mathviz = [sys.executable, "-m", "mathviz"]
    subprocess.run([*mathviz, "new", "heavy_ball", "--lang", language], cwd=tmp_path, check=True, capture_output=True)
    with subprocess.Popen([*mathviz, "preview", "heavy_ball", "--port", "0"], cwd=tmp_path, stderr=subprocess.PIPE,
                          text=True) as process:  # fmt: skip
        try:
            assert process.stderr is not None
            address = next(found.group(0) for line in process.stderr if (found := re.search(r"http://\S+/", line)))
            looker = looked_at(browser, address)
            looker.until("film && (!element('glimpse').hidden || film.beats.some(each => each.clip))", 90)
            seconds = time.monotonic() - began
            print(f"\na new film was seen after {seconds:.1f} s")
            places = looker.page.locator("#first-places li")
            expect(places).to_have_count(3)
            expect(places.first).to_contain_text("scenes/heavy_ball.yaml:4 the question")
            script = tmp_path / "scenes" / "heavy_ball.yaml"
            text = script.read_text(encoding="utf-8")
            script.write_text(text.replace("near the bottom", "at the end"), encoding="utf-8")
            expect(places).to_have_count(2, timeout=20_000)
            busy = max(1.0, os.getloadavg()[0] / len(os.sched_getaffinity(0)))  # others' work is no part of it
            assert not looker.said and seconds < MINUTE * busy
        finally:
            process.terminate()
            process.wait(20)
