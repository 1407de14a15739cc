"""A trace is found, or computed, or refused; what is stale or damaged is named and never used."""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import signal
import subprocess
import sys
import textwrap
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mathviz import trace
from mathviz.films import compute
from mathviz.films.compute import Computation
from mathviz.project import Project
from mathviz.project.errors import ConceptFailed, MathvizError, NotFound, ScriptError

CONCEPT = '''
"""Heights of bars. The environment's TOY, in JSON, makes a run differ from what the source says."""

import json
import os
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Float64, Int64
from numpy import ndarray

from mathviz.trace import Claim, Trace
from PACKAGE import neighbour
from . import close
import outside_PACKAGE


@dataclass(frozen=True)
class Heights(Trace):
    heights: Float64[ndarray, "bar"]
    count: Int64[ndarray, ""]

    tolerances = {"heights": 1e-3}

    def check(self) -> list[Claim]:
        return [Claim("no bar hangs", not (self.heights < 0).any(), f"{self.heights.min()}")]


def measure(*, bars: int = 3, device: str = "cpu") -> Heights:
    toy = json.loads(os.environ.get("TOY", "{}"))
    with Path(os.environ["TOY_LOG"]).open("a") as log:
        log.write(f"{os.getpid()}\\n")
    time.sleep(toy.get("sleep", 0))
    heights = np.arange(1.0, bars + 1) * neighbour.far
    heights[0] += toy.get("lift", 0)
    return Heights(heights, np.array(bars + toy.get("more", 0)))


def double(bars: Heights) -> Heights:
    return Heights(2 * bars.heights, bars.count)


def measure_again(*, bars: int = 3, device: str = "cpu") -> Heights:
    return measure(bars=bars)
'''

SCRIPT = """
title: {en: Bars}
question: {en: "How high?"}
languages: [en]
computation: PACKAGE.bars:measure
beats:
  - id: stand
    chapter: {en: Bars}
    captions: [{en: "{count} bars."}]
alt: {en: Bars.}
references: [{text: nobody}]
"""


@dataclass
class Toy:
    """A project of one film, whose concept has neighbours; and what was said about it."""

    project: Project
    package: str
    log: Path
    said: list[str] = field(default_factory=list)

    @property
    def computation(self) -> Computation:
        return Computation("bars", f"{self.package}.bars:measure")

    @property
    def concept(self) -> Path:
        return self.project.root / self.package

    @property
    def computed(self) -> int:
        """How often the computation ran."""
        return len(self.log.read_text().split()) if self.log.is_file() else 0

    @property
    def recorded(self) -> Path:
        return self.project.recorded / "bars"

    @property
    def cached(self) -> Path:
        return self.project.cache / "traces" / f"bars-{self.computation.key[:16]}"

    def edit(self, old: str, new: str, name: str = "bars") -> None:
        """Replace text that must be there once, in one of the concept's files."""
        path = self.concept / f"{name}.py"
        text = path.read_text()
        assert text.count(old) == 1
        path.write_text(text.replace(old, new))

    def find(self) -> Any:
        self.said.clear()
        return compute.find(self.computation, self.project, self.said.append)

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """``mathviz compute bars …`` in the project."""
        line = [sys.executable, "-m", "mathviz", "compute", "bars", *arguments]
        return subprocess.run(line, cwd=self.project.root, capture_output=True, text=True)

    def command_in_other_python(self) -> subprocess.CompletedProcess[str]:
        """Finds the trace in a process of its own, which has imported nothing yet, and prints its heights."""
        program = (
            "import sys; from mathviz.films import compute; from mathviz.project import Project; import pathlib\n"
            f"project = Project(pathlib.Path({str(self.project.root)!r}))\n"
            "say = lambda line: sys.stderr.write(line) and line.startswith('computing') and sys.exit(1)\n"
            "print(compute.find(compute.of_film(project, 'bars'), project, say).heights.tolist())"
        )
        return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)


