"""The camera's moves, as animations: on to another shot, a slow drift, a ride along with something."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from manimlib import Animation, Mobject, linear
from numpy import ndarray

from mathviz.mobjects.easing import ease
from mathviz.stage.shots import Shot, points_of, shot_of


class CameraMove(Animation):
    """Takes manimgl's camera frame from where it is to a shot; ``way`` makes that shot of the one it begins with."""

    def __init__(
        self, frame: Any, way: Callable[[Shot], Shot], run_time: float = 2.0,
        rate_func: Callable[[float], float] = ease, **kwargs: Any,
    ) -> None:  # fmt: skip
        self.way = way
        super().__init__(frame, run_time=run_time, rate_func=rate_func, **kwargs)

    def begin(self) -> None:
        self.begins = shot_of(self.mobject)
        self.ends = self.way(self.begins)
        super().begin()

    def interpolate_mobject(self, alpha: float) -> None:
        share = self.rate_func(min(self.time_spanned_alpha(alpha), 1.0))
        self.begins.between(self.ends, share).put(self.mobject)


class CameraRide(CameraMove):
    """Goes along with something: what it moves by, the focus moves by, on the way to the shot.

    It must be played after what moves the thing, in one ``play``. ``hold`` is the share of the thing's own motion
    that the camera makes: 1 keeps it in its place on the screen.
    """

    def __init__(self, frame: Any, along: Mobject | Callable[[], ndarray], way: Callable[[Shot], Shot],
                 hold: float = 1.0, **kwargs: Any) -> None:  # fmt: skip
        self.along, self.hold = along, hold
        super().__init__(frame, way, **({"rate_func": linear} | kwargs))

    def begin(self) -> None:
        self.starts = self.place()
        super().begin()

    def place(self) -> ndarray:
        """Where the thing is now."""
        if isinstance(self.along, Mobject):
            points = points_of((self.along,))
            return (points.min(axis=0) + points.max(axis=0)) / 2
        return np.asarray(self.along(), float)

    def interpolate_mobject(self, alpha: float) -> None:
        share = self.rate_func(min(self.time_spanned_alpha(alpha), 1.0))
        shot = self.begins.between(self.ends, share)
        x, y, z = map(float, np.array(shot.focus) + self.hold * (self.place() - self.starts))
        replace(shot, focus=(x, y, z), subjects=self.ends.subjects).put(self.mobject)
