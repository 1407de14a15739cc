"""Every frame of the engine is manimgl's, byte for byte, in number and order; and most are drawn in parts."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from mathviz.project import HOME

HERE = Path(__file__).parent
SCENES, RUNNER = HERE / "exact_scenes.py", HERE / "exact_runner.py"
FILMS = sorted((HOME / "scenes").glob("*.py"))
SIZE = "323x181"
"""Odd, so that neither cells nor tiles nor pairs of pixels fit."""


def classes_of(path: Path) -> dict[str, ast.ClassDef]:
    nodes = ast.parse(path.read_text(encoding="utf-8")).body
    return {node.name: node for node in nodes if isinstance(node, ast.ClassDef)}


def how_drawn(path: Path) -> dict[str, str]:
    """``drawn`` of each scene, its own or inherited, read off the source: importing it takes manimgl."""
    found: dict[str, str] = {}
    for name, node in classes_of(path).items():
        lines = [ast.unparse(line) for line in node.body]
        own = [line.split("'")[1] for line in lines if line.startswith("drawn = '")]
        inherited = [found[ast.unparse(base)] for base in node.bases if ast.unparse(base) in found]
        if own or inherited:
            found[name] = [*own, *inherited][0]
    return found


DRAWN = how_drawn(SCENES)


@dataclass(frozen=True)
class Drawn:
    """Digests of a scene's frames from both, and how the engine drew."""

    stock: list[str]
    engine: list[str]
    tallies: dict[str, float]

    @classmethod
    def read(cls, folder: Path, name: str) -> Drawn:
        for failed in sorted(folder.glob(f"{name}.*.failed")):
            pytest.fail(f"{failed.name}:\n{failed.read_text(encoding='utf-8')}")
        stock, engine = ((folder / f"{name}.{way}").read_text().split() for way in ("stock", "engine"))
        return cls(stock, engine, json.loads((folder / f"{name}.tallies").read_text()))

    def require_equal(self) -> None:
        same = [one == other for one, other in zip(self.stock, self.engine, strict=False)]
        assert all(same), f"frame {same.index(False)} is the first of {same.count(False)} that differ, of {len(same)}"
        assert len(self.stock) == len(self.engine)


def draw_both(scenes: Path, names: list[str], size: str, folder: Path) -> None:
    line = [sys.executable, str(RUNNER), str(scenes), str(folder), size, *names]
    done = subprocess.run(line, cwd=HOME, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(HOME)})
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("exact")
    draw_both(SCENES, list(DRAWN), SIZE, folder)
    return folder


@pytest.mark.parametrize("name", DRAWN)
def test_every_frame_is_manimgls(both: Path, name: str) -> None:
    Drawn.read(both, name).require_equal()


@pytest.mark.parametrize("name", DRAWN)
def test_a_scene_is_drawn_in_the_way_that_it_is_there_for(both: Path, name: str) -> None:
    """Or else all could be left to manimgl, and be equal for that."""
    drawn = Drawn.read(both, name)
    frames, stock, area = (drawn.tallies[key] for key in ("frames", "stock", "area"))
    assert len(set(drawn.engine)) >= 3, "nothing moves"
    if DRAWN[name] == "parts":
        assert stock == 0 and 0 < area < 0.8 * frames, drawn.tallies
    elif DRAWN[name] == "whole":
        assert stock == 0, drawn.tallies
    elif DRAWN[name] == "some":
        assert 0 < stock < frames and area > 0, drawn.tallies
    else:
        assert DRAWN[name] == "stock" and stock == frames > 0, drawn.tallies


def test_every_scene_of_the_file_is_compared() -> None:
    scenes = {name for name, node in classes_of(SCENES).items() if any("Scene" in ast.unparse(b) for b in node.bases)}
    assert len(DRAWN) > 40 and scenes <= DRAWN.keys()


def test_what_is_compared_with_is_manimgls_own_command(both: Path, tmp_path: Path) -> None:
    """In a fresh process, which imports manimgl by itself; the engine gives it a context and takes the digests."""
    program = "import sys; from pathlib import Path; from mathviz import engine\n"
    program += "engine.manimgl(sys.argv[2:], Path(sys.argv[1]))"
    digests = tmp_path / "digests"
    line = [sys.executable, "-c", program, str(digests), str(SCENES), "Movements", "-w", "-r", SIZE]
    line += ["--video_dir", str(tmp_path)]
    done = subprocess.run(line, cwd=HOME, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(HOME)})
    assert done.returncode == 0, done.stderr
    drawn = Drawn.read(both, "Movements")
    assert digests.read_text().split() == drawn.stock == drawn.engine


@pytest.mark.slow
@pytest.mark.parametrize("film", FILMS, ids=lambda path: path.stem)
def test_every_frame_of_a_film_is_manimgls(film: Path, tmp_path: Path) -> None:
    (name,) = classes_of(film)
    draw_both(film, [name], "480x270", tmp_path)
    drawn = Drawn.read(tmp_path, name)
    drawn.require_equal()
    assert len(drawn.engine) > 1000
    # While a camera moves, every pixel may change, and how long it does is the film's own: all that holds of each such
    # film is that not all of every frame is drawn anew. (It was 0.24 of optimal_transport.)
    moves = "def question" in film.read_text(encoding="utf-8")
    most = (0.95 if moves else 0.3) * drawn.tallies["frames"]
    assert drawn.tallies["stock"] == 0 and drawn.tallies["area"] < most
