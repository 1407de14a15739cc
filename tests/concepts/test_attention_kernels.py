"""Torch's own attention kernels: what they must keep by their closed forms, and that each claim sees its fault."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import torch

from mathviz.concepts.attention_kernels import AttentionKernels, measure_kernels
from mathviz.films import compute
from mathviz.project import HOME, Project
from mathviz.snapshots import frames
from mathviz.snapshots.frames import Snapshot

SMALL = {"sizes": (512, 4096), "device": "cpu"}


@pytest.fixture(scope="module")
def kernels() -> AttentionKernels:
    return measure_kernels(**SMALL)


def failing(measured: AttentionKernels) -> set[str]:
    return {claim.says for claim in measured.check() if not claim.holds}


def test_math_keeps_the_matrix_and_flash_does_not(kernels):
    """In float32: N² scores and N×d results."""
    matrix, result = 4 * kernels.sizes**2, 4 * kernels.sizes * int(kernels.features)
    assert np.all(kernels.peaks[0] >= matrix + result)
    assert np.all((kernels.peaks[1] >= result) & (kernels.peaks[1] < matrix))


def test_the_memory_is_a_fact_and_not_chance(kernels):
    before = torch.get_num_threads()
    assert np.array_equal(measure_kernels(**SMALL).peaks, kernels.peaks)
    assert torch.get_num_threads() == before


def scaled(values: np.ndarray, place: tuple[int, int], factor: int) -> np.ndarray:
    """One of the values times a factor."""
    values = values.copy()
    values[place] *= factor
    return values


MEASURED = {"seconds"}

WRONG = {
    "kernels swapped": (
        lambda run: {"peaks": run.peaks[::-1]}, "torch's FLASH kernel keeps less than a twentieth of MATH's memory",
    ),
    "much memory for few tokens": (
        lambda run: {"peaks": scaled(run.peaks, (0, 0), 8)},
        "MATH's memory grows about as the square of the tokens",
    ),
    "FLASH grows too": (
        lambda run: {"peaks": scaled(run.peaks, (1, -1), 2)}, "FLASH's memory grows no faster than the tokens",
    ),
    "other results": (lambda run: {"difference": run.difference + 1e-1}, "both kernels compute the same"),
    "no time at all": (lambda run: {"seconds": 0 * run.seconds}, "every call took time"),
}  # fmt: skip


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a CUDA device, which would be used")
def test_a_device_that_is_not_there_is_named():
    with pytest.raises(ValueError, match="CUDA"):
        measure_kernels(device="cuda")


@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no CUDA device")
def test_on_a_gpu():
    measured = measure_kernels(device="cuda")
    assert failing(measured) == set() and measured.on_gpu and measured.sizes[-1] == 32768
    assert measured.seconds[1, -1] < measured.seconds[0, -1], "at 32768 tokens FLASH is the faster one"


@pytest.mark.slow
@pytest.mark.parametrize(("language", "says"), [
    ("en", "time of one call on NVIDIA H200, N = 4096"), ("zh", "NVIDIA H200 上一次调用的时间，N = 4096"),
])  # fmt: skip
def test_the_film_shows_the_time_and_names_the_gpu_where_there_was_one(manim, monkeypatch, language, says):
    """The device's name is all that is not from the trace."""
    find = compute.find
    on_gpu = {"kernel_device": np.array("NVIDIA H200")}
    monkeypatch.setattr(compute, "find", lambda *arguments: dataclasses.replace(find(*arguments), **on_gpu))
    version = "online_softmax", language, "dark"
    beat = [Snapshot(*version, "real_kernels_keep_less", after) for after in (13.0, 15.0, 17.0)]
    drawn = frames.draw(Project(HOME), *version, beat)
    assert any(says in frame.text for frame in drawn.values())
