"""Each step shrinks a little and kicks at random; a thousand of them are one formula."""

from __future__ import annotations

import numpy as np
from manimlib import (
    DOWN,
    LEFT,
    RIGHT,
    UP,
    Arrow,
    DashedLine,
    Dot,
    FadeIn,
    FadeOut,
    Group,
    Line,
    ShowCreation,
    Text,
    UpdateFromAlphaFunc,
    VGroup,
    VMobject,
    linear,
)  # fmt: skip
from numpy import ndarray

from mathviz import style
from mathviz.concepts.diffusion_forward import DiffusionForward as Run
from mathviz.mobjects.image import HeatMap, MagnitudeScale, Pixels
from mathviz.mobjects.particles import MixDial, Particles, Plane, TimeBar
from mathviz.mobjects.plot import AddedVariances, Histograms, LinePlot, begin_of
from mathviz.mobjects.tensor import ColourScale
from mathviz.mobjects.text import formula, words
from mathviz.stage import Explainer
from mathviz.style import HALF_WIDTH, NORMAL, QUICK, SLOW

SIDE, MIDDLE = 4.7, 0.75
"""The plane's side and the height of its middle, in scene units."""

WHOLE_CHAIN = 10.0
"""Seconds in which all steps are played."""

COUNTED = 10
"""The number of steps shown changes so often that it can be read."""

COUNT_AT = np.array([4.2, 2.4, 0.0])
"""Left end of the count of steps."""

BRIGHTEST = 0.6
"""Densities at and beyond this get the end of the colour map."""

INK = 1.0
"""Pixels at and beyond ± this get the ends of theirs."""

ONE_STEP = r"x_t = \sqrt{1-\beta_t}\;x_{t-1} + \sqrt{\beta_t}\;\epsilon"
SHORTCUT = r"x_t = \sqrt{\bar\alpha_t}\;x_0 + \sqrt{1-\bar\alpha_t}\;\epsilon"
TWO_KICKS = r"\alpha_t(1-\alpha_{t-1}) + (1-\alpha_t) = 1-\alpha_t\,\alpha_{t-1}"
SHORT_ROLES = {r"\sqrt{\bar\alpha_t}": "data", r"\sqrt{1-\bar\alpha_t}": "noise"}


