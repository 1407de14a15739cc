"""The forward process's picture: data near, the horn as wide as the spread, a fused walk through the stops it keeps."""

from __future__ import annotations

import numpy as np
import pytest

from mathviz.style import theme


@pytest.fixture(scope="module")
def shown(manim: None):
    from mathviz.docs.examples import diffusion_forward as examples

    return examples


@pytest.fixture
def river(shown):
    from mathviz.mobjects.diffusion_forward import Outflow

    return Outflow(theme("dark"), shown.ARCS)


def test_data_are_near_and_noise_is_far(river):
    from mathviz.stage.shots import RIVER

    toward_viewer = river.at(np.zeros((2, 2)), np.array([0.0, 1.0])) @ RIVER.axes[:, 2]
    assert toward_viewer[0] > toward_viewer[1]
    assert np.allclose(river.ridges.get_center()[0], river.at(np.zeros(2), 0.0)[0], atol=0.1)


def test_the_rim_is_two_spreads_round_what_is_left_of_the_start(shown, river):
    from mathviz.mobjects.diffusion_forward import Horn

    horn = Horn(river, shown.BEGIN, shown.SIGNAL, shown.NOISE, 48)
    for when in (16, 48):
        middle = river.at(shown.SIGNAL[when] * shown.BEGIN, when / 64)
        far = np.linalg.norm(horn.circle(when, 2.0) - middle, axis=1)
        assert far == pytest.approx(2 * shown.NOISE[when] * river.unit)


def test_a_fused_walk_keeps_every_stop_of_its_level_and_its_ends(shown, river):
    from mathviz.mobjects.diffusion_forward import Walk

    walk = Walk(river, shown.STOPS, shown.SIGNAL + 0.01, 0.8)
    for level in range(walk.levels + 1):
        line = walk.fuse(level).line.core.paths[0]
        kept = np.arange(0, 65, 2**level)
        assert np.allclose(line[kept], walk.places[kept])


def test_all_steps_come_to_one_shrink_and_one_kick(shown, river):
    """The shrink goes along in time to √ᾱ x₀, the kick across from there to the walk's end."""
    from mathviz.mobjects.diffusion_forward import Walk

    signal = np.linspace(1, 0.3, 65)
    walk = Walk(river, shown.STOPS, signal, 0.8)
    line = walk.fuse(walk.levels).line.core.paths[0]
    middle = river.at(0.3 * shown.STOPS[0], 0.8)
    assert np.allclose(line[32], middle) and np.allclose(walk.shrink.paths[0, -1], middle)
    assert np.allclose(walk.kick.paths[0], [middle, walk.places[-1]])
    assert np.allclose(walk.kick.paths[0, :, 0], middle[0]), "at one time"


def test_two_fused_steps_are_one_shrink_and_one_kick(shown, river):
    from mathviz.mobjects.diffusion_forward import Steps

    before = np.array([[1.0, 2.0], [0.5, 3.0]])
    stops = np.stack([before, 0.9 * before, [[0.5, 3.0], [1.5, 2.5]]], axis=1)
    steps = Steps(river, stops, shown.START, shown.START, 0.5).show(2).fuse(1)
    assert np.allclose(steps.sums.paths[0], [river.at(before[0], 0.5), river.at(0.81 * before[0], 0.5),
                                            river.at(stops[1, 2], 0.5)])  # fmt: skip


def test_leaps_end_on_their_panes(shown, river):
    from mathviz.mobjects.diffusion_forward import Panes

    clouds = np.array([0.5 * shown.ENDS, shown.START])
    panes = Panes(river, shown.ENDS, clouds, np.array([0.4, 0.9])).leap(2)
    for lights, cloud, share in zip(panes.lights, clouds, (0.4, 0.9), strict=True):
        assert np.allclose(lights.get_points()[:64], river.at(cloud, share), atol=1e-5)
