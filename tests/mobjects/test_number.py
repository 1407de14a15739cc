"""Large numbers stand still while they count."""

from __future__ import annotations

from types import ModuleType

import numpy as np
import pytest

from mathviz import style


@pytest.fixture
def theme(manim: ModuleType) -> style.Theme:
    return style.theme("dark")


def test_digits_keep_their_places_and_the_box_its_size(theme: style.Theme) -> None:
    from mathviz.mobjects.number import Digits

    digits = Digits(0, theme, "{:.1f}", widest=98.5)
    box, lefts = digits.get_bounding_box(), []
    for value in (0.0, 0.4, 8.1, 17.3, 98.5, 11.1):
        digits.show(value)
        assert digits.text == f"{value:.1f}"
        np.testing.assert_allclose(digits.get_bounding_box(), box, atol=0.02 * digits.em)
        point = [shape for shape in digits.submobjects[1:] if 0.001 < shape.get_height() < 0.3 * digits.em]
        lefts.append(point[0].get_center()[0])
    assert np.ptp(lefts) < 1e-6  # of the decimal point


def test_what_was_done_to_a_number_stays_while_it_counts(theme: style.Theme) -> None:
    from manimlib import UP

    from mathviz.mobjects.number import BigNumber

    number = BigNumber(8, theme, "of all", "%", "{:.0f}", "data", widest=88).fix_in_frame()
    number.scale(0.5).shift(UP).set_opacity(0.4)
    top = number.digits.get_top()[1]
    number.show(88)
    assert number.digits.get_top()[1] == pytest.approx(top, abs=0.02)
    shapes = [shape for shape in number.digits.submobjects[1:] if shape.get_height() > 0.1]
    assert len(shapes) == 2
    assert all(shape.is_fixed_in_frame() and shape.get_fill_opacity() == pytest.approx(0.4) for shape in shapes)
    assert shapes[0].get_fill_color().lower() == theme["data"].lower()


def test_a_count_that_was_skipped_leaves_what_one_that_was_played_leaves(theme: style.Theme) -> None:
    from mathviz.mobjects.number import Digits

    played, skipped = (Digits(0, theme, "{:g}", widest=1.75) for _ in range(2))
    for value in (0, 0.875, 1.75):
        played.show(value)
    skipped.show(1.75)
    one, other = ([each.get_points() for each in digits.get_family()] for digits in (played, skipped))
    assert len(one) == len(other)
    assert all(np.array_equal(*pair) for pair in zip(one, other, strict=True))


def test_the_unit_is_half_as_high_and_on_the_same_line(theme: style.Theme) -> None:
    from mathviz.mobjects.number import BigNumber

    number = BigNumber(1.75, theme, "busiest link", "S", "{:.2f}")
    assert number.unit.em == pytest.approx(0.5 * number.digits.em, rel=0.01)
    assert number.unit.get_bottom()[1] == pytest.approx(number.digits.get_bottom()[1], abs=0.02)
    assert number.digits.em == pytest.approx(115 / 135, rel=0.01)  # pixels at 1080p, 135 a unit


def test_numbers_are_aligned_at_their_tops(theme: style.Theme) -> None:
    from manimlib import RIGHT, UP, VGroup

    from mathviz.mobjects.number import BigNumber

    row = VGroup(BigNumber(1, theme, "one"), BigNumber(23, theme, "two", size="hero_large"))
    row.arrange(RIGHT, aligned_edge=UP)
    assert row[0].digits.place.get_top()[1] == pytest.approx(row[1].digits.place.get_top()[1], abs=0.02)


def test_a_negative_value_has_a_minus_and_no_hyphen(theme: style.Theme) -> None:
    from mathviz.mobjects.number import Digits

    digits = Digits(0.5, theme, "{:+.1f}", widest=-9.5)
    assert digits.show(-3.2).text == "−3.2" and digits.show(3.2).text == "+3.2"


@pytest.mark.parametrize("value", [1.35, 0.14, 71.0])
def test_a_number_is_flush_with_its_label_as_it_is_seen(theme: style.Theme, value: float) -> None:
    """A 1 of one width has much room before it: its place must not count that as the number's own."""
    from manimlib import LEFT, RIGHT, VGroup

    from mathviz.mobjects.number import BigNumber

    for side in (LEFT, RIGHT):
        number = BigNumber(value, theme, "Half", "", "{:.2f}", side=side)
        seen = VGroup(*(shape for shape in number.digits.submobjects[1:] if shape.get_height() > 0.01))
        # two hundredths of an em are the bearings of the label's own letters
        assert seen.get_edge_center(side)[0] == pytest.approx(number.label.get_edge_center(side)[0], abs=0.003)
