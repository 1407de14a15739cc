"""Plans that move one histogram on a line onto another: exact, with its certificate, and with entropy by Sinkhorn.

Peyré & Cuturi (2019), chapters 2 to 4.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32, Float64
from numpy import ndarray

from mathviz.concepts.shared.transport import iterate_sinkhorn, sinkhorn, sorted_cost
from mathviz.trace import Claim, Trace

SOURCE = ((1.0, 0.0, 0.35),)
TARGET = ((0.55, -0.675, 0.25), (0.45, 0.825, 0.3))
"""Weight, mean and deviation of the humps of the two piles; both have the mean 0."""

REACH = 1.75
"""How far the line goes either way."""


@dataclass(frozen=True)
class LinePlans(Trace):
    """Plans between two histograms. ``row`` is where mass is, ``column`` where to. Costs are Σ P·(x − y)²."""

    rows: Float64[ndarray, "row"]  # places on a line
    columns: Float64[ndarray, "column"]
    source: Float64[ndarray, "row"]  # mass at each place, in whole grains; adds up to one
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

    tolerances = {  # noqa: RUF012
        **dict.fromkeys(("rows", "columns", "source", "target"), 1e-9),
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
    def kernel(self) -> ndarray:
        """What Sinkhorn begins with, exp(−(x − y)²/ε) at ``iterate_temperature``, as shares of one, [row column]."""
        near = np.exp(-self.costs / float(self.iterate_temperature))
        return np.asarray(near / near.sum())

    def sums_off(self, plan: ndarray) -> float:
        """How far a plan's sums are from both piles: Σ |row sum − a| + Σ |column sum − b|."""
        plan = np.asarray(plan, float)
        return float(np.abs(plan.sum(axis=1) - self.source).sum() + np.abs(plan.sum(axis=0) - self.target).sum())

    @property
    def slack(self) -> ndarray:
        """What the prices leave of each way's cost, (x − y)² − u − v, [row column]: never less than nothing."""
        return self.costs - self.row_price[:, None] - self.column_price

    @property
    def moves(self) -> int:
        """Cells of the exact plan that hold mass."""
        return int((self.plan > 0).sum())

    @property
    def cells(self) -> int:
        """All cells of a plan."""
        return self.plan.size

    def check(self) -> list[Claim]:
        return plan_claims(self) + sinkhorn_claims(self)


def plans_on_a_line(
    bins: int, grains: int, temperatures: ndarray, iterate_temperature: float, iterations: int, halves: int
) -> LinePlans:  # fmt: skip
    """From SOURCE to TARGET, in so many grains: exactly with POT's network simplex, and with entropy, Sinkhorn's
    plans at falling ``temperatures``.

    At ``iterate_temperature`` the first ``halves`` rescalings are kept, and the errors of all ``iterations``.
    """
    import ot

    places = np.linspace(-REACH, REACH, bins)
    (rows, source), (columns, target) = (_in_grains(places, humps, grains) for humps in (SOURCE, TARGET))
    costs = (rows[:, None] - columns) ** 2
    plan, log = ot.emd(source, target, costs, log=True)
    blurred, prices = [], np.zeros(len(columns))
    for level in temperatures:
        found, prices = sinkhorn(source, target, costs, level, prices)
        blurred.append(found)
    halves_kept, errors = iterate_sinkhorn(source, target, costs, iterate_temperature, iterations, halves)
    return LinePlans(
        rows=rows, columns=columns, source=source, target=target, plan=plan, row_price=log["u"],
        column_price=log["v"], temperatures=temperatures, blurred=np.array(blurred, np.float32),
        blurred_cost=np.array([(each * costs).sum() for each in blurred]),
        blurred_error=np.array([np.abs(each.sum(axis=1) - source).max() for each in blurred]),
        iterates=halves_kept.astype(np.float32), iterate_error=errors,
        iterate_temperature=np.array(iterate_temperature),
    )  # fmt: skip


def _in_grains(
    places: ndarray, humps: tuple[tuple[float, float, float], ...], grains: int
) -> tuple[ndarray, ndarray]:
    """The places at which there is a grain, and their mass: the largest remainders get the grains that are left."""
    shares = grains * histogram(places, humps)
    counts = np.floor(shares)
    counts[np.argsort(counts - shares)[: grains - int(counts.sum())]] += 1
    return places[counts > 0], counts[counts > 0] / grains


def histogram(places: ndarray, humps: tuple[tuple[float, float, float], ...]) -> ndarray:
    """Mass of a mixture of (weight, mean, deviation) at places, as shares of one."""
    mass = sum(weight / width * np.exp(-0.5 * ((places - mean) / width) ** 2) for weight, mean, width in humps)
    return np.asarray(mass / np.sum(mass))


def plan_claims(trace: LinePlans) -> list[Claim]:
    """About the exact plan on a line."""
    sums = [*trace.plan.sum(axis=1) - trace.source, *trace.plan.sum(axis=0) - trace.target]
    used = np.argwhere(trace.plan > 0)
    by_order = sorted_cost(trace.rows, trace.source, trace.columns, trace.target)
    return [
        Claim.close("row and column sums hold", sums, 0, 1e-12),
        Claim.close("no plan is cheaper: the prices add up to its cost", trace.cost, trace.dual_value, 1e-10),
        Claim.below("no price asks more than a move costs", -trace.slack, 1e-10),
        Claim.close("mass moves only where prices equal costs", trace.slack[trace.plan > 0], 0, 1e-10),
        Claim.below("no more cells hold mass than a tree has edges", len(used), sum(trace.plan.shape)),
        Claim("on a line the plan keeps the order", bool((np.diff(used[:, 1]) >= 0).all()), f"{len(used)} moves"),
        Claim.close("its cost is that of matching sorted mass", trace.cost, by_order, 1e-10, "{:.6f}"),
    ]


def sinkhorn_claims(trace: LinePlans) -> list[Claim]:
    """About the plans with entropy."""
    cost, late = trace.blurred_cost, trace.iterate_error[len(trace.iterate_error) // 2 :]
    columns = np.abs(trace.blurred.astype(float).sum(axis=1) - trace.target).max(axis=1)
    mended = [half.astype(float).sum(axis=1 - at % 2) - (trace.source, trace.target)[at % 2]
              for at, half in enumerate(trace.iterates)]  # fmt: skip
    rates = late[1:] / late[:-1]
    off = [trace.sums_off(each) for each in (trace.kernel, *trace.iterates)]
    return [
        Claim.below("every rescaling leaves the sums less wrong than before", np.diff(off), -1e-6),
        Claim.below("row and column sums hold at every temperature", [trace.blurred_error, columns / 100], 1e-8),
        Claim.below("the cost falls with the temperature", np.diff(cost), 1e-9),
        Claim.below("no blurred plan is cheaper than the exact one", trace.cost - cost, 1e-9),
        Claim.below("cold plans cost as the exact one", cost[-1] / trace.cost - 1, 1e-2, "{:.2%}"),
        Claim.close("hot plans scatter everything", cost[0] / trace.scattered_cost, 1, 0.01),
        Claim.close("each rescaling mends the sums that it is for", np.concatenate(mended), 0, 1e-6),
        Claim.below("the error falls geometrically", float(np.ptp(rates)), 0.01),
    ]
