"""Examples of ``mathviz/mobjects/ring_allreduce.py``."""

from __future__ import annotations

import numpy as np
from manimlib import Group

from mathviz.docs.examples.solids import seen
from mathviz.mobjects.exchange import History
from mathviz.mobjects.ring_allreduce import Turntable
from mathviz.style import Theme


def passed_round(ranks: int = 4, elements: int = 16) -> History:
    """A ring's first half: in step t rank r sends chunk r − t to rank r + 1, where it is added."""
    values = np.cos(np.arange(ranks * ranks * elements).reshape(1, ranks, ranks, elements) / 2.3) ** 2
    states, counts, sends = [values[0]], [np.ones((ranks, ranks), int)], []
    for step in range(ranks - 1):
        held, inside = states[-1].copy(), counts[-1].copy()
        for rank in range(ranks):
            target, chunk = (rank + 1) % ranks, (rank - step) % ranks
            held[target, chunk] += states[-1][rank, chunk]
            inside[target, chunk] += counts[-1][rank, chunk]
            sends.append((step, rank, target, chunk))
        states.append(held)
        counts.append(inside)
    return History(np.array(states), np.array(counts), np.array(sends))


def show_turntable(theme: Theme) -> Group:
    """In the third step of four ranks: copies of two storeys turn to the next rank and come down on its own one."""
    table = Turntable(theme, passed_round(), limit=4.0, hero=0).at(2.5, ports=1.0, spot=1.0)
    return seen(*table.submobjects).scale(0.5)
