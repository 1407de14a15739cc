"""All formulas of a script, tried before anything is drawn: what LaTeX refuses is told with its line."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from mathviz.films import formulas, script
from mathviz.films.script import Script
from mathviz.mobjects.typeset import tex_line
from mathviz.project.errors import ScriptError
from mathviz.trace import Trace


def try_formulas(told: Script, path: Path, language: str, found: Trace) -> None:
    """Typeset what the film shows in a language. Raises ScriptError with LaTeX's words for each that it refuses."""
    faults = []
    for text, filled in _texts(told, language, found):
        for piece in formulas.pieces(filled):
            if piece.is_formula:
                faults += _refused(path, text, piece.content, tuple(told.symbols), False)
    for formula in told.formulas.values():
        symbols = tuple(told.symbols | formula.symbols)
        faults += _refused(path, formula.tex, formula.tex, symbols, True)
    if faults:
        raise ScriptError("\n".join(dict.fromkeys(faults)))


def _texts(told: Script, language: str, found: Trace) -> Iterator[tuple[str, str]]:
    """Texts as they stand in the script, and filled; a label's values are the scene's, so any digit stands for them."""
    for texts in (told.title, told.question, *(caption for beat in told.beats for caption in beat.captions)):
        yield texts[language], script.fill(texts[language], found, keep_formulas=True)
    for texts in told.labels.values():
        yield texts[language], formulas.NUMBER.sub("0", texts[language])


def _refused(path: Path, text: str, formula: str, symbols: tuple[str, ...], display: bool) -> list[str]:
    try:
        tex_line(formula, symbols, display)
    except ScriptError as error:
        return [f"{path}:{script.line_of(path, text)}: {error}"]
    return []
