"""The pages that come with the package, as Markdown. Those of commands, mobjects and the stage are generated.

    mathviz docs                        # the pages
    mathviz docs numbers                # one of them
    mathviz docs --write                # generate anew what is generated, after a change to the code

The other pages are written, and tests hold what they say to the code.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import typer

from mathviz.project import HOME, disk, not_found
from mathviz.project.errors import NotFound

FOLDER = Path(__file__).parent
GENERATED = ("commands", "mobjects", "stage")


@dataclass(frozen=True)
class Page:
    """One page. Its first line is its title, and says what it is about."""

    name: str

    @property
    def path(self) -> Path:
        return FOLDER / f"{self.name}.md"

    @property
    def text(self) -> str:
        return self.path.read_text(encoding="utf-8")

    @property
    def title(self) -> str:
        return self.text.partition("\n")[0].removeprefix("# ")


def pages() -> list[Page]:
    """All pages, by name."""
    return [Page(path.stem) for path in sorted(FOLDER.glob("*.md"))]


def page(name: str) -> Page:
    """A page by its name. Raises NotFound with the closest names."""
    names = [one.name for one in pages()]
    if name not in names:
        raise not_found("page", name, names, "mathviz docs")
    return Page(name)


def generated(name: str, app: typer.Typer) -> str:
    """What a generated page says today; ``app`` is the command line. Raises NotFound for one that is written."""
    from mathviz.docs import commands, mobjects, stage

    if name not in GENERATED:
        raise NotFound(f"{page(name).path} is written, not generated. Generated are {', '.join(GENERATED)}")
    if name == "commands":
        return commands.page(app)
    return mobjects.page() if name == "mobjects" else stage.page()


def write(names: list[str], app: typer.Typer) -> list[Path]:
    """Generate pages anew, the pictures with that of mobjects, and the plan of the house. Returns what changed.

    Raises NotFound.
    """
    if not (HOME / "pyproject.toml").is_file():
        raise NotFound(f"{FOLDER} is part of an installed package. Generate the pages in a checkout of mathviz")
    from mathviz.docs import house

    changed = []
    for place, text in house.written().items():
        if (HOME / place).read_text(encoding="utf-8") != text:
            disk.write_whole(HOME / place, text.encode())
            changed.append(HOME / place)
    for name in names:
        text = generated(name, app)
        if not Page(name).path.is_file() or Page(name).text != text:
            disk.write_whole(Page(name).path, text.encode())
            changed.append(Page(name).path)
    if "mobjects" in names:
        from mathviz.docs import drawing, mobjects

        changed += drawing.write(mobjects.things())
    return changed
