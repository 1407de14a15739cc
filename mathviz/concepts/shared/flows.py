"""Following velocity fields: exactly, by few steps, and how the ways bend.

``Field`` is what is followed; the exact one is that of a path from noise to data.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy import ndarray

from mathviz.concepts.shared.oracles import Mixture, Path, velocity

Field = Callable[[ndarray, float], ndarray]
"""Points [point axis] and a time in 0…1 → velocities [point axis]."""

END = 1 - 1e-5
"""Where integration ends: at 1 itself the exact velocity is a limit."""


def exact_field(data: Mixture, path: Path) -> Field:
    """The exact mean velocity of a path to ``data``."""
    return lambda points, time: velocity(data, path, points, min(time, END))


def exact_flow(data: Mixture, path: Path, start: ndarray, frames: int | ndarray) -> ndarray:
    """Where the exact velocity takes [particle axis], [frame particle axis]: at so many even times, or those given.

    By SciPy's Runge-Kutta method of order 8. Raises ArithmeticError if it gives up.
    """
    times = np.linspace(0, END, frames) if isinstance(frames, int) else np.minimum(frames, END)
    from scipy.integrate import solve_ivp

    def rate(time: float, flat: ndarray) -> ndarray:
        found = velocity(data, path, flat.reshape(start.shape), time).ravel()
        if not np.isfinite(found).all():
            raise ArithmeticError(f"the velocity is not finite at time {time:.3g}")  # the solver would never end
        return found

    found = solve_ivp(rate, (0, END), start.ravel(), "DOP853", times, rtol=1e-8, atol=1e-8)
    if not found.success:
        raise ArithmeticError(f"the flow was not integrated: {found.message}")
    return found.y.T.reshape(len(times), *start.shape)


def euler(field: Field, start: ndarray, count: int) -> ndarray:
    """Follow a field for ``count`` steps of equal length from 0 to 1, [particle axis]."""
    return strides(field, start, count)[-1]


def strides(field: Field, start: ndarray, count: int) -> ndarray:
    """Where ``euler`` stands before each of its steps and after the last, [stop particle axis]."""
    stops = [start]
    for step in range(count):
        stops.append(stops[-1] + field(stops[-1], step / count) / count)
    return np.array(stops)


def heun(field: Field, start: ndarray, count: int) -> ndarray:
    """As ``euler``, with the mean of the velocities before and after each step."""
    points = start
    for step in range(count):
        before = field(points, step / count)
        points = points + (before + field(points + before / count, (step + 1) / count)) / (2 * count)
    return points


def moved(flow: ndarray) -> ndarray:
    """Share of the ways of [frame particle axis] that is done by each frame, [frame]."""
    steps = np.linalg.norm(np.diff(flow, axis=0), axis=-1).sum(axis=1)
    return np.concatenate([[0], steps.cumsum()]) / steps.sum()


def bend(flow: ndarray) -> float:
    """Length of the ways of [frame particle axis] over that of their chords."""
    ways = np.linalg.norm(np.diff(flow, axis=0), axis=-1).sum()
    return float(ways / np.linalg.norm(flow[-1] - flow[0], axis=-1).sum())


def uneven(flow: ndarray) -> float:
    """How far [frame particle axis] are from straight lines at even speed: E ∫|x′ − chord|² dt over E|chord|²."""
    chords = flow[-1] - flow[0]
    rates = np.diff(flow, axis=0) * (len(flow) - 1)
    return float(((rates - chords) ** 2).sum(axis=-1).mean() / (chords**2).sum(axis=-1).mean())


def clock_and_zoom(path: Path, time: float | ndarray) -> tuple[ndarray, ndarray]:
    """The time at which the straight mix is as noisy as ``path`` is at ``time``, and by how much it is smaller then.

    a x₁ + b ε = c ((1 − s) ε + s x₁), so with the same noise and data one flow is the other, at s = a/(a + b), times
    c = a + b (Karras et al. 2022; Lipman et al. 2024, on changing the scheduler).
    """
    signal, noise = path.mix(time)
    return signal / (signal + noise), signal + noise


def lines_through(
    data: Mixture, place: ndarray, time: float, count: int, random: np.random.Generator
) -> tuple[ndarray, ndarray, ndarray]:
    """Data points [line axis] whose straight lines pass a place at a time, their weights, and the mean velocity.

    The line to x₁ passes there if its noise was (place − t x₁)/(1 − t); the density of that noise is its weight.
    """
    ends = data.draw(count, random)
    noise = (place - time * ends) / (1 - time)
    weights = np.exp(-0.5 * (noise**2).sum(axis=1))
    weights /= weights.sum()
    return ends, weights, weights @ (ends - noise)


def evenly(points: ndarray, weights: ndarray, order: ndarray, count: int) -> ndarray:
    """So many of [point axis], each as often as it weighs, with steps of one size along an ``order`` [point].

    Systematic sampling: their mean is far nearer to the weighted one than that of independent draws.
    """
    ranks = np.argsort(order, kind="stable")
    at = np.searchsorted(np.cumsum(weights[ranks]), (np.arange(count) + 0.5) / count)
    return points[ranks[np.minimum(at, len(ranks) - 1)]]


def apart(one: ndarray, other: ndarray) -> float:
    """Root mean square distance between [point axis] and their partners."""
    return float(np.sqrt(((one - other) ** 2).sum(axis=-1).mean()))
