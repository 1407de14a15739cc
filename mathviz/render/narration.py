"""Films that are spoken: which recordings a job takes, how long its captions stay for them, and its sound when joined.

What is drawn knows only how long captions stay; the recordings themselves come in when the beats are joined.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from mathviz.engine.rate import seconds
from mathviz.project import Project, disk
from mathviz.project.errors import MathvizError, NotNarrated
from mathviz.render import encode
from mathviz.render.cache import Beat
from mathviz.render.inputs import Now
from mathviz.render.plan import Job, Take
from mathviz.voice import mixing, recordings
from mathviz.voice.hearing import Heard
from mathviz.voice.lines import LEAD
from mathviz.voice.making import Say
from mathviz.voice.mixing import Track
from mathviz.voice.recordings import Finding, Narration


def narrated(project: Project, jobs: list[Job], loudness: float, captions: bool, say: Say) -> list[Job]:
    """The same jobs with a voice of that loudness in LUFS; what there is to note of the recordings is said.

    Raises NotNarrated with every recording that lacks or does not fit, of all of them.
    """
    if not mixing.QUIETEST <= loudness <= mixing.LOUDEST:
        raise MathvizError(f"--loudness {loudness:g}: from {mixing.QUIETEST:g} to {mixing.LOUDEST:g} LUFS can be made")
    known: dict[tuple[str, str], Narration] = {}
    wrong: dict[str, None] = {}
    found = []
    for job in jobs:
        if not job.of_catalogue:
            raise MathvizError(f"{job.scene} is no film and has no captions to be spoken; leave --voice away")
        version = job.stem, job.language
        if version not in known:
            known[version] = recordings.look(project, *version, say)
            for finding in known[version].findings:
                if finding.level == recordings.NOTE:
                    say(f"{job.stem}.{job.language}: {finding}")
        errors = [finding for finding in known[version].findings if _concerns(finding, job)]
        wrong |= dict.fromkeys(f"{job.stem}.{job.language}: {finding}" for finding in errors)
        if not errors:
            takes, holds = _takes(known[version], job), _holds(known[version])
            found.append(replace(job, loudness=loudness, captions=captions, takes=takes, holds=holds))
    if wrong:
        raise NotNarrated("\n".join(["what is to be said is not all there:", *wrong]))
    return found


def _concerns(finding: Finding, job: Job) -> bool:
    """Whether it is in the way of a job, which may be some beats only."""
    return finding.level == recordings.ERROR and finding.where.partition(".")[0] in job.wanted


def _takes(narration: Narration, job: Job) -> tuple[Take, ...]:
    """Those of the beats that the film has, in its order."""
    spoken = [narration.found[line.name] for line in narration.lines if line.beat in job.wanted]
    return tuple(Take(found.line.name, str(found.path), found.sha256, found.heard.loudness, found.origin)
                 for found in spoken)  # fmt: skip


def _holds(narration: Narration) -> tuple[tuple[str, float], ...]:
    """Caption and seconds, of those that it takes longer to say than to read, in all beats: slots are the film's."""
    found = [narration.found[line.name] for line in narration.lines if line.name in narration.found]
    return tuple((each.line.name, each.line.holds(each.heard.seconds)) for each in found
                 if each.line.waits(each.heard.seconds))  # fmt: skip


def add_sound(job: Job, beats: dict[str, Beat], film: Path, folder: Path) -> Heard | None:
    """Give a film of these beats its voice and its scene's sounds; None if it has neither.

    Raises RenderFailed, or NotNarrated for a recording that went or changed since the film was begun.
    """
    tracks = [*_sounds(job, beats), *_voice(job, beats)]
    if not tracks:
        return None
    frames = sum(beat.frames for beat in beats.values())
    loudness, length = (job.loudness or None), seconds(frames, job.fps)
    return mixing.add(film, tracks, length, encode.clock(job.fps), loudness, folder)


def _voice(job: Job, beats: dict[str, Beat]) -> list[Track]:
    """Each recording where its caption appears, all equally loud."""
    tracks, takes, first = [], {take.name: take for take in job.takes}, 0
    for name, beat in beats.items():
        cues = [frame for frame, text in beat.captions if text]
        for number, frame in enumerate(cues, start=1):
            if take := takes.get(f"{name}.{number}"):
                if disk.digest_of_a_file(Path(take.path)) != take.sha256:
                    raise NotNarrated(f"{take.path} changed while the film was made; render it again")
                gain = job.loudness - take.loudness
                tracks.append(Track(Path(take.path), seconds(first + frame, job.fps) + LEAD, gain))
        first += beat.frames
    return tracks


def _sounds(job: Job, beats: dict[str, Beat]) -> list[Track]:
    """What the scene added: each until it is over, or until the scene or the film ends it."""
    now, tracks, begin = Now(job), [], 0.0
    for beat in beats.values():
        for at, name, gain, background in beat.sounds:
            if name:
                path = Path(name) if name.startswith("/") else now.path(name)
                tracks.append(Track(path, begin + at, gain, background, fade=mixing.LEAVE))
            else:  # all of them end here, and the gain is their fade
                tracks = [_ended(track, begin + at, gain) for track in tracks]
        begin += seconds(beat.frames, job.fps)
    return tracks


def _ended(track: Track, at: float, fade: float) -> Track:
    return track if track.end is not None else replace(track, end=max(at, track.start), fade=fade)
