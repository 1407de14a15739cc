"""What the page on failing frames says is what the code does: the report, the limits, the messages."""

from __future__ import annotations

import ast
import dataclasses
import re
from pathlib import Path

import numpy as np
import pytest

from mathviz import docs
from mathviz.project import HOME, Project
from mathviz.project.errors import FrameMismatch
from mathviz.snapshots import frames, references, verdict
from mathviz.snapshots.difference import OTHER_RENDERER, SAME_RENDERER, STEP, WINDOW, Budget
from mathviz.snapshots.frames import Frame, Snapshot
from mathviz.snapshots.references import Accepted, Digests

PAGE = docs.page("frame_failures").text
SAYS = sorted((HOME / "mathviz" / "snapshots").glob("*.py"))
"""Whose messages the page quotes."""


def bar(last: int) -> np.ndarray:
    """A frame with a bar that ends before a column."""
    image = np.full((frames.HEIGHT, frames.WIDTH, 3), 17, np.uint8)
    image[200:280, 200:last] = (93, 205, 251)
    return image


def test_the_report_is_what_the_code_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The report on the page is that of a bar which grew by six pixels, on the renderer of the reference."""
    monkeypatch.setattr(references, "renderer", lambda: "llvmpipe, Mesa 22.3.6")
    project, snapshot = Project(tmp_path), Snapshot("bars", "en", "dark", "bar_grows")
    references.keep(references.picture_of(project, snapshot), bar(500))
    references.text_of(project, snapshot).write_text("Rectangle  data  [-3.80 -0.65, 1.20 0.65]\n")
    digests = {"en.dark": {"bar_grows": Digests("", references.pixels_of(bar(500)))}}
    references.write(project, "bars", Accepted(**references.drawn_by(), digests=digests))
    with pytest.raises(FrameMismatch) as found:
        verdict.require_same(project, snapshot, Frame(bar(506), "Rectangle  data  [-3.80 -0.65, 1.30 0.65]\n"))
    (shown,) = re.findall(r"^```text\n(.*?)\n```$", PAGE, re.DOTALL | re.MULTILINE)
    assert shown == f"FrameMismatch: {found.value}".replace(f"{tmp_path}/", "")


def test_the_limits_are_those_of_the_code() -> None:
    rows = re.findall(r"^\| `(\w+)` \|.*\| ([\d.]+) \| ([\d.]+) \|$", PAGE, re.MULTILINE)
    assert [name for name, *_ in rows] == [field.name for field in dataclasses.fields(Budget)]
    for name, same, other in rows:
        assert float(same) == getattr(SAME_RENDERER, name) and float(other) == getattr(OTHER_RENDERER, name), name
    assert f"more than {STEP} steps" in PAGE and f"{WINDOW} × {WINDOW}" in PAGE


def test_every_file_and_test_that_is_named_exists() -> None:
    named = set(re.findall(r"(?:tests|mathviz|assets)/[\w/.]*", re.sub(r"```.*?```", "", PAGE, flags=re.DOTALL)))
    assert len(named) > 3 and not [name for name in named if not (HOME / name).exists()]
    tests = (HOME / "tests" / "snapshots" / "test_films_frames.py").read_text(encoding="utf-8")
    assert all(f"def {name}(" in tests for name in re.findall(r"`(test_\w+)`", PAGE))


def test_what_is_quoted_is_said() -> None:
    said = " ".join(
        " ".join(node.value.split())
        for path in SAYS
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    )
    quoted = re.findall(r"“(.+?)”", " ".join(PAGE.split()))
    assert len(quoted) > 5
    assert not [words for words in quoted if words not in said]
