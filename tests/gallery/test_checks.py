"""Questions after a film: validated as all words are, answered by the trace, asked without a script too."""

from __future__ import annotations

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, expect
from test_pages import AXE, opened
from tiny_project import TinyProject

from mathviz.films import compute, script
from mathviz.gallery.checks import checks
from mathviz.gallery.site import build
from mathviz.project import HOME, Project
from mathviz.project.errors import ScriptError

QUESTIONS = """
questions:
  - ask: {en: "How many bars <grow>?", zh: 有几条？}
    choices:
      - {en: "{total:.0f}", zh: "{total:.0f} 条"}
      - {en: "{bars}, or $n_{{{bars}}}$", zh: "{bars} 条"}
    right: 2
    because: {en: "The script asks for {bars}.", zh: "脚本要 {bars} 条。"}
"""


def with_questions(tiny: TinyProject, text: str = QUESTIONS) -> Path:
    path = tiny.project.scenes / "tiny.yaml"
    path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")
    return path


def test_a_page_asks_after_the_film_and_the_trace_answers(filmed: TinyProject, browser: Browser) -> None:
    """With the keyboard alone; axe finds nothing; the film is not made anew for it."""
    with_questions(filmed)
    built = build(filmed.project)
    assert not built.changed and not built.damaged
    page_file = (built.index.parent / "tiny.en.html").as_uri()
    with opened(browser, page_file) as page:
        group = page.get_by_role("group", name="How many bars <grow>?")
        choices = group.get_by_role("radio")
        expect(choices).to_have_count(2)
        choices.first.focus()
        page.keyboard.press("Space")
        expect(group.get_by_role("status")).to_have_text("No. Choose another, or open the answer.")
        page.keyboard.press("ArrowDown")
        expect(choices.nth(1)).to_be_checked()
        expect(group.get_by_role("status")).to_have_text("Right. The answer says why.")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        expect(group.get_by_text("The script asks for 3.")).to_be_visible()
        found = Axe().run(page, options=AXE)
        assert not found.response["violations"], found.generate_report()
    with opened(browser, page_file.replace(".en.", ".zh."), java_script_enabled=False) as page:
        group = page.get_by_role("group", name="有几条？")
        expect(group.get_by_text("脚本要 3 条。")).to_be_hidden()
        group.get_by_text("答案").click()
        expect(group.get_by_text("脚本要 3 条。")).to_be_visible()


def test_a_film_without_questions_asks_none(site: Path) -> None:
    assert "checks-title" not in (site / "tiny.en.html").read_text(encoding="utf-8")


def test_no_question_is_asked_of_numbers_that_other_code_computed(filmed: TinyProject) -> None:
    with_questions(filmed)
    """Neither while there is no trace of today's code, nor when there is one: the film shows the other's."""
    filmed.edit("tiny_concept.py", "bars + 1) / 2", "bars + 1) * 0.5")
    assert "checks-title" not in (build(filmed.project).index.parent / "tiny.en.html").read_text(encoding="utf-8")
    assert filmed.run("compute", "tiny").returncode == 0
    built = build(filmed.project)
    assert "checks-title" not in (built.index.parent / "tiny.en.html").read_text(encoding="utf-8") and built.stale


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("right: 2", "right: 3", "questions.0.right: there is no choice 3; there are 2, counted from 1"),
        ("right: 2", "right: 0", "questions.0.right: Input should be greater than or equal to 1"),
        (", zh: 有几条？", "", "questions.0.ask: no text in zh; needs one in each of en, zh"),
        ("right: 2", "right: 2\n    hint: x", "questions.0.hint: is not allowed here; allowed: ask, choices, right"),
        ('\n      - {en: "{total:.0f}", zh: "{total:.0f} 条"}', "", "at least 2 items"),
        (QUESTIONS.replace("\nquestions:", ""), QUESTIONS.replace("\nquestions:", "") * 4, "at most 3 items"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_questions_is_told_with_its_line(tiny: TinyProject, old: str, new: str, says: str) -> None:
    assert old in QUESTIONS
    path = with_questions(tiny, QUESTIONS.replace(old, new))
    with pytest.raises(ScriptError) as raised:
        script.read(path)
    assert says in str(raised.value) and "tiny.yaml:" in str(raised.value)


def test_questions_that_the_trace_cannot_fill_are_told_and_belong_to_no_film(tiny: TinyProject) -> None:
    from tiny_concept import measure

    path = tiny.project.scenes / "tiny.yaml"
    before = script.digest_in(path, "en")
    path = with_questions(tiny, QUESTIONS.replace("asks for {bars}", "asks for {beams}"))
    assert script.digest_in(path, "en") == before
    with pytest.raises(ScriptError, match="the trace has no beams"):
        script.try_filling(script.read(path), path, measure())


@pytest.mark.parametrize("stem", Project(HOME).stems)
def test_our_films_ask_three_questions_whose_choices_differ_as_the_trace_fills_them(stem: str) -> None:
    told = script.read(HOME / "scenes" / f"{stem}.yaml")
    for language in told.languages:
        asked = checks(Project(HOME), stem, language)
        assert len(asked) == 3, compute.missing(compute.of_film(Project(HOME), stem), Project(HOME))
        for check in asked:
            assert len({str(choice) for choice in check.choices}) == len(check.choices), check
    assert any(script.placeholders(text) for each in told.questions for text in each.choices[each.right - 1].values())
