"""Films come out whole or not at all, whatever happens to the processes that make them."""

from __future__ import annotations

import contextlib
import hashlib
import itertools
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tiny_project import BEATS, TinyProject, programs, wait_for

from mathviz.films import compute
from mathviz.project import disk
from mathviz.render import encode, farm, report
from mathviz.render.farm import Farm, FilmWork
from mathviz.render.plan import Job, Outcome, Wish, plan, plan_scenes

ENDINGS = (".chapters.vtt", ".json", ".md", ".mp4", ".poster.png", ".poster.webp", ".vtt")
LOW = ("--quality", "low", "--fps", "2")


def names(*films: str) -> set[str]:
    return {film + ending for film in films for ending in ENDINGS}


def jobs(project: TinyProject, *languages: str) -> list[Job]:
    """Of the tiny film at five frames a second, of which the projects that come with films have no beat."""
    compute.find(compute.of_film(project.project, "tiny"), project.project, print)
    wishes = [Wish([language], quality="low", fps=5) for language in languages]
    return [job for wish in wishes for job in plan(project.project, ["tiny"], wish)]


def require_whole(project: TinyProject, name: str, fps: int = 2) -> dict:
    """The film and all that lies beside it, checked against each other. Returns the manifest."""
    folder = project.films
    about = json.loads((folder / f"{name}.json").read_text())
    encode.verify(folder / f"{name}.mp4", 854, 480, fps, about["frames"])
    for file, digest in about["files"].items():
        assert hashlib.sha256((folder / file).read_bytes()).hexdigest() == digest, file
    assert names(name) == {*about["files"], f"{name}.json"}
    return about


def cues(path: Path) -> list[tuple[float, float, str]]:
    found = []
    for block in path.read_text(encoding="utf-8").split("\n\n")[1:]:
        _, times, text = block.strip().split("\n", 2)
        match = re.fullmatch(r"(\d+):(\d\d):(\d\d\.\d{3}) --> (\d+):(\d\d):(\d\d\.\d{3})(?: line:0)?", times)
        assert match, times
        h, m, s, h2, m2, s2 = map(float, match.groups())
        found.append((h * 3600 + m * 60 + s, h2 * 3600 + m2 * 60 + s2, text))
    return found


# ---- a film


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_film_and_all_beside_it_are_there_and_agree(rendered_once: TinyProject, language: str) -> None:
    name = f"tiny.{language}"
    about = require_whole(rendered_once, name)
    assert [beat["id"] for beat in about["beats"]] == list(BEATS)
    assert sum(beat["frames"] for beat in about["beats"]) == about["frames"] == about["duration"] * 2
    starts = [beat["start"] for beat in about["beats"]]
    assert starts == [sum(beat["frames"] for beat in about["beats"][:at]) / 2 for at in range(len(BEATS))]
    assert about["trace"]["checks"][0]["holds"] and about["renderer"]["renderer"]
    assert about["language"] == language and about["theme"] == "dark"

    spoken = cues(rendered_once.films / f"{name}.vtt")
    assert all(start < end for start, end, _ in spoken)
    assert all(before[1] <= after[0] for before, after in itertools.pairwise(spoken))
    assert spoken[0][0] >= 0 and spoken[-1][1] <= about["duration"]
    wanted = {"en": ["How high?", "3 bars &lt;grow&gt;", "They leave"], "zh": ["多高？", "3 条 &lt;增长&gt;", "离开"]}
    assert [text for _, _, text in spoken] == wanted[language]

    command = ["ffmpeg", "-v", "error", "-i", rendered_once.films / f"{name}.mp4"]
    raw = subprocess.run(
        [*command, "-f", "rawvideo", "-pix_fmt", "rgb24", "pipe:"], capture_output=True, check=True
    ).stdout
    last = np.frombuffer(raw, np.uint8).reshape(-1, 480, 854, 3)[-1].astype(int)
    poster = np.asarray(Image.open(rendered_once.films / f"{name}.poster.png").convert("RGB")).astype(int)
    assert np.abs(poster - last).mean() < 2, "the poster is not the last frame"

    marks = cues(rendered_once.films / f"{name}.chapters.vtt")
    assert marks[0][0] == 0 and marks[-1][1] == about["duration"]
    assert all(before[1] == after[0] for before, after in itertools.pairwise(marks))
    assert [text for _, _, text in marks] == [beat["chapter"] for beat in about["beats"]]


