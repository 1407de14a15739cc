"""``pytest --mathviz-frames`` in a project of someone's own: the scene file of the README, and what it must see."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from coloraide import Color

from mathviz.project import HOME, Project
from mathviz.project.errors import FrameMismatch, NotFound
from mathviz.snapshots import accepting, frames, verdict
from mathviz.snapshots.difference import Difference, compare
from mathviz.snapshots.frames import Frame, Snapshot

EXAMPLE = re.search(r"```python\n# scenes/pythagoras\.py\n(.*?)```", (HOME / "README.md").read_text("utf-8"), re.DOTALL)

ANOTHER = """
class Another(Scene):
    def construct(self):
        self.add(Square())
"""


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A project outside the package, without scripts or films."""
    assert EXAMPLE
    (tmp_path / "scenes").mkdir()
    (tmp_path / "scenes" / "pythagoras.py").write_text(EXAMPLE[1], encoding="utf-8")
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    return tmp_path


def run(own: Path, *arguments: str, limit: float = 120) -> subprocess.CompletedProcess[str]:
    """A Python program in the project; the plugin is asked for by name, installed or not."""
    line = [sys.executable, "-m", *arguments]
    return subprocess.run(line, cwd=own, capture_output=True, text=True, timeout=limit, check=False)


def run_pytest(own: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return run(own, "pytest", "-p", "mathviz.pytest_plugin", "-p", "no:cacheprovider", "-q", "-rA", *arguments)


# ---- the plugin


def test_the_readmes_example_is_accepted_and_then_watched(own: Path) -> None:
    done = run(own, "mathviz", "frames", "accept", "scenes/pythagoras.py")
    assert done.returncode == 0, done.stderr
    kept = own / "tests" / "frames" / "pythagoras"
    assert {path.name for path in kept.glob("*.webp")} == {"Pythagoras.webp", "Pythagoras@half drawn.webp"}
    assert "3² + 4² = 5²" in (kept / "Pythagoras.txt").read_text("utf-8")
    assert "Text" not in (kept / "Pythagoras@half drawn.txt").read_text("utf-8")

    scene = own / "scenes" / "pythagoras.py"
    scene.write_text(scene.read_text("utf-8").replace("5²", "6²") + ANOTHER, encoding="utf-8")
    (own / "test_other.py").write_text("def test_other(): pass\n")
    done = run_pytest(own, "--mathviz-frames", "-k", "pythagoras")
    said = done.stdout
    assert done.returncode == 1 and "2 failed, 1 passed, 1 deselected" in said, said
    assert "PASSED frames/pythagoras::Pythagoras@half drawn" in said
    assert '- Text "3² + 4² = 5²"' in said and '+ Text "3² + 4² = 6²"' in said
    assert "There is no reference" in said and "mathviz frames accept scenes/pythagoras.py Another" in said
    assert "mathviz frames accept scenes/pythagoras.py Pythagoras\n" in said
    report = own / "renders" / "frames" / "report.html"
    assert f"mathviz: frames side by side: {report}" in said
    assert report.read_text("utf-8").count("<article") == 2


def test_without_the_flag_nothing_heavy_is_imported_and_no_scene_is_looked_at(own: Path) -> None:
    (own / "test_light.py").write_text(
        "import sys\n\n\ndef test_light():\n"
        "    assert 'mathviz.snapshots.pytest_plugin' in sys.modules\n"
        "    assert not {'manimlib', 'torch', 'numpy', 'PIL', 'jinja2', 'pydantic'} & set(sys.modules)\n"
    )
    done = run_pytest(own, "-p", "no:jaxtyping", "-p", "no:hypothesispytest")
    assert done.returncode == 0 and "1 passed" in done.stdout, done.stdout


@pytest.mark.slow
def test_scene_files_elsewhere_are_named_in_the_settings(own: Path) -> None:
    (own / "scenes").rename(own / "animations")
    done = run_pytest(own, "--mathviz-frames")
    assert done.returncode == 4 and "has no scene files scenes/*.py; set mathviz_scenes" in done.stderr
    (own / "pytest.ini").write_text("[pytest]\nmathviz_scenes = animations/*.py\n")
    done = run_pytest(own, "--mathviz-frames", "--collect-only", "-k", "half")
    listed = [line for line in done.stdout.splitlines() if "::" in line]
    assert done.returncode == 0 and listed == ["frames/animations/pythagoras::Pythagoras@half drawn"], done.stdout


# ---- any scene

SENSITIVE = """
from manimlib import *


class Sensitive(Scene):
    mathviz_moments = {"begin": 0, "half way": 0.5}

    def construct(self):
        places = [(0.12 * column - 4, 0.1 * row - 2, 0) for row in range(40) for column in range(50)]
        dots = DotCloud(places[0:], radius=0.04, color="#5DCDFB")
        label = Text("label").move_to((3 + 0, 3, 0))
        tile = Square(1.5).move_to((4, 1, 0)).set_fill("#5DCDFB", 1).set_stroke(width=0)
        caption = Text("What is drawn is checked").move_to((0, -3, 0))
        below, above = Circle(fill_color=RED, fill_opacity=1), Circle(fill_color=BLUE, fill_opacity=1)
        VGroup(below, above).arrange(RIGHT, buff=-1).move_to((4, -1, 0))
        self.add(dots, label, tile, caption, below, above)
        self.play(Rotate(tile, PI / 5))
"""
LAST = Snapshot("sensitive", "", "", "Sensitive")


@pytest.fixture(scope="module")
def sensitive(manim: None, tmp_path_factory: pytest.TempPathFactory) -> tuple[Project, dict[Snapshot, Frame]]:
    """A scene of someone's own with references, and its frames."""
    project = Project(tmp_path_factory.mktemp("sensitive"))
    project.scenes.mkdir()
    (project.scenes / "sensitive.py").write_text(SENSITIVE, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(accepting, "_drawn_twice", lambda project, chosen: (frames.draw_all(project, chosen), {}))
        accepting.accept(project, "sensitive", [])
    return project, frames.draw(project, "sensitive", "", "", frames.wanted(project, "sensitive"))


def drawn_with(project: Project, old: str, new: str) -> Frame:
    """The last frame of the scene with one thing changed in its source."""
    assert SENSITIVE.count(old) == 1
    (project.scenes / "sensitive.py").write_text(SENSITIVE.replace(old, new), encoding="utf-8")
    try:
        return frames.draw(project, "sensitive", "", "", [LAST])[LAST]
    finally:
        (project.scenes / "sensitive.py").write_text(SENSITIVE, encoding="utf-8")


def nudged(colour: str, least: float) -> str:
    """The nearest lighter shade that is at least so far in CIEDE2000."""
    lighter = (Color(colour).set("oklch.l", lambda was, step=step: was + step / 1000) for step in range(1, 100))
    shades = (shade.convert("srgb").clip().to_string(hex=True) for shade in lighter)
    return next(shade for shade in shades if Color(shade).delta_e(colour, method="2000") >= least)


CHANGES = {
    "a label moved by one pixel": ("(3 + 0, 3, 0)", f"(3 + {128 / 9 / 854}, 3, 0)"),
    "a colour nudged by ΔE 2": ('set_fill("#5DCDFB"', f'set_fill("{nudged("#5DCDFB", 2)}"'),
    "one dot of 2000 missing": ("places[0:]", "places[:777] + places[778:]"),
    "a caption with one other character": ("is checked", "is checkad"),
    "the order of drawing swapped": ("below, above)\n        self.play", "above, below)\n        self.play"),
}


def test_a_rerun_does_not_fail(sensitive: tuple[Project, dict[Snapshot, Frame]]) -> None:
    project, drawn = sensitive
    assert [snapshot.name for snapshot in drawn] == ["Sensitive", "Sensitive@begin", "Sensitive@half way"]
    for _ in range(2):
        for snapshot, frame in drawn.items():
            verdict.require_same(project, snapshot, frame)
        drawn = frames.draw(project, "sensitive", "", "", list(drawn))
    assert not np.array_equal(drawn[LAST].image, next(f.image for s, f in drawn.items() if s.moment == "half way"))
    assert compare(drawn_with(project, "places[0:]", "places[:]").image, drawn[LAST].image) == Difference(0, 0, 0)


@pytest.mark.parametrize("change", CHANGES)
def test_what_a_viewer_might_miss_is_seen(sensitive: tuple[Project, dict[Snapshot, Frame]], change: str) -> None:
    """By its pixels alone, whatever the text beside them says."""
    project, drawn = sensitive
    frame = drawn_with(project, *CHANGES[change])
    with pytest.raises(FrameMismatch, match=r"[1-9]\d* pixels differ"):
        verdict.require_same(project, LAST, Frame(frame.image, drawn[LAST].text))
    found = compare(frame.image, drawn[LAST].image)
    if "colour" in change:
        assert 2 <= found.delta_e < 3
    if "one pixel" not in change and "colour" not in change:
        assert found.largest_mean > 1 and frame.text != drawn[LAST].text


def test_the_last_frame_is_the_one_that_playing_ends_with(sensitive: tuple[Project, dict[Snapshot, Frame]]) -> None:
    from mathviz import engine

    class Last:
        frame = b""

        def take(self, rgba: memoryview) -> None:
            self.frame = bytes(rgba)

    project, drawn = sensitive
    last = Last()
    engine.draw(engine.make_scene(engine.scene_class(project.scenes / "sensitive.py")), last)
    assert np.array_equal(engine.as_image(last.frame, 854, 480), drawn[LAST].image)


def test_a_moment_after_the_end_and_one_that_is_none_are_told(sensitive: tuple[Project, dict[Snapshot, Frame]]) -> None:
    project, _ = sensitive
    late = Snapshot("sensitive", "", "", "Sensitive", 9.0, "late")
    with pytest.raises(NotFound, match=r"Sensitive is over after .* s, before the moment 9 s"):
        frames.draw(project, "sensitive", "", "", [late])
    (project.scenes / "wrong.py").write_text(SENSITIVE.replace('"begin": 0', '"begin": "soon"'), encoding="utf-8")
    with pytest.raises(NotFound, match=r"Sensitive\.mathviz_moments maps names to seconds"):
        frames.wanted(project, "wrong")


LEAVES = """
import sys
from manimlib import *


class Fine(Scene):
    def construct(self):
        self.play(FadeIn(Square()), run_time=0.3)


class Leaves(Scene):
    def construct(self):
        self.play(FadeIn(Square()), run_time=0.3)
        sys.exit("no data")


class Stops(Scene):
    def construct(self):
        raise KeyboardInterrupt
"""


def test_what_was_not_compared_never_passes(own: Path) -> None:
    """A scene that leaves early fails with place and words, and costs no other; a file without scenes fails too."""
    (own / "scenes" / "pythagoras.py").write_text(LEAVES)
    done = run(own, "mathviz", "frames", "check", "scenes/pythagoras.py")
    assert done.returncode == 1 and "0 of 3 frames are their references" in done.stdout, done.stderr
    place = f"It was not drawn: {own}/scenes/pythagoras.py, line"
    assert f"{place} 14: the scene ended itself (SystemExit: no data)" in done.stderr
    assert f"{place} 19: the scene ended itself (KeyboardInterrupt)" in done.stderr
    assert "pythagoras / Fine\n  There is no reference" in done.stderr and "Traceback" not in done.stderr
    (own / "scenes" / "pythagoras.py").write_text("from manimlib import *\n")
    for command, says in (("check", "Nothing was compared"), ("accept", "nothing was accepted")):
        done = run(own, "mathviz", "frames", command, "scenes/pythagoras.py")
        assert done.returncode == 2 and says in done.stderr
