"""Where a project keeps things: scenes, recorded traces, films and caches."""

from __future__ import annotations

import difflib
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from mathviz.project import disk
from mathviz.project.errors import NotFound

PACKAGE = Path(__file__).resolve().parent.parent
HOME = PACKAGE.parent
ASSETS = PACKAGE / "assets" if (PACKAGE / "assets").is_dir() else HOME / "assets"
"""Theme, limits and fonts: in an installed package within it, in its repository beside it."""

ROOT_SIGNS = ("pytest.ini", "pyproject.toml", "tox.ini", "setup.cfg", "setup.py", ".git")


@dataclass(frozen=True)
class Project:
    """A folder with ``scenes/``, ``assets/traces/`` and ``renders/``."""

    root: Path

    @classmethod
    def around(cls, place: Path) -> Project:
        """The project that holds ``place``: the nearest folder above with scripts in its ``scenes/``.

        Outside any project this is the one that mathviz itself comes with; without that, ``place``.
        """
        for folder in (place.resolve(), *place.resolve().parents, HOME):
            if any((folder / "scenes").glob("*.yaml")):
                return cls(folder)
        return cls(place.resolve())

    @classmethod
    def to_begin(cls, place: Path) -> Project:
        """Where a new film belongs: to the project that holds ``place``, else to ``place``, which becomes one."""
        found = cls.around(place)
        return found if place.resolve().is_relative_to(found.root) else cls(place.resolve())

    @classmethod
    def of_scenes(cls, place: Path) -> Project:
        """The project that holds ``place``, with films or with any manimgl scenes.

        It is the nearest folder above with ``scenes/*.py`` or that pytest would take for its root; else ``place``.
        """
        for folder in (place.resolve(), *place.resolve().parents):
            if any((folder / "scenes").glob("*.py")) or any((folder / name).exists() for name in ROOT_SIGNS):
                return cls(folder)
        return cls(place.resolve())

    @property
    def scenes(self) -> Path:
        return self.root / "scenes"

    @property
    def recorded(self) -> Path:
        """Recorded traces: committed, like a lock file."""
        return self.root / "assets" / "traces"

    @property
    def renders(self) -> Path:
        return self.root / "renders"

    @property
    def cache(self) -> Path:
        """Where what need not be made again is kept: in ``renders/``, or, where nothing can be written, elsewhere."""
        place = self.renders / ".cache"
        if disk.may_write(place):
            return place
        shared = disk.shared_cache()
        return shared / "projects" / hashlib.sha256(str(self.root).encode()).hexdigest()[:32] if shared else place

    def cache_of(self, scene: Path) -> Path:
        """Where what is drawn of a scene file is kept: in the project if it has films and holds the file, else where
        the platform keeps caches, not beside somebody's scene."""
        ours = scene.resolve().is_relative_to(self.root) and any(self.scenes.glob("*.yaml"))
        shared = None if ours else disk.shared_cache()
        return shared / "scenes" if shared else self.cache

    @property
    def references(self) -> Path:
        """Reference frames of the snapshot tests."""
        return self.root / "tests" / "frames"

    @property
    def stems(self) -> list[str]:
        """Every film's stem: those with both a script and a scene."""
        return sorted(path.stem for path in self.scenes.glob("*.yaml") if path.with_suffix(".py").is_file())

    def require_stem(self, stem: str) -> str:
        """Return the stem, or raise NotFound with the closest names."""
        names = (self.scenes / f"{stem}{end}" for end in (".yaml", ".py"))
        if "/" in stem or not all(path.is_file() for path in names):
            raise not_found("film", stem, self.stems, "mathviz list")
        return stem


def not_found(kind: str, name: str, known: Iterable[str], command: str) -> NotFound:
    """The error for a name that does not exist: the closest ones, or all, and where to see them."""
    known = list(known)
    near = difflib.get_close_matches(name, known, n=3, cutoff=0.5)
    there = f"Closest: {', '.join(near)}" if near else f"There are: {', '.join(known[:8]) or 'none'}"
    more = ", …" if not near and len(known) > 8 else ""
    return NotFound(f"There is no {kind} {name!r}. {there}{more}. See: {command}")
