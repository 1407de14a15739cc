"""Planes, fans and fields of arrows against geometry."""

from __future__ import annotations

from types import ModuleType

import numpy as np
import pytest

from mathviz import style

THEME = style.theme("dark")


@pytest.fixture
def drawn(manim) -> ModuleType:
    from mathviz.mobjects import particles

    return particles


@pytest.fixture
def plane(drawn):
    return drawn.Plane(THEME, side=4.0, reach=2.0).move_to((1.0, 0.5, 0.0))


def test_a_plane_puts_data_where_they_are(plane):
    assert plane.unit == pytest.approx(1.0)
    assert np.allclose(plane.at(np.array([[0.0, 0.0], [1.0, -2.0]])), [[1.0, 0.5, 0.0], [2.0, -1.5, 0.0]])


def test_a_way_ends_at_the_planes_edge_or_before(plane):
    inside = plane.edge_toward(np.array([0.0, 0.0]), np.array([1.0, 1.0]))
    outside = plane.edge_toward(np.array([0.0, 0.0]), np.array([0.0, 9.0]))
    assert np.allclose(inside, plane.at(np.array([1.0, 1.0])))
    assert np.allclose(outside, plane.at(np.array([0.0, 0.97 * 2.0])))


def test_what_lies_outside_is_not_drawn(drawn, plane):
    cloud = drawn.Particles(plane, np.array([[0.0, 0.0], [2.5, 0.0]]), THEME, "data")
    assert cloud.get_opacities().tolist() == pytest.approx([0.8, 0.0])


def test_a_fans_lines_are_as_opaque_as_probable(drawn, plane):
    ends = np.array([[1.0, 0.0], [0.0, 1.0], [-1.0, 0.0]])
    fan = drawn.Fan(plane, THEME, 3).show(np.array([0.5, 0.5]), ends, np.array([0.2, 0.6, 0.2]))
    assert [line.get_stroke_opacity() for line in fan] == pytest.approx([1 / 3, 1.0, 1 / 3])
    for line, end in zip(fan, ends, strict=True):
        assert np.allclose(line.get_start(), plane.at(np.array([0.5, 0.5])))
        assert np.allclose(line.get_end(), plane.at(end))


def test_a_fan_that_was_shown_before_is_no_other(drawn, plane):
    ends, chances = np.array([[1.0, 0.0], [0.0, 1.0]]), np.array([0.9, 0.1])
    fresh = drawn.Fan(plane, THEME, 2).show(np.zeros(2), ends, chances)
    used = drawn.Fan(plane, THEME, 2).show(np.ones(2), -ends, chances[::-1]).show(np.zeros(2), ends, chances)
    for one, other in zip(fresh, used, strict=True):
        assert np.array_equal(one.data, other.data)


def test_arrows_point_along_their_vectors_and_are_cut(drawn, plane):
    places, vectors = np.array([[0.0, 0.0], [1.0, 1.0]]), np.array([[0.3, 0.0], [0.0, -8.0]])
    field = drawn.ArrowField(plane, places, vectors, 0.5, THEME, "model", 2)
    starts_and_tips = [(arrow[0], arrow[2]) for arrow in field.get_subpaths()]
    for place, length, (start, tip) in zip(places, ([0.3, 0.0], [0.0, -0.5]), starts_and_tips, strict=True):
        assert np.allclose((start + tip) / 2, plane.at(place))
        assert np.allclose((tip - start)[:2], length)


@pytest.mark.filterwarnings("error")
def test_no_vector_is_no_arrow(drawn, plane):
    field = drawn.ArrowField(plane, np.zeros((1, 2)), np.zeros((1, 2)), 0.5, THEME, "model", 2)
    assert np.isfinite(field.get_points()).all() and np.ptp(field.get_points(), axis=0).max() == 0


def test_a_ridge_runs_through_its_points(drawn, plane):
    ridge = drawn.Ridge(plane, [np.array([[0.0, 0.0], [1.0, 0.0]]), np.array([[0.0, 1.0], [1.0, 1.0]])], THEME)
    assert len(ridge) == 2 and np.allclose(ridge[1].get_end(), plane.at(np.array([1.0, 1.0])))


def test_a_knobs_place_does_not_depend_on_its_way(drawn):
    one, other = (drawn.TimeBar(THEME, 4.0, "noise", "data") for _ in range(2))
    for share in np.linspace(0, 1, 50):
        one.show(share)
    one.show(0.3)
    other.show(0.3)
    assert np.array_equal(one.knob.get_points(), other.knob.get_points())
    assert one.knob.get_x() == pytest.approx(-2.0 + 0.3 * 4.0)


def test_trajectories_are_drawn_up_to_their_time(drawn, plane):
    paths = np.stack([np.linspace([-1.0, 0.0], [1.0, 1.0], 11), np.linspace([0.0, 0.0], [0.0, -1.0], 11)], axis=1)
    ways = drawn.Trajectories(plane, paths, THEME, "model").show(0.5)
    assert np.allclose([way.get_start() for way in ways], plane.at(paths[0]))
    assert np.allclose([way.get_end() for way in ways], plane.at(paths[5]))
    assert np.allclose([way.get_end() for way in ways.show(1.0)], plane.at(paths[10]))


def test_a_dial_shows_both_factors(drawn):
    for straight in (False, True):
        dial = drawn.MixDial(THEME, 2.0, "signal", "noise", straight).show(0.5, 0.5)
        zero = dial.corner.get_start()
        assert np.allclose(dial.dot.get_center() - zero, [1.0, 1.0, 0.0])
        assert np.allclose(dial.legs[0].get_end() - zero, [1.0, 0.0, 0.0])


def test_a_straight_mix_runs_along_the_chord(drawn):
    straight, arc = (drawn.MixDial(THEME, 2.0, "a", "b", straight)[1] for straight in (True, False))
    assert np.allclose(straight.point_from_proportion(0.5), [1.0, 1.0, 0.0])
    assert np.linalg.norm(arc.point_from_proportion(0.5)) == pytest.approx(2.0, abs=1e-3)
