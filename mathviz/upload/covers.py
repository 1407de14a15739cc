"""A film's poster as the picture to show it by, in the shape and size that a place asks for."""

from __future__ import annotations

import io

from PIL import Image, ImageDraw

from mathviz import style
from mathviz.gallery import lettering
from mathviz.upload.places import Cover

QUALITIES = range(95, 40, -5)
"""Of JPEG, from the best on: the first that weighs little enough is taken."""

LEAST_BAND = 0.12
"""Of a picture's height, below which a strip that the poster leaves has no room for the title."""


def cover(poster: Image.Image, wanted: Cover, theme: str, title: str) -> bytes:
    """A JPEG of exactly the size that is wanted: the whole poster, and where it leaves room below it the title."""
    colours = style.theme(theme)
    made = Image.new("RGB", (wanted.width, wanted.height), colours["background"])
    scale = min(wanted.width / poster.width, wanted.height / poster.height)
    size = round(poster.width * scale), round(poster.height * scale)
    band = wanted.height - size[1]
    has_room = band > LEAST_BAND * wanted.height
    top = 0 if has_room else band // 2
    made.paste(poster.convert("RGB").resize(size, Image.Resampling.LANCZOS), ((wanted.width - size[0]) // 2, top))
    if has_room:
        _write(made, title, (wanted.width, band), colours["text"])
    for quality in QUALITIES:
        buffer = io.BytesIO()
        made.save(buffer, "JPEG", quality=quality, subsampling=0 if quality > 85 else 2, optimize=True)
        if buffer.tell() <= wanted.most:
            break
    return buffer.getvalue()


def _write(made: Image.Image, title: str, room: tuple[int, int], colour: str) -> None:
    """The title, as large as the strip at the bottom has room for."""
    wide = lettering.width(title, "B")
    size = int(min(0.4 * room[1], 0.88 * room[0] / wide))
    baseline = made.height - room[1] / 2 + 0.36 * size  # half the height of a capital
    lettering.draw(ImageDraw.Draw(made), ((made.width - size * wide) / 2, baseline), title, size, colour)
