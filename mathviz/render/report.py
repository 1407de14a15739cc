"""Beats to a film, with what goes beside it: poster, captions, chapters, transcript, and a manifest.

The manifest says how the film was made, and signs every file.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import itertools
import json
import os
import shutil
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from PIL import Image

from mathviz import __version__
from mathviz.engine.rate import seconds
from mathviz.films import compute, formulas
from mathviz.films.script import plain
from mathviz.films.telling import Telling
from mathviz.project import Project, disk, reading
from mathviz.project.errors import FilmDamaged, OutOfPlace
from mathviz.render import encode, narration
from mathviz.render import manifest as manifests
from mathviz.render.cache import Beat, Cache
from mathviz.render.encode import Encoding
from mathviz.render.plan import Job
from mathviz.voice import mixing
from mathviz.voice.hearing import Heard

WEBP_QUALITY = 90
"""Of a poster for the web, from 0 to 100. Below 90 the edges of letters fray."""

LOOP_SECONDS = 20.0
"""How much of a scene that has no beats its small copy without end shows."""


@dataclass(frozen=True)
class Cue:
    """A text from ``start`` to ``end``, in seconds of film."""

    start: float
    end: float
    text: str


def make_film(job: Job, cache: Cache, inputs: str, sources: dict[str, str], folder: Path) -> dict[str, Any]:
    """Join a job's beats in ``folder`` and move the film, whole and verified, to where the job wants it.

    ``inputs`` is where the cache has them, ``sources`` what the manifest says that they were made with, beside the
    files that they were made from.
    Returns ``film``, ``frames`` and ``digests``; or ``missing``, the beats that are not there (any more);
    or ``torn``, where one beat does not begin with what the one before it left. Raises RenderFailed.
    """
    found = {name: cache.beat(inputs, name, job.digests) for name in job.wanted}
    missing = [name for name, beat in found.items() if beat is None or not cache.sound(beat.key)]
    if missing:
        return {"missing": missing}
    beats = {name: beat for name, beat in found.items() if beat is not None}
    if torn := tear(job, beats):
        return {"torn": torn}
    for beat in beats.values():
        sources = {**sources, **beat.reads}
    films, heard = _film(job, cache, beats, folder)
    files = films + _beside(job, cache, beats, folder)
    codec, notes = _webm(files) if "webm" in job.extras and files[0].suffix in (".mp4", ".mov") else ("", [])
    signed = {str(file.relative_to(folder)): _sha256(file) for file in files}
    about = manifest(job, beats, sources, signed) | ({"webm": codec} if codec else {}) | _sound(job, heard)
    _publish(job, folder, files, about)
    cache.made(job.identity, [beat.key for beat in beats.values()], sources)
    film = job.film if job.of_catalogue else job.folder / files[0].name
    digests = [line for beat in beats.values() for line in _digests(job, cache, beat)]
    return {"film": str(film), "frames": about["frames"], "digests": digests, "notes": notes}


def _webm(files: list[Path]) -> tuple[str, list[str]]:
    """Add the film as WebM where that is smaller, or where it has no background, which browsers take in no other way.

    Returns the codec's name, and what there is to say.
    """
    film, path = files[0], files[0].with_suffix(".webm")
    if film.suffix == ".mov":
        files.append(path)
        return encode.see_through(film, path), []
    codec = encode.webm(film, path)
    small, large = path.stat().st_size, film.stat().st_size
    if small < large:
        files.append(path)
        return codec, []
    return "", [f"no {path.name}: it would not be smaller ({small / 1e6:.1f} MB, {film.name} {large / 1e6:.1f} MB)"]


def _digests(job: Job, cache: Cache, beat: Beat) -> list[str]:
    return (cache.digests(beat.key) or []) if job.digests else []


def tear(job: Job, beats: dict[str, Beat]) -> str:
    """The first beat that does not begin with what the one before it left, and what differs; empty if none."""
    for before, after in itertools.pairwise(job.beats):
        if before in beats and after in beats:
            left, taken = beats[before].end, beats[after].begin
            for one, other in itertools.zip_longest(left, taken, fillvalue=("nothing", "")):
                if one != other:
                    what = one[0] if one[0] == other[0] else f"{one[0]} or {other[0]}"
                    return f"after the beat {before}, {what} is not the same when it was skipped as when it was played"
    return ""


def _sound(job: Job, heard: Heard | None) -> dict[str, Any]:
    """What a manifest says of a film's sound, as it was measured; nothing of a silent one."""
    if heard is None:
        return {}
    about: dict[str, Any] = {"loudness": heard.loudness, "peak": heard.peak}
    if job.loudness:
        takes = {take.name: {"file": Path(take.path).name, "sha256": take.sha256, "made with": take.origin}
                 for take in job.takes}  # fmt: skip
        about |= {"asked for": job.loudness, "voice": takes, "captions in the picture": job.captions}
    return {"sound": about}


