"""One film in one process: rehearse, draw and encode beat by beat, join, verify, rename.

Reads a Job as one line of JSON from standard input, which stays open for as long as anyone wants the
film. Writes one JSON object per line to standard output.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
import threading
import time
from collections.abc import Callable
from importlib import metadata
from pathlib import Path
from typing import Any

from PIL import Image

from mathviz import compute, script, trace
from mathviz.errors import MathvizError
from mathviz.project import Project
from mathviz.render import encode, engine, report
from mathviz.render.encode import BeatEncoder
from mathviz.render.plan import Job
from mathviz.render.report import Cue, Span
from mathviz.script import OPENING

Tell = Callable[..., None]


class Recorder:
    """Takes the frames of a film and encodes each beat on its own."""

    def __init__(self, job: Job, folder: Path, tell: Tell) -> None:
        self.job, self.folder, self.tell = job, folder, tell
        self.spans: list[Span] = []
        self.paths: list[Path] = []
        self.encoder: BeatEncoder | None = None
        self.drawn = 0
        self.last = b""

    def beat_begins(self, beat: str) -> None:
        path = self.folder / f"{len(self.paths):02}_{beat}.ts"
        self.encoder = BeatEncoder(self.job.width, self.job.height, self.job.fps, path)
        self.paths.append(path)

    def take(self, rgba: bytes) -> None:
        if self.encoder is None:
            raise MathvizError(f"{self.job.scene} draws a frame outside any beat")
        self.encoder.take(rgba)
        self.last = rgba
        self.drawn += 1
        self.tell(drawn=self.drawn)

    def beat_ends(self, beat: str) -> None:
        assert self.encoder is not None
        self.encoder.close()
        self.spans.append(Span(beat, self.drawn - self.encoder.frames, self.encoder.frames))
        self.encoder = None

    def abandon(self) -> None:
        if self.encoder is not None:
            self.encoder.abandon()


def make_film(job: Job, folder: Path, tell: Tell) -> Path:
    """Draw the film into ``folder`` and move it, whole and verified, to where the job wants it."""
    began = time.monotonic()
    picture = engine.Picture(job.width, job.height, job.fps)
    engine.start(picture, Path(job.cache) / "manimgl" / job.name)
    kind = engine.scene_class(Path(job.scene))
    options = {"language": job.language, "theme": job.theme}
    tell(total=round(engine.rehearse(kind, **options).time * job.fps))
    recorder = Recorder(job, folder, tell)
    scene: Any = engine.make_scene(kind, watcher=recorder, **options)
    try:
        engine.draw(scene, recorder)
    finally:
        recorder.abandon()
    film = folder / f"{job.name}.mp4"
    encode.join(recorder.paths, [span.frames for span in recorder.spans], job.fps, film)
    encode.verify(film, job.width, job.height, job.fps, recorder.drawn)
    files = [film, *_beside(job, folder, scene, recorder)]
    about = _about(job, scene, recorder, files, time.monotonic() - began)
    return _publish(job, folder, files, about)


def _beside(job: Job, folder: Path, scene: Any, recorder: Recorder) -> list[Path]:
    """Poster, captions and chapters."""
    poster, captions, chapters = (
        folder / f"{job.name}{ending}" for ending in (".poster.png", ".vtt", ".chapters.vtt")
    )  # fmt: skip
    Image.fromarray(engine.as_image(recorder.last, job.width, job.height)).save(poster, optimize=True)
    spoken = [Cue(cue.start, cue.end, cue.text) for cue in scene.spoken]
    captions.write_text(report.webvtt(spoken), encoding="utf-8")
    names = _chapters(scene)
    marks = [
        Cue(span.first / job.fps, (span.first + span.frames) / job.fps, names[span.beat]) for span in recorder.spans
    ]  # fmt: skip
    chapters.write_text(report.webvtt(marks), encoding="utf-8")
    return [poster, captions, chapters]


def _chapters(scene: Any) -> dict[str, str]:
    """Beat → chapter title; the opening has the film's."""
    titles = {beat.id: script.fill(beat.chapter[scene.language], scene.trace) for beat in scene.script.beats}
    return {OPENING: scene.script.title[scene.language], **titles}


def _about(job: Job, scene: Any, recorder: Recorder, files: list[Path], seconds: float) -> dict[str, Any]:
    project = Project.around(Path(job.scene))
    computation = compute.Computation(job.stem, scene.script.computation)
    return report.manifest(
        job, recorder.spans,
        title=scene.script.title[job.language], chapters=_chapters(scene),
        alt=script.fill(scene.script.alt[job.language], scene.trace),
        provenance=compute.provenance_of(computation, project),
        renderer=engine.renderer_of(scene),
        versions={name: metadata.version(name) for name in ("manimgl", "numpy")},
        commit=compute.commit(project.root), seconds=seconds, files=files,
    )  # fmt: skip


def _publish(job: Job, folder: Path, files: list[Path], about: dict[str, Any]) -> Path:
    """Give everything its final name, once all of it is on the final disk.

    The manifest goes first and comes last, so a film with one is complete.
    """
    final, incoming = job.folder / f"{job.name}.json", job.incoming(folder)
    incoming.mkdir(parents=True)
    trace.write_whole(incoming / final.name, (json.dumps(about, indent=2, ensure_ascii=False) + "\n").encode())
    for file in files:
        shutil.copyfile(file, incoming / file.name)
    final.unlink(missing_ok=True)
    for name in (*(file.name for file in files), final.name):
        (incoming / name).replace(job.folder / name)
    incoming.rmdir()
    return job.folder / f"{job.name}.mp4"


def _die_with_parent(job: Job, folder: Path) -> None:
    """Wait for the end of standard input, which is the parent's end, and take all children along."""
    while os.read(0, 4096):
        pass
    for place in (folder, job.incoming(folder)):
        shutil.rmtree(place, ignore_errors=True)
    os.killpg(0, signal.SIGKILL)


def main() -> int:
    """Run one job for the process that started this one."""
    out = os.fdopen(os.dup(1), "w", encoding="utf-8", buffering=1)
    os.dup2(2, 1)  # manimgl and LaTeX print; only messages go to whoever reads them

    def tell(**message: Any) -> None:
        out.write(json.dumps(message) + "\n")

    job, folder = Job.from_json(sys.stdin.readline()), Path(sys.stdin.readline().strip())
    threading.Thread(target=_die_with_parent, args=(job, folder), daemon=True).start()
    try:
        film = make_film(job, folder, tell)
    except MathvizError as error:
        tell(error=str(error))
        return error.exit_code
    finally:
        engine.finish()
    tell(film=str(film))
    return 0


if __name__ == "__main__":
    sys.exit(main())
