"""Trajectories of flow matching: straight targets, bent flows (Lipman et al. 2023; Liu et al. 2023).

Noise and data are paired at random and joined by straight lines; through one place many pass, and their mean velocity
is what is followed. At first it leads everybody to the centre of the data, so the flow bends. Diffusion's path mixes
otherwise, and its exact flow, from the same noise, is the same one by another clock and zoom. Both are followed
exactly, and with few Euler steps, in the plane and on images of digits.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32, Float64, Int64
from numpy import ndarray

from mathviz.concepts.shared import flows
from mathviz.concepts.shared.data import digits, two_moons
from mathviz.concepts.shared.distances import floor, spread, w2
from mathviz.concepts.shared.oracles import CURVED, STRAIGHT, Mixture, velocity
from mathviz.concepts.shared.transport import crossings
from mathviz.concepts.velocity_field import VelocityField
from mathviz.trace import Claim, Trace

PATHS = (STRAIGHT, CURVED)
"""The paths that are compared, in the order of every ``path`` axis."""

HALF = 0.5
"""The time at which the lines through one place are looked at."""


@dataclass(frozen=True)
class FlowTrajectories(Trace):
    """Exact flows along two paths from the same noise, what few steps make of them, and the training beside it.

    The axis ``path`` is: straight, then variance preserving. ``frame`` counts even times from 0 to 1. The first
    particles are also the noise of the pairs of training.
    """

    moons: Float64[ndarray, "component two"]  # the centres of the data's components, along one moon, then the other
    partners: Float64[ndarray, "pair two"]  # data, drawn apart from the noise that they are paired with
    hero: Int64[ndarray, ""]  # the pair whose line differs most from the mean of all lines, half-way
    fan: Float64[ndarray, "line two"]  # data whose lines pass the hero's half-way place, as often as is probable
    fan_velocity: Float64[ndarray, "two"]  # the mean velocity of many more such lines
    exact_velocity: Float64[ndarray, "two"]
    learned_velocity: Float64[ndarray, "two"]
    origins: Float32[ndarray, "frame component two"]  # where a line through the hero's place leads, by component
    chances: Float32[ndarray, "frame component"]  # and how probably, while it follows the straight mix's flow
    aims: Float32[ndarray, "frame particle two"]  # E[x₁ | x_t] there, for all: where the velocity points to
    updates: Int64[ndarray, ""]
    loss: Float64[ndarray, "look"]
    floor: Float64[ndarray, ""]
    last_loss: Float64[ndarray, ""]
    learned: Float32[ndarray, "particle two"]  # where the network takes the same noise, in ``learned_steps``
    learned_steps: Int64[ndarray, ""]
    learned_distance: Float64[ndarray, "trial"]  # W2 between what it generates and data, each drawn anew
    distance_of_data: Float64[ndarray, "trial"]  # W2 between two draws of data
    flow: Float32[ndarray, "path frame particle two"]
    ends: Float64[ndarray, "path particle two"]
    zoomed: Float32[ndarray, "frame particle two"]  # the straight mix's flow by diffusion's clock and zoom
    moved: Float64[ndarray, "path frame"]  # share of all ways that is done
    bend: Float64[ndarray, "path"]  # length of all ways over that of all their chords
    unevenness: Float64[ndarray, "scale path"]  # E ∫|x′ − chord|² dt over E|chord|², for data of other sizes
    counts: Int64[ndarray, "count"]  # Euler steps
    euler_error: Float64[ndarray, "path count"]  # root mean square distance from the exact end
    digit_error: Float64[ndarray, "path count"]  # the same of images, by the root mean square of the exact ones
    strides: Float32[ndarray, "path stop particle two"]  # a few Euler steps
    cost: Float64[ndarray, ""]  # mean squared distance from a start to its end
    least_cost: Float64[ndarray, ""]  # of the cheapest pairing of the same starts and ends

    tolerances = {  # noqa: RUF012
        **dict.fromkeys(("moons", "partners", "fan", "fan_velocity", "exact_velocity"), 1e-9),
        **dict.fromkeys(("learned_velocity", "loss", "floor", "last_loss"), 1e-6),
        **dict.fromkeys(("flow", "ends", "moved", "bend", "unevenness", "euler_error", "cost", "least_cost"), 1e-4),
        **dict.fromkeys(("zoomed", "strides", "aims", "origins", "chances", "digit_error"), 1e-3),
        **dict.fromkeys(("learned", "learned_distance", "distance_of_data"), 1e-3),
    }

    @property
    def half(self) -> float:
        """The time at which the lines through one place are looked at."""
        return HALF

    @property
    def noise_of_all(self) -> ndarray:
        """Where all particles start, [particle two]; ``noise`` is that of the pairs, [pair two]."""
        return self.flow[0, 0].astype(float)

    @property
    def noise(self) -> ndarray:
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
    def disagreement(self) -> ndarray:
        """How far each pair's own velocity is from the mean of all lines half-way, [pair]."""
        places = (self.noise + self.partners) / 2
        return np.linalg.norm(self.partners - self.noise - velocity(two_moons(), STRAIGHT, places, HALF), axis=1)

    @property
    def gap(self) -> float:
        """The largest distance between the ends of both flows from one start."""
        return float(np.linalg.norm(self.ends[0] - self.ends[1], axis=1).max())

    @property
    def particles(self) -> int:
        return self.ends.shape[1]

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

    @property
    def exceptions(self) -> str:
        """At how many Euler steps diffusion's images of digits are the better ones."""
        return ", ".join(map(str, self.counts[self.digit_error[1] < self.digit_error[0]]))

    def joined(self, share: float) -> ndarray:
        """Partners of the noise, [pair two], on their way from those drawn to those that the flow finds."""
        return (1 - share) * self.partners + share * self.ends[0, : len(self.partners)]

    @property
    def crossed(self) -> ndarray:
        """How many two of the pairs' lines cross in the plane at each of 21 shares of that way, [share]."""
        return np.array([len(crossings(self.noise, self.joined(share))) for share in np.linspace(0, 1, 21)])

    def check(self) -> list[Claim]:
        return self.training_claims() + self.bend_claims() + self.flow_claims() + self.step_claims()

    def training_claims(self) -> list[Claim]:
        """About the lines, their mean, and what the network made of it."""
        off, drawn, learned = (float(np.linalg.norm(each - self.exact_velocity)) for each in
                               (self.fan_velocity, self.drawn_velocity, self.learned_velocity))  # fmt: skip
        return [
            Claim.exact("the hero's line differs most from the mean of all", self.hero, self.disagreement.argmax()),
            Claim.below("the mean of the lines is the exact velocity", off, 0.1),
            Claim.below("the mean of the lines that are drawn is the exact velocity", drawn, 0.05),
            Claim.below("the network learned it", learned, 0.15),
            Claim.close("the loss stops at its floor, not above and not below", self.last_loss, self.floor, 0.03,
                        "{:.4f}"),
            Claim.below("what the network generates is as far from data as data are", self.ours,
                        self.usual + self.band),
        ]  # fmt: skip

    def bend_claims(self) -> list[Claim]:
        """About why the straight mix's flow bends."""
        frames, centre = len(self.flow[0]), self.moons.mean(axis=0)
        wide = spread(self.flow[0].astype(float))[[0, frames // 2, -1]]
        beam = np.einsum("fc,fca->fa", self.chances.astype(float), self.origins.astype(float))
        return [
            Claim.close("at first all data are as likely", self.chances[0] * len(self.moons), 1.0, 1e-3),
            Claim.close("at first everybody heads for the centre of the data", self.aims[0], centre, 1e-4),
            Claim.close("the average of the hero's beam is where it heads", beam, self.aims[:, self.hero], 1e-4),
            Claim.close("at last everybody heads for where it ends", self.aims[-1], self.ends[0], 1e-3),
            Claim.close("half-way the cloud is √½ as wide as at first", wide[1] / wide[0], np.sqrt(0.5), 0.05,
                        "{:.2f}"),
            Claim.close("and is as wide at the end as at first", wide[2] / wide[0], 1.0, 0.05, "{:.2f}"),
            Claim("trajectories bend although every target is straight, diffusion's less",
                  bool(self.bend[0] > 1.5 > self.bend[1] > 1.1),
                  f"{self.bend[0]:.2f} and {self.bend[1]:.2f} times their chords"),
        ]  # fmt: skip

    def flow_claims(self) -> list[Claim]:
        """About both flows, and the pairs that they make."""
        late, few = self.half_way, self.crossed
        return [
            Claim.exact("both flows start from the same noise", self.flow[0, 0], self.flow[1, 0]),
            Claim.below("both flows end at the same points", self.gap, 1e-3),
            Claim.close("diffusion's flow is the straight mix's by another clock and zoom", self.zoomed, self.flow[1],
                        1e-3, "{:.1e}"),
            Claim("diffusion's path has hardly moved at half time", late[1] < 0.1 < late[0],
                  f"{late[0]:.0%} and {late[1]:.0%}"),
            Claim.below("hardly any lines cross between the pairs of the flow", few[-1], few[0] / 50, "{:.0f}"),
            Claim.between("the flow is nearly the cheapest pairing, and not quite", float(self.least_cost), self.cost,
                          1.05 * float(self.least_cost), "{:.4f}"),
        ]  # fmt: skip

    def step_claims(self) -> list[Claim]:
        """About few steps."""
        falls = bool((np.diff(self.euler_error) < 0).all() and (np.diff(self.digit_error) < 0).all())
        plane, images = (errors[0] - errors[1] for errors in (self.euler_error, self.digit_error))
        rough, small = self.unevenness[-1], self.unevenness[0]
        return [
            Claim("more steps, less error", falls, f"{len(self.counts)} step counts"),
            Claim("on the moons diffusion's flow is the cheaper at every count", bool(plane.min() > 0),
                  f"{plane.round(3).tolist()}"),
            Claim("on digits it depends on the count", bool(images.min() < 0 < images.max()),
                  f"{images.round(3).tolist()}"),
            Claim("on small data the straight path is the more uneven, on large data the other",
                  small[0] > small[1] and rough[0] < rough[1], f"{self.unevenness.round(2).tolist()}"),
        ]  # fmt: skip


def trace_flow_trajectories(
    velocity_field: VelocityField, *, particles: int = 400, frames: int = 101, pairs: int = 60, lines: int = 600,
    scales: tuple[float, ...] = (1.0, 4.0), counts: tuple[int, ...] = (1, 2, 4, 8, 16, 32, 64), shown_count: int = 4,
    images: int = 64, samples: int = 1000, trials: int = 10, seed: int = 1,
) -> FlowTrajectories:  # fmt: skip
    """Integrate both exact flows, take few steps along them, and put the trained network beside them."""
    random, data, field = np.random.default_rng(seed), two_moons(), velocity_field.velocity
    start, partners = random.standard_normal((particles, 2)), data.draw(pairs, random)
    exact = [flows.exact_flow(data, path, start, frames) for path in PATHS]
    times, ends = np.linspace(0, flows.END, frames), np.array([flow[-1] for flow in exact])
    places = (start[:pairs] + partners) / 2
    ways = velocity(data, STRAIGHT, places, HALF)
    hero = int(np.linalg.norm(partners - start[:pairs] - ways, axis=1).argmax())
    through, weights, mean = flows.lines_through(data, places[hero], HALF, 40 * lines, random)
    clock, zoom = flows.clock_and_zoom(CURVED, times)
    states = list(zip(times, exact[0], strict=True))
    truth, digit_errors = digit_flows(counts, images, random)
    looks = len(velocity_field.loss) // 200 * 200
    return FlowTrajectories(
        moons=data.means, partners=partners, hero=np.array(hero),
        fan=flows.evenly(through, weights, data.responsibilities(through).argmax(axis=1), lines), fan_velocity=mean,
        exact_velocity=ways[hero], learned_velocity=field(places[hero][None], HALF)[0],
        origins=np.array([data.origins(cloud[[hero]], time, 1 - time)[0] for time, cloud in states], "f4"),
        chances=np.array([data.mixed(time, 1 - time).responsibilities(cloud[[hero]])[0] for time, cloud in states],
                         "f4"),
        aims=np.array([data.posterior_mean(cloud, time, 1 - time) for time, cloud in states], "f4"),
        updates=np.array(len(velocity_field.loss)), loss=velocity_field.loss[:looks].reshape(200, -1).mean(axis=1),
        floor=velocity_field.floor, last_loss=np.array(velocity_field.last_loss),
        learned=flows.euler(field, start, counts[-1]).astype(np.float32), learned_steps=np.array(counts[-1]),
        learned_distance=np.array([w2(flows.euler(field, random.standard_normal((samples, 2)), counts[-1]),
                                      data.draw(samples, random)) for _ in range(trials)]),
        distance_of_data=floor(lambda: data.draw(samples, random), w2, trials), flow=np.array(exact, "f4"), ends=ends,
        zoomed=(zoom[:, None, None] * flows.exact_flow(data, STRAIGHT, start, clock)).astype(np.float32),
        moved=np.array([flows.moved(flow) for flow in exact]), bend=np.array([flows.bend(flow) for flow in exact]),
        unevenness=np.array([[flows.uneven(flows.exact_flow(_scaled(data, scale), path, start, frames))
                              for path in PATHS] for scale in scales]),
        counts=np.array(counts), euler_error=np.array([
            [flows.apart(flows.euler(flows.exact_field(data, path), start, count), end) for count in counts]
            for path, end in zip(PATHS, ends, strict=True)
        ]), digit_error=digit_errors / truth,
        strides=np.array([flows.strides(flows.exact_field(data, path), start, shown_count) for path in PATHS], "f4"),
        cost=np.array(((start - ends[0]) ** 2).sum(axis=1).mean()), least_cost=np.array(w2(start, ends[0]) ** 2),
    )  # fmt: skip


def digit_flows(counts: tuple[int, ...], images: int, random: np.random.Generator) -> tuple[float, ndarray]:
    """How large images from the exact flow to 600 of scikit-learn's digits are, as the root mean square of an image's
    length, and how far those of few Euler steps are from them, [path count].

    The exact flow is that of the straight path, by 60 steps of Heun's method.
    """
    means = digits()[0][:600].reshape(600, -1)
    data = Mixture(means, np.full(len(means), 1 / len(means)), 0.1)
    start = random.standard_normal((images, means.shape[1]))
    truth = flows.heun(flows.exact_field(data, STRAIGHT), start, 60)
    found = [[flows.apart(flows.euler(flows.exact_field(data, path), start, count), truth) for count in counts]
             for path in PATHS]  # fmt: skip
    return float(np.sqrt((truth**2).sum(axis=1).mean())), np.array(found)


def _scaled(data: Mixture, scale: float) -> Mixture:
    return Mixture(scale * data.means, data.weights, scale * data.deviation)