def test_nothing_but_films_is_left(rendered_once: TinyProject) -> None:
    assert set(rendered_once.contents()) == names("tiny.en", "tiny.zh")
    assert not list(rendered_once.work.iterdir())
    assert not rendered_once.processes()


def test_the_bytes_do_not_depend_on_how_many_draw(tiny: TinyProject) -> None:
    """One worker plays from begin to end; two share the beats, and each skips what the other draws."""
    (alone,) = Farm(1).run(jobs(tiny, "en"))
    before = tiny.contents()
    shutil.rmtree(tiny.films)
    shutil.rmtree(tiny.cache.root)
    (shared,) = Farm(2).run(jobs(tiny, "en"))
    assert (alone.error, alone.frames, alone.drawn) == (shared.error, shared.frames, shared.drawn) == ("", 76, BEATS)
    assert not alone.notes and not shared.notes
    assert tiny.contents() == before


# ---- workers that do not end well


def parent_of(process: int) -> int:
    return int(Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[1])


class Killer:
    """Kills what draws a film's second beat, once or every time."""

    def __init__(self, tries: int, stem: str = "tiny.en", whole: bool = False) -> None:
        self.tries, self.name, self.whole = tries, stem, whole
        self.killed: set[int] = set()

    def __call__(self, film: FilmWork) -> None:
        fresh = self.farm.forks - self.killed
        if film.made != ["question"] or film.job.name != self.name or len(self.killed) == self.tries or not fresh:
            return
        if sum(film.drawn.values()) > (3 if self.killed else film.frames["question"] + 3):
            (fork,) = fresh
            self.killed.add(fork)
            os.kill(parent_of(fork) if self.whole else fork, signal.SIGKILL)


def killed(project: TinyProject, killer: Killer) -> Outcome:
    killer.farm = Farm(1, killer)
    (outcome,) = killer.farm.run(jobs(project, "en"))
    assert killer.killed, "nothing was killed"
    assert not list(project.work.iterdir()) and not project.processes()
    return outcome


@pytest.mark.parametrize("whole", [False, True], ids=["the task", "the worker"])
def test_a_killed_worker_costs_one_retry(tiny: TinyProject, whole: bool) -> None:
    """What it had drawn by then need not be drawn again."""
    outcome = killed(tiny, Killer(1, whole=whole))
    assert outcome.error == "" and outcome.frames == 76 and outcome.drawn == BEATS
    require_whole(tiny, "tiny.en", fps=5)


def test_a_worker_that_is_killed_twice_costs_its_film(rendered: TinyProject) -> None:
    before = rendered.contents()
    outcome = killed(rendered, Killer(2))
    assert outcome.film is None and "ended with -9" in outcome.error
    assert outcome.drawn == ("question",)
    assert rendered.contents() == before
    (again,) = Farm(1).run(jobs(rendered, "en"))
    assert again.drawn == ("bars_grow", "bars_leave"), "a beat that was finished is kept"
    require_whole(rendered, "tiny.en", fps=5)


