"""The processes that draw for a preview: one that has imported manimgl, and one that stands before each beat.

A film is played once without drawing. Before each beat the process forks, and the fork stands there with all
that is on screen by then. Asked to draw the beat, it forks again, takes the scene's code and the script as they
are now, and plays on: what comes before a changed beat is not played again.

Who stands listens at a socket. A task is a line of JSON, what is told is a line each. All end with standard input.
Only llvmpipe's contexts outlive a fork: with another driver nobody stands, and every task begins at the film's begin.
"""

from __future__ import annotations

import ctypes
import hashlib
import importlib
import json
import os
import random
import signal
import socket
import sys
import threading
import traceback
import uuid
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from PIL import Image

# isort: split

from mathviz import engine, style
from mathviz.engine import later, rate, seams, shapes
from mathviz.films import compute, script
from mathviz.films.script import OPENING
from mathviz.project import Project
from mathviz.project.errors import MathvizError
from mathviz.render import inputs
from mathviz.render.patience import Watch
from mathviz.render.plan import Job
from mathviz.render.worker import Task, Walk

PRIVATE = "preview-"
"""What the names of slots begin with that serve one task only: what is drawn from a standing process with newer
code is shown, and never taken for the film of today's files by another command."""

SUBREAPER, FORKABLE = 36, "llvmpipe"


