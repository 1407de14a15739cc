"""The theme's colours can be told apart and read, in both themes.

Contrast is WCAG 2's; colour difference is CIEDE2000 after simulated colour-vision
deficiency at full severity (Machado 2009 for red and green, Brettel 1997 for blue).
"""

from itertools import combinations
from pathlib import Path

import pytest
import yaml
from coloraide import Color

THEME = yaml.safe_load((Path(__file__).parents[2] / "assets" / "theme.yaml").read_text(encoding="utf-8"))
THEMES = ("dark", "light")
ROLES = ("data", "noise", "model", "rival", "target", "error", "mechanism")
BENEATH = ("background", "surface")

TEXT_CONTRAST = 4.5
GRAPHICS_CONTRAST = 3.0
# How far apart two roles must look, by kind of vision. Colour is never the only cue, so
# these are below what a chart without shapes would need; normal vision can have more.
ROLE_DIFFERENCE = {"normal": 15, "protan": 10, "deutan": 10, "tritan": 6}
END_DIFFERENCE = 20
SIMULATION = {"protan": "machado", "deutan": "machado", "tritan": "brettel"}


def role(name: str, theme: str) -> Color:
    return Color(THEME["roles"][name][theme])


def page(name: str, theme: str) -> Color:
    return Color(THEME["page"][name][theme])


def seen(color: Color, vision: str) -> Color:
    """The colour as someone with this vision sees it."""
    return color if vision == "normal" else color.filter(vision, method=SIMULATION[vision])


def difference(one: Color, other: Color, vision: str) -> float:
    return float(seen(one, vision).delta_e(seen(other, vision), method="2000"))


def assert_contrast(what: str, color: Color, beneath: str, theme: str, needed: float) -> None:
    ratio = color.contrast(page(beneath, theme))
    assert ratio >= needed, f"{theme}: {what} on {beneath} has {ratio:.2f}:1, needs {needed}:1"


def test_every_role_of_the_visual_language_is_there() -> None:
    assert tuple(THEME["roles"]) == ROLES
    for name, entry in THEME["roles"].items():
        assert entry["shape"] and entry["means"], f"{name}: no shape or meaning"


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("beneath", BENEATH)
@pytest.mark.parametrize("name", ["text", "muted"])
def test_text_can_be_read(name: str, beneath: str, theme: str) -> None:
    assert_contrast(name, page(name, theme), beneath, theme, TEXT_CONTRAST)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("name", ROLES)
def test_a_role_stands_out(name: str, theme: str) -> None:
    assert_contrast(name, role(name, theme), "surface", theme, GRAPHICS_CONTRAST)
    assert_contrast(name, role(name, theme), "background", theme, TEXT_CONTRAST)  # labels wear it too


PAGE_DIFFERENCE = 16
"""How far noise looks from what is no data: axes and grid, and text."""


@pytest.mark.parametrize("theme", THEMES)
def test_noise_is_not_taken_for_axes_or_text(theme: str) -> None:
    for name in ("muted", "text", "outline"):
        apart = difference(role("noise", theme), page(name, theme), "normal")
        assert apart >= PAGE_DIFFERENCE, f"{theme}: noise and {name} are dE2000 {apart:.1f} apart"


def test_a_page_is_blue_black_or_paper() -> None:
    assert (THEME["page"]["background"]["dark"], THEME["page"]["background"]["light"]) == ("#0B0D12", "#FAFAF6")


SIZES = {"title": 31, "label": 31, "caption": 42, "formula": 46, "hero": 84, "hero_large": 110}
"""Of the visual language, in points: 42, 42, 58, 63, 115 and 151 pixels at 1080p."""


def test_text_has_the_sizes_of_the_visual_language() -> None:
    sizes = THEME["text_sizes"]
    assert {name: sizes[name] for name in SIZES} == SIZES
    assert all(30 <= size <= 120 for size in sizes.values())


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("beneath", BENEATH)
def test_an_outline_stands_out(beneath: str, theme: str) -> None:
    assert_contrast("outline", page("outline", theme), beneath, theme, GRAPHICS_CONTRAST)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("vision", ROLE_DIFFERENCE)
def test_any_two_roles_can_be_told_apart(vision: str, theme: str) -> None:
    needed = ROLE_DIFFERENCE[vision]
    apart = {(a, b): difference(role(a, theme), role(b, theme), vision) for a, b in combinations(ROLES, 2)}
    close = [f"{a}/{b} {d:.1f}" for (a, b), d in apart.items() if d < needed]
    assert not close, f"{theme}, {vision} vision: dE2000 below {needed}: {', '.join(close)}"


@pytest.mark.parametrize("name", THEME["thin"])
def test_what_is_thin_is_bright_and_not_taken_for_another_role(name: str) -> None:
    thin = Color(THEME["thin"][name]["dark"])
    assert thin.contrast(page("background", "dark")) >= 7
    for vision, needed in ROLE_DIFFERENCE.items():
        apart = {other: difference(thin, role(other, "dark"), vision) for other in ROLES if other != name}
        assert min(apart.values()) > 0.9 * needed, f"{vision}: {apart}"


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("end", ["negative", "positive"])
def test_a_diverging_end_stands_out_from_zero(end: str, theme: str) -> None:
    colors = THEME["diverging"][theme]
    ratio = Color(colors[end]).contrast(colors["zero"])
    assert ratio >= GRAPHICS_CONTRAST, (
        f"{theme}: {end} against zero has {ratio:.2f}:1, needs {GRAPHICS_CONTRAST}:1")


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("vision", ROLE_DIFFERENCE)
def test_the_diverging_ends_can_be_told_apart(vision: str, theme: str) -> None:
    colors = THEME["diverging"][theme]
    apart = difference(Color(colors["negative"]), Color(colors["positive"]), vision)
    assert apart >= END_DIFFERENCE, (
        f"{theme}, {vision} vision: negative/positive dE2000 {apart:.1f}, needs {END_DIFFERENCE}")


@pytest.mark.parametrize("theme", THEMES)
def test_equal_sizes_of_opposite_sign_look_equally_strong(theme: str) -> None:
    colors = THEME["diverging"][theme]
    negative, positive = (Color(colors[end]).convert("oklab")["l"] for end in ("negative", "positive"))
    assert abs(negative - positive) <= 0.05, f"{theme}: OKLab lightness {negative:.3f} and {positive:.3f}"


@pytest.mark.parametrize("theme", THEMES)
def test_zero_is_close_to_the_page(theme: str) -> None:
    apart = difference(Color(THEME["diverging"][theme]["zero"]), page("background", theme), "normal")
    assert apart <= 10, f"{theme}: zero is dE2000 {apart:.1f} from the background, at most 10"
