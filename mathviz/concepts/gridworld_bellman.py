"""Values of a gridworld by Bellman's equations: by walks, sweeps, linear equations and a linear program.

Cells are counted along the rows from the top. Sutton & Barto (2018), chapters 3 and 4; the board is Zhao's (2025), with
a goal that ends the walk, so that its own value is 0.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Bool, Float32, Float64, Int8
from numpy import ndarray

from mathviz.concepts.bellman_program import least_values
from mathviz.concepts.shared.gridworld import GOAL, MUD, SWAMP, Gridworld
from mathviz.concepts.value_claims import price_claims, sweep_claims, walk_claims
from mathviz.trace import Claim, Trace

START = 0  # the corner


@dataclass(frozen=True)
class GridworldBellman(Trace):
    """Values of cells, found in several ways. A move is up, right, down or left, in this order."""

    kinds: Int8[ndarray, "cell"]  # 0 ground, 1 mud, 2 goal
    following: Int8[ndarray, "cell move"]  # where a move leads
    earned: Float64[ndarray, "cell move"]  # what it pays
    discount: Float64[ndarray, ""]
    walks: Int8[ndarray, "walk moment"]  # cells of the first random walks from the corner
    returns: Float32[ndarray, "sample"]  # what random walks from the corner earned, discounted
    averaged: Float64[ndarray, "average cell"]  # values of walking at random after so many sweeps from zero
    random_value: Float64[ndarray, "cell"]  # the same by linear equations
    timid: Int8[ndarray, "cell"]  # the best move, if one walked at random ever after
    timid_value: Float64[ndarray, "cell"]  # what it is worth to make that move every time
    rounds: Float64[ndarray, "round cell"]  # values of the policies of policy iteration, the first walks at random
    swept: Float64[ndarray, "sweep cell"]  # value iteration from zero
    best: Float64[ndarray, "cell"]  # by linear equations, of the policy that cannot be improved
    programmed: Float64[ndarray, "cell"]  # by a linear program
    mud_cost: Float64[ndarray, "cost"]  # falling
    best_at: Float64[ndarray, "cost cell"]  # optimal values at that cost
    moves_at: Bool[ndarray, "cost cell move"]  # all moves that are optimal

    tolerances = {  # noqa: RUF012
        **dict.fromkeys(("averaged", "random_value", "timid_value", "rounds", "swept", "best", "best_at"), 1e-9),
        "programmed": 1e-7, "returns": 1e-5, "mud_cost": 1e-12, "earned": 1e-12,
    }  # fmt: skip

    @property
    def g(self) -> float:
        """γ, by which a reward counts less for every step that it is later."""
        return float(self.discount)

    @property
    def goal(self) -> int:
        """The cell where it ends."""
        return int(np.flatnonzero(self.kinds == 2)[0])

    @property
    def errors(self) -> ndarray:
        """The largest error of a cell after each sweep of value iteration, [sweep]."""
        return np.asarray(np.abs(self.swept - self.best).max(axis=1))

    @property
    def needed(self) -> int:
        """Sweeps until nothing is wrong any more, but for rounding."""
        return int((self.errors > 1e-12).sum())

    @property
    def known(self) -> ndarray:
        """The sweep from which on a cell's value is right, [cell]."""
        return np.asarray((np.abs(self.swept - self.best) > 1e-12).sum(axis=0))

    @property
    def corner(self) -> float:
        """The best value of the corner; ``corner_random``, what walking at random is worth there."""
        return float(self.best[START])

    @property
    def corner_random(self) -> float:
        return float(self.random_value[START])

    @property
    def walked(self) -> float:
        """The mean of what random walks from the corner earned; ``walked_error``, its standard error."""
        return float(self.returns.mean(dtype=float))

    @property
    def walked_error(self) -> float:
        return float(self.returns.std(dtype=float) / np.sqrt(len(self.returns)))

    @property
    def samples(self) -> int:
        """How many random walks were made."""
        return len(self.returns)

    @property
    def worse(self) -> int:
        """In how many cells the timid policy is worth less than the best; ``places``, of how many."""
        return int((self.timid_value < self.best - 1e-9).sum())

    @property
    def stuck(self) -> ndarray:
        """Whether the timid policy never comes to the goal, from each cell, [cell]."""
        return self.timidly(len(self.kinds))[:, -1] != self.goal

    @property
    def places(self) -> int:
        return len(self.kinds) - 1

    @property
    def repairs(self) -> int:
        """Rounds of policy iteration, from walking at random to the best policy."""
        return len(self.rounds) - 1

    @property
    def flip(self) -> float:
        """The cost of mud at which the corner's best route changes, as algebra has it: γ − γ⁷."""
        return self.g - self.g**7

    @property
    def dry_steps(self) -> int:
        """Steps of the corner's route where mud is dearest; ``wet_steps``, where it is cheapest."""
        return len(self.route(0)) - 1

    @property
    def wet_steps(self) -> int:
        return len(self.route(len(self.mud_cost) - 1)) - 1

    @property
    def later(self) -> int:
        """By how many steps the corner's reward is later than at once."""
        return self.dry_steps - 1

    @property
    def wading(self) -> ndarray:
        """From how many cells the route enters mud, at each cost, [cost]; of two equal routes the dry one counts."""
        return np.array([sum(bool((self.kinds[self.route(at, cell)[1:]] == 1).any())
                             for cell in range(len(self.kinds))) for at in range(len(self.mud_cost))])  # fmt: skip

    def route(self, cost: int, cell: int = START) -> list[int]:
        """The cells of the best way from a cell to the goal, at an index of the costs; of equal moves, the first."""
        found = [cell]
        while found[-1] != self.goal:
            found.append(int(self.following[found[-1], int(self.moves_at[cost, found[-1]].argmax())]))
        return found

    def timidly(self, steps: int) -> ndarray:
        """Where so many moves of the timid policy lead from each cell, [cell moment]."""
        found = [np.arange(len(self.kinds))]
        for _ in range(steps):
            found.append(self.following[found[-1], self.timid[found[-1]]])
        return np.stack(found, axis=1)

    def check(self) -> list[Claim]:
        return [*walk_claims(self), *sweep_claims(self), *price_claims(self)]


