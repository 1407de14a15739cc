"""What LaTeX refuses is told with the script's line, before anything is drawn."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from mathviz.films import script
from mathviz.project.errors import ScriptError

FILM = r"""title: {en: Sums}
question: {en: "How is $S$ shared?"}
languages: [en]
computation: some.module:function
symbols: {S: data}
formulas:
  law: {tex: 'S = \sum_n x_n'}
labels:
  share: {en: "$\\frac{S}{{{ranks}}}$ each"}
beats:
  - id: first
    chapter: {en: First}
    captions:
      - {en: "$S/{{ranks}}$ is little."}
alt: {en: A picture.}
references: [{text: Somebody}]
"""


def refused(folder: Path, text: str) -> str:
    from mathviz.stage.typesetting import try_formulas

    path = folder / "sums.yaml"
    path.write_text(text, encoding="utf-8")
    trace: Any = SimpleNamespace(ranks=4)
    try:
        try_formulas(script.read(path), path, "en", trace)
    except ScriptError as error:
        return str(error).replace(str(path), path.name)
    return ""


def test_what_latex_accepts_is_let_pass(manim: None, tmp_path: Path) -> None:
    assert not refused(tmp_path, FILM)


@pytest.mark.parametrize(
    ("before", "after", "line"),
    [("$S/{{ranks}}$", r"$\\Sigm/{{ranks}}$", 14), (r"\\frac{S}", r"\\fraq{S}", 9), (r"\sum_n", r"\summ_n", 7)],
    ids=["caption", "label", "formula"],
)
def test_a_refusal_has_the_scripts_line_and_latexs_words(
    manim: None, tmp_path: Path, before: str, after: str, line: int
) -> None:  # fmt: skip
    told = refused(tmp_path, FILM.replace(before, after))
    assert told.startswith(f"sums.yaml:{line}: LaTeX refuses $") and "Undefined control sequence" in told
