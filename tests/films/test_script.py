"""A script's faults are told all at once, each with its line; a good script fills from its trace."""

from __future__ import annotations

import copy
import itertools
import re
import time
import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest
import yaml

from mathviz import style, trace
from mathviz.films import compute, script
from mathviz.films.script import Script, fill, formula_symbols, placeholders, read
from mathviz.project import HOME, Project
from mathviz.project.errors import ScriptError

GOOD = """\
title: {en: Sums, zh: 求和}
question: {en: "How?", zh: 怎样？}
languages: [en, zh]
computation: some.module:function
labels:
  rank: {en: "rank {rank}", zh: "进程 {rank}"}
beats:
  - id: first
    chapter: {en: First, zh: 一}
    moments: [1.5, 2]
    captions:
      - {en: "{ranks} ranks", zh: "{ranks} 个进程"}
      - en: "More."
        zh: 还有
  - id: second
    chapter: {en: Second, zh: 二}
    captions:
      - {en: "$2S$ at most", zh: "最多 $2S$"}
alt: {en: A picture., zh: 一幅图}
references:
  - text: Somebody, 2009.
    url: https://example.org
"""


def written(folder: Path, text: str | bytes) -> Path:
    path = folder / "sums.yaml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def with_line(number: int, line: str) -> str:
    """GOOD with one line, counted from 1, replaced."""
    lines = GOOD.splitlines()
    lines[number - 1] = line
    return "\n".join(lines) + "\n"


def faults_of(path: Path) -> list[str]:
    """What a reader of this script is told, a line each, without the path's own folder."""
    with pytest.raises(ScriptError) as caught:
        read(path)
    return [line.replace(str(path), path.name) for line in str(caught.value).splitlines()]


def test_a_good_script_reads(tmp_path: Path) -> None:
    good = read(written(tmp_path, GOOD))
    assert [beat.id for beat in good.beats] == ["first", "second"]
    assert good.beats[0].captions[1] == {"en": "More.", "zh": "还有"}
    assert good.beats[0].moments == [1.5, 2] and good.beats[1].moments == []
    assert good.labels["rank"]["zh"] == "进程 {rank}" and good.topics == []
    assert good.references[0].url == "https://example.org"


