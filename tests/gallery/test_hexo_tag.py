"""The Hexo tag prints the figure that ``mathviz embed`` prints. It runs in the browser, with a stand-in for Hexo."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from forged import change, forge_texts
from playwright.sync_api import Browser, Error
from test_embed import Tags
from tiny_project import TinyProject

from mathviz.films import formulas
from mathviz.gallery.embed import snippet
from mathviz.gallery.site import build
from mathviz.project import HOME

PLUGIN = HOME / "assets" / "hexo" / "mathviz.js"

STAND_IN = """([plugin, files, words, post, root]) => {
    const modules = {
        "node:fs": { readFileSync: path => {
            if (path in files) return files[path];
            throw Object.assign(new Error("no such file"), { code: "ENOENT" });
        } },
        "node:path": { join: (...parts) => parts.join("/") },
    };
    const tags = {}, helpers = { url_for(path) { return this.config.root + path.slice(1); } };
    const hexo = {
        source_dir: "source", config: { root, language: ["zh-CN", "en"], mathviz: { folder: "/films/" } },
        extend: { tag: { register: (name, tag) => { tags[name] = tag; } }, helper: { get: name => helpers[name] } },
    };
    new Function("hexo", "require", plugin)(hexo, name => modules[name]);
    return tags.mathviz.call(post, words);
}"""


def printed(browser: Browser, films: Path, words: list[str], root: str = "/", **post: Any) -> str:
    """What the tag makes of its words in a post with this front matter."""
    files = {f"source/films/tiny/{path.name}": path.read_text(encoding="utf-8") for path in films.glob("*.json")}
    page = browser.new_page()
    try:
        return page.evaluate(STAND_IN, [PLUGIN.read_text(encoding="utf-8"), files, words, post, root])
    finally:
        page.close()


def same(one: str, other: str) -> bool:
    """Two pages of the same elements and the same text."""
    first, second = Tags(one), Tags(other)
    return (first.found, "".join(first.text.split())) == (second.found, "".join(second.text.split()))


@pytest.mark.parametrize("hostile", [False, True])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_tag_prints_what_embed_prints(browser: Browser, filmed: TinyProject, language: str, hostile: bool) -> None:
    if hostile:
        forge_texts(filmed.films)
    wanted = snippet(filmed.project, "tiny", language, "html", "/blog/films")
    found = printed(browser, filmed.films, ["tiny", language], "/blog/")
    assert same(found, wanted), f"{found}\n\n{wanted}"
    assert "\n\n" not in found, "an empty line would end the figure in Markdown"


def test_page_figure_and_tag_have_the_same_formulas(browser: Browser, filmed: TinyProject) -> None:
    """A dollar with a backslash is one, a name is words, and TeX is read."""
    about = json.loads((filmed.films / "tiny.en.json").read_text(encoding="utf-8"))
    said = formulas.parted(r"$e^{m-m'}$ costs \$5 with $GPT-4$")
    change(filmed.films / "tiny.en.json", beats=[beat | {"captions": [said]} for beat in about["beats"]])
    figure = snippet(filmed.project, "tiny", "en", "html", "/films")
    assert '<span class="formula">e^(m−m′)</span> costs $5 with GPT-4</p>' in figure
    assert figure.count('class="formula"') == len(about["beats"]) - 1
    assert same(printed(browser, filmed.films, ["tiny", "en"]), figure)
    page = build(filmed.project).index.parent / "tiny.en.html"
    assert '<p><span class="formula">e^(m−m′)</span> costs $5 with GPT-4</p>' in page.read_text(encoding="utf-8")


def test_the_language_is_the_posts_then_the_sites(browser: Browser, filmed_once: TinyProject) -> None:
    assert 'lang="en"' in printed(browser, filmed_once.films, ["tiny"], lang="en-GB")
    assert 'lang="zh-CN"' in printed(browser, filmed_once.films, ["tiny"])


@pytest.mark.parametrize(
    ("words", "says"),
    [(["tiny", "fr"], "tiny is not rendered in 'fr'. Render it: mathviz render tiny --lang fr --out source/films"),
     ([], "needs a film's stem"), (["../../secret"], "needs a film's stem, found ../../secret"),
     (["tiny", "../x"], "needs a language such as zh")],
)  # fmt: skip
def test_a_wrong_tag_stops_the_blog_and_says_why(
    browser: Browser, filmed_once: TinyProject, words: list[str], says: str
) -> None:  # fmt: skip
    with pytest.raises(Error) as told:
        printed(browser, filmed_once.films, words)
    assert says in str(told.value)


def test_a_damaged_manifest_is_named(browser: Browser, filmed: TinyProject) -> None:
    (filmed.films / "tiny.en.json").write_text(json.dumps({})[:1])
    with pytest.raises(Error, match=r"mathviz: source/films/tiny/tiny\.en\.json: "):
        printed(browser, filmed.films, ["tiny", "en"])
