"""Snapshots: does a beat still look as it did when somebody last looked at it?

References are PNGs under ``tests/frames/<stem>/<language>.<theme>/``, drawn at 854×480, each beside a text
that says what is on screen, and a JSON that names what drew them. On that renderer nothing may differ, by a
single step of a single pixel. On another, edges may fall otherwise: ``difference.OTHER_RENDERER`` says how far.

A scene file without a script is snapshot too: the last frame of each scene, as ``manimgl -s`` writes it, and
the moments that its class names, ``mathviz_moments = {"half way": 1.5}``, in seconds of the scene. Its
references are ``tests/frames/<stem>/<Scene>.png`` and ``<Scene>@<moment>.png``.
"""

from __future__ import annotations

import difflib
import io
import json
import multiprocessing
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy import ndarray
from PIL import Image

from mathviz import style
from mathviz.films.catalog import films
from mathviz.films.script import OPENING
from mathviz.project import Project, disk, loading
from mathviz.project.errors import FrameMismatch, NotFound
from mathviz.snapshots.difference import OTHER_RENDERER, SAME_RENDERER, Difference, beside, compare

__all__ = ["Difference", "Frame", "Snapshot", "Verdict", "accept", "check", "compare", "draw", "require_same", "wanted"]

WIDTH, HEIGHT, FPS = 854, 480, 30
ABOUT = "renderer.json"


@dataclass(frozen=True)
class Snapshot:
    """One frame of one version of a film. ``after`` is in seconds of the beat; None is its last frame.

    Of a scene without a script: the beat is the scene's name, language and theme are empty, and ``moment`` is
    what the scene calls the moment.
    """

    stem: str
    language: str
    theme: str
    beat: str
    after: float | None = None
    moment: str = ""

    @property
    def name(self) -> str:
        return self.beat if self.after is None else f"{self.beat}@{self.moment or f'{self.after:g}s'}"

    @property
    def version(self) -> str:
        return f"{self.language}.{self.theme}" if self.language else ""

    @property
    def title(self) -> str:
        return " / ".join(part for part in (self.stem, self.version, self.name) if part)

    def command(self, project: Project) -> str:
        """What makes today's frame the reference."""
        name = f"'{self.name}'" if " " in self.name else self.name
        source = self.stem if self.version else scene_file(project, self.stem).relative_to(project.root)
        return f"mathviz frames accept {source} {name}"

    def reference(self, project: Project) -> Path:
        return project.references / self.stem / self.version / f"{self.name}.png"

    def text(self, project: Project) -> Path:
        """The reference of what is on screen."""
        return self.reference(project).with_name(f"{self.name}.txt")

    def drawn(self, project: Project) -> Path:
        """Where a frame that differs is put for someone to look at."""
        return project.renders / "diff" / self.stem / self.version / f"{self.name}.png"


@dataclass(frozen=True, eq=False)
class Frame:
    """What was drawn, [row column rgb] uint8, and what is on screen, an object a line."""

    image: ndarray
    text: str

    def same(self, other: Frame) -> bool:
        """Whether both are equal, to the bit and to the letter."""
        return self.text == other.text and np.array_equal(self.image, other.image)


@dataclass(frozen=True, eq=False)
class Verdict:
    """What came of a snapshot: its frame, and why it is not its reference; nothing if it is."""

    snapshot: Snapshot
    frame: Frame
    failure: str


def wanted(project: Project, stem: str) -> list[Snapshot]:
    """The snapshots of a film: each beat's last frame in every version, and moments in the first.

    Those of a scene file without a script are found by importing it, which imports manimgl.
    """
    if not (project.scenes / f"{stem}.yaml").is_file():
        return _of_scenes(project, stem)
    film = films(project, [stem])[0]
    beats = [OPENING, *(beat.id for beat in film.script.beats)]
    last = [
        Snapshot(stem, language, theme, beat)
        for language in film.script.languages for theme in style.THEMES for beat in beats
    ]  # fmt: skip
    first = film.script.languages[0], style.THEMES[0]
    inside = [
        Snapshot(stem, *first, beat.id, moment) for beat in film.script.beats for moment in beat.moments
    ]  # fmt: skip
    return last + inside


def _of_scenes(project: Project, stem: str) -> list[Snapshot]:
    from mathviz import engine

    path = scene_file(project, stem)
    _start(project)
    found = []
    for name in engine.scene_names(path):
        moments = getattr(engine.scene_class(path, name), "mathviz_moments", {})
        if not all(isinstance(after, (int, float)) and after >= 0 for after in moments.values()):
            raise NotFound(f"{path}: {name}.mathviz_moments maps names to seconds, such as {{'half way': 1.5}}")
        if any("/" in moment for moment in moments):
            raise NotFound(f"{path}: {name}.mathviz_moments: a name becomes a file's, and cannot hold '/'")
        found.append(Snapshot(stem, "", "", name))
        found += [Snapshot(stem, "", "", name, after, moment) for moment, after in moments.items()]
    return found


