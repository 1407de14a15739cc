"""What lives gives light: particles, dust and the hero, each one cloud and one draw call.

On a dark page a particle is a crisp core in a soft halo; on a light one, where light cannot be added, a disc with a
pale rim. The halo lies around everything, so lights are drawn after solids and without depth test.
"""

from __future__ import annotations

from typing import Any, TypeVar

import numpy as np
from manimlib import DotCloud
from numpy import ndarray

from mathviz.mobjects.mesh import GLOW
from mathviz.mobjects.tint import Paint, is_dark, rgb, thin
from mathviz.style import Theme

Cloud = TypeVar("Cloud", bound=DotCloud)


def moment(paths: ndarray, index: float) -> ndarray:
    """Where things on paths [time …] are at an index of the time; between two, in between."""
    index = float(np.clip(index, 0, len(paths) - 1))
    first = min(int(index), len(paths) - 2) if len(paths) > 1 else 0
    last = min(first + 1, len(paths) - 1)
    return paths[first] + (index - first) * (paths[last] - paths[first])


class Shining(DotCloud):
    """A cloud whose dots are drawn so bright that they are cut off in their middle: core and halo in one dot.

    What is kept is the plain opacity, from 0 to 1, so that whatever fades or veils a mobject does so here too.
    """

    gain: float | ndarray = 1.0
    """How much more than full an opaque dot is drawn, for all or [dot]; a faint one has less of it, and no core."""

    def get_shader_data(self) -> ndarray:
        """Of manimgl: what is drawn."""
        drawn = self.data.copy()
        opacity = drawn["rgba"][:, 3]
        drawn["rgba"][:, 3] = opacity * self.gain ** np.clip(opacity, 0, 1)
        return drawn

    def init_shader_wrapper(self, ctx: Any) -> None:
        """Of manimgl, whose wrapper would write what is drawn into the cloud's own data, brighter with every frame."""
        super().init_shader_wrapper(ctx)
        self.shader_wrapper.vert_data = self.data.copy()


class Lights(Shining):
    """Particles that glow. Their ``show`` takes places as ``moment`` gives them, so that they follow paths."""

    def __init__(
        self, theme: Theme, points: ndarray, paint: Paint = "data", radius: float = 0.025, halo: float = 4.5,
        glow: float = 0.15, opacity: float | ndarray = 1.0,
    ) -> None:  # fmt: skip
        """``points`` [particle 3]; ``paint`` a role or colours [particle rgb]; ``opacity`` one or [particle].

        The halo is ``halo`` times as wide as the core and ``glow`` bright at twice the core's ``radius``:
        0.2 where they are sparse, 0.1 where dense.
        """
        self.theme, self.core, self.halo, self.glow = theme, radius, halo, glow
        self.dark = is_dark(theme)
        # One dot is core and halo: (1 - r)^falloff, so bright that it is cut off at 1 almost up to the core's edge.
        self.falloff = np.log(glow) / np.log((halo - 2) / (halo - FULL))
        self.gain = (1 - FULL / halo) ** -self.falloff if self.dark else 1.0
        super().__init__(np.zeros((0, 3)), glow_factor=self.falloff if self.dark else 0.0)
        self.set_z_index(GLOW)
        self.colours: ndarray = thin(theme, paint)
        self.opacities: float | ndarray = opacity
        self.show(points)

    def show(self, points: ndarray, paint: Paint | None = None, opacity: float | ndarray | None = None) -> Lights:
        """Put every particle where it now is, in these colours; what is not given stays as it is."""
        points = np.asarray(points, float).reshape(-1, 3)
        if paint is not None:
            self.colours = thin(self.theme, paint)
        if opacity is not None:
            self.opacities = opacity
        colours = np.broadcast_to(self.colours, points.shape)
        opacities = np.broadcast_to(self.opacities, len(points))
        if self.dark:
            return _put(self, points, self.core * self.halo, colours, opacities)
        rim, core = self.core * self.halo / 2, self.core * 1.15
        radii = np.repeat([rim, core], len(points))
        alpha = np.concatenate([opacities * self.glow / 3, opacities])
        return _put(self, np.tile(points, (2, 1)), radii, np.tile(colours, (2, 1)), alpha)


class Dust(DotCloud):
    """Points so many and so small that only where they are dense is something seen."""

    def __init__(
        self, theme: Theme, points: ndarray, paint: Paint = "noise", radius: float = 0.011,
        opacity: float | ndarray = 0.18,
    ) -> None:  # fmt: skip
        """``points`` [particle 3]; ``paint`` a role or colours [particle rgb]; ``opacity`` one or [particle]."""
        self.theme, self.core = theme, radius
        super().__init__(np.zeros((0, 3)))
        self.set_z_index(GLOW)
        self.colours: ndarray = thin(theme, paint)
        self.show(points, opacity=opacity)

    def show(self, points: ndarray, paint: Paint | None = None, opacity: float | ndarray | None = None) -> Dust:
        """Put every particle where it now is; those without opacity are left out. What is not given stays."""
        points = np.asarray(points, float).reshape(-1, 3)
        if paint is not None:
            self.colours = thin(self.theme, paint)
        if opacity is not None:
            self.opacities: float | ndarray = opacity
        seen = np.broadcast_to(self.opacities, len(points)) > 0
        colours = np.broadcast_to(self.colours, points.shape)
        return _put(self, points[seen], self.core, colours[seen], np.broadcast_to(self.opacities, len(points))[seen])


class Hero(Shining):
    """The one that is followed: a bright core in two halos; on a light page, a disc cased in the page's colour."""

    def __init__(self, theme: Theme, point: ndarray, paint: Paint = "text", radius: float = 0.06) -> None:
        """``point`` [3], or [hero 3] for several that shine alike."""
        self.theme, self.core, self.dark = theme, radius, is_dark(theme)
        super().__init__(np.zeros((0, 3)), glow_factor=HALO_FALLOFF if self.dark else 0.0)
        self.set_z_index(GLOW + 1)
        self.show(point, paint)

    def show(self, point: ndarray, paint: Paint | None = None, opacity: float = 1.0) -> Hero:
        """Put it where it now is."""
        points = np.asarray(point, float).reshape(-1, 3)
        if paint is not None:
            self.colours = thin(self.theme, paint)
        under = self.colours if self.dark else rgb(self.theme, "background")
        reach = (9.0, 3.4) if self.dark else (1.9, 1.35)
        alpha = (0.28, 1.0) if self.dark else (1.0, 1.0)
        if self.dark:
            self.gain = np.repeat([1.0, (1 - FULL / reach[1]) ** -HALO_FALLOFF], len(points))
        colours = [np.broadcast_to(colour, points.shape) for colour in (under, self.colours)]
        radii = np.repeat(self.core * np.array(reach), len(points))
        alphas = np.repeat(opacity * np.array(alpha), len(points))
        return _put(self, np.tile(points, (2, 1)), radii, np.concatenate(colours), alphas)


FULL = 0.7
"""Up to this share of its radius a core is as bright as can be; at the edge it has begun to fade."""

HALO_FALLOFF = 2.6
"""The power with which a hero's halos fade to their edge."""


def _put(cloud: Cloud, points: ndarray, radius: float | ndarray, colours: ndarray, alpha: ndarray) -> Cloud:
    if len(points) != len(cloud.data):
        cloud.data = np.zeros(len(points), cloud.data.dtype)
    cloud.data["point"][:] = points
    cloud.data["radius"][:, 0] = radius
    cloud.data["rgba"][:, :3], cloud.data["rgba"][:, 3] = colours, alpha
    cloud.refresh_bounding_box()
    cloud.note_changed_data()
    return cloud
