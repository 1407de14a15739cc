"""Trajectories of flow matching: straight targets, bent flows (Lipman et al. 2023; Liu et al. 2023).

Noise and data are paired at random and joined by straight lines; through one place many pass, and their mean velocity
is what is followed. At first it leads everybody to the centre of the data, so the flow bends. Diffusion's path mixes
otherwise, and its exact flow, from the same noise, is the same one by another clock and zoom. Both are followed
exactly, and with few Euler steps, in the plane and on images of digits.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32
from numpy import ndarray

from mathviz.concepts.exact_flows import PATHS, follow_flows
from mathviz.concepts.few_steps import FewSteps, digit_error, take_few_steps
from mathviz.concepts.lines_through_a_place import LinesThroughAPlace, draw_lines, judge
from mathviz.concepts.shared import flows
from mathviz.concepts.shared.data import two_moons
from mathviz.concepts.velocity_field import VelocityField
from mathviz.trace import Claim


@dataclass(frozen=True)
class FlowTrajectories(LinesThroughAPlace, FewSteps):
    """Exact flows along two paths from the same noise, what few steps make of them, and the training beside it."""

    origins: Float32[ndarray, "frame component two"]  # where a line through the hero's place leads, by component
    chances: Float32[ndarray, "frame component"]  # and how probably, while it follows the straight mix's flow
    aims: Float32[ndarray, "frame particle two"]  # E[x₁ | x_t] there, for all: where the velocity points to

    tolerances = {  # noqa: RUF012
        **LinesThroughAPlace.tolerances,
        **FewSteps.tolerances,
        **dict.fromkeys(("aims", "origins", "chances"), 1e-3),
    }

    def check(self) -> list[Claim]:
        return LinesThroughAPlace.check(self) + FewSteps.check(self) + self.aim_claims()

    def aim_claims(self) -> list[Claim]:
        """About why the straight mix's flow bends."""
        centre = self.moons.mean(axis=0)
        beam = np.einsum("fc,fca->fa", self.chances.astype(float), self.origins.astype(float))
        return [
            Claim.close("at first all data are as likely", self.chances[0] * len(self.moons), 1.0, 1e-3),
            Claim.close("at first everybody heads for the centre of the data", self.aims[0], centre, 1e-4),
            Claim.close("the average of the hero's beam is where it heads", beam, self.aims[:, self.hero], 1e-4),
            Claim.close("at last everybody heads for where it ends", self.aims[-1], self.ends[0], 1e-3),
        ]


def trace_flow_trajectories(
    velocity_field: VelocityField, *, particles: int = 400, frames: int = 101, pairs: int = 60, lines: int = 600,
    scales: tuple[float, ...] = (1.0, 4.0), counts: tuple[int, ...] = (1, 2, 4, 8, 16, 32, 64), shown_count: int = 4,
    images: int = 64, samples: int = 1000, trials: int = 10, seed: int = 1,
) -> FlowTrajectories:  # fmt: skip
    """Integrate both exact flows, take few steps along them, and put the trained network beside them."""
    random, data = np.random.default_rng(seed), two_moons()
    start, partners = random.standard_normal((particles, 2)), data.draw(pairs, random)
    exact = [flows.exact_flow(data, path, start, frames) for path in PATHS]
    followed = follow_flows(data, start, exact, scales)
    drawn = draw_lines(data, velocity_field, start[:pairs], partners, lines, random)
    states = list(zip(np.linspace(0, flows.END, frames), exact[0], strict=True))
    alone = [(time, cloud[[drawn["hero"]]]) for time, cloud in states]
    return FlowTrajectories(
        **followed, **drawn, digit_error=digit_error(counts, images, random),
        **judge(velocity_field, data, start, counts[-1], samples, trials, random),
        **take_few_steps(data, start, followed["ends"], counts, shown_count),
        origins=np.array([data.origins(place, time, 1 - time)[0] for time, place in alone], "f4"),
        chances=np.array([data.mixed(time, 1 - time).responsibilities(place)[0] for time, place in alone], "f4"),
        aims=np.array([data.posterior_mean(cloud, time, 1 - time) for time, cloud in states], "f4"),
    )  # fmt: skip
