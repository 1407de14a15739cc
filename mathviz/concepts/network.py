"""The small network that the generative films train: waves of place and time in, a vector in the plane out.

Training runs in torch; afterwards the weights are numbers in a trace, and numpy answers with them.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from numpy import ndarray

if TYPE_CHECKING:
    from torch.nn import Module

WIDTH, LAYERS = 128, 3
TIME_WAVES, PLACE_WAVES = 16, 4
INPUTS = 2 + 1 + 2 * TIME_WAVES + 2 * 2 * PLACE_WAVES

Batch = Callable[[], tuple[ndarray, ndarray, ndarray]]
"""Draws points [point two], their times [point] in 0…1 and what is to be answered there [point two]."""


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


def answer(weights: ndarray, points: ndarray, time: float | ndarray) -> ndarray:
    """The answer for [point two], [point two] in float64. ``weights`` hold each layer's matrix, then its bias."""
    values, at = features(points, time), 0
    for inputs, outputs in shapes():
        matrix = weights[at : at + inputs * outputs].astype(float).reshape(outputs, inputs)
        at += inputs * outputs
        values = values @ matrix.T + weights[at : at + outputs]
        at += outputs
        if outputs != 2:
            values = values / (1 + np.exp(-values))  # SiLU
    return values


def build() -> Module:
    """The untrained network, whose parameters come in the order of ``answer``'s weights."""
    from torch import nn

    layers: list[Module] = []
    for inputs, outputs in shapes():
        layers += [nn.Linear(inputs, outputs), nn.SiLU()]
    return nn.Sequential(*layers[:-1])


def train(batch: Batch, updates: int, seed: int, device: str) -> tuple[ndarray, ndarray]:
    """Weights [weight] in float32 that answer the batches best, and the loss of each update, [update].

    The loss is the mean squared error per coordinate. Adam from 3e-3, annealed along a cosine; the weights kept
    are an exponential average of the last ones. ``device`` is "auto", "cpu" or "cuda"; raises ValueError if there
    is no CUDA device.
    """
    import torch

    where = "cuda" if device != "cpu" and torch.cuda.is_available() else "cpu"
    if device == "cuda" and where == "cpu":
        raise ValueError("torch finds no CUDA device")
    with torch.random.fork_rng():  # nothing global is seeded
        torch.manual_seed(seed)
        network = build().to(where)
    tools = torch.optim.swa_utils
    average = tools.AveragedModel(network, multi_avg_fn=tools.get_ema_multi_avg_fn(0.995))
    optimizer = torch.optim.Adam(network.parameters(), lr=3e-3)
    annealing = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, updates)
    losses = []
    for _ in range(updates):
        points, times, wanted = batch()
        inputs, outputs = (torch.as_tensor(each, dtype=torch.float32, device=where)
                           for each in (features(points, times), wanted))  # fmt: skip
        loss = ((network(inputs) - outputs) ** 2).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        annealing.step()
        average.update_parameters(network)
        losses.append(loss.detach())
    weights = torch.cat([parameter.detach().flatten() for parameter in average.module.parameters()])
    return weights.cpu().numpy(), torch.stack(losses).double().cpu().numpy()
