"""The words of a film in every language: ``scenes/<stem>.yaml``, read and validated.

A text may hold placeholders, ``{ranks}`` or ``{mean_noise:.0%}``, which are filled from the trace's
fields and properties. Dollar signs enclose a formula in LaTeX, ``$e^{m-m'}$``, where braces are TeX's and double ones
hold a placeholder, ``$2^{{{bits}}}$``; or a name with digits of its own. ``mathviz/films/formulas.py`` has the rules.
"""

from __future__ import annotations

import functools
import hashlib
import json
import re
import string
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    WrapValidator,
    field_validator,
)  # fmt: skip

from mathviz.films import bounds, escapes, formulas
from mathviz.project import ASSETS, reading
from mathviz.project.errors import ScriptError

IDENTIFIER = r"^[a-z][a-z0-9_]*$"
LANGUAGE = r"[a-z]{2}"

LARGEST_SCRIPT = 1 << 20
"""Bytes of a script: an hour of film has a tenth of that."""

DEEPEST, MOST = 30, 50_000
"""Of a script: levels, and values, each counted as often as aliases repeat it."""

LONGEST_TEXT, WIDEST, LATEST = 2_000, 40, 3_600.0
"""Characters of a text; digits and blanks of a number in it; seconds into a beat at which a snapshot may be."""

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""In C, ten times as fast, where PyYAML was built with it."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


def _in_every_language(texts: Texts, info: ValidationInfo) -> Texts:
    languages, faults = (info.context or {}).get("languages", []), []
    missing = [language for language in languages if not texts.get(language, "").strip()]
    extra = [language for language in texts if language not in languages]
    if missing:
        faults.append(f"no text in {', '.join(missing)}; needs one in each of {', '.join(languages)}")
    if languages and extra:
        faults.append(f"has {', '.join(extra)}, which `languages` does not declare: {', '.join(languages)}")
    for text in texts.values():
        if len(text) > LONGEST_TEXT:
            faults.append(f"has {len(text)} characters; {LONGEST_TEXT} are the most: {textwrap.shorten(text, 60)!r}")
            continue
        try:
            placeholders(text)
        except ValueError as error:
            faults.append(str(error))
        faults += formulas.faults(text)
    if faults:
        raise ValueError("; ".join(faults))
    return texts


Texts = Annotated[dict[str, str], AfterValidator(_in_every_language)]
"""Language → text."""

SPOKEN = "spoken"
"""Beside the languages of a caption: what a voice says where that differs, in some of them."""


class Said(dict[str, str]):
    """A caption in every language, and language → what a voice says, where that differs."""

    def __init__(self, texts: dict[str, str], spoken: dict[str, str]) -> None:
        super().__init__(texts)
        self.spoken = spoken


def spoken_in(texts: dict[str, str], language: str) -> str:
    """What a voice says of a caption: as it is read, unless the script has it otherwise."""
    return (texts.spoken if isinstance(texts, Said) else {}).get(language) or texts[language]


def _apart(found: Any, validate: Callable[[Any], dict[str, str]]) -> Said:
    """A caption of which no part is checked as a language that is none."""
    spoken = found.get(SPOKEN, {}) if isinstance(found, dict) else {}
    texts = validate({name: text for name, text in found.items() if name != SPOKEN} if spoken else found)
    wrong = not isinstance(spoken, dict) or not all(isinstance(text, str) and text.strip() for text in spoken.values())
    if wrong:
        raise ValueError(f"{SPOKEN} needs language → text, as in {{en: x sub t}}; found {spoken!r}")
    faults = [f"{SPOKEN} has {name}, which the caption has not" for name in spoken if name not in texts]
    for text in spoken.values():
        try:
            faults += [f"{SPOKEN}: {len(text)} characters; {LONGEST_TEXT} are the most"] * (len(text) > LONGEST_TEXT)
            placeholders(text)
        except ValueError as error:
            faults.append(f"{SPOKEN}: {error}")
        faults += [f"{SPOKEN}: {fault}" for fault in formulas.faults(text)]
    if faults:
        raise ValueError("; ".join(faults))
    return Said(texts, spoken)


Caption = Annotated[Texts, WrapValidator(_apart)]
"""A text that is read, and heard where a film is narrated."""


FunctionName = Annotated[str, Field(pattern=r"^[\w.]+:\w+$")]
"""A module and a function of it, as in ``mathviz.concepts.ring_allreduce:compare_all_reduce``."""

