"""The recurrence of online softmax: its state after every tile of a small attention (Milakov & Gimelshein 2018)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float64, Int64
from numpy import ndarray

from mathviz.concepts.slow_memory import online_attention, scores
from mathviz.trace import Claim, Trace

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True)
class RunningSoftmax(Trace):
    """What is kept while tiles arrive, and torch's attention beside it.

    ``factor`` is e^(old maximum − new maximum), by which a tile's arrival multiplies everything
    accumulated before it; 0 for the first tile, before which there is nothing.
    """

    scores: Float64[ndarray, "query key"]
    values: Float64[ndarray, "key feature"]
    maximum: Float64[ndarray, "query tile"]
    factor: Float64[ndarray, "query tile"]
    total: Float64[ndarray, "query tile"]
    output: Float64[ndarray, "query tile feature"]  # not yet divided by the total
    result: Float64[ndarray, "query feature"]
    log_sum: Float64[ndarray, "query"]
    reference: Float64[ndarray, "query feature"]  # torch's scaled_dot_product_attention
    reference_log_sum: Float64[ndarray, "query"]  # torch's logsumexp
    visits: Int64[ndarray, "visit two"]  # query block and key block, in the order of the loop

    tolerances = dict.fromkeys(("scores", "values", "maximum", "factor", "total", "output", "result", "log_sum",
                                "reference", "reference_log_sum"), 1e-9)  # fmt: skip

    @property
    def tokens(self) -> int:
        """Tokens of the small attention."""
        return len(self.scores)

    @property
    def tile(self) -> int:
        """Scores in a tile's row."""
        return self.tokens // self.maximum.shape[1]

    @property
    def hero(self) -> int:
        """The row that is shown: the first whose second tile brings a larger score, and a later one not."""
        rises = np.diff(self.maximum, axis=1) > 0
        return int(np.flatnonzero(rises[:, 0] & ~rises[:, 1] & rises[:, 2])[0])

    @property
    def weights(self) -> ndarray:
        """e^(score − maximum so far) of every score seen after each tile, 0 of the others, [query tile key]."""
        seen = np.arange(self.tokens) // self.tile <= np.arange(self.maximum.shape[1])[:, None]
        return np.where(seen, np.exp(np.where(seen, self.scores[:, None] - self.maximum[..., None], 0)), 0)

    @property
    def error(self) -> float:
        """Largest difference of the small attention's result from torch's, float64."""
        return float(np.abs(self.result - self.reference).max())

    @property
    def error_in_eps(self) -> float:
        """The same in units of the last place of numbers between 1 and 2, rounded up."""
        return float(np.ceil(self.error / np.finfo(float).eps))

    @property
    def unchanged(self) -> float:
        """The hero's factor for its third tile, which brings no larger score."""
        return float(self.factor[self.hero, 2])

    def check(self) -> list[Claim]:
        return recurrence_claims(self)


def attend_in_tiles(queries: Tensor, keys: Tensor, values: Tensor, tile: int) -> RunningSoftmax:
    """Attend over [token feature] in float64, ``tile`` keys at a time, and keep every state."""
    (maximum, factor, total, output), visits = online_attention(queries, keys, values, tile)
    all_scores = scores(queries, keys)
    return RunningSoftmax(
        scores=all_scores.numpy(), values=values.numpy(), maximum=maximum.numpy(), factor=factor.numpy(),
        total=total.numpy(), output=output.numpy(), result=(output[:, -1] / total[:, -1:]).numpy(),
        log_sum=(maximum[:, -1] + total[:, -1].log()).numpy(), reference=torch_attention(queries, keys, values).numpy(),
        reference_log_sum=all_scores.logsumexp(dim=-1).numpy(), visits=np.array(visits),
    )  # fmt: skip


def torch_attention(queries: Tensor, keys: Tensor, values: Tensor) -> Tensor:
    """Of [token feature], as torch computes it."""
    import torch

    return torch.nn.functional.scaled_dot_product_attention(queries[None], keys[None], values[None])[0]


def recurrence_claims(trace: RunningSoftmax) -> list[Claim]:
    """The recurrence against torch and against the definition of each of its parts."""
    whole = np.exp(trace.scores - trace.scores.max(axis=1, keepdims=True)).sum(axis=1)
    steps, factor = np.diff(trace.maximum, axis=1), trace.factor[:, 1:]
    blocks = trace.maximum.shape[1]
    in_order = np.stack(np.divmod(np.arange(blocks * blocks), blocks), axis=1)
    legal = np.all((factor > 0) & (factor <= 1)) and np.array_equal(factor == 1, steps == 0)
    return [
        Claim.below("the result is torch's attention in float64", trace.error, 1e-12),
        Claim.close("m + log l is torch's logsumexp", trace.log_sum, trace.reference_log_sum, 1e-12),
        Claim("the running maximum never falls", bool(np.all(steps >= 0)), f"smallest step {steps.min():.2g}"),
        Claim("the factor is in (0, 1], and 1 exactly where the maximum stays", bool(legal),
              f"{factor.min():.2g} to {factor.max():.2g}"),
        Claim.close("the last total is Σ e^(s − m) over the row", trace.total[:, -1] / whole, 1, 1e-12),
        Claim.close("after every tile the weights add up to the total", trace.weights.sum(axis=-1) / trace.total, 1,
                    1e-12),
        Claim.exact("each tile is visited once, K and V streaming past one block of Q", trace.visits, in_order),
    ]  # fmt: skip
