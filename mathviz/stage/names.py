"""Names at objects: labels of the text layer that stay beside what they name, wherever the camera goes.

    rank = self.name_at(self.ring[0], self.label("rank", rank=0), UP)
    self.play(FadeIn(rank))
    far = self.name_at(lambda: self.river.at(mean, now), self.label("mean"))     # beside a point that is computed

Labels dodge each other, keep inside the safe area and above the caption while what they name is in frame, and leave
the frame with it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from manimlib import UP, Mobject
from numpy import ndarray

from mathviz.stage.frame import CAPTION_TOP, FRAME, SAFE, Region, Some
from mathviz.stage.permanence import LastingScene

CLEAR = 0.12
"""Between two labels, and between a label and the edge of where it may be, in scene units."""

LABELS = Region(SAFE.left, SAFE.right, CAPTION_TOP - 0.05, SAFE.top)
"""Where labels are kept: in the safe area, above the caption."""


@dataclass(frozen=True)
class Name:
    """A label with what it names, on which side of it, how far off, and its points about its own middle."""

    label: Mobject
    place: Mobject | Callable[[], ndarray]
    side: ndarray
    gap: float
    points: tuple[ndarray, ...]
    half: ndarray


class NamingScene(LastingScene):
    """A scene in which names stay at their objects."""

    def name_at(
        self, place: Mobject | ndarray | Callable[[], ndarray], label: Some, side: ndarray = UP, gap: float = 0.15
    ) -> Some:
        """Put a label into the text layer, beside a thing of the world, a point, or a point that is computed.

        ``side`` is seen on the screen. Show it as anything else; it follows as long as it is on stage.
        """
        self.case(self.over(label))
        middle = label.get_center()
        points = tuple(each.get_points() - middle for each in label.get_family())
        half = np.array([label.get_width(), label.get_height()]) / 2
        fixed = np.array(place, float) if isinstance(place, (np.ndarray, tuple, list)) else place
        where = (lambda: fixed) if isinstance(fixed, np.ndarray) else fixed
        self.names_put.append(Name(label, where, np.asarray(side, float)[:2], gap, points, half))
        self.settle()
        return label

    @property
    def names_put(self) -> list[Name]:
        """All names that were put, in the order in which later ones dodge earlier ones."""
        if not hasattr(self, "_names"):
            self._names: list[Name] = []
        return self._names

    def settle(self) -> None:
        """Bring every name to where its object is seen now."""
        if self.names_put:
            there = {id(each) for each in self.get_mobject_family_members()}
            last = self.names_put[-1]
            taken: list[tuple[ndarray, ndarray]] = []
            for name in self.names_put:
                if id(name.label) in there or name is last:
                    at = self._beside(name)
                    for other, half in taken:
                        at = _dodged(at, name.half, other, half)
                    taken.append((at, name.half))
                    _move(name, at)
        super().settle()

    def _beside(self, name: Name) -> ndarray:
        """Where the middle of a label belongs, if nothing else is in the way: [2]."""
        if isinstance(name.place, Mobject):
            seen = self.seen(name.place)
            low, high = seen.min(axis=0), seen.max(axis=0)
        else:
            low = high = self.view.project(np.asarray(name.place(), float))
        if np.isnan(low).any() or np.isnan(high).any():
            return np.array([0.0, 2 * FRAME.top])  # behind the camera: off the frame
        anchor = (low + high) / 2 + name.side * (high - low) / 2
        at = anchor + name.side * (name.half + name.gap)
        if FRAME.holds(anchor):
            inner = np.array([LABELS.right, LABELS.top]) - name.half, np.array([LABELS.left, LABELS.bottom]) + name.half
            at = np.clip(at, inner[1], inner[0])
        return at


def _dodged(at: ndarray, half: ndarray, other: ndarray, other_half: ndarray) -> ndarray:
    """Where a label goes that would lie on another: up or down, whichever is nearer."""
    need = half + other_half + CLEAR
    apart = at - other
    if (np.abs(apart) >= need).any():
        return at
    return np.array([at[0], other[1] + (need[1] if apart[1] > 0 else -need[1])])


def _move(name: Name, at: ndarray) -> None:
    """Put a label somewhere as if it had never been elsewhere: steps of its way would add up roundings."""
    place = np.array([*at, 0.0])
    for member, points in zip(name.label.get_family(), name.points, strict=False):
        if len(points) and len(points) == len(member.get_points()):
            moved = (points + place).astype(np.float32)
            if not np.array_equal(moved, member.get_points()):
                member.set_points(moved)
