"""Films from a cluster: a real scheduler and workers as processes of their own, on loopback."""

from __future__ import annotations

import ast
import contextlib
import hashlib
import importlib.util
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from dask import config as dask_settings
from dask_processes import DaskProcesses, drawers, kill
from tiny_project import BEATS, TinyProject, programs, wait_for

from mathviz.cluster import crew, line, remote
from mathviz.films import compute
from mathviz.project import HOME
from mathviz.project.errors import MathvizError, RenderFailed, ToolMissing
from mathviz.render import inputs
from mathviz.render.farm import Farm
from mathviz.render.plan import Job, Outcome, Wish, plan


def jobs(project: TinyProject, *languages: str, fps: int = 2) -> list[Job]:
    """Of the tiny film. Each test has a rate of its own, so that no worker has its beats yet."""
    compute.find(compute.of_film(project.project, "tiny"), project.project, print)
    return plan(project.project, ["tiny"], Wish(list(languages), quality="low", fps=fps))


def render(project: TinyProject, cluster: str, planned: list[Job], **options: Any) -> tuple[list[Outcome], list[str]]:
    """What came of the jobs, and what was said meanwhile."""
    told: list[str] = []
    with crew.opened(cluster, 1, told.append, **options) as hands:
        hands.take_jobs(project.project, planned)
        return hands.run(planned), told


def forget(project: TinyProject) -> None:
    """Remove the films and the beats."""
    for path in (project.films, project.root / "renders" / ".cache" / "beats"):
        if path.exists():
            shutil.rmtree(path)
    assert not project.beats()


@pytest.fixture(scope="module")
def dask(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DaskProcesses]:
    """A scheduler with two workers, for the tests that harm none of them."""
    cluster = DaskProcesses(tmp_path_factory.mktemp("dask"))
    cluster.start_scheduler()
    cluster.start_worker("one")
    cluster.start_worker("two")
    yield cluster
    cluster.stop()


def test_the_command_gives_the_same_files_and_the_same_words(rendered: TinyProject, dask: DaskProcesses) -> None:
    """The workers stand in other folders and have nothing of the project but what they are sent."""
    before = rendered.contents()
    local = rendered.run("render", "tiny", "--quality", "low", "--fps", "2", "--json")
    forget(rendered)
    done = rendered.run("render", "tiny", "--quality", "low", "--fps", "2", "--json", "--cluster", dask.address)
    assert done.returncode == 0, done.stderr
    assert rendered.contents() == before
    assert [each["drawn"] for each in json.loads(done.stdout)] == [list(BEATS)] * 2
    assert [each["film"] for each in json.loads(done.stdout)] == [each["film"] for each in json.loads(local.stdout)]
    again = rendered.run("render", "tiny", "--quality", "low", "--fps", "2", "--json", "--cluster", dask.address)
    assert [each["unchanged"] for each in json.loads(again.stdout)] == [True, True]


def test_workers_of_this_machine_and_a_folder_that_all_see(rendered: TinyProject) -> None:
    before = rendered.contents()
    forget(rendered)
    shared = rendered.root / "shared"
    words = ("render", "tiny", "--lang", "zh", "--quality", "low", "--fps", "2", "--json")
    done = rendered.run(*words, "--cluster", "local:2", "--shared", str(shared))
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)[0]["drawn"] == list(BEATS)
    after = rendered.contents()
    assert after == {name: data for name, data in before.items() if ".zh" in name}
    kept = {path.name for path in shared.rglob("*") if path.is_file()}
    beats = list(rendered.cache.root.rglob("beat.ts"))
    assert len(beats) == 3 and {hashlib.sha256(path.read_bytes()).hexdigest() for path in beats} <= kept
    rendered.await_silence(10)


