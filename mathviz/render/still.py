"""One frame of a film or of any manimgl scene, as a PNG or as vectors, without drawing the rest."""

from __future__ import annotations

import io
import math
import sys
from pathlib import Path

from PIL import Image

from mathviz import engine
from mathviz.engine import later, shapes, stills
from mathviz.films import script
from mathviz.project import Project, disk, not_found
from mathviz.project.activity import limit
from mathviz.project.errors import NotFound
from mathviz.render.patience import Watch
from mathviz.render.plan import Job

FORMATS = ("png", "svg", "pdf")


def write_still(
    project: Project, job: Job, beat: str | None, after: float | None, out: Path | None, form: str | None = None
) -> Path:  # fmt: skip
    """Draw a beat's last frame, or the one ``after`` seconds, and return the file's path. Without a ``form`` it is
    what the name of ``out`` ends in, or a PNG. Raises RenderFailed for what cannot be vectors.

    For a file that is no film of ours the beat is a scene's name, which may be left away where there is one scene.
    """
    if after is not None and not math.isfinite(after):
        raise NotFound(f"{beat or job.stem} has no moment {after} s; give seconds after its begin, such as 1.5")
    if job.language:
        _require_beat(job, beat)
    form = form or (out.suffix[1:] if out and out.suffix[1:] in FORMATS else "png")
    if form not in FORMATS:
        raise not_found("format", form, FORMATS, "mathviz still --help")
    disk.require_place(out or job.folder / "stills" / "any.png")  # before the work
    with later.spared():
        shapes.start(engine.Picture(job.width, job.height, job.fps))
    try:
        with Watch(limit(), lambda place: _say(job, place), film=bool(job.language)):
            beat, data = _of_film(job, beat or "", after, form) if job.language else _of_scene(job, beat, after, form)
    finally:
        engine.finish()
    name = f"{job.name}.{beat}" if job.language else beat
    path = out or job.folder / "stills" / f"{name}{'' if after is None else f'@{after:g}s'}.{form}"
    disk.require_place(path)
    disk.write_whole(path, data)
    return path


def _taken(taker: stills.StillTaker, form: str, place: str) -> bytes:
    """The frame that was asked for, as its file has it."""
    (moment,) = taker.wanted
    if form == "png":
        buffer = io.BytesIO()
        Image.fromarray(taker.take_all()[moment]).save(buffer, "PNG", optimize=True)
        return buffer.getvalue()
    from mathviz.engine import vectors

    taker.look = lambda scene: vectors.svg_of(scene, place)
    taker.take_all()
    svg = taker.seen[moment]
    return svg.encode() if form == "svg" else vectors.pdf_of(svg)


def _require_beat(job: Job, beat: str | None) -> None:
    told = [script.OPENING, *(found.id for found in script.read(Path(job.scene).with_suffix(".yaml")).beats)]
    if beat is None:
        raise NotFound(f"Say which beat of {job.stem}: --beat {told[-1]}; it has {', '.join(told)}")
    if beat not in told:
        raise not_found("beat", beat, told, f"mathviz list --json ({job.stem})")


def _of_film(job: Job, beat: str, after: float | None, form: str) -> tuple[str, bytes]:
    moment, kind = stills.Moment(beat, after), engine.scene_class(Path(job.scene))
    taker = stills.StillTaker(kind, [moment], job.fps, language=job.language, theme=job.theme)
    return beat, _taken(taker, form, f"{job.stem}: beat {beat}")


def _of_scene(job: Job, name: str | None, after: float | None, form: str) -> tuple[str, bytes]:
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
    return name, _taken(stills.SceneStillTaker(kind, [moment], job.fps), form, f"{path.name}: scene {name}")


def _say(job: Job, place: str) -> None:
    sys.stderr.write(f"mathviz: {job.name or job.stem}: {place}\n")
