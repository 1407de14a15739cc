"""Snapshots: does a beat still look as it did when somebody last looked at it?

References are PNGs under ``tests/frames/<stem>/<language>.<theme>/``, drawn at 854×480, beside a JSON
that names the renderer that drew them. On that renderer nothing may differ, by a single step of a
single pixel. On another, edges may fall otherwise, so pixels beside an edge are left out.
"""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy import ndarray
from PIL import Image

from mathviz import style, trace
from mathviz.errors import FrameMismatch, NotFound
from mathviz.project import Project
from mathviz.render.catalog import films
from mathviz.script import OPENING

WIDTH, HEIGHT, FPS = 854, 480, 30
ABOUT = "renderer.json"

OTHER_RENDERER_STEP, OTHER_RENDERER_SHARE = 8, 0.002
"""On another renderer: largest difference away from edges, and the share of pixels that may exceed it."""


@dataclass(frozen=True)
class Snapshot:
    """One frame of one version of a film. ``after`` is in seconds of the beat; None is its last frame."""

    stem: str
    language: str
    theme: str
    beat: str
    after: float | None = None

    @property
    def name(self) -> str:
        return self.beat if self.after is None else f"{self.beat}@{self.after:g}s"

    @property
    def version(self) -> str:
        return f"{self.language}.{self.theme}"

    def reference(self, project: Project) -> Path:
        return project.references / self.stem / self.version / f"{self.name}.png"

    def drawn(self, project: Project) -> Path:
        """Where a frame that differs is put for someone to look at."""
        return project.renders / "diff" / self.stem / self.version / f"{self.name}.png"


@dataclass(frozen=True)
class Difference:
    """How far a frame is from its reference."""

    pixels: int
    pixels_off_edge: int
    largest: int


def wanted(project: Project, stem: str) -> list[Snapshot]:
    """The snapshots of a film: each beat's last frame in every version, and moments in the first."""
    film = films(project, [stem])[0]
    beats = [OPENING, *(beat.id for beat in film.script.beats)]
    last = [
        Snapshot(stem, language, theme, beat)
        for language in film.script.languages for theme in style.THEMES for beat in beats
    ]  # fmt: skip
    first = film.script.languages[0], style.THEMES[0]
    inside = [
        Snapshot(stem, *first, beat.id, moment) for beat in film.script.beats for moment in beat.moments
    ]  # fmt: skip
    return last + inside


def draw(project: Project, stem: str, language: str, theme: str, snapshots: list[Snapshot]) -> dict[Snapshot, ndarray]:
    """Draw snapshots of one version of a film, [row column rgb] uint8 each. Skips everything between."""
    from mathviz.render import engine

    engine.start(engine.Picture(WIDTH, HEIGHT, FPS), project.cache / "manimgl" / "frames")
    kind = engine.scene_class(project.scenes / f"{stem}.py")
    moments = {engine.Moment(snapshot.beat, snapshot.after): snapshot for snapshot in snapshots}
    taker = engine.StillTaker(kind, list(moments), FPS, language=language, theme=theme)
    return {moments[moment]: image for moment, image in taker.take_all().items()}


def compare(image: ndarray, reference: ndarray) -> Difference:
    """Count differing pixels, all and away from any edge of the reference, and the largest step."""
    if image.shape != reference.shape:
        raise FrameMismatch(f"the frame is {image.shape}, its reference {reference.shape}")
    step = np.abs(image.astype(int) - reference.astype(int)).max(axis=-1)
    return Difference(int((step > 0).sum()), int(((step > OTHER_RENDERER_STEP) & ~_edges(reference)).sum()),
                      int(step.max()))  # fmt: skip


def _edges(image: ndarray) -> ndarray:
    """Pixels with a neighbour, up to two away, that differs visibly."""
    near = np.zeros(image.shape[:2], bool)
    grey = image.astype(int)
    for shift in ((1, 0), (0, 1), (2, 0), (0, 2), (1, 1), (1, -1)):
        rolled = np.roll(grey, shift, axis=(0, 1))
        strong = np.abs(grey - rolled).max(axis=-1) > OTHER_RENDERER_STEP
        near |= strong | np.roll(strong, (-shift[0], -shift[1]), axis=(0, 1))
    return near


