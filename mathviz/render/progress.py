"""Progress of films being rendered: bars on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import sys
import time
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from mathviz.render.plan import Job

PAUSE = 15.0
"""Seconds between lines where there is no terminal."""


class Display:
    """Shows each film's frames and the time left."""

    def __init__(self, jobs: list[Job], quiet: bool = False) -> None:
        self.console = Console(stderr=True, quiet=quiet)
        self.live = self.console.is_terminal and not quiet
        self.quiet = quiet
        self.bars = Progress(
            TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("frames, left"),
            TimeRemainingColumn(), console=self.console, disable=not self.live,
        )  # fmt: skip
        self.tasks: dict[Job, TaskID] = {job: self.bars.add_task(job.name, total=None) for job in jobs}
        self.began: dict[Job, float] = {}
        self.told: dict[Job, float] = {}

    def __enter__(self) -> Display:
        self.bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self.bars.stop()

    def progress(self, job: Job, drawn: int, total: int) -> None:
        """A worker has drawn so many frames of so many."""
        if self.live:
            self.bars.update(self.tasks[job], completed=drawn, total=max(total, drawn) or None)
        elif not self.quiet:
            self._line(job, drawn, total)

    def _line(self, job: Job, drawn: int, total: int) -> None:
        now = time.monotonic()
        if drawn == 0:
            self.began[job] = now
            if job not in self.told:
                sys.stderr.write(f"{job.name}: {total} frames to draw\n")
                self.told[job] = now
        elif now - self.told.get(job, 0.0) >= PAUSE:
            self.told[job] = now
            left = (now - self.began.get(job, now)) / drawn * max(total - drawn, 0)
            sys.stderr.write(f"{job.name}: {drawn} of {total} frames, about {left:.0f} s left\n")
