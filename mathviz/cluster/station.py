"""What happens on a worker of a cluster: it is examined, takes a bundle in, draws beats and hands them out.

Everything here runs in the worker's process, called by its name from the machine that wants the films
(``crew.py``). Drawing itself runs in processes of its own, with the bundle's code and not with what is
installed beside it. All that is kept lies in the worker's own folder, which goes with the worker.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from mathviz import __version__
from mathviz.cluster import bundle
from mathviz.cluster.bundle import PIECE, Piece, Store
from mathviz.project import loading
from mathviz.project.activity import PATIENCE
from mathviz.project.errors import MathvizError, NotFound
from mathviz.render import doctor, inputs
from mathviz.render.cache import LIMIT, YOUNG, Beat, Cache
from mathviz.render.farm import Farm, Worker, cores
from mathviz.render.plan import Job
from mathviz.render.worker import Task

EXAMINING = 120.0
"""Seconds that an examination may take."""

NEWS = 1.0
"""Seconds between words about frames."""


def folder(dask_worker: Any = None) -> Path:
    """This worker's own. In a task it is known; to what is called beside tasks Dask hands it."""
    from distributed import get_worker

    return Path((dask_worker or get_worker()).local_directory) / "mathviz"


def speaks() -> str:
    """The version of what is said here: both sides must have the same, while all else travels."""
    files = (Path(__file__), Path(bundle.__file__))
    return f"{__version__} ({hashlib.sha256(b''.join(path.read_bytes() for path in files)).hexdigest()[:8]})"


def store(shared: str, dask_worker: Any = None) -> Store:
    """Where contents are: in a folder that all machines see, if there is one."""
    return Store(Path(shared) if shared else folder(dask_worker) / "contents")


# ---- coming in


def lacking(digests: list[str], shared: str = "") -> list[str]:
    """The contents that are still to be sent."""
    return store(shared).lacking(digests)


def take(told: list[tuple[str, int, int, bytes]], shared: str = "") -> None:
    """Keep pieces of contents. Raises MathvizError for one that is not what its name says."""
    kept = store(shared)
    for piece in told:
        kept.take(Piece(*piece))


def settle(manifest: dict[str, str], shared: str = "") -> str:
    """Lay a bundle out, if it is not yet; returns its name."""
    name = bundle.digest_of(manifest)
    root = folder() / "bundles" / name
    if not (root / bundle.ENGINE_NAME).is_file():
        shutil.rmtree(root, ignore_errors=True)
        root.parent.mkdir(parents=True, exist_ok=True)
        bundle.lay_out(manifest, store(shared), root)
    os.utime(root)
    prune(folder())
    return name


def prune(own: Path, limit: int = LIMIT, young: float = YOUNG) -> None:
    """Remove from this worker's folder what was not used for longest: bundles but for the last, contents, beats."""
    with _lock:
        used = {place.root for place in (*_idle, *_busy.values())}
    bundles = sorted((own / "bundles").glob("*"), key=lambda root: root.stat().st_mtime)
    for root in bundles[:-1]:
        if root not in used and time.time() - root.stat().st_mtime >= young:
            shutil.rmtree(root, ignore_errors=True)
    Store(own / "contents").prune(limit, young)
    Cache(own / "cache" / "beats").prune(limit, young)


# ---- being examined


_examined: dict[str, dict[str, Any]] = {}
"""What was found, by the engine that looked: the machine stays what it is."""


def examine(name: str) -> dict[str, Any]:
    """What this machine has, found by the bundle's own code: ``findings``, and ``surroundings`` or ``error``."""
    root = folder() / "bundles" / name
    engine = (root / bundle.ENGINE_NAME).read_text()
    if engine not in _examined:
        _examined[engine] = _look(root)
    return _examined[engine]


def _look(root: Path) -> dict[str, Any]:
    try:
        done = subprocess.run(
            loading.python("mathviz.cluster.station"), cwd=_home(root), env=os.environ | _environment(root),
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=EXAMINING, check=True,
        )  # fmt: skip
        said: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        return said
    except subprocess.CalledProcessError as error:
        return {"findings": [], "error": (error.stderr.strip().splitlines() or [str(error)])[-1]}
    except (subprocess.TimeoutExpired, ValueError, IndexError) as error:
        return {"findings": [], "error": str(error)}


