"""The turntable against its geometry, and against what ranks' ports passed."""

from __future__ import annotations

from types import ModuleType

import numpy as np
import pytest

from mathviz.concepts.ring_allreduce import RingAllReduce
from mathviz.mobjects.exchange import IN, OUT, SEAM, STOREY, History, sent, storeys
from mathviz.mobjects.seating import HUB, RIM, Seating
from mathviz.project import ASSETS
from mathviz.trace import load


@pytest.fixture(scope="module")
def run() -> RingAllReduce:
    return load(RingAllReduce, ASSETS / "traces" / "ring_allreduce")


def ring(run: RingAllReduce) -> History:
    return History.of(run.chunks, run.provenance.sum(axis=-1), run.messages)


def star(run: RingAllReduce) -> History:
    return History.of(run.star_chunks, run.star_counts, run.star_sends, queued=True)


def at(history: History, time: float) -> np.ndarray:
    return np.full(history.chunks, time)


def test_gauges_end_where_the_trace_counted(run: RingAllReduce) -> None:
    for state in range(7):
        np.testing.assert_allclose(ring(run).carried(at(ring(run), state)), run.ring_ports[state], atol=1e-12)
        np.testing.assert_allclose(star(run).carried(at(star(run), state)), run.star_ports[state], atol=1e-12)


def test_a_star_is_what_its_root_held(run: RingAllReduce) -> None:
    assert run.star_counts[:, 0, 0].tolist() == [1, 2, 3, 4, 4, 4, 4]
    assert run.star_counts[:, 1:, 0].tolist() == [[1, 1, 1]] * 4 + [[4, 1, 1], [4, 4, 1], [4, 4, 4]]
    np.testing.assert_array_equal(run.star_chunks[3, 0].ravel(), run.star_root[3].ravel())
    np.testing.assert_array_equal(run.star_chunks[-1], run.star_final.reshape(4, 4, 16))
    assert run.star_sends["bytes"].sum() == run.star_messages["bytes"].sum()


def test_copies_turn_to_the_next_rank_and_land_on_its_own_storey(run: RingAllReduce) -> None:
    history = ring(run)
    flights = history.flights(at(history, 0.999))
    assert len(flights) == 4
    for flight in flights:
        assert flight.turn == pytest.approx(1)
        assert flight.height == pytest.approx(STOREY + SEAM)
        assert flight.landed == pytest.approx(1)
    assert storeys(2) == pytest.approx(2 * STOREY + SEAM)
    assert not history.flights(at(history, 1.0)) or all(f.turn == 0 for f in history.flights(at(history, 1.0)))


def test_no_two_copies_are_in_one_place(run: RingAllReduce) -> None:
    """Of one ring of chunks only one copy is ever in the air, and a star's wait over each other."""
    for time in np.linspace(0, 6, 61):
        flights = ring(run).flights(at(ring(run), time))
        assert len({int(flight.send[3]) for flight in flights}) == len(flights)
    waiting = [f for f in star(run).flights(at(star(run), 0.9)) if f.send[3] == 0]
    heights = sorted(flight.height for flight in waiting)
    assert len(heights) == 3 and np.all(np.diff(heights) > STOREY)


def test_the_followed_chunk_may_go_ahead_of_the_others(run: RingAllReduce) -> None:
    clocks = np.array([0.5, 0.0, 0.0, 0.0])
    assert [int(flight.send[3]) for flight in ring(run).flights(clocks)] == [0]


def test_over_most_ranks_the_star_piles_up_on_its_root(run: RingAllReduce) -> None:
    history = History.of(run.wide_star_chunks, run.wide_star_counts, run.wide_star_sends, queued=True)
    assert history.steps == 7 and history.counts[-1, :, 0].tolist() == [8, *[1] * 7]
    np.testing.assert_allclose(history.values[-1, 0], run.wide_reference[0], atol=1e-4)
    assert history.carried(at(history, 7)).tolist() == [[0, 7], *[[1, 0]] * 7]


