"""Any manimgl scene file can be rendered, each scene with its own settings and manimgl's configuration."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import wave
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from tiny_project import TinyProject

from mathviz.render import encode, farm, inputs
from mathviz.render.farm import Farm
from mathviz.render.plan import Wish, plan_scenes

SHAPES = """
from manimlib import *


class Moves(Scene):
    def construct(self):
        square = Square(fill_opacity=0.5)
        self.play(FadeIn(square))
        self.play(square.animate.shift(2 * RIGHT).rotate(1))
        self.wait()


class Stands(Scene):
    def construct(self):
        self.add(Circle(fill_opacity=1, color=BLUE))


class Falls(Scene):
    def construct(self):
        self.play(FadeIn(Square()), run_time=0.5)
        raise ValueError("it fell over")
"""

LOW = ("--quality", "low", "--fps", "10")


@pytest.fixture
def shapes(tiny: TinyProject) -> Path:
    path = tiny.root / "shapes.py"
    path.write_text(SHAPES)
    return path


def said_of(done: subprocess.CompletedProcess[str]) -> dict[str, dict[str, Any]]:
    return {film["name"]: film for film in json.loads(done.stdout)}


def stream_of(path: Path, kind: str = "video") -> dict[str, Any]:
    (found,) = [stream for stream in encode.probe(path)["streams"] if stream["codec_type"] == kind]
    return found


DIGEST = """
import hashlib, sys
from pathlib import Path
from mathviz import engine
engine.start(engine.Picture(854, 480, int(sys.argv[1])))
class Sink:
    def take(self, frame):
        print("frame", hashlib.sha256(frame).hexdigest())
kind = engine.scene_class(Path(sys.argv[3]), sys.argv[4])
engine.draw(engine.make_scene(kind), Sink())
"""


def digests(scene: Path, name: str, fps: int, cache: Path) -> list[str]:
    """The SHA-256 of each frame of a scene, drawn in a process of its own without the farm."""
    command = [sys.executable, "-c", DIGEST, str(fps), str(cache), str(scene), name]
    done = subprocess.run(command, capture_output=True, text=True, timeout=100, check=True, cwd=scene.parent)
    return [line.split()[1] for line in done.stdout.splitlines() if line.startswith("frame ")]


def test_each_scene_of_a_file_becomes_what_it_is(tiny: TinyProject, shapes: Path, tmp_path: Path) -> None:
    """A film, a picture where nothing plays, or a failure with its place that costs that scene alone."""
    done = tiny.run("render", "shapes.py", *LOW, "--json", "--digest", "digests.txt")
    assert done.returncode == 1, done.stderr
    made = said_of(done)
    assert list(made) == ["Falls", "Moves", "Stands"], "in manimgl's order"
    folder = tiny.root / "renders" / "shapes"
    assert made["Moves"]["film"] == str(folder / "Moves.mp4") and made["Moves"]["frames"] == 30
    encode.verify(folder / "Moves.mp4", 854, 480, 10, 30)
    assert made["Stands"]["film"] == str(folder / "Stands.png") and made["Stands"]["frames"] == 0
    with Image.open(folder / "Stands.png") as picture:
        assert picture.size == (854, 480) and len(picture.getcolors(10**6)) > 10
    assert made["Falls"]["error"] == f"{shapes}, line 21: ValueError: it fell over"
    assert "each scene as manimgl draws it alone" in done.stderr
    assert {path.name for path in folder.iterdir()} == {
        "Moves.mp4", "Moves.poster.png", "Moves.json", "Stands.png", "Stands.json"
    }  # fmt: skip

    told = (tiny.root / "digests.txt").read_text().split()
    assert told == digests(shapes, "Moves", 10, tmp_path / "cache") and len(set(told)) > 10


def test_manimgl_is_imported_once_for_a_file(
    tiny: TinyProject, shapes: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who names the scenes draws, and who drew joins: an import is most of the time that a short scene takes."""
    started, popen = [], subprocess.Popen

    def counted(command: Any, *arguments: Any, **options: Any) -> Any:
        started.extend([command] if "mathviz.render.worker" in command else [])
        return popen(command, *arguments, **options)

    monkeypatch.setattr(farm.subprocess, "Popen", counted)
    wish = Wish(quality="low", fps=10, out=tmp_path / "out")
    with contextlib.closing(Farm(2)) as two:
        assert two.scenes_of(plan_scenes(tiny.project, shapes, [""], wish)[0]) == ["Falls", "Moves", "Stands"]
        (outcome,) = two.run(plan_scenes(tiny.project, shapes, ["Moves"], wish))
    assert outcome.frames == 30 and len(started) == 1
    tiny.await_silence()


