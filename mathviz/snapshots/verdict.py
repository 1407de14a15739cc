"""Is a frame its reference? By digest where that proves it, else by every pixel; and what to show where it is not."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import dataclass

from numpy import ndarray

from mathviz.project import Project
from mathviz.project.errors import ALIKE, FrameMismatch, MathvizError, NotFound
from mathviz.snapshots import earlier, references, unplayed
from mathviz.snapshots.difference import OTHER_RENDERER, SAME_RENDERER, Budget, Difference, beside, compare
from mathviz.snapshots.frames import HEIGHT, WIDTH, Frame, Late, Snapshot, draw, versions, wanted
from mathviz.snapshots.references import Accepted, Digests, accepted, drawn_by
from mathviz.style.shapes import WIDE


@dataclass(frozen=True, eq=False)
class Verdict:
    """What came of a snapshot: its frame, and why it is not its reference; nothing if it is.

    A film that was not ``played`` is known to have the accepted frames by the files that it is made from. ``fault`` is
    what is wrong with a scene of which no frame could be drawn.
    """

    snapshot: Snapshot
    frame: Frame
    failure: str
    played: bool = True
    fault: str = ""

    @property
    def proven(self) -> bool:
        """Whether it was not drawn, because it is known that it would be its reference."""
        return self.frame.image is None and not self.failure


def check(project: Project, stem: str, everything: bool = True, shape: str = WIDE) -> Iterator[Verdict]:
    """Compare all snapshots of a film with their references. Only what digests do not prove is drawn, or everything."""
    snapshots = wanted(project, stem, shape)
    stuck = None
    for _, language, theme in versions(snapshots):
        mine = [s for s in snapshots if (s.language, s.theme) == (language, theme)]
        if stuck is not None:
            yield from _not_drawn(mine, stuck)
            continue
        try:
            yield from check_version(project, mine, everything)
        except ALIKE as error:  # it would be in every version
            stuck = error
            yield from _not_drawn(mine, error)


def _not_drawn(snapshots: list[Snapshot], error: MathvizError) -> Iterator[Verdict]:
    says = str(error)
    return (Verdict(s, Frame(None, ""), f"{s.title}\n  It was not drawn: {says}", fault=says) for s in snapshots)


def check_version(project: Project, snapshots: list[Snapshot], everything: bool) -> Iterator[Verdict]:
    """Compare snapshots of one version with their references. Raises what is ``ALIKE`` in all for a film.

    Only what digests do not prove is played and drawn, or everything.
    """
    one = snapshots[0]
    about = accepted(project, one.stem)
    if not everything and unplayed.proves(project, about, one):
        for snapshot in snapshots:
            references.put_away(project, snapshot)
            yield Verdict(snapshot, Frame(None, references.old_text(project, snapshot) or ""), "", played=False)
        return
    old = {snapshot: references.old_text(project, snapshot) for snapshot in snapshots}
    known = None if everything else lambda snapshot, frame: about.proves(snapshot, frame, old[snapshot])
    scenes = [snapshots] if one.language else [[s for s in snapshots if s.beat == name] for name in _names(snapshots)]
    for mine in scenes:
        try:
            drawn = draw(project, one.stem, one.language, one.theme, mine, known)
        except Late as error:  # costs no other frame
            yield from (judge(project, snapshot, frame) for snapshot, frame in error.drawn.items())
            for snapshot, fault in error.faults.items():
                yield from _not_drawn([snapshot], NotFound(fault))
        except MathvizError as error:  # costs no other scene
            if isinstance(error, ALIKE) and one.language:
                raise
            yield from _not_drawn(mine, error)
        else:
            yield from (judge(project, snapshot, frame) for snapshot, frame in drawn.items())


def _names(snapshots: list[Snapshot]) -> list[str]:
    return list(dict.fromkeys(snapshot.beat for snapshot in snapshots))


def judge(project: Project, snapshot: Snapshot, frame: Frame) -> Verdict:
    """Compare a frame with its reference."""
    try:
        require_same(project, snapshot, frame)
    except FrameMismatch as error:
        return Verdict(snapshot, frame, str(error))
    return Verdict(snapshot, frame, "")


def require_same(project: Project, snapshot: Snapshot, frame: Frame) -> None:
    """Raise FrameMismatch unless the frame is its reference. What was drawn is kept for comparison, where that can be.

    A frame that was not drawn is its reference: somebody proved that.
    """
    about = accepted(project, snapshot.stem)
    old = references.old_text(project, snapshot)
    if frame.image is None:
        references.put_away(project, snapshot)
        return
    known = _require_reference(project, snapshot, frame.image, about, old)
    if frame.text == old and known.pixels == references.pixels_of(frame.image):
        references.put_away(project, snapshot)
        return
    budget = SAME_RENDERER if drawn_by()["renderer"] == about.renderer else OTHER_RENDERER
    kept = references.picture_of(project, snapshot)
    asked_the_same = frame.source and known.source == frame.source
    if frame.text == old and budget is OTHER_RENDERER and asked_the_same and not kept.is_file():
        return
    reference, from_where = _old_picture(project, snapshot, known)
    if reference is not None and not kept.is_file():
        budget = SAME_RENDERER  # it was drawn here just now
    difference = None if reference is None else _difference(snapshot, frame.image, reference)
    if difference is not None and frame.text == old and budget.allows(difference, WIDTH * HEIGHT):
        return
    shown = references.show(project, snapshot, frame.image if reference is None else beside(frame.image, reference))
    raise FrameMismatch(_report(project, snapshot, frame, old or "", about, budget, difference, from_where, shown))


def _require_reference(
    project: Project, snapshot: Snapshot, image: ndarray, about: Accepted, old: str | None
) -> Digests:  # fmt: skip
    """The digests of a snapshot that was accepted. Raises FrameMismatch for one that was not."""
    known = about.of(snapshot)
    missing = [] if old is not None else [references.text_of(project, snapshot)]
    if known is None:
        missing.insert(0, project.references / snapshot.stem / references.ABOUT)
    if known is None or missing:
        shown = references.show(project, snapshot, image)
        raise FrameMismatch(
            f"{snapshot.title}\n  There is no reference {' and no '.join(map(str, missing))}.\n"
            f"  this run   {shown}\n  If it is right:  {snapshot.command(project)}"
        )
    return known


def _old_picture(project: Project, snapshot: Snapshot, known: Digests) -> tuple[ndarray | None, str]:
    """The accepted picture and where it is from, or None and why it cannot be shown."""
    path = references.picture_of(project, snapshot)
    if path.is_file():
        return references.read(path), str(path)
    found, commit = earlier.picture(project, snapshot)
    if found is None:
        return None, commit
    itself = known.pixels == references.pixels_of(found)
    return found, f"drawn again from {commit}" + ("" if itself else ", not to the bit what was accepted")


def _difference(snapshot: Snapshot, image: ndarray, reference: ndarray) -> Difference:
    if image.shape != reference.shape:
        raise FrameMismatch(f"{snapshot.title}\n  the frame is {image.shape}, its reference {reference.shape}")
    return compare(image, reference)


def _report(
    project: Project, snapshot: Snapshot, frame: Frame, old: str, about: Accepted, budget: Budget,
    difference: Difference | None, from_where: str, shown: str,
) -> str:  # fmt: skip
    here = drawn_by()
    said = [snapshot.title, f"  {difference or 'The pixels are not those that were accepted'}."]
    if budget is OTHER_RENDERER:
        said.append(f"  On another renderer these are allowed: {budget}.")
    if here["fonts"] != about.fonts:
        said.append(f"  The fonts are others: {about.fonts} drew the reference, {here['fonts']} this.")
    if frame.text != old:
        said += ["  What is on screen differs:", *text_changes(old, frame.text)]
    said += [f"  reference  {from_where}   ({about.renderer})", f"  this run   {here['renderer']}"]
    said += [f"  compare    {shown}"]
    return "\n".join([*said, f"  If the new frame is right:  {snapshot.command(project)}"])


def text_changes(old: str, new: str, most: int = 12) -> list[str]:
    """The lines that went and came, indented, and how many more there are."""
    lines = [line for line in difflib.ndiff(old.splitlines(), new.splitlines()) if line[0] in "-+"]
    shown = [f"    {line}" for line in lines[:most]]
    return shown if len(lines) <= most else [*shown, f"    and {len(lines) - most} lines more"]
