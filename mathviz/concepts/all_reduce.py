"""Three ways to give every rank the sum of all ranks' tensors, written with sends and receives.

Star and tree move whole tensors; the ring moves one chunk of N at a time (Patarasuk & Yuan 2009).
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
from numpy import ndarray

from mathviz.concepts.process_group import Wire

if TYPE_CHECKING:
    from torch import Tensor

ROOT = 0
"""The rank in the middle of the star."""

OUT, IN = 0, 1
"""The directions of a port."""


def ring(wire: Wire, chunks: Tensor) -> list[Tensor]:
    """Sum ``chunks``, [chunk, …] with one chunk per rank, over all ranks, in place.

    Returns a copy of the state before and after every step. In step t rank r sends chunk r − t to its
    right neighbour. In the first N − 1 steps what arrives is added, in the others it replaces.
    """
    right, left = (wire.rank + 1) % wire.ranks, (wire.rank - 1) % wire.ranks
    states, arrived = [chunks.clone()], chunks[0].clone()
    for step in range(2 * (wire.ranks - 1)):
        sending, landing = (wire.rank - step) % wire.ranks, (wire.rank - step - 1) % wire.ranks
        wire.exchange(step, send=(right, chunks[sending]), receive=(left, arrived), chunk=sending)
        if step < wire.ranks - 1:
            chunks[landing] += arrived
        else:
            chunks[landing] = arrived
        states.append(chunks.clone())
    return states


def star(wire: Wire, values: Tensor) -> list[Tensor]:
    """Send all to the root, add there, send the sum back, one message after another, in place."""
    states, arrived = [values.clone()], values.clone()
    others = [rank for rank in range(wire.ranks) if rank != ROOT]
    for step, rank in enumerate(others):
        if wire.rank == ROOT:
            wire.exchange(step, receive=(rank, arrived))
            values += arrived
            states.append(values.clone())
        elif wire.rank == rank:
            wire.exchange(step, send=(ROOT, values))
    for step, rank in enumerate(others, start=len(others)):
        if wire.rank == ROOT:
            wire.exchange(step, send=(rank, values))
        elif wire.rank == rank:
            wire.exchange(step, receive=(ROOT, values))
    return states


def tree(wire: Wire, values: Tensor) -> None:
    """Binomial tree, not pipelined: halve the number of holders until one is left, then double, in place."""
    arrived = values.clone()
    rounds = (wire.ranks - 1).bit_length()
    for level in range(rounds):
        distance = 1 << level
        if wire.rank % (2 * distance) == distance:
            wire.exchange(level, send=(wire.rank - distance, values))
        elif wire.rank % (2 * distance) == 0 and wire.rank + distance < wire.ranks:
            wire.exchange(level, receive=(wire.rank + distance, arrived))
            values += arrived
    for level in reversed(range(rounds)):
        distance, step = 1 << level, 2 * rounds - 1 - level
        if wire.rank % (2 * distance) == 0 and wire.rank + distance < wire.ranks:
            wire.exchange(step, send=(wire.rank + distance, values))
        elif wire.rank % (2 * distance) == distance:
            wire.exchange(step, receive=(wire.rank - distance, values))


def require_ranks(name: str, *ranks: int) -> None:
    """Raise ValueError, naming the argument, unless there is somebody to send to."""
    for size in ranks:
        if size < 2:
            raise ValueError(f"{name}: needs at least 2 ranks to have something to send, got {size}")


def require_chunks(what: str, count: int, *ranks: int) -> None:
    """Raise ValueError, naming ``what`` they are, unless so many numbers can be cut into one equal chunk per rank."""
    for size in ranks:
        if count < 1 or count % size:
            raise ValueError(f"{what} cannot be cut into {size} equal chunks, one per rank")


def port_bytes(messages: ndarray, ranks: int) -> ndarray:
    """What each rank's port has sent and received after each step, in bytes, [state rank direction].

    ``messages`` are MESSAGE records; directions are OUT and IN. A port works both ways at once, so the
    two are never added up.
    """
    steps = int(messages["step"].max()) + 1
    carried = np.zeros((steps + 1, ranks, 2), np.int64)
    for direction, end in ((OUT, "source"), (IN, "target")):
        np.add.at(carried[..., direction], (messages["step"] + 1, messages[end]), messages["bytes"])
    return carried.cumsum(axis=0)


def serial_bytes(messages: ndarray) -> int:
    """Bytes that pass one after another: the sum over steps of the step's largest message."""
    return int(sum(messages["bytes"][messages["step"] == step].max() for step in np.unique(messages["step"])))


def least_total(ranks: int) -> int:
    """Gradients' worth of bytes that ``ranks`` must send together, at the very least, to all hold the sum: 2(N − 1).

    Every number of the sum takes 2(N − 1) messages: what each rank adds has to meet (N − 1), and all but
    one then have to hear of it (N − 1). It is the one-way gossip problem of Harary & Schwenk (1974), which
    allows even more than adding does. A network that adds by itself (SHARP) escapes the bound.
    """
    return 2 * (ranks - 1)


def least_port(ranks: int) -> Fraction:
    """The same shared out evenly, 2(N − 1)/N: the busiest port cannot do with less (Patarasuk & Yuan 2009)."""
    return Fraction(least_total(ranks), ranks)
