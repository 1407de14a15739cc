"""The turntable of ring_allreduce: the angle is the rank, a ring of it a chunk, the height the gradients summed.

A storey is one rank's numbers for one chunk. What is sent is a copy that turns to the next rank and comes down on that
rank's own storey; the lid shows the recorded values. Gauges outside the rim show what each port has passed.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from manimlib import Animation, GlowDots, Group
from numpy import ndarray

from mathviz.mobjects.ember import Ember
from mathviz.mobjects.exchange import SEAM, STOREY, Flight, History, ease, storeys
from mathviz.mobjects.gauges import gauges
from mathviz.mobjects.light import Hero
from mathviz.mobjects.mesh import FLOOR, GLASS, MIRRORED, NOTHING, Mesh, Triangles, coloured, join, sheet
from mathviz.mobjects.seating import PORTS, RIM, Seating, upon
from mathviz.mobjects.stacks import Drawn, Stacks, finished, wire
from mathviz.mobjects.streaks import Trail
from mathviz.mobjects.tint import is_dark, mixed, rgb
from mathviz.style import Theme

PER_STEP = 60
"""Points of the followed copy's way for each step."""

SHADE = {True: 0.65, False: 0.4}
"""How much light the ``relief`` takes from what holds one gradient alone, on a dark page and on a light one."""


