"""The language model that films share: a small transformer, trained once on the characters of one book.

It is small enough to be recorded whole, so what films do with it, in lower precision, with more heads or a smaller
cache, is done to a model that exists.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32, Float64, Int64
from numpy import ndarray

from mathviz.concepts.shared import device as devices
from mathviz.concepts.shared.corpus import Corpus, alice
from mathviz.concepts.shared.transformer import Transformer
from mathviz.trace import Claim, Trace

PROMPT = "Alice thought "
"""What the model goes on from, to be judged by its words."""


@dataclass(frozen=True)
class LanguageModel(Trace):
    """A trained transformer, how its loss fell, and what it makes of unseen text. Losses are nats per character."""

    weights: Float32[ndarray, "weight"]
    loss: Float64[ndarray, "update"]  # of each batch
    held_out: Float64[ndarray, ""]  # over the part of the text that was not trained on
    unigram: Float64[ndarray, ""]  # of guessing by how often each character comes, on the same part
    greedy: Int64[ndarray, "written"]  # the prompt and what the model goes on with, always the likeliest character
    sizes: Int64[ndarray, "seven"]  # of the transformer: symbols, width, heads, blocks, context, lookback, hidden

    tolerances = {  # noqa: RUF012
        "weights": float("inf"), "greedy": float("inf"), "loss": 0.2, "held_out": 0.02,
    }  # fmt: skip
    # other processors round otherwise, and training magnifies it; the claims bound what comes of it

    @property
    def shape(self) -> Transformer:
        """What the weights are of."""
        return Transformer(*map(int, self.sizes))

    @property
    def corpus(self) -> Corpus:
        return alice()

    @property
    def written(self) -> str:
        """The greedy text."""
        return self.corpus.decode(self.greedy)

    @property
    def known_words(self) -> float:
        """Share of the words that the model wrote, but for the cut last one, that the book has."""
        words, book = self.written[len(PROMPT) :].split()[:-1], set(self.corpus.text.split())
        return sum(word in book for word in words) / max(len(words), 1)

    def logits(self, tokens: ndarray) -> ndarray:
        """For the character after each of [token], [token symbol] in float64. At most as many as the context."""
        return self.shape.answer(self.weights, tokens)

    def check(self) -> list[Claim]:
        length = self.shape.context
        piece = self.corpus.held_out[: 4 * length].reshape(4, length)
        found = np.mean([loss_of(self.logits(row[:-1]), row[1:]) for row in piece])
        fit = float(self.loss[-50:].mean())
        follows = all(int(self.logits(self.greedy[max(0, at - length) : at])[-1].argmax()) == self.greedy[at]
                      for at in range(len(PROMPT), len(PROMPT) + 20))  # fmt: skip
        return [
            Claim("unseen text is far less surprising than by counting characters",
                  bool(self.held_out < 0.65 * self.unigram), f"{self.held_out:.3f} and {self.unigram:.3f} nats"),
            Claim("what was learned holds on unseen text", bool(self.held_out - fit < 0.35),
                  f"{fit:.3f} and {self.held_out:.3f} nats"),
            Claim("numpy's loss on unseen text is torch's, to the spread of pieces", abs(found - self.held_out) < 0.2,
                  f"{found:.3f} nats"),
            Claim("each character written is the likeliest", follows, f"{self.written[: len(PROMPT) + 20]!r}"),
            Claim("what it writes are words", self.known_words > 0.9, f"{self.known_words:.0%} are in the book"),
        ]  # fmt: skip


def train_language_model(
    *, width: int = 96, heads: int = 4, blocks: int = 2, context: int = 96, updates: int = 1500, rows: int = 16,
    rate: float = 4e-3, written: int = 80, seed: int = 0, device: str = "auto",
) -> LanguageModel:  # fmt: skip
    """Train on random pieces of the book, then judge by its end. AdamW, annealed along a cosine, gradients clipped."""
    import torch

    where, corpus, random = devices.choose(device), alice(), np.random.default_rng(seed)
    shape = Transformer(len(corpus.symbols), width, heads, blocks, context, hidden=4 * width)
    model = shape.build(seed).to(where)
    optimizer = torch.optim.AdamW(model.parameters(), lr=rate)
    annealing = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, updates)
    losses = []
    for _ in range(updates):
        told, wanted = (torch.as_tensor(part, device=where) for part in corpus.batch(rows, context, random))
        loss = torch.nn.functional.cross_entropy(shape.logits(model, told).flatten(0, 1), wanted.flatten())
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        annealing.step()
        losses.append(loss.detach())
    weights = torch.cat([part.detach().flatten() for part in model.parameters()]).cpu().numpy()
    shares = np.bincount(corpus.training, minlength=shape.symbols) + 1.0
    return LanguageModel(
        weights=weights, loss=torch.stack(losses).double().cpu().numpy(),
        held_out=np.array(held_out_loss(shape, weights, corpus)),
        unigram=np.array(-np.log(shares / shares.sum())[corpus.held_out].mean()),
        greedy=write(shape, weights, corpus.encode(PROMPT), written),
        sizes=np.array([shape.symbols, width, heads, blocks, context, shape.lookback, shape.hidden]),
    )  # fmt: skip


def held_out_loss(shape: Transformer, weights: ndarray, corpus: Corpus) -> float:
    """Mean cross-entropy over whole pieces of the held-out text, as many characters as the context each."""
    import torch

    model, length = shape.loaded(weights), shape.context
    text = corpus.held_out
    pieces = torch.as_tensor(text[: (len(text) - 1) // length * length + 1].copy())
    told, wanted = pieces[:-1].reshape(-1, length), pieces[1:].reshape(-1, length)
    with torch.no_grad():
        return float(torch.nn.functional.cross_entropy(shape.logits(model, told).flatten(0, 1), wanted.flatten()))


def write(shape: Transformer, weights: ndarray, prompt: ndarray, count: int) -> ndarray:
    """The prompt and the likeliest character ``count`` times, [character]."""
    text = list(prompt)
    for _ in range(count):
        text.append(int(shape.answer(weights, np.array(text[-shape.context :]))[-1].argmax()))
    return np.array(text)


def loss_of(logits: ndarray, wanted: ndarray) -> float:
    """Mean cross-entropy in nats of [token symbol] for what came, [token]."""
    shifted = logits - logits.max(axis=-1, keepdims=True)
    chances = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    return float(-chances[np.arange(len(wanted)), wanted].mean())