FAULTS = {
    "an unknown field": (
        with_line(4, "computation: some.module:function\ncolour: red"),
        "sums.yaml:5: colour: is not allowed here; allowed: title, question, languages, computation, inputs, topics, "
        "symbols, formulas, labels, beats, loop, questions, alt, references",
    ),
    "an unknown field of a beat": (
        with_line(10, "    caption: [{en: x, zh: y}]"),
        "sums.yaml:10: beats.0.caption: is not allowed here; allowed: id, chapter, captions, moments",
    ),
    "an unknown field of a reference": (
        with_line(22, "    link: https://example.org"),
        "sums.yaml:22: references.0.link: is not allowed here; allowed: text, url",
    ),
    "a missing field": (with_line(19, ""), "sums.yaml:1: alt: is missing"),
    "a missing field of a beat": (with_line(16, ""), "sums.yaml:15: beats.1.chapter: is missing"),
    "a language missing from the title": (
        with_line(1, "title: {en: Sums}"), "sums.yaml:1: title: no text in zh; needs one in each of en, zh",
    ),
    "a language missing from a label": (
        with_line(6, '  rank: {zh: "进程"}'), "sums.yaml:6: labels.rank: no text in en; needs one in each of en, zh",
    ),
    "a language missing from a later caption": (
        with_line(14, ""), "sums.yaml:13: beats.0.captions.1: no text in zh; needs one in each of en, zh",
    ),
    "a caption of blanks": (
        with_line(18, '      - {en: " ", zh: 二}'),
        "sums.yaml:18: beats.1.captions.0: no text in en; needs one in each of en, zh",
    ),
    "a language that was not declared": (
        with_line(16, "    chapter: {en: Second, zh: 二, fr: Deux}"),
        "sums.yaml:16: beats.1.chapter: has fr, which `languages` does not declare: en, zh",
    ),
    "a text that is a number": (
        with_line(1, "title: {en: 7, zh: 求和}"), "sums.yaml:1: title.en: Input should be a valid string; found 7",
    ),
    "a number on the line after its name": (
        with_line(16, "    chapter:\n      en: Second\n      zh:\n        7"),
        "sums.yaml:18: beats.1.chapter.zh: Input should be a valid string; found 7",
    ),
    "a text that is no mapping": (
        with_line(19, "alt: A picture."),
        "sums.yaml:19: alt: Input should be a valid dictionary; found 'A picture.'",
    ),
    "languages that are one word": (
        with_line(3, "languages: en"), "sums.yaml:3: languages: Input should be a valid list; found 'en'",
    ),
    "languages that are no codes": (
        with_line(3, "languages: [en, chinese]"),
        "sums.yaml:3: languages: needs distinct two-letter codes such as en, zh; found en, chinese",
    ),
    "a language twice": (
        with_line(3, "languages: [en, zh, en]"),
        "sums.yaml:3: languages: needs distinct two-letter codes such as en, zh; found en, zh, en",
    ),
    "languages within languages": (
        with_line(3, "languages: [[en], zh]"),
        "sums.yaml:3: languages.0: Input should be a valid string; found ['en']",
    ),
    "a language that YAML reads as false": (
        with_line(3, "languages: [en, no]"), "sums.yaml:3: languages.1: Input should be a valid string; found False",
    ),
    "no beats": (
        re.sub(r"beats:\n.*?alt:", "beats: []\nalt:", GOOD, flags=re.DOTALL),
        "sums.yaml:7: beats: List should have at least 1 item after validation, not 0; found []",
    ),
    "a loop over no beat": (
        with_line(19, "loop: third\nalt: {en: A picture., zh: 一幅图}"),
        "sums.yaml:19: loop: there is no beat 'third'; choose one of first, second",
    ),
    "no captions": (
        GOOD.replace("    captions:\n      - {en: \"$2S$", "    captions: []\n#     - {en: \"$2S$"),
        "sums.yaml:17: beats.1.captions: List should have at least 1 item after validation, not 0; found []",
    ),
    "an id that is no name": (
        with_line(8, "  - id: First Beat"),
        "sums.yaml:8: beats.0.id: String should match pattern '^[a-z][a-z0-9_]*$'; found 'First Beat'",
    ),
    "an id twice": (
        with_line(15, "  - id: first"),
        "sums.yaml:15: beats.1.id: 'first' is the id of an earlier beat; choose another id",
    ),
    "the opening's id": (
        with_line(15, "  - id: question"),
        "sums.yaml:15: beats.1.id: 'question' is the opening, which every film has; choose another id",
    ),
    "a key twice": (
        with_line(17, "    chapter: {en: Again, zh: 又}\n    captions:"), "sums.yaml:17: 'chapter' is given twice",
    ),
    "a language twice in one text": (
        with_line(1, "title: {en: Sums, zh: 求和, en: Totals}"), "sums.yaml:1: 'en' is given twice",
    ),
    "an open brace": (
        with_line(13, '      - en: "{ranks more"'),
        "sums.yaml:13: beats.0.captions.1: '{ranks more': expected '}' before end of string",
    ),
    "an attribute in braces": (
        with_line(13, '      - en: "{a.b} more"'),
        "sums.yaml:13: beats.0.captions.1: '{a.b} more': {a.b} is no plain name; braces hold names of the trace",
    ),
    "an index in braces": (
        with_line(1, "title: {en: '{a[0]}', zh: 求和}"),
        "sums.yaml:1: title: '{a[0]}': {a[0]} is no plain name; braces hold names of the trace",
    ),
    "nothing in braces": (
        with_line(1, "title: {en: '{}', zh: 求和}"),
        "sums.yaml:1: title: '{}': {} is no plain name; braces hold names of the trace",
    ),
    "a private name in braces": (
        with_line(1, "title: {en: '{__class__}', zh: 求和}"),
        "sums.yaml:1: title: '{__class__}': {__class__} is no plain name; braces hold names of the trace",
    ),
    "braces within braces": (
        with_line(1, "title: {en: '{a:{b}}', zh: 求和}"),
        "sums.yaml:1: title: '{a:{b}}': {a:{b}} has braces within braces",
    ),
    "a formula that cannot be typeset": (
        with_line(18, '      - {en: "$2^S$ at most", zh: "最多 $2^$"}'),
        "sums.yaml:18: beats.1.captions.0: $2^$: lacks an argument at its end; LaTeX's mathematics can be typeset",
    ),
    "a symbol of no role": (
        with_line(4, "computation: some.module:function\nsymbols: {S: blue}"),
        "sums.yaml:5: symbols: there is no role 'blue'; choose one of data, noise, model",
    ),
    "a symbol that is not in its formula": (
        with_line(4, "computation: some.module:function\nformulas:\n  law: {tex: x_t + z, symbols: {x: data}}"),
        "sums.yaml:6: formulas.law.symbols: $x_t + z$ has no x by itself; it has x_t, z",
    ),
    "a symbol of two colours": (
        with_line(4, "computation: some.module:function\nsymbols: {x_t: data}\n"
                     "formulas:\n  law: {tex: x_t + z, symbols: {'x_{t}': model}}"),
        "sums.yaml:7: formulas: x_{t} is model in $x_t + z$, but data before: one symbol, one colour",
    ),
    "an unknown field of a formula": (
        with_line(4, "computation: some.module:function\nformulas:\n  law: {tex: x_t, roles: {}}"),
        "sums.yaml:6: formulas.law.roles: is not allowed here; allowed: tex, symbols",
    ),
    "a computation without a function": (
        with_line(4, "computation: some.module"),
        "sums.yaml:4: computation: String should match pattern '^[\\w.]+:\\w+$'; found 'some.module'",
    ),
    "moments that are words": (
        with_line(10, "    moments: [soon]"),
        "sums.yaml:10: beats.0.moments.0: Input should be a valid number; found 'soon'",
    ),
    "a reference without a text": (
        with_line(21, "  - text: ''"),
        "sums.yaml:21: references.0.text: String should have at least 1 character; found ''",
    ),
    "a tab where LaTeX was meant": (
        with_line(13, r"""      - en: "Near $\theta$." """),
        r"sums.yaml:13: \theta becomes a tab and 'heta': in double quotes write \\theta, or use single quotes",
    ),
    "a fraction in double quotes": (
        with_line(14, r"""        zh: "$\frac{a}{b}$" """),
        r"sums.yaml:14: \frac becomes a form feed and 'rac': in double quotes write \\frac, or use single quotes",
    ),
    "a new line within a formula": (
        with_line(13, r"""      - en: "More, or\n at $\nu$." """),
        r"sums.yaml:13: \nu becomes a new line and 'u': in double quotes write \\nu",
    ),
    "a new line as a symbol": (
        with_line(4, 'computation: some.module:function\nsymbols: {"\\nu": data}'),
        r"sums.yaml:5: \nu becomes a new line and 'u'",
    ),
    "LaTeX without dollars": (
        with_line(4, 'computation: some.module:function\nformulas:\n  law: {tex: "x \\ne y"}'),
        r"sums.yaml:6: \ne becomes a new line and 'e'",
    ),
    "a capital in double quotes": (
        with_line(13, r"""      - en: "$\Lambda$" """), r"sums.yaml:13: \Lambda becomes a new line and 'ambda'",
    ),
    "the second line of a text in double quotes": (
        with_line(13, '      - en: "More,\n          and $\\beta$."'),
        r"sums.yaml:14: \beta becomes a backspace and 'eta'",
    ),
    "a tab as typed": (with_line(13, "      - en: 'More,\tand'"), "sums.yaml:13: holds a tab; type a blank"),
    "a formula on two lines": (
        with_line(13, "      - en: |-\n          Both $a\n          + b$."),
        "sums.yaml:13: a text holds a new line where none can be; a formula stands on one line",
    ),
    "an escape that YAML does not know": (
        with_line(13, r"""      - en: "Near $\phi$." """),
        r"sums.yaml:13: is no YAML: found unknown escape character 'p'; in double quotes write \\phi, or use single",
    ),
    "an escape that is cut off": (
        with_line(13, r"""      - en: "Near $\xi$." """),
        r"sums.yaml:13: is no YAML: expected escape sequence of 2 hexadecimal numbers, but found 'i'; in double quotes "
        r"write \\xi, or use single quotes",
    ),
    "no YAML": (with_line(5, "labels: {"), "sums.yaml:7: is no YAML: expected ',' or '}'"),
    "a tab": (with_line(6, "\trank: 1"), "sums.yaml:6: is no YAML: found character '\\t' that cannot start any token"),
    "a tag of Python": (with_line(1, "title: !!python/object/apply:os.getcwd []"), "sums.yaml:1: is no YAML: "),
    "two documents": (GOOD + "---\nmore: yes\n", "sums.yaml:23: is no YAML: "),
    "an empty file": ("", "sums.yaml: needs a mapping with title, question, languages, computation"),
    "a comment alone": ("# later\n", "sums.yaml: needs a mapping with title"),
    "a list": ("- title: x\n", "sums.yaml: needs a mapping with title"),
    "not UTF-8": ("title: 求".encode("gbk"), "sums.yaml: is not UTF-8: "),
}  # fmt: skip


