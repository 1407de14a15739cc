"""mathviz new: the four files of a film that already works, to be changed into one's own."""

from __future__ import annotations

import contextlib
import keyword
import re
import sys
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

from mathviz.films.script import IDENTIFIER
from mathviz.project import HOME, Project, disk
from mathviz.project.errors import MathvizError

FILES = ("concept.py", "script.yaml", "scene.py", "test.py")
"""The parts of a film, each from the template of its name."""

LONGEST = 60
"""Characters of a stem: file names are made of it, with language, theme and ending behind it."""


def places(project: Project, stem: str) -> dict[str, Path]:
    """Where each of FILES of a film goes: in mathviz's own repository its concepts are part of the package."""
    own = project.root == HOME
    return {
        "concept.py": project.root / ("mathviz/concepts" if own else "concepts") / f"{stem}.py",
        "script.yaml": project.scenes / f"{stem}.yaml",
        "scene.py": project.scenes / f"{stem}.py",
        "test.py": project.root / ("tests/concepts" if own else "tests") / f"test_{stem}.py",
    }


def create(project: Project, stem: str) -> list[Path]:
    """Write the four files. Raises MathvizError, and writes nothing, for an ill-formed stem or a file that is there."""
    _require_well_formed(stem)
    files = places(project, stem)
    taken = [path for path in files.values() if path.exists()]
    if taken:
        there = ", ".join(str(path.relative_to(project.root)) for path in taken)
        raise MathvizError(f"{there} is there already; choose another stem. See: mathviz list")
    concept = files["concept.py"].relative_to(project.root).with_suffix("")
    words = {
        "stem": stem, "module": ".".join(concept.parts),
        "name": _class_of(stem), "title": stem.replace("_", " ").capitalize(),
    }  # fmt: skip
    try:
        for name, path in files.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            disk.write_whole(path, _templates().get_template(f"{name}.txt").render(words).encode())
    except OSError as error:
        for path in files.values():  # none of which was there
            with contextlib.suppress(OSError):
                path.unlink()
        raise MathvizError(f"{project.root}: nothing was written: {error}") from error
    return list(files.values())


def _require_well_formed(stem: str) -> None:
    if not re.fullmatch(IDENTIFIER, stem) or stem.endswith("_") or "__" in stem:
        suggested = "_".join(re.findall(r"[a-z0-9]+", stem.lower())).lstrip("0123456789_") or "my_film"
        raise MathvizError(f"{stem!r} is no stem: small letters, digits and single underscores, a letter first. "
                           f"Try: mathviz new {suggested}")  # fmt: skip
    taken = keyword.iskeyword(stem) or stem in sys.stdlib_module_names or _class_of(stem) in _imported()
    if taken or len(stem) > LONGEST:
        raise MathvizError(f"{stem!r} is too long, or the name of something else in a film's files. "
                           f"Try: mathviz new {stem[:LONGEST - 5]}_film")  # fmt: skip


def _class_of(stem: str) -> str:
    return "".join(part.capitalize() for part in stem.split("_"))


def _imported() -> set[str]:
    """What the templates import: the film's class can have none of these names."""
    templates = (Path(__file__).with_name(f"{name}.txt").read_text(encoding="utf-8") for name in FILES)
    lines = (line for text in templates for line in re.findall(r"^ *from \S+ import (.+)$", text, re.MULTILINE))
    return {name for line in lines for name in re.findall(r"\w+", line)}


def _templates() -> Environment:
    """Words between double square brackets are filled in: braces and dollars are the scripts' own."""
    return Environment(
        loader=PackageLoader("mathviz.author.new", ""), variable_start_string="[[", variable_end_string="]]",
        undefined=StrictUndefined, keep_trailing_newline=True, autoescape=False,
    )  # fmt: skip
