"""What YouTube and bilibili take, and a film's words within it: titles, descriptions, tags.

YouTube's limits are those of its Data API (``videos``: title, description in bytes, tags with what is counted for each;
neither may hold angle brackets). bilibili's are those that its pages say and its answers repeat (errors 21103 for the
title, 21052 for the description, 21005 for tags).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

CUT = "…"


@dataclass(frozen=True)
class Cover:
    """A picture to show a film by: its name, width and height in pixels, and how many bytes it may have."""

    name: str
    width: int
    height: int
    most: int


@dataclass(frozen=True)
class Place:
    """Where films are uploaded, and what it takes: of a description as ``size`` counts it, in ``unit``; characters of a
    ``tag``, how many ``tags``, and characters of all of them."""

    name: str
    title: int
    description: int
    size: Callable[[str], int]
    unit: str
    tag: int
    tags: int
    all_tags: int
    covers: list[Cover]
    forbidden: dict[str, str] = field(default_factory=dict)

    def clean(self, text: str) -> str:
        """The text with what it may not hold as what looks alike."""
        return "".join(self.forbidden.get(sign, sign) for sign in text)


def _bytes(text: str) -> int:
    return len(text.encode())


YOUTUBE = Place(
    "youtube", title=100, description=5000, size=_bytes, unit="bytes", tag=500, tags=500, all_tags=500,
    covers=[Cover("cover.jpg", 1280, 720, 2_000_000)], forbidden={"<": "‹", ">": "›"},
)  # fmt: skip

BILIBILI = Place(
    "bilibili", title=80, description=2000, size=len, unit="characters", tag=20, tags=10, all_tags=500,
    covers=[Cover("cover-16x9.jpg", 1920, 1080, 5_000_000), Cover("cover-4x3.jpg", 1440, 1080, 5_000_000)],
)  # fmt: skip
"""Its covers must be 960×600 at least, and are asked for at 1146×717 or more."""

PLACES = {place.name: place for place in (YOUTUBE, BILIBILI)}


def title(place: Place, text: str, notes: list[str]) -> str:
    """A title that the place takes; what was cut off is noted."""
    cleaned = place.clean(" ".join(text.split()))
    if len(cleaned) <= place.title:
        return cleaned
    notes.append(f"{place.name}: the title has {len(cleaned)} characters, {place.title} are taken: it was cut")
    return _shortened(cleaned, place.title)


def _shortened(text: str, most: int) -> str:
    """The text's beginning, to the end of a word if there is one."""
    kept = text[: most - len(CUT)]
    whole = kept if text[len(kept)].isspace() else kept.rpartition(" ")[0]
    return (whole if len(whole) > most // 2 else kept).rstrip() + CUT


def description(place: Place, blocks: list[str], sources: list[str], heading: str, notes: list[str]) -> str:
    """Blocks of text, then sources under their heading: as many as fit, from the first on; then blocks from the first.

    What was left out is noted.
    """
    left, kept = [place.clean(source) for source in sources], [place.clean(block) for block in blocks if block]
    wanted = len(left), len(kept)

    def text() -> str:
        return "\n\n".join([*kept, *(["\n".join([heading, *left])] if left else [])])

    while place.size(text()) > place.description and (left or len(kept) > 1):
        (left or kept).pop()
    while place.size(text()) > place.description:
        kept[0] = _shortened(kept[0], len(kept[0]) - 1)
        wanted = wanted[0], -1
    if (len(left), len(kept)) != wanted:
        notes.append(f"{place.name}: the description has more than {place.description} {place.unit}: {len(left)} of "
                     f"{len(sources)} sources and {len(kept)} of {len(blocks)} paragraphs are in it")  # fmt: skip
    return text()


def tags(place: Place, wanted: list[str], notes: list[str]) -> list[str]:
    """The tags that the place takes, in order; which were left out is noted."""
    kept: list[str] = []
    for tag in dict.fromkeys(place.clean(" ".join(each.replace(",", " ").split())) for each in wanted):
        if not tag:
            continue
        if len(tag) > place.tag or len(kept) >= place.tags or _counted([*kept, tag]) > place.all_tags:
            notes.append(f"{place.name}: the tag {tag!r} is left out: {place.tags} tags are taken, of {place.tag} "
                         f"characters at most, {place.all_tags} in all")  # fmt: skip
        else:
            kept.append(tag)
    return kept


def _counted(names: list[str]) -> int:
    """As YouTube counts: commas between, and quotation marks around what has a space."""
    return sum(len(name) + 2 * (" " in name) for name in names) + len(names) - 1
