"""Where a noisy point came from is anyone's guess; where it was one step ago is not. So walk back in small steps."""

from __future__ import annotations

from typing import Any

import numpy as np
from manimlib import DOWN, LEFT, RIGHT, UP, Animation, rush_into

from mathviz.concepts.diffusion_reverse import DiffusionReverse as Run
from mathviz.mobjects.diffusion_reverse import Arrows, Followed, Leap, Origins, River, StepAgo, Stream, Sums, Threads
from mathviz.mobjects.glass import Pool
from mathviz.mobjects.light import moment
from mathviz.mobjects.streaks import Trail
from mathviz.stage import FRAME, LOWER_LEFT, POSTER, RIGHT_HALF, RIVER, UPPER_RIGHT, Angle, Explainer
from mathviz.style import NORMAL, QUICK, SLOW

UPSTREAM = Angle(-90, 90, 34)
"""Down the river's whole length from its near end: all slices lie behind each other."""

RUN = 3.5 * SLOW
"""Seconds in which a whole chain passes."""

FAINT, GONE, HALF = 0.4, 0.12, 0.5
"""What is left of the crowd's light where the hero is spoken of, where another cloud is, and of a cloud beside it."""


class DiffusionReverse(Explainer):
    """Cast: the ``river``, the ``crowd`` in it, the ``hero`` with its ``trail``, and the ``light`` onto its origins."""

    trace: Run

    def setup(self) -> None:
        super().setup()
        run, theme = self.trace, self.theme
        self.last, path = len(run.paths) - 1, run.paths[:, run.hero]
        self.river = river = River(theme, np.split(run.moons, 2)).filled(run.paths, run.share_of_signal)
        self.crowd = Stream(river, run.paths, run.share_of_signal)
        self.silent = Stream(river, run.silent, run.share_of_signal, "error", every=1)
        self.hero = Followed(river, path)
        self.trail = Trail(theme, river.at(path, np.linspace(0, 1, len(path))), width=1.8, glow=0.3)
        self.light = Origins(river, path, run.origins, run.chances)
        self.step = StepAgo(river, *run.zoom[0], run.step_ago[0], 0.0, 0.004)
        self.poised, self.settled = run.frame_of(int(run.poised)), run.frame_of(int(run.settled))
        self.sums = Sums(river, run.pulled, run.kicked, self.poised / self.last)
        self.chain = self.index(self.crowd.show, self.hero.follow, self.trail.show)
        self.slice = self.shot(UPSTREAM, river.corners(0.0, 0.85))
        self.whole = self.shot(RIVER.turned(-3), river.corners(0, 0.85), river.corners(1, 0.85))
        self.close = self.shot(UPSTREAM, self.step.cloud, leaving=RIGHT_HALF)
        self.left = self.shot(UPSTREAM, river.corners(0.0, 0.95), leaving=RIGHT_HALF)
        self.near = self.shot(RIVER.turned(2), river.corners(self.poised / self.last, 0.9), river.corners(1, 0.9))
        self.apart = self.shot(RIVER.turned(2), self.sums, river.corners(1, 0.9))
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
        self.add(self.river.bed)
        self.play(self.moving(self.whole, 2 * SLOW), self.dimming(self.river, 1.0, 2 * SLOW),
                  self.showing(self.river.rest, time_span=(NORMAL, 2 * SLOW)))  # fmt: skip
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
        self.play(self.showing(leap := Leap(self.river, run.paths[0], run.leapt)), self.drifting(-3, run_time=2 * SLOW))
        self.play(self.index(leap.show).to(1, rate_func=rush_into), self.moving(self.mouth), run_time=2 * SLOW)
        self.next_caption()
        self.show(self.big("landed", run.leapt_near, f"{{}} / {run.shown}", "error"))

    def one_step_ago_is_a_small_cloud(self) -> None:
        run, one = self.trace, self.step
        self.keep(self.crowd, self.hero, self.river.first, self.river.bed)
        self.play(self.moving(self.close, 2 * SLOW), self.dimming(self.crowd, FAINT), self.dimming(self.river, 0.0),
                  self.showing(one.cloud, time_span=(NORMAL, SLOW)))  # fmt: skip
        self.show(self.big("step_ago", run.step_spread[0], "{:.2f}", "mechanism", UPPER_RIGHT))
        self.next_caption()
        self.show(one.pull, one.kick, one.spot, middle := self.name_at(one.spot, self.label("middle"), DOWN))
        self.play(self.index(one.show, lambda share: self.hero.put(one.place(share))).to(1, 1.5 * SLOW))
        self.drop(middle, run_time=QUICK)
        names = {"x_{t-1}": self.hero, "\\mu_t": one.spot, "z": one.kick}
        self.play(self.gathering(RIGHT_HALF.put(self.law("step")), names))

    def a_network_knows_the_middle(self) -> None:
        run, one = self.trace, self.step
        self.keep(self.crowd, self.hero, self.river.first, one)
        self.play(self.dimming(self.crowd, 1.0))
        law = RIGHT_HALF.put(self.law("middle"))
        self.play(self.gathering(law, {"\\mu_t": one.spot, "x_t": one.stops[0], "\\epsilon_\\theta": one.pull}))
        axes = RIGHT_HALF.put(self.axes(run.readings, run.loss_so_far, "updates", "loss", width=3.7), LEFT)
        floor = axes.level(run.floor, "target", self.text("floor", floor=run.floor))
        self.play(self.moving(self.left), self.dropping(one), self.dropping(law), self.showing(axes),
                  self.showing(self.scrim(RIGHT, FRAME.width, HALF)), self.showing(floor))  # fmt: skip
        self.add(loss := axes.curve(run.loss_so_far, "model", run.readings, self.text("now", loss=run.last_loss)))
        self.play(self.index(loss.show).to(len(run.loss) - 1, 2 * SLOW))
        self.wait(QUICK)

    def every_answer_is_an_arrow(self) -> None:
        run = self.trace
        self.keep(self.crowd, self.hero, self.river.first)
        self.show(arrows := Arrows(self.river, run.paths, run.tips, int(run.apart)))
        self.play(self.gathering(law := RIGHT_HALF.put(self.law("arrow")), {"\\epsilon_\\theta": arrows}))
        self.next_caption()
        self.chain.drives(arrows.follow)
        self.add(self.trail)
        self.play(self.dropping(law), self.chain.to(self.settled, 1.5 * RUN), self.moving(self.near, 1.2 * RUN),
                  self.showing(self.river.rest, time_span=(RUN, 1.2 * RUN)))  # fmt: skip
        self.chain.readers.remove(arrows.follow)

    def the_beam_closes(self) -> None:
        chance = self.trace.chance_of_its_moon
        self.keep(self.crowd, self.hero, self.river, self.trail)
        self.play(self.chain.to(self.poised), self.dimming(self.crowd, FAINT), self.veiling(self.river.ridges))
        number = self.big("chance", moment(chance, self.chain.at), "{:.2f}", "mechanism", widest=0)
        self.play(self.showing(self.light.show(self.chain.at)), self.showing(number))
        self.next_caption()
        self.chain.drives(self.light.show, lambda at: number.show(moment(chance, at)))
        self.play(self.chain.to(self.last), self.moving(self.mouth), run_time=RUN)

    def pulls_add_up(self) -> None:
        run, sums = self.trace, self.sums
        self.keep(self.crowd, self.hero, self.river, self.trail)
        self.add(sums.show(0))
        self.play(self.moving(self.apart), self.index(sums.show).to(len(run.pulled) - 1), run_time=RUN)
        pulls = self.name_at(sums.ends[0], self.label("pulls", "model", **run.lengths), UP)
        kicks = self.name_at(sums.ends[1], self.label("kicks", "noise", **run.lengths), LEFT)
        self.show(self.big("times", run.times, "{:.0f} ×"), pulls, kicks)
        self.wait(NORMAL)

    def without_the_draw_it_collapses(self) -> None:
        spread = self.trace.spread_silent
        self.keep(self.crowd, self.hero, self.river)
        number = self.big("spread", spread[0], "{:.2f}", "error", widest=0)
        self.play(self.moving(self.whole), self.showing(self.silent), self.showing(number),
                  self.dimming(self.crowd, GONE), self.dimming(self.hero, GONE), run_time=SLOW)  # fmt: skip
        course = self.index(self.silent.show, lambda at: number.show(moment(spread, at)))
        self.next_caption()
        self.play(course.to(spread.argmin(), 3 * SLOW), self.drifting(theta=4, run_time=3 * SLOW))
        self.next_caption()
        self.play(course.to(self.last, 1.5 * SLOW), self.drifting(theta=2, run_time=1.5 * SLOW))

    def half_the_pull_needs_no_draw(self) -> None:
        run = self.trace
        self.keep(self.river, self.silent, self.crowd, self.hero)
        self.add(threads := Threads(self.river, run.halved, len(run.paths)))
        self.play(self.index(threads.follow).to(self.last, RUN), self.moving(self.mouth, RUN),
                  self.dimming(self.silent, GONE))  # fmt: skip
        ways = self.label("ways", drawn=run.halved.shape[1], all=len(run.samples))
        beside = {"apart": run.apart_data, "band": run.apart_band}
        number = self.big("halved", run.distance_halved.mean(), "{:.2f}", "rival", **beside)
        self.show(number, self.name_at(self.river.first, ways, DOWN))
        self.wait(NORMAL)

    def the_moons_return(self) -> None:
        run = self.trace
        self.keep(self.river, self.silent, self.crowd, self.hero)
        self.play(self.moving(self.poster), self.showing(self.trail), self.dimming(self.crowd, 1.0),
                  self.dimming(self.hero, 1.0), self.dimming(self.silent, HALF), run_time=SLOW)  # fmt: skip
        ends = (("with", run.distance, "model"), ("middles", run.distance_silent, "error"))
        pair = [self.big(name, found.mean(), "{:.2f}", role) for name, found, role in ends]
        said = self.label("distance"), self.label("each", batch=run.batch), LOWER_LEFT.row(*pair, gap=1.0, edge=UP)
        self.show(self.over(LOWER_LEFT.column(*said, gap=0.2, edge=LEFT)))

    def dimming(self, what: Any, light: float, run_time: float = NORMAL) -> Animation:
        """What gives light is so bright from now on."""
        return self.index(what.dim, at=what.light).to(light, run_time)
