"""The page of the stage says what the stage has: its numbers are read off the sources without running them."""

from __future__ import annotations

import ast
import re

import pytest

from mathviz.docs import stage as page


def test_regions_and_angles_on_the_page_are_those_of_the_stage(manim: None) -> None:
    from mathviz import stage
    from mathviz.stage import frame, shots

    told = [*page.constants("frame", "Region"), *page.constants("shots", "Angle")]
    assert {name for name, _, _ in told} == {name for name in stage.__all__ if name.isupper()}
    for name, value, _ in told:
        real = getattr(stage, name)
        assert isinstance(real, (frame.Region, shots.Angle))
        for part in vars(value):
            assert getattr(real, part) == pytest.approx(getattr(value, part), abs=0.01), name


def test_every_verb_is_on_the_page(manim: None) -> None:
    from mathviz.stage import Explainer

    text = page.page()
    own = {name for kind in Explainer.__mro__ if kind.__module__.startswith("mathviz.stage")
           for name, value in vars(kind).items() if callable(value) and not name.startswith("_")}  # fmt: skip
    missing = {name for name in own - page.OWN if f"`self.{name}(" not in text}
    assert not missing


def test_what_is_code_on_the_page_is_fenced_and_parses() -> None:
    """Each section's example, also where it is all that the section says."""
    text = page.page()
    blocks = re.findall(r"^```python\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    for block in blocks:
        ast.parse(block)
    assert any(block.startswith("law = self.law(") for block in blocks)
    prose = re.sub(r"^```.*?^```$", "", text, flags=re.DOTALL | re.MULTILINE)
    assert not re.findall(r"^(?:self\.|\w+ = ).*$", prose, re.MULTILINE)
