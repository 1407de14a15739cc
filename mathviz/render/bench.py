"""How much faster than ``manimgl -w``: both on the same scenes, one after the other, and x264 alone.

Everything is cold and in a folder of its own: no cached beat, no cached text. All three encode with the
same settings. manimgl runs as it is, with llvmpipe's own threads, and needs no display either.
"""

from __future__ import annotations

import ast
import json
import os
import resource
import shlex
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from mathviz import engine
from mathviz.engine import shapes
from mathviz.engine.readback import Nv12
from mathviz.project import loading
from mathviz.project.errors import RenderFailed
from mathviz.render import encode, inputs
from mathviz.render.encode import FINAL
from mathviz.render.farm import Farm, cores
from mathviz.render.plan import Job

CHUNK = 240
"""Frames that are kept on disk at a time while x264 alone is timed: three megabytes each at 1080p."""

SAMPLING = 1.0
"""Seconds between looks at how much memory the processes take."""


@dataclass(frozen=True)
class Timing:
    """One run: seconds on the clock, of all cores, and the most memory that one worker took, in MB."""

    what: str
    wall: float
    cpu: float
    memory: float


def measure(jobs: list[Job], rounds: int, say: Callable[[str], None]) -> dict[str, Any]:
    """Run manimgl, ours with every core, ours with one worker and x264 alone, ``rounds`` times in turn.

    Returns the timings and their ratios, each of medians: by the clock, and of computing, which other people's work on
    the machine moves less. Raises RenderFailed.
    """
    timings: list[Timing] = []
    workers = len(cores())
    frames = 0
    for turn in range(rounds):
        for what, run in (
            ("manimgl", lambda folder: _stock(jobs, folder)),
            (f"mathviz, {workers} workers", lambda folder: _ours(jobs, workers, folder)),
            ("mathviz, 1 worker", lambda folder: _ours(jobs, 1, folder)),
        ):
            say(f"{what}, run {turn + 1} of {rounds} …")
            timings.append(_timed(what, run))
            say(f"  {timings[-1].wall:.1f} s")
        say(f"x264 alone, run {turn + 1} of {rounds} (its frames are drawn in between) …")
        floors = [_floor(job) for job in jobs]
        frames = sum(floor["frames"] for floor in floors)
        timings.append(Timing("x264 alone", sum(f["wall"] for f in floors), sum(f["cpu"] for f in floors), 0.0))
        say(f"  {timings[-1].wall:.1f} s")
    return {
        "films": [job.name for job in jobs], "frames": frames, "picture": floors[0]["picture"],
        "machine": {"cores": workers, **{name: inputs.surroundings()[name] for name in ("OpenGL driver", "ffmpeg")}},
        "timings": [asdict(timing) for timing in timings],
        "ratios": ratios(timings),
    }  # fmt: skip


def ratios(timings: list[Timing]) -> dict[str, float]:
    """What the medians of the four ways come to."""
    ways = list(dict.fromkeys(timing.what for timing in timings))
    wall, computing = (
        [statistics.median(getattr(timing, kind) for timing in timings if timing.what == way) for way in ways]
        for kind in ("wall", "cpu")
    )
    stock, ours, alone, floor = wall
    return {
        "faster than manimgl": stock / ours, "of what x264 alone takes": ours / floor,
        "from one worker to all": alone / ours, "less computing than manimgl": computing[0] / computing[2],
        "of the computing of x264 alone": computing[2] / computing[3],
    }  # fmt: skip


CAMERA = frozenset(("move", "moving", "drifting", "riding", "reorient", "increment_theta"))
"""What scenes move their camera with."""


def moves_camera(path: Path) -> bool:
    """Whether a scene's source moves its camera: then every frame of it is new."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return any(isinstance(node, ast.Attribute) and node.attr in CAMERA for node in ast.walk(tree))


def table(found: dict[str, Any]) -> str:
    """The figures for people."""
    machine = found["machine"]
    lines = [
        f"{', '.join(found['films'])}: {found['frames']} frames of {found['picture']}",
        f"{machine['cores']} cores, {machine['OpenGL driver']}, {machine['ffmpeg']}", "",
        f"{'':24}{'wall s':>10}{'CPU s':>10}{'peak MB per worker':>22}",
    ]  # fmt: skip
    for timing in found["timings"]:
        memory = f"{timing['memory']:22.0f}" if timing["memory"] else ""
        lines.append(f"{timing['what']:24}{timing['wall']:10.1f}{timing['cpu']:10.1f}{memory}")
    return "\n".join([*lines, "", *(f"{name}: {value:.2f} ×" for name, value in found["ratios"].items())])


def _stock(jobs: list[Job], folder: Path) -> None:
    """``manimgl -w`` on one scene after another, with our settings for x264 put into its ffmpeg's arguments."""
    x264 = ["-preset", FINAL.preset, "-crf", str(FINAL.crf), "-tune", "animation", "-threads", str(encode.THREADS),
            "-rc-lookahead", str(encode.LOOKAHEAD)]  # fmt: skip
    wrapper = folder / "ffmpeg.py"
    wrapper.write_text(
        f"#!{sys.executable}\nimport os, sys\n"
        f"os.execvp('ffmpeg', ['ffmpeg', *sys.argv[1:-1], *{x264!r}, sys.argv[-1]])\n"
    )
    wrapper.chmod(0o755)
    config = folder / "config.yml"
    config.write_text(json.dumps({"file_writer": {"ffmpeg_bin": str(wrapper)}}))
    for job in jobs:
        command = [job.scene, *([job.scene_name] if job.scene_name else []), "-w", "-q",
                   "--config_file", str(config), "--video_dir", str(folder)]  # fmt: skip
        if job.width:
            command += ["-r", f"{job.width}x{job.height}"]
        program = f"from mathviz import engine; engine.manimgl({command!r})"
        chosen = {"MATHVIZ_LANG": job.language, "MATHVIZ_THEME": job.theme} if job.of_catalogue else {}
        surroundings = os.environ | {"XDG_CACHE_HOME": str(folder / "cache"), **chosen}
        done = subprocess.run([sys.executable, "-c", program], env=surroundings, capture_output=True, text=True)
        if done.returncode != 0:
            raise RenderFailed(f"manimgl failed on {job.name} ({shlex.join(command)}): {done.stderr[-2000:]}")


