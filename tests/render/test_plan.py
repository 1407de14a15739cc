"""Every film, language and theme gets its job, and what cannot be rendered is refused before any work."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from tiny_project import TinyProject

from mathviz.project.errors import MathvizError, NotFound, ScriptError
from mathviz.render.encode import DRAFT, TRANSPARENT
from mathviz.render.plan import Job, Wish, plan, plan_scenes

ASKED: dict[str, Any] = {"themes": ["all"], "quality": "low"}


def test_one_job_for_each_language_and_theme(tiny: TinyProject) -> None:
    jobs = plan(tiny.project, ["tiny"], Wish(**ASKED))
    assert [job.name for job in jobs] == ["tiny.en", "tiny.en.light", "tiny.zh", "tiny.zh.light"]
    assert {(job.width, job.height, job.fps) for job in jobs} == {(854, 480, 30)}
    assert {job.folder for job in jobs} == {tiny.films}


def test_one_language_and_theme_when_asked(tiny: TinyProject) -> None:
    asked = ASKED | {"languages": ["zh"], "themes": ["light"], "quality": "4k", "fps": 60, "out": Path("/elsewhere")}
    (job,) = plan(tiny.project, ["tiny"], Wish(**asked))
    assert (job.language, job.theme, job.width, job.height, job.fps) == ("zh", "light", 3840, 2160, 60)
    assert job.folder == Path("/elsewhere/tiny")


def test_no_stem_means_all(tiny: TinyProject) -> None:
    for ending in (".py", ".yaml"):
        scenes = tiny.root / "scenes"
        (scenes / f"second{ending}").write_bytes((scenes / f"tiny{ending}").read_bytes())
    assert {job.stem for job in plan(tiny.project, [], Wish(**ASKED))} == {"second", "tiny"}


def test_a_job_survives_json(tiny: TinyProject) -> None:
    (job, *_) = plan(tiny.project, ["tiny"], Wish(**ASKED))
    assert Job.from_json(job.as_json()) == job


@pytest.mark.parametrize(
    ("stem", "change", "says"),
    [
        ("tony", {}, r"no film 'tony'\. Closest: tiny\."),
        ("tiny", {"languages": ["zn"]}, r"no language 'zn'\. Closest: zh"),
        ("tiny", {"languages": ["fr"]}, r"no language 'fr'\. There are: en, zh\."),
        ("tiny", {"themes": ["ligth"]}, r"no theme 'ligth'\. Closest: light"),
        ("tiny", {"quality": "hgih"}, r"no quality 'hgih'\. Closest: high"),
    ],
)
def test_unknown_names_are_answered_with_the_closest(
    tiny: TinyProject, stem: str, change: dict[str, Any], says: str
) -> None:
    with pytest.raises(NotFound, match=says) as found:
        plan(tiny.project, [stem], Wish(**ASKED | change))
    assert found.value.exit_code == 2


@pytest.mark.parametrize("fps", [0, -30, 12.5, 29.9, 119.88, 241, 90_000, float("nan"), float("inf")])
def test_a_frame_rate_that_does_not_fit_is_refused(tiny: TinyProject, fps: float) -> None:
    """With what was asked for, and what is possible."""
    says = f"{re.escape(f'{fps:g}')} frames a second .* whole numbers from 1 to 240, and 23.976, 29.97, "
    with pytest.raises(MathvizError, match=says):
        plan(tiny.project, ["tiny"], Wish(**ASKED | {"fps": fps}))


@pytest.mark.parametrize("fps", [1, 7, 24, 25, 30, 48, 50, 60, 240, 23.976, 23.98, 29.97, 47.952, 59.94])
def test_the_frame_rates_that_are_offered_are_taken(tiny: TinyProject, fps: float) -> None:
    assert plan(tiny.project, ["tiny"], Wish(**ASKED | {"fps": fps}))[0].fps == fps


def test_all_faults_of_all_scripts_come_at_once(tiny: TinyProject) -> None:
    scenes = tiny.root / "scenes"
    (scenes / "second.py").write_text("")
    (scenes / "second.yaml").write_text("title: {en: Second}\n")
    tiny.edit("scenes/tiny.yaml", "  - id: bars_leave", "  - id: Bars Leave")
    tiny.edit("scenes/tiny.yaml", "    chapter: {en: Growth, zh: 增长}", "    chapter: {en: Growth}")
    with pytest.raises(ScriptError) as found:
        plan(tiny.project, [], Wish(**ASKED))
    said = str(found.value)
    missing, untranslated = "second.yaml:1: beats: is missing", "tiny.yaml:8: beats.0.chapter: no text in zh"
    assert all(fault in said for fault in (missing, untranslated, "tiny.yaml:12: beats.1.id")), said
    assert found.value.exit_code == 2


def test_a_draft_is_small_and_quick_and_gives_way_to_what_is_said(tiny: TinyProject) -> None:
    (job,) = plan(tiny.project, ["tiny"], Wish(["en"]).drafted())
    assert (job.width, job.height, job.fps, job.encoding) == (854, 480, 15, DRAFT)
    (job,) = plan(tiny.project, ["tiny"], Wish(["en"], quality="med", fps=24).drafted())
    assert (job.width, job.height, job.fps, job.encoding) == (1280, 720, 24, DRAFT)


def test_a_film_to_be_published_is_large_and_smooth(tiny: TinyProject) -> None:
    (job,) = plan(tiny.project, ["tiny"], Wish(["en"]).finished())
    assert (job.width, job.height, job.fps) == (1920, 1080, 60)
    (job,) = plan(tiny.project, ["tiny"], Wish(["en"]))
    assert (job.width, job.height, job.fps) == (1920, 1080, 30)


def test_a_part_of_a_film_has_a_name_and_an_identity_of_its_own(tiny: TinyProject) -> None:
    """And its beats come in the film's order, whatever the order in which they were asked for."""
    (whole,) = plan(tiny.project, ["tiny"], Wish(["en"]))
    (part,) = plan(tiny.project, ["tiny"], Wish(["en"], beats=("bars_leave", "question")))
    assert part.wanted == ("question", "bars_leave") and whole.wanted == whole.beats
    assert part.name == "tiny.en.question.bars_leave" and part.identity != whole.identity


