"""Which films are rendered: read from the manifests under ``renders/``, and held to the files they sign."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from mathviz.films.catalog import Film, films
from mathviz.films.script import IDENTIFIER, LANGUAGE
from mathviz.gallery.cues import cues
from mathviz.project import Project, disk, not_found, reading
from mathviz.project.errors import FilmDamaged, NotFound, OutOfPlace, ScriptError
from mathviz.render import inputs
from mathviz.render import manifest as manifests
from mathviz.render.plan import VOICE, Wish, plan
from mathviz.style import THEMES

DARK, LIGHT = THEMES

LEAST_HIGH = 720
"""Pixels, below which a film is taken for a draft."""

_OWN = re.compile(r"(?!mathviz/)[^/ ][^ ]*\.(py|yaml)$")
"""The names of a project's own code and scripts among a film's inputs."""

LONGEST, WIDEST = 24 * 3600, 1 << 15
"""Seconds and pixels of a film, at most."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class Claim(_Part):
    """What had to hold for the film to be drawn, and what was found."""

    says: str
    holds: Literal[True]
    found: str


class Provenance(_Part):
    """Where the trace comes from."""

    computation: str
    key: str
    device: str
    versions: dict[str, str]
    seconds: float
    date: str
    commit: str
    checks: list[Claim]


class Beat(_Part):
    """A chapter, the second it begins at, how many frames it has, and what it says: of each caption words and formulas
    in turn, words first."""

    id: str
    chapter: str
    start: Annotated[float, Field(ge=0, le=LONGEST)]
    frames: Annotated[int, Field(gt=0)]
    captions: list[list[str]]


class Reference(_Part):
    """A source. Only ``http`` addresses are linked."""

    text: str
    url: str | None = None

    @property
    def link(self) -> str | None:
        return self.url if self.url and re.match(r"https?://", self.url) else None


class Manifest(_Part):
    """What a page needs of the JSON beside a film."""

    stem: Annotated[str, Field(pattern=IDENTIFIER)]
    language: Annotated[str, Field(pattern=f"^{LANGUAGE}$")]
    theme: Literal["dark", "light"]
    title: str
    question: str
    topics: list[str]
    alt: str
    references: list[Reference]
    trace: Provenance
    width: Annotated[int, Field(gt=0, le=WIDEST)]
    height: Annotated[int, Field(gt=0, le=WIDEST)]
    fps: int | float
    frames: int
    duration: Annotated[float, Field(gt=0, le=LONGEST)]
    beats: Annotated[list[Beat], Field(min_length=1)]
    renderer: dict[str, str]
    encoder: dict[str, Any]
    versions: dict[str, str]
    commit: str
    files: dict[str, str]
    webm: str = ""
    inputs: dict[str, str] = {}


@dataclass(frozen=True)
class Rendered:
    """A film that is there, whole: its manifest, the folder that holds it, and whether a voice speaks in it."""

    manifest: Manifest
    folder: Path
    spoken: bool = False

    @property
    def name(self) -> str:
        return name_of(self.manifest.stem, self.manifest.language, self.manifest.theme, self.spoken)

    @property
    def is_draft(self) -> bool:
        """Whether it is smaller than what one would publish."""
        return min(self.manifest.width, self.manifest.height) < LEAST_HIGH

    @property
    def size_said(self) -> str:
        return f"{self.manifest.width}×{self.manifest.height}"

    @property
    def command(self) -> str:
        """What renders it in full size."""
        told = self.manifest
        options = ("" if told.theme == DARK else " --theme light") + " --voice" * self.spoken
        return f"mathviz render {told.stem} --lang {told.language}{options}"

    def changed_in(self, project: Project) -> list[str]:
        """Which of the project's own files that it was made from are others now; of a script, what it says for it."""
        told = self.manifest
        own = {name: digest for name, digest in told.inputs.items() if _OWN.match(name)}
        (job,) = plan(project, [told.stem], Wish(languages=[told.language], themes=[told.theme]))
        return inputs.Now(job).others(own)

    def file(self, ending: str) -> str:
        """The name of the file with this ending."""
        return f"{self.name}{ending}"

    def size(self, ending: str) -> int:
        """Of the file with this ending, in bytes."""
        return (self.folder / self.file(ending)).stat().st_size

    @property
    def media(self) -> list[tuple[str, str]]:
        """Ending and type of each file that is the film, for browsers to choose from."""
        webm = [(".webm", f"video/webm; codecs={self.manifest.webm}")] if ".webm" in self.extras else []
        return [*webm, (".mp4", "video/mp4")]

    @property
    def extras(self) -> list[str]:
        """What was asked for beside it: the endings of small copies that play without end, and of a WebM."""
        return [ending for ending in (".gif", ".webp", ".webm") if self.file(ending) in self.manifest.files]


NEEDED = (".mp4", ".poster.png", ".poster.webp", ".vtt", ".chapters.vtt", ".md")
"""What lies beside the manifest of every film."""


