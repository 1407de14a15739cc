"""Steps from noise back to data: what DDPM's sampler does (Ho et al. 2020, algorithm 2), and what it leaves out.

Where a point was one step ago is, on a fine schedule, a small round cloud. Its mean follows from the noise that is
expected in the point, its width from the schedule; the sampler draws from it.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy import ndarray
from numpy.random import Generator

from mathviz.concepts.shared.oracles import Mixture, Schedule

Predictor = Callable[[ndarray, int], ndarray]
"""Points [point two] and the moment → the noise that is thought to be in them, [point two]."""

FULL, HALF = 1.0, 0.5
"""How much of the expected noise a step takes out: with fresh noise all, without any of it half."""


def mean_step(noise_of: Predictor, schedule: Schedule, points: ndarray, moment: int, pull: float = FULL) -> ndarray:
    """The mean of x_{t−1} given x_t: (x_t − β_t ε/√(1 − ᾱ_t)) / √(1 − β_t).

    With half the ``pull`` it is a step of the probability-flow equation (Song et al. 2021, equation 13), which
    needs no fresh noise to keep the distribution: what DDIM does, in its limit of small steps.
    """
    beta = schedule.betas[moment - 1]
    return (points - pull * beta / schedule.noise[moment] * noise_of(points, moment)) / np.sqrt(1 - beta)


def kick_size(schedule: Schedule, moment: int) -> float:
    """Standard deviation of the fresh noise in the step from this moment: √β_t."""
    return float(np.sqrt(schedule.betas[moment - 1]))


def smaller_kick_size(schedule: Schedule, moment: int) -> float:
    """The other choice of Ho et al., √β̃_t: the deviation of x_{t−1} when x_0 is known."""
    kept = schedule.kept
    return float(np.sqrt((1 - kept[moment - 1]) / (1 - kept[moment]) * schedule.betas[moment - 1]))


def run_back(
    noise_of: Predictor, schedule: Schedule, start: ndarray, random: Generator | None = None,
    *, pull: float = FULL, kick: Callable[[Schedule, int], float] | None = None,
) -> ndarray:  # fmt: skip
    """Ancestral sampling from [particle two], every state from T down to 0: [moment particle two].

    Without ``random`` no fresh noise is added; the last step never adds any. ``kick`` is ``kick_size`` unless given.
    """
    states, kick = [start], kick or kick_size
    for moment in range(len(schedule.betas), 0, -1):
        state = mean_step(noise_of, schedule, states[-1], moment, pull)
        if random is not None and moment > 1:
            state = state + kick(schedule, moment) * random.standard_normal(state.shape)
        states.append(state)
    return np.array(states)


def exact_answer(data: Mixture, schedule: Schedule) -> Predictor:
    """E[ε | x_t] of the data, which is what training makes a network approach."""
    return lambda points, moment: data.expected_noise(points, schedule.signal[moment], schedule.noise[moment])


def draw_one_step_ago(
    data: Mixture, schedule: Schedule, point: ndarray, moment: int, count: int, random: Generator
) -> ndarray:
    """Independent draws of x_{t−1} given x_t = ``point`` [two], [draw two]: by Bayes' rule, nothing learned."""
    before, beta = moment - 1, schedule.betas[moment - 1]
    earlier = data.mixed(schedule.signal[before], schedule.noise[before])
    now = data.mixed(schedule.signal[moment], schedule.noise[moment])
    variance = 1 / (1 / earlier.deviation**2 + (1 - beta) / beta)
    centres = variance * (earlier.means / earlier.deviation**2 + np.sqrt(1 - beta) / beta * point)
    chosen = random.choice(len(centres), size=count, p=now.responsibilities(point[None])[0])
    return centres[chosen] + np.sqrt(variance) * random.standard_normal((count, 2))
