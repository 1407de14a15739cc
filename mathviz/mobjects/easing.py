"""How motion begins and ends: one ease for all that moves. Nothing is drawn, and manimgl is not needed."""

from __future__ import annotations

from typing import Any

import numpy as np


def ease(share: Any) -> Any:
    """Quintic ease in and out of shares of a way, one or an array of them: no jerk at either end."""
    t = np.clip(share, 0.0, 1.0)
    return t**3 * (10 - 15 * t + 6 * t * t)
