"""A frame against its reference, with what proves it and without; and accepting new ones."""

from __future__ import annotations

import dataclasses
import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from numpy import ndarray
from tiny_project import BEATS, TinyProject

from mathviz import engine, style
from mathviz.engine import stills
from mathviz.films import compute
from mathviz.project.errors import FrameMismatch, NotFound
from mathviz.render import inputs
from mathviz.snapshots import accepting, frames, references, unplayed, verdict
from mathviz.snapshots.frames import Frame, Snapshot


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
    return project.root / "tests" / "frames" / "tiny" / version / f"{name}.webp"


def by_another(project: TinyProject, renderer: str) -> None:
    """Say that another renderer drew the references."""
    about = references.accepted(project.project, "tiny")
    references.write(project.project, "tiny", dataclasses.replace(about, renderer=renderer))


def contents(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Accept without drawing in a second process, which takes seconds."""
    monkeypatch.setattr(accepting, "_drawn_twice", lambda project, chosen: (frames.draw_all(project, chosen), {}))


def draw_one(project: TinyProject, beat: str, after: float | None = None) -> tuple[Snapshot, Frame]:
    snapshot = Snapshot("tiny", "en", "dark", beat, after)
    return snapshot, frames.draw(project.project, "tiny", "en", "dark", [snapshot])[snapshot]


def test_snapshots_are_each_beats_last_frame_and_the_moments(tiny: TinyProject) -> None:
    found = [(s.version, s.name) for s in frames.wanted(tiny.project, "tiny")]
    versions = ("en.dark", "en.light", "zh.dark", "zh.light")
    assert sorted(found) == sorted([*((v, beat) for v in versions for beat in BEATS), ("en.dark", "bars_grow@1s")])


def test_what_was_accepted_is_drawn_again_to_the_bit(accepted: TinyProject, once: None) -> None:
    folder = accepted.project.references / "tiny"
    assert len(list(folder.rglob("*.txt"))) == 13
    assert [path.parent.name for path in folder.rglob("*.webp")] == ["en.dark"] * 4
    for beat, after in (("bars_grow", None), ("bars_grow", 1.0), ("question", None)):
        snapshot, frame = draw_one(accepted, beat, after)
        assert frame.image.shape == (480, 854, 3) and frame.image.std() > 1
        verdict.require_same(accepted.project, snapshot, frame)
    assert not (accepted.root / "renders" / "diff").exists()
    again = accepting.accept(accepted.project, "tiny", [])
    assert {path.name for path in again} <= {references.ABOUT}, "what else this process has read may differ"


def test_the_text_beside_a_frame_says_what_is_on_screen(accepted: TinyProject) -> None:
    text = reference(accepted, "bars_grow").with_suffix(".txt").read_text(encoding="utf-8")
    assert text.splitlines() == [
        'Text "Bars"  muted  [-6.40 3.35, -5.80 3.60]',
        'Text "3 bars <grow>"  text  [-1.45 -3.30, 1.45 -2.90]',
        "3 × Rectangle  data, stroke text  [-1.15 -1.00, 1.15 2.00]",
    ]


def test_a_picture_that_says_something_else_fails(accepted: TinyProject) -> None:
    """Though not one pixel differs: what is hidden behind something else counts too."""
    snapshot, frame = draw_one(accepted, "question")
    other = Frame(frame.image, frame.text.replace("How high?", "How wide?"))
    with pytest.raises(FrameMismatch, match=r'0 pixels differ(?s:.*)- Text "How high\?".*\n *\+ Text "How wide\?"'):
        verdict.require_same(accepted.project, snapshot, other)
    references.text_of(accepted.project, snapshot).unlink()
    with pytest.raises(FrameMismatch, match=r"There is no reference .*question\.txt\.\n"):
        verdict.require_same(accepted.project, snapshot, frame)


def test_a_moment_beyond_its_beat_fails_alone(accepted: TinyProject) -> None:
    """With the words of the lint."""
    accepted.edit("scenes/tiny.yaml", "moments: [1]", "moments: [1, 40]")
    _, found = known_of(accepted)
    (failed,) = [each for each in found if each.failure]
    assert len(found) == 5 and failed.snapshot.name == "bars_grow@40s"
    says = r"scenes/tiny\.yaml:11: the moment 40 s is beyond the end of bars_grow, which lasts \d\.\d s; choose an"
    assert re.search(says, failed.failure) and failed.fault
    with pytest.raises(NotFound, match=says):
        draw_one(accepted, "bars_grow", 40)


def test_a_missing_reference_fails_and_shows_what_was_drawn(accepted: TinyProject) -> None:
    snapshot, frame = draw_one(accepted, "bars_grow")
    about = references.accepted(accepted.project, "tiny")
    del about.digests["en.dark"]["bars_grow"]
    references.write(accepted.project, "tiny", about)
    with pytest.raises(FrameMismatch, match=r"(?s)There is no reference.*mathviz frames accept tiny bars_grow"):
        verdict.require_same(accepted.project, snapshot, frame)
    assert np.array_equal(references.read(references.drawn_of(accepted.project, snapshot)), frame.image)


# ---- what digests prove


def known_of(project: TinyProject) -> tuple[list[Snapshot], list[verdict.Verdict]]:
    """All snapshots of a version, checked with what their digests prove."""
    snapshots = [s for s in frames.wanted(project.project, "tiny") if s.version == "en.dark"]
    return snapshots, list(verdict.check_version(project.project, snapshots, everything=False))


def test_what_would_be_drawn_as_accepted_is_not_drawn(accepted: TinyProject) -> None:
    snapshots, found = known_of(accepted)
    assert {each.snapshot for each in found} == set(snapshots)
    assert [(each.snapshot.name, each.failure) for each in found if not each.proven or each.failure] == []


CHANGES = {
    "the scene": ("scenes/tiny.py", "RIGHT, UP", "RIGHT,  UP"),
    "the script": ("scenes/tiny.yaml", "grow and leave", "grow, and leave"),
    "what it imports": ("tiny_concept.py", '"""Bars of height', '"""Some bars of height'),
    "manimgl's settings": ("custom_config.yml", "", "universal_import_line: from manimlib import *"),
    "a text that was accepted": ("tests/frames/tiny/en.dark/bars_grow.txt", "data", "noise"),
}


def test_a_film_whose_files_are_as_they_were_is_not_played(accepted: TinyProject) -> None:
    """But for who wants everything, and where the accepted frames were drawn from something unknown."""
    compute.find(compute.of_film(accepted.project, "tiny"), accepted.project, print)
    snapshots, found = known_of(accepted)
    assert [each.played or not each.proven for each in found] == [False] * len(snapshots)
    assert all(each.played for each in verdict.check_version(accepted.project, snapshots, everything=True))
    about = references.accepted(accepted.project, "tiny")
    apart = ("/", "tests/", "mathviz/render/", "mathviz/snapshots/", "mathviz.egg-info/")
    assert not [name for name in about.reads if name.startswith(apart)]
    about.digests["en.dark"]["question"] = dataclasses.replace(about.digests["en.dark"]["question"], source="")
    references.write(accepted.project, "tiny", about)
    assert all(each.played for each in known_of(accepted)[1])


def test_how_long_beats_last_is_known_while_the_film_is_the_accepted_one(accepted: TinyProject) -> None:
    """In both languages; and of a film that changed, or whose lengths nobody kept, it is not."""
    compute.find(compute.of_film(accepted.project, "tiny"), accepted.project, print)
    for language in ("en", "zh"):
        known = unplayed.lengths(accepted.project, "tiny", language)
        kind, last = engine.scene_class(accepted.root / "scenes" / "tiny.py"), [stills.Moment(beat) for beat in BEATS]
        taker = stills.StillTaker(kind, last, frames.FPS, language=language, theme="dark")
        taker.take_all()
        assert known == pytest.approx(taker.lengths) and tuple(known) == BEATS
    about = references.accepted(accepted.project, "tiny")
    half = dataclasses.replace(about.digests["en.dark"]["question"], lasts="")
    kept = {**about.digests, "en.dark": {**about.digests["en.dark"], "question": half}}
    references.write(accepted.project, "tiny", dataclasses.replace(about, digests=kept))
    assert not unplayed.lengths(accepted.project, "tiny", "en")
    assert unplayed.lengths(accepted.project, "tiny", "zh")
    accepted.edit("scenes/tiny.py", "run_time=QUICK", "run_time=NORMAL")
    assert not unplayed.lengths(accepted.project, "tiny", "zh")


def test_python_shapes_as_it_does_without_its_patches(manim: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """A bare Debian's, which the frames were not accepted with, need not play them."""
    around = inputs.surroundings()
    before = unplayed.shaped_by()
    monkeypatch.setattr(inputs, "surroundings", lambda: {**around, "version of python": "3.11.2", "ffmpeg": "another"})
    assert unplayed.shaped_by() == before
    monkeypatch.setattr(inputs, "surroundings", lambda: {**around, "version of numpy": "another"})
    assert unplayed.shaped_by() != before


@pytest.mark.parametrize("what", CHANGES)
def test_a_film_of_which_anything_changed_is_played(accepted: TinyProject, what: str) -> None:
    compute.find(compute.of_film(accepted.project, "tiny"), accepted.project, print)
    file, old, new = CHANGES[what]
    path = accepted.root / file
    before = path.read_text() if path.is_file() else ""
    assert old in before
    path.write_text(before.replace(old, new, 1))
    _, found = known_of(accepted)
    assert all(each.played for each in found)
    assert [each.snapshot.name for each in found if each.failure] == (["bars_grow"] if "accepted" in what else [])


def test_a_picture_that_changed_is_drawn_and_told_and_the_others_are_not(accepted: TinyProject) -> None:
    """One that no text tells: a bar that is a hundredth darker."""
    accepted.edit("scenes/tiny.py", "NORMAL)", "NORMAL)\n        self.bars.set_fill(opacity=0.99)")
    _, found = known_of(accepted)
    assert [each.snapshot.name for each in found if each.failure] == ["bars_grow"]
    assert [each.snapshot.name for each in found if not each.proven] == ["bars_grow"]


@pytest.mark.parametrize("what", ["renderer", "fonts", "engine"])
def test_another_renderer_proves_nothing(accepted: TinyProject, what: str) -> None:
    about = references.accepted(accepted.project, "tiny")
    references.write(accepted.project, "tiny", dataclasses.replace(about, **{what: "another"}))
    _, found = known_of(accepted)
    assert not any(each.proven or each.failure for each in found)


def test_an_unknown_source_and_another_text_prove_nothing(accepted: TinyProject) -> None:
    snapshot, frame = draw_one(accepted, "question")
    about = references.accepted(accepted.project, "tiny")
    assert frame.source and about.proves(snapshot, frame, frame.text)
    assert not about.proves(snapshot, frame, frame.text + "Dot\n") and not about.proves(snapshot, frame, None)
    about.digests["en.dark"]["question"] = references.Digests("", references.pixels_of(frame.image))
    assert not about.proves(snapshot, dataclasses.replace(frame, source=""), frame.text)


def test_one_beat_accepted_with_another_engine_leaves_the_others_unproven(accepted: TinyProject, once: None) -> None:
    about = references.accepted(accepted.project, "tiny")
    references.write(accepted.project, "tiny", dataclasses.replace(about, engine="another"))
    accepting.accept(accepted.project, "tiny", ["bars_leave"])
    proven = {each.snapshot.name for each in known_of(accepted)[1] if each.proven}
    assert proven == {"bars_leave"}


def test_an_engine_of_other_comments_is_the_same_engine(tmp_path: Path) -> None:
    code = {"a": "x = 1\n", "b": '"""Doc."""\nx = 1  # one\n', "c": "x = 2\n"}
    for name, text in code.items():
        (tmp_path / name).write_text(text)
    same, other, changed = (references._code(tmp_path / name) for name in code)
    assert same == other != changed


# ---- versions whose pictures are not kept


def test_an_old_picture_that_is_not_kept_is_drawn_again_from_its_commit(accepted: TinyProject) -> None:
    """Old, new and difference are shown all the same."""
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@b", "-c", "init.defaultBranch=main"]
    for line in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "Bars"]):
        subprocess.run([*git, *line], cwd=accepted.root, check=True)
    old = frames.draw(accepted.project, "tiny", "zh", "dark", [snapshot := Snapshot("tiny", "zh", "dark", "bars_grow")])
    accepted.edit("scenes/tiny.py", "NORMAL)", "NORMAL)\n        self.bars.shift(0.5 * RIGHT)")
    new = frames.draw(accepted.project, "tiny", "zh", "dark", [snapshot])[snapshot]
    with pytest.raises(FrameMismatch, match=r"reference  drawn again from [0-9a-f]{12}   \("):
        verdict.require_same(accepted.project, snapshot, new)
    shown = np.split(references.read(references.drawn_of(accepted.project, snapshot)), 3, axis=1)
    assert np.array_equal(shown[0], old[snapshot].image) and np.array_equal(shown[1], new.image)


