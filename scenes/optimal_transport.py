"""Sand flies from a pile into holes, cheapest in order; on a table its plan is a staircase, which entropy melts."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
from manimlib import OUT, RIGHT, UL, UP, Animation

from mathviz.concepts.optimal_transport import OptimalTransport as Run
from mathviz.mobjects.glass import Pool
from mathviz.mobjects.light import moment
from mathviz.mobjects.optimal_transport import Flights, Sand
from mathviz.mobjects.plan_table import Table, Valley
from mathviz.stage import LANDSCAPE, LOWER_LEFT, LOWER_RIGHT, SAFE, SIDE, UPPER_RIGHT, Explainer, Region
from mathviz.stage.moves import ease
from mathviz.style import NORMAL, QUICK, SLOW

RUN, FLOW, FAINT = 3 * SLOW, 5.0, 0.7
"""Seconds of a whole run, and of the motion at the end; what is left of lights that are dimmed."""

WIDE, BELOW, ABOVE = Region(-9.0, 9.0, -2.4, 3.35), Region(-7.6, 7.6, -1.6, 1.8), Region(-7.8, 7.8, -1.5, 3.3)
CORNER, TOP = replace(LOWER_RIGHT, bottom=-3.4, top=-1.9), replace(UPPER_RIGHT, toward=(1.0, 1.0))
LOW, NEXT = (replace(LOWER_LEFT, left=at, right=at + 3.5, toward=(-1.0, -1.0)) for at in (-6.4, -3.2))
"""The frame and beyond its sides: under the title, a formula, and on the poster; and where numbers are."""


class OptimalTransport(Explainer):
    """Cast: the ``sand``, one grain of which is followed, and the ``table`` that it lands on."""

    trace: Run

    def setup(self) -> None:
        super().setup()
        run, theme = self.trace, self.theme
        self.sand = sand = Sand(theme, run.rows, run.columns, run.grain_row, run.grain_column, run.swap[1])
        self.table = Table(theme, run.rows, run.columns, run.source, run.target)
        self.flying = self.index(sand.fly)
        self.side = self.shot(SIDE, sand.places["pile"], sand.places["hole"], within=WIDE).nearer(1.0)
        self.round = self.shot(LANDSCAPE.turned(-10, 4), self.table.corners, within=BELOW).nearer(1.0)

    def question(self) -> None:
        self.always(Pool(self.theme))
        self.cut(self.side)
        self.play(self.showing(self.sand, QUICK), self.flying.to(0.55, RUN))

    def nearest_is_no_plan(self) -> None:
        self.keep(self.sand)
        self.play(self.flying.to(0, SLOW))
        self.next_caption()
        self.sand.goals(self.trace.own_column, heaped=self.trace.stranded)
        self.play(self.flying.put(0).to(1, SLOW))
        self.show(self.big("overfull", self.trace.overfull, "{:.0%}", "error", UPPER_RIGHT))
        self.linger(theta=2)

    def greedy_strands_the_last(self) -> None:
        self.keep(self.sand)
        self.play(self.moving(self.side), self.flying.to(0, SLOW))
        self.play(*self.sending("greedy", self.trace.greedy_column, "error", closest_first=True))
        self.next_caption()
        self.linger(theta=2)

    def keep_the_order(self) -> None:
        run, sand, pair = self.trace, self.sand, list(self.trace.swap)
        self.keep(sand)
        ways = np.array([sand.way(grain) for grain in pair])
        after = Sand(self.theme, run.rows, run.columns, run.grain_row, run.grain_column).goals(run.swapped_column)
        flights = Flights(self.theme, ways, np.array([after.way(grain) for grain in pair]))
        near, begins = self.shot(SIDE, ways, sand.places["pile"]), ways[:, 0]
        close = self.shot(SIDE, begins + 0.7 * (RIGHT + OUT), begins - 0.9 * (RIGHT + OUT))
        cost = self.big("before", run.before, "{:.2f}", "error", UPPER_RIGHT)
        self.play(self.flying.to(0, SLOW), self.moving(close))
        self.play(self.index(lambda at: sand.lit(1 - at * (1 - FAINT))).to(1), self.showing(flights))
        self.play(self.index(flights.fly).to(1, SLOW, ease), self.moving(near), self.showing(cost))
        self.next_caption()
        self.play(self.index(flights.swap, lambda at: cost.show(run.before - at * run.saved)).to(1, SLOW))
        self.linger(theta=1)

    def all_in_order(self) -> None:
        self.keep(self.sand.lit(1.0))
        self.play(self.moving(self.side), *self.sending("best", self.trace.grain_column, "model"))
        self.next_caption()
        self.linger(theta=-2)

    def the_plan_is_a_staircase(self) -> None:
        run, sand, table = self.trace, self.sand, self.table
        self.keep(sand)
        self.play(self.moving(self.round, FLOW), *map(self.dropping, (sand.ground, sand.earth)),
                  self.index(lambda at: sand.carry("hole", "cell", at)).to(1, FLOW, ease),
                  *(self.showing(each, FLOW) for each in (table.floor, table.near, table.far)))  # fmt: skip
        row, column = run.grain_row[sand.followed], run.grain_column[sand.followed]
        law, names = self.law("exact"), self.naming("from", "to")
        self.play(self.showing(table.aim(row, column)), self.showing(SAFE.put(law, UL)), *names)
        self.next_caption()
        self.play(self.showing(table.show(run.plan), SLOW), self.dropping(sand.lights, SLOW))
        close = self.round.nearer(1.7, np.array([table.x[column] / 2, table.y[row], 0.3])).around(0, -4)
        self.play(self.moving(close), *map(self.dropping, (law, *(each.mobject for each in names))))
        self.linger(theta=4)
        self.keep(table)

    def prices_prove_it(self) -> None:
        run, table = self.trace, self.table
        lines = (valley := Valley(self.theme, table, run.slack, run.row_price, run.column_price)).lines
        shot = self.shot(LANDSCAPE.turned(-18, -4), table.corners, *lines, within=BELOW).nearer(1.2)
        self.play(self.moving(shot), self.showing(valley, SLOW), *map(self.veiling, (table.near, table.far)))
        names = [self.name_at(line[len(line) // 2], self.label(name), UP)
                 for line, name in zip(lines, ("row_price", "column_price"), strict=True)]  # fmt: skip
        self.show(*names, SAFE.put(self.law("dual"), UL))
        self.next_caption()
        self.show(self.big("priced", run.dual_value, "{:.2f}", "target", TOP))
        self.linger(theta=4)
        self.keep(table)

    def entropy_melts_the_ridge(self) -> None:
        run, table = self.trace, self.table
        last, warm = len(run.temperatures) - 1, int(np.searchsorted(-run.temperatures, -1.0))
        level = self.big("temperature", run.temperatures[-1], "{:.3f}", "mechanism", LOW)
        cost = self.big("level", run.blurred_cost[-1], "{:.3f}", "model", NEXT)
        melting = self.index(lambda at: table.show(moment(run.blurred, at)),
                             lambda at: level.show(moment(run.temperatures, at)),
                             lambda at: cost.show(moment(run.blurred_cost, at)), at=last)  # fmt: skip
        after = (SAFE.put(self.law("entropic"), UL), level, cost)
        wide = self.shot(LANDSCAPE.turned(4, 5), table.corners, within=BELOW).nearer(1.1)
        self.play(self.moving(wide), *map(self.unveiling, (table.near, table.far)),
                  *(self.showing(each, time_span=(NORMAL, SLOW)) for each in after))  # fmt: skip
        self.play(melting.to(warm, RUN), self.drifting(theta=6, run_time=RUN))
        self.next_caption()
        self.play(melting.to(last, RUN), self.drifting(theta=-6, run_time=RUN))
        self.keep(table)

    def rows_then_columns(self) -> None:
        run, table = self.trace, self.table
        self.play(self.moving(self.round.around(2, -10)), self.showing(table.off),
                  self.index(lambda at: table.sums((1 - at) * run.plan + at * run.kernel)).to(1, SLOW))  # fmt: skip
        error = self.big("error", run.sums_off(run.kernel), "{:.2f}", "error", TOP)
        names = self.naming("rows", "columns")
        self.play(*names, *map(self.showing, (SAFE.put(self.law("scaled"), UL), error)))
        plans = [run.kernel, *run.iterates[:8].astype(float)]
        for half, two in enumerate(pairwise(plans)):
            if not half:
                self.next_caption()
            sweep = self.index(lambda at, two=two, axis=half % 2: error.show(run.sums_off(table.sweep(*two, at, axis))))
            self.play(sweep.to(1, NORMAL if half < 4 else QUICK))
        self.drop(*(each.mobject for each in names), run_time=QUICK)

    def mass_moves_straight(self) -> None:
        self.keep(floor := self.table.floor)
        sand = self.sand
        away = self.shot(LANDSCAPE.turned(-8, 4), sand.places["front"], sand.places["back"]).nearer(1.15)
        gather, stream = self.index(lambda at: sand.carry("cell", "front", at)), self.index(sand.stream)
        self.play(self.moving(away), *map(self.showing, (sand.lights, sand.hero)), gather.to(1, SLOW, ease))
        self.add(sand.threads, sand.thread)
        self.play(stream.to(1, FLOW), self.drifting(theta=-6, run_time=FLOW))
        self.next_caption()
        self.linger(theta=-4)
        self.keep(floor, sand.lights, sand.hero)

    def last_picture(self) -> None:
        """The staircase between its two shadows."""
        run, table, sand = self.trace, self.table, self.sand
        table.sums(run.plan)
        shot = self.shot(LANDSCAPE.turned(-10, 4), table.corners, within=ABOVE).nearer(1.0)
        self.play(self.moving(shot), self.index(lambda at: sand.carry("back", "cell", at)).to(1, SLOW, ease),
                  *map(self.showing, (table.near, table.far)))  # fmt: skip
        self.play(*map(self.showing, (table.bars, table.crest)), self.dropping(sand.lights), *self.naming("from", "to"))
        self.show(self.big("poster", run.cost, "{:.2f}", "model", CORNER, size="hero_large", greedy=run.greedy_cost))

    def sending(self, name: str, column: np.ndarray, role: str, closest_first: bool = False) -> list[Animation]:
        """All sand flies to these columns, [grain], and the mean squared distance of what has arrived counts."""
        self.sand.goals(column, closest_first)
        paid = self.trace.paid(column)
        cost = self.big(name, paid.mean(), "{:.2f}", role, TOP)
        grows = self.index(lambda at: cost.show(float((self.sand.done(at) * paid).mean()))).to(1, RUN)
        return [self.flying.put(0).to(1, RUN), self.showing(cost, time_span=(NORMAL, NORMAL + QUICK)), grows]

    def naming(self, *names: str) -> list[Animation]:
        """What is on the two walls appears."""
        return [self.showing(self.name_at(peak, self.label(name, role), UP))
                for peak, role, name in zip(self.table.peaks, ("noise", "data"), names, strict=True)]  # fmt: skip
