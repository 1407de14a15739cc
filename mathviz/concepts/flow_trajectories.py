"""Trajectories of flow matching: straight targets, bent flows (Lipman et al. 2023; Liu et al. 2023).

The exact mean velocity of the straight path and of diffusion's path is integrated from the same noise, and both
are approximated with few Euler steps, in the plane and on images of digits.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32, Float64, Int64
from numpy import ndarray

from mathviz.concepts.shared.data import two_moons
from mathviz.concepts.shared.distances import w2
from mathviz.concepts.shared.flows import bend, euler, exact_field, exact_flow, heun, moved, uneven
from mathviz.concepts.shared.oracles import CURVED, STRAIGHT, Mixture, velocity
from mathviz.concepts.velocity_field import VelocityField
from mathviz.trace import Claim, Trace

PATHS = (STRAIGHT, CURVED)
"""The paths that are compared, in the order of every ``path`` axis."""


@dataclass(frozen=True)
class FlowTrajectories(Trace):
    """Exact flows along two paths from the same noise, what few steps make of them, and the training beside it.

    The axis ``path`` is: straight, then variance preserving. ``frame`` counts even times from 0 to 1.
    """

    noise: Float64[ndarray, "pair two"]  # pairs of training, drawn apart from each other
    data: Float64[ndarray, "pair two"]
    probe: Float64[ndarray, "two"]  # a place at half time
    fan: Float64[ndarray, "line two"]  # data points whose lines pass there, each as often as is probable
    fan_velocity: Float64[ndarray, "two"]  # the mean velocity of many more such lines
    exact_velocity: Float64[ndarray, "two"]
    learned_velocity: Float64[ndarray, "two"]
    updates: Int64[ndarray, ""]
    loss: Float64[ndarray, "look"]
    floor: Float64[ndarray, ""]
    last_loss: Float64[ndarray, ""]
    flow: Float32[ndarray, "path frame particle two"]
    ends: Float64[ndarray, "path particle two"]
    moved: Float64[ndarray, "path frame"]  # share of all ways that is done
    bend: Float64[ndarray, "path"]  # length of a way over that of its chord, all together
    unevenness: Float64[ndarray, "scale path"]  # E ∫|x′ − chord|² dt over E|chord|², for data of other sizes
    scales: Float64[ndarray, "scale"]
    counts: Int64[ndarray, "count"]  # Euler steps
    euler_error: Float64[ndarray, "path count"]  # root mean squared distance from the exact end
    learned_ends: Float32[ndarray, "sample two"]
    learned_steps: Int64[ndarray, ""]
    learned_distance: Float64[ndarray, "trial"]  # W2 between these and fresh data
    distance_of_data: Float64[ndarray, "trial"]  # W2 between two draws of fresh data
    cost: Float64[ndarray, ""]  # mean squared distance from a start to its end
    least_cost: Float64[ndarray, ""]  # of the cheapest pairing of the same starts and ends
    digit_counts: Int64[ndarray, "digit_count"]
    digits: Float32[ndarray, "path digit_count image pixel"]  # −1 white to 1 black
    digits_exact: Float32[ndarray, "image pixel"]
    digit_error: Float64[ndarray, "path digit_count"]  # relative to the exact ones

    tolerances = {  # noqa: RUF012
        **dict.fromkeys(("noise", "data", "fan", "fan_velocity", "exact_velocity"), 1e-9),
        **dict.fromkeys(("learned_velocity", "loss", "floor", "last_loss"), 1e-6),
        **dict.fromkeys(("flow", "ends", "moved", "bend", "unevenness", "euler_error", "cost", "least_cost"), 1e-4),
        **dict.fromkeys(("learned_ends", "learned_distance", "distance_of_data"), 1e-3),
        **dict.fromkeys(("digits", "digits_exact", "digit_error"), 1e-3),
    }

    @property
    def gap(self) -> float:
        """The largest distance between the ends of both flows from one start."""
        return float(np.linalg.norm(self.ends[0] - self.ends[1], axis=1).max())

    @property
    def half_way(self) -> ndarray:
        """Share of the ways that is done at half time, [path]."""
        return self.moved[:, self.moved.shape[1] // 2]

    def check(self) -> list[Claim]:
        return self.training_claims() + self.flow_claims() + self.step_claims()

    def training_claims(self) -> list[Claim]:
        """About the lines, their mean, and what the network made of it."""
        velocities = np.stack([self.fan_velocity, self.learned_velocity])
        off, learned = np.linalg.norm(velocities - self.exact_velocity, axis=1)
        ours, usual = self.learned_distance.mean(), self.distance_of_data.mean()
        return [
            Claim.below("the mean of the lines is the exact velocity", off, 0.1),
            Claim.below("the network learned it", learned, 0.1),
            Claim.close("the loss stops at its floor, not above and not below", self.last_loss, self.floor, 0.03,
                        "{:.4f}"),
            Claim.below("what the network generates is about as far from data as data are", ours, 1.5 * usual),
        ]  # fmt: skip

    def flow_claims(self) -> list[Claim]:
        """About the exact flows."""
        return [
            Claim.exact("both flows start from the same noise", self.flow[0, 0], self.flow[1, 0]),
            Claim.below("both flows end at the same points", self.gap, 1e-3),
            Claim("trajectories bend although every target is straight", bool(self.bend.min() > 1.1),
                  f"{self.bend[0]:.2f} and {self.bend[1]:.2f} times their chords"),
            Claim("diffusion's path has hardly moved at half time", self.half_way[1] < 0.1 < self.half_way[0],
                  f"{self.half_way[0]:.0%} and {self.half_way[1]:.0%}"),
            Claim("on small data the straight path is the more uneven, on large data the other",
                  self.unevenness[0, 0] > self.unevenness[0, 1] and self.unevenness[-1, 0] < self.unevenness[-1, 1],
                  f"{self.unevenness.round(2).tolist()}"),
            Claim.between("the flow is nearly the cheapest pairing, and not quite", float(self.least_cost), self.cost,
                          1.05 * float(self.least_cost), "{:.4f}"),
        ]  # fmt: skip

    def step_claims(self) -> list[Claim]:
        """About few steps."""
        falls = bool((np.diff(self.euler_error) < 0).all() and (np.diff(self.digit_error) < 0).all())
        plane, digits = (errors[0] - errors[1] for errors in (self.euler_error, self.digit_error))
        return [
            Claim("more steps, less error", falls, f"{len(self.counts)} and {len(self.digit_counts)} step counts"),
            Claim("neither path is the cheaper everywhere", bool(plane.min() > 0 > digits.min()),
                  f"plane {plane.round(2).tolist()}, digits {digits.round(2).tolist()}"),
        ]  # fmt: skip


def trace_flow_trajectories(
    velocity_field: VelocityField, *, particles: int = 400, frames: int = 101, pairs: int = 60, lines: int = 4000,
    probe: tuple[float, float] = (1.1, 1.0), scales: tuple[float, ...] = (1.0, 4.0),
    counts: tuple[int, ...] = (1, 2, 4, 8, 16, 32, 64), digit_counts: tuple[int, ...] = (2, 4, 8, 16), images: int = 64,
    samples: int = 1000, trials: int = 10, seed: int = 1,
) -> FlowTrajectories:  # fmt: skip
    """Integrate both exact flows, take few steps along them, and put the trained network beside them."""
    random, data = np.random.default_rng(seed), two_moons()
    start = random.standard_normal((particles, 2))
    exact = [exact_flow(data, path, start, frames) for path in PATHS]
    ends = np.array([flow[-1] for flow in exact])
    place = np.array(probe)
    through, chances, mean = lines_through(data, place, 0.5, lines, random)
    learned = euler(velocity_field.velocity, random.standard_normal((samples, 2)), counts[-1])
    fresh = data.draw(3 * trials * samples, random).reshape(3, trials, samples, 2)
    unevenness = [[uneven(exact_flow(_scaled(data, scale), path, start, frames)) for path in PATHS]
                  for scale in scales]  # fmt: skip
    digits, digits_exact = digit_flows(digit_counts, images, random)
    looks = len(velocity_field.loss) // 200 * 200
    return FlowTrajectories(
        noise=random.standard_normal((pairs, 2)), data=data.draw(pairs, random), probe=place,
        fan=random.choice(through, pairs, p=chances), fan_velocity=mean,
        exact_velocity=velocity(data, STRAIGHT, place[None], 0.5)[0],
        learned_velocity=velocity_field.velocity(place[None], 0.5)[0], updates=np.array(len(velocity_field.loss)),
        loss=velocity_field.loss[:looks].reshape(200, -1).mean(axis=1), floor=velocity_field.floor,
        last_loss=np.array(velocity_field.last_loss), flow=np.array(exact, np.float32), ends=ends,
        moved=np.array([moved(flow) for flow in exact]), bend=np.array([bend(flow) for flow in exact]),
        unevenness=np.array(unevenness), scales=np.array(scales), counts=np.array(counts),
        euler_error=np.array([[_distance(euler(exact_field(data, path), start, count), end) for count in counts]
                              for path, end in zip(PATHS, ends, strict=True)]),
        learned_ends=learned.astype(np.float32), learned_steps=np.array(counts[-1]),
        learned_distance=np.array([w2(learned, each) for each in fresh[0]]),
        distance_of_data=np.array([w2(*two) for two in zip(fresh[1], fresh[2], strict=True)]),
        cost=np.array(((start - ends[0]) ** 2).sum(axis=1).mean()),
        least_cost=np.array(w2(start, ends[0]) ** 2),
        digit_counts=np.array(digit_counts), digits=digits.astype(np.float32),
        digits_exact=digits_exact.astype(np.float32),
        digit_error=np.linalg.norm(digits - digits_exact, axis=(2, 3)) / np.linalg.norm(digits_exact),
    )  # fmt: skip


def lines_through(
    data: Mixture, place: ndarray, time: float, count: int, random: np.random.Generator
) -> tuple[ndarray, ndarray, ndarray]:
    """Data points [line axis] whose straight lines pass a place at a time, their weights, and the mean velocity.

    The line to x₁ passes there if its noise was (place − t x₁)/(1 − t); the density of that noise is its weight.
    """
    ends = data.draw(count, random)
    noise = (place - time * ends) / (1 - time)
    weights = np.exp(-0.5 * (noise**2).sum(axis=1))
    weights /= weights.sum()
    return ends, weights, weights @ (ends - noise)


def digit_flows(counts: tuple[int, ...], images: int, random: np.random.Generator) -> tuple[ndarray, ndarray]:
    """Images from the exact flows to 600 of scikit-learn's digits: by Euler [path count image pixel], and exactly.

    The exact ones [image pixel] are of the straight path, by 60 steps of Heun's method.
    """
    from sklearn.datasets import load_digits

    means = load_digits().data[:600] / 8 - 1
    data = Mixture(means, np.full(len(means), 1 / len(means)), 0.1)
    start = random.standard_normal((images, means.shape[1]))
    few = [[euler(exact_field(data, path), start, count) for count in counts] for path in PATHS]
    return np.array(few), heun(exact_field(data, STRAIGHT), start, 60)


def _scaled(data: Mixture, scale: float) -> Mixture:
    return Mixture(scale * data.means, data.weights, scale * data.deviation)


def _distance(one: ndarray, other: ndarray) -> float:
    """Root mean squared distance between [point axis] and their partners."""
    return float(np.sqrt(((one - other) ** 2).sum(axis=-1).mean()))
