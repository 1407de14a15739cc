"""A film in a river of time: lights in it are dimmed and lit again.

    class FlowTrajectories(RiverScene):
        def diffusion_moves_late(self) -> None:
            self.play(*self.dimming(0.2, self.straight))
"""

from __future__ import annotations

from manimlib import Animation, Mobject

from mathviz.stage.explainer import Explainer
from mathviz.stage.shots import Angle
from mathviz.style import NORMAL

ALONG_TIME = Angle(-90, 90, 2)
"""Up the river through a long lens: all times lie on each other, and what is seen is the plane of the data."""


class RiverScene(Explainer):
    """What films in a river of time do alike."""

    def dimming(self, light: float, *lights: Mobject, run_time: float = NORMAL) -> list[Animation]:
        """Each of what gives light is so bright from now on."""
        return [self.index(each.dim, at=each.light).to(light, run_time) for each in lights]