class Turntable(Group):
    """Ranks around, chunks outwards, sums upwards. ``at`` shows any time of a history, counted in steps.

    ``hero`` is the chunk that is followed from rank ``hero`` on: its storey shines and leaves a trail. Where things
    are is told by ``seats``.
    """

    def __init__(
        self, theme: Theme, history: History, limit: float, hero: int | None = None, columns: int = 8,
        most: int | None = None,
    ) -> None:  # fmt: skip
        """``limit`` is the magnitude that has the brightest colour, a sum over ``most`` ranks; a row of the gradient
        has ``columns``. One scale of colours holds for all histories."""
        self.theme, self.columns, self.history = theme, columns, history
        self.ember = Ember(theme, limit, most or history.ranks)
        self.time, self.late, self.ports, self.spot, self.relief = 0.0, 0.0, 0.0, 0.0, 0.0
        self.seats = Seating(history.ranks, history.ranks)
        self.traced: float | None = None
        self.gauged: ndarray | None = None
        self.floor = Mesh(_floor(theme, RIM), depth_test=False, z_index=FLOOR)
        self.mirrored, self.resting, self.flying = Mesh(NOTHING, z_index=MIRRORED), Mesh(NOTHING), Mesh(NOTHING)
        self.lanes, self.curtain = Mesh(NOTHING), Mesh(NOTHING, z_index=GLASS)
        self.bloom = GlowDots(np.zeros((1, 3)), radius=0.7, glow_factor=2.2, opacity=0.0)
        self.trail = Trail(theme, np.zeros((2, 3)), "model", width=3.0 if is_dark(theme) else 6.0)
        self.mark = Mesh(NOTHING)
        self.spark = Hero(theme, np.zeros(3), "model", radius=0.05 if is_dark(theme) else 0.03)
        self.shown: tuple[Any, ...] = ()
        super().__init__(self.mirrored, self.floor, self.lanes, self.resting, self.flying, self.mark, self.curtain,
                         self.bloom, self.trail, self.spark)  # fmt: skip
        self.tell(history, hero)

    # What films ask for

    def tell(self, history: History, hero: int | None = None, number: int | None = None) -> Turntable:
        """Begin another history, at time 0, of whose followed chunk one ``number`` is outlined. If more ranks take
        part, ``fold`` is 1: those that were there stand where they stood, and the others come in as it goes to 0."""
        self.seats = Seating(history.ranks, self.history.ranks, 0.0, self.seats.cut)
        self.history, self.hero, self.number, self.shown = history, hero, number, ()
        self.veil, self.sunk = np.ones(history.counts.shape[1:]), np.zeros(history.chunks)
        self.way = np.zeros((2, 3)) if hero is None else self._way()  # where it goes on the unfolded table
        self.traced, self.gauged = None, None
        return self.at(0.0, fold=float(self.seats.ranks != self.seats.before), late=0.0, spot=0.0)

    def at(
        self, time: float | None = None, cut: float | None = None, fold: float | None = None,
        veil: ndarray | float | None = None, ports: float | None = None, late: float | None = None,
        sunk: ndarray | float | None = None, spot: float | None = None, traced: float | None = None,
        gauged: ndarray | None = None, relief: float | None = None,
    ) -> Turntable:  # fmt: skip
        """Show the time, in steps; all chunks but the followed one are so many steps ``late``. What is not given stays.

        From 0 to 1: ``cut`` opens the seams between chunks; ``veil`` [rank chunk] is how bright each chunk is,
        ``ports`` how bright the lanes are, ``spot`` how bright what is followed, ``relief`` how
        much darker is what holds few gradients, and does not fly; ``sunk`` [chunk] lets sums sink into
        the floor until one storey is left and shows what every rank had at first; ``fold`` see above. The followed
        copy's way is drawn up to the time, or from now on up to another one, ``traced``; the lanes show what was
        passed, or from now on ``gauged`` [rank direction], in gradients.
        """
        self.time = self.time if time is None else float(np.clip(time, 0, self.history.steps))
        self.seats.cut = self.seats.cut if cut is None else cut
        self.seats.fold = self.seats.fold if fold is None else fold
        self.veil = self.veil if veil is None else np.broadcast_to(veil, self.veil.shape)
        self.ports = self.ports if ports is None else ports
        self.late = self.late if late is None else late
        self.sunk = self.sunk if sunk is None else np.broadcast_to(sunk, self.sunk.shape)
        self.spot = self.spot if spot is None else spot
        self.relief = self.relief if relief is None else relief
        self.traced = self.traced if traced is None else traced
        self.gauged = self.gauged if gauged is None else gauged
        self._draw_stacks(self.flights())
        self._draw_followed()
        return self

    def change(self, run_time: float = 1.0, **looks: Any) -> _Change:
        """The animation of anything that ``at`` takes, from how it is to how it is to be."""
        return _Change(self, looks, run_time, rate_func=lambda share: float(ease(share)))

    def counts(self) -> ndarray:
        """How many gradients are in every chunk now, [rank chunk]."""
        states = np.broadcast_to(self.states(), self.veil.shape)
        ranks, chunks = np.indices(self.veil.shape)
        return np.asarray(self.history.counts[states, ranks, chunks])

    def passed(
        self, parts: int | None = None, way: int | None = None, rank: int | None = None, *, least: bool = False
    ) -> float:  # fmt: skip
        """What the busiest port has passed by now, or that of a rank, one way or either: whole chunks, or ``parts``,
        in gradients; or what every port has, both ways: the ``least``."""
        parts = parts or self.history.chunks
        carried = self.carried()[slice(None) if rank is None else rank, slice(None) if way is None else way]
        return float(np.floor((carried.min() if least else carried.max()) * parts + 1e-6) / parts)

    def only(self, chunk: int, ranks: int, rest: float = 0.12) -> ndarray:
        """A veil that lifts a chunk of the first ``ranks``, [rank chunk]."""
        veil = np.full(self.veil.shape, rest)
        veil[:ranks, chunk] = 1.0
        return veil

    def but(self, chunk: int) -> ndarray:
        """What sinks [chunk] if a chunk alone is to stand."""
        return 1.0 - (np.arange(self.history.chunks) == chunk)

    def finished(self, rest: float, state: int | None = None) -> ndarray:
        """A veil that lifts the chunks that hold every rank's gradient by now, or in a state, [rank chunk]."""
        counts = self.counts() if state is None else self.history.counts[state]
        return np.where(counts == self.history.ranks, 1.0, rest)

    def corners(self, height: float = 1.0, ports: float = 1.0) -> ndarray:
        """Points [point 3] around the unfolded table, so many storeys high, with its ports (1) or without (0)."""
        return self.seats.corners(height, PORTS * ports)

    def followed(self, element: int, above: float = 0.0) -> ndarray:
        """Where a cell of the followed copy is now, or so much above it: a point of the world."""
        assert self.hero is not None
        return self.cell(self._heros(), self.hero, element) + np.array([0.0, 0.0, above])

    def seat(self, element: int) -> float:
        """How far round from its rank's middle a cell is, in ranks."""
        return ((element % self.columns + 0.5) / self.columns - 0.5) * 0.92

    def cell(self, rank: int, chunk: int, element: int, along: float = 0.5, inward: float = 0.5) -> ndarray:
        """The middle of a cell of a chunk's lid, or another point of it, in shares, where it now is: on the copy, if
        one is on its way from this rank."""
        rows = self.history.values.shape[3] // self.columns
        row, column = divmod(element, self.columns)
        fly = next((f for f in self.flights() if (f.send[1], f.send[3]) == (rank, chunk)), None)
        high = storeys(self.history.counts[self.states()[chunk], rank, chunk]) + (fly.height if fly else 0.0)
        x, y, z = self.seats.inside(rank, chunk, high, (column + along) / self.columns, (row + inward) / rows)
        turn = self.seats.middle(fly.turn) - np.pi if fly else 0.0
        return np.array([x * np.cos(turn) - y * np.sin(turn), x * np.sin(turn) + y * np.cos(turn), z])

    # What there is at a time

    def clocks(self) -> ndarray:
        """The time of every chunk, in steps, [chunk]."""
        mine = np.arange(self.history.chunks) == self.hero
        return np.clip(np.where(mine, self.time, self.time - self.late), 0, self.history.steps)

    def states(self) -> ndarray:
        """The state that every chunk is in, [chunk]."""
        return self.clocks().astype(int)

    def flights(self) -> list[Flight]:
        """Everything that is in the air now."""
        return self.history.flights(self.clocks())

    def carried(self) -> ndarray:
        """What each port has sent and received by now, in gradients, [rank direction]."""
        return self.history.carried(self.clocks())

    def _heros(self) -> int:
        """The rank that holds the followed copy now."""
        assert self.hero is not None
        return (self.hero + int(self.time)) % self.history.ranks

    def _way(self) -> ndarray:
        """Where the followed copy's outer edge is at every moment, [point 3], PER_STEP points a step."""
        assert self.hero is not None
        rank, chunk = self.hero, self.hero
        found: list[ndarray] = []
        for step in range(self.history.steps):
            mine = [s for s in self.history.sends if s[0] == step and s[1] == rank and s[3] == chunk]
            for time in step + np.arange(PER_STEP) / PER_STEP:
                clocks = np.full(self.history.chunks, time)
                fly = next((f for f in self.history.flights(clocks) if mine and np.array_equal(f.send, mine[0])), None)
                now = self.history.counts[step, rank, chunk]
                found.append(self._edge(rank, chunk, now, fly.turn if fly else 0.0, fly.height if fly else 0.0)
                             if fly or not found else found[-1])  # fmt: skip
            rank = int(mine[0][2]) if mine else rank
        return np.array([*found, self._edge(rank, chunk, self.history.counts[-1, rank, chunk], 0.0, 0.0)])

    def _edge(self, rank: int, chunk: int, count: float, turn: float, foot: float) -> ndarray:
        radii, _ = self.seats.place(np.array([rank]), np.array([chunk]))
        beside = 0.0 if self.number is None else self.seat(self.number)
        return upon(radii.max() + 0.03, self.seats.middle(rank + turn + beside), foot + storeys(count) - 0.05)

    # How it is drawn

    def _draw_stacks(self, flights: list[Flight]) -> None:
        leaving = tuple((int(f.send[2]), int(f.send[3])) for f in flights if not self.history.adds(f.send))
        key = (self.states().tobytes(), self.seats.cut, self.seats.fold, self.sunk.tobytes(), self.spot,
               self.relief, self.veil.tobytes(), leaving, self.time == 0)  # fmt: skip
        if key != self.shown:
            self.shown, self.still = key, self._resting(leaving)
            self.resting.put(join(self.still.walls, self.still.lids))
        moving = self._flying(flights)
        self.flying.put(join(moving.walls, moving.lids))
        every = self.still + moving
        self.mirrored.put(_mirror(self.theme, every.walls))
        lanes, light = NOTHING, NOTHING
        if self.ports > 0:
            passed = self.carried() if self.gauged is None else self.gauged
            end = self.history.carried(np.full(self.history.chunks, float(self.history.steps)))
            most = end if self.gauged is None else self.gauged
            lanes, light = gauges(self.theme, self.seats, passed, most, self.ports)
        self.lanes.put(lanes)
        if is_dark(self.theme):
            self.curtain.put(join(every.light, light))
            cells = every.bloom if len(every.bloom) else np.zeros((1, 7))
            self.bloom.set_points(cells[:, :3])
            self.bloom.data["radius"], self.bloom.data["rgba"] = 0.7, cells[:, 3:]
            self.bloom.note_changed_data()

    def _draw_followed(self) -> None:
        """The followed copy's way, and the spark at its end."""
        drawn = self.time if self.traced is None else self.traced
        shown = self.spot * float(ease(drawn / 0.2)) if self.hero is not None else 0.0
        at = drawn * PER_STEP if self.hero is not None else 0.0
        first = min(int(at), len(self.way) - 2)
        self.trail.show(max(at, 1e-3), shown, self.way)
        self.spark.show(self.way[first] + (at - first) * (self.way[first + 1] - self.way[first]), opacity=shown)
        here = self.number is not None and drawn == self.time
        self.mark.put(self._outline() if here and self.spot > 0 else NOTHING)

    def _outline(self) -> Triangles:
        """A frame around the number that is followed, on its lid; on a dark page in a little light."""
        assert self.hero is not None and self.number is not None
        halo, rank = 0.08 * is_dark(self.theme), self._heros()
        along, inward = np.array([[-1, 0, 0.8, 15.2, 16, 17], [-1, 0, 1.4, 14.6, 16, 17]]) / 16
        along[[0, 5]], inward[[0, 5]] = (-halo, 1 + halo), (-2 * halo, 1 + 2 * halo)
        above = np.array([0.0, 0.0, 0.03])
        points = np.array([[self.cell(rank, self.hero, self.number, u, v) + above for v in inward] for u in along])
        alpha = np.pad(np.ones((4, 4)), 1) * self.spot
        points, rgba, corners = sheet(points, coloured(rgb(self.theme, "text"), alpha))
        return points, rgba, np.delete(corners, [24, 25], axis=0)  # the middle stays open

    def _resting(self, gone: tuple[tuple[int, int], ...]) -> Drawn:
        """All that stands on the table, but what is being replaced."""
        ranks, chunks = (grid.ravel() for grid in np.indices(self.veil.shape))
        stay = np.array([(r, c) not in gone for r, c in zip(ranks, chunks, strict=True)])
        ranks, chunks = ranks[stay], chunks[stay]
        states, sunk = self.states()[chunks], self.sunk[chunks]
        counts, values = self.history.counts[states, ranks, chunks], self.history.values[states, ranks, chunks]
        values = values + sunk[:, None] * (self.history.values[0, ranks, chunks] - values)
        return self._stacks(ranks, chunks, counts, values, -sunk * (counts - 1) * (STOREY + SEAM), 0.0 * ranks)

    def _flying(self, flights: list[Flight]) -> Drawn:
        """All copies in the air, and the sinking rest of what they replace."""
        if not flights:
            return Drawn()
        step, source, target, chunk = np.array([f.send for f in flights]).T
        fade = np.array([max(0.0, 1 - (1 - f.landed) / 0.4) for f in flights])[:, None]
        here, there = self.history.values[step, source, chunk], self.history.values[step + 1, target, chunk]
        copies = self._stacks(
            source, chunk, self.history.counts[step, source, chunk], (1 - fade) * here + fade * there,
            np.array([f.height for f in flights]), np.array([f.turn for f in flights]),
            landed=fade[:, 0], become=self.history.counts[step + 1, target, chunk],
            queued=np.array([f.queued for f in flights]),
        )  # fmt: skip
        stale = np.array([not self.history.adds(f.send) and f.sunk < 1 for f in flights])
        if not stale.any():
            return copies
        left = np.array([1 - f.sunk for f in flights])[stale]
        s, t, c = step[stale], target[stale], chunk[stale]
        return copies + self._stacks(t, c, self.history.counts[s, t, c], self.history.values[s, t, c], 0.0 * t, 0.0 * t,
                                     left)  # fmt: skip

    def _stacks(
        self, ranks: ndarray, chunks: ndarray, counts: ndarray, values: ndarray, foot: ndarray, turn: ndarray,
        squeeze: ndarray | float = 1.0, landed: ndarray | float = 1.0, become: ndarray | None = None,
        queued: ndarray | float = 0.0,
    ) -> Drawn:  # fmt: skip
        """``landed`` tells how much of a copy is what it is to ``become``, [stack] gradients; ``queued`` how much of it
        is a jam."""
        fold = self.seats.fold
        rises = np.clip((1 - fold) + (ranks < self.seats.before), 0.0, 1.0)  # ranks that come in rise from the floor
        flying, become = become is not None, counts if become is None else become
        whole = (become == self.history.ranks)[:, None]
        plain = np.where(whole, finished(self.theme), rgb(self.theme, "mechanism"))
        paint = mixed(np.tile(wire(self.theme), (len(ranks), 1)), rgb(self.theme, "error"), queued)
        paint = mixed(paint, plain, landed)
        done = counts == self.history.ranks
        shine = np.maximum(done, np.broadcast_to(1.0 - landed, done.shape))
        if self.hero is not None:
            followed = (chunks == self.hero) & (ranks == self._heros())
            paint[followed] += self.spot * (wire(self.theme) - paint[followed])
            shine[followed] = np.maximum(shine[followed], 0.4 * self.spot)
        paint[done] = finished(self.theme)
        sunk = self.sunk[chunks]
        few = landed * (1 - (1 - sunk) * (become - 1) / (self.history.ranks - 1))
        paint, lit = mixed(paint, rgb(self.theme, "mechanism"), sunk), self.veil[ranks, chunks]
        lit = lit * (1 - SHADE[is_dark(self.theme)] * self.relief * few)
        stacks = Stacks(
            ranks, chunks, counts, self.ember.shares(values), paint, lit, shine * (1 - sunk),
            foot, turn, np.broadcast_to(squeeze, ranks.shape) * rises, inflate=0.015 * flying,
        )  # fmt: skip
        return stacks.draw(self.theme, self.seats, self.columns)


