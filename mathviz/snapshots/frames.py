"""Snapshots: one frame of each beat of a film, and moments inside beats, drawn here and now at 854×480.

A scene file without a script has snapshots too: the last frame of each scene, as ``manimgl -s`` writes it, and
the moments that its class names, ``mathviz_moments = {"half way": 1.5}``, in seconds of the scene.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy import ndarray

from mathviz import style
from mathviz.films import script
from mathviz.films.catalog import films
from mathviz.films.script import OPENING
from mathviz.project import Project, not_found
from mathviz.project.activity import limit
from mathviz.project.errors import NotFound
from mathviz.render.patience import Watch
from mathviz.style.shapes import SHAPES, WIDE

if TYPE_CHECKING:
    from mathviz.engine import stills

WIDTH, HEIGHT, FPS = 854, 480, 30


@dataclass(frozen=True)
class Snapshot:
    """One frame of one version of a film. ``after`` is in seconds of the beat; None is its last frame.

    Of a scene without a script: the beat is the scene's name, language and theme are empty, and ``moment`` is
    what the scene calls the moment.
    """

    stem: str
    language: str
    theme: str
    beat: str
    after: float | None = None
    moment: str = ""
    shape: str = WIDE

    @property
    def name(self) -> str:
        return self.beat if self.after is None else f"{self.beat}@{self.moment or f'{self.after:g}s'}"

    @property
    def version(self) -> str:
        word = SHAPES[self.shape].word
        return f"{self.language}.{self.theme}{word and f'.{word}'}" if self.language else ""

    @property
    def title(self) -> str:
        return " / ".join(part for part in (self.stem, self.version, self.name) if part)

    def command(self, project: Project) -> str:
        """What makes today's frame the reference."""
        name = f"'{self.name}'" if " " in self.name else self.name
        source = self.stem if self.version else scene_file(project, self.stem).relative_to(project.root)
        shape = "" if self.shape == WIDE else f" --shape {self.shape}"
        return f"mathviz frames accept {source} {name}{shape}"


@dataclass(frozen=True, eq=False)
class Frame:
    """What is on screen, an object a line; the picture of it, [row column rgb] uint8; and what decides the picture.

    ``source`` is a digest of every vertex, uniform and texture that it is drawn from, empty where that is not known.
    ``image`` is None where the frame was not drawn, because it is known from ``source``. ``lasts`` are the seconds of
    the beat whose last frame it is.
    """

    image: ndarray | None
    text: str
    source: str = ""
    lasts: float | None = None

    def same(self, other: Frame) -> bool:
        """Whether both are drawn and equal, to the bit and to the letter."""
        drawn = self.image is not None and other.image is not None and np.array_equal(self.image, other.image)
        return drawn and self.text == other.text


class Late(NotFound):
    """Moments beyond the end of their beats, each with what is said of it; ``drawn`` are the other frames."""

    def __init__(self, faults: dict[Snapshot, str], drawn: dict[Snapshot, Frame]) -> None:
        super().__init__("\n".join(faults.values()))
        self.faults, self.drawn = faults, drawn


Known = Callable[[Snapshot, Frame], bool]
"""Whether a frame, of which only text and source are there yet, need not be drawn."""


def wanted(project: Project, stem: str, shape: str = WIDE) -> list[Snapshot]:
    """The snapshots of a film: each beat's last frame in every version, and moments in the first. In other shapes than
    16:9 each beat's last frame in the first version.

    Those of a scene file without a script are found by importing it, which imports manimgl.
    """
    if shape not in SHAPES:
        raise not_found("shape", shape, SHAPES, "mathviz frames check --help")
    if not (project.scenes / f"{stem}.yaml").is_file():
        return _of_scenes(project, stem)
    film = films(project, [stem])[0]
    beats = [OPENING, *(beat.id for beat in film.script.beats)]
    if shape != WIDE:
        return [Snapshot(stem, film.script.languages[0], style.THEMES[0], beat, shape=shape) for beat in beats]
    last = [
        Snapshot(stem, language, theme, beat)
        for language in film.script.languages for theme in style.THEMES for beat in beats
    ]  # fmt: skip
    first = film.script.languages[0], style.THEMES[0]
    inside = [
        Snapshot(stem, *first, beat.id, moment) for beat in film.script.beats for moment in beat.moments
    ]  # fmt: skip
    return last + inside


def _of_scenes(project: Project, stem: str) -> list[Snapshot]:
    from mathviz import engine

    path = scene_file(project, stem)
    _start(project)
    found = []
    for name in engine.scene_names(path):
        moments = getattr(engine.scene_class(path, name), "mathviz_moments", {})
        if not all(isinstance(after, (int, float)) and after >= 0 for after in moments.values()):
            raise NotFound(f"{path}: {name}.mathviz_moments maps names to seconds, such as {{'half way': 1.5}}")
        if any("/" in moment for moment in moments):
            raise NotFound(f"{path}: {name}.mathviz_moments: a name becomes a file's, and cannot hold '/'")
        found.append(Snapshot(stem, "", "", name))
        found += [Snapshot(stem, "", "", name, after, moment) for moment, after in moments.items()]
    return found


