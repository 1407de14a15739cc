"""Sand flies from a pile into holes, cheapest in order; on a table its plan is a staircase, which entropy melts."""

from __future__ import annotations

import numpy as np
from manimlib import LEFT, RIGHT, UL

from mathviz.concepts.optimal_transport import OptimalTransport as Run
from mathviz.mobjects.diffusion_reverse import River
from mathviz.mobjects.flow_trajectories import Pairs
from mathviz.mobjects.glass import Pool
from mathviz.mobjects.light import moment
from mathviz.mobjects.optimal_transport import Flights, Sand, Table
from mathviz.stage import HERO, LOWER_RIGHT, POSTER, RIGHT_THIRD, RIVER, SIDE, STAGE, UPPER_RIGHT
from mathviz.stage.river import RiverScene
from mathviz.style import QUICK, SLOW

RUN, FAINT = 3 * SLOW, 0.5
"""Seconds of a whole run; what is left of lights that are dimmed."""


class OptimalTransport(RiverScene):
    """Cast: the ``sand``, and the ``table`` that it lands on; at last ``pairs`` in the plane."""

    trace: Run

    def setup(self) -> None:
        super().setup()
        run, theme = self.trace, self.theme
        self.sand = sand = Sand(theme, run.rows, run.columns, run.grain_row, run.grain_column)
        self.table = table = Table(theme, run.rows, run.columns, run.source, run.target)
        self.flying, self.landing = self.index(sand.fly), self.index(sand.land)
        self.side = self.shot(SIDE, sand.goals(run.greedy_column).room, sand.goals(run.grain_column).room)
        self.round = self.shot(HERO.turned(4, -4), table.corners)
        self.beside = self.shot(HERO.turned(4, -4), table.corners, leaving=RIGHT_THIRD)
        self.poster = self.shot(HERO.turned(12, 4), table.corners, within=POSTER).nearer(1.15)

    def question(self) -> None:
        self.always(Pool(self.theme))
        self.cut(self.side)
        self.play(self.showing(self.sand, QUICK), self.flying.to(FAINT, RUN))

    def nearest_is_no_plan(self) -> None:
        self.keep(self.sand)
        self.play(self.flying.to(0, SLOW))
        self.next_caption()
        self.play(self.index(lambda at: self.sand.stay(self.trace.stranded, at)).to(1))
        self.linger(theta=2)

    def greedy_strands_the_last(self) -> None:
        run = self.trace
        self.keep(self.sand)
        calm = self.index(lambda at: self.sand.stay(run.stranded, 1 - at)).to(1, QUICK)
        self.play(self.moving(self.side), calm)
        self.sand.goals(run.greedy_column, closest_first=True)
        self.play(self.flying.put(0).to(1, RUN))
        self.next_caption()
        self.show(self.big("greedy", run.greedy_cost, "{:.2f}", "error", UPPER_RIGHT))
        self.linger(theta=2)

    def keep_the_order(self) -> None:
        run, sand, (one, other) = self.trace, self.sand, self.trace.swap
        self.keep(sand)
        ways = [sand.way(grain) for grain in (one, other)]
        swapped = run.greedy_column.copy()
        swapped[[one, other]] = swapped[[other, one]]
        after = Sand(self.theme, run.rows, run.columns, run.grain_row, run.greedy_column).goals(swapped)
        flights = Flights(self.theme, *ways, (after.way(one), after.way(other)))
        cost = self.big("before", run.before, "{:.2f}", "error", UPPER_RIGHT)
        self.play(self.moving(self.side), self.showing(flights))
        self.show(cost, run_time=QUICK)
        self.linger(theta=1)
        self.next_caption()
        swap = self.index(flights.swap, lambda at: cost.show(run.before - at * run.saved))
        self.play(swap.to(1, SLOW))
        self.linger(theta=1)

    def the_plan_is_a_staircase(self) -> None:
        run, sand, table = self.trace, self.sand, self.table
        self.keep(sand)
        self.play(self.moving(self.side), self.index(lambda at: None).to(1, QUICK), self.flying.put(1).to(0, SLOW))
        sand.goals(run.grain_column)
        self.play(self.flying.put(0).to(1, SLOW))
        self.play(self.moving(self.round, 2 * SLOW), self.landing.to(1, 2 * SLOW), self.dropping(sand.ground),
                  *(self.showing(each, 2 * SLOW) for each in (table.grid, table.near, table.far)))  # fmt: skip
        self.name_piles()
        self.next_caption()
        self.play(self.showing(table.show(run.plan)), self.dropping(sand.lights))
        self.show(self.big("best", run.cost, "{:.2f}", "model", LOWER_RIGHT), STAGE.put(self.law("exact"), UL))
        self.keep(table)

    def prices_prove_it(self) -> None:
        run, table = self.trace, self.table
        prices = table.prices(run.row_price, run.column_price)
        self.play(self.moving(self.beside), self.showing(prices, SLOW))
        self.next_caption()
        self.show(self.big("priced", run.dual_value, "{:.2f}", "target", LOWER_RIGHT))
        self.linger(theta=4)
        self.keep(table)

    def entropy_melts_the_ridge(self) -> None:
        run, table = self.trace, self.table
        last = len(run.temperatures) - 1
        warm = int(np.searchsorted(-run.temperatures, -1.0))
        pair = self.pair("melt", "{:.3f}", ("temperature", "level"), (run.temperatures[-1], run.blurred_cost[-1]),
                         ("mechanism", "model"))  # fmt: skip
        melting = self.index(lambda at: table.show(moment(run.blurred, at)),
                             lambda at: pair.numbers[0].show(moment(run.temperatures, at)),
                             lambda at: pair.numbers[1].show(moment(run.blurred_cost, at)), at=last)  # fmt: skip
        law = STAGE.put(self.law("entropic"), UL)
        self.play(self.moving(self.round), *map(self.showing, (self.scrim(LEFT), pair.face, law)))
        self.play(melting.to(warm, RUN), self.drifting(theta=3, run_time=RUN))
        self.next_caption()
        self.play(melting.to(last, RUN), self.drifting(theta=-3, run_time=RUN))
        self.keep(table)

    def rows_then_columns(self) -> None:
        run, table = self.trace, self.table
        begin = self.index(lambda at: table.sums((1 - at) * run.plan + at * run.iterates[0]))
        self.play(self.moving(self.round), begin.to(1, SLOW))
        self.show(STAGE.put(self.law("scaled"), UL))
        self.next_caption()
        halves = self.index(lambda at: table.sums(moment(run.iterates, at)))
        self.play(halves.to(1, SLOW))
        error = self.big("error", run.iterate_error[0], "{:.3f}", "error", LOWER_RIGHT)
        halves.drives(lambda at: error.show(run.iterate_error[max(0, int((at + 1) / 2) - 1)]))
        self.show(error, run_time=QUICK)
        self.play(halves.to(len(run.iterates) - 1, RUN))

    def mass_moves_straight(self) -> None:
        run = self.trace
        river = River(self.theme, np.split(run.moons, 2), reach=(2.9, 2.7))
        pairs = Pairs(river, run.noise, run.data[run.partner], width=1.2, opacity=0.3)
        away = self.shot(RIVER.turned(-3), river.corners(0, 0.85), river.corners(1, 0.85))
        self.play(self.moving(away, SLOW), self.showing(river), self.showing(pairs.drawn(0)))
        self.play(self.index(pairs.drawn).to(1, SLOW))
        self.play(self.index(pairs.travel).to(1, SLOW), self.drifting(theta=4))
        self.next_caption()
        self.show(self.big("w2", np.sqrt(run.mean_cost(run.partner)), "{:.2f}", "model", LOWER_RIGHT))

    def last_picture(self) -> None:
        """The staircase between its two shadows."""
        run, table = self.trace, self.table
        table.sums(run.plan)
        self.play(self.moving(self.poster), self.showing(table))
        self.show(self.big("poster", run.cost, "{:.2f}", "model", LOWER_RIGHT, size="hero_large",
                           greedy=run.greedy_cost))  # fmt: skip

    def name_piles(self) -> None:
        """What stands along the edges."""
        names = [self.name_at(pile, self.case(self.label(name, role)), side) for pile, name, role, side in (
            (self.table.near, "from", "noise", LEFT), (self.table.far, "to", "data", RIGHT))]  # fmt: skip
        self.show(*names, run_time=QUICK)
