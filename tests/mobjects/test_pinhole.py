"""The geometry of the lines through one place, and of what follows their average."""

from __future__ import annotations

import numpy as np
import pytest

from mathviz.style import theme


@pytest.fixture(scope="module")
def shown(manim: None):
    from mathviz.docs.examples import flow_trajectories as examples

    return examples


@pytest.fixture(scope="module")
def river(shown):
    from mathviz.mobjects.diffusion_reverse import River

    return River(theme("dark"), shown.ARCS)


def straight(points: np.ndarray) -> float:
    """How far points [n 3] are off the line from the first to the last."""
    way = points[-1] - points[0]
    return float(np.abs(np.cross(points - points[0], way)).max() / np.linalg.norm(way))


def test_all_lines_pass_the_pinhole_and_end_on_their_data(shown, river):
    from mathviz.mobjects.flow_trajectories import Pinhole

    place, time = np.array([0.2, 0.3]), 0.4
    hole = Pinhole(river, place, time, shown.ENDS)
    for path, end in zip(hole.lines.paths, shown.ENDS, strict=True):
        assert straight(np.stack([path[0], river.at(place, time), path[-1]])) < 1e-9
        assert path[-1] == pytest.approx(river.at(end, 1.0))
    assert hole.at(np.zeros(2), np.array([0.0, 1.0])) == pytest.approx(river.at(np.stack([place, place]),
                                                                                np.array([0.0, 1.0])))  # fmt: skip


def test_half_grown_light_has_come_half_way(shown, river):
    from mathviz.mobjects.flow_trajectories import Pinhole

    hole = Pinhole(river, np.zeros(2), 0.5, shown.ENDS).show(0.5)
    times = (river.half - hole.lines.paths[..., 0]) / (2 * river.half)
    assert times.min() == pytest.approx(0.25) and times.max() == pytest.approx(0.75)


def test_disagreement_is_a_line_from_the_mean_to_the_end_of_each(shown, river):
    from mathviz.mobjects.flow_trajectories import Pinhole

    apart = Pinhole(river, np.zeros(2), 0.5, shown.ENDS).apart(np.array([0.3, 0.1])).show(1.0)
    assert apart.lines.paths[:, 0] == pytest.approx(river.at(np.tile([0.3, 0.1], (len(shown.ENDS), 1)), 1.0))
    assert apart.lines.paths[:, -1] == pytest.approx(river.at(shown.ENDS, 1.0))


def test_mixes_travel_on_their_lines_at_even_speed(shown, river):
    from mathviz.mobjects.flow_trajectories import Pairs

    noise, data = shown.START[:8], shown.ENDS[:8]
    pairs = Pairs(river, noise, data).travel(0.25)
    assert pairs.mixed == pytest.approx(river.at(noise + 0.25 * (data - noise), 0.25))
    other = Pairs(river, noise, data).join(data[::-1])
    assert other.lines.paths[:, -1] == pytest.approx(river.at(data[::-1], 1.0))


def test_a_needle_points_to_the_aim_and_a_twin_ends_as_the_other(shown, river):
    from mathviz.mobjects.flow_trajectories import Needle, Twin

    needle = Needle(river, shown.STRAIGHT[:, 3], shown.AIMS[:, 3]).follow(10)
    assert needle.aim == pytest.approx(shown.AIMS[10, 3])
    twin = Twin(river, shown.LATE, np.linspace(0, 0.5, 21), np.full(21, 1.5), 12)
    places = lambda: twin.lights.data["point"][: len(shown.ENDS)]  # noqa: E731
    assert places() == pytest.approx(river.at(shown.LATE[12] / 1.5, 0.3), abs=1e-5)
    twin.carry(1.0)
    assert places() == pytest.approx(river.at(shown.LATE[12], 0.6), abs=1e-5)


def test_a_bundle_is_a_function_of_the_frame_alone(shown, river):
    from mathviz.mobjects.flow_trajectories import Bundle

    one, other = (Bundle(river, shown.STRAIGHT, "model", 40) for _ in range(2))
    one.follow(7.5)
    other.dim(0.3).follow(18)
    other.dim(1.0).follow(7.5)
    for mine, theirs in zip(one.get_family(), other.get_family(), strict=True):
        assert np.array_equal(mine.data, theirs.data)
