"""Colours of roles as numbers, [… rgb] in 0…1, for what has a colour at each point."""

from __future__ import annotations

import numpy as np
from manimlib import color_to_rgb
from numpy import ndarray

from mathviz.style import Theme

Paint = str | ndarray
"""A role, or colours [… rgb] in 0…1."""


def rgb(theme: Theme, paint: Paint) -> ndarray:
    """The colour of a role, [rgb]; colours are left as they are."""
    return np.array(color_to_rgb(theme[paint])) if isinstance(paint, str) else np.asarray(paint, float)


def thin(theme: Theme, paint: Paint) -> ndarray:
    """The colour [rgb] that thin lines and small lights of a role wear; colours are left as they are."""
    if isinstance(paint, str) and paint in theme.thin:
        return np.array(color_to_rgb(theme.thin[paint]))
    return rgb(theme, paint)


def mixed(one: ndarray, other: ndarray, share: float | ndarray) -> ndarray:
    """Between two colours; ``share`` […] is that of the other, and may be an array."""
    share = np.asarray(share, float)[..., None]
    return (1 - share) * one + share * other


def toned(theme: Theme, paint: Paint, share: float | ndarray) -> ndarray:
    """A colour dimmed towards the page: ``share`` is what is left of it."""
    return mixed(rgb(theme, "background"), rgb(theme, paint), share)


def between(theme: Theme, paints: tuple[Paint, ...], stops: tuple[float, ...], at: ndarray) -> ndarray:
    """Colours [… rgb] of numbers ``at`` […] on a scale on which each paint has its stop."""
    colours = np.array([rgb(theme, paint) for paint in paints])
    return np.stack([np.interp(at, stops, colours[:, channel]) for channel in range(3)], axis=-1)


def is_dark(theme: Theme) -> bool:
    """Whether light can be added to this page."""
    return bool(rgb(theme, "background").mean() < 0.5)
