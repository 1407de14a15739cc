"""What did not change is not gone through again, and what the rules say of it is told all the same."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest
from tiny_project import TinyProject

from mathviz.lint.files import check_film
from mathviz.lint.known import judged_film
from mathviz.lint.rules import Finding


@pytest.fixture(scope="module")
def linted_once(tmp_path_factory: pytest.TempPathFactory) -> TinyProject:
    """The tiny project, gone through in all its versions."""
    made = TinyProject.make(tmp_path_factory.mktemp("linted") / "tiny")
    assert known(made.run("lint", "--json")) == (0, 4)
    return made


@pytest.fixture
def linted(linted_once: TinyProject, tmp_path: Path) -> TinyProject:
    return TinyProject.make(tmp_path / "linted", linted_once.root)


def known(done: subprocess.CompletedProcess[str]) -> tuple[int, int]:
    """How many versions were not gone through, and of how many."""
    anew, before = (sum(map(int, re.findall(rf"(\d) versions? {how}", done.stderr)))
                    for how in ("judged anew", "as judged before"))  # fmt: skip
    return before, anew + before


def rules(done: subprocess.CompletedProcess[str]) -> list[tuple[str, str]]:
    return [(each["rule"], each["version"]) for each in json.loads(done.stdout)]


def test_what_is_unchanged_is_known_and_told_alike(linted_once: TinyProject) -> None:
    first = linted_once.run("lint", "--json")
    assert known(first) == (4, 4) and len(rules(first)) >= 4, "the rhythm of every version is told"
    linted_once.edit("scenes/tiny.yaml", "title: {en: Bars", "title:   {en: Bars")
    again = linted_once.run("lint", "--json")
    assert known(again) == (4, 4) and again.stdout == first.stdout


def test_a_caption_in_one_language_is_looked_at_in_that_language(linted: TinyProject) -> None:
    long = "They leave, one after the other, and nobody who looks at them could say why"
    linted.edit("scenes/tiny.yaml", "en: They leave", f"en: '{long}, nor when, nor whereto they went'")
    done = linted.run("lint", "--json")
    assert known(done) == (2, 4)
    assert {version for rule, version in rules(done) if rule.startswith("TXT")} == {"en.dark", "en.light"}
    linted.edit("scenes/tiny.yaml", f"en: '{long}, nor when, nor whereto they went'", "en: They leave")
    done = linted.run("lint", "--json")
    assert known(done) == (4, 4), "somebody may go back"
    assert not [rule for rule, _ in rules(done) if rule.startswith("TXT")]


def test_another_limit_judges_again_what_was_seen_before(linted: TinyProject, other_home: Path) -> None:
    """Nothing is gone through for it. What was seen is the same for the same package elsewhere."""
    limits = other_home / "assets" / "lint.yaml"
    before, sizes = limits.read_text(), "text_size: {error: 0.037}"
    assert before.count(sizes) == 1
    limits.write_text(before.replace(sizes, "text_size: {error: 0.2}"))
    try:
        done = linted.run("lint", "--json", PYTHONPATH=f"{other_home}:{linted.root}")
    finally:
        limits.write_text(before)
    assert known(done) == (4, 4)
    assert {version for rule, version in rules(done) if rule == "TXT001"} == {
        "en.dark", "en.light", "zh.dark", "zh.light"
    }  # fmt: skip


def test_what_was_seen_and_is_damaged_is_looked_at_anew(linted: TinyProject) -> None:
    objects = sorted((linted.root / "renders" / ".cache" / "lint" / "objects").iterdir())
    assert len(objects) == 4
    objects[0].write_bytes(objects[0].read_bytes() + b" ")
    assert known(linted.run("lint", "--json")) == (3, 4)


def test_a_finished_film_is_decoded_again_only_if_something_beside_it_changes(rendered: TinyProject) -> None:
    manifest, times = rendered.films / "tiny.en.json", []

    def found() -> list[Finding]:
        return judged_film(rendered.project, manifest, lambda: times.append("decoded") or check_film(manifest))

    first = found()
    assert found() == first and times == ["decoded"]
    (rendered.films / "tiny.en.vtt").unlink()
    assert [each.rule for each in found()] == [*(each.rule for each in first), "A11Y001"] and len(times) == 2
