"""The forward process of DDPM (Ho et al. 2020): each step shrinks a little and adds a little noise.

Nothing is learned. The chain is run step by step, its shortcut in one formula is drawn afresh, and a
statistical test compares the two.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32, Float64, Int64
from numpy import ndarray

from mathviz.concepts.shared import noising
from mathviz.concepts.shared.data import two_humps, two_moons
from mathviz.concepts.shared.distances import farthest_within
from mathviz.concepts.shared.oracles import Schedule, linear_schedule
from mathviz.trace import Claim, Trace

BINS = np.linspace(-3.2, 3.2, 33)
"""Edges of the histograms, in units of the data."""


@dataclass(frozen=True)
class DiffusionForward(Trace):
    """A chain of noising steps on many particles, what it keeps and loses, and the shortcut beside it.

    ``moment`` counts from 0, the data, to T; ``frame`` is every ``stride``-th of them. Means and variances
    are over all particles of the computation, of which ``cloud`` holds the first.
    """

    betas: Float64[ndarray, "step"]
    kept: Float64[ndarray, "moment"]  # ᾱ
    stride: Int64[ndarray, ""]
    total: Int64[ndarray, ""]  # particles of the computation
    cloud: Float32[ndarray, "frame particle two"]
    mean: Float64[ndarray, "moment two"]
    variance: Float64[ndarray, "moment two"]
    variance_of_kicks: Float64[ndarray, "moment"]  # of the same noise without the shrinking, over both axes
    compared: Int64[ndarray, "comparison"]  # moments at which chain and shortcut are compared
    chain: Float32[ndarray, "comparison particle two"]
    shortcut: Float32[ndarray, "comparison particle two"]
    chain_counts: Int64[ndarray, "comparison two bin"]  # of all particles
    shortcut_counts: Int64[ndarray, "comparison two bin"]
    p_value: Float64[ndarray, "comparison two"]  # Kolmogorov-Smirnov, two samples
    zoom: Float64[ndarray, "zoomed three two"]  # one particle: before a step, shrunk, after its kick
    zoom_from: Int64[ndarray, ""]  # moment before the first of these steps
    hero: Int64[ndarray, ""]  # the particle of ``zoom``
    heights: Float64[ndarray, "height"]
    density: Float32[ndarray, "frame height"]  # closed form, of two humps on a line
    paths: Float32[ndarray, "frame path"]  # particles from these humps
    digit_moments: Int64[ndarray, "look"]
    digits: Float32[ndarray, "look digit eight eight"]  # −1 white to 1 black at the start
    bits_left: Float64[ndarray, ""]  # KL(q(x_T | x_0) ‖ N(0, I)) in bits per pixel, mean over all digits
    from_one_start: Float64[ndarray, "two"]  # mean and variance of (x_t − √ᾱ x_0) / √(1 − ᾱ) for one x_0

    tolerances = {  # noqa: RUF012
        **dict.fromkeys(("kept", "mean", "variance", "variance_of_kicks", "zoom", "heights", "betas"), 1e-9),
        **dict.fromkeys(("p_value", "bits_left", "from_one_start"), 1e-6),
        **dict.fromkeys(("cloud", "chain", "shortcut", "density", "paths", "digits"), 1e-5),
        **dict.fromkeys(("chain_counts", "shortcut_counts"), 0.01),  # a particle on the edge of a bin
    }

    @property
    def schedule(self) -> Schedule:
        return Schedule(self.betas)

    @property
    def steps(self) -> int:
        """Steps of the chain, T."""
        return len(self.betas)

    @property
    def particles(self) -> int:
        """Particles that are shown."""
        return self.cloud.shape[1]

    @property
    def signal(self) -> ndarray:
        """√ᾱ, [moment]."""
        return self.schedule.signal

    @property
    def noise(self) -> ndarray:
        """√(1 − ᾱ), [moment]."""
        return self.schedule.noise

    @property
    def zoom_shrink(self) -> float:
        """√(1 − β) at the first of the zoomed steps."""
        return float(np.sqrt(1 - self.betas[self.zoom_from]))

    @property
    def zoom_kick(self) -> float:
        """√β at the first of the zoomed steps."""
        return float(np.sqrt(self.betas[self.zoom_from]))

    @property
    def half_way(self) -> int:
        """The first moment at which less than half of the variance is the start's."""
        return int(np.flatnonzero(self.kept < 0.5)[0])

    @property
    def signal_at_the_end(self) -> float:
        """√ᾱ_T."""
        return float(self.signal[-1])

    @property
    def smallest_p_value(self) -> float:
        return float(self.p_value.min())

    def check(self) -> list[Claim]:
        return chain_claims(self) + shortcut_claims(self)


