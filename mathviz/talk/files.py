"""A talk's files: written whole, into one folder, each format by its own module."""

from __future__ import annotations

from pathlib import Path

from mathviz.project import Project, disk, not_found
from mathviz.talk.outline import Talk

FORMATS = ("html", "pdf", "pptx")
"""What a talk is written as: to speak with, to hand out, to speak with in an office's program."""


def chosen(given: str) -> list[str]:
    """The formats that are named, with commas between; ``all`` for every one. Raises NotFound."""
    names = [name for part in given.split(",") if (name := part.strip())]
    for name in names:
        if name not in (*FORMATS, "all"):
            raise not_found("format", name, (*FORMATS, "all"), "mathviz slides --help")
    return [name for name in FORMATS if name in names or "all" in names]


def write(project: Project, talk: Talk, formats: list[str], out: Path | None = None) -> list[Path]:
    """Write a talk to ``renders/slides/``, or the folder ``out``. Raises OSError, and what making a format raises."""
    folder = out or project.renders / "slides"
    disk.require_folder(folder)
    written = []
    for name in formats:
        path = folder / f"{talk.name}.{name}"
        disk.require_place(path)
        disk.write_whole(path, _made(talk, name))
        written.append(path)
    return written


def _made(talk: Talk, name: str) -> bytes:
    if name == "html":
        from mathviz.talk.page import page

        return page(talk)
    if name == "pdf":
        from mathviz.talk.handout import handout

        return handout(talk)
    from mathviz.talk.deck import deck

    return deck(talk)
