"""What others make of a site: cards in posts, search results with chapters, feeds, a map, and a cover to show first."""

from __future__ import annotations

import datetime
import email.utils
import io
import re
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from PIL import Image, ImageDraw

from mathviz.gallery import lettering
from mathviz.gallery.films import Version
from mathviz.gallery.settings import Site

COVER_SIZE = (1200, 630)
"""Of a card, in pixels, as the networks that show them ask for."""

COVERED = 6
"""Posters on a cover, at most."""

UNKNOWN = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
"""The day of a film whose manifest tells none."""


def date_of(version: Version) -> datetime.datetime:
    """When a film's numbers were computed; the beginning of 1970 where the manifest says no date."""
    try:
        found = datetime.datetime.fromisoformat(version.manifest.trace.date.replace("Z", "+00:00"))
    except ValueError:
        found = UNKNOWN
    return found if found.tzinfo else found.replace(tzinfo=datetime.timezone.utc)


def schema(version: Version, page: str, site: Site, language: str) -> dict[str, Any]:
    """A film as https://schema.org/VideoObject, with its chapters as parts."""
    told, root = version.manifest, site.root
    films = f"{root}films/{told.stem}/"
    address, film = f"{root}{page}", f"{films}{version.dark.file('.mp4')}"
    ends = [*(beat.start for beat in told.beats[1:]), told.duration]
    about: dict[str, Any] = {
        "@context": "https://schema.org", "@type": "VideoObject", "name": told.title, "description": told.question,
        "thumbnailUrl": f"{films}{version.dark.file('.poster.png')}", "uploadDate": date_of(version).isoformat(),
        "duration": f"PT{told.duration:.1f}S", "contentUrl": film, "url": address, "inLanguage": language,
        "width": told.width, "height": told.height, "encodingFormat": "video/mp4",
        **({"keywords": ", ".join(told.topics)} if told.topics else {}),
        "transcript": "\n".join("".join(parts) for beat in told.beats for parts in beat.captions),
        "isAccessibleForFree": True,
        "hasPart": [
            {"@type": "Clip", "name": beat.chapter, "startOffset": beat.start, "endOffset": end,
             "url": f"{address}#t={beat.start:g}"}
            for beat, end in zip(told.beats, ends, strict=True)
        ],
    }  # fmt: skip
    if site.author:
        link = {"url": site.author.url} if site.author.url else {}
        about["author"] = {"@type": "Person", "name": site.author.name, **link}
    return about | ({"license": site.licence.url} if site.licence else {})


def feed(
    films: list[tuple[Version, str]], site: Site, language: str, title: str, tagline: str, index: str, file: str
) -> str:  # fmt: skip
    """RSS 2.0 of the films in a language, each with its film enclosed, the newest first.

    ``index`` is the page in that language that leads to them, ``file`` the feed's own name.
    """
    items = []
    for version, page in sorted(films, key=lambda pair: date_of(pair[0]), reverse=True):
        told, film = version.manifest, version.dark.file(".mp4")
        items.append(
            f"<item><title>{_text(told.title)}</title><link>{_text(site.root + page)}</link>"
            f"<guid>{_text(site.root + page)}</guid><description>{_text(told.question)}</description>"
            f"<pubDate>{email.utils.format_datetime(date_of(version))}</pubDate>"
            f"<enclosure url={_attribute(f'{site.root}films/{told.stem}/{film}')} "
            f'length="{version.dark.size(".mp4")}" type="video/mp4"/></item>'
        )
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel>'
        f'<atom:link href={_attribute(site.root + file)} rel="self" type="application/rss+xml"/>'
        f"<title>{_text(title)}</title><link>{_text(site.root + index)}</link>"
        f"<description>{_text(tagline)}</description>"
        f"<language>{_text(language)}</language>\n{chr(10).join(items)}\n</channel></rss>\n"
    )


def map_of(pages: dict[str, datetime.datetime], site: Site) -> str:
    """All pages, each with its films' last day, for search engines: https://www.sitemaps.org."""
    days = {page: f"<lastmod>{date:%Y-%m-%d}</lastmod>" if date > UNKNOWN else "" for page, date in pages.items()}
    lines = [f"<url><loc>{_text(site.root + page)}</loc>{day}</url>" for page, day in days.items()]
    return ('<?xml version="1.0" encoding="utf-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
            f"{chr(10).join(lines)}\n</urlset>\n")  # fmt: skip


FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML has no way to write."""


def _text(text: str) -> str:
    return escape(FORBIDDEN.sub("\ufffd", text))


def _attribute(text: str) -> str:
    return quoteattr(FORBIDDEN.sub("\ufffd", text))


def cover(posters: list[Path], name: str, tagline: str, dark_page: str) -> bytes:
    """A picture of the site: its name over the films' posters. PNG."""
    wide, high = COVER_SIZE
    made = Image.new("RGB", COVER_SIZE, dark_page)
    columns = 1 if len(posters) == 1 else 2 if len(posters) <= 4 else 3
    side = -(-wide // columns)
    for at, path in enumerate(posters[:COVERED]):
        with Image.open(path) as poster:
            small = poster.convert("RGB").resize((side, side * poster.height // poster.width))
        made.paste(small, (at % columns * side, at // columns * small.height))
    veil = Image.linear_gradient("L").resize((wide, high // 2)).point(lambda value: min(255, 3 * value // 2))
    made.paste(Image.new("RGB", veil.size, dark_page), (0, high - veil.height), veil)
    canvas = ImageDraw.Draw(made)
    below = high - 48
    for text, size, colour in ((tagline, 30, "#c4cad3"), (name, 72, "#ffffff")):
        if text:
            fitting = min(size, int((wide - 120) / lettering.width(text, "B")))
            lettering.draw(canvas, (60, below), text, fitting, colour)
            below -= round(1.5 * size)
    buffer = io.BytesIO()
    made.save(buffer, "PNG", optimize=True)
    return buffer.getvalue()
