r"""Words and formulas as outlines on a baseline: what captions, formulas and large numbers are put together from.

A line begins at the origin, on its baseline, and one em is one unit. Words come from Pango in the bundled fonts,
formulas from LaTeX; letters of known size beside them tell where the baseline is and where a line ends.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from xml.etree import ElementTree

import numpy as np
import svgelements
from fontTools.pens.boundsPen import BoundsPen
from fontTools.ttLib import TTFont
from manimlib import Text, VMobject
from manimlib.mobject.svg.svg_mobject import VMobjectFromSVGPath
from manimlib.utils.tex_file_writing import LatexError, latex_to_svg
from numpy import ndarray

from mathviz import style
from mathviz.films import formulas
from mathviz.project import ASSETS
from mathviz.project.errors import ScriptError

TEX_EM = 9.963
"""One em of LaTeX's letters in the units of dvisvgm, which are 1/72 inch: 10 pt."""

TEX_SCALE = 1.1
"""LaTeX's letters beside Inter's: so large that digits are equally high."""

PLUMB = "H"
"""Stands at both ends of a line of words, on the baseline, and is taken away again."""

RULE = r"\rule{1pt}{1pt}"
"""The same for formulas."""


@dataclass(frozen=True)
class Glyph:
    """The outline [point xyz] of a sign, in em from the line's begin, and the symbol that it belongs to, if any.

    ``place`` tells the places apart at which a formula has symbols: the signs of x_t share one.
    """

    points: ndarray
    symbol: str = ""
    place: int = 0


@dataclass(frozen=True)
class Line:
    """Signs on a baseline; ``width`` is how far the next sign is from the first, in em."""

    glyphs: tuple[Glyph, ...]
    width: float

    def moved(self, x: float, scale: float = 1.0) -> tuple[Glyph, ...]:
        shift = np.array([x, 0.0, 0.0])
        return tuple(Glyph(glyph.points * scale + shift, glyph.symbol, glyph.place) for glyph in self.glyphs)


def unbroken(points: ndarray) -> ndarray:
    """A sign's outline without curves whose handle lies on their begin: manimgl reads each as the end of a path.

    A path of a sign is closed, so where it has not come back to its begin it goes on: 论 has two such curves, and was
    cut into pieces of which one was taken for a hole.
    """
    mended = np.array(points, float)
    begin = 0
    for at in range(0, len(points) - 2, 2):
        if not (points[at] == points[at + 1]).all():
            continue
        if at > begin and np.allclose(points[at], points[begin], rtol=0, atol=CLOSED):
            begin = at + 2
        else:
            mended[at + 1] = (points[at] + points[at + 2]) / 2
    return mended


CLOSED = 1e-4
"""How near to its begin the end of a path is: manimgl's own measure."""


def filled(points: ndarray) -> list[ndarray]:
    """A sign's outline as outlines that manimgl fills evenly: one for each piece of ink, which begins where it has to
    take away least.

    manimgl paints an outline as a fan of triangles from its first point, and takes away again what lies outside. Each
    time it does, a twentieth of the precision is left: far pieces and deep bays come out grey, or leave a veil.
    """
    begin = points[0]
    return [begin + outline for outline in _filled(np.round(points - begin, 5).astype(float).tobytes())]


@functools.lru_cache(maxsize=4096)
def _filled(signs_points: bytes) -> tuple[ndarray, ...]:
    """The same from an outline that begins at the origin, once for every sign."""
    paths = VMobject().set_points(np.frombuffer(signs_points).reshape(-1, 3)).get_subpaths()
    areas = [_area(path) for path in paths]
    outward = np.sign(max(areas, key=abs, default=0.0))
    outer = [at for at, area in enumerate(areas) if np.sign(area) == outward]
    pieces: dict[int, list[ndarray]] = {at: [paths[at]] for at in outer}
    for at, path in enumerate(paths):
        if at not in pieces:
            around = [each for each in outer if _is_inside(path[0], paths[each][::2])]
            pieces[min(around or outer, key=lambda each: abs(areas[each]))].append(path)
    return tuple(_shape(piece) for piece in pieces.values())


