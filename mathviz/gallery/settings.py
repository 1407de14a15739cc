"""Whose site it is: ``site.yaml`` in the project's root, all of it optional.

    name: Forward passes                      # or a text in each language: {en: …, zh: …}
    tagline: {en: Machine learning, drawn from its numbers, zh: 用数字画出的机器学习}
    author: {name: Ada Example, url: https://ada.example}
    links: [{text: Blog, url: https://ada.example/blog}]
    licence: {text: CC BY 4.0, url: https://creativecommons.org/licenses/by/4.0/}
    address: https://ada.example/films        # where it will lie: gives feeds, a map of the site and cards for posts
    series: [{title: Diffusion, films: [diffusion_forward, diffusion_reverse]}]
    cover: diffusion_reverse                  # the film whose poster leads
    colours: {link: ["#0242ba", "#5dcdfb"], page: ["#fafaf6", "#0b0d12"]}    # on light and on dark
    font: Georgia, serif
"""

from __future__ import annotations

import contextlib
import difflib
import re
import textwrap
import urllib.parse
from typing import Annotated, Any

import yaml
from coloraide import Color
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
)

from mathviz.films import bounds, script
from mathviz.films.script import DEEPEST, IDENTIFIER, MOST
from mathviz.project import Project, reading
from mathviz.project.errors import ScriptError

FILE = "site.yaml"
LARGEST = 1 << 16
NAME = "mathviz"

CONTRAST = 4.5
"""Of links on the page, at least: WCAG 2.2, 1.4.3."""

LIGHT_PAGE, DARK_PAGE = "#fafaf6", "#0b0d12"
LIGHT_TEXT, DARK_TEXT = "#1b1b1b", "#ededed"


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


def _in_languages(said: Any) -> Any:
    return {"": said} if isinstance(said, str) else said


def _spoken(texts: dict[str, str], info: ValidationInfo) -> dict[str, str]:
    """Nobody would ever see what is said in a language that no film has."""
    known = (info.context or {}).get("languages", [])
    if unknown := [code for code in texts if code and known and code not in known]:
        raise ValueError(f"has {', '.join(unknown)}, but the films are in {', '.join(known)}")
    return texts


def _is_film(stem: str, info: ValidationInfo) -> str:
    stems = (info.context or {}).get("stems", [stem])
    if stem not in stems:
        near = ", ".join(difflib.get_close_matches(stem, stems, n=3))
        raise ValueError(f"there is no film {stem!r}; {f'closest: {near}' if near else 'see: mathviz list'}")
    return stem


ADDRESS, COLOUR, FONT = r"^https?://[^\s<>\"']+$", r"^#[0-9a-fA-F]{6}$", r"^[\w ,\"'-]+$"

Said = Annotated[
    dict[str, Annotated[str, Field(max_length=300)]], BeforeValidator(_in_languages), AfterValidator(_spoken)
]  # fmt: skip
"""A text, or one in each language."""

Address = Annotated[str, Field(pattern=ADDRESS, max_length=2000)]
Stem = Annotated[str, Field(pattern=IDENTIFIER), AfterValidator(_is_film)]
Colour = Annotated[str, Field(pattern=COLOUR)]


def _folder(address: str) -> str:
    """A site is a folder: to its address the names of pages are added."""
    parts = urllib.parse.urlsplit(address)
    last = parts.path.rpartition("/")[2]
    if parts.query or parts.fragment or re.fullmatch(r".+\.[A-Za-z]{2,5}", last):
        whole = parts._replace(path=parts.path.removesuffix(last) if "." in last else parts.path, query="", fragment="")
        raise ValueError(f"needs the folder that the site will lie in, such as {whole.geturl()}; found {address}")
    return address


class Author(_Part):
    """Who made the films."""

    name: str
    url: Address | None = None


class Link(_Part):
    """A way to somewhere else."""

    text: Said
    url: Address


class Series(_Part):
    """Films that are watched one after the other."""

    title: Said
    films: Annotated[list[Stem], Field(min_length=1)]

    @field_validator("films")
    @classmethod
    def _are_in_no_other(cls, films: list[str], info: ValidationInfo) -> list[str]:
        series = (info.context or {}).get("in", {})
        mine = said(info.data.get("title", {}), "")
        for stem in films:
            if stem in series:
                raise ValueError(f"{stem} is in the series {series[stem]!r} already; a film is in one, and once")
            series[stem] = mine
        return films


def _readable(pair: tuple[str, str], on: tuple[str, str], what: str) -> None:
    for colour, page in zip(pair, on, strict=True):
        found = Color(colour).contrast(page)
        if found < CONTRAST:
            raise ValueError(f"{what} {colour} on {page} has a contrast of {found:.1f}, of {CONTRAST} needed")


class Colours(_Part):
    """Each on the light page and on the dark one."""

    link: Annotated[list[Colour], Field(min_length=2, max_length=2)] = ["#0242ba", "#5dcdfb"]
    page: Annotated[list[Colour], Field(min_length=2, max_length=2)] = [LIGHT_PAGE, DARK_PAGE]


def _seen(colours: Colours) -> Colours:
    light, dark = colours.page
    _readable((colours.link[0], colours.link[1]), (light, dark), "link")
    _readable((LIGHT_TEXT, DARK_TEXT), (light, dark), "text")
    return colours


