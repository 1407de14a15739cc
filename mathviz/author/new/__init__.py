"""mathviz new: the four files of a film that already works, to be changed into one's own."""

from __future__ import annotations

import contextlib
import keyword
import re
import sys
from collections.abc import Sequence
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

from mathviz.films.script import IDENTIFIER, LANGUAGE
from mathviz.project import HOME, Project, disk
from mathviz.project.errors import MathvizError, sentence

FILES = ("concept.py", "script.yaml", "scene.py", "test.py")
"""The parts of a film, each from the template of its name."""

LANGUAGES = ("en", "zh")
"""In which the templates have their texts, and films are begun where nobody says another."""

IGNORE = ".gitignore"

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


def create(project: Project, stem: str, languages: Sequence[str] = LANGUAGES) -> list[Path]:
    """Write the four files, with the script's texts in these languages; and what git shall ignore, if nothing says so.

    Raises MathvizError, and writes nothing, for an ill-formed stem or language, or a file that is there.
    """
    _require_well_formed(stem)
    _require_languages(languages)
    files = places(project, stem)
    taken = [path for path in files.values() if path.exists()]
    if taken:
        there = ", ".join(str(path.relative_to(project.root)) for path in taken)
        raise MathvizError(f"{there} is there already; choose another stem. See: mathviz list")
    ignored = {} if project.root == HOME or (project.root / IGNORE).exists() else {IGNORE: "renders/\n__pycache__/\n"}
    files |= {name: project.root / name for name in ignored}
    try:
        for name, text in {**_texts(project, stem, languages), **ignored}.items():
            files[name].parent.mkdir(parents=True, exist_ok=True)
            disk.write_whole(files[name], text.encode())
    except OSError as error:
        for path in files.values():  # none of which was there
            with contextlib.suppress(OSError):
                path.unlink()
        raise MathvizError(f"{project.root}: nothing was written: {sentence(error)}") from error
    return list(files.values())


def _texts(project: Project, stem: str, languages: Sequence[str]) -> dict[str, str]:
    """What each of FILES of a film begins with."""
    concept = places(project, stem)["concept.py"].relative_to(project.root).with_suffix("")
    words = {
        "stem": stem, "module": ".".join(concept.parts),
        "name": _class_of(stem), "title": stem.replace("_", " ").capitalize(),
    }  # fmt: skip
    made = {name: _templates().get_template(f"{name}.txt").render(words) for name in FILES}
    return made | {"script.yaml": in_languages(made["script.yaml"], languages)}


FIRST = {
    "script.yaml": ("question:", "the question that the film answers, and every other word"),
    "concept.py": ("def descend(", "the numbers: what the film shows are this function's defaults; try steps = 12"),
    "scene.py": ("def each_step_follows_the_slope(", "the picture: one method for each beat"),
}
"""What is changed first in a film, as the words on whose line it stands, and what that is."""


def to_change_first(project: Project, stem: str, languages: Sequence[str]) -> list[dict[str, str]]:
    """Where to begin: ``place`` and ``says`` for each file that is as it was made; none in a film of one's own."""
    found, begun = [], _texts(project, stem, languages)
    for name, (words, says) in FIRST.items():
        path = places(project, stem)[name]
        with contextlib.suppress(OSError, UnicodeDecodeError):
            if path.read_text(encoding="utf-8") == begun[name]:
                line = begun[name].partition(words)[0].count("\n") + 1
                found.append({"place": f"{path.relative_to(project.root)}:{line}", "says": says})
    return found


def _require_well_formed(stem: str) -> None:
    if not re.fullmatch(IDENTIFIER, stem) or stem.endswith("_") or "__" in stem:
        suggested = "_".join(re.findall(r"[a-z0-9]+", stem.lower())).lstrip("0123456789_") or "my_film"
        raise MathvizError(f"{stem!r} is no stem: small letters, digits and single underscores, a letter first. "
                           f"Try: mathviz new {suggested}")  # fmt: skip
    why = (
        f"has {len(stem)} letters, and {LONGEST} are the most" if len(stem) > LONGEST
        else "is a word of Python's own" if keyword.iskeyword(stem)
        else "is a module of Python's, which files of that name would stand in for" if stem in sys.stdlib_module_names
        else f"would be the class {_class_of(stem)}, which the scene imports" if _class_of(stem) in _imported()
        else ""
    )  # fmt: skip
    if why:
        raise MathvizError(f"{stem!r} {why}. Try: mathviz new {stem[:LONGEST - 5]}_film")


def _require_languages(languages: Sequence[str]) -> None:
    wrong = [code for code in languages if not re.fullmatch(LANGUAGE, code)]
    if wrong or not languages or len({*languages}) != len(languages):
        what = f"{wrong[0]!r} is no language" if wrong else "each language once"
        raise MathvizError(f"{what}: two small letters each, with commas between, as ISO 639-1 has them. "
                           "Try: mathviz new my_film --lang en")  # fmt: skip


INLINE = re.compile(r"\{en: (?P<en>'[^']*'|[^,{}']*), zh: (?P<zh>'[^']*'|[^,{}']*)\}")
LINES = re.compile(
    r"^(?P<first> *(?:- )?)en: (?P<en>.+(?:\n(?! *zh:) {4,}\S.*)*)\n(?P<other> *)zh: (?P<zh>.+)$", re.MULTILINE
)
"""How the template has a text in both languages: in one line, or one below the other."""


def in_languages(text: str, languages: Sequence[str]) -> str:
    """The script with its texts in these languages. Those that it does not have are English, to be translated."""

    def in_line(found: re.Match[str]) -> str:
        return "{" + ", ".join(f"{code}: {found[_nearest(code)]}" for code in languages) + "}"

    def in_lines(found: re.Match[str]) -> str:
        leads = [found["first"], *[found["other"]] * (len(languages) - 1)]
        pairs = zip(leads, languages, strict=True)
        return "\n".join(f"{lead}{code}: {found[_nearest(code)]}" for lead, code in pairs)

    head = "".join(f"# What is said in {code} is English until you translate it.\n"
                   for code in languages if code not in LANGUAGES)  # fmt: skip
    text = LINES.sub(in_lines, INLINE.sub(in_line, text))
    return head + text.replace("languages: [en, zh]", f"languages: [{', '.join(languages)}]")


def _nearest(code: str) -> str:
    return code if code in LANGUAGES else LANGUAGES[0]


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
