"""Ring all-reduce: how N workers all get the sum without any link carrying two copies of it.

Patarasuk & Yuan, "Bandwidth optimal all-reduce algorithms for clusters of workstations", JPDC 69
(2009). Every message here was really sent between processes and counted by its sender.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Float32, Float64, Int64, Shaped, UInt8
from numpy import ndarray

from mathviz.concepts.all_reduce import ROOT, ring, star, tree
from mathviz.concepts.process_group import Wire, in_order, run_ranks
from mathviz.trace import Claim, Trace

if TYPE_CHECKING:
    from torch import Tensor

STAR, TREE, RING = 0, 1, 2


@dataclass(frozen=True)
class RingAllReduce(Trace):
    """One ring all-reduce step by step, one star for comparison, and what star, tree and ring cost.

    S is the size of one rank's gradient. Step 0 of ``chunks`` and ``provenance`` is the start.
    """

    true_gradient: Float32[ndarray, "row column"]
    gradients: Float32[ndarray, "rank row column"]
    chunks: Float32[ndarray, "state rank chunk element"]
    provenance: UInt8[ndarray, "state rank chunk source"]  # how often source is inside
    messages: Shaped[ndarray, "message"]
    reference: Float32[ndarray, "rank chunk element"]  # what dist.all_reduce gave
    star_messages: Shaped[ndarray, "starmessage"]
    star_root: Float32[ndarray, "starstate row column"]  # what the root holds after each arrival
    star_final: Float32[ndarray, "rank row column"]  # what each rank holds in the end
    sweep_ranks: Int64[ndarray, "size"]
    sweep_steps: Int64[ndarray, "algorithm size"]
    sweep_critical: Int64[ndarray, "algorithm size"]  # bytes, one after another, on the busiest link
    sweep_sent: Int64[ndarray, "algorithm size member"]  # bytes by each rank
    sweep_payload: Int64[ndarray, ""]  # bytes, one S of the sweep
    sweep_error: Float64[ndarray, "algorithm size"]  # largest relative difference from dist.all_reduce

    tolerances = {  # noqa: RUF012
        "true_gradient": 1e-5, "gradients": 1e-4, "chunks": 1e-4, "reference": 1e-4, "star_root": 1e-4,
        "star_final": 1e-4,
        "sweep_error": float("inf"),  # rounding alone, bounded by its claim
    }  # fmt: skip

    @property
    def ranks(self) -> int:
        return len(self.gradients)

    @property
    def steps(self) -> int:
        """Steps of the whole ring."""
        return len(self.chunks) - 1

    @property
    def half(self) -> int:
        """Steps until every chunk's sum is complete somewhere: the end of reduce-scatter."""
        return self.ranks - 1

    @property
    def gradient_bytes(self) -> int:
        """S, in bytes."""
        return self.gradients[0].nbytes

    @property
    def noise(self) -> ndarray:
        """Distance of each rank's gradient from the true one, as a share of the true one's norm, [rank]."""
        return np.array([self._distance(gradient) for gradient in self.gradients])

    @property
    def mean_noise(self) -> float:
        """The same of what the ring summed, divided by N."""
        return self._distance(self.chunks[-1, 0].reshape(self.true_gradient.shape) / self.ranks)

    @property
    def root(self) -> int:
        """The rank in the middle of the star."""
        return ROOT

    @property
    def star_busy(self) -> ndarray:
        """How long each rank's link has been busy after each message of the star, in S, [message rank]."""
        busy = np.zeros((len(self.star_messages) + 1, self.ranks))
        for state, message in enumerate(self.star_messages, start=1):
            busy[state:, [message["source"], message["target"]]] += message["bytes"] / self.gradient_bytes
        return busy

    @property
    def star_held(self) -> ndarray:
        """What each rank holds after each message of the star, [message rank row column]."""
        held = np.stack([self.gradients] * (len(self.star_messages) + 1))
        for state, message in enumerate(self.star_messages, start=1):
            arrives = message["target"]
            held[state:, arrives] = self.star_root[state] if arrives == ROOT else self.star_final[arrives]
        return held

    @property
    def star_units(self) -> float:
        """How long the root's link is busy in the star, in units of S."""
        return float(self.star_busy[-1, ROOT])

    @property
    def star_other_units(self) -> float:
        """How long every other link is busy in the star, in units of S."""
        return float(self.star_busy[-1].min())

    @property
    def sent_units(self) -> ndarray:
        """What each rank has sent after each step of the ring, in units of S, [state rank]."""
        sent = np.zeros((self.steps + 1, self.ranks))
        for message in self.messages:
            sent[message["step"] + 1 :, message["source"]] += message["bytes"] / self.gradient_bytes
        return sent

    @property
    def critical_units(self) -> ndarray:
        """How long the busiest link is busy, in units of S, [algorithm size]."""
        return self.sweep_critical / float(self.sweep_payload)

    @property
    def most_ranks(self) -> int:
        return int(self.sweep_ranks[-1])

    @property
    def ring_steps(self) -> int:
        """Steps of the ring over the most ranks that were run."""
        return int(self.sweep_steps[RING, -1])

    @property
    def tree_steps(self) -> int:
        """Steps of the binomial tree over the most ranks that were run."""
        return int(self.sweep_steps[TREE, -1])

    @property
    def modelled_times(self) -> tuple[ndarray, ndarray]:
        """Sizes, [point], and times, [algorithm point], of the α–β model T = steps·α + critical·β.

        Thakur et al. (2005). Counts are those of the runs over the most ranks; units are α and α/β.
        """
        sizes = np.linspace(0, 4, 2)
        return sizes, self.sweep_steps[:, -1:] + self.critical_units[:, -1:] * sizes

    @property
    def reordered(self) -> int:
        """Elements whose sum differs in its last bits from adding rank 0, 1, 2, … in that order."""
        plain = self.gradients[0].copy()
        for gradient in self.gradients[1:]:
            plain = plain + gradient
        return int((plain.reshape(-1) != self.chunks[-1, 0].reshape(-1)).sum())

    def _distance(self, gradient: ndarray) -> float:
        return float(np.linalg.norm(gradient - self.true_gradient) / np.linalg.norm(self.true_gradient))

    def check(self) -> list[Claim]:
        return ring_claims(self) + sweep_claims(self)