def _ours(jobs: list[Job], workers: int, folder: Path) -> None:
    """The jobs as ``mathviz render`` does them, in a process of its own and with nothing cached."""
    moved = [replace(job, out=str(folder / "out"), cache=str(folder / "cache")) for job in jobs]
    told = json.dumps([workers, [job.as_json() for job in moved]])
    cold = os.environ | {"MATHVIZ_CACHE": str(folder / "cache")}
    done = subprocess.run(loading.python("mathviz.render.bench", "ours"), input=told, text=True, env=cold,
                          capture_output=True)  # fmt: skip
    if done.returncode != 0:
        raise RenderFailed(f"mathviz failed: {done.stderr[-2000:]}")


def _floor(job: Job) -> dict[str, Any]:
    """What x264 alone takes for a job's frames."""
    done = subprocess.run(loading.python("mathviz.render.bench", "floor"), input=job.as_json(), text=True,
                          capture_output=True)  # fmt: skip
    if done.returncode != 0:
        raise RenderFailed(f"drawing {job.name} for x264 failed: {done.stderr[-2000:]}")
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def _timed(what: str, run: Callable[[Path], None]) -> Timing:
    folder = Path(tempfile.mkdtemp(prefix="mathviz-bench-"))
    try:
        before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
        with _watching() as memory:
            run(folder)
        wall, after = time.monotonic() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Timing(what, wall, cpu, max(memory, default=0.0))


@contextmanager
def _watching() -> Iterator[list[float]]:
    """Look now and then at the memory of everything started meanwhile: MB per worker, or of manimgl with its ffmpeg."""
    peaks: list[float] = []
    over = threading.Event()

    def look() -> None:
        while not over.wait(SAMPLING):
            peaks.append(_memory_per_worker())

    watcher = threading.Thread(target=look, daemon=True)
    watcher.start()
    try:
        yield peaks
    finally:
        over.set()
        watcher.join()


def _memory_per_worker() -> float:
    """The largest sum, in MB, of the proportional memory of one task with its ffmpeg: of one session of processes."""
    sessions: dict[int, float] = {}
    mine = _descendants(os.getpid())
    for process in mine:
        try:
            rollup = Path(f"/proc/{process}/smaps_rollup").read_text()
            session = os.getsid(process)
        except OSError:
            continue
        pss = next((int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:")), 0)
        sessions[session] = sessions.get(session, 0.0) + pss / 1024
    return max(sessions.values(), default=0.0)


def _descendants(process: int) -> list[int]:
    parents: dict[int, int] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parents[int(folder.name)] = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
    found, waiting = [], [process]
    while waiting:
        parent = waiting.pop()
        children = [child for child, above in parents.items() if above == parent]
        found += children
        waiting += children
    return found


class _Meter:
    """Puts frames on disk until there is a chunk of them, and times x264 on it."""

    def __init__(self, job: Job, width: int, height: int, fps: float, folder: Path) -> None:
        self.raw, self.frames, self.wall = folder / "frames.nv12", 0, 0.0
        arguments = encode.beat_arguments(width, height, fps, folder / "beat.ts")
        self.arguments = [str(self.raw) if argument == "pipe:" else argument for argument in arguments]
        self.file = self.raw.open("wb")

    def take(self, frame: memoryview) -> None:
        self.file.write(frame)
        self.frames += 1
        if self.frames % CHUNK == 0:
            self.encode()

    def encode(self) -> None:
        self.file.close()
        if self.raw.stat().st_size:
            began = time.monotonic()
            subprocess.run(self.arguments, check=True)
            self.wall += time.monotonic() - began
        self.file = self.raw.open("wb")


def _measure_floor(job: Job) -> dict[str, Any]:
    shapes.start(engine.Picture(job.width, job.height, job.fps))
    scene = engine.make_scene(engine.scene_class(Path(job.scene), job.scene_name or None), **job.options)
    about = engine.output_of(scene)
    reader = Nv12(scene.camera.ctx, about["width"], about["height"])
    with tempfile.TemporaryDirectory(prefix="mathviz-bench-") as folder:
        meter = _Meter(job, about["width"], about["height"], about["fps"], Path(folder))
        engine.perform(scene, lambda painter: meter.take(painter.read(reader)[0]))
        meter.encode()
        meter.file.close()
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    picture = f"{about['width']}x{about['height']}"
    return {"picture": picture, "frames": meter.frames, "wall": meter.wall, "cpu": used.ru_utime + used.ru_stime}


def main() -> int:
    """What ``measure`` runs in processes of their own, so that each begins cold and is measured whole."""
    if sys.argv[1] == "floor":
        print(json.dumps(_measure_floor(Job.from_json(sys.stdin.read()))))
        return 0
    workers, told = json.loads(sys.stdin.read())
    failed = [outcome for outcome in Farm(workers).run([Job.from_json(text) for text in told]) if outcome.error]
    for outcome in failed:
        sys.stderr.write(f"{outcome.job.name}: {outcome.error}\n")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
