"""Symbols leave the objects that they name and take their places in a law."""

from __future__ import annotations

import numpy as np
import pytest

from mathviz import style
from mathviz.project.errors import NotFound

STEP = r"x_{t-1} = \frac{x_t - \beta_t \epsilon_\theta(x_t)}{\sqrt{\alpha_t}}"
SYMBOLS = {"x_t": "data", r"\epsilon_\theta": "model"}


@pytest.fixture
def theme(manim: None) -> style.Theme:
    return style.theme("dark")


def test_a_law_knows_its_symbols_and_their_places(theme: style.Theme) -> None:
    from mathviz.mobjects.law import Law

    law = Law(STEP, theme, SYMBOLS)
    assert law.symbols == ["x_t", r"\epsilon_\theta"]
    assert [len(place) for place in law.places("x_t")] == [2, 2]
    assert {sign.get_fill_color().lower() for sign in law.symbol("x_t")} == {theme["data"].lower()}
    with pytest.raises(NotFound, match=r"no symbol 'x_s'. Closest: x_t"):
        law.symbol("x_s")


def test_symbols_leave_their_label_exactly_and_arrive_exactly(theme: style.Theme) -> None:
    from mathviz.mobjects.law import Gathering, Law
    from mathviz.mobjects.text import Sentence

    label = Sentence("$x_t$ now", theme, symbols=SYMBOLS).move_to((-4, -2, 0))
    law = Law(STEP, theme, SYMBOLS)
    at_rest = [sign.get_points().copy() for sign in law.submobjects]
    gathering = Gathering(law, {"x_t": label, r"\epsilon_\theta": np.array([3.0, 1.0])})
    gathering.begin()
    for place in law.places("x_t"):
        signs = [law.submobjects[at] for at in place]
        for sign, source in zip(signs, label.symbol("x_t"), strict=True):
            assert np.allclose(sign.get_center(), source.get_center(), atol=0.02)
            assert sign.get_height() == pytest.approx(source.get_height(), rel=0.05)
    others = [sign for sign in law.submobjects if not sign.symbol]
    assert all(sign.get_fill_opacity() == 0 for sign in others)
    gathering.interpolate(0.5)
    halfway = [sign.get_points().copy() for sign in law.submobjects]
    gathering.interpolate(0.9)
    gathering.interpolate(0.5)  # a moment looks the same however it was come to
    assert all(np.array_equal(sign.get_points(), points) for sign, points in zip(law.submobjects, halfway, strict=True))
    gathering.interpolate(1.0)
    assert all(np.array_equal(sign.get_points(), points) for sign, points in zip(law.submobjects, at_rest, strict=True))
    assert all(sign.get_fill_opacity() == 1 for sign in law.submobjects)


def test_a_law_is_drawn_in_one_pass(theme: style.Theme) -> None:
    from manimlib_scene import batches_of

    from mathviz.mobjects.law import Law

    assert batches_of(Law(STEP, theme, SYMBOLS)) == 1
