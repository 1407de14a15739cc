"""Flow matching (Lipman et al. 2023): a network trained to follow straight lines from noise to data.

Through one place many of these lines pass, each with another velocity; the network can only learn their mean.
On two moons that mean has a closed form, so the answers and the floor of the loss are known exactly.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32, Float64, Int64
from numpy import ndarray

from mathviz.concepts.shared.data import two_moons
from mathviz.concepts.shared.mlp import IN_THE_PLANE, train
from mathviz.concepts.shared.oracles import STRAIGHT, velocity
from mathviz.trace import Claim, Trace

JUDGED = (0.05, 0.2, 0.4, 0.6, 0.8, 0.9, 0.95, 0.99)
"""Times at which the network is compared with the exact answer."""


@dataclass(frozen=True)
class VelocityField(Trace):
    """A trained network v_θ(x, t), how its loss fell, and the floor that no network can pass."""

    weights: Float32[ndarray, "weight"]
    loss: Float64[ndarray, "update"]  # mean over a batch of |v − (x₁ − x₀)|², both coordinates together
    floor: Float64[ndarray, ""]  # E|x₁ − x₀ − u|², by Monte Carlo with the exact field
    floor_error: Float64[ndarray, ""]  # its standard error
    batch: Int64[ndarray, ""]

    tolerances = {"weights": float("inf"), "loss": 0.2, "floor": 1e-3, "floor_error": 0.1}  # noqa: RUF012
    # other processors round otherwise, and training magnifies it; the claims bound what comes of it

    @property
    def last_loss(self) -> float:
        """Mean loss of the last tenth of the training."""
        return float(self.loss[-(len(self.loss) // 10) :].mean())

    def velocity(self, points: ndarray, time: float) -> ndarray:
        """The network's answer for [point two] at a time in 0…1, [point two], in float64."""
        return IN_THE_PLANE.answer(self.weights, points, time)

    def error(self, time: float, count: int = 2000) -> float:
        """Relative squared error of the network over draws of that time."""
        random, data = np.random.default_rng(round(1000 * time)), two_moons()
        points = time * data.draw(count, random) + (1 - time) * random.standard_normal((count, 2))
        exact = velocity(data, STRAIGHT, points, time)
        return float(((self.velocity(points, time) - exact) ** 2).sum() / (exact**2).sum())

    def check(self) -> list[Claim]:
        over, worst = self.last_loss - float(self.floor), max(map(self.error, JUDGED))
        return [
            Claim("training ends at the floor, not above and not below", abs(over) < 0.03, f"{over:+.4f}"),
            Claim("the floor is known well enough", float(self.floor_error) < 0.01, f"± {self.floor_error:.1e}"),
            Claim("the network is the exact mean velocity", worst < 0.01, f"relative {worst:.4f}"),
        ]


def train_velocity_field(
    *, updates: int = 5000, batch: int = 1024, seed: int = 0, device: str = "auto"
) -> VelocityField:
    """Train on straight lines between fresh noise and fresh data, paired at random, and measure the loss's floor."""
    random, data = np.random.default_rng(seed), two_moons()

    def draw() -> tuple[ndarray, ndarray, ndarray]:
        start, end, times = random.standard_normal((batch, 2)), data.draw(batch, random), random.random(batch)
        return (1 - times[:, None]) * start + times[:, None] * end, times, end - start

    weights, loss = train(IN_THE_PLANE, draw, updates, seed, device)
    floor, error = disagreement(random)
    return VelocityField(
        weights=weights, loss=2 * loss, floor=np.array(floor), floor_error=np.array(error), batch=np.array(batch)
    )


def disagreement(random: np.random.Generator, times: int = 1000, count: int = 400) -> tuple[float, float]:
    """The loss of the exact velocity, over ``count`` lines at each of ``times``, and its standard error."""
    data, losses = two_moons(), []
    for time in (np.arange(times) + 0.5) / times:
        start, end = random.standard_normal((count, 2)), data.draw(count, random)
        exact = velocity(data, STRAIGHT, (1 - time) * start + time * end, time)
        losses.append(((end - start - exact) ** 2).sum(axis=1))
    found = np.concatenate(losses)
    return float(found.mean()), float(found.std() / np.sqrt(len(found)))
