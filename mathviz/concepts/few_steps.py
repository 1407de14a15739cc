"""What few Euler steps along two exact flows miss, in the plane and on images of scikit-learn's digits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float32, Float64, Int64
from numpy import ndarray

from mathviz.concepts.exact_flows import PATHS
from mathviz.concepts.shared import flows
from mathviz.concepts.shared.data import digits
from mathviz.concepts.shared.oracles import STRAIGHT, Mixture
from mathviz.trace import Claim, Trace


@dataclass(frozen=True)
class FewSteps(Trace):
    """Errors by number of steps, along each path."""

    counts: Int64[ndarray, "count"]  # Euler steps
    euler_error: Float64[ndarray, "path count"]  # root mean square distance from the exact end
    digit_error: Float64[ndarray, "path count"]  # the same of images, by the root mean square of the exact ones
    strides: Float32[ndarray, "path stop particle two"]  # a few Euler steps

    tolerances = {"euler_error": 1e-4, "strides": 1e-3, "digit_error": 1e-3}  # noqa: RUF012

    @property
    def shown_count(self) -> int:
        """Of how many Euler steps the stops are kept; ``missed`` [path] is by how much they miss."""
        return self.strides.shape[1] - 1

    @property
    def missed(self) -> ndarray:
        return self.euler_error[:, self.counts.tolist().index(self.shown_count)]

    @property
    def leads(self) -> list[tuple[int, ndarray]]:
        """At how many steps each path is ahead on digits by the largest factor, and by how much both miss then."""
        factors = self.digit_error[1] / self.digit_error[0]
        return [(int(self.counts[at]), self.digit_error[:, at]) for at in (factors.argmax(), factors.argmin())]

    @property
    def exceptions(self) -> str:
        """At how many Euler steps diffusion's images of digits are the better ones."""
        return ", ".join(map(str, self.counts[self.digit_error[1] < self.digit_error[0]]))

    def check(self) -> list[Claim]:
        falls = bool((np.diff(self.euler_error) < 0).all() and (np.diff(self.digit_error) < 0).all())
        plane, images = (errors[0] - errors[1] for errors in (self.euler_error, self.digit_error))
        return [
            Claim("more steps, less error", falls, f"{len(self.counts)} step counts"),
            Claim("on the moons diffusion's flow is the cheaper at every count", bool(plane.min() > 0),
                  f"{plane.round(3).tolist()}"),
            Claim("on digits it depends on the count", bool(images.min() < 0 < images.max()),
                  f"{images.round(3).tolist()}"),
        ]  # fmt: skip


def take_few_steps(data: Mixture, start: ndarray, ends: ndarray, counts: tuple[int, ...], shown: int) -> dict[str, Any]:
    """Euler steps from the start [particle two] along both paths, against the exact ends [path particle two].

    ``shown`` is the number of steps whose stops are kept.
    """
    return {
        "counts": np.array(counts),
        "euler_error": np.array([
            [flows.apart(flows.euler(flows.exact_field(data, path), start, count), end) for count in counts]
            for path, end in zip(PATHS, ends, strict=True)
        ]),
        "strides": np.array([flows.strides(flows.exact_field(data, path), start, shown) for path in PATHS], "f4"),
    }  # fmt: skip


def digit_error(counts: tuple[int, ...], images: int, random: np.random.Generator) -> ndarray:
    """How far images of few Euler steps are from those of the exact flow to 600 of the digits, [path count].

    In root mean squares of an exact image's length. The exact flow is the straight path's, by 60 steps of Heun's
    method.
    """
    means = digits()[0][:600].reshape(600, -1)
    data = Mixture(means, np.full(len(means), 1 / len(means)), 0.1)
    start = random.standard_normal((images, means.shape[1]))
    truth = flows.heun(flows.exact_field(data, STRAIGHT), start, 60)
    found = [[flows.apart(flows.euler(flows.exact_field(data, path), start, count), truth) for count in counts]
             for path in PATHS]  # fmt: skip
    return np.array(found) / float(np.sqrt((truth**2).sum(axis=1).mean()))
