"""The captions of a film, from the WebVTT beside it, for pages whose script cannot read a file."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from mathviz.project import reading

LARGEST = 1 << 22
"""Bytes of a film's captions: an hour of them has a twentieth of that."""

TIME = r"(\d{2,4}):([0-5]\d):([0-5]\d\.\d{3})"
TIMES = re.compile(rf"{TIME} --> {TIME}(?: [^\n]*)?", re.ASCII)


def cues(path: Path) -> list[dict[str, Any]]:
    """The cues of a WebVTT file that ``report.webvtt`` wrote. Raises OSError, or ValueError for any other."""
    head, *blocks = reading.whole(path, LARGEST).decode("utf-8").rstrip("\n").split("\n\n")
    if head != "WEBVTT":
        raise ValueError("it does not begin with WEBVTT")
    return [_cue(number, block) for number, block in enumerate(blocks, start=1)]


def _cue(number: int, block: str) -> dict[str, Any]:
    _, _, rest = block.partition("\n")
    times, _, text = rest.partition("\n")
    found = TIMES.fullmatch(times)
    if not found:
        raise ValueError(f"cue {number} has no times: {times[:60]!r}")
    start, end = (_seconds(*found.groups()[at : at + 3]) for at in (0, 3))
    if end < start:
        raise ValueError(f"cue {number} ends before it begins")
    return {"start": start, "end": end, "text": text}


def _seconds(hours: str, minutes: str, seconds: str) -> float:
    return round(int(hours) * 3600 + int(minutes) * 60 + float(seconds), 3)
