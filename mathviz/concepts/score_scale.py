"""Why scores are divided by √d: for independent entries of variance one, q·k has variance d (Vaswani et al. 2017).

Trained queries and keys need not be such; that a softmax of large scores is all but a maximum, and that its slope
vanishes, holds of any.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32, Int64
from numpy import ndarray

from mathviz.trace import Claim, Trace


@dataclass(frozen=True)
class ScoreScale(Trace):
    """Scores of drawn queries with drawn keys, for several widths d."""

    widths: Int64[ndarray, "width"]  # d
    scores: Float32[ndarray, "width draw other"]  # q·k of one query with its keys, not divided

    tolerances = {"scores": 1e-5}  # noqa: RUF012

    def shares(self, divided: float = 1.0) -> ndarray:
        """Weights, largest first, [width draw other]; scores are divided by d^(``divided``/2): by √d at 1, not at 0."""
        scaled = self.scores.astype(float) / (self.widths[:, None, None] ** (divided / 2))
        powers = np.exp(scaled - scaled.max(axis=-1, keepdims=True))
        return np.sort(powers / powers.sum(axis=-1, keepdims=True), axis=-1)[..., ::-1]

    @property
    def spread(self) -> ndarray:
        """Standard deviation of the scores, [width]."""
        return np.asarray(self.scores.std(axis=(1, 2), dtype=float))

    def largest(self, divided: float) -> ndarray:
        """Mean over the draws of the largest weight, [width]."""
        return np.asarray(self.shares(divided)[..., 0].mean(axis=1))

    def bits(self, divided: float) -> ndarray:
        """Mean entropy of the weights, [width]."""
        weights = self.shares(divided)
        return np.asarray(-(weights * np.log2(np.maximum(weights, 1e-300))).sum(axis=-1).mean(axis=1))

    def slope(self, divided: float) -> ndarray:
        """Mean Frobenius norm of the softmax's Jacobian, diag(w) − w wᵀ, [width]."""
        weights = self.shares(divided)
        squares = (weights**2).sum(axis=-1)
        # ‖diag(w) − w wᵀ‖² = Σ w² − 2 Σ w³ + (Σ w²)²
        norm = squares - 2 * (weights**3).sum(axis=-1) + squares**2
        return np.asarray(np.sqrt(np.maximum(norm, 0.0)).mean(axis=1))  # which rounding may make less than 0

    @property
    def widest(self) -> int:
        """The largest d."""
        return int(self.widths[-1])

    @property
    def least(self) -> int:
        """The smallest d."""
        return int(self.widths[0])

    @property
    def rivals(self) -> int:
        """Keys for each query."""
        return self.scores.shape[2]

    @property
    def raw_slope(self) -> float:
        """The slope at the largest d, not divided; ``scaled_slope`` divided."""
        return float(self.slope(0)[-1])

    @property
    def scaled_slope(self) -> float:
        return float(self.slope(1)[-1])

    @property
    def raw_largest(self) -> float:
        """The largest weight at the largest d, mean over draws, not divided; ``scaled_largest`` divided."""
        return float(self.largest(0)[-1])

    @property
    def scaled_largest(self) -> float:
        return float(self.largest(1)[-1])

    def check(self) -> list[Claim]:
        raw, scaled = self.slope(0), self.slope(1)
        return [
            Claim.close("scores spread as √d", self.spread / np.sqrt(self.widths), 1, 0.05),
            Claim("not divided, the largest weight takes more and more", bool((np.diff(self.largest(0)) > 0).all()),
                  f"{self.largest(0).round(3).tolist()}"),
            Claim("and the softmax's slope falls", bool((np.diff(raw) < 0).all()), f"{raw.round(3).tolist()}"),
            Claim.below("to a fraction of what it was", raw[-1] / raw[0], 0.25, "{:.2f}"),
            Claim("entropy falls with it", bool((np.diff(self.bits(0)) < 0).all()),
                  f"{self.bits(0).round(2).tolist()}"),
            Claim.close("divided, the slope stays", scaled / scaled.mean(), 1, 0.1),
            Claim.close("so does the entropy", self.bits(1) / self.bits(1).mean(), 1, 0.1),
        ]  # fmt: skip


def draw_scores(widths: tuple[int, ...], keys: int, draws: int, seed: int) -> ScoreScale:
    """Normal queries, each with normal keys of its own."""
    random = np.random.default_rng(seed)
    drawn = ((random.standard_normal((draws, width)), random.standard_normal((draws, keys, width))) for width in widths)
    scores = [np.einsum("qd,qkd->qk", *both) for both in drawn]
    return ScoreScale(widths=np.array(widths), scores=np.array(scores, "f4"))
