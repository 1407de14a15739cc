"""What is pasted into a post: complete, as large as the film, in the right language, and harmless."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from forged import EVIL, forge_texts
from playwright.sync_api import Browser
from tags import Tags
from test_pages import opened, until
from tiny_project import TinyProject

from mathviz.gallery.embed import snippet
from mathviz.project.errors import FilmDamaged, MathvizError, NotFound


def test_html_has_both_themes_size_poster_tracks_and_words(filmed_once: TinyProject) -> None:
    tags = Tags(snippet(filmed_once.project, "tiny", "en", "html", "/films"))
    (figure,), (video,) = tags.of("figure"), tags.of("video")
    assert figure["lang"] == "en"
    assert (video["width"], video["height"], video["preload"]) == ("854", "480", "metadata")
    assert {"controls", "playsinline"} <= video.keys() and "autoplay" not in video
    assert video["poster"] == "/films/tiny/tiny.en.poster.webp"
    light, dark = tags.of("source")
    assert light["media"] == "(prefers-color-scheme: light)" and light["src"] == "/films/tiny/tiny.en.light.mp4"
    assert dark["src"] == "/films/tiny/tiny.en.mp4" and "media" not in dark, "the last one is everybody's"
    assert [track["kind"] for track in tags.of("track")] == ["captions", "chapters"]
    assert video["aria-describedby"] == tags.of("details")[0]["id"]
    assert "3 bars grow and leave." in tags.text and "How high?" in tags.text and "3 bars <grow>" in tags.text


def test_a_film_without_a_light_version_has_one_source(filmed_once: TinyProject) -> None:
    tags = Tags(snippet(filmed_once.project, "tiny", "zh", "html", "https://example.org/a b/"))
    assert [source["src"] for source in tags.of("source")] == ["https://example.org/a%20b/tiny/tiny.zh.mp4"]
    assert tags.of("figure")[0]["lang"] == "zh-CN" and "文字稿" in tags.text


def test_markdown_and_the_hexo_tag(filmed_once: TinyProject) -> None:
    done = filmed_once.run("embed", "tiny", "--format", "markdown", "--base", "/v")
    assert done.stdout == (
        "[![Bars](</v/tiny/tiny.en.poster.webp>)](</v/tiny/tiny.en.mp4>)\n\n"
        "**Bars** How high? [Transcript](</v/tiny/tiny.en.md>)\n"
    ) and not done.returncode
    assert filmed_once.run("embed", "tiny", "--format", "hexo", "--lang", "zh").stdout == "{% mathviz tiny zh %}\n"


@pytest.mark.parametrize(
    ("options", "code", "says"),
    [(("tniy",), 2, "There is no film 'tniy'. Closest: tiny"),
     (("tiny", "--lang", "zn"), 2, "There is no language 'zn'. Closest: zh"),
     (("tiny", "--format", "htlm"), 2, "There is no format 'htlm'. Closest: html"),
     (("tiny", "--lang", "zh"), 2, "tiny is not rendered in 'zh'. Render it: mathviz render tiny --lang zh")],
)  # fmt: skip
def test_a_wrong_call_is_answered_with_the_next_command(
    tiny: TinyProject, options: tuple[str], code: int, says: str
) -> None:  # fmt: skip
    done = tiny.run("embed", *options)
    assert done.returncode == code and says in done.stderr and not done.stdout


def test_it_leads_to_where_the_site_lies(filmed: TinyProject) -> None:
    (filmed.root / "site.yaml").write_text("address: https://ada.example/made", encoding="utf-8")
    said = filmed.run("embed", "tiny", "--format", "markdown").stdout
    assert "(<https://ada.example/made/films/tiny/tiny.en.mp4>)" in said
    assert "(</v/tiny/tiny.en.mp4>)" in filmed.run("embed", "tiny", "--format", "markdown", "--base", "/v").stdout


def test_an_address_that_is_a_script_is_refused(filmed_once: TinyProject) -> None:
    with pytest.raises(MathvizError, match="needs a path or an http address"):
        snippet(filmed_once.project, "tiny", "en", "html", "javascript:alert(1)")


def test_a_damaged_film_is_not_pasted(filmed: TinyProject) -> None:
    (filmed.films / "tiny.en.mp4").write_bytes(b"other")
    with pytest.raises(FilmDamaged, match=r"tiny\.en\.mp4 is not the file"):
        snippet(filmed.project, "tiny", "en", "html", "/films")
    (filmed.films / "tiny.en.json").unlink()
    with pytest.raises(NotFound, match="is not rendered"):
        snippet(filmed.project, "tiny", "en", "hexo", "/films")


def test_hostile_texts_add_no_element_and_no_attribute(filmed: TinyProject) -> None:
    plain = Tags(snippet(filmed.project, "tiny", "en", "html", '/"><script>'))
    forge_texts(filmed.films)
    tags = Tags(snippet(filmed.project, "tiny", "en", "html", '/"><script>'))
    spans = [(tag, set(attributes)) for tag, attributes in tags.found if tag not in ("span", "br")]
    assert spans == [(tag, set(attributes)) for tag, attributes in plain.found if tag not in ("span", "br")]
    assert EVIL in tags.text
    text = snippet(filmed.project, "tiny", "en", "markdown", "/films")
    assert not re.search(r"(?<!\\)<[a-z/]", text.replace("](</", "]((/")) and "{{" not in text and "{%" not in text


def test_the_figure_plays_in_a_page_of_somebody_else(browser: Browser, filmed: TinyProject, tmp_path: Path) -> None:
    shutil.copytree(filmed.films, tmp_path / "films" / "tiny")
    figure = snippet(filmed.project, "tiny", "en", "html", "films")
    (tmp_path / "post.html").write_text(f"<!doctype html><meta charset=utf-8><link rel=icon href=data:,>{figure}")
    with opened(browser, (tmp_path / "post.html").as_uri(), 360, color_scheme="light") as page:
        until(page, "document.querySelector('video').readyState >= 1")
        video = page.locator("video")
        source, wide, tall = video.evaluate("video => [video.currentSrc, video.videoWidth, video.videoHeight]")
        assert source.endswith("tiny.en.light.mp4") and (wide, tall) == (854, 480)
        assert page.evaluate("document.documentElement.scrollWidth") == 360
        page.evaluate("document.querySelector('video').play()")
        until(page, "document.querySelector('video').currentTime > 0.1")
