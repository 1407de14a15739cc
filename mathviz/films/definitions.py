"""A module's source taken apart into what it defines, without running it: what each piece says, and what it names.

What a piece says is its syntax tree without comments, docstrings, layout and annotations of functions, written so
that every Python from 3.10 on writes the same.
"""

from __future__ import annotations

import ast
import copy
import functools
import hashlib
import sys
import sysconfig
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import TypeAlias

from mathviz.project import PACKAGE

Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef
Chain = tuple[str, ...]
"""A name and the attributes that follow it: ``network.train`` is ("network", "train")."""

REST = "what it does when it is imported"
"""The piece of a module that has no name: calls, loops and assignments into things."""

_FREE = frozenset(("eval", "exec", "globals", "locals", "vars", "dir", "__import__", "import_module"))
_FREE_MEMBERS = frozenset(("__dict__", "__subclasses__", "__globals__", "import_module"))
_BY_NAME = frozenset(("getattr", "hasattr", "attrgetter", "methodcaller"))


@dataclass
class Named:
    """What a piece names. ``hints`` stand in annotations only; ``members`` are attributes of whatever.

    ``freely`` says that it looks something up by a name that is made while it runs.
    """

    chains: set[Chain] = field(default_factory=set)
    hints: set[Chain] = field(default_factory=set)
    members: set[str] = field(default_factory=set)
    imports: dict[str, str] = field(default_factory=dict)
    freely: bool = False


@dataclass(eq=False)
class Module:
    """The pieces of one file by name, methods as ``Class.method``, and where its imported names come from.

    ``imports`` maps a local name to a dotted one; ``stars`` are modules of which everything was imported.
    """

    name: str
    path: Path
    pieces: dict[str, list[ast.stmt]] = field(default_factory=dict)
    imports: dict[str, str] = field(default_factory=dict)
    stars: list[str] = field(default_factory=list)
    runs: set[str] = field(default_factory=set)
    """Modules that are imported when it is."""
    _named: dict[str, Named] = field(default_factory=dict)
    _said: dict[str, str] = field(default_factory=dict)

    def named(self, piece: str) -> Named:
        """What a piece names."""
        if piece not in self._named:
            found = Named()
            for node in self.pieces[piece]:
                _look(node, found, self, own_class=isinstance(node, ast.ClassDef))
            self._named[piece] = found
        return self._named[piece]

    def said(self, piece: str) -> str:
        """A digest of what a piece says."""
        if piece not in self._said:
            text = "".join(part for node in self.pieces[piece] for part in _written(node))
            self._said[piece] = hashlib.sha256(text.encode()).hexdigest()
        return self._said[piece]

    def methods(self, kind: str) -> list[str]:
        """The pieces that are methods of a class, dunders not among them."""
        return [piece for piece in self.pieces if piece.startswith(f"{kind}.")]

    def class_of(self, piece: str) -> ast.ClassDef | None:
        """The class that a piece is, if it is one."""
        found = [node for node in self.pieces.get(piece, []) if isinstance(node, ast.ClassDef)]
        return found[0] if found else None

    def function_of(self, piece: str) -> Function | None:
        """The function that a piece is, if it is one and nothing else."""
        nodes = self.pieces.get(piece, [])
        return nodes[0] if len(nodes) == 1 and isinstance(nodes[0], Function) else None

    def is_variable(self, piece: str) -> bool:
        """Whether a piece is neither a function nor a class."""
        return not any(isinstance(node, (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef))
                       for node in self.pieces[piece])  # fmt: skip


def module(name: str, path: Path) -> Module:
    """Take a file apart; once for each state that it has. Raises OSError, or SyntaxError with its line."""
    about = path.stat()
    return _module(name, path, about.st_mtime_ns, about.st_size, about.st_ino)


@functools.lru_cache(1024)
def _module(name: str, path: Path, *_state: int) -> Module:
    made = Module(name, path)
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    for node in ast.parse(path.read_bytes(), str(path)).body:
        _take(made, package, node)
    return made


def _take(made: Module, package: str, node: ast.stmt) -> None:
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        _take_import(made, package, node)
    elif isinstance(node, ast.ClassDef):
        _take_class(made, node)
    elif isinstance(node, Function):
        made.pieces.setdefault(node.name, []).append(node)
    elif isinstance(node, (ast.Assign, ast.AnnAssign)) and (names := _names_only(node)):
        for name in names:
            made.pieces.setdefault(name, []).append(node)
    elif isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
        for inner in node.body:
            if isinstance(inner, (ast.Import, ast.ImportFrom)):
                _take_import(made, package, inner, runs=False)
    elif isinstance(node, ast.If) and "__name__" in ast.unparse(node.test):
        return  # runs only as a program
    elif not _is_text(node):
        made.pieces.setdefault(REST, []).append(node)
        for inner in _inside(node):
            if isinstance(inner, (ast.Import, ast.ImportFrom)):
                _take_import(made, package, inner)
            for name in _bound(inner):
                made.pieces.setdefault(name, []).append(node)


