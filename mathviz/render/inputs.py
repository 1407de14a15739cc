"""Everything that goes into a film, as digests: while none of them changes, neither does the film."""

from __future__ import annotations

import contextlib
import functools
import hashlib
import json
import os
import platform
import subprocess
from importlib import metadata, util
from pathlib import Path

from mathviz.films import compute
from mathviz.project import ASSETS, PACKAGE, Project, disk
from mathviz.project.errors import MathvizError, ToolMissing
from mathviz.render.plan import Job

NO_PART = ("gallery", "preview", "cluster", "docs", "lint", "author", "cli", "snapshots")
"""What shows, judges or begins films, and draws none."""

NO_PART_OF_ASSETS = ("hexo", "lint.yaml", "scale")
"""Of the assets too."""

LIBRARIES = (
    "manimgl", "moderngl", "PyOpenGL", "numpy", "scipy", "manimpango", "mapbox_earcut", "svgelements", "isosurfaces",
    "skia-pathops", "fonttools", "Pillow", "coloraide", "matplotlib",
)  # fmt: skip
"""What computes points and colours, and so decides pictures."""

DRAWING = ("engine/__init__.py", "engine/painter.py", "engine/regions.py", "engine/readback.py", "render/encode.py")
"""The modules that turn what would be drawn into bytes: with others, a beat is another."""

ENVIRONMENT = ("LIBGL_ALWAYS_SOFTWARE", "GALLIUM_DRIVER", "MESA_LOADER_DRIVER_OVERRIDE", "LP_NATIVE_VECTOR_WIDTH")
"""Variables that choose or change the driver."""


def of(job: Job) -> dict[str, str]:
    """Name → digest of all that decides a film's frames and bytes: files by content, the rest by value.

    A scene may import modules that lie beside it, but not another film's scene; a file that it reads must
    lie in the project's ``assets/``.
    """
    project = Project.around(Path(job.scene))
    found = {_short(path, project): disk.file_digest(path) for path in files(job)}
    place = compute.place(compute.of_film(project, job.stem), project)
    found["the trace"] = disk.file_digest(place.with_suffix(".npz")) + disk.file_digest(place.with_suffix(".json"))
    return dict(sorted({**found, **_settings(job), **surroundings()}.items()))


def files(job: Job) -> list[Path]:
    """The files that decide a film, apart from its trace."""
    project, scene = Project.around(Path(job.scene)), Path(job.scene)
    package = {path for path in PACKAGE.rglob("*.py") if path.relative_to(PACKAGE).parts[0] not in NO_PART}
    found = {*package, *ASSETS.rglob("*"), *code_of(project)}
    found -= {project.scenes / f"{stem}.py" for stem in project.stems if stem != job.stem}
    found |= {scene, scene.with_suffix(".yaml"), Path.cwd() / "custom_config.yml"}
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
    elsewhere = ("scene", "out", "cache", "only", "extras", "digests")
    settings = {name: value for name, value in job.settings().items() if name not in elsewhere}
    return {f"setting {name}": json.dumps(value) for name, value in settings.items()}


def _short(path: Path, project: Project) -> str:
    for root in (project.root, PACKAGE.parent):
        if path.is_relative_to(root):
            return str(path.relative_to(root))
    return path.name


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
        said = subprocess.run(["ffmpeg", "-version"], capture_output=True, text=True, check=True).stdout
    except FileNotFoundError:
        raise ToolMissing("ffmpeg is missing. Install: apt-get install ffmpeg. Then: mathviz doctor") from None
    except subprocess.CalledProcessError as error:
        raise MathvizError(f"ffmpeg -version failed: {error.stderr}") from None
    return said.splitlines()[0]
