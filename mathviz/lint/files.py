"""Finished films → findings: flashes in what was encoded, the stream's properties, and what lies beside it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import av
import numpy as np
from numpy import ndarray
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from mathviz.engine.rate import exact
from mathviz.lint.rules import Finding, limits
from mathviz.project import reading
from mathviz.project.errors import FilmDamaged
from mathviz.render import manifest as manifests

LOOKED_AT = (160, 90)
"""Size to which a film is reduced for flashes: a cell is a block of 12 pixels at 1080p."""

BESIDE = (".vtt", ".chapters.vtt", ".poster.png", ".md")
"""Captions, chapters, poster and transcript, which every film has."""

LUMINANCE = np.array([0.2126, 0.7152, 0.0722], np.float32)
TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]], np.float32)
_share = np.arange(256) / 255
LINEAR = np.where(_share <= 0.04045, _share / 12.92, ((_share + 0.055) / 1.055) ** 2.4).astype(np.float32)
"""sRGB's curve: 0…255 → linear light."""


@dataclass
class Tracker:
    """Counts opposing changes within a second that an area of the picture makes together."""

    least: float
    fps: float
    extreme: ndarray | None = None
    direction: ndarray | None = None
    changes: list[tuple[int, int]] = field(default_factory=list)  # the picture, and up or down
    seen: int = 0

    def see(self, values: ndarray, counts: ndarray) -> float:
        """Take the next picture [row column]; return the area that has flashed more than thrice in the last second.

        A cell's change counts where ``counts`` allows it, if it goes ``least`` beyond its last turning point; that
        of an area, if its cells touch and turn in one picture: dots that twinkle each for itself are no flash.
        """
        if self.extreme is None or self.direction is None:
            self.extreme, self.direction = values.copy(), np.zeros(values.shape, int)
        change = values - self.extreme
        onward = (change * self.direction > 0) | (self.direction == 0) & (np.abs(change) < self.least)
        turns = (np.abs(change) >= self.least) & (np.sign(change) != self.direction)
        event = np.where(turns & counts, np.sign(change), 0).astype(int)
        keep = (self.direction != 0) & onward | turns
        self.extreme = np.where(keep, values, self.extreme)
        self.direction = np.where(turns, np.sign(change).astype(int), self.direction)
        largest = 0.0
        for way in (1, -1):
            area = _largest(event == way)
            if area > limits()["flash"]["area"] and (not self.changes or self.changes[-1][1] != way):
                self.changes.append((self.seen, way))
                largest = max(largest, area)
        self.seen += 1
        self.changes = [change for change in self.changes if change[0] > self.seen - self.fps]
        return largest if len(self.changes) > 2 * limits()["flash"]["per_second"] else 0.0


def _largest(cells: ndarray) -> float:
    """Share of the picture that the largest connected group of cells covers."""
    from scipy.ndimage import label

    if not cells.any():
        return 0.0
    return float(np.bincount(label(cells)[0].ravel())[1:].max() / cells.size)


def flashes(pictures: Iterable[ndarray], fps: float) -> list[tuple[str, float, float]]:
    """General and red flashes of pictures [row column rgb] uint8: rule, seconds, share of the picture.

    After WCAG 2.2, 2.3.1: more than three flashes in a second, over more than a quarter of ten degrees of sight.
    """
    rule, found = limits()["flash"], {}
    light, red = Tracker(rule["luminance"], fps), Tracker(rule["chroma"], fps)
    before: tuple[ndarray, ndarray] | None = None
    for index, picture in enumerate(pictures):
        linear = LINEAR[picture]
        luminance = linear @ LUMINANCE
        saturated = linear[..., 0] >= rule["red"] * np.maximum(linear.sum(axis=-1), 1e-9)
        saturated &= linear.sum(axis=-1) > 0.05
        redness = _redness(linear)
        if before is None:
            before = luminance, saturated
        allowed = ((np.minimum(luminance, before[0]) < rule["dark"]), saturated | before[1])
        seen = ("FLS001", light, luminance, allowed[0]), ("FLS002", red, redness, allowed[1])
        for name, tracker, values, counts in seen:
            area = tracker.see(values, counts)
            if area and name not in found:
                found[name] = (name, index / fps, area)
        before = luminance, saturated
    return list(found.values())


def _redness(linear: ndarray) -> ndarray:
    """Distance in CIE 1976 u′v′ from white, signed by its side towards red."""
    x, y, z = np.moveaxis(linear @ TO_XYZ.T, -1, 0)
    total = np.maximum(x + 15 * y + 3 * z, 1e-9)
    u, v = np.where(total > 1e-6, 4 * x / total, 0.1978), np.where(total > 1e-6, 9 * y / total, 0.4683)
    return np.hypot(u - 0.1978, v - 0.4683) * np.where(u >= 0.1978, 1, -1)


