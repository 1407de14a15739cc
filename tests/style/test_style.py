"""Reading times, holds, named durations and the colours of signed values."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from coloraide import Color

from mathviz import style
from mathviz.project.errors import NotFound
from mathviz.style import hold_after, reading_time, theme, words

# 2 s (3 s from 10 words on) + 0.25 s per word + 0.15 s per Han character + 0.3 s per formula symbol.
READING = [
    ("", 0, 2.0),
    ("The price", 0, 2 + 2 * 0.25),
    ("one two three four five six seven eight nine", 0, 2 + 9 * 0.25),
    ("one two three four five six seven eight nine ten", 0, 3 + 10 * 0.25),
    ("4 workers, one model: each has a gradient.", 0, 2 + 8 * 0.25),
    ("Don't re-use it — ever!", 0, 2 + 4 * 0.25),
    ("Error 0.39, not 0.5", 0, 2 + 4 * 0.25),
    ("目标：人人得到总和，而且只要总和", 0, 2 + 14 * 0.15),
    ("每份梯度切成 4 块", 0, 2 + 0.25 + 7 * 0.15),
    ("环形 All-Reduce，进程再多也不到 2S", 0, 2 + 2 * 0.25 + 9 * 0.15),
    ("改用GPU训练", 0, 2 + 0.25 + 4 * 0.15),
    ("Ring: 2(N−1)/N·S.", 9, 2 + 2 * 0.25 + 9 * 0.3),
    ("环", 2, 2 + 0.15 + 2 * 0.3),
]


@pytest.mark.parametrize(("text", "symbols", "seconds"), READING)
def test_reading_takes_as_long_as_the_rule_says(text: str, symbols: int, seconds: float) -> None:
    assert reading_time(text, symbols) == pytest.approx(seconds)


def test_words_are_counted_across_scripts() -> None:
    assert words("one, two — three") == 3
    assert words("两个 GPU 和 8 个 CPU") == 3
    assert words("，。！ … —") == 0


@pytest.mark.parametrize(
    ("shown", "needed", "more"),
    [
        (0, 4, 4.0), (0, 3.75, 4.0), (0, 3.5, 3.5), (1.5, 4, 2.5), (1.5, 3.85, 2.5), (4, 4, 0.0), (9, 4, 0.0),
        (0, 3.54, 3.5),  # short by a frame's worth
        (0, 3.56, 4.0),
        (3.97, 4, 0.0),
        (1 / 3, 4, 4.0),
    ],
)  # fmt: skip
def test_a_hold_lasts_whole_halves_of_a_second(shown: float, needed: float, more: float) -> None:
    assert hold_after(shown, needed) == more


@pytest.mark.parametrize("shown", np.linspace(0, 5, 23))
def test_a_hold_is_never_short_nor_much_too_long(shown: float) -> None:
    for needed in np.linspace(0, 8, 57):
        total = shown + hold_after(shown, needed)
        assert needed - 0.05 - 1e-9 <= total < max(shown, needed + 0.5) or total == shown
        assert hold_after(shown, needed) % 0.5 == 0


def test_every_named_duration_fits_every_frame_rate() -> None:
    durations = style.settings()["durations"]
    assert {"quick", "normal", "slow"} <= set(durations)
    for name, seconds in durations.items():
        assert seconds > 0 and seconds % 0.5 == 0, name
        assert all((seconds * fps).is_integer() for fps in (24, 30, 50, 60)), name
    assert style.QUICK < style.NORMAL < style.SLOW


# Signed values.

LIMIT = 0.8


def colours(name: str, *values: float) -> list[str]:
    return theme(name).signed(np.array(values), LIMIT)


@pytest.mark.parametrize("name", style.THEMES)
def test_the_ends_of_the_map_are_the_themes(name: str) -> None:
    anchors = style.settings()["diverging"][name]
    low, high = colours(name, -LIMIT, LIMIT)
    assert (low, high) == (anchors["negative"].lower(), anchors["positive"].lower())


@pytest.mark.parametrize("name", style.THEMES)
def test_zero_is_the_neutral_colour(name: str) -> None:
    (zero,) = colours(name, 0.0)
    assert Color(zero).delta_e(Color(style.settings()["diverging"][name]["zero"]), method="2000") < 1
    # The map has no step at zero exactly: the two next to it look the same.
    least = LIMIT / 1000
    assert Color(colours(name, -least)[0]).delta_e(Color(colours(name, least)[0]), method="2000") < 2


@pytest.mark.parametrize("name", style.THEMES)
def test_values_beyond_the_limit_get_the_ends(name: str) -> None:
    assert colours(name, -9, -np.inf, 9, np.inf) == colours(name, -LIMIT, -LIMIT, LIMIT, LIMIT)


@pytest.mark.parametrize("name", style.THEMES)
def test_opposite_values_are_equally_far_from_zero(name: str) -> None:
    map_ = theme(name).diverging
    anchors = [Color(style.settings()["diverging"][name][end]) for end in ("negative", "zero", "positive")]
    low, middle, high = (np.array(anchor.convert("oklab")[:3]) for anchor in anchors)
    for share in (0.25, 0.5, 0.75):
        for end, value in ((low, -share), (high, share)):
            expected = Color("oklab", list(middle + share * (end - middle))).convert("srgb")
            (found,) = colours(name, value * LIMIT)
            assert Color(found).delta_e(expected, method="2000") < 1
    assert map_.shape == (256, 3) and map_.min() >= 0 and map_.max() <= 1


@pytest.mark.parametrize("name", style.THEMES)
def test_the_further_from_zero_the_further_from_its_colour(name: str) -> None:
    zero = Color(style.settings()["diverging"][name]["zero"])
    for sign in (-1, 1):
        apart = [zero.delta_e(Color(c), method="ok") for c in colours(name, *(sign * np.linspace(0.02, LIMIT, 20)))]
        assert np.all(np.diff(apart) > 0)


@pytest.mark.parametrize("name", style.THEMES)
def test_magnitude_begins_at_the_page_and_goes_away_from_it_in_even_steps(name: str) -> None:
    map_ = theme(name).sequential
    assert Color("srgb", list(map_[0])).delta_e(Color(theme(name)["background"]), method="2000") < 0.5
    lab = np.array([Color("srgb", list(colour)).convert("oklab")[:3] for colour in map_])
    lightness = np.diff(lab[:, 0])
    assert (lightness > 0).all() or (lightness < 0).all()
    steps = np.linalg.norm(np.diff(lab, axis=0), axis=1)
    assert steps.max() < 1.1 * steps.min()


@pytest.mark.parametrize("name", style.THEMES)
@pytest.mark.parametrize(("vision", "method"), [("protan", "machado"), ("deutan", "machado"), ("tritan", "brettel")])
def test_magnitudes_are_told_apart_by_every_kind_of_vision(name: str, vision: str, method: str) -> None:
    seen = [Color("srgb", list(colour)).filter(vision, method=method) for colour in theme(name).sequential[::32]]
    assert min(one.delta_e(other, method="2000") for one, other in itertools.pairwise(seen)) > 5


def test_a_table_is_coloured_row_by_row() -> None:
    table = np.array([[-LIMIT, 0.0], [0.4, LIMIT]])
    assert theme("dark").signed(table, LIMIT) == colours("dark", -LIMIT, 0.0, 0.4, LIMIT)


def test_what_is_no_number_has_no_colour() -> None:
    with np.errstate(invalid="ignore"), pytest.raises(IndexError):
        colours("dark", np.nan)


# Themes.


def test_a_theme_knows_roles_and_page() -> None:
    for name in style.THEMES:
        assert theme(name)["data"] == style.settings()["roles"]["data"][name]
        assert theme(name)["background"] == style.settings()["page"]["background"][name]
    with pytest.raises(NotFound, match="There are: data"):
        theme("dark")["no such role"]


def test_an_unknown_theme_is_named_with_those_there_are() -> None:
    with pytest.raises(NotFound, match=r"no theme 'drak'. Closest: dark"):
        theme("drak")
    with pytest.raises(NotFound, match="dark, light"):
        theme("solarized")


def test_the_family_that_leads_is_the_texts_own() -> None:
    latin, han = style.font_family("rank 0").split(",")
    assert style.font_family("进程 0").split(",") == [han, latin]
    assert latin != han
