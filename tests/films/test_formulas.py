"""What formulas say as text, what is wrong with them, and where their symbols are."""

from __future__ import annotations

import pytest

from mathviz.films import formulas
from mathviz.films.formulas import faults, in_tex, labelled, names, occurrences, pieces, readable

SAID = [
    (r"e^{m-m'}", "e^(m−m′)"),
    ("2(N−1)/N·S", "2(N−1)/N·S"),
    ("N^2", "N²"),
    (r"x_{t-1}", "xₜ₋₁"),
    (r"\frac{x_t}{2\pi n}", "xₜ/(2πn)"),
    (r"\frac{1-a}{\sqrt{1-\bar\alpha_t}}", "(1−a)/√(1−α\u0304ₜ)"),
    (r"\epsilon_\theta(x_t, t)", "ε_θ(xₜ,t)"),
    (r"\nabla \log p_t(x) \approx s", "∇log pₜ(x) ≈ s"),
    (r"\mathbb{E}\left\Vert \epsilon \right\Vert^2 \le 10^{-3}", "𝔼‖ε‖² ≤ 10⁻³"),
    (r"\sum_{i=1}^n x_i", "∑ᵢ₌₁ⁿxᵢ"),
    (r"\mathrm{softmax}(QK^T/\sqrt d)", "softmax(QKᵀ/√d)"),
    (r"a\,b \quad c", "ab c"),
]


@pytest.mark.parametrize(("tex", "said"), SAID)
def test_a_formula_can_be_read_as_text(tex: str, said: str) -> None:
    assert readable(tex) == said


def test_signs_may_be_typed_as_they_are() -> None:
    assert in_tex("2(N−1)/N·S ≤ N²") == r"2(N-1)/N\cdot S \leq  N^{2}"
    assert readable(in_tex("2(N−1)/N·S")) == "2(N−1)/N·S"


FAULTS = [
    ("5 $ more", "a dollar without its partner"),
    ("$$", "is empty"),
    ("$和$", "'和' cannot be typeset in a formula; put Chinese outside"),
    ("$e^(m−m′)$", "^( sets a bracket alone; several signs need braces: ^{…}"),
    ("$N={ranks}$", r"{{ranks}} is the trace's number, \mathrm{ranks} the word"),
    ("$x_{max}$", r"\mathrm{max} the word"),
    ("$x={mean:.2f}$", "{{mean:.2f}} is the trace's number"),
    (r"$\frac{a}$", "lacks an argument"),
    ("$a^b^c$", "has two of ^ on one sign"),
    ("$a}$", "a closing brace too many"),
    ("${a$", "lacks a }"),
    (r"$\left(a$", r"lacks a \right"),
    ("$x_$", "lacks an argument"),
]


@pytest.mark.parametrize(("text", "says"), FAULTS)
def test_what_cannot_be_typeset_is_told(text: str, says: str) -> None:
    (told,) = faults(text)
    assert says in told


@pytest.mark.parametrize(
    "text",
    ["no formula", r"costs \$5", "$2S$", "$x_{t}$", r"$p_{\text{data}}$", r"$\mathrm{softmax}$", "$FlashAttention-1$",
     "$2^{{{bits}}}$", "$a_{n:m}$", r"$\frac{\sqrt{2}}{3}$", r"$\left\{a\right.$", "$m'_t^2$"],
)  # fmt: skip
def test_what_can_be_typeset_is_let_pass(text: str) -> None:
    assert not faults(text)


def test_words_formulas_and_names_are_told_apart() -> None:
    found = [(piece.content, piece.is_formula) for piece in pieces(r"Ring: $2S$, \$5 and $FP16$ or $GPT-4$.")]
    assert found == [("Ring: ", False), ("2S", True), (", $5 and FP16 or GPT-4.", False)]


def test_what_is_shown_elsewhere_has_words_and_formulas_in_turn() -> None:
    assert formulas.parted(r"$e^{m-m'}$ costs \$5 with $GPT-4$, not $2S$") == [
        "", "e^(m−m′)", " costs $5 with GPT-4, not ", "2S", "",
    ]  # fmt: skip
    assert formulas.parted("a lone $ is one") == ["a lone $ is one"]


def test_a_symbol_is_found_with_its_subscript_and_whatever_its_power() -> None:
    tex = r"x_t^2 + x_{t} - x_{t-1} + m' + m + \epsilon_\theta(x_t)"
    found = [name for name, _ in occurrences(tex, ["x_t", "m", "m'", r"\epsilon_\theta", "x"])]
    assert found == ["x_t", "x_t", "m'", "m", r"\epsilon_\theta", "x_t"]


def test_a_letter_within_a_command_or_a_word_is_no_symbol() -> None:
    assert not occurrences(r"\Sigma + \text{S} + \mathrm{S} + S_1", ["S"])
    assert len(occurrences(r"\frac{S}{2} + \sqrt{S} + a^S + a_{S}", ["S"])) == 4


def test_the_longer_symbol_wins() -> None:
    found = occurrences(r"\epsilon - \epsilon_\theta(x_t)", [r"\epsilon", r"\epsilon_\theta(x_t)", "x_t"])
    assert [name for name, _ in found] == [r"\epsilon", r"\epsilon_\theta(x_t)"]


def test_each_sign_of_a_symbol_is_coloured_by_itself() -> None:
    tex, found = labelled(r"x_t^2", ["x_t"])
    assert tex == r"{{\color[RGB]{0,0,1} x}}_{{\color[RGB]{0,0,1} t}}^2" and found == ["x_t"]


def test_what_a_formula_has_is_listed() -> None:
    assert names(r"\frac{x_t^2}{\sqrt{\bar\alpha_t}} + \log z") == ["x_t", r"\bar{\alpha}_t", "z"]


def test_numbers_keep_their_meaning_in_tex() -> None:
    assert formulas.number_in_tex("1,024") == "1{,}024"
    assert formulas.number_in_tex("38%") == r"38\%"
    assert formulas.number_in_tex("rank_a") == r"\text{rank\_a}"
