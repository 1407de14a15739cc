"""What did not change is not drawn again, what did change is, and it is never drawn from a wrong state."""

from __future__ import annotations

import contextlib
import hashlib
import json
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import av
import pytest
from fontTools.ttLib import TTFont
from tiny_project import BEATS, TinyProject

from mathviz import trace
from mathviz.render.farm import Farm
from mathviz.render.plan import Job, Outcome, Wish, plan

AT_TWO = ("render", "tiny", "--quality", "low", "--fps", "2", "--json")

Pictures = dict[str, list[str]]


def pictures(project: TinyProject, language: str = "en") -> Pictures:
    """Beat → a digest of each of its frames, decoded from the film."""
    about = json.loads((project.films / f"tiny.{language}.json").read_text())
    with av.open(str(project.films / f"tiny.{language}.mp4")) as film:
        frames = iter([hashlib.sha256(image.to_ndarray().tobytes()).hexdigest() for image in film.decode(video=0)])
    return {beat["id"]: [next(frames) for _ in range(beat["frames"])] for beat in about["beats"]}


def render(project: TinyProject, *options: str, **environment: str) -> list[dict]:
    """What the command says of each film."""
    done = project.run(*AT_TWO, *options, **environment)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@contextlib.contextmanager
def changed(path: Path, old: str, new: str) -> Iterator[None]:
    """Meanwhile a file says something else."""
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{old!r} is {text.count(old)} times in {path}"
    path.write_text(text.replace(old, new), encoding="utf-8")
    try:
        yield
    finally:
        path.write_text(text, encoding="utf-8")


def require_redrawn(project: TinyProject, before: Pictures, beats: tuple[str, ...], **environment: str) -> None:
    """These beats and no others are drawn, and their pictures are others; those of the rest are the same."""
    (film,) = render(project, "--lang", "en", **environment)
    after = pictures(project)
    assert tuple(film["drawn"]) == beats and not film["unchanged"] and not film["notes"]
    assert tuple(name for name in BEATS if after[name] != before[name]) == beats
    (film,) = render(project, "--lang", "en", **environment)
    assert film["unchanged"], "the film is not known to be current"


# ---- nothing to draw


def test_nothing_changed_and_nothing_is_done(rendered: TinyProject) -> None:
    before = {path: path.stat().st_mtime_ns for path in rendered.films.iterdir()}
    began = time.monotonic()
    films = render(rendered)
    assert time.monotonic() - began < 5
    assert [film["unchanged"] for film in films] == [True, True] and all(not film["drawn"] for film in films)
    assert {path: path.stat().st_mtime_ns for path in rendered.films.iterdir()} == before


def test_code_that_changes_no_picture_costs_no_drawing(rendered: TinyProject) -> None:
    before, beats = rendered.contents(), rendered.beats()
    rendered.edit(
        "scenes/tiny.py",
        "    def bars_leave",
        "    # a remark\n    def unused(self) -> int:\n        return 7\n\n    def bars_leave",
    )
    (film,) = render(rendered, "--lang", "en")
    assert film["drawn"] == [] and not film["unchanged"] and film["frames"] == 29
    after = rendered.contents()
    assert {name for name in after if after[name] != before[name]} == {"tiny.en.json"}
    assert rendered.beats() == beats
    (film,) = render(rendered, "--lang", "en")
    assert film["unchanged"]


# ---- each kind of input


def test_one_caption_costs_one_beat_of_one_language_as_a_dry_run_says(rendered: TinyProject) -> None:
    english, chinese = pictures(rendered, "en"), pictures(rendered, "zh")
    rendered.edit("scenes/tiny.yaml", "en: They leave", "en: They go")
    before, beats = rendered.contents(), rendered.beats()
    said = render(rendered, "--dry-run")
    assert said == [
        {"name": "tiny.en", "why": "changed: scenes/tiny.yaml", "compute": [], "draw": ["bars_leave"]},
        {"name": "tiny.zh", "why": "unchanged", "compute": [], "draw": []},
    ]
    done = rendered.run(*AT_TWO[:-1], "--dry-run")
    assert done.stdout.splitlines() == [
        "tiny.en: changed: scenes/tiny.yaml; would draw bars_leave",
        "tiny.zh: unchanged; would draw nothing",
    ]
    assert rendered.contents() == before and rendered.beats() == beats
    films = render(rendered)
    assert [(film["drawn"], film["unchanged"]) for film in films] == [(["bars_leave"], False), ([], True)]
    assert len(rendered.beats() - beats) == 1
    after = pictures(rendered, "en")
    assert [after[name] == english[name] for name in BEATS] == [True, True, False]
    assert pictures(rendered, "zh") == chinese
    assert "They go" in (rendered.films / "tiny.en.vtt").read_text()
    assert rendered.run(*AT_TWO[:-1], "--dry-run").stdout.count("unchanged; would draw nothing") == 2


@pytest.mark.slow
def test_a_number_of_the_trace(rendered: TinyProject) -> None:
    """The code that computed it is the same: it was measured anew, say."""
    before = pictures(rendered)
    (place,) = (rendered.root / "renders" / ".cache" / "traces").glob("*.npz")
    from tiny_concept import Bars

    found = trace.load(Bars, place.with_suffix(""))
    higher = Bars(found.heights + 1, found.total + 3)
    trace.save(higher, place.with_suffix(""), trace.read_provenance(place.with_suffix("")))
    require_redrawn(rendered, before, ("bars_grow", "bars_leave"))


