"""Tables of plans and lines between matched points against geometry and the colour map."""

from __future__ import annotations

from types import ModuleType

import numpy as np
import pytest
from PIL import Image

from mathviz import style

THEME = style.theme("dark")
SOURCE, TARGET = np.array([0.2, 0.8]), np.array([0.5, 0.3, 0.2])


@pytest.fixture
def drawn(manim) -> ModuleType:
    from mathviz.mobjects import transport

    return transport


@pytest.fixture
def table(drawn):
    return drawn.PlanTable(THEME, SOURCE, TARGET, limit=0.4, side=3.0).move_to((1.0, 0.5, 0.0))


def test_bars_are_as_long_as_their_mass(table):
    lengths = [bar.get_width() for bar in table.row_bars]
    heights = [bar.get_height() for bar in table.column_bars]
    assert np.allclose(np.array(lengths) / lengths[1], SOURCE / 0.8)
    assert np.allclose(np.array(heights) / lengths[1], TARGET / 0.8)


def test_bars_stand_beside_their_rows_and_columns(table):
    top, left = table.edge.get_top()[1], table.edge.get_left()[0]
    assert np.allclose([bar.get_y() for bar in table.row_bars], [top - 0.75, top - 2.25])
    assert np.allclose([bar.get_x() for bar in table.column_bars], [left + 0.5, left + 1.5, left + 2.5])
    assert all(bar.get_right()[0] < left for bar in table.row_bars)
    assert all(bar.get_bottom()[1] > top for bar in table.column_bars)


def test_the_first_row_is_on_top(table):
    plan = np.array([[0.0, 0.1, 0.4], [0.2, 0.3, 0.9]])
    picture = table.picture(plan)
    assert np.allclose(picture.get_center(), table.edge.get_center()) and picture.get_width() == pytest.approx(3.0)
    pixels = np.asarray(Image.open(picture.image_path).convert("RGB"))
    middles = pixels[pixels.shape[0] // 4 :: pixels.shape[0] // 2, pixels.shape[1] // 6 :: pixels.shape[1] // 3]
    assert np.array_equal(middles, THEME.magnitude(plan, 0.4))


def test_the_outline_of_a_row_is_where_its_bar_is(table):
    row = table.row(1)
    assert row.get_y() == pytest.approx(table.row_bars[1].get_y()) and row.get_width() == pytest.approx(3.0)


def test_segments_join_the_matched(drawn):
    from mathviz.mobjects.particles import Plane

    plane = Plane(THEME, 4.0, 2.0)
    starts, ends = np.array([[0.0, 0.0], [1.0, 1.0]]), np.array([[1.0, 0.0], [-1.0, 1.0]])
    lines = drawn.Segments(plane, starts, ends, THEME, "target").get_subpaths()
    assert np.allclose([line[0] for line in lines], plane.at(starts))
    assert np.allclose([line[-1] for line in lines], plane.at(ends))
