"""What a scene has at a seam between beats, as digests: a beat that was skipped must leave what a played one leaves."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy import ndarray

from mathviz.engine.looks import plain
from mathviz.project import disk

if TYPE_CHECKING:
    from manimlib import Scene

State = list[tuple[str, str]]
"""What a scene has, on screen and in its attributes: names with digests."""


def state(scene: Scene) -> State:
    """All that decides what the scene will draw from here on, apart from the code: one entry for each thing.

    A beat that is skipped must leave the same as one that is played, or beats cannot be drawn apart.
    Looks, but touches nothing: what batches manimgl will make is worked out, not made.
    """
    names = _names_within(scene)
    found = []
    for at, mobject in enumerate(scene.mobjects):
        name = names.get(id(mobject), f"object {at + 1} on screen, a {type(mobject).__name__}")
        found.append((name, _digest_of(mobject)))
    shown = {id(mobject) for mobject in scene.mobjects}
    for name, value in vars(scene).items():
        if name not in _OF_EVERY_SCENE and id(value) not in shown:
            found.append((f"self.{name}", _digest_of(value)))
    return [*found, ("the random numbers", _digest_of([random.getstate(), list(np.random.get_state())]))]


def _names_within(scene: Scene) -> dict[int, str]:
    """What the scene's own code calls its objects, by their identity: self.bars, self.bars[2]."""
    own = {name: value for name, value in vars(scene).items() if name not in _OF_EVERY_SCENE}
    names = {}
    for name, value in own.items():
        parts = getattr(value, "submobjects", value if isinstance(value, (list, tuple)) else ())
        names.update({id(part): f"self.{name}[{at}]" for at, part in enumerate(parts)})
    return names | {id(value): f"self.{name}" for name, value in own.items()}


_OF_EVERY_SCENE = frozenset((
    "skip_animations", "time", "skip_time", "virtual_animation_start_time", "real_animation_start_time", "camera",
    "file_writer", "window", "mobjects", "render_groups", "id_to_mobject_map", "original_skipping_status", "watcher",
    "undo_stack", "redo_stack", "camera_config", "file_writer_config", "captions", "beat",
))  # fmt: skip
"""Attributes that differ between playing and skipping, or are looked at by themselves, or never change."""


def _digest_of(value: Any) -> str:
    found = hashlib.sha256()
    for part in _parts(value, set()):
        found.update(part)
    return found.hexdigest()


def _parts(value: Any, seen: set[int]) -> Iterator[bytes]:
    """The bytes of a value and all that it holds. What is neither data nor a mobject counts by its type."""
    from manimlib import Mobject

    if isinstance(value, (list, tuple, dict, set, Mobject)):
        if id(value) in seen:
            yield b"again"
            return
        seen.add(id(value))
    if isinstance(value, Mobject):
        yield repr((
            type(value).__name__, plain(value.get_uniforms()), value.z_index, value.depth_test, value._is_animating,
            getattr(value, "stroke_behind", None), _contents(value.texture_paths or {}),
            sorted(value.shader_code_replacements.items()), len(value.updaters), _drifted(value),
        )).encode()  # fmt: skip
        yield np.ascontiguousarray(value.data).tobytes()
        for part in value.submobjects:
            yield from _parts(part, seen)
    elif isinstance(value, ndarray):
        yield repr((value.shape, value.dtype)).encode()
        yield np.ascontiguousarray(value).tobytes()
    elif isinstance(value, (str, bytes, int, float, complex, bool, type(None))):
        yield repr(value).encode()
    elif isinstance(value, (list, tuple)):
        yield repr((type(value).__name__, len(value))).encode()
        for item in value:
            yield from _parts(item, seen)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield repr(key).encode()
            yield from _parts(item, seen)
    else:
        yield type(value).__qualname__.encode()


def _contents(textures: dict[str, str]) -> list[tuple[str, str]]:
    """What the images are, wherever they lie: on another machine the same ones lie elsewhere."""
    files = {name: Path(path) for name, path in sorted(textures.items())}
    return [(name, disk.file_digest(file) if file.is_file() else str(file)) for name, file in files.items()]


def _drifted(mobject: Any) -> bool:
    """Whether manimgl batches this mobject by what it was: the name of its batch is made once and kept."""
    from manimlib.shader_wrapper import VShaderWrapper

    wrapper = mobject.shader_wrapper
    if wrapper is None:
        return False
    parts = ["".join(map(str, wrapper.program_code.values())), wrapper.mobject_uniforms, wrapper.depth_test,
             wrapper.render_primitive, wrapper.texture_paths]  # fmt: skip
    name = hash("".join(map(str, parts)))
    return wrapper.id != (hash(f"{name}{wrapper.stroke_behind}") if isinstance(wrapper, VShaderWrapper) else name)
