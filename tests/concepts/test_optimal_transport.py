"""Transport against POT, SciPy's LP and assignment solvers, and brute force; wrong plans are refused."""

from __future__ import annotations

import dataclasses
import itertools

import numpy as np
import ot
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize, sparse

from mathviz.concepts.optimal_transport import OptimalTransport, trace_optimal_transport
from mathviz.concepts.shared import transport


@pytest.fixture(scope="module")
def run() -> OptimalTransport:
    return trace_optimal_transport()


def failing(trace: OptimalTransport) -> set[str]:
    return {claim.says for claim in trace.check() if not claim.holds}


def test_what_the_film_computes_holds(run):
    assert not failing(run)


def test_figures_of_the_film(run):
    assert run.cost == pytest.approx(0.232, abs=1e-3) and run.scattered_cost == pytest.approx(0.753, abs=1e-3)
    assert run.line_cost(run.grain_column) == pytest.approx(run.cost)


def test_grains_in_order_are_the_cheapest_of_all(run):
    """By SciPy's assignment of grain to grain."""
    begin, end = run.rows[run.grain_row], run.columns[run.grain_column]
    costs = (begin[:, None] - end) ** 2
    one, other = optimize.linear_sum_assignment(costs)
    assert costs[one, other].mean() == pytest.approx(run.cost)


def test_the_swap_saves_what_it_says(run):
    swapped = run.greedy_column.copy()
    swapped[list(run.swap)] = swapped[list(run.swap)[::-1]]
    saved = (run.line_cost(run.greedy_column) - run.line_cost(swapped)) * int(run.grains)
    assert saved == pytest.approx(run.saved) and 0 < run.saved < run.before


def test_prices_leave_nothing_where_sand_moves_and_never_less(run):
    assert run.slack.min() > -1e-10 and run.slack[run.plan > 0] == pytest.approx(0, abs=1e-10)
    assert (run.scattered * run.slack).sum() == pytest.approx(run.scattered_cost - run.cost)


def test_every_rescaling_mends_one_kind_of_sums(run):
    rows, columns = (np.abs(run.iterates[0].sum(axis=axis) - mass).sum()
                     for axis, mass in ((1, run.source), (0, run.target)))  # fmt: skip
    assert rows < 1e-6 < columns == pytest.approx(run.sums_off(run.iterates[0]), abs=1e-6)
    assert run.sums_off(run.plan) == pytest.approx(0, abs=1e-12) and run.kernel.sum() == pytest.approx(1)


def test_straight_ways_join_both_piles_in_order(run):
    for share, places, mass in ((0.0, run.rows, run.source), (1.0, run.columns, run.target)):
        found, counts = np.unique(run.between(share), return_counts=True)
        assert found == pytest.approx(places) and counts / int(run.grains) == pytest.approx(mass)
    assert (np.diff(run.between(0.5)) > -1e-12).all()


def test_stranded_are_those_for_whom_there_is_no_room(run):
    counts = np.bincount(run.grain_row[~run.stranded], minlength=len(run.rows)) / int(run.grains)
    room = [float(run.target[run.columns == place].sum()) for place in run.rows]
    assert counts == pytest.approx(np.minimum(run.source, room))


def test_linear_programming_finds_the_same_cost(run):
    """HiGHS, to its own tolerance."""
    rows, columns = run.plan.shape
    sums = sparse.vstack([
        sparse.kron(sparse.eye(rows), np.ones((1, columns))), sparse.kron(np.ones((1, rows)), sparse.eye(columns)),
    ])  # fmt: skip
    masses = np.concatenate([run.source, run.target])
    found = optimize.linprog(run.costs.ravel(), A_eq=sums, b_eq=masses, method="highs")
    assert found.fun == pytest.approx(run.cost, abs=1e-6)


@pytest.mark.parametrize("temperature", [10.0, 0.5, 0.1])
def test_sinkhorn_is_pots(run, temperature):
    ours, _ = transport.sinkhorn(run.source, run.target, run.costs, temperature, np.zeros(len(run.target)))
    theirs = ot.sinkhorn(run.source, run.target, run.costs, temperature, method="sinkhorn_log", stopThr=1e-12,
                         numItermax=100_000)  # fmt: skip
    assert np.abs(ours - theirs).max() < 1e-9