def _take_import(made: Module, package: str, node: ast.Import | ast.ImportFrom, runs: bool = True) -> None:
    for local, dotted in _imported(package, node):
        if local == "*":
            made.stars.append(dotted)
        else:
            made.imports[local] = dotted
        if runs:
            made.runs.add(dotted)
    if runs and isinstance(node, ast.Import):
        made.runs |= {alias.name for alias in node.names}


def _imported(package: str, node: ast.Import | ast.ImportFrom) -> Iterator[tuple[str, str]]:
    """Local name → dotted name; for a star, the module's."""
    if isinstance(node, ast.Import):
        for alias in node.names:
            yield (alias.asname, alias.name) if alias.asname else (alias.name.split(".")[0],) * 2
        return
    parts = package.split(".")
    base = ".".join(parts[: len(parts) - node.level + 1]) if node.level else ""
    source = ".".join(part for part in (base, node.module) if part)
    for alias in node.names:
        yield ("*", source) if alias.name == "*" else (alias.asname or alias.name, f"{source}.{alias.name}")


def _take_class(made: Module, node: ast.ClassDef) -> None:
    """A class is its head, with fields and dunders; every other method is a piece of its own."""
    head = [part for part in node.body if not (isinstance(part, Function) and not _is_dunder(part.name))]
    bounds = [part for part in head if _names_only(part) == ["tolerances"]]
    kept = copy.copy(node)
    kept.body = [part for part in head if part not in bounds]
    made.pieces.setdefault(node.name, []).append(kept)
    for part in node.body:
        if isinstance(part, Function) and not _is_dunder(part.name):
            made.pieces.setdefault(f"{node.name}.{part.name}", []).append(part)
    if bounds:
        made.pieces[f"{node.name}.tolerances"] = bounds


def _is_dunder(name: str) -> bool:
    return name.startswith("__") and name.endswith("__")


def _names_only(node: ast.stmt) -> list[str]:
    """What an assignment names, if it does nothing but name."""
    targets: list[ast.expr] = []
    if isinstance(node, (ast.Assign, ast.AnnAssign)):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    flat: list[ast.expr] = []
    for target in targets:
        flat += target.elts if isinstance(target, (ast.Tuple, ast.List)) else [target]
    names = [part.id for part in flat if isinstance(part, ast.Name)]
    return names if len(names) == len(flat) else []


def _inside(node: ast.stmt) -> Iterator[ast.stmt]:
    """The statements of a compound one, not those of functions and classes."""
    for part in ast.iter_child_nodes(node):
        if isinstance(part, ast.stmt):
            yield part
            if not isinstance(part, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                yield from _inside(part)
        elif isinstance(part, (ast.ExceptHandler, ast.match_case)):
            for inner in part.body:
                yield inner
                yield from _inside(inner)


def _bound(node: ast.stmt) -> list[str]:
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return [node.name]
    return _names_only(node)


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


# What a piece names.


def _look(node: ast.AST, found: Named, made: Module, own_class: bool = False, hint: bool = False) -> None:
    if isinstance(node, ast.Attribute):
        _look_along(node, found, made, hint)
        return
    if isinstance(node, ast.Name):
        (found.hints if hint else found.chains).add((node.id,))
        found.freely |= node.id in _FREE and not hint
    elif isinstance(node, (ast.Import, ast.ImportFrom)):
        package = made.name if made.path.name == "__init__.py" else made.name.rpartition(".")[0]
        found.imports.update(_imported(package, node))
    elif isinstance(node, ast.Call):
        _look_for_names_as_text(node, found)
    elif isinstance(node, ast.ClassDef) and any(keyword.arg == "metaclass" for keyword in node.keywords):
        found.freely = True
    elif isinstance(node, Function) and node.name in ("__init_subclass__", "__getattr__") and own_class:
        found.freely |= node.name == "__init_subclass__"
    elif hint and isinstance(node, ast.Constant) and isinstance(node.value, str):
        _look_at_quoted(node.value, found, made)
    for name, value in ast.iter_fields(node):
        inner_hint = hint or name in ("annotation", "returns")
        for part in value if isinstance(value, list) else [value]:
            if isinstance(part, ast.AST):
                _look(part, found, made, own_class, inner_hint)


def _look_along(node: ast.Attribute, found: Named, made: Module, hint: bool) -> None:
    attributes: list[str] = []
    base: ast.expr = node
    while isinstance(base, ast.Attribute):
        attributes.append(base.attr)
        base = base.value
    found.freely |= bool(_FREE_MEMBERS & set(attributes))
    if isinstance(base, ast.Name):
        (found.hints if hint else found.chains).add((base.id, *reversed(attributes)))
    else:
        found.members |= set(attributes)
        _look(base, found, made, hint=hint)


def _look_for_names_as_text(node: ast.Call, found: Named) -> None:
    """``getattr(x, "name")`` names an attribute; with anything but a text it may name any."""
    called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    if called not in _BY_NAME:
        return
    of_one = slice(1, 2) if called in ("getattr", "hasattr") else slice(0, 1)
    for name in node.args if called == "attrgetter" else node.args[of_one]:
        if isinstance(name, ast.Constant) and isinstance(name.value, str):
            found.members |= set(name.value.split("."))
        else:
            found.freely = True


def _look_at_quoted(text: str, found: Named, made: Module) -> None:
    try:
        quoted = ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError):  # axis names, and other text
        return
    if not isinstance(quoted, ast.Constant):
        _look(quoted, found, made, hint=True)


