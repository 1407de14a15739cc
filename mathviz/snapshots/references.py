"""What somebody looked at and accepted, as it lies in the repository: ``tests/frames/<stem>/``.

Of every snapshot there is a text, ``<language>.<theme>/<name>.txt``, and in ``accepted.json`` two digests: of what it
is drawn from, and of its pixels. As long as text and source are the accepted ones and the same things draw, the pixels
are too, and need not be drawn to know it. Pictures are kept of the first version alone, losslessly, the film's last
frame first, then moments, then beats, while they fit into KEPT. An accepted picture that is not kept can be drawn
again from the commit that it was accepted with, and its digest says whether that is it.
"""

from __future__ import annotations

import ast
import contextlib
import functools
import hashlib
import io
import json
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np
from numpy import ndarray
from PIL import Image

from mathviz import style
from mathviz.project import PACKAGE, Project, disk, reading
from mathviz.project.errors import FrameMismatch, sentence
from mathviz.snapshots.frames import Frame, Snapshot, wanted
from mathviz.style.shapes import SHAPES, WIDE

ABOUT = "accepted.json"

KEPT = 800_000
"""Bytes of pictures that are kept of a film. 44 films and their texts then take less than 40 MB."""

LIBRARIES = ("manimgl", "moderngl", "PyOpenGL")
DRAWING = (
    "__init__.py", "painter.py", "backdrop.py", "draws.py", "fills.py", "looks.py", "bounds.py", "trust.py",
    "regions.py", "readback.py",
)  # fmt: skip
"""Libraries, and modules of the engine, that make pixels of vertices, uniforms, textures and shaders."""


def text_of(project: Project, snapshot: Snapshot) -> Path:
    """The reference of what is on screen."""
    return project.references / snapshot.stem / snapshot.version / f"{snapshot.name}.txt"


def picture_of(project: Project, snapshot: Snapshot) -> Path:
    """The reference of its picture, if that is kept."""
    return text_of(project, snapshot).with_name(f"{snapshot.name}.webp")


def drawn_of(project: Project, snapshot: Snapshot) -> Path:
    """Where a frame that differs is put for someone to look at."""
    return project.renders / "diff" / snapshot.stem / snapshot.version / f"{snapshot.name}.png"


@dataclass(frozen=True)
class Digests:
    """Of an accepted frame: of what it is drawn from, empty where that is not known, and of its pixels.

    ``lasts`` are the seconds of the beat whose last frame it is, where they are known.
    """

    source: str
    pixels: str
    lasts: str = ""


@dataclass(frozen=True)
class Accepted:
    """What is known of a film's references beside texts and pictures."""

    renderer: str = "unknown"
    fonts: str = "unknown"
    engine: str = "unknown"
    digests: dict[str, dict[str, Digests]] = field(default_factory=dict)  # version → name → digests
    shaped: str = ""  # what ``unplayed`` proves by: libraries and programs, files that were read, and of which frames
    reads: dict[str, str] = field(default_factory=dict)
    frames: dict[str, str] = field(default_factory=dict)

    @property
    def by(self) -> dict[str, str]:
        """What drew them."""
        return {"renderer": self.renderer, "fonts": self.fonts, "engine": self.engine}

    def of(self, snapshot: Snapshot) -> Digests | None:
        """The digests of a snapshot, if it was accepted."""
        return self.digests.get(snapshot.version, {}).get(snapshot.name)

    def proves(self, snapshot: Snapshot, frame: Frame, old: str | None) -> bool:
        """Whether a frame is known to be the accepted one: by its text, its source, and what draws here."""
        known = self.of(snapshot)
        return bool(known and known.source and known.source == frame.source and frame.text == old
                    and self.by == drawn_by())  # fmt: skip


def accepted(project: Project, stem: str) -> Accepted:
    """What ``accepted.json`` says; nothing where nobody accepted anything."""
    path = project.references / stem / ABOUT
    try:
        said: dict[str, Any] = reading.as_json(path)
        digests = {
            version: {name: Digests(*pair.split(" ")) for name, pair in named.items()}
            for version, named in said.pop("digests", {}).items()
        }
        return Accepted(**said, digests=digests)
    except FileNotFoundError:
        return Accepted()
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise FrameMismatch(
            f"{path}: is not what `mathviz frames accept` wrote ({error}). "
            f"Delete it, then look at the frames and accept them: mathviz frames accept {stem}"
        ) from None


def write(project: Project, stem: str, about: Accepted) -> None:
    """Say what drew a film's references, and their digests."""
    digests = {
        version: {name: f"{each.source} {each.pixels} {each.lasts}".rstrip(" ") for name, each in sorted(named.items())}
        for version, named in sorted(about.digests.items())
    }
    unplayed = {"shaped": about.shaped, "frames": about.frames, "reads": about.reads} if about.reads else {}
    text = json.dumps({**about.by, "digests": digests, **unplayed}, indent=1, ensure_ascii=False)
    path = project.references / stem / ABOUT
    path.parent.mkdir(parents=True, exist_ok=True)
    disk.write_whole(path, f"{text}\n".encode())