class _Part(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class Mark(_Part):
    """Where a beat begins, in seconds."""

    id: str
    start: float


class About(_Part):
    """What is asked of a manifest here."""

    stem: str
    beats: list[Mark]
    width: int
    height: int
    fps: Annotated[float, Field(gt=0)]
    frames: int
    files: dict[str, str]
    language: str = ""
    theme: str = ""
    alt: str = ""


UNREADABLE = (OSError, ValueError, IndexError, av.FFmpegError)
"""What is raised by files that are no films, or are damaged."""


def check_film(manifest: Path) -> list[Finding]:
    """Findings of a finished film, from its manifest."""
    video = manifest.with_suffix(".mp4")
    try:
        about = About.model_validate(manifests.read(manifest))
    except (FilmDamaged, OSError, ValidationError) as error:
        stem, again = manifest.parent.name, f"render it again: mathviz render {manifest.parent.name}"
        says = str(error).removeprefix(f"{manifest}: ").splitlines()[0]
        return [Finding("ENC001", "error", stem, "", "", 0.0, manifest.name, says, "a manifest", again)]
    if video.name not in about.files:  # a film without its background, say, is another kind of file
        return []
    version = f"{about.language}.{about.theme}".strip(".")

    def finding(rule: str, level: str, time: float, what: str, measured: str, limit: str, advice: str) -> Finding:
        starts = [beat.id for beat in about.beats if beat.start <= time + 1e-6]
        beat = starts[-1] if starts else ""
        return Finding(rule, level, about.stem, version, beat, round(time, 2), what, measured, limit, advice)

    again = f"render it again: mathviz render {about.stem}"
    found = [finding("ENC001", "error", 0.0, video.name, measured, limit, again)
             for measured, limit in stream_faults(video, about)]  # fmt: skip
    if not found:
        area = limits()["flash"]["area"]
        try:
            for rule, time, share in flashes(_pictures(video), about.fps):
                measured = f"more than three flashes in a second over {share:.1%} of it"
                advice = "slow it down, make it smaller, or change less"
                found.append(finding(rule, "error", time, "the picture", measured, f"{area:.1%}", advice))
        except UNREADABLE as error:
            found.append(finding("ENC001", "error", 0.0, video.name, f"cannot be read: {error}", "a film", again))
    alt, longest = about.alt, limits()["alt"]["longest"]
    if not 0 < len(alt) <= longest:
        found.append(finding("A11Y001", "warning", 0.0, "alt", f"{len(alt)} characters", f"1 to {longest}",
                             "say in two sentences what there is to see"))  # fmt: skip
    missing = [end for end in BESIDE if not manifest.with_suffix(end).is_file()]
    if missing:
        measured = f"no {', '.join(missing)} beside it"
        found.append(finding("A11Y001", "error", 0.0, video.name, measured, "all of them", again))
    return found


def stream_faults(video: Path, about: About) -> list[tuple[str, str]]:
    """What is wrong with a file, each with what it should be."""
    try:
        data = reading.whole(video)
        with av.open(str(video)) as container:
            stream = container.streams.video[0]
            codec = stream.codec_context
            found = {
                "codec": codec.name, "pixels": codec.pix_fmt, "size": f"{codec.width}×{codec.height}",
                "frames": sum(1 for packet in container.demux(stream) if packet.size),
                "rate": float(stream.average_rate or 0), "primaries": int(codec.color_primaries),
            }  # fmt: skip
    except UNREADABLE as error:
        return [(f"cannot be read: {error}", "a film")]
    wanted = {
        "codec": "h264", "pixels": "yuv420p", "size": f"{about.width}×{about.height}", "frames": about.frames,
        "rate": float(exact(about.fps)), "primaries": 1,
    }  # fmt: skip
    faults = [(f"{name} {found[name]}", str(wanted[name])) for name in wanted if found[name] != wanted[name]]
    if not 0 <= data.find(b"moov") < data.find(b"mdat"):
        faults.append(("the index comes after the pictures", "the index first, so that it plays while it loads"))
    if about.files.get(video.name) != hashlib.sha256(data).hexdigest():
        faults.append(("not the file that its manifest describes", "the same SHA-256"))
    return faults


def _pictures(video: Path) -> Iterable[ndarray]:
    with av.open(str(video)) as container:
        container.streams.video[0].thread_type = "AUTO"
        for frame in container.decode(video=0):
            yield frame.to_ndarray(format="rgb24", width=LOOKED_AT[0], height=LOOKED_AT[1])
