"""Films come out whole or not at all, whatever happens to the processes that make them."""

from __future__ import annotations

import hashlib
import itertools
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from tiny_project import BEATS, TinyProject, wait_for

from mathviz import compute
from mathviz.render import encode, farm
from mathviz.render.farm import Farm, FilmWork
from mathviz.render.plan import Job, Outcome, Wish, plan

ENDINGS = (".chapters.vtt", ".json", ".mp4", ".poster.png", ".vtt")
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
        match = re.fullmatch(r"(\d+):(\d\d):(\d\d\.\d{3}) --> (\d+):(\d\d):(\d\d\.\d{3})", times)
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
    shutil.rmtree(tiny.root / "renders")
    (shared,) = Farm(2).run(jobs(tiny, "en"))
    assert (alone.error, alone.frames, alone.drawn) == (shared.error, shared.frames, shared.drawn) == ("", 73, BEATS)
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
        inside = film.job.name == self.name and film.made and sum(film.drawn.values()) > film.frames["question"] + 3
        fresh = self.farm.forks - self.killed
        if inside and fresh and len(self.killed) < self.tries and "bars_grow" not in film.made:
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
    assert outcome.error == "" and outcome.frames == 73 and outcome.drawn == BEATS
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
    monkeypatch.setattr(farm, "SILENCE", 5.0)
    monkeypatch.setattr(farm, "TRIES", 1)
    rendered.misbehave("time.sleep(1000)")
    (outcome,) = Farm(1).run(jobs(rendered, "en"))
    assert outcome.film is None and "the worker said nothing for 5 s" in outcome.error
    assert outcome.seconds < 20
    assert not rendered.processes() and not list(rendered.work.iterdir())


def test_an_exception_is_not_tried_again(rendered: TinyProject) -> None:
    """It would come again. Its place is told: file, line and beat."""
    rendered.misbehave('open("tries", "a").write("x"); raise ValueError("a bar fell over")')
    done = rendered.run("render", "tiny", "--lang", "en", *LOW)
    assert done.returncode == 1
    assert f"{rendered.root}/scenes/tiny.py, line 30, in the beat bars_leave: ValueError: a bar fell over" in done.stderr
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


# ---- a render that is ended from outside


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_render_leaves_nothing(rendered: TinyProject, sent: signal.Signals) -> None:
    before = rendered.contents()
    temporary = rendered.root / "temporary"
    temporary.mkdir()
    process = rendered.start("render", "tiny", "--quality", "low", TMPDIR=str(temporary))
    rendered.await_drawing(process)
    assert any("mathviz.render.worker" in line for line in rendered.processes())
    assert any("ffmpeg" in line for line in rendered.processes())
    process.send_signal(sent)
    _, said = process.communicate(timeout=20)
    assert process.returncode == 130, said
    assert "interrupted" in said and "Traceback" not in said
    assert not rendered.processes(), "children outlive their parent"
    assert rendered.contents() == before
    assert not list(rendered.work.iterdir()) and not list(temporary.iterdir())


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
    ended = subprocess.Popen(["true"])
    ended.wait()
    left, busy = rendered.work / f"tiny.en-{ended.pid}-abc", rendered.work / f"tiny.en-{os.getpid()}-abc"
    for folder in (left, busy):
        folder.mkdir()
        (folder / "00_question.ts").touch()
    assert rendered.run("render", "tiny", "--lang", "en", *LOW).returncode == 0
    assert list(rendered.work.iterdir()) == [busy]


def test_two_renders_of_one_film_at_once_leave_it_whole(rendered: TinyProject) -> None:
    wanted = rendered.contents()
    for name in names("tiny.en"):
        (rendered.films / name).unlink()
    two = [rendered.start("render", "tiny", "--lang", "en", *LOW) for _ in range(2)]
    said = [process.communicate(timeout=60)[1] for process in two]
    assert [process.returncode for process in two] == [0, 0], said
    require_whole(rendered, "tiny.en")
    assert rendered.contents().keys() == wanted.keys()
    assert rendered.contents()["tiny.en.mp4"] == wanted["tiny.en.mp4"]


# ---- a full disk


def test_a_disk_that_fills_while_drawing_is_reported(rendered: TinyProject) -> None:
    """A limit on the size of any file stands in for the full disk: the film is 25 kB, all else smaller."""
    before = rendered.contents()
    command = rendered.command("render", "tiny", "--lang", "en", *LOW)
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
from mathviz.render import worker
from mathviz.render.plan import Job
job, folder = Job.from_json(sys.argv[1]), Path(sys.argv[2])
resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))
worker._publish(job, folder, sorted(folder.iterdir()), {"new": True})
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
