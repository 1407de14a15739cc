"""Frames to H.264, one file per beat, and beats to a film without encoding again.

ffmpeg-python composes the argument lists; ``subprocess`` runs them. Colour is converted to BT.709,
limited range, and tagged so. x264's thread count is fixed because its bytes depend on it.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import subprocess
import tempfile
from fractions import Fraction
from pathlib import Path
from typing import Any

import ffmpeg

from mathviz.errors import RenderFailed, ToolMissing

CRF, PRESET, THREADS = 18, "medium", 2

COLOUR = {"colorspace": "bt709", "color_primaries": "bt709", "color_trc": "bt709", "color_range": "tv"}
EXACT = {"fflags": "+bitexact", "flags:v": "+bitexact", "map_metadata": "-1"}


def beat_arguments(width: int, height: int, fps: int, path: Path) -> list[str]:
    """ffmpeg's arguments: raw RGBA frames from standard input to one beat as MPEG-TS.

    Lossless joining needs what MPEG-TS has: timestamps in the stream, and a clock of 90 kHz that
    holds whole frames. mp4 segments leave a longer frame at every seam.
    """
    frames = ffmpeg.input(
        "pipe:", format="rawvideo", pix_fmt="rgba", s=f"{width}x{height}", framerate=fps
    ).filter(
        "scale", in_range="pc", out_range="tv", out_color_matrix="bt709", flags="accurate_rnd+full_chroma_int+bitexact"
    )  # fmt: skip
    made = ffmpeg.output(
        frames, str(path), f="mpegts", vcodec="libx264", preset=PRESET, crf=CRF, tune="animation", pix_fmt="yuv420p",
        **{"profile:v": "high"}, g=2 * fps, threads=THREADS, muxdelay=0, muxpreload=0, **COLOUR, **EXACT,
    )  # fmt: skip
    return made.global_args("-hide_banner", "-loglevel", "error").compile(overwrite_output=True)


def join_arguments(listing: Path, path: Path) -> list[str]:
    """ffmpeg's arguments: the beats named in ``listing``, packets untouched, to one mp4."""
    parts = ffmpeg.input(str(listing), f="concat", safe=0)
    made = ffmpeg.output(
        parts, str(path), f="mp4", c="copy", movflags="+faststart", video_track_timescale=90_000, **COLOUR, **EXACT
    )
    return made.global_args("-hide_banner", "-loglevel", "error").compile(overwrite_output=True)


class BeatEncoder:
    """An ffmpeg process that takes the frames of one beat."""

    def __init__(self, width: int, height: int, fps: int, path: Path) -> None:
        self.path, self.frames = path, 0
        self.size = width * height * 4
        self.stride = width * 4
        # A file, not a pipe: nobody has to drain it while frames are written.
        self.complaints = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the process
        self.process = _start(beat_arguments(width, height, fps, path), subprocess.PIPE, self.complaints)

    def take(self, rgba: bytes) -> None:
        """One frame, bottom row first. Raises RenderFailed with ffmpeg's own words if it has stopped."""
        if len(rgba) != self.size:
            raise RenderFailed(f"a frame has {len(rgba)} bytes, ffmpeg was promised {self.size}")
        rows = memoryview(rgba)
        upright = b"".join(rows[at : at + self.stride] for at in range(self.size - self.stride, -1, -self.stride))
        assert self.process.stdin is not None
        try:
            self.process.stdin.write(upright)
        except BrokenPipeError:
            code = self.process.wait()
            raise RenderFailed(f"ffmpeg ended with {code} on {self.path.name}: {self._said()}") from None
        self.frames += 1

    def close(self) -> None:
        """End the beat. Raises RenderFailed unless ffmpeg ended well and there was a frame."""
        assert self.process.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.close()
        code = self.process.wait()
        said = self._said()
        self.complaints.close()
        if code != 0:
            raise RenderFailed(f"ffmpeg ended with {code} on {self.path.name}: {said}")
        if self.frames == 0:
            raise RenderFailed(f"the beat {self.path.stem} has no frame: it plays nothing and waits for nothing")

    def abandon(self) -> None:
        """Stop at once; the file is not a beat."""
        self.process.kill()
        self.process.wait()

    def _said(self) -> str:
        self.complaints.seek(0)
        return self.complaints.read().decode(errors="replace").strip()


