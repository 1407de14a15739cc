"""Finds the trace that a film is drawn from: recorded, cached, or computed in its own process."""

from __future__ import annotations

import contextlib
import datetime
import functools
import hashlib
import importlib
import inspect
import json
import os
import platform
import subprocess
import sys
import time
import typing
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np

from mathviz import trace as traces
from mathviz.films import keys, script
from mathviz.films.keys import Keys
from mathviz.films.script import Script
from mathviz.project import Project, disk, loading, not_found, programs, tracebacks
from mathviz.project.errors import (
    CheckFailed,
    ConceptFailed,
    MathvizError,
    NotFound,
    ScriptError,
    ToolFailed,
    TraceDamaged,
)
from mathviz.trace import Claim, Trace


@dataclass(frozen=True)
class Computation:
    """A concept's public function, named as in ``mathviz.concepts.ring_allreduce:compare_all_reduce``.

    ``inputs`` are computations whose traces it is given, each as the argument that is its stem.
    """

    stem: str
    name: str
    inputs: tuple[Computation, ...] = ()

    @property
    def function(self) -> Callable[..., Trace]:
        module, _, attribute = self.name.partition(":")
        try:
            return getattr(importlib.import_module(module), attribute)
        except (ImportError, AttributeError) as error:
            raise NotFound(
                f"The script of {self.stem} names the computation {self.name!r}: {tracebacks.words(error)}"
            ) from error
        except Exception as error:  # whatever its file does when it is imported
            said = f"{tracebacks.place(error)}: {tracebacks.words(error)}"
            raise ConceptFailed(f"The concept of {self.stem} cannot be imported: {said}") from error

    @property
    def kind(self) -> type[Trace]:
        """The trace's class, from the function's return annotation. Raises ConceptFailed where that names none."""
        kind = typing.get_type_hints(self.function).get("return")
        if not (isinstance(kind, type) and issubclass(kind, Trace)):
            named = f"its annotation is {kind}" if kind else "it has no annotation"
            raise ConceptFailed(f"{self.place}: {self.name} has to say which trace it returns, and {named}. "
                                "Write: -> and the name of a class that extends Trace")  # fmt: skip
        return kind

    @property
    def place(self) -> str:
        """Where its function stands: file and line."""
        code = inspect.unwrap(self.function).__code__
        return f"{code.co_filename}, line {code.co_firstlineno}"

    @property
    def arguments(self) -> dict[str, Any]:
        """The defaults, which are what the film shows. Where it runs is provenance, not identity.

        Raises ScriptError unless the inputs are exactly those arguments that have no default.
        """
        parameters = [p for p in inspect.signature(self.function).parameters.values() if p.name != "device"]
        self._require_inputs(sorted(p.name for p in parameters if p.default is p.empty))
        return {p.name: p.default for p in parameters if p.default is not p.empty}

    def _require_inputs(self, needed: list[str]) -> None:
        given = sorted(source.stem for source in self.inputs)
        if needed != given:
            raise ScriptError(
                f"{self.name} needs the inputs {', '.join(needed) or 'none'}, "
                f"and the script of {self.stem} gives {', '.join(given) or 'none'}"
            )

    @property
    def keys(self) -> Keys:
        """The digests of the code behind it. Raises NotFound, or ScriptError where its inputs are others than it needs.

        Nothing of it is imported for that, unless no source defines it.
        """
        found = keys.recalled(self.name, tuple(source.name for source in self.inputs))
        if found is None or found.needs is None:
            _ = self.arguments
        if found is None:
            raise NotFound(f"The script of {self.stem} names the computation {self.name!r}, whose source is not there")
        if found.needs is not None:
            self._require_inputs(list(found.needs))
        return found

    @property
    def key(self) -> str:
        """SHA-256 of all definitions that the computation reaches, its defaults among them, and of its inputs' keys."""
        digest = hashlib.sha256(self.keys.computation.encode())
        for source in self.inputs:
            digest.update(f"{source.stem} {source.key}".encode())
        return digest.hexdigest()

    @property
    def claims_key(self) -> str:
        """SHA-256 of all definitions that decide what its trace claims, and what it tolerates."""
        return self.keys.claims

    @property
    def files(self) -> list[Path]:
        """The sources behind it, its function's own first."""
        return list(self.keys.files)


