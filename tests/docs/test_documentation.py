"""The pages that come with the package: what is generated is current, what is written is true."""

from __future__ import annotations

import ast
import doctest
import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import typer
import yaml
from test_cli import require_refused
from tiny_project import TinyProject

from mathviz import docs
from mathviz.cli import app
from mathviz.docs import commands
from mathviz.films import compute
from mathviz.project import HOME, Project

WRITTEN = [page for page in docs.pages() if page.name not in docs.GENERATED]
LEAVES = {one.name: one for one in commands.commands(app)}


# ---- generated pages


@pytest.mark.parametrize("name", docs.GENERATED)
def test_a_generated_page_is_what_would_be_generated_today(name: str) -> None:
    same = docs.page(name).text == docs.generated(name, app)
    assert same, f"{docs.page(name).path} is not what the code says today. Generate it: mathviz docs {name} --write"


def test_every_command_is_on_the_page_with_all_that_it_takes() -> None:
    """Compared with the parser that runs, where the page is made from the functions."""
    sections = dict(re.findall(r"^## (mathviz .+?)\n(.*?)(?=^## |\Z)", docs.page("commands").text, re.DOTALL | re.M))
    parsers = dict(parsers_of(typer.main.get_command(app), "mathviz"))
    assert list(parsers) == list(sections) and len(parsers) > 10
    for name, parser in parsers.items():
        rows = re.findall(r"^\| `(.+?)` \|", sections[name], re.MULTILINE)
        shown = [parameter for parameter in parser.params if not parameter.hidden]
        assert len(rows) == len(shown), name
        for parameter, row in zip(shown, rows, strict=True):
            argument = parameter.metavar or parameter.name.upper()
            wanted = parameter.opts if parameter.param_type_name == "option" else [argument]
            assert re.findall(r"[^ ,…/]+", row)[: len(wanted)] == wanted, f"{name}: {row}"


def parsers_of(command, name: str):
    """Every command that runs something, with its whole name."""
    if not hasattr(command, "commands"):
        yield name, command
    for part, child in getattr(command, "commands", {}).items():
        yield from parsers_of(child, f"{name} {part}")


def test_an_option_that_is_new_is_on_the_page() -> None:
    made = typer.Typer()

    @made.command()
    def paint(
        walls: list[str],
        coats: int = typer.Option(2, "-c", "--coats", min=1, help="How often | at all."),
        dry: bool = typer.Option(False, help="Wait."),
    ) -> None:
        """Paint walls.

        Needs paint.
        """

    @made.command()
    def wash() -> None:
        """Wash them."""

    said = commands.page(made)
    assert "    mathviz paint WALLS… [OPTIONS]\n\nPaint walls.\n\nNeeds paint.\n" in said
    assert "| `WALLS…` | required |" in said and "- [`mathviz paint`](#mathviz-paint): Paint walls.\n" in said
    assert r"| `-c, --coats INTEGER` | `2` | How often \| at all. (at least 1) |" in said
    assert "| `--dry/--no-dry` |  | Wait. |" in said and "    mathviz wash\n\nWash them.\n" in said


# ---- what is written


