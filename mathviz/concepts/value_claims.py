"""What makes the values of a gridworld true: they agree with walks, series, shortest ways and algebra."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy import ndarray

from mathviz.trace import Claim


def walk_claims(trace: Any) -> list[Claim]:
    """About walking at random, and about the moves that look best to who walks so."""
    moves, rewards = _at_random(trace)
    series, power = [np.zeros(len(rewards))], np.eye(len(rewards))
    for sweep in range(len(trace.averaged) - 1):
        series.append(series[-1] + trace.g**sweep * power @ rewards)
        power = power @ moves
    cells, later = trace.walks[:, :-1], trace.walks[:, 1:]
    off = np.abs(trace.averaged - trace.random_value).max(axis=1)
    offers = trace.earned + trace.g * trace.random_value[trace.following]
    chosen = offers[np.arange(len(offers)), trace.timid]
    gains = np.diff(trace.rounds, axis=0)
    return [
        Claim("every step of a walk is a move of the board", bool(_reached(trace, cells, later).all()),
              f"{later.size} steps"),
        Claim.below("the mean of the walks is the corner's value, within 4 standard errors",
                    abs(trace.walked - trace.corner_random), 4 * trace.walked_error, "{:.4f}"),
        Claim.close("k sweeps of the average add up k rewards of the walk", trace.averaged, np.array(series),
                    1e-12),
        Claim.close("the linear equations hold", trace.random_value, rewards + trace.g * moves @ trace.random_value,
                    1e-12),
        Claim.below("each sweep of the average multiplies the largest error by γ or less", off[1:],
                    trace.g * off[:-1] + 1e-12),
        Claim.close("the timid move is the best if one walks at random afterwards", chosen, offers.max(axis=1), 1e-9),
        Claim.close("the timid values are those of its moves", trace.timid_value, _followed(trace, trace.timid), 1e-12),
        Claim.close("in the corner the timid policy earns nothing", trace.timid_value[0], 0, 1e-12),
        Claim("it is worse than the best in most cells", trace.worse > trace.places / 2,
              f"{trace.worse} of {trace.places}"),
        Claim.exact("where it is worse it never comes to the goal", trace.stuck, trace.timid_value < trace.best - 1e-9),
        Claim.below("no round of policy iteration makes a cell worse", -gains, 1e-9),
        Claim.exact("policy iteration begins by walking at random, and then is timid",
                    np.abs(trace.rounds[:2] - [trace.random_value, trace.timid_value]).max() < 1e-12, True),
        Claim.close("policy iteration ends at the best values", trace.rounds[-1], trace.best, 1e-12),
    ]  # fmt: skip


def sweep_claims(trace: Any) -> list[Claim]:
    """About value iteration, and what it comes to."""
    sweeps, errors = np.arange(trace.needed), trace.errors
    offers = trace.earned + trace.g * trace.swept[:, trace.following]
    best = (trace.earned + trace.g * trace.best[trace.following]).max(axis=1)
    steps = _dry_steps(trace)
    inside = np.arange(len(steps)) != trace.goal
    beside = (trace.following == trace.goal).any(axis=1) & (trace.kinds == 1)
    return [
        Claim.close("each sweep takes the best neighbour", trace.swept[1:], offers[:-1].max(axis=2), 1e-12),
        Claim.close("the best values satisfy Bellman's equation", trace.best, best, 1e-12),
        Claim.close("after k sweeps the largest error is γ to the k, to the digit", errors[: trace.needed],
                    trace.g**sweeps, 1e-12),
        Claim.close("and then none is left", errors[trace.needed :], 0, 1e-15),
        Claim.below("each sweep multiplies the largest error by γ or less", errors[1:], trace.g * errors[:-1] + 1e-12),
        Claim.close("a value is γ to the number of dry steps but one", trace.best[inside],
                    trace.g ** (steps[inside] - 1), 1e-12),
        Claim.exact("the goal's news spreads one step a sweep", trace.known[inside], steps[inside].astype(int)),
        Claim.close("no cell is worth more than mud beside the goal", trace.best[beside], trace.best.max(), 1e-12),
        Claim.close("linear programming finds the same values", trace.programmed, trace.best, 1e-7),
        Claim.close("the last sweep is there too", trace.swept[-1], trace.best, 1e-12),
    ]  # fmt: skip


def price_claims(trace: Any) -> list[Claim]:
    """About the cost of mud."""
    lengths = np.array([len(trace.route(at)) - 1 for at in range(len(trace.mud_cost))])
    changes = np.flatnonzero(np.diff(lengths))
    seen = trace.mud_cost[changes]
    paid = [np.where(trace.earned < 0, -cost, trace.earned) for cost in trace.mud_cost]
    offers = np.array(paid) + trace.g * trace.best_at[:, trace.following]
    most = offers.max(axis=2)
    return [
        Claim.close("at the first cost it is the same board", trace.best_at[0], trace.best, 1e-12),
        Claim.close("at every cost the values satisfy Bellman's equation", trace.best_at, most, 1e-12),
        Claim.exact("marked are all moves that are best", trace.moves_at, offers > most[..., None] - 1e-9),
        Claim("the corner's route changes once", len(changes) == 1, f"at {', '.join(f'{cost:.4f}' for cost in seen)}"),
        Claim.below("it changes where algebra says, at γ − γ⁷", np.abs(seen - trace.flip).max(initial=0),
                    abs(trace.mud_cost[1] - trace.mud_cost[0]), "{:.4f}"),
        Claim.exact("the detour is longer than wading", [trace.dry_steps, trace.wet_steps], [11, 5]),
        Claim.exact("who wades enters mud once", (trace.kinds[trace.route(len(trace.mud_cost) - 1)] == 1).sum(), 1),
        Claim.below("the cheaper the mud, the more cells wade", -np.diff(trace.wading), 0.5),
        Claim.below("cheaper mud makes no cell worse", -np.diff(trace.best_at, axis=0), 1e-12),
    ]  # fmt: skip


def _at_random(trace: Any) -> tuple[ndarray, ndarray]:
    """Walking at random: where one gets, [cell next], and what that pays, [cell]."""
    moves = np.eye(len(trace.kinds))[trace.following].mean(axis=1)
    return moves, trace.earned.mean(axis=1)


def _followed(trace: Any, chosen: ndarray) -> ndarray:
    """What moves [cell] are worth if they are made for long, [cell]: a sum of what they pay, and nothing solved."""
    cells, earned = np.arange(len(chosen)), np.zeros(len(chosen))
    for step in range(400):
        earned = earned + trace.g**step * trace.earned[cells, chosen[cells]]
        cells = trace.following[cells, chosen[cells]]
    return np.asarray(earned)


def _reached(trace: Any, cells: ndarray, later: ndarray) -> ndarray:
    """Whether a move leads from each of the cells to the later one."""
    return np.asarray((trace.following[cells] == later[..., None]).any(axis=-1))


def _dry_steps(trace: Any) -> ndarray:
    """Steps from every cell to the goal, [cell], that enter no mud: SciPy's shortest ways."""
    from scipy.sparse.csgraph import shortest_path

    joined = np.zeros((len(trace.kinds),) * 2)
    for cell, ends in enumerate(trace.following):
        joined[cell, [end for end in ends if end != cell and trace.kinds[end] != 1]] = 1
    return np.asarray(shortest_path(joined, unweighted=True)[:, trace.goal])
