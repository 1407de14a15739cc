"""mathviz new: four files that already work, and nothing is overwritten or left half."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from tiny_project import TinyProject

from mathviz.author import new
from mathviz.cluster import bundle
from mathviz.films.script import read
from mathviz.project import HOME, Project
from mathviz.project.errors import MathvizError
from mathviz.render import inputs
from mathviz.render.plan import Wish, plan

FOUR = {"concepts/heavy_ball.py", "scenes/heavy_ball.py", "scenes/heavy_ball.yaml", "tests/test_heavy_ball.py"}


def files_in(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def mathviz(folder: Path, *arguments: str, **changes: str) -> subprocess.CompletedProcess[str]:
    """The command in a folder that knows nothing of this repository."""
    line = [sys.executable, "-m", "mathviz", *arguments]
    return subprocess.run(line, cwd=folder, env=os.environ | changes, capture_output=True, text=True, check=False)


def test_the_four_files_work_as_they_are(tmp_path: Path) -> None:
    """In an empty folder: rendered, tested, without a finding, in both languages."""
    done = mathviz(tmp_path, "new", "heavy_ball")
    assert done.returncode == 0 and set(done.stdout.split()) == {*FOUR, ".gitignore"} == files_in(tmp_path), done.stderr
    assert (tmp_path / ".gitignore").read_text().splitlines()[0] == "renders/"
    assert set(read(tmp_path / "scenes" / "heavy_ball.yaml").languages) == {"en", "zh"}
    done = mathviz(tmp_path, "render", "heavy_ball", "--quality", "low", "--fps", "2", "--lang", "zh")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "renders" / "heavy_ball" / "heavy_ball.zh.mp4").is_file()
    tests = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    done = subprocess.run(tests, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0 and "4 passed" in done.stdout, done.stdout


def test_the_scene_is_one_for_manimgl_too(tmp_path: Path) -> None:
    """It is imported without the project's root on the path, as ``manimgl scenes/heavy_ball.py`` does."""
    new.create(Project(tmp_path), "heavy_ball")
    program = "import runpy; runpy.run_path('scenes/heavy_ball.py')"
    environment = {**os.environ, "PYGLET_HEADLESS": "1"}
    done = subprocess.run([sys.executable, "-I", "-c", program], cwd=tmp_path, env=environment, capture_output=True,
                          text=True, check=False)  # fmt: skip
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("stem", "suggested"),
    [("Heavy Ball", "heavy_ball"), ("9lives", "lives"), ("heavy-ball", "heavy_ball"), ("", "my_film"), ("../x", "x"),
     ("heavy__ball", "heavy_ball"), ("class", "class_film"), ("random", "random_film"), ("hero", "hero_film"),
     ("动画", "my_film"), ("x" * 90, f"{'x' * 55}_film")],
)  # fmt: skip
def test_an_ill_formed_stem_is_answered_with_a_good_one(tmp_path: Path, stem: str, suggested: str) -> None:
    with pytest.raises(MathvizError, match=f"Try: mathviz new {suggested}$"):
        new.create(Project(tmp_path), stem)
    assert not files_in(tmp_path)
    new.create(Project(tmp_path), suggested)


@pytest.mark.parametrize(
    ("stem", "why"),
    [("class", "is a word of Python's own"), ("random", "is a module of Python's"),
     ("hero", "would be the class Hero, which the scene imports"), ("x" * 90, "has 90 letters, and 60 are the most")],
)  # fmt: skip
def test_why_a_stem_cannot_be_taken_is_said(tmp_path: Path, stem: str, why: str) -> None:
    with pytest.raises(MathvizError, match=why):
        new.create(Project(tmp_path), stem)


def test_what_git_ignores_is_the_authors_where_they_say_it(tmp_path: Path) -> None:
    (tmp_path / ".gitignore").write_text("mine\n")
    assert len(new.create(Project(tmp_path), "heavy_ball")) == 4
    assert (tmp_path / ".gitignore").read_text() == "mine\n"


TURNING = """
from pathlib import Path
from mathviz import engine
engine.start(engine.Picture(854, 480, 15))
from mathviz.stage.frame import CAPTION
kind = engine.scene_class(Path("scenes/heavy_ball.py").resolve())
scene = engine.make_scene(kind, skip_animations=True, language="en", theme="dark")
scene.setup()
end = scene.way(scene.trace.points)[-1:]
print(min(scene.front.between(scene.aslant, at / 20).project(end)[0][1] for at in range(21)) - CAPTION.top)
"""


