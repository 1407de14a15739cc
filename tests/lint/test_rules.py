"""For every rule a film that must trip it and one that nearly does and must not. conftest.py prints the counts."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mathviz.lint import rules
from mathviz.lint.observe import Observed, Shown, Sight

PAGE = "#0B0D12"
WORD = Shown(0, "text", "tile", (0.4, 0.5, 0.5, 0.54), 1.0, ("#ededed",), 0.045, PAGE)


def film(*sights: tuple[float, float, tuple[Shown, ...]], beat=(0.0, 8.0), **changes) -> Observed:
    """A film of one beat with these pictures: from, until, what is shown."""
    seen = [Sight("beat", begun, ended, shown) for begun, ended, shown in sights]
    return replace(Observed("stem", "en", "dark", PAGE, seen, {"beat": beat}), **changes)


def shape(*colours: str, number: int = 1, **changes) -> Shown:
    return replace(Shown(number, "shape", "", (0.2, 0.2, 0.3, 0.3), 1.0, colours), **{"drawn": colours[0], **changes})


def still(*shown: Shown, seconds: float = 3.0) -> Observed:
    return film((0.0, seconds, shown))


def text(words: str = "tile", number: int = 0, **changes) -> Shown:
    return replace(WORD, text=words, number=number, **changes)


HAN = "这一句话要读上好一会儿才行"
CAPTION = "A sentence that takes a while to read, of ten words"
CASES = {
    "TXT001": [
        (still(text(size=0.036)), still(text(size=0.038))),
        (still(text(r"x_{t_0}", kind="formula", size=0.014)), still(text(r"x_{t_0}", kind="formula", size=0.016))),
    ],
    "TXT002": [
        (still(WORD, seconds=0.5), still(WORD, seconds=1.0)),
        (still(text(CAPTION), seconds=2.0), still(text(CAPTION), seconds=3.0)),
        (still(text(HAN), seconds=1.2), still(text(HAN), seconds=1.6)),
        # a readout that runs along is one text; words that follow each other in one place are two
        (film((0.0, 0.4, (text("one"),)), (0.4, 0.8, (text("two", 1),))),
         film(*((0.4 * n, 0.4 * n + 0.4, (text(f"step {n}", n),)) for n in range(4)))),
    ],
    "TXT003": [
        (still(WORD, text("other", 1, box=(0.48, 0.5, 0.6, 0.54))),
         still(WORD, text("other", 1, box=(0.51, 0.5, 0.6, 0.54)))),
        (still(WORD, text("other", 1)), still(WORD, text("other", 1, opacity=0.05))),
        (still(WORD, text("other", 1)), still(WORD, text("tile", 1))),
    ],
    "TXT004": [
        (still(text("x" * 43)), still(text("x" * 42))),
        (still(text("字" * 21)), still(text("字" * 20))),
        (still(text("a\nb\nc")), still(text("a\nb"))),
    ],
    "TXT005": [(still(text("⟨x⟩")), still(text("(x)")))],
    "GEO001": [
        (still(replace(WORD, box=(-0.05, 0.5, 0.1, 0.54))), still(replace(WORD, box=(0.0, 0.5, 0.15, 0.54)))),
    ],
    "GEO002": [
        (still(replace(WORD, box=(0.04, 0.5, 0.1, 0.54))), still(replace(WORD, box=(0.05, 0.5, 0.1, 0.54)))),
        (still(replace(WORD, box=(0.4, 0.9, 0.5, 0.96))), still(replace(WORD, box=(0.4, 0.9, 0.5, 0.95)))),
    ],
    "CON001": [
        (still(text(colours=("#767676",))), still(text(colours=("#7f7f7f",)))),
        (still(text(colours=("#5a5a5a",), size=0.06)), still(text(colours=("#6b6b6b",), size=0.06))),
        (still(text(colours=("#ededed",), behind="#8a8a8a")), still(text(colours=("#ededed",), behind="#606060"))),
    ],
    "CON002": [
        (still(shape("#505050")), still(shape("#707070"))),
        (still(shape("#a0a0a0", opacity=0.5, drawn="#585858")), still(shape("#a0a0a0", opacity=0.8, drawn="#838383"))),
        (still(shape("#505050")), still(shape("#505050", opacity=0.3))),
        (still(shape("#505050")), still(shape("#505050", drawn="#707070"))),
        (still(shape("#505050")), still(shape("#505050", "#a0a0a0"))),
    ],
    "CVD001": [
        # manim's own red and green; the house's data and rival
        (still(shape("#9a9a35"), shape("#a88a60", number=2)), still(shape("#5dcdfb"), shape("#fb9f00", number=2))),
        (still(shape("#c05f51"), shape("#7f8a3c", number=2)), still(shape("#c05f51"), shape("#c0e0ff", number=2))),
    ],
    "PAC001": [
        (still(WORD, seconds=5.0), still(WORD, seconds=3.0)),
        (still(text(CAPTION), seconds=7.5), still(text(CAPTION), seconds=5.5)),
    ],
    "PAC002": [
        (film(beat=(0.0, 20.5)), film(beat=(0.0, 20.0))),
        (film(beat=(0.0, 3.5)), film(beat=(0.0, 4.0))),
    ],
}  # fmt: skip


def moving(*looks: tuple[Shown, ...]) -> Observed:
    """A film in which something moves all the time, seen every quarter second."""
    seen = [Sight("beat", 0.25 * at, 0.25 * at + 0.25, shown) for at, shown in enumerate(looks)]
    return replace(film(), motion=seen)


OVER, SMALL = text("other", 1), text("other", 1, size=0.02)
IN_MOTION = {
    "TXT001": (moving((SMALL,), (SMALL,)), moving((SMALL,), (OVER,), (SMALL,))),
    "TXT003": (moving((WORD, OVER), (WORD, OVER)), moving((WORD, OVER), (WORD,), (WORD, OVER))),
    "GEO001": (moving(*[(text(box=(-0.05 * at, 0.5, 0.1, 0.54)),) for at in (1, 2)]),
               moving(*[(text(box=(-0.05 * at, 0.5, 0.1, 0.54)),) for at in (0, 1)])),
    "CON001": (moving(*2 * [(text(behind="#c0c0c0"),)]), moving((text(behind="#c0c0c0"),), (WORD,))),
}  # fmt: skip


@pytest.mark.parametrize("rule", IN_MOTION)
def test_inside_an_animation_a_fault_must_last(rule: str) -> None:
    bad, good = IN_MOTION[rule]
    assert tripped(bad) == {rule} and tripped(good) == set()
    assert rules.check(bad)[0].measured.endswith("in motion")


def test_a_text_is_read_while_something_else_moves() -> None:
    caption = text(CAPTION)
    long = replace(moving(*12 * [(caption,)]), sights=[Sight("beat", 3.0, 3.5, (caption,))])
    short = replace(moving(*4 * [(caption,)]), sights=[Sight("beat", 1.0, 1.5, (caption,))])
    assert "TXT002" not in tripped(long) and "TXT002" in tripped(short)


def test_texts_that_give_way_to_each_other_are_no_fault() -> None:
    fading = [(text(opacity=1 - share), text("other", 1, opacity=share)) for share in (0.2, 0.4, 0.6, 0.8)]
    assert tripped(moving(*fading)) == set()


def test_what_happens_is_counted_by_the_minute() -> None:
    two = replace(film(), beats={"first": (0.0, 10.0), "then": (10.0, 30.0)}, events={"first": 5, "then": 5})
    (note,) = rules.rhythm([two])
    assert (note.level, note.measured, note.limit) == ("note", "20", "15 in then to 30 in first")


def tripped(observed: Observed) -> set[str]:
    return {finding.rule for finding in rules.check(observed)}


@pytest.mark.parametrize(("rule", "index"), [(rule, at) for rule, cases in CASES.items() for at in range(len(cases))])
def test_it_trips_what_it_must_and_nothing_near_it(rule: str, index: int, record_property) -> None:
    bad, good = CASES[rule][index]
    found = rule in tripped(bad), rule in tripped(good)
    record_property("recall", int(found[0]))
    record_property("precision", int(not found[1]))
    assert found == (True, False)


def test_every_rule_over_the_screen_has_its_cases() -> None:
    of_files = {"FLS001", "FLS002", "ENC001", "I18N001", "I18N002", "A11Y001", "LNT001", "LNT002", "SCN001", "SCN002"}
    assert set(CASES) == set(rules.RULES) - of_files - {"PAC003"}


def test_a_finding_says_where_and_what_to_do() -> None:
    (finding,) = rules.check(still(text(size=0.02)))
    assert (finding.stem, finding.version, finding.beat, finding.time) == ("stem", "en.dark", "beat", 0.0)
    assert finding.measured == "one em is 2.0% of the height" and finding.limit == "3.7%"
    assert finding.advice and finding.box == WORD.box


def test_one_object_is_told_once_for_each_beat() -> None:
    small = text(size=0.02)
    assert len(rules.check(film((0.0, 2.0, (small,)), (3.0, 5.0, (small,))))) == 1


def test_scenes_of_other_people_may_bring_their_own_fonts_and_pace() -> None:
    foreign = film((0.0, 2.0, (text("⟨x⟩"),)), beat=(0.0, 90.0), language="", theme="", background="")
    assert tripped(foreign) == set()


def test_contrast_is_wcags() -> None:
    assert rules.contrast("#000000", "#ffffff") == pytest.approx(21)
    assert rules.contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