@functools.cache
def _roles() -> tuple[str, ...]:
    """What a symbol's colour may mean: the roles of ``assets/theme.yaml``."""
    theme = yaml.safe_load((ASSETS / "theme.yaml").read_text(encoding="utf-8"))
    return (*theme["roles"], "text", "muted")


def _of_roles(symbols: dict[str, str]) -> dict[str, str]:
    faults = [f"${symbol}$: {fault}" for symbol in symbols if (fault := formulas.fault(symbol))]
    faults += [f"there is no role {role!r}; choose one of {', '.join(_roles())}"
               for role in symbols.values() if role not in _roles()]  # fmt: skip
    if faults:
        raise ValueError("; ".join(faults))
    return symbols


Symbols = Annotated[dict[str, str], AfterValidator(_of_roles)]
r"""A symbol in TeX → the role that colours it, as in ``{x_t: data, "\\epsilon_\\theta": model}``."""


class Formula(_Part):
    """A law that a film shows by itself: ``tex``, and the ``symbols`` in it that name something on screen."""

    tex: str
    symbols: Symbols = Field(default_factory=dict)

    @field_validator("tex")
    @classmethod
    def _tex(cls, tex: str) -> str:
        if fault := formulas.fault(tex):
            raise ValueError(f"${tex}$: {fault}")
        return tex

    @field_validator("symbols")
    @classmethod
    def _are_in_it(cls, symbols: dict[str, str], info: ValidationInfo) -> dict[str, str]:
        if tex := info.data.get("tex"):
            there = {name for name, _ in formulas.occurrences(formulas.in_tex(tex), symbols)}
            if missing := [name for name in symbols if name not in there]:
                held = ", ".join(formulas.names(tex))
                raise ValueError(f"${tex}$ has no {', '.join(missing)} by itself; it has {held}")
        return symbols


OPENING = "question"
"""The beat before the script's own: the film's question on the empty stage."""


class Beat(_Part):
    """One claim of the film: the scene's method of the same name, its captions and its chapter.

    ``moments`` are seconds into the beat at which snapshots are taken beside the one of its last frame.
    """

    id: str = Field(pattern=IDENTIFIER, max_length=100)
    chapter: Texts
    captions: list[Caption] = Field(min_length=1)
    moments: list[Annotated[float, Field(gt=0, le=LATEST, allow_inf_nan=False)]] = Field(default_factory=list)

    @field_validator("id")
    @classmethod
    def _id(cls, beat: str, info: ValidationInfo) -> str:
        if beat == OPENING:
            raise ValueError(f"{OPENING!r} is the opening, which every film has; choose another id")
        earlier = (info.context or {}).get("beats", set())
        if beat in earlier:
            raise ValueError(f"{beat!r} is the id of an earlier beat; choose another id")
        earlier.add(beat)
        return beat


class Reference(_Part):
    """A source, as a reader would cite it."""

    text: str = Field(min_length=1)
    url: str | None = None


MOST_QUESTIONS, CHOICES = 3, (2, 5)
"""That a script may ask its viewers, and how many choices each leaves them."""


class Question(_Part):
    """What viewers may ask themselves: choices, the number of the right one from 1 on, and the reason for it."""

    ask: Texts
    choices: list[Texts] = Field(min_length=CHOICES[0], max_length=CHOICES[1])
    right: int = Field(ge=1)
    because: Texts

    @field_validator("right")
    @classmethod
    def _is_a_choice(cls, right: int, info: ValidationInfo) -> int:
        choices = info.data.get("choices") or []
        if choices and right > len(choices):
            raise ValueError(f"there is no choice {right}; there are {len(choices)}, counted from 1")
        return right

    @property
    def texts(self) -> list[Texts]:
        return [self.ask, *self.choices, self.because]


