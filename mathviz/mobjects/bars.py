"""Quantities as lengths on a common linear scale, and counts as beads."""

from __future__ import annotations

import numpy as np
from manimlib import DOWN, LEFT, ORIGIN, RIGHT, UP, Circle, Line, Rectangle, VGroup
from numpy import ndarray

from mathviz.mobjects.text import Number, words
from mathviz.style import Theme


class UnitBar(VGroup):
    """A bar on a track with a tick at every unit. Its length is the value, never more, never less."""

    def __init__(
        self, theme: Theme, units: float, unit_length: float, role: str = "model", height: float = 0.2, every: int = 1
    ) -> None:
        """``units`` is the track's length; ``every`` how many units lie between ticks."""
        self.unit_length = unit_length
        self.track = Rectangle(units * unit_length, height).set_stroke(theme["outline"], 1.5).set_fill(opacity=0)
        start = self.track.get_left()
        self.ticks = VGroup(
            *(
                Line(height / 2 * UP, -height / 2 * UP)
                .move_to(start + RIGHT * unit * unit_length)
                .set_stroke(theme["outline"], 1.5)
                for unit in np.arange(every, units, every)
            )
        )
        self.bar = Rectangle(unit_length, height).set_stroke(width=0).set_fill(theme[role], 1)
        super().__init__(self.track, self.ticks, self.bar)
        self.show(0)

    def show(self, value: float) -> UnitBar:
        """Give the bar the length of ``value`` units."""
        self.bar.set_width(max(value * self.unit_length, 1e-4), stretch=True)
        self.bar.move_to(self.track.get_left(), aligned_edge=LEFT)
        return self

    def at(self, value: float) -> ndarray:
        """The point of the track that stands for ``value``."""
        return self.track.get_left() + RIGHT * value * self.unit_length


class LengthChart(VGroup):
    """Named bars from a common zero with an axis below; the number stands at each bar's end."""

    def __init__(
        self, theme: Theme, rows: list[tuple[str, str]], unit: float, ticks: list[float],
        pitch: float = 1.15, template: str = "{:.2f} S", tick_template: str = "{:g} S", above: bool = False,
    ) -> None:  # fmt: skip
        """``rows`` are names and roles from top to bottom; names stand left of the bars, or ``above``."""
        self.unit, self.pitch, self.above = unit, pitch, above
        self.names = VGroup(*(words(name, theme) for name, _ in rows))
        self.bars = VGroup(
            *(Rectangle(1, 0.42).set_stroke(width=0).set_fill(theme[role], 1) for _, role in rows)
        )  # fmt: skip
        self.amounts = VGroup(*(Number(0, theme, template, "number", anchor=LEFT) for _ in rows))
        bottom = -(len(rows) - 0.4) * pitch
        self.axis = Line(ORIGIN, RIGHT * max(ticks) * unit).shift(bottom * UP).set_stroke(theme["muted"], 2)
        self.ticks = VGroup(
            *(
                Line(0.08 * UP, 0.08 * DOWN).move_to((tick * unit, bottom, 0)).set_stroke(theme["muted"], 2)
                for tick in ticks
            )
        )
        self.tick_names = VGroup(
            *(
                words(tick_template.format(tick) if tick else "0", theme, role="muted").next_to(mark, DOWN, 0.15)
                for tick, mark in zip(ticks, self.ticks, strict=True)
            )
        )
        for row, name in enumerate(self.names):
            at = np.array([0.0, -row * pitch, 0.0])
            name.next_to(at, LEFT, 0.3) if not above else name.next_to(at + 0.26 * UP, UP, 0.1, aligned_edge=LEFT)
        self.zero = Line(0.5 * UP, bottom * UP).set_stroke(theme["muted"], 2)
        self.zero.set_stroke(opacity=0 if above else 1)
        super().__init__(self.names, self.bars, self.amounts, self.axis, self.ticks, self.tick_names, self.zero)
        self.show(np.zeros(len(rows)))

    @classmethod
    def fitted(
        cls, theme: Theme, rows: list[tuple[str, str]], largest: float, length: float, unit_name: str
    ) -> LengthChart:
        """A chart in which the ``largest`` value is about ``length`` long, with round ticks. It has one decimal."""
        power = 10.0 ** np.floor(np.log10(largest))
        step = next(step for step in power * np.array([0.2, 0.5, 1, 2]) if largest < 5 * step)
        ticks = [float(tick) for tick in np.arange(0, largest, step)]
        unit = float(f"{length / largest:.1e}")
        return cls(theme, rows, unit, ticks, template=f"{{:.1f}} {unit_name}", tick_template=f"{{:g}} {unit_name}")

    def at(self, value: float, height: ndarray | float = 0.0) -> ndarray:
        """The point that stands for ``value`` on the axis, raised by ``height``."""
        return self.axis.get_start() + RIGHT * value * self.unit + UP * height

    def row(self, index: int) -> ndarray:
        """Where a row's bar begins."""
        return np.array([self.axis.get_start()[0], self.zero.get_start()[1] - 0.5 - index * self.pitch, 0.0])

    def show(self, values: ndarray) -> LengthChart:
        """Give the bars their lengths and the numbers their values."""
        for amount, value in zip(self.amounts, values, strict=True):
            amount.show(value)
        return self.grow(values, opacity=1)

    def grow(self, values: ndarray, opacity: float = 0) -> LengthChart:
        """Give the bars their lengths alone; the numbers, of another value still, leave the screen."""
        for bar, amount, (index, value) in zip(self.bars, self.amounts, enumerate(values), strict=True):
            bar.set_width(max(value * self.unit, 1e-4), stretch=True).move_to(self.row(index), LEFT)
            amount.next_to(bar, RIGHT, 0.35).set_opacity(opacity)
        return self


