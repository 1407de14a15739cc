"""How far pictures are from each other: counted by hand, and against coloraide."""

from __future__ import annotations

import numpy as np
import pytest
from coloraide import Color
from numpy import ndarray

from mathviz.project.errors import FrameMismatch
from mathviz.snapshots.difference import OTHER_RENDERER, SAME_RENDERER, Difference, beside, compare

BLUE = "#5dcdfb"


def flat(value: int = 100) -> ndarray:
    return np.full((40, 60, 3), value, np.uint8)


def in_colour(colour: str) -> ndarray:
    return np.broadcast_to(np.array([round(255 * part) for part in Color(colour)[:3]], np.uint8), (40, 60, 3))


def counted(image: ndarray, reference: ndarray) -> tuple[int, int, int]:
    found = compare(image, reference)
    return found.pixels, found.pixels_off_edge, found.largest


def test_equal_frames_do_not_differ() -> None:
    assert compare(flat(), flat()) == Difference(0, 0, 0)


def test_one_step_of_one_channel_of_one_pixel_counts() -> None:
    image = flat()
    image[7, 9, 2] += 1
    assert counted(image, flat()) == (1, 0, 1)
    assert not SAME_RENDERER.allows(compare(image, flat()), 2400)


def test_differences_are_counted_by_pixel_not_by_channel() -> None:
    image = flat()
    image[3, 4], image[5, 6, 0] = 200, 90
    assert counted(image, flat()) == (2, 2, 100)


def test_neither_direction_wraps_round() -> None:
    assert compare(flat(0), flat(255)).largest == compare(flat(255), flat(0)).largest == 255


def test_pixels_beside_an_edge_are_counted_apart() -> None:
    reference = flat()
    reference[:, 30:] = 200
    moved = flat()
    moved[:, 31:] = 200
    assert counted(moved, reference) == (40, 0, 100)
    moved[:, 10] = 200
    assert counted(moved, reference) == (80, 40, 100)


def test_frames_of_different_sizes_are_no_match() -> None:
    with pytest.raises(FrameMismatch, match=r"\(40, 60, 3\), its reference \(20, 60, 3\)"):
        compare(flat(), flat()[::2])


@pytest.mark.parametrize(("row", "column"), [(0, 0), (3, 59), (39, 0), (20, 30), (39, 59)])
def test_a_mean_is_over_seven_by_seven_pixels_wherever_they_are(row: int, column: int) -> None:
    image = flat()
    image[row, column, 1] += 98
    assert compare(image, flat()).largest_mean == 2
    image[row, column, 1] = 2
    assert compare(image, flat()).largest_mean == 2


def test_the_mean_forgives_what_an_edge_takes_on_one_side_and_gives_on_the_other() -> None:
    image = flat()
    image[:, 10], image[:, 11] = 60, 140
    assert compare(image, flat()).largest_mean < 40 / 7 + 0.01 < 6 < compare(flat(106), flat()).largest_mean + 0.01


@pytest.mark.parametrize("other", ["#5dcffb", "#60c8f5", "#9a9a9a", "#000000", "#fb9f00"])
def test_delta_e_is_coloraides_ciede2000(other: str) -> None:
    found = compare(in_colour(other), in_colour(BLUE)).delta_e
    assert found == pytest.approx(Color(other).delta_e(BLUE, method="2000"), abs=0.01)


def test_delta_e_is_that_of_the_place_that_differs_most() -> None:
    image, reference = in_colour(BLUE).copy(), in_colour(BLUE)
    image[:7, :7], image[20:30, 40:50] = in_colour("#5dcffb")[0, 0], in_colour("#60c8f5")[0, 0]
    assert compare(image, reference).delta_e == pytest.approx(Color("#60c8f5").delta_e(BLUE, method="2000"), abs=0.01)


def test_what_another_renderer_may_do_is_less_than_what_an_eye_would_mind() -> None:
    """A whole picture one level darker passes; a patch the size of a letter in another colour does not."""
    assert OTHER_RENDERER.allows(compare(flat(99), flat()), 2400)
    image = flat()
    image[10:18, 10:18] = 160
    assert not OTHER_RENDERER.allows(compare(image, flat()), 854 * 480)


def test_old_new_and_difference_lie_side_by_side() -> None:
    image = flat()
    image[5, 6] = 101
    old, new, difference = np.split(beside(image, flat()), 3, axis=1)
    assert np.array_equal(old, flat()) and np.array_equal(new, image)
    assert np.argwhere(difference[..., 0] != difference[..., 1]).tolist() == [[5, 6]] and difference[0, 0, 0] == 20
