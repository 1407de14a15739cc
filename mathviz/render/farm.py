"""Shares films out among worker processes, watches them, and lets one film's failure cost one film.

A film goes through steps: it is unchanged; or its beats are looked through, if it was made before; those
that are missing are drawn, by as many workers as are free; and they are joined. What a step has done
stands in the cache, so a step that dies is simply taken again.
"""

from __future__ import annotations

import contextlib
import glob
import itertools
import json
import os
import random
import selectors
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, cast

from mathviz.films import compute
from mathviz.films.compute import Computation
from mathviz.project import Project, disk, loading, programs
from mathviz.project.activity import activity, limit
from mathviz.project.errors import MathvizError, RenderFailed, ToolFailed, sentence
from mathviz.render import doctor, inputs, report
from mathviz.render.cache import Cache
from mathviz.render.patience import LAST, LOOK, ended
from mathviz.render.plan import Job, Outcome
from mathviz.render.twin import HERE, Twin
from mathviz.render.worker import BEGIN, Task

LEAVING = 5.0
"""Seconds that a worker has to leave when it is told to."""

PAUSE = 0.5
"""Seconds between looks at beats that another command is drawing."""

LOOK_FOR_TWIN = 0.2
"""Seconds between looks at whether the process is still there that another one is to be forked from."""

TRIES = 2

FRESH = 2.0
"""Seconds for which files are taken to be as they were, while work is handed out. Who does it looks again."""

Progress = Callable[["FilmWork"], None]
"""Called with a film whenever something of it was done."""

Choice = Callable[[list["FilmWork"]], "FilmWork | None"]
"""Which of the films that are not done somebody should do something for."""

Listen = Callable[[dict[str, Any]], None]
"""Called with what a task says while it runs."""


@dataclass(eq=False)
class FilmWork:
    """One film on its way: what is known of it, who works on it, and what came of it."""

    job: Job
    sources: dict[str, str]
    key: str
    cache: Cache
    began: float = field(default_factory=time.monotonic)
    step: str = "draw"
    frames: dict[str, int] = field(default_factory=dict)
    drawn: dict[object, int] = field(default_factory=dict)
    """Frames drawn by each task."""
    made: list[str] = field(default_factory=list)
    found: list[str] = field(default_factory=list)
    """Beats that need not be drawn: they were in the cache."""
    notes: list[str] = field(default_factory=list)
    restless: str = ""
    """A file that changed while the last beat was drawn from it."""
    helpers: int = 0
    alone: bool = False
    crashes: int = 0
    surveys: int = 0
    rest_until: float = 0.0
    digests: list[str] = field(default_factory=list)
    cpu: dict[str, tuple[float, float]] = field(default_factory=dict)
    """For each beat that was drawn here, the seconds its process had computed when it began and when it was made."""
    joining: float = 0.0
    """Seconds of computing that it took to join the beats."""
    beat: str = ""
    """The beat that one of those who draw has come to."""
    busy: str = ""
    """For how long no frame came of a task that computes, and where it is."""
    outcome: Outcome | None = None

    @property
    def missing(self) -> list[str]:
        """The beats that the film still lacks. Notes the length of those that it has."""
        lacking = []
        for name in self.job.wanted:
            beat = self.cache.beat(self.key, name, self.job.digests)
            if beat is None:
                lacking.append(name)
            else:
                self.frames[name] = beat.frames
        return lacking

    @property
    def not_looked_at(self) -> list[str]:
        """The beats of which it is not known yet whether they are there."""
        return [name for name in self.job.wanted if not self.cache.looked_at(self.key, name)]

    @property
    def open_beats(self) -> int:
        """How many workers could do something for the film at once."""
        if self.alone or self.step == "join":
            return 0
        return len(self.not_looked_at if self.step == "survey" else self.missing)

    @property
    def total(self) -> int:
        """Frames in all, as far as is known: a beat of unknown length counts as the mean of the others."""
        known = [self.frames[name] for name in self.job.wanted if name in self.frames]
        return round(sum(known) / len(known) * len(self.job.wanted)) if known else 0

    @property
    def is_measured(self) -> bool:
        """Whether the length of every beat is known."""
        return all(name in self.frames for name in self.job.wanted)

    @property
    def done(self) -> int:
        """Frames that need no drawing any more: drawn now, or found in the cache."""
        return sum(self.drawn.values()) + sum(self.frames.get(name, 0) for name in self.found)

    def end(self, film: Path | None, frames: int = 0, error: str = "", unchanged: bool = False) -> None:
        """The first end is the one that counts."""
        if self.outcome:
            return
        drawn = tuple(name for name in self.job.wanted if name in self.made)
        seconds = time.monotonic() - self.began
        self.outcome = Outcome(
            self.job, film, frames, seconds, error, drawn, tuple(self.notes), unchanged, tuple(self.digests)
        )


