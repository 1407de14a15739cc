"""manimgl without a display. The only file that knows manimgl's internals.

Frames come from the same Scene, Camera and shaders as ``manimgl -w``; what differs is where the
OpenGL context comes from (EGL) and who takes the frames.
"""

from __future__ import annotations

import functools
import os
import shutil
import sys
import tempfile
import warnings
from dataclasses import dataclass
from multiprocessing import util
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy import ndarray

from mathviz.errors import NotFound, RenderFailed, ToolMissing

if TYPE_CHECKING:
    from manimlib import Scene

EGL_PACKAGES = "libegl1 libegl-mesa0 libgl1 libgl1-mesa-dri"


@dataclass(frozen=True)
class Picture:
    """Size and rate of what is drawn."""

    width: int
    height: int
    fps: int = 30


class Sink(Protocol):
    """Takes frames, bottom row first, as manimgl's file writer does."""

    def take(self, rgba: bytes) -> None: ...


def start(picture: Picture, cache: Path) -> None:
    """Import manimgl for drawing off screen at this size. Once per process, before any scene.

    ``cache`` keeps manimgl's rendered texts and formulas; temporary files go to a folder of this
    process, because Pango names its files by content and two processes would share them.
    """
    if "manimlib" in sys.modules:
        return
    cache.mkdir(parents=True, exist_ok=True)
    os.environ["XDG_CACHE_HOME"] = str(cache)
    os.environ["PYGLET_HEADLESS"] = "1"
    os.environ.setdefault("LP_NUM_THREADS", "0")
    warnings.filterwarnings("ignore", "pkg_resources is deprecated")
    # After multiprocessing's own (priority −100), which removes a folder of its own inside this one.
    util.Finalize(None, finish, exitpriority=-200)
    tempfile.tempdir = tempfile.mkdtemp(prefix="mathviz-")
    arguments, sys.argv = sys.argv, ["manimgl", "-r", f"{picture.width}x{picture.height}", "-q"]
    try:
        import manimlib
    finally:
        sys.argv = arguments
    # The command line would leave the frame rate a string.
    manimlib.config.manim_config.camera.fps = picture.fps


def finish() -> None:
    """Remove this process's temporary folder."""
    if tempfile.tempdir is not None:
        shutil.rmtree(tempfile.tempdir, ignore_errors=True)
        tempfile.tempdir = None


def scene_class(path: Path, name: str | None = None) -> type[Scene]:
    """The scene of a file, found as manimgl finds it. Raises NotFound."""
    from manimlib.extract_scene import get_scene_classes
    from manimlib.module_loader import ModuleLoader

    scenes = {scene.__name__: scene for scene in get_scene_classes(ModuleLoader.get_module(str(path)))}
    if name is None and len(scenes) == 1:
        return next(iter(scenes.values()))
    if name not in scenes:
        raise NotFound(f"{path} has the scenes {', '.join(scenes) or 'none'}; asked for {name!r}")
    return scenes[name]


def make_scene(kind: type[Scene], **options: Any) -> Scene:
    """Build a scene whose OpenGL context comes from EGL. Raises ToolMissing if there is none."""
    import moderngl

    context, stock = _context(), moderngl.create_standalone_context
    moderngl.create_standalone_context = lambda **settings: context
    try:
        scene = kind(window=None, file_writer_config={"write_to_movie": False, "quiet": True}, **options)
    finally:
        moderngl.create_standalone_context = stock
    return scene


@functools.cache
def _context() -> Any:
    """The one OpenGL context of this process.

    One, because manimgl remembers uniforms by ``id(program)`` and keeps 128 programs: with a context for
    every scene, from about the 35th on, a new program takes a forgotten one's id, is taken for set up,
    and draws without fill or without antialiasing.
    """
    import moderngl

    libraries: dict[str, Any] = {"backend": "egl", "libgl": "libGL.so.1", "libegl": "libEGL.so.1"}
    try:
        return moderngl.create_standalone_context(**libraries)
    except Exception as error:
        raise ToolMissing(
            f"No OpenGL context through EGL ({error}). Install: apt-get install {EGL_PACKAGES}. Then: mathviz doctor"
        ) from error


def renderer_of(scene: Scene) -> dict[str, str]:
    """What draws: the OpenGL renderer's and version's own strings."""
    return _strings(scene.camera.ctx)


def renderer() -> dict[str, str]:
    """What would draw here. Raises ToolMissing."""
    return _strings(_context())


def _strings(context: Any) -> dict[str, str]:
    return {"renderer": context.info["GL_RENDERER"], "version": context.info["GL_VERSION"]}