def old_text(project: Project, snapshot: Snapshot) -> str | None:
    """What was on screen when it was accepted; None if there is no reference."""
    path = text_of(project, snapshot)
    return path.read_text(encoding="utf-8") if path.is_file() else None


def show(project: Project, snapshot: Snapshot, image: ndarray) -> str:
    """Put a frame that differs where someone can look at it. Returns where that is, or why it is nowhere."""
    path = drawn_of(project, snapshot)
    try:
        keep(path, image)
    except OSError as error:  # that the frame differs is worth more than its picture
        return f"no picture: {sentence(error)}"
    return str(path)


def put_away(project: Project, snapshot: Snapshot) -> None:
    """A frame that is its reference has no picture of a difference, where that can be taken away."""
    with contextlib.suppress(OSError):
        drawn_of(project, snapshot).unlink(missing_ok=True)


def keep(path: Path, image: ndarray) -> bool:
    """Write a picture, losslessly, if it is not there already. Returns whether it was written."""
    if path.is_file() and np.array_equal(read(path), image):
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    disk.write_whole(path, _encoded(image, path.suffix))
    return True


def _encoded(image: ndarray, suffix: str) -> bytes:
    buffer = io.BytesIO()
    if suffix == ".webp":
        Image.fromarray(image).save(buffer, "WEBP", lossless=True, quality=80, method=4)
    else:
        Image.fromarray(image).save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def read(path: Path) -> ndarray:
    """A picture as [row column rgb] uint8."""
    return np.asarray(Image.open(path).convert("RGB"))


def pixels_of(image: ndarray) -> str:
    """A digest of a picture's pixels."""
    return hashlib.sha256(np.ascontiguousarray(image).tobytes()).hexdigest()[:32]


def to_be_pictured(snapshots: list[Snapshot]) -> list[Snapshot]:
    """Those of the first version, in the order in which pictures are kept: the last frame, moments, other beats. Of
    other shapes than 16:9 none."""
    first = [s for s in snapshots if s.version == snapshots[0].version and s.shape == WIDE]
    lasts = [s for s in first if s.after is None]
    return [*lasts[-1:], *(s for s in first if s.after is not None), *lasts[:-1]]


def keep_pictures(project: Project, snapshots: list[Snapshot], images: dict[Snapshot, ndarray]) -> list[Path]:
    """Keep pictures of a film's snapshots while they fit, the others' not. Returns what was written or removed.

    ``images`` are those that are known now; of the others those that are kept stay in their turn.
    """
    changed, left = [], KEPT
    for snapshot in to_be_pictured(snapshots):
        path = picture_of(project, snapshot)
        image = images.get(snapshot)
        size = path.stat().st_size if image is None and path.is_file() else 0
        data = b"" if image is None else _encoded(image, ".webp")
        left -= size or len(data)
        if left < 0:
            if path.is_file():
                path.unlink()
                changed.append(path)
        elif image is not None and keep(path, image):
            changed.append(path)
    return changed


def strays_of(project: Project, stem: str) -> list[Path]:
    """Files among a film's references that no snapshot asks for."""
    snapshots = wanted(project, stem)
    kept = {text_of(project, snapshot) for snapshot in snapshots}
    kept |= {picture_of(project, snapshot) for snapshot in to_be_pictured(snapshots)}
    of_film = bool(snapshots and snapshots[0].language)
    kept |= {text_of(project, snapshot) for shape in SHAPES if of_film for snapshot in wanted(project, stem, shape)}
    kept.add(project.references / stem / ABOUT)
    return sorted(path for path in (project.references / stem).rglob("*") if path.is_file() and path not in kept)


def remove_strays(project: Project, stem: str) -> list[Path]:
    """Delete references that no snapshot asks for any more."""
    strays = strays_of(project, stem)
    for path in strays:
        path.unlink()
    return strays


def renderer() -> str:
    """The OpenGL renderer that draws here, with its version."""
    from mathviz import engine

    found = engine.renderer()
    return f"{found['renderer']}, {found['version']}"


def is_accepted(project: Project, stem: str) -> bool:
    """Whether any frame of a film, or of a scene file, was ever accepted."""
    return (project.references / stem / ABOUT).is_file()


def drawn_by() -> dict[str, str]:
    """What draws here: the renderer with its version, Mesa's among it, the bundled fonts, and the code that draws."""
    return {"renderer": renderer(), "fonts": style.fonts_digest(), "engine": engine_digest()}


@functools.cache
def engine_digest() -> str:
    """Of the code that turns vertices into pixels, without comments and docstrings, and of the libraries it calls."""
    found = hashlib.sha256(" ".join(metadata.version(name) for name in LIBRARIES).encode())
    for name in DRAWING:
        found.update(_code(PACKAGE / "engine" / name).encode())
    return found.hexdigest()[:32]


def _code(path: Path) -> str:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)) and ast.get_docstring(node, clean=False):
            node.body = node.body[1:] or [ast.Pass()]
    return ast.unparse(tree)
