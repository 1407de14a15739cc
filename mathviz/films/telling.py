"""What a film says in one language, filled in from its trace: for those who come after drawing and open no script."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from mathviz import trace
from mathviz.films import compute, script
from mathviz.films.script import OPENING, Script
from mathviz.project import Project
from mathviz.trace import Trace


@dataclass(frozen=True)
class Telling:
    """The words of one film, with the dollars of its formulas, and where its numbers come from.

    ``chapters`` and ``captions`` are by beat, the opening's too; ``loop`` is the beat that goes round, if one is
    named; ``trace`` is the provenance of the film's trace, with what its check found.
    """

    title: str
    question: str
    alt: str
    topics: list[str]
    references: list[dict[str, Any]]
    chapters: dict[str, str]
    captions: dict[str, list[str]]
    loop: str
    trace: dict[str, Any]

    @classmethod
    def of(cls, scene: Path, told: Script, found: Trace, language: str) -> Telling:
        """As the scene in that file has its script and its trace. Raises ScriptError or CheckFailed."""

        def filled(text: str) -> str:
            return script.fill(text, found, keep_formulas=True)

        project, question = Project.around(scene), filled(told.question[language])
        computation = compute.of_script(scene.stem, told, project)
        said = {beat.id: [filled(text[language]) for text in beat.captions] for beat in told.beats}
        return cls(
            told.title[language], question, script.unfolded(filled(told.alt[language])), told.topics,
            [source.model_dump() for source in told.references],
            {OPENING: told.title[language], **{beat.id: filled(beat.chapter[language]) for beat in told.beats}},
            {OPENING: [question], **said}, told.loop or "",
            {**compute.provenance_of(computation, project), "checks": trace.told(found.require_true())},
        )  # fmt: skip

    def as_data(self) -> dict[str, Any]:
        return asdict(self)

    def transcript(self, beats: list[str]) -> str:
        """The film in words, as Markdown: title, question, what is to be seen, what each beat says, sources."""
        blocks = [f"# {script.markdown(self.title)}", f"**{script.markdown(self.question)}**",
                  f"> {script.markdown(self.alt)}"]  # fmt: skip
        for beat in beats:
            if beat != OPENING:
                blocks += [f"## {script.markdown(self.chapters[beat])}", *map(script.markdown, self.captions[beat])]
        sources = [f"- {script.markdown(source['text'])}{_link(source['url'])}" for source in self.references]
        return "\n\n".join([*blocks, "---", "\n".join(sources)]) + "\n"


def _link(url: str | None) -> str:
    return f" <{url}>" if url is not None and re.fullmatch(r"https?://[^\s<>]+", url) else ""
