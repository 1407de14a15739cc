"""The site is the author's: whose it is, what is read in which order, and what others can make of it."""

from __future__ import annotations

import itertools
import json
import re
import shutil
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from forged import EVIL, change, forge_texts
from PIL import Image
from playwright.sync_api import Browser
from test_pages import TIME, opened, until
from tiny_project import TinyProject

from mathviz.gallery import settings
from mathviz.gallery.site import build
from mathviz.project.errors import ScriptError

SETTINGS = """
name: {en: Forward passes, zh: 前向传播}
tagline: {en: Drawn from numbers}
author: {name: Ada Example, url: https://ada.example}
links: [{text: Blog, url: https://ada.example/blog}]
licence: {text: CC BY 4.0, url: https://creativecommons.org/licenses/by/4.0/}
address: https://ada.example/films/
series: [{title: {en: Heights, zh: 高度}, films: [wide, tiny]}]
cover: tiny
colours: {link: ["#7a1fa2", "#f0b6ff"]}
font: Georgia, serif
"""
ROOT = "https://ada.example/films/"


def twin(filmed: TinyProject, stem: str) -> None:
    """The same film once more, by another name, and said to be longer."""
    for path in (filmed.root / "scenes").glob("tiny.*"):
        shutil.copy(path, path.with_stem(stem))
    folder = filmed.films.with_name(stem)
    shutil.copytree(filmed.films, folder)
    for path in sorted(folder.iterdir()):
        path.rename(folder / path.name.replace("tiny", stem))
    for path in folder.glob("*.json"):
        files = json.loads(path.read_text(encoding="utf-8"))["files"]
        named = {name.replace("tiny", stem): digest for name, digest in files.items()}
        change(path, stem=stem, files=named, duration=26.667)


@pytest.fixture
def authored(filmed: TinyProject) -> Path:
    """The site of two films with settings."""
    twin(filmed, "wide")
    (filmed.root / "site.yaml").write_text(SETTINGS, encoding="utf-8")
    return build(filmed.project).index.parent


def page(site: Path, name: str) -> str:
    return (site / name).read_text(encoding="utf-8")


def test_pages_say_whose_they_are_where_they_lie_and_what_comes_next(authored: Path) -> None:
    text = page(authored, "wide.en.html")
    for part in (
        "<title>Bars · Forward passes</title>", f'<link rel="canonical" href="{ROOT}wide.en.html">',
        f'hreflang="zh-CN" href="{ROOT}wide.zh.html"', f'"og:image" content="{ROOT}films/wide/wide.en.poster.png"',
        f'"og:video" content="{ROOT}films/wide/wide.en.mp4"', '"twitter:card" content="summary_large_image"',
        'rel="author">Ada Example</a>', 'href="https://ada.example/blog">Blog</a>', 'rel="license">CC BY 4.0</a>',
        '<a rel="next" href="tiny.en.html">',
    ):  # fmt: skip
        assert part in text, part
    assert 'rel="prev"' not in text and '<a rel="prev" href="wide.zh.html">' in page(authored, "tiny.zh.html")
    index = page(authored, "index.zh.html")
    assert index.index("wide.zh.html") < index.index("tiny.zh.html") and ">高度</h2>" in index and "前向传播" in index
    assert f'"og:image" content="{ROOT}cover.zh.png"' in index
    assert '"og:image:alt" content="Forward passes: Drawn from numbers"' in page(authored, "index.html")
    lasts = re.findall(r'datetime="PT(\d+)S">(\d+):(\d\d)</time>', index)
    assert len(lasts) == 2 and all(int(whole) == 60 * int(m) + int(s) for whole, m, s in lasts), "rounded once"
    with Image.open(authored / "cover.en.png") as cover:
        assert cover.size == (1200, 630)


