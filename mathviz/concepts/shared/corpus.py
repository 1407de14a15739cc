"""The text that language models are trained on: Alice's Adventures in Wonderland, as numbers of its symbols."""

from __future__ import annotations

import functools
import hashlib
from dataclasses import dataclass

import numpy as np
from numpy import ndarray

from mathviz.project import ASSETS

SHA256 = "f7e40cf3a0c5774bd0e7ac873d75f3df348c845b9d7a10b0b8aeefb376057245"
"""Of the text, so that another text is another code, and what was trained on it is computed anew."""

HELD_OUT = 0.1
"""The last share of the text, which nothing is trained on."""


@dataclass(frozen=True)
class Corpus:
    """A text and its symbols, in the order of their code points."""

    text: str

    @functools.cached_property
    def symbols(self) -> str:
        return "".join(sorted(set(self.text)))

    @functools.cached_property
    def tokens(self) -> ndarray:
        """The text as numbers, [character]."""
        return self.encode(self.text)

    @property
    def training(self) -> ndarray:
        """What models may see, [character]."""
        return self.tokens[: round(len(self.tokens) * (1 - HELD_OUT))]

    @property
    def held_out(self) -> ndarray:
        """What they are judged by, [character]."""
        return self.tokens[len(self.training) :]

    def encode(self, text: str) -> ndarray:
        """Numbers of the characters, [character]. Raises ValueError for one that the corpus has not."""
        try:
            return np.array([self.symbols.index(character) for character in text], np.int64)
        except ValueError:
            strange = sorted(set(text) - set(self.symbols))
            raise ValueError(f"the corpus has no {' '.join(map(repr, strange))}; it has {self.symbols!r}") from None

    def decode(self, tokens: ndarray) -> str:
        """The characters of numbers [character]."""
        return "".join(self.symbols[int(token)] for token in tokens)

    def batch(self, rows: int, length: int, random: np.random.Generator) -> tuple[ndarray, ndarray]:
        """Pieces of the training text drawn anywhere, [row token], and the character after each, [row token]."""
        starts = random.integers(0, len(self.training) - length, rows)
        pieces = self.training[starts[:, None] + np.arange(length + 1)]
        return pieces[:, :-1], pieces[:, 1:]


@functools.cache
def alice() -> Corpus:
    """The frozen text. Raises ValueError if the file is another one."""
    data = (ASSETS / "text" / "alice.txt").read_bytes()
    if hashlib.sha256(data).hexdigest() != SHA256:
        raise ValueError("assets/text/alice.txt is not the text that the models were trained on")
    return Corpus(data.decode())
