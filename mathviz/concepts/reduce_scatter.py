"""Reduce-scatter and all-gather around a ring, state by state, and the invariants that make them an all-reduce.

Beside the numbers travels their provenance: the same ring over one-hot vectors says how often each rank's
contribution is inside a partial sum (Patarasuk & Yuan 2009).
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Float32, Shaped, UInt8
from numpy import ndarray

from mathviz.concepts import data_parallel
from mathviz.concepts.all_reduce import least_port, port_bytes, ring
from mathviz.concepts.data_parallel import RankGradients
from mathviz.concepts.process_group import Wire, in_order
from mathviz.trace import Claim

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True)
class RingStates(RankGradients):
    """A ring over N ranks: what each holds in every state, what is inside, and every message between them.

    Step 0 of ``chunks`` and ``provenance`` is the start.
    """

    chunks: Float32[ndarray, "state rank chunk element"]
    provenance: UInt8[ndarray, "state rank chunk source"]  # how often source is inside
    messages: Shaped[ndarray, "message"]

    tolerances = {**RankGradients.tolerances, "chunks": 1e-4}  # noqa: RUF012

    @property
    def steps(self) -> int:
        """Steps of the whole ring."""
        return len(self.chunks) - 1

    @property
    def half(self) -> int:
        """Steps of reduce-scatter: until every chunk's sum is complete on one rank."""
        return self.ranks - 1

    @property
    def largest(self) -> float:
        """The largest magnitude of any number that any rank ever holds."""
        return float(np.abs(self.chunks).max())

    @property
    def least(self) -> float:
        """The least number that any rank ever holds; it is negative."""
        return float(self.chunks.min())

    @property
    def ring_ports(self) -> ndarray:
        """What each port has carried after each step, in S, [state rank direction]."""
        return port_bytes(self.messages, self.ranks) / self.gradient_bytes

    @property
    def ring_port(self) -> float:
        """What the busiest port carries each way, in S."""
        return float(self.ring_ports[-1].max())

    @property
    def reordered(self) -> int:
        """Elements whose sum differs in its last bits from adding rank 0, 1, 2, … in that order."""
        plain = self.gradients[0].copy()
        for gradient in self.gradients[1:]:
            plain = plain + gradient
        return int((plain.reshape(-1) != self.chunks[-1, 0].reshape(-1)).sum())

    def check(self) -> list[Claim]:
        return ring_claims(self)


def pass_chunks(wire: Wire, gradient: Tensor) -> dict[str, Any]:
    """On one rank: the ring over its ``gradient``, [row column], and what ``of_ranks`` needs of it.

    Its numbers must be as many as can be cut into one equal chunk per rank. ``wire`` counts the messages.
    """
    import torch

    states = ring(wire, gradient.clone().reshape(wire.ranks, -1))
    one_hot = torch.zeros(wire.ranks, wire.ranks)
    one_hot[:, wire.rank] = 1
    origins = ring(Wire(wire.rank, wire.ranks), one_hot)
    return {
        **data_parallel.on_this_rank(gradient, wire.ranks),
        "states": torch.stack(states).numpy(),
        "provenance": torch.stack(origins).to(torch.uint8).numpy(),
        "sent": wire.sent,
    }


def of_ranks(answers: list[dict[str, Any]]) -> RingStates:
    """What all ranks saw of one ring, each by ``pass_chunks``."""
    return RingStates(
        **data_parallel.of_ranks(answers),
        chunks=np.stack([answer["states"] for answer in answers], axis=1),
        provenance=np.stack([answer["provenance"] for answer in answers], axis=1),
        messages=in_order([answer["sent"] for answer in answers]),
    )


def ring_claims(run: RingStates) -> list[Claim]:
    """The invariants of one ring: provenance, order of addition, bits, bytes, links."""
    said = [*provenance_claims(run), *sum_claims(run), *message_claims(run)]
    return [Claim(f"{claim.says} ({run.ranks} ranks)", claim.holds, claim.found) for claim in said]


