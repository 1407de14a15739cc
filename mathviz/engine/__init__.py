"""manimgl without a display. The only package that knows manimgl's internals.

Frames come from the same Scene, Camera and shaders as ``manimgl -w``; what differs is where the
OpenGL context comes from (EGL) and who takes the frames.
"""

from __future__ import annotations

import functools
import hashlib
import os
import shutil
import sys
import tempfile
import warnings
import weakref
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing import util
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy import ndarray

from mathviz.engine import rate, typesetting
from mathviz.engine.bounds import view_of
from mathviz.engine.failures import failed, placed, was_raised
from mathviz.engine.painter import Painter, Tallies
from mathviz.engine.readback import Rgba
from mathviz.engine.regions import View
from mathviz.engine.texts import keep_texts
from mathviz.project import loading
from mathviz.project.errors import MathvizError, NotFound, RenderFailed, ToolMissing

if TYPE_CHECKING:
    from manimlib import Scene

EGL_PACKAGES = "libegl1 libegl-mesa0 libgl1 libgl1-mesa-dri"


@dataclass(frozen=True)
class Picture:
    """Size and rate of what is drawn; what is 0 is left to manimgl's configuration and to the scene."""

    width: int
    height: int
    fps: float = 30


_started: Picture | None = None
"""For what manimgl was imported here; None if somebody else did it."""


class Sink(Protocol):
    """Takes frames, bottom row first, as manimgl's file writer does."""

    def take(self, frame: memoryview) -> None: ...


def start(picture: Picture) -> None:
    """Import manimgl for drawing off screen at this size. Once per process, before any scene.

    Rendered texts and formulas are kept where all processes of this machine find them. Temporary files go to a folder
    of this process, because Pango names its files by content and two processes would share them.
    """
    global _started
    if "manimlib" in sys.modules:
        if _started not in (None, picture):
            raise RenderFailed(f"this process draws {_started}, and was asked for {picture}")
        return
    keep_texts()
    os.environ["PYGLET_HEADLESS"] = "1"
    os.environ["PYGLET_SHADOW_WINDOW"] = "0"  # a context, and a driver's threads, which no fork would survive
    os.environ.setdefault("LP_NUM_THREADS", "0")
    warnings.filterwarnings("ignore", "pkg_resources is deprecated")
    # After multiprocessing's own (priority −100), which removes a folder of its own inside this one.
    util.Finalize(None, finish, exitpriority=-200)
    own_temporary_folder()
    size = ["-r", f"{picture.width}x{picture.height}"] if picture.width else []
    arguments, sys.argv = sys.argv, ["manimgl", "-q", *size]
    try:
        import manimlib
    finally:
        sys.argv = arguments
    _started = picture
    typesetting.bound()
    if picture.fps:  # the command line would leave the frame rate a string
        manimlib.config.manim_config.camera.fps = picture.fps


def own_temporary_folder() -> None:
    """Give this process a temporary folder of its own: at its start, and again after a fork."""
    tempfile.tempdir = None
    tempfile.tempdir = tempfile.mkdtemp(prefix="mathviz-")


def finish() -> None:
    """Remove this process's temporary folder."""
    if tempfile.tempdir is not None:
        shutil.rmtree(tempfile.tempdir, ignore_errors=True)
        tempfile.tempdir = None


def scene_class(path: Path, name: str | None = None) -> type[Scene]:
    """The scene of a file, found as manimgl finds it. Raises NotFound."""
    scenes = {scene.__name__: scene for scene in _scenes(path)}
    if name is None and len(scenes) == 1:
        return next(iter(scenes.values()))
    if name is None:
        todo = "move the others to a file of their own" if scenes else "write a class that extends Explainer"
        raise NotFound(f"{path}: a film's file has one scene; this one has {', '.join(scenes) or 'none'}: {todo}")
    if name not in scenes:
        raise NotFound(f"{path} has the scenes {', '.join(scenes) or 'none'}; asked for {name!r}")
    return scenes[name]


def scene_names(path: Path) -> list[str]:
    """The names of a file's scenes, in the order in which ``manimgl -a`` would write them."""
    return [scene.__name__ for scene in _scenes(path)]


