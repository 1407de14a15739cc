"""The command as a person or a script meets it: output, exit statuses, and one clear message for each mistake."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from PIL import Image
from tiny_project import BEATS, TinyProject

from mathviz.project import HOME

LOW = ("--quality", "low", "--fps", "2")
COMMANDS = [(), ("list",), ("compute",), ("render",), ("still",), ("doctor",), ("bench",), ("cache",),
            ("frames",), ("frames", "accept"), ("frames", "check")]  # fmt: skip


def require_refused(done: subprocess.CompletedProcess[str], code: int, *says: str) -> None:
    """One clear message on standard error, nothing on standard output, no traceback."""
    assert done.returncode == code, done.stderr
    assert all(part in done.stderr for part in says), done.stderr
    assert "Traceback" not in done.stderr and not done.stdout


# ---- list


def test_list_says_title_and_question_in_every_language(tiny: TinyProject) -> None:
    done = tiny.run("list")
    assert done.returncode == 0 and not done.stderr
    assert done.stdout == "tiny  [en, zh]\n    Bars: How high?\n    条形: 多高？\n"
    assert tiny.run("list", "-q").stdout == "tiny\n"


def test_list_as_json(tiny: TinyProject) -> None:
    (film,) = json.loads(tiny.run("list", "--json").stdout)
    assert film["stem"] == "tiny" and film["languages"] == ["en", "zh"] and film["beats"] == list(BEATS[1:])


def test_list_works_below_the_projects_root_and_elsewhere(tiny: TinyProject, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "mathviz", "list", "-q"]
    for place, stem in ((tiny.root / "scenes", "tiny"), (tmp_path, "ring_allreduce")):
        done = subprocess.run(command, cwd=place, capture_output=True, text=True, check=True)
        assert stem in done.stdout.split()


def test_list_imports_neither_manimgl_nor_torch_nor_numpy(tiny: TinyProject) -> None:
    began = time.monotonic()
    assert tiny.run("list").returncode == 0
    print(f"mathviz list took {time.monotonic() - began:.2f} s (wanted: under 0.5 s)")
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "mathviz", "list"],
        cwd=tiny.root, capture_output=True, text=True, check=True,
    )  # fmt: skip
    imported = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert "mathviz.script" in imported
    assert not imported & {"manimlib", "torch", "numpy", "scipy", "matplotlib", "moderngl", "PIL"}


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_reader_that_has_seen_enough_is_no_error(tiny: TinyProject, unbuffered: str) -> None:
    environment = tiny.environment(PYTHONUNBUFFERED=unbuffered)
    for command in ("list", "list --json", "--help"):
        line = f"set -o pipefail; {sys.executable} -m mathviz {command} | head -c 0; echo ${{PIPESTATUS[0]}}"
        done = subprocess.run(
            ["bash", "-c", line], cwd=tiny.root, env=environment, capture_output=True, text=True, check=False
        )  # fmt: skip
        assert done.stdout == "0\n" and not done.stderr, (command, done)


# ---- names and options


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: " ".join(("mathviz", *command)))
def test_help_mentions_every_option(tiny: TinyProject, command: tuple[str, ...]) -> None:
    import typer

    from mathviz.cli import app

    here = typer.main.get_command(app)
    for name in command:
        here = here.commands[name]
    done = tiny.run(*command, "--help", COLUMNS="200")
    assert done.returncode == 0 and not done.stderr
    assert done.stdout.startswith(f"Usage: mathviz {' '.join(command)}".strip())
    for parameter in here.params:
        for option in parameter.opts if parameter.param_type_name == "option" else [parameter.name]:
            assert option.lower() in done.stdout.lower(), option
    if not hasattr(here, "commands"):
        assert here.help and here.help.split(".")[0] in done.stdout


@pytest.mark.parametrize(
    "arguments",
    [("list", "--jsno"), ("render", "--fps", "many"), ("render", "-j", "-1"), ("still", "tiny"), ("frobnicate",),
     ("still", "tiny", "--beat", "bars_grow", "--at", "-1"), ("compute",), ("compute", "tiny", "--device", "tpu"),
     ("compute", "tiny", "--record", "--check"), ("frames", "frobnicate")],
    ids=" ".join,
)  # fmt: skip
def test_a_wrong_call_shows_how_to_call(tiny: TinyProject, arguments: tuple[str, ...]) -> None:
    require_refused(tiny.run(*arguments), 2, "Usage: mathviz", "Error: ")


@pytest.mark.parametrize("arguments", [(), ("frames",)], ids=["mathviz", "mathviz frames"])
def test_no_command_shows_the_commands(tiny: TinyProject, arguments: tuple[str, ...]) -> None:
    done = tiny.run(*arguments)
    assert done.returncode == 2 and "Commands:" in done.stdout + done.stderr and "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [("render", "tniy"), ("compute", "tniy"), ("still", "tniy", "--beat", "bars_grow"), ("frames", "accept", "tniy"),
     ("frames", "check", "tniy")],
    ids=" ".join,
)  # fmt: skip
def test_an_unknown_film_is_answered_with_the_closest(tiny: TinyProject, arguments: tuple[str, ...]) -> None:
    require_refused(tiny.run(*arguments), 2, "There is no film 'tniy'. Closest: tiny. See: mathviz list")


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--lang", "zn"), "There is no language 'zn'. Closest: zh"),
        (("--theme", "ligth"), "There is no theme 'ligth'. Closest: light"),
        (("--quality", "hgih"), "There is no quality 'hgih'. Closest: high"),
    ],
)
def test_unknown_values_are_answered_with_the_closest(tiny: TinyProject, options: tuple[str, ...], says: str) -> None:
    require_refused(tiny.run("render", "tiny", *options), 2, says)


def test_a_frame_rate_that_does_not_fit_is_refused(tiny: TinyProject) -> None:
    require_refused(tiny.run("render", "tiny", "--fps", "7"), 1, "--fps 7", "use 24, 25, 30")


# ---- scripts


def test_a_malformed_script_is_named_with_file_and_line(tiny: TinyProject) -> None:
    tiny.edit("scenes/tiny.yaml", "title: {en: Bars, zh: 条形}", "title: {en: Bars, zh: [条形}")
    for command in (("list",), ("render", "tiny"), ("compute", "tiny"), ("still", "tiny", "--beat", "bars_grow")):
        require_refused(tiny.run(*command), 2, "scenes/tiny.yaml:1: is no YAML")


def test_all_faults_of_a_script_come_at_once(tiny: TinyProject) -> None:
    tiny.edit("scenes/tiny.yaml", "    moments: [1]", "    moment: [1]")
    tiny.edit("scenes/tiny.yaml", "{en: They leave, zh: 离开}", "{en: They leave}")
    require_refused(
        tiny.run("render"), 2,
        "tiny.yaml:11: beats.0.moment: is not allowed here; allowed: id, chapter, captions, moments",
        "tiny.yaml:15: beats.1.captions", "no text in zh; needs one in each of en, zh",
    )  # fmt: skip


def test_a_script_with_a_beat_that_the_scene_lacks(tiny: TinyProject) -> None:
    tiny.edit("scenes/tiny.yaml", "id: bars_leave", "id: bars_live")
    done = tiny.run("render", "tiny", "--lang", "en", *LOW)
    require_refused(done, 1, "There is no beat method 'bars_live'. Closest: bars_leave")
    assert not tiny.films.is_dir() or not tiny.contents()


def test_a_beat_cannot_have_the_name_of_a_scenes_own_method(tiny: TinyProject) -> None:
    tiny.edit("scenes/tiny.yaml", "id: bars_leave", "id: wait")
    done = tiny.run("render", "tiny", "--quality", "low", "--lang", "en")
    assert done.returncode != 0
    assert "a beat cannot be called 'wait'" in done.stderr and "Traceback" not in done.stderr
    assert not list(tiny.films.glob("*.mp4"))


def test_a_beat_that_leaves_a_caption_unsaid_is_refused(tiny: TinyProject) -> None:
    tiny.edit(
        "scenes/tiny.yaml", "      - {en: They leave, zh: 离开}",
        "      - {en: They leave, zh: 离开}\n      - {en: And more, zh: 还有}",
    )  # fmt: skip
    done = tiny.run("render", "tiny", "--quality", "low", "--lang", "en")
    assert done.returncode != 0
    assert "bars_leave ended before all its captions were shown" in done.stderr
    assert not list(tiny.films.glob("*.mp4"))


def test_a_caption_with_a_name_that_the_trace_lacks(tiny: TinyProject) -> None:
    tiny.edit("scenes/tiny.yaml", '"{bars} bars <grow>"', '"{beers} bars <grow>"')
    done = tiny.run("render", "tiny", "--lang", "en", *LOW)
    require_refused(done, 1, "the trace has no beers", "bars")


# ---- compute


def test_compute_records_and_checks(tiny: TinyProject) -> None:
    done = tiny.run("compute", "tiny")
    assert done.returncode == 0 and "holds: the heights add up to the total" in done.stdout
    assert not (tiny.root / "assets").exists()
    require_refused(tiny.run("compute", "tiny", "--check"), 2, "no recorded trace", "mathviz compute tiny --record")

    about = json.loads(tiny.run("compute", "tiny", "--record", "--json").stdout)
    assert about["place"] == str(tiny.root / "assets" / "traces" / "tiny.npz") and Path(about["place"]).is_file()
    assert tiny.run("compute", "tiny", "--check", "--quiet").stdout == ""
    assert json.loads(tiny.run("compute", "tiny", "--check", "--json").stdout) == {
        "stem": "tiny", "same": True, "differences": []
    }  # fmt: skip


def test_compute_check_fails_when_the_numbers_have_changed(tiny: TinyProject) -> None:
    assert tiny.run("compute", "tiny", "--record").returncode == 0
    tiny.edit("tiny_concept.py", "np.arange(1.0, bars + 1)", "np.arange(1.0, bars + 1)[::-1]")
    done = tiny.run("compute", "tiny", "--check")
    require_refused(done, 1, "is not what was recorded", "heights: differs", "other code or arguments")
    found = tiny.run("compute", "tiny", "--check", "--json")
    assert found.returncode == 1 and not json.loads(found.stdout)["same"]


def test_a_computation_that_is_not_true_leaves_no_trace_and_no_film(tiny: TinyProject) -> None:
    tiny.edit("tiny_concept.py", "bars * (bars + 1) / 2", "bars * (bars + 1) / 3")
    for options in ((), ("--record",)):
        require_refused(tiny.run("compute", "tiny", *options), 1, "not true", "the heights add up to the total")
    done = tiny.run("render", "tiny", *LOW)
    assert done.returncode == 1 and "nothing was drawn" in done.stderr and "Traceback" not in done.stderr
    assert not list(tiny.root.rglob("*.npz")) and not list(tiny.root.rglob("*.mp4"))


def test_an_unknown_computation_is_named(tiny: TinyProject) -> None:
    tiny.edit("scenes/tiny.yaml", "tiny_concept:measure", "tiny_concept:measur")
    require_refused(tiny.run("compute", "tiny"), 2, "The script of tiny names the computation 'tiny_concept:measur'")


@pytest.mark.parametrize("device", ["cpu", "auto", "cuda"])
def test_a_computation_that_runs_on_the_cpu_alone(tiny: TinyProject, device: str) -> None:
    done = tiny.run("compute", "tiny", "--device", device)
    if device == "cuda":
        require_refused(done, 1, "runs on the CPU alone")
    else:
        assert done.returncode == 0


def test_a_damaged_trace_is_reported_and_computed_again(rendered: TinyProject) -> None:
    (cached,) = (rendered.root / "renders" / ".cache" / "traces").glob("*.npz")
    whole = cached.read_bytes()
    cached.write_bytes(whole[:-20] + bytes(20))
    done = rendered.run("still", "tiny", "--beat", "bars_grow", "--quality", "low")
    assert done.returncode == 0 and "is not what was written" in done.stderr and "computing tiny" in done.stderr
    assert cached.read_bytes() == whole


# ---- still


def test_still_writes_one_frame(rendered: TinyProject) -> None:
    done = rendered.run("still", "tiny", "--beat", "bars_grow", "--at", "0.5", "--lang", "zh", "--quality", "low")
    assert done.returncode == 0, done.stderr
    path = Path(done.stdout.strip())
    assert path == rendered.films / "stills" / "tiny.zh.bars_grow@0.5s.png"
    assert Image.open(path).size == (854, 480)
    assert not done.stderr


def test_still_refuses_what_there_is_not(rendered: TinyProject) -> None:
    still = ("still", "tiny", "--quality", "low", "--beat")
    require_refused(rendered.run(*still, "bars_gorw"), 2, "There is no beat 'bars_gorw'. Closest: bars_grow")
    for at, says in (("99", "bars_grow is over before 99.0 seconds"), ("inf", "no moment inf"), ("nan", "")):
        require_refused(rendered.run(*still, "bars_grow", "--at", at), 2, says)
    assert not (rendered.films / "stills").exists()


# ---- what the machine lacks


def programs(folder: Path, without: str) -> str:
    """A PATH with what films need but for one program."""
    folder.mkdir()
    for name in {"ffmpeg", "ffprobe", "latex", "dvisvgm", "kpsewhich", "apt-get", "git"} - {without}:
        found = shutil.which(name)
        if found:
            (folder / name).symlink_to(found)
    return str(folder)


@pytest.mark.parametrize(
    ("program", "package"),
    [("ffmpeg", "ffmpeg"), ("ffprobe", "ffmpeg"), ("latex", "texlive-latex-extra"), ("dvisvgm", "dvisvgm"),
     ("kpsewhich", "texlive-latex-extra")],
)  # fmt: skip
def test_a_missing_program_is_named_with_its_package_before_any_work(
    tiny: TinyProject, tmp_path: Path, program: str, package: str
) -> None:
    path = programs(tmp_path / "bin", program)
    done = tiny.run("render", "tiny", *LOW, PATH=path)
    require_refused(done, 1, "not installed. Install:", package, "mathviz doctor")
    assert done.stderr.count("not installed") == 1, "only one thing is missing"
    assert not (tiny.root / "renders").exists()


def test_missing_egl_is_named_with_its_packages_before_any_work(tiny: TinyProject) -> None:
    done = tiny.run("render", "tiny", *LOW, __EGL_VENDOR_LIBRARY_FILENAMES="/nonexistent")
    require_refused(done, 1, "OpenGL through EGL", "libegl-mesa0")
    assert not (tiny.root / "renders").exists()


@pytest.fixture(scope="module")
def other_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package and its assets in another place, to be damaged."""
    home = tmp_path_factory.mktemp("home")
    shutil.copytree(HOME / "mathviz", home / "mathviz", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(HOME / "assets", home / "assets")
    return home


def test_a_missing_font_is_named_before_any_work(tiny: TinyProject, other_home: Path) -> None:
    paths = {"PYTHONPATH": f"{other_home}:{tiny.root}"}
    assert tiny.run("list", **paths).returncode == 0
    font = sorted((other_home / "assets" / "fonts").glob("*.[ot]tf"))[0]
    font.rename(font.with_suffix(".away"))
    try:
        done = tiny.run("render", "tiny", *LOW, **paths)
    finally:
        font.with_suffix(".away").rename(font)
    require_refused(done, 1, str(font), "is missing", "git checkout assets/fonts")
    assert not (tiny.root / "renders").exists()


def test_a_font_that_is_none_is_named_before_any_work(tiny: TinyProject, other_home: Path) -> None:
    font = sorted((other_home / "assets" / "fonts").glob("*.[ot]tf"))[0]
    whole = font.read_bytes()
    font.write_text("no font")
    try:
        done = tiny.run("render", "tiny", *LOW, PYTHONPATH=f"{other_home}:{tiny.root}")
    finally:
        font.write_bytes(whole)
    require_refused(done, 1, font.name, "git checkout assets/fonts")


def test_no_message_of_the_library_promises_a_command_that_does_not_exist() -> None:
    """Every `mathviz …` that an error or a docstring names is a command."""
    said = "\n".join(path.read_text(encoding="utf-8") for path in (HOME / "mathviz").rglob("*.py"))
    named = set(re.findall(r"mathviz (list|compute|render|still|doctor|frames \w+|[a-z]+) (?:--|\{)", said))
    assert named and named <= {" ".join(command) for command in COMMANDS}, named
