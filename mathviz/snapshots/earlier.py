"""What an accepted frame looked like whose picture is not kept: drawn again from the commit that it was accepted with.

That commit's whole project is unpacked under the caches and draws there, once for each version of a film, with the
mathviz that it has, or else with this one.
"""

from __future__ import annotations

import io
import subprocess
import sys
import zipfile
from pathlib import Path

from numpy import ndarray

from mathviz.project import PACKAGE, Project
from mathviz.snapshots import references
from mathviz.snapshots.frames import Snapshot, draw, wanted
from mathviz.style.shapes import WIDE

LIMIT = 600.0
"""Seconds for drawing a version of a film."""


def picture(project: Project, snapshot: Snapshot) -> tuple[ndarray | None, str]:
    """The picture and the commit; or None, and a sentence that says why there is none."""
    if snapshot.shape != WIDE:
        return None, "not shown: of this shape only the digest is kept"
    commit = accepted_with(project, snapshot.stem)
    if commit is None:
        return None, "not shown: no commit holds the accepted frame"
    folder = project.cache / "earlier" / commit
    place = folder / "drawn" / snapshot.stem / snapshot.version
    if not (place / "done").is_file():
        failed = _unpack(project, commit, folder / "project") or _draw(folder / "project", snapshot, place)
        if failed:
            return None, f"not shown: {commit} does not draw here any more ({failed})"
    path = place / f"{snapshot.name}.png"
    return (references.read(path), commit) if path.is_file() else (None, f"not shown: {commit} has no such frame")


def accepted_with(project: Project, stem: str) -> str | None:
    """The last commit that changed a film's references, abbreviated; None outside git."""
    path = project.references / stem / references.ABOUT
    said = _git(project.root, "log", "-1", "--format=%h", "--abbrev=12", "--", str(path))
    return said.decode().strip() or None if said is not None else None


def _git(root: Path, *arguments: str) -> bytes | None:
    line = ["git", "-c", f"safe.directory={root}", *arguments]
    try:
        return subprocess.run(line, cwd=root, capture_output=True, check=True, stdin=subprocess.DEVNULL,
                              timeout=LIMIT).stdout  # fmt: skip
    except (OSError, subprocess.CalledProcessError, subprocess.TimeoutExpired):
        return None


def _unpack(project: Project, commit: str, folder: Path) -> str:
    """Unpack a commit's project. Returns what went wrong."""
    if folder.is_dir():
        return ""
    packed = _git(project.root, "archive", "--format=zip", commit, ".")
    if packed is None:
        return "git archive failed"
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:  # which leaves its folder nowhere and makes no links
        archive.extractall(folder)
    return ""


def _draw(root: Path, snapshot: Snapshot, place: Path) -> str:
    """Draw a version in a project of its own, by its own code. Returns what went wrong."""
    home = root if (root / "mathviz").is_dir() else PACKAGE.parent
    line = [sys.executable, "-c", _PROGRAM, str(home), str(root), snapshot.stem, snapshot.language, snapshot.theme,
            str(place)]  # fmt: skip
    try:
        done = subprocess.run(line, cwd=root, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=LIMIT)
    except subprocess.TimeoutExpired:
        return f"it took more than {LIMIT:g} s"
    return "" if done.returncode == 0 else (done.stderr.strip().splitlines() or ["it failed"])[-1]


_PROGRAM = """
import sys
sys.path.insert(0, sys.argv[1])
from mathviz.snapshots import earlier
earlier.draw_here(*sys.argv[2:])
"""


def draw_here(root: str, stem: str, language: str, theme: str, place: str) -> None:
    """Draw a version's snapshots into a folder. Called in a process of its own, by the name that it has for good."""
    project, folder = Project(Path(root)), Path(place)
    chosen = [s for s in wanted(project, stem) if (s.language, s.theme) == (language, theme)]
    for snapshot, frame in draw(project, stem, language, theme, chosen).items():
        if frame.image is not None:
            references.keep(folder / f"{snapshot.name}.png", frame.image)
    (folder / "done").write_text("")
