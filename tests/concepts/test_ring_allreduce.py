"""The ring against authorities not written here: dist.all_reduce, numpy, closed forms, and wrong rings."""

from __future__ import annotations

import dataclasses
import math
import re
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import rank_jobs
import torch
from numpy import ndarray

from mathviz.concepts import ring_allreduce
from mathviz.concepts.process_group import run_ranks
from mathviz.concepts.ring_allreduce import RING, STAR, TREE, RingAllReduce, compare_all_reduce
from mathviz.project.errors import CheckFailed

FLOAT = 4
"""Bytes of a float32."""


def closed_form(rank: int, side: int = 8, samples: int = 32, noise: float = 0.5, seed: int = 0) -> ndarray:
    """−(1/m)(Y − XWᵀ)ᵀX at W = 0, from the same draws, in double precision."""
    draws = torch.Generator().manual_seed(seed + rank)
    x = torch.randn(samples, side, generator=draws).double().numpy()
    epsilon = torch.randn(samples, side, generator=draws).double().numpy()
    y = x @ picture(side).T + noise * epsilon
    return -y.T @ x / samples


def picture(side: int) -> ndarray:
    """What the weights descend to: minus exp(−((ρ−2.6)/0.9)²), with ρ from the middle of the grid."""
    middle = (side - 1) / 2
    rho = np.array([[math.hypot(i - middle, j - middle) for j in range(side)] for i in range(side)])
    return -np.exp(-(((rho - 2.6) / 0.9) ** 2))


# What was computed.


def test_a_gradient_is_that_of_least_squares(run: RingAllReduce) -> None:
    for rank, gradient in enumerate(run.gradients):
        np.testing.assert_allclose(gradient, closed_form(rank), rtol=0, atol=2e-6)
    assert len({gradient.tobytes() for gradient in run.gradients}) == 4


def test_gradients_scatter_around_the_true_one() -> None:
    np.testing.assert_allclose(-ring_allreduce._teacher(8), -picture(8), rtol=1e-6)
    seeds, samples, noise = 400, 32, 0.5
    mean = np.mean([ring_allreduce._local_gradient(0, 8, samples, noise, seed) for seed in range(seeds)], axis=0)
    true = -picture(8)
    variance = (true**2).sum(axis=1, keepdims=True) + true**2 + noise**2  # of y_i·x_j, from Isserlis' theorem
    assert np.all(np.abs(mean - true) < 5 * np.sqrt(variance / (samples * seeds)))


def test_the_noise_is_measured_against_the_true_gradient(run: RingAllReduce) -> None:
    true = run.true_gradient.astype(float)
    np.testing.assert_allclose(true, -picture(8), rtol=1e-6)
    apart = [np.sqrt(((g - true) ** 2).sum()) / np.sqrt((true**2).sum()) for g in run.gradients]
    np.testing.assert_allclose(run.noise, apart, rtol=1e-5)
    mean = run.gradients.astype(float).mean(axis=0)
    np.testing.assert_allclose(run.mean_noise, np.linalg.norm(mean - true) / np.linalg.norm(true), rtol=1e-5)
    assert run.mean_noise < run.noise.min()


def test_same_arguments_same_arrays(run: RingAllReduce) -> None:
    """Also with a shorter sweep: what one number of ranks costs does not depend on the others."""
    again = compare_all_reduce(sweep_ranks=(2, 3)).arrays()
    for name, array in run.arrays().items():
        if name.startswith("sweep") and array.ndim:
            array = array[..., :2, :3] if name == "sweep_sent" else array[..., :2]
        assert array.dtype == again[name].dtype
        assert array.tobytes() == again[name].tobytes(), name


def test_another_seed_gives_other_gradients() -> None:
    assert not np.array_equal(
        ring_allreduce._local_gradient(0, 8, 32, 0.5, seed=0), ring_allreduce._local_gradient(0, 8, 32, 0.5, seed=9)
    )


# The ring, invariants (a) to (g) of its storyboard.


def test_nothing_is_counted_twice_and_all_is_counted_in_the_end(run: RingAllReduce) -> None:
    assert run.provenance.max() == 1
    assert np.all(run.provenance[6] == 1)
    assert np.array_equal(run.provenance[0].sum(axis=-1), np.ones((4, 4)))


