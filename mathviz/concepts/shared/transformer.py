"""A small decoder-only transformer over characters, laid open: every step is a function of weights and numbers.

Pre-norm blocks (Xiong et al. 2020) of causal attention and a GELU network. What enters at a place is the sum of the
embeddings of the last few characters, each in a table of its own: a causal convolution, by which so small a model
learns words within seconds. torch trains; numpy answers with the recorded weights.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy import ndarray
from scipy.special import erf

if TYPE_CHECKING:
    from torch import Tensor
    from torch.nn import ModuleDict

EPSILON = 1e-5
"""Of the layer norms, as torch has it."""


@dataclass(frozen=True)
class Transformer:
    """The sizes of a model. ``lookback`` is how many characters enter at a place, its own among them."""

    symbols: int
    width: int = 96
    heads: int = 4
    blocks: int = 2
    context: int = 96
    lookback: int = 4
    hidden: int = 384

    @property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Name → shape of each weight, in the order in which they stand in an array of all."""
        of_block = {
            "norm1.weight": (self.width,), "norm1.bias": (self.width,), "qkv.weight": (3 * self.width, self.width),
            "qkv.bias": (3 * self.width,), "out.weight": (self.width, self.width), "out.bias": (self.width,),
            "norm2.weight": (self.width,), "norm2.bias": (self.width,), "up.weight": (self.hidden, self.width),
            "up.bias": (self.hidden,), "down.weight": (self.width, self.hidden), "down.bias": (self.width,),
        }  # fmt: skip
        return {
            **{f"look.{at}.weight": (self.symbols, self.width) for at in range(self.lookback)},
            "place.weight": (self.context, self.width),
            **{f"blocks.{at}.{name}": shape for at in range(self.blocks) for name, shape in of_block.items()},
            "norm.weight": (self.width,), "norm.bias": (self.width,),
            "head.weight": (self.symbols, self.width), "head.bias": (self.symbols,),
        }  # fmt: skip

    @property
    def size(self) -> int:
        """Weights."""
        return sum(int(np.prod(shape)) for shape in self.shapes.values())

    def named(self, weights: ndarray) -> dict[str, ndarray]:
        """An array of all weights taken apart, in float64."""
        if weights.shape != (self.size,):
            raise ValueError(f"{weights.shape} weights were given; this transformer has {self.size}")
        ends = np.cumsum([int(np.prod(shape)) for shape in self.shapes.values()])[:-1]
        parts = np.split(weights.astype(float), ends)
        return {name: part.reshape(shape) for (name, shape), part in zip(self.shapes.items(), parts, strict=True)}

    def build(self, seed: int) -> ModuleDict:
        """The untrained torch model: embeddings and output of deviation 0.02, the rest torch's usual first weights."""
        import torch
        from torch import nn

        def block() -> ModuleDict:
            return nn.ModuleDict({
                "norm1": nn.LayerNorm(self.width), "qkv": nn.Linear(self.width, 3 * self.width),
                "out": nn.Linear(self.width, self.width), "norm2": nn.LayerNorm(self.width),
                "up": nn.Linear(self.width, self.hidden), "down": nn.Linear(self.hidden, self.width),
            })  # fmt: skip

        with torch.random.fork_rng():  # nothing global is seeded
            torch.manual_seed(seed)
            model = nn.ModuleDict({
                "look": nn.ModuleList([nn.Embedding(self.symbols, self.width) for _ in range(self.lookback)]),
                "place": nn.Embedding(self.context, self.width),
                "blocks": nn.ModuleList([block() for _ in range(self.blocks)]), "norm": nn.LayerNorm(self.width),
                "head": nn.Linear(self.width, self.symbols),
            })  # fmt: skip
            tables: list[Any] = [*model["look"].children(), model["place"], model["head"]]
            for part in tables:
                nn.init.normal_(part.weight, std=0.02)
        return model

    def loaded(self, weights: ndarray) -> ModuleDict:
        """The torch model with recorded weights."""
        import torch

        model = self.build(0)
        torch.nn.utils.vector_to_parameters(torch.as_tensor(weights.copy()), model.parameters())
        return model

    def hidden_states(self, model: ModuleDict, tokens: Tensor) -> Tensor:
        """What the output reads at each place of [row token], [row token width]."""
        import torch

        places = torch.arange(tokens.shape[-1], device=tokens.device)
        state = embed(model, windows(tokens, self.lookback), places)
        for block in model["blocks"].children():
            state = block_step(block, state, self.heads)
        return model["norm"](state)

    def logits(self, model: ModuleDict, tokens: Tensor) -> Tensor:
        """For the character after each place of [row token], [row token symbol]."""
        return model["head"](self.hidden_states(model, tokens))

    def answer(self, weights: ndarray, tokens: ndarray) -> ndarray:
        """``logits`` for one text [token], [token symbol], by numpy alone in float64."""
        part, length = self.named(weights), len(tokens)
        state = part["place.weight"][:length].copy()
        for back in range(self.lookback):
            state[back:] += part[f"look.{back}.weight"][tokens[: length - back]]
        for at in range(self.blocks):
            inside = {name.split(".", 2)[2]: each for name, each in part.items() if name.startswith(f"blocks.{at}.")}
            state = state + _attend(inside, _norm(inside, "norm1", state), self.heads)
            lifted = _linear(inside, "up", _norm(inside, "norm2", state))
            state = state + _linear(inside, "down", lifted * (1 + erf(lifted / np.sqrt(2))) / 2)
        return _linear(part, "head", _norm(part, "norm", state))


