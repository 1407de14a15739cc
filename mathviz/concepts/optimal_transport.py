"""The cheapest way to move one pile of mass onto another, exactly and with entropy (Peyré & Cuturi 2019).

On a line: two histograms, the exact plan with its certificate, and Sinkhorn's plans for many temperatures. In
the plane: noise and data points, matched exactly for two costs, greedily, and each to its nearest.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32, Float64, Int64
from numpy import ndarray

from mathviz.concepts.shared.data import two_moons
from mathviz.concepts.shared.distances import match, squared, w2
from mathviz.concepts.shared.transport import (
    crossings,
    iterate_sinkhorn,
    match_exactly,
    match_greedily,
    sinkhorn,
    sorted_cost,
)
from mathviz.trace import Claim, Trace

LOOKED_AT = ((0.0, 0.3), (0.25, 0.6), (0.5, 1.0))
"""Times between which the moving mass is checked to take the shortest way."""


@dataclass(frozen=True)
class OptimalTransport(Trace):
    """Plans between two histograms and matchings between two clouds. ``row`` is where mass is, ``column`` where to.

    Costs of the histograms are Σ P·(x − y)²; those of the clouds are mean squared distances.
    """

    rows: Float64[ndarray, "row"]  # places on a line
    columns: Float64[ndarray, "column"]
    source: Float64[ndarray, "row"]  # mass at each place; adds up to one
    target: Float64[ndarray, "column"]
    plan: Float64[ndarray, "row column"]
    row_price: Float64[ndarray, "row"]  # dual variables: no price asks more than a move costs
    column_price: Float64[ndarray, "column"]
    temperatures: Float64[ndarray, "temperature"]  # falling
    blurred: Float32[ndarray, "temperature row column"]
    blurred_cost: Float64[ndarray, "temperature"]
    blurred_error: Float64[ndarray, "temperature"]  # largest error of a row sum
    iterates: Float32[ndarray, "half row column"]  # after the rows, after the columns, after the rows, …
    iterate_error: Float64[ndarray, "iteration"]  # Σ |row sum − source| after each pass over rows and columns
    iterate_temperature: Float64[ndarray, ""]
    noise: Float64[ndarray, "point two"]
    data: Float64[ndarray, "point two"]
    partner: Int64[ndarray, "point"]  # of each noise point, for squared distance
    partner_plain: Int64[ndarray, "point"]  # for plain distance
    partner_greedy: Int64[ndarray, "point"]  # the closest free pair first
    nearest: Int64[ndarray, "point"]
    crossings: Float64[ndarray, "crossing four"]  # two points and when each is where their ways cross
    crossings_plain: Int64[ndarray, ""]  # how many there are for plain distance

    tolerances = {  # noqa: RUF012
        **dict.fromkeys(("rows", "columns", "source", "target", "noise", "data", "crossings"), 1e-9),
        **dict.fromkeys(("plan", "row_price", "column_price", "blurred_cost"), 1e-6),
        **dict.fromkeys(("blurred", "iterates"), 1e-4),
        **dict.fromkeys(("temperatures", "iterate_error"), 1e-6), "blurred_error": 1.0,
    }  # fmt: skip

    @property
    def costs(self) -> ndarray:
        """(x − y)², [row column]."""
        return (self.rows[:, None] - self.columns) ** 2

    @property
    def cost(self) -> float:
        """Of the exact plan."""
        return float((self.plan * self.costs).sum())

    @property
    def dual_value(self) -> float:
        """What the prices add up to: no plan can cost less."""
        return float(self.source @ self.row_price + self.target @ self.column_price)

    @property
    def scattered(self) -> ndarray:
        """The plan that sends every row everywhere, in the target's proportions, [row column]."""
        return np.outer(self.source, self.target)

    @property
    def scattered_cost(self) -> float:
        return float((self.scattered * self.costs).sum())

    @property
    def moves(self) -> int:
        """Cells of the exact plan that hold mass."""
        return int((self.plan > 0).sum())

    @property
    def cells(self) -> int:
        """All cells of a plan."""
        return self.plan.size

    @property
    def points(self) -> int:
        """Points of either cloud."""
        return len(self.noise)

    @property
    def reached(self) -> int:
        """Data points that are the nearest of any noise point."""
        return len(np.unique(self.nearest))

    @property
    def crossing_count(self) -> int:
        return len(self.crossings)

    def mean_cost(self, partner: ndarray) -> float:
        """Mean squared distance of a matching."""
        return float(((self.noise - self.data[partner]) ** 2).sum(axis=1).mean())

    def between(self, share: float) -> ndarray:
        """Where the mass is after a share of its way, [point two]."""
        return (1 - share) * self.noise + share * self.data[self.partner]

    def check(self) -> list[Claim]:
        return plan_claims(self) + sinkhorn_claims(self) + matching_claims(self)


