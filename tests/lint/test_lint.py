"""The lint as its users meet it: on a scene file with real faults, on a project, with waivers; and on our films."""

from __future__ import annotations

import datetime
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tiny_project import TinyProject

from mathviz.films.script import read
from mathviz.lint import report
from mathviz.lint.observe import Observed
from mathviz.lint.rules import Finding, check
from mathviz.project import HOME, Project

FAULTY = """
from manimlib import *


class Faulty(Scene):
    def construct(self):
        small = Text("tiny words", font_size=16).to_edge(UP)
        one, other = Text("one"), Text("other").shift(0.3 * RIGHT)
        outside = Text("outside").move_to(7.5 * RIGHT)
        self.play(FadeIn(small), FadeIn(one), FadeIn(other), FadeIn(outside))
        self.wait(2)
        brief = Text("brief words").shift(2 * DOWN)
        self.add(brief)
        self.wait(0.3)
        self.remove(brief)
        self.wait(0.2)


class Moving(Scene):
    def construct(self):
        passing = Text("passing").move_to(4 * LEFT)
        bright = Square(4, fill_color=WHITE, fill_opacity=1, stroke_width=0).move_to(9 * RIGHT + 2.6 * UP)
        label, still = Text("label").move_to(2 * UP), Text("on top").fix_in_frame().move_to(2 * DOWN)
        self.add(bright, passing, label, still)
        self.play(passing.animate.move_to(9 * RIGHT), run_time=3, rate_func=there_and_back)
        self.play(bright.animate.move_to(9 * LEFT + 2.6 * UP), run_time=4)
        self.play(self.frame.animate.set_height(40), run_time=3, rate_func=there_and_back)
        self.wait()


class Sound(Scene):
    def construct(self):
        self.play(FadeIn(Text("large enough")))
        self.wait(2)
"""

LEAVES = """

class Leaves(Scene):
    def construct(self):
        __import__("sys").exit("no data")


class Waits(Scene):
    def construct(self):
        __import__("time").sleep(60)


class Small(Scene):
    def construct(self):
        self.play(FadeIn(Text("tiny", font_size=6)))
        self.wait(2)
"""

FINDING = Finding("CON001", "error", "tiny", "en.dark", "bars_grow", 1.0, "text “x”", "2 : 1", "4.5 : 1", "mend it")


def run(*arguments: str, folder: Path = HOME) -> subprocess.CompletedProcess[str]:
    line = [sys.executable, "-m", "mathviz", "lint", *arguments]
    return subprocess.run(line, cwd=folder, capture_output=True, text=True)


def test_a_scene_file_of_anybody(tmp_path: Path) -> None:
    (tmp_path / "faulty.py").write_text(FAULTY)
    done = run(str(tmp_path / "faulty.py"), "--json", "--sarif", str(tmp_path / "out.sarif"))
    found = {(each["stem"], each["rule"], each["what"]) for each in json.loads(done.stdout)}
    assert done.returncode == 1, done.stderr
    assert {("faulty.Faulty", "TXT001", "text “tiny words”"), ("faulty.Faulty", "TXT003", "text “one”"),
            ("faulty.Faulty", "GEO001", "text “outside”"), ("faulty.Faulty", "TXT002", "text “brief words”")} <= found
    assert not [each for each in found if each[0] == "faulty.Sound"]
    moving = {(each["rule"], each["what"]) for each in json.loads(done.stdout) if "in motion" in each["measured"]}
    assert moving == {("GEO001", "text “passing”"), ("CON001", "text “label”"), ("TXT001", "text “label”"),
                      ("TXT001", "text “passing”")}  # fmt: skip
    assert not [each for each in found if "on top" in each[2]]  # it is fixed in frame, whatever the camera does
    sarif = json.loads((tmp_path / "out.sarif").read_text())
    assert sarif["version"] == "2.1.0" and len(sarif["runs"][0]["results"]) == len(json.loads(done.stdout))
    assert {rule["id"] for rule in sarif["runs"][0]["tool"]["driver"]["rules"]} >= {each[1] for each in found}