@pytest.mark.slow
def test_a_film_that_was_changed_is_looked_through_by_the_workers(tiny: TinyProject, dask: DaskProcesses) -> None:
    """They find that two beats look as before, and draw the one that does not."""
    planned = jobs(tiny, "en", fps=3)
    render(tiny, dask.address, planned)
    tiny.edit("scenes/tiny.py", "run_time=QUICK", "run_time=NORMAL")
    (outcome,), _ = render(tiny, dask.address, planned)
    assert outcome.error == "" and outcome.drawn == ("bars_leave",)
    before = tiny.contents()
    forget(tiny)
    Farm(1).run(planned)
    assert tiny.contents() == before


def test_what_a_worker_makes_of_other_files_is_said(
    tiny: TinyProject, dask: DaskProcesses, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A beat that can never be the one that is wanted is not drawn for ever."""
    planned = jobs(tiny, "en", fps=7)
    known = inputs.Now._file
    monkeypatch.setattr(inputs.Now, "_file", lambda now, name: "x" if name == "scenes/tiny.py" else known(now, name))
    (outcome,), _ = render(tiny, dask.address, planned)
    assert outcome.film is None
    assert re.search(r"draws the beat \w+ from others than are here: scenes/tiny\.py", outcome.error)


@pytest.mark.slow
def test_digests_of_frames_come_along(tiny: TinyProject, dask: DaskProcesses) -> None:
    (planned,) = jobs(tiny, "en", fps=4)
    (there,), _ = render(tiny, dask.address, [replace(planned, digests=True)])
    forget(tiny)
    (here,) = Farm(1).run([replace(planned, digests=True)])
    assert there.digests == here.digests and len(set(there.digests)) > 3


def test_what_goes_wrong_in_a_scene_is_told_with_the_paths_of_this_machine(
    tiny: TinyProject, dask: DaskProcesses
) -> None:
    tiny.misbehave('raise ValueError("a bar fell over")')
    (outcome,), _ = render(tiny, dask.address, jobs(tiny, "en"))
    assert outcome.film is None
    assert outcome.error == f"{tiny.root}/scenes/tiny.py, line 30, in the beat bars_leave: ValueError: a bar fell over"


@pytest.mark.slow
def test_a_scene_that_kills_what_draws_it_costs_its_film_alone(tiny: TinyProject, dask: DaskProcesses) -> None:
    tiny.misbehave('if self.language == "en": sys.stderr.write("my last words\\n") and os._exit(3)')
    (english, chinese), _ = render(tiny, dask.address, jobs(tiny, "en", "zh"))
    assert english.film is None and "ended with 3" in english.error and "my last words" in english.error
    assert chinese.error == "" and chinese.film


@pytest.mark.slow
def test_a_scene_of_another_file(tiny: TinyProject, dask: DaskProcesses) -> None:
    """With what lies beside it; it has no beats, and is drawn whole."""
    other = tiny.root / "other"
    other.mkdir()
    (other / "sides.py").write_text("SIDES = 5\n")
    (other / "shape.py").write_text(
        "from manimlib import *\nfrom sides import SIDES\n\n\nclass Shape(Scene):\n"
        "    def construct(self):\n        self.play(ShowCreation(RegularPolygon(SIDES)))\n"
    )
    words = ("render", "other/shape.py", "--quality", "low", "--fps", "2", "--json")
    assert tiny.run(*words, PYTHONPATH=str(other)).returncode == 0
    folder = tiny.root / "renders" / "shape"
    before = (folder / "Shape.mp4").read_bytes()
    shutil.rmtree(folder)
    done = tiny.run(*words, "--cluster", dask.address, PYTHONPATH=str(other))
    assert done.returncode == 0, done.stderr
    assert (folder / "Shape.mp4").read_bytes() == before


def test_nobody_is_overlooked(dask: DaskProcesses) -> None:
    """Dask's client asks for itself, too, and then for no workers: seldom, but for this test all the time."""
    settings = dask_settings.set({"distributed.client.scheduler-info-interval": "1ms"})
    with settings, contextlib.closing(line.Line(dask.address, "nothing", print)) as there:
        wait_for(lambda: len(there.members()) == 2, 60, "two workers")
        assert {len(there.members()) for _ in range(200)} == {2}


# ---- where a cluster is


@pytest.mark.parametrize("said", ["auto", "127.0.0.1:8786", "local", "local:0", "tcp://nowhere"])
def test_an_address_is_said_in_full_or_refused(tiny: TinyProject, said: str) -> None:
    with pytest.raises(MathvizError, match=r"say tcp://HOST:PORT, tls://HOST:PORT, or local:N"):
        render(tiny, said, [])


def test_no_address_is_taken_from_elsewhere(rendered: TinyProject, monkeypatch: pytest.MonkeyPatch) -> None:
    """Dask would find one in its settings."""
    monkeypatch.setenv("DASK_SCHEDULER_ADDRESS", "tcp://127.0.0.1:1")
    assert rendered.run("render", "tiny", "--lang", "en", "--quality", "low", "--fps", "2").returncode == 0


def test_a_scheduler_that_is_not_there_is_named(tiny: TinyProject, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(line, "CONNECTING", 0.5)
    with pytest.raises(RenderFailed, match=r"There is no scheduler at tcp://127\.0\.0\.1:1 .*dask scheduler"):
        render(tiny, "tcp://127.0.0.1:1", [])


def test_without_dask_the_package_is_named(tiny: TinyProject, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(ToolMissing, match=r"pip install 'mathviz\[cluster\]'"):
        render(tiny, "local:1", [])


# ---- who may draw


@pytest.fixture(scope="module")
def scheduler(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DaskProcesses]:
    """A scheduler without workers; each test brings its own and takes them away."""
    cluster = DaskProcesses(tmp_path_factory.mktemp("scheduler"))
    cluster.start_scheduler()
    yield cluster
    cluster.stop()


@pytest.fixture
def lonely(scheduler: DaskProcesses) -> Iterator[DaskProcesses]:
    """That scheduler, whose workers are gone when the test is over."""
    yield scheduler
    for worker in scheduler.workers:
        kill(worker)
    scheduler.workers.clear()


def manimlib_place() -> str:
    """Where manimgl lies, without importing it."""
    spec = importlib.util.find_spec("manimlib")
    assert spec is not None and spec.origin is not None
    return str(Path(spec.origin).parent)


def elder(folder: Path) -> str:
    """A PYTHONPATH on which manimgl says that it is an older release."""
    about = folder / "manimgl-1.7.1.dist-info"
    about.mkdir(parents=True)
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: manimgl\nVersion: 1.7.1\n")
    (folder / "manimlib").symlink_to(Path(manimlib_place()))
    return str(folder)


def test_a_worker_that_lacks_something_is_named_and_not_used(
    tiny: TinyProject, lonely: DaskProcesses, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One has no ffmpeg, one an older manimgl, one another OpenGL; one says nothing of GL. None draws."""
    lonely.start_worker("no-ffmpeg", PATH=programs(tiny.root / "bin", without="ffmpeg"))
    lonely.start_worker("older", PYTHONPATH=elder(tiny.root / "elder"))
    lonely.start_worker("mesa", MESA_GL_VERSION_OVERRIDE="4.1")
    lonely.start_worker("silent", resources="MEMORY=1")
    for name in ("no-ffmpeg", "older", "mesa", "silent"):
        lonely.await_worker(name)
    monkeypatch.setattr(crew, "WITHOUT_FIT", 1.0)
    planned = jobs(tiny, "en", fps=6)
    told: list[str] = []
    with (
        pytest.raises(RenderFailed, match=r"No worker at .* can be used: .*--any-version"),
        crew.opened(lonely.address, 1, told.append) as hands,
    ):
        hands.take_jobs(tiny.project, planned)
        hands.run(planned)
    words = "\n".join(told)
    assert "the worker no-ffmpeg at" in words and "ffmpeg: not installed" in words
    assert "the worker older at" in words and "version of manimgl: 1.7.1 there, 1.7.2 here" in words
    assert re.search(r"the worker mesa at .*OpenGL driver: .*4\.1.* there, .*Mesa.* here", words)
    assert "declares neither GL nor GPU" in words
    assert not list(tiny.films.glob("*")), "nothing was drawn"

    with crew.opened(lonely.address, 1, told.append, any_version=True) as hands:
        hands.take_jobs(tiny.project, planned)
        (outcome,) = hands.run(planned)
    assert outcome.error == "" and outcome.drawn == BEATS, f"with --any-version the other versions draw: {told}"
    assert lonely.said("no-ffmpeg").count("Traceback") == 0


@pytest.mark.parametrize(
    ("without", "says"),
    [("scheduler", "the scheduler has no mathviz"), ("worker", "mathviz does not run there: No module named 'mathviz")],
)
def test_where_mathviz_is_not_installed_is_said(
    tiny: TinyProject, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, without: str, says: str
) -> None:
    """Both read what comes to them; a worker that cannot would leave."""
    (tmp_path / "mathviz.py").write_text("raise ModuleNotFoundError(\"No module named 'mathviz'\")\n")
    monkeypatch.setattr(crew, "WITHOUT_FIT", 0.5)
    bare, lacking = DaskProcesses(tmp_path / "dask"), {"PYTHONPATH": str(tmp_path)}
    try:
        bare.start_scheduler(**(lacking if without == "scheduler" else {}))
        bare.start_worker("worker", **(lacking if without == "worker" else {}))
        bare.await_worker("worker")
        with pytest.raises(RenderFailed, match=rf"{says}.*pip install 'mathviz\[cluster\]'"):
            render(tiny, bare.address, jobs(tiny, "en"))
    finally:
        bare.stop()


def test_computations_go_to_workers_with_gpu_and_drawing_to_those_with_gl(
    tiny: TinyProject, lonely: DaskProcesses
) -> None:
    """A worker that declares a GPU and has none is named, as is one that is lost; one that has needs nothing to draw.

    The stand-in for nvidia-smi is all that is not real.
    """
    tiny.edit("tiny_concept.py", "def measure(bars: int = 3)", 'def measure(bars: int = 3, device: str = "auto")')
    tools = Path(programs(tiny.root / "bin"))
    (tools / "nvidia-smi").write_text("#!/bin/sh\necho GPU 0: a stand-in\n")
    (tools / "nvidia-smi").chmod(0o755)
    bare = tiny.root / "bare"
    bare.mkdir()
    for name in ("manimlib", "manimpango", "moderngl"):
        (bare / f"{name}.py").write_text(f"raise ModuleNotFoundError(\"No module named '{name}'\")\n")
    fatal = tiny.root / "fatal"
    fatal.mkdir()
    (fatal / "mathviz.py").write_text("import os\nos.kill(os.getpid(), 9)\n")
    lonely.start_worker("pretends", resources="GPU=1")
    lonely.start_worker("falls", resources="GPU=1", PYTHONPATH=str(fatal))
    lonely.start_worker("draws")
    for name in ("pretends", "falls", "draws"):
        lonely.await_worker(name)
    words = ("render", "tiny", "--lang", "en", "--quality", "low", "--fps", "2", "--cluster", lonely.address)
    done = tiny.run(*words, "--beats", "question")
    assert done.returncode == 0, done.stderr
    assert "the worker pretends at" in done.stderr and "none; the CPU computes" in done.stderr
    lost = r"the worker falls at .* (is gone|does not answer).*; somebody else computes tiny"
    assert re.search(lost, done.stderr), done.stderr
    assert re.search("computing tiny on draws at .*, which declares GL", done.stderr)

    tiny.edit("tiny_concept.py", "bars: int = 3", "bars: int = 4")  # another computation
    lonely.start_worker("computes", resources="GPU=1", PATH=f"{tools}:{os.environ['PATH']}", PYTHONPATH=str(bare))
    lonely.await_worker("computes")
    kill(lonely.workers[0])
    done = tiny.run(*words)
    assert done.returncode == 0, done.stderr
    assert re.search("computing tiny on computes at .*, which declares GPU", done.stderr), done.stderr
    kept = lonely.folder / "kept"
    assert not list(kept.glob("computes/**/beat.ts")) and list(kept.glob("draws/**/beat.ts"))
    about = json.loads((tiny.films / "tiny.en.json").read_text())
    assert about["trace"]["commit"] == compute.commit(tiny.root) and about["trace"]["checks"][0]["holds"]


# ---- faults


FPS = 8


@pytest.fixture(scope="module")
def drawn_here(tmp_path_factory: pytest.TempPathFactory) -> TinyProject:
    """A film, drawn by this machine alone. Its beats note in TINY_LOG that they are drawn, and take TINY_PAUSE."""
    project = TinyProject.make(tmp_path_factory.mktemp("drawn") / "tiny")
    for beat in BEATS[1:]:
        project.misbehave(
            f'self.skip_animations or open(os.environ.get("TINY_LOG", os.devnull), "a").write("{beat} ") '
            'and time.sleep(float(os.environ.get("TINY_PAUSE", "0")))', beat=beat,
        )  # fmt: skip
    done = project.run("render", "tiny", "--lang", "en", "--quality", "low", "--fps", str(FPS))
    assert done.returncode == 0, done.stderr
    return project


@dataclass(frozen=True)
class Watched:
    """That film, not yet drawn, with its trace; what notes its beats; and all files that it must come to."""

    tiny: TinyProject
    log: Path
    wanted: dict[str, bytes]

    def begin(self, cluster: DaskProcesses) -> subprocess.Popen[str]:
        words = ("--lang", "en", "--quality", "low", "--fps", str(FPS), "--json", "--cluster", cluster.address)
        return self.tiny.start("render", "tiny", *words)

    def drawn(self) -> list[str]:
        return self.log.read_text().split()

    def await_drawing(self, cluster: DaskProcesses, worker: str, after: bool = False) -> None:
        """Return when a worker draws a beat that is noted; ``after`` another one has arrived."""
        wait_for(lambda: self.drawn() and (self.tiny.beats() or not after), 90, "a beat", lambda: cluster.said(worker))

    def require_same(self) -> None:
        """The film, and all that is beside it, to the byte."""
        assert self.tiny.contents() == self.wanted


@pytest.fixture
def watched(
    tiny: TinyProject, drawn_here: TinyProject, monkeypatch: pytest.MonkeyPatch
) -> Watched:
    shutil.rmtree(tiny.root)
    shutil.copytree(drawn_here.root, tiny.root)
    wanted = tiny.contents()
    forget(tiny)
    log = tiny.root / "drawn.txt"
    log.touch()
    monkeypatch.setenv("TINY_LOG", str(log))
    monkeypatch.chdir(tiny.root)
    return Watched(tiny, log, wanted)


def ended(process: subprocess.Popen[str]) -> tuple[dict[str, Any], str]:
    """What a render printed, and what it said."""
    out, said = process.communicate(timeout=120)
    assert process.returncode == 0, said
    return json.loads(out)[0], said


def test_a_worker_killed_in_the_middle_of_a_beat(watched: Watched, lonely: DaskProcesses) -> None:
    doomed = lonely.start_worker("doomed", TINY_PAUSE="300")
    process = watched.begin(lonely)
    watched.await_drawing(lonely, "doomed")
    left = drawers(doomed)
    assert left
    kill(doomed)
    wait_for(lambda: not any(Path(f"/proc/{drawer}").exists() for drawer in left), 10, "the end of what it started")
    lonely.start_worker("heir")
    told, said = ended(process)
    assert told["drawn"] == list(BEATS) and "is gone; what was begun there is done again" in said
    assert sorted(watched.drawn()) == ["bars_grow", "bars_grow", "bars_leave"]
    watched.require_same()


@pytest.mark.slow
def test_after_too_long_without_a_worker_it_is_said_how_to_start_one(
    watched: Watched, lonely: DaskProcesses, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What had arrived stays."""
    monkeypatch.setattr(crew, "WITHOUT_WORKERS", 6.0)
    tiny, told = watched.tiny, list[str]()
    doomed = lonely.start_worker("doomed", TINY_PAUSE="300")
    lonely.await_worker("doomed")

    def end_its_worker() -> None:
        watched.await_drawing(lonely, "doomed", after=True)
        kill(doomed)

    ending = threading.Thread(target=end_its_worker)
    ending.start()
    planned = jobs(tiny, "en", fps=FPS)
    with crew.opened(lonely.address, 1, told.append) as hands:
        hands.take_jobs(tiny.project, planned)
        with pytest.raises(RenderFailed, match=r"no worker with GL .* What was drawn is kept\. .*--resources GL=1"):
            hands.run(planned)
    ending.join()
    assert any("waiting for a worker: dask worker" in each for each in told), told
    (question,) = tiny.beats()
    (outcome,) = Farm(1).run(planned)
    assert outcome.drawn == BEATS[1:] and question in tiny.beats()


def test_a_worker_gives_again_what_it_drew_of_a_project_that_was_edited(
    tiny: TinyProject, lonely: DaskProcesses
) -> None:
    """Whether a beat is still of today's files is judged with the code that was sent, from where that stands.

    The worker's own process has found the concept in the bundle before, and has no settings of manimgl.
    """
    lonely.start_worker("stays")

    def drawn() -> list[str]:
        wish = ("--lang", "en", "--quality", "low", "--fps", "5")
        done = tiny.run("render", "tiny", *wish, "--json", "--cluster", lonely.address, limit=200)
        assert done.returncode == 0, done.stderr
        return list(json.loads(done.stdout)[0]["drawn"])

    (tiny.root / "custom_config.yml").write_text("{}\n")
    drawn()
    tiny.edit("tiny_concept.py", "bars: int = 3", "bars: int = 4")
    assert {"bars_grow", "bars_leave"} <= set(drawn())
    forget(tiny)
    assert drawn() == []


def test_nobody_waits_for_what_a_lost_worker_has(tiny: TinyProject, lonely: DaskProcesses) -> None:
    """Dask would try to reach it for half a minute."""
    gone = lonely.start_worker("gone")
    lonely.await_worker("gone")
    with crew.opened(lonely.address, 1, print) as hands:
        wait_for(lambda: hands.see() or hands.members, 30, "the worker")
        ((identity, about),) = hands.members.items()
        there = remote.Remote(hands, hands.line, identity, about)
        kill(gone)
        threading.Timer(1, hands.see).start()
        began = time.monotonic()
        with pytest.raises(line.Gone, match=r"the worker gone at .* is gone"):
            there.read("0" * 64, 0)
        assert time.monotonic() - began < 10


@pytest.mark.slow
def test_a_beat_that_costs_three_workers_costs_its_film_and_no_more(tiny: TinyProject, lonely: DaskProcesses) -> None:
    """The beat kills the whole worker, as one that needs more memory than the machine has would."""
    worker = 'int(open(f"/proc/{os.getppid()}/stat").read().split()[3])'  # who started what forks for a film
    kills = f'if self.language == "en" and not self.skip_animations: time.sleep(1) or os.kill({worker}, 9)'
    tiny.misbehave(kills, beat="bars_grow")
    stop, started = threading.Event(), list[str]()

    def replace_the_fallen() -> None:
        while not stop.wait(0.2):
            if all(worker.poll() is not None for worker in lonely.workers):
                started.append(f"worker-{len(started)}")
                lonely.start_worker(started[-1])

    replacing = threading.Thread(target=replace_the_fallen)
    replacing.start()
    try:
        (english, chinese), told = render(tiny, lonely.address, jobs(tiny, "en", "zh", fps=16))
    finally:
        stop.set()
        replacing.join()
    assert english.film is None
    assert english.error == "3 workers were lost, one after the other, while they drew the beat bars_grow"
    assert chinese.error == "" and chinese.film and len(started) == 4, (started, told)


def test_the_scheduler_is_started_again(watched: Watched, lonely: DaskProcesses) -> None:
    """Its workers leave with it, as Dask has it; whoever keeps them running starts new ones."""
    first = lonely.start_worker("first", TINY_PAUSE="3")
    process = watched.begin(lonely)
    watched.await_drawing(lonely, "first", after=True)
    assert lonely.scheduler is not None
    kill(lonely.scheduler)
    wait_for(lambda: first.poll() is not None, 60, "the worker's leave", lambda: lonely.said("first"))
    arrived = len(watched.tiny.beats())
    lonely.start_scheduler()
    lonely.start_worker("second")
    told, said = ended(process)
    assert "is gone; waiting for it" in said and told["drawn"] == list(BEATS) and arrived
    assert max(map(watched.drawn().count, BEATS)) <= 2
    watched.require_same()


def test_what_is_saved_while_a_cluster_draws_is_what_is_drawn(watched: Watched, lonely: DaskProcesses) -> None:
    """Who comes later is sent the file as it is now, and so are those who are there."""
    lonely.start_worker("first", TINY_PAUSE="3")
    process = watched.begin(lonely)
    watched.await_drawing(lonely, "first", after=True)
    watched.tiny.edit("scenes/tiny.py", "run_time=QUICK", "run_time=NORMAL")
    lonely.start_worker("second")
    ended(process)
    made = watched.tiny.contents()
    assert made != watched.wanted
    forget(watched.tiny)
    Farm(1).run(jobs(watched.tiny, "en", fps=FPS))
    assert watched.tiny.contents() == made


def test_a_slow_worker_s_beat_is_given_to_another_and_the_first_result_wins(
    watched: Watched, lonely: DaskProcesses
) -> None:
    slow = lonely.start_worker("slow", TINY_PAUSE="300")
    process = watched.begin(lonely)
    watched.await_drawing(lonely, "slow")
    lonely.start_worker("quick")
    told, said = ended(process)
    assert told["drawn"] == list(BEATS) and "is slow with bars_grow, bars_leave, which others now draw too" in said
    assert told["seconds"] < 200
    wait_for(lambda: not any(_forks_of(drawer) for drawer in drawers(slow)), 10, "the slow one to be told")
    watched.require_same()


def _forks_of(process: int) -> list[str]:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{process}/task/{process}/children").read_text().split()
    return []


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGKILL])
def test_a_command_that_is_ended_and_given_again(
    watched: Watched, lonely: DaskProcesses, sent: signal.Signals
) -> None:
    """After an interrupt the workers stop; after a kill they finish the beat, and the next command finds it."""
    lonely.start_worker("stays", TINY_PAUSE="4")
    process = watched.begin(lonely)
    watched.await_drawing(lonely, "stays", after=True)
    process.send_signal(sent)
    process.communicate(timeout=30)
    arrived = watched.tiny.beats()
    told, _ = ended(watched.begin(lonely))
    drawn = watched.drawn()
    assert arrived and "question" not in told["drawn"], "what had arrived is not drawn again"
    if sent == signal.SIGKILL:
        assert sorted(drawn) == ["bars_grow", "bars_leave"], "nothing is drawn twice"
    else:
        assert process.returncode == 130 and drawn.count("bars_grow") == 2 and drawn.count("bars_leave") == 1
    watched.require_same()


def test_ctrl_c_ends_workers_of_this_machine_too(watched: Watched) -> None:
    """A terminal sends it to all processes at once; only the command answers."""
    tiny = watched.tiny
    words = ("render", "tiny", "--lang", "en", "--quality", "low", "--fps", "2", "--cluster", "local:1")
    process = tiny.start(*words, TINY_PAUSE="300")
    wait_for(watched.drawn, 90, "a beat")
    os.killpg(process.pid, signal.SIGINT)
    _, said = process.communicate(timeout=20)
    assert process.returncode == 130 and "interrupted" in said and "Traceback" not in said
    tiny.await_silence(10)


# ---- what is believed


def test_no_pickle_is_read_from_a_file() -> None:
    """Dask's own messages between workers that trust each other are pickles; nothing of ours is."""
    for path in (HOME / "mathviz").rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        nodes = list(ast.walk(ast.parse(text)))
        names = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
        names |= {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}
        assert not names & {"pickle", "cloudpickle", "dill", "shelve", "marshal", "joblib"}, path
        assert "allow_pickle=True" not in text, path
