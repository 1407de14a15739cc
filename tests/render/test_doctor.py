"""The doctor says what is there, what draws, and what to install for what is not."""

from __future__ import annotations

import json

from tiny_project import TinyProject


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
    (gpu,) = [finding for finding in findings if "optional" in finding["name"]]
    assert gpu["there"] and gpu["found"]
