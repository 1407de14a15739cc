"""Regions of the frame hold what is put into them, or say that they cannot."""

from __future__ import annotations

import numpy as np
import pytest


def corners(mobject: object) -> np.ndarray:
    return mobject.get_bounding_box()[[0, 2]]


def test_the_layout_regions_do_not_lie_on_each_other(manim: None) -> None:
    from mathviz.stage import CAPTION, LEFT_THIRD, RIGHT_THIRD, SAFE, STAGE, TITLE, UPPER_RIGHT

    assert CAPTION.top <= STAGE.bottom and STAGE.top <= TITLE.bottom and LEFT_THIRD.right < RIGHT_THIRD.left
    for region in (STAGE, CAPTION, TITLE, UPPER_RIGHT):
        assert SAFE.holds(np.array([[region.left, region.bottom], [region.right, region.top]]))


def test_a_row_that_is_too_wide_is_made_to_fit(manim: None) -> None:
    from manimlib import Square

    from mathviz.stage import Region

    region = Region(1, 4, 0, 2)
    row = region.row(*(Square(1) for _ in range(3)))
    assert region.holds(corners(row)) and row.get_width() == pytest.approx(3)
    assert [part.get_width() for part in row] == pytest.approx([3 / 3.7] * 3)


def test_what_would_be_unreadable_is_refused(manim: None) -> None:
    from manimlib import Square

    from mathviz.stage.frame import DoesNotFit, Region

    with pytest.raises(DoesNotFit, match=r"5.0 × 5.0 units do not fit into x 1.0 … 4.0, y 0.0 … 2.0, not even at 70%"):
        Region(1, 4, 0, 2).put(Square(5))


def test_an_edge_is_where_things_are_put_and_aligned(manim: None) -> None:
    from manimlib import LEFT, RIGHT, UL, Rectangle

    from mathviz.stage import LEFT_THIRD, RIGHT_THIRD, SAFE

    wide, narrow = Rectangle(2, 0.5), Rectangle(1, 0.5)
    RIGHT_THIRD.column(wide, narrow, edge=RIGHT)
    assert wide.get_right()[0] == pytest.approx(RIGHT_THIRD.right) == narrow.get_right()[0]
    LEFT_THIRD.column(wide, narrow, edge=LEFT)
    assert wide.get_left()[0] == pytest.approx(LEFT_THIRD.left) == narrow.get_left()[0]
    assert SAFE.put(narrow, UL).get_corner(UL) == pytest.approx([SAFE.left, SAFE.top, 0])


def test_what_another_region_leaves_free(manim: None) -> None:
    from mathviz.stage import CAPTION, RIGHT_THIRD, STAGE

    free = STAGE.without(RIGHT_THIRD)
    assert (free.left, free.right) == (STAGE.left, RIGHT_THIRD.left)
    assert STAGE.without(CAPTION) == STAGE