def _scenes(path: Path) -> list[type[Scene]]:
    from manimlib.extract_scene import get_scene_classes

    try:
        module = loading.load(path)
    except MathvizError:
        raise
    except (Exception, SystemExit) as error:
        raise failed(error) from error
    scenes: list[type[Scene]] = get_scene_classes(module)
    return scenes


def make_scene(kind: type[Scene], **options: Any) -> Scene:
    """Build a scene as manimgl's command does, with an OpenGL context from EGL. Raises ToolMissing if there is none.

    Its file writer keeps the scene's settings and sounds, and writes nothing.
    """
    import moderngl
    from manimlib.config import manim_config

    context, stock = _context(), moderngl.create_standalone_context
    quiet = dict.fromkeys(("write_to_movie", "save_last_frame", "subdivide_output"), False) | {"quiet": True}
    moderngl.create_standalone_context = lambda **settings: context
    try:
        scene = kind(**{**manim_config.scene, "window": None, "file_writer_config": quiet, **options})
    finally:
        moderngl.create_standalone_context = stock
    # manimgl's own, for its interactive session, keeps every mobject that ever was on screen alive.
    scene.id_to_mobject_map = weakref.WeakValueDictionary()
    return scene


@functools.cache
def _context() -> Any:
    """The one OpenGL context of this process.

    One, because manimgl remembers uniforms by ``id(program)`` and keeps 128 programs: with a context for
    every scene, from about the 35th on, a new program takes a forgotten one's id, is taken for set up,
    and draws without fill or without antialiasing.

    What manimgl lets go of, OpenGL keeps: the buffers of every text that was ever shown. They are collected
    here, and freed between frames, because the thread that drops the last reference may be another.
    """
    import moderngl

    try:
        context = moderngl.create_standalone_context(**_EGL)
    except Exception as error:
        raise ToolMissing(
            f"No OpenGL context through EGL ({error}). Install: apt-get install {EGL_PACKAGES}. Then: mathviz doctor"
        ) from error
    context.gc_mode = "context_gc"
    return context


def manimgl(arguments: list[str], digests: Path | None = None) -> None:
    """Run ``manimgl ARGUMENTS`` as its own command does, but without a display: what others are compared with.

    With ``digests`` no film is written but a file with the SHA-256 of every frame that would be handed to
    ffmpeg. Once per process, before anything else of manimgl; LP_NUM_THREADS is left alone.
    """
    os.environ["PYGLET_HEADLESS"] = "1"
    warnings.filterwarnings("ignore", "pkg_resources is deprecated")
    import moderngl

    stock = moderngl.create_standalone_context
    moderngl.create_standalone_context = lambda **settings: stock(**_EGL)
    sys.argv = ["manimgl", *arguments]
    from manimlib.__main__ import main
    from manimlib.scene.scene_file_writer import SceneFileWriter

    if digests is None:
        main()
        return
    with digests.open("w") as file:
        SceneFileWriter.open_movie_pipe = SceneFileWriter.close_movie_pipe = lambda *_: None
        SceneFileWriter.write_frame = lambda writer, camera: file.write(
            hashlib.sha256(camera.get_raw_fbo_data()).hexdigest() + "\n"
        )
        main()


_EGL: dict[str, Any] = {"backend": "egl", "libgl": "libGL.so.1", "libegl": "libEGL.so.1"}


def renderer_of(scene: Scene) -> dict[str, str]:
    """What draws: the OpenGL renderer's and version's own strings."""
    return _strings(scene.camera.ctx)


def renderer() -> dict[str, str]:
    """What would draw here. Raises ToolMissing."""
    return _strings(_context())


def _strings(context: Any) -> dict[str, str]:
    return {"renderer": context.info["GL_RENDERER"], "version": context.info["GL_VERSION"]}


