"""Axes whose limits and ticks come from the data, and what stands in them: curves, levels, areas, a marker.

    axes = Axes(theme, run.steps, run.loss, log_y=True, across="updates", up="loss")
    loss = axes.curve(run.loss, "model", name="loss")
    self.play(self.index(loss.show, marker.show).to(len(run.loss) - 1))

A curve grows smoothly: ``show`` is told an index of its points, or a place between two. Names stand at the ends of
their curves and dodge each other. Axes may lie in the frame or in the world: move and turn them, then put curves in.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from manimlib import DOWN, LEFT, ORIGIN, RIGHT, UP, Group, VGroup, VMobject
from matplotlib.ticker import MaxNLocator
from numpy import ndarray

from mathviz.mobjects.light import Hero
from mathviz.mobjects.mesh import Mesh, Some, coloured, in_order, sheet
from mathviz.mobjects.streaks import Streaks
from mathviz.mobjects.text import Sentence
from mathviz.mobjects.tint import rgb
from mathviz.style import Theme

TICKS = 4
"""About so many intervals between ticks: more is a ruler, not a picture."""

ROOM = 0.04
"""Beyond the last value, as a share of the axis."""

CLEAR = 0.16
"""Between two labels, in scene units."""

RULE = 2.5
"""Width of an axis."""


@dataclass(frozen=True)
class Scale:
    """An axis: its limits, and the values at which it has ticks."""

    low: float
    high: float
    log: bool
    ticks: tuple[float, ...]

    @classmethod
    def of(cls, values: ndarray, log: bool = False, zero: bool = True) -> Scale:
        """The scale on which these values are seen: from zero if they are all positive and ``zero`` is wanted.

        Raises ValueError for values that it cannot show.
        """
        seen = np.asarray(values, float).ravel()
        seen = seen[np.isfinite(seen)]
        if not len(seen):
            raise ValueError("axes need at least one finite value")
        low, high = float(seen.min()), float(seen.max())
        if log:
            if low <= 0:
                raise ValueError(f"a logarithmic axis has no place for {low:g}; give it positive values")
            return cls._log(low, high)
        low = 0.0 if zero and low > 0 else low
        high = 0.0 if zero and high < 0 else high
        if low == high:
            low, high = low - 0.5, high + 0.5
        room = ROOM * (high - low)
        low, high = low - (room if low < 0 else 0.0), high + (room if high > 0 else 0.0)
        ticks = MaxNLocator(nbins=TICKS, steps=[1, 2, 2.5, 5, 10]).tick_values(low, high)
        near = 1e-9 * (high - low)
        return cls(low, high, False, tuple(float(tick) + 0.0 for tick in ticks if low - near <= tick <= high + near))

    @classmethod
    def _log(cls, low: float, high: float) -> Scale:
        first, last = math.log10(low), math.log10(high)
        if last - first < 0.2:
            first, last = first - 0.1, last + 0.1
        room = ROOM * (last - first)
        low, high = 10 ** (first - room), 10 ** (last + room)
        powers = range(math.ceil(math.log10(low) - 1e-9), math.floor(math.log10(high) + 1e-9) + 1)
        step = max(1, math.ceil(len(powers) / (TICKS + 1)))
        ticks = [10.0**power for power in powers if power % step == 0]
        if len(ticks) < 2:  # less than two powers of ten: 1, 2, 5
            steps = [10.0 ** (power - 1) * digit for power in (*powers, powers.stop) for digit in (1, 2, 5)]
            ticks = [tick for tick in steps if low <= tick <= high]
        return cls(low, high, True, tuple(ticks))

    def share(self, values: ndarray) -> ndarray:
        """How far along the axis values lie: 0 at its begin, 1 at its end."""
        values = np.asarray(values, float)
        if not self.log:
            return (values - self.low) / (self.high - self.low)
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.log(values / self.low) / math.log(self.high / self.low)

    @property
    def names(self) -> list[str]:
        """The ticks as they are written, all with the same decimals."""
        if self.log:
            powers = all(math.isclose(tick, 10.0 ** round(math.log10(tick))) for tick in self.ticks)
            plain = not powers or all(-2 <= round(math.log10(tick)) <= 3 for tick in self.ticks)
            return [_plain(tick) if plain else f"$10^{{{round(math.log10(tick))}}}$" for tick in self.ticks]
        step = min(np.diff(self.ticks), default=1.0)
        decimals = max(0, -math.floor(math.log10(step) + 1e-9))
        decimals += int(round(step * 10**decimals, 6) != round(step * 10**decimals))
        return [f"{tick:,.{decimals}f}".replace("-", "−") for tick in self.ticks]


def _plain(value: float) -> str:
    return f"{value:,.{max(0, -math.floor(math.log10(value) + 1e-9))}f}"


class Axes(VGroup):
    """Two axes with ticks; ``x`` and ``y`` are all values that are to be seen in them, or a Scale each.

    ``across`` and ``up`` are the axes' names. With ``grid`` quiet lines go through the ticks of the upright axis.
    ``rules`` are all its lines, one object.
    """

    def __init__(
        self, theme: Theme, x: ndarray | Scale, y: ndarray | Scale, across: str = "", up: str = "",
        width: float = 6.0, height: float = 3.4, log_x: bool = False, log_y: bool = False, zero_x: bool = False,
        zero_y: bool = True, grid: bool = False, symbols: Mapping[str, str] | None = None,
    ) -> None:  # fmt: skip
        self.theme, self.symbols, self.size = theme, symbols, (width, height)
        self.x = x if isinstance(x, Scale) else Scale.of(x, log_x, zero_x)
        self.y = y if isinstance(y, Scale) else Scale.of(y, log_y, zero_y)
        corners = np.array([[0.0, height, 0.0], [0.0, 0.0, 0.0], [width, 0.0, 0.0]])
        self.place = VMobject().set_points_as_corners(corners).set_stroke(width=0).set_fill(opacity=0, border_width=0)
        super().__init__(self.place)
        self.rules = self._rules(width, height, grid)
        self.numbers = VGroup(*self._numbers())
        self.titles = VGroup(*self._titles(across, up, width, height))
        self.ends: list[tuple[float, float]] = []
        self.add(self.rules, self.numbers, self.titles)
        self.move_to(ORIGIN)

    def at(self, x: ndarray | float, y: ndarray | float) -> ndarray:
        """The points [… xyz] of values, wherever the axes stand and however they are turned."""
        top, origin, end = self.place.get_anchors()[[0, 1, -1]].astype(float)
        across, up = self.x.share(np.asarray(x)), self.y.share(np.asarray(y))
        across, up = np.broadcast_arrays(across, up)
        return origin + across[..., None] * (end - origin) + up[..., None] * (top - origin)

    def shares(self, points: ndarray) -> ndarray:
        """How far along both axes points [point 3] lie: [point 2]."""
        top, origin, end = self.place.get_anchors()[[0, 1, -1]].astype(float)
        found, *_ = np.linalg.lstsq(np.stack([end - origin, top - origin], axis=1), (points - origin).T, rcond=None)
        return np.asarray(found.T)

    def put(self, shares: ndarray) -> ndarray:
        """The points [point 3] at shares [point 2] of both axes."""
        top, origin, end = self.place.get_anchors()[[0, 1, -1]].astype(float)
        return np.asarray(origin + shares @ np.stack([end - origin, top - origin]))

    def curve(
        self, y: ndarray, role: str, x: ndarray | None = None, name: str = "", width: float = 4.0,
        corner: float = 0.5,
    ) -> Curve:  # fmt: skip
        """A curve through values ``y`` [point] at ``x``, or at 0, 1, 2, …; its ``name`` stands at its end."""
        return self._beside(Curve(self, np.arange(len(y)) if x is None else x, y, role, name, width, corner))

    def level(self, y: float, role: str, name: str = "") -> Level:
        """A dashed line at a value."""
        return self._beside(Level(self, y, role, name))

    def area(self, one: Curve, other: Curve | float, role: str, opacity: float = 0.22) -> Area:
        """What lies between two curves, or a curve and a value."""
        return self._beside(Area(self, one, other, role, opacity))

    def _beside(self, made: Some) -> Some:
        """Where the axes stand in the frame, what is put into them does too, and in their place of the order."""
        if self.is_fixed_in_frame():
            made.fix_in_frame()
            in_order(made, self.z_index)
        return made

    def end_name(self, text: str, role: str, x: float, y: float) -> Sentence:
        """A name at the end of a curve, right of it; it gives way, up or down, to those that are there already."""
        made = Sentence(text, self.theme, "label", role, self.symbols)
        across, up = float(self.x.share(np.array(x))), float(self.y.share(np.array(y)))
        made.next_to(np.array([(1.0 if across > 0.9 else across) * self.size[0], up * self.size[1], 0.0]), RIGHT, CLEAR)
        height = max(float(made.get_height()), 0.9 * made.em) + CLEAR / 2
        made.set_y(_free(float(made.get_y()), height, self.ends))
        self.ends.append((float(made.get_y()), height))
        for sign in made.submobjects:  # laid out as if the axes had never been moved, then taken to where they are
            sign.set_points(self.put(sign.get_points()[:, :2] / self.size))
        return made

    def _rules(self, width: float, height: float, grid: bool) -> Streaks:
        """Both axes, their ticks and the grid's lines."""
        across, up = (scale.share(np.array(scale.ticks)) for scale in (self.x, self.y))
        overlap = RULE / 200  # so that the corner is full
        lines = [[(0, -overlap), (0, height)], [(-overlap, 0), (width, 0)]]
        lines += [[(share * width, 0), (share * width, -0.1)] for share in across]
        lines += [[(0, share * height), (-0.1, share * height)] for share in up]
        quiet = [[(0, share * height), (width, share * height)] for share in up if grid and share > 0.01]
        paths = np.concatenate([np.array(lines + quiet, float), np.zeros((len(lines + quiet), 2, 1))], axis=-1)
        full = np.arange(len(paths))[:, None] < len(lines)
        return Streaks(self.theme, paths, "muted", np.where(full, RULE, 1.2), np.where(full, 1.0, 0.35))

    def _numbers(self) -> list[Sentence]:
        """The ticks' numbers; one that would touch its neighbour is left out, the last one never."""
        made: list[Sentence] = []
        for along, scale in ((True, self.x), (False, self.y)):
            row: list[Sentence] = []
            for value, text in reversed(list(zip(scale.ticks, scale.names, strict=True))):
                label = Sentence(text, self.theme, "label", "muted")
                if along:  # digits on one line, however low a sign hangs
                    label.next_to(self.at(value, self.y.low), DOWN, 0.2)
                    label.shift((self.place.get_bottom()[1] - 0.2 - 0.73 * label.em - label.baseline) * UP)
                else:
                    label.next_to(self.at(self.x.low, value), LEFT, 0.2)
                if all(_apart(label, other) for other in row):
                    row.append(label)
            made += row[::-1]
        self.em = made[0].em if made else 1.0
        return made

    def _titles(self, across: str, up: str, width: float, height: float) -> list[Sentence]:
        made = []
        if across:
            title = Sentence(across, self.theme, "label", "muted", self.symbols)
            title.next_to(np.array([width, -0.3 - 0.75 * self.em, 0.0]), DOWN, 0.2, aligned_edge=RIGHT)
            made.append(title)
        if up:
            title = Sentence(up, self.theme, "label", "muted", self.symbols)
            title.next_to(np.array([0.0, height, 0.0]), UP, 0.2, aligned_edge=LEFT)
            made.append(title)
        return made