def require_same(project: Project, snapshot: Snapshot, image: ndarray) -> None:
    """Raise FrameMismatch unless the frame is its reference. What was drawn is kept for comparison."""
    path = snapshot.reference(project)
    accept = f"mathviz frames accept {snapshot.stem} {snapshot.name}"
    place = f"{snapshot.stem} / {snapshot.version} / {snapshot.name}"
    if not path.is_file():
        _keep(snapshot.drawn(project), image)
        raise FrameMismatch(
            f"{place}\n  There is no reference {path}.\n  this run   {snapshot.drawn(project)}\n"
            f"  If it is right:  {accept}"
        )
    difference = compare(image, read(path))
    here, there = renderer(), recorded_renderer(project, snapshot.stem)
    if difference.pixels == 0:
        return
    if here != there and difference.pixels_off_edge <= OTHER_RENDERER_SHARE * WIDTH * HEIGHT:
        return
    _keep(snapshot.drawn(project), np.concatenate([read(path), image], axis=1))
    raise FrameMismatch(
        f"{place}\n"
        f"  {difference.pixels} pixels differ, {difference.pixels_off_edge} of them away from any edge "
        f"(largest difference {difference.largest} of 255).\n"
        f"  reference  {path}   ({there})\n  this run   {here}\n  compare    {snapshot.drawn(project)}\n"
        f"  If the new frame is right:  {accept}"
    )


def accept(project: Project, stem: str, names: list[str]) -> list[Path]:
    """Make today's frames the references: all of a film's, or those of the named beats. Returns what changed."""
    project.require_stem(stem)
    snapshots = wanted(project, stem)
    known = {snapshot.name for snapshot in snapshots} | {snapshot.beat for snapshot in snapshots}
    unknown = [name for name in names if name not in known]
    if unknown:
        raise NotFound(f"{stem} has no snapshot {', '.join(unknown)}; it has {', '.join(sorted(known))}")
    about = project.references / stem / ABOUT
    if names and about.is_file() and recorded_renderer(project, stem) != renderer():
        raise NotFound(
            f"The other references were drawn by {recorded_renderer(project, stem)}; here draws {renderer()}. "
            f"Draw all here: mathviz frames accept {stem}"
        )
    chosen = [s for s in snapshots if not names or s.name in names or s.beat in names]
    changed = []
    for version in dict.fromkeys((s.language, s.theme) for s in chosen):
        mine = [s for s in chosen if (s.language, s.theme) == version]
        for snapshot, image in draw(project, stem, *version, mine).items():
            path = snapshot.reference(project)
            if not path.is_file() or not np.array_equal(read(path), image):
                _keep(path, image)
                changed.append(path)
    trace.write_whole(about, (json.dumps({"renderer": renderer()}, indent=2) + "\n").encode())
    return changed


def remove_strays(project: Project, stem: str) -> list[Path]:
    """Delete references that no snapshot asks for any more."""
    kept = {snapshot.reference(project) for snapshot in wanted(project, stem)}
    strays = [path for path in (project.references / stem).rglob("*.png") if path not in kept]
    for path in strays:
        path.unlink()
    return strays


def renderer() -> str:
    """The OpenGL renderer that draws here, with its version."""
    from mathviz.render import engine

    found = engine.renderer()
    return f"{found['renderer']}, {found['version']}"


def recorded_renderer(project: Project, stem: str) -> str:
    """The renderer that drew the references."""
    try:
        about: dict[str, Any] = json.loads((project.references / stem / ABOUT).read_text())
    except FileNotFoundError:
        return "unknown"
    return about["renderer"]


def read(path: Path) -> ndarray:
    """A PNG as [row column rgb] uint8."""
    return np.asarray(Image.open(path).convert("RGB"))


def _keep(path: Path, image: ndarray) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, "PNG", optimize=True)
    trace.write_whole(path, buffer.getvalue())
