"""Beats that were drawn once and need not be drawn again, and who is drawing which one now.

``beats/objects/<key>/`` holds an encoded beat. Its key is a digest of what was drawn: every frame's
vertices, uniforms and textures, the size, the rate, the encoder's settings, the engine and the driver.
``beats/slots/<inputs>/<beat>.json`` says which key a beat of a film has, for each of the last states of the
files that whoever played it has read: it holds as long as they are what they were. A lock on a slot says
that somebody is drawing it; the system takes it away from a process that ends, however it ends. So workers
share a film, and two commands a folder, without talking to each other.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import re
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from mathviz import trace
from mathviz.films.telling import Telling
from mathviz.project import disk, reading
from mathviz.project.errors import MathvizError, OutOfPlace

LIMIT = 10 * 1024**3
"""Bytes that the encoded beats may take when nothing else is said."""

LAST = "last.png"
"""The file that every beat has: its last picture."""

STATES = 8
"""How many states of a film's files are remembered: somebody may go back to one."""

YOUNG = 3600.0
"""Seconds for which a beat that was made or used is never removed: somebody may be about to join it."""


@dataclass(frozen=True)
class Beat:
    """One encoded beat of a film: which object it is, and what the film must know of it.

    ``captions`` are [frame of the beat, text], an empty text where one ends. ``begin`` and ``end`` are the
    scene's states (``seams.State``). ``told`` is what the film says (``Telling``), as the scene that was played had
    it; empty for a scene that is no film of the catalogue. ``reads`` are the files behind all of it.
    """

    key: str
    frames: int
    captions: list[tuple[int, str]]
    begin: list[tuple[str, str]]
    end: list[tuple[str, str]]
    about: dict[str, Any]
    reads: dict[str, str]
    told: dict[str, Any]
    sounds: list[tuple[float, str, float, float]] = field(default_factory=list)
    """What the scene added: seconds into the beat, file, gain, gain of others, as ``engine.sounds`` notes them."""

    @classmethod
    def of(cls, said: dict[str, Any]) -> Beat:
        """From what JSON has of it. Raises KeyError, TypeError or ValueError if that is something else."""
        pairs = {part: [tuple(pair) for pair in said[part]] for part in ("captions", "begin", "end")}
        pairs["sounds"] = [tuple(sound) for sound in said.get("sounds", [])]
        if not (isinstance(said["key"], str) and re.fullmatch("[0-9a-f]{64}", said["key"])):
            raise ValueError("a beat without a key")
        if said["told"]:
            Telling(**said["told"])
        return cls(**{**said, **pairs})


