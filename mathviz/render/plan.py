"""Which films will be drawn, how, and where they go: decided and checked before any work is done."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from mathviz import style
from mathviz.errors import MathvizError
from mathviz.project import Project, not_found
from mathviz.render.catalog import films

QUALITIES = {"low": (854, 480), "med": (1280, 720), "high": (1920, 1080), "4k": (3840, 2160)}
"""manimgl's own sizes of these names, in pixels."""

CLOCK = 90_000
"""Ticks per second of the container in which beats are joined; a frame must last whole ticks."""


@dataclass(frozen=True)
class Job:
    """One film: a scene in one language, theme and quality."""

    stem: str
    scene: str
    language: str
    theme: str
    width: int
    height: int
    fps: int
    out: str
    cache: str

    @property
    def name(self) -> str:
        """The films' file name without its ending; the dark theme is the one without a word for it."""
        return f"{self.stem}.{self.language}" + ("" if self.theme == style.THEMES[0] else f".{self.theme}")

    @property
    def folder(self) -> Path:
        return Path(self.out)

    def incoming(self, work: Path) -> Path:
        """Where a film made in the folder ``work`` waits, on its final disk, until all of it is there."""
        return self.folder / f".{work.name}"

    def as_json(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Job:
        return cls(**json.loads(text))


@dataclass(frozen=True)
class Outcome:
    """What became of a job: its film, or why there is none."""

    job: Job
    film: Path | None
    frames: int
    seconds: float
    error: str = ""

    def summary(self) -> dict[str, object]:
        """What ``mathviz render --json`` prints of it."""
        return {
            "name": self.job.name, "film": str(self.film) if self.film else None, "frames": self.frames,
            "seconds": round(self.seconds, 1), "error": self.error or None,
        }  # fmt: skip


def plan(
    project: Project, stems: list[str], *, languages: list[str], themes: list[str], quality: str, fps: int,
    out: Path | None = None,
) -> list[Job]:  # fmt: skip
    """One job per film, language and theme. ``["all"]`` stands for every language or theme there is.

    Raises NotFound, ScriptError, or MathvizError for a frame rate that does not fit.
    """
    if quality not in QUALITIES:
        raise not_found("quality", quality, QUALITIES, "mathviz render --help")
    if not 1 <= fps <= 240 or CLOCK % fps:
        raise MathvizError(f"--fps {fps}: frames must last whole ticks of 1/{CLOCK} s; use 24, 25, 30, 48, 50 or 60")
    width, height = QUALITIES[quality]
    jobs = []
    for film in films(project, stems):
        for language in film.script.languages if languages == ["all"] else languages:
            if language not in film.script.languages:
                raise not_found("language", language, film.script.languages, f"mathviz list ({film.stem})")
            for theme in style.THEMES if themes == ["all"] else themes:
                style.theme(theme)
                folder = (out or project.renders) / film.stem
                scene = project.scenes / f"{film.stem}.py"
                jobs.append(
                    Job(film.stem, str(scene), language, theme, width, height, fps, str(folder), str(project.cache))
                )
    return jobs