def _film(job: Job, cache: Cache, beats: dict[str, Beat], folder: Path) -> tuple[list[Path], Heard | None]:
    """The film, what was asked for beside it that is a film as well, and its sound."""
    first = next(iter(beats.values()))
    if first.frames == 0:
        return [], None
    encoding = _encoding(job, first)
    parts = {name: cache.folder(beat.key) / f"beat{encoding.part_ending}" for name, beat in beats.items()}
    sound = cache.folder(first.key) / "sound.wav"
    film = folder / f"{_name(job, first)}{encoding.ending}"
    made = [film]
    heard = None
    length = seconds(sum(beat.frames for beat in beats.values()), first.about["fps"])
    track = mixing.cut(sound, length, folder) if sound.is_file() else None
    _joined(list(parts.values()), list(beats.values()), encoding, film, track)
    if job.of_catalogue and (heard := narration.add_sound(job, beats, film, folder)):
        _verify(list(beats.values()), encoding, film)
    if "clips" in job.extras:
        clips = folder / f"{film.stem}.clips"
        clips.mkdir()
        for at, (name, part) in enumerate(parts.items()):
            made.append(clips / f"{at:02}_{name}{encoding.ending}")
            _joined([part], [beats[name]], encoding, made[-1])
    for ending in ("gif", "webp"):
        if ending in job.extras:
            made.append(film.with_suffix(f".{ending}"))
            encode.loop(film, made[-1], *_part_that_loops(job, beats))
    return made, heard


def _part_that_loops(job: Job, beats: dict[str, Beat]) -> tuple[float, float]:
    """Where the small copy without end begins, and its length, in seconds: the beat that the script names, or the
    last; the beginning of a scene that has no beats."""
    if not job.of_catalogue:
        return 0.0, LOOP_SECONDS
    named = told_by(beats).loop
    beat = named if named in beats else list(beats)[-1]
    return seconds(_starts(beats)[beat], job.fps), seconds(beats[beat].frames, job.fps)


def _joined(parts: list[Path], beats: list[Beat], encoding: Encoding, film: Path, sound: Path | None = None) -> None:
    about, counts = beats[0].about, [beat.frames for beat in beats]
    if not encoding.plain and len(parts) == 1 and sound is None:
        shutil.copyfile(parts[0], film)
    else:
        encode.join(parts, counts, about["fps"], film, sound)
    _verify(beats, encoding, film)


def _verify(beats: list[Beat], encoding: Encoding, film: Path) -> None:
    about, frames = beats[0].about, sum(beat.frames for beat in beats)
    encode.verify(film, about["width"], about["height"], about["fps"], frames, encoding)


def _encoding(job: Job, beat: Beat) -> Encoding:
    own = {name: beat.about[name] for name in ("codec", "pixel_format", "ending", "saturation", "gamma")}
    plain = job.of_catalogue or job.transparent
    return job.encoding if plain else replace(job.encoding, **own)


def _name(job: Job, beat: Beat) -> str:
    return job.name if job.of_catalogue else str(beat.about["name"])