def test_a_ranks_own_port_is_counted_apart_from_the_busiest(manim: ModuleType, run: RingAllReduce) -> None:
    """When the star has collected, the others have sent a gradient each, and its root none; then it sends all three."""
    from mathviz.mobjects.ring_allreduce import Turntable
    from mathviz.style import theme

    table = Turntable(theme("dark"), star(run), run.largest).at(3)
    assert table.passed(1, OUT) == 1 and table.passed(1, OUT, 0) == 0 and table.passed(1, IN, 0) == 3
    table.at(6)
    assert table.passed(1, OUT, 0) == 3 and table.passed(1, OUT, 1) == 1


def test_star_and_ring_deal_out_the_same_sum(run: RingAllReduce) -> None:
    star_ports, ring_ports = run.wide_ports
    np.testing.assert_allclose(star_ports.sum(axis=0), ring_ports.sum(axis=0))
    assert star_ports.max() == 7 and np.allclose(ring_ports, 1.75)
    for ports in run.wide_ports:  # what is lit while "sent by all ports together" is said
        assert sent(ports).sum() == pytest.approx(14) and not sent(ports)[:, 1].any()


def test_what_replaces_is_told_from_what_is_added(run: RingAllReduce) -> None:
    history = ring(run)
    assert [history.adds(send) for send in history.sends] == [True] * 12 + [False] * 12


def test_numbers_said_in_the_close_up_add_up(run: RingAllReduce) -> None:
    """Rounded to what is shown."""
    mine, there, both = (round(float(run.chunks[s, r, 0, run.hero]), 2) for s, r in ((0, 0), (0, 1), (1, 1)))
    assert round(mine + there, 2) == both


def test_the_example_is_a_staircase(manim: ModuleType) -> None:
    from mathviz.docs.examples.ring_allreduce import passed_round

    assert passed_round().counts[-1].tolist() == [[1, 4, 3, 2], [2, 1, 4, 3], [3, 2, 1, 4], [4, 3, 2, 1]]


def test_chunks_have_equal_areas_and_a_gradient_keeps_its_own() -> None:
    squares = HUB**2 + (RIM**2 - HUB**2) * np.arange(5) / 4
    areas = {}
    for ranks in (4, 8):
        radii, _ = Seating(ranks, ranks, cut=0.0).place(np.zeros(ranks, int), np.arange(ranks))
        areas[ranks] = np.diff(radii**2, axis=1)[:, 0] / ranks
        np.testing.assert_allclose(areas[ranks], areas[ranks][0])
    assert areas[4].sum() == pytest.approx(areas[8].sum()) == pytest.approx((squares[-1] - squares[0]) / 4)


def test_sums_sink_to_one_storey_and_to_what_was_there_at_first(manim: ModuleType, run: RingAllReduce) -> None:
    from mathviz.mobjects.ring_allreduce import Turntable
    from mathviz.style import theme

    table = Turntable(theme("dark"), ring(run), run.largest)
    flat = table.resting.data["rgba"].copy()
    table.at(3)
    assert table.resting.get_bounding_box()[2, 2] == pytest.approx(storeys(4))
    table.at(sunk=1.0)
    assert table.resting.get_bounding_box()[2, 2] == pytest.approx(STOREY)
    np.testing.assert_allclose(table.resting.data["rgba"], flat, atol=1e-6)


def test_one_circle_alone_is_a_staircase(manim: ModuleType, run: RingAllReduce) -> None:
    """Half-way, with the other circles sunk: the outer one rises by a storey from rank to rank, and no other rises."""
    from mathviz.mobjects.ring_allreduce import Turntable
    from mathviz.style import theme

    table = Turntable(theme("dark"), ring(run), run.largest).at(3)
    table.at(sunk=table.but(0))
    points = table.resting.get_points()
    radius, inner = np.hypot(points[:, 0], points[:, 1]), table.seats.place(np.array([0]), np.array([0]))[0][0, 0]
    assert points[radius < inner - 0.1, 2].max() == pytest.approx(STOREY)
    for rank in range(4):
        away = np.angle(np.exp(1j * (np.arctan2(points[:, 1], points[:, 0]) - table.seats.middle(rank))))
        outer = points[(np.abs(away) < 0.5) & (radius > inner - 0.01), 2]
        assert outer.max() == pytest.approx(storeys(rank + 1))


