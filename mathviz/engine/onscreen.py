"""What is on screen, in words: a line for each object that can be seen, in the order in which it is drawn.

    Text "Ring all-reduce"  muted  [-6.40 3.25, -3.10 3.60]
    RankRow  [-6.05 -0.80, 6.05 2.25]
      RankCard  [-6.05 -0.80, -3.35 2.25]
        48 × Square  many looks  [-5.90 -0.60, -3.50 1.50]

A box is left bottom, right top in scene units, to a twentieth, which no machine's arithmetic changes. Objects of
one kind that follow each other are one line if none of them says anything.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy import ndarray

if TYPE_CHECKING:
    from manimlib import Scene

GRID = 0.05
FEW = 3
"""So many colours, or looks, are named; more are many."""

Box = tuple[float, float, float, float]
"""Left, bottom, right, top."""


@dataclass(frozen=True)
class Seen:
    """Something on screen: what it is, what it says, how it looks, where it is, what is in it."""

    kind: str
    says: str
    looks: tuple[str, ...]
    box: Box
    parts: tuple[Seen, ...] = ()
    count: int = 1

    @property
    def alike(self) -> tuple[Any, ...]:
        """What must be equal for two neighbours to share a line."""
        if not self.parts:
            return self.kind, self.says
        return self.kind, self.says, self.looks, tuple((part.count, part.looks, part.alike) for part in self.parts)

    def lines(self, indent: str = "") -> list[str]:
        """This and its parts, one line each."""
        many = f"{self.count} × " if self.count > 1 else ""
        said = f" {json.dumps(self.says, ensure_ascii=False)}" if self.says else ""
        looks = " | ".join(self.looks) if len(self.looks) <= FEW else "many looks"
        left, bottom, right, top = (_rounded(value) for value in self.box)
        first = f"{indent}{many}{self.kind}{said}  {looks}{'  ' if looks else ''}[{left} {bottom}, {right} {top}]"
        return [first, *(line for part in self.parts for line in part.lines(indent + "  "))]


def on_screen(scene: Scene) -> str:
    """All that can be seen, one object a line."""
    colours = getattr(getattr(scene, "theme", None), "colours", {})
    roles = {value.lower(): role for role, value in reversed(colours.items())}
    frame = scene.camera.frame
    moved = np.abs(frame.get_euler_angles()).max() > 1e-6
    view = (-math.inf, -math.inf, math.inf, math.inf) if moved else _box(frame.get_bounding_box()[[0, 2]])
    shown = [mobject for mobject in scene.mobjects if mobject is not frame]
    found = [seen for mobject in shown if (seen := _seen(mobject, roles, view)) is not None]
    return "".join(f"{line}\n" for seen in _together(found) for line in seen.lines())


def _seen(mobject: Any, roles: dict[str, str], view: Box) -> Seen | None:
    """A mobject and what is in it; None if nothing of it is visible."""
    from manimlib.mobject.svg.string_mobject import StringMobject

    kind = type(mobject).__name__
    if isinstance(mobject, StringMobject):
        found = [own for part in mobject.get_family() if (own := _own(part, roles)) is not None]
        if not found:
            return None
        whole = Seen(kind, mobject.string, _different([look for look, _ in found]), _around([box for _, box in found]))
        return whole if _meets(whole.box, view, mobject) else None
    own = _own(mobject, roles)
    parts = _together([seen for part in mobject.submobjects if (seen := _seen(part, roles, view)) is not None])
    if own is not None and not _meets(own[1], view, mobject):
        own = None
    if own is None and len(parts) == 1:
        return parts[0] if kind in ("VGroup", "Group") or parts[0].count > 1 else replace(parts[0], kind=kind)
    if own is None and not parts:
        return None
    box = _around([*([own[1]] if own else []), *(part.box for part in parts)])
    return Seen(kind, "", (own[0],) if own and own[0] else (), box, tuple(parts))


def _together(found: list[Seen]) -> list[Seen]:
    """Neighbours that are alike, as one."""
    joined = []
    for _, group in groupby(found, key=lambda seen: (seen.alike, seen.count if seen.parts else 0)):
        members = list(group)
        looks = _different([look for seen in members for look in seen.looks])
        joined.append(replace(members[0], looks=looks, box=_around([seen.box for seen in members]),
                              count=sum(seen.count for seen in members)))  # fmt: skip
    return joined


def _own(mobject: Any, roles: dict[str, str]) -> tuple[str, Box] | None:
    """How a mobject itself looks and where it is, without what is in it; None if it shows nothing."""
    data = mobject.data
    if not len(data):
        return None
    names = data.dtype.names
    if "fill_rgba" in names:
        looks = []
        fill = _paint(data["fill_rgba"], roles)
        if fill:
            looks.append(fill)
        if data["stroke_width"].max() > 0:
            stroke = _paint(data["stroke_rgba"], roles)
            looks += [f"stroke {stroke}"] if stroke else []
        return (", ".join(looks), _box(data["point"])) if looks else None
    if "rgba" in names:
        shown = data["rgba"][:, 3] > 0
        if not shown.any():
            return None
        dots = f"{shown.sum()} dots " if "radius" in names else ""
        return dots + _paint(data["rgba"], roles), _box(data["point"][shown])
    if "opacity" in names:
        opacity = float(data["opacity"].max())
        return (_share(opacity).strip(), _box(data["point"])) if opacity > 0 else None
    return None


def _paint(rgba: ndarray, roles: dict[str, str]) -> str:
    """Roles, or colours where they are none, with the opacity where it is not whole; empty if there is nothing."""
    opacity = rgba[:, 3]
    most = float(opacity.max())
    if most < 0.005:
        return ""
    rows = rgba[:1] if (rgba == rgba[0]).all() else rgba[opacity > 0]
    coded = np.unique(np.round(255 * rows[:, :3]).astype(int), axis=0)
    if len(coded) > FEW:
        return f"many colours{_share(most)}"
    names = ["#{:02x}{:02x}{:02x}".format(*row) for row in coded]
    return "+".join(roles.get(name, name) for name in names) + _share(most)


def _share(opacity: float) -> str:
    return "" if opacity > 0.995 else f" {opacity:.0%}"


def _different(looks: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(look for look in looks if look))


def _box(points: ndarray) -> Box:
    low, high = points.min(axis=0), points.max(axis=0)
    return float(low[0]), float(low[1]), float(high[0]), float(high[1])


def _around(boxes: list[Box]) -> Box:
    sides = list(zip(*boxes, strict=True))
    return min(sides[0]), min(sides[1]), max(sides[2]), max(sides[3])


def _meets(box: Box, view: Box, mobject: Any) -> bool:
    if mobject.uniforms.get("is_fixed_in_frame"):
        return True
    return box[0] <= view[2] and box[2] >= view[0] and box[1] <= view[3] and box[3] >= view[1]


def _rounded(value: float) -> str:
    """To the grid. Halves are common in layouts, and go up even where arithmetic left a little less."""
    if not math.isfinite(value):
        return str(value)
    return f"{math.floor(value / GRID + 0.502) * GRID + 0.0:.2f}".replace("-0.00", "0.00")
