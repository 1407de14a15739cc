"""The river of ``diffusion_reverse`` as it is filmed: its cast, and where on its banks the camera stands.

    class DiffusionReverse(Banks):
        def the_beam_closes(self) -> None:
            self.play(self.chain.to(self.last), self.moving(self.low))
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, TypeVar

import numpy as np
from manimlib import FRAME_HEIGHT
from numpy import ndarray

from mathviz.concepts.diffusion_reverse import DiffusionReverse
from mathviz.mobjects import diffusion_reverse as drawn
from mathviz.mobjects.streaks import Trail
from mathviz.stage.frame import FRAME, LEFT_HALF, LEFT_THIRD, POSTER, RIGHT_HALF, STAGE, Region
from mathviz.stage.moves import CameraRide
from mathviz.stage.river import RiverScene
from mathviz.stage.shots import RIVER, UPSTREAM, Angle

Light = TypeVar("Light", bound=Any)

SHOULDER = Angle(-230, 80, 24)
"""From behind the noise and beside it: light goes away from the viewer."""

BEHIND = Angle(-272, 88, 8)
"""From far behind the noise, through a long lens: data are as large as the noise before them."""

SKY = Angle(-273, 84, 14)
"""From behind the noise, a little from above: the moons are the sky behind what is near."""

DOWNSTREAM = Angle(-270, 90)
"""From behind, along the river."""

MAP = Angle(-160, 66, 42)
"""From the side, and from above: how wide a cloud is, and how far it has come."""

LOW = Angle(-106, 86, 50)
"""From before the moons, close to the water: all come toward the viewer."""

RAISED = replace(STAGE, bottom=-1.5)
"""For what must stand well clear of its caption."""

BAND = Region(-2.7, 2.7, -2.0, -0.3)
"""For a step, below its formula."""

HIGH_LEFT, HIGH_RIGHT = replace(LEFT_HALF, toward=(-1.0, 1.0)), replace(RIGHT_HALF, toward=(1.0, 1.0))
ASIDE = replace(LEFT_HALF, right=-1.6, toward=(-1.0, 0.4))
LOW_LEFT = replace(LEFT_HALF, bottom=-1.9, toward=(-1.0, -1.0))
"""For a number whose name is long."""


class Banks(RiverScene):
    """Cast: the ``river``, the ``crowd`` in it, the ``hero`` with its ``trail``, and the ``light`` onto its origins;
    ``since`` is its trail from the ``poised`` moment on.

    ``chain`` shows crowd, hero and trail at a frame; ``poised`` and ``last`` are frames. The ``heart`` is the middle
    of the data.
    """

    trace: DiffusionReverse

    def setup(self) -> None:
        super().setup()
        run, theme = self.trace, self.theme
        self.last, self.poised, path = len(run.paths) - 1, run.frame_of(int(run.poised)), run.paths[:, run.hero]
        self.river = river = drawn.River(theme, np.split(run.moons, 2))
        river.filled(run.paths, run.share_of_signal, loose=1.0)
        self.crowd = drawn.Stream(river, run.paths, run.share_of_signal, quiet=True)
        self.silent = drawn.Stream(river, run.silent, run.share_of_signal, "error", 0.022, every=1, quiet=True)
        self.hero, self.heart = drawn.Followed(river, path), river.at(np.zeros(2), 1.0)
        way = river.at(path, np.linspace(0, 1, len(path)))
        self.trail, self.since = Trail(theme, way, width=1.8, glow=0.3), Trail(theme, way[self.poised :], glow=0.3)
        self.light = drawn.Origins(river, path, run.origins, run.chances)
        before, middle, after = run.zoom[0]
        self.step = drawn.StepAgo(river, before, middle, after, run.step_ago[0], 0.0)
        self.chain = self.index(self.crowd.show, self.hero.follow, self.trail.show)
        self._stand(way[self.poised :])

    def _stand(self, fork: ndarray) -> None:
        """All shots; ``fork`` is the hero's way from the poised moment on."""
        river, ends = self.river, (self.river.corners(0, 0.7), self.river.ridges)
        aside = (self.hero.place - self.centre()) / 3
        self.slice = self.shot(UPSTREAM, river.corners(0.0, 0.62) + aside, within=FRAME)
        self.whole = self.shot(replace(RIVER.turned(8, 4), fov=50), *ends)
        self.shoulder = self.shot(SHOULDER, self.hero, river.ridges)
        self.behind = self.shot(BEHIND, river.ridges)
        self.wide = self.shot(BEHIND, self.step.cloud, river.ridges, leaving=LEFT_THIRD)
        self.close = self.shot(SKY.turned(-2), self.step.stops, within=BAND)
        self.burst = self.shot(DOWNSTREAM, river.corners(0.0, 0.68)).nearer(1.0)
        self.fork = self.shot(Angle(-238, 82, 14), fork, river.ridges, leaving=LEFT_THIRD).nearer(1.08)
        self.arrived = self.shot(Angle(-242, 82, 20), river.ridges, within=RAISED, leaving=LEFT_THIRD)
        self.map = self.shot(MAP, *ends).nearer(0.95)
        self.low = self.shot(LOW, river.corners(0.6, 0.3), river.ridges, leaving=LEFT_THIRD).nearer(1.0)
        self.poster = self.shot(RIVER.turned(9), river.corners(1.0, 0.8), within=POSTER, leaving=LEFT_THIRD)

    def centre(self) -> ndarray:
        """The middle of the plane in which the crowd is now, [3]."""
        return self.river.at(np.zeros(2), self.chain.at / self.last)

    def with_the_crowd(self, run_time: float) -> CameraRide:
        """The camera goes along with the crowd down the river."""
        return self.riding(self.centre, run_time=run_time, rate_func=lambda share: share)

    def sized(self, light: Light) -> Light:
        """It keeps its size on the screen from now on."""
        self.with_view(lambda view: light.seen_at(view.height))
        return light

    def see_far(self) -> None:
        """The cast keeps its size on the screen, and the moons shine however deep one step is looked into."""
        for light in (self.river, self.crowd, self.silent, self.hero, self.step):
            self.sized(light)
        self.with_view(lambda view: self.river.far(FRAME_HEIGHT / view.height / view.nearness(self.heart)))
