"""What of manimgl is its own, and how it left OpenGL: what is done in its stead is done only then."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any


class Unsure(Exception):
    """What would be drawn is not known well enough: manimgl's own way must draw this frame."""


def done_here(camera: Any) -> tuple[Any, ...]:
    """The code of manimgl that is done in its stead here, as it is now: a scene may replace any of it at any time."""
    from manimlib.mobject import mobject as mobjects
    from manimlib.mobject.types.vectorized_mobject import VMobject
    from manimlib.shader_wrapper import ShaderWrapper, VShaderWrapper
    from manimlib.utils import shaders

    camera_type, mobject_type = type(camera), mobjects.Mobject
    functions = (
        camera_type.capture, camera_type.clear, camera_type.refresh_uniforms, mobject_type.render,
        mobject_type.get_shader_wrapper_list, mobject_type.get_shader_wrapper, mobject_type.get_shader_data,
        VMobject.get_shader_data, mobjects.batch_by_property, shaders.set_program_uniform, ShaderWrapper.render,
        ShaderWrapper.pre_render, ShaderWrapper.read_in, ShaderWrapper.generate_vaos,
        ShaderWrapper.update_program_uniforms, ShaderWrapper.set_ctx_depth_test, ShaderWrapper.set_ctx_clip_plane,
        ShaderWrapper.use_clip_plane, VShaderWrapper.render, VShaderWrapper.pre_render, VShaderWrapper.render_fill,
        VShaderWrapper.render_stroke, VShaderWrapper.generate_vaos,
    )  # fmt: skip
    return tuple(getattr(function, "__code__", None) for function in functions)


@functools.cache
def is_manimgls_code(*codes: Any) -> bool:
    """Whether these functions are manimgl's own, and no scene's."""
    import manimlib

    home = str(Path(manimlib.__file__).parent)
    return all(code is not None and code.co_filename.startswith(home) for code in codes)


def replaced_in(thing: Any, but: tuple[str, ...] = ()) -> bool:
    """Whether an object has something else than its class where the class has a function."""
    kind = type(thing)
    return any(callable(getattr(kind, name, None)) for name in vars(thing) if name not in but)


USUAL_STATE = (*(0x302, 0x303) * 2, *(0x8006,) * 2, 0x201, True, *(False,) * 7, 0x1B02, 1.0)
"""Colours times their alpha over the rest of what is there; LESS; only BLEND enabled; polygons filled; thin lines."""


def state_of_opengl() -> tuple[float, ...]:
    """What manimgl sets once and relies on, and a scene may have changed."""
    import OpenGL.GL as gl

    values = (
        gl.GL_BLEND_SRC_RGB, gl.GL_BLEND_DST_RGB, gl.GL_BLEND_SRC_ALPHA, gl.GL_BLEND_DST_ALPHA,
        gl.GL_BLEND_EQUATION_RGB, gl.GL_BLEND_EQUATION_ALPHA, gl.GL_DEPTH_FUNC,
    )  # fmt: skip
    switches = (
        gl.GL_BLEND, gl.GL_CULL_FACE, gl.GL_CLIP_DISTANCE0, gl.GL_STENCIL_TEST, gl.GL_COLOR_LOGIC_OP,
        gl.GL_POLYGON_OFFSET_FILL, gl.GL_RASTERIZER_DISCARD, gl.GL_SAMPLE_MASK,
    )  # fmt: skip
    return (
        *(int(gl.glGetIntegerv(value)) for value in values), *(bool(gl.glIsEnabled(switch)) for switch in switches),
        int(gl.glGetIntegerv(gl.GL_POLYGON_MODE)[0]), float(gl.glGetFloatv(gl.GL_LINE_WIDTH)),
    )  # fmt: skip


_PRIMITIVES = {"true_dot": (0,), "surface": (4, 5), "textured_surface": (4, 5), "image": (4, 5)}
"""manimgl's shaders, and OpenGL's numbers of what they may draw: points, triangles, strips of triangles."""


@functools.cache
def _stock_code(folder: str) -> frozenset[str | None]:
    from manimlib.utils.shaders import get_shader_code_from_file

    return frozenset(get_shader_code_from_file(f"{folder}/{part}.glsl") for part in ("vert", "geom", "frag"))


def is_manimgls_own(wrapper: Any) -> bool:
    """Whether the shaders are those whose reach is known, unchanged."""
    folders = [f"quadratic_bezier/{part}" for part in ("stroke", "fill", "depth")]
    if not hasattr(wrapper, "fill_canvas"):
        folders = [wrapper.shader_folder]
        if wrapper.render_primitive not in _PRIMITIVES.get(wrapper.shader_folder, ()):
            return False
    return set(wrapper.program_code.values()) <= frozenset().union(*map(_stock_code, folders))
