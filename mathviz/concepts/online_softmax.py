"""Online softmax: exact attention a tile at a time, without ever storing the N×N matrix.

Milakov & Gimelshein (2018) keep a running maximum and a running sum; Dao et al. (2022) and Dao (2023)
carry the output along the same way. Sizes for a picture are small; what is moved between memories is
counted at real ones.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32, Float64, Int64, Shaped
from numpy import ndarray

from mathviz.concepts.attention_kernels import FLASH_KERNEL, MATH_KERNEL, AttentionKernels
from mathviz.concepts.running_softmax import RunningSoftmax, attend_in_tiles, torch_attention
from mathviz.concepts.slow_memory import SlowMemory, drawn, flash_1, flash_2, fresh_memory, some_scores, textbook
from mathviz.trace import Claim

TEXTBOOK, FLASH_1, FLASH_2 = 0, 1, 2


@dataclass(frozen=True)
class OnlineSoftmax(RunningSoftmax):
    """The state after every tile of a small attention, and what real sizes move and keep."""

    single_error: Float64[ndarray, ""]  # largest difference from torch in float32, over all orders and sizes
    features: Int64[ndarray, ""]  # width of a head where traffic was counted
    block: Int64[ndarray, ""]  # rows of K and V at a time, and of Q where not swept
    sizes: Int64[ndarray, "size"]
    city: Float32[ndarray, "street tower"]  # every so-manieth score of the largest attention, both ways
    traffic: Int64[ndarray, "order size"]  # elements moved: textbook, FlashAttention-1, FlashAttention-2
    textbook_matrices: Shaped[ndarray, "transfer"]  # name of the matrix in each transfer at the largest size
    textbook_elements: Int64[ndarray, "transfer"]  # positive: loaded, negative: stored
    block_rows: Int64[ndarray, "block"]
    block_traffic: Int64[ndarray, "block"]  # of FlashAttention-2 at the largest size
    kernel_device: Shaped[ndarray, ""]  # where torch's own kernels ran: "CPU", or a GPU's name
    kernel_sizes: Int64[ndarray, "kernelsize"]
    kernel_peaks: Int64[ndarray, "kernel kernelsize"]  # bytes that torch's MATH and FLASH kernels allocate
    kernel_seconds: Float64[ndarray, "kernel kernelsize"]  # that they take on the clock

    tolerances = {  # noqa: RUF012
        **RunningSoftmax.tolerances,
        "city": 1e-4,
        "single_error": float("inf"),  # rounding alone, bounded by its claim
        "kernel_seconds": float("inf"), "kernel_peaks": 0.2,  # as in the input
    }

    @property
    def largest(self) -> int:
        """Tokens of the largest attention whose traffic was counted."""
        return int(self.sizes[-1])

    @property
    def every(self) -> int:
        """Every so-manieth row and column of the scores is in ``city``."""
        return self.largest // len(self.city)

    @property
    def tiles(self) -> int:
        """Tiles along a side of all scores of the largest attention."""
        return self.largest // int(self.block)

    @property
    def scores_millions(self) -> float:
        """All scores of the largest attention, and ``held_thousands``, what fast memory holds."""
        return self.largest**2 / 1e6

    @property
    def held(self) -> int:
        """Blocks of Q, K, V and O, a tile of scores, and maximum and sum of each row."""
        return int(self.block) * (4 * int(self.features) + int(self.block) + 2)

    @property
    def held_thousands(self) -> float:
        return self.held / 1e3

    @property
    def textbook_course(self) -> ndarray:
        """Millions of numbers moved after each transfer of the textbook, [transfer + 1]."""
        return np.concatenate([[0], np.abs(self.textbook_elements).cumsum()]) / 1e6

    @property
    def math_milliseconds(self) -> float:
        return float(self.kernel_milliseconds[MATH_KERNEL, -1])

    @property
    def flash_milliseconds(self) -> float:
        return float(self.kernel_milliseconds[FLASH_KERNEL, -1])

    @property
    def textbook_millions(self) -> float:
        return float(self.traffic[TEXTBOOK, -1] / 1e6)

    @property
    def math_megabytes(self) -> float:
        return float(self.kernel_megabytes[MATH_KERNEL, -1])

    @property
    def flash_megabytes(self) -> float:
        return float(self.kernel_megabytes[FLASH_KERNEL, -1])

    @property
    def break_even(self) -> int:
        """Rows of a block from which FlashAttention-2 moves no more than the textbook."""
        return int(self.block_rows[self.block_traffic <= self.traffic[TEXTBOOK, -1]][0])

    @property
    def flash_millions(self) -> float:
        return float(self.traffic[FLASH_2, -1] / 1e6)

    def flash_course(self, visit: float) -> float:
        """Millions of numbers that FlashAttention-2 has moved after so many tiles, row by row."""
        row, column = divmod(min(visit, self.tiles**2), self.tiles)
        rows, block, width = int(self.block), int(self.block), int(self.features)
        each = 2 * rows * width + rows + self.tiles * 2 * block * width
        begun = rows * width + 2 * block * width * column if column else 0.0
        return float(row * each + begun) / 1e6

    @property
    def device(self) -> str:
        """Where torch's own kernels ran, for captions."""
        return str(self.kernel_device)

    @property
    def kernel_megabytes(self) -> ndarray:
        """Peak memory that the kernels allocate, in 10⁶ bytes, [kernel kernelsize]."""
        return self.kernel_peaks / 1e6

    @property
    def kernel_milliseconds(self) -> ndarray:
        """Time of a call on the clock, in ms, [kernel kernelsize]."""
        return self.kernel_seconds * 1e3

    def check(self) -> list[Claim]:
        return super().check() + memory_claims(self)


