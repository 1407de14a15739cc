"""Whose recording speaks which caption, and what is told of those that lack or do not fit."""

from __future__ import annotations

import json
import shutil
import signal
from pathlib import Path

import pytest
from sounds_made import tone
from tiny_project import TinyProject, wait_for

from mathviz.project.errors import MathvizError, NotFound, ToolFailed, ToolMissing
from mathviz.voice import making, recordings, sheet
from mathviz.voice.recordings import Narration

ESPEAK = "espeak-ng -v {language} --stdout"


def look(tiny: TinyProject, language: str = "en") -> Narration:
    return recordings.look(tiny.project, "tiny", language, lambda line: None)


def told(narration: Narration) -> dict[str, list[str]]:
    """Kind of finding → whose."""
    found: dict[str, list[str]] = {}
    for each in narration.findings:
        found.setdefault(each.kind, []).append(each.where)
    return found


def test_everything_that_lacks_or_does_not_fit_is_told(rendered: TinyProject) -> None:
    folder = rendered.root / "voice" / "tiny" / "en"
    assert told(look(rendered)) == {"missing": ["question.1", "bars_grow.1", "bars_leave.1"]}
    tone(folder / "question.1.mp3", 0.8)
    tone(folder / "bars_grow.1.wav", 9.0)
    tone(folder / "bars_grow.1.flac", 1.0)
    tone(folder / "bars_grow.2.wav", 1.0)
    tone(folder / "bars_gorw.1.wav", 1.0)
    (folder / "bars_leave.1.wav").write_bytes(tone(folder / "part.wav", 1.0).read_bytes()[:9000])
    (folder / "part.wav").rename(folder / "take two.wav")
    (folder / "notes.txt").write_text("softer")
    tone(folder.parent / "fr" / "question.1.wav", 1.0)
    found = look(rendered)
    assert told(found) == {
        "language": ["fr"], "twice": ["bars_grow.1.wav"], "damaged": ["bars_leave.1.wav"],
        "stray": ["bars_gorw.1.wav", "bars_grow.2.wav", "notes.txt", "take two.wav"],
    }  # fmt: skip
    words = [str(each) for each in found.findings]
    assert any("no beat 'bars_gorw'; there are question, bars_grow, bars_leave" in each for each in words)
    assert any("no caption 2 in bars_grow, which has 1" in each for each in words)
    (folder / "bars_grow.1.flac").unlink()
    (long,) = [each for each in look(rendered).findings if each.kind == "long"]
    assert long.level == recordings.NOTE
    assert "takes 9.0 s to say and 2.8 s to read: the picture waits 6.8 s" in long.says


def test_a_recording_whose_words_changed_is_told_with_both_until_it_is_accepted(rendered: TinyProject) -> None:
    folder = rendered.root / "voice" / "tiny" / "en"
    for name in ("question.1", "bars_grow.1", "bars_leave.1"):
        tone(folder / f"{name}.wav", 1.0)
    assert told(look(rendered)) == {}
    rendered.edit("scenes/tiny.yaml", "en: They leave", "en: They go")
    (changed,) = look(rendered).findings
    assert changed.where == "bars_leave.1.wav" and "“They leave”, and the film says “They go” now" in changed.says
    assert "mathviz voice tiny --lang en --accept" in changed.todo
    assert recordings.accept(look(rendered)) == ["bars_leave.1"] and told(look(rendered)) == {}
    rendered.edit("scenes/tiny.yaml", "en: They go", "en: They are gone")
    tone(folder / "bars_leave.1.wav", 1.5)
    assert told(look(rendered)) == {}, "recorded again, for what the film says now"


def test_what_was_read_from_is_what_was_recorded(rendered: TinyProject) -> None:
    """The script is written, the caption is changed, then the recording of what stood in the script arrives."""
    path = sheet.write(look(rendered))
    assert "> 3 bars \\<grow\\>" in path.read_text() and path.name == "script.md"
    rendered.edit("scenes/tiny.yaml", '"{bars} bars <grow>"', '"{bars} bars rise"')
    tone(path.parent / "bars_grow.1.wav", 1.0)
    assert told(look(rendered))["changed"] == ["bars_grow.1.wav"]


