"""The forward chain against its closed forms, SciPy's tests and an independent formula; wrong chains are refused."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from mathviz.concepts import diffusion_forward as forward
from mathviz.concepts.diffusion_forward import DiffusionForward, trace_diffusion_forward
from mathviz.concepts.shared import noising


@pytest.fixture(scope="module")
def run() -> DiffusionForward:
    return trace_diffusion_forward()


def failing(trace: DiffusionForward) -> set[str]:
    return {claim.says for claim in trace.check() if not claim.holds}


@pytest.mark.parametrize("seed", [1, *(pytest.param(seed, marks=pytest.mark.slow) for seed in (2, 3))])
def test_other_seeds_hold_too(seed):
    assert failing(trace_diffusion_forward(seed=seed)) == set()


def test_figures_of_the_film(run):
    assert run.half_way == 260
    assert run.kept[-1] == pytest.approx(4.0358e-5, abs=1e-8)
    assert 1 + run.betas.sum() == pytest.approx(11.05, abs=1e-9)
    assert run.zoom_shrink == pytest.approx(0.99497, abs=1e-5) and run.zoom_kick == pytest.approx(0.10020, abs=1e-5)
    assert float(run.bits_left) < 1e-4


def test_zoomed_steps_are_those_of_the_cloud(run):
    moments = run.zoom_from + np.arange(len(run.zoom))
    stored = moments % run.stride == 0
    assert stored.any()
    before = run.cloud[moments[stored] // run.stride, run.hero]
    assert np.allclose(run.zoom[stored, 0], before, atol=1e-6)


def test_snapshots_are_those_of_the_cloud(run):
    for moment, snapshot in zip(run.compared, run.chain, strict=True):
        if moment % run.stride == 0:
            assert np.array_equal(run.cloud[moment // run.stride], snapshot)


def test_histograms_count_every_particle_inside(run):
    edges, moment = forward.BINS, run.compared[-1]
    inside = stats.norm.cdf(edges[-1]) - stats.norm.cdf(edges[0])
    assert moment == run.steps and run.chain_counts[-1].sum(axis=1) == pytest.approx(20_000 * inside, rel=2e-3)


def test_last_state_is_standard_normal_by_scipy(run):
    for axis in (0, 1):
        assert stats.kstest(run.cloud[-1, :, axis].astype(float), "norm").pvalue > 1e-3


def test_digits_begin_as_scikit_learn_has_them(run):
    from sklearn.datasets import load_digits

    assert np.array_equal(run.digits[0], (load_digits().images[[0, 13, 22]] / 8 - 1).astype(np.float32))


WRONG_STEPS = {
    "no shrinking": (lambda beta: 1.0, np.sqrt),
    "β and 1 − β swapped": (np.sqrt, lambda beta: np.sqrt(1 - beta)),
    "β for its root": (lambda beta: np.sqrt(1 - beta), lambda beta: beta),
    "1 − β for its root": (lambda beta: 1 - beta, np.sqrt),
    "the noise's variance twice": (lambda beta: np.sqrt(1 - beta), lambda beta: np.sqrt(2 * beta)),
}


@pytest.mark.parametrize(("shrink", "kick"), WRONG_STEPS.values(), ids=WRONG_STEPS)
def test_a_wrong_step_is_refused(monkeypatch, shrink, kick):
    def wrong(state, beta, random):
        return shrink(beta) * state, kick(beta) * random.standard_normal(state.shape)

    monkeypatch.setattr(noising, "one_step", wrong)
    broken = failing(trace_diffusion_forward(particles=4000))
    assert "the variance is ᾱ·(that of the data) + 1 − ᾱ at every step" in broken
    assert "chain and shortcut give one distribution (Kolmogorov-Smirnov)" in broken


def test_a_shortcut_off_by_many_steps_is_refused(monkeypatch):
    right = noising.one_shot
    monkeypatch.setattr(noising, "one_shot", lambda start, schedule, moment, random: right(
        start, schedule, moment - 50, random))  # fmt: skip
    assert failing(trace_diffusion_forward()) == {"chain and shortcut give one distribution (Kolmogorov-Smirnov)"}


def kicked_first(run: DiffusionForward) -> np.ndarray:
    zoom = run.zoom.copy()
    zoom[:, 1] = zoom[:, 2] - (zoom[:, 1] - zoom[:, 0])
    return zoom


SMALL = {"particles": 1500}

WRONG = {
    "the start of the chain off by one": (
        lambda run: {"kept": np.concatenate([run.kept[1:], run.kept[-1:]])}, "ᾱ is the product of all 1 − β",
    ),
    "a zoomed step that kicks first": (
        lambda run: {"zoom": kicked_first(run)}, "a zoomed step shrinks by √(1 − β) first",
    ),
    "zoomed steps out of order": (
        lambda run: {"zoom": run.zoom[::-1]}, "a zoomed step begins where the one before ended",
    ),
    "kicks that shrink too": (
        lambda run: {"variance_of_kicks": run.variance.mean(axis=1)}, "without shrinking the variance is 1 + Σβ",
    ),
    "a shortcut to another moment": (
        lambda run: {"p_value": run.p_value * 1e-9}, "chain and shortcut give one distribution (Kolmogorov-Smirnov)",
    ),
    "densities that lose mass": (
        lambda run: {"density": run.density * np.float32(0.99)}, "every column of the density adds up to 1",
    ),
    "an image that is still there": (
        lambda run: {"bits_left": np.array(0.01)}, "less than 1e-4 bit per pixel is left of an image",
    ),
}  # fmt: skip
