"""The page of a talk in a real browser: it pauses on the very frame, obeys keys, and shows notes in another window."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

LASTS = [6, 14, 28]
"""The last frames of the tiny film's beats, at two frames a second."""

QUICK = "videos.forEach(each => { each.playbackRate = 16; })"
NOW = "[document.body.dataset.state, Number(document.body.dataset.at), Number(document.body.dataset.frame)]"
STANDS = "video.paused && !video.seeking && document.body.dataset.state === 'rests'"


def until(page: Page, holds: str) -> None:
    """Wait until it holds; not by the page itself, which evaluates no text."""
    end = time.monotonic() + 10
    while not page.evaluate(holds):
        assert time.monotonic() < end, (holds, page.evaluate(NOW))
        page.wait_for_timeout(20)


@pytest.fixture
def talk(browser: Browser, slides: Path) -> Iterator[Page]:
    """The talk from a file, sixteen times as fast."""
    context = browser.new_context(viewport={"width": 1280, "height": 720})
    page, said, asked = context.new_page(), [], []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto((slides / "tiny.en.html").as_uri())
    page.evaluate(QUICK)
    until(page, f"{STANDS} && video.readyState >= 2")
    yield page
    context.close()
    assert not said and not [url for url in asked if not url.startswith(("file:", "blob:", "data:"))]


def test_it_pauses_on_the_last_frame_of_each_beat_and_goes_on_from_there(talk: Page) -> None:
    talk.keyboard.press("l")  # no beat goes round
    for place, last in enumerate(LASTS, start=1):
        talk.keyboard.press("PageDown")
        assert talk.evaluate(NOW)[0] == "plays"
        until(talk, f"{STANDS} && Number(document.body.dataset.at) === {place}")
        talk.wait_for_timeout(100)
        assert talk.evaluate(NOW) == ["rests", place, last], "the frame that is shown"
        assert last <= 2 * talk.evaluate("video.currentTime") < last + 1
        assert talk.evaluate("location.hash") == f"#{place}"
    talk.keyboard.press("PageDown")
    expect(talk.locator("#message")).to_have_text("That was the end.")
    assert talk.evaluate(NOW) == ["rests", 3, 28]


def test_keys_lead_back_to_the_ends_and_to_a_beat(talk: Page) -> None:
    def at(place: int, frame: int) -> None:
        until(talk, f"{STANDS} && Number(document.body.dataset.frame) === {frame}")
        assert talk.evaluate(NOW) == ["rests", place, frame]

    talk.keyboard.press("End")
    at(3, 28)
    talk.keyboard.press("PageUp")
    at(2, 14)
    talk.keyboard.press("ArrowLeft")
    at(1, 6)
    talk.keyboard.press("Home")
    at(0, 0)
    talk.keyboard.press("ArrowLeft")
    at(0, 0)
    talk.keyboard.press(" ")
    talk.keyboard.press("PageDown")  # while it plays: to the end of the step
    at(1, 6)
    for key in ("3", "Enter"):
        talk.keyboard.press(key)
    until(talk, "document.body.dataset.state === 'plays' && Number(document.body.dataset.frame) >= 15")
    at(3, 28)
    for key in ("2", "Enter", "PageUp"):  # back before the beat's first frame is there
        talk.keyboard.press(key)
    talk.wait_for_timeout(300)
    at(1, 6)
    talk.keyboard.press("End")
    at(3, 28)
    for key in ("9", "Enter"):
        talk.keyboard.press(key)
    expect(talk.locator("#message")).to_have_text("There are 3 beats.")
    talk.reload()
    until(talk, STANDS)
    assert talk.evaluate(NOW)[1] == 3, "a page that is loaded anew is where it was"


def test_in_the_dark_a_key_only_brings_the_light_back(talk: Page) -> None:
    black = talk.locator("#black")
    talk.keyboard.press(".")
    expect(black).to_be_visible()
    talk.keyboard.press("PageDown")
    expect(black).to_be_hidden()
    assert talk.evaluate(NOW)[:2] == ["rests", 0]
    talk.keyboard.press("PageDown")
    talk.keyboard.press("b")
    assert talk.evaluate("video.paused")
    talk.keyboard.press("b")
    until(talk, f"{STANDS} && Number(document.body.dataset.at) === 1")


def test_the_named_beat_goes_round_until_somebody_goes_on(talk: Page) -> None:
    for key in ("2", "Enter"):
        talk.keyboard.press(key)
    for round_begins in (True, False, True):
        frame = "Number(document.body.dataset.frame)"
        until(talk, f"document.body.dataset.state === 'loops' && {frame} {'< 9' if round_begins else '> 12'}")
    assert talk.evaluate(NOW)[1] == 2
    talk.keyboard.press("PageDown")
    assert talk.evaluate(NOW)[:2] == ["plays", 2]
    until(talk, f"{STANDS} && Number(document.body.dataset.at) === 3")
    assert talk.evaluate(NOW)[2] == 28


def test_the_speakers_window_has_notes_and_the_keys(talk: Page) -> None:
    talk.keyboard.press("l")
    for key in ("2", "Enter", "PageDown"):
        talk.keyboard.press(key)
    with talk.context.expect_page() as opened:
        talk.keyboard.press("s")
    notes = opened.value
    expect(notes.locator(".here")).to_have_text(re.compile(r"2/3\s+Growth\s*3 bars <grow>"))
    expect(notes.locator(".after")).to_contain_text("The end")
    expect(notes.locator(".sources li")).to_contain_text("Nobody. On bars. 2020.")
    assert re.fullmatch(r"\d\d:\d\d \d+:\d\d", notes.locator(".clocks").inner_text())
    found = Axe().run(notes, options={"preload": False})
    assert not found.response["violations"], found.generate_report()
    notes.keyboard.press("PageDown")
    until(talk, f"{STANDS} && Number(document.body.dataset.at) === 3")
    expect(notes.locator(".here")).to_contain_text("They leave")
    expect(notes.locator(".after")).to_be_hidden()


def test_it_is_accessible_and_says_its_keys(talk: Page) -> None:
    talk.keyboard.press("?")
    expect(talk.locator("#help")).to_be_visible()
    found = Axe().run(talk, options={"preload": False})
    assert not found.response["violations"], found.generate_report()
    talk.keyboard.press("?")
    expect(talk.locator("#help")).to_be_hidden()
    expect(talk.locator("#said")).to_have_text("Bars. How high?")


def told(path: Path) -> Any:
    """What the page's script knows."""
    found = re.search(r'id="talk">(.*?)</script>', path.read_text(encoding="utf-8"))
    assert found
    return json.loads(found[1])


def test_texts_of_a_film_stay_texts_and_bring_their_characters(slides: Path, browser: Browser) -> None:
    assert told(slides / "tiny.zh.html")["films"][0]["beats"][1]["captions"] == [["3 条 <增长>"]]
    page = browser.new_page()
    page.goto((slides / "tiny.zh.html").as_uri())
    assert page.evaluate("document.fonts.check('1em \"Mathviz Han\"', '束')")
    assert page.evaluate("document.documentElement.lang") == "zh-CN"
    page.close()
