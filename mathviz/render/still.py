"""One frame of a film as a PNG, without drawing the rest."""

from __future__ import annotations

import io
import math
from pathlib import Path

from PIL import Image

from mathviz import engine
from mathviz.engine import stills
from mathviz.films import script
from mathviz.project import Project, disk, not_found
from mathviz.project.errors import NotFound
from mathviz.render.plan import Job


def write_still(project: Project, job: Job, beat: str, after: float | None, out: Path | None) -> Path:
    """Draw a beat's last frame, or the one ``after`` seconds, and return the PNG's path."""
    from_script = [found.id for found in script.read(Path(job.scene).with_suffix(".yaml")).beats]
    if beat not in (script.OPENING, *from_script):
        raise not_found("beat", beat, [script.OPENING, *from_script], f"mathviz list --json ({job.stem})")
    if after is not None and not math.isfinite(after):
        raise NotFound(f"{beat} has no moment {after} s; give seconds after its begin, such as 1.5")
    engine.start(engine.Picture(job.width, job.height, job.fps))
    try:
        moment = stills.Moment(beat, after)
        kind = engine.scene_class(Path(job.scene))
        image = stills.StillTaker(kind, [moment], job.fps, language=job.language, theme=job.theme).take_all()[moment]
    finally:
        engine.finish()
    path = out or job.folder / "stills" / f"{job.name}.{beat}{'' if after is None else f'@{after:g}s'}.png"
    path.parent.mkdir(parents=True, exist_ok=True)
    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, "PNG", optimize=True)
    disk.write_whole(path, buffer.getvalue())
    return path
