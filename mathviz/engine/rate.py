"""Frame rates: whole ones, and those of American television, which are whole ones times 1000/1001."""

from __future__ import annotations

from fractions import Fraction

from mathviz.project.errors import MathvizError

FASTEST = 240
"""Frames a second, at most."""

_WHOLE = {"23.976": 24, "29.97": 30, "47.952": 48, "59.94": 60}
BROADCAST = {name: Fraction(1000 * whole, 1001) for name, whole in _WHOLE.items()}
"""What people write, and what they mean."""


def exact(fps: float) -> Fraction:
    """The rate that a number means: 29.97 is 30000/1001. Raises MathvizError for one that no film can have."""
    if float(fps).is_integer() and 1 <= fps <= FASTEST:
        return Fraction(int(fps))
    for rate in BROADCAST.values():
        if abs(fps - rate) < 0.006:
            return rate
    raise MathvizError(f"{fps:g} frames a second were asked for: possible are whole numbers from 1 to {FASTEST}, and "
                       f"{', '.join(BROADCAST)}")  # fmt: skip


def plain(fps: float) -> float:
    """A whole rate as a whole number, as configurations and manifests have it."""
    return int(fps) if float(fps).is_integer() else float(fps)


def seconds(frames: int, fps: float) -> float:
    """How long so many frames last."""
    return float(frames / exact(fps))