class Script(_Part):
    """Everything that a viewer reads as prose, and the name of the computation it speaks of.

    ``symbols`` gives symbols their colours, the same in every caption, label and formula; ``formulas`` are those that
    the scene asks for by name.
    ``inputs`` names computations that several films share: argument → function, as ``computation`` names its own.
    ``loop`` is the beat that small copies without end show; the last when none is named.
    ``questions`` are what the film's page asks after it.
    """

    title: Texts
    question: Caption
    languages: list[str] = Field(min_length=1)
    computation: FunctionName
    inputs: dict[Annotated[str, Field(pattern=IDENTIFIER)], FunctionName] = Field(default_factory=dict)
    topics: list[str] = Field(default_factory=list)
    symbols: Symbols = Field(default_factory=dict)
    formulas: dict[str, Formula] = Field(default_factory=dict)
    labels: dict[str, Texts] = Field(default_factory=dict)
    beats: list[Beat] = Field(min_length=1)
    loop: str | None = None
    questions: list[Question] = Field(default_factory=list, max_length=MOST_QUESTIONS)
    alt: Texts
    references: list[Reference] = Field(min_length=1)

    @field_validator("languages")
    @classmethod
    def _languages(cls, languages: list[str]) -> list[str]:
        wrong = [language for language in languages if not re.fullmatch(LANGUAGE, language)]
        if wrong or len(set(languages)) != len(languages):
            raise ValueError(f"needs distinct two-letter codes such as en, zh; found {', '.join(languages)}")
        return languages

    @field_validator("formulas")
    @classmethod
    def _one_colour(cls, laws: dict[str, Formula], info: ValidationInfo) -> dict[str, Formula]:
        colours = {formulas.canonical(name): role for name, role in (info.data.get("symbols") or {}).items()}
        for law in laws.values():
            for name, role in law.symbols.items():
                if colours.setdefault(formulas.canonical(name), role) != role:
                    earlier = colours[formulas.canonical(name)]
                    raise ValueError(f"{name} is {role} in ${law.tex}$, but {earlier} before: one symbol, one colour")
        return laws

    @field_validator("loop")
    @classmethod
    def _loop(cls, loop: str, info: ValidationInfo) -> str:
        beats = (info.context or {}).get("beats", set())
        if beats and loop not in beats:
            raise ValueError(f"there is no beat {loop!r}; choose one of {', '.join(sorted(beats))}")
        return loop


def placeholders(text: str) -> list[str]:
    """Names between braces, double ones in formulas. Raises ValueError for anything but plain names and formats."""
    names: list[str] = []
    for piece in formulas.pieces(text):
        if piece.is_formula:
            for name, form in formulas.NUMBER.findall(piece.content):
                _require_narrow(text, name, form)
                names.append(name)
            continue
        try:
            fields = [field[1:] for field in string.Formatter().parse(piece.content) if field[1] is not None]
        except ValueError as error:
            raise ValueError(f"{text!r}: {error}") from error
        for name, form, conversion in fields:
            if not str(name).isidentifier() or str(name).startswith("_") or conversion:
                raise ValueError(f"{text!r}: {{{name}}} is no plain name; braces hold names of the trace")
            if "{" in str(form):
                raise ValueError(f"{text!r}: {{{name}:{form}}} has braces within braces")
            _require_narrow(text, str(name), str(form))
            names.append(str(name))
    return names


def _require_narrow(text: str, name: str, form: str) -> None:
    if wide := [digits for digits in re.findall(r"\d+", form) if len(digits) > 3 or int(digits) > WIDEST]:
        asked = f"{{{name}:{form.lstrip(':')[:WIDEST]}}}"
        said = textwrap.shorten(text, 80)
        raise ValueError(f"{said!r}: {asked} asks for {wide[0][:12]} places; {WIDEST} are the most")


def read(path: Path) -> Script:
    """Read and validate one script, once for each state that it has.

    Raises ScriptError that lists every fault with its line.
    """
    try:
        about = path.stat()
    except OSError:
        raise ScriptError(f"{path} does not exist; a film needs it beside its scene") from None
    return _read(path, about.st_mtime_ns, about.st_size, about.st_ino)


def digest_in(path: Path, language: str) -> str:
    """Of what a script says for its film in one language; layout, comments and other languages are not in it.

    Raises ScriptError.
    """
    return _digest_in(read(path), language)


def _digest_in(told: Script, language: str) -> str:
    def mine(data: Any) -> Any:
        if isinstance(data, dict):
            kept = {language: data[language]} if language in data and set(data) <= set(told.languages) else data
            return {name: mine(value) for name, value in kept.items()}
        return [mine(each) for each in data] if isinstance(data, list) else data

    shown = told.model_dump(mode="json", exclude={"questions"})  # which the film's page asks, not the film
    return hashlib.sha256(json.dumps(mine(shown), sort_keys=True).encode()).hexdigest()