def perform(
    scene: Scene, on_frame: Callable[[Painter], None], drawing: bool = True, skipping: bool = False
) -> Painter:  # fmt: skip
    """Run the scene; ``on_frame`` is called where manimgl would hand a frame to its file writer.

    ``skipping`` says that who calls this skips animations, and that they are to end as if they were played;
    those that the scene skips itself end as manimgl has them. Raises RenderFailed, with its place, for whatever the
    scene raises.
    """
    painter, update = Painter(scene.camera, drawing), scene.update_frame

    def update_frame(dt: float = 0, force_draw: bool = False) -> None:
        update(dt, force_draw)
        if scene.skip_animations and not force_draw:
            painter.prepare(*scene.render_groups)

    global _played
    _played = scene
    if skipping:
        scene.update_frame = update_frame
    scene.file_writer.write_frame = lambda camera: on_frame(painter)
    construct = scene.construct

    def construct_and_tell() -> None:
        del scene.construct  # of every scene what it has is compared
        try:
            construct()
        except KeyboardInterrupt as error:  # which manimgl swallows
            raise (failed(error, _beat_of(scene)) if was_raised(error) else Interrupted()) from error

    scene.construct = construct_and_tell
    try:
        scene.run()
    except MathvizError as error:
        where = placed(error, _beat_of(scene))
        if where is error:
            raise
        raise where from error
    except Interrupted:
        raise KeyboardInterrupt from None
    except (Exception, SystemExit) as error:
        raise failed(error, _beat_of(scene)) from error
    return painter


_played: Scene | None = None
"""The scene that is performed in this process, or was at last."""


def whereabouts() -> tuple[str, float]:
    """The beat that is played in this process, and how far the film is in seconds. Other scenes have no beat."""
    return ("", 0.0) if _played is None else (_beat_of(_played), float(_played.time))


class Interrupted(BaseException):
    """Somebody wants no more of it."""


def _beat_of(scene: Scene) -> str:
    return str(getattr(scene, "beat", "")) if hasattr(scene, "watcher") else ""


def view(scene: Scene) -> View:
    """How the scene's camera brings points to the screen now."""
    scene.camera.refresh_uniforms()
    return view_of(scene.camera)


def painter_of(scene: Scene) -> Painter:
    """Who draws a scene that is being performed."""
    painter: Painter = scene.camera.capture.__self__
    return painter


def draw(scene: Scene, sink: Sink) -> Tallies:
    """Run the scene and give every frame to the sink, in order, as RGBA with the bottom row first."""
    reader = Rgba(*scene.camera.fbo.size)
    return perform(scene, lambda painter: sink.take(painter.read(reader)[0])).tallies


def rehearse(kind: type[Scene], **options: Any) -> Scene:
    """Run a scene without drawing: every line of it is executed, and its length is known after."""
    scene = make_scene(kind, skip_animations=True, **options)
    draw(scene, _Nowhere())
    return scene


class _Nowhere:
    def take(self, frame: memoryview) -> None: ...


def end_scene() -> Exception:
    """What a scene raises, and manimgl catches, when it is to end early."""
    from manimlib.scene.scene import EndScene

    return EndScene()


def sound_of(scene: Scene, path: Path) -> bool:
    """Write a scene's sounds to a wav file, as long as the film at least; False if it has none."""
    writer = scene.file_writer
    if not writer.includes_sound:
        return False
    writer.audio_segment.export(str(path), format="wav")
    return True


def output_of(scene: Scene) -> dict[str, Any]:
    """What a scene's own settings say about its file: its name, the picture, and how it is to be encoded."""
    writer, (width, height) = scene.file_writer, scene.camera.get_pixel_shape()
    return {
        "name": str(writer.get_output_file_name()), "width": width, "height": height,
        "fps": rate.plain(scene.camera.fps),
        "ending": writer.movie_file_extension, "codec": writer.video_codec, "pixel_format": writer.pixel_format,
        "saturation": writer.saturation, "gamma": writer.gamma,
    }  # fmt: skip


def as_image(rgba: bytes | memoryview, width: int, height: int) -> ndarray:
    """A frame as [row column rgb] uint8, top row first. Raises RenderFailed if its size is another."""
    if len(rgba) != width * height * 4:
        raise RenderFailed(f"a frame has {len(rgba)} bytes, not {width}x{height}x4")
    return np.frombuffer(rgba, np.uint8).reshape(height, width, 4)[::-1, :, :3].copy()
