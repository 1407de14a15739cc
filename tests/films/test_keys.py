"""A trace's key changes with what its computation reaches, wherever that is written, and with nothing else."""

from __future__ import annotations

import re
import shutil
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from mathviz.films import definitions, keys
from mathviz.films.keys import Keys
from mathviz.project import PACKAGE
from mathviz.project.errors import ScriptError

CONCEPT = '''
"""Two numbers."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import softmax

import shared_lib
from PACKAGE import deep, table
from PACKAGE.shared.net import WIDTH, Net
from PACKAGE.shared import loss as losses
from PACKAGE.stars import *
from mathviz.trace import Claim, Trace

if TYPE_CHECKING:
    from PACKAGE.hints import Hint

RANDOM = np.random.default_rng(0)
FIRST = RANDOM.random()
SECOND = RANDOM.random()
UNUSED = 7
LIMIT = 0.5  # of what is claimed


@dataclass(frozen=True)
class Found(Trace):
    """What is found."""

    value: float
    tolerances = {"value": 1e-3}

    @property
    def double(self) -> float:
        return 2 * self.value

    @property
    def claimed(self) -> float:
        return self.value + LIMIT

    def shown(self) -> float:
        return 3 * self.value

    def check(self) -> list[Claim]:
        return [Claim("small", self.claimed < limit(), "yes")]


def limit() -> float:
    return 9.0


def find(start: Hint, *, size: int = 3, device: str = "auto") -> Found:
    """Finds."""
    from PACKAGE.late import later

    net = Net(WIDTH * size)
    value = net.answer(shared_lib.START) + losses.squared(later()) + deep.er.deepest() + SECOND + from_a_star()
    return Found(softmax(value) + table.TABLE["one"]())


def unused() -> int:
    return UNUSED
'''

FILES = {
    "bars.py": CONCEPT,
    "__init__.py": "",
    "shared/__init__.py": "",
    "shared/net.py": '''
        """A net."""
        WIDTH = 4


        class Net:
            """It answers."""

            kept = 1

            def __init__(self, width):
                self.width = width * SCALE

            def answer(self, start):
                return self._layer(start)

            def _layer(self, start):
                return start + 1

            def drawn(self):
                return 0


        SCALE = 2
        ''',
    "shared/loss.py": "def squared(x):\n    return x * x\n\n\ndef absolute(x):\n    return abs(x)\n",
    "deep/__init__.py": "",
    "deep/er.py": "def deepest():\n    return 1\n",
    "late.py": "def later():\n    return 1\n",
    "stars.py": "def from_a_star():\n    return 1\n",
    "hints.py": "class Hint:\n    size = 1\n",
    "table.py": '''
        TABLE = {}


        def entered(name):
            def enter(function):
                TABLE[name] = function
                return function

            return enter


        @entered("one")
        def first():
            return 1
        ''',
    "stranger.py": "x = 1\n",
}


@dataclass
class Concept:
    """A concept in a project of its own, of which the files can be edited."""

    root: Path
    package: str

    def keys(self) -> Keys:
        found = keys.of(f"{self.package}.bars:find")
        assert found is not None
        return found

    def edit(self, name: str, old: str, new: str) -> None:
        replace_once(self.root / (name if name == "shared_lib.py" else f"{self.package}/{name}"), old, new)


