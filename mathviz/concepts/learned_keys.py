"""Associative recall: queries and keys in the plane that are trained only to recall, and so learn to match.

A few of the symbols each get a random colour, a corner of a triangle; asked for one of them, attention answers with a
mix of the colours, and the squared error of that mix is all that trains. Nothing is projected: the plane is where the
queries and keys live.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float32, Float64, Int64
from numpy import ndarray

from mathviz.trace import Claim, Trace

if TYPE_CHECKING:
    from torch import Generator, Tensor

CORNERS = np.stack([np.cos(angles := np.pi / 2 + np.arange(3) * 2 * np.pi / 3), np.sin(angles)], axis=1)
"""The colours as places, [corner two]: a triangle in the unit circle."""


@dataclass(frozen=True)
class LearnedKeys(Trace):
    """One training in full, of which the film is, and the ends of others from other draws."""

    queries: Float32[ndarray, "reading symbol two"]
    keys: Float32[ndarray, "reading symbol two"]
    loss: Float64[ndarray, "reading"]  # mean squared distance of the answers from the right colours
    right: Float64[ndarray, "reading"]  # share of answers that are nearest to the right colour, on draws of their own
    every: Int64[ndarray, ""]  # updates from one reading to the next
    pairs: Int64[ndarray, ""]  # symbols that get a colour in each example
    other_queries: Float32[ndarray, "training symbol two"]  # at the end, of trainings from other draws
    other_keys: Float32[ndarray, "training symbol two"]
    other_right: Float64[ndarray, "training"]

    tolerances = {"queries": 1e-2, "keys": 1e-2, "other_queries": 1e-2, "other_keys": 1e-2, "loss": 0.1,  # noqa: RUF012
                  "right": 0.01, "other_right": 0.01}  # fmt: skip
    """Training magnifies how other processors round; the claims bound what comes of it."""

    @property
    def updates(self) -> int:
        """Updates in all."""
        return int(self.every) * (len(self.loss) - 1)

    @property
    def first_right(self) -> float:
        """The share of right answers before training, and ``last_right`` after it."""
        return float(self.right[0])

    @property
    def last_right(self) -> float:
        return float(self.right[-1])

    @property
    def halfway(self) -> int:
        """The first reading at which all answers are right, ``halfway_updates`` after the begin."""
        return int(np.argmax(self.right == 1.0))

    @property
    def halfway_updates(self) -> int:
        return self.halfway * int(self.every)

    @property
    def halfway_right(self) -> float:
        """The share of right answers then."""
        return float(self.right[self.halfway])

    @property
    def own_weight(self) -> ndarray:
        """Weight of a symbol's query on its own key, among all keys, mean over symbols, [reading]."""
        return np.array([np.diag(attend(*each)).mean() for each in zip(self.queries, self.keys, strict=True)])

    @property
    def first_weight(self) -> float:
        """``own_weight`` before training, and ``last_weight`` after it."""
        return float(self.own_weight[0])

    @property
    def last_weight(self) -> float:
        return float(self.own_weight[-1])

    def check(self) -> list[Claim]:
        ends = np.concatenate([self.keys[-1:], self.other_keys])
        asked = np.concatenate([self.queries[-1:], self.other_queries])
        lengths = np.linalg.norm([self.keys, self.queries], axis=-1)
        alike = (unit(ends) * unit(asked)).sum(axis=-1)
        return [
            Claim.close("weights on all keys sum to one", attend(self.queries[0], self.keys[0]).sum(axis=1), 1, 1e-6),
            Claim.below("untrained, many answers are wrong", self.right[0], 0.75, "{:.2f}"),
            Claim.below("training ends with hardly a wrong answer, from all draws",
                        -np.append(self.other_right, self.right[-1]), -0.99, "{:.4f}"),
            Claim("once all answers are right they stay so", bool((self.right[self.halfway :] == 1.0).all()),
                  f"after {self.halfway_updates} updates"),
            Claim.below("the squared error falls a thousandfold", self.loss[-1] / self.loss[0], 1e-3),
            Claim.below("every query points at its own key, within 16°", -alike[0], -0.96, "{:.3f}"),
            Claim.below("from other draws within 30°", -alike, -0.866, "{:.3f}"),
            Claim.between("keys stand all around, from all draws", 40, np.concatenate([gaps(k) for k in ends]), 90,
                          "{:.0f}°"),
            Claim.below("the weight on its own key ends near one", -self.last_weight, -0.98, "{:.3f}"),
            Claim.below("it goes on growing once all is right", self.own_weight[self.halfway] - self.last_weight, -0.1),
            Claim("every key and every query grows longer", bool((lengths[:, -1] > 1.5 * lengths[:, 0]).all()),
                  f"{(lengths[:, -1] / lengths[:, 0]).min():.1f} times at least"),
            Claim.below("and begins far from it", self.first_weight, 0.4, "{:.2f}"),
        ]  # fmt: skip


