"""A look-up whose keys are learned must be soft: every key gives light by its weight, and the mix is the answer."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from manimlib import DOWN, LEFT, RIGHT, UL, UP, UR

from mathviz.concepts.attention_lookup import AttentionLookup as Run
from mathviz.concepts.learned_keys import CORNERS
from mathviz.mobjects.attention_lookup import Drum, ShareDrums
from mathviz.mobjects.glass import FloorGrid, Pool
from mathviz.mobjects.light import moment
from mathviz.stage import CITY, HERO, PLAN, SAFE, UPPER_LEFT, UPPER_RIGHT, Explainer, Region
from mathviz.stage.moves import ease
from mathviz.style import NORMAL, QUICK, SLOW

RUN, ROUND, DRAWS = 3 * SLOW, 2 * np.pi, 48
"""Seconds of a run; a full turn; how many of the draws are sectors of a drum."""

WIDE, OVER, LOW = Region(-7.4, 6.6, -2.2, 3.3), Region(-7.0, 3.4, -2.3, 3.3), Region(-7.6, 6.5, -3.1, 2.6)
TOP = replace(UPPER_RIGHT, toward=(1.0, 1.0))
"""The frame and beyond its sides: with the triangle, for the drum alone, on the poster; and where numbers are."""


class AttentionLookup(Explainer):
    """Cast: the ``drum`` of stained glass with the query in it and its answer; ``shares``, drums of wider vectors."""

    trace: Run

    def setup(self) -> None:
        super().setup()
        run = self.trace
        self.drum = drum = Drum(self.theme, run.toward, run.keys.astype(float), run.queries.astype(float), CORNERS,
                                run.own, run.traded, run.order, run.halfway, run.shown, run.block)  # fmt: skip
        self.shares = ShareDrums(self.theme, run.shares(0)[:, :DRAWS])
        self.floor = FloorGrid(self.theme, (0.0, 0.0), 7.0, 1.0, opacity=0.3)
        self.turning_, self.training = self.index(drum.turn, at=run.shown), self.index(drum.train, at=run.halfway)
        self.softening, self.planning = self.index(drum.soften, at=1), self.index(drum.plan)
        self.side = self.shot(HERO.turned(66, 8), drum.room, drum.ends, within=WIDE).nearer(1.0)
        self.values = self.shot(HERO.turned(84, 18), drum.wall_end, drum.ends, within=WIDE).nearer(1.0)
        self.above = self.shot(PLAN.turned(64, -12), drum.room, within=OVER).nearer(1.0)

    def question(self) -> None:
        self.always(Pool(self.theme), self.floor)
        self.with_view(lambda view: self.drum.face(view.theta))
        self.cut(self.side.nearer(1.12).around(-8, 4))
        self.play(self.showing(self.drum, QUICK), self.turning_.put(self.trace.shown - 1.2).to(self.trace.shown, RUN, ease),
                  self.moving(self.side, RUN))  # fmt: skip

    def nearest_jumps(self) -> None:
        drum, shown = self.drum, self.trace.shown
        self.keep(drum)
        names = [self.name_at(place, self.case(self.label(name, role)), side) for name, place, side, role in (
            ("query", drum.lamp_top, UP, "model"), ("key", drum.front, LEFT, "mechanism"), ("value", drum.top, UP, "text"))]
        self.play(self.softening.to(0, SLOW, ease), *map(self.showing, names))
        self.next_caption()
        change = self.big("slope", self.trace.hard_slope, "{:.0f}", "error", TOP)
        self.play(self.turning_.to(shown + ROUND / 2, RUN), self.showing(change),
                  *(self.dropping(each) for each in names))
        self.turning_.put(shown + ROUND / 2)

    def every_key_shines(self) -> None:
        run, drum = self.trace, self.drum
        self.keep(drum)
        self.play(self.moving(self.side.around(-26, 10).nearer(1.1)), self.turning_.to(run.shown + ROUND, SLOW, ease))
        law = SAFE.put(self.law("weight"), UR)
        self.play(self.softening.to(1, SLOW, ease), self.gathering(law, {"q": drum.lamp, "k_j": drum.posts}, SLOW))
        self.next_caption()
        near = self.big("nearest", run.shown_weight, "{:.0%}", "mechanism", replace(TOP, top=2.2))
        self.play(self.showing(near), self.drifting(theta=8, run_time=SLOW))
        self.linger(theta=6)

    def the_answer_is_their_mix(self) -> None:
        run, drum = self.trace, self.drum
        self.keep(drum)
        self.turning_.put(run.shown)
        law = SAFE.put(self.law("answer"), UL)
        self.play(self.moving(self.values), self.showing(law))
        self.next_caption()
        tracing = self.index(lambda at: drum.turn(run.shown + ROUND * at), drum.traced)
        self.play(tracing.to(1, 1.4 * RUN), self.drifting(theta=-10, run_time=1.4 * RUN))

    def weights_are_not_the_answer(self) -> None:
        run, drum = self.trace, self.drum
        self.keep(drum)
        near = self.big("nearest", run.shown_weight, "{:.0%}", "mechanism", TOP)
        self.play(self.moving(self.side.around(6, 4)), self.index(drum.fade_trace).to(1), self.showing(near))
        self.play(self.index(drum.trade).to(1, 1.5 * SLOW, ease))
        self.linger(theta=5)

    def random_keys_know_nothing(self) -> None:
        run, drum = self.trace, self.drum
        self.keep(drum)
        self.play(self.moving(self.above), self.planning.to(1), self.index(drum.trade, at=1).to(0, SLOW, ease))
        names = [self.name_at(place, self.case(self.label(name, role)), side) for name, place, side, role in (
            ("keys", drum.tip, RIGHT, "mechanism"), ("queries", drum.aim, RIGHT, "model"))]
        self.play(self.training.to(0, 1.5 * SLOW, ease), *map(self.showing, names))
        self.own = self.big("own", run.first_weight, "{:.0%}", "error", TOP)
        self.next_caption()
        self.play(self.showing(self.own), self.drifting(theta=5, run_time=SLOW))
        self.linger(theta=5)
        self.keep(drum, self.own)

    def recall_alone_pulls_them_together(self) -> None:
        run, drum = self.trace, self.drum
        last = len(run.loss) - 1
        self.keep(drum, self.own)
        self.training.drives(lambda at: self.own.show(float(moment(run.own_weight, at))))
        self.play(self.training.to(run.halfway, 1.2 * RUN), self.drifting(theta=8, run_time=1.2 * RUN))
        self.next_caption()
        self.play(self.training.to(last, RUN, ease), self.drifting(theta=8, push=1.06, run_time=RUN))
        self.keep(drum, self.own)

    def a_dictionary_again(self) -> None:
        shown = self.trace.shown
        self.keep(self.drum)
        self.play(self.moving(self.side), self.planning.to(0))
        self.next_caption()
        self.play(self.turning_.put(shown).to(shown + ROUND / 3, RUN), self.drifting(theta=-8, run_time=RUN))

    def large_scores_blind(self) -> None:
        run, shares = self.trace, self.shares
        row = self.shot(CITY.turned(4, 12), shares.room, within=WIDE)
        self.play(self.moving(row), self.showing(shares))
        names = [self.name_at(shares.label_at(at), self.case(self.label("width", d=int(width))), DOWN)
                 for at, width in enumerate(run.widths)]
        self.show(*names, run_time=NORMAL)
        slope = self.big("softmax_slope", run.raw_slope, "{:.2f}", "error", UPPER_LEFT)
        self.play(self.showing(slope))
        self.next_caption()
        dividing = self.index(lambda at: shares.show(run.shares(at)[:, :DRAWS]), lambda at: slope.show(float(run.slope(at)[-1])))
        self.play(dividing.to(1, 2 * SLOW, ease), self.drifting(theta=6, run_time=2 * SLOW))

    def order_is_not_seen(self) -> None:
        run, drum = self.trace, self.drum
        self.training.put(run.halfway)
        drum.turn(run.shown)
        self.drop(self.shares, run_time=QUICK)
        self.play(self.moving(self.side.around(-8, 2)), self.showing(drum))
        self.play(self.index(drum.shuffle).to(1, 1.5 * SLOW, ease))
        self.next_caption()
        self.play(self.index(drum.admit, at=run.blocks).to(1, NORMAL, ease))
        for block in range(2, run.blocks + 1):
            self.play(self.index(drum.admit, at=block - 1).to(block, NORMAL, ease))
        self.linger(theta=4)
        self.keep(drum)

    def last_picture(self) -> None:
        """The trained drum, its ray in the triangle, and what nobody told it."""
        run, drum = self.trace, self.drum
        shot = self.shot(HERO.turned(66, 8), drum.room, drum.ends, within=LOW).nearer(1.0)
        self.play(self.moving(shot), self.index(drum.shuffle, at=1).to(0, SLOW, ease))
        self.show(self.big("poster", run.last_weight, "{:.0%}", "mechanism", TOP, size="hero_large"))