def test_without_a_commit_the_new_picture_is_shown_and_why_not_the_old(accepted: TinyProject) -> None:
    snapshot = Snapshot("tiny", "zh", "dark", "question")
    frame = frames.draw(accepted.project, "tiny", "zh", "dark", [snapshot])[snapshot]
    changed = dataclasses.replace(frame, image=255 - frame.image)
    with pytest.raises(FrameMismatch, match="not shown: no commit holds the accepted frame"):
        verdict.require_same(accepted.project, snapshot, changed)
    assert np.array_equal(references.read(references.drawn_of(accepted.project, snapshot)), changed.image)


def test_pictures_are_kept_while_they_fit(accepted: TinyProject, monkeypatch: pytest.MonkeyPatch) -> None:
    """The last frame first, then moments, then the other beats."""
    snapshots = frames.wanted(accepted.project, "tiny")
    order = [snapshot.name for snapshot in references.to_be_pictured(snapshots)]
    assert order == ["bars_leave", "bars_grow@1s", "question", "bars_grow"]
    sizes = [reference(accepted, name).stat().st_size for name in order]
    monkeypatch.setattr(references, "KEPT", sum(sizes[:3]))
    assert references.keep_pictures(accepted.project, snapshots, {}) == [reference(accepted, "bars_grow")]
    assert not references.strays_of(accepted.project, "tiny")


