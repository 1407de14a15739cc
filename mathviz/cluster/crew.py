"""Workers of a Dask cluster draw, this machine joins: a farm whose hands may be anywhere, come and go.

Dask connects, knows who is there, and brings errands to workers and their results back. Which worker does
what is decided here, as in any farm: by what the films lack. What has arrived stands in this machine's
cache, so whatever happens to workers, scheduler or this command, the next one begins there.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import inspect
import logging
import math
import os
import queue
import re
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from mathviz import trace
from mathviz.cluster import bundle as bundles
from mathviz.cluster import station
from mathviz.cluster.bundle import PIECE, Bundle, Store
from mathviz.cluster.line import Gone, Line
from mathviz.cluster.remote import GL, GPU, LOOKING, Out, Remote
from mathviz.films import compute
from mathviz.films.compute import Computation
from mathviz.project import Project
from mathviz.project.errors import MathvizError, RenderFailed, ToolMissing
from mathviz.render import inputs
from mathviz.render.cache import LIMIT, YOUNG
from mathviz.render.farm import FRESH, Farm, FilmWork, begin, cores
from mathviz.render.plan import Job
from mathviz.render.worker import Task

WITHOUT_WORKERS = 600.0
"""Seconds without any worker after which a render gives up. What was drawn is kept."""

WITHOUT_FIT = 10.0
"""Seconds for which only workers are there that cannot be used."""

SLOW = 2.0
"""An errand without news for so many times as long as any beat took is given to an idle worker as well."""

SLOW_AT_LEAST = 5.0
"""Seconds without news below which no errand is slow."""

QUIET = {
    "distributed.worker.profile.enabled": False, "distributed.admin.tick.interval": "1s",
    "distributed.admin.system-monitor.interval": "10s",
}  # fmt: skip
"""Dask's settings for workers of this machine: watching itself would take a tenth of its cores."""

LOSSES = 3
"""Workers that may be lost while they draw one beat before it is taken for the cause."""

Say = Callable[[str], None]


