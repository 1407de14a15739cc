"""The page with all frames: everything on it, nothing from elsewhere, nothing taken at its word."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from tags import Tags

from mathviz.project import Project
from mathviz.snapshots import references
from mathviz.snapshots.contact_sheet import ContactSheet
from mathviz.snapshots.frames import Frame, Snapshot
from mathviz.snapshots.verdict import Verdict

EVIL = '<script>alert("&")</script>'
IMAGE = np.full((480, 854, 3), 60, np.uint8)


@pytest.fixture
def sheet(tmp_path: Path) -> ContactSheet:
    """A frame that is its reference, and one that is not and whose words are markup."""
    sheet = ContactSheet(Project(tmp_path))
    sheet.add(Verdict(Snapshot("tiny", "en", "dark", "bars_grow"), Frame(IMAGE, "Text\n"), ""))
    sheet.add(Verdict(Snapshot("tiny", "zh", "dark", f'"{EVIL}'), Frame(IMAGE, EVIL), f"FrameMismatch: {EVIL}"))
    return sheet


def test_what_a_film_says_stays_text(sheet: ContactSheet) -> None:
    page = Tags(sheet.page())
    assert "script" not in {tag for tag, _ in page.found}
    assert page.text.count(EVIL) >= 4, "title, failure, caption and text are there as they were"
    assert not any(name.startswith("on") for _, attributes in page.found for name in attributes)


def test_the_page_asks_for_nothing_from_anywhere(sheet: ContactSheet) -> None:
    page = sheet.page()
    sources = [value or "" for _, attributes in Tags(page).found
               for name, value in attributes.items() if name in ("src", "href", "srcset", "action")]  # fmt: skip
    assert len(sources) == 2 and all(source.startswith("data:image/") for source in sources)
    assert not re.search(r"https?:|url\(|@import", page)
    assert "content=\"default-src 'none'; img-src data:; style-src 'unsafe-inline'\"" in page


def test_a_failure_comes_first_and_with_its_picture(tmp_path: Path) -> None:
    sheet, snapshot = ContactSheet(Project(tmp_path)), Snapshot("tiny", "en", "dark", "bars_grow")
    drawn = references.drawn_of(sheet.project, snapshot)
    drawn.parent.mkdir(parents=True)
    drawn.write_bytes(b"old new difference")
    sheet.add(Verdict(snapshot, Frame(IMAGE, ""), ""))
    assert "data:image/png" not in sheet.page(), "a picture of a failure that was mended"
    sheet.add(Verdict(snapshot, Frame(IMAGE, ""), "12 pixels differ"))
    path = sheet.write("one.html")
    page = path.read_text("utf-8")
    assert path == tmp_path / "renders" / "frames" / "one.html" and sheet.failures == ["12 pixels differ"]
    assert "1 of 2 frames are their references" in page and page.count('<figure class="failed"') == 1
    assert 0 < page.index("data:image/png;base64,b2xkIG5ldyBkaWZmZXJlbmNl") < page.index("<figure")
