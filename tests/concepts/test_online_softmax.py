"""The online softmax against torch, over shapes, masks and extreme scores; traffic against closed forms."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from mathviz.concepts import slow_memory
from mathviz.concepts.attention_kernels import AttentionKernels
from mathviz.concepts.online_softmax import OnlineSoftmax, trace_online_softmax
from mathviz.concepts.slow_memory import online_attention

KERNELS = AttentionKernels(
    device=np.array("CPU"), features=np.array(64), sizes=np.array([512, 4096]), peaks=np.array([[2, 152], [0, 1]]),
    seconds=np.array([[6.0, 166.0], [1.0, 59.0]]), difference=np.array(0.0),
)  # fmt: skip
"""What the kernels took is handed on as it is; what it must be is said in test_attention_kernels.py."""

SMALL = {"sizes": (256, 512), "block": 64, "block_rows": (16, 64, 256)}


def small(kernels: AttentionKernels = KERNELS) -> OnlineSoftmax:
    return trace_online_softmax(attention_kernels=kernels, **SMALL)


@pytest.fixture(scope="module")
def run() -> OnlineSoftmax:
    return small()


def failing(trace: OnlineSoftmax) -> set[str]:
    return {claim.says for claim in trace.check() if not claim.holds}


def attend(queries, keys, values, tile, mask=None):
    (maximum, _, total, output), _ = online_attention(queries, keys, values, tile, mask)
    return output[:, -1] / total[:, -1:], maximum[:, -1] + total[:, -1].log()


@settings(max_examples=60, deadline=None)
@given(
    tokens=st.integers(1, 23), keys=st.integers(1, 23), width=st.integers(1, 9), tile=st.integers(1, 25),
    spread=st.sampled_from([0.1, 1.0, 30.0, 3000.0]), hidden=st.floats(0, 0.9), seed=st.integers(0, 2**31),
)  # fmt: skip
def test_equals_torch_over_shapes_masks_and_extreme_scores(tokens, keys, width, tile, spread, hidden, seed):
    generator = torch.Generator().manual_seed(seed)
    q, k, v = (spread * torch.randn(n, width, generator=generator, dtype=torch.float64) for n in (tokens, keys, keys))
    mask = torch.zeros(tokens, keys, dtype=torch.float64)
    mask[torch.rand(tokens, keys, generator=generator) < hidden] = -float("inf")
    mask[:, torch.randint(keys, (1,), generator=generator)] = 0  # torch defines no row without a key
    result, log_sum = attend(q, k, v, tile, mask)
    wanted = torch.nn.functional.scaled_dot_product_attention(q[None], k[None], v[None], attn_mask=mask[None])[0]
    logits = slow_memory.scores(q, k) + mask
    assert torch.allclose(result, wanted, rtol=1e-9, atol=1e-9 * float(v.abs().max()))
    assert torch.allclose(log_sum, logits.logsumexp(dim=-1), rtol=1e-12, atol=1e-9)


def test_stays_finite_where_the_naive_softmax_overflows():
    q, k = torch.full((2, 1), 100.0), torch.tensor([[100.0], [99.0], [-100.0]])
    naive = slow_memory.scores(q, k).exp()
    assert torch.isinf(naive).any()
    result, _ = attend(q, k, torch.eye(3), 1)
    assert torch.isfinite(result).all()
    assert torch.allclose(result, slow_memory.scores(q, k).softmax(dim=-1))


def test_result_does_not_depend_on_the_tile():
    generator = torch.Generator().manual_seed(1)
    q, k, v = (torch.randn(24, 8, generator=generator, dtype=torch.float64) for _ in range(3))
    whole, _ = attend(q, k, v, 24)
    for tile in (1, 2, 5, 7, 12):
        assert (attend(q, k, v, tile)[0] - whole).abs().max() < 1e-12


def test_every_order_gives_torch_and_moves_what_its_formula_says():
    n, d, rows, columns = 512, 16, 32, 128
    generator = torch.Generator().manual_seed(2)
    q, k, v = (torch.randn(n, d, generator=generator, dtype=torch.float64) for _ in range(3))
    wanted = torch.nn.functional.scaled_dot_product_attention(q[None], k[None], v[None])[0]
    orders = {
        (lambda m: slow_memory.textbook(m)): 4 * n * n + 4 * n * d,
        (lambda m: slow_memory.flash_1(m, rows, columns)): 2 * n * d + n // columns * (3 * n * d + 4 * n),
        (lambda m: slow_memory.flash_2(m, rows, columns)): 2 * n * d * (1 + n // rows) + n,
    }
    for order, moved in orders.items():
        memory = slow_memory.fresh_memory(q, k, v)
        order(memory)
        assert memory.moved == moved
        assert (memory.matrices["O"] - wanted).abs().max() < 1e-12


RESCALE = slow_memory.rescale


def without_factor(maximum, tile):
    new, factor, weights = RESCALE(maximum, tile)
    return new, torch.ones_like(factor), weights


def maximum_of_the_tile_only(maximum, tile):
    new = tile.max(dim=-1, keepdim=True).values
    return new, (maximum - new).exp().clamp(max=1.0), (tile - new).exp()


@pytest.mark.parametrize("wrong", [without_factor, maximum_of_the_tile_only])
def test_a_wrong_recurrence_is_refused(wrong, monkeypatch):
    monkeypatch.setattr(slow_memory, "rescale", wrong)
    assert "the result is torch's attention in float64" in failing(small())


def test_a_load_counted_twice_is_refused(monkeypatch):
    class Doubled(slow_memory.SlowMemory):
        def load(self, name, first=0, last=None):
            if name == "K":
                super().load(name, first, last)
            return super().load(name, first, last)

    monkeypatch.setattr(slow_memory, "SlowMemory", Doubled)
    broken = failing(small())
    assert "elements moved are 4N²+4Nd, 2Nd+(N/Bc)(3Nd+4N) and 2Nd(1+N/Br)+N" in broken
    assert "with other block sizes too" in broken


WRONG = {
    "another result": (
        lambda run: {"result": run.result + 1e-11}, "the result is torch's attention in float64",
    ),
    "another log of the sum": (lambda run: {"log_sum": run.log_sum + 1e-11}, "m + log l is torch's logsumexp"),
    "a maximum that falls": (lambda run: {"maximum": run.maximum[:, ::-1]}, "the running maximum never falls"),
    "a factor where the maximum stays": (
        lambda run: {"factor": run.factor + (run.factor == 1) * 0.5},
        "the factor is in (0, 1], and 1 exactly where the maximum stays",
    ),
    "another total": (
        lambda run: {"total": run.total * (1 + 1e-9)}, "the last total is Σ e^(s − m) over the row",
    ),
    "another total on the way": (
        lambda run: {"total": run.total * [1, 1 + 1e-9, 1, 1]}, "after every tile the weights add up to the total",
    ),
    "the loops swapped": (
        lambda run: {"visits": run.visits[:, ::-1]},
        "each tile is visited once, K and V streaming past one block of Q",
    ),
    "a transfer counted twice": (
        lambda run: {"textbook_elements": run.textbook_elements * 2},
        "the textbook's transfers add up to its count",
    ),
}  # fmt: skip


def test_break_even_is_at_half_the_width_of_a_head():
    run = trace_online_softmax(attention_kernels=KERNELS, sizes=(512,), block_rows=(8, 16, 32, 64), features=64)
    assert run.break_even == 64 // 2


def test_hero_row_tells_the_story(run):
    rises = np.diff(run.maximum[run.hero]) > 0
    assert rises.tolist() == [True, False, True]


@pytest.mark.parametrize("device", ["CPU", "NVIDIA H200"])
def test_what_the_kernels_took_is_handed_on(device):
    run = small(dataclasses.replace(KERNELS, device=np.array(device)))
    assert run.ran_on == {"CPU": "one CPU thread"}.get(device, device)
    assert run.kernel_areas[0] == pytest.approx(152 / ({"CPU": 4}.get(device, 2) * 4096**2))
    assert run.kernel_megabytes[0, 1] == 152 / 1e6 and run.kernel_milliseconds[1, 1] == 59e3


def test_the_courses_that_are_counted_end_where_the_counts_do(run):
    assert run.textbook_course[-1] * 1e6 == pytest.approx(run.traffic[0, -1])
    course = [run.flash_course(visit) for visit in range(run.tiles**2 + 1)]
    assert course[-1] * 1e6 == pytest.approx(run.traffic[2, -1]) and min(np.diff(course)) >= 0


def test_the_city_is_some_of_the_scores_by_torch(run):
    import torch

    generator = torch.Generator().manual_seed(0)
    queries, keys = (torch.randn(run.largest, int(run.features), generator=generator) for _ in range(2))
    every = torch.arange(0, run.largest, run.every)
    expected = torch.einsum("qd,kd->qk", queries[every], keys[every]) / 8
    assert np.allclose(run.city, expected.numpy(), atol=1e-5)


def test_fast_memory_holds_what_the_loop_has_at_hand(run):
    """Blocks of Q, K, V and O, their tile of scores, two numbers a row."""
    rows = int(run.block)
    assert run.held == 4 * rows * 64 + rows * rows + 2 * rows
