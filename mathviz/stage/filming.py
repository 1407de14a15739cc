"""The camera as a narrator: shots fitted to what they show, and its verbs.

    plan = self.shot(PLAN, self.ring)                       # fitted above the caption, below the title
    close = self.shot(HERO, self.ring, leaving=RIGHT_THIRD) # the right third stays free for a number
    self.cut(plan)                                          # at once
    self.move(close, run_time=SLOW)                         # one move, alone
    self.play(wave, self.moving(close))                     # the same during something else
    self.play(wave, self.drifting(theta=8))                 # slow and even, during something long
    self.play(flight, self.riding(self.hero))               # along with it
    self.with_view(lambda view: self.hero.seen_at(view.height))

The state of the camera is that of manimgl's own frame, so it is part of how a beat begins and ends.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from manimlib import Animation, Mobject, linear
from numpy import ndarray

from mathviz.stage.frame import FRAME, STAGE, Region
from mathviz.stage.layers import LayeredScene
from mathviz.stage.moves import CameraMove, CameraRide, ease
from mathviz.stage.shots import Angle, Shot, fit, points_of, shot_of
from mathviz.style import SLOW
from mathviz.style.shapes import WIDE, shape

SLACK = 0.02 if shape().name == WIDE else 0.6
"""How far a subject may reach out of the frame: farther out of a narrow one, where scenes drift as in a wide one."""


class FilmedScene(LayeredScene):
    """A scene whose camera tells."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.view_readers: list[Callable[[Shot], Any]] = []
        super().__init__(*args, **kwargs)

    @property
    def view(self) -> Shot:
        """What the camera shows now."""
        return shot_of(self.camera.frame)

    def shot(
        self, angle: Angle, *subjects: Mobject | ndarray, within: Region = STAGE,
        leaving: Region | None = None, room: float = 0.0,
    ) -> Shot:  # fmt: skip
        """The shot from an angle in which the subjects fill a region of the frame, but for what is left free.

        Subjects are mobjects, or arrays of points [n 3]. ``room`` is kept round them, in scene units of the screen.
        The shot remembers them: where one leaves the frame while the shot stands, StageError is raised.
        """
        region = (within.without(leaving) if leaving else within).shrunk(room)
        points = points_of(subjects)
        if not len(points):
            raise self.fault("a shot of nothing: name mobjects that have points, or points [n 3]")
        return replace(fit(points, angle, region), subjects=subjects)

    def cut(self, shot: Shot) -> None:
        """Be at a shot, at once."""
        shot.put(self.camera.frame)
        self.require_in_frame()
        self.settle()

    def with_view(self, *readers: Callable[[Shot], Any]) -> None:
        """Let these show how the camera sees it, before every frame: what keeps its size on screen, say.

        As with an index, what they show must be a function of the shot alone.
        """
        self.view_readers += readers
        for reader in readers:
            reader(self.view)

    def settle(self) -> None:
        """Also what reads the view."""
        for reader in self.view_readers:
            reader(self.view)
        super().settle()

    def move(self, shot: Shot, *others: Animation, run_time: float = SLOW) -> None:
        """Go to a shot, with other animations if any are given, and end with them."""
        self.play(*others, self.moving(shot), run_time=run_time)

    def moving(self, shot: Shot, run_time: float = SLOW, rate_func: Callable[[float], float] = ease) -> CameraMove:
        """The way to a shot, as an animation to be played with others."""
        return CameraMove(self.camera.frame, lambda _: shot, run_time, rate_func)

    def drifting(self, theta: float = 6.0, phi: float = 0.0, push: float = 1.0, run_time: float = SLOW) -> CameraMove:
        """A slow, even turn and push round what is in the middle, during something else: degrees, and a factor."""

        def way(shot: Shot) -> Shot:
            return replace(shot.around(theta, phi), height=shot.height / push)

        return CameraMove(self.camera.frame, way, run_time, linear)

    def riding(
        self, along: Mobject | Callable[[], ndarray], shot: Shot | None = None, hold: float = 1.0,
        run_time: float = SLOW, rate_func: Callable[[float], float] = ease,
    ) -> CameraRide:  # fmt: skip
        """Go along with something that other animations move; name it last in ``play``.

        ``along`` may be a function of where it is. ``shot`` is gone to on the way, seen from where the thing was
        when the ride began. ``hold`` less than 1 lets it run ahead on the screen.
        """
        return CameraRide(self.camera.frame, along, lambda now: shot or now, hold, run_time=run_time,
                          rate_func=rate_func)  # fmt: skip

    def on_screen(self, place: Mobject | ndarray) -> ndarray:
        """Where something of either layer is seen: a point [3] of the text layer, of a mobject its middle."""
        if isinstance(place, Mobject):
            seen = self.seen(place)
            return np.array([*(seen.min(axis=0) + seen.max(axis=0)) / 2, 0.0])
        return np.array([*self.view.project(np.asarray(place, float)), 0.0])

    def seen(self, mobject: Mobject) -> ndarray:
        """The points [n 2] of a mobject as they are seen in the frame."""
        points = points_of((mobject,))
        return points[:, :2] if mobject.is_fixed_in_frame() else self.view.project(points)

    def require_in_frame(self) -> None:
        """Raise StageError where the shot that stands leaves a subject of it out of frame."""
        view = self.view
        for subject in view.subjects:
            places = view.project(points_of((subject,)))
            if np.isnan(places).any():
                raise self.fault(f"the shot has its subject {_name(subject)} behind the camera")
            if not FRAME.holds(places, slack=SLACK):
                low, high = places.min(axis=0), places.max(axis=0)
                raise self.fault(
                    f"the shot leaves its subject {_name(subject)} out of frame: it is seen at x {low[0]:.1f} … "
                    f"{high[0]:.1f}, y {low[1]:.1f} … {high[1]:.1f}, and the frame is {FRAME}. Fit the shot to where "
                    f"it is now: self.shot(angle, …)"
                )

    def play(self, *animations: Any, **rates: Any) -> FilmedScene:
        """manimgl's; then the shot's subjects must be in frame."""
        super().play(*animations, **rates)
        self.require_in_frame()
        return self


def _name(subject: Mobject | ndarray) -> str:
    return type(subject).__name__
