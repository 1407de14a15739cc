"""The pages in a real browser: they load, play, seek, switch, and ask for nothing from elsewhere."""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from fontTools.ttLib import TTFont
from forged import EVIL
from playwright.sync_api import Browser, Page, expect

PAGES = ("index.html", "index.zh.html", "tiny.en.html", "tiny.zh.html")
SHIFTS = """() => new Promise(done => {
    new PerformanceObserver(list => done(list.getEntries().reduce((sum, shift) => sum + shift.value, 0)))
        .observe({type: 'layout-shift', buffered: true});
    setTimeout(() => done(0), 300);
})"""
"""How much of the page moved while it loaded."""

AXE = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"], "preload": False}
"""What axe looks for; it is not to load style sheets by itself, which a page from a file may not."""

OTHERS = [("light", 1440), ("dark", 360)]
"""Looked at by ``make test-all`` only."""

TIME = "document.getElementById('video').currentTime"
PAUSED = "document.getElementById('video').paused"


@contextmanager
def opened(browser: Browser, address: str, wide: int = 1440, **settings: Any) -> Iterator[Page]:
    """A page in a new window; at the end it must have had no error, and have asked for nothing beside its site."""
    context = browser.new_context(viewport={"width": wide, "height": 800}, **settings)
    page, said, asked = context.new_page(), [], []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.on("requestfailed", lambda request: said.append(f"{request.url}: {request.failure}"))
    page.goto(address)
    page.wait_for_load_state("networkidle")
    yield page
    root = address.rpartition("/")[0]
    elsewhere = [url for url in asked if not url.startswith((root, "data:"))]
    context.close()
    assert not elsewhere
    assert not [line for line in said if "ERR_ABORTED" not in line], said  # a player that has seen enough of a file


def until(page: Page, holds: str) -> None:
    """Wait until a condition of the page's own holds."""
    page.wait_for_function(holds, timeout=5000)


@pytest.fixture
def film(browser: Browser, site: Path) -> Iterator[Page]:
    """The film's page, from a file."""
    with opened(browser, f"{site.as_uri()}/tiny.en.html") as page:
        until(page, "document.getElementById('video').readyState >= 1")
        yield page


@pytest.mark.parametrize(
    ("scheme", "wide"),
    [("light", 360), ("dark", 1440), *(pytest.param(*each, marks=pytest.mark.slow) for each in OTHERS)],
)
def test_every_page_is_whole_still_and_accessible(browser: Browser, site: Path, wide: int, scheme: Any) -> None:
    for name in PAGES:
        with opened(browser, f"{site.as_uri()}/{name}", wide, color_scheme=scheme) as page:
            assert page.evaluate("document.documentElement.scrollWidth") == wide, f"{name} is wider than the window"
            assert page.evaluate(SHIFTS) == 0, name
            if ".zh" not in name or (wide, scheme) == (360, "light"):  # the same page in other words
                found = Axe().run(page, options=AXE)
                assert not found.response["violations"], found.generate_report()
            shown = "light" if scheme == "light" and ".zh" not in name else "dark"
            picture = page.locator("#video, .film img").first
            poster = picture.evaluate("element => element.poster || element.currentSrc")
            assert ("light.poster" in poster) == (shown == "light"), (name, poster)


def test_keyboard_focus_is_seen_and_reaches_the_content_first(film: Page) -> None:
    film.keyboard.press("Tab")
    expect(film.locator(".skip")).to_be_focused()
    assert film.locator(".skip").bounding_box()["x"] >= 0
    film.keyboard.press("Enter")
    expect(film.locator("#content")).to_be_focused()


def test_a_click_on_a_chapter_plays_from_there(film: Page) -> None:
    link = film.locator("#chapters a").nth(1)
    start = float(link.get_attribute("data-start"))
    assert start > 1
    link.click()
    until(film, f"{TIME} > {start} && !{PAUSED}")
    assert film.evaluate(TIME) < start + 3
    expect(film.locator("#chapters li").nth(1)).to_have_attribute("aria-current", "true")
    assert film.locator("#chapters [aria-current]").count() == 1