def _shape(paths: list[ndarray]) -> ndarray:
    corners = paths[0][:-1:2]
    edges = [(path[0:-1:2], path[2::2]) for path in paths]

    def fan(corner: ndarray) -> float:
        return sum(float(np.abs(_cross(one - corner, other - corner)).sum()) for one, other in edges)

    first = 2 * min(range(len(corners)), key=lambda at: fan(corners[at]))
    begun = np.concatenate([paths[0][first:-1], paths[0][: first + 1]])
    made = VMobject()
    for path in (begun, *paths[1:]):
        made.add_subpath(path)
    return np.array(made.ensure_positive_orientation().get_points())


def _cross(one: ndarray, other: ndarray) -> ndarray:
    return one[:, 0] * other[:, 1] - one[:, 1] * other[:, 0]


def _area(path: ndarray) -> float:
    """Twice the signed area within the corners of a path."""
    return float(_cross(path[0:-1:2], path[2::2]).sum())


def _is_inside(point: ndarray, corners: ndarray) -> bool:
    (x, y), ones, others = point[:2], corners, np.roll(corners, -1, axis=0)
    crossing = (ones[:, 1] > y) != (others[:, 1] > y)
    with np.errstate(divide="ignore", invalid="ignore"):
        at = ones[:, 0] + (y - ones[:, 1]) / (others[:, 1] - ones[:, 1]) * (others[:, 0] - ones[:, 0])
    return bool((crossing & (x < at)).sum() % 2)


@functools.cache
def words_line(text: str, families: str, bold: bool = False) -> Line:
    """A line of words in the bundled fonts, spaces at its ends included."""
    style.register_fonts()
    made = Text(
        f"{PLUMB}{text}{PLUMB}", font=families, font_size=48, weight="BOLD" if bold else "NORMAL", alignment="LEFT",
        path_string_config={},  # manimgl's shortcut for cubic curves draws spikes on "？" and "，"
    )  # fmt: skip
    first, *signs, last = made.submobjects
    plumb = _plumb(bold)
    em = first.get_height() / plumb.height
    origin = np.array([first.get_left()[0] + (plumb.advance - plumb.left) * em, first.get_bottom()[1], 0.0])
    end = last.get_left()[0] - plumb.left * em
    glyphs = tuple(Glyph((unbroken(sign.get_points()) - origin) / em) for sign in signs)
    return Line(glyphs, float(end - origin[0]) / em)


@dataclass(frozen=True)
class _Plumb:
    """Height, left bearing and advance of the letter at the ends, in em."""

    height: float
    left: float
    advance: float


@functools.cache
def _plumb(bold: bool) -> _Plumb:
    font = TTFont(ASSETS / "fonts" / f"mathviz-latin-{'semibold' if bold else 'regular'}.otf")
    pen, glyphs, name = BoundsPen(font.getGlyphSet()), font.getGlyphSet(), font.getBestCmap()[ord(PLUMB)]
    glyphs[name].draw(pen)
    left, bottom, _, top = pen.bounds
    em = font["head"].unitsPerEm
    return _Plumb((top - bottom) / em, left / em, font["hmtx"].metrics[name][0] / em)


