"""What must hold for a trace to be drawn, stated with what was found; the usual kinds of it format that themselves."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike


@dataclass(frozen=True)
class Claim:
    """One thing that must hold for a trace to be drawn, and what was found.

    ``close``, ``exact``, ``below`` and ``between`` take numbers or arrays, of which every element must hold. ``shown``
    is how a number is written, such as "{:.1%}". What is not a number (NaN) never holds.
    """

    says: str
    holds: bool
    found: str

    def __post_init__(self) -> None:
        if shape := np.shape(self.holds):
            raise TypeError(f"the claim {self.says!r} is given an array of the shape {shape} and needs one truth: "
                            "write .all() after it for every element, or .any() for one")  # fmt: skip
        object.__setattr__(self, "holds", bool(self.holds))  # numpy's own would not go into JSON

    @classmethod
    def close(cls, says: str, found: ArrayLike, wanted: ArrayLike, within: float, shown: str = "") -> Claim:
        """That ``found`` is ``wanted``, to ``within``. Of numbers both are shown, of arrays the largest difference."""
        apart = np.abs(np.asarray(found, float) - np.asarray(wanted, float))
        holds = bool((apart <= within).all())
        if apart.ndim or not shown:
            return cls(says, holds, f"within {_written(apart.max(initial=0), shown)} of {within:g} allowed")
        return cls(says, holds, f"{_written(found, shown)} and {_written(wanted, shown)}")

    @classmethod
    def exact(cls, says: str, found: ArrayLike, wanted: ArrayLike) -> Claim:
        """That both are equal, to the bit."""
        one, other = np.asarray(found), np.asarray(wanted)
        if one.shape != other.shape:
            return cls(says, False, f"shapes {one.shape} and {other.shape}")
        if one.ndim == 0:
            return cls(says, bool(one == other), f"{one}" if one == other else f"{one}, not {other}")
        return cls(says, bool((one == other).all()), f"{int((one == other).sum())} of {one.size} equal")

    @classmethod
    def below(cls, says: str, found: ArrayLike, limit: ArrayLike, shown: str = "") -> Claim:
        """That ``found`` is less than ``limit``. Of arrays the largest is shown, and the limit it comes nearest to."""
        values, limits = np.broadcast_arrays(np.asarray(found, float), np.asarray(limit, float))
        worst = np.unravel_index(np.argmax(values - limits), values.shape) if values.ndim else ()
        holds = bool((values < limits).all())
        return cls(says, holds, f"{_written(values[worst], shown)} of {_written(limits[worst], shown)} allowed")

    @classmethod
    def between(cls, says: str, low: float, found: ArrayLike, high: float, shown: str = "") -> Claim:
        """That ``found`` is more than ``low`` and less than ``high``. Of arrays the least and the largest are shown."""
        values = np.asarray(found, float)
        holds = bool(((low < values) & (values < high)).all())
        ends = dict.fromkeys((_written(values.min(), shown), _written(values.max(), shown)))
        return cls(says, holds, f"{' to '.join(ends)}, between {_written(low, shown)} and {_written(high, shown)}")


def _written(value: ArrayLike, shown: str) -> str:
    return (shown or "{:.3g}").format(float(np.asarray(value)))