def test_nothing_plays_by_itself(browser: Browser, served: str) -> None:
    with opened(browser, f"{served}/tiny.en.html") as page:
        page.wait_for_timeout(700)
        assert page.evaluate(PAUSED) and page.evaluate(TIME) == 0


def test_who_wants_less_motion_sees_stills_only(browser: Browser, site: Path) -> None:
    with opened(browser, f"{site.as_uri()}/tiny.en.html", reduced_motion="reduce") as page:
        assert page.evaluate(PAUSED) and page.evaluate("document.getElementById('video').poster")
        page.locator("#chapters a").nth(1).click()
        until(page, f"{TIME} > 1")
        page.wait_for_timeout(500)
        assert page.evaluate(PAUSED), "a chapter is shown, not played"


def test_captions_are_switched_on_and_off(film: Page) -> None:
    button = film.locator("#captions")
    mode = "[...document.getElementById('video').textTracks].find(track => track.kind === 'captions').mode"
    expect(button).to_have_attribute("aria-pressed", "false")
    assert film.evaluate(mode) != "showing"
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")
    assert film.evaluate(mode) == "showing"
    film.locator("#chapters a").nth(1).click()
    until(film, f"{TIME} > {film.locator('#chapters a').nth(1).get_attribute('data-start')}")
    until(film, "video.textTracks[0].activeCues?.[0]?.getCueAsHTML().textContent === '3 bars <grow>'")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "false")


def test_keys_work_in_the_player_and_nowhere_else(film: Page) -> None:
    starts = [float(link.get_attribute("data-start")) for link in film.locator("#chapters a").all()]
    film.locator("#content").focus()
    for key in "knc":
        film.keyboard.press(key)
    assert film.evaluate(PAUSED) and film.evaluate(TIME) == 0, "a key outside the player is not the player's"
    film.locator("#chapters").focus()
    film.keyboard.press("n")
    until(film, f"Math.abs({TIME} - {starts[1]}) < 0.01")
    film.keyboard.press("n")
    until(film, f"Math.abs({TIME} - {starts[2]}) < 0.01")
    film.keyboard.press("p")
    until(film, f"Math.abs({TIME} - {starts[1]}) < 0.01")
    film.keyboard.press("l")
    until(film, f"Math.abs({TIME} - {starts[1] + 5}) < 0.01")
    film.keyboard.press("j")
    film.keyboard.press("j")
    until(film, f"{TIME} < {starts[1]}")
    film.keyboard.press("c")
    expect(film.locator("#captions")).to_have_attribute("aria-pressed", "true")
    film.keyboard.press("k")
    until(film, f"!{PAUSED}")
    film.keyboard.press("k")
    until(film, PAUSED)


def test_the_theme_is_switched_for_page_and_film_and_remembered(browser: Browser, served: str) -> None:
    with opened(browser, f"{served}/tiny.en.html", color_scheme="dark") as page:
        until(page, "document.getElementById('video').readyState >= 1")
        page.locator("#next").click()
        before = page.evaluate(TIME)
        assert before > 1 and page.evaluate("video.currentSrc").endswith("/tiny.en.mp4")
        page.locator("#colours").select_option("light")
        until(page, f"video.currentSrc.endsWith('/tiny.en.light.mp4') && Math.abs({TIME} - {before}) < 0.01")
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(250, 250, 246)"
        page.goto(f"{served}/index.html")
        expect(page.locator("#colours")).to_have_value("light")
        until(page, "document.querySelector('.film img').currentSrc.endsWith('.light.poster.webp')")
        page.locator("#colours").select_option("dark")
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(11, 13, 18)"


