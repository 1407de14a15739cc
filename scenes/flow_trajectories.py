"""The average of straight lines bends; diffusion's path is the same map from noise to data, on another timetable."""

from __future__ import annotations

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
    UpdateFromAlphaFunc,
    VGroup,
    linear,
)  # fmt: skip
from numpy import ndarray

from mathviz.concepts.flow_trajectories import FlowTrajectories as Run
from mathviz.concepts.shared.oracles import CURVED, STRAIGHT
from mathviz.mobjects.image import Pixels
from mathviz.mobjects.particles import Fan, MixDial, Particles, Plane, TimeBar, Trajectories
from mathviz.mobjects.plot import LinePlot
from mathviz.mobjects.text import formula
from mathviz.mobjects.transport import Segments
from mathviz.stage import Explainer
from mathviz.style import HALF_WIDTH, NORMAL, QUICK, SLOW

SIDE, MIDDLE, PANEL = 4.7, 0.75, 3.9
"""The plane's side and the height of its middle, and the side of each of two planes, in scene units."""

BESIDE = 2.7
"""The middle of what stands beside the plane."""

NEARER = 2.2
"""Largest coordinate on the plane of the lines through one place."""

DRAWN, IMAGES = 50, 7
"""Trajectories that are drawn, of all; and images in a row."""

ROLES = ("model", "rival")
"""Of the straight mix and of diffusion's."""

LINE = r"x_t = (1-t)\, x_0 + t\, x_1"
MEAN = r"u_t(x) = \mathbb{E}[\,x_1 - x_0 \mid x_t = x\,]"
FLOW = r"\dot x = u_t(x)"
LOSS = r"\left\Vert v_\theta(x_t, t) - (x_1 - x_0) \right\Vert^2"
MIX = r"x_t = a_t\, x_1 + b_t\, \epsilon"


