"""What data-parallel training has to add up: each rank's gradient of one linear model on data of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Float32
from numpy import ndarray

from mathviz.trace import Trace

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True)
class RankGradients(Trace):
    """A gradient on each rank, and what torch's own all-reduce makes of them, cut into one chunk per rank.

    S is the size of one rank's gradient.
    """

    gradients: Float32[ndarray, "rank row column"]
    reference: Float32[ndarray, "rank chunk element"]  # what dist.all_reduce gave

    tolerances = dict.fromkeys(("gradients", "reference"), 1e-4)

    @property
    def ranks(self) -> int:
        return len(self.gradients)

    @property
    def gradient_bytes(self) -> int:
        """S, in bytes."""
        return self.gradients[0].nbytes


def on_this_rank(gradient: Tensor, ranks: int) -> dict[str, Any]:
    """This rank's ``gradient``, [row column], and torch's sum of all, [chunk element]: what ``of_ranks`` stacks."""
    from torch import distributed

    total = gradient.clone()
    distributed.all_reduce(total)
    return {"gradient": gradient.numpy(), "reference": total.reshape(ranks, -1).numpy()}


def of_ranks(answers: list[dict[str, Any]]) -> dict[str, ndarray]:
    """The fields of RankGradients, from what each rank answered."""
    return {
        "gradients": np.stack([answer["gradient"] for answer in answers]),
        "reference": np.stack([answer["reference"] for answer in answers]),
    }


def teacher(side: int) -> ndarray:
    """The weights that made the data, [side side]: a picture of a ring, negative because gradients descend."""
    row, column = np.indices((side, side)) - (side - 1) / 2
    return -np.exp(-(((np.hypot(row, column) - 2.6) / 0.9) ** 2)).astype(np.float32)


def local_gradient(rank: int, side: int, samples: int, noise: float, seed: int) -> Tensor:
    """Gradient at W = 0 of half the mean squared error on this rank's own ``samples``, [side side].

    By one real backward pass. With T the ``teacher``, its expectation is −T; ``noise`` is the standard deviation of
    what is added to the targets.
    """
    import torch

    generator = torch.Generator().manual_seed(seed + rank)
    inputs = torch.randn(samples, side, generator=generator)
    wanted = inputs @ torch.from_numpy(teacher(side)).T + noise * torch.randn(samples, side, generator=generator)
    weights = torch.zeros(side, side, requires_grad=True)
    loss = (inputs @ weights.T - wanted).square().sum(dim=1).mean() / 2
    loss.backward()
    assert weights.grad is not None
    return weights.grad
