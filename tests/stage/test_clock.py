"""One index and its readers: exact at the end, a function of the index alone."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from mathviz import engine


@pytest.fixture
def scene(manim: None) -> Any:
    """A bare scene with the stage's verbs."""
    from manimlib import Scene

    from mathviz import style
    from mathviz.stage.clock import ClockedScene

    class Bare(ClockedScene):
        theme = style.theme("dark")
        flows = False

        def construct(self) -> None: ...

    assert issubclass(Bare, Scene)
    return engine.make_scene(Bare, skip_animations=True)


def test_readers_are_told_every_index_on_the_way_and_the_last_exactly(scene: Any) -> None:
    told: list[float] = []
    index = scene.index(told.append, at=3)
    scene.skip_animations = False
    scene.file_writer.write_frame = lambda camera: None
    scene.play(index.to(10), run_time=1.0)
    assert told[0] == 3 and told[-1] == 10 and index.at == 10
    steps = np.diff(told[1:-1])
    assert steps[1:] == pytest.approx(7 / 30), "not at constant speed"
    assert not [each for each in scene.mobjects if each is not scene.camera.frame], "it put something on stage"


def test_an_index_that_has_come_to_its_end_stays_there_while_others_go_on(scene: Any) -> None:
    told: list[float] = []
    scene.skip_animations = False
    scene.file_writer.write_frame = lambda camera: None
    scene.play(scene.index(told.append).to(1, run_time=0.2), scene.index(lambda at: None).to(1, run_time=1.0))
    assert max(told) == 1, "it went beyond its end"


def test_lines_that_are_drawn_end_whole(scene: Any) -> None:
    from mathviz.mobjects.streaks import Streaks

    paths = np.array([[[0, 0, 0], [1, 1, 0], [2, 0, 0], [3, 1, 0]]], float)
    line, whole = Streaks(scene.theme, paths), Streaks(scene.theme, paths)
    scene.draw(line, run_time=0.5)
    assert (line.data == whole.data).all() and line in scene.mobjects


def test_a_veil_is_lifted_to_the_bit(scene: Any) -> None:
    from manimlib import Square

    shape = Square().set_fill("#123456", 0.7).set_stroke(opacity=0.3)
    scene.add(shape)
    before = shape.data.copy()
    scene.veil(shape)
    assert shape.get_fill_opacity() == pytest.approx(0.7 / 4)
    scene.unveil(shape)
    for key in ("fill_rgba", "stroke_rgba", "point"):
        assert (shape.data[key] == before[key]).all(), key


def test_a_group_is_drawn_where_its_parts_belong(scene: Any) -> None:
    """manimgl would draw all of it at the place of the group itself."""
    from manimlib import Group, Square

    low, high, between = Square(), scene.over(Square()), Square().set_z_index(10)
    scene.add(between)
    scene.add(Group(low, high))
    assert [each for each in scene.mobjects if each is not scene.camera.frame] == [low, between, high]
    text = Group(scene.over(Square()), scene.over(Square()))
    scene.add(text)
    assert text.is_fixed_in_frame() and text.z_index == high.z_index


def test_a_casing_is_behind_the_letters_alone(scene: Any) -> None:
    from mathviz.mobjects.number import BigNumber

    number = scene.case(BigNumber(0.5, scene.theme, "of them", template="{:.2f}"))
    number.show(0.25)
    cased = [part for part in number.family_members_with_points() if part.get_stroke_width() > 0]
    assert len(cased) >= len("0.25ofthem") and all(part.stroke_behind for part in cased)
    assert {part.get_stroke_color() for part in cased} == {scene.theme["background"].upper()}


def test_what_comes_into_the_text_layer_later_is_fixed_and_steady_too(scene: Any) -> None:
    from manimlib import Square, VGroup

    from mathviz.stage.steady import SteadyLines

    text = scene.over(VGroup(Square()))
    scene.add(text)
    text.add(Square())
    scene.update_frame()
    assert all(part.is_fixed_in_frame() for part in text)
    assert {type(part.get_shader_wrapper(scene.camera.ctx)) for part in text} == {SteadyLines}
