"""The river's geometry, and that its light is as bright as what it shows is probable."""

from __future__ import annotations

import numpy as np
import pytest

from mathviz.style import theme


@pytest.fixture(scope="module")
def shown(manim: None):
    from mathviz.docs.examples import diffusion_reverse as examples

    return examples


def test_noise_is_far_and_data_near_as_the_stage_sees_the_river(shown):
    from mathviz.mobjects.diffusion_reverse import River
    from mathviz.stage.shots import RIVER, Shot

    river = River(theme("dark"), shown.ARCS)
    ends = river.at(np.zeros((2, 2)), np.array([0.0, 1.0]))
    toward_viewer = ends @ RIVER.axes[:, 2]
    seen = Shot(RIVER.theta, RIVER.phi, RIVER.fov, 12.0).project(ends)
    assert toward_viewer[1] > toward_viewer[0]
    assert seen[0, 0] < seen[1, 0]  # noise left, data right
    right, up = np.diff(Shot(RIVER.theta, RIVER.phi, RIVER.fov, 12.0).project(
        river.at(np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 0.0], [0.0, 1.0]]), 1.0)), axis=0)[[0, 2]]  # fmt: skip
    assert right[0] > 0 and up[1] > 0  # the data's own axes keep their sense


def test_the_light_is_proportional_to_the_chances(shown):
    from mathviz.mobjects.diffusion_reverse import Origins, River

    river = River(theme("dark"), shown.ARCS)
    ends = np.broadcast_to(np.concatenate(shown.ARCS), shown.PATHS.shape)
    chances = np.random.default_rng(0).dirichlet(np.ones(64), 21)
    light = Origins(river, shown.PATHS[:, 0], ends, chances).show(7)
    alpha = light.beam.rays.opacities[:, 0]
    assert np.allclose(alpha / alpha.sum(), chances[7])
    mean = (alpha[:, None] * ends[7]).sum(axis=0) / alpha.sum()
    assert np.allclose(mean, (chances[7][:, None] * ends[7]).sum(axis=0))


def test_dust_is_where_particles_were_and_nowhere_else(shown):
    from mathviz.mobjects.diffusion_reverse import River, Stream

    river = River(theme("dark"), shown.ARCS)
    stream = Stream(river, shown.PATHS, shown.SHARES, every=1)
    assert len(stream.dust.get_points()) == 0
    along = stream.show(13).dust.get_points()[:, 0]
    assert along.min() == pytest.approx(river.at(np.zeros(2), 12 / 20)[0], abs=1e-5)
    assert np.allclose(stream.lights.get_points()[:64], river.at(shown.PATHS[13], 13 / 20), atol=1e-5)


def test_an_arrow_ends_at_its_tip_and_begins_at_its_particle(shown):
    from mathviz.mobjects.diffusion_reverse import Arrows, River

    river = River(theme("dark"), shown.ARCS).filled(shown.PATHS, shown.SHARES)
    tips = np.stack([shown.PATHS[0], shown.PATHS[-1]])
    arrows = Arrows(river, shown.PATHS, tips, 20).follow(10)
    assert np.allclose(arrows.shafts.paths[:, 0], river.at(shown.PATHS[10], 0.5))
    assert np.allclose(arrows.shafts.paths[:, -1], river.at(tips.mean(axis=0), 0.5))
    assert np.allclose(arrows.tips.get_points()[:64], arrows.shafts.paths[:, -1], atol=1e-5)


def test_a_river_without_light_has_no_bed(shown):
    from mathviz.mobjects.diffusion_reverse import River

    river = River(theme("dark"), shown.ARCS).filled(shown.PATHS, shown.SHARES, every=1)
    assert len(river.bed.get_points()) == 0
    assert len(river.dim(0.5).bed.get_points()) == shown.PATHS.shape[0] * shown.PATHS.shape[1]
    assert river.bed.data["rgba"][:, 3].max() == pytest.approx(0.21)
    assert len(river.dim(0.0).bed.get_points()) == 0


def test_light_closes_round_the_ends_of_a_line(shown):
    from mathviz.mobjects.diffusion_reverse import River

    sleeve = River(theme("dark"), shown.ARCS).ridges.sleeve
    assert np.allclose(sleeve.widths[:, [0, -1]], 0) and sleeve.widths[:, 15].min() == pytest.approx(2.6)


def test_a_step_goes_through_the_middle_to_the_place_drawn(shown):
    step = shown.show_step_ago(theme("dark"))
    assert np.allclose([step.place(0), step.place(0.5), step.place(1)], step.stops)


def test_the_hero_keeps_its_size_on_the_screen(shown):
    from mathviz.mobjects.diffusion_reverse import Followed, River

    hero = Followed(River(theme("dark"), shown.ARCS), shown.PATHS[:, 0])
    wide = hero.data["radius"].max()
    assert hero.seen_at(0.8).data["radius"].max() == pytest.approx(wide / 10)


def test_tips_are_seen_on_data_as_small_as_they_are_by_then(shown):
    river = shown.River(theme("dark"), shown.ARCS).filled(shown.PATHS, np.linspace(0, 1, 21))
    assert np.ptp(river.data_at(0)[..., 1:], axis=(0, 1)) == pytest.approx([0, 0])
    assert np.allclose(river.data_at(10), river.at(np.sqrt(0.5) * river.lines, 0.5))  # √ᾱ where signal = noise
    assert np.allclose(river.data_at(20), river.at(river.lines, 1.0))


