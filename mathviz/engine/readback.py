"""Pixels from OpenGL to memory: only where they changed, and in the encoder's own layout.

An encoder wants luma for every pixel and chroma for every second: 1.5 bytes instead of RGBA's 4. A
shader converts them where they lie, so that a core spends its time on what moved and not on copying
eight megabytes a frame and converting them again.
"""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
from numpy import ndarray

from mathviz.engine.regions import Rectangle, whole

PATCH = 16
"""What is read is compared with the last picture in squares of so many pixels; even, because chroma is half as wide."""

PLACES = """
    #version 330
    in vec2 corner;
    void main() {
        gl_Position = vec4(corner, 0.0, 1.0);
    }
"""

# BT.709, limited range: luma 16…235, chroma 16…240 (ITU-R BT.709-6, items 3.2 to 3.4, at 8 bits).
LUMA = """
    #version 330
    uniform sampler2D Frame;
    out float luma;
    void main() {
        ivec2 at = ivec2(gl_FragCoord.xy);
        vec3 rgb = texelFetch(Frame, ivec2(at.x, textureSize(Frame, 0).y - 1 - at.y), 0).rgb;
        luma = (16.0 + 219.0 * dot(rgb, vec3(0.2126, 0.7152, 0.0722))) / 255.0;
    }
"""

# H.264 takes chroma to lie on the even columns, between two rows: [1 2 1]/4 across, [1 1]/2 down.
CHROMA = """
    #version 330
    uniform sampler2D Frame;
    out vec2 chroma;
    void main() {
        ivec2 at = ivec2(gl_FragCoord.xy), size = textureSize(Frame, 0);
        vec3 rgb = vec3(0.0);
        for (int dy = 0; dy < 2; dy++)
            for (int dx = -1; dx < 2; dx++) {
                ivec2 from = ivec2(clamp(2 * at.x + dx, 0, size.x - 1), size.y - 1 - (2 * at.y + dy));
                rgb += (dx == 0 ? 0.25 : 0.125) * texelFetch(Frame, from, 0).rgb;
            }
        float luma = dot(rgb, vec3(0.2126, 0.7152, 0.0722));
        chroma = (128.0 + 224.0 * vec2((rgb.b - luma) / 1.8556, (rgb.r - luma) / 1.5748)) / 255.0;
    }
"""


class Reader(Protocol):
    """Keeps the last frame in memory and brings it up to date."""

    def read(self, frame: Any, places: list[Rectangle]) -> memoryview:
        """The whole of a framebuffer's picture, of which only ``places`` may differ from the last time."""
        ...


class Rgba:
    """Frames as manimgl hands them to its file writer: RGBA, the bottom row first."""

    def __init__(self, width: int, height: int) -> None:
        self.kept = np.zeros((height, width, 4), np.uint8)

    def read(self, frame: Any, places: list[Rectangle]) -> memoryview:
        if places:
            self.kept = self.kept.copy()  # whoever was given the last frame may still be reading it
        for place in places:
            self.kept[place.y0 : place.y1, place.x0 : place.x1] = _read(frame, place, 4)
        return self.kept.reshape(-1).data