def test_a_file_that_cannot_be_gone_through_is_named(tmp_path: Path) -> None:
    """With scene, line and error; the file's other scenes are looked at all the same."""
    broken = FAULTY.replace('Text("one")', "Text(1 / 0)") + LEAVES
    (tmp_path / "broken.py").write_text(broken)
    done = run(str(tmp_path / "broken.py"), "--json", "--patience", "5")
    assert done.returncode == 1 and "Traceback" not in done.stderr
    found = {each["stem"]: each["measured"] for each in json.loads(done.stdout) if each["rule"] == "SCN001"}
    line = broken.splitlines().index(next(line for line in broken.splitlines() if "1 / 0" in line)) + 1
    assert found.keys() == {"broken.Faulty", "broken.Leaves", "broken.Waits"}
    assert found["broken.Faulty"] == f"{tmp_path}/broken.py, line {line}: ZeroDivisionError: division by zero"
    assert "the scene ended itself (SystemExit: no data)" in found["broken.Leaves"]
    assert "nothing was done for 5 s" in found["broken.Waits"] and "in construct" in found["broken.Waits"]
    assert [each for each in json.loads(done.stdout) if each["stem"] == "broken.Small"]
    assert run(str(tmp_path / "nowhere.py")).returncode == 2


def test_a_beat_that_loops_for_ever_ends_the_lint_once_with_its_place(tiny: TinyProject) -> None:
    """In one version: the others would come as far. So does a check of frames."""
    tiny.misbehave("while True: pass")
    place = f"in the beat bars_leave; it is at {tiny.root}/scenes/tiny.py, line 30, in bars_leave"
    says = rf"no frame came for \d+ s, though something was computed, {re.escape(place)}"
    done = tiny.run("lint", "--json", "--patience", "6")
    (found,) = [each for each in json.loads(done.stdout) if each["rule"] == "SCN001"]
    assert done.returncode == 1 and re.match(says, found["measured"]), found
    done = tiny.run("frames", "check", "tiny", "--patience", "6")
    assert done.returncode == 1 and len(re.findall(says, done.stderr)) > 4, done.stderr


def test_a_typesetter_that_fails_ends_the_lint_once(tiny: TinyProject, tmp_path: Path) -> None:
    """One that hangs takes two minutes to be known, which nobody waits for in every version."""
    tiny.edit("scenes/tiny.yaml", "en: They leave", "en: They leave $x^2$")
    (tmp_path / "bin").mkdir()
    fake = tmp_path / "bin" / "dvisvgm"
    fake.write_text("#!/bin/sh\necho no such font >&2; exit 2\n")
    fake.chmod(0o755)
    path = f"{fake.parent}:{os.environ['PATH']}"
    done = tiny.run("lint", "--json", PATH=path, MATHVIZ_CACHE=str(tmp_path / "cache"))
    found = [each for each in json.loads(done.stdout) if each["rule"] == "SCN001"]
    assert [each["measured"] for each in found] == ["dvisvgm ended with 2: no such font"], found


@pytest.mark.slow
def test_a_project_in_all_its_versions(tiny: TinyProject) -> None:
    """And what has a place is drawn with it marked."""
    tiny.edit("scenes/tiny.py", 'set_fill(self.theme["data"], 1)', 'set_fill("#151515", 1).set_stroke(width=0)')
    leave = "self.play(FadeOut(self.bars)"
    tiny.edit("scenes/tiny.py", leave, f"self.add(Text('x', font_size=9)); {leave}")
    tiny.edit("scenes/tiny.py", "Rectangle, VGroup", "Rectangle, Text, VGroup")
    tiny.edit("scenes/tiny.py", '.set_stroke(self.theme["text"])', "")
    done = tiny.run("lint", "--frames", "marked")
    assert "shape in #151515" in done.stdout and "en.dark, zh.dark" in done.stdout, done.stdout + done.stderr
    assert "tiny is not rendered, so flashes and streams are not looked at" in done.stderr
    (marked,) = (tiny.root / "marked").glob("*bars_leave.TXT001*")
    picture = np.asarray(Image.open(marked).convert("RGB")).astype(int)
    assert (picture == [255, 0, 0]).all(axis=-1).sum() > 100


