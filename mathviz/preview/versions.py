"""What a preview knows of its film in one language and theme, and so what is to be done about each beat."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mathviz.preview import changes
from mathviz.render.cache import Beat, Cache
from mathviz.render.plan import Job

Key = tuple[str, str]
"""Language and theme."""


@dataclass(frozen=True)
class Stand:
    """Somebody who stands before a beat: where to ask, what was before, and where the film stands there.

    ``slots`` name the film's slots in the cache as long as the film is the ``whole`` of when this one came.
    """

    at: str | None
    before: str
    state: str
    slots: str
    whole: str


@dataclass(frozen=True)
class Shown:
    """A beat as the page has it: its own share, begin and surroundings when it was made, and what was made.

    The begin is empty as long as it is not known, of what was made before this preview began.
    """

    made_of: tuple[str, str, str]
    beat: Beat


@dataclass(eq=False)
class Version:
    """The film in one language and theme."""

    job: Job
    text: changes.Text
    around: str
    stands: dict[str, Stand] = field(default_factory=dict)
    shown: dict[str, Shown] = field(default_factory=dict)
    different: dict[str, tuple[str, str, str]] = field(default_factory=dict)
    """Beats that were looked through and are to be drawn."""
    edited: list[str] = field(default_factory=list)
    drawn: list[str] = field(default_factory=list)
    """Beats that the last change concerns, and those that were drawn since."""
    glimpses: dict[str, dict[str, Any]] = field(default_factory=dict)
    doing: dict[str, int] = field(default_factory=dict)
    jump: dict[str, Any] | None = None
    glance: tuple[str, int] | None = None
    """A beat and the number of its caption that is to be seen before the beat is drawn as far."""
    note: str = ""
    error: dict[str, str] | None = None
    skimmed: str = ""
    failed: set[str] = field(default_factory=set)
    """Beats that cannot be drawn as the files are, and steps that cannot be done."""
    linted: int = 0
    """The reading of the files after which the lint began: it reads them itself, whatever they say by then."""
    findings: list[dict[str, Any]] = field(default_factory=list)
    chapters: dict[str, str] = field(default_factory=dict)
    """Chapters as the script has them, and with the trace's numbers."""

    @property
    def whole(self) -> str:
        return f"{self.around} {self.text.whole()}"

    def before(self, beat: str) -> str:
        """What has a say in where the beat begins."""
        return f"{self.around} {self.text.before(beat)}"

    def standing(self, beat: str) -> Stand | None:
        """Who stands before the beat, if what came before is as it would be now."""
        stand = self.stands.get(beat)
        return stand if stand and beat in self.text.own and stand.before == self.before(beat) else None

    def made_of(self, beat: str) -> tuple[str, str, str] | None:
        """What the beat would be made of now, once it is known where it begins."""
        stand = self.standing(beat)
        return (self.text.own[beat], stand.state, self.around) if stand else None

    def is_good(self, beat: str) -> bool:
        """Whether the page has what would be drawn now."""
        shown = self.shown.get(beat)
        return shown is not None and shown.made_of == self.made_of(beat)

    def step(self, beat: str) -> str:
        """Whether the beat is to be drawn at once, or looked through first."""
        shown = self.shown.get(beat)
        if self.different.get(beat) == self.made_of(beat):
            return "draw"
        if shown is None:
            return "survey" if Cache(Path(self.job.cache) / "beats").last(self.job.identity, {}) else "draw"
        return "survey" if shown.made_of[0] == self.text.own[beat] else "draw"


@dataclass(eq=False)
class Work:
    """Something that one hand does: a step for a version, for one beat of it, from where somebody stands."""

    step: str
    version: Version
    beat: str = ""
    stand: Stand | None = None
    slots: str = ""
    whole: str = ""
    reading: int = 0
    process: int = 0
    at: str = ""
    """The beat that it has come to."""
    busy: str = ""
    """For how long nothing came of it, and where it is."""
    stopped: bool = False

    @property
    def is_glance(self) -> bool:
        return self.step.startswith("glance")
