"""Where a noisy point came from is anyone's guess; where it was one step ago is not. So walk back in small steps."""

from __future__ import annotations

import numpy as np
from manimlib import DL, DOWN, RIGHT, UP, rush_into, smooth

from mathviz.concepts.diffusion_reverse import DiffusionReverse as Run
from mathviz.mobjects import diffusion_reverse as drawn
from mathviz.mobjects.glass import Pool
from mathviz.mobjects.light import moment
from mathviz.mobjects.streaks import Trail
from mathviz.stage import LEFT_THIRD, POSTER, RIGHT_HALF, RIGHT_THIRD, RIVER, SAFE, UPPER_RIGHT, UPSTREAM
from mathviz.stage.river import RiverScene
from mathviz.style import NORMAL, QUICK, SLOW

RUN, FAINT, HALF = 2.5 * SLOW, 0.4, 0.5
"""Seconds in which a whole chain passes; what is left of light beside the hero's, and beside another cloud's."""


class DiffusionReverse(RiverScene):
    """Cast: the ``river``, the ``crowd`` in it, the ``hero`` with its ``trail``, and the ``light`` onto its origins."""

    trace: Run

    def setup(self) -> None:
        super().setup()
        run, theme = self.trace, self.theme
        self.last, self.poised, path = len(run.paths) - 1, run.frame_of(int(run.poised)), run.paths[:, run.hero]
        self.river = river = drawn.River(theme, np.split(run.moons, 2)).filled(run.paths, run.share_of_signal)
        self.crowd = drawn.Stream(river, run.paths, run.share_of_signal, quiet=True)
        self.silent = drawn.Stream(river, run.silent, run.share_of_signal, "error", every=1, quiet=True)
        self.hero = drawn.Followed(river, path)
        self.trail = Trail(theme, river.at(path, np.linspace(0, 1, len(path))), width=1.8, glow=0.3)
        self.light = drawn.Origins(river, path, run.origins, run.chances)
        self.step = drawn.StepAgo(river, *run.zoom[0], run.step_ago[0], 0.0)
        self.chain = self.index(self.crowd.show, self.hero.follow, self.trail.show)
        self.slice = self.shot(UPSTREAM, river.corners(0.0, 0.68), within=POSTER)
        self.whole = self.shot(RIVER.turned(-1), river.corners(0, 0.7), river.ridges)
        self.close = self.shot(UPSTREAM, self.step.cloud, leaving=RIGHT_THIRD).nearer(1.4)
        self.deep = self.shot(UPSTREAM, self.step.stops[:2], room=0.8)
        self.mouth = self.shot(RIVER.turned(16), river.ridges, leaving=LEFT_THIRD)
        self.poster = self.shot(RIVER.turned(9), river.ridges, within=POSTER, leaving=LEFT_THIRD)

    def question(self) -> None:
        self.always(Pool(self.theme))
        self.cut(self.slice.nearer(2, self.hero.place))
        sized = self.river, self.crowd, self.silent, self.hero, self.step
        self.with_view(lambda view: [each.seen_at(view.height) for each in sized])
        self.play(*map(self.showing, (self.river.first, self.crowd, self.hero)), self.moving(self.slice, 3 * SLOW))

    def the_square_was_a_slice(self) -> None:
        self.keep(self.crowd, self.hero, self.river.first)
        self.add(self.river.bed)
        self.play(self.moving(self.whole, 2 * SLOW), *self.dimming(1.0, self.river, run_time=2 * SLOW),
                  self.showing(self.river.rest, time_span=(NORMAL, 2 * SLOW)))  # fmt: skip
        self.show(self.name_at(self.river.first, self.label("noise"), DOWN),
                  self.name_at(self.river.ridges, self.label("data", "data"), UP))  # fmt: skip

    def it_could_come_from_anywhere(self) -> None:
        self.keep(self.crowd, self.hero, self.river)
        number = self.big("origins", self.trace.origin_spread[0], "{:.2f}", "mechanism")
        self.play(self.showing(self.light, SLOW), self.drifting(3, run_time=2 * SLOW), self.showing(number, SLOW))

    def the_average_lands_on_nothing(self) -> None:
        run = self.trace
        self.keep(self.crowd, self.hero, self.river)
        leap = drawn.Leap(self.river, run.paths[0], run.leapt)
        self.play(self.showing(leap), self.drifting(-3, run_time=2 * SLOW))
        self.play(self.index(leap.show).to(1, rate_func=rush_into), self.moving(self.mouth),
                  *self.dimming(HALF, self.river), run_time=2 * SLOW)  # fmt: skip
        self.next_caption()
        self.show(self.big("landed", run.leapt_near, f"{{}} / {run.shown}", "error"))

    def one_step_ago_is_a_small_cloud(self) -> None:
        run, one = self.trace, self.step
        self.keep(self.crowd, self.hero, self.river.first, self.river.bed)
        self.play(self.moving(self.close, 2 * SLOW), *self.dimming(FAINT, self.crowd), *self.dimming(0.0, self.river),
                  self.showing(one.cloud, time_span=(NORMAL, SLOW)))  # fmt: skip
        spread = self.big("step_ago", run.step_spread[0], "{:.2f}", "mechanism", UPPER_RIGHT, all=run.origin_spread[0])
        self.show(spread)
        self.next_caption()
        self.add(one.kick)
        self.play(self.moving(self.deep), self.dropping(spread), *map(self.showing, (one.pull, one.spot)))
        said = [self.name_at(place, self.label(name, "model"), RIGHT, 0.5) for place, name in
                ((one.stops[:2].mean(axis=0), "pull"), (one.stops[1], "middle"))]  # fmt: skip
        self.play((step := self.index(one.show, lambda share: self.hero.put(one.place(share)))).to(HALF, 1.5 * SLOW),
                  *map(self.showing, said))  # fmt: skip
        self.drop(*said, run_time=QUICK)
        self.play(step.to(1, rate_func=smooth), self.moving(self.close), run_time=1.5 * SLOW)
        law = RIGHT_THIRD.put(self.law("step"))  # lint: ignore[TXT001] its symbols grow on their way
        self.play(self.gathering(law, {"x_{t-1}": self.hero, "\\mu_t": one.spot, "z": one.kick}))

    def a_network_knows_the_middle(self) -> None:
        run = self.trace
        self.keep(self.crowd, self.hero, self.river.first, self.step)
        fall = drawn.Descent(self.river, run.loss_so_far, float(run.floor))
        loss = self.big("loss", run.loss_so_far[0], "{:.2f}", "model", UPPER_RIGHT)
        self.play(self.moving(self.slice), self.dropping(self.step), *map(self.showing, (fall, loss)), run_time=SLOW)
        self.show(self.name_at(fall.floor_end, self.label("floor", floor=run.floor), DOWN),
                  self.name_at(fall.zero_end, self.label("updates", updates=int(run.updates)), UP))  # fmt: skip
        course = self.index(fall.show, lambda at: loss.show(moment(run.loss_so_far, at)))
        self.play(course.to(len(run.loss) - 1, 2.5 * SLOW))

    def every_answer_is_an_arrow(self) -> None:
        run = self.trace
        self.keep(self.crowd, self.hero, self.river.first)
        arrows = drawn.Arrows(self.river, run.paths, run.tips, int(run.apart))
        self.play(self.showing(arrows, SLOW), *self.dimming(1.0, self.crowd), self.drifting(-3, run_time=3 * SLOW))
        self.next_caption()
        self.add(self.river.bed, self.trail)
        runs = [each.to(self.poised) for each in (self.chain, self.index(arrows.follow))]
        self.play(*runs, self.moving(self.mouth), self.showing(self.river.rest), *self.dimming(FAINT, self.river),
                  run_time=1.2 * RUN)  # fmt: skip

    def the_draws_decide(self) -> None:
        run, again = self.trace, drawn.Threads(self.river, self.trace.reruns, self.last, self.poised, "model")
        self.keep(self.crowd, self.hero, self.river, self.trail)
        self.play(self.showing(self.light.show(self.poised), SLOW), *self.dimming(0.1, self.crowd, run_time=SLOW))
        self.linger(theta=3)
        self.next_caption()
        self.add(again)
        self.play(self.index(again.follow, at=self.poised).to(self.last), self.veiling(self.light), run_time=1.2 * RUN)
        self.show(self.big("up", run.up, f"{{}} / {run.runs}", "model"))
        self.wait(NORMAL)

    def the_beam_closes(self) -> None:
        chance = self.trace.chance_of_its_moon
        self.keep(self.crowd, self.hero, self.river, self.trail, self.light)
        number = self.big("chance", moment(chance, self.chain.at), "{:.2f}", "mechanism", widest=0)
        self.play(self.showing(number), self.veiling(self.river.ridges), self.unveiling(self.light),
                  *self.dimming(FAINT, self.crowd))  # fmt: skip
        self.chain.drives(self.light.show, lambda at: number.show(moment(chance, at)))
        self.play(self.chain.to(self.last), self.drifting(theta=-6), run_time=1.4 * RUN)

    def without_the_draw_it_collapses(self) -> None:
        run, spread = self.trace, self.trace.spread_silent
        self.keep(self.river, self.crowd, self.hero)
        number = self.big("spread", spread[0], "{:.2f}", "error", widest=0)
        self.play(self.moving(self.whole), *map(self.showing, (self.silent, number)), *self.dimming(1.0, self.river),
                  *self.dimming(0.0, self.crowd, self.hero), self.unveiling(self.river.ridges),
                  run_time=SLOW)  # fmt: skip
        course = self.index(self.silent.show, self.hero.walks(run.silent[:, run.hero]).follow,
                            lambda at: number.show(moment(spread, at)))  # fmt: skip
        self.play(*self.dimming(1.0, self.hero))
        self.next_caption()
        self.play(course.to(spread.argmin()), self.drifting(4), run_time=3 * SLOW)
        self.next_caption()
        self.play(course.to(self.last), self.moving(self.mouth), *self.dimming(FAINT, self.river), run_time=1.5 * SLOW)

    def half_the_pull_needs_no_draw(self) -> None:
        run, threads = self.trace, drawn.Threads(self.river, self.trace.halved, self.last)
        self.keep(self.river, self.silent, self.crowd, self.hero)
        self.play(*self.dimming(0.0, self.silent, self.hero), self.showing(threads))
        course = self.index(threads.follow, self.hero.walks(run.halved[:, run.hero]).follow)
        self.play(course.to(self.last, RUN), *self.dimming(1.0, self.hero), self.drifting(-4, run_time=RUN))
        self.show(self.big("halved", run.distance_halved.mean(), "{:.2f}", "rival", data=run.apart_data))
        self.wait(NORMAL)

    def the_moons_return(self) -> None:
        self.keep(self.river, self.silent, self.crowd, self.hero)
        course = self.index(self.crowd.show, self.trail.show)
        self.play(self.veiling(self.river.ridges), *self.dimming(0.0, self.hero), *self.dimming(1.0, self.crowd),
                  *self.dimming(HALF, self.silent))  # fmt: skip
        course.drives(self.hero.walks(self.trace.paths[:, self.trace.hero]).follow)
        self.add(self.trail)
        self.play(course.to(self.last, 1.2 * RUN), *self.dimming(1.0, self.hero, self.river),
                  self.drifting(3, run_time=1.2 * RUN))  # fmt: skip

    def last_picture(self) -> None:
        self.keep(self.river, self.silent, self.crowd, self.hero, self.trail)
        run, left = self.trace, SAFE.without(RIGHT_HALF)
        ends = (("with", run.distance, "model"), ("middles", run.distance_silent, "error"))
        pair = [self.big(name, found.mean(), "{:.2f}", role, left, steps=run.steps) for name, found, role in ends]
        said = [self.case(self.label(name, batch=run.batch)) for name in ("distance", "each")]
        facts = self.over(left.column(*said, left.row(*pair, gap=1.0, edge=UP), gap=0.2, edge=DL))
        self.play(self.moving(self.poster), self.showing(facts, SLOW))
