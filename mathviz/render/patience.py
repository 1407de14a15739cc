"""How long a scene may do nothing: neither compute nor read nor write, nor anything that it started.

A scene may train for hours before its first frame, so silence alone is no sign of harm. What is one is that the
kernel counts no processor time and no bytes for a process and all its descendants.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any

from mathviz.engine.failures import is_librarys
from mathviz.project.errors import RenderFailed

PATIENCE = 600.0
"""Seconds for which a scene may do nothing, when nothing else is said."""

VARIABLE = "MATHVIZ_PATIENCE"
"""Where the limit is that somebody chose, for all processes that are started."""

LONG = 30.0
"""Seconds without a frame after which it is said where a scene is that is busy."""

LOOK = 5.0
"""Seconds between looks, at most."""

LAST = 5.0
"""Seconds that what is stuck has to be interrupted, before it is ended by force."""

IDLE = 0.01
"""The share of a core that a process may take and still be said to do nothing: threads that wait wake now and then."""


def limit() -> float:
    """How long a scene may do nothing: as chosen, or what is usual."""
    with contextlib.suppress(ValueError):
        return float(os.environ.get(VARIABLE, PATIENCE))
    return PATIENCE


@dataclass(frozen=True)
class Activity:
    """What the kernel has counted for some processes: seconds of computing, and bytes read and written.

    ``running`` says that one of them computes just now, or would if others left it a core.
    """

    processes: frozenset[int]
    seconds: float
    bytes: int
    running: bool

    def is_alive(self, since: Activity, seconds: float) -> bool:
        """Whether anything was done in the seconds ``since`` then."""
        return (self.running or self.processes != since.processes or self.bytes != since.bytes
                or self.seconds - since.seconds > IDLE * seconds)  # fmt: skip


def activity(process: int, but: int = 0) -> Activity:
    """Of a process and its descendants. ``but`` is a thread of it that does not count: whoever looks."""
    parents = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError, IndexError, ValueError):
            parents[int(folder.name)] = int(_stat(folder)[1])
    those, found = {process}, frozenset[int]()
    while those:
        found |= those
        those = {child for child, parent in parents.items() if parent in those} - found
    places = [Path(f"/proc/{number}") for number in found - {process}]
    with contextlib.suppress(OSError):
        places += [task for task in Path(f"/proc/{process}/task").iterdir() if task.name != str(but)]
    seconds, count, running = 0.0, 0, False
    for place in places:
        with contextlib.suppress(OSError, IndexError, ValueError):
            fields = _stat(place)
            seconds += sum(map(int, fields[11:13])) / os.sysconf("SC_CLK_TCK")
            running = running or fields[0] == "R"
        with contextlib.suppress(OSError, IndexError, ValueError):  # another user's, perhaps
            count += sum(int(line.split()[1]) for line in (place / "io").read_text().splitlines()[:2])
    return Activity(found, seconds, count, running)


def _stat(place: Path) -> list[str]:
    """The fields of ``stat`` from the state on: a name before it may hold anything."""
    return (place / "stat").read_text().rpartition(")")[2].split()


class Watch:
    """Watches what the main thread does, and raises RenderFailed in it, with its place, once nothing is done.

    ``busy`` is called with a place where a scene has computed for long without a frame; ``moved`` tells of frames.
    ``end`` is called with the words for what could not be interrupted, and does not return.
    """

    def __init__(
        self, patience: float, busy: Callable[[str], None] = lambda place: None,
        end: Callable[[str], None] | None = None, inside: Callable[[], str] = lambda: "",
    ) -> None:  # fmt: skip
        self.patience, self.busy, self.end, self.inside = patience, busy, end or _leave, inside
        self.moves, self.words, self.over = 0, "", threading.Event()

    def moved(self) -> None:
        """Something came of it."""
        self.moves += 1

    def __enter__(self) -> Watch:
        if threading.current_thread() is not threading.main_thread():  # only that one takes signals
            return self
        self.before = signal.signal(signal.SIGUSR2, self._raise)
        self.thread = threading.Thread(target=self._watch, daemon=True)
        self.thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self.over.set()
        if threading.current_thread() is not threading.main_thread():
            return
        self.thread.join()
        signal.signal(signal.SIGUSR2, self.before)

    def _raise(self, *_: Any) -> None:
        if self.words:
            raise RenderFailed(self.words)

    def _watch(self) -> None:
        pause = min(LOOK, self.patience / 4)
        last, moves = self._activity(), self.moves
        moved = alive = told = time.monotonic()
        while not self.over.wait(pause):
            now, seen = time.monotonic(), self._activity()
            if self.moves != moves:
                moves, moved, alive, told = self.moves, now, now, now
            elif seen.is_alive(last, pause):
                alive = now
                if now - told >= LONG:
                    told = now
                    self.busy(f"{now - moved:.0f} s without a frame{self._place()}")
            elif now - alive >= self.patience:
                self._interrupt(f"nothing was done for {now - alive:.0f} s (no computing, reading or writing)")
                return
            last = seen

    def _activity(self) -> Activity:
        return activity(os.getpid(), threading.get_native_id())

    def _place(self) -> str:
        inside = self.inside()
        return f"{f', in the beat {inside}' if inside else ''}; it is at {place_of_main()}"

    def _interrupt(self, words: str) -> None:
        self.words = f"{words}{self._place()}. It may be given longer: --patience SECONDS"
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGUSR2)
        if not self.over.wait(LAST):
            self.end(self.words)


def place_of_main() -> str:
    """File, line and function at which the main thread is, the innermost that is no library's."""
    frame = sys._current_frames().get(threading.main_thread().ident or 0)
    return place(list(_outwards(frame)))


def place(frames: list[FrameType]) -> str:
    """The innermost of frames, which comes first, that is no library's."""
    own = [frame for frame in frames if not is_librarys(frame.f_code.co_filename)] or frames
    if not own:
        return "an unknown place"
    return f"{own[0].f_code.co_filename}, line {own[0].f_lineno}, in {own[0].f_code.co_name}"


def _outwards(frame: FrameType | None) -> Iterator[FrameType]:
    while frame is not None:
        yield frame
        frame = frame.f_back


def _leave(words: str) -> None:
    sys.stderr.write(f"mathviz: {words}\n")
    sys.stderr.flush()
    os._exit(1)
