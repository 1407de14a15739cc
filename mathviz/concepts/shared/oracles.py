"""Mixtures of Gaussians, schedules of noise and paths between noise and data, and the exact answers about them.

A mixture of round Gaussians with Gaussian noise added is such a mixture again, so density, score, posterior mean and
velocity are closed forms at every moment: what samplers and networks are checked against.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy import ndarray
from numpy.random import Generator
from scipy.special import logsumexp, softmax


@dataclass(frozen=True)
class Mixture:
    """Gaussians of one standard deviation: ``means`` [component axis], ``weights`` [component] that add up to one."""

    means: ndarray
    weights: ndarray
    deviation: float

    def draw(self, count: int, random: Generator) -> ndarray:
        """Independent samples, [count axis]."""
        chosen = random.choice(len(self.means), size=count, p=self.weights)
        return self.means[chosen] + self.deviation * random.standard_normal((count, self.means.shape[1]))

    def mixed(self, signal: float, noise: float) -> Mixture:
        """The distribution of signal·x + noise·ε, for x of this one and ε a standard Gaussian."""
        return Mixture(signal * self.means, self.weights, float(np.hypot(signal * self.deviation, noise)))

    def log_density(self, points: ndarray) -> ndarray:
        """Natural logarithm of the density at [point axis]."""
        dimensions = self.means.shape[1]
        return logsumexp(self._exponents(points), axis=1) - dimensions * np.log(np.sqrt(2 * np.pi) * self.deviation)

    def responsibilities(self, points: ndarray) -> ndarray:
        """Probability that a point came from each component, [point component]."""
        return softmax(self._exponents(points), axis=1)

    def score(self, points: ndarray) -> ndarray:
        """Gradient of ``log_density``, [point axis]."""
        return (self.responsibilities(points) @ self.means - points) / self.deviation**2

    def origins(self, points: ndarray, signal: float, noise: float) -> ndarray:
        """E[x | signal·x + noise·ε = point, component], [point component axis]."""
        pull = signal * self.deviation**2 / self.mixed(signal, noise).deviation ** 2
        return self.means + pull * (points[:, None] - signal * self.means)

    def posterior_mean(self, points: ndarray, signal: float, noise: float) -> ndarray:
        """E[x | signal·x + noise·ε = point], [point axis]."""
        share = self.mixed(signal, noise).responsibilities(points)
        return np.einsum("pc,pca->pa", share, self.origins(points, signal, noise))

    def expected_noise(self, points: ndarray, signal: float, noise: float) -> ndarray:
        """E[ε | signal·x + noise·ε = point], [point axis]: the best that any network can answer."""
        return -noise * self.mixed(signal, noise).score(points)

    def _exponents(self, points: ndarray) -> ndarray:
        squares = ((points[:, None] - self.means) ** 2).sum(axis=-1)
        return np.log(self.weights) - squares / (2 * self.deviation**2)


@dataclass(frozen=True)
class Schedule:
    """How much noise each step adds: ``betas`` [step], those of the steps 1 to T."""

    betas: ndarray

    @property
    def kept(self) -> ndarray:
        """ᾱ, the share of the start's variance that is left, [moment]: of 0 to T steps."""
        return np.concatenate([[1.0], np.cumprod(1 - self.betas)])

    @property
    def signal(self) -> ndarray:
        """Factor of the start after 0 to T steps, √ᾱ, [moment]."""
        return np.sqrt(self.kept)

    @property
    def noise(self) -> ndarray:
        """Factor of the noise after 0 to T steps, √(1 − ᾱ), [moment]."""
        return np.sqrt(1 - self.kept)


def linear_schedule(steps: int = 1000, first: float = 1e-4, last: float = 0.02) -> Schedule:
    """The linear schedule of Ho et al. (2020), section 4."""
    return Schedule(np.linspace(first, last, steps))


@dataclass(frozen=True)
class Path:
    """How data and noise are mixed over time: x_t = a(t) x₁ + b(t) ε, from noise at 0 to data at 1.

    Flow matching calls the straight mix "optimal transport", diffusion keeps the variance: a² + b² = 1, with
    the linear β of Song et al. (2021) from 0.1 to 20.
    """

    keeps_variance: bool

    def mix(self, time: float | ndarray) -> tuple[ndarray, ndarray]:
        """a and b at a time."""
        time = np.asarray(time, float)
        if not self.keeps_variance:
            return time, 1 - time
        left = 1 - time
        log_signal = -(0.1 * left + 19.9 * left**2 / 2) / 2
        return np.exp(log_signal), np.sqrt(-np.expm1(2 * log_signal))

    def rates(self, time: float | ndarray) -> tuple[ndarray, ndarray]:
        """a′ and b′ at a time before 1."""
        time = np.asarray(time, float)
        if not self.keeps_variance:
            return np.ones_like(time), -np.ones_like(time)
        signal, noise = self.mix(time)
        rate = (0.1 + 19.9 * (1 - time)) / 2 * signal
        return rate, -signal * rate / noise


STRAIGHT, CURVED = Path(keeps_variance=False), Path(keeps_variance=True)


def velocity(data: Mixture, path: Path, points: ndarray, time: float) -> ndarray:
    """u_t(x) = a′ E[x₁ | x] + b′ E[ε | x] at [point axis], exact for a time before 1."""
    (signal, noise), (up, down) = path.mix(time), path.rates(time)
    start = data.posterior_mean(points, float(signal), float(noise))
    return up * start + down * (points - signal * start) / noise
