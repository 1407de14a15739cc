"""Places by relation: beside, above and below what is on screen, wherever the camera sees it.

    self.over(self.beside(self.hero).column(law, number))      # on the side with more room
    self.over(self.above(self.table).put(heading))

A place is a region of the frame; what is put into it stands toward the thing. For names that follow, see ``name_at``.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from manimlib import DOWN, LEFT, RIGHT, UP, Mobject
from numpy import ndarray

from mathviz.stage.filming import FilmedScene
from mathviz.stage.frame import GAP, STAGE, Region


class PlacingScene(FilmedScene):
    """A scene in which things find their places by what is there."""

    def extent(self, mobject: Mobject | ndarray) -> Region:
        """The region of the frame that something is seen in; of points [n 3] of the world too."""
        if isinstance(mobject, Mobject):
            seen = self.seen(mobject)
        else:
            seen = self.view.project(np.asarray(mobject, float).reshape(-1, 3))
        if not len(seen) or np.isnan(seen).any():
            raise self.fault(f"nothing can stand beside a {type(mobject).__name__} that the camera does not see")
        (left, bottom), (right, top) = seen.min(axis=0), seen.max(axis=0)
        return Region(float(left), float(right), float(bottom), float(top))

    def beside(
        self, mobject: Mobject | ndarray, side: ndarray | None = None, gap: float = GAP, within: Region = STAGE
    ) -> Region:
        """What is free at the LEFT or RIGHT of something, level with it; without a side, where there is more room."""
        there = self.extent(mobject)
        if side is None:
            side = LEFT if there.left - within.left > within.right - there.right else RIGHT
        level = min(max((there.bottom + there.top) / 2, within.bottom), within.top)
        reach = min(level - within.bottom, within.top - level)
        free = replace(within, bottom=level - reach, top=level + reach, toward=(-float(side[0]), 0.0))
        if side[0] > 0:
            return self._not_empty(replace(free, left=there.right + gap), mobject)
        return self._not_empty(replace(free, right=there.left - gap), mobject)

    def above(self, mobject: Mobject | ndarray, gap: float = GAP, within: Region = STAGE) -> Region:
        """What is free above something, centred over it."""
        return self._over_or_under(mobject, UP, gap, within)

    def below(self, mobject: Mobject | ndarray, gap: float = GAP, within: Region = STAGE) -> Region:
        """What is free below something, centred under it."""
        return self._over_or_under(mobject, DOWN, gap, within)

    def _over_or_under(self, mobject: Mobject | ndarray, side: ndarray, gap: float, within: Region) -> Region:
        there = self.extent(mobject)
        middle = min(max((there.left + there.right) / 2, within.left), within.right)
        reach = min(middle - within.left, within.right - middle)
        free = replace(within, left=middle - reach, right=middle + reach, toward=(0.0, -float(side[1])))
        if side[1] > 0:
            return self._not_empty(replace(free, bottom=there.top + gap), mobject)
        return self._not_empty(replace(free, top=there.bottom - gap), mobject)

    def _not_empty(self, region: Region, mobject: Mobject | ndarray) -> Region:
        if region.width <= 0 or region.height <= 0:
            raise self.fault(f"there is no room beside this {type(mobject).__name__}: it is seen at "
                             f"{self.extent(mobject)}")  # fmt: skip
        return region
