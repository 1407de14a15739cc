"""The city of values: heights are values, ways go from lid to lid, news arrives when it should."""

from __future__ import annotations

import numpy as np
import pytest

from mathviz.style import theme


@pytest.fixture(scope="module")
def shown(manim: None):
    from mathviz.docs.examples import value_city as examples

    return examples


@pytest.fixture
def city(shown):
    from mathviz.mobjects.value_city import ValueCity

    return ValueCity(theme("dark"), shown.KINDS)


def test_towers_are_as_high_as_values_and_hang_as_deep(shown, city):
    from mathviz.mobjects.value_city import TALL, THIN

    city.show(shown.VALUES - 1.0)
    looks = city.towers.looks
    assert looks["top"] == pytest.approx(TALL * np.minimum(shown.VALUES - 1.0, 0) + THIN, abs=THIN)
    assert (looks["foot"] < looks["top"]).all(), "thin, so that it can be seen how deep"
    ends = city.cords.paths[:4, 1, 2]
    assert ends == pytest.approx(np.full(4, TALL * (0.73 - 1.0)), abs=0.1), "cords end at their slab"
    city.show(shown.VALUES)
    assert city.towers.looks["top"][:8] == pytest.approx(TALL * shown.VALUES[:8])
    assert city.towers.looks["foot"].max() <= 0


def test_a_way_stands_on_each_lid_in_turn(shown, city):
    from mathviz.mobjects.value_city import STEPS

    city.show(shown.VALUES)
    cells = [0, 1, 4, 5, 8, 8]
    way = city.way(cells, above=0.0)
    assert way[::STEPS] == pytest.approx(city.lids()[cells])
    assert way[4 * STEPS :] == pytest.approx(np.tile(city.lids()[8], (STEPS + 1, 1))), "at the goal it stands"


def test_who_bumps_comes_back_from_the_edge(city):
    from mathviz.mobjects.value_city import CELL, STEPS

    way = city.way([0, 0], np.array([3, 0]))
    assert way[0] == pytest.approx(way[-1]) and way[STEPS // 2, 0] < way[0, 0] - 0.4 * CELL
    assert way[:, 1] == pytest.approx(way[0, 1]), "left, and not up"


def test_moves_are_those_of_the_board(shown, city):
    """Up is toward smaller rows, which are nearer."""
    from mathviz.concepts.shared.gridworld import MOVES as STEPS_OF
    from mathviz.mobjects.value_city import CELL, MOVES

    for (down, right), seen in zip(STEPS_OF, MOVES, strict=True):
        assert CELL * seen == pytest.approx(city.feet[4 + 3 * down + right] - city.feet[4])


def test_a_wave_shows_whole_sweeps_and_lights_whom_news_reaches(shown, city):
    from mathviz.mobjects.value_city import Wave

    wave = Wave(city, shown.SWEPT, shown.TOLD, shown.KNOWN)
    for sweep in range(6):
        wave.show(float(sweep))
        assert city.values == pytest.approx(shown.SWEPT[sweep])
    wave.show(2.999)
    assert set(np.flatnonzero(city.lit > 0.5)) == {1, 3}, "told in the third sweep"
    wave.show(2.3)
    flying = wave.news.heads.data["rgba"][:, 3] > 0.5
    assert flying.sum() == 2, "one light to each"


def test_a_detour_is_seen_until_the_other_is_better(shown, city):
    from mathviz.mobjects.value_city import Detour

    both = Detour(city, ([0, 1, 2, 5, 8], [0, 1, 4, 5, 8]))
    for past, seen in ((-5.0, (1, 0)), (0.5, (0.5, 0.5)), (4.0, (0, 1))):
        assert tuple(line.core.opacities for line in both.show(past).lines) == pytest.approx(seen)


def test_walkers_are_on_their_ways(shown, city):
    from mathviz.mobjects.value_city import STEPS, Walkers

    ways = np.array([city.way([0, 1, 2]), city.way([0, 3, 6])])
    heads = Walkers(theme("light"), ways, apart=0.0).show(1.0).heads.get_points()
    assert heads[:2] == pytest.approx(ways[:, STEPS], abs=1e-5)


def test_signs_point_where_moves_lead(shown, city):
    from mathviz.mobjects.value_city import Signs

    moves = np.zeros((9, 4))
    moves[0, 1] = moves[8, 2] = 1
    signs = Signs(city, moves)
    seen = np.flatnonzero(signs.opacities[:, 0])
    assert seen.tolist() == [1], "none at the goal"
    tip = signs.paths[1, 1]
    assert tip[0] > city.feet[0, 0] and tip[1] == pytest.approx(city.feet[0, 1])
