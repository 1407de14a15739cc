"""What is seen → findings. Each rule is a function over one version of a film; the limits are in assets/lint.yaml.

Sources of the limits: WCAG 2.2 (contrast, flashes), EBU R95 (safe area), legibility.info (sizes), BCAP and the
Netflix guides (reading), Machado 2009 and Brettel 1997 (colour vision).
"""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import yaml

from mathviz import style
from mathviz.lint.observe import Box, Observed, Shown, glyph_height
from mathviz.project import ASSETS

RULES = {
    "TXT001": "text too small", "TXT002": "text that cannot be read in its time", "TXT003": "text over text",
    "TXT004": "lines too long or too many", "TXT005": "characters without a glyph", "GEO001": "off screen",
    "GEO002": "outside the safe area", "CON001": "text contrast", "CON002": "graphic contrast",
    "CVD001": "colours that some cannot tell apart", "FLS001": "flashes", "FLS002": "red flashes",
    "PAC001": "dead time", "PAC002": "beat too long or too short", "ENC001": "stream properties",
    "I18N001": "missing translation", "I18N002": "text as in another language",
    "A11Y001": "missing alternative",
    "SCN001": "a scene that fails", "SCN002": "a moment beyond its beat",
    "PAC003": "events per minute", "LNT001": "waiver of no rule or without a reason",
    "LNT002": "waiver that waives nothing",
}  # fmt: skip
"""Every rule, and what it finds."""


@dataclass(frozen=True)
class Finding:
    """One thing to mend: where, what was measured, the limit, and what to do; both are in what was measured of a scene
    that does not play to its end."""

    rule: str
    level: str  # error, warning or note
    stem: str
    version: str  # language and theme, en.dark
    beat: str
    time: float  # seconds into the film
    what: str  # the object
    measured: str
    limit: str
    advice: str
    box: Box | None = None
    into: float = 0.0  # seconds into the beat
    waived: str = ""  # the reason, if a comment in the scene waives it

    @property
    def says(self) -> str:
        """What was found and what to do, in a line."""
        if not self.limit:
            return self.measured
        return f"found {self.measured}; the limit is {self.limit}. To do: {self.advice}"


@functools.cache
def limits() -> dict[str, Any]:
    """``assets/lint.yaml`` as written."""
    return yaml.safe_load((ASSETS / "lint.yaml").read_text(encoding="utf-8"))


def limits_of(film: Observed) -> dict[str, Any]:
    """Those of a film's shape."""
    return limits() | limits()["shapes"].get(film.shape, {})


def check(film: Observed) -> list[Finding]:
    """All findings of one version, each object once for each rule and beat."""
    found: dict[tuple[str, ...], Finding] = {}
    for rule in (_sizes, _reading, _overlaps, _lines, _glyphs, _places, _contrasts, _confusions, _pauses, _lengths,
                 _in_motion):  # fmt: skip
        for finding in rule(film):
            found.setdefault((finding.rule, finding.beat, finding.what, finding.level), finding)
    return sorted(found.values(), key=lambda finding: (finding.time, finding.rule))


def _finding(
    film: Observed, rule: str, level: str, beat: str, time: float, what: Shown | str, measured: str, limit: str,
    advice: str,
) -> Finding:  # fmt: skip
    name, box = (what.name, what.box) if isinstance(what, Shown) else (what, None)
    version = f"{film.language}.{film.theme}".strip(".")
    into = round(time - film.beats[beat][0], 2) if beat in film.beats else 0.0
    return Finding(rule, level, film.stem, version, beat, round(time, 2), name, measured, limit, advice, box, into)


def _seen(film: Observed, *kinds: str) -> Iterator[tuple[str, float, Shown]]:
    """Everything that is well visible in a settled picture, with its beat and time."""
    for sight in film.sights:
        for shown in sight.shown:
            if shown.kind in kinds and shown.opacity >= 0.5:
                yield sight.beat, sight.start, shown


def _in_motion(film: Observed) -> Iterator[Finding]:
    """What is wrong inside animations, if it stays so: text that only passes a bad place or size is no fault."""
    least, before = limits()["motion"]["seconds"], -1.0
    runs: dict[tuple[str, str], tuple[float, Finding]] = {}
    for sight in film.motion:
        seen = tuple(shown for shown in sight.shown if shown.opacity >= 0.5)
        now = replace(film, sights=[replace(sight, shown=seen)], motion=[])
        found = {(finding.rule, re.sub(r"[\d.,]+", "0", finding.what)): finding
                 for rule in (_sizes, _overlaps, _places, _contrasts) for finding in rule(now)}  # fmt: skip
        gone_on = runs if sight.start - before < 1e-3 else {}
        runs = {key: gone_on.get(key, (sight.start, finding)) for key, finding in found.items()}
        before = sight.end
        for begun, finding in runs.values():
            if sight.end - begun >= least - 1e-6:
                yield replace(finding, measured=f"{finding.measured}, in motion")


