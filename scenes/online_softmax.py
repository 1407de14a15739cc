"""A larger score only rescales what was kept by one factor, so no score need be stored: a tile lives, and is gone."""

from __future__ import annotations

from dataclasses import replace

from manimlib import DOWN, LEFT, ORIGIN, RIGHT, UP, UR, Animation, smooth

from mathviz.concepts.online_softmax import OnlineSoftmax as Run
from mathviz.mobjects.city import BLOCKS, PASSES, City, Kernels
from mathviz.mobjects.glass import Pool
from mathviz.mobjects.light import moment
from mathviz.mobjects.online_softmax import GROWN, RISEN, OutputBars, Skyline
from mathviz.stage import RIGHT_HALF, SAFE, SKYLINE, STAGE, UPPER_LEFT, UPPER_RIGHT
from mathviz.stage.avenue import CityScene
from mathviz.style import NORMAL, QUICK, SLOW

RUN, LATE = 3 * SLOW, (NORMAL, SLOW)

NAMES, ROLES = ("textbook", "flash"), ("rival", "model")
"""The two ways."""

UNDER, ABOVE = replace(STAGE, top=1.5), replace(UPPER_LEFT, bottom=1.3, top=SAFE.top)
"""Where a row stands, and a number over it."""


class OnlineSoftmax(CityScene):
    """Cast: the ``city`` of all scores with its bench; the ``row`` of one query, its sum, and its output's ``bars``."""

    trace: Run

    def setup(self) -> None:
        super().setup()
        run = self.trace
        self.row = Skyline(self.theme, run.scores, run.hero, run.maximum[run.hero])
        self.bars = OutputBars(self.theme, self.row, run.values, run.reference[run.hero])
        self.city = city = City(self.theme, run.city, run.tiles, int(run.features) / run.largest)
        shown = city.sink, city.sweep, city.rows, city.write, self.row.scan, self.row.arrive
        self.sinking, self.visits, self.rows, self.passes, self.scanning, self.arriving = map(self.index, shown)
        self.levels, self.factor = [], None
        kernels = self.kernels = Kernels(self.theme, run.kernel_areas, run.kernel_milliseconds[:, -1], ROLES)
        self.look_at(city, kernels.areas, run.tiles // 2)
        row, column = self.row, self.row.column_at
        self.street = self.shot(SKYLINE.turned(-24, -3), row.room(row.tiles), room=0.4)
        self.left = self.shot(SKYLINE.turned(-24, -3), column, row.room(2), within=UNDER)
        self.whole = self.shot(SKYLINE.turned(-20, -3), column, row.room(row.tiles), within=UNDER)
        self.output = self.shot(SKYLINE.turned(-20, -4), self.bars.room, column, row.room(1), within=UNDER)

    def question(self) -> None:
        self.always(Pool(self.theme))
        self.cut(self.low)
        self.passes.put(PASSES)
        self.play(self.showing(self.city), self.drifting(theta=6, push=1.1, run_time=RUN))

    def the_textbook_stores_all_scores(self) -> None:
        run = self.trace
        self.keep(self.city)
        self.play(self.moving(self.aside, 1.5 * SLOW), self.sinking.to(1, 1.5 * SLOW))
        slow = self.name_at(self.city.ground(1.03, -0.75), self.case(self.label("slow_memory")), DOWN)
        amount = self.amount(self.passes.put(0), lambda at: float(moment(run.textbook_course, at)), "rival")
        self.show(amount, slow, run_time=QUICK)
        self.play(self.passes.to(1, SLOW))
        self.next_caption()
        self.play(self.passes.to(PASSES, 2.5 * SLOW), self.drifting(run_time=2.5 * SLOW), self.dropping(slow))

    def fast_memory_is_small(self) -> None:
        self.keep(self.city)
        self.move(self.bench, run_time=1.5 * SLOW)
        self.show(self.name_at(lambda: self.city.place + 0.8 * RIGHT, self.case(self.label("bench")), RIGHT))
        self.next_caption()
        self.linger(theta=8)

    def a_row_needs_its_maximum(self) -> None:
        run = self.trace
        self.scanning.put(0)
        self.drop(self.city, run_time=QUICK)  # what is faded out still hides what stands behind it
        self.play(self.moving(self.street), self.showing(self.row))
        self.next_caption()
        self.play(self.scanning.to(run.tokens, 2 * SLOW), self.drifting(theta=3, run_time=2 * SLOW))
        self.show(self.name_at(self.row.beside(self.row.levels[-1]), self.label("level"), LEFT))
        self.play(self.scanning.to(run.tokens + 1, NORMAL))
        self.keep(self.row)

    def keep_a_maximum_and_a_sum(self) -> None:
        self.play(self.moving(self.left), self.arriving.put(self.row.tiles).to(0))
        self.arriving.put(0)
        self.play(self.arriving.to(1, RUN / 2))
        row = self.row
        self.total = self.name_at(row.column_at.mean(axis=0) - 0.5 * RIGHT, self.label("sum"), LEFT)
        self.levels = [self.name_at(row.beside(row.levels[1]), self.label("level"), LEFT)]
        self.show(self.total, *self.levels)
        self.next_caption()
        self.arrives(1)
        law = RIGHT_HALF.put(self.law("sum"), UR)  # lint: ignore[TXT001, TXT003] symbols grow out of their names
        # lint: ignore[CON001] signs as large as these need 3 : 1
        self.play(self.gathering(law, {"m": self.levels[0], "m'": self.levels[1]}, NORMAL + QUICK))
        self.keep(row, self.total, self.factor, *self.levels)

    def one_factor_or_nothing(self) -> None:
        # lint: ignore[CON001] large signs in their own colour, cased where towers pass behind them
        self.arrives(2, self.moving(self.whole))
        self.next_caption()
        self.arrives(3)
        self.keep(self.row, self.total, self.factor)

    def the_output_is_a_sum_too(self) -> None:
        run, row, bars = self.trace, self.row, self.bars
        self.play(self.moving(self.output), self.arriving.to(1), self.showing(bars.follow(1)))
        factors = run.factor[run.hero]
        self.arriving.drives(bars.follow, lambda at: self.factor.show(factors[min(int(at), row.tiles - 1)]))
        # lint: ignore[CON001] signs as large as these need 3 : 1
        name, marked = (self.name_at(bars.room.mean(axis=0) * [1, 1, 0], self.case(self.label(label)), UP)
                        for label in ("output", "divided"))  # fmt: skip
        self.show(name, law := RIGHT_HALF.put(self.law("output"), UR))
        self.play(self.arriving.to(row.tiles, RUN), self.drifting(3, run_time=RUN))
        self.next_caption()
        self.play(self.index(bars.divide).to(1, rate_func=smooth), *self.replacing(name, marked),
                  *map(self.dropping, (self.factor, law)), self.drifting(4, run_time=2 * SLOW))  # fmt: skip

    def only_a_tile_lives(self) -> None:
        city = self.city
        self.visits.put(0)
        self.drop(self.row, run_time=QUICK)
        self.play(self.moving(self.corner), self.showing(city))
        # lint: ignore[CON001] cased in the page's colour, over blocks of all roles
        names = [self.name_at(lambda at=at: city.place + at, self.case(self.label(name)), side)
                 for name, at, side in BLOCKS]  # fmt: skip
        self.show(*names, run_time=QUICK)
        self.play(self.visits.to(3, 2 * SLOW), self.riding(lambda: city.place, run_time=2 * SLOW))
        self.next_caption()
        self.play(*map(self.dropping, names), self.visits.to(8, RUN), self.riding(lambda: city.place, run_time=RUN))
        self.keep(city)

    def fewer_numbers_move(self) -> None:
        tiles = self.trace.tiles
        amount = self.amount(self.rows.put(0), lambda at: self.trace.flash_course(at * tiles), "model")
        self.play(self.moving(self.aside, 1.5 * SLOW), self.showing(amount, SLOW))
        self.play(self.rows.to(tiles, RUN))
        self.next_caption()
        self.linger(theta=6)

    def real_kernels_gain(self) -> None:
        run, kernels = self.trace, self.kernels
        self.keep(self.city)
        memory = self.pair("peak", "{:.3g}", NAMES, run.kernel_megabytes[:, -1], ROLES, RIGHT_HALF, UR).face
        time = self.pair("time", "{:.0f}", NAMES, run.kernel_milliseconds[:, -1], ROLES, RIGHT_HALF, UR).face
        self.play(self.moving(self.aloft), self.showing(kernels.areas), self.showing(memory, time_span=LATE))
        self.linger(theta=3)
        self.next_caption()
        self.play(*self.replacing(memory, time), self.dropping(kernels.areas), self.moving(self.aside))
        self.add(kernels.ways)
        self.play(self.index(kernels.clock).to(1))

    def last_picture(self) -> None:
        """The city that the textbook stores, and the one tile that is needed."""
        run = self.trace
        self.city.stand(run.tiles * (run.tiles // 2) + run.tiles // 2)
        per, template = self.counts
        one = self.big("poster", per * run.flash_millions, template, "model", UPPER_RIGHT, unit=self.text("million"),
                       size="hero_large", textbook=template.format(per * run.textbook_millions))  # fmt: skip
        self.play(self.moving(self.poster), self.showing(self.city))
        self.show(one, run_time=QUICK)

    def arrives(self, tile: int, *others: Animation) -> None:
        """A tile's towers grow, the level rises, the sum shrinks by the factor, and the tile's light is added."""
        run, row = self.trace, self.row
        factor = self.big("factor", run.factor[run.hero, tile], "× {:.2f}", "mechanism", ABOVE)
        before, self.factor = self.factor, factor
        gone = [self.dropping(name, QUICK) for name in self.levels]
        self.play(self.arriving.to(tile + GROWN, NORMAL), *gone, *others)
        old, new = run.maximum[run.hero, tile - 1 : tile + 1]
        self.levels = [self.name_at(row.beside(old), self.label("level"), LEFT)]
        if new > old:
            self.levels.append(self.name_at(row.between(new, new), self.case(self.label("risen")), UP))
        if new - old > 1:  # there is room between them
            gap = self.case(self.label("gap", size="formula"))
            self.levels.append(self.name_at(row.between(old, new), gap, ORIGIN))
        self.play(self.arriving.to(tile + RISEN, SLOW), *self.replacing(before, factor),
                  *map(self.showing, self.levels))  # fmt: skip
        self.play(self.arriving.to(tile + 0.97, SLOW))
