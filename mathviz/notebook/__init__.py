"""``%%mathviz`` in a notebook: the scenes of a cell, drawn without a display and shown below it.

    %load_ext mathviz.notebook

    %%mathviz --quality low --fps 15
    from manimlib import *

    class Hello(Scene):
        def construct(self):
            self.play(Write(Text("hello")))

What stands behind ``%%mathviz`` is what ``mathviz render`` takes behind the file: names of scenes, all when none is
named, and options. A cell that was drawn and is as it was is not drawn again. The film is in the notebook, so whoever
opens it needs nothing else.
"""

from __future__ import annotations

import hashlib
import json
import shlex
import sys
import tempfile
from pathlib import Path
from typing import Any

from IPython.core.error import UsageError
from IPython.display import Image, Video, display

from mathviz.project import disk, programs
from mathviz.project.activity import limit

OURS = ("--out", "--json", "--dry-run", "--cluster", "--digest")
"""Options that have no place behind ``%%mathviz``."""

PLAYER = "controls loop muted playsinline"


def load_ipython_extension(shell: Any) -> None:
    """Called by ``%load_ext mathviz.notebook``."""
    shell.register_magic_function(draw, magic_kind="cell", magic_name="mathviz")


def draw(line: str, cell: str) -> None:
    """Draw the cell's scenes and show them. Raises UsageError with what ``mathviz render`` says of a fault."""
    asked = shlex.split(line)
    if taken := [word for word in asked if word.split("=")[0] in OURS]:
        raise UsageError(f"%%mathviz takes no {taken[0]}: it shows what it draws. See: mathviz render --help")
    folder = _folder(cell)
    scene = folder / "cell.py"
    disk.write_whole(scene, cell.encode())
    command = [sys.executable, "-m", "mathviz", "render", str(scene), *asked, "--out", str(folder), "--json"]
    done = programs.run(command, idle=2 * limit())
    outcomes = json.loads(done.stdout) if done.stdout.strip() else []
    for outcome in outcomes:
        if outcome["film"]:
            _show(Path(outcome["film"]))
    if done.returncode:
        raise UsageError(done.stderr.strip().removeprefix("mathviz: "))


def _folder(cell: str) -> Path:
    """Where a cell's film is kept, by what the cell says: with this machine's other caches, else for a while."""
    place = disk.shared_cache() or Path(tempfile.gettempdir()) / "mathviz"
    folder = place / "notebook" / hashlib.sha256(cell.encode()).hexdigest()[:32]
    disk.require_folder(folder)
    return folder


def _show(film: Path) -> None:
    """In the page itself: a film to be played, or the one picture of a scene that plays nothing."""
    if film.suffix == ".png":
        display(Image(filename=str(film)))
    else:
        display(Video(filename=str(film), embed=True, html_attributes=PLAYER))
