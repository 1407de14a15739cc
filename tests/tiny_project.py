"""A project with one tiny film, copied to a folder of its own, and the real command run in it."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from mathviz.project import Project
from mathviz.render.cache import Cache

SOURCE = Path(__file__).parent / "tiny"
BEATS = ("question", "bars_grow", "bars_leave")


@dataclass(frozen=True)
class TinyProject:
    """A copy of ``tests/tiny``. Every process started from it carries its ``mark`` in the environment."""

    root: Path
    mark: str = field(default_factory=lambda: uuid.uuid4().hex)

    @classmethod
    def make(cls, root: Path, source: Path = SOURCE) -> TinyProject:
        shutil.copytree(source, root, ignore=shutil.ignore_patterns("__pycache__"))
        return cls(root)

    @property
    def project(self) -> Project:
        return Project(self.root)

    @property
    def films(self) -> Path:
        return self.root / "renders" / "tiny"

    @property
    def work(self) -> Path:
        return self.root / "renders" / ".cache" / "work"

    def environment(self, **changes: str) -> dict[str, str]:
        return os.environ | {"PYTHONPATH": str(self.root), "MATHVIZ_TEST": self.mark} | changes

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "mathviz", *arguments]

    def run(self, *arguments: str, limit: float = 120, **changes: str) -> subprocess.CompletedProcess[str]:
        """``mathviz`` with these arguments, to its end."""
        return subprocess.run(
            self.command(*arguments), cwd=self.root, env=self.environment(**changes), stdin=subprocess.DEVNULL,
            capture_output=True, text=True, timeout=limit, check=False,
        )  # fmt: skip

    def start(self, *arguments: str, **changes: str) -> subprocess.Popen[str]:
        """``mathviz`` with these arguments, in the background and in a process group of its own."""
        return subprocess.Popen(
            self.command(*arguments), cwd=self.root, env=self.environment(**changes), stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
        )  # fmt: skip

    def edit(self, file: str, old: str, new: str) -> None:
        """Replace text that must be there once."""
        path = self.root / file
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{old!r} is {text.count(old)} times in {file}"
        path.write_text(text.replace(old, new), encoding="utf-8")

    def misbehave(self, statement: str, imports: str = "os, signal, sys, time", beat: str = "bars_leave") -> None:
        """Make a beat begin with a statement, also when it is skipped."""
        head = f"def {beat}(self) -> None:\n"
        self.edit("scenes/tiny.py", head, f"{head}        {statement}\n")
        self.edit("scenes/tiny.py", "from manimlib import", f"import {imports}\n\nfrom manimlib import")

    def processes(self) -> list[str]:
        """Command lines of the processes, this one's children or not, that carry the mark."""
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                environment, command = (folder / "environ").read_bytes(), (folder / "cmdline").read_bytes()
            except OSError:  # gone meanwhile
                continue
            if f"MATHVIZ_TEST={self.mark}".encode() in environment.split(b"\0") and command:
                found.append(f"{folder.name}: {command.replace(bytes(1), b' ').decode()}")
        return found

    @property
    def cache(self) -> Cache:
        return Cache(self.root / "renders" / ".cache" / "beats")

    def beats(self) -> set[Path]:
        """The folders of all beats in the cache."""
        return {folder for _, _, folder in self.cache.objects()}

    def forks(self) -> list[int]:
        """The processes that draw, look or join now: children of workers, which are children of the command."""
        return [number for number, parent in self._workers().items() if parent in self._workers()]

    def workers(self) -> list[int]:
        """The processes that wait for those."""
        return [number for number, parent in self._workers().items() if parent not in self._workers()]

    def _workers(self) -> dict[int, int]:
        """Process → parent."""
        found = {}
        for line in self.processes():
            number = line.split(":")[0]
            if "mathviz.render.worker" in line:
                with contextlib.suppress(OSError):
                    found[int(number)] = int(Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[1])
        return found

    def await_drawing(self, process: subprocess.Popen[str]) -> None:
        """Return when a worker is encoding a beat after the first."""
        wait_for(lambda: any(self.work.glob("*/bars_*/beat.ts")) or process.poll() is not None, 60, "drawing")
        assert process.poll() is None, process.communicate()

    def await_silence(self, seconds: float = 5) -> None:
        """Return when no process carries the mark any more."""
        wait_for(lambda: not self.processes(), seconds, "the end of all processes", self.processes)

    def kill_all(self) -> None:
        for line in self.processes():
            try:
                os.kill(int(line.split(":")[0]), signal.SIGKILL)
            except ProcessLookupError:
                continue

    def contents(self) -> dict[str, bytes]:
        """Every file beside the films, hidden ones too."""
        return {str(path.relative_to(self.films)): path.read_bytes() for path in sorted(self.films.rglob("*"))
                if path.is_file()}  # fmt: skip


def wait_for(
    there: Callable[[], object], seconds: float, what: str, about: Callable[[], object] = lambda: ""
) -> None:  # fmt: skip
    """Return when ``there()``; fail after so many seconds."""
    end = time.monotonic() + seconds
    while not there():
        assert time.monotonic() < end, f"waited {seconds} s for {what}: {about()}"
        time.sleep(0.05)


def programs(folder: Path, without: str = "") -> str:
    """A PATH with what films need but for one program."""
    folder.mkdir()
    for name in {"ffmpeg", "ffprobe", "latex", "dvisvgm", "kpsewhich", "apt-get", "git"} - {without}:
        found = shutil.which(name)
        if found:
            (folder / name).symlink_to(found)
    return str(folder)
