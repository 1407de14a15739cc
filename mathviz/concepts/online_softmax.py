"""Online softmax: exact attention a tile at a time, without ever storing the N×N matrix.

Milakov & Gimelshein (2018) keep a running maximum and a running sum; Dao et al. (2022) and Dao (2023)
carry the output along the same way. Sizes for a picture are small; what is moved between memories is
counted at real ones.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float64, Int64, Shaped
from numpy import ndarray

from mathviz.concepts.attention_kernels import AttentionKernels
from mathviz.concepts.moved_numbers import FLASH_1, FLASH_2, TEXTBOOK, MovedNumbers, count_traffic
from mathviz.concepts.running_softmax import attend_in_tiles
from mathviz.concepts.slow_memory import some_scores


@dataclass(frozen=True)
class OnlineSoftmax(MovedNumbers):
    """The state after every tile of a small attention, what real sizes move, and what torch's own kernels take."""

    kernel_device: Shaped[ndarray, ""]  # where torch's own kernels ran: "CPU", or a GPU's name
    kernel_sizes: Int64[ndarray, "kernelsize"]
    kernel_peaks: Int64[ndarray, "kernel kernelsize"]  # bytes that torch's MATH and FLASH kernels allocate
    kernel_seconds: Float64[ndarray, "kernel kernelsize"]  # that they take on the clock

    tolerances = {**MovedNumbers.tolerances, "kernel_seconds": float("inf"), "kernel_peaks": 0.2}  # noqa: RUF012
    """As in the input."""

    @property
    def ran_on(self) -> str:
        """Where torch's own kernels ran, for captions; ``ran_on_zh`` in Chinese."""
        return "one CPU thread" if str(self.kernel_device) == "CPU" else str(self.kernel_device)

    @property
    def ran_on_zh(self) -> str:
        return "单线程 CPU" if str(self.kernel_device) == "CPU" else str(self.kernel_device)

    @property
    def kernel_tokens(self) -> int:
        """Tokens of the largest attention that the kernels were given."""
        return int(self.kernel_sizes[-1])

    @property
    def kernel_areas(self) -> ndarray:
        """That attention's extra memory at the peak, as a share of what all its scores would take, [kernel]."""
        each = 4 if str(self.kernel_device) == "CPU" else 2
        return np.asarray(self.kernel_peaks[:, -1] / (each * self.kernel_tokens**2))

    @property
    def kernel_megabytes(self) -> ndarray:
        """Peak memory that the kernels allocate, in 10⁶ bytes, [kernel kernelsize]."""
        return self.kernel_peaks / 1e6

    @property
    def kernel_milliseconds(self) -> ndarray:
        """Time of a call on the clock, in ms, [kernel kernelsize]."""
        return self.kernel_seconds * 1e3


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
