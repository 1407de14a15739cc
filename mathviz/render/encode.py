"""Frames to H.264, one file per beat, and beats to a film without encoding again.

ffmpeg-python composes the argument lists; ``subprocess`` runs them. Colour is converted to BT.709,
limited range, and tagged so.
"""

from __future__ import annotations

import contextlib
import fcntl
import itertools
import json
import queue
import subprocess
import tempfile
import threading
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, NoReturn

import ffmpeg

from mathviz.engine import rate
from mathviz.project import programs
from mathviz.project.errors import RenderFailed, ToolFailed, ToolMissing

CLOCK = 90_000
"""Ticks per second of a beat's container, and of a film's whose frames last whole ones; others have their own."""

IDLE = 60.0
"""Seconds for which ffmpeg may do nothing while it makes a file."""

ENCODING = 120.0
"""Seconds that ffmpeg may take for what waits to be encoded, some frames of one beat."""

READING = 600.0
"""Seconds that ffprobe may take to read a film, which may be long and lie far away."""

THREADS = 2
"""x264's, fixed because its bytes depend on it."""

LOOKAHEAD = 30
"""Frames that x264 sees ahead: a second. Its own 40 take 60 MB more at 1080p, in every worker."""

COLOUR = {"colorspace": "bt709", "color_primaries": "bt709", "color_trc": "bt709", "color_range": "tv"}
EXACT = {"fflags": "+bitexact", "flags:v": "+bitexact", "map_metadata": "-1"}

PIPE = 1 << 20
"""Bytes that wait between us and ffmpeg: through the usual 64 KB a frame at 1080p goes in 48 turns, which cost
the encoder 7 % of its time."""

AHEAD = 4
"""Frames that may wait for ffmpeg while the next ones are drawn."""


@dataclass(frozen=True)
class Encoding:
    """How frames become a file: x264's quality and effort, or another codec with its pixel format and ending."""

    crf: int = 18
    preset: str = "medium"
    codec: str = "libx264"
    pixel_format: str = "yuv420p"
    ending: str = ".mp4"
    saturation: float = 1.0
    gamma: float = 1.0
    keyframes: float = 2.0
    """Seconds from one key frame to the next, at most: a player that is sent elsewhere decodes from one."""

    @property
    def plain(self) -> bool:
        """H.264 with colours as drawn, which takes frames as ``readback.Nv12`` reads them; others take RGBA."""
        return self == Encoding(self.crf, self.preset, keyframes=self.keyframes)

    @property
    def part_ending(self) -> str:
        """Of a beat's own file. Joining H.264 without loss needs what MPEG-TS has: timestamps in the stream,
        and a clock of 90 kHz that holds whole frames. mp4 parts leave a longer frame at every seam."""
        return ".ts" if self.plain else self.ending

    def summary(self) -> dict[str, Any]:
        if not self.plain:
            return {"codec": self.codec, "pixel_format": self.pixel_format, "colour": "bt709"}
        return {"codec": self.codec, "crf": self.crf, "preset": self.preset, "threads": THREADS,
                "lookahead": LOOKAHEAD, "keyframes": self.keyframes, "colour": "bt709 limited"}  # fmt: skip


FINAL, DRAFT = Encoding(), Encoding(crf=26, preset="veryfast")
TRANSPARENT = Encoding(codec="prores_ks", pixel_format="yuva444p10le", ending=".mov")
"""ProRes 4444, as ``manimgl -t`` writes it."""


