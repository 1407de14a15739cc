"""What manimgl imports for its window and for colour maps, imported only where it is used.

IPython and matplotlib are a third of what importing manimgl takes: 0.57 of 1.57 s of computing. While manimgl is
imported, others stand in for them; what it took from those finds the real thing when something of it is asked for.
Whoever imports them afterwards gets them as ever.
"""

from __future__ import annotations

import contextlib
import importlib
import sys
from collections.abc import Iterator
from types import ModuleType
from typing import Any

SPARED = (
    "IPython", "IPython.core", "IPython.core.getipython", "IPython.terminal", "IPython.terminal.embed", "matplotlib",
)  # fmt: skip
"""The modules from which manimgl 1.7.2 takes names when it is imported."""


class _StandIn(ModuleType):
    """Gives for every name something that finds it later."""

    __path__: list[str] = []  # noqa: RUF012 - as a package has it, so that modules of it are looked for

    def __getattr__(self, name: str) -> Later:
        if name.startswith("__"):
            raise AttributeError(name)
        return Later(self.__name__, name)


class Later:
    """A name of a module, or a module of a package, that is imported when it is called or asked for something."""

    def __init__(self, module: str, name: str) -> None:
        self._module, self._name = module, name

    def _found(self) -> Any:
        module = importlib.import_module(self._module)
        if not hasattr(module, self._name):
            return importlib.import_module(f"{self._module}.{self._name}")
        return getattr(module, self._name)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(self._found(), name)

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        return self._found()(*arguments, **named)


@contextlib.contextmanager
def spared() -> Iterator[None]:
    """Meanwhile those modules that nobody has imported yet are not imported either."""
    standing = {name: _StandIn(name) for name in SPARED if name.partition(".")[0] not in sys.modules}
    sys.modules.update(standing)
    try:
        yield
    finally:
        for name in standing:
            del sys.modules[name]
