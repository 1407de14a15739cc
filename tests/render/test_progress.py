"""How far it is: nothing is foretold that is not known."""

from __future__ import annotations

from mathviz.cli import beats_drawn
from mathviz.render.progress import how_far


def test_a_total_is_told_once_it_is_known_and_no_end_before_the_end() -> None:
    assert how_far(30, 90, 12.0, measured=False) == "30 frames"
    assert how_far(30, 90, 12.0, measured=True) == "30 of 90 frames, about 12 s left"
    assert how_far(90, 90, 0.0, measured=True) == "90 of 90 frames, nearly done"


def test_beats_that_need_no_drawing_are_said_to_be_there() -> None:
    assert beats_drawn(0, 3) == "all 3 beats were there already, "
    assert beats_drawn(1, 3) == "1 of 3 beats drawn; the rest was there already, "
    assert beats_drawn(3, 3) == "3 of 3 beats drawn, "
