"""A narrated film: its pictures are the silent one's but where a caption waits, and its voice is where captions are."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sounds_made import heard, tone
from tiny_project import BEATS, TinyProject
from typer.testing import CliRunner

from mathviz import engine
from mathviz.cli import app
from mathviz.voice.lines import LEAD

LOW = ("--lang", "en", "--quality", "low", "--fps", "2")


def rendered_film(tiny: TinyProject, *options: str) -> dict[str, Any]:
    done = tiny.run("render", "tiny", *LOW, *options, "--json")
    assert done.returncode == 0, done.stderr
    (film,) = json.loads(done.stdout)
    return {**film, "said": done.stderr, "about": json.loads(Path(film["film"]).with_suffix(".json").read_text())}


def record(tiny: TinyProject, *seconds: float, pitch: float = 440.0) -> None:
    for beat, length in zip(BEATS, seconds, strict=True):
        tone(tiny.root / "voice" / "tiny" / "en" / f"{beat}.1.wav", length, pitch=pitch)


def test_a_voice_is_added_to_the_pictures_that_are_there(rendered: TinyProject) -> None:
    """Nothing is drawn where no line takes longer to say than to read. The silent film stays to the byte."""
    record(rendered, 1.0, 1.5, 0.5)
    before = rendered.contents()
    film = rendered_film(rendered, "--voice")
    assert film["name"] == "tiny.en.voice-over" and film["drawn"] == []
    after = rendered.contents()
    assert {name: after[name] for name in before} == before
    sound = film["about"]["sound"]
    assert sound["loudness"] == pytest.approx(-16, abs=1) and sound["peak"] < -1
    assert sound["voice"]["bars_grow.1"]["file"] == "bars_grow.1.wav"
    loud, captions = np.abs(heard(Path(film["film"]))), (rendered.films / "tiny.en.voice-over.vtt").read_text()
    starts = [float(line[6:12]) for line in captions.splitlines() if "-->" in line]
    assert len(starts) == 3 and captions == (rendered.films / "tiny.en.vtt").read_text()
    for start, length in zip(starts, (1.0, 1.5, 0.5), strict=True):
        begin = start + LEAD
        moments = begin, begin + length + 0.1
        inside, outside = (loud[round(at * 8000) : round((at + 0.2) * 8000)].max() for at in moments)
        assert inside > 0.1 and outside < 0.01, "each line begins with its caption, and is over when it is"


def test_a_film_that_is_not_all_recorded_is_refused_with_all_that_lacks(rendered: TinyProject) -> None:
    tone(rendered.root / "voice" / "tiny" / "en" / "bars_grow.1.wav", 1.0)
    done = rendered.run("render", "tiny", *LOW, "--voice")
    assert done.returncode == 1 and not list(rendered.films.glob("*voice-over*"))
    for name in ("question.1", "bars_leave.1"):
        assert f"tiny.en: {name}: “" in done.stderr and "mathviz voice tiny --lang en --with" in done.stderr


@pytest.mark.parametrize("options", [["--no-captions"], ["--loudness", "-14"], ["--voice", "--webm"]])
def test_options_that_contradict_each_other(rendered: TinyProject, options: list[str]) -> None:
    done = CliRunner().invoke(app, ["render", "tiny", *LOW, *options])
    assert done.exit_code == 2 and "--voice" in done.output


def test_captions_wait_for_the_voice_and_may_be_unseen(manim: None, rendered: TinyProject) -> None:
    """The clock of the film of ten: as long as it takes to say it, to the half second by which captions wait."""
    kind = engine.scene_class(rendered.root / "scenes" / "tiny.py")
    plain, waiting, unseen = (
        engine.rehearse(kind, language="en", **options).clock
        for options in ({}, {"holds": {"question.1": 1.0, "bars_leave.1": 12.3}}, {"captioned": False})
    )
    reading = 2.5
    assert waiting - plain == 12.5 - reading and unseen == plain


@pytest.mark.slow
def test_a_line_that_takes_longer_costs_its_beat_and_one_of_equal_length_nothing(rendered: TinyProject) -> None:
    record(rendered, 1.0, 6.0, 0.5)
    film = rendered_film(rendered, "--voice")
    assert film["drawn"] == ["bars_grow"] and "takes 6.0 s to say and 2.8 s to read" in film["said"]
    silent = json.loads((rendered.films / "tiny.en.json").read_text())
    longer = film["about"]["duration"] - silent["duration"]
    assert 3.5 <= longer <= 4.5, "6 s and a breath, not 2.8 s, to the half second"
    record(rendered, 1.0, 6.0, 0.5, pitch=880.0)
    again = rendered_film(rendered, "--voice")
    assert again["drawn"] == [] and not again["unchanged"], "another voice, the same pictures"
    assert rendered_film(rendered, "--voice")["unchanged"]
    record(rendered, 1.0, 9.0, 0.5, pitch=880.0)
    assert rendered_film(rendered, "--voice")["drawn"] == ["bars_grow"]


@pytest.mark.slow
def test_without_captions_in_the_picture_the_vtt_has_them(rendered: TinyProject) -> None:
    record(rendered, 1.0, 1.5, 0.5)
    film = rendered_film(rendered, "--voice", "--no-captions")
    assert film["name"] == "tiny.en.voice-over.no-captions" and film["drawn"] == ["bars_grow", "bars_leave"]
    captions = (rendered.films / "tiny.en.voice-over.no-captions.vtt").read_text()
    silent = (rendered.films / "tiny.en.vtt").read_text()
    assert captions == silent.replace(" line:0", ""), "and players show them below"
    assert film["about"]["sound"]["captions in the picture"] is False


@pytest.mark.slow
def test_music_begins_and_ends_where_the_scene_says_whoever_draws_its_beats(rendered: TinyProject) -> None:
    """From the middle of one beat to that of the next, though no worker draws both; and softly with the film."""
    tone(rendered.root / "music.wav", 60.0)
    scene = rendered.root / "scenes" / "tiny.py"
    text = scene.read_text()
    grow, leave = "*(GrowFromEdge", "self.play(FadeOut(self.bars)"
    begins, ends = 'self.add_sound("music.wav", time_offset=0.5)', "self.end_sounds(0.2)"
    text = text.replace(f"self.play({grow}", f"{begins}\n        self.play({grow}")
    scene.write_text(text.replace(leave, f"{ends}\n        {leave}"))
    film = rendered_film(rendered)
    starts = {beat["id"]: beat["start"] for beat in film["about"]["beats"]}
    loud = np.abs(heard(Path(film["film"])))
    moments = np.arange(0, film["frames"] / 2 - 0.2, 0.1)
    levels = [loud[round(at * 8000) : round((at + 0.2) * 8000)].max() for at in moments]
    on = [at / 10 for at, level in enumerate(levels) if level > 0.02]
    assert starts["bars_grow"] < on[0] + 0.3 and on[0] <= starts["bars_grow"] + 2.1
    assert starts["bars_leave"] <= on[-1] <= starts["bars_leave"] + 2.1 < film["about"]["duration"] - 1
    scene.write_text(scene.read_text().replace(ends, "pass"))
    film = rendered_film(rendered)
    assert film["drawn"] == [] and len(heard(Path(film["film"]))) / 8000 == pytest.approx(film["frames"] / 2, abs=0.1)
