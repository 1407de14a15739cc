"""Jobs for the ranks of tests: well-behaved, broken, and wrong. Ranks import them by name."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

from numpy import ndarray

from mathviz.concepts.process_group import Wire

if TYPE_CHECKING:
    from torch import Tensor


def say_who(wire: Wire, greeting: str) -> tuple[str, int, int, int]:
    """Answer in the reverse order of ranks."""
    time.sleep(0.05 * (wire.ranks - wire.rank))
    return greeting, wire.rank, wire.ranks, os.getpid()


def raise_on(wire: Wire, rank: int, folder: Path) -> None:
    """One rank raises; the others wait for it in a collective, which breaks when it leaves."""
    note_pid(wire, folder)
    wait_for_all()
    if wire.rank == rank:
        raise ArithmeticError("the weights are gone")
    wait_for_all()


def die_on(wire: Wire, rank: int, folder: Path) -> None:
    """One rank ends without a word; the others would sleep on."""
    note_pid(wire, folder)
    wait_for_all()
    if wire.rank == rank:
        os._exit(3)
    time.sleep(600)


def sleep_on(wire: Wire, folder: Path) -> None:
    """No rank ever answers."""
    note_pid(wire, folder)
    time.sleep(600)


def answer_what_cannot_be_sent(wire: Wire) -> object:
    """An answer that does not pickle."""
    return lambda: wire


def exchange_much(wire: Wire, elements: int) -> float:
    """More than any socket buffers, sent around the ring by all at once."""
    import torch

    outgoing, incoming = torch.full((elements,), float(wire.rank)), torch.empty(elements)
    right, left = (wire.rank + 1) % wire.ranks, (wire.rank - 1) % wire.ranks
    wire.exchange(0, send=(right, outgoing), receive=(left, incoming))
    return float(incoming.mean())


def origins(wire: Wire, wrong: str) -> ndarray:
    """Provenance of a ring that is wrong in one way, [state chunk source]."""
    import torch

    chunks = torch.zeros(wire.ranks, wire.ranks)
    chunks[:, wire.rank] = 1
    return torch.stack(wrong_ring(wire, chunks, wrong)).to(torch.uint8).numpy()


def wrong_ring(wire: Wire, chunks: Tensor, wrong: str) -> list[Tensor]:
    """The ring written again, with one mistake: "adds on", "sends the next chunk" or "stops early"."""
    right, left = (wire.rank + 1) % wire.ranks, (wire.rank - 1) % wire.ranks
    states, arrived = [chunks.clone()], chunks[0].clone()
    for step in range(2 * (wire.ranks - 1)):
        shift = step + 1 if wrong == "sends the next chunk" else step
        sending, landing = (wire.rank - shift) % wire.ranks, (wire.rank - shift - 1) % wire.ranks
        wire.exchange(step, send=(right, chunks[sending]), receive=(left, arrived), chunk=sending)
        if step < wire.ranks - 1 or wrong == "adds on":
            chunks[landing] += arrived
        elif not (wrong == "stops early" and step == 2 * (wire.ranks - 1) - 1):
            chunks[landing] = arrived
        states.append(chunks.clone())
    return states


def note_pid(wire: Wire, folder: Path) -> None:
    """Leave this process's number in the folder, whole."""
    hidden = folder / f".{wire.rank}"
    hidden.write_text(str(os.getpid()))
    hidden.rename(folder / f"{wire.rank}.pid")


def wait_for_all() -> None:
    """A collective that cannot end while a rank is missing."""
    from torch import distributed

    distributed.barrier()