def test_search_engines_get_the_film_with_its_chapters(authored: Path) -> None:
    (text,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page(authored, "tiny.en.html"))
    about = json.loads(text)
    assert (about["@type"], about["name"], about["inLanguage"]) == ("VideoObject", "Bars", "en")
    assert about["contentUrl"] == f"{ROOT}films/tiny/tiny.en.mp4" and about["author"]["name"] == "Ada Example"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00", about["uploadDate"])
    assert about.get("keywords") != ""
    clips = about["hasPart"]
    assert [clip["name"] for clip in clips] == ["Bars", "Growth", "The end"]
    assert [clip["endOffset"] for clip in clips[:-1]] == [clip["startOffset"] for clip in clips[1:]]
    assert clips[-1]["url"] == f"{ROOT}tiny.en.html#t={clips[-1]['startOffset']:g}"


def test_feeds_and_the_map_name_every_page_and_enclose_every_film(authored: Path) -> None:
    (channel,) = ET.fromstring(page(authored, "feed.zh.xml"))
    itself = channel.find("{http://www.w3.org/2005/Atom}link").attrib
    assert channel.findtext("link") == f"{ROOT}index.zh.html"
    assert (itself["rel"], itself["href"]) == ("self", f"{ROOT}feed.zh.xml")
    items = channel.findall("item")
    assert {item.findtext("link") for item in items} == {f"{ROOT}wide.zh.html", f"{ROOT}tiny.zh.html"}
    for item in items:
        enclosed = item.find("enclosure").attrib
        film = authored / enclosed["url"].removeprefix(ROOT)
        assert film.stat().st_size == int(enclosed["length"]) and enclosed["type"] == "video/mp4"
    known = page(authored, "sitemap.xml")
    places = list(ET.fromstring(known).iter("{http://www.sitemaps.org/schemas/sitemap/0.9}loc"))
    assert len(re.findall(r"</loc><lastmod>20\d\d-\d\d-\d\d</lastmod></url>", known)) == len(places)
    assert {place.text.removeprefix(ROOT) for place in places} == {path.name for path in authored.glob("*.html")}


def test_without_settings_there_is_no_address_to_tell(site: Path) -> None:
    text = page(site, "tiny.en.html")
    assert "canonical" not in text and "og:image" not in text and '"og:title" content="Bars"' in text
    assert not [*site.glob("*.xml")] and "<footer>" not in text


def test_hostile_texts_stay_texts_in_feeds_and_data(filmed: TinyProject) -> None:
    forge_texts(filmed.films)
    text = SETTINGS.replace("wide, ", "").replace("Drawn from numbers", json.dumps(EVIL))
    (filmed.root / "site.yaml").write_text(text, encoding="utf-8")
    folder = build(filmed.project).index.parent
    items = ET.fromstring(page(folder, "feed.en.xml")).findall("channel/item")
    assert [item.findtext("title") for item in items] == [f"title {EVIL}"]
    text = page(folder, "tiny.en.html")
    assert json.loads(re.findall(r'ld\+json">(.*?)</script>', text)[0])["name"] == f"title {EVIL}"
    assert "<script>pwned" not in text + page(folder, "index.html")


