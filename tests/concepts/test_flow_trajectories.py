"""Flows against closed forms of Gaussians and of the mixture; solvers against their order; wrong flows are refused."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from mathviz import trace
from mathviz.concepts import lines_through_a_place
from mathviz.concepts.flow_trajectories import FlowTrajectories, trace_flow_trajectories
from mathviz.concepts.shared import flows, oracles
from mathviz.concepts.shared.data import two_moons
from mathviz.concepts.shared.oracles import CURVED, STRAIGHT, Mixture, Path
from mathviz.concepts.velocity_field import VelocityField
from mathviz.project import HOME, Project

PATHS = pytest.mark.parametrize("path", [STRAIGHT, CURVED], ids=["straight", "curved"])
ROUND = Mixture(np.array([[1.0, -0.5]]), np.array([1.0]), 0.4)
"""One Gaussian: everything about its flow is a closed form."""


@pytest.fixture(scope="module")
def learned() -> VelocityField:
    return trace.load(VelocityField, Project(HOME).recorded / "velocity_field")


@pytest.fixture(scope="module")
def run() -> FlowTrajectories:
    """As recorded, which tests/test_compute.py computes again."""
    return trace.load(FlowTrajectories, Project(HOME).recorded / "flow_trajectories")


SMALL = {"particles": 60, "lines": 100, "images": 4, "samples": 200, "trials": 2, "counts": (1, 2, 4, 8)}


def failing(found: FlowTrajectories) -> set[str]:
    return {claim.says for claim in found.check() if not claim.holds}


@pytest.mark.slow
def test_another_seed_holds_too(learned):
    """With fewer particles the flow's own pairing may be the cheapest."""
    broken = failing(trace_flow_trajectories(learned, particles=200, seed=5))
    assert broken <= {"the flow is nearly the cheapest pairing, and not quite", "on digits it depends on the count"}


def test_figures_of_the_film(run):
    """Of the storyboard, whose prototype was written apart from this."""
    assert run.bend == pytest.approx([1.89, 1.15], abs=0.02)
    assert run.half_way[1] == pytest.approx(0.04, abs=0.01)
    assert run.euler_error[:, 1:5] == pytest.approx(
        np.array([[0.646, 0.381, 0.243, 0.136], [0.501, 0.278, 0.142, 0.081]]), abs=0.03
    )
    assert run.unevenness[1] == pytest.approx([0.19, 0.77], abs=0.03)
    assert run.exceptions == "8" and (run.crossed[0], run.crossed[-1]) == (407, 2)


@PATHS
def test_to_a_gaussian_the_flow_is_an_affine_map(path: Path):
    """x_t = a m + √(a²s² + b²) x₀ / √(a₀²s² + b₀²), up to where the start already holds some of the data."""
    start = np.random.default_rng(0).standard_normal((50, 2))
    flow = flows.exact_flow(ROUND, path, start, 11)
    signal, noise = path.mix(np.linspace(0, flows.END, 11))
    spread = np.sqrt((signal * ROUND.deviation) ** 2 + noise**2)[:, None, None]
    middle = signal[:, None, None] * ROUND.means[0]
    assert np.allclose(flow, middle + spread / spread[0] * (start - middle[0]), atol=1e-6)


@PATHS
def test_marginals_are_those_of_the_mixture(run, path: Path):
    for frame, share in ((25, 0.25), (50, 0.5), (75, 0.75), (100, 1.0)):
        signal, noise = map(float, path.mix(share))
        expected = two_moons().mixed(signal, noise).draw(50_000, np.random.default_rng(0))
        found = run.flow[(STRAIGHT, CURVED).index(path), frame].astype(float)
        assert stats.ks_2samp(found, expected, axis=0).pvalue.min() > 1e-3


@pytest.mark.parametrize(("method", "order"), [(flows.euler, 1), (flows.heun, 2)])
def test_solvers_are_of_their_order(method, order):
    start = np.random.default_rng(0).standard_normal((20, 2))
    field = flows.exact_field(ROUND, STRAIGHT)
    end = flows.exact_flow(ROUND, STRAIGHT, start, 2)[-1]
    errors = [np.abs(method(field, start, count) - end).max() for count in (64, 128)]
    assert np.log2(errors[0] / errors[1]) == pytest.approx(order, abs=0.15)