@pytest.mark.parametrize("kind", FAULTS)
def test_a_fault_is_told_with_its_line(kind: str, tmp_path: Path) -> None:
    text, says = FAULTS[kind]
    (told,) = faults_of(written(tmp_path, text))
    assert told.startswith(says)


def test_all_faults_are_told_at_once_in_the_order_of_lines(tmp_path: Path) -> None:
    lines = GOOD.splitlines()
    lines[0] = "title: {en: Sums, fr: Sommes}"
    lines[5] = '  rank: {en: "{a.b}", zh: "进程"}'
    lines[7] = "  - id: First"
    lines[9] = "    colour: red"
    lines[14] = "  - id: question"
    lines[16] = "    chapter: {en: Again, zh: 又}\n    captions:"
    lines[18] = ""
    told = faults_of(written(tmp_path, "\n".join(lines)))
    assert [line.split(": ")[0] for line in told] == [
        "sums.yaml:1", "sums.yaml:1", "sums.yaml:6", "sums.yaml:8", "sums.yaml:10", "sums.yaml:15", "sums.yaml:17",
    ]  # fmt: skip
    assert "no text in zh; needs one in each of en, zh; has fr" in told[0] + told[1]
    assert "alt: is missing" in told[0] + told[1]


def test_new_lines_outside_of_formulas_are_an_authors(tmp_path: Path) -> None:
    """And whatever stands in single quotes, or after two backslashes."""
    line = r"""      - {en: "More\n at $\\theta$.", zh: '还有 $\nu \ne \frac{1}{2}$'}"""
    text = with_line(13, line).replace('        zh: 还有\n', "")
    assert read(written(tmp_path, text)).beats[0].captions[1] == {"en": "More\n at $\\theta$.",
                                                                 "zh": r"还有 $\nu \ne \frac{1}{2}$"}  # fmt: skip