@dataclass(frozen=True)
class Version:
    """A film in one language: in the dark theme, and perhaps in the light one."""

    dark: Rendered
    light: Rendered | None

    @property
    def manifest(self) -> Manifest:
        return self.dark.manifest

    @property
    def themes(self) -> dict[str, Rendered]:
        return {DARK: self.dark, **({LIGHT: self.light} if self.light else {})}

    @property
    def sources(self) -> list[tuple[str, str, str]]:
        """Theme, ending and type of what a browser chooses from: the first whose theme and type suit it."""
        return [(theme, *media) for theme, film in reversed(self.themes.items()) for media in film.media]


@dataclass(frozen=True)
class Shelf:
    """Every film of a project that is rendered, stem → language → version, and the commands for what is not.

    ``damaged`` says of films that are not shown why, by name.
    """

    versions: dict[str, dict[str, Version]]
    missing: dict[str, str]
    damaged: dict[str, str]
    languages: list[str]


def name_of(stem: str, language: str, theme: str, spoken: bool = False) -> str:
    """A film's file name without its ending, as ``plan.Job.name`` has it."""
    return f"{stem}.{language}" + ("" if theme == DARK else f".{theme}") + f".{VOICE}" * spoken


def shelf(project: Project) -> Shelf:
    """All that is rendered. A film that is damaged, or whose script is, costs itself alone."""
    versions: dict[str, dict[str, Version]] = {}
    missing: dict[str, str] = {}
    damaged: dict[str, str] = {}
    languages: list[str] = []
    for stem in project.stems:
        try:
            (film,) = films(project, [stem])
        except ScriptError as error:
            damaged[stem] = str(error)
            continue
        for language in film.script.languages:
            languages += [language] if language not in languages else []
            try:
                found = version(project, film, language)
            except NotFound:
                missing[f"{film.stem}.{language}"] = f"mathviz render {film.stem} --lang {language}"
            except FilmDamaged as error:
                damaged[f"{film.stem}.{language}"] = str(error)
            else:
                versions.setdefault(film.stem, {})[language] = found
    shown = [code for code in languages if any(code in those for those in versions.values())]
    return Shelf(versions, missing, damaged, shown)


def version(project: Project, film: Film, language: str) -> Version:
    """A film in one language, of those the script has. Raises NotFound where it is not rendered, FilmDamaged."""
    dark, light = (rendered(project, film, language, theme) for theme in (DARK, LIGHT))
    if dark is None:
        raise NotFound(
            f"{film.stem} is not rendered in {language!r}. Render it: mathviz render {film.stem} --lang {language}"
        )
    return Version(dark, light)


def rendered(project: Project, film: Film, language: str, theme: str, spoken: bool = False) -> Rendered | None:
    """A film in one language and theme, perhaps with its voice, held to its manifest; None if there is none.

    Raises as ``version``.
    """
    if language not in film.script.languages:
        raise not_found("language", language, film.script.languages, f"mathviz list ({film.stem})")
    folder, stem, name = project.renders / film.stem, film.stem, name_of(film.stem, language, theme, spoken)
    path = folder / f"{name}.json"
    again = f"Render it again: mathviz render {stem} --lang {language} --theme {theme}" + " --voice" * spoken
    try:
        told = Manifest.model_validate(manifests.read(path))
    except FileNotFoundError:
        return None
    except FilmDamaged as error:
        raise FilmDamaged(f"{error}. {again}") from None
    except ValidationError as error:
        places = {".".join(map(str, fault["loc"])) or "all of it" for fault in error.errors(include_url=False)}
        raise FilmDamaged(f"{path}: is no manifest of today's form ({', '.join(sorted(places))}). {again}") from None
    if (told.stem, told.language, told.theme) != (stem, language, theme):
        other = name_of(told.stem, told.language, told.theme)
        raise FilmDamaged(f"{path}: is the manifest of another film, {other}. {again}")
    if unsigned := [ending for ending in NEEDED if f"{name}{ending}" not in told.files]:
        raise FilmDamaged(f"{path}: does not sign {name}{unsigned[0]}. {again}")
    for file, digest in told.files.items():
        if fault := _fault(folder, name, file, digest):
            raise FilmDamaged(f"{path}: {fault}. {again}")
    captions = folder / f"{name}.vtt"
    try:
        cues(captions)
    except (OSError, ValueError) as error:
        raise FilmDamaged(f"{captions}: holds no captions as mathviz writes them: {error}. {again}") from None
    return Rendered(told, folder, spoken)


def _fault(folder: Path, name: str, file: str, digest: str) -> str:
    """What is wrong with a file that the manifest signs; empty if nothing."""
    try:
        path = disk.confined(folder, file)
        if not file.startswith(f"{name}."):
            raise OutOfPlace("another film's")
        found = reading.digest(path)
    except OutOfPlace:
        return f"signs {file!r}, which is none of its film's files"
    except OSError as error:
        return f"{file} cannot be read ({error.strerror})"
    return "" if found == digest else f"{file} is not the file that it signs (its SHA-256 differs)"
