"""What ranks hold and send to each other in the course of time, and where each copy is on its way. Nothing is drawn.

Time is counted in steps, angles in ranks, heights in scene units: a storey is one rank's numbers for one chunk.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy import ndarray

from mathviz.concepts.ring_allreduce import RingAllReduce
from mathviz.mobjects.easing import ease

STOREY, SEAM = 0.50, 0.08
"""Height of one gradient's storey, and of the gap over it."""

CLEAR = 0.40
"""How far over what it is to come down on a copy flies."""

OUT, IN = 0, 1
"""The directions of a port."""

HOVERS = 0.52
"""The moment of its step, in steps, at which the first copy is over what it is to be added to, and not yet down."""


def storeys(count: float) -> float:
    """How high so many storeys are."""
    return max(count, 0.0) * (STOREY + SEAM) - (SEAM if count > 0 else 0.0)


@dataclass(frozen=True)
class Flight:
    """One copy on its way.

    ``send`` [4] is the history's; ``turn`` how many ranks round it is, ``height`` where its foot is; from 0 to 1,
    ``landed`` how much of it has come down, ``sunk`` how far what it replaces has gone, and ``queued`` how much of it
    is in a queue.
    """

    send: ndarray
    turn: float
    height: float
    landed: float
    sunk: float
    queued: float = 0.0


@dataclass(frozen=True)
class History:
    """What ranks held, and what they sent when.

    ``values`` [state rank chunk element]; ``counts`` [state rank chunk], gradients inside; ``sends`` [send 4]: step,
    source, target, chunk. With ``queued``, everything that is added sets out at once, and waits over its target.
    """

    values: ndarray
    counts: ndarray
    sends: ndarray
    queued: bool = False

    @classmethod
    def of(cls, values: ndarray, counts: ndarray, messages: ndarray, queued: bool = False) -> History:
        """The history of a log of messages with fields step, source, target and chunk."""
        fields = ("step", "source", "target", "chunk")
        return cls(values, counts, np.stack([messages[name] for name in fields], axis=-1).astype(int), queued)

    @property
    def ranks(self) -> int:
        return int(self.counts.shape[1])

    @property
    def chunks(self) -> int:
        return int(self.counts.shape[2])

    @property
    def steps(self) -> int:
        return len(self.counts) - 1

    def adds(self, send: ndarray) -> bool:
        """Whether a send is added to what its target holds, instead of replacing it."""
        step, source, target, chunk = send
        here, there = self.counts[step, source, chunk], self.counts[step, target, chunk]
        return bool(self.counts[step + 1, target, chunk] == here + there)

    def flights(self, clocks: ndarray) -> list[Flight]:
        """Everything that is in the air when it is so late, ``clocks`` [chunk], for every chunk."""
        found: list[Flight] = []
        for send, (leaves, arrives, pace) in zip(self.sends, self.hours, strict=True):
            time, step = clocks[send[3]], int(send[0])
            # What has arrived stays a copy until its step is over and the next state shows it.
            if leaves < time < arrives or (arrives <= time < step + 1):
                found.append(self._flight(send, time - leaves, max(arrives - time, 0.0), pace))
        return found

    def carried(self, clocks: ndarray) -> ndarray:
        """What each port has sent and received by then, in gradients, [rank direction]."""
        leaves, arrives, pace = np.array(self.hours).T
        waits = np.array([self._waits(send) for send in self.sends])
        leaves = np.maximum(leaves, arrives - pace * np.where(waits, 0.38, 1.0))
        share = ease((clocks[self.sends[:, 3]] - leaves) / (arrives - leaves)) / self.chunks
        out, into = (np.bincount(self.sends[:, end], share, self.ranks) for end in (1, 2))
        return np.stack([out, into], axis=-1)  # in the order of OUT and IN

    @cached_property
    def hours(self) -> list[tuple[float, float, float]]:
        """When each copy leaves and arrives, and how long its flight takes without the waiting, in steps."""
        return [self._hours(send) for send in self.sends]

    def _waits(self, send: ndarray) -> bool:
        return self.queued and self.adds(send)

    def _hours(self, send: ndarray) -> tuple[float, float, float]:
        """Of one."""
        step, source = int(send[0]), int(send[1])
        if self.queued:
            return (0.12 * step if self.adds(send) else float(step)), step + 0.94, 0.94
        leaves = step + 0.28 * source / max(self.ranks - 1, 1)
        return leaves, leaves + 0.70, 0.70

    def _flight(self, send: ndarray, since: float, left: float, pace: float) -> Flight:
        """Up, round and down; what waits hovers the higher the later it is its turn."""
        step, source, target, chunk = (int(each) for each in send)
        own = self.counts[step, target, chunk]
        base = storeys(own) + SEAM if self.adds(send) else 0.0
        high = base + CLEAR + (0.30 * step if self._waits(send) else 0.0)
        landed = float(ease(1 - left / (0.38 * pace)))
        height = high * float(ease(since / pace / 0.42)) * (1 - landed) + base * landed
        around = (source - target + self.ranks / 2) % self.ranks - self.ranks / 2
        there = float(ease((since / pace - 0.12) / 0.72))
        queued = there * (1 - landed) if self._waits(send) else 0.0
        return Flight(send, -around * there, height, landed, float(ease(since / pace / 0.55)), queued)


@dataclass(frozen=True)
class Histories:
    """What one trace tells: a star and a ring over a few ranks, then both over the most."""

    star: History
    ring: History
    wide_star: History
    wide: History

    @classmethod
    def of(cls, run: RingAllReduce) -> Histories:
        return cls(
            History.of(run.star_chunks, run.star_counts, run.star_sends, queued=True),
            History.of(run.chunks, run.provenance.sum(axis=-1), run.messages),
            History.of(run.wide_star_chunks, run.wide_star_counts, run.wide_star_sends, queued=True),
            History.of(run.wide_chunks, run.wide_provenance.sum(axis=-1), run.wide_messages),
        )


def sent(ports: ndarray) -> ndarray:
    """What ports sent alone, with nothing received, [rank direction]: what adds up to the total on the wires."""
    return np.asarray(ports * (np.arange(2) == OUT))