def scene_file(project: Project, stem: str) -> Path:
    """The file of a film or of other scenes, by its way from ``scenes/`` or from the project. Raises NotFound."""
    for folder in (project.scenes, project.root):
        if (folder / f"{stem}.py").is_file():
            return folder / f"{stem}.py"
    project.require_stem(stem)
    raise NotFound(f"There is no scene file {stem}.py in {project.root}. See: mathviz list")


def stem_of(project: Project, path: Path) -> str:
    """What a scene file is called here: its way from ``scenes/``, or else from the project, without suffix."""
    path = path.resolve()
    if not path.is_file():
        raise NotFound(f"There is no scene file {path}")
    for folder in (project.scenes.resolve(), project.root.resolve()):
        if path.is_relative_to(folder):
            return path.relative_to(folder).with_suffix("").as_posix()
    raise NotFound(f"{path} is not in the project {project.root}, where its references would be")


def stems(project: Project) -> list[str]:
    """Every film, and every other scene file in ``scenes/``."""
    return sorted({*project.stems, *(path.stem for path in project.scenes.glob("*.py"))})


def draw(
    project: Project, stem: str, language: str, theme: str, snapshots: list[Snapshot], known: Known | None = None
) -> dict[Snapshot, Frame]:  # fmt: skip
    """Draw snapshots of one version of a film, or of a scene file, but for those that are ``known``.

    Skips everything between; without anything to draw this takes a third of the time. Raises Late, with all others,
    where a moment lies beyond its beat.
    """
    from mathviz import engine
    from mathviz.engine import onscreen, stills

    path = scene_file(project, stem)
    _start(project, snapshots[0].shape)
    takers: list[tuple[stills.StillTaker, dict[stills.Moment, Snapshot]]] = []
    late: dict[Snapshot, str] = {}
    for name in dict.fromkeys("" if language else snapshot.beat for snapshot in snapshots):
        moments = {stills.Moment(s.beat, s.after): s for s in snapshots if not name or s.beat == name}
        asked = _asked(known, moments)
        with Watch(limit(), busy=_told_of(name or stem), film=bool(language)):
            taker: stills.StillTaker
            if language:
                taker = stills.StillTaker(engine.scene_class(path), list(moments), FPS, onscreen.on_screen, asked,
                                          language=language, theme=theme)  # fmt: skip
            else:
                kind = engine.scene_class(path, name)
                taker = stills.SceneStillTaker(kind, list(moments), FPS, onscreen.on_screen, asked)
            try:
                taker.take_all()
            except NotFound:
                over = [moment for moment in moments if moment not in taker.seen]
                if not language or any(each.after is None or each.beat not in taker.lengths for each in over):
                    raise
                late |= {moments[each]: beyond(project, moments[each], taker.lengths[each.beat]) for each in over}
        takers.append((taker, moments))
    drawn = {
        snapshot: Frame(taker.found.get(moment), taker.seen[moment], taker.pictures[moment],
                        taker.lengths.get(moment.beat) if language and moment.after is None else None)
        for taker, moments in takers for moment, snapshot in moments.items() if moment in taker.seen
    }  # fmt: skip
    if late:
        raise Late(late, drawn)
    return drawn


def is_beyond(after: float, length: float) -> bool:
    """Whether a moment of a beat comes after its last frame."""
    return round(after * FPS) > round(length * FPS)


def beyond(project: Project, snapshot: Snapshot, length: float) -> str:
    """What is said of a moment beyond the end of its beat, with the script's line."""
    path, place = project.scenes / f"{snapshot.stem}.yaml", ""
    for at, beat in enumerate(script.read(path).beats):
        if beat.id == snapshot.beat and snapshot.after in beat.moments:
            place = f":{script.line_at(path, 'beats', at, 'moments', beat.moments.index(snapshot.after))}"
    return (f"{path}{place}: the moment {snapshot.after:g} s is beyond the end of {snapshot.beat}, which lasts "
            f"{length:.1f} s; choose an earlier one")  # fmt: skip


def _told_of(name: str) -> Callable[[str], None]:
    def tell(place: str) -> None:
        sys.stderr.write(f"mathviz: {name}: {place}\n")

    return tell


def _asked(known: Known | None, moments: dict[stills.Moment, Snapshot]) -> stills.Known | None:
    if known is None:
        return None
    return lambda moment, text, source: known(moments[moment], Frame(None, text, source))


def _start(project: Project, shape: str = WIDE) -> None:
    from mathviz import engine
    from mathviz.engine import shapes

    shapes.start(engine.Picture(*SHAPES[shape].of(WIDTH, HEIGHT), FPS))


def draw_all(project: Project, snapshots: list[Snapshot]) -> dict[Snapshot, Frame]:
    """Draw snapshots of several films and versions."""
    drawn: dict[Snapshot, Frame] = {}
    for version in versions(snapshots):
        drawn |= draw(project, *version, [s for s in snapshots if (s.stem, s.language, s.theme) == version])
    return drawn


def versions(snapshots: list[Snapshot]) -> list[tuple[str, str, str]]:
    """Stem, language and theme of each version that snapshots are of, the first version first."""
    return list(dict.fromkeys((s.stem, s.language, s.theme) for s in snapshots))
