"""mathviz check: each point is seen to hold, and to be missed when it does not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tiny_project import TinyProject

TEST = """\
from tiny_concept import measure

def test_the_total_is_the_formula_of_gauss():
    assert measure(100).total == 5050
"""


@pytest.fixture(scope="module")
def done_once(tmp_path_factory: pytest.TempPathFactory) -> TinyProject:
    """The tiny film with its test and its references: nothing is missing."""
    made = TinyProject.make(tmp_path_factory.mktemp("done") / "tiny")
    (made.root / "tests").mkdir()
    (made.root / "tests" / "test_tiny.py").write_text(TEST)
    accepted = made.run("frames", "accept", "tiny")
    assert accepted.returncode == 0, accepted.stderr
    return made


@pytest.fixture
def finished(done_once: TinyProject, tmp_path: Path) -> TinyProject:
    """A copy, to be damaged."""
    return TinyProject.make(tmp_path / "tiny", done_once.root)


def points(project: TinyProject) -> dict[str, dict]:
    """What ``mathviz check tiny --json`` says, by name; its exit status says whether all hold."""
    done = project.run("check", "tiny", "--json")
    found = {point["name"]: point for point in json.loads(done.stdout)}
    assert done.returncode == (0 if all(point["holds"] for point in found.values()) else 1), done.stderr
    assert list(found) == ["script", "computation", "tests", "frames", "lint"]
    assert all(point["todo"] for point in found.values() if not point["holds"])
    return found


def wrong(found: dict[str, dict]) -> set[str]:
    return {name for name, point in found.items() if not point["holds"]}


def test_a_film_that_is_done(finished: TinyProject) -> None:
    done = finished.run("check", "tiny")
    assert done.returncode == 0 and done.stdout.count("ok      ") == 5, done.stdout + done.stderr
    sheet = finished.root / "renders" / "frames" / "tiny.html"
    assert f"13 of 13 are their references, en, zh in dark and light; look at {sheet}" in done.stdout
    assert sheet.read_text().count("<figure") == 13
    assert "script: 2 beats and the question, 14 texts in en, zh" in done.stdout and "tests: 1 passed" in done.stdout


@pytest.mark.slow
def test_a_film_that_was_just_begun_lacks_references_and_a_test(tiny: TinyProject) -> None:
    done = tiny.run("check", "tiny")
    assert done.returncode == 1
    assert "WRONG   tests: there is no tests/test_tiny.py" in done.stdout
    assert "WRONG   frames: 0 of 13" in done.stdout and "mathviz frames accept tiny" in done.stdout


def test_a_wrong_number_a_wrong_picture_and_a_finding(finished: TinyProject) -> None:
    """The concept computes something else than its authority; the scene shows a word too small."""
    finished.edit("tiny_concept.py", "np.arange(1.0, bars + 1)", "np.full(bars, (bars + 1) / 2) + 0.5")
    finished.edit("tiny_concept.py", "np.array(bars * (bars + 1) / 2)", "np.array(heights.sum())")
    leave = "self.play(FadeOut(self.bars)"
    finished.edit("scenes/tiny.py", leave, f"self.add(Text('x', font_size=9)); {leave}")
    finished.edit("scenes/tiny.py", "Rectangle, VGroup", "Rectangle, Text, VGroup")
    found = points(finished)
    assert wrong(found) == {"tests", "frames", "lint"}
    assert "1 failed" in found["tests"]["found"] and "pytest tests/test_tiny.py" in found["tests"]["todo"]
    assert "errors" in found["lint"]["found"] and "--frames renders/lint" in found["lint"]["todo"]


def test_what_is_wrong_with_a_scene_is_told_by_every_point_that_goes_through_it(finished: TinyProject) -> None:
    """In the words that render has for it, so that nobody has to ask again."""
    finished.edit("scenes/tiny.py", "def bars_leave(self) -> None:", "def bars_leave(self) -> None")
    line = finished.root.joinpath("scenes/tiny.py").read_text().split("def bars_leave")[0].count("\n") + 1
    says = f"{finished.root}/scenes/tiny.py, line {line}: SyntaxError: expected ':'"
    found = points(finished)
    assert found["frames"]["found"].count(says) == 1 and says in found["lint"]["found"]
    assert says in finished.run("render", "tiny", "--draft").stderr


def test_nothing_is_drawn_of_what_is_not_true(finished: TinyProject) -> None:
    finished.edit("tiny_concept.py", "np.array(bars * (bars + 1) / 2)", "np.array(1.0)")
    found = points(finished)
    assert wrong(found) == {"script", "computation", "tests", "frames", "lint"}
    assert "nothing was computed to fill its texts" in found["script"]["found"]
    assert "the heights add up to the total: found" in found["computation"]["found"]
    assert "not looked at" in found["frames"]["found"] and "not looked at" in found["lint"]["found"]


def test_a_placeholder_that_the_trace_has_not(finished: TinyProject) -> None:
    finished.edit("scenes/tiny.yaml", "{bars} bars <grow>", "{beers} bars")
    found = points(finished)
    assert "script" in wrong(found) and "the trace has no beers" in found["script"]["found"]


@pytest.mark.slow
def test_what_was_recorded_is_compared(finished: TinyProject) -> None:
    assert finished.run("compute", "tiny", "--record").returncode == 0
    assert "the same as recorded" in points(finished)["computation"]["found"]
    finished.edit("tiny_concept.py", "bars: int = 3", "bars: int = 4")
    found = points(finished)
    assert "made by other code" in found["computation"]["found"] and "--check" in found["computation"]["todo"]
