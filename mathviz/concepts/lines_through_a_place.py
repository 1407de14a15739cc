"""Straight lines from noise to data, paired at random: through one place many pass, and their mean is what is learned.

What a network makes of it stands beside it, with the floor of its loss and how far from data its samples are. The
flow's own pairs hardly cross (Liu et al. 2023).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float32, Float64, Int64
from numpy import ndarray

from mathviz.concepts.exact_flows import HALF, ExactFlows
from mathviz.concepts.shared import flows
from mathviz.concepts.shared.data import two_moons
from mathviz.concepts.shared.distances import floor, w2
from mathviz.concepts.shared.oracles import STRAIGHT, Mixture, velocity
from mathviz.concepts.shared.transport import crossings
from mathviz.concepts.velocity_field import VelocityField
from mathviz.trace import Claim


@dataclass(frozen=True)
class LinesThroughAPlace(ExactFlows):
    """The first particles are also the noise of the pairs of training."""

    partners: Float64[ndarray, "pair two"]  # data, drawn apart from the noise that they are paired with
    hero: Int64[ndarray, ""]  # the pair whose line differs most from the mean of all lines, half-way
    fan: Float64[ndarray, "line two"]  # data whose lines pass the hero's half-way place, as often as is probable
    fan_velocity: Float64[ndarray, "two"]  # the mean velocity of many more such lines
    exact_velocity: Float64[ndarray, "two"]
    learned_velocity: Float64[ndarray, "two"]
    updates: Int64[ndarray, ""]
    loss: Float64[ndarray, "look"]
    floor: Float64[ndarray, ""]
    last_loss: Float64[ndarray, ""]
    learned: Float32[ndarray, "particle two"]  # where the network takes the same noise, in ``learned_steps``
    learned_steps: Int64[ndarray, ""]
    learned_distance: Float64[ndarray, "trial"]  # W2 between what it generates and data, each drawn anew
    distance_of_data: Float64[ndarray, "trial"]  # W2 between two draws of data

    tolerances = {  # noqa: RUF012
        **ExactFlows.tolerances,
        **dict.fromkeys(("partners", "fan", "fan_velocity", "exact_velocity"), 1e-9),
        **dict.fromkeys(("learned_velocity", "loss", "floor", "last_loss"), 1e-6),
        **dict.fromkeys(("learned", "learned_distance", "distance_of_data"), 1e-3),
    }

    @property
    def half(self) -> float:
        """The time at which the lines through one place are looked at."""
        return HALF

    @property
    def noise(self) -> ndarray:
        """Where the pairs start, [pair two]."""
        return self.noise_of_all[: len(self.partners)]

    @property
    def place(self) -> ndarray:
        """Where the hero's line is half-way, [two]."""
        return self.on_line(HALF)

    def on_line(self, time: float) -> ndarray:
        """Where the hero's line is at a time, [two]."""
        return (1 - time) * self.noise[self.hero] + time * self.partners[self.hero]

    def ahead(self, velocity: ndarray) -> ndarray:
        """Where a velocity [two], kept from the hero's half-way place on, leads to, [two]."""
        return self.place + (1 - HALF) * velocity

    @property
    def drawn_velocity(self) -> ndarray:
        """The mean velocity of the lines of the fan, [two]."""
        return (self.fan.mean(axis=0) - self.place) / (1 - HALF)

    @property
    def losses(self) -> ndarray:
        """The loss as it was read during training, and at its end over more of it, [look + 1]."""
        return np.append(self.loss, self.last_loss)

    @property
    def disagreement(self) -> ndarray:
        """How far each pair's own velocity is from the mean of all lines half-way, [pair]."""
        return disagreement(two_moons(), self.noise, self.partners)[1]

    @property
    def ours(self) -> float:
        """W2 between generated samples and data; ``usual`` between data and data, and ``band``, its deviation."""
        return float(self.learned_distance.mean())

    @property
    def usual(self) -> float:
        return float(self.distance_of_data.mean())

    @property
    def band(self) -> float:
        return float(self.distance_of_data.std(ddof=1))

    def joined(self, share: float) -> ndarray:
        """Partners of the noise, [pair two], on their way from those drawn to those that the flow finds."""
        return (1 - share) * self.partners + share * self.ends[0, : len(self.partners)]

    @property
    def crossed(self) -> ndarray:
        """How many two of the pairs' lines cross in the plane at each of 21 shares of that way, [share]."""
        return np.array([len(crossings(self.noise, self.joined(share))) for share in np.linspace(0, 1, 21)])

    def check(self) -> list[Claim]:
        off, drawn, learned = (float(np.linalg.norm(each - self.exact_velocity)) for each in
                               (self.fan_velocity, self.drawn_velocity, self.learned_velocity))  # fmt: skip
        few = self.crossed
        return [
            *super().check(),
            Claim.exact("the hero's line differs most from the mean of all", self.hero, self.disagreement.argmax()),
            Claim.below("the mean of the lines is the exact velocity", off, 0.1),
            Claim.below("the mean of the lines that are drawn is the exact velocity", drawn, 0.05),
            Claim.below("the network learned it", learned, 0.15),
            Claim.close("the loss stops at its floor, not above and not below", self.last_loss, self.floor, 0.03,
                        "{:.4f}"),
            Claim.below("what the network generates is as far from data as data are", self.ours,
                        self.usual + self.band),
            Claim.below("hardly any lines cross between the pairs of the flow", few[-1], few[0] / 50, "{:.0f}"),
        ]  # fmt: skip


def disagreement(data: Mixture, noise: ndarray, partners: ndarray) -> tuple[ndarray, ndarray]:
    """The mean velocity of all lines through where each pair's line is half-way, [pair two], and how far its own is
    from it, [pair]."""
    mean = velocity(data, STRAIGHT, (noise + partners) / 2, HALF)
    return mean, np.linalg.norm(partners - noise - mean, axis=1)


def draw_lines(
    data: Mixture, network: VelocityField, noise: ndarray, partners: ndarray, lines: int, random: np.random.Generator
) -> dict[str, Any]:
    """The hero among the pairs, [pair two] each, and so many lines through where it is half-way."""
    mean, off = disagreement(data, noise, partners)
    hero = int(off.argmax())
    place = (noise[hero] + partners[hero]) / 2
    through, weights, velocity = flows.lines_through(data, place, HALF, 40 * lines, random)
    return {
        "partners": partners, "hero": np.array(hero), "fan_velocity": velocity, "exact_velocity": mean[hero],
        "fan": flows.evenly(through, weights, data.responsibilities(through).argmax(axis=1), lines),
        "learned_velocity": network.velocity(place[None], HALF)[0],
    }  # fmt: skip


def judge(
    network: VelocityField, data: Mixture, start: ndarray, steps: int, samples: int, trials: int,
    random: np.random.Generator,
) -> dict[str, Any]:  # fmt: skip
    """How its training went, where it takes the start [particle two], and how far from data its samples are."""
    looks = len(network.loss) // 200 * 200

    def generate() -> ndarray:
        return flows.euler(network.velocity, random.standard_normal((samples, 2)), steps)

    return {
        "updates": np.array(len(network.loss)), "loss": network.loss[:looks].reshape(200, -1).mean(axis=1),
        "floor": network.floor, "last_loss": np.array(network.last_loss), "learned_steps": np.array(steps),
        "learned": flows.euler(network.velocity, start, steps).astype(np.float32),
        "learned_distance": np.array([w2(generate(), data.draw(samples, random)) for _ in range(trials)]),
        "distance_of_data": floor(lambda: data.draw(samples, random), w2, trials),
    }  # fmt: skip