def test_an_unknown_beat_is_answered_with_the_closest(tiny: TinyProject) -> None:
    with pytest.raises(NotFound, match=r"no beat 'bars_gorw'\. Closest: bars_grow"):
        plan(tiny.project, ["tiny"], Wish(beats=("bars_gorw",)))


def test_what_a_film_is_does_not_depend_on_where_it_lies(tiny: TinyProject, tmp_path: Path) -> None:
    """A project that was moved or copied knows what it was made of."""
    moved = TinyProject.make(tmp_path / "moved")
    here, there = (plan(place.project, ["tiny"], Wish(["en"]))[0] for place in (tiny, moved))
    assert here.identity == there.identity
    clear = plan(tiny.project, ["tiny"], Wish(["en"], encoding=TRANSPARENT))[0]
    lighter = plan(tiny.project, ["tiny"], Wish(["en"], ["light"]))[0]
    slower = plan(tiny.project, ["tiny"], Wish(["en"], fps=24))[0]
    assert len({job.identity for job in (here, clear, lighter, slower)}) == 4


def test_scenes_of_other_files_keep_their_own_picture_unless_told(
    tiny: TinyProject, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tiny.root / "squares.py"
    path.write_text("from manimlib import *\n")
    first, second = plan_scenes(tiny.project, path, ["First", "Second"], Wish())
    assert (first.width, first.height, first.fps, first.name) == (0, 0, 0, "First")
    assert first.folder == second.folder == tiny.root / "renders" / "squares" and first.identity != second.identity
    (small,) = plan_scenes(tiny.project, path, ["First"], Wish(quality="low", fps=25, out=tmp_path))
    assert (small.width, small.height, small.fps, small.folder) == (854, 480, 25, tmp_path)
    elsewhere = tmp_path / "squares.py"
    path.rename(elsewhere)
    monkeypatch.chdir(tmp_path)
    (outside,) = plan_scenes(tiny.project, elsewhere, ["First"], Wish())
    assert outside.folder == tmp_path / "renders" / "squares", "beside whoever asks, not in a project it is no part of"


@pytest.mark.parametrize(
    ("written", "wish", "says"),
    [
        (None, Wish(), "no file"),
        ("def", Wish(), r"squares\.py is no Python: invalid syntax"),
        ("\0", Wish(), r"squares\.py is no Python"),
        ("", Wish(beats=("question",)), "has no beats"),
    ],
)
def test_a_file_that_cannot_be_rendered_is_refused(
    tiny: TinyProject, tmp_path: Path, written: str | None, wish: Wish, says: str
) -> None:
    path = tmp_path / "squares.py"
    if written is not None:
        path.write_text(written)
    with pytest.raises(MathvizError, match=says):
        plan_scenes(tiny.project, path, ["First"], wish)
