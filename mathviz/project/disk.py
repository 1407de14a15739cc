"""Files: written whole or not at all, known by their content."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import functools
import os
import shutil
import stat
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from mathviz.project import reading
from mathviz.project.errors import MathvizError, OutOfPlace


def write_whole(path: Path, data: bytes) -> None:
    """Write under a temporary name, then rename: what has its final name is complete."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        Path(temporary).chmod(0o644)
        os.replace(temporary, path)  # noqa: PTH105
    except BaseException as error:
        Path(temporary).unlink(missing_ok=True)
        if isinstance(error, OSError) and error.filename is None:  # as a full disk says it
            error.filename = str(path)
        raise


def remove(path: Path) -> None:
    """Whatever is there, if it can be removed: a folder with all that is in it, a file, a pipe; of a link the link."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        with contextlib.suppress(OSError):
            path.unlink()


LEAST = 16 << 20
"""Bytes that must be free where texts and formulas are kept: their database is no smaller than some of them."""


def shared_cache() -> Path | None:
    """The folder where this machine's projects keep what they can share, as the platform has it.

    None where nothing can be written there, or hardly anything. ``MATHVIZ_CACHE`` names another.
    """
    chosen, usual = os.environ.get("MATHVIZ_CACHE"), os.environ.get("XDG_CACHE_HOME")
    try:
        beside = Path.home() / ("Library/Caches" if sys.platform == "darwin" else ".cache")
        place = Path(chosen) if chosen else (Path(usual) if usual else beside) / "mathviz"
        place.mkdir(parents=True, exist_ok=True)
        if os.access(place, os.W_OK | os.X_OK) and shutil.disk_usage(place).free >= LEAST:
            return place
    except (OSError, RuntimeError):  # no home
        pass
    return None


def file_digest(path: Path) -> str:
    """Of a file's bytes."""
    about = path.stat()
    return _digest(path, about.st_ino, about.st_mtime_ns, about.st_size)


def digest_of_a_file(path: Path) -> str | None:
    """Of its bytes; None if it is no file, which pipes and devices are not."""
    try:
        about = path.stat()
    except OSError:
        return None
    if not stat.S_ISREG(about.st_mode):
        return None
    return _digest(path, about.st_ino, about.st_mtime_ns, about.st_size)


@functools.lru_cache(4096)
def _digest(path: Path, *version: int) -> str:
    """They are read once in a command, which many films need them for."""
    return reading.digest(path)


# ---- folders to write to


def require_folder(folder: Path) -> None:
    """Make a folder to write to, before there is something to write. Raises OSError that names what is in the way."""
    folder.mkdir(parents=True, exist_ok=True)
    if not os.access(folder, os.W_OK | os.X_OK):
        number = errno.EROFS if os.statvfs(folder).f_flag & os.ST_RDONLY else errno.EACCES
        raise OSError(number, "Nothing can be written there", str(folder))
    if not shutil.disk_usage(folder).free:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(folder))


def require_place(path: Path) -> None:
    """Make the folder of a file that will be written, before the work for it. Raises OSError as ``require_folder``."""
    if path.is_dir():
        raise OSError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    require_folder(path.parent)


def may_write(folder: Path) -> bool:
    """Whether a folder can be written to, or made."""
    there = next(each for each in (folder, *folder.parents) if each.exists())
    return there.is_dir() and os.access(there, os.W_OK | os.X_OK)


ALONE = ".alone"
"""The file in a folder on which whoever must be alone in it has a lock."""


@contextlib.contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Nobody else may do the same in that folder meanwhile, on whatever host. Raises MathvizError where somebody does.

    The lock is on a file in it, since NFS locks none that is not open to write; the file is not left behind.
    """
    descriptor = _locked(folder)
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            (folder / ALONE).unlink()  # before it is let go: a file that somebody else has locked is never taken away
        with contextlib.suppress(OSError):
            os.close(descriptor)


def _locked(folder: Path) -> int:
    while True:
        descriptor = os.open(folder / ALONE, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            raise MathvizError(f"Somebody else is at work in {folder}; try again when that is done") from None
        except OSError:  # a disk that has no locks
            return descriptor
        with contextlib.suppress(FileNotFoundError):
            if os.fstat(descriptor).st_ino == (folder / ALONE).stat().st_ino:
                return descriptor
        os.close(descriptor)  # whoever had it has just taken the file away


# ---- names that come from elsewhere


def confined(root: Path, name: object) -> Path:
    """The file of that name below ``root``, for names read from a file, a bundle or an address. Raises OutOfPlace.

    The file itself may be a link; no folder on the way to it may lead out.
    """
    if not isinstance(name, str) or not name or set(name) & set("\\\0"):
        raise OutOfPlace(f"{name!r} names no file")
    way = PurePosixPath(name)
    path = root / way
    if way.is_absolute() or ".." in way.parts or not path.parent.resolve().is_relative_to(root.resolve()):
        raise OutOfPlace(f"{name!r} leads out of its folder")
    return path


# ---- folders that somebody is using


HELD = ".held"
"""The file in a folder on which its user has a lock, which the kernel takes away from whoever ends, however it ends."""

NEW = 600.0
"""Seconds for which a folder without that file may be one that is just being made."""


def hold(folder: Path) -> int:
    """Say that a folder is in use until the descriptor is closed: to other hosts and containers too.

    The file has its name only once it is locked, so nobody finds it free in between.
    """
    descriptor, unnamed = tempfile.mkstemp(prefix=HELD, dir=folder)
    with contextlib.suppress(OSError):  # a disk that has no locks
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    Path(unnamed).rename(folder / HELD)
    return descriptor


def is_held(folder: Path) -> bool:
    """Whether somebody uses a folder, or may just have made it, or nobody can know."""
    try:
        descriptor = os.open(folder / HELD, os.O_RDWR)
    except FileNotFoundError:
        with contextlib.suppress(FileNotFoundError):
            return time.time() - folder.stat().st_mtime < NEW
        return False
    except OSError:
        return True
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(descriptor)
    return False