def compare_all_reduce(
    *, ranks: int = 4, side: int = 8, samples: int = 32, noise: float = 0.5, seed: int = 0,
    sweep_ranks: tuple[int, ...] = (2, 3, 4, 6, 8), sweep_elements: int = 840 * 256,
) -> RingAllReduce:  # fmt: skip
    """Run one ring on real gradients, and star, tree and ring over several numbers of ranks.

    Each rank fits the same linear model to its own ``samples``; the gradient, [side side], is that of
    one real backward pass. Runs on the CPU: the ranks are processes that talk over gloo.

    Raises ValueError when there is no second rank, or when a gradient, or the ``sweep_elements``,
    cannot be cut into one equal chunk per rank.
    """
    _require_equal_chunks(ranks, side, sweep_ranks, sweep_elements)
    first = run_ranks(_film_job, ranks, side, samples, noise, seed)
    sweeps = [run_ranks(_sweep_job, size, sweep_elements) for size in sweep_ranks]
    payload = sweep_elements * np.dtype(np.float32).itemsize
    shape = (3, len(sweep_ranks))
    steps, critical, error = np.zeros(shape, int), np.zeros(shape, int), np.zeros(shape)
    sent = np.zeros((*shape, max(sweep_ranks)), int)
    for column, answers in enumerate(sweeps):
        for algorithm in (STAR, TREE, RING):
            log = in_order([answer["sent"][algorithm] for answer in answers])
            steps[algorithm, column] = len(np.unique(log["step"]))
            critical[algorithm, column] = sum(log["bytes"][log["step"] == s].max() for s in np.unique(log["step"]))
            np.add.at(sent[algorithm, column], log["source"], log["bytes"])
            error[algorithm, column] = max(answer["error"][algorithm] for answer in answers)
    return RingAllReduce(
        true_gradient=-_teacher(side),
        gradients=np.stack([answer["gradient"] for answer in first]),
        chunks=np.stack([answer["states"] for answer in first], axis=1),
        provenance=np.stack([answer["provenance"] for answer in first], axis=1),
        messages=in_order([answer["sent"] for answer in first]),
        reference=np.stack([answer["reference"] for answer in first]),
        star_messages=in_order([answer["star_sent"] for answer in first]),
        star_root=np.stack(first[ROOT]["star_states"]),
        star_final=np.stack([answer["star_final"] for answer in first]),
        sweep_ranks=np.array(sweep_ranks), sweep_steps=steps, sweep_critical=critical,
        sweep_sent=sent, sweep_payload=np.array(payload), sweep_error=error,
    )  # fmt: skip


