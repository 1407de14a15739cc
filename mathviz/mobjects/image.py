"""Arrays as pictures, one even patch for each value, and what their colours stand for."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path

import numpy as np
from manimlib import LEFT, RIGHT, Group, ImageMobject, SurroundingRectangle, VGroup
from manimlib.utils.directories import get_cache_dir
from numpy import ndarray
from PIL import Image

from mathviz.mobjects.text import words
from mathviz.project.disk import write_whole
from mathviz.style import Theme

TEXELS = 512
"""An image's longer side is enlarged to at least so many, because OpenGL would blur between fewer."""


class Pixels(ImageMobject):
    """An image of colours. Its file is named by its content and lies beside manimgl's own cached texts."""

    def __init__(self, colours: ndarray, height: float) -> None:
        """``colours`` is [row column 3], 0 to 255, first row on top; ``height`` in scene units."""
        grain = -(-TEXELS // max(colours.shape[:2]))
        large = np.ascontiguousarray(colours.astype(np.uint8).repeat(grain, axis=0).repeat(grain, axis=1))
        folder = Path(get_cache_dir()) / "images"
        path = folder / f"{hashlib.sha256(repr(large.shape).encode() + large.tobytes()).hexdigest()[:32]}.png"
        if not path.is_file():
            folder.mkdir(parents=True, exist_ok=True)
            png = io.BytesIO()
            Image.fromarray(large).save(png, "PNG")
            write_whole(path, png.getvalue())
        super().__init__(str(path), height=height)



class ColourScale(Group):
    """What the colours of values stand for: the map, framed, with the values at its ends, and what lies beyond them.

    Of the theme's two maps it is the sequential one, from zero, or the diverging one if the values are ``signed``.
    """

    def __init__(self, theme: Theme, limit: float, name: str = "", signed: bool = False, width: float = 1.9) -> None:
        """``limit`` is that of ``theme.magnitude`` or ``theme.signed_pixels``; ``name`` says of what the values are."""
        values = np.linspace(-limit if signed else 0, limit, 256)[None]
        colours = theme.signed_pixels(values, limit) if signed else theme.magnitude(values, limit)
        bar = Pixels(colours, 0.22).set_width(width, stretch=True)
        edge = SurroundingRectangle(bar, buff=0).set_stroke(theme["outline"], 1.5)
        least = f"≤ −{limit:g}" if signed else "0"
        low, high = (words(text, theme, role="muted") for text in (least, f"≥ {limit:g}"))
        texts = VGroup(low.next_to(bar, LEFT, 0.15), high.next_to(bar, RIGHT, 0.15))
        if name:
            texts.add(words(name, theme, role="muted").next_to(low, LEFT, 0.4))
        super().__init__(bar, edge, texts)
