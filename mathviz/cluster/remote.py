"""A worker of the cluster as a hand of the farm: it is prepared once, then goes on one errand after the other."""

from __future__ import annotations

import concurrent.futures
import contextlib
import importlib
import os
import queue
import re
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol

from mathviz.cluster import station
from mathviz.cluster.bundle import Bundle, Changed
from mathviz.cluster.line import Gone, Line, first_line
from mathviz.project import disk
from mathviz.render import inputs
from mathviz.render.cache import Beat
from mathviz.render.farm import FRESH, TRIES, Listen
from mathviz.render.worker import Task

GL, GPU = "GL", "GPU"
"""What a worker declares that draws, and one that computes: ``dask worker … --resources GL=1``."""

LOOKING = 0.25
"""Seconds between looks at who is there, and at what became of an errand."""

@dataclass(eq=False)
class Out:
    """An errand that is out: beats of a film, with a worker, and when it was last heard of."""

    inputs: str
    beats: list[str]
    worker: str
    news: float = field(default_factory=time.monotonic)
    copied: bool = False


class Crew(Protocol):
    """What a worker needs of those whom it works with."""

    topic: str
    line: Line
    shared: str
    patience: float
    stopping: bool
    members: dict[str, dict[str, Any]]
    cores_of: Callable[[dict[str, Any]], tuple[int, ...]]

    def as_it_is_now(self, patience: float = FRESH) -> Bundle: ...
    def packs(self, line: Line, bundle: Bundle, digests: list[str]) -> Iterator[Any]: ...
    def assign(self, task: Task, worker: str, claims: contextlib.ExitStack) -> list[str]: ...
    def begins(self, token: str, out: Out, news: queue.SimpleQueue[dict[str, Any]]) -> None: ...
    def hears(self, out: Out) -> None: ...
    def ends(self, token: str) -> None: ...
    def loses(self, left: list[tuple[str, str]]) -> str: ...
    def refuse(self, remote: Any, lacks: list[str]) -> None: ...
    def fetch(self, remote: Any, digest: str, size: int, path: Path) -> None: ...


