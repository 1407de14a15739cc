"""Rods against the times that they stand for."""

from __future__ import annotations

from types import ModuleType

import numpy as np
import pytest


def test_rods_tie_at_the_gate_and_are_seen_to(manim: ModuleType) -> None:
    """14 steps of an eighth of S, and 6 steps of all of it, take as long at S = 8 / 4.25 fixed costs."""
    from mathviz.mobjects.rods import ROD_PITCH, ROD_WIDTH, Rods
    from mathviz.stage.shots import BENCH, fit
    from mathviz.style import theme

    tie = 8 / 4.25
    rods = Rods(theme("dark"), np.array([14, 6]), np.array([0.125, 1.0]), ("model", "rival")).show(tie)
    ring, tree = rods.lengths()
    assert ring == pytest.approx(tree)
    corners = rods.get_points()
    ends = [corners[np.abs(corners[:, 1] + ROD_PITCH * rod) < 0.6 * ROD_WIDTH][:, 0].max() for rod in (0, 1)]
    assert ends == pytest.approx([ring, tree], abs=1e-5)
    gate = rods.gate(tie).glass.get_points()
    np.testing.assert_allclose(gate[:, 0], ring, atol=1e-5)
    shot = fit(rods.bounds(1.5 * tie), BENCH)
    seen = shot.project(np.array([[ring, 0.5, 1.0], [tree, 0.5 - ROD_PITCH, 1.0]]))[:, 0]
    assert abs(seen[0] - seen[1]) < 0.01 * (seen[0] - shot.project(np.array([0.0, 0.5, 1.0]))[0])


def test_a_name_stands_at_its_own_brick(manim: ModuleType) -> None:
    """In the colour of bytes there, and not in that of the fixed cost before them."""
    from mathviz.mobjects.rods import ROD_PITCH, ROD_WIDTH, Rods
    from mathviz.style import theme

    rods = Rods(theme("dark"), np.array([14, 6]), np.array([0.125, 1.0]), ("model", "rival")).show(8 / 4.25)
    for rod, step in ((0, 9), (1, -1)):
        fixed, sent = rods.brick(rod, 0, step), rods.brick(rod, 1, step)
        count = step % rods.steps[rod]
        length = rods.lengths()[rod] / rods.steps[rod]
        assert count * length < fixed[0] < count * length + rods.unit < sent[0] < (count + 1) * length + 1e-9
    assert rods.brick(0, 1)[1] == pytest.approx(ROD_WIDTH / 2) and rods.brick(0, 1)[2] > 0.5
    assert rods.brick(1, 1)[1:] == pytest.approx([-ROD_PITCH - ROD_WIDTH / 2, 0.0])


def test_what_is_late_is_not_shown_yet(manim: ModuleType) -> None:
    """Of 14 steps and of 6, eight fixed costs after the begin: the second rod is whole, the first ends there."""
    from mathviz.mobjects.rods import ROD_PITCH, Rods
    from mathviz.style import theme

    rods = Rods(theme("dark"), np.array([14, 6]), np.array([0.125, 1.0]), ("model", "rival")).show(0.0, late=8.0)
    corners = rods.get_points()
    ends = [corners[np.abs(corners[:, 1] + ROD_PITCH * rod) < ROD_PITCH / 2][:, 0].max() for rod in (0, 1)]
    assert np.array(ends) / rods.unit == pytest.approx([8, 6], abs=0.01)
