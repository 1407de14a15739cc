"""Folders that somebody uses are known to be used, from their first moment to the last."""

from __future__ import annotations

import os
import shutil
import tempfile
import threading
from pathlib import Path

from mathviz.project import disk


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
