"""What the films on diffusion share: the data, the noise schedule, and the exact answers about both.

The data are draws from a mixture of small round Gaussians whose centres lie along two moons. With Gaussian
noise added it is such a mixture again, so density, score and posterior mean are closed forms at every step:
what samplers and networks are checked against.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy import ndarray
from numpy.random import Generator
from scipy.special import logsumexp, softmax

MOONS, MOON_WIDTH = 128, 0.1
"""Components of the two moons, and the standard deviation of each."""


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


def two_moons() -> Mixture:
    """scikit-learn's moons as a mixture with mean 0 and variance 1 on both axes."""
    from sklearn.datasets import make_moons

    centres, _ = make_moons(MOONS, noise=None, shuffle=False)
    centres = (centres - centres.mean(axis=0)) / centres.std(axis=0) * np.sqrt(1 - MOON_WIDTH**2)
    return Mixture(centres, np.full(MOONS, 1 / MOONS), MOON_WIDTH)


def two_humps() -> Mixture:
    """Two Gaussians on a line, with second moment 1."""
    means, weights, deviation = np.array([[-1.2], [0.8]]), np.array([0.4, 0.6]), 0.2
    size = np.sqrt(weights @ means[:, 0] ** 2 + deviation**2)
    return Mixture(means / size, weights, float(deviation / size))


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
