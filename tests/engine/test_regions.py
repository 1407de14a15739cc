"""Boxes are never too small, and the rectangles made of them cover them, few and apart."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy import ndarray
from scipy.spatial.transform import Rotation

from mathviz.engine import regions
from mathviz.engine.regions import CELL, MARGIN, MOST, TILE, Rectangle, View

SIDES = st.integers(1, 500)


@st.composite
def boxes_on_a_screen(draw: st.DrawFn) -> tuple[ndarray, int, int]:
    """Boxes [n 4], some of them empty, and the screen's width and height."""
    width, height = draw(SIDES), draw(SIDES)
    number, chance = draw(st.integers(0, 120)), np.random.default_rng(draw(st.integers(0, 2**32)))
    low = chance.integers(0, (width, height), (number, 2))
    size = chance.integers(0, draw(st.sampled_from([2, 20, 200])), (number, 2))
    return np.concatenate([low, np.minimum(low + size, (width, height))], axis=1).astype(np.int32), width, height


def painted(rectangles: list[Rectangle] | ndarray, width: int, height: int) -> ndarray:
    """How often each pixel [row column] is covered."""
    times = np.zeros((height, width), int)
    for x0, y0, x1, y1 in rectangles:
        times[y0:y1, x0:x1] += 1
    return times


@given(boxes_on_a_screen(), st.sampled_from([CELL, TILE]))
@settings(deadline=None)
def test_rectangles_cover_every_box_and_are_few_and_apart(case: tuple[ndarray, int, int], cell: int) -> None:
    boxes, width, height = case
    found = regions.rectangles(boxes, width, height, cell)
    times = painted(found, width, height)
    assert (times <= 1).all(), "two of them share pixels"
    assert (times[painted(boxes, width, height) > 0] == 1).all(), "a box sticks out"
    assert len(found) <= MOST
    for place in found:
        assert 0 <= place.x0 < place.x1 <= width and 0 <= place.y0 < place.y1 <= height
        assert place.x0 % cell == place.y0 % cell == 0
        assert (place.x1 % cell == 0 or place.x1 == width) and (place.y1 % cell == 0 or place.y1 == height)


def test_no_box_is_no_rectangle() -> None:
    assert regions.rectangles(np.zeros((0, 4), np.int32), 100, 100) == []
    assert regions.rectangles(np.array([[5, 5, 5, 9], [9, 9, 20, 9]]), 100, 100) == []


def test_two_small_changes_far_apart_stay_two() -> None:
    found = regions.rectangles(np.array([[0, 0, 5, 5], [900, 500, 905, 505]]), 1920, 1080)
    assert sum(place.area for place in found) == 2 * CELL**2


def test_a_thousand_specks_are_a_few_rectangles() -> None:
    """Looking at every pair of a thousand, a thousand times, would take minutes."""
    at = np.stack(np.meshgrid(np.arange(0, 1920, 40), np.arange(0, 1080, 40)), axis=-1).reshape(-1, 2)
    found = regions.rectangles(np.concatenate([at, at + 1], axis=1).astype(np.int32), 1920, 1080)
    assert 1 <= len(found) <= MOST


@given(st.integers(-300, 300), st.integers(-300, 300), SIDES, SIDES, st.sampled_from([CELL, TILE]))
def test_widening_goes_outwards_to_the_next_cells(x: int, y: int, width: int, height: int, cell: int) -> None:
    place = Rectangle(x, y, x + width, y + height)
    wide = place.widened(cell)
    assert wide.around(place) == wide and place.within(wide) == place
    assert not any(side % cell for side in wide)
    assert max(abs(one - other) for one, other in zip(wide, place, strict=True)) < cell


