"""What goes beside a film: captions and chapters as WebVTT, and a manifest that says how it was made."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mathviz import __version__
from mathviz.render.encode import CRF, PRESET, THREADS
from mathviz.render.plan import Job


@dataclass(frozen=True)
class Span:
    """The frames of one beat in the film."""

    beat: str
    first: int
    frames: int


@dataclass(frozen=True)
class Cue:
    """A text from ``start`` to ``end``, in seconds of film."""

    start: float
    end: float
    text: str


def webvtt(cues: list[Cue]) -> str:
    """A WebVTT file. Markup characters in a cue are escaped."""
    blocks = ["WEBVTT"]
    for number, cue in enumerate(cues, start=1):
        text = cue.text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        blocks.append(f"{number}\n{timestamp(cue.start)} --> {timestamp(cue.end)}\n{text}")
    return "\n\n".join(blocks) + "\n"


def timestamp(seconds: float) -> str:
    """Hours, minutes, seconds and milliseconds as WebVTT writes them."""
    milliseconds = round(seconds * 1000)
    minutes, milliseconds = divmod(milliseconds, 60_000)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{milliseconds // 1000:02}.{milliseconds % 1000:03}"


def manifest(
    job: Job, spans: list[Span], *, title: str, chapters: dict[str, str], alt: str, provenance: dict[str, Any],
    renderer: dict[str, str], versions: dict[str, str], commit: str, seconds: float, files: list[Path],
) -> dict[str, Any]:  # fmt: skip
    """Everything that a page about the film, or someone who doubts it, needs to know."""
    frames = sum(span.frames for span in spans)
    return {
        "stem": job.stem, "language": job.language, "theme": job.theme, "title": title, "alt": alt,
        "width": job.width, "height": job.height, "fps": job.fps, "frames": frames,
        "duration": round(frames / job.fps, 3),
        "beats": [
            {"id": span.beat, "chapter": chapters[span.beat], "start": round(span.first / job.fps, 3),
             "frames": span.frames}
            for span in spans
        ],
        "trace": provenance,
        "renderer": renderer,
        "encoder": {"codec": "libx264", "crf": CRF, "preset": PRESET, "threads": THREADS, "colour": "bt709 limited"},
        "versions": {"mathviz": __version__, **versions},
        "commit": commit,
        "wall_seconds": round(seconds, 1),
        "files": {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files},
    }  # fmt: skip