class Crew(Farm):
    """The workers of the cluster at ``address``, as they come and go, and ``joiners`` processes here.

    ``shared`` is a folder that all machines see, if there is one: contents then go through it and not through
    the scheduler. ``any_version`` takes workers with other versions than this machine's too.
    """

    def __init__(
        self, address: str, joiners: int, say: Say, *, shared: str = "", any_version: bool = False,
        cores_of: Callable[[dict[str, Any]], tuple[int, ...]] = lambda about: (),
    ) -> None:  # fmt: skip
        super().__init__(joiners)
        self.address, self.say, self.shared, self.any_version = address, say, shared, any_version
        self.cores_of = cores_of
        self.topic = f"mathviz-{os.urandom(8).hex()}"
        self.outs: dict[str, Out] = {}
        self.heard: dict[str, queue.SimpleQueue[dict[str, Any]]] = {}
        self.members: dict[str, dict[str, Any]] = {}
        self.served: dict[str, threading.Thread] = {}
        self.refused: dict[str, list[str]] = {}
        self.useless: set[str] = set()
        self.lost: Counter[tuple[str, str]] = Counter()
        self.troubles: Counter[str] = Counter()
        self.longest = 0.0
        self.failure: BaseException | None = None
        self.line = Line(address, self.topic, self._hear)
        self.used = time.monotonic()
        self.told = 0.0
        self.bundling = threading.Lock()

    def close(self) -> None:
        """Leave the cluster as it was, and in the folder that all machines see what was used lately."""
        self.line.close()
        if self.shared:
            Store(Path(self.shared)).prune(LIMIT, YOUNG)

    # The films.

    def take_jobs(self, project: Project, jobs: list[Job]) -> None:
        """Say what will be made: the bundle is made from it."""
        stems = sorted({job.stem for job in jobs if job.of_catalogue})
        self._bundle(project, stems, [Path(job.scene) for job in jobs if not job.of_catalogue])

    def _bundle(self, project: Project, stems: list[str], scenes: list[Path]) -> None:
        self.bundled = project, stems, scenes
        self.bundle, self.looked = bundles.of(project, stems, scenes), time.monotonic()
        if self.shared:
            for path in self.bundle.files.values():
                Store(Path(self.shared)).put(path)

    def as_it_is_now(self, patience: float = FRESH) -> Bundle:
        """The bundle, made anew if somebody has saved a file since; not looked at again within ``patience`` seconds."""
        with self.bundling:
            if time.monotonic() - self.looked > patience:
                before = self.bundle
                self._bundle(*self.bundled)
                if self.bundle.digest == before.digest:
                    self.bundle = before
            return self.bundle

    def _begin(self, film: FilmWork) -> None:
        """Others draw: who joins films here is started when there is one to be joined."""

    def _run_all(self) -> None:
        for _ in range(self.workers):
            self._start(self._hire, self._film_to_join)
        self._start(self._compute_all)
        try:
            while any(film.outcome is None for film in self.films):
                self._recruit()
                if self.failure:
                    raise self.failure
                with self.lock:
                    self.lock.wait(LOOKING)
        except BaseException:
            self.stop()
            raise
        finally:
            self.stopping = True
            for token, out in list(self.outs.items()):
                self.line.tell(out.worker.split()[0], station.abandon, token)

    def _start(self, work: Callable[..., None], *arguments: Any) -> threading.Thread:
        def guarded() -> None:
            try:
                work(*arguments)
            except BaseException as error:  # noqa: BLE001 - the main thread raises it
                if not self.stopping:
                    self.failure = error

        thread = threading.Thread(target=guarded, daemon=True)
        thread.start()
        return thread

    def _film_to_join(self, films: list[FilmWork]) -> FilmWork | None:
        ready = (film for film in films if film.helpers == 0 and film.step == "draw" and not film.missing)
        return next(ready, None)

    def _film_for(self, remote: Remote, films: list[FilmWork]) -> FilmWork | None:
        remote.require()
        open_films = [film for film in films if self._can_help(film, remote.identity)]
        free = [film for film in open_films if film.helpers == 0]
        return next(iter(free or open_films), None)

    def _can_help(self, film: FilmWork, worker: str) -> bool:
        if film.step in ("join", "compute"):
            return False
        if film.step == "survey" or film.alone:
            return film.helpers == 0 and (film.step == "survey" or bool(film.missing))
        return bool(self._not_out(film.key, film.missing)) or self._late(film.key, worker) is not None

    def _not_out(self, key: str, beats: list[str]) -> list[str]:
        out = {beat for each in self.outs.values() if each.inputs == key for beat in each.beats}
        return [beat for beat in beats if beat not in out]

    def _late(self, key: str, worker: str) -> Out | None:
        """An errand of somebody else that takes so long that it is worth to be done twice."""
        allowed = max(SLOW_AT_LEAST, SLOW * self.longest)
        if not self.longest:
            return None
        outs = (out for out in self.outs.values() if out.inputs == key and out.worker != worker and not out.copied)
        return next((out for out in outs if time.monotonic() - out.news > allowed), None)

    def assign(self, task: Task, worker: str, claims: contextlib.ExitStack) -> list[str]:
        """The beats that a worker shall do now. Those to be drawn are claimed from all commands of this machine."""
        cache, job = inputs.cache_of(task.job), task.job
        if task.step != "draw":
            return list(job.wanted)
        with self.lock:
            missing = [name for name in job.wanted if cache.beat(task.inputs, name, job.digests) is None]
            chosen = self._not_out(task.inputs, missing)[: self._portion()]
            late = None if chosen else self._late(task.inputs, worker)
            if late:
                late.copied = True
                left = [name for name in late.beats if name in missing]
                slow = f"{late.worker.split()[0]} is slow with {', '.join(left)}"
                self.say(f"{job.name}: {slow}, which others now draw too")
                return left
            return [name for name in chosen if claims.enter_context(cache.claim(task.inputs, name))]

    def _portion(self) -> int:
        films = [film for film in self.films if film.outcome is None and film.step == "draw"]
        hands = sum(thread.is_alive() for thread in list(self.served.values()))
        return portion(sum(len(self._not_out(film.key, film.missing)) for film in films), hands)

    def begins(self, token: str, out: Out, news: queue.SimpleQueue[dict[str, Any]]) -> None:
        """An errand goes out."""
        with self.lock:
            self.outs[token], self.heard[token] = out, news

    def ends(self, token: str) -> None:
        """An errand is back, or never will be."""
        with self.lock:
            del self.outs[token], self.heard[token]

    def hears(self, out: Out) -> None:
        """A beat of an errand has arrived."""
        with self.lock:
            now = time.monotonic()
            self.longest, out.news = max(self.longest, now - out.news), now

    def loses(self, left: list[tuple[str, str]]) -> str:
        """A worker was lost that was drawing the first of these beats; returns why it shall not be tried again."""
        for beat in left[:1]:
            self.lost[beat] += 1
            if self.lost[beat] >= LOSSES:
                return f"{LOSSES} workers were lost, one after the other, while they drew the beat {beat[1]}"
        return ""

    def _hear(self, said: dict[str, Any]) -> None:
        if news := self.heard.get(said["token"]):
            news.put(said)

    # The workers.

    def _recruit(self) -> None:
        """Look who is there, and put everybody to work who can draw and does not yet."""
        try:
            self.members = self.line.members()
        except Gone:
            self._connect_again()
            return
        for identity, about in self.members.items():
            if identity in self.served:
                continue
            if GL in about["resources"]:
                remote = Remote(self, self.line, identity, about)
                self.served[identity] = self._start(self._serve, remote)
            elif identity not in self.useless:
                self.useless.add(identity)
                if GPU not in about["resources"]:
                    self.say(f"{about['address']} declares neither GL nor GPU, so nothing is given to it")
        busy = [name for name in self.members if name in self.served and self.served[name].is_alive()]
        if busy:
            self.used = time.monotonic()
        self._wait_for_workers()

    def _serve(self, remote: Remote) -> None:
        try:
            if lacks := remote.prepare(self._lacks):
                self.refuse(remote, lacks)
                return
            self._work(remote, lambda films: self._film_for(remote, films))
        except Gone as gone:
            if not self.stopping:
                self.say(f"{gone}; what was begun there is done again")
                self._try_again(remote)

    def _try_again(self, remote: Remote) -> None:
        """A worker that is still there may do better next time, but not for ever."""
        self.troubles[remote.identity] += 1
        if self.troubles[remote.identity] >= LOSSES and remote.identity not in self.refused:
            self.refuse(remote, [f"it failed {LOSSES} times"])
        if remote.identity not in self.refused:
            self.served.pop(remote.identity, None)

    def _lacks(self, examined: dict[str, Any]) -> list[str]:
        """Why a worker cannot draw what this machine would draw; empty if it can."""
        missing = [f"{each['name']}: {each['found']}" for each in examined["findings"] if not each["there"]]
        if missing or "error" in examined:
            return missing or [examined["error"]]
        here, there = inputs.surroundings(), examined["surroundings"]
        if self.any_version:
            return []
        return [
            f"{name}: {there.get(name, 'none')} there, {here.get(name, 'none')} here"
            for name in inputs.differences(here, there)
        ]

    def see(self) -> None:
        """See who is there. Raises Gone if the scheduler is not."""
        self.members = self.line.members()

    def refuse(self, remote: Remote, lacks: list[str]) -> None:
        """Say why a worker is not used."""
        self.refused[remote.identity] = lacks
        self.say(f"the worker {remote.name} is not used: {'; '.join(lacks)}")

    def _connect_again(self) -> None:
        self.members = {}
        self.line.close()
        self.say(f"the scheduler at {self.address} is gone; waiting for it")
        while True:
            self._wait_for_workers()
            with contextlib.suppress(RenderFailed):
                self.line = Line(self.address, self.topic, self._hear)
                return
            time.sleep(LOOKING)

    def _wait_for_workers(self) -> None:
        """Raise RenderFailed after too long without a worker that can be used."""
        waited = time.monotonic() - self.used
        able = {name for name, about in self.members.items() if GL in about["resources"]}
        refused = [name for name in able if name in self.refused]
        if refused and len(refused) == len(able) and waited > WITHOUT_FIT:
            lacks = sorted({lack for name in refused for lack in self.refused[name]})
            raise RenderFailed(
                f"No worker at {self.address} can be used: {'; '.join(lacks)}. Make the workers like this machine; "
                "--any-version allows other versions"
            )
        if waited > WITHOUT_WORKERS:
            raise RenderFailed(
                f"There was no worker with GL at {self.address} for {waited:.0f} s. What was drawn is kept. "
                f"Start one: dask worker {self.address} --nthreads 1 --resources GL=1"
            )
        if waited > 5 and time.monotonic() - self.told > 15:
            self.told = time.monotonic()
            self.say(f"waiting for a worker: dask worker {self.address} --nthreads 1 --resources GL=1")

    # Contents.

    def packs(self, line: Line, bundle: Bundle, digests: list[str]) -> Iterator[Any]:
        """Contents in packs of about a piece each, as Dask's futures: sent once, then passed on between workers.

        Raises Changed.
        """
        paths = {digest: bundle.files[name] for name, digest in bundle.manifest.items()}
        pack: list[tuple[str, int, int, bytes]] = []
        for digest in digests:
            for piece in bundles.pieces(paths[digest], digest):
                if pack and sum(len(data) for *_, data in pack) + len(piece.data) > PIECE:
                    yield _future(line, pack)
                    pack = []
                pack.append((piece.digest, piece.at, piece.size, piece.data))
        if pack:
            yield _future(line, pack)

    def fetch(self, remote: Remote, digest: str, size: int, path: Path) -> None:
        """Bring a content here. Raises Gone for one that is not what its name says."""
        if self.shared:
            Store(Path(self.shared)).fetch(digest, path)
            return
        found = hashlib.sha256()
        with path.open("wb") as file:
            at = 0
            while at < size:
                data = remote.read(digest, at)
                if not data:
                    break
                file.write(data)
                found.update(data)
                at += len(data)
        if found.hexdigest() != digest:
            raise Gone(f"what {remote.name} sent as {digest[:12]}… is {found.hexdigest()[:12]}…; it was not kept")

    # Computations.

    def _compute_all(self) -> None:
        """Have the traces computed that films wait for, one after the other, while others are drawn."""
        waiting = [film for film in self.films if film.step == "compute"]
        for stem in dict.fromkeys(film.job.stem for film in waiting):
            films = [film for film in waiting if film.job.stem == stem]
            error = self._have_it_computed(stem, Project.around(Path(films[0].job.scene)))
            for film in films:
                with self.lock:
                    film.end(None, error=error) if error else begin(film)
                    self.lock.notify_all()
                self.progress(film)

    def _have_it_computed(self, stem: str, project: Project) -> str:
        """Compute a film's trace and its inputs, by a worker if there is one that can; returns what went wrong.

        One that declares GPU, where the computation can use one and such a worker is there; else one that draws.
        """
        try:
            computation = compute.of_film(project, stem)
            for each in (*computation.inputs, computation):
                if compute.missing(each, project) is not None:
                    self._compute(each, project)
            error = self._computed(computation, project)
            self.as_it_is_now(0.0)  # whoever draws it needs the trace
            return error
        except MathvizError as wrong:
            return str(wrong)

    def _compute(self, computation: Computation, project: Project) -> None:
        """Have a worker compute a trace into this machine's cache; nothing happens where no worker can."""
        asks = GPU if "device" in inspect.signature(computation.function).parameters else GL
        for resource in dict.fromkeys((asks, GL)):
            for remote in self._declaring(resource):
                try:
                    if lacks := remote.prepare(functools.partial(_lacks_for_computing, resource)):
                        self.refuse(remote, lacks)
                        continue
                    self.say(f"computing {computation.stem} on {remote.name}, which declares {resource} …")
                    return self._bring(remote, remote.compute(computation.stem, resource), project)
                except Gone as gone:
                    self.say(f"{gone}; somebody else computes {computation.stem}")
        return None

    def _declaring(self, resource: str) -> list[Remote]:
        """Those who are there now and may be asked."""
        with contextlib.suppress(Gone):
            self.see()
        return [
            Remote(self, self.line, identity, about, self.see) for identity, about in self.members.items()
            if resource in about["resources"] and identity not in self.refused
        ]

    def _bring(self, remote: Remote, said: dict[str, Any], project: Project) -> None:
        if "error" in said:
            raise MathvizError(f"computed on {remote.name}: {remote.bundle.here(said['error'], said['root'])}")
        folder = project.cache / "traces"
        folder.mkdir(parents=True, exist_ok=True)
        for name, (digest, size) in said["files"].items():
            arriving = folder / f".{name}.{os.getpid()}"
            self.fetch(remote, digest, size, arriving)
            if name.endswith(".json"):  # there is no git on the worker; the code is this machine's
                about = trace.unsealed(arriving) | {"commit": compute.commit(project.root)}
                trace.write_sealed(arriving, about)
            arriving.replace(folder / Path(name).name)


