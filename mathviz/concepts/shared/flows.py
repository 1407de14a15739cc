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


def exact_flow(data: Mixture, path: Path, start: ndarray, frames: int) -> ndarray:
    """Where the exact velocity takes [particle axis], at even times from 0 to 1: [frame particle axis].

    By SciPy's Runge-Kutta method of order 8. Raises ArithmeticError if it gives up.
    """
    from scipy.integrate import solve_ivp

    def rate(time: float, flat: ndarray) -> ndarray:
        found = velocity(data, path, flat.reshape(start.shape), time).ravel()
        if not np.isfinite(found).all():
            raise ArithmeticError(f"the velocity is not finite at time {time:.3g}")  # the solver would never end
        return found

    found = solve_ivp(rate, (0, END), start.ravel(), "DOP853", np.linspace(0, END, frames), rtol=1e-8, atol=1e-8)
    if not found.success:
        raise ArithmeticError(f"the flow was not integrated: {found.message}")
    return found.y.T.reshape(frames, *start.shape)


def euler(field: Field, start: ndarray, count: int) -> ndarray:
    """Follow a field for ``count`` steps of equal length from 0 to 1, [particle axis]."""
    points = start
    for step in range(count):
        points = points + field(points, step / count) / count
    return points


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
