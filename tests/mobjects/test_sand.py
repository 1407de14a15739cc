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

    assert np.allclose(sand.fly(0).lights.get_points(), sand.places["pile"], atol=1e-5)
    ends = sand.fly(1).lights.get_points()
    assert np.abs(ends[:, 0] - UNIT * shown.COLUMNS[shown.COLUMN]).max() < sand.step / 2
    assert ends[:, 2].max() < 0 < sand.places["pile"][:, 2].min(), "below the ground, and above it"
    assert (ends[:, 2] > -sand.depth[shown.COLUMN]).all(), "no deeper than the hole"


def test_each_grain_lands_in_the_cell_of_its_plan(shown, sand):
    from mathviz.mobjects.optimal_transport import UNIT

    cells = sand.carry("hole", "cell", 1).lights.get_points()
    assert np.abs(cells[:, 0] - UNIT * shown.COLUMNS[shown.COLUMN]).max() < sand.step / 2
    assert np.abs(cells[:, 1] - UNIT * shown.ROWS[shown.ROW]).max() < sand.step / 2


def test_no_two_grains_lie_at_one_place(sand):
    for places in sand.places.values():
        assert len(np.unique(places.round(6), axis=0)) == len(places)


def test_who_finds_no_room_lies_on_top_and_is_wrong(shown, sand):
    from mathviz.mobjects.tint import rgb

    heaped = np.arange(60) % 5 == 0
    sand.goals(shown.COLUMN, heaped=heaped).fly(1)
    ends = sand.lights.get_points()
    assert (ends[heaped, 2] > 0).all() and (ends[~heaped, 2] < 0).all()
    assert np.allclose(sand.lights.data["rgba"][heaped, :3], rgb(theme("dark"), "error"), atol=1e-3)


def test_ways_are_straight_and_even(sand):
    begin, middle, end = (np.array(sand.stream(share).lights.get_points()) for share in (0, 0.5, 1))
    assert np.allclose(middle, (begin + end) / 2, atol=1e-5) and (begin[:, 1] < end[:, 1]).all()


def test_swapped_flights_end_at_each_others_goals(shown):
    from mathviz.mobjects.optimal_transport import Flights, Sand

    crossed = Sand(theme("dark"), shown.ROWS, shown.COLUMNS, shown.ROW, shown.COLUMN[::-1])
    straight = Sand(theme("dark"), shown.ROWS, shown.COLUMNS, shown.ROW, shown.COLUMN)
    ways, kept = (np.array([sand.way(5), sand.way(50)]) for sand in (crossed, straight))
    flights = Flights(theme("dark"), ways, kept)
    assert np.allclose(ways[:, 0], crossed.places["pile"][[5, 50]]), "they begin as grains of the pile"
    for share, expected in ((0, ways), (1, kept)):
        flights.swap(share)
        assert np.allclose(flights.lines.core.paths, expected, atol=1e-5)
        assert np.allclose(flights.grains.get_points()[:2], expected[:, -1], atol=1e-5)


@pytest.fixture
def plan(shown):
    plan = np.zeros((3, 4))
    np.add.at(plan, (shown.ROW, shown.COLUMN), 1 / 60)
    return plan


@pytest.fixture
def table(shown, plan):
    from mathviz.mobjects.plan_table import Table

    return Table(theme("dark"), shown.ROWS, shown.COLUMNS, plan.sum(axis=1), plan.sum(axis=0))


def test_bars_are_as_high_as_their_mass(table, plan):
    from mathviz.mobjects.optimal_transport import TALL

    assert table.show(plan).bars.looks["top"] == pytest.approx(TALL * plan.ravel(), abs=0.005)


def test_walls_show_the_sums_and_what_is_wrong_with_them(table, plan):
    from mathviz.mobjects.optimal_transport import TALL

    wrong = plan.copy()
    wrong[0] *= 2
    table.sums(wrong)
    assert table.near.looks["top"] == pytest.approx(TALL * plan.sum(axis=1)), "no more than they should be"
    red = table.wrong[0].looks["top"] - table.wrong[0].looks["foot"]
    assert red == pytest.approx(TALL * np.array([plan[0].sum(), 0, 0]))
    assert table.wrong[0].looks["fog"].tolist() == [0, 1, 1]
    table.sums(plan)
    assert all((each.looks["fog"] == 1).all() for each in table.wrong), "nothing is red where both are right"


def test_a_sweep_scales_one_row_after_the_other(table, plan):
    other = 3 * plan
    assert np.allclose(table.sweep(plan, other, 0.0, 0), plan) and np.allclose(table.sweep(plan, other, 1.0, 0), other)
    between = table.sweep(plan, other, 0.5, 0).sum(axis=1) / plan.sum(axis=1)
    assert (np.diff(between) < 0).all(), "the first are ahead"


def test_the_valley_touches_the_table_where_nothing_is_left(table):
    from mathviz.mobjects.plan_table import Valley

    slack = np.array([[0.0, 0.1, 0.2, 0.3], [0.1, 0.0, 0.0, 0.1], [0.3, 0.2, 0.1, 0.0]])
    valley = Valley(theme("dark"), table, slack, np.zeros(3), np.zeros(4), rise=2.0)
    high = valley.glass.get_points()[:, 2].reshape(3, 4)
    assert high == pytest.approx(2 * slack + 0.02) and valley.prices[0].core.paths[0, :, 2] == pytest.approx(1.6)