def trace_diffusion_forward(
    *, particles: int = 20_000, shown: int = 600, stride: int = 4, compared: tuple[int, ...] = (100, 250, 500, 1000),
    zoom_from: int = 499, zoomed: int = 6, outermost: float = 2.4, paths: int = 12,
    looks: tuple[int, ...] = (0, 50, 100, 150, 200, 300, 400, 600, 1000), digits: tuple[int, ...] = (0, 13, 22),
    seed: int = 0,
) -> DiffusionForward:  # fmt: skip
    """Run the chain on draws of two moons, and its companions on a line and on images of digits.

    The first ``shown`` of ``particles`` are kept at every ``stride``-th moment, which must divide the 1000 steps.
    The one that is zoomed in on is the outermost of them then, within ``outermost`` of the middle.
    """
    random, schedule, data = np.random.default_rng(seed), linear_schedule(), two_moons()
    steps = len(schedule.betas)
    state = kicked = data.draw(particles, random)
    mean, variance, of_kicks, clouds, snaps, hero = [], [], [], [], {}, 0
    zoom: list[list[ndarray]] = []
    for moment in range(steps + 1):
        if moment:
            shrunk, kick = noising.one_step(state, schedule.betas[moment - 1], random)
            if zoom_from < moment <= zoom_from + zoomed:
                hero = farthest_within(state[:shown], outermost) if not zoom else hero
                zoom.append([each[hero] for each in (state, shrunk, shrunk + kick)])
            state, kicked = shrunk + kick, kicked + kick
        mean.append(state.mean(axis=0))
        variance.append(state.var(axis=0))
        of_kicks.append(kicked.var(axis=0).mean())
        if moment % stride == 0:
            clouds.append(state[:shown])
        if moment in compared:
            snaps[moment] = state
    chain = np.array([snaps[moment] for moment in compared])
    afresh = (noising.one_shot(data.draw(particles, random), schedule, moment, random) for moment in compared)
    shortcut = np.array(list(afresh))
    heights = np.linspace(-3.5, 3.5, 281)
    images, bits = noising.noised_digits(schedule, looks, digits, random)
    return DiffusionForward(
        betas=schedule.betas, kept=schedule.kept, stride=np.array(stride), total=np.array(particles),
        cloud=np.array(clouds, np.float32), mean=np.array(mean), variance=np.array(variance),
        variance_of_kicks=np.array(of_kicks), compared=np.array(compared),
        chain=chain[:, :shown].astype(np.float32), shortcut=shortcut[:, :shown].astype(np.float32),
        chain_counts=noising.histograms(chain, BINS), shortcut_counts=noising.histograms(shortcut, BINS),
        p_value=noising.same_distribution(chain, shortcut), zoom=np.array(zoom), zoom_from=np.array(zoom_from),
        hero=np.array(hero), heights=heights,
        density=noising.density_over_time(two_humps(), schedule, heights, stride).astype(np.float32),
        paths=noising.run_chain(two_humps().draw(paths, random), schedule, random)[::stride, :, 0].astype(np.float32),
        digit_moments=np.array(looks), digits=images.astype(np.float32), bits_left=np.array(bits),
        from_one_start=noising.rest_of_one_start(schedule, 1.5, particles, random),
    )  # fmt: skip


def chain_claims(trace: DiffusionForward) -> list[Claim]:
    """What the chain does to mean and variance, step by step and at its end."""
    kept, shrink = trace.kept[:, None], np.sqrt(1 - trace.betas[trace.zoom_from :][: len(trace.zoom)])
    product, kicks = np.exp(np.log1p(-trace.betas).cumsum()), 1 + np.concatenate([[0], np.cumsum(trace.betas)])
    variance = kept * trace.variance[0] + 1 - kept
    return [
        Claim.close("ᾱ is the product of all 1 − β", trace.kept[1:] / product, 1, 1e-12),
        Claim.close("the variance is ᾱ·(that of the data) + 1 − ᾱ at every step", trace.variance, variance, 0.05),
        Claim.close("the mean is √ᾱ·(that of the data) at every step", trace.mean,
                    trace.signal[:, None] * trace.mean[0], 0.03),
        Claim.close("without shrinking the variance is 1 + Σβ", trace.variance_of_kicks / kicks, 1, 0.03),
        Claim.close("a zoomed step shrinks by √(1 − β) first", trace.zoom[:, 1], shrink[:, None] * trace.zoom[:, 0],
                    1e-12),
        Claim.exact("a zoomed step begins where the one before ended", trace.zoom[1:, 0], trace.zoom[:-1, 2]),
    ]  # fmt: skip


def shortcut_claims(trace: DiffusionForward) -> list[Claim]:
    """The shortcut against the chain, and against what theory says of both."""
    (mean, variance), p_value = trace.from_one_start, trace.smallest_p_value
    areas = trace.density.astype(float).sum(axis=1) * np.diff(trace.heights)[0]
    return [
        Claim("chain and shortcut give one distribution (Kolmogorov-Smirnov)", p_value > 1e-3, f"p ≥ {p_value:.2g}"),
        Claim.between("from one start the chain gives the shortcut's mean", -0.03, mean, 0.03),
        Claim.between("from one start the chain gives the shortcut's variance", 0.95, variance, 1.05),
        Claim.close("every column of the density adds up to 1", areas, 1, 2e-3),
        Claim.below("less than 1e-4 bit per pixel is left of an image", trace.bits_left, 1e-4),
    ]
