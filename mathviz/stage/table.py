"""A film around a turntable: the table is seen from low, and the number in the corner counts what its ports passed.

    class RingAllReduce(TableScene):
        def every_link_adds_at_once(self) -> None:
            self.begin(History.of(…), hero=0)                   # the table tells it, driven by self.steps
            self.move(self.low(height=3), *self.counting("even", 1.5, "model"))
            self.play(self.steps.to(6), self.drifting(theta=8))
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from manimlib import Animation

from mathviz.mobjects.exchange import History
from mathviz.mobjects.number import BigNumber
from mathviz.mobjects.ring_allreduce import Turntable
from mathviz.stage.clock import Index
from mathviz.stage.explainer import Explainer
from mathviz.stage.frame import FRAME, RIGHT_THIRD, SAFE, STAGE, UPPER_RIGHT, Region
from mathviz.stage.shots import HERO, Shot

CORNER = replace(UPPER_RIGHT, top=SAFE.top, toward=(1.0, 1.0))
WHOLE = replace(STAGE, left=FRAME.left, right=FRAME.right, top=SAFE.top)
BESIDE = replace(WHOLE, right=RIGHT_THIRD.middle[0], top=STAGE.top)
AMID = replace(WHOLE, left=SAFE.left + 1.2, right=SAFE.right - 1.2)
"""Where numbers stand; and the table: alone, beside a number, and amid names."""


class TableScene(Explainer):
    """Cast: the ``table``, driven by ``steps``; the ``amount`` in the corner, in gradients."""

    table: Turntable
    steps: Index
    amount: BigNumber | None = None

    def begin(self, history: History, hero: int | None = None, limit: float | None = None) -> None:
        """Let the table tell another history from its begin."""
        self.table.tell(history, hero, limit)
        self.steps = self.index(self.table.at)

    def low(self, theta: float = 0.0, phi: float = 0.0, height: float = 1.0, within: Region = BESIDE,
            ports: float = 1.0) -> Shot:  # fmt: skip
        """The table seen from low, so many storeys high, with its ports or without."""
        return self.shot(HERO.turned(theta, phi), self.table.corners(height, ports), within=within)

    def facing(self, rank: float, phi: float, height: float, within: Region) -> Shot:
        """The table without its ports, with a rank in front."""
        front = replace(HERO, theta=self.table.seats.facing(rank), phi=phi)
        return self.shot(front, self.table.corners(height, 0), within=within)

    def amount_of(self, label: str, value: float, role: str, template: str = "{:g}", **more: Any) -> BigNumber:
        """A number of gradients in the picture's corner, with what it counts."""
        return self.big(label, value, template, role, CORNER, **{"unit": "$S$"} | more, widest=value)

    def counting(self, label: str, value: float, role: str, *parts: int, **named: Any) -> list[Animation]:
        """Such a number appears, in place of the one before, and counts with the steps what the busiest port passed;
        ``parts`` are those of ``Turntable.passed``."""
        amount = self.amount_of(label, value, role, **named).show(self.table.passed(*parts))
        self.steps.drives(lambda _: amount.show(self.table.passed(*parts)))
        return self.becoming(amount)

    def becoming(self, amount: BigNumber) -> list[Animation]:
        """The number in the corner gives way to another."""
        before, self.amount = self.amount, amount
        return self.replacing(before, amount)
