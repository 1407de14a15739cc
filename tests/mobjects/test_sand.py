"""Optimal transport's picture: every grain lands where its plan says, holes are as deep as what fills them."""

from __future__ import annotations

import numpy as np
import pytest

from mathviz.style import theme


@pytest.fixture(scope="module")
def shown(manim: None):
    from mathviz.docs.examples import optimal_transport as examples

    return examples


@pytest.fixture
def sand(shown):
    from mathviz.mobjects.optimal_transport import Sand

    return Sand(theme("dark"), shown.ROWS, shown.COLUMNS, shown.ROW, shown.COLUMN)


def test_grains_leave_their_pile_and_end_in_their_holes(shown, sand):
    from mathviz.mobjects.optimal_transport import UNIT

    assert np.allclose(sand.fly(0).lights.get_points(), sand.begins, atol=1e-5)
    ends = sand.fly(1).lights.get_points()
    assert np.abs(ends[:, 0] - UNIT * shown.COLUMNS[shown.COLUMN]).max() < sand.step / 2
    assert ends[:, 2].max() < 0 < sand.begins[:, 2].min(), "below the ground, and above it"
    assert (ends[:, 2] > -sand.depth[shown.COLUMN]).all(), "no deeper than the hole"


def test_each_grain_lands_in_the_cell_of_its_plan(shown, sand):
    from mathviz.mobjects.optimal_transport import UNIT

    cells = sand.land(1).lights.get_points()
    assert np.abs(cells[:, 0] - UNIT * shown.COLUMNS[shown.COLUMN]).max() < sand.step / 2
    assert np.abs(cells[:, 1] - UNIT * (shown.ROWS[shown.ROW] - shown.ROWS[0])).max() < sand.step / 2


def test_no_two_grains_lie_at_one_place(sand):
    for places in (sand.begins, sand.ends, sand.cells):
        assert len(np.unique(places.round(6), axis=0)) == len(places)


def test_swapped_flights_end_at_each_others_goals(shown):
    from mathviz.mobjects.optimal_transport import Flights, Sand

    crossed = Sand(theme("dark"), shown.ROWS, shown.COLUMNS, shown.ROW, shown.COLUMN[::-1])
    straight = Sand(theme("dark"), shown.ROWS, shown.COLUMNS, shown.ROW, shown.COLUMN)
    ways, kept = [crossed.way(5), crossed.way(50)], (straight.way(5), straight.way(50))
    flights = Flights(theme("dark"), *ways, kept)
    for share, expected in ((0, ways), (1, kept)):
        flights.swap(share)
        assert np.allclose(flights.lines.core.paths, expected, atol=1e-5)


def test_bars_are_as_high_as_their_mass(shown):
    from mathviz.mobjects.optimal_transport import TALL, Table

    plan = np.zeros((3, 4))
    np.add.at(plan, (shown.ROW, shown.COLUMN), 1 / 60)
    table = Table(theme("dark"), shown.ROWS, shown.COLUMNS, plan.sum(axis=1), plan.sum(axis=0)).show(plan)
    assert table.bars.looks["top"] == pytest.approx(TALL * plan.ravel(), abs=0.005)
    assert table.sums(plan / 2).near.looks["top"] == pytest.approx(TALL * plan.sum(axis=1) / 2)
