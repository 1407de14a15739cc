"""Beats and films are as long as a viewer can follow, in every language."""

from __future__ import annotations

import pytest

from mathviz import engine
from mathviz.films.catalog import films
from mathviz.project import HOME, Project

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
    clock = Clock()
    kind = engine.scene_class(HOME / "scenes" / f"{stem}.py")
    clock.scene = engine.make_scene(kind, skip_animations=True, language=language, watcher=clock)
    engine.draw(clock.scene, engine._Nowhere())
    wrong = {beat: round(float(t), 1) for beat, t in clock.lasted.items() if not BEAT[0] <= t <= BEAT[1]}
    assert not wrong, f"beats must last {BEAT[0]:.0f} to {BEAT[1]:.0f} s: {wrong}"
    assert FILM[0] <= clock.scene.time <= FILM[1]
