"""Limits and ticks come from the data; names dodge; curves, areas and markers are functions of an index."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest

from mathviz import style

LOSS = 0.2 + np.exp(-np.arange(60) / 9) + 0.02 * np.sin(np.arange(60) * 1.7)
STEPS = 20.0 * np.arange(60)


@pytest.fixture
def theme(manim: None) -> style.Theme:
    return style.theme("dark")


def axes_of(theme: style.Theme, **settings: Any) -> Any:
    from mathviz.mobjects.axes import Axes

    return Axes(theme, STEPS, LOSS, "updates", "loss", **settings)


@pytest.mark.parametrize(
    ("values", "log", "names"),
    [
        ([0, 1180], False, ["0", "500", "1,000"]),
        ([0.21, 1.2], False, ["0.0", "0.5", "1.0"]),
        ([-1.3, 2.2], False, ["−1", "0", "1", "2"]),
        ([0.26, 0.27], False, ["0.0", "0.1", "0.2"]),
        ([1, 1000], True, ["1", "10", "100", "1,000"]),
        ([3e-5, 0.2], True, ["$10^{-4}$", "$10^{-3}$", "$10^{-2}$", "$10^{-1}$"]),
        ([2.0, 30.0], True, ["2", "5", "10", "20"]),
        ([1e2, 1e10], True, ["$10^{2}$", "$10^{4}$", "$10^{6}$", "$10^{8}$", "$10^{10}$"]),
        ([5, 5], False, ["0", "2", "4"]),
    ],
)
def test_ticks_are_round_and_lie_within_the_data(manim: None, values: list[float], log: bool, names: list[str]) -> None:
    from mathviz.mobjects.axes import Scale

    scale = Scale.of(np.array(values, float), log)
    assert scale.names == names
    assert all(0 <= share <= 1 for share in scale.share(np.array(scale.ticks)))
    assert scale.share(np.array(max(values))) > 0.9


def test_values_that_an_axis_cannot_show_are_refused(manim: None) -> None:
    from mathviz.mobjects.axes import Scale

    with pytest.raises(ValueError, match="no place for -1; give it positive values"):
        Scale.of(np.array([-1.0, 3.0]), log=True)
    with pytest.raises(ValueError, match="at least one finite value"):
        Scale.of(np.array([np.nan]))


def test_labels_touch_neither_each_other_nor_the_picture(theme: style.Theme) -> None:
    axes = axes_of(theme)
    axes.curve(LOSS, "model", STEPS, "training")
    curves = [axes.curve(LOSS + 0.01 * k, "data", STEPS, name) for k, name in enumerate(("held out", "new", "old"))]
    names = [axes.level(0.2, "target", "floor").name, *(curve.name for curve in curves)]
    for one, other in itertools.combinations([*axes.numbers, *axes.titles, *names], 2):
        (a, _, b), (c, _, d) = one.get_bounding_box(), other.get_bounding_box()
        assert (b[:2] <= c[:2] + 1e-6).any() or (d[:2] <= a[:2] + 1e-6).any(), f"{one.text} on {other.text}"
    end = axes.at(STEPS[-1], 0.0)[0]
    assert all(name.get_left()[0] > end for name in names)


def test_values_are_where_the_axes_are_however_they_are_turned(theme: style.Theme) -> None:
    from manimlib import DEGREES, RIGHT, UP

    axes = axes_of(theme)
    flat = axes.at(STEPS, LOSS)
    axes.scale(1.5).rotate(40 * DEGREES, axis=UP).shift(RIGHT)
    turned = axes.at(STEPS, LOSS)
    ways = np.linalg.norm(np.diff(turned, axis=0), axis=1) / np.linalg.norm(np.diff(flat, axis=0), axis=1)
    assert np.allclose(ways, 1.5, rtol=1e-4)
    assert np.allclose(axes.put(axes.shares(turned)), turned, atol=1e-4)
    name = axes.curve(LOSS, "model", STEPS, "loss").name
    assert np.ptp(name.get_all_points()[:, 2]) > 0.1  # it is turned with them


def test_a_moment_looks_the_same_however_it_was_come_to(theme: style.Theme) -> None:
    axes = axes_of(theme)
    curve = axes.curve(LOSS, "model", STEPS, "loss")
    area, marker = axes.area(curve, 0.2, "error"), curve.marker()
    looks = []
    for at in (12.4, 59.0, 30.2, 12.4):
        for part in (curve, area, marker):
            part.show(at)
        parts = (curve.line, area.sheet, marker.dot)
        looks.append([part.data["point"].copy() for part in parts])
        assert np.allclose(marker.dot.get_center(), axes.at(*curve.value(at)), atol=1e-5)
        assert np.allclose(curve.line.data["point"][-1], axes.at(*curve.value(at)), atol=1e-5)
        assert curve.name.submobjects[0].get_fill_opacity() == (1 if at == 59 else 0)
    assert all(np.array_equal(one, other) for one, other in zip(looks[0], looks[3], strict=True))


def test_a_growing_curve_never_bends_where_it_was_straight(theme: style.Theme) -> None:
    """What is far behind the tip stays as it was: no joint snaps when the end comes."""
    axes = axes_of(theme)
    curve = axes.curve(LOSS, "model", STEPS)
    whole = curve.line.data["point"].copy()
    for at in np.linspace(20, 58, 40):
        grown = curve.show(float(at)).line.data["point"]
        assert np.array_equal(grown[:30], whole[:30])


def test_an_area_lies_between_what_it_is_of(theme: style.Theme) -> None:
    axes = axes_of(theme)
    one, other = axes.curve(LOSS + 0.1, "model", STEPS), axes.curve(LOSS, "data", STEPS)
    points, _, corners = axes.area(one, other, "error").show(40.0).sheet.triangles
    sides = points[corners]
    area = 0.5 * np.linalg.norm(np.cross(sides[:, 1] - sides[:, 0], sides[:, 2] - sides[:, 0]), axis=1).sum()
    wide = axes.at(STEPS[40], 0.0)[0] - axes.at(0.0, 0.0)[0]
    high = axes.at(0.0, 0.1)[1] - axes.at(0.0, 0.0)[1]
    assert area == pytest.approx(wide * high, rel=0.02)


def test_axes_are_few_objects(theme: style.Theme) -> None:
    from manimlib_scene import batches_of

    axes = axes_of(theme, grid=True)
    assert batches_of(axes.rules) == 1 and batches_of(axes) <= 3


def test_what_is_put_into_axes_of_the_frame_stands_in_the_frame(theme: style.Theme) -> None:
    axes = axes_of(theme)
    axes.fix_in_frame().set_z_index(100)
    curve = axes.curve(LOSS, "model", STEPS, "loss")
    for made in (curve, axes.level(0.2, "target", "floor"), axes.area(curve, 0.2, "error"), curve.marker()):
        assert all(part.is_fixed_in_frame() and part.z_index == 100 for part in made.get_family())


def test_both_axes_have_their_numbers_even_of_one_scale(theme: style.Theme) -> None:
    from mathviz.mobjects.axes import Axes, Scale

    scale = Scale.of(np.array([0.0, 40.0]))
    axes = Axes(theme, scale, scale)
    assert [number.text for number in axes.numbers] == 2 * ["0", "20", "40"]
    assert len({round(float(number.get_x()), 2) for number in axes.numbers}) > 3