@pytest.fixture
def concept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Concept:
    package = "keyed_" + re.sub(r"\W", "_", tmp_path.name)
    for name, text in FILES.items():
        path = tmp_path / package / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text.replace("PACKAGE", package)))
    (tmp_path / "shared_lib.py").write_text("START = 2.5\n\n\ndef other():\n    return 0\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    return Concept(tmp_path, package)


def test_nothing_is_imported_for_a_key(concept: Concept) -> None:
    concept.edit("shared/loss.py", "def squared", "raise SystemExit\n\n\ndef squared")
    assert concept.keys().needs == ("start",)


REACHED = {
    "the function itself": ("bars.py", "WIDTH * size", "WIDTH + size"),
    "a default": ("bars.py", "size: int = 3", "size: int = 4"),
    "a module beside the package": ("shared_lib.py", "START = 2.5", "START = 1.5"),
    "a subpackage": ("shared/loss.py", "x * x", "x * x * x"),
    "a method": ("shared/net.py", "return self._layer(start)", "return self._layer(2 * start)"),
    "a method of a method": ("shared/net.py", "start + 1", "start + 2"),
    "what a class is made with": ("shared/net.py", "width * SCALE", "width / SCALE"),
    "a constant of a constant": ("shared/net.py", "SCALE = 2", "SCALE = 3"),
    "a field of a class": ("shared/net.py", "kept = 1", "kept = 2"),
    "a module of a module": ("deep/er.py", "return 1", "return 2"),
    "an import inside a function": ("late.py", "return 1", "return 2"),
    "what came with a star": ("stars.py", "return 1", "return 2"),
    "what enters itself in a table": ("table.py", "return 1", "return 2"),
    "a table's own code": ("table.py", "TABLE[name] = function", "TABLE[name] = print"),
    "another draw from what is drawn from": ("bars.py", "FIRST = RANDOM.random()", "FIRST = RANDOM.random(2)"),
    "the library that a name comes from": ("bars.py", "from scipy.special", "from torch"),
    "what importing a module does": ("shared/loss.py", "def absolute", "print()\n\n\ndef absolute"),
    "a class's field of the trace": ("bars.py", "    value: float\n", "    value: int\n"),
}


@pytest.mark.parametrize("change", REACHED.values(), ids=REACHED)
def test_what_is_reached_changes_the_key(concept: Concept, change: tuple[str, str, str]) -> None:
    before = concept.keys()
    concept.edit(*change)
    assert concept.keys().computation != before.computation


UNREACHED = {
    "a comment": ("bars.py", "    net = Net", "    # a remark\n    net = Net"),
    "a docstring": ("bars.py", '"""Finds."""', '"""Finds it."""'),
    "a module's docstring": ("shared/net.py", '"""A net."""', ""),
    "the layout": ("bars.py", "softmax(value) + table", "softmax(\n        value\n    ) + table"),
    "an annotation": ("bars.py", "def limit() -> float:", "def limit():"),
    "an annotation of the function": ("bars.py", "size: int = 3", "size: float = 3"),
    "where it runs": ("bars.py", 'device: str = "auto"', 'device: str = "cpu"'),
    "a function that nobody calls": ("shared/loss.py", "abs(x)", "-abs(x)"),
    "a constant that nobody reads": ("bars.py", "UNUSED = 7", "UNUSED = 8"),
    "a method that only a scene calls": ("bars.py", "return 3 * self.value", "return 4 * self.value"),
    "a property of a picture": ("bars.py", "return 2 * self.value", "return 4 * self.value"),
    "a module that nobody imports": ("stranger.py", "x = 1", "x = 2"),
    "a claim": ("bars.py", 'Claim("small"', 'Claim("very small"'),
    "what only a claim reads": ("bars.py", "LIMIT = 0.5", "LIMIT = 0.7"),
    "what only a claim calls": ("bars.py", "return 9.0", "return 8.0"),
    "a tolerance": ("bars.py", '"value": 1e-3', '"value": 1e-4'),
}


@pytest.mark.parametrize("change", UNREACHED.values(), ids=UNREACHED)
def test_what_is_not_reached_does_not(concept: Concept, change: tuple[str, str, str]) -> None:
    before = concept.keys()
    concept.edit(*change)
    assert concept.keys().computation == before.computation


CLAIMED = ("a claim", "what only a claim reads", "what only a claim calls", "a tolerance")


@pytest.mark.parametrize("name", UNREACHED)
def test_claims_have_a_key_of_their_own(concept: Concept, name: str) -> None:
    before = concept.keys()
    concept.edit(*UNREACHED[name])
    assert (concept.keys().claims != before.claims) == (name in CLAIMED)


def test_what_moves_stays_what_it_is(concept: Concept) -> None:
    before, folder = concept.keys(), concept.root / concept.package
    (folder / "shared" / "loss.py").rename(folder / "distances.py")
    concept.edit("bars.py", f"from {concept.package}.shared import loss as losses",
                 f"from {concept.package} import distances as losses")  # fmt: skip
    (folder / "late.py").rename(folder / "shared" / "late.py")
    concept.edit("bars.py", f"from {concept.package}.late import", f"from {concept.package}.shared.late import")
    assert concept.keys().computation == before.computation


def test_two_of_one_name_are_told_apart(concept: Concept) -> None:
    """Both are reached before and after; only who is called what changes."""
    folder = concept.root / concept.package
    (folder / "one.py").write_text("def f():\n    return 1\n")
    (folder / "two.py").write_text("def f():\n    return 2\n")
    both = [f"from {concept.package}.{module} import f as {name}" for module, name in (("one", "a"), ("two", "b"))]
    concept.edit("bars.py", "UNUSED = 7", "\n".join(both))
    concept.edit("bars.py", "+ SECOND", "+ SECOND + a() / b()")
    before = concept.keys()
    concept.edit("bars.py", ".one import f as a", ".two import f as a")
    concept.edit("bars.py", ".two import f as b", ".one import f as b")
    assert concept.keys().computation != before.computation


@pytest.mark.parametrize("free", ["getattr(net, name)()", "globals()[name]()", "net.__dict__[name]", "eval(name)"])
def test_where_a_name_is_made_at_run_time_every_module_counts_whole(concept: Concept, free: str) -> None:
    concept.edit("bars.py", "+ SECOND", f"+ SECOND + {free}")
    before = concept.keys()
    concept.edit("shared/net.py", "return 0", "return 5")
    assert concept.keys().computation != before.computation
    before = concept.keys()
    concept.edit("shared/net.py", "return 5", "return 5  # comments never do")
    assert concept.keys().computation == before.computation


def test_an_attribute_that_is_asked_for_by_a_text_is_that_attribute(concept: Concept) -> None:
    concept.edit("bars.py", "+ SECOND", '+ SECOND + getattr(net, "drawn")()')
    before = concept.keys()
    concept.edit("shared/net.py", "return 0", "return 5")
    assert concept.keys().computation != before.computation


def test_a_module_that_is_handed_on_counts_whole(concept: Concept) -> None:
    concept.edit("bars.py", "+ SECOND", "+ SECOND + later(losses)")
    before = concept.keys()
    concept.edit("shared/loss.py", "abs(x)", "-abs(x)")
    assert concept.keys().computation != before.computation


def test_what_a_given_trace_can_do_is_reached(concept: Concept) -> None:
    """The argument has no annotation that says what it is; the input's function says it."""
    folder = concept.root / concept.package
    (folder / "film.py").write_text("def film(bars):\n    return bars.shown()\n")
    names = f"{concept.package}.film:film", (f"{concept.package}.bars:find",)
    before = keys.of(*names)
    concept.edit("bars.py", "return 3 * self.value", "return 4 * self.value")
    after = keys.of(*names)
    assert before and after and before.computation != after.computation


def test_a_source_that_is_no_python_is_named_with_its_line(concept: Concept) -> None:
    concept.edit("shared/loss.py", "def absolute(x):", "def absolute(x:")
    with pytest.raises(ScriptError, match=r"loss.py:5: is no Python"):
        concept.keys()


# The package's own concepts, from anybody's project.


@pytest.fixture
def other_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the package's sources, which is the one that is read."""
    copy = tmp_path / "elsewhere" / "mathviz"
    for part in ("concepts", "trace"):
        shutil.copytree(PACKAGE / part, copy / part, ignore=shutil.ignore_patterns("__pycache__"))
    (copy / "__init__.py").touch()
    monkeypatch.setattr(definitions, "PACKAGE", copy)
    monkeypatch.setattr(keys, "_known", {})  # they would be of the package that is installed
    return copy


def test_the_packages_concepts_are_read_from_anybodys_project(other_package: Path, tmp_path: Path,
                                                              monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    (tmp_path / "of_a_user.py").write_text(
        "from mathviz.concepts.shared.oracles import linear_schedule\n\n\ndef f():\n    return linear_schedule()\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))

    def key() -> str:
        found = keys.of("of_a_user:f")
        assert found
        return found.computation

    oracles = other_package / "concepts" / "shared" / "oracles.py"
    require_changes(key, oracles, "last: float = 0.02", "last: float = 0.03")


def require_changes(key: Callable[[], str], path: Path, old: str, new: str) -> None:
    before = key()
    replace_once(path, old, new)
    assert key() != before


def replace_once(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert text.count(old) == 1, f"{old!r} is {text.count(old)} times in {path.name}"
    path.write_text(text.replace(old, new))


def test_a_comment_in_what_all_diffusion_films_share_makes_no_trace_stale(other_package: Path) -> None:
    def of(stem: str) -> Keys:
        found = keys.of(f"mathviz.concepts.{stem}")
        assert found
        return found

    names = ("denoiser:train_denoiser", "velocity_field:train_velocity_field")
    before = [of(name) for name in names]
    path = other_package / "concepts" / "shared" / "data.py"
    replace_once(path, "def two_moons() ->", "# two arcs\n\n\ndef two_moons() ->")
    assert [of(name) for name in names] == before
    replace_once(path, "MOONS, MOON_WIDTH = 128", "MOONS, MOON_WIDTH = 64")
    assert not {of(name).computation for name in names} & {each.computation for each in before}


def test_the_means_of_claims_belong_to_the_claims(other_package: Path) -> None:
    before = keys.of("mathviz.concepts.denoiser:train_denoiser")
    path = other_package / "trace" / "claim.py"
    text = path.read_text()
    assert "bool(self.holds)" in text
    path.write_text(text.replace("bool(self.holds)", "not self.holds"))
    after = keys.of("mathviz.concepts.denoiser:train_denoiser")
    assert before and after and after.computation == before.computation and after.claims != before.claims


