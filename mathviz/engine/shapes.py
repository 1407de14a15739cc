"""manimgl for a picture of any shape: the shorter side of its frame is 8 units high or wide.

manimgl's frame is 8 units high, whatever the picture's sides; what it reads its settings from, while it is imported, is
the only place to say another height. This stands beside ``start`` because frames are known by what it draws with.
"""

from __future__ import annotations

import argparse
import contextlib
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mathviz import engine
from mathviz.style import shapes


def start(picture: engine.Picture) -> None:
    """Import manimgl and draw in the shape that the picture has, from now on. Once per process, as ``engine.start``."""
    shape = shapes.shape_of(picture.width, picture.height)
    if "manimlib" in sys.modules:
        engine.start(picture)
        return
    shapes.take(shape)
    with _framed(shape.frame_height) if shape.name != shapes.WIDE else contextlib.nullcontext():
        engine.start(picture)


@contextlib.contextmanager
def _framed(height: float) -> Iterator[None]:
    """Who reads manimgl's command line meanwhile finds the name of a file with this height of the frame in it."""
    stock = argparse.ArgumentParser.parse_args
    with tempfile.TemporaryDirectory(prefix="mathviz-") as folder:
        path = Path(folder) / "frame.yml"
        path.write_text(f"sizes:\n  frame_height: {height!r}\n", encoding="utf-8")

        def parse_args(parser: argparse.ArgumentParser, *args: Any, **kwargs: Any) -> Any:
            found = stock(parser, *args, **kwargs)
            found.config_file = str(path)
            return found

        argparse.ArgumentParser.parse_args = parse_args  # type: ignore[assignment, method-assign]
        try:
            yield
        finally:
            argparse.ArgumentParser.parse_args = stock  # type: ignore[method-assign]
