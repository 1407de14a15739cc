"""What is on screen, and when: noted at the end of every animation and every wait, without drawing.

Run as ``python -m mathviz.lint.observe``, once for each film, because a process has one OpenGL context.
"""

from __future__ import annotations

import functools
import json
import sys
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy import ndarray

from mathviz import style

Box = tuple[float, float, float, float]
"""Left, bottom, right and top, as shares of the picture."""


@dataclass(frozen=True)
class Shown:
    """Something on screen. Sizes are shares of the picture's height; colours are sRGB in hex."""

    number: int  # the same for the same object all through a film
    kind: str  # title, text, formula, shape, particles or image
    text: str
    box: Box
    opacity: float
    colours: tuple[str, ...]
    size: float = 0.0  # one em of a text; of a formula its smallest sign
    behind: str = ""  # the colour that was drawn behind a text
    drawn: str = ""  # the colour within a shape's box that, as drawn, stands out most from the page

    @property
    def name(self) -> str:
        """How a finding calls it."""
        return f"{self.kind} “{self.text}”" if self.text else self.kind


@dataclass(frozen=True)
class Sight:
    """The screen from one moment on, until the next animation begins."""

    beat: str
    start: float  # seconds into the film
    end: float
    shown: tuple[Shown, ...]


@dataclass
class Observed:
    """A film in one version."""

    stem: str
    language: str
    theme: str
    background: str
    sights: list[Sight] = field(default_factory=list)
    beats: dict[str, tuple[float, float]] = field(default_factory=dict)


def load(data: dict[str, Any]) -> Observed:
    """What ``asdict`` made of it, back."""
    sights = [
        Sight(**{**sight, "shown": tuple(Shown(**{**each, "box": tuple(each["box"]), "colours": tuple(each["colours"])})
                                         for each in sight["shown"])})
        for sight in data["sights"]
    ]  # fmt: skip
    return Observed(**{**data, "sights": sights, "beats": {name: tuple(span) for name, span in data["beats"].items()}})