def test_a_line_of_the_scene(rendered: TinyProject) -> None:
    before = pictures(rendered)
    rendered.edit("scenes/tiny.py", "FadeOut(self.bars)", "FadeOut(self.bars[1:])")
    require_redrawn(rendered, before, ("bars_leave",))


@pytest.mark.slow
def test_manimgls_configuration(rendered: TinyProject) -> None:
    before = pictures(rendered)
    (rendered.root / "custom_config.yml").write_text("vmobject:\n  default_stroke_width: 9.0\n")
    require_redrawn(rendered, before, ("bars_grow", "bars_leave"))


def test_the_rate(rendered: TinyProject) -> None:
    before = pictures(rendered)
    done = rendered.run("render", "tiny", "--lang", "en", "--quality", "low", "--fps", "3", "--json")
    assert json.loads(done.stdout)[0]["drawn"] == list(BEATS)
    assert sum(map(len, pictures(rendered).values())) > 1.4 * sum(map(len, before.values()))


@pytest.mark.parametrize(
    ("file", "old", "new", "beats"),
    [
        pytest.param(
            "assets/theme.yaml", 'data:      {dark: "#5DCDFB"', 'data:      {dark: "#5DCDAB"', BEATS[1:],
            marks=pytest.mark.slow,
        ),
        ("mathviz/stage/explainer.py", "CAPTION_HEIGHT = -3.1", "CAPTION_HEIGHT = -3.0", BEATS[1:]),
        (
            "mathviz/mobjects/text.py",
            "made.set_fill(theme[role])\n\n\nEM",
            "made.set_fill(theme[role], 0.5)\n\n\nEM",
            BEATS,
        ),
        ("mathviz/engine/readback.py", "16.0 + 219.0", "16.0 + 200.0", BEATS),
    ],
    ids=["a theme's colour", "a line of the stage", "a line of a mobject", "a line of the renderer"],
)
def test_a_file_of_the_package(
    rendered: TinyProject, other_home: Path, file: str, old: str, new: str, beats: tuple[str, ...]
) -> None:
    before, paths = pictures(rendered), f"{other_home}:{rendered.root}"
    with changed(other_home / file, old, new):
        require_redrawn(rendered, before, beats, PYTHONPATH=paths)


@pytest.mark.slow
def test_a_font(rendered: TinyProject, other_home: Path) -> None:
    """Even one that came under the old one's name."""
    before, paths = pictures(rendered), f"{other_home}:{rendered.root}"
    (film,) = render(rendered, "--lang", "en", PYTHONPATH=paths)
    assert film["unchanged"], "the package in its other place is another one"
    for path in (other_home / "assets" / "fonts").glob("*.otf"):
        font = TTFont(path)
        font["head"].unitsPerEm = round(font["head"].unitsPerEm * 1.25)
        font.save(path)
    require_redrawn(rendered, before, BEATS, PYTHONPATH=paths)


# ---- beats that are drawn apart


def job(project: TinyProject, *beats: str, fps: int = 5) -> Job:
    return plan(project.project, ["tiny"], Wish(["en"], quality="low", fps=fps, beats=beats))[0]


def drawn_apart(project: TinyProject) -> Outcome:
    """The film, whose last beat was drawn alone before, so that the others were skipped."""
    (first,) = Farm(1).run([job(project, "bars_leave")])
    (whole,) = Farm(2).run([job(project)])
    assert first.error == whole.error == "" and first.drawn == ("bars_leave",)
    return whole


def require_as_played(project: TinyProject) -> None:
    """The film has the bytes of one that was played from its begin to its end."""
    apart = {
        name: data for name, data in project.contents().items() if name.startswith("tiny.en.") and "leave" not in name
    }
    shutil.rmtree(project.films)
    shutil.rmtree(project.cache.root)
    (outcome,) = Farm(1).run([job(project)])
    assert outcome.error == "" and not outcome.notes and outcome.drawn == BEATS
    differ = {name for name, data in project.contents().items() if apart[name] != data}
    assert not differ


SEAMS = {
    "what is on screen": (
        "self.bars[0].add_updater(lambda bar, dt: bar.shift((0, dt * dt, 0)))",
        "self.bars[0]",
    ),
    "what is not on screen": (
        "self.height = 0.0; self.bars[0].add_updater(lambda bar, dt: setattr(self, 'height', self.height + dt * dt))",
        "self.height",
    ),
    "chance": ("self.bars[0].add_updater(lambda bar: random.random())", "the random numbers"),
}


@pytest.mark.parametrize("what", [pytest.param("what is on screen", marks=pytest.mark.slow), "what is not on screen",
                                  pytest.param("chance", marks=pytest.mark.slow)])  # fmt: skip
def test_a_beat_that_skipping_leaves_otherwise_makes_a_film_drawn_in_sequence(rendered: TinyProject, what: str) -> None:
    statement, name = SEAMS[what]
    rendered.misbehave(statement, imports="random", beat="bars_grow")
    rendered.misbehave(
        "self.bars.clear_updaters(); self.bars.shift((getattr(self, 'height', 0) + random.random(), 0, 0))",
        imports="random as random",
    )
    outcome = drawn_apart(rendered)
    (note,) = outcome.notes
    assert note.startswith(f"drawn in sequence: after the beat bars_grow, {name} is not the same when it was skipped")
    assert outcome.drawn == BEATS
    require_as_played(rendered)


def test_a_film_without_such_beats_is_put_together(rendered: TinyProject) -> None:
    outcome = drawn_apart(rendered)
    assert outcome.drawn == BEATS[:2] and not outcome.notes
    require_as_played(rendered)
