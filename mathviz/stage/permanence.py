"""What a beat shows leaves as the next one begins, unless it is kept; and may be veiled meanwhile.

    def the_beam_narrows(self) -> None:
        self.keep(self.river, self.hero)            # the rest leaves during the first animation of this beat
        self.play(self.veiling(self.river), self.moving(close))     # to a quarter: no longer spoken of
        self.turn(self.fan, self.beam)                              # the beam is what the fan was

``keep`` before a beat's first animation is for that beat, later for the next one. What the first animation takes
part in stays anyway. ``always`` is for what stands in every beat: a floor, a backdrop.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np
from manimlib import (
    Animation,
    Mobject,
    ReplacementTransform,
    ShowCreation,
    Transform,
    linear,
    prepare_animation,
)  # fmt: skip

from mathviz.stage.moves import ease
from mathviz.stage.placing import PlacingScene
from mathviz.style import NORMAL, QUICK, SLOW

DIM = 0.25
"""What a veil leaves of the light. A power of two, so that lifting it gives back every bit."""

LAG = 0.25
"""By this share of its own time each thing that is shown comes after the one before."""

ALPHAS = {"rgba": 3, "fill_rgba": 3, "stroke_rgba": 3, "opacity": 0}
"""The columns of opacity in the data of manimgl's mobjects."""


class Dimming(Animation):
    """Multiplies all opacities of a mobject by a factor, and touches nothing else of it.

    It begins at ``first`` times its light: 0 to let something appear. With the factor 0 and ``remover`` it takes the
    mobject off the stage, which then looks as it did before.
    """

    def __init__(self, mobject: Mobject, factor: float, run_time: float = NORMAL, first: float = 1.0,
                 rate_func: Callable[[float], float] = ease, **kwargs: Any) -> None:  # fmt: skip
        self.first, self.factor = first, factor
        super().__init__(mobject, run_time=run_time, rate_func=rate_func, **kwargs)

    def begin(self) -> None:
        self.alphas = [(member, key, member.data[key][:, column].copy(), column)
                       for member in self.mobject.get_family() if member.has_points()
                       for key, column in ALPHAS.items() if key in (member.data.dtype.names or ())]  # fmt: skip
        super().begin()

    def create_starting_mobject(self) -> Mobject:
        return self.mobject

    def interpolate_mobject(self, alpha: float) -> None:
        share = self.rate_func(min(self.time_spanned_alpha(alpha), 1.0))
        factor = self.factor if share >= 1 else self.first + share * (self.factor - self.first)
        for member, key, alphas, column in self.alphas:
            if len(member.data) == len(alphas):
                member.data[key][:, column] = alphas * np.float32(factor)
                member.note_changed_data()


class Growing(Animation):
    """Lets lines that know how to ``show`` themselves up to an index of their points grow, smooth at every moment."""

    def __init__(self, line: Any, run_time: float = SLOW, rate_func: Callable[[float], float] = linear,
                 **kwargs: Any) -> None:  # fmt: skip
        self.last = len(line.path) - 1 if hasattr(line, "path") else line.paths.shape[1] - 1
        super().__init__(line, run_time=run_time, rate_func=rate_func, **kwargs)

    def create_starting_mobject(self) -> Mobject:
        return self.mobject

    def interpolate_mobject(self, alpha: float) -> None:
        share = self.rate_func(min(self.time_spanned_alpha(alpha), 1.0))
        self.mobject.show(upto=self.last * share)