def main() -> None:
    """Say what this machine has, as a line of JSON."""
    said: dict[str, Any] = {"findings": [asdict(finding) for finding in doctor.examine()]}
    try:
        said["surroundings"] = inputs.surroundings()
    except (MathvizError, ImportError) as error:
        said["error"] = str(error)
    sys.stdout.write(json.dumps(said) + "\n")


# ---- working


@dataclass(frozen=True)
class Errand:
    """A step of a film for somebody else: which of its beats, and under what name to speak of it.

    ``cores`` are those to use; all that the worker has when there are none. ``sources`` as in ``Task``.
    """

    topic: str
    token: str
    bundle: str
    step: str
    job: str
    inputs: str
    sources: dict[str, str]
    cores: tuple[int, ...] = ()
    shared: str = ""
    patience: float = PATIENCE


@dataclass(eq=False)
class _Place:
    """A bundle that is laid out, and a process that draws from it."""

    root: Path
    farm: Farm = field(init=False)
    worker: Worker = field(init=False)

    def __post_init__(self) -> None:
        self.farm = Farm(1, place=_home(self.root), environment=_environment(self.root))
        self.worker = Worker(self.farm)


_idle: list[_Place] = []
_busy: dict[str, _Place] = {}
_abandoned: set[str] = set()
_drawn_for: dict[tuple[str, str], str] = {}
"""Inputs and beat → the topic of the command for which it was drawn here last."""
_lock = threading.Lock()


def run(said: dict[str, Any]) -> dict[str, Any]:
    """Do an errand. Returns ``done``, ``error`` or ``crash``, and ``beats``; or why this worker cannot: ``broken``.

    Meanwhile news of it go out: frames now and then, each beat as soon as it is there.
    """
    from distributed import get_worker

    errand, worker = Errand(**said), get_worker()
    try:
        with _place(errand) as place:
            return _done(errand, place, lambda news: worker.log_event(errand.topic, {"token": errand.token, **news}))
    except (OSError, MathvizError) as error:
        return {"broken": f"{type(error).__name__}: {error}"}


def _done(errand: Errand, place: _Place, tell: Callable[[dict[str, Any]], None]) -> dict[str, Any]:
    task, last = _task(errand, place.root), 0.0
    cache, kept = Cache(folder() / "cache" / "beats"), store(errand.shared)
    found = _known(place, task)

    def give(name: str) -> None:
        if told := _kept(errand, kept, cache, task, name, found[name]):
            tell({"beat": told})

    def listen(said: dict[str, Any]) -> None:
        nonlocal last
        if "kept" in said:
            found[said["name"]] = Beat.of(said["kept"])
        if "made" in said:
            _drawn_for[task.inputs, said["made"]] = errand.topic
            give(said["made"])
        elif "drawn" in said and time.monotonic() - last > NEWS:
            last = time.monotonic()
            tell(said)

    for name in [name for name, beat in found.items() if cache.has(beat.key, task.job.digests)]:
        give(name)
    if errand.token in _abandoned:
        return {"abandoned": True, "beats": []}
    done = place.farm.do(place.worker, task, listen)
    if errand.token in _abandoned:
        return {"abandoned": True, "beats": []}
    beats = [_kept(errand, kept, cache, task, name, beat) for name, beat in found.items()]
    return {**done, "beats": [beat for beat in beats if beat], "root": str(place.root)}


def _known(place: _Place, task: Task) -> dict[str, Beat]:
    """What is known here of a job's beats, as the bundle's own process says.

    This one cannot say it: it stands elsewhere, has the package that is installed, and has found the modules of the
    bundles before.
    """
    said = place.farm.do(place.worker, replace(task, step="known"), lambda said: None)
    return {name: Beat.of(beat) for name, beat in said.get("done", {}).get("beats", {}).items()}


