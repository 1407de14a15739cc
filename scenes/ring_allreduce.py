"""A ring of N ranks sums their gradients, and no port passes two gradients' worth of bytes, either way."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from manimlib import DOWN, ORIGIN, RIGHT, UP, Group, TransformFromCopy

from mathviz.concepts.ring_allreduce import IN, OUT, RING, TREE
from mathviz.concepts.ring_allreduce import RingAllReduce as Run
from mathviz.mobjects.exchange import HOVERS, Histories, sent, storeys
from mathviz.mobjects.glass import Pool
from mathviz.mobjects.number import BigNumber
from mathviz.mobjects.ring_allreduce import Turntable
from mathviz.mobjects.rods import Rods
from mathviz.stage import BENCH, FRAME, HERO, PLAN, POSTER, RIGHT_THIRD, SAFE, STAGE, UPPER_RIGHT, Explainer, Shot
from mathviz.style import NORMAL, QUICK, SLOW

CLOSE = 6.0
"""How many times the camera pushes in on the followed chunk."""

TALL = replace(STAGE, top=SAFE.top)
BESIDE = replace(TALL, left=FRAME.left, right=RIGHT_THIRD.left + 0.15 * RIGHT_THIRD.width)
NARROW = replace(BESIDE, right=RIGHT_THIRD.left - 0.1 * RIGHT_THIRD.width)
"""Where the table stands once the title has left: alone, when a number is at its right, and when a formula is."""


class RingAllReduce(Explainer):
    """Cast: the ``table``, driven by ``steps``; its ``ranks``, by name; the ``amount`` that a port has passed."""

    trace: Run

    def setup(self) -> None:
        super().setup()
        self.runs = Histories.of(self.trace)
        self.table = Turntable(self.theme, self.runs.star, self.trace.largest).at(cut=0)

    def question(self) -> None:
        self.always(Pool(self.theme))
        self.cut(self.low(phi=-8, out=0.0, within=POSTER).nearer(1.3))
        self.show(self.table, run_time=QUICK)
        self.always(self.table)
        self.linger(theta=14, push=1.04)

    def every_rank_needs_the_sum(self) -> None:
        run, table = self.trace, self.table
        self.ranks = [self.name_at(table.rim(rank, 1.5), self.label("rank", rank=rank), ORIGIN)
                      for rank in range(run.ranks)]  # fmt: skip
        self.move(self.shot(PLAN.turned(theta=-4, phi=14), table.corners(out=0.9), within=TALL))
        least, most = (self.over(self.label("end", value=value)) for value in (run.least, run.largest))
        scale = self.over(Group(least, table.scale(run.least), most).arrange(RIGHT))
        self.show(*self.ranks, UPPER_RIGHT.column(scale, self.over(self.label("cell")), gap=0.2, edge=RIGHT + UP))
        self.keep(self.ranks[1])
        self.linger(theta=10)

    def the_star_jams_its_root(self) -> None:
        run, table = self.trace, self.table
        lanes = [self.name_at(table.lane(run.root, way), self.label(name, rank=run.root), DOWN)
                 for way, name in ((OUT, "out"), (IN, "in"))]  # fmt: skip
        self.steps = self.index(table.at)
        self.play(self.moving(self.low(-14, 4, height=2), 2 * SLOW), table.change(ports=1.0),
                  *map(self.showing, lanes), self.steps.to(0.55, 2 * SLOW))  # fmt: skip
        self.next_caption()
        self.amount = self.amount_of("jam", run.star_port, "error", "{:.0f}", rank=run.root).show(0)
        self.steps.drives(lambda _: self.amount.show(table.passed(1)))
        self.show(self.amount, run_time=QUICK)
        self.play(self.steps.to(run.others), self.drifting(theta=4), run_time=2 * SLOW)
        self.next_caption()
        self.keep(self.amount, self.ranks[1])
        self.play(self.steps.to(2 * run.others), self.drifting(theta=5), run_time=2 * SLOW)

    def gradients_are_cut(self) -> None:
        guess = self.amount_of("guess", 0, "model", "?")
        names = (self.showing(name, time_span=(NORMAL, SLOW)) for name in (self.ranks[0], *self.ranks[2:]))
        self.play(self.table.change(SLOW, sunk=1.0, ports=0.0), self.dropping(self.amount), self.showing(guess), *names)
        self.table.tell(self.runs.ring, hero=self.trace.root)
        self.linger(theta=4)
        self.next_caption()
        self.keep(*self.ranks)
        above = self.shot(PLAN.turned(phi=10), self.table.corners(out=1.1), within=replace(BESIDE, left=SAFE.left))
        self.play(self.table.change(cut=1.0), self.moving(above), run_time=SLOW)
        self.linger(theta=5)

    def one_chunk_is_passed_on(self) -> None:
        run, table, hero, values = self.trace, self.table, self.trace.hero, ("sent", "own", "added")
        facing = replace(HERO, theta=table.facing(table.seat(hero)), phi=50)
        close = self.shot(facing, table.corners()).nearer(CLOSE, table.followed(hero, above=-0.35))
        self.play(table.change(spot=1.0, veil=table.only(run.root, 2)), self.moving(close), run_time=1.5 * SLOW)
        terms = [self.over(self.label(name, size="number", **dict(zip(values, run.watched, strict=True))))
                 for name in ("sent", "plus", "own", "equals", "added")]  # fmt: skip
        mine, there, both = (term.copy() for term in terms[::2])
        one = self.over(self.label("one", elements=run.chunks.shape[-1]))
        UPPER_RIGHT.column(UPPER_RIGHT.row(*terms, gap=0.2), one, edge=RIGHT)
        self.name_at(lambda: table.followed(hero), mine, ORIGIN)
        self.name_at(table.cell(1, run.root, hero), there, ORIGIN)
        self.show(mine, run_time=QUICK)
        self.steps = self.index(lambda at: table.at(at, late=min(at, 1.0)))
        ride = self.riding(lambda: table.followed(hero), close.around(theta=table.facing(1) - table.facing(0)))
        self.play(self.steps.to(HOVERS), self.showing(there, time_span=(SLOW, 2 * SLOW)), ride, run_time=2 * SLOW)
        self.next_caption()
        self.play(*(TransformFromCopy(*pair, run_time=NORMAL) for pair in ((mine, terms[0]), (there, terms[2]))),
                  self.showing(terms[1]), self.showing(one), self.drifting(theta=2, run_time=NORMAL))  # fmt: skip
        self.play(self.dropping(mine, QUICK), self.dropping(there, QUICK))
        self.play(self.steps.to(1), run_time=NORMAL)
        self.show(self.name_at(lambda: table.followed(hero), both, ORIGIN), run_time=QUICK)
        self.play(TransformFromCopy(both, terms[4]), self.showing(terms[3]))
        self.linger(theta=2)

    def every_link_adds_at_once(self) -> None:
        self.play(self.table.change(veil=1.0, late=0.0), self.moving(self.low(-14, -4, height=3, out=0.8, within=TALL)),
                  run_time=1.5 * SLOW)  # fmt: skip
        self.play(self.table.change(ports=1.0), *map(self.showing, self.ranks[:2]), run_time=QUICK)
        self.next_caption()
        self.steps = self.index(self.table.at, at=self.table.time)
        self.play(self.steps.to(self.trace.half), self.drifting(theta=10), run_time=2 * SLOW)

    def counts_form_a_staircase(self) -> None:
        run, table = self.trace, self.table
        low = self.shot(replace(HERO, theta=table.facing(0.4), phi=64), table.corners(run.ranks, out=-0.2), within=TALL)
        self.move(low, table.change(ports=0.0, spot=0.4, veil=table.only(run.root, run.ranks, rest=0.4)))
        counts = [self.name_at(table.rim(rank, 1.0, storeys(n)), self.label("count", rank=rank, count=n,
                  ranks=run.ranks)) for rank, n in enumerate(table.counts()[:, run.root])]  # fmt: skip
        self.show(*counts)
        self.linger(theta=6)
        self.next_caption()
        self.play(table.change(veil=table.finished(0.25)), *map(self.dropping, counts),
                  self.drifting(theta=20, phi=-6, push=0.9), run_time=2 * SLOW)  # fmt: skip

    def finished_chunks_go_round(self) -> None:
        run, table = self.trace, self.table
        self.amount = self.amount_of("even", run.ring_port, "model").show(table.passed())
        self.steps.drives(lambda _: self.amount.show(table.passed()))
        self.move(self.low(10, -6, run.ranks), table.change(veil=1.0, ports=1.0), self.showing(self.amount))
        self.play(self.steps.to(run.steps), self.drifting(theta=8), run_time=2 * SLOW)
        self.next_caption()
        self.keep(self.amount)
        self.linger(theta=10)

    def more_ranks_hardly_matter(self) -> None:
        run, table, most = self.trace, self.table, self.trace.most_ranks
        self.play(table.change(QUICK, sunk=1.0, ports=0.0, cut=0.0, spot=0.0), self.dropping(self.amount, QUICK))
        table.tell(self.runs.wide_star, limit=run.wide_largest)
        self.move(self.low(0, -6, height=4, out=0.7), table.change(fold=0.0))
        star = self.amount_of("root", run.wide_star_port, "error", "{:.0f}").show(0)
        self.play(table.change(ports=1.0), self.showing(star))
        queue = self.index(table.at, lambda _: star.show(table.passed(1)))
        self.play(queue.to(most - 1), self.drifting(theta=8), run_time=1.5 * SLOW)
        self.next_caption()
        self.play(table.change(sunk=1.0, ports=0.0), self.dropping(star))
        table.tell(self.runs.wide, run.root)
        self.amount = self.amount_of("even", run.wide_ring_port, "model").show(0)
        self.move(self.low(8, -8, most, out=0.7), table.change(ports=1.0, spot=1.0, cut=1.0), self.showing(self.amount),
                  run_time=NORMAL)  # fmt: skip
        self.steps = self.index(table.at, lambda _: self.amount.show(table.passed()))
        self.play(self.steps.to(run.ring_steps), self.drifting(theta=14), run_time=2 * SLOW)
        self.keep(self.amount)

    def no_method_needs_less(self) -> None:
        run, table, most = self.trace, self.table, self.trace.most_ranks
        shown: Any = self.amount_of("messages", run.ring_steps, "model", unit="").show(0)
        above = self.shot(replace(HERO, theta=table.facing(1.2), phi=46), table.corners(most, out=0.9), within=NARROW)
        self.play(table.change(veil=0.3, ports=0.0, spot=0.0), self.dropping(self.amount, QUICK), self.moving(above),
                  self.showing(shown, time_span=(NORMAL, SLOW)))  # fmt: skip
        hops = self.index(lambda at: table.at(traced=at, spot=1.0), lambda at, big=shown: big.show(np.floor(at)))
        self.play(hops.to(run.ring_steps), self.drifting(theta=4), run_time=SLOW)
        sources = {"N": table.rim(1, 0.9), "S": table.lane(1, OUT)}
        table.at(gauged=sent(run.wide_ports[1]))
        for name, ports in zip(("total", "least"), run.wide_ports, strict=True):
            self.next_caption()
            law, of = self.law(name), self.over(self.label(name))
            UPPER_RIGHT.column(law, of, edge=RIGHT)
            self.play(self.dropping(shown, QUICK), table.change(SLOW, spot=0.0, sunk=1.0, ports=1.0,
                      gauged=sent(ports)), self.showing(of, time_span=(NORMAL, SLOW)), self.drifting(theta=3),
                      self.gathering(law, sources, time_span=(QUICK, SLOW + NORMAL)))  # fmt: skip
            shown = Group(law, of)
            self.linger(theta=3)

    def many_steps_are_the_price(self) -> None:
        run, table, rivals = self.trace, self.table, {RING: "ring", TREE: "tree"}
        steps, shares = run.sweep_steps[[*rivals], -1], run.step_shares[[*rivals]]
        self.rods = rods = Rods(self.theme, steps, shares, ("model", "rival"), origin=table.front(away=3.5))
        names = [self.name_at(rods.begin(rod), self.label(name, steps=steps[rod]), (DOWN if rod else UP) + RIGHT)
                 for rod, name in enumerate(rivals.values())]  # fmt: skip
        level = self.shot(BENCH, rods.bounds(1.5 * run.crossover), within=replace(STAGE, bottom=-1.7, top=1.2))
        self.move(level, table.change(sunk=1.0, ports=0.0, spot=0.0, veil=0.1), self.showing(rods), run_time=1.5 * SLOW)
        self.show(*names, run_time=QUICK)
        self.next_caption()
        size = self.big("size", 0, "{:.1f}", at=UPPER_RIGHT, unit=r"$\alpha/\beta$", widest=run.crossover)
        self.grown = self.index(rods.show, size.show)
        self.show(size, run_time=QUICK)
        self.play(self.grown.to(run.crossover), run_time=2 * SLOW)
        costs = [self.name_at(lambda brick=brick: rods.brick(*brick), self.label(name), DOWN if brick[0] else UP)
                 for name, brick in (("step", (0, 0, 5)), ("share", (0, 1, 9)), ("bytes", (1, 1, -1)))]  # fmt: skip
        self.show(*costs, run_time=QUICK)
        self.keep(rods, size, *names, *costs)

    def large_gradients_prefer_the_ring(self) -> None:
        self.show(self.rods.gate(0), self.rods.gate(self.trace.crossover))
        self.wait(NORMAL)
        self.play(self.grown.to(1.5 * self.trace.crossover), run_time=SLOW)

    def last_picture(self) -> None:
        """The staircase of the widest ring, and what it buys: the poster."""
        run, table, half = self.trace, self.table, self.trace.most_ranks - 1
        table.at(half, traced=half)
        region = replace(NARROW, bottom=POSTER.bottom, top=POSTER.top)
        spiral = self.shot(replace(HERO, theta=table.facing(1.4), phi=55), table.corners(run.most_ranks), within=region)
        self.play(table.change(SLOW, sunk=0.0, veil=table.finished(0.45)),
                  self.moving(spiral.nearer(1.05), 1.5 * SLOW))  # fmt: skip
        least = self.amount_of("poster", run.wide_ring_port, "model", size="hero_large", steps=run.ring_steps)
        rival = self.over(self.label("rival", units=run.wide_star_port).next_to(least, DOWN, aligned_edge=RIGHT))
        when = RIGHT_THIRD.put(self.label("half", ranks=half + 1, half=half), RIGHT + DOWN)
        self.show(least, rival, self.over(when), self.title, run_time=QUICK)

    def low(self, theta: float = 0.0, phi: float = 0.0, height: float = 1.0, out: float = 0.9,
            within: Any = BESIDE) -> Shot:  # fmt: skip
        """The table seen from low, so many storeys high, with what is so far outside its rim."""
        return self.shot(HERO.turned(theta, phi), self.table.corners(height, out), within=within)

    def amount_of(self, label: str, value: float, role: str, template: str = "{:g}", **more: Any) -> BigNumber:
        """A number of gradients in the picture's upper right, with what it counts."""
        return self.big(label, value, template, role, UPPER_RIGHT, **{"unit": "$S$"} | more, widest=value)