# ---- what a failure says


def test_a_failure_leaves_old_new_and_difference_until_it_is_mended(accepted: TinyProject) -> None:
    snapshot, frame = draw_one(accepted, "question")
    moved = np.roll(frame.image, 1, axis=1)
    with pytest.raises(FrameMismatch, match="pixels differ") as found:
        verdict.require_same(accepted.project, snapshot, Frame(moved, frame.text))
    said = str(found.value)
    assert "tiny / en.dark / question" in said and "mathviz frames accept tiny question" in said
    beside = references.read(references.drawn_of(accepted.project, snapshot))
    old, new, difference = np.split(beside, 3, axis=1)
    assert np.array_equal(old, frame.image) and np.array_equal(new, moved)
    assert np.array_equal(difference[..., 0] >= 95, (moved != frame.image).any(axis=-1))
    verdict.require_same(accepted.project, snapshot, frame)
    assert not references.drawn_of(accepted.project, snapshot).exists()


def test_one_pixel_one_step_brighter_is_seen(accepted: TinyProject) -> None:
    snapshot, frame = draw_one(accepted, "bars_grow")
    image = frame.image.copy()
    image[10, 10, 0] += 1
    with pytest.raises(FrameMismatch, match=r"1 pixels differ, 0 of them .*largest difference 1 of 255"):
        verdict.require_same(accepted.project, snapshot, Frame(image, frame.text))


