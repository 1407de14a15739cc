"""Finds the trace that a film is drawn from: recorded, cached, or computed in its own process."""

from __future__ import annotations

import ast
import contextlib
import datetime
import hashlib
import importlib
import importlib.util
import inspect
import json
import os
import platform
import subprocess
import sys
import time
import typing
from collections.abc import Callable
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np

from mathviz import script
from mathviz import trace as traces
from mathviz.errors import CheckFailed, MathvizError, NotFound, TraceDamaged
from mathviz.project import Project
from mathviz.trace import Trace


@dataclass(frozen=True)
class Computation:
    """A concept's public function, named as in ``mathviz.concepts.ring_allreduce:compare_all_reduce``."""

    stem: str
    name: str

    @property
    def function(self) -> Callable[..., Trace]:
        module, _, attribute = self.name.partition(":")
        try:
            return getattr(importlib.import_module(module), attribute)
        except (ImportError, AttributeError) as error:
            raise NotFound(f"The script of {self.stem} names the computation {self.name!r}: {error}") from error

    @property
    def kind(self) -> type[Trace]:
        """The trace's class, from the function's return annotation."""
        return typing.get_type_hints(self.function)["return"]

    @property
    def arguments(self) -> dict[str, Any]:
        """The defaults, which are what the film shows. Where it runs is provenance, not identity."""
        parameters = inspect.signature(self.function).parameters.values()
        return {p.name: p.default for p in parameters if p.name != "device"}

    @property
    def key(self) -> str:
        """SHA-256 of the concept's own sources, the function's name and its arguments."""
        digest = hashlib.sha256()
        for path in sources(Path(inspect.getfile(self.function))):
            digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
        digest.update(json.dumps([self.name, self.arguments], sort_keys=True).encode())
        return digest.hexdigest()


def of_film(project: Project, stem: str) -> Computation:
    """The computation that a film's script names. Raises NotFound or ScriptError."""
    project.require_stem(stem)
    return Computation(stem, script.read(project.scenes / f"{stem}.yaml").computation)


def sources(module: Path) -> list[Path]:
    """A concept's own files: its module and those of the same folder that it imports, however deep."""
    found, waiting = set(), [module.resolve()]
    while waiting:
        path = waiting.pop()
        if path in found:
            continue
        found.add(path)
        for node in ast.walk(ast.parse(path.read_bytes())):
            names: list[str] = []
            if isinstance(node, ast.ImportFrom):
                names = [node.module or "", *(f"{node.module or ''}.{alias.name}" for alias in node.names)]
            elif isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            for name in names:
                neighbour = path.with_name(f"{name.rpartition('.')[2]}.py")
                relative = isinstance(node, ast.ImportFrom) and node.level == 1
                if neighbour.is_file() and (relative or _is_module(name, neighbour)):
                    waiting.append(neighbour)
    return sorted(found)


def _is_module(name: str, path: Path) -> bool:
    try:
        spec = importlib.util.find_spec(name)
    except (ImportError, ValueError):
        return False
    return spec is not None and spec.origin is not None and Path(spec.origin).resolve() == path


def find(computation: Computation, project: Project, say: Callable[[str], None]) -> Trace:
    """The trace to draw from: the recorded one if its key still matches, else cached, else computed.

    Whatever is stale or damaged is named through ``say`` and not used.
    """
    recorded, cached = _places(computation, project)
    for place in (recorded, cached):
        trace = _usable(computation, place, say)
        if trace is not None:
            return trace
    say(f"computing {computation.stem} …")
    command = [sys.executable, "-m", "mathviz", "compute", computation.stem, "--quiet"]
    with subprocess.Popen(command, cwd=project.root, stdin=subprocess.DEVNULL) as process:
        try:
            code = process.wait()
        except BaseException:
            process.terminate()
            process.wait()
            raise
    if code != 0:
        raise MathvizError(
            f"The computation of {computation.stem} ended with exit status {code}; nothing was drawn. "
            f"Run it alone: mathviz compute {computation.stem}"
        )
    return traces.load(computation.kind, cached)


def _usable(computation: Computation, place: Path, say: Callable[[str], None]) -> Trace | None:
    try:
        if traces.read_provenance(place).get("key") != computation.key:
            say(
                f"{place.with_suffix('.json').name}: recorded by other code than today's, so not used. "
                f"Record anew: mathviz compute {computation.stem} --record"
            )
            return None
        return traces.load(computation.kind, place)
    except FileNotFoundError:
        return None
    except (TraceDamaged, CheckFailed) as error:
        say(f"{place.name}: {error}. Not used.")
        return None


