"""The shared language model: a small one trained here learns, the same twice, and says what is wrong with itself."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from mathviz.concepts import language_model as module
from mathviz.concepts.language_model import LanguageModel, train_language_model
from mathviz.concepts.shared.corpus import alice

SMALL = {"width": 24, "heads": 2, "blocks": 1, "context": 32, "updates": 60, "written": 30, "device": "cpu"}


WRONG = {
    "other weights": (
        lambda run: {"weights": run.weights * np.float32(1.2)},
        "numpy's loss on unseen text is torch's, to the spread of pieces",
    ),
    "a loss no better than counting": (
        lambda run: {"held_out": run.unigram}, "unseen text is far less surprising than by counting characters",
    ),
    "a text learned by heart": (lambda run: {"loss": run.loss - 1}, "what was learned holds on unseen text"),
    "another text": (lambda run: {"greedy": run.greedy[::-1]}, "each character written is the likeliest"),
    "no words": (lambda run: {"greedy": np.where(run.greedy > 20, 30, run.greedy)}, "what it writes are words"),
}  # fmt: skip


@pytest.fixture(scope="module")
def beginner() -> LanguageModel:
    return train_language_model(**SMALL)


def test_training_lowers_the_loss_to_that_of_unseen_text(beginner):
    assert beginner.loss[0] == pytest.approx(np.log(65), abs=0.2) and beginner.loss[-10:].mean() < 3.2
    assert float(beginner.held_out) == pytest.approx(beginner.loss[-10:].mean(), abs=0.3)


def test_numpys_loss_over_all_pieces_is_torchs(beginner):
    shape, text = beginner.shape, alice().held_out
    pieces = text[: (len(text) - 1) // 32 * 32 + 1]
    losses = [module.loss_of(beginner.logits(pieces[at : at + 32]), pieces[at + 1 : at + 33])
              for at in range(0, len(pieces) - 1, 32)]  # fmt: skip
    assert np.mean(losses) == pytest.approx(float(beginner.held_out), abs=1e-5)
    assert shape.size == len(beginner.weights)


def test_the_loss_is_torchs_cross_entropy():
    logits, wanted = np.random.default_rng(0).standard_normal((5, 7)), np.array([0, 6, 3, 3, 1])
    expected = torch.nn.functional.cross_entropy(torch.tensor(logits), torch.tensor(wanted))
    assert module.loss_of(logits, wanted) == pytest.approx(float(expected), abs=1e-12)


def test_what_it_writes_begins_with_the_prompt_and_is_the_likeliest(beginner):
    assert beginner.written.startswith(module.PROMPT) and len(beginner.written) == len(module.PROMPT) + 30
    for at in range(len(module.PROMPT), len(beginner.greedy)):
        assert beginner.logits(beginner.greedy[max(0, at - 32) : at])[-1].argmax() == beginner.greedy[at]


def test_a_beginner_is_refused(beginner):
    assert "unseen text is far less surprising than by counting characters" in {
        claim.says for claim in beginner.check() if not claim.holds
    }
