"""The forward chain of diffusion, step by step and in one shot, and what it leaves of images.

Ho et al. (2020), section 2.
"""

from __future__ import annotations

import numpy as np
from numpy import ndarray
from numpy.random import Generator

from mathviz.concepts.shared.data import digits
from mathviz.concepts.shared.oracles import Schedule


def one_step(state: ndarray, beta: float, random: Generator) -> tuple[ndarray, ndarray]:
    """√(1 − β) x and √β ε, which add up to the next state."""
    return np.sqrt(1 - beta) * state, np.sqrt(beta) * random.standard_normal(state.shape)


def run_chain(start: ndarray, schedule: Schedule, random: Generator) -> ndarray:
    """Every state of the chain from [particle axis]: [moment particle axis]."""
    states = [start]
    for beta in schedule.betas:
        states.append(np.add(*one_step(states[-1], beta, random)))
    return np.array(states)


def one_shot(start: ndarray, schedule: Schedule, moment: int, random: Generator) -> ndarray:
    """x_t = √ᾱ_t x_0 + √(1 − ᾱ_t) ε, of the shape of ``start``."""
    return schedule.signal[moment] * start + schedule.noise[moment] * random.standard_normal(start.shape)


def bits_left(schedule: Schedule) -> float:
    """KL(q(x_T | x_0) ‖ N(0, I)) in bits per pixel, the mean over all of scikit-learn's digits."""
    images, _ = digits()
    kept = schedule.kept[-1]
    return float(((kept * images**2 - kept - np.log1p(-kept)) / (2 * np.log(2))).mean())
