"""The exact velocity against the continuity equation and closed forms; the network against it."""

from __future__ import annotations

import numpy as np
import pytest

from mathviz import trace
from mathviz.concepts import velocity_field as module
from mathviz.concepts.shared.data import two_moons
from mathviz.concepts.shared.oracles import CURVED, STRAIGHT, Path, velocity
from mathviz.concepts.velocity_field import VelocityField, train_velocity_field
from mathviz.project import HOME, Project

PATHS = pytest.mark.parametrize("path", [STRAIGHT, CURVED], ids=["straight", "curved"])


@pytest.fixture(scope="module")
def trained() -> VelocityField:
    """As it was recorded: training takes half a minute."""
    return trace.load(VelocityField, Project(HOME).recorded / "velocity_field")


def failing(found: VelocityField) -> set[str]:
    return {claim.says for claim in found.check() if not claim.holds}


@PATHS
def test_rates_are_the_slopes_of_the_mix(path: Path):
    times, step = np.linspace(0.01, 0.99, 50), 1e-6
    slopes = (np.array(path.mix(times + step)) - np.array(path.mix(times - step))) / (2 * step)
    assert np.allclose(path.rates(times), slopes, rtol=1e-5)


def test_the_curved_path_keeps_the_variance_and_begins_as_noise():
    signal, noise = CURVED.mix(np.linspace(0, 1, 101))
    assert np.allclose(signal**2 + noise**2, 1) and signal[0] < 0.01 and signal[-1] == 1


def continuity_residual(field, path: Path, time: float) -> float:
    """∂ρ/∂t + ∇·(ρ u) over the largest |∂ρ/∂t|, by central differences on a grid."""
    data, step = two_moons(), 1e-4
    places = np.stack(np.meshgrid(*[np.linspace(-2, 2, 25)] * 2), axis=-1).reshape(-1, 2)

    def density(points, at):
        return np.exp(data.mixed(*map(float, path.mix(at))).log_density(points))

    change = (density(places, time + step) - density(places, time - step)) / (2 * step)
    flux = 0.0
    for axis in np.eye(2):
        ahead, behind = places + step * axis, places - step * axis
        for sign, points in ((1, ahead), (-1, behind)):
            flux = flux + sign * density(points, time) * (field(data, path, points, time) @ axis) / (2 * step)
    return float(np.abs(change + flux).max() / np.abs(change).max())


@PATHS
@pytest.mark.parametrize("time", [0.2, 0.5, 0.8, 0.95])
def test_the_velocity_carries_the_density(path: Path, time: float):
    assert continuity_residual(velocity, path, time) < 1e-4


WRONG_FIELDS = {
    "the noise's part left out": lambda data, path, points, time: path.rates(time)[0] * data.posterior_mean(
        points, *map(float, path.mix(time))),
    "backwards": lambda *given: -velocity(*given),
    "late": lambda data, path, points, time: velocity(data, path, points, time - 0.01),
    "the other path's": lambda data, path, points, time: velocity(
        data, CURVED if path == STRAIGHT else STRAIGHT, points, time),
    "noise and data swapped": lambda data, path, points, time: velocity(data, path, points, 1 - time),
}  # fmt: skip


@pytest.mark.parametrize("wrong", WRONG_FIELDS.values(), ids=WRONG_FIELDS)
def test_a_wrong_velocity_does_not(wrong):
    assert continuity_residual(wrong, STRAIGHT, 0.8) > 1e-2


def test_the_floor_is_what_the_best_guess_of_the_end_leaves(trained):
    """x₁ − x₀ − u is (x₁ − E[x₁ | x]) / (1 − t): other formulas, other draws."""
    data, random, left = two_moons(), np.random.default_rng(9), []
    for time in (np.arange(1000) + 0.5) / 1000:
        end = data.draw(100, random)
        points = (1 - time) * random.standard_normal(end.shape) + time * end
        left.append((((end - data.posterior_mean(points, time, 1 - time)) / (1 - time)) ** 2).sum(axis=1))
    error = np.hypot(np.std(left) / np.sqrt(np.size(left)), float(trained.floor_error))
    assert np.mean(left) == pytest.approx(float(trained.floor), abs=3 * error)


@pytest.fixture(scope="module")
def beginner() -> VelocityField:
    return train_velocity_field(**SMALL)


def test_training_lowers_the_loss(beginner):
    assert beginner.loss[:5].mean() > 3.5 and beginner.last_loss < 3.3


SMALL = {"updates": 200, "batch": 256, "device": "cpu"}

WRONG = {
    "other weights": (
        lambda found: {"weights": found.weights * np.float32(1.05)}, "the network is the exact mean velocity",
    ),
    "a mean over both coordinates": (
        lambda found: {"loss": found.loss / 2}, "training ends at the floor, not above and not below",
    ),
    "a loss above its floor": (
        lambda found: {"loss": found.loss + 0.1}, "training ends at the floor, not above and not below",
    ),
    "a vague floor": (lambda found: {"floor_error": np.array(0.1)}, "the floor is known well enough"),
}  # fmt: skip


def test_a_network_that_learned_too_little_is_refused(beginner):
    assert "the network is the exact mean velocity" in failing(beginner)


def test_times_are_judged_from_begin_to_end():
    assert min(module.JUDGED) <= 0.05 and max(module.JUDGED) >= 0.99