def _start(arguments: list[str], stdin: int, stderr: Any) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(arguments, stdin=stdin, stdout=subprocess.DEVNULL, stderr=stderr)
    except FileNotFoundError:
        raise ToolMissing("ffmpeg is missing. Install: apt-get install ffmpeg. Then: mathviz doctor") from None


def join(beats: list[Path], counts: list[int], fps: int, path: Path) -> None:
    """Join beats into an mp4 with exact timestamps. Raises RenderFailed."""
    listing = path.with_suffix(".txt")
    # ffmpeg adds up durations in whole microseconds: each is the difference of two rounded ends, so that
    # what rounding loses never adds up to a tick.
    ends = [round(Fraction(frames * 1_000_000, fps)) for frames in itertools.accumulate(counts, initial=0)]
    lines = ["ffconcat version 1.0"]
    for beat, (start, end) in zip(beats, itertools.pairwise(ends), strict=True):
        lines += [f"file '{beat.name}'", f"duration {end - start}us"]
    listing.write_text("\n".join(lines) + "\n", encoding="utf-8")
    process = _start(join_arguments(listing, path), subprocess.DEVNULL, subprocess.PIPE)
    _, said = process.communicate()
    if process.returncode != 0:
        raise RenderFailed(f"joining the beats failed: {said.decode(errors='replace').strip()}")


def verify(path: Path, width: int, height: int, fps: int, frames: int) -> None:
    """Read the film back with ffprobe. Raises RenderFailed with everything that is not as promised."""
    report = probe(path)
    streams = [stream for stream in report["streams"] if stream["codec_type"] == "video"]
    if len(streams) != 1:
        raise RenderFailed(f"{path.name} has {len(streams)} video streams")
    stream = streams[0]
    tick = Fraction(stream["time_base"])
    stamps = sorted(int(packet["pts"]) for packet in report["packets"] if "pts" in packet)
    steps = {(after - before) * tick for before, after in itertools.pairwise(stamps)}
    wanted: dict[str, Any] = {
        "codec_name": "h264", "width": width, "height": height, "pix_fmt": "yuv420p", "color_range": "tv",
        "color_space": "bt709", "color_primaries": "bt709", "color_transfer": "bt709", "r_frame_rate": f"{fps}/1",
        "avg_frame_rate": f"{fps}/1",
    }  # fmt: skip
    faults = [f"{name} is {stream.get(name)!r}, not {value!r}" for name, value in wanted.items()
              if stream.get(name) != value]  # fmt: skip
    if len(stamps) != frames:
        faults.append(f"{len(stamps)} frames, not {frames}")
    if steps - {Fraction(1, fps)}:
        faults.append(f"frame steps of {', '.join(sorted(map(str, steps)))} s, not all 1/{fps}")
    if Fraction(stream.get("start_time", -1)) != 0:
        faults.append(f"starts at {stream.get('start_time', 'an unknown time')} s")
    places = boxes(path)
    if not 0 < places.get("moov", 0) < places.get("mdat", 0):
        faults.append("its index does not come before its data (no faststart)")
    if max(places.values(), default=0) > path.stat().st_size:
        faults.append("its end is missing")
    if faults:
        raise RenderFailed(f"{path.name} is not the film that was asked for: {'; '.join(faults)}")


def probe(path: Path) -> dict[str, Any]:
    """ffprobe's streams and packets. Raises RenderFailed or ToolMissing."""
    command = ["ffprobe", "-v", "error", "-show_streams", "-show_entries", "packet=pts", "-of", "json", str(path)]
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    except FileNotFoundError:
        raise ToolMissing("ffprobe is missing. Install: apt-get install ffmpeg. Then: mathviz doctor") from None
    if done.returncode != 0:
        raise RenderFailed(f"ffprobe cannot read {path.name}: {done.stderr.decode(errors='replace').strip()}")
    return json.loads(done.stdout)


def boxes(path: Path) -> dict[str, int]:
    """Where each top-level box of an mp4 ends, as its header says. With moov before mdat it plays while it loads."""
    ends, at = {}, 0
    with path.open("rb") as file:
        while at < path.stat().st_size:
            file.seek(at)
            header = file.read(16)
            size, kind = int.from_bytes(header[:4], "big"), header[4:8].decode("latin-1")
            at += int.from_bytes(header[8:], "big") if size == 1 else max(size, 8)
            ends[kind] = at
    return ends