@st.composite
def views(draw: st.DrawFn) -> View:
    """A camera anywhere, turned anyhow, with any zoom and field of view."""
    chance = np.random.default_rng(draw(st.integers(0, 2**32)))
    matrix, zoom = np.eye(4), chance.uniform(0.2, 4)
    if draw(st.booleans()):
        matrix[:3, :3] = Rotation.random(random_state=int(chance.integers(2**31))).as_matrix()
    matrix[:3, 3] = chance.uniform(-5, 5, 3)
    matrix[:3] /= zoom
    rescale = (2 * 9 / 16 / 8, 2 / 8, draw(st.floats(0, 0.3)))
    return View(matrix, rescale, draw(st.integers(1, 1920)), draw(st.integers(1, 1080)))


def seen(view: View, points: ndarray, fixed: float) -> tuple[ndarray, ndarray]:
    """Where the shader puts points [n 3], in pixels [n 2], and their depth [n]: in its 32 bits."""
    whole = np.concatenate([points, np.ones((len(points), 1))], axis=1).astype(np.float32)
    moved = (1 - np.float32(fixed)) * (whole @ view.matrix.T.astype(np.float32)) + np.float32(fixed) * whole
    moved = moved[:, :3] * np.array(view.rescale, np.float32)
    depth = 1 - moved[:, 2]
    with np.errstate(all="ignore"):
        return (moved[:, :2] / depth[:, None] + 1) / 2 * (view.width, view.height), depth


@given(views(), st.integers(0, 2**32), st.sampled_from([0.0, 1.0, 0.3]), st.integers(1, 4))
@settings(deadline=None, max_examples=300)
def test_no_point_within_reach_is_drawn_outside_its_box(view: View, seed: int, fixed: float, corners: int) -> None:
    """A primitive is whatever lies between its corners, and up to its reach around that."""
    chance = np.random.default_rng(seed)
    reach, size = chance.choice([0.0, 0.05, 3.0]), chance.choice([0.0, 0.1, 3.0], (9, 1, 1))
    points = chance.uniform(-4, 4, (9, 1, 3)) + size * chance.normal(size=(9, corners, 3))
    boxes = view.boxes(points, np.full(9, reach), fixed)
    assert ((boxes >= 0) & (boxes <= (view.width, view.height, view.width, view.height))).all()
    for primitive, box in zip(points, boxes, strict=True):
        inside = chance.dirichlet(np.ones(corners), 200) @ primitive
        away = chance.normal(size=(200, 3))
        inside += reach * chance.uniform(0, 1, (200, 1)) ** 0.3 * away / np.linalg.norm(away, axis=1, keepdims=True)
        pixels, depth = seen(view, inside, fixed)
        if (depth <= 0).any():
            assert box.tolist() == [0, 0, view.width, view.height], "part of it lies behind the camera"
            continue
        shown = ((pixels >= 0) & (pixels < (view.width, view.height))).all(axis=1)
        assert (pixels[shown] >= box[:2]).all() and (pixels[shown] < box[2:]).all()


def test_a_box_is_not_much_larger_than_what_is_in_it() -> None:
    view = View(np.eye(4), (2 / 16, 2 / 9, 0.0), 1600, 900)
    square = np.array([[[-1, -1, 0], [1, -1, 0], [1, 1, 0], [-1, 1, 0]]], float)
    (box,) = view.boxes(square, np.zeros(1), 0.0)
    assert box.tolist() == [700 - MARGIN, 350 - MARGIN, 900 + MARGIN, 550 + MARGIN]
    (box,) = view.boxes(square + np.array([100, 0, 0]), np.zeros(1), 0.0)
    assert Rectangle(*map(int, box)).area == 0


@pytest.mark.parametrize("point", [(0, 0, 20), (np.nan, 0, 0), (np.inf, 0, 0), (1e9, 0, 0), (0, 0, 10)])
def test_what_cannot_be_bounded_is_everywhere(point: tuple[float, float, float]) -> None:
    view = View(np.eye(4), (2 / 16, 2 / 9, 0.1), 160, 90)
    (box,) = view.boxes(np.array([[point, (0, 0, 0)]], float), np.zeros(1), 0.0)
    assert box.tolist() == [0, 0, 160, 90]
    (box,) = view.boxes(np.zeros((1, 1, 3)), np.full(1, np.inf), 0.0)
    assert box.tolist() == [0, 0, 160, 90]
