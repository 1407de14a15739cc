"""The ring against authorities not written here: dist.all_reduce, numpy, closed forms, and wrong rings."""

from __future__ import annotations

import dataclasses
import itertools
import math
import re
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import rank_jobs
import torch
from numpy import ndarray

from mathviz.concepts import all_reduce_costs, ring_allreduce
from mathviz.concepts.all_reduce import least_port, least_total, port_bytes, serial_bytes
from mathviz.concepts.all_reduce_costs import RING, STAR, TREE
from mathviz.concepts.data_parallel import local_gradient, teacher
from mathviz.concepts.process_group import MESSAGE, run_ranks
from mathviz.concepts.ring_allreduce import RingAllReduce, compare_all_reduce
from mathviz.project.errors import CheckFailed

FLOAT = 4
"""Bytes of a float32."""


def closed_form(rank: int, side: int = 8, samples: int = 64, noise: float = 0.5, seed: int = 0) -> ndarray:
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
    np.testing.assert_allclose(-teacher(8), -picture(8), rtol=1e-6)
    seeds, samples, noise = 400, 64, 0.5
    mean = np.mean([local_gradient(0, 8, samples, noise, seed) for seed in range(seeds)], axis=0)
    true = -picture(8)
    variance = (true**2).sum(axis=1, keepdims=True) + true**2 + noise**2  # of y_i·x_j, from Isserlis' theorem
    assert np.all(np.abs(mean - true) < 5 * np.sqrt(variance / (samples * seeds)))


def test_the_sum_is_nearer_to_the_true_gradient_than_any_rank(run: RingAllReduce) -> None:
    """Why one wants it: divided by N it is four times as many samples."""
    true = run.true_gradient.astype(float)
    np.testing.assert_allclose(true, -picture(8), rtol=1e-6)
    apart = [np.linalg.norm(g - true) for g in run.gradients]
    assert np.linalg.norm(run.chunks[-1, 0].reshape(8, 8) / 4 - true) < min(apart)


def test_same_arguments_same_arrays(run: RingAllReduce) -> None:
    """Also with a shorter sweep: what one number of ranks costs does not depend on the others."""
    again = compare_all_reduce(sweep_ranks=(2, 8)).arrays()
    for name, array in run.arrays().items():
        if name == "sweep_messages":
            array = array[np.isin(array["ranks"], (2, 8))]
        elif name.startswith("sweep") and array.ndim:
            array = array[..., [0, -1]]
        assert array.dtype == again[name].dtype
        assert array.tobytes() == again[name].tobytes(), name


def test_another_seed_gives_other_gradients() -> None:
    assert not np.array_equal(local_gradient(0, 8, 64, 0.5, seed=0), local_gradient(0, 8, 64, 0.5, seed=9))


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


def test_every_port_carries_the_least_possible(run: RingAllReduce) -> None:
    """2(N−1)/N of S out and as much in, the lower bound of Patarasuk & Yuan."""
    for rank in range(4):
        for end in ("source", "target"):
            passed = int(run.messages["bytes"][run.messages[end] == rank].sum())
            assert Fraction(passed, 64 * FLOAT) == Fraction(2 * 3, 4) == least_port(4)
    assert run.gradient_bytes == 64 * FLOAT
    assert run.ring_ports.shape == (7, 4, 2)
    for state in range(7):
        assert np.all(run.ring_ports[state] == state / 4)
    assert run.ring_port == 1.5


@pytest.mark.parametrize("ranks", [2, 3, 4])
def test_no_way_of_telling_everybody_takes_fewer_messages(ranks: int) -> None:
    """Breadth first over all one-way calls, even with everything told each time: 2(N−1) is the least."""
    start = tuple(1 << rank for rank in range(ranks))
    everything = ((1 << ranks) - 1,) * ranks
    reached, calls = {start}, 0
    while everything not in reached:
        calls += 1
        reached = {
            tuple(known | knows[source] if rank == target else known for rank, known in enumerate(knows))
            for knows in reached
            for source, target in itertools.permutations(range(ranks), 2)
        }
    assert calls == least_total(ranks) == ranks * least_port(ranks)


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


def test_the_star_jams_its_roots_port_in_and_then_out(run: RingAllReduce) -> None:
    """Direction 0 is out, 1 is in: three gradients in, then three out, and one each way elsewhere."""
    assert run.star_ports[:, 0].tolist() == [[0, 0], [0, 1], [0, 2], [0, 3], [1, 3], [2, 3], [3, 3]]
    assert run.star_ports[-1].tolist() == [[3, 3], [1, 1], [1, 1], [1, 1]]
    assert (run.star_port, run.star_other_port) == (3, 1)
    np.testing.assert_array_equal(run.star_root[0], run.gradients[0])
    np.testing.assert_array_equal(run.star_root[1], run.gradients[0] + run.gradients[1])


