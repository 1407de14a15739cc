"""What is on screen, and when: noted at the end of every animation and every wait, and every quarter second inside.

Sizes and places are those on the screen, through whatever the camera does. Drawn is only what lies behind texts.

Run as ``python -m mathviz.lint.observe``, once for each film, because a process has one OpenGL context.
"""

from __future__ import annotations

import functools
import json
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy import ndarray

from mathviz.render import reads

# isort: split

from mathviz import style
from mathviz.project import Project
from mathviz.project.activity import limit
from mathviz.project.errors import ALIKE, MathvizError
from mathviz.render import inputs
from mathviz.render.patience import Watch
from mathviz.render.plan import Job, Wish, plan
from mathviz.style.shapes import SHAPES, WIDE

STEP = 0.25
"""Seconds between looks inside an animation."""

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
    behind: str = ""  # of the colours drawn behind a text one that nine tenths of its ground are no worse than
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
    motion: list[Sight] = field(default_factory=list)  # inside animations
    events: dict[str, int] = field(default_factory=dict)  # how many animations begin in a beat
    shape: str = WIDE


def load(data: dict[str, Any]) -> Observed:
    """What ``asdict`` made of it, back."""
    def sight(said: dict[str, Any]) -> Sight:
        shown = tuple(Shown(**{**each, "box": tuple(each["box"]), "colours": tuple(each["colours"])})
                      for each in said["shown"])  # fmt: skip
        return Sight(**{**said, "shown": shown})

    seen = {name: [sight(each) for each in data[name]] for name in ("sights", "motion")}
    return Observed(**{**data, **seen, "beats": {name: tuple(span) for name, span in data["beats"].items()}})


