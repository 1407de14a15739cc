"""Attention in three loop orders on a memory that counts every element moved.

"Slow" stands for a GPU's HBM, "fast" for what a kernel can keep while it works. Counted are elements
that cross between the two; caches in between are not modelled, and a matrix product is granted
perfect reuse of its operands.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from numpy import ndarray
    from torch import Tensor


class SlowMemory:
    """Named matrices that can only be read and written by rows, and every transfer of them.

    A transfer is a matrix's name and a number of elements: positive when loaded, negative when stored.
    """

    def __init__(self, **matrices: Tensor) -> None:
        self.matrices = {name: matrix.clone() for name, matrix in matrices.items()}
        self.transfers: list[tuple[str, int]] = []

    def load(self, name: str, first: int = 0, last: int | None = None) -> Tensor:
        """Copy rows ``first`` to ``last`` into fast memory."""
        rows = self.matrices[name][first:last].clone()
        self.transfers.append((name, rows.numel()))
        return rows

    def store(self, name: str, rows: Tensor, first: int = 0) -> None:
        """Copy rows back from fast memory, from row ``first`` on."""
        self.matrices[name][first : first + len(rows)] = rows
        self.transfers.append((name, -rows.numel()))

    @property
    def moved(self) -> int:
        """Elements moved either way so far."""
        return sum(abs(elements) for _, elements in self.transfers)


def fresh_memory(queries: Tensor, keys: Tensor, values: Tensor) -> SlowMemory:
    """Slow memory holding the inputs, [token feature], and room for what the three orders write."""
    tokens = len(queries)
    blank = queries.new_zeros
    return SlowMemory(
        Q=queries, K=keys, V=values, O=blank(tokens, values.shape[1]), S=blank(tokens, tokens),
        P=blank(tokens, tokens), L=blank(tokens, 1), m=blank(tokens, 1) - float("inf"), l=blank(tokens, 1),
    )  # fmt: skip


def textbook(memory: SlowMemory) -> None:
    """Scores to slow memory, softmax of them, product with V: three passes, 4N² + 4Nd elements."""
    queries, keys = memory.load("Q"), memory.load("K")
    memory.store("S", scores(queries, keys))
    weights = memory.load("S").softmax(dim=-1)
    memory.store("P", weights)
    memory.store("O", memory.load("P") @ memory.load("V"))


def flash_1(memory: SlowMemory, rows: int, columns: int) -> None:
    """FlashAttention's loop order (Dao et al. 2022, Algorithm 1): K and V stay, Q and O stream past."""
    for j in range(0, len(memory.matrices["K"]), columns):
        keys, values = memory.load("K", j, j + columns), memory.load("V", j, j + columns)
        for i in range(0, len(memory.matrices["Q"]), rows):
            queries, out = memory.load("Q", i, i + rows), memory.load("O", i, i + rows)
            maximum, total = memory.load("m", i, i + rows), memory.load("l", i, i + rows)
            tile = scores(queries, keys)
            new_maximum, factor, weights = rescale(maximum, tile)
            new_total = factor * total + weights.sum(dim=-1, keepdim=True)
            memory.store("O", (factor * total * out + weights @ values) / new_total, i)
            memory.store("m", new_maximum, i)
            memory.store("l", new_total, i)


def flash_2(memory: SlowMemory, rows: int, columns: int) -> None:
    """FlashAttention-2's loop order (Dao 2023, Algorithm 1): Q stays, K and V stream past, one division."""
    for i in range(0, len(memory.matrices["Q"]), rows):
        queries = memory.load("Q", i, i + rows)
        maximum = queries.new_full((len(queries), 1), -float("inf"))
        total = queries.new_zeros(len(queries), 1)
        out = queries.new_zeros(len(queries), memory.matrices["V"].shape[1])
        for j in range(0, len(memory.matrices["K"]), columns):
            keys, values = memory.load("K", j, j + columns), memory.load("V", j, j + columns)
            maximum, factor, weights = rescale(maximum, scores(queries, keys))
            total = factor * total + weights.sum(dim=-1, keepdim=True)
            out = factor * out + weights @ values
        memory.store("O", out / total, i)
        memory.store("L", maximum + total.log(), i)


def drawn(size: int, features: int, seed: int) -> tuple[Tensor, Tensor, Tensor]:
    """Queries, keys and values of an attention whose traffic is counted, [token feature] each."""
    import torch

    generator = torch.Generator().manual_seed(seed)
    queries, keys, values = (torch.randn(size, features, generator=generator) for _ in range(3))
    return queries, keys, values


def some_scores(size: int, features: int, streets: int, seed: int) -> ndarray:
    """Every so-manieth score of such an attention, so many each way, [street tower]."""
    queries, keys, _ = drawn(size, features, seed)
    every = size // streets
    return scores(queries[::every], keys[::every]).numpy()


def scores(queries: Tensor, keys: Tensor) -> Tensor:
    """QKᵀ/√d, [query key]."""
    return queries @ keys.T / queries.shape[-1] ** 0.5


def rescale(maximum: Tensor, tile: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """One step of the online softmax (Milakov & Gimelshein 2018, Algorithm 3).

    From the maximum so far, [query 1], and a tile of scores, [query key]: the new maximum, the factor
    e^(old − new) that repairs everything accumulated so far, and the tile's weights e^(score − new).
    A row that is −∞ so far keeps weights of zero instead of making NaN.
    """
    new = tile.max(dim=-1, keepdim=True).values.maximum(maximum)
    finite = new.masked_fill(new == -float("inf"), 0.0)
    return new, (maximum - finite).exp(), (tile - finite).exp()


def online_attention(
    queries: Tensor, keys: Tensor, values: Tensor, tile: int, mask: Tensor | None = None
) -> tuple[tuple[Tensor, Tensor, Tensor, Tensor], list[tuple[int, int]]]:
    """Attention of [query feature] over [key feature], tile by tile; the last tiles may be smaller.

    ``mask``, [query key], is added to the scores: −∞ hides a key. Returns maximum, factor and total, each
    [query tile], and output, [query tile feature], after every tile, and the (query block, key block)
    pairs in the order in which they were visited.
    """
    tokens, tiles = len(queries), -(-len(keys) // tile)
    maximum, factor, total = (queries.new_zeros(tokens, tiles) for _ in range(3))
    output = queries.new_zeros(tokens, tiles, values.shape[1])
    visits = []
    for i in range(0, tokens, tile):
        rows = slice(i, min(i + tile, tokens))
        m = queries.new_full((rows.stop - i, 1), -float("inf"))
        l, o = m.new_zeros(len(m), 1), m.new_zeros(len(m), values.shape[1])  # noqa: E741
        for j in range(tiles):
            part = slice(j * tile, (j + 1) * tile)
            found = scores(queries[rows], keys[part])
            m, alpha, weights = rescale(m, found if mask is None else found + mask[rows, part])
            l = alpha * l + weights.sum(dim=-1, keepdim=True)  # noqa: E741
            o = alpha * o + weights @ values[part]
            maximum[rows, j], factor[rows, j], total[rows, j], output[rows, j] = m[:, 0], alpha[:, 0], l[:, 0], o
            visits.append((i // tile, j))
    return (maximum, factor, total, output), visits
