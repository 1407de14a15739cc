"""Which recording speaks which line: an author's own beside the scenes, else the one that a program made.

``voice/<stem>/<language>/<beat>.<n>.wav``, or flac, mp3, m4a, is the author's. ``texts.json`` beside it says which
words each of them was recorded with, so that it is seen when the film says others. What a program made
lies in the cache.
"""

from __future__ import annotations

import contextlib
import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from mathviz.films import compute, script
from mathviz.project import Project, disk, not_found, reading
from mathviz.project.errors import sentence
from mathviz.voice import making
from mathviz.voice.hearing import Damaged, Heard, hear
from mathviz.voice.lines import Line, digest_of, lines
from mathviz.voice.making import Made, Say

ENDINGS = (".wav", ".flac", ".mp3", ".m4a")
"""Of recordings."""

TEXTS, SHEET = "texts.json", "script.md"
"""Beside an author's recordings: what they were recorded with, and what to read from."""

NOTE, ERROR = "note", "error"


@dataclass(frozen=True)
class Finding:
    """Something about the recordings of a film, and what to do; an error is in the way of a narrated film."""

    kind: str
    level: str
    where: str
    says: str
    todo: str

    def __str__(self) -> str:
        return f"{self.where}: {self.says}. {self.todo}"


@dataclass(frozen=True)
class Recording:
    """A line with what speaks it. ``origin`` is the command that made it; empty for an author's own."""

    line: Line
    path: Path
    sha256: str
    heard: Heard
    origin: str = ""


@dataclass(frozen=True)
class Narration:
    """A film in one language as it is to be spoken: its lines, the recordings of them, and what is to be said of those.

    ``command`` is what made recordings last, if anything did.
    """

    stem: str
    language: str
    title: str
    folder: Path
    lines: list[Line]
    found: dict[str, Recording] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    command: str = ""

    @property
    def missing(self) -> list[Line]:
        return [line for line in self.lines if line.name not in self.found]

    def summary(self) -> dict[str, Any]:
        """What ``mathviz voice --json`` prints of it."""
        return {
            "stem": self.stem, "language": self.language, "folder": str(self.folder),
            "lines": [{**asdict(line), "name": line.name, **self._said_of(line)} for line in self.lines],
            "findings": [asdict(finding) for finding in self.findings],
        }  # fmt: skip

    def _said_of(self, line: Line) -> dict[str, Any]:
        recording = self.found.get(line.name)
        if recording is None:
            return {"recording": None, "seconds": None, "waits": None, "made_with": None}
        seconds = recording.heard.seconds
        return {"recording": str(recording.path), "seconds": round(seconds, 2), "waits": line.waits(seconds),
                "made_with": recording.origin or None}  # fmt: skip


def folder_of(project: Project, stem: str, language: str) -> Path:
    """Where an author's recordings of a film in one language lie."""
    return project.root / "voice" / stem / language


def look(project: Project, stem: str, language: str, say: Say) -> Narration:
    """What is to be said in a film, and what of it is recorded. Raises NotFound, ScriptError.

    A recording that is seen for the first time is noted with the words of the script that was written to read from,
    else with the film's own. A trace that is not there is computed.
    """
    project.require_stem(stem)
    told = script.read(project.scenes / f"{stem}.yaml")
    if language not in told.languages:
        raise not_found("language", language, told.languages, f"mathviz list ({stem})")
    trace = compute.find(compute.of_script(stem, told, project), project, say)
    folder = folder_of(project, stem, language)
    command = making.last(project, stem, language).command
    found = Narration(stem, language, told.title[language], folder, lines(told, trace, language), command=command)
    _look_for_languages(found, told.languages)
    _take_own(found, project)
    _take_made(found, project)
    for line in found.lines:
        _tell_length(found, line)
    return found


def accept(narration: Narration) -> list[str]:
    """Say that recordings whose words have changed since still fit. Returns the names of their lines."""
    noted = _noted(narration.folder)
    changed = [finding.where for finding in narration.findings if finding.kind == "changed"]
    names = [name for line in narration.lines if (name := line.name) in noted.recorded and any(
        where.startswith(f"{name}.") for where in changed)]  # fmt: skip
    texts = {line.name: line.spoken for line in narration.lines}
    for name in names:
        noted.recorded[name]["text"] = texts[name]
    if names:
        noted.write(narration.folder)
    return names


# ---- an author's own


