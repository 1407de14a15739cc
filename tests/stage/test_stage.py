"""Beats and films are as long as a viewer can follow, in every language.

A film is played for it only if it is another one than that whose frames were accepted.
"""

from __future__ import annotations

import pytest

from mathviz import engine
from mathviz.films.catalog import films
from mathviz.project import HOME, Project
from mathviz.snapshots import unplayed

BEAT, FILM = (4.0, 20.0), (60.0, 150.0)
"""Shortest and longest, in seconds."""

VERSIONS = [(film.stem, language) for film in films(Project(HOME)) for language in film.script.languages]


class Clock:
    """Notes how long each beat of a rehearsal lasts."""

    def __init__(self) -> None:
        self.began: dict[str, float] = {}
        self.lasted: dict[str, float] = {}

    def beat_begins(self, beat: str) -> None:
        self.began[beat] = self.scene.time

    def caption(self, text: str) -> None: ...

    def beat_ends(self, beat: str) -> None:
        self.lasted[beat] = self.scene.time - self.began[beat]


@pytest.mark.parametrize(
    ("stem", "language"),
    [pytest.param(*each, marks=[pytest.mark.slow] if each[1] == "zh" else []) for each in VERSIONS],
)
def test_beats_and_films_have_their_length(manim: None, stem: str, language: str) -> None:
    lasted = unplayed.lengths(Project(HOME), stem, language) or rehearsed(stem, language)
    wrong = {beat: round(t, 1) for beat, t in lasted.items() if not BEAT[0] <= t <= BEAT[1]}
    assert not wrong, f"beats must last {BEAT[0]:.0f} to {BEAT[1]:.0f} s: {wrong}"
    assert FILM[0] <= sum(lasted.values()) <= FILM[1]


def rehearsed(stem: str, language: str) -> dict[str, float]:
    """How long each beat lasts, by playing the film."""
    clock = Clock()
    kind = engine.scene_class(HOME / "scenes" / f"{stem}.py")
    clock.scene = engine.make_scene(kind, skip_animations=True, language=language, watcher=clock)
    engine.draw(clock.scene, engine._Nowhere())
    lasted = {beat: float(seconds) for beat, seconds in clock.lasted.items()}
    assert sum(lasted.values()) == pytest.approx(clock.scene.time)
    return lasted
