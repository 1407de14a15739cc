"""Gauges at the rim: what each port has passed, out and in; one place for each gradient that a star's root passes."""

from __future__ import annotations

import numpy as np
from numpy import ndarray

from mathviz.mobjects.mesh import NOTHING, Triangles, coloured, join
from mathviz.mobjects.seating import Seating
from mathviz.mobjects.solids import Wedges
from mathviz.mobjects.stacks import shining, wire
from mathviz.mobjects.tint import rgb, toned
from mathviz.style import Theme

TRACK, FULL = 0.06, 0.20
"""Height of an empty place and of a full one."""

TOO_MUCH = 2.0
"""Gradients from which on what a port passes is drawn as a jam: no port of a ring comes to it."""


def gauges(theme: Theme, seats: Seating, passed: ndarray, most: ndarray, bright: float) -> tuple[Triangles, Triangles]:
    """The lanes of all ports, and the light over what is full, for a dark page.

    ``passed`` [rank direction] is in gradients, as is ``most``, what it will have come to in the end.
    """
    places = seats.ranks - 1
    rank, lane, place = (grid.ravel() for grid in np.indices((seats.ranks, 2, places)))
    radii = seats.lane(lane)
    half = (seats.middle(1) - np.pi) * 0.42
    begins = seats.middle(rank) - half + 2 * half * (place + 0.03) / places
    ends = seats.middle(rank) - half + 2 * half * (place + 0.97) / places
    off = toned(theme, "muted", 0.3)
    tracks = Wedges(theme, radii, np.stack([begins, ends], -1), top=TRACK, side=off, lid=off).triangles
    full = np.clip(passed[rank, lane] - place, 0, 1)
    lit = full > 1e-3
    if not lit.any():
        return _faded(tracks, bright), NOTHING
    jam = most[rank, lane] > TOO_MUCH
    on = np.where(jam[:, None], rgb(theme, "error"), wire(theme))
    angles = np.stack([begins, begins + full * (ends - begins)], axis=-1)
    bars = Wedges(theme, radii[lit], angles[lit], top=FULL, side=on[lit], lid=on[lit], heat=0.7, grey=0.15).triangles
    light = shining(radii[lit].mean(axis=1), angles[lit], np.full(lit.sum(), FULL), on[lit], 0.55 * bright, 0.6)
    return _faded(join(tracks, bars), bright), light


def _faded(parts: Triangles, bright: float) -> Triangles:
    """What is to appear over whatever it stands on."""
    points, rgba, corners = parts
    return points, coloured(rgba[:, :3], bright), corners