@dataclass(frozen=True)
class Cache:
    """The folder ``beats`` of a project's cache. ``fits`` says whether files are what they were when they were read."""

    root: Path
    fits: Callable[[dict[str, str]], bool] = lambda reads: True

    def folder(self, key: str) -> Path:
        """Where an object is, or would be. Raises OutOfPlace for what is no key."""
        if not re.fullmatch("[0-9a-f]{64}", key):
            raise OutOfPlace(f"{key!r} is no key of a beat")
        return self.root / "objects" / key[:2] / key

    def has(self, key: str, digests: bool = False) -> bool:
        """Whether an object is there, whole; with ``digests``, with those of its frames."""
        folder = self.folder(key)
        try:
            promised = reading.as_json(folder / "whole.json")
            there = LAST in promised
            there = there and all((folder / name).stat().st_size == size for name, size in promised.items())
        except (OSError, ValueError, AttributeError):
            return False
        return there and (not digests or self.digests(key) is not None)

    def digests(self, key: str) -> list[str] | None:
        """The SHA-256 of each RGBA frame of an object, if they were kept and are what was written."""
        with contextlib.suppress(OSError, ValueError):
            *lines, seal = reading.whole(self.folder(key) / "digests.txt").decode().split()
            return lines if _seal(lines) == seal else None
        return None

    def sound(self, key: str) -> bool:
        """Whether an object's bytes are those that were put there. If not, it is removed."""
        folder = self.folder(key)
        with contextlib.suppress(OSError, ValueError, KeyError):
            signed = reading.as_json(folder / "signed.json")
            found = {name: reading.digest(folder / name) for name in signed}
            if found == signed and LAST in found:
                os.utime(folder)
                return True
        disk.remove(folder)
        return False

    def keep(self, key: str, made: Path) -> None:
        """Move a folder of finished files to where its key says. The first one stays, if somebody was quicker."""
        digests = made / "digests.txt"
        files = sorted(path for path in made.iterdir() if path != digests)
        if digests.is_file():
            lines = digests.read_text().split()
            disk.write_whole(digests, "\n".join([*lines, _seal(lines)]).encode())
        signed = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
        disk.write_whole(made / "signed.json", json.dumps(signed).encode())
        disk.write_whole(made / "whole.json", json.dumps({path.name: path.stat().st_size for path in files}).encode())
        folder = self.folder(key)
        if self.has(key):
            if digests.is_file():
                disk.write_whole(folder / digests.name, digests.read_bytes())
            os.utime(folder)
            shutil.rmtree(made)
            return
        disk.remove(folder)  # there was half of one, or a damaged one, or no beat at all
        folder.parent.mkdir(parents=True, exist_ok=True)
        try:
            made.rename(folder)
        except OSError:
            if not self.has(key):
                raise
            shutil.rmtree(made)

    def beat(self, inputs: str, name: str, digests: bool = False) -> Beat | None:
        """What a film with these inputs has as its beat, if that is still there."""
        found = self.said(inputs, name)
        return found if found and self.has(found.key, digests) else None

    def said(self, inputs: str, name: str) -> Beat | None:
        """What is known of a film's beat as its files are, be it there or not."""
        return next((beat for beat in self._states(inputs, name) if self.fits(beat.reads)), None)

    def looked_at(self, inputs: str, name: str) -> bool:
        """Whether it is known what a film with these inputs has as its beat, be it there or not."""
        return self.said(inputs, name) is not None

    def remember(self, inputs: str, name: str, beat: Beat) -> None:
        """Say what a film with these inputs has as its beat."""
        place = self._slot(inputs, name)
        place.parent.mkdir(parents=True, exist_ok=True)
        others = [each for each in self._states(inputs, name) if each.reads != beat.reads]
        said = {"states": [asdict(each) for each in [beat, *others][:STATES]]}
        disk.write_whole(place, json.dumps({**said, "seal": trace.seal(said)}).encode())

    def _states(self, inputs: str, name: str) -> list[Beat]:
        try:
            said = reading.as_json(self._slot(inputs, name))
            return [Beat.of(each) for each in said["states"]] if said["seal"] == trace.seal(said) else []
        except (OSError, ValueError, TypeError, KeyError, AttributeError):
            return []

    def forget(self, inputs: str) -> None:
        shutil.rmtree(self._slot(inputs, "any").parent, ignore_errors=True)

    @contextlib.contextmanager
    def claim(self, inputs: str, name: str) -> Iterator[bool]:
        """Whether this process may draw the beat. Nobody else may until the end of the ``with``."""
        place = self._slot(inputs, name).with_suffix(".lock")
        place.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(place, os.O_RDWR | os.O_CREAT, 0o666)
        try:
            mine = True
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                mine = False
            except OSError:  # a disk that has no locks: at worst two draw the same
                pass
            yield mine
        finally:
            os.close(descriptor)

    def last(self, film: str, surroundings: dict[str, str]) -> list[str]:
        """The keys that a film was last made of and that are still there; none if other tools would draw it now."""
        try:
            said = reading.as_json(self.root / "films" / f"{film}.json")
            alike = all(said["sources"].get(name) == value for name, value in surroundings.items())
            return [key for key in said["keys"] if self.has(key)] if alike else []
        except (OSError, ValueError, KeyError, TypeError, AttributeError, OutOfPlace):
            return []

    def made(self, film: str, keys: list[str], sources: dict[str, str]) -> None:
        """Say what a film was made of, and from what."""
        place = self.root / "films" / f"{film}.json"
        place.parent.mkdir(parents=True, exist_ok=True)
        disk.write_whole(place, json.dumps({"keys": keys, "sources": sources}).encode())

    def objects(self) -> list[tuple[float, int, Path]]:
        """Every object: when it was last used, its bytes, its folder. The one that was not for longest first."""
        found = []
        for folder in (self.root / "objects").glob("??/*"):
            with contextlib.suppress(OSError):  # gone meanwhile, or no beat
                size = sum(path.stat().st_size for path in folder.iterdir())
                found.append((folder.stat().st_mtime, size, folder))
        return sorted(found)

    def prune(self, limit: int, young: float = YOUNG) -> tuple[int, int]:
        """Remove what was not used for longest until the rest fits. Returns how many went, and their bytes."""
        objects = self.objects()
        left, gone, freed = sum(size for _, size, _ in objects), 0, 0
        for used, size, folder in objects:
            if left <= limit:
                break
            if time.time() - used >= young:
                shutil.rmtree(folder, ignore_errors=True)
                left, gone, freed = left - size, gone + 1, freed + size
        self._drop_empty_slots()
        return gone, freed

    def _drop_empty_slots(self) -> None:
        for folder in (self.root / "slots").glob("*"):
            names = [path.stem for path in folder.glob("*.json")]
            old = time.time() - folder.lstat().st_mtime > YOUNG
            kept = (beat for name in names for beat in self._states(folder.name, name))
            if old and not any(self.has(beat.key) for beat in kept):
                disk.remove(folder)

    def _slot(self, inputs: str, name: str) -> Path:
        return self.root / "slots" / inputs / f"{name}.json"


def _seal(lines: list[str]) -> str:
    return hashlib.sha256(" ".join(lines).encode()).hexdigest()


def bytes_of(text: str) -> int:
    """A size such as 500M or 10G in bytes. Raises MathvizError."""
    number, unit = (text[:-1], text[-1].upper()) if text[-1:].upper() in _UNITS else (text, "")
    try:
        size = float(number) * _UNITS.get(unit, 1)
    except ValueError:
        size = -1.0
    if not 0 <= size < float("inf"):
        raise MathvizError(f"{text!r} is no size; say 500M, 10G or a number of bytes")
    return int(size)


_UNITS = {"K": 1024, "M": 1024**2, "G": 1024**3, "T": 1024**4}
