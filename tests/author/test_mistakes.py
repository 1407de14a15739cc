"""Mistakes that authors make, each told with its place and with what to do: by whoever goes through the film."""

from __future__ import annotations

import os
import re
import sys

import pytest
from tiny_project import TinyProject

from mathviz import engine
from mathviz.project.errors import MathvizError

GROW, LEAVE = "def bars_grow(self) -> None:\n", "def bars_leave(self) -> None:\n"
FADE = "self.play(FadeOut(self.bars), run_time=QUICK)"
HERE = "tiny.py, line 28, in the beat bars_leave: "
SCENE, SCRIPT, CONCEPT = "scenes/tiny.py", "scenes/tiny.yaml", "tiny_concept.py"

MISTAKES: dict[str, tuple[str, str, str, str]] = {
    # in the scene: file, what stands there, what the author wrote, what is said
    "a colon forgotten": (SCENE, LEAVE, LEAVE.replace(":", "", 1).replace("None:", "None"),
        r"tiny.py, line 27: SyntaxError: "),
    "a bracket forgotten": (SCENE, "run_time=NORMAL)", "run_time=NORMAL",
        r"tiny.py, line \d+: SyntaxError: '\(' was never closed"),
    "a wrong indent": (SCENE, f"        {FADE}", f"       {FADE}\n          pass",
        r"tiny.py, line 29: IndentationError"),
    "an import that is not": (SCENE, "import NORMAL, QUICK", "import NORMAL, QUIK",
        r"tiny.py, line 9: ImportError: .*'QUIK'.*Closest: QUICK"),
    "a module that is not": (SCENE, "from tiny_concept import", "from tiny_koncept import",
        r"tiny.py, line 6: ModuleNotFoundError: .*tiny_koncept"),
    "two scenes": (SCENE, "    def bars_leave", "    pass\n\n\nclass Second(Explainer):\n    def bars_leave",
        r"has one scene; this one has Second, Tiny: move the others"),
    "no scene": (SCENE, "class Tiny(Explainer)", "class Tiny",
        r"this one has none: write a class that extends Explainer"),
    "a beat's method misspelt": (SCENE, LEAVE, LEAVE.replace("leave", "leve"),
        r"no beat method 'bars_leave'. Closest: bars_leve"),
    "a role that is not": (SCENE, '["data"]', '["dta"]',
        r"tiny.py, line 22.*'dta'.*Closest: data"),
    "a label that is not": (SCENE, FADE, f"self.label('hight'); {FADE}",
        HERE + r".*label 'hight'"),
    "a label's role that is not": (SCENE, FADE, f"self.label('height', role='modle'); {FADE}",
        HERE + r".*'modle'.*Closest: model"),
    "a name that is not": (SCENE, FADE, FADE.replace("QUICK", "QIUCK"),
        HERE + r"NameError: name 'QIUCK'.*Closest: QUICK"),
    "a field that is not": (SCENE, "self.trace.heights", "self.trace.hights",
        r"line 20.*AttributeError: 'Bars' object has no attribute 'hights'.*Closest: heights"),
    "an array for a number": (SCENE, FADE, f"self.number(self.trace.heights); {FADE}",
        r"tiny.py:28: beat bars_leave: one number is needed.*array of the shape \(3,\)"),
    "an array in a condition": (SCENE, FADE, f"if self.trace.heights > 2: {FADE}",
        HERE + r"ValueError: .*take one of its elements"),
    "an array in a format": (SCENE, FADE, f"f'{{self.trace.heights:.2f}}'; {FADE}",
        HERE + r"TypeError: .*take one of its elements"),
    "a caption too many": (SCENE, FADE, f"self.next_caption(); {FADE}",
        r"tiny.py:28: beat bars_leave: it has no further caption in the script"),
    "a formula LaTeX refuses": (SCENE, FADE, f"Tex(R'\\frac{{1}}{{\\oops}}'); {FADE}",
        HERE + r"LaTeX refuses .*\\oops"),
    "a law that is not": (SCENE, FADE, f"self.law('energy'); {FADE}",
        r"tiny.py:28: beat bars_leave: There is no formula 'energy'"),
    "a mobject played": (SCENE, FADE, f"self.play(self.bars); {FADE}",
        HERE + r".*play takes animations"),
    "a division by zero": (SCENE, FADE, f"1 / 0; {FADE}",
        HERE + r"ZeroDivisionError"),
    # in the script
    "a tab in YAML": (SCRIPT, "  - id: bars_leave", "\t- id: bars_leave",
        r"tiny.yaml:\d+: is no YAML: .*'\\t'"),
    "a text without quotes": (SCRIPT, '"{bars} bars grow and leave."', "Bars: all grow",
        r"tiny.yaml:\d+: is no YAML"),
    "a field misspelt": (SCRIPT, "alt:", "atl:",
        r"tiny.yaml:\d+: atl: is not allowed here; allowed: .*alt"),
    "a language forgotten": (SCRIPT, ", zh: 离开", "",
        r"tiny.yaml:15: beats.1.captions.0: no text in zh"),
    "a placeholder that is not": (SCRIPT, '"{bars} bars <grow>"', '"{brs} bars"',
        r"tiny.yaml:10: .*the trace has no brs; it has bars, heights, total"),
    "a placeholder of an array": (SCRIPT, '"{bars} bars <grow>"', '"{heights} bars"',
        r"tiny.yaml:10: .*heights is an array of the shape \(3,\), and one number is needed"),
    "a format that is none": (SCRIPT, '"{bars} bars <grow>"', '"{bars:.0q} bars"',
        r"tiny.yaml:10: .*\.0q"),
    "a formula that is none": (SCRIPT, "en: They leave", R"en: 'They $\lleave$'",
        r"tiny.yaml:15: .*lleave"),
    "a dollar too few": (SCRIPT, "en: They leave", R"en: 'They $x leave'",
        r"tiny.yaml:15: "),
    "a computation that is not": (SCRIPT, "tiny_concept:measure", "tiny_concept:mesure",
        r"tiny_concept:mesure"),
    "a beat twice": (SCRIPT, "id: bars_leave", "id: bars_grow",
        r"tiny.yaml:12: beats.1.id: 'bars_grow' is the id of an earlier beat"),
    "a beat called as a method of scenes": (SCRIPT, "id: bars_leave", "id: play",
        r"tiny.yaml:12: a beat cannot be called 'play': every scene has that method"),
    "a loop that is no beat": (SCRIPT, "\nalt:", "\nloop: bars_groww\nalt:",
        r"tiny.yaml:\d+: loop: there is no beat 'bars_groww'; choose one of bars_grow, bars_leave"),
    "a symbol's role that is not": (SCRIPT, "\nbeats:", "\nsymbols: {x: modle}\nbeats:",
        r"tiny.yaml:\d+: symbols: there is no role 'modle'"),
    # in the concept
    "a concept that is no Python": (
        CONCEPT, "def measure(bars: int = 3) -> Bars:", "def measure(bars: int = 3) -> Bars",
        r"tiny_concept.py, line 30: SyntaxError"),
    "a concept that raises": (CONCEPT, "np.arange(1.0, bars + 1)", "np.linalg.inv(np.zeros((2, 2)))",
        r"tiny_concept:measure raised LinAlgError: Singular matrix\n  \S+tiny_concept.py, line 32, in measure"),
    "a claim that does not hold": (CONCEPT, "bars * (bars + 1) / 2", "bars + 0.5",
        r"so it is neither saved nor drawn:\n  the heights add up to the total: found 6.0 of 3.5"),
    "an array of another type": (CONCEPT, "np.arange(1.0, bars + 1)", "np.arange(1, bars + 1)",
        r"Bars.heights: needs Float\[ndarray, 'bar'\], got int64.*\n  \S+tiny_concept.py, line 33, in measure"),
    "nothing returned": (CONCEPT, "return Bars(heights", "Bars(heights",
        r"tiny_concept.py, line 30: tiny_concept:measure returned NoneType, and has to return Bars"),
    "no kind of trace told": (CONCEPT, "def measure(bars: int = 3) -> Bars:", "def measure(bars: int = 3):",
        r"tiny_concept.py, line 30: .* has to say which trace it returns, and it has no annotation"),
}  # fmt: skip


