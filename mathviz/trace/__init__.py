"""What may leave a computation: a frozen dataclass of read-only arrays that says why it is true.

A trace is two files: ``<name>.npz`` holds the arrays, ``<name>.json`` says where they come from, holds the SHA-256 of
the npz, and is sealed by one of its own. The JSON is written last, so a pair that agrees is a pair that is whole.
What its claims say is checked again when it is read: nobody is to believe the JSON.
"""

from __future__ import annotations

import dataclasses
import hashlib
import io
import json
import typing
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, ClassVar, TypeVar

import numpy as np
from jaxtyping import jaxtyped

from mathviz.project import disk, reading
from mathviz.project.errors import CheckFailed, TraceDamaged
from mathviz.trace.arrays import arrays_of
from mathviz.trace.claim import Claim

AnyTrace = TypeVar("AnyTrace", bound="Trace")


__all__ = ["Claim", "Inputs", "Trace", "load", "read_provenance", "save", "seal", "told", "unsealed",
           "with_inputs", "write_provenance", "write_sealed"]  # fmt: skip


@dataclasses.dataclass(frozen=True)
class Trace:
    """Base of all traces. A subclass's annotations state dtype and named axes of every field.

    Axes of one name must have one length across all fields. Arrays are copied and made read-only.
    Raises TypeError, naming field, wanted and found, when a field does not fit its annotation.
    """

    tolerances: ClassVar[dict[str, float]] = {}
    """Relative difference allowed per field when a recorded trace is computed again; 0 if absent."""

    def __post_init__(self) -> None:
        hints = typing.get_type_hints(type(self))
        lengths: dict[str, tuple[int, str]] = {}
        with jaxtyped("context"):
            for field in dataclasses.fields(self):
                value = np.array(getattr(self, field.name), order="C")
                value.flags.writeable = False
                object.__setattr__(self, field.name, value)
                if not isinstance(value, hints[field.name]):
                    wanted = getattr(hints[field.name], "__name__", hints[field.name])
                    found = f"{value.dtype} of shape {value.shape}{_differing(hints[field.name], value, lengths)}"
                    raise TypeError(f"{type(self).__name__}.{field.name}: needs {wanted}, got {found}")
                for axis, length in _axes(hints[field.name], value):
                    lengths.setdefault(axis, (length, field.name))

    @property
    def inputs(self) -> Inputs:
        """The traces that it was computed from, by name: ``trace.inputs.denoiser.loss``."""
        return self.__dict__.get("_inputs", Inputs({}))

    def check(self) -> list[Claim]:
        """State every invariant of this trace and whether it holds."""
        raise NotImplementedError(f"{type(self).__name__} must say what makes it true")

    def require_true(self) -> list[Claim]:
        """Return the claims, or raise CheckFailed that lists those that do not hold."""
        claims = self.check()
        broken = [claim for claim in claims if not claim.holds]
        if broken:
            lines = "\n".join(f"  {claim.says}: found {claim.found}" for claim in broken)
            raise CheckFailed(f"{type(self).__name__} is not true, so it is neither saved nor drawn:\n{lines}")
        return claims

    def arrays(self) -> dict[str, np.ndarray]:
        """Field name → array."""
        return {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}


def _axes(hint: Any, value: np.ndarray) -> list[tuple[str, int]]:
    """The axes of an array that its annotation names, each with its length; none where one stands for several."""
    names = str(getattr(hint, "dim_str", "")).split()
    return [(name, length) for name, length in zip(names, value.shape, strict=False)
            if name.isidentifier() and len(names) == value.ndim]  # fmt: skip


def _differing(hint: Any, value: np.ndarray, lengths: dict[str, tuple[int, str]]) -> str:
    """Which axis has another length than in an earlier field, in words; empty if none has."""
    for axis, length in _axes(hint, value):
        if axis in lengths and lengths[axis][0] != length:
            return f": {axis} is {lengths[axis][0]} by `{lengths[axis][1]}`, {length} here"
    return ""