def _apart(one: VMobject, other: VMobject) -> bool:
    """Whether two labels stand clear of each other, along one axis at least."""
    for axis, clear in ((0, CLEAR), (1, 0.05)):
        halves = (one.length_over_dim(axis) + other.length_over_dim(axis)) / 2
        if abs(one.get_center()[axis] - other.get_center()[axis]) >= halves + clear:
            return True
    return False


def _free(middle: float, height: float, taken: list[tuple[float, float]]) -> float:
    """The nearest middle at which a label of a height touches none of those there, which are middles and heights."""
    edges = [at + sign * (other + height) / 2 for at, other in taken for sign in (-1, 1)]
    spots = sorted([middle, *edges], key=lambda spot: abs(spot - middle))
    return next(spot for spot in spots
                if all(abs(spot - at) >= (other + height) / 2 - 1e-6 for at, other in taken))  # fmt: skip


class Curve(Group):
    """A curve in Axes: its ``line``, one object without joints, and its ``name`` at the end, if it has one.

    ``show`` grows it to an index of its points. The name is there when the whole curve is.
    """

    def __init__(
        self, axes: Axes, x: ndarray, y: ndarray, role: str, name: str, width: float, corner: float
    ) -> None:  # fmt: skip
        self.axes, self.role = axes, role
        self.x_values, self.y_values = np.asarray(x, float), np.asarray(y, float)
        points = axes.at(self.x_values, self.y_values)
        self.line = Streaks(axes.theme, points[None], role, width, 1.0, corner)
        self.drawn = axes.shares(_along(self.line.data["point"].astype(float)))
        """The whole curve as it is drawn, [point 2], in shares of the axes."""
        super().__init__(self.line)
        if name:
            self.name = axes.end_name(name, role, float(self.x_values[-1]), float(self.y_values[-1]))
            self.add(self.name)

    def show(self, at: float) -> Curve:
        """The curve up to an index of its points, or between two."""
        last = len(self.y_values) - 1
        self.line.show(paths=self.axes.at(self.x_values, self.y_values)[None], upto=min(at, last))
        if len(self.submobjects) > 1:
            self.name.set_opacity(float(np.clip(at - last + 1, 0, 1)) if at < last else 1.0)
        return self

    def value(self, at: float) -> tuple[float, float]:
        """x and y at an index, or between two."""
        steps = np.arange(len(self.y_values))
        return float(np.interp(at, steps, self.x_values)), float(np.interp(at, steps, self.y_values))

    def point(self, at: float) -> ndarray:
        """Where the curve is at an index, or between two: [3]."""
        points = self.axes.at(self.x_values, self.y_values)
        return np.array([np.interp(at, np.arange(len(points)), points[:, axis]) for axis in range(3)])

    def marker(self, radius: float = 0.07) -> Marker:
        """Something bright that rides on it."""
        return self.axes._beside(Marker(self, radius))


