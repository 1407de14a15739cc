"""Reduce to a root and broadcast from it, message by message: what each rank holds of a star's sum, and when.

A star's messages are whole gradients, MESSAGE records in the order of their steps, one in each.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Float32, Shaped
from numpy import ndarray

from mathviz.concepts import data_parallel
from mathviz.concepts.all_reduce import ROOT, port_bytes, star
from mathviz.concepts.data_parallel import RankGradients
from mathviz.concepts.process_group import Wire, in_order
from mathviz.trace import Claim

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True)
class StarStates(RankGradients):
    """What a star's root holds after each arrival, what all ranks hold in the end, and every message."""

    star_messages: Shaped[ndarray, "starmessage"]
    star_root: Float32[ndarray, "starstate row column"]  # what the root holds after each arrival
    star_final: Float32[ndarray, "rank row column"]  # what each rank holds in the end

    tolerances = {**RankGradients.tolerances, "star_root": 1e-4, "star_final": 1e-4}  # noqa: RUF012

    @property
    def root(self) -> int:
        """The rank in the middle of the star."""
        return ROOT

    @property
    def others(self) -> int:
        """Ranks that are not the star's root."""
        return self.ranks - 1

    @property
    def star_chunks(self) -> ndarray:
        """What each rank holds after each message, cut into one chunk per rank, [message rank chunk element]."""
        states = held(self.gradients, self.star_messages, self.star_root, self.star_final)
        return states.reshape(len(states), *self.reference.shape)

    @property
    def star_counts(self) -> ndarray:
        """How many gradients are inside, [message rank chunk]."""
        return counts(self.star_messages, self.ranks)

    @property
    def star_sends(self) -> ndarray:
        """The star's messages, each as one for every chunk."""
        return in_chunks(self.star_messages, self.ranks)

    @property
    def star_ports(self) -> ndarray:
        """What each port has carried after each message, in S, [state rank direction]."""
        return port_bytes(self.star_messages, self.ranks) / self.gradient_bytes

    @property
    def star_port(self) -> float:
        """What the star's busiest port carries each way, in S."""
        return float(self.star_ports[-1].max())

    @property
    def star_other_port(self) -> float:
        """What every other port of the star carries each way, in S."""
        return float(np.delete(self.star_ports[-1], ROOT, axis=0).max())

    def check(self) -> list[Claim]:
        return star_claims(self)


def collect_and_return(wire: Wire, gradient: Tensor) -> dict[str, Any]:
    """On one rank: the star over its ``gradient``, [row column], and what ``of_ranks`` needs of it."""
    values = gradient.clone()
    states = star(wire, values)
    return {
        **data_parallel.on_this_rank(gradient, wire.ranks),
        "states": [state.numpy() for state in states],
        "final": values.numpy(),
        "sent": wire.sent,
    }


def of_ranks(answers: list[dict[str, Any]]) -> StarStates:
    """What all ranks saw of one star, each by ``collect_and_return``."""
    return StarStates(
        **data_parallel.of_ranks(answers),
        star_messages=in_order([answer["sent"] for answer in answers]),
        star_root=np.stack(answers[ROOT]["states"]),
        star_final=np.stack([answer["final"] for answer in answers]),
    )


def partial_sums(gradients: ndarray, messages: ndarray) -> ndarray:
    """What the root holds of [rank row column] after each of the messages to it, [state row column]."""
    arriving = messages["source"][messages["target"] == ROOT]
    return np.cumsum(gradients[[ROOT, *arriving]], axis=0)


def held(gradients: ndarray, messages: ndarray, root: ndarray, final: ndarray) -> ndarray:
    """What each rank holds after each message, [message rank row column].

    From the ranks' own ``gradients``, the ``root``'s states, [state row column], and what a rank holds once the root
    has answered it, ``final`` [rank row column].
    """
    states = np.stack([gradients] * (len(messages) + 1))
    for state, message in enumerate(messages, start=1):
        arrives = message["target"]
        states[state:, arrives] = root[state] if arrives == ROOT else final[arrives]
    return states


def counts(messages: ndarray, ranks: int) -> ndarray:
    """How many gradients are inside after each message, [message rank chunk], with one chunk per rank."""
    inside = np.ones((len(messages) + 1, ranks, ranks), int)
    for state, message in enumerate(messages, start=1):
        source, target = message["source"], message["target"]
        inside[state:, target] = inside[state - 1, source] + (inside[state - 1, target] if target == ROOT else 0)
    return inside


def in_chunks(messages: ndarray, ranks: int) -> ndarray:
    """Messages of whole gradients, each as one for every chunk, with one chunk per rank."""
    sends = np.repeat(messages, ranks)
    sends["chunk"] = np.tile(range(ranks), len(messages))
    sends["bytes"] //= ranks
    return sends


def star_claims(run: StarStates) -> list[Claim]:
    """The invariants of a star: what its root adds, what it sends back, what its port carries."""
    messages, final = run.star_messages, run.star_final
    to_root, from_root = messages["source"][messages["target"] == ROOT], messages["target"][messages["source"] == ROOT]
    others = [rank for rank in range(run.ranks) if rank != ROOT]
    error = float(np.abs(final - run.reference.reshape(final.shape)).max())
    ports = run.star_ports[-1]
    return [
        Claim("the star's sum is dist.all_reduce's", error < 1e-5, f"{error:.1e}"),
        Claim("the star's root adds one gradient after another",
              bool(np.array_equal(run.star_root, partial_sums(run.gradients, messages))),
              f"{len(run.star_root)} states"),
        Claim("the star's other ranks send one message each and get one",
              sorted(to_root) == others and sorted(from_root) == others, f"{len(messages)} messages"),
        Claim("what the star's root held last is what every rank got",
              bool(np.all(final == run.star_root[-1])), "see star_final"),
        Claim("every message of the star is one whole S through the root",
              bool(np.all(messages["bytes"] == run.gradient_bytes)
                   and np.all((messages["source"] == ROOT) | (messages["target"] == ROOT))),
              f"{messages['bytes'].tolist()}"),
        Claim("the star's root passes N-1 times S in and as much out, every other port one S each way",
              bool(np.all(ports[ROOT] == run.ranks - 1) and np.all(ports[others] == 1)), f"{ports.tolist()}"),
    ]  # fmt: skip
