"""Which films will be drawn, how, and where they go: decided and checked before any work is done."""

from __future__ import annotations

import ast
import hashlib
import json
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from mathviz import style
from mathviz.engine import rate
from mathviz.films.catalog import films
from mathviz.films.script import OPENING
from mathviz.project import Project, not_found
from mathviz.project.errors import MathvizError, NotFound
from mathviz.render.encode import DRAFT, FINAL, TRANSPARENT, Encoding
from mathviz.style.shapes import SHAPES, WIDE, Shape, shape_of

QUALITIES = {"low": (854, 480), "med": (1280, 720), "high": (1920, 1080), "4k": (3840, 2160)}
"""manimgl's own sizes of these names, in pixels; in another shape the shorter side is as long."""

WHOLE = "whole"
"""The only beat of a scene that is no film of the catalogue."""

VOICE, UNCAPTIONED = "voice-over", "no-captions"
"""In the name of a narrated film. No beat is called so."""

EXTRAS = ("clips", "gif", "webp", "webm")
"""What may be made of a finished film: a file for each beat, and small copies that play without end."""


@dataclass(frozen=True)
class Take:
    """A recording that a film is spoken with: of which caption, its file, and its loudness in LUFS.

    ``origin`` is the command that made it; empty for an author's own.
    """

    name: str
    path: str
    sha256: str
    loudness: float
    origin: str


SPOKEN = ("loudness", "takes", "holds", "captions")
"""What only a narrated job has: of the others nothing is known by it."""


