"""The film's course: it walks the script's beats, asks the question, shows captions, and holds them.

    class RingAllReduce(Explainer):
        def every_link_adds_at_once(self) -> None:     # the id of a beat in scenes/ring_allreduce.yaml
            ...

A film opens cold where the scene has a method ``question``: it stages the picture, over which the question is asked.
Then beats flow into each other: captions change, and what is not kept leaves, while the next beat begins. Without
it the question stands on the empty stage, and every beat cleans up for itself.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FunctionType
from typing import Any, Protocol

import numpy as np
from manimlib import DL, DOWN, LEFT, RIGHT, UL, UP, Animation, FadeIn, FadeOut, Mobject, Text, VMobject
from numpy import ndarray

from mathviz import style
from mathviz.films import compute, script
from mathviz.films.script import OPENING, Script
from mathviz.mobjects.axes import Axes
from mathviz.mobjects.number import BigNumber
from mathviz.mobjects.text import Number, Sentence, caption_lines, sentence, words
from mathviz.project import Project, not_found
from mathviz.project.errors import ScriptError
from mathviz.stage.frame import CAPTION, LEFT_HALF, LOWER_LEFT, SAFE, DoesNotFit, Region
from mathviz.stage.sounds import SoundingScene
from mathviz.stage.typesetting import try_formulas
from mathviz.style import NORMAL, QUICK, Theme
from mathviz.style.shapes import WIDE, shape
from mathviz.trace import Trace

CAPTION_HEIGHT = -3.1
"""Middle of the caption band, in scene units; the band is one unit high. In other shapes it is that of ``CAPTION``."""

CHANGE, GONE = 0.7, 0.3
"""Seconds in which one caption gives way to the next, where beats flow, and until the first of them is gone."""

SAMPLES = 4
"""For each pixel: the edges of solids, which are meshes, are smooth only with more than one."""

FIRST_SECOND = 1.0
"""By then the picture of a cold open must have begun to appear."""


class Watcher(Protocol):
    """Whoever draws the film and wants to know where it is."""

    def beat_begins(self, beat: str) -> None: ...
    def caption(self, text: str) -> None:
        """This text is to be read from now on; an empty one ends it."""

    def beat_ends(self, beat: str) -> None: ...


@dataclass(frozen=True, eq=False)
class Pair:
    """Two numbers that are compared, each under what it is of, and what they are; ``face`` is all of it."""

    face: Mobject
    numbers: tuple[BigNumber, ...]


class Explainer(SoundingScene):
    """Base of all films.

    ``language`` and ``theme`` default to the environment's MATHVIZ_LANG and MATHVIZ_THEME, then to the
    script's first language and the dark theme. Raises NotFound for others than there are.
    ``holds`` are seconds, by the name of a caption such as ``question.1``, that it stays at least, because a voice
    speaks so long. Without ``captioned`` it stays as long and is not seen.
    """

    trace: Trace

    def __init__(
        self, *args: Any, language: str | None = None, theme: str | None = None,
        watcher: Watcher | None = None, camera_config: dict[str, Any] | None = None,
        holds: dict[str, float] | None = None, captioned: bool = True, **kwargs: Any,
    ) -> None:  # fmt: skip
        self.path = scene_file(type(self))
        self.script: Script = script.read(self.path.with_suffix(".yaml"))
        self.language = language or os.environ.get("MATHVIZ_LANG") or self.script.languages[0]
        if self.language not in self.script.languages:
            raise not_found("language", self.language, self.script.languages, "mathviz list")
        self.theme: Theme = style.theme(theme or os.environ.get("MATHVIZ_THEME") or style.THEMES[0])
        self.watcher = watcher
        self.holds, self.captioned = holds or {}, captioned
        self.caption_up: Mobject | None = None
        self.clock = 0.0
        self.flows = hasattr(self, OPENING)
        self.samples = SAMPLES if self.flows else 0
        self.queued: list[Animation] = []
        self.pictured: float | None = None
        super().__init__(
            *args, camera_config={"background_color": self.theme["background"], **(camera_config or {})}, **kwargs
        )

    title: Text | Sentence

    @property
    def stem(self) -> str:
        return self.path.stem

    def setup(self) -> None:
        """Load the trace and make sure that every beat can be told with it. Nothing computes later."""
        style.register_fonts()
        path = self.path.with_suffix(".yaml")
        for beat in self.script.beats:
            if hasattr(Explainer, beat.id):
                where = f"{path}:{script.line_of(path, beat.id)}"
                raise ScriptError(f"{where}: a beat cannot be called {beat.id!r}: every scene has that method")
            if not callable(getattr(self, beat.id, None)):
                methods = [name for name, value in vars(type(self)).items() if isinstance(value, FunctionType)]
                raise not_found("beat method", beat.id, methods, str(self.path))
        project = Project.around(self.path)
        self.trace = compute.find(compute.of_script(self.stem, self.script, project), project, _say)
        script.try_filling(self.script, path, self.trace)
        try_formulas(self.script, path, self.language, self.trace)

    def construct(self) -> None:
        """The film: the question, every beat of the script, and the picture to remember."""
        self._ask()
        for number, name in enumerate([beat.id for beat in self.script.beats], start=1):
            self._begin(name)
            beat = self.script.beats[number - 1]  # read now: whoever watches may have brought a newer script
            self.captions = iter(enumerate(beat.captions, start=1))
            self.next_caption()
            self._tell(beat.id)
            if next(self.captions, None) is not None:
                raise ScriptError(f"{self.path}: beat {beat.id} ended before all its captions were shown")
            self._hold()
            if number == len(self.script.beats):
                self._leave_picture()
            self._end(beat.id)

    def next_caption(self) -> None:
        """Hold the caption that is up until it was read, then show the beat's next one."""
        number, texts = next(self.captions, (0, {}))
        if not texts:
            raise self.fault("it has no further caption in the script")
        if self.queued:  # the caption before this one did not even begin to appear
            self.wait(CHANGE)
        self._hold(least=0.0)
        source = texts[self.language]
        text = script.fill(source, self.trace)
        new = self.caption(source)
        self._change_caption(new, text, self._needs(source, text, number))

    def _needs(self, source: str, text: str, number: int) -> float:
        """Seconds that a beat's caption stays: to be read, and to be spoken where a voice takes longer."""
        reading = style.reading_time(text, script.formula_symbols(source))
        return max(reading, self.holds.get(f"{self.beat}.{number}", 0.0))

    def linger(self, theta: float = 6.0, phi: float = 0.0, push: float = 1.0) -> None:
        """Drift as long as the caption is still to be read, so that nothing stands still meanwhile."""
        begun = self.clock + CHANGE if self.queued else self.caption_since
        rest = style.hold_after(self.clock - begun, self.caption_needs) if self.caption_up else 0.0
        if rest > 0:
            self.play(self.drifting(theta, phi, push), run_time=rest)

    def caption(self, source: str, size: str = "caption") -> VMobject:
        """A caption of the script in its place, filled from the trace, its formulas typeset."""
        made = self._typeset(caption_lines(script.fill(source, self.trace, keep_formulas=True)), size)
        made.move_to((0, CAPTION_HEIGHT if shape().name == WIDE else CAPTION.middle[1], 0))
        if not self.captioned:
            made = VMobject()
        return self.over(made) if self.flows else made

    def _typeset(self, text: str, size: str, role: str = "text") -> Text | Sentence:
        """A text with its formulas; what the first films say without any comes from Pango, as it always did."""
        make = Sentence if self.flows else sentence
        return make(text, self.theme, size, role, self.script.symbols)

    def get_time_progression(self, run_time: float, *args: Any, **kwargs: Any) -> Any:
        """Count the seconds that were asked for, which are the same at every frame rate and when skipping.

        Holds are measured by this clock: ``time`` counts frames, and a hold must not depend on them.
        """
        self.clock += run_time
        return super().get_time_progression(run_time, *args, **kwargs)

    def text(self, name: str, **values: Any) -> str:
        """A label of the script in this film's language, filled with ``values``, its formulas said in plain text."""
        return script.fill(self._label(name), values)

    def _label(self, name: str) -> str:
        if name not in self.script.labels:
            raise not_found("label", name, self.script.labels, str(self.path.with_suffix(".yaml")))
        return self.script.labels[name][self.language]

    def label(self, name: str, role: str = "text", size: str = "label", **values: Any) -> Text | Sentence:
        """A label of the script, as a mobject, its formulas typeset."""
        return self._typeset(script.fill(self._label(name), values, keep_formulas=True), size, role)

    def axes(self, x: Any, y: Any, across: str = "", up: str = "", **settings: Any) -> Axes:
        """Axes with the limits of the values ``x`` and ``y``, in the text layer; their names are labels of the script.

        In the world: ``Axes(self.theme, …)``. ``settings`` are those of Axes.
        """
        one, other = (script.fill(self._label(name), {}, keep_formulas=True) if name else "" for name in (across, up))
        return self.over(Axes(self.theme, x, y, one, other, symbols=self.script.symbols, **settings))

    def number(
        self, value: float, template: str = "{}", role: str = "text", size: str = "label", anchor: Any = None
    ) -> Number:
        """A number of the trace, formatted; ``show`` updates it in place."""
        return Number(self._one(value), self.theme, template, size, role, np.zeros(3) if anchor is None else anchor)

    def big(
        self, name: str, value: float, template: str = "{}", role: str = "text", at: Region = LOWER_LEFT,
        unit: str = "", size: str = "hero", widest: float | None = None, **values: Any,
    ) -> BigNumber:  # fmt: skip
        """The one number of the picture: large, with two words below it, the label of this name, in a region.

        Show it as anything else: ``self.show(self.big("busiest", 1.75, "{:.2f}", "model", UPPER_RIGHT, unit="S"))``.
        Its own ``show`` counts; ``widest`` is the value that takes most room on the way.
        """
        label = script.fill(self._label(name), values, keep_formulas=True)
        side = RIGHT if at.middle[0] > 0 else LEFT
        value = self._one(value)
        made = BigNumber(value, self.theme, label, unit, template, role, size, widest, side, self.script.symbols)
        return self.case(self.over(at.put(made)))

    def pair(
        self, label: str, template: str, names: Sequence[str], values: Sequence[float], roles: Sequence[str],
        within: Region = LEFT_HALF, edge: ndarray = DL, **said: Any,
    ) -> Pair:  # fmt: skip
        """Two numbers, with the labels of what they are of, under what they are, at a region's edge; ``said`` fills
        the label's placeholders."""
        numbers = tuple(self.big(name, value, template, role, within)
                        for name, value, role in zip(names, values, roles, strict=True))  # fmt: skip
        column = within.column(self.label(label, **said), within.row(*numbers, gap=0.8, edge=UP), gap=0.2, edge=LEFT)
        return Pair(self.over(within.put(column, edge)), numbers)

    def _one(self, value: float) -> float:
        """It. Raises StageError for an array."""
        if shape := np.shape(value):
            raise self.fault(f"one number is needed to be shown, and this is an array of the shape {shape}")
        return value

    def _ask(self) -> None:
        self._begin(OPENING)
        source = self.script.question[self.language]
        if self.flows:
            self._open(source)
        else:
            self.title = words(self.script.title[self.language], self.theme, "title", "muted")
            self.title.move_to((SAFE.left, SAFE.top, 0), aligned_edge=UL)
            question = self._typeset(caption_lines(source), "question")
            self.play(FadeIn(self.title), FadeIn(question), run_time=NORMAL)
            said = script.fill(source, self.trace)
            self._put_up(question, said, self._needs(source, said, 1))
            self._hold()
        self._end(OPENING)

    def _open(self, source: str) -> None:
        """The cold open: the scene's own picture, the title small, and the question over it."""
        self.title = self.over(self._typeset(self.script.title[self.language], "label", "muted"))
        self.title.move_to(SAFE.middle + (SAFE.width / 2) * LEFT + (SAFE.height / 2) * UP, aligned_edge=UL)
        self.low_scrim, self.top_scrim = self.scrim(DOWN), self.scrim(UP)
        if not self.captioned:
            self.low_scrim = self.scrim(DOWN, strength=0.0)
        self.add(self.low_scrim, self.top_scrim)
        self.queued.append(FadeIn(self.title, run_time=QUICK))
        said = script.fill(source, self.trace)
        self._change_caption(self.caption(source), said, self._needs(source, said, 1))
        self._tell(OPENING)
        self._hold()
        if self.pictured is None or self.pictured > FIRST_SECOND:
            when = "never" if self.pictured is None else f"only after {self.pictured:g} s"
            raise self.fault(f"a cold open shows its picture within the first second; here it appears {when}")

    def last_picture(self) -> None:
        """A film may end on another picture than its last beat's: the one to remember, without a caption."""

    def _leave_picture(self) -> None:
        """The last frame, which is the poster: the picture without the caption band."""
        if not self.flows:
            self._drop_caption()
        elif self.caption_up is not None:
            if self.watcher:
                self.watcher.caption("")
            self.queued += [FadeOut(self.caption_up, run_time=QUICK), self.dropping(self.low_scrim, QUICK)]
            self.caption_up = None
            if type(self).last_picture is not Explainer.last_picture:
                self._part()
        self.last_picture()
        self.wait(3 * NORMAL)

    def _change_caption(self, new: VMobject, text: str, needs: float) -> None:
        """One caption gives way to the next: with the next animation where beats flow, else by itself."""
        if not self.flows:
            self._drop_caption()
            self.play(FadeIn(new), run_time=QUICK)
            self._put_up(new, text, needs)
            return
        if self.caption_up is not None:
            self.queued.append(FadeOut(self.caption_up, time_span=(0, GONE)))
            if self.watcher:
                self.watcher.caption("")
        self.queued.append(FadeIn(new, time_span=(GONE, CHANGE)))
        self._put_up(new, text, needs)

    def joining(self, given: list[Animation]) -> list[Animation]:
        """Exits, and the change of captions. From then on the caption counts as being read."""
        joined = [*super().joining(given), *self.queued]
        if self.queued and self.caption_up is not None:
            self.caption_since = self.clock + CHANGE
        self.queued = []
        return joined

    def play(self, *animations: Any, **rates: Any) -> Explainer:
        """manimgl's. Notes when a film that opens cold has its picture."""
        begins = self.clock
        super().play(*animations, **rates)
        self._note_picture(begins)
        return self

    def wait(self, duration: float | None = None, *args: Any, **kwargs: Any) -> None:
        """manimgl's, with the same note."""
        begins = self.clock
        super().wait(duration, *args, **kwargs)
        self._note_picture(begins)

    def _note_picture(self, begins: float) -> None:
        if self.flows and self.pictured is None and any(
            each.family_members_with_points() for each in self.mobjects
            if each is not self.camera.frame and not each.is_fixed_in_frame()
        ):  # fmt: skip
            self.pictured = begins

    def _part(self) -> None:
        """What the last beat showed is to leave, but for what belongs to the text layer's own order."""
        stays = [self.low_scrim, self.caption_up]
        if self.beat in (OPENING, self.script.beats[0].id):
            stays += [self.title, self.top_scrim]
        self.part_with(*(each for each in stays if each is not None))

    def _put_up(self, mobject: VMobject, text: str, needs: float) -> None:
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

    def _tell(self, beat: str) -> None:
        """The scene's own part. Without any animation it still changes the caption, and lets go."""
        try:
            getattr(self, beat)()
        except DoesNotFit as error:
            raise self.fault(str(error), error) from error
        if self.flows and (self.queued or self.going is not None):
            self.wait(CHANGE)

    def _begin(self, beat: str) -> None:
        self.beat = beat
        if self.watcher:
            self.watcher.beat_begins(beat)
        if self.flows and beat != OPENING:
            self._part()

    def _end(self, beat: str) -> None:
        self.settle()
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