@pytest.fixture
def toy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Toy:
    package = "toy_" + "".join(c if c.isalnum() else "_" for c in tmp_path.name)
    root = tmp_path / "project"
    for name, text in {
        "scenes/bars.yaml": SCRIPT.replace("PACKAGE", package),
        "scenes/bars.py": "",
        f"{package}/__init__.py": "",
        f"{package}/bars.py": CONCEPT.replace("PACKAGE", package),
        f"{package}/neighbour.py": f"from {package}.further import far\n",
        f"{package}/further.py": "far = 1\n",
        f"{package}/close.py": "near = 1\n",
        f"{package}/stranger.py": "",
        f"{package}/json.py": "",  # not the json that the concept imports
        f"outside_{package}.py": "",
    }.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    monkeypatch.syspath_prepend(str(root))
    monkeypatch.setenv("PYTHONPATH", str(root), prepend=os.pathsep)
    monkeypatch.setenv("TOY_LOG", str(tmp_path / "log"))
    monkeypatch.delenv("TOY", raising=False)
    return Toy(Project(root), package, tmp_path / "log")


# Keys.


def test_a_name_and_a_default_change_the_key_and_the_device_does_not(toy: Toy) -> None:
    before = toy.computation.key
    assert Computation("bars", f"{toy.package}.bars:measure_again").key != before
    assert toy.computation.arguments == {"bars": 3}
    toy.edit('def measure(*, bars: int = 3, device: str = "cpu"', 'def measure(*, bars: int = 3, device: str = "cuda"')
    assert toy.computation.key == before
    toy.edit("def measure(*, bars: int = 3", "def measure(*, bars: int = 4")
    assert toy.computation.key != before


@pytest.mark.parametrize("name", ["nowhere.at_all:measure", "mathviz.trace:no_such_thing"])
def test_a_computation_that_does_not_exist_is_named(name: str) -> None:
    with pytest.raises(NotFound, match="The script of bars names the computation"):
        _ = Computation("bars", name).key


# Where a trace is found.


def test_what_was_computed_once_is_not_computed_again(toy: Toy) -> None:
    first = toy.find()
    assert toy.said == ["computing bars …"] and toy.computed == 1
    second = toy.find()
    assert toy.said == [] and toy.computed == 1
    np.testing.assert_array_equal(first.heights, second.heights)
    assert first.heights.tolist() == [1.0, 2.0, 3.0]
    assert compute.provenance_of(toy.computation, toy.project)["key"] == toy.computation.key


def test_a_computation_runs_in_another_process(toy: Toy) -> None:
    toy.find()
    assert int(toy.log.read_text()) != os.getpid()


def test_the_recorded_trace_comes_first(toy: Toy, monkeypatch: pytest.MonkeyPatch) -> None:
    compute.compute(toy.computation, toy.project)
    monkeypatch.setenv("TOY", '{"lift": 10}')
    compute.compute(toy.computation, toy.project, record=True)
    assert toy.find().heights[0] == 11
    shutil.rmtree(toy.project.recorded)
    assert toy.find().heights[0] == 1
    assert toy.said == []