def test_half_way_the_counts_are_a_staircase(run: RingAllReduce) -> None:
    assert run.half == 3
    assert run.provenance[3].sum(axis=-1).tolist() == [[1, 4, 3, 2], [2, 1, 4, 3], [3, 2, 1, 4], [4, 3, 2, 1]]
    for rank in range(4):
        assert run.provenance[3, rank, (rank + 1) % 4].tolist() == [1, 1, 1, 1]


def test_counts_grow_by_one_each_step(run: RingAllReduce) -> None:
    """Half of the way each rank's most complete chunk holds one gradient more per step."""
    assert run.provenance[:4].sum(axis=-1).max(axis=-1).tolist() == [[step + 1] * 4 for step in range(4)]


def test_a_chunk_is_summed_in_the_order_of_the_ring(run: RingAllReduce) -> None:
    local = run.gradients.reshape(4, 4, 16)
    for chunk in range(4):
        expected = local[chunk, chunk]
        for hop in (1, 2, 3):
            expected = expected + local[(chunk + hop) % 4, chunk]
        assert expected.dtype == np.float32
        for rank in range(4):
            assert run.chunks[-1, rank, chunk].tobytes() == expected.tobytes()


def test_the_order_of_addition_shows_in_the_last_bits(run: RingAllReduce) -> None:
    plain = ((run.gradients[0] + run.gradients[1]) + run.gradients[2]) + run.gradients[3]
    differing = np.count_nonzero(plain.ravel() != run.chunks[-1, 0].ravel())
    assert run.reordered == differing
    assert 0 < differing < 64


def test_the_sum_is_the_one_of_all_reduce_and_of_numpy(run: RingAllReduce) -> None:
    exact = run.gradients.astype(float).sum(axis=0).ravel()
    largest = np.abs(exact).max()
    for rank in range(4):
        ours = run.chunks[-1, rank].ravel()
        assert np.abs(ours - run.reference[rank].ravel()).max() / largest < 1e-6
        assert np.abs(ours - exact).max() / largest < 1e-6
        assert np.abs(run.star_final[rank].ravel() - exact).max() / largest < 1e-6


def test_every_rank_sends_the_least_possible(run: RingAllReduce) -> None:
    """2(N−1)/N of S, the lower bound of Patarasuk & Yuan."""
    for rank in range(4):
        sent = int(run.messages["bytes"][run.messages["source"] == rank].sum())
        assert Fraction(sent, 64 * FLOAT) == Fraction(2 * 3, 4)
    assert run.gradient_bytes == 64 * FLOAT
    np.testing.assert_array_equal(run.sent_units, np.outer(np.arange(7) / 4, np.ones(4)))


def test_every_step_uses_every_link_once(run: RingAllReduce) -> None:
    assert len(run.messages) == 6 * 4
    for step in range(6):
        log = run.messages[run.messages["step"] == step]
        assert sorted(zip(log["source"].tolist(), log["target"].tolist(), strict=True)) == [
            (0, 1), (1, 2), (2, 3), (3, 0),
        ]  # fmt: skip
        assert {(r, (r - step) % 4) for r in range(4)} == set(zip(log["source"], log["chunk"], strict=True))


def test_no_rank_ever_holds_anothers_whole_gradient(run: RingAllReduce) -> None:
    """What the film denies first: a rank sees another's numbers only inside partial sums, bar one chunk."""
    for rank in range(4):
        for other in set(range(4)) - {rank}:
            alone = np.eye(4, dtype=np.uint8)[other]
            assert np.all(run.provenance[:, rank] == alone, axis=-1).sum() == 0


# The star, and what all three cost.


def test_the_star_keeps_its_root_busy(run: RingAllReduce) -> None:
    assert run.star_units == 2 * 3
    assert run.star_other_units == 2
    assert run.star_busy[-1].tolist() == [6, 2, 2, 2]
    assert run.star_busy.sum(axis=1).tolist() == [2 * message for message in range(7)]
    np.testing.assert_array_equal(run.star_root[0], run.gradients[0])
    np.testing.assert_array_equal(run.star_root[1], run.gradients[0] + run.gradients[1])


