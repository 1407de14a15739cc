"""Captions as SubRip files, in every language, at the times of the film that is uploaded: each language has its own."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from mathviz.engine import rate
from mathviz.gallery.cues import cues
from mathviz.gallery.films import Manifest, Rendered


def subrip(shown: Rendered, told: Manifest) -> str:
    """The words of a film, ``told``, over the one that is ``shown``: another language of it, or the same.

    A beat has as many captions in every language. Raises ValueError where it has not.
    """
    words = {beat.id: ["".join(parts) for parts in beat.captions] for beat in told.beats}
    blocks = []
    for beat, found in _by_beat(shown):
        texts = words.get(beat, [])
        if found and len(found) != len(texts):
            raise ValueError(f"{beat} has {len(texts)} captions, and {len(found)} times for them")
        for cue, text in zip(found, texts, strict=False):
            blocks.append(f"{_time(cue['start'])} --> {_time(cue['end'])}\n{text}")
    return "\n".join(f"{number}\n{block}\n" for number, block in enumerate(blocks, start=1))


def _by_beat(shown: Rendered) -> list[tuple[str, list[dict[str, Any]]]]:
    """Each beat with the cues that begin in it."""
    told, fps = shown.manifest, rate.exact(shown.manifest.fps)
    found = cues(shown.folder / shown.file(".vtt"))
    first, beats = 0, []
    for beat in told.beats:
        end = first + beat.frames
        beats.append((beat.id, [cue for cue in found if first <= _frame(cue["start"], fps) < end]))
        first = end
    return beats


def _frame(seconds: float, fps: Fraction) -> int:
    return round(seconds * fps)


def _time(seconds: float) -> str:
    """Hours, minutes, seconds and milliseconds as SubRip writes them."""
    whole = round(seconds * 1000)
    minutes, rest = divmod(whole, 60_000)
    return f"{minutes // 60:02}:{minutes % 60:02}:{rest // 1000:02},{rest % 1000:03}"
