"""A film around a turntable: the table is seen from low, and the number in the corner counts what its ports passed.

    class RingAllReduce(TableScene):
        def every_link_adds_at_once(self) -> None:
            self.begin(History.of(…), hero=0)                   # the table tells it, driven by self.steps
            self.move(self.low(height=3), *self.counting("even", 1.5, "model"))
            self.play(self.steps.to(6), self.drifting(theta=8))
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
from manimlib import ORIGIN, RIGHT, UP, Animation, Group
from numpy import ndarray

from mathviz.concepts.all_reduce import ROOT
from mathviz.mobjects.exchange import History, storeys
from mathviz.mobjects.number import BigNumber, Digits
from mathviz.mobjects.ring_allreduce import Turntable
from mathviz.mobjects.rods import Rods
from mathviz.mobjects.seating import PORTS
from mathviz.mobjects.stacks import wire
from mathviz.stage.clock import Index
from mathviz.stage.explainer import Explainer
from mathviz.stage.frame import FRAME, LEFT_THIRD, RIGHT_THIRD, SAFE, STAGE, UPPER_RIGHT, Region
from mathviz.stage.shots import HERO, Shot
from mathviz.style.shapes import WIDE, shape

CORNER = replace(UPPER_RIGHT, left=LEFT_THIRD.right, bottom=STAGE.bottom, top=SAFE.top, toward=(1.0, 0.6))
WHOLE = replace(STAGE, left=FRAME.left, right=FRAME.right, top=SAFE.top)
AMID = replace(SAFE, left=SAFE.left + 0.5, right=SAFE.right - 0.5, bottom=-3.3, top=STAGE.top + 0.2)
BESIDE = replace(WHOLE, left=1.3 * FRAME.left, right=RIGHT_THIRD.left + 2.0, bottom=1.2 * FRAME.bottom)
ABOVE = replace(BESIDE, right=RIGHT_THIRD.left + 0.4, bottom=1.5 * FRAME.bottom, top=1.5 * FRAME.top)
ABREAST = replace(WHOLE, left=SAFE.left, right=1.3 * FRAME.right, bottom=1.05 * FRAME.bottom, top=STAGE.top)
JAM = replace(BESIDE, left=SAFE.left, right=RIGHT_THIRD.left + 0.3, bottom=-2.4, top=SAFE.top)
GRAND = replace(AMID, left=FRAME.left + 0.6, right=FRAME.right - 0.6, bottom=FRAME.bottom)
LOWER = replace(SAFE, bottom=-1.65, top=2.05)
AHEAD = replace(FRAME, left=1.1 * FRAME.left, bottom=-3.2, top=2.2)
BEYOND = replace(BESIDE, left=1.2 * FRAME.left, right=RIGHT_THIRD.left - 0.3, bottom=1.35 * FRAME.bottom)
if shape().name != WIDE:  # a number is above the table, which is all over what is below, and goes on at both sides
    CORNER = replace(RIGHT_THIRD, top=SAFE.top - 0.5, toward=(1.0, 1.0))
    WHOLE = replace(STAGE, left=FRAME.left, right=FRAME.right, top=RIGHT_THIRD.bottom)
    AMID = LOWER = replace(STAGE, left=SAFE.left + 0.3, right=SAFE.right - 0.3, top=RIGHT_THIRD.bottom)
    BESIDE = ABOVE = BEYOND = replace(WHOLE, left=1.3 * FRAME.left, right=1.3 * FRAME.right)
    ABREAST = JAM = AHEAD = replace(WHOLE, left=1.15 * FRAME.left, right=1.15 * FRAME.right)
"""Where numbers stand; and the table: all over the frame, amid names; and running off it: beside a number, from above
beside one, abreast of the title, for the poster, and with the front rank's ports above the caption. Rods stand lower,
or go ahead, with the table behind."""

FRONT = (-9.0, -14.0, 0.0)
"""Where the farthest rod begins: before the widest table."""

LOW = HERO.turned(0, 5)
"""From where a table is seen that is to stand high: it is seen wide, and its storeys are."""

EVERY = "even"
"""The label of what every port has passed; others are of the busiest one."""


class TableScene(Explainer):
    """Cast: the ``table``, driven by ``steps``; the ``amount`` in the corner, in gradients."""

    table: Turntable
    steps: Index
    rods: Rods
    amount: BigNumber | None = None

    def begin(self, history: History, hero: int | None = None, number: int | None = None) -> None:
        """Let the table tell another history from its begin."""
        self.table.tell(history, hero, number)
        self.steps = self.index(self.table.at)

    def low(self, theta: float = 0.0, phi: float = 0.0, height: float = 1.0, within: Region = BESIDE,
            ports: float = 1.0) -> Shot:  # fmt: skip
        """The table seen from low, so many storeys high, with its ports or without."""
        return self.shot(LOW.turned(theta, phi), self.table.corners(height, ports), within=within).nearer(1)

    def facing(self, rank: float, phi: float, height: float, within: Region = BESIDE, ports: float = 0.0) -> Shot:
        """The table with a rank in front, with its ports or without."""
        front = replace(HERO, theta=self.table.seats.facing(rank), phi=phi)
        return self.shot(front, self.table.corners(height, ports), within=within).nearer(1)

    def across(
        self, rank: float, half: float, phi: float, height: float, within: Region = WHOLE, ports: float = 0.0
    ) -> Shot:  # fmt: skip
        """The near edge of the table alone, from outside: so many ranks to the left and right of one, or of a gap, with
        its ports or without; it goes on beyond the frame."""
        seats = replace(self.table.seats, fold=0.0)
        edge = [seats.rim(rank + part * half, 0, storeys(high)) for part in (-1, 0, 1) for high in (0, height)]
        edge.append(seats.rim(rank, PORTS * ports))
        return self.shot(replace(HERO, theta=seats.facing(rank), phi=phi), np.array(edge), within=within).nearer(1)

    def amount_of(self, label: str, value: float, role: str, template: str = "{:g}", **more: Any) -> BigNumber:
        """A number of gradients in the picture's corner, with what it counts."""
        return self.big(label, value, template, role, CORNER, **{"unit": "$S$", "size": "hero_large"} | more,
                        widest=value)  # fmt: skip

    def rival(self, value: float) -> BigNumber:
        """What the busiest port of a star of as many ranks carries, to stand under a number of the ring's."""
        return self.amount_of("rival", value, "error", size="hero", rank=ROOT, ranks=self.table.seats.ranks)

    def counting(
        self, label: str, value: float, role: str, *parts: int, times: int = 1, **named: Any
    ) -> list[Animation]:  # fmt: skip
        """Such a number appears, in place of the one before, and counts with the steps what the busiest port passed, or
        a rank's, so many ``times``; ``parts`` are those of ``Turntable.passed``."""
        amount = self.amount_of(label, value, role, **named)

        def count(_: float) -> None:
            amount.show(times * self.table.passed(*parts, least=label == EVERY))

        count(0.0)
        self.steps.drives(count)
        return self.becoming(amount)

    def counting_chunks(self, label: str) -> list[Animation]:
        """What the busiest port passed each way is counted in chunks, as long as there are steps."""
        told = self.table.history
        return self.counting(label, told.steps, "model", times=told.chunks, unit=f"$\\times S/{told.chunks}$")

    def names_of_ranks(self, label: str) -> list[Any]:
        """A label at every rank: outside it, and on its outer wall as far as its ports are shown."""
        table, seats = self.table, self.table.seats

        def place(rank: int) -> Callable[[], ndarray]:
            return lambda: seats.outside(rank, table.ports)

        return [self.name_at(place(rank), self.label(label, size="number", rank=rank), ORIGIN)
                for rank in range(seats.ranks)]  # fmt: skip

    def names_of_counts(self, label: str, chunk: int) -> list[Any]:
        """A label over every rank: how many gradients are in its stack of a chunk now."""
        seats = self.table.seats
        return [self.name_at(seats.rim(rank, -0.7, storeys(count) + 0.9),
                             self.case(self.label(label, size="caption", count=count, ranks=seats.ranks)), ORIGIN)
                for rank, count in enumerate(self.table.counts()[:, chunk])]  # fmt: skip

    def lay_rods(
        self, steps: ndarray, shares: ndarray, labels: Iterable[str], **said: Any
    ) -> list[Any]:  # fmt: skip
        """``rods`` before the table, on the stage with nothing done yet; their names, which are not there yet."""
        paints = (wire(self.theme), "rival")
        self.rods = Rods(self.theme, steps, shares, paints, origin=np.array(FRONT)).show(0, 0)
        self.add(self.rods)
        return self.names_of_rods(self.rods, labels, **said)

    def names_of_rods(self, rods: Rods, labels: Iterable[str], **said: Any) -> list[Any]:
        """A label at the begin of every rod, with its steps."""
        said_of = [said | {"steps": steps} for steps in rods.steps]
        return [self.name_at(rods.begin(rod), self.label(label, **said_of[rod]), rods.side(rod) + RIGHT, 0.35)
                for rod, label in enumerate(labels)]  # fmt: skip

    def names_of_bricks(self, rods: Rods, **bricks: tuple[int, int, int]) -> list[Any]:
        """Labels, each at a brick: rod, part and step, as ``Rods.brick`` has them."""
        return [self.name_at(partial(rods.brick, *brick), self.label(label, size="formula"), rods.side(brick[0]))
                for label, brick in bricks.items()]  # fmt: skip

    def scale(self, label: str, least: float, most: float) -> Any:
        """What the colours of cells mean, in the corner."""
        ends = (Digits(value, self.theme, "{:.1f}", "label") for value in (least, most))
        scale = Group(next(ends), self.table.ember.scale(least), next(ends)).arrange(RIGHT)
        return self.over(CORNER.row(self.label(label), scale, edge=RIGHT + UP))

    def sum_of(
        self, terms: Sequence[str], numbers: tuple[float, ...], label: str, elements: int
    ) -> tuple[list[Any], Any]:  # fmt: skip
        """A sum in the corner, a label for each of its terms and the signs between them, and before it of how many
        numbers it is one."""
        values: dict[str, Any] = dict(zip(terms[::2], numbers, strict=True))
        made = [self.over(self.label(term, size="question", **values)) for term in terms]
        before = self.over(self.label(label, elements=elements))
        SAFE.put(SAFE.row(before, SAFE.row(*made, gap=0.2, edge=RIGHT), edge=RIGHT), RIGHT + UP)
        return made, before

    def becoming(self, amount: BigNumber) -> list[Animation]:
        """The number in the corner gives way to another."""
        before, self.amount = self.amount, amount
        return self.replacing(before, amount)