def scene_file(project: Project, stem: str) -> Path:
    """The file of a film or of other scenes, by its way from ``scenes/`` or from the project. Raises NotFound."""
    for folder in (project.scenes, project.root):
        if (folder / f"{stem}.py").is_file():
            return folder / f"{stem}.py"
    project.require_stem(stem)
    raise NotFound(f"There is no scene file {stem}.py in {project.root}. See: mathviz list")


def stem_of(project: Project, path: Path) -> str:
    """What a scene file is called here: its way from ``scenes/``, or else from the project, without suffix."""
    path = path.resolve()
    if not path.is_file():
        raise NotFound(f"There is no scene file {path}")
    for folder in (project.scenes.resolve(), project.root.resolve()):
        if path.is_relative_to(folder):
            return path.relative_to(folder).with_suffix("").as_posix()
    raise NotFound(f"{path} is not in the project {project.root}, where its references would be")


def stems(project: Project) -> list[str]:
    """Every film, and every other scene file in ``scenes/``."""
    return sorted({*project.stems, *(path.stem for path in project.scenes.glob("*.py"))})


def draw(project: Project, stem: str, language: str, theme: str, snapshots: list[Snapshot]) -> dict[Snapshot, Frame]:
    """Draw snapshots of one version of a film, or of a scene file. Skips everything between."""
    from mathviz import engine
    from mathviz.engine import onscreen, stills

    path = scene_file(project, stem)
    _start(project)
    if language:
        moments = {stills.Moment(snapshot.beat, snapshot.after): snapshot for snapshot in snapshots}
        taker = stills.StillTaker(engine.scene_class(path), list(moments), FPS, look=onscreen.on_screen,
                                  language=language, theme=theme)  # fmt: skip
        return {moments[moment]: Frame(image, taker.seen[moment]) for moment, image in taker.take_all().items()}
    drawn: dict[Snapshot, Frame] = {}
    for name in dict.fromkeys(snapshot.beat for snapshot in snapshots):
        mine = {s: stills.Moment(name, s.after) for s in snapshots if s.beat == name}
        kind = engine.scene_class(path, name)
        taker = stills.SceneStillTaker(kind, list(dict.fromkeys(mine.values())), FPS, look=onscreen.on_screen)
        taken = taker.take_all()
        drawn |= {snapshot: Frame(taken[moment], taker.seen[moment]) for snapshot, moment in mine.items()}
    return drawn


def _start(project: Project) -> None:
    from mathviz import engine

    engine.start(engine.Picture(WIDTH, HEIGHT, FPS), project.cache / "manimgl" / "frames")


def draw_all(project: Project, snapshots: list[Snapshot]) -> dict[Snapshot, Frame]:
    """Draw snapshots of several films and versions."""
    drawn: dict[Snapshot, Frame] = {}
    for version in dict.fromkeys((s.stem, s.language, s.theme) for s in snapshots):
        drawn |= draw(project, *version, [s for s in snapshots if (s.stem, s.language, s.theme) == version])
    return drawn


def check(project: Project, stem: str) -> Iterator[Verdict]:
    """Draw all snapshots of a film and compare each with its reference."""
    snapshots = wanted(project, stem)
    for version in dict.fromkeys((s.language, s.theme) for s in snapshots):
        mine = [s for s in snapshots if (s.language, s.theme) == version]
        for snapshot, frame in draw(project, stem, *version, mine).items():
            yield judge(project, snapshot, frame)


def judge(project: Project, snapshot: Snapshot, frame: Frame) -> Verdict:
    """Compare a frame with its reference."""
    try:
        require_same(project, snapshot, frame)
    except FrameMismatch as error:
        return Verdict(snapshot, frame, str(error))
    return Verdict(snapshot, frame, "")


def require_same(project: Project, snapshot: Snapshot, frame: Frame) -> None:
    """Raise FrameMismatch unless the frame is its reference. What was drawn is kept for comparison."""
    path, text, drawn = snapshot.reference(project), snapshot.text(project), snapshot.drawn(project)
    last = f"  If {'the new frame' if path.is_file() else 'it'} is right:  {snapshot.command(project)}"
    missing = [place for place in (path, text) if not place.is_file()]
    if missing:
        _keep(drawn, frame.image)
        raise FrameMismatch(
            f"{snapshot.title}\n  There is no reference {' and no '.join(map(str, missing))}.\n"
            f"  this run   {drawn}\n{last}"
        )
    reference, old = read(path), text.read_text(encoding="utf-8")
    if frame.same(Frame(reference, old)):
        drawn.unlink(missing_ok=True)
        return
    here, there = drawn_by(), recorded(project, snapshot.stem)
    budget = SAME_RENDERER if here["renderer"] == there["renderer"] else OTHER_RENDERER
    if frame.image.shape != reference.shape:
        _keep(drawn, frame.image)
        raise FrameMismatch(f"{snapshot.title}\n  the frame is {frame.image.shape}, its reference {reference.shape}")
    difference = compare(frame.image, reference)
    if frame.text == old and budget.allows(difference, WIDTH * HEIGHT):
        return
    _keep(drawn, beside(frame.image, reference))
    said = [snapshot.title, f"  {difference}."]
    if budget is OTHER_RENDERER:
        said.append(f"  On another renderer these are allowed: {budget}.")
    if here["fonts"] != there["fonts"]:
        said.append(f"  The fonts are others: {there['fonts']} drew the reference, {here['fonts']} this.")
    if frame.text != old:
        said += ["  What is on screen differs:", *text_changes(old, frame.text)]
    said += [f"  reference  {path}   ({there['renderer']})", f"  this run   {here['renderer']}"]
    raise FrameMismatch("\n".join([*said, f"  compare    {drawn}", last]))