def ring_claims(trace: RingAllReduce) -> list[Claim]:
    """The invariants of the film's own run: provenance, order of addition, bits, bytes, links."""
    ranks, half, last = trace.ranks, trace.half, trace.chunks[-1]
    owner = [(r + 1) % ranks for r in range(ranks)]
    finished = trace.provenance[half, range(ranks), owner]
    counts = trace.provenance[half].sum(axis=-1)
    stairs = [np.roll(np.r_[1, ranks:1:-1], rank) for rank in range(ranks)]
    local = trace.gradients.reshape(ranks, ranks, -1)
    in_ring_order = local[range(ranks), range(ranks)].copy()
    for hop in range(1, ranks):
        in_ring_order += local[[(c + hop) % ranks for c in range(ranks)], range(ranks)]
    error = float(np.abs(last - trace.reference).max() / np.abs(trace.reference).max())
    share = trace.gradient_bytes * 2 * (ranks - 1) // ranks
    sent = np.bincount(trace.messages["source"], trace.messages["bytes"], minlength=ranks)
    links = [
        (len(log), sorted(log["source"]) == list(range(ranks)), np.all(log["target"] == (log["source"] + 1) % ranks))
        for log in (trace.messages[trace.messages["step"] == step] for step in range(trace.steps))
    ]
    star = trace.star_messages
    to_root, from_root = star["source"][star["target"] == ROOT], star["target"][star["source"] == ROOT]
    others = [rank for rank in range(ranks) if rank != ROOT]
    star_sums = np.cumsum(trace.gradients[[ROOT, *to_root]], axis=0)
    alone = np.broadcast_to(np.eye(ranks, dtype=np.uint8)[:, None], trace.provenance[0].shape)
    star_error = float(np.abs(trace.star_final - trace.reference.reshape(trace.star_final.shape)).max())
    return [
        Claim("each rank starts with its own gradient alone",
              np.array_equal(trace.chunks[0], local) and np.array_equal(trace.provenance[0], alone), "see chunks"),
        Claim("each state is the one before with its messages added, then copied",
              _follows(trace.chunks, trace.messages, half) and _follows(trace.provenance, trace.messages, half),
              "see messages"),
        Claim("no contribution is counted twice", bool(trace.provenance.max() <= 1), f"{trace.provenance.max()}"),
        Claim("every rank ends with every contribution", bool(np.all(trace.provenance[-1] == 1)),
              f"fewest {trace.provenance[-1].min()}"),
        Claim("half way, rank r holds chunk r+1 complete", bool(np.all(finished == 1)), f"{finished.sum(-1)}"),
        Claim("half way, the counts are a staircase", bool(np.array_equal(counts, stairs)), f"{counts.tolist()}"),
        Claim("chunk c is g[c]+g[c+1]+… in ring order, to the bit", bool(np.array_equal(last[0], in_ring_order)),
              f"{int((last[0] != in_ring_order).sum())} elements differ"),
        Claim("all ranks hold the same bits", len({mine.tobytes() for mine in last}) == 1, "see chunks"),
        Claim("the ring's sum is dist.all_reduce's", error < 1e-6, f"relative {error:.1e}"),
        Claim("each rank sent 2(N-1)/N of S", bool(np.all(sent == share)), f"{sent.tolist()} of {share} bytes"),
        Claim("each step uses each link of the ring once", all(n == ranks and a and b for n, a, b in links),
              f"{[n for n, *_ in links]} messages"),
        Claim("the star's sum is dist.all_reduce's", star_error < 1e-5, f"{star_error:.1e}"),
        Claim("the star's root adds one gradient after another", bool(np.array_equal(trace.star_root, star_sums)),
              f"{len(trace.star_root)} states"),
        Claim("the star's other ranks send one message each and get one",
              sorted(to_root) == others and sorted(from_root) == others, f"{len(star)} messages"),
        Claim("what the star's root held last is what every rank got",
              bool(np.all(trace.star_final == trace.star_root[-1])), "see star_final"),
        Claim("every message of the star is one whole S through the root",
              bool(np.all(star["bytes"] == trace.gradient_bytes)
                   and np.all((star["source"] == ROOT) | (star["target"] == ROOT))), f"{star['bytes'].tolist()}"),
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


def sweep_claims(trace: RingAllReduce) -> list[Claim]:
    """What star, tree and ring cost, against the closed forms."""
    n, payload = trace.sweep_ranks, int(trace.sweep_payload)
    rounds = np.ceil(np.log2(n)).astype(int)
    steps = np.stack([2 * (n - 1), 2 * rounds, 2 * (n - 1)])
    critical = np.stack([2 * (n - 1) * payload, 2 * rounds * payload, 2 * (n - 1) * payload // n])
    shares = [sent[:size] for sent, size in zip(trace.sweep_sent[RING], n, strict=True)]
    even = all(np.all(share * size == 2 * (size - 1) * payload) for share, size in zip(shares, n, strict=True))
    worst = float(trace.sweep_error.max())
    return [
        Claim("star, tree and ring take 2(N-1), 2⌈log₂N⌉ and 2(N-1) steps",
              bool(np.array_equal(trace.sweep_steps, steps)), f"{trace.sweep_steps.tolist()}"),
        Claim("the busiest link carries 2(N-1), 2⌈log₂N⌉ and 2(N-1)/N times S",
              bool(np.array_equal(trace.sweep_critical, critical)), f"{trace.critical_units.round(3).tolist()}"),
        Claim("in the ring every rank sends 2(N-1)/N of S", even, f"{[share.tolist() for share in shares]}"),
        Claim("all three send 2(N-1) S in all",
              bool(np.all(trace.sweep_sent.sum(axis=-1) == 2 * (n - 1) * payload)),
              f"{(trace.sweep_sent.sum(axis=-1) / payload).tolist()}"),
        Claim("all three give dist.all_reduce's sum", worst < 1e-6, f"relative {worst:.1e}"),
    ]  # fmt: skip


def _require_equal_chunks(ranks: int, side: int, sweep_ranks: tuple[int, ...], sweep_elements: int) -> None:
    for name, size in (("ranks", ranks), *(("sweep_ranks", size) for size in sweep_ranks)):
        if size < 2:
            raise ValueError(f"{name}: needs at least 2 ranks to have something to send, got {size}")
    if side < 1 or side * side % ranks:
        raise ValueError(f"side: {side}×{side} numbers cannot be cut into {ranks} equal chunks, one per rank")
    for size in sweep_ranks:
        if sweep_elements < 1 or sweep_elements % size:
            raise ValueError(f"sweep_elements: {sweep_elements} cannot be cut into {size} equal chunks, one per rank")


def _teacher(side: int) -> ndarray:
    """The weights that made the data, [side side]: a picture of a ring, negative because gradients descend."""
    row, column = np.indices((side, side)) - (side - 1) / 2
    return -np.exp(-(((np.hypot(row, column) - 2.6) / 0.9) ** 2)).astype(np.float32)


def _local_gradient(rank: int, side: int, samples: int, noise: float, seed: int) -> Tensor:
    """Gradient at W = 0 of half the mean squared error on this rank's own data; its expectation is −T."""
    import torch

    generator = torch.Generator().manual_seed(seed + rank)
    inputs = torch.randn(samples, side, generator=generator)
    wanted = inputs @ torch.from_numpy(_teacher(side)).T + noise * torch.randn(samples, side, generator=generator)
    weights = torch.zeros(side, side, requires_grad=True)
    loss = (inputs @ weights.T - wanted).square().sum(dim=1).mean() / 2
    loss.backward()
    assert weights.grad is not None
    return weights.grad


def _film_job(wire: Wire, side: int, samples: int, noise: float, seed: int) -> dict[str, Any]:
    import torch
    from torch import distributed

    gradient = _local_gradient(wire.rank, side, samples, noise, seed)
    reference = gradient.clone()
    distributed.all_reduce(reference)
    states = ring(wire, gradient.clone().reshape(wire.ranks, -1))
    one_hot = torch.zeros(wire.ranks, wire.ranks)
    one_hot[:, wire.rank] = 1
    origins = ring(Wire(wire.rank, wire.ranks), one_hot)
    star_wire = Wire(wire.rank, wire.ranks)
    star_values = gradient.clone()
    star_states = star(star_wire, star_values)
    return {
        "gradient": gradient.numpy(),
        "states": torch.stack(states).numpy(),
        "provenance": torch.stack(origins).to(torch.uint8).numpy(),
        "sent": wire.sent,
        "reference": reference.reshape(wire.ranks, -1).numpy(),
        "star_sent": star_wire.sent,
        "star_states": [state.numpy() for state in star_states],
        "star_final": star_values.numpy(),
    }


def _sweep_job(wire: Wire, elements: int) -> dict[str, Any]:
    import torch
    from torch import distributed

    values = torch.randn(elements, generator=torch.Generator().manual_seed(wire.rank))
    reference = values.clone()
    distributed.all_reduce(reference)
    sent, error = [], []
    for algorithm in (star, tree, lambda wire, flat: ring(wire, flat.reshape(wire.ranks, -1))):
        own, counted = values.clone(), Wire(wire.rank, wire.ranks)
        algorithm(counted, own)
        sent.append(counted.sent)
        error.append(float((own - reference).abs().max() / reference.abs().max()))
    return {"sent": sent, "error": error}
