"""Where a noisy point came from is anyone's guess; where it was one step ago is not. So walk back in small steps."""

from __future__ import annotations

from manimlib import DOWN, LEFT, UP, rush_into, smooth

from mathviz.mobjects import diffusion_reverse as drawn
from mathviz.mobjects.glass import Pool
from mathviz.mobjects.light import moment
from mathviz.stage import SAFE, STAGE, UPPER_LEFT, Angle
from mathviz.stage.banks import ASIDE, HIGH_LEFT, HIGH_RIGHT, LOW_LEFT, Banks
from mathviz.style import NORMAL, QUICK, SLOW

RUN, FAINT, HALF = 2.5 * SLOW, 0.4, 0.5
"""Seconds in which a whole chain passes; what is left of light beside the hero's, and beside another cloud's."""


class DiffusionReverse(Banks):
    """Its cast and its shots are those of the banks of the river."""

    def question(self) -> None:
        self.always(Pool(self.theme))
        self.cut(self.slice.nearer(1.5, self.hero.place))
        self.see_far()
        self.play(*map(self.showing, (self.river.first, self.crowd, self.hero)), self.moving(self.slice, 3 * SLOW))

    def the_square_was_a_slice(self) -> None:
        self.keep(self.crowd, self.hero, self.river.first)
        self.add(self.river.bed)
        self.play(self.moving(self.whole, 2 * SLOW), *self.dimming(1.0, self.river, run_time=2 * SLOW),
                  self.showing(self.river.rest, time_span=(NORMAL, 2 * SLOW)))  # fmt: skip
        self.show(self.name_at(self.river.first, self.label("noise"), DOWN),
                  self.name_at(self.heart, self.label("data"), UP))  # fmt: skip

    def it_could_come_from_anywhere(self) -> None:
        self.keep(self.crowd, self.hero, self.river)
        number = self.big("origins", self.trace.origin_spread[0], "{:.2f}", "mechanism", UPPER_LEFT)
        self.play(self.moving(self.shoulder, 2 * SLOW), self.showing(self.light, time_span=(NORMAL, 2 * SLOW)),
                  *self.dimming(HALF, self.crowd), self.showing(number, time_span=(SLOW, 2 * SLOW)))  # fmt: skip
        self.linger(-3)

    def the_average_lands_on_nothing(self) -> None:
        run = self.trace
        self.keep(self.crowd, self.hero, self.river.ridges, self.river.bed)
        leap = self.sized(drawn.Leap(self.river, run.paths[0], run.leapt))
        self.play(self.moving(self.behind, 1.5 * SLOW), *self.dimming(1.0, self.crowd),
                  self.showing(leap, time_span=(SLOW, 1.5 * SLOW)))  # fmt: skip
        self.play(self.index(leap.show).to(1, rate_func=rush_into), *self.dimming(HALF, self.river),
                  *self.dimming(0.15, self.crowd), run_time=1.8 * SLOW)  # fmt: skip
        self.next_caption()
        landed = self.big("landed", run.leapt_near, f"{{}} / {run.shown}", "error")
        self.play(self.showing(landed), self.drifting(2, run_time=NORMAL))
        self.linger(3)

    def one_step_ago_is_a_small_cloud(self) -> None:
        run, one = self.trace, self.step
        self.keep(self.crowd, self.hero, self.river.ridges, self.river.bed)
        spread = self.big("step_ago", run.step_spread[0], "{:.2f}", "mechanism", ASIDE, all=run.origin_spread[0])
        self.play(self.moving(self.wide, SLOW), *self.dimming(FAINT, self.crowd, run_time=SLOW),
                  self.showing(one.cloud, time_span=(NORMAL, SLOW)), self.showing(spread, time_span=(NORMAL, SLOW)))
        self.linger(2)
        self.next_caption()
        self.play(self.moving(self.close, 1.5 * SLOW), *map(self.dropping, (spread, self.river.ridges)),
                  *self.dimming(0.0, self.crowd))  # fmt: skip
        self.add(one.kick, one.pull, one.head)
        pull, kick = (self.name_at(place, self.label(name), DOWN, 0.4) for place, name in
                      ((one.stops[:2].mean(axis=0), "pull"), (one.stops[1:].mean(axis=0), "kick")))  # fmt: skip
        self.play((step := self.index(one.show, lambda share: self.hero.put(one.place(share)))).to(HALF, SLOW),
                  *map(self.showing, (one.spot, pull)))  # fmt: skip
        self.play(step.to(1, rate_func=smooth), self.showing(kick, time_span=(0, QUICK)), self.drifting(1),
                  run_time=SLOW)  # fmt: skip
        # lint: ignore[TXT001] its symbols grow on their way
        self.once = STAGE.put(self.law("step", "question"), UP)
        self.play(self.gathering(self.once, {"x_{t-1}": self.hero, "\\mu_t": one.spot, "z": one.kick}, SLOW),
                  *(self.dropping(each, QUICK) for each in (pull, kick)))  # fmt: skip

    def a_network_knows_the_middle(self) -> None:
        run, one = self.trace, self.step
        self.keep(self.crowd, self.hero, self.river.bed, one, self.once)
        middle = self.below(self.once).put(self.law("middle"), UP)  # lint: ignore[TXT001] its symbols grow on their way
        self.play(self.gathering(middle, {"x_t": one.stops[0], "\\mu_t": one.spot, "\\epsilon_\\theta": one.stops[0]}),
                  self.drifting(2, run_time=SLOW))  # fmt: skip
        said = self.below(middle).row(*map(self.label, ("drawn", "kept")), gap=0.8, edge=UP)
        self.show(self.over(said))
        self.linger(2)
        self.next_caption()
        fall = self.sized(drawn.Descent(self.river, run.loss_so_far, float(run.floor)))
        loss = self.big("loss", run.loss_so_far[0], "{:.2f}", "model", HIGH_RIGHT)
        sea = self.shot(Angle(-262, 79), fall.places).nearer(1.05)
        self.play(self.moving(sea), *map(self.dropping, (one, self.once, middle, said)),
                  self.showing(fall), self.showing(loss, time_span=(NORMAL, SLOW)), run_time=SLOW)  # fmt: skip
        self.show(self.name_at(fall.floor_end, self.label("floor", floor=run.floor), DOWN))
        course = self.index(fall.show, lambda at: loss.show(moment(run.loss_so_far, at)))
        self.play(course.to(len(run.loss) - 1), self.drifting(-3), run_time=2 * SLOW)

    def every_answer_is_an_arrow(self) -> None:
        run = self.trace
        self.keep(self.crowd, self.hero, self.river.bed)
        arrows = self.sized(drawn.Arrows(self.river, run.paths, run.tips, int(run.apart)))
        self.play(self.moving(self.burst, SLOW), self.showing(arrows, time_span=(NORMAL, SLOW)),
                  *self.dimming(1.0, self.crowd))  # fmt: skip
        self.chain.drives(arrows.follow)
        self.play(self.chain.to(self.poised, RUN), self.with_the_crowd(RUN))
        self.next_caption()
        aimed = self.big("aimed", run.aimed, f"{{}} / {run.shown}", "model", HIGH_LEFT, within=run.within)
        self.show(aimed)
        self.linger(-3)
        self.next_caption()
        self.play(self.chain.to(run.frame_of(run.settled)), self.dropping(aimed), self.with_the_crowd(2 * SLOW),
                  run_time=2 * SLOW)  # fmt: skip
        self.chain.readers.remove(arrows.follow)

    def the_draws_decide(self) -> None:
        run = self.trace
        again = drawn.Threads(self.river, run.reruns, self.last, self.poised, "model", 0.5, size=0.05, every=12)
        self.keep(self.crowd, self.hero, self.river.bed)
        self.play(self.chain.to(self.poised, rate_func=smooth), self.moving(self.fork), self.showing(self.river.rest),
                  *self.dimming(0.0, self.crowd), run_time=1.5 * SLOW)  # fmt: skip
        self.play(self.showing(self.light.show(self.poised)), *self.dimming(FAINT, self.river))
        self.linger(theta=3)
        self.next_caption()
        self.add(self.sized(again))
        self.play(self.index(again.follow, at=self.poised).to(self.last), self.dropping(self.light), run_time=2 * SLOW)
        self.play(self.index(lambda share: again.favour(run.rises, share)).to(1), self.drifting(2),
                  self.showing(self.big("up", run.up, f"{{}} / {run.runs}", "model", UPPER_LEFT)))  # fmt: skip
        self.linger(2)

    def the_beam_closes(self) -> None:
        chance, since = self.trace.chance_of_its_moon, self.since.show(0)
        self.keep(self.crowd, self.hero, self.river)
        number = self.big("chance", moment(chance, self.chain.at), "{:.2f}", "mechanism", UPPER_LEFT, widest=0)
        self.play(self.showing(number, time_span=(NORMAL, SLOW)), *map(self.showing, (since, self.light)),
                  *self.dimming(0.0, self.crowd))  # fmt: skip
        self.chain.drives(self.light.show, lambda at: since.show(at - self.poised),
                          lambda at: number.show(moment(chance, at)))  # fmt: skip
        self.play(self.chain.to(self.last), self.drifting(3), run_time=RUN)
        self.play(self.moving(self.arrived, SLOW))

    def without_the_draw_it_collapses(self) -> None:
        run, spread = self.trace, self.trace.spread_silent
        self.keep(self.river, self.crowd, self.hero)
        number = self.big("spread", spread[0], "{:.2f}", "error", LOW_LEFT, widest=0, data=run.origin_spread[0])
        self.play(self.moving(self.map), *map(self.showing, (self.silent, number)), *self.dimming(1.0, self.river),
                  *self.dimming(0.0, self.crowd, self.hero), run_time=1.2 * SLOW)  # fmt: skip
        course = self.index(self.silent.show, self.hero.walks(run.silent[:, run.hero]).follow,
                            lambda at: number.show(moment(spread, at)))  # fmt: skip
        self.next_caption()
        self.play(course.to(spread.argmin()), self.drifting(4), *self.dimming(1.0, self.hero), run_time=2.3 * SLOW)
        self.linger(3)
        self.next_caption()
        self.play(course.to(self.last), self.moving(self.low), *self.dimming(FAINT, self.river), run_time=1.5 * SLOW)

    def half_the_pull_needs_no_draw(self) -> None:
        run, threads = self.trace, self.sized(drawn.Threads(self.river, self.trace.halved, self.last))
        self.keep(self.river, self.silent, self.crowd, self.hero)
        self.play(*self.dimming(0.0, self.silent, self.hero), self.showing(threads))
        course = self.index(threads.follow, self.hero.walks(run.halved[:, run.hero]).follow)
        self.play(course.to(self.last), *self.dimming(1.0, self.hero), self.drifting(-4), run_time=2 * SLOW)
        self.show(self.big("halved", run.distance_halved.mean(), "{:.2f}", "rival", LOW_LEFT, data=run.apart_data))
        self.play(self.drifting(-3), run_time=1.5 * NORMAL)

    def the_moons_return(self) -> None:
        self.keep(self.river, self.silent, self.crowd, self.hero)
        course, self.trail.tail = self.index(self.crowd.show, self.trail.show), 100
        self.play(self.moving(self.poster), self.veiling(self.river.ridges), *self.dimming(0.0, self.hero),
                  *self.dimming(1.0, self.crowd), *self.dimming(HALF, self.silent))  # fmt: skip
        course.drives(self.hero.walks(self.trace.paths[:, self.trace.hero]).follow)
        self.add(self.trail)
        self.play(course.to(0.75 * self.last), *self.dimming(1.0, self.hero, self.river), self.drifting(2),
                  run_time=1.3 * SLOW)  # fmt: skip
        self.next_caption()
        self.play(course.to(self.last), self.drifting(2), run_time=SLOW)

    def last_picture(self) -> None:
        self.keep(self.river, self.silent, self.crowd, self.hero, self.trail)
        ends = self.trace.distance.mean(), self.trace.distance_silent.mean()
        pair = self.pair("distance", "{:.2f}", ("with", "middles"), ends, ("model", "error"), SAFE,
                         data=self.trace.apart_data)  # fmt: skip
        coming = self.scrim(LEFT, strength=0.6), self.top_scrim, pair.face, self.title
        self.play(self.moving(self.poster), *(self.showing(each, SLOW) for each in coming))