def test_a_worker_that_always_dies_costs_its_film_alone(rendered: TinyProject) -> None:
    rendered.misbehave('if self.language == "en": sys.stderr.write("these are my last words\\n") and os._exit(3)')
    before = rendered.contents()
    done = rendered.run("render", "tiny", "-j", "2", "--json", *LOW)
    assert done.returncode == 1
    english, chinese = json.loads(done.stdout)
    assert english["film"] is None and "ended with 3" in english["error"]
    assert "these are my last words" in english["error"] and "these are my last words" in done.stderr
    assert chinese["error"] is None and Path(chinese["film"]).read_bytes() == before["tiny.zh.mp4"]
    after = rendered.contents()
    assert {name: after[name] for name in names("tiny.en")} == {name: before[name] for name in names("tiny.en")}


def test_a_hung_worker_is_ended_and_reported(rendered: TinyProject, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the place at which it waits, and not tried again: it would hang again."""
    rendered.misbehave("time.sleep(1000)")
    (outcome,) = Farm(1, patience=3.0).run(jobs(rendered, "en"))
    assert outcome.film is None and outcome.seconds < 60
    place = f"in the beat bars_leave; it is at {rendered.root}/scenes/tiny.py, line 30, in bars_leave"
    assert re.search(f"nothing was done for [34] s .*, {place}", outcome.error), outcome.error
    assert "--patience" in outcome.error
    assert not rendered.processes() and not list(rendered.work.iterdir())


def test_what_does_not_even_say_that_it_hangs_is_ended(rendered: TinyProject, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(farm, "LOOK", 0.2)
    monkeypatch.setattr(farm, "LAST", 0.2)
    rendered.misbehave("os.kill(os.getpid(), signal.SIGSTOP)")
    (outcome,) = Farm(1, patience=2.0).run(jobs(rendered, "en"))
    assert outcome.film is None and "the worker did nothing for 2 s and does not answer" in outcome.error
    assert outcome.seconds < 60 and not rendered.processes()


BUSY = """
import subprocess
import time

from manimlib import *


class Busy(Scene):
    def construct(self):
        {works}
        self.play(FadeIn(Square()), run_time=0.2)
"""


@pytest.mark.parametrize(
    "works",
    ["end = time.monotonic() + 6\n        while time.monotonic() < end: pass",
     'subprocess.run(["sh", "-c", "for i in 1 2 3 4 5 6 7 8 9 10 11 12; do sleep 0.5; echo >> said; done"])'],
    ids=["computing", "what it started writes"],
)  # fmt: skip
def test_who_does_something_is_not_hung_however_long_no_frame_comes(
    tiny: TinyProject, monkeypatch: pytest.MonkeyPatch, works: str
) -> None:
    """A scene may train a network before its first frame. What a busy one is at is told meanwhile."""
    monkeypatch.chdir(tiny.root)
    (tiny.root / "busy.py").write_text(BUSY.format(works=works))
    planned = plan_scenes(tiny.project, tiny.root / "busy.py", ["Busy"], Wish(quality="low", fps=5))
    with contextlib.closing(Farm(1, patience=2.0)) as farm:
        (outcome,) = farm.run(planned)
    assert outcome.film is not None and outcome.seconds > 5, outcome.error


@pytest.mark.parametrize(
    ("loop", "place"),
    [("while True: pass", "{scene}, line 31, in bars_leave"),
     ("re.match('(a+)+$', 'a' * 60 + 'b')", "{scene}, line 31, in bars_leave"),
     ("while True:\n            try: sum(range(999))\n            except Exception: pass",
      "{scene}, line 3[1-4], in bars_leave")],
    ids=["in Python", "in C, where no other thread runs", "that no exception ends"],
)  # fmt: skip
def test_a_beat_that_computes_and_plays_nothing_is_ended_with_its_place(
    rendered: TinyProject, monkeypatch: pytest.MonkeyPatch, loop: str, place: str
) -> None:
    """A film's beat computes nothing but frames. It is not tried again: it would come as far."""
    monkeypatch.setenv("MATHVIZ_PATIENCE", "3")
    rendered.misbehave(f"open('tries', 'a').write('x')\n        {loop}", imports="re, time")
    (outcome,) = Farm(1).run(jobs(rendered, "en"))
    assert outcome.film is None and outcome.seconds < 60
    where = place.format(scene=f"{rendered.root}/scenes/tiny.py")
    assert re.match(
        rf"no frame came for \d+ s, though something was computed, in the beat bars_leave; it is at ({where})",
        outcome.error,
    ), outcome.error
    assert (rendered.root / "tries").read_text() == "x" and not rendered.processes()


def test_an_ffmpeg_that_is_killed_costs_one_retry(
    rendered: TinyProject, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As README promises of workers; twice, and the film is told to lack it by its name."""
    kill = f"echo x >> {tmp_path}/tries; [ $(wc -l < {tmp_path}/tries) -gt LEAST ] || kill -9 $$"
    program = f'#!/bin/sh\ncase "$*" in *rawvideo*) {kill};; esac\nexec {shutil.which("ffmpeg")} "$@"\n'
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    ffmpeg = tmp_path / "ffmpeg"
    ffmpeg.write_text(program.replace("LEAST", "2"))
    ffmpeg.chmod(0o755)
    one = [replace(job, only=("question",)) for job in jobs(rendered, "en")]
    (outcome,) = Farm(1).run(one)
    assert outcome.film is None and outcome.error.startswith("ffmpeg was killed by SIGKILL, as the kernel does")
    (tmp_path / "tries").unlink()
    ffmpeg.write_text(program.replace("LEAST", "1"))
    (outcome,) = Farm(1).run(one)
    assert outcome.error == "" and len((tmp_path / "tries").read_text().split()) == 2


@pytest.mark.parametrize(
    ("leaves", "says"),
    [("sys.exit('data.csv is missing')", r"\(SystemExit: data\.csv is missing\)"), ("exit()", r"\(SystemExit\)"),
     ("raise KeyboardInterrupt", r"\(KeyboardInterrupt\)"), ("input('How many? ')", "EOFError: EOF when reading")],
)  # fmt: skip
def test_a_scene_that_leaves_early_is_a_failure_with_its_place(rendered: TinyProject, leaves: str, says: str) -> None:
    """At once, in its own words, and it is not tried again."""
    rendered.misbehave(f"open('tries', 'a').write('x'); {leaves}")
    (outcome,) = Farm(1).run(jobs(rendered, "en"))
    assert outcome.film is None and outcome.seconds < 60
    assert re.match(f"{rendered.root}/scenes/tiny.py, line 30, in the beat bars_leave: .*{says}", outcome.error)
    assert (rendered.root / "tries").read_text() == "x"


def test_a_worker_is_another_one_for_another_picture(rendered: TinyProject, tmp_path: Path) -> None:
    """manimgl keeps for good the size and the rate that it was imported with."""
    (job,) = jobs(rendered, "en")
    many = [replace(job, width=width, height=height, fps=fps, out=str(tmp_path / str(width)))
            for width, height, fps in ((320, 180, 2), (160, 90, 3))]  # fmt: skip
    outcomes = Farm(1).run(many)
    for outcome, made in zip(outcomes, many, strict=True):
        assert outcome.film is not None, outcome.error
        encode.verify(outcome.film, made.width, made.height, made.fps, outcome.frames)


def test_an_exception_is_not_tried_again(rendered: TinyProject) -> None:
    """It would come again. Its place is told: file, line and beat."""
    rendered.misbehave('open("tries", "a").write("x"); raise ValueError("a bar fell over")')
    done = rendered.run("render", "tiny", "--lang", "en", "-j", "1", *LOW)
    assert done.returncode == 1
    assert (
        f"{rendered.root}/scenes/tiny.py, line 30, in the beat bars_leave: ValueError: a bar fell over" in done.stderr
    )
    assert (rendered.root / "tries").read_text() == "x"


def test_every_failure_counts_in_the_exit_status(rendered: TinyProject) -> None:
    rendered.misbehave("os.kill(os.getpid(), signal.SIGKILL)")
    done = rendered.run("render", "tiny", *LOW)
    assert done.returncode == 2, done.stderr
    assert done.stderr.count("was not rendered: the worker ended with -9") == 2 and "Traceback" not in done.stderr


def test_no_place_to_work_costs_the_film_not_the_batch(rendered: TinyProject) -> None:
    work = rendered.work
    work.rmdir()
    work.write_text("in the way")
    outcomes = Farm(2).run(jobs(rendered, "en", "zh"))
    assert [outcome.film for outcome in outcomes] == [None, None]
    assert all("File exists" in outcome.error for outcome in outcomes)


def test_a_target_that_cannot_be_written_is_known_before_drawing(rendered: TinyProject) -> None:
    (rendered.root / "taken").write_text("a file")
    done = rendered.run("render", "tiny", "--out", "taken", *LOW)
    assert done.returncode == 2 and "Not a directory" in done.stderr and "Traceback" not in done.stderr
    assert "frames" not in done.stderr


def as_anybody(command: list[str]) -> list[str]:
    """The same command without root's right to write everywhere, if that is who asks."""
    return ["setpriv", "--bounding-set", "-dac_override", "--", *command] if os.geteuid() == 0 else command


def test_a_folder_that_is_read_only_is_known_before_drawing(rendered: TinyProject) -> None:
    before, beats = rendered.contents(), rendered.beats()
    rendered.films.chmod(0o555)
    try:
        done = subprocess.run(
            as_anybody(rendered.command(*AT_FIVE)), cwd=rendered.root, env=rendered.environment(),
            capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
    finally:
        rendered.films.chmod(0o755)
    assert done.returncode == 1 and "Nothing can be written there" in done.stderr and "Traceback" not in done.stderr
    assert str(rendered.films) in done.stderr
    assert rendered.contents() == before and rendered.beats() == beats


# ---- ffmpeg that does not do what it should


def with_ffmpeg(project: TinyProject, script: str) -> str:
    """A PATH on which ffmpeg is a script of ours. ``$real`` is the one that there is."""
    path = programs(project.root / "bin", without="ffmpeg")
    wrapper = Path(path) / "ffmpeg"
    wrapper.write_text(
        f"#!/bin/sh\nreal={shutil.which('ffmpeg')}\n[ $1 = -version ] && exec $real -version\n{script}\n"
    )
    wrapper.chmod(0o755)
    return path


AT_FIVE = ("render", "tiny", "--lang", "en", "--quality", "low", "--fps", "5")


@pytest.mark.parametrize(
    ("script", "says", "kept"),
    [
        ("echo no codec today >&2; exit 1", r"ffmpeg ended with 1 on beat\.ts: no codec today", 0),
        (
            "/usr/bin/head -c 999 > /dev/null; echo it slipped >&2; exit 7",
            r"ffmpeg ended with 7 on beat\.ts: it slipped",
            0,
        ),
        (
            'case "$*" in *concat*) echo no glue >&2; exit 1;; *) exec $real "$@";; esac',
            "joining the beats.*: no glue",
            3,
        ),
        ('case "$*" in *concat*) exec $real -t 1 "$@";; *) exec $real "$@";; esac', "frames, not 76", 3),
    ],
    ids=["refuses", "stops half way", "cannot join", "leaves frames out"],
)
def test_an_ffmpeg_that_fails_is_quoted_and_leaves_the_film_as_it_was(
    rendered: TinyProject, script: str, says: str, kept: int
) -> None:
    before, beats = rendered.contents(), rendered.beats()
    done = rendered.run(*AT_FIVE, PATH=with_ffmpeg(rendered, script))
    assert done.returncode == 1 and re.search(f"tiny.en was not rendered: .*{says}", done.stderr), done.stderr
    assert "Traceback" not in done.stderr
    assert rendered.contents() == before and len(rendered.beats() - beats) == kept
    assert not list(rendered.work.iterdir()) and not rendered.processes()


@pytest.mark.slow
def test_an_ffmpeg_that_vanishes_is_named_with_its_package(rendered: TinyProject) -> None:
    before = rendered.contents()
    rendered.misbehave('pathlib.Path("bin/ffmpeg").unlink(missing_ok=True)', imports="pathlib", beat="bars_grow")
    done = rendered.run(*AT_FIVE, "-j", "1", PATH=with_ffmpeg(rendered, 'exec $real "$@"'))
    assert done.returncode == 1 and "ffmpeg is missing. Install: apt-get install ffmpeg" in done.stderr
    assert rendered.contents() == before
    done = rendered.run(*AT_FIVE, "--json")
    assert json.loads(done.stdout)[0]["drawn"] == ["bars_leave"], "what was drawn before is kept"


# ---- a render that is ended from outside


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_render_leaves_nothing_but_finished_beats(rendered: TinyProject, sent: signal.Signals) -> None:
    before = rendered.contents()
    temporary = rendered.root / "temporary"
    temporary.mkdir()
    process = rendered.start("render", "tiny", "--quality", "low", "--lang", "en", TMPDIR=str(temporary))
    rendered.await_drawing(process)
    assert rendered.workers() and rendered.forks()
    assert any("ffmpeg" in line for line in rendered.processes())
    began = time.monotonic()
    process.send_signal(sent)
    _, said = process.communicate(timeout=20)
    assert process.returncode == 130, said
    assert time.monotonic() - began < 2
    assert "interrupted" in said and "Traceback" not in said
    assert not rendered.processes(), "children outlive their parent"
    assert rendered.contents() == before
    assert not list(rendered.work.iterdir()) and not list(temporary.iterdir())


def test_beats_that_were_finished_before_an_interrupt_are_not_drawn_again(rendered: TinyProject) -> None:
    beats = rendered.beats()
    process = rendered.start(*AT_FIVE, "-j", "1")
    wait_for(lambda: rendered.beats() - beats or process.poll() is not None, 60, "a beat")
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=20)
    kept = len(rendered.beats() - beats)
    done = rendered.run(*AT_FIVE, "-j", "1", "--json")
    assert process.returncode == 130 and 1 <= kept < 3
    assert json.loads(done.stdout)[0]["drawn"] == list(BEATS[kept:])
    require_whole(rendered, "tiny.en", fps=5)


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGKILL])
def test_the_end_of_a_render_is_the_end_of_all_that_its_workers_started(
    rendered: TinyProject, sent: signal.Signals
) -> None:
    """Also of a worker that says nothing just then, and of a program that it waits for."""
    before = rendered.contents()
    rendered.misbehave('subprocess.run(["sleep", "1000"])', imports="subprocess")
    process = rendered.start("render", "tiny", *LOW)
    wait_for(lambda: sum(": sleep 1000" in line for line in rendered.processes()) == 2, 60, "both workers")
    process.send_signal(sent)
    process.communicate(timeout=20)
    rendered.await_silence(5)
    assert rendered.contents() == before
    assert not list(rendered.work.iterdir())


