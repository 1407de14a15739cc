"""Progress of films being rendered: bars on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import sys
import time
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from mathviz.render.farm import FilmWork

PAUSE = 15.0
"""Seconds between lines where there is no terminal."""


class Display:
    """Shows each film's frames, those of all together, and the time left.

    A film's length is not known before all of it was played: until then there is no total.
    """

    def __init__(self, films: int, quiet: bool = False) -> None:
        self.console = Console(stderr=True, quiet=quiet)
        self.live, self.quiet, self.count = self.console.is_terminal and not quiet, quiet, films
        self.bars = Progress(
            TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("frames, left"),
            TimeRemainingColumn(elapsed_when_finished=True), console=self.console, disable=not self.live,
        )  # fmt: skip
        self.whole = self.bars.add_task(f"all {films} films", total=None, visible=films > 1)
        self.tasks: dict[FilmWork, TaskID] = {}
        self.told: dict[FilmWork, float] = {}

    def __enter__(self) -> Display:
        self.bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self.bars.stop()

    def progress(self, film: FilmWork) -> None:
        """Something of a film was done."""
        if film not in self.tasks:
            self.tasks[film] = self.bars.add_task(film.job.name, total=None)
        if self.live:
            self._show(film)
        elif not self.quiet:
            self._line(film)

    def _show(self, film: FilmWork) -> None:
        done, total = film.done, max(film.total, film.done)
        if film.outcome:
            done = total = film.outcome.frames or total
        looking = " (looking for what changed)" if film.step == "survey" and not film.outcome else ""
        looking = f" / {film.beat}" if film.beat and film.step == "draw" and not film.outcome else looking
        looking = f" ({film.busy})" if film.busy and not film.outcome else looking
        self.bars.update(
            self.tasks[film], description=film.job.name + looking, completed=done,
            total=total if film.outcome or film.is_measured else None,
        )  # fmt: skip
        known = [f for f in self.tasks if f.total or f.outcome]
        frames = sum(max(f.total, f.done) for f in known)
        mean = frames / len(known) if known else 0
        measured = any(f.is_measured or f.outcome for f in self.tasks)
        self.bars.update(self.whole, completed=sum(f.done for f in known),
                         total=round(frames + mean * (self.count - len(known))) if measured else None)  # fmt: skip

    def _line(self, film: FilmWork) -> None:
        now = time.monotonic()
        if film.outcome or now - self.told.get(film, 0.0) < PAUSE:
            return
        first, self.told[film] = film not in self.told, now
        done, total = film.done, film.total
        if film.busy:
            sys.stderr.write(f"{film.job.name}: {film.busy}\n")
        elif film.step == "survey":
            sys.stderr.write(f"{film.job.name}: looking for what changed\n")
        elif first or not total or not done:
            sys.stderr.write(f"{film.job.name}: drawing{f' {film.beat}' if film.beat else ''}\n")
        else:
            drawn = max(sum(film.drawn.values()), 1)
            left = (now - film.began) / drawn * max(total - done, 0)
            where = f" (now {film.beat})" if film.beat else ""
            sys.stderr.write(f"{film.job.name}: {how_far(done, total, left, film.is_measured)}{where}\n")


def how_far(done: int, total: int, left: float, measured: bool) -> str:
    """Frames done; and of how many, and how long that will take, once every beat's length is known."""
    if not measured:
        return f"{done} frames"
    soon = "nearly done" if left < 1 else f"about {left:.0f} s left"
    return f"{done} of {total} frames, {soon}"