async def abandon(token: str) -> None:
    """End an errand that nobody waits for any more, or do not begin it.

    It is called beside all tasks without waiting for an answer, for which Dask wants it to be ``async``.
    """
    with _lock:
        _abandoned.add(token)
        place = _busy.get(token)
    if place:
        place.farm.abandon()


def read(digest: str, at: int, dask_worker: Any = None) -> bytes:
    """The next bytes of a content."""
    with store("", dask_worker).place(digest).open("rb") as file:
        file.seek(at)
        return file.read(PIECE)


def compute(name: str, stem: str, device: str, shared: str = "") -> dict[str, Any]:
    """Run a computation of a bundle. Returns the digests of the trace's two files by name, or an ``error``."""
    root = folder() / "bundles" / name
    line = loading.python("mathviz", "compute", stem, "--json", "--device", device)
    done = subprocess.run(
        line, cwd=_home(root), env=os.environ | _environment(root), stdin=subprocess.DEVNULL, capture_output=True,
        text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        return {"error": done.stderr.strip(), "root": str(root)}
    place = Path(json.loads(done.stdout)["place"])
    kept = store(shared)
    return {"files": {path.name: (kept.put(path), path.stat().st_size) for path in (place, place.with_suffix(".json"))}}


def _kept(errand: Errand, kept: Store, cache: Cache, task: Task, name: str, beat: Beat) -> dict[str, Any] | None:
    """A beat for whoever wants it, with the digests and sizes of its files, if those are here and wanted.

    It is ``fresh`` if it was drawn for the command that wants it, be it in another errand that did not come back.
    """
    fresh = _drawn_for.get((task.inputs, name)) == errand.topic
    files = {}
    if cache.has(beat.key, task.job.digests) and cache.sound(beat.key):
        files = {path.name: (kept.put(path, linked=True), path.stat().st_size) for path in _files(cache, beat)}
    return {"name": name, "fresh": fresh, "beat": asdict(beat), "files": files}


def _files(cache: Cache, beat: Beat) -> list[Path]:
    """What ``Cache.keep`` was given: without what it adds."""
    own = ("signed.json", "whole.json")
    return [path for path in sorted(cache.folder(beat.key).iterdir()) if path.name not in own]


def _task(errand: Errand, root: Path) -> Task:
    job = Job.from_json(errand.job)
    job = replace(job, scene=str(root / job.scene), cache=str(folder() / "cache"), out=str(folder() / "films"))
    return Task(errand.step, job, errand.inputs, "", errand.sources)


@contextmanager
def _place(errand: Errand) -> Iterator[_Place]:
    """A process for this errand: one that did an errand before and knows this bundle, or a new one."""
    root = folder() / "bundles" / errand.bundle
    if not root.is_dir():
        raise NotFound(f"there is no bundle {errand.bundle}")
    with _lock:
        place = next((each for each in _idle if each.root == root), None) or _Place(root)
        stale = [each for each in _idle if each.root != root]
        _idle[:] = [each for each in _idle if each.root == root and each is not place]
        _busy[errand.token] = place
    for each in stale:
        each.worker.__exit__()
    place.farm.cores, place.farm.patience = set(errand.cores or cores()), errand.patience
    try:
        if errand.token in _abandoned:
            raise InterruptedError("nobody waits for it")
        yield place
    finally:
        with _lock:
            del _busy[errand.token]
            _idle.append(place)


def _home(root: Path) -> Path:
    """Where processes of a bundle stand: in its project."""
    project = root / "project"
    return project if project.is_dir() else root / bundle.ENGINE


def _environment(root: Path) -> dict[str, str]:
    """The bundle's code first, whatever is installed here; what lies beside a scene can be imported by it."""
    before = os.environ.get("PYTHONPATH", "")
    beside = {str(path.parent) for path in root.rglob("*.py") if not path.is_relative_to(root / bundle.ENGINE)}
    first = [str(root / bundle.ENGINE), *([before] if before else [])]
    last = [str(_home(root)), *sorted(beside)]
    return {"PYTHONPATH": os.pathsep.join(first), loading.LAST: os.pathsep.join(last), "PYTHONDONTWRITEBYTECODE": "1"}


if __name__ == "__main__":
    main()