def _places(computation: Computation, project: Project) -> tuple[Path, Path]:
    name = computation.stem
    return project.recorded / name, project.cache / "traces" / f"{name}-{computation.key[:16]}"


@dataclass(frozen=True)
class Computed:
    """What ``mathviz compute`` did."""

    trace: Trace
    provenance: dict[str, Any]
    place: Path


def compute(computation: Computation, project: Project, *, device: str = "auto", record: bool = False) -> Computed:
    """Run the computation here and now, check it, and keep it in the cache or as the recorded trace."""
    began = time.monotonic()
    trace = call(computation, device)
    recorded, cached = _places(computation, project)
    place = recorded if record else cached
    provenance = {
        "stem": computation.stem,
        "computation": computation.name,
        "arguments": computation.arguments,
        "key": computation.key,
        "device": device_name(computation, device),
        "versions": {
            "python": platform.python_version(),
            **{name: metadata.version(name) for name in ("mathviz", "numpy", "scipy", "torch")},
        },
        "seconds": round(time.monotonic() - began, 2),
        "date": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "commit": commit(project.root),
    }
    traces.save(trace, place, provenance)
    return Computed(trace, provenance, place)


def compare_with_recorded(computation: Computation, project: Project, *, device: str = "auto") -> list[str]:
    """Compute again and return every difference from the recorded trace beyond the stated tolerances."""
    recorded, _ = _places(computation, project)
    try:
        old = traces.load(computation.kind, recorded)
    except FileNotFoundError:
        raise NotFound(
            f"{computation.stem} has no recorded trace. Record one: mathviz compute {computation.stem} --record"
        ) from None
    differences = []
    if traces.read_provenance(recorded).get("key") != computation.key:
        differences.append("the recorded trace was made by other code or arguments than today's")
    new = call(computation, device)
    new.require_true()
    for name, before in old.arrays().items():
        after, allowed = new.arrays()[name], old.tolerances.get(name, 0.0)
        if before.shape != after.shape or before.dtype != after.dtype:
            differences.append(f"{name}: {before.dtype}{before.shape} became {after.dtype}{after.shape}")
        elif not np.array_equal(before, after):
            numeric = np.issubdtype(before.dtype, np.number)
            scale = np.abs(before).max() if numeric else 0.0
            worst = np.abs(after.astype(float) - before.astype(float)).max() / (scale or 1.0) if numeric else np.inf
            if not worst <= allowed:  # NaN is within no tolerance
                differences.append(f"{name}: differs by {worst:.2g} of its largest value ({allowed:.2g} allowed)")
    return differences


def call(computation: Computation, device: str) -> Trace:
    """Call the concept's function, on the device if it takes one."""
    os.environ.setdefault("KINETO_LOG_LEVEL", "99")  # torch's profiler otherwise announces each use of it
    function = computation.function
    if "device" in inspect.signature(function).parameters:
        return function(device=device)
    if device not in ("auto", "cpu"):
        raise MathvizError(f"{computation.stem} runs on the CPU alone: it has nothing to do on {device!r}.")
    return function()


def device_name(computation: Computation, device: str) -> str:
    """What the computation ran on, in the maker's words."""
    if "device" in inspect.signature(computation.function).parameters and device != "cpu":
        import torch

        if torch.cuda.is_available():
            return torch.cuda.get_device_name()
    return f"CPU, {_cpu_name()}"


def _cpu_name() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def commit(root: Path) -> str:
    """The project's git commit, with "+" if the work tree differs from it; "unknown" outside git."""
    try:
        described = subprocess.run(
            ["git", "describe", "--always", "--abbrev=12", "--exclude=*", "--dirty=+"],
            cwd=root, capture_output=True, text=True, check=True, stdin=subprocess.DEVNULL,
        )  # fmt: skip
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return described.stdout.strip()


def place(computation: Computation, project: Project) -> Path:
    """Where the trace lies that ``find`` gives, without its ending. Raises NotFound if it must be computed first."""
    for found in _places(computation, project):
        with contextlib.suppress(FileNotFoundError, TraceDamaged):
            if traces.read_provenance(found).get("key") == computation.key:
                return found
    raise NotFound(f"{computation.stem} has no trace. Compute it: mathviz compute {computation.stem}")


def provenance_of(computation: Computation, project: Project) -> dict[str, Any]:
    """Where the trace that ``find`` gives comes from."""
    return traces.read_provenance(place(computation, project))
