"""What decides a batch's pixels beside its vertices: shaders, uniforms, textures, and what the camera gives it."""

from __future__ import annotations

import functools
import hashlib
from typing import Any

import numpy as np
from numpy import ndarray

from mathviz.engine.trust import Unsure, is_manimgls_own


def copied(uniforms: dict[str, Any]) -> dict[str, Any]:
    """Uniforms as they are now."""
    return {name: value.copy() if isinstance(value, ndarray) else value for name, value in uniforms.items()}


def plain(uniforms: dict[str, Any]) -> tuple[tuple[str, Any], ...]:
    """Uniforms as values that can be compared: arrays may be changed in place."""
    return tuple((name, tuple(np.ravel(value).tolist())) for name, value in uniforms.items())


def look(wrapper: Any, camera: Any) -> tuple[Any, ...]:
    """What decides a batch's pixels beside its vertices and the camera. Raises Unsure."""
    from manimlib.shader_wrapper import ShaderWrapper, VShaderWrapper

    textures: tuple[Any, ...] = ()
    kind = getattr(wrapper, "draws_as", type(wrapper))  # the stage's differ from manimgl's in the uniforms alone
    if kind is ShaderWrapper:
        if len(wrapper.textures) != len(wrapper.texture_paths):
            raise Unsure
        textures = tuple(map(_texture_now, wrapper.textures))
    elif kind is not VShaderWrapper or wrapper.fill_canvas[0].size != tuple(2 * n for n in camera.fbo.size):
        raise Unsure
    for program in wrapper.programs:
        values, others = _read_by(program)
        if not values <= wrapper.mobject_uniforms.keys() | camera.uniforms.keys() or not (
            others <= wrapper.texture_names_to_ids.keys()
        ):
            raise Unsure
    codes = tuple(wrapper.program_code.items())
    steady = ("steady",) if hasattr(wrapper, "draws_as") else ()
    return (
        _code_digest(codes), wrapper.render_primitive, wrapper.depth_test, getattr(wrapper, "stroke_behind", False),
        textures, plain(wrapper.mobject_uniforms), wrapper.vert_attributes, *steady,
    )  # fmt: skip


def seen(wrapper: Any, camera: dict[str, Any]) -> dict[str, Any]:
    """The camera's uniforms as a batch is drawn with them: what is fixed in frame may see an unmoved camera."""
    if hasattr(wrapper, "draws_as"):
        return dict(wrapper.seen(camera))
    return camera


def heeded(wrapper: Any, seen: dict[str, Any]) -> tuple[tuple[str, Any], ...]:
    """Those of the camera's uniforms, as the batch sees them, on which its pixels depend."""
    names = _read_by_all(tuple(wrapper.programs))
    if is_manimgls_own(wrapper):
        names -= _idle(wrapper)
    return plain({name: value for name, value in seen.items() if name in names})


def _idle(wrapper: Any) -> frozenset[str]:
    """What manimgl's shaders read, and do nothing with."""
    uniforms, curves = wrapper.mobject_uniforms, hasattr(wrapper, "fill_canvas")
    if not curves and wrapper.shader_folder not in ("true_dot", "surface"):
        return frozenset()
    if np.any(uniforms.get("shading", 1.0)):
        return frozenset()
    flat = any(map(bool, (uniforms.get("flat_stroke", 0.0), uniforms.get("is_fixed_in_frame", 0.0))))
    if wrapper.shader_folder == "true_dot" or (curves and not flat):  # which turn to where the camera is
        return frozenset(("light_position",))
    return frozenset(("light_position", "camera_position"))


@functools.cache
def _read_by_all(programs: tuple[Any, ...]) -> frozenset[str]:
    return frozenset().union(*(_read_by(program)[0] for program in programs))


@functools.cache
def _read_by(program: Any) -> tuple[frozenset[str], frozenset[str]]:
    """What a shader reads beside vertices: names of values, and of textures, blocks and the like.

    manimgl lets a shader inherit what its batch does not set.
    """
    import moderngl

    members = {name: program[name] for name in program}
    members = {n: m for n, m in members.items() if not isinstance(m, (moderngl.Attribute, moderngl.Varying))}
    values = {n for n, m in members.items() if isinstance(m, moderngl.Uniform) and getattr(m, "gl_type", 0) in _VALUES}
    return frozenset(values), frozenset(members.keys() - values)


_VALUES = {*range(0x1404, 0x1407), *range(0x8B50, 0x8B5D), *range(0x8B65, 0x8B6B), *range(0x8DC6, 0x8DC9)}
"""OpenGL's numbers of numbers, vectors and matrices, as against samplers and images."""


@functools.cache
def _code_digest(codes: tuple[tuple[str, str | None], ...]) -> str:
    return hashlib.sha256(repr(codes).encode()).hexdigest()


def _texture_now(texture: Any) -> tuple[Any, ...]:
    return _texture_digest(texture, _writes_to(texture)[0]), texture.filter, texture.repeat_x, texture.repeat_y


@functools.cache
def _texture_digest(texture: Any, writes: int) -> str:
    return hashlib.sha256(repr((texture.size, texture.components)).encode() + texture.read()).hexdigest()


@functools.cache
def _writes_to(texture: Any) -> list[int]:
    """How often a texture was written since this was first asked: the one number in the list."""
    writes, write = [0], texture.write

    def counted(*values: Any, **settings: Any) -> None:
        writes[0] += 1
        write(*values, **settings)

    texture.write = counted
    return writes