def windows(tokens: Tensor, lookback: int) -> Tensor:
    """Each place's character and those before it, [row token back]; −1 where the text has not begun."""
    import torch

    padded = torch.nn.functional.pad(tokens, (lookback - 1, 0), value=-1)
    return padded.unfold(-1, lookback, 1).flip(-1)


def embed(model: ModuleDict, window: Tensor, places: Tensor) -> Tensor:
    """What enters: over [… back], each character's row in the table of how far back it is, summed, and the place's."""
    state = model["place"](places).expand(*window.shape[:-1], -1)
    for back, table in enumerate(model["look"].children()):
        there = window[..., back] >= 0
        state = state + table(window[..., back].clamp(min=0)) * there[..., None]
    return state


def block_step(block: Any, state: Tensor, heads: int, mask: Tensor | None = None) -> Tensor:
    """One block on [row token width]. ``mask`` [token token] is true where a place may look; causal without one."""
    import torch

    queries, keys, values = split_heads(block["qkv"](block["norm1"](state)), heads)
    seen = torch.nn.functional.scaled_dot_product_attention(
        queries, keys, values, attn_mask=mask, is_causal=mask is None
    )
    state = state + block["out"](seen.transpose(-3, -2).flatten(-2))
    return state + block["down"](torch.nn.functional.gelu(block["up"](block["norm2"](state))))


def split_heads(qkv: Tensor, heads: int) -> tuple[Tensor, Tensor, Tensor]:
    """Queries, keys and values, each [row head token feature], from [row token 3·width]."""
    queries, keys, values = (
        part.unflatten(-1, (heads, -1)).transpose(-3, -2) for part in qkv.chunk(3, dim=-1)
    )  # fmt: skip
    return queries, keys, values


def _linear(part: dict[str, ndarray], name: str, values: ndarray) -> ndarray:
    return values @ part[f"{name}.weight"].T + part[f"{name}.bias"]


def _norm(part: dict[str, ndarray], name: str, values: ndarray) -> ndarray:
    middle, spread = values.mean(axis=-1, keepdims=True), values.var(axis=-1, keepdims=True)
    return (values - middle) / np.sqrt(spread + EPSILON) * part[f"{name}.weight"] + part[f"{name}.bias"]


def _attend(part: dict[str, ndarray], values: ndarray, heads: int) -> ndarray:
    """Causal attention within a block, [token width]."""
    length, width = values.shape
    split = _linear(part, "qkv", values).reshape(length, 3, heads, width // heads)
    queries, keys, told = split.transpose(1, 2, 0, 3)
    scores = queries @ keys.swapaxes(1, 2) / np.sqrt(width // heads)
    scores = np.where(np.tri(length, dtype=bool), scores, -np.inf)
    shares = np.exp(scores - scores.max(axis=-1, keepdims=True))
    shares /= shares.sum(axis=-1, keepdims=True)
    return _linear(part, "out", (shares @ told).transpose(1, 0, 2).reshape(length, width))
