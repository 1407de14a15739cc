"""Attention as a look-up against torch, autograd and closed forms; wrong versions of it are refused."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy.spatial import Delaunay

from mathviz import trace
from mathviz.concepts import learned_keys
from mathviz.concepts.attention_lookup import HARD, AttentionLookup
from mathviz.concepts.learned_keys import CORNERS, attend, recall
from mathviz.concepts.score_scale import draw_scores
from mathviz.project import HOME, Project


@pytest.fixture(scope="module")
def run() -> AttentionLookup:
    """As it was recorded."""
    return trace.load(AttentionLookup, Project(HOME).recorded / "attention_lookup", check=False)


def test_weights_are_torchs_softmax_of_scaled_scores(run):
    queries, keys = (torch.tensor(each[-1].astype(float)) for each in (run.queries, run.keys))
    assert np.allclose(attend(run.queries[-1], run.keys[-1]), torch.softmax(queries @ keys.T / 2**0.5, dim=1).numpy())


def test_the_slope_is_that_of_autograd(run):
    scores = torch.tensor(run.scores[2, :20].astype(float) / np.sqrt(run.widths[2]))
    norms = [
        torch.autograd.functional.jacobian(lambda each: torch.softmax(each, dim=0), one).norm().item() for one in scores
    ]
    small = draw_scores(tuple(run.widths.tolist()), 16, 20, 0)
    assert np.mean(norms) == pytest.approx(type(small)(run.widths, run.scores[:, :20]).slope(1)[2])


def test_entropy_is_scipys(run):
    from scipy.stats import entropy

    weights = torch.softmax(torch.tensor(run.scores[0].astype(float)), dim=1).numpy()
    assert run.bits(0)[0] == pytest.approx(entropy(weights, base=2, axis=1).mean())


def test_scores_vary_as_the_width_says():
    found = draw_scores((9, 100), 16, 4000, 1)
    assert np.allclose(found.scores.var(axis=(1, 2)) / [9, 100], 1, atol=0.05)


def test_answers_lie_in_the_triangle_by_scipys_own_test(run):
    inside = Delaunay(1.000001 * CORNERS)
    assert (inside.find_simplex(run.answers(run.angles, len(run.loss) - 1)) >= 0).all()


def test_the_film_stops_between_the_first_two_colours(run):
    weights = run.toward(np.array([run.shown]), run.halfway)[0]
    assert {int(run.own[at]) for at in np.argsort(-weights)[:2]} == {0, 1}


def test_blocks_are_attention_to_the_keys_so_far(run):
    query = run.toward(np.array([run.shown]), run.halfway)[0]
    for block, answer in enumerate(run.block_answers):
        seen = query[: run.block * (block + 1)]
        assert np.allclose(seen @ CORNERS[run.own[: len(seen)]] / seen.sum(), answer)


def test_between_readings_keys_are_between(run):
    first, second, middle = (run.toward(run.angles, at) for at in (3, 4, 3.5))
    assert ((np.minimum(first, second) - 0.05 < middle) & (middle < np.maximum(first, second) + 0.05)).all()


def test_recalls_are_judged_by_attention_over_the_pairs_alone():
    """With keys far apart every answer is right; with queries that point elsewhere none need be."""
    angles = np.arange(6) * np.pi / 3
    around = 30 * torch.tensor(np.stack([np.cos(angles), np.sin(angles)], axis=1))[None]
    error, right = recall(around, around, 5, 512, torch.Generator().manual_seed(0))
    assert right.item() == 1.0 and error.item() < 1e-6
    error, right = recall(around.roll(1, dims=1), around, 5, 512, torch.Generator().manual_seed(0))
    assert right.item() < 0.6 and error.item() > 0.5


def test_training_does_not_start_where_it_ends():
    few = learned_keys.train_to_recall(6, 5, 20, 10, 2, 3)
    assert few.loss[-1] < few.loss[0] and "training ends with hardly a wrong answer" in str(failing(few))


def failing(found: learned_keys.LearnedKeys) -> set[str]:
    return {claim.says for claim in found.check() if not claim.holds}


SMALL = {"updates": 100, "trainings": 2, "draws": 20, "angles": 72}

WRONG = {
    "one answer too few": (lambda run: {"right": run.right * 0.9}, "training ends with hardly a wrong answer"),
    "another training that failed": (lambda run: {"other_right": run.other_right * 0.9}, "hardly a wrong answer"),
    "queries that never moved": (
        lambda run: {"queries": np.repeat(run.queries[:1], len(run.queries), 0)}, "every query points at its own key",
    ),
    "a symbol asked by another's query": (
        lambda run: {"queries": np.roll(run.queries, 1, axis=1)},
        ("points at its own key", "its own key ends near one"),
    ),
    "two keys in one place": (
        lambda run: {"keys": run.keys[:, [0, 0, 2, 3, 4, 5]]}, "keys stand all around",
    ),
    "trained from the end to the begin": (
        lambda run: {"loss": run.loss[::-1], "right": run.right[::-1]}, "untrained, many answers are wrong",
    ),
    "other trainings that ended elsewhere": (
        lambda run: {"other_queries": -run.other_queries}, "from other draws within",
    ),
    "scores not scaled in torch": (
        lambda run: {"torch_answers": attend(np.sqrt(2) * direction(run), run.keys[run.halfway]) @ CORNERS[run.own]},
        "answers are torch's",
    ),
    "shuffled keys with unshuffled values": (
        lambda run: {"shuffled_answers": run.toward(run.angles, run.halfway) @ CORNERS[run.own[run.order]]},
        "shuffled pairs give the same answers",
    ),
    "values traded back": (lambda run: {"torch_traded": run.torch_answers}, "mixed by the same weights"),
    "the answer of the largest weight": (
        lambda run: {"torch_answers": run.answers(run.angles, run.halfway, HARD)}, "answers are torch's",
    ),
    "blocks averaged": (
        lambda run: {"block_answers": np.cumsum(run.block_answers, 0) / np.arange(1, 4)[:, None]},
        "the last block's answer is that of all keys",
    ),
    "scores divided already": (
        lambda run: {"scores": (run.scores / np.sqrt(run.widths)[:, None, None]).astype("f4")}, "scores spread as √d",
    ),
    "scores divided by d": (
        lambda run: {"widths": np.sqrt(run.widths).astype(int)}, ("scores spread as √d", "divided, the slope stays"),
    ),
}  # fmt: skip


def direction(run: AttentionLookup) -> np.ndarray:
    """Queries [angle two] as long as the trained ones are on average where the film stops."""
    length = np.linalg.norm(run.queries[run.halfway].astype(float), axis=1).mean()
    return length * np.stack([np.cos(run.angles), np.sin(run.angles)], axis=1)
