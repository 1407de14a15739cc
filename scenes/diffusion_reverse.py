"""A noisy point could have come from many places; following their average, with fresh noise, leads back to data."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from manimlib import (
    DOWN,
    LEFT,
    RIGHT,
    UP,
    Arrow,
    Dot,
    FadeIn,
    FadeOut,
    Group,
    ShowCreation,
    SurroundingRectangle,
    Text,
    UpdateFromAlphaFunc,
    VGroup,
    linear,
)  # fmt: skip
from numpy import ndarray

from mathviz.concepts.diffusion_reverse import DiffusionReverse as Run
from mathviz.mobjects.particles import ArrowField, Fan, Particles, Plane, Ridge, TimeBar
from mathviz.mobjects.plot import LinePlot, begin_of
from mathviz.mobjects.text import formula
from mathviz.stage import Explainer
from mathviz.style import HALF_WIDTH, NORMAL, QUICK, SLOW

SIDE, MIDDLE = 4.7, 0.75
"""The plane's side and the height of its middle, in scene units."""

RIGHT_MIDDLE = 2.7
"""The middle of what stands beside the plane."""

WHOLE_CHAIN = 12.0
"""Seconds in which all steps are played."""

COUNTED = 20
"""Numbers that run along are shown every so many steps, so that they can be read."""

FROZEN = 300
"""The moment at which the many origins of one point are drawn."""

NEARER = 2.2
"""Largest coordinate on the plane of the arrow fields."""

LONGEST, ARROW = 0.28, 0.18
"""Of the arrows of a field, in units of the data: the longest, and one that stands for one unit of noise."""

START = r"x_T \sim \mathcal{N}(0, I)"
AVERAGE = r"\mathbb{E}[x_0 \mid x_t]"
LOSS = r"\tfrac{1}{2}\left\Vert \epsilon - \epsilon_\theta(x_t, t) \right\Vert^2"
SCORE = r"\nabla \log p_t(x) \approx \frac{-\epsilon_\theta(x, t)}{\sqrt{1-\bar\alpha_t}}"
MEAN = r"\frac{1}{\sqrt{\alpha_t}}\left(x_t - \frac{\beta_t\,\epsilon_\theta(x_t, t)}{\sqrt{1-\bar\alpha_t}}\right)"
FRESH = r"\sqrt{\beta_t}\,z"
STEP = rf"x_{{t-1}} = {MEAN} + {FRESH}"


