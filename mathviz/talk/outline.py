"""What a talk is made of: rendered films, one after the other, and where they pause, to the frame."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from mathviz.engine import rate
from mathviz.films.catalog import Film, films
from mathviz.gallery.cues import cues
from mathviz.gallery.films import DARK, Beat, Rendered, rendered
from mathviz.project import Project, not_found
from mathviz.project.errors import NotFound
from mathviz.render.plan import QUALITIES
from mathviz.style import THEMES

PAUSES = ("beat", "caption")
"""What a talk may pause at the end of."""


@dataclass(frozen=True)
class Step:
    """What is played from one pause to the next: frames ``first`` to ``end``, which is not in it, of a film.

    ``beat`` counts within the film. ``loop`` is that of a beat which goes round from its own first frame, ``round``,
    until somebody goes on.
    """

    film: int
    beat: int
    first: int
    end: int
    loop: bool
    round: int


@dataclass(frozen=True)
class Part:
    """A film of a talk, and the first frame of each of its beats, with the film's end after them."""

    film: Rendered
    marks: list[int]
    loop: str | None

    @property
    def fps(self) -> Fraction:
        return rate.exact(self.film.manifest.fps)

    @property
    def beats(self) -> list[Beat]:
        return self.film.manifest.beats

    @property
    def spans(self) -> list[tuple[Beat, int, int]]:
        """Each beat with its first frame and the one after its last."""
        return [(beat, *span) for beat, span in zip(self.beats, itertools.pairwise(self.marks), strict=True)]


@dataclass(frozen=True)
class Talk:
    """Films in one language and theme, and the steps in which they are shown."""

    language: str
    theme: str
    parts: list[Part]
    steps: list[Step]

    @property
    def name(self) -> str:
        """Of its files, without their endings."""
        stems = "+".join(dict.fromkeys(part.film.manifest.stem for part in self.parts))
        return f"{stems}.{self.language}" + ("" if self.theme == DARK else f".{self.theme}")

    @property
    def title(self) -> str:
        return " · ".join(part.film.manifest.title for part in self.parts)

    @property
    def seconds(self) -> float:
        return sum(part.film.manifest.duration for part in self.parts)


def outline(
    project: Project, stems: list[str], language: str | None, theme: str = DARK, quality: str | None = None,
    pause: str = "beat",
) -> Talk:  # fmt: skip
    """The talk of these films, in the first one's first language if none is given.

    Raises NotFound for what there is not or is not rendered so, FilmDamaged for a film that is not as made.
    """
    for kind, name, known in (("pause", pause, PAUSES), ("theme", theme, THEMES)):
        if name not in known:
            raise not_found(kind, name, known, "mathviz slides --help")
    found = films(project, stems)
    language = language or found[0].script.languages[0]
    parts = [_part(project, film, language, theme, quality) for film in found]
    steps = [step for at, part in enumerate(parts) for step in _steps(at, part, pause)]
    return Talk(language, theme, parts, steps)


def _part(project: Project, film: Film, language: str, theme: str, quality: str | None) -> Part:
    shown = rendered(project, film, language, theme)
    command = f"mathviz render {film.stem} --lang {language}" + ("" if theme == DARK else f" --theme {theme}")
    if shown is None:
        raise NotFound(f"{film.stem} is not rendered in {language!r}, {theme}. Render it: {command}")
    if quality is not None:
        if quality not in QUALITIES:
            raise not_found("quality", quality, QUALITIES, "mathviz slides --help")
        if (shown.manifest.width, shown.manifest.height) != QUALITIES[quality]:
            raise NotFound(
                f"{shown.name} is rendered at {shown.size_said}, which is not {quality}. "
                f"Render it: {command} --quality {quality}"
            )
    marks = [0, *itertools.accumulate(beat.frames for beat in shown.manifest.beats)]
    return Part(shown, marks, film.script.loop)


def _steps(at: int, part: Part, pause: str) -> Iterator[Step]:
    """A pause at each beat's last frame, and perhaps at the last of each caption that another follows in its beat."""
    for number, (beat, first, end) in enumerate(part.spans):
        within = _caption_ends(part, first, end) if pause == "caption" else []
        for begin, stop in itertools.pairwise([first, *within, end]):
            yield Step(at, number, begin, stop, stop == end and beat.id == part.loop, first)


def _caption_ends(part: Part, first: int, end: int) -> list[int]:
    """The frames of a beat at which a caption gives way to another."""
    told = cues(part.film.folder / part.film.file(".vtt"))
    here = [cue for cue in told if first <= round(cue["start"] * part.fps) < end]
    ends = {round(cue["end"] * part.fps) for cue in here[:-1]}
    return sorted(frame for frame in ends if first < frame < end)
