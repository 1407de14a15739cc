"""Every snapshot of every film is its reference, and the comparison sees what it must.

``mathviz frames accept STEM`` makes today's frames the references, after somebody has looked at them.
"""

from __future__ import annotations

import functools
import json
from pathlib import Path

import numpy as np
import pytest
from numpy import ndarray
from tiny_project import BEATS, TinyProject

from mathviz import frames
from mathviz.errors import FrameMismatch, NotFound
from mathviz.frames import Snapshot
from mathviz.project import HOME, Project

CATALOGUE = Project(HOME)
SNAPSHOTS = [snapshot for stem in CATALOGUE.stems for snapshot in frames.wanted(CATALOGUE, stem)]


# ---- the catalogue


@functools.cache
def drawn(stem: str, language: str, theme: str) -> dict[Snapshot, ndarray]:
    """All snapshots of one version, drawn in one go."""
    mine = [s for s in SNAPSHOTS if (s.stem, s.language, s.theme) == (stem, language, theme)]
    return frames.draw(CATALOGUE, stem, language, theme, mine)


@pytest.mark.parametrize("snapshot", SNAPSHOTS, ids=lambda s: f"{s.stem}-{s.version}-{s.name}")
def test_every_snapshot_is_its_reference(manim: None, snapshot: Snapshot) -> None:
    frames.require_same(CATALOGUE, snapshot, drawn(snapshot.stem, snapshot.language, snapshot.theme)[snapshot])


def test_there_is_no_reference_that_nobody_asks_for() -> None:
    wanted = {snapshot.reference(CATALOGUE) for snapshot in SNAPSHOTS}
    assert not set(CATALOGUE.references.rglob("*.png")) - wanted


# ---- counting differences


def flat(value: int = 100) -> ndarray:
    return np.full((40, 60, 3), value, np.uint8)


def test_equal_frames_do_not_differ() -> None:
    assert frames.compare(flat(), flat()) == frames.Difference(0, 0, 0)


def test_one_step_of_one_channel_of_one_pixel_counts() -> None:
    image = flat()
    image[7, 9, 2] += 1
    assert frames.compare(image, flat()) == frames.Difference(1, 0, 1)


def test_differences_are_counted_by_pixel_not_by_channel() -> None:
    image = flat()
    image[3, 4], image[5, 6, 0] = 200, 90
    assert frames.compare(image, flat()) == frames.Difference(2, 2, 100)


def test_neither_direction_wraps_round() -> None:
    assert frames.compare(flat(0), flat(255)).largest == frames.compare(flat(255), flat(0)).largest == 255


def test_pixels_beside_an_edge_are_counted_apart() -> None:
    reference = flat()
    reference[:, 30:] = 200
    moved = flat()
    moved[:, 31:] = 200
    assert frames.compare(moved, reference) == frames.Difference(40, 0, 100)
    moved[:, 10] = 200
    assert frames.compare(moved, reference) == frames.Difference(80, 40, 100)


def test_frames_of_different_sizes_are_no_match() -> None:
    with pytest.raises(FrameMismatch, match=r"\(40, 60, 3\), its reference \(20, 60, 3\)"):
        frames.compare(flat(), flat()[::2])


# ---- against a reference


@pytest.fixture
def accepted(manim: None, tiny: TinyProject) -> TinyProject:
    """The tiny film with references that were just drawn."""
    frames.accept(tiny.project, "tiny", [])
    return tiny


def reference(project: TinyProject, name: str, version: str = "en.dark") -> Path:
    return project.root / "tests" / "frames" / "tiny" / version / f"{name}.png"


def draw_one(project: TinyProject, beat: str, after: float | None = None) -> tuple[Snapshot, ndarray]:
    snapshot = Snapshot("tiny", "en", "dark", beat, after)
    return snapshot, frames.draw(project.project, "tiny", "en", "dark", [snapshot])[snapshot]


def test_snapshots_are_each_beats_last_frame_and_the_moments(tiny: TinyProject) -> None:
    found = [(s.version, s.name) for s in frames.wanted(tiny.project, "tiny")]
    versions = ("en.dark", "en.light", "zh.dark", "zh.light")
    assert sorted(found) == sorted([*((v, beat) for v in versions for beat in BEATS), ("en.dark", "bars_grow@1s")])


