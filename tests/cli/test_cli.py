"""The command as a person or a script meets it: output, exit statuses, and one clear message for each mistake."""

from __future__ import annotations

import json
import os
import re
import resource
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tiny_project import BEATS, TinyProject, programs
from typer.testing import CliRunner

from mathviz.cli import app
from mathviz.project import HOME
from mathviz.project.errors import NotFound
from mathviz.render import encode

LOW = ("--quality", "low", "--fps", "2")
COMMANDS = [(), ("list",), ("compute",), ("render",), ("still",), ("doctor",), ("gallery",), ("embed",), ("bench",),
            ("scale",), ("cache",), ("docs",), ("new",), ("check",), ("preview",), ("lint",), ("frames",),
            ("frames", "accept"), ("frames", "check"), ("slides",), ("voice",), ("upload-kit",)]  # fmt: skip


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


def test_ten_thousand_stems_are_listed_at_once(tmp_path: Path) -> None:
    """Nothing is read for it."""
    (tmp_path / "scenes").mkdir()
    for number in range(10_000):
        for ending in ("yaml", "py"):
            (tmp_path / "scenes" / f"film_{number:04}.{ending}").touch()
    line = [sys.executable, "-m", "mathviz", "list", "-q"]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(line, cwd=tmp_path, capture_output=True, text=True, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert len(done.stdout.splitlines()) == 10_000 and done.stdout.startswith("film_0000\nfilm_0001\n")
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 2


def test_list_works_below_the_projects_root(tiny: TinyProject) -> None:
    command = [sys.executable, "-m", "mathviz", "list", "-q"]
    done = subprocess.run(command, cwd=tiny.root / "scenes", capture_output=True, text=True, check=True)
    assert done.stdout == "tiny\n"


@pytest.mark.parametrize(
    "line",
    ["list", "list -q", "render", "gallery", "lint", "compute ring_allreduce --record", "check ring_allreduce",
     "embed ring_allreduce", "still ring_allreduce", "preview ring_allreduce", "bench", "frames check",
     "frames report", "frames accept ring_allreduce"],
)  # fmt: skip
def test_without_a_project_nothing_is_done(line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not even to the one that this package comes with, whose films every command would find."""
    (tmp_path / "scenes").mkdir()
    monkeypatch.chdir(tmp_path)
    refused = CliRunner().invoke(app, line.split()).exception
    assert isinstance(refused, NotFound) and refused.exit_code == 2
    assert "There is no project here" in str(refused) and "mathviz new my_film" in str(refused)
    assert [path.name for path in tmp_path.rglob("*")] == ["scenes"]


def test_what_needs_no_project_goes_on_without(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Such as a scene that is given with its path; and what is refused is one sentence."""
    monkeypatch.chdir(tmp_path)
    for line in ("docs", "docs first_film", "cache", "new --help"):
        assert CliRunner().invoke(app, line.split()).exit_code == 0
    for line in ("render x.py", "still x.py", "lint x.py", "bench x.py"):
        assert "There is no file x.py" in str(CliRunner().invoke(app, line.split()).exception)
    done = subprocess.run([sys.executable, "-m", "mathviz", "gallery"], cwd=tmp_path, capture_output=True, text=True,
                          check=False)  # fmt: skip
    require_refused(done, 2, "mathviz: There is no project here")


def test_list_imports_neither_manimgl_nor_torch_nor_numpy(tiny: TinyProject) -> None:
    began = time.monotonic()
    assert tiny.run("list").returncode == 0
    print(f"mathviz list took {time.monotonic() - began:.2f} s (wanted: under 0.5 s)")
    machine = os.environ | {"MATHVIZ_CACHE": str(tiny.root / "machine")}
    for noted in (False, True):
        done = subprocess.run(
            [sys.executable, "-X", "importtime", "-m", "mathviz", "list"],
            cwd=tiny.root, capture_output=True, text=True, check=True, env=machine,
        )  # fmt: skip
        imported = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
        assert ("mathviz.films.script" in imported) != noted, "a script that was read once is not read again"
        assert not imported & {"manimlib", "torch", "numpy", "scipy", "matplotlib", "moderngl", "PIL"}
    tiny.edit("scenes/tiny.yaml", "en: Bars", "en: Poles")
    assert "Poles" in tiny.run("list").stdout


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
        assert here.help and here.help.split(".")[0] in " ".join(done.stdout.split())


@pytest.mark.parametrize(
    "arguments",
    [("list", "--jsno"), ("render", "--fps", "many"), ("render", "--draft", "--final"),
     ("render", "--transparent", "--keyframes", "1"),
     ("render", "-j", "-1"), ("render", "--any-version"), ("frobnicate",),
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
        (("--beats", "bars_gorw"), "There is no beat 'bars_gorw'. Closest: bars_grow"),
    ],
)
def test_unknown_values_are_answered_with_the_closest(tiny: TinyProject, options: tuple[str, ...], says: str) -> None:
    require_refused(tiny.run("render", "tiny", *options), 2, says)


def test_a_frame_rate_that_does_not_fit_is_refused(tiny: TinyProject) -> None:
    require_refused(tiny.run("render", "tiny", "--fps", "12.5"), 1, "12.5 frames a second were asked for", "29.97")


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
    require_refused(done, 1, f"{tiny.root}/scenes/tiny.yaml:10: '{{beers}} bars <grow>': the trace has no beers")


# ---- render


def video(path: Path) -> dict:
    (stream,) = [stream for stream in encode.probe(path)["streams"] if stream["codec_type"] == "video"]
    return stream


def test_a_draft_of_some_beats_with_everything_beside_it(rendered: TinyProject) -> None:
    """The whole film, which was there before, stays as it is."""
    before = rendered.contents()
    parts = ("--beats", "bars_leave, question", "--clips", "--gif", "--webp")
    done = rendered.run("render", "tiny", "--lang", "en", "--draft", *parts)
    assert done.returncode == 0, done.stderr
    name = "tiny.en.question.bars_leave"
    assert done.stdout.startswith(f"{rendered.films / name}.mp4  (2 of 2 beats drawn, ")
    about = json.loads((rendered.films / f"{name}.json").read_text())
    assert [beat["id"] for beat in about["beats"]] == ["question", "bars_leave"]
    encode.verify(rendered.films / f"{name}.mp4", 854, 480, 15, about["frames"])
    clips = sorted((rendered.films / f"{name}.clips").iterdir())
    assert [clip.name for clip in clips] == ["00_question.mp4", "01_bars_leave.mp4"]
    for clip, beat in zip(clips, about["beats"], strict=True):
        encode.verify(clip, 854, 480, 15, beat["frames"])
    for ending in ("gif", "webp"):
        path = rendered.films / f"{name}.{ending}"
        with Image.open(path) as copy:
            assert copy.n_frames > 10 and copy.info["loop"] == 0 and path.stat().st_size < 1_000_000
    after = rendered.contents()
    assert {file: after[file] for file in before} == before
    again = rendered.run("render", "tiny", "--lang", "en", "--draft", *parts)
    assert again.stdout == f"{rendered.films / name}.mp4  (unchanged)\n"


def test_what_an_earlier_film_had_beside_it_does_not_outlive_it(rendered: TinyProject) -> None:
    options = ("render", "tiny", "--lang", "en", "--quality", "low", "--fps", "2")
    assert rendered.run(*options, "--clips", "--gif").returncode == 0
    assert (rendered.films / "tiny.en.gif").is_file()
    assert (rendered.films / "tiny.en.clips" / "01_bars_grow.mp4").is_file()
    rendered.edit("scenes/tiny.yaml", "en: They leave", "en: They go")
    assert rendered.run(*options).returncode == 0
    assert {path.name for path in rendered.films.iterdir()} == {
        f"tiny.{language}{ending}" for language in ("en", "zh")
        for ending in (".mp4", ".poster.png", ".poster.webp", ".vtt", ".chapters.vtt", ".md", ".json")
    }  # fmt: skip


def test_a_transparent_film_is_transparent_where_nothing_is_drawn(rendered: TinyProject) -> None:
    before = rendered.contents()
    done = rendered.run("render", "tiny", "--lang", "en", *LOW, "--transparent", "--webm")
    assert done.returncode == 0, done.stderr
    path = rendered.films / "tiny.en.transparent.mov"
    assert done.stdout.startswith(f"{path}  (3 of 3 beats drawn, 29 frames")
    assert video(path)["codec_name"] == "prores" and "yuva444p" in video(path)["pix_fmt"]
    for decoder, file in ((), path), (("-c:v", "libvpx-vp9"), path.with_suffix(".webm")):
        command = ["ffmpeg", "-v", "error", *decoder, "-i", file, "-f", "rawvideo", "-pix_fmt", "rgba", "pipe:"]
        raw = subprocess.run(command, capture_output=True, check=True).stdout
        alpha = np.frombuffer(raw, np.uint8).reshape(-1, 480, 854, 4)[..., 3]
        assert alpha.shape[0] == 29 and alpha[:, -1, -1].max() <= 2, "a corner in which nothing is ever drawn"
        assert alpha[15].max() >= 252 and 0.01 < (alpha[15] > 250).mean() < 0.5, "the bars"
    after = rendered.contents()
    assert {file: after[file] for file in before} == before, "the film with a background is another one"


DIGEST = """
import hashlib, sys
from pathlib import Path
from mathviz import engine
engine.start(engine.Picture(854, 480, 2))
class Sink:
    def take(self, frame):
        print("frame", hashlib.sha256(frame).hexdigest())
kind = engine.scene_class(Path("scenes/tiny.py"))
engine.draw(engine.make_scene(kind, language="en", theme="dark"), Sink())
"""


@pytest.mark.slow
def test_digests_are_those_of_the_frames_even_of_beats_that_were_drawn_without(rendered: TinyProject) -> None:
    before, beats = rendered.contents(), rendered.beats()
    for drawn in (list(BEATS), []):
        done = rendered.run("render", "tiny", "--lang", "en", *LOW, "--digest", "digests.txt", "--json")
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout)[0]["drawn"] == drawn
        told = (rendered.root / "digests.txt").read_text().split()
        (rendered.root / "digests.txt").unlink()
    own = subprocess.run(
        [sys.executable, "-c", DIGEST, "cache"], cwd=rendered.root, env=rendered.environment(),
        capture_output=True, text=True, timeout=100, check=True,
    )  # fmt: skip
    assert told == [line.split()[1] for line in own.stdout.splitlines() if line.startswith("frame ")]
    assert len(told) == 29 and len(set(told)) > 5
    assert rendered.contents() == before and rendered.beats() == beats
    assert rendered.run("render", "tiny", "--lang", "en", *LOW).stdout.endswith("(unchanged)\n")


def test_a_dry_run_of_a_film_that_never_was_computes_and_draws_nothing(tiny: TinyProject) -> None:
    done = tiny.run("render", "tiny", *LOW, "--dry-run")
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        f"tiny.{language}: never made; would compute tiny and draw question, bars_grow, bars_leave"
        for language in ("en", "zh")
    ]
    assert "computing" not in done.stderr and not (tiny.root / "renders").exists()


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
    require_refused(done, 1, "is not what was recorded", "heights: differs", "by other code")
    found = tiny.run("compute", "tiny", "--check", "--json")
    assert found.returncode == 1 and not json.loads(found.stdout)["same"]


