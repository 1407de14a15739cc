"""Every mobject has an example, a section and a picture, and the picture is what the example draws today."""

from __future__ import annotations

import ast
import functools
import importlib
import inspect
import pkgutil
import re
from pathlib import Path

import numpy as np
import pytest
from numpy import ndarray

from mathviz import docs, mobjects
from mathviz.docs import drawing
from mathviz.docs import mobjects as pages
from mathviz.project import HOME
from mathviz.project.errors import FrameMismatch
from mathviz.snapshots import frames, references

THINGS = pages.things()
PAGE = docs.page("mobjects").text
LARGEST, TOGETHER = 150_000, 3_000_000
"""Bytes that a picture may take, and that all may: they travel with the package, and glow does not compress well."""


@functools.cache
def drawn() -> dict[str, ndarray]:
    """All pictures, drawn in one go."""
    return drawing.draw(THINGS)


def test_every_public_class_has_an_example_a_section_and_a_picture(manim: None) -> None:
    """The classes are found by importing, where the page is made by parsing."""
    names = [found.name for found in pkgutil.iter_modules(mobjects.__path__)]
    modules = [importlib.import_module(f"mathviz.mobjects.{name}") for name in names]
    classes = {
        name for module in modules for name, kind in inspect.getmembers(module, inspect.isclass)
        if kind.__module__ == module.__name__ and not name.startswith("_")
    }  # fmt: skip
    assert len(classes) > 30
    assert not pages.missing()
    wanted = classes - set(pages.NOT_SHOWN) | set(pages.SHOWN_FUNCTIONS)
    assert {thing.name for thing in THINGS} == wanted
    assert set(re.findall(r"^### (\w+)$", PAGE, re.MULTILINE)) == wanted
    assert set(re.findall(r"\(pictures/(\w+)\.png\)", PAGE)) == wanted
    assert {path.stem for path in drawing.PICTURES.glob("*.png")} == wanted


@pytest.mark.parametrize("name", [thing.name for thing in THINGS])
def test_a_picture_is_what_its_example_draws(manim: None, name: str) -> None:
    drawing.require_same(name, drawn()[name])


@pytest.mark.parametrize("thing", THINGS, ids=lambda thing: thing.name)
def test_an_example_shows_what_it_is_for(thing: pages.Thing) -> None:
    """Its text on the page, which is the function's, makes one: by its class, or by the verb of axes that does.

    It may do so in a function that it calls.
    """
    section = re.search(rf"^### {thing.name}\n(.*?)(?=^##|\Z)", PAGE, re.DOTALL | re.MULTILINE)
    assert section is not None
    (code,) = re.findall(r"```python\n(.*?)```", section[1], re.DOTALL)
    module = ast.parse((pages.EXAMPLES / f"{thing.module}.py").read_text(encoding="utf-8"))
    functions = [node for node in module.body if isinstance(node, ast.FunctionDef) and f"{node.name}(" in code]
    body = "\n".join([code, *map(ast.unparse, functions)])
    makes = rf"\b{thing.name}(\.\w+)?\(|\.{thing.name.lower()}\("
    assert re.search(makes, body), f"the example of {thing.name} does not make one"


def test_the_scene_at_the_top_of_the_page_draws_the_picture(manim: None, tmp_path: Path) -> None:
    from mathviz import engine
    from mathviz.engine import stills

    source = re.search(r"```python\n# look.py\n(.*?)```", PAGE, re.DOTALL)
    assert source is not None
    (tmp_path / "look.py").write_text(source[1])
    kind = engine.scene_class(tmp_path / "look.py")
    (image,) = stills.SceneStillTaker(kind, [stills.Moment("Look", None)], frames.FPS).take_all().values()
    kept = references.read(drawing.PICTURES / "Axes.png")
    top = (len(image) - len(kept)) // 2
    assert np.array_equal(drawn()["Axes"], image[top : top + len(kept)])


def test_pictures_are_small() -> None:
    sizes = [path.stat().st_size for path in drawing.PICTURES.glob("*.png")]
    assert max(sizes) < LARGEST and sum(sizes) < TOGETHER


def test_another_picture_is_seen(manim: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(drawing, "DRAWN", tmp_path / "diff")
    kept = references.read(drawing.PICTURES / "Digits.png")
    other = kept.copy()
    other[20, 20] += 1
    if references.renderer() in (drawing.PICTURES / drawing.ABOUT).read_text(encoding="utf-8"):
        with pytest.raises(FrameMismatch, match="1 pixels differ"):
            drawing.require_same("Digits", other)
        assert (tmp_path / "diff" / "Digits.png").is_file()
    with pytest.raises(FrameMismatch, match="pixels differ"):
        drawing.require_same("Digits", 255 - kept)
    with pytest.raises(FrameMismatch, match="mathviz docs mobjects --write"):
        drawing.require_same("Digits", kept[:-8])
    with pytest.raises(FrameMismatch, match="There is no picture"):
        drawing.require_same("Digit", kept)


def test_the_pages_go_into_the_package() -> None:
    told = (HOME / "pyproject.toml").read_text(encoding="utf-8")
    for pattern in ("docs/*.md", "docs/pictures/*.png", "docs/pictures/renderer.json"):
        assert f'"{pattern}"' in told and any((HOME / "mathviz").glob(pattern))