@pytest.mark.parametrize("column", range(5))
def test_costs_are_the_closed_forms(run: RingAllReduce, column: int) -> None:
    n = int(run.sweep_ranks[column])
    payload = 840 * 256 * FLOAT
    levels = math.ceil(math.log2(n))
    assert int(run.sweep_payload) == payload
    assert run.sweep_steps[:, column].tolist() == [2 * (n - 1), 2 * levels, 2 * (n - 1)]
    critical = [Fraction(int(nbytes), payload) for nbytes in run.sweep_critical[:, column]]
    assert critical == [2 * (n - 1), 2 * levels, Fraction(2 * (n - 1), n)]
    sent = [[Fraction(int(nbytes), payload) for nbytes in run.sweep_sent[a, column]] for a in (STAR, TREE, RING)]
    assert sent[STAR] == [n - 1] + [1] * (n - 1) + [0] * (8 - n)
    assert sent[RING] == [Fraction(2 * (n - 1), n)] * n + [0] * (8 - n)
    # In a binomial tree rank r > 0 sends its sum up once and the total down once per child.
    children = [min(levels, (r & -r).bit_length() - 1) if r else levels for r in range(n)]
    below = [sum(r + (1 << level) < n for level in range(children[r])) for r in range(n)]
    assert sent[TREE] == [(r > 0) + below[r] for r in range(n)] + [0] * (8 - n)


def test_the_film_shows_these_costs(run: RingAllReduce) -> None:
    np.testing.assert_allclose(run.critical_units[RING], [1, 4 / 3, 1.5, 5 / 3, 1.75])
    assert run.critical_units[STAR].tolist() == [2, 4, 6, 10, 14]
    assert run.critical_units[TREE].tolist() == [2, 4, 4, 6, 6]
    assert run.critical_units[RING].max() < 2
    assert (run.most_ranks, run.ring_steps, run.tree_steps, run.steps) == (8, 14, 6, 6)


def test_the_model_is_steps_times_alpha_plus_bytes_times_beta(run: RingAllReduce) -> None:
    sizes, times = run.modelled_times
    assert sizes.shape == (times.shape[1],) and sizes[0] == 0
    np.testing.assert_array_equal(times[:, 0], [14, 6, 14])
    np.testing.assert_allclose((times[:, -1] - times[:, 0]) / sizes[-1], [14, 6, 1.75])
    cheapest = times.argmin(axis=0)
    assert (cheapest[0], cheapest[-1]) == (TREE, RING)


# Other sizes, and sizes that cannot be.


