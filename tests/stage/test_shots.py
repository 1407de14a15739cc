"""Shots show what they are fitted to, and project as manimgl does."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

CUBE = np.array([[x, y, z] for x in (-1, 2) for y in (-3, 1) for z in (0, 1.5)], float)


@settings(max_examples=60, deadline=None)
@example(theta=27.0, phi=51.0, fov=54.0, size=1.0, left=0.0, top=3.5)
@example(theta=20.0, phi=44.0, fov=60.0, size=1.0, left=0.0, top=3.5)
@given(
    theta=st.floats(-180, 180), phi=st.floats(0, 120), fov=st.floats(15, 60), size=st.floats(0.05, 40),
 left=st.floats(-6, 0), top=st.floats(-1, 3.5),
)  # fmt: skip
def test_a_fitted_shot_fills_its_region_and_leaves_it_nowhere(
    manim: None, theta: float, phi: float, fov: float, size: float, left: float, top: float
) -> None:
    from mathviz.stage.frame import Region
    from mathviz.stage.shots import Angle, fit

    region = Region(left, 6.0, -2.3, top)
    seen = fit(size * CUBE, Angle(theta, phi, fov), region).project(size * CUBE)
    assert region.holds(seen, slack=0.02)
    low, high = seen.min(axis=0), seen.max(axis=0)
    assert max((high - low) / (region.width, region.height)) == pytest.approx(1, abs=0.01), "it could be larger"
    assert (low + high) / 2 == pytest.approx(region.middle[:2], abs=0.02)


def test_manimgls_own_camera_sees_a_point_where_the_shot_projects_it(manim: None) -> None:
    """Through the very numbers that the shaders are given."""
    from manimlib import FRAME_HEIGHT, FRAME_WIDTH
    from manimlib.camera.camera_frame import CameraFrame

    from mathviz.stage.shots import Shot

    frame, shot = CameraFrame(), Shot(-37, 62, 28, 5.5, (1.0, -2.0, 0.4))
    shot.put(frame)
    view = np.array(frame.get_view_matrix())
    factors = np.array([2 / FRAME_WIDTH, 2 / FRAME_HEIGHT, frame.get_scale() / frame.get_focal_distance()])
    for point in CUBE:
        seen = (view @ [*point, 1])[:3] * factors
        screen = seen[:2] / (1 - seen[2]) * (FRAME_WIDTH / 2, FRAME_HEIGHT / 2)
        assert shot.project(point) == pytest.approx(screen, abs=1e-5)


def test_what_is_behind_the_camera_is_nowhere(manim: None) -> None:
    from mathviz.stage.shots import Shot

    assert np.isnan(Shot(0, 0, 40, 8).project(np.array([0, 0, 100.0]))).all()


def test_a_journey_of_scale_goes_by_equal_factors_and_straight(manim: None) -> None:
    from mathviz.stage.shots import Shot

    far, near = Shot(0, 0, 40, 16), Shot(0, 0, 40, 1, (3, 2, 0))
    heights = [far.between(near, share).height for share in (0, 0.25, 0.5, 0.75, 1)]
    assert np.diff(np.log(heights)) == pytest.approx(-math.log(16) / 4)
    places = np.array([far.between(near, share).project(np.array([3.2, 2.1333, 0])) for share in (0, 0.3, 0.6, 0.9, 1)])
    offset = places - places[0]
    assert np.abs(offset[:, 0] * offset[-1, 1] - offset[:, 1] * offset[-1, 0]).max() < 1e-3 * np.abs(offset).max() ** 2
    assert far.between(near, 1) is near and far.between(near, 0) is far


def test_moves_begin_and_end_at_rest(manim: None) -> None:
    from mathviz.stage.moves import ease

    assert ease(0) == 0 and ease(1) == 1
    assert ease(0.001) < 1e-7 and 1 - ease(0.999) < 1e-7