def told(project: TinyProject) -> str:
    """What is said of the film by whoever goes through it, in a fork, which has imported manimgl already."""
    inbox, outbox = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            sys.path.insert(0, str(project.root))
            kind = engine.scene_class(project.root / SCENE)
            scene = engine.make_scene(kind, skip_animations=True, language="en", theme="dark")
            engine.perform(scene, lambda painter: None, skipping=True)
        except MathvizError as error:
            os.write(outbox, str(error).encode())
        except BaseException as error:  # noqa: BLE001
            os.write(outbox, f"untold: {error!r}".encode())
        finally:
            os._exit(0)
    os.close(outbox)
    with os.fdopen(inbox, "rb") as file:
        said = file.read().decode()
    os.waitpid(child, 0)
    return said


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_told_with_its_place(tiny: TinyProject, manim: None, mistake: str) -> None:
    file, old, new, says = MISTAKES[mistake]
    tiny.edit(SCENE, "from manimlib import", "from manimlib import Tex, ")
    if file == SCENE:
        tiny.edit(SCRIPT, "\nbeats:", "\nlabels: {height: {en: height, zh: 高}}\n\nbeats:")
    tiny.edit(file, old, new)
    said = told(tiny)
    assert re.search(says, said), said


def test_without_a_mistake_nothing_is_told(tiny: TinyProject, manim: None) -> None:
    assert told(tiny) == ""