def unit(vectors: ndarray) -> ndarray:
    """Vectors [… two] of length one."""
    return np.asarray(vectors / np.linalg.norm(vectors, axis=-1, keepdims=True))


def gaps(keys: ndarray) -> ndarray:
    """Angles from each key [symbol two] to the next one around, degrees."""
    angles = np.sort(np.degrees(np.arctan2(keys[:, 1], keys[:, 0])))
    return np.diff(np.append(angles, angles[0] + 360))


def attend(queries: ndarray, keys: ndarray, sharp: float = 1.0) -> ndarray:
    """Softmax of q·k/√d over the keys, [… query key] in float64; ``sharp`` times the scores."""
    queries, keys = np.asarray(queries, float), np.asarray(keys, float)
    scores = sharp * queries @ np.swapaxes(keys, -1, -2) / np.sqrt(keys.shape[-1])
    powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True))


def train_to_recall(symbols: int, pairs: int, updates: int, every: int, trainings: int, seed: int) -> LearnedKeys:
    """Train so many times at once, from independent draws, with Adam on the squared error alone; the first is kept."""
    import torch

    generator = torch.Generator().manual_seed(seed)
    shape = (trainings, symbols, 2)
    queries, keys = (torch.randn(shape, generator=generator).requires_grad_() for _ in range(2))
    adam = torch.optim.Adam([queries, keys], lr=0.03)
    kept: list[tuple[Tensor, ...]] = []
    for update in range(updates + 1):
        errors, _ = recall(queries, keys, pairs, 256, generator)
        if update % every == 0:
            with torch.no_grad():
                judged = recall(queries, keys, pairs, 1024, torch.Generator().manual_seed(seed + 1))[1]
            kept.append((queries.detach().clone(), keys.detach().clone(), errors.detach(), judged))
        if update < updates:
            adam.zero_grad()
            errors.sum().backward()
            adam.step()
    asked, found, loss, right = (torch.stack(each).numpy() for each in zip(*kept, strict=True))
    return LearnedKeys(
        queries=asked[:, 0], keys=found[:, 0], loss=loss[:, 0].astype(float), right=right[:, 0].astype(float),
        every=np.array(every), pairs=np.array(pairs), other_queries=asked[-1, 1:], other_keys=found[-1, 1:],
        other_right=right[-1, 1:].astype(float),
    )  # fmt: skip


def recall(queries: Tensor, keys: Tensor, pairs: int, count: int, generator: Generator) -> tuple[Tensor, Tensor]:
    """Mean squared error [training] of so many recalls, and the share of them that is right, [training]."""
    import torch

    trainings, symbols = queries.shape[:2]
    corners = torch.tensor(CORNERS, dtype=queries.dtype)
    there = torch.rand(trainings, count, symbols, generator=generator).argsort(dim=-1)[..., :pairs]
    colours = torch.randint(len(corners), (trainings, count, pairs), generator=generator)
    # Symbols stand in random order, so that the first one is as good as any to be asked for.
    row = torch.arange(trainings)[:, None]
    asked, given = queries[row, there[..., 0]], keys[row[..., None], there]
    weights = torch.softmax((given @ asked[..., None])[..., 0] / queries.shape[-1] ** 0.5, dim=-1)
    answers, wanted = (weights[..., None] * corners[colours]).sum(dim=-2), corners[colours[..., 0]]
    nearest = torch.cdist(answers, corners.expand(trainings, -1, -1)).argmin(dim=-1)
    return ((answers - wanted) ** 2).sum(dim=-1).mean(dim=-1), (nearest == colours[..., 0]).double().mean(dim=-1)
