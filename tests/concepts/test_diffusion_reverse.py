"""The reverse process against closed forms and the exact score; wrong samplers are refused."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from mathviz import trace
from mathviz.concepts import one_step_ago
from mathviz.concepts.denoiser import Denoiser
from mathviz.concepts.diffusion_reverse import DiffusionReverse, trace_diffusion_reverse
from mathviz.concepts.reverse_chain import GRAIN
from mathviz.concepts.shared import reverse_steps as steps
from mathviz.concepts.shared.data import two_moons
from mathviz.concepts.shared.distances import spread
from mathviz.concepts.shared.oracles import linear_schedule
from mathviz.project import HOME, Project


@pytest.fixture(scope="module")
def denoiser() -> Denoiser:
    return trace.load(Denoiser, Project(HOME).recorded / "denoiser")


@pytest.fixture(scope="module")
def run() -> DiffusionReverse:
    """As recorded, which tests/test_compute.py computes again."""
    return trace.load(DiffusionReverse, Project(HOME).recorded / "diffusion_reverse")


SMALL = {"samples": 600, "shown": 40, "pairs": 2}


def small(denoiser: Denoiser, **arguments) -> DiffusionReverse:
    return trace_diffusion_reverse(denoiser, **{**SMALL, **arguments})


def failing(found: DiffusionReverse) -> set[str]:
    return {claim.says for claim in found.check() if not claim.holds}


@pytest.mark.slow
@pytest.mark.parametrize("seed", [4, 5])
def test_other_seeds_hold_too(denoiser, seed):
    assert failing(small(denoiser, samples=2000, shown=400, seed=seed, pairs=5)) == set()


def test_with_the_exact_score_the_marginals_are_the_forward_ones():
    """Kolmogorov-Smirnov against draws of the closed form, on its way and at its end."""
    data, schedule, random = two_moons(), linear_schedule(), np.random.default_rng(0)
    states = steps.run_back(
        steps.exact_answer(data, schedule), schedule, random.standard_normal((1500, 2)), np.random.default_rng(1)
    )
    for moment in (600, 300, 100, 0):
        expected = data.mixed(schedule.signal[moment], schedule.noise[moment]).draw(50_000, random)
        p_value = stats.ks_2samp(states[1000 - moment], expected, axis=0).pvalue
        assert p_value.min() > 1e-3, moment


def test_it_starts_from_pure_noise(run):
    assert stats.kstest(run.paths[0].ravel().astype(float), "norm").pvalue > 1e-3


def test_the_zoom_is_the_begin_of_the_heros_path(run):
    assert np.allclose(run.zoom[0, 0], run.paths[0, run.hero], atol=GRAIN)
    assert np.array_equal(run.zoom[1:, 0], run.zoom[:-1, 2])
    assert len(run.zoom) == run.stride  # so that it ends where the next frame of the path is
    assert np.allclose(run.zoom[-1, 2], run.paths[1, run.hero], atol=GRAIN)


def test_frames_and_moments(run):
    assert run.frame_of(1000) == 0 and run.moment_of(len(run.paths) - 1) == 0
    assert all(run.moment_of(run.frame_of(moment)) == moment for moment in (1000, 600, 40, 0))


def test_the_shown_are_the_first_of_the_samples(run):
    assert np.allclose(run.paths[-1], run.samples[: run.shown], atol=GRAIN)


def test_the_fan_is_that_of_the_hero(run):
    data, moment = two_moons(), 300
    frame, level = run.frame_of(moment), (run.schedule.signal[moment], run.schedule.noise[moment])
    point = run.paths[frame, run.hero].astype(float)
    posterior = stats.multivariate_normal
    weights = [posterior.pdf(point, level[0] * mean, level[0] ** 2 * 0.01 + level[1] ** 2) for mean in data.means]
    assert np.allclose(run.chances[frame], weights / np.sum(weights), atol=1e-4)  # places are packed


@pytest.mark.parametrize("moment", [600, 300, 100, 60])
def test_the_spread_of_origins_follows_from_the_score(run, moment):
    """Against Tweedie's second order: their covariance is (1 − ᾱ)/ᾱ (1 + (1 − ᾱ) ∇∇ log p), here by differences."""
    signal, noise = run.schedule.signal[moment], run.schedule.noise[moment]
    mixed, point, step = run.data.mixed(signal, noise), run.paths[run.frame_of(moment), run.hero].astype(float), 1e-4
    ahead, behind = (mixed.score(point + way * step * np.eye(2)) for way in (1, -1))
    divergence = np.trace(ahead - behind) / (2 * step)
    expected = noise / signal * np.sqrt(2 + noise**2 * divergence)
    assert run.origin_spread[run.frame_of(moment)] == pytest.approx(expected, rel=0.005)


