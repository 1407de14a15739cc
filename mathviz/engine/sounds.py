"""The sounds of a scene that is drawn beat by beat: noted where they begin and end, and mixed when all is joined.

manimgl mixes as it plays, into one track; who draws a single beat has not played the others.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from manimlib import Scene

Note = Callable[[float, str, float, float], None]
"""Told the second of the scene, the file, its gain and that of what sounds meanwhile, in dB; without a file all sounds
end there, and the gain is the seconds that they take to fade."""


def note(scene: Scene, take: Note) -> None:
    """Have the scene's sounds told, and not mixed. A file that does not exist fails as in manimgl."""
    from manimlib.utils.sounds import get_full_sound_file_path

    def add_sound(
        file: str, time: float | None = None, gain: float | None = None, gain_to_background: float | None = None
    ) -> None:
        at = scene.get_time() if time is None else time
        take(at, str(get_full_sound_file_path(file)), gain or 0.0, gain_to_background or 0.0)

    scene.file_writer.add_sound = add_sound
    scene.file_writer.end_sounds = lambda now, fade: take(now, "", fade, 0.0)
