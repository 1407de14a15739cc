"""The Hexo tag in a blog that people really have: Hexo with the Butterfly theme, installed from npm."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from threading import Thread

import pytest
from playwright.sync_api import Browser
from test_hexo_tag import PLUGIN, same
from test_pages import until
from tiny_project import TinyProject

from mathviz.gallery.embed import snippet
from mathviz.gallery.serve import server

pytestmark = pytest.mark.slow

PACKAGES = {
    "hexo": "8.1.2", "hexo-generator-index": "4.0.0", "hexo-renderer-ejs": "2.0.0", "hexo-renderer-marked": "7.0.1",
    "hexo-renderer-pug": "3.0.0", "hexo-renderer-stylus": "3.0.1", "hexo-theme-butterfly": "5.7.0",
}  # fmt: skip

SETTINGS = """\
title: A blog
url: http://example.org/blog
root: /blog/
language: zh-CN
theme: butterfly
permalink: :title/
skip_render: films/**
"""

POSTS = {
    "zh": "---\ntitle: zh\n---\n前文 $x$。\n\n{% mathviz tiny %}\n\n后文 **粗体**。\n",
    "en": "---\ntitle: en\nlang: en\n---\nBefore.\n\n{% mathviz tiny en %}\n\nAfter **bold**.\n",
}


@pytest.fixture(scope="module")
def blog(tmp_path_factory: pytest.TempPathFactory, filmed_once: TinyProject) -> Path:
    """A blog as its author sets it up by the README: tag copied to scripts/, films in source/films/."""
    if shutil.which("npm") is None:
        pytest.fail("npm missing. Install: ./setup.sh test-all")
    root = tmp_path_factory.mktemp("blog")
    (root / "package.json").write_text(json.dumps(
        {"name": "blog", "private": True, "hexo": {"version": PACKAGES["hexo"]}, "dependencies": PACKAGES}
    ))  # fmt: skip
    installed = ["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts"]
    done = subprocess.run(installed, cwd=root, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    (root / "_config.yml").write_text(SETTINGS)
    (root / "scripts").mkdir()
    shutil.copyfile(PLUGIN, root / "scripts" / PLUGIN.name)
    shutil.copytree(filmed_once.films, root / "source" / "films" / "tiny")
    (root / "source" / "_posts").mkdir()
    for name, text in POSTS.items():
        (root / "source" / "_posts" / f"{name}.md").write_text(text, encoding="utf-8")
    return root


def generated(blog: Path) -> subprocess.CompletedProcess[str]:
    """``hexo generate``, from nothing."""
    shutil.rmtree(blog / "public", ignore_errors=True)
    (blog / "db.json").unlink(missing_ok=True)
    return subprocess.run(
        ["npx", "hexo", "generate"], cwd=blog, capture_output=True, text=True, timeout=120, check=False
    )  # fmt: skip


def figure(page: str) -> str:
    """The one figure of ours on a page."""
    assert page.count('<figure class="mathviz"') == 1
    start = page.index('<figure class="mathviz"')
    return page[start : page.index("</figure>", start) + len("</figure>")]


@pytest.fixture(scope="module")
def public(blog: Path) -> Path:
    done = generated(blog)
    assert done.returncode == 0 and "ERROR" not in done.stdout, done.stdout + done.stderr
    return blog / "public"


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_post_shows_the_figure_that_embed_prints(public: Path, filmed_once: TinyProject, language: str) -> None:
    page = (public / language / "index.html").read_text(encoding="utf-8")
    assert "hexo-theme-butterfly" in page.lower() or 'id="body-wrap"' in page, "the theme is Butterfly"
    assert same(figure(page), snippet(filmed_once.project, "tiny", language, "html", "/blog/films"))
    assert "<strong>粗体</strong>" in page or "<strong>bold</strong>" in page, "what follows is Markdown again"


def test_films_and_transcripts_are_published_as_they_are(public: Path, filmed_once: TinyProject) -> None:
    for path in filmed_once.films.glob("tiny.*"):
        assert (public / "films" / "tiny" / path.name).read_bytes() == path.read_bytes(), path.name


@pytest.mark.parametrize("wide", [360, 1440])
def test_the_film_plays_in_the_post(browser: Browser, public: Path, tmp_path: Path, wide: int) -> None:
    (tmp_path / "blog").symlink_to(public)
    with server(tmp_path, 0) as serving:
        Thread(target=serving.serve_forever, daemon=True).start()
        context = browser.new_context(viewport={"width": wide, "height": 800})
        here = f"http://127.0.0.1:{serving.server_address[1]}/"
        context.route("**/*", lambda route: route.continue_() if route.request.url.startswith(here) else route.abort())
        page = context.new_page()
        page.goto(f"{here}blog/en/", wait_until="domcontentloaded")
        until(page, "document.querySelector('figure.mathviz video').readyState >= 1")
        page.evaluate("document.querySelector('figure.mathviz video').play()")
        until(page, "document.querySelector('figure.mathviz video').currentTime > 0.1")
        assert page.evaluate("document.querySelector('figure.mathviz').getBoundingClientRect().right") <= wide
        context.close()
        serving.shutdown()


def test_a_film_that_is_not_there_stops_the_blog(blog: Path) -> None:
    post = blog / "source" / "_posts" / "wrong.md"
    post.write_text("---\ntitle: wrong\n---\n{% mathviz tniy en %}\n")
    try:
        done = generated(blog)
    finally:
        post.unlink()
    said = done.stdout + done.stderr
    assert "mathviz: tniy is not rendered in 'en'. Render it: mathviz render tniy --lang en" in said
    assert not (blog / "public" / "wrong" / "index.html").exists()