def cores() -> list[int]:
    """The processor cores that this process may use."""
    return sorted(os.sched_getaffinity(0))


class Hand(Protocol):
    """Somebody who does tasks, one after the other: a process here, or a worker of a cluster."""

    joins: bool
    """Whether films are joined by it."""

    def do(self, task: Task, listen: Listen) -> dict[str, Any]:
        """Do a task in its folder; returns ``done``, ``error`` or ``crash``."""
        ...


class Farm:
    """``workers`` worker processes and the films that they share.

    They use as many cores as there are workers, drawing and encoding together; the others stay free for
    whoever asked for fewer. Which ones is left to chance, so that two commands rarely meet on one.
    They work in the folder ``place``, this process's when not given, with ``environment`` beside its own.
    """

    def __init__(
        self, workers: int, progress: Progress = lambda film: None,
        place: Path | None = None, environment: dict[str, str] | None = None, patience: float | None = None,
    ) -> None:  # fmt: skip
        self.workers, self.progress, self.patience = workers, progress, patience or limit()
        self.place, self.environment = place, environment or {}
        self.cores = set(random.sample(cores(), min(workers, len(cores()))))
        self.lock = threading.Condition()
        self.running: set[subprocess.Popen[str] | Twin] = set()
        self.forks: set[int] = set()
        self.films: list[FilmWork] = []
        self.computing: set[str] = set()
        """Stems of what is being computed."""
        self.uncomputed: dict[str, str] = {}
        """Stem → why it could not be computed."""
        self.say: Callable[[str], None] = lambda line: None
        self.verify = False
        """Whether films that are there are read whole before they are taken for unaltered."""
        self.idle: list[Worker] = []
        """Workers that have done something and may do more."""
        self.stopping = False

    def run(self, jobs: list[Job]) -> list[Outcome]:
        """Every job's outcome, in the jobs' order. An interrupt ends all workers and is passed on."""
        self.films, begun = [], False
        for job in jobs:
            self.films.append(film := prepare(job, self.verify))
            if film.outcome is None and not begun:
                begun = True
                doctor.require()  # before anything is made
                self._begin(film)
        for film in self.films:
            _require_room(film)
            if film.outcome:
                self.progress(film)
        if any(film.outcome is None for film in self.films):
            self._run_all()
        return [film.outcome or Outcome(film.job, None, 0, 0.0, "it was not begun") for film in self.films]

    def _begin(self, film: FilmWork) -> None:
        """Have all workers ready for a film like this one: one process imports manimgl while the others are looked at.

        What goes wrong is found, and told, by those who need them.
        """
        _require_room(film)
        if film.outcome is None:
            with contextlib.suppress(OSError):
                (Path(film.job.cache) / "work").mkdir(parents=True, exist_ok=True)
                first, *others = (self._worker() for _ in range(self.workers))
                self.idle += [*others, first]
                first.begin(film.job, others)

    def _run_all(self) -> None:
        with ThreadPoolExecutor(self.workers) as pool:
            try:
                for ended in as_completed([pool.submit(self._hire, self._any_film) for _ in range(self.workers)]):
                    ended.result()
            except BaseException:
                self.stop()
                raise

    def have_computed(self, jobs: list[Job]) -> None:
        """Have the traces of films computed that are not there, as many at once as there are workers; nothing is drawn.

        For whoever measures drawing alone. Raises RenderFailed with what went wrong.
        """
        doctor.require()
        first = {job.stem: job for job in jobs if job.of_catalogue}
        films = [film for film in map(prepare, first.values()) if film.step == "compute"]
        with ThreadPoolExecutor(self.workers) as pool:
            try:
                for _ in pool.map(self._compute_in_turn, films):
                    pass
            except BaseException:
                self.stop()
                raise
        for film in films:
            if film.outcome:
                raise RenderFailed(film.outcome.error)

    def _compute_in_turn(self, film: FilmWork) -> None:
        """Wait, where another film's computation is at work on what this one's needs."""
        while film.step == "compute" and film.outcome is None and not self.stopping:
            self._have_computed(film)
            time.sleep(max(0.0, film.rest_until - time.monotonic()))

    def ask(self, task: Task) -> dict[str, Any]:
        """Do one task in a worker of its own and return what came of it. Raises OSError."""
        worker = self._worker()
        try:
            return self.do(worker, task, lambda said: None)
        finally:
            self.idle.append(worker)

    def scenes_of(self, job: Job) -> list[str]:
        """The names of the scenes in a job's file, in manimgl's order. Raises RenderFailed with what its import says.

        Who named them has imported manimgl, and draws them afterwards.
        """
        said = self.ask(Task("scenes", job, "", ""))
        if "done" not in said:
            raise RenderFailed(said.get("error") or f"{job.scene}: {said['crash']}")
        names: list[str] = said["done"]["scenes"]
        return names

    def close(self) -> None:
        """Let go of those who wait for more."""
        while self.idle:
            self.idle.pop().__exit__()

    def _worker(self) -> Worker:
        with self.lock:
            return self.idle.pop() if self.idle else Worker(self)

    def look(self, jobs: list[Job]) -> list[dict[str, Any]]:
        """What ``run`` would compute and draw, and why, without doing it. Films made before are looked through.

        Of one whose trace is not there, all counts as to be drawn: nobody knows yet what comes out the same.
        """
        found = []
        for job in jobs:
            film = prepare(job)
            if film.step == "survey":
                doctor.require()
                said = self.ask(Task("survey", job, film.key, "", inputs.surroundings()))
                if "done" not in said:
                    raise RenderFailed(f"{job.name}: {said.get('error') or said['crash']}")
            draw = [] if film.outcome else film.missing
            missing = to_compute(job) if film.step == "compute" else []
            found.append({"name": job.name, "why": why(film), "compute": missing, "draw": draw})
        return found

    def stop(self) -> None:
        """End every worker with all that it started."""
        with self.lock:
            self.stopping = True
            running, forks = list(self.running), list(self.forks)
            self.lock.notify_all()
        for process in forks:
            _kill_group(process)
        for worker in running:
            _kill_group(worker.pid)

    def abandon(self) -> None:
        """End what is being done now. The worker stays, if it has begun."""
        with self.lock:
            processes = list(self.forks) or [worker.pid for worker in self.running]
        for process in processes:
            _kill_group(process)

    # One thread for each worker.

    def _hire(self, choose: Choice) -> None:
        with self._worker() as worker:
            self._work(worker, choose)

    def _work(self, worker: Hand, choose: Choice) -> None:
        while (film := self._next(choose)) is not None:
            try:
                self._step(worker, film)
                alone = worker.joins and film.helpers == 1 and film.outcome is None
                if alone and film.step == "draw" and not film.missing:
                    self._step(worker, film)  # join it: nobody else has to begin for that
            except OSError as error:  # no room, no right to write: nothing that another try would mend
                film.end(None, error=sentence(error))
            finally:
                with self.lock:
                    film.helpers -= 1
                    self.lock.notify_all()
            self.progress(film)

    def _next(self, choose: Choice) -> FilmWork | None:
        """A film that somebody can do something for; None when all are done. Waits if others are at it."""
        with self.lock:
            while not self.stopping:
                open_films = [film for film in self.films if film.outcome is None]
                if not open_films:
                    return None
                now = time.monotonic()
                film = choose([film for film in open_films if film.rest_until <= now])
                if film is not None:
                    film.helpers += 1
                    return film
                self.lock.wait(PAUSE)
        return None

    def _any_film(self, films: list[FilmWork]) -> FilmWork | None:
        """A film to oneself wastes nothing; the last ones are shared, each as long as it lacks beats.

        One hand computes while the others draw; nobody waits for it who could draw something.
        """
        waiting = [film for film in films if film.step == "compute"]
        films = [film for film in films if film.step != "compute"]
        if waiting and self.workers > 1 and not self.computing:
            return waiting[0]
        free = (film for film in films if film.helpers == 0)
        shared = (film for film in films if film.helpers < film.open_beats)
        return next(itertools.chain(free, shared, waiting), None)

    def _step(self, worker: Hand, film: FilmWork) -> None:
        """Do what is next for a film, and look at what came of it."""
        if film.step == "compute":
            self._have_computed(film)
            return
        step, token = film.step, object()
        joining = step == "draw" and not film.missing
        if joining:
            with self.lock:
                if film.helpers > 1 or not worker.joins:  # somebody else is at it already, or will be
                    film.rest_until = time.monotonic() + PAUSE
                    return
                film.step = step = "join"

        def listen(said: dict[str, Any]) -> None:
            with self.lock:
                if "beat" in said:
                    film.frames[said["beat"]] = said["frames"]
                if "made" in said:
                    film.made.append(said["made"])
                    film.restless = said.get("restless", "")
                    film.cpu[said["made"]] = tuple(said.get("cpu", (0.0, 0.0)))
                if "found" in said:
                    film.found.append(said["found"])
                if "drawn" in said:
                    film.drawn[token] = said["drawn"]
                film.beat = said.get("begun", film.beat) if film.job.of_catalogue else ""
                film.busy = said.get("busy", "")
                film.notes += [said["note"]] if "note" in said and said["note"] not in film.notes else []
            self.progress(film)

        sources = film.sources if step == "join" else inputs.surroundings()
        task = Task("in_sequence" if step == "draw" and film.alone else step, film.job, film.key, "", sources)
        said = self.do(worker, task, listen)
        if "error" in said:
            film.end(None, film.done, said["error"])
        elif "crash" in said:
            film.crashes += 1
            film.step = "draw"
            film.drawn.pop(token, None)
            if film.crashes >= TRIES:
                film.end(None, film.done, said["crash"])
        elif step == "survey":
            film.surveys += 1
            if not film.not_looked_at or film.surveys > TRIES:
                film.step, film.found = "draw", [name for name in film.job.wanted if name not in film.missing]
        elif step == "join":
            film.joining = said["cpu"]
            self._joined(film, said["done"])
        elif film.restless and film.made.count(film.made[-1]) >= TRIES + 1:
            film.end(None, film.done, f"{film.restless} changes while {film.made[-1]} is drawn, each time anew")
        elif film.missing and not said["done"].get("tallies", {}).get("frames"):
            film.rest_until = time.monotonic() + PAUSE  # another command is drawing them

    def _have_computed(self, film: FilmWork) -> None:
        """Have a film's trace computed, once for all films that wait for it."""
        project = Project.around(Path(film.job.scene))
        try:
            computation = compute.of_film(project, film.job.stem)
            stems = {computation.stem, *(source.stem for source in computation.inputs)}
            with self.lock:
                if stems & self.computing:
                    film.rest_until = time.monotonic() + PAUSE
                    return
                self.computing |= stems
            try:
                error = self.uncomputed.get(computation.stem) or self._computed(computation, project)
            finally:
                with self.lock:
                    self.computing -= stems
        except MathvizError as wrong:
            error = str(wrong)
        if error:
            self.uncomputed[film.job.stem] = error
            film.end(None, error=error)
        else:
            begin(film)

    def _computed(self, computation: Computation, project: Project) -> str:
        """Compute what is not there, in a process of its own; returns what went wrong."""
        told = compute.missing(computation, project)
        if told is None:
            return ""
        for line in [*told, f"computing {computation.stem} …"]:
            self.say(line)
        with self.lock:
            if self.stopping:
                return "interrupted"
            process = subprocess.Popen(
                compute.command(computation), cwd=project.root, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE, text=True, errors="replace", start_new_session=True,
            )  # fmt: skip
            os.sched_setaffinity(process.pid, self.cores)
            self.running.add(process)
        try:
            _, said = programs.communicate(process, self.patience)
        except ToolFailed as error:
            return str(error)
        finally:
            with self.lock:
                self.running.discard(process)
        if process.returncode == 0:
            return ""
        return compute.failed(computation, process.returncode, said)

    def _joined(self, film: FilmWork, done: dict[str, Any]) -> None:
        film.step = "draw"
        if "film" in done:
            film.digests = done["digests"]
            film.notes += done["notes"]
            if not film.job.of_catalogue:
                film.cache.forget(film.key)
            film.end(Path(done["film"]), done["frames"])
        elif "torn" in done and film.alone:
            film.end(None, film.done, f"it is another film each time that it is played: {done['torn']}")
        elif "torn" in done:
            film.notes.append(f"drawn in sequence: {done['torn']}")
            film.alone, film.key = True, f"{film.key}-sequence"
            film.made.clear()
            film.found.clear()

    def do(self, worker: Hand, task: Task, listen: Listen) -> dict[str, Any]:
        """One task, from its folder to the end of its fork: ``done``, ``error`` or ``crash``. Raises OSError."""
        job = task.job
        work = Path(job.cache) / "work"
        work.mkdir(parents=True, exist_ok=True)
        sweep(work)
        disk.require_folder(job.folder)  # known before drawing, not after
        sweep(job.folder, f".{job.name}-")
        folder = Path(tempfile.mkdtemp(prefix=f"{job.name}-", dir=work))
        held = disk.hold(folder)
        try:
            said = worker.do(Task(task.step, job, task.inputs, str(folder), task.sources, self.patience), listen)
            log = folder / "log.txt"
            if "stuck" in said:  # it would be again
                dump = log.read_text(errors="replace") if log.is_file() else ""
                return {"error": str(ended(self.patience, said["stuck"], dump))}
            if "crash" in said:
                said["crash"] = _last_words(said["crash"], log)
            return said
        finally:
            shutil.rmtree(folder, ignore_errors=True)
            shutil.rmtree(job.incoming(folder), ignore_errors=True)
            os.close(held)


