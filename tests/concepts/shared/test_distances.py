"""Distances against closed forms, against each other and against POT."""

from __future__ import annotations

import itertools

import numpy as np
import ot
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mathviz.concepts.shared import distances
from mathviz.concepts.shared.data import two_moons

SHIFT = np.array([3, 4])


def clouds(seed: int = 0, count: int = 60, axes: int = 2):
    random = np.random.default_rng(seed)
    return random.standard_normal((count, axes)), 1 + random.standard_normal((count, axes))


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 6), st.integers(0, 10_000))
def test_the_cheapest_matching_is_the_best_of_all_permutations(size, seed):
    one, other = clouds(seed, size)
    orders = [list(order) for order in itertools.permutations(range(size))]
    ways = [np.linalg.norm(one - other[order], axis=1) for order in orders]
    assert distances.w2(one, other) == pytest.approx(min(np.sqrt((each**2).mean()) for each in ways))
    assert distances.w1(one, other) == pytest.approx(min(each.mean() for each in ways))


def test_pot_finds_the_same_distances():
    one, other = clouds()
    equal, costs = np.full(60, 1 / 60), distances.squared(one, other)
    assert distances.w2(one, other) == pytest.approx(np.sqrt(ot.emd2(equal, equal, costs)), abs=1e-12)
    assert distances.w1(one, other) == pytest.approx(ot.emd2(equal, equal, np.sqrt(costs)), abs=1e-12)
    plan, cost = distances.transport(equal, equal, costs)
    assert plan.sum() == pytest.approx(1) and np.sqrt(cost) == pytest.approx(distances.w2(one, other), abs=1e-12)


def test_a_shifted_cloud_is_as_far_as_it_was_shifted():
    one, _ = clouds()
    assert distances.w2(one, one + SHIFT) == pytest.approx(5) and distances.w1(one, one + SHIFT) == pytest.approx(5)
    sliced = distances.sliced_w2(one, one + SHIFT, 20_000, np.random.default_rng(0))
    assert sliced == pytest.approx(5 / np.sqrt(2), rel=0.01)
    assert distances.sliced_w2(one, one[::-1], 50, np.random.default_rng(0)) == pytest.approx(0)


def test_sliced_is_at_most_the_whole_distance_and_pots():
    one, other = clouds(axes=3)
    ours = distances.sliced_w2(one, other, 4000, np.random.default_rng(1))
    assert ours < distances.w2(one, other)
    assert ours == pytest.approx(ot.sliced_wasserstein_distance(one, other, n_projections=4000, seed=0), rel=0.03)


def test_the_energy_distance_of_gaussians_apart_and_not():
    """Twice the squared area between distribution functions, on a line."""
    one, other = clouds(2, 1500, 1)
    heights = np.sort(np.concatenate([one, other]), axis=0)[:, 0]
    steps = [np.searchsorted(np.sort(each[:, 0]), heights, side="right") / len(each) for each in (one, other)]
    area = 2 * ((steps[0] - steps[1])[:-1] ** 2 * np.diff(heights)).sum()
    assert distances.energy(one, other) == pytest.approx(area, abs=5e-3)
    assert abs(distances.energy(one[:700], one[700:])) < 0.02


def test_the_floor_is_what_two_draws_are_apart():
    random, data = np.random.default_rng(0), two_moons()
    found = distances.floor(lambda: data.draw(300, random), distances.w2, 4)
    assert found.shape == (4,) and (found > 0.1).all() and found.max() < 0.6


def test_the_spread_is_over_both_axes_together():
    corners = np.array([[1, 1], [1, -1], [-1, 1], [-1, -1]]) + 7.0
    assert distances.spread(corners) == pytest.approx(np.sqrt(2))
    assert distances.spread(np.stack([corners, 3 * corners])) == pytest.approx([np.sqrt(2), 3 * np.sqrt(2)])


def test_the_nearest_centre_is_found():
    found = distances.to_nearest(np.array([[3.0, 4.0], [9.0, 0.0]]), np.array([[0.0, 0.0], [9.0, 1.0]]))
    assert found == pytest.approx([5, 1])