@functools.cache
def tex_line(formula: str, symbols: tuple[str, ...] = (), display: bool = False) -> Line:
    """A formula, its signs named after the ``symbols`` that they belong to. Raises ScriptError in LaTeX's words."""
    tex = formulas.in_tex(formula)
    begin = r"\displaystyle " if display else ""
    content = rf"\scriptspace0pt\mbox{{{RULE}${begin}{tex}${RULE}}}"
    named, names = formulas.labelled(tex, symbols)
    if names:
        content += rf"\par\mbox{{${begin}{named}$}}"
    try:
        svg = latex_to_svg(content, "basic", short_tex="", show_message_during_execution=False)
    except LatexError as error:
        said = " ".join(str(error).split())
        raise ScriptError(f"LaTeX refuses ${formula}$: {said}") from error
    elements = list(_elements(ElementTree.fromstring(svg)))
    count = (len(elements) - 2) // 2 if names else len(elements) - 2
    left, signs, right = elements[0], elements[1 : count + 1], elements[count + 1]
    labels = [sign.label for sign in elements[count + 2 :]] if names else [0] * count
    if [sign.kind for sign in signs] != [sign.kind for sign in elements[count + 2 :]] and names:
        raise ScriptError(f"the symbols {', '.join(sorted(set(names)))} of ${formula}$ cannot be told apart in it")
    origin = np.array([left.points[:, 0].max(), left.points[:, 1].min(), 0.0])
    glyphs = tuple(
        Glyph((sign.points - origin) / TEX_EM, names[label - 1] if label else "", label)
        for sign, label in zip(signs, labels, strict=True)
    )
    return Line(glyphs, float(right.points[:, 0].min() - origin[0]) / TEX_EM)


@dataclass(frozen=True)
class _Element:
    """A sign of an SVG: which one it is, its outline with y upward, and the number that is its colour."""

    kind: str
    points: ndarray
    label: int


_SVG, _HREF = "{http://www.w3.org/2000/svg}", "{http://www.w3.org/1999/xlink}href"


def _elements(root: ElementTree.Element) -> Iterator[_Element]:
    outlines = {f"#{path.get('id')}": path.get("d", "") for path in root.iter(f"{_SVG}path") if path.get("id")}

    def walk(node: ElementTree.Element, label: int) -> Iterator[_Element]:
        label = _number(node.get("fill")) if node.get("fill") else label
        x, y = float(node.get("x", 0)), float(node.get("y", 0))
        kind = node.tag.removeprefix(_SVG)
        if kind == "use":
            outline = outlines[node.get(_HREF, "")]
            yield _Element(node.get(_HREF, ""), _upward(_outline(outline) + np.array([x, y, 0.0])), label)
        elif kind == "rect":
            width, height = float(node.get("width", 0)), float(node.get("height", 0))
            corners = f"M{x} {y}H{x + width}V{y + height}H{x}Z"
            yield _Element(kind, _upward(_outline(corners)), label)
        elif kind == "path":
            yield _Element(kind, _upward(_outline(node.get("d", ""))), label)
        elif kind != "defs":
            for below in node:
                yield from walk(below, label)

    return walk(root, 0)


def _number(colour: str | None) -> int:
    digits = (colour or "#000").lstrip("#")
    return int("".join(2 * digit for digit in digits) if len(digits) == 3 else digits, 16)


@functools.cache
def _outline(path: str) -> ndarray:
    return unbroken(VMobjectFromSVGPath(svgelements.Path(path)).get_points())


def _upward(points: ndarray) -> ndarray:
    return points * np.array([1.0, -1.0, 1.0])


def sentence_line(text: str, families: str, symbols: Sequence[str] = (), bold: bool = False) -> Line:
    """A line of words and formulas between dollars, on one baseline and at one size."""
    glyphs: list[Glyph] = []
    width = 0.0
    for piece in formulas.pieces(text):
        if piece.is_formula:
            line, scale = tex_line(piece.content, tuple(symbols)), TEX_SCALE
        else:
            line, scale = words_line(piece.content, families, bold), 1.0
        glyphs += line.moved(width, scale)
        width += line.width * scale
    return Line(tuple(glyphs), width)


def ink(glyphs: Sequence[Glyph]) -> tuple[float, float, float, float]:
    """Left, bottom, right and top of what is drawn; all 0 of nothing."""
    if not glyphs:
        return 0.0, 0.0, 0.0, 0.0
    lows = np.min([glyph.points.min(axis=0) for glyph in glyphs], axis=0)
    highs = np.max([glyph.points.max(axis=0) for glyph in glyphs], axis=0)
    return float(lows[0]), float(lows[1]), float(highs[0]), float(highs[1])