def test_many_small_steps_reach_the_exact_end(run):
    start = run.flow[0, 0, :50].astype(float)
    found = flows.heun(flows.exact_field(two_moons(), STRAIGHT), start, 3000)
    assert np.abs(found - run.ends[0, :50]).max() < 2e-3


def test_lengths_of_known_ways():
    times = np.linspace(0, 1, 401)[:, None, None]
    straight = times * np.array([[3.0, 4.0]])
    half_circle = np.concatenate([-np.cos(np.pi * times), np.sin(np.pi * times)], axis=-1)
    assert flows.bend(straight) == pytest.approx(1) and flows.bend(half_circle) == pytest.approx(np.pi / 2, rel=1e-4)
    assert flows.uneven(straight) == pytest.approx(0)
    assert flows.uneven(half_circle) == pytest.approx(np.pi**2 / 4 - 1, rel=1e-3)
    assert flows.moved(straight[::100]) == pytest.approx([0, 0.25, 0.5, 0.75, 1])


def test_more_lines_come_closer_to_the_exact_velocity(run):
    _, _, mean = flows.lines_through(two_moons(), run.place, 0.5, 400_000, np.random.default_rng(0))
    assert np.linalg.norm(mean - run.exact_velocity) < 0.01


def test_the_fan_has_the_velocity_and_the_spread_that_it_shows(run):
    """Lines drawn as often as they are probable, evenly: their mean and their scatter are those of the posterior."""
    velocities = (run.fan - run.place) / 0.5
    assert np.abs(velocities.mean(axis=0) - run.exact_velocity).max() < 0.03
    through, weights, mean = flows.lines_through(two_moons(), run.place, 0.5, 100_000, np.random.default_rng(1))
    scatter = np.sqrt(weights @ ((through - run.place) / 0.5 - mean) ** 2)
    assert velocities.std(axis=0) == pytest.approx(scatter, rel=0.05)


def test_even_draws_are_as_often_as_they_weigh():
    weights = np.array([0.1, 0.6, 0.3])
    drawn = flows.evenly(np.arange(3.0)[:, None], weights, np.array([2, 0, 1]), 1000)[:, 0]
    assert np.bincount(drawn.astype(int)) == pytest.approx(1000 * weights, abs=1)


def test_clock_and_zoom_are_those_of_the_mix():
    """a x₁ + b ε is c times the straight mix of time s."""
    for time in (0.0, 0.3, 0.5, 0.9):
        clock, zoom = flows.clock_and_zoom(CURVED, time)
        assert zoom * np.array([clock, 1 - clock]) == pytest.approx(CURVED.mix(time))
        assert flows.clock_and_zoom(STRAIGHT, time) == pytest.approx((time, 1.0))


def test_the_hero_contradicts_the_average_most(run):
    """By another way: the mean of lines drawn through each pair's half-way place."""
    random, off = np.random.default_rng(3), []
    for noise, partner in zip(run.noise, run.partners, strict=True):
        mean = flows.lines_through(two_moons(), (noise + partner) / 2, 0.5, 20_000, random)[2]
        off.append(np.linalg.norm(partner - noise - mean))
    assert int(np.argmax(off)) == run.hero


def test_a_field_that_cannot_be_followed_is_told(monkeypatch):
    """One field blows up on the way, the other is nowhere a number."""
    monkeypatch.setattr(flows, "velocity", lambda data, path, points, time: points**2)
    with np.errstate(all="ignore"), pytest.raises(ArithmeticError, match=r"was not integrated|not finite"):
        flows.exact_flow(ROUND, STRAIGHT, np.full((1, 2), 2.0), 3)
    monkeypatch.setattr(flows, "velocity", lambda data, path, points, time: np.nan * points)
    with pytest.raises(ArithmeticError, match="not finite"):
        flows.exact_flow(ROUND, STRAIGHT, np.ones((1, 2)), 3)


def backwards(data, path, points, time):
    return -oracles.velocity(data, path, points, time)


def without_noise(data, path, points, time):
    signal, noise = path.mix(time)
    return path.rates(time)[0] * data.posterior_mean(points, float(signal), float(noise))


