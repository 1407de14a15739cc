"""Which files this process has read that are somebody's own work, and whether they are still what it read.

It listens from its first import on, so whoever draws imports it before all else.
"""

from __future__ import annotations

import contextlib
import os
import sys
from importlib.util import source_from_cache
from pathlib import Path
from typing import Any

from mathviz.project import PACKAGE

_State = tuple[int, int, int]
_opened: dict[str, _State] = {}
"""Every file that was opened for reading, as it was when that happened first."""
_data: set[str] = set()
"""Those of them that were read for what they say; Python's own sources count as modules."""
_following_sources = False

_SYSTEM = ("/proc/", "/sys/", "/dev/", "/etc/", "/usr/lib/", "/usr/share/", f"{Path(os.__file__).parent}/",
           *([f"{sys.prefix}/"] if sys.prefix != sys.base_prefix else []))  # fmt: skip
_OWN = f"{PACKAGE}/"


def _hear(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "open":
        path, mode, flags = arguments
        reading = not set("wax+") & set(mode) if isinstance(mode, str) else flags & os.O_ACCMODE == os.O_RDONLY
        # Who asks for a version opens the entries of Python's path as archives; some of them are no files at all.
        if reading and isinstance(path, (str, bytes, os.PathLike)) and path not in sys.path:
            with contextlib.suppress(OSError):  # the folder of this process is gone: a listener may stop nobody's work
                _note(os.path.abspath(os.fsdecode(path)))  # noqa: PTH100 - a Path for each would be felt


def _note(path: str) -> None:
    if _is_a_librarys(path):
        return
    module = path.endswith((".py", ".pyc"))
    if path.endswith(".pyc"):
        try:
            path = source_from_cache(path)
        except ValueError:
            return
    _opened.setdefault(path, _state(path))
    if not module or (_following_sources and path.endswith(".py")):
        _data.add(path)


def _is_a_librarys(path: str) -> bool:
    return not path.startswith(_OWN) and (path.startswith(_SYSTEM) or "-packages/" in path)


def _state(path: str) -> _State:
    try:
        about = os.stat(path)  # noqa: PTH116 - as above
    except OSError:
        return (0, 0, 0)
    return (about.st_mtime_ns, about.st_size, about.st_ino)


sys.addaudithook(_hear)


def follow_sources() -> None:
    """From now on a Python file that is opened is read for what it says. Before, who looks for a trace reads some."""
    global _following_sources
    _following_sources = True


def files() -> dict[Path, bool]:
    """Every file that was read, without links, and whether it is still as it was then."""
    own = {path for module in list(sys.modules.values())
           if (where := getattr(module, "__file__", None)) and where.endswith(".py")
           and not _is_a_librarys(path := os.path.abspath(where))}  # noqa: PTH100 - as above
    return {Path(path).resolve(): _opened.get(path, _state(path)) == _state(path) for path in sorted(own | _data)}
