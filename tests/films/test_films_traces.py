"""Every film's computation gives what was recorded: by key where that proves it, else repeated.

A recorded trace's key covers all definitions that its computation reaches. With the same key and the same libraries
what would be computed is what was computed, up to the processor's rounding; so it is repeated only in the sample of the
day and in ``make test-all``. What those repeat is compared within the tolerances that the concept states.
"""

from __future__ import annotations

import json
import subprocess
import sys
import zlib
from importlib import metadata

import pytest

from mathviz import trace
from mathviz.films import compute
from mathviz.project import HOME, Project

CATALOGUE = Project(HOME)
INPUTS = compute.shared_inputs(CATALOGUE)
EVERY = 16
"""One film of so many is computed again each day, whatever its key says."""

DECIDES = ("numpy", "scipy", "torch")
"""Libraries whose other version may compute other numbers."""


def proven(stem: str) -> bool:
    """Whether what would be computed is what was recorded, in the same surroundings."""
    computation = compute.of_name(CATALOGUE, stem)
    about = trace.read_provenance(CATALOGUE.recorded / stem)
    same = all(about["versions"][name].split("+")[0] == metadata.version(name).split("+")[0] for name in DECIDES)
    return same and compute.place(computation, CATALOGUE) == CATALOGUE.recorded / stem


def sampled(stem: str, day: str) -> bool:
    """Whether a film is computed again on a day, whatever its key says."""
    return zlib.crc32(f"{day} {stem}".encode()) % EVERY == 0


@pytest.mark.parametrize("stem", [pytest.param(stem, marks=pytest.mark.film) for stem in (*CATALOGUE.stems, *INPUTS)])
def test_what_is_computed_is_what_was_recorded(
    stem: str, request: pytest.FixtureRequest, record_property: object
) -> None:
    anyway = request.config.getoption("everything") or sampled(stem, request.config.getoption("day"))
    known = proven(stem) and not anyway
    record_property("computations", (1, int(known), anyway))  # type: ignore[operator]
    if known:
        return
    if not trace.read_provenance(CATALOGUE.recorded / stem)["device"].startswith("CPU"):
        pytest.skip("it was recorded on a GPU")
    line = [sys.executable, "-m", "mathviz", "compute", stem, "--check", "--json"]
    ended = subprocess.run(line, cwd=HOME, capture_output=True, text=True)
    assert json.loads(ended.stdout) == {"stem": stem, "same": True, "differences": []}, ended.stderr
    assert ended.returncode == 0


def test_the_projects_films_are_found() -> None:
    """Else nothing above would be tested."""
    assert "ring_allreduce" in CATALOGUE.stems and "denoiser" in INPUTS
