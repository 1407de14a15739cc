"""Whether a process and what it started do anything, as the kernel counts it; and how long they may do nothing."""

from __future__ import annotations

import contextlib
import os
from dataclasses import dataclass
from pathlib import Path

PATIENCE = 300.0
"""Seconds for which a scene may do nothing, and a film's beat play nothing, when nothing else is said."""

VARIABLE = "MATHVIZ_PATIENCE"
"""Where the limit is that somebody chose, for all processes that are started."""

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