class Observer:
    """Watches a scene being skipped through."""

    def __init__(self, kind: type, observed: Observed, **options: Any) -> None:
        from mathviz import engine

        self.observed, self.beat = observed, ""
        self.numbers: dict[int, int] = {}
        self.kept: list[Any] = []  # so that no identity is given to two objects
        options = {**options, "watcher": self} if observed.theme else options
        self.scene = engine.make_scene(kind, skip_animations=True, **options)
        self.painter_of, self.draw = engine.perform, engine.as_image
        for name in ("play", "wait"):
            setattr(self.scene, name, self._after(getattr(self.scene, name)))

    def watch(self) -> Observed:
        """Go through the film."""
        self.painter_of(self.scene, lambda painter: None, drawing=False, skipping=True)
        last = self.observed.sights[-1] if self.observed.sights else None
        if not self.observed.beats and last is not None:
            self.observed.beats[""] = (0.0, last.end)
        return self.observed

    @property
    def clock(self) -> float:
        return float(getattr(self.scene, "clock", self.scene.time))

    def beat_begins(self, beat: str) -> None:
        self.beat = beat
        self.observed.beats[beat] = (self.clock, self.clock)

    def caption(self, text: str) -> None: ...

    def beat_ends(self, beat: str) -> None:
        self.observed.beats[beat] = (self.observed.beats[beat][0], self.clock)
        self._see_behind()

    def _after(self, call: Any) -> Any:
        """Note the screen after each animation; a wait makes the last sight longer."""

        @functools.wraps(call)
        def called(*args: Any, **kwargs: Any) -> Any:
            begun = self.clock
            found = call(*args, **kwargs)
            now, sights = self.clock, self.observed.sights
            moving = bool(args) and not isinstance(args[0], (int, float))
            shown, last = self._see(), sights[-1] if sights else None
            if last and not moving and (last.beat, last.shown) == (self.beat, shown):
                sights[-1] = replace(last, end=now)
            else:
                sights.append(Sight(self.beat, now if moving else begun, now, shown))
            return found

        return called

    def _see(self) -> tuple[Shown, ...]:
        from manimlib import DotCloud, ImageMobject, Mobject, StringMobject

        from mathviz.mobjects.text import Written

        found: list[Shown] = []

        def look(mobject: Mobject) -> None:
            if isinstance(mobject, (StringMobject, Written)):
                found.extend(self._text(mobject))
            elif isinstance(mobject, (DotCloud, ImageMobject)) and mobject.has_points():
                kind = "image" if isinstance(mobject, ImageMobject) else "particles"
                found.extend(self._thing(mobject, kind))
            else:
                if mobject.has_points():
                    found.extend(self._thing(mobject, "shape"))
                for part in mobject.submobjects:
                    look(part)

        for mobject in self.scene.mobjects:
            if mobject is not self.scene.camera.frame:
                look(mobject)
        return tuple(found)

    def _number(self, mobject: Any) -> int:
        if id(mobject) not in self.numbers:
            self.kept.append(mobject)
        return self.numbers.setdefault(id(mobject), len(self.numbers))

    def _box(self, mobject: Any) -> Box:
        frame = self.scene.camera.frame
        corners = mobject.get_bounding_box()
        shares = (corners[[0, 2], :2] - frame.get_center()[:2]) / np.array(frame.get_shape()) + 0.5
        return tuple(float(each) for each in shares.ravel())  # type: ignore[return-value]

    def _text(self, mobject: Any) -> list[Shown]:
        from manimlib import Tex, Text

        from mathviz.mobjects.text import Written

        signs = [sign for sign in mobject.family_members_with_points() if sign.get_fill_opacity() > 0.01]
        if not signs:
            return []
        height = self.scene.camera.frame.get_height()
        heights = np.array([sign.get_height() for sign in signs]) / height
        if isinstance(mobject, Written):
            kind = "title" if mobject is getattr(self.scene, "title", None) else "text"
            text, size = mobject.text, mobject.em / height
        elif isinstance(mobject, Text):
            kind = "title" if mobject is getattr(self.scene, "title", None) else "text"
            text, size = mobject.text, _em(mobject.text, heights)
        else:
            kind = "formula" if isinstance(mobject, Tex) else "text"
            text, size = getattr(mobject, "tex_string", mobject.string), _smallest_sign(signs, heights)
        opacity = float(np.median([sign.get_fill_opacity() for sign in signs]))
        colours = tuple(dict.fromkeys(sign.get_fill_color().lower() for sign in signs))
        return [Shown(self._number(mobject), kind, text, self._box(mobject), opacity, colours, size)]

    def _thing(self, mobject: Any, kind: str) -> list[Shown]:
        if kind != "shape":
            column = mobject.data["rgba"][:, 3] if "rgba" in mobject.data.dtype.names else mobject.data["opacity"]
            opacity, colours = float(np.max(column)), ()
        else:
            line = mobject.get_stroke_opacity() * (mobject.get_stroke_width() > 0)
            parts = ((mobject.get_fill_opacity(), mobject.get_fill_color()), (line, mobject.get_stroke_color()))
            seen = [(float(opacity), colour.lower()) for opacity, colour in parts if opacity > 0.01]
            opacity, colours = max((each for each, _ in seen), default=0.0), tuple(colour for _, colour in seen)
        if opacity <= 0.01:
            return []
        return [Shown(self._number(mobject), kind, "", self._box(mobject), opacity, colours)]

    def _see_behind(self) -> None:
        """Draw the beat's last picture and note how its texts and shapes came out."""
        camera = self.scene.camera
        camera.capture(*self.scene.render_groups)
        picture = self.draw(camera.get_raw_fbo_data(), *camera.get_pixel_shape())
        last = self.observed.sights[-1]
        apart = np.abs(picture.astype(int) - picture[0, 0]).sum(axis=-1)  # from the page, which no film covers there
        shown = tuple(_with_ground(each, picture) if each.text else _with_drawn(each, picture, apart)
                      for each in last.shown)  # fmt: skip
        self.observed.sights[-1] = replace(last, shown=shown)


