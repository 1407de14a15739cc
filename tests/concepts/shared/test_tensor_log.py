"""The log of memory against closed forms of what forward and backward must hold, and against torch's checkpointing."""

from __future__ import annotations

import gc

import pytest
import torch
from torch.utils.checkpoint import checkpoint_sequential

from mathviz.concepts.shared.tensor_log import TensorLog

UNIT = 64 * 32 * 4
"""Bytes of one activation of ``chain``."""


def chain(blocks: int) -> torch.nn.Sequential:
    torch.manual_seed(0)
    return torch.nn.Sequential(*(torch.nn.Sequential(torch.nn.Linear(32, 32), torch.nn.Tanh()) for _ in range(blocks)))


def peak_units(blocks: int, segments: int | None) -> float:
    """Bytes beyond parameters, gradients and the batch, at their most, in activations."""
    network, batch = chain(blocks), torch.randn(64, 32)
    for parameter in network.parameters():
        parameter.grad = torch.zeros_like(parameter)
    log = TensorLog("activation")
    with log.watching():
        if segments is None:
            out = network(batch)
        else:
            out = batch
            size = blocks // segments
            for at in range(0, blocks, size):
                out = torch.utils.checkpoint.checkpoint(network[at : at + size], out, use_reentrant=False)
        out.square().mean().backward()
    of_size = [block for block in log.blocks if block.size == UNIT]
    log.blocks = of_size
    return log.peak / UNIT


@pytest.mark.parametrize("segments", [2, 3, 4, 6])
def test_checkpointing_peaks_where_its_formula_says(segments):
    """Of k segments of L blocks, k + L/k + 2 activations are held at once (Chen et al. 2016)."""
    assert peak_units(12, segments) == segments + 12 / segments + 2


def test_without_checkpoints_every_activation_is_held():
    assert peak_units(24, None) - peak_units(12, None) == 12


def test_views_are_one_storage_and_count_once():
    log = TensorLog()
    with log.watching():
        made = torch.zeros(10, 10)
        views = [made.T, made[2:], made.view(100)]
        assert log.held == 400
    assert len(views) == 3 and len(log.blocks) == 1 and log.peak == 400


def test_what_is_let_go_is_gone_and_both_are_there_at_once_before():
    log = TensorLog()
    with log.watching():
        made = torch.zeros(100)
        made = made + 1
        made = made + 1
    assert log.operations[-1] == "add" and log.live()[-1] == 400 and log.peak == 800
    del made
    gc.collect()
    assert log.held == 0 and log.live()[-1] == 0


def test_phases_and_tags_part_the_memory():
    log, weights = TensorLog(), torch.zeros(50, requires_grad=True)
    log.note([weights], "parameters")
    with log.watching():
        with log.phase("forward"):
            loss = (weights * 2).sum()
        with log.phase("backward"):
            loss.backward()
        log.retag([weights.grad], "gradients")
    assert log.live("parameters").tolist() == [200] * (len(log.operations) + 2)
    assert log.live("gradients")[-1] == 200 and log.live("forward").max() >= 204
    assert (log.live() == sum(log.live(tag) for tag in ("parameters", "forward", "backward", "gradients"))).all()


def test_two_runs_are_the_same_film():
    def film() -> list[int]:
        network, log = chain(3), TensorLog()
        with log.watching():
            checkpoint_sequential(network, 3, torch.ones(8, 32), use_reentrant=False).sum().backward()
        return log.live().tolist()

    assert film() == film()
