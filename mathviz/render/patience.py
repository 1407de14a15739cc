"""How long a scene may do nothing: neither compute nor read nor write, nor anything that it started.

A scene may train for hours before its first frame, so silence alone is no sign of harm. What is one is that the
kernel counts no processor time and no bytes for a process and all its descendants. A beat of a film of ours computes
nothing but its frames, so there an endless loop is told from work: no frame comes of it.
"""

from __future__ import annotations

import faulthandler
import os
import re
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from types import FrameType, TracebackType
from typing import Any

from mathviz import engine
from mathviz.project import programs
from mathviz.project.activity import Activity, activity
from mathviz.project.errors import Stuck
from mathviz.project.tracebacks import is_librarys
from mathviz.render import encode

LONGER = "It may be given longer: --patience SECONDS"

LONG = 30.0
"""Seconds without a frame after which it is said where a scene is that is busy."""

BARREN = "no frame came for {:.0f} s, though something was computed"
"""What is said of a beat that is busy with nothing to be seen."""

LOOK = 5.0
"""Seconds between looks, at most."""

LAST = 5.0
"""Seconds that what is stuck has to be interrupted, before it is ended by force."""


class Watch:
    """Watches what the main thread does, and raises Stuck in it, with beat and place, once nothing is done.

    ``busy`` is called with a place where a scene has computed for long without a frame; ``moved`` tells of what the
    scene's own time does not. ``end`` is called with the words for what could not be interrupted, and does not return.
    Of a ``film`` of ours a beat without a frame is ended however much it computes: if it never lets another thread run,
    by SIGVTALRM, after ``faulthandler`` wrote its place to the descriptor ``words``.
    """

    def __init__(
        self, patience: float, busy: Callable[[str], None] = lambda place: None,
        end: Callable[[str], None] | None = None, film: bool = False, words: int = 2,
    ) -> None:  # fmt: skip
        self.patience, self.busy, self.end, self.film, self.dump = patience, busy, end or _leave, film, words
        self.moves, self.words = 0, ""

    @property
    def pause(self) -> float:
        return min(LOOK, self.patience / 4)

    def moved(self) -> None:
        """Something came of it."""
        self.moves += 1

    def __enter__(self) -> Watch:
        if threading.current_thread() is threading.main_thread():  # only that one takes signals
            self.before = signal.signal(signal.SIGUSR2, self._raise)
            faulthandler.register(signal.SIGVTALRM, self.dump, all_threads=True, chain=True)
            self.go_on()
        return self

    def go_on(self) -> None:
        """Watch, from now on; to be said again in a fork, which has no other threads."""
        self.over = threading.Event()
        self._put_off()
        self.thread = threading.Thread(target=self._watch, daemon=True)
        self.thread.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        if threading.current_thread() is not threading.main_thread():
            return
        self.over.set()
        self.thread.join()
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        faulthandler.unregister(signal.SIGVTALRM)
        signal.signal(signal.SIGUSR2, self.before)

    def _raise(self, *_: Any) -> None:
        if self.words:
            raise Stuck(self.words)

    def _watch(self) -> None:
        pause = self.pause
        last, come_to = self._activity(), self._come_to()
        idle = unseen = told = 0.0
        before = time.monotonic()
        while not self.over.wait(pause):
            self._put_off()
            now, seen, there = time.monotonic(), self._activity(), self._come_to()
            since, before = now - before, now
            passed = min(since, 2 * pause)  # who was stopped meanwhile, by Ctrl-Z perhaps, was not idle
            alive, last = seen.is_alive(last, since), seen
            if there != come_to:
                come_to, idle, unseen, told = there, 0.0, 0.0, 0.0
                continue
            idle, unseen = 0.0 if alive else idle + passed, unseen + passed
            beat = there[0]
            if idle >= self.patience:
                self._interrupt(f"nothing was done for {idle:.0f} s (no computing, reading or writing)")
            elif self.film and beat and alive and unseen >= self.patience:
                self._interrupt(BARREN.format(unseen))
            elif alive and unseen - told >= LONG:
                told = unseen
                self.busy(f"{unseen:.0f} s without a frame{self._place()}")

    def _put_off(self) -> None:
        """The end by SIGVTALRM. What all threads compute counts for it, so it takes as many more seconds as cores."""
        if self.film:
            signal.setitimer(signal.ITIMER_VIRTUAL, self.patience + 2 * self.pause * (os.cpu_count() or 1))

    def _come_to(self) -> tuple[str, float, int]:
        """What changes as a scene goes on."""
        return *engine.whereabouts(), self.moves

    def _activity(self) -> Activity:
        return activity(os.getpid(), threading.get_native_id())

    def _place(self) -> str:
        beat = engine.whereabouts()[0]
        return f"{f', in the beat {beat}' if beat else ''}; it is at {place_of_main()}"

    def _interrupt(self, words: str) -> None:
        self.words = f"{words}{self._place()}. {LONGER}"
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGUSR2)
        if not self.over.wait(LAST):
            self.end(self.words)


def place_of_main() -> str:
    """File, line and function at which the main thread is, the innermost that is no library's; what it waits for."""
    frame = sys._current_frames().get(threading.main_thread().ident or 0)
    return place(list(_outwards(frame)))


def place(frames: list[FrameType]) -> str:
    """The innermost of frames, which comes first, that is no library's."""
    own = [frame for frame in frames if not is_librarys(frame.f_code.co_filename)]
    waits = next(filter(None, map(_program, frames)), "")
    if not own and waits:
        return f"a wait for {waits}"
    if not (own := own or frames):
        return "an unknown place"
    where = f"{own[0].f_code.co_filename}, line {own[0].f_lineno}, in {own[0].f_code.co_name}"
    return f"{where}, and waits for {waits}" if waits else where


def _program(frame: FrameType) -> str:
    """The program that code waits for; empty for other code."""
    file = frame.f_code.co_filename
    if file == encode.__file__:
        return "ffmpeg"
    command = frame.f_locals.get("command") if file == programs.__file__ else None
    return str(command[0]) if command else ""


DUMP = "(most recent call first)"
"""What ``faulthandler`` writes before a thread's places, and nobody else."""

DUMPED = re.compile(r'File "(.+)", line (\d+) in (.+)')
"""A line that ``faulthandler`` writes, the innermost first; the main thread's lines are the last."""


def ended(patience: float, beat: str, dump: str) -> Stuck:
    """What a process says that SIGVTALRM ended, by its last words."""
    lines = [found.groups() for found in map(DUMPED.search, dump.rpartition("hread 0x")[2].splitlines()) if found]
    own = [found for found in lines if not is_librarys(found[0])] or lines
    place = "{}, line {}, in {}".format(*own[0]) if own else "an unknown place"
    inside = f", in the beat {beat}" if beat else ""
    return Stuck(f"{BARREN.format(patience)}{inside}; it is at {place}. {LONGER}")


def _outwards(frame: FrameType | None) -> Iterator[FrameType]:
    while frame is not None:
        yield frame
        frame = frame.f_back


def _leave(words: str) -> None:
    sys.stderr.write(f"mathviz: {words}\n")
    sys.stderr.flush()
    os._exit(1)
