"""The world's mobjects look the same in manimgl's own window and in films, to the byte, and none is left to manimgl."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from mathviz.project import HOME

SCENES, RUNNER = Path(__file__).parent / "world_scenes.py", HOME / "tests" / "engine" / "exact_runner.py"


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("world")
    line = [sys.executable, str(RUNNER), str(SCENES), str(folder), "323x181", "Still", "Smooth"]
    done = subprocess.run(line, cwd=folder, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(HOME)})
    assert done.returncode == 0, done.stderr
    return folder


@pytest.mark.parametrize("name", ["Still", "Smooth"])
def test_every_frame_is_manimgls(drawn: Path, name: str) -> None:
    for failed in drawn.glob(f"{name}.*.failed"):
        pytest.fail(failed.read_text(encoding="utf-8"))
    stock, ours = ((drawn / f"{name}.{way}").read_text().split() for way in ("stock", "engine"))
    assert len(set(ours)) == len(ours) == 7
    assert ours == stock
    assert json.loads((drawn / f"{name}.tallies").read_text())["stock"] == 0
