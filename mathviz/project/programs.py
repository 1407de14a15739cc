"""Other programs, with an end: one that hangs is ended and named, one that was killed gets a second try."""

from __future__ import annotations

import contextlib
import os
import shlex
import signal
import subprocess
from pathlib import Path

from mathviz.project.errors import ToolFailed

LIMIT = 60.0
"""Seconds that a program may take which only looks something up."""


def run(command: list[str], limit: float | None = None, place: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run a program to its end. Raises ToolFailed if it takes longer than that, or FileNotFoundError."""
    done = _once(command, limit or LIMIT, place)
    return _once(command, limit or LIMIT, place) if done.returncode < 0 else done


def _once(command: list[str], limit: float, place: Path | None) -> subprocess.CompletedProcess[str]:
    with subprocess.Popen(
        command, cwd=place, text=True, errors="replace", start_new_session=True, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    ) as process:  # fmt: skip
        try:
            out, said = process.communicate(timeout=limit)
        except BaseException as error:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)  # with what it started, which would keep the pipes
            if isinstance(error, subprocess.TimeoutExpired):
                line = shlex.join(map(str, command))
                raise ToolFailed(f"{command[0]} did not end within {limit:g} s: {line[:300]}") from None
            raise
    return subprocess.CompletedProcess(command, process.returncode, out, said)
