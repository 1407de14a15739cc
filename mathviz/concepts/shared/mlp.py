"""Small networks of any shape: points, waves of place and time, and conditions in; a vector out.

Training runs in torch; afterwards the weights are numbers in a trace, and numpy answers with them.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy import ndarray

from mathviz.concepts.shared import device as devices

if TYPE_CHECKING:
    from torch import Tensor
    from torch.nn import Module
    from torch.optim.swa_utils import AveragedModel

Batch = Callable[[], tuple[ndarray, ...]]
"""Draws what the network is told, as the arguments of ``Mlp.features``, and last what it is to answer."""

Loss = Callable[["Tensor", "Tensor"], "Tensor"]
"""Answers and what was wanted, both [point output] → one number."""


@dataclass(frozen=True)
class Mlp:
    """The shape of a network; its weights are an array beside it, each layer's matrix, then its bias.

    ``inputs`` are a point's coordinates, of which ``place_waves`` octaves of waves are told beside them. A network
    that is ``timed`` is told a time in 0…1 and ``time_waves`` harmonics of it. ``conditions`` are told as they are,
    such as a class as one-hot.
    """

    inputs: int
    outputs: int
    width: int = 128
    layers: int = 3
    timed: bool = False
    time_waves: int = 0
    place_waves: int = 0
    conditions: int = 0
    activation: str = "silu"

    def __post_init__(self) -> None:
        if self.activation not in ACTIVATIONS:
            raise ValueError(f"activation={self.activation!r}: there are {', '.join(ACTIVATIONS)}")
        if self.time_waves and not self.timed:
            raise ValueError("time_waves are of a network that is timed=True")

    @property
    def told(self) -> int:
        """Features, which are the inputs of the first layer."""
        places = self.inputs * (1 + 2 * self.place_waves)
        return places + self.timed * (1 + 2 * self.time_waves) + self.conditions

    @property
    def shapes(self) -> list[tuple[int, int]]:
        """Inputs and outputs of each layer."""
        return list(itertools.pairwise([self.told, *[self.width] * self.layers, self.outputs]))

    @property
    def size(self) -> int:
        """Weights, biases among them."""
        return sum((inputs + 1) * outputs for inputs, outputs in self.shapes)

    def features(
        self, points: ndarray, time: float | ndarray | None = None, conditions: ndarray | None = None
    ) -> ndarray:
        """What the network is told of [point input], [point feature]: the waves of time before those of place."""
        self._require(points, time, conditions)
        times = np.atleast_1d(np.asarray(0.0 if time is None else time, float))[:, None]
        in_time = np.pi * times * np.arange(1, self.time_waves + 1)
        waves = [np.pi / 4 * 2**i * points for i in range(self.place_waves)]
        in_place = np.concatenate([points[:, :0], *waves], axis=1)
        told = [points, *([times] if self.timed else []), np.cos(in_time), np.sin(in_time), np.cos(in_place),
                np.sin(in_place), *([] if conditions is None else [conditions])]  # fmt: skip
        return np.concatenate([np.broadcast_to(each, (len(points), each.shape[1])) for each in told], axis=1)

    def _require(self, points: ndarray, time: float | ndarray | None, conditions: ndarray | None) -> None:
        if points.ndim != 2 or points.shape[1] != self.inputs:
            raise ValueError(f"points are {points.shape}; this network takes [point {self.inputs}]")
        if (time is None) == self.timed:
            raise ValueError("this network is told a time" if self.timed else "this network is told no time")
        given = 0 if conditions is None else conditions.shape[-1]
        if given != self.conditions:
            raise ValueError(f"{given} conditions were given; this network takes {self.conditions}")

    def answer(
        self, weights: ndarray, points: ndarray, time: float | ndarray | None = None, conditions: ndarray | None = None
    ) -> ndarray:
        """The answers to [point input], [point output] in float64, by numpy alone."""
        values, at = self.features(points, time, conditions), 0
        for layer, (inputs, outputs) in enumerate(self.shapes):
            matrix = weights[at : at + inputs * outputs].astype(float).reshape(outputs, inputs)
            at += inputs * outputs
            values = values @ matrix.T + weights[at : at + outputs]
            at += outputs
            if layer < self.layers:
                values = ACTIVATIONS[self.activation](values)
        return values

    def build(self) -> Module:
        """The untrained torch network on features, whose parameters come in the order of the weights."""
        from torch import nn

        kind = {"silu": nn.SiLU, "tanh": nn.Tanh, "relu": nn.ReLU}[self.activation]
        layers: list[Module] = []
        for inputs, outputs in self.shapes:
            layers += [nn.Linear(inputs, outputs), kind()]
        return nn.Sequential(*layers[:-1])

    def seeded(self, seed: int) -> Module:
        """``build``, with torch's usual first weights drawn from a seed; nothing global is seeded."""
        import torch

        with torch.random.fork_rng():
            torch.manual_seed(seed)
            return self.build()


ACTIVATIONS: dict[str, Callable[[ndarray], ndarray]] = {
    "silu": lambda values: values / (1 + np.exp(-values)),
    "tanh": np.tanh,
    "relu": lambda values: np.maximum(values, 0),
}


IN_THE_PLANE = Mlp(2, 2, timed=True, time_waves=16, place_waves=4)
"""What the films about points in the plane train: a vector in the plane, of place and time."""


def train(
    mlp: Mlp, batch: Batch, updates: int, seed: int, device: str, *, rate: float = 3e-3, average: float = 0.995,
    loss: Loss | None = None,
) -> tuple[ndarray, ndarray]:  # fmt: skip
    """Weights [weight] in float32 that answer the batches best, and the loss of each update, [update].

    The loss is the mean squared error per coordinate unless another is given. Adam from ``rate``, annealed along a
    cosine; the weights kept are an exponential ``average`` of the last ones. Raises ValueError for a missing device.
    """
    import torch

    where = devices.choose(device)
    network = mlp.seeded(seed).to(where)
    following = averaged(network, average)
    optimizer = torch.optim.Adam(network.parameters(), lr=rate)
    annealing = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, updates)
    losses = []
    for _ in range(updates):
        *told, wanted = batch()
        inputs, outputs = (torch.as_tensor(each, dtype=torch.float32, device=where)
                           for each in (mlp.features(*told), wanted))  # fmt: skip
        found = ((network(inputs) - outputs) ** 2).mean() if loss is None else loss(network(inputs), outputs)
        optimizer.zero_grad()
        found.backward()
        optimizer.step()
        annealing.step()
        following.update_parameters(network)
        losses.append(found.detach())
    return weights_of(following.module), torch.stack(losses).double().cpu().numpy()


def averaged(network: Module, average: float) -> AveragedModel:
    """A follower of a network's weights by an exponential average; call its ``update_parameters(network)``."""
    import torch

    tools = torch.optim.swa_utils
    return tools.AveragedModel(network, multi_avg_fn=tools.get_ema_multi_avg_fn(average))


def weights_of(network: Module) -> ndarray:
    """A trained network's weights in the order of ``Mlp.answer``, [weight] in float32."""
    import torch

    return torch.cat([parameter.detach().flatten() for parameter in network.parameters()]).cpu().numpy()


def with_weights(mlp: Mlp, weights: ndarray) -> Module:
    """The torch network with recorded weights, for those who need its gradients."""
    import torch

    network = mlp.build()
    torch.nn.utils.vector_to_parameters(torch.as_tensor(weights.copy()), network.parameters())
    return network
