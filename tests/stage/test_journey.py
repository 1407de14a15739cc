"""The stage of a small film: text that stands still, exits, names, a cold open; drawn by the engine."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mathviz import engine
from mathviz.engine import seams
from mathviz.engine.stills import Moment, StillTaker
from mathviz.project.errors import StageError

SOURCE = Path(__file__).parent / "journey"
Film = Callable[..., type[Any]]


@pytest.fixture
def film(manim: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Film]:
    """The film in a folder of its own, with changes to its scene: pairs of what is there and what is put there."""
    monkeypatch.syspath_prepend(str(SOURCE))
    root = tmp_path / "journey"
    shutil.copytree(SOURCE, root, ignore=shutil.ignore_patterns("__pycache__"))

    def changed(*changes: tuple[str, str]) -> type[Any]:
        path = root / "scenes" / "journey.py"
        text = path.read_text(encoding="utf-8")
        for old, new in changes:
            assert text.count(old) == 1, old
            text = text.replace(old, new)
        path.write_text(text, encoding="utf-8")
        return engine.scene_class(path)

    yield changed
    sys.modules.pop("rings", None)


class Seams:
    """Notes what is on stage where each beat ends."""

    def __init__(self) -> None:
        self.states: dict[str, seams.State] = {}
        self.shown: dict[str, list[Any]] = {}
        self.captions: list[str] = []

    def beat_begins(self, beat: str) -> None: ...

    def caption(self, text: str) -> None:
        self.captions.append(text)

    def beat_ends(self, beat: str) -> None:
        state = seams.state(self.scene)
        self.states[beat] = [each for each in state if each[0] != "self.update_frame"]  # the engine's own
        self.shown[beat] = list(self.scene.mobjects)


def played(kind: type[Any], skipping: bool = True, theme: str = "dark") -> Seams:
    watcher = Seams()
    watcher.scene = engine.make_scene(kind, skip_animations=skipping, watcher=watcher, language="en", theme=theme)
    engine.perform(watcher.scene, lambda painter: None, drawing=False, skipping=skipping)
    return watcher


def still(kind: type[Any], *moments: Moment) -> list[np.ndarray]:
    return list(StillTaker(kind, list(moments), 30, language="en", theme="dark").take_all().values())


def test_beats_begin_and_end_alike_whether_played_or_skipped(film: Film) -> None:
    """The camera is part of it: manimgl's frame is among the things on screen."""
    kind = film()
    one, other = played(kind, skipping=True), played(kind, skipping=False)
    for beat, state in one.states.items():
        assert state == other.states[beat], beat
    assert len({dict(state)["self.frame"] for state in one.states.values()}) == 3, "no beat left the camera elsewhere"


def test_text_is_the_same_pixels_whatever_the_camera_does(film: Film) -> None:
    """Title and question over an empty world, from 60 times as near and 20 times as far, aslant and wide."""
    empty = ("self.play(FadeIn(self.rings), run_time=NORMAL)", "self.rings.set_opacity(0); self.add(self.rings)")
    quiet = ("self.always(self.floor)", "pass")
    kind = film(empty, quiet, ("self.cut(self.flat)", "self.cut(self.shot_to_test())"))
    drawn = []
    for test in (lambda s: s.flat, lambda s: s.flat.nearer(60), lambda s: s.flat.nearer(0.05),
                 lambda s: s.round.around(30, 20).nearer(3)):  # fmt: skip
        kind.shot_to_test = test
        drawn += still(kind, Moment("question", 1.5))
    assert (drawn[0] != drawn[0][0, 0]).any(axis=-1).sum() > 500, "there is no text"
    for picture in drawn[1:]:
        differ = picture != drawn[0]
        assert not differ.any(), f"{differ.any(axis=-1).sum()} pixels differ"


def test_what_is_not_kept_leaves_during_the_next_beats_first_motion(film: Film) -> None:
    shown = played(film())
    scene = shown.scene
    assert scene.rings in shown.shown["there_is_a_depth"] or set(scene.rings) <= set(shown.shown["there_is_a_depth"])
    last = shown.shown["one_is_left"]
    assert scene.rings[-1] in last and scene.floor in last, "kept, and always there"
    assert not set(last) & {scene.rings, *scene.rings[:-1], scene.name, scene.title}
    assert scene.caption_up is None and scene.low_scrim not in last, "the poster has no caption"