def test_on_another_renderer_edges_may_fall_otherwise_and_nothing_else(accepted: TinyProject) -> None:
    """A few levels of grey pass there; a bar that is gone does not, nor does another text."""
    by_another(accepted, "another GPU, 4.6")
    snapshot, frame = draw_one(accepted, "bars_grow")
    noisy = frame.image.astype(int)
    noisy[::3] += 4
    verdict.require_same(accepted.project, snapshot, Frame(noisy.clip(0, 255).astype(np.uint8), frame.text))
    without = np.broadcast_to(frame.image[0, 0], frame.image.shape)
    with pytest.raises(FrameMismatch, match="another GPU"):
        verdict.require_same(accepted.project, snapshot, Frame(without, frame.text))
    with pytest.raises(FrameMismatch, match="What is on screen differs"):
        verdict.require_same(accepted.project, snapshot, Frame(frame.image, frame.text.replace("data", "noise")))


def test_other_fonts_are_named(accepted: TinyProject) -> None:
    about = references.accepted(accepted.project, "tiny")
    assert about.by == references.drawn_by() and about.fonts == style.fonts_digest()
    references.write(accepted.project, "tiny", dataclasses.replace(about, fonts="0123"))
    snapshot, frame = draw_one(accepted, "bars_grow")
    verdict.require_same(accepted.project, snapshot, frame)
    with pytest.raises(FrameMismatch, match=f"The fonts are others: 0123 .*, {style.fonts_digest()} this"):
        verdict.require_same(accepted.project, snapshot, Frame(255 - frame.image, frame.text))