class _Change(Animation):
    """Changes what a turntable shows, from how it is to how it is to be."""

    def __init__(self, table: Turntable, looks: dict[str, Any], run_time: float = 1.0, **kwargs: Any) -> None:
        self.looks = looks
        super().__init__(table, run_time=run_time, **kwargs)

    def create_starting_mobject(self) -> Turntable:
        """Of manimgl: what it was, not needed here and costly to copy."""
        table, seats = self.mobject, self.mobject.seats
        self.before = {name: np.array(getattr(seats if name in ("cut", "fold") else table, name))
                       for name in self.looks}  # fmt: skip
        return table

    def interpolate_mobject(self, alpha: float) -> None:
        share = float(self.rate_func(min(self.time_spanned_alpha(alpha), 1.0)))
        now = {name: (1 - share) * self.before[name] + share * np.asarray(end) for name, end in self.looks.items()}
        self.mobject.at(**{name: value if value.ndim else float(value) for name, value in now.items()})


def _mirror(theme: Theme, parts: Triangles) -> Triangles:
    """What the floor gives back, fainter the higher it is."""
    points, rgba, corners = parts
    kept = (0.22 if is_dark(theme) else 0.14) * np.exp(-np.maximum(points[:, 2], 0) / 1.6)
    faint = mixed(rgb(theme, "background"), rgba[:, :3], kept)
    return points * [1, 1, -1] - [0, 0, 0.06], coloured(faint, rgba[:, 3]), corners


def _floor(theme: Theme, radius: float) -> Triangles:
    """A pool of light under the table that fades out, so that it has no border."""
    angle = np.linspace(0, 2 * np.pi, 97)
    rings = radius * np.array([0.0, 0.6, 1.1, 2.3])
    alpha = np.array([0.75, 0.62, 0.40, 0.0]) * (1.0 if is_dark(theme) else 0.7)
    points = np.stack([np.stack([r * np.cos(angle), r * np.sin(angle), 0 * angle - 0.03], axis=-1) for r in rings])
    pool = np.array([0.102, 0.145, 0.267]) if is_dark(theme) else np.array([0.85, 0.87, 0.90])
    return sheet(points, coloured(pool, np.broadcast_to(alpha[:, None], points.shape[:2])))
