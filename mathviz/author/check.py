"""mathviz check: everything that must hold before a film is done, in one run."""

from __future__ import annotations

import importlib.util
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from mathviz import style
from mathviz.films import compute, script
from mathviz.lint import report
from mathviz.project import Project, loading, programs
from mathviz.project.activity import limit
from mathviz.project.errors import MathvizError, ScriptError, sentence
from mathviz.snapshots import verdict
from mathviz.snapshots.contact_sheet import ContactSheet


@dataclass(frozen=True)
class Point:
    """One thing that must hold: whether it does, what was found, and what to do if it does not."""

    name: str
    holds: bool
    found: str
    todo: str = ""


Say = Callable[[str], None]

UNPLAYED = ("SCN001", "SCN002")
"""The lint's rule that a scene breaks which does not play to its end."""


def check(project: Project, stem: str, say: Say) -> Iterator[Point]:
    """Each point as soon as it is known. What cannot be looked at because of an earlier fault is a fault too."""
    project.require_stem(stem)
    steps = {"script": _script, "computation": _computation, "tests": _tests, "frames": _frames, "lint": _lint}
    needs = {"frames", "lint"}
    broken = ""
    for name, step in steps.items():
        if broken and name in needs:
            yield Point(name, False, f"not looked at: {broken} is wrong", f"mathviz check {stem}")
            continue
        try:
            point = step(project, stem, say)
        except (MathvizError, OSError) as error:
            says = sentence(error) if isinstance(error, OSError) else str(error)
            point = Point(name, False, says, f"mathviz check {stem}")
        if not point.holds and name in ("script", "computation"):
            broken = broken or f"the {name}"
        yield point


def _script(project: Project, stem: str, say: Say) -> Point:
    told = script.read(project.scenes / f"{stem}.yaml")
    try:
        trace = compute.find(compute.of_film(project, stem), project, say)
    except ScriptError:
        raise
    except MathvizError:  # the next point says what is wrong with it
        return Point("script", False, "can be read; nothing was computed to fill its texts", f"mathviz compute {stem}")
    count = script.try_filling(told, project.scenes / f"{stem}.yaml", trace)
    beats = f"{len(told.beats)} beat{'' if len(told.beats) == 1 else 's'} and the question"
    return Point("script", True, f"{beats}, {count} texts in {', '.join(told.languages)}")


def _computation(project: Project, stem: str, say: Say) -> Point:
    """Computed anew, in a process of its own, and compared with what is recorded, if anything is."""
    computation = compute.of_film(project, stem)
    recorded = (project.recorded / f"{stem}.json").is_file()
    line = loading.python("mathviz", "compute", stem, *(["--check"] if recorded else []), "--quiet")
    done = programs.run(line, place=project.root, idle=limit())
    if done.returncode != 0:
        again = f"mathviz compute {stem}" + (" --check" if recorded else "")
        return Point("computation", False, done.stderr.strip() or f"ended with {done.returncode}", again)
    claims = compute.find(computation, project, say).check()
    compared = "the same as recorded" if recorded else "nothing is recorded to compare it with"
    return Point("computation", True, f"computed anew, {len(claims)} claims hold; {compared}")


def _tests(project: Project, stem: str, say: Say) -> Point:
    """The film's own test, which holds the computation to its authority."""
    found = sorted((project.root / "tests").rglob(f"test_{stem}.py"))
    if not found:
        return Point("tests", False, f"there is no tests/test_{stem}.py", "hold the computation to an authority in it")
    if importlib.util.find_spec("pytest") is None:
        return Point("tests", False, "pytest is not installed", f"{sys.executable} -m pip install pytest")
    names = [str(path.relative_to(project.root)) for path in found]
    line = [sys.executable, "-m", "pytest", "-q", "-m", "not slow", "-p", "no:cacheprovider", *names]
    done = programs.run(line, place=project.root, idle=limit())
    said = done.stdout.strip().splitlines() or done.stderr.strip().splitlines() or [f"ended with {done.returncode}"]
    summary = re.sub(r"^=+ | =+$| in [\d.:()\ s]+$", "", said[-1])
    return Point("tests", done.returncode == 0, summary, "" if done.returncode == 0 else f"pytest {' '.join(names)}")


def _frames(project: Project, stem: str, say: Say) -> Point:
    sheet, faults = ContactSheet(project), []
    for found_there in verdict.check(project, stem):
        sheet.add(found_there)
        faults.append(found_there.fault)
    page = sheet.write(f"{stem}.html")
    told = script.read(project.scenes / f"{stem}.yaml")
    versions = f"{', '.join(told.languages)} in {' and '.join(style.THEMES)}"
    found = f"{sheet.count - len(sheet.failures)} of {sheet.count} are their references, {versions}; look at {page}"
    if not sheet.failures:
        return Point("frames", True, found)
    todo = f"mathviz frames check {stem}; after looking: mathviz frames accept {stem}"
    return Point("frames", False, _with(found, faults), todo)


def _lint(project: Project, stem: str, say: Say) -> Point:
    findings = report.lint(project, [stem], 2, say)
    wrong = [each for each in findings if each.level == "error" and not each.waived]
    summary = report.as_text(findings).splitlines()[-1]
    summary = _with(summary, (each.measured for each in wrong if each.rule in UNPLAYED))
    return Point("lint", not wrong, summary, f"mathviz lint {stem} --frames {_marked(project)}" if wrong else "")


def _with(found: str, faults: Iterable[str]) -> str:
    """What was found, and each fault for which a scene cannot be gone through: nobody shall have to ask again."""
    return "\n        ".join([found, *dict.fromkeys(fault for fault in faults if fault)])


def _marked(project: Project) -> Path:
    folder = project.renders / "lint"
    return folder.relative_to(Path.cwd()) if folder.is_relative_to(Path.cwd()) else folder
