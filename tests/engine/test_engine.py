"""What is drawn alone is what the film shows, rehearsals are as long as films, and failures say why."""

from __future__ import annotations

import gc
import hashlib
import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from numpy import ndarray
from PIL import Image
from tiny_project import BEATS, TinyProject

from mathviz import engine
from mathviz.engine import seams, stills
from mathviz.engine.stills import Moment
from mathviz.engine.trust import Unsure
from mathviz.project import HOME
from mathviz.project.errors import NotFound, RenderFailed

SIZE, FPS = (854, 480), 30


@dataclass
class Keeper:
    """Watches a film being played: every beat's last frame, some frames inside, and all of them counted."""

    inside: set[Moment] = field(default_factory=set)
    kept: dict[Moment, ndarray] = field(default_factory=dict)
    frames: int = 0
    beat: str = ""
    first: int = 0

    def beat_begins(self, beat: str) -> None:
        self.beat, self.first = beat, self.frames

    def caption(self, text: str) -> None: ...

    def take(self, rgba: memoryview) -> None:
        self.frames += 1
        self.last = rgba
        moment = Moment(self.beat, (self.frames - self.first) / FPS)
        if moment in self.inside:
            self.kept[moment] = engine.as_image(rgba, *SIZE)

    def beat_ends(self, beat: str) -> None:
        self.kept[Moment(beat)] = engine.as_image(self.last, *SIZE)


def played(scene: Path, inside: set[Moment], **options: str) -> Keeper:
    keeper = Keeper(inside)
    engine.draw(engine.make_scene(engine.scene_class(scene), watcher=keeper, **options), keeper)
    return keeper


def skipped_to(scene: Path, moments: list[Moment], **options: str) -> dict[Moment, ndarray]:
    return stills.StillTaker(engine.scene_class(scene), moments, FPS, **options).take_all()


def require_equal(stills: dict[Moment, ndarray], frames: dict[Moment, ndarray]) -> None:
    assert stills.keys() == frames.keys()
    different = {m: int((stills[m] != frames[m]).any(axis=-1).sum()) for m in stills}
    assert not any(different.values()), f"pixels that differ: {different}"


@pytest.fixture
def scene(manim: None, tiny: TinyProject) -> Path:
    return tiny.root / "scenes" / "tiny.py"


def test_skipping_to_a_frame_gives_the_frame_that_playing_gives(scene: Path) -> None:
    inside = {Moment("bars_grow", after) for after in (1 / FPS, 0.5, 1.0)} | {Moment("bars_leave", 3.0)}
    film = played(scene, inside, language="en", theme="dark")
    assert film.kept.keys() == inside | {Moment(beat) for beat in BEATS}
    require_equal(skipped_to(scene, list(film.kept), language="en", theme="dark"), film.kept)
    half_way = film.kept[Moment("bars_grow", 0.5)]
    assert (half_way != film.kept[Moment("bars_grow", 1.0)]).any(), "both moments show the same picture"


def test_one_still_alone_is_the_same_as_among_others(scene: Path) -> None:
    several = [Moment("bars_grow", 0.5), Moment("bars_grow"), Moment("bars_leave")]
    together = skipped_to(scene, several)
    alone = {moment: skipped_to(scene, [moment])[moment] for moment in several}
    require_equal(alone, together)


def test_any_moment_can_be_the_first_that_is_drawn(scene: Path) -> None:
    """Also one in the middle of a wait, where nothing has changed since a frame that was not drawn."""
    moments = [Moment("bars_grow", 7 * count / FPS) for count in range(1, 13)]
    film = played(scene, set(moments))
    require_equal({moment: skipped_to(scene, [moment])[moment] for moment in moments},
                  {moment: film.kept[moment] for moment in moments})  # fmt: skip


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_rehearsal_is_as_long_as_the_film(scene: Path, language: str) -> None:
    length = engine.rehearse(engine.scene_class(scene), language=language).time
    assert round(length * FPS) == played(scene, set(), language=language).frames > 100


class Digests:
    """The SHA-256 of every frame, in order."""

    def __init__(self) -> None:
        self.frames: list[str] = []

    def take(self, rgba: memoryview) -> None:
        self.frames.append(hashlib.sha256(rgba).hexdigest())


MOVES_WHILE_WAITING = """
from manimlib import RIGHT, Circle, Scene, Square, VGroup


class Moves(Scene):
    def construct(self):
        pair = VGroup(Square(), Circle())
        self.add(pair)
        self.wait(0.5)
        pair[1].add_updater(lambda circle, dt: circle.shift(dt * RIGHT))
        self.wait(0.5)
        pair[1].clear_updaters()
        self.wait(0.5, stop_condition=lambda: pair[0].shift(0.1 * RIGHT).get_x() > 1)
        self.play(pair.animate.shift(RIGHT))
        self.wait(0.5)
"""


def unsure(painter: engine.Painter) -> None:
    """So that manimgl draws every frame itself."""
    raise Unsure


