"""The oracle of the diffusion films against torch's distributions, its gradients and plain integration."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from scipy.integrate import quad

from mathviz.concepts.shared.data import three_humps, two_moons
from mathviz.concepts.shared.oracles import Mixture, linear_schedule

LEVELS = st.floats(0, np.pi / 2 - 1e-3).map(lambda angle: (float(np.cos(angle)), float(np.sin(angle))))


def as_torch(mixture: Mixture) -> torch.distributions.Distribution:
    normal = torch.distributions.Normal(torch.tensor(mixture.means), mixture.deviation)
    kinds = torch.distributions.Categorical(torch.tensor(mixture.weights))
    return torch.distributions.MixtureSameFamily(kinds, torch.distributions.Independent(normal, 1))


def points(count: int = 40, axes: int = 2) -> np.ndarray:
    return np.random.default_rng(3).uniform(-3, 3, (count, axes))


@pytest.mark.parametrize("data", [two_moons(), three_humps()], ids=["moons", "humps"])
def test_the_data_have_mean_zero_or_second_moment_one(data):
    second = data.weights @ data.means**2 + data.deviation**2
    assert second == pytest.approx(1, abs=1e-12)
    assert data.weights.sum() == pytest.approx(1)


def test_moons_have_mean_zero_and_their_draws_show_it():
    moons = two_moons()
    assert np.abs(moons.weights @ moons.means).max() < 1e-12
    drawn = moons.draw(20_000, np.random.default_rng(0))
    assert np.abs(drawn.mean(axis=0)).max() < 0.03 and np.abs(drawn.var(axis=0) - 1).max() < 0.03


@settings(max_examples=30, deadline=None)
@given(level=LEVELS)
def test_density_and_score_are_torchs(level):
    mixture = two_moons().mixed(*level)
    place = torch.tensor(points(), requires_grad=True)
    log_density = as_torch(mixture).log_prob(place)
    (gradient,) = torch.autograd.grad(log_density.sum(), place)
    assert np.allclose(mixture.log_density(points()), log_density.detach().numpy(), rtol=1e-10, atol=1e-10)
    assert np.allclose(mixture.score(points()), gradient.numpy(), rtol=1e-8, atol=1e-8)
    assert np.allclose(mixture.responsibilities(points()).sum(axis=1), 1)


def test_with_noise_it_is_the_distribution_of_noised_draws():
    random, (signal, noise) = np.random.default_rng(1), (0.6, 0.8)
    made = signal * three_humps().draw(20_000, random) + noise * random.standard_normal((20_000, 1))
    mixture = three_humps().mixed(signal, noise)
    cdf = lambda x: stats.norm.cdf((x[:, None] - mixture.means[:, 0]) / mixture.deviation) @ mixture.weights  # noqa: E731
    assert stats.kstest(made[:, 0], cdf).pvalue > 1e-3


@pytest.mark.parametrize(("signal", "noise"), [(0.99, 0.14), (0.6, 0.8), (0.05, 0.998)])
def test_posterior_mean_is_bayes_by_integration(signal, noise):
    humps = three_humps()
    prior = lambda x: float(np.exp(humps.log_density(np.array([[x]])))[0])  # noqa: E731
    for seen in (-1.5, 0.1, 0.9):
        weigh = lambda x: prior(x) * stats.norm.pdf(seen, signal * x, noise)  # noqa: B023, E731
        spots = [*humps.means[:, 0], seen / signal] if abs(seen / signal) < 4 else list(humps.means[:, 0])
        total, moment = (quad(lambda x: x**n * weigh(x), -4, 4, points=spots, limit=500)[0] for n in (0, 1))  # noqa: B023
        found = humps.posterior_mean(np.array([[seen]]), signal, noise)
        assert found[0, 0] == pytest.approx(moment / total, rel=1e-6, abs=1e-8)


@settings(max_examples=30, deadline=None)
@given(level=LEVELS)
def test_tweedie_the_mean_and_the_noise_make_the_point(level):
    signal, noise = level
    moons = two_moons()
    start, mean_noise = (answer(points(), signal, noise) for answer in (moons.posterior_mean, moons.expected_noise))
    assert np.allclose(signal * start + noise * mean_noise, points(), atol=1e-9)


def test_far_from_everything_nothing_overflows():
    far = np.array([[1e4, -1e4]])
    moons = two_moons()
    assert np.isfinite(moons.log_density(far)).all() and np.isfinite(moons.score(far)).all()


def test_the_schedule_is_that_of_the_paper():
    schedule = linear_schedule()
    assert schedule.betas[[0, -1]].tolist() == [1e-4, 0.02] and len(schedule.betas) == 1000
    assert schedule.kept[-1] == pytest.approx(4.0358e-5, abs=1e-8)
    torchs = torch.cumprod(1 - torch.linspace(1e-4, 0.02, 1000, dtype=torch.float64), 0)
    assert np.allclose(schedule.kept[1:], torchs.numpy(), rtol=1e-12)
    assert np.allclose(schedule.signal**2 + schedule.noise**2, 1)


def test_wrong_oracles_are_told_from_the_right_one():
    """What the tests above would see: the width forgotten, and the noise's variance added once more."""
    right, level = two_moons(), (0.6, 0.8)
    forgotten = dataclasses.replace(right.mixed(*level), deviation=0.8)
    doubled = dataclasses.replace(right.mixed(*level), deviation=float(np.hypot(0.06, 0.8 * np.sqrt(2))))
    for wrong in (forgotten, doubled):
        assert np.abs(wrong.score(points()) - right.mixed(*level).score(points())).max() > 1e-3