def test_a_long_find_is_shortened(tmp_path: Path) -> None:
    (told,) = faults_of(written(tmp_path, with_line(3, "languages: " + "x" * 3000)))
    assert len(told) < 200


def test_a_script_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ScriptError, match=r"sums\.yaml does not exist"):
        read(tmp_path / "sums.yaml")


def test_a_byte_order_mark_does_no_harm(tmp_path: Path) -> None:
    assert read(written(tmp_path, "\ufeff" + GOOD)).title["zh"] == "求和"


# Filling.


class Numbers:
    """A stand-in for a trace: a field, a property and a method."""

    def __init__(self) -> None:
        self.ranks, self.error, self.table, self._private = 4, np.float32(0.386), np.zeros(3), 1

    @property
    def steps(self) -> int:
        return 6

    def check(self) -> list[str]:
        return []


def test_placeholders_are_plain_names_with_formats() -> None:
    assert placeholders("{ranks} of {error:.2f} and {{not}}") == ["ranks", "error"]
    assert placeholders("no braces") == []


def test_text_is_filled_from_fields_properties_and_mappings() -> None:
    assert fill("{ranks} ranks, {steps} steps, error {error:.2f}", Numbers()) == "4 ranks, 6 steps, error 0.39"
    assert fill("step {step}", {"step": 3}) == "step 3"
    assert fill("{{literal}}", {}) == "{literal}"


