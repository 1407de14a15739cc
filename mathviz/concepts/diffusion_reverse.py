"""The reverse process of DDPM (Ho et al. 2020, algorithm 2): from pure noise back to two moons.

Where a noisy point came from is anyone's guess, and the average of all guesses lies on neither moon. Where it was
one step ago is a small round cloud, and a draw from it is as good as the truth. Sampled on its own with the trained
network, not the forward chain played backwards; beside it stand the exact answers, and three ways that leave the
draw out: one leap to the average, the mean of every step, and half of every step's pull.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np
from jaxtyping import Float32, Float64, Int64
from numpy import ndarray

from mathviz.concepts.denoiser import Denoiser
from mathviz.concepts.shared.data import MOON_WIDTH, two_moons
from mathviz.concepts.shared.distances import floor, spread, to_nearest, w2
from mathviz.concepts.shared.oracles import Mixture, Schedule, linear_schedule
from mathviz.concepts.shared.reverse_steps import (
    FULL,
    HALF,
    Predictor,
    draw_one_step_ago,
    exact_answer,
    kick_size,
    mean_step,
    run_back,
    smaller_kick_size,
)
from mathviz.trace import Claim, Trace

NEAR = 3 * MOON_WIDTH
"""How far from a moon's ridge a point may be to count as of the moons: three standard deviations."""

LOOKS = 300
"""Points of the loss curve, each the mean of as many updates."""

AIMED = 30.0
"""Degrees by which an arrow may miss what it points to."""

GRAIN = 2.0**-12
"""Places that are only drawn are kept to this fraction of a unit, which is far below a pixel and packs well."""


