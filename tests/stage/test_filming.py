"""The camera's verbs, and places by relation: on a bare scene, without drawing."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from mathviz import engine
from mathviz.project.errors import StageError


@pytest.fixture
def scene(manim: None, tmp_path: Any) -> Any:
    """A bare scene with a cube's corners in it, seen aslant."""
    from manimlib import DotCloud

    from mathviz import style
    from mathviz.stage import HERO
    from mathviz.stage.clock import ClockedScene

    class Bare(ClockedScene):
        theme = style.theme("dark")
        flows = False
        path = tmp_path / "bare.py"

    scene = engine.make_scene(Bare, skip_animations=True)
    scene.cube = DotCloud([[x, y, z] for x in (0, 1) for y in (0, 1) for z in (0, 1)])
    scene.add(scene.cube)
    scene.cut(scene.shot(HERO, scene.cube))
    return scene


def test_a_ride_keeps_its_object_where_it_is_seen(scene: Any) -> None:
    before = scene.seen(scene.cube)
    scene.play(scene.cube.animate.shift(np.array([3.0, -2.0, 1.0])), scene.riding(scene.cube))
    assert scene.seen(scene.cube) == pytest.approx(before, abs=1e-3)
    scene.play(scene.cube.animate.shift(np.array([3.0, 0, 0])), scene.riding(scene.cube, hold=0.9))
    assert not np.allclose(scene.seen(scene.cube), before, atol=0.05), "it does not run ahead"


def test_a_drift_turns_and_pushes_round_the_middle(scene: Any) -> None:
    before = scene.view
    scene.play(scene.drifting(theta=10, push=1.1))
    after = scene.view
    assert (after.theta - before.theta, before.height / after.height) == pytest.approx((10, 1.1))
    assert after.focus == before.focus


def test_a_move_with_others_ends_at_the_shot(scene: Any) -> None:
    from mathviz.stage import PLAN

    shot = scene.shot(PLAN, scene.cube)
    scene.move(shot, scene.veiling(scene.cube))
    assert scene.view == shot and scene.cube.veiled


def test_what_reads_the_view_is_told_before_every_frame(scene: Any) -> None:
    heights: list[float] = []
    scene.with_view(lambda view: heights.append(view.height))
    scene.skip_animations = False
    scene.file_writer.write_frame = lambda camera: None
    scene.play(scene.moving(scene.view.nearer(4)), run_time=0.2)
    assert heights[0] / heights[-1] == pytest.approx(4) and sorted(heights, reverse=True) == heights
    assert len(set(heights)) > 4


def test_places_are_free_and_near_what_they_are_named_by(scene: Any) -> None:
    from manimlib import LEFT, RIGHT, Square


    scene.cut(scene.view.nearer(0.4))
    there = scene.extent(scene.cube)
    right = scene.beside(scene.cube, RIGHT).put(Square(1))
    assert right.get_left()[0] == pytest.approx(there.right + 0.35, abs=0.01)
    assert right.get_y() == pytest.approx((there.bottom + there.top) / 2, abs=0.01)
    assert scene.beside(scene.cube, LEFT).put(Square(1)).get_right()[0] == pytest.approx(there.left - 0.35, abs=0.01)
    assert scene.above(scene.cube).put(Square(0.5)).get_bottom()[1] == pytest.approx(there.top + 0.35, abs=0.01)
    with pytest.raises(StageError, match="no room beside"):
        scene.cut(scene.view.nearer(6))
        scene.beside(scene.cube)


def test_one_thing_becomes_another_and_is_kept_in_its_place(scene: Any) -> None:
    from manimlib import DotCloud, Square

    other = DotCloud([[0, 0, 0]] * 8)
    scene.keep(scene.cube)
    scene.turn(scene.cube, other)
    assert scene.kept == [other] and other in scene.mobjects and scene.cube not in scene.mobjects
    shape = Square()
    scene.turn(other, shape)
    assert scene.kept == [shape] and shape in scene.mobjects and other not in scene.mobjects


def test_a_veil_over_a_veil_is_a_mistake(scene: Any) -> None:
    scene.veil(scene.cube)
    with pytest.raises(StageError, match=r"self\.cube is veiled already"):
        scene.veil(scene.cube)


def test_keeping_lasts_for_one_beat_also_where_nothing_leaves(scene: Any) -> None:
    scene.part_with(scene.cube)  # nothing else is there
    scene.keep(scene.cube)
    assert scene.parting() == [] and scene.kept == []
    scene.keep(scene.cube)  # after the beat's first animation: for the next one
    assert scene.parting() == [] and scene.kept == [scene.cube]
    scene.part_with()
    assert scene.parting() == [] and scene.kept == []


def test_what_gives_its_place_is_gone_before_the_other_comes(scene: Any) -> None:
    """At no moment both are seen; what is not there need not go."""
    other = scene.cube.copy()
    gone, coming = scene.replacing(scene.cube, other)
    both = []
    for animation in (gone, coming):
        animation.begin()
    for second in np.linspace(0, 1, 41):
        for animation in (gone, coming):
            animation.interpolate(min(second / animation.get_run_time(), 1.0))
        both.append(min(float(each.data["rgba"][:, 3].max()) for each in (scene.cube, other)))
    assert max(both) < 1e-6
    assert len(scene.replacing(None, other)) == len(scene.replacing(other, scene.cube)) == 1
