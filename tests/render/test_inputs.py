"""A film's inputs are the files that playing it imported and read: exactly those, wherever they lie."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from test_never_twice import render
from tiny_project import BEATS, TinyProject

from mathviz.project import HOME
from mathviz.render import inputs
from mathviz.render.plan import Wish, plan


def made_from(project: TinyProject, language: str = "en") -> dict[str, str]:
    """What the manifest of a film names."""
    found: dict[str, str] = json.loads((project.films / f"tiny.{language}.json").read_text())["inputs"]
    return found


@pytest.fixture
def apart(rendered: TinyProject, other_home: Path) -> tuple[TinyProject, str]:
    """The tiny project, rendered with a package that can be changed, and the paths that find that one."""
    paths = f"{other_home}:{rendered.root}"
    render(rendered, PYTHONPATH=paths)
    return rendered, paths


def states(project: TinyProject, paths: str) -> list[tuple[bool, list[str]]]:
    """For each language, whether the film is current, and what would be drawn."""
    said = render(project, "--dry-run", PYTHONPATH=paths)
    return [(film["why"] == "unchanged", film["draw"]) for film in said]


def test_a_films_inputs_are_what_it_read(rendered: TinyProject) -> None:
    found = {name for name in made_from(rendered) if not name.startswith(("setting ", "version of ", "$"))}
    own = {name for name in found if not name.startswith("mathviz/")}
    assert own == {
        "scenes/tiny.py", "scenes/tiny.yaml", "tiny_concept.py", "custom_config.yml", "the trace", "OpenGL driver",
        "ffmpeg", "mathviz's drawing and encoding",
    }  # fmt: skip
    assert {"mathviz/assets/theme.yaml", "mathviz/stage/__init__.py", "mathviz/mobjects/text.py"} <= found
    assert {name for name in found if name.endswith(".otf")}
    assert not {name for name in found if name.startswith(("mathviz/concepts/", "mathviz/lint/", "mathviz/gallery/"))}
    assert "mathviz/mobjects/rods.py" not in found and "mathviz/assets/lint.yaml" not in found


def test_an_entry_of_pythons_path_is_no_input(tmp_path: Path) -> None:
    """Who asks for a version opens each as an archive; the one of an editable install is no file at all."""
    (tmp_path / "table.csv").write_text("1")
    script = (
        "import sys; from importlib import metadata; from mathviz.render import reads;"
        "sys.path.append('__editable__.other.__path_hook__'); open('table.csv').close()\n"
        "try: metadata.version('nowhere')\n"
        "except metadata.PackageNotFoundError: print(*reads.files())"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert "table.csv" in done.stdout and "__editable__" not in done.stdout


NEW = {
    "a concept of the package": "mathviz/concepts/another.py",
    "a mobject of the package": "mathviz/mobjects/another.py",
    "a module of the package": "mathviz/stage/another.py",
    "a picture among the package's assets": "assets/another.png",
}


def test_what_is_new_changes_no_film(apart: tuple[TinyProject, str], other_home: Path) -> None:
    project, paths = apart
    new = [other_home / name for name in NEW.values()]
    new += [project.root / name for name in ("another_concept.py", "scenes/another.py", "scenes/another.yaml",
                                             "concepts/another.py", "assets/another.csv")]  # fmt: skip
    for path in new:
        path.parent.mkdir(exist_ok=True)
        path.write_text((project.root / "scenes" / "tiny.yaml").read_text() if path.suffix == ".yaml" else "x = 1\n")
    for name in ("mathviz/mobjects/rods.py", "mathviz/concepts/denoiser.py", "assets/lint.yaml"):
        with (other_home / name).open("a") as file:  # what other films import, or nobody
            file.write("\n# changed\n")
    try:
        said = render(project, "--dry-run", PYTHONPATH=paths)
        assert [film["why"] for film in said] == ["unchanged", "unchanged"]
    finally:
        for path in new:
            path.unlink()


@pytest.mark.parametrize("name", ["mathviz/mobjects/text.py", "mathviz/films/script.py", "assets/theme.yaml"])
def test_what_it_imports_and_reads_of_the_package_changes_it(
    apart: tuple[TinyProject, str], other_home: Path, name: str
) -> None:
    project, paths = apart
    text = (other_home / name).read_text()
    (other_home / name).write_text(f"{text}\n# changed\n")
    try:
        said = render(project, "--dry-run", PYTHONPATH=paths)
        shown = name if name.startswith("mathviz") else f"mathviz/{name}"
        assert [(film["why"], film["draw"]) for film in said] == [(f"changed: {shown}", [])] * 2
    finally:
        (other_home / name).write_text(text)


@pytest.mark.parametrize(
    ("old", "new", "languages"),
    [("en: They leave", "en: They go", {"en"}), ("zh: 离开", "zh: 走", {"zh"}),
     ("computation:", "# a note\ncomputation:", set()),
     ("moments: [1]", "moments: [0.5]", {"en", "zh"}), ("on bars. 2020", "on bars. 2021", {"en", "zh"})],
)  # fmt: skip
def test_a_script_is_an_input_as_far_as_it_says_something_in_the_films_language(
    tiny: TinyProject, old: str, new: str, languages: set[str]
) -> None:
    jobs = {job.language: job for job in plan(tiny.project, ["tiny"], Wish(quality="low", fps=2))}
    before = {language: inputs.Now(job)["scenes/tiny.yaml"] for language, job in jobs.items()}
    path = tiny.root / "scenes" / "tiny.yaml"
    text = path.read_text(encoding="utf-8")
    at = text.lower().index(old.lower())
    path.write_text(text[:at] + new + text[at + len(old) :], encoding="utf-8")
    after = {language: inputs.Now(job)["scenes/tiny.yaml"] for language, job in jobs.items()}
    assert {language for language in jobs if after[language] != before[language]} == languages


READS = '''
        from pathlib import Path
        import {module}
        here = Path(__file__).parent
        self.heights = [float(each) for each in (here.parent / "assets" / "heights.csv").read_text().split()]
        self.heights += [{module}.HEIGHT] * ("bars" in (here.parent / "tiny_concept.py").read_text())
'''


@pytest.fixture
def reading(rendered: TinyProject) -> TinyProject:
    """The tiny film, whose last beat imports a module from a folder, and reads a file and a source."""
    rendered.misbehave(READS.format(module="further.more").strip().replace("\n        \n", "\n"))
    (rendered.root / "further").mkdir()
    (rendered.root / "further" / "more.py").write_text("HEIGHT = 1\n")
    (rendered.root / "assets").mkdir(exist_ok=True)
    (rendered.root / "assets" / "heights.csv").write_text("1 2 3")
    render(rendered, "--lang", "en")
    return rendered


@pytest.mark.parametrize("name", ["further/more.py", "assets/heights.csv"])
def test_what_a_scene_imports_and_reads_is_its_input_from_that_beat_on(reading: TinyProject, name: str) -> None:
    assert name in made_from(reading) and "tiny_concept.py" in made_from(reading)
    job = plan(reading.project, ["tiny"], Wish(["en"], quality="low", fps=2))[0]
    with (reading.root / name).open("a") as file:
        file.write("\n")
    cache = inputs.cache_of(job)
    assert [cache.looked_at(inputs.slots(job), beat) for beat in BEATS] == [True, True, False]
    (film,) = render(reading, "--lang", "en", "--dry-run")
    assert film["why"] == f"changed: {name}" and film["draw"] == []
    (film,) = render(reading, "--lang", "en")
    assert film["drawn"] == [] and not film["unchanged"]
    (film,) = render(reading, "--lang", "en")
    assert film["unchanged"]


def test_a_file_that_changes_while_it_is_read_makes_no_beat_that_is_found_again(rendered: TinyProject) -> None:
    """It is drawn again, from what the file says now, and that is what is kept."""
    rendered.misbehave(
        "told = pathlib.Path(__file__).parents[1] / 'assets' / 'told.txt'; words = told.read_text(); "
        "words == 'before' and told.write_text('after'); self.bars.shift((len(words), 0, 0))", imports="pathlib",
    )  # fmt: skip
    (rendered.root / "assets").mkdir(exist_ok=True)
    (rendered.root / "assets" / "told.txt").write_text("before")
    (film,) = render(rendered, "--lang", "en")
    assert film["frames"] and made_from(rendered)["assets/told.txt"] != inputs.RESTLESS
    (film,) = render(rendered, "--lang", "en")
    assert film["unchanged"]


def test_a_film_that_always_changes_what_it_reads_is_told(rendered: TinyProject) -> None:
    rendered.misbehave(
        "told = pathlib.Path(__file__).parents[1] / 'assets' / 'told.txt'; words = told.read_text(); "
        "told.write_text(words + 'x')", imports="pathlib",
    )  # fmt: skip
    (rendered.root / "assets").mkdir(exist_ok=True)
    (rendered.root / "assets" / "told.txt").write_text("")
    done = rendered.run("render", "tiny", "--lang", "en", "--quality", "low", "--fps", "2")
    assert done.returncode == 1 and "assets/told.txt changes while bars_leave is drawn" in done.stderr


def test_a_name_that_leads_elsewhere_is_no_files(rendered: TinyProject) -> None:
    job = plan(rendered.project, ["tiny"], Wish(["en"], quality="low", fps=2))[0]
    (rendered.root.parent / "secret.txt").write_text("secret")
    now = inputs.Now(job)
    for name in ("../secret.txt", "mathviz/../../secret.txt", "mathviz/assets/../../secret.txt", "/etc/hostname"):
        assert now[name] == inputs.ABSENT, name


def test_names_and_paths_are_each_others(rendered: TinyProject) -> None:
    job = plan(rendered.project, ["tiny"], Wish(["en"], quality="low", fps=2))[0]
    now = inputs.Now(job)
    style = HOME / "mathviz" / "style" / "__init__.py"
    for path in (style, HOME / "assets" / "theme.yaml", rendered.root / "a" / "b.csv"):
        assert (name := now.name(path)) and now.path(name) == path
    made = [rendered.root / name for name in ("renders/x", ".git/HEAD", "assets/traces/x.npz")]
    for path in (HOME / "mathviz" / "lint" / "rules.py", *made, Path("/etc/hostname")):
        assert now.name(path) is None