FAULTS = {
    "nme: x": ":1: nme: is not allowed here; closest: name",
    "\nlicense: x": ":2: license: is not allowed here; closest: licence",
    "author: {nme: x}": ":1: author.nme: is not allowed here; closest: name",
    "zzz: x": ":1: zzz: is not allowed here; allowed: name, tagline, author,",
    "address: javascript:alert(1)": ":1: address: needs an address that begins with http:// or https://; found 'java",
    "address: https://ada.example/films/index.html": "such as https://ada.example/films/; found https://ada.example",
    "address: https://ada.example/films?x=1": "address: needs the folder", "name: 1": ":1: name: needs fields",
    "links:\n  - {text: x, url: /x}": ":2: links.0.url: needs an address that begins with http:// or https://",
    "series: [{title: x, films: [gone]}]": ":1: series.0.films.0: there is no film 'gone'; see: mathviz list",
    "series: [{title: x, films: [tiny]},\n  {title: y, films: [tiny]}]":
        ":2: series.1.films: tiny is in the series 'x' already; a film is in one",
    "cover: tny": ":1: cover: there is no film 'tny'; closest: tiny",
    "\nname: {fr: x}": ":2: name: has fr, but the films are in en, zh",
    "links: [{text: {de: x}, url: https://x.example}]": "links.0.text: has de, but the films are in",
    "colours: {link: ['#eeeeee', '#5dcdfb']}": "link #eeeeee on #fafaf6 has a contrast of 1.1, of 4.5",
    "colours: {page: ['#000000', '#0b0d12']}": "on #000000 has a contrast",
    "colours: {page: [red, '#0b0d12']}": ":1: colours.page.0: needs a colour such as #0242ba; found 'red'",
    "font: 'x; } body {'": ":1: font: needs names of fonts", "author: {}": ":1: author.name: is missing",
    "name: &a [*a]": "aliases are not allowed", "[": "site.yaml:1: is no YAML", "- x": ":1: all of it: needs fields",
    "author: Ada": ":1: author: needs fields with their values; found 'Ada'", "name: x\nname: y": ":2: 'name' is given",
    "name: x\ntagline: 2026-99-99": "site.yaml:2: 2026-99-99 is no value",
    "name: " + "[" * 90 + "]" * 90: "levels deep",
    f"name: {'9' * 5000}": "is no value: Exceeds the limit",
}  # fmt: skip


def test_a_file_that_is_nearly_called_so_is_told(tiny: TinyProject) -> None:
    (tiny.root / "site.yml").write_text("name: x", encoding="utf-8")
    with pytest.raises(ScriptError, match=r"site\.yml: is not read; call it site\.yaml"):
        settings.read(tiny.project)


@pytest.mark.parametrize("text", FAULTS)
def test_a_fault_is_named_with_its_line_and_field(tiny: TinyProject, text: str) -> None:
    (tiny.root / "site.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(ScriptError) as told:
        settings.read(tiny.project)
    assert FAULTS[text] in str(told.value) and "site.yaml" in str(told.value)


def test_colours_downloads_and_links_into_a_film_in_a_browser(browser: Browser, authored: Path) -> None:
    with opened(browser, f"{authored.as_uri()}/tiny.en.html#t=7.5", color_scheme="light") as shown:
        assert shown.evaluate("getComputedStyle(document.querySelector('footer a')).color") == "rgb(122, 31, 162)"
        assert "Georgia" in shown.evaluate("getComputedStyle(document.body).fontFamily")
        boxes = [item.bounding_box() for item in shown.locator(".downloads li").all()]
        inside = [item.evaluate("e => e.scrollWidth <= e.clientWidth") for item in shown.locator(".downloads li").all()]
        assert len(boxes) > 10 and all(inside)
        for one, other in itertools.permutations(boxes, 2):
            beside = one["x"] + one["width"] <= other["x"] or other["x"] + other["width"] <= one["x"]
            assert beside or one["y"] + one["height"] <= other["y"] or other["y"] < one["y"], (one, other)
        until(shown, f"Math.abs({TIME} - 7.5) < 0.05")


def test_a_project_in_english_alone_has_pages_without_a_fault(filmed: TinyProject, browser: Browser) -> None:
    for path in filmed.films.glob("tiny.zh.*"):
        path.unlink()
    script = filmed.root / "scenes" / "tiny.yaml"
    text = re.sub(r", zh: .*\}$", "}", script.read_text(encoding="utf-8"), flags=re.MULTILINE)
    script.write_text(text.replace("[en, zh]", "[en]"), encoding="utf-8")
    built = build(filmed.project)
    assert not built.damaged and built.pages == 2
    folder = built.index.parent
    assert "@font-face" not in page(folder, "fonts.en.css")
    for name in ("index.html", "tiny.en.html"):
        with opened(browser, (folder / name).as_uri()) as shown:
            assert shown.evaluate("getComputedStyle(document.documentElement).visibility") == "visible"
            assert not re.search("[\u2e80-\u9fff]", shown.content())
