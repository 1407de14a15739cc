"""The reverse process against closed forms and the exact score; wrong samplers are refused."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from mathviz import trace
from mathviz.concepts import diffusion_reverse as reverse
from mathviz.concepts.denoiser import Denoiser
from mathviz.concepts.diffusion_reverse import DiffusionReverse, trace_diffusion_reverse
from mathviz.concepts.shared.data import two_moons
from mathviz.concepts.shared.oracles import linear_schedule
from mathviz.project import HOME, Project


@pytest.fixture(scope="module")
def denoiser() -> Denoiser:
    return trace.load(Denoiser, Project(HOME).recorded / "denoiser")


@pytest.fixture(scope="module")
def run() -> DiffusionReverse:
    """As recorded, which tests/test_compute.py computes again."""
    return trace.load(DiffusionReverse, Project(HOME).recorded / "diffusion_reverse")


SMALL = {"samples": 600, "shown": 40, "hero": 7, "pairs": 2}


def small(denoiser: Denoiser, **arguments) -> DiffusionReverse:
    return trace_diffusion_reverse(denoiser, **{**SMALL, **arguments})


def failing(found: DiffusionReverse) -> set[str]:
    return {claim.says for claim in found.check() if not claim.holds}


@pytest.mark.slow
@pytest.mark.parametrize("seed", [4, 5])
def test_other_seeds_hold_too(denoiser, seed):
    assert failing(small(denoiser, samples=2000, seed=seed, pairs=5)) == set()


def test_with_the_exact_score_the_marginals_are_the_forward_ones():
    """Kolmogorov-Smirnov against draws of the closed form, on its way and at its end."""
    data, schedule, random = two_moons(), linear_schedule(), np.random.default_rng(0)
    states = reverse.run_back(
        reverse.exact_answer(data, schedule), schedule, random.standard_normal((1500, 2)), np.random.default_rng(1)
    )
    for moment in (600, 300, 100, 0):
        expected = data.mixed(schedule.signal[moment], schedule.noise[moment]).draw(50_000, random)
        p_value = stats.ks_2samp(states[1000 - moment], expected, axis=0).pvalue
        assert p_value.min() > 1e-3, moment


def test_it_starts_from_pure_noise(run):
    assert stats.kstest(run.paths[0].ravel().astype(float), "norm").pvalue > 1e-3


def test_the_hero_and_its_zoom_are_of_the_paths(run):
    stored = run.zoom_from - np.arange(len(run.zoom))
    kept = [index for index, moment in enumerate(stored) if (run.steps - moment) % run.stride == 0]
    assert kept
    for index in kept:
        assert np.allclose(run.zoom[index, 0], run.paths[run.frame_of(stored[index]), run.hero], atol=1e-6)
    assert np.array_equal(run.zoom[1:, 0], run.zoom[:-1, 2])


def test_frames_and_moments(run):
    assert run.frame_of(1000) == 0 and run.moment_of(len(run.paths) - 1) == 0
    assert all(run.moment_of(run.frame_of(moment)) == moment for moment in (1000, 600, 40, 0))


def test_the_shown_are_the_first_of_the_samples(run):
    assert np.array_equal(run.paths[-1], run.samples[: run.shown])


def test_the_fan_is_that_of_the_hero(run):
    data, moment = two_moons(), 300
    frame, level = run.frame_of(moment), (run.schedule.signal[moment], run.schedule.noise[moment])
    point = run.paths[frame, run.hero].astype(float)
    posterior = stats.multivariate_normal
    weights = [posterior.pdf(point, level[0] * mean, level[0] ** 2 * 0.01 + level[1] ** 2) for mean in data.means]
    assert np.allclose(run.chances[frame], weights / np.sum(weights), atol=1e-6)


def test_distance_of_a_shifted_cloud_is_the_shift():
    cloud = np.random.default_rng(0).standard_normal((200, 2))
    shifted = np.random.default_rng(1).permutation(cloud) + np.array([3, 4])
    assert reverse.wasserstein(cloud, shifted) == pytest.approx(5)


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
    def mean_step(noise_of, schedule, points, moment):
        return wrong_mean(points, schedule.betas[moment - 1], schedule.noise[moment], noise_of(points, moment))[wrong]()

    monkeypatch.setattr(reverse, "mean_step", mean_step)
    if wrong == "β and 1 − β swapped":  # which runs away
        with np.errstate(all="ignore"), pytest.raises(ValueError, match="invalid numeric entries"):
            small(denoiser)
    else:
        assert "a step goes to the posterior mean of Ho et al., equation 7" in failing(small(denoiser))


@pytest.mark.slow
@pytest.mark.parametrize("late", [-1, 1])
def test_a_step_with_its_neighbours_beta_is_refused(monkeypatch, denoiser, late):
    def mean_step(noise_of, schedule, points, moment):
        beta = schedule.betas[np.clip(moment - 1 + late, 0, 999)]
        return (points - beta / schedule.noise[moment] * noise_of(points, moment)) / np.sqrt(1 - beta)

    monkeypatch.setattr(reverse, "mean_step", mean_step)
    assert "a step goes to the posterior mean of Ho et al., equation 7" in failing(small(denoiser))


@pytest.mark.parametrize("factor", [pytest.param(factor, marks=pytest.mark.slow) for factor in (0.5, 2.0)])
def test_a_wrong_variance_of_the_fresh_noise_is_refused(monkeypatch, denoiser, factor):
    right = reverse.kick_size
    monkeypatch.setattr(reverse, "kick_size", lambda schedule, moment: np.sqrt(factor) * right(schedule, moment))
    assert "with fresh noise the variance stays one" in failing(small(denoiser))


WRONG = {
    "chances of another time": (
        lambda run: {"chances": run.chances[::-1]}, "the mean of all origins is the exact posterior mean",
    ),
    "a score that points away": (lambda run: {"cosine": -run.cosine}, "learned and exact score point alike"),
    "a loss above its floor": (
        lambda run: {"last_loss": run.floor + 0.02}, "the loss stops at its floor, not above and not below",
    ),
    "another start": (lambda run: {"without_noise": run.paths[:, ::-1]}, "both runs begin with the same noise"),
    "no collapse": (
        lambda run: {"spread_without_noise": run.spread}, "without fresh noise the cloud collapses",
    ),
    "no collapse with the exact answer": (
        lambda run: {"spread_without_noise_exact": run.spread}, "with the exact answer it does so too",
    ),
    "samples off the moons": (lambda run: {"near": np.array(0.9)}, "nearly all samples are on the moons"),
    "samples far from data": (
        lambda run: {"distance": run.distance * 3}, "samples are about as far from data as data are",
    ),
}  # fmt: skip
