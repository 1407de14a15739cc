"""“Your first film” as a reader follows it: every command and every change on the page, in an empty folder."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from mathviz.author import new
from mathviz.project import PACKAGE, Project

PAGE = (PACKAGE / "docs" / "first_film.md").read_text(encoding="utf-8")
STATIONS = re.findall(r"^```(sh|diff)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def follow(kind: str, text: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the commands of a station, or make its change."""
    programs = {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    line = ["git", "apply", "--verbose", "-"] if kind == "diff" else ["sh", "-e"]
    return subprocess.run(
        line, input=text, cwd=folder, env=os.environ | programs, capture_output=True, text=True, check=False
    )  # fmt: skip


def test_every_change_on_the_page_fits(tmp_path: Path) -> None:
    """Quickly, what the next test does whole."""
    assert STATIONS[1] == ("sh", "mathviz new step_size\n") and len(STATIONS) > 10
    new.create(Project(tmp_path), "step_size")
    for kind, text in STATIONS:
        if kind == "diff":
            done = follow(kind, text, tmp_path)
            assert done.returncode == 0 and "offset" not in done.stderr, f"{done.stderr}\n{text}"
    program = "import sys; sys.path.insert(0, '.'); import concepts.step_size as c; print(len(c.descend().check()))"
    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "3", done.stderr


@pytest.mark.slow
def test_the_page_leads_to_a_finished_film(tmp_path: Path) -> None:
    said = ""
    assert STATIONS[0] == ("sh", "mathviz doctor\n")
    assert follow(*STATIONS[0], tmp_path).returncode == 0
    for kind, text in STATIONS[1:]:
        done = follow(kind, text, tmp_path)
        assert done.returncode == 0, f"{text}\n{done.stdout}\n{done.stderr}"
        said += done.stdout
    assert "4 passed" in said, "its own tests"
    assert said.count("ok      ") == 5 and "WRONG" not in said, said
    films = tmp_path / "renders" / "step_size"
    for version in ("en", "en.light", "zh", "zh.light"):
        assert (films / f"step_size.{version}.mp4").is_file()
    assert (tmp_path / "assets" / "traces" / "step_size.npz").is_file()
    assert "After 12 steps the loss is 0.0006." in (films / "step_size.en.md").read_text(encoding="utf-8")
    assert (tmp_path / "renders" / "site" / "step_size.zh.html").is_file()
    assert said.rstrip().endswith("{% mathviz step_size zh %}")
