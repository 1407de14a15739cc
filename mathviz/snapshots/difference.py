"""How far one picture is from another: counted, measured, and as an eye would see it."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np
from numpy import ndarray

from mathviz.project.errors import FrameMismatch

WINDOW = 7
"""Side of the square, in pixels, over which means are taken: what antialiasing shifts, they even out."""

STEP = 8
"""On another renderer a pixel differs visibly from its neighbour, or from its reference, above this."""


@dataclass(frozen=True)
class Difference:
    """How far a frame is from its reference."""

    pixels: int
    pixels_off_edge: int
    """Those that differ by more than STEP with no edge of the reference within two pixels."""
    largest: int
    largest_mean: float = 0.0
    """The largest difference between means over a window, in steps of 255."""
    delta_e: float = 0.0
    """CIEDE2000 between the means, in linear light, of the window that differs most to an eye; 2 is just seen."""

    def __str__(self) -> str:
        return (
            f"{self.pixels} pixels differ, {self.pixels_off_edge} of them away from any edge (largest difference "
            f"{self.largest} of 255, {self.largest_mean:.2f} in a {WINDOW}×{WINDOW} mean, ΔE {self.delta_e:.2f})"
        )


@dataclass(frozen=True)
class Budget:
    """How far a frame may be from its reference. ``off_edge`` is a share of all pixels."""

    pixels: float
    off_edge: float
    largest: float
    largest_mean: float
    delta_e: float

    def allows(self, difference: Difference, size: int) -> bool:
        """Whether a picture of ``size`` pixels may differ so far."""
        return (
            difference.pixels <= self.pixels * size and difference.pixels_off_edge <= self.off_edge * size
            and difference.largest <= self.largest and difference.largest_mean <= self.largest_mean
            and difference.delta_e <= self.delta_e
        )  # fmt: skip

    def __str__(self) -> str:
        return (
            f"{self.off_edge:.2%} away from any edge, {self.largest_mean:g} in a {WINDOW}×{WINDOW} mean, "
            f"ΔE {self.delta_e:g}"
        )


SAME_RENDERER = Budget(0, 0, 0, 0, 0)
OTHER_RENDERER = Budget(pixels=1, off_edge=0.0005, largest=255, largest_mean=9, delta_e=9)
"""Mesa's softpipe and its llvmpipe, on 18 frames of two films: none away from edges, 6.1 in a mean, ΔE 6.2."""


def compare(image: ndarray, reference: ndarray) -> Difference:
    """How far an image is from its reference, both [row column rgb] uint8. Raises FrameMismatch for other sizes."""
    if image.shape != reference.shape:
        raise FrameMismatch(f"the frame is {image.shape}, its reference {reference.shape}")
    if np.array_equal(image, reference):
        return Difference(0, 0, 0)
    step = np.abs(image.astype(int) - reference.astype(int)).max(axis=-1)
    means = np.abs(_means(image) - _means(reference)).max()
    return Difference(int((step > 0).sum()), int(((step > STEP) & ~_edges(reference)).sum()), int(step.max()),
                      round(float(means), 3), _delta_e(image, reference))  # fmt: skip


def beside(image: ndarray, reference: ndarray) -> ndarray:
    """Old, new and difference side by side; what differs is red on a dim picture, the brighter the more."""
    step = np.abs(image.astype(int) - reference.astype(int)).max(axis=-1)
    third = np.repeat((reference.mean(axis=-1, keepdims=True) / 5).astype(np.uint8), 3, axis=-1)
    third[step > 0, 0] = np.clip(95 + 4 * step[step > 0], 0, 255)
    return np.concatenate([reference, image, third], axis=1)


def _edges(image: ndarray) -> ndarray:
    """Pixels with a neighbour, up to two away, that differs visibly."""
    near = np.zeros(image.shape[:2], bool)
    grey = image.astype(int)
    for shift in ((1, 0), (0, 1), (2, 0), (0, 2), (1, 1), (1, -1)):
        rolled = np.roll(grey, shift, axis=(0, 1))
        strong = np.abs(grey - rolled).max(axis=-1) > STEP
        near |= strong | np.roll(strong, (-shift[0], -shift[1]), axis=(0, 1))
    return near


def _means(image: ndarray) -> ndarray:
    """Means over every whole window, [row column rgb]."""
    padded = np.pad(image.astype(float), ((1, 0), (1, 0), (0, 0))).cumsum(axis=0).cumsum(axis=1)
    high, wide = (min(WINDOW, length) for length in image.shape[:2])
    sums = padded[high:, wide:] - padded[:-high, wide:] - padded[high:, :-wide] + padded[:-high, :-wide]
    return sums / (high * wide)


@functools.cache
def _linear() -> ndarray:
    """Linear light of each of the 256 coded values (IEC 61966-2-1)."""
    coded = np.arange(256) / 255
    return np.where(coded <= 0.04045, coded / 12.92, ((coded + 0.055) / 1.055) ** 2.4)


def _oklab(linear: ndarray) -> ndarray:
    """OKLab of linear sRGB, […, rgb] to […, Lab] (Ottosson 2020)."""
    cones = np.array([[0.4122214708, 0.5363325363, 0.0514459929], [0.2119034982, 0.6806995451, 0.1073969566],
                      [0.0883024619, 0.2817188376, 0.6299787005]])  # fmt: skip
    lab = np.array([[0.2104542553, 0.7936177850, -0.0040720468], [1.9779984951, -2.4285922050, 0.4505937099],
                    [0.0259040371, 0.7827717662, -0.8086757660]])  # fmt: skip
    return np.cbrt(np.clip(linear, 0, None) @ cones.T) @ lab.T


def _delta_e(image: ndarray, reference: ndarray) -> float:
    """CIEDE2000 between the window means that lie farthest apart in OKLab."""
    from coloraide import Color

    one, other = _means(_linear()[image]), _means(_linear()[reference])
    apart = np.linalg.norm(_oklab(one) - _oklab(other), axis=-1)
    worst = np.unravel_index(apart.argmax(), apart.shape)
    colours = [Color("srgb-linear", [float(value) for value in means[worst]]) for means in (one, other)]
    return round(float(colours[0].delta_e(colours[1], method="2000")), 3)