@pytest.mark.parametrize("column", range(5))
def test_costs_are_the_closed_forms(run: RingAllReduce, column: int) -> None:
    n = int(run.sweep_ranks[column])
    payload = 840 * 256 * FLOAT
    levels = math.ceil(math.log2(n))
    assert int(run.sweep_payload) == payload
    assert run.sweep_steps[:, column].tolist() == [2 * (n - 1), 2 * levels, 2 * (n - 1)]
    np.testing.assert_allclose(run.serial_units[:, column], [2 * (n - 1), 2 * levels, 2 * (n - 1) / n])
    np.testing.assert_allclose(run.busiest_port[:, column], [n - 1, levels, 2 * (n - 1) / n])
    ports = {a: run.sweep_ports[a, column] for a in (STAR, TREE, RING)}
    rest = [[0, 0]] * (8 - n)
    assert ports[STAR].tolist() == [[n - 1, n - 1]] + [[1, 1]] * (n - 1) + rest
    np.testing.assert_allclose(ports[RING], [[2 * (n - 1) / n] * 2] * n + rest)
    # In a binomial tree rank r > 0 sends its sum up once and the total down once per child.
    children = [min(levels, (r & -r).bit_length() - 1) if r else levels for r in range(n)]
    below = [sum(r + (1 << level) < n for level in range(children[r])) for r in range(n)]
    assert ports[TREE].tolist() == [[(r > 0) + below[r]] * 2 for r in range(n)] + rest


def test_a_message_is_counted_where_it_leaves_and_where_it_arrives() -> None:
    log = np.array([(0, 0, 1, 0, 8), (0, 1, 2, 0, 8), (1, 0, 2, 0, 4)], dtype=MESSAGE)
    out, arrived = np.moveaxis(port_bytes(log, 3), 2, 0)
    assert out.tolist() == [[0, 0, 0], [8, 8, 0], [12, 8, 0]]
    assert arrived.tolist() == [[0, 0, 0], [0, 8, 8], [0, 8, 12]]
    assert serial_bytes(log) == 8 + 4


def test_the_film_shows_these_costs(run: RingAllReduce) -> None:
    assert (run.most_ranks, run.ring_steps, run.tree_steps, run.steps) == (8, 14, 6, 6)
    assert (run.wide_star_port, run.wide_ring_port, run.wide_total) == (7, 1.75, 14)
    assert run.busiest_port[RING].max() < 2
    assert (run.largest, run.wide_largest) == (np.abs(run.chunks).max(), np.abs(run.wide_chunks).max())


def test_the_more_ranks_hold_the_same_gradients_and_others(run: RingAllReduce) -> None:
    np.testing.assert_array_equal(run.wide_gradients[:4], run.gradients)
    exact = run.wide_gradients.astype(float).sum(axis=0).ravel()
    assert run.wide_chunks.shape == (15, 8, 8, 8)
    assert np.abs(run.wide_chunks[-1].reshape(8, -1) - exact).max() / np.abs(exact).max() < 1e-6
    assert run.wide_provenance[7].sum(axis=-1).tolist() == [[(r - c) % 8 + 1 for c in range(8)] for r in range(8)]


def test_the_watched_number_is_the_largest_of_its_chunk(run: RingAllReduce) -> None:
    assert run.chunks[-1, 0, 0, run.hero] == run.chunks[-1, 0, 0].max() > 0


def test_the_model_is_steps_times_alpha_plus_bytes_times_beta(run: RingAllReduce) -> None:
    sizes, times = run.modelled_times
    assert sizes.shape == (times.shape[1],) and sizes[0] == 0
    np.testing.assert_array_equal(times[:, 0], [14, 6, 14])
    np.testing.assert_allclose((times[:, -1] - times[:, 0]) / sizes[-1], [14, 6, 1.75])
    np.testing.assert_allclose(run.step_shares, [1, 1, 1 / 8])
    assert run.crossover == pytest.approx((14 - 6) / (6 - 1.75))
    np.testing.assert_allclose(times[TREE, 1], times[RING, 1])
    assert sizes[1] == run.crossover
    cheapest = times.argmin(axis=0)
    assert (cheapest[0], cheapest[-1]) == (TREE, RING)


# Other sizes, and sizes that cannot be.


