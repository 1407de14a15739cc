"""The pages' templates, and what they say beside the films' own words."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

HERE = Path(__file__).resolve().parent
ENGLISH = "en"
HTML_LANGUAGES = {"zh": "zh-CN"}
"""Where a tag tells more than the language: fonts for Simplified Chinese."""


@functools.cache
def _words() -> dict[str, dict[str, str]]:
    return yaml.safe_load((HERE / "words.yaml").read_text(encoding="utf-8"))


def word(name: str, language: str) -> str:
    """A word of the pages' own, in English where the language has none; a language's name is at least its code."""
    texts = _words()[name]
    return texts.get(language, language if name == "language" else texts[ENGLISH])


def html_language(language: str) -> str:
    """The language as HTML names it."""
    return HTML_LANGUAGES.get(language, language)


def clock(seconds: float) -> str:
    """Minutes and seconds, as a player shows them: a moment that has passed, so rounded down."""
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes}:{rest:02}"


def formulas(parts: list[str]) -> Markup:
    """A text of words and formulas in turn, with the formulas marked and everything escaped."""
    marked = Markup('<span class="formula">{}</span>')
    return Markup("").join(marked.format(part) if at % 2 else escape(part) for at, part in enumerate(parts))


def _bytes(count: int) -> str:
    return f"{count / 1e6:.1f} MB" if count >= 1e5 else f"{count / 1e3:.1f} kB"


@functools.cache
def environment() -> Environment:
    """The templates, where all text is escaped and a missing value is an error."""
    made = Environment(
        loader=PackageLoader("mathviz.gallery"), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    made.filters.update(html_language=html_language, clock=clock, formulas=formulas, bytes=_bytes)
    return made


def index_of(language: str, languages: list[str]) -> str:
    """The file name of an index; the first language's is what a server shows for the folder."""
    return "index.html" if language == languages[0] else f"index.{language}.html"


def template(path: str, language: str, languages: list[str], **known: Any) -> Any:
    """A template that knows its language, its words and the way to the indexes; and what else it is to know."""

    def say(key: str, other: str = language) -> str:
        return word(key, other)

    def index(code: str) -> str:
        return index_of(code, languages)

    told: dict[str, str | Callable[..., str]] = {"language": language, "word": say, "index": index}
    return environment().get_template(path, globals=told | known)