class Site(_Part):
    """What ``site.yaml`` says; without one, what pages say of mathviz itself."""

    name: Said = {"": NAME}
    tagline: Said = {}
    author: Author | None = None
    links: list[Link] = []
    licence: Link | None = None
    address: Annotated[Address, AfterValidator(_folder)] | None = None
    series: list[Series] = []
    cover: Stem | None = None
    colours: Annotated[Colours, AfterValidator(_seen)] = Colours()
    font: Annotated[str, Field(pattern=FONT, max_length=200)] | None = None

    @property
    def root(self) -> str:
        """The address with a slash at its end; empty where there is none."""
        return f"{self.address.rstrip('/')}/" if self.address else ""

    @property
    def style(self) -> str:
        """What is theirs of the styles, as CSS."""
        rules = [f"--link: light-dark({self.colours.link[0]}, {self.colours.link[1]});",
                 f"--page: light-dark({self.colours.page[0]}, {self.colours.page[1]});"]  # fmt: skip
        rules += [f"--font: {self.font};"] if self.font else []
        return f":root {{ {' '.join(rules)} }}\n" if self.colours != Colours() or self.font else ""

    def order(self, stems: list[str]) -> list[str]:
        """Stems as they are read: by series, then the others as they came."""
        told = [stem for series in self.series for stem in series.films if stem in stems]
        return list(dict.fromkeys([*told, *stems]))

    def series_of(self, stem: str) -> Series | None:
        """The series that a film belongs to, if any."""
        return next((series for series in self.series if stem in series.films), None)


def said(text: dict[str, str], language: str) -> str:
    """A text in a language, else in English, else in any that there is; empty where there is none."""
    return text.get(language) or text.get("") or text.get("en") or next(iter(text.values()), "")


def read(project: Project) -> Site:
    """What a project's ``site.yaml`` says. Raises ScriptError with its faults, each with line and field."""
    path = project.root / FILE
    if not path.exists() and path.with_suffix(".yml").exists():
        raise ScriptError(f"{path.with_suffix('.yml')}: is not read; call it {FILE}")
    try:
        text = reading.whole(path, LARGEST).decode("utf-8")
    except FileNotFoundError:
        return Site()
    except (OSError, UnicodeDecodeError) as error:
        raise ScriptError(f"{path}: cannot be read: {getattr(error, 'strerror', None) or error}") from None
    try:
        if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(text, yaml.SafeLoader)):
            raise ScriptError(f"{path}: aliases are not allowed")
        bounds.require(path, text, yaml.SafeLoader, deepest=DEEPEST, most=MOST)
        root = yaml.compose(text, yaml.SafeLoader)
        context = {"stems": project.stems, "languages": _languages(project), "in": {}}
        twice = [] if root is None else script.repeated_keys(root)
        faults = [(node.start_mark.line + 1, f"{node.value!r} is given twice") for node in twice]
        site = Site.model_validate(yaml.safe_load(text) or {}, context=context)
    except (yaml.YAMLError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        line = f":{mark.line + 1}" if mark else ""
        raise ScriptError(f"{path}{line}: is no YAML: {getattr(error, 'problem', None) or error}") from None
    except ValidationError as error:
        faults += [_fault(root, fault) for fault in error.errors(include_url=False)]
    except (ValueError, OverflowError) as error:
        raise ScriptError(f"{path}:{bounds.fault_in_scalars(text) or f' {error}'}") from None
    if faults:
        raise ScriptError("\n".join(f"{path}:{line}: {says}" for line, says in sorted(faults)))
    return site


def _languages(project: Project) -> list[str]:
    """In which the films are, of the scripts that can be read."""
    found: dict[str, None] = {}
    for stem in project.stems:
        with contextlib.suppress(ScriptError):
            found |= dict.fromkeys(script.read(project.scenes / f"{stem}.yaml").languages)
    return list(found)


WORDS = {
    "string_type": "needs a text", "dict_type": "needs fields with their values", "list_type": "needs a list",
    "model_type": "needs fields with their values", "string_too_long": "is too long", "too_short": "has too few",
    "too_long": "has too many",
}  # fmt: skip
PATTERNS = {ADDRESS: "needs an address that begins with http:// or https://", COLOUR: "needs a colour such as #0242ba",
            FONT: "needs names of fonts, with commas between", IDENTIFIER: "is no stem"}  # fmt: skip
"""What is wrong, for each of pydantic's kinds and our patterns."""


def _fault(root: yaml.Node | None, fault: Any) -> tuple[int, str]:
    """The line of a fault and what is said of it, as of a script's."""
    place = [step for step in fault["loc"] if step != "[key]"]
    line = 1 if root is None else script.follow(root, list(place)).start_mark.line + 1
    field, kind = ".".join(map(str, place)) or "all of it", fault["type"]
    if kind == "extra_forbidden":
        allowed = _fields_at(place)
        near = difflib.get_close_matches(str(place[-1]), allowed, n=1)
        says = f"is not allowed here; {f'closest: {near[0]}' if near else 'allowed: ' + ', '.join(allowed)}"
    elif kind == "missing":
        says = "is missing"
    elif kind == "value_error":
        says = fault["msg"].removeprefix("Value error, ")
    else:
        told = PATTERNS.get(fault.get("ctx", {}).get("pattern", "")) or WORDS.get(kind) or fault["msg"]
        says = f"{told}; found {textwrap.shorten(repr(fault['input']), 80)}"
    return line, f"{field}: {says}"


def _fields_at(place: list[Any]) -> list[str]:
    parts: dict[Any, type[_Part]] = {"author": Author, "links": Link, "licence": Link, "series": Series,
                                     "colours": Colours}  # fmt: skip
    return list((parts.get(place[0], Site) if len(place) > 1 else Site).model_fields)
