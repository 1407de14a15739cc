"""Examples of ``mathviz/mobjects/flow_trajectories.py``: 64 particles that walk to two arcs, first to their middle."""

from __future__ import annotations

import numpy as np
from manimlib import Group

from mathviz.docs.examples.diffusion_reverse import ARCS, SHARES, START, seen
from mathviz.mobjects.diffusion_reverse import River
from mathviz.mobjects.flow_trajectories import (
    Aims,
    Between,
    Bundle,
    Disagreement,
    Ends,
    Heading,
    Needle,
    Outlook,
    Pairs,
    Pinhole,
    Slice,
    Twin,
)  # fmt: skip
from mathviz.style import Theme

ENDS = np.concatenate(ARCS)
AIMS = SHARES[:, None, None] * ENDS
"""[frame particle two]: at first zero, their middle."""

STRAIGHT = START + SHARES[:, None, None] * (AIMS - START)
LATE = START + SHARES[:, None, None] ** 3 * (ENDS - START)
"""[frame particle two]: two ways from the same starts to the same ends."""

EVERY = slice(None, None, 3)


def show_pairs(theme: Theme) -> Group:
    """A third of the particles, each paired with an end, at time 0.4."""
    river = River(theme, ARCS)
    return seen(river, Pairs(river, START[EVERY], ENDS[EVERY][::-1]).travel(0.4))


def show_pinhole(theme: Theme) -> Group:
    """Lines from everywhere on the arcs, through one place at half time."""
    river = River(theme, ARCS)
    return seen(river, Pinhole(river, np.array([0.2, 0.3]), 0.5, np.repeat(ENDS, 4, axis=0)))


def show_disagreement(theme: Theme) -> Group:
    """From the arcs' middle to each of their points."""
    river = River(theme, ARCS)
    return seen(river.last, river.ridges, Disagreement(river, ENDS.mean(axis=0), ENDS).show(1.0))


def show_heading(theme: Theme) -> Group:
    """From a place at time 0.3 straight on, and from where it would have come."""
    river = River(theme, ARCS)
    return seen(river.ridges, Heading(river, np.array([0.4, 0.3]), 0.3, ENDS[40], begin=0.0))


def show_needle(theme: Theme) -> Group:
    """One particle's aim, after 12 of 20 frames."""
    river = River(theme, ARCS)
    return seen(river.ridges, Needle(river, STRAIGHT[:, 40], AIMS[:, 40]).follow(12))


def show_aims(theme: Theme) -> Group:
    """After 5 of 20 frames they begin to come apart."""
    river = River(theme, ARCS)
    return seen(river, Aims(river, STRAIGHT, AIMS, 64).follow(5))


def show_outlook(theme: Theme) -> Group:
    """After 5 of 20 frames; particle 40 may still end at each point of the arcs."""
    river, frames = River(theme, ARCS), len(SHARES)
    origins, chances = np.repeat(ENDS[None], frames, axis=0), np.full((frames, len(ENDS)), 1 / len(ENDS))
    return seen(river, Outlook(river, STRAIGHT, AIMS, 40, origins, chances).follow(5))


def show_bundle(theme: Theme) -> Group:
    """After 16 of 20 frames; the way of particle 40 is a line of light."""
    river = River(theme, ARCS)
    return seen(river, Bundle(river, STRAIGHT, "model", 40).follow(16))


def show_slice(theme: Theme) -> Group:
    """The ends, twice: on their pane, and zoomed at half time."""
    river = River(theme, ARCS)
    return seen(river.last, Slice(river, ENDS, "data").show(1.0), Slice(river, ENDS, "model").show(0.5, 1.3))


def show_ends(theme: Theme) -> Group:
    """The other ends are lifted off, here into the river."""
    river = River(theme, ARCS)
    return seen(river, Ends(river, START, ENDS, ENDS, reach=-0.2).lift(1.0))


def show_twin(theme: Theme) -> Group:
    """On its way from the pane of time 0.3 to that of time 0.6, where it will be 1.5 times as large."""
    river = River(theme, ARCS)
    clock, zoom = np.linspace(0, 0.5, 21), np.full(21, 1.5)
    return seen(river.ridges, Slice(river, LATE[12], "rival").show(0.6), Twin(river, LATE, clock, zoom, 12).carry(0.25))


def show_between(theme: Theme) -> Group:
    """Between the two ways of one particle."""
    river, one = River(theme, ARCS), STRAIGHT[:, 40]
    other = one + np.sin(np.pi * SHARES)[:, None] * np.array([-0.4, 0.7])
    ways = (Bundle(river, np.stack([way, way], axis=1), role, 0).follow(20)
            for way, role in ((one, "model"), (other, "rival")))  # fmt: skip
    return seen(river.ridges, Between(river, one, other), *ways)