class Worker:
    """One worker process, started when it is first needed and again when it has died."""

    joins = True

    def __init__(self, farm: Farm) -> None:
        self.farm = farm
        self.process: subprocess.Popen[str] | Twin | None = None
        self.first: subprocess.Popen[str] | Twin | None = None
        """What the process is to be forked from, as long as it has not come."""
        self.temporary: Path | None = None
        self.picture: tuple[object, ...] = ()
        self.rest = b""

    def __enter__(self) -> Worker:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process is None:
            return
        assert self.process.stdin is not None
        with contextlib.suppress(OSError):
            self.process.stdin.close()
        if not self.farm.stopping:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(LEAVING)
        self._end()

    def begin(self, job: Job, others: list[Worker]) -> None:
        """Have the process import what a job is drawn with, and those of others forked from it. Raises OSError."""
        work = Path(job.cache) / "work"
        process = self._running(work, job)
        for other in others:
            other.follow(process, self.picture, work)
        folders = [str(other.temporary) for other in others]
        said = {BEGIN: [job.width, job.height, job.fps], "films": job.of_catalogue, "twins": folders}
        assert process.stdin is not None
        process.stdin.write(json.dumps(said) + "\n")
        process.stdin.flush()

    def follow(self, first: subprocess.Popen[str] | Twin, picture: tuple[object, ...], work: Path) -> None:
        """Expect the process to be forked from another worker's."""
        self._end()
        self.first, self.picture = first, picture
        self.process, self.rest = Twin(self._have_folder(work)), b""

    def do(self, task: Task, listen: Listen) -> dict[str, Any]:
        process = self._running(Path(task.folder).parent, task.job)
        assert process.stdin is not None and process.stdout is not None
        fork, last, over, beat = 0, {}, False, ""
        try:
            with contextlib.suppress(BrokenPipeError):  # it has ended already
                process.stdin.write(task.as_json() + "\n")
                process.stdin.flush()
            while True:
                said = self._next_message()
                if said is None:
                    code = process.wait()
                    self._end()
                    return {"crash": "the worker ended" + (f" with {code}" if code is not None else "")}
                if said == {}:  # and could not end itself
                    return {"error": f"the worker did nothing for {self.farm.patience:.0f} s and does not answer"}
                if "fork" in said:
                    fork = said["fork"]
                    with self.farm.lock:
                        self.farm.forks.add(fork)
                elif "done" in said or "error" in said:
                    last = said
                elif "ended" in said:
                    over = True
                    stuck = {"stuck": beat} if said["ended"] == -signal.SIGVTALRM else {}
                    if last.get("again"):
                        return {"crash": last["error"]}
                    return last or {"crash": f"the worker ended with {said['ended']}", **stuck}
                else:
                    beat = said.get("begun", beat)
                    listen(said)
        finally:
            if fork:
                _kill_group(fork)
                with self.farm.lock:
                    self.farm.forks.discard(fork)
            if not over and self.process is not None:
                self._settle()

    def _settle(self) -> None:
        """After a task that was killed: hear the fork's end, or start anew next time."""
        assert self.process is not None
        end = time.monotonic() + LEAVING
        while time.monotonic() < end and not self.farm.stopping:
            said = self._next_message(1.0)
            if said is None or (said and "ended" in said):
                return
        self._end()

    def _next_message(self, patience: float | None = None) -> dict[str, Any] | None:
        """What the worker says next; None at its end, and nothing if it does nothing, or is silent, for too long."""
        assert self.process is not None and self.process.stdout is not None
        descriptor = self.process.stdout.fileno()
        # A scene is watched where it runs, and told with its place: here are only those that do not even do that.
        most, seen = self.farm.patience + 2 * LOOK + LAST if patience is None else patience, None
        with selectors.DefaultSelector() as selector:
            selector.register(descriptor, selectors.EVENT_READ)
            while b"\n" not in self.rest:
                if not selector.select(most):
                    before, seen = seen, activity(self.process.pid)
                    if patience is None and (before is None or seen.is_alive(before, most)):
                        continue
                    return {}
                read = os.read(descriptor, 65536)
                if not read:
                    return None
                self.rest += read
        line, self.rest = self.rest.split(b"\n", 1)
        return json.loads(line)

    def _running(self, work: Path, job: Job) -> subprocess.Popen[str] | Twin:
        """The worker. What it and its forks leave in their temporary folders goes with it, however they end.

        It has imported manimgl for one size, one rate and one cache, and is another one for others.
        """
        picture = (job.width, job.height, job.fps, job.cache)
        if self.first is not None:
            self._meet()
        if self.process is None or self.process.poll() is not None or self.picture != picture:
            self.picture = picture
            with self.farm.lock:
                if self.farm.stopping:
                    raise KeyboardInterrupt
                self._end()
                temporary = self._have_folder(work)
                self.process = subprocess.Popen(
                    loading.python("mathviz.render.worker"), text=True, encoding="utf-8",
                    stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True, cwd=self.farm.place,
                    env=os.environ | self.farm.environment
                    | dict.fromkeys(("TMPDIR", "MATHVIZ_WORKER_FOLDER"), str(temporary)),
                )  # fmt: skip
                os.sched_setaffinity(self.process.pid, self.farm.cores)
                self.farm.running.add(self.process)
            self.rest = b""
        return self.process

    def _have_folder(self, work: Path) -> Path:
        self.temporary = Path(tempfile.mkdtemp(prefix="worker-", dir=work)).resolve()
        self.held = disk.hold(self.temporary)
        return self.temporary

    def _meet(self) -> None:
        """Wait for the process that is to be forked from another's. If that one is gone before, it will not come."""
        first, self.first = self.first, None
        assert isinstance(self.process, Twin) and first is not None
        there, said = True, cast("dict[str, Any] | None", {})
        while there and said == {} and not self.farm.stopping:
            there = first.poll() is None
            said = self._next_message(LOOK_FOR_TWIN)
        with self.farm.lock, contextlib.suppress(OSError):
            if said:
                self.process.arrive(said[HERE])
                self.farm.running.add(self.process)
            if self.farm.stopping:
                raise KeyboardInterrupt
        if self.process not in self.farm.running:
            self._end()

    def _end(self) -> None:
        """Make sure that nothing of the worker is left."""
        if self.process is None:
            return
        if self.process.pid:  # a twin that never came has none
            _kill_group(self.process.pid)
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None and not pipe.closed:
                with contextlib.suppress(BrokenPipeError):
                    pipe.close()
        with self.farm.lock:
            self.farm.running.discard(self.process)
        self.process = self.first = None
        if self.temporary is not None:
            shutil.rmtree(self.temporary, ignore_errors=True)
            os.close(self.held)
            self.temporary = None


