"""Examples of ``mathviz/mobjects/attention_lookup.py``: six keys around, whose values are three colours by turns."""

from __future__ import annotations

import numpy as np
from manimlib import DEGREES, ORIGIN, OUT, RIGHT, Group, Mobject
from numpy import ndarray

from mathviz.mobjects.attention_lookup import Drum, ShareDrums
from mathviz.style import Theme

AROUND = np.arange(6) * np.pi / 3
KEYS = 2.2 * np.stack([np.cos(AROUND), np.sin(AROUND)], axis=1)[None]
CORNERS = np.stack([np.cos(AROUND[::2] + np.pi / 2), np.sin(AROUND[::2] + np.pi / 2)], axis=1)
OWN = np.arange(6) % 3


def toward(angles: ndarray, reading: float, sharp: float) -> ndarray:
    """Weights [angle symbol] of these keys, of queries as long as they are."""
    scores = sharp * 2.2**2 * np.cos(angles[:, None] - AROUND) / np.sqrt(2)
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))


def lit(theme: Theme) -> Drum:
    """The query looks between the first key and the second."""
    return Drum(theme, toward, KEYS, KEYS, CORNERS, OWN, np.roll(OWN, 1), np.array([3, 0, 5, 1, 4, 2]), 0.0, 0.45)


def seen(mobject: Mobject, tilt: float = -66.0, turn: float = -34.0) -> Group:
    """Turned as a stage's camera would see it."""
    mobject.rotate(turn * DEGREES, OUT, about_point=ORIGIN).rotate(tilt * DEGREES, RIGHT, about_point=ORIGIN)
    return Group(mobject.scale(0.5, about_point=ORIGIN))


def show_drum(theme: Theme) -> Group:
    """Two keys share most of the wall where the lamp shines; the ray falls between their colours."""
    return seen(lit(theme))


def show_share_drums(theme: Theme) -> Group:
    """Weights of two widths: one key has nearly all, and four share."""
    even = np.array([[0.4, 0.3, 0.2, 0.1], [0.3, 0.3, 0.2, 0.2]])
    sure = np.array([[0.97, 0.03, 0.0, 0.0], [0.9, 0.05, 0.05, 0.0]])
    return seen(ShareDrums(theme, np.stack([even, sure]).repeat(8, axis=1)))