def beat_arguments(width: int, height: int, fps: float, path: Path, encoding: Encoding = FINAL) -> list[str]:
    """ffmpeg's arguments: raw frames from standard input to one beat."""
    exact = rate.exact(fps)
    raw = {"format": "rawvideo", "s": f"{width}x{height}", "framerate": str(exact)}
    if encoding.plain:
        frames = ffmpeg.input("pipe:", pix_fmt="nv12", **raw, **COLOUR)
        made = ffmpeg.output(
            frames, str(path), f="mpegts", vcodec="libx264", preset=encoding.preset, crf=encoding.crf,
            tune="animation", pix_fmt="nv12", **{"profile:v": "high"}, g=max(1, round(encoding.keyframes * exact)),
            threads=THREADS,
            **{"rc-lookahead": LOOKAHEAD}, muxdelay=0, muxpreload=0, chroma_sample_location="left", **COLOUR, **EXACT,
        )  # fmt: skip
    else:
        frames = ffmpeg.input("pipe:", pix_fmt="rgba", **raw).filter("vflip")
        if (encoding.saturation, encoding.gamma) != (1.0, 1.0):
            frames = frames.filter("eq", saturation=encoding.saturation, gamma=encoding.gamma)
        frames = frames.filter("scale", in_range="pc", out_color_matrix="bt709", flags="accurate_rnd+full_chroma_int")
        chosen = {"vcodec": encoding.codec, "pix_fmt": encoding.pixel_format}
        made = ffmpeg.output(
            frames, str(path), **{name: value for name, value in chosen.items() if value},
            **{name: value for name, value in COLOUR.items() if name != "color_range"}, **EXACT,
        )  # fmt: skip
    return made.global_args("-hide_banner", "-loglevel", "error").compile(overwrite_output=True)


