"""Everything that goes into a film, as digests: while none of them changes, neither does the film.

Which files these are is known from who played it: ``reads`` listens, and each beat is kept with what it was made from.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import json
import os
import platform
import time
from importlib import metadata, util
from pathlib import Path

from mathviz.films import compute, script
from mathviz.project import ASSETS, HOME, PACKAGE, Project, disk, programs
from mathviz.project.errors import MathvizError, ScriptError, ToolFailed, ToolMissing
from mathviz.render.cache import Cache
from mathviz.render.plan import Job

NO_PART = ("gallery", "preview", "cluster", "docs", "lint", "author", "cli", "snapshots", "voice", "talk",
           "upload", "notebook")  # fmt: skip
"""What shows, judges, begins, speaks or hands on films, and draws none."""

NO_PART_OF_ASSETS = ("hexo", "lint.yaml", "scale")
"""Of the assets too."""

LIBRARIES = (
    "manimgl", "moderngl", "PyOpenGL", "numpy", "scipy", "manimpango", "mapbox_earcut", "svgelements", "isosurfaces",
    "skia-pathops", "fonttools", "Pillow", "coloraide", "matplotlib",
)  # fmt: skip
"""What computes points and colours, and so decides pictures."""

DRAWING = (
    "engine/__init__.py", "engine/painter.py", "engine/backdrop.py", "engine/draws.py", "engine/fills.py",
    "engine/looks.py", "engine/bounds.py", "engine/trust.py", "engine/regions.py", "engine/readback.py",
    "render/encode.py",
)  # fmt: skip
"""The modules that turn what would be drawn into bytes: with others, a beat is another."""

ENVIRONMENT = ("LIBGL_ALWAYS_SOFTWARE", "GALLIUM_DRIVER", "MESA_LOADER_DRIVER_OVERRIDE", "LP_NATIVE_VECTOR_WIDTH")
"""Variables that choose or change the driver."""

CONFIGURATION = "custom_config.yml"
"""manimgl's, of the folder in which somebody stands."""

NO_FILES = ("setting ", "version of ", "$", "voice ")
"""What names of inputs begin with that are no files."""


TRACE = "the trace"
"""What a film's numbers are from: its arrays, and what is said of them."""

ABSENT, RESTLESS = "none", "changed while it was read"
"""Digests of what is not there, and of what nobody can have read whole."""


@functools.lru_cache(4096)
def of(job: Job) -> dict[str, str]:
    """What decides a film beside the files that it is made from: how it is to be made, and what draws and encodes."""
    return {**_settings(job), **_voice(job), **surroundings()}


@functools.lru_cache(4096)
def slots(job: Job) -> str:
    """Where the beats of a film are kept, of whichever state of its files; spoken ones know how long they wait."""
    return digest({**_settings(job), **surroundings()})


