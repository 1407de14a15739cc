"""Folders that somebody uses are known to be used, from their first moment to the last."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
import threading
from pathlib import Path

from mathviz.project import disk
from mathviz.project.errors import MathvizError


def test_a_folder_is_held_until_its_user_lets_go(tmp_path: Path) -> None:
    descriptor = disk.hold(tmp_path)
    assert disk.is_held(tmp_path)
    os.close(descriptor)
    assert not disk.is_held(tmp_path)


def test_nobody_finds_a_folder_free_that_is_just_being_taken(tmp_path: Path) -> None:
    """Somebody sweeps all the time while others make folders, take them and let them go."""
    over, swept = threading.Event(), []

    def sweep() -> None:
        while not over.is_set():
            for folder in tmp_path.iterdir():
                if not disk.is_held(folder) and folder.name not in done:
                    swept.append(folder.name)

    done: set[str] = set()
    sweepers = [threading.Thread(target=sweep) for _ in range(2)]
    for sweeper in sweepers:
        sweeper.start()
    for _ in range(300):
        folder = Path(tempfile.mkdtemp(dir=tmp_path))
        descriptor = disk.hold(folder)
        assert disk.is_held(folder)
        done.add(folder.name)
        os.close(descriptor)
        shutil.rmtree(folder)
    over.set()
    for sweeper in sweepers:
        sweeper.join()
    assert not swept


def test_who_must_be_alone_is_and_leaves_nothing(tmp_path: Path) -> None:
    """Many come again and again; no two are ever in it at once. A file that a killed one left is no obstacle."""
    (tmp_path / disk.ALONE).touch()
    inside, worst, times, refused = [], [], [], []

    def come() -> None:
        for _ in range(200):
            try:
                with disk.alone_in(tmp_path):
                    inside.append(1)
                    worst.append(len(inside))
                    times.append(1)
                    inside.pop()
            except MathvizError:
                refused.append(1)

    threads = [threading.Thread(target=come) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert max(worst) == 1 and len(times) + len(refused) == 800 and len(times) > 100
    assert not [*tmp_path.iterdir()]


def test_the_lock_of_who_is_alone_is_one_that_nfs_has(tmp_path: Path) -> None:
    """It locks only what is open to write, and no folder is."""
    with disk.alone_in(tmp_path):
        path = next(path for path in tmp_path.iterdir() if path.is_file())
        flags = [fcntl.fcntl(int(link.name), fcntl.F_GETFL) for link in Path("/proc/self/fd").iterdir()
                 if link.exists() and link.samefile(path)]  # fmt: skip
        assert [each & os.O_ACCMODE for each in flags] == [os.O_RDWR]
