"""Making today's frames the references, after somebody looked at them."""

from __future__ import annotations

import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np

from mathviz.project import Project, disk, loading
from mathviz.project.errors import FrameMismatch, NotFound
from mathviz.snapshots import references
from mathviz.snapshots.difference import compare
from mathviz.snapshots.frames import Frame, Snapshot, draw_all, wanted
from mathviz.snapshots.references import Accepted, Digests, accepted, drawn_by
from mathviz.snapshots.verdict import text_changes


def accept(project: Project, stem: str, names: list[str]) -> list[Path]:
    """Make today's frames the references: all of a film's, or those of the named beats. Returns what changed.

    Everything is drawn twice, here and in another process; raises FrameMismatch, and changes nothing, if the
    two differ: such a reference would fail tomorrow.
    """
    snapshots, about = wanted(project, stem), accepted(project, stem)
    if not snapshots:
        raise NotFound(f"{stem} has no scene, so nothing was accepted")
    known = {snapshot.name for snapshot in snapshots} | {snapshot.beat for snapshot in snapshots}
    unknown = [name for name in names if name not in known]
    if unknown:
        raise NotFound(f"{stem} has no snapshot {', '.join(unknown)}; it has {', '.join(sorted(known))}")
    if names and about.digests and about.renderer != references.renderer():
        raise NotFound(
            f"The other references were drawn by {about.renderer}; here draws {references.renderer()}. "
            f"Draw all here: mathviz frames accept {stem}"
        )
    chosen = [s for s in snapshots if not names or s.name in names or s.beat in names]
    drawn = _drawn_twice(project, chosen)
    changed = [path for snapshot, frame in drawn.items() for path in _keep_text(project, snapshot, frame)]
    images = {snapshot: frame.image for snapshot, frame in drawn.items() if frame.image is not None}
    changed += references.keep_pictures(project, snapshots, images)
    new = _with(about, snapshots, drawn)
    if new != about:
        references.write(project, stem, new)
        changed.append(project.references / stem / references.ABOUT)
    return changed


def _with(about: Accepted, snapshots: list[Snapshot], drawn: dict[Snapshot, Frame]) -> Accepted:
    """What is known of the references when these frames are accepted.

    Where not all were drawn by what draws now, the others' sources prove nothing any more.
    """
    by = drawn_by()
    here = Accepted(by["renderer"], by["fonts"], by["engine"])
    digests: dict[str, dict[str, Digests]] = {}
    for snapshot in snapshots:
        before, frame = about.of(snapshot), drawn.get(snapshot)
        if frame is not None and frame.image is not None:
            found = Digests(frame.source, references.pixels_of(frame.image))
        elif before is not None:
            found = before if about.by == here.by else replace(before, source="")
        else:
            continue
        digests.setdefault(snapshot.version, {})[snapshot.name] = found
    return replace(here, digests=digests)


def _keep_text(project: Project, snapshot: Snapshot, frame: Frame) -> list[Path]:
    path = references.text_of(project, snapshot)
    if references.old_text(project, snapshot) == frame.text:
        return []
    path.parent.mkdir(parents=True, exist_ok=True)
    disk.write_whole(path, frame.text.encode())
    return [path]


def _drawn_twice(project: Project, snapshots: list[Snapshot]) -> dict[Snapshot, Frame]:
    """Frames that another process draws too. Raises FrameMismatch, naming what differs, if it draws others.

    A source that is another one there, though the picture is the same, is not kept: it would prove nothing.
    """
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as other:
        with loading.safely():
            again = other.submit(draw_all, project, snapshots)
        drawn = draw_all(project, snapshots)
        second = again.result()
    said = []
    for snapshot, frame in drawn.items():
        one, two = frame.image, second[snapshot].image
        assert one is not None and two is not None
        if frame.text != second[snapshot].text or not np.array_equal(one, two):
            said.append(f"  {snapshot.title}: {compare(two, one)}")
            said += text_changes(frame.text, second[snapshot].text)
    if said:
        raise FrameMismatch("\n".join([
            "Drawn twice, these differ, so nothing was accepted:", *said,
            "  Look for what changes from run to run: the clock, the order of a set, random numbers without a seed.",
        ]))  # fmt: skip
    return {s: frame if frame.source == second[s].source else replace(frame, source="") for s, frame in drawn.items()}
