"""manimgl without what only its window needs; whoever needs that finds it."""

from __future__ import annotations

import subprocess
import sys

PROGRAM = """
import sys
if {first!r}:
    __import__({first!r})
from mathviz import engine
from mathviz.engine import later
before = set(sys.modules)
with later.spared():
    engine.start(engine.Picture(320, 180, 2))
import manimlib
print(*sorted(name for name in set(sys.modules) - before if name in ("IPython", "matplotlib", "matplotlib.pyplot")))
map = manimlib.get_color_map("magma")
from matplotlib import pyplot
import IPython
assert pyplot is sys.modules["matplotlib.pyplot"] and pyplot.__spec__ and IPython.__version__
assert map is pyplot.get_cmap("magma") or map == pyplot.get_cmap("magma")
embedded = manimlib.scene.scene_embed.InteractiveShellEmbed
print(manimlib.scene.interactive_scene.get_ipython(), type(embedded).__name__, embedded.instance.__name__)
"""


def said(first: str) -> list[str]:
    done = subprocess.run([sys.executable, "-c", PROGRAM.format(first=first)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_what_nobody_uses_is_not_imported_and_found_when_it_is_asked_for() -> None:
    assert said("") == ["", "None Later instance"]


def test_what_is_there_already_is_taken_as_it_is() -> None:
    assert said("IPython") == ["", "None MetaHasTraits instance"]