class DiffusionForward(Explainer):
    """Cast: the ``plane`` with its ``cloud`` and time ``bar``; the ``dial``; ``leaving``, for the next beat."""

    trace: Run
    leaving: Group

    def setup(self) -> None:
        super().setup()
        run, theme = self.trace, self.theme
        self.plane = Plane(theme, SIDE).move_to((-HALF_WIDTH + SIDE / 2, MIDDLE, 0))
        self.cloud = Particles(self.plane, run.cloud[0], theme, "data")
        self.bar = TimeBar(theme, SIDE - 0.2, "data", "noise").next_to(self.plane, DOWN, 0.3)

    def data_to_begin_with(self) -> None:
        self.spread = VGroup(*(
            self.label("variance", axis=axis, value=value, size="number")
            for axis, value in zip("xy", self.trace.variance[0], strict=True)
        ))  # fmt: skip
        self.spread.arrange(DOWN, buff=0.35, aligned_edge=LEFT).move_to((0.4, MIDDLE, 0), LEFT)
        self.play(FadeIn(self.plane), FadeIn(self.bar), run_time=QUICK)
        self.play(FadeIn(self.cloud), run_time=NORMAL)
        self.play(FadeIn(self.spread), run_time=NORMAL)

    def one_step_shrinks_and_kicks(self) -> None:
        run, theme = self.trace, self.theme
        path = np.concatenate([run.zoom[:, 0], run.zoom[-1:, 2]])
        low, high = path.min(axis=0), path.max(axis=0)
        lens = Plane(theme, SIDE, 0.625 * float((high - low).max())).move_to(self.plane)
        seen = run.zoom - (low + high) / 2
        start = Dot(self.plane.at(run.zoom[0, 0]), radius=0.07).set_fill(theme["data"], 1)
        law = formula(ONE_STEP, theme, {r"\sqrt{1-\beta_t}": "data", r"\sqrt{\beta_t}": "noise"}).move_to((3.0, 2.3, 0))
        factors = VGroup(
            self.number(run.zoom_shrink, r"√(1−β) = {:.4f}", "data", "number"),
            self.number(run.zoom_kick, r"√β = {:.4f}", "noise", "number"),
        ).arrange(DOWN, buff=0.3).next_to(law, DOWN, 0.6)  # fmt: skip
        factor = self.label("zoom", "muted", factor=self.plane.reach / lens.reach).next_to(self.plane, DOWN, 0.25)
        self.play(FadeOut(self.spread), FadeOut(self.bar), FadeOut(self.plane[1]), FadeOut(self.cloud),
                  FadeIn(start), run_time=NORMAL)  # fmt: skip
        self.play(start.animate.move_to(lens.at(seen[0, 0])), FadeIn(factor), run_time=NORMAL)
        self.play(FadeIn(law), FadeIn(factors), run_time=NORMAL)
        ray = DashedLine(lens.at(seen[0, 0]), lens.edge_toward(seen[0, 0], -(low + high) / 2))
        ray.set_stroke(theme["muted"], 2.5)
        self.play(ShowCreation(ray), run_time=QUICK)
        steps = Group(start, ray)
        for index, places in enumerate(lens.at(seen)):
            steps.add(*self.zoomed_step(places, named=index == 0))
        self.leaving = Group(steps, law, factors, factor)

    def the_spread_stays(self) -> None:
        run, theme = self.trace, self.theme
        self.dial = MixDial(theme, 1.5, self.text("signal"), self.text("noise")).move_to((1.5, 2.0, 0))
        self.plot = LinePlot(theme, 5.4, 1.9, (run.steps, 12)).move_to((2.9, -0.7, 0))
        self.moment = VGroup(self.count(0))
        self.line = self.plot.line(self.over_time(run.variance.mean(axis=1)), "data")
        names = VGroup(self.label("steps", "muted"), self.label("variance_axis", "muted"))
        names[0].next_to(self.plot.at(0.75 * run.steps, 0), DOWN, 0.2)
        names[1].next_to(self.plot.up.get_end(), RIGHT, 0.2)
        self.frame = VGroup(self.plot, self.plot.tick((500, 1000), (1, 6, 12)), names)
        self.play(FadeOut(self.leaving), run_time=QUICK)
        self.cloud.show(run.cloud[0])
        self.play(FadeIn(self.plane[1]), FadeIn(self.cloud), FadeIn(self.bar), run_time=QUICK)
        self.play(FadeIn(self.dial), FadeIn(self.frame), FadeIn(self.moment), run_time=NORMAL)
        self.play_chain(WHOLE_CHAIN)

    def kicks_alone_blow_up(self) -> None:
        run = self.trace
        kicks = self.plot.line(self.over_time(run.variance_of_kicks), "error")
        ends = VGroup(
            self.label("with_shrink", "data", value=run.variance[-1].mean()),
            self.label("kicks_only", "error", value=run.variance_of_kicks[-1]),
        ).arrange(DOWN, buff=0.3, aligned_edge=LEFT).move_to((0.2, 1.9, 0), LEFT)  # fmt: skip
        self.play(FadeOut(self.dial), FadeOut(self.moment), run_time=QUICK)
        self.play(FadeIn(ends[0]), run_time=QUICK)
        self.play(ShowCreation(kicks, rate_func=linear), run_time=2 * SLOW)
        self.play(FadeIn(ends[1]), run_time=QUICK)
        self.leaving = Group(self.plane, self.cloud, self.bar, self.frame, self.line, kicks, ends)

    def two_kicks_are_one(self) -> None:
        """The first kick is shrunk by the second step before that kicks too."""
        run, theme = self.trace, self.theme
        first, second = run.betas[run.zoom_from : run.zoom_from + 2]
        kicks = AddedVariances(((1 - second) * first, second), theme, 1.5).move_to((-3.2, 0.35, 0))
        law = formula(TWO_KICKS, theme).set_width(5.6).move_to((3.3, 1.7, 0))
        meaning = formula(r"\alpha_t = 1-\beta_t \qquad \bar\alpha_t = \alpha_1\alpha_2\cdots\alpha_t", theme)
        meaning.set_width(5.0).next_to(law, DOWN, 0.7)
        self.play(FadeOut(self.leaving), run_time=QUICK)
        for leg, square in zip(kicks.legs, kicks.squares[:2], strict=True):
            self.play(ShowCreation(leg), run_time=NORMAL)
            self.play(FadeIn(square), run_time=QUICK)
        self.play(ShowCreation(kicks.whole), FadeIn(kicks.squares[2]), run_time=NORMAL)
        self.play(FadeIn(law), run_time=NORMAL)
        self.play(FadeIn(meaning), run_time=NORMAL)
        self.leaving = Group(kicks, law, meaning)

    def one_formula_jumps(self) -> None:
        run, theme, which = self.trace, self.theme, 1  # lint: ignore[CON002] the planes' axes only orient
        left, right = (Plane(theme, 3.9).move_to((x, 0.2, 0)) for x in (-HALF_WIDTH + 1.95, HALF_WIDTH - 1.95))
        chain = Particles(left, run.chain[which], theme, "data")
        jump = Particles(right, run.shortcut[which], theme, "target")
        names = VGroup(
            self.label("chain", "data", moment=run.compared[which]).next_to(left, DOWN, 0.2),
            self.label("shortcut", "target").next_to(right, DOWN, 0.2),
        )
        law = formula(SHORTCUT, theme, SHORT_ROLES).move_to((0, 2.7, 0))
        chart = Histograms(run.chain_counts[which, 0], run.shortcut_counts[which, 0], theme, 4.2, 2.4)
        verdict = self.label("p_value", p=run.p_value[which, 0]).next_to(chart.move_to((0, 0.45, 0)), DOWN, 0.5)
        self.play(FadeOut(self.leaving), run_time=QUICK)
        self.play(FadeIn(left), FadeIn(chain), FadeIn(names[0]), run_time=NORMAL)
        self.play(FadeIn(law), run_time=NORMAL)
        self.play(FadeIn(right), FadeIn(jump), FadeIn(names[1]), run_time=NORMAL)
        self.play(FadeIn(chart.bars), run_time=NORMAL)
        self.play(ShowCreation(chart.outline), run_time=NORMAL)
        self.play(FadeIn(verdict), run_time=QUICK)
        self.leaving = Group(left, right, chain, jump, names, law, chart, verdict)

    def two_humps_become_one(self) -> None:
        run, theme = self.trace, self.theme
        width, height, reach = 9.6, 3.9, run.heights[-1]
        heat = HeatMap(run.density.T, BRIGHTEST, theme, width, height).move_to((0, 1.1, 0))
        curves = VGroup(*(self.profile(heat, run.density[frame], side) for frame, side in ((0, LEFT), (-1, RIGHT))))
        scale = MagnitudeScale(theme, BRIGHTEST, self.text("density")).move_to((width / 2, -2.0, 0), RIGHT)
        line = TimeBar(theme, width, "data", "noise").move_to((0, -1.3, 0))
        on_the_map = style.theme("dark")["text"]  # the map is dark in both themes
        across = np.linspace(-width / 2, width / 2, len(run.paths))
        flat = np.stack([across[:, None] + 0 * run.paths, run.paths / reach * height / 2, 0 * run.paths], axis=-1)
        points = heat.get_center() + flat[::2].swapaxes(0, 1)
        paths = VGroup(*(VMobject().set_points_as_corners(each) for each in points))
        paths.set_stroke(on_the_map, 2, opacity=0.9).set_fill(opacity=0)
        self.play(FadeOut(self.leaving), run_time=QUICK)
        self.play(FadeIn(heat), FadeIn(line), FadeIn(scale), FadeIn(curves[0]), run_time=NORMAL)
        full = paths.copy()

        def grow(group: Group, share: float) -> None:
            line.show(share)
            for path, whole in zip(group[1], full, strict=True):
                begin_of(path, whole, share)

        self.play(UpdateFromAlphaFunc(Group(line, paths), grow, rate_func=linear), run_time=3 * SLOW)
        self.play(FadeIn(curves[1]), run_time=NORMAL)
        self.leaving = Group(heat, curves, line, paths, scale)

    def every_pixel_alike(self) -> None:
        run, theme = self.trace, self.theme
        columns = Group(*(
            Group(*(Pixels(theme.signed_pixels(image, INK), 1.2) for image in images)).arrange(DOWN, buff=0.16)
            for images in run.digits
        )).arrange(RIGHT, buff=0.16).move_to((0, 0.4, 0))  # fmt: skip
        names = VGroup(*(
            words(f"{moment}", theme, role="muted").next_to(column, UP, 0.12)
            for moment, column in zip(run.digit_moments, columns, strict=True)
        ))  # fmt: skip
        scale = ColourScale(theme, INK).move_to((0, -2.15, 0))
        self.play(FadeOut(self.leaving), run_time=QUICK)
        self.play(FadeIn(columns[0]), FadeIn(names[0]), FadeIn(scale), run_time=NORMAL)
        for column, name in zip(columns[1:], names[1:], strict=True):
            self.play(FadeIn(column), FadeIn(name), run_time=QUICK)
        self.leaving = Group(columns, names, scale)

    def almost_nothing_survives(self) -> None:
        run, theme = self.trace, self.theme
        moments = [0, *run.compared[1:]]
        clouds = [run.cloud[0], *run.chain[1:]]
        self.row, self.dials = Group(), VGroup()
        self.play(FadeOut(self.leaving), run_time=QUICK)
        for index, (moment, points) in enumerate(zip(moments, clouds, strict=True)):
            plane = Plane(theme, 2.95).move_to(((index - 1.5) * 3.27, -0.55, 0))
            cloud = Particles(plane, points, theme, "data", 0.024).mixed("data", "noise", self.share(int(moment)))
            dial = MixDial(theme, 1.0, "", "").show(run.signal[moment], run.noise[moment])
            dial.move_to((plane.get_x(), 1.75, 0))
            name = self.label("step", "muted", moment=moment).next_to(plane, DOWN, 0.12)
            self.row.add(Group(plane, cloud, name))
            self.dials.add(dial)
            self.play(FadeIn(self.row[-1]), FadeIn(dial), run_time=NORMAL)

    def last_picture(self) -> None:
        """The shortcut above the clouds that it gives: the poster."""
        law = formula(SHORTCUT, self.theme, SHORT_ROLES).move_to((0, 2.7, 0))
        lower = (group.animate.shift(0.45 * DOWN) for group in (self.row, self.dials))
        self.play(FadeIn(law), *lower, run_time=NORMAL)

    # What several beats do

    def zoomed_step(self, places: ndarray, named: bool) -> Group:
        """The shrinking, then the kick, of one step between three places."""
        theme, (before, shrunk, after) = self.theme, places
        inward = Line(before, shrunk).set_stroke(theme["data"], 10)
        kick = Arrow(shrunk, after, buff=0, thickness=2.0, fill_color=theme["noise"])
        dot = Dot(after, radius=0.07).set_fill(theme["data"], 1)
        shrink_name = self.label("shrink", "data").next_to(inward, DOWN + LEFT, 0.1)
        kick_name = self.label("kick", "noise").next_to(kick.get_center(), LEFT, 0.3)
        run_time = NORMAL if named else QUICK
        self.play(ShowCreation(inward), *[FadeIn(shrink_name)] * named, run_time=run_time)
        self.play(FadeIn(kick), *[FadeIn(kick_name)] * named, run_time=run_time)
        self.play(FadeIn(dot), run_time=run_time)
        if named:
            self.play(FadeOut(shrink_name), FadeOut(kick_name), run_time=QUICK)
        return Group(inward, kick, dot)

    def share(self, moment: int) -> float:
        """How much of the mixture is noise."""
        return float(self.trace.noise[moment] / (self.trace.noise[moment] + self.trace.signal[moment]))

    def over_time(self, values: ndarray) -> ndarray:
        """Every tenth of [moment] values, [point two]."""
        moments = np.arange(0, len(values), COUNTED)
        return np.stack([moments, values[moments]], axis=1)

    def play_chain(self, run_time: float) -> None:
        """All steps at constant speed: cloud, knob, dial, variance and count."""
        run, whole = self.trace, self.line.copy()

        def go(group: Group, share: float) -> None:
            at = share * (len(run.cloud) - 1)
            before = min(int(at), len(run.cloud) - 2)
            part, moment = at - before, round(share * run.steps)
            self.cloud.show((1 - part) * run.cloud[before] + part * run.cloud[before + 1])
            self.cloud.mixed("data", "noise", self.share(moment))
            self.bar.show(share)
            self.dial.show(run.signal[moment], run.noise[moment])
            begin_of(self.line, whole, share)
            shown = moment // COUNTED * COUNTED
            if shown != self.shown:
                self.moment.set_submobjects([self.count(shown)])
                self.shown = shown

        self.shown = -1
        cast = Group(self.cloud, self.bar, self.dial, self.line, self.moment)
        self.play(UpdateFromAlphaFunc(cast, go, rate_func=linear), run_time=run_time)

    def count(self, moment: int) -> Text:
        """How many steps are done."""
        return self.label("step", moment=moment, size="number").move_to(COUNT_AT, LEFT)

    def profile(self, heat: HeatMap, density: ndarray, side: ndarray) -> VMobject:
        """A density as a curve beside the edge of the map, growing away from it."""
        heights = np.linspace(heat.get_bottom()[1], heat.get_top()[1], len(density))
        edge = heat.get_edge_center(side)[0]
        across = edge + side[0] * (0.1 + 0.85 * density)
        points = np.stack([across, heights, 0 * heights], axis=1)[::4]
        return VMobject().set_points_as_corners(points).set_stroke(self.theme["data"], 4).set_fill(opacity=0)