def test_formula_marks_are_dropped_and_their_symbols_counted() -> None:
    assert fill("Ring: $2(N−1)/N · S$. Under $2S$.", {}) == "Ring: 2(N−1)/N · S. Under 2S."
    assert formula_symbols("Ring: $2(N−1)/N · S$. Under $2S$.") == len("2(N−1)/N·S") + len("2S")
    assert formula_symbols("no formula") == 0


def test_a_number_stands_in_a_formula_in_double_braces() -> None:
    text = r"$2^{{{bits}}} = {{all:,}}$, {bits} bits, \$"
    assert placeholders(text) == ["bits", "all", "bits"]
    assert fill(text, {"bits": 8, "all": 1024}) == "2⁸ = 1,024, 8 bits, $"
    assert fill(text, {"bits": 8, "all": 1024}, keep_formulas=True) == r"$2^{8} = 1{,}024$, 8 bits, \$"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{rank}", "the trace has no rank; it has error, ranks, steps, table"),
        ("{rank} {ranks} {step}", "the trace has no rank, step; it has"),
        ("{check}", "the trace has no check; it has"),
        ("{ranks:.2q}", "Unknown format code 'q'"),
        ("{ranks:s}", "Unknown format code 's'"),
        ("{table:.2f}", "table is an array of the shape"),
    ],
    ids=["unknown", "several", "a method", "no such format", "no such format of a number", "an array"],
)
def test_text_that_cannot_be_filled_is_named(text: str, says: str) -> None:
    with pytest.raises(ScriptError) as caught:
        fill(text, Numbers())
    assert repr(text) in str(caught.value) and says in str(caught.value)


def test_a_mapping_that_lacks_a_name_is_named() -> None:
    with pytest.raises(ScriptError, match="the trace has no rank; it has error, step"):
        fill("{rank}", {"step": 1, "error": 2})


# The scripts of this project.

PROJECT = Project(HOME)


def prose(film: Script) -> Iterator[tuple[str, dict[str, str]]]:
    """Everything a viewer reads as prose, and where it stands."""
    yield from (("title", film.title), ("question", film.question), ("alt", film.alt))
    for beat in film.beats:
        yield f"{beat.id}: chapter", beat.chapter
        yield from ((f"{beat.id}: caption {i}", texts) for i, texts in enumerate(beat.captions, start=1))


@pytest.fixture(scope="module", params=PROJECT.stems)
def film(request: pytest.FixtureRequest) -> SimpleNamespace:
    """A film's script and its recorded trace."""
    computation = compute.of_film(PROJECT, request.param)
    recorded: Any = trace.load(computation.kind, PROJECT.recorded / request.param)
    return SimpleNamespace(script=read(PROJECT.scenes / f"{request.param}.yaml"), trace=recorded)


def captions(film: SimpleNamespace) -> Iterator[tuple[str, str]]:
    """Every caption in every language as it is shown, and its language."""
    for beat in film.script.beats:
        for texts in beat.captions:
            for language in film.script.languages:
                yield language, fill(texts[language], film.trace)


def captions_in_tex(film: SimpleNamespace) -> Iterator[str]:
    """Every caption in every language as it is typeset."""
    for beat in film.script.beats:
        for texts in beat.captions:
            yield from (fill(texts[language], film.trace, keep_formulas=True) for language in film.script.languages)