def _along(quadratics: ndarray) -> ndarray:
    """Points on a chain of quadratic curves in manimgl's form, eight to a curve: [point 3]."""
    begins, handles, ends = quadratics[:-2:2, None], quadratics[1:-1:2, None], quadratics[2::2, None]
    t = np.arange(8)[:, None] / 8
    points = (1 - t) ** 2 * begins + 2 * t * (1 - t) * handles + t**2 * ends
    return np.concatenate([points.reshape(-1, 3), quadratics[-1:]])


class Marker(Group):
    """What rides on a curve: ``show`` puts it at an index."""

    def __init__(self, curve: Curve, radius: float) -> None:
        self.curve = curve
        self.dot = Hero(curve.axes.theme, curve.point(0), curve.role, radius)
        super().__init__(self.dot)

    def show(self, at: float) -> Marker:
        self.dot.show(self.curve.point(at))
        return self


class Level(Group):
    """A dashed line across the axes at a value, with its ``name`` at the end."""

    DASH, GAP = 0.16, 0.1

    def __init__(self, axes: Axes, y: float, role: str, name: str) -> None:
        one, other = axes.at(axes.x.low, y), axes.at(axes.x.high, y)
        count = max(1, int(np.linalg.norm(other - one) / (self.DASH + self.GAP)))
        begins = np.arange(count) / count
        ends = begins + self.DASH / (self.DASH + self.GAP) / count
        paths = one + np.stack([begins, ends], axis=1)[..., None] * (other - one)
        self.line = Streaks(axes.theme, paths, role, 3.0, 1.0)
        super().__init__(self.line)
        if name:
            self.name = axes.end_name(name, role, axes.x.high, y)
            self.add(self.name)


class Area(Group):
    """What lies between two curves over the same x, or a curve and a value: one sheet, which grows with them."""

    def __init__(self, axes: Axes, one: Curve, other: Curve | float, role: str, opacity: float) -> None:
        self.axes, self.one, self.other = axes, one, other
        self.rgba = coloured(rgb(axes.theme, role), opacity)
        self.sheet = Mesh(sheet(np.zeros((2, 2, 3)), np.zeros(4)), depth_test=False)
        super().__init__(self.sheet)
        self.show(len(one.y_values) - 1)

    def show(self, at: float) -> Area:
        """The area up to an index of the curve's points, or between two."""
        tip = self.axes.shares(self.one.point(at)[None])
        drawn = self.one.drawn
        upper = np.concatenate([drawn[drawn[:, 0] < tip[0, 0]], tip])
        lower = upper.copy()
        if isinstance(self.other, Curve):
            lower[:, 1] = np.interp(upper[:, 0], *self.other.drawn.T)
        else:
            lower[:, 1] = self.axes.y.share(np.array(self.other))
        self.sheet.put(sheet(np.stack([self.axes.put(upper), self.axes.put(lower)]), self.rgba))
        return self
