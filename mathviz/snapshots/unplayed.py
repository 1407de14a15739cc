"""What playing a film read when its frames were accepted: while all that stays, so do its frames, and none is played.

``accepted.json`` names the files, as ``render.inputs`` does, each with a digest, and with them what shapes texts and
computes points. It is said of whole films alone, by a process that drew all their snapshots and nothing else.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from mathviz.engine import texts
from mathviz.project import Project
from mathviz.project.errors import MathvizError
from mathviz.render import inputs
from mathviz.render.plan import Wish, plan
from mathviz.snapshots import references
from mathviz.snapshots.frames import Snapshot, wanted

if TYPE_CHECKING:
    from mathviz.snapshots.references import Accepted

ELSEWHERE = ("ffmpeg", "mathviz's drawing and encoding", "version of python")
"""Of what surrounds a film, what makes no frame. What draws is said beside, and among what shapes texts, which Python
it is, but for its patches: Debian's has others than the one that frames are accepted with."""

NO_FRAMES = ("mathviz/render/", "mathviz.egg-info/")
"""What a process which takes frames has read and no frame shows: what makes films of them, how this is installed."""


def files_of(project: Project, stem: str) -> inputs.Now:
    """The files of a film as they are now, in all its languages."""
    return inputs.Now(replace(plan(project, [stem], Wish(quality="low", fps=30))[0], language=""))


def told(files: dict[str, str]) -> dict[str, str]:
    """What was read, as ``accepted.json`` says it; nothing where a file changed meanwhile."""
    if inputs.RESTLESS in files.values():
        return {}
    return {name: _told(name, value) for name, value in sorted(files.items()) if not name.startswith(NO_FRAMES)}


def _told(name: str, value: str) -> str:
    """Of a trace its arrays alone: when and where they were computed is in no frame."""
    return _short(value[:64] if name == inputs.TRACE else value)


def shaped_by() -> str:
    """Of the libraries and programs that make points and outlines of what a film says."""
    around = {name: value for name, value in inputs.surroundings().items() if name not in ELSEWHERE}
    return _short(inputs.digest({**around, "texts": texts.shapers()}))


def accepted_frames(project: Project, about: Accepted, snapshots: Iterable[Snapshot]) -> str:
    """Of what was accepted as a version's frames: texts, sources and pixels. Empty if one of them proves nothing."""
    said = []
    for snapshot in snapshots:
        known, text = about.of(snapshot), references.old_text(project, snapshot)
        if known is None or text is None or not known.source:
            return ""
        said.append(f"{snapshot.name} {known.source} {known.pixels} {text}")
    return _short("\n".join(sorted(said)))


def proves(project: Project, about: Accepted, one: Snapshot) -> bool:
    """Whether the frames of a snapshot's version are known to be the accepted ones without playing the film."""
    if not about.reads or not one.language:
        return False
    try:
        mine = [snapshot for snapshot in wanted(project, one.stem) if snapshot.version == one.version]
        frames, now = accepted_frames(project, about, mine), files_of(project, one.stem)
    except MathvizError:  # a script that cannot be read, say: whoever plays the film tells it
        return False
    return bool(
        frames and about.frames.get(one.version) == frames and about.by == references.drawn_by()
        and about.shaped == shaped_by() and all(_told(name, now[name]) == value for name, value in about.reads.items())
    )  # fmt: skip


def lengths(project: Project, stem: str, language: str) -> dict[str, float]:
    """How long each beat lasts, in seconds, as a film was accepted; nothing where that need not be so any more."""
    mine = [each for each in wanted(project, stem) if (each.language, each.after) == (language, None)]
    mine = [each for each in mine if each.version == mine[0].version]
    about = references.accepted(project, stem)
    known = {each.beat: found.lasts for each in mine if (found := about.of(each))}
    if len(known) < len(mine) or not all(known.values()) or not proves(project, about, mine[0]):
        return {}
    return {beat: float(seconds) for beat, seconds in known.items()}


def _short(value: str) -> str:
    return hashlib.sha256(value.encode()).hexdigest()[:16]