def trace_gridworld_bellman(
    *, discount: float = 0.9, cost: float = 1.0, cheapest: float = 0.05, costs: int = 121, sweeps: int = 60,
    samples: int = 20_000, limit: int = 200, shown: int = 8, kept: int = 60, seed: int = 0,
) -> GridworldBellman:  # fmt: skip
    """Walk at random, sweep and solve: on one board for one ``cost`` of mud, and for costs from it to ``cheapest``.

    A walk of ``samples`` goes on for ``limit`` steps at most, after which a reward counts less than 1e-9.
    """
    board = Gridworld(SWAMP, discount=discount, mud=-cost)
    model, earned = board.model
    following = model.argmax(axis=2)
    walks, returns = _walk(board, following, samples, limit, np.random.default_rng(seed))
    random_value = board.values_of(board.random)
    timid, policies = board.greedy(random_value), board.improve(board.random)
    falling = np.linspace(cost, cheapest, costs)
    boards = [replace(board, mud=-float(each)) for each in falling]
    of_moves = np.array([each.action_values(each.best) for each in boards])
    best_at = np.array([each.best for each in boards])
    return GridworldBellman(
        kinds=np.select([board.kinds == MUD, board.kinds == GOAL], [1, 2]).astype(np.int8),
        following=following.astype(np.int8), earned=earned, discount=np.array(discount),
        walks=walks[:shown, : kept + 1].astype(np.int8), returns=returns.astype(np.float32),
        averaged=board.evaluate(board.random, sweeps), random_value=random_value,
        timid=timid.argmax(axis=1).astype(np.int8), timid_value=board.values_of(timid),
        rounds=np.array([board.values_of(each) for each in policies]), swept=board.iterate(16), best=board.best,
        programmed=least_values(board), mud_cost=falling, best_at=best_at,
        moves_at=of_moves > of_moves.max(axis=2, keepdims=True) - 1e-9,
    )  # fmt: skip


def _walk(
    board: Gridworld, following: ndarray, count: int, limit: int, random: np.random.Generator
) -> tuple[ndarray, ndarray]:  # fmt: skip
    """Random walks from the corner: their cells [walk moment], and what each earned [walk]."""
    _, earned = board.model
    cells, returns = [np.full(count, START)], np.zeros(count)
    for step in range(limit):
        moves = random.integers(board.actions, size=count)
        returns += board.discount**step * earned[cells[-1], moves]
        cells.append(following[cells[-1], moves])
    return np.array(cells).T, returns
