"""A folder with what YouTube and bilibili take of a film, beside a link to it. Nothing is uploaded."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image

from mathviz.films.catalog import Film, films
from mathviz.films.script import plain
from mathviz.gallery import settings
from mathviz.gallery.films import DARK, Rendered, rendered
from mathviz.gallery.pages import word
from mathviz.gallery.settings import Site, said
from mathviz.gallery.site import page_of
from mathviz.project import Project, disk, not_found
from mathviz.project.errors import FilmDamaged, MathvizError, NotFound
from mathviz.style import THEMES
from mathviz.upload.captions import subrip
from mathviz.upload.chapters import FEWEST, SHORTEST, Chapter, chapters
from mathviz.upload.covers import cover
from mathviz.upload.places import PLACES, Place, description, tags, title

CONTENTS = "kit.json"
"""The file that comes last and lists the others: a kit that has it is whole."""


UNDER_WAY = ".mathviz-kit."
"""How the names of folders begin that become kits."""


@dataclass(frozen=True)
class Kit:
    """What was written: the film it is of, the folder, its files, and what there is to say about them."""

    film: Rendered
    folder: Path
    files: list[str]
    notes: list[str]


def kit(
    project: Project, stem: str, language: str | None, theme: str = DARK, out: Path | None = None, spoken: bool = False
) -> Kit:
    """Write the kit of a film in one language, perhaps with its voice, to ``renders/upload/`` or ``out``.

    Raises NotFound for what there is not or is not rendered, FilmDamaged for a film that is not as made, OSError.
    """
    (film,) = films(project, [stem])
    language = language or film.script.languages[0]
    if theme not in THEMES:
        raise not_found("theme", theme, THEMES, "mathviz upload-kit --help")
    shown = rendered(project, film, language, theme, spoken)
    if shown is None:
        raise NotFound(
            f"{stem} is not rendered in {language!r}, {theme}{', with a voice' * spoken}. "
            f"Render it: mathviz render {stem} --lang {language} --theme {theme}{' --voice' * spoken} --final"
        )
    folder = (out or project.renders / "upload") / shown.name
    notes: list[str] = []
    made = _made(project, film, shown, notes)
    _write(folder, shown, made)
    return Kit(shown, folder, [shown.file(".mp4"), *made, CONTENTS], notes)


def _made(project: Project, film: Film, shown: Rendered, notes: list[str]) -> dict[str, bytes]:
    """Name → content of all files but the film and the list."""
    told, site = shown.manifest, settings.read(project)
    found = chapters(told.beats, told.duration)
    if not found:
        notes.append(f"no chapters: YouTube shows {FEWEST} or more, each of {SHORTEST} s or more; {told.duration:g} s "
                     "of film have fewer")  # fmt: skip
    made = {"chapters.txt": _lines(chapter.line for chapter in found)} if found else {}
    made |= _captions(project, film, shown, notes)
    with Image.open(shown.folder / shown.file(".poster.png")) as poster:
        for place in PLACES.values():
            made |= _for(place, shown, found, site, poster, notes)
    return made


def _lines(lines: Any) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode()


def _captions(project: Project, film: Film, shown: Rendered, notes: list[str]) -> dict[str, bytes]:
    """The film's own captions, and those of every other language that is rendered, at this one's times."""
    made = {}
    for code in film.script.languages:
        command = f"mathviz render {film.stem} --lang {code}"
        try:
            other = shown if code == shown.manifest.language else rendered(project, film, code, DARK)
            if other is None:
                notes.append(f"no captions in {code}: it is not rendered. Render it: {command}")
                continue
            made[f"captions.{code}.srt"] = subrip(shown, other.manifest).encode()
        except (FilmDamaged, ValueError) as error:
            notes.append(f"no captions in {code}: {error}. Render it again: {command}")
    return made


def _for(
    place: Place, shown: Rendered, found: list[Chapter], site: Site, poster: Image.Image, notes: list[str]
) -> dict[str, bytes]:
    """The files for one place."""
    told = shown.manifest
    sources = [" ".join(filter(None, (source.text, source.link))) for source in told.references]
    lines_of_chapters = "\n".join(chapter.line for chapter in found)
    blocks = [block for block in (told.question, lines_of_chapters, _about(shown, site)) if block]
    heading = f"{word('references', told.language)}{word('colon', told.language)}".rstrip()
    text = description(place, blocks, sources, heading, notes)
    lines = {
        "title.txt": title(place, plain(told.title), notes), "description.txt": text,
        "tags.txt": ", ".join(tags(place, told.topics, notes)),
    }  # fmt: skip
    made = {name: f"{line}\n".encode() for name, line in lines.items()}
    made |= {wanted.name: cover(poster, wanted, told.theme, told.title) for wanted in place.covers}
    return {f"{place.name}/{name}": content for name, content in made.items()}


def _about(shown: Rendered, site: Site) -> str:
    """Where the numbers come from, who made it, and where the film has a page."""
    told = shown.manifest

    def say(name: str) -> str:
        return word(name, told.language)

    trace = told.trace
    numbers = say("upload_numbers").format(
        computation=trace.computation, device=trace.device, date=trace.date[:10], claims=len(trace.checks)
    )
    versions = ", ".join(f"{name} {told.versions[name]}" for name in ("mathviz", "manimgl") if name in told.versions)
    commit = f", {say('of_film')} {told.commit[:12]}" if re.match("[0-9a-f]{7}", told.commit) else ""
    lines = [numbers, f"{say('drawn')}{say('colon')}{versions}{commit}"]
    if site.author:
        lines.append(" ".join(filter(None, (site.author.name, site.author.url))))
    if site.licence:
        lines.append(f"{said(site.licence.text, told.language)} {site.licence.url}")
    if site.root:
        lines.append(f"{site.root}{page_of(told.stem, told.language)}")
    return "\n".join(lines)


def _write(folder: Path, shown: Rendered, made: dict[str, bytes]) -> None:
    """All files, the list of them last; what an earlier kit had there and this one has not goes."""
    listed, film = folder / CONTENTS, shown.file(".mp4")
    if folder.exists() and any(folder.iterdir()) and not listed.is_file():
        raise MathvizError(f"{folder} is there and is no kit of mathviz, so it is not replaced. Move it, or delete it")
    disk.require_folder(folder.parent)
    with disk.alone_in(folder.parent):
        for left in folder.parent.glob(f"{UNDER_WAY}*"):  # by one that was killed
            disk.remove(left)
        under_way = Path(tempfile.mkdtemp(dir=folder.parent, prefix=UNDER_WAY))
        try:
            under_way.chmod(0o755)
            for name, content in made.items():
                (under_way / name).parent.mkdir(exist_ok=True)
                (under_way / name).write_bytes(content)
            _bring(shown.folder / film, under_way / film)
            contents = {"film": film, "files": sorted(made), "from": shown.manifest.files[film]}
            (under_way / CONTENTS).write_text(json.dumps(contents, indent=2) + "\n", encoding="utf-8")
            disk.remove(folder)
            under_way.rename(folder)
        finally:
            shutil.rmtree(under_way, ignore_errors=True)


def _bring(source: Path, path: Path) -> None:
    """The film: linked where the disk can, so that it takes no room twice."""
    with contextlib.suppress(OSError):
        if not source.is_symlink():
            os.link(source, path)
            return
    shutil.copyfile(source, path)
