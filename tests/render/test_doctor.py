"""The doctor says what is there, what draws, and what to install for what is not."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest
from tiny_project import TinyProject

from mathviz.engine import failures
from mathviz.render import doctor


def test_this_machine_has_everything(tiny: TinyProject) -> None:
    done = tiny.run("doctor")
    assert done.returncode == 0, done.stdout
    assert "MISSING" not in done.stdout and not done.stderr


def test_the_findings_as_json(tiny: TinyProject) -> None:
    done = tiny.run("doctor", "--json")
    findings = {finding["name"]: finding for finding in json.loads(done.stdout)}
    assert {"manimgl", "torch", "ffmpeg", "latex", "OpenGL through EGL", "fonts"} <= findings.keys()
    assert findings["manimgl"]["found"] == "1.7.2"
    renderer, _, version = findings["OpenGL through EGL"]["found"].partition(", ")
    assert renderer and version[0].isdigit()
    assert "(bundled)" in findings["fonts"]["found"]


def test_what_is_missing_is_named_with_what_brings_it(tiny: TinyProject) -> None:
    done = tiny.run("doctor", PATH="/nonexistent")
    assert done.returncode == 1 and "Traceback" not in done.stderr
    lines = done.stdout.splitlines()
    for program, package in (("ffmpeg", "ffmpeg"), ("latex", "texlive-latex-extra"), ("dvisvgm", "dvisvgm")):
        at = lines.index(f"MISSING  {program}: not installed")
        assert "install:" in lines[at + 1] and package in lines[at + 1]
    findings = json.loads(tiny.run("doctor", "--json", PATH="/nonexistent").stdout)
    assert all(finding["install"] for finding in findings if not finding["there"])


def test_without_egl_nothing_draws(tiny: TinyProject) -> None:
    done = tiny.run("doctor", __EGL_VENDOR_LIBRARY_FILENAMES="/nonexistent")
    assert done.returncode == 1
    assert "MISSING  OpenGL through EGL" in done.stdout and "libegl-mesa0" in done.stdout


def test_a_gpu_is_optional(tiny: TinyProject) -> None:
    findings = json.loads(tiny.run("doctor", "--json").stdout)
    (gpu,) = [finding for finding in findings if finding["name"].startswith("GPU")]
    assert gpu["there"] and gpu["found"]


def test_what_manimgls_own_template_lacks_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Scenes of others use it: a file that is not there would only be met in the middle of one."""
    program = "#!/bin/sh\nfor name; do case $name in tipa.sty) ;; *) echo /tex/$name;; esac; done"
    (tmp_path / "kpsewhich").write_text(program)
    (tmp_path / "kpsewhich").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    (found,) = [finding for finding in doctor.examine() if finding.name.startswith("manimgl's default TeX template")]
    assert found.there and found.found.startswith("it lacks tipa.sty; ") and "tipa" in doctor.TEMPLATE_PACKAGES


class LatexError(Exception):
    """As manimgl's, which only a process can import that draws."""


NO_COMPILER = FileNotFoundError(2, "No such file or directory", "xelatex")
NO_FILE = LatexError("LaTeX Error: File `physics.sty' not found.\n")


@pytest.mark.parametrize(
    ("raised", "says"),
    [(NO_COMPILER, "xelatex is missing. Install: apt-get install texlive-xetex"),
     (NO_FILE, "LaTeX has no physics.sty. Install: apt-get install texlive-science")],
)  # fmt: skip
def test_what_latex_lacks_is_named_with_its_package(raised: Exception, says: str) -> None:
    assert failures.words(raised) == says


def test_a_full_disk_where_texts_are_kept_is_told_as_that() -> None:
    said = str(failures.failed(sqlite3.OperationalError("database or disk is full"), "rise"))
    assert said.startswith("typeset texts could not be kept: database or disk is full. Make room")


TEX = '''
class Tex:
    def __init__(self, raised):
        tex_string = R"\\frac{1}  {\\oops}"
        raise raised
'''


@pytest.mark.parametrize(
    ("raised", "says"),
    [(LatexError("Undefined control\nsequence. \\\\oops"),
      R"LaTeX refuses \frac{1} {\oops}: Undefined control sequence. \\oops"),
     (ValueError("Missing '}' inserted"), R"ValueError: Missing '}' inserted, in the formula \frac{1} {\oops}")],
)  # fmt: skip
def test_the_formula_that_failed_is_named(raised: Exception, says: str) -> None:
    """By what manimgl was making when it came."""
    made: dict[str, type] = {}
    exec(compile(TEX.replace("\\\\", "\\"), "/site-packages/manimlib/mobject/svg/tex_mobject.py", "exec"), made)
    with pytest.raises(type(raised)) as found:
        made["Tex"](raised)
    assert failures.words(found.value) == says
