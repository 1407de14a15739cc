"""What a function reaches, however deep and in whatever file: the definitions whose change may change what it returns.

Found by reading, not by running: names and attributes are followed through the sources of this package's concepts and
of the project's own code. An attribute of an object counts as a method of that name of every class that is reached.
Where a name is made at run time (``getattr(x, name)``, ``globals()``), every module that is reached counts whole.
Libraries are named, not read: their versions are provenance.
"""

from __future__ import annotations

import ast
import hashlib
from dataclasses import dataclass
from pathlib import Path

from mathviz.films import definitions
from mathviz.films.definitions import REST, Chain, Module

CONCEPTS = ("mathviz.concepts",)
"""Of this package, what computes. The rest carries what is computed and has no part in it."""

TRACES = "mathviz.trace"
"""What goes through a trace's fields by name, and calls nothing by it."""


@dataclass(frozen=True)
class Piece:
    """A definition of a module."""

    module: Module
    name: str

    @property
    def says(self) -> str:
        return self.module.said(self.name)


class Reach:
    """All that is reached from some definitions. ``parts`` are those of this package that are read.

    ``own`` is a package that is read although it may be installed like a library.
    """

    def __init__(self, parts: tuple[str, ...] = CONCEPTS, own: str = "") -> None:
        self.parts, self.own = parts, own
        self.found: dict[Piece, None] = {}
        self.members: set[str] = set()
        self.whole: set[Module] = set()
        self.touched: dict[Module, None] = {}
        self.freely = False
        self._known: dict[str, Path | None] = {}
        self._waiting: list[Piece] = []

    @property
    def files(self) -> list[Path]:
        """The files that hold what is reached, the first definition's first."""
        return list(dict.fromkeys(piece.module.path for piece in self.found))

    @property
    def classes(self) -> list[Piece]:
        """The classes that are reached."""
        return [piece for piece in self.found if piece.module.class_of(piece.name)]

    def digest(self) -> str:
        """Of what all definitions say, and of what their names stand for; not of where they are."""
        lines = sorted({f"{piece.name} {piece.says} {self._bindings(piece)}" for piece in self.found})
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()

    def add(self, *pieces: Piece, whole: Module | None = None) -> Reach:
        """Follow these, too; and all of a module."""
        self._waiting += pieces
        if whole is not None:
            self._touch(whole)
            self.whole.add(whole)
        while self._follow() or self._follow_members() or self._follow_what_runs() or self._follow_freely():
            pass
        return self

    # Names.

    def named(self, name: str) -> Piece | None:
        """The definition of ``module:function``; None if no source can be read that defines it by this name."""
        module, _, attribute = name.partition(":")
        made = self.module(module)
        target = self._in_module(made, attribute) if made else None
        return target if isinstance(target, Piece) else None

    def module(self, name: str) -> Module | None:
        """A module that is read, by its dotted name."""
        if name.split(".")[0] == "mathviz" and not any(f"{name}.".startswith(f"{part}.") for part in self.parts):
            return None
        path = definitions.locate(name, self._known, self.own)
        return definitions.module(name, path) if path is not None and path.is_file() else None

    def resolve(self, made: Module, chain: Chain, local: dict[str, str]) -> tuple[Piece | Module | str | None, int]:
        """What a chain stands for in a module, and how many of its names that took: a definition, a module, the
        dotted name of a library's thing, or None for what is local or built in."""
        target: Piece | Module | str | None
        target = self._dotted(local[chain[0]]) if chain[0] in local else self._in_module(made, chain[0])
        taken = 1
        while taken < len(chain) and self._leads_on(target):
            name = target.name if isinstance(target, Module) else str(target)
            inner = self._in_module(target, chain[taken]) if isinstance(target, Module) else None
            target, taken = inner or self._dotted(f"{name}.{chain[taken]}"), taken + 1
        return target, taken

    def _leads_on(self, target: Piece | Module | str | None) -> bool:
        """Whether it is a module, or a folder of own code that has no file itself."""
        if isinstance(target, str):
            path = definitions.locate(target, self._known, self.own)
            return path is not None and not path.is_file()
        return isinstance(target, Module)

    def _in_module(self, made: Module, name: str) -> Piece | Module | str | None:
        if name in made.pieces:
            return Piece(made, name)
        if name in made.imports:
            return self._dotted(made.imports[name])
        for star in made.stars:
            inner = self.module(star)
            target = self._in_module(inner, name) if inner else None
            if target is not None:
                return target
        return None

    def _dotted(self, name: str) -> Piece | Module | str:
        """A module, something in one, or a library's thing, which stays a name."""
        if (made := self.module(name)) is not None:
            return made
        head, _, last = name.rpartition(".")
        above = self.module(head) if head else None
        if above is not None:
            return self._in_module(above, last) or name
        return name

    def _bindings(self, piece: Piece) -> list[tuple[str, str, str]]:
        named, found = piece.module.named(piece.name), []
        for chain in sorted(named.chains):
            target, taken = self.resolve(piece.module, chain, named.imports)
            alias = ".".join(chain[:taken])
            if isinstance(target, Piece):
                found.append((alias, target.name, target.says))
            elif isinstance(target, str):
                found.append((alias, target, ""))
        return found

    # What follows from what.

    def _follow(self) -> bool:
        """Take in what waits, and let what it names wait."""
        if not self._waiting:
            return False
        while self._waiting:
            piece = self._waiting.pop()
            if piece in self.found:
                continue
            self.found[piece] = None
            self._touch(piece.module)
            named = piece.module.named(piece.name)
            self.members |= named.members
            self.freely |= named.freely and piece.module.name != TRACES
            for chain in sorted({*named.chains, *named.hints}):
                self._take(piece, chain, named.imports)
            for dotted in named.imports.values():
                self._touch_named(dotted)
        return True

    def _take(self, piece: Piece, chain: Chain, local: dict[str, str]) -> None:
        target, taken = self.resolve(piece.module, chain, local)
        rest = chain[taken:]
        self.members |= set(rest)
        if isinstance(target, Piece):
            self._waiting.append(target)
        elif isinstance(target, Module):
            self._touch(target)
            if len(chain) == taken or rest:  # handed on as a value, or asked for what nobody can read off it
                self.whole.add(target)

    def _touch(self, made: Module) -> None:
        if made in self.touched:
            return
        self.touched[made] = None
        for dotted in sorted(made.runs):
            self._touch_named(dotted)

    def _touch_named(self, dotted: str) -> None:
        """A module that is imported runs, and so do the packages that it is in."""
        parts = dotted.split(".")
        for count in range(1, len(parts) + 1):
            if (made := self.module(".".join(parts[:count]))) is not None:
                self._touch(made)

    def _follow_members(self) -> bool:
        """Methods of classes that are reached, by their names."""
        for piece in self.classes:
            for method in piece.module.methods(piece.name):
                if method.rpartition(".")[2] in self.members:
                    self._wait_for(piece.module, method)
        return bool(self._waiting)

    def _follow_what_runs(self) -> bool:
        """What importing does beside defining; and what may do something to what is reached."""
        for made in list(self.touched):
            if REST in made.pieces:
                self._wait_for(made, REST)
            reached = {piece.name for piece in self.found if piece.module is made}
            for name, nodes in made.pieces.items():
                if name not in reached and "." not in name and any(self._acts(made, node, reached) for node in nodes):
                    self._wait_for(made, name)
        return bool(self._waiting)

    def _acts(self, made: Module, node: ast.stmt, reached: set[str]) -> bool:
        """Whether a definition enters itself somewhere, or draws on a variable that is reached."""
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            listed = [*node.decorator_list, *(node.bases if isinstance(node, ast.ClassDef) else ())]
            return any(self._enters(made, each, is_base=each not in node.decorator_list) for each in listed)
        if not any(isinstance(inner, ast.Call) for inner in ast.walk(node)):
            return False
        names = {inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name)} & reached
        return any(made.is_variable(name) for name in names)

    def _enters(self, made: Module, node: ast.expr, is_base: bool) -> bool:
        """Whether a decorator is somebody's own, or a base class hears of its subclasses."""
        chain: list[str] = []
        while isinstance(node, (ast.Attribute, ast.Call, ast.Subscript)):
            if isinstance(node, ast.Attribute):
                chain.append(node.attr)
            node = node.func if isinstance(node, ast.Call) else node.value
        if not isinstance(node, ast.Name):
            return not is_base
        target, _ = self.resolve(made, (node.id, *reversed(chain)), {})
        if is_base:
            return isinstance(target, Piece) and target.module.named(target.name).freely
        return isinstance(target, Piece)

    def _follow_freely(self) -> bool:
        """All of the modules that count whole."""
        for made in self.touched if self.freely else self.whole:
            for name in made.pieces:
                self._wait_for(made, name)
        return bool(self._waiting)

    def _wait_for(self, made: Module, name: str) -> None:
        if Piece(made, name) not in self.found:
            self._waiting.append(Piece(made, name))
