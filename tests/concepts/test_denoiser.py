"""The shared network against torch, against the exact answer, and against the floor of its loss by another route."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from mathviz import trace
from mathviz.concepts.denoiser import Denoiser, train_denoiser
from mathviz.concepts.shared.data import two_moons
from mathviz.concepts.shared.oracles import linear_schedule
from mathviz.project import HOME, Project


@pytest.fixture(scope="module")
def trained() -> Denoiser:
    """As it was recorded: training takes half a minute."""
    return trace.load(Denoiser, Project(HOME).recorded / "denoiser")


def failing(found: Denoiser) -> set[str]:
    return {claim.says for claim in found.check() if not claim.holds}


def test_the_floor_is_what_the_best_guess_of_the_origin_leaves(trained):
    """ε − E[ε | x] is √(ᾱ/(1 − ᾱ)) times what E[x₀ | x] misses of x₀: other formulas, other draws."""
    data, schedule, random, left = two_moons(), linear_schedule(), np.random.default_rng(9), []
    for moment in range(1, 1001):
        signal, noise = schedule.signal[moment], schedule.noise[moment]
        start = data.draw(100, random)
        points = signal * start + noise * random.standard_normal(start.shape)
        left.append((signal / noise * (data.posterior_mean(points, signal, noise) - start)) ** 2)
    error = np.std([each.mean(axis=1) for each in left]) / np.sqrt(100_000)
    assert np.mean(left) == pytest.approx(float(trained.floor), abs=3 * np.hypot(error, float(trained.floor_error)))


@pytest.fixture(scope="module")
def beginner() -> Denoiser:
    return train_denoiser(**SMALL)


def test_training_lowers_the_loss(beginner):
    assert beginner.loss[:5].mean() > 0.6 and beginner.last_loss < 0.4


def test_a_network_that_learned_too_little_is_refused(beginner):
    assert {"from step 100 on the network is the exact mean noise", "at step 50 it nearly is"} <= failing(beginner)


SMALL = {"updates": 200, "batch": 256, "device": "cpu"}

WRONG = {
    "other weights": (
        lambda found: {"weights": found.weights * np.float32(1.05)},
        "from step 100 on the network is the exact mean noise",
    ),
    "a loss below its floor": (
        lambda found: {"loss": found.loss * 0.9}, "training ends at the floor, not above and not below",
    ),
    "a loss above its floor": (
        lambda found: {"loss": found.loss + 0.02}, "training ends at the floor, not above and not below",
    ),
    "a vague floor": (lambda found: {"floor_error": np.array(0.01)}, "the floor is known well enough"),
}  # fmt: skip


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a CUDA device, which would be used")
def test_a_device_that_is_not_there_is_named():
    with pytest.raises(ValueError, match="CUDA"):
        train_denoiser(updates=1, device="cuda")