class DiffusionReverse(Explainer):
    """Cast: the ``plane`` with ``ridge``, ``cloud`` and time ``bar``; the ``hero``; ``leaving``, for the next beat."""

    trace: Run
    leaving: Group

    def setup(self) -> None:
        super().setup()
        run, theme = self.trace, self.theme
        self.plane = Plane(theme, SIDE).move_to((-HALF_WIDTH + SIDE / 2, MIDDLE, 0))
        self.ridge = Ridge(self.plane, np.split(run.moons, 2), theme)
        self.cloud = Particles(self.plane, run.paths[0], theme, "noise")
        self.bar = TimeBar(theme, SIDE - 0.2, "noise", "data").next_to(self.plane, DOWN, 0.3)
        self.moment = VGroup(self.count(run.steps))
        self.hero_path = run.paths[:, run.hero]

    def pure_noise_to_begin_with(self) -> None:
        law = formula(START, self.theme).move_to((RIGHT_MIDDLE, 1.2, 0))
        wanted = self.label("wanted", "data").move_to((RIGHT_MIDDLE, -0.2, 0))
        self.play(FadeIn(self.plane), FadeIn(self.bar), FadeIn(self.moment), run_time=QUICK)
        self.play(FadeIn(self.cloud), run_time=NORMAL)
        self.play(FadeIn(law), run_time=NORMAL)
        self.play(FadeIn(self.ridge), FadeIn(wanted), run_time=NORMAL)
        self.leaving = Group(law, wanted)

    def it_could_come_from_many_places(self) -> None:
        run, theme = self.trace, self.theme
        frame = run.frame_of(FROZEN)
        point, mean = self.hero_path[frame], run.mean_origin[frame]
        fan = Fan(self.plane, theme, len(run.moons)).show(point, run.origins[frame], run.chances[frame])
        self.hero = Dot(self.plane.at(point), radius=0.11).set_fill(theme["text"], 1)
        names = VGroup(self.label("one_point"), self.label("origins", "mechanism"), self.label("average", "target"))
        names.arrange(DOWN, buff=0.45, aligned_edge=LEFT).move_to((RIGHT_MIDDLE, 1.3, 0))
        law = formula(AVERAGE, theme).set_color(theme["target"]).next_to(names, DOWN, 0.6)
        self.play(FadeOut(self.leaving), run_time=QUICK)
        self.play_frames(0, frame, 2 * NORMAL, Group(self.cloud, self.bar, self.moment), self.show_chain)
        self.play(FadeOut(self.cloud), FadeIn(self.hero), FadeIn(names[0]), run_time=NORMAL)
        self.play(FadeIn(fan), FadeIn(names[1]), run_time=NORMAL)
        self.next_caption()
        start, end = self.plane.at(np.array([point, mean]))
        self.average = Arrow(start, end, buff=0.1, thickness=4, fill_color=theme["target"])
        dot = Dot(end, radius=0.11).set_fill(theme["target"], 1)
        self.play(fan.animate.set_stroke(opacity=0.12), FadeIn(dot), FadeIn(names[2]), FadeIn(law), run_time=NORMAL)
        self.play(FadeIn(self.average), run_time=NORMAL)
        self.fan = Group(fan, dot, self.average, self.hero)
        self.leaving = Group(names, law)

    def training_hits_a_floor(self) -> None:
        run, theme = self.trace, self.theme
        plot = LinePlot(theme, 5.6, 2.9, (int(run.updates), 1.0)).move_to((RIGHT_MIDDLE + 0.3, 0.35, 0))
        each = int(run.updates) / len(run.loss)
        looks = np.stack([(np.arange(len(run.loss)) + 0.5) * each, run.loss], axis=1)
        falling = plot.line(looks, "model")
        floor = plot.line(np.array([[0, run.floor], [run.updates, run.floor]]), "target", dashed=True)
        law = formula(LOSS, theme, {r"\epsilon_\theta": "model"}).move_to((RIGHT_MIDDLE + 0.9, 2.35, 0))
        names = VGroup(self.label("updates", "muted").next_to(plot.at(0.75 * run.updates, 0), DOWN, 0.2),
                       self.label("loss_axis", "muted").next_to(plot.up.get_end(), RIGHT, 0.2))  # fmt: skip
        late = 0.7 * float(run.updates)
        ends = VGroup(self.label("loss", "model", value=run.last_loss), self.label("floor", "target", value=run.floor))
        ends[0].next_to(plot.at(late, 0.33), UP, 0.1)
        ends[1].next_to(plot.at(late, 0.2), DOWN, 0.1)
        frame = VGroup(plot, plot.tick((int(run.updates) // 2, int(run.updates)), (0.5, 1)), names)
        self.play(FadeOut(self.leaving), run_time=QUICK)
        self.play(FadeIn(frame), FadeIn(law), run_time=NORMAL)
        self.play(ShowCreation(falling, rate_func=linear), run_time=2 * SLOW)
        self.play(FadeIn(ends[0]), run_time=QUICK)
        self.play(ShowCreation(floor), FadeIn(ends[1]), run_time=NORMAL)
        self.leaving = Group(self.fan, frame, falling, floor, law, ends)

    def the_average_is_an_arrow_field(self) -> None:
        run, theme = self.trace, self.theme
        law = formula(SCORE, theme, {r"-\epsilon_\theta(x, t)": "model"}).move_to((RIGHT_MIDDLE, 1.9, 0))
        names = VGroup(self.label("learned", "model"), self.label("exact", "target"))
        names.arrange(RIGHT, buff=1.0).next_to(law, DOWN, 0.7)
        cut = self.label("cut", "muted").next_to(names, DOWN, 1.4)
        plane = Plane(theme, SIDE, NEARER).move_to(self.plane)
        ridge = Ridge(plane, np.split(run.moons, 2), theme)
        self.play(FadeOut(self.leaving), FadeOut(self.ridge), run_time=QUICK)
        self.play(FadeIn(law), FadeIn(names), FadeIn(cut), FadeIn(ridge), run_time=QUICK)
        shown = Group()
        for index, moment in enumerate(run.field_moments):
            level = ARROW * run.schedule.noise[moment]
            fields = Group(*(
                ArrowField(plane, run.places, level * score[index], LONGEST, theme, role, width)
                for score, role, width in ((run.score_exact, "target", 6), (run.score_learned, "model", 2))
            ))  # fmt: skip
            cosine = self.label("cosine", value=run.cosine[index]).next_to(names, DOWN, 0.5)
            self.play(FadeOut(shown), run_time=QUICK)
            self.show_chain(run.frame_of(moment))
            self.play(FadeIn(fields), FadeIn(cosine), run_time=NORMAL)
            self.wait(NORMAL + QUICK)
            shown = Group(fields, cosine)
        self.leaving = Group(shown, law, names, cut, ridge)

    def one_step_back(self) -> None:
        run, theme = self.trace, self.theme
        path = np.concatenate([run.zoom[:, 0], run.zoom[-1:, 2]])
        low, high = path.min(axis=0), path.max(axis=0)
        lens = Plane(theme, SIDE, 0.625 * float((high - low).max())).move_to(self.plane)
        places = lens.at(run.zoom - (low + high) / 2)
        law = formula(STEP, theme, {MEAN: "model", FRESH: "noise"}).set_width(6.4).move_to((RIGHT_MIDDLE + 0.4, 1.6, 0))
        names = VGroup(self.label("arrow", "model"), self.label("kick", "noise"))
        names.arrange(RIGHT, buff=1.0).next_to(law, DOWN, 0.6)
        factor = self.label("zoom", "muted", factor=self.plane.reach / lens.reach).next_to(names, DOWN, 0.6)
        dot = Dot(places[0, 0], radius=0.08).set_fill(theme["text"], 1)
        self.play(FadeOut(self.leaving), FadeOut(self.plane[1]), run_time=QUICK)
        self.show_chain(run.frame_of(int(run.zoom_from)))
        self.play(FadeIn(dot), FadeIn(factor), FadeIn(law), run_time=NORMAL)
        steps = Group(dot)
        for index, (before, mean, after) in enumerate(places):
            first, run_time = index == 0, NORMAL if index == 0 else QUICK
            arrow = Arrow(before, mean, buff=0, thickness=5.0, fill_color=theme["model"])
            kick = Arrow(mean, after, buff=0, thickness=2.0, fill_color=theme["noise"])
            end = Dot(after, radius=0.08).set_fill(theme["text"], 1)
            self.play(FadeIn(arrow), *[FadeIn(names[0])] * first, run_time=run_time)
            self.play(FadeIn(kick), *[FadeIn(names[1])] * first, run_time=run_time)
            self.moment.set_submobjects([self.count(int(run.zoom_from) - index - 1)])
            self.play(FadeIn(end), run_time=QUICK)
            steps.add(arrow, kick, end)
        self.leaving = Group(steps, law, names, factor)

    def the_fan_narrows(self) -> None:
        run, theme = self.trace, self.theme  # lint: ignore[CON002] the planes' axes only orient
        inset = Plane(theme, SIDE).move_to((-self.plane.get_x(), MIDDLE, 0))
        fan, spread = Fan(inset, theme, len(run.moons)), run.fan_spread()
        head, hero = (Dot(radius=0.11).set_fill(theme["text"], 1) for _ in range(2))
        readout = VGroup(self.fan_readout(spread[0], inset))

        def go(at: float) -> None:
            self.show_chain(at)
            point, frame = self.between(self.hero_path, at), int(at)
            fan.show(point, self.between(run.origins, at), self.between(run.chances, at))
            for dot, plane in ((head, inset), (hero, self.plane)):
                dot.set_points(Dot(plane.at(point), radius=0.11).get_points())
            if frame * int(run.stride) % COUNTED == 0:
                readout.set_submobjects([self.fan_readout(spread[frame], inset)])

        go(0.0)
        self.play(FadeOut(self.leaving), run_time=QUICK)
        self.play(FadeIn(self.cloud), FadeIn(self.plane[1]), FadeIn(hero), FadeIn(inset), run_time=NORMAL)
        self.play(FadeIn(fan), FadeIn(head), FadeIn(readout), run_time=NORMAL)
        cast = Group(self.cloud, self.bar, self.moment, fan, head, hero, readout)
        self.play_frames(0, len(run.paths) - 1, WHOLE_CHAIN, cast, go)
        self.leaving = Group(self.plane, self.cloud, self.bar, self.moment, fan, head, hero, readout, inset)

    def without_fresh_noise_it_collapses(self) -> None:
        run, theme = self.trace, self.theme
        self.planes = VGroup(*(Plane(theme, 3.9).move_to((side * (HALF_WIDTH - 1.95), 0.3, 0)) for side in (-1, 1)))
        begins = Group(*(Particles(plane, run.paths[0], theme, "muted").set_opacity(0.25) for plane in self.planes))
        clouds = Group(Particles(self.planes[0], run.paths[0], theme, "noise"),
                       Particles(self.planes[1], run.without_noise[0], theme, "noise"))  # fmt: skip
        names = VGroup(*self.spreads(0))
        plot = LinePlot(theme, 3.6, 2.4, (run.steps, 1.2)).move_to((0.2, 0.0, 0))
        steps = int(run.stride) * np.arange(len(run.paths))
        whole = [plot.line(np.stack([steps, values.mean(axis=1)], axis=1), role)
                 for values, role in ((run.spread, "model"), (run.spread_without_noise, "error"))]  # fmt: skip
        lines = VGroup(*(line.copy() for line in whole))
        axes = VGroup(plot, plot.tick((), (1,)), self.label("steps_back", "muted").next_to(plot, DOWN, 0.2),
                      self.label("spread", "muted").next_to(plot.up.get_end(), RIGHT, 0.2))  # fmt: skip

        def go(at: float) -> None:
            share = self.share(at)
            for cloud, paths, role in zip(clouds, (run.paths, run.without_noise), ("model", "error"), strict=True):
                cloud.show(self.between(paths, at)).mixed(role, "noise", share)
            for line, full in zip(lines, whole, strict=True):
                begin_of(line, full, at / (len(run.paths) - 1))
            if int(at) * int(run.stride) % COUNTED == 0:
                names.set_submobjects(self.spreads(int(at)))

        self.play(FadeOut(self.leaving), run_time=QUICK)
        self.play(FadeIn(self.planes), FadeIn(begins), FadeIn(clouds), FadeIn(names), FadeIn(axes), run_time=NORMAL)
        self.play_frames(0, len(run.paths) - 1, WHOLE_CHAIN, Group(clouds, lines, names), go)
        self.row, self.leaving = Group(self.planes, begins, clouds, names), Group(axes, lines)

    def the_moons_return(self) -> None:
        run, theme = self.trace, self.theme
        facts = VGroup(
            self.label("near", "model", value=run.near), self.label("near_data", "data", value=run.near_data),
            self.label("distance", "model", value=run.distance.mean()),
            self.label("distance_of_data", "data", value=run.distance_of_data.mean()),
        )  # fmt: skip
        pairs = VGroup(facts[:2].arrange(DOWN, buff=0.25), facts[2:].arrange(DOWN, buff=0.25))
        pairs.arrange(DOWN, buff=0.7).move_to((0, 0.3, 0))
        ridge = Ridge(self.planes[0], np.split(run.moons, 2), theme)
        self.play(FadeOut(self.leaving), run_time=QUICK)
        self.play(FadeIn(ridge), run_time=NORMAL)
        self.play(FadeIn(facts[:2]), run_time=NORMAL)
        self.play(FadeIn(facts[2:]), run_time=NORMAL)
        self.row.add(ridge, pairs)

    def last_picture(self) -> None:
        """Both ends below the step that differs in one term: the poster."""
        law = formula(STEP, self.theme, {MEAN: "model", FRESH: "error"}).move_to((0, 2.4, 0))
        self.play(self.row.animate.shift(0.7 * DOWN), FadeIn(law), run_time=NORMAL)
        box = SurroundingRectangle(law[FRESH], buff=0.12).set_stroke(self.theme["error"], 4)
        self.play(FadeIn(box), run_time=QUICK)

    # What several beats do

    def between(self, frames: ndarray, at: float) -> ndarray:
        """Frames […] at a fraction between two of them."""
        before = min(int(at), len(frames) - 2)
        return (1 - at + before) * frames[before] + (at - before) * frames[before + 1]

    def share(self, at: float) -> float:
        """How much of the mixture is noise at a frame."""
        moment = self.trace.moment_of(round(at))
        noise, signal = self.trace.schedule.noise[moment], self.trace.schedule.signal[moment]
        return float(noise / (noise + signal))

    def show_chain(self, at: float) -> None:
        """Cloud, knob and count at a frame."""
        run = self.trace
        self.cloud.show(self.between(run.paths, at)).mixed("model", "noise", self.share(at))
        self.bar.show(at / (len(run.paths) - 1))
        self.moment.set_submobjects([self.count(run.moment_of(int(at)) // COUNTED * COUNTED)])

    def count(self, moment: int) -> Text:
        """Which moment of the chain is shown."""
        return self.label("step", "muted", moment=moment).next_to(self.bar, RIGHT, 0.3)

    def spreads(self, frame: int) -> list[Text]:
        """How far either cloud is spread, below it."""
        run, rows = self.trace, []
        for plane, role, name, spread in zip(self.planes, ("model", "error"), ("with_noise", "without_noise"),
                                             (run.spread, run.spread_without_noise), strict=True):  # fmt: skip
            rows.append(self.label(name, role, value=spread[frame].mean()).next_to(plane, DOWN, 0.2))
        return rows

    def fan_readout(self, spread: float, plane: Plane) -> Text:
        """How far apart the possible origins are."""
        return self.label("origin_spread", "mechanism", value=spread).next_to(plane, DOWN, 0.25)

    def play_frames(self, first: int, last: int, run_time: float, cast: Group, show: Callable[[float], None]) -> None:
        """All frames from one to another at constant speed."""
        move = UpdateFromAlphaFunc(cast, lambda group, share: show(first + share * (last - first)), rate_func=linear)
        self.play(move, run_time=run_time)
