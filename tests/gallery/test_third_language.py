"""A third language is words in YAML, and nothing else: film, captions, pages, figure."""

from __future__ import annotations

import json
import re

import pytest
import yaml
from playwright.sync_api import Browser
from test_pages import opened, until
from tiny_project import TinyProject

FRENCH = {
    "Bars": "Barres", "How high?": "De quelle hauteur ?", "Growth": "Croissance", "{bars} bars <grow>":
    "{bars} barres <grandissent>", "The end": "Fin", "They leave": "Elles s’en vont",
    "{bars} bars grow and leave.": "{bars} barres grandissent, puis s’en vont — déjà."}  # fmt: skip


def translated(node: object) -> object:
    """The script with each text in French as well."""
    if isinstance(node, list):
        return [translated(each) for each in node]
    if isinstance(node, dict):
        more = {"fr": FRENCH[node["en"]]} if "en" in node else {}
        return {name: translated(each) for name, each in node.items()} | more
    return node


@pytest.mark.slow
def test_a_language_is_added_in_yaml(tiny: TinyProject, browser: Browser) -> None:
    path = tiny.root / "scenes" / "tiny.yaml"
    told = yaml.safe_load(path.read_text(encoding="utf-8"))
    told = translated(told) | {"languages": ["en", "zh", "fr"]}
    path.write_text(yaml.safe_dump(told, allow_unicode=True), encoding="utf-8")

    done = tiny.run("render", "tiny", "--lang", "fr", "--quality", "low", "--fps", "2")
    assert done.returncode == 0, done.stderr
    about = json.loads((tiny.films / "tiny.fr.json").read_text(encoding="utf-8"))
    assert about["title"] == "Barres" and about["beats"][1]["captions"] == [["3 barres <grandissent>"]]
    assert "3 barres &lt;grandissent&gt;" in (tiny.films / "tiny.fr.vtt").read_text(encoding="utf-8")
    assert (tiny.films / "tiny.fr.md").read_text(encoding="utf-8").startswith("# Barres\n\n**De quelle hauteur ?**")

    found = json.loads(tiny.run("lint", "tiny", "--json").stdout)
    assert not [each for each in found if each["version"].startswith("fr")], found

    built = tiny.run("gallery")
    assert built.returncode == 0 and "not rendered: tiny.zh" in built.stdout, built.stderr
    figure = tiny.run("embed", "tiny", "--lang", "fr").stdout
    assert '<figure class="mathviz" lang="fr">' in figure and "Barres" in figure
    site = tiny.root / "renders" / "site"
    assert ">fr</a>" not in (site / "tiny.fr.html").read_text(encoding="utf-8"), "the page's own language is no link"
    with opened(browser, (site / "tiny.fr.html").as_uri()) as page:
        until(page, "document.getElementById('video').readyState >= 1")
        assert page.evaluate("document.documentElement.lang") == "fr"
        assert page.locator("h1").inner_text() == "Barres"
        assert re.search("Croissance", page.locator("#chapters").inner_text())
        assert "Transcript" in page.locator("#transcript-title").inner_text(), "in English until words.yaml has it"
