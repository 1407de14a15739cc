"""Attention as a look-up that blends: weights by softmax(q·k/√d), an answer that is a mix of values.

Bahdanau et al. (2015) and Vaswani et al. (2017); for keys of one length it is the kernel regression of Nadaraya and
Watson (1964). Queries and keys are those that were trained in the plane.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float64, Int64
from numpy import ndarray

from mathviz.concepts.learned_keys import CORNERS, LearnedKeys, attend, train_to_recall
from mathviz.concepts.score_scale import ScoreScale, draw_scores
from mathviz.concepts.slow_memory import online_attention
from mathviz.trace import Claim

HARD = 100.0
"""Scores so many times as large leave the nearest key alone."""

NEAREST = 0.6
"""What the query that the film stops at gives to its nearest key."""


@dataclass(frozen=True)
class AttentionLookup(LearnedKeys, ScoreScale):
    """What the keys answer to queries from all sides, beside torch's answers; values are colours, corners by turns."""

    own: Int64[ndarray, "symbol"]  # the corner that each symbol's value is, and ``traded`` where values are traded
    traded: Int64[ndarray, "symbol"]
    angles: Float64[ndarray, "angle"]  # of a query, radians
    torch_answers: Float64[ndarray, "angle two"]  # scaled_dot_product_attention at the reading ``halfway``
    shuffled_answers: Float64[ndarray, "angle two"]  # the same, its pairs shuffled
    torch_traded: Float64[ndarray, "angle two"]  # the same, with values traded
    order: Int64[ndarray, "symbol"]  # in which they were
    block_answers: Float64[ndarray, "block two"]  # to the query ``shown``, when so many blocks of keys were seen

    tolerances = {**LearnedKeys.tolerances, **ScoreScale.tolerances, **dict.fromkeys(  # noqa: RUF012
        ("torch_answers", "shuffled_answers", "torch_traded", "block_answers"), 2e-2)}  # fmt: skip

    def toward(self, angles: ndarray, reading: float, sharp: float = 1.0) -> ndarray:
        """Weights [angle symbol] of queries in these directions at a reading, or between two; as long as the trained
        ones are then on average."""
        first = min(int(reading), len(self.loss) - 2)
        queries, keys = ((1 - (reading - first)) * each[first] + (reading - first) * each[first + 1]
                         for each in (self.queries.astype(float), self.keys.astype(float)))  # fmt: skip
        length = np.linalg.norm(queries, axis=1).mean()
        return attend(length * np.stack([np.cos(angles), np.sin(angles)], axis=-1), keys, sharp)

    def answers(self, angles: ndarray, reading: float, sharp: float = 1.0) -> ndarray:
        """Where between the corners the answers lie, [angle two]."""
        return np.asarray(self.toward(angles, reading, sharp) @ CORNERS[self.own])

    @property
    def symbols(self) -> int:
        """How many symbols there are."""
        return len(self.own)

    @property
    def shown(self) -> float:
        """The angle of the query that the film stops at: between two keys whose corners are the first and the second,
        where the nearest gets NEAREST of the weight, or almost."""
        weights = self.toward(self.angles, self.halfway)
        first, second = np.argsort(-weights, axis=1)[:, :2].T
        fits = {(0, 1), (1, 0)}
        good = [tuple(pair) in fits for pair in zip(self.own[first].tolist(), self.own[second].tolist(), strict=True)]
        miss = np.abs(weights.max(axis=1) - NEAREST) + 9.0 * ~np.array(good)
        return float(self.angles[miss.argmin()])

    @property
    def aimed(self) -> float:
        """The angle at the end of training of the query whose own key is then nearest to ``shown``."""
        angles = np.arctan2(self.queries[-1, :, 1], self.queries[-1, :, 0]).astype(float)
        own = int(self.toward(np.array([self.shown]), len(self.loss) - 1).argmax())
        return self.shown + float((angles[own] - self.shown + np.pi) % (2 * np.pi) - np.pi)

    @property
    def aimed_weight(self) -> float:
        """What that query gives to its own key."""
        return float(self.toward(np.array([self.aimed]), len(self.loss) - 1).max())

    @property
    def shown_weight(self) -> float:
        """Its weight on the nearest key."""
        return float(self.toward(np.array([self.shown]), self.halfway).max())

    @property
    def jumps(self) -> int:
        """How often the nearest key changes in a full turn."""
        nearest = self.toward(self.angles, self.halfway).argmax(axis=1)
        return int((nearest != np.roll(nearest, 1)).sum())

    @property
    def hard_slope(self) -> float:
        """How fast the nearest key's value changes with the query's angle where it does not jump: the largest."""
        hard = CORNERS[self.own][self.toward(self.angles, self.halfway).argmax(axis=1)]
        moved = np.linalg.norm(hard - np.roll(hard, 1, axis=0), axis=1)
        return float(np.sort(moved)[: -self.jumps].max())

    @property
    def block(self) -> int:
        """Keys in a block, and ``blocks`` how many blocks."""
        return -(-self.symbols // len(self.block_answers))

    @property
    def blocks(self) -> int:
        return len(self.block_answers)

    def check(self) -> list[Claim]:
        return LearnedKeys.check(self) + ScoreScale.check(self) + answer_claims(self)


def trace_attention_lookup(
    *, symbols: int = 6, pairs: int = 5, updates: int = 1500, every: int = 10, trainings: int = 9,
    widths: tuple[int, ...] = (4, 16, 64, 256, 1024), keys: int = 16, draws: int = 500, angles: int = 720,
    block: int = 2, seed: int = 0,
) -> AttentionLookup:  # fmt: skip
    """Train, then ask torch for answers all around, in order and shuffled, with values traded, and block by block."""
    import torch

    learned = train_to_recall(symbols, pairs, updates, every, trainings, seed)
    scale = draw_scores(widths, keys, draws, seed)
    around = learned.keys[learned.halfway].astype(float)
    own = np.empty(symbols, int)
    own[np.argsort(np.arctan2(around[:, 1], around[:, 0]))] = np.arange(symbols) % len(CORNERS)
    order, theta = np.random.default_rng(seed).permutation(symbols), np.linspace(0, 2 * np.pi, angles, endpoint=False)
    length = np.linalg.norm(learned.queries[learned.halfway].astype(float), axis=1).mean()
    query = torch.tensor(length * np.stack([np.cos(theta), np.sin(theta)], axis=1))

    def ask(corner: ndarray, given: ndarray) -> ndarray:
        key, value = torch.tensor(around[given]), torch.tensor(CORNERS[corner[given]])
        return np.asarray(torch.nn.functional.scaled_dot_product_attention(query[None], key[None], value[None])[0])

    straight, traded = np.arange(symbols), (own + 1) % len(CORNERS)
    found = AttentionLookup(
        **learned.arrays(), **scale.arrays(), own=own, traded=traded, order=order, angles=theta,
        torch_answers=ask(own, straight), shuffled_answers=ask(own, order), torch_traded=ask(traded, straight),
        block_answers=np.zeros((1, 2)),
    )  # fmt: skip
    at = np.array([found.angles.tolist().index(found.shown)])
    (_, _, total, output), _ = online_attention(query[at], torch.tensor(around), torch.tensor(CORNERS[own]), block)
    return AttentionLookup(**{**found.arrays(), "block_answers": (output[0] / total[0][:, None]).numpy()})


def answer_claims(trace: AttentionLookup) -> list[Claim]:
    """About weights and answers, at the reading ``halfway``."""
    at, angles = trace.halfway, trace.angles
    weights, ours = trace.toward(angles, at), trace.answers(angles, at)
    shares = np.linalg.solve(np.vstack([CORNERS.T, np.ones(3)]), np.vstack([ours.T, np.ones(len(ours))]))
    keys = trace.keys[at].astype(float)
    even = keys / np.linalg.norm(keys, axis=1, keepdims=True)
    aims = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    kernel = np.exp(-((aims[:, None] - even) ** 2).sum(axis=-1) / (2 * np.sqrt(2)))
    hard = np.eye(trace.symbols)[weights.argmax(axis=1)]
    sure = np.sort(weights, axis=1)[:, -1] > 1.2 * np.sort(weights, axis=1)[:, -2]
    stop = trace.answers(np.array([trace.shown]), at)[0]
    moved = np.linalg.norm(trace.toward(np.array([trace.shown]), at)[0] @ CORNERS[trace.traded] - stop)
    return [
        Claim("weights are positive", bool((weights > 0).all()), f"least {weights.min():.1e}"),
        Claim.close("weights toward all sides sum to one", weights.sum(axis=1), 1, 1e-12),
        Claim.close("answers are torch's scaled_dot_product_attention", ours, trace.torch_answers, 1e-6),
        Claim.below("no answer leaves the triangle of values", -shares, 1e-6),
        Claim.close("shuffled pairs give the same answers", trace.shuffled_answers, trace.torch_answers, 1e-12),
        Claim.close("other values are mixed by the same weights", weights @ CORNERS[trace.traded], trace.torch_traded,
                    1e-6),
        Claim.below("which gives another answer for the film's query", -moved, -0.5, "{:.2f}"),
        Claim.close("for keys of one length the weights are a Gaussian kernel's", attend(aims, even),
                    kernel / kernel.sum(axis=1, keepdims=True), 1e-6),
        Claim.close("scores a hundred times as large leave the nearest key", trace.toward(angles, at, HARD)[sure],
                    hard[sure], 1e-6),
        Claim.exact("the nearest key's value does not change between jumps", trace.hard_slope, 0.0),
        Claim.exact("and jumps once for each key", trace.jumps, trace.symbols),
        Claim.close("the last block's answer is that of all keys", trace.block_answers[-1], stop, 1e-12),
        Claim.below("blocks before it answer otherwise", -np.linalg.norm(trace.block_answers[:-1] - stop, axis=1),
                    -0.02),
        Claim.below("after training a query that aims at its key sees almost only it", -trace.aimed_weight, -0.97,
                    "{:.3f}"),
        Claim.close("the film's query is chosen by its rule", trace.shown_weight, NEAREST, 0.03, "{:.2f}"),
    ]  # fmt: skip
