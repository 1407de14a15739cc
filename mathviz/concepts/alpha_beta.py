"""The α–β model of what communication costs: a step takes α before it begins, then β for every byte on the wire.

Thakur et al. (2005), section 3. Sizes S are in units of α/β and times in units of α, so that the model has no
constants: T = steps + units·S, where ``units`` are the times S that pass one after another.
"""

from __future__ import annotations

import numpy as np
from numpy import ndarray


def times(steps: ndarray, units: ndarray, sizes: ndarray) -> ndarray:
    """How long each algorithm takes, [algorithm size], from ``steps`` and ``units`` [algorithm] and ``sizes``."""
    return np.asarray(steps[:, None] + units[:, None] * sizes)


def crossover(steps: ndarray, units: ndarray) -> float:
    """The size at which the first of two algorithms, with more steps and fewer units, catches up with the second.

    ``steps`` and ``units`` [algorithm] are of these two.
    """
    return float((steps[0] - steps[1]) / (units[1] - units[0]))
