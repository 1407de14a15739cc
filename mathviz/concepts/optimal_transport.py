"""The cheapest way to move one pile of sand onto another, exactly and with entropy (Peyré & Cuturi 2019).

Two histograms on a line, in whole grains: the exact plan with its certificate, greedy's plan, Sinkhorn's plans for
many temperatures, and the motion that the exact plan makes of it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Int64
from numpy import ndarray

from mathviz.concepts.shared.line_plans import LinePlans, plans_on_a_line
from mathviz.concepts.shared.transport import match_greedily
from mathviz.trace import Claim

LOOKED_AT = np.linspace(0.0, 1.0, 21)
"""Shares of the way at which the moving grains are checked to keep their order."""

LONGEST = 0.1
"""The share of greedy's grains, those with the longest ways, whose part of the cost is told."""


@dataclass(frozen=True)
class OptimalTransport(LinePlans):
    """Plans between two histograms. Costs are mean squared distances, of all grains."""

    grains: Int64[ndarray, ""]  # of which both piles are made
    greedy_column: Int64[ndarray, "grain"]  # where each goes, from left to right, if the closest free pair goes first

    @property
    def grain_row(self) -> ndarray:
        """Where each grain begins, from left to right: an index of the rows, [grain]."""
        return self._spread_out(self.source)

    @property
    def grain_column(self) -> ndarray:
        """Where the exact plan, which keeps the order, sends it: an index of the columns, [grain]."""
        return self._spread_out(self.target)

    def _spread_out(self, mass: ndarray) -> ndarray:
        return np.repeat(np.arange(len(mass)), np.rint(mass * int(self.grains)).astype(int))

    def paid(self, column: ndarray) -> ndarray:
        """Squared distance of each grain if it goes to these columns, [grain]."""
        return np.asarray((self.rows[self.grain_row] - self.columns[column]) ** 2)

    def line_cost(self, column: ndarray) -> float:
        """Mean squared distance of grains that go to these columns, [grain]."""
        return float(self.paid(column).mean())

    @property
    def greedy_cost(self) -> float:
        """Mean squared distance if the closest free pair goes first."""
        return self.line_cost(self.greedy_column)

    @property
    def longest_share(self) -> float:
        """The part of greedy's cost that the longest ways make, LONGEST of all."""
        paid = np.sort(self.paid(self.greedy_column))[::-1]
        return float(paid[: round(LONGEST * len(paid))].sum() / paid.sum())

    @property
    def longest(self) -> float:
        """LONGEST, as captions say it."""
        return LONGEST

    @property
    def swap(self) -> tuple[int, int]:
        """Of grains that both move, the two whose greedy goals, swapped, save most."""
        begin, end = self.rows[self.grain_row], self.columns[self.greedy_column]
        saved = 2 * (begin[:, None] - begin) * (end - end[:, None])
        moves = begin != end
        saved = np.where(moves[:, None] & moves, saved, -1.0)
        one, other = np.unravel_index(int(saved.argmax()), saved.shape)
        return (int(one), int(other)) if one < other else (int(other), int(one))

    @property
    def swapped_column(self) -> ndarray:
        """Greedy's goals with those of the two of ``swap`` swapped, [grain]."""
        found, pair = self.greedy_column.copy(), list(self.swap)
        found[pair] = found[pair[::-1]]
        return found

    @property
    def before(self) -> float:
        """Squared distances of the two of ``swap`` together, and ``saved``: how much less they are once swapped."""
        return float(self.paid(self.greedy_column)[list(self.swap)].sum())

    @property
    def saved(self) -> float:
        return self.before - float(self.paid(self.swapped_column)[list(self.swap)].sum())

    @property
    def stranded(self) -> ndarray:
        """The grains for which there is no room where they are: the topmost of their place, [grain] of bool."""
        room = dict(zip(self.columns.tolist(), np.rint(self.target * int(self.grains)).tolist(), strict=True))
        places = self.rows[self.grain_row]
        level = np.arange(len(places)) - np.searchsorted(places, places)
        return level >= np.array([room.get(place, 0.0) for place in places.tolist()])

    @property
    def own_column(self) -> ndarray:
        """The column that is where each grain begins, which is its nearest, [grain]."""
        return np.asarray(np.abs(self.columns - self.rows[self.grain_row][:, None]).argmin(axis=1))

    @property
    def overfull(self) -> float:
        """The share of grains that are stranded where they are."""
        return float(self.stranded.mean())

    @property
    def split(self) -> int:
        """How many places send grains to more than one place."""
        return int(((self.plan > 0).sum(axis=1) > 1).sum())

    @property
    def distance(self) -> float:
        """W₂ between the piles: the root of the exact cost."""
        return float(np.sqrt(self.cost))

    def between(self, share: float) -> ndarray:
        """Where each grain is after a share of its straight way, on the line, [grain]."""
        return (1 - share) * self.rows[self.grain_row] + share * self.columns[self.grain_column]

    def check(self) -> list[Claim]:
        return super().check() + grain_claims(self)


def trace_optimal_transport(
    *, bins: int = 24, grains: int = 1200, temperatures: int = 61, hottest: float = 50.0, coldest: float = 0.003,
    iterate_temperature: float = 0.1, iterations: int = 150, halves: int = 12,
) -> OptimalTransport:  # fmt: skip
    """Solve all of it: exactly with POT's network simplex, with entropy by Sinkhorn, and greedily."""
    plans = plans_on_a_line(bins, grains, np.geomspace(hottest, coldest, temperatures), iterate_temperature, iterations,
                            halves)  # fmt: skip
    begin, end = (np.repeat(places, np.rint(mass * grains).astype(int))
                  for places, mass in ((plans.rows, plans.source), (plans.columns, plans.target)))  # fmt: skip
    column = np.searchsorted(plans.columns, end[match_greedily((begin[:, None] - end) ** 2)])
    return OptimalTransport(**plans.arrays(), grains=np.array(grains), greedy_column=column)


def grain_claims(trace: OptimalTransport) -> list[Claim]:
    """About the grains."""
    counted = np.zeros(trace.plan.shape)
    np.add.at(counted, (trace.grain_row, trace.grain_column), 1 / int(trace.grains))
    filled = np.bincount(trace.greedy_column, minlength=len(trace.columns)) / int(trace.grains)
    ahead = [np.diff(trace.between(share)).min() for share in LOOKED_AT]
    return [
        Claim.close("grains in order are the exact plan", counted, trace.plan, 1e-12),
        Claim.close("greedy grains fill the target too", filled, trace.target, 1e-12),
        Claim("greedy costs more than the exact plan, less than scattering",
              trace.cost < trace.greedy_cost < trace.scattered_cost,
              f"{trace.cost:.3f}, {trace.greedy_cost:.3f}, {trace.scattered_cost:.3f}"),
        Claim("two greedy grains, one of which flies past the other, gain by a swap", trace.saved > 0,
              f"{trace.saved:.3f}"),
        Claim("the longest of greedy's ways pay more than their share", trace.longest_share > 3 * LONGEST,
              f"{trace.longest:.0%} of the grains, {trace.longest_share:.0%} of the cost"),
        Claim.close("every place of the pile is a place of the target",
                    trace.columns[trace.own_column], trace.rows[trace.grain_row], 1e-12),
        Claim.below("on straight ways no grain overtakes another", -np.array(ahead), 1e-12),
        Claim.close("both piles have one middle", trace.source @ trace.rows, trace.target @ trace.columns, 0.02),
    ]  # fmt: skip
