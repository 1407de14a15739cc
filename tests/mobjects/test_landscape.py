"""A landscape is as high as its values, melts into the page where they are nothing, and its lines lie on it."""

from __future__ import annotations

import numpy as np
import pytest

from mathviz import style

DARK = style.theme("dark")
AT = np.linspace(-2, 2, 41)
BOWL = AT[:, None] ** 2 + AT**2


@pytest.fixture
def bowl(manim):
    from mathviz.mobjects.landscape import Landscape

    return Landscape(DARK, AT, AT, BOWL, limit=8.0, rise=0.5, lines=10, levels=np.array([1.0, 2.25]), melt=0.2)


def test_height_and_colour_are_the_value(bowl) -> None:
    points, rgba, _ = bowl.ground.triangles
    assert np.allclose(points[:, 2], 0.5 * BOWL.ravel(), atol=1e-6)
    assert np.allclose(rgba[:, :3] * 255, DARK.magnitude(BOWL.ravel(), 8.0), atol=1e-3)
    assert rgba[np.argmin(points[:, 2]), 3] == 0 and (rgba[points[:, 2] > 0.81, 3] == 1).all()


def test_lines_of_equal_height_are_where_the_function_has_it(bowl) -> None:
    lines = bowl.heights.paths
    assert len(lines) == 2
    assert np.allclose(np.hypot(lines[..., 0], lines[..., 1]), [[1.0], [1.5]], atol=0.01)
    assert np.allclose(lines[..., 2], np.array([[0.5], [1.125]]) + 0.01)


def test_lines_along_the_grid_lie_on_the_sheet_and_follow_it(bowl) -> None:
    bowl.show(2 * BOWL)
    assert bowl.along.paths.shape == bowl.across.paths.shape == (5, 41, 3)
    for line in (bowl.along.paths, bowl.across.paths):
        assert np.allclose(line[..., 2], (line[..., :2] ** 2).sum(axis=-1) + 0.01)
