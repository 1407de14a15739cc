"""The rules of the house, read off the sources: who imports whom, how long things are, what is said."""

from __future__ import annotations

import ast
import importlib
import re
import subprocess
import sys
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import mathviz
from mathviz.docs import house
from mathviz.films import script
from mathviz.project import HOME, Project

ORDER = (*house.PARTS, "__main__")
"""Imports run downward: a module imports from its own part and those named before it."""

INTERNALS = ("camera", "config", "extract_scene", "module_loader", "scene.scene_file_writer")
"""manimgl's modules that only the engine may know."""

NO_NAMES = {"utils", "util", "helpers", "helper", "common", "base", "misc"}

MATHVIZ = sorted((HOME / "mathviz").rglob("*.py"))
ENGINE = HOME / "mathviz" / "engine"
SCENES = sorted((HOME / "scenes").glob("*.py"))
WRITTEN = {".py", ".toml", ".yaml", ".yml", ".md", ".txt", ".sh", ".json", ""}
"""What people write, by suffix: where a path of someone's machine could slip in."""


def name_of(path: Path) -> str:
    """A file as it is imported: mathviz/render/plan.py → render.plan."""
    parts = path.relative_to(HOME / "mathviz").with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__")


def imports(path: Path) -> set[str]:
    """Full names of everything a file imports, wherever in it: ``from a import b`` gives a and a.b."""
    return set(imported(ast.parse(path.read_text(encoding="utf-8")), name_of(path) if path in MATHVIZ else ""))


def imported(tree: ast.AST, module: str = "") -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{module}: import by full names; a relative one hides its direction"
            yield node.module or ""
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def within(names: set[str], package: str) -> set[str]:
    """Those of the names that are the package or in it."""
    return {name for name in names if name == package or name.startswith(f"{package}.")}


def parts_imported(path: Path) -> set[str]:
    """The parts of mathviz that a file of it imports: trace, render, …"""
    known = {path.relative_to(HOME / "mathviz").parts[0].removesuffix(".py") for path in MATHVIZ}
    return {name.split(".")[1] for name in within(imports(path), "mathviz") if "." in name} & known


