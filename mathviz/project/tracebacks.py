"""Exceptions in authors' code, told by what is theirs in it: file, line, function, and not what lies in libraries."""

from __future__ import annotations

import builtins
import difflib
import re
import sys
import traceback
from pathlib import Path
from traceback import FrameSummary

from mathviz.project import loading


def own(error: BaseException) -> list[FrameSummary]:
    """The places of authors' code on the way to an exception, the innermost last; all places where none is theirs."""
    frames = list(traceback.extract_tb(error.__traceback__))
    return [frame for frame in frames if not is_librarys(frame.filename)] or frames


def is_librarys(file: str) -> bool:
    """Whether a file's code is Python's, a library's or this package's."""
    return file.startswith("<") or loading.is_library(str(Path(file).parent))


def place(error: BaseException) -> str:
    """Where the author has to look: of a file that is no Python, the place of its fault."""
    if isinstance(error, SyntaxError) and error.filename:
        return f"{error.filename}, line {error.lineno}"
    frames = own(error)
    return f"{frames[-1].filename}, line {frames[-1].lineno}" if frames else "an unknown place"


def way(error: BaseException) -> str:
    """All of the author's places, a line each, the innermost last, with the code that stands there."""
    return "\n".join(f"  {frame.filename}, line {frame.lineno}, in {frame.name}: {frame.line}" for frame in own(error))


def words(error: BaseException) -> str:
    """An exception as Python writes it, with what may have been meant."""
    name, said = type(error).__name__, str(error)
    if isinstance(error, SyntaxError):
        return f"{name}: {error.msg}" + (f": {error.text.strip()}" if error.text else "")
    if said in ("", "None"):
        return name
    return f"{name}: {said}{_meant(error)}"


ARRAYS = ("format string passed to numpy.ndarray", "truth value of an array", "can be converted to Python scalar",
          "can be converted to a scalar", "setting an array element with a sequence")  # fmt: skip
"""What numpy says where it gets an array for a number."""


IMPORTED = re.compile(r"cannot import name '(\w+)'")
"""What Python says of a module that has not what is imported from it."""


def _meant(error: BaseException) -> str:
    if isinstance(error, (TypeError, ValueError)) and any(part in str(error) for part in ARRAYS):
        return "; an array stands where one number is needed: take one of its elements, or its mean"
    name, known = _sought(error)
    near = difflib.get_close_matches(name, known, n=3, cutoff=0.5) if name else []
    return f". Closest: {', '.join(near)}" if near else ""


def _sought(error: BaseException) -> tuple[str, list[str]]:
    """The name that an exception says is not there, and those that are."""
    known: list[str] = []
    name = getattr(error, "name", None) or ""
    if isinstance(error, AttributeError) and getattr(error, "obj", None) is not None:
        known = dir(error.obj)
    elif isinstance(error, NameError) and error.__traceback__:
        *_, (frame, _) = traceback.walk_tb(error.__traceback__)
        known = [*frame.f_locals, *frame.f_globals, *dir(builtins)]
    elif isinstance(error, ImportError) and (wanted := IMPORTED.match(str(error))):
        known, name = dir(sys.modules.get(name)), wanted[1]
    return name, [each for each in known if not each.startswith("_")]