class Now:
    """The files of a project as they are now, by the names that films know them by.

    A name is a path in the project; what belongs to the package begins with ``mathviz/``, and what lies elsewhere is a
    whole path. A script counts as what it says in the job's language; as a file, where the job has none. ``patience``
    are seconds for which what was looked at is taken to stay as it is.
    """

    def __init__(self, job: Job, patience: float = 0.0) -> None:
        self.job, self.project, self.patience = job, _project(job.scene.rpartition("/")[0]), patience
        self.script = Path(job.scene).with_suffix(".yaml")
        self._known: dict[str, tuple[float, str]] = {}

    def __getitem__(self, name: str) -> str:
        """The digest of what has that name."""
        known = self._known.get(name)
        if known is None or time.monotonic() - known[0] > self.patience:
            self._known[name] = known = (time.monotonic(), self._trace() if name == TRACE else self._file(name))
        return known[1]

    def fits(self, reads: dict[str, str]) -> bool:
        """Whether everything still is what it was when it was read."""
        return all(self[name] == value for name, value in reads.items())

    def others(self, reads: dict[str, str]) -> list[str]:
        """The names of what is not what it was when it was read."""
        return [name for name, value in reads.items() if self[name] != value]

    def _file(self, name: str) -> str:
        if self.job.language and self.path(name) == self.script:
            with contextlib.suppress(ScriptError):  # else it counts by its bytes
                return script.digest_in(self.script, self.job.language)
        return disk.digest_of_a_file(self.path(name)) or ABSENT

    def _trace(self) -> str:
        try:
            place = compute.place(compute.of_film(self.project, self.job.stem), self.project)
            return disk.file_digest(place.with_suffix(".npz")) + disk.file_digest(place.with_suffix(".json"))
        except (MathvizError, OSError):
            return ABSENT

    def path(self, name: str) -> Path:
        """The file of that name. One that leads elsewhere is none: it becomes the project's own folder."""
        return Path.cwd() / name if name == CONFIGURATION else _path(self.project.root, name)

    def name(self, path: Path) -> str | None:
        """The name of a file; None for one that is made, not read: in ``renders/``, or hidden."""
        if path.is_relative_to(PACKAGE) and path.relative_to(PACKAGE).parts[0] in NO_PART:
            return None
        if self.project.root != HOME:
            for root, before in ((ASSETS, PACKAGE / "assets"), (PACKAGE, PACKAGE)):
                if path.is_relative_to(root):
                    return (before / path.relative_to(root)).relative_to(PACKAGE.parent).as_posix()
        if not path.is_relative_to(self.project.root):
            return str(path) if path.suffix == ".py" else None
        inside = path.relative_to(self.project.root)
        made = inside.parts[0] == "renders" or inside.parts[0].startswith(".") or path.is_relative_to(self.job.cache)
        return None if made or inside.is_relative_to("assets/traces") else inside.as_posix()

    def named_here(self, reads: dict[str, str]) -> dict[str, str]:
        """What somebody else read, by the names of here: a worker of this machine may have found this very project."""
        return {(name.startswith("/") and self.name(Path(name))) or name: digest for name, digest in reads.items()}

    def read(self, files: dict[Path, bool]) -> dict[str, str]:
        """Name → digest of files that were read, each with whether it still is as it was then; and of the trace."""
        scene = Path(self.job.scene)
        told = {path: still for path, still in files.items() if path not in (scene, scene.with_suffix(".yaml"))}
        told |= {path: files.get(path, True) for path in (scene, scene.with_suffix(".yaml"))}
        named = {self.name(path): (path, still) for path, still in told.items()}
        found = {name: self[name] if still else RESTLESS for name, (path, still) in named.items() if name}
        return {**found, CONFIGURATION: self[CONFIGURATION], TRACE: self[TRACE]}


@functools.lru_cache(256)
def _project(folder: str) -> Project:
    return Project.around(Path(folder))


@functools.lru_cache(65536)
def _path(root: Path, name: str) -> Path:
    inside = name
    if root != HOME and name.startswith(f"{PACKAGE.name}/assets/"):
        root, inside = ASSETS, name.split("/", 2)[2]
    elif name.startswith(f"{PACKAGE.name}/"):
        root = PACKAGE.parent
    elif name.startswith("/") and name.endswith(".py"):
        return Path(name)
    leads_out = inside.startswith("/") or ".." in inside.split("/")
    return root if leads_out else root / inside


def now(job: Job, before: dict[str, str]) -> dict[str, str]:
    """What a film's inputs, which are known from when it was made, are today."""
    settings, files = of(job), Now(job)
    named = [name for name in before if name not in settings and not name.startswith(NO_FILES)]
    return dict(sorted({**settings, **{name: files[name] for name in named}}.items()))


def cache_of(job: Job, now: Now | None = None) -> Cache:
    """The beats that were drawn before, each with what it was made from."""
    return Cache(Path(job.cache) / "beats", (now or Now(job)).fits)


