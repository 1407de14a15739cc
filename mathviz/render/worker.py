"""One process that imports manimgl once and makes whatever it is told, each thing in a fork of its own.

Reads tasks from standard input, a line of JSON each, and writes one JSON object per line to standard
output. A fork starts with manimgl imported and nothing drawn: no scene inherits another's OpenGL state,
random numbers or memory, and what kills one task kills no other. It ends when standard input does.
"""

from __future__ import annotations

import contextlib
import ctypes
import hashlib
import importlib
import json
import os
import shutil
import signal
import sys
import tempfile
import threading
import traceback
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from PIL import Image

from mathviz.render import reads

# isort: split

from mathviz import engine, style
from mathviz.engine import later, rate, seams, shapes, sounds
from mathviz.engine.failures import failed, why_nothing_plays
from mathviz.engine.readback import Nv12, Reader, Rgba
from mathviz.films.telling import Telling
from mathviz.project import disk, reading
from mathviz.project.activity import PATIENCE
from mathviz.project.errors import MathvizError, RenderFailed, ToolKilled, sentence
from mathviz.render import inputs, report
from mathviz.render.cache import Beat
from mathviz.render.encode import BeatEncoder, Encoding
from mathviz.render.patience import Watch
from mathviz.render.plan import WHOLE, Job
from mathviz.render.twin import become

Tell = Callable[..., None]

SHOW_OUTPUT = "MATHVIZ_SHOW_OUTPUT"
"""A variable: where it is set, what scenes print is not kept for last words but goes where this process's words go."""


@dataclass(frozen=True)
class Task:
    """What a worker is to do: one step of one job, in a folder of its own.

    ``draw`` draws the beats that nobody has drawn or is drawing, and skips the others. ``survey`` plays such
    beats without drawing, and so finds out which are there. ``in_sequence`` plays every beat and draws what is missing.
    ``join`` makes the film. ``known`` says what the cache has of it, ``scenes`` names the scenes of a file.

    ``inputs`` names the film's slots in the cache, ``sources`` what a picture's key, or for ``join`` the manifest,
    shall name beside it. ``patience`` is for how many seconds nothing may be done.
    """

    step: str
    job: Job
    inputs: str
    folder: str
    sources: dict[str, str] = field(default_factory=dict)
    patience: float = PATIENCE

    def as_json(self) -> str:
        return json.dumps({**vars(self), "job": self.job.as_json()})

    @classmethod
    def from_json(cls, text: str) -> Task:
        said = json.loads(text)
        return cls(**{**said, "job": Job.from_json(said["job"])})


