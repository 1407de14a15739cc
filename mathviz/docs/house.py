"""The plan of the house: its parts in the order of the data, which is the order in which they may import; its films.

``mathviz docs --write`` puts it into the docstring of the package and into README, with a table of the films from their
scripts; ``tests/test_house.py`` holds every import to it.
"""

from __future__ import annotations

import re

from mathviz.films.catalog import films
from mathviz.project import HOME, PACKAGE, Project

PARTS = {
    "project": "where a project keeps its scenes, traces and films; files that are whole or not there; errors",
    "trace": "what may leave a computation: frozen, checked, saved, loaded",
    "concepts": "the mathematics: torch and scipy in, a trace out; knows nothing of pictures",
    "films": "what a film is: its script in every language, and its trace, found or computed in a process of its own",
    "style": "what colours mean, how large text is, how long things take, from `assets/theme.yaml`",
    "voice": "lines → recordings → mixing: a voice that speaks the captions, by whom it is recorded or what makes it",
    "mobjects": "how a trace looks",
    "stage": "the Scene that every film extends: beats, captions, camera",
    "engine": "manimgl without a display, drawing only what changed; the only part that knows manimgl's internals",
    "render": "plan → inputs → cache → farm → worker → encode → report; `doctor` says what is missing",
    "snapshots": "frames, and what is on them, compared with their references; `pytest --mathviz-frames`",
    "lint": "rules of legibility and safety, over what is on screen and over finished films",
    "author": "the files that a film begins with, and all that must hold before it is done",
    "gallery": "films → site → embed → serve: the pages that show films, and what a post pastes",
    "talk": "outline → page, handout, deck: films that pause where somebody speaks",
    "upload": "chapters, captions, places, covers → kit: what YouTube and bilibili take of a film",
    "notebook": "`%%mathviz`: what a cell of a notebook draws is shown below it",
    "preview": "changes → easel → versions → studio → serve: a page that draws anew what is saved",
    "cluster": "bundle → station → line → remote → crew: films drawn on many machines; `scale` says how far it goes",
    "docs": "the pages that come with the package: commands, mobjects, numbers, frames; this plan",
    "cli": "the command line",
}
"""Part → what happens there. A part imports from itself and from those before it."""

AROUND = {
    "scenes/": "one film each: `<stem>.py` stages it, `<stem>.yaml` holds its words",
    "voice/": "recordings of captions, if a film is narrated: `<stem>/<language>/<beat>.<n>.wav`",
    "assets/": "inputs: theme, fonts, recorded traces, measured times, each with its source and licence; the Hexo tag",
    "renders/": "outputs; deleting anything in it is always safe",
    "tests/": "mirrors `mathviz/`; `frames/` holds the references",
}
"""The other folders of the repository."""

IN_INIT = re.compile(r"(?<=Read in that order:\n\n).*?(?=\n\"\"\")", re.DOTALL)
IN_README = re.compile(r"(?<=\| place \| what happens there \|\n\|---\|---\|\n).*?(?=\n\n)", re.DOTALL)
IN_TABLE = re.compile(r"(?<=\| film \| question \|\n\|---\|---\|\n).*?(?=\n\n)", re.DOTALL)


def table() -> str:
    """A row for each film: its stem, and the question that it answers."""
    return "\n".join(f"| `{film.stem}` | {film.script.question['en']} |" for film in films(Project(HOME), []))


def written() -> dict[str, str]:
    """The texts of `mathviz/__init__.py` and README with today's plan and films, by their path in the repository."""
    lines = [f"    {f'{name}/':<11} {says.replace('`', '')}" for name, says in PARTS.items()]
    rows = [f"| `mathviz/{name}/` | {says} |" for name, says in PARTS.items()]
    before, *after = [f"| `{name}` | {says} |" for name, says in AROUND.items()]
    found: dict[str, str] = {}
    for path, pattern, text in (
        (PACKAGE / "__init__.py", IN_INIT, "\n".join(lines)),
        (HOME / "README.md", IN_README, "\n".join([before, *rows, *after])),
        (HOME / "README.md", IN_TABLE, table()),
    ):
        old = found.get(str(path.relative_to(HOME))) or path.read_text(encoding="utf-8")
        assert len(pattern.findall(old)) == 1, f"{path} has no place for the plan of the house"
        begin, end = pattern.search(old).span()  # type: ignore[union-attr]
        found[str(path.relative_to(HOME))] = old[:begin] + text + old[end:]
    return found