@pytest.mark.slow
def test_of_a_file_only_the_scenes_that_changed_are_drawn_again(tiny: TinyProject, shapes: Path) -> None:
    assert tiny.run("render", "shapes.py", "Moves", "Stands", *LOW).returncode == 0
    beats = tiny.beats()
    again = said_of(tiny.run("render", "shapes.py", "Moves", "Stands", *LOW, "--json"))
    assert [film["drawn"] for film in again.values()] == [[], []] and tiny.beats() == beats
    shapes.write_text(SHAPES.replace("2 * RIGHT", "2 * LEFT"))
    changed = said_of(tiny.run("render", "shapes.py", "Moves", "Stands", *LOW, "--json"))
    assert [film["drawn"] for film in changed.values()] == [["whole"], []]


OWN = """
from manimlib import *


class Own(Scene):
    default_camera_config = dict(resolution=(320, 180), fps=12, background_color="#800000")
    default_file_writer_config = dict(
        file_name="mine", movie_file_extension=".mkv", video_codec="ffv1", pixel_format="bgr0"
    )

    def construct(self):
        self.play(FadeIn(Square()))


class Loud(Scene):
    def construct(self):
        self.add_sound("tone.wav", time_offset=0.5)
        self.play(FadeIn(Square()))
        self.wait()
"""