def test_a_stale_recorded_trace_is_named_and_not_used(toy: Toy, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOY", '{"lift": 10}')
    compute.compute(toy.computation, toy.project, record=True)
    monkeypatch.delenv("TOY")
    (toy.concept / "further.py").write_text("far = 2\n")
    assert toy.find().heights[0] == 2
    assert toy.said == [
        "bars.json: recorded by other code than today's, so not used. Record anew: mathviz compute bars --record",
        "computing bars …",
    ]


@pytest.mark.parametrize("damage", ["a bit", "cut", "gone", "no JSON", "no key"])
def test_a_damaged_cache_is_named_and_computed_again(toy: Toy, damage: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOY", '{"lift": 10}')
    compute.compute(toy.computation, toy.project)
    monkeypatch.delenv("TOY")
    arrays, about = toy.cached.with_suffix(".npz"), toy.cached.with_suffix(".json")
    data = arrays.read_bytes()
    if damage == "a bit":
        arrays.write_bytes(data[:99] + bytes([data[99] ^ 1]) + data[100:])
    elif damage == "cut":
        arrays.write_bytes(data[:-9])
    elif damage == "gone":
        arrays.unlink()
    else:
        about.write_text("{" if damage == "no JSON" else "{}")
    assert toy.find().heights[0] == 1
    assert len(toy.said) == 2 and toy.cached.name in toy.said[0] and "ot used" in toy.said[0]
    assert toy.said[1] == "computing bars …"
    assert toy.find().heights[0] == 1 and toy.said == []


def test_a_trace_that_is_not_true_any_more_is_not_used(toy: Toy) -> None:
    done = compute.compute(toy.computation, toy.project)
    kind = toy.computation.kind
    wrong = kind(np.array([-1.0, 2.0, 3.0]), np.array(3))
    with done.place.with_suffix(".npz").open("wb") as file:
        np.savez(file, **wrong.arrays())
    about = trace.read_provenance(done.place)
    about["arrays_sha256"] = trace.hashlib.sha256(done.place.with_suffix(".npz").read_bytes()).hexdigest()
    trace.write_provenance(done.place, about)
    assert toy.find().heights[0] == 1
    assert "no bar hangs: found -1.0" in toy.said[0]


def test_other_claims_are_checked_on_the_arrays_that_are_there(toy: Toy) -> None:
    compute.compute(toy.computation, toy.project, record=True)
    before = toy.recorded.with_suffix(".npz").read_bytes()
    toy.edit('Claim("no bar hangs", not (self.heights < 0).any()', 'Claim("bars are low", (self.heights < 9).all()')
    assert toy.command_in_other_python().stdout == "[1.0, 2.0, 3.0]\n" and toy.computed == 1
    ended = toy.command("--record")
    assert "only its claims had changed" in ended.stdout and toy.computed == 1
    assert trace.read_provenance(toy.recorded)["checks"] == [{"says": "bars are low", "holds": True, "found": "1.0"}]
    assert toy.recorded.with_suffix(".npz").read_bytes() == before
    assert toy.command("--check").returncode == 0 and toy.computed == 2


def test_other_claims_that_do_not_hold_are_not_believed(toy: Toy) -> None:
    compute.compute(toy.computation, toy.project, record=True)
    toy.edit("not (self.heights < 0).any()", "(self.heights < 3).all()")
    ended = toy.command_in_other_python()
    assert "no bar hangs: found 1.0. Not used." in ended.stderr and ended.returncode != 0


def test_a_comment_computes_nothing(toy: Toy) -> None:
    toy.find()
    toy.edit("    time.sleep(", "    # as long as it takes\n    time.sleep(")
    toy.edit("far = 1", '"""Far."""\n\nfar = 1  # not so far', "further")
    toy.find()
    assert toy.said == [] and toy.computed == 1


def test_claims_that_hold_are_checked_once(toy: Toy) -> None:
    """On this machine, of these arrays, by this code; who makes a film's manifest checks them again all the same."""
    toy.edit("        return [Claim(", '        print("checked", flush=True)\n        return [Claim(')
    compute.compute(toy.computation, toy.project, record=True)
    assert [toy.command_in_other_python().stdout.count("checked") for _ in range(2)] == [1, 0]


FORGERIES = {
    "a made-up claim": ("claims 'all is well', which nobody checks",
                        lambda checks: checks.append({"says": "all is well", "holds": True, "found": "yes"})),
    "other words": ("leaves out the claim 'no bar hangs'", lambda checks: checks[0].update(says="no bar lies")),
    "a claim too few": ("leaves out the claim 'no bar hangs'", lambda checks: checks.clear()),
    "no claim": ("holds no claims under `checks`", lambda checks: checks.append("all is well")),
    "a claim that no set holds": ("claims ['all is well'], which nobody checks",
                                  lambda checks: checks.append({"says": ["all is well"], "holds": True})),
    "one twice": ("claims 'no bar hangs', which nobody checks", lambda checks: checks.append(dict(checks[0]))),
}  # fmt: skip


@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_forged_claim_is_refused_although_its_seal_fits(toy: Toy, forgery: str) -> None:
    """Whatever was checked before: another JSON is another trace."""
    compute.compute(toy.computation, toy.project, record=True)
    toy.find()
    about = trace.read_provenance(toy.recorded)
    says, forge = FORGERIES[forgery]
    forge(about["checks"])
    trace.write_provenance(toy.recorded, about)
    toy.find()
    assert says in toy.said[0] and toy.said[0].endswith("Not used.") and toy.said[1] == "computing bars …"
    ended = toy.command("--check")
    assert ended.returncode == 1 and says in ended.stderr


def test_a_forged_claim_is_told_although_it_says_that_other_code_checked_it(toy: Toy) -> None:
    """Nobody shows it: what a film says is what its own check found."""
    compute.compute(toy.computation, toy.project, record=True)
    about = trace.read_provenance(toy.recorded)
    about["checks"].append({"says": "all is well", "holds": True, "found": "yes"})
    trace.write_provenance(toy.recorded, {**about, "claims_key": "0" * 64})
    ended = toy.command("--check")
    assert ended.returncode == 1 and "the record claims 'all is well', which nobody checks" in ended.stderr
    assert "--record" in ended.stderr, "what to do"
    assert "only its claims had changed" in toy.command("--record").stdout and toy.command("--check").returncode == 0


@pytest.mark.parametrize("said", ["device", "versions", "says", "found"])
def test_what_is_said_of_a_trace_is_told_where_it_was_changed_and_never_used(toy: Toy, said: str) -> None:
    compute.compute(toy.computation, toy.project, record=True)
    toy.find()
    path = toy.recorded.with_suffix(".json")
    about = json.loads(path.read_text(encoding="utf-8"))
    where = about["checks"][0] if said in about["checks"][0] else about
    where[said] = {"numpy": "9"} if said == "versions" else "H200"
    path.write_text(json.dumps(about), encoding="utf-8")
    ended = toy.command("--check")
    assert ended.returncode == 1 and "is not what was written: its seal does not fit" in ended.stderr
    toy.find()
    assert "its seal does not fit" in toy.said[0] and toy.said[0].endswith("Not used.")
    used = compute.provenance_of(toy.computation, toy.project)
    assert "H200" not in json.dumps(used) and used["versions"]["numpy"] != "9"


def test_a_trace_that_no_check_can_read_is_computed_again(toy: Toy) -> None:
    compute.compute(toy.computation, toy.project, record=True)
    empty = toy.computation.kind(np.zeros(0), np.array(0))
    data = io.BytesIO()
    np.savez(data, **empty.arrays())
    toy.recorded.with_suffix(".npz").write_bytes(data.getvalue())
    about = trace.read_provenance(toy.recorded) | {"arrays_sha256": hashlib.sha256(data.getvalue()).hexdigest()}
    trace.write_provenance(toy.recorded, about)
    assert toy.find().heights.tolist() == [1.0, 2.0, 3.0]
    assert "bars.npz: its claims cannot be checked (ValueError: " in toy.said[0]


@pytest.mark.parametrize("part", [".npz", ".json"])
def test_what_lies_where_a_cached_trace_should_be_gives_way_or_is_named(toy: Toy, part: str) -> None:
    toy.find()
    path = toy.cached.with_suffix(part)
    path.unlink()
    os.mkfifo(path)
    assert toy.find().heights.tolist() == [1.0, 2.0, 3.0] and path.is_file()
    assert "it is a pipe, not a file; delete it. Not used." in toy.said[-2]
    path.unlink()
    path.mkdir()
    ended = toy.command()
    assert ended.returncode == 1 and f"{path}: Is a directory. A folder is" in ended.stderr
    assert "delete it" in ended.stderr and "Traceback" not in ended.stderr


def test_an_untrue_computation_leaves_no_trace_and_no_film(toy: Toy, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOY", '{"lift": -9}')
    with pytest.raises(MathvizError, match="exit status 1, so nothing was drawn"):
        toy.find()
    for arguments in ((), ("--record",)):
        ended = toy.command(*arguments)
        assert ended.returncode == 1
        assert "no bar hangs: found -8.0" in ended.stderr and "Traceback" not in ended.stderr
    assert not list(toy.project.root.rglob("*.np*")) and not list(toy.project.root.rglob("*.json"))


def test_two_computations_of_the_same_thing_at_once(toy: Toy, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOY", '{"sleep": 0.5}')
    line = [sys.executable, "-m", "mathviz", "compute", "bars", "-q"]
    both = [subprocess.Popen(line, cwd=toy.project.root) for _ in range(2)]
    assert [process.wait() for process in both] == [0, 0]
    assert toy.computed == 2
    assert toy.find().heights.tolist() == [1.0, 2.0, 3.0] and toy.said == []
    assert sorted(path.suffix for path in toy.cached.parent.iterdir()) == [".json", ".npz"]


def test_an_interrupt_while_waiting_ends_the_computation(toy: Toy, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOY", '{"sleep": 600}')
    program = textwrap.dedent(f"""
        import pathlib
        from mathviz import project
        from mathviz.films import compute
        toy = compute.Computation("bars", "{toy.package}.bars:measure")
        compute.find(toy, project.Project(pathlib.Path("{toy.project.root}")), print)
    """)
    caller = subprocess.Popen([sys.executable, "-c", program], stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 60
    while not toy.computed and caller.poll() is None and time.monotonic() < deadline:
        time.sleep(0.02)
    computing = int(toy.log.read_text())
    caller.send_signal(signal.SIGINT)
    _, said = caller.communicate(timeout=60)
    assert "KeyboardInterrupt" in said
    with pytest.raises(ProcessLookupError):
        os.kill(computing, 0)
    assert not list(toy.project.root.rglob("*.npz"))


# Inputs that films share.

DOUBLED = """
title: {en: Twice}
question: {en: "How high?"}
languages: [en]
computation: PACKAGE.bars:double
inputs: {bars: "PACKAGE.bars:measure"}
beats:
  - id: stand
    chapter: {en: Bars}
    captions: [{en: "{count} bars."}]
alt: {en: Bars.}
references: [{text: nobody}]
"""


@pytest.fixture
def twice(toy: Toy) -> Computation:
    """A second film, made from the first one's computation under its own name; the first film is gone."""
    for end in ("yaml", "py"):
        (toy.project.scenes / f"bars.{end}").rename(toy.project.scenes / f"once.{end}")
        (toy.project.scenes / f"twice.{end}").write_text(DOUBLED.replace("PACKAGE", toy.package) * (end == "yaml"))
    return compute.of_film(toy.project, "twice")


def test_a_film_is_given_the_trace_of_its_input(toy: Toy, twice: Computation) -> None:
    assert compute.find(twice, toy.project, toy.said.append).heights.tolist() == [2.0, 4.0, 6.0]
    assert toy.said == ["computing twice …"] and toy.computed == 1
    about = compute.provenance_of(twice, toy.project)
    assert about["inputs"] == {"bars": compute.provenance_of(twice.inputs[0], toy.project)["arrays_sha256"]}
    assert about["arguments"] == {}
    compute.find(twice, toy.project, toy.said.append)
    assert toy.computed == 1


def test_a_trace_is_asked_for_its_input(toy: Toy, twice: Computation) -> None:
    """Instead of holding a copy of what the film shows of it."""
    found = compute.find(twice, toy.project, toy.said.append)
    assert found.inputs.bars.heights.tolist() == [1.0, 2.0, 3.0] and found.inputs.bars is found.inputs.bars
    assert "inputs" not in found.arrays()
    with pytest.raises(AttributeError, match="no input 'bar'; it has bars"):
        _ = found.inputs.bar
    with pytest.raises(AttributeError, match="it has none"):
        _ = found.inputs.bars.inputs.anything


def test_claims_can_be_about_an_input(toy: Toy, twice: Computation, monkeypatch: pytest.MonkeyPatch) -> None:
    concept = toy.concept / "bars.py"
    concept.write_text(concept.read_text().replace(
        "def double(bars: Heights) -> Heights:\n    return Heights(",
        "class Doubled(Heights):\n    def check(self) -> list[Claim]:\n        once = self.inputs.bars.heights\n"
        '        return [Claim.exact("twice", self.heights, 2 * once)]\n\n\n'
        "def double(bars: Heights) -> Doubled:\n    return Doubled(",
    ))  # fmt: skip
    compute.find(twice, toy.project, toy.said.append)
    assert compute.provenance_of(twice, toy.project)["checks"][0]["found"] == "3 of 3 equal"
    assert compute.find(twice, toy.project, toy.said.append).check()[0].holds


def test_an_input_can_be_recorded_by_name(toy: Toy, twice: Computation, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOY", '{"lift": 10}')
    assert toy.command("--record").returncode == 0
    monkeypatch.delenv("TOY")
    assert toy.recorded.with_suffix(".npz").is_file()
    assert compute.find(twice, toy.project, toy.said.append).heights.tolist() == [22.0, 4.0, 6.0]


def test_an_inputs_key_is_part_of_the_films(toy: Toy, twice: Computation) -> None:
    before = twice.key
    toy.edit("def measure(*, bars: int = 3", "def measure(*, bars: int = 4")
    assert twice.key != before


def test_a_trace_made_from_another_input_is_not_used(
    toy: Toy, twice: Computation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same code on another machine may round otherwise: the key cannot know, the digest does."""
    compute.compute(twice.inputs[0], toy.project, record=True)
    compute.compute(twice, toy.project, record=True)
    monkeypatch.setenv("TOY", '{"lift": 10}')
    compute.compute(twice.inputs[0], toy.project, record=True)
    assert compute.compare_with_recorded(twice, toy.project) == [
        "the recorded trace was made with another bars than today's",
        "heights: differs by 3.3 of its largest value (0.001 allowed)",
    ]
    assert compute.find(twice, toy.project, toy.said.append).heights[0] == 22
    assert toy.said == [
        "twice.json: recorded with another bars than today's, so not used. "
        "Record anew: mathviz compute twice --record",
        "computing twice …",
    ]


def test_inputs_must_be_those_that_the_function_needs(toy: Toy, twice: Computation) -> None:
    measured = f'"{toy.package}.bars:measure"'
    for wrong in ("", f"inputs: {{lines: {measured}}}", f"inputs: {{bars: {measured}, more: {measured}}}"):
        text = DOUBLED.replace('inputs: {bars: "PACKAGE.bars:measure"}', wrong).replace("PACKAGE", toy.package)
        (toy.project.scenes / "twice.yaml").write_text(text)
        with pytest.raises(ScriptError, match="needs the inputs bars, and the script of twice gives"):
            _ = compute.of_film(toy.project, "twice").key


def test_one_name_is_one_input(toy: Toy, twice: Computation) -> None:
    assert compute.of_name(toy.project, "bars") == twice.inputs[0]
    assert compute.of_name(toy.project, "twice") == twice
    with pytest.raises(NotFound, match=r"no film 'bar'. Closest: bars"):
        compute.of_name(toy.project, "bar")
    other = DOUBLED.replace("bars:measure", "bars:measure_again").replace("PACKAGE", toy.package)
    (toy.project.scenes / "thrice.yaml").write_text(other)
    (toy.project.scenes / "thrice.py").touch()
    with pytest.raises(ScriptError, match="the input 'bars' is the name of a film or of another input"):
        compute.of_name(toy.project, "bars")


# The command.


def test_record_writes_under_assets(toy: Toy) -> None:
    ended = toy.command("--record")
    assert ended.returncode == 0, ended.stderr
    assert "holds: no bar hangs" in ended.stdout and str(toy.recorded.with_suffix(".npz")) in ended.stdout
    about = trace.read_provenance(toy.recorded)
    assert about["key"] == toy.computation.key
    assert about["computation"] == toy.computation.name and about["arguments"] == {"bars": 3}
    assert about["device"].startswith("CPU, ") and set(about["versions"]) >= {"python", "numpy", "torch"}
    assert about["checks"] == [{"says": "no bar hangs", "holds": True, "found": "1.0"}]
    assert {"seconds", "date", "commit"} <= set(about)
    assert not toy.project.cache.exists()


@pytest.mark.parametrize(
    ("change", "differs"),
    [
        ({}, []),
        ({"lift": 2e-3}, []),
        ({"lift": 4e-3}, ["heights: differs by 0.0013 of its largest value (0.001 allowed)"]),
        ({"lift": float("nan")}, ["heights: differs by nan of its largest value (0.001 allowed)"]),
        ({"more": 1}, ["count: differs by 0.33 of its largest value (0 allowed)"]),
    ],
    ids=["same", "within", "beyond", "NaN", "exact"],
)
def test_differences_from_the_record_are_found(
    toy: Toy, change: dict[str, float], differs: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    compute.compute(toy.computation, toy.project, record=True)
    monkeypatch.setenv("TOY", json.dumps(change))
    assert compute.compare_with_recorded(toy.computation, toy.project) == differs


def test_check_speaks_through_its_exit_status(toy: Toy, monkeypatch: pytest.MonkeyPatch) -> None:
    ended = toy.command("--check")
    assert ended.returncode == 2 and "mathviz compute bars --record" in ended.stderr
    compute.compute(toy.computation, toy.project, record=True)
    before = toy.recorded.with_suffix(".npz").read_bytes()
    ended = toy.command("--check")
    assert ended.returncode == 0 and "the same" in ended.stdout
    monkeypatch.setenv("TOY", '{"lift": 1}')
    ended = toy.command("--check")
    assert ended.returncode == 1 and "heights: differs by 0.33" in ended.stderr
    assert toy.recorded.with_suffix(".npz").read_bytes() == before


def test_a_record_of_other_sizes_or_sources_is_told(toy: Toy) -> None:
    compute.compute(toy.computation, toy.project, record=True)
    (toy.concept / "further.py").write_text("far = 2\n")
    differences = compute.compare_with_recorded(toy.computation, toy.project)
    assert differences == ["the recorded trace was made by other code than today's"]
    wider = toy.computation.kind(np.arange(1.0, 6.0), np.array(3))
    trace.save(wider, toy.recorded, {"key": toy.computation.key})
    differences = compute.compare_with_recorded(toy.computation, toy.project)
    assert differences == ["heights: float64(5,) became float64(3,)"]


RAISES = """
import numpy as np
from mathviz.trace import Trace


def measure() -> Trace:
    return solved(np.zeros((2, 2)))


def solved(matrix):
    return np.linalg.inv(matrix)
"""


def test_what_a_concept_raises_is_told_by_the_authors_lines_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "raising_concept.py").write_text(RAISES)
    (tmp_path / "broken_concept.py").write_text("def measure(:\n")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ConceptFailed) as raised:
        compute.compute(Computation("raising", "raising_concept:measure"), Project(tmp_path))
    assert str(raised.value).splitlines() == [
        "raising_concept:measure raised LinAlgError: Singular matrix",
        f"  {tmp_path}/raising_concept.py, line 7, in measure: return solved(np.zeros((2, 2)))",
        f"  {tmp_path}/raising_concept.py, line 11, in solved: return np.linalg.inv(matrix)",
    ]
    with pytest.raises(ConceptFailed, match=r"broken_concept\.py, line 1: SyntaxError"):
        _ = Computation("broken", "broken_concept:measure").function
