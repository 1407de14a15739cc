"""Making today's frames the references, after somebody looked at them."""

from __future__ import annotations

# isort: off
from mathviz.render import reads  # which listens from here on to what is read

# isort: on
import contextlib
import multiprocessing
import signal
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import resource_tracker
from pathlib import Path
from types import FrameType

import numpy as np

from mathviz.project import Project, disk, loading
from mathviz.project.errors import FrameMismatch, NotFound
from mathviz.render import inputs
from mathviz.snapshots import references, unplayed
from mathviz.snapshots.difference import compare
from mathviz.snapshots.frames import Frame, Snapshot, draw_all, wanted
from mathviz.snapshots.references import Accepted, Digests, accepted, drawn_by
from mathviz.snapshots.verdict import text_changes
from mathviz.style.shapes import WIDE


def accept(project: Project, stem: str, names: list[str], shape: str = WIDE) -> list[Path]:
    """Make today's frames the references: all of a film's, or those of the named beats. Returns what changed.

    Everything is drawn twice, here and in another process; raises FrameMismatch, and changes nothing, if the
    two differ: such a reference would fail tomorrow.
    """
    snapshots, about = wanted(project, stem, shape), accepted(project, stem)
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
    of_it = project.references / stem
    disk.require_folder(of_it if of_it.is_dir() else project.references)  # before the work
    drawn, read = _drawn_twice(project, chosen)
    changed = [path for snapshot, frame in drawn.items() for path in _keep_text(project, snapshot, frame)]
    images = {snapshot: frame.image for snapshot, frame in drawn.items() if frame.image is not None}
    changed += references.keep_pictures(project, snapshots, images)
    new = _with(about, snapshots, drawn)
    if len(chosen) == len(snapshots) and shape == WIDE:
        new = _with_what_was_read(project, new, snapshots, read)
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
    mine = {snapshot.version for snapshot in snapshots}
    digests = {version: dict(known) if about.by == here.by else {n: replace(d, source="") for n, d in known.items()}
               for version, known in about.digests.items() if version not in mine}  # fmt: skip
    if not any(snapshot.shape != WIDE for snapshot in snapshots):  # of languages that the film has no more
        digests = {version: known for version, known in digests.items() if version.count(".") == 2}
    for snapshot in snapshots:
        before, frame = about.of(snapshot), drawn.get(snapshot)
        if frame is not None and frame.image is not None:
            lasts = "" if frame.lasts is None else f"{frame.lasts:g}"
            found = Digests(frame.source, references.pixels_of(frame.image), lasts)
        elif before is not None:
            found = before if about.by == here.by else replace(before, source="")
        else:
            continue
        digests.setdefault(snapshot.version, {})[snapshot.name] = found
    return replace(here, digests=digests, shaped=about.shaped, reads=about.reads, frames=about.frames)


def _with_what_was_read(
    project: Project, about: Accepted, snapshots: list[Snapshot], read: dict[str, str]
) -> Accepted:  # fmt: skip
    """What is known of a film's references when all of them were drawn from these files."""
    versions = {snapshot.version for snapshot in snapshots} if read else set()
    frames = {version: unplayed.accepted_frames(project, about, [s for s in snapshots if s.version == version])
              for version in sorted(versions)}  # fmt: skip
    return replace(about, shaped=unplayed.shaped_by() if read else "", reads=read, frames=frames)


def _keep_text(project: Project, snapshot: Snapshot, frame: Frame) -> list[Path]:
    path = references.text_of(project, snapshot)
    if references.old_text(project, snapshot) == frame.text:
        return []
    path.parent.mkdir(parents=True, exist_ok=True)
    disk.write_whole(path, frame.text.encode())
    return [path]


def draw_listening(project: Project, snapshots: list[Snapshot]) -> tuple[dict[Snapshot, Frame], dict[str, str]]:
    """Draw a film's snapshots in a process that did nothing else, and say which files it read; of scene files none."""
    with _interruptible():
        if not snapshots[0].language:
            return draw_all(project, snapshots), {}
        now = unplayed.files_of(project, snapshots[0].stem)
        _ = now[inputs.TRACE]  # reads the sources that its key is made of, which are not the film's
        reads.follow_sources()
        return draw_all(project, snapshots), unplayed.told(now.read(reads.files()))


@contextlib.contextmanager
def _interruptible() -> Iterator[None]:
    """The first interrupt ends what is done here, and none anything else: whoever waits for it says what happened."""

    def once(number: int, frame: FrameType | None) -> None:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.default_int_handler(number, frame)

    signal.signal(signal.SIGINT, once)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)


@contextlib.contextmanager
def _undisturbed() -> Iterator[None]:
    """Processes that are started meanwhile get no interrupt before they ask for it: they would show where it came."""
    resource_tracker.ensure_running()  # which lets interrupts through again once it has started
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _drawn_twice(project: Project, snapshots: list[Snapshot]) -> tuple[dict[Snapshot, Frame], dict[str, str]]:
    """Frames that another process draws too, and the files that it read.

    Raises FrameMismatch, naming what differs, if it draws others.

    A source that is another one there, though the picture is the same, is not kept: it would prove nothing.
    """
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as other:
        with loading.safely(), _undisturbed():
            again = other.submit(draw_listening, project, snapshots)
        drawn = draw_all(project, snapshots)
        second, read = again.result()
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
    same = {s: frame if frame.source == second[s].source else replace(frame, source="") for s, frame in drawn.items()}
    return same, read