def _beside(job: Job, cache: Cache, beats: dict[str, Beat], folder: Path) -> list[Path]:
    """Poster, captions, chapters, transcript; only the picture for a scene that is no film of the catalogue."""
    *_, last = beats.values()
    poster = folder / f"{_name(job, last)}{'.poster' if last.frames else ''}.png"
    picture = Image.open(cache.folder(last.key) / "last.png")
    picture.save(poster, optimize=True)
    if not job.of_catalogue:
        return [poster]
    small = poster.with_suffix(".webp")
    picture.convert("RGB").save(small, quality=WEBP_QUALITY, method=6)
    captions, chapters, text = (folder / f"{job.name}{ending}" for ending in (".vtt", ".chapters.vtt", ".md"))
    place = AT_THE_TOP if job.captions else ""
    captions.write_text(webvtt(spoken(list(beats.values()), job.fps), place), encoding="utf-8")
    told, starts = told_by(beats), _starts(beats)
    text.write_text(told.transcript(list(beats)), encoding="utf-8")
    marks = [
        Cue(seconds(starts[name], job.fps), seconds(starts[name] + beat.frames, job.fps), plain(told.chapters[name]))
        for name, beat in beats.items()
    ]  # fmt: skip
    chapters.write_text(webvtt(marks), encoding="utf-8")
    return [poster, small, captions, chapters, text]


def spoken(beats: list[Beat], fps: float) -> list[Cue]:
    """The captions of beats that follow each other: each until it is taken away, or until the end."""
    events, first = [], 0
    for beat in beats:
        events += [(first + frame, text) for frame, text in beat.captions]
        first += beat.frames
    ends = [frame for frame, _ in events[1:]] + [first]
    return [Cue(seconds(frame, fps), seconds(end, fps), text)
            for (frame, text), end in zip(events, ends, strict=False) if text]  # fmt: skip


def told_by(beats: dict[str, Beat]) -> Telling:
    """What the film of these beats says: each was drawn by a scene that had all of the script."""
    return Telling(**next(iter(beats.values())).told)


def _starts(beats: dict[str, Beat]) -> dict[str, int]:
    """Beat → its first frame in the film."""
    firsts = itertools.accumulate((beat.frames for beat in beats.values()), initial=0)
    return dict(zip(beats, firsts, strict=False))


def manifest(job: Job, beats: dict[str, Beat], sources: dict[str, str], files: dict[str, str]) -> dict[str, Any]:
    """Everything that a page about the film, or someone who doubts it, needs to know. ``files`` are name → SHA-256."""
    project = Project.around(Path(job.scene))
    frames, about = sum(beat.frames for beat in beats.values()), next(iter(beats.values())).about
    starts = _starts(beats)
    said: dict[str, Any] = {"scene": job.scene_name}
    chapters, captions = dict.fromkeys(beats, ""), {}
    if job.of_catalogue:
        told = told_by(beats)
        chapters, captions = {beat: plain(title) for beat, title in told.chapters.items()}, told.captions
        said = {
            "language": job.language, "theme": job.theme, "title": told.title, "question": plain(told.question),
            "topics": told.topics, "references": told.references, "alt": plain(told.alt), "trace": told.trace,
        }  # fmt: skip
    return {
        "stem": job.stem, **said, "width": about["width"], "height": about["height"], "fps": about["fps"],
        "frames": frames, "duration": round(seconds(frames, about["fps"]), 3),
        "beats": [
            {"id": name, "chapter": chapters[name], "start": round(seconds(starts[name], about["fps"]), 3),
             "frames": beat.frames, "key": beat.key, "captions": [*map(formulas.parted, captions.get(name, []))]}
            for name, beat in beats.items()
        ],
        "renderer": about["renderer"], "encoder": about["encoder"],
        "versions": {"mathviz": __version__, **_versions(sources)},
        "commit": compute.commit(project.root), "extras": list(job.extras), "inputs": dict(sorted(sources.items())),
        "files": files,
    }  # fmt: skip


def _versions(sources: dict[str, str]) -> dict[str, str]:
    prefix = "version of "
    return {name.removeprefix(prefix): value for name, value in sources.items() if name.startswith(prefix)}