def test_what_was_accepted_is_drawn_again_to_the_bit(accepted: TinyProject) -> None:
    assert len(list(reference(accepted, "").parents[1].rglob("*.png"))) == 13
    for beat, after in (("bars_grow", None), ("bars_grow", 1.0), ("question", None)):
        snapshot, image = draw_one(accepted, beat, after)
        assert image.shape == (480, 854, 3) and image.std() > 1
        frames.require_same(accepted.project, snapshot, image)
    assert not (accepted.root / "renders" / "diff").exists()
    assert frames.accept(accepted.project, "tiny", []) == []


def test_a_missing_reference_fails_and_shows_what_was_drawn(accepted: TinyProject) -> None:
    snapshot, image = draw_one(accepted, "bars_grow")
    reference(accepted, "bars_grow").unlink()
    with pytest.raises(FrameMismatch, match=r"(?s)There is no reference.*mathviz frames accept tiny bars_grow"):
        frames.require_same(accepted.project, snapshot, image)
    assert np.array_equal(frames.read(snapshot.drawn(accepted.project)), image)


def test_a_label_moved_by_one_pixel_is_seen(accepted: TinyProject) -> None:
    snapshot, image = draw_one(accepted, "question")
    with pytest.raises(FrameMismatch, match="pixels differ") as found:
        frames.require_same(accepted.project, snapshot, np.roll(image, 1, axis=1))
    said = str(found.value)
    assert "tiny / en.dark / question" in said and "mathviz frames accept tiny question" in said
    beside = frames.read(snapshot.drawn(accepted.project))
    assert beside.shape == (480, 2 * 854, 3) and np.array_equal(beside[:, :854], image)


def test_one_pixel_one_step_brighter_is_seen(accepted: TinyProject) -> None:
    snapshot, image = draw_one(accepted, "bars_grow")
    image = image.copy()
    image[10, 10, 0] += 1
    with pytest.raises(FrameMismatch, match=r"1 pixels differ, 0 of them .*largest difference 1 of 255"):
        frames.require_same(accepted.project, snapshot, image)


def test_on_another_renderer_edges_may_fall_otherwise_and_nothing_else(accepted: TinyProject) -> None:
    """Half a level of grey along an edge passes there; a bar that is gone does not."""
    (reference(accepted, "").parents[1] / frames.ABOUT).write_text('{"renderer": "another GPU, 4.6"}')
    snapshot, image = draw_one(accepted, "bars_grow")
    noisy = image.astype(int)
    noisy[::3] += 4
    frames.require_same(accepted.project, snapshot, noisy.clip(0, 255).astype(np.uint8))
    without = np.broadcast_to(image[0, 0], image.shape)
    with pytest.raises(FrameMismatch, match="another GPU"):
        frames.require_same(accepted.project, snapshot, without)


# ---- accepting


def test_accept_by_name_replaces_that_alone(accepted: TinyProject) -> None:
    wrong = frames.read(reference(accepted, "question")) // 2
    for name in ("bars_grow", "bars_grow@1s", "bars_leave"):
        frames._keep(reference(accepted, name), wrong)
    assert frames.accept(accepted.project, "tiny", ["bars_grow@1s"]) == [reference(accepted, "bars_grow@1s")]
    assert np.array_equal(frames.read(reference(accepted, "bars_leave")), wrong)
    frames.require_same(accepted.project, *draw_one(accepted, "bars_grow", 1.0))
    assert frames.accept(accepted.project, "tiny", ["bars_grow"]) == [reference(accepted, "bars_grow")]


def test_accept_refuses_unknown_names(accepted: TinyProject) -> None:
    before = {path: path.read_bytes() for path in accepted.root.rglob("*.png")}
    with pytest.raises(NotFound, match="no snapshot bars_gorw; it has bars_grow, bars_grow@1s, bars_leave, question"):
        frames.accept(accepted.project, "tiny", ["bars_gorw"])
    assert {path: path.read_bytes() for path in accepted.root.rglob("*.png")} == before


def test_references_of_two_renderers_are_not_mixed(accepted: TinyProject) -> None:
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
    done = accepted.run("frames", "check", "tiny")
    assert done.returncode == 1 and "12 of 13 frames are their references" in done.stdout
    assert "FrameMismatch: tiny / en.dark / bars_leave" in done.stderr and "Traceback" not in done.stderr
    done = accepted.run("frames", "accept", "tiny")
    assert done.returncode == 0 and "bars_leave.png" in done.stdout and "removed" in done.stdout
    assert not reference(accepted, "a_beat_that_is_gone").exists()
    done = accepted.run("frames", "check", "tiny")
    assert done.returncode == 0 and done.stdout == "13 of 13 frames are their references\n" and not done.stderr