def test_sinkhorns_plan_is_the_best_of_its_temperature(run):
    """⟨C, P⟩ − ε·H(P) rises for every legal change: swaps of mass around four cells."""
    level, random = 0.5, np.random.default_rng(0)
    plan, _ = transport.sinkhorn(run.source, run.target, run.costs, level, np.zeros(len(run.target)))

    def value(each):
        return (each * run.costs).sum() + level * (each * (np.log(each) - 1)).sum()

    for _ in range(50):
        (one, other), (left, right) = (random.choice(size, 2, replace=False) for size in plan.shape)
        step = 0.5 * min(plan[one, left], plan[other, right], plan[one, right], plan[other, left])
        for sign in (1, -1):
            changed = plan.copy()
            changed[[one, other], [left, right]] += sign * step
            changed[[one, other], [right, left]] -= sign * step
            assert value(changed) >= value(plan) - 1e-12


def test_what_does_not_converge_is_told():
    with pytest.raises(ArithmeticError, match="did not converge at temperature"):
        transport.sinkhorn(np.array([0.5, 0.5]), np.array([0.9, 0.9]), np.ones((2, 2)), 1.0, np.zeros(2), 50)


@settings(max_examples=50, deadline=None)
@given(st.integers(1, 8), st.integers(0, 10_000))
def test_greedy_takes_the_closest_free_pair(points, seed):
    costs = np.random.default_rng(seed).random((points, points))
    left, expected = costs.copy(), {}
    for _ in range(points):
        row, column = np.unravel_index(left.argmin(), left.shape)
        expected[int(row)] = int(column)
        left[row, :] = left[:, column] = np.inf
    assert dict(enumerate(transport.match_greedily(costs).tolist())) == expected


def sides(one, other, point):
    return np.sign((other[0] - one[0]) * (point[1] - one[1]) - (other[1] - one[1]) * (point[0] - one[0]))


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 10_000))
def test_crossings_are_where_ends_lie_on_either_side(seed):
    starts, ends = np.random.default_rng(seed).standard_normal((2, 8, 2))
    expected = [
        (i, j) for i, j in itertools.combinations(range(8), 2)
        if sides(starts[i], ends[i], starts[j]) != sides(starts[i], ends[i], ends[j])
        and sides(starts[j], ends[j], starts[i]) != sides(starts[j], ends[j], ends[i])
    ]  # fmt: skip
    found = transport.crossings(starts, ends)
    assert [(int(i), int(j)) for i, j in found[:, :2]] == expected
    for i, j, first, second in found:
        one = (1 - first) * starts[int(i)] + first * ends[int(i)]
        assert np.allclose(one, (1 - second) * starts[int(j)] + second * ends[int(j)])


SMALL = {"bins": 20, "grains": 200, "temperatures": 11, "coldest": 0.1, "iterations": 40}

WRONG = {
    "a grain astray": (
        lambda run: {"greedy_column": np.roll(run.greedy_column, 1) * 0}, "greedy grains fill the target too",
    ),
    "mass lost": (lambda run: {"plan": run.plan * 0.999}, "row and column sums hold"),
    "another legal plan": (lambda run: {"plan": run.scattered}, "no plan is cheaper: the prices add up to its cost"),
    "a plan out of order": (lambda run: {"plan": run.plan[::-1]}, "on a line the plan keeps the order"),
    "prices too high": (lambda run: {"row_price": run.row_price + 0.1}, "no price asks more than a move costs"),
    "prices too low": (lambda run: {"row_price": run.row_price - 0.1}, "mass moves only where prices equal costs"),
    "temperatures the other way": (
        lambda run: {"blurred_cost": run.blurred_cost[::-1]}, "the cost falls with the temperature",
    ),
    "blurred plans with a column too much": (
        lambda run: {"blurred": np.roll(run.blurred, 1, axis=2)}, "row and column sums hold at every temperature",
    ),
    "columns first": (
        lambda run: {"iterates": run.iterates[[1, 0, *range(2, 12)]]}, "each rescaling mends the sums that it is for",
    ),
    "an error that stalls": (
        lambda run: {"iterate_error": np.maximum(run.iterate_error, run.iterate_error[-20])},
        "the error falls geometrically",
    ),
    "the pile to one side": (lambda run: {"source": np.roll(run.source, 3)}, "both piles have one middle"),
    "greedy turned round": (
        lambda run: {"greedy_column": run.grain_column[::-1]},
        "greedy costs more than the exact plan, less than scattering",
    ),
}  # fmt: skip


def test_rescaling_rows_alone_is_refused(monkeypatch, run):
    right = transport.sinkhorn_step
    monkeypatch.setattr(transport, "sinkhorn_step", lambda *given: (right(*given)[0], given[-1]))
    halves, errors = transport.iterate_sinkhorn(run.source, run.target, run.costs, 0.1, 150, 12)
    found = dataclasses.replace(run, iterates=halves.astype(np.float32), iterate_error=errors)
    assert "each rescaling mends the sums that it is for" in failing(found)
