"""Runs the rules over films and files, and tells what was found: as text, JSON or SARIF, and marked on frames."""

from __future__ import annotations

import ast
import contextlib
import functools
import io
import json
import math
import re
import signal
import subprocess
import sys
import tempfile
import tokenize
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from mathviz import __version__, style
from mathviz.films.script import Script, line_of, read
from mathviz.lint import files, known, observe
from mathviz.lint.known import Seen
from mathviz.lint.rules import RULES, Finding, check, rhythm
from mathviz.project import Project, disk, loading
from mathviz.project.activity import limit
from mathviz.project.errors import MathvizError, ScriptError
from mathviz.render.farm import Farm
from mathviz.render.patience import ended
from mathviz.snapshots import frames
from mathviz.snapshots.frames import Snapshot
from mathviz.style.shapes import WIDE

WAIVER = re.compile(r"#\s*lint:\s*ignore\[([A-Z0-9, ]+)\]\s*(.*)")

OF_THE_SCREEN = ("TXT", "GEO", "CON", "CVD", "PAC")
"""Rules over what is on screen: they are always looked at, those over rendered films only where there is one."""

SENTENCE = re.compile(r"[^\W\d_]{2,}")
"""Words: texts with three of them are sentences, and no name or number that is the same everywhere."""

UNTRANSLATED = "no text in"
"""How a script's reader says that a language is missing."""


def lint(
    project: Project, stems: list[str], workers: int, say: Callable[[str], None], shape: str = WIDE
) -> list[Finding]:  # fmt: skip
    """All findings of films of the catalogue, in all languages and themes, and of those that were rendered.

    Raises ScriptError for a script with other faults than a missing translation.
    """
    found: list[Finding] = []
    readable: list[tuple[str, Script]] = []
    for stem in stems:
        try:
            readable.append((stem, read(project.scenes / f"{stem}.yaml")))
        except ScriptError as error:
            faults = str(error).splitlines()
            if not all(UNTRANSLATED in fault for fault in faults):
                raise
            found += [Finding("I18N001", "error", stem, "", "", 0.0, f"{stem}.yaml", fault, "a text in each language",
                              "translate it in the YAML") for fault in faults]  # fmt: skip
    found += [finding for stem, told in readable for finding in untranslated(project, stem, told)]
    for stem, _ in readable:
        if not _manifests(project, stem):
            say(f"mathviz: {stem} is not rendered, so flashes and streams are not looked at: mathviz render {stem}")
    versions = {stem: _versions(project, stem, told.languages, shape) for stem, told in readable}
    _get_ready(project, versions, workers, say, shape)
    with ThreadPoolExecutor(workers) as pool:
        watched = pool.map(lambda stem: _watched(project, stem, versions[stem], shape), versions)
        finished = pool.map(lambda stem: _check_files(project, stem), versions)
        for (stem, told), (films, failed), of_files in zip(readable, watched, finished, strict=True):
            mine = [finding for film in films for finding in _judged(project, "screen", film)] + failed + of_files
            beats = {beat.id for beat in told.beats}
            if any(beat.moments for beat in told.beats) and (first := next(iter(versions[stem].values()))):
                mine += late_moments(project, told, first.film())
            found += waive(mine, project.scenes / f"{stem}.py", beats, idle=not failed)
            found += [finding for film in films for finding in _judged(project, "rhythm", film)]
    return found


def untranslated(project: Project, stem: str, told: Script) -> list[Finding]:
    """Languages in which the script says sentences just as in an earlier one, as a film begins that somebody made."""
    texts = [told.question, told.alt, *(beat.chapter for beat in told.beats)]
    texts += [caption for beat in told.beats for caption in beat.captions]
    found = []
    for at, code in enumerate(told.languages):
        same = [each[code] for each in texts for other in told.languages[:at]
                if each[code] == each[other] and len(SENTENCE.findall(each[code])) > 2]  # fmt: skip
        if same:
            line = line_of(project.scenes / f"{stem}.yaml", same[0])
            says = f"{_counted(len(same), 'text')} in {code} as in another language, the first at line {line}"
            found.append(Finding("I18N002", "warning", stem, "", "", 0.0, f"{stem}.yaml", says, "a translation",
                                 "translate them in the YAML"))  # fmt: skip
    return found


