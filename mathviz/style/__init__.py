"""What colours mean, how large text is and how long things take, all from ``assets/theme.yaml``."""

from __future__ import annotations

import functools
import hashlib
import math
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy import ndarray

from mathviz.project import ASSETS, not_found
from mathviz.project.errors import ToolMissing
from mathviz.style.shapes import shape

THEMES = ("dark", "light")
HAN = re.compile(r"[\u3400-\u9fff]")
WORD = re.compile(r"[^\W\u3400-\u9fff_][^\s\u3400-\u9fff]*")

MARGIN_X, MARGIN_Y = 0.05 * 14.222, 0.05 * 8.0
"""The safe area: nothing is drawn closer to the edge, in scene units."""

HALF_WIDTH, HALF_HEIGHT = 14.222 / 2 - MARGIN_X, 4.0 - MARGIN_Y


@functools.cache
def settings() -> dict[str, Any]:
    """``assets/theme.yaml`` as written."""
    return yaml.safe_load((ASSETS / "theme.yaml").read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Theme:
    """The colours of one theme, by role: ``theme["data"]``, ``theme["background"]``."""

    name: str
    colours: dict[str, str]
    diverging: ndarray
    """256 colours, [step rgb] in 0…1, for signed values from most negative to most positive."""
    sequential: ndarray
    """256 colours, [step rgb] in 0…1, for magnitudes from nothing to most."""
    thin: dict[str, str]
    """What thin lines and small lights of some roles wear instead."""

    def __getitem__(self, role: str) -> str:
        if role not in self.colours:
            raise not_found("role", role, self.colours, "assets/theme.yaml")
        return self.colours[role]

    def signed(self, values: ndarray, limit: float) -> list[str]:
        """Hex colours of signed values, flattened; ``±limit`` and beyond get the ends of the map."""
        return ["#{:02x}{:02x}{:02x}".format(*row) for row in self.signed_pixels(np.ravel(values), limit)]

    def signed_pixels(self, values: ndarray, limit: float) -> ndarray:
        """Colours 0…255 of signed values, […] to [… rgb]; ``±limit`` and beyond get the ends of the map."""
        return _looked_up(self.diverging, (np.asarray(values, float) / limit + 1) / 2)

    def magnitude(self, values: ndarray, limit: float) -> ndarray:
        """Colours 0…255 of values from 0 to ``limit`` and beyond, […] to [… rgb]."""
        return _looked_up(self.sequential, np.asarray(values, float) / limit)


def _looked_up(colours: ndarray, shares: ndarray) -> ndarray:
    """The colours [step rgb] at shares of the map, as 0…255."""
    steps = np.clip(shares, 0, 1) * (len(colours) - 1)
    return np.round(colours[np.round(steps).astype(int)] * 255).astype(np.uint8)


@functools.cache
def theme(name: str) -> Theme:
    """One of THEMES. Raises NotFound for another name."""
    if name not in THEMES:
        raise not_found("theme", name, THEMES, "mathviz render --help")
    blocks = settings()["roles"] | settings()["page"]
    anchors = settings()["diverging"][name]
    return Theme(
        name=name,
        colours={role: block[name] for role, block in blocks.items()},
        diverging=_through([anchors["negative"], anchors["zero"], anchors["positive"]]),
        sequential=_evenly([blocks["background"][name], *settings()["sequential"][name]]),
        thin={role: block[name] for role, block in settings()["thin"].items()},
    )


def _evenly(anchors: list[str]) -> ndarray:
    """256 colours through the anchors on a smooth way, each as far in OKLab from the one before."""
    from coloraide import Color

    blend = Color.interpolate(anchors, space="oklab", method="monotone")
    shares = np.linspace(0, 1, 1001)
    ways = np.linalg.norm(np.diff([blend(t).convert("oklab")[:3] for t in shares], axis=0), axis=1)
    far = np.concatenate([[0], np.cumsum(ways)])
    even = np.interp(np.linspace(0, far[-1], 256), far, shares)
    return np.array([blend(t).convert("srgb").clip()[:3] for t in even])


def _through(anchors: list[str]) -> ndarray:
    """256 colours through the anchors, even steps in OKLab."""
    from coloraide import Color

    blend = Color.interpolate(anchors, space="oklab")
    return np.array([blend(t).convert("srgb").clip()[:3] for t in np.linspace(0, 1, 256)])


def size(name: str) -> float:
    """A text size by name, in manimgl's font_size, in the shape that is drawn."""
    sizes: dict[str, float] = settings()["text_sizes"] | shape().sizes
    if name not in sizes:
        raise not_found("text size", name, sizes, "assets/theme.yaml")
    return sizes[name]


def duration(name: str) -> float:
    """A named duration, in seconds. All are multiples of half a second, so every frame rate fits."""
    return settings()["durations"][name]


QUICK, NORMAL, SLOW = duration("quick"), duration("normal"), duration("slow")


def words(text: str) -> int:
    """Words in the Latin parts of a text; a number or a formula's run is one."""
    return len(WORD.findall(text))


def reading_time(text: str, symbols: int = 0) -> float:
    """Seconds that a caption must stay up to be read, with ``symbols`` of formula beside it."""
    rule, count = settings()["reading"], words(text)
    base = rule["few_words"] if count < rule["many_from"] else rule["many_words"]
    han = len(HAN.findall(text))
    return base + rule["per_word"] * count + rule["per_han"] * han + rule["per_symbol"] * symbols


def hold_after(shown: float, needed: float) -> float:
    """How much longer something must stay, rounded up to half a second, not for a frame's worth."""
    return max(0.0, math.ceil(round((needed - shown) * 2 - 0.1, 6)) / 2)


@functools.cache
def font_files() -> tuple[Path, ...]:
    """The bundled font files."""
    return tuple(ASSETS / "fonts" / name for block in _fonts().values() for name in block["files"])


def fonts_digest() -> str:
    """Sixteen digits that change with any byte of the bundled fonts."""
    fonts = b"".join(path.read_bytes() for path in font_files() if path.is_file())
    return hashlib.sha256(fonts).hexdigest()[:16]


@functools.cache
def _fonts() -> dict[str, Any]:
    listed = yaml.safe_load((ASSETS / "fonts" / "fonts.yaml").read_text(encoding="utf-8"))
    return {script: listed[script] for script in ("latin", "han")}


def font_family(text: str) -> str:
    """Families for Pango; the Han one leads where there is Han, for full-width quotes and dashes.

    The names hold a digest of the fonts, so that manimgl's text cache, which knows a font by its name
    alone, can never hand out glyphs of another version.
    """
    order = ("han", "latin") if HAN.search(text) else ("latin", "han")
    return ",".join(_fonts()[script]["family"] for script in order)


@functools.cache
def register_fonts() -> None:
    """Make the bundled fonts known to Pango, before any text is made. Raises ToolMissing."""
    import manimpango

    for path in font_files():
        if not path.is_file():
            raise ToolMissing(f"The font {path} is missing. Restore it from git: git checkout assets/fonts")
        if not manimpango.register_font(str(path)):
            raise ToolMissing(f"Pango does not accept {path}. Restore it from git: git checkout assets/fonts")
    missing = {block["family"] for block in _fonts().values()} - set(manimpango.list_fonts())
    if missing:
        raise ToolMissing(f"Pango does not list {missing} after registering it. Run: mathviz doctor")
