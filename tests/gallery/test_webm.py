"""A film as WebM: offered first, in both themes, by page, figure and Hexo tag."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser
from test_embed import Tags
from test_hexo_tag import printed, same
from test_pages import opened, until
from tiny_project import TinyProject

from mathviz.gallery.embed import snippet
from mathviz.gallery.site import build


@pytest.mark.slow
def test_webm_is_offered_first_where_it_is_smaller(browser: Browser, filmed: TinyProject) -> None:
    low = ("--quality", "low", "--fps", "2", "--lang", "en")
    done = filmed.run("render", "tiny", *low, "--theme", "all", "--webm", "--gif", "--webp")
    assert done.returncode == 0, done.stderr
    figure = snippet(filmed.project, "tiny", "en", "html", "films")
    offered = [(source.get("media", ""), source["src"], source["type"]) for source in Tags(figure).of("source")]
    light, codec = "(prefers-color-scheme: light)", "video/webm; codecs=av01.0.04M.08"
    assert offered == [
        (light, "films/tiny/tiny.en.light.webm", codec), (light, "films/tiny/tiny.en.light.mp4", "video/mp4"),
        ("", "films/tiny/tiny.en.webm", codec), ("", "films/tiny/tiny.en.mp4", "video/mp4"),
    ]  # fmt: skip
    assert same(printed(browser, filmed.films, ["tiny", "en"]), snippet(filmed.project, "tiny", "en", "html", "/films"))
    built = build(filmed.project).index.parent
    with opened(browser, (built / "tiny.en.html").as_uri(), color_scheme="dark") as page:
        until(page, "document.getElementById('video').readyState >= 1")
        assert page.evaluate("video.currentSrc").endswith("/tiny.en.webm")
        page.locator("#colours").select_option("light")
        until(page, "video.currentSrc.endsWith('/tiny.en.light.webm') && video.readyState >= 1")
        for ending in ("webm", "gif", "webp", "light.webm"):
            assert page.locator(f"a[download][href$='tiny.en.{ending}']").count() == 1
