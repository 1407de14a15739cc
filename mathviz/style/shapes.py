"""The shapes of a picture, and what each asks of text: 16:9, upright for phones, and square.

A process draws in one shape: the stage lays its scenes out for it as it is imported. The shorter side is 8 scene units
in every shape, so that a letter, a line and a gap are as large beside it, whichever it is.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Shape:
    """Width and height as of the ratio; the frame's height in scene units; and the rule for text in it.

    ``latin`` and ``han`` are characters of the longest caption line, and ``lines`` how many of them there may be.
    ``sizes`` are points that differ from those of ``theme.yaml``, ``least`` how much smaller than its size a text may
    be made where there is little room.
    """

    name: str
    wide: int
    high: int
    frame_height: float
    latin: int
    han: int
    lines: int
    least: float
    sizes: dict[str, float] = field(default_factory=dict)

    @property
    def word(self) -> str:
        """In names of files: 9x16; of the usual one nothing."""
        return "" if self.name == WIDE else f"{self.wide}x{self.high}"

    def of(self, width: int, height: int) -> tuple[int, int]:
        """The size in pixels that a quality of 16:9 has in this shape: its shorter side stays what it is."""
        if self.name == WIDE:
            return width, height
        return (height, width) if self.wide < self.high else (height, height)


WIDE = "16:9"

SHAPES = {shape.name: shape for shape in (
    Shape(WIDE, 16, 9, 8.0, 42, 20, 2, 0.7),
    # At 360 pixels across a point is 0.46 of them: a label's em is 14 pixels, 7 where it was made as small as may be.
    Shape("9:16", 9, 16, 128 / 9, 28, 14, 4, 0.5,
          {"caption": 36, "question": 40, "number": 32, "formula": 38, "hero": 76, "hero_large": 88}),
    Shape("1:1", 1, 1, 8.0, 38, 19, 3, 0.5,
          {"caption": 35, "question": 42, "number": 32, "formula": 38, "hero": 72, "hero_large": 84}),
)}  # fmt: skip

_taken = SHAPES[WIDE]


def shape() -> Shape:
    """The one that this process draws in."""
    return _taken


def shape_of(width: int, height: int) -> Shape:
    """The shape that a picture of so many pixels is laid out for: upright, square, or else the usual one."""
    if not width:
        return SHAPES[WIDE]
    return SHAPES["9:16" if width < height else "1:1" if width == height else WIDE]


def take(chosen: Shape) -> None:
    """Draw in this shape from now on: before manimgl and the stage are imported."""
    global _taken
    _taken = chosen
