"""What holds of every concept: its recorded trace is true, wrong ones are refused, same arguments give the same arrays.

A concept's own test says what is its own: ``WRONG`` names faults, each with what it changes in the recorded trace and
the claim, or claims, that must then fail; ``SMALL`` are arguments with which it is computed within seconds.
"""

from __future__ import annotations

import dataclasses
import importlib
from types import ModuleType

import numpy as np
import pytest

from mathviz import trace as traces
from mathviz.films import compute
from mathviz.films.compute import Computation
from mathviz.project import HOME, Project
from mathviz.trace import Trace

PROJECT = Project(HOME)
WAITING = {"language_model": Computation("language_model", "mathviz.concepts.language_model:train_language_model")}
"""Recorded for films that are still to come."""

CONCEPTS = {stem: compute.of_film(PROJECT, stem) for stem in PROJECT.stems} | compute.shared_inputs(PROJECT) | WAITING
LARGEST = 2_500_000
"""Bytes of a recorded trace."""


def own(stem: str) -> ModuleType:
    """A concept's own test."""
    return importlib.import_module(f"test_{stem}")


def recorded(stem: str) -> Trace:
    """As it lies in the repository; its claims are the first test's."""
    return traces.load(CONCEPTS[stem].kind, PROJECT.recorded / stem, check=False)


of_each = pytest.mark.parametrize("stem", CONCEPTS)
faults = [
    pytest.param(stem, fault, id=f"{stem}: {fault}") for stem in CONCEPTS for fault in getattr(own(stem), "WRONG", {})
]


@of_each
def test_the_recorded_trace_is_fresh_true_and_small(stem: str) -> None:
    computation, place = CONCEPTS[stem], PROJECT.recorded / stem
    assert compute.place(computation, PROJECT) == place, f"run: mathviz compute {stem} --record"
    assert not [claim for claim in recorded(stem).check() if not claim.holds]
    assert sum(place.with_suffix(end).stat().st_size for end in (".npz", ".json")) <= LARGEST


@of_each
def test_faults_are_named(stem: str) -> None:
    assert len(own(stem).WRONG) >= 3, f"test_{stem}.py names no faults: WRONG = {{name: (change, claim)}}"


@pytest.mark.parametrize(("stem", "fault"), faults)
def test_each_wrong_version_is_refused(stem: str, fault: str) -> None:
    change, says = own(stem).WRONG[fault]
    right = recorded(stem)
    wrong = dataclasses.replace(right, **change(right))
    failing = {claim.says for claim in wrong.check() if not claim.holds}
    for part in [says] if isinstance(says, str) else says:
        assert any(part in claim for claim in failing), f"{part!r} holds all the same; failing are {failing}"


@pytest.mark.parametrize("stem", [
    stem if hasattr(own(stem), "SMALL") else pytest.param(stem, marks=pytest.mark.slow) for stem in CONCEPTS
])  # fmt: skip
def test_same_arguments_same_arrays(stem: str) -> None:
    """But for those that are ``MEASURED`` on the clock."""
    computation, small = CONCEPTS[stem], getattr(own(stem), "SMALL", {})
    inputs = {source.stem: recorded(source.stem) for source in computation.inputs}
    one, other = (computation.function(**{**inputs, **small}) for _ in range(2))
    for name, array in one.arrays().items():
        measured = name in getattr(own(stem), "MEASURED", ())
        assert measured or np.array_equal(array, other.arrays()[name]), name
