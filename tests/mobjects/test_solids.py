"""Solids stand where they are said to, and light falls on the sides that face it."""

from __future__ import annotations

from types import ModuleType

import numpy as np
import pytest

from mathviz import style

DARK = style.theme("dark")


@pytest.fixture
def drawn(manim) -> ModuleType:
    from mathviz.mobjects import solids

    return solids


def test_a_brick_has_the_corners_of_its_box(drawn) -> None:
    brick = drawn.Blocks(DARK, np.array([[1.0, 2.0]]), np.array([[0.4, 0.6]]), top=3.0, foot=1.0)
    assert np.allclose(brick.get_bounding_box()[[0, 2]], [[0.8, 1.7, 1.0], [1.2, 2.3, 3.0]])


def test_what_is_not_said_anew_stays(drawn) -> None:
    bricks = drawn.Blocks(DARK, np.array([[0.0, 0.0], [1.0, 1.0]]), 0.5, top=np.array([1.0, 2.0]), side="data")
    colours = bricks.data["rgba"].copy()
    bricks.show(top=np.array([5.0, 2.0]))
    assert np.allclose(bricks.centres()[:, 2], [5.0, 2.0])
    assert np.allclose(bricks.data["rgba"], colours)
    with pytest.raises(TypeError, match="heat"):
        bricks.show(hight=2.0)


def test_a_wedge_turns_about_the_axis_with_its_light_staying(drawn) -> None:
    wedge = drawn.Wedges(DARK, np.array([[1.0, 2.0]]), np.radians([[0.0, 40.0]]))
    turned = drawn.Wedges(DARK, np.array([[1.0, 2.0]]), np.radians([[90.0, 130.0]]))
    wedge.show(turn=np.pi / 2)
    for found, expected in zip(wedge.triangles, turned.triangles, strict=True):
        assert np.allclose(found, expected, atol=1e-5)


def test_walls_face_outwards_on_the_inner_side_of_a_ring_too(drawn) -> None:
    """The inner wall's middle faces the axis; with the sun at (−0.55, −0.83) it is dark where the outer is bright."""
    away = np.degrees(np.arctan2(-0.83, -0.55))
    wedge = drawn.Wedges(DARK, np.array([[1.0, 2.0]]), np.radians([[away - 2, away + 2]]), side=np.ones(3))
    points, rgba, _ = wedge.triangles
    waist = np.isclose(points[:, 2], 1 - wedge.lip)
    radius = np.hypot(points[:, 0], points[:, 1])
    assert rgba[waist & (radius > 1.9), 0].max() > 1.5 * rgba[waist & (radius < 1.1), 0].min()


def test_cells_cover_the_lid_row_by_row_from_the_outside(drawn) -> None:
    values = np.arange(8).reshape(1, 8, 1) / 8 * np.ones(3)
    wedge = drawn.Wedges(DARK, np.array([[1.0, 2.0]]), np.radians([[0.0, 80.0]]), grid=(2, 4), values=values)
    points, rgba, _ = wedge.triangles
    lid = np.isclose(points[:, 2], 1.0)
    radius, angle = np.hypot(points[:, 0], points[:, 1]), np.degrees(np.arctan2(points[:, 1], points[:, 0]))
    first = lid & np.isclose(rgba[:, 0], 0, atol=1e-4) & np.isclose(rgba[:, 2], 0, atol=1e-4)
    last = lid & np.isclose(rgba[:, 0], 7 / 8, atol=1e-4) & np.isclose(rgba[:, 2], 7 / 8, atol=1e-4)
    assert radius[first].min() > 1.5 and angle[first].max() < 20
    assert radius[last].max() < 1.5 and angle[last].min() > 60


def test_the_reflection_follows_and_lies_below_the_floor(drawn) -> None:
    bricks = drawn.Blocks(DARK, np.zeros((1, 2)), 1.0, top=1.0)
    below = bricks.mirrored()
    bricks.show(top=2.0)
    assert below.get_bounding_box()[0][2] == pytest.approx(-2.06)
    assert below.data["rgba"][:, :3].max() < bricks.data["rgba"][:, :3].max() / 2


def test_joined_triangles_keep_their_own_corners(drawn) -> None:
    from mathviz.mobjects.mesh import join

    one = drawn.Blocks(DARK, np.zeros((1, 2)), 1.0).triangles
    points, _, corners = join(one, one)
    assert len(points) == 2 * len(one[0])
    assert (corners[len(one[2]) :] == one[2] + len(one[0])).all()


def test_fog_takes_what_is_far_into_the_page(drawn) -> None:
    places = np.array([[0.0, 0.0], [0.0, 40.0]])
    bricks = drawn.Blocks(DARK, places, 1.0, side="model")
    lost = drawn.fog(bricks.centres(), np.array([0.0, -2.0, 1.0]), reach=10.0)
    assert lost[0] < 0.1 and lost[1] > 0.99
    near, far = bricks.show(fog=lost).data["rgba"].reshape(2, -1, 4)
    page = style.theme("dark")["background"]
    assert np.allclose(far[:, :3] * 255, [int(page[k : k + 2], 16) for k in (1, 3, 5)], atol=16)
    assert near[:, :3].max() > 0.8


def test_a_wall_is_of_the_colour_that_it_is_given_and_half_the_light_is_half(drawn) -> None:
    """As it is at its brightest, which is its top, by how much each wall is lit."""
    bricks = drawn.Blocks(DARK, np.array([[0.0, 0.0], [3.0, 0.0]]), 1.0, lip=0.0)
    bricks.show(body=np.array([[0.8, 0.6, 0.2], [0.4, 0.3, 0.1]]))
    whole, half = bricks.data["rgba"].reshape(2, 9, -1, 4)[:, 3, :, :3]
    assert np.allclose(whole, 2 * half) and np.allclose(whole[:, 0] / whole[:, 1], 0.8 / 0.6)


def test_a_curved_side_is_shaded_as_a_curve(drawn) -> None:
    """Where two facets meet, both are as bright there; where the wedge has an edge, they are not."""
    wedge = drawn.Wedges(DARK, np.array([[1.0, 2.0]]), np.radians([[0.0, 90.0]]))
    begin, end = wedge.lit
    steps = np.abs(end[0] - np.roll(begin[0], -1))
    assert (steps > 0.01).sum() <= 4
    assert np.ptp(begin) > 0.2


def test_a_veiled_solid_is_dim_and_not_seen_through(drawn) -> None:
    bricks = drawn.Blocks(DARK, np.zeros((1, 2)), 1.0, side="model")
    whole = bricks.get_shader_data()["rgba"].copy()
    bricks.data["rgba"][:, 3] /= 4
    veiled = bricks.get_shader_data()["rgba"]
    assert (veiled[:, 3] == 1).all() and veiled[:, :3].max() < 0.4 * whole[:, :3].max()
    bricks.data["rgba"][:, 3] = 0.0
    assert (bricks.get_shader_data()["rgba"][:, 3] == 0).all()