def of_script(stem: str, told: Script, project: Project) -> Computation:
    """The computation that a film's script names, with its inputs. Modules are found from the project's root."""
    loading.begin(project.root)
    inputs = (Computation(name, source) for name, source in sorted(told.inputs.items()))
    return Computation(stem, told.computation, tuple(inputs))


def of_film(project: Project, stem: str) -> Computation:
    """The computation of a film. Raises NotFound or ScriptError."""
    project.require_stem(stem)
    return of_script(stem, script.read(project.scenes / f"{stem}.yaml"), project)


def of_name(project: Project, name: str) -> Computation:
    """The computation of a film, or an input of one that has no film of its own. Raises NotFound or ScriptError."""
    if name in project.stems:
        return of_film(project, name)
    shared = shared_inputs(project)
    if name not in shared:
        raise not_found("film", name, [*project.stems, *shared], "mathviz list")
    return shared[name]


def shared_inputs(project: Project) -> dict[str, Computation]:
    """Every input of the project's films, by name. Raises ScriptError where one name stands for two things."""
    found: dict[str, Computation] = {}
    for stem in project.stems:
        for source in of_film(project, stem).inputs:
            if source.stem in project.stems or found.setdefault(source.stem, source) != source:
                raise ScriptError(
                    f"{project.scenes / stem}.yaml: the input {source.stem!r} is the name of a film or of another "
                    "input already; choose another name"
                )
    return found


def find(computation: Computation, project: Project, say: Callable[[str], None]) -> Trace:
    """The trace to draw from: the recorded one if its key still matches, else cached, else computed.

    Whatever is stale or damaged is named through ``say`` and not used.
    """
    recorded, cached = _places(computation, project)
    for place in (recorded, cached):
        trace = _usable(computation, project, place, say)
        if trace is not None:
            return trace
    say(f"computing {computation.stem} …")
    with subprocess.Popen(
        command(computation), cwd=project.root, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        errors="replace",
    ) as process:  # fmt: skip
        try:
            _, said = programs.communicate(process)
        except BaseException:
            process.terminate()
            process.wait()
            raise
    if process.returncode != 0:
        raise ConceptFailed(failed(computation, process.returncode, said))
    sys.stderr.write(said)
    return load(computation, project, cached)


def failed(computation: Computation, code: int, said: str) -> str:
    """What is to be told of a computation that ended with that exit status and those words."""
    words = said.strip().removeprefix("mathviz: ") or "it said nothing"
    return (
        f"the computation of {computation.stem} ended with exit status {code}, so nothing was drawn: {words}\n"
        f"Run it alone: mathviz compute {computation.stem}"
    )


def command(computation: Computation) -> list[str]:
    """What computes a trace into the cache, in a process of its own that stands in the project's folder."""
    return loading.python("mathviz", "compute", computation.stem, "--quiet")


def at_hand(computation: Computation, project: Project) -> Trace | None:
    """The trace that ``find`` gives, if nothing has to be computed for it."""
    usable = (_usable(computation, project, place, lambda line: None) for place in _places(computation, project))
    return next((trace for trace in usable if trace is not None), None)


def missing(computation: Computation, project: Project) -> list[str] | None:
    """None if there is a trace to draw from; else what is to be told of those that are there and not used."""
    told = []
    for where in _places(computation, project):
        try:
            about = traces.read_provenance(where)
            other = _changed_since(about, computation, project)
            if not other and not _is_whole(where, about):
                raise TraceDamaged(f"{where.with_suffix('.npz')} is not what was written")
        except FileNotFoundError:
            continue
        except TraceDamaged as error:
            told.append(f"{where.name}: {error}. Not used.")
            continue
        if not other:
            return None
        told.append(_stale(computation, where, other))
    return told


def _is_whole(where: Path, about: dict[str, Any]) -> bool:
    return disk.digest_of_a_file(where.with_suffix(".npz")) == about.get("arrays_sha256")


def _stale(computation: Computation, where: Path, other: str) -> str:
    return (
        f"{where.with_suffix('.json').name}: recorded {other} than today's, so not used. "
        f"Record anew: mathviz compute {computation.stem} --record"
    )


