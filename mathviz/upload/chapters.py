"""Beats as the chapters that YouTube and bilibili make of lines with times."""

from __future__ import annotations

from dataclasses import dataclass

from mathviz.films.script import OPENING
from mathviz.gallery.films import Beat

SHORTEST, FEWEST = 10, 3
"""Seconds of a chapter, and how many there must be: with less YouTube shows none."""


@dataclass(frozen=True)
class Chapter:
    """A title, and the whole second at which it begins."""

    start: int
    title: str

    @property
    def line(self) -> str:
        """As a description has it: hours only where there are some."""
        minutes, seconds = divmod(self.start, 60)
        hours, minutes = divmod(minutes, 60)
        return f"{hours}:{minutes:02}:{seconds:02} {self.title}" if hours else f"{minutes}:{seconds:02} {self.title}"


def chapters(beats: list[Beat], duration: float) -> list[Chapter]:
    """Beats in order, short ones together with the next, or the last with the one before. None if they are too few.

    The opening, which has the film's title, gives no name to what it is put together with.
    """
    starts = [int(beat.start) for beat in beats]
    groups: list[tuple[int, list[Beat]]] = []
    for beat, start in zip(beats, starts, strict=True):
        if groups and start - groups[-1][0] < SHORTEST:
            groups[-1][1].append(beat)
        else:
            groups.append((start, [beat]))
    if len(groups) > 1 and int(duration) - groups[-1][0] < SHORTEST:
        _, last = groups.pop()
        groups[-1][1].extend(last)
    found = [Chapter(start, _title(together)) for start, together in groups]
    return found if len(found) >= FEWEST else []


def _title(beats: list[Beat]) -> str:
    named = [beat.chapter for beat in beats if beat.id != OPENING] or [beats[0].chapter]
    return " · ".join(dict.fromkeys(" ".join(name.split()) for name in named))
