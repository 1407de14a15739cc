"""A ring of N ranks sums their gradients, and no port passes two gradients' worth of bytes, either way."""

from __future__ import annotations

from manimlib import DOWN, ORIGIN, RIGHT, UP, TransformFromCopy

from mathviz.concepts.all_reduce_costs import RING, TREE
from mathviz.concepts.ring_allreduce import RingAllReduce as Run
from mathviz.mobjects.exchange import HOVERS, IN, OUT, Histories, sent
from mathviz.mobjects.glass import Pool
from mathviz.mobjects.ring_allreduce import Turntable
from mathviz.mobjects.rods import Rods
from mathviz.stage import BENCH, HERO, RIGHT_THIRD
from mathviz.stage.table import AMID, BEYOND, CORNER, LOWER, OFF_CENTRE, UNDER_TITLE, WHOLE, TableScene
from mathviz.style import NORMAL, QUICK, SLOW


class RingAllReduce(TableScene):
    """Cast: the ``table``, driven by ``steps``; its ``ranks``, by name; the ``amount`` that a port has passed."""

    trace: Run

    def setup(self) -> None:
        super().setup()
        self.runs = Histories.of(self.trace)
        self.table = Turntable(self.theme, self.runs.ring, self.trace.wide_largest, most=self.trace.most_ranks)
        self.begin(self.runs.ring)

    def question(self) -> None:
        self.always(Pool(self.theme), self.table.at(relief=1.0))
        self.cut(self.low(-10, 6, self.trace.ranks + 1, UNDER_TITLE, ports=0))
        self.steps.put(1)  # at work already
        self.play(self.steps.to(self.trace.half), self.drifting(theta=20), run_time=3.75 * SLOW)

    def every_rank_needs_the_sum(self) -> None:
        run, table = self.trace, self.table
        flat = table.change(sunk=1.0, cut=0.0, relief=0.0)
        self.move(self.low(-10, -4, 1, AMID, ports=0), flat, run_time=1.5 * SLOW)
        self.begin(self.runs.star)
        self.ranks = self.names_of_ranks("rank")
        self.show(*self.ranks, self.scale("cell", run.wide.least, run.wide_largest))
        self.keep(*self.ranks[:2])
        self.linger(theta=6)

    def the_star_jams_its_root(self) -> None:
        run, table, root = self.trace, self.table, self.trace.root
        low = self.low(-4, 4, run.ranks, OFF_CENTRE)
        self.play(self.moving(low), table.change(ports=1.0, relief=1.0), self.steps.to(HOVERS), run_time=2 * SLOW)
        for name, lane, way, until in (("received", "in", IN, run.others), ("returned", "out", OUT, 2 * run.others)):
            self.next_caption()
            named = self.name_at(table.seats.port(root, way), self.case(self.label(lane)), ORIGIN)
            # lint: ignore[CON001] 4.4 : 1 for a moment, while copies pass behind a lane's name
            self.play(*self.counting(name, run.star_port, "error", 1, way, rank=root), self.showing(named))
            self.play(self.steps.to(until), self.drifting(theta=5), run_time=2 * SLOW)
        self.keep(self.amount, *self.ranks[:2])

    def gradients_are_cut(self) -> None:
        guess = self.amount_of("guess", 0, "model", "?")
        self.play(*self.becoming(guess), self.table.change(SLOW, sunk=1.0, ports=0.0, relief=0.0))
        self.begin(self.runs.ring, self.trace.root)
        self.linger(theta=4)
        self.next_caption()
        self.play(self.table.change(SLOW, cut=1.0), self.moving(self.low(-10, -8, ports=0), SLOW),
                  *(self.dropping(rank, QUICK) for rank in self.ranks[:2]))  # fmt: skip
        self.linger(theta=5)

    def one_chunk_is_passed_on(self) -> None:
        run, table, hero = self.trace, self.table, self.trace.hero
        close = self.facing(table.seat(hero), 60, 1, WHOLE).nearer(5, table.followed(hero, -0.2))
        self.play(table.change(spot=1.0, veil=table.only(run.root, 2)), self.moving(close), run_time=1.5 * SLOW)
        terms, one = self.sum_of(("sent", "plus", "own", "equals", "added"), run.watched, "one", run.chunks.shape[-1])
        mine, both = (self.name_at(lambda: table.followed(hero), terms[at].copy(), UP, 0.45) for at in (0, 4))
        there = self.name_at(table.cell(1, run.root, hero), terms[2].copy(), DOWN, 0.45)
        self.show(mine, run_time=QUICK)
        self.steps = self.index(lambda at: table.at(at, late=min(at, 1.0)))
        self.play(self.steps.to(HOVERS), self.showing(there, time_span=(SLOW, 2 * SLOW)),
                  self.moving(self.across(0.72, 0.55, 73, 3)), run_time=2 * SLOW)  # fmt: skip
        self.next_caption()
        self.play(*(TransformFromCopy(*pair, run_time=QUICK) for pair in ((mine, terms[0]), (there, terms[2]))),
                  self.showing(terms[1]), self.showing(one), self.drifting(theta=2, run_time=NORMAL))  # fmt: skip
        self.play(self.dropping(mine, QUICK), self.dropping(there, QUICK), self.steps.to(1, NORMAL))
        self.show(both, run_time=QUICK)
        self.play(TransformFromCopy(both, terms[4]), self.showing(terms[3], time_span=(NORMAL, 1.5 * NORMAL)))
        self.play(self.drifting(theta=3), run_time=1.5 * NORMAL)

    def every_link_adds_at_once(self) -> None:
        run, table = self.trace, self.table
        self.steps = self.index(table.at, at=table.time)
        self.play(table.change(veil=1.0, late=0.0, ports=1.0, relief=1.0), self.moving(self.low(-6, 6, run.ranks - 1)),
                  *self.counting_chunks("even"), run_time=SLOW)  # fmt: skip
        self.play(self.steps.to(table.time + 1), self.drifting(theta=5), run_time=SLOW)
        self.next_caption()
        self.play(self.steps.to(run.half), self.drifting(theta=8), run_time=2 * SLOW)

    def counts_form_a_staircase(self) -> None:
        run, table, alone = self.trace, self.table, self.table.only(self.trace.root, self.trace.ranks, rest=0.2)
        self.move(self.facing(0.5, 68, run.ranks, AMID),
                  table.change(ports=0.0, spot=0.0, veil=alone, sunk=table.but(run.root)))  # fmt: skip
        counts = self.names_of_counts("count", run.root)
        self.show(*counts, run_time=1.5 * NORMAL)
        self.linger(theta=4)
        self.next_caption()
        self.play(table.change(sunk=0.0, veil=table.finished(0.25)), *(self.dropping(each, QUICK) for each in counts),
                  self.drifting(theta=20, phi=-6, push=0.9), run_time=2 * SLOW)  # fmt: skip

    def finished_chunks_go_round(self) -> None:
        run = self.trace
        self.move(self.low(10, 2, run.ranks), self.table.change(veil=1, ports=1, spot=1), *self.counting_chunks("even"))
        self.play(self.steps.to(run.steps), self.drifting(theta=8), run_time=2 * SLOW)
        self.next_caption()
        self.play(*self.becoming(self.amount_of("even", run.ring_port, "model")), self.drifting(theta=3))
        self.keep(self.amount)
        self.linger(theta=7)

    def more_ranks_hardly_matter(self) -> None:
        run, table, most = self.trace, self.table, self.trace.most_ranks
        self.play(table.change(sunk=1.0, ports=0.0, cut=0.0, spot=0.0), self.dropping(self.amount, QUICK))
        self.begin(self.runs.wide_star)
        self.move(self.low(0, 0, 0.75 * most), table.change(fold=0.0, ports=1.0),
                  *self.counting("root", run.wide_star_port, "error", 1, rank=run.root))  # fmt: skip
        self.play(self.steps.to(most - 1, 2 * SLOW), self.drifting(theta=12, run_time=2 * SLOW))
        self.next_caption()
        self.play(table.change(sunk=1.0, ports=0.0), self.dropping(self.amount, QUICK))
        self.begin(self.runs.wide, run.root)
        self.move(self.low(8, 0, most), table.change(ports=1.0, spot=1.0, cut=1.0),
                  *self.counting("even", run.wide_ring_port, "model"), run_time=1.5 * NORMAL)  # fmt: skip
        self.play(self.steps.to(run.ring_steps), self.drifting(theta=14), run_time=2 * SLOW)
        self.keep(self.amount)

    def no_method_needs_less(self) -> None:
        run, table, rim = self.trace, self.table, self.table.seats.rim
        self.play(table.change(veil=0.4, ports=0.0, spot=0.0), self.moving(self.low(0, -2, run.most_ranks)),
                  *self.becoming(self.amount_of("messages", run.ring_steps, "model", unit="").show(0)))  # fmt: skip
        hops = self.index(lambda at: table.at(traced=at, spot=1.0), lambda at: self.amount.show(int(at)))
        self.play(hops.to(run.ring_steps), self.drifting(theta=6), run_time=1.5 * SLOW)
        self.next_caption()
        law, of, ports = self.law("least"), self.over(self.label("least")), sent(run.wide_ports[1])
        CORNER.column(law, of)  # lint: ignore[TXT001] symbols grow out of what they name; at rest they are large
        table.at(gauged=0 * ports)
        out = self.gathering(law, {"N": rim(3, 2), "S": rim(4, 2)}, time_span=(QUICK, SLOW + NORMAL))
        self.play(self.dropping(self.amount, QUICK), out, table.change(SLOW, spot=0.0, ports=1.0, gauged=ports),
                  self.showing(of, time_span=(SLOW + QUICK, SLOW + NORMAL)), self.drifting(theta=3))  # fmt: skip
        self.linger(theta=6)

    def many_steps_are_the_price(self) -> None:
        run, table, rivals = self.trace, self.table, {RING: "ring", TREE: "tree"}
        steps, shares = run.sweep_steps[[*rivals], -1], run.step_shares[[*rivals]]
        self.rods = rods = Rods(self.theme, steps, shares, ("model", "rival"), origin=table.seats.rim(1, 13))
        names = self.names_of_rods(rods, rivals.values(), ranks=run.most_ranks)
        self.add(rods)
        near = self.shot(HERO.turned(26, 5), rods.bounds(0), within=LOWER)
        square = self.shot(BENCH, rods.bounds(1.5 * run.crossover), room=0.5)
        self.play(self.moving(near), table.change(sunk=1.0, ports=0.0, veil=0.3),
                  self.index(lambda late: rods.show(0, late)).to(max(steps)), run_time=2 * SLOW)  # fmt: skip
        self.show(*names, run_time=QUICK)
        self.next_caption()
        self.grown = self.index(rods.show)
        self.play(self.grown.to(run.crossover), self.moving(square), table.change(veil=0.0), run_time=2 * SLOW)
        costs = self.names_of_bricks(rods, step=(0, 0, 5), share=(0, 1, 9), bytes=(1, 1, -1))
        self.show(*costs, run_time=QUICK)
        self.keep(rods, *names, *costs)

    def large_gradients_prefer_the_ring(self) -> None:
        tie = self.trace.crossover
        self.show(self.rods.gate(tie), run_time=QUICK)
        self.wait(1.5 * NORMAL)
        self.play(self.grown.to(1.5 * tie), run_time=SLOW)
        self.next_caption()
        self.linger(theta=0, push=1.03)

    def last_picture(self) -> None:
        """The staircase of the widest ring, and what it buys: the poster."""
        run, table, half = self.trace, self.table, self.trace.most_ranks - 1
        table.at(half, traced=half)
        self.play(table.change(SLOW, sunk=0.0, spot=1.0, veil=table.finished(0.6)),
                  self.moving(self.facing(4.6, 54, run.most_ranks, BEYOND).nearer(1), 1.5 * SLOW))  # fmt: skip
        least = self.amount_of("every", run.wide_ring_port, "model", size="hero_large")
        rival = self.amount_of("rival", run.wide_star_port, "error", size="hero", rank=run.root)
        facts = (self.case(self.over(self.label(name, half=half, steps=run.ring_steps))) for name in ("unit", "half"))
        self.show(RIGHT_THIRD.column(least, rival, *facts, edge=RIGHT), self.title, run_time=QUICK)