@functools.lru_cache(1024)
def _read(path: Path, *_state: int) -> Script:
    try:
        text = reading.whole(path, LARGEST_SCRIPT).decode("utf-8")
        bounds.require(path, text, _Loader, deepest=DEEPEST, most=MOST)
        root, data = _parsed(text)
    except OSError as error:
        raise ScriptError(f"{path}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ScriptError(f"{path}: is not UTF-8: {error}") from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f":{mark.line + 1}" if mark else ""
        says = f"{getattr(error, 'problem', None) or error}{escapes.hint(error, text)}"
        raise ScriptError(f"{path}{line}: is no YAML: {says}") from error
    except (ValueError, OverflowError) as error:
        raise ScriptError(f"{path}:{bounds.fault_in_scalars(text) or f' {error}'}") from error
    if not isinstance(data, dict) or root is None:
        raise ScriptError(f"{path}: needs a mapping with {', '.join(Script.model_fields)}")
    eaten = escapes.faults(root, text)
    faults = [f"{path}:{line}: {fault}" for line, fault in eaten.items()]
    faults += [f"{path}:{node.start_mark.line + 1}: {node.value!r} is given twice" for node in repeated_keys(root)]
    try:
        languages = data.get("languages")
        declared = isinstance(languages, list) and all(re.fullmatch(LANGUAGE, str(code)) for code in languages)
        context: dict[str, Any] = {"languages": languages if declared else [], "beats": set()}
        script = Script.model_validate(data, context=context)
    except ValidationError as error:
        found = [_fault(path, root, detail) for detail in error.errors(include_url=False)]
        faults += [fault for fault in found if _line_of(fault)[1] not in eaten]
    if faults:
        raise ScriptError("\n".join(sorted(faults, key=_line_of)))
    return script


def _parsed(text: str) -> tuple[yaml.Node | None, Any]:
    """The nodes of a YAML text, which know their lines, and what they stand for."""
    try:
        return _loaded(_Loader(text))
    except yaml.YAMLError as error:
        if "nesting depth" in str(error):  # where the other one takes seconds, and then gives up
            raise
        return _loaded(yaml.SafeLoader(text))  # tells the fault better: which character it is


def _loaded(loader: Any) -> tuple[yaml.Node | None, Any]:
    try:
        root = loader.get_single_node()
        return root, None if root is None else loader.construct_document(root)
    finally:
        loader.dispose()


def _fault(path: Path, root: yaml.Node, detail: Any) -> str:
    place = [step for step in detail["loc"] if step != "[key]"]
    node, field = follow(root, place), ".".join(map(str, place))
    message = detail["msg"].removeprefix("Value error, ")
    kind, found = detail["type"], detail["input"]
    if kind == "extra_forbidden":
        message = f"is not allowed here; allowed: {', '.join(_fields_at(place))}"
    elif kind == "missing":
        message = "is missing"
    elif kind != "value_error":
        message = f"{message}; found {textwrap.shorten(repr(found), 80)}"
    return f"{path}:{node.start_mark.line + 1}: {field}: {message}"


def _fields_at(place: list[Any]) -> list[str]:
    model: type[BaseModel] = Script
    if place[0] == "beats":
        model = Beat
    elif place[0] == "references":
        model = Reference
    elif place[0] == "formulas":
        model = Formula
    elif place[0] == "questions":
        model = Question
    return list(model.model_fields)


def follow(node: yaml.Node, place: list[Any]) -> yaml.Node:
    """The YAML node that a pydantic location names; where it ends early, the last one that exists."""
    for step in place:
        if isinstance(node, yaml.MappingNode):
            below = {key.value: (key, value) for key, value in node.value}
            if str(step) not in below:
                return node
            key, node = below[str(step)]
            if isinstance(node, yaml.ScalarNode):
                node = key
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            node = node.value[step]
    return node


def repeated_keys(node: yaml.Node) -> list[yaml.Node]:
    """The keys of a YAML text that are given once more in their mapping."""
    if isinstance(node, yaml.SequenceNode):
        return [key for item in node.value for key in repeated_keys(item)]
    if not isinstance(node, yaml.MappingNode):
        return []
    seen, repeated = set(), []
    for key, value in node.value:
        if key.value in seen:
            repeated.append(key)
        seen.add(key.value)
        repeated += repeated_keys(value)
    return repeated


def _line_of(fault: str) -> tuple[str, int]:
    head = re.match(r"(.*?):(\d+):", fault)
    return (head.group(1), int(head.group(2))) if head else (fault, 0)


def line_of(path: Path, text: str) -> int:
    """The line of a script on which a text begins; 1 if it is not in it."""
    root = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    lines = [node.start_mark.line + 1 for node in _scalars(root) if node.value == text]
    return lines[0] if lines else 1


def line_at(path: Path, *place: str | int) -> int:
    """The line of what a script has at a place, such as ``"beats", 0, "moments", 1``; of what is there of the way."""
    root = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    return 1 if root is None else follow(root, list(place)).start_mark.line + 1


def _scalars(node: yaml.Node | None) -> Iterator[yaml.ScalarNode]:
    if isinstance(node, yaml.ScalarNode):
        yield node
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _scalars(item)
    elif isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield from (*_scalars(key), *_scalars(value))


def fill(text: str, values: Any, *, keep_formulas: bool = False) -> str:
    """Fill placeholders from a trace's fields and properties, or from a mapping, and say formulas in plain text.

    ``keep_formulas`` leaves them in LaTeX between dollars, for those who typeset them themselves.

    Raises ScriptError, naming what exists, when a name does not, or when a value has no such format.
    """
    names = placeholders(text)
    offered = sorted(values if isinstance(values, dict) else _offered(values))
    unknown = [name for name in names if name not in offered]
    if unknown:
        raise ScriptError(f"{text!r}: the trace has no {', '.join(unknown)}; it has {', '.join(offered)}")
    known = values if isinstance(values, dict) else {name: getattr(values, name) for name in names}
    for name in names:
        if shape := getattr(known[name], "shape", ()):
            raise ScriptError(f"{text!r}: {name} is an array of the shape {shape}, and one number is needed")

    def number(found: re.Match[str]) -> str:
        return formulas.number_in_tex(f"{{0{found.group(2) or ''}}}".format(known[found.group(1)]))

    filled = []
    try:
        for piece in formulas.pieces(text):
            if piece.is_formula:
                formula = formulas.NUMBER.sub(number, piece.content)
                filled.append(f"${formula}$" if keep_formulas else formulas.readable(formula))
            else:
                words = piece.content.format_map(known)
                filled.append(words.replace("$", r"\$") if keep_formulas else words)
    except (ValueError, TypeError) as error:
        raise ScriptError(f"{text!r}: {error}") from error
    return "".join(filled)


def plain(text: str) -> str:
    """A filled text without dollars: its formulas as they are said in plain text."""
    return "".join(formulas.readable(piece.content) if piece.is_formula else piece.content
                   for piece in formulas.pieces(text))  # fmt: skip


def try_filling(told: Script, path: Path, values: Any) -> int:
    """Fill all texts that are filled from the trace, in all languages, and count them.

    Raises ScriptError that lists every fault with its line.
    """
    texts = [told.title, told.question, told.alt, *(beat.chapter for beat in told.beats)]
    texts += [caption for beat in told.beats for caption in beat.captions]
    texts += [text.spoken for text in texts if isinstance(text, Said)]
    texts += [text for question in told.questions for text in question.texts]
    faults = []
    for each in texts:
        for text in each.values():
            try:
                fill(text, values)
            except ScriptError as error:
                faults.append(f"{path}:{line_of(path, text)}: {error}")
    if faults:
        raise ScriptError("\n".join(sorted(dict.fromkeys(faults), key=_line_of)))
    return sum(map(len, texts))


def unfolded(text: str) -> str:
    """A text that YAML folded, on one line: Chinese has no space where a line ended."""
    return re.sub(r"(?<=[\u3000-\u9fff\uff00-\uffef]) (?=[\u3000-\u9fff\uff00-\uffef])", "", " ".join(text.split()))


def markdown(text: str) -> str:
    """A text as Markdown shows it: its formulas stay formulas, and nothing else in it is markup."""
    parts = []
    for piece in formulas.pieces(" ".join(text.split())):
        if piece.is_formula:
            shown = piece.content.replace("<", r"\lt ").replace(">", r"\gt ")
            parts.append(f"${shown}$")
        else:
            parts.append(re.sub(r"[\\`*_{}\[\]<>~&$]|(?<={)%|%(?=})", r"\\\g<0>", piece.content))
    return re.sub(r"^(\d+(?=[.)](?:\s|$))|(?=[-+=#]))", r"\1\\", "".join(parts))  # what would begin a list or a heading


def _offered(values: Any) -> set[str]:
    """Public fields and properties, without reading them."""
    names = {*dir(type(values)), *vars(values)}
    about = {"inputs", "tolerances"}  # what every trace has, and no text shows
    return {name for name in names - about
            if not name.startswith("_") and not callable(getattr(type(values), name, None))}  # fmt: skip


def formula_symbols(text: str) -> int:
    """Symbols of the formulas in a text, for its reading time."""
    found = [piece.content for piece in formulas.pieces(text) if piece.is_formula]
    return sum(formulas.symbol_count(formulas.NUMBER.sub("0", formula)) for formula in found)
