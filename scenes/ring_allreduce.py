"""A ring of N ranks sums their gradients, and no port carries two gradients' worth of bytes, either way."""

from __future__ import annotations

from manimlib import DOWN, RIGHT, UP, TransformFromCopy

from mathviz.concepts.all_reduce_costs import RING, TREE
from mathviz.concepts.ring_allreduce import RingAllReduce as Run
from mathviz.mobjects.exchange import HOVERS, IN, OUT, Histories, sent
from mathviz.mobjects.glass import Pool
from mathviz.mobjects.ring_allreduce import Turntable
from mathviz.stage import BENCH, HERO, RIGHT_THIRD, STAGE
from mathviz.stage.table import ABOVE, ABREAST, AHEAD, AMID, BEYOND, CORNER, GRAND, JAM, LOWER, TableScene
from mathviz.style import NORMAL, QUICK, SLOW


class RingAllReduce(TableScene):
    """Cast: the ``table``, driven by ``steps``; its ``ranks``, by name; the ``amount`` that a port has carried."""

    trace: Run

    def setup(self) -> None:
        super().setup()
        self.runs = Histories.of(self.trace)
        self.table = Turntable(self.theme, self.runs.ring, self.trace.wide_largest, most=self.trace.most_ranks)
        self.begin(self.runs.ring)

    def question(self) -> None:
        self.always(Pool(self.theme), self.table.at(relief=0.8))
        self.cut(self.low(-22, 4, self.trace.ranks, ABREAST, ports=0))
        self.steps.put(1)  # at work already
        self.play(self.steps.to(self.trace.half), self.drifting(theta=20), run_time=3.75 * SLOW)

    def every_rank_needs_the_sum(self) -> None:
        run, table = self.trace, self.table
        self.move(self.facing(0.5, 57, 1, AMID), table.change(sunk=1.0, cut=0.0, relief=0.0), run_time=1.5 * SLOW)
        self.begin(self.runs.star)
        self.ranks = self.names_of_ranks("rank")
        self.show(*self.ranks, self.scale("cell", run.wide.least, run.wide_largest))
        self.keep(self.ranks[run.root])
        self.linger(theta=6)

    def the_star_jams_its_root(self) -> None:
        run, root, near = self.trace, self.trace.root, self.across(-0.04, 0.5, 68, self.trace.ranks + 1, JAM, 1.0)
        self.move(near, self.table.change(ports=1.0, relief=0.8), self.steps.to(1.0),  # lint: ignore[CON001] cased
                  *self.counting("received", run.star_port, "error", 1, IN, root, rank=root), run_time=2 * SLOW)
        self.next_caption()
        self.play(self.steps.to(run.others), self.drifting(theta=5), run_time=2 * SLOW)
        self.next_caption()
        self.play(*self.counting("returned", run.star_port, "error", 1, OUT, root, rank=root), self.drifting(theta=2))
        self.play(self.steps.to(2 * run.others), self.drifting(theta=5), run_time=1.5 * SLOW)
        self.keep(self.amount)

    def gradients_are_cut(self) -> None:
        run, guess = self.trace, self.amount_of("guess", 0, "model", "?")
        CORNER.column(guess, star := self.rival(run.star_port))
        self.play(*self.becoming(guess), self.showing(star), self.table.change(SLOW, sunk=1.0, ports=0.0, relief=0.0),
                  self.moving(self.facing(0.4, 14, 1, ABOVE)))  # fmt: skip
        self.begin(self.runs.ring, run.root, run.hero)
        self.linger(theta=4)
        self.next_caption()
        self.play(self.table.change(SLOW, cut=1.0), self.drifting(theta=4, push=1.06))
        self.linger(theta=5)

    def one_chunk_is_passed_on(self) -> None:
        run, table, hero = self.trace, self.table, self.trace.hero
        close = self.facing(table.seat(hero) + 0.2, 40, 1).nearer(5, table.followed(hero, -0.2))
        self.play(table.change(spot=1.0, veil=table.only(run.root, 2, 0.25)), self.moving(close), run_time=1.5 * SLOW)
        terms, one = self.sum_of(("sent", "plus", "own", "equals", "added"), run.watched, "one", run.chunks.shape[-1])
        mine, both = (self.name_at(lambda: table.followed(hero), terms[at].copy(), UP, 0.85 - at / 10) for at in (0, 4))
        there = self.name_at(table.cell(1, run.root, hero), terms[2].copy(), DOWN, 0.45)
        self.show(mine, run_time=QUICK)
        self.steps = self.index(lambda at: table.at(at, late=min(at, 1.0)))
        self.play(self.steps.to(HOVERS), self.showing(there, time_span=(SLOW, 2 * SLOW)),
                  self.moving(self.across(0.74, 0.5, 62, 3, AMID)), run_time=2 * SLOW)  # fmt: skip
        self.next_caption()
        self.play(*(TransformFromCopy(*pair, run_time=QUICK) for pair in ((mine, terms[0]), (there, terms[2]))),
                  self.showing(terms[1]), self.showing(one), self.drifting(theta=2, run_time=NORMAL))  # fmt: skip
        self.play(self.dropping(mine, QUICK), self.dropping(there, QUICK), self.steps.to(1, NORMAL))
        self.show(both, run_time=QUICK)
        self.play(TransformFromCopy(both, terms[4]), self.showing(terms[3], QUICK),
                  self.drifting(theta=3, run_time=2 * NORMAL))  # fmt: skip

    def every_link_adds_at_once(self) -> None:
        run, table = self.trace, self.table
        self.steps = self.index(table.at, at=table.time)
        self.play(table.change(veil=1.0, late=0.0, ports=1.0, relief=0.7), self.moving(self.low(-6, 4, run.ranks - 1)),
                  *self.counting_chunks("even"), run_time=SLOW)  # fmt: skip
        self.play(self.steps.to(table.time + 1), self.drifting(theta=5), run_time=SLOW)
        self.next_caption()
        self.play(self.steps.to(run.half), self.drifting(theta=8), run_time=1.5 * SLOW)

    def counts_form_a_staircase(self) -> None:
        run, table, alone = self.trace, self.table, self.table.only(self.trace.root, self.trace.ranks, 0.45)
        self.move(self.facing(0.5, 68, run.ranks, GRAND),
                  table.change(ports=0.0, spot=0.0, relief=0.0, veil=alone, sunk=table.but(run.root)))  # fmt: skip
        counts = self.names_of_counts("count", run.root)
        self.show(*counts, run_time=1.5 * NORMAL)  # lint: ignore[CON001] cased, before the far ranks
        self.linger(theta=4)
        self.next_caption()
        self.play(table.change(sunk=0.0, veil=1.0), *(self.dropping(each, QUICK) for each in counts),
                  self.drifting(theta=14, phi=-6, push=0.92), run_time=1.25 * SLOW)  # fmt: skip
        self.play(table.change(veil=table.finished(0.45)), self.drifting(theta=8), run_time=SLOW)

    def finished_chunks_go_round(self) -> None:
        run, lit = self.trace, self.table.change(veil=1, ports=1, spot=1)
        self.move(self.low(10, -1, run.ranks, BEYOND), lit, *self.counting_chunks("even"))
        self.play(self.steps.to(run.steps), self.drifting(theta=8), run_time=1.5 * SLOW)
        self.next_caption()
        CORNER.column(even := self.amount_of("even", run.ring_port, "model"), star := self.rival(run.star_port))
        self.play(*self.becoming(even), self.showing(star), self.drifting(theta=3))
        self.keep(self.amount)
        self.linger(theta=7)

    def more_ranks_hardly_matter(self) -> None:
        run, table, most = self.trace, self.table, self.trace.most_ranks
        self.play(table.change(sunk=1.0, ports=0.0, cut=0.0, spot=0.0, relief=0.0), self.dropping(self.amount, QUICK))
        self.begin(self.runs.wide_star)
        self.move(self.across(-0.06, 0.9, 66, most + 1, JAM, 1.0), table.change(fold=0.0, ports=1.0, relief=0.8),
                  *self.counting("received", run.wide_star_port, "error", 1, IN, run.root, rank=run.root))  # fmt: skip
        self.play(self.steps.to(most - 1, 1.25 * SLOW), self.drifting(theta=8, run_time=2 * SLOW))
        self.next_caption()
        self.play(table.change(sunk=1.0, ports=0.0), self.dropping(self.amount, QUICK))
        self.begin(self.runs.wide, run.root)
        self.move(self.low(8, -12, most), table.change(ports=1.0, spot=1.0, cut=1.0, relief=0.0),
                  *self.counting("even", run.wide_ring_port, "model"), run_time=1.5 * NORMAL)  # fmt: skip
        self.play(self.steps.to(run.ring_steps), self.drifting(theta=14), run_time=1.75 * SLOW)
        self.keep(self.amount)

    def no_method_needs_less(self) -> None:
        run, table, rim = self.trace, self.table, self.table.seats.rim
        alone = table.change(veil=table.only(run.root, run.most_ranks, 0.3), ports=0.0, spot=0.0)
        many = self.amount_of("messages", run.ring_steps, "model", unit="", ranks=run.most_ranks).show(0)
        self.play(self.moving(self.low(0, -12, run.most_ranks, BEYOND)), alone, *self.becoming(many))
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
        run, two = self.trace, [RING, TREE]
        names = self.lay_rods(run.sweep_steps[two, -1], run.step_shares[two], ("ring", "tree"), ranks=run.most_ranks)
        near = self.shot(HERO.turned(12, 15), self.rods.bounds(0), within=AHEAD).nearer(1)
        square = self.shot(BENCH.turned(0, 18), self.rods.bounds(1.5 * run.crossover), within=LOWER)
        self.play(self.moving(near, 1.5 * SLOW), self.table.change(ports=0.0, veil=0.45),
                  self.index(lambda late: self.rods.show(0, late)).to(1.5 * run.ring_steps, 2 * SLOW))  # fmt: skip
        self.show(*names, run_time=QUICK)  # lint: ignore[CON001] names are cased, and rods pass behind them on the way
        self.next_caption()
        size = self.amount_of("size", run.crossover, "model", "{:.1f}", unit="$\\alpha/\\beta$")
        size.unit.set_fill(self.theme["text"])  # as in the caption and at the bricks
        self.grown = self.index(self.rods.show, CORNER.put(size, RIGHT + UP).show)
        self.show(size, run_time=QUICK)
        self.play(self.grown.to(run.crossover), self.moving(square), run_time=1.75 * SLOW)
        costs = self.names_of_bricks(self.rods, step=(0, 0, 6), share=(0, 1, 8), bytes=(1, 1, -1))
        self.show(*costs, run_time=QUICK)
        self.named = [*names, *costs]
        self.keep(self.rods, size, *self.named)

    def large_gradients_prefer_the_ring(self) -> None:
        run, table, half, rods = self.trace, self.table, self.trace.most_ranks - 1, self.rods
        self.show(gate := rods.gate(run.crossover), run_time=SLOW)
        self.play(self.grown.to(1.5 * run.crossover), run_time=SLOW)
        self.next_caption()
        back = self.index(lambda at: table.at(at, traced=at), at=run.ring_steps)
        both = self.shot(HERO.turned(10, 4), rods.bounds(0), table.corners(half), within=STAGE).nearer(1.25)
        gone, lit = (self.dropping(x, QUICK) for x in (gate, *self.named)), table.finished(0.85, half)
        self.play(back.to(half), table.change(spot=1.0, veil=lit), self.moving(both), *gone, run_time=2.5 * SLOW)

    def last_picture(self) -> None:
        run, half, star = self.trace, self.trace.most_ranks - 1, self.rival(self.trace.wide_star_port)
        self.move(self.facing(4.6, 54, run.most_ranks, BEYOND), run_time=1.2 * SLOW)
        least = self.amount_of("every", run.wide_ring_port, "model", size="hero_large", ranks=run.most_ranks)
        facts = (self.case(self.over(self.label(name, half=half, steps=run.ring_steps))) for name in ("unit", "half"))
        self.show(RIGHT_THIRD.column(least, star, *facts, gap=0.5, edge=RIGHT), self.title, run_time=QUICK)
