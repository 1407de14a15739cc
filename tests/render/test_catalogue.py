"""In a catalogue where nothing changed nothing is done, and where a word changed, what shows it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from catalogue_of_copies import OPTIONS, make


@pytest.mark.slow
def test_one_caption_of_one_film_costs_one_beat_of_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(tmp_path / "many"))
    project = make(tmp_path / "many", 6)
    done = project.run("render", *OPTIONS, "--json")
    films = json.loads(done.stdout)
    assert len(films) == 24 and all(film["unchanged"] for film in films), done.stderr
    project.edit("scenes/copy_03.yaml", "en: They leave", "en: They go")
    done = project.run("render", *OPTIONS, "--json", limit=300)
    films = {film["name"]: film for film in json.loads(done.stdout)}
    changed = {name for name, film in films.items() if not film["unchanged"]}
    assert changed == {"copy_03.en", "copy_03.en.light"}, "a film in another language says what it said"
    assert {name: film["drawn"] for name, film in films.items() if film["drawn"]} == {
        "copy_03.en": ["bars_leave"], "copy_03.en.light": ["bars_leave"],
    }  # fmt: skip
    done = project.run("list", "-q")
    assert len(done.stdout.split()) == 6