def test_search_finds_by_word_and_says_how_many(browser: Browser, site: Path) -> None:
    with opened(browser, f"{site.as_uri()}/index.html") as page:
        said, films = page.locator("#found"), page.locator(".film")
        expect(said).to_have_text("1 of 1 films")
        page.locator("#search").fill("LEAVE bars")
        expect(films.first).to_be_visible()
        page.locator("#search").fill("leave zebra")
        expect(films.first).to_be_hidden()
        expect(said).to_have_text("No film has all of that. Try fewer words.")
        page.locator("#search").press("Enter")
        page.locator("#search").fill("")
        expect(films.first).to_be_visible()


def test_a_topic_narrows_the_films(browser: Browser, hostile: Path) -> None:
    with opened(browser, f"{hostile.as_uri()}/index.html") as page:
        topic = page.locator("[data-topic]")
        topic.click()
        expect(topic).to_have_attribute("aria-pressed", "true")
        expect(page.locator(".film")).to_be_visible()
        page.evaluate("document.querySelector('.film').dataset.topics = '[]'")
        page.locator("#search").press("a")
        expect(page.locator(".film")).to_be_hidden()


def test_one_walks_from_the_index_to_a_film_and_to_its_other_language(browser: Browser, site: Path) -> None:
    with opened(browser, f"{site.as_uri()}/index.html") as page:
        page.get_by_role("link", name="Bars").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Bars")
        page.get_by_role("link", name="中文").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("条形")
        assert page.locator("html").get_attribute("lang") == "zh-CN"
        page.locator(".home").click()
        expect(page).to_have_url(f"{site.as_uri()}/index.zh.html")


def test_without_script_film_chapters_and_transcript_are_there(browser: Browser, site: Path) -> None:
    with opened(browser, f"{site.as_uri()}/tiny.en.html", java_script_enabled=False) as page:
        expect(page.locator("#chapters")).to_contain_text("3 bars <grow>")
        assert "tiny.en.mp4#t=" in page.locator("#chapters a").nth(1).get_attribute("href")
        expect(page.locator("#colours")).to_be_hidden()


def test_the_numbers_are_the_traces(film: Page) -> None:
    expect(film.locator(".claims li")).to_have_text(["the heights add up to the total 6.0 of 6.0"])
    expect(film.locator(".code")).to_contain_text("def measure(bars: int = 3) -> Bars:")


@pytest.mark.parametrize("name", PAGES)
def test_hostile_texts_stay_texts(browser: Browser, hostile: Path, name: str) -> None:
    with opened(browser, f"{hostile.as_uri()}/{name}") as page:
        assert page.evaluate("typeof pwned") == "undefined"
        assert page.locator("h1, .film h2").last.inner_text() == f"title {EVIL}"
        assert page.locator("a[href^='javascript']").count() == 0 and page.locator("img[onerror]").count() == 0
        if name.startswith("tiny"):
            cue = page.evaluate("document.getElementById('video').textTracks[0].cues[0].text")
            assert cue == f"</script>{EVIL}"


@pytest.mark.parametrize("name", PAGES)
def test_chinese_is_drawn_with_the_films_own_font(browser: Browser, site: Path, name: str) -> None:
    """Also in the link to the other language, whatever the system has; pages bring the characters that they have."""
    with opened(browser, (site / name).as_uri()) as page:
        fonts = page.evaluate("[...document.fonts].map(font => [font.family, font.status])")
        assert fonts == [["Mathviz Han", "loaded"]]
        chinese = page.evaluate("document.querySelector('h1:lang(zh), nav a:lang(zh)').innerText")
        assert re.search("[\u4e00-\u9fff]", chinese)
        rule = (site / f"fonts.{'zh' if '.zh' in name else 'en'}.css").read_text(encoding="utf-8")
        font = TTFont(io.BytesIO(base64.b64decode(rule.partition("base64,")[2].partition('"')[0])))
        text = {sign for sign in page.evaluate("document.body.innerText") if "\u4e00" <= sign <= "\u9fff"}
        assert text <= {chr(code) for code in font.getBestCmap()}
        assert "SIL OPEN FONT LICENSE" in rule
