"""Stills as vectors: the SVG and the PDF of what is wholly outlines look as the PNG does; what is not is refused."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

SKETCH = """
from manimlib import *

class Sketch(Scene):
    def construct(self):
        disc = Circle(radius=1.3).set_fill(BLUE, 0.6).set_stroke(YELLOW, 6).shift(3 * LEFT)
        square = Square(2.2).set_fill(RED, 1).set_stroke(WHITE, 3, 0.8)
        ring = Annulus(0.5, 1.1).set_fill(GREEN, 1).shift(3 * RIGHT).rotate(0.6, RIGHT)
        cased = Text("cased").set_backstroke(BLACK, 8)
        fixed = Text("fixed in frame").fix_in_frame().shift(3 * DOWN)
        self.add(disc, square, ring, Text("Vectors: g & Qu").shift(2.5 * UP), cased, fixed)
        self.camera.frame.set_euler_angles(0.4, 0.7)

class Shining(Scene):
    def construct(self):
        self.add(Square(), GlowDot(ORIGIN))
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("vectors")
    (made / "sketch.py").write_text(SKETCH)
    return made


def _still(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    line = [sys.executable, "-m", "mathviz", "still", "sketch.py", "--quality", "low", *options]
    return subprocess.run(line, cwd=folder, capture_output=True, text=True)


def _far(one: Path, other: Path) -> tuple[float, float]:
    """Mean difference of two pictures, of 255, and the share of pixels that are others."""
    pictures = [np.asarray(Image.open(path).convert("RGB"), int) for path in (one, other)]
    apart = np.abs(pictures[0] - pictures[1])
    return float(apart.mean()), float((apart.max(axis=2) > 60).mean())


def test_svg_and_pdf_look_as_the_png_does(folder: Path) -> None:
    for form in ("png", "svg", "pdf"):
        done = _still(folder, "--beat", "Sketch", "--out", f"sketch.{form}")
        assert done.returncode == 0, done.stderr
    chromium = ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
                "--window-size=854,480", f"--screenshot={folder / 'svg.png'}",
                f"file://{folder / 'sketch.svg'}"]  # fmt: skip
    subprocess.run(chromium, check=True, capture_output=True)
    subprocess.run(["pdftoppm", "-r", "72", "-png", "-singlefile", "sketch.pdf", "pdf"], cwd=folder, check=True)
    for drawn in ("svg.png", "pdf.png"):
        mean, others = _far(folder / "sketch.png", folder / drawn)
        assert mean < 0.6 and others < 1e-3, drawn
    assert "<image" not in (folder / "sketch.svg").read_text()


def test_what_cannot_be_vectors_is_refused_by_name(folder: Path) -> None:
    done = _still(folder, "--beat", "Shining", "--format", "svg", "--out", "shining.svg")
    assert done.returncode != 0 and not (folder / "shining.svg").exists()
    for said in ("sketch.py: scene Shining", "GlowDot", "points that shine", "--format png"):
        assert said in done.stderr
