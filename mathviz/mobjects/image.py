"""Arrays as pictures: one even patch for each value, none between."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path

import numpy as np
from manimlib import LEFT, RIGHT, Group, ImageMobject, Rectangle, VGroup
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


class HeatMap(Group):
    """Magnitudes on the theme's sequential map, framed. A MagnitudeScale says what the colours stand for."""

    def __init__(self, values: ndarray, limit: float, theme: Theme, width: float, height: float) -> None:
        """``values`` is [row column], first row at the bottom; ``limit`` and beyond get the brightest colour."""
        self.image = Pixels(theme.magnitude(values[::-1], limit), height)
        self.image.set_width(width, stretch=True)
        self.edge = Rectangle(width, height).set_stroke(theme["outline"], 2).set_fill(opacity=0)
        super().__init__(self.image, self.edge)


class MagnitudeScale(Group):
    """The sequential map with the values at its ends; the upper also stands for what lies beyond it."""

    def __init__(self, theme: Theme, limit: float, name: str, width: float = 1.9) -> None:
        bar = HeatMap(np.linspace(0, limit, 256)[None], limit, theme, width, 0.22)
        low, high = words("0", theme, role="muted"), words(f"≥ {limit:g}", theme, role="muted")
        texts = VGroup(low.next_to(bar, LEFT, 0.15), high.next_to(bar, RIGHT, 0.15))
        texts.add(words(name, theme, role="muted").next_to(low, LEFT, 0.4))
        super().__init__(bar, texts)
