"""What a trace was made by, as two digests: of the code that computes it, and of the code that says why it is true.

While the first stays, nothing is computed again; while only the second changes, the claims are checked again on the
arrays that are there. Comments, docstrings and layout change neither.
"""

from __future__ import annotations

import ast
import contextlib
import hashlib
import json
import sys
from dataclasses import dataclass, field
from pathlib import Path

from mathviz.films.reach import CONCEPTS, TRACES, Piece, Reach
from mathviz.project import disk, reading
from mathviz.project.errors import ScriptError

CLAIMING = (*CONCEPTS, TRACES)
"""Where the code of claims is read: a claim may be made and formatted by the trace's own means."""


@dataclass(frozen=True)
class Keys:
    """``computation`` and ``claims`` are the digests, ``files`` the sources behind the first, the function's own first.

    ``needs`` are the arguments without a default, None where that cannot be read off the source; ``classes`` are what
    the computation may hand on.
    """

    computation: str
    claims: str
    files: tuple[Path, ...]
    needs: tuple[str, ...] | None
    classes: tuple[Piece, ...] = field(compare=False)


_SELF = hashlib.sha256(b"".join((Path(__file__).parent / name).read_bytes()
                                for name in ("keys.py", "reach.py", "definitions.py"))).hexdigest()  # fmt: skip
"""Of how keys are found: what others noted by other means is no answer."""

_known: dict[tuple[str, ...], tuple[dict[Path, tuple[int, int, int]], Keys]] = {}


def of(name: str, inputs: tuple[str, ...] = ()) -> Keys | None:
    """The keys of ``module:function``, which is given what the functions ``inputs`` return.

    None if no source defines it. They are found once for each state of the files behind them. Raises ScriptError for
    a source that is no Python.
    """
    question = (name, *inputs, *sys.path)
    if question in _known:
        states, keys = _known[question]
        if all(_state(path) == state for path, state in states.items()):
            return keys
    try:
        found = _find(name, inputs)
    except SyntaxError as error:
        raise ScriptError(f"{error.filename}:{error.lineno}: is no Python: {error.msg}") from error
    if found is None:
        return None
    keys, read = found
    _known[question] = ({path: _state(path) for path in read}, keys)
    return keys


def recalled(name: str, inputs: tuple[str, ...]) -> Keys | None:
    """As ``of``, from what was noted on this machine if all files are as they were then; else found and noted.

    What classes there are is not noted: that is for those who look for keys, not for those who compare them.
    """
    question, place = (name, *inputs, *sys.path), disk.shared_cache()
    if question in _known or place is None:
        return of(name, inputs)
    note = place / "keys" / f"{hashlib.sha256(json.dumps([question, _SELF]).encode()).hexdigest()}.json"
    with contextlib.suppress(OSError, ValueError, TypeError, KeyError, AttributeError):
        said = reading.as_json(note)
        if all(_state(Path(path)) == tuple(state) for path, state in said["states"].items()):
            needs = None if said["needs"] is None else tuple(said["needs"])
            return Keys(said["computation"], said["claims"], tuple(map(Path, said["files"])), needs, ())
    found = of(name, inputs)
    if found is not None:
        states = {str(path): state for path, state in _known[question][0].items()}
        said = {"computation": found.computation, "claims": found.claims, "files": [str(path) for path in found.files],
                "needs": found.needs, "states": states}  # fmt: skip
        with contextlib.suppress(OSError):  # then they are found again next time
            note.parent.mkdir(parents=True, exist_ok=True)
            disk.write_whole(note, json.dumps(said).encode())
    return found


def _state(path: Path) -> tuple[int, int, int]:
    try:
        about = path.stat()
    except OSError:
        return (0, 0, 0)
    return (about.st_mtime_ns, about.st_size, about.st_ino)


def _find(name: str, inputs: tuple[str, ...]) -> tuple[Keys, set[Path]] | None:
    own = name.split(".")[0].split(":")[0]
    reach, claims = Reach(own=own), Reach(CLAIMING, own=own)
    function, home = reach.named(name), reach.module(name.partition(":")[0])
    if home is None:
        return None
    reach.add(*[function] if function else [], whole=None if function else home)
    for source in inputs:
        given = of(source)
        reach.add(*given.classes if given else ())
    kind = _kind(reach, function) if function else None
    if kind is None:
        claims.add(whole=home)
    else:
        claims.add(kind, *_claims(claims, kind, set()))
    written = function.module.function_of(function.name) if function else None
    keys = Keys(
        hashlib.sha256(f"{function.name if function else name} {reach.digest()}".encode()).hexdigest(), claims.digest(),
        tuple(reach.files), _needs(written) if written else None, tuple(reach.classes),
    )  # fmt: skip
    return keys, {module.path for module in (*reach.touched, *claims.touched)}


def _kind(reach: Reach, function: Piece) -> Piece | None:
    """The class of trace that a function says it returns."""
    written = function.module.function_of(function.name)
    node = written.returns if written else None
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        node = ast.parse(node.value, mode="eval").body
    chain: list[str] = []
    while isinstance(node, ast.Attribute):
        chain.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        return None
    target, _ = reach.resolve(function.module, (node.id, *reversed(chain)), {})
    return target if isinstance(target, Piece) and target.module.class_of(target.name) else None


def _claims(claims: Reach, kind: Piece, seen: set[str]) -> list[Piece]:
    """What a class checks, and what it tolerates, wherever it inherits them from."""
    found = [Piece(kind.module, f"{kind.name}.{part}") for part in ("check", "tolerances")
             if f"{kind.name}.{part}" in kind.module.pieces]  # fmt: skip
    node = kind.module.class_of(kind.name)
    for base in node.bases if node else ():
        if isinstance(base, ast.Name):
            target, _ = claims.resolve(kind.module, (base.id,), {})
            if isinstance(target, Piece) and target.name not in seen:
                found += _claims(claims, target, {*seen, target.name})
    return found


def _needs(function: ast.FunctionDef | ast.AsyncFunctionDef) -> tuple[str, ...] | None:
    """Its arguments that have no default, without ``device``."""
    given = function.args
    if given.vararg or given.kwarg or function.decorator_list:
        return None
    positional = [*given.posonlyargs, *given.args]
    bare = [each.arg for each in positional[: len(positional) - len(given.defaults)]]
    bare += [each.arg for each, value in zip(given.kwonlyargs, given.kw_defaults, strict=True) if value is None]
    return tuple(sorted(name for name in bare if name != "device"))
