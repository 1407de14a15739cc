"""Chapters, titles, descriptions and tags: within what each place takes, for any film."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from mathviz.gallery.films import Beat
from mathviz.upload.chapters import Chapter, chapters
from mathviz.upload.places import BILIBILI, PLACES, YOUTUBE, Place, description, tags, title

SECONDS = st.integers(1, 900).map(lambda tenths: tenths / 10)
PLACE = st.sampled_from(list(PLACES.values()))
TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=300)


def beats_of(lengths: list[float]) -> tuple[list[Beat], float]:
    """Beats of so many seconds: the opening, and then one named for its place."""
    found, start = [], 0.0
    for at, length in enumerate(lengths):
        name = "question" if at == 0 else f"beat_{at}"
        found.append(Beat(id=name, chapter="Title" if at == 0 else f"C{at}", start=start, frames=1, captions=[]))
        start += length
    return found, start


def test_short_beats_are_put_together_with_the_next_and_the_last_with_the_one_before() -> None:
    beats, duration = beats_of([4, 7, 12, 5, 6, 11, 6])
    assert chapters(beats, duration) == [Chapter(0, "C1"), Chapter(11, "C2"), Chapter(23, "C3 · C4"),
                                         Chapter(34, "C5 · C6")]  # fmt: skip
    assert [chapter.line for chapter in chapters(*beats_of([65, 3535, 70]))] == ["0:00 Title", "1:05 C1", "1:00:00 C2"]
    assert chapters(*beats_of([10, 10, 9.9])) == [], "two are too few"


@settings(deadline=None)
@given(st.lists(SECONDS, min_size=1, max_size=40))
def test_chapters_are_as_youtube_takes_them(lengths: list[float]) -> None:
    beats, duration = beats_of(lengths)
    found = chapters(beats, duration)
    starts = [chapter.start for chapter in found]
    assert not found or (starts[0] == 0 and len(found) >= 3)
    assert all(after - before >= 10 for before, after in zip(starts, [*starts[1:], int(duration)], strict=False))
    assert not found or {name for chapter in found for name in chapter.title.split(" · ")} >= {
        beat.chapter for beat in beats[1:]
    }


@settings(deadline=None)
@given(PLACE, TEXT)
def test_a_title_is_taken_and_what_was_cut_is_told(place: Place, text: str) -> None:
    notes: list[str] = []
    made = title(place, text, notes)
    assert len(made) <= place.title and not (place is YOUTUBE and set(made) & set("<>"))
    assert bool(notes) == (len(" ".join(text.split())) > place.title)


def test_a_title_is_cut_at_a_word() -> None:
    notes: list[str] = []
    assert title(BILIBILI, "word " * 20, notes) == "word " * 15 + "word…"
    assert notes == ["bilibili: the title has 99 characters, 80 are taken: it was cut"]


@settings(deadline=None)
@given(PLACE, st.lists(TEXT.filter(str.strip), min_size=1, max_size=4), st.lists(TEXT, max_size=40))
def test_a_description_is_taken_and_what_is_not_in_it_is_told(
    place: Place, blocks: list[str], sources: list[str]
) -> None:
    notes: list[str] = []
    made = description(place, blocks, sources, "Sources:", notes)
    size = len(made.encode()) if place is YOUTUBE else len(made)
    assert size <= {"youtube": 5000, "bilibili": 2000}[place.name]
    whole = "\n\n".join([*blocks, *(["\n".join(["Sources:", *sources])] if sources else [])])
    assert bool(notes) == (made != place.clean(whole)), (made, whole)


def test_sources_give_way_first_and_a_single_paragraph_is_cut() -> None:
    notes: list[str] = []
    made = description(BILIBILI, ["Why?", "x" * 1500], ["y" * 300, "z" * 300], "Sources:", notes)
    assert made == f"Why?\n\n{'x' * 1500}\n\nSources:\n{'y' * 300}" and "1 of 2 sources and 2 of 2" in notes[0]
    assert len(description(YOUTUBE, ["字" * 3000], [], "", notes).encode()) in range(4990, 5001)


def test_tags_that_are_not_taken_are_told() -> None:
    notes: list[str] = []
    found = tags(BILIBILI, ["a", "a", "x" * 21, *map(str, range(12))], notes)
    assert found == ["a", *map(str, range(9))] and len(notes) == 4 and "x" * 21 in notes[0]
    notes.clear()
    assert len(tags(YOUTUBE, ["two words"] + ["t" * 100 + str(at) for at in range(9)], notes)) == 5
    assert len(notes) == 5, "commas and quotation marks count: 11 + 4 · 102 are the most of 500"
