"""Which beats a change of the scene or the script is in."""

from __future__ import annotations

from pathlib import Path

import pytest

from mathviz.preview.changes import Text, read
from mathviz.project.errors import NotFound, ScriptError

SCENE = '''
"""Two beats."""
from mathviz.stage import Explainer
from mathviz.style import QUICK

FAR = 3.0

def wide(number):
    return 2 * number

class Film(Explainer):
    """Cast: ``dot``."""

    def setup(self):
        super().setup()
        self.size = 1.0

    def first(self):
        self.draw_it(self.label("left"))

    def second(self):
        self.wait(wide(FAR))

    def draw_it(self, label):
        self.add(label)  # as it is

    def last_picture(self):
        self.add(self.label(f"row_{1}"))
'''

SCRIPT = """
title: {en: Two, zh: 二}
question: {en: "What?", zh: 什么？}
languages: [en, zh]
computation: some.where:function
labels:
  left: {en: left, zh: 左}
  row_1: {en: row, zh: 行}
beats:
  - id: first
    chapter: {en: One, zh: 一}
    captions:
      - {en: One dot, zh: 一点}
      - {en: And another, zh: 又一点}
  - id: second
    chapter: {en: Two, zh: 二}
    captions:
      - {en: Two dots, zh: 两点}
alt: {en: Dots., zh: 点。}
references:
  - text: "Nobody. 2020."
"""


@pytest.fixture
def film(tmp_path: Path) -> Path:
    (tmp_path / "film.py").write_text(SCENE)
    (tmp_path / "film.yaml").write_text(SCRIPT)
    return tmp_path / "film.py"


def edited(film: Path, old: str, new: str) -> Text:
    """The film after an edit of its scene or its script, in English."""
    path = film if old in SCENE else film.with_suffix(".yaml")
    text = path.read_text()
    assert text.count(old) == 1, f"{old!r} is {text.count(old)} times in {path.name}"
    path.write_text(text.replace(old, new))
    return read(film, "en")


@pytest.mark.parametrize(
    ("old", "new", "beats"),
    [
        ("One dot", "A dot", ["first"]),
        ("zh: 一点", "zh: 点一", []),  # another language's
        ("self.add(label)  # as it is", "self.add(label)  # as it was", []),
        ("self.add(label)  # as it is", "self.remove(label)", ["first"]),  # what a beat calls is its own
        ("return 2 * number", "return 3 * number", ["second"]),
        ("FAR = 3.0", "FAR = 4.0", ["second"]),
        ("en: left,", "en: to the left,", ["first"]),
        ("What?", "Why?", ["question"]),
        ("    def first(self):", "    def question(self):\n        self.wait(1)\n\n    def first(self):", ["question"]),
        ("chapter: {en: One,", "chapter: {en: A,", []),
        ("self.add(self.label(f", "self.remove(self.label(f", ["second"]),  # the last beat's last picture
    ],
)  # fmt: skip
def test_an_edit_is_in_the_beats_that_it_concerns(film: Path, old: str, new: str, beats: list[str]) -> None:
    before = read(film, "en")
    after = edited(film, old, new)
    assert [beat for beat in after.own if after.own[beat] != before.own[beat]] == beats
    assert after.shared == before.shared


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("self.size = 1.0", "self.size = 2.0"),
        ("import QUICK", "import SLOW"),
        ("en: row,", "en: line,"),  # a label whose name is composed may be anybody's
        ("some.where", "some.place"),
        ("(Explainer)", "(Explainer, object)"),
    ],
)
def test_what_every_beat_comes_after_is_shared(film: Path, old: str, new: str) -> None:
    before = read(film, "en")
    after = edited(film, old, new)
    assert after.shared != before.shared
    assert after.before("question") != before.before("question")


def test_a_beat_begins_after_those_before_it_and_not_after_itself(film: Path) -> None:
    before = read(film, "en")
    after = edited(film, "One dot", "A dot")
    same = [beat for beat in after.own if after.before(beat) == before.before(beat)]
    assert same == ["question", "first"]


def test_captions_are_those_of_the_language(film: Path) -> None:
    assert read(film, "zh").captions("first") == ["一点", "又一点"]
    assert read(film, "en").captions("question") == ["What?"]
    with pytest.raises(NotFound, match="'fr'"):
        read(film, "fr")


def test_a_script_with_a_fault_says_where(film: Path) -> None:
    with pytest.raises(ScriptError, match=r"film.yaml:\d+: nothing: is not allowed"):
        edited(film, "title:", "nothing: 1\ntitle:")


def test_a_scene_that_is_no_python_says_where(film: Path) -> None:
    with pytest.raises(SyntaxError) as found:
        edited(film, "def second(self):", "def second(self:")
    assert found.value.filename == str(film) and found.value.lineno
