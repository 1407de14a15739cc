"""A larger score only rescales what was kept by one factor, so no score need be stored: a tile lives, and is gone."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from manimlib import LEFT, RIGHT, UL, UP, UR

from mathviz.concepts.online_softmax import OnlineSoftmax as Run
from mathviz.mobjects.glass import Pool
from mathviz.mobjects.light import moment
from mathviz.mobjects.online_softmax import City, Skyline
from mathviz.stage import HERO, LEFT_HALF, POSTER, RIGHT_HALF, RIGHT_THIRD, SKYLINE, STAGE, UPPER_RIGHT, Explainer
from mathviz.style import NORMAL, QUICK, SLOW

STREET = replace(STAGE, top=LEFT_HALF.middle[1] + 0.8)
"""Where a row stands: under formula and number."""

RUN, PASSES = 3 * SLOW, 4
"""Seconds of a whole run; how often the textbook goes over all scores."""

HOVERS, RISEN = 0.5, 0.95
"""Shares of a tile's arrival: its towers are there, and the level is; after that what it rose by is forgotten."""


class OnlineSoftmax(Explainer):
    """Cast: the ``city`` of all scores with its bench; the ``row`` of one query, under its water line."""

    trace: Run

    def setup(self) -> None:
        super().setup()
        run = self.trace
        self.city = city = City(self.theme, run.city, run.tiles, run.held / run.largest**2)
        self.row = Skyline(self.theme, run.scores, run.hero, run.maximum[run.hero])
        self.passes, self.visits = self.index(city.write), self.index(city.sweep)
        self.arriving, self.levels, self.factor = self.index(self.row.arrive), [], None
        middle = city.middle(run.tiles // 2, run.tiles // 2)
        self.low = self.shot(HERO.turned(5, 12), city.towers).nearer(3.2, np.array([*middle, 0.6 * city.lift]))
        self.wide = self.shot(HERO, city.towers, city.queries, city.keys, city.results)
        self.beside = self.shot(HERO, city.towers, leaving=RIGHT_THIRD).nearer(1.2)
        self.bench = self.shot(HERO.turned(0, 6), city.towers).nearer(5, np.array([*middle, 0.6 * city.lift]))
        self.street = self.shot(SKYLINE.turned(-14), self.row.towers_at, within=STREET)
        self.poster = self.shot(HERO.turned(4, 6), city.towers, within=POSTER, leaving=RIGHT_THIRD).nearer(1.9)

    def question(self) -> None:
        self.always(Pool(self.theme))
        self.cut(self.low)
        self.city.write(1)
        self.play(self.showing(self.city), self.drifting(theta=6, push=1.06, run_time=RUN))

    def the_textbook_stores_all_scores(self) -> None:
        run = self.trace
        self.keep(self.city)
        shown = self.over(LEFT_HALF.put(self.label("shown", every=run.every), UL))
        self.play(self.moving(self.beside), self.passes.to(0), self.showing(shown))
        amount = self.amount("slow", 0, "rival")
        self.passes.drives(lambda at: amount.show(moment(run.textbook_course, 2 + at)))
        self.show(amount, run_time=QUICK)
        self.play(self.passes.to(1, SLOW))
        self.next_caption()
        self.play(self.passes.to(PASSES, RUN), self.drifting(theta=4, run_time=RUN))
        amount.show(run.textbook_millions)

    def fast_memory_is_small(self) -> None:
        self.keep(self.city)
        self.move(self.bench, run_time=1.5 * SLOW)
        self.show(self.name_at(lambda: self.city.place, self.case(self.label("bench")), UP))
        self.linger(theta=4)
        self.next_caption()
        self.linger(theta=6)

    def a_row_needs_its_maximum(self) -> None:
        self.row.arrive(self.trace.maximum.shape[1])
        self.play(self.moving(self.street, 1.5 * SLOW), self.dropping(self.city), self.showing(self.row, SLOW))
        self.linger(theta=3)
        self.next_caption()
        self.show(self.name_at(self.row.beside(self.row.level_at(self.row.tiles)), self.label("level"), LEFT))
        self.linger(theta=3)
        self.keep(self.row)

    def keep_a_maximum_and_a_sum(self) -> None:
        self.play(self.arriving.put(self.row.tiles).to(0))
        self.play(self.arriving.to(RISEN, SLOW))
        self.next_caption()
        self.arrives(1)
        # lint: ignore[CON001] signs as large as these need 3 : 1
        self.show(LEFT_HALF.put(self.law("sum"), UL))
        self.keep(self.row, self.factor, *self.levels)

    def one_factor_or_nothing(self) -> None:
        self.arrives(2)
        self.next_caption()
        self.arrives(3)
        self.keep(self.row, self.factor)

    def the_output_is_a_sum_too(self) -> None:
        self.play(self.arriving.to(self.row.tiles, NORMAL))
        # lint: ignore[CON001] signs as large as these need 3 : 1
        self.show(LEFT_HALF.put(self.law("output"), UL))
        self.linger(theta=3)
        self.next_caption()
        self.linger(theta=3)

    def only_a_tile_lives(self) -> None:
        run, city = self.trace, self.city
        self.visits.put(0)
        self.play(self.moving(self.wide, 1.5 * SLOW), self.dropping(self.row), self.showing(city, SLOW))
        names = [self.name_at(place, self.case(self.label(name, role)), side) for name, role, place, side in (
            ("queries", "model", city.queries, LEFT), ("keys", "data", city.keys, UP),
            ("results", "target", city.results, RIGHT))]  # fmt: skip
        self.show(*names, run_time=QUICK)  # lint: ignore[CON001] the bench passes behind one of them
        self.play(self.visits.to(run.tiles, RUN))
        self.next_caption()
        self.play(self.visits.to(2 * run.tiles, RUN), self.drifting(theta=4, run_time=RUN))
        self.keep(city)

    def fewer_numbers_move(self) -> None:
        run = self.trace
        amount = self.amount("slow", 0, "model")
        self.visits.drives(lambda at: amount.show(run.flash_course(at)))
        self.move(self.beside)
        self.show(amount, run_time=QUICK)
        self.play(self.visits.to(run.tiles**2, RUN))
        self.next_caption()
        self.linger(theta=6)

    def real_kernels_gain(self) -> None:
        run = self.trace
        self.keep(self.city)
        self.play(self.drifting(theta=1, run_time=QUICK), self.showing(self.scrim(RIGHT), QUICK))
        memory = self.pair("peak", "{:.3g}", (run.math_megabytes, run.flash_megabytes))
        self.show(memory)
        self.linger(theta=3)
        self.next_caption()
        time = self.pair("time", "{:.0f}", (run.math_milliseconds, run.flash_milliseconds))
        self.drop(memory, run_time=QUICK)
        self.show(time)
        self.linger(theta=3)

    def last_picture(self) -> None:
        """The city that the textbook stores, and the one tile that is needed."""
        run = self.trace
        self.city.stand(run.tiles * (run.tiles // 2) + run.tiles // 2)
        one = self.big("poster", run.flash_millions, "{:.1f}", "model", UPPER_RIGHT, unit=self.text("million"),
                       size="hero_large")  # fmt: skip
        self.play(self.moving(self.poster), self.showing(self.city))
        self.show(one, run_time=QUICK)

    def arrives(self, tile: int) -> None:
        """A tile's towers grow, the level rises, and the factor by which the past dims appears."""
        run, row = self.trace, self.row
        factor = self.big("factor", run.factor[run.hero, tile], "× {:.2f}", "mechanism", UPPER_RIGHT)
        before, self.factor = self.factor, factor
        gone = [self.dropping(name, QUICK) for name in self.levels]
        self.play(self.arriving.to(tile + HOVERS, NORMAL), *gone)
        old, new = run.maximum[run.hero, tile - 1 : tile + 1]
        # lint: ignore[CON001] signs as large as these need 3 : 1
        self.levels = [self.name_at(row.beside(level), self.label(name, role), LEFT) for name, level, role in
                 (("level", old, "data"), ("risen", new, "mechanism")) if new > old or name == "level"]  # fmt: skip
        self.play(self.arriving.to(tile + RISEN, SLOW), *self.replacing(before, factor),
                  *map(self.showing, self.levels))  # fmt: skip
        self.wait(NORMAL)

    def amount(self, label: str, value: float, role: str) -> Any:
        """Millions of numbers that were moved so far."""
        return self.big(label, value, "{:.1f}", role, UPPER_RIGHT, unit=self.text("million"), widest=88.8)

    def pair(self, label: str, template: str, values: tuple[float, float]) -> Any:
        """The textbook's number and that of tiles, under what they are."""
        numbers = [self.big(name, value, template, role) for name, value, role in
                   zip(("textbook", "flash"), values, ("rival", "model"), strict=True)]  # fmt: skip
        column = RIGHT_HALF.column(self.label(label), RIGHT_HALF.row(*numbers, gap=0.6, edge=UP), gap=0.2, edge=LEFT)
        return self.case(self.over(RIGHT_HALF.put(column, UR)))
