"""The transformer against torch's own layers, against itself with another mask, and numpy's answers against torch's."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from mathviz.concepts.shared import transformer
from mathviz.concepts.shared.transformer import Transformer

SHAPE = Transformer(symbols=11, width=24, heads=3, blocks=2, context=20, lookback=3, hidden=40)
TOKENS = torch.tensor(np.random.default_rng(0).integers(0, 11, (2, 15)))


@pytest.fixture(scope="module")
def model():
    made = SHAPE.build(3).double()
    with torch.no_grad():
        for part in made.parameters():
            part += 0.1 * torch.randn(part.shape, generator=torch.Generator().manual_seed(1))
    return made


def test_weights_come_in_the_order_that_is_named(model):
    assert {name: tuple(part.shape) for name, part in model.named_parameters()} == SHAPE.shapes
    assert list(dict(model.named_parameters())) == list(SHAPE.shapes)
    assert sum(part.numel() for part in model.parameters()) == SHAPE.size


def test_numpy_answers_as_torch_does(model):
    weights = torch.nn.utils.parameters_to_vector(model.parameters()).detach().numpy()
    with torch.no_grad():
        expected = SHAPE.logits(model, TOKENS).numpy()
    for row in range(2):
        assert np.abs(SHAPE.answer(weights, TOKENS[row].numpy()) - expected[row]).max() < 1e-12
    with pytest.raises(ValueError, match="this transformer has"):
        SHAPE.answer(weights[:-1], TOKENS[0].numpy())


def test_recorded_weights_make_the_same_model(model):
    weights = torch.nn.utils.parameters_to_vector(model.parameters()).detach().float().numpy()
    again = SHAPE.loaded(weights)
    assert np.array_equal(torch.nn.utils.parameters_to_vector(again.parameters()).detach().numpy(), weights)


def test_a_block_is_torchs_encoder_layer(model):
    block, state = model["blocks"][0], torch.randn(2, 15, 24, dtype=torch.double)
    theirs = torch.nn.TransformerEncoderLayer(24, 3, 40, 0.0, "gelu", batch_first=True, norm_first=True).double()
    names = {"norm1": theirs.norm1, "norm2": theirs.norm2, "out": theirs.self_attn.out_proj, "up": theirs.linear1,
             "down": theirs.linear2}  # fmt: skip
    for name, part in names.items():
        part.load_state_dict(block[name].state_dict())
    theirs.self_attn.in_proj_weight.data, theirs.self_attn.in_proj_bias.data = block["qkv"].weight, block["qkv"].bias
    hides = torch.nn.Transformer.generate_square_subsequent_mask(15, dtype=torch.double)
    assert torch.allclose(transformer.block_step(block, state, 3), theirs.train()(state, hides), atol=1e-12)


def test_nothing_looks_ahead(model):
    changed = TOKENS.clone()
    changed[:, 9] = (changed[:, 9] + 1) % 11
    before, after = SHAPE.logits(model, TOKENS), SHAPE.logits(model, changed)
    assert torch.equal(before[:, :9], after[:, :9]) and not torch.allclose(before[:, 9], after[:, 9])


def test_windows_hold_a_character_and_those_before_it():
    assert transformer.windows(torch.tensor([[5, 6, 7]]), 3).tolist() == [[[5, -1, -1], [6, 5, -1], [7, 6, 5]]]


def test_a_tree_of_guesses_is_read_as_each_of_its_branches(model):
    """Two branches after one text in one pass, each seeing its own ancestors only: as if each were read alone."""
    text, branches = TOKENS[0, :8].tolist(), ([1, 2], [3, 4])
    nodes = [*text, *branches[0], *branches[1]]
    parents = [*range(-1, 7), 7, 8, 7, 10]
    ancestors = torch.zeros(12, 12, dtype=torch.bool)
    window = torch.full((1, 12, 3), -1)
    for node in range(12):
        at, back = node, 0
        while at >= 0:
            ancestors[node, at] = True
            if back < 3:
                window[0, node, back] = nodes[at]
            at, back = parents[at], back + 1
    places = ancestors.sum(dim=1) - 1
    state = transformer.embed(model, window, places)
    for block in model["blocks"]:
        state = transformer.block_step(block, state, 3, ancestors)
    for branch, found in zip(branches, (model["norm"](state)[0, 8:10], model["norm"](state)[0, 10:12]), strict=True):
        alone = SHAPE.hidden_states(model, torch.tensor([text + branch]))[0, 8:]
        assert torch.allclose(found, alone, atol=1e-12)


def test_seeds_are_the_models_own():
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    one, other = SHAPE.build(0), SHAPE.build(0)
    assert torch.equal(torch.rand(3), expected)
    assert all(torch.equal(a, b) for a, b in zip(one.parameters(), other.parameters(), strict=True))
