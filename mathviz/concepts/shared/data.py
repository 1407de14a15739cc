"""Data that films share: small, known to everybody, and where possible with a density in closed form."""

from __future__ import annotations

import numpy as np
from numpy import ndarray

from mathviz.concepts.shared.oracles import Mixture

MOONS, MOON_WIDTH = 128, 0.1
"""Components of the two moons, and the standard deviation of each."""


def two_moons() -> Mixture:
    """scikit-learn's moons as a mixture with mean 0 and variance 1 on both axes."""
    from sklearn.datasets import make_moons

    centres, _ = make_moons(MOONS, noise=None, shuffle=False)
    centres = (centres - centres.mean(axis=0)) / centres.std(axis=0) * np.sqrt(1 - MOON_WIDTH**2)
    return Mixture(centres, np.full(MOONS, 1 / MOONS), MOON_WIDTH)


def moon_of(data: Mixture) -> ndarray:
    """Which moon each component of ``two_moons`` lies on, [component]: 0 the upper, 1 the lower."""
    return (np.arange(len(data.means)) >= len(data.means) // 2).astype(int)


def eight_gaussians(radius: float = 2.0, deviation: float = 0.05) -> Mixture:
    """Eight equal Gaussians evenly on a circle, the first on the right, counterclockwise."""
    angles = 2 * np.pi * np.arange(8) / 8
    return Mixture(radius * np.stack([np.cos(angles), np.sin(angles)], axis=1), np.full(8, 1 / 8), deviation)


def three_humps() -> Mixture:
    """Three Gaussians on a line, with mean 0 and variance 1."""
    means, weights, deviation = np.array([-1.25, 0.25, 1.2]), np.array([0.35, 0.2, 0.45]), 0.15
    middle = weights @ means
    size = np.sqrt(weights @ (means - middle) ** 2 + deviation**2)
    return Mixture(((means - middle) / size)[:, None], weights, float(deviation / size))


def digits(low: float = -1.0) -> tuple[ndarray, ndarray]:
    """scikit-learn's 1797 digits: images [image 8 8] from ``low``, white, to 1, black; and which they are, [image]."""
    from sklearn.datasets import load_digits

    found = load_digits()
    return low + (1 - low) * found.images / 16, found.target