def test_every_text_fills_from_the_recorded_trace(film: SimpleNamespace) -> None:
    for place, texts in prose(film.script):
        for language in film.script.languages:
            filled = fill(texts[language], film.trace)
            assert filled.strip() and not set("{}$") & set(filled), place


def typed_digits(text: str) -> list[str]:
    """Digits outside braces and formulas."""
    return re.findall(r"\d+", re.sub(r"\{[^}]*\}|\$[^$]*\$", "", text))


def test_no_number_is_typed(film: SimpleNamespace) -> None:
    for place, texts in [*prose(film.script), *film.script.labels.items()]:
        for language, text in texts.items():
            assert not typed_digits(text), f"{place} ({language}): {text!r} types a number; read it from the trace"


def test_typed_digits_are_seen() -> None:
    assert typed_digits("All 4 links, {ranks:.2f}, $2S$ and 14.") == ["4", "14"]
    assert typed_digits("共六步，4 份") == ["4"]


def width(line: str) -> float:
    """Length in characters of the line's script: full-width ones count one, in Chinese others half."""
    wide = sum(unicodedata.east_asian_width(character) in "WF" for character in line)
    return wide + (len(line) - wide) / 2 if wide else len(line)


def test_captions_fit_two_lines(film: SimpleNamespace, manim: ModuleType) -> None:
    from mathviz.mobjects.text import caption_lines

    for language, text in captions(film):
        lines = caption_lines(text).split("\n")
        assert len(lines) <= 2
        allowed = 20 if language == "zh" else 42
        assert all(width(line) <= allowed for line in lines), f"{language}: {lines}"
        assert width(text) <= (36 if language == "zh" else 84), text
        assert "".join(lines).replace(" ", "") == text.replace(" ", "")


def test_captions_stay_in_their_band(film: SimpleNamespace, manim: ModuleType) -> None:
    """The band is one unit high and ends at the safe area, as drawn in the bundled fonts."""
    from mathviz.mobjects.text import Sentence, caption_lines

    for text in captions_in_tex(film):
        drawn = Sentence(caption_lines(text), style.theme("dark"), "caption")
        assert drawn.get_width() <= 2 * style.HALF_WIDTH, text
        assert drawn.get_height() <= 1.05, text


def test_every_kind_of_fault_is_told_for_the_real_script_too(film: SimpleNamespace, tmp_path: Path) -> None:
    """A script without one of its texts, its beats or its languages never reads."""
    data = yaml.safe_load((PROJECT.scenes / "ring_allreduce.yaml").read_text(encoding="utf-8"))
    removals: list[Callable[[dict[str, Any]], object]] = [
        lambda d: d.pop("title"), lambda d: d["question"].pop("zh"), lambda d: d.pop("beats"),
        lambda d: d["beats"][3].pop("captions"), lambda d: d["beats"][3]["captions"][1].pop("en"),
        lambda d: d["labels"]["rank"].pop("zh"), lambda d: d["references"][0].pop("text"), lambda d: d.pop("alt"),
    ]  # fmt: skip
    for remove in removals:
        broken = copy.deepcopy(data)
        remove(broken)
        assert len(faults_of(written(tmp_path, yaml.safe_dump(broken, allow_unicode=True)))) == 1


