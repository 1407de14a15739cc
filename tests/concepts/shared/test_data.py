"""Shared data: what they are said to be."""

from __future__ import annotations

import numpy as np
import pytest

from mathviz.concepts.shared import data
from mathviz.concepts.shared.corpus import Corpus, alice


def test_moons_part_into_an_upper_and_a_lower_one():
    moons = data.two_moons()
    which = data.moon_of(moons)
    assert which.tolist() == [0] * 64 + [1] * 64
    assert moons.means[which == 0, 1].mean() > 0.5 > -0.5 > moons.means[which == 1, 1].mean()


def test_eight_gaussians_stand_on_a_circle():
    ring = data.eight_gaussians()
    assert np.allclose(np.hypot(*ring.means.T), 2) and ring.means[2] == pytest.approx([0, 2])
    drawn = ring.draw(4000, np.random.default_rng(0))
    assert np.hypot(*drawn.T).std() == pytest.approx(0.05, rel=0.1)


def test_three_humps_have_mean_0_and_variance_1():
    humps = data.three_humps()
    assert humps.weights @ humps.means[:, 0] == pytest.approx(0, abs=1e-15)
    assert humps.weights @ humps.means[:, 0] ** 2 + humps.deviation**2 == pytest.approx(1)


def test_digits_are_scikit_learns():
    images, which = data.digits()
    assert images.shape == (1797, 8, 8) and images.min() == -1 and images.max() == 1 and set(which) == set(range(10))
    assert data.digits(0.0)[0].min() == 0 and np.allclose(2 * data.digits(0.0)[0] - 1, images)


def test_the_corpus_is_alice_and_encodes_itself():
    corpus = alice()
    assert corpus.text.startswith("CHAPTER I\nDown the Rabbit-Hole\nAlice was beginning") and len(corpus.symbols) == 65
    assert corpus.decode(corpus.tokens) == corpus.text
    assert len(corpus.training) + len(corpus.held_out) == len(corpus.text) and len(corpus.held_out) > 14_000
    with pytest.raises(ValueError, match="the corpus has no '@'; it has"):
        corpus.encode("a@b")


def test_batches_are_pieces_with_what_comes_next():
    corpus = Corpus("abcdefghij" * 20)
    told, wanted = corpus.batch(50, 7, np.random.default_rng(0))
    assert told.shape == wanted.shape == (50, 7)
    assert np.array_equal(wanted, (told + 1) % 10) and len(set(told[:, 0])) == 10


def test_another_text_is_not_taken_for_it(monkeypatch):
    monkeypatch.setattr("mathviz.concepts.shared.corpus.SHA256", "0")
    with pytest.raises(ValueError, match="not the text"):
        alice.__wrapped__()
