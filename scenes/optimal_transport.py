"""The cheapest table between two piles is a staircase; entropy blurs it; in the plane, ways cross but never meet."""

from __future__ import annotations

import numpy as np
from manimlib import (
    DOWN,
    LEFT,
    RIGHT,
    UP,
    Animation,
    Circle,
    Dot,
    FadeIn,
    FadeOut,
    Group,
    Mobject,
    ShowCreation,
    SurroundingRectangle,
    UpdateFromAlphaFunc,
    VGroup,
    linear,
)  # fmt: skip
from numpy import ndarray

from mathviz import style
from mathviz.concepts.optimal_transport import OptimalTransport as Run
from mathviz.mobjects.image import MagnitudeScale, Pixels
from mathviz.mobjects.particles import OPACITY, Particles, Plane
from mathviz.mobjects.plot import LinePlot, begin_of
from mathviz.mobjects.text import formula
from mathviz.mobjects.transport import PlanTable, Segments
from mathviz.stage import Explainer
from mathviz.style import HALF_WIDTH, NORMAL, QUICK, SLOW

SIDE, PLANE_SIDE = 4.0, 4.7
"""Of the table and of the plane, in scene units."""

BRIGHTEST = 0.01
"""Cells with at least this mass get the end of the colour map."""

BESIDE = 2.9
"""The middle of what stands beside table or plane."""

RADIUS = 0.05
"""Of the points of the clouds."""

DIGITS = 11
"""Decimal digits of the error that its plot shows."""

LEGAL = r"P \mathbf{1} = a \qquad P^{\top} \mathbf{1} = b"
SCATTER = r"P = a\, b^{\top}"
CHEAPEST = r"\min_{P \ge 0}\ \sum_{i,j} P_{ij}\, (x_i - y_j)^2"
ENTROPIC = r"\min_{P}\ \langle C, P \rangle - \varepsilon\, H(P)"
SINKHORN = r"u \leftarrow a / (K v) \qquad v \leftarrow b / (K^{\top} u)"
KERNEL = r"P_{ij} = u_i\, e^{-C_{ij}/\varepsilon}\, v_j"


