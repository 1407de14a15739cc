"""Recordings made by a program that reads a text on standard input and writes a wav, each once.

They lie in the cache by a digest of text and command. Which command spoke a film last is noted there too.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import shlex
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path

from mathviz.project import Project, disk, programs, reading
from mathviz.project.errors import MathvizError, ToolFailed, ToolMissing
from mathviz.voice.hearing import Damaged, hear
from mathviz.voice.lines import Line

Say = Callable[[str], None]

EXAMPLE = "espeak-ng -v {language} --stdout"
"""A command: ``{language}`` is the film's, and a program that writes to a file is given it as ``{wav}``."""


@dataclass(frozen=True)
class Made:
    """The command that spoke a film last, and line → text of what it spoke."""

    command: str = ""
    texts: dict[str, str] = field(default_factory=dict)


def command_line(stem: str, language: str, command: str) -> str:
    """What to type to have recordings made."""
    return f"mathviz voice {stem} --lang {language} --with {shlex.quote(command or EXAMPLE)}"


def last(project: Project, stem: str, language: str) -> Made:
    """What was noted of a film when recordings were made last; nothing if none were."""
    with contextlib.suppress(OSError, ValueError, TypeError, AttributeError, KeyError):
        said = reading.as_json(_note(project, stem, language))
        texts = {str(name): str(text) for name, text in said["texts"].items()}
        return Made(str(said["command"]), texts)
    return Made()


def place(project: Project, text: str, command: str) -> Path:
    """Where the recording of a text by a command is, or would be."""
    key = hashlib.sha256(json.dumps([text, command]).encode()).hexdigest()
    return project.cache / "voice" / "made" / key[:2] / f"{key}.wav"


def make(project: Project, stem: str, language: str, lines: list[Line], command: str, say: Say) -> list[str]:
    """Have lines spoken that the command has not spoken before. Returns their names.

    Raises ToolMissing or ToolFailed with what the program says, and keeps what was made until then.
    """
    command = command.replace("{language}", language)
    words = _words(command)
    folder = _note(project, stem, language).with_suffix("")
    disk.require_folder(folder)
    made = []
    with disk.alone_in(folder):
        told = Made(command, {**last(project, stem, language).texts, **{line.name: line.spoken for line in lines}})
        disk.write_whole(_note(project, stem, language), json.dumps(asdict(told)).encode())
        for line in lines:
            path = place(project, line.spoken, command)
            if not path.is_file():
                say(f"{line.name}: “{line.spoken}”")
                path.parent.mkdir(parents=True, exist_ok=True)
                disk.write_whole(path, _spoken(words, line, command))
                made.append(line.name)
    return made


def _note(project: Project, stem: str, language: str) -> Path:
    return project.cache / "voice" / "last" / stem / f"{language}.json"


def _words(command: str) -> list[str]:
    try:
        words = shlex.split(command)
    except ValueError as error:
        raise MathvizError(f"--with {command!r} is no command: {error}") from None
    if not words:
        raise MathvizError(f"--with needs a command, such as {EXAMPLE!r}")
    return words


def _spoken(words: list[str], line: Line, command: str) -> bytes:
    """The wav of a line. What the program leaves is believed if all of it can be heard."""
    with tempfile.TemporaryDirectory(prefix="mathviz-voice-") as place:
        text, wav, out = Path(place) / "text.txt", Path(place) / "line.wav", Path(place) / "out.wav"
        text.write_text(f"{line.spoken}\n", encoding="utf-8")
        names_file = any("{wav}" in word for word in words)
        said = _run([word.replace("{wav}", str(wav)) for word in words], text, out)
        result = wav if names_file else out
        try:
            hear(result)
        except (Damaged, OSError) as error:
            why = "it wrote nothing" if not result.is_file() or not result.stat().st_size else str(error)
            where = "to {wav}" if names_file else "to standard output; a program that writes to a file names it {wav}"
            raise ToolFailed(f"{command}: no sound came of “{line.spoken}”: {why}. A wav goes {where}{said}") from None
        return reading.whole(result)


def _run(words: list[str], text: Path, out: Path) -> str:
    """The program to its end; returns what it complained about."""
    try:
        with text.open("rb") as source, out.open("wb") as sink, subprocess.Popen(
            words, stdin=source, stdout=sink, stderr=subprocess.PIPE, text=True, errors="replace",
            start_new_session=True,
        ) as process:  # fmt: skip
            try:
                _, complaints = programs.communicate(process)
            except BaseException:
                programs.end(process)
                raise
    except (FileNotFoundError, PermissionError):
        raise ToolMissing(f"--with {shlex.join(words)}: there is no program {words[0]!r}. {INSTALL}") from None
    said = f": {complaints.strip()[-400:]}" if complaints.strip() else ""
    if process.returncode != 0:
        raise ToolFailed(f"{shlex.join(words)} ended with {process.returncode}{said}")
    return said


INSTALL = "espeak-ng comes with apt-get install espeak-ng; others: mathviz docs voice"