def test_a_loss_is_as_high_above_zero_as_it_is_large(shown):
    from mathviz.mobjects.diffusion_reverse import Descent

    fall = Descent(shown.River(theme("dark"), shown.ARCS), np.array([0.6, 0.3, 0.25]), 0.2)
    zero, floor = fall.at(np.array(0.0), np.array(0.0))[2], fall.floor.core.paths[0, 0, 2]
    assert (fall.places[:, 2] - zero) / (floor - zero) == pytest.approx([3, 1.5, 1.25])
    assert fall.places[:, 2] + fall.mirrored.paths[0, :, 2] == pytest.approx(np.full(3, 2 * floor))


def test_the_rim_of_a_cloud_is_as_far_from_its_middle_as_its_spread(shown):
    step = shown.StepAgo(shown.River(theme("dark"), shown.ARCS), *np.zeros((3, 2)), shown.START, 0.5)
    around = np.linalg.norm(step.rim.paths[0] - step.stops[1], axis=1)
    assert around == pytest.approx(np.full(len(around), 0.63 * np.sqrt(shown.START.var(axis=0).sum())))


def test_what_fades_keeps_fading_while_the_camera_goes_in(shown):
    specks = shown.StepAgo(shown.River(theme("light"), shown.ARCS), *np.zeros((3, 2)), shown.START, 0.5)
    specks.specks.data["rgba"][:, 3] *= 0.5
    before, wide = specks.specks.data["rgba"].copy(), specks.specks.data["radius"].copy()
    specks.seen_at(0.8)
    assert np.array_equal(specks.specks.data["rgba"], before)
    assert specks.specks.data["radius"] == pytest.approx(wide / 10)


def test_moons_that_lie_deep_behind_a_thing_keep_their_width(shown):
    river = shown.River(theme("dark"), shown.ARCS)
    wide = river.ridges.core.data["stroke_width"].copy()
    assert river.far(16.0).ridges.core.data["stroke_width"] == pytest.approx(10 * wide)
    assert river.far(1.0).ridges.core.data["stroke_width"] == pytest.approx(wide)


def test_on_a_light_page_the_hero_wears_a_ring(shown):
    from mathviz.mobjects.diffusion_reverse import Followed, River

    hero = Followed(River(theme("light"), shown.ARCS), shown.PATHS[:, 0])
    inked = hero.data["rgba"][:, :3].mean(axis=1) < 0.3
    assert list(inked) == [False, True, False, True] and (np.diff(hero.data["radius"][:, 0]) < 0).all()
    assert (hero.dim(0.0).data["rgba"][:, 3] == 0).all()


def test_the_hero_may_go_another_way_told_in_fewer_looks(shown):
    from mathviz.mobjects.diffusion_reverse import Followed, River

    river = River(theme("dark"), shown.ARCS)
    hero = Followed(river, shown.PATHS[:, 0]).walks(shown.PATHS[::10, 1]).follow(10)
    assert np.allclose(hero.place, river.at(shown.PATHS[10, 1], 0.5))


def test_threads_that_begin_later_begin_where_they_are_then(shown):
    from mathviz.mobjects.diffusion_reverse import River, Threads

    river = River(theme("dark"), shown.ARCS)
    threads = Threads(river, shown.PATHS[10:], 20, 10)
    assert np.allclose(threads.heads.get_points()[:64], river.at(shown.PATHS[10], 0.5), atol=1e-5)
    assert np.allclose(threads.follow(15).heads.get_points()[:64], river.at(shown.PATHS[15], 0.75), atol=1e-5)


@pytest.mark.parametrize("paint", ["noise", "model"])
def test_many_on_a_light_page_are_paler_than_the_hero_and_still_seen(paint):
    from mathviz.lint.rules import contrast
    from mathviz.mobjects.diffusion_reverse import many
    from mathviz.mobjects.tint import rgb

    page, ink = theme("light")["background"], many(theme("light"), paint)
    seen = "#" + "".join(f"{round(255 * channel):02x}" for channel in ink)
    assert 3 < contrast(page, seen) < 0.5 * contrast(page, theme("light")[paint])
    assert np.allclose(many(theme("dark"), paint), rgb(theme("dark"), paint))


def test_loose_dust_lies_no_farther_than_half_a_frame_from_its_own(shown):
    river = shown.River(theme("dark"), shown.ARCS)
    strict = river.filled(shown.PATHS, shown.SHARES, every=1).dust.copy()
    off = river.filled(shown.PATHS, shown.SHARES, every=1, loose=1.0).dust - strict
    frame = 2 * river.half / len(shown.PATHS)
    assert np.abs(off[..., 1:]).max() == 0 and 0.3 * frame < np.abs(off[..., 0]).max() <= 0.5 * frame


def test_threads_that_are_not_chosen_are_dimmed_and_no_others(shown):
    from mathviz.mobjects.diffusion_reverse import UNCHOSEN, River, Threads

    threads = Threads(River(theme("dark"), shown.ARCS), shown.PATHS, 20, every=6).follow(20)
    chosen = np.arange(64) < 10
    full = threads.heads.data["rgba"][:64, 3].copy()
    left = threads.favour(chosen, 1.0).heads.data["rgba"][:64, 3] / full
    assert left == pytest.approx(np.where(chosen, 1.0, UNCHOSEN))
    assert np.allclose(threads.heads.get_points()[:64], threads.ways[-1], atol=1e-5)
