"""The page of mobjects, from their sources: what each is, how it is made, an example and the picture of it.

Sources are parsed, not imported, so that the page is known without manimgl.
"""

from __future__ import annotations

import ast
import functools
import inspect
import re
from dataclasses import dataclass
from pathlib import Path

from mathviz.project import HOME

SOURCES = Path(__file__).parent.parent / "mobjects"
EXAMPLES = Path(__file__).parent / "examples"
SHOWN_FUNCTIONS = ("words", "formula")
"""Functions that make what is seen. The others are named below their file's classes."""

NOT_SHOWN = (
    "Drawn", "Ember", "Flight", "Glyph", "Histories", "History", "Line", "Seating", "Sign", "Stacks", "Written",
)  # fmt: skip
"""Classes that others are made of."""

HEAD = """# Mobjects: what each looks like and how it is made

How a trace looks: {count} things that films are made of, in `mathviz/mobjects/`. None has numbers of its own; all are
given by the caller. Colours are roles of `assets/theme.yaml`, lengths are manimgl's scene units (a frame is 8 high).

Each picture below was drawn by the function beside it; `tests/docs/test_pictures.py` draws it again and compares.
The functions lie in `mathviz/docs/examples/` and return a mobject for a theme, so that a beat says
`self.add(show_axes(self.theme))`. Any scene does:

```python
# look.py
from manimlib import Scene

from mathviz.docs.examples.axes import show_axes
from mathviz.style import theme


class Look(Scene):
    default_camera_config = {{"background_color": theme("dark")["background"]}}

    def construct(self):
        self.add(show_axes(theme("dark")).center())
```

```sh
manimgl look.py             # in manimgl's window
mathviz render look.py      # to a PNG, without a display
```
"""


@dataclass(frozen=True)
class Thing:
    """A public class of ``mathviz/mobjects/``, or one of SHOWN_FUNCTIONS."""

    module: str
    node: ast.ClassDef | ast.FunctionDef

    @property
    def name(self) -> str:
        return self.node.name

    @property
    def example(self) -> str:
        """The name of the function that shows it: UnitBar → show_unit_bar."""
        return "show_" + re.sub(r"(?<=[a-z])(?=[A-Z])", "_", self.name).lower()


def things() -> list[Thing]:
    """Everything that has a section, file by file, in the order of the sources."""
    return [
        Thing(path.stem, node)
        for path in sorted(SOURCES.glob("*.py"))
        for node in _public(path)
        if (isinstance(node, ast.ClassDef) or node.name in SHOWN_FUNCTIONS) and node.name not in NOT_SHOWN
    ]


@functools.cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def _public(path: Path) -> list[ast.ClassDef | ast.FunctionDef]:
    kinds = (ast.ClassDef, ast.FunctionDef)
    return [node for node in _tree(path).body if isinstance(node, kinds) and not node.name.startswith("_")]


def page() -> str:
    """The whole page, as Markdown."""
    every = things()
    parts = [HEAD.format(count=len(every))]
    modules = dict.fromkeys(thing.module for thing in every)
    for module in modules:
        names = ", ".join(f"[{one.name}](#{one.name.lower()})" for one in every if one.module == module)
        parts.append(f"- `{module}`: {names}")
    for module in modules:
        mine = [one for one in every if one.module == module]
        parts += ["", f"## {module}.py", "", _doc(_tree(SOURCES / f"{module}.py")), "", *_preface(module, mine)]
        for one in mine:
            parts += ["", *_section(one)]
        parts += _others(module, mine)
    return "\n".join(parts) + "\n"


def _doc(node: ast.Module | ast.ClassDef | ast.FunctionDef) -> str:
    """A docstring as Markdown: a literal has one backtick there."""
    return re.sub(r"``(.+?)``", r"`\1`", ast.get_docstring(node) or "")


def _preface(module: str, mine: list[Thing]) -> list[str]:
    """What the examples of a file begin with: all that is in it but the examples."""
    path = EXAMPLES / f"{module}.py"
    lines = path.read_text(encoding="utf-8").splitlines()
    tree, examples = _tree(path), {one.example for one in mine}
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.name in examples:
            del lines[node.lineno - 1 :]
            break
    while lines and not lines[-1]:
        lines.pop()
    return ["```python", *lines, "```"]


def _section(one: Thing) -> list[str]:
    """One thing: what it is, its picture, how it is made, what it can do, and its example."""
    source = (EXAMPLES / f"{one.module}.py").read_text(encoding="utf-8")
    shows = next(node for node in _tree(EXAMPLES / f"{one.module}.py").body
                 if isinstance(node, ast.FunctionDef) and node.name == one.example)  # fmt: skip
    picture = f"![{_doc(shows)}](pictures/{one.name}.png)"
    code = ast.get_source_segment(source, shows) or ""
    return [f"### {one.name}", "", _doc(one.node), "", picture, "", *_made(one), "```python", code, "```"]


def _made(one: Thing) -> list[str]:
    """Signatures, as a list: of the constructor, then of what else is public in a class."""
    if isinstance(one.node, ast.FunctionDef):
        return [f"- `{_signature(one.name, one.node)}`", ""]
    lines = []
    for node in one.node.body:
        if isinstance(node, ast.FunctionDef) and (node.name == "__init__" or not node.name.startswith("_")):
            attribute = any(isinstance(mark, ast.Name) and mark.id == "property" for mark in node.decorator_list)
            name = one.name if node.name == "__init__" else f".{node.name}"
            written = name if attribute else _signature(name, node)
            said = " ".join(inspect.cleandoc(_doc(node)).split())
            lines.append(f"- `{written}`" + (f": {said}" if said else ""))
    return [*lines, ""] if lines else []


def _signature(name: str, node: ast.FunctionDef) -> str:
    arguments = ast.unparse(node.args).removeprefix("self").removeprefix(", ")
    return f"{name}({arguments})"


def _others(module: str, mine: list[Thing]) -> list[str]:
    """The other public functions of a file, a line each."""
    shown = {one.name for one in mine}
    rest = [node for node in _public(SOURCES / f"{module}.py") if node.name not in shown]
    lines = [f"- `{_signature(node.name, node)}`: {_doc(node).splitlines()[0]}"
             for node in rest if isinstance(node, ast.FunctionDef)]  # fmt: skip
    return ["", f"Also in `mathviz/mobjects/{module}.py`:", "", *lines] if lines else []


def missing() -> list[str]:
    """What has no example, or an example that nothing asks for, with the place to mend."""
    asked = {(one.module, one.example) for one in things()}
    there = {
        (path.stem, node.name)
        for path in EXAMPLES.glob("*.py")
        for node in _public(path)
        if isinstance(node, ast.FunctionDef) and node.name.startswith("show_")
    }
    place = EXAMPLES.relative_to(HOME)
    return [f"{place}/{module}.py: no function {name}" for module, name in sorted(asked - there)] + [
        f"{place}/{module}.py: {name} shows nothing that is there" for module, name in sorted(there - asked)
    ]