class FlowTrajectories(Explainer):
    """Cast: the ``plane`` with its time ``bar``; two ``panels`` with dials; ``leaving``, for the next beat."""

    trace: Run
    leaving: Group

    def setup(self) -> None:
        super().setup()
        theme = self.theme
        self.plane = Plane(theme, SIDE).move_to((-HALF_WIDTH + SIDE / 2, MIDDLE, 0))
        self.bar = TimeBar(theme, SIDE - 0.2, "noise", "data").next_to(self.plane, DOWN, 0.3)
        self.panels = [Plane(theme, PANEL).move_to((side * (HALF_WIDTH - PANEL / 2), 0.4, 0)) for side in (-1, 1)]

    def random_pairs_cross(self) -> None:
        run, theme = self.trace, self.theme
        noise = Particles(self.plane, run.noise, theme, "noise", 0.05)
        data = Particles(self.plane, run.data, theme, "data", 0.05)
        lines = Segments(self.plane, run.noise, run.data, theme, "muted", 2, 0.7)
        law = formula(LINE, theme, {"x_0": "noise", "x_1": "data"}).move_to((BESIDE, 2.0, 0))
        dial = MixDial(theme, 1.6, self.text("data"), self.text("noise"), straight=True).show(0.5, 0.5)
        dial.move_to((BESIDE, -0.2, 0))
        self.play(FadeIn(self.plane), FadeIn(noise), run_time=NORMAL)
        self.play(FadeIn(data), run_time=NORMAL)
        self.play(ShowCreation(lines), run_time=SLOW)
        self.play(FadeIn(law), FadeIn(dial), run_time=NORMAL)
        self.leaving = Group(noise, data, lines, law, dial)

    def one_place_many_lines(self) -> None:
        run, theme, half = self.trace, self.theme, 0.5
        lens = Plane(theme, SIDE, NEARER).move_to(self.plane)
        fan = Fan(lens, theme, len(run.fan), 2).show(run.probe, run.fan, np.ones(len(run.fan)))
        place, exact, learned = (lens.at(run.probe + (1 - half) * velocity) for velocity in
                                 (np.zeros(2), run.exact_velocity, run.learned_velocity))  # fmt: skip
        dot = Dot(place, radius=0.11).set_fill(theme["text"], 1)
        arrows = VGroup(Arrow(place, exact, buff=0, thickness=7, fill_color=theme["target"]),
                        Arrow(place, learned, buff=0, thickness=3, fill_color=theme["model"]))  # fmt: skip
        ends = Particles(lens, run.fan, theme, "data", 0.05)
        names = VGroup(*(self.label(name, role) for name, role in
                         (("lines", "mechanism"), ("average", "target"), ("learned", "model"))))  # fmt: skip
        names.arrange(DOWN, buff=0.45).move_to((BESIDE, 0.2, 0))
        law = formula(MEAN, theme).set_width(5.8).move_to((BESIDE, 2.0, 0))
        self.play(FadeOut(self.leaving), run_time=QUICK)
        self.play(FadeIn(dot), run_time=QUICK)
        self.play(ShowCreation(fan), FadeIn(ends), FadeIn(names[0]), run_time=SLOW)
        self.play(FadeIn(law), run_time=NORMAL)
        self.play(fan.animate.set_stroke(opacity=0.25), FadeIn(arrows[0]), FadeIn(names[1]), run_time=NORMAL)
        self.play(FadeIn(arrows[1]), FadeIn(names[2]), run_time=NORMAL)
        self.fan, self.leaving = Group(fan, ends, dot, arrows), Group(names, law)

    def the_floor_is_the_disagreement(self) -> None:
        run, theme = self.trace, self.theme
        updates = int(run.updates)
        plot = LinePlot(theme, 5.4, 2.7, (updates, 5)).move_to((BESIDE + 0.4, 0.35, 0))
        looks = (np.arange(len(run.loss)) + 0.5) * updates / len(run.loss)
        falling = plot.line(np.stack([looks, run.loss], axis=1), "model")
        floor = plot.line(np.array([[0, run.floor], [updates, run.floor]]), "target", dashed=True)
        law = formula(LOSS, theme, {r"v_\theta": "model"}).move_to((BESIDE + 0.6, 2.5, 0))
        ticks = VGroup(plot.tick((updates // 2, updates), (2.5, 5)),
                       self.label("loss_axis", "muted").next_to(plot.up.get_end(), RIGHT, 0.2),
                       self.label("updates", "muted").next_to(plot.at(0.75 * updates, 0), DOWN, 0.2))  # fmt: skip
        ends = VGroup(self.label("loss", "model", value=run.last_loss).next_to(plot.at(0.65 * updates, 3.1), UP, 0.1),
                      self.label("floor", "target", value=run.floor).next_to(plot.at(0.65 * updates, 2.5), DOWN, 0.1))
        self.play(FadeOut(self.leaving), run_time=QUICK)
        self.play(FadeIn(plot), FadeIn(ticks), FadeIn(law), run_time=NORMAL)
        self.play(ShowCreation(falling, rate_func=linear), run_time=SLOW)
        self.play(FadeIn(ends[0]), run_time=QUICK)
        self.play(ShowCreation(floor), FadeIn(ends[1]), run_time=NORMAL)
        self.leaving = Group(self.fan, plot, ticks, law, falling, floor, ends)

    def following_averages_bends(self) -> None:
        run, theme = self.trace, self.theme
        cloud = Particles(self.plane, run.flow[0, 0], theme, "noise")
        ways = Trajectories(self.plane, run.flow[0, :, :DRAWN], theme, "model").show(0.0)
        law = formula(FLOW, theme).move_to((BESIDE, 1.6, 0))
        readout = self.label("bend", size="number", value=run.bend[0]).next_to(law, DOWN, 0.9)

        def go(group: Group, share: float) -> None:
            self.show_flow(cloud, ways, 0, share)
            self.bar.show(share)

        self.play(FadeOut(self.leaving), run_time=QUICK)
        self.play(FadeIn(cloud), FadeIn(law), FadeIn(self.bar), run_time=NORMAL)
        self.play(UpdateFromAlphaFunc(Group(ways, cloud, self.bar), go, rate_func=linear), run_time=3 * SLOW)
        self.play(FadeIn(readout), run_time=NORMAL)
        self.leaving = Group(self.plane, cloud, ways, self.bar, law, readout)

    def diffusion_moves_late(self) -> None:
        run, theme = self.trace, self.theme
        self.clouds = Group(*(Particles(panel, run.flow[0, 0], theme, "noise", 0.04) for panel in self.panels))
        self.ways = VGroup(*(Trajectories(panel, run.flow[index, :, :DRAWN], theme, role).show(0.0)
                             for index, (panel, role) in enumerate(zip(self.panels, ROLES, strict=True))))  # fmt: skip
        self.dials = VGroup(MixDial(theme, 0.95, "", "", straight=True), MixDial(theme, 0.95, "", ""))
        self.dials.arrange(RIGHT, buff=0.6).move_to((0, 0.7, 0))
        names = VGroup(*(self.label(name, role).next_to(panel, UP, 0.15) for name, role, panel in
                         zip(("straight", "curved"), ROLES, self.panels, strict=True)))  # fmt: skip
        readouts = VGroup(*self.progress(0.0))

        def go(group: Group, share: float) -> None:
            for index, (cloud, ways) in enumerate(zip(self.clouds, self.ways, strict=True)):
                self.show_flow(cloud, ways, index, share)
                self.dials[index].show(*map(float, (STRAIGHT, CURVED)[index].mix(share)))
            if round(100 * share) % 5 == 0:
                readouts.set_submobjects(self.progress(round(20 * share) / 20))

        go(Group(), 0.0)
        self.play(FadeOut(self.leaving), run_time=QUICK)
        self.play(*(FadeIn(each) for each in (*self.panels, self.clouds, names, self.dials, readouts)), run_time=NORMAL)
        cast = Group(self.ways, self.clouds, self.dials, readouts)
        self.play(UpdateFromAlphaFunc(cast, go, rate_func=linear), run_time=4 * SLOW)
        self.path_names, self.leaving = names, Group(readouts, self.dials)

    def one_map_two_timetables(self) -> None:
        run, theme = self.trace, self.theme
        law = formula(MIX, theme, {r"\epsilon": "noise", "x_1": "data"}).move_to((0, 1.3, 0))
        readout = self.label("gap", value=run.gap).move_to((0, 0.0, 0))
        same = self.label("same", "noise").next_to(law, DOWN, 0.35)
        way = self.panels[0].get_center() - self.panels[1].get_center()
        sliding, landed = (Particles(panel, run.ends[1], theme, "rival", 0.022) for panel in self.panels[::-1])
        self.play(FadeOut(self.leaving), FadeOut(self.ways), run_time=QUICK)
        self.play(FadeIn(law), FadeIn(same), FadeIn(sliding), run_time=NORMAL)
        self.play(sliding.animate.shift(way), run_time=SLOW)
        self.remove(sliding)
        self.add(landed)
        self.play(FadeIn(readout), run_time=NORMAL)
        self.leaving = Group(law, same, landed, readout, self.clouds, *self.panels, self.path_names)

    def measure_which_is_cheaper(self) -> None:
        run, theme = self.trace, self.theme
        plot = LinePlot(theme, 4.4, 2.9, (np.log2(run.counts[-1]), 2.3)).move_to((-3.3, 0.5, 0))
        lines = VGroup(*(plot.line(np.stack([np.log2(run.counts), 2 + np.log10(errors)], axis=1), role)
                         for errors, role in zip(run.euler_error, ROLES, strict=True)))  # fmt: skip
        ticks = VGroup(*(self.number(error, "{:g}", "muted").next_to(plot.at(0, 2 + np.log10(error)), LEFT, 0.15)
                         for error in (0.01, 0.1, 1)))  # fmt: skip
        ticks.add(*(self.number(int(count), "{}", "muted").next_to(plot.at(np.log2(count), 0), DOWN, 0.15)
                    for count in run.counts[::2]))  # fmt: skip
        ticks.add(self.label("error", "muted").next_to(plot.up.get_end(), RIGHT, 0.2),
                  self.label("steps", "muted").next_to(plot.across, DOWN, 0.6))  # fmt: skip
        keys = VGroup(self.label("straight", "model"), self.label("curved", "rival")).arrange(DOWN, buff=0.2)
        keys.next_to(plot.at(4.4, 1.9), UP, 0.1)
        rows = Group(*(self.digits(run.digits[path, which], ROLES[path], count, run.digit_error[path, which])
                       for which, count in enumerate(run.digit_counts[:3]) if which != 1 for path in (0, 1)))
        rows.add(self.digits(run.digits_exact, "target", None, None))
        for index, row in enumerate(rows):
            row.shift(np.array([1.1, 1.7 - 0.72 * index, 0]) - row[0].get_center())
        self.play(FadeOut(self.leaving), run_time=QUICK)
        self.play(FadeIn(plot), FadeIn(ticks), run_time=NORMAL)
        self.play(ShowCreation(lines), FadeIn(keys), run_time=SLOW)
        for row in rows:
            self.play(FadeIn(row), run_time=QUICK)
        self.leaving = Group(plot, ticks, lines, keys, rows)

    def pairs_must_change(self) -> None:
        run, theme = self.trace, self.theme
        pairs = ((run.noise, run.data), (run.flow[0, 0, : len(run.noise)], run.ends[0, : len(run.noise)]))
        shown = Group()
        for panel, (starts, ends), name, role in zip(self.panels, pairs, ("random_pairs", "flow_pairs"),
                                                     ("muted", "model"), strict=True):  # fmt: skip
            clouds = Group(Particles(panel, starts, theme, "noise", 0.05), Particles(panel, ends, theme, "data", 0.05))
            shown.add(Group(panel, clouds, self.label(name, role).next_to(panel, DOWN, 0.2)),
                      Segments(panel, starts, ends, theme, role))  # fmt: skip
        self.play(FadeOut(self.leaving), run_time=QUICK)
        for index in (0, 2):
            self.play(FadeIn(shown[index]), run_time=NORMAL)
            self.play(ShowCreation(shown[index + 1]), run_time=SLOW)
        self.leaving = shown

    def last_picture(self) -> None:
        """Two journeys to the same points, and how each mixes: the poster."""
        for index, (cloud, ways) in enumerate(zip(self.clouds, self.ways, strict=True)):
            self.show_flow(cloud, ways, index, 1.0)
        dials = VGroup(*(dial.show(0.5, 0.5) if index == 0 else dial.show(np.sqrt(0.5), np.sqrt(0.5))
                         for index, dial in enumerate(self.dials)))  # fmt: skip
        gap = self.label("gap", value=self.trace.gap).next_to(dials, DOWN, 0.6)
        self.play(FadeOut(self.leaving), run_time=QUICK)
        self.play(*(FadeIn(each) for each in (*self.panels, self.ways, self.clouds, self.path_names, dials, gap)),
                  run_time=NORMAL)  # fmt: skip

    # What several beats do

    def show_flow(self, cloud: Particles, ways: Trajectories, path: int, share: float) -> None:
        """Particles and their ways at a share of the time."""
        frames = self.trace.flow[path]
        at = share * (len(frames) - 1)
        before = min(int(at), len(frames) - 2)
        signal, noise = (STRAIGHT, CURVED)[path].mix(share)
        cloud.show((1 - at + before) * frames[before] + (at - before) * frames[before + 1])
        cloud.mixed(ROLES[path], "noise", float(noise / (noise + signal)))
        ways.show(share)

    def progress(self, share: float) -> list[VGroup]:
        """How much of the way is done on either path, below it."""
        run = self.trace
        frame = round(share * (run.moved.shape[1] - 1))
        return [self.label("moved", role, value=moved[frame]).next_to(panel, DOWN, 0.2)
                for moved, role, panel in zip(run.moved, ROLES, self.panels, strict=True)]  # fmt: skip

    def digits(self, images: ndarray, role: str, count: int | None, error: float | None) -> Group:
        """A row of images, with the steps that made them and their error."""
        row = Group(*(Pixels(self.theme.signed_pixels(image.reshape(8, 8), 1.0), 0.55) for image in images[:IMAGES]))
        row.arrange(RIGHT, buff=0.06)
        name = self.label("count", role, count=count) if count else self.label("exact", role)
        row.add(name.next_to(row, LEFT, 0.25))
        if error is not None:
            row.add(self.number(error, "{:.2f}", role).next_to(row[:IMAGES], RIGHT, 0.25))
        return row