class LastingScene(PlacingScene):
    """A scene whose things last as long as they are spoken of."""

    flows: bool = True
    """Whether beats turn into each other. A film without a method ``question`` has them stand apart, as once."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.kept: list[Mobject] = []
        self.standing: list[Mobject] = []
        self.going: list[Mobject] | None = None
        super().__init__(*args, **kwargs)

    def keep(self, *mobjects: Mobject) -> None:
        """These stay on stage when the rest of the last beat leaves. Raises StageError for what is not there."""
        there = {id(each) for each in self.get_mobject_family_members()}
        for mobject in mobjects:
            if not any(id(each) in there for each in mobject.get_family()):
                raise self.fault(f"keep: {self.called(mobject)} is not on stage: it was never shown, or has left")
        self.kept += mobjects

    def always(self, *mobjects: Mobject) -> None:
        """Add these, to stand in this beat and all that follow, until ``drop``."""
        self.standing += mobjects
        self.add(*mobjects)

    def drop(self, *mobjects: Mobject, run_time: float = NORMAL) -> None:
        """Take these off the stage."""
        self.play(*(self.dropping(each) for each in mobjects), run_time=run_time)

    def dropping(self, mobject: Mobject, run_time: float = NORMAL) -> Dimming:
        """How something leaves, as an animation."""
        self.standing = [each for each in self.standing if each is not mobject]
        return Dimming(mobject, 0.0, run_time, remover=True, final_alpha_value=0.0)

    def show(self, *mobjects: Mobject, run_time: float = NORMAL) -> None:
        """Let these appear, one shortly after the other."""
        each = run_time / (1 + LAG * (len(mobjects) - 1))
        self.play(*(self.showing(mobject, time_span=(LAG * at * each, (1 + LAG * at) * each))
                    for at, mobject in enumerate(mobjects)))  # fmt: skip

    def showing(self, mobject: Mobject, run_time: float = NORMAL, **kwargs: Any) -> Dimming:
        """How something appears, as an animation."""
        return Dimming(mobject, 1.0, run_time, first=0.0, **kwargs)

    def draw(self, *lines: Mobject, run_time: float = SLOW) -> None:
        """Draw lines from their begins to their ends, evenly."""
        self.play(*map(self.drawing, lines), run_time=run_time)

    def drawing(self, line: Mobject, run_time: float = SLOW) -> Animation:
        """The drawing of a line, as an animation: of streaks and trails, or of any outline."""
        if hasattr(line, "path") or hasattr(line, "paths"):
            return Growing(line, run_time)
        return ShowCreation(line, run_time=run_time, rate_func=linear)

    def veil(self, *mobjects: Mobject, run_time: float = NORMAL) -> None:
        """Dim these to a quarter: they are no longer spoken of, but still true."""
        self.play(*(self.veiling(each) for each in mobjects), run_time=run_time)

    def unveil(self, *mobjects: Mobject, run_time: float = NORMAL) -> None:
        """Lift the veil of these, exactly."""
        self.play(*(self.unveiling(each) for each in mobjects), run_time=run_time)

    def veiling(self, mobject: Mobject, run_time: float = NORMAL) -> Dimming:
        """A veil, as an animation. Raises StageError for what is veiled already."""
        if getattr(mobject, "veiled", False):
            raise self.fault(f"veil: {self.called(mobject)} is veiled already")
        mobject.veiled = True
        return Dimming(mobject, DIM, run_time)

    def unveiling(self, mobject: Mobject, run_time: float = NORMAL) -> Dimming:
        """The lifting of a veil, as an animation. Raises StageError for what has none."""
        if not getattr(mobject, "veiled", False):
            raise self.fault(f"unveil: {self.called(mobject)} is not veiled")
        mobject.veiled = False
        return Dimming(mobject, 1 / DIM, run_time)

    def turn(self, one: Mobject, other: Mobject, *others: Animation, run_time: float = NORMAL) -> None:
        """One thing becomes another, with other animations if any are given."""
        self.play(*others, *self.turning(one, other, run_time))

    def turning(self, one: Mobject, other: Mobject, run_time: float = NORMAL) -> list[Animation]:
        """One thing becomes another, which has its place from then on: what was kept of the one is the other's.

        As animations, to be played with others: ``self.play(*self.turning(fan, beam))``.
        """
        for held in (self.kept, self.standing):
            held[:] = [other if each is one else each for each in held]
        if _alike(one, other):
            return [ReplacementTransform(one, other, run_time=run_time)]
        return [self.dropping(one, run_time), self.showing(other, run_time)]

    def replacing(self, one: Mobject | None, other: Mobject) -> list[Animation]:
        """One thing gives its place to another, as animations: it is gone before the other comes, so that the two are
        never read as one. What is not on stage, or None, need not go."""
        there = one is not None and any(each is one for each in self.get_mobject_family_members())
        gone = [self.dropping(one, QUICK)] if one is not None and there else []
        return [*gone, self.showing(other, time_span=(QUICK, NORMAL))]

    def called(self, mobject: Mobject) -> str:
        """What the scene's code calls a mobject: self.river, or its type."""
        for name, value in vars(self).items():
            if value is mobject:
                return f"self.{name}"
        return f"this {type(mobject).__name__}"

    # How beats turn into each other

    def part_with(self, *staying: Mobject) -> None:
        """All that is on stage now is to leave with the next animation, but for what is kept until then."""
        self.going = [each for each in self.mobjects if each is not self.camera.frame and each not in staying]

    def parting(self, given: Iterable[Animation] = ()) -> list[Animation]:
        """The exits that are due, beside the animations that are given."""
        if self.going is None:
            return []
        used = [mobject for animation in given for mobject in _taking_part(animation)]
        staying = {id(member) for each in (*self.kept, *self.standing, *used) for member in each.get_family()}
        there = {id(each) for each in self.get_mobject_family_members()}
        leaving = [part for each in self.going if any(id(member) in there for member in each.get_family())
                   for part in _without(each, staying)]  # fmt: skip
        self.going, self.kept = None, []
        return [self.dropping(each) for each in leaving if any(id(m) in there for m in each.get_family())]

    def joining(self, given: list[Animation]) -> list[Animation]:
        """What is to happen with the animations that are given: exits, and in films the next caption."""
        return self.parting(given)

    def play(self, *animations: Any, run_time: float | None = None, rate_func: Any = None,
             lag_ratio: float | None = None) -> LastingScene:  # fmt: skip
        """manimgl's; the exits of the last beat happen during a beat's first animation."""
        given = [prepare_animation(each).update_rate_info(run_time, rate_func, lag_ratio) for each in animations]
        joined = self.joining(given) if self.flows else []
        if given or joined:
            super().play(*given, *joined)
        return self

    def wait(self, duration: float | None = None, *args: Any, **kwargs: Any) -> None:
        """manimgl's; what is due to happen with the next animation happens first, within that time."""
        joined = self.joining([]) if self.flows else []
        duration = self.default_wait_time if duration is None else duration
        if joined:
            super().play(*joined)
            duration -= max(each.get_run_time() for each in joined)
        if duration > 1e-6:
            super().wait(duration, *args, **kwargs)


def _taking_part(animation: Animation) -> Iterator[Mobject]:
    """All mobjects that an animation is about."""
    for inner in getattr(animation, "animations", ()):
        yield from _taking_part(inner)
    yield animation.mobject
    if isinstance(animation, Transform) and animation.target_mobject is not None:
        yield animation.target_mobject


def _without(mobject: Mobject, staying: set[int]) -> Iterator[Mobject]:
    """The largest parts of a mobject that hold nothing that stays."""
    if id(mobject) in staying:
        return
    if not any(id(member) in staying for member in mobject.get_family()):
        yield mobject
        return
    for part in mobject.submobjects:
        yield from _without(part, staying)


def _alike(one: Mobject, other: Mobject) -> bool:
    """Whether manimgl can turn one into the other: their points have the same fields."""
    kinds: list[set[Any]] = [{each.data.dtype for each in mobject.family_members_with_points()}
                             for mobject in (one, other)]  # fmt: skip
    return len(kinds[0] | kinds[1]) == 1


