"""What torch's own attention kernels take: memory and time, on the processor or the GPU that is there.

MATH writes the matrix of scores; FLASH goes through it in tiles (Dao, 2023). Both compute the same.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float64, Int64, Shaped
from numpy import ndarray

from mathviz.concepts.shared.device import choose
from mathviz.trace import Claim, Trace

if TYPE_CHECKING:
    from torch import Tensor

MATH_KERNEL, FLASH_KERNEL = 0, 1

SIZES = {"cpu": (512, 1024, 2048, 4096), "cuda": (2048, 8192, 32768)}
"""Tokens, by the kind of device."""

CALLS = {"cpu": 3, "cuda": 20}
"""Calls that are timed, after as many that are not."""


@dataclass(frozen=True)
class AttentionKernels(Trace):
    """One head of attention by both kernels, over the number of tokens."""

    device: Shaped[ndarray, ""]  # "CPU", or the GPU's name in its maker's words
    features: Int64[ndarray, ""]
    sizes: Int64[ndarray, "size"]
    peaks: Int64[ndarray, "kernel size"]  # bytes that MATH and FLASH hold at once beyond their inputs
    seconds: Float64[ndarray, "kernel size"]  # on the clock, the median of some calls
    difference: Float64[ndarray, ""]  # largest between the two kernels' results

    tolerances = {  # noqa: RUF012
        "peaks": 0.2,  # a kernel may choose its buffers by the processor
        "seconds": float("inf"), "difference": float("inf"),  # of this machine, now; bounded by the claims
    }  # fmt: skip

    @property
    def on_gpu(self) -> bool:
        return str(self.device) != "CPU"

    def check(self) -> list[Claim]:
        math, flash = self.peaks
        growth, rounding = self.sizes[-1] / self.sizes[0], 5e-3 if self.on_gpu else 2e-6
        return [
            Claim("torch's FLASH kernel keeps less than a twentieth of MATH's memory",
                  bool(flash[-1] * 20 < math[-1]), f"{self.peaks[:, -1].tolist()} bytes"),
            Claim("MATH's memory grows about as the square of the tokens",
                  bool(0.7 * growth**2 < math[-1] / math[0] < 1.2 * growth**2),
                  f"{math[-1] / math[0]:.1f} × in {growth:g}"),
            Claim("FLASH's memory grows no faster than the tokens", bool(flash[-1] / flash[0] < 1.1 * growth),
                  f"{flash[-1] / flash[0]:.1f} × in {growth:g}"),
            Claim("both kernels compute the same", bool(self.difference < rounding), f"{self.difference:.1e}"),
            Claim("every call took time", bool(np.all(self.seconds > 0)), f"{self.seconds.min():.1e} s or more"),
        ]  # fmt: skip


def measure_kernels(
    *, sizes: tuple[int, ...] | None = None, features: int = 64, seed: int = 0, device: str = "auto"
) -> AttentionKernels:
    """Run both kernels at ``sizes``, in float16 on a GPU and on one thread in float32 on a CPU.

    ``device`` is "auto", "cpu" or "cuda"; raises ValueError if there is no CUDA device.
    """
    import torch

    where = choose(device)
    sizes = sizes or SIZES[where]
    peaks, seconds, worst = np.zeros((2, len(sizes)), int), np.zeros((2, len(sizes))), 0.0
    with _one_thread(), torch.no_grad():
        for column, size in enumerate(sizes):
            inputs, results = _inputs(size, features, seed, where), []
            for kernel in (MATH_KERNEL, FLASH_KERNEL):
                with _chosen(kernel):
                    peaks[kernel, column] = _peak(inputs)
                    seconds[kernel, column] = _seconds(inputs, CALLS[where])
                    results.append(_attention(*inputs).float())
            worst = max(worst, float((results[0] - results[1]).abs().max()))
    return AttentionKernels(
        device=np.array(torch.cuda.get_device_name() if where == "cuda" else "CPU"), features=np.array(features),
        sizes=np.array(sizes), peaks=peaks, seconds=seconds, difference=np.array(worst),
    )  # fmt: skip


def _inputs(size: int, features: int, seed: int, where: str) -> list[Tensor]:
    import torch

    generator, kind = torch.Generator().manual_seed(seed), torch.float16 if where == "cuda" else torch.float32
    return [torch.randn(1, 1, size, features, generator=generator).to(where, kind) for _ in range(3)]


def _attention(queries: Tensor, keys: Tensor, values: Tensor) -> Tensor:
    import torch

    return torch.nn.functional.scaled_dot_product_attention(queries, keys, values)


def _peak(inputs: list[Tensor]) -> int:
    """Largest number of bytes held at once beyond the inputs: from torch's profiler, or from CUDA's allocator."""
    import torch
    from torch.profiler import ProfilerActivity, profile

    if inputs[0].is_cuda:
        _attention(*inputs)  # what a kernel needs once and for all
        torch.cuda.synchronize()
        torch.cuda.reset_peak_memory_stats()
        before = torch.cuda.memory_allocated()
        _attention(*inputs)
        torch.cuda.synchronize()
        return torch.cuda.max_memory_allocated() - before
    with profile(activities=[ProfilerActivity.CPU], profile_memory=True) as seen:
        kept = _attention(*inputs)
    events = sorted((e for e in seen.profiler.kineto_results.events() if e.name() == "[memory]"),
                    key=lambda event: event.start_ns())  # fmt: skip
    del kept
    return int(np.cumsum([event.nbytes() for event in events]).max())


def _seconds(inputs: list[Tensor], calls: int) -> float:
    """On the clock, until the result is there; the median of the second half of the calls."""
    import torch

    taken = []
    for _ in range(2 * calls):
        began = time.perf_counter()
        _attention(*inputs)
        if inputs[0].is_cuda:
            torch.cuda.synchronize()
        taken.append(time.perf_counter() - began)
    return float(np.median(taken[calls:]))


@contextlib.contextmanager
def _chosen(kernel: int) -> Iterator[None]:
    from torch.nn.attention import SDPBackend, sdpa_kernel

    with sdpa_kernel(SDPBackend.MATH if kernel == MATH_KERNEL else SDPBackend.FLASH_ATTENTION):
        yield


@contextlib.contextmanager
def _one_thread() -> Iterator[None]:
    """torch's FLASH kernel keeps a buffer for each thread: one thread makes its memory a fact about it alone."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)
