"""What three loop orders of attention move between slow and fast memory, counted at real sizes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32, Float64, Int64, Shaped
from numpy import ndarray

from mathviz.concepts.running_softmax import RunningSoftmax, torch_attention
from mathviz.concepts.slow_memory import SlowMemory, drawn, flash_1, flash_2, fresh_memory, textbook
from mathviz.trace import Claim

TEXTBOOK, FLASH_1, FLASH_2 = 0, 1, 2


@dataclass(frozen=True)
class MovedNumbers(RunningSoftmax):
    """A small attention tile by tile, and beside it what large ones move, and what fast memory holds meanwhile."""

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

    tolerances = {**RunningSoftmax.tolerances, "city": 1e-4, "single_error": float("inf")}  # noqa: RUF012
    """The error in float32 is rounding alone, bounded by its claim."""

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
        """All scores of the largest attention."""
        return self.largest**2 / 1e6

    @property
    def held(self) -> int:
        """Blocks of Q, K, V and O, a tile of scores, and maximum and sum of each row."""
        return int(self.block) * (4 * int(self.features) + int(self.block) + 2)

    @property
    def held_thousands(self) -> float:
        return self.held / 1e3

    @property
    def held_myriads(self) -> float:
        """In ten thousands, as Chinese counts."""
        return self.held / 1e4

    @property
    def textbook_course(self) -> ndarray:
        """Millions of numbers moved before the textbook's four passes over all scores, and after each, [5].

        Before the first Q and K are loaded; the last ends with V loaded and O stored.
        """
        moved = np.abs(self.textbook_elements).cumsum() / 1e6
        return np.append(moved[1:5], moved[-1])

    @property
    def textbook_millions(self) -> float:
        return float(self.traffic[TEXTBOOK, -1] / 1e6)

    @property
    def scores_myriads(self) -> float:
        return 100 * self.scores_millions

    @property
    def textbook_myriads(self) -> float:
        return 100 * self.textbook_millions

    @property
    def flash_myriads(self) -> float:
        return 100 * self.flash_millions

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

    def check(self) -> list[Claim]:
        return super().check() + memory_claims(self)


def count_traffic(order: int, size: int, features: int, rows: int, columns: int, seed: int) -> tuple[SlowMemory, float]:
    """Run one loop order in float32; return the memory with its transfers and the largest difference from torch."""
    queries, keys, values = drawn(size, features, seed)
    memory = fresh_memory(queries, keys, values)
    if order == TEXTBOOK:
        textbook(memory)
    else:
        (flash_1 if order == FLASH_1 else flash_2)(memory, rows, columns)
    return memory, float((memory.matrices["O"] - torch_attention(queries, keys, values)).abs().max())


def memory_claims(trace: MovedNumbers) -> list[Claim]:
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