def test_the_next_render_sweeps_what_killed_ones_left(rendered: TinyProject) -> None:
    """Whoever lives holds a lock, in whatever container or on whatever host: process numbers say nothing there."""
    left, busy, half = rendered.work / "tiny.en-abc", rendered.work / "tiny.en-def", rendered.films / ".tiny.en-abc"
    own = rendered.films / ".tiny.en-notes"  # somebody's own
    for folder in (left, busy, half, own):
        folder.mkdir()
        (folder / "beat.ts").touch()
    for folder in (left, half):
        os.close(disk.hold(folder))
    held = disk.hold(busy)
    assert rendered.run(*AT_FIVE).returncode == 0
    assert list(rendered.work.iterdir()) == [busy] and not half.exists() and own.exists()
    os.close(held)


@pytest.mark.parametrize("elsewhere", ["../../../victim.txt", "/VICTIM", "link/victim.txt", "Other.mp4"])
def test_a_manifest_cannot_have_files_deleted_that_are_not_its_films(
    rendered: TinyProject, tmp_path: Path, elsewhere: str
) -> None:
    """A film is published where a forged manifest names other files, outside its folder or another film's in it."""
    for victim in (tmp_path / "victim.txt", rendered.films / "Other.mp4"):
        victim.write_text("precious")
    (rendered.films / "link").symlink_to(tmp_path)
    name = elsewhere.replace("/VICTIM", str(tmp_path / "victim.txt"))
    signed = {name: "0" * 64 if name == "Other.mp4" else hashlib.sha256(b"precious").hexdigest()}
    (rendered.films / "tiny.en.json").write_text(json.dumps({"files": signed, "inputs": {}, "extras": []}))
    (job,) = jobs(rendered, "en")
    assert report.made_from(job) is None
    folder = rendered.work / "tiny.en-abc"
    folder.mkdir()
    (folder / "tiny.en.mp4").write_bytes(b"film")
    report._publish(job, folder, [folder / "tiny.en.mp4"], {"new": True})
    assert (tmp_path / "victim.txt").read_text() == (rendered.films / "Other.mp4").read_text() == "precious"


