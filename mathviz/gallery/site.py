"""The static site: an index and a page per film in every language, with all files that they need.

Pages link to each other by relative names, so the site works from a file, from any folder of a server,
and without a network.
"""

from __future__ import annotations

import contextlib
import datetime
import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from markupsafe import Markup
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from mathviz.films import compute
from mathviz.gallery import settings, sharing
from mathviz.gallery.checks import checks
from mathviz.gallery.chinese import han_rule
from mathviz.gallery.cues import cues
from mathviz.gallery.films import DARK, NEEDED, Shelf, Version, shelf
from mathviz.gallery.pages import ENGLISH, HERE, html_language, index_of, template, word
from mathviz.gallery.settings import Site, said
from mathviz.project import Project, disk
from mathviz.project.errors import MathvizError

OWN = ("style.css", "site.js")
"""What every site has, and by which one is known."""

DOWNLOADS = {".mp4": "film", ".webm": "webm", ".poster.png": "poster", ".poster.webp": "poster", ".gif": "loop",
             ".webp": "loop", ".vtt": "captions", ".chapters.vtt": "chapters", ".md": "transcript",
             ".json": "manifest"}  # fmt: skip
"""Ending → the word for what it is."""


@dataclass(frozen=True)
class Built:
    """The site, and what it lacks.

    ``missing`` are films that are not rendered, ``stale`` those that other code computed than today's, each
    with the command that renders it; ``dark_only`` have no light version; ``damaged`` are not shown, each with why.
    ``drafts`` are small, each with its size, and ``changed`` those whose scene, script or other code of the project is
    another today, each with which; both with the command.
    """

    index: Path
    pages: int
    missing: dict[str, str]
    stale: dict[str, str]
    dark_only: list[str]
    damaged: dict[str, str]
    drafts: dict[str, tuple[str, str]]
    changed: dict[str, tuple[str, str]]

    def summary(self) -> dict[str, object]:
        """What ``mathviz gallery --json`` prints of it."""
        return {**asdict(self), "index": str(self.index)}


@dataclass(frozen=True)
class Shown:
    """A film as a page shows it."""

    version: Version
    page: str
    site: Site

    @property
    def schema(self) -> dict[str, Any]:
        """What search engines read of it."""
        return sharing.schema(self.version, self.page, self.site, html_language(self.manifest.language))

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


def build(project: Project, out: Path | None = None) -> Built:
    """Make the site anew, whole or not at all, of all films that are whole: under ``renders/site/``, or as ``out``.

    Raises MathvizError where something else has its place.
    """
    site = out or project.renders / "site"
    about = settings.read(project)
    with _whole(site) as folder:
        found = shelf(project)
        stale, pages = Pages(project, found, about, folder).write()
    all_versions = [version for versions in found.versions.values() for version in versions.values()]
    dark_only = [version.dark.name for version in all_versions if version.light is None]
    films = [film for version in all_versions for film in version.themes.values()]
    drafts = {film.name: (film.size_said, film.command) for film in films if film.is_draft}
    changed = {film.name: (", ".join(names), film.command) for film in films if (names := film.changed_in(project))}
    return Built(site / "index.html", pages, found.missing, stale, dark_only, found.damaged, drafts, changed)


UNDER_WAY = ".mathviz-site."
"""How the names of folders begin from which sites are made, or which they replace."""


@contextlib.contextmanager
def _whole(site: Path) -> Any:
    """A folder beside the site that takes its place once all is in it. What earlier ones left behind goes."""
    _require_ours(site)
    disk.require_folder(site.parent)
    with disk.alone_in(site.parent):
        for left in site.parent.glob(f"{UNDER_WAY}*"):
            disk.remove(left)
        yield from _replacing(site)


def _require_ours(site: Path) -> None:
    """Raise MathvizError unless a site may be put there: where nothing is, or an earlier site."""
    if site.is_symlink():
        raise MathvizError(
            f"{site} is a link to {os.readlink(site)}, which is not replaced. "  # noqa: PTH115 - as it is written
            f"Build there: mathviz gallery --out {site.resolve()}; or remove the link"
        )
    ours = site.is_dir() and (not any(site.iterdir()) or all((site / name).is_file() for name in OWN))
    if site.exists() and not ours:
        raise MathvizError(f"{site} is there and is no site of mathviz, so it is not replaced. Move it, or delete it")


def _replacing(site: Path) -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(dir=site.parent, prefix=UNDER_WAY))
    old = folder.with_name(f"{folder.name}.old")
    try:
        folder.chmod(0o755)
        yield folder
        if site.exists():
            site.rename(old)
        try:
            folder.rename(site)
        except OSError:
            if old.exists():
                old.rename(site)
            raise
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        shutil.rmtree(old, ignore_errors=True)