def portion(beats: int, workers: int) -> int:
    """How many of so many open beats one of so many workers takes at once.

    Many at first, since every errand plays the film up to its beats; then ever fewer, so that all end together.
    Who is alone takes all.
    """
    return math.ceil(beats / (2 * workers)) if workers > 1 else beats


DRAWING = ("manimgl", "ffmpeg", "ffprobe", "latex", "standalone.cls", "dvisvgm", "fonts", "OpenGL through EGL")
"""What ``doctor`` looks for that somebody who only computes need not have."""


def _lacks_for_computing(resource: str, examined: dict[str, Any]) -> list[str]:
    """Why a worker cannot compute, where one that declares GPU needs a GPU and nothing to draw with."""
    missing = [each for each in examined["findings"] if not each["there"]]
    if resource == GPU:
        missing = [each for each in missing if each["name"] not in DRAWING]
        missing += [each for each in examined["findings"] if each["name"].startswith("GPU") and each["install"]]
    error = [] if examined["findings"] else [examined["error"]]
    return [f"{each['name']}: {each['found']}" for each in missing] or error


def _future(line: Line, pack: list[tuple[str, int, int, bytes]]) -> Any:
    key = hashlib.sha256(repr([(digest, at) for digest, at, *_ in pack]).encode()).hexdigest()
    return line.client.submit(list, pack, key=f"mathviz-{key}", pure=True)


