"""The preview as an author has it: the real command, a real browser, a film that is being written."""

from __future__ import annotations

import http.client
import json
import time
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from looking import Looker, Previewed, looked_at
from playwright.sync_api import Browser, expect
from tiny_project import BEATS

AXE = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"], "preload": False}

PIXELS = """() => {
    const seen = element('glimpse').hidden ? front : element('glimpse');
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [122, 68];
    const context = canvas.getContext('2d');
    context.drawImage(seen, 0, 0, 122, 68);
    return Array.from(context.getImageData(0, 0, 122, 68).data);
}"""
"""What is seen now, small."""


def differing(one: list[int], other: list[int]) -> int:
    """How many values differ visibly."""
    return sum(abs(a - b) > 20 for a, b in zip(one, other, strict=True))


def redrawn(looker: Looker, before: int, beats: list[str]) -> None:
    """Wait until a change was seen, and all is drawn again; just these beats were."""
    looker.until(f"film.serial > {before} && (film.jump?.serial ?? 0) > 0")
    just = f"film.drawn.slice().sort().join() === '{','.join(sorted(beats))}'"  # two workers finish in either order
    looker.until(f"{just} && film.beats.every(each => each.good)")
    looker.settle()


def test_the_film_is_there_beat_by_beat(looker: Looker) -> None:
    page = looker.page
    expect(page.locator("h1")).to_have_text("Bars")
    assert looker.ask("film.beats.map(each => each.id)") == list(BEATS)
    expect(page.locator("#beats li")).to_have_count(3)
    assert looker.ask("film.beats.every(each => each.clip && each.frames > 15)")
    page.locator("#timeline button").nth(1).click()
    looker.settle()
    expect(page.locator("#beats li").nth(1)).to_have_attribute("aria-current", "true")
    assert looker.ask("[front.videoWidth, front.videoHeight]") == [854, 480]


def test_a_step_is_one_frame_and_goes_on_into_the_next_beat(looker: Looker) -> None:
    page = looker.page
    page.locator("#beats button").nth(1).click()
    looker.settle()
    seen = []
    for expected in (0, 1, 2, 1):
        looker.until(f"frame === {expected}")
        looker.settle()
        assert abs(looker.ask("front.currentTime") * 15 - expected - 0.5) < 0.01
        seen.append(looker.ask(PIXELS))
        page.keyboard.press("ArrowRight" if expected < 2 and len(seen) < 3 else "ArrowLeft")
    assert differing(seen[1], seen[3]) == 0, "the same frame is the same picture"
    page.locator("#scrub").fill(str(looker.ask("film.beats[0].frames") + 30))
    looker.settle()
    assert looker.ask("[beat, frame]") == ["bars_grow", 30] and differing(looker.ask(PIXELS), seen[0]) > 50
    page.locator("#beats button").nth(1).click()
    page.keyboard.press("ArrowLeft")
    assert looker.ask("[beat, frame]") == ["question", looker.ask("film.beats[0].frames") - 1]
    page.keyboard.press("ArrowRight")
    assert looker.ask("[beat, frame]") == ["bars_grow", 0]


def test_it_plays_on_through_the_beats_and_stops(looker: Looker) -> None:
    looker.page.locator("#scrub").fill(str(looker.ask("film.beats[0].frames") - 8))
    looker.settle()
    looker.page.keyboard.press(" ")
    looker.until("beat === 'bars_grow' && frame > 3")
    looker.page.locator("#play").click()
    at = looker.ask("frame")
    time.sleep(0.3)
    assert looker.ask("frame") == at and looker.ask("front.paused")
    looker.page.keyboard.press("]")
    looker.page.keyboard.press("ArrowUp")
    assert looker.ask("[beat, frame]") == ["bars_grow", 0]


def test_an_edited_caption_is_seen_and_only_its_beats_are_drawn(looker: Looker, previewed: Previewed) -> None:
    looker.page.locator("#beats button").nth(2).click()
    looker.settle()
    before, old = looker.serial(), looker.ask("film.beats.map(each => each.clip)")
    previewed.tiny.edit("scenes/tiny.yaml", "{bars} bars <grow>", "{bars} bars <rise up high>")
    caption = "beat === 'bars_grow' && !element('glimpse').hidden && Number(element('glimpse').dataset.frame) >= 15"
    seconds = looker.until(f"({caption}) || (film.serial > {before} && film.drawn.includes('bars_grow'))")
    print(f"\na changed caption was seen after {seconds:.2f} s")
    redrawn(looker, before, ["bars_grow", "bars_leave"])  # in the next one the caption goes
    new = looker.ask("film.beats.map(each => each.clip)")
    assert new[0] == old[0] and new[1] != old[1] and new[2] != old[2]
    assert looker.ask("[beat, here().cues.find(([, text]) => text)[1]]") == ["bars_grow", "3 bars <rise up high>"]
    assert looker.ask("frame") > looker.ask("here().cues.find(([, text]) => text)[0]"), "where the caption is there"