def test_a_computation_that_is_not_true_leaves_no_trace_and_no_film(tiny: TinyProject) -> None:
    tiny.edit("tiny_concept.py", "bars * (bars + 1) / 2", "bars * (bars + 1) / 3")
    for options in ((), ("--record",)):
        require_refused(tiny.run("compute", "tiny", *options), 1, "not true", "the heights add up to the total")
    done = tiny.run("render", "tiny", *LOW)
    films = 2  # the exit status is the number of films that are not there
    assert done.returncode == films and "neither saved nor drawn" in done.stderr and "Traceback" not in done.stderr
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
    require_refused(rendered.run(*still[:-1]), 2, "Say which beat of tiny: --beat bars_leave; it has question, bars_")
    over = " s, before the moment 99 s"
    for at, says in (("99", over), ("inf", "no moment inf"), ("nan", "")):
        require_refused(rendered.run(*still, "bars_grow", "--at", at), 2, says)
    assert not list(rendered.films.glob("stills/*"))


TURNS = """
from manimlib import *


class Turns(Scene):
    def construct(self):
        self.play(Rotate(Square(fill_opacity=0.5), PI), run_time=0.4)


class Other(Scene):
    pass
"""


def test_still_takes_scene_files_and_preview_says_that_it_does_not(tiny: TinyProject) -> None:
    (tiny.root / "turns.py").write_text(TURNS)
    require_refused(tiny.run("preview", "turns.py"), 2, "turns.py is no film: a preview needs a script, turns.yaml")
    require_refused(tiny.run("still", "turns.py"), 2, "Say which scene of turns.py: --beat Other; it has Other, Turns")
    done = tiny.run("still", "turns.py", "--beat", "Turns", "--at", "0.2", "--quality", "low")
    assert done.returncode == 0, done.stderr
    assert Path(done.stdout.strip()) == tiny.root / "renders" / "turns" / "stills" / "Turns@0.2s.png"
    assert len(Image.open(done.stdout.strip()).getcolors(10**6)) > 3


# ---- what the machine lacks


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
    require_refused(done, 1, "Install:", package, "mathviz doctor")
    assert done.stderr.count("Install:") == 1, "only one thing is missing"
    assert not (tiny.root / "renders").exists()


def test_missing_egl_is_named_with_its_packages_before_any_work(tiny: TinyProject) -> None:
    done = tiny.run("render", "tiny", *LOW, __EGL_VENDOR_LIBRARY_FILENAMES="/nonexistent")
    require_refused(done, 1, "No OpenGL context through EGL", "libegl-mesa0")
    assert not (tiny.root / "renders").exists()


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
