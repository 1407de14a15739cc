"""A frame as vectors: what manimgl's shaders draw of outlines, as paths in draw order, in pixels of the picture.

Outlines are quadratic curves, as in SVG. Only where one leads into the depth is it cut into pieces first, since its
image is then no such curve. What a path cannot be, such as lights, meshes and images, is refused, not left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree

import numpy as np
from manimlib import ImageMobject, PMobject, Scene, Surface, VMobject
from numpy import ndarray

from mathviz.engine.bounds import WIDTH_UNIT, view_with
from mathviz.engine.looks import seen
from mathviz.engine.painter import _batches
from mathviz.engine.regions import View
from mathviz.project.errors import RenderFailed

PIECES = 8
"""Into so many a curve that leads into the depth is cut."""

FLAT = 2e-3
"""So much may the depth differ within a curve that stays one."""

JOINTS = {2: "bevel", 3: "miter"}
"""manimgl's numbers of joints; its own choice, 1, is a mitre where that is short."""


def svg_of(scene: Scene, place: str) -> str:
    """The scene as it is drawn now. ``place`` says which film, beat and moment it is, for the error.

    Raises RenderFailed for the first thing that cannot be vectors.
    """
    width, height = scene.camera.get_pixel_shape()
    size = {"width": str(width), "height": str(height), "viewBox": f"0 0 {width} {height}"}
    root = ElementTree.Element("svg", {"xmlns": "http://www.w3.org/2000/svg", **size})
    page, opacity = _colour(scene.camera.background_rgba)
    if opacity:
        ElementTree.SubElement(root, "rect", {"width": str(width), "height": str(height), "fill": page})
    scene.camera.refresh_uniforms()
    for group in scene.render_groups:
        for wrapper, members in _batches(group, scene.camera.ctx):
            shown = [each for each in members if _is_visible(each)]
            for each in shown:
                if why := _why_not(each, scene):
                    raise RenderFailed(
                        f"{place}: {type(each).__name__} {why}, which cannot be vectors. "
                        f"As pixels: say --format png, or no format"
                    )
            if shown:
                uniforms = seen(wrapper, scene.camera.uniforms)
                sight = _Sight(view_with(uniforms, (width, height)), {**uniforms, **wrapper.mobject_uniforms})
                fills = [path for each in shown for path in _fill(each, sight)]
                strokes = [path for each in shown for path in _strokes(each, sight)]
                for path in [*strokes, *fills] if wrapper.stroke_behind else [*fills, *strokes]:
                    ElementTree.SubElement(root, "path", path)
    return ElementTree.tostring(root, encoding="unicode")


def pdf_of(svg: str) -> bytes:
    """The same picture as a page of its size, a pixel a point."""
    from fpdf import FPDF
    from fpdf.svg import SVGObject

    width, height = (float(part) for part in ElementTree.fromstring(svg).attrib["viewBox"].split()[2:])
    pdf = FPDF(unit="pt", format=(width, height))
    pdf.set_auto_page_break(False)
    pdf.add_page()
    drawn = SVGObject(svg)
    drawn.draw_to_page(pdf, x=0, y=0)
    return bytes(pdf.output())


class _Sight:
    """How one batch is brought to the screen."""

    def __init__(self, view: View, uniforms: dict[str, Any]) -> None:
        self.view, self.fixed = view, float(uniforms["is_fixed_in_frame"])
        zoom = float(uniforms["scale_stroke_with_zoom"])
        scale = (1 - zoom) * float(uniforms["frame_scale"]) + zoom
        matrix = (1 - self.fixed) * view.matrix + self.fixed * np.eye(4)
        self.matrix = matrix
        self.unit = WIDTH_UNIT * scale * np.linalg.norm(matrix[:3, 0]) * abs(view.rescale[0]) * view.width / 2
        self.joint = JOINTS.get(int(uniforms["joint_type"]), "miter")

    def depth(self, points: ndarray) -> ndarray:
        """How much farther than the focus points [… 3] are."""
        return np.asarray(1.0 - (points @ self.matrix[2, :3] + self.matrix[2, 3]) * self.view.rescale[2])

    def pixels(self, points: ndarray) -> ndarray:
        """Where points [… 3] are seen, from the left top corner."""
        found = self.view.places(points, self.fixed)
        return np.asarray(found * [self.view.width, -self.view.height] + [0, self.view.height])


def _is_visible(mobject: Any) -> bool:
    if not mobject.shader_folder and not isinstance(mobject, VMobject):  # the camera's frame
        return False
    if isinstance(mobject, VMobject):
        return mobject.has_fill() or _is_stroked(mobject)
    names = mobject.data.dtype.names
    return not ("rgba" in names and not mobject.data["rgba"][:, 3].any())


def _is_stroked(mobject: VMobject) -> bool:
    return bool((mobject.data["stroke_width"][:, 0] * mobject.data["stroke_rgba"][:, 3]).any())