class Line:
    """A connection on which a task came, and on which is told what comes of it."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection

    def __call__(self, **message: Any) -> None:
        self.connection.sendall(f"{json.dumps(message)}\n".encode())  # at once: a fork would repeat what waits

    def close(self) -> None:
        """Let go of it, in a process that tells nothing on it."""
        self.connection.close()


class Player(Walk):
    """Goes through a film beat by beat: ``skim`` leaves somebody standing before each, ``glance`` shows a beat when
    its caption of a number is there, ``draw`` and ``survey`` are a worker's."""

    tell: Line

    def __init__(self, task: Task, tell: Line, sockets: Path, watch: Watch) -> None:
        super().__init__(task, tell)
        self.sockets, self.watch, self.due, self.glancing = sockets, watch, False, 0
        self.stood: seams.State | None = None

    @property
    def skimming(self) -> bool:
        return self.task.step == "skim"

    def run(self) -> None:
        """Find the trace, then play. What is kept among the film's own beats is kept with what it was made from."""
        project = Project.around(Path(self.job.scene))
        compute.find(compute.of_film(project, self.job.stem), project, lambda line: self.tell(note=line))
        key = inputs.slots(self.job)
        if not self.task.inputs:
            self.task = replace(self.task, inputs=key)
        self.tell(inputs=key)
        super().run()

    def _build(self) -> None:
        super()._build()
        self.drawing = self.drawing or self.skimming

    def beat_begins(self, beat: str) -> None:
        if self.skimming:
            self._stand(beat)
        if self.skimming:
            self.beat = beat
        else:
            super().beat_begins(beat)

    def beat_ends(self, beat: str) -> None:
        if self.glancing:
            raise engine.end_scene()  # it has no such caption
        if not self.skimming:
            super().beat_ends(beat)
        elif beat == OPENING:
            self.scene.camera.capture(*self.scene.render_groups)
            self._fetch(engine.painter_of(self.scene))  # whoever stands from here on has shaders ready: 0.4 s less

    def caption(self, text: str) -> None:
        if self.glancing and text:
            self.glancing -= 1
            if not self.glancing:
                self.scene.camera.capture(*self.scene.render_groups)
                self._glimpse(round((self.scene.time - self.seen_time) * self.output["fps"]))
                raise engine.end_scene()
        elif not self.skimming:
            super().caption(text)
            self.due = self.due or bool(text)

    def frame(self, painter: engine.Painter) -> None:
        super().frame(painter)
        if self.mine and self.drawing and (self.due or self.frames % round(self.output["fps"]) == 1):
            self.due = False
            self._glimpse(self.frames - 1)

    def _glimpse(self, frame: int) -> None:
        """Show what was just drawn, as that frame of the beat."""
        camera = self.scene.camera
        picture = engine.as_image(camera.get_raw_fbo_data(), *camera.get_pixel_shape())
        path = self.folder.parent / "site" / "glimpses" / f"{uuid.uuid4().hex}.jpg"
        Image.fromarray(picture).save(path, quality=88, subsampling=0)
        self.tell(glimpse=path.name, frame=frame)

    # Standing before a beat.

    def _stand(self, beat: str) -> None:
        """Leave a fork here. It comes back from this call whenever it is given a task, in a fork of its own."""
        if beat == OPENING:
            told = [each.chapter[self.job.language] for each in self.scene.script.beats]
            self.tell(chapters={chapter: script.fill(chapter, self.scene.trace) for chapter in told})
        forkable = FORKABLE in engine.renderer_of(self.scene)["renderer"]
        place = self.sockets / uuid.uuid4().hex[:12]
        listener = listen(place) if forkable else None
        self.tell(stand=beat, at=str(place) if forkable else None, state=self._standing_state())
        if listener is None or fork():
            if listener is not None:
                listener.close()
            return
        os.setsid()
        self.tell.close()
        task, self.tell = await_task(listener, place)
        self._take(task)

    def _take(self, task: Task) -> None:
        """Go on from here for another task, with the code and the script of now unless it is about those of before."""
        self.task, self.job, self.folder = task, task.job, Path(task.folder)
        self.watch.patience = task.patience
        self.watch.go_on()
        self.drawing, self.left = task.step == "draw", list(task.job.wanted)
        step, _, caption = task.step.partition(":")
        if step == "glance":
            self.glancing, self.drawing, self.left = int(caption), True, []
        engine.painter_of(self.scene).drawing = self.drawing
        if task.inputs.startswith(PRIVATE):
            self.scene.__class__ = engine.scene_class(Path(task.job.scene))
            self.scene.script = script.read(Path(task.job.scene).with_suffix(".yaml"))

    def _read(self) -> dict[str, str]:
        """Nothing, where newer code draws than what was read when this process came to stand: that is for once."""
        return {} if self.task.inputs.startswith(PRIVATE) else super()._read()

    def _state(self) -> seams.State:
        """That of where it stood, if it has not moved since: a quarter of the time until the first frame."""
        stood, self.stood = self.stood, None
        return super()._state() if stood is None else stood

    def _standing_state(self) -> str:
        """A digest of all that decides the pictures from here on, apart from the code: times count from now."""
        self.stood = super()._state()
        parts = [part for part in self.stood if part[0] not in ("self.clock", "self.caption_since")]
        since = self.scene.clock - getattr(self.scene, "caption_since", self.scene.clock)
        return hashlib.sha256(repr([parts, round(since, 3)]).encode()).hexdigest()


def lint(task: Task, tell: Line) -> None:
    """Look through a film of one language and theme by the rules, with as little of the machine as possible."""
    from mathviz.lint import observe, report, rules

    os.nice(19)
    job = task.job
    told = script.read(Path(job.scene).with_suffix(".yaml"))
    seen = observe.Observed(job.stem, job.language, job.theme, style.theme(job.theme)["background"])
    kind = engine.scene_class(Path(job.scene))
    watched = observe.Observer(kind, seen, language=job.language, theme=job.theme).watch()
    found = report.waive(rules.check(watched), Path(job.scene), {beat.id for beat in told.beats})
    tell(findings=[asdict(finding) for finding in found])


def fork() -> int:
    """Fork, with the same random numbers ahead on both sides: Python's own would be others in the child."""
    state = random.getstate()
    child = os.fork()
    random.setstate(state)
    return child


def listen(place: Path) -> socket.socket:
    """A socket at which tasks may come."""
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(place))
    listener.listen()
    return listener


