"""A film over a city of scores: from where it is seen, and how many numbers were moved in it so far.

    class OnlineSoftmax(CityScene):
        def fewer_numbers_move(self) -> None:
            amount = self.amount(self.rows.put(0), self.trace.flash_course, "model")
            self.play(self.moving(self.aside), self.showing(amount))
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from manimlib import OUT, RIGHT, Mobject

from mathviz.stage.clock import Index
from mathviz.stage.explainer import Explainer
from mathviz.stage.frame import RIGHT_THIRD, UPPER_RIGHT
from mathviz.stage.shots import HERO

if TYPE_CHECKING:
    from mathviz.mobjects.city import City

COUNTS = {"en": (1.0, "{:.1f}"), "zh": (100.0, "{:,.0f}")}
"""In what a language counts many numbers, as against millions, and how that is written."""


class CityScene(Explainer):
    """What a film over a city does: shots of it, and a count of what moves."""

    @property
    def counts(self) -> tuple[float, str]:
        """How many of the language's large numbers a million is, and how they are written; English ones if it has
        none of its own."""
        return COUNTS.get(self.language, COUNTS["en"])

    def look_at(self, city: City, areas: Mobject, block: int) -> None:
        """Its shots: ``low`` in it, from ``aside`` of it, onto the ``bench`` over the block in a row and column, from
        the ``corner`` where a sweep begins, from ``aloft`` on areas on its ground, and the ``poster``."""
        middle = np.array([*city.middle(block, block), city.lift])
        self.low = self.shot(HERO.turned(5, 14), city.towers).nearer(3.4, middle - 0.1 * OUT)
        self.aside = self.shot(HERO.turned(0, -4), city.towers).nearer(1.6, city.ground(0.22, -0.12))
        self.bench = self.shot(HERO.turned(6, 8), city.towers).nearer(5.5, middle + 0.6 * OUT)
        self.corner = self.shot(HERO.turned(-96, 2), city.towers).nearer(4.7, city.sweep(0).place + 0.2 * OUT)
        self.aloft = self.shot(HERO.turned(0, -14), areas, leaving=RIGHT_THIRD).nearer(1.6)
        self.poster = self.shot(HERO.turned(8, 16), city.towers).nearer(3.7, middle + 1.9 * RIGHT)

    def amount(self, index: Index, course: Callable[[float], float], role: str, most: float = 88.8) -> Any:
        """How many numbers were moved so far, in what the language counts in; ``course`` is in millions, and never
        more than ``most``."""
        per, template = self.counts
        made = self.big("moved", 0, template, role, UPPER_RIGHT, unit=self.text("million"), widest=most * per)
        index.drives(lambda at: made.show(per * course(at)))
        return made