class Walk:
    """Goes through a scene beat by beat, watching it, and draws those beats that it may claim."""

    def __init__(self, task: Task, tell: Tell) -> None:
        self.task, self.job, self.tell = task, task.job, tell
        self.now = inputs.Now(task.job)
        self.cache, self.folder = inputs.cache_of(task.job, self.now), Path(task.folder)
        self.drawing, self.skipping = task.step != "survey", task.step != "in_sequence" and task.job.of_catalogue
        self.left = list(task.job.wanted)
        self.claims = contextlib.ExitStack()
        self.encoder: BeatEncoder | None = None
        self.beat, self.mine, self.seen_time = "", False, 0.0
        self.readers: list[Reader] = []
        self.frames_told = 0
        self.telling: dict[str, Any] | None = None

    def run(self) -> None:
        """Play the scene from its begin to its end, or to the last beat that is wanted of it."""
        try:
            if self.job.of_catalogue:
                _ = self.now[inputs.TRACE]  # reads the sources that its key is made of, which are not the film's
            reads.follow_sources()
            self._build()
            if self.job.of_catalogue:
                sounds.note(self.scene, self._hear)
            else:
                self.beat_begins(WHOLE)
            self.painter = engine.perform(self.scene, self.frame, self.drawing, self.skipping)
            if not self.job.of_catalogue:
                if self.frames == 0 and (says := why_nothing_plays(type(self.scene))):
                    self.tell(note=says)
                self.beat_ends(WHOLE)
        except BaseException as error:
            if self.encoder is not None:
                self.encoder.abandon()
            if isinstance(error, Exception) and not isinstance(error, MathvizError):
                raise failed(error, self.beat if self.job.of_catalogue else "") from error
            raise
        finally:
            self.claims.close()

    def _build(self) -> None:
        kind = engine.scene_class(Path(self.job.scene), self.job.scene_name or None)
        watching: dict[str, Any] = {"watcher": self} if self.job.of_catalogue else {}
        if self.skipping:
            watching["skip_animations"] = True
        self.scene = engine.make_scene(kind, **watching, **self.job.options)
        self.output = {**engine.output_of(self.scene), **({"name": self.job.name} if self.job.of_catalogue else {})}
        asked = {"width": self.job.width, "height": self.job.height, "fps": self.job.fps}
        if self.job.of_catalogue and any(self.output[name] != value for name, value in asked.items()):
            raise RenderFailed(f"{self.job.name} would be drawn as {self.output}, not as {asked}")
        rate.exact(self.output["fps"])
        self.encoding = _encoding(self.job, self.output)

    # What the scene says of its beats.

    def beat_begins(self, beat: str) -> None:
        self.tell(begun=beat)
        self.beat, self.begun, self.seen_time = beat, self._state(), self.scene.time
        self.cpu = cpu()
        self.mine = beat in self.left and self._open(beat)
        if self.mine:
            claimed = self.claims.enter_context(self.cache.claim(self.task.inputs, beat))
            self.mine = claimed and self._open(beat)  # whoever held it a moment ago may have finished it
        if self.skipping:
            self.scene.skip_animations = True
            if self.mine:
                self.scene.stop_skipping()
        self.frames = 0
        self.captions: list[tuple[int, str]] = []
        self.sounds: list[tuple[float, str, float, float]] = []
        self.digests: list[str] = []
        self.pictures = hashlib.sha256()
        self.sure = True

    def _open(self, beat: str) -> bool:
        """Whether a beat is still to be done: drawn, or looked at."""
        if self.drawing:
            return self.cache.beat(self.task.inputs, beat, self.job.digests) is None
        return not self.cache.looked_at(self.task.inputs, beat)

    def caption(self, text: str) -> None:
        self.captions.append((self.frames, text))

    def _hear(self, at: float, file: str, gain: float, background: float) -> None:
        """A sound that the scene adds, or, without a file, the end of all of them."""
        path = Path(file).resolve() if file else None
        if path:
            reading.digest(path)  # with another sound the film is another
        name = (self.now.name(path) or str(path)) if path else ""
        self.sounds.append((at - self.seen_time, name, gain, background))

    def frame(self, painter: engine.Painter) -> None:
        """A frame that manimgl would hand to its file writer."""
        self.frames += 1
        if not self.mine:
            return
        if painter.picture is None:
            self.sure = False
        else:
            self.pictures.update(painter.picture)
        if self.drawing:
            self._draw(painter)
        self.frames_told += 1
        self.tell(**{"drawn" if self.drawing else "looked": self.frames_told})

    def beat_ends(self, beat: str) -> None:
        """Keep the beat, if it was drawn here; go no further if nothing is left to do."""
        length = self.frames or round((self.scene.time - self.seen_time) * self.output["fps"])
        self.tell(beat=beat, frames=length)
        if self.mine:
            self._keep(beat)
        if beat in self.left:
            self.left.remove(beat)
        self.claims.close()
        if self.skipping:
            self.scene.skip_animations = True
        if self.job.of_catalogue and not self.left:
            raise engine.end_scene()

    # What becomes of them.

    def _draw(self, painter: engine.Painter) -> None:
        frame, *others = self._fetch(painter)
        if self.encoder is None:
            self.made = Path(tempfile.mkdtemp(prefix=f"{self.beat}-", dir=self.folder))
            path = self.made / f"beat{self.encoding.part_ending}"
            width, height = self.output["width"], self.output["height"]
            self.encoder = BeatEncoder(width, height, self.output["fps"], path, self.encoding)
        self.encoder.take(frame)
        if self.job.digests:
            self.digests.append(hashlib.sha256((others or [frame])[0]).hexdigest())

    def _fetch(self, painter: engine.Painter) -> list[memoryview]:
        """The frame as the encoder takes it, and, if that is not RGBA and its digest is wanted, as RGBA."""
        width, height = self.output["width"], self.output["height"]
        if not self.readers:
            even = self.encoding.plain
            self.readers = [Nv12(painter.camera.ctx, width, height) if even else Rgba(width, height)]
            if self.job.digests and even:
                self.readers.append(Rgba(width, height))
        return painter.read(*self.readers)

    def _keep(self, beat: str) -> None:
        if self.frames == 0 and self.job.of_catalogue:
            raise RenderFailed(f"the beat {beat} has no frame: it plays nothing and waits for nothing")
        about = {**self.output, "renderer": engine.renderer_of(self.scene), "encoder": self.encoding.summary()}
        wav = Path(tempfile.mkdtemp(dir=self.folder)) / "sound.wav"
        sound = engine.sound_of(self.scene, wav)
        if sound:
            self.pictures.update(wav.read_bytes())
        settings = json.dumps([{**about, "name": ""}, self.task.sources], sort_keys=True)
        # A picture that cannot be told by its digest makes a beat that nobody else shall find.
        pictures = self.pictures.hexdigest() if self.sure else os.urandom(32).hex()
        key = hashlib.sha256(f"{pictures} {settings}".encode()).hexdigest()
        state, read, told = self._state(), self._read(), self._told()
        kept = Beat(key, self.frames, self.captions, self.begun, state, about, read, told, self.sounds)
        if self.drawing:
            self._store(kept, wav if sound else None)
        self.cache.remember(self.task.inputs, beat, kept)
        restless = next((name for name, value in kept.reads.items() if value == inputs.RESTLESS), "")
        made = {"made": beat, "cpu": [self.cpu, cpu()], "restless": restless}
        self.tell(name=beat, kept=asdict(kept), **(made if self.drawing else {}))

    def _store(self, beat: Beat, sound: Path | None) -> None:
        if self.encoder is None:
            self.made = Path(tempfile.mkdtemp(prefix="still-", dir=self.folder))
        else:
            self.encoder.close()
            self.encoder = None
        camera = self.scene.camera
        if beat.frames == 0:
            camera.capture(*self.scene.render_groups)
        last = engine.as_image(camera.get_raw_fbo_data(), *camera.get_pixel_shape())
        Image.fromarray(last).save(self.made / "last.png", compress_level=1)
        if sound:
            shutil.move(sound, self.made / "sound.wav")
        if self.job.digests:
            (self.made / "digests.txt").write_text("".join(f"{digest}\n" for digest in self.digests))
        self.cache.keep(beat.key, self.made)

    def _read(self) -> dict[str, str]:
        """What the beat was made from. What other scenes read cannot be known, and is not asked."""
        return self.now.read(reads.files()) if self.job.of_catalogue else {}

    def _told(self) -> dict[str, Any]:
        """What the film says, by the script and the trace that this scene has."""
        if not self.job.of_catalogue:
            return {}
        if self.telling is None:
            scene = self.scene
            self.telling = Telling.of(Path(self.job.scene), scene.script, scene.trace, self.job.language).as_data()
        return self.telling

    def _state(self) -> seams.State:
        return seams.state(self.scene) if self.job.of_catalogue else []


