"""A look-up whose keys are learned must be soft: every key gives light by its weight, and the mix is the answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from manimlib import DL, DOWN, LEFT, UP, UR

from mathviz.concepts.attention_lookup import AttentionLookup as Run
from mathviz.concepts.learned_keys import CORNERS
from mathviz.mobjects.attention_lookup import Drum, ShareDrums
from mathviz.mobjects.glass import FloorGrid, Pool
from mathviz.mobjects.light import moment
from mathviz.mobjects.text import Sentence, Text
from mathviz.stage import CITY, HERO, LOWER_RIGHT, PLAN, SAFE, UPPER_RIGHT, Explainer, Region
from mathviz.stage.moves import ease
from mathviz.style import NORMAL, QUICK, SLOW

RUN, ROUND, DRAWS = 3 * SLOW, 2 * np.pi, 48
"""Seconds of a run; a full turn; how many of the draws are sectors of a drum."""

WIDE, OVER, LOW = Region(-7.6, 6.6, -2.3, 3.0), Region(-7.0, 3.4, -2.3, 3.3), Region(-7.8, 6.7, -2.5, 2.9)
UNDER, DEEP = Region(-8.2, 6.7, -2.3, 2.35), Region(-7.4, 6.8, -2.2, 3.4)
TOP, HOLE = replace(UPPER_RIGHT, toward=(1.0, 1.0)), Region(0.0, 4.1, 1.0, 3.5, toward=(0.0, 1.0))
"""The frame and beyond its sides: with the triangle, for the drum alone, on the poster, under a formula, for many
drums; and where numbers are: beside the drum, or over the light between it and the triangle."""


class AttentionLookup(Explainer):
    """Cast: the ``drum`` of stained glass with the query in it and its answer; ``shares``, drums of wider vectors."""

    trace: Run

    def setup(self) -> None:
        super().setup()
        run = self.trace
        self.drum = drum = Drum(self.theme, run.toward, run.keys.astype(float), run.queries.astype(float), CORNERS,
                                run.own, run.traded, run.order, run.halfway, run.shown, run.block)  # fmt: skip
        self.shares = ShareDrums(self.theme, run.shares(0)[:, :DRAWS])
        self.turned, self.training = self.index(drum.turn, at=run.shown), self.index(drum.train, at=run.halfway)
        self.softening, self.planning = self.index(drum.soften, at=1), self.index(drum.plan)
        self.side = self.shot(HERO.turned(66, 8), drum.room, drum.ends, within=WIDE).nearer(1.0)
        self.law_side = self.shot(HERO.turned(60, 15), drum.room, drum.ends, within=UNDER).nearer(1.0)
        self.values = self.shot(HERO.turned(77, 16), drum.wall_end, drum.ends, within=WIDE).nearer(1.0)
        self.low, self.high = (self.shot(HERO.turned(*turn), drum.room, drum.ends, within=WIDE).nearer(1.0)
                               for turn in ((60, 22), (58, -8)))  # fmt: skip
        self.heart = replace(self.side, theta=64, phi=26, height=1.9, focus=(0.0, 0.0, 0.0), subjects=())
        self.above = self.shot(PLAN.turned(64, -12), drum.room, within=OVER).nearer(1.0)

    def question(self) -> None:
        self.always(Pool(self.theme), FloorGrid(self.theme, (0.0, 0.0), 7.0))
        self.with_view(lambda view: self.drum.face(view.theta, view.height))
        self.cut(self.side.nearer(1.12).around(-8, 4))
        self.add(self.drum)
        turn = self.turned.put(self.trace.shown - 1.2).to(self.trace.shown, RUN, ease)
        self.play(self.index(self.drum.lit, at=0).to(1, QUICK), turn, self.moving(self.side, RUN))

    def nearest_jumps(self) -> None:
        drum, shown = self.drum, self.trace.shown
        self.keep(drum)
        names = self.named("query", drum.foot), self.named("key", drum.leftmost), self.named("value", drum.top, UP)
        self.play(self.softening.to(0, SLOW, ease), *map(self.showing, names))  # lint: ignore[CON001] cased
        self.next_caption()
        change = self.big("slope", self.trace.hard_slope, "{:.0f}", "error", HOLE)
        self.drop(*names, run_time=QUICK)
        self.play(self.turned.to(shown + ROUND / 2, RUN), self.showing(change))

    def every_key_shines(self) -> None:
        run, drum = self.trace, self.drum
        self.keep(drum)
        self.play(self.moving(self.law_side), self.turned.to(run.shown + ROUND, SLOW, ease))
        # lint: ignore[CON001, TXT001] symbols grow out of what they name
        law = SAFE.put(self.law("weight"), UR)
        self.play(self.softening.to(1, SLOW, ease), self.gathering(law, {"q": drum.lamp, "k_i": drum.posts}, SLOW))
        self.next_caption()
        near = self.big("nearest", run.shown_weight, "{:.0%}", "mechanism", replace(HOLE, top=2.5))
        self.play(self.showing(near), self.drifting(theta=-5, run_time=SLOW))
        self.linger(theta=-5)

    def the_answer_is_their_mix(self) -> None:
        run, drum = self.trace, self.drum
        self.keep(drum)
        self.turned.put(run.shown)
        TOP.column(*(laws := (self.law("answer"), self.law("shares"))), edge=UR)
        self.play(self.moving(self.values))
        self.show(*laws, run_time=NORMAL)
        self.next_caption()
        tracing = self.index(lambda at: drum.turn(run.shown + ROUND * at), drum.traced)
        self.play(tracing.to(1, 1.4 * RUN), self.drifting(theta=-10, run_time=1.4 * RUN))

    def weights_are_not_the_answer(self) -> None:
        run, drum = self.trace, self.drum
        self.keep(drum)
        near = self.big("nearest", run.shown_weight, "{:.0%}", "mechanism", HOLE)
        self.play(self.moving(self.side.around(6, 4), NORMAL + QUICK), self.index(drum.fade_trace).to(1))
        self.show(near, run_time=QUICK)
        self.play(self.index(drum.trade).to(1, 1.5 * SLOW, ease))
        self.linger(theta=5)

    def random_keys_know_nothing(self) -> None:
        run, drum = self.trace, self.drum
        self.keep(drum)
        self.play(self.moving(self.above), self.planning.to(1), self.index(drum.trade, at=1).to(0, SLOW, ease))
        self.play(self.training.to(0, 1.5 * SLOW, ease), self.moving(self.heart, 1.5 * SLOW))
        names = self.named("keys", drum.tip, LEFT), self.named("queries", drum.aim, UP)
        self.own, self.shade = self.big("own", run.first_weight, "{:.0%}", "mechanism", TOP), self.scrim(UP, 3.4)
        self.show(*names, self.shade, self.own, run_time=NORMAL)
        self.next_caption()
        self.linger(theta=8)

    def recall_alone_pulls_them_together(self) -> None:
        run, drum = self.trace, self.drum
        self.keep(drum, self.own, self.shade)
        self.training.drives(lambda at: self.own.show(float(moment(run.own_weight, at))))
        self.play(self.training.to(run.halfway, 1.2 * RUN), self.moving(self.above.nearer(1.5), 1.2 * RUN))
        self.next_caption()
        self.play(self.training.to(len(run.loss) - 1, RUN, ease), self.moving(self.above.around(10), RUN))

    def a_dictionary_again(self) -> None:
        run = self.trace
        self.keep(self.drum)
        self.play(self.moving(self.low), self.planning.to(0), self.turned.put(run.shown).to(run.aimed, SLOW, ease))
        near = self.big("nearest", run.aimed_weight, "{:.1%}", "mechanism", HOLE)
        self.show(near)
        self.next_caption()
        self.turned.drives(lambda at: near.show(float(run.toward(np.array([at]), len(run.loss) - 1).max())))
        self.play(self.turned.to(run.aimed + ROUND / 3, 1.3 * RUN), self.drifting(theta=-8, run_time=1.3 * RUN))

    def large_scores_blind(self) -> None:
        run, shares, drum = self.trace, self.shares, self.drum
        self.keep(drum)
        row = self.shot(CITY.turned(-27, 19), shares.room, within=DEEP).nearer(1.0)
        self.play(self.moving(row), self.index(drum.lit, at=1).to(0, NORMAL),
                  self.showing(shares, time_span=(0.6, SLOW)))  # fmt: skip
        self.remove(drum)
        names = [self.name_at(shares.label_at(at), self.case(self.label("width", d=int(width))), DOWN)
                 for at, width in enumerate(run.widths)]  # fmt: skip
        slope = self.big("softmax_slope", run.raw_slope, "{:.2f}", "mechanism", LOWER_RIGHT, wide=run.widest)
        self.show(*names, slope, run_time=NORMAL)
        self.next_caption()
        dividing = self.index(lambda at: shares.show(run.shares(at)[:, :DRAWS]),
                              lambda at: slope.show(float(run.slope(at)[-1])))  # fmt: skip
        self.play(dividing.to(1, 2 * SLOW, ease), self.drifting(theta=6, run_time=2 * SLOW))

    def order_is_not_seen(self) -> None:
        run, drum = self.trace, self.drum
        self.drop(self.shares, run_time=QUICK)
        self.add(drum.train(run.halfway).turn(run.shown))
        self.play(self.moving(self.high.nearer(1.12)), self.index(drum.lit, at=0).to(1))
        self.play(self.index(drum.shuffle).to(1, 1.5 * SLOW, ease))
        self.linger(theta=4)

    def block_by_block(self) -> None:
        run, drum = self.trace, self.drum
        self.keep(drum)
        few = self.index(drum.admit, at=run.blocks).to(1, QUICK, ease)
        self.play(self.moving(self.values), self.showing(drum.ring()), few)
        for block in range(2, run.blocks + 1):
            self.play(self.index(drum.admit, at=block - 1).to(block, NORMAL + QUICK, ease))
        self.linger(theta=4)
        self.keep(drum)

    def last_picture(self) -> None:
        """The drum that all recalls are right with, and all of its answers in the triangle."""
        run, drum = self.trace, self.drum
        shot = self.shot(HERO.turned(66, 8), drum.room, drum.ends, within=LOW).nearer(1.0)
        self.play(self.moving(shot), self.index(drum.shuffle, at=1).to(0, SLOW, ease), self.index(drum.traced).to(1))
        one = self.big("end", run.halfway_right, "{:.0%}", "mechanism", HOLE, size="hero_large", first=run.first_right)
        self.show(one, SAFE.put(self.law("attention"), DL))

    def next_caption(self) -> None:
        """After a slow turn for as long as the caption before is still to be read."""
        self.linger(theta=-4)
        super().next_caption()

    def named(self, name: str, place: Callable[[], np.ndarray], side: np.ndarray = DOWN) -> Text | Sentence:
        """A label that stands beside something of the drum."""
        return self.name_at(place, self.case(self.label(name)), side, 0.32)
