"""A catalogue as large as wanted, all rendered: copies of the tiny film under new stems, each with its own concept.

    python tests/catalogue_of_copies.py FOLDER 44

The tiny film is really rendered in all its versions. The copies are given what rendering each of them would leave:
films, manifests, traces, and what the cache says of their beats, with their own names and digests in all of it.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from dataclasses import replace
from pathlib import Path

from tiny_project import TinyProject

from mathviz.films import compute
from mathviz.project import disk
from mathviz.render import inputs, report
from mathviz.render import manifest as manifests
from mathviz.render.plan import Job, Wish, plan

WISH = Wish(themes=["all"], quality="low", fps=2)
OPTIONS = ("--theme", "all", "--quality", "low", "--fps", "2")


def make(root: Path, films: int) -> TinyProject:
    """A project with so many films, all rendered as ``OPTIONS`` say."""
    project = TinyProject.make(root)
    done = project.run("render", *OPTIONS, limit=600)
    assert done.returncode == 0, done.stderr
    before = Path.cwd()
    os.chdir(root)
    try:
        for number in range(2, films + 1):
            copy(project, f"copy_{number:02}")
    finally:
        os.chdir(before)
    return project


def copy(project: TinyProject, stem: str) -> None:
    """Another film, as if it had been rendered."""
    for name in ("scenes/tiny.py", "scenes/tiny.yaml", "tiny_concept.py"):
        text = (project.root / name).read_text(encoding="utf-8")
        (project.root / _renamed(name, stem)).write_text(_renamed(text, stem), encoding="utf-8")
    compute.compute(compute.of_film(project.project, stem), project.project, record=True)
    for old, new in zip(plan(project.project, ["tiny"], WISH), plan(project.project, [stem], WISH), strict=True):
        _as_rendered(old, new, stem)


def _renamed(text: str, stem: str) -> str:
    return text.replace("tiny_concept", f"{stem}_concept").replace("tiny", stem)


def _as_rendered(old: Job, new: Job, stem: str) -> None:
    about = json.loads(report.manifest_of(old).read_text(encoding="utf-8"))
    new.folder.mkdir(parents=True, exist_ok=True)
    for name in about["files"]:
        shutil.copyfile(old.folder / name, new.folder / _renamed(name, stem))
    cache, now = inputs.cache_of(old), inputs.Now(new)
    for name in old.wanted:
        beat = cache.beat(inputs.slots(old), name)
        assert beat is not None, f"{old.name} has no beat {name}"
        reads = {own: now[own] for own in (_renamed(own, stem) for own in beat.reads)}
        inputs.cache_of(new).remember(inputs.slots(new), name, replace(beat, reads=reads))
    told = inputs.now(new, {_renamed(name, stem): value for name, value in about["inputs"].items()})
    about |= {"stem": stem, "inputs": told,
              "files": {_renamed(name, stem): digest for name, digest in about["files"].items()}}  # fmt: skip
    cache.made(new.identity, [beat["key"] for beat in about["beats"]], told)
    disk.write_whole(report.manifest_of(new), manifests.written(about))


if __name__ == "__main__":
    made = make(Path(sys.argv[1]).resolve(), int(sys.argv[2]))
    print(f"{len(made.project.stems)} films: cd {made.root}; mathviz render {' '.join(OPTIONS)}")