def _why_not(mobject: Any, scene: Scene) -> str:
    """Why something cannot be paths; empty if it can."""
    if isinstance(mobject, PMobject):
        return "is points that shine or overlap softly"
    if isinstance(mobject, ImageMobject):
        return "is an image"
    if isinstance(mobject, Surface) or not isinstance(mobject, VMobject):
        return "is a surface or a mesh"
    if mobject.depth_test:
        return "is hidden by what is before it in depth, point by point"
    if np.any(mobject.uniforms["shading"]):
        return "is lit"
    if np.any(mobject.uniforms["clip_plane"]):
        return "is cut by a plane"
    if mobject.has_fill() and len(np.unique(mobject.data["fill_rgba"], axis=0)) > 1:
        return "has a fill of several colours"
    tilted = abs(scene.camera.frame.get_orientation().as_matrix()[2, 2]) < 1 - 1e-6
    if mobject.uniforms["flat_stroke"] and tilted and _is_stroked(mobject) and not mobject.is_fixed_in_frame():
        return "has lines that lie in space and are seen aslant"
    return ""


def _colour(rgba: ndarray) -> tuple[str, float]:
    red, green, blue = (round(255 * min(max(float(each), 0.0), 1.0)) for each in rgba[:3])
    return f"#{red:02x}{green:02x}{blue:02x}", float(rgba[3])


def _fill(mobject: VMobject, sight: _Sight) -> Iterator[dict[str, str]]:
    if not mobject.has_fill():
        return
    colour, opacity = _colour(mobject.data["fill_rgba"][0])
    drawn = {"d": " ".join(_path(points, sight, True) for points in mobject.get_subpaths()), "fill": colour}
    if border := float(mobject.data["fill_border_width"].max()):
        width = border * sight.unit / float(np.median(sight.depth(mobject.get_points())))
        drawn |= {"stroke": colour, "stroke-width": f"{width:.3f}", "stroke-linejoin": sight.joint}
    yield drawn | ({"opacity": f"{opacity:.4g}"} if opacity < 1 else {})


def _strokes(mobject: VMobject, sight: _Sight) -> Iterator[dict[str, str]]:
    """One path, or, where colour or width changes along it or it leads into the depth, one for each curve."""
    if not _is_stroked(mobject):
        return
    points, rgba, width = mobject.get_points(), mobject.data["stroke_rgba"], mobject.data["stroke_width"][:, 0]
    depth = sight.depth(points)
    if len(np.unique(rgba, axis=0)) == 1 and np.ptp(width) == 0 and np.ptp(depth) < FLAT * depth.mean():
        whole = " ".join(_path(each, sight, np.allclose(each[0], each[-1])) for each in mobject.get_subpaths())
        yield _stroke(whole, rgba[0], width[0] * sight.unit / depth.mean(), sight)
        return
    for at in range(0, len(points) - 2, 2):
        curve = slice(at, at + 3)
        if not np.array_equal(points[at], points[at + 1]) and rgba[curve, 3].any():
            line = width[curve].mean() * sight.unit / depth[curve].mean()
            yield _stroke(_path(points[curve], sight, False), rgba[curve].mean(axis=0), line, sight)


def _stroke(path: str, rgba: ndarray, width: float, sight: _Sight) -> dict[str, str]:
    colour, opacity = _colour(rgba)
    drawn = {"d": path, "fill": "none", "stroke": colour, "stroke-width": f"{width:.3f}",
             "stroke-linejoin": sight.joint}  # fmt: skip
    return drawn | ({"opacity": f"{opacity:.4g}"} if opacity < 1 else {})


def _path(points: ndarray, sight: _Sight, closed: bool) -> str:
    """A path of quadratic curves through points [2n+1 3], as SVG says it."""
    depth = sight.depth(points)
    if np.ptp(depth) > FLAT * np.abs(depth).mean():
        points = _cut(points)
    seen_at = sight.pixels(points)
    if np.isnan(seen_at).any():
        raise RenderFailed("something goes behind the camera, which cannot be vectors: say --format png")
    said = [f"M{seen_at[0, 0]:.2f} {seen_at[0, 1]:.2f}"]
    for (a, b), (x, y) in zip(seen_at[1::2], seen_at[2::2], strict=True):
        said.append(f"Q{a:.2f} {b:.2f} {x:.2f} {y:.2f}")
    return "".join(said) + ("Z" if closed else "")


def _cut(points: ndarray) -> ndarray:
    """The same path with every curve cut into pieces."""
    found = [points[:1]]
    for begin, handle, end in zip(points[:-2:2], points[1::2], points[2::2], strict=True):
        t = np.linspace(0, 1, PIECES + 1)[:, None]
        on = (1 - t) ** 2 * begin + 2 * t * (1 - t) * handle + t**2 * end
        tangent = (1 - t[:-1]) * (handle - begin) + t[:-1] * (end - handle)
        found.append(np.stack([on[:-1] + tangent / PIECES, on[1:]], axis=1).reshape(-1, 3))
    return np.concatenate(found)
