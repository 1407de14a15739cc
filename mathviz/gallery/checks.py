"""Questions after a film, for whoever wants to know whether they have understood it; their numbers are the trace's."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass

from mathviz.films import compute, formulas, script
from mathviz.films.script import Question
from mathviz.project import Project
from mathviz.project.errors import MathvizError
from mathviz.trace import Trace


@dataclass(frozen=True)
class Check:
    """A question in one language: of each text words and formulas in turn, words first; and which choice is right."""

    ask: list[str]
    choices: list[list[str]]
    right: int
    because: list[str]


def checks(project: Project, stem: str, language: str) -> list[Check]:
    """Those of a film in its order; none where no trace is at hand that today's code would make."""
    with contextlib.suppress(MathvizError):
        told = script.read(project.scenes / f"{stem}.yaml")
        found = told.questions and compute.at_hand(compute.of_script(stem, told, project), project)
        if found:
            return [_check(question, found, language) for question in told.questions]
    return []


def _check(question: Question, found: Trace, language: str) -> Check:
    def filled(texts: dict[str, str]) -> list[str]:
        return formulas.parted(script.unfolded(script.fill(texts[language], found, keep_formulas=True)))

    choices = [filled(choice) for choice in question.choices]
    return Check(filled(question.ask), choices, question.right, filled(question.because))
