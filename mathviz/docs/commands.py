"""The page of all commands, from the functions that they call: names, arguments, options, defaults and help.

Nothing is read from ``--help``, whose lines depend on the width of a terminal.
"""

from __future__ import annotations

import inspect
import types
import typing
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import typer
from typer.models import ArgumentInfo, OptionInfo, ParameterInfo
from typer.utils import get_params_from_function

HEAD = """# Commands: their arguments, options and defaults

`mathviz COMMAND --help` says the same in a terminal. A name of a film, a beat, a language or a page that does not
exist is answered with the closest that do, and exit status 2.
"""


def page(app: typer.Typer) -> str:
    """Every command of ``app``, as Markdown."""
    found = list(commands(app))
    lines = [f"- [`{one.name}`](#{one.name.replace(' ', '-')}): {one.first}" for one in found]
    return "\n".join([HEAD, *lines, "", *map(_section, found)])


@dataclass(frozen=True)
class Command:
    """A command's whole name, the function that it calls, and what it says about itself."""

    name: str
    call: Callable[..., Any]
    said: str

    @property
    def first(self) -> str:
        """Its first paragraph, on one line."""
        return " ".join(self.said.split("\n\n")[0].split())


def commands(app: typer.Typer, before: str = "mathviz") -> Iterator[Command]:
    """Every command that is not hidden, in the order in which they are defined."""
    for info in app.registered_commands:
        if info.callback is not None and not info.hidden:
            name = info.name or info.callback.__name__.replace("_", "-")
            said = inspect.cleandoc(info.help or info.callback.__doc__ or "")
            yield Command(f"{before} {name}", info.callback, said)
    for group in app.registered_groups:
        if group.typer_instance is not None and not group.hidden:
            yield from commands(group.typer_instance, f"{before} {group.name}")


def _section(command: Command) -> str:
    found = list(_parameters(command))
    rows = [f"| {one.shown} | {one.default} | {one.help.replace('|', chr(92) + '|')} |" for one in found]
    table = ["", "| argument or option | default | what it does |", "|---|---|---|", *rows] if rows else []
    options = " [OPTIONS]" if any(not one.usage for one in found) else ""
    call = command.name + "".join(one.usage for one in found) + options
    return "\n".join([f"## {command.name}", "", f"    {call}", "", command.said, *table, ""])


class _Parameter(NamedTuple):
    """One row: how it is written, in the table and in the call, its default and its help."""

    shown: str
    usage: str
    default: str
    help: str


def _parameters(command: Command) -> Iterator[_Parameter]:
    for name, found in get_params_from_function(command.call).items():
        about = found.default
        if not isinstance(about, ParameterInfo):  # what typer makes of a parameter without its own word
            about = ArgumentInfo(default=...) if about is inspect.Parameter.empty else OptionInfo(default=about)
        if not about.hidden and found.annotation is not typer.Context:
            yield _parameter(name, found.annotation, about)


def _parameter(name: str, annotation: Any, about: ParameterInfo) -> _Parameter:
    kind, many = _kind(annotation)
    said, dots = " ".join((about.help or "").split()), "…" if many else ""
    value = "required" if about.default is ... else f"`{about.default}`" if about.default else ""
    if isinstance(about, ArgumentInfo):
        word = (about.metavar or name.upper()) + dots
        return _Parameter(f"`{word}`", f" {word}" if value else f" [{word}]", value, said)
    long = name.replace("_", "-")
    written = ", ".join(about.param_decls or (f"--{long}/--no-{long}" if kind is bool else f"--{long}",))
    value_word = "" if kind is bool else f" {about.metavar or _word(kind)}{dots}"
    ends = [f"at {end} {limit}" for end, limit in (("least", about.min), ("most", about.max)) if limit is not None]
    return _Parameter(f"`{written}{value_word}`", "", value, f"{said} ({', '.join(ends)})" if ends else said)


def _kind(annotation: Any) -> tuple[Any, bool]:
    """The type of a value without None, and whether there may be many."""
    if typing.get_origin(annotation) in (typing.Union, types.UnionType):
        (annotation,) = (part for part in typing.get_args(annotation) if part is not type(None))
    if typing.get_origin(annotation) is list:
        return typing.get_args(annotation)[0], True
    return annotation, False


def _word(kind: Any) -> str:
    return {int: "INTEGER", float: "NUMBER", Path: "PATH"}.get(kind, "TEXT")
