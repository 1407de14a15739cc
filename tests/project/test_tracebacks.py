"""An exception in an author's code is told by the author's own lines, with what may have been meant."""

from __future__ import annotations

from pathlib import Path

import pytest

from mathviz.project import loading, tracebacks

CODE = '''
import json
from types import SimpleNamespace

import numpy as np

trace = SimpleNamespace(total=3.0, heights=np.arange(3.0))


def field():
    return trace.totl


def formatted():
    return "{:.2f}".format(trace.heights)


def compared():
    if trace.heights > 1:
        return 1


def parsed():
    return json.loads("{")


def scalar():
    return float(trace.heights)
'''


@pytest.mark.parametrize(
    ("name", "line", "says"),
    [("field", 11, "AttributeError: 'types.SimpleNamespace' object has no attribute 'totl'. Closest: total"),
     ("formatted", 15, "an array stands where one number is needed"),
     ("compared", 19, "an array stands where one number is needed"),
     ("scalar", 28, "an array stands where one number is needed"),
     ("parsed", 24, "JSONDecodeError: Expecting property name")],
)  # fmt: skip
def test_the_innermost_place_is_the_authors(tmp_path: Path, name: str, line: int, says: str) -> None:
    (tmp_path / "scene.py").write_text(CODE)
    module = loading.load(tmp_path / "scene.py")
    with pytest.raises(Exception) as raised:
        getattr(module, name)()
    raised.value.__traceback__ = raised.tb.tb_next  # from the author's code on, as where a film calls it
    assert tracebacks.place(raised.value) == f"{tmp_path}/scene.py, line {line}"
    assert says in tracebacks.words(raised.value)
    assert tracebacks.way(raised.value).splitlines()[0].startswith(f"  {tmp_path}/scene.py, line {line}, in {name}: ")
    assert "json/decoder" not in tracebacks.way(raised.value)


def test_of_a_file_that_is_no_python_the_faults_line_is_told(tmp_path: Path) -> None:
    """Not the line that imports it."""
    (tmp_path / "scene.py").write_text("import math\n\nclass Scene\n    pass\n")
    with pytest.raises(SyntaxError) as raised:
        loading.load(tmp_path / "scene.py")
    assert tracebacks.place(raised.value) == f"{tmp_path}/scene.py, line 3"
    assert tracebacks.words(raised.value) == "SyntaxError: expected ':': class Scene"
