"""What a worker needs of this machine to make films, by content: code, scripts, traces, fonts.

A bundle is a list of paths with the SHA-256 of what lies there. Whoever has all contents can lay it out;
whoever lacks some is sent those, in pieces, and believes none that is not what its name says.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import shutil
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from mathviz.films import compute
from mathviz.project import ASSETS, HOME, Project, disk
from mathviz.project.errors import MathvizError, NotFound
from mathviz.render.inputs import PACKAGE, code_of
from mathviz.render.plan import Job

PIECE = 2 * 1024**2
"""Bytes that travel at once: enough for speed, too few to block anybody."""

ENGINE = "home"
"""Where the package and its assets lie in a bundle."""


ENGINE_NAME = "engine.txt"
"""The file of a bundle that is laid out which says what its engine is, the last one to be written."""


@dataclass(frozen=True)
class Piece:
    """``data`` is at ``at`` of the content ``digest``, which has ``size`` bytes in all."""

    digest: str
    at: int
    size: int
    data: bytes


@dataclass(frozen=True)
class Store:
    """A folder of contents, each under its SHA-256. One folder for all machines does as well as one for each."""

    root: Path

    def place(self, digest: str) -> Path:
        """Where a content is, or would be. Raises MathvizError for what is no SHA-256."""
        if len(digest) != 64 or set(digest) - set("0123456789abcdef"):
            raise MathvizError(f"{digest!r} is no SHA-256")
        return self.root / digest[:2] / digest

    def lacking(self, digests: Iterable[str]) -> list[str]:
        """Those that are not here. The others are of use today."""
        missing = []
        for digest in dict.fromkeys(digests):
            try:
                os.utime(self.place(digest))
            except FileNotFoundError:
                missing.append(digest)
        return missing

    def take(self, piece: Piece) -> None:
        """Keep a piece. With the last one the content gets its name, if it is what the name says.

        The pieces of a content come in order, maybe from several senders at a time: all write the same. Raises
        MathvizError for a content that is not what its name says.
        """
        place = self.place(piece.digest)
        if place.is_file():
            return
        part = place.with_suffix(f".{os.getpid()}")
        place.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT, 0o666), "wb") as file:
            file.seek(piece.at)
            file.write(piece.data)
        if piece.at + len(piece.data) < piece.size:
            return
        found = hashlib.sha256(part.read_bytes()).hexdigest()
        if found != piece.digest:
            part.unlink()
            raise MathvizError(f"what arrived as {piece.digest[:12]}… is {found[:12]}…; it was not kept")
        part.replace(place)

    def put(self, path: Path, linked: bool = False) -> str:
        """Keep a copy of a file, or the file itself if nobody will ever write to it; returns its digest."""
        digest = _sha256(path)
        if self.lacking([digest]):
            place = self.place(digest)
            place.parent.mkdir(parents=True, exist_ok=True)
            if linked:
                with contextlib.suppress(OSError):  # another disk
                    place.hardlink_to(path)
                    return digest
            disk.write_whole(place, path.read_bytes())
        return digest

    def prune(self, limit: int, young: float) -> None:
        """Remove contents that were not asked for for longest, but none that was in the last ``young`` seconds."""
        found = []
        for path in self.root.glob("??/*"):
            if not re.fullmatch(rf"{path.parent.name}[0-9a-f]{{62}}(\.\d+)?", path.name):
                continue  # somebody else's: a folder that machines share may hold more
            with contextlib.suppress(FileNotFoundError):
                found.append((path.stat().st_mtime, path.stat().st_size, path))
        left = sum(size for _, size, _ in found)
        for used, size, path in sorted(found):
            if left > limit and time.time() - used >= young:
                path.unlink(missing_ok=True)
                left -= size

    def fetch(self, digest: str, path: Path) -> None:
        """Copy a content to a path. Raises MathvizError if it is damaged, and removes it then."""
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(self.place(digest), path)
        if _sha256(path) != digest:
            self.place(digest).unlink()
            path.unlink()
            raise MathvizError(f"{self.place(digest)} is damaged and was removed; run the same again")


class Changed(Exception):
    """A file is not what the bundle says any more: somebody has saved it meanwhile."""


def pieces(path: Path, digest: str) -> Iterator[Piece]:
    """A file in pieces; one without bytes is a piece as well. Raises Changed."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise Changed(str(path)) from None
    if hashlib.sha256(data).hexdigest() != digest:
        raise Changed(str(path))
    for at in range(0, max(len(data), 1), PIECE):
        yield Piece(digest, at, len(data), data[at : at + PIECE])


