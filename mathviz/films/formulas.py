r"""Formulas within a script's texts: where they stand, what they say aloud, and where their symbols are.

A formula stands between dollars and is LaTeX's mathematics: ``$e^{m-m'}$``. Within it braces are TeX's, and a number
of the trace stands in double braces, ``$2^{{{bits}}}$``; outside it single braces hold one, ``{bits}``. Signs may be
typed as they are, ``$2(N−1)/N·S$``. What has no TeX in it and is a word is a name, ``$FlashAttention-1$``, and is set
as words are. ``\$`` is a dollar.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

FORMULA = re.compile(r"(?<!\\)\$((?:\\.|[^$\\])*)\$")
"""A formula in a text; the group is what stands between its dollars."""

NUMBER = re.compile(r"\{\{([A-Za-z_]\w*)(:[^{}]*)?\}\}")
"""A number of the trace within a formula: its name, and its format with the colon."""

_HAN = re.compile(r"[\u3000-\u9fff\uff00-\uffef]+")
_TEX = re.compile(r"[\\^_{}]")
_WORD = re.compile(r"[A-Za-z]{3}|[A-Za-z][0-9]")
_BARE = re.compile(r"\{([a-z_]\w+(?::[^{}]*)?|[a-z]:[^{}]*[\d.,%][^{}]*)\}")
_TOKEN = re.compile(r"\\[A-Za-z]+\*?|\\.|\s+|.", re.DOTALL)

_GREEK = """alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau upsilon phi chi
psi omega"""
_CALLED = {"lambda": "LAMDA"}
LETTERS = {name: unicodedata.lookup(f"GREEK SMALL LETTER {_CALLED.get(name, name)}") for name in _GREEK.split()}
LETTERS |= {name.title(): letter.upper() for name, letter in LETTERS.items()} | {
    "varepsilon": "ε", "vartheta": "ϑ", "varphi": "φ", "ell": "ℓ", "hbar": "ℏ", "Re": "Re", "Im": "Im",
}  # fmt: skip
OPERATORS = {
    "cdot": "·", "times": "×", "pm": "±", "mp": "∓", "div": "÷", "ast": "∗", "star": "⋆", "circ": "∘", "odot": "⊙",
    "oplus": "⊕", "otimes": "⊗", "wedge": "∧", "vee": "∨", "cup": "∪", "cap": "∩", "setminus": "∖", "bullet": "•",
    "sum": "∑", "prod": "∏", "int": "∫", "partial": "∂", "nabla": "∇", "infty": "∞", "prime": "′", "dots": "…",
    "ldots": "…", "cdots": "⋯", "forall": "∀", "exists": "∃", "neg": "¬", "emptyset": "∅", "top": "⊤", "bot": "⊥",
    "lfloor": "⌊", "rfloor": "⌋", "lceil": "⌈", "rceil": "⌉", "langle": "⟨", "rangle": "⟩", "vert": "|", "lvert": "|",
    "rvert": "|", "Vert": "‖", "lVert": "‖", "rVert": "‖", "|": "‖", "{": "{", "}": "}", "%": "%", "&": "&", "#": "#",
    "_": "_", "$": "$", "colon": ":", "degree": "°",
}  # fmt: skip
RELATIONS = {
    "le": "≤", "leq": "≤", "ge": "≥", "geq": "≥", "ne": "≠", "neq": "≠", "approx": "≈", "equiv": "≡", "sim": "∼",
    "simeq": "≃", "propto": "∝", "ll": "≪", "gg": "≫", "in": "∈", "notin": "∉", "subset": "⊂", "subseteq": "⊆",
    "to": "→", "rightarrow": "→", "leftarrow": "←", "gets": "←", "mapsto": "↦", "Rightarrow": "⇒", "iff": "⇔",
    "leftrightarrow": "↔", "mid": "|", "parallel": "∥", "perp": "⊥", "lt": "<", "gt": ">", "longrightarrow": "⟶",
}  # fmt: skip
_FUNCTIONS = "log ln exp sin cos tan tanh max min arg argmax argmin lim sup inf det dim ker deg Pr gcd"
FUNCTIONS = frozenset(_FUNCTIONS.split())
_ENDS_WITH_FUNCTION = re.compile(rf"(?:^|[^A-Za-z])(?:{'|'.join(sorted(FUNCTIONS))})$")
ACCENTS = {
    "hat": "\u0302", "widehat": "\u0302", "bar": "\u0304", "overline": "\u0305", "tilde": "\u0303",
    "widetilde": "\u0303", "vec": "\u20d7", "dot": "\u0307", "ddot": "\u0308", "underline": "\u0332",
}  # fmt: skip
_AS_TEXT = """text textrm textbf textit textup mbox mathrm mathbf mathit mathsf mathtt mathcal mathbb mathfrak mathscr
boldsymbol bm operatorname operatorname* begin end hspace vspace color"""
AS_TEXT = frozenset(_AS_TEXT.split())
"""Commands whose argument is a word, not a product of letters."""
SPACES = {",": "", ":": " ", ";": " ", "!": "", " ": " ", "quad": " ", "qquad": " ", "displaystyle": "",
          "textstyle": "", "scriptstyle": "", "limits": "", "nolimits": "", "big": "", "Big": "", "bigl": "",
          "bigr": "", "Bigl": "", "Bigr": "", "bigg": "", "Bigg": "", "middle": "", "\\": "; "}  # fmt: skip
SUPERSCRIPTS = dict(zip("0123456789+−=()niT", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿⁱᵀ", strict=True))
SUBSCRIPTS = dict(zip("0123456789+−=()aehijklmnoprstuvxβγρφχ", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓᵦᵧᵨᵩᵪ", strict=True))
DOUBLE_STRUCK = {"R": "ℝ", "N": "ℕ", "Z": "ℤ", "Q": "ℚ", "C": "ℂ", "P": "ℙ", "E": "𝔼"}
SPACED = frozenset("=<>") | frozenset(RELATIONS.values())

AS_TEX = {sign: f"\\{name} " for name, sign in {**LETTERS, **OPERATORS, **RELATIONS}.items() if ord(sign[0]) > 127}
AS_TEX |= {"−": "-", "′": "'", "…": r"\ldots ", "ε": r"\epsilon ", "φ": r"\phi ", "‖": r"\Vert ", "√": r"\surd "}
AS_TEX |= {power: f"^{{{sign.replace('−', '-')}}}" for sign, power in SUPERSCRIPTS.items()}
AS_TEX |= {index: f"_{{{sign.replace('−', '-')}}}" for sign, index in SUBSCRIPTS.items() if sign < "α" or sign == "−"}
"""Signs that may be typed in a formula as they are, and what LaTeX calls them."""

_NO_SYMBOLS = {*OPERATORS, *RELATIONS, *SPACES, *FUNCTIONS, "left", "frac", "dfrac", "sqrt", "begin", "end", "text"}


@dataclass(frozen=True)
class Piece:
    """A part of a text: words, or a formula in LaTeX."""

    content: str
    is_formula: bool


def pieces(text: str) -> list[Piece]:
    """Words and formulas of a text, in order. A name between dollars is words."""
    parts = [Piece(part, at % 2 == 1 and not is_name(part)) for at, part in enumerate(FORMULA.split(text))]
    joined: list[Piece] = []
    for part in parts:
        content = part.content if part.is_formula else part.content.replace(r"\$", "$")
        if joined and not part.is_formula and not joined[-1].is_formula:
            joined[-1] = Piece(joined[-1].content + content, False)
        elif content or part.is_formula:
            joined.append(Piece(content, part.is_formula))
    return joined


def parted(text: str) -> list[str]:
    """Words and formulas of a text in turn, words first; formulas as they are read. What pages and posts show."""
    found = [""]
    for piece in pieces(text):
        if piece.is_formula:
            found += [readable(piece.content), ""]
        else:
            found[-1] += piece.content
    return found


def is_name(formula: str) -> bool:
    """Whether what stands between dollars is a name with digits of its own, and no mathematics."""
    return not _TEX.search(formula) and _WORD.search(formula) is not None


def faults(text: str) -> list[str]:
    """What is wrong with the formulas of a text, each with what can be typeset instead."""
    if len(re.findall(r"(?<!\\)\$", text)) % 2:
        return [rf"{text!r} has a dollar without its partner; a formula stands between two, and \$ is a dollar"]
    return [f"${formula}$: {wrong}" for formula in FORMULA.findall(text) if (wrong := fault(formula))]


def fault(formula: str) -> str:
    """What is wrong with a formula; empty if nothing is, as far as one can tell without LaTeX."""
    if han := _HAN.search(formula):
        return f"{han.group()!r} cannot be typeset in a formula; put Chinese outside its dollars"
    if is_name(formula):
        return ""
    if not formula.strip():
        return "is empty; a formula in LaTeX stands between two dollars"
    if script := re.search(r"[\^_]\(", formula):
        return f"{script.group()} sets a bracket alone; several signs need braces: {script.group()[0]}{{…}}"
    bare = NUMBER.sub(lambda found: "0" * len(found.group()), formula)
    for word in _BARE.finditer(bare):
        name = word.group(1)
        if not re.search(rf"\\(?:{'|'.join(map(re.escape, AS_TEXT))})\s*$", bare[: word.start()]):
            plain = name.partition(":")[0]
            return (f"{{{name}}} would be set as single letters; {{{{{name}}}}} is the trace's number, "
                    rf"\mathrm{{{plain}}} the word")  # fmt: skip
    try:
        parse(bare)
    except ValueError as error:
        return f"{error}; LaTeX's mathematics can be typeset, with amsmath and amssymb"
    return ""


def in_tex(formula: str) -> str:
    """A formula as LaTeX takes it: signs that were typed as they are get their commands."""
    return "".join(AS_TEX.get(sign, sign) for sign in formula)


def number_in_tex(value: str) -> str:
    """A formatted value within a formula: digits stay digits, words are upright."""
    if re.search(r"[^\W\d]{2}", value):
        return r"\text{" + re.sub(r"([#$%&_{}])", r"\\\1", value) + "}"
    return value.replace("%", r"\%").replace(",", "{,}")


def readable(formula: str) -> str:
    """A formula as text: e^{m-m'} is e^(m−m′), x_{t-1} is xₜ₋₁."""
    if not _TEX.search(formula):
        return formula.replace("-", "−").replace("'", "′").strip() if not is_name(formula) else formula
    return re.sub(r"\s+", " ", _said(parse(in_tex(formula)))).strip()


def symbol_count(formula: str) -> int:
    """How many signs there are to read in a formula."""
    return sum(not sign.isspace() and not unicodedata.combining(sign) for sign in readable(formula))


@dataclass(frozen=True)
class Node:
    """A part of a formula: from ``start`` to ``end`` in its TeX, which ``canon`` says in one way of many."""

    start: int
    end: int
    canon: str
    text: str
    base: Node | None = None
    """What its scripts hang on."""
    sub: Node | None = None
    sup: Node | None = None
    inner: tuple[Node, ...] = ()
    """What its braces or arguments hold."""

    @property
    def without_power(self) -> str:
        """Its name: a subscript belongs to it, a power is something done to it."""
        if self.base is None:
            return self.canon
        return self.base.canon + (f"_{self.sub.canon}" if self.sub else "")


def parse(tex: str) -> tuple[Node, ...]:
    """The parts of a formula. Raises ValueError for braces or scripts that do not fit."""
    nodes, rest = _parse(tex, 0, "")
    if rest < len(tex):
        raise ValueError("has a closing brace too many")
    return nodes


def _parse(tex: str, at: int, until: str) -> tuple[tuple[Node, ...], int]:
    found: list[Node] = []
    while at < len(tex):
        token = _token(tex, at)
        if token == "}" or (until and token == until):
            return tuple(found), at
        if token.isspace():
            at += len(token)
        elif token in "^_":
            base = found.pop() if found else Node(at, at, "", "")
            if base.base is not None:
                slot = base.sup if token == "^" else base.sub
                if slot is not None:
                    raise ValueError(f"has two of {token} on one sign")
            script, at = _argument(tex, at + 1)
            found.append(_scripted(base, token, script))
        elif token == "'":
            base = found.pop() if found else Node(at, at, "", "")
            found.append(Node(base.start, at + 1, base.canon + "'", base.text + "′", inner=base.inner))
            at += 1
        else:
            node, at = _unit(tex, at)
            found.append(node)
    if until:
        raise ValueError(f"lacks a {until}")
    return tuple(found), at


def _token(tex: str, at: int) -> str:
    found = _TOKEN.match(tex, at)
    return found.group() if found else ""


def _argument(tex: str, at: int) -> tuple[Node, int]:
    while at < len(tex) and tex[at].isspace():
        at += 1
    if at == len(tex) or tex[at] in "}^_":
        raise ValueError("lacks an argument at its end" if at == len(tex) else f"lacks an argument before {tex[at]}")
    node, end = _unit(tex, at)
    if tex[at] != "{":
        node = Node(node.start, node.end, f"{{{node.canon}}}", node.text, inner=(node,))
    return node, end


def _unit(tex: str, at: int) -> tuple[Node, int]:
    """One sign, group or command with its arguments."""
    token = _token(tex, at)
    if token == "{":
        inner, end = _parse(tex, at + 1, "}")
        if _token(tex, end) != "}":
            raise ValueError("lacks a }")
        canon = "".join(node.canon for node in inner)
        return Node(at, end + 1, f"{{{canon}}}", _said(inner), inner=inner), end + 1
    if not token.startswith("\\"):
        text = {"-": "−", "*": "∗", "~": " ", "&": ", "}.get(token, token)
        return Node(at, at + len(token), token, text), at + len(token)
    return _command(tex, at, token)


def _command(tex: str, at: int, token: str) -> tuple[Node, int]:
    name, end = token[1:], at + len(token)
    if name in ("left", "right"):
        return _delimited(tex, at, end) if name == "left" else (Node(at, end, token, ""), end)
    if name in ("frac", "dfrac", "tfrac", "binom"):
        over, end = _argument(tex, end)
        under, end = _argument(tex, end)
        text = f"{_bracketed(over, '+−')}/{_bracketed(under, '')}"
        return Node(at, end, f"\\frac{over.canon}{under.canon}", text, inner=(over, under)), end
    if name == "sqrt":
        root = re.compile(r"\s*\[([^\]]*)\]").match(tex, end)
        inside, end = _argument(tex, root.end() if root else end)
        text = f"{root.group(1) if root else ''}√{_bracketed(inside, '')}"
        return Node(at, end, f"\\sqrt{root.group(1) if root else ''}{inside.canon}", text, inner=(inside,)), end
    if name in ACCENTS:
        inside, end = _argument(tex, end)
        text = "".join(sign + ACCENTS[name] if not unicodedata.combining(sign) else sign for sign in inside.text)
        return Node(at, end, f"\\{name}{inside.canon}", text, inner=(inside,)), end
    if name in AS_TEXT:
        return _worded(tex, at, name, end)
    return Node(at, end, token, {**SPACES, **RELATIONS, **OPERATORS, **LETTERS}.get(name, name)), end


def _worded(tex: str, at: int, name: str, end: int) -> tuple[Node, int]:
    raw = re.compile(r"\s*\{([^{}]*)\}|\s*(\\[A-Za-z]+|\S)").match(tex, end)
    if raw is None:
        raise ValueError(f"\\{name} lacks its argument in braces")
    content = raw.group(1) if raw.group(1) is not None else raw.group(2)
    text = LETTERS.get(content.removeprefix("\\"), content)
    if name == "mathbb":
        text = "".join(DOUBLE_STRUCK.get(sign, sign) for sign in content)
    text = "" if name in ("begin", "end", "hspace", "vspace", "color") else text
    return Node(at, raw.end(), f"\\{name}{{{content}}}", text), raw.end()


def _delimited(tex: str, at: int, end: int) -> tuple[Node, int]:
    opening = _token(tex, end)
    inner, close = _parse(tex, end + len(opening), r"\right")
    closing = _token(tex, close + len(r"\right"))
    stop = close + len(r"\right") + len(closing)
    signs = [OPERATORS.get(sign.removeprefix("\\"), "" if sign == "." else sign) for sign in (opening, closing)]
    canon = rf"\left{opening}{''.join(node.canon for node in inner)}\right{closing}"
    return Node(at, stop, canon, f"{signs[0]}{_said(inner)}{signs[1]}", inner=inner), stop


def _scripted(base: Node, mark: str, script: Node) -> Node:
    nucleus = base.base or base
    sub, sup = base.sub, base.sup
    sub, sup = (script, sup) if mark == "_" else (sub, script)
    canon = nucleus.canon + (f"_{sub.canon}" if sub else "") + (f"^{sup.canon}" if sup else "")
    text = nucleus.text + (_script_text(sub.text, "_", SUBSCRIPTS) if sub else "")
    text += _script_text(sup.text, "^", SUPERSCRIPTS) if sup else ""
    return Node(base.start, script.end, canon, text, nucleus, sub, sup)


def _script_text(text: str, mark: str, small: Mapping[str, str]) -> str:
    text = text.replace(" ", "")
    if all(sign in small for sign in text):
        return "".join(small[sign] for sign in text)
    return f"{mark}{text}" if len(text) == 1 else f"{mark}({text})"


def _bracketed(node: Node, splitting: str) -> str:
    """An operand, in brackets where it would fall apart: at these signs, or, without any, where it has several."""
    text = node.text
    alone = not set(splitting) & set(text) if splitting else len(node.inner) <= 1
    return text if alone or re.fullmatch(r"\([^()]*\)", text) else f"({text})"


def _said(nodes: Iterable[Node]) -> str:
    said = ""
    for node in nodes:
        name = node.without_power.split("_")[0].removeprefix("\\")
        text = f" {node.text} " if node.text in SPACED else node.text
        begins_word = name in FUNCTIONS or node.canon.startswith(r"\operatorname")
        if (begins_word and said[-1:].isalpha()) or (_ENDS_WITH_FUNCTION.search(said) and text[:1].isalpha()):
            text = f" {text}"
        said += text
    return said


def occurrences(tex: str, symbols: Iterable[str]) -> list[tuple[str, list[tuple[int, int]]]]:
    r"""Where symbols stand in a formula: each with the places of its signs, in the formula's order.

    A subscript belongs to a symbol, a power does not: of ``x_t`` and ``x_t^2`` both hold x_t, neither holds x. The
    symbol of most parts is taken, so that ``\epsilon_\theta(x_t)`` may be one.
    """
    wanted = sorted(((name, parse(in_tex(name))) for name in symbols), key=lambda each: -len(each[1]))
    return list(_occurrences(parse(tex), wanted))


def canonical(symbol: str) -> str:
    """A symbol in one way of many: x_{t} and x_t are one."""
    return "".join(node.canon for node in parse(in_tex(symbol)))


def names(tex: str) -> list[str]:
    """What could be a symbol in a formula: each sign with its subscript, in order, once."""
    return list(dict.fromkeys(_names(parse(in_tex(tex)))))


def _names(nodes: tuple[Node, ...]) -> Iterator[str]:
    for node in nodes:
        name = node.without_power
        command = re.match(r"\\([A-Za-z]+)", name)
        if re.match(r"\\?[A-Za-z]", name) and not (command and command.group(1) in _NO_SYMBOLS):
            yield re.sub(r"_\{(.)\}$", r"_\1", name)
        named = 0 if node.base is None else 1 if node.sub is None else 2  # of its parts are its name
        for inside in _below(node)[named:]:
            yield from _names(inside)


def _occurrences(
    nodes: tuple[Node, ...], wanted: list[tuple[str, tuple[Node, ...]]]
) -> Iterator[tuple[str, list[tuple[int, int]]]]:  # fmt: skip
    at = 0
    while at < len(nodes):
        name, parts = next(((name, parts) for name, parts in wanted if _is_symbol(nodes[at:], parts)), ("", ()))
        if parts:
            *before, last = nodes[at : at + len(parts)]
            whole = last.canon == parts[-1].canon
            yield name, [place for node in before for place in _signs(node)] + list(_signs(last, whole))
            below = [] if whole or last.sup is None else [last.sup.inner]
        else:
            below = _below(nodes[at])
        for inside in below:
            yield from _occurrences(inside, wanted)
        at += max(len(parts), 1)


def _below(node: Node) -> list[tuple[Node, ...]]:
    if node.base is None:
        return [node.inner]
    return [node.base.inner, *(script.inner for script in (node.sub, node.sup) if script is not None)]


def _is_symbol(nodes: tuple[Node, ...], parts: tuple[Node, ...]) -> bool:
    """Whether the first of the nodes are a symbol's; its last part may have a power."""
    if not parts or len(nodes) < len(parts):
        return False
    *before, (node, part) = zip(nodes[: len(parts)], parts, strict=True)
    return all(one.canon == other.canon for one, other in before) and part.canon in (node.canon, node.without_power)


def _signs(node: Node, with_power: bool = True) -> Iterator[tuple[int, int]]:
    """The places of a node's signs: what can be coloured alone."""
    if node.base is not None:
        for part in (node.base, node.sub, node.sup if with_power else None):
            if part is not None:
                yield from _signs(part)
    elif node.canon.startswith("{"):
        for part in node.inner:
            yield from _signs(part)
    elif node.end > node.start:
        yield node.start, node.end


def labelled(tex: str, symbols: Iterable[str]) -> tuple[str, list[str]]:
    """A formula whose symbols' signs are set in colours, which are numbers from 1 on, and the symbols' names."""
    found = occurrences(tex, symbols)
    places = [(start, end, number) for number, (_, signs) in enumerate(found, start=1) for start, end in signs]
    for start, end, number in sorted(places, reverse=True):
        colour = rf"\color[RGB]{{0,{number // 256},{number % 256}}}"
        # Two pairs of braces: a colour ends behind its own, which must be within what is a script's.
        tex = f"{tex[:start]}{{{{{colour} {tex[start:end]}}}}}{tex[end:]}"
    return tex, [name for name, _ in found]
