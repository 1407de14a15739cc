"""Places on the screen: regions of the frame, in scene units, and what fits into them.

The frame is 14.22 by 8 scene units with its middle at zero, whatever the camera does; the text layer lives there, and
what is in the world is seen there as `Shot.project` says. In another shape than 16:9 regions have the same names, and
are elsewhere: what is beside the picture in a wide frame is above or below it in a narrow one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from manimlib import DOWN, FRAME_HEIGHT, FRAME_WIDTH, RIGHT, UP, Group, Mobject, VGroup, VMobject
from numpy import ndarray

from mathviz.style import HALF_HEIGHT, HALF_WIDTH
from mathviz.style.shapes import WIDE, shape

if TYPE_CHECKING:
    from collections.abc import Iterable

Some = TypeVar("Some", bound=Mobject)

LEAST_SCALE = shape().least
"""What is put into a region may be made smaller down to this, not further: it could not be read."""

GAP = 0.35
"""Between things in a row or a column."""


class DoesNotFit(ValueError):
    """What was to be put into a region is too large for it even at its least scale."""


@dataclass(frozen=True)
class Region:
    """A rectangle of the frame. ``RIGHT_THIRD.column(law, number)`` stacks two things in its middle."""

    left: float
    right: float
    bottom: float
    top: float
    toward: tuple[float, float] = (0.0, 0.0)
    """Where in it things are put, unless it is said: its middle, or as (−1, 0) at its left edge."""

    @property
    def width(self) -> float:
        return self.right - self.left

    @property
    def height(self) -> float:
        return self.top - self.bottom

    @property
    def middle(self) -> ndarray:
        """Its middle, as a point of the scene."""
        return np.array([(self.left + self.right) / 2, (self.bottom + self.top) / 2, 0.0])

    def holds(self, points: ndarray, slack: float = 0.0) -> bool:
        """Whether all of the points [n 2 or 3] lie in it, or no farther outside than ``slack``."""
        x, y = np.asarray(points, float)[..., 0], np.asarray(points, float)[..., 1]
        return bool(
            (x >= self.left - slack).all() and (x <= self.right + slack).all()
            and (y >= self.bottom - slack).all() and (y <= self.top + slack).all()
        )  # fmt: skip

    def shrunk(self, margin: float) -> Region:
        """The region without a margin on all sides."""
        return Region(self.left + margin, self.right - margin, self.bottom + margin, self.top - margin)

    def without(self, other: Region) -> Region:
        """The largest rectangle of it that the other leaves free."""
        rests = [
            replace(self, left=min(max(self.left, other.right), self.right)),
            replace(self, right=max(min(self.right, other.left), self.left)),
            replace(self, bottom=min(max(self.bottom, other.top), self.top)),
            replace(self, top=max(min(self.top, other.bottom), self.bottom)),
        ]
        return max(rests, key=lambda rest: rest.width * rest.height)

    def put(self, mobject: Some, edge: ndarray | None = None) -> Some:
        """Move something into it, to its middle or to an edge or corner of it; smaller if need be.

        Raises DoesNotFit where it would have to be smaller than LEAST_SCALE.
        """
        edge = self._edge(edge)
        scale = min(1.0, self.width / max(mobject.get_width(), 1e-9), self.height / max(mobject.get_height(), 1e-9))
        if scale < LEAST_SCALE:
            raise DoesNotFit(
                f"{mobject.get_width():.1f} × {mobject.get_height():.1f} units do not fit into {self}, not even at "
                f"{LEAST_SCALE:.0%}: put less there, or into a larger region"
            )
        if scale < 1:
            mobject.scale(scale)
        corner = self.middle + np.array([self.width * edge[0] / 2, self.height * edge[1] / 2, 0.0])
        mobject.move_to(corner, aligned_edge=edge)
        return mobject

    def column(self, *mobjects: Mobject, gap: float = GAP, edge: ndarray | None = None) -> Mobject:
        """Stack things, the first on top, and put them in; ``edge`` also says which sides are aligned."""
        edge = self._edge(edge)
        return self.put(_group(mobjects).arrange(DOWN, buff=gap, aligned_edge=edge * RIGHT), edge)

    def row(self, *mobjects: Mobject, gap: float = GAP, edge: ndarray | None = None) -> Mobject:
        """Line things up, the first at the left, and put them in; ``edge`` also says which sides are aligned."""
        edge = self._edge(edge)
        return self.put(_group(mobjects).arrange(RIGHT, buff=gap, aligned_edge=edge * UP), edge)

    def _edge(self, edge: ndarray | None) -> ndarray:
        return np.array([*self.toward, 0.0]) if edge is None else np.asarray(edge, float)

    def __str__(self) -> str:
        return f"x {self.left:.1f} … {self.right:.1f}, y {self.bottom:.1f} … {self.top:.1f}"


def _group(mobjects: Iterable[Mobject]) -> Mobject:
    every = list(mobjects)
    return VGroup(*every) if all(isinstance(each, VMobject) for each in every) else Group(*every)


CAPTION_TOP, TITLE_BOTTOM = -2.3, 2.95

FRAME = Region(-FRAME_WIDTH / 2, FRAME_WIDTH / 2, -FRAME_HEIGHT / 2, FRAME_HEIGHT / 2)
"""All of it. The world may run off its edges."""

SAFE = Region(-HALF_WIDTH, HALF_WIDTH, -HALF_HEIGHT, HALF_HEIGHT)
"""Where text may stand."""

STAGE = Region(-HALF_WIDTH, HALF_WIDTH, CAPTION_TOP, TITLE_BOTTOM)
"""Above the caption and below the title: where the picture is while both are up."""

POSTER = Region(-HALF_WIDTH, HALF_WIDTH, -3.2, 3.1)
"""For the picture that stays, when the caption is gone."""

CAPTION = Region(-HALF_WIDTH, HALF_WIDTH, -HALF_HEIGHT, CAPTION_TOP)
"""Two lines of text, over a scrim."""

TITLE = Region(-HALF_WIDTH, HALF_WIDTH, TITLE_BOTTOM, HALF_HEIGHT)

RIGHT_THIRD = replace(STAGE, left=STAGE.right - STAGE.width / 3)
LEFT_THIRD = replace(STAGE, right=STAGE.left + STAGE.width / 3)
RIGHT_HALF = replace(STAGE, left=0.2)
LEFT_HALF = replace(STAGE, right=-0.2)
UPPER_RIGHT = replace(RIGHT_THIRD, bottom=0.3, top=HALF_HEIGHT - 0.1, toward=(1.0, 0.0))
UPPER_LEFT = replace(LEFT_THIRD, bottom=0.3, toward=(-1.0, 0.0))
LOWER_LEFT = replace(LEFT_THIRD, top=-0.3, toward=(-1.0, 0.0))
LOWER_RIGHT = replace(RIGHT_THIRD, top=-0.3, toward=(1.0, 0.0))

if shape().name != WIDE:
    # Upright, in pixels of 1080 × 1920: a phone's players lay their own over the lowest fifth (title, buttons of the
    # channel) and over 150 at the top; buttons stand at the right, over the lower half, so caption lines are short.
    upright = shape().name == "9:16"
    CAPTION_TOP, TITLE_BOTTOM = (-2.3, 5.35) if upright else (-2.2, 2.95)
    FRAME = Region(-FRAME_WIDTH / 2, FRAME_WIDTH / 2, -FRAME_HEIGHT / 2, FRAME_HEIGHT / 2)
    SAFE = Region(-3.6, 3.6, *((-4.27, 6.0) if upright else (-3.6, 3.6)))
    STAGE = replace(SAFE, bottom=CAPTION_TOP, top=TITLE_BOTTOM)
    POSTER = replace(SAFE, top=SAFE.top - 0.5)
    CAPTION, TITLE = replace(SAFE, top=CAPTION_TOP), replace(SAFE, bottom=TITLE_BOTTOM)
    RIGHT_THIRD = replace(STAGE, bottom=STAGE.top - STAGE.height / 3)
    LEFT_THIRD = replace(STAGE, top=STAGE.bottom + STAGE.height / 3)
    RIGHT_HALF = replace(STAGE, bottom=STAGE.middle[1] + 0.1)
    LEFT_HALF = replace(STAGE, top=STAGE.middle[1] - 0.1)
    UPPER_RIGHT = replace(RIGHT_THIRD, left=0.1, toward=(1.0, 1.0))
    UPPER_LEFT = replace(RIGHT_THIRD, right=-0.1, toward=(-1.0, 1.0))
    LOWER_LEFT = replace(LEFT_THIRD, right=-0.1, toward=(-1.0, -1.0))
    LOWER_RIGHT = replace(LEFT_THIRD, left=0.1, toward=(1.0, -1.0))