def _usable(computation: Computation, project: Project, place: Path, say: Callable[[str], None]) -> Trace | None:
    try:
        other = _changed_since(traces.read_provenance(place), computation, project)
        if other:
            say(_stale(computation, place, other))
            return None
        return load(computation, project, place)
    except FileNotFoundError:
        return None
    except (TraceDamaged, CheckFailed) as error:
        say(f"{place.name}: {error}. Not used.")
        return None


def load(computation: Computation, project: Project, place: Path) -> Trace:
    """The trace that lies there, which can be asked for its inputs.

    Its claims are checked unless just these were, of just these arrays, on this machine.

    Raises what ``trace.load`` raises, and TraceDamaged where its claims are not those that it was written with.
    """
    about = traces.read_provenance(place)
    checked = json.dumps([about, computation.claims_key, _versions()], sort_keys=True)
    note = project.cache / "checked" / hashlib.sha256(checked.encode()).hexdigest()
    trace = traces.load(computation.kind, place, check=False)
    readers = {source.stem: functools.partial(find, source, project, _say) for source in computation.inputs}
    trace = traces.with_inputs(trace, readers)
    if not note.is_file():
        _compare_claims(_claims(trace, place), about, computation, place)
        with contextlib.suppress(OSError):  # then they are checked again next time
            note.parent.mkdir(parents=True, exist_ok=True)
            note.touch()
    return trace


def _claims(trace: Trace, place: Path) -> list[Claim]:
    """What holds of a trace that was read. Raises CheckFailed, or TraceDamaged where its arrays fit no check."""
    try:
        return trace.require_true()
    except MathvizError:
        raise
    except Exception as error:
        says = f"{place.with_suffix('.npz')}: its claims cannot be checked ({type(error).__name__}: {error})"
        raise TraceDamaged(says) from error


def _compare_claims(claims: list[Claim], about: dict[str, Any], computation: Computation, place: Path) -> None:
    """Raise TraceDamaged where a trace that this very code checked was written with other claims than it has."""
    if about.get("claims_key") == computation.claims_key and (other := _other_claims(claims, about)):
        raise TraceDamaged(f"{place.with_suffix('.json')} {other}")


def _other_claims(claims: list[Claim], about: dict[str, Any]) -> str:
    """What a provenance says otherwise than these claims; empty if nothing."""
    checks = about.get("checks")
    if not (isinstance(checks, list) and all(isinstance(each, dict) for each in checks)):
        return "holds no claims under `checks`"
    written = [(each.get("says"), each.get("holds")) for each in checks]
    for claim in claims:
        if (claim.says, claim.holds) not in written:
            return f"leaves out the claim {claim.says!r}"
    if len(written) != len(claims):
        says = [claim.says for claim in claims]
        made_up = [each for each, _ in written if each not in says] or [written[-1][0]]
        return f"claims {made_up[0]!r}, which nobody checks"
    return ""


def _changed_since(about: dict[str, Any], computation: Computation, project: Project) -> str:
    """In what a trace of that provenance was made otherwise than it would be today; empty if in nothing."""
    if about.get("key") != computation.key:
        return "by other code"
    before = about["inputs"] if isinstance(about.get("inputs"), dict) else {}
    others = [name for name, digest in _digests(computation, project).items() if before.get(name) != digest]
    return f"with another {others[0]}" if others else ""


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
    recorded, cached = _places(computation, project)
    place = recorded if record else cached
    disk.require_folder(place.parent)
    began = time.monotonic()
    inputs = inputs_of(computation, project)
    with _concepts_own(computation):
        trace = call(computation, device, inputs)
        trace.check()
    provenance = {
        "stem": computation.stem,
        "computation": computation.name,
        "arguments": computation.arguments,
        "key": computation.key,
        "claims_key": computation.claims_key,
        "inputs": _digests(computation, project),
        "device": device_name(computation, device),
        "versions": {**_versions(), "torch": metadata.version("torch")},
        "seconds": round(time.monotonic() - began, 2),
        "date": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "commit": commit(project.root),
    }
    traces.save(trace, place, provenance)
    return Computed(trace, provenance, place)


@contextlib.contextmanager
def _concepts_own(computation: Computation) -> Iterator[None]:
    """What a concept raises, as ConceptFailed with the author's places alone."""
    try:
        yield
    except MathvizError:
        raise
    except Exception as error:
        said = f"{computation.name} raised {tracebacks.words(error)}"
        raise ConceptFailed(f"{said}\n{tracebacks.way(error)}") from error