def test_an_edited_beat_is_drawn_as_it_is_now_and_no_other(looker: Looker, previewed: Previewed) -> None:
    looker.page.locator("#beats button").nth(0).click()
    looker.settle()
    before = looker.serial()
    previewed.tiny.edit("scenes/tiny.py", "FadeOut(self.bars)", "FadeOut(self.bars, shift=DOWN)")
    redrawn(looker, before, ["bars_leave"])
    assert looker.ask("beat") == "bars_leave", "the page goes where something changed"


def test_a_changed_begin_is_looked_through_and_drawn_where_it_looks_different(
    looker: Looker, previewed: Previewed
) -> None:
    before, old = looker.serial(), looker.ask("film.beats.map(each => each.clip)")
    previewed.tiny.edit("scenes/tiny.py", ".set_stroke(self.theme[\"text\"])", ".set_stroke(self.theme[\"muted\"])")
    looker.until(f"film.serial > {before} && film.drawn.slice().sort().join() === 'bars_grow,bars_leave'")
    looker.settle()
    new = looker.ask("film.beats.map(each => each.clip)")
    assert new[0] == old[0] and new[1] != old[1] and new[2] != old[2]


def test_a_wrong_scene_says_where_and_the_last_picture_stays(looker: Looker, previewed: Previewed) -> None:
    looker.page.locator("#beats button").nth(1).click()
    looker.page.keyboard.press("ArrowRight")
    looker.settle()
    picture = looker.ask(PIXELS)
    previewed.tiny.edit("scenes/tiny.py", "self.play(FadeOut", "self.nothing()\n        self.play(FadeOut")
    expect(looker.page.locator("#error")).to_be_visible(timeout=30_000)
    expect(looker.page.locator("#traceback")).to_contain_text("AttributeError")
    expect(looker.page.locator("#traceback")).to_contain_text("self.nothing()")
    expect(looker.page.locator("#error-text")).to_contain_text("tiny.py, line 28, in the beat bars_leave")
    looker.page.locator("#beats button").nth(1).click()
    looker.page.keyboard.press("ArrowRight")
    looker.stand_still()
    assert differing(looker.ask(PIXELS), picture) == 0
    before = looker.serial()
    previewed.tiny.edit("scenes/tiny.py", "        self.nothing()\n", "")
    looker.until(f"film.serial > {before} && !film.error && film.beats.every(each => each.good)")
    expect(looker.page.locator("#error")).to_be_hidden()


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("scenes/tiny.py", "def bars_leave(self)", "def bars_leave(self", "SyntaxError"),
        ("scenes/tiny.yaml", "    moments: [1]", "    moment: [1]", "beats.0.moment: is not allowed here"),
        ("scenes/tiny.py", "from tiny_concept", "from tiny_conceit", "No module named 'tiny_conceit'"),
    ],
)
def test_what_cannot_be_read_is_shown_until_it_is_repaired(
    looker: Looker, previewed: Previewed, file: str, old: str, new: str, said: str
) -> None:
    previewed.tiny.edit(file, old, new)
    expect(looker.page.locator("#error")).to_contain_text(said, timeout=30_000)
    assert looker.ask("film.beats.every(each => each.clip)"), "the last good pictures stay"
    assert looker.page.locator("#stay").is_visible()
    nothing_drawn = "film.beats = film.beats.map(beat => ({ ...beat, clip: '' })), showWords(), element('stay').hidden"
    assert looker.ask(nothing_drawn), "and where there are none, none are told of"
    previewed.tiny.edit(file, new, old)
    expect(looker.page.locator("#error")).to_be_hidden(timeout=30_000)
    looker.settle()


def test_a_changed_concept_is_computed_anew(looker: Looker, previewed: Previewed) -> None:
    before = looker.serial()
    looker.ask("""() => { window.notes = []; new MutationObserver(() => notes.push(element('note').textContent))
        .observe(element('note'), {childList: true, characterData: true, subtree: true}); }""")
    previewed.tiny.edit("tiny_concept.py", "bars: int = 3", "bars: int = 4")
    looker.until(f"film.serial > {before} && here() && film.beats[1].cues.some(([, text]) => text === '4 bars <grow>')")
    looker.settle()
    assert "computing tiny …" in looker.ask("notes")
    assert "question" not in looker.ask("film.drawn"), "nothing of it is seen there"


def test_language_and_theme_are_the_films(looker: Looker) -> None:
    looker.page.keyboard.press("l")
    looker.until("film.language === 'zh'")
    expect(looker.page.locator("h1")).to_have_text("条形")
    looker.page.locator("[data-theme=light]").click()
    looker.until("film.theme === 'light'")
    looker.settle()
    assert looker.ask(PIXELS)[:3] >= [240, 240, 240], "a light page"
    looker.page.reload()
    looker.settle()
    assert looker.ask("[film.language, film.theme]") == ["zh", "light"]