def _publish(job: Job, folder: Path, files: list[Path], about: dict[str, Any]) -> None:
    """Give everything its final name, once all of it is on the final disk.

    The manifest goes first and comes last, so a film with one is complete.
    """
    final, incoming = manifest_of(job), job.incoming(folder)
    incoming.mkdir(parents=True)
    held = disk.hold(incoming)
    disk.write_whole(incoming / final.name, manifests.written(about))
    names = [file.relative_to(folder) for file in files]
    for name in names:
        (incoming / name).parent.mkdir(exist_ok=True)
        shutil.copyfile(folder / name, incoming / name)
    outdated = _files_of(final) - {job.folder / name for name in names}
    final.unlink(missing_ok=True)
    for path in outdated:  # of the film before, which had more beside it
        path.unlink(missing_ok=True)
        with contextlib.suppress(OSError):  # not a folder of its own, or not empty
            path.parent.rmdir()
    for name in (*names, Path(final.name)):
        (job.folder / name).parent.mkdir(exist_ok=True)
        (incoming / name).replace(job.folder / name)
    shutil.rmtree(incoming)
    os.close(held)


def _files_of(manifest: Path) -> set[Path]:
    """The files beside a manifest that are what it signs; none if there is no such manifest."""
    found = set()
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError, AttributeError):
        for name, digest in reading.as_json(manifest)["files"].items():
            with contextlib.suppress(OSError, OutOfPlace):
                path = disk.confined(manifest.parent, name)
                found |= {path} if _sha256(path) == digest else set()
    return found


def manifest_of(job: Job) -> Path:
    """Where a film's manifest goes."""
    return job.folder / f"{job.name}.json"


def made_from(job: Job, verify: bool = False) -> dict[str, str] | None:
    """The inputs of the film that is there, if all that was made with it is there too, unaltered.

    Files that have the times and sizes of when they were found to be what the manifest signs are not read again,
    unless to ``verify``.
    """
    try:
        about = _manifest(manifest_of(job))
        if not set(job.extras) <= set(about["extras"]):
            return None
        note = Path(job.cache) / "films" / f"{hashlib.sha256(str(manifest_of(job)).encode()).hexdigest()[:32]}.json"
        noted = _noted(note)
        known = noted and noted["signed"] == about["files"]  # so the names were found to stay in the folder
        if known and not verify and noted["states"] == {name: _state(job.folder / name) for name in about["files"]}:
            return about["inputs"]
        paths = {name: disk.confined(job.folder, name) for name in about["files"]}
        seen = {"signed": about["files"], "states": {name: _state(path) for name, path in paths.items()}}
        if any(_sha256(path) != about["files"][name] for name, path in paths.items()):
            return None
        with contextlib.suppress(OSError):  # then they are read again next time
            note.parent.mkdir(parents=True, exist_ok=True)
            disk.write_whole(note, json.dumps(seen).encode())
        return about["inputs"]
    except (OSError, ValueError, KeyError, TypeError, AttributeError, FilmDamaged, OutOfPlace):
        return None


def _noted(note: Path) -> Any:
    with contextlib.suppress(OSError, ValueError):
        return reading.as_json(note)
    return None


def _state(path: Path) -> list[int]:
    about = path.stat()
    return [about.st_size, about.st_mtime_ns, about.st_ino]


def _manifest(path: Path) -> Any:
    return _manifest_as(path, *_state(path))


@functools.lru_cache(1024)
def _manifest_as(path: Path, *_state: int) -> Any:
    return manifests.read(path)


def frames_of(job: Job) -> int:
    """The length of the film that is there."""
    return int(_manifest(manifest_of(job))["frames"])


AT_THE_TOP = " line:0"
"""Where players show captions: the film has them at its bottom already, as part of the picture."""


def webvtt(cues: list[Cue], place: str = "") -> str:
    """A WebVTT file. Markup characters in a cue are escaped; ``place`` is the standard's setting for all cues."""
    blocks = ["WEBVTT"]
    for number, cue in enumerate(cues, start=1):
        text = cue.text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        blocks.append(f"{number}\n{timestamp(cue.start)} --> {timestamp(cue.end)}{place}\n{text}")
    return "\n\n".join(blocks) + "\n"


def timestamp(seconds: float) -> str:
    """Hours, minutes, seconds and milliseconds as WebVTT writes them."""
    milliseconds = round(seconds * 1000)
    minutes, milliseconds = divmod(milliseconds, 60_000)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{milliseconds // 1000:02}.{milliseconds % 1000:03}"


def _sha256(path: Path) -> str:
    return reading.digest(path)
