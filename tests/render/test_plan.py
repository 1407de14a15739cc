"""Every film, language and theme gets its job, and what cannot be rendered is refused before any work."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tiny_project import TinyProject

from mathviz.errors import MathvizError, NotFound, ScriptError
from mathviz.render.plan import Job, plan

ASKED: dict[str, Any] = {"languages": ["all"], "themes": ["all"], "quality": "low", "fps": 30}


def test_one_job_for_each_language_and_theme(tiny: TinyProject) -> None:
    jobs = plan(tiny.project, ["tiny"], **ASKED)
    assert [job.name for job in jobs] == ["tiny.en", "tiny.en.light", "tiny.zh", "tiny.zh.light"]
    assert {(job.width, job.height, job.fps) for job in jobs} == {(854, 480, 30)}
    assert {job.folder for job in jobs} == {tiny.films}


def test_one_language_and_theme_when_asked(tiny: TinyProject) -> None:
    asked = ASKED | {"languages": ["zh"], "themes": ["light"], "quality": "4k", "fps": 60}
    (job,) = plan(tiny.project, ["tiny"], **asked, out=Path("/elsewhere"))
    assert (job.language, job.theme, job.width, job.height, job.fps) == ("zh", "light", 3840, 2160, 60)
    assert job.folder == Path("/elsewhere/tiny")


def test_no_stem_means_all(tiny: TinyProject) -> None:
    for ending in (".py", ".yaml"):
        scenes = tiny.root / "scenes"
        (scenes / f"second{ending}").write_bytes((scenes / f"tiny{ending}").read_bytes())
    assert {job.stem for job in plan(tiny.project, [], **ASKED)} == {"second", "tiny"}


def test_a_job_survives_json(tiny: TinyProject) -> None:
    (job, *_) = plan(tiny.project, ["tiny"], **ASKED)
    assert Job.from_json(job.as_json()) == job


@pytest.mark.parametrize(
    ("stem", "change", "says"),
    [
        ("tony", {}, r"no film 'tony'\. Closest: tiny\."),
        ("tiny", {"languages": ["zn"]}, r"no language 'zn'\. Closest: zh"),
        ("tiny", {"languages": ["fr"]}, r"no language 'fr'\. Closest: en, zh"),
        ("tiny", {"themes": ["ligth"]}, r"no theme 'ligth'\. Closest: light"),
        ("tiny", {"quality": "hgih"}, r"no quality 'hgih'\. Closest: high"),
    ],
)
def test_unknown_names_are_answered_with_the_closest(
    tiny: TinyProject, stem: str, change: dict[str, Any], says: str
) -> None:
    with pytest.raises(NotFound, match=says) as found:
        plan(tiny.project, [stem], **ASKED | change)
    assert found.value.exit_code == 2


@pytest.mark.parametrize("fps", [0, -30, 7, 59, 241, 90_000])
def test_a_frame_rate_that_does_not_fit_is_refused(tiny: TinyProject, fps: int) -> None:
    with pytest.raises(MathvizError, match=f"--fps {fps}: .*use 24, 25, 30"):
        plan(tiny.project, ["tiny"], **ASKED | {"fps": fps})


@pytest.mark.parametrize("fps", [24, 25, 30, 48, 50, 60])
def test_the_frame_rates_that_are_offered_are_taken(tiny: TinyProject, fps: int) -> None:
    assert plan(tiny.project, ["tiny"], **ASKED | {"fps": fps})[0].fps == fps


def test_all_faults_of_all_scripts_come_at_once(tiny: TinyProject) -> None:
    scenes = tiny.root / "scenes"
    (scenes / "second.py").write_text("")
    (scenes / "second.yaml").write_text("title: {en: Second}\n")
    tiny.edit("scenes/tiny.yaml", "  - id: bars_leave", "  - id: Bars Leave")
    tiny.edit("scenes/tiny.yaml", "    chapter: {en: Growth, zh: 增长}", "    chapter: {en: Growth}")
    with pytest.raises(ScriptError) as found:
        plan(tiny.project, [], **ASKED)
    said = str(found.value)
    missing, untranslated = "second.yaml:1: beats: is missing", "tiny.yaml:8: beats.0.chapter: no text in zh"
    assert all(fault in said for fault in (missing, untranslated, "tiny.yaml:12: beats.1.id")), said
    assert found.value.exit_code == 2