def test_a_waiver_needs_a_rule_and_a_reason(tmp_path: Path) -> None:
    scene = tmp_path / "tiny.py"
    source = "class Tiny:\n    def bars_grow(self):\n        pass  # lint: ignore[CON001]{}\n\n    def later(self): 1\n"
    scene.write_text(source.format(" it is a sign"))
    beats = {"bars_grow", "later"}
    (waived,) = report.waive([FINDING], scene, beats)
    assert waived.waived == "it is a sign"
    (elsewhere,) = report.waive([Finding(**{**vars(FINDING), "beat": "later"})], scene, beats)
    assert not elsewhere.waived
    scene.write_text(source.format(""))
    fault, kept = report.waive([FINDING], scene, beats)
    assert fault.rule == "LNT001" and "without a reason" in fault.measured and not kept.waived
    scene.write_text("# lint: ignore[CON001] everywhere here\n" + source.format(" x").replace("CON001]", "XXX999]"))
    fault, waived = report.waive([FINDING], scene, beats)
    assert "XXX999, which is no rule" in fault.measured and waived.waived == "everywhere here"


def test_a_waiver_that_waives_nothing_is_named(tmp_path: Path) -> None:
    scene = tmp_path / "tiny.py"
    scene.write_text("# lint: ignore[CON001] a sign\n# lint: ignore[TXT001] small\n# lint: ignore[FLS001] flashes\n")
    idle, waived = report.waive([FINDING], scene, set(), idle=True)
    assert (idle.rule, idle.what) == ("LNT002", "tiny.py:2") and "TXT001" in idle.measured and waived.waived
    assert len(report.waive([FINDING], scene, set())) == 1


def test_in_anybodys_scene_a_waiver_holds_for_the_file(tmp_path: Path) -> None:
    method = "    def construct(self):"
    (tmp_path / "faulty.py").write_text(FAULTY.replace(method, f"{method}  # lint: ignore[GEO001] flies in", 1))
    found = json.loads(run(str(tmp_path / "faulty.py"), "--json").stdout)
    assert {each["waived"] for each in found if each["rule"] == "GEO001"} == {"flies in"}


def test_a_moment_beyond_its_beat_is_an_error_with_its_line(tiny: TinyProject) -> None:
    tiny.edit("scenes/tiny.yaml", "moments: [1]", "moments:\n      - 1\n      - 40.0")
    film = Observed("tiny", "en", "dark", "#000000", beats={"bars_grow": (2.0, 5.5), "bars_leave": (5.5, 8.0)})
    told = read(tiny.root / "scenes" / "tiny.yaml")
    (found,) = report.late_moments(tiny.project, told, film)
    assert (found.rule, found.level, found.beat) == ("SCN002", "error", "bars_grow")
    assert found.measured == (f"{tiny.root}/scenes/tiny.yaml:13: the moment 40 s is beyond the end of bars_grow, "
                              "which lasts 3.5 s; choose an earlier one")  # fmt: skip
    assert f"\n    {found.measured}\n" in report.as_text([found]), "the limit is in it"
    (told,) = json.loads(report.as_sarif([found]))["runs"][0]["results"]
    assert told["message"]["text"] == f"{found.what}: {found.measured}", "and nowhere else"


