"""Ring all-reduce: how N ranks all get the sum while no port passes two gradients' worth of bytes each way.

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

from mathviz.concepts.all_reduce import ROOT, least_port, least_total, port_bytes, ring, serial_bytes, star, tree
from mathviz.concepts.process_group import MESSAGE, Wire, in_order, run_ranks
from mathviz.trace import Claim, Trace

if TYPE_CHECKING:
    from torch import Tensor

STAR, TREE, RING = 0, 1, 2
OUT, IN = 0, 1

COUNTED = np.dtype([("algorithm", "i4"), ("ranks", "i4"), *((name, MESSAGE[name]) for name in MESSAGE.names or ())])
"""A message of the sweep: which algorithm sent it, among how many ranks, and the message."""


@dataclass(frozen=True)
class RingAllReduce(Trace):
    """A star and a ring over a few ranks step by step, the ring over more, and what star, tree and ring cost.

    S is the size of one rank's gradient. Step 0 of ``chunks`` and ``provenance`` is the start. What a port
    carries is counted for each direction on its own: a port sends and receives at the same time.
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
    wide_gradients: Float32[ndarray, "widerank row column"]
    wide_chunks: Float32[ndarray, "widestate widerank widechunk wideelement"]
    wide_provenance: UInt8[ndarray, "widestate widerank widechunk widesource"]
    wide_messages: Shaped[ndarray, "widemessage"]
    wide_reference: Float32[ndarray, "widerank widechunk wideelement"]
    sweep_ranks: Int64[ndarray, "size"]
    sweep_messages: Shaped[ndarray, "sweepmessage"]  # COUNTED
    sweep_payload: Int64[ndarray, ""]  # bytes, one S of the sweep
    sweep_error: Float64[ndarray, "algorithm size"]  # largest relative difference from dist.all_reduce

    tolerances = {  # noqa: RUF012
        "true_gradient": 1e-5, "gradients": 1e-4, "chunks": 1e-4, "reference": 1e-4, "star_root": 1e-4,
        "star_final": 1e-4, "wide_gradients": 1e-4, "wide_chunks": 1e-4, "wide_reference": 1e-4,
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
        """Steps of reduce-scatter: until every chunk's sum is complete on one rank."""
        return self.ranks - 1

    @property
    def others(self) -> int:
        """Ranks that are not the star's root."""
        return self.ranks - 1

    @property
    def gradient_bytes(self) -> int:
        """S, in bytes."""
        return self.gradients[0].nbytes

    @property
    def numbers(self) -> int:
        """Numbers in one gradient."""
        return self.gradients[0].size

    @property
    def largest(self) -> float:
        """The largest magnitude of any number that any of the few ranks ever holds."""
        return float(np.abs(self.chunks).max())

    @property
    def least(self) -> float:
        """The least number that any of the few ranks ever holds; it is negative."""
        return float(self.chunks.min())

    @property
    def wide_largest(self) -> float:
        """The same over the most ranks."""
        return float(np.abs(self.wide_chunks).max())

    @property
    def root(self) -> int:
        """The rank in the middle of the star."""
        return ROOT

    @property
    def hero(self) -> int:
        """The element of chunk 0 whose sum is largest: the number that is watched while it is added."""
        return int(np.abs(self.chunks[-1, 0, 0]).argmax())

    @property
    def watched(self) -> tuple[float, float, float]:
        """That number: what rank 0 sends, what rank 1 has, and their sum."""
        sent, own, added = self.chunks[0, 0, 0], self.chunks[0, 1, 0], self.chunks[1, 1, 0]
        return float(sent[self.hero]), float(own[self.hero]), float(added[self.hero])

    @property
    def star_chunks(self) -> ndarray:
        """What each rank holds after each message of the star, cut as the ring's, [message rank chunk element]."""
        held = np.stack([self.gradients] * (len(self.star_messages) + 1))
        for state, message in enumerate(self.star_messages, start=1):
            arrives = message["target"]
            held[state:, arrives] = self.star_root[state] if arrives == ROOT else self.star_final[arrives]
        return held.reshape(len(held), *self.chunks.shape[1:])

    @property
    def star_counts(self) -> ndarray:
        """How many gradients are inside, [message rank chunk]."""
        return _star_counts(self.star_messages, self.ranks)

    @property
    def star_sends(self) -> ndarray:
        """The star's messages, each as one for every chunk."""
        return _in_chunks(self.star_messages, self.ranks)

    @property
    def wide_star_messages(self) -> ndarray:
        """The messages by which the sweep's star over the most ranks collects at its root, in their order."""
        log = self.swept(STAR, self.most_ranks)
        return log[log["target"] == ROOT]

    @property
    def wide_star_chunks(self) -> ndarray:
        """What each rank would hold of the wide run's gradients after each of them, [message rank chunk element]."""
        order = self.wide_star_messages["source"]
        held = np.stack([self.wide_gradients] * (len(order) + 1))
        held[:, ROOT] = np.cumsum(self.wide_gradients[[ROOT, *order]], axis=0)
        return held.reshape(len(held), *self.wide_chunks.shape[1:])

    @property
    def wide_star_counts(self) -> ndarray:
        """How many gradients would be inside, [message rank chunk]."""
        return _star_counts(self.wide_star_messages, self.most_ranks)

    @property
    def wide_star_sends(self) -> ndarray:
        """Those messages, each as one for every chunk."""
        return _in_chunks(self.wide_star_messages, self.most_ranks)

    @property
    def star_ports(self) -> ndarray:
        """What each port has carried after each message of the star, in S, [state rank direction]."""
        return port_bytes(self.star_messages, self.ranks) / self.gradient_bytes

    @property
    def ring_ports(self) -> ndarray:
        """What each port has carried after each step of the ring, in S, [state rank direction]."""
        return port_bytes(self.messages, self.ranks) / self.gradient_bytes

    @property
    def star_port(self) -> float:
        """What the star's busiest port carries each way, in S."""
        return float(self.star_ports[-1].max())

    @property
    def star_other_port(self) -> float:
        """What every other port of the star carries each way, in S."""
        return float(np.delete(self.star_ports[-1], ROOT, axis=0).max())

    @property
    def ring_port(self) -> float:
        """What the ring's busiest port carries each way, in S."""
        return float(self.ring_ports[-1].max())

    @property
    def most_ranks(self) -> int:
        return int(self.sweep_ranks[-1])

    @property
    def sweep_ports(self) -> ndarray:
        """What each port carries in all, in S, [algorithm size member direction]; 0 beyond the last rank."""
        ports = np.zeros((3, len(self.sweep_ranks), self.most_ranks, 2))
        for algorithm, column in np.ndindex(ports.shape[:2]):
            size = int(self.sweep_ranks[column])
            ports[algorithm, column, :size] = port_bytes(self.swept(algorithm, size), size)[-1]
        return ports / float(self.sweep_payload)

    @property
    def busiest_port(self) -> ndarray:
        """What the busiest port carries each way, in S, [algorithm size]."""
        return self.sweep_ports.max(axis=(2, 3))

    @property
    def wide_star_port(self) -> float:
        """What the star's busiest port carries each way over the most ranks, in S."""
        return float(self.busiest_port[STAR, -1])

    @property
    def wide_ring_port(self) -> float:
        """What the ring's busiest port carries each way over the most ranks, in S."""
        return float(self.busiest_port[RING, -1])

    @property
    def wide_ports(self) -> tuple[ndarray, ndarray]:
        """What each port carries over the most ranks in the star and in the ring, in S, [rank direction] each."""
        return self.sweep_ports[STAR, -1], self.sweep_ports[RING, -1]

    @property
    def wide_total(self) -> float:
        """What all ports send together over the most ranks, in S, whichever the algorithm."""
        return float(self.sweep_ports[RING, -1, :, OUT].sum())

    @property
    def sweep_steps(self) -> ndarray:
        """Steps that follow one after another, [algorithm size]."""
        return self._per_sweep(lambda log: len(np.unique(log["step"])))

    @property
    def serial_units(self) -> ndarray:
        """How long the wires are busy, one step after another, in times that S takes, [algorithm size].

        A step lasts as long as its largest message. This is time; what a port carries is ``busiest_port``.
        """
        return self._per_sweep(serial_bytes) / float(self.sweep_payload)

    @property
    def ring_steps(self) -> int:
        """Steps of the ring over the most ranks that were run."""
        return int(self.sweep_steps[RING, -1])

    @property
    def tree_steps(self) -> int:
        """Steps of the binomial tree over the most ranks that were run."""
        return int(self.sweep_steps[TREE, -1])

    @property
    def step_shares(self) -> ndarray:
        """What a step's largest message is of S over the most ranks, [algorithm]; all steps are alike."""
        return self.serial_units[:, -1] / self.sweep_steps[:, -1]

    @property
    def modelled_times(self) -> tuple[ndarray, ndarray]:
        """Sizes S, [point], and times, [algorithm point], of the α–β model T = steps·α + serial_units·S·β.

        Thakur et al. (2005). Counts are those of the runs over the most ranks; units are α/β and α.
        """
        sizes = np.linspace(0, 2 * self.crossover, 3)
        return sizes, self.sweep_steps[:, -1:] + self.serial_units[:, -1:] * sizes

    @property
    def crossover(self) -> float:
        """The size S, in α/β, at which the model's ring over the most ranks catches up with the tree."""
        steps, serial = self.sweep_steps[:, -1], self.serial_units[:, -1]
        return float((steps[RING] - steps[TREE]) / (serial[TREE] - serial[RING]))

    @property
    def reordered(self) -> int:
        """Elements whose sum differs in its last bits from adding rank 0, 1, 2, … in that order."""
        plain = self.gradients[0].copy()
        for gradient in self.gradients[1:]:
            plain = plain + gradient
        return int((plain.reshape(-1) != self.chunks[-1, 0].reshape(-1)).sum())

    def swept(self, algorithm: int, ranks: int) -> ndarray:
        """The messages of one run of the sweep."""
        log = self.sweep_messages
        return log[(log["algorithm"] == algorithm) & (log["ranks"] == ranks)]

    def _per_sweep(self, count: Any) -> ndarray:
        return np.array([[count(self.swept(a, int(n))) for n in self.sweep_ranks] for a in (STAR, TREE, RING)])

    def check(self) -> list[Claim]:
        wide = (self.wide_chunks, self.wide_provenance, self.wide_messages, self.wide_reference, self.wide_gradients)
        small = (self.chunks, self.provenance, self.messages, self.reference, self.gradients)
        claims = [*ring_claims(self.ranks, *small), *ring_claims(len(self.wide_gradients), *wide)]
        return [*claims, *star_claims(self), *sweep_claims(self)]


def compare_all_reduce(
    *, ranks: int = 4, side: int = 8, samples: int = 64, noise: float = 0.5, seed: int = 0,
    sweep_ranks: tuple[int, ...] = (2, 3, 4, 6, 8), sweep_elements: int = 840 * 256,
) -> RingAllReduce:  # fmt: skip
    """Run the ring on real gradients over ``ranks`` and over the most of ``sweep_ranks``, and count what it costs.

    Each rank fits the same linear model to its own ``samples``; the gradient, [side side], is that of
    one real backward pass. Runs on the CPU: the ranks are processes that talk over gloo.

    Raises ValueError when there is no second rank, or when a gradient, or the ``sweep_elements``,
    cannot be cut into one equal chunk per rank.
    """
    _require_equal_chunks(ranks, side, sweep_ranks, sweep_elements)
    few, many = (run_ranks(_film_job, size, side, samples, noise, seed) for size in (ranks, sweep_ranks[-1]))
    counted: list[tuple[int, ...]] = []
    error = np.zeros((3, len(sweep_ranks)))
    for column, size in enumerate(sweep_ranks):
        answers = run_ranks(_sweep_job, size, sweep_elements)
        for algorithm in (STAR, TREE, RING):
            log = in_order([answer["sent"][algorithm] for answer in answers])
            counted.extend((algorithm, size, *message.tolist()) for message in log)
            error[algorithm, column] = max(answer["error"][algorithm] for answer in answers)
    return RingAllReduce(
        true_gradient=-_teacher(side),
        **_ring_arrays(few),
        star_messages=in_order([answer["star_sent"] for answer in few]),
        star_root=np.stack(few[ROOT]["star_states"]),
        star_final=np.stack([answer["star_final"] for answer in few]),
        **{f"wide_{name}": array for name, array in _ring_arrays(many).items()},
        sweep_ranks=np.array(sweep_ranks), sweep_messages=np.array(counted, COUNTED), sweep_error=error,
        sweep_payload=np.array(sweep_elements * np.dtype(np.float32).itemsize),
    )  # fmt: skip


def _ring_arrays(answers: list[dict[str, Any]]) -> dict[str, ndarray]:
    """What every rank saw of one ring, as arrays over ranks."""
    return {
        "gradients": np.stack([answer["gradient"] for answer in answers]),
        "chunks": np.stack([answer["states"] for answer in answers], axis=1),
        "provenance": np.stack([answer["provenance"] for answer in answers], axis=1),
        "messages": in_order([answer["sent"] for answer in answers]),
        "reference": np.stack([answer["reference"] for answer in answers]),
    }


def _star_counts(messages: ndarray, ranks: int) -> ndarray:
    """How many gradients are inside after each message of a star, [message rank chunk]."""
    counts = np.ones((len(messages) + 1, ranks, ranks), int)
    for state, message in enumerate(messages, start=1):
        source, target = message["source"], message["target"]
        counts[state:, target] = counts[state - 1, source] + (counts[state - 1, target] if target == ROOT else 0)
    return counts


def _in_chunks(messages: ndarray, ranks: int) -> ndarray:
    """Messages of whole gradients, each as one for every chunk."""
    sends = np.repeat(messages, ranks)
    sends["chunk"] = np.tile(range(ranks), len(messages))
    sends["bytes"] //= ranks
    return sends


def ring_claims(
    ranks: int, chunks: ndarray, provenance: ndarray, messages: ndarray, reference: ndarray, gradients: ndarray
) -> list[Claim]:
    """The invariants of one ring: provenance, order of addition, bits, bytes, links."""
    half, last, each = ranks - 1, chunks[-1], range(ranks)
    owner = [(r + 1) % ranks for r in each]
    finished = provenance[half, each, owner]
    counts = provenance[half].sum(axis=-1)
    stairs = [np.roll(np.r_[1, ranks:1:-1], rank) for rank in each]
    local = gradients.reshape(ranks, ranks, -1)
    in_ring_order = local[each, each].copy()
    for hop in range(1, ranks):
        in_ring_order += local[[(c + hop) % ranks for c in each], each]
    error = float(np.abs(last - reference).max() / np.abs(reference).max())
    share = gradients[0].nbytes * least_port(ranks)
    ports = port_bytes(messages, ranks)[-1]
    logs = [messages[messages["step"] == step] for step in range(len(chunks) - 1)]
    once = [sorted(log["source"]) == list(each) and bool(np.all(log["target"] == (log["source"] + 1) % ranks))
            for log in logs]  # fmt: skip
    apart = [len(set(log["chunk"].tolist())) == ranks for log in logs]
    alone = np.broadcast_to(np.eye(ranks, dtype=np.uint8)[:, None], provenance[0].shape)
    first = chunks[half, [(c - 1) % ranks for c in each], each]  # each chunk where it was finished
    said = [
        Claim("each rank starts with its own gradient alone",
              np.array_equal(chunks[0], local) and np.array_equal(provenance[0], alone), "see chunks"),
        Claim("each state is the one before with its messages added, then copied",
              _follows(chunks, messages, half) and _follows(provenance, messages, half), "see messages"),
        Claim("no contribution is counted twice", bool(provenance.max() <= 1), f"{provenance.max()}"),
        Claim("every rank ends with every contribution", bool(np.all(provenance[-1] == 1)),
              f"fewest {provenance[-1].min()}"),
        Claim("half way, rank r holds chunk r+1 complete", bool(np.all(finished == 1)), f"{finished.sum(-1)}"),
        Claim("half way, the counts are a staircase", bool(np.array_equal(counts, stairs)), f"{counts.tolist()}"),
        Claim("chunk c is g[c]+g[c+1]+… in ring order, to the bit", bool(np.array_equal(last[0], in_ring_order)),
              f"{int((last[0] != in_ring_order).sum())} elements differ"),
        Claim("all ranks hold the same bits", len({mine.tobytes() for mine in last}) == 1, "see chunks"),
        Claim("they agree because each sum was added up once, on one rank, then copied",
              all(mine.tobytes() == first.tobytes() for mine in last), "see chunks"),
        Claim("the ring's sum is dist.all_reduce's", error < 1e-6, f"relative {error:.1e}"),
        Claim("each port sends, and receives, 2(N-1)/N of S", bool(np.all(ports == share)),
              f"{ports.tolist()} of {share} bytes"),
        Claim("each step uses each link of the ring once", all(once), f"{[len(log) for log in logs]} messages"),
        Claim("in each step all ranks send different chunks", all(apart), "see messages"),
    ]  # fmt: skip
    return [Claim(f"{claim.says} ({ranks} ranks)", claim.holds, claim.found) for claim in said]


def _follows(states: ndarray, messages: ndarray, half: int) -> bool:
    """Whether each of ``states``, [state rank chunk …], is the one before and that step's messages."""
    for step, (before, after) in enumerate(itertools.pairwise(states)):
        log = messages[messages["step"] == step]
        expected, sent, landing = before.copy(), before[log["source"], log["chunk"]], (log["target"], log["chunk"])
        expected[landing] = expected[landing] + sent if step < half else sent
        if not np.array_equal(expected, after):
            return False
    return True


def star_claims(trace: RingAllReduce) -> list[Claim]:
    """The invariants of the star: what its root adds, what it sends back, what its port carries."""
    messages, final = trace.star_messages, trace.star_final
    to_root, from_root = messages["source"][messages["target"] == ROOT], messages["target"][messages["source"] == ROOT]
    others = [rank for rank in range(trace.ranks) if rank != ROOT]
    sums = np.cumsum(trace.gradients[[ROOT, *to_root]], axis=0)
    error = float(np.abs(final - trace.reference.reshape(final.shape)).max())
    ports = trace.star_ports[-1]
    return [
        Claim("the star's sum is dist.all_reduce's", error < 1e-5, f"{error:.1e}"),
        Claim("the star's root adds one gradient after another", bool(np.array_equal(trace.star_root, sums)),
              f"{len(trace.star_root)} states"),
        Claim("the star's other ranks send one message each and get one",
              sorted(to_root) == others and sorted(from_root) == others, f"{len(messages)} messages"),
        Claim("what the star's root held last is what every rank got",
              bool(np.all(final == trace.star_root[-1])), "see star_final"),
        Claim("every message of the star is one whole S through the root",
              bool(np.all(messages["bytes"] == trace.gradient_bytes)
                   and np.all((messages["source"] == ROOT) | (messages["target"] == ROOT))),
              f"{messages['bytes'].tolist()}"),
        Claim("over the most ranks too the star's root collects the sum",
              bool(np.allclose(trace.wide_star_chunks[-1, ROOT], trace.wide_reference[0], rtol=0, atol=1e-4)),
              f"{len(trace.wide_star_messages)} messages"),
        Claim("the star's root passes N-1 times S in and as much out, every other port one S each way",
              bool(np.all(ports[ROOT] == trace.ranks - 1) and np.all(ports[others] == 1)), f"{ports.tolist()}"),
    ]  # fmt: skip


def sweep_claims(trace: RingAllReduce) -> list[Claim]:
    """What star, tree and ring cost, against the closed forms."""
    n = trace.sweep_ranks
    rounds = np.ceil(np.log2(n)).astype(int)
    least = np.array([float(least_port(int(size))) for size in n])
    totals = trace.sweep_ports.sum(axis=2)  # [algorithm size direction]
    worst = float(trace.sweep_error.max())
    busiest, serial, steps = trace.busiest_port, trace.serial_units, trace.sweep_steps
    return [
        Claim("star, tree and ring take 2(N-1), 2⌈log₂N⌉ and 2(N-1) steps",
              bool(np.array_equal(steps, [2 * (n - 1), 2 * rounds, 2 * (n - 1)])), f"{steps.tolist()}"),
        Claim("the busiest port passes N-1, ⌈log₂N⌉ and 2(N-1)/N times S each way",
              bool(np.allclose(busiest, [n - 1, rounds, least], rtol=1e-12)), f"{busiest.round(3).tolist()}"),
        Claim("one after another pass 2(N-1), 2⌈log₂N⌉ and 2(N-1)/N times S",
              bool(np.allclose(serial, [2 * (n - 1), 2 * rounds, least], rtol=1e-12)), f"{serial.round(3).tolist()}"),
        Claim("all three send 2(N-1) S in all, the least that there is",
              bool(np.allclose(totals, np.array([least_total(int(size)) for size in n])[:, None], rtol=1e-12)),
              f"{totals[..., OUT].round(3).tolist()}"),
        Claim("no port of the ring passes more, either way, than the lower bound",
              bool(np.all(trace.sweep_ports[RING].max(axis=(1, 2)) <= least * (1 + 1e-12))),
              f"{busiest[RING].round(3).tolist()}"),
        Claim("all three give dist.all_reduce's sum", worst < 1e-6, f"relative {worst:.1e}"),
    ]  # fmt: skip


def _require_equal_chunks(ranks: int, side: int, sweep_ranks: tuple[int, ...], sweep_elements: int) -> None:
    for name, size in (("ranks", ranks), *(("sweep_ranks", size) for size in sweep_ranks)):
        if size < 2:
            raise ValueError(f"{name}: needs at least 2 ranks to have something to send, got {size}")
    for size in (ranks, sweep_ranks[-1]):
        if side < 1 or side * side % size:
            raise ValueError(f"side: {side}×{side} numbers cannot be cut into {size} equal chunks, one per rank")
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
