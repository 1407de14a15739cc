"""Two exact flows from the same noise to the same data: the straight mix's and diffusion's (Lipman et al. 2023).

Diffusion's path mixes otherwise, and its flow is the straight mix's by another clock and another zoom: both end at the
same points. Both bend; on small data the straight mix is the more uneven, on large data the other.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float32, Float64
from numpy import ndarray

from mathviz.concepts.shared import flows
from mathviz.concepts.shared.distances import spread, w2
from mathviz.concepts.shared.oracles import CURVED, STRAIGHT, Mixture
from mathviz.trace import Claim, Trace

PATHS = (STRAIGHT, CURVED)
"""The paths that are compared, in the order of every ``path`` axis."""

HALF = 0.5
"""The time at which both flows, and the lines through one place, are looked at."""


@dataclass(frozen=True)
class ExactFlows(Trace):
    """The axis ``path`` is: straight, then variance preserving. ``frame`` counts even times from 0 to 1."""

    moons: Float64[ndarray, "component two"]  # the centres of the data's components, along one moon, then the other
    flow: Float32[ndarray, "path frame particle two"]
    ends: Float64[ndarray, "path particle two"]
    zoomed: Float32[ndarray, "frame particle two"]  # the straight mix's flow by diffusion's clock and zoom
    moved: Float64[ndarray, "path frame"]  # share of all ways that is done
    bend: Float64[ndarray, "path"]  # length of all ways over that of all their chords
    unevenness: Float64[ndarray, "scale path"]  # E ∫|x′ − chord|² dt over E|chord|², for data of other sizes
    cost: Float64[ndarray, ""]  # mean squared distance from a start to its end
    least_cost: Float64[ndarray, ""]  # of the cheapest pairing of the same starts and ends

    tolerances = {  # noqa: RUF012
        "moons": 1e-9,
        "zoomed": 1e-3,
        **dict.fromkeys(("flow", "ends", "moved", "bend", "unevenness", "cost", "least_cost"), 1e-4),
    }

    @property
    def noise_of_all(self) -> ndarray:
        """Where all particles start, [particle two]."""
        return self.flow[0, 0].astype(float)

    @property
    def particles(self) -> int:
        return self.ends.shape[1]

    @property
    def gap(self) -> float:
        """The largest distance between the ends of both flows from one start."""
        return float(np.linalg.norm(self.ends[0] - self.ends[1], axis=1).max())

    @property
    def half_way(self) -> ndarray:
        """Share of the ways that is done at half time, [path]."""
        return self.moved[:, self.moved.shape[1] // 2]

    @property
    def clock(self) -> ndarray:
        """When the straight mix is as far as diffusion is, [frame], and ``zoom``, how many times smaller it is then."""
        return flows.clock_and_zoom(CURVED, np.linspace(0, flows.END, len(self.zoomed)))[0]

    @property
    def zoom(self) -> ndarray:
        return flows.clock_and_zoom(CURVED, np.linspace(0, flows.END, len(self.zoomed)))[1]

    @property
    def early(self) -> float:
        """The straight mix's time when diffusion is half-way, and ``larger``, the zoom then; for captions."""
        return float(flows.clock_and_zoom(CURVED, HALF)[0])

    @property
    def larger(self) -> float:
        return float(flows.clock_and_zoom(CURVED, HALF)[1])

    def check(self) -> list[Claim]:
        frames, late = len(self.flow[0]), self.half_way
        wide = spread(self.noise_of_all[None]), spread(self.flow[0, [frames // 2, -1]].astype(float))
        small, rough = self.unevenness[0], self.unevenness[-1]
        return [
            Claim.exact("both flows start from the same noise", self.flow[0, 0], self.flow[1, 0]),
            Claim.below("both flows end at the same points", self.gap, 1e-3),
            Claim.close("diffusion's flow is the straight mix's by another clock and zoom", self.zoomed, self.flow[1],
                        1e-3, "{:.1e}"),
            Claim("diffusion's path has hardly moved at half time", late[1] < 0.1 < late[0],
                  f"{late[0]:.0%} and {late[1]:.0%}"),
            Claim.close("half-way the cloud is √½ as wide as at first", wide[1][0] / wide[0][0], np.sqrt(0.5), 0.05,
                        "{:.2f}"),
            Claim.close("and is as wide at the end as at first", wide[1][1] / wide[0][0], 1.0, 0.05, "{:.2f}"),
            Claim("trajectories bend although every target is straight, diffusion's less",
                  bool(self.bend[0] > 1.5 > self.bend[1] > 1.1),
                  f"{self.bend[0]:.2f} and {self.bend[1]:.2f} times their chords"),
            Claim("on small data the straight path is the more uneven, on large data the other",
                  small[0] > small[1] and rough[0] < rough[1], f"{self.unevenness.round(2).tolist()}"),
            Claim.between("the flow is nearly the cheapest pairing, and not quite", float(self.least_cost), self.cost,
                          1.05 * float(self.least_cost), "{:.4f}"),
        ]  # fmt: skip


def follow_flows(data: Mixture, start: ndarray, exact: list[ndarray], scales: tuple[float, ...]) -> dict[str, Any]:
    """Everything of ``ExactFlows``, of both flows [frame particle two] from the same start, [particle two]."""
    frames, ends = len(exact[0]), np.array([flow[-1] for flow in exact])
    clock, zoom = flows.clock_and_zoom(CURVED, np.linspace(0, flows.END, frames))
    return {
        "moons": data.means, "flow": np.array(exact, "f4"), "ends": ends,
        "zoomed": (zoom[:, None, None] * flows.exact_flow(data, STRAIGHT, start, clock)).astype(np.float32),
        "moved": np.array([flows.moved(flow) for flow in exact]),
        "bend": np.array([flows.bend(flow) for flow in exact]),
        "unevenness": np.array([[flows.uneven(flows.exact_flow(_scaled(data, scale), path, start, frames))
                                 for path in PATHS] for scale in scales]),
        "cost": np.array(((start - ends[0]) ** 2).sum(axis=1).mean()),
        "least_cost": np.array(w2(start, ends[0]) ** 2),
    }  # fmt: skip


def _scaled(data: Mixture, scale: float) -> Mixture:
    return Mixture(scale * data.means, data.weights, scale * data.deviation)