def text_changes(old: str, new: str, most: int = 12) -> list[str]:
    """The lines that went and came, indented, and how many more there are."""
    lines = [line for line in difflib.ndiff(old.splitlines(), new.splitlines()) if line[0] in "-+"]
    shown = [f"    {line}" for line in lines[:most]]
    return shown if len(lines) <= most else [*shown, f"    and {len(lines) - most} lines more"]


def accept(project: Project, stem: str, names: list[str]) -> list[Path]:
    """Make today's frames the references: all of a film's, or those of the named beats. Returns what changed.

    Everything is drawn twice, here and in another process; raises FrameMismatch, and changes nothing, if the
    two differ: such a reference would fail tomorrow.
    """
    snapshots = wanted(project, stem)
    known = {snapshot.name for snapshot in snapshots} | {snapshot.beat for snapshot in snapshots}
    unknown = [name for name in names if name not in known]
    if unknown:
        raise NotFound(f"{stem} has no snapshot {', '.join(unknown)}; it has {', '.join(sorted(known))}")
    about = project.references / stem / ABOUT
    if names and about.is_file() and recorded(project, stem)["renderer"] != renderer():
        raise NotFound(
            f"The other references were drawn by {recorded(project, stem)['renderer']}; here draws {renderer()}. "
            f"Draw all here: mathviz frames accept {stem}"
        )
    chosen = [s for s in snapshots if not names or s.name in names or s.beat in names]
    changed = []
    for snapshot, frame in _drawn_twice(project, chosen).items():
        path, text = snapshot.reference(project), snapshot.text(project)
        if not path.is_file() or not np.array_equal(read(path), frame.image):
            _keep(path, frame.image)
            changed.append(path)
        if not text.is_file() or text.read_text(encoding="utf-8") != frame.text:
            disk.write_whole(text, frame.text.encode())
            changed.append(text)
    disk.write_whole(about, (json.dumps(drawn_by(), indent=2) + "\n").encode())
    return changed


def _drawn_twice(project: Project, snapshots: list[Snapshot]) -> dict[Snapshot, Frame]:
    """Frames that another process draws too. Raises FrameMismatch, naming what differs, if it draws others."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as other:
        with loading.safely():
            again = other.submit(draw_all, project, snapshots)
        drawn = draw_all(project, snapshots)
        second = again.result()
    said = []
    for snapshot, frame in drawn.items():
        if not frame.same(second[snapshot]):
            said.append(f"  {snapshot.title}: {compare(second[snapshot].image, frame.image)}")
            said += text_changes(frame.text, second[snapshot].text)
    if said:
        raise FrameMismatch("\n".join([
            "Drawn twice, these differ, so nothing was accepted:", *said,
            "  Look for what changes from run to run: the clock, the order of a set, random numbers without a seed.",
        ]))  # fmt: skip
    return drawn


def remove_strays(project: Project, stem: str) -> list[Path]:
    """Delete references that no snapshot asks for any more."""
    strays = strays_of(project, stem)
    for path in strays:
        path.unlink()
    return strays


def strays_of(project: Project, stem: str) -> list[Path]:
    """References that no snapshot of a film asks for."""
    snapshots = wanted(project, stem)
    kept = {path for snapshot in snapshots for path in (snapshot.reference(project), snapshot.text(project))}
    found = [path for kind in ("*.png", "*.txt") for path in (project.references / stem).rglob(kind)]
    return sorted(set(found) - kept)


def renderer() -> str:
    """The OpenGL renderer that draws here, with its version."""
    from mathviz import engine

    found = engine.renderer()
    return f"{found['renderer']}, {found['version']}"


def drawn_by() -> dict[str, str]:
    """What draws here: the renderer with its version, Mesa's among it, and the digest of the bundled fonts."""
    return {"renderer": renderer(), "fonts": style.fonts_digest()}


def recorded(project: Project, stem: str) -> dict[str, str]:
    """What drew the references; ``unknown`` where nobody noted it."""
    path = project.references / stem / ABOUT
    noted = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    return {"renderer": "unknown", "fonts": "unknown"} | noted


def read(path: Path) -> ndarray:
    """A PNG as [row column rgb] uint8."""
    return np.asarray(Image.open(path).convert("RGB"))


def _keep(path: Path, image: ndarray) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, "PNG", optimize=True)
    disk.write_whole(path, buffer.getvalue())
