"""What films there are, read from the scripts alone: no manimgl, no torch, well under a second."""

from __future__ import annotations

from dataclasses import dataclass

from mathviz.films import script
from mathviz.films.script import Script
from mathviz.project import Project
from mathviz.project.errors import ScriptError


@dataclass(frozen=True)
class Film:
    """One film of the catalogue."""

    stem: str
    script: Script

    def summary(self) -> dict[str, object]:
        """What ``mathviz list --json`` prints of it."""
        return {
            "stem": self.stem,
            "title": self.script.title,
            "question": self.script.question,
            "languages": self.script.languages,
            "topics": self.script.topics,
            "beats": [beat.id for beat in self.script.beats],
        }


def films(project: Project, stems: list[str] | None = None) -> list[Film]:
    """The named films, or all. Raises NotFound for an unknown stem, ScriptError with all faults of all scripts."""
    chosen = [project.require_stem(stem) for stem in stems] if stems else project.stems
    found, faults = [], []
    for stem in chosen:
        try:
            found.append(Film(stem, script.read(project.scenes / f"{stem}.yaml")))
        except ScriptError as error:
            faults.append(str(error))
    if faults:
        raise ScriptError("\n".join(faults))
    return found
