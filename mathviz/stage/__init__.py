"""The Scene that every film extends. It walks the script's beats, shows captions, and holds them.

    class RingAllReduce(Explainer):
        def every_link_adds_at_once(self) -> None:     # the id of a beat in scenes/ring_allreduce.yaml
            ...

An Explainer is an ordinary manimgl Scene: ``manimgl scenes/ring_allreduce.py`` plays it. What is on
screen is a function of the beat and the trace alone: no updaters with ``dt``, no randomness.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from types import FunctionType
from typing import Any, Protocol

import numpy as np
from manimlib import FadeIn, FadeOut, Scene, Text

from mathviz import style
from mathviz.films import compute, script
from mathviz.films.script import OPENING, Script
from mathviz.mobjects.text import Number, caption_lines, words
from mathviz.project import Project, not_found
from mathviz.project.errors import ScriptError
from mathviz.style import HALF_HEIGHT, HALF_WIDTH, NORMAL, QUICK, Theme
from mathviz.trace import Trace

CAPTION_HEIGHT = -3.1
"""Middle of the caption band, in scene units; the band is one unit high."""


class Watcher(Protocol):
    """Whoever draws the film and wants to know where it is."""

    def beat_begins(self, beat: str) -> None: ...
    def caption(self, text: str) -> None:
        """This text is to be read from now on; an empty one ends it."""

    def beat_ends(self, beat: str) -> None: ...


class Explainer(Scene):
    """Base of all films.

    ``language`` and ``theme`` default to the environment's MATHVIZ_LANG and MATHVIZ_THEME, then to the
    script's first language and the dark theme. Raises NotFound for others than there are.
    """

    trace: Trace

    def __init__(
        self, *args: Any, language: str | None = None, theme: str | None = None,
        watcher: Watcher | None = None, camera_config: dict[str, Any] | None = None, **kwargs: Any,
    ) -> None:  # fmt: skip
        self.path = scene_file(type(self))
        self.script: Script = script.read(self.path.with_suffix(".yaml"))
        self.language = language or os.environ.get("MATHVIZ_LANG") or self.script.languages[0]
        if self.language not in self.script.languages:
            raise not_found("language", self.language, self.script.languages, "mathviz list")
        self.theme: Theme = style.theme(theme or os.environ.get("MATHVIZ_THEME") or style.THEMES[0])
        self.watcher = watcher
        self.caption_up: Text | None = None
        self.clock = 0.0
        super().__init__(
            *args, camera_config={"background_color": self.theme["background"], **(camera_config or {})}, **kwargs
        )

    @property
    def stem(self) -> str:
        return self.path.stem

    def setup(self) -> None:
        """Load the trace and make sure that every beat can be told with it. Nothing computes later."""
        style.register_fonts()
        for beat in self.script.beats:
            if hasattr(Explainer, beat.id):
                raise ScriptError(f"{self.path}: a beat cannot be called {beat.id!r}: every scene has that method")
            if not callable(getattr(self, beat.id, None)):
                methods = [name for name, value in vars(type(self)).items() if isinstance(value, FunctionType)]
                raise not_found("beat method", beat.id, methods, str(self.path))
        project = Project.around(self.path)
        self.trace = compute.find(compute.of_script(self.stem, self.script, project), project, _say)
        for beat in self.script.beats:
            for texts in beat.captions:
                script.fill(texts[self.language], self.trace)

    def construct(self) -> None:
        """The film: the question, every beat of the script, and the picture to remember."""
        self._ask()
        for number, name in enumerate([beat.id for beat in self.script.beats], start=1):
            self._begin(name)
            beat = self.script.beats[number - 1]  # read now: whoever watches may have brought a newer script
            self.captions = iter(beat.captions)
            self.next_caption()
            getattr(self, beat.id)()
            if next(self.captions, None) is not None:
                raise ScriptError(f"{self.path}: beat {beat.id} ended before all its captions were shown")
            self._hold()
            if number == len(self.script.beats):
                self._leave_picture()
            self._end(beat.id)

    def next_caption(self) -> None:
        """Hold the caption that is up until it was read, then show the beat's next one."""
        texts = next(self.captions, None)
        if texts is None:
            raise ScriptError(f"{self.path}: beat {self.beat} has no further caption in the script")
        self._hold(least=0.0)
        source = texts[self.language]
        text = script.fill(source, self.trace)
        new = words(caption_lines(text), self.theme, "caption").move_to((0, CAPTION_HEIGHT, 0))
        self._drop_caption()
        self.play(FadeIn(new), run_time=QUICK)
        self._put_up(new, text, style.reading_time(text, script.formula_symbols(source)))

    def get_time_progression(self, run_time: float, *args: Any, **kwargs: Any) -> Any:
        """Count the seconds that were asked for, which are the same at every frame rate and when skipping.

        Holds are measured by this clock: ``time`` counts frames, and a hold must not depend on them.
        """
        self.clock += run_time
        return super().get_time_progression(run_time, *args, **kwargs)

    def text(self, name: str, **values: Any) -> str:
        """A label of the script in this film's language, filled with ``values``."""
        if name not in self.script.labels:
            raise not_found("label", name, self.script.labels, str(self.path.with_suffix(".yaml")))
        return script.fill(self.script.labels[name][self.language], values)

    def label(self, name: str, role: str = "text", size: str = "label", **values: Any) -> Text:
        """A label of the script, as a mobject."""
        return words(self.text(name, **values), self.theme, size, role)

    def number(
        self, value: float, template: str = "{}", role: str = "text", size: str = "label", anchor: Any = None
    ) -> Number:
        """A number of the trace, formatted; ``show`` updates it in place."""
        return Number(value, self.theme, template, size, role, np.zeros(3) if anchor is None else anchor)

    def _ask(self) -> None:
        self._begin(OPENING)
        self.title = words(self.script.title[self.language], self.theme, "title", "muted")
        self.title.move_to((-HALF_WIDTH, HALF_HEIGHT, 0), aligned_edge=np.array([-1.0, 1.0, 0.0]))
        text = self.script.question[self.language]
        question = words(caption_lines(text), self.theme, "question")
        self.play(FadeIn(self.title), FadeIn(question), run_time=NORMAL)
        self._put_up(question, text, style.reading_time(text))
        self._hold()
        self._end(OPENING)

    def last_picture(self) -> None:
        """A film may end on another picture than its last beat's: the one to remember, without a caption."""

    def _leave_picture(self) -> None:
        """The last frame, which is the poster: the picture without the caption band."""
        self._drop_caption()
        self.last_picture()
        self.wait(3 * NORMAL)

    def _put_up(self, mobject: Text, text: str, needs: float) -> None:
        """What is to be read now, for how long, and since when it is fully there."""
        self.caption_up, self.caption_needs, self.caption_since = mobject, needs, self.clock
        if self.watcher:
            self.watcher.caption(text)

    def _drop_caption(self) -> None:
        if self.caption_up is None:
            return
        if self.watcher:
            self.watcher.caption("")
        self.play(FadeOut(self.caption_up), run_time=QUICK)
        self.caption_up = None

    def _hold(self, least: float = QUICK) -> None:
        if self.caption_up is not None:
            rest = max(least, style.hold_after(self.clock - self.caption_since, self.caption_needs))
            if rest > 0:
                self.wait(rest)

    def _begin(self, beat: str) -> None:
        self.beat = beat
        if self.watcher:
            self.watcher.beat_begins(beat)

    def _end(self, beat: str) -> None:
        if self.watcher:
            self.watcher.beat_ends(beat)


def scene_file(scene: type) -> Path:
    """The file that a scene class was written in. manimgl does not list it among the modules."""
    for value in vars(scene).values():
        if isinstance(value, FunctionType):
            return Path(value.__code__.co_filename).resolve()
    raise ScriptError(f"{scene.__name__} has no beats: give it one method for each beat of its script")


def _say(line: str) -> None:
    sys.stderr.write(f"mathviz: {line}\n")
