"""The static site: an index and a page per film in every language, with all files that they need.

Pages link to each other by relative names, so the site works from a file, from any folder of a server,
and without a network.
"""

from __future__ import annotations

import base64
import contextlib
import functools
import io
import os
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import yaml
from fontTools import subset
from fontTools.ttLib import TTFont
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from mathviz.films import compute
from mathviz.gallery.films import DARK, NEEDED, Shelf, Version, shelf
from mathviz.project import ASSETS, Project
from mathviz.project.errors import MathvizError

HERE = Path(__file__).resolve().parent
ENGLISH = "en"
HTML_LANGUAGES = {"zh": "zh-CN"}
"""Where a tag tells more than the language: fonts for Simplified Chinese."""

HAN_FONT = "mathviz-han-regular.otf"
"""Of which pages bring the characters that they have."""

DOWNLOADS = {".mp4": "film", ".webm": "webm", ".poster.png": "poster", ".poster.webp": "poster", ".gif": "loop",
             ".webp": "loop", ".vtt": "captions", ".chapters.vtt": "chapters", ".md": "transcript",
             ".json": "manifest"}  # fmt: skip
"""Ending → the word for what it is."""


@dataclass(frozen=True)
class Built:
    """The site, and what it lacks.

    ``missing`` are films that are not rendered, ``stale`` those that other code computed than today's, each
    with the command that renders it; ``dark_only`` have no light version.
    """

    index: Path
    pages: int
    missing: dict[str, str]
    stale: dict[str, str]
    dark_only: list[str]

    def summary(self) -> dict[str, object]:
        """What ``mathviz gallery --json`` prints of it."""
        return {**asdict(self), "index": str(self.index)}


@dataclass(frozen=True)
class Shown:
    """A film as a page shows it."""

    version: Version
    page: str

    @property
    def manifest(self) -> Any:
        return self.version.manifest

    @property
    def light(self) -> bool:
        return self.version.light is not None

    def media(self, ending: str, theme: str = DARK) -> str:
        """Where the page finds the film's file with this ending."""
        return f"films/{self.manifest.stem}/{self.version.themes[theme].file(ending)}"

    @property
    def words(self) -> str:
        """What a search finds it by."""
        told = self.manifest
        said = [text for beat in told.beats for text in (beat.chapter, *map("".join, beat.captions))]
        return " ".join([told.stem, told.title, told.question, *told.topics, *said]).lower()

    @property
    def versions(self) -> list[tuple[str, str]]:
        """Of what computed, then of what drew."""
        told = self.manifest
        return list({**told.trace.versions, **{name: told.versions[name] for name in told.versions
                                               if name == "manimgl"}}.items())  # fmt: skip

    @property
    def for_script(self) -> dict[str, Any]:
        """What the script needs: tracks from a file are out of its reach, so their text is in the page."""
        folder, told = self.version.dark.folder, self.manifest
        return {
            "language": html_language(told.language), "cues": cues(folder / self.version.dark.file(".vtt")),
            "chapters": [{"start": beat.start, "title": beat.chapter} for beat in told.beats],
            "duration": told.duration,
            "posters": {theme: self.media(".poster.webp", theme) for theme in self.version.themes},
        }  # fmt: skip

    @property
    def downloads(self) -> list[tuple[str, str, str, int]]:
        """Theme, word, address and bytes of each file."""
        return [
            (theme, what, self.media(ending, theme), film.size(ending))
            for theme, film in self.version.themes.items() for ending, what in DOWNLOADS.items()
            if film.file(ending) in film.manifest.files or ending == ".json"
        ]  # fmt: skip


def build(project: Project) -> Built:
    """Make the site anew under ``renders/site/``, whole or not at all. Raises FilmDamaged or ScriptError."""
    found = shelf(project)
    site = project.renders / "site"
    project.renders.mkdir(exist_ok=True)
    with _whole(site) as folder:
        stale, pages = _write(project, found, folder)
    all_versions = [version for versions in found.versions.values() for version in versions.values()]
    dark_only = [version.dark.name for version in all_versions if version.light is None]
    return Built(site / "index.html", pages, found.missing, stale, dark_only)


@contextlib.contextmanager
def _whole(site: Path) -> Any:
    """A folder beside the site that takes its place once all is in it."""
    folder = Path(tempfile.mkdtemp(dir=site.parent, prefix=".site."))
    old = folder.with_name(f"{folder.name}.old")
    try:
        folder.chmod(0o755)
        yield folder
        if site.exists():
            site.rename(old)
        try:
            folder.rename(site)
        except OSError:
            old.rename(site)
            raise
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        shutil.rmtree(old, ignore_errors=True)


