"""The cheapest way to move one pile of mass onto another, exactly and with entropy (Peyré & Cuturi 2019).

On a line: two histograms, the exact plan with its certificate, and Sinkhorn's plans for many temperatures. In
the plane: noise and data points, matched exactly for two costs, greedily, and each to its nearest.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float64, Int64
from numpy import ndarray

from mathviz.concepts.shared.data import two_moons
from mathviz.concepts.shared.distances import match, squared, w2
from mathviz.concepts.shared.line_plans import LinePlans, plans_on_a_line
from mathviz.concepts.shared.transport import crossings, match_exactly, match_greedily
from mathviz.trace import Claim

LOOKED_AT = ((0.0, 0.3), (0.25, 0.6), (0.5, 1.0))
"""Times between which the moving mass is checked to take the shortest way."""


@dataclass(frozen=True)
class OptimalTransport(LinePlans):
    """Plans between two histograms, and matchings between two clouds. Costs of these are mean squared distances."""

    grains: Int64[ndarray, ""]  # of which both piles on the line are made
    greedy_column: Int64[ndarray, "grain"]  # where each goes, from left to right, if the closest free pair goes first
    noise: Float64[ndarray, "point two"]
    data: Float64[ndarray, "point two"]
    partner: Int64[ndarray, "point"]  # of each noise point, for squared distance
    partner_plain: Int64[ndarray, "point"]  # for plain distance
    partner_greedy: Int64[ndarray, "point"]  # the closest free pair first
    nearest: Int64[ndarray, "point"]
    crossings: Float64[ndarray, "crossing four"]  # two points and when each is where their ways cross
    crossings_plain: Int64[ndarray, ""]  # how many there are for plain distance

    tolerances = {**LinePlans.tolerances, **dict.fromkeys(("noise", "data", "crossings"), 1e-9)}  # noqa: RUF012

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

    def line_cost(self, column: ndarray) -> float:
        """Mean squared distance of grains that go to these columns, [grain]."""
        return float(((self.rows[self.grain_row] - self.columns[column]) ** 2).mean())

    @property
    def greedy_cost(self) -> float:
        """On the line."""
        return self.line_cost(self.greedy_column)

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
    def saved(self) -> float:
        """How much squared distance that saves of both together, and ``before`` how much it was."""
        one, other = self.swap
        begin, end = self.rows[self.grain_row], self.columns[self.greedy_column]
        return float(2 * (begin[one] - begin[other]) * (end[other] - end[one]))

    @property
    def before(self) -> float:
        one, other = self.swap
        begin, end = self.rows[self.grain_row], self.columns[self.greedy_column]
        return float(((begin - end)[[one, other]] ** 2).sum())

    @property
    def stranded(self) -> ndarray:
        """The grains for which there is no room where they are: the topmost of their place, [grain] of bool."""
        room = dict(zip(self.columns.tolist(), np.rint(self.target * int(self.grains)).tolist(), strict=True))
        places = self.rows[self.grain_row]
        level = np.arange(len(places)) - np.searchsorted(places, places)
        return level >= np.array([room.get(place, 0.0) for place in places.tolist()])

    @property
    def moons(self) -> ndarray:
        """The centres of the data's components in the plane, [component two]."""
        return two_moons().means

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
        return super().check() + grain_claims(self) + matching_claims(self)


def trace_optimal_transport(
    *, bins: int = 24, grains: int = 400, temperatures: int = 61, hottest: float = 50.0, coldest: float = 0.003,
    iterate_temperature: float = 0.1, iterations: int = 150, halves: int = 12, points: int = 256, seed: int = 0,
) -> OptimalTransport:  # fmt: skip
    """Solve all of it: exactly with POT's network simplex, with entropy by Sinkhorn, and the clouds' competitors."""
    plans = plans_on_a_line(bins, grains, np.geomspace(hottest, coldest, temperatures), iterate_temperature, iterations,
                            halves)  # fmt: skip
    random = np.random.default_rng(seed)
    noise, data = random.standard_normal((points, 2)), two_moons().draw(points, random)
    squares = ((noise[:, None] - data) ** 2).sum(axis=-1)
    partner, plain = match_exactly(squares), match_exactly(np.sqrt(squares))
    begin, end = (np.repeat(places, np.rint(mass * grains).astype(int))
                  for places, mass in ((plans.rows, plans.source), (plans.columns, plans.target)))  # fmt: skip
    column = np.searchsorted(plans.columns, end[match_greedily((begin[:, None] - end) ** 2)])
    return OptimalTransport(
        **plans.arrays(), grains=np.array(grains), greedy_column=column, noise=noise, data=data,
        partner=partner, partner_plain=plain,
        partner_greedy=match_greedily(squares), nearest=squares.argmin(axis=1),
        crossings=crossings(noise, data[partner]), crossings_plain=np.array(len(crossings(noise, data[plain]))),
    )  # fmt: skip


def grain_claims(trace: OptimalTransport) -> list[Claim]:
    """About the grains on the line."""
    counted = np.zeros(trace.plan.shape)
    np.add.at(counted, (trace.grain_row, trace.grain_column), 1 / int(trace.grains))
    filled = np.bincount(trace.greedy_column, minlength=len(trace.columns)) / int(trace.grains)
    return [
        Claim.close("grains in order are the exact plan", counted, trace.plan, 1e-12),
        Claim.close("greedy grains fill the target too", filled, trace.target, 1e-12),
        Claim("greedy costs more than the exact plan, less than scattering",
              trace.cost < trace.greedy_cost < trace.scattered_cost,
              f"{trace.cost:.3f}, {trace.greedy_cost:.3f}, {trace.scattered_cost:.3f}"),
        Claim("two greedy grains, one of which flies past the other, gain by a swap", trace.saved > 0,
              f"{trace.saved:.3f}"),
        Claim.close("both piles have one middle", trace.source @ trace.rows, trace.target @ trace.columns, 0.02),
    ]  # fmt: skip


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