@dataclass
class _Noted:
    """``read`` is what the script to read from says, ``recorded`` the SHA-256 and the text of each recording."""

    read: dict[str, str] = field(default_factory=dict)
    recorded: dict[str, dict[str, str]] = field(default_factory=dict)

    def write(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        told = {"read": self.read, "recorded": dict(sorted(self.recorded.items()))}
        disk.write_whole(folder / TEXTS, (json.dumps(told, indent=2, ensure_ascii=False) + "\n").encode())


def _noted(folder: Path) -> _Noted:
    with contextlib.suppress(OSError, ValueError, TypeError, AttributeError):
        said = reading.as_json(folder / TEXTS)
        recorded = {str(name): {"sha256": str(each["sha256"]), "text": str(each["text"])}
                    for name, each in said["recorded"].items()}  # fmt: skip
        return _Noted({str(name): str(text) for name, text in said["read"].items()}, recorded)
    return _Noted()


def note_read(narration: Narration) -> None:
    """Say what the script that somebody will read from says."""
    noted = _noted(narration.folder)
    noted.read = {line.name: line.spoken for line in narration.lines}
    noted.write(narration.folder)


def _take_own(found: Narration, project: Project) -> None:
    noted, fresh = _noted(found.folder), False
    known = {line.name: line for line in found.lines}
    seen: dict[str, Path] = {}
    files = sorted(path for path in found.folder.glob("*") if path.name not in (TEXTS, SHEET))
    for path in files:
        name = path.name.removesuffix(path.suffix)
        if path.name.startswith("."):
            continue
        if path.suffix.lower() not in ENDINGS or name not in known:
            found.findings.append(_stray(found, path, known))
        elif name in seen:
            says = f"{seen[name].name} speaks the same line"
            found.findings.append(Finding("twice", ERROR, path.name, says, "Keep one of them"))
        else:
            seen[name] = path
            fresh |= _take(found, project, known[name], path, noted)
    if fresh:
        with contextlib.suppress(OSError):  # a project that can only be read
            noted.write(found.folder)


def _take(found: Narration, project: Project, line: Line, path: Path, noted: _Noted) -> bool:
    """Take an author's recording of a line; returns whether it is new."""
    try:
        heard, sha256 = hear(path, notes_of(project)), reading.digest(path)
    except (Damaged, OSError) as error:
        says = sentence(error) if isinstance(error, OSError) else str(error)
        found.findings.append(Finding("damaged", ERROR, path.name, says, "Record it again, or delete it"))
        return False
    found.found[line.name] = Recording(line, path, sha256, heard)
    before = noted.recorded.get(line.name, {})
    fresh = before.get("sha256") != sha256
    if fresh:
        before = noted.recorded[line.name] = {"sha256": sha256, "text": noted.read.get(line.name, line.spoken)}
    if digest_of(before["text"]) != digest_of(line.spoken):
        says = f"it was recorded for “{before['text']}”, and the film says “{line.spoken}” now"
        todo = f"Record it again; or, if it still fits: mathviz voice {found.stem} --lang {found.language} --accept"
        found.findings.append(Finding("changed", ERROR, path.name, says, todo))
    return fresh


def _stray(found: Narration, path: Path, known: dict[str, Line]) -> Finding:
    beat, _, number = path.name.removesuffix(path.suffix).rpartition(".")
    count = sum(line.beat == beat for line in known.values())
    of = f"It is called <beat>.<n>.wav; the names: mathviz voice {found.stem} --lang {found.language}"
    if path.is_dir() or path.suffix.lower() not in ENDINGS:
        says = f"is no recording; those end in {', '.join(ENDINGS)}"
    elif count:
        says = f"there is no caption {number} in {beat}, which has {count}"
    else:
        beats = ", ".join(dict.fromkeys(line.beat for line in found.lines))
        says = f"there is no beat {beat or path.stem!r}; there are {beats}"
    return Finding("stray", NOTE, path.name, f"it speaks no line: {says}", of)


def _look_for_languages(found: Narration, languages: list[str]) -> None:
    """Folders of languages that the film has not."""
    for path in sorted(found.folder.parent.glob("*")):
        if path.name not in languages and not path.name.startswith("."):
            says = f"the film has no language {path.name!r}; it has {', '.join(languages)}"
            todo = f"Recordings lie in {found.folder.parent.name}/<language>/"
            found.findings.append(Finding("language", NOTE, path.name, says, todo))


# ---- what a program made


def notes_of(project: Project) -> Path:
    """Where it is noted how long and how loud recordings are."""
    return project.cache / "voice" / "heard"


def _take_made(found: Narration, project: Project) -> None:
    last = making.last(project, found.stem, found.language)
    again = making.command_line(found.stem, found.language, last.command)
    damaged = {finding.where.rpartition(".")[0] for finding in found.findings if finding.kind == "damaged"}
    for line in found.missing:
        if line.name in damaged:
            continue
        made = making.place(project, line.spoken, last.command)
        if last.command and made.is_file():
            _take_one(found, project, line, made, last)
        elif last.command and (said := last.texts.get(line.name, line.spoken)) != line.spoken:
            says = f"it was made for “{said}”, and the film says “{line.spoken}” now"
            found.findings.append(Finding("changed", ERROR, line.name, says, f"Make it anew: {again}"))
        else:
            todo = f"Record it as {found.folder / line.name}.wav, or have it made: {again}"
            found.findings.append(Finding("missing", ERROR, line.name, f"“{line.spoken}” is not recorded", todo))


def _take_one(found: Narration, project: Project, line: Line, made: Path, last: Made) -> None:
    try:
        heard = hear(made, notes_of(project))
    except (Damaged, OSError) as error:
        made.unlink(missing_ok=True)
        again = making.command_line(found.stem, found.language, last.command)
        says = f"what was made of it is damaged and was removed: {error}"
        found.findings.append(Finding("damaged", ERROR, line.name, says, f"Make it anew: {again}"))
        return
    found.found[line.name] = Recording(line, made, reading.digest(made), heard, last.command)


def _tell_length(found: Narration, line: Line) -> None:
    recording = found.found.get(line.name)
    if recording is None or not (waits := line.waits(recording.heard.seconds)):
        return
    says = (f"it takes {recording.heard.seconds:.1f} s to say and {line.reading:.1f} s to read: "
            f"the picture waits {waits:.1f} s longer")  # fmt: skip
    todo = "Say less, with `spoken` in the script, if that is too long"
    found.findings.append(Finding("long", NOTE, line.name, says, todo))
