"""Formulas that grow out of the picture: each symbol leaves the object that it names.

    law = self.law("step")                                       # TeX and roles are in the script's `formulas`
    law.move_to(...)
    self.play(self.gathering(law, {"x_t": self.hero, "z": self.kick}))
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from manimlib import Mobject
from numpy import ndarray

from mathviz.films.script import Script
from mathviz.mobjects.law import Gathering, Law
from mathviz.mobjects.text import Written
from mathviz.project import not_found
from mathviz.project.errors import NotFound
from mathviz.stage.clock import ClockedScene
from mathviz.style import NORMAL, SLOW


class LawScene(ClockedScene):
    """A scene with laws."""

    script: Script
    path: Path

    def law(self, name: str, size: str = "formula", role: str = "text") -> Law:
        """A formula of the script, in the text layer. Raises StageError, with the closest, where there is none."""
        if name not in self.script.formulas:
            missing = not_found("formula", name, self.script.formulas, str(self.path.with_suffix(".yaml")))
            raise self.fault(str(missing))
        told = self.script.formulas[name]
        made = Law(told.tex, self.theme, self.script.symbols | told.symbols, size, role)
        made.named = tuple(told.symbols)
        return self.over(made)

    def gathering(
        self, law: Law, sources: Mapping[str, Mobject | ndarray], run_time: float = SLOW + NORMAL, **kwargs: Any
    ) -> Gathering:  # fmt: skip
        """Symbols leave the objects, or points of the world, that they name, and gather in the formula.

        Raises StageError for a symbol that the formula has not, or that names something and is given no object.
        """
        without = [name for name in law.named if name not in sources]
        if without:
            raise self.fault(f"in {law.tex} the symbol {', '.join(without)} names something, but comes from no object")
        places = {name: self._seen_at(source) for name, source in sources.items()}
        try:
            return Gathering(law, places, run_time=run_time, **kwargs)
        except NotFound as error:
            raise self.fault(str(error)) from error

    def _seen_at(self, source: Mobject | ndarray) -> Mobject | ndarray:
        """Where something is seen: a text of the frame is its own place, all else the middle of what is seen of it."""
        if isinstance(source, Mobject):
            if isinstance(source, Written) and source.is_fixed_in_frame():
                return source
            seen = self.seen(source)
        else:
            seen = self.view.project(np.asarray(source, float)[None])
        if np.isnan(seen).any():
            raise self.fault("a symbol comes from an object that is behind the camera")
        middle: ndarray = (seen.min(axis=0) + seen.max(axis=0)) / 2
        return middle