# ---- accepting


def test_accept_by_name_replaces_that_alone(accepted: TinyProject, once: None) -> None:
    wrong, about = references.read(reference(accepted, "question")) // 2, references.accepted(accepted.project, "tiny")
    for name in ("bars_grow", "bars_grow@1s", "bars_leave"):
        references.keep(reference(accepted, name), wrong)
        about.digests["en.dark"][name] = references.Digests("", references.pixels_of(wrong))
    references.write(accepted.project, "tiny", about)
    digests = accepted.project.references / "tiny" / references.ABOUT
    changed = accepting.accept(accepted.project, "tiny", ["bars_grow@1s"])
    assert changed == [reference(accepted, "bars_grow@1s"), digests]
    assert np.array_equal(references.read(reference(accepted, "bars_leave")), wrong)
    verdict.require_same(accepted.project, *draw_one(accepted, "bars_grow", 1.0))
    with pytest.raises(FrameMismatch):
        verdict.require_same(accepted.project, *draw_one(accepted, "bars_leave"))
    assert accepting.accept(accepted.project, "tiny", ["bars_grow"]) == [reference(accepted, "bars_grow"), digests]


def test_accept_refuses_unknown_names(accepted: TinyProject) -> None:
    before = contents(accepted.project.references)
    with pytest.raises(NotFound, match="no snapshot bars_gorw; it has bars_grow, bars_grow@1s, bars_leave, question"):
        accepting.accept(accepted.project, "tiny", ["bars_gorw"])
    assert contents(accepted.project.references) == before


def test_references_of_two_renderers_are_not_mixed(accepted: TinyProject, once: None) -> None:
    by_another(accepted, "another GPU, 4.6")
    references.keep(reference(accepted, "bars_grow"), flat())
    with pytest.raises(NotFound, match=r"drawn by another GPU, 4\.6; here draws .*mathviz frames accept tiny"):
        accepting.accept(accepted.project, "tiny", ["bars_grow"])
    assert references.read(reference(accepted, "bars_grow")).shape == flat().shape, "written before it was refused"
    accepting.accept(accepted.project, "tiny", [])
    assert references.accepted(accepted.project, "tiny").renderer == references.renderer()


def test_the_commands_accept_and_check(accepted: TinyProject) -> None:
    text = reference(accepted, "bars_leave").with_suffix(".txt")
    text.rename(text.with_name("a_beat_that_is_gone.txt"))
    done = accepted.run("frames", "check")
    assert done.returncode == 1 and "12 of 13 frames are their references" in done.stdout
    assert "FrameMismatch: tiny / en.dark / bars_leave" in done.stderr and "Traceback" not in done.stderr
    page = (accepted.root / "renders" / "frames" / "report.html").read_text(encoding="utf-8")
    assert page.count("<figure") == 13 and page.count('<figure class="failed"') == 1 == page.count("<article")
    done = accepted.run("frames", "accept", "tiny")
    assert done.returncode == 0 and "bars_leave.txt" in done.stdout and "removed" in done.stdout
    assert text.is_file() and not text.with_name("a_beat_that_is_gone.txt").exists()
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
        accepting.accept(accepted.project, "tiny", ["bars_grow", "bars_leave"])
    said = str(found.value)
    assert "tiny / zh.light / bars_leave: " in said and "- Rectangle" in said and "bars_grow" not in said
    assert contents(accepted.project.references) == before


def test_whether_a_film_has_references_is_known(accepted: TinyProject) -> None:
    assert references.is_accepted(accepted.project, "tiny") and not references.is_accepted(accepted.project, "wide")