def late(data, path, points, time):
    return oracles.velocity(data, path, points, max(0.0, time - 0.05 * path.keeps_variance))


@pytest.mark.parametrize("wrong", [backwards, without_noise, late])
def test_a_wrong_velocity_is_refused(monkeypatch, learned, wrong):
    for module in (flows, lines_through_a_place):
        monkeypatch.setattr(module, "velocity", wrong)
    broken = failing(trace_flow_trajectories(learned, **SMALL))
    assert "both flows end at the same points" in broken
    assert "diffusion's flow is the straight mix's by another clock and zoom" in broken


WRONG = {
    "another hero": (
        lambda run: {"hero": (run.hero + 1) % len(run.partners)}, "the hero's line differs most from the mean of all",
    ),
    "lines that go back": (
        lambda run: {"fan_velocity": -run.fan_velocity}, "the mean of the lines is the exact velocity",
    ),
    "a fan of lines picked at random": (
        lambda run: {"fan": run.fan[:60]}, "the mean of the lines that are drawn is the exact velocity",
    ),
    "a network that is off": (lambda run: {"learned_velocity": run.learned_velocity + 0.2}, "the network learned it"),
    "a loss above its floor": (
        lambda run: {"last_loss": run.floor + 0.1}, "the loss stops at its floor, not above and not below",
    ),
    "a beam that knows a moon from the start": (
        lambda run: {"chances": run.chances[::-1]},
        ("at first all data are as likely", "the average of the hero's beam is where it heads"),
    ),
    "aims of another order": (
        lambda run: {"aims": run.aims[::-1]},
        ("at first everybody heads for the centre of the data", "at last everybody heads for where it ends"),
    ),
    "ends of other particles": (
        lambda run: {"ends": run.ends[:, ::-1] * np.array([[[1]], [[1.1]]])}, "both flows end at the same points",
    ),
    "other noise": (
        lambda run: {"flow": run.flow + np.array([0, 1], "f4").reshape(2, 1, 1, 1)},
        "both flows start from the same noise",
    ),
    "a cloud that keeps its width": (
        lambda run: {"flow": run.flow[::-1]}, "half-way the cloud is √½ as wide as at first",
    ),
    "a cloud that grows": (
        lambda run: {"flow": run.flow * np.linspace(1, 2, len(run.aims), dtype="f4")[:, None, None]},
        "and is as wide at the end as at first",
    ),
    "straight trajectories": (
        lambda run: {"bend": np.ones(2)}, "trajectories bend although every target is straight, diffusion's less",
    ),
    "the paths swapped in length": (
        lambda run: {"bend": run.bend[::-1]}, "trajectories bend although every target is straight, diffusion's less",
    ),
    "another clock": (
        lambda run: {"zoomed": np.roll(run.zoomed, 1, axis=0)},
        "diffusion's flow is the straight mix's by another clock and zoom",
    ),
    "the paths swapped over time": (
        lambda run: {"moved": run.moved[::-1]}, "diffusion's path has hardly moved at half time",
    ),
    "the paths swapped in straightness": (
        lambda run: {"unevenness": run.unevenness[::-1]},
        "on small data the straight path is the more uneven, on large data the other",
    ),
    "pairs of another order": (
        lambda run: {"ends": run.ends[:, ::-1]}, "hardly any lines cross between the pairs of the flow",
    ),
    "a costly pairing": (
        lambda run: {"cost": run.least_cost * 1.2}, "the flow is nearly the cheapest pairing, and not quite",
    ),
    "errors that grow": (lambda run: {"euler_error": run.euler_error[:, ::-1]}, "more steps, less error"),
    "the paths swapped on the moons": (
        lambda run: {"euler_error": run.euler_error[::-1]},
        "on the moons diffusion's flow is the cheaper at every count",
    ),
    "one path cheaper everywhere": (
        lambda run: {"digit_error": np.sort(run.digit_error, axis=0)[::-1]}, "on digits it depends on the count",
    ),
    "a poor network": (
        lambda run: {"learned_distance": run.learned_distance * 3},
        "what the network generates is as far from data as data are",
    ),
}  # fmt: skip