def test_a_program_speaks_each_line_once_and_an_authors_own_wins(rendered: TinyProject) -> None:
    def make(command: str) -> list[str]:
        found = look(rendered)
        own = {name for name, each in found.found.items() if not each.origin}
        lines = [line for line in found.lines if line.name not in own]
        return making.make(rendered.project, "tiny", "en", lines, command, lambda line: None)

    assert make(ESPEAK) == ["question.1", "bars_grow.1", "bars_leave.1"] and make(ESPEAK) == []
    found = look(rendered)
    assert told(found) == {} and {each.origin for each in found.found.values()} == {"espeak-ng -v en --stdout"}
    rendered.edit("scenes/tiny.yaml", "en: They leave", "en: They go")
    assert told(look(rendered)) == {"changed": ["bars_leave.1"]}
    assert "espeak-ng -v en --stdout" in look(rendered).findings[0].todo
    tone(rendered.root / "voice" / "tiny" / "en" / "bars_leave.1.wav", 1.0)
    assert told(look(rendered)) == {} and look(rendered).found["bars_leave.1"].origin == ""
    assert make(ESPEAK) == [], "nothing is made of what the author has recorded"
    made = look(rendered).found["question.1"].path
    made.write_bytes(made.read_bytes()[:200])
    assert told(look(rendered)) == {"damaged": ["question.1"]}
    assert make(ESPEAK) == ["question.1"] and told(look(rendered)) == {}


@pytest.mark.parametrize(
    ("command", "error", "says"),
    [
        ("no-such-program -x", ToolMissing, "there is no program 'no-such-program'"),
        ("espeak-ng -v xx --stdout", ToolFailed, "voice does not exist"),
        ("cat", ToolFailed, "no sound came of “How high"),
        ("true", ToolFailed, "it wrote nothing. A wav goes to standard output"), ("'", MathvizError, "is no command"),
        ("sh -c 'cat > {wav}'", ToolFailed, "A wav goes to {wav}"),
    ],
)  # fmt: skip
def test_a_program_that_does_not_speak_leaves_nothing(
    rendered_once: TinyProject, tmp_path: Path, command: str, error: type[Exception], says: str
) -> None:
    found = look(rendered_once)
    with pytest.raises(error, match=says):
        making.make(rendered_once.project, "tiny", "zh", found.lines, command, lambda line: None)
    assert not list((rendered_once.project.cache / "voice").glob("made/*/*"))
    shutil.rmtree(rendered_once.project.cache / "voice", ignore_errors=True)


def test_the_command_lists_makes_and_fails_where_something_does_not_fit(rendered: TinyProject) -> None:
    done = rendered.run("voice", "tiny", "--lang", "zh", "--with", "espeak-ng -w {wav} -v {language}", "--json")
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert [line["made_with"] for line in said["lines"]] == ["espeak-ng -w {wav} -v zh"] * 3
    assert Path(said["script"]).is_file() and all(0.3 < line["seconds"] < 3 for line in said["lines"])
    rendered.edit("scenes/tiny.yaml", "zh: 离开", "zh: 走了")
    done = rendered.run("voice", "tiny", "--lang", "zh")
    assert done.returncode == 1 and "它" not in done.stdout and "“离开”, and the film says “走了” now" in done.stdout


def test_a_language_that_the_film_has_not_is_told(rendered_once: TinyProject) -> None:
    with pytest.raises(NotFound, match="no language 'fr'"):
        look(rendered_once, "fr")


@pytest.mark.slow
def test_an_interrupt_ends_the_program_that_speaks_and_keeps_what_was_made(rendered: TinyProject) -> None:
    """The second line is never finished; a second command at the same film is refused meanwhile."""
    rendered.edit("scenes/tiny.yaml", "How high?", "Slowly")
    slowly = "sh -c 'read line; case $line in 3*) sleep 60;; esac; echo $line | espeak-ng --stdout'"
    making_it = rendered.start("voice", "tiny", "--lang", "en", "--with", slowly)
    made = rendered.root / "renders" / ".cache" / "voice" / "made"
    wait_for(lambda: len(list(made.glob("*/*.wav"))) == 1 and any("sleep" in each for each in rendered.processes()), 30,
             "the second line")  # fmt: skip
    other = rendered.run("voice", "tiny", "--lang", "en", "--with", ESPEAK)
    assert other.returncode == 1 and "Somebody else is at work" in other.stderr
    making_it.send_signal(signal.SIGINT)
    assert making_it.wait(20) == 130
    rendered.await_silence()
    assert len(list(made.glob("*/*"))) == 1 and not (rendered.root / "voice").exists()
    assert set(look(rendered).found) == {"question.1"}