def _encoding(job: Job, output: dict[str, Any]) -> Encoding:
    """The job's, unless a scene that is no film of ours asks for a codec of its own."""
    if job.of_catalogue or job.transparent:
        return job.encoding
    own = {"codec": output["codec"], "pixel_format": output["pixel_format"], "ending": output["ending"],
           "saturation": output["saturation"], "gamma": output["gamma"]}  # fmt: skip
    encoding = replace(job.encoding, **own)
    if encoding.plain and (output["width"] % 2 or output["height"] % 2):
        raise MathvizError(
            f"{job.name}: {output['width']}x{output['height']} has an odd side, which H.264 cannot have; "
            f"choose another: --quality high"
        )
    return encoding


def cpu() -> float:
    """Seconds that this process and those that it waited for have computed."""
    return sum(os.times()[:4])


def walk(task: Task, tell: Tell) -> dict[str, Any]:
    """Go through a scene; returns how much of its frames was drawn anew."""
    found = Walk(task, tell)
    found.run()
    return {"tallies": vars(found.painter.tallies)} if found.drawing else {}


def join(task: Task, tell: Tell) -> dict[str, Any]:
    """Make a film of its beats; returns what ``report.make_film`` does."""
    cache = inputs.cache_of(task.job)
    return report.make_film(task.job, cache, task.inputs, task.sources, Path(task.folder))


def known(task: Task, tell: Tell) -> dict[str, Any]:
    """What the cache says of those of a job's beats that were made from the files as they are, be they there or not."""
    cache = inputs.cache_of(task.job)
    found = {name: cache.said(task.inputs, name) for name in task.job.wanted}
    return {"beats": {name: asdict(beat) for name, beat in found.items() if beat}}


def scenes(task: Task, tell: Tell) -> dict[str, Any]:
    """The names of the scenes of a file."""
    return {"scenes": engine.scene_names(Path(task.job.scene))}