def test_two_renders_of_one_film_at_once_draw_no_beat_twice(rendered: TinyProject) -> None:
    """They share the beats as two workers do. Which draws which is chance."""
    two = [rendered.start(*AT_FIVE, "-j", "1", "--json") for _ in range(2)]
    told = [process.communicate(timeout=60) for process in two]
    assert [process.returncode for process in two] == [0, 0], told
    drawn = [beat for said, _ in told for beat in json.loads(said)[0]["drawn"]]
    assert sorted(drawn) == sorted(BEATS)
    require_whole(rendered, "tiny.en", fps=5)
    assert rendered.contents().keys() == names("tiny.en", "tiny.zh") and not list(rendered.work.iterdir())


# ---- a full disk


def test_a_disk_that_fills_while_drawing_is_reported(rendered: TinyProject) -> None:
    """A limit on the size of any file stands in for the full disk: the film is 25 kB, all else smaller."""
    before = rendered.contents()
    command = rendered.command("render", "tiny", "--lang", "en", "--quality", "low")
    done = subprocess.run(
        ["bash", "-c", 'ulimit -f 16; exec "$@"', "bash", *command],
        cwd=rendered.root, env=rendered.environment(), capture_output=True, text=True, timeout=60, check=False
    )  # fmt: skip
    assert done.returncode == 1, done.stderr
    assert "tiny.en was not rendered" in done.stderr
    assert rendered.contents() == before
    assert not list(rendered.work.iterdir())


PUBLISH = """
import resource, sys
from pathlib import Path
from mathviz.render import report
from mathviz.render.plan import Job
job, folder = Job.from_json(sys.argv[1]), Path(sys.argv[2])
resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))
report._publish(job, folder, sorted(folder.iterdir()), {"new": True})
"""


def test_a_disk_that_fills_while_publishing_leaves_the_old_film(rendered: TinyProject) -> None:
    """The new poster has room, the new film has not."""
    before = rendered.contents()
    (job,) = jobs(rendered, "en")
    folder = rendered.work / "tiny.en-1-abc"
    folder.mkdir()
    (folder / "tiny.en.poster.png").write_bytes(b"new poster")
    (folder / "tiny.en.vtt").write_bytes(b"new captions")
    (folder / "tiny.en.mp4").write_bytes(bytes(60_000))
    command = [sys.executable, "-c", PUBLISH, job.as_json(), str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert "File too large" in done.stderr
    after = rendered.contents()
    assert {name: after.get(name) for name in before} == before
    incoming = job.incoming(folder).name
    assert all(name.startswith(incoming) for name in after.keys() - before.keys())