class Observer:
    """Watches a scene being skipped through."""

    def __init__(self, kind: type, observed: Observed, **options: Any) -> None:
        from mathviz import engine

        self.observed, self.beat = observed, ""
        self.numbers: dict[int, int] = {}
        self.kept: list[Any] = []  # so that no identity is given to two objects
        options = {**options, "watcher": self} if observed.theme else options
        self.scene = engine.make_scene(kind, skip_animations=True, **options)
        self.engine = engine
        self.due: list[float] = []
        self.scene.get_animation_time_progression = self._in_steps(self.scene.get_animation_time_progression)
        self.scene.emit_frame = self._between(self.scene.emit_frame)
        for name in ("play", "wait"):
            setattr(self.scene, name, self._after(getattr(self.scene, name)))

    def watch(self) -> Observed:
        """Go through the film."""
        self.engine.perform(self.scene, lambda painter: None, skipping=True)
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

    def _in_steps(self, progression: Any) -> Any:
        """An animation that is skipped goes by in steps all the same, and each but the last is looked at."""

        @functools.wraps(progression)
        def in_steps(animations: Any) -> list[float]:
            begun = self.clock
            *_, end = progression(animations)
            steps = [*np.arange(STEP, end - 0.1, STEP), end]
            self.due = [begun + step for step in steps[:-1]]
            return steps

        return in_steps

    def _between(self, emit: Any) -> Any:
        @functools.wraps(emit)
        def emitted() -> None:
            emit()
            if self.due:
                now = self.due.pop(0)
                self.observed.motion.append(Sight(self.beat, now, now + STEP, self._over_ground(self._see(True))))

        return emitted

    def _after(self, call: Any) -> Any:
        """Note the screen after each animation; a wait makes the last sight longer."""

        @functools.wraps(call)
        def called(*args: Any, **kwargs: Any) -> Any:
            begun = self.clock
            found = call(*args, **kwargs)
            now, sights = self.clock, self.observed.sights
            moving = bool(args) and not isinstance(args[0], (int, float))
            if moving:
                self.observed.events[self.beat] = self.observed.events.get(self.beat, 0) + 1
            shown, last = self._over_ground(self._see()), sights[-1] if sights else None
            if last and not moving and (last.beat, last.shown) == (self.beat, shown):
                sights[-1] = replace(last, end=now)
            else:
                sights.append(Sight(self.beat, now if moving else begun, now, shown))
            return found

        return called

    def _see(self, texts_only: bool = False) -> tuple[Shown, ...]:
        from manimlib import DotCloud, ImageMobject, Mobject, StringMobject, VMobject

        from mathviz.mobjects.text import Written

        self.view = self.engine.view(self.scene)
        found: list[Shown] = []

        def look(mobject: Mobject) -> None:
            if isinstance(mobject, (StringMobject, Written)):
                found.extend(self._text(mobject))
            elif texts_only:
                for part in mobject.submobjects:
                    look(part)
            elif isinstance(mobject, (DotCloud, ImageMobject)) and mobject.has_points():
                kind = "image" if isinstance(mobject, ImageMobject) else "particles"
                found.extend(self._thing(mobject, kind))
            else:
                if mobject.has_points():
                    found.extend(self._thing(mobject, "shape" if isinstance(mobject, VMobject) else "surface"))
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

    def _places(self, mobject: Any, points: ndarray) -> ndarray:
        """Where points [… 3] of a mobject are on the screen, in shares [… 2]."""
        return self.view.places(points, float(mobject.uniforms.get("is_fixed_in_frame", 0.0)))

    def _box(self, mobject: Any) -> Box | None:
        """Around its eight corners; None if one of them is behind the camera."""
        places = self._places(mobject, _corners(mobject.get_bounding_box()))
        if np.isnan(places).any():
            return None
        return tuple(float(each) for each in (*places.min(axis=0), *places.max(axis=0)))  # type: ignore[return-value]

    def _text(self, mobject: Any) -> list[Shown]:
        from manimlib import Tex, Text

        from mathviz.mobjects.text import Written

        signs = [sign for sign in mobject.family_members_with_points() if sign.get_fill_opacity() > 0.01]
        if not signs:
            return []
        box = self._box(mobject)
        if box is None:
            return []
        places = self._places(signs[0], np.array([_corners(sign.get_bounding_box()) for sign in signs]))
        heights = np.nan_to_num(places[..., 1].max(axis=1) - places[..., 1].min(axis=1))
        if isinstance(mobject, Written):
            kind = "title" if mobject is getattr(self.scene, "title", None) else mobject.kind
            text, size = mobject.text, mobject.em * (box[3] - box[1]) / max(mobject.get_height(), 1e-6)
            size = _smallest_sign(signs, heights) if kind == "formula" else size
        elif isinstance(mobject, Text):
            kind = "title" if mobject is getattr(self.scene, "title", None) else "text"
            text, size = mobject.text, _em(mobject.text, heights)
        else:
            kind = "formula" if isinstance(mobject, Tex) else "text"
            text, size = getattr(mobject, "tex_string", mobject.string), _smallest_sign(signs, heights)
        opacity = float(np.median([sign.get_fill_opacity() for sign in signs]))
        colours = tuple(dict.fromkeys(sign.get_fill_color().lower() for sign in signs))
        return [Shown(self._number(mobject), kind, text, box, opacity, colours, size)]

    def _thing(self, mobject: Any, kind: str) -> list[Shown]:
        from manimlib import VMobject

        if not isinstance(mobject, VMobject):
            column = mobject.data["rgba"][:, 3] if "rgba" in mobject.data.dtype.names else mobject.data["opacity"]
            opacity, colours = float(np.max(column)), ()
        else:
            line = mobject.get_stroke_opacity() * (mobject.get_stroke_width() > 0)
            parts = ((mobject.get_fill_opacity(), mobject.get_fill_color()), (line, mobject.get_stroke_color()))
            seen = [(float(opacity), colour.lower()) for opacity, colour in parts if opacity > 0.01]
            opacity, colours = max((each for each, _ in seen), default=0.0), tuple(colour for _, colour in seen)
        box = self._box(mobject) if opacity > 0.01 else None
        return [Shown(self._number(mobject), kind, "", box, opacity, colours)] if box else []

    def _over_ground(self, shown: tuple[Shown, ...]) -> tuple[Shown, ...]:
        """What is shown, each text with the colour behind it. Draws, if there is a text to be read."""
        if not any(each.text and each.opacity >= 0.9 for each in shown):
            return shown
        picture = self._without_texts()
        return tuple(_with_ground(each, picture) if each.text else each for each in shown)

    def _without_texts(self) -> ndarray:
        """The picture now without its texts, [row column rgb] uint8. They are made invisible for as long as it takes.

        Drawing everything else would not do: manimgl keeps the texts in the batches of what they are grouped with.
        """
        camera, kept = self.scene.camera, []
        for mobject in self.scene.mobjects:
            for part in _of_texts(mobject):
                alphas = [part.data[name][:, 3] for name in ("fill_rgba", "stroke_rgba")]
                kept.append((part, alphas, [alpha.copy() for alpha in alphas]))
                for alpha in alphas:
                    alpha[:] = 0
                part.note_changed_data()
        self.scene.assemble_render_groups()
        camera.capture(*self.scene.render_groups)
        picture = self.engine.as_image(camera.get_raw_fbo_data(), *camera.get_pixel_shape())
        for part, alphas, before in kept:
            for alpha, value in zip(alphas, before, strict=True):
                alpha[:] = value
            part.note_changed_data()
        return picture

    def _see_behind(self) -> None:
        """Note how the shapes of the beat's last picture came out."""
        picture, last = self._without_texts(), self.observed.sights[-1]
        apart = np.abs(picture.astype(int) - picture[0, 0]).sum(axis=-1)  # from the page, if it is there
        shown = tuple(each if each.text else _with_drawn(each, picture, apart) for each in last.shown)
        self.observed.sights[-1] = replace(last, shown=shown)


