"""What was seen of a film, and found in it, is kept: who did not change is not gone through again.

Of a version of a film ``seen/<slot>.json`` says, for each of the last states of the files that playing it read, what
was seen: an object, ``objects/<SHA-256>.json``. It holds as long as the files are what they were, as a drawn beat does.
What the rules find is kept by all that decides it: what was seen, the rules and their limits. So another limit judges
again what was seen before. All of it lies under the project's cache; who deletes it only waits longer.
"""

from __future__ import annotations

import contextlib
import functools
import glob
import hashlib
import json
import os
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

from mathviz import style, trace
from mathviz.lint import observe, rules
from mathviz.lint.observe import Observed
from mathviz.lint.rules import Finding
from mathviz.project import ASSETS, Project, disk, reading
from mathviz.render import inputs
from mathviz.render.plan import Job

STATES = 4
"""How many states of a version's files are remembered: somebody may go back to one."""

FORGOTTEN = 30 * 24 * 3600.0
"""Seconds after which goes what nobody asked for."""

JUDGE = ("numpy", "coloraide", "av", "scipy")
"""Libraries that what is found depends on."""


@dataclass(frozen=True)
class Seen:
    """What was seen of a version: its digest, and the way to all of it."""

    key: str
    film: Callable[[], Observed]


def seen(job: Job) -> Seen | None:
    """What is known of a version as its files are now."""
    now = inputs.Now(job)
    for state in _states(job):
        if _fits(now, state["reads"]):
            place = _root(job) / "objects" / f"{state['key']}.json"
            with contextlib.suppress(OSError):
                if reading.digest(place) == state["key"]:
                    os.utime(place)
                    return Seen(state["key"], functools.partial(_load, place))
    return None


def keep(job: Job, said: dict[str, Any], reads: dict[str, str]) -> Seen:
    """Keep what was just seen of a version, unless a file changed meanwhile."""
    text = json.dumps(said, ensure_ascii=False).encode()
    key = hashlib.sha256(text).hexdigest()
    if inputs.RESTLESS not in reads.values():
        _write(_root(job) / "objects" / f"{key}.json", text)
        others = [state for state in _states(job) if state["reads"] != reads]
        states = {"states": [{"key": key, "reads": reads}, *others][:STATES]}
        _write(_slot(job), json.dumps({**states, "seal": trace.seal(states)}).encode())
    return Seen(key, functools.partial(observe.load, said))


def judged(project: Project, about: list[Any], judge: Callable[[], list[Finding]]) -> list[Finding]:
    """What the rules find in something that ``about`` and the limits identify: as it was found before, or now."""
    whole = json.dumps([about, *_decisive()])
    place = project.cache / "lint" / "found" / f"{hashlib.sha256(whole.encode()).hexdigest()}.json"
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
        said = reading.as_json(place)
        if said["seal"] == trace.seal(said):
            os.utime(place)
            return [Finding(**{**each, "box": each["box"] and tuple(each["box"])}) for each in said["found"]]
    found = judge()
    told: dict[str, Any] = {"found": [asdict(finding) for finding in found]}
    _write(place, json.dumps({**told, "seal": trace.seal(told)}).encode())
    return found


def judged_film(project: Project, manifest: Path, judge: Callable[[], list[Finding]]) -> list[Finding]:
    """The same of a finished film: by its manifest, and by the state of every file beside it."""
    beside = [(path.name, _state(path)) for path in sorted(manifest.parent.glob(f"{glob.escape(manifest.stem)}.*"))]
    return judged(project, ["film", str(manifest), beside, _of_files("files.py")], judge)


def forget(project: Project) -> None:
    """Let go of what nobody asked for in a month."""
    for path in (project.cache / "lint").rglob("*.json"):
        with contextlib.suppress(OSError):
            if time.time() - path.stat().st_mtime > FORGOTTEN:
                path.unlink()


def _fits(now: inputs.Now, reads: dict[str, str]) -> bool:
    return now.fits({name: value for name, value in reads.items() if name != inputs.CONFIGURATION})


def _slot(job: Job) -> Path:
    """Where a version's states are: by how it is looked at, what draws behind its texts, and who looks."""
    configured = disk.digest_of_a_file(Project.around(Path(job.scene)).root / inputs.CONFIGURATION)
    told = json.dumps([job.stem, inputs.slots(job), _of_files("observe.py"), configured])
    return _root(job) / "seen" / f"{hashlib.sha256(told.encode()).hexdigest()}.json"


def _states(job: Job) -> list[dict[str, Any]]:
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
        said = reading.as_json(_slot(job))
        if said["seal"] == trace.seal(said):
            os.utime(_slot(job))
            return list(said["states"])
    return []


def _load(place: Path) -> Observed:
    return observe.load(json.loads(place.read_bytes()))


def _root(job: Job) -> Path:
    return Path(job.cache) / "lint"


def _write(place: Path, data: bytes) -> None:
    """Where nothing can be written, it is looked at again next time."""
    with contextlib.suppress(OSError):
        place.parent.mkdir(parents=True, exist_ok=True)
        disk.write_whole(place, data)


def _state(path: Path) -> list[int]:
    about = path.stat()
    return [about.st_size, about.st_mtime_ns, about.st_ino]


def _of_files(*names: str) -> list[str]:
    return [disk.file_digest(Path(rules.__file__).with_name(name)) for name in names]


@functools.cache
def _decisive() -> list[str]:
    """What the rules are and compare with: themselves, limits, colours, and fonts, which have a text's signs or not."""
    files = (Path(style.__file__), ASSETS / "lint.yaml", ASSETS / "theme.yaml")
    versions = (metadata.version(name) for name in JUDGE)
    return [*_of_files("rules.py", "observe.py"), *map(disk.file_digest, files), style.fonts_digest(), *versions]
