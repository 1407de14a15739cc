"""Recordings and a scene's sounds to one track of a film: laid where they belong, levelled, and joined to the picture.

Loudness is normalised in two passes of ffmpeg's loudnorm (EBU R128), and measured once more in the finished film.
"""

from __future__ import annotations

import json
import re
import wave
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy import ndarray

from mathviz.project.errors import RenderFailed
from mathviz.voice.hearing import CHANNELS, RATE, SILENT, Heard, decode, ffmpeg, measured

LOUDNESS, LOUDEST, QUIETEST = -16.0, -9.0, -40.0
"""LUFS of a narrated film, as speech on the web has it, and what may be asked for."""

WITHIN = 1.0
"""LU by which a film may miss the loudness that was asked for."""

PEAK = -1.0
"""dBTP that a film's sound stays below."""

CEILINGS = (-2.0, -3.0, -4.5, -6.0)
"""dBTP to which it is limited before it is encoded, which adds some; the next where that is not enough."""

FADE_IN, FADE_OUT, LEAVE = 0.01, 0.04, 0.5
"""Seconds in which a recording begins and ends, so that nothing clicks, and in which music leaves with the film."""

BITRATE = "160k"
"""Of AAC: speech and music in stereo."""


@dataclass(frozen=True)
class Track:
    """A sound of a film: its file, and where it begins, in seconds of film.

    ``gain`` and ``background``, by which all that sounds meanwhile is lowered, are in dB. It is cut at ``end`` if that
    is not None, and fades for ``fade`` seconds before it.
    """

    path: Path
    start: float
    gain: float = 0.0
    background: float = 0.0
    end: float | None = None
    fade: float = FADE_OUT


def mix(tracks: list[Track], seconds: float, folder: Path) -> ndarray:
    """All of them in their order, [sample channel] float32, as long as the film. Raises Damaged."""
    mixed = np.zeros((round(seconds * RATE), CHANNELS), np.float32)
    for track in tracks:
        sound = _samples(track.path, folder) * np.float32(10 ** (track.gain / 20))
        start = round(track.start * RATE)
        if start < 0:
            sound, start = sound[-start:], 0
        end = len(mixed) if track.end is None else min(len(mixed), round(track.end * RATE))
        cut = start + len(sound) > end
        sound = faded(sound[: max(0, end - start)], track.fade if cut else min(FADE_OUT, track.fade))
        below = mixed[start : start + len(sound)]
        below *= np.float32(10 ** (track.background / 20))
        below += sound
    return mixed


