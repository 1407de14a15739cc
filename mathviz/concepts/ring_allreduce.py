"""Ring all-reduce: how N ranks all get the sum while no port passes two gradients' worth of bytes each way.

Patarasuk & Yuan, "Bandwidth optimal all-reduce algorithms for clusters of workstations", JPDC 69
(2009). Every message here was really sent between processes and counted by its sender.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from jaxtyping import Float32, Shaped, UInt8
from numpy import ndarray

from mathviz.concepts import reduce_broadcast, reduce_scatter
from mathviz.concepts.all_reduce import ROOT, require_chunks, require_ranks
from mathviz.concepts.all_reduce_costs import STAR, AllReduceCosts, count_costs
from mathviz.concepts.data_parallel import local_gradient, teacher
from mathviz.concepts.process_group import Wire, run_ranks
from mathviz.concepts.reduce_broadcast import StarStates
from mathviz.concepts.reduce_scatter import RingStates
from mathviz.trace import Claim


@dataclass(frozen=True)
class RingAllReduce(RingStates, StarStates, AllReduceCosts):
    """A star and a ring over a few ranks step by step, the ring over more, and what star, tree and ring cost."""

    true_gradient: Float32[ndarray, "row column"]
    wide_gradients: Float32[ndarray, "widerank row column"]
    wide_chunks: Float32[ndarray, "widestate widerank widechunk wideelement"]
    wide_provenance: UInt8[ndarray, "widestate widerank widechunk widesource"]
    wide_messages: Shaped[ndarray, "widemessage"]
    wide_reference: Float32[ndarray, "widerank widechunk wideelement"]

    tolerances = {  # noqa: RUF012
        **RingStates.tolerances, **StarStates.tolerances, **AllReduceCosts.tolerances,
        **{f"wide_{name}": bound for name, bound in RingStates.tolerances.items()}, "true_gradient": 1e-5,
    }  # fmt: skip

    @property
    def wide(self) -> RingStates:
        """The ring over the most ranks."""
        return RingStates(**{field.name: getattr(self, f"wide_{field.name}") for field in fields(RingStates)})

    @property
    def wide_largest(self) -> float:
        """The largest magnitude of any number that any of the most ranks ever holds."""
        return self.wide.largest

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
    def wide_star_messages(self) -> ndarray:
        """The messages by which the sweep's star over the most ranks collects at its root, in their order."""
        log = self.swept(STAR, self.most_ranks)
        return log[log["target"] == ROOT]

    @property
    def wide_star_chunks(self) -> ndarray:
        """What each rank would hold of the wide run's gradients after each of them, [message rank chunk element]."""
        gradients, messages = self.wide_gradients, self.wide_star_messages
        states = reduce_broadcast.held(
            gradients, messages, reduce_broadcast.partial_sums(gradients, messages), gradients
        )
        return states.reshape(len(states), *self.wide_reference.shape)

    @property
    def wide_star_counts(self) -> ndarray:
        """How many gradients would be inside, [message rank chunk]."""
        return reduce_broadcast.counts(self.wide_star_messages, self.most_ranks)

    @property
    def wide_star_sends(self) -> ndarray:
        """Those messages, each as one for every chunk."""
        return reduce_broadcast.in_chunks(self.wide_star_messages, self.most_ranks)

    def check(self) -> list[Claim]:
        collected = np.allclose(self.wide_star_chunks[-1, ROOT], self.wide_reference[0], rtol=0, atol=1e-4)
        return [
            *RingStates.check(self), *self.wide.check(), *StarStates.check(self),
            Claim("over the most ranks too the star's root collects the sum", bool(collected),
                  f"{len(self.wide_star_messages)} messages"),
            *AllReduceCosts.check(self),
        ]  # fmt: skip


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
    require_ranks("ranks", ranks)
    require_ranks("sweep_ranks", *sweep_ranks)
    require_chunks(f"side: {side}×{side} numbers", side * abs(side), ranks, sweep_ranks[-1])
    costs = count_costs(sweep_ranks, sweep_elements)
    few, many = (run_ranks(_reduce_on_rank, size, side, samples, noise, seed) for size in (ranks, sweep_ranks[-1]))
    ring, wide = (reduce_scatter.of_ranks([answer["ring"] for answer in answers]) for answers in (few, many))
    star = reduce_broadcast.of_ranks([answer["star"] for answer in few])
    return RingAllReduce(
        **{**ring.arrays(), **star.arrays(), **costs.arrays()}, true_gradient=-teacher(side),
        **{f"wide_{name}": array for name, array in wide.arrays().items()},
    )  # fmt: skip


def _reduce_on_rank(wire: Wire, side: int, samples: int, noise: float, seed: int) -> dict[str, Any]:
    gradient = local_gradient(wire.rank, side, samples, noise, seed)
    again = Wire(wire.rank, wire.ranks)  # so that each counts its own messages
    return {
        "ring": reduce_scatter.pass_chunks(wire, gradient),
        "star": reduce_broadcast.collect_and_return(again, gradient),
    }
