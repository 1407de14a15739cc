"""Online softmax's picture: light is e^(score − level), the level the running maximum; sum and output shrink alike."""

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
        assert row.level_at(tile + 0.8) == pytest.approx(shown.SCORES[2, : 2 * (tile + 1)].max())
        assert row.level_at(tile + 1) == pytest.approx(shown.SCORES[2, : 2 * (tile + 1)].max())


def test_light_is_that_of_softmax_and_the_past_dims_by_one_factor(shown, row):
    scores = shown.SCORES[2]
    assert row.weights(4) / row.weights(4).sum() == pytest.approx(np.exp(scores) / np.exp(scores).sum())
    for tile in range(1, 4):
        before, after = row.weights(tile)[: 2 * tile], row.weights(tile + 1)[: 2 * tile]
        assert after / before == pytest.approx(np.exp(shown.MAXIMUM[tile - 1] - shown.MAXIMUM[tile]))
        assert not row.weights(tile)[2 * tile :].any(), "what is not there gives no light"


def test_what_is_drawn_of_a_towers_light_is_its_weight_and_nothing_else(row):
    from mathviz.mobjects.tint import rgb

    page, ink = rgb(theme("dark"), "background"), rgb(theme("dark"), "data")
    for step in (1, 2, 2.6, 3.7, 4):
        drawn = (row.arrive(step).towers.looks["body"] - page) / (ink - page)
        assert drawn == pytest.approx(np.repeat((row.weights(step) * row.counted(step))[:, None], 3, axis=1))


def test_the_column_is_the_sum_and_shrinks_by_the_factor_alone(shown, row):
    from mathviz.mobjects.online_softmax import ONE, RISEN

    def tall(step):
        return row.arrive(step).slices.looks["top"].sum() / ONE

    for tile in range(1, 4):
        kept = np.exp(shown.SCORES[2, : 2 * tile] - shown.MAXIMUM[tile]).sum()
        assert tall(tile + RISEN) == pytest.approx(kept), "repaired, and nothing added yet"
        assert tall(tile + 1) == pytest.approx(np.exp(shown.SCORES[2, : 2 * (tile + 1)] - shown.MAXIMUM[tile]).sum())


def test_the_bars_are_the_output_and_end_on_the_marks(shown, row):
    from mathviz.mobjects.online_softmax import BAR, OutputBars

    weights = np.exp(shown.SCORES[2] - shown.SCORES[2].max())
    values = np.cos(np.arange(24)).reshape(8, 3)
    result = weights @ values / weights.sum()
    bars = OutputBars(theme("dark"), row, values, result)
    assert bars.output(4) == pytest.approx(weights @ values)
    looks = bars.divide(1).bars.looks
    ends = np.where(result > 0, looks["top"] - 0.01, looks["foot"])
    assert ends - bars.high == pytest.approx(BAR * result)


def test_without_the_maximum_there_is_no_light(row):
    from mathviz.mobjects.tint import rgb

    assert not (row.scan(7.9).towers.looks["body"] - rgb(theme("dark"), "background")).any()
    assert (row.scan(9).towers.looks["body"] - rgb(theme("dark"), "background")).any()


def test_towers_are_as_high_as_their_scores(row):
    tops = row.arrive(4).towers.looks["top"]
    assert np.diff(tops) == pytest.approx(np.diff(row.height(row.row)))
