"""A picture of each example, drawn as frames are: as wide as a frame, as high as what is shown.

``renderer.json`` beside them says what drew them. On that renderer nothing may differ.
"""

from __future__ import annotations

import importlib
import io
import json
import math
from collections.abc import Iterable
from pathlib import Path

from numpy import ndarray
from PIL import Image

from mathviz.docs.mobjects import Thing
from mathviz.project import HOME, Project, disk
from mathviz.project.errors import FrameMismatch
from mathviz.snapshots import frames, references
from mathviz.snapshots.difference import OTHER_RENDERER, SAME_RENDERER, beside, compare

PICTURES = Path(__file__).parent / "pictures"
ABOUT = "renderer.json"
DRAWN = Project(HOME).renders / "diff" / "docs"
"""Where a picture that differs is put for someone to look at."""

COMMAND = "mathviz docs mobjects --write"
"""What makes today's pictures those that are kept."""

MARGIN = 0.35
"""Above and below what is shown, in scene units."""


def draw(things: Iterable[Thing]) -> dict[str, ndarray]:
    """The pictures of these things' examples, by name, [row column rgb] uint8, all in this process."""
    from mathviz import engine
    from mathviz.engine import stills

    engine.start(engine.Picture(frames.WIDTH, frames.HEIGHT, frames.FPS))
    examples = importlib.import_module("mathviz.docs.examples")
    drawn = {}
    for thing in things:
        made = getattr(importlib.import_module(f"mathviz.docs.examples.{thing.module}"), thing.example)
        kind = type(thing.name, (examples.Example,), {"example": made})
        taker = stills.SceneStillTaker(kind, [stills.Moment(thing.name, None)], frames.FPS)
        (image,) = taker.take_all().values()
        shown = taker.scene.mobjects[-1]
        drawn[thing.name] = image[_row(shown.get_top()[1] + MARGIN) : _row(shown.get_bottom()[1] - MARGIN)]
    return drawn


def _row(height: float) -> int:
    """The row of pixels at a height of the scene, to eight rows, so that no rounding moves it."""
    rows = (4 - height) / 8 * frames.HEIGHT
    return min(max(8 * math.floor(rows / 8 + 0.5), 0), frames.HEIGHT)


def require_same(name: str, image: ndarray) -> None:
    """Raise FrameMismatch unless a picture is the one that is kept. What was drawn is left for comparison."""
    path = PICTURES / f"{name}.png"
    last = f"  If the new picture is right:  {COMMAND}"
    if not path.is_file():
        raise FrameMismatch(f"docs / {name}\n  There is no picture {path}.\n{last}")
    kept, by = references.read(path), json.loads((PICTURES / ABOUT).read_text(encoding="utf-8"))["renderer"]
    if image.shape != kept.shape:
        raise FrameMismatch(f"docs / {name}\n  the picture is {image.shape}, the kept one {kept.shape}\n{last}")
    difference = compare(image, kept)
    budget = SAME_RENDERER if by == references.renderer() else OTHER_RENDERER
    if not budget.allows(difference, image.shape[0] * image.shape[1]):
        _keep(DRAWN / f"{name}.png", beside(image, kept))
        raise FrameMismatch(
            f"docs / {name}\n  {difference}.\n  kept       {path}   ({by})\n  this run   {references.renderer()}\n"
            f"  compare    {DRAWN / name}.png\n{last}"
        )


def write(things: list[Thing]) -> list[Path]:
    """Draw every picture and keep those that changed; remove those of nothing. Returns what changed."""
    changed = []
    for name, image in draw(things).items():
        path = PICTURES / f"{name}.png"
        if not path.is_file() or not _same(references.read(path), image):
            _keep(path, image)
            changed.append(path)
    for stray in set(PICTURES.glob("*.png")) - {PICTURES / f"{thing.name}.png" for thing in things}:
        stray.unlink()
        changed.append(stray)
    disk.write_whole(PICTURES / ABOUT, (json.dumps(references.drawn_by(), indent=2) + "\n").encode())
    return changed


def _same(one: ndarray, other: ndarray) -> bool:
    return one.shape == other.shape and bool((one == other).all())


def _keep(path: Path, image: ndarray) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, "PNG", optimize=True)
    disk.write_whole(path, buffer.getvalue())
