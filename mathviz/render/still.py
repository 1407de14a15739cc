"""One frame of a film or of any manimgl scene as a PNG, without drawing the rest."""

from __future__ import annotations

import io
import math
import sys
from pathlib import Path

from numpy import ndarray
from PIL import Image

from mathviz import engine
from mathviz.engine import later, stills
from mathviz.films import script
from mathviz.project import Project, disk, not_found
from mathviz.project.activity import limit
from mathviz.project.errors import NotFound
from mathviz.render.patience import Watch
from mathviz.render.plan import Job


def write_still(project: Project, job: Job, beat: str | None, after: float | None, out: Path | None) -> Path:
    """Draw a beat's last frame, or the one ``after`` seconds, and return the PNG's path.

    For a file that is no film of ours the beat is a scene's name, which may be left away where there is one scene.
    """
    if after is not None and not math.isfinite(after):
        raise NotFound(f"{beat or job.stem} has no moment {after} s; give seconds after its begin, such as 1.5")
    if job.language:
        _require_beat(job, beat)
    disk.require_place(out or job.folder / "stills" / "any.png")  # before the work
    with later.spared():
        engine.start(engine.Picture(job.width, job.height, job.fps))
    try:
        with Watch(limit(), lambda place: _say(job, place), film=bool(job.language)):
            beat, image = _of_film(job, beat or "", after) if job.language else _of_scene(job, beat, after)
    finally:
        engine.finish()
    name = f"{job.name}.{beat}" if job.language else beat
    path = out or job.folder / "stills" / f"{name}{'' if after is None else f'@{after:g}s'}.png"
    disk.require_place(path)
    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, "PNG", optimize=True)
    disk.write_whole(path, buffer.getvalue())
    return path


def _require_beat(job: Job, beat: str | None) -> None:
    told = [script.OPENING, *(found.id for found in script.read(Path(job.scene).with_suffix(".yaml")).beats)]
    if beat is None:
        raise NotFound(f"Say which beat of {job.stem}: --beat {told[-1]}; it has {', '.join(told)}")
    if beat not in told:
        raise not_found("beat", beat, told, f"mathviz list --json ({job.stem})")


def _of_film(job: Job, beat: str, after: float | None) -> tuple[str, ndarray]:
    moment, kind = stills.Moment(beat, after), engine.scene_class(Path(job.scene))
    taker = stills.StillTaker(kind, [moment], job.fps, language=job.language, theme=job.theme)
    return beat, taker.take_all()[moment]


def _of_scene(job: Job, name: str | None, after: float | None) -> tuple[str, ndarray]:
    path = Path(job.scene)
    known = engine.scene_names(path)
    if not known:
        raise NotFound(f"{path} has no scenes")
    if name is None and len(known) > 1:
        raise NotFound(f"Say which scene of {path.name}: --beat {known[0]}; it has {', '.join(known)}")
    name = name or known[0]
    if name not in known:
        raise not_found("scene", name, known, f"mathviz render {path.name}")
    moment, kind = stills.Moment(name, after), engine.scene_class(path, name)
    return name, stills.SceneStillTaker(kind, [moment], job.fps).take_all()[moment]


def _say(job: Job, place: str) -> None:
    sys.stderr.write(f"mathviz: {job.name or job.stem}: {place}\n")
