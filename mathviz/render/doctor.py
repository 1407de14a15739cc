"""What this machine has of what films need, and what brings what is missing."""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from importlib import metadata, util
from pathlib import Path

import yaml

from mathviz import style
from mathviz.project import programs
from mathviz.project.errors import MathvizError, ToolFailed, ToolMissing
from mathviz.render import inputs

LATEX_PACKAGES = "texlive-latex-extra texlive-fonts-recommended preview-latex-style"
TEMPLATE_PACKAGES = "texlive-fonts-recommended texlive-science texlive-fonts-extra tipa"
PIP = f"{sys.executable} -m pip install mathviz"


ASKED = {"ffmpeg": "-version", "ffprobe": "-version", "latex": "--version", "dvisvgm": "--version"}
"""How a program is asked for its version, which it says at once if it can do anything."""


@dataclass(frozen=True)
class Finding:
    """One thing that films need: whether it is here, what it is, and what to install if not."""

    name: str
    there: bool
    found: str
    install: str = ""


def examine() -> list[Finding]:
    """Everything, in the order in which a film needs it, and what is only good to have."""
    useful = [_template(), _speaker(), _attempt("GPU for computations (optional)", _gpu, "", optional=True)]
    return [*map(_answering, needed()), *useful]


def needed() -> list[Finding]:
    """Everything that a film cannot do without."""
    return [
        _manimgl(), _package("torch"), _package("numpy"), _package("scipy"),
        _program("ffmpeg", "ffmpeg"), _program("ffprobe", "ffmpeg"),
        _program("latex", LATEX_PACKAGES), _tex_file("standalone.cls", LATEX_PACKAGES), _program("dvisvgm", "dvisvgm"),
        _attempt("OpenGL through EGL", _renderer, "libegl1 libegl-mesa0 libgl1 libgl1-mesa-dri"),
        _attempt("fonts", _fonts, ""),
    ]  # fmt: skip


def require() -> None:
    """Raise ToolMissing that names everything a film needs and this machine lacks."""
    missing = [finding for finding in needed() if not finding.there]
    if missing:
        lines = [f"{finding.name}: {finding.found}. Install: {finding.install}" for finding in missing]
        raise ToolMissing("\n".join([*lines, "Then: mathviz doctor"]))


def _manimgl() -> Finding:
    """The one that would be imported, which another folder on Python's path may bring."""
    found = _package("manimgl")
    return replace(found, found=inputs.manimgl()) if found.there else found


def _package(name: str) -> Finding:
    try:
        return Finding(name, util.find_spec(_module(name)) is not None, metadata.version(name))
    except metadata.PackageNotFoundError:
        return Finding(name, False, "not installed", PIP)


def _module(package: str) -> str:
    return {"manimgl": "manimlib"}.get(package, package)


def _program(name: str, package: str) -> Finding:
    path = shutil.which(name)
    if path is None:
        return Finding(name, False, "not installed", apt(package))
    return Finding(name, True, path)


def _answering(finding: Finding) -> Finding:
    """A program that is there is asked for its version: one that hangs or cannot start draws no film."""
    if not finding.there or finding.name not in ASKED:
        return finding
    try:
        done = programs.run([finding.name, ASKED[finding.name]])
    except (OSError, ToolFailed) as error:
        return replace(finding, there=False, found=str(error),
                       install="it is there: run it alone to see what it waits for")  # fmt: skip
    if done.returncode == 0:
        return finding
    said = " ".join((done.stderr or done.stdout).split())[:200]
    return replace(finding, there=False, found=f"{finding.found} ends with {done.returncode}: {said}",
                   install="it is there, and something that it needs is not")  # fmt: skip


def _tex_file(name: str, package: str) -> Finding:
    try:
        done = programs.run(["kpsewhich", name])
    except FileNotFoundError:
        return Finding(name, False, "not installed", apt(package))
    except ToolFailed as error:
        return Finding(name, False, str(error), apt(package))
    path = done.stdout.strip()
    return Finding(name, bool(path), path or "not installed", "" if path else apt(package))


def _template() -> Finding:
    """What the template that manimgl uses when nothing else is said needs, and our films do not."""
    name, spec = "manimgl's default TeX template (optional)", util.find_spec("manimlib")
    if spec is None or spec.origin is None:
        return Finding(name, True, "no manimgl")
    templates = Path(spec.origin).parent / "tex_templates.yml"
    if not templates.is_file():
        return Finding(name, True, "this manimlib has none")
    told = yaml.safe_load(templates.read_text(encoding="utf-8"))
    files = [f"{each}.sty" for each in re.findall(r"usepackage(?:\[.*?\])?\{(\w+)\}", told["default"]["preamble"])]
    try:
        there = {Path(line).name for line in programs.run(["kpsewhich", *files]).stdout.splitlines()}
    except (FileNotFoundError, ToolFailed):
        return Finding(name, True, "kpsewhich does not answer")
    missing = [file for file in files if file not in there]
    if not missing:
        return Finding(name, True, "all that it needs is there")
    return Finding(name, True, f"it lacks {', '.join(missing)}; {apt(TEMPLATE_PACKAGES)}")


def _speaker() -> Finding:
    """What makes recordings of captions for `mathviz voice --with`, where nobody records them."""
    path = shutil.which("espeak-ng")
    return Finding("espeak-ng (optional)", True, path or f"none; films can be spoken by it: {apt('espeak-ng')}")


def _attempt(name: str, look: Callable[[], str], package: str, optional: bool = False) -> Finding:
    try:
        return Finding(name, True, look())
    except ImportError as error:  # of a Python package
        return Finding(name, optional, str(error), PIP)
    except MathvizError as error:
        return Finding(name, optional, str(error), apt(package) if package else "see the message")


def _renderer() -> str:
    os.environ.setdefault("PYGLET_HEADLESS", "1")
    from mathviz import engine

    found = engine.renderer()
    return f"{found['renderer']}, {found['version']}"


def _fonts() -> str:
    style.register_fonts()
    return f"{style.font_family('')} (bundled)"


def _gpu() -> str:
    path = shutil.which("nvidia-smi")
    done = path and programs.run([path, "-L"])
    if not done or done.returncode != 0:
        raise ToolMissing("none; the CPU computes")
    return done.stdout.strip()


def apt(package: str) -> str:
    """The command that installs a Debian package, or its name where there is no apt."""
    return f"apt-get install {package}" if shutil.which("apt-get") else f"the package that Debian calls {package}"
