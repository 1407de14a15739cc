"""A talk as one HTML file, which needs no network, no server and no player: it brings films, script, style and font."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader
from markupsafe import Markup

from mathviz.gallery.chinese import han_rule
from mathviz.gallery.pages import environment, word
from mathviz.project import reading
from mathviz.talk.outline import Part, Talk

TEMPLATES = Path(__file__).resolve().parent / "templates"

PIECE = 3 << 23
"""Bytes of film in one piece of text: browsers hold no text of more than some hundred megabytes. Divisible by three."""

SAID = ("unplayable", "end", "beats", "popup", "notes", "loops", "stays")
"""What the script says, each ``talk_…`` among the pages' words."""


@cache
def _environment() -> Environment:
    return environment().overlay(loader=PackageLoader("mathviz.talk"))


def page(talk: Talk) -> bytes:
    """The whole file. Raises OSError where a film can no longer be read."""
    told = _told(talk)

    def say(name: str) -> str:
        return word(name, talk.language)

    template = _environment().get_template("slides.html")
    known: dict[str, Any] = {
        "talk": talk, "language": talk.language, "word": say, "told": told,
        "style": Markup((TEMPLATES / "slides.css").read_text(encoding="utf-8")),
        "script": Markup((TEMPLATES / "slides.js").read_text(encoding="utf-8")),
    }  # fmt: skip
    said = json.dumps(told, ensure_ascii=False)  # which the page has with its characters escaped
    fonts = han_rule(template.render(known, fonts="", films=[]) + said)
    films = [(at, _pieces(part)) for at, part in enumerate(talk.parts)]
    return template.render(known, fonts=Markup(fonts), films=films).encode()


def _told(talk: Talk) -> dict[str, Any]:
    """What the script needs to know."""
    return {
        "films": [_film(part) for part in talk.parts],
        "steps": [
            {"film": step.film, "beat": step.beat, "first": step.first, "end": step.end, "loop": step.loop,
             "round": step.round}
            for step in talk.steps
        ],
        "words": {name: word(f"talk_{name}", talk.language) for name in SAID},
    }  # fmt: skip


def _film(part: Part) -> dict[str, Any]:
    told = part.film.manifest
    return {
        "title": told.title, "fps": [part.fps.numerator, part.fps.denominator], "frames": part.marks[-1],
        "beats": [
            {"chapter": beat.chapter, "captions": beat.captions, "first": first, "end": end}
            for beat, first, end in part.spans
        ],
        "references": [{"text": source.text, "link": source.link} for source in told.references],
    }  # fmt: skip


def _pieces(part: Part) -> Iterator[Markup]:
    """The film as text, in pieces that are each whole."""
    data = reading.whole(part.film.folder / part.film.file(".mp4"))
    for at in range(0, len(data), PIECE):
        yield Markup(base64.b64encode(data[at : at + PIECE]).decode())