def test_runs_from_one_place_are_set_apart_by_their_draws_alone(run):
    """After the first few steps by as much as these draws spread, at the end onto moons that are told apart by hand."""
    betas = run.betas[run.poised - run.stride : run.poised]
    apart = spread(run.reruns[1].astype(float))
    assert apart == pytest.approx(np.sqrt(2 * betas.sum()), rel=0.25)  # of 40 draws
    gaps = [np.hypot(*(run.reruns[-1, :, None] - moon).T).min(axis=0) for moon in np.split(run.moons, 2)]
    assert run.up == (gaps[0] < gaps[1]).sum() and run.moons[: len(run.moons) // 2, 1].max() > 1


def test_its_moon_is_the_one_on_which_it_ends(run):
    one, other = np.split(run.moons, 2)
    end, chance = run.paths[-1, run.hero], run.chance_of_its_moon
    nearest = [np.hypot(*(moon - end).T).min() for moon in (one, other)]
    first = run.chances[:, : len(one)].sum(axis=1)
    assert np.allclose(chance, first if nearest[0] < nearest[1] else 1 - first, atol=1e-5)
    assert chance[run.frame_of(300)] == pytest.approx(0.5, abs=0.02)
    assert chance[run.frame_of(280)] < 0.35  # it was headed for the other one


@pytest.mark.parametrize("moment", [1000, 300, 20])
def test_where_a_point_was_one_step_ago_is_bayes_rule(moment):
    """Against forward steps from draws of the closed form, of which those that end near the point are kept."""
    data, schedule, random = two_moons(), linear_schedule(), np.random.default_rng(moment)
    point = schedule.signal[moment] * np.array([-0.6, 1.4]) + schedule.noise[moment] * 0.3
    beta = schedule.betas[moment - 1]
    before = data.mixed(schedule.signal[moment - 1], schedule.noise[moment - 1]).draw(400_000, random)
    after = np.sqrt(1 - beta) * before + np.sqrt(beta) * random.standard_normal(before.shape)
    reach = 0.5 * np.sqrt(beta)
    kept = before[np.hypot(*(after - point).T) < reach]
    drawn = steps.draw_one_step_ago(data, schedule, point, moment, 20_000, random)
    assert len(kept) > 20
    error = np.sqrt((reach**2 + beta) / len(kept))
    assert np.abs(kept.mean(axis=0) - drawn.mean(axis=0)).max() < 4 * error
    assert drawn.std(axis=0) == pytest.approx(steps.smaller_kick_size(schedule, moment), rel=0.1)


@pytest.mark.slow
def test_half_the_pull_keeps_the_distribution_and_all_of_it_does_not():
    """With the exact score and no fresh noise: variances on the way against those of the closed form."""
    data, schedule = two_moons(), linear_schedule()
    start, answer = np.random.default_rng(0).standard_normal((1000, 2)), steps.exact_answer(data, schedule)
    half, full = (steps.run_back(answer, schedule, start, pull=pull) for pull in (steps.HALF, steps.FULL))
    for moment in (600, 300, 100, 0):
        assert spread(half[1000 - moment]) == pytest.approx(np.sqrt(2), rel=0.05)
    assert spread(full[700]) < 0.1


def wrong_mean(points, beta, noise, answer):
    return {
        "β and 1 − β swapped": lambda: (points - (1 - beta) / noise * answer) / np.sqrt(beta),
        "no rescaling": lambda: points - beta / noise * answer,
        "noise for its variance": lambda: (points - beta * answer) / np.sqrt(1 - beta),
        "β twice": lambda: (points - 2 * beta / noise * answer) / np.sqrt(1 - beta),
    }


@pytest.mark.parametrize("wrong", [
    pytest.param(wrong, marks=[] if wrong == "no rescaling" else [pytest.mark.slow]) for wrong in wrong_mean(0, 0, 1, 0)
])  # fmt: skip
def test_a_wrong_mean_is_refused(monkeypatch, denoiser, wrong):
    def mean_step(noise_of, schedule, points, moment, pull=1.0):
        return wrong_mean(points, schedule.betas[moment - 1], schedule.noise[moment], noise_of(points, moment))[wrong]()

    monkeypatch.setattr(one_step_ago, "mean_step", mean_step)
    monkeypatch.setattr(steps, "mean_step", mean_step)
    if wrong == "β and 1 − β swapped":  # which runs away
        with np.errstate(all="ignore"), pytest.raises(ValueError, match="invalid numeric entries"):
            small(denoiser)
    else:
        assert "a step goes to the posterior mean of Ho et al., equation 7" in failing(small(denoiser))


@pytest.mark.slow
@pytest.mark.parametrize("late", [-1, 1])
def test_a_step_with_its_neighbours_beta_is_refused(monkeypatch, denoiser, late):
    def mean_step(noise_of, schedule, points, moment, pull=1.0):
        beta = schedule.betas[np.clip(moment - 1 + late, 0, len(schedule.betas) - 1)]
        return (points - beta / schedule.noise[moment] * noise_of(points, moment)) / np.sqrt(1 - beta)

    monkeypatch.setattr(one_step_ago, "mean_step", mean_step)
    monkeypatch.setattr(steps, "mean_step", mean_step)
    assert "a step goes to the posterior mean of Ho et al., equation 7" in failing(small(denoiser))


@pytest.mark.parametrize("factor", [pytest.param(factor, marks=pytest.mark.slow) for factor in (0.5, 2.0)])
def test_a_wrong_variance_of_the_fresh_noise_is_refused(monkeypatch, denoiser, factor):
    right = steps.kick_size
    monkeypatch.setattr(steps, "kick_size", lambda schedule, moment: np.sqrt(factor) * right(schedule, moment))
    assert "with fresh draws the variance stays one" in failing(small(denoiser))


WRONG = {
    "chances of another time": (
        lambda run: {"chances": run.chances[::-1]}, "the mean of all lines drawn is the exact posterior mean",
    ),
    "an end on no moon": (
        lambda run: {"chances": np.concatenate([run.chances[:-1], run.chances[:1]])}, "and from the one moon",
    ),
    "another hero": (lambda run: {"hero": run.hero + 1}, "the hero is the most undecided of the shown"),
    "chosen at another moment": (
        lambda run: {"poised": run.poised + 100}, "the hero is the most undecided of the shown",
    ),
    "another mean": (
        lambda run: {"mean_origin": run.mean_origin * 1.01}, "the mean follows from the score, as Tweedie says",
    ),
    "arrows that point away": (lambda run: {"answers": -run.answers}, "learned and exact arrows point alike"),
    "arrows that point aside": (
        lambda run: {"answers": run.answers[..., ::-1]},
        "nearly all arrows point to the centre until the poised moment",
    ),
    "tips that do not settle": (
        lambda run: {"answers": np.concatenate([run.answers[:40], run.answers[40:] + 5])},
        "in the end nearly all tips lie on the moons",
    ),
    "a loss that ends elsewhere": (
        lambda run: {"loss": run.loss[::-1]},
        "the loss that is shown ends on the last and is never below its floor",
    ),
    "another width of a step": (lambda run: {"step_ago": 0.7 * run.step_ago}, "its spread is √(2 β)"),
    "a loss above its floor": (
        lambda run: {"last_loss": run.floor + 0.02}, "the loss stops at its floor, not above and not below",
    ),
    "too wide a step": (
        lambda run: {"step_ago": 1.2 * run.step_ago}, "one step ago it was in a cloud as wide as the kick",
    ),
    "a flat step": (lambda run: {"step_ago": run.step_ago[..., :1] + 0 * run.step_ago}, "that cloud is round"),
    "a step aside": (lambda run: {"zoom": run.zoom + 0.05}, "the network steps into its middle"),
    "another start": (lambda run: {"silent": run.paths[:, ::-1]}, "all runs begin with the same noise"),
    "another start of half the pull": (
        lambda run: {"halved": run.halved[:, ::-1]}, "all runs begin with the same noise",
    ),
    "one run for all": (
        lambda run: {"reruns": np.repeat(run.reruns[:, :1], run.runs, axis=1)}, "fresh draws lead to both moons",
    ),
    "runs from elsewhere": (lambda run: {"reruns": run.reruns + 0.1}, "all runs begin where the hero is poised"),
    "runs that end too soon": (lambda run: {"reruns": run.reruns[:20]}, "and end on a moon, as samples do"),
    "a leap that lands": (lambda run: {"leapt": run.leapt + run.moons[0]}, "after one leap nobody is on a moon"),
    "no collapse": (lambda run: {"spread_silent": run.spread}, "without a draw the cloud collapses"),
    "a collapse into a spot": (
        lambda run: {"spread_silent": 0.3 * run.spread_silent}, "at the end it is a short streak",
    ),
    "another way to collapse": (
        lambda run: {"spread_silent": run.spread_silent**1.1}, "each mean shrinks the cloud by √(1 − β)",
    ),
    "no collapse with the exact answer": (
        lambda run: {"spread_silent_exact": run.spread}, "with the exact answer it does so too",
    ),
    "samples off the moons": (lambda run: {"near": np.array(0.9)}, "nearly all samples are on the moons"),
    "samples far from data": (lambda run: {"distance": run.distance * 3}, "samples are as far from data as data are"),
    "half the pull that fails": (
        lambda run: {"distance_halved": run.distance_silent},
        "samples of half the pull are as far from data as data are",
    ),
    "a collapse as good as the data": (lambda run: {"distance_silent": run.distance}, "the distance does"),
}  # fmt: skip
