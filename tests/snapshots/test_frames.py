"""Every snapshot of every film is its reference, and the comparison sees what it must.

``mathviz frames accept STEM`` makes today's frames the references, after somebody has looked at them.
"""

from __future__ import annotations

import functools
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from numpy import ndarray
from tiny_project import BEATS, TinyProject

from mathviz import style
from mathviz.project import HOME, Project
from mathviz.project.errors import FrameMismatch, NotFound
from mathviz.snapshots import frames
from mathviz.snapshots.frames import Frame, Snapshot

CATALOGUE = Project(HOME)
SNAPSHOTS = [snapshot for stem in CATALOGUE.stems for snapshot in frames.wanted(CATALOGUE, stem)]


# ---- the catalogue


@functools.cache
def drawn(stem: str, language: str, theme: str) -> dict[Snapshot, Frame]:
    """All snapshots of one version, drawn in one go."""
    mine = [s for s in SNAPSHOTS if (s.stem, s.language, s.theme) == (stem, language, theme)]
    return frames.draw(CATALOGUE, stem, language, theme, mine)


def by_version(snapshot: Snapshot) -> object:
    """Every language and every theme in ``make test``; in all their pairs only in ``make test-all``."""
    first = next(each.language for each in SNAPSHOTS if each.stem == snapshot.stem)
    marks = [] if (snapshot.language == first) == (snapshot.theme == "dark") else [pytest.mark.slow]
    return pytest.param(snapshot, marks=marks, id=f"{snapshot.stem}-{snapshot.version}-{snapshot.name}")


@pytest.mark.parametrize("snapshot", [by_version(each) for each in SNAPSHOTS])
def test_every_snapshot_is_its_reference(manim: None, snapshot: Snapshot) -> None:
    frames.require_same(CATALOGUE, snapshot, drawn(snapshot.stem, snapshot.language, snapshot.theme)[snapshot])


def test_there_is_no_reference_that_nobody_asks_for() -> None:
    assert not [path for stem in CATALOGUE.stems for path in frames.strays_of(CATALOGUE, stem)]
    assert {path.name for path in CATALOGUE.references.iterdir()} == set(CATALOGUE.stems)


def flat(value: int = 100) -> ndarray:
    return np.full((40, 60, 3), value, np.uint8)


# ---- against a reference


@pytest.fixture(scope="module")
def accepted_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """References of the tiny film, drawn by the command."""
    made = TinyProject.make(tmp_path_factory.mktemp("accepted") / "tiny")
    done = made.run("frames", "accept", "tiny")
    assert done.returncode == 0, done.stderr
    return made.project.references


@pytest.fixture
def accepted(manim: None, tiny: TinyProject, accepted_once: Path) -> TinyProject:
    """A copy of the tiny film with its references."""
    shutil.copytree(accepted_once, tiny.project.references)
    return tiny


def reference(project: TinyProject, name: str, version: str = "en.dark") -> Path:
    return project.root / "tests" / "frames" / "tiny" / version / f"{name}.png"