@pytest.mark.parametrize(
    "path", [HOME / "README.md", *(page.path for page in docs.pages())], ids=lambda path: path.stem
)
def test_a_page_has_a_title_and_its_links_lead_somewhere(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.startswith("# ") and text.endswith("\n")
    titles = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    anchors = {re.sub(r"[^\w -]", "", title).strip().lower().replace(" ", "-") for title in titles}
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if target.startswith("#"):
            assert target[1:] in anchors, target
        elif "://" not in target:
            assert (path.parent / target.partition("#")[0]).is_file(), target


@pytest.mark.parametrize("page", docs.pages(), ids=lambda page: page.name)
def test_a_command_on_a_page_exists_with_its_options(page: docs.Page) -> None:
    blocks = re.findall(r"^```sh\n(.*?)^```", page.text, re.DOTALL | re.MULTILINE)
    said = [line.partition("  #")[0] for block in blocks for line in block.splitlines()]
    said += re.findall(r"`(mathviz [^`]+)`", page.text)
    calls = [line.strip() for line in said if line.strip().startswith("mathviz ")]
    for call in calls:
        if "COMMAND" not in call and not call.startswith("mathviz --"):
            require_command(call)


def require_command(call: str) -> None:
    """Fail unless the call's command exists, or a group of that name, and every option that it has."""
    if any(name.startswith(f"{call} ") for name in LEAVES):
        return
    named = [name for name in LEAVES if f"{call} ".startswith(f"{name} ")]
    assert named, f"{call}: there is no such command"
    known = {word for row in commands._parameters(LEAVES[named[0]]) for word in re.findall(r"-[-\w]+", row.shown)}
    options = {word for word in shlex.split(call) if re.match("--?[a-z]", word)}
    assert options <= known | {"--help"}, f"{call}: {options - known}"


def test_a_command_that_is_not_is_seen() -> None:
    for call in ("mathviz rendr", "mathviz render --theem all", "mathviz frames frobnicate"):
        with pytest.raises(AssertionError, match=call):
            require_command(call)


# ---- how a number reaches the screen


@pytest.mark.parametrize("page", [page for page in WRITTEN if "```pycon" in page.text], ids=lambda page: page.name)
def test_the_python_on_a_page_says_what_it_says_there(page: docs.Page, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(HOME)
    source = "\n".join(re.findall(r"^```pycon\n(.*?)^```", page.text, re.DOTALL | re.MULTILINE))
    test = doctest.DocTestParser().get_doctest(source, {}, page.name, str(page.path), 0)
    said: list[str] = []
    done = doctest.DocTestRunner().run(test, out=said.append)
    assert done.attempted and not done.failed, "".join(said)


def steps() -> list[tuple[str, str]]:
    """The sections of the page of numbers, without their Python: title, text. The first is what stands before them."""
    text = re.sub(r"^```.*?^```$", "", docs.page("numbers").text, flags=re.DOTALL | re.MULTILINE)
    found = re.findall(r"^## (.+?)\n(.*?)(?=^## |\Z)", text, re.DOTALL | re.MULTILINE)
    return [("before", text.partition("\n## ")[0]), *found]


def test_there_are_steps_from_the_computation_to_the_page() -> None:
    assert [title[:2] for title, _ in steps()][1:10] == [f"{number}." for number in range(1, 10)]


@pytest.mark.parametrize(("title", "text"), steps(), ids=[title for title, _ in steps()])
def test_every_file_of_a_step_exists_and_every_name_is_in_one_of_them(title: str, text: str) -> None:
    spans = [span for span in re.findall(r"`([^`\n]+)`", text) if not span.startswith("mathviz ")]
    files = [HOME / span for span in spans if "/" in span and not span.startswith("renders/")]
    assert not [path for path in files if not path.is_file()]
    there = set().union(*(names_in(path) for path in files)) if files else set()
    names = [span for span in spans if "/" not in span]
    assert not [name for name in names if name.strip("{}").partition(":")[0] not in there], title


def test_the_number_is_that_of_the_recorded_trace() -> None:
    """The page and the README quote it."""
    project = Project(HOME)
    run = compute.find(compute.of_film(project, "ring_allreduce"), project, pytest.fail)
    number = f"“{run.star_port:.0f} S”"
    assert number in docs.page("numbers").text and number in (HOME / "README.md").read_text(encoding="utf-8")


def names_in(path: Path) -> set[str]:
    """What a file names: definitions, attributes and arguments of Python; keys and placeholders of the others."""
    text = path.read_text(encoding="utf-8") if path.suffix not in (".npz", ".png", ".webp") else ""
    if path.suffix == ".json":
        return set(json.loads(text))
    if path.suffix == ".yaml":
        return {*re.findall(r"\{(\w+)", text), *yaml.safe_load(text), *re.findall(r"id: (\w+)", text)}
    if path.suffix != ".py":
        return set()
    found: set[str] = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            found.add(node.name)
        elif isinstance(node, ast.Attribute):
            found.add(node.attr)
        elif isinstance(node, ast.arg):
            found.add(node.arg)
        elif isinstance(node, ast.Name):
            found.add(node.id)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.isidentifier():
            found.add(node.value)
    return found


# ---- the command


def docs_command(project: TinyProject, *arguments: str) -> subprocess.CompletedProcess[str]:
    return project.run("docs", *arguments)


def test_the_pages_are_listed_with_a_line_each(tiny: TinyProject) -> None:
    done = docs_command(tiny)
    assert done.returncode == 0 and not done.stderr
    listed = [tuple(line.split(maxsplit=1)) for line in done.stdout.splitlines()]
    assert listed == [(page.name, page.title) for page in docs.pages()]


def test_a_page_is_printed_as_it_is(tiny: TinyProject) -> None:
    done = docs_command(tiny, "numbers")
    assert done.returncode == 0 and done.stdout == docs.page("numbers").text
    assert docs_command(tiny, "numbers", "--path").stdout == f"{docs.page('numbers').path}\n"


def test_an_unknown_page_is_answered_with_the_closest(tiny: TinyProject) -> None:
    require_refused(docs_command(tiny, "nubmers"), 2, "There is no page 'nubmers'. Closest: numbers", "mathviz docs")
    require_refused(docs_command(tiny, "numbers", "--write"), 2, "is written, not generated")
    require_refused(docs_command(tiny, "--path"), 2, "--path needs the name of a page")


def test_an_installed_package_is_not_written_to(tiny: TinyProject, other_home: Path) -> None:
    done = tiny.run("docs", "commands", "--write", PYTHONPATH=str(other_home))
    require_refused(done, 2, "part of an installed package", "checkout")


def test_a_page_that_is_current_is_not_written_again(tiny: TinyProject) -> None:
    done = docs_command(tiny, "commands", "--write")
    assert done.returncode == 0 and done.stdout == ""


def test_pages_load_neither_manimgl_nor_torch() -> None:
    program = (
        "import sys; from mathviz import cli, docs; [docs.generated(name, cli.app) for name in docs.GENERATED]; "
        "print({'manimlib', 'torch'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=HOME)
    assert done.stdout == "set()\n"