def test_text_is_drawn_over_its_scrims_and_these_over_the_world(film: Film) -> None:
    shown = played(film())
    scene, order = shown.scene, shown.shown["question"]
    places = [order.index(each) for each in (scene.floor, scene.low_scrim, scene.title)]
    assert places == sorted(places) and order.index(scene.top_scrim) < order.index(scene.title)


def test_captions_change_within_the_motion(film: Film) -> None:
    assert [text for text in played(film()).captions if text] == [
        "How many rings are there?", "Seen from above they are one.", "From the side they are 5.", "The others leave.",
    ]  # fmt: skip


def test_a_name_stays_at_its_object_while_both_move(film: Film) -> None:
    scene = played(film(("self.move(self.shot(HERO, self.rings[-1]), run_time=SLOW)", "self.wait(0.5)"))).scene
    top = scene.seen(scene.rings[-1])
    label = scene.name.get_center()
    assert label[0] == pytest.approx((top[:, 0].min() + top[:, 0].max()) / 2, abs=0.02)
    assert label[1] - scene.name.get_height() / 2 == pytest.approx(top[:, 1].max() + 0.15, abs=0.02)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (("self.keep(self.rings)\n        self.move", "self.keep(self.name)\n        self.move"),
         r"journey.py:35: beat there_is_a_depth: keep: self.name is not on stage"),
        (("self.move(self.round, run_time=SLOW)", "self.move(self.round.nearer(4), run_time=SLOW)"), ""),
        (("self.rings[-1].animate.shift(RIGHT)", "self.rings[-1].animate.shift(9 * RIGHT)"),
         r"journey.py:39: beat there_is_a_depth: the shot leaves its subject Group out of frame: it is seen at x "),
        (("self.play(FadeIn(self.rings), run_time=NORMAL)", "self.wait(3)\n        self.play(FadeIn(self.rings))"),
         r"beat question: a cold open shows its picture within the first second; here it appears only after 3"),
    ],
    ids=["kept but never shown", "pushed in on purpose", "subject out of frame", "late picture"],
)  # fmt: skip
def test_what_cannot_be_shown_is_told_with_beat_and_line(film: Film, change: tuple[str, str], says: str) -> None:
    always = [("self.always(self.floor)", "pass")] if "late" in says or "second" in says else []
    kind = film(change, *always)
    if not says:
        played(kind)
        return
    with pytest.raises(StageError, match=says):
        played(kind)


GATHERED = (
    "        self.move(self.shot(HERO, self.rings[-1]), run_time=SLOW)",
    """        law = self.law("height")
        self.play(self.gathering(law, {"z_k": self.rings[-1], "h": self.rings.get_center()}), run_time=SLOW)
        assert law.is_fixed_in_frame() and law in self.mobjects""",
)


def test_symbols_gather_from_what_they_name(film: Film) -> None:
    kind = film(GATHERED)
    one, other = played(kind, skipping=True), played(kind, skipping=False)
    assert one.states == other.states


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        ('self.law("height")', 'self.law("heights")', "There is no formula 'heights'. Closest: height."),
        ('"z_k": self.rings[-1]', '"z_m": self.rings[-1]', "the symbol z_k names something, but comes from no object"),
        ('"h": ', '"x": self.rings[0], "h": ', "There is no symbol 'x'. There are: h, z_k."),
    ],
    ids=["no such formula", "from no object", "no such symbol"],
)
def test_a_symbol_that_names_nothing_is_told_with_its_beat(film: Film, before: str, after: str, says: str) -> None:
    with pytest.raises(StageError) as caught:
        played(film((GATHERED[0], GATHERED[1].replace(before, after))))
    assert "journey.py:" in str(caught.value) and "beat one_is_left" in str(caught.value) and says in str(caught.value)


@pytest.mark.slow
def test_every_frame_is_what_manimgl_draws_by_itself(tmp_path: Path) -> None:
    """Text that stands still, exits, names and shots are plain manimgl's; the engine only draws less."""
    from test_exact import Drawn, draw_both

    root = tmp_path / "journey"
    shutil.copytree(SOURCE, root, ignore=shutil.ignore_patterns("__pycache__"))
    draw_both(root / "scenes" / "journey.py", ["Journey"], "323x181", tmp_path)
    drawn = Drawn.read(tmp_path, "Journey")
    drawn.require_equal()
    assert drawn.tallies["stock"] == 0 and len(set(drawn.engine)) > 100
