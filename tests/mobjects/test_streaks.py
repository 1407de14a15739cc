"""Lines are smooth however far they are drawn, and end where they are said to."""

from __future__ import annotations

from types import ModuleType

import numpy as np
import pytest

from mathviz import style

DARK = style.theme("dark")
TURNS = np.linspace(0, 6, 41)
SPIRAL = np.stack([TURNS * np.cos(TURNS), TURNS * np.sin(TURNS), 0.2 * TURNS], axis=1)
PATHS = np.stack([SPIRAL, SPIRAL + np.array([0, 0, 1])])


@pytest.fixture
def drawn(manim) -> ModuleType:
    from mathviz.mobjects import streaks

    return streaks


@pytest.fixture
def light(manim) -> ModuleType:
    from mathviz.mobjects import light

    return light


def curves(line) -> np.ndarray:
    """The curves that are drawn, [curve 3 3]: manimgl's shader leaves out those that begin with their handle."""
    rows = line.get_points()[line.get_outer_vert_indices()].reshape(-1, 3, 3)
    return rows[(rows[:, 0] != rows[:, 1]).any(axis=1)]


@pytest.mark.parametrize("corner", [1.0, 0.3])
@pytest.mark.parametrize("upto", [40.0, 17.0, 17.43, 0.6])
def test_a_line_has_no_joints_at_any_moment(drawn, corner: float, upto: float) -> None:
    found = curves(drawn.Streaks(DARK, PATHS, corner=corner).show(upto=upto))
    arriving, leaving = found[:-1, 2] - found[:-1, 1], found[1:, 1] - found[1:, 0]
    meet = (found[:-1, 2] == found[1:, 0]).all(axis=1)
    moving = (np.linalg.norm(arriving, axis=1) > 1e-4) & (np.linalg.norm(leaving, axis=1) > 1e-4)
    before, after = (step[meet & moving] for step in (arriving, leaving))
    cosine = (before * after).sum(axis=1) / np.linalg.norm(before, axis=1) / np.linalg.norm(after, axis=1)
    assert cosine.min(initial=1) > 0.9999
    assert (~meet).sum() == 1  # where the second line begins


def test_a_line_ends_where_the_index_says(drawn) -> None:
    found = curves(drawn.Streaks(DARK, PATHS[:1]).show(upto=12.25))
    assert np.allclose(found[0, 0], SPIRAL[0], atol=1e-5)
    assert np.allclose(found[-1, 2], 0.75 * SPIRAL[12] + 0.25 * SPIRAL[13], atol=1e-5)


def test_a_growing_line_never_jumps(drawn) -> None:
    line = drawn.Streaks(DARK, PATHS[:1])
    before = line.show(upto=19.9).get_points().copy()
    for upto in np.arange(19.91, 20.1, 0.01):
        after = line.show(upto=upto).get_points().copy()
        assert np.abs(after - before).max() < 0.02
        before = after


def test_a_trail_is_thin_where_it_was_long_ago(drawn) -> None:
    trail = drawn.Trail(DARK, SPIRAL, tail=10).show(30)
    assert trail.core.data["stroke_rgba"][0, 3] == 0
    widths = trail.core.data["stroke_width"][:, 0]
    assert widths[0] < 0.5 * widths.max() and trail.core.data["stroke_rgba"][-1, 3] == 1


def test_rays_are_as_bright_as_their_weights_power_says(drawn) -> None:
    ends = np.stack([np.ones(3), np.arange(3.0), np.zeros(3)], axis=1)
    beam = drawn.Beam(DARK, np.zeros(3), ends, np.array([4.0, 2.0, 0.0]), gain=0.5)
    alpha = beam.rays.data["stroke_rgba"][::4, 3]
    assert np.allclose(alpha, [0.5, 0.5 * 0.5**0.7, 0], atol=1e-5)


def test_lights_follow_their_paths_between_two_moments(light) -> None:
    paths = np.stack([np.zeros((4, 3)), np.ones((4, 3)), 3 * np.ones((4, 3))])
    assert np.allclose(light.moment(paths, 1.25), 1.5)
    assert np.allclose(light.moment(paths, 9), 3) and np.allclose(light.moment(paths[:1], 0.5), 0)
    lights = light.Lights(DARK, light.moment(paths, 0)).show(light.moment(paths, 0.5))
    assert np.allclose(lights.get_points(), 0.5)


@pytest.mark.parametrize("name", ["dark", "light"])
def test_a_light_is_one_cloud_with_its_own_colour_and_opacity(light, name: str) -> None:
    colours = np.array([[1.0, 0, 0], [0, 1.0, 0]])
    lights = light.Lights(style.theme(name), np.zeros((2, 3)), colours, opacity=np.array([1.0, 0.1]))
    core = lights.data["rgba"][-2:]
    assert np.allclose(core[:, :3], colours)
    assert np.allclose(core[:, 3], [1.0, 0.1])
    drawn = lights.get_shader_data()["rgba"][-2:, 3]
    assert drawn[0] >= 1 and drawn[1] < 0.2
    assert not lights.submobjects and not light.Hero(style.theme(name), np.zeros(3)).submobjects


def test_dust_that_is_not_seen_is_not_drawn(light) -> None:
    dust = light.Dust(DARK, np.zeros((5, 3)), opacity=np.array([0.2, 0, 0.2, 0, 0]))
    assert len(dust.get_points()) == 2
    assert len(dust.show(np.zeros((5, 3)), opacity=0.1).get_points()) == 5


def test_a_quarter_of_a_light_is_drawn_as_about_a_quarter(light) -> None:
    """Veils and fades change opacities in the data; one that is drawn at 3 times full would hardly be veiled."""
    for cloud in (light.Lights(DARK, np.zeros((1, 3))), light.Hero(DARK, np.zeros(3))):
        whole = cloud.get_shader_data()["rgba"][-1, 3]
        cloud.data["rgba"][:, 3] /= 4
        assert whole > 1.5 and cloud.get_shader_data()["rgba"][-1, 3] < 0.4


def test_a_light_is_not_brighter_for_having_been_drawn(manim: None) -> None:
    from manimlib import Scene

    from mathviz import engine
    from mathviz.mobjects.light import Hero
    from mathviz.style import theme

    scene = engine.make_scene(Scene, skip_animations=True)
    hero = Hero(theme("dark"), np.zeros(3))
    before = hero.data["rgba"].copy()
    scene.add(hero)
    for step in range(3):
        hero.show(np.full(3, step / 10)) if step == 1 else hero.note_changed_data()
        scene.update_frame(force_draw=True)
    assert (hero.data["rgba"] == before).all()