def late_moments(project: Project, told: Script, film: observe.Observed) -> list[Finding]:
    """Moments of the script, which are looked at in the first version, beyond the ends of their beats."""
    found = []
    for beat in told.beats:
        start, end = film.beats.get(beat.id, (0.0, math.inf))
        for after in (after for after in beat.moments if frames.is_beyond(after, end - start)):
            says = frames.beyond(project, Snapshot(film.stem, film.language, film.theme, beat.id, after), end - start)
            found.append(Finding("SCN002", "error", film.stem, f"{film.language}.{film.theme}", beat.id, start,
                                 f"{after:g} s", says, "", ""))  # fmt: skip
    return found


Versions = dict[tuple[str, str], Seen | None]
"""Language and theme → what is known of it."""

RULES_OVER = {"screen": check, "rhythm": lambda film: [*rhythm([film])]}


def _versions(project: Project, stem: str, languages: list[str], shape: str) -> Versions:
    return {(language, theme): known.seen(observe.job(project, stem, language, theme, shape))
            for theme in style.THEMES for language in languages}  # fmt: skip


def _judged(project: Project, kind: str, film: Seen) -> list[Finding]:
    return known.judged(project, [kind, film.key], lambda: RULES_OVER[kind](film.film()))


def _get_ready(
    project: Project, films: dict[str, Versions], workers: int, say: Callable[[str], None], shape: str
) -> None:  # fmt: skip
    """Say how much has to be gone through, and have its traces there."""
    missing = [(stem, version) for stem, versions in films.items() for version, seen in versions.items() if not seen]
    total = sum(map(len, films.values()))
    if total:
        say(f"mathviz: {_judged_anew(len(missing), total)}")
    if missing:
        known.forget(project)
        with contextlib.closing(Farm(workers)) as farm:
            farm.say = say
            farm.have_computed([observe.job(project, stem, *version, shape) for stem, version in missing])


def _judged_anew(count: int, total: int) -> str:
    if count == total:
        return f"{_counted(total, 'version')} judged anew"
    others = f"{_counted(total - count, 'version')} as judged before"
    return f"{_counted(count, 'version')} judged anew, {others}" if count else others


def _watched(project: Project, stem: str, versions: Versions, shape: str) -> tuple[list[Seen], list[Finding]]:
    """All versions, those that nobody knows gone through now; what fails is not kept."""
    missing = [version for version, seen in versions.items() if seen is None]
    told, failed = _observed(project, project.scenes / f"{stem}.py", missing, shape) if missing else ([], [])
    for said, files_read in told:
        version = said["language"], said["theme"]
        versions[version] = known.keep(observe.job(project, stem, *version, shape), said, files_read)
    return [seen for seen in versions.values() if seen], failed


def lint_file(project: Project, path: Path) -> list[Finding]:
    """All findings of the scenes of any manimgl file."""
    films, failed = watch(project, path, [], style.THEMES)
    found = [finding for film in films for finding in check(film)] + failed
    return found if any(each.stem == path.stem for each in failed) else waive(found, path, set())


def watch(
    project: Project, scene: Path, languages: list[str], themes: Sequence[str]
) -> tuple[list[observe.Observed], list[Finding]]:
    """Have a process of its own go through a film in these versions; through any manimgl file without languages.

    A scene or a version that fails is a finding.
    """
    versions = [(language, theme) for theme in themes for language in languages]
    seen, failed = _observed(project, scene, versions)
    return [observe.load(said) for said, _ in seen], failed


def _observed(
    project: Project, scene: Path, versions: list[tuple[str, str]], shape: str = WIDE
) -> tuple[list[tuple[dict[str, Any], dict[str, str]]], list[Finding]]:
    """What was seen, each with what was read for it; and what failed."""
    with tempfile.TemporaryDirectory(prefix="mathviz-") as folder:
        out = Path(folder) / "observed.json"
        request = {"scene": str(scene.resolve()), "versions": versions, "out": str(out), "shape": shape}
        code, lines = _gone_through(project, json.dumps(request))
        if code == -signal.SIGVTALRM:
            says = str(ended(limit(), "", "\n".join(lines)))
            return [], [_unplayed(scene, scene.stem, "", says)]
        if code != 0 or not out.is_file():
            raise MathvizError(f"{scene} could not be gone through: {lines[-1] if lines else 'no message'}")
        told = json.loads(out.read_text(encoding="utf-8"))
        return told["seen"], [_unplayed(scene, each["stem"], each["version"], each["says"]) for each in told["failed"]]