@dataclass(frozen=True)
class Job:
    """One film: a scene in one language, theme and quality; or a scene that is no film of the catalogue.

    Such a scene has a ``scene_name`` instead of a language and a theme, and where ``width`` and ``fps``
    are 0 its own. ``beats`` are the film's, in order, and ``only`` those of them that it shall have.
    With a ``loudness`` in LUFS it is spoken, by the recordings ``takes``: ``holds`` are the seconds for which the
    captions that it takes longer to say than to read stay. Without ``captions`` nobody sees them.
    """

    stem: str
    scene: str
    language: str
    theme: str
    width: int
    height: int
    fps: float
    out: str
    cache: str
    beats: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    scene_name: str = ""
    encoding: Encoding = FINAL
    extras: tuple[str, ...] = ()
    digests: bool = False
    loudness: float = 0.0
    takes: tuple[Take, ...] = ()
    holds: tuple[tuple[str, float], ...] = ()
    captions: bool = True

    @property
    def of_catalogue(self) -> bool:
        return not self.scene_name

    @property
    def transparent(self) -> bool:
        return self.encoding == TRANSPARENT

    @property
    def name(self) -> str:
        """The film's file name without its ending; the dark theme and 16:9 are those without a word for them."""
        shape = f".{self.shape.word}" if self.shape.word else ""
        if self.scene_name:
            return self.scene_name + shape
        name = f"{self.stem}.{self.language}" + ("" if self.theme == style.THEMES[0] else f".{self.theme}") + shape
        voice = [VOICE] * bool(self.loudness) + [UNCAPTIONED] * (not self.captions)
        return ".".join([name, *voice, *self.only, *(["transparent"] if self.transparent else [])])

    @property
    def shape(self) -> Shape:
        """What the film is laid out for. Its size says it, which is part of all that it is known by."""
        return shape_of(self.width, self.height)

    @property
    def wanted(self) -> tuple[str, ...]:
        """The beats that the film is joined from."""
        return tuple(beat for beat in self.beats if not self.only or beat in self.only)

    @property
    def options(self) -> dict[str, Any]:
        """What the scene is built with."""
        clear = {"camera_config": {"background_opacity": 0.0}} if self.transparent else {}
        if not self.of_catalogue:
            return clear
        spoken: dict[str, Any] = {"holds": dict(self.holds)} if self.holds else {}
        spoken |= {} if self.captions else {"captioned": False}
        return {"language": self.language, "theme": self.theme, **spoken, **clear}

    @property
    def folder(self) -> Path:
        return Path(self.out)

    @property
    def film(self) -> Path:
        """Where the film goes."""
        return self.folder / f"{self.name}{self.encoding.ending}"

    @property
    def identity(self) -> str:
        """What stays the same while the film's inputs change: a digest of which film this is, and of how it is made."""
        aside = {"out", "cache", "extras", "digests", "takes", "holds"} | ({"scene"} if self.of_catalogue else set())
        settings = {name: value for name, value in self.settings().items() if name not in aside}
        return hashlib.sha256(json.dumps(settings, sort_keys=True).encode()).hexdigest()

    def incoming(self, work: Path) -> Path:
        """Where a film made in the folder ``work`` waits, on its final disk, until all of it is there."""
        return self.folder / f".{work.name}"

    @property
    def silent(self) -> Job:
        """The same film without a voice."""
        return replace(self, loudness=0.0, takes=(), holds=(), captions=True)

    def settings(self) -> dict[str, Any]:
        """All that is said of it; of a silent one no word of a voice, so that it is what it was without any."""
        said, usual = json.loads(self.as_json()), {each.name: each.default for each in fields(self)}
        return {name: value for name, value in said.items() if name not in SPOKEN or getattr(self, name) != usual[name]}

    def as_json(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Job:
        said: dict[str, Any] = json.loads(text)
        lists = {name: tuple(value) for name, value in said.items() if isinstance(value, list)}
        lists["takes"] = tuple(Take(**take) for take in said["takes"])
        lists["holds"] = tuple((name, held) for name, held in said["holds"])
        return cls(**{**said, **lists, "encoding": Encoding(**said["encoding"])})


@dataclass(frozen=True)
class Outcome:
    """What became of a job: its film, or why there is none. ``drawn`` names the beats that had to be drawn."""

    job: Job
    film: Path | None
    frames: int
    seconds: float
    error: str = ""
    drawn: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    unchanged: bool = False
    digests: tuple[str, ...] = ()

    def summary(self) -> dict[str, object]:
        """What ``mathviz render --json`` prints of it."""
        return {
            "name": self.job.name, "film": str(self.film) if self.film else None, "frames": self.frames,
            "seconds": round(self.seconds, 1), "unchanged": self.unchanged, "drawn": list(self.drawn),
            "notes": list(self.notes), "error": self.error or None,
        }  # fmt: skip


@dataclass(frozen=True)
class Wish:
    """How films are to be made: what the options of ``mathviz render`` say."""

    languages: list[str] = field(default_factory=lambda: ["all"])
    themes: list[str] = field(default_factory=lambda: [style.THEMES[0]])
    quality: str | None = None
    fps: float | None = None
    out: Path | None = None
    beats: tuple[str, ...] = ()
    extras: tuple[str, ...] = ()
    encoding: Encoding = FINAL
    digests: bool = False
    shape: str = WIDE

    def drafted(self) -> Wish:
        """For a first look: 480p15, encoded quickly, where nothing else was said."""
        return replace(self, quality=self.quality or "low", fps=self.fps or 15, encoding=DRAFT)

    def finished(self) -> Wish:
        """For publishing: 1080p60, where nothing else was said."""
        return replace(self, quality=self.quality or "high", fps=self.fps or 60)


def plan(project: Project, stems: list[str], wish: Wish) -> list[Job]:
    """One job per film, language and theme; all films without stems.

    Raises NotFound, ScriptError, or MathvizError for a frame rate that does not fit.
    """
    width, height, fps = _picture(wish, "high", 30)
    jobs = []
    for film in films(project, stems):
        beats = (OPENING, *(beat.id for beat in film.script.beats))
        for beat in wish.beats:
            if beat not in beats:
                raise not_found("beat", beat, beats, f"mathviz list --json ({film.stem})")
        for language in film.script.languages if wish.languages == ["all"] else wish.languages:
            if language not in film.script.languages:
                raise not_found("language", language, film.script.languages, f"mathviz list ({film.stem})")
            for theme in style.THEMES if wish.themes == ["all"] else wish.themes:
                if theme not in style.THEMES:
                    raise not_found("theme", theme, style.THEMES, "mathviz render --help")
                folder = (wish.out or project.renders) / film.stem
                jobs.append(Job(
                    film.stem, str(project.scenes / f"{film.stem}.py"), language, theme, width, height, fps,
                    str(folder), str(project.cache), beats, tuple(beat for beat in beats if beat in wish.beats),
                    encoding=wish.encoding, extras=wish.extras, digests=wish.digests,
                ))  # fmt: skip
    return jobs


def plan_scenes(project: Project, path: Path, names: list[str], wish: Wish) -> list[Job]:
    """One job per scene of a file that is no film of the catalogue; all its scenes without names.

    Raises NotFound, or MathvizError for a file that is no Python and for beats, which only films have.
    """
    if not path.is_file():
        raise NotFound(f"There is no file {path}")
    if wish.beats:
        raise MathvizError(f"{path} is no film of the catalogue and has no beats; leave --beats away")
    try:
        ast.parse(path.read_bytes(), str(path))
    except (SyntaxError, ValueError) as error:
        raise MathvizError(f"{path} is no Python: {error}") from None
    width, height, fps = _picture(wish, None, None)
    renders = project.renders if path.resolve().is_relative_to(project.root) else Path.cwd() / "renders"
    return [
        Job(
            path.stem, str(path.resolve()), "", "", width, height, fps, str(wish.out or renders / path.stem),
            str(project.cache_of(path)), (WHOLE,), scene_name=name, encoding=wish.encoding, extras=wish.extras,
            digests=wish.digests,
        )
        for name in names
    ]  # fmt: skip


def _picture(wish: Wish, quality: str | None, fps: float | None) -> tuple[int, int, float]:
    """Width, height and rate: as wished, else these, else 0 for the scene's own."""
    quality, fps = wish.quality or quality, fps if wish.fps is None else wish.fps
    if quality is not None and quality not in QUALITIES:
        raise not_found("quality", quality, QUALITIES, "mathviz render --help")
    if fps is not None:
        rate.exact(fps)
    if wish.shape not in SHAPES:
        raise not_found("shape", wish.shape, SHAPES, "mathviz render --help")
    if wish.shape != WIDE:
        quality = quality or "high"
    width, height = SHAPES[wish.shape].of(*QUALITIES[quality]) if quality else (0, 0)
    return width, height, 0 if fps is None else rate.plain(fps)