def test_more_ranks_come_in_where_none_stood(manim: ModuleType, run: RingAllReduce) -> None:
    """Before the table is unfolded, the picture is as large as before, and nothing of the others is higher than it."""
    from mathviz.mobjects.ring_allreduce import Turntable
    from mathviz.style import theme

    table = Turntable(theme("dark"), ring(run), run.largest)
    before = table.resting.get_bounding_box().copy()
    table.tell(History.of(run.wide_chunks, run.wide_provenance.sum(axis=-1), run.wide_messages), 0)
    assert table.seats.fold == 1
    for step in range(8):  # the followed copy goes round on the unfolded table, one rank a step
        x, y = table.way[60 * step, :2]
        radius, angle = np.hypot(x, y), np.arctan2(y, x)
        assert radius == pytest.approx(RIM * np.sqrt(2), abs=0.1)
        assert np.cos(angle - np.pi - step * np.pi / 4) == pytest.approx(1, abs=1e-6)
    np.testing.assert_allclose(table.resting.get_bounding_box(), before, atol=0.05)
    table.at(fold=0.0)
    assert table.resting.get_bounding_box()[2, 0] / before[2, 0] == pytest.approx(np.sqrt(2), rel=0.02)


@pytest.mark.parametrize("fold", [1.0, 0.7, 0.3, 0.0])
def test_wedges_share_the_circle_at_every_moment(fold: float) -> None:
    """While ranks come in none stands in another's place, and those that come in have none at first."""
    seats = Seating(8, 4, fold=fold)
    _, angles = seats.place(np.arange(8), np.zeros(8, int))
    assert np.all(np.diff(angles.ravel()) >= -1e-9) and angles[-1, 1] - angles[0, 0] < 2 * np.pi
    old, new = seats.wedges
    assert 4 * old + 4 * new == pytest.approx(2 * np.pi)
    if fold == 1:
        assert np.ptp(angles[4:], axis=1) == pytest.approx(np.zeros(4))
    if fold == 0:
        np.testing.assert_allclose(np.diff(seats.middle(np.arange(8))), np.pi / 4)


def test_one_number_has_one_colour_for_any_number_of_ranks(manim: ModuleType, run: RingAllReduce) -> None:
    """What ranks held at first is as bright on the small table as it is among the most, but for the shape of cells."""
    from mathviz.mobjects.ring_allreduce import Turntable
    from mathviz.style import theme

    table = Turntable(theme("dark"), ring(run), run.wide_largest, most=run.most_ranks)
    before = table.ember.shares(np.array([-0.5, 1.0, 4.0]))
    table.tell(History.of(run.wide_chunks, run.wide_provenance.sum(axis=-1), run.wide_messages), 0)
    np.testing.assert_array_equal(table.ember.shares(np.array([-0.5, 1.0, 4.0])), before)
    assert table.ember.shares(run.wide_largest) == pytest.approx(1)
    assert table.ember.shares(run.wide.least) > -0.3, "within the scale that is shown"


def test_relief_darkens_what_holds_one_gradient_and_not_a_finished_chunk(manim: ModuleType, run: RingAllReduce) -> None:
    from mathviz.mobjects.ring_allreduce import Turntable
    from mathviz.style import theme

    def light(table: Turntable) -> np.ndarray:
        points, rgba = table.resting.get_points(), table.resting.data["rgba"][:, :3].sum(axis=1)
        lids = {}
        for rank in (0, 3):  # of chunk 0, which has one gradient at rank 0 after three steps, and all four at rank 3
            radii, angles = table.seats.place(np.array([rank]), np.array([0]))
            inside = np.abs(np.hypot(points[:, 0], points[:, 1]) - radii.mean()) < np.ptp(radii) / 2 - 0.05
            away = np.angle(np.exp(1j * (np.arctan2(points[:, 1], points[:, 0]) - angles.mean())))
            top = points[:, 2] > storeys(rank + 1) - 1e-6
            lids[rank] = rgba[inside & top & (np.abs(away) < np.ptp(angles) / 2 - 0.05)].mean()
        return np.array([lids[0], lids[3]])

    table = Turntable(theme("dark"), ring(run), run.largest).at(3)
    plain, shaded = light(table), light(table.at(relief=1.0))
    assert shaded[0] < 0.6 * plain[0] and shaded[1] == pytest.approx(plain[1])