def test_sentences_that_nobody_translated_are_told_once_for_each_language(tiny: TinyProject) -> None:
    """Names, numbers and formulas may be the same everywhere."""
    tiny.edit("scenes/tiny.yaml", 'zh: "{bars} 条形出现又离开。"', 'zh: "{bars} bars grow and leave."')
    tiny.edit("scenes/tiny.yaml", "zh: 离开", "zh: They leave")
    path = tiny.root / "scenes" / "tiny.yaml"
    (found,) = report.untranslated(tiny.project, "tiny", read(path))
    assert (found.rule, found.level) == ("I18N002", "warning")
    assert found.measured == "1 text in zh as in another language, the first at line 17"


def test_waived_findings_are_counted_and_do_not_fail(tmp_path: Path) -> None:
    said = report.as_text([Finding(**{**vars(FINDING), "waived": "a sign"}), FINDING])
    assert "tiny: CON001 waived once: a sign" in said and "1 error, 0 warnings, 1 waived" in said
    results = json.loads(report.as_sarif([Finding(**{**vars(FINDING), "waived": "a sign"})]))["runs"][0]["results"]
    assert results[0]["suppressions"] == [{"kind": "inSource", "justification": "a sign"}]


def test_what_differs_in_its_version_alone_is_told_once() -> None:
    light = Finding(**{**vars(FINDING), "version": "en.light"})
    assert [versions for _, versions in report.together([FINDING, light])] == [["en.dark", "en.light"]]
    waived = [Finding(**{**vars(each), "waived": "a sign"}) for each in (FINDING, light)]
    said = report.as_text([FINDING, light, *waived])
    assert said.endswith("tiny: CON001 waived once: a sign\n1 error, 0 warnings in 2 versions, 1 waived")


@pytest.mark.slow
def test_our_films_are_clean() -> None:
    """All of them, in both languages and themes; what is waived has its reason."""
    done = run("--json")
    left = [each for each in json.loads(done.stdout) if not each["waived"] and each["level"] != "note"]
    assert not left and done.returncode == 0, report.as_text([Finding(**each) for each in left])


EVERY = 16
"""So many days each film has one of, on which ``make test`` goes through it."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """The film of the day; the others in ``make test-all``."""
    if metafunc.function is test_a_film_is_clean_in_its_first_language:
        stems = Project(HOME).stems
        at = datetime.date.fromisoformat(metafunc.config.getoption("day")).toordinal() % max(EVERY, len(stems))
        days = [[pytest.mark.film], [pytest.mark.film, pytest.mark.slow]]
        metafunc.parametrize("stem", [pytest.param(stem, marks=days[n != at]) for n, stem in enumerate(stems)])


def test_a_film_is_clean_in_its_first_language(stem: str) -> None:
    """In one theme; all versions take minutes and are gone through by the test above."""
    project, scene = Project(HOME), HOME / "scenes" / f"{stem}.py"
    told = read(scene.with_suffix(".yaml"))
    (film,), failed = report.watch(project, scene, told.languages[:1], ["dark"])
    assert not failed
    found = report.waive(check(film), scene, {beat.id for beat in told.beats})
    assert not [each for each in found if not each.waived], report.as_text(found)


@pytest.mark.parametrize("line", ["title: {en: Bars}", 'title: {en: Bars, zh: ""}'])
def test_a_missing_translation_is_a_finding(tiny: TinyProject, line: str) -> None:
    tiny.edit("scenes/tiny.yaml", "title: {en: Bars, zh: 条形}", line)
    done = tiny.run("lint", "--json")
    assert [each["rule"] for each in json.loads(done.stdout)] == ["I18N001"] and done.returncode == 1


def test_another_fault_of_a_script_is_no_finding(tiny: TinyProject) -> None:
    tiny.edit("scenes/tiny.yaml", "languages: [en, zh]", "languages: [en, zh]\ncolour: red")
    done = tiny.run("lint")
    assert done.returncode == 2 and "colour: is not allowed here" in done.stderr and not done.stdout