def python(program: str) -> str:
    """What another Python prints; it stands in the project's folder, as a user does."""
    ended = subprocess.run([sys.executable, "-c", program], cwd=HOME, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


def test_there_is_something_to_keep_in_order() -> None:
    assert len(MATHVIZ) > 20 and SCENES
    assert {name_of(path).split(".")[0] for path in MATHVIZ} - {""} == set(ORDER)


# Who imports whom.


@pytest.mark.parametrize("path", MATHVIZ, ids=name_of)
def test_imports_run_downward(path: Path) -> None:
    part = name_of(path).split(".")[0]
    if part:
        above = {other for other in parts_imported(path) if ORDER.index(other) > ORDER.index(part)}
        assert not above, f"{path.name} is part of {part} and imports {above}, which comes later"
    else:
        assert not within(imports(path), "mathviz")


def test_no_imports_run_in_a_circle() -> None:
    known = {f"mathviz.{name_of(path)}": path for path in MATHVIZ if name_of(path)}
    graph = {name: (imports(path) & set(known)) - {name} for name, path in known.items()}
    for name in graph:  # of a package of which a module is imported by name, only that module counts
        graph[name] = {one for one in graph[name] if not any(other.startswith(f"{one}.") for other in graph[name])}
    tuple(TopologicalSorter(graph).static_order())  # raises CycleError, which names the circle


@pytest.mark.parametrize("path", house.written())
def test_the_plan_of_the_house_is_drawn_as_it_is(path: str) -> None:
    assert (HOME / path).read_text(encoding="utf-8") == house.written()[path], "write it: mathviz docs --write"


def test_every_package_is_installed() -> None:
    told = re.search(r"^packages = \[(.*?)^\]", (HOME / "pyproject.toml").read_text(), re.DOTALL | re.MULTILINE)
    assert told
    there = {".".join(p.parent.relative_to(HOME).parts) for p in MATHVIZ if p.name == "__init__.py"}
    assert set(re.findall(r'"(mathviz[\w.]*)"', told[1])) == there | {"mathviz.assets"}


@pytest.mark.parametrize("name", mathviz.MOVED)
def test_a_module_that_was_moved_says_where_it_is(name: str) -> None:
    importlib.import_module(f"mathviz.{mathviz.MOVED[name]}")
    with pytest.raises(ModuleNotFoundError, match=re.escape(f"mathviz.{mathviz.MOVED[name]} now")):
        importlib.import_module(f"mathviz.{name}")


@pytest.mark.parametrize("path", MATHVIZ, ids=name_of)
def test_the_package_does_not_know_its_films(path: Path) -> None:
    assert not within(imports(path), "scenes") and not within(imports(path), "tests")


@pytest.mark.parametrize("path", MATHVIZ, ids=name_of)
def test_each_library_has_its_place(path: Path) -> None:
    names, part = imports(path), name_of(path).split(".")[0]
    if part == "concepts":
        assert not within(names, "manimlib")
        assert parts_imported(path) <= {"trace", "concepts", "project"}
    if part not in ("mobjects", "stage", "engine") and not name_of(path).startswith(("lint.observe", "docs.examples")):
        assert not within(names, "manimlib")
    if part != "concepts" and name_of(path) != "films.compute":
        assert not within(names, "torch")
    if name_of(path) != "render.encode":
        assert not within(names, "ffmpeg")


OUTSIDE = [path for path in (*MATHVIZ, *SCENES) if ENGINE not in path.parents]


@pytest.mark.parametrize("path", OUTSIDE, ids=lambda path: path.stem)
def test_only_the_engine_knows_manimgls_internals(path: Path) -> None:
    names = imports(path)
    known = {name for internal in INTERNALS for name in within(names, f"manimlib.{internal}")}
    assert not known and "manimlib.manim_config" not in names
    assert "manimlib.config" not in path.read_text(encoding="utf-8")


@pytest.mark.parametrize("path", SCENES, ids=lambda path: path.stem)
def test_a_scene_computes_nothing(path: Path) -> None:
    for library in ("torch", "scipy", "sklearn", "mathviz.films.compute", "random"):
        assert not within(imports(path), library)


QUICK = (
    "project", "trace", "films.script", "films.compute", "films.catalog", "style", "gallery.site", "gallery.embed",
    "snapshots.pytest_plugin", "preview.serve", "cli",
)  # fmt: skip


@pytest.mark.parametrize("module", QUICK)
def test_what_must_be_quick_loads_neither_manimgl_nor_torch(module: str) -> None:
    heavy = python(f"import sys, mathviz.{module}; print(*{{'torch', 'manimlib'}} & set(sys.modules))")
    assert heavy.strip() == ""


@pytest.mark.parametrize("path", [p for p in MATHVIZ if name_of(p).startswith("concepts")], ids=name_of)
def test_a_concept_can_be_read_without_manimgl_and_torch(path: Path) -> None:
    heavy = python(f"import sys, mathviz.{name_of(path)}; print(*{{'torch', 'manimlib', 'OpenGL'}} & set(sys.modules))")
    assert heavy.strip() == ""


def test_listing_the_films_loads_neither_manimgl_nor_torch() -> None:
    said = python(
        "import sys; from mathviz.cli import main; sys.argv = ['mathviz', 'list', '-q']\n"
        "try: main()\n"
        "except SystemExit as left: assert not left.code\n"
        "print(*{'torch', 'manimlib'} & set(sys.modules))"
    )
    assert said.split() == Project(HOME).stems


# Names, lengths, words.


def test_no_two_test_files_have_one_name() -> None:
    """pytest imports them by their names alone."""
    names = [path.name for path in (HOME / "tests").rglob("*.py") if path.name != "conftest.py"]
    assert len(set(names)) == len(names), sorted(name for name in set(names) if names.count(name) > 1)


@pytest.mark.parametrize("path", [*MATHVIZ, *SCENES, *(HOME / "tests").rglob("*.py")], ids=lambda path: path.stem)
def test_a_file_is_named_for_what_it_holds(path: Path) -> None:
    assert not {part.removesuffix(".py") for part in path.relative_to(HOME).parts} & NO_NAMES


@pytest.mark.parametrize("path", MATHVIZ, ids=name_of)
def test_what_is_public_says_what_it_is(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert ast.get_docstring(tree), f"{path.name} has no docstring"
    for node in tree.body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and not node.name.startswith("_"):
            assert ast.get_docstring(node), f"{path.name}: {node.name} has no docstring"


@pytest.mark.parametrize("path", SCENES, ids=lambda path: path.stem)
def test_a_scene_is_short_and_so_are_its_beats(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 300
    classes = [node for node in ast.parse(text).body if isinstance(node, ast.ClassDef)]
    methods = {node.name: node for kind in classes for node in kind.body if isinstance(node, ast.FunctionDef)}
    for beat in script.read(path.with_suffix(".yaml")).beats:
        method = methods[beat.id]
        length = (method.end_lineno or 0) - method.lineno + 1
        assert length <= 30, f"{beat.id} has {length} lines"


@pytest.mark.parametrize("stem", Project(HOME).stems)
def test_a_stem_finds_concept_scene_script_test_and_trace(stem: str) -> None:
    for place in (
        f"mathviz/concepts/{stem}.py", f"scenes/{stem}.py", f"scenes/{stem}.yaml", f"tests/concepts/test_{stem}.py",
        f"assets/traces/{stem}.npz", f"assets/traces/{stem}.json",
    ):  # fmt: skip
        assert (HOME / place).is_file(), place
    assert script.read(HOME / "scenes" / f"{stem}.yaml").computation.startswith(f"mathviz.concepts.{stem}:")


def test_the_demo_begins_with_a_beat_that_there_is() -> None:
    told = re.findall(r"render (\w+) .*--beats (\w+)", (HOME / "Makefile").read_text(encoding="utf-8"))
    assert told
    for stem, beat in told:
        assert beat in [each.id for each in script.read(HOME / "scenes" / f"{stem}.yaml").beats]
        assert f"{stem}/{stem}.en.{beat}.mp4" in (HOME / ".ci" / "run").read_text(encoding="utf-8")


def test_every_script_has_its_scene() -> None:
    assert {path.stem for path in SCENES} == {path.stem for path in (HOME / "scenes").glob("*.yaml")}


def of_the_project() -> list[Path]:
    """Files that belong to the project: those git keeps, and new ones it would."""
    line = ["git", "-c", f"safe.directory={HOME}", "ls-files", "-co", "--exclude-standard"]
    listed = subprocess.run(line, cwd=HOME, capture_output=True, text=True, check=True).stdout.splitlines()
    return [HOME / name for name in listed if (HOME / name).is_file()]


SOMEONES = re.compile(r"(?<![\w.}])/(home|Users|root|work|farm|workspace|private|tmp)/\w")


def test_no_file_names_a_folder_of_someones_machine() -> None:
    files = [path for path in of_the_project() if path.suffix in WRITTEN]
    assert len(files) > 40
    found = [
        f"{path.relative_to(HOME)}:{number}: {line.strip()[:100]}"
        for path in files
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if SOMEONES.search(line) and path != Path(__file__)
    ]
    assert not found, "\n".join(found)


def test_a_folder_of_someones_machine_is_seen() -> None:
    assert SOMEONES.search('open("/home/ann/film.mp4")') and SOMEONES.search("see /tmp/x")
    assert not SOMEONES.search("https://example.org/home/ann") and not SOMEONES.search("mathviz/work/x")


# The rules are seen to bite.


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("import torch", "torch"),
        ("def f():\n    from torch import nn", "torch.nn"),
        ("if TYPE_CHECKING:\n    from manimlib.camera.camera import Camera", "manimlib.camera.camera.Camera"),
        ("import ffmpeg as f", "ffmpeg"),
        ("from mathviz import stage", "mathviz.stage"),
    ],
)
def test_an_import_is_seen_wherever_it_stands(source: str, name: str) -> None:
    assert name in set(imported(ast.parse(source)))
    assert within({name}, name.split(".")[0])


def test_a_relative_import_is_seen() -> None:
    with pytest.raises(AssertionError, match="hides its direction"):
        list(imported(ast.parse("from . import stage"), "trace"))
