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
from numpy import ndarray

from mathviz.concepts.denoiser import Denoiser
from mathviz.concepts.fresh_draws import FreshDraws, run_again
from mathviz.concepts.noise_arrows import NoiseArrows, loss_of
from mathviz.concepts.one_step_ago import OneStepAgo, follow_steps
from mathviz.concepts.possible_origins import evenness, follow_origins
from mathviz.concepts.reverse_chain import on_the_moons, packed
from mathviz.concepts.reverse_walks import ReverseWalks
from mathviz.concepts.shared.data import two_moons
from mathviz.concepts.shared.distances import floor, spread, w2
from mathviz.concepts.shared.oracles import linear_schedule
from mathviz.concepts.shared.reverse_steps import (
    FULL,
    HALF,
    draw_one_step_ago,
    exact_answer,
    run_back,
    smaller_kick_size,
)
from mathviz.trace import Claim


@dataclass(frozen=True)
class DiffusionReverse(OneStepAgo, NoiseArrows, ReverseWalks, FreshDraws):
    """Samples on their way from noise to data, one of them with all its possible origins, and what fails."""

    tolerances = {  # noqa: RUF012
        **OneStepAgo.tolerances, **NoiseArrows.tolerances, **ReverseWalks.tolerances, **FreshDraws.tolerances,
    }  # fmt: skip

    def check(self) -> list[Claim]:
        return [claim for part in (OneStepAgo, NoiseArrows, ReverseWalks, FreshDraws) for claim in part.check(self)]


def trace_diffusion_reverse(
    denoiser: Denoiser, *, samples: int = 2000, shown: int = 400, stride: int = 4, apart: int = 5,
    poised: int = 300, runs: int = 40, zoomed: int = 4, specks: int = 400, pairs: int = 10, seed: int = 3,
) -> DiffusionReverse:  # fmt: skip
    """Sample with the trained network, as it should be and in the ways that fail, and put the exact answers beside it.

    ``poised`` is the moment at which the hero is chosen, and from which it is run again so many ``runs``. W2 is taken
    on half the samples at a time, ``pairs`` times.
    """
    random, schedule, data = np.random.default_rng(seed), linear_schedule(), two_moons()
    exact, steps, size = exact_answer(data, schedule), len(schedule.betas), samples // 2
    start = random.standard_normal((samples, 2))
    states = run_back(denoiser.noise, schedule, start, random)
    smaller = run_back(denoiser.noise, schedule, start, random, kick=smaller_kick_size)[-1]
    silent, halved = (run_back(denoiser.noise, schedule, start, pull=pull) for pull in (FULL, HALF))
    leapt = data.posterior_mean(start, schedule.signal[-1], schedule.noise[-1])
    hero = int(evenness(data, schedule, packed(states[steps - poised, :shown]), poised).argmax())
    followed = follow_steps(denoiser.noise, schedule, states[:, hero], zoomed)
    looks, draw = range(steps, 0, -stride * apart), partial(data.draw, size, random)

    def distance(cloud: ndarray) -> ndarray:
        return np.array([w2(cloud[pair % 2 * size :][:size], draw()) for pair in range(pairs)])

    return DiffusionReverse(
        betas=schedule.betas, stride=np.array(stride), apart=np.array(apart), moons=data.means,
        hero=np.array(hero), poised=np.array(poised), **loss_of(denoiser),
        paths=packed(states[::stride, :shown]), silent=packed(silent[::stride, :shown]),
        halved=packed(halved[:: stride * apart, :shown]), samples=states[-1].astype(np.float32),
        leapt=leapt[:shown], spread=spread(states[::stride]), spread_silent=spread(silent[::stride]),
        spread_silent_exact=spread(run_back(exact, schedule, start[:shown])[::stride]),
        answers=np.array([denoiser.noise(states[steps - moment, :shown], moment) for moment in looks], np.float32),
        reruns=run_again(denoiser.noise, schedule, states[steps - poised, hero], poised, runs, stride, seed),
        **follow_origins(data, schedule, states[::stride, hero], stride), **followed,
        step_ago=np.array([draw_one_step_ago(data, schedule, places[0], steps - step, specks, random)
                           for step, places in enumerate(followed["zoom"])], np.float32),
        near=on_the_moons(states[-1], data), near_silent=on_the_moons(silent[-1], data),
        near_leapt=on_the_moons(leapt, data), near_data=on_the_moons(data.draw(10 * samples, random), data),
        distance=distance(states[-1]), distance_smaller=distance(smaller), distance_silent=distance(silent[-1]),
        distance_halved=distance(halved[-1]), distance_leapt=distance(leapt),
        distance_of_data=floor(draw, w2, pairs),
    )  # fmt: skip