def contents(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Accept without drawing in a second process, which takes seconds."""
    monkeypatch.setattr(frames, "_drawn_twice", frames.draw_all)


def draw_one(project: TinyProject, beat: str, after: float | None = None) -> tuple[Snapshot, Frame]:
    snapshot = Snapshot("tiny", "en", "dark", beat, after)
    return snapshot, frames.draw(project.project, "tiny", "en", "dark", [snapshot])[snapshot]


def test_snapshots_are_each_beats_last_frame_and_the_moments(tiny: TinyProject) -> None:
    found = [(s.version, s.name) for s in frames.wanted(tiny.project, "tiny")]
    versions = ("en.dark", "en.light", "zh.dark", "zh.light")
    assert sorted(found) == sorted([*((v, beat) for v in versions for beat in BEATS), ("en.dark", "bars_grow@1s")])


def test_what_was_accepted_is_drawn_again_to_the_bit(accepted: TinyProject, once: None) -> None:
    assert len(list(reference(accepted, "").parents[1].rglob("*.png"))) == 13
    for beat, after in (("bars_grow", None), ("bars_grow", 1.0), ("question", None)):
        snapshot, frame = draw_one(accepted, beat, after)
        assert frame.image.shape == (480, 854, 3) and frame.image.std() > 1
        frames.require_same(accepted.project, snapshot, frame)
    assert not (accepted.root / "renders" / "diff").exists()
    assert frames.accept(accepted.project, "tiny", []) == []


def test_the_text_beside_a_frame_says_what_is_on_screen(accepted: TinyProject) -> None:
    text = reference(accepted, "bars_grow").with_suffix(".txt").read_text(encoding="utf-8")
    assert text.splitlines() == [
        'Text "Bars"  muted  [-6.40 3.30, -5.60 3.60]',
        'Text "3 bars <grow>"  text  [-1.45 -3.30, 1.45 -2.90]',
        "3 × Rectangle  data, stroke text  [-1.15 -1.00, 1.15 2.00]",
    ]


def test_a_picture_that_says_something_else_fails(accepted: TinyProject) -> None:
    """Though not one pixel differs: what is hidden behind something else counts too."""
    snapshot, frame = draw_one(accepted, "question")
    other = Frame(frame.image, frame.text.replace("How high?", "How wide?"))
    with pytest.raises(FrameMismatch, match=r'0 pixels differ(?s:.*)- Text "How high\?".*\n *\+ Text "How wide\?"'):
        frames.require_same(accepted.project, snapshot, other)
    snapshot.text(accepted.project).unlink()
    with pytest.raises(FrameMismatch, match=r"There is no reference .*question\.txt\.\n"):
        frames.require_same(accepted.project, snapshot, frame)


def test_a_missing_reference_fails_and_shows_what_was_drawn(accepted: TinyProject) -> None:
    snapshot, frame = draw_one(accepted, "bars_grow")
    reference(accepted, "bars_grow").unlink()
    with pytest.raises(FrameMismatch, match=r"(?s)There is no reference.*mathviz frames accept tiny bars_grow"):
        frames.require_same(accepted.project, snapshot, frame)
    assert np.array_equal(frames.read(snapshot.drawn(accepted.project)), frame.image)


def test_a_failure_leaves_old_new_and_difference_until_it_is_mended(accepted: TinyProject) -> None:
    snapshot, frame = draw_one(accepted, "question")
    moved = np.roll(frame.image, 1, axis=1)
    with pytest.raises(FrameMismatch, match="pixels differ") as found:
        frames.require_same(accepted.project, snapshot, Frame(moved, frame.text))
    said = str(found.value)
    assert "tiny / en.dark / question" in said and "mathviz frames accept tiny question" in said
    beside = frames.read(snapshot.drawn(accepted.project))
    old, new, difference = np.split(beside, 3, axis=1)
    assert np.array_equal(old, frame.image) and np.array_equal(new, moved)
    assert np.array_equal(difference[..., 0] >= 95, (moved != frame.image).any(axis=-1))
    frames.require_same(accepted.project, snapshot, frame)
    assert not snapshot.drawn(accepted.project).exists()


def test_one_pixel_one_step_brighter_is_seen(accepted: TinyProject) -> None:
    snapshot, frame = draw_one(accepted, "bars_grow")
    image = frame.image.copy()
    image[10, 10, 0] += 1
    with pytest.raises(FrameMismatch, match=r"1 pixels differ, 0 of them .*largest difference 1 of 255"):
        frames.require_same(accepted.project, snapshot, Frame(image, frame.text))


def test_on_another_renderer_edges_may_fall_otherwise_and_nothing_else(accepted: TinyProject) -> None:
    """A few levels of grey pass there; a bar that is gone does not, nor does another text."""
    (reference(accepted, "").parents[1] / frames.ABOUT).write_text('{"renderer": "another GPU, 4.6"}')
    snapshot, frame = draw_one(accepted, "bars_grow")
    noisy = frame.image.astype(int)
    noisy[::3] += 4
    frames.require_same(accepted.project, snapshot, Frame(noisy.clip(0, 255).astype(np.uint8), frame.text))
    without = np.broadcast_to(frame.image[0, 0], frame.image.shape)
    with pytest.raises(FrameMismatch, match="another GPU"):
        frames.require_same(accepted.project, snapshot, Frame(without, frame.text))
    with pytest.raises(FrameMismatch, match="What is on screen differs"):
        frames.require_same(accepted.project, snapshot, Frame(frame.image, frame.text.replace("data", "noise")))


def test_other_fonts_are_named(accepted: TinyProject) -> None:
    about = reference(accepted, "").parents[1] / frames.ABOUT
    assert json.loads(about.read_text()) == {"renderer": frames.renderer(), "fonts": style.fonts_digest()}
    about.write_text(json.dumps({"renderer": frames.renderer(), "fonts": "0123"}))
    snapshot, frame = draw_one(accepted, "bars_grow")
    frames.require_same(accepted.project, snapshot, frame)
    with pytest.raises(FrameMismatch, match=f"The fonts are others: 0123 .*, {style.fonts_digest()} this"):
        frames.require_same(accepted.project, snapshot, Frame(255 - frame.image, frame.text))


# ---- accepting


def test_accept_by_name_replaces_that_alone(accepted: TinyProject, once: None) -> None:
    wrong = frames.read(reference(accepted, "question")) // 2
    for name in ("bars_grow", "bars_grow@1s", "bars_leave"):
        frames._keep(reference(accepted, name), wrong)
    assert frames.accept(accepted.project, "tiny", ["bars_grow@1s"]) == [reference(accepted, "bars_grow@1s")]
    assert np.array_equal(frames.read(reference(accepted, "bars_leave")), wrong)
    frames.require_same(accepted.project, *draw_one(accepted, "bars_grow", 1.0))
    assert frames.accept(accepted.project, "tiny", ["bars_grow"]) == [reference(accepted, "bars_grow")]


def test_accept_refuses_unknown_names(accepted: TinyProject) -> None:
    before = contents(accepted.project.references)
    with pytest.raises(NotFound, match="no snapshot bars_gorw; it has bars_grow, bars_grow@1s, bars_leave, question"):
        frames.accept(accepted.project, "tiny", ["bars_gorw"])
    assert contents(accepted.project.references) == before


def test_references_of_two_renderers_are_not_mixed(accepted: TinyProject, once: None) -> None:
    about = reference(accepted, "").parents[1] / frames.ABOUT
    about.write_text('{"renderer": "another GPU, 4.6"}')
    frames._keep(reference(accepted, "bars_grow"), flat())
    with pytest.raises(NotFound, match=r"drawn by another GPU, 4\.6; here draws .*mathviz frames accept tiny"):
        frames.accept(accepted.project, "tiny", ["bars_grow"])
    assert frames.read(reference(accepted, "bars_grow")).shape == flat().shape, "written before it was refused"
    frames.accept(accepted.project, "tiny", [])
    assert json.loads(about.read_text())["renderer"] == frames.renderer()


def test_the_commands_accept_and_check(accepted: TinyProject) -> None:
    reference(accepted, "bars_leave").rename(reference(accepted, "a_beat_that_is_gone"))
    done = accepted.run("frames", "check")
    assert done.returncode == 1 and "12 of 13 frames are their references" in done.stdout
    assert "FrameMismatch: tiny / en.dark / bars_leave" in done.stderr and "Traceback" not in done.stderr
    page = (accepted.root / "renders" / "frames" / "report.html").read_text(encoding="utf-8")
    assert page.count("<figure") == 13 and page.count('<figure class="failed"') == 1 == page.count("<article")
    done = accepted.run("frames", "accept", "tiny")
    assert done.returncode == 0 and "bars_leave.png" in done.stdout and "removed" in done.stdout
    assert not reference(accepted, "a_beat_that_is_gone").exists()
    done = accepted.run("frames", "check", "tiny")
    assert done.returncode == 0 and done.stdout == "13 of 13 frames are their references\n" and not done.stderr


@pytest.mark.parametrize("arguments", [(), ("tiny", "--all")], ids=" ".join)
def test_accepting_all_must_be_said(tiny: TinyProject, arguments: tuple[str, ...]) -> None:
    done = tiny.run("frames", "accept", *arguments)
    assert done.returncode == 2 and "or say --all" in done.stderr


def test_frames_that_differ_when_drawn_twice_are_not_accepted(accepted: TinyProject) -> None:
    """What only one of the two processes is."""
    before = contents(accepted.project.references)
    accepted.edit("scenes/tiny.py", "QUICK)", "QUICK)\n        self.add(Rectangle(2 + (parent_process() is None), 1))")
    accepted.edit("scenes/tiny.py", "from manimlib", "from multiprocessing import parent_process\n\nfrom manimlib")
    with pytest.raises(FrameMismatch, match=r"(?s)Drawn twice, these differ, so nothing was accepted") as found:
        frames.accept(accepted.project, "tiny", ["bars_grow", "bars_leave"])
    said = str(found.value)
    assert "tiny / zh.light / bars_leave: " in said and "- Rectangle" in said and "bars_grow" not in said
    assert contents(accepted.project.references) == before
