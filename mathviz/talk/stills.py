"""Single frames out of a finished film, by number."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import av
from PIL import Image

from mathviz.project.errors import FilmDamaged
from mathviz.talk.outline import Part


def frames(part: Part, numbers: Iterable[int]) -> dict[int, Image.Image]:
    """Number → the frame. Raises FilmDamaged for one that the film does not have."""
    path = part.film.folder / part.film.file(".mp4")
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        return {number: _frame(container, stream, number, part, path) for number in sorted(set(numbers))}


def _frame(container: Any, stream: Any, number: int, part: Part, path: Path) -> Image.Image:
    wanted = round(number / (part.fps * stream.time_base))
    container.seek(wanted, stream=stream)  # to the key frame before it
    for frame in container.decode(stream):
        if frame.pts >= wanted:
            return frame.to_image(dst_colorspace="itu709")
    raise FilmDamaged(f"{path}: has no frame {number}. Render it again: {part.film.command}")
