"""How far one cloud of points is from another, each by its definition, and how far two draws of the same are."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy import ndarray
from numpy.random import Generator

Distance = Callable[[ndarray, ndarray], float]
"""Two clouds [point axis] → how far they are apart."""


def squared(one: ndarray, other: ndarray) -> ndarray:
    """|x − y|² between every two of [point axis], [one other]."""
    return ((one[:, None] - other) ** 2).sum(axis=-1)


def match(costs: ndarray) -> ndarray:
    """The cheapest one-to-one matching of a square [row column]: a column for each row. Exact; the cube of the size."""
    from scipy.optimize import linear_sum_assignment

    return linear_sum_assignment(costs)[1]


def w2(one: ndarray, other: ndarray) -> float:
    """Wasserstein distance of order 2 between clouds of as many points each: the root of the cheapest matching."""
    costs = squared(one, other)
    return float(np.sqrt(costs[np.arange(len(costs)), match(costs)].mean()))


def w1(one: ndarray, other: ndarray) -> float:
    """Wasserstein distance of order 1 between clouds of as many points each."""
    costs = np.sqrt(squared(one, other))
    return float(costs[np.arange(len(costs)), match(costs)].mean())


def transport(source: ndarray, target: ndarray, costs: ndarray) -> tuple[ndarray, float]:
    """The cheapest plan [row column] between masses [row] and [column], and its cost, by POT's network simplex."""
    import ot

    plan = ot.emd(source, target, costs)
    return plan, float((plan * costs).sum())


def sliced_w2(one: ndarray, other: ndarray, directions: int, random: Generator) -> float:
    """W2 along random directions, root of the mean square: clouds of as many points each, of any dimension.

    Bonneel et al. (2015). At most W2, and 1/√dimensions of it for a shifted cloud.
    """
    ways = random.standard_normal((directions, one.shape[1]))
    ways /= np.linalg.norm(ways, axis=1, keepdims=True)
    shadows = (np.sort(cloud @ ways.T, axis=0) for cloud in (one, other))
    return float(np.sqrt((np.subtract(*shadows) ** 2).mean()))


def energy(one: ndarray, other: ndarray) -> float:
    """Energy distance 2E|x − y| − E|x − x′| − E|y − y′|, without bias, so that it may be a little below zero.

    Székely & Rizzo (2013).
    """

    def within(cloud: ndarray) -> float:
        return float(np.sqrt(squared(cloud, cloud)).sum() / (len(cloud) * (len(cloud) - 1)))

    return 2 * float(np.sqrt(squared(one, other)).mean()) - within(one) - within(other)


def spread(cloud: ndarray) -> ndarray:
    """Root mean square distance of [… point axis] from their own centre, over all axes together, […]."""
    return np.sqrt(cloud.var(axis=-2).sum(axis=-1))


def to_nearest(points: ndarray, centres: ndarray) -> ndarray:
    """How far each of [point axis] is from the nearest of the centres [centre axis], [point]."""
    return np.sqrt(squared(points, centres).min(axis=1))


def floor(draw: Callable[[], ndarray], distance: Distance, pairs: int = 10) -> ndarray:
    """The distance between two draws of the same, for so many pairs, [pair]: what "as good as data" is measured by."""
    return np.array([distance(draw(), draw()) for _ in range(pairs)])


def farthest_within(points: ndarray, limit: float) -> int:
    """The point farthest from the middle, but no farther than ``limit``: where the shrinking is easy to see."""
    distance = np.hypot(*points.T)
    return int(np.where(distance <= limit, distance, 0).argmax())
