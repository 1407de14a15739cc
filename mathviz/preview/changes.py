"""What a film's own two files say, taken apart by what it concerns: so that a change is known by the beats it is in.

A beat's share is its method and all that the method names, however deep, in the scene's file; its captions; and the
labels that are named there. Comments and the layout of the code are nobody's share.
"""

from __future__ import annotations

import ast
import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mathviz.films import script
from mathviz.films.script import OPENING, Script
from mathviz.project import not_found

ALWAYS = ("setup", "construct", "__init__")
"""The methods that every beat comes after."""


@dataclass(frozen=True)
class Text:
    """What concerns a film in one language. Digests: of what all beats share, and of each beat's own, in order."""

    told: Script
    language: str
    shared: str
    own: dict[str, str]

    def before(self, beat: str) -> str:
        """A digest of all that has a say in what is on screen when the beat begins."""
        beats = list(self.own)
        return _digest([self.shared, [(name, self.own[name]) for name in beats[: beats.index(beat)]]])

    def captions(self, beat: str) -> list[str]:
        """The beat's captions, as the script has them; of the opening, the question."""
        found = [each.captions for each in self.told.beats if each.id == beat]
        return [texts[self.language] for texts in found[0]] if found else [self.told.question[self.language]]

    def whole(self) -> str:
        """A digest of all of it."""
        return _digest([self.shared, list(self.own.items())])


def read(scene: Path, language: str) -> Text:
    """Read a scene and its script. Raises NotFound for a language that it does not have, ScriptError or SyntaxError."""
    told = script.read(scene.with_suffix(".yaml"))
    if language not in told.languages:
        raise not_found("language", language, told.languages, "mathviz list")
    tree = ast.parse(scene.read_bytes(), str(scene))
    pieces, rest = _pieces(tree)
    labels = {name: texts[language] for name, texts in told.labels.items()}
    words = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    unnamed = {name: texts for name, texts in labels.items() if name not in words}  # composed names: anybody's

    def share(names: list[str]) -> list[Any]:
        reached = _reached(names, pieces)
        text = [ast.dump(node) for name in sorted(reached) for node in pieces[name]]
        return [text, [(name, labels[name]) for name in sorted(labels) if any(f"'{name}'" in part for part in text)]]

    beats = [beat.id for beat in told.beats]
    own = {OPENING: _digest([share([OPENING]), told.title[language], told.question[language]])}
    for beat in told.beats:
        last = ["last_picture"] if beat.id == beats[-1] else []
        own[beat.id] = _digest([share([beat.id, *last]), [texts[language] for texts in beat.captions]])
    shared = [rest, share(list(ALWAYS)), sorted(unnamed.items()), told.languages, told.computation, told.inputs, beats]
    return Text(told, language, _digest(shared), own)


def _pieces(tree: ast.Module) -> tuple[dict[str, list[ast.AST]], list[str]]:
    """What a name stands for in the file: functions, methods, classes, constants; and all that has no name."""
    pieces: dict[str, list[ast.AST]] = {}
    rest: list[str] = []

    def take(body: list[ast.stmt]) -> None:
        for node in body:
            targets = _names(node)
            for name in targets:
                pieces.setdefault(name, []).append(node)
            if isinstance(node, ast.ClassDef):
                rest.append(f"{node.name} {[ast.dump(each) for each in (*node.bases, *node.decorator_list)]}")
                take(node.body)
            elif not targets and not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)):
                rest.append(ast.dump(node))

    take(tree.body)
    # A film's class is all of its beats; other classes are pieces like any function.
    films = {node.name for node in tree.body if isinstance(node, ast.ClassDef) and _is_film(node)}
    return {name: nodes for name, nodes in pieces.items() if name not in films}, rest


def _is_film(node: ast.ClassDef) -> bool:
    return any(isinstance(base, ast.Name) and base.id == "Explainer" for base in node.bases)


def _names(node: ast.stmt) -> list[str]:
    if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
        return [node.name]
    targets: list[ast.expr] = []
    if isinstance(node, ast.Assign):
        targets = node.targets
    elif isinstance(node, ast.AnnAssign):
        targets = [node.target]
    return [name.id for target in targets for name in ast.walk(target) if isinstance(name, ast.Name)]


def _reached(names: list[str], pieces: dict[str, list[ast.AST]]) -> set[str]:
    """Those of the names, and what they name, that the file defines."""
    found, waiting = set(), [name for name in names if name in pieces]
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        found.add(name)
        for node in (inner for piece in pieces[name] for inner in ast.walk(piece)):
            said = getattr(node, "id", None) or getattr(node, "attr", None) or getattr(node, "value", None)
            if isinstance(said, str) and said in pieces:
                waiting.append(said)
    return found


def _digest(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()