def write_tone(path: Path) -> None:
    seconds = np.arange(22_050 // 2) / 22_050
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(22_050)
        file.writeframes((20_000 * np.sin(2 * np.pi * 440 * seconds)).astype("<i2").tobytes())


@pytest.mark.slow
def test_a_scenes_own_settings_and_manimgls_configuration_hold(tiny: TinyProject) -> None:
    """The scene's before the configuration's. A sound lies where it was put."""
    (tiny.root / "own.py").write_text(OWN)
    (tiny.root / "custom_config.yml").write_text(
        'camera:\n  resolution: (640, 360)\n  fps: 24\n  background_color: "#204060"\n'
    )
    write_tone(tiny.root / "tone.wav")
    done = tiny.run("render", "own.py", "--json", "--gif")
    assert done.returncode == 0, done.stderr
    made = said_of(done)
    folder = tiny.root / "renders" / "own"
    assert made["Own"]["film"] == str(folder / "mine.mkv") and made["Own"]["frames"] == 12
    own = stream_of(folder / "mine.mkv")
    assert (own["width"], own["height"], own["r_frame_rate"], own["codec_name"]) == (320, 180, "12/1", "ffv1")
    with Image.open(folder / "mine.poster.png") as picture:
        assert picture.size == (320, 180) and picture.getpixel((0, 0)) == (128, 0, 0)

    loud = stream_of(folder / "Loud.mp4")
    assert (loud["width"], loud["height"], loud["r_frame_rate"], loud["codec_name"]) == (640, 360, "24/1", "h264")
    with Image.open(folder / "Loud.poster.png") as picture:
        assert picture.getpixel((0, 0)) == (0x20, 0x40, 0x60)
    assert stream_of(folder / "Loud.mp4", "audio")["codec_name"] == "aac"
    command = ["ffmpeg", "-v", "error", "-i", folder / "Loud.mp4", "-f", "s16le", "-ac", "1", "-ar", "8000", "pipe:"]
    heard = np.frombuffer(subprocess.run(command, capture_output=True, check=True).stdout, "<i2").astype(float)
    assert np.abs(heard[:3600]).mean() < 100 < 1000 < np.abs(heard[4400:7600]).mean()


@pytest.mark.parametrize(
    ("written", "names", "code", "says"),
    [
        (SHAPES, ("Movs",), 2, ("There is no scene 'Movs'. Closest: Moves",)),
        ("def oh no", (), 1, ("shapes.py is no Python: ", "(shapes.py, line 1)")),
        ("from manimlib import *\nx = 1\n", (), 2, ("shapes.py has no scenes",)),
        ("\nimport no_such_thing\n", (), 1, ("mathviz: /", "shapes.py, line 2: ModuleNotFoundError: No module")),
        (None, (), 2, ("There is no file shapes.py",)),
    ],
    ids=["an unknown scene", "no Python", "no scenes", "a failing import", "no file"],
)
def test_a_file_that_cannot_be_rendered_is_refused_clearly(
    tiny: TinyProject, written: str | None, names: tuple[str, ...], code: int, says: tuple[str, ...]
) -> None:
    if written is not None:
        (tiny.root / "shapes.py").write_text(written)
    done = tiny.run("render", "shapes.py", *names, *LOW)
    assert done.returncode == code and all(part in done.stderr for part in says), done.stderr
    assert "Traceback" not in done.stderr and not done.stdout
    assert not list(tiny.root.rglob("*.mp4"))


@pytest.mark.slow
def test_bench_prints_ratios(tiny: TinyProject, shapes: Path) -> None:
    done = tiny.run("bench", "shapes.py", "Moves", "--quality", "low", "--json", limit=300)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["films"] == ["Moves"] and found["frames"] == 90 and found["picture"] == "854x480"
    assert all(ratio > 0 for ratio in found["ratios"].values()) and len(found["ratios"]) == 5
    assert found["timings"][0]["what"] == "manimgl"
    assert all(timing["wall"] > 0 and timing["cpu"] > 0 for timing in found["timings"])


# ---- names that libraries have, and packages


NEIGHBOURS = {
    "pkg/__init__.py": "",
    "pkg/shared.py": "from manimlib import *\n\n\nclass Shared(Scene):\n    side = 2\n",
    "pkg/random.py": "from .shared import *\n\n\nclass Child(Shared):\n"
    "    def construct(self):\n        self.play(FadeIn(Square(self.side)), run_time=0.5)\n",
}


def test_names_that_libraries_have_and_relative_imports_are_as_in_manimgl(tiny: TinyProject) -> None:
    """A scene file may be called as a module of Python, and lie beside a copy of manimgl that nobody asked for."""
    (tiny.root / "pytest.ini").touch()
    for name in ("queue", "bisect", "numbers", "heapq", "random", "manimlib", "skimage"):
        (tiny.root / f"{name}.py").write_text("raise ImportError('shadowed')\n")
    for name, text in NEIGHBOURS.items():
        (tiny.root / name).parent.mkdir(exist_ok=True)
        (tiny.root / name).write_text(text)
    done = tiny.run("render", "pkg/random.py", *LOW, PYTHONPATH="")
    assert done.returncode == 0, done.stderr
    folder = tiny.root / "renders" / "random"
    encode.verify(folder / "Child.mp4", 854, 480, 10, 5)
    assert json.loads((folder / "Child.json").read_text())["versions"]["manimgl"] == metadata.version("manimgl")
    for command in ("lint pkg/random.py", "frames accept pkg/random.py", "frames check pkg/random.py"):
        done = tiny.run(*command.split(), PYTHONPATH="")
        assert done.returncode == 0, done.stderr
    assert "1 of 1 frames are their references" in done.stdout


def test_the_manifest_names_the_manimgl_that_is_imported(tmp_path: Path) -> None:
    """What stands on PYTHONPATH is imported, as ``manimgl`` itself would."""
    (tmp_path / "manimlib").mkdir()
    (tmp_path / "manimlib" / "__init__.py").write_text("raise ImportError('another manimgl')\n")
    program = "from mathviz.render import doctor, inputs; print(inputs.manimgl(), doctor.examine()[0].found, sep='|')"
    environment = os.environ | {"PYTHONPATH": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)
    manifest, doctor = done.stdout.strip().split("|")
    assert manifest == doctor and manifest.startswith(f"that of {tmp_path / 'manimlib'} (")
    assert inputs.manimgl() == metadata.version("manimgl")


SPINS = """
from manimlib import *


class Spins(Scene):
    def construct(self):
        self.play(Rotate(Square(fill_opacity=0.5), PI), run_time=0.4)
"""

STOCK = "import sys; from pathlib import Path; from mathviz import engine; engine.manimgl({arguments!r}, Path('stock'))"


def test_a_broadcast_rate_gives_manimgls_frames_at_its_exact_rate(tiny: TinyProject) -> None:
    (tiny.root / "spins.py").write_text(SPINS)
    (tiny.root / "custom_config.yml").write_text("camera:\n  resolution: (160, 90)\n  fps: 29.97\n")
    done = tiny.run("render", "spins.py", "--digest", "ours")
    assert done.returncode == 0, done.stderr
    program = STOCK.format(arguments=["spins.py", "Spins", "-w"])
    subprocess.run([sys.executable, "-c", program], cwd=tiny.root, check=True, capture_output=True)
    ours = (tiny.root / "ours").read_text().split()
    assert ours == (tiny.root / "stock").read_text().split() and len(set(ours)) == 12
    encode.verify(tiny.root / "renders" / "spins" / "Spins.mp4", 160, 90, 29.97, 12)
    assert stream_of(tiny.root / "renders" / "spins" / "Spins.mp4")["avg_frame_rate"] == "30000/1001"


def test_outside_a_project_only_the_film_is_left_beside_the_scene(tmp_path: Path) -> None:
    """What need not be drawn again is kept where the platform keeps caches."""
    place, cache = tmp_path / "somewhere", tmp_path / "cache"
    place.mkdir()
    (place / "spins.py").write_text(SPINS)
    environment = {name: value for name, value in os.environ.items() if name != "MATHVIZ_CACHE"}
    environment |= {"XDG_CACHE_HOME": str(cache)}
    for drawn in (["whole"], []):
        line = [sys.executable, "-m", "mathviz", "render", "spins.py", *LOW, "--json"]
        done = subprocess.run(line, cwd=place, env=environment, capture_output=True, text=True, check=True)
        assert json.loads(done.stdout)[0]["drawn"] == drawn
    left = {str(path.relative_to(place)) for path in place.rglob("*") if path.is_file()}
    assert left == {"spins.py", *(f"renders/spins/Spins{ending}" for ending in (".mp4", ".poster.png", ".json"))}
    assert (cache / "mathviz" / "scenes" / "beats").is_dir()


EMPTY = """
from manimlib import *


class Generator(Scene):
    def construct(self):
        self.play(FadeIn(Square()))
        yield


class Misspelt(Scene):
    def constuct(self):
        self.play(FadeIn(Square()))

    def setup(self):
        print("set up")


class OnlyAdds(Scene):
    def construct(self):
        self.add(Square())
"""


def test_a_scene_that_plays_nothing_by_mistake_is_told_so_and_what_it_prints_can_be_seen(tiny: TinyProject) -> None:
    (tiny.root / "empty.py").write_text(EMPTY)
    done = tiny.run("render", "empty.py", *LOW, "--json", "--show-output")
    assert done.returncode == 0 and "set up" in done.stderr, done.stderr
    notes = {name: film["notes"] for name, film in said_of(done).items()}
    assert notes == {
        "Generator": ["construct has a `yield`, so nothing of it is played; take it out"],
        "Misspelt": ["Misspelt has no construct; is constuct meant to be it?"], "OnlyAdds": [],
    }  # fmt: skip
