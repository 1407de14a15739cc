"""Ranks answer in order, fail with their reasons, and never outlive who called them."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.connection import wait
from pathlib import Path
from typing import Any

import pytest
import rank_jobs

from mathviz.concepts import process_group
from mathviz.concepts.process_group import RankFailed, in_order, run_ranks

PATIENCE = 60.0
"""Seconds within which something that must happen happens, on a machine that is busy with other things."""


def alive(pid: int) -> bool:
    """Whether a process runs; one that has ended and was not yet collected does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state not in "ZX"


def becomes(true: Callable[[], bool], within: float = PATIENCE) -> bool:
    """Wait until something is true; whether it became so."""
    deadline = time.monotonic() + within
    while not true():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def pids(folder: Path) -> list[int]:
    """The ranks that noted their numbers."""
    return [int(path.read_text()) for path in sorted(folder.glob("*.pid"))]


def assert_gone(folder: Path, ranks: int) -> None:
    """All ``ranks`` had started, and none is left."""
    started = pids(folder)
    assert len(started) == ranks
    assert not [pid for pid in started if alive(pid)]
    assert not multiprocessing.active_children()


def test_answers_come_in_the_order_of_ranks() -> None:
    answers = run_ranks(rank_jobs.say_who, 3, "hello")
    assert [answer[:3] for answer in answers] == [("hello", 0, 3), ("hello", 1, 3), ("hello", 2, 3)]
    ranks = {answer[3] for answer in answers}
    assert len(ranks) == 3 and os.getpid() not in ranks
    assert not any(alive(pid) for pid in ranks)


def test_messages_larger_than_any_buffer_do_not_wait_for_each_other() -> None:
    assert run_ranks(rank_jobs.exchange_much, 3, 4_000_000) == [2.0, 0.0, 1.0]


def test_messages_are_sorted_by_step_then_source() -> None:
    logs = [[(0, 0, 1, 0, 8), (1, 0, 1, 2, 8)], [(0, 1, 0, 1, 8), (1, 1, 0, 0, 8)]]
    log = in_order(logs)
    assert log[["step", "source"]].tolist() == [(0, 0), (0, 1), (1, 0), (1, 1)]
    assert log["chunk"].tolist() == [0, 1, 2, 0]


@pytest.mark.parametrize("rank", [0, 1])
def test_a_rank_that_raises_is_named_with_its_traceback(rank: int, tmp_path: Path) -> None:
    with pytest.raises(RankFailed) as caught:
        run_ranks(rank_jobs.raise_on, 2, rank, tmp_path)
    message = str(caught.value)
    assert message.startswith(f"rank {rank} failed:")
    assert "in raise_on" in message and "ArithmeticError: the weights are gone" in message
    assert_gone(tmp_path, ranks=2)


def test_the_cause_is_named_also_to_a_caller_that_listens_late(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By then the other ranks may have failed as well, for want of the one that did."""

    def late(*arguments: Any, **options: Any) -> list[Any]:
        time.sleep(1)
        return wait(*arguments, **options)

    monkeypatch.setattr(process_group, "wait", late)
    with pytest.raises(RankFailed, match="rank 2 failed:"):
        run_ranks(rank_jobs.raise_on, 3, 2, tmp_path)
    assert_gone(tmp_path, ranks=3)


def test_a_rank_that_dies_is_named(tmp_path: Path) -> None:
    with pytest.raises(RankFailed, match="rank 1 died without a word"):
        run_ranks(rank_jobs.die_on, 3, 1, tmp_path)
    assert_gone(tmp_path, ranks=3)


def test_an_answer_that_cannot_be_sent_is_a_failure() -> None:
    with pytest.raises(RankFailed, match="pickle"):
        run_ranks(rank_jobs.answer_what_cannot_be_sent, 2)


def test_ranks_that_hang_are_ended_in_time(tmp_path: Path) -> None:
    with pytest.raises(TimeoutError, match=r"ranks \[0, 1\] did not answer"):
        run_ranks(rank_jobs.sleep_on, 2, tmp_path, timeout=5)
    assert_gone(tmp_path, ranks=2)


def test_two_groups_at_once_do_not_meet() -> None:
    with ThreadPoolExecutor(2) as pool:
        both = [pool.submit(run_ranks, rank_jobs.say_who, ranks, name) for ranks, name in ((2, "two"), (3, "three"))]
    two, three = (future.result() for future in both)
    assert [answer[:3] for answer in two] == [("two", 0, 2), ("two", 1, 2)]
    assert [answer[:3] for answer in three] == [("three", rank, 3) for rank in range(3)]


def test_nothing_stays_in_the_temporary_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    run_ranks(rank_jobs.say_who, 2, "hello")
    assert not list(tmp_path.glob("mathviz-ranks-*"))


@pytest.fixture
def caller(tmp_path: Path) -> subprocess.Popen[str]:
    """Another Python whose two ranks sleep, in a session of its own, once both have started."""
    program = (
        "import pathlib, sys, rank_jobs; from mathviz.concepts.process_group import run_ranks\n"
        "run_ranks(rank_jobs.sleep_on, 2, pathlib.Path(sys.argv[1]))"
    )
    here = str(Path(rank_jobs.__file__).parent)
    process = subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path)], text=True, stderr=subprocess.PIPE, start_new_session=True,
        env={
            **os.environ,
            "PYTHONPATH": os.pathsep.join([here, os.environ.get("PYTHONPATH", "")]),
            "TMPDIR": str(tmp_path),  # one that is killed cannot tidy up
        },
    )  # fmt: skip
    assert becomes(lambda: len(pids(tmp_path)) == 2 or process.poll() is not None)
    assert process.poll() is None and all(alive(pid) for pid in pids(tmp_path))
    return process


def test_no_rank_outlives_a_caller_that_is_killed(caller: subprocess.Popen[str], tmp_path: Path) -> None:
    caller.kill()
    caller.communicate(timeout=PATIENCE)
    assert becomes(lambda: not any(alive(pid) for pid in pids(tmp_path)))


def test_an_interrupt_is_the_callers_to_answer(caller: subprocess.Popen[str], tmp_path: Path) -> None:
    for pid in pids(tmp_path):
        os.kill(pid, signal.SIGINT)
    time.sleep(0.5)
    assert caller.poll() is None and all(alive(pid) for pid in pids(tmp_path))
    caller.kill()
    caller.communicate(timeout=PATIENCE)


@pytest.mark.parametrize("everyone", [False, True], ids=["the caller alone", "the whole group, as a terminal does"])
def test_an_interrupt_ends_the_ranks_and_the_caller(
    caller: subprocess.Popen[str], tmp_path: Path, everyone: bool
) -> None:
    (os.killpg if everyone else os.kill)(caller.pid, signal.SIGINT)
    _, said = caller.communicate(timeout=PATIENCE)
    assert caller.returncode == -signal.SIGINT
    assert said.count("Traceback") == 1 and said.rstrip().endswith("KeyboardInterrupt")
    assert not any(alive(pid) for pid in pids(tmp_path))