def test_the_ball_stays_clear_of_the_caption_while_the_camera_turns(tmp_path: Path) -> None:
    """Words of two lines begin a third of a unit below the top of their region."""
    new.create(Project(tmp_path), "heavy_ball")
    done = subprocess.run([sys.executable, "-c", TURNING], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert float(done.stdout) > -0.15


@pytest.mark.parametrize("languages", [["en"], ["zh"], ["fr"], ["zh", "de", "en"], ["en", "zh"]])
def test_it_is_begun_in_the_languages_that_are_asked_for(tmp_path: Path, languages: list[str]) -> None:
    new.create(Project(tmp_path), "heavy_ball", languages)
    path = tmp_path / "scenes" / "heavy_ball.yaml"
    told, text = read(path), path.read_text(encoding="utf-8")
    assert told.languages == languages and list(told.alt) == languages
    for code in languages:
        han = any("\u4e00" <= sign <= "\u9fff" for sign in told.question[code] + told.beats[1].captions[1][code])
        assert han == (code == "zh")
        assert (f"# What is said in {code} is English until" in text) == (code not in ("en", "zh"))
    assert "zh" in languages or not any("\u2e80" <= sign <= "\u9fff" for sign in text), "nothing of another language"


def test_what_to_change_first_is_named_until_it_is_changed(tmp_path: Path) -> None:
    project = Project(tmp_path)
    for path in new.create(project, "heavy_ball", ["fr"])[:3]:
        told = new.to_change_first(project, "heavy_ball", ["fr"])
        (mine,) = [each for each in told if each["place"].startswith(str(path.relative_to(tmp_path)))]
        line = path.read_text(encoding="utf-8").splitlines()[int(mine["place"].partition(":")[2]) - 1]
        assert any(line.strip().startswith(words) for words, _ in new.FIRST.values()), line
        path.write_text(path.read_text(encoding="utf-8") + "# mine\n", encoding="utf-8")
        assert mine not in new.to_change_first(project, "heavy_ball", ["fr"])
    assert new.to_change_first(project, "heavy_ball", ["fr"]) == []


@pytest.mark.parametrize("languages", [[], ["english"], ["EN"], ["en", "en"], ["../x"]])
def test_what_is_no_language_is_refused(tmp_path: Path, languages: list[str]) -> None:
    with pytest.raises(MathvizError, match="Try: mathviz new my_film --lang en"):
        new.create(Project(tmp_path), "heavy_ball", languages)
    assert not files_in(tmp_path)


@pytest.mark.parametrize("there", sorted(FOUR))
def test_nothing_that_is_there_is_overwritten(tmp_path: Path, there: str) -> None:
    (tmp_path / there).parent.mkdir()
    (tmp_path / there).write_text("mine")
    with pytest.raises(MathvizError, match=f"{there} is there already"):
        new.create(Project(tmp_path), "heavy_ball")
    assert files_in(tmp_path) == {there} and (tmp_path / there).read_text() == "mine"


def test_where_a_file_cannot_be_written_none_is(tmp_path: Path) -> None:
    (tmp_path / "tests").write_text("a file where the last folder should be")
    with pytest.raises(MathvizError, match=r"nothing was written: .*tests"):
        new.create(Project(tmp_path), "heavy_ball")
    assert files_in(tmp_path) == {"tests"}


def test_a_second_film_joins_the_project_from_any_of_its_folders(tiny: TinyProject) -> None:
    done = mathviz(tiny.root / "scenes", "new", "heavy_ball")
    assert done.returncode == 0 and files_in(tiny.root) >= FOUR, done.stderr
    assert mathviz(tiny.root, "list", "-q").stdout.split() == ["heavy_ball", "tiny"]


def test_its_concept_is_the_films_too_for_previews_and_clusters(tmp_path: Path) -> None:
    project = Project(tmp_path)
    concept = new.create(project, "heavy_ball")[0]
    (job,) = plan(project, ["heavy_ball"], Wish(["en"]))
    assert concept in inputs.files(job)
    assert bundle.of(project, ["heavy_ball"]).files["project/concepts/heavy_ball.py"] == concept


def test_in_this_repository_a_concept_is_part_of_the_package() -> None:
    places = {name: str(path.relative_to(HOME)) for name, path in new.places(Project(HOME), "heavy_ball").items()}
    assert places == {"concept.py": "mathviz/concepts/heavy_ball.py", "script.yaml": "scenes/heavy_ball.yaml",
                      "scene.py": "scenes/heavy_ball.py", "test.py": "tests/concepts/test_heavy_ball.py"}  # fmt: skip


def test_without_films_the_next_command_is_named(tmp_path: Path) -> None:
    done = mathviz(tmp_path, "list")
    assert done.returncode == 2 and "Begin one: mathviz new my_film" in done.stderr and not done.stdout, done.stderr
    (tmp_path / "scenes").mkdir()
    (tmp_path / "scenes" / "half.yaml").touch()
    done = mathviz(tmp_path, "list")
    assert done.returncode == 0 and "Begin one: mathviz new my_film" in done.stderr and not done.stdout, done.stderr


# ---- the package, installed


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel of this repository."""
    folder = tmp_path_factory.mktemp("wheel")
    copy = folder / "source"
    copy.mkdir()
    listed = subprocess.run(["git", "-c", f"safe.directory={HOME}", "ls-files", "-co", "--exclude-standard"], cwd=HOME,
                            capture_output=True, text=True, check=True).stdout.splitlines()  # fmt: skip
    for name in listed:
        if (HOME / name).is_file() and not name.startswith("tests/"):
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            (copy / name).write_bytes((HOME / name).read_bytes())
    build = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation"]
    done = subprocess.run([*build, "-w", str(folder), str(copy)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return next(folder.glob("*.whl"))


def test_the_wheel_holds_the_package_and_what_it_draws_with(wheel: Path) -> None:
    inside = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    package = {str(path.relative_to(HOME)) for path in (HOME / "mathviz").rglob("*")
               if path.is_file() and "__pycache__" not in path.parts}  # fmt: skip
    assets = {str("mathviz" / path.relative_to(HOME)) for path in (HOME / "assets").rglob("*")
              if path.is_file() and "__pycache__" not in path.parts and "traces" not in path.parts}  # fmt: skip
    assert package <= inside, sorted(package - inside)
    assert assets <= inside, sorted(assets - inside)
    assert all(name.startswith("mathviz/") for name in inside)


@pytest.mark.slow
def test_the_wheel_works_away_from_its_repository(wheel: Path, tmp_path: Path) -> None:
    """Unpacked beside the libraries, which the next test installs as well."""
    zipfile.ZipFile(wheel).extractall(tmp_path / "site")
    films, installed = tmp_path / "films", {"PYTHONPATH": str(tmp_path / "site")}
    films.mkdir()
    done = mathviz(films, "list", **installed)
    assert "Begin one: mathviz new my_film" in done.stderr and not done.stdout
    assert mathviz(films, "new", "heavy_ball", **installed).returncode == 0
    done = mathviz(films, "render", "heavy_ball", "--quality", "low", "--fps", "2", "--lang", "en", **installed)
    assert done.returncode == 0, done.stderr
    assert (films / "renders" / "heavy_ball" / "heavy_ball.en.mp4").is_file()


@pytest.mark.slow
def test_the_wheel_in_an_empty_environment(wheel: Path, tmp_path: Path) -> None:
    """As its users install it: a new environment, the wheel with all that it depends on, an empty folder."""
    subprocess.run([sys.executable, "-m", "venv", tmp_path / "venv"], check=True)
    program = tmp_path / "venv" / "bin"
    line = [program / "python", "-m", "pip", "install", "-q", wheel]
    done = subprocess.run(line, capture_output=True, text=True, timeout=1200, check=False)
    assert done.returncode == 0, done.stderr
    (tmp_path / "films").mkdir()
    environment = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "VIRTUAL_ENV")}
    for arguments in (("new", "heavy_ball"), ("render", "heavy_ball", "--draft"), ("list", "-q")):
        done = subprocess.run([program / "mathviz", *arguments], cwd=tmp_path / "films", env=environment,
                              capture_output=True, text=True, check=False)  # fmt: skip
        assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["heavy_ball"]
    for language in ("en", "zh"):
        assert (tmp_path / "films" / "renders" / "heavy_ball" / f"heavy_ball.{language}.mp4").is_file()
