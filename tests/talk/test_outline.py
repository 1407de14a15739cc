"""Where a talk pauses, to the frame; and what it is refused for, with the command that helps."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

import pytest
from tiny_project import TinyProject

from mathviz.project.errors import FilmDamaged, NotFound
from mathviz.render import manifest
from mathviz.talk.outline import outline


def pauses(made: TinyProject, pause: str, *stems: str) -> list[tuple[int, int, int, int, bool]]:
    talk = outline(made.project, list(stems), "en", pause=pause)
    return [(step.film, step.beat, step.first, step.end, step.loop) for step in talk.steps]


def test_beats_follow_each_other_without_a_gap_and_so_do_films(spoken: TinyProject) -> None:
    film = [(0, 0, 7, False), (1, 7, 15, True), (2, 15, 29, False)]
    assert pauses(spoken, "beat", "tiny", "tiny") == [(at, *step) for at in (0, 1) for step in film]


def test_a_caption_that_gives_way_to_another_within_its_beat_is_a_pause(rendered: TinyProject) -> None:
    captions = rendered.films / "tiny.en.vtt"
    times = [(0, 3.5), (3.5, 5), (5, 6), (7.5, 14.5)]  # the second one of bars_grow is taken away before it ends
    cues = [f"{n}\n00:00:{a:06.3f} --> 00:00:{b:06.3f} line:0\ntext" for n, (a, b) in enumerate(times, start=1)]
    captions.write_text("\n\n".join(["WEBVTT", *cues]) + "\n", encoding="utf-8")
    path = rendered.films / "tiny.en.json"
    about = json.loads(path.read_text(encoding="utf-8"))
    about["files"][captions.name] = hashlib.sha256(captions.read_bytes()).hexdigest()
    path.write_bytes(manifest.written(about))
    assert [step[2:4] for step in pauses(rendered, "caption", "tiny")] == [(0, 7), (7, 10), (10, 15), (15, 29)]
    assert [step[2:4] for step in pauses(rendered, "beat", "tiny")] == [(0, 7), (7, 15), (15, 29)]


@pytest.mark.parametrize(
    ("wish", "says"),
    [({"stems": ["tniy"]}, "There is no film 'tniy'. Closest: tiny"),
     ({"language": "fr"}, "There is no language 'fr'"),
     ({"theme": "light"}, "tiny is not rendered in 'en', light. Render it: "
                          "mathviz render tiny --lang en --theme light"),
     ({"theme": "lihgt"}, "There is no theme 'lihgt'. Closest: light"),
     ({"quality": "4k"}, "tiny.en is rendered at 854×480, which is not 4k. Render it: "
                         "mathviz render tiny --lang en --quality 4k"),
     ({"quality": "hihg"}, "There is no quality 'hihg'. Closest: high"),
     ({"pause": "beats"}, "There is no pause 'beats'. Closest: beat")],
)  # fmt: skip
def test_what_is_not_there_is_answered_with_the_next_command(
    spoken: TinyProject, wish: dict[str, str], says: str
) -> None:
    with pytest.raises(NotFound, match=re.escape(says)):
        outline(spoken.project, **{"stems": ["tiny"], "language": "en", **wish})


def test_a_damaged_film_is_not_shown_and_nothing_is_left(rendered: TinyProject, tmp_path: Path) -> None:
    (rendered.films / "tiny.en.mp4").write_bytes(b"other")
    with pytest.raises(FilmDamaged, match=r"tiny\.en\.mp4 is not the file"):
        outline(rendered.project, ["tiny"], "en")
    done = rendered.run("slides", "tiny", "--out", str(tmp_path / "talks"))
    assert done.returncode == 1 and "Render it again: mathviz render tiny" in done.stderr
    assert not (tmp_path / "talks").exists()
