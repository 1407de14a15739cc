"""Where texts and formulas are kept once they were typeset: one place for all projects and processes of a machine.

manimgl knows a text by what it says and by the name of its font, a formula by its LaTeX. What else shapes them, the
fonts themselves and the programs, is in the folder's name: with others, all is typeset anew. The cache is a database
that many processes read and write at once; it holds a gigabyte at most and forgets what came first.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import sys
import tempfile
import time
from importlib import metadata
from pathlib import Path

from mathviz import style
from mathviz.project import disk

PROGRAMS = ("latex", "xelatex", "dvisvgm")
LIBRARIES = ("manimgl", "manimpango", "svgelements", "diskcache")
PLACES = ("TEXINPUTS", "TEXMFHOME", "TEXMF")
"""Variables that say where LaTeX finds its packages."""

OTHERS = {"MPLCONFIGDIR": "matplotlib", "MESA_SHADER_CACHE_DIR": ""}
"""Variables that say where others keep what they find in the platform's folder for caches: matplotlib, OpenGL."""

FORGOTTEN = 90 * 24 * 3600.0
"""Seconds after which a folder that nobody used goes when another one comes."""


def keep_texts() -> Path:
    """Have manimgl, which is to be imported afterwards, keep its texts there. Returns the folder."""
    shared = disk.shared_cache() or Path(tempfile.gettempdir()) / f"mathviz-{os.getuid()}"
    os.environ["MATHVIZ_CACHE"] = str(shared)  # what this process starts is to find the same one
    place = shared / "texts" / shapers()
    if not place.is_dir():
        _forget(shared / "texts")
        place.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(OSError):
        os.utime(place)
    _leave_to_others()
    os.environ["XDG_CACHE_HOME"] = str(place)
    return place


def _leave_to_others() -> None:
    """What is no text's stays where it was: a list of fonts and compiled shaders cost a first film a second."""
    usual = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    for name, folder in OTHERS.items():
        if os.access(usual / folder, os.W_OK | os.X_OK):
            os.environ.setdefault(name, str(usual / folder))


def shapers() -> str:
    """A digest of all that shapes texts and formulas beside what they say."""
    import manimpango

    programs = {name: _state(shutil.which(name)) for name in PROGRAMS}
    libraries = {name: _version(name) for name in LIBRARIES} | {"pango": manimpango.pango_version()}
    told = [style.fonts_digest(), sys.version_info[:2], programs, libraries, [os.environ.get(name) for name in PLACES]]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:16]


def _state(path: str | None) -> list[object]:
    if path is None:
        return []
    about = Path(path).stat()
    return [path, about.st_size, about.st_mtime_ns]


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "none"


def _forget(texts: Path) -> None:
    for folder in texts.glob("*"):
        with contextlib.suppress(OSError):
            if time.time() - folder.stat().st_mtime > FORGOTTEN:
                shutil.rmtree(folder, ignore_errors=True)
