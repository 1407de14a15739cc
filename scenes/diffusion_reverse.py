"""Where a noisy point came from is anyone's guess; where it was one step ago is not. So walk back in small steps."""

from __future__ import annotations

from manimlib import DL, DOWN, LEFT, RIGHT, UP, rush_into, smooth

from mathviz.mobjects import diffusion_reverse as drawn
from mathviz.mobjects.glass import Pool
from mathviz.mobjects.light import moment
from mathviz.stage import RIGHT_HALF, SAFE, UPPER_LEFT, Angle
from mathviz.stage.banks import DEEP_LEFT, HIGH_LEFT, HIGH_RIGHT, Banks
from mathviz.style import NORMAL, QUICK, SLOW

RUN, FAINT, HALF = 2.5 * SLOW, 0.4, 0.5
"""Seconds in which a whole chain passes; what is left of light beside the hero's, and beside another cloud's."""


class DiffusionReverse(Banks):
    """Its cast and its shots are those of the banks of the river."""

    def question(self) -> None:
        self.always(Pool(self.theme))
        self.cut(self.slice.nearer(2, self.hero.place))
        self.see_far()
        self.play(*map(self.showing, (self.river.first, self.crowd, self.hero)), self.moving(self.slice, 3 * SLOW))

    def the_square_was_a_slice(self) -> None:
        self.keep(self.crowd, self.hero, self.river.first)
        self.add(self.river.bed)  # lint: ignore[CON001] the title is quiet, 4.3 : 1 at least, and leaves with this beat
        self.play(self.moving(self.whole, 2 * SLOW), *self.dimming(1.0, self.river, run_time=2 * SLOW),
                  self.showing(self.river.rest, time_span=(NORMAL, 2 * SLOW)))  # fmt: skip
        self.show(self.name_at(self.river.first, self.label("noise"), DOWN),
                  self.name_at(self.heart, self.label("data", "data"), UP))  # fmt: skip

    def it_could_come_from_anywhere(self) -> None:
        self.keep(self.crowd, self.hero, self.river)
        number = self.big("origins", self.trace.origin_spread[0], "{:.2f}", "mechanism", UPPER_LEFT)
        self.play(self.moving(self.shoulder, 2 * SLOW), self.showing(self.light, time_span=(NORMAL, 2 * SLOW)),
                  *self.dimming(HALF, self.crowd), self.showing(number, time_span=(SLOW, 2 * SLOW)))  # fmt: skip
        self.linger(-3)

    def the_average_lands_on_nothing(self) -> None:
        run = self.trace
        self.keep(self.crowd, self.hero, self.river.ridges, self.river.bed)
        leap = drawn.Leap(self.river, run.paths[0], run.leapt)
        self.sizing(leap)
        self.play(self.moving(self.behind, 1.5 * SLOW), *self.dimming(1.0, self.crowd),
                  self.showing(leap, time_span=(SLOW, 1.5 * SLOW)))  # fmt: skip
        self.play(self.index(leap.show).to(1, rate_func=rush_into), *self.dimming(HALF, self.river),
                  *self.dimming(0.15, self.crowd), run_time=1.8 * SLOW)  # fmt: skip
        self.next_caption()
        self.show(self.big("landed", run.leapt_near, f"{{}} / {run.shown}", "error"))

    def one_step_ago_is_a_small_cloud(self) -> None:
        run, one = self.trace, self.step
        self.keep(self.crowd, self.hero, self.river.ridges, self.river.bed)
        spread = self.big("step_ago", run.step_spread[0], "{:.2f}", "mechanism", HIGH_RIGHT, all=run.origin_spread[0])
        self.play(self.moving(self.close, 2 * SLOW), *self.dimming(FAINT, self.crowd),
                  self.showing(one.cloud, time_span=(NORMAL, 2 * SLOW)),
                  self.showing(spread, time_span=(1.5 * SLOW, 2 * SLOW)))  # fmt: skip
        self.next_caption()
        self.add(one.kick)
        self.play(self.moving(self.deep), self.dropping(spread), *map(self.showing, (one.pull, one.head, one.spot)))
        said = [self.name_at(place, self.label(name, "model"), RIGHT, 0.5) for place, name in
                ((one.stops[:2].mean(axis=0), "pull"), (one.stops[1], "middle"))]  # fmt: skip
        self.play((step := self.index(one.show, lambda share: self.hero.put(one.place(share)))).to(HALF, 1.5 * SLOW),
                  *map(self.showing, said))  # fmt: skip
        self.drop(*said, run_time=QUICK)
        self.play(step.to(1, rate_func=smooth), self.moving(self.close), run_time=1.5 * SLOW)
        # lint: ignore[TXT001] its symbols grow on their way
        self.once = RIGHT_HALF.put(self.law("step", "question"), UP)
        self.play(self.gathering(self.once, {"x_{t-1}": self.hero, "\\mu_t": one.spot, "z": one.kick}))

    def a_network_knows_the_middle(self) -> None:
        run, one = self.trace, self.step
        self.keep(self.crowd, self.hero, self.river.ridges, self.river.bed, one, self.once)
        middle = RIGHT_HALF.put(self.law("middle"), RIGHT)  # lint: ignore[TXT001] its symbols grow on their way
        self.play(self.gathering(middle, {"x_t": one.stops[0], "\\mu_t": one.spot, "\\epsilon_\\theta": one.pull}),
                  self.drifting(2, run_time=SLOW))  # fmt: skip
        self.show(kept := self.over(RIGHT_HALF.shrunk(0.6).put(self.label("kept"), DOWN)))
        self.next_caption()
        fall = drawn.Descent(self.river, run.loss_so_far, float(run.floor))
        self.sizing(fall)
        loss = self.big("loss", run.loss_so_far[0], "{:.2f}", "model", HIGH_RIGHT)
        sea = self.shot(Angle(-262, 79), fall.places).nearer(1.05)
        self.play(self.moving(sea), *map(self.dropping, (one, self.once, middle, kept, self.river.ridges)),
                  self.showing(fall), self.showing(loss, time_span=(NORMAL, SLOW)), run_time=SLOW)  # fmt: skip
        self.show(self.name_at(fall.floor_end, self.label("floor"), DOWN))
        course = self.index(fall.show, lambda at: loss.show(moment(run.loss_so_far, at)))
        self.play(course.to(len(run.loss) - 1), self.drifting(-3), run_time=2 * SLOW)

    def every_answer_is_an_arrow(self) -> None:
        run = self.trace
        self.keep(self.crowd, self.hero, self.river.bed)
        arrows = drawn.Arrows(self.river, run.paths, run.tips, int(run.apart))
        self.sizing(arrows)
        self.play(self.moving(self.burst, SLOW), self.showing(arrows, time_span=(NORMAL, SLOW)),
                  *self.dimming(1.0, self.crowd))  # fmt: skip
        self.chain.drives(arrows.follow)
        self.play(self.chain.to(self.poised, RUN), self.with_the_crowd(RUN))
        self.next_caption()
        aimed = self.big("aimed", run.aimed, f"{{}} / {run.shown}", "model", HIGH_LEFT, within=run.within)
        self.show(aimed)
        self.linger(-3)
        self.next_caption()
        self.play(self.chain.to(run.frame_of(run.settled), RUN), self.dropping(aimed), self.with_the_crowd(RUN))
        self.chain.readers.remove(arrows.follow)

    def the_draws_decide(self) -> None:
        run, again = self.trace, drawn.Threads(self.river, self.trace.reruns, self.last, self.poised, "model", 0.2)
        self.keep(self.crowd, self.hero, self.river.bed)
        self.sizing(again)
        self.play(self.chain.to(self.poised, rate_func=smooth), self.moving(self.fork), self.showing(self.river.rest),
                  *self.dimming(0.3, self.crowd), run_time=1.5 * SLOW)  # fmt: skip
        self.play(self.showing(self.light.show(self.poised)), *self.dimming(HALF, self.river))
        self.linger(theta=3)
        self.next_caption()
        self.add(again)
        self.play(self.index(again.follow, at=self.poised).to(self.last), self.veiling(self.light), run_time=2 * SLOW)
        self.show(self.big("up", run.up, f"{{}} / {run.runs}", "model", UPPER_LEFT))
        self.wait(NORMAL)

    def the_beam_closes(self) -> None:
        chance = self.trace.chance_of_its_moon
        self.keep(self.crowd, self.hero, self.river, self.light)
        number = self.big("chance", moment(chance, self.chain.at), "{:.2f}", "mechanism", UPPER_LEFT, widest=0)
        self.play(self.showing(number, time_span=(NORMAL, SLOW)), self.showing(self.trail), self.unveiling(self.light),
                  *self.dimming(0.1, self.crowd))  # fmt: skip
        self.chain.drives(self.light.show, lambda at: number.show(moment(chance, at)))
        self.play(self.chain.to(self.last), self.moving(self.low), run_time=1.3 * RUN)

    def without_the_draw_it_collapses(self) -> None:
        run, spread = self.trace, self.trace.spread_silent
        self.keep(self.river, self.crowd, self.hero)
        number = self.big("spread", spread[0], "{:.2f}", "error", widest=0)
        self.play(self.moving(self.map), *map(self.showing, (self.silent, number)), *self.dimming(1.0, self.river),
                  *self.dimming(0.0, self.crowd, self.hero), run_time=1.2 * SLOW)  # fmt: skip
        course = self.index(self.silent.show, self.hero.walks(run.silent[:, run.hero]).follow,
                            lambda at: number.show(moment(spread, at)))  # fmt: skip
        self.next_caption()
        self.play(course.to(spread.argmin()), self.drifting(4), *self.dimming(1.0, self.hero), run_time=3 * SLOW)
        self.next_caption()
        self.play(course.to(self.last), self.moving(self.low), *self.dimming(FAINT, self.river), run_time=1.5 * SLOW)

    def half_the_pull_needs_no_draw(self) -> None:
        run, threads = self.trace, drawn.Threads(self.river, self.trace.halved, self.last)
        self.keep(self.river, self.silent, self.crowd, self.hero)
        self.sizing(threads)
        self.play(*self.dimming(0.0, self.silent, self.hero), self.showing(threads))
        course = self.index(threads.follow, self.hero.walks(run.halved[:, run.hero]).follow)
        self.play(course.to(self.last), *self.dimming(1.0, self.hero), self.drifting(-4), run_time=2 * SLOW)
        self.show(self.big("halved", run.distance_halved.mean(), "{:.2f}", "rival", DEEP_LEFT, data=run.apart_data))
        self.wait(1.5 * NORMAL)

    def the_moons_return(self) -> None:
        self.keep(self.river, self.silent, self.crowd, self.hero)
        course = self.index(self.crowd.show, self.trail.show)
        self.play(self.moving(self.poster), self.veiling(self.river.ridges), *self.dimming(0.0, self.hero),
                  *self.dimming(1.0, self.crowd), *self.dimming(HALF, self.silent))  # fmt: skip
        course.drives(self.hero.walks(self.trace.paths[:, self.trace.hero]).follow)
        self.add(self.trail)
        self.play(course.to(self.last, RUN), *self.dimming(1.0, self.hero, self.river),
                  self.drifting(3, run_time=RUN))  # fmt: skip

    def last_picture(self) -> None:
        self.keep(self.river, self.silent, self.crowd, self.hero, self.trail)
        run, left = self.trace, SAFE.without(RIGHT_HALF)
        ends = (("apart", run.distance_of_data, "data"), ("with", run.distance, "model"),
                ("middles", run.distance_silent, "error"))  # fmt: skip
        *two, one = [self.big(name, found.mean(), "{:.2f}", role, left) for name, found, role in ends]
        said = [self.case(self.label(name, batch=run.batch)) for name in ("distance", "each")]
        facts = self.over(left.column(*said, left.row(*two, gap=0.8, edge=UP), one, gap=0.25, edge=DL))
        veil = self.scrim(LEFT, strength=0.6)
        self.play(self.moving(self.poster), self.showing(veil, SLOW), self.showing(facts, SLOW))
