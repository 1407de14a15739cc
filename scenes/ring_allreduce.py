"""A ring of N ranks sums their gradients, and no link ever carries two gradients' worth of bytes."""

from __future__ import annotations

import numpy as np
from manimlib import (
    DOWN,
    LEFT,
    RIGHT,
    UP,
    DashedLine,
    FadeIn,
    FadeOut,
    LaggedStart,
    ReplacementTransform,
    ShowCreation,
    SurroundingRectangle,
    Tex,
    Text,
    VGroup,
)  # fmt: skip
from numpy import ndarray

from mathviz.concepts.ring_allreduce import RING, STAR, TREE
from mathviz.concepts.ring_allreduce import RingAllReduce as Run
from mathviz.mobjects.bars import Beads, LengthChart, UnitBar
from mathviz.mobjects.plot import LinePlot
from mathviz.mobjects.rank import (
    Parcel,
    RankCard,
    RankRow,
    RoutedLink,
    Travel,
    around_route,
    neighbour_link,
    over_route,
)  # fmt: skip
from mathviz.mobjects.tensor import Chunk, ColourScale, CountTable
from mathviz.mobjects.text import formula, words
from mathviz.stage import Explainer
from mathviz.style import HALF_HEIGHT, HALF_WIDTH, NORMAL, QUICK, SLOW

LIMIT = 2.5
"""Values at and beyond ± this get the ends of the colour map."""

BAR_UNIT = 0.4
"""Length of one S under a card, in scene units."""

TABLE_SCALE = 1.35
"""The table of counts when it has the stage to itself."""

NAMES = {STAR: "star", TREE: "tree", RING: "ring"}
ROLES = {STAR: "error", TREE: "rival", RING: "model"}