class _FrameTap:
    """Stands where manimgl's file writer stands and hands every frame on."""

    def __init__(self, sink: Sink) -> None:
        self.sink = sink
        self.ended_with_interrupt = False
        self.holding = False
        self.held = b""

    def write_frame(self, camera: Any) -> None:
        if not (self.holding and self.held):
            self.held = camera.get_raw_fbo_data()
        self.sink.take(self.held)

    def begin(self) -> None: ...
    def begin_animation(self) -> None: ...
    def end_animation(self) -> None: ...
    def finish(self) -> None: ...
    def has_progress_display(self) -> bool:
        return False

    def set_progress_display_description(self, *args: Any, **kwargs: Any) -> None: ...


def draw(scene: Scene, sink: Sink) -> None:
    """Run the scene and give every frame to the sink, in order."""
    tap = scene.file_writer = _FrameTap(sink)
    _draw_holds_once(scene, tap)
    scene.run()
    if scene.file_writer.ended_with_interrupt:  # manimgl swallows it
        raise KeyboardInterrupt


def _draw_holds_once(scene: Scene, tap: _FrameTap) -> None:
    """Draw a wait's first frame alone and hand it on again for the others: holds are a fifth to a third
    of the films so far.

    Only where nothing can change while the scene waits: no updaters and no condition to watch.
    """
    wait, capture = scene.wait, scene.camera.capture

    def wait_drawing_once(duration: float | None = None, stop_condition: Any = None, **options: Any) -> None:
        still = stop_condition is None and not scene.should_update_mobjects()
        tap.holding, tap.held = still, b""
        try:
            wait(duration, stop_condition, **options)
        finally:
            tap.holding = False

    def capture_once(*mobjects: Any) -> None:
        if not (tap.holding and tap.held):
            capture(*mobjects)

    scene.wait, scene.camera.capture = wait_drawing_once, capture_once


def rehearse(kind: type[Scene], **options: Any) -> Scene:
    """Run a scene without drawing: every line of it is executed, and its length is known after."""
    scene = make_scene(kind, skip_animations=True, **options)
    draw(scene, _Nowhere())
    return scene


class _Nowhere:
    def take(self, rgba: bytes) -> None: ...


@dataclass(frozen=True)
class Moment:
    """A frame of a beat: its last one, or the one ``after`` seconds."""

    beat: str
    after: float | None = None


class StillTaker:
    """Draws single frames of a film: skips to each and draws nothing else."""

    def __init__(self, kind: type[Scene], moments: list[Moment], fps: int, **options: Any) -> None:
        self.wanted, self.fps = moments, fps
        self.found: dict[Moment, ndarray] = {}
        self.scene = make_scene(kind, skip_animations=True, watcher=self, **options)
        self.capture = self.scene.camera.capture
        self.due: list[tuple[int, Moment]] = []

    def take_all(self) -> dict[Moment, ndarray]:
        """The frames, [row column rgb] uint8, top row first. Raises NotFound for a moment after a beat's end."""
        from manimlib.scene.scene import EndScene

        self.end = EndScene
        draw(self.scene, self)
        missing = [moment for moment in self.wanted if moment not in self.found]
        if missing:
            raise NotFound(f"{missing[0].beat} is over before {missing[0].after} seconds")
        return self.found

    def beat_begins(self, beat: str) -> None:
        inside = [m for m in self.wanted if m.beat == beat and m.after is not None]
        self.due = sorted((round(m.after * self.fps), m) for m in inside if m.after is not None)
        self.index = 0
        if self.due:
            self.scene.camera.capture = lambda *mobjects: None
            self.scene.stop_skipping()

    def take(self, rgba: bytes) -> None:
        self.index += 1
        while self.due and self.due[0][0] <= self.index:
            self._keep(self.due.pop(0)[1])
        if not self.due:
            self.scene.skip_animations = True

    def beat_ends(self, beat: str) -> None:
        self.scene.skip_animations = True
        self.due = []
        for moment in self.wanted:
            if moment.beat == beat and moment.after is None:
                self._keep(moment)
        if len(self.found) == len(self.wanted):
            raise self.end

    def _keep(self, moment: Moment) -> None:
        self.capture(*self.scene.render_groups)
        self.found[moment] = as_image(self.scene.camera.get_raw_fbo_data(), *self.scene.camera.get_pixel_shape())


def as_image(rgba: bytes, width: int, height: int) -> ndarray:
    """A frame as [row column rgb] uint8, top row first. Raises RenderFailed if its size is another."""
    if len(rgba) != width * height * 4:
        raise RenderFailed(f"a frame has {len(rgba)} bytes, not {width}x{height}x4")
    return np.frombuffer(rgba, np.uint8).reshape(height, width, 4)[::-1, :, :3].copy()
