"""Draws scenes twice, by manimgl's own way and by the engine, and writes the digest of every frame.

    python exact_runner.py SCENES.py FOLDER WIDTHxHEIGHT NAME...

Importing manimgl takes seconds, so it is imported once; every drawing then has a process of its own,
forked before there is any OpenGL context. In FOLDER, NAME.stock has a line for every frame, NAME.engine
too, and NAME.tallies how the engine drew. What failed has NAME.stock.failed or NAME.engine.failed.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import sys
import traceback
from collections.abc import Callable
from pathlib import Path

from mathviz import engine

AT_ONCE = 2


def draw_as_manimgl(scenes: Path, name: str, size: str, digests: Path) -> None:
    """As the command ``manimgl SCENES NAME -w`` does, in an interpreter that has imported manimgl already."""
    from manimlib.config import initialize_manim_config, manim_config

    arguments = [str(scenes), name, "-w", "-q", "-r", size, "--video_dir", str(digests.parent)]
    sys.argv = ["manimgl", *arguments]
    fresh = initialize_manim_config()
    manim_config.clear()
    manim_config.update(fresh)
    engine.manimgl(arguments, digests)


def draw_as_engine(scenes: Path, name: str, digests: Path) -> None:
    with digests.open("w") as file:

        class Digests:
            def take(self, frame: memoryview) -> None:
                file.write(hashlib.sha256(frame).hexdigest() + "\n")

        tallies = engine.draw(engine.make_scene(engine.scene_class(scenes, name)), Digests())
    digests.with_suffix(".tallies").write_text(json.dumps(dataclasses.asdict(tallies)))


def forked(work: Callable[[], None], failed: Path) -> int:
    """Do it in a child process, whose id this is."""
    child = os.fork()
    if child:
        return child
    code = 1
    try:
        engine.own_temporary_folder()
        work()
        code = 0
    except BaseException:  # noqa: BLE001 (a child must never return into its parent's code)
        failed.write_text(traceback.format_exc())
    finally:
        engine.finish()
        sys.stdout.flush()
        os._exit(code)


def main(scenes: Path, folder: Path, size: str, names: list[str]) -> None:
    width, height = map(int, size.split("x"))
    engine.start(engine.Picture(width, height))
    running = 0
    for name in names:
        stock, ours = folder / f"{name}.stock", folder / f"{name}.engine"
        for work, at in (
            (lambda n=name, at=stock: draw_as_manimgl(scenes, n, size, at), stock),
            (lambda n=name, at=ours: draw_as_engine(scenes, n, at), ours),
        ):
            forked(work, Path(f"{at}.failed"))
            running += 1
            if running == AT_ONCE:
                os.wait()
                running -= 1
    while running:
        os.wait()
        running -= 1


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], sys.argv[4:])