def _require_room(film: FilmWork) -> None:
    """End a film that could not be written, before anything is computed for it."""
    if film.outcome is None:
        try:
            disk.require_folder(film.job.folder)
            disk.require_folder(Path(film.job.cache))
        except OSError as error:
            film.end(None, error=sentence(error))


def prepare(job: Job, verify: bool = False) -> FilmWork:
    """What is known of a film before any work: whether it is the one that is there, and what its first step is."""
    cache = inputs.cache_of(job, inputs.Now(job, FRESH))
    if job.of_catalogue:
        sources = inputs.of(job)
        key = inputs.slots(job)
    else:  # what other code reads cannot be known: it is always looked through
        sources = inputs.surroundings()
        key = f"{job.identity[:32]}-{os.urandom(8).hex()}"
    film = FilmWork(job, sources, key, cache)
    if job.of_catalogue and not job.digests and is_current(job, verify):
        film.end(job.film, report.frames_of(job), unchanged=True)
    elif job.of_catalogue and inputs.Now(job)[inputs.TRACE] == inputs.ABSENT:
        film.step = "compute"
    else:
        begin(film)
    return film


def begin(film: FilmWork) -> None:
    """See what there is of a film whose trace is there: what is left is to be drawn, or all to be looked through."""
    missing = film.missing
    film.found = [name for name in film.job.wanted if name not in missing]
    alike = {job.identity for job in (film.job, film.job.silent)}  # a spoken film looks much like the silent one
    was_made = missing and any(film.cache.last(each, inputs.surroundings()) for each in alike)
    film.step = "survey" if was_made else "draw"


