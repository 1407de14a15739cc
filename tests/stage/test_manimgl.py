"""Films in manimgl itself: its own command, its own window, its own files, on a virtual display.

manimgl ends with status 0 whatever happens in a scene, so what it leaves is looked at, not its word.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import av
import numpy as np
import pytest
from numpy import ndarray
from PIL import Image
from tiny_project import TinyProject

from mathviz import engine
from mathviz.films import catalog
from mathviz.project import HOME, Project
from mathviz.snapshots import frames, references, unplayed
from mathviz.snapshots.frames import Snapshot

RING = HOME / "scenes" / "ring_allreduce.py"
TINY = Path("tiny") / "scenes" / "tiny.py"
MANIMGL = Path(sys.executable).with_name("manimgl")

PRESS = r"""
key=$1 shot=$2; shift 2
"$@" & process=$!
for _ in $(seq 300); do
    window=$(xdotool search --onlyvisible --name "$NAME" 2>/dev/null | head -n 1)
    [ -n "$window" ] && break
    kill -0 $process 2>/dev/null || break
    sleep 0.1
done
[ -n "$window" ] || { echo "there was no window"; kill $process; exit 90; }
sleep 1.5
ffmpeg -v error -y -f x11grab -i "$DISPLAY" -frames:v 1 "$shot"
kill -0 $process || { echo "the window closed by itself"; exit 91; }
for _ in $(seq 40); do
    kill -0 $process 2>/dev/null || break
    xdotool windowfocus "$window" key "$key" 2>/dev/null
    sleep 0.25
done
if kill -0 $process 2>/dev/null; then echo "the key did not close the window"; kill $process; exit 92; fi
wait $process
"""
"""Starts a command, waits for its window, takes a picture of the display, and presses a key until it is gone."""


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home folder as new as a new user's, and a place to work that is not the project."""
    missing = [program for program in ("xvfb-run", "xauth", "xdotool") if not shutil.which(program)]
    if missing:
        pytest.fail(f"{', '.join(missing)} missing. Install: apt-get install xvfb xauth xdotool")
    desk = tmp_path_factory.mktemp("desk")
    (desk / "home").mkdir()
    TinyProject.make(desk / "tiny")
    return desk


def manimgl(
    desk: Path, *arguments: object, key: str = "", shot: Path | None = None, limit: float = 120, **environment: str
) -> str:  # fmt: skip
    """Run manimgl on a virtual display; with a key, in its window until the key closes it. Returns what it said."""
    command = [str(MANIMGL), *map(str, arguments)]
    if key:
        command = ["bash", "-c", PRESS, "press", key, str(shot), *command]
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("MATHVIZ", "DISPLAY", "PYGLET"))}
    done = subprocess.run(
        ["xvfb-run", "-a", "-s", "-screen 0 1280x1024x24", *command], cwd=desk,
        env=clean | {"HOME": str(desk / "home"), "XDG_CACHE_HOME": str(desk / "home" / ".cache"),
                     "PYTHONPATH": str(desk / "tiny")} | environment,
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=limit, check=False,
    )  # fmt: skip
    said = f"exit status {done.returncode}\n{done.stdout}\n{done.stderr}"
    assert done.returncode == 0 or "MATHVIZ_LANG" in environment, said
    return said


def picture(folder: Path) -> ndarray:
    """The one PNG that manimgl wrote, [row column rgb]."""
    (path,) = folder.glob("*.png")
    return references.read(path)


@pytest.mark.slow
def test_it_writes_a_part_of_the_film(manim: None, desk: Path, tmp_path: Path) -> None:
    said = manimgl(desk, RING, "-w", "-l", "-n", "3,5", "--video_dir", tmp_path)
    assert list(tmp_path.iterdir()) == [tmp_path / "RingAllReduce_3_5.mp4"], said
    with av.open(str(tmp_path / "RingAllReduce_3_5.mp4")) as film:
        stream = film.streams.video[0]
        assert (stream.width, stream.height, stream.average_rate) == (854, 480, 30)
        written = sum(1 for _ in film.decode(video=0))
    assert written == frames_between(RING, 3, 5) > 15


def frames_between(scene: Path, first: int, end: int) -> int:
    """How many frames the animations from ``first`` up to ``end`` have, drawn without manimgl's file writer."""

    class Counter:
        count = 0

        def take(self, rgba: memoryview) -> None:
            self.count += 1

    counter, kind = Counter(), engine.scene_class(scene)
    engine.draw(engine.make_scene(kind, start_at_animation_number=first, end_at_animation_number=end), counter)
    return counter.count


