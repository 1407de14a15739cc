"""The script that somebody reads from while a film is recorded, as Markdown."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path

from mathviz.films import script
from mathviz.project import disk
from mathviz.voice import making, recordings
from mathviz.voice.recordings import SHEET, Narration


def write(narration: Narration) -> Path:
    """Write it beside where the recordings belong, and note what it says. Returns its path."""
    narration.folder.mkdir(parents=True, exist_ok=True)
    path = narration.folder / SHEET
    disk.write_whole(path, text(narration).encode())
    recordings.note_read(narration)
    return path


def text(narration: Narration) -> str:
    """All lines in the film's order, under their chapters, each with the file that it is recorded to."""
    blocks = [
        f"# {script.markdown(narration.title)}: to be spoken ({narration.language})",
        f"A file for each line, in this folder: `<beat>.<n>.wav`, or {', '.join(recordings.ENDINGS[1:])}. "
        "The picture waits where a line takes longer to say than to read.",
    ]  # fmt: skip
    for beat, lines in groupby(narration.lines, lambda line: line.beat):
        every = list(lines)
        blocks.append(f"## {script.markdown(every[0].chapter)} (`{beat}`)")
        for line in every:
            recording = narration.found.get(line.name)
            so_far = f", recorded {recording.heard.seconds:.1f} s" if recording else ""
            blocks.append(f"**{line.name}** · {line.reading:.1f} s to read{so_far}")
            blocks.append(f"> {script.markdown(line.spoken)}")
            if line.spoken != line.shown:
                blocks.append(f"On screen: {script.markdown(line.shown)}")
    return "\n\n".join(blocks) + "\n"


def table(narration: Narration) -> list[str]:
    """What ``mathviz voice`` prints: each line with its length so far, then what is to be said of the recordings."""
    rows, spoken, waits = [], 0.0, 0.0
    for line in narration.lines:
        recording = narration.found.get(line.name)
        if recording is None:
            state = "not recorded"
        else:
            spoken, waits = spoken + recording.heard.seconds, waits + line.waits(recording.heard.seconds)
            state = f"{recording.heard.seconds:.1f} s {'made' if recording.origin else 'own'}"
        rows.append(f"{line.name}  [{line.reading:.1f} s to read, {state}]\n    {line.spoken}")
    of = f"{len(narration.found)} of {len(narration.lines)} lines are recorded, {spoken:.1f} s"
    rows.append(f"{of}; the film waits {waits:.1f} s for them")
    return [*rows, *(f"{finding.level}: {finding}" for finding in narration.findings if finding.kind != "missing"),
            *_of_the_missing(narration)]  # fmt: skip


def _of_the_missing(narration: Narration) -> list[str]:
    """One word on all that lacks, rather than one on each."""
    if not narration.missing:
        return [f"To make the film: mathviz render {narration.stem} --lang {narration.language} --voice"]
    program = making.command_line(narration.stem, narration.language, narration.command)
    return [f"{len(narration.missing)} lines lack: record them to {narration.folder}, or have them made: {program}"]