def to_compute(job: Job) -> list[str]:
    """What must be computed before a film can be drawn: inputs that are not there, then its own trace."""
    project = Project.around(Path(job.scene))
    computation = compute.of_film(project, job.stem)
    wanted = (*computation.inputs, computation)
    return [each.stem for each in wanted if compute.missing(each, project) is not None]


def is_current(job: Job, verify: bool = False) -> bool:
    """Whether the film that is there is the one that would be made."""
    before = report.made_from(job, verify)
    return before is not None and inputs.now(job, before) == before


def why(film: FilmWork) -> str:
    """What of a film's inputs is not as it was when it was made, in words."""
    if film.outcome:
        return "unchanged"
    before = report.made_from(film.job) if film.job.of_catalogue else None
    if before is None:
        return "never made" if not report.manifest_of(film.job).is_file() else "not whole, or made otherwise"
    return f"changed: {', '.join(inputs.differences(before, inputs.now(film.job, before)))}"


def sweep(place: Path, prefix: str = "") -> None:
    """Remove the work folders of processes, here or on another machine, that ended before they could do it."""
    for folder in place.glob(f"{glob.escape(prefix)}*"):
        ours = folder.is_dir() and not folder.is_symlink() and (not prefix or (folder / disk.HELD).is_file())
        if ours and not disk.is_held(folder):
            shutil.rmtree(folder, ignore_errors=True)


def _kill_group(process: int) -> None:
    """Kill a process and all that it started: its ffmpeg and its computation go with it."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process, signal.SIGKILL)


def _last_words(why_it_ended: str, log: Path) -> str:
    lines: list[str] = []
    with contextlib.suppress(OSError):
        lines = log.read_text(errors="replace").strip().splitlines()[-12:]
    return "\n".join([f"{why_it_ended}; its last words:", *(f"  {line}" for line in lines)])