@dataclass(frozen=True)
class DiffusionReverse(Trace):
    """Samples on their way from noise to data, one of them with all its possible origins, and what fails.

    ``frame`` counts every ``stride``-th moment from T down to 0, ``look`` every ``apart``-th frame. The ``shown``
    are the first of the samples. Every spread is a root mean square distance from the centre, over both axes.
    """

    betas: Float64[ndarray, "step"]
    stride: Int64[ndarray, ""]
    apart: Int64[ndarray, ""]
    moons: Float64[ndarray, "component two"]  # the centres of the data's components, along one moon, then the other
    paths: Float32[ndarray, "frame shown two"]
    silent: Float32[ndarray, "frame shown two"]  # same start, same network, the mean of every step and no draw
    halved: Float32[ndarray, "look thread two"]  # same start, same network, half of every step's pull and no draw
    samples: Float32[ndarray, "sample two"]
    leapt: Float64[ndarray, "shown two"]  # E[x_0 | x_T] of the shown, exact: the whole way in one leap
    spread: Float64[ndarray, "frame"]  # of all samples
    spread_silent: Float64[ndarray, "frame"]
    spread_silent_exact: Float64[ndarray, "frame"]  # with the exact answer in the network's place
    updates: Int64[ndarray, ""]  # of the training
    loss: Float64[ndarray, "reading"]  # means of equal runs of updates
    floor: Float64[ndarray, ""]  # no network's loss can be lower
    last_loss: Float64[ndarray, ""]
    answers: Float32[ndarray, "arrow shown two"]  # the network's noise in the shown, at all looks but the last
    settled: Int64[ndarray, ""]  # the moment up to which the answers are followed
    hero: Int64[ndarray, ""]  # one of the shown: see ``evenness``
    poised: Int64[ndarray, ""]  # the moment at which the hero is chosen
    origins: Float32[ndarray, "frame component two"]  # where it may have come from, by component
    chances: Float32[ndarray, "frame component"]  # and how probably
    mean_origin: Float64[ndarray, "frame two"]  # E[x_0 | x_t], exact
    zoom: Float64[ndarray, "zoomed three two"]  # the hero's first steps: before, after the mean, after the draw
    zoom_noise: Float64[ndarray, "zoomed two"]  # what the network answered there
    pulls: Float64[ndarray, "left two"]  # the hero's ways to the middle, in all steps from the poised moment on
    kicks: Float64[ndarray, "left two"]  # and from there to the places drawn
    step_ago: Float32[ndarray, "zoomed speck two"]  # draws of where it may have been one step ago, by Bayes' rule
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
        **dict.fromkeys(("betas", "floor", "last_loss", "loss", "moons"), 1e-9),
        **dict.fromkeys(("distance_of_data", "distance_leapt", "near_data", "near_leapt", "leapt", "step_ago"), 1e-4),
        # a thousand steps through the network magnify how another processor rounds
        **dict.fromkeys(("paths", "silent", "halved", "samples", "spread", "spread_silent", "zoom"), 1e-2),
        **dict.fromkeys(("pulls", "kicks"), 1e-2),
        **dict.fromkeys(("spread_silent_exact", "origins", "chances", "mean_origin", "answers", "zoom_noise"), 1e-2),
        **dict.fromkeys(("near", "near_silent", "distance", "distance_smaller"), 1e-2),
        **dict.fromkeys(("distance_silent", "distance_halved"), 1e-2),
    }

    @property
    def schedule(self) -> Schedule:
        return Schedule(self.betas)

    @property
    def data(self) -> Mixture:
        """What the moons are: the density that all exact answers are of."""
        return Mixture(self.moons, np.full(len(self.moons), 1 / len(self.moons)), MOON_WIDTH)

    @property
    def steps(self) -> int:
        """Steps of the chain, T."""
        return len(self.betas)

    @property
    def shown(self) -> int:
        """Particles that are drawn."""
        return self.paths.shape[1]

    @property
    def leapt_near(self) -> int:
        """How many of the shown are on a moon after one leap to the average."""
        return int((to_nearest(self.leapt, self.moons) < NEAR).sum())

    @property
    def origin_spread(self) -> ndarray:
        """Spread of the hero's possible origins, [frame]: between the drawn lines' ends, and within each component."""
        chances, origins = self.chances.astype(float), self.origins.astype(float)
        squares = ((origins - self.mean_origin[:, None]) ** 2).sum(axis=-1)
        signal, noise = self.schedule.signal[:: -int(self.stride)], self.schedule.noise[:: -int(self.stride)]
        within = 2 * (MOON_WIDTH * noise) ** 2 / (noise**2 + (MOON_WIDTH * signal) ** 2)
        return np.sqrt((chances * squares).sum(axis=1) + within)

    @property
    def chance_of_its_moon(self) -> ndarray:
        """How probable it is that the hero comes from the moon on which it ends, [frame]."""
        one = self.chances.astype(float)[:, : len(self.moons) // 2].sum(axis=1)
        return one if one[-1] > 0.5 else 1 - one

    @property
    def apart_data(self) -> float:
        """How far two draws of data are from each other, for captions."""
        return float(self.distance_of_data.mean())

    @property
    def apart_band(self) -> float:
        """And how much that varies from draw to draw: a standard deviation."""
        return float(self.distance_of_data.std(ddof=1))

    @property
    def batch(self) -> int:
        """Points on either side of a distance, which depends on how many they are."""
        return len(self.samples) // 2

    @property
    def loss_so_far(self) -> ndarray:
        """At every reading the mean of the last tenth of the training so far: it ends on ``last_loss``."""
        sums = np.concatenate([[0.0], np.cumsum(self.loss)])
        ends = np.arange(1, len(sums))
        window = -(-ends // 10)
        return (sums[ends] - sums[ends - window]) / window

    @property
    def readings(self) -> ndarray:
        """After how many updates each point of the loss was taken."""
        return int(self.updates) * np.arange(1, len(self.loss) + 1) / len(self.loss)

    @property
    def slant(self) -> ndarray:
        """Degrees from each arrow to the way to the centre of all data, until the poised moment, [arrow shown]."""
        last = self.frame_of(int(self.poised))
        moments = [self.moment_of(frame) for frame in range(0, last + 1, int(self.apart))]
        places = self.paths[:: int(self.apart)][: len(moments)].astype(float)
        ways = self.schedule.signal[moments][:, None, None] * self.moons.mean(axis=0) - places
        arrows = -self.answers[: len(moments)].astype(float)
        lengths = np.linalg.norm(ways, axis=-1) * np.linalg.norm(arrows, axis=-1)
        return np.degrees(np.arccos(np.clip((ways * arrows).sum(axis=-1) / lengths, -1, 1)))

    @property
    def tips(self) -> ndarray:
        """Where the network's answers point to: the shown less the noise that it sees in them, [arrow shown two].

        That is √ᾱ E[x_0 | x_t] as the network knows it: the middle of all possible origins, shrunk as data are then.
        """
        noise = self.schedule.noise[[self.moment_of(look * int(self.apart)) for look in range(len(self.answers))]]
        return self.paths[:: int(self.apart)][: len(self.answers)] - noise[:, None, None] * self.answers.astype(float)

    @property
    def tips_on_moons(self) -> float:
        """Share of the answers that end on a moon at the settled moment, shrunk as data are then."""
        tips = self.tips[self.frame_of(int(self.settled)) // int(self.apart)]
        return float((to_nearest(tips / self.schedule.signal[int(self.settled)], self.moons) < NEAR).mean())

    @property
    def pulled(self) -> ndarray:
        """Where pulls alone take the hero from the poised moment on, [frame two], and ``kicked`` where kicks do."""
        return self._summed(self.pulls)

    @property
    def kicked(self) -> ndarray:
        return self._summed(self.kicks)

    def _summed(self, steps: ndarray) -> ndarray:
        begin = self.paths[self.frame_of(int(self.poised)), int(self.hero)].astype(float)
        return np.concatenate([begin[None], begin + np.cumsum(steps, axis=0)])[:: int(self.stride)]

    @property
    def lengths(self) -> dict[str, float]:
        """Of the sum of all pulls and of all kicks since the poised moment, and of each kind laid end to end.

        ``times`` is how many times as long as a pull a kick is on average.
        """
        left = [float(np.linalg.norm(steps.sum(axis=0))) for steps in (self.pulls, self.kicks)]
        walked = [float(np.linalg.norm(steps, axis=1).sum()) for steps in (self.pulls, self.kicks)]
        return {"pulls": left[0], "kicks": left[1], "pulls_in_all": walked[0], "kicks_in_all": walked[1],
                "times": walked[1] / walked[0]}  # fmt: skip

    @property
    def times(self) -> float:
        """How many times as long as a pull a kick is on average, for captions."""
        return self.lengths["times"]

    @property
    def step_spread(self) -> ndarray:
        """Spread of where the hero may have been one step ago, [zoomed]."""
        return spread(self.step_ago.astype(float))

    @property
    def share_of_signal(self) -> ndarray:
        """How much of the mixture is data, [frame]: the signal's factor in the sum of both."""
        signal, noise = self.schedule.signal[:: -int(self.stride)], self.schedule.noise[:: -int(self.stride)]
        return signal / (signal + noise)

    @property
    def evenness(self) -> ndarray:
        """How near to even are each particle's odds between the moons at the poised moment, [shown]: at most ½.

        The hero is the one with the most even odds.
        """
        return _evenness(self.data, self.schedule, self.paths[self.frame_of(int(self.poised))], int(self.poised))

    @property
    def cosine(self) -> ndarray:
        """Between the network's answers and the exact ones, over the arrows that are drawn, [arrow]."""
        moments = [self.moment_of(look * int(self.apart)) for look in range(len(self.answers))]
        places = self.paths[:: int(self.apart)][: len(self.answers)].astype(float)
        exact = np.array([exact_answer(self.data, self.schedule)(*each) for each in zip(places, moments, strict=True)])
        both, norms = (self.answers * exact).sum(axis=(1, 2)), [(each.astype(float) ** 2).sum(axis=(1, 2))
                                                               for each in (self.answers, exact)]  # fmt: skip
        return both / np.sqrt(norms[0] * norms[1])

    def frame_of(self, moment: int) -> int:
        """The frame at a moment of the chain."""
        return (self.steps - moment) // int(self.stride)

    def moment_of(self, frame: int) -> int:
        """The moment of the chain at a frame."""
        return self.steps - frame * int(self.stride)

    def check(self) -> list[Claim]:
        return self.origin_claims() + self.step_claims() + self.failure_claims() + self.sampler_claims()

    def origin_claims(self) -> list[Claim]:
        """About where the hero may have come from in all."""
        drawn = np.einsum("fc,fca->fa", self.chances.astype(float), self.origins.astype(float))
        off, origin = float(np.abs(drawn - self.mean_origin).max()), self.origin_spread
        gap, frame = float(to_nearest(self.mean_origin[:1], self.moons)[0]), self.frame_of(int(self.poised))
        one = self.chances.astype(float)[frame, : len(self.moons) // 2].sum()
        tweedie = float(np.abs(_tweedie(self) - self.mean_origin[:-1]).max())
        return [
            Claim("the mean of all lines drawn is the exact posterior mean", off < 1e-6, f"{off:.1e}"),
            Claim("all chances of an origin add up to one", np.allclose(self.chances.sum(axis=1), 1, atol=1e-5),
                  f"{len(self.chances)} frames"),
            Claim("at first the hero may come from anywhere", abs(origin[0] - np.sqrt(2)) < 0.02,
                  f"± {origin[0]:.3f}"),
            Claim("at last it can only come from where it is", origin[-1] < 1e-6, f"± {origin[-1]:.1e}"),
            Claim("and from the one moon", self.chance_of_its_moon[-1] > 0.999, f"{self.chance_of_its_moon[-1]:.2%}"),
            Claim("the average of all origins lies on neither moon", gap > NEAR, f"{gap:.2f} off"),
            Claim("at the poised moment both moons are as likely", abs(one - 0.5) < 0.02, f"{one:.1%}"),
            Claim("the hero is the most undecided of the shown", int(self.evenness.argmax()) == self.hero,
                  f"number {self.hero}"),
            Claim("the mean follows from the score, as Tweedie says", tweedie < 1e-3, f"{tweedie:.1e}"),
            Claim("at first all origins are as likely", self.chances[0].min() > 0.95 * self.chances[0].max(),
                  f"the least {self.chances[0].min() / self.chances[0].max():.3f} of the most"),
        ]  # fmt: skip

    def step_claims(self) -> list[Claim]:
        """About one step: where the hero was before it, and what the network says of that."""
        off = float(np.abs(self.zoom[:, 1] - _posterior_mean_step(self)).max())
        kicks = np.array([kick_size(self.schedule, self.steps - step) for step in range(len(self.zoom))])
        specks = self.step_ago.astype(float)
        centred = specks - specks.mean(axis=1, keepdims=True)
        round_, error = (centred.std(axis=1) / kicks[:, None]), 1 / np.sqrt(2 * specks.shape[1])
        aside = float((np.abs(specks.mean(axis=1) - self.zoom[:, 1]) / kicks[:, None]).max())
        aslant = float(np.abs((centred[..., 0] * centred[..., 1]).mean(axis=1) / kicks**2).max())
        narrower = self.origin_spread[0] / self.step_spread[0]
        over, aimed = float(self.last_loss - self.floor), (self.slant < AIMED).mean(axis=1)
        spot, lengths = float(spread(self.tips[0])), self.lengths
        missed = np.abs(self.pulled[-1] + self.kicked[-1] - self.pulled[0] - self.paths[-1, int(self.hero)]).max()
        agree = [np.linalg.norm(each.sum(axis=0)) / np.linalg.norm(each, axis=1).sum()
                 for each in (self.pulls, self.kicks)]  # fmt: skip
        return [
            Claim("a step goes to the posterior mean of Ho et al., equation 7", off < 1e-9, f"{off:.1e}"),
            Claim("one step ago it was in a cloud as wide as the kick", np.abs(round_ - 1).max() < 5 * error,
                  f"{round_.min():.2f} to {round_.max():.2f} kicks"),
            Claim("that cloud is round", aslant < 5 * error, f"correlation {aslant:.2f}"),
            Claim("the network steps into its middle", aside < 0.3, f"{aside:.2f} kicks aside"),
            Claim("it is far smaller than all origins", narrower > 5, f"{narrower:.1f} times"),
            Claim("its spread is √(2 β)", abs(self.step_spread[0] / np.sqrt(2 * self.betas[-1]) - 1) < 5 * error,
                  f"{self.step_spread[0]:.3f}"),
            Claim("nearly all arrows point to the centre until the poised moment", aimed.min() > 0.95,
                  f"{aimed.min():.1%} within {AIMED:.0f} degrees"),
            Claim("at first all answers end in one spot", spot < 0.05, f"spread {spot:.3f}"),
            Claim("at the settled moment most end on a moon", self.tips_on_moons > 0.85, f"{self.tips_on_moons:.1%}"),
            Claim("pulls and kicks together are the way", float(missed) < 1e-3, f"{float(missed):.1e} aside"),
            Claim("on average a kick is far longer than a pull", lengths["times"] > 8, f"{lengths['times']:.1f} times"),
            Claim("pulls agree and kicks cancel out", agree[0] > 0.7 and agree[1] < 0.25,
                  f"{agree[0]:.2f} and {agree[1]:.2f} of their lengths are left"),
            Claim("so in the end pulls count too", lengths["pulls"] > 0.5 * lengths["kicks"],
                  f"{lengths['pulls']:.2f} and {lengths['kicks']:.2f}"),
            Claim("the loss that is shown ends on the last and is never below its floor",
                  self.loss_so_far.min() > self.floor and abs(self.loss_so_far[-1] - self.last_loss) < 1e-9,
                  f"least {self.loss_so_far.min():.4f}, floor {self.floor:.4f}"),
            Claim("the loss stops at its floor, not above and not below", abs(over) < 0.01, f"{over:+.4f}"),
            Claim("learned and exact arrows point alike", self.cosine.min() > 0.95, f"cosine {self.cosine.min():.3f}"),
        ]  # fmt: skip

    def failure_claims(self) -> list[Claim]:
        """About what becomes of all who take a mean for the truth."""
        same = np.array_equal(self.paths[0], self.silent[0]) and np.array_equal(
            self.halved[0], self.silent[0, : self.halved.shape[1]]
        )
        late, half = self.frame_of(self.steps // 5), self.frame_of(self.steps // 2)
        collapsed, exact = self.spread_silent, self.spread_silent_exact
        signal = self.schedule.signal[[self.moment_of(frame) for frame in range(half + 1)]]
        law = collapsed[: half + 1] * signal / (collapsed[0] * signal[0])
        leap, silent = float(self.distance_leapt.min()), float(self.distance_silent.min())
        usual = float(self.distance_of_data.max())
        return [
            Claim("all runs begin with the same noise", same, f"{self.shown} particles"),
            Claim("after one leap nobody is on a moon", self.leapt_near == 0 and self.near_leapt == 0,
                  f"{self.leapt_near}"),
            Claim("and everyone is in one spot", float(spread(self.leapt)) < 0.02, f"± {spread(self.leapt):.3f}"),
            Claim("a leap ends far from the data", leap > 5 * usual, f"{leap:.2f}, data at most {usual:.2f}"),
            Claim("without a draw the cloud collapses", collapsed[late] < 0.05, f"± {collapsed[late]:.3f}"),
            Claim("with the exact answer it does so too", exact[late] < 0.05, f"± {exact[late]:.3f}"),
            Claim("at the end it is a short streak", 0.1 < collapsed[-1] < 0.3, f"± {collapsed[-1]:.2f}"),
            Claim("with the exact answer it is one too", 0.1 < exact[-1] < 0.5, f"± {exact[-1]:.2f}"),
            Claim("each mean shrinks the cloud by √(1 − β)", np.abs(law - 1).max() < 0.1,
                  f"within {np.abs(law - 1).max():.3f}"),
            Claim("being on the moons does not show the collapse", float(self.near_silent) > 0.9,
                  f"{self.near_silent:.1%}"),
            Claim("the distance does", silent > 5 * usual, f"{silent:.2f}, data at most {usual:.2f}"),
        ]  # fmt: skip

    def sampler_claims(self) -> list[Claim]:
        """About the samples."""
        variance = float(np.abs(self.spread**2 / 2 - 1).max())
        usual, band = self.distance_of_data.mean(), 2 * self.distance_of_data.std(ddof=1)
        signal, noise = self.schedule.signal, self.schedule.noise
        # DDIM's step (Song et al. 2021, equation 12) in mean_step's form: √(1 − β) = signal now / signal before
        whole = self.betas / noise[1:] * signal[:-1] / signal[1:]
        share = ((signal[:-1] / signal[1:] * noise[1:] - noise[:-1]) / whole)[50:]
        ours = {"samples are": self.distance, "samples with smaller kicks are": self.distance_smaller,
                "samples of half the pull are": self.distance_halved}  # fmt: skip
        return [
            Claim("with fresh draws the variance stays one", variance < 0.15, f"within {variance:.3f}"),
            Claim("with 50 steps to go or more DDIM takes half the pull", np.abs(share - 0.5).max() < 0.01,
                  f"{share.min():.3f} to {share.max():.3f}"),
            Claim("nearly all samples are on the moons", float(self.near) > 0.97,
                  f"{self.near:.1%}, data {self.near_data:.1%}"),
            *(Claim(f"{who} as far from data as data are", abs(found.mean() - usual) < band,
                    f"{found.mean():.3f}, data {usual:.3f} ± {band:.3f}") for who, found in ours.items()),
        ]  # fmt: skip


def trace_diffusion_reverse(
    denoiser: Denoiser, *, samples: int = 2000, shown: int = 400, threads: int = 120, stride: int = 4, apart: int = 5,
    poised: int = 300, settled: int = 60, zoomed: int = 4, specks: int = 400, pairs: int = 10, seed: int = 3,
) -> DiffusionReverse:  # fmt: skip
    """Sample with the trained network, as it should be and in the ways that fail, and put the exact answers beside it.

    ``poised`` is the moment at which the hero is chosen, ``settled`` the last whose answers are shown. W2 is taken on
    half the samples at a time, ``pairs`` times.
    """
    random, schedule, data = np.random.default_rng(seed), linear_schedule(), two_moons()
    exact, last, steps = exact_answer(data, schedule), (schedule.signal[-1], schedule.noise[-1]), len(schedule.betas)
    start = random.standard_normal((samples, 2))
    states = run_back(denoiser.noise, schedule, start, random)
    smaller = run_back(denoiser.noise, schedule, start, random, kick=smaller_kick_size)[-1]
    silent, halved = (run_back(denoiser.noise, schedule, start, pull=pull) for pull in (FULL, HALF))
    leapt = data.posterior_mean(start, *last)
    kept = states[::stride]
    hero = int(_evenness(data, schedule, _packed(states[steps - poised, :shown]), poised).argmax())
    one = [*zip(kept[:, hero : hero + 1], schedule.signal[::-stride], schedule.noise[::-stride], strict=True)]
    zooms = [_zoomed(denoiser.noise, schedule, states[:, hero], steps - step) for step in range(zoomed)]
    left = [_zoomed(denoiser.noise, schedule, states[:, hero], moment)[0] for moment in range(poised, 0, -1)]
    looks = range(steps, 0, -stride * apart)
    draw, size = partial(data.draw, samples // 2, random), samples // 2

    def distance(cloud: ndarray) -> ndarray:
        return np.array([w2(cloud[pair % 2 * size :][:size], draw()) for pair in range(pairs)])

    return DiffusionReverse(
        betas=schedule.betas, stride=np.array(stride), apart=np.array(apart), moons=data.means,
        paths=_packed(kept[:, :shown]), silent=_packed(silent[::stride, :shown]),
        halved=_packed(halved[:: stride * apart, :threads]), samples=states[-1].astype(np.float32),
        leapt=leapt[:shown], spread=spread(kept), spread_silent=spread(silent[::stride]),
        spread_silent_exact=spread(run_back(exact, schedule, start[:shown])[::stride]),
        updates=np.array(len(denoiser.loss)),
        loss=denoiser.loss[: len(denoiser.loss) // LOOKS * LOOKS].reshape(LOOKS, -1).mean(axis=1),
        floor=denoiser.floor, last_loss=np.array(denoiser.last_loss),
        answers=np.array([denoiser.noise(states[steps - moment, :shown], moment) for moment in looks], np.float32),
        hero=np.array(hero), poised=np.array(poised),
        origins=np.array([data.origins(point, *level)[0] for point, *level in one], np.float32),
        chances=np.array([data.mixed(*level).responsibilities(point)[0] for point, *level in one], np.float32),
        mean_origin=np.array([data.posterior_mean(point, *level)[0] for point, *level in one]),
        settled=np.array(settled), pulls=np.diff(left, axis=1)[:, 0], kicks=np.diff(left, axis=1)[:, 1],
        zoom=np.array([places for places, _ in zooms]), zoom_noise=np.array([noise for _, noise in zooms]),
        step_ago=np.array([draw_one_step_ago(data, schedule, places[0], steps - step, specks, random)
                           for step, (places, _) in enumerate(zooms)], np.float32),
        near=on_the_moons(states[-1], data), near_silent=on_the_moons(silent[-1], data),
        near_leapt=on_the_moons(leapt, data), near_data=on_the_moons(data.draw(10 * samples, random), data),
        distance=distance(states[-1]), distance_smaller=distance(smaller), distance_silent=distance(silent[-1]),
        distance_halved=distance(halved[-1]), distance_leapt=distance(leapt),
        distance_of_data=floor(draw, w2, pairs),
    )  # fmt: skip


def on_the_moons(points: ndarray, data: Mixture) -> ndarray:
    """Share of [point two] within NEAR of a component's centre."""
    return (to_nearest(points, data.means) < NEAR).mean()


def _tweedie(trace: DiffusionReverse) -> ndarray:
    """E[x_0 | x_t] of the hero from the exact score, (x_t + (1 − ᾱ_t) ∇log p_t) / √ᾱ_t, [frame two] but the last."""
    schedule, places = trace.schedule, trace.paths[:-1, int(trace.hero)].astype(float)
    found = []
    for frame, place in enumerate(places):
        signal, noise = (each[trace.moment_of(frame)] for each in (schedule.signal, schedule.noise))
        found.append((place + noise**2 * trace.data.mixed(signal, noise).score(place[None])[0]) / signal)
    return np.array(found)


def _evenness(data: Mixture, schedule: Schedule, points: ndarray, moment: int) -> ndarray:
    """The smaller of both moons' chances to be where each of [point two] came from, [point]."""
    level = schedule.signal[moment], schedule.noise[moment]
    one = data.mixed(*level).responsibilities(points.astype(float))[:, : len(data.means) // 2].sum(axis=1)
    return np.minimum(one, 1 - one)


def _packed(places: ndarray) -> ndarray:
    return (np.round(places / GRAIN) * GRAIN).astype(np.float32)


def _zoomed(noise_of: Predictor, schedule: Schedule, path: ndarray, moment: int) -> tuple[ndarray, ndarray]:
    """One step of a path [moment two]: before it, after its mean, after its draw; and the network's answer."""
    before, after = path[len(schedule.betas) - moment], path[len(schedule.betas) - moment + 1]
    mean = mean_step(noise_of, schedule, before[None], moment)[0]
    return np.array([before, mean, after]), noise_of(before[None], moment)[0]


def _posterior_mean_step(trace: DiffusionReverse) -> ndarray:
    """Ho et al., equation 7, for the zoomed steps: the mean of q(x_{t−1} | x_t, x_0) at the network's own x_0."""
    moments = trace.steps - np.arange(len(trace.zoom))
    kept, before = trace.schedule.kept[moments, None], trace.schedule.kept[moments - 1, None]
    start = (trace.zoom[:, 0] - np.sqrt(1 - kept) * trace.zoom_noise) / np.sqrt(kept)
    beta = 1 - kept / before
    return (np.sqrt(before) * beta * start + np.sqrt(1 - beta) * (1 - before) * trace.zoom[:, 0]) / (1 - kept)
