"""Every snapshot of every film is its reference: by digest where that proves it, else drawn and compared.

``mathviz frames accept STEM`` makes today's frames the references, after somebody has looked at them.
"""

from __future__ import annotations

import datetime
import zlib

import pytest

from mathviz.project import HOME, Project
from mathviz.snapshots import frames, references, verdict
from mathviz.snapshots.frames import Snapshot

CATALOGUE = Project(HOME)
ALL = [snapshot for stem in CATALOGUE.stems for snapshot in frames.wanted(CATALOGUE, stem)]
EVERY = 16
"""One version of so many is drawn each day, whatever its digests say."""

FILMS, BYTES = 44, 40_000_000
"""The house is built for so many films, whose references may take so much."""


def of_version(stem: str, language: str, theme: str) -> list[Snapshot]:
    return [s for s in ALL if (s.stem, s.language, s.theme) == (stem, language, theme)]


def by_version(version: tuple[str, str, str]) -> object:
    """Every language and every theme in ``make test``; in all their pairs only in ``make test-all``."""
    stem, language, theme = version
    first = next(each.language for each in ALL if each.stem == stem)
    marks = [] if (language == first) == (theme == "dark") else [pytest.mark.slow]
    return pytest.param(version, marks=[*marks, pytest.mark.film], id=f"{stem}-{language}.{theme}")


def sampled(version: tuple[str, str, str], day: str) -> bool:
    """Whether a version is drawn on a day, whatever its digests say."""
    return zlib.crc32(f"{day} {' '.join(version)}".encode()) % EVERY == 0


@pytest.mark.parametrize("version", [by_version(each) for each in frames.versions(ALL)])
def test_every_snapshot_is_its_reference(
    manim: None, version: tuple[str, str, str], request: pytest.FixtureRequest, record_property: object
) -> None:
    everything = request.config.getoption("everything") or sampled(version, request.config.getoption("day"))
    found = list(verdict.check_version(CATALOGUE, of_version(*version), everything))
    proven = sum(each.proven for each in found)
    unplayed = not any(each.played for each in found)
    record_property("frames", (len(found), proven, everything, unplayed))  # type: ignore[operator]
    failures = [each.failure for each in found if each.failure]
    assert not failures, "\n\n".join(failures)


def test_there_is_no_reference_that_nobody_asks_for() -> None:
    assert not [path for stem in CATALOGUE.stems for path in references.strays_of(CATALOGUE, stem)]
    assert {path.name for path in CATALOGUE.references.iterdir()} == set(CATALOGUE.stems)


@pytest.mark.parametrize("stem", CATALOGUE.stems)
def test_references_are_small_and_the_last_frame_is_pictured(stem: str) -> None:
    files = [path for path in (CATALOGUE.references / stem).rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) < BYTES / FILMS
    pictured = references.to_be_pictured([s for s in ALL if s.stem == stem])
    assert references.picture_of(CATALOGUE, pictured[0]).is_file()


@pytest.mark.parametrize("stem", CATALOGUE.stems)
def test_kept_pictures_are_those_whose_digests_were_accepted(stem: str) -> None:
    about = references.accepted(CATALOGUE, stem)
    for snapshot in references.to_be_pictured([s for s in ALL if s.stem == stem]):
        path, known = references.picture_of(CATALOGUE, snapshot), about.of(snapshot)
        assert known is not None
        assert not path.is_file() or references.pixels_of(references.read(path)) == known.pixels, path


def test_each_version_comes_to_be_drawn() -> None:
    """Within a season every version is, and on no day many are."""
    days = [(datetime.date(2026, 1, 1) + datetime.timedelta(n)).isoformat() for n in range(120)]
    catalogue = [(f"film_{n}", language, theme) for n in range(44) for language in ("en", "zh") for theme in "dl"]
    times = {version: sum(sampled(version, day) for day in days) for version in catalogue}
    assert min(times.values()) > 0
    assert max(sum(sampled(version, day) for version in catalogue) for day in days) < 3 * len(catalogue) / EVERY
