"""Plans between masses with entropy, greedy matchings of points, and where straight ways cross.

Peyré & Cuturi (2019), chapters 2 to 4.
"""

from __future__ import annotations

import numpy as np
from numpy import ndarray
from scipy.special import logsumexp


def sinkhorn_step(
    source: ndarray, target: ndarray, costs: ndarray, temperature: float, column_price: ndarray
) -> tuple[ndarray, ndarray]:
    """Rescale rows, then columns, on the logarithms: the prices [row], [column] after it."""
    rows = temperature * (np.log(source) - logsumexp((column_price - costs) / temperature, axis=1))
    columns = temperature * (np.log(target) - logsumexp((rows[:, None] - costs) / temperature, axis=0))
    return rows, columns


def plan_of(rows: ndarray, columns: ndarray, costs: ndarray, temperature: float) -> ndarray:
    """exp((u + v − C) / ε), [row column]."""
    return np.exp((rows[:, None] + columns - costs) / temperature)


def sinkhorn(
    source: ndarray, target: ndarray, costs: ndarray, temperature: float, column_price: ndarray, passes: int = 100_000
) -> tuple[ndarray, ndarray]:
    """The plan of least cost − ε·entropy, and its column prices, begun with those given.

    Stops when the row sums are off by less than 1e-9 in all. Raises ArithmeticError if that takes more ``passes``.
    """
    for _ in range(passes):
        rows, column_price = sinkhorn_step(source, target, costs, temperature, column_price)
        plan = plan_of(rows, column_price, costs, temperature)
        if np.abs(plan.sum(axis=1) - source).sum() < 1e-9:
            return plan, column_price
    raise ArithmeticError(f"Sinkhorn did not converge at temperature {temperature:g}")


def iterate_sinkhorn(
    source: ndarray, target: ndarray, costs: ndarray, temperature: float, iterations: int, halves: int
) -> tuple[ndarray, ndarray]:
    """The plans after the first ``halves`` rescalings [half row column], and the error after each pass [iteration]."""
    column_price, errors = np.zeros(len(target)), []
    plans: list[ndarray] = []
    for _ in range(iterations):
        rows, after = sinkhorn_step(source, target, costs, temperature, column_price)
        if len(plans) < halves:
            plans += [plan_of(rows, prices, costs, temperature) for prices in (column_price, after)]
        column_price = after
        errors.append(np.abs(plan_of(rows, after, costs, temperature).sum(axis=1) - source).sum())
    return np.array(plans[:halves]), np.array(errors)


def match_greedily(costs: ndarray) -> ndarray:
    """The closest free pair is matched first, then the next: a column for each row."""
    partner, free = np.full(len(costs), -1), np.ones(len(costs), bool)
    for cell in np.argsort(costs, axis=None, kind="stable").tolist():
        row, column = divmod(cell, len(costs))
        if partner[row] < 0 and free[column]:
            partner[row], free[column] = column, False
    return partner


def crossings(starts: ndarray, ends: ndarray) -> ndarray:
    """Every two straight ways that cross: both indices and the share of either way that is over then, [crossing 4]."""
    ways = ends - starts
    gap = starts[None] - starts[:, None]
    turn = _cross(ways[:, None], ways[None])
    with np.errstate(divide="ignore", invalid="ignore"):
        first, second = _cross(gap, ways[None]) / turn, _cross(gap, ways[:, None]) / turn
    one, other = np.nonzero(np.triu((first > 0) & (first < 1) & (second > 0) & (second < 1), 1))
    return np.stack([one, other, first[one, other], second[one, other]], axis=1)


def _cross(one: ndarray, other: ndarray) -> ndarray:
    return one[..., 0] * other[..., 1] - one[..., 1] * other[..., 0]


def sorted_cost(rows: ndarray, source: ndarray, columns: ndarray, target: ndarray) -> float:
    """The least cost of moving mass between rising places on a line, in closed form: ∫ (F⁻¹(q) − G⁻¹(q))² dq."""
    ends = np.unique(np.concatenate([[0.0], source.cumsum(), target.cumsum()]).clip(0, 1))
    middles = (ends[1:] + ends[:-1]) / 2
    quantiles = [places[np.minimum(np.searchsorted(mass.cumsum(), middles), len(places) - 1)]
                 for places, mass in ((rows, source), (columns, target))]  # fmt: skip
    return float((np.diff(ends) * (quantiles[0] - quantiles[1]) ** 2).sum())
