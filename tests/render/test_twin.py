"""Workers become several after one of them has imported manimgl, and each lives and dies by itself."""

from __future__ import annotations

import os
import signal
import subprocess

import pytest
from tiny_project import BEATS, TinyProject

from mathviz.films import compute
from mathviz.render.farm import Farm, FilmWork
from mathviz.render.plan import Job, Outcome, Wish, plan
from mathviz.render.twin import Twin


def jobs(project: TinyProject) -> list[Job]:
    compute.find(compute.of_film(project.project, "tiny"), project.project, print)
    return plan(project.project, ["tiny"], Wish(["en", "zh"], quality="low", fps=3))


def require_whole(project: TinyProject, outcomes: list[Outcome]) -> None:
    assert [(each.error, each.drawn) for each in outcomes] == [("", BEATS), ("", BEATS)]
    assert not list(project.work.iterdir()) and not project.processes()


class Watched(Farm):
    """Notes who works, and may do something to the first worker before there is a task."""

    def __init__(self, sent: signal.Signals | None = None) -> None:
        super().__init__(2, self._note)
        self.sent, self.seen = sent, set[subprocess.Popen | Twin]()

    def _note(self, film: FilmWork) -> None:
        with self.lock:
            self.seen |= self.running

    def _begin(self, film: FilmWork) -> None:
        super()._begin(film)
        if self.sent:
            (first,) = self.running
            os.kill(first.pid, self.sent)


def test_one_process_imports_manimgl_for_all_workers(tiny: TinyProject) -> None:
    watched = Watched()
    require_whole(tiny, watched.run(jobs(tiny)))
    assert sorted(type(each).__name__ for each in watched.seen) == ["Popen", "Twin"]


def test_if_the_first_one_dies_before_there_are_others_each_is_started_by_itself(tiny: TinyProject) -> None:
    watched = Watched(signal.SIGKILL)
    require_whole(tiny, watched.run(jobs(tiny)))
    assert not any(isinstance(each, Twin) for each in watched.seen)


def test_a_twin_that_is_killed_costs_one_retry(tiny: TinyProject) -> None:
    watched = Watched()
    killed: list[Twin] = []

    def kill(film: FilmWork) -> None:
        watched._note(film)
        twin = next((each for each in watched.seen if isinstance(each, Twin)), None)
        if twin and not killed and sum(film.drawn.values()) > 2:
            killed.append(twin)
            os.kill(twin.pid, signal.SIGKILL)

    watched.progress = kill
    require_whole(tiny, watched.run(jobs(tiny)))
    assert killed and len(watched.seen) == 3, "another process took its place"


@pytest.mark.parametrize("before", [True, False], ids=["before it came", "when it is there"])
def test_no_twin_outlives_a_farm_that_stops(tiny: TinyProject, before: bool) -> None:
    watched = Watched()

    def interrupt(film: FilmWork) -> None:
        watched._note(film)
        if before or any(isinstance(each, Twin) for each in watched.seen):
            raise KeyboardInterrupt

    watched.progress = interrupt
    if before:
        watched._run_all = lambda: interrupt(watched.films[0])  # type: ignore[method-assign]
    try:
        with pytest.raises(KeyboardInterrupt):
            watched.run(jobs(tiny))
    finally:
        watched.close()
    tiny.await_silence()
