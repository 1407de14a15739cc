"""What star, tree and ring cost over more and more ranks: steps, bytes through each port, bytes one after another.

Every message was really sent between processes and counted by its sender; closed forms say what it had to be.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float64, Int64, Shaped
from numpy import ndarray

from mathviz.concepts import all_reduce, alpha_beta
from mathviz.concepts.all_reduce import OUT, least_port, least_total, port_bytes, ring, serial_bytes, star, tree
from mathviz.concepts.process_group import MESSAGE, Wire, in_order, run_ranks
from mathviz.trace import Claim, Trace

STAR, TREE, RING = 0, 1, 2

COUNTED = np.dtype([("algorithm", "i4"), ("ranks", "i4"), *((name, MESSAGE[name]) for name in MESSAGE.names or ())])
"""A message of the sweep: which algorithm sent it, among how many ranks, and the message."""


@dataclass(frozen=True)
class AllReduceCosts(Trace):
    """Every message of star, tree and ring for each number of ranks, rising.

    S is the size of one rank's gradient. What a port carries is counted for each direction on its own: a port sends
    and receives at the same time.
    """

    sweep_ranks: Int64[ndarray, "size"]
    sweep_messages: Shaped[ndarray, "sweepmessage"]  # COUNTED
    sweep_payload: Int64[ndarray, ""]  # bytes, one S of the sweep
    sweep_error: Float64[ndarray, "algorithm size"]  # largest relative difference from dist.all_reduce

    tolerances = {"sweep_error": float("inf")}  # noqa: RUF012 - rounding alone, bounded by its claim

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
        return self._per_run(lambda log: len(np.unique(log["step"])))

    @property
    def serial_units(self) -> ndarray:
        """How long the wires are busy, one step after another, in times that S takes, [algorithm size].

        A step lasts as long as its largest message. This is time; what a port carries is ``busiest_port``.
        """
        return self._per_run(serial_bytes) / float(self.sweep_payload)

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
        """Sizes S, [point], in α/β, and the α–β model's times over the most ranks, in α, [algorithm point].

        The sizes are none at all, the ``crossover`` and twice as much.
        """
        sizes = np.linspace(0, 2 * self.crossover, 3)
        return sizes, alpha_beta.times(self.sweep_steps[:, -1], self.serial_units[:, -1], sizes)

    @property
    def crossover(self) -> float:
        """The size S, in α/β, at which the model's ring over the most ranks catches up with the tree."""
        steps, units = self.sweep_steps[:, -1], self.serial_units[:, -1]
        return alpha_beta.crossover(steps[[RING, TREE]], units[[RING, TREE]])

    def swept(self, algorithm: int, ranks: int) -> ndarray:
        """The messages of one run of the sweep."""
        log = self.sweep_messages
        return log[(log["algorithm"] == algorithm) & (log["ranks"] == ranks)]

    def _per_run(self, count: Callable[[ndarray], int]) -> ndarray:
        return np.array([[count(self.swept(a, int(n))) for n in self.sweep_ranks] for a in (STAR, TREE, RING)])

    def check(self) -> list[Claim]:
        return cost_claims(self)


def count_costs(ranks: tuple[int, ...], elements: int) -> AllReduceCosts:
    """Run all three over ``elements`` random float32 on each of so many ranks, rising, and keep every message.

    Raises ValueError, before any rank starts, for less than 2 ranks and for elements that cannot be cut into one
    equal chunk per rank.
    """
    all_reduce.require_ranks("sweep_ranks", *ranks)
    all_reduce.require_chunks(f"sweep_elements: {elements}", elements, *ranks)
    counted: list[tuple[int, ...]] = []
    error = np.zeros((3, len(ranks)))
    for column, size in enumerate(ranks):
        answers = run_ranks(_count_on_rank, size, elements)
        for algorithm in (STAR, TREE, RING):
            log = in_order([answer["sent"][algorithm] for answer in answers])
            counted.extend((algorithm, size, *message.tolist()) for message in log)
            error[algorithm, column] = max(answer["error"][algorithm] for answer in answers)
    return AllReduceCosts(
        sweep_ranks=np.array(ranks), sweep_messages=np.array(counted, COUNTED), sweep_error=error,
        sweep_payload=np.array(elements * np.dtype(np.float32).itemsize),
    )  # fmt: skip


def _count_on_rank(wire: Wire, elements: int) -> dict[str, Any]:
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


def cost_claims(trace: AllReduceCosts) -> list[Claim]:
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
