"""The turntable of ring_allreduce: the angle is the rank, a ring of it a chunk, the height the gradients summed.

Chunks have equal areas, because they are equally many bytes: a storey is one rank's numbers for one chunk. What is sent
is a copy that turns to the next rank and comes down on that rank's own storey; the lid shows the recorded values.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from manimlib import Animation, GlowDots, Group
from numpy import ndarray

from mathviz.mobjects.exchange import SEAM, STOREY, Flight, History, ease, storeys
from mathviz.mobjects.light import Hero
from mathviz.mobjects.mesh import FLOOR, GLASS, MIRRORED, NOTHING, Mesh, Triangles, coloured, join, sheet
from mathviz.mobjects.solids import Wedges
from mathviz.mobjects.streaks import Trail
from mathviz.mobjects.tint import between, is_dark, mixed, rgb, toned
from mathviz.style import Theme

LID = 0.10
"""Height of the lid that carries values, in scene units."""

HUB, RIM = 1.7, 5.8
"""Inner and outer radius of a table of four ranks; of N, both times √(N/4), so that a gradient keeps its area."""

LANE, TRACK = 0.22, 0.10
"""Width and height of a port's two lanes, outside the rim."""


class Turntable(Group):
    """Ranks around, chunks outwards, sums upwards. ``at`` shows any time of a history, counted in steps.

    ``hero`` is the chunk that is followed from rank ``hero`` on: its storey shines and leaves a trail.
    """

    def __init__(
        self, theme: Theme, history: History, limit: float, hero: int | None = None, columns: int = 8
    ) -> None:  # fmt: skip
        """``limit`` is the magnitude that has the brightest colour; a row of the gradient has ``columns``."""
        self.theme, self.limit, self.columns, self.history = theme, limit, columns, history
        self.time, self.late, self.cut, self.fold, self.sunk, self.spot = 0.0, 0.0, 1.0, 0.0, 0.0, 0.0
        self.traced: float | None = None
        self.gauged: ndarray | None = None
        self.floor = Mesh(_floor(theme, RIM), depth_test=False, z_index=FLOOR)
        self.mirrored, self.resting, self.flying = Mesh(NOTHING, z_index=MIRRORED), Mesh(NOTHING), Mesh(NOTHING)
        self.lanes, self.curtain, self.ports = Mesh(NOTHING), Mesh(NOTHING, z_index=GLASS), 0.0
        self.bloom = GlowDots(np.zeros((1, 3)), radius=0.7, glow_factor=2.2, opacity=0.0)
        self.trail = Trail(theme, np.zeros((2, 3)), "model", width=3.0 if is_dark(theme) else 6.0)
        self.spark = Hero(theme, np.zeros(3), "model", radius=0.05)
        self.shown: tuple[Any, ...] = ()
        self.lit: list[ndarray] = []
        self.risen: list[Triangles] = []
        super().__init__(self.mirrored, self.floor, self.lanes, self.resting, self.flying, self.curtain, self.bloom,
                         self.trail, self.spark)  # fmt: skip
        self.tell(history, hero)

    # What films ask for

    def tell(self, history: History, hero: int | None = None, limit: float | None = None) -> Turntable:
        """Begin another history, at time 0. If more ranks take part, ``fold`` is 1: those that were there stand where
        they stood, and the others come in as it goes to 0. ``limit`` is that of the new history's colours."""
        self.before = (self.history.ranks, self.limit)
        self.history, self.hero, self.shown, self.limit = history, hero, (), limit or self.limit
        self.veil, self.fold = np.ones(history.counts.shape[1:]), 0.0
        self.way = np.zeros((2, 3)) if hero is None else self._way()  # where it goes on the unfolded table
        self.fold, self.traced, self.gauged = float(history.ranks != self.before[0]), None, None
        return self.at(0.0, late=0.0, sunk=0.0, spot=0.0)

    def at(
        self, time: float | None = None, cut: float | None = None, fold: float | None = None,
        veil: ndarray | float | None = None, ports: float | None = None, late: float | None = None,
        sunk: float | None = None, spot: float | None = None, traced: float | None = None,
        gauged: ndarray | None = None,
    ) -> Turntable:  # fmt: skip
        """Show the time, in steps; all chunks but the followed one are so many steps ``late``. What is not given stays.

        From 0 to 1: ``cut`` opens the seams between chunks; ``veil`` [rank chunk] is how bright each chunk is,
        ``ports`` how bright the lanes are, ``spot`` how bright what is followed; ``sunk`` lets sums sink into the
        floor until one storey is left and shows what every rank had at first; ``fold`` see above. The followed copy's
        way is drawn up to the time, or from now on up to another one, ``traced``; the lanes show what was passed, or
        from now on ``gauged`` [rank direction], in gradients.
        """
        self.time = self.time if time is None else float(np.clip(time, 0, self.history.steps))
        self.cut = self.cut if cut is None else cut
        self.fold = self.fold if fold is None else fold
        self.veil = self.veil if veil is None else np.broadcast_to(veil, self.veil.shape)
        self.ports = self.ports if ports is None else ports
        self.late = self.late if late is None else late
        self.sunk = self.sunk if sunk is None else sunk
        self.spot = self.spot if spot is None else spot
        self.traced = self.traced if traced is None else traced
        self.gauged = self.gauged if gauged is None else gauged
        flights = self.flights()
        leaving = tuple((int(f.send[2]), int(f.send[3])) for f in flights if not self.history.adds(f.send))
        key = (self.states().tobytes(), self.cut, self.fold, self.sunk, self.spot, self.veil.tobytes(), leaving,
               self.time == 0)  # fmt: skip
        if key != self.shown:
            self.shown, self.lit, self.risen = key, [], []
            self.resting.put(self._resting(leaving))
            self.light = self.lit, self.risen
        self.lit, self.risen = list(self.light[0]), list(self.light[1])
        self.flying.put(self._flying(flights))
        if is_dark(self.theme):
            self.curtain.put(join(*self.risen) if self.risen else NOTHING)
            self._glow(np.concatenate(self.lit))
        self.mirrored.put(_mirror(self.theme, join(self.resting.triangles, self.flying.triangles)))
        self.lanes.put(self._lanes() if self.ports > 0 else NOTHING)
        drawn = self.time if self.traced is None else self.traced
        shown = self.spot * float(ease(drawn / 0.2)) if self.hero is not None else 0.0
        at = drawn * PER_STEP if self.hero is not None else 0.0
        first = min(int(at), len(self.way) - 2)
        self.trail.show(max(at, 1e-3), shown, self.way)
        self.spark.show(self.way[first] + (at - first) * (self.way[first + 1] - self.way[first]), opacity=shown)
        return self

    def change(self, run_time: float = 1.0, **looks: Any) -> _Change:
        """The animation of anything that ``at`` takes, from how it is to how it is to be."""
        return _Change(self, looks, run_time, rate_func=lambda share: float(ease(share)))

    def lid(self, rank: int, chunk: int, count: float | None = None) -> ndarray:
        """The middle of a chunk's lid, a point of the world; ``count`` storeys up, or as many as it has now."""
        radii, angles = self.place(np.array([rank]), np.array([chunk]))
        high = storeys(self.history.counts[self.states()[chunk], rank, chunk] if count is None else count)
        return _round(radii.mean(), angles.mean(), high)

    def counts(self) -> ndarray:
        """How many gradients are in every chunk now, [rank chunk]."""
        states = np.broadcast_to(self.states(), self.veil.shape)
        ranks, chunks = np.indices(self.veil.shape)
        return np.asarray(self.history.counts[states, ranks, chunks])

    def passed(self, parts: int | None = None) -> float:
        """What the busiest port has passed by now, either way, in gradients: whole chunks only, or whole ``parts``."""
        parts = parts or self.history.chunks
        return float(np.floor(self.carried().max() * parts + 1e-6) / parts)

    def only(self, chunk: int, ranks: int, rest: float = 0.12) -> ndarray:
        """A veil that lifts a chunk of the first ``ranks``, [rank chunk]."""
        veil = np.full(self.veil.shape, rest)
        veil[:ranks, chunk] = 1.0
        return veil

    def finished(self, rest: float) -> ndarray:
        """A veil that lifts the chunks that hold every rank's gradient by now, [rank chunk]."""
        return np.where(self.counts() == self.history.ranks, 1.0, rest)

    def rim(self, rank: int, out: float = 0.6, height: float = 0.0) -> ndarray:
        """A point outside a rank's edge, where its name stands."""
        return _round(RIM * self.size + out, self.middle(rank), height)

    def lane(self, rank: int, direction: int) -> ndarray:
        """The far end of a port's lane, out (0) or in (1), a point of the world."""
        inner = RIM * self.size + 0.25 + direction * (LANE + 0.1)
        return _round(inner + LANE / 2, self.middle(rank + 0.44), 0.0)

    def facing(self, rank: float) -> float:
        """The camera's theta, in degrees, from which a rank is in front; 0.5 is between the first two."""
        theta = np.degrees(self.middle(rank)) + 90
        return float((theta + 180) % 360 - 180)

    def scale(self, least: float, width: float = 2.2, height: float = 0.26) -> Mesh:
        """The colours of all values from ``least`` to the limit, evenly; to be shown in the text layer."""
        values = np.linspace(least, self.limit, 65)
        points = np.stack(np.broadcast_arrays(np.linspace(0, width, 65), height * np.arange(2)[:, None], 0.0), axis=-1)
        colours = coloured(ember(self.theme, self.shares(values)), 1.0)
        return Mesh(sheet(points, np.broadcast_to(colours, (2, 65, 4))), depth_test=False)

    def corners(self, height: float = 1.0, out: float = 0.0) -> ndarray:
        """Points [point 3] around the unfolded table, ``height`` storeys high, for a shot that has to show it all."""
        angles = np.linspace(0, 2 * np.pi, 33)
        return np.array([_round(RIM * self._wide() + out, a, z) for a in angles for z in (0.0, storeys(height))])

    def front(self, away: float = 2.0) -> ndarray:
        """A point on the floor before the table, at its left: toward smaller y and x."""
        return np.array([-RIM * self.size, -RIM * self.size - away, 0.0])

    # Where things are

    @property
    def size(self) -> float:
        """Radius by that of a table of four."""
        return self._wide() + self.fold * (float(np.sqrt(self.before[0] / 4)) - self._wide())

    def _wide(self) -> float:
        """The same of the unfolded table."""
        return float(np.sqrt(self.history.ranks / 4))

    def middle(self, rank: float | ndarray) -> Any:
        """The angle of a rank's middle."""
        wide, few = 2 * np.pi / self.history.ranks, 2 * np.pi / self.before[0]
        return np.pi + rank * (wide + self.fold * (few - wide))

    def place(self, rank: ndarray, chunk: ndarray) -> tuple[ndarray, ndarray]:
        """Radii [… 2] and angles [… 2] of chunks. Chunk 0 is outermost."""
        n = self.history.ranks
        wide, few = np.pi / n, np.pi / self.before[0]
        pads = np.radians(3.6) * np.sqrt(4 / np.array([n, self.before[0]]))
        half = wide + self.fold * (few - wide) - pads[0] - self.fold * (pads[1] - pads[0])
        squares = HUB**2 + (RIM**2 - HUB**2) * np.stack([n - 1 - chunk, n - chunk], axis=-1) / n
        gap = np.array([1, -1]) * 0.08 * self.cut * np.sqrt(4 / n)
        angles = self.middle(np.asarray(rank, float))[..., None] + np.array([-half, half])
        return self.size * np.sqrt(squares) + gap, angles

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
        radii, _ = self.place(np.array([rank]), np.array([chunk]))
        return _round(radii.max() + 0.03, self.middle(rank + turn), foot + storeys(count) - 0.05)

    def shares(self, values: ndarray) -> ndarray:
        """Where numbers lie between 0 and ±1 on the scale of colours: one gradient's share is the same for any N."""
        mixed_shares = np.zeros(np.shape(values))
        for weight, (ranks, limit) in zip((1 - self.fold, self.fold), ((self.history.ranks, self.limit), self.before),
                                          strict=True):  # fmt: skip
            shares = np.asarray(values) / limit
            mixed_shares += weight * np.sign(shares) * np.abs(shares) ** (np.log(4) / np.log(max(ranks, 2)))
        return mixed_shares

    # How it is drawn

    def _resting(self, gone: tuple[tuple[int, int], ...]) -> Triangles:
        """All that stands on the table, but what is being replaced."""
        ranks, chunks = (grid.ravel() for grid in np.indices(self.veil.shape))
        stay = np.array([(r, c) not in gone for r, c in zip(ranks, chunks, strict=True)])
        ranks, chunks = ranks[stay], chunks[stay]
        states = self.states()[chunks]
        counts, values = self.history.counts[states, ranks, chunks], self.history.values[states, ranks, chunks]
        values = values + self.sunk * (self.history.values[0, ranks, chunks] - values)
        down = -self.sunk * (counts - 1) * (STOREY + SEAM)
        return self._stacks(ranks, chunks, counts, values, down, 0.0 * ranks)

    def _flying(self, flights: list[Flight]) -> Triangles:
        """All copies in the air, and the sinking rest of what they replace."""
        if not flights:
            return NOTHING
        sends = np.array([f.send for f in flights])
        step, source, target, chunk = sends.T
        fade = np.array([max(0.0, 1 - (1 - f.landed) / 0.4) for f in flights])[:, None]
        here, there = self.history.values[step, source, chunk], self.history.values[step + 1, target, chunk]
        copies = self._stacks(
            source, chunk, self.history.counts[step, source, chunk], (1 - fade) * here + fade * there,
            np.array([f.height for f in flights]), np.array([f.turn for f in flights]), flying=True,
        )  # fmt: skip
        stale = np.array([not self.history.adds(f.send) and f.sunk < 1 for f in flights])
        if not stale.any():
            return copies
        sunk = np.array([1 - f.sunk for f in flights])[stale]
        s, t, c = step[stale], target[stale], chunk[stale]
        rest = self._stacks(t, c, self.history.counts[s, t, c], self.history.values[s, t, c], 0.0 * t, 0.0 * t, sunk)
        return join(copies, rest)

    def _glow(self, cells: ndarray) -> None:
        """Bloom of cells [cell 7], places and colours."""
        cells = cells if len(cells) else np.zeros((1, 7))
        self.bloom.set_points(cells[:, :3])
        self.bloom.data["radius"], self.bloom.data["rgba"] = 0.7, cells[:, 3:]
        self.bloom.note_changed_data()

    def _lanes(self) -> Triangles:
        """The two lanes of every port, one place for each gradient that the busiest port of a star would pass."""
        ranks, places = self.history.ranks, self.history.ranks - 1
        passed = self.carried() if self.gauged is None else self.gauged
        rank, lane, place = (grid.ravel() for grid in np.indices((ranks, 2, places)))
        inner = RIM * self.size + 0.25 + lane * (LANE + 0.1)
        radii = np.stack([inner, inner + LANE], axis=-1)
        half = (self.middle(1) - np.pi) * 0.42
        begins = self.middle(rank) - half + 2 * half * (place + 0.03) / places
        ends = self.middle(rank) - half + 2 * half * (place + 0.97) / places
        full = np.clip(passed[rank, lane] - place, 0, 1)
        off = toned(self.theme, "muted", 0.35 * self.ports)
        end = self.history.carried(np.full(self.history.chunks, float(self.history.steps)))
        most = (end if self.gauged is None else self.gauged)[rank, lane]
        on = np.where(most[:, None] > 2, toned(self.theme, "error", self.ports), toned(self.theme, "model", self.ports))
        tracks = Wedges(self.theme, radii, np.stack([begins, ends], -1), top=TRACK / 2, side=off, lid=off)
        lit = full > 1e-3
        angles = np.stack([begins, begins + full * (ends - begins)], axis=-1)[lit]
        if not lit.any():
            return tracks.triangles
        passed_by = Wedges(self.theme, radii[lit], angles, top=TRACK, side=on[lit], lid=on[lit])
        return join(tracks.triangles, passed_by.triangles)

    def _stacks(
        self, ranks: ndarray, chunks: ndarray, counts: ndarray, values: ndarray, foot: ndarray, turn: ndarray,
        squeeze: ndarray | float = 1.0, flying: bool = False,
    ) -> Triangles:  # fmt: skip
        """Stacks of storeys, the top one with a lid of values [stack element]; ``turn`` is in ranks."""
        rises = np.clip((1 - self.fold) + (ranks < self.before[0]), 0.0, 1.0)  # ranks that come in rise from the floor
        squeezed = np.broadcast_to(squeeze, ranks.shape) * rises
        radii, angles = self.place(ranks, chunks)
        radii = radii + np.array([-0.015, 0.015]) * flying
        angles = angles + (self.middle(turn) - np.pi)[:, None]
        floors = np.repeat(np.arange(len(ranks)), counts.astype(int))
        level = np.concatenate([np.arange(count) for count in counts.astype(int)])
        top = level == counts[floors] - 1
        foot, squeezed = foot[floors], squeezed[floors]
        low, high = level * (STOREY + SEAM), level * (STOREY + SEAM) + STOREY - LID * top
        lit = self.veil[ranks, chunks]
        paint = self._paint(ranks, chunks, counts, flying)
        done = rgb(self.theme, "mechanism") + (1 - self.sunk) * (paint - rgb(self.theme, "mechanism"))
        paint = done[floors]
        bright = (0.2 + 0.8 * lit)[floors]
        paint = np.where(top[:, None], paint, rgb(self.theme, "mechanism"))
        deep = (level + 1) / counts[floors]  # the light is on top
        side = toned(self.theme, paint, bright * (0.5 + 0.5 * deep))
        feet, tops = np.maximum(foot + low * squeezed, 0.0), foot + high * squeezed
        seen = tops > feet
        walls = Wedges(self.theme, radii[floors][seen], angles[floors][seen], foot=feet[seen], top=tops[seen],
                       side=side[seen], heat=np.where(top, 0.15, 0.0)[seen])  # fmt: skip
        lid = foot[top] + (high[top] + LID) * squeezed[top]
        cells = toned(self.theme, ember(self.theme, self.shares(values)), lit[:, None])
        lids = Wedges(self.theme, radii, angles, foot=lid - LID * squeezed[top], top=lid, side=side[top],
                      grid=(values.shape[1] // self.columns, self.columns), values=cells, heat=0.6)  # fmt: skip
        self._shine(lids.cells.mean(axis=2), lid, values)
        self._raise(radii, angles, lid, counts)
        return join(walls.triangles, lids.triangles)

    def _shine(self, cells: ndarray, height: ndarray, values: ndarray) -> None:
        """Note where cells [stack cell 2] of large values lie: they bloom, on a dark page."""
        hot = np.clip(self.shares(values) - 0.35, 0, 1) / 0.65
        points = np.concatenate([cells, np.broadcast_to(height[:, None, None] + 0.03, (*hot.shape, 1))], axis=-1)
        glow = coloured(ember(self.theme, self.shares(values)), 0.32 * hot)
        self.lit.append(np.concatenate([points, glow], axis=-1)[hot > 0.05])

    def _raise(self, radii: ndarray, angles: ndarray, height: ndarray, counts: ndarray) -> None:
        """Note the light that rises from the outer edge of complete stacks."""
        done = counts == self.history.ranks
        for (_, outer), (begin, end), z in zip(radii[done], angles[done], height[done], strict=True):
            angle, up = np.linspace(begin, end, 13), np.linspace(0, 1, 6)[:, None]
            points = np.stack(np.broadcast_arrays(outer * np.cos(angle), outer * np.sin(angle), z + 0.7 * up), axis=-1)
            alpha = np.broadcast_to(0.16 * (1 - up) ** 2, points.shape[:2])
            self.risen.append(sheet(points, coloured(rgb(self.theme, "target"), alpha)))

    def _paint(self, ranks: ndarray, chunks: ndarray, counts: ndarray, flying: bool) -> ndarray:
        """The colour of each stack's top storey: complete, followed or on the wire, or one like others."""
        colours = np.tile(rgb(self.theme, "model" if flying else "mechanism"), (len(ranks), 1))
        if self.hero is not None:
            followed = (chunks == self.hero) & (ranks == self._heros())
            colours[followed] += self.spot * (rgb(self.theme, "model") - colours[followed])
        colours[counts == self.history.ranks] = rgb(self.theme, "target")
        return colours

    def _heros(self) -> int:
        """The rank that holds the followed copy now."""
        assert self.hero is not None
        return (self.hero + int(self.time)) % self.history.ranks

    def followed(self, element: int, above: float = 0.0) -> ndarray:
        """Where a cell of the followed copy is now, or so much above it: a point of the world."""
        assert self.hero is not None
        return self.cell(self._heros(), self.hero, element) + np.array([0.0, 0.0, above])

    def seat(self, element: int) -> float:
        """How far round from its rank's middle a cell is, in ranks."""
        return ((element % self.columns + 0.5) / self.columns - 0.5) * 0.92

    def cell(self, rank: int, chunk: int, element: int) -> ndarray:
        """The middle of a cell of a chunk's lid, where it now is: on the copy, if one is on its way from this rank."""
        radii, angles = self.place(np.array([rank]), np.array([chunk]))
        rows = self.history.values.shape[3] // self.columns
        row, column = divmod(element, self.columns)
        fly = next((f for f in self.flights() if (f.send[1], f.send[3]) == (rank, chunk)), None)
        count = self.history.counts[self.states()[chunk], rank, chunk]
        angle = angles[0, 0] + (column + 0.5) / self.columns * np.ptp(angles)
        angle += self.middle(fly.turn) - np.pi if fly else 0.0
        radius = radii[0, 1] - (row + 0.5) / rows * np.ptp(radii)
        return _round(radius, angle, storeys(count) + (fly.height if fly else 0.0))


PER_STEP = 60
"""Points of the followed copy's way for each step."""


class _Change(Animation):
    """Changes what a turntable shows, from how it is to how it is to be."""

    def __init__(self, table: Turntable, looks: dict[str, Any], run_time: float = 1.0, **kwargs: Any) -> None:
        self.looks = looks
        super().__init__(table, run_time=run_time, **kwargs)

    def create_starting_mobject(self) -> Turntable:
        """Of manimgl: what it was, not needed here and costly to copy."""
        self.before = {name: np.array(getattr(self.mobject, name)) for name in self.looks}
        return self.mobject

    def interpolate_mobject(self, alpha: float) -> None:
        share = float(self.rate_func(self.time_spanned_alpha(alpha)))
        now = {name: (1 - share) * self.before[name] + share * np.asarray(end) for name, end in self.looks.items()}
        self.mobject.at(**{name: value if value.ndim else float(value) for name, value in now.items()})


def ember(theme: Theme, shares: ndarray) -> ndarray:
    """Colours [… rgb] of signed shares of the largest sum: a glow that a fourth of it already has.

    A single gradient is about a fourth of the sum of four. On an even scale it would be as good as dark.
    """
    stops = (-0.25, -0.06, 0.0, 0.06, 0.14, 0.27, 0.55, 1.0)
    dark = ("#8ADCFF", "#1D4A66", "#171D2E", "#4A2430", "#93392A", "#D9660F", "#FFAB2E", "#FFF0C9")
    light = ("#0A66B8", "#A9CBE8", "#F1F1EE", "#F6E3CF", "#F2C48E", "#E39334", "#B75C06", "#6E2F00")
    colours = tuple(np.array([int(code[k : k + 2], 16) / 255 for k in (1, 3, 5)])
                    for code in (dark if is_dark(theme) else light))  # fmt: skip
    return between(theme, colours, stops, shares)


def _round(radius: float, angle: float, height: float) -> ndarray:
    return np.array([radius * np.cos(angle), radius * np.sin(angle), height])


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
