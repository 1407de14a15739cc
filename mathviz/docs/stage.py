"""The page of the stage, from its sources: regions, angles, sizes, roles, and every verb of a scene.

Sources are parsed, not imported, so that the page is known without manimgl.
"""

from __future__ import annotations
import __future__

import ast
import dataclasses
import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mathviz import style

SOURCES = Path(__file__).parent.parent / "stage"

VERBS = ("filming", "layers", "names", "placing", "permanence", "clock", "laws", "explainer", "sounds")
"""Files whose scenes have verbs, in the order in which one needs them."""

OWN = {"add", "assemble_render_groups", "update_frame", "play", "wait", "setup", "construct", "get_time_progression",
       "settle", "fault", "part_with", "parting", "joining", "require_in_frame", "stem", "called", "caption",
       "last_picture", "names_put"}  # fmt: skip
"""Methods that nobody calls to stage a beat: manimgl's, and what the stage does by itself."""

HEAD = """# The stage: verbs, regions, shots and sizes of a scene

What a scene says, and what the stage does with it. `mathviz new` writes a film that uses most of this;
`mathviz docs mobjects` shows what can be put on the stage.

```python
class StepSize(Explainer):
    def question(self) -> None:                       # a cold open: the picture, and the question over it
        self.cut(self.shot(SIDE, self.valley))        # the camera is where the valley fills the free stage
        self.show(self.valley, self.ball)

    def each_step_follows_the_slope(self) -> None:    # a beat: an id of the script
        self.keep(self.valley, self.ball)             # what else there was leaves, while this begins:
        self.play(self.step.to(8), self.drifting(theta=8))     # one index drives ball and trail
        self.show(self.big("loss", self.trace.last_loss, "{:.4f}", "model", at=UPPER_RIGHT))
```

How it goes on:

- **Two layers.** The camera moves in the world. What is fixed in frame, `self.over(…)`, stands over it, always on top,
  and no pixel of it depends on the camera. Title, captions and `self.big` are there already.
- **A film that has a method `question` flows**: it opens cold, captions change within motion, and what a beat shows
  leaves during the first animation of the next one, unless it is kept, takes part in that animation, or stands
  `always`. The title leaves with the second beat. For the poster, `last_picture` may do the same once more, without a
  caption.
- **Verbs play at once; with -ing they are animations** for `self.play`: `self.veil(x)`, but
  `self.play(self.veiling(x), self.moving(shot))`. What goes along with something is named after it.
- **A beat begins and ends with its camera**, which is part of what is compared, cached, previewed and drawn apart.
- **What cannot be shown is an error** with file, line and beat: a shot that leaves its subject out of frame, something
  kept that was never shown, something that fits into no region, a cold open whose picture is late.
"""


def page() -> str:
    """The whole page, as Markdown."""
    parts = [HEAD]
    for title, lines in (("Regions", _regions()), ("Angles", _angles()), ("Sizes and roles", _looks())):
        parts += [f"## {title}", "", *lines, ""]
    del parts[-1]
    for module in VERBS:
        parts += ["", *_section(module)]
    return "\n".join(parts) + "\n"


def constants(module: str, kind: str) -> Iterator[tuple[str, Any, str]]:
    """Name, value and what is said of it, of the Regions or Angles that a file of the stage defines.

    They are the file's own class: of its code that is run, and what needs nothing of manimgl.
    """
    known: dict[str, Any] = {
        "__name__": __name__, "dataclass": dataclasses.dataclass, "replace": dataclasses.replace,
        "HALF_WIDTH": style.HALF_WIDTH, "HALF_HEIGHT": style.HALF_HEIGHT, "FRAME_WIDTH": 128 / 9, "FRAME_HEIGHT": 8.0,
    }  # fmt: skip
    body = _tree(module).body
    for node, after in zip(body, [*body[1:], None], strict=True):
        if isinstance(node, ast.ClassDef) and node.name == kind:
            _run(node, known)
        elif isinstance(node, ast.Assign) and all(name.id in known for name in _names(node.value)):
            before = set(known)
            _run(node, known)
            for name in [name for name in known if name not in before and isinstance(known[name], known.get(kind, ()))]:
                yield name, known[name], after.value.value if _is_string(after) else ""  # type: ignore[union-attr]


def _run(node: ast.stmt, known: dict[str, Any]) -> None:
    """Run a statement as its file does, which does not look at annotations."""
    flags = __future__.annotations.compiler_flag
    exec(compile(ast.Module([node], []), "the stage", "exec", flags=flags, dont_inherit=True), known)


def _names(node: ast.expr) -> list[ast.Name]:
    return [each for each in ast.walk(node) if isinstance(each, ast.Name)]


