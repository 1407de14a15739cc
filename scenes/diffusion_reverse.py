"""Where a noisy point came from is anyone's guess; where it was one step ago is not. So walk back in small steps."""

from __future__ import annotations

from typing import Any

import numpy as np
from manimlib import DOWN, LEFT, RIGHT, UP, Animation, rush_into

from mathviz.concepts.diffusion_reverse import DiffusionReverse as Run
from mathviz.mobjects.diffusion_reverse import Arrows, Followed, Leap, Origins, River, StepAgo, Stream, Threads
from mathviz.mobjects.glass import Pool
from mathviz.mobjects.light import moment
from mathviz.mobjects.streaks import Trail
from mathviz.stage import LOWER_LEFT, LOWER_RIGHT, POSTER, RIGHT_THIRD, RIVER, UPPER_RIGHT, Angle, Explainer
from mathviz.style import NORMAL, SLOW

UPSTREAM = Angle(-90, 90, 34)
"""Down the river's whole length from its near end: all slices lie behind each other."""

RUN = 3.5 * SLOW
"""Seconds in which a whole chain passes."""

FAINT, GONE = 0.4, 0.12
"""What is left of the crowd's light where the hero is spoken of, and where another cloud is."""


class DiffusionReverse(Explainer):
    """Cast: the ``river``, the ``crowd`` in it, the ``hero`` with its ``trail``, and the ``light`` onto its origins."""

    trace: Run

    def setup(self) -> None:
        super().setup()
        run, theme = self.trace, self.theme
        self.last, path = len(run.paths) - 1, run.paths[:, run.hero]
        self.river = river = River(theme, np.split(run.moons, 2))
        self.crowd = Stream(river, run.paths, run.share_of_signal)
        self.silent = Stream(river, run.silent, run.share_of_signal, "error", every=1)
        self.hero = Followed(river, path)
        self.trail = Trail(theme, river.at(path, np.linspace(0, 1, len(path))), width=2)
        self.light = Origins(river, path, run.origins, run.chances)
        self.steps = [StepAgo(river, *places, cloud, 0.0, 0.004)
                      for places, cloud in zip(run.zoom, run.step_ago, strict=True)]  # fmt: skip
        self.chain = self.index(self.crowd.show, self.hero.follow, self.trail.show)
        poised = run.frame_of(int(run.poised)) / self.last
        self.slice = self.shot(UPSTREAM, river.corners(0.0, 0.85))
        self.whole = self.shot(RIVER.turned(-3), river.corners(0, 0.85), river.corners(1, 0.85))
        self.close = self.shot(UPSTREAM, self.steps[0].cloud, leaving=RIGHT_THIRD)
        self.near = self.shot(RIVER.turned(2), river.corners(poised, 0.9), river.corners(1, 0.9))
        self.mouth = self.shot(RIVER.turned(5), river.corners(0.75, 0.6), river.corners(1, 0.8))
        self.poster = self.shot(RIVER.turned(4), river.corners(0, 0.8), river.corners(1, 0.8), within=POSTER)

    def question(self) -> None:
        self.always(Pool(self.theme))
        self.cut(self.slice)
        self.with_view(lambda view: self.crowd.seen_at(view.height), lambda view: self.hero.seen_at(view.height))
        self.play(self.showing(self.river.first), self.showing(self.crowd), self.drifting(theta=-4, run_time=3 * SLOW),
                  self.showing(self.hero, time_span=(NORMAL, SLOW)))  # fmt: skip

    def the_square_was_a_slice(self) -> None:
        self.keep(self.crowd, self.hero, self.river.first)
        self.play(self.moving(self.whole, 2 * SLOW), self.showing(self.river.last, time_span=(NORMAL, SLOW)),
                  self.showing(self.river.ridges, time_span=(SLOW, 2 * SLOW)))  # fmt: skip
        self.show(self.name_at(self.river.first, self.label("noise"), DOWN),
                  self.name_at(self.river.last, self.label("data", "data"), UP))  # fmt: skip

    def it_could_come_from_anywhere(self) -> None:
        self.keep(self.crowd, self.hero, self.river)
        number = self.big("origins", self.trace.origin_spread[0], "{:.2f}", "mechanism")
        self.play(self.showing(self.light, SLOW), self.drifting(theta=3, run_time=2 * SLOW),
                  self.showing(number, time_span=(NORMAL, SLOW)))  # fmt: skip

    def the_average_lands_on_nothing(self) -> None:
        run = self.trace
        self.keep(self.crowd, self.hero, self.river)
        leap = Leap(self.river, run.paths[0], run.leapt)
        self.play(self.showing(leap))
        self.wait(1.5 * SLOW)
        self.play(self.index(leap.show).to(1, rate_func=rush_into), self.moving(self.mouth), run_time=2 * SLOW)
        self.next_caption()
        self.show(self.big("landed", run.leapt_near, f"{{}} / {run.shown}", "error"))

    def one_step_ago_is_a_small_cloud(self) -> None:
        run, one = self.trace, self.steps[0]
        self.keep(self.crowd, self.hero, self.river)
        self.play(self.moving(self.close), self.dimming(self.crowd, FAINT), run_time=2 * SLOW)
        number = self.big("step_ago", run.step_spread[0], "{:.2f}", "mechanism", UPPER_RIGHT)
        self.show(one.cloud, number)
        self.next_caption()
        law = LOWER_RIGHT.column(self.label("step_law", size="formula"), self.label("meaning"), edge=RIGHT)
        self.show(one.spot, self.name_at(one.spot, self.label("middle"), DOWN), self.over(law))
        self.add(one.pull, one.kick)
        self.play(self.index(one.show, lambda share: self.hero.put(one.place(share))).to(1, 1.5 * SLOW))

    def a_network_knows_the_middle(self) -> None:
        run = self.trace
        self.keep(self.crowd, self.hero, self.river, self.steps[0])
        loss = self.big("loss", run.loss_so_far[0], "{:.3f}", "model", UPPER_RIGHT)
        floor = self.big("floor", run.floor, "{:.3f}", "target", LOWER_RIGHT)
        self.show(loss, self.over(RIGHT_THIRD.put(self.label("middle_law", size="formula"))))
        self.play(self.index(lambda at: loss.show(moment(run.loss_so_far, at))).to(len(run.loss) - 1, 2 * SLOW))
        self.show(floor)
        self.wait(NORMAL)

    def every_answer_is_an_arrow(self) -> None:
        run = self.trace
        self.keep(self.crowd, self.hero, self.river)
        self.add(self.trail)
        self.play(self.moving(self.whole), self.dimming(self.crowd, 1.0), self.chain.to(1), run_time=SLOW)
        arrows = Arrows(self.river, run.paths, run.answers, int(run.apart))
        self.show(arrows, self.over(LOWER_LEFT.put(self.label("score_law", size="formula"))))
        self.chain.drives(arrows.follow)
        self.play(self.chain.to(run.frame_of(int(run.poised))), self.moving(self.near), run_time=RUN)
        self.chain.readers.remove(arrows.follow)

    def the_beam_closes(self) -> None:
        spread = self.trace.origin_spread
        self.keep(self.crowd, self.hero, self.river, self.trail)
        self.light.show(self.chain.at)
        number = self.big("origins", moment(spread, self.chain.at), "{:.2f}", "mechanism")
        self.play(self.showing(self.light), self.showing(number), self.dimming(self.crowd, FAINT),
                  self.veiling(self.river.ridges))  # fmt: skip
        self.next_caption()
        self.chain.drives(self.light.show, lambda at: number.show(moment(spread, at)))
        self.play(self.chain.to(self.last), self.moving(self.mouth), run_time=RUN)
        del self.chain.readers[-2:]
        self.play(self.dimming(self.crowd, 1.0))

    def without_the_draw_it_collapses(self) -> None:
        spread = self.trace.spread_silent
        self.keep(self.crowd, self.hero, self.river, self.trail)
        number = self.big("spread", spread[0], "{:.2f}", "error")
        self.play(self.moving(self.whole), self.showing(self.silent), self.showing(number), self.veiling(self.trail),
                  self.dimming(self.crowd, GONE), self.dimming(self.hero, GONE), run_time=SLOW)  # fmt: skip
        self.next_caption()
        course = self.index(self.silent.show, lambda at: number.show(moment(spread, at)))
        self.play(course.to(spread.argmin(), RUN - SLOW))
        self.wait(SLOW)
        self.play(course.to(self.last, SLOW))

    def half_the_pull_needs_no_draw(self) -> None:
        run = self.trace
        self.keep(self.river, self.silent, self.crowd, self.trail, self.hero)
        threads = Threads(self.river, run.halved, len(run.paths))
        self.add(threads)
        self.play(self.index(threads.follow).to(self.last, RUN), self.drifting(theta=4, run_time=RUN))
        self.show(self.big("distance", run.distance_halved.mean(), "{:.2f}", "rival"))
        self.wait(NORMAL)

    def the_moons_return(self) -> None:
        run = self.trace
        self.keep(self.river, self.silent, self.crowd, self.trail, self.hero)
        self.play(self.moving(self.poster), self.unveiling(self.trail), self.dimming(self.crowd, 1.0),
                  self.dimming(self.hero, 1.0), run_time=SLOW)  # fmt: skip
        pair = LOWER_LEFT.row(self.big("with", run.distance.mean(), "{:.2f}", "model"),
                              self.big("middles", run.distance_silent.mean(), "{:.2f}", "error"), edge=UP)  # fmt: skip
        self.show(self.over(LOWER_LEFT.column(self.label("distance"), self.label("each", batch=run.batch), pair,
                                          gap=0.2, edge=LEFT)))  # fmt: skip

    def dimming(self, what: Any, light: float) -> Animation:
        """What gives light is so bright from now on."""
        return self.index(what.dim, at=what.light).to(light, NORMAL)
