"""Authors' code is what is on disk now, nothing is written beside it, and no name of a file shadows a library."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from mathviz.project import loading

SCENE = """
import beside
from manimlib import *
from package.concept import value


class Shown(Scene):
    said = "scene {n}", beside.said, value()
"""

LOOK = """
import json, sys
from pathlib import Path
from mathviz import engine
engine.start(engine.Picture(64, 36, 30))
print(json.dumps(engine.scene_class(Path(sys.argv[1]), "Shown").said))
"""


def write(root: Path, n: int) -> None:
    """All files, of the same length and of the same time whatever ``n``."""
    texts = {"scene.py": SCENE, "beside.py": "said = 'beside {n}'\n", "package/__init__.py": "",
             "package/concept.py": "def value():\n    return 'concept {n}'\n"}  # fmt: skip
    for name, text in texts.items():
        path = root / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text.replace("{n}", str(n)))
        os.utime(path, (1_000_000_000, 1_000_000_000))


def look(root: Path) -> list[str]:
    line = [sys.executable, "-c", LOOK, "scene.py"]
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    done = subprocess.run(line, cwd=root, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_a_file_saved_twice_within_a_second_is_drawn_as_it_is_now(tmp_path: Path) -> None:
    """Python's own compiled modules lie there already, and are of the time and length of the files."""
    write(tmp_path, 1)
    subprocess.run([sys.executable, "-m", "compileall", "-q", tmp_path], check=True)
    kept = sorted(tmp_path.rglob("*.pyc"))
    before = [path.read_bytes() for path in kept]
    assert len(kept) == 4
    write(tmp_path, 2)
    assert look(tmp_path) == ["scene 2", "beside 2", "concept 2"]
    assert sorted(tmp_path.rglob("*.pyc")) == kept and [path.read_bytes() for path in kept] == before


def test_nothing_is_written_beside_a_scene(tmp_path: Path) -> None:
    write(tmp_path, 1)
    assert look(tmp_path) == ["scene 1", "beside 1", "concept 1"]
    assert not list(tmp_path.rglob("*.pyc"))


def test_what_is_installed_is_a_library_and_what_lies_in_a_project_is_not(tmp_path: Path) -> None:
    numpy = Path(sys.modules["numpy"].__file__ or "").parent if "numpy" in sys.modules else Path(os.__file__).parent
    assert loading.is_library(str(numpy)) and loading.is_library(str(Path(os.__file__).parent / "email"))
    assert loading.is_library(str(loading.PACKAGE)) and not loading.is_library(str(loading.PACKAGE / "concepts"))
    assert not loading.is_library(str(tmp_path))


# ---- names that other modules have

SHADOWS = ("random", "queue", "bisect", "numbers", "heapq", "types", "manimlib", "trace", "json")
TOLD = "import json, random, sys; print(json.dumps([random.__name__, sys.argv[1:], random.__file__]))"


WITHOUT_OPTION = [sys.executable, "-c", loading.BEGIN, "probe", "a b"]


WITHOUT_OPTION = [sys.executable, "-c", loading.BEGIN, "probe", "a b"]


@pytest.mark.parametrize("line", [loading.python("probe", "a b"), WITHOUT_OPTION])
def test_the_working_directory_shadows_nothing(tmp_path: Path, line: list[str]) -> None:
    """Also on a Python that has no option for it, which the second line is for."""
    for name in SHADOWS:
        (tmp_path / f"{name}.py").write_text("raise ImportError('shadowed')\n")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "probe.py").write_text(TOLD)
    environment = os.environ | {"PYTHONPATH": str(tmp_path / "elsewhere")}
    done = subprocess.run(line, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    name, arguments, place = json.loads(done.stdout)
    assert name == "random" and arguments == ["a b"] and Path(place).parent == Path(os.__file__).parent


@pytest.mark.parametrize(
    ("given", "name"),
    [("film.py", "film"), ("pkg/sub/film.py", "pkg.sub.film"), ("../away/a/b/film.py", "b.film")],
)
def test_a_scene_file_is_called_as_manimgl_would_call_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: str, name: str
) -> None:
    """From where it is not below the working directory, as its package would be imported."""
    (tmp_path / "away" / "a" / "b").mkdir(parents=True)
    (tmp_path / "away" / "a" / "b" / "__init__.py").touch()
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    path = Path(given)
    assert loading.named(path.resolve() if given.startswith("..") else path)[0] == name
