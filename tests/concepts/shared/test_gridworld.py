"""Values against the books' printed ones, against sweeps, breadth-first search and episodes that were played."""

from __future__ import annotations

from collections import deque

import numpy as np
import pytest

from mathviz.concepts.shared.gridworld import MOVES, SWAMP, Gridworld


@pytest.fixture(scope="module")
def swamp() -> Gridworld:
    return Gridworld(SWAMP)


@pytest.fixture(scope="module")
def slippery() -> Gridworld:
    return Gridworld(SWAMP, mud=-0.3, slip=0.05)


def suttons() -> Gridworld:
    """Example 3.5: two cells that carry away, −1 for the edge, no end."""
    jumps = (((0, 1), (4, 1), 10.0), ((0, 3), (2, 3), 5.0))
    return Gridworld((".....",) * 5, bump=-1.0, absorbing=False, jumps=jumps)


def test_sutton_and_bartos_example():
    board = suttons()
    assert board.values_of(board.random)[:5] == pytest.approx([3.3, 8.8, 4.4, 5.3, 1.5], abs=0.05)
    assert board.best[:5] == pytest.approx([22.0, 24.4, 22.0, 19.4, 17.5], abs=0.05)


@pytest.mark.parametrize(("mud", "first"), [(-1.0, [5.8, 5.6, 6.2, 6.5, 5.8]), (-10.0, [3.5, 3.9, 4.3, 4.8, 5.3])])
def test_zhaos_five_by_five_board(mud, first):
    board = Gridworld(SWAMP, mud=mud, bump=-1.0, stay=True, absorbing=False)
    assert board.best[:5] == pytest.approx(first, abs=0.05)


def test_optimal_values_are_the_discounted_way_round_the_mud(swamp):
    """γ^(d−1), with d by breadth-first search backwards from the goal over dry cells; mud only as a start."""
    goal = int(np.flatnonzero(swamp.kinds == "G")[0])
    distance, waiting = {goal: 0}, deque([goal])
    while waiting:
        row, column = divmod(waiting.popleft(), 5)
        for down, right in MOVES:
            there = row + down, column + right
            if min(there) >= 0 and max(there) < 5 and swamp.cell(*there) not in distance:
                if swamp.kinds[swamp.cell(row, column)] == "#":
                    continue
                distance[swamp.cell(*there)] = distance[swamp.cell(row, column)] + 1
                waiting.append(swamp.cell(*there))
    expected = [0.0 if cell == goal else 0.9 ** (distance[cell] - 1) for cell in range(25)]
    assert swamp.best == pytest.approx(expected, abs=1e-12)


def test_value_iteration_errs_by_exactly_the_discount_to_the_sweep(swamp):
    errors = np.abs(swamp.iterate(16) - swamp.best).max(axis=1)
    assert errors[:15] == pytest.approx(0.9 ** np.arange(15), abs=1e-12) and (errors[15:] < 1e-15).all()


def test_sweeps_settle_where_the_linear_solve_is(swamp, slippery):
    for board in (swamp, slippery):
        assert np.abs(board.evaluate(board.random, 400)[-1] - board.values_of(board.random)).max() < 1e-9


def test_policy_iteration_repairs_a_cell_a_round(swamp):
    policies = swamp.improve(swamp.random)
    values = np.array([swamp.values_of(policy) for policy in policies])
    assert (np.diff(values, axis=0) > -1e-9).all() and np.abs(values[-1] - swamp.iterate(100)[-1]).max() < 1e-12
    assert len(policies) == 11


def test_model_and_sampler_agree(slippery):
    """The mean of many returns of played episodes, and every probability that adds up to one."""
    moves, _ = slippery.model
    assert np.allclose(moves.sum(axis=2), 1)
    random, start = np.random.default_rng(0), 0
    found = []
    for _ in range(4000):
        _, _, rewards = slippery.play(slippery.random, start, random)
        found.append(slippery.returns(rewards)[0])
    error = np.std(found) / np.sqrt(len(found))
    assert abs(np.mean(found) - slippery.values_of(slippery.random)[start]) < 4 * error


def test_acting_at_random_now_and_then_costs_the_more_the_oftener(slippery):
    corner = [slippery.best_soft(share)[0] for share in (0.0, 0.05, 0.1, 0.2, 0.4)]
    assert corner == pytest.approx([0.371, 0.346, 0.321, 0.266, 0.136], abs=1e-3)
    assert slippery.best_soft(0.0) == pytest.approx(slippery.best, abs=1e-10)
    policy = slippery.softened(slippery.greedy(slippery.best_soft(0.1)), 0.1)
    assert slippery.values_of(policy) == pytest.approx(slippery.best_soft(0.1), abs=1e-9)


def test_returns_are_rewards_with_discount(swamp):
    assert swamp.returns(np.array([0.0, -1.0, 1.0])) == pytest.approx([-0.9 + 0.81, -0.1, 1.0])


def test_an_episode_ends_at_the_goal_and_its_first_action_can_be_said(swamp):
    policy = swamp.greedy(swamp.best)
    cells, actions, rewards = swamp.play(policy, 0, np.random.default_rng(0))
    assert swamp.ends[cells[-1]] and len(actions) == 11 and rewards.tolist() == [0.0] * 10 + [1.0]
    _, actions, _ = swamp.play(policy, 0, np.random.default_rng(0), first=0)
    assert actions[0] == 0 and len(actions) == 12


def test_a_board_of_other_signs_is_refused():
    with pytest.raises(ValueError, match="rows of one length"):
        Gridworld(("..", "."))
