"""The forward chain against its closed forms, SciPy's tests and an independent formula; wrong chains are refused."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from mathviz import trace
from mathviz.concepts import fused_kicks
from mathviz.concepts.diffusion_forward import DiffusionForward, trace_diffusion_forward
from mathviz.concepts.shared import noising
from mathviz.concepts.shared.distances import w2
from mathviz.concepts.shared.oracles import linear_schedule
from mathviz.project import HOME, Project

SMALL = {"particles": 4000, "walks": 2000, "trials": 4, "rounds": 4}


@pytest.fixture(scope="module")
def run() -> DiffusionForward:
    """As recorded, which tests/test_compute.py computes again."""
    return trace.load(DiffusionForward, Project(HOME).recorded / "diffusion_forward")


def failing(found: DiffusionForward) -> set[str]:
    return {claim.says for claim in found.check() if not claim.holds}


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_other_seeds_hold_too(seed):
    assert failing(trace_diffusion_forward(seed=seed)) == set()


def test_figures_of_the_film(run):
    assert run.half_way == 260 and run.mean_steps == 500.5
    assert run.kept[-1] == pytest.approx(4.0358e-5, abs=1e-8)
    assert 1 + run.betas.sum() == pytest.approx(11.05, abs=1e-9)
    assert run.times == pytest.approx(20, abs=1)
    assert run.kept_at_the_jump**2 + run.noise_at_the_jump**2 == pytest.approx(1)


def test_the_last_state_is_standard_normal_by_scipy(run):
    for axis in (0, 1):
        assert stats.kstest(run.cloud[-1, :, axis].astype(float), "norm").pvalue > 1e-3


def test_walks_end_where_the_formula_says_by_scipy(run):
    """The recorded ends, against a Gaussian of that middle and width; and the leaps."""
    middle, width = run.kept_at_the_jump * run.start, run.noise_at_the_jump
    for ends in (run.walks[-1], run.leaps):
        for axis in (0, 1):
            assert stats.kstest(ends[:, axis].astype(float), "norm", (middle[axis], width)).pvalue > 1e-3


def test_walks_and_leaps_by_pot(run):
    """W2 of the shown ones, by another solver."""
    ot = pytest.importorskip("ot")
    ends, leaps = run.walks[-1].astype(float), run.leaps.astype(float)
    cost = ot.emd2([], [], ot.dist(ends, leaps))
    assert w2(ends, leaps) == pytest.approx(np.sqrt(cost), rel=1e-6)


def test_steps_that_are_looked_at_are_those_of_the_walk(run):
    for at, step in enumerate(run.entered_steps):
        before = int(run.entered) + at
        assert np.array_equal(step[0], run.walk[before]) and np.array_equal(step[2], run.walk[before + 1])


def test_two_fused_kicks_add_their_variances():
    """α_t(1 − α_{t−1}) + 1 − α_t, from kicks alone."""
    random, schedule = np.random.default_rng(0), linear_schedule()
    first, second = 1 - schedule.betas[300:302]
    kicks = np.sqrt(second) * np.sqrt(1 - first) * random.standard_normal(400_000)
    kicks += np.sqrt(1 - second) * random.standard_normal(400_000)
    assert kicks.var() == pytest.approx(1 - first * second, rel=0.01)


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
    broken = failing(trace_diffusion_forward(**SMALL))
    assert "the variance is ᾱ·(that of the data) + 1 − ᾱ at every step" in broken
    assert "and the variance of all of them" in broken


def test_a_leap_off_by_many_steps_is_refused(monkeypatch):
    right = noising.one_shot
    monkeypatch.setattr(noising, "one_shot", lambda start, schedule, moment, random: right(
        start, schedule, max(1, moment - 100), random))  # fmt: skip
    assert "walks are as far from leaps as leaps are" in failing(trace_diffusion_forward(**SMALL))


def test_kicks_that_are_fused_without_the_shrink_between_are_refused(monkeypatch):
    def loose(states, schedule, count):
        stops, kept = states[::count], schedule.kept[: len(states) : count]
        return (stops[1:] - stops[:-1]) / np.sqrt(1 - (kept[1:] / kept[:-1])[:, None, None])

    monkeypatch.setattr(fused_kicks, "fuse", loose)
    assert "and the variance of all of them" in failing(trace_diffusion_forward(**SMALL))


WRONG = {
    "the start of the chain off by one": (
        lambda run: {"kept": np.concatenate([run.kept[1:], run.kept[-1:]])}, "ᾱ is the product of all 1 − β",
    ),
    "a cloud that grows": (
        lambda run: {"variance": run.variance * np.linspace(1, 2, len(run.kept))[:, None]},
        ("the variance stays one at every step", "the variance is ᾱ·(that of the data) + 1 − ᾱ at every step"),
    ),
    "a mean that stays": (
        lambda run: {"mean": run.mean + 0.1}, "the mean is √ᾱ·(that of the data) at every step",
    ),
    "kicks that shrink too": (
        lambda run: {"variance_of_kicks": run.variance.mean(axis=1)}, "without shrinking the variance is 1 + Σβ",
    ),
    "another cloud bursts": (
        lambda run: {"loose": run.loose[:, ::-1]}, "with and without shrinking begin alike",
    ),
    "another hero": (lambda run: {"hero": run.hero + 1}, "the hero begins farthest from the middle"),
    "walks from elsewhere": (
        lambda run: {"walks": run.walks + np.float32(0.1)},
        ("its walk begins there, and all others do", "and is the first of the walks"),
    ),
    "walks in another order": (lambda run: {"walks": run.walks[:, ::-1]}, "and is the first of the walks"),
    "kicks of another size": (
        lambda run: {"walk": run.walk[0] + 2 * (run.walk - run.walk[0])},
        ("its kicks are as large as √β", "and is the first of the walks",
         "where a step might lead is its shrunk place and kicks of that size"),
    ),
    "a kick that knows its way": (
        lambda run: {"might": run.might * np.float32(1.05)},
        "where a step might lead is its shrunk place and kicks of that size",
    ),
    "two kicks that are one too narrow": (
        lambda run: {"might_two": run.might},
        "where two steps might lead is a Gaussian too, and its variance their sum",
    ),
    "fused kicks that drift": (lambda run: {"fused_mean": run.fused_mean + 0.1}, "fused kicks have the mean zero"),
    "fused kicks too small": (lambda run: {"fused_variance": 0.9 * run.fused_variance},
                              "and the variance of all of them"),
    "fused kicks of another law": (lambda run: {"fused_gap": run.fused_gap + 0.05}, "and are Gaussian"),
    "fused kicks that remember": (lambda run: {"fused_memory": run.fused_memory + 0.1},
                                  "and know nothing of each other"),
    "walks far from leaps": (lambda run: {"distance": 2 * run.distance}, "walks are as far from leaps as leaps are"),
    "a chain far from leaps": (
        lambda run: {"far": 2 * run.far},
        "the chain is as far from leaps as leaps are, after any of the numbers of steps",
    ),
    "an image that is still there": (
        lambda run: {"bits_left": np.array(0.01)}, "less than 1e-4 bit per pixel is left of an image",
    ),
}  # fmt: skip