def await_task(listener: socket.socket, place: Path) -> tuple[Task, Line]:
    """Stand and fork for every task. Returns in the forks; who stands leaves when it is told nothing but a line."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # no fork stays behind as a zombie
    threading.Thread(target=_end_with_input, daemon=True).start()
    while True:
        connection, _ = listener.accept()
        line = connection.makefile("r", encoding="utf-8").readline()
        if not line.strip():
            place.unlink(missing_ok=True)
            os._exit(0)
        if fork() == 0:
            listener.close()
            return _begin(Task.from_json(line), connection)
        connection.close()


def _begin(task: Task, connection: socket.socket) -> tuple[Task, Line]:
    """What a fork does first: a group, a log and temporary files of its own, and its number for who may end it."""
    os.setsid()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    log = os.open(log_of(os.getpid(), task), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    os.dup2(log, 1)
    os.dup2(log, 2)
    engine.own_temporary_folder()
    threading.Thread(target=_end_with_input, daemon=True).start()
    tell = Line(connection)
    tell(process=os.getpid())
    return task, tell


def log_of(process: int, task: Task) -> Path:
    """Where a fork's own words go."""
    return Path(task.folder) / f"{process}.log"


def _end_with_input() -> None:
    while os.read(0, 4096):
        pass
    engine.finish()
    os.killpg(0, signal.SIGKILL)


def _do(task: Task, tell: Line, sockets: Path) -> None:
    """Do a task and say what came of it. Never returns."""
    player: Player | None = None
    try:
        with Watch(task.patience, lambda place: _told(player, tell)(busy=place), film=True) as watch:
            if task.step == "lint":
                lint(task, tell)
            else:
                player = Player(task, tell, sockets, watch)
                player.run()
        _told(player, tell)(done=True)
    except BrokenPipeError:  # nobody listens any more
        pass
    except (MathvizError, OSError) as error:
        _told(player, tell)(error=str(error), **_about(error, player.task if player else task))
    except Exception as error:  # noqa: BLE001 - whatever a scene or a rule raises is shown to who wrote it
        said = f"{type(error).__name__}: {error}"
        _told(player, tell)(error=said, **_about(error, player.task if player else task))
    finally:
        engine.finish()
        sys.stdout.flush()
        os._exit(0)


def _told(player: Player | None, tell: Line) -> Line:
    return player.tell if player else tell


def _about(error: BaseException, task: Task) -> dict[str, Any]:
    """The beat's traceback from the author's own code on; of what others found, the log's last words."""
    cause = error.__cause__
    if cause is None:
        return {"traceback": log_of(os.getpid(), task).read_text(errors="replace").strip()[-4000:]}
    frames = traceback.TracebackException.from_exception(cause, compact=True)
    mine = [at for at, frame in enumerate(frames.stack) if Path(frame.filename).resolve() == Path(task.job.scene)]
    frames.stack = traceback.StackSummary.from_list(frames.stack[mine[0] :] if mine else [])
    return {"traceback": "".join(frames.format(chain=False)).strip()}


def job_picture(job: Job) -> list[str]:
    """The arguments that say what this process is to draw."""
    return [str(job.width), str(job.height), str(job.fps)]


def main() -> None:
    """Import all that films need, say so, and stand. Arguments: a folder for sockets, and ``job_picture``."""
    sockets = Path(sys.argv[1])
    width, height, fps = int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4])
    out = os.dup(1)
    os.dup2(2, 1)
    os.environ["MESA_SHADER_CACHE_DISABLE"] = "true"  # its thread would not outlive a fork, and be waited for
    with later.spared():
        shapes.start(engine.Picture(width, height, rate.plain(fps)))
    importlib.import_module("mathviz.stage")
    style.register_fonts()
    ctypes.CDLL(None).prctl(SUBREAPER, 1)  # who stands is nobody else's child in the end
    listener = listen(sockets / "root")
    os.write(out, b"ready\n")
    os.close(out)
    task, tell = await_task(listener, sockets / "root")
    _do(task, tell, sockets)


if __name__ == "__main__":
    main()
