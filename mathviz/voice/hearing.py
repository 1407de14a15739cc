"""What a recording is: how long, how loud, and whether it is whole. Heard once, and noted by its bytes."""

from __future__ import annotations

import contextlib
import json
import re
import subprocess
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

from mathviz.project import disk, programs, reading
from mathviz.project.errors import MathvizError, ToolMissing

RATE, CHANNELS = 48_000, 2
"""Samples a second, and channels, of everything that is mixed."""

SILENT = -69.0
"""LUFS below which nothing is heard: the meter's own floor is −70."""

IDLE = 60.0
"""Seconds for which ffmpeg may do nothing."""

NO_FFMPEG = "ffmpeg is missing. Install: apt-get install ffmpeg. Then: mathviz doctor"


class Damaged(MathvizError):
    """A sound file cannot be heard: put another in its place."""


@dataclass(frozen=True)
class Heard:
    """Length in seconds, loudness in LUFS by EBU R128, highest true peak in dBTP."""

    seconds: float
    loudness: float
    peak: float


def hear(path: Path, notes: Path | None = None) -> Heard:
    """What a sound file is, all of it decoded; from a note in that folder if one was taken. Raises Damaged, OSError."""
    note = notes / f"{reading.digest(path)}.json" if notes else None
    if note:
        with contextlib.suppress(OSError, ValueError, TypeError):
            return Heard(**reading.as_json(note))
    found = _heard(path)
    if note:
        with contextlib.suppress(OSError):  # then it is heard again next time
            note.parent.mkdir(parents=True, exist_ok=True)
            disk.write_whole(note, json.dumps(asdict(found)).encode())
    return found


def _heard(path: Path) -> Heard:
    if fault := _cut_off(path):
        raise Damaged(fault)
    with tempfile.TemporaryDirectory() as folder:
        raw = Path(folder) / "raw"
        said = decode(path, raw, "ebur128=peak=true:framelog=verbose")
        seconds = raw.stat().st_size / (4 * CHANNELS * RATE)
    loudness, peak = measured(said)
    if seconds == 0:
        raise Damaged("it holds no sound at all")
    if loudness < SILENT and peak < SILENT:
        raise Damaged(f"its {seconds:.1f} s are silent")
    return Heard(round(seconds, 4), loudness, peak)


def decode(path: Path, raw: Path, through: str = "anull") -> str:
    """Its samples to a file, [sample channel] float32; returns what ffmpeg said. Raises Damaged, ToolMissing."""
    strictly = ["-xerror", "-err_detect", "explode"] if _knows_length(path) else ["-ignore_length", "1"]
    command = ["ffmpeg", "-hide_banner", "-nostats", "-nostdin", "-y", *strictly, "-i",
               str(path.resolve()), "-map", "0:a:0", "-ac", str(CHANNELS), "-ar", str(RATE), "-af", through,
               "-f", "f32le", str(raw)]  # fmt: skip
    done = ffmpeg(command)
    if done.returncode != 0 or not raw.is_file():
        said = done.stderr.replace(str(path.resolve()), path.name).splitlines()
        lines = [line.strip() for line in said if line.strip()]
        raise Damaged(f"ffmpeg cannot read it: {lines[-1] if lines else 'it says nothing'}")
    return done.stderr


def measured(said: str) -> tuple[float, float]:
    """Integrated loudness and true peak, from what ffmpeg's meter says."""
    summary = said.rpartition("Summary:")[2]
    values = [re.search(rf"{name}:\s+(-?[\d.]+|-?inf|nan)", summary) for name in ("I", "Peak")]
    loudness, peak = (float(value.group(1)) if value else -70.0 for value in values)
    return max(loudness, -70.0), max(peak, -120.0)


def ffmpeg(command: list[str]) -> subprocess.CompletedProcess[str]:
    """It, to its end. Raises ToolMissing, or ToolFailed where it hangs."""
    try:
        return programs.run(command, idle=IDLE)
    except FileNotFoundError:
        raise ToolMissing(NO_FFMPEG) from None


UNKNOWN = 0x7FF00000
"""Bytes, from which on, as at none, the length in a wav's head is that of a pipe: whoever wrote it did not know it."""


def _promised(path: Path) -> tuple[int, int] | None:
    """The bytes of sound that a wav file says it has, and those that it has. None if it is no wav file."""
    with path.open("rb") as file:
        head = file.read(12)
        if head[:4] != b"RIFF" or head[8:12] != b"WAVE":
            return None
        size = path.stat().st_size
        while len(chunk := file.read(8)) == 8:
            length = int.from_bytes(chunk[4:], "little")
            if chunk[:4] == b"data":
                return length, size - file.tell()
            file.seek(length + length % 2, 1)
    return 1, 0


def _knows_length(path: Path) -> bool:
    found = _promised(path)
    return found is None or 0 < found[0] < UNKNOWN


def _cut_off(path: Path) -> str:
    """What a wav file promises and has not, in words; empty if nothing."""
    found = _promised(path) if _knows_length(path) else None
    return f"it is cut off: {found[1]:,} of {found[0]:,} bytes of sound" if found and found[1] < found[0] else ""
