"""A Dask scheduler and workers on loopback, each a process of its own: ``dask scheduler`` and ``dask worker``."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from tiny_project import wait_for

QUIET = {"DASK_DISTRIBUTED__WORKER__MEMORY__TERMINATE": "False", "DASK_DISTRIBUTED__ADMIN__TICK__LIMIT": "1h"}


@dataclass
class DaskProcesses:
    """They know nothing of any project: they stand in an empty folder, and keep what they keep there."""

    folder: Path
    protocol: str = "tcp"
    options: tuple[str, ...] = ()
    port: int = 0
    scheduler: subprocess.Popen[bytes] | None = None
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def address(self) -> str:
        return f"{self.protocol}://127.0.0.1:{self.port}"

    def start_scheduler(self, **environment: str) -> None:
        """On a free port; after it was stopped, on the same one."""
        if not self.port:
            with socket.socket() as free:
                free.bind(("127.0.0.1", 0))
                self.port = free.getsockname()[1]
        listen = ("--host", "127.0.0.1", "--port", str(self.port), "--protocol", self.protocol)
        self.scheduler = self._start("scheduler", "scheduler", *listen, "--no-dashboard", *self.options, **environment)
        wait_for(self._answers, 60, "the scheduler", lambda: self.said("scheduler"))

    def _answers(self) -> bool:
        with socket.socket() as line:
            return line.connect_ex(("127.0.0.1", self.port)) == 0

    def start_worker(self, name: str, resources: str = "GL=1", **environment: str) -> subprocess.Popen[bytes]:
        """A worker without a nanny, so that what is killed stays dead. Its word is in the file ``name``."""
        worker = self._start(
            name, "worker", self.address, "--name", name, "--nthreads", "1", "--no-nanny", "--no-dashboard",
            "--local-directory", str(self.folder / "kept" / name), "--resources", resources, *self.options,
            **environment,
        )  # fmt: skip
        self.workers.append(worker)
        return worker

    def await_worker(self, name: str) -> None:
        """Return when a worker has been let in."""
        wait_for(lambda: "Registered to" in self.said(name), 60, name, lambda: self.said(name))

    def said(self, name: str) -> str:
        path = self.folder / f"{name}.log"
        return re.sub(r"\x1b\[[0-9;]*m", "", path.read_text()) if path.is_file() else ""

    def _start(self, name: str, *arguments: str, **environment: str) -> subprocess.Popen[bytes]:
        self.folder.mkdir(parents=True, exist_ok=True)
        own = {key: value for key, value in os.environ.items() if key not in ("PYTHONPATH", "MATHVIZ_TEST")}
        with (self.folder / f"{name}.log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "dask", *arguments], cwd=self.folder, env=own | QUIET | environment,
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip

    def stop(self) -> None:
        for process in (*self.workers, *([self.scheduler] if self.scheduler else [])):
            kill(process)


def kill(process: subprocess.Popen[bytes]) -> None:
    """At once and without a word, as a machine that loses its power."""
    process.send_signal(signal.SIGCONT)
    process.kill()
    process.wait()


def drawers(worker: subprocess.Popen[bytes]) -> list[int]:
    """The processes that draw for a worker."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command = (folder / "cmdline").read_bytes()
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
        except OSError:  # gone meanwhile
            continue
        if b"mathviz.render.worker" in command and parent == worker.pid:
            found.append(int(folder.name))
    return found
