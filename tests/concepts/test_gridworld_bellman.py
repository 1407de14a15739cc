"""Values of the board against breadth-first search, SciPy's linear programs, walks and algebra; wrong ones refused."""

from __future__ import annotations

from collections import deque

import numpy as np
import pytest
from scipy.optimize import linprog

from mathviz.concepts.bellman_program import least_values
from mathviz.concepts.gridworld_bellman import GridworldBellman, trace_gridworld_bellman
from mathviz.concepts.shared.gridworld import SWAMP, Gridworld


@pytest.fixture(scope="module")
def run() -> GridworldBellman:
    return trace_gridworld_bellman()


def test_what_the_film_computes_holds(run):
    assert not [claim.says for claim in run.check() if not claim.holds]


def test_figures_of_the_film(run):
    assert run.corner == pytest.approx(0.9**10) and run.corner_random == pytest.approx(-1.487, abs=1e-3)
    assert run.walked == pytest.approx(-1.487, abs=3 * run.walked_error) and run.walked_error < 0.008
    assert (run.worse, run.places, run.needed, run.repairs) == (18, 24, 15, 10)
    assert run.flip == pytest.approx(0.4217, abs=1e-4)


def test_news_arrives_with_the_breadth_first_search(run):
    """Backwards from the goal; mud is where a way may begin and never where it leads through."""
    found, waiting = {run.goal: 0}, deque([run.goal])
    while waiting:
        cell = waiting.popleft()
        for start, ends in enumerate(run.following.tolist()):
            if cell in ends and start not in found and run.kinds[cell] != 1:
                found[start] = found[cell] + 1
                waiting.append(start)
    assert found == {cell: 0 if cell == run.goal else int(run.known[cell]) for cell in range(25)}


@pytest.mark.parametrize(("mud", "first"), [(-1.0, [5.8, 5.6, 6.2, 6.5, 5.8]), (-10.0, [3.5, 3.9, 4.3, 4.8, 5.3])])
def test_the_linear_program_is_zhaos_table(mud, first):
    board = Gridworld(SWAMP, mud=mud, bump=-1.0, stay=True, absorbing=False)
    assert least_values(board)[:5] == pytest.approx(first, abs=0.05)


def test_the_dual_program_walks_the_same_value(run):
    """How often the best walk from the corner makes each move, discounted: the dual of the program, on its own."""
    cells, moves = run.following.shape
    flow = np.zeros((cells, cells * moves))
    for cell in range(cells):
        for move in range(moves):
            flow[cell, cell * moves + move] += 1
            if cell != run.goal:
                flow[run.following[cell, move], cell * moves + move] -= run.g
    found = linprog(-run.earned.ravel(), A_eq=flow, b_eq=np.eye(cells)[0], method="highs")
    assert -found.fun == pytest.approx(run.corner, abs=1e-9)


@pytest.mark.parametrize(("cost", "wading"), [(0.05, 17), (0.2, 13), (0.4, 8), (0.45, 6), (0.6, 3), (0.7, 0)])
def test_who_wades(run, cost, wading):
    assert run.wading[np.abs(run.mud_cost - cost).argmin()] == wading


def test_routes_earn_what_their_values_say(run):
    for at in (0, 60, 120):
        for cell in range(25):
            way = run.route(at, cell)
            paid = [1.0 if there == run.goal else -run.mud_cost[at] * (run.kinds[there] == 1) for there in way[1:]]
            assert np.dot(paid, run.g ** np.arange(len(paid))) == pytest.approx(run.best_at[at, cell])


SMALL = {"samples": 500, "costs": 11}


def _without_discount(run):
    return {"swept": np.concatenate([[run.swept[0]], (run.earned + run.swept[:-1][:, run.following]).max(axis=2)])}


def _goal_goes_on(run):
    """The goal's own value is not 0, as if it paid once more."""
    best = run.best.copy()
    best[run.goal] = 1.0
    return {"best": best}


def _in_place(run):
    """Sweeps that use what the same sweep has found already."""
    found = [np.zeros(25)]
    for _ in range(16):
        values = found[-1].copy()
        for cell in range(25):
            values[cell] = (run.earned[cell] + run.g * values[run.following[cell]]).max()
        found.append(values)
    return {"swept": np.array(found)}


WRONG = {
    "no discount": (_without_discount, "each sweep takes the best neighbour"),
    "a goal that goes on": (_goal_goes_on, "the best values satisfy Bellman's equation"),
    "sweeps in place": (_in_place, "the largest error is γ to the k"),
    "the average for the best": (
        lambda run: {"swept": run.averaged[:17]}, ("takes the best neighbour", "γ to the k"),
    ),
    "the best for the average": (
        lambda run: {"averaged": np.concatenate([run.swept, np.repeat(run.swept[-1:], 44, axis=0)])},
        "k sweeps of the average add up k rewards",
    ),
    "walks that are not discounted": (
        lambda run: {"returns": run.returns * 1.05}, "the mean of the walks is the corner's value",
    ),
    "walks through walls": (lambda run: {"walks": run.walks[:, ::2]}, "every step of a walk is a move"),
    "rewards where one stands": (
        lambda run: {"earned": np.repeat(np.select([run.kinds == 1, run.kinds == 2], [-1.0, 1.0])[:, None], 4, axis=1)},
        ("each sweep takes the best neighbour", "the linear equations hold"),
    ),
    "greedy for the best values, not the walker's": (
        lambda run: {"timid": run.moves_at[0].argmax(axis=1).astype(np.int8)},
        "the timid move is the best if one walks at random afterwards",
    ),
    "a timid policy that gets there": (
        lambda run: {"timid_value": run.best},
        ("the timid values are those of its moves", "worse than the best in most"),
    ),
    "a program with a bound of zero": (
        lambda run: {"programmed": np.maximum(run.programmed, 0.3)}, "linear programming finds the same values",
    ),
    "one round too few": (lambda run: {"rounds": run.rounds[:-1]}, "policy iteration ends at the best values"),
    "costs the other way": (
        lambda run: {"mud_cost": run.mud_cost[::-1]}, ("at every cost the values satisfy Bellman's equation",),
    ),
    "only the first of equal moves": (
        lambda run: {"moves_at": np.eye(4, dtype=bool)[run.moves_at.argmax(axis=2)]}, "marked are all moves",
    ),
    "another flip": (
        lambda run: {"moves_at": np.roll(run.moves_at, 20, axis=0)}, "it changes where algebra says",
    ),
}  # fmt: skip