class SignedBars(VGroup):
    """Bars upward and downward from one baseline, in groups with a gap between them."""

    def __init__(self, values: ndarray, theme: Theme, unit: float, role: str = "data", groups: int = 1) -> None:
        """``values`` is [bar]; ``unit`` is the length of one, in scene units."""
        self.theme, self.unit = theme, unit
        pitch, gap = 0.42, 0.25
        size = len(values) // groups
        self.places = np.array([i * pitch + i // size * gap for i in range(len(values))])
        self.bars = VGroup(
            *(Rectangle(0.34, 1).set_stroke(width=0).set_fill(theme[role], 1).set_x(place) for place in self.places)
        )
        self.base = Line(self.places[0] * RIGHT, self.places[-1] * RIGHT).set_stroke(theme["muted"], 2)
        self.base.set_width(self.base.get_width() + pitch)
        super().__init__(self.base, self.bars)
        self.show(values)

    def show(self, values: ndarray, unit: float | None = None) -> SignedBars:
        """Give the bars other values, on another scale if ``unit`` is given."""
        self.unit = unit or self.unit
        for bar, value in zip(self.bars, values, strict=True):
            bar.set_height(max(abs(value) * self.unit, 1e-4), stretch=True)
            bar.set_y(self.base.get_y() + value * self.unit / 2)
        return self

    def colour(self, role: str, first: int = 0, last: int | None = None) -> SignedBars:
        """Give some bars another role."""
        self.bars[first:last].set_fill(self.theme[role], 1)
        return self

    def height(self, value: float) -> float:
        """The height in the scene that stands for ``value``."""
        return float(self.base.get_y() + value * self.unit)


class Beads(VGroup):
    """A count as beads on a string: as many as there were steps, one after another."""

    def __init__(self, count: int, theme: Theme, role: str, pitch: float = 0.4) -> None:
        string = Line((count - 1) * pitch * LEFT, 0 * LEFT).set_stroke(theme["muted"], 2)
        self.string = string
        self.beads = VGroup(
            *(
                Circle(radius=0.2).set_stroke(theme[role], 3).set_fill(theme[role], 1)
                .move_to(string.get_start() + RIGHT * i * pitch)
                for i in range(count)
            )
        )  # fmt: skip
        super().__init__(string, self.beads)