STEPS: dict[str, Callable[[Task, Tell], dict[str, Any]]] = {
    "draw": walk, "in_sequence": walk, "survey": walk, "join": join, "known": known, "scenes": scenes,
}  # fmt: skip


def _in_fork(task: Task, out: Any, tasks: int) -> None:
    """Do a task, say what came of it, and be gone. Never returns."""
    os.setsid()
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG: no task outlives its worker
    log = os.open(Path(task.folder) / "log.txt", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    if SHOW_OUTPUT not in os.environ:
        os.dup2(log, 2)
    os.dup2(2, 1)

    def tell(**message: Any) -> None:
        if "busy" not in message:
            watch.moved()
        out.write(json.dumps(message) + "\n")

    def end(words: str) -> None:
        tell(error=words)
        engine.finish()
        os._exit(0)

    watch = Watch(task.patience, lambda place: tell(busy=place), end, task.job.of_catalogue, log)
    threading.Thread(target=_die_with_input, args=(tasks, Path(task.folder), task.job), daemon=True).start()
    engine.own_temporary_folder()
    try:
        with watch:
            done = STEPS[task.step](task, tell)
        tell(done=done, cpu=cpu())
    except ToolKilled as error:
        tell(error=str(error), again=True)
    except MathvizError as error:
        tell(error=str(error))
    except OSError as error:
        tell(error=sentence(error))
    except Exception:
        traceback.print_exc()  # the last words that the farm reports
        raise
    finally:
        engine.finish()
        sys.stdout.flush()
        os._exit(0)


def _die_with_input(tasks: int, folder: Path, job: Job) -> None:
    """Wait for the end of the tasks, which is the end of whoever wants the film, and take all along."""
    while os.read(tasks, 4096):
        pass
    engine.finish()
    for place in (folder, job.incoming(folder)):
        shutil.rmtree(place, ignore_errors=True)
    os.killpg(0, signal.SIGKILL)


def _lines(tasks: int) -> Iterator[str]:
    """Lines, read no further than needed: a fork waits for the end meanwhile."""
    rest = b""
    while read := os.read(tasks, 65536):
        *lines, rest = (rest + read).split(b"\n")
        yield from (line.decode() for line in lines)


def _serve(tasks: int, out: Any) -> None:
    """Do one task after the other, each in a fork, until there are no more; first become several, if that is asked."""
    with contextlib.suppress(BrokenPipeError):  # nobody listens any more
        for line in _lines(tasks):
            if BEGIN in line and BEGIN in (said := json.loads(line)):
                twin = _begin(said)
                if twin is not None:
                    os.close(tasks)
                    out.close()
                    _serve(*twin)
                    return
                continue
            task = Task.from_json(line)
            job = task.job
            _start(job.width, job.height, job.fps)
            fork = os.fork()
            if fork == 0:
                _in_fork(task, out, tasks)
            out.write(json.dumps({"fork": fork}) + "\n")
            _, status = os.waitpid(fork, 0)
            out.write(json.dumps({"ended": os.waitstatus_to_exitcode(status)}) + "\n")


def _start(width: int, height: int, fps: float) -> None:
    with later.spared():
        shapes.start(engine.Picture(width, height, fps))


BEGIN = "to begin with"
"""The key of what is no task: width, height and rate to import manimgl for; with it, whether ``films`` of a catalogue
are to be drawn, and the folders of ``twins``."""


def _begin(said: dict[str, Any]) -> tuple[int, Any] | None:
    """Import what draws, and what every film imports, then be several. Returns in each of the others."""
    _start(*said[BEGIN])
    if said["films"]:
        importlib.import_module("mathviz.stage")
        for name in style.THEMES:
            style.theme(name)  # the colours of its maps take as long as a short film's beat
    for folder in said["twins"]:
        if twin := become(Path(folder)):
            engine.own_temporary_folder()
            return twin
    return None


def main() -> int:
    """Import manimgl for the first task's picture, and fork for every task."""
    out = os.fdopen(os.dup(1), "w", encoding="utf-8", buffering=1)
    os.dup2(2, 1)  # manimgl and LaTeX print; only messages go to whoever reads them
    tasks = os.dup(0)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)  # a scene that asks a question shall not wait for an answer
    _serve(tasks, out)
    engine.finish()
    if given := os.environ.get("MATHVIZ_WORKER_FOLDER"):  # nobody else would remove it if the farm was killed
        with contextlib.suppress(OSError):
            (Path(given) / disk.HELD).unlink(missing_ok=True)
            Path(given).rmdir()
    return 0


if __name__ == "__main__":
    sys.exit(main())