@pytest.mark.parametrize(("ranks", "side"), [(2, 8), (3, 6), (5, 5)])
def test_nothing_depends_on_four_ranks(ranks: int, side: int) -> None:
    other = compare_all_reduce(ranks=ranks, side=side, sweep_ranks=(ranks,), sweep_elements=60)
    other.require_true()
    assert other.chunks.shape == (2 * (ranks - 1) + 1, ranks, ranks, side * side // ranks)
    exact = other.gradients.astype(float).sum(axis=0).ravel()
    assert np.abs(other.chunks[-1].reshape(ranks, -1) - exact).max() / np.abs(exact).max() < 1e-6
    for rank, gradient in enumerate(other.gradients):
        np.testing.assert_allclose(gradient, closed_form(rank, side), rtol=0, atol=2e-6)
    assert other.star_port == ranks - 1
    assert other.ring_port == pytest.approx(2 * (ranks - 1) / ranks)


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

    for module in (ring_allreduce, all_reduce_costs):
        monkeypatch.setattr(module, "run_ranks", started)
    with pytest.raises(ValueError, match=re.escape(says)):
        compare_all_reduce(**arguments)


# Wrong runs are found out: each claim is seen failing.


@dataclasses.dataclass
class Ring:
    """One of a trace's two rings, to be broken: ``prefix`` is that of its fields."""

    run: RingAllReduce
    prefix: str

    def __getattr__(self, name: str) -> ndarray:
        return getattr(self.run, self.prefix + name)

    @property
    def half(self) -> int:
        return len(self.gradients) - 1


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


def added_from_rank_0(ring: Ring) -> dict[str, ndarray]:
    """All but the very last addition right: the sums in rank order, in every state after reduce-scatter."""
    total = ring.gradients[0].copy()
    for gradient in ring.gradients[1:]:
        total = total + gradient
    return {"chunks": changed(ring.chunks, -1, total.reshape(ring.chunks[-1, 0].shape))}


def balanced(counts: ndarray) -> ndarray:
    """The same number of gradients, one of them twice and one not at all."""
    other = counts.copy()
    other[np.flatnonzero(counts)[:2]] = [2, 0]
    return other


def without(log: ndarray, index: int) -> ndarray:
    return np.delete(log, index)


def with_field(log: ndarray, index: Any, field: str, value: Any) -> ndarray:
    copy = log.copy()
    copy[field][index] = value
    return copy


def to_the_left(ring: Ring) -> ndarray:
    return with_field(ring.messages, 9, "target", (ring.messages["source"][9] - 1) % len(ring.gradients))


WRONG_RING: dict[str, tuple[Callable[[Ring], dict[str, ndarray]], list[str]]] = {
    "a gradient counted twice": (
        lambda ring: {"provenance": changed(ring.provenance, (ring.half, 1, 2, 0), 2)},
        ["no contribution is counted twice", "half way, the counts are a staircase"],
    ),
    "counted twice, and balanced elsewhere": (
        lambda ring: {"provenance": changed(ring.provenance, (ring.half, 1, 2),
                                            balanced(ring.provenance[ring.half, 1, 2]))},
        ["no contribution is counted twice", "half way, rank r holds chunk r+1 complete"],
    ),
    "a chunk that was never copied": (
        lambda ring: {"chunks": changed(ring.chunks, (-1, 1, 1), ring.chunks[ring.half, 1, 1])},
        ["all ranks hold the same bits", "the ring's sum is dist.all_reduce's", "each state is the one before",
         "they agree because each sum was added up once"],
    ),
    "no copying at all": (
        lambda ring: {"chunks": changed(ring.chunks, slice(ring.half + 1, None), ring.chunks[ring.half]),
                      "provenance": changed(ring.provenance, slice(ring.half + 1, None), ring.provenance[ring.half])},
        ["every rank ends with every contribution", "all ranks hold the same bits",
         "chunk c is g[c]+g[c+1]+… in ring order, to the bit"],
    ),
    "added in the order of ranks": (
        added_from_rank_0,
        ["chunk c is g[c]+g[c+1]+… in ring order, to the bit", "they agree because each sum was added up once"],
    ),
    "one bit of one rank": (
        lambda ring: {"chunks": flipped(ring.chunks, (-1, 2, 0, 5))},
        ["all ranks hold the same bits", "each state is the one before with its messages added"],
    ),
    "the sign of a zero in one rank": (
        lambda ring: {"chunks": changed(changed(ring.chunks, (-1, slice(None), 0, 0), 0.0), (-1, 2, 0, 0), -0.0)},
        ["all ranks hold the same bits"],
    ),
    "one bit on the way": (
        lambda ring: {"chunks": flipped(ring.chunks, (2, 0, 3, 7))},
        ["each state is the one before with its messages added"],
    ),
    "NaN": (
        lambda ring: {"chunks": changed(ring.chunks, (-1, slice(None), 0, 0), np.nan)},
        ["the ring's sum is dist.all_reduce's"],
    ),
    "another rank's gradient at the start": (
        lambda ring: {"gradients": ring.gradients[[1, 0, *range(2, len(ring.gradients))]]},
        ["each rank starts with its own gradient alone"],
    ),
    "the staircase off by one chunk": (
        lambda ring: {"provenance": np.roll(ring.provenance, 1, axis=2)},
        ["half way, rank r holds chunk r+1 complete", "half way, the counts are a staircase"],
    ),
    "a lost message": (
        lambda ring: {"messages": without(ring.messages, 9)},
        ["each port sends, and receives, 2(N-1)/N of S", "each step uses each link of the ring once",
         "each state is the one before"],
    ),
    "a message to the left": (
        lambda ring: {"messages": to_the_left(ring)},
        ["each step uses each link of the ring once", "each port sends, and receives, 2(N-1)/N of S"],
    ),
    "a message logged as another chunk": (
        lambda ring: {"messages": with_field(ring.messages, 9, "chunk",
                                             (ring.messages["chunk"][9] + 1) % len(ring.gradients))},
        ["each state is the one before with its messages added", "in each step all ranks send different chunks"],
    ),
    "one byte more than was cut": (
        lambda ring: {"messages": with_field(ring.messages, 9, "bytes", ring.messages["bytes"][9] + 1)},
        ["each port sends, and receives, 2(N-1)/N of S"],
    ),
    "a sum that all_reduce does not give": (
        lambda ring: {"reference": ring.reference * np.float32(1 + 1e-5)},
        ["the ring's sum is dist.all_reduce's"],
    ),
}  # fmt: skip


def sweep_field(run: RingAllReduce, algorithm: int, ranks: int, field: str, value: Any) -> dict[str, ndarray]:
    """The sweep's log with one field of one run changed; ``value`` is given what was there."""
    log = run.sweep_messages.copy()
    mine = (log["algorithm"] == algorithm) & (log["ranks"] == ranks)
    log[field][mine] = value(log[field][mine])
    return {"sweep_messages": log}


def first_doubled(values: ndarray) -> ndarray:
    return values * np.r_[2, np.ones(len(values) - 1, int)]


WRONG_REST: dict[str, tuple[Callable[[RingAllReduce], dict[str, ndarray]], list[str]]] = {
    "a star counted with half its bytes": (
        lambda run: {"star_messages": with_field(run.star_messages, slice(None), "bytes", run.gradient_bytes // 2)},
        ["every message of the star is one whole S through the root", "the star's root passes N-1 times S in"],
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
        lambda run: sweep_field(run, TREE, 6, "step", lambda step: np.minimum(step, 4)),
        ["star, tree and ring take 2(N-1), 2⌈log₂N⌉ and 2(N-1) steps",
         "one after another pass 2(N-1), 2⌈log₂N⌉ and 2(N-1)/N times S"],
    ),
    "a star whose messages cost half": (
        lambda run: sweep_field(run, STAR, 8, "bytes", lambda size: size // 2),
        ["the busiest port passes N-1, ⌈log₂N⌉ and 2(N-1)/N times S each way", "all three send 2(N-1) S in all"],
    ),
    "a star over the most ranks whose root hears one rank twice": (
        lambda run: sweep_field(run, STAR, 8, "source", lambda source: np.where(source == 2, 1, source)),
        ["over the most ranks too the star's root collects the sum"],
    ),
    "a rank of the ring that sends more than another": (
        lambda run: sweep_field(run, RING, 4, "bytes", first_doubled),
        ["no port of the ring passes more, either way, than the lower bound"],
    ),
    "a tree whose sum is off": (
        lambda run: {"sweep_error": changed(run.sweep_error, (TREE, 1), 0.25)},
        ["all three give dist.all_reduce's sum"],
    ),
}  # fmt: skip


def of_ring(prefix: str, change: Callable[[Ring], dict[str, ndarray]]) -> Callable[[RingAllReduce], dict[str, ndarray]]:
    """That change of one of the two rings, as one of the trace that holds it."""
    return lambda run: {prefix + name: array for name, array in change(Ring(run, prefix)).items()}


WRONG = WRONG_REST | {
    prefix + wrong: (of_ring(prefix, change), says)
    for prefix in ("", "wide_")
    for wrong, (change, says) in WRONG_RING.items()
}
"""By what is wrong: the fields as they would be then, and the claims that must say so."""


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
