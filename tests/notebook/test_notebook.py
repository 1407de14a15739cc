"""``%%mathviz`` in a real kernel: the film is in the notebook, and a fault is told without a traceback."""

from __future__ import annotations

import base64
import re
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from mathviz.render import encode

SCENE = """%%mathviz --quality low --fps 4
from manimlib import *

class Grows(Scene):
    def construct(self):
        self.play(GrowFromCenter(Square()), run_time=1)
"""


@pytest.mark.slow
def test_a_cells_scene_is_drawn_and_shown_in_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MATHVIZ_CACHE", str(tmp_path / "cache"))
    cells = ["%load_ext mathviz.notebook", SCENE, SCENE.replace("Square()", "Sqare()"),
             "%%mathviz --out there\npass", SCENE]  # fmt: skip
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(text) for text in cells])
    NotebookClient(book, timeout=300, kernel_name="python3", allow_errors=True,
                   resources={"metadata": {"path": str(tmp_path)}}).execute()  # fmt: skip
    _, drawn, wrong, refused, again = (cell.outputs for cell in book.cells)
    (shown,) = drawn
    found = re.search(r'src="data:video/mp4;base64,([^"]+)"', shown.data["text/html"])
    assert found, shown
    (tmp_path / "shown.mp4").write_bytes(base64.b64decode(found[1]))
    encode.verify(tmp_path / "shown.mp4", 854, 480, 4, 4)
    assert again[0].data["text/html"] == shown.data["text/html"]
    assert "cell.py, line 5" in str(wrong) and "'Sqare' is not defined" in str(wrong) and "Traceback" not in str(wrong)
    assert "%%mathviz takes no --out" in str(refused)