def rhythm(films: Sequence[Observed]) -> Iterator[Finding]:
    """How much happens in a film: animations that begin, a minute, in all and in its busiest and its quietest beat."""
    for film in films:
        length = sum(ended - begun for begun, ended in film.beats.values())
        paces = {beat: 60 * film.events.get(beat, 0) / (ended - begun) for beat, (begun, ended) in film.beats.items()
                 if ended > begun}  # fmt: skip
        if paces and film.theme:
            most, fewest = max(paces, key=paces.__getitem__), min(paces, key=paces.__getitem__)
            pace = f"{60 * sum(film.events.values()) / length:.0f}"
            yield _finding(film, "PAC003", "note", "", 0.0, "the film", pace,
                           f"{paces[fewest]:.0f} in {fewest} to {paces[most]:.0f} in {most}",
                           "nothing: this is what there is")  # fmt: skip


def _sizes(film: Observed) -> Iterator[Finding]:
    limit = limits_of(film)
    text, script = limit["text_size"], limit["script_size"]
    for beat, time, shown in _seen(film, "text", "formula"):
        if shown.kind == "formula":
            if shown.size < script["warning"]:
                yield _finding(film, "TXT001", "warning", beat, time, shown, f"{shown.size:.1%} of the height",
                               f"{script['warning']:.1%}", "enlarge the formula: its smallest sign is lost on a phone")
        elif shown.size < text["error"]:
            yield _finding(film, "TXT001", "error", beat, time, shown, f"one em is {shown.size:.1%} of the height",
                           f"{text['error']:.1%}", "use a size of assets/theme.yaml, or fewer words")  # fmt: skip


def _reading(film: Observed) -> Iterator[Finding]:
    """From fully there to the begin of its going."""
    rule = limits()["reading"]
    for beat, begun, ended, shown in _exposures(film):
        if not any(sign.isalnum() for sign in shown.text):
            continue
        by_signs = _latin(shown.text) / rule["latin_per_second"] + _han(shown.text) / rule["han_per_second"]
        shortest = max(rule["recognise"], rule["per_word"] * style.words(shown.text), by_signs)
        if ended - begun < shortest - 1e-6:
            yield _finding(film, "TXT002", "error", beat, begun, shown, f"{ended - begun:.1f} s", f"{shortest:.1f} s",
                           "show it earlier, or wait longer before it goes")  # fmt: skip


def _exposures(film: Observed) -> list[tuple[str, float, float, Shown]]:
    """Every text with its beat and the times from which and until which it is fully there.

    A readout that runs along counts as one text: the same words, near the same place, with other digits. Time inside
    animations counts, for texts that outlast one.
    """
    found: list[tuple[str, float, float, Shown]] = []
    before: dict[int, tuple[str, float, float, Shown]] = {}  # by the object's number
    for sight in sorted([*film.sights, *film.motion], key=lambda sight: (sight.start, sight.end)):
        texts = [shown for shown in sight.shown if shown.kind == "text" and shown.opacity >= 0.9]
        gone = [before[number] for number in before.keys() - {shown.number for shown in texts}]
        now = {}
        for shown in texts:
            known = before.get(shown.number) or next((span for span in gone if _runs_on(span[3], shown)), None)
            if known and shown.number not in before:
                gone.remove(known)
            beat, begun = known[:2] if known else (sight.beat, sight.start)
            now[shown.number] = (beat, begun, sight.end, shown)
        found += gone
        before = now
    lasting = {shown.number for sight in film.sights for shown in sight.shown}
    return [exposure for exposure in (*found, *before.values()) if exposure[3].number in lasting]


def _runs_on(one: Shown, other: Shown) -> bool:
    """Whether the second is the first with other digits, in its place or moved along one axis."""
    same = re.sub(r"[\d.,]+", "0", one.text) == re.sub(r"[\d.,]+", "0", other.text)
    moves = sorted(abs(one.box[at] + one.box[at + 2] - other.box[at] - other.box[at + 2]) / 2 for at in (0, 1))
    return same and moves[0] < 0.02