class RingAllReduce(Explainer):
    """Cast: ``cards`` and their ``bars``; ``table`` of counts; ``leaving``, for the next beat."""

    trace: Run
    cards: RankRow
    bars: VGroup
    amounts: VGroup
    table: CountTable
    leaving: VGroup
    step_label: Text | None = None

    def setup(self) -> None:
        super().setup()
        run, theme = self.trace, self.theme
        columns = run.gradients.shape[2]
        self.cards = RankRow(*(
            RankCard(self.text("rank", rank=r), run.chunks[0, r], run.provenance[0, r], theme, LIMIT, columns)
            for r in range(run.ranks)
        ))  # fmt: skip
        colours = ColourScale(theme, LIMIT).move_to((HALF_WIDTH, HALF_HEIGHT - 0.2, 0), RIGHT)
        self.scale = VGroup(self.label("value", "muted").next_to(colours, LEFT, 0.25), colours)
        self.bars = VGroup(*(UnitBar(theme, run.star_units, BAR_UNIT).next_to(card, DOWN, 0.28) for card in self.cards))
        self.amounts = VGroup(*(self.number(0, "{:.2f} S").next_to(bar, DOWN, 0.15) for bar in self.bars))
        self.busy = self.label("busy", role="muted").next_to(self.bars, DOWN, 0.62)
        links = [neighbour_link(a, b, theme) for a, b in zip(self.cards, self.cards[1:], strict=False)]
        self.ring_links = VGroup(*links, RoutedLink(around_route(self.cards[-1], self.cards[0]), theme))
        self.table = CountTable(
            run.provenance[run.half], theme,
            [self.text("rank", rank=r) for r in range(run.ranks)],
            [self.text("chunk", chunk=c) for c in range(run.ranks)],
        )  # fmt: skip

    def each_rank_has_its_own_gradient(self) -> None:
        for card in self.cards:
            card.whole()
        noise = VGroup(*(self.label("noise", share=share) for share in self.trace.noise))
        for label, card in zip(noise, self.cards, strict=True):
            label.next_to(card, DOWN, 0.3)
        self.play(LaggedStart(*map(FadeIn, self.cards), lag_ratio=0.3), FadeIn(self.scale), run_time=SLOW)
        self.add(self.cards)
        self.play(FadeIn(noise), run_time=NORMAL)
        self.next_caption()
        frames = VGroup(*(SurroundingRectangle(card.grid, buff=0.08) for card in self.cards))
        frames.set_stroke(self.theme["target"], 5)
        wanted = VGroup(*(self.label("wanted", "target").move_to(label) for label in noise))
        self.play(FadeOut(noise), ShowCreation(frames), run_time=NORMAL)
        self.play(FadeIn(wanted), run_time=QUICK)
        self.leaving = VGroup(frames, wanted)

    def the_star_jams_its_root(self) -> None:
        run, root = self.trace, self.cards[self.trace.root]
        others = [card for card in self.cards if card is not root]
        routes = [over_route(card, root, lane) for lane, card in enumerate(others)]
        links = VGroup(*(RoutedLink(route, self.theme, tip=False) for route in routes))
        self.play(FadeOut(self.leaving), run_time=QUICK)
        self.play(ShowCreation(links), FadeIn(self.bars), FadeIn(self.amounts), FadeIn(self.busy), run_time=NORMAL)
        for index, message in enumerate(run.star_messages):
            inward = message["target"] == run.root
            source, target = self.cards[message["source"]], self.cards[message["target"]]
            route = routes[others.index(source if inward else target)]
            self.send_whole(source, target, route if inward else route[::-1], run.star_held[index + 1])
            self.show_busy(run.star_busy[index + 1])
            if index + 1 == len(others):
                self.next_caption()
        self.root_busy = SurroundingRectangle(VGroup(self.bars[run.root], self.amounts[run.root]), buff=0.1)
        self.play(ShowCreation(self.root_busy.set_stroke(self.theme["error"], 4)), run_time=NORMAL)
        self.star_links = links

    def gradients_split_into_chunks(self) -> None:
        run = self.trace
        leaving = VGroup(self.star_links, self.root_busy, self.bars, self.amounts, self.busy)
        self.play(FadeOut(leaving), self.cards.animate.show_whole(run.gradients), run_time=NORMAL)
        self.play(self.cards.animate.cut(), run_time=SLOW)
        self.next_caption()
        self.play(self.cards.animate.show(run.chunks[0], run.provenance[0]), run_time=NORMAL)
        frames = VGroup(*(SurroundingRectangle(chunk.strip, buff=0.05) for _, _, chunk in self.chunks()))
        self.play(ShowCreation(frames.set_stroke(self.theme["text"], 3)), run_time=NORMAL)
        self.play(FadeOut(frames), run_time=QUICK)

    def every_link_adds_at_once(self) -> None:
        self.show_busy(self.trace.sent_units[0])
        self.play(ShowCreation(self.ring_links), FadeIn(self.bars), FadeIn(self.amounts), FadeIn(self.busy))
        self.ring_step(0, "add", pace=SLOW)
        self.next_caption()
        for step in range(1, self.trace.half):
            self.ring_step(step, "add")

    def counts_form_a_staircase(self) -> None:
        self.table.scale(TABLE_SCALE).move_to(0.38 * UP)
        below = VGroup(self.bars, self.amounts, self.busy, self.ring_links, self.step_label)
        grids = VGroup(*(VGroup(card.frame, card.name, card.grid) for card in self.cards))
        strips = VGroup(*(chunk.strip.copy() for _, _, chunk in self.chunks()))
        self.play(FadeOut(VGroup(below, self.scale, grids)), FadeIn(self.table.cells), FadeIn(self.table.names))
        self.remove(self.cards)
        self.add(strips)
        self.play(ReplacementTransform(strips, self.table.strips), run_time=SLOW)
        self.play(LaggedStart(*map(FadeIn, self.table.digits), lag_ratio=0.1), run_time=SLOW)
        self.next_caption()
        self.play(LaggedStart(*map(ShowCreation, self.table.complete), lag_ratio=0.4), run_time=SLOW)

    def finished_chunks_go_round(self) -> None:
        run = self.trace
        self.play(FadeOut(self.table), run_time=QUICK)
        back = VGroup(self.cards, self.bars, self.amounts, self.busy, self.ring_links, self.scale)
        self.play(FadeIn(back), run_time=NORMAL)
        for step in range(run.half, run.steps):
            self.ring_step(step, "copy", pace=SLOW if step == run.half else NORMAL)
        self.next_caption()
        # lint: ignore[CON001] a sign between two cards, not text: graphics need 3 : 1
        gaps = zip(self.cards, self.cards[1:], strict=False)
        equals = VGroup(*(formula("=", self.theme).set_fill(self.theme["target"], border_width=4)
                          .set_width(0.3)
                          .move_to((a.get_right() + b.get_left()) / 2) for a, b in gaps))  # fmt: skip
        mean = self.label("mean", "target", ranks=run.ranks, share=run.mean_noise).move_to(self.busy)
        self.play(FadeOut(VGroup(self.ring_links, self.step_label, self.busy)), FadeIn(equals), run_time=NORMAL)
        self.play(FadeIn(mean), run_time=NORMAL)
        self.leaving = VGroup(self.cards, self.bars, self.amounts, self.scale, equals, mean)

    def the_ring_stays_under_two(self) -> None:
        run = self.trace
        chart = LengthChart(self.theme, self.names, unit=0.55, ticks=[0, 2, 6, 10, 14])
        chart.move_to((-HALF_WIDTH, -0.1, 0), LEFT)
        aside = self.label("unpipelined", "muted").next_to(chart.row(TREE) + 4.9 * RIGHT, RIGHT)
        heading = self.label("busiest", size="number", ranks=run.sweep_ranks[0])
        heading.next_to(chart.row(STAR) + 0.45 * UP, UP, aligned_edge=LEFT)
        chart.show(run.critical_units[:, 0])
        self.play(FadeOut(self.leaving), run_time=NORMAL)
        self.play(FadeIn(chart), FadeIn(aside), FadeIn(heading), run_time=NORMAL)
        for ranks, units in zip(run.sweep_ranks[1:], run.critical_units.T[1:], strict=True):
            self.wait(NORMAL)
            heading.become(self.label("busiest", size="number", ranks=ranks).move_to(heading, LEFT))
            self.play(chart.animate.grow(units), run_time=QUICK)
            self.play(FadeIn(chart.show(units).amounts), run_time=QUICK)
        self.add(chart)
        self.next_caption()
        bound = DashedLine(chart.at(2, 3.4), chart.at(2)).set_stroke(self.theme["target"], 4)
        law = self.law().next_to(chart.row(RING) + 3.2 * RIGHT, RIGHT)
        self.play(ShowCreation(bound), FadeIn(law), run_time=NORMAL)
        self.leaving = VGroup(chart, aside, heading, law, bound)

    def many_steps_are_the_price(self) -> None:
        self.play(FadeOut(self.leaving), run_time=NORMAL)
        rows = VGroup(*(self.step_row(algorithm) for algorithm in (RING, TREE)))
        rows.arrange(DOWN, buff=0.9, aligned_edge=LEFT).move_to(0.3 * UP)
        for name, beads in rows:
            self.play(FadeIn(name), LaggedStart(*map(FadeIn, beads.beads), lag_ratio=0.6), run_time=SLOW)
        self.next_caption()
        self.play(FadeOut(rows), run_time=QUICK)
        self.show_cost_model()

    def last_picture(self) -> None:
        """The staircase beside what it buys: the poster."""
        run = self.trace
        self.table.scale(1 / TABLE_SCALE).move_to((-HALF_WIDTH, 0, 0), LEFT)
        chart = LengthChart(self.theme, self.names, unit=0.3, ticks=[0, 2, 14], pitch=1.2, above=True)
        chart.show(run.critical_units[:, -1]).move_to((HALF_WIDTH, 0.3, 0), RIGHT)
        law = self.law().next_to(chart, DOWN, 0.3)
        heading = self.label("busiest", "muted", ranks=run.most_ranks).next_to(chart, UP, 0.3)
        self.play(FadeOut(self.leaving), run_time=QUICK)
        self.play(FadeIn(VGroup(self.table, chart, heading, law)), run_time=NORMAL)

    # What several beats do

    @property
    def names(self) -> list[tuple[str, str]]:
        """Name and colour role of star, tree and ring."""
        return [(self.text(NAMES[algorithm]), ROLES[algorithm]) for algorithm in (STAR, TREE, RING)]

    def chunks(self) -> list[tuple[int, int, Chunk]]:
        """Every chunk with its rank and its number."""
        return [(r, c, chunk) for r, card in enumerate(self.cards) for c, chunk in enumerate(card.chunks)]

    def law(self) -> Tex:
        return formula(r"2\,\frac{N-1}{N}\,S \;<\; 2\,S", self.theme)

    def show_busy(self, units: ndarray) -> None:
        """Bars and numbers under the cards, at once."""
        for bar, amount, value in zip(self.bars, self.amounts, units, strict=True):
            bar.show(value)
            amount.show(value)

    def send_whole(self, source: RankCard, target: RankCard, route: ndarray, held: ndarray) -> None:
        """A copy of one rank's whole tensor travels to another; then the ranks hold ``held``."""
        corners = [source.grid.get_center(), *route, target.grid.get_center()]
        parcel = Parcel(source.grid.copy(), self.theme)
        self.play(Travel(parcel, corners, parcel=0.25), run_time=NORMAL)
        self.play(FadeOut(parcel), self.cards.animate.show_whole(held), run_time=QUICK)

    def ring_step(self, step: int, action: str, pace: float = NORMAL) -> None:
        """All ranks send one chunk to the right; it lands, and what was recorded after the step shows."""
        run = self.trace
        label = self.label("step", step=step + 1, steps=run.steps, action=self.text(action))
        label.move_to((-0.9, HALF_HEIGHT - 0.2, 0))
        if self.step_label is not None:
            self.remove(self.step_label)
        self.step_label = label
        sends = run.messages[run.messages["step"] == step]
        moves, parcels = [], VGroup()
        for message in sends:
            chunk = message["chunk"]
            source, target = self.cards[message["source"]], self.cards[message["target"]]
            parcel = Parcel(source.chunks[chunk].copy(), self.theme)
            start, end = source.chunks[chunk].get_center(), target.chunks[chunk].get_center()
            wraps = message["target"] < message["source"]
            corners = [start, *around_route(source, target), end] if wraps else [start, end]
            moves.append(Travel(parcel, corners, parcel=0.3 if wraps else 1.0))
            parcels.add(parcel)
        self.play(FadeIn(label), FadeIn(parcels), run_time=QUICK)
        self.play(*moves, run_time=pace)
        self.show_busy(run.sent_units[step + 1])
        landed = self.cards.animate.show(run.chunks[step + 1], run.provenance[step + 1])
        self.play(FadeOut(parcels), landed, run_time=QUICK)

    def step_row(self, algorithm: int) -> VGroup:
        steps, role = self.trace.sweep_steps[algorithm, -1], ROLES[algorithm]
        name = f"{self.text(NAMES[algorithm])}: {self.text('step_count', steps=steps)}"
        beads = Beads(int(steps), self.theme, role, pitch=0.85)
        label = words(name, self.theme, "number")
        return VGroup(label, beads.next_to(label, DOWN, 0.35, aligned_edge=LEFT))

    def show_cost_model(self) -> None:
        """Time of tree and ring against message size, in the α–β model with the counts of the real runs."""
        run = self.trace
        sizes, times = run.modelled_times
        rivals = [TREE, RING]
        plot = LinePlot(self.theme, 8.0, 3.6, (sizes[-1], times[rivals].max())).move_to((-0.9, -0.2, 0))
        axes = plot.name_axes(self.label("size", "muted"), self.label("time", "muted"))
        lines = VGroup(*(
            plot.line(np.stack([sizes, times[a]], axis=1), ROLES[a], dashed=a == TREE) for a in rivals
        ))  # fmt: skip
        names = VGroup(*(
            words(self.text(NAMES[a]), self.theme).next_to(plot.at(sizes[-1], times[a, -1]), RIGHT, 0.2)
            for a in rivals
        ))  # fmt: skip
        law = formula(r"T \approx 2(N-1)\,\alpha + 2\,\tfrac{N-1}{N}\,S\,\beta", self.theme, {"T": ROLES[RING]})
        law.move_to((HALF_WIDTH, 2.45, 0), RIGHT)
        tag = self.label("model", "muted", ranks=run.most_ranks).next_to(law, LEFT, 0.5)
        self.play(FadeIn(plot), FadeIn(axes), FadeIn(tag), run_time=NORMAL)
        self.play(ShowCreation(lines), run_time=SLOW)
        self.play(FadeIn(names), FadeIn(law), run_time=NORMAL)
        self.leaving = VGroup(plot, axes, lines, names, tag, law)
