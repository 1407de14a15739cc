"""A worker process that was not started but forked, from one that had imported manimgl already.

To import it takes a second and a half of computing, and all workers of a farm draw the same picture: the first one
imports, and the others are forked from it before it takes its first task. They are nobody's children, so that each
ends by itself, and are spoken to through two named pipes.
"""

from __future__ import annotations

import json
import os
import select
import subprocess
import tempfile
from pathlib import Path
from typing import TextIO

TASKS, OUT = "tasks", "out"
"""Names of the pipes in the folder of a twin: what it is told, and what it says."""

HERE = "here"
"""What it says first: the number of its process."""


class Twin:
    """What ``subprocess.Popen`` is to a child, for a process that is none: its pipes, its number, and its end.

    It is there once it has said so (``arrive``); ``folder`` is its own, for temporary files.
    """

    def __init__(self, folder: Path) -> None:
        self.pid, self._process = 0, -1
        for name in (TASKS, OUT):
            os.mkfifo(folder / name)
        # Open for both, so that nobody waits for the other end; let go of, it is the end of the tasks all the same.
        self.stdin = os.fdopen(os.open(folder / TASKS, os.O_RDWR), "w", encoding="utf-8")
        self.stdout = os.fdopen(os.open(folder / OUT, os.O_RDONLY | os.O_NONBLOCK), encoding="utf-8")

    def arrive(self, process: int) -> None:
        """Know it by its number. Raises OSError if it has gone already."""
        self._process, self.pid = os.pidfd_open(process), process

    def poll(self) -> int | None:
        """None as long as it lives, or is still to come."""
        return 0 if self._process >= 0 and select.select([self._process], [], [], 0)[0] else None

    def wait(self, timeout: float | None = None) -> None:
        """Return when it has ended, or never came. How it did is told to a parent alone."""
        if self._process < 0:
            return
        if not select.select([self._process], [], [], timeout)[0]:
            raise subprocess.TimeoutExpired(f"process {self.pid}", timeout or 0.0)


def become(folder: Path) -> tuple[int, TextIO] | None:
    """Fork a twin with that folder. Returns in it, with its tasks and where it tells; None in who stays what it was."""
    if child := os.fork():
        os.waitpid(child, 0)
        return None
    if os.fork():
        os._exit(0)
    os.setsid()
    try:  # without waiting: whoever wants it may be gone
        out = os.fdopen(os.open(folder / OUT, os.O_WRONLY | os.O_NONBLOCK), "w", encoding="utf-8", buffering=1)
        tasks = os.open(folder / TASKS, os.O_RDONLY | os.O_NONBLOCK)
        for descriptor in (out.fileno(), tasks):
            os.set_blocking(descriptor, True)
        for name in (TASKS, OUT):
            (folder / name).unlink()  # both ends have it open, and who leaves finds the folder empty
        out.write(json.dumps({HERE: os.getpid()}) + "\n")
    except OSError:
        os._exit(0)
    os.environ.update(dict.fromkeys(("TMPDIR", "MATHVIZ_WORKER_FOLDER"), str(folder)))
    tempfile.tempdir = None
    return tasks, out