def _corners(bounding_box: ndarray) -> ndarray:
    """The eight corners [8 3] of manimgl's least, middle and largest points."""
    return np.stack(np.meshgrid(*bounding_box[[0, 2]].T, indexing="ij"), axis=-1).reshape(-1, 3)


def _of_texts(mobject: Any) -> Iterator[Any]:
    """The parts of all texts in a mobject."""
    if _is_text(mobject):
        yield from mobject.family_members_with_points()
    else:
        for part in mobject.submobjects:
            yield from _of_texts(part)


def _is_text(mobject: Any) -> bool:
    from manimlib import StringMobject

    from mathviz.mobjects.text import Written

    return isinstance(mobject, (StringMobject, Written))


def _with_ground(shown: Shown, picture: ndarray) -> Shown:
    """The text with a colour behind it: of the pixels in its box the one at the worst tenth of the contrasts."""
    height, width = picture.shape[:2]
    left, bottom, right, top = shown.box
    patch = picture[max(0, int((1 - top) * height)) : max(0, int((1 - bottom) * height) + 1),
                    max(0, int(left * width)) : max(0, int(right * width) + 1)].reshape(-1, 3)  # fmt: skip
    if not len(patch):
        return shown
    light = _luminance(patch)
    own = _luminance(np.array([[int(colour[at : at + 2], 16) for at in (1, 3, 5)] for colour in shown.colours]))
    ratios = (np.maximum(light[:, None], own) + 0.05) / (np.minimum(light[:, None], own) + 0.05)
    worst = ratios.min(axis=1)
    pixel = patch[np.argsort(worst)[len(worst) // 10]]
    return replace(shown, behind="#{:02x}{:02x}{:02x}".format(*pixel))


def _luminance(colours: ndarray) -> ndarray:
    """WCAG's relative luminance of colours [n 3] of 0 to 255."""
    share = np.asarray(colours) / 255
    return np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4) @ (0.2126, 0.7152, 0.0722)


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
def glyph_height(character: str) -> float:
    """Height of a character's ink in the first bundled font that has it, in em; 0 where none has."""
    from fontTools.pens.boundsPen import BoundsPen

    for em, names, glyphs in _fonts():
        if name := names.get(ord(character)):
            pen = BoundsPen(glyphs)
            glyphs[name].draw(pen)
            if pen.bounds:
                return float(pen.bounds[3] - pen.bounds[1]) / em
    return 0.0


@functools.cache
def _fonts() -> list[tuple[float, dict[int, str], Any]]:
    """Of each bundled font its em, the names of its characters' glyphs, and the glyphs."""
    from fontTools.ttLib import TTFont

    fonts = [TTFont(path, lazy=True) for path in style.font_files()]
    return [(font["head"].unitsPerEm, font.getBestCmap(), font.getGlyphSet()) for font in fonts]


def _em(text: str, heights: ndarray) -> float:
    """One em of a text, from its signs' heights and the fonts' own."""
    signs = [character for character in text if not character.isspace()]
    if len(signs) == len(heights):
        found = [(known, height / known) for sign, height in zip(signs, heights, strict=True)
                 if (known := glyph_height(sign))]  # fmt: skip
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


def job(project: Project, stem: str, language: str, theme: str, shape: str = WIDE) -> Job:
    """A version of a film as it is looked at: small, and at the rate that most are drawn at."""
    return plan(project, [stem], Wish([language], [theme], quality="low", fps=30, shape=shape))[0]


def observe(scene: Path, versions: list[tuple[str, str]], shape: str = WIDE) -> Iterator[Observed | Failure]:
    """Go through a film of the catalogue in versions, languages with themes; without any through a file's scenes."""
    from mathviz import engine
    from mathviz.engine import later, shapes

    with later.spared():
        shapes.start(engine.Picture(*SHAPES[shape].of(854, 480), 30))
    try:
        for name in engine.scene_names(scene) if not versions else []:
            yield _seen(Observed(f"{scene.stem}.{name}", "", "", ""), scene, name)
        for language, theme in versions:
            film = Observed(scene.stem, language, theme, style.theme(theme)["background"], shape=shape)
            seen = _seen(film, scene, None, language=language, theme=theme)
            yield seen
            if isinstance(seen, Failure) and seen.stuck:  # it would be in the other versions
                return
    except MathvizError as error:
        yield Failure(scene.stem, "", str(error))
    finally:
        engine.finish()


def _with_reads(
    scene: Path, versions: list[tuple[str, str]], shape: str
) -> Iterator[tuple[Observed | Failure, dict[str, str]]]:  # fmt: skip
    """Each version with the files that playing it read."""
    files = [inputs.Now(job(Project.around(scene), scene.stem, *version, shape)) for version in versions]
    for now in files:
        _ = now[inputs.TRACE]  # reads the sources that its key is made of, which are not the film's
    reads.follow_sources()
    for at, seen in enumerate(observe(scene, versions, shape)):
        yield seen, files[at].read(reads.files()) if versions and isinstance(seen, Observed) else {}


@dataclass(frozen=True)
class Failure:
    """A scene, or a version of a film, that could not be gone through, and why."""

    stem: str
    version: str
    says: str
    stuck: bool = False


def _seen(film: Observed, scene: Path, name: str | None, **options: Any) -> Observed | Failure:
    from mathviz import engine

    def busy(place: str) -> None:
        sys.stderr.write(f"mathviz: {film.stem}: {place}\n")

    try:
        with Watch(limit(), busy, film=bool(film.language)):
            return Observer(engine.scene_class(scene, name), film, **options).watch()
    except MathvizError as error:
        version = f"{film.language}.{film.theme}".strip(".")
        return Failure(film.stem, version, str(error), isinstance(error, ALIKE))


if __name__ == "__main__":
    request = json.loads(sys.stdin.read())
    asked = [(language, theme) for language, theme in request["versions"]]
    both = list(_with_reads(Path(request["scene"]), asked, request["shape"]))
    told = {"seen": [[asdict(each), read] for each, read in both if isinstance(each, Observed)],
            "failed": [asdict(each) for each, _ in both if isinstance(each, Failure)]}  # fmt: skip
    Path(request["out"]).write_text(json.dumps(told), encoding="utf-8")
