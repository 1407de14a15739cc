"""A film in a river of time: lights in it are dimmed and lit again, and two of its numbers are compared.

    class FlowTrajectories(RiverScene):
        def diffusion_moves_late(self) -> None:
            self.play(*self.dimming(0.2, self.straight))
            self.show(self.pair("moved", "{:.0%}", ("straight", "curved"), (0.5, 0.04), ("model", "rival")).face)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from manimlib import DL, LEFT, UP, Animation, Mobject

from mathviz.mobjects.number import BigNumber
from mathviz.stage.explainer import Explainer
from mathviz.stage.frame import LEFT_HALF, Region
from mathviz.stage.shots import Angle
from mathviz.style import NORMAL

ALONG_TIME = Angle(-90, 90, 2)
"""Up the river through a long lens: all times lie on each other, and what is seen is the plane of the data."""


@dataclass(frozen=True, eq=False)
class Pair:
    """Two numbers that are compared, each under what it is of, and what they are; ``face`` is all of it."""

    face: Mobject
    numbers: tuple[BigNumber, ...]


class RiverScene(Explainer):
    """What films in a river of time do alike."""

    def dimming(self, light: float, *lights: Mobject, run_time: float = NORMAL) -> list[Animation]:
        """Each of what gives light is so bright from now on."""
        return [self.index(each.dim, at=each.light).to(light, run_time) for each in lights]

    def pair(
        self, label: str, template: str, names: Sequence[str], values: Sequence[float], roles: Sequence[str],
        within: Region = LEFT_HALF, **said: Any,
    ) -> Pair:  # fmt: skip
        """Two numbers, with the labels of what they are of, under what they are, at a region's lower left; ``said``
        fills the label's placeholders."""
        numbers = tuple(self.big(name, value, template, role, within)
                        for name, value, role in zip(names, values, roles, strict=True))  # fmt: skip
        column = within.column(self.label(label, **said), within.row(*numbers, gap=0.8, edge=UP), gap=0.2, edge=LEFT)
        return Pair(self.over(within.put(column, DL)), numbers)