def _is_string(node: ast.stmt | None) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _tree(module: str) -> ast.Module:
    return ast.parse((SOURCES / f"{module}.py").read_text(encoding="utf-8"))


def _regions() -> list[str]:
    lines = ["Rectangles of the frame, which is 14.22 by 8 scene units with zero in its middle. What is put into one",
             "stands in its middle, or at its outer edge where it is a corner; `put`, `row`, `column` make it smaller",
             "if need be, down to 70 %. With `--shape 9:16` the frame is 8 by 14.22, with `1:1` 8 by 8, and regions",
             "have other places: a scene that names regions and leaves numbers away is laid out for each. Beside the",
             "picture is then above it (`RIGHT_THIRD`, `RIGHT_HALF`) or below it (`LEFT_THIRD`, `LEFT_HALF`); the",
             "caption is narrower, of up to four lines, and upright it stands above the lowest fifth.",
             "", "| region | x | y | |", "|---|---|---|---|"]  # fmt: skip
    for name, value, said in constants("frame", "Region"):
        across, up = f"{value.left:.2f} … {value.right:.2f}", f"{value.bottom:.2f} … {value.top:.2f}"
        lines.append(f"| `{name}` | {across} | {up} | {said} |")
    return [*lines, "", *_methods(_class("frame", "Region"), "Region", OWN | {"width", "height"})]


def _angles() -> list[str]:
    lines = ["For `self.shot(HERO, …)`; `HERO.turned(theta=20)` is the same, further round. Degrees, and the field of",
             "view.", "", "| angle | theta | phi | view | |", "|---|---|---|---|---|"]  # fmt: skip
    for name, value, said in constants("shots", "Angle"):
        lines.append(f"| `{name}` | {value.theta:g} | {value.phi:g} | {value.fov:g} | {said} |")
    return [*lines, "", *_methods(_class("shots", "Shot"), "Shot", OWN | {"put", "between"})]


def _looks() -> list[str]:
    settings = style.settings()
    sizes = [f"`{name}` {points:g}" for name, points in settings["text_sizes"].items()]
    lines = [f"Points of text: {', '.join(sizes)}; a point is 1.37 pixels at 1080p.", "",
             "| role | what it means | shape |", "|---|---|---|"]  # fmt: skip
    lines += [f"| `{name}` | {role['means']} | {role['shape']} |" for name, role in settings["roles"].items()]
    return [*lines, "", f"Beside them: {', '.join(f'`{name}`' for name in settings['page'])}."]


def _section(module: str) -> list[str]:
    tree = _tree(module)
    said = ast.get_docstring(tree, clean=False) or ""  # cleaned, what is indented to its end is not any more
    first, _, rest = said.partition("\n")
    scenes = [node for node in tree.body if isinstance(node, ast.ClassDef)
              and (node.name.endswith("Scene") or node.name == "Explainer")]  # fmt: skip
    lines = [f"## {_title(first)}", "", *_markdown(rest)]
    for scene in scenes:
        lines += _methods(scene, "self", OWN)
    if module == "clock":
        lines += _methods(_class(module, "Index"), "index", OWN)
    return lines


def _title(first: str) -> str:
    return first.partition(":")[0].partition(",")[0].removesuffix(".")


def _markdown(text: str) -> list[str]:
    """A docstring: what is indented is code."""
    lines: list[str] = []
    inside = False
    for line in text.strip("\n").split("\n"):
        if line.startswith("    ") != inside and line:
            while lines and not lines[-1]:
                lines.pop()
            lines += ["", "```python"][not lines :] if not inside else ["```", ""]
            inside = not inside
        lines.append(line.removeprefix("    ") if inside else re.sub(r"``(.+?)``", r"`\1`", line))
    return [*lines, "```", ""] if inside else [*lines, ""]


def _class(module: str, name: str) -> ast.ClassDef:
    return next(node for node in _tree(module).body if isinstance(node, ast.ClassDef) and node.name == name)


def _methods(node: ast.ClassDef, owner: str, without: set[str]) -> list[str]:
    lines = []
    for method in node.body:
        if not isinstance(method, ast.FunctionDef) or method.name.startswith("_") or method.name in without:
            continue
        said = " ".join(inspect.cleandoc(ast.get_docstring(method) or "").split())
        is_property = any(isinstance(mark, ast.Name) and mark.id == "property" for mark in method.decorator_list)
        arguments = ast.unparse(method.args).removeprefix("self").removeprefix(", ")
        call = f"{owner}.{method.name}" + ("" if is_property else f"({arguments})")
        lines.append(f"- `{call}`: " + re.sub(r"``(.+?)``", r"`\1`", said))
    return lines