def trace_optimal_transport(
    *, bins: int = 60, temperatures: int = 61, hottest: float = 10.0, coldest: float = 0.01,
    iterate_temperature: float = 0.1, iterations: int = 150, halves: int = 12, points: int = 256, seed: int = 0,
) -> OptimalTransport:  # fmt: skip
    """Solve all of it: exactly with POT's network simplex, with entropy by Sinkhorn, and the clouds' competitors."""
    import ot

    places = np.linspace(-3, 3, bins)
    source = _histogram(places, ((1.0, -1.3, 0.35),))
    target = _histogram(places, ((0.55, 0.4, 0.25), (0.45, 1.9, 0.3)))
    costs = (places[:, None] - places) ** 2
    plan, log = ot.emd(source, target, costs, log=True)
    levels = np.geomspace(hottest, coldest, temperatures)
    blurred, prices = [], np.zeros(bins)
    for level in levels:
        found, prices = sinkhorn(source, target, costs, level, prices)
        blurred.append(found)
    halves_kept, errors = iterate_sinkhorn(source, target, costs, iterate_temperature, iterations, halves)
    random = np.random.default_rng(seed)
    noise, data = random.standard_normal((points, 2)), two_moons().draw(points, random)
    squares = ((noise[:, None] - data) ** 2).sum(axis=-1)
    partner, plain = match_exactly(squares), match_exactly(np.sqrt(squares))
    return OptimalTransport(
        rows=places, columns=places, source=source, target=target, plan=plan, row_price=log["u"],
        column_price=log["v"], temperatures=levels, blurred=np.array(blurred, np.float32),
        blurred_cost=np.array([(each * costs).sum() for each in blurred]),
        blurred_error=np.array([np.abs(each.sum(axis=1) - source).max() for each in blurred]),
        iterates=halves_kept.astype(np.float32), iterate_error=errors,
        iterate_temperature=np.array(iterate_temperature), noise=noise, data=data, partner=partner,
        partner_plain=plain, partner_greedy=match_greedily(squares), nearest=squares.argmin(axis=1),
        crossings=crossings(noise, data[partner]), crossings_plain=np.array(len(crossings(noise, data[plain]))),
    )  # fmt: skip


def _histogram(places: ndarray, humps: tuple[tuple[float, float, float], ...]) -> ndarray:
    """Mass of a mixture of (weight, mean, deviation) at places, as shares of one."""
    mass = sum(weight / width * np.exp(-0.5 * ((places - mean) / width) ** 2) for weight, mean, width in humps)
    return np.asarray(mass / np.sum(mass))


def plan_claims(trace: OptimalTransport) -> list[Claim]:
    """About the exact plan on a line."""
    sums = [*trace.plan.sum(axis=1) - trace.source, *trace.plan.sum(axis=0) - trace.target]
    prices, used = trace.row_price[:, None] + trace.column_price, np.argwhere(trace.plan > 0)
    by_order = sorted_cost(trace.rows, trace.source, trace.columns, trace.target)
    return [
        Claim.close("row and column sums hold", sums, 0, 1e-12),
        Claim.close("no plan is cheaper: the prices add up to its cost", trace.cost, trace.dual_value, 1e-10),
        Claim.below("no price asks more than a move costs", prices - trace.costs, 1e-10),
        Claim.close("mass moves only where prices equal costs", (trace.costs - prices)[trace.plan > 0], 0, 1e-10),
        Claim.below("no more cells hold mass than a tree has edges", len(used), sum(trace.plan.shape)),
        Claim("on a line the plan keeps the order", bool((np.diff(used[:, 1]) >= 0).all()), f"{len(used)} moves"),
        Claim.close("its cost is that of matching sorted mass", trace.cost, by_order, 1e-10, "{:.6f}"),
    ]


def sinkhorn_claims(trace: OptimalTransport) -> list[Claim]:
    """About the plans with entropy."""
    cost, late = trace.blurred_cost, trace.iterate_error[len(trace.iterate_error) // 2 :]
    columns = np.abs(trace.blurred.astype(float).sum(axis=1) - trace.target).max(axis=1)
    mended = [half.astype(float).sum(axis=1 - at % 2) - (trace.source, trace.target)[at % 2]
              for at, half in enumerate(trace.iterates)]  # fmt: skip
    rates = late[1:] / late[:-1]
    return [
        Claim.below("row and column sums hold at every temperature", [trace.blurred_error, columns / 100], 1e-8),
        Claim.below("the cost falls with the temperature", np.diff(cost), 1e-9),
        Claim.below("no blurred plan is cheaper than the exact one", trace.cost - cost, 1e-9),
        Claim.below("cold plans cost as the exact one", cost[-1] / trace.cost - 1, 1e-3, "{:.2%}"),
        Claim.close("hot plans scatter everything", cost[0] / trace.scattered_cost, 1, 0.01),
        Claim.close("each rescaling mends the sums that it is for", mended, 0, 1e-6),
        Claim.below("the error falls geometrically", float(np.ptp(rates)), 0.01),
    ]


def matching_claims(trace: OptimalTransport) -> list[Claim]:
    """About the two clouds."""
    squares, order = squared(trace.noise, trace.data), np.arange(trace.points)
    best = float(squares[order, match(squares)].mean())
    ours, greedy, any_way = (trace.mean_cost(partner) for partner in (trace.partner, trace.partner_greedy, order))
    matchings = np.sort([trace.partner, trace.partner_plain, trace.partner_greedy])
    ends = trace.data[trace.partner]
    gains = np.einsum("ija,ija->ij", trace.noise[:, None] - trace.noise, ends[:, None] - ends)
    waits = float(np.abs(trace.crossings[:, 2] - trace.crossings[:, 3]).min())
    speeds = [w2(trace.between(s), trace.between(t)) / (t - s) for s, t in LOOKED_AT]
    return [
        Claim.exact("matchings are one to one", matchings, np.tile(order, (3, 1))),
        Claim.close("SciPy's assignment is no cheaper", ours, best, 1e-12, "{:.6f}"),
        Claim.between("greedy costs more, and any matching more still", ours, greedy, any_way),
        Claim.below("no two matched pairs would gain by a swap", -gains, 1e-12),
        Claim.close("mass moves along a shortest way between distributions", speeds / np.sqrt(ours), 1, 1e-9),
        Claim.exact("ways of plain distance do not cross", trace.crossings_plain, 0),
        Claim("ways of squared distance cross, never at one time", len(trace.crossings) > 0 and waits > 1e-3,
              f"{len(trace.crossings)}, at least {waits:.3f} apart"),
        Claim.below("nearest neighbours leave most data points empty", 2 * trace.reached, trace.points),
    ]  # fmt: skip