class Pages:
    """All of a site's files, on their way into a folder."""

    def __init__(self, project: Project, found: Shelf, site: Site, folder: Path) -> None:
        self.project, self.site, self.folder = project, site, folder
        self.languages = found.languages or [ENGLISH]
        self.order = site.order(list(found.versions))
        self.versions = {stem: found.versions[stem] for stem in self.order}
        self.stale: dict[str, str] = {}
        self.pages: dict[str, datetime.datetime] = {}

    def write(self) -> tuple[dict[str, str], int]:
        """Returns the films that other code computed than today's, and the number of pages."""
        shutil.copyfile(HERE / "site.js", self.folder / "site.js")
        style = (HERE / "style.css").read_text(encoding="utf-8")
        (self.folder / "style.css").write_text(style + self.site.style, encoding="utf-8")
        for stem in self.order:
            self._film(stem)
        for language in self.languages:
            self._index(language)
        for language in self.languages:
            _bring_font(self.folder, language)
        if self.site.address:
            (self.folder / "sitemap.xml").write_text(sharing.map_of(self.pages, self.site), encoding="utf-8")
        return self.stale, len(self.pages)

    def _page(self, name: str, file: str, language: str, others: list[tuple[str, str]], **known: Any) -> None:
        """Write a page that exists in ``others``, language and file name, as well."""
        title, tagline = said(self.site.name, language), said(self.site.tagline, language)
        around = {"site": self.site, "name": title, "tagline": tagline or word("lead", language), "file": file}
        text = template(name, language, self.languages, said=lambda text: said(text, language), **around)
        (self.folder / file).write_text(text.render(others=others, **known), encoding="utf-8")
        shown = [known["film"]] if "film" in known else known["films"]
        self.pages[file] = max((sharing.date_of(film.version) for film in shown), default=sharing.UNKNOWN)

    def _film(self, stem: str) -> None:
        versions, code = self.versions[stem], _code(self.project, stem)
        for language, version in versions.items():
            _bring(version, self.folder / "films" / stem)
            sources = code.get(version.manifest.trace.key)
            if sources is None:
                self.stale[version.dark.name] = f"mathviz render {stem} --lang {language}"
            others = [(other, page_of(stem, other)) for other in versions if other != language]
            before, after = self._beside(stem, language)
            asked = checks(self.project, stem, language) if sources else []
            self._page(
                "film.html", page_of(stem, language), language, others, film=self._shown(stem, language), code=sources,
                checks=asked, series=self.site.series_of(stem), before=before, after=after,
            )  # fmt: skip

    def _beside(self, stem: str, language: str) -> tuple[Shown | None, Shown | None]:
        """The films before and after this one, as they are read."""
        at = self.order.index(stem)
        before, after = self.order[at - 1 : at] if at else [], self.order[at + 1 : at + 2]
        return next((self._shown(one, language) for one in before), None), next(
            (self._shown(one, language) for one in after), None
        )

    def _shown(self, stem: str, language: str) -> Shown:
        """The film in this language, else in the first that it has."""
        versions = self.versions[stem]
        code = language if language in versions else next(iter(versions))
        return Shown(versions[code], page_of(stem, code), self.site)

    def _index(self, language: str) -> None:
        shown = [self._shown(stem, language) for stem in self.order]
        topics = sorted({topic for film in shown for topic in film.manifest.topics})
        others = [(other, index_of(other, self.languages)) for other in self.languages if other != language]
        shelves = [(series.title, [film for film in shown if film.manifest.stem in series.films])
                   for series in self.site.series]  # fmt: skip
        rest = [film for film in shown if self.site.series_of(film.manifest.stem) is None]
        groups = [(title, films) for title, films in [*shelves, ({}, rest)] if films]
        file = index_of(language, self.languages)
        self._page("index.html", file, language, others, films=shown, groups=groups, topics=topics)
        self._share(shown, language)

    def _share(self, shown: list[Shown], language: str) -> None:
        """The cover of an index, and its feed where the site has an address."""
        name, tagline = said(self.site.name, language), said(self.site.tagline, language)
        first = [film for film in shown if film.manifest.stem == self.site.cover]
        posters = [film.version.dark.folder / film.version.dark.file(".poster.png") for film in first or shown]
        picture = sharing.cover(posters, name, tagline, self.site.colours.page[1])
        (self.folder / f"cover.{language}.png").write_bytes(picture)
        if self.site.address:
            films = [(film.version, film.page) for film in shown]
            index, file = index_of(language, self.languages), f"feed.{language}.xml"
            about = tagline or word("lead", language)
            text = sharing.feed(films, self.site, html_language(language), name, about, index, file)
            (self.folder / file).write_text(text, encoding="utf-8")


def _bring_font(folder: Path, language: str) -> None:
    """A style sheet with the Chinese characters of a language's pages; with none where there are none."""
    pages = [*folder.glob(f"*.{language}.html"), *folder.glob("index*.html")]
    text = {sign for path in pages for sign in path.read_text(encoding="utf-8")}
    (folder / f"fonts.{language}.css").write_text(han_rule(text), encoding="utf-8")


def page_of(stem: str, language: str) -> str:
    """The file name of a film's page."""
    return f"{stem}.{language}.html"


def _bring(version: Version, folder: Path) -> None:
    """The film's files into the site: linked where the disk can, so that they take no room twice.

    Of a film that is a link, what it leads to is copied: a link in the site would lead out of it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for film in version.themes.values():
        for name in [film.file(ending) for ending in (*NEEDED, ".json", *film.extras)]:
            source = film.folder / name
            with contextlib.suppress(OSError):
                if not source.is_symlink():
                    os.link(source, folder / name)
                    continue
            shutil.copyfile(source, folder / name)


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
