"""What is measured comes to ratios of medians, and the films whose camera moves are told from the others."""

from __future__ import annotations

from pathlib import Path

import pytest

from mathviz.project import HOME
from mathviz.render.bench import Timing, moves_camera, ratios

FLAT = """
from manimlib import RIGHT, Scene, Square


class Flat(Scene):
    def construct(self):
        self.play(Square().animate.shift(RIGHT))
"""


def test_ratios_are_of_medians_by_the_clock_and_of_computing() -> None:
    ways = ("manimgl", "mathviz, 2 workers", "mathviz, 1 worker", "x264 alone")
    runs = (
        [(100, 90), (10, 20), (18, 18), (5, 9)],
        [(900, 90), (11, 20), (20, 20), (4, 9)],
        [(98, 90), (12, 20), (19, 19), (6, 9)],
    )
    timings = [Timing(way, wall, cpu, 0.0) for run in runs for way, (wall, cpu) in zip(ways, run, strict=True)]
    found = ratios(timings)
    assert found == pytest.approx({
        "faster than manimgl": 100 / 11, "of what x264 alone takes": 11 / 5, "from one worker to all": 19 / 11,
        "less computing than manimgl": 90 / 19, "of the computing of x264 alone": 19 / 9,
    })  # fmt: skip


@pytest.mark.parametrize("film", ["ring_allreduce", "diffusion_reverse"])
def test_a_film_whose_camera_moves_is_known(film: str) -> None:
    assert moves_camera(HOME / "scenes" / f"{film}.py")


def test_a_flat_scene_moves_no_camera(tmp_path: Path) -> None:
    (tmp_path / "flat.py").write_text(FLAT)
    assert not moves_camera(tmp_path / "flat.py")
