"""What is on screen, in words: seen what can be seen, in drawing order, to a twentieth of a unit."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

from mathviz import engine
from mathviz.engine.onscreen import _rounded, on_screen

Seen = Callable[[str], list[str]]


@pytest.fixture
def seen(manim: None, tmp_path: Path) -> Seen:
    """What a scene shows after these lines of ``construct``."""

    def look(lines: str) -> list[str]:
        path = tmp_path / "some.py"
        path.write_text(
            "from manimlib import *\n\n\nclass Some(Scene):\n    def construct(self):\n"
            + textwrap.indent(textwrap.dedent(lines), " " * 8), encoding="utf-8",
        )  # fmt: skip
        scene = engine.make_scene(engine.scene_class(path))
        engine.perform(scene, lambda painter: None, drawing=False)
        return on_screen(scene).splitlines()

    return look


def test_a_line_says_kind_text_colour_opacity_and_place(seen: Seen) -> None:
    assert seen("""
        self.add(Square(2).set_fill("#112233", 0.5).set_stroke("#445566", 2).shift(RIGHT))
        self.add(Line(LEFT, RIGHT).set_stroke("#ff0000", 3, opacity=0.25))
        self.add(Tex("x^2").set_fill("#00ff00"))
    """)[:2] == ["Square  #112233 50%, stroke #445566  [0.00 -1.00, 2.00 1.00]",
                 "Line  stroke #ff0000 25%  [-1.00 0.00, 1.00 0.00]"]  # fmt: skip


def test_the_order_is_that_of_drawing(seen: Seen) -> None:
    lines = seen("""
        below, above = Square(), Circle()
        self.add(below, above)
        self.bring_to_front(below)
    """)
    assert [line.split()[0] for line in lines] == ["Circle", "Square"]


def test_what_cannot_be_seen_is_not_there(seen: Seen) -> None:
    assert seen("""
        self.add(Square().set_stroke(opacity=0), Circle().set_stroke(width=0), Dot().set_opacity(0))
        self.add(Square().shift(9 * RIGHT), VGroup(), Text("gone").set_opacity(0), Group(VGroup(), Mobject()))
    """) == []  # fmt: skip
    assert len(seen("self.add(Square().shift(9 * RIGHT)); self.camera.frame.shift(9 * RIGHT)")) == 1


def test_many_that_are_alike_are_one_line_and_one_missing_is_told(seen: Seen) -> None:
    many = "lines = VGroup(*(Line(0.1 * i * UP, 0.1 * i * UP + RIGHT).set_stroke('#abcdef') for i in range(20)))\n"
    assert seen(f"{many}self.add(lines)") == ["20 × Line  stroke #abcdef  [0.00 0.00, 1.00 1.90]"]
    assert seen(f"{many}self.add(lines); lines[3].set_opacity(0)")[0].startswith("19 × Line")
    assert seen("dots = DotCloud(np.random.rand(2000, 3)); dots.data['rgba'][7, 3] = 0; self.add(dots)")[0].startswith(
        "DotCloud  1999 dots"
    )


def test_groups_hold_their_parts_and_words_are_never_put_together(seen: Seen) -> None:
    lines = seen("""
        card = VGroup(Square(2).set_stroke("#ffffff"), Text("one"), Text("two"))
        self.add(VGroup(card, card.copy().shift(3 * RIGHT)))
    """)
    assert [line.partition("  [")[0] for line in lines] == [
        "2 × VGroup", "  Square  stroke #ffffff", '  Text "one"  #ffffff', '  Text "two"  #ffffff',
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("value", "says"), [(0.125, "0.15"), (0.125 - 1e-9, "0.15"), (-0.125, "-0.10"), (-0.02, "0.00"), (1e-9, "0.00")]
)
def test_rounding_does_not_turn_on_the_last_bit(value: float, says: str) -> None:
    assert _rounded(value) == says