class Nv12:
    """Frames as an encoder takes them: a plane of luma, then one of chroma in pairs, the top row first.

    Where the camera moves all is drawn anew, and most of it is what it was: the page, its pool of light, text. Only
    patches that differ from the last picture are converted: of a frame at 1080p 4 ms instead of 31.
    """

    def __init__(self, context: Any, width: int, height: int) -> None:
        if width % 2 or height % 2:
            raise ValueError(f"{width}x{height}: chroma is shared by two pixels each way")
        self.context, self.width, self.height = context, width, height
        self.kept = np.zeros((height * 3 // 2, width), np.uint8)
        self.rgba = np.zeros((height, width), np.uint32)
        self.empty = True
        self.luma = context.framebuffer(context.texture((width, height), 1))
        self.chroma = context.framebuffer(context.texture((width // 2, height // 2), 2))
        self.programs = [context.program(vertex_shader=PLACES, fragment_shader=code) for code in (LUMA, CHROMA)]

    def read(self, frame: Any, places: list[Rectangle]) -> memoryview:
        found = [boxes for place in places if len(boxes := self._differing(frame, place))]
        if found:
            self.kept = self.kept.copy()
            self._convert(frame, np.concatenate(found))
            for boxes in found:
                self._fetch(boxes)
        return self.kept.reshape(-1).data

    def _differing(self, frame: Any, place: Rectangle) -> ndarray:
        """Boxes [n 4] in a place, the top row 0, outside of which its pixels are those of the last time."""
        now = _read(frame, place, 4).view(np.uint32)[..., 0]
        before = self.rgba[place.y0 : place.y1, place.x0 : place.x1]
        if self.empty:
            found = np.array([place])
        else:
            found = patches(now != before) + (place.x0, place.y0) * 2
            found = np.minimum(found, (place.x1, place.y1) * 2)
        before[:] = now
        return np.stack([found[:, 0], self.height - found[:, 3], found[:, 2], self.height - found[:, 1]], axis=1)

    def _convert(self, frame: Any, boxes: ndarray) -> None:
        self.context.disable(self.context.BLEND | self.context.DEPTH_TEST)
        frame.color_attachments[0].use(0)
        planes = (self.luma, boxes), (self.chroma, _halved(boxes))
        for program, (target, places) in zip(self.programs, planes, strict=True):
            corners = places[:, [0, 1, 2, 1, 0, 3, 0, 3, 2, 1, 2, 3]].reshape(-1, 2)
            buffer = self.context.buffer((2.0 * corners / target.size - 1.0).astype("f4").tobytes())
            array = self.context.vertex_array(program, [(buffer, "2f", "corner")])
            target.use()
            array.render(self.context.TRIANGLES)
            array.release()
            buffer.release()
        self.context.enable(self.context.BLEND)
        self.empty = False

    def _fetch(self, boxes: ndarray) -> None:
        """Bring what was converted to memory, and what lies between."""
        around = np.array([[*boxes[:, :2].min(axis=0), *boxes[:, 2:].max(axis=0)]])
        luma, chroma = self.kept[: self.height], self.kept[self.height :].reshape(-1, self.width // 2, 2)
        for target, plane, (box,) in ((self.luma, luma[..., None], around), (self.chroma, chroma, _halved(around))):
            at = Rectangle(*box.tolist()).within(whole(*target.size))
            plane[at.y0 : at.y1, at.x0 : at.x1] = _read(target, at, plane.shape[-1])


def patches(differs: ndarray) -> ndarray:
    """Boxes [n 4] that cover all that is true in [row column], in rows and columns of patches; apart."""
    rows, columns = differs.shape
    if columns % PATCH:
        differs = np.pad(differs, ((0, 0), (0, -columns % PATCH)))
    eights = np.bitwise_or.reduceat(np.ascontiguousarray(differs).view(np.uint64), np.arange(0, rows, PATCH), axis=0)
    marked = (eights.reshape(len(eights), -1, PATCH // 8) != 0).any(axis=-1)
    edges = np.diff(np.pad(marked, ((0, 0), (1, 1))).astype(np.int8), axis=1)
    (at, starts), (_, ends) = np.nonzero(edges == 1), np.nonzero(edges == -1)
    return PATCH * np.stack([starts, at, ends, at + 1], axis=1)


def _halved(boxes: ndarray) -> ndarray:
    """Where chroma changes with the pixels of these boxes: a pair's is made with the pixel before and after it."""
    return np.stack([boxes[:, 0] // 2, boxes[:, 1] // 2, boxes[:, 2] // 2 + 1, -(-boxes[:, 3] // 2)], axis=1)


def _read(frame: Any, place: Rectangle, components: int) -> ndarray:
    """[row column component] uint8, row 0 as in the framebuffer."""
    data = frame.read(viewport=place.viewport, components=components, alignment=1)
    return np.frombuffer(data, np.uint8).reshape(place.height, place.width, components)
