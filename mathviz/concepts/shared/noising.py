"""The forward chain of diffusion, step by step and in one shot, and what a density becomes along it.

Ho et al. (2020), section 2.
"""

from __future__ import annotations

import numpy as np
from numpy import ndarray
from numpy.random import Generator

from mathviz.concepts.shared.data import digits
from mathviz.concepts.shared.oracles import Mixture, Schedule


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


def same_distribution(one: ndarray, other: ndarray) -> ndarray:
    """p-values of the two-sample Kolmogorov-Smirnov test for [… particle axis], axis by axis: [… axis]."""
    from scipy.stats import ks_2samp

    return ks_2samp(one, other, axis=-2).pvalue


def density_over_time(data: Mixture, schedule: Schedule, heights: ndarray, stride: int) -> ndarray:
    """The density of one-dimensional ``data`` after every ``stride``-th moment, [frame height]."""
    levels = zip(schedule.signal[::stride], schedule.noise[::stride], strict=True)
    return np.exp([data.mixed(signal, noise).log_density(heights[:, None]) for signal, noise in levels])


def histograms(particles: ndarray, edges: ndarray) -> ndarray:
    """How many of [comparison particle axis] are in each bin, [comparison axis bin]."""
    return np.array([[np.histogram(axis, edges)[0] for axis in one.T] for one in particles])


def rest_of_one_start(schedule: Schedule, start: float, particles: int, random: Generator) -> ndarray:
    """Mean and variance of what the chain makes of one start half way, less what the formula says it keeps."""
    half = Schedule(schedule.betas[: len(schedule.betas) // 2])
    rest = (run_chain(np.full((particles, 1), start), half, random)[-1] - half.signal[-1] * start) / half.noise[-1]
    return np.array([rest.mean(), rest.var()])


def noised_digits(
    schedule: Schedule, looks: tuple[int, ...], chosen: tuple[int, ...], random: Generator
) -> tuple[ndarray, float]:
    """Some of scikit-learn's digits after ``looks`` moments, [look digit 8 8], each with one ε; and what is left.

    That is KL(q(x_T | x_0) ‖ N(0, I)) in bits per pixel, the mean over all digits.
    """
    images, _ = digits()
    start = images[list(chosen)]
    noise = random.standard_normal(start.shape)
    noised = np.array([schedule.signal[look] * start + schedule.noise[look] * noise for look in looks])
    kept = schedule.kept[-1]
    bits = (kept * images**2 - kept - np.log1p(-kept)) / (2 * np.log(2))
    return noised, float(bits.mean())