def _with_ground(shown: Shown, picture: ndarray) -> Shown:
    """The text with the commonest colour of its box that is not its own."""
    height, width = picture.shape[:2]
    left, bottom, right, top = shown.box
    patch = picture[max(0, int((1 - top) * height)) : int((1 - bottom) * height) + 1,
                    max(0, int(left * width)) : int(right * width) + 1].reshape(-1, 3)  # fmt: skip
    own = [np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)]) for colour in shown.colours]
    colours, counts = np.unique(patch // 4 * 4, axis=0, return_counts=True)
    apart = np.array([[np.abs(colour - one).max() > 40 for one in own] for colour in colours.astype(int)]).all(axis=1)
    if not len(patch) or not apart.any():
        return shown
    ground = patch[(patch // 4 * 4 == colours[apart][counts[apart].argmax()]).all(axis=1)]
    return replace(shown, behind="#{:02x}{:02x}{:02x}".format(*np.median(ground, axis=0).astype(int)))


def _with_drawn(shown: Shown, picture: ndarray, apart: ndarray) -> Shown:
    """The shape with the colour of its box that is farthest from the page."""
    height, width = apart.shape
    left, bottom, right, top = shown.box
    rows = slice(max(0, int((1 - top) * height) - 1), max(1, int((1 - bottom) * height) + 2))
    columns = slice(max(0, int(left * width) - 1), max(1, int(right * width) + 2))
    patch = apart[rows, columns]
    if shown.kind != "shape" or not patch.size:
        return shown
    pixel = picture[rows, columns].reshape(-1, 3)[patch.argmax()]
    return replace(shown, drawn="#{:02x}{:02x}{:02x}".format(*pixel))


@functools.cache
def glyph_heights() -> dict[str, float]:
    """Height of every character's ink in the bundled fonts, in em."""
    from fontTools.pens.boundsPen import BoundsPen
    from fontTools.ttLib import TTFont

    found: dict[str, float] = {}
    for path in style.font_files():
        font = TTFont(path)
        glyphs = font.getGlyphSet()
        for code, name in font.getBestCmap().items():
            pen = BoundsPen(glyphs)
            glyphs[name].draw(pen)
            if pen.bounds:
                found.setdefault(chr(code), (pen.bounds[3] - pen.bounds[1]) / font["head"].unitsPerEm)
    return found


def _em(text: str, heights: ndarray) -> float:
    """One em of a text, from its signs' heights and the fonts' own."""
    known, signs = glyph_heights(), [character for character in text if not character.isspace()]
    if len(signs) == len(heights):
        found = [(known[sign], height / known[sign]) for sign, height in zip(signs, heights, strict=True)
                 if known.get(sign)]  # fmt: skip
        tall = [size for share, size in found if share > 0.4] or [size for _, size in found]  # a dash alone is short
        if tall:
            return float(np.median(tall))
    return float(heights.max() / 0.73)  # a capital's share of an em


def _smallest_sign(signs: list[Any], heights: ndarray) -> float:
    """The least height of a sign that is no dot, bar or accent."""
    shares = [sign.get_height() / max(sign.get_width(), 1e-6) for sign in signs]
    letters = [height for sign, share, height in zip(signs, shares, heights, strict=True)
               if 0.45 < share < 6 and len(sign.get_points()) > 12 and height > 0.25 * heights.max()]  # fmt: skip
    return float(min(letters, default=1.0))


def observe(scene: Path, languages: list[str], themes: list[str], cache: Path) -> list[Observed]:
    """Go through a film of the catalogue in every version, or, without languages, through a file's scenes."""
    from mathviz import engine

    engine.start(engine.Picture(854, 480, 30), cache)
    try:
        if not languages:
            return [Observer(engine.scene_class(scene, name), Observed(f"{scene.stem}.{name}", "", "", "")).watch()
                    for name in engine.scene_names(scene)]  # fmt: skip
        kind = engine.scene_class(scene)
        return [
            Observer(kind, Observed(scene.stem, language, theme, style.theme(theme)["background"]),
                     language=language, theme=theme).watch()
            for theme in themes for language in languages
        ]  # fmt: skip
    finally:
        engine.finish()


if __name__ == "__main__":
    request = json.loads(sys.stdin.read())
    seen = observe(Path(request["scene"]), request["languages"], request["themes"], Path(request["cache"]))
    Path(request["out"]).write_text(json.dumps([asdict(each) for each in seen]), encoding="utf-8")
