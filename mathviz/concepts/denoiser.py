"""The network that the diffusion films share: trained once to name the noise in a noised point of two moons.

It can only ever answer with the mean of all noises that could have led to a point. That mean has a closed
form here, so both the answers and the loss at which training must stop are known exactly.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float32, Float64, Int64
from numpy import ndarray

from mathviz.concepts.diffusion import Schedule, linear_schedule, two_moons
from mathviz.trace import Claim, Trace

if TYPE_CHECKING:
    from torch.nn import Module

STEPS, WIDTH, LAYERS = 1000, 128, 3
TIME_WAVES, PLACE_WAVES = 16, 4
INPUTS = 2 + 1 + 2 * TIME_WAVES + 2 * 2 * PLACE_WAVES

JUDGED = (50, 100, 200, 300, 400, 500, 700, 1000)
"""Moments at which the network is compared with the exact answer."""


@dataclass(frozen=True)
class Denoiser(Trace):
    """A trained network ε_θ(x, t), how its loss fell, and the floor that no network can pass."""

    weights: Float32[ndarray, "weight"]  # of all layers, matrix then bias, first layer first
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
        values, at = features(points, moment / STEPS), 0
        for inputs, outputs in shapes():
            matrix = self.weights[at : at + inputs * outputs].astype(float).reshape(outputs, inputs)
            at += inputs * outputs
            values = values @ matrix.T + self.weights[at : at + outputs]
            at += outputs
            if outputs != 2:
                values = values / (1 + np.exp(-values))  # SiLU
        return values

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
        early = self.agreement(10)[1]
        late = max(error for moment, error in errors.items() if moment >= 100)
        return [
            Claim("training ends at the floor, not above and not below", abs(over) < 0.01, f"{over:+.4f}"),
            Claim("the floor is known well enough", float(self.floor_error) < 2e-3, f"± {self.floor_error:.1e}"),
            Claim("from step 100 on the network is the exact mean noise", late < 0.01, f"relative {late:.4f}"),
            Claim("at step 50 it nearly is", errors[50] < 0.05, f"relative {errors[50]:.3f}"),
            Claim("at step 10 it still points alike", early > 0.94, f"cosine {early:.3f}"),
        ]


def shapes() -> list[tuple[int, int]]:
    """Inputs and outputs of each layer."""
    widths = [INPUTS, *[WIDTH] * LAYERS, 2]
    return list(itertools.pairwise(widths))


def features(points: ndarray, time: float | ndarray) -> ndarray:
    """What the network is told of [point two] at a time in 0…1, [point feature]: waves of both beside themselves."""
    times = np.atleast_1d(np.asarray(time, float))[:, None]
    in_time = np.pi * times * np.arange(1, TIME_WAVES + 1)
    in_place = np.concatenate([np.pi / 4 * 2**i * points for i in range(PLACE_WAVES)], axis=1)
    told = [points, times, np.cos(in_time), np.sin(in_time), np.cos(in_place), np.sin(in_place)]
    return np.concatenate([np.broadcast_to(each, (len(points), each.shape[1])) for each in told], axis=1)


def train_denoiser(*, updates: int = 6000, batch: int = 1024, seed: int = 0, device: str = "auto") -> Denoiser:
    """Train on fresh draws of two moons at random steps, and measure the floor of the loss.

    Adam from 3e-3, annealed along a cosine; the weights kept are an exponential average of the last ones.
    """
    import torch

    where = "cuda" if device != "cpu" and torch.cuda.is_available() else "cpu"
    if device == "cuda" and where == "cpu":
        raise ValueError("torch finds no CUDA device")
    torch.manual_seed(seed)
    random, schedule = np.random.default_rng(seed), linear_schedule()
    network = build().to(where)
    tools = torch.optim.swa_utils
    average = tools.AveragedModel(network, multi_avg_fn=tools.get_ema_multi_avg_fn(0.995))
    optimizer = torch.optim.Adam(network.parameters(), lr=3e-3)
    annealing = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, updates)
    losses = []
    for _ in range(updates):
        inputs, noise = _batch(schedule, batch, random)
        found = network(torch.as_tensor(inputs, dtype=torch.float32, device=where))
        loss = ((found - torch.as_tensor(noise, dtype=torch.float32, device=where)) ** 2).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        annealing.step()
        average.update_parameters(network)
        losses.append(loss.detach())
    weights = torch.cat([parameter.detach().flatten() for parameter in average.module.parameters()])
    floor, error = bayes_loss(schedule, random)
    return Denoiser(
        weights=weights.cpu().numpy(), loss=torch.stack(losses).double().cpu().numpy(), floor=np.array(floor),
        floor_error=np.array(error), batch=np.array(batch),
    )  # fmt: skip


def build() -> Module:
    """The untrained network, whose parameters come in the order of ``Denoiser.weights``."""
    from torch import nn

    layers: list[Module] = []
    for inputs, outputs in shapes():
        layers += [nn.Linear(inputs, outputs), nn.SiLU()]
    return nn.Sequential(*layers[:-1])


def _batch(schedule: Schedule, count: int, random: np.random.Generator) -> tuple[ndarray, ndarray]:
    """Features of noised draws at random steps, and the noise in them."""
    start, noise = two_moons().draw(count, random), random.standard_normal((count, 2))
    moments = random.integers(1, STEPS + 1, count)
    points = schedule.signal[moments, None] * start + schedule.noise[moments, None] * noise
    return features(points, moments / STEPS), noise


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