def provenance_claims(run: RingStates) -> list[Claim]:
    """Whose contributions are inside a partial sum, from the start through the half way to the end."""
    ranks, half, each, provenance = run.ranks, run.half, range(run.ranks), run.provenance
    alone = np.broadcast_to(np.eye(ranks, dtype=np.uint8)[:, None], provenance[0].shape)
    finished = provenance[half, each, [(r + 1) % ranks for r in each]]
    counts = provenance[half].sum(axis=-1)
    stairs = [np.roll(np.r_[1, ranks:1:-1], rank) for rank in each]
    starts = np.array_equal(run.chunks[0], run.gradients.reshape(ranks, ranks, -1))
    return [
        Claim("each rank starts with its own gradient alone", starts and np.array_equal(provenance[0], alone),
              "see chunks"),
        Claim("each state is the one before with its messages added, then copied",
              _follows(run.chunks, run.messages, half) and _follows(provenance, run.messages, half), "see messages"),
        Claim("no contribution is counted twice", bool(provenance.max() <= 1), f"{provenance.max()}"),
        Claim("every rank ends with every contribution", bool(np.all(provenance[-1] == 1)),
              f"fewest {provenance[-1].min()}"),
        Claim("half way, rank r holds chunk r+1 complete", bool(np.all(finished == 1)), f"{finished.sum(-1)}"),
        Claim("half way, the counts are a staircase", bool(np.array_equal(counts, stairs)), f"{counts.tolist()}"),
    ]  # fmt: skip


def sum_claims(run: RingStates) -> list[Claim]:
    """What the sum is, to the bit and against dist.all_reduce, and why all ranks have the same."""
    ranks, each, last = run.ranks, range(run.ranks), run.chunks[-1]
    local = run.gradients.reshape(ranks, ranks, -1)
    in_ring_order = local[each, each].copy()
    for hop in range(1, ranks):
        in_ring_order += local[[(c + hop) % ranks for c in each], each]
    first = run.chunks[run.half, [(c - 1) % ranks for c in each], each]  # each chunk where it was finished
    error = float(np.abs(last - run.reference).max() / np.abs(run.reference).max())
    return [
        Claim("chunk c is g[c]+g[c+1]+… in ring order, to the bit", bool(np.array_equal(last[0], in_ring_order)),
              f"{int((last[0] != in_ring_order).sum())} elements differ"),
        Claim("all ranks hold the same bits", len({mine.tobytes() for mine in last}) == 1, "see chunks"),
        Claim("they agree because each sum was added up once, on one rank, then copied",
              all(mine.tobytes() == first.tobytes() for mine in last), "see chunks"),
        Claim("the ring's sum is dist.all_reduce's", error < 1e-6, f"relative {error:.1e}"),
    ]  # fmt: skip


def message_claims(run: RingStates) -> list[Claim]:
    """What each port carries, and that every link works in every step."""
    ranks, each, messages = run.ranks, range(run.ranks), run.messages
    share, ports = run.gradient_bytes * least_port(ranks), port_bytes(messages, ranks)[-1]
    logs = [messages[messages["step"] == step] for step in range(run.steps)]
    once = [sorted(log["source"]) == list(each) and bool(np.all(log["target"] == (log["source"] + 1) % ranks))
            for log in logs]  # fmt: skip
    apart = [len(set(log["chunk"].tolist())) == ranks for log in logs]
    return [
        Claim("each port sends, and receives, 2(N-1)/N of S", bool(np.all(ports == share)),
              f"{ports.tolist()} of {share} bytes"),
        Claim("each step uses each link of the ring once", all(once), f"{[len(log) for log in logs]} messages"),
        Claim("in each step all ranks send different chunks", all(apart), "see messages"),
    ]  # fmt: skip


def _follows(states: ndarray, messages: ndarray, half: int) -> bool:
    """Whether each of ``states``, [state rank chunk …], is the one before and that step's messages."""
    for step, (before, after) in enumerate(itertools.pairwise(states)):
        log = messages[messages["step"] == step]
        expected, sent, landing = before.copy(), before[log["source"], log["chunk"]], (log["target"], log["chunk"])
        expected[landing] = expected[landing] + sent if step < half else sent
        if not np.array_equal(expected, after):
            return False
    return True
