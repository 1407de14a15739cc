"""What to paste into a post: a figure with the film, as HTML, Markdown or the tag of assets/hexo/mathviz.js."""

from __future__ import annotations

import urllib.parse

from mathviz.films import script
from mathviz.films.catalog import films
from mathviz.gallery.films import DARK, Version, version
from mathviz.gallery.pages import environment, html_language, word
from mathviz.project import Project, not_found
from mathviz.project.errors import MathvizError

FORMATS = ("html", "markdown", "hexo")
TAG = "mathviz"


def snippet(project: Project, stem: str, language: str, form: str, base: str) -> str:
    """A rendered film in one of FORMATS; ``base`` is the address under which ``<stem>/`` lies on the blog.

    Raises NotFound for a film, language or format that there is not, FilmDamaged for a film that is not as made.
    """
    if form not in FORMATS:
        raise not_found("format", form, FORMATS, "mathviz embed --help")
    if urllib.parse.urlsplit(base).scheme not in ("", "http", "https"):
        raise MathvizError(f"--base {base}: needs a path or an http address, such as /films")
    (film,) = films(project, [stem])
    found = version(project, film, language)
    if form == "hexo":
        return f"{{% {TAG} {stem} {language} %}}"
    return _figure(found, base) if form == "html" else _markdown(found, base)


def _figure(film: Version, base: str) -> str:
    told = film.manifest

    def media(ending: str, theme: str = DARK) -> str:
        return _address(film, base, ending, theme)

    def say(name: str) -> str:
        return word(name, told.language)

    language = html_language(told.language)
    return environment().get_template("figure.html").render(
        told=told, sources=film.sources, media=media, word=say, language=language,
    ).strip()  # fmt: skip


def _markdown(film: Version, base: str) -> str:
    """Markdown has no films: the poster, which leads to the film, and the way to the transcript."""
    told = film.manifest
    title, question = script.markdown(told.title), script.markdown(told.question)
    poster, mp4, text = (f"<{_address(film, base, ending)}>" for ending in (".poster.webp", ".mp4", ".md"))
    picture = f"[![{title}]({poster})]({mp4})"
    return f"{picture}\n\n**{title}** {question} [{word('transcript', told.language)}]({text})"


def _address(film: Version, base: str, ending: str, theme: str = DARK) -> str:
    root = urllib.parse.quote(base.rstrip("/"), safe="/:%@")
    return f"{root}/{film.manifest.stem}/{film.themes[theme].file(ending)}"
