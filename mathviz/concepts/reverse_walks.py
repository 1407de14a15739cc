"""Walks back from noise: with the draw of every step, and three ways that leave it out; how far each ends from data.

Left out are the draws by one leap to the average, by the mean of every step, and by half of every step's pull. A
distance has a noise floor: that between two draws of the data.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32, Float64
from numpy import ndarray

from mathviz.concepts.reverse_chain import NEAR, ReverseChain
from mathviz.concepts.shared.distances import spread, to_nearest
from mathviz.trace import Claim


@dataclass(frozen=True)
class ReverseWalks(ReverseChain):
    """Where the walks lead, how wide the cloud is on its way, and how far its ends are from fresh data.

    The ``shown`` are the first of the samples. Every spread is a root mean square distance from the centre, over both
    axes.
    """

    silent: Float32[ndarray, "frame shown two"]  # same start, same network, the mean of every step and no draw
    halved: Float32[ndarray, "look shown two"]  # same start, same network, half of every step's pull and no draw
    samples: Float32[ndarray, "sample two"]
    leapt: Float64[ndarray, "shown two"]  # E[x_0 | x_T] of the shown, exact: the whole way in one leap
    spread: Float64[ndarray, "frame"]  # of all samples
    spread_silent: Float64[ndarray, "frame"]
    spread_silent_exact: Float64[ndarray, "frame"]  # with the exact answer in the network's place
    near: Float64[ndarray, ""]  # share of samples on the moons
    near_silent: Float64[ndarray, ""]
    near_leapt: Float64[ndarray, ""]
    near_data: Float64[ndarray, ""]  # the same of fresh data
    distance: Float64[ndarray, "pair"]  # W2 between samples and fresh data, draw after draw
    distance_smaller: Float64[ndarray, "pair"]  # with the smaller kicks √β̃
    distance_silent: Float64[ndarray, "pair"]
    distance_halved: Float64[ndarray, "pair"]
    distance_leapt: Float64[ndarray, "pair"]
    distance_of_data: Float64[ndarray, "pair"]  # between two draws of fresh data

    tolerances = {  # noqa: RUF012
        **ReverseChain.tolerances,
        **dict.fromkeys(("distance_of_data", "distance_leapt", "near_data", "near_leapt", "leapt"), 1e-4),
        **dict.fromkeys(("silent", "halved", "samples", "spread", "spread_silent", "spread_silent_exact"), 1e-2),
        **dict.fromkeys(("near", "near_silent"), 1e-2),
        **dict.fromkeys(("distance", "distance_smaller", "distance_silent", "distance_halved"), 1e-2),
    }

    @property
    def leapt_near(self) -> int:
        """How many of the shown are on a moon after one leap to the average."""
        return int((to_nearest(self.leapt, self.moons) < NEAR).sum())

    @property
    def apart_data(self) -> float:
        """How far two draws of data are from each other, for captions."""
        return float(self.distance_of_data.mean())

    @property
    def apart_band(self) -> float:
        """And how much that varies from draw to draw: a standard deviation."""
        return float(self.distance_of_data.std(ddof=1))

    @property
    def streak_exact(self) -> float:
        """How wide the cloud ends that always steps to the middle, with the exact answers: its spread."""
        return float(self.spread_silent_exact[-1])

    @property
    def batch(self) -> int:
        """Points on either side of a distance, which depends on how many they are."""
        return len(self.samples) // 2

    def check(self) -> list[Claim]:
        return failure_claims(self) + sampler_claims(self)


def failure_claims(trace: ReverseWalks) -> list[Claim]:
    """About what becomes of all who take a mean for the truth."""
    same = np.array_equal(trace.paths[0], trace.silent[0]) and np.array_equal(trace.halved[0], trace.silent[0])
    late, half = trace.frame_of(trace.steps // 5), trace.frame_of(trace.steps // 2)
    collapsed, exact = trace.spread_silent, trace.spread_silent_exact
    signal = trace.schedule.signal[[trace.moment_of(frame) for frame in range(half + 1)]]
    law = collapsed[: half + 1] * signal / (collapsed[0] * signal[0])
    leap, silent = float(trace.distance_leapt.min()), float(trace.distance_silent.min())
    usual = float(trace.distance_of_data.max())
    return [
        Claim("all runs begin with the same noise", same, f"{trace.shown} particles"),
        Claim("after one leap nobody is on a moon", trace.leapt_near == 0 and trace.near_leapt == 0,
              f"{trace.leapt_near}"),
        Claim("and everyone is in one spot", float(spread(trace.leapt)) < 0.02, f"± {spread(trace.leapt):.3f}"),
        Claim("a leap ends far from the data", leap > 5 * usual, f"{leap:.2f}, data at most {usual:.2f}"),
        Claim("without a draw the cloud collapses", collapsed[late] < 0.05, f"± {collapsed[late]:.3f}"),
        Claim("with the exact answer it does so too", exact[late] < 0.05, f"± {exact[late]:.3f}"),
        Claim("at the end it is a short streak", 0.1 < collapsed[-1] < 0.3, f"± {collapsed[-1]:.2f}"),
        Claim("with the exact answer it is one too", 0.1 < exact[-1] < 0.5, f"± {exact[-1]:.2f}"),
        Claim("each mean shrinks the cloud by √(1 − β)", np.abs(law - 1).max() < 0.1,
              f"within {np.abs(law - 1).max():.3f}"),
        Claim("being on the moons does not show the collapse", float(trace.near_silent) > 0.9,
              f"{trace.near_silent:.1%}"),
        Claim("the distance does", silent > 5 * usual, f"{silent:.2f}, data at most {usual:.2f}"),
    ]  # fmt: skip


def sampler_claims(trace: ReverseWalks) -> list[Claim]:
    """About the samples."""
    variance = float(np.abs(trace.spread**2 / 2 - 1).max())
    usual, band = trace.distance_of_data.mean(), 2 * trace.distance_of_data.std(ddof=1)
    signal, noise = trace.schedule.signal, trace.schedule.noise
    # DDIM's step (Song et al. 2021, equation 12) in mean_step's form: √(1 − β) = signal now / signal before
    whole = trace.betas / noise[1:] * signal[:-1] / signal[1:]
    share = ((signal[:-1] / signal[1:] * noise[1:] - noise[:-1]) / whole)[50:]
    ours = {"samples are": trace.distance, "samples with smaller kicks are": trace.distance_smaller,
            "samples of half the pull are": trace.distance_halved}  # fmt: skip
    return [
        Claim("with fresh draws the variance stays one", variance < 0.15, f"within {variance:.3f}"),
        Claim("with 50 steps to go or more DDIM takes half the pull", np.abs(share - 0.5).max() < 0.01,
              f"{share.min():.3f} to {share.max():.3f}"),
        Claim("nearly all samples are on the moons", float(trace.near) > 0.97,
              f"{trace.near:.1%}, data {trace.near_data:.1%}"),
        *(Claim(f"{who} as far from data as data are", abs(found.mean() - usual) < band,
                f"{found.mean():.3f}, data {usual:.3f} ± {band:.3f}") for who, found in ours.items()),
    ]  # fmt: skip
