"""The city of scores: areas are to one scale, one tile is held at a time, kernels run at one speed."""

from __future__ import annotations

import numpy as np
import pytest

from mathviz.style import theme


@pytest.fixture(scope="module")
def shown(manim: None):
    from mathviz.docs.examples import city as examples

    return examples


def test_all_areas_are_to_one_scale(shown):
    """A side of 96 numbers, features of 8, tiles of 16: fast memory holds 16 · 16 + 4 · 16 · 8 of 96 · 96."""
    from mathviz.mobjects.city import SIDE, City

    city = City(theme("dark"), shown.STREETS, 6, 8 / 96)
    assert city.share == pytest.approx((16 * 16 + 4 * 16 * 8) / 96**2)
    bench = sum(_areas(city.bench)) / 0.96**2
    assert bench / SIDE**2 == pytest.approx(city.share)
    assert _areas(city.queries).sum() / 0.9 / SIDE**2 == pytest.approx(8 / 96)
    assert _areas(city.keys).sum() / 0.9 / SIDE**2 == pytest.approx(2 * 8 / 96)


def _areas(blocks):
    return np.ptp(blocks.inner[..., 0], axis=1) * (blocks.outer[..., 1] - blocks.inner[..., 1]).mean(axis=1)


def test_only_the_tile_at_work_is_held_and_row_by_row(shown):
    from mathviz.mobjects.city import City

    city = City(theme("dark"), shown.STREETS, 6, 1 / 12)
    for visit in (0, 5, 6, 35):
        city.sweep(visit)
        row, column = divmod(visit, 6)
        assert np.argwhere(city.at_work).min(axis=0).tolist() == [2 * row, 2 * column]
        assert city.at_work.sum() == 4
        assert sorted(city.held.looks["top"]) == pytest.approx(sorted(city.heights[city.at_work]))
    assert city.sweep(7.97).held.looks["top"].max() < 0.5 * city.heights[city.at_work].max(), "a used tile goes"


def test_both_kernels_run_at_one_speed_and_areas_are_to_scale(shown):
    from mathviz.mobjects.city import SIDE, Kernels

    kernels = Kernels(theme("dark"), np.array([2.25, 0.04]), np.array([150.0, 50.0]), ("rival", "model"))
    long, short = (way.core.paths[0] for way in kernels.clock(1.0).ways)
    assert long[-1, 0] - long[0, 0] == pytest.approx(SIDE) and short[-1, 0] - short[0, 0] == pytest.approx(SIDE / 3)
    sides = [np.ptp(area.glass.data["point"][:, 0]) for area in kernels.areas]
    assert sides == pytest.approx([1.5 * SIDE, 0.2 * SIDE])
