"""News of a reward goes from cell to cell, one a sweep, if each takes its best neighbour; the average would hide."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from manimlib import OUT, UL, UP, UR

from mathviz.concepts.gridworld_bellman import GridworldBellman as Run
from mathviz.mobjects.glass import Pool
from mathviz.mobjects.light import Hero, moment
from mathviz.mobjects.streaks import Trail
from mathviz.mobjects.value_city import STEPS, Detour, News, Signs, ValueCity, Walkers, Wave, stepped
from mathviz.stage import CITY, SAFE, UPPER_LEFT, UPPER_RIGHT, Angle, Explainer, Region
from mathviz.stage.moves import ease
from mathviz.style import NORMAL, QUICK, SLOW

RUN = 3 * SLOW
WIDE = Region(-9.0, 9.0, -3.3, 2.9)
"""The frame and beyond: the board's corners may run off it."""
ASKED, HOPS = 8, 20
"""The cell whose neighbours are asked first, on dry ground, one of them mud; steps of the walks that are shown."""

TOP, RIGHTWARD = replace(UPPER_RIGHT, toward=(1.0, 1.0)), replace(WIDE, left=-7.4, right=10.0)


class GridworldBellman(Explainer):
    """Cast: the ``city`` of values, the light in its corner, ``hero``, and the ``wave`` that builds the city."""

    trace: Run

    def setup(self) -> None:
        super().setup()
        run, theme = self.trace, self.theme
        self.city = city = ValueCity(theme, run.kinds)
        self.hero = Hero(theme, city.lids(0.2)[0], "model", 0.13)
        offers = run.earned + run.g * run.best[run.following]
        told = run.following[np.arange(len(run.kinds)), offers.argmax(axis=1)]
        self.wave = Wave(city, run.swept, told, run.known)
        ends = city.lids()[[0, city.goal]] + np.array([[0, 0, 0.0], [0, 0, 3.0]])
        self.low = self.shot(Angle(-26, 68, 38), ends, within=Region(-3.8, 3.0, -1.5, 2.9))
        self.plan = self.shot(CITY.turned(6, 3), city.corners(0.3), within=WIDE).nearer(1.0)
        self.deep = self.shot(CITY.turned(2, 5), city.corners(0.5, -3.4), within=WIDE).nearer(1.0)
        self.high = self.shot(CITY.turned(4, 6), city.corners(1.3), within=RIGHTWARD).nearer(1.0)

    def question(self) -> None:
        self.always(Pool(self.theme))
        self.cut(self.low)
        self.play(self.showing(self.city, QUICK), self.showing(self.hero, QUICK), self.drifting(5, -3, run_time=SLOW))
        self.play(self.drifting(5, -3, run_time=SLOW))

    def a_value_is_an_average(self) -> None:
        run, city = self.trace, self.city
        self.keep(city, self.hero)
        self.walkers = walkers = Walkers(self.theme, np.array([city.way(each) for each in run.walks]))
        self.add(walkers)
        goal = self.name_at(city.lids(2.6)[city.goal], self.case(self.label("goal")), UP)
        mud = self.name_at(city.lids(0.2)[11], self.case(self.label("mud")), UP)
        walking = self.index(walkers.show)
        self.play(self.moving(self.plan), walking.to(3), *map(self.showing, (goal, mud)))
        self.next_caption()
        many = np.geomspace(len(run.walks), run.samples, 101).astype(int)
        mean = self.big("earned", run.returns[: many[0]].mean(), "{:.2f}", "data", TOP)
        walking.drives(lambda at: mean.show(float(run.returns[: many[round(100 * (at - 3) / (HOPS - 3))]].mean())))
        self.show(mean, run_time=QUICK)
        self.play(walking.to(HOPS, RUN), self.drifting(6, run_time=RUN))

    def ask_the_neighbours(self) -> None:
        run, city, news = self.trace, self.city, News(self.theme, 4)
        self.keep(city, self.hero)
        sinking = self.index(lambda at: city.show(moment(run.averaged, at)), self.stand)
        close = self.plan.nearer(2.0, city.lids()[ASKED] - 0.6 * OUT).around(-6, 8)
        self.play(self.moving(close), sinking.to(5), self.dropping(self.walkers))
        law = SAFE.put(self.law("average"), UR)
        before, after = run.averaged[5], run.averaged[5].copy()
        after[ASKED] = run.averaged[6][ASKED]
        around, here = city.lids(0.15)[run.following[ASKED]], np.repeat(city.lids(0.15)[[ASKED]], 4, axis=0)
        self.add(news)
        # lint: ignore[CON001] signs as large as these need 3 : 1
        self.play(self.index(lambda at: news.fly(around, here, at)).to(1, SLOW), self.showing(law))
        lit = np.eye(len(run.kinds))[ASKED]
        told = self.index(lambda at: city.show(before + at * (after - before), np.sin(np.pi * at) * lit))
        self.play(told.to(1, NORMAL, ease))
        self.next_caption()
        corner = self.big("corner", run.averaged[6][0], "{:.2f}", "target", UPPER_LEFT, widest=run.corner_random)
        sinking.put(6).drives(lambda at: corner.show(float(moment(run.averaged, at)[0])))
        self.play(self.moving(self.deep), sinking.to(9, SLOW))
        self.show(corner, run_time=QUICK)
        self.play(sinking.to(len(run.averaged) - 1, RUN / 2), self.drifting(4, run_time=RUN / 2))
        self.keep(city, self.hero)

    def greed_hides_at_the_wall(self) -> None:
        run, city = self.trace, self.city
        signs = Signs(city, np.eye(4)[run.timid])
        self.play(self.showing(signs), self.moving(self.deep.around(0, -8)))
        ways = np.array([city.way(cells, run.timid[cells]) for cells in np.delete(run.timidly(9), run.goal, axis=0)])
        crowd = Walkers(self.theme, ways, "model", trail=0.0)
        self.show(crowd)
        fleeing, count = self.index(crowd.show), self.big("stuck", run.worse, "{:.0f}", "error", TOP, places=run.places)
        self.play(fleeing.to(4, RUN / 2), self.dropping(signs), self.drifting(-3, run_time=RUN / 2))
        self.next_caption()
        self.play(fleeing.to(9, RUN / 2), self.drifting(-3, run_time=RUN / 2), self.showing(count, QUICK))
        self.keep(city, self.hero)

    def take_the_best_neighbour(self) -> None:
        run, city, wave = self.trace, self.city, self.wave
        old, new = SAFE.put(self.law("average"), UL), SAFE.put(self.law("best"), UL)
        sunk = city.values.copy()
        rising = self.index(lambda at: city.show((1 - at) * sunk), self.stand)
        # lint: ignore[CON001] signs as large as these need 3 : 1
        self.play(self.moving(self.high), rising.to(1, SLOW, ease), self.showing(old))
        self.turn(old, new)  # lint: ignore[CON001] signs as large as these need 3 : 1
        self.add(wave)
        error = self.big("error", 1.0, "{:.3f}", "error", TOP)
        sweeping = self.index(wave.show, self.stand, lambda at: error.show(run.errors[int(at + 0.3)]))
        self.show(error, run_time=QUICK)
        self.play(sweeping.to(2, SLOW))
        self.next_caption()
        self.play(sweeping.to(run.needed, 1.6 * RUN), self.drifting(-14, 4, 1.08, run_time=1.6 * RUN))
        self.play(sweeping.to(run.needed + 1))
        self.keep(city, self.hero)

    def the_best_way_climbs(self) -> None:
        run, city = self.trace, self.city
        self.way = city.way(run.route(0), above=0.2)
        self.trail = Trail(self.theme, self.way, "model", 5.0)
        self.add(self.trail.show(1e-3))
        climbing = self.index(lambda at: self.trail.show(max(at * STEPS, 1e-3)),
                              lambda at: self.hero.show(moment(self.way, at * STEPS)))  # fmt: skip
        close = self.high.nearer(1.5, city.lids()[0] + [2.4, 1.5, 0.3]).around(-6, 8)
        value = self.big("best", run.corner, "{:.3f}", "target", TOP, later=run.later)
        self.play(self.moving(close), self.showing(value, time_span=(NORMAL, SLOW)))
        self.play(climbing.to(5, SLOW), self.drifting(4, run_time=SLOW))
        self.next_caption()
        self.play(climbing.to(run.dry_steps, 2 * SLOW), self.moving(self.high.around(-22, 4), 2 * SLOW))
        self.linger(theta=-4)
        self.keep(city, self.trail, self.hero)

    def cheap_mud_is_waded(self) -> None:
        run, city = self.trace, self.city
        self.play(self.dropping(self.trail), self.moving(self.high.around(6, -6)), self.dropping(self.hero))
        self.routes = routes = Detour(city, (run.route(0), run.route(len(run.mud_cost) - 1)))
        turn = int(np.searchsorted(-run.mud_cost, -run.flip))
        price = self.big("cost", run.mud_cost[0], "{:.2f}", "error", TOP)
        cheaper = self.index(lambda at: city.show(moment(run.best_at, at)), lambda at: routes.show((at - turn) / 3),
                             lambda at: price.show(moment(run.mud_cost, at)))  # fmt: skip
        self.add(routes)
        self.play(self.showing(price), cheaper.to(1))
        self.play(cheaper.to(turn - 4, SLOW + NORMAL), self.drifting(6, run_time=SLOW + NORMAL))
        self.next_caption()
        self.play(cheaper.to(turn + 8, SLOW))
        self.play(cheaper.to(len(run.mud_cost) - 1, SLOW), self.drifting(6, run_time=SLOW))
        self.keep(city)

    def other_ways_agree(self) -> None:
        run, city = self.trace, self.city
        now = city.values.copy()
        sinking = self.index(lambda at: city.show(now + at * (run.rounds[0] - now)))
        self.play(self.moving(self.deep), sinking.to(1, SLOW, ease))
        count = self.big("rounds", 0, "{:.0f}", "mechanism", TOP, widest=10)
        rounds = self.index(lambda at: city.show(moment(run.rounds, stepped(at))), lambda at: count.show(int(at + 0.5)))
        self.show(count, run_time=QUICK)
        self.play(rounds.to(1, NORMAL))
        self.next_caption()
        self.play(rounds.to(run.repairs, 2 * SLOW), self.moving(self.high, 2 * SLOW))
        self.keep(city)

    def last_picture(self) -> None:
        """The city, and the best way from the corner to the goal."""
        run, city = self.trace, self.city
        shot = self.shot(CITY.turned(-4, 2), city.corners(1.2), within=Region(-9.2, 5.8, -4.6, 3.1)).nearer(1.0)
        self.stand()
        self.play(self.moving(shot), *map(self.showing, (self.routes.show(-1), self.hero)))
        self.show(self.big("poster", run.corner, "{:.3f}", "target", TOP, size="hero_large", later=run.later,
                           steps=run.dry_steps))  # fmt: skip

    def stand(self, _: float = 0.0) -> None:
        """The light is in its corner."""
        self.hero.show(self.city.lids(0.2)[0])