# What a piece says.


def _written(node: object, in_function: bool = False) -> Iterator[str]:
    if not isinstance(node, ast.AST):
        yield f"{type(node).__name__[0]}{node!r}"
        return
    if isinstance(node, (ast.Import, ast.ImportFrom, ast.Pass)) or (isinstance(node, ast.stmt) and _is_text(node)):
        return
    if isinstance(node, ast.arguments):
        node = _wherever_it_runs(node)
    yield f"({type(node).__name__}"
    function = isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda))
    for name, value in ast.iter_fields(node):
        if value is None and not isinstance(node, ast.Constant):
            continue
        if name in ("ctx", "type_comment", "kind", "returns", "type_params") or (in_function and name == "annotation"):
            continue
        if isinstance(value, list):
            parts = [part for item in value for part in (*_written(item, in_function or function), ",")]
            if parts:
                yield f" {name}["
                yield from parts
                yield "]"
        else:
            yield f" {name} "
            yield from _written(value, in_function or function)
    yield ")"


def _wherever_it_runs(node: ast.arguments) -> ast.arguments:
    """Arguments without the default of ``device``: where something runs is provenance, not identity."""
    positional = [*node.posonlyargs, *node.args]
    late = positional[len(positional) - len(node.defaults) :]
    given = [*zip(late, node.defaults, strict=True), *zip(node.kwonlyargs, node.kw_defaults, strict=True)]
    none = ast.Constant("auto")
    said = [none if value is not None and each.arg == "device" else value for each, value in given]
    count = len(node.defaults)
    kept = copy.copy(node)
    kept.defaults = [value for value in said[:count] if value is not None]
    kept.kw_defaults = said[count:]
    return kept


# Where modules are.


def locate(name: str, known: dict[str, Path | None], own: str = "") -> Path | None:
    """The file of a module of somebody's own code; None for a library's, or for what is no module.

    A folder without a file of its own is located, too. ``own`` is a package that is nobody's library, wherever it is
    installed. ``known`` remembers. Nothing is imported.
    """
    if name not in known:
        known[name] = _locate(name, known, own)
    return known[name]


def _locate(name: str, known: dict[str, Path | None], own: str) -> Path | None:
    head, _, last = name.rpartition(".")
    if not head:
        if name in sys.stdlib_module_names:
            return None
        if name == PACKAGE.name:
            return PACKAGE / "__init__.py"
        found = _within([Path(entry or ".") for entry in sys.path], name) or _by_finders(name)
        return None if found is None or (name != own and _is_library(found)) else found.resolve()
    above = locate(head, known, own)
    if above is None or not (above.name == "__init__.py" or above.is_dir()):
        return None
    return _within([above if above.is_dir() else above.parent], last)


def _within(folders: Iterable[Path], name: str) -> Path | None:
    bare = None
    for folder in folders:
        for path in (folder / name / "__init__.py", folder / f"{name}.py"):
            if path.is_file():
                return path
        if bare is None and (folder / name).is_dir():
            bare = folder / name
    return bare


def _by_finders(name: str) -> Path | None:
    """By the hooks of packages that are installed editable."""
    try:
        spec = find_spec(name)
    except (ImportError, ValueError):
        return None
    return Path(spec.origin) if spec and spec.origin and spec.origin.endswith(".py") else None


@functools.cache
def _libraries() -> tuple[Path, ...]:
    return tuple({Path(sysconfig.get_path(kind)).resolve() for kind in ("stdlib", "platstdlib", "purelib", "platlib")})


def _is_library(path: Path) -> bool:
    found = path.resolve()
    return "site-packages" in found.parts or "dist-packages" in found.parts or any(
        found.is_relative_to(folder) for folder in _libraries()
    )  # fmt: skip
