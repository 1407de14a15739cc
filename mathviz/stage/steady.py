"""What is fixed in frame is drawn as if the camera had never moved: sharp, and of one weight.

manimgl's shaders widen the soft edge of a line, and the border of a fill, with the height of the camera's frame,
also where the line is fixed in frame: pushed in, text thins; pulled out, it blurs and thickens. The shader wrappers
here give such a batch the uniforms of an unmoved frame.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

from manimlib import FRAME_HEIGHT, FRAME_WIDTH, Mobject
from manimlib.shader_wrapper import ShaderWrapper, VShaderWrapper

Uniforms = dict[str, Any]

LEVEL = (1.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 1.0)
"""The view of an unmoved frame."""

DEPTH = math.tan(math.radians(45) / 2) * 2 / FRAME_HEIGHT
"""How much nearer a unit of height over the frame comes, for manimgl's own field of view."""


def seen_by(wrapper: ShaderWrapper, camera: Uniforms) -> Uniforms:
    """The camera's uniforms as a batch is drawn with them; in part, while it is being fixed or freed."""
    fixed = float(wrapper.mobject_uniforms["is_fixed_in_frame"])
    scale, size = camera["frame_scale"], camera["pixel_size"]
    across, up, depth = camera["frame_rescale_factors"]
    unmoved = FRAME_WIDTH / round(FRAME_WIDTH * scale / size)  # by whole pixels: not even a rounding may show a move
    return camera | {
        "view": LEVEL if fixed == 1 else camera["view"],  # the shader mixes with what it shows, and rounds
        "frame_scale": (1 - fixed) * scale + fixed,
        "pixel_size": (1 - fixed) * size + fixed * unmoved,
        "frame_rescale_factors": (across, up, (1 - fixed) * depth + fixed * DEPTH),
    }


class SteadyShapes(ShaderWrapper):
    """Draws dots, meshes and images that are fixed in frame."""

    draws_as = ShaderWrapper
    """Which of manimgl's wrappers it is, but for the uniforms: for a renderer that must know."""

    def seen(self, camera: Uniforms) -> Uniforms:
        """The uniforms that the batch is drawn with."""
        return seen_by(self, camera)

    def update_program_uniforms(self, camera_uniforms: Uniforms) -> None:
        """manimgl's, with the uniforms of an unmoved frame."""
        super().update_program_uniforms(seen_by(self, camera_uniforms))


class SteadyLines(VShaderWrapper):
    """Draws lines, fills and text that are fixed in frame."""

    draws_as = VShaderWrapper

    def seen(self, camera: Uniforms) -> Uniforms:
        """The uniforms that the batch is drawn with."""
        return seen_by(self, camera)

    def update_program_uniforms(self, camera_uniforms: Uniforms) -> None:
        """manimgl's, with the uniforms of an unmoved frame."""
        super().update_program_uniforms(seen_by(self, camera_uniforms))


def hold_steady(mobjects: Iterable[Mobject], context: Any) -> None:
    """Give steady wrappers to all that is fixed in frame among these mobjects and their families.

    What is new within something fixed is fixed too. Does nothing to those that are steady already.
    """
    for mobject in mobjects:
        family = mobject.get_family()
        if mobject.is_fixed_in_frame() and not all(each.is_fixed_in_frame() for each in family):
            mobject.fix_in_frame()
        for each in family:
            if each.is_fixed_in_frame() and each.has_points():
                wrapper = each.get_shader_wrapper(context)
                if not hasattr(wrapper, "seen") and type(wrapper) in _STEADY:
                    wrapper.__class__ = _STEADY[type(wrapper)]
                    each.note_changed_data()


_STEADY = {ShaderWrapper: SteadyShapes, VShaderWrapper: SteadyLines}