def _unplayed(scene: Path, stem: str, version: str, says: str) -> Finding:
    return Finding("SCN001", "error", stem, version, "", 0.0, scene.name, says, "", "")


def _gone_through(project: Project, request: str) -> tuple[int, list[str]]:
    """The exit status of who looks, and what was said. What a scene is at that takes long is said at once."""
    lines = []
    with subprocess.Popen(
        loading.python("mathviz.lint.observe"), cwd=project.root, text=True, stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
    ) as process:  # fmt: skip
        assert process.stdin is not None and process.stderr is not None
        process.stdin.write(request)
        process.stdin.close()
        for line in process.stderr:
            lines += [line.strip()] if line.strip() else []
            if line.startswith("mathviz: "):
                sys.stderr.write(line)
    return process.returncode, lines


def _check_files(project: Project, stem: str) -> list[Finding]:
    """Decoding a film takes long, so what was found in it is kept."""
    return [finding for manifest in _manifests(project, stem)
            for finding in known.judged_film(project, manifest, functools.partial(files.check_film, manifest))]


def _manifests(project: Project, stem: str) -> list[Path]:
    return sorted((project.renders / stem).glob("*.json"))


def waive(found: list[Finding], scene: Path, beats: set[str], idle: bool = False) -> list[Finding]:
    """Mark what a comment in the scene waives: in the method of one of ``beats`` for it, elsewhere for the file.

    ``# lint: ignore[CON001] a reason``. A waiver without a reason, or of no known rule, is a finding itself; with
    ``idle``, for a film that was looked at in all versions, also one of a rule over the screen that waives nothing.
    """
    try:
        with tokenize.open(scene) as file:
            source = file.read()
        tree = ast.parse(source)
    except (SyntaxError, ValueError):  # no Python: that it does not play is a finding already
        return found
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    methods = {node.name: (node.lineno, node.end_lineno or 0) for node in functions if node.name in beats}
    waivers: list[tuple[str, str, str]] = []  # rule, beat or nothing, reason
    waiting: dict[tuple[str, str], int] = {}  # rule and beat → line
    faults = []
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        match = WAIVER.match(token.string) if token.type == tokenize.COMMENT else None
        if not match:
            continue
        beat = next((name for name, (first, last) in methods.items() if first <= token.start[0] <= last), "")
        for rule in (each.strip() for each in match.group(1).split(",")):
            if rule not in RULES or not match.group(2).strip():
                faults.append(Finding(
                    "LNT001", "error", scene.stem, "", beat, 0.0, f"{scene.name}:{token.start[0]}",
                    f"waives {rule} without a reason" if rule in RULES else f"waives {rule}, which is no rule",
                    "a rule and a reason", "write: # lint: ignore[RULE] why",
                ))  # fmt: skip
            else:
                waivers.append((rule, beat, match.group(2).strip()))
                waiting[rule, beat] = token.start[0]
    if idle:
        met = {(finding.rule, beat) for finding in found for beat in ("", finding.beat)}
        faults += [Finding("LNT002", "warning", scene.stem, "", beat, 0.0, f"{scene.name}:{line}",
                           f"waives {rule}, which nothing breaks", "a finding to waive", "remove it")
                   for (rule, beat), line in waiting.items() if (rule, beat) not in met and rule[:3] in OF_THE_SCREEN]
    return [*faults, *(_waived(finding, waivers) for finding in found)]


def _waived(finding: Finding, waivers: list[tuple[str, str, str]]) -> Finding:
    reason = next((why for rule, beat, why in waivers if rule == finding.rule and beat in ("", finding.beat)), "")
    return replace(finding, waived=reason)


def together(found: Iterable[Finding]) -> list[tuple[Finding, list[str]]]:
    """Findings that differ in nothing but language, theme and figures as one, with their versions."""
    groups: dict[tuple[str, ...], tuple[Finding, list[str]]] = {}
    for finding in found:
        key = (finding.rule, finding.level, finding.stem, finding.beat, finding.what, finding.waived)
        _, versions = groups.setdefault(key, (finding, []))
        if finding.version not in versions:
            versions.append(finding.version)
    return list(groups.values())


