"""Online softmax's picture: light is e^(score − level), the level is the running maximum, the bench is to scale."""

from __future__ import annotations

import numpy as np
import pytest

from mathviz.style import theme


@pytest.fixture(scope="module")
def shown(manim: None):
    from mathviz.docs.examples import online_softmax as examples

    return examples


@pytest.fixture
def row(shown):
    from mathviz.mobjects.online_softmax import Skyline

    return Skyline(theme("dark"), shown.SCORES, 2, shown.MAXIMUM)


def test_after_every_tile_the_level_is_the_maximum_so_far(shown, row):
    for tile in range(4):
        assert row.level_at(tile + 0.95) == pytest.approx(shown.SCORES[2, : 2 * (tile + 1)].max())
        assert row.level_at(tile + 1) == pytest.approx(shown.SCORES[2, : 2 * (tile + 1)].max())


def test_light_is_that_of_softmax_and_the_past_dims_by_one_factor(shown, row):
    scores = shown.SCORES[2]
    assert row.weights(4) / row.weights(4).sum() == pytest.approx(np.exp(scores) / np.exp(scores).sum())
    for tile in range(1, 4):
        before, after = row.weights(tile)[: 2 * tile], row.weights(tile + 1)[: 2 * tile]
        assert after / before == pytest.approx(np.exp(shown.MAXIMUM[tile - 1] - shown.MAXIMUM[tile]))
        assert not row.weights(tile)[2 * tile :].any(), "what is not there gives no light"


def test_towers_are_as_high_as_their_scores(row):
    tops = row.arrive(4).towers.looks["top"]
    assert np.diff(tops) == pytest.approx(np.diff(row.height(row.row)))


def test_the_bench_is_to_the_scale_of_the_city(shown):
    from mathviz.mobjects.online_softmax import SIDE, City

    city = City(theme("dark"), shown.STREETS, 6, 0.006)
    assert (2 * city.half / SIDE) ** 2 == pytest.approx(0.006)


def test_only_the_tile_at_work_is_held_and_row_by_row(shown):
    from mathviz.mobjects.online_softmax import City

    city = City(theme("dark"), shown.STREETS, 6, 0.006)
    for visit in (0, 5, 6, 35):
        city.sweep(visit)
        row, column = divmod(visit, 6)
        assert np.argwhere(city.at_work).min(axis=0).tolist() == [2 * row, 2 * column]
        assert city.at_work.sum() == 4
        assert sorted(city.held.looks["top"]) == pytest.approx(sorted(city.heights[city.at_work]))
