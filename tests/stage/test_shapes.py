"""Portrait and square: the stage lays a film out for the shape, and nothing of one shape is taken for another's."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from mathviz.lint.observe import Observed
from mathviz.lint.rules import limits_of
from mathviz.project import HOME, Project
from mathviz.project.errors import NotFound
from mathviz.render import inputs
from mathviz.render.plan import Job, Wish, plan
from mathviz.snapshots import frames
from mathviz.style.shapes import SHAPES

CATALOGUE = Project(HOME)

LAYOUT = """
import json, sys
from mathviz import engine, style
from mathviz.engine import shapes
shapes.start(engine.Picture(int(sys.argv[1]), int(sys.argv[2]), 30))
import numpy as np
from manimlib import FRAME_HEIGHT, FRAME_WIDTH
from mathviz import stage
from mathviz.mobjects.text import caption_lines
from mathviz.stage.frame import CAPTION
from mathviz.stage.shots import FACE_ON, fit
seen = fit(np.array([[-3.0, -1, 0], [3, 1, 0]]), FACE_ON).project(np.array([[-3.0, -1, 0], [3, 1, 0]]))
regions = {name: getattr(stage, name) for name in stage.__all__ if isinstance(getattr(stage, name), stage.Region)}
print(json.dumps({
    "frame": [FRAME_WIDTH, FRAME_HEIGHT], "seen": seen.tolist(), "caption": [CAPTION.bottom, CAPTION.top],
    "outside": [name for name, one in regions.items() if not stage.FRAME.holds(np.array([one.middle]))],
    "over": [n for n, one in regions.items() if n not in ("FRAME", "SAFE", "POSTER", "CAPTION") and one.bottom < CAPTION.top],
    "size": style.size("caption"), "stage": [stage.STAGE.width, stage.STAGE.height],
    "lines": caption_lines("All ranks need the sum of their gradients. How little can the busiest one carry?").split(chr(10)),
    "han": caption_lines("把同一张图里的所有梯度加起来，最忙的端口最少要传多少数据，又是谁先算完。").split(chr(10)),
}))
"""  # noqa: E501


def _laid_out(width: int, height: int) -> dict:  # type: ignore[type-arg]
    done = subprocess.run([sys.executable, "-c", LAYOUT, str(width), str(height)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("name", ["9:16", "1:1"])
def test_regions_shots_and_captions_are_those_of_the_shape(name: str) -> None:
    shape = SHAPES[name]
    found = _laid_out(*shape.of(854, 480))
    assert min(found["frame"]) == pytest.approx(8, abs=0.02) and found["frame"][1] == pytest.approx(shape.frame_height)
    assert not found["outside"] and not found["over"]
    (left, _), (right, _) = found["seen"]
    assert right - left == pytest.approx(found["stage"][0], abs=0.01)  # the world fills the narrower stage
    assert found["size"] == shape.sizes["caption"]
    assert len(found["lines"]) <= shape.lines and max(map(len, found["lines"])) <= shape.latin
    assert len(found["han"]) <= shape.lines and max(map(len, found["han"])) <= shape.han + 1  # a comma hangs
    if name == "9:16":  # a phone's players lay their own over the lowest fifth
        assert (found["caption"][0] + shape.frame_height / 2) / shape.frame_height >= 0.197


def _job(shape: str) -> Job:
    return plan(CATALOGUE, ["ring_allreduce"], Wish(["en"], quality="high", shape=shape))[0]


def test_a_shape_has_its_own_size_name_and_cache() -> None:
    jobs = {name: _job(name) for name in SHAPES}
    assert [(job.width, job.height) for job in jobs.values()] == [(1920, 1080), (1080, 1920), (1080, 1080)]
    assert [job.film.name for job in jobs.values()] == [
        "ring_allreduce.en.mp4", "ring_allreduce.en.9x16.mp4", "ring_allreduce.en.1x1.mp4"]  # fmt: skip
    assert len({inputs.slots(job) for job in jobs.values()}) == len({job.identity for job in jobs.values()}) == 3
    with pytest.raises(NotFound, match="4:3"):
        _job("4:3")


def test_frames_of_a_shape_are_of_one_version_of_its_own() -> None:
    upright = frames.wanted(CATALOGUE, "ring_allreduce", "9:16")
    assert {snapshot.version for snapshot in upright} == {"en.dark.9x16"}
    assert not {*upright} & {*frames.wanted(CATALOGUE, "ring_allreduce")}
    assert upright[0].command(CATALOGUE).endswith("--shape 9:16")


def test_the_lint_has_limits_for_each_shape() -> None:
    upright = limits_of(Observed("a", "en", "dark", "#000000", shape="9:16"))
    assert upright["safe"]["bottom"] > 0.19 and upright["line"]["lines"] == 4
    assert limits_of(Observed("a", "en", "dark", "#000000"))["line"] == {"latin": 42, "han": 20, "lines": 2}


def test_a_still_is_laid_out_upright(tmp_path: Path) -> None:
    out = tmp_path / "still.png"
    line = [sys.executable, "-m", "mathviz", "still", "ring_allreduce", "--beat", "question", "--at", "1"]
    line += ["--quality", "low", "--shape", "9:16", "--out", str(out)]
    done = subprocess.run(line, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    image = Image.open(out).convert("L")
    assert image.size == (480, 854)
    lowest = image.crop((0, round(854 * 0.82), 480, 854))
    assert lowest.getextrema()[1] < 140  # no letter under a phone's controls
    assert image.crop((0, round(854 * 0.64), 480, round(854 * 0.8))).getextrema()[1] > 200  # but above them