def as_text(found: list[Finding]) -> str:
    """What a person reads: open findings one by one, waived ones counted."""
    lines = []
    open_ones = together(each for each in found if not each.waived and each.level != "note")
    waived = together(each for each in found if each.waived)
    for finding, versions in open_ones:
        lines.append(f"{finding.stem} / {finding.beat or 'the film'} at {finding.time:.1f} s  [{', '.join(versions)}]")
        lines.append(f"  {finding.rule} {finding.level}: {RULES[finding.rule]}: {' '.join(finding.what.split())}")
        lines.append(f"    {finding.says}")
    reasons = Counter((finding.stem, finding.rule, finding.waived) for finding, _ in waived)
    lines += [f"{stem}: {rule} waived {'once' if count == 1 else f'{count} times'}: {why}"
              for (stem, rule, why), count in reasons.items()]  # fmt: skip
    for stem in dict.fromkeys(each.stem for each in found if each.level == "note"):
        note = next(each for each in found if each.stem == stem and each.level == "note")
        lines.append(f"{stem}: {note.measured} events a minute, {note.limit}")
    errors = sum(finding.level == "error" for finding, _ in open_ones)
    seen_in = {version for _, versions in open_ones for version in versions}
    lines.append(f"{_counted(errors, 'error')}, {_counted(len(open_ones) - errors, 'warning')}"
                 f"{f' in {len(seen_in)} versions' if len(seen_in) > 1 else ''}, {len(waived)} waived")  # fmt: skip
    return "\n".join(lines)


def _counted(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"


def as_json(found: list[Finding]) -> str:
    """A list of findings, each with all its fields."""
    return json.dumps([asdict(finding) for finding in found], indent=2, ensure_ascii=False)


def as_sarif(found: list[Finding]) -> str:
    """SARIF 2.1.0, which code hosts and editors show."""
    rules = [{"id": rule, "shortDescription": {"text": says}} for rule, says in RULES.items()]
    results: list[dict[str, Any]] = [
        {
            "ruleId": finding.rule, "level": finding.level,
            "message": {"text": f"{finding.what}: {finding.says}"},
            "locations": [{"physicalLocation": {"artifactLocation": {"uri": f"scenes/{finding.stem}.py"}}}],
            "properties": {"beat": finding.beat, "seconds": finding.time, "version": finding.version},
            **({"suppressions": [{"kind": "inSource", "justification": finding.waived}]} if finding.waived else {}),
        }
        for finding in found
    ]  # fmt: skip
    tool = {"driver": {"name": "mathviz", "version": __version__, "rules": rules}}
    schema = "https://json.schemastore.org/sarif-2.1.0.json"
    whole = {"$schema": schema, "version": "2.1.0", "runs": [{"tool": tool, "results": results}]}
    return json.dumps(whole, indent=2, ensure_ascii=False)


def mark(project: Project, found: list[Finding], folder: Path) -> list[Path]:
    """Draw the frame of each open finding that has a place, with the place marked, and return the PNGs."""
    from PIL import Image, ImageDraw

    folder.mkdir(parents=True, exist_ok=True)
    made: list[Path] = []
    for finding, versions in together(each for each in found if each.box and each.beat and not each.waived):
        language, theme = versions[0].split(".")
        path = folder / f"{finding.stem}.{versions[0]}.{finding.beat}.{finding.rule}.{len(made)}.png"
        with tempfile.TemporaryDirectory(prefix="mathviz-") as scratch:
            plain = Path(scratch) / "frame.png"
            line = loading.python("mathviz", "still", finding.stem, "--beat", finding.beat, "--lang", language,
                                  "--theme", theme, "--at", str(finding.into), "--out", str(plain))  # fmt: skip
            done = subprocess.run(line, cwd=project.root, capture_output=True, text=True)
            if done.returncode != 0:
                raise MathvizError(f"the frame of {finding.stem} / {finding.beat} was not drawn: {done.stderr.strip()}")
            picture = Image.open(plain).convert("RGB")
        left, bottom, right, top = finding.box or (0.0, 0.0, 0.0, 0.0)
        corners = (left * picture.width - 6, (1 - top) * picture.height - 6,
                   right * picture.width + 6, (1 - bottom) * picture.height + 6)  # fmt: skip
        ImageDraw.Draw(picture).rectangle(corners, outline=(255, 0, 0), width=4)
        buffer = io.BytesIO()
        picture.save(buffer, "PNG")
        disk.write_whole(path, buffer.getvalue())
        made.append(path)
    return made
