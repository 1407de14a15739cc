"""Authors' code, loaded as it is on disk now, by processes that import what manimgl itself would import.

Python keeps what it compiled in ``__pycache__`` and believes it while a file's time, in whole seconds, and its length
stay: a scene that was saved twice within a second would be drawn as it was before. So scenes, concepts and what they
import of a project are compiled whenever they are loaded, and nothing is written beside them. Libraries are not.
"""

from __future__ import annotations

import contextlib
import functools
import os
import sys
import sysconfig
from collections.abc import Iterator
from importlib.machinery import (
    BYTECODE_SUFFIXES,
    EXTENSION_SUFFIXES,
    SOURCE_SUFFIXES,
    ExtensionFileLoader,
    FileFinder,
    SourceFileLoader,
    SourcelessFileLoader,
)
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import CodeType, ModuleType

from mathviz.project import PACKAGE

LAST = "MATHVIZ_MODULES"
"""A variable with folders in which modules are found that are nowhere else."""

BEGIN = (
    "import sys; sys.path[:1] == [''] and sys.path.pop(0); sys.argv[:] = sys.argv[1:]; "
    "import runpy; runpy.run_module(sys.argv[0], run_name='__main__', alter_sys=True)"
)
"""``python -m`` without what it does first, where Python has no option for that."""


def python(module: str, *arguments: str) -> list[str]:
    """The command line of a process that runs a module of ours, or of a library.

    ``python -m`` would put the working directory before Python's own library, and a scene file called
    ``random.py`` would be imported instead of it.
    """
    if sys.version_info >= (3, 11):
        return [sys.executable, "-P", "-m", module, *arguments]
    return [sys.executable, "-c", BEGIN, module, *arguments]


@contextlib.contextmanager
def safely() -> Iterator[None]:
    """What multiprocessing starts meanwhile does not look into the working directory first, from Python 3.11 on."""
    before = os.environ.get("PYTHONSAFEPATH")
    os.environ["PYTHONSAFEPATH"] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ["PYTHONSAFEPATH"]
        else:
            os.environ["PYTHONSAFEPATH"] = before


class AuthorsFile(SourceFileLoader):
    """Compiles a file each time that it is imported."""

    def get_code(self, fullname: str) -> CodeType:
        """What the file says now."""
        path = self.get_filename(fullname)
        return self.source_to_code(self.get_data(path), path)


def begin(*folders: Path) -> None:
    """To be called by every process that loads authors' code, before it does.

    Modules are found in these folders too, and in the working directory, if nowhere else: no file of a project
    stands in for a library.
    """
    if _finder not in sys.path_hooks:
        sys.path_hooks.insert(0, _finder)
        sys.path_importer_cache.clear()
    last = [*map(str, folders), *os.environ.get(LAST, "").split(os.pathsep), str(Path.cwd())]
    sys.path += [folder for folder in dict.fromkeys(last) if folder and folder not in sys.path]


def load(path: Path) -> ModuleType:
    """Run a file as a module of the name that manimgl would give it. It may import from its package, relatively."""
    name, place = named(path)
    begin(place)
    spec = spec_from_file_location(name, path, loader=AuthorsFile(name, str(path)))
    assert spec is not None and spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def named(path: Path) -> tuple[str, Path]:
    """A scene file as a module, and the folder in which Python finds it by that name.

    That is the working directory, as manimgl has it, or else the one in which the file's package lies.
    """
    path, place = path.absolute(), Path.cwd()
    if not path.is_relative_to(place):
        place = path.parent
        while (place / "__init__.py").is_file():
            place = place.parent
    return ".".join(path.relative_to(place).with_suffix("").parts), place


def _finder(folder: str) -> FileFinder:
    """Of the modules in a folder that is no library's. Raises ImportError for others, which passes them on."""
    if not Path(folder).is_dir() or is_library(folder):
        raise ImportError("its own finder will do")
    return FileFinder(
        folder, (ExtensionFileLoader, EXTENSION_SUFFIXES), (AuthorsFile, SOURCE_SUFFIXES),
        (SourcelessFileLoader, BYTECODE_SUFFIXES),
    )  # fmt: skip


def is_library(folder: str) -> bool:
    """Whether what lies there is installed, or this package's own, and not an author's."""
    path = Path(folder).resolve()
    if {"site-packages", "dist-packages"} & set(path.parts):
        return True
    if path.is_relative_to(PACKAGE):
        return not path.is_relative_to(PACKAGE / "concepts")
    return any(path.is_relative_to(library) for library in _libraries())


@functools.cache
def _libraries() -> tuple[Path, ...]:
    return tuple(Path(sysconfig.get_path(name)).resolve() for name in ("stdlib", "platstdlib", "purelib", "platlib"))
