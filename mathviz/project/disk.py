"""Files: written whole or not at all, known by their content."""

from __future__ import annotations

import functools
import hashlib
import os
import tempfile
from pathlib import Path


def write_whole(path: Path, data: bytes) -> None:
    """Write under a temporary name, then rename: what has its final name is complete."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        Path(temporary).chmod(0o644)
        os.replace(temporary, path)  # noqa: PTH105
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def file_digest(path: Path) -> str:
    """Of a file's bytes."""
    about = path.stat()
    return _digest(path, about.st_ino, about.st_mtime_ns, about.st_size)


@functools.lru_cache(4096)
def _digest(path: Path, *version: int) -> str:
    """They are read once in a command, which many films need them for."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