def _latin(text: str) -> int:
    return sum(not character.isspace() and not style.HAN.match(character) for character in text)


def _han(text: str) -> int:
    return len(style.HAN.findall(text))


def _overlaps(film: Observed) -> Iterator[Finding]:
    rule = limits()["overlap"]
    for sight in film.sights:
        texts = [shown for shown in sight.shown if shown.text and shown.opacity > rule["opacity"]]
        for one, other in itertools.combinations(texts, 2):
            share = _common(one.box, other.box) / max(min(_area(one.box), _area(other.box)), 1e-9)
            if share > 0.9 and one.text == other.text:  # a copy that is about to leave, or has arrived
                continue
            if share > rule["share"]:
                yield _finding(film, "TXT003", "error", sight.beat, sight.start, one,
                               f"{share:.0%} of the smaller lies on {other.name}", f"{rule['share']:.0%}",
                               "move one of them, or let one go first")  # fmt: skip


def _common(one: Box, other: Box) -> float:
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    return max(width, 0.0) * max(height, 0.0)


def _area(box: Box) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])


def _lines(film: Observed) -> Iterator[Finding]:
    rule = limits_of(film)["line"]
    for beat, time, shown in _seen(film, "text"):
        lines = shown.text.splitlines()
        longest = max(lines, key=len, default="")
        allowed = rule["han"] if _han(longest) else rule["latin"]
        length = _han(longest) + 0.5 * (len(longest) - _han(longest)) if _han(longest) else len(longest)
        if length > allowed and shown.size < 0.06:
            yield _finding(film, "TXT004", "warning", beat, time, shown, f"{length:.0f} characters", f"{allowed}",
                           "break the line or shorten it")  # fmt: skip
        if len(lines) > rule["lines"]:
            yield _finding(film, "TXT004", "warning", beat, time, shown, f"{len(lines)} lines", f"{rule['lines']}",
                           "say it in fewer words")  # fmt: skip


def _glyphs(film: Observed) -> Iterator[Finding]:
    if not film.theme:  # other people's scenes bring their own fonts
        return
    for beat, time, shown in _seen(film, "text", "title"):
        missing = sorted({sign for sign in shown.text if not sign.isspace() and not glyph_height(sign)})
        if missing:
            yield _finding(film, "TXT005", "error", beat, time, shown, f"no glyph for {' '.join(missing)}",
                           "a glyph for each character", "choose another character, or use a formula")  # fmt: skip


def _places(film: Observed) -> Iterator[Finding]:
    safe, seen = limits_of(film)["safe"], limits()["off_screen"]["visible"]
    inside = (safe["x"], safe.get("bottom", safe["y"]), 1 - safe["x"], 1 - safe["y"])
    for beat, time, shown in _seen(film, "text", "title", "formula"):
        share = _common(shown.box, (0.0, 0.0, 1.0, 1.0)) / max(_area(shown.box), 1e-9)
        if share < seen:
            yield _finding(film, "GEO001", "error", beat, time, shown, f"{share:.0%} of it can be seen", f"{seen:.0%}",
                           "move it into the picture")  # fmt: skip
        elif _out(shown.box, inside) > 0.002:
            yield _finding(film, "GEO002", "warning", beat, time, shown,
                           f"{_out(shown.box, inside):.1%} beyond the safe area", "0",
                           "keep text 5 % away from every edge")  # fmt: skip


def _out(box: Box, inside: Box) -> float:
    return max(inside[0] - box[0], inside[1] - box[1], box[2] - inside[2], box[3] - inside[3], 0.0)