def test_the_reserved_name_is_the_openings() -> None:
    assert script.OPENING == "question"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a <b> *c* _d_ `e` [f](g)", r"a \<b\> \*c\* \_d\_ \`e\` \[f\](g)"),
        ("Ring: $2(N−1)/N·S$. Under $2S$.", "Ring: $2(N−1)/N·S$. Under $2S$."),
        ("$a<b_1$ <", r"$a\lt b_1$ \<"),
        ("5 $ and 50 %", r"5 \$ and 50 %"),
        ("{{x}} {% raw %}", r"\{\{x\}\} \{\% raw \%\}"),
        ("1. one", r"1\. one"),
        ("- one", r"\- one"),
        ("# one", r"\# one"),
        ("3.5 of 7\n  rows", "3.5 of 7 rows"),
    ],
)
def test_markdown_shows_a_text_as_it_is_and_leaves_formulas(text: str, shown: str) -> None:
    assert script.markdown(text) == shown


def test_a_folded_text_has_no_space_between_han_characters() -> None:
    assert script.unfolded("一幅\n  清晰的图，\n 见 A\nB") == "一幅清晰的图，见 A B"


def test_all_wrong_placeholders_are_told_at_once_with_line_and_what_there_is(tmp_path: Path) -> None:
    """Of every language, and of texts that are filled only when all is drawn."""
    text = GOOD.replace('zh: "{ranks} 个进程"', 'zh: "{rnks} 个进程"').replace("en: A picture.", 'en: "Of {heights}."')
    path = written(tmp_path, text)
    told, values = read(path), SimpleNamespace(ranks=4, heights=np.arange(3.0), total=np.array(6.0))
    with pytest.raises(ScriptError) as raised:
        script.try_filling(told, path, values)
    first, second = str(raised.value).splitlines()
    assert first == f"{path}:12: '{{rnks}} 个进程': the trace has no rnks; it has heights, ranks, total"
    assert second == f"{path}:19: 'Of {{heights}}.': heights is an array of the shape (3,), and one number is needed"
    good = written(tmp_path, GOOD.replace("A picture.", '"{total} of {ranks}"'))
    assert script.try_filling(read(good), good, values) == 16
    assert fill("{total}", values) == "6.0"


BOMB = "a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 10)}]\n" for before, name in itertools.pairwise("abcdefg")
)


@pytest.mark.parametrize(
    ("change", "says"),
    [(lambda good: good + BOMB, r":\d+: more than 50000 values, counted as often as aliases"),
     (lambda good: good + "topics: &own [*own]\n", r":\d+: \*own stands within itself"),
     (lambda good: good + "topics: " + "[" * 31 + "]" * 31, r":\d+: lies more than 30 levels deep"),
     (lambda good: good + "topics: " + "[" * 10**5, r":\d+: is no YAML: exceeded maximum nesting depth"),
     (lambda good: good.replace("[1.5, 2]", "[2026-99-99]"), r":\d+: 2026-99-99 is no value: month must be in 1..12"),
     (lambda good: good.replace("[1.5, 2]", f"[{'9' * 5000}]"), r":\d+: 9{40}… is no value: Exceeds the limit"),
     (lambda good: good.replace("[1.5, 2]", "[.inf]"), r":\d+: beats.0.moments.0: .*finite number"),
     (lambda good: good.replace("[1.5, 2]", "[1e6]").replace("1e6", "1.0e+6"), r":\d+: beats.0.moments.0: .*3600"),
     (lambda good: good.replace("A picture.", "A" * 2001), r":\d+: alt: has 2001 characters; 2000 are the most"),
     (lambda good: good.replace('en: "{ranks} ranks"', 'en: "{ranks:1000000000d} ranks"'),
      r"asks for 1000000000 places; 40 are the most"),
     (lambda good: good.replace('en: "{ranks} ranks"', 'en: "${{{{ranks:.999f}}}}$ ranks"'),
      r"asks for 999 places; 40 are the most")],
    ids=["alias bomb", "recursive", "deep", "deep and open", "date", "huge", "infinite", "late", "text",
         "width", "width in a formula"],
)  # fmt: skip
def test_what_is_too_much_is_refused_with_its_line(tmp_path: Path, change: Callable[[str], str], says: str) -> None:
    begun = time.monotonic()
    with pytest.raises(ScriptError, match=says):
        read(written(tmp_path, change(GOOD)))
    assert time.monotonic() - begun < 2


def test_an_alias_that_repeats_little_is_no_fault(tmp_path: Path) -> None:
    text = GOOD.replace("chapter: {en: First, zh: 一}", "chapter: &one {en: First, zh: 一}")
    told = read(written(tmp_path, text.replace("chapter: {en: Second, zh: 二}", "chapter: *one")))
    assert told.beats[1].chapter == told.beats[0].chapter
