"""Files that somebody else may have put there: read if they are files, whole, and as what they should be.

A pipe would be waited for, a device has no end, and JSON may hold what no text, number or program does.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import stat
from pathlib import Path
from typing import Any, BinaryIO

LARGEST = 1 << 32
"""Bytes of a file that is read whole."""

LARGEST_JSON = 1 << 26
"""Bytes of JSON: a film's manifest has some ten thousand."""

DEEPEST = 64
"""Levels of JSON within each other: ours has five."""

KINDS = {stat.S_IFDIR: "a folder", stat.S_IFIFO: "a pipe", stat.S_IFSOCK: "a socket", stat.S_IFCHR: "a device",
         stat.S_IFBLK: "a device"}  # fmt: skip


def opened(path: Path, largest: int = LARGEST) -> BinaryIO:
    """A file to read. Raises FileNotFoundError, or OSError that says what is in the way and has to be deleted."""
    _require_file(path, os.stat(path), largest)  # noqa: PTH116 - to open some devices does something already
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        _require_file(path, os.fstat(descriptor), largest)
    except BaseException:
        os.close(descriptor)
        raise
    return os.fdopen(descriptor, "rb")


def _require_file(path: Path, about: os.stat_result, largest: int) -> None:
    kind = stat.S_IFMT(about.st_mode)
    if kind != stat.S_IFREG:
        raise OSError(errno.EINVAL, f"it is {KINDS.get(kind, 'no file')}, not a file; delete it", str(path))
    if about.st_size > largest:
        raise OSError(errno.EFBIG, f"it has {about.st_size:,} bytes; delete it", str(path))


def whole(path: Path, largest: int = LARGEST) -> bytes:
    """The bytes of a file. Raises as ``opened``."""
    with opened(path, largest) as file:
        return file.read(largest)


def digest(path: Path) -> str:
    """The SHA-256 of a file. Raises as ``opened``."""
    found = hashlib.sha256()
    with opened(path, 1 << 62) as file:
        while part := file.read(1 << 20):
            found.update(part)
    return found.hexdigest()


def as_json(path: Path) -> Any:
    """What a file of JSON holds. Raises as ``opened``, and ValueError for what is no JSON.

    No JSON are infinite numbers, halves of characters, and lists within lists without end, though Python reads them.
    """
    text = whole(path, LARGEST_JSON).decode("utf-8")
    try:
        found = json.loads(text, parse_constant=_refuse, parse_float=_finite)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    level = [found]
    for _ in range(DEEPEST):
        level = [part for each in level if isinstance(each, dict | list)
                 for part in (each.values() if isinstance(each, dict) else each)]  # fmt: skip
    if level:
        raise ValueError(f"it is nested in more than {DEEPEST} levels")
    json.dumps(found, ensure_ascii=False).encode()  # a UnicodeEncodeError is a ValueError
    return found


def _refuse(name: str) -> Any:
    raise ValueError(f"{name} is no number of JSON")


def _finite(digits: str) -> float:
    number = float(digits)
    return number if abs(number) < float("inf") else _refuse(digits)