class OptimalTransport(Explainer):
    """Cast: the ``table`` with its piles; the ``plane`` with both clouds; ``leaving``, for the next beat."""

    trace: Run
    leaving: Group

    def setup(self) -> None:
        super().setup()
        run, theme = self.trace, self.theme
        self.table = PlanTable(theme, run.source, run.target, BRIGHTEST, SIDE).move_to((-3.7, 0.5, 0))
        self.scale = MagnitudeScale(theme, BRIGHTEST, self.text("mass"))
        self.scale.next_to(self.table.edge, DOWN, 0.2)
        self.reach = 1.05 * float(np.abs([run.noise, run.data]).max())
        self.plane = Plane(theme, PLANE_SIDE, self.reach).move_to((-HALF_WIDTH + PLANE_SIDE / 2, 0.5, 0))
        self.clouds = Group(Particles(self.plane, run.noise, theme, "noise", RADIUS),
                            Particles(self.plane, run.data, theme, "data", RADIUS))  # fmt: skip

    def a_plan_is_a_table(self) -> None:
        run, table = self.trace, self.table
        place = int(run.source.argmax())
        only = run.scattered * (np.arange(len(run.rows)) == place)[:, None]
        ends = VGroup(self.label("from", "noise").next_to(table.row_bars, UP, 0.15),
                      self.label("to", "data").next_to(table.column_bars, RIGHT, 0.15))  # fmt: skip
        empty, row = table.picture(0 * run.plan), table.row(place).set_stroke(style.theme("dark")["text"], 3)
        name = self.label("row").next_to(row, RIGHT, 0.25)
        self.play(FadeIn(table.row_bars), FadeIn(ends[0]), run_time=NORMAL)
        self.play(FadeIn(table.column_bars), FadeIn(ends[1]), run_time=NORMAL)
        self.play(FadeIn(empty), FadeIn(table.edge), FadeIn(self.scale), run_time=NORMAL)
        self.play(FadeIn(row), FadeIn(name), run_time=QUICK)
        self.swap(empty, table.picture(only), NORMAL)
        self.ends, self.leaving = ends, Group(row, name)

    def any_sums_that_match_are_legal(self) -> None:
        run, table = self.trace, self.table
        law = formula(LEGAL, self.theme).move_to((BESIDE, 1.9, 0))
        this = formula(SCATTER, self.theme).next_to(law, DOWN, 0.8)
        readouts = VGroup(self.label("sums", "target"), self.label("cost", size="number", value=run.scattered_cost))
        readouts.arrange(DOWN, buff=0.4).next_to(this, DOWN, 0.8)
        self.play(FadeOut(self.leaving), run_time=QUICK)
        self.swap(self.shown, table.picture(run.scattered), NORMAL)
        self.play(FadeIn(law), run_time=NORMAL)
        self.play(FadeIn(this), FadeIn(readouts), run_time=NORMAL)
        self.leaving = Group(law, this, readouts)

    def the_cheapest_is_a_staircase(self) -> None:
        run = self.trace
        law = formula(CHEAPEST, self.theme).move_to((BESIDE, 1.7, 0))
        readouts = VGroup(
            self.label("cost", "model", "number", value=run.cost), self.label("bound", "target", value=run.dual_value),
            self.label("cells", moves=run.moves, cells=run.cells),
        ).arrange(DOWN, buff=0.4).next_to(law, DOWN, 0.8)  # fmt: skip
        self.play(FadeOut(self.leaving), run_time=QUICK)
        self.play(FadeIn(law), run_time=NORMAL)
        self.swap(self.shown, self.table.picture(run.plan), SLOW)
        for readout in readouts:
            self.play(FadeIn(readout), run_time=NORMAL)
        self.leaving = Group(law, readouts)

    def entropy_blurs_it(self) -> None:
        run, table = self.trace, self.table
        extra, pictures = run.blurred_cost - run.cost, [table.picture(plan) for plan in run.blurred]
        decades = np.log10(run.temperatures[0] / run.temperatures)
        plot = LinePlot(self.theme, 5.2, 1.9, (decades[-1], 0.55)).move_to((BESIDE + 0.2, -0.75, 0))
        whole = plot.line(np.stack([decades, extra], axis=1), "model")
        line, law = whole.copy(), formula(ENTROPIC, self.theme).move_to((BESIDE, 2.2, 0))
        ticks = VGroup(plot.tick((), (0.25, 0.5)), self.label("extra", "muted").next_to(plot.up.get_end(), RIGHT, 0.2))
        for decade in range(round(decades[-1]) + 1):
            level = self.number(run.temperatures[0] / 10**decade, "{:g}", "muted")
            ticks.add(level.next_to(plot.at(decade, 0), DOWN, 0.15))
        readout = VGroup()

        def go(group: Group, share: float) -> None:
            index = round(share * (len(pictures) - 1))
            table.show(pictures[index])
            begin_of(line, whole, share)
            level = self.label("temperature", value=run.temperatures[index], size="number")
            readout.set_submobjects([level.move_to((BESIDE, 1.2, 0))])

        go(Group(), 0.0)
        self.play(FadeOut(self.leaving), run_time=QUICK)
        self.swap(self.shown, pictures[0], NORMAL)
        self.play(FadeIn(law), FadeIn(plot), FadeIn(ticks), FadeIn(readout), run_time=NORMAL)
        self.remove(self.shown)
        self.bring_to_back(table.cells)
        self.play(UpdateFromAlphaFunc(Group(table.cells, line, readout), go, rate_func=linear), run_time=4 * SLOW)
        self.shown, self.leaving = table.cells, Group(law, plot, ticks, readout, line)

    def rows_then_columns(self) -> None:
        run, theme, table = self.trace, self.theme, self.table
        pictures = [table.picture(plan) for plan in run.iterates]
        boxes = [SurroundingRectangle(bars, buff=0.06).set_stroke(theme["mechanism"], 4)
                 for bars in (table.row_bars, table.column_bars)]  # fmt: skip
        laws = VGroup(formula(KERNEL, theme), formula(SINKHORN, theme)).arrange(DOWN, buff=0.45)
        laws.move_to((BESIDE, 2.0, 0))
        plot = LinePlot(theme, 5.0, 2.0, (len(run.iterate_error), DIGITS + 0.5)).move_to((BESIDE + 0.3, -0.8, 0))
        passes = np.arange(1, len(run.iterate_error) + 1)
        falling = plot.line(np.stack([passes, DIGITS + np.log10(run.iterate_error)], axis=1), "model")
        ticks = plot.tick((50, 100), ())
        ticks.add(self.label("error", "muted").next_to(plot.up.get_end(), RIGHT, 0.2))
        ticks.add(*(formula(rf"10^{{{power}}}", theme, size="label").set_fill(theme["muted"])
                    .next_to(plot.at(0, DIGITS + power), LEFT, 0.15) for power in (0, -5, -10)))  # fmt: skip
        ticks.add(self.label("passes", "muted").next_to(plot.at(135, 0), DOWN, 0.15),
                  self.label("temperature", value=run.iterate_temperature).next_to(plot.at(110, DIGITS), UP, 0.1))
        self.play(FadeOut(self.leaving), run_time=QUICK)
        self.play(FadeIn(laws), FadeIn(plot), FadeIn(ticks), run_time=NORMAL)
        for index, picture in enumerate(pictures):
            box = boxes[index % 2]
            self.swap(self.shown, picture, QUICK, FadeIn(box), *[FadeOut(boxes[1 - index % 2])] * (index > 0))
        self.play(ShowCreation(falling, rate_func=linear), FadeOut(box), run_time=2 * SLOW)
        self.leaving = Group(laws, plot, ticks, falling, self.shown, table, self.scale, self.ends)

    def the_nearest_is_no_plan(self) -> None:
        run, theme = self.trace, self.theme
        lines = [Segments(self.plane, run.noise, run.data[partner], theme, role)
                 for partner, role in ((run.nearest, "muted"), (run.partner_greedy, "rival"), (run.partner, "target"))]
        worst = int(((run.noise - run.data[run.partner_greedy]) ** 2).sum(axis=1).argmax())
        last = Segments(self.plane, run.noise[[worst]], run.data[run.partner_greedy[[worst]]], theme, "error", 7)
        names = VGroup(self.label("nearest", "muted"),
                       self.label("reached", "muted", reached=run.reached, points=run.points),
                       self.label("greedy", "rival", value=run.mean_cost(run.partner_greedy)),
                       self.label("best", "target", value=run.mean_cost(run.partner)))  # fmt: skip
        names.arrange(DOWN, buff=0.5, aligned_edge=LEFT).move_to((BESIDE, 0.6, 0))
        self.play(FadeOut(self.leaving), run_time=QUICK)
        self.play(FadeIn(self.plane), FadeIn(self.clouds), run_time=NORMAL)
        self.play(FadeIn(lines[0]), FadeIn(names[:2]), run_time=NORMAL)
        self.wait(NORMAL)
        self.play(FadeOut(lines[0]), run_time=QUICK)
        self.play(FadeIn(lines[1]), FadeIn(names[2]), run_time=NORMAL)
        self.play(FadeIn(last), run_time=NORMAL)
        self.wait(NORMAL)
        self.play(FadeOut(lines[1]), FadeOut(last), run_time=QUICK)
        self.play(FadeIn(lines[2]), FadeIn(names[3]), run_time=NORMAL)
        self.leaving = Group(self.plane, self.clouds, lines[2], names)

    def mass_moves_straight(self) -> None:
        run, theme = self.trace, self.theme
        planes = [Plane(theme, 4.4, self.reach).move_to((x, 0.75, 0)) for x in (-3.4, 3.4)]
        moving = Particles(planes[0], run.noise, theme, "noise", RADIUS)
        fading = Group(*(Particles(planes[1], points, theme, role, RADIUS)
                         for points, role in ((run.noise, "noise"), (run.data, "data"))))  # fmt: skip
        ways = Segments(planes[0], run.noise, run.data[run.partner], theme, "target", 2, 0.35)
        names = VGroup(self.label("transport", "target"), self.label("fade", "muted"))
        for name, plane in zip(names, planes, strict=True):
            name.next_to(plane, DOWN, 0.25)

        def go(group: Group, share: float) -> None:
            moving.show(run.between(share)).mixed("noise", "data", share)
            for cloud, strength in zip(fading, (1 - share, share), strict=True):
                cloud.set_opacity(OPACITY * strength)

        go(Group(), 0.0)
        self.play(FadeOut(self.leaving), run_time=QUICK)
        self.play(*(FadeIn(each) for each in (*planes, names, moving, fading[0], ways)), run_time=NORMAL)
        self.play(UpdateFromAlphaFunc(Group(moving, fading), go, rate_func=linear), run_time=3 * SLOW)
        self.leaving = Group(*planes, names, moving, fading, ways)

    def ways_cross_but_never_meet(self) -> None:
        run = self.trace
        lenses = Group(*(self.crossing(each, x) for each, x in zip(self.clearest(), (-4.3, 4.3), strict=True)))
        counts = VGroup(self.label("squared", "target", value=run.crossing_count),
                        self.label("plain", "rival", value=int(run.crossings_plain)))  # fmt: skip
        counts.arrange(DOWN, buff=0.5).move_to((0, 0.6, 0))
        self.play(FadeOut(self.leaving), run_time=QUICK)
        self.play(*(FadeIn(lens[0]) for lens in lenses), FadeIn(counts), run_time=NORMAL)

        def go(group: Group, share: float) -> None:
            for lens in lenses:
                for dot, start, end in zip(lens[1], lens.starts, lens.ends, strict=True):
                    dot.set_points(Dot((1 - share) * start + share * end, radius=0.11).get_points())

        self.play(*(FadeIn(lens[1]) for lens in lenses), run_time=QUICK)
        self.play(UpdateFromAlphaFunc(lenses, go, rate_func=linear), run_time=3 * SLOW)
        self.play(*(FadeIn(lens[2]) for lens in lenses), run_time=NORMAL)
        self.leaving = Group(lenses, counts)

    def last_picture(self) -> None:
        """The staircase and the ways, with what both cost: the poster."""
        run, theme = self.trace, self.theme
        plane = Plane(theme, SIDE, self.reach).move_to((3.5, self.table.edge.get_y(), 0))
        clouds = Group(*(Particles(plane, points, theme, role, RADIUS)
                         for points, role in ((run.noise, "noise"), (run.data, "data"))))  # fmt: skip
        ways = Segments(plane, run.noise, run.data[run.partner], theme, "target")
        costs = VGroup(self.label("cost", "model", value=run.cost).next_to(self.table.edge, DOWN, 0.25),
                       self.label("best", "target", value=run.mean_cost(run.partner)).next_to(plane, DOWN, 0.25))
        self.play(FadeOut(self.leaving), run_time=QUICK)
        table = Group(self.table.picture(run.plan), self.table.edge, self.table.row_bars, self.table.column_bars)
        self.play(*(FadeIn(each) for each in (table, plane, clouds, ways, costs)), run_time=NORMAL)

    # What several beats do

    def swap(self, old: Mobject, new: Pixels, run_time: float, *others: Animation) -> None:
        """Let the picture in the table fade, with another behind it."""
        self.bring_to_back(new)
        self.play(FadeOut(old), *others, run_time=run_time)
        self.shown = new

    def clearest(self) -> list[ndarray]:
        """The two crossings, of four points, that are passed at the most different times, both well on the way."""
        run = self.trace
        times = run.crossings[:, 2:]
        apart = np.where(((times > 0.2) & (times < 0.8)).all(axis=1), np.abs(times[:, 0] - times[:, 1]), 0)
        order = run.crossings[np.argsort(-apart)]
        other = next(each for each in order[1:] if not set(each[:2]) & set(order[0, :2]))
        return [order[0], other]

    def crossing(self, crossing: ndarray, x: float) -> Group:
        """A lens over two ways: what there is to see, the two moving points, and when they pass the crossing."""
        run, theme = self.trace, self.theme
        pair, times = crossing[:2].astype(int), crossing[2:]
        starts, ends = run.noise[pair], run.data[run.partner[pair]]
        corners = np.concatenate([starts, ends])
        middle, reach = (corners.min(axis=0) + corners.max(axis=0)) / 2, 0.65 * float(np.ptp(corners, axis=0).max())
        lens = Plane(theme, 3.9, reach).move_to((x, 0.6, 0))
        ways = Segments(lens, starts - middle, ends - middle, theme, "target", 4)
        where = lens.at((1 - times[0]) * starts[0] + times[0] * ends[0] - middle)
        ring = Circle(radius=0.25).move_to(where).set_stroke(theme["error"], 4)
        dots = VGroup(*(Dot(place, radius=0.11).set_fill(theme["text"], 1) for place in lens.at(starts - middle)))
        told = self.label("times", first=times[0], second=times[1]).next_to(lens, DOWN, 0.25)
        made = Group(Group(lens[0], ways, ring), dots, told)
        made.starts, made.ends = lens.at(starts - middle), lens.at(ends - middle)
        return made