@dataclass(frozen=True)
class Bundle:
    """Path in the bundle → the file here. The paths are relative and have the same form on every system."""

    project: Project
    base: str
    files: dict[str, Path]
    manifest: dict[str, str]

    @property
    def digest(self) -> str:
        return digest_of(self.manifest)

    def sent(self, job: Job) -> Job:
        """A job as it travels: its scene is a path in the bundle, and where things go is for others to say."""
        return replace(job, scene=_name(Path(job.scene), self.project, self.base), cache="", out="", extras=())

    def here(self, text: str, root: str) -> str:
        """What somebody said of paths under their ``root``, with the paths of this machine."""
        return text.replace(f"{root}/{self.base}", str(self.project.root)).replace(f"{root}/{ENGINE}", str(HOME))


def digest_of(manifest: dict[str, str]) -> str:
    """A bundle's name."""
    return hashlib.sha256(json.dumps(sorted(manifest.items())).encode()).hexdigest()


def engine_of(manifest: dict[str, str]) -> str:
    """A digest of what does not belong to the films: the package and its assets without traces."""
    return digest_of({
        path: digest for path, digest in manifest.items()
        if path.startswith((f"{ENGINE}/mathviz/", f"{ENGINE}/assets/")) and "/traces/" not in path
    })  # fmt: skip


def of(project: Project, stems: Iterable[str], scenes: Iterable[Path] = ()) -> Bundle:
    """All that films and scenes of other files are made from, as it is now, and what computes for them."""
    base = ENGINE if project.root == HOME else "project"
    files = set(PACKAGE.rglob("*"))
    files |= {path for path in ASSETS.rglob("*") if "traces" not in path.parts}
    files |= {*code_of(project), *project.scenes.glob("*.yaml")}
    files |= set((project.root / "assets").rglob("*"))
    for scene in scenes:
        files |= {scene, *scene.parent.glob("*.py")}
    for stem in stems:
        files |= set(_traces(compute.of_name(project, stem), project))
    files = {path for path in files if "__pycache__" not in path.parts}
    named = {_name(path, project, base): path for path in sorted(files) if path.is_file()}
    if (own := Path.cwd() / "custom_config.yml").is_file():
        named[f"{base}/custom_config.yml"] = own
    digests = {name: disk.digest_of_a_file(path) for name, path in named.items()}
    return Bundle(project, base, named, {name: digest for name, digest in digests.items() if digest})


def lay_out(manifest: dict[str, str], store: Store, root: Path) -> None:
    """Make a bundle's files under ``root``, all or none. Raises MathvizError for a path that leads elsewhere."""
    half = root.with_name(f"{root.name}.{os.getpid()}")
    shutil.rmtree(half, ignore_errors=True)
    for name, digest in {disk.confined(half, name): digest for name, digest in manifest.items()}.items():
        store.fetch(digest, name)
    (half / ENGINE_NAME).write_text(engine_of(manifest))
    with contextlib.suppress(OSError):  # somebody was quicker
        half.rename(root)
    shutil.rmtree(half, ignore_errors=True)


def _traces(computation: compute.Computation, project: Project) -> Iterator[Path]:
    """The files of a computation's trace and of its inputs', those that there are."""
    for each in (computation, *computation.inputs):
        with contextlib.suppress(NotFound):
            place = compute.place(each, project)
            yield from (place.with_suffix(".npz"), place.with_suffix(".json"))


def _name(path: Path, project: Project, base: str) -> str:
    """Where a file lies in a bundle: below the nearest of the two roots, as either may lie in the other."""
    roots = {HOME: ENGINE, project.root: base}
    for root, folder in sorted(roots.items(), key=lambda root: -len(root[0].parts)):
        if path.is_relative_to(root):
            return f"{folder}/{path.relative_to(root).as_posix()}"
    return f"elsewhere/{path.parent.name}/{path.name}"


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