@pytest.mark.parametrize(("ranks", "side"), [(2, 8), (3, 6), (5, 5)])
def test_nothing_depends_on_four_ranks(ranks: int, side: int) -> None:
    other = compare_all_reduce(ranks=ranks, side=side, sweep_ranks=(2,), sweep_elements=60)
    other.require_true()
    assert other.chunks.shape == (2 * (ranks - 1) + 1, ranks, ranks, side * side // ranks)
    exact = other.gradients.astype(float).sum(axis=0).ravel()
    assert np.abs(other.chunks[-1].reshape(ranks, -1) - exact).max() / np.abs(exact).max() < 1e-6
    for rank, gradient in enumerate(other.gradients):
        np.testing.assert_allclose(gradient, closed_form(rank, side), rtol=0, atol=2e-6)
    assert other.star_units == 2 * (ranks - 1)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"ranks": 1}, "ranks: needs at least 2 ranks"),
        ({"ranks": 0}, "ranks: needs at least 2 ranks"),
        ({"ranks": 3}, "side: 8×8 numbers cannot be cut into 3 equal chunks"),
        ({"side": 0}, "side: 0×0 numbers"),
        ({"sweep_ranks": (2, 1)}, "sweep_ranks: needs at least 2 ranks"),
        ({"sweep_elements": 100}, "sweep_elements: 100 cannot be cut into 3 equal chunks"),
        ({"sweep_elements": 0}, "sweep_elements: 0 cannot be cut"),
    ],
)
def test_sizes_that_cannot_be_are_refused_before_any_rank_starts(
    arguments: dict[str, Any], says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def started(*_: Any) -> None:
        raise AssertionError("a rank was started")

    monkeypatch.setattr(ring_allreduce, "run_ranks", started)
    with pytest.raises(ValueError, match=re.escape(says)):
        compare_all_reduce(**arguments)


# Wrong runs are found out: each claim is seen failing.


def changed(array: ndarray, place: Any, value: Any) -> ndarray:
    """A copy with one part replaced."""
    copy = array.copy()
    copy[place] = value
    return copy


def flipped(array: ndarray, place: tuple[int, ...]) -> ndarray:
    """A copy with the lowest bit of one float changed."""
    copy = array.copy()
    copy.view(np.uint32)[place] ^= 1
    return copy


def added_from_rank_0(run: RingAllReduce) -> dict[str, ndarray]:
    total = ((run.gradients[0] + run.gradients[1]) + run.gradients[2]) + run.gradients[3]
    return {"chunks": changed(run.chunks, -1, total.reshape(4, 16))}


def without(log: ndarray, index: int) -> ndarray:
    return np.delete(log, index)


def with_field(log: ndarray, index: Any, field: str, value: Any) -> ndarray:
    copy = log.copy()
    copy[field][index] = value
    return copy


WRONG = {
    "a gradient counted twice": (
        lambda run: {"provenance": changed(run.provenance, (3, 1, 2, 0), 2)},
        ["no contribution is counted twice", "half way, the counts are a staircase"],
    ),
    "counted twice, and balanced elsewhere": (
        lambda run: {"provenance": changed(run.provenance, (3, 1, 2), [2, 0, 1, 1])},
        ["no contribution is counted twice", "half way, rank r holds chunk r+1 complete"],
    ),
    "a chunk that was never copied": (
        lambda run: {"chunks": changed(run.chunks, (-1, 1, 1), run.chunks[3, 1, 1])},
        ["all ranks hold the same bits", "the ring's sum is dist.all_reduce's", "each state is the one before"],
    ),
    "no copying at all": (
        lambda run: {"chunks": changed(run.chunks, slice(4, None), run.chunks[3]),
                     "provenance": changed(run.provenance, slice(4, None), run.provenance[3])},
        ["every rank ends with every contribution", "all ranks hold the same bits",
         "chunk c is g[c]+g[c+1]+… in ring order, to the bit"],
    ),
    "added in the order of ranks": (
        added_from_rank_0, ["chunk c is g[c]+g[c+1]+… in ring order, to the bit"],
    ),
    "one bit of one rank": (
        lambda run: {"chunks": flipped(run.chunks, (6, 2, 0, 5))},
        ["all ranks hold the same bits", "each state is the one before with its messages added"],
    ),
    "the sign of a zero in one rank": (
        lambda run: {"chunks": changed(changed(run.chunks, (6, slice(None), 0, 0), 0.0), (6, 2, 0, 0), -0.0)},
        ["all ranks hold the same bits"],
    ),
    "one bit on the way": (
        lambda run: {"chunks": flipped(run.chunks, (2, 0, 3, 7))},
        ["each state is the one before with its messages added"],
    ),
    "NaN": (
        lambda run: {"chunks": changed(run.chunks, (6, slice(None), 0, 0), np.nan)},
        ["the ring's sum is dist.all_reduce's"],
    ),
    "another rank's gradient at the start": (
        lambda run: {"gradients": run.gradients[[1, 0, 2, 3]]},
        ["each rank starts with its own gradient alone"],
    ),
    "the staircase off by one chunk": (
        lambda run: {"provenance": np.roll(run.provenance, 1, axis=2)},
        ["half way, rank r holds chunk r+1 complete", "half way, the counts are a staircase"],
    ),
    "a lost message": (
        lambda run: {"messages": without(run.messages, 9)},
        ["each rank sent 2(N-1)/N of S", "each step uses each link of the ring once", "each state is the one before"],
    ),
    "a message to the left": (
        lambda run: {"messages": with_field(run.messages, 9, "target", (run.messages["source"][9] - 1) % 4)},
        ["each step uses each link of the ring once"],
    ),
    "a message logged as another chunk": (
        lambda run: {"messages": with_field(run.messages, 9, "chunk", (run.messages["chunk"][9] + 1) % 4)},
        ["each state is the one before with its messages added"],
    ),
    "one byte more than was cut": (
        lambda run: {"messages": with_field(run.messages, 9, "bytes", run.messages["bytes"][9] + 1)},
        ["each rank sent 2(N-1)/N of S"],
    ),
    "a sum that all_reduce does not give": (
        lambda run: {"reference": run.reference * np.float32(1 + 1e-5)},
        ["the ring's sum is dist.all_reduce's", "the star's sum is dist.all_reduce's"],
    ),
    "a star counted with half its bytes": (
        lambda run: {"star_messages": with_field(run.star_messages, slice(None), "bytes", run.gradient_bytes // 2)},
        ["every message of the star is one whole S through the root"],
    ),
    "a star that passes its root by": (
        lambda run: {"star_messages": with_field(run.star_messages, 1, "target", 3)},
        ["every message of the star is one whole S through the root", "the star's other ranks send one message each"],
    ),
    "a lost message of the star": (
        lambda run: {"star_messages": without(run.star_messages, 4)},
        ["the star's other ranks send one message each and get one"],
    ),
    "a star whose root adds a gradient twice": (
        lambda run: {"star_root": changed(run.star_root, 2, run.star_root[1] + run.gradients[1])},
        ["the star's root adds one gradient after another"],
    ),
    "a star that sends back too early": (
        lambda run: {"star_final": changed(run.star_final, 1, run.star_root[2])},
        ["what the star's root held last is what every rank got", "the star's sum is dist.all_reduce's"],
    ),
    "a tree with a level too few": (
        lambda run: {"sweep_steps": changed(run.sweep_steps, (TREE, 3), 4)},
        ["star, tree and ring take 2(N-1), 2⌈log₂N⌉ and 2(N-1) steps"],
    ),
    "a star's root that costs nothing on the way back": (
        lambda run: {"sweep_critical": changed(run.sweep_critical, STAR, run.sweep_critical[STAR] // 2)},
        ["the busiest link carries 2(N-1), 2⌈log₂N⌉ and 2(N-1)/N times S"],
    ),
    "a rank of the ring that sends more than another": (
        lambda run: {"sweep_sent": run.sweep_sent + np.eye(8, dtype=int)[0] - np.eye(8, dtype=int)[1]},
        ["in the ring every rank sends 2(N-1)/N of S"],
    ),
    "a tree that sends a message twice": (
        lambda run: {"sweep_sent": changed(run.sweep_sent, (TREE, 2, 1), run.sweep_sent[TREE, 2, 1] * 2)},
        ["all three send 2(N-1) S in all"],
    ),
    "a tree whose sum is off": (
        lambda run: {"sweep_error": changed(run.sweep_error, (TREE, 1), 0.25)},
        ["all three give dist.all_reduce's sum"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("wrong", WRONG)
def test_a_wrong_run_is_found_out(run: RingAllReduce, wrong: str) -> None:
    change, says = WRONG[wrong]
    with pytest.raises(CheckFailed) as caught:
        dataclasses.replace(run, **change(run)).require_true()
    for claim in says:
        assert claim in str(caught.value)


def test_every_claim_was_seen_failing(run: RingAllReduce) -> None:
    broken: set[str] = set()
    for change, _ in WRONG.values():
        broken |= {claim.says for claim in dataclasses.replace(run, **change(run)).check() if not claim.holds}
    assert {claim.says for claim in run.check()} == broken
    assert all(claim.holds for claim in run.check())


@pytest.mark.parametrize(
    ("wrong", "most", "fewest", "says"),
    [
        ("adds on", 2, 1, "no contribution is counted twice"),
        ("stops early", 1, 0, "every rank ends with every contribution"),
        ("sends the next chunk", 1, 1, "half way, rank r holds chunk r+1 complete"),
    ],
)
def test_a_wrong_ring_run_by_real_ranks_is_found_out(
    run: RingAllReduce, wrong: str, most: int, fewest: int, says: str
) -> None:
    provenance = np.stack(run_ranks(rank_jobs.origins, 4, wrong), axis=1)
    assert provenance.shape == run.provenance.shape
    assert provenance.max() >= most and provenance[-1].min() == fewest
    with pytest.raises(CheckFailed, match=re.escape(says)):
        dataclasses.replace(run, provenance=provenance).require_true()


def test_the_rewritten_ring_without_a_mistake_is_the_ring(run: RingAllReduce) -> None:
    """So that what the wrong rings show comes from their mistakes."""
    assert np.array_equal(np.stack(run_ranks(rank_jobs.origins, 4, "nothing"), axis=1), run.provenance)
