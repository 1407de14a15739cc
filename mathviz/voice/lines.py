"""What a voice has to say in a film: a line for each caption, filled in from the trace."""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass

from mathviz import style
from mathviz.films import script
from mathviz.films.script import OPENING, Script
from mathviz.trace import Trace

BREATH = 0.5
"""Seconds of silence after a line, before the picture goes on."""

LEAD = 0.3
"""Seconds from when a caption begins to change until its line begins: by then the one before it is gone."""


@dataclass(frozen=True)
class Line:
    """One caption: its place, what is seen, what is heard, and the seconds that it takes to read what is seen."""

    beat: str
    number: int
    chapter: str
    shown: str
    spoken: str
    reading: float

    @property
    def name(self) -> str:
        """How its recording is called, before the ending."""
        return f"{self.beat}.{self.number}"

    def waits(self, seconds: float) -> float:
        """How much longer its caption stays for a recording of that length than it would to be read; 0 if it need not.

        In tenths of a second, rounded up: of recordings that differ less, films are the same.
        """
        return max(0.0, math.ceil(round(10 * (seconds + BREATH - self.reading), 6)) / 10)

    def holds(self, seconds: float) -> float:
        """Seconds that its caption stays for a recording of that length."""
        return round(self.reading + self.waits(seconds), 3)


def lines(told: Script, found: Trace, language: str) -> list[Line]:
    """Of the question and every caption, in the film's order. Raises ScriptError."""
    captions = [(OPENING, told.title, [told.question])]
    captions += [(beat.id, beat.chapter, beat.captions) for beat in told.beats]
    return [
        _line(beat, number, script.fill(chapter[language], found), texts, found, language)
        for beat, chapter, every in captions for number, texts in enumerate(every, start=1)
    ]  # fmt: skip


def _line(beat: str, number: int, chapter: str, texts: dict[str, str], found: Trace, language: str) -> Line:
    source = texts[language]
    shown, spoken = script.fill(source, found), script.fill(script.spoken_in(texts, language), found)
    reading = style.reading_time(shown, script.formula_symbols(source))
    return Line(beat, number, chapter, script.unfolded(shown), script.unfolded(spoken), reading)


def digest_of(text: str) -> str:
    """Of what is to be said, however it is broken into lines."""
    return hashlib.sha256(" ".join(text.split()).encode()).hexdigest()