class Inputs:
    """The traces that a trace was computed from, each read when it is first asked for."""

    def __init__(self, readers: Mapping[str, Callable[[], Trace]]) -> None:
        self._readers = readers

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or name not in self._readers:
            there = ", ".join(self._readers) or "none"
            raise AttributeError(f"this trace has no input {name!r}; it has {there}. Its script names them: inputs")
        self.__dict__[name] = self._readers[name]()
        return self.__dict__[name]


def with_inputs(trace: AnyTrace, readers: Mapping[str, Callable[[], Trace]]) -> AnyTrace:
    """The trace, which from now on can be asked for its inputs. They are no arrays of its own and not saved with it."""
    object.__setattr__(trace, "_inputs", Inputs(readers))
    return trace


def save(trace: Trace, stem: Path, provenance: dict[str, Any]) -> None:
    """Write ``stem``.npz and ``stem``.json, after the trace's own check. Raises CheckFailed."""
    claims = trace.require_true()
    buffer = io.BytesIO()
    np.savez_compressed(buffer, allow_pickle=False, **trace.arrays())
    data = buffer.getvalue()
    stem.parent.mkdir(parents=True, exist_ok=True)
    disk.write_whole(stem.with_suffix(".npz"), data)
    write_provenance(stem, {**provenance, "arrays_sha256": hashlib.sha256(data).hexdigest(), "checks": told(claims)})


def told(claims: list[Claim]) -> list[dict[str, Any]]:
    """Claims as JSON has them."""
    return [dataclasses.asdict(claim) for claim in claims]


def load(kind: type[AnyTrace], stem: Path, *, check: bool = True) -> AnyTrace:
    """Read a trace back and check it again, unless the caller knows that these very claims hold of these very arrays.

    Raises FileNotFoundError if there is none, TraceDamaged if it is not what was written or is no
    ``kind`` any more, CheckFailed if what it says is not true.
    """
    about = read_provenance(stem)
    try:
        data = reading.whole(stem.with_suffix(".npz"))
    except FileNotFoundError:
        raise TraceDamaged(f"{stem.with_suffix('.npz')} is missing beside its .json") from None
    except OSError as error:
        raise TraceDamaged(f"{stem.with_suffix('.npz')} cannot be read: {error.strerror}") from None
    if hashlib.sha256(data).hexdigest() != about.get("arrays_sha256"):
        raise TraceDamaged(f"{stem.with_suffix('.npz')} is not what was written (its SHA-256 differs)")
    try:
        trace = kind(**arrays_of(data))
    except (TypeError, ValueError) as error:
        raise TraceDamaged(f"{stem.with_suffix('.npz')} is no {kind.__name__}: {error}") from error
    if check:
        trace.require_true()
    return trace


def write_provenance(stem: Path, about: dict[str, Any]) -> None:
    """Write the JSON beside the arrays, sealed."""
    write_sealed(stem.with_suffix(".json"), about)


def write_sealed(path: Path, about: dict[str, Any]) -> None:
    """Write a provenance with the seal that it must have."""
    sealed = {**about, "seal": seal(about)}
    disk.write_whole(path, (json.dumps(sealed, indent=2, ensure_ascii=False) + "\n").encode())


def seal(about: dict[str, Any]) -> str:
    """SHA-256 of all that a provenance says."""
    said = {name: value for name, value in about.items() if name != "seal"}
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def read_provenance(stem: Path) -> dict[str, Any]:
    """The JSON beside the arrays. Raises FileNotFoundError, or TraceDamaged if it is not the JSON that was written."""
    return unsealed(stem.with_suffix(".json"))


def unsealed(path: Path) -> dict[str, Any]:
    """A provenance that has the seal that it must have. Raises FileNotFoundError or TraceDamaged."""
    try:
        about = reading.as_json(path)
    except ValueError as error:
        raise TraceDamaged(f"{path} is no JSON: {error}") from error
    except FileNotFoundError:
        raise
    except OSError as error:
        raise TraceDamaged(f"{path} cannot be read: {error.strerror}") from None
    if not isinstance(about, dict):
        raise TraceDamaged(f"{path} holds no provenance")
    if about.get("seal") != seal(about):
        raise TraceDamaged(f"{path} is not what was written: its seal does not fit")
    return about