def files(job: Job) -> list[Path]:
    """The files that may decide a film, apart from its trace: those that it is made from, and others."""
    project, scene = Project.around(Path(job.scene)), Path(job.scene)
    package = {path for path in PACKAGE.rglob("*.py") if path.relative_to(PACKAGE).parts[0] not in NO_PART}
    found = {*package, *ASSETS.rglob("*"), *code_of(project)}
    found -= {project.scenes / f"{stem}.py" for stem in project.stems if stem != job.stem}
    found |= {scene, scene.with_suffix(".yaml"), Path.cwd() / CONFIGURATION}
    found |= {path for path in (project.root / "assets").rglob("*") if "traces" not in path.parts}
    found -= {path for name in NO_PART_OF_ASSETS for path in (ASSETS / name, *(ASSETS / name).rglob("*"))}
    return sorted(path for path in found if path.is_file() and "traces" not in path.parts)


def code_of(project: Project) -> set[Path]:
    """A project's own code: its scenes, and the concepts of one that does not keep them in the package."""
    return {*project.scenes.glob("*.py"), *project.root.glob("concepts/*.py"), *project.root.glob("*.py")}


def digest(inputs: dict[str, str]) -> str:
    """All of them as one."""
    return hashlib.sha256(json.dumps(inputs, sort_keys=True).encode()).hexdigest()


def differences(before: dict[str, str], now: dict[str, str]) -> list[str]:
    """The names of what came, went or changed."""
    return sorted(name for name in {*before, *now} if before.get(name) != now.get(name))


@functools.cache
def surroundings() -> dict[str, str]:
    """What draws and encodes here: versions of the libraries, the OpenGL driver and ffmpeg. Raises ToolMissing."""
    from mathviz import engine

    found = {f"version of {name}": _version(name) for name in LIBRARIES} | {"version of manimgl": manimgl()}
    found["version of python"] = platform.python_version()
    found["mathviz's drawing and encoding"] = digest({name: disk.file_digest(PACKAGE / name) for name in DRAWING})
    found["OpenGL driver"] = ", ".join(engine.renderer().values())
    found["ffmpeg"] = _ffmpeg()
    return {**found, **{f"${name}": os.environ[name] for name in ENVIRONMENT if name in os.environ}}


def _settings(job: Job) -> dict[str, str]:
    elsewhere = ("scene", "out", "cache", "only", "extras", "digests", "loudness", "takes")
    settings = {name: value for name, value in job.settings().items() if name not in elsewhere}
    return {f"setting {name}": json.dumps(value) for name, value in settings.items()}


def _voice(job: Job) -> dict[str, str]:
    """Of a narrated film: its recordings, how loud it is to be, and what mixes them."""
    if not job.loudness:
        return {}
    mixing = digest({path.name: disk.file_digest(path) for path in sorted((PACKAGE / "voice").glob("*.py"))})
    takes = {f"voice {take.name}": take.sha256 for take in job.takes}
    return {**takes, "voice in LUFS": f"{job.loudness:g}", "voice, mixed by": mixing}


@functools.cache
def manimgl() -> str:
    """The release of manimgl that is installed; if another one is imported, where it lies and a digest of its code."""
    spec = util.find_spec("manimlib")
    if spec is None or spec.origin is None:
        return "none"
    place = Path(spec.origin).resolve().parent
    with contextlib.suppress(metadata.PackageNotFoundError):
        if place == Path(str(metadata.distribution("manimgl").locate_file("manimlib"))).resolve():
            return _version("manimgl")
    code = digest({str(path.relative_to(place)): disk.file_digest(path) for path in place.rglob("*.py")})
    return f"that of {place} ({code[:12]})"


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "none"


def _ffmpeg() -> str:
    try:
        done = programs.run(["ffmpeg", "-version"])
    except FileNotFoundError:
        raise ToolMissing("ffmpeg is missing. Install: apt-get install ffmpeg. Then: mathviz doctor") from None
    if done.returncode != 0 or not done.stdout:
        raise ToolFailed(f"ffmpeg -version ended with {done.returncode}: {done.stderr.strip()}")
    return done.stdout.splitlines()[0]