def trace_online_softmax(
    *, attention_kernels: AttentionKernels, tokens: int = 16, width: int = 8, tile: int = 4, spread: float = 1.1,
    seed: int = 0, features: int = 64, streets: int = 64,
    sizes: tuple[int, ...] = (256, 512, 1024, 2048, 4096), block: int = 128,
    block_rows: tuple[int, ...] = (16, 32, 64, 128, 256, 512),
) -> OnlineSoftmax:  # fmt: skip
    """Attend over ``tokens`` in tiles and keep every state; count what three loop orders move at ``sizes``.

    ``tile`` must divide ``tokens``, and ``block`` and ``block_rows`` every size they are used with. What torch's own
    kernels took is an input, since it is of one device.
    """
    import torch

    generator = torch.Generator().manual_seed(seed)
    queries, keys, values = (
        spread * torch.randn(tokens, width, generator=generator, dtype=torch.float64) for _ in range(3)
    )  # fmt: skip
    states = attend_in_tiles(queries, keys, values, tile)
    traffic, worst = np.zeros((3, len(sizes)), int), 0.0
    for column, size in enumerate(sizes):
        for order in (TEXTBOOK, FLASH_1, FLASH_2):
            memory, error = count_traffic(order, size, features, block, block, seed)
            traffic[order, column], worst = memory.moved, max(worst, error)
            if order == TEXTBOOK:
                transfers = memory.transfers
    swept = [count_traffic(FLASH_2, sizes[-1], features, rows, block, seed)[0].moved for rows in block_rows]
    return OnlineSoftmax(
        **states.arrays(), single_error=np.array(worst), features=np.array(features), block=np.array(block),
        sizes=np.array(sizes), traffic=traffic, city=some_scores(sizes[-1], features, streets, seed),
        textbook_matrices=np.array([name for name, _ in transfers]),
        textbook_elements=np.array([elements for _, elements in transfers]),
        block_rows=np.array(block_rows), block_traffic=np.array(swept),
        kernel_device=attention_kernels.device, kernel_sizes=attention_kernels.sizes,
        kernel_peaks=attention_kernels.peaks, kernel_seconds=attention_kernels.seconds,
    )  # fmt: skip


def count_traffic(order: int, size: int, features: int, rows: int, columns: int, seed: int) -> tuple[SlowMemory, float]:
    """Run one loop order in float32; return the memory with its transfers and the largest difference from torch."""
    queries, keys, values = drawn(size, features, seed)
    memory = fresh_memory(queries, keys, values)
    if order == TEXTBOOK:
        textbook(memory)
    else:
        (flash_1 if order == FLASH_1 else flash_2)(memory, rows, columns)
    return memory, float((memory.matrices["O"] - torch_attention(queries, keys, values)).abs().max())


def memory_claims(trace: OnlineSoftmax) -> list[Claim]:
    """At real sizes: the result against torch, and what was counted against closed forms."""
    n, d, block = trace.sizes, int(trace.features), int(trace.block)
    forms = [4 * n**2 + 4 * n * d, 2 * n * d + n // block * (3 * n * d + 4 * n), 2 * n * d * (1 + n // block) + n]
    blocks_form = 2 * n[-1] * d * (1 + n[-1] // trace.block_rows) + n[-1]
    moved = np.abs(trace.textbook_elements).sum()
    return [
        Claim.below("the result is torch's attention in float32", trace.single_error, 2e-6),
        Claim.exact("elements moved are 4N²+4Nd, 2Nd+(N/Bc)(3Nd+4N) and 2Nd(1+N/Br)+N", trace.traffic, np.stack(forms)),
        Claim.exact("the textbook's transfers add up to its count", moved, trace.traffic[TEXTBOOK, -1]),
        Claim.exact("with other block sizes too", trace.block_traffic, blocks_form),
    ]
