"""Other programs, with an end: one that hangs is ended and named, one that was killed gets a second try."""

from __future__ import annotations

import contextlib
import os
import shlex
import signal
import subprocess
import time
from pathlib import Path

from mathviz.project.activity import activity, limit
from mathviz.project.errors import ToolFailed, ToolKilled

LIMIT = 60.0
"""Seconds that a program may take which only looks something up."""

LOOK = 5.0
"""Seconds between looks at a program that may take long, at most."""


def run(
    command: list[str], most: float | None = None, place: Path | None = None, idle: float | None = None
) -> subprocess.CompletedProcess[str]:  # fmt: skip
    """Run a program to its end; with ``idle`` it may take as long as it does something at least every so many seconds.

    Raises ToolFailed if it takes longer than that, or FileNotFoundError.
    """
    try:
        return _once(command, most or LIMIT, place, idle)
    except ToolKilled:
        return _once(command, most or LIMIT, place, idle)


def _once(
    command: list[str], most: float, place: Path | None, idle: float | None
) -> subprocess.CompletedProcess[str]:  # fmt: skip
    with subprocess.Popen(
        command, cwd=place, text=True, errors="replace", start_new_session=True, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    ) as process:  # fmt: skip
        try:
            out, said = process.communicate(timeout=most) if idle is None else communicate(process, idle)
        except BaseException as error:
            end(process)
            if isinstance(error, subprocess.TimeoutExpired):
                raise _hung(process, f"did not end within {most:g} s") from None
            raise
    if process.returncode < 0:
        raise killed(process)
    return subprocess.CompletedProcess(command, process.returncode, out, said)


def communicate(process: subprocess.Popen[str], idle: float | None = None) -> tuple[str, str]:
    """What a program says until it ends. Raises ToolFailed, and ends it, once it has done nothing for ``idle`` seconds.

    These are as many as a scene may do nothing if not given.
    """
    idle = limit() if idle is None else idle
    last, quiet, before = activity(process.pid), 0.0, time.monotonic()
    while True:
        pause = min(LOOK, idle / 4)
        try:
            return process.communicate(timeout=pause)
        except subprocess.TimeoutExpired:
            now, seen = time.monotonic(), activity(process.pid)
            quiet = 0.0 if seen.is_alive(last, now - before) else quiet + min(now - before, 2 * pause)
            last, before = seen, now
        if quiet >= idle:
            end(process)
            raise _hung(process, f"did nothing for {quiet:.0f} s")


def end(process: subprocess.Popen[str] | subprocess.Popen[bytes]) -> None:
    """End a program, and all that it started if it has a group of its own: they would keep its pipes."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        if os.getpgid(process.pid) == process.pid:
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()


def killed(process: subprocess.Popen[str] | subprocess.Popen[bytes]) -> ToolKilled:
    """What is to be said of a program that a signal ended."""
    number = -(process.returncode or 0)
    name = signal.Signals(number).name if number in set(signal.Signals) else f"signal {number}"
    more = ", as the kernel does where memory runs out" if number == signal.SIGKILL else ""
    return ToolKilled(f"{_name(process)} was killed by {name}{more}: {_line(process)}")


def _hung(process: subprocess.Popen[str], how: str) -> ToolFailed:
    return ToolFailed(f"{_name(process)} {how}: {_line(process)}")


def _line(process: subprocess.Popen[str] | subprocess.Popen[bytes]) -> str:
    return shlex.join(map(str, _arguments(process)))[:300]


def _name(process: subprocess.Popen[str] | subprocess.Popen[bytes]) -> str:
    return str(_arguments(process)[0])


def _arguments(process: subprocess.Popen[str] | subprocess.Popen[bytes]) -> list[object]:
    return list(process.args) if isinstance(process.args, (list, tuple)) else [process.args]