def test_it_writes_the_last_frame_and_it_is_ours(manim: None, desk: Path, tmp_path: Path) -> None:
    """Xvfb's OpenGL and EGL's draw the same picture, to the bit. Ours is drawn where it is not the accepted one."""
    manimgl(desk, RING, "-s", "-w", "-l", "--video_dir", tmp_path)
    project = Project(HOME)
    last = catalog.films(project, ["ring_allreduce"])[0].script.beats[-1].id
    snapshot = Snapshot("ring_allreduce", "en", "dark", last)
    about = references.accepted(project, "ring_allreduce")
    known = about.of(snapshot) if unplayed.proves(project, about, snapshot) else None
    if known and references.pixels_of(picture(tmp_path)) == known.pixels:
        return
    ours = frames.draw(project, "ring_allreduce", "en", "dark", [snapshot])[snapshot].image
    assert np.array_equal(picture(tmp_path), ours)


@pytest.mark.parametrize("key", ["Escape", pytest.param("ctrl+q", marks=pytest.mark.slow)])
def test_the_key_closes_the_window_while_it_plays(desk: Path, tmp_path: Path, key: str) -> None:
    said = manimgl(desk, RING, "-l", key=key, shot=tmp_path / "shot.png", NAME="RingAllReduce")
    require_picture(tmp_path / "shot.png", said)


def test_the_window_shows_the_last_frame_until_the_key(desk: Path, tmp_path: Path) -> None:
    said = manimgl(desk, TINY, "-s", "-l", key="Escape", shot=tmp_path / "shot.png", NAME="Tiny")
    require_picture(tmp_path / "shot.png", said)


@pytest.mark.slow
def test_it_plays_a_part_in_its_window_and_leaves(desk: Path) -> None:
    began = manimgl(desk, RING, "-l", "-n", "0,2")
    assert "Traceback" not in began


def require_picture(shot: Path, said: str) -> None:
    """The film's page fills a window on the bare white screen, and there is something on it.

    The page is a blue-black with a paler pool of light, #18223A at most: dark in all three channels.
    """
    image = np.asarray(Image.open(shot).convert("RGB")).astype(int)
    page = (image < (40, 50, 70)).all(axis=-1)
    assert page.sum() > 0.5 * 854 * 480, said
    assert (image.min(axis=-1) > 100).sum() > 50, said


@pytest.mark.slow
def test_the_environment_chooses_language_and_theme(desk: Path, tmp_path: Path) -> None:
    drawn = {}
    for language, theme in (("", ""), ("en", "dark"), ("zh", "dark"), ("zh", "light")):
        folder = tmp_path / f"{language}.{theme}"
        manimgl(desk, TINY, "-s", "-w", "-l", "--video_dir", folder, MATHVIZ_LANG=language, MATHVIZ_THEME=theme)
        drawn[language, theme] = picture(folder)
    assert np.array_equal(drawn["", ""], drawn["en", "dark"])
    assert not np.array_equal(drawn["en", "dark"], drawn["zh", "dark"])
    assert drawn["zh", "dark"][0, 0].max() < 50 < 200 < drawn["zh", "light"][0, 0].min()


def test_a_language_that_there_is_not_fails_clearly(desk: Path, tmp_path: Path) -> None:
    said = manimgl(desk, TINY, "-s", "-w", "-l", "--video_dir", tmp_path, MATHVIZ_LANG="xx")
    assert "There is no language 'xx'. There are: en, zh" in said
    assert not list(tmp_path.glob("*.png"))


def test_uhd_is_uhd(desk: Path, tmp_path: Path) -> None:
    manimgl(desk, TINY, "--uhd", "-s", "-w", "--video_dir", tmp_path)
    assert picture(tmp_path).shape == (2160, 3840, 3)


@pytest.mark.slow
def test_it_writes_the_whole_film(manim: None, desk: Path, tmp_path: Path) -> None:
    manimgl(desk, RING, "-w", "-l", "--video_dir", tmp_path, limit=900)
    with av.open(str(tmp_path / "RingAllReduce.mp4")) as film:
        written = sum(1 for _ in film.decode(video=0))
    assert written == round(engine.rehearse(engine.scene_class(RING)).time * 30)
