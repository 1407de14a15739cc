"""The drum of attention: bands are weights, the answer lies where the mix of the values is."""

from __future__ import annotations

import numpy as np
import pytest

from mathviz.style import theme


@pytest.fixture(scope="module")
def shown(manim: None):
    from mathviz.docs.examples import attention_lookup as examples

    return examples


@pytest.fixture
def drum(shown):
    return shown.lit(theme("dark"))


def flat(drum, point):
    """The place [two] of a point [3] of the triangle in the plane of values."""
    from mathviz.mobjects.attention_lookup import ACROSS, SIZE

    middle = drum.at(np.full(3, 1 / 3))
    return np.array([(point - middle) @ ACROSS / (ACROSS @ ACROSS), (point - middle)[2]]) / SIZE


def test_bands_are_as_high_as_weights_and_fill_the_wall(drum):
    from mathviz.mobjects.attention_lookup import TALL

    weights = drum.weights(np.linspace(0, 6, 50))
    for share in (0.0, 0.3, 1.0):
        foot, top = drum.shuffle(share).bands(weights)
        assert np.allclose((top - foot) / TALL, weights)
        assert np.allclose((top - foot).sum(axis=1), TALL)
    for order in (0.0, 1.0):
        foot, top = drum.shuffle(order).bands(weights)
        feet, tops = np.sort(foot, axis=1), np.sort(top, axis=1)
        assert np.allclose(feet[:, 1:], tops[:, :-1]) and np.allclose(feet[:, 0], 0) and np.allclose(tops[:, -1], TALL)


def test_the_answer_is_the_weighted_mean_of_the_values(shown, drum):
    for angle in (0.0, 0.45, 2.0):
        wanted = shown.toward(np.array([angle]), 0, 1.0)[0] @ shown.CORNERS[shown.OWN]
        assert np.allclose(flat(drum, drum.turn(angle).answer.get_points()[0]), wanted, atol=1e-4)


def test_traded_values_move_the_answer_and_leave_the_bands(shown, drum):
    before = drum.bands(drum.weights(drum.angle * np.ones(1)))
    drum.trade(1.0)
    wanted = shown.toward(np.array([0.45]), 0, 1.0)[0] @ shown.CORNERS[np.roll(shown.OWN, 1)]
    assert np.allclose(flat(drum, drum.answer.get_points()[0]), wanted, atol=1e-4)
    assert np.allclose(before, drum.bands(drum.weights(drum.angle * np.ones(1))))


def test_hard_is_the_nearest_key_alone(drum):
    assert np.allclose(np.sort(drum.soften(0.0).weights(np.array([0.4])))[0], [0, 0, 0, 0, 0, 1], atol=1e-6)
    assert drum.soften(1.0).weights(np.array([0.4])).max() < 0.9


def test_keys_that_are_not_let_in_have_no_band(drum):
    weights = drum.admit(1.0).weights(np.array([0.45]))[0]
    assert np.allclose(weights[2:], 0) and weights.sum() == pytest.approx(1)
    assert np.allclose(drum.admit(3.0).weights(np.array([0.45])), drum.toward(np.array([0.45]), 0, 1.0))


def test_posts_stand_where_keys_point_when_the_query_looks_along_x(shown, drum):
    heads, wanted = drum.turn(0.45).heads.get_points()[:6], np.exp(1j * (shown.AROUND - 0.45))
    assert np.allclose(np.angle(heads[:, 0] + 1j * heads[:, 1]), np.angle(wanted), atol=1e-5)


def test_a_state_is_the_same_however_it_was_come_to(shown, drum):
    drum.turn(2.0).soften(0.2).trade(0.7)
    drum.turn(0.45).soften(1.0).trade(0.0)
    fresh = shown.lit(theme("dark"))
    for mine, other in ((drum.far, fresh.far), (drum.fan, fresh.fan), (drum.spill, fresh.spill)):
        assert np.allclose(mine.data["point"], other.data["point"], atol=1e-5)
        assert np.allclose(mine.data["rgba"], other.data["rgba"], atol=1e-5)


def test_sectors_of_the_row_are_stacks_of_weights(shown):
    from mathviz.mobjects.attention_lookup import ShareDrums

    shares = np.array([[[0.7, 0.2, 0.1], [0.5, 0.3, 0.2]]])
    drums = ShareDrums(theme("dark"), shares, tall=2.0)
    high = drums.walls.data["point"].reshape(2, 3, 2, 2, 3)[..., 2]
    assert np.allclose(high[:, :, 0, 1] - high[:, :, 0, 0], 2 * shares[0])
