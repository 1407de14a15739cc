"""Runs jobs in worker processes, watches them, and lets one film's failure cost one film."""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import TextIO

from mathviz.render.plan import Job, Outcome

SILENCE = 180.0
"""Seconds without a word after which a worker is taken for hung."""

LEAVING = 5.0
"""Seconds that a worker has to leave after its last word."""

TRIES = 2

Progress = Callable[[Job, int, int], None]
"""Called with a job, frames drawn and frames in all (0 while unknown)."""


class Farm:
    """Workers, one process per job, at most ``workers`` at a time."""

    def __init__(self, workers: int, progress: Progress) -> None:
        self.workers, self.progress = workers, progress
        self.running: set[subprocess.Popen[str]] = set()
        self.lock = threading.Lock()
        self.stopping = False

    def run(self, jobs: list[Job]) -> list[Outcome]:
        """Every job's outcome, in the jobs' order. An interrupt ends all workers and is passed on."""
        with ThreadPoolExecutor(self.workers) as pool:
            try:
                futures = {pool.submit(self._try, job): job for job in jobs}
                outcomes = {futures[done]: done.result() for done in as_completed(futures)}
            except BaseException:
                self.stop()
                pool.shutdown(cancel_futures=True)
                raise
        return [outcomes[job] for job in jobs]

    def stop(self) -> None:
        """End every worker with all that it started."""
        with self.lock:
            self.stopping = True
            running = list(self.running)
        for process in running:
            _kill(process)  # only that: its thread still reads from it, and closes it when that has ended

    def _try(self, job: Job) -> Outcome:
        began = time.monotonic()
        for attempt in range(TRIES):
            try:
                outcome, crashed = self._run(job, began)
            except OSError as error:  # no room, no right to write: nothing that another try would mend
                return Outcome(job, None, 0, time.monotonic() - began, str(error))
            if not crashed or self.stopping or attempt + 1 == TRIES:
                break
        return outcome

    def _run(self, job: Job, began: float) -> tuple[Outcome, bool]:
        """One attempt, and whether it ended without the worker saying why."""
        work = Path(job.cache) / "work"
        work.mkdir(parents=True, exist_ok=True)
        sweep(work)
        job.folder.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix=f"{job.name}-{os.getpid()}-", dir=work))
        log = folder / "log.txt"
        try:
            with log.open("w") as errors:
                process = self._start(folder, errors)
                try:
                    said, drawn = self._listen(process, job, folder)
                finally:
                    _end(process)
                    with self.lock:
                        self.running.discard(process)
            seconds = time.monotonic() - began
            if "film" in said:
                return Outcome(job, Path(said["film"]), drawn, seconds), False
            if "error" in said:
                return Outcome(job, None, drawn, seconds, said["error"]), False
            return Outcome(job, None, drawn, seconds, _last_words(process, said, log)), True
        finally:
            shutil.rmtree(folder, ignore_errors=True)
            shutil.rmtree(job.incoming(folder), ignore_errors=True)

    def _start(self, folder: Path, errors: TextIO) -> subprocess.Popen[str]:
        with self.lock:
            if self.stopping:
                raise KeyboardInterrupt
            process = subprocess.Popen(
                [sys.executable, "-m", "mathviz.render.worker"], text=True, encoding="utf-8", stdin=subprocess.PIPE,
                stdout=subprocess.PIPE, stderr=errors, start_new_session=True,
                env=os.environ | {"TMPDIR": str(folder)},
            )  # fmt: skip
            self.running.add(process)
        return process

    def _listen(self, process: subprocess.Popen[str], job: Job, folder: Path) -> tuple[dict[str, str], int]:
        assert process.stdin is not None and process.stdout is not None
        with contextlib.suppress(BrokenPipeError):  # it has ended already; its output says why
            process.stdin.write(f"{job.as_json()}\n{folder}\n")
            process.stdin.flush()
        total = drawn = 0
        rest = b""
        descriptor = process.stdout.fileno()
        with selectors.DefaultSelector() as selector:
            selector.register(descriptor, selectors.EVENT_READ)
            while True:
                if not selector.select(SILENCE):
                    return {"hung": f"said nothing for {SILENCE:.0f} s"}, drawn
                read = os.read(descriptor, 65536)
                if not read:
                    _wait(process)
                    return {}, drawn
                *lines, rest = (rest + read).split(b"\n")
                for message in map(json.loads, lines):
                    if "film" in message or "error" in message:
                        _wait(process)
                        return message, drawn
                    total, drawn = message.get("total", total), message.get("drawn", drawn)
                self.progress(job, drawn, total)


def sweep(work: Path) -> None:
    """Remove the work folders of processes that were killed before they could do it themselves."""
    for folder in work.iterdir():
        owner = folder.name.split("-")[-2:-1]
        if owner and owner[0].isdigit() and not _runs(int(owner[0])):
            shutil.rmtree(folder, ignore_errors=True)


def _runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


def _wait(process: subprocess.Popen[str]) -> None:
    """Let a worker that has said its last word leave by itself, so that its exit status is its own."""
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(LEAVING)


def _kill(process: subprocess.Popen[str]) -> None:
    """Kill the worker's whole process group: its ffmpeg and its computation go with it."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)


def _end(process: subprocess.Popen[str]) -> None:
    """Make sure that nothing of a worker is left."""
    _kill(process)
    process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None and not pipe.closed:
            with contextlib.suppress(BrokenPipeError):
                pipe.close()


def _last_words(process: subprocess.Popen[str], said: dict[str, str], log: Path) -> str:
    lines = log.read_text(errors="replace").strip().splitlines()[-12:]
    why = said.get("hung") or f"ended with {process.returncode}"
    return "\n".join([f"the worker {why}; its last words:", *(f"  {line}" for line in lines)])