def test_safe_area_and_grid_lie_over_the_picture(looker: Looker) -> None:
    page = looker.page
    for key, name in (("s", "safe"), ("g", "grid")):
        expect(page.locator(f"#{name}")).to_be_hidden()
        page.keyboard.press(key)
        expect(page.locator(f"#{name}-button")).to_have_attribute("aria-pressed", "true")
        page.locator(f"#{name}-button").click()
        expect(page.locator(f"#{name}")).to_be_hidden()
        page.keyboard.press(key)
    stage, safe = page.locator("#stage").bounding_box(), page.locator("#safe").bounding_box()
    assert stage and safe
    assert abs((safe["x"] - stage["x"]) / stage["width"] - 0.05) < 0.005
    assert abs((safe["y"] - stage["y"]) / stage["height"] - 0.05) < 0.005
    assert page.locator("#grid line.axis").count() == 2


def test_what_the_lint_finds_is_marked_on_the_frame(looker: Looker, previewed: Previewed) -> None:
    before = looker.serial()
    head = "def bars_leave(self) -> None:\n"
    out = f"{head}        self.add(self.title.copy().shift(13.2 * RIGHT))\n"
    previewed.tiny.edit("scenes/tiny.py", head, out)
    looker.until(f"film.serial > {before} && film.linted && film.findings.some(each => each.rule === 'GEO001')")
    looker.settle()
    looker.page.locator("#findings li", has_text="GEO001").first.get_by_role("button").click()
    looker.settle()
    assert looker.ask("[...document.querySelectorAll('#boxes text')].some(each => each.textContent === 'GEO001')")
    looker.page.keyboard.press("[")
    expect(looker.page.locator("#boxes rect")).to_have_count(0)


@pytest.mark.parametrize("wide", [360, 1440])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_fits_and_is_accessible(browser: Browser, previewed: Previewed, wide: int, scheme: Any) -> None:
    looker = looked_at(browser, previewed.address, wide, color_scheme=scheme)
    looker.settle()
    looker.page.locator("#grid-button").click()
    assert looker.ask("document.documentElement.scrollWidth") == wide
    found = Axe().run(looker.page, options=AXE)
    assert not found.response["violations"], found.generate_report()
    looker.page.context.close()


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Host": "127.0.0.1:4000"}, 200), ({"Host": "localhost:80"}, 200), ({"Host": "localhost"}, 200),
        ({"Host": "evil.example:8001"}, 403), ({"Host": "evil.example"}, 403),
        ({"Host": "127.0.0.1.evil.example"}, 403), ({"Host": "localhost:1", "Sec-Fetch-Site": "cross-site"}, 403),
    ],
)  # fmt: skip
@pytest.mark.parametrize("path", ["/", "/limits.json", "/events"])
def test_other_names_than_this_machines_are_refused(
    previewed: Previewed, path: str, headers: dict[str, str], status: int
) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", previewed.port, timeout=10)
    connection.request("HEAD", path, headers=headers)
    answer = connection.getresponse()
    assert answer.status == status
    assert "default-src 'none'" in (answer.getheader("Content-Security-Policy") or "")
    connection.close()


def test_what_was_drawn_here_is_not_drawn_again(looker: Looker, previewed: Previewed) -> None:
    """By another preview, or by the renderer: it is the same film."""
    done = previewed.tiny.run("render", "tiny", "--draft", "--lang", "en", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)[0]["drawn"] == []
    again = Previewed.start(previewed.tiny)
    try:
        other = looked_at(looker.page.context.browser, again.address)  # type: ignore[arg-type]
        other.settle()
        assert other.ask("film.drawn") == []
        other.page.context.close()
    finally:
        again.stop()


def test_ctrl_c_leaves_nothing(previewed_once: Previewed, tmp_path: Path) -> None:
    tiny = type(previewed_once.tiny).make(tmp_path / "ended")
    other = Previewed.start(tiny)
    assert f":127.0.0.1:{other.port} " in other.tunnel and other.tunnel.split(": ")[-1].startswith("ssh -N -L ")
    deadline = time.monotonic() + 60
    while len(tiny.processes()) < 4 and time.monotonic() < deadline:  # somebody stands
        time.sleep(0.1)
    said = other.stop()
    assert other.process.returncode == 130 and "Traceback" not in said
    tiny.await_silence()
    assert not list((tiny.root / "renders" / ".cache" / "work").iterdir())


def test_who_is_killed_takes_all_along(previewed_once: Previewed, tmp_path: Path) -> None:
    tiny = type(previewed_once.tiny).make(tmp_path / "killed")
    other = Previewed.start(tiny)
    deadline = time.monotonic() + 60
    while len(tiny.processes()) < 4 and time.monotonic() < deadline:
        time.sleep(0.1)
    other.process.kill()
    other.process.communicate()
    tiny.await_silence()


def test_a_port_that_is_taken_and_a_film_that_is_not_there_are_named(previewed: Previewed) -> None:
    done = previewed.tiny.run("preview", "tiny", "--port", str(previewed.port))
    assert done.returncode == 1 and "cannot be served" in done.stderr and "--port 8002" in done.stderr
    done = previewed.tiny.run("preview", "tyni")
    assert done.returncode == 2 and "Closest: tiny" in done.stderr
