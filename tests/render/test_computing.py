"""Computations are work of the farm like any other: films whose numbers are there do not wait for those of others."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
from pathlib import Path

import pytest
from tiny_project import TinyProject

from mathviz.films import compute
from mathviz.render.farm import Farm
from mathviz.render.plan import Wish, plan
from mathviz.render.report import made_from

OPTIONS = ("--quality", "low", "--fps", "2", "--json")

WAITS = '''
    import os, time
    from pathlib import Path
    with open("computed.log", "a") as log:
        log.write("once ")
    end = time.monotonic() + 90
    while not Path("renders/tiny/tiny.zh.json").is_file():
        if time.monotonic() > end:
            raise RuntimeError("nobody drew the other film meanwhile")
        time.sleep(0.1)
'''


def with_another_film(project: TinyProject, before: str) -> None:
    """A film ``another`` beside the tiny one, whose computation begins with something else."""
    for end in ("py", "yaml"):
        shutil.copyfile(project.root / "scenes" / f"tiny.{end}", project.root / "scenes" / f"another.{end}")
    text = (project.root / "tiny_concept.py").read_text()
    head = '    """Bars of height 1, 2, … and their sum."""\n'
    assert text.count(head) == 1
    (project.root / "another_concept.py").write_text(text.replace(head, f"{head}{before}"))
    project.edit("scenes/another.yaml", "tiny_concept:measure", "another_concept:measure")
    project.edit("scenes/another.py", "from tiny_concept", "from another_concept")


def test_a_film_whose_trace_is_there_is_drawn_while_another_is_computed(tiny: TinyProject) -> None:
    """The computation ends when both versions of the other film are there; were it done first, it never would."""
    with_another_film(tiny, WAITS)
    compute.compute(compute.of_film(tiny.project, "tiny"), tiny.project, record=True)
    done = tiny.run("render", "-j", "2", *OPTIONS, limit=200)
    assert done.returncode == 0, done.stderr
    assert [film["name"] for film in json.loads(done.stdout)] == ["another.en", "another.zh", "tiny.en", "tiny.zh"]
    assert (tiny.root / "computed.log").read_text() == "once "
    assert "computing another …" in done.stderr


def test_a_computation_that_fails_costs_its_own_films(tiny: TinyProject) -> None:
    with_another_film(tiny, '    raise ArithmeticError("the bars fell over")\n')
    done = tiny.run("render", *OPTIONS, limit=200)
    films = {film["name"]: film for film in json.loads(done.stdout)}
    assert done.returncode == 2 and not films["tiny.en"]["error"] and not films["tiny.zh"]["error"]
    for name in ("another.en", "another.zh"):
        assert "the bars fell over" in films[name]["error"] and "mathviz compute another" in films[name]["error"]


MEETS = WAITS.replace("renders/tiny/tiny.zh.json", "met")
"""Ends when the other computation has begun."""


def test_who_measures_has_all_films_computed_at_once_and_nothing_drawn(
    tiny: TinyProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One computation waits for the other to begin; were they done in turn, it never would."""
    monkeypatch.syspath_prepend(str(tiny.root))
    with_another_film(tiny, MEETS)
    head = '    """Bars of height 1, 2, … and their sum."""\n'
    tiny.edit("tiny_concept.py", head, f"{head}    open('met', 'w').close()\n")
    with contextlib.closing(Farm(2)) as farm:
        said: list[str] = []
        farm.say = said.append
        farm.have_computed(plan(tiny.project, [], Wish(quality="low", fps=2)))
    assert sorted(said) == ["computing another …", "computing tiny …"]
    for stem in ("another", "tiny"):
        assert compute.missing(compute.of_film(tiny.project, stem), tiny.project) is None
    assert not list((tiny.root / "renders").glob("*.mp4")) and (tiny.root / "computed.log").read_text() == "once "


def test_a_computation_that_fails_is_told_before_anything_is_measured(tiny: TinyProject) -> None:
    with_another_film(tiny, '    raise ArithmeticError("the bars fell over")\n')
    done = tiny.run("scale", "--measure", "times.json", "another", "--quality", "low", "--fps", "2")
    assert done.returncode != 0 and "the bars fell over" in done.stderr and not (tiny.root / "times.json").exists()


def test_a_film_is_read_again_only_where_its_files_look_touched(rendered: TinyProject) -> None:
    job = plan(rendered.project, ["tiny"], Wish(["en"], quality="low", fps=2))[0]
    assert made_from(job), "read whole, and noted"
    about, data = job.film.stat(), job.film.read_bytes()
    job.film.write_bytes(bytes([data[0] ^ 1]) + data[1:])
    assert made_from(job) is None
    os.utime(job.film, ns=(about.st_atime_ns, about.st_mtime_ns))
    assert made_from(job), "who hides what was done to a film is found by those who read it"
    assert made_from(job, verify=True) is None
    assert isinstance(job.film, Path)