class Remote:
    """A worker of the cluster, as a hand of the farm. ``look`` sees who is there, where nobody else does meanwhile."""

    joins = False

    def __init__(
        self, crew: Crew, line: Line, identity: str, about: dict[str, Any], look: Callable[[], None] = lambda: None
    ) -> None:
        self.crew, self.line, self.identity, self.look = crew, line, identity, look
        self.address: str = about["address"]
        self.name = f"{about['name']} at {self.address}" if str(about["name"]) != self.address else self.address
        kept = {"workers": [self.address], "allow_other_workers": False, "pure": False}
        self.any = line.client.get_executor(**kept)
        self.drawing = line.client.get_executor(**kept, resources={GL: 1})
        self.cores = crew.cores_of(about)

    # Coming to know it.

    def prepare(self, lacks: Callable[[dict[str, Any]], list[str]]) -> list[str]:
        """Give it what films are made from and let it examine itself; returns why it cannot be used, if it cannot."""
        self.lacks = lacks
        try:
            # Not as a task: what cannot be read ends a worker without a word.
            self._await(_aside(self.line.call, self.address, importlib.import_module, station.__name__))
            spoken = self.ask(station.speaks)
            if spoken != station.speaks():
                return [f"mathviz {spoken} there, {station.speaks()} here"]
            self._deliver()
            self.examined = self.ask(station.examine, self.bundle.digest)
        except Gone:
            raise
        except ImportError as error:
            return [f"mathviz does not run there: {first_line(error)}. Install there: pip install 'mathviz[cluster]'"]
        except Exception as error:  # noqa: BLE001 - whatever stands in the way of running mathviz there
            if "deserialization of the task graph" in str(error):  # Dask's scheduler reads what it passes on
                return ["the scheduler has no mathviz of this kind. Install there: pip install 'mathviz[cluster]'"]
            return [f"{type(error).__name__}: {first_line(error)}"]
        return lacks(self.examined)

    def _deliver(self) -> None:
        for again in range(TRIES + 1):
            self.bundle, shared = self.crew.as_it_is_now(0.0 if again else FRESH), self.crew.shared
            try:
                lacking = self.ask(station.lacking, list(self.bundle.manifest.values()), shared)
                for pack in self.crew.packs(self.line, self.bundle, lacking):
                    self.ask(station.take, pack, shared)
                self.ask(station.settle, self.bundle.manifest, shared)
                return
            except Changed as changed:
                last = changed
        raise Gone(f"{last} is saved again and again while it is sent")

    def compute(self, stem: str, resource: str) -> dict[str, Any]:
        """Run a computation there. Raises Gone."""
        kept = {"workers": [self.address], "allow_other_workers": False, "pure": False, "resources": {resource: 1}}
        executor = self.line.client.get_executor(**kept)
        device = "cuda" if resource == GPU else "cpu"
        return self._await(executor.submit(station.compute, self.bundle.digest, stem, device, self.crew.shared))

    def ask(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """Call a function of ``station`` as a task. Raises Gone, or what it raises there."""
        return self._await(self.any.submit(function, *arguments))

    def _await(self, future: concurrent.futures.Future[Any], meanwhile: Callable[[], None] = lambda: None) -> Any:
        from distributed import KilledWorker
        from distributed.comm import CommClosedError

        while not future.done():
            self.look()
            self.require()
            meanwhile()
            concurrent.futures.wait([future], LOOKING)
        try:
            return future.result()
        except (concurrent.futures.CancelledError, KilledWorker, CommClosedError, Gone) as error:
            self.look()
            self.require()
            counts = getattr(error, "counts", True)
            raise Gone(f"the worker {self.name} does not answer: {first_line(error)}", counts) from None

    def read(self, digest: str, at: int) -> Any:
        """The next bytes of a content that it has. Raises Gone as soon as it leaves: Dask would try for long."""
        return self._await(_aside(self.line.call, self.address, station.read, digest, at))

    def require(self) -> None:
        """Raise Gone unless it is there."""
        if self.crew.stopping:
            raise Gone("this command ends")
        if self.line is not self.crew.line or not self.line.open:
            raise Gone("the scheduler is gone")
        if self.identity not in self.crew.members:
            raise Gone(f"the worker {self.name} is gone", counts=True)

    # Working.

    def do(self, task: Task, listen: Listen) -> dict[str, Any]:
        """A step of a film, or for ``draw`` a part of it: some beats that nobody else is drawing.

        If files were saved since it was prepared, it is given them first.
        """
        if self.crew.as_it_is_now().digest != self.bundle.digest and (lacks := self.prepare(self.lacks)):
            self.crew.refuse(self, lacks)
            raise Gone(f"the worker {self.name} cannot be used any more")
        with contextlib.ExitStack() as claims:
            beats = self.crew.assign(task, self.identity, claims)
            if not beats:
                return {"done": {}}
            return _Trip(self, task, beats, listen).run()


def _aside(function: Callable[..., Any], *arguments: Any) -> concurrent.futures.Future[Any]:
    """Call it in a thread that nobody has to wait for, not even the end of this command."""
    future: concurrent.futures.Future[Any] = concurrent.futures.Future()

    def run() -> None:
        try:
            future.set_result(function(*arguments))
        except BaseException as error:  # noqa: BLE001 - whoever asks for the result gets it
            future.set_exception(error)

    threading.Thread(target=run, daemon=True).start()
    return future


class _Trip:
    """One errand, from its beginning to its end here: its beats arrive while it goes on."""

    def __init__(self, remote: Remote, task: Task, beats: list[str], listen: Listen) -> None:
        self.remote, self.crew, self.task, self.listen = remote, remote.crew, task, listen
        self.cache, self.token = inputs.cache_of(task.job), f"{self.crew.topic}-{os.urandom(8).hex()}"
        self.out = Out(task.inputs, beats, remote.identity)
        self.taken: set[str] = set()
        self.strange: dict[str, list[str]] = {}
        """Beats that arrived and were made from other files than those that are here, and which."""
        self.news: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()

    def run(self) -> dict[str, Any]:
        crew, task, bundle = self.crew, self.task, self.remote.bundle
        job = bundle.sent(replace(task.job, only=tuple(self.out.beats)))
        sources = self.remote.examined["surroundings"]
        errand = station.Errand(
            crew.topic, self.token, bundle.digest, task.step, job.as_json(), task.inputs, sources,
            self.remote.cores, crew.shared, crew.patience,
        )  # fmt: skip
        crew.begins(self.token, self.out, self.news)
        try:
            said = self.remote._await(self.remote.drawing.submit(station.run, asdict(errand)), self._meanwhile)
            return self._ended(said)
        except _Overtaken:
            self.remote.line.tell(self.remote.address, station.abandon, self.token)
            return {"done": {"tallies": {"frames": 1}}}
        except Gone as gone:
            if gone.counts and (cause := crew.loses(self._left())):
                return {"error": cause}
            raise
        finally:
            crew.ends(self.token)

    def _meanwhile(self) -> None:
        with contextlib.suppress(queue.Empty):
            while True:
                said = self.news.get_nowait()
                if "beat" in said:
                    self._take_in(said["beat"])
                else:
                    self.listen(said)
        if self.task.step == "draw" and not self.taken.issuperset(self.out.beats) and not self._left():
            raise _Overtaken

    def _left(self) -> list[tuple[str, str]]:
        job, name = self.task.job, self.task.inputs
        return [(name, beat) for beat in self.out.beats if not self.cache.beat(name, beat, job.digests)]

    def _ended(self, said: dict[str, Any]) -> dict[str, Any]:
        if "broken" in said:
            self.crew.refuse(self.remote, [said["broken"]])
            raise Gone(said["broken"])
        for told in said.pop("beats"):
            self._take_in(told)
        if "abandoned" in said:
            return {"done": {"tallies": {"frames": 1}}}
        root = said.pop("root")
        for kind in {"error", "crash"} & set(said):
            said[kind] = self.remote.bundle.here(said[kind], root)
        if "done" in said and self.strange and self.crew.as_it_is_now(0.0).digest == self.remote.bundle.digest:
            beat, names = next(iter(self.strange.items()))
            return {"error": f"{self.remote.name} draws the beat {beat} from others than are here: {', '.join(names)}"}
        return said

    def _take_in(self, told: dict[str, Any]) -> None:
        """Keep a beat that a worker has, once."""
        name, job = told["name"], self.task.job
        if name in self.taken:
            return
        self.taken.add(name)
        beat = Beat.of(told["beat"])
        beat = replace(beat, reads=inputs.Now(job).named_here(beat.reads))
        if told["files"] and not self.cache.has(beat.key, job.digests):
            self._fetch(beat.key, told["files"])
        elif not told["files"] and self.task.step != "survey":
            return  # it was not there any more when it was asked for
        if others := inputs.Now(job).others(beat.reads):  # it will be drawn again, unless nobody has saved anything
            self.strange[name] = others
        self.cache.remember(self.task.inputs, name, beat)
        self.listen({"beat": name, "frames": beat.frames})
        if self.task.step != "survey":
            self.listen({"made" if told["fresh"] else "found": name})
        self.crew.hears(self.out)

    def _fetch(self, key: str, files: dict[str, tuple[str, int]]) -> None:
        if not re.fullmatch("[0-9a-f]{64}", key) or any(Path(name).name != name for name in files):
            raise Gone(f"the worker {self.remote.name} names files that no beat has")
        made = Path(self.task.folder) / f"arriving-{self.token}"
        made.mkdir()
        for name, (digest, size) in files.items():
            self.crew.fetch(self.remote, digest, size, made / name)
        sealed = made / "digests.txt"
        if sealed.is_file():  # the cache seals it itself
            disk.write_whole(sealed, "\n".join(sealed.read_text().split()[:-1]).encode())
        self.cache.keep(key, made)


class _Overtaken(Exception):
    """Somebody else has drawn it meanwhile."""
