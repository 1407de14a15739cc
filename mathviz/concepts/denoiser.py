"""The network that the diffusion films share: trained once to name the noise in a noised point of two moons.

It can only ever answer with the mean of all noises that could have led to a point. That mean has a closed
form here, so both the answers and the loss at which training must stop are known exactly.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32, Float64, Int64
from numpy import ndarray

from mathviz.concepts.shared.data import two_moons
from mathviz.concepts.shared.mlp import IN_THE_PLANE, train
from mathviz.concepts.shared.oracles import Schedule, linear_schedule
from mathviz.trace import Claim, Trace

STEPS = 1000
"""Moments of the chain; the network is told their share of all."""

JUDGED = (50, 100, 200, 300, 400, 500, 700, 1000)
"""Moments at which the network is compared with the exact answer."""


@dataclass(frozen=True)
class Denoiser(Trace):
    """A trained network ε_θ(x, t), how its loss fell, and the floor that no network can pass."""

    weights: Float32[ndarray, "weight"]
    loss: Float64[ndarray, "update"]  # mean squared error per coordinate of each batch
    floor: Float64[ndarray, ""]  # E|ε − E[ε|x_t]|² per coordinate, by Monte Carlo with the oracle
    floor_error: Float64[ndarray, ""]  # its standard error
    batch: Int64[ndarray, ""]

    tolerances = {"weights": float("inf"), "loss": 0.2, "floor": 1e-3, "floor_error": 0.1}  # noqa: RUF012
    # other processors round otherwise, and training magnifies it; the claims bound what comes of it

    @property
    def last_loss(self) -> float:
        """Mean loss of the last tenth of the training."""
        return float(self.loss[-(len(self.loss) // 10) :].mean())

    def noise(self, points: ndarray, moment: int) -> ndarray:
        """The network's answer for [point two] after ``moment`` of 1000 steps, [point two], in float64."""
        return IN_THE_PLANE.answer(self.weights, points, moment / STEPS)

    def agreement(self, moment: int, count: int = 2000) -> tuple[float, float]:
        """Relative error and cosine between the network and the exact answer over draws of that moment."""
        random, schedule, data = np.random.default_rng(moment), linear_schedule(), two_moons()
        level = schedule.signal[moment], schedule.noise[moment]
        points = level[0] * data.draw(count, random) + level[1] * random.standard_normal((count, 2))
        exact, answer = data.expected_noise(points, *level), self.noise(points, moment)
        error = ((answer - exact) ** 2).sum() / (exact**2).sum()
        return float(error), float((answer * exact).sum() / np.sqrt((answer**2).sum() * (exact**2).sum()))

    def check(self) -> list[Claim]:
        over = self.last_loss - float(self.floor)
        errors = {moment: self.agreement(moment)[0] for moment in JUDGED}
        late, early = max(error for moment, error in errors.items() if moment >= 100), self.agreement(10)[1]
        return [
            Claim("training ends at the floor, not above and not below", abs(over) < 0.01, f"{over:+.4f}"),
            Claim("the floor is known well enough", float(self.floor_error) < 2e-3, f"± {self.floor_error:.1e}"),
            Claim("from step 100 on the network is the exact mean noise", late < 0.01, f"relative {late:.4f}"),
            Claim("at step 50 it nearly is", errors[50] < 0.05, f"relative {errors[50]:.3f}"),
            Claim("at step 10 it still points alike", early > 0.94, f"cosine {early:.3f}"),
        ]


def train_denoiser(*, updates: int = 6000, batch: int = 1024, seed: int = 0, device: str = "auto") -> Denoiser:
    """Train on fresh draws of two moons at random steps, and measure the floor of the loss."""
    random, schedule, data = np.random.default_rng(seed), linear_schedule(), two_moons()

    def draw() -> tuple[ndarray, ndarray, ndarray]:
        start, noise = data.draw(batch, random), random.standard_normal((batch, 2))
        moments = random.integers(1, STEPS + 1, batch)
        return schedule.signal[moments, None] * start + schedule.noise[moments, None] * noise, moments / STEPS, noise

    weights, loss = train(IN_THE_PLANE, draw, updates, seed, device)
    floor, error = bayes_loss(schedule, random)
    return Denoiser(
        weights=weights, loss=loss, floor=np.array(floor), floor_error=np.array(error), batch=np.array(batch)
    )


def bayes_loss(schedule: Schedule, random: np.random.Generator, count: int = 100) -> tuple[float, float]:
    """The loss of the exact answer, over ``count`` draws at each step, and its standard error."""
    data, losses = two_moons(), []
    for moment in range(1, STEPS + 1):
        level = schedule.signal[moment], schedule.noise[moment]
        noise = random.standard_normal((count, 2))
        points = level[0] * data.draw(count, random) + level[1] * noise
        losses.append(((data.expected_noise(points, *level) - noise) ** 2).mean(axis=1))
    found = np.concatenate(losses)
    return float(found.mean()), float(found.std() / np.sqrt(len(found)))
