"""LaTeX and dvisvgm, which manimgl starts without a limit: here with one, and what hangs is named."""

from __future__ import annotations

import subprocess
from typing import Any

from mathviz.project import programs
from mathviz.project.errors import ToolFailed

LIMIT = 120.0
"""Seconds that LaTeX may take for a formula: it may have to make fonts first."""


class Bounded:
    """Stands in for the module ``subprocess`` where manimgl typesets."""

    @staticmethod
    def run(command: list[Any], text: bool = False, **_: Any) -> subprocess.CompletedProcess[Any]:
        """``subprocess.run`` with a limit, of which manimgl takes exit status and output. Raises ToolFailed."""
        done: subprocess.CompletedProcess[Any] = programs.run([str(part) for part in command], most=LIMIT)
        if command[0] == "dvisvgm" and done.returncode != 0:  # manimgl would take nothing for its picture
            raise ToolFailed(f"dvisvgm ended with {done.returncode}: {done.stderr.strip()}")
        if not text:
            done.stdout = done.stdout.encode()
        return done


def bound() -> None:
    """Have manimgl, which was imported, start them so."""
    from manimlib.utils import tex_file_writing

    tex_file_writing.subprocess = Bounded
