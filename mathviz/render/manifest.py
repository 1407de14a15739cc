"""The JSON beside a film, which says how it was made: sealed when it is written, and believed only with its seal.

The seal is no secret and keeps nobody from forging; it tells what was changed by hand, by a merge or by a disk.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from mathviz import trace
from mathviz.project import reading
from mathviz.project.errors import FilmDamaged


def written(about: dict[str, Any]) -> bytes:
    """A manifest as its file has it."""
    return (json.dumps({**about, "seal": trace.seal(about)}, indent=2, ensure_ascii=False) + "\n").encode()


def read(path: Path) -> dict[str, Any]:
    """What a manifest says. Raises FileNotFoundError, or FilmDamaged if it is not what was written."""
    try:
        about = reading.as_json(path)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise FilmDamaged(f"{path}: cannot be read: {error.strerror}") from None
    except ValueError as error:
        raise FilmDamaged(f"{path}: is no JSON: {error}") from None
    if not isinstance(about, dict):
        raise FilmDamaged(f"{path}: is no manifest")
    if about.get("seal") != trace.seal(about):
        raise FilmDamaged(f"{path}: is not what was written: its seal does not fit")
    return about
