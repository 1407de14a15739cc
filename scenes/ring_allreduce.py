"""A ring of N ranks sums their gradients, and no port passes two gradients' worth of bytes, either way."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from manimlib import DOWN, ORIGIN, RIGHT, UP

from mathviz.concepts.ring_allreduce import IN, OUT, RING, TREE
from mathviz.concepts.ring_allreduce import RingAllReduce as Run
from mathviz.mobjects.exchange import storeys
from mathviz.mobjects.glass import Pool
from mathviz.mobjects.number import BigNumber
from mathviz.mobjects.ring_allreduce import History, Turntable
from mathviz.mobjects.rods import Rods
from mathviz.stage import FRAME, HERO, PLAN, POSTER, RIGHT_THIRD, STAGE, UPPER_RIGHT, Explainer
from mathviz.style import QUICK, SLOW

CLOSE = 6.0
"""How many times the camera pushes in on the followed chunk."""

BESIDE = replace(STAGE, left=FRAME.left, right=RIGHT_THIRD.left + 0.15 * RIGHT_THIRD.width)
"""Where the table stands when a number is at its right."""


class RingAllReduce(Explainer):
    """Cast: the ``table``, driven by ``steps``; the ``amount`` that a port has passed."""

    trace: Run

    def setup(self) -> None:
        super().setup()
        run = self.trace
        self.star = History.of(run.star_chunks, run.star_counts, run.star_sends, queued=True)
        self.ring = History.of(run.chunks, run.provenance.sum(axis=-1), run.messages)
        self.wide = History.of(run.wide_chunks, run.wide_provenance.sum(axis=-1), run.wide_messages)
        self.table = Turntable(self.theme, self.star, run.largest).at(cut=0)

    def question(self) -> None:
        self.always(Pool(self.theme))
        self.cut(self.shot(PLAN.turned(phi=-24), self.table.corners(), within=POSTER))
        self.show(self.table, run_time=QUICK)
        self.always(self.table)
        self.play(self.drifting(theta=8, push=1.05), run_time=2 * SLOW)

    def every_rank_needs_the_sum(self) -> None:
        names = [self.name_at(self.table.rim(rank, 1.5), self.label("rank", rank=rank), ORIGIN)
                 for rank in range(self.trace.ranks)]  # fmt: skip
        aslant = self.shot(PLAN.turned(phi=12), self.table.corners(out=1.2))
        self.move(aslant, *map(self.showing, names), run_time=1.5 * SLOW)

    def the_star_jams_its_root(self) -> None:
        run, table = self.trace, self.table
        lanes = [self.name_at(table.lane(run.root, way), self.label(name, rank=run.root), DOWN)
                 for way, name in ((OUT, "out"), (IN, "in"))]  # fmt: skip
        self.steps = self.index(table.at)
        low = self.shot(HERO.turned(theta=-14, phi=4), table.corners(2, out=0.7), within=BESIDE)
        self.play(self.moving(low, 2 * SLOW), table.change(ports=1.0), *map(self.showing, lanes),
                  self.steps.to(0.55, 2 * SLOW))  # fmt: skip
        self.next_caption()
        self.amount = self.amount_of("jam", run.star_port, "error", "{:.0f}").show(0)
        self.steps.drives(lambda _: self.amount.show(np.floor(table.carried()[run.root].max() + 1e-6)))
        self.show(self.amount, run_time=QUICK)
        self.play(self.steps.to(run.others), run_time=2 * SLOW)
        self.next_caption()
        self.keep(self.amount)
        self.play(self.steps.to(2 * run.others), self.drifting(theta=5), run_time=2.5 * SLOW)

    def gradients_are_cut(self) -> None:
        self.play(self.table.change(SLOW, sunk=1.0, ports=0.0), self.dropping(self.amount),
                  self.showing(self.amount_of("guess", 0, "model", "?")))  # fmt: skip
        self.table.tell(self.ring, hero=self.trace.root)
        self.next_caption()
        above = self.shot(PLAN.turned(phi=4), self.table.corners(out=-0.4), within=BESIDE)
        self.play(self.table.change(cut=1.0), self.moving(above), run_time=SLOW)

    def one_chunk_is_passed_on(self) -> None:
        run, table, hero = self.trace, self.table, self.trace.hero
        others = np.where(np.arange(run.ranks) == run.root, 1.0, 0.12)
        low = replace(HERO, theta=table.facing(table.seat(hero)), phi=50)
        close = self.shot(low, table.corners()).nearer(CLOSE, table.followed(hero))
        self.play(table.change(spot=1.0, veil=others), self.moving(close), run_time=1.5 * SLOW)
        mine, there, both = (run.chunks[state, rank, run.root, hero] for state, rank in ((0, 0), (0, 1), (1, 1)))
        own = self.name_at(lambda: table.followed(hero), self.label("value", size="number", value=mine), gap=0.9)
        self.show(own, run_time=QUICK)
        self.steps = self.index(lambda at: table.at(at, late=min(at, 1.0)))
        ride = self.riding(lambda: table.followed(hero), close.around(theta=table.facing(1) - table.facing(0)))
        self.play(self.steps.to(1), ride, run_time=2.5 * SLOW)
        self.next_caption()
        added = self.label("added", size="number", a=mine, b=there, c=both)
        self.name_at(lambda: table.followed(hero), added, gap=0.9)
        self.play(self.dropping(own), self.showing(added), self.drifting(theta=4), run_time=SLOW)

    def every_link_adds_at_once(self) -> None:
        table = self.table
        whole = self.shot(HERO.turned(theta=-14, phi=-6), table.corners(2, out=0.8))
        self.play(table.change(veil=1.0, late=0.0, ports=1.0), self.moving(whole), run_time=2 * SLOW)
        self.next_caption()
        self.steps = self.index(table.at, at=table.time)
        self.play(self.steps.to(self.trace.half), self.drifting(theta=12), run_time=2.5 * SLOW)

    def counts_form_a_staircase(self) -> None:
        run, table = self.trace, self.table
        low = self.shot(replace(HERO, theta=table.facing(0.4), phi=64), table.corners(run.ranks, out=-0.3))
        self.move(low, table.change(ports=0.0, spot=0.4), run_time=1.5 * SLOW)
        self.show(*(self.name_at(table.rim(rank, 0.7, storeys(n)), self.label("count", count=n, ranks=run.ranks))
                    for rank, n in enumerate(table.counts()[:, run.root])))  # fmt: skip
        self.next_caption()
        finished = np.where(table.counts() == run.ranks, 1.0, 0.25)
        self.play(table.change(veil=finished), self.drifting(theta=24, phi=-8), run_time=2 * SLOW)

    def finished_chunks_go_round(self) -> None:
        run, table = self.trace, self.table
        view = self.shot(HERO.turned(theta=10, phi=-6), table.corners(run.ranks, out=0.9), within=BESIDE)
        self.amount = self.amount_of("even", run.ring_port, "model").show(table.passed())
        self.steps.drives(lambda _: self.amount.show(table.passed()))
        self.move(view, table.change(veil=1.0, ports=1.0), self.showing(self.amount))
        self.play(self.steps.to(run.steps), run_time=2.5 * SLOW)
        self.next_caption()
        self.keep(self.amount)
        self.play(self.drifting(theta=10), run_time=1.5 * SLOW)

    def more_ranks_hardly_matter(self) -> None:
        run, table = self.trace, self.table
        star = self.amount_of("root", run.wide_star_port, "error")
        self.play(table.change(sunk=1.0, ports=0.0, cut=0.0, spot=0.0), self.dropping(self.amount), self.showing(star))
        table.tell(self.wide, run.root, run.wide_largest)
        self.move(self.shot(HERO.turned(phi=-10), table.corners(run.most_ranks, out=0.9), within=BESIDE),
                  table.change(fold=0.0, cut=1.0), run_time=1.5 * SLOW)  # fmt: skip
        self.next_caption()
        self.amount = self.amount_of("even", run.wide_ring_port, "model").show(0)
        self.play(table.change(ports=1.0, spot=1.0), self.dropping(star), self.showing(self.amount), run_time=QUICK)
        self.steps = self.index(table.at, lambda _: self.amount.show(table.passed()))
        self.play(self.steps.to(run.ring_steps), self.drifting(theta=14), run_time=3.5 * SLOW)
        self.keep(self.amount)

    def no_method_needs_less(self) -> None:
        total, each = (UPPER_RIGHT.put(self.law(name)) for name in ("total", "least"))
        right = self.trace.most_ranks // 2
        sources = {"N": self.table.rim(right, 0.9), "S": self.table.lane(right, OUT)}
        self.play(self.table.change(veil=0.6, spot=0.25), self.dropping(self.amount))
        self.play(self.drifting(theta=10), self.gathering(total, sources))
        self.next_caption()
        self.drop(total, run_time=QUICK)
        self.play(self.gathering(each, sources), self.drifting(theta=10))

    def many_steps_are_the_price(self) -> None:
        run, table, rivals = self.trace, self.table, {RING: "ring", TREE: "tree"}
        steps, shares = run.sweep_steps[[*rivals], -1], run.step_shares[[*rivals]]
        rods = Rods(self.theme, steps, shares, ("model", "rival"), origin=table.front(away=9))
        names = [self.name_at(rods.begin(rod), self.label(name, steps=steps[rod]), (DOWN if rod else UP) + RIGHT)
                 for rod, name in enumerate(rivals.values())]  # fmt: skip
        low = self.shot(replace(HERO, theta=4), rods.bounds(1.5 * run.crossover))
        self.move(low, table.change(sunk=1.0, ports=0.0, spot=0.0, veil=0.1), self.showing(rods), run_time=1.5 * SLOW)
        self.show(*names, run_time=QUICK)
        self.next_caption()
        size = self.big("size", 0, "{:.1f}", at=UPPER_RIGHT, unit=r"$\alpha/\beta$", widest=run.crossover)
        grown = self.index(rods.show, size.show)
        self.show(size, run_time=QUICK)
        self.play(grown.to(run.crossover), run_time=2 * SLOW)
        self.play(grown.to(1.5 * run.crossover), run_time=SLOW)

    def last_picture(self) -> None:
        """The staircase of the widest ring, and what it buys: the poster."""
        run, table = self.trace, self.table.at(self.trace.most_ranks - 1)
        region = replace(BESIDE, bottom=POSTER.bottom, top=POSTER.top)
        spiral = replace(HERO, theta=table.facing(1.4), phi=52)
        self.move(self.shot(spiral, table.corners(run.most_ranks, out=-0.8), within=region),
                  table.change(sunk=0.0, veil=1.0), run_time=1.5 * SLOW)  # fmt: skip
        least = self.amount_of("poster", run.wide_ring_port, "model", size="hero_large", ranks=run.most_ranks)
        rival = self.label("rival", units=run.wide_star_port).next_to(least, DOWN, aligned_edge=RIGHT)
        self.show(least, self.over(rival), run_time=QUICK)

    def amount_of(self, label: str, value: float, role: str, template: str = "{:g}", **more: Any) -> BigNumber:
        """A number of gradients in the picture's upper right, with what it counts."""
        return self.big(label, value, template, role, UPPER_RIGHT, "$S$", widest=value, **more)
