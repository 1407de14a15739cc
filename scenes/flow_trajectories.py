"""Averages of straight lines bend: first all head for the data's centre. Diffusion: the same, retimed and zoomed."""

from __future__ import annotations

import numpy as np
from manimlib import DL, DOWN

from mathviz.concepts.flow_trajectories import FlowTrajectories as Run
from mathviz.mobjects.diffusion_reverse import Followed, River
from mathviz.mobjects.flow_trajectories import Between, Bundle, Ends, Heading, Outlook, Pairs, Pinhole, Slice, Twin
from mathviz.mobjects.glass import Pool
from mathviz.mobjects.light import moment
from mathviz.stage import LEFT_HALF, LEFT_THIRD, POSTER, RIGHT_HALF, RIVER
from mathviz.stage.river import ALONG_TIME, RiverScene
from mathviz.style import NORMAL, QUICK, SLOW

RUN, PATHS, ROLES, FAINT, LESS = 3 * SLOW, ("straight", "curved"), ("model", "rival"), 0.2, 0.5
"""Seconds of all time; the straight mix and diffusion, and what they wear; what is left of lights that are dimmed."""


class FlowTrajectories(RiverScene):
    """Cast: ``pairs`` in the ``river``, the ``hero`` on its ``line``, the ``pinhole``, ``straight`` and ``curved``."""

    trace: Run

    def setup(self) -> None:
        super().setup()
        run, hero, half = self.trace, int(self.trace.hero), self.trace.half
        self.last = len(run.aims) - 1
        self.river = river = River(self.theme, np.split(run.moons, 2), reach=(2.7, 2.6))
        self.panes = river.first, river.slices, river.last
        self.pairs = Pairs(river, run.noise, run.partners)
        self.hero = Followed(river, run.flow[0, :, hero])
        self.line = Heading(river, run.on_line(0), 0.0, run.on_line(1), "text", 3.0)
        self.mix = self.index(self.pairs.travel, lambda t: self.hero.put(river.at(run.on_line(t), t)))
        self.pinhole = Pinhole(river, run.place, half, run.fan)
        self.average = Heading(river, run.place, half, run.ahead(run.drawn_velocity), "target", 7.0)
        self.ahead = Outlook(river, run.flow[0], run.aims, hero, run.origins, run.chances)
        self.straight, self.curved = (Bundle(river, *each, hero) for each in zip(run.flow, ROLES, strict=True))
        self.chain = self.index(self.straight.follow, self.hero.follow, self.ahead.follow)
        self.both = self.index(self.straight.follow, self.curved.follow)
        ends = river.corners(0, 0.5), river.corners(1, 0.6)
        self.flat = self.shot(ALONG_TIME, self.line, river.ridges, room=0.3)
        self.whole, self.behind, self.aside = (self.shot(RIVER.turned(by), *ends) for by in (-3, -99, -28))
        self.near = self.shot(RIVER.turned(14), river.corners(1, 0.55), leaving=LEFT_THIRD)
        self.close = self.whole.nearer(6, river.at(run.place, half))
        self.poster = self.shot(RIVER.turned(3), river.corners(0, 0.75), river.corners(1, 0.75), within=POSTER)

    def question(self) -> None:
        self.always(Pool(self.theme))
        self.cut(self.flat)
        sized = self.hero, self.pairs, self.straight, self.curved
        self.with_view(lambda view: [each.seen_at(view.height) for each in sized])
        self.play(self.showing(self.river.ridges), self.showing(self.pairs.drawn(0)), self.showing(self.hero),
                  self.index(self.pairs.drawn).to(1, 2 * SLOW))  # fmt: skip
        self.draw(self.line)

    def a_line_takes_time(self) -> None:
        self.keep(self.pairs, self.hero, self.line, self.river.ridges)
        self.play(self.moving(self.whole, 2 * SLOW), *(self.showing(each, 2 * SLOW) for each in self.panes))
        names = (self.name_at(place, self.label(name, name), DOWN)
                 for name, place in (("noise", self.river.first), ("data", self.river.ridges)))  # fmt: skip
        self.play(self.mix.to(1, 1.5 * SLOW), *map(self.showing, (*names, LEFT_HALF.put(self.law("line"), DL))))

    def one_place_many_lines(self) -> None:
        self.keep(self.pairs, self.hero, self.line, self.river)
        self.play(self.mix.to(self.trace.half, 1.5 * SLOW), self.moving(self.close, 1.5 * SLOW),
                  *self.dimming(FAINT, self.pairs))  # fmt: skip
        self.add(self.pinhole.show(0))
        self.play(self.index(self.pinhole.show).to(1, 2 * SLOW), self.moving(self.whole, 2 * SLOW))
        self.next_caption()
        self.linger(theta=3)
        self.next_caption()
        self.add(self.average)
        self.play(self.index(self.average.show).to(1, NORMAL))
        sources = {"u_t": self.average.tip, "x_1": self.pinhole.ends, "x_0": self.pinhole.begins}
        law = LEFT_HALF.put(self.law("mean"), DL)  # lint: ignore[TXT001] its symbols grow on their way
        # lint: ignore[CON001] signs as large as these need 3 : 1
        self.play(self.gathering(law, sources, SLOW), self.drifting(theta=2))

    def the_floor_is_the_disagreement(self) -> None:
        run = self.trace
        self.keep(self.river, self.hero, self.line, self.pinhole, self.average)
        self.play(self.moving(self.near), *self.dimming(LESS, self.line))
        self.draw(apart := self.pinhole.apart(run.ahead(run.drawn_velocity)).lines)
        loss = self.pair("loss", "{:.2f}", ("now", "floor"), (run.loss[0], run.floor), ("model", "target"))
        self.show(loss.face, run_time=QUICK)
        self.play(self.index(lambda at: loss.numbers[0].show(moment(run.losses, at))).to(len(run.loss), SLOW))
        self.next_caption()
        self.play(self.moving(self.whole), *map(self.dropping, (loss.face, apart)), *self.dimming(FAINT, self.pinhole),
                  self.showing(Slice(self.river, run.learned, "model").show(1)))  # fmt: skip
        self.show(self.pair("distance", "{:.2f}", ("ours", "usual"), (run.ours, run.usual), ("model", "data")).face)
        self.linger(theta=3)

    def everyone_heads_for_the_centre(self) -> None:
        self.keep(self.river, self.hero, self.line)
        self.play(self.mix.to(0), self.moving(self.behind), *self.dimming(LESS, self.line),
                  self.showing(self.ahead.beam, time_span=(NORMAL, SLOW)))  # fmt: skip
        self.show(self.ahead.needle)
        self.next_caption()
        self.play(self.showing(self.straight), self.showing(self.ahead.aims, SLOW))

    def following_averages_bends(self) -> None:
        self.keep(self.river, self.hero, self.line, *self.ahead, self.straight)
        self.play(self.chain.to(self.last, RUN), self.moving(self.whole, RUN))
        self.next_caption()
        self.play(self.moving(self.flat), self.chain.to(0), *map(self.dropping, (*self.ahead, *self.panes)))
        self.play(self.chain.to(self.last, 1.5 * SLOW))
        self.show(self.big("bend", self.trace.bend[0], "{:.2f} ×", "model"))
        self.wait(NORMAL)

    def diffusion_moves_late(self) -> None:
        self.keep(self.river.ridges, self.hero, self.straight)
        self.play(self.chain.to(0), self.showing(self.curved))
        self.play(self.both.to(self.last / 2, RUN / 2))
        self.next_caption()
        self.show(self.pair("moved", "{:.0%}", PATHS, self.trace.half_way, ROLES).face, run_time=SLOW)
        self.linger(theta=3)

    def the_same_ends(self) -> None:
        ends = Ends(self.river, self.trace.flow[0, 0], *self.trace.ends)
        self.keep(self.river, self.hero, self.straight, self.curved)
        away, lifted = self.shot(RIVER.turned(4), self.river.corners(0, 0.2), ends.room), self.index(ends.lift)
        self.play(self.both.to(self.last), self.moving(away), *map(self.showing, self.panes))
        self.play(self.showing(ends), *self.dimming(FAINT, self.straight, self.curved))
        self.play(lifted.to(1))
        self.next_caption()
        self.play(lifted.to(0))
        self.show(self.big("gap", self.trace.gap, "{:.5f}", "target"))

    def clock_and_zoom(self) -> None:
        run, last = self.trace, self.last
        self.keep(self.river, self.hero, self.straight, self.curved)
        back = (self.index(each.follow, at=last).to(last * time) for each, time in
                ((self.straight, run.early), (self.curved, run.half)))  # fmt: skip
        self.play(self.moving(self.aside), *back, *self.dimming(LESS, self.straight, self.curved))
        self.add(twin := Twin(self.river, run.zoomed, run.clock, run.zoom, last // 2))
        self.play(self.index(twin.carry).to(1, 1.5 * SLOW))
        pair = self.pair("clock_zoom", "{:.2f}", ("clock", "zoom"), (run.early, run.larger), ("text",) * 2)
        self.show(pair.face)
        self.next_caption()
        read = (lambda at, each=each, of=of: each.show(moment(of, at))
                for each, of in zip(pair.numbers, (run.clock, run.zoom), strict=True))  # fmt: skip
        course = self.index(twin.follow, self.curved.follow, *read,
                            lambda at: self.straight.follow(moment(run.clock, at) * last), at=last / 2)  # fmt: skip
        self.play(course.to(last, RUN / 2), self.drifting(theta=20, run_time=RUN / 2))

    def measure_which_is_cheaper(self) -> None:
        run = self.trace
        strides = [Bundle(self.river, *each, lines=40, corner=0.02) for each in zip(run.strides, ROLES, strict=True)]
        self.keep(*self.panes, self.river.ridges)
        self.play(self.moving(self.whole), *map(self.showing, strides))
        missed = self.pair("error", "{:.2f}", PATHS, run.missed, ROLES, count=run.shown_count).face
        self.play(self.index(*(each.follow for each in strides)).to(run.shown_count), self.showing(missed))
        self.linger(theta=2)
        self.next_caption()
        self.play(*map(self.dropping, (missed, self.river.ridges)), *self.dimming(FAINT, *strides))
        for (count, by), within in zip(run.leads, (LEFT_HALF, RIGHT_HALF), strict=True):
            self.show(self.pair("digit_error", "{:.2f}", PATHS, by, ROLES, within, count=count).face)

    def pairs_must_change(self) -> None:
        run, crossed = self.trace, self.trace.crossed
        number = self.big("crossings", crossed[0], "{:.0f}", "error", pairs=len(run.noise))
        self.play(self.moving(self.flat), self.showing(self.pairs.dim(1.0), SLOW),
                  self.showing(self.river.ridges))  # fmt: skip
        self.show(number, run_time=QUICK)
        swing = self.index(lambda at: self.pairs.join(run.joined(at)), lambda at: number.show(crossed[round(20 * at)]))
        self.play(swing.to(1, 1.25 * SLOW))
        self.next_caption()
        self.linger(theta=3)

    def last_picture(self) -> None:
        """Two bundles from the same noise to the same ends."""
        run = self.trace
        self.both.put(self.last)
        self.hero.put(self.river.at(run.on_line(0), 0))
        sheet, ends = Between(self.river, *run.flow[:, :, int(run.hero)]), Slice(self.river, run.ends[0], "data")
        cast = self.river, sheet, self.curved.dim(1), self.straight.dim(1), ends.show(1), self.hero
        self.play(self.moving(self.poster), self.dropping(self.pairs), *map(self.showing, cast), run_time=SLOW)
        self.show(self.pair("bend", "{:.2f} ×", PATHS, run.bend, ROLES).face)