def clock(fps: float) -> int:
    """Ticks per second of a film's clock, in which frames last whole ticks.

    Where the beats' clock does not do it is a coarser one, to whose ticks what that one rounded off rounds back.
    """
    exact = rate.exact(fps)
    if (CLOCK / exact).denominator == 1:
        return CLOCK
    return exact.numerator * max(1, 10_000 // exact.numerator)


def join_arguments(listing: Path, path: Path, sound: Path | None = None, fps: float = 30) -> list[str]:
    """ffmpeg's arguments: the beats named in ``listing``, packets untouched, and perhaps a sound, to one film."""
    parts = [ffmpeg.input(str(listing), f="concat", safe=0)["v"]]
    kind: dict[str, Any] = {"c": "copy"}
    if sound:
        parts.append(ffmpeg.input(str(sound))["a"])
        kind = {"c:v": "copy", "c:a": "aac", "b:a": "320k"}
    if path.suffix == ".mp4":
        kind |= {"movflags": "+faststart", "video_track_timescale": clock(fps), **COLOUR}
    made = ffmpeg.output(*parts, str(path), **kind, **EXACT)
    return made.global_args("-hide_banner", "-loglevel", "error").compile(overwrite_output=True)


class BeatEncoder:
    """An ffmpeg process that takes the frames of one beat, fed by a thread so that drawing goes on meanwhile."""

    def __init__(self, width: int, height: int, fps: float, path: Path, encoding: Encoding = FINAL) -> None:
        self.path, self.frames = path, 0
        self.size = width * height * 3 // 2 if encoding.plain else width * height * 4
        # A file, not a pipe: nobody has to drain it while frames are written.
        self.complaints = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the process
        self.process = _start(beat_arguments(width, height, fps, path, encoding), subprocess.PIPE, self.complaints)
        assert self.process.stdin is not None
        with contextlib.suppress(OSError):  # more than this user may have
            fcntl.fcntl(self.process.stdin, fcntl.F_SETPIPE_SZ, PIPE)
        self.waiting: queue.Queue[memoryview | None] = queue.Queue(AHEAD)
        self.broken = threading.Event()
        self.feeder = threading.Thread(target=self._feed, daemon=True)
        self.feeder.start()

    def take(self, frame: memoryview) -> None:
        """One frame, not to be changed afterwards. Raises RenderFailed with ffmpeg's own words if it has stopped."""
        if len(frame) != self.size:
            raise RenderFailed(f"a frame has {len(frame)} bytes, ffmpeg was promised {self.size}")
        if self.broken.is_set():
            self._require_well(self._code())
        try:
            self.waiting.put(frame, timeout=ENCODING)
        except queue.Full:
            self._hangs("took no frame")
        self.frames += 1

    def close(self) -> None:
        """End the beat. Raises RenderFailed unless ffmpeg ended well and there was a frame."""
        self._end_feeding()
        assert self.process.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.close()
        self._require_well(self._code())
        self.complaints.close()
        if self.frames == 0:
            raise RenderFailed(f"the beat {self.path.stem} has no frame: it plays nothing and waits for nothing")

    def abandon(self) -> None:
        """Stop at once; the file is not a beat."""
        self.process.kill()
        self.process.wait()
        with contextlib.suppress(ToolFailed):
            self._end_feeding()

    def _feed(self) -> None:
        assert self.process.stdin is not None
        while (frame := self.waiting.get()) is not None:
            if not self.broken.is_set():
                try:
                    self.process.stdin.write(frame)
                except (BrokenPipeError, ValueError):
                    self.broken.set()

    def _end_feeding(self) -> None:
        try:
            self.waiting.put(None, timeout=ENCODING)
        except queue.Full:
            self._hangs("took no frame")
        self.feeder.join(ENCODING)
        if self.feeder.is_alive():
            self._hangs("took no frame")

    def _code(self) -> int:
        """ffmpeg's exit status, once it has ended."""
        try:
            return self.process.wait(ENCODING)
        except subprocess.TimeoutExpired:
            self._hangs("did not end")

    def _require_well(self, code: int) -> None:
        if code < 0:
            raise programs.killed(self.process)
        if code != 0 or self.broken.is_set():
            raise RenderFailed(f"ffmpeg ended with {code} on {self.path.name}: {self._said()}")

    def _hangs(self, how: str) -> NoReturn:
        self.process.kill()
        raise ToolFailed(f"ffmpeg {how} for {ENCODING:.0f} s on {self.path.name}")

    def _said(self) -> str:
        self.complaints.seek(0)
        return self.complaints.read().decode(errors="replace").strip()


def _start(arguments: list[str], stdin: int, stderr: Any) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(arguments, stdin=stdin, stdout=subprocess.DEVNULL, stderr=stderr)
    except FileNotFoundError:
        raise ToolMissing(NO_FFMPEG) from None


NO_FFMPEG = "ffmpeg is missing. Install: apt-get install ffmpeg. Then: mathviz doctor"


def join(beats: list[Path], counts: list[int], fps: float, path: Path, sound: Path | None = None) -> None:
    """Join beats into a film with exact timestamps. Raises RenderFailed."""
    listing = path.with_suffix(".txt")
    # ffmpeg adds up durations in whole microseconds: each is the difference of two rounded ends, so that
    # what rounding loses never adds up to a tick.
    exact = rate.exact(fps)
    ends = [round(frames * 1_000_000 / exact) for frames in itertools.accumulate(counts, initial=0)]
    lines = ["ffconcat version 1.0"]
    for beat, (start, end) in zip(beats, itertools.pairwise(ends), strict=True):
        lines += [f"file '{_quoted(beat)}'", f"duration {end - start}us"]
    listing.write_text("\n".join(lines) + "\n", encoding="utf-8")
    done = _finished(join_arguments(listing, path, sound, fps))
    if done.returncode != 0:
        raise RenderFailed(f"joining the beats failed: {done.stderr.strip()}")


def cut(film: Path, path: Path, first: int, frames: int, fps: float) -> None:
    """A beat of a film as a film of its own, without encoding again: it begins with a key frame.

    Raises RenderFailed.
    """
    length = 1 / rate.exact(fps)
    # Seeking goes to the key frame before: half a frame later, so that rounding does not lead to the one before that.
    half = length / 2
    source = ffmpeg.input(str(film), ss=float(first * length + half))
    made = ffmpeg.output(
        source, str(path), c="copy", t=float(frames * length), movflags="+faststart", avoid_negative_ts="disabled",
        output_ts_offset=float(half), video_track_timescale=clock(fps), **{"frames:v": frames}, **EXACT,
    )  # fmt: skip
    _run(made.global_args("-hide_banner", "-loglevel", "error").compile(overwrite_output=True), path)


def _quoted(path: Path) -> str:
    """A path within the quotes of an ffconcat file."""
    return str(path.resolve()).replace("'", "'\\''")


AV1_CRF, AV1_PRESET, AV1_INTERVAL = 28, 6, 120
"""SVT-AV1's quality, effort, and frames from one that can be sought to the next: on these films a third smaller than
x264's file, with an SSIM to it of 0.9995."""

VP9_CRF = 24
"""libvpx's quality of a film without its background, colours and transparency alike."""

LOOP_BYTES = 1_000_000
"""What a small copy may weigh: some places take no more."""

LOOP_STEPS = ((640, 15), (480, 15), (480, 10), (400, 10), (320, 8), (240, 6))
"""Width and frames a second of a small copy, from the best on: the first that weighs little enough is taken."""


def loop(film: Path, path: Path, start: float, seconds: float) -> None:
    """A part of the film as a small copy without end, ``.gif`` or ``.webp``, for places that take no video.

    Raises RenderFailed, also where even the smallest weighs more than LOOP_BYTES.
    """
    wide = max(stream.get("width", 0) for stream in probe(film)["streams"])
    steps = [(width, fps) for width, fps in LOOP_STEPS if width <= wide] or [(wide, LOOP_STEPS[-1][1])]
    for width, fps in steps:
        _run(_loop_arguments(film, path, start, seconds, width, fps), path)
        if path.stat().st_size <= LOOP_BYTES:
            return
    raise RenderFailed(f"{path.name} weighs {path.stat().st_size / 1e6:.1f} MB at {steps[-1][0]} pixels and "
                       f"{steps[-1][1]} frames a second, of {LOOP_BYTES / 1e6:.0f} MB; name a calmer beat as the "
                       "script's `loop`")  # fmt: skip


def _loop_arguments(film: Path, path: Path, start: float, seconds: float, width: int, fps: int) -> list[str]:
    part = ffmpeg.input(str(film), ss=start, t=seconds)
    small = part.filter("fps", fps).filter("scale", width, -2, flags="lanczos")
    if path.suffix == ".gif":
        parts = small.split()
        colours = parts[1].filter("palettegen", stats_mode="diff")
        small = ffmpeg.filter([parts[0], colours], "paletteuse", dither="bayer", bayer_scale=4, diff_mode="rectangle")
        made = ffmpeg.output(small, str(path), loop=0)
    else:
        made = ffmpeg.output(small, str(path), vcodec="libwebp", loop=0, quality=70)
    return made.global_args("-hide_banner", "-loglevel", "error").compile(overwrite_output=True)


def webm(film: Path, path: Path) -> str:
    """The film once more as AV1 in WebM, for browsers that take it. Returns how a page names its codec.

    Encoded from the film, not from the frames, which are gone. Raises RenderFailed.
    """
    options = {"vcodec": "libsvtav1", "crf": AV1_CRF, "preset": AV1_PRESET, "g": AV1_INTERVAL, "pix_fmt": "yuv420p",
               "svtav1-params": f"lp={THREADS}", **COLOUR, **EXACT}  # fmt: skip
    _encode_again(film, path, options)
    return f"av01.0.{probe(path)['streams'][0]['level']:02}M.08"


def see_through(film: Path, path: Path) -> str:
    """A film without its background as VP9 in WebM, which browsers lay over a page. Returns how a page names its codec.

    Raises RenderFailed.
    """
    # The encoder can make frames that are never shown, to predict from: not of transparency.
    options = {"vcodec": "libvpx-vp9", "crf": VP9_CRF, "b:v": 0, "pix_fmt": "yuva420p", "auto-alt-ref": 0, "row-mt": 1,
               "threads": THREADS, "cpu-used": 2, **COLOUR, **EXACT}  # fmt: skip
    _encode_again(film, path, options)
    return "vp09.00.50.08"


def _encode_again(film: Path, path: Path, options: dict[str, Any]) -> None:
    """All frames of a film, in another codec. Raises RenderFailed unless every one is there."""
    made = ffmpeg.output(ffmpeg.input(str(film))["v"], str(path), an=None, **options)
    _run(made.global_args("-hide_banner", "-loglevel", "error").compile(overwrite_output=True), path)
    first, again = probe(film), probe(path)
    if len(again["packets"]) != len([packet for packet in first["packets"] if packet["stream_index"] == 0]):
        raise RenderFailed(f"{path.name} has {len(again['packets'])} frames, not those of {film.name}")


def _run(arguments: list[str], path: Path) -> None:
    done = _finished(arguments)
    if done.returncode != 0:
        raise RenderFailed(f"{path.name} could not be made: {done.stderr.strip()}")


def _finished(arguments: list[str]) -> subprocess.CompletedProcess[str]:
    """ffmpeg, to its end. Raises ToolMissing, or ToolFailed where it hangs or is killed twice."""
    try:
        return programs.run(arguments, idle=IDLE)
    except FileNotFoundError:
        raise ToolMissing(NO_FFMPEG) from None


def verify(
    path: Path, width: int, height: int, fps: float, frames: int, encoding: Encoding = FINAL
) -> None:  # fmt: skip
    """Read the film back with ffprobe. Raises RenderFailed with everything that is not as promised."""
    report, exact = probe(path), rate.exact(fps)
    streams = [stream for stream in report["streams"] if stream["codec_type"] == "video"]
    if len(streams) != 1:
        raise RenderFailed(f"{path.name} has {len(streams)} video streams")
    stream = streams[0]
    tick = Fraction(stream["time_base"])
    packets = [packet for packet in report["packets"] if packet["stream_index"] == stream["index"]]
    stamps = sorted(int(packet["pts"]) for packet in packets if "pts" in packet)
    steps = {(after - before) * tick for before, after in itertools.pairwise(stamps)}
    wanted: dict[str, Any] = {"width": width, "height": height}
    if encoding.plain:
        wanted |= {
            "codec_name": "h264", "pix_fmt": "yuv420p", "color_range": "tv", "color_space": "bt709",
            "color_primaries": "bt709", "color_transfer": "bt709",
            "avg_frame_rate": f"{exact.numerator}/{exact.denominator}",
        }  # fmt: skip
        if (CLOCK / exact).denominator == 1:  # ffprobe guesses it, from a list that has not all
            wanted["r_frame_rate"] = wanted["avg_frame_rate"]
    faults = [f"{name} is {stream.get(name)!r}, not {value!r}" for name, value in wanted.items()
              if stream.get(name) != value]  # fmt: skip
    if len(stamps) != frames:
        faults.append(f"{len(stamps)} frames, not {frames}")
    inexact = Fraction(0) if encoding.plain else tick  # another container's clock may hold no whole frames
    if any(abs(step - 1 / exact) > inexact for step in steps):
        faults.append(f"frame steps of {', '.join(sorted(map(str, steps)))} s, not all {1 / exact}")
    if Fraction(stream.get("start_time", -1)) != 0:
        faults.append(f"starts at {stream.get('start_time', 'an unknown time')} s")
    places = boxes(path) if encoding.plain else {"moov": 1, "mdat": 2}
    if not 0 < places.get("moov", 0) < places.get("mdat", 0):
        faults.append("its index does not come before its data (no faststart)")
    if max(places.values(), default=0) > path.stat().st_size:
        faults.append("its end is missing")
    if faults:
        raise RenderFailed(f"{path.name} is not the film that was asked for: {'; '.join(faults)}")


def probe(path: Path) -> dict[str, Any]:
    """ffprobe's streams and packets. Raises RenderFailed or ToolMissing."""
    entries = ["-show_streams", "-show_entries", "packet=pts,stream_index"]
    command = ["ffprobe", "-v", "error", *entries, "-of", "json", str(path)]
    try:
        done = programs.run(command, most=READING)
    except FileNotFoundError:
        raise ToolMissing("ffprobe is missing. Install: apt-get install ffmpeg. Then: mathviz doctor") from None
    if done.returncode != 0:
        raise RenderFailed(f"ffprobe cannot read {path.name}: {done.stderr.strip()}")
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
