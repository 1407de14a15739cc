"""What ``mathviz list`` says of the films, noted once for each state of their scripts: nothing is read for it again."""

from __future__ import annotations

import contextlib
import hashlib
import json
from pathlib import Path
from typing import Any

from mathviz.project import Project, disk, reading


def summaries(project: Project) -> list[dict[str, Any]]:
    """Of every film, as ``catalog.Film.summary`` has it. Raises ScriptError with all faults of all scripts."""
    states = {stem: _state(project.scenes / f"{stem}.yaml") for stem in project.stems}
    told = {"readers": [_state(Path(__file__).with_name(f"{name}.py")) for name in ("script", "formulas", "catalog")],
            "scripts": states}  # fmt: skip
    shared = disk.shared_cache()
    note = shared / "lists" / f"{hashlib.sha256(str(project.root).encode()).hexdigest()[:32]}.json" if shared else None
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
        noted = reading.as_json(note) if note else {}
        if noted["told"] == told:
            return list(noted["films"])
    from mathviz.films.catalog import films

    found = [film.summary() for film in films(project)]
    with contextlib.suppress(OSError):  # then they are read again next time
        if note:
            note.parent.mkdir(parents=True, exist_ok=True)
            disk.write_whole(note, json.dumps({"told": told, "films": found}).encode())
    return found


def _state(path: Path) -> list[int]:
    about = path.stat()
    return [about.st_mtime_ns, about.st_size, about.st_ino]
