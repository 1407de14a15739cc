"""Animated explainers of machine learning in which every number was computed.

    concept → trace → mobject → beat → frame → film → page
    (compute)  (data)   (looks)   (story) (engine) (ffmpeg) (gallery)

Read in that order:

    project/    where a project keeps its scenes, traces and films; files that are whole or not there; errors
    trace/      what may leave a computation: frozen, checked, saved, loaded
    concepts/   the mathematics: torch and scipy in, a trace out; knows nothing of pictures
    films/      what a film is: its script in every language, and its trace, found or computed in a process of its own
    style/      what colours mean, how large text is, how long things take, from assets/theme.yaml
    voice/      lines → recordings → mixing: a voice that speaks the captions, by whom it is recorded or what makes it
    mobjects/   how a trace looks
    stage/      the Scene that every film extends: beats, captions, camera
    engine/     manimgl without a display, drawing only what changed; the only part that knows manimgl's internals
    render/     plan → inputs → cache → farm → worker → encode → report; doctor says what is missing
    snapshots/  frames, and what is on them, compared with their references; pytest --mathviz-frames
    lint/       rules of legibility and safety, over what is on screen and over finished films
    author/     the files that a film begins with, and all that must hold before it is done
    gallery/    films → site → embed → serve: the pages that show films, and what a post pastes
    talk/       outline → page, handout, deck: films that pause where somebody speaks
    upload/     chapters, captions, places, covers → kit: what YouTube and bilibili take of a film
    notebook/   %%mathviz: what a cell of a notebook draws is shown below it
    preview/    changes → easel → versions → studio → serve: a page that draws anew what is saved
    cluster/    bundle → station → line → remote → crew: films drawn on many machines; scale says how far it goes
    docs/       the pages that come with the package: commands, mobjects, numbers, frames; this plan
    cli/        the command line
"""

from __future__ import annotations

import importlib.machinery
import sys
from collections.abc import Sequence
from types import ModuleType

__version__ = "0.1.0"

MOVED = {
    "errors": "project.errors", "script": "films.script", "compute": "films.compute", "frames": "snapshots.frames",
    "difference": "snapshots.difference", "contact_sheet": "snapshots.contact_sheet", "doctor": "render.doctor",
    "check": "author.check", "new": "author.new", "concepts.diffusion": "concepts.shared.oracles",
    "concepts.network": "concepts.shared.mlp",
    "render.engine": "engine", "render.regions": "engine.regions", "render.readback": "engine.readback",
    "render.onscreen": "engine.onscreen", "render.catalog": "films.catalog",
}  # fmt: skip
"""Modules that people's own files may still name as they were called before, and where they are."""


class _Moved:
    """Says where a module is that was moved. Asked by Python when nobody else knows the module."""

    @staticmethod
    def find_spec(
        name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """Raises ModuleNotFoundError with the new name; None for what never was here."""
        new = MOVED.get(name.removeprefix("mathviz."))
        if new and name.startswith("mathviz."):
            raise ModuleNotFoundError(f"{name} is mathviz.{new} now: import it from there", name=name)
        return None


sys.meta_path.append(_Moved)
