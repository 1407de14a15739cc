"""Pixels from OpenGL to memory: only where they changed, and in the encoder's own layout.

An encoder wants luma for every pixel and chroma for every second: 1.5 bytes instead of RGBA's 4. A
shader converts them where they lie, so that a core spends its time on what moved and not on copying
eight megabytes a frame and converting them again.
"""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
from numpy import ndarray

from mathviz.engine.regions import Rectangle

EVERYWHERE = """
    #version 330
    void main() {
        vec2 corner = vec2((gl_VertexID << 1) & 2, gl_VertexID & 2);
        gl_Position = vec4(2.0 * corner - 1.0, 0.0, 1.0);
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
    """Frames as an encoder takes them: a plane of luma, then one of chroma in pairs, the top row first."""

    def __init__(self, context: Any, width: int, height: int) -> None:
        if width % 2 or height % 2:
            raise ValueError(f"{width}x{height}: chroma is shared by two pixels each way")
        self.context, self.width, self.height = context, width, height
        self.kept = np.zeros((height * 3 // 2, width), np.uint8)
        self.luma = context.framebuffer(context.texture((width, height), 1))
        self.chroma = context.framebuffer(context.texture((width // 2, height // 2), 2))
        self.passes = [
            context.vertex_array(context.program(vertex_shader=EVERYWHERE, fragment_shader=code), [])
            for code in (LUMA, CHROMA)
        ]

    def read(self, frame: Any, places: list[Rectangle]) -> memoryview:
        if not places:
            return self.kept.reshape(-1).data
        self.kept = self.kept.copy()
        luma, chroma = self.kept[: self.height], self.kept[self.height :].reshape(-1, self.width // 2, 2)
        self.context.disable(self.context.BLEND | self.context.DEPTH_TEST)
        frame.color_attachments[0].use(0)
        for place in places:
            at = Rectangle(place.x0, self.height - place.y1, place.x1, self.height - place.y0)
            luma[at.y0 : at.y1, at.x0 : at.x1] = self._convert(0, self.luma, at)[..., 0]
            half = Rectangle(at.x0 // 2, at.y0 // 2, min(at.x1 // 2 + 1, self.width // 2), -(-at.y1 // 2))
            chroma[half.y0 : half.y1, half.x0 : half.x1] = self._convert(1, self.chroma, half)
        self.context.enable(self.context.BLEND)
        return self.kept.reshape(-1).data

    def _convert(self, which: int, target: Any, place: Rectangle) -> ndarray:
        target.scissor = place.viewport
        target.use()
        self.passes[which].render(self.context.TRIANGLES, vertices=3)
        return _read(target, place, which + 1)


def _read(frame: Any, place: Rectangle, components: int) -> ndarray:
    """[row column component] uint8, row 0 as in the framebuffer."""
    data = frame.read(viewport=place.viewport, components=components, alignment=1)
    return np.frombuffer(data, np.uint8).reshape(place.height, place.width, components)
