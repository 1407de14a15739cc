"""Networks of any shape against torch, and training against what it must find."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from mathviz.concepts.shared import mlp
from mathviz.concepts.shared.mlp import Mlp

SHAPES = {
    "plane over time": Mlp(2, 2, timed=True, time_waves=16, place_waves=4),
    "with a class": Mlp(2, 2, width=32, timed=True, time_waves=3, conditions=3),
    "a critic": Mlp(2, 1, width=64, layers=2, activation="tanh"),
    "an image's code": Mlp(64, 4, width=48, layers=1, activation="relu"),
    "linear": Mlp(3, 5, layers=0),
}


def told(shape: Mlp, count: int = 7) -> list[np.ndarray | None]:
    random = np.random.default_rng(0)
    conditions = np.eye(shape.conditions)[random.integers(0, shape.conditions, count)] if shape.conditions else None
    return [random.standard_normal((count, shape.inputs)), random.random(count) if shape.timed else None, conditions]


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_numpy_answers_as_torch_does(shape):
    network = shape.seeded(1)
    weights = mlp.weights_of(network)
    assert weights.shape == (shape.size,) and weights.dtype == np.float32
    with torch.no_grad():
        expected = network.double()(torch.tensor(shape.features(*told(shape)))).numpy()
    assert np.abs(shape.answer(weights, *told(shape)) - expected).max() < 1e-12
    again = mlp.with_weights(shape, weights)
    assert np.array_equal(mlp.weights_of(again), weights)


def test_features_of_one_time_are_those_of_each():
    shape = SHAPES["with a class"]
    points, times, conditions = told(shape)
    together = shape.features(points, times, conditions)
    assert together.shape == (7, shape.told)
    for row in range(7):
        alone = shape.features(points[row : row + 1], float(times[row]), conditions[row : row + 1])
        assert np.array_equal(alone[0], together[row])


def test_nothing_global_is_seeded():
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    SHAPES["linear"].seeded(0)
    assert torch.equal(torch.rand(3), expected)


def regression(seed: int = 0, **changes):
    random = np.random.default_rng(seed)

    def batch():
        points, times = random.standard_normal((128, 2)), random.random(128)
        return points, times, np.stack([points[:, 0] * times, points.sum(axis=1)], axis=1)

    shape = Mlp(2, 2, width=32, layers=2, timed=True, time_waves=2)
    return shape, *mlp.train(shape, batch, 300, seed, "cpu", **{"average": 0.9, **changes})


def test_training_finds_the_function_and_the_same_one_again():
    shape, weights, loss = regression()
    assert loss[-20:].mean() < 0.05 * loss[:5].mean()
    points = np.random.default_rng(9).standard_normal((50, 2))
    assert np.abs(shape.answer(weights, points, 0.5) - np.stack([points[:, 0] / 2, points.sum(1)], 1)).mean() < 0.15
    assert np.array_equal(weights, regression()[1])


def test_the_kept_weights_follow_by_their_average():
    """With an average of nothing they are the last ones, and those differ."""
    assert not np.array_equal(regression(average=0.0)[1], regression(average=0.99)[1])


def test_another_loss_is_another_answer():
    """Least absolute errors end at the median, least squares at the mean: of an exponential, ln 2 and 1."""
    random = np.random.default_rng(0)

    def batch():
        return np.zeros((512, 1)), random.exponential(size=(512, 1))

    shape = Mlp(1, 1, layers=0)
    how = {"updates": 800, "seed": 0, "device": "cpu", "rate": 2e-2}
    median, _ = mlp.train(shape, batch, **how, loss=lambda found, wanted: (found - wanted).abs().mean())
    mean, _ = mlp.train(shape, batch, **how)
    assert median[-1] == pytest.approx(np.log(2), abs=0.03) and mean[-1] == pytest.approx(1, abs=0.03)


@pytest.mark.parametrize(
    ("shape", "given", "says"),
    [
        (Mlp(2, 1), (np.zeros((3, 4)),), r"takes \[point 2\]"),
        (Mlp(2, 1), (np.zeros((3, 2)), 0.5), "told no time"),
        (Mlp(2, 1, timed=True), (np.zeros((3, 2)),), "told a time"),
        (Mlp(2, 1, conditions=2), (np.zeros((3, 2)),), "0 conditions were given; this network takes 2"),
    ],
)
def test_what_does_not_fit_is_named(shape, given, says):
    with pytest.raises(ValueError, match=says):
        shape.features(*given)


def test_a_shape_that_cannot_be_is_refused():
    with pytest.raises(ValueError, match="there are silu, tanh, relu"):
        Mlp(1, 1, activation="sine")
    with pytest.raises(ValueError, match="timed=True"):
        Mlp(1, 1, time_waves=3)


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a CUDA device, which would be used")
def test_a_device_that_is_not_there_is_named():
    with pytest.raises(ValueError, match="CUDA"):
        mlp.train(Mlp(1, 1, layers=0), lambda: (np.zeros((1, 1)), np.zeros((1, 1))), 1, 0, "cuda")
    with pytest.raises(ValueError, match="say"):
        mlp.train(Mlp(1, 1), lambda: (np.zeros((1, 1)), np.zeros((1, 1))), 1, 0, "tpu")
