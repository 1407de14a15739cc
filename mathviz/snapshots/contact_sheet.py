"""A page with every snapshot, and old, new and difference of those that are not their references.

One HTML file that asks for nothing from anywhere: pictures are in it, scripts are not, and its policy forbids
both from elsewhere.
"""

from __future__ import annotations

import base64
import io
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from jinja2 import Environment
from numpy import ndarray
from PIL import Image

from mathviz.project import Project, disk
from mathviz.snapshots import references
from mathviz.snapshots.frames import Snapshot
from mathviz.snapshots.verdict import Verdict

THUMBNAIL = 320, 180


@dataclass(frozen=True)
class Picture:
    """One snapshot on the page; the pictures are data URIs, ``beside`` that of old, new and difference."""

    snapshot: Snapshot
    thumbnail: str
    text: str
    failure: str
    beside: str


class ContactSheet:
    """Collects what came of snapshots; only small pictures are kept."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.pictures: list[Picture] = []

    @property
    def count(self) -> int:
        return len(self.pictures)

    @property
    def failures(self) -> list[str]:
        return [picture.failure for picture in self.pictures if picture.failure]

    def add(self, verdict: Verdict) -> None:
        """Put a snapshot on the page. The picture of a failure is read where the comparison left it."""
        drawn = references.drawn_of(self.project, verdict.snapshot)
        beside = _uri(drawn.read_bytes(), "png") if verdict.failure and drawn.is_file() else ""
        frame = verdict.frame
        small = "" if frame.image is None else _thumbnail(frame.image)
        self.pictures.append(Picture(verdict.snapshot, small, frame.text, verdict.failure, beside))

    def write(self, name: str = "report.html") -> Path:
        """Write the page under ``renders/frames/``; returns where."""
        path = self.project.renders / "frames" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        disk.write_whole(path, self.page().encode())
        return path

    def page(self) -> str:
        """The page as HTML, everything on it escaped."""
        rows = [(" ".join(row), list(pictures)) for row, pictures in groupby(self.pictures, _row)]
        failed = [picture for picture in self.pictures if picture.failure]
        return Environment(autoescape=True).from_string(PAGE).render(rows=rows, failed=failed, count=self.count)


def _row(picture: Picture) -> tuple[str, str]:
    return picture.snapshot.stem, picture.snapshot.version


def _thumbnail(image: ndarray) -> str:
    small = Image.fromarray(image)
    small.thumbnail(THUMBNAIL, Image.Resampling.LANCZOS)
    buffer = io.BytesIO()
    small.save(buffer, "WEBP", quality=70)
    return _uri(buffer.getvalue(), "webp")


def _uri(data: bytes, kind: str) -> str:
    return f"data:image/{kind};base64,{base64.b64encode(data).decode()}"


PAGE = """\
<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Frames</title>
<style>
:root { color-scheme: light dark; }
body { font: 15px/1.4 system-ui, sans-serif; margin: 1.5rem; }
pre { overflow-x: auto; font-size: 12px; }
section { display: grid; grid-template-columns: repeat(auto-fill, minmax(15rem, 1fr)); gap: .8rem; }
figure { margin: 0; min-width: 0; }
img { width: 100%; height: auto; display: block; }
figcaption { overflow-wrap: anywhere; font-size: 13px; }
.failed { outline: 3px solid #c8371b; outline-offset: 2px; }
</style>
<h1>Frames</h1>
<p>{{ count - failed|length }} of {{ count }} frames are their references.</p>
{% for picture in failed %}
<article>
<h2>{{ picture.snapshot.title }}</h2>
{% if picture.beside %}
<img src="{{ picture.beside }}" alt="{{ picture.snapshot.title }}: old, new, difference">
{% endif %}
<pre>{{ picture.failure }}</pre>
</article>
{% endfor %}
{% for row, pictures in rows %}
<h2>{{ row }}</h2>
<section>
{% for picture in pictures %}
<figure{% if picture.failure %} class="failed"{% endif %}>
{% if picture.thumbnail %}<img src="{{ picture.thumbnail }}" alt="{{ picture.snapshot.title }}">{% endif %}
<figcaption>{{ picture.snapshot.name }}{% if picture.failure %}: not its reference{% endif %}
<details><summary>on screen</summary><pre>{{ picture.text }}</pre></details></figcaption>
</figure>
{% endfor %}
</section>
{% endfor %}
</html>
"""
