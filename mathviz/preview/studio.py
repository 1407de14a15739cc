"""What is drawn for a preview, and what is known of it: which beats a change concerns, who draws them, what came out.

A beat's picture follows from where it begins and from its own code and words. Where the begin is the same and the
beat's own share of the files is, the beat is; where only the begin or the package changed, the beat is played without
drawing to see whether it looks different; what looks different is drawn.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
import traceback
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from mathviz.author import new
from mathviz.preview import changes, easel
from mathviz.preview.versions import Key, Shown, Stand, Version, Work
from mathviz.project import ASSETS, Project, disk, loading
from mathviz.project.activity import limit
from mathviz.project.errors import MathvizError, RenderFailed
from mathviz.render import encode, inputs
from mathviz.render.cache import Beat, Cache
from mathviz.render.patience import DUMP, ended
from mathviz.render.plan import Job, Wish, plan
from mathviz.render.worker import Task

LOOK, LIST = 0.1, 2.0
"""Seconds between looks at the files that are known, and between looks for new ones."""

NOT_LOADED = {"concepts", "gallery", "preview"}
"""Parts of the package that a process which stands before the film's begin has not imported."""


class Studio:
    """Watches a film's files and has drawn what they say. Everything is told under ``lock``, which is notified."""

    def __init__(self, project: Project, stem: str, folder: Path, hands: int = 2) -> None:
        self.project, self.stem, self.folder, self.hands = project, stem, folder, hands
        planned = plan(project, [stem], Wish(themes=["all"], out=folder / "out").drafted())
        self.jobs: dict[Key, Job] = {(job.language, job.theme): job for job in planned}
        self.first: Key = next(iter(self.jobs))
        self.caches = {key: inputs.cache_of(job) for key, job in self.jobs.items()}
        """A language's own: of the script it reads what is said in that one."""
        for name in ("site/clips", "site/glimpses", "parts", "tmp", "out"):
            (folder / name).mkdir(parents=True)
        self.sockets = Path(tempfile.mkdtemp(prefix="mathviz-"))  # short: a socket's name may have 107 bytes
        self.lock = threading.Condition()
        self.serial, self.changed_at, self.stopping = 0, 0, False
        self.fault: dict[str, str] | None = None
        self.versions: dict[Key, Version] = {}
        self.viewers: Counter[Key] = Counter()
        self.working: list[Work] = []
        self.root: subprocess.Popen[bytes] | None = None
        self.starting = threading.Lock()
        self.slots = 0
        self.to_change_first: list[dict[str, str]] = []

    def start(self) -> None:
        """Begin to watch and to draw."""
        self.seen, self.listed = self._look([]), time.monotonic()
        self._read()
        for work in (self._watch, *[self._work] * self.hands):
            threading.Thread(target=work, daemon=True).start()

    def stop(self) -> None:
        """End all that was started, and remove what it left."""
        with self.lock:
            self.stopping = True
            self._stop_works()
            self.lock.notify_all()
        with self.starting:
            self._end_root()
        shutil.rmtree(self.sockets, ignore_errors=True)

    # What pages ask for.

    @contextlib.contextmanager
    def viewing(self, key: Key) -> Iterator[None]:
        """Somebody looks at this version as long as this lasts."""
        with self.lock:
            self.viewers[key] += 1
            self._version(key)
            self._tell()
        try:
            yield
        finally:
            with self.lock:
                self.viewers[key] -= 1

    def state(self, key: Key) -> dict[str, Any]:
        """All that a page shows of a version."""
        with self.lock:
            job, version = self.jobs[key], self.versions.get(key)
            return {
                "serial": self.serial, "stem": self.stem, "language": key[0], "theme": key[1],
                "languages": sorted({language for language, _ in self.jobs}, key=[k[0] for k in self.jobs].index),
                "fps": job.fps, "width": job.width, "height": job.height,
                "title": version.text.told.title[key[0]] if version else self.stem,
                "error": self.fault or (version.error if version else None),
                "beats": [self._told_of(version, beat) for beat in version.text.own] if version else [],
                "drawn": version.drawn if version else [], "jump": version.jump if version else None,
                "note": self._note(version), "findings": version.findings if version else [],
                "linted": bool(version and version.linted == self.changed_at), "first": self.to_change_first,
            }  # fmt: skip

    def _told_of(self, version: Version, beat: str) -> dict[str, Any]:
        shown = version.shown.get(beat)
        chapters = {each.id: each.chapter[version.job.language] for each in version.text.told.beats}
        chapter = chapters.get(beat, version.text.told.question[version.job.language])
        return {
            "id": beat, "chapter": version.chapters.get(chapter, chapter),
            "clip": f"clips/{shown.beat.key}.mp4" if shown else None, "frames": shown.beat.frames if shown else 0,
            "cues": shown.beat.captions if shown else [], "good": version.is_good(beat),
            "glimpse": version.glimpses.get(beat), "doing": version.doing.get(beat),
        }  # fmt: skip

    def _note(self, version: Version | None) -> str:
        if self.fault or version is None or version.error:
            return ""
        if version.note:
            return version.note
        works = [work for work in self.working if work.version is version and not work.stopped]
        for work in works:
            if work.busy:
                return f"{work.beat or work.at or 'the film'}: {work.busy}"
        waiting = [beat for beat in version.text.own if not version.is_good(beat)]
        if waiting or version.skimmed != version.whole:
            now = ", ".join(dict.fromkeys(work.beat or work.at for work in works if work.beat or work.at))
            done = f"{len(version.text.own) - len(waiting)} of {len(version.text.own)} beats are up to date"
            return f"drawing{f' {now}' if now else ''}: {done}"
        return "up to date" if version.linted == self.changed_at else "up to date; looking for what cannot be read"

    # What changes.

    def _tell(self) -> None:
        self.serial += 1
        self.lock.notify_all()

    def _watched(self) -> list[Path]:
        job = self.jobs[self.first]
        traces = self.project.recorded.glob("*.*") if self.project.recorded.is_dir() else []
        return [*inputs.files(job), *sorted(traces)]

    def _look(self, known: list[Path]) -> dict[Path, tuple[int, int, int]]:
        found = {}
        for path in known or self._watched():
            with contextlib.suppress(OSError):
                about = path.stat()
                found[path] = (about.st_mtime_ns, about.st_size, about.st_ino)
        return found

    def _watch(self) -> None:
        while not self.stopping:
            time.sleep(LOOK)
            fresh = time.monotonic() - self.listed > LIST
            seen = self._look([] if fresh else list(self.seen))
            self.listed = time.monotonic() if fresh else self.listed
            if seen == self.seen:
                continue
            changed = {path for path in {*seen, *self.seen} if seen.get(path) != self.seen.get(path)}
            self.seen = seen if fresh else {**self._look([]), **seen}
            if any(self._is_loaded(path) for path in changed):
                with self.starting:
                    self._end_root()
            self._read()

    def _is_loaded(self, path: Path) -> bool:
        """Whether a process that has imported manimgl has read this file, too."""
        if path.is_relative_to(inputs.PACKAGE):
            return path.relative_to(inputs.PACKAGE).parts[0] not in NOT_LOADED
        return path.is_relative_to(ASSETS) or path.name == "custom_config.yml"

    def _around(self) -> str:
        """A digest of all files but the film's own two."""
        scene = Path(self.jobs[self.first].scene)
        mine, told = (scene, scene.with_suffix(".yaml")), hashlib.sha256()
        for path in self._watched():
            if path not in mine:
                with contextlib.suppress(OSError):
                    told.update(f"{path} {disk.file_digest(path)}".encode())
        return told.hexdigest()

    def _read(self) -> None:
        """Read the files anew, and see what that means for every version that is looked at."""
        scene, around = Path(self.jobs[self.first].scene), self._around()
        try:
            texts = {key: changes.read(scene, key[0]) for key in {self.first, *self.versions}}
            languages = texts[self.first].told.languages
            self.to_change_first = new.to_change_first(self.project, self.stem, languages)
        except (MathvizError, SyntaxError, OSError) as error:
            with self.lock:
                self._stop_works()
                self.fault = _fault(error)
                self._tell()
            return
        with self.lock:
            self.fault, self.around = None, around
            self.changed_at += 1
            for key, text in texts.items():
                if key in self.versions:
                    self._renew(self.versions[key], text, around)
                else:
                    self.versions[key] = Version(self.jobs[key], text, around)
            self._tell()

    def _renew(self, version: Version, text: changes.Text, around: str) -> None:
        old, version.error, version.failed, version.note = version.text, None, set(), ""
        same = (old.whole(), version.around) == (text.whole(), around)
        version.text, version.around = text, around
        version.job = replace(version.job, beats=tuple(text.own))
        if same:
            return
        self._stop_works(version)
        version.drawn, version.findings, version.glimpses, version.skimmed = [], [], {}, ""
        version.edited = [beat for beat, own in text.own.items() if old.own.get(beat) != own]
        for beat in [beat for beat in version.stands if not version.standing(beat)]:
            _dismiss(version.stands.pop(beat))
        if version.edited:
            beat = version.edited[0]
            pairs = enumerate(text.captions(beat))
            before = old.captions(beat) if beat in old.own else []
            caption = next((at for at, said in pairs if said not in before[at : at + 1]), None)
            version.jump = {"serial": self.changed_at, "beat": beat, "caption": caption}
            version.glance = (beat, caption) if caption else None  # drawing is at the first one soon

    def _version(self, key: Key) -> Version | None:
        if key not in self.versions and self.fault is None:
            scene = Path(self.jobs[key].scene)
            with contextlib.suppress(MathvizError, SyntaxError, OSError):
                self.versions[key] = Version(self.jobs[key], changes.read(scene, key[0]), self.around)
        return self.versions.get(key)

    # Who does what.

    def _stop_works(self, version: Version | None = None) -> None:
        for work in self.working:
            if version is None or work.version is version:
                work.stopped = True
                _kill(work.process)

    def _work(self) -> None:
        while not self.stopping:
            with self.lock:
                work = self._next()
                if work is None:
                    self.lock.wait(1.0)
                    continue
                self.working.append(work)
                work.whole, work.reading = work.version.whole, self.changed_at
                if work.beat:
                    work.version.doing[work.beat] = 0
                self._tell()
            try:
                self._do(work)
            except (MathvizError, OSError, ValueError) as error:
                with self.lock:
                    self._fail(work, {"error": str(error)})
            finally:
                with self.lock:
                    self.working.remove(work)
                    work.version.doing.pop(work.beat, None)
                    self._tell()

    def _next(self) -> Work | None:
        """What is most urgent: what was edited and is looked at; then where beats begin; then the others; the rules."""
        if self.fault or self.stopping:
            return None
        wanted = [key for key, count in self.viewers.items() if count > 0 and key in self.versions]
        for version in [self.versions[key] for key in wanted or [self.first] if key in self.versions]:
            busy = [work for work in self.working if work.version is version and not work.stopped]
            beats = [beat for beat in version.text.own if version.standing(beat) and not version.is_good(beat)]
            taken = {work.beat for work in busy if not work.is_glance} | version.failed
            open_beats = [beat for beat in beats if beat not in taken]
            urgent = [beat for beat in version.edited if beat in open_beats]
            if urgent and version.glance and version.glance[0] == urgent[0]:
                return self._glance_work(version, *version.glance)
            if urgent:
                return self._beat_work(version, urgent[0])
            if version.skimmed != version.whole and "skim" not in {work.step for work in busy} | version.failed:
                return self._skim_work(version)
            if open_beats:
                return self._beat_work(version, open_beats[0])
            if not busy and version.skimmed == version.whole and version.linted != self.changed_at:
                return Work("lint", version)
        return None

    def _beat_work(self, version: Version, beat: str) -> Work:
        stand = version.standing(beat)
        assert stand is not None
        return Work(version.step(beat), version, beat, stand, self._slots(version, stand))

    def _glance_work(self, version: Version, beat: str, caption: int) -> Work:
        version.glance, work = None, self._beat_work(version, beat)
        if work.stand and work.stand.at:
            work.step = f"glance:{caption + 1}"
        return work

    def _skim_work(self, version: Version) -> Work:
        beats = [beat for beat in version.text.own if version.standing(beat) and version.stands[beat].at]
        if not beats:
            return Work("skim", version)
        stand = version.stands[beats[-1]]
        return Work("skim", version, stand=stand, slots=self._slots(version, stand))

    def _slots(self, version: Version, stand: Stand) -> str:
        """The film's own, where all is as it was when that one came to stand; else some for this once."""
        if stand.whole == version.whole:
            return stand.slots
        self.slots += 1
        return f"{easel.PRIVATE}{os.getpid()}-{self.slots}"

    def _do(self, work: Work) -> None:
        """Have a task done, and hear what is told of it."""
        at = work.stand.at if work.stand and work.stand.at else str(self._root())
        job = replace(work.version.job, only=(work.beat,) if work.beat else ())
        task = Task(work.step, job, work.slots, str(self.folder / "parts"), inputs.surroundings(), limit())
        with socket.socket(socket.AF_UNIX) as line:
            line.connect(at)
            line.sendall(f"{task.as_json()}\n".encode())
            last: dict[str, Any] = {}
            for said in line.makefile("r", encoding="utf-8"):
                last = json.loads(said)
                self._hear(work, last)
        if work.stopped:
            return
        if "done" in last and work.beat and not work.is_glance:
            self._keep(work)
        elif "done" not in last and not work.is_glance:  # what is wrong, drawing says as well
            words = easel.log_of(work.process, task)
            tail = words.read_text(errors="replace").strip()[-4000:] if words.is_file() else ""
            says = "the process that drew it ended without a word"
            says = str(ended(limit(), work.beat, tail)) if DUMP in tail else says
            with self.lock:
                self._fail(work, last if "error" in last else {"error": says, "traceback": tail})

    def _hear(self, work: Work, said: dict[str, Any]) -> None:
        version = work.version
        with self.lock:
            if "process" in said:
                work.process = said["process"]
            if work.stopped:
                _kill(work.process)
                return
            if "note" in said:
                version.note = said["note"]
            elif "busy" in said or "begun" in said:
                work.at, work.busy = said.get("begun", work.at), said.get("busy", "")
            elif "inputs" in said and not work.slots:
                work.slots, version.note = said["inputs"], ""
                self._recall(work)
            elif "stand" in said:
                work.at = said["stand"]
                self._stands(work, said)
            elif "chapters" in said:
                version.chapters.update(said["chapters"])
            elif "glimpse" in said:
                before = version.glimpses.get(work.beat)
                if before is None or before["frame"] <= said["frame"]:  # never back to before the edited caption
                    version.glimpses[work.beat] = {"src": f"glimpses/{said['glimpse']}", "frame": said["frame"]}
            elif "drawn" in said or "looked" in said:
                version.doing[work.beat] = said["drawn"] if "drawn" in said else said["looked"]
                if not work.busy:
                    return
                work.busy = ""
            elif "findings" in said and work.reading == self.changed_at:
                version.findings = said["findings"]
            elif "done" in said and work.step == "skim":
                version.skimmed = work.whole
            elif "done" in said and work.step == "lint":
                version.linted = work.reading
            self._tell()

    def _stands(self, work: Work, said: dict[str, Any]) -> None:
        version, beat = work.version, said["stand"]
        honest = not work.slots.startswith(easel.PRIVATE)
        stand = Stand(said["at"], version.before(beat), said["state"], work.slots, work.whole if honest else "")
        old = version.stands.get(beat)
        version.stands[beat] = stand
        if old:
            _dismiss(old)
        shown = version.shown.get(beat)
        made_of = version.made_of(beat)
        if shown and made_of and not shown.made_of[1] and honest:  # made of these very files, by whoever did
            version.shown[beat] = replace(shown, made_of=made_of)

    def _cache(self, work: Work) -> Cache:
        return self.caches[work.version.job.language, work.version.job.theme]

    def _recall(self, work: Work) -> None:
        """Show the beats that were made of these very files before."""
        for beat in work.version.text.own:
            kept = self._cache(work).beat(work.slots, beat)
            if kept and beat not in work.version.shown:
                made_of = (work.version.text.own[beat], "", work.version.around)
                work.version.shown[beat] = Shown(made_of, self._clip(kept))

    def _keep(self, work: Work) -> None:
        """Show what came of a beat; see to it that it is drawn, if it was looked through and is not there."""
        version, beat = work.version, work.beat
        cache = self._cache(work)
        kept = cache.beat(work.slots, beat)
        made = self._clip(kept) if kept else None
        if work.slots.startswith(easel.PRIVATE):
            cache.forget(work.slots)
        with self.lock:
            if work.whole != version.whole:
                return
            made_of = version.made_of(beat)
            if made and made_of:
                version.shown[beat] = Shown(made_of, made)
                version.drawn += [beat] if work.step == "draw" else []
                version.glimpses.pop(beat, None)
                if all(version.is_good(each) for each in version.text.own):
                    keys = [version.shown[each].beat.key for each in version.text.own]
                    cache.made(version.job.identity, keys, inputs.surroundings())
            elif made_of and work.step == "survey":
                version.different[beat] = made_of
            else:  # another command is drawing it
                self.lock.wait(0.5)

    def _clip(self, beat: Beat) -> Beat:
        """Make a file of the beat that a browser plays."""
        path = self.folder / "site" / "clips" / f"{beat.key}.mp4"
        if not path.is_file():
            made = self.folder / "parts" / f"{beat.key}.{threading.get_ident()}.mp4"
            folder = self.caches[self.first].folder(beat.key)
            part = folder / f"beat{self.jobs[self.first].encoding.part_ending}"
            fps, sound = beat.about["fps"], folder / "sound.wav"
            encode.join([part], [beat.frames], fps, made, sound if sound.is_file() else None)
            made.replace(path)
        return beat

    def _fail(self, work: Work, said: dict[str, Any]) -> None:
        if work.stopped or work.version.whole != work.whole:
            return
        version = work.version
        if work.step == "lint":
            if work.reading == self.changed_at:
                version.linted, version.note = work.reading, f"mathviz lint: {said['error']}"
            return
        version.failed.add(work.beat or work.step)
        version.note = ""
        version.error = {"text": said["error"], "traceback": said.get("traceback", ""), "beat": work.beat}
        self._tell()

    # The process that has imported manimgl.

    def _root(self) -> Path:
        place = self.sockets / "root"
        with self.starting:
            if self.stopping:
                raise RenderFailed("the preview is being ended")
            if self.root is None or self.root.poll() is not None:
                place.unlink(missing_ok=True)
                arguments = easel.job_picture(self.jobs[self.first])
                with (self.folder / "parts" / "easel.log").open("ab") as log:
                    self.root = subprocess.Popen(
                        loading.python("mathviz.preview.easel", str(self.sockets), *arguments),
                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, start_new_session=True,
                        env=os.environ | {"TMPDIR": str(self.folder / "tmp")},
                    )  # fmt: skip
                assert self.root.stdout is not None
                if not self.root.stdout.readline():
                    words = (self.folder / "parts" / "easel.log").read_text(errors="replace").strip()
                    raise RenderFailed(f"what draws did not start:\n{words[-2000:]}")
        return place

    def _end_root(self) -> None:
        """End the process, and with it all who stand."""
        with self.lock:
            self._stop_works()
            for version in self.versions.values():
                version.stands.clear()
                version.skimmed = ""
        if self.root is None:
            return
        assert self.root.stdin is not None and self.root.stdout is not None
        self.root.stdin.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.root.wait(2)
        _kill(self.root.pid)
        self.root.wait()
        self.root.stdout.close()
        self.root = None


def _fault(error: Exception) -> dict[str, str]:
    said = f"{type(error).__name__}: {error}" if isinstance(error, SyntaxError) else str(error)
    lines = "".join(traceback.format_exception_only(type(error), error)) if isinstance(error, SyntaxError) else ""
    return {"text": said, "traceback": lines.strip(), "beat": ""}


def _kill(process: int) -> None:
    if process:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process, signal.SIGKILL)


def _dismiss(stand: Stand) -> None:
    """Let somebody go who stands where nothing begins any more."""
    if stand.at:
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as line:
            line.connect(stand.at)
            line.sendall(b"\n")
