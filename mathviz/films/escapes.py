r"""What YAML's double quotes make of LaTeX: a backslash begins an escape, and ``"\theta"`` is a tab and ``heta``."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

import yaml

from mathviz.films.formulas import FORMULA

_NAMES = {
    "\0": "a null", "\a": "a bell", "\b": "a backspace", "\t": "a tab", "\n": "a new line", "\v": "a vertical tab",
    "\f": "a form feed", "\r": "a carriage return", "\x1b": "an escape", "\x85": "a new line", "\xa0": "a blank",
    "\u2028": "a new line", "\u2029": "a new paragraph",
}  # fmt: skip
_MEANS = dict(zip("0abtnvfreN_LP", "\0\a\b\t\n\v\f\r\x1b\x85\xa0\u2028\u2029", strict=True))
_ESCAPE = re.compile(r"\\(.)([A-Za-z]*)")

MEND = r"in double quotes write \\{word}, or use single quotes"


def faults(root: yaml.Node, text: str) -> dict[int, str]:
    """Line → what is wrong there with a text that holds signs which nobody types: no terminal, font or LaTeX has them.

    A new line is one of them only within a formula: between dollars, in ``tex``, and as a symbol.
    """
    lines, found = text.splitlines(), dict[int, str]()
    for node, is_tex in _scalars(root, set()):
        formulas = [node.value] if is_tex and node.style == '"' else FORMULA.findall(node.value)
        wrong = {sign for sign in node.value if sign != "\n" and unicodedata.category(sign) in ("Cc", "Zl", "Zp")}
        wrong |= {sign for formula in formulas for sign in formula if sign in "\n\xa0"}
        if wrong:
            line, says = _said(node, wrong, lines)
            found.setdefault(line, says)
    return found


def hint(error: yaml.YAMLError, text: str) -> str:
    """What to write for an escape that YAML does not know, such as ``\\phi``; empty if that is not the error."""
    mark = getattr(error, "problem_mark", None)
    if mark is None or "escape" not in str(getattr(error, "problem", "")):
        return ""
    line = text.splitlines()[mark.line]
    begins = line.rfind("\\", 0, mark.column + 1)
    word = re.match(r"[A-Za-z]+|.?", line[begins + 1 :])
    return f"; {MEND.format(word=word.group() if word else '')}" if begins >= 0 else ""


def _said(node: yaml.ScalarNode, wrong: set[str], lines: list[str]) -> tuple[int, str]:
    for number in range(node.start_mark.line, min(node.end_mark.line + 1, len(lines))):
        line = lines[number]
        for escape in _ESCAPE.finditer(line) if node.style == '"' else ():
            letter, rest = escape.groups()
            if (sign := _MEANS.get(letter)) in wrong and not (sign == "\n" and not rest):
                became = f"{_NAMES[sign]} and {rest!r}" if rest else _NAMES[sign]
                return number + 1, rf"\{letter}{rest} becomes {became}: {MEND.format(word=letter + rest)}"
        if there := wrong & set(line):
            return number + 1, f"holds {_NAMES.get(there.pop(), 'a control character')}; type a blank"
    what = " and ".join(sorted(_NAMES.get(sign, "a control character") for sign in wrong))
    return node.start_mark.line + 1, f"a text holds {what} where none can be; a formula stands on one line"


def _scalars(node: yaml.Node, seen: set[int], is_tex: bool = False) -> Iterator[tuple[yaml.ScalarNode, bool]]:
    """Every scalar, once, and whether it is LaTeX without dollars."""
    if id(node) in seen:
        return
    seen.add(id(node))
    if isinstance(node, yaml.ScalarNode):
        yield node, is_tex
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _scalars(item, seen)
    elif isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield from _scalars(key, seen, is_tex)
            yield from _scalars(value, seen, key.value in ("tex", "symbols"))
