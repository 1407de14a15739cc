"""Each step shrinks a little and kicks at random; neighbouring kicks are one kick, so the whole walk is one leap."""

from __future__ import annotations

import numpy as np
from manimlib import DOWN, RIGHT, UL

from mathviz.concepts.diffusion_forward import DiffusionForward as Run
from mathviz.mobjects.diffusion_forward import Horn, Outflow, Outline, Panes, Steps, UpTo, Walk
from mathviz.mobjects.diffusion_reverse import Followed, Leap, Stream
from mathviz.mobjects.flow_trajectories import Bundle
from mathviz.mobjects.glass import Pool
from mathviz.stage import LEFT_HALF, POSTER, RIGHT_HALF, RIGHT_THIRD, RIVER, UPPER_RIGHT, UPSTREAM
from mathviz.stage.river import RiverScene
from mathviz.style import NORMAL, QUICK, SLOW

RUN, FAINT, FEW, AT = 3 * SLOW, 0.15, 3, [0, 2, 3]
"""Seconds of all steps; what is left of lights that are dimmed; every so-manieth leaps, to which moments compared."""


class DiffusionForward(RiverScene):
    """Cast: the ``cloud`` of data in the ``river``; the ``hero``, its ``walk``, its ``horn``; ``leaps``."""

    trace: Run

    def setup(self) -> None:
        super().setup()
        run, jump = self.trace, int(self.trace.jump)
        self.river = river = Outflow(self.theme, np.split(run.moons, 2))
        self.part = UpTo(river, jump / run.steps)
        self.last = len(run.cloud) - 1
        share = run.schedule.signal[:: int(run.stride)]
        self.cloud = Stream(river, run.cloud, share, "data")
        self.burst = Stream(river, run.loose, np.ones(len(share)), "error")
        self.outline = Outline(river, share)
        self.hero = Followed(river, run.walk)
        self.walk = Walk(river, run.walk, run.schedule.signal, self.part.end)
        self.steps = Steps(river, run.entered_steps, run.might, run.might_two, run.entered / run.steps)
        self.horn = Horn(river, run.start, run.schedule.signal, run.schedule.noise, jump)
        self.walks = Bundle(self.part, run.walks, "noise", lines=40, opacity=0.3, corner=0.1)
        self.leaps = Leap(self.part, np.tile(run.start, (len(run.leaps), 1)), run.leaps, "target")
        self.panes = Panes(river, run.cloud[0, ::FEW], run.leapt[AT, ::FEW], run.compared[AT] / run.steps)
        self.panorama = river.ridges, river.first, river.slices, river.last
        self.melt = self.index(self.cloud.show, self.outline.follow)
        self.step = self.index(self.walk.follow, lambda at: self.hero.put(self.walk.place(at)))
        ends = river.corners(0, 0.85), river.corners(1, 0.85)
        self.face = self.shot(UPSTREAM, river.corners(0, 0.8), within=POSTER)
        self.whole = self.shot(RIVER.turned(-3), *ends)
        self.near = self.shot(RIVER.turned(4), river.ridges, self.horn)
        self.close = self.shot(UPSTREAM, *self.steps.specks_at, room=0.1)
        self.closest = self.shot(UPSTREAM, self.steps.places[0, :2], self.steps.inward.paths[0], room=0.8)
        self.disc = self.shot(RIVER.turned(26), self.horn.rim, leaving=RIGHT_HALF)
        self.poster = self.shot(RIVER.turned(-2), river.ridges, self.horn, within=POSTER, leaving=RIGHT_THIRD)
        self.far = self.whole.nearer(2.5, river.at(np.zeros(2), 1.0))

    def question(self) -> None:
        self.always(Pool(self.theme))
        self.cut(self.face)
        sized = self.cloud, self.burst, self.hero, self.steps, self.walks
        self.with_view(lambda view: [each.seen_at(view.height) for each in sized])
        self.play(self.showing(self.river.ridges), self.showing(self.cloud), self.showing(self.hero))
        self.play(self.melt.to(self.last, RUN))

    def a_walk_takes_steps(self) -> None:
        run = self.trace
        self.keep(self.river.ridges, self.hero)
        self.play(self.moving(self.whole, 2 * SLOW), self.dropping(self.cloud),
                  *(self.showing(each, 2 * SLOW) for each in (self.river.first, self.river.slices, self.river.last)))
        names = [self.name_at(place, self.label(name, steps=run.steps), DOWN)
                 for name, place in (("data", self.river.first), ("noise", self.river.last))]  # fmt: skip
        count = self.big("steps", 0, "{:.0f}", "text", UPPER_RIGHT, widest=int(run.jump))
        self.step.drives(lambda at: count.show(np.floor(at)))
        self.add(self.walk.follow(0))
        self.show(*names, count, run_time=QUICK)
        self.play(self.step.to(int(run.jump), RUN), self.drifting(theta=3, run_time=RUN))
        self.next_caption()
        self.linger(theta=3)

    def one_step_shrinks_and_kicks(self) -> None:
        run, steps = self.trace, self.steps
        self.keep(self.river.ridges, self.hero, self.walk)
        back = self.index(lambda at: self.hero.put(self.walk.place(at)), at=int(run.jump))
        self.play(back.to(run.entered, NORMAL))
        stay = self.index(lambda at: self.hero.put(self.walk.place(int(run.entered))))
        self.play(self.moving(self.closest, 2 * SLOW), self.dropping(self.walk, 2 * SLOW), stay.to(1, 2 * SLOW))
        self.add(steps)
        one = self.index(steps.show, lambda at: self.hero.put(steps.place(at)))
        shrink = self.name_at(steps.places[0, :2].mean(axis=0), self.label("shrink"), RIGHT)
        self.play(one.to(0.5, SLOW), self.showing(shrink))
        self.next_caption()
        kick = self.name_at(steps.places[0, 1:].mean(axis=0), self.label("kick", "noise"), RIGHT)
        self.play(self.moving(self.close), one.to(1, SLOW), self.dropping(shrink, QUICK))
        self.show(kick, LEFT_HALF.put(self.law("step"), UL))

    def kicks_alone_burst(self) -> None:
        run = self.trace
        self.play(self.moving(self.whole, 1.5 * SLOW), self.dropping(self.hero), self.showing(self.burst, SLOW),
                  *(self.showing(each, SLOW) for each in self.panorama))  # fmt: skip
        self.play(self.index(self.burst.show).to(self.last, 2 * SLOW))
        pair = self.pair("width", "{:.2f}", ("loose", "whole"), run.widths, ("error", "text"), steps=run.steps)
        self.show(pair.face.submobjects[0], pair.numbers[0])
        self.next_caption()
        self.melt.put(0)
        self.play(*self.dimming(FAINT, self.burst), *map(self.showing, (self.cloud, self.outline)))
        self.play(self.melt.to(self.last, 2 * SLOW))
        self.show(pair.numbers[1], run_time=QUICK)

    def two_kicks_are_one(self) -> None:
        steps = self.steps.show(1)
        self.hero.put(steps.place(1))
        one = self.index(steps.show, lambda at: self.hero.put(steps.place(at)), at=1)
        self.play(self.moving(self.close, 1.5 * SLOW), self.showing(self.hero), self.showing(steps, SLOW))
        self.play(one.to(2, NORMAL))
        self.next_caption()
        self.play(self.index(steps.fuse).to(1, SLOW), self.showing(LEFT_HALF.put(self.law("two"), UL)))
        self.linger(theta=2)

    def all_kicks_are_one(self) -> None:
        run, jump = self.trace, int(self.trace.jump)
        self.keep(self.steps, self.hero)
        left = self.big("kicks", jump, "{:.0f}", "noise", UPPER_RIGHT, widest=jump)
        fused = self.index(self.walk.fuse, lambda at: left.show(jump / 2 ** np.floor(at + 0.5)))
        on = self.index(lambda at: self.hero.put(self.walk.place(at)), at=int(run.entered)).to(jump, NORMAL)
        self.play(self.moving(self.near, 1.5 * SLOW), self.dropping(self.steps), on,
                  *map(self.showing, (left, self.river.ridges, self.river.first)))  # fmt: skip
        self.show(self.walk.fuse(0))
        self.play(fused.to(3, NORMAL))
        self.play(fused.to(run.levels, 2.5 * SLOW), self.drifting(theta=-4, run_time=2.5 * SLOW))
        self.next_caption()
        sources = {"x_t": self.hero, "x_0": self.walk.place(0), r"\epsilon": self.walk.kick}
        law = LEFT_HALF.put(self.law("leap"), UL)
        self.play(self.gathering(law, sources, SLOW), self.drifting(theta=-2))

    def walks_blow_a_horn(self) -> None:
        run, jump = self.trace, int(self.trace.jump)
        self.keep(self.river.ridges, self.river.first, self.walk)
        blown = self.index(self.horn.show, lambda at: self.walks.follow(at / int(run.stride))).put(0)
        self.play(self.showing(self.horn), self.showing(self.walks), self.dropping(self.walk, SLOW))
        self.play(blown.to(jump, 2 * SLOW), self.drifting(theta=-3, run_time=2 * SLOW))
        self.next_caption()
        self.play(self.showing(self.leaps, QUICK), self.index(self.leaps.show).to(1, SLOW))
        pair = self.pair("distance", "{:.2f}", ("apart", "chance"), (run.apart, run.chance), ("text", "target"),
                         within=RIGHT_HALF, crowd=run.crowd)  # fmt: skip
        self.play(self.moving(self.disc, 1.5 * SLOW), *map(self.dropping, (self.river.ridges, self.river.first)))
        self.show(pair.face, self.name_at(self.horn.circle(jump, 2.0)[0], self.case(self.label("rim")), RIGHT))
        self.play(self.drifting(theta=2, run_time=2 * SLOW))

    def any_point_any_step(self) -> None:
        self.melt.put(0)
        gone = (self.horn, self.walks, self.leaps)
        self.play(self.moving(self.whole, 1.5 * SLOW), *(self.dropping(each, QUICK) for each in gone),
                  *(self.showing(each, SLOW) for each in self.panorama))  # fmt: skip
        self.show(self.cloud, run_time=QUICK)
        self.add(self.panes)
        names = [self.name_at(foot, self.label("at", moment=moment), DOWN)
                 for moment, foot in zip(self.trace.compared[AT], self.panes.feet, strict=True)]  # fmt: skip
        begins = np.linspace(0, RUN, len(names), endpoint=False)
        self.play(self.index(self.panes.leap).to(len(names), RUN), self.drifting(theta=4, run_time=RUN),
                  *(self.showing(name, time_span=(at, at + NORMAL)) for name, at in zip(names, begins, strict=True)))
        self.next_caption()
        self.linger(theta=2)
        self.keep(self.river, self.cloud)

    def little_is_left(self) -> None:
        self.play(self.melt.to(self.last, SLOW), self.showing(self.outline, QUICK))
        self.move(self.far, run_time=1.5 * SLOW)
        self.next_caption()
        self.linger(theta=4)

    def last_picture(self) -> None:
        """The horn, one walk and all leaps."""
        jump, before = int(self.trace.jump), (self.cloud, self.outline, self.river.slices, self.river.last)
        self.walk.fuse(0).follow(jump).leap(1)
        self.hero.put(self.walk.place(jump))
        self.walks.dim(0.25)
        one = self.big("poster", 1, "{:.0f}", "noise", UPPER_RIGHT, size="hero_large", jump=jump)
        cast = self.river.ridges, self.horn, self.walks, self.leaps, self.walk, self.hero, one
        self.play(self.moving(self.poster), *map(self.dropping, before), *map(self.showing, cast), run_time=SLOW)