def contrast(one: str, other: str) -> float:
    """WCAG's ratio between two colours in hex, 1 to 21."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _mixed(colour: str, page: str, opacity: float) -> str:
    """A colour laid over the page."""
    pairs = ((int(colour[at : at + 2], 16), int(page[at : at + 2], 16)) for at in (1, 3, 5))
    return "#{:02x}{:02x}{:02x}".format(*(round(opacity * one + (1 - opacity) * other) for one, other in pairs))


@functools.cache
def _luminance(colour: str) -> float:
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@functools.cache
def _of_a_scale(theme: str) -> frozenset[str]:
    """Colours that stand for values: they are to be compared with a scale, not with the page."""
    if not theme:
        return frozenset()
    maps = style.theme(theme)
    pixels = [*maps.signed_pixels(np.linspace(-1, 1, 256), 1.0), *maps.magnitude(np.linspace(0, 1, 256), 1.0)]
    return frozenset("#{:02x}{:02x}{:02x}".format(*pixel) for pixel in pixels)


def _contrasts(film: Observed) -> Iterator[Finding]:
    rule = limits()["contrast"]
    for beat, time, shown in _seen(film, "text", "title", "formula"):
        if shown.opacity < 0.9 or not shown.behind:
            continue
        needed = rule["large_text"] if shown.kind == "text" and shown.size >= rule["large_from"] else rule["text"]
        worst = min(shown.colours, key=lambda colour: contrast(colour, shown.behind))
        if contrast(worst, shown.behind) < needed:
            yield _finding(film, "CON001", "error", beat, time, shown,
                           f"{contrast(worst, shown.behind):.1f} : 1, {worst} on {shown.behind}", f"{needed:g} : 1",
                           "use another role, or put the text on the page")  # fmt: skip
    for beat, time, shown in _seen(film, "shape"):
        if not shown.drawn or not film.background or _of_a_scale(film.theme) & set(shown.colours):
            continue
        # an edge is blurred where it is drawn, so what was asked for counts as well
        asked = [_mixed(colour, film.background, shown.opacity) for colour in shown.colours]
        best = max(contrast(colour, film.background) for colour in (*asked, shown.drawn))
        if _area(shown.box) < 0.25 and best < rule["graphic"]:
            yield _finding(film, "CON002", "warning", beat, time, f"shape in {shown.colours[0]}",
                           f"{best:.1f} : 1 on the page", f"{rule['graphic']:g} : 1", "use a role of the theme")


def _confusions(film: Observed) -> Iterator[Finding]:
    """Colours of a role each, of shapes seen together: told apart by most people, but not by all."""
    rule, told = limits()["confusable"], set()
    for sight in film.sights:
        colours = sorted({colour for shown in sight.shown if shown.kind == "shape" and shown.opacity >= 0.5
                          for colour in shown.colours} - _of_a_scale(film.theme))  # fmt: skip
        for one, other in itertools.combinations(colours, 2):
            if (one, other) in told:
                continue
            told.add((one, other))
            if difference(one, other, "") < 15:  # shades of one colour, which nobody tells apart at a glance
                continue
            for vision in ("protan", "deutan", "tritan"):
                apart = difference(one, other, vision)
                least = rule["tritan"] if vision == "tritan" else rule["warning"]
                if apart < least and contrast(one, other) < 1.5:
                    level = "error" if apart < rule["error"] and vision != "tritan" else "warning"
                    yield _finding(film, "CVD001", level, sight.beat, sight.start, f"{one} and {other}",
                                   f"ΔE {apart:.1f} to {vision} eyes", f"{least:g}",
                                   "use roles of the theme, or another shape or label for one")  # fmt: skip


@functools.cache
def difference(one: str, other: str, vision: str) -> float:
    """CIEDE2000 between two colours as seen with all cones, or by protan, deutan or tritan eyes."""
    from coloraide import Color

    colours = [Color(colour) for colour in (one, other)]
    if vision:
        method = "brettel" if vision == "tritan" else "machado"
        colours = [colour.filter(vision, method=method) for colour in colours]
    return float(colours[0].delta_e(colours[1], method="2000"))


def _pauses(film: Observed) -> Iterator[Finding]:
    """A settled picture that stays longer than there is to read on it."""
    for sight in film.sights:
        new = [shown for shown in sight.shown if shown.kind == "text"]
        words = sum(style.words(shown.text) for shown in new)
        han, formulas = sum(_han(shown.text) for shown in new), sum(shown.kind == "formula" for shown in sight.shown)
        needed = max(limits()["dead_time"]["seconds"], 3 + 0.25 * words + 0.15 * han + 1.5 * formulas)
        if sight.end - sight.start > needed + 0.5:  # holds are whole half seconds
            yield _finding(film, "PAC001", "warning", sight.beat, sight.start, "the picture",
                           f"still for {sight.end - sight.start:.1f} s", f"{needed:.1f} s for what there is to read",
                           "shorten the wait, or let something move")  # fmt: skip


def _lengths(film: Observed) -> Iterator[Finding]:
    rule = limits()["beat"]
    for beat, (begun, ended) in film.beats.items():
        if film.theme and not rule["shortest"] <= round(ended - begun, 3) <= rule["longest"]:
            yield _finding(film, "PAC002", "warning", beat, begun, "the beat", f"{ended - begun:.1f} s",
                           f"{rule['shortest']:g} to {rule['longest']:g} s", "split it, or join it with a neighbour")