def _write(project: Project, found: Shelf, folder: Path) -> tuple[dict[str, str], int]:
    """All of the site's files. Returns the films that other code computed than today's, and the number of pages."""
    for name in ("style.css", "site.js"):
        shutil.copyfile(HERE / name, folder / name)
    languages = found.languages or [ENGLISH]
    stale, pages = {}, 0
    for stem, versions in found.versions.items():
        code = _code(project, stem)
        for language, version in versions.items():
            _bring(version, folder / "films" / stem)
            sources = code.get(version.manifest.trace.key)
            if sources is None:
                stale[version.dark.name] = f"mathviz render {stem} --lang {language}"
            others = [(other, page_of(stem, other)) for other in versions if other != language]
            page = _template("film.html", language, languages).render(
                film=Shown(version, page_of(stem, language)), code=sources, others=others
            )
            (folder / page_of(stem, language)).write_text(page, encoding="utf-8")
            pages += 1
    for language in languages:
        shown = [_nearest(stem, versions, language) for stem, versions in found.versions.items()]
        topics = sorted({topic for film in shown for topic in film.manifest.topics})
        others = [(other, index_of(other, languages)) for other in languages if other != language]
        page = _template("index.html", language, languages).render(films=shown, topics=topics, others=others)
        (folder / index_of(language, languages)).write_text(page, encoding="utf-8")
    for language in languages:
        _bring_font(folder, language)
    return stale, pages + len(languages)


def _bring_font(folder: Path, language: str) -> None:
    """A style sheet with the Chinese characters of a language's pages in the films' own font.

    It is in the style sheet itself: a font that came later would move the lines that are there by then.
    """
    pages = [*folder.glob(f"*.{language}.html"), *folder.glob("index*.html")]
    text = {sign for path in pages for sign in path.read_text(encoding="utf-8")}
    font = TTFont(ASSETS / "fonts" / HAN_FONT)
    chosen = subset.Subsetter(subset.Options(notdef_outline=True))
    chosen.populate(text="".join(sorted(text)))
    chosen.subset(font)
    made = io.BytesIO()
    font.save(made)
    data = base64.b64encode(made.getvalue()).decode()
    rule = f'@font-face {{ font-family: "Mathviz Han"; src: url("data:font/otf;base64,{data}") format("opentype"); }}\n'
    licence = (ASSETS / "fonts" / "OFL-NotoSansCJK.txt").read_text(encoding="utf-8").replace("*/", "* /")
    (folder / f"fonts.{language}.css").write_text(f"{rule}/*\n{licence}*/\n", encoding="utf-8")


def _nearest(stem: str, versions: dict[str, Version], language: str) -> Shown:
    """The film in this language, else in the first that it has."""
    code = language if language in versions else next(iter(versions))
    return Shown(versions[code], page_of(stem, code))


def page_of(stem: str, language: str) -> str:
    """The file name of a film's page."""
    return f"{stem}.{language}.html"


def index_of(language: str, languages: list[str]) -> str:
    """The file name of an index; the first language's is what a server shows for the folder."""
    return "index.html" if language == languages[0] else f"index.{language}.html"


def _bring(version: Version, folder: Path) -> None:
    """The film's files into the site: linked where the disk can, so that they take no room twice."""
    folder.mkdir(parents=True, exist_ok=True)
    for film in version.themes.values():
        for name in [film.file(ending) for ending in (*NEEDED, ".json", *film.extras)]:
            try:
                os.link(film.folder / name, folder / name)
            except OSError:
                shutil.copyfile(film.folder / name, folder / name)


def _code(project: Project, stem: str) -> dict[str, list[tuple[str, Markup]]]:
    """Key of a trace → the sources that make such a trace today, the concept's own first."""
    try:
        computation = compute.of_film(project, stem)
        key, files = computation.key, computation.files
    except MathvizError:
        return {}
    return {key: [(path.name, _coloured(path.read_text(encoding="utf-8"))) for path in files]}


def _coloured(text: str) -> Markup:
    return Markup(highlight(text, PythonLexer(), HtmlFormatter(nowrap=False, cssclass="source")))


def cues(path: Path) -> list[dict[str, Any]]:
    """The cues of a WebVTT file that ``report.webvtt`` wrote."""
    found = []
    for block in path.read_text(encoding="utf-8").split("\n\n")[1:]:
        _, times, *text = block.strip().split("\n")
        start, _, end = times.partition(" --> ")
        found.append({"start": _seconds(start), "end": _seconds(end.split()[0]), "text": "\n".join(text)})
    return found


def _seconds(stamp: str) -> float:
    hours, minutes, seconds = stamp.split(":")
    return round(int(hours) * 3600 + int(minutes) * 60 + float(seconds), 3)


# ---- words and templates


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


def _template(name: str, language: str, languages: list[str]) -> Any:
    def say(key: str, other: str = language) -> str:
        return word(key, other)

    def index(code: str) -> str:
        return index_of(code, languages)

    known: dict[str, str | Callable[..., str]] = {"language": language, "word": say, "index": index}
    return environment().get_template(name, globals=known)