@contextlib.contextmanager
def opened(cluster: str, joiners: int, say: Say, **options: Any) -> Iterator[Crew]:
    """The crew at tcp://… or tls://…, or of ``local:N`` workers that are started here and end with it.

    Raises ToolMissing without Dask, and MathvizError for what is no such place.
    """
    try:
        import dask
        import distributed
    except ImportError:
        raise ToolMissing("dask.distributed is not installed. Install: pip install 'mathviz[cluster]'") from None
    if re.fullmatch(r"(tcp|tls)://.+:\d+", cluster):
        with contextlib.closing(Crew(cluster, joiners, say, **options)) as crew:
            yield crew
        return
    if not (found := re.fullmatch(r"local:([1-9]\d*)", cluster)):
        raise MathvizError(f"--cluster {cluster}: say tcp://HOST:PORT, tls://HOST:PORT, or local:N for N workers here")
    mine = cores()
    with _uninterrupted(), dask.config.set(QUIET):
        local = distributed.LocalCluster(
            n_workers=int(found[1]), threads_per_worker=1, resources={GL: 1}, host="127.0.0.1", dashboard_address=None,
            memory_limit=0, silence_logs=logging.CRITICAL,
        )  # fmt: skip
    with local, contextlib.closing(Crew(
        local.scheduler_address, joiners, say, **options,
        cores_of=lambda about: (mine[int(about["name"]) % len(mine)],),
    )) as crew:  # fmt: skip
        yield crew


@contextlib.contextmanager
def _uninterrupted() -> Iterator[None]:
    """Processes that begin here do not hear Ctrl-C, which a terminal sends to all: they end when they are told to."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
