"""What is to be said, and for how long its caption stays."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tiny_project import TinyProject

from mathviz.films import script
from mathviz.project.errors import ScriptError
from mathviz.voice.lines import BREATH, Line, digest_of, lines

LEAVE = "{en: They leave, zh: 离开}"


@given(st.floats(0, 100), st.floats(2, 20))
def test_a_caption_stays_for_the_reader_or_the_voice_whichever_takes_longer(seconds: float, reading: float) -> None:
    line = Line("rise", 1, "", "", "", reading)
    needed = max(reading, seconds + BREATH)
    assert needed - 0.001 <= line.holds(seconds) <= needed + 0.101, "in tenths, rounded up"
    assert line.waits(seconds) == pytest.approx(line.holds(seconds) - reading, abs=0.001)


def test_lines_are_the_question_and_every_caption(tiny: TinyProject) -> None:
    """What is spoken is the caption, unless the script has it otherwise; numbers come from the trace in both."""
    tiny.edit("scenes/tiny.yaml", LEAVE, LEAVE.replace("离开", '离开, spoken: {en: "All {bars} leave"}'))
    tiny.edit("scenes/tiny.yaml", '"{bars} bars <grow>"', '"$x_{{bars}}$ <grow>"')
    told = script.read(tiny.project.scenes / "tiny.yaml")
    from tiny_concept import measure

    found = lines(told, measure(), "en")
    assert [line.name for line in found] == ["question.1", "bars_grow.1", "bars_leave.1"]
    assert [line.spoken for line in found] == ["How high?", "x₃ <grow>", "All 3 leave"]
    assert found[2].shown == "They leave" and found[2].chapter == "The end"
    assert lines(told, measure(), "zh")[2].spoken == "离开"


@pytest.mark.parametrize(
    ("spoken", "says"),
    [
        ("{fr: Ils partent}", "spoken has fr, which the caption has not"), ("[They]", "spoken needs language → text"),
        ('{en: "{a b}"}', "{a b} is no plain name"), ('{en: ""}', "spoken needs language → text"),
        ("{en: $x_$}", "spoken: $x_$"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_spoken_words_is_told_with_its_line(tiny: TinyProject, spoken: str, says: str) -> None:
    tiny.edit("scenes/tiny.yaml", LEAVE, LEAVE.replace("离开", f"离开, spoken: {spoken}"))
    with pytest.raises(ScriptError) as raised:
        script.read(tiny.project.scenes / "tiny.yaml")
    assert "tiny.yaml:15: beats.1.captions.0" in str(raised.value) and says in str(raised.value)


def test_spoken_words_that_the_trace_cannot_fill_are_told(tiny: TinyProject) -> None:
    tiny.edit("scenes/tiny.yaml", LEAVE, LEAVE.replace("离开", '离开, spoken: {en: "{nobody} leaves"}'))
    path = tiny.project.scenes / "tiny.yaml"
    from tiny_concept import measure

    with pytest.raises(ScriptError, match=r"tiny\.yaml:15: .*the trace has no nobody"):
        script.try_filling(script.read(path), path, measure())


def test_a_silent_film_does_not_know_what_is_spoken(tiny: TinyProject, tmp_path: Path) -> None:
    path = tiny.project.scenes / "tiny.yaml"
    before = script.digest_in(path, "en")
    tiny.edit("scenes/tiny.yaml", LEAVE, LEAVE.replace("离开", "离开, spoken: {en: Gone}"))
    assert script.digest_in(path, "en") == before
    tiny.edit("scenes/tiny.yaml", "They leave", "They go")
    assert script.digest_in(path, "en") != before


def test_how_a_text_is_broken_into_lines_is_not_said() -> None:
    assert digest_of("three\n bars") == digest_of("three bars") != digest_of("threebars")