def faded(sound: ndarray, fade: float) -> ndarray:
    """It, with short ramps at both ends, [sample channel]."""
    for seconds, part in ((FADE_IN, slice(None)), (fade, slice(None, None, -1))):
        length = min(round(seconds * RATE), len(sound) // 2)
        if length:
            sound[part][:length] *= np.linspace(0, 1, length, dtype=np.float32)[:, None]
    return sound


def _samples(path: Path, folder: Path) -> ndarray:
    raw = folder / "samples.f32"
    decode(path, raw)
    found = np.fromfile(raw, "<f4").reshape(-1, CHANNELS)
    raw.unlink()
    return found


def add(film: Path, tracks: list[Track], seconds: float, clock: int, loudness: float | None, folder: Path) -> Heard:
    """Give a silent film of that length its sound, levelled to a ``loudness`` in LUFS if one is given.

    Its frames stay as they are. ``clock`` are the ticks a second in which they last whole ones. Raises RenderFailed,
    also where the finished film is not as loud as it should be, or louder than PEAK.
    """
    mixed = mix(tracks, seconds, folder)
    wav, joined = folder / "mix.wav", film.with_name(f"with-sound-{film.name}")
    said = Heard(seconds, 0.0, 0.0)
    for ceiling in CEILINGS:
        _write(wav, mixed)
        level(wav, loudness, ceiling, seconds, folder)
        _join(film, wav, joined, clock)
        said = Heard(seconds, *measured(meter(joined)))
        if said.peak < PEAK and (loudness is None or abs(said.loudness - loudness) <= WITHIN):
            break
    else:
        if loudness is not None:
            raise RenderFailed(
                f"{film.name} comes out at {said.loudness:.1f} LUFS with peaks of {said.peak:.1f} dBTP, not within "
                f"{WITHIN:g} of {loudness:g} and below {PEAK:g}: its recordings are too short or too uneven; "
                "choose another --loudness"
            )
    joined.replace(film)
    return said


def level(wav: Path, loudness: float | None, ceiling: float, seconds: float, folder: Path) -> None:
    """Bring a sound to a loudness in two passes, or, without one, only below the ceiling in dBTP."""
    after = f"aresample={RATE},aformat=channel_layouts=stereo,apad,atrim=end={seconds:.6f}"
    if loudness is None:
        limit = 10 ** (ceiling / 20)
        through = f"aresample={4 * RATE},alimiter=limit={limit:.4f}:level=disabled,{after}"
        if measured(meter(wav))[1] < ceiling:
            return
    else:
        wanted = f"loudnorm=I={loudness:g}:TP={ceiling:g}:LRA=20"
        first = _passed(wav, folder, f"{wanted}:print_format=json")
        found = json.loads(re.findall(r"\{[^{}]*\}", first)[-1])
        if float(found["input_i"]) < SILENT:
            raise RenderFailed("the film's sound is silent: nothing can be made as loud as speech")
        known = ":".join(f"measured_{name}={found[f'input_{key}']}" for name, key in (
            ("I", "i"), ("TP", "tp"), ("LRA", "lra"), ("thresh", "thresh")))  # fmt: skip
        through = f"{wanted}:{known}:offset={found['target_offset']}:linear=true,{after}"
    levelled = folder / "levelled.wav"
    _passed(wav, folder, through, levelled)
    levelled.replace(wav)


def meter(path: Path) -> str:
    """What ffmpeg's EBU R128 meter says of a file's sound."""
    return _passed(path, path.parent, "ebur128=peak=true:framelog=verbose")


def _passed(path: Path, folder: Path, through: str, out: Path | None = None) -> str:
    """A sound through filters, into a wav of float samples if one is named; returns what ffmpeg says."""
    into = ["-c:a", "pcm_f32le", *EXACT, str(out)] if out else ["-f", "null", "-"]
    command = ["ffmpeg", "-hide_banner", "-nostats", "-nostdin", "-y", "-i", str(path), "-map", "0:a:0", "-af", through]
    done = ffmpeg([*command, *into])
    if done.returncode != 0:
        raise RenderFailed(f"levelling {path.name} failed: {done.stderr.strip()[-400:]}")
    return done.stderr


EXACT = ["-map_metadata", "-1", "-fflags", "+bitexact", "-flags:a", "+bitexact"]


def _join(film: Path, wav: Path, joined: Path, clock: int) -> None:
    command = ["ffmpeg", "-hide_banner", "-loglevel", "error", "-nostdin", "-y", "-i", str(film), "-i", str(wav),
               "-map", "0:v:0", "-map", "1:a:0", "-c:v", "copy", "-c:a", "aac", "-b:a", BITRATE]  # fmt: skip
    if film.suffix == ".mp4":
        command += ["-movflags", "+faststart", "-video_track_timescale", str(clock)]
    done = ffmpeg([*command, *EXACT, str(joined)])
    if done.returncode != 0:
        raise RenderFailed(f"{film.name} got no sound: {done.stderr.strip()[-400:]}")


def _write(path: Path, sound: ndarray) -> None:
    """A wav of 32-bit integers, of a sound [sample channel] that is scaled down if it is beyond full scale."""
    most = max(1.0, float(np.abs(sound).max(initial=0.0)))
    with wave.open(str(path), "wb") as file:
        file.setnchannels(CHANNELS)
        file.setsampwidth(4)
        file.setframerate(RATE)
        file.writeframes((sound / most * (2**31 - 1)).astype("<i4").tobytes())


def cut(wav: Path, seconds: float, folder: Path) -> Path:
    """A sound that ends with its film: itself, or what is left of it."""
    with wave.open(str(wav), "rb") as file:
        if file.getnframes() <= round(seconds * file.getframerate()):
            return wav
    out = folder / f"{wav.stem}.cut.wav"
    start = max(0.0, seconds - FADE_OUT)
    _passed(wav, folder, f"atrim=end={seconds:.6f},afade=t=out:st={start:.6f}:d={FADE_OUT}", out)
    return out
