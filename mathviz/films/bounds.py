"""How much a YAML text may hold, found out before any of it is built: ten lines of aliases may be a billion values."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from mathviz.project.errors import ScriptError


@dataclass
class _Inside:
    """A value on its way: its anchor, how many values it stands for, and how many levels it is deep."""

    anchor: str | None
    count: int = 1
    depth: int = 1


def require(path: Path, text: str, loader: Any, *, deepest: int, most: int) -> None:
    """Raise ScriptError, with its line, for a text that is deeper or, with its aliases, more than that.

    What is no YAML passes: whoever builds it says so.
    """
    known: dict[str, _Inside] = {}
    open_ones: list[_Inside] = [_Inside(None)]
    try:
        for event in yaml.parse(text, Loader=loader):
            done = _next(path, event, open_ones, known)
            line = _line(path, event)
            if len(open_ones) - 1 + (done.depth if done else 0) > deepest:
                raise ScriptError(f"{line}: lies more than {deepest} levels deep")
            if done:
                open_ones[-1].count += done.count
                open_ones[-1].depth = max(open_ones[-1].depth, done.depth + 1)
            if open_ones[-1].count > most:
                raise ScriptError(f"{line}: more than {most} values, counted as often as aliases (*) repeat them")
    except yaml.YAMLError:
        return


def _line(path: Path, event: yaml.Event) -> str:
    return f"{path}:{event.start_mark.line + 1}" if event.start_mark else str(path)


def _next(path: Path, event: yaml.Event, open_ones: list[_Inside], known: dict[str, _Inside]) -> _Inside | None:
    """The value that an event ends; None if it ends none."""
    if isinstance(event, yaml.CollectionStartEvent):
        open_ones.append(_Inside(event.anchor))
        return None
    if isinstance(event, yaml.AliasEvent):
        name = str(event.anchor)
        if any(each.anchor == name for each in open_ones):
            raise ScriptError(f"{_line(path, event)}: *{name} stands within itself")
        return known.get(name)
    if isinstance(event, yaml.ScalarEvent):
        done = _Inside(event.anchor)
    elif isinstance(event, yaml.CollectionEndEvent):
        done = open_ones.pop()
    else:
        return None
    if done.anchor:
        known[done.anchor] = done
    return done


def fault_in_scalars(text: str) -> str:
    """``LINE: what is wrong`` of the first value that has no meaning, such as the 99th of a month; empty if none."""
    loader = yaml.SafeLoader(text)
    try:
        waiting = [loader.get_single_node()]
        while waiting:
            node = waiting.pop()
            if isinstance(node, yaml.MappingNode):
                waiting += [part for pair in reversed(node.value) for part in reversed(pair)]
            elif isinstance(node, yaml.SequenceNode):
                waiting += reversed(node.value)
            elif isinstance(node, yaml.ScalarNode):
                try:
                    loader.construct_object(node)
                except (ValueError, OverflowError) as error:
                    value = node.value if len(node.value) <= 40 else f"{node.value[:40]}…"
                    return f"{node.start_mark.line + 1}: {value} is no value: {error}. Put a text in quotes"
    finally:
        loader.dispose()
    return ""