def _versions() -> dict[str, str]:
    """Of what claims are checked with."""
    return {
        "python": platform.python_version(),
        **{name: metadata.version(name) for name in ("mathviz", "numpy", "scipy")},
    }  # fmt: skip


def check_again(computation: Computation, project: Project) -> Computed | None:
    """Write what is claimed today of the recorded arrays beside them, where only the claims changed; else None.

    Raises CheckFailed where they do not hold.
    """
    recorded, _ = _places(computation, project)
    try:
        about = traces.read_provenance(recorded)
        if about.get("claims_key") == computation.claims_key or _changed_since(about, computation, project):
            return None
        trace = traces.load(computation.kind, recorded)
    except (FileNotFoundError, TraceDamaged):
        return None
    about = {**about, "claims_key": computation.claims_key, "checks": traces.told(trace.check())}
    traces.write_provenance(recorded, about)
    return Computed(trace, about, recorded)


def compare_with_recorded(computation: Computation, project: Project, *, device: str = "auto") -> list[str]:
    """Compute again and return every difference from the recorded trace beyond the stated tolerances."""
    recorded, _ = _places(computation, project)
    try:
        old = load(computation, project, recorded)
    except FileNotFoundError:
        raise NotFound(
            f"{computation.stem} has no recorded trace. Record one: mathviz compute {computation.stem} --record"
        ) from None
    differences, about = [], traces.read_provenance(recorded)
    if other := _changed_since(about, computation, project):
        differences.append(f"the recorded trace was made {other} than today's")
    if about.get("claims_key") != computation.claims_key and (other := _other_claims(old.check(), about)):
        differences.append(f"the record {other}; with today's claims: mathviz compute {computation.stem} --record")
    new = call(computation, device, inputs_of(computation, project))
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


def inputs_of(computation: Computation, project: Project) -> dict[str, Trace]:
    """The traces of a computation's inputs, by name: found, or computed first."""
    return {source.stem: find(source, project, _say) for source in computation.inputs}


def _digests(computation: Computation, project: Project) -> dict[str, str | None]:
    """SHA-256 of the arrays of those inputs that are there, by name."""
    found = {}
    for source in computation.inputs:
        with contextlib.suppress(NotFound):
            found[source.stem] = provenance_of(source, project).get("arrays_sha256")
    return found


def _say(line: str) -> None:
    sys.stderr.write(f"mathviz: {line}\n")


def call(computation: Computation, device: str, inputs: dict[str, Trace]) -> Trace:
    """Call the concept's function with its inputs, on the device if it takes one. The trace can be asked for them."""
    os.environ.setdefault("KINETO_LOG_LEVEL", "99")  # torch's profiler otherwise announces each use of it
    function, readers = computation.function, {name: functools.partial(inputs.__getitem__, name) for name in inputs}
    kind, chosen = computation.kind, {"device": device} if "device" in inspect.signature(function).parameters else {}
    if device not in ("auto", "cpu") and not chosen:
        raise MathvizError(f"{computation.stem} runs on the CPU alone: it has nothing to do on {device!r}.")
    found = function(**inputs, **chosen)
    if not isinstance(found, kind):
        raise ConceptFailed(f"{computation.place}: {computation.name} returned {type(found).__name__}, "
                            f"and has to return {kind.__name__}")  # fmt: skip
    return traces.with_inputs(found, readers)


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
        line = ["git", "describe", "--always", "--abbrev=12", "--exclude=*", "--dirty=+"]
        described = programs.run(line, place=root)
    except (OSError, ToolFailed):
        return "unknown"
    return described.stdout.strip() if described.returncode == 0 else "unknown"


def place(computation: Computation, project: Project) -> Path:
    """Where the trace lies that ``find`` gives, without its ending. Raises NotFound if it must be computed first."""
    for found in _places(computation, project):
        with contextlib.suppress(FileNotFoundError, TraceDamaged):
            about = traces.read_provenance(found)
            if not _changed_since(about, computation, project) and _is_whole(found, about):
                return found
    raise NotFound(f"{computation.stem} has no trace. Compute it: mathviz compute {computation.stem}")


def provenance_of(computation: Computation, project: Project) -> dict[str, Any]:
    """Where the trace that ``find`` gives comes from."""
    return traces.read_provenance(place(computation, project))
