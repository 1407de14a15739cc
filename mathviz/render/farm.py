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

from mathviz.render.plan import Job, Outcome

SILENCE = 180.0
"""Seconds without a word after which a worker is taken for hung."""

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
            futures = {pool.submit(self._try, job): job for job in jobs}
            try:
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
            _end(process)

    def _try(self, job: Job) -> Outcome:
        began = time.monotonic()
        for attempt in range(TRIES):
            outcome, crashed = self._run(job, began)
            if not crashed or self.stopping or attempt + 1 == TRIES:
                break
        return outcome

    def _run(self, job: Job, began: float) -> tuple[Outcome, bool]:
        """One attempt, and whether it ended without the worker saying why."""
        work = Path(job.cache) / "work"
        work.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix=f"{job.name}-", dir=work))
        log = folder / "log.txt"
        try:
            with log.open("w") as errors:
                process = self._start(errors)
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

    def _start(self, errors: object) -> subprocess.Popen[str]:
        with self.lock:
            if self.stopping:
                raise KeyboardInterrupt
            process = subprocess.Popen(
                [sys.executable, "-m", "mathviz.render.worker"], text=True, encoding="utf-8", stdin=subprocess.PIPE,
                stdout=subprocess.PIPE, stderr=errors, start_new_session=True,
            )  # fmt: skip
            self.running.add(process)
        return process

    def _listen(self, process: subprocess.Popen[str], job: Job, folder: Path) -> tuple[dict[str, str], int]:
        assert process.stdin is not None and process.stdout is not None
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
                    return {}, drawn
                *lines, rest = (rest + read).split(b"\n")
                for message in map(json.loads, lines):
                    if "film" in message or "error" in message:
                        process.wait(SILENCE)
                        return message, drawn
                    total, drawn = message.get("total", total), message.get("drawn", drawn)
                self.progress(job, drawn, total)


def _end(process: subprocess.Popen[str]) -> None:
    """Kill the worker's whole process group: its ffmpeg and its computation go with it."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None and not pipe.closed:
            with contextlib.suppress(BrokenPipeError):
                pipe.close()


def _last_words(process: subprocess.Popen[str], said: dict[str, str], log: Path) -> str:
    lines = log.read_text(errors="replace").strip().splitlines()[-12:]
    why = said.get("hung") or f"ended with {process.returncode}"
    return "\n".join([f"the worker {why}; its last words:", *(f"  {line}" for line in lines)])