@pytest.mark.parametrize("moves", [False, True], ids=["film", "moves while it waits"])
def test_a_hold_drawn_once_gives_the_frames_that_drawing_each_gives(
    scene: Path, moves: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if moves:
        scene = tmp_path / "moves.py"
        scene.write_text(MOVES_WHILE_WAITING)
    kind = engine.scene_class(scene)
    once, each = Digests(), Digests()
    tallies = engine.draw(engine.make_scene(kind), once)
    assert 0 < tallies.unchanged < tallies.frames and tallies.stock == 0
    monkeypatch.setattr(engine.Painter, "_sure_of_camera", unsure)
    tallies = engine.draw(engine.make_scene(kind), each)
    assert tallies.stock == tallies.frames and once.frames == each.frames
    assert 10 < len(set(each.frames)) < len(each.frames)


@pytest.mark.slow
def test_ring_allreduce_skipped_is_ring_allreduce_played(manim: None) -> None:
    scene = HOME / "scenes" / "ring_allreduce.py"
    film = played(scene, set())
    require_equal(skipped_to(scene, list(film.kept)), film.kept)
    assert round(engine.rehearse(engine.scene_class(scene)).time * FPS) == film.frames


def test_the_hundredth_scene_of_a_process_is_drawn_as_the_first(manim: None) -> None:
    """manimgl confuses the programs of different OpenGL contexts, from about the 35th scene on."""
    from manimlib import Scene, Square

    class Filled(Scene):
        def construct(self) -> None:
            self.add(Square(fill_opacity=1, stroke_width=4))
            self.wait(1 / FPS)

    pictures = []
    for _ in range(100):
        keeper = Keeper()
        engine.draw(engine.make_scene(Filled), keeper)
        pictures.append(keeper.last)
    assert len(set(pictures[0])) > 2
    assert [picture == pictures[0] for picture in pictures] == [True] * 100


@pytest.mark.slow
def test_where_an_image_lies_is_not_what_a_scene_is(manim: None, tmp_path: Path) -> None:
    """Two workers of a cluster have the same image at different places."""
    from manimlib import ImageMobject

    def state_with(folder: str, colour: int) -> seams.State:
        (tmp_path / folder).mkdir()
        Image.fromarray(np.full((4, 4, 3), colour, np.uint8)).save(tmp_path / folder / "image.png")
        return seams.state(SimpleNamespace(mobjects=[ImageMobject(str(tmp_path / folder / "image.png"))]))

    here = state_with("here", 100)
    assert here == state_with("there", 100) and here != state_with("elsewhere", 101)


def test_what_a_scene_lets_go_of_is_freed(manim: None) -> None:
    """A number that is written anew in every frame leaves no buffer behind in OpenGL."""
    from manimlib import Scene, Square
    from OpenGL.GL import glIsBuffer

    class Passing(Scene):
        def construct(self) -> None:
            self.alive: list[int] = []
            for _ in range(60):
                square = Square()
                self.add(square)
                self.wait(1 / 30)
                self.remove(square)
                gc.collect()
                self.alive.append(sum(bool(glIsBuffer(name)) for name in range(2000)))

    scene = engine.make_scene(Passing)
    gc.collect()
    gc.freeze()  # what other tests keep is not looked through sixty times
    try:
        engine.perform(scene, lambda painter: None)
    finally:
        gc.unfreeze()
    assert max(scene.alive[30:]) <= max(scene.alive[:10])


def test_a_moment_after_the_beats_end_is_refused(scene: Path) -> None:
    with pytest.raises(NotFound, match=r"bars_grow is over after .* s, before the moment 99 s"):
        skipped_to(scene, [Moment("bars_grow", 99)])


def test_an_unknown_scene_is_answered_with_those_there_are(scene: Path) -> None:
    with pytest.raises(NotFound, match="has the scenes Tiny; asked for 'Tinny'"):
        engine.scene_class(scene, "Tinny")
    assert engine.scene_class(scene, "Tiny").__name__ == engine.scene_class(scene).__name__ == "Tiny"


def test_a_file_without_a_scene_is_refused(manim: None, tmp_path: Path) -> None:
    (tmp_path / "empty.py").write_text("")
    with pytest.raises(NotFound, match="has one scene; this one has none"):
        engine.scene_class(tmp_path / "empty.py")


def test_a_frame_is_turned_upright() -> None:
    rows = np.arange(3, dtype=np.uint8).repeat(2 * 4).reshape(3, 2, 4)
    assert engine.as_image(rows.tobytes(), 2, 3)[:, 0, 0].tolist() == [2, 1, 0]
    with pytest.raises(RenderFailed, match="23 bytes, not 2x3x4"):
        engine.as_image(rows.tobytes()[1:], 2, 3)


def test_frames_are_drawn_through_egl(manim: None) -> None:
    assert engine.renderer().keys() == {"renderer", "version"}
    assert "DISPLAY" not in os.environ or sys.modules["pyglet"].options["headless"]


def test_each_process_has_its_own_temporary_folder_and_removes_it() -> None:
    """Pango names its files by content, so two processes in one folder would share them."""
    program = (
        "import tempfile, json, pathlib\nfrom mathviz import engine\n"
        "engine.start(engine.Picture(160, 90))\n"
        "import manimlib\nprint(json.dumps([tempfile.gettempdir(), manimlib.config.manim_config.camera.fps]))"
    )
    two = [subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) for _ in range(2)]
    found = [json.loads(process.communicate(timeout=60)[0].splitlines()[-1]) for process in two]
    folders = {Path(folder) for folder, _ in found}
    assert len(folders) == 2 and not any(folder.exists() for folder in folders)
    assert [fps for _, fps in found] == [30, 30]


def test_a_scene_that_fails_costs_its_film_and_says_where(rendered: TinyProject) -> None:
    rendered.misbehave('raise ValueError("a bar fell over")')
    shutil.rmtree(rendered.films)
    done = rendered.run("render", "tiny", "--lang", "en", "--quality", "low", "--fps", "2")
    assert done.returncode == 1
    (line,) = [line for line in done.stderr.splitlines() if "was not rendered" in line]
    assert line == (
        f"mathviz: tiny.en was not rendered: {rendered.root}/scenes/tiny.py, line 30, in the beat bars_leave: "
        "ValueError: a bar fell over"
    )
    assert not rendered.contents() and not list(rendered.work.iterdir())
