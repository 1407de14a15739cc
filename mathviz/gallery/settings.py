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

from pathlib import Path
from typing import Annotated, Any

import yaml
from coloraide import Color
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from mathviz.films import bounds
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


Said = Annotated[dict[str, Annotated[str, Field(max_length=300)]], BeforeValidator(_in_languages)]
"""A text, or one in each language."""

Address = Annotated[str, Field(pattern=r"^https?://[^\s<>\"']+$", max_length=2000)]
Stem = Annotated[str, Field(pattern=IDENTIFIER)]
Colour = Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$")]


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
    address: Address | None = None
    series: list[Series] = []
    cover: Stem | None = None
    colours: Annotated[Colours, AfterValidator(_seen)] = Colours()
    font: Annotated[str, Field(pattern=r"^[\w ,\"'-]+$", max_length=200)] | None = None

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
    """What a project's ``site.yaml`` says. Raises ScriptError with its faults, field by field."""
    path = project.root / FILE
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
        return _checked(Site.model_validate(yaml.safe_load(text) or {}), project, path)
    except (yaml.YAMLError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        line = f":{mark.line + 1}" if mark else ""
        raise ScriptError(f"{path}{line}: is no YAML: {getattr(error, 'problem', None) or error}") from None
    except ValidationError as error:
        raise ScriptError("\n".join(_fault(path, fault) for fault in error.errors(include_url=False))) from None
    except (ValueError, OverflowError) as error:
        raise ScriptError(f"{path}:{bounds.fault_in_scalars(text) or f' {error}'}") from None


def _checked(site: Site, project: Project, path: Path) -> Site:
    named = [*(stem for series in site.series for stem in series.films), *([site.cover] if site.cover else [])]
    unknown = [stem for stem in dict.fromkeys(named) if stem not in project.stems]
    if unknown:
        raise ScriptError(f"{path}: names the film {unknown[0]!r}, which there is not; see: mathviz list")
    return site


def _fault(path: Path, fault: Any) -> str:
    field = ".".join(str(step) for step in fault["loc"]) or "all of it"
    if fault["type"] == "extra_forbidden":
        return f"{path}: {field}: is not allowed here; what is: mathviz docs site"
    return f"{path}: {field}: {fault['msg'].removeprefix('Value error, ')}; found {str(fault['input'])[:80]!r}"
