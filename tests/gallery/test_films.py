"""What is shown is what was rendered: damage is refused with the next command, gaps are named, the site is whole."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from forged import change
from tiny_project import TinyProject

from mathviz.gallery import site
from mathviz.gallery.cues import cues
from mathviz.gallery.pages import clock
from mathviz.gallery.site import build
from mathviz.project import disk
from mathviz.project.errors import MathvizError
from mathviz.render.report import AT_THE_TOP, Cue, webvtt


def files(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def test_the_site_has_every_page_and_every_file_that_a_page_names(filmed_once: TinyProject, site: Path) -> None:
    media = {f"films/tiny/{name}{ending}" for name in ("tiny.en", "tiny.zh", "tiny.en.light") for ending in (
        ".mp4", ".poster.png", ".poster.webp", ".vtt", ".chapters.vtt", ".md", ".json")}  # fmt: skip
    pages = {"index.html", "index.zh.html", "tiny.en.html", "tiny.zh.html", "style.css", "site.js",
             "fonts.en.css", "fonts.zh.css", "cover.en.png", "cover.zh.png"}  # fmt: skip
    assert files(site) == pages | media
    for name in media:
        assert (site / name).read_bytes() == (filmed_once.films / Path(name).name).read_bytes()
    assert not [path for path in site.parent.iterdir() if path.name.startswith(".site")]


def test_a_film_that_is_rendered_again_does_not_change_the_site(filmed: TinyProject) -> None:
    """The site's files may be links: a film is never written into, it is replaced."""
    shown = build(filmed.project).index.parent / "films" / "tiny" / "tiny.en.vtt"
    before = shown.read_bytes()
    again = filmed.films / "new"
    again.write_bytes(b"another")
    again.replace(filmed.films / "tiny.en.vtt")
    assert shown.read_bytes() == before


def test_where_files_cannot_be_linked_they_are_copied(filmed: TinyProject, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError("no links here")

    monkeypatch.setattr(os, "link", refuse)
    built = build(filmed.project)
    assert (built.index.parent / "films" / "tiny" / "tiny.en.mp4").stat().st_nlink == 1


def test_what_is_not_rendered_is_named_with_the_command(tiny: TinyProject) -> None:
    done = tiny.run("gallery")
    assert done.returncode == 0, done.stderr
    assert "not rendered: tiny.en; mathviz render tiny --lang en\n" in done.stdout
    assert "not rendered: tiny.zh; mathviz render tiny --lang zh\n" in done.stdout
    page = (tiny.root / "renders" / "site" / "index.html").read_text(encoding="utf-8")
    assert "No film is rendered yet" in page


def test_a_film_in_one_language_is_in_every_index(filmed: TinyProject) -> None:
    (filmed.films / "tiny.zh.json").unlink()
    built = build(filmed.project)
    assert built.missing == {"tiny.zh": "mathviz render tiny --lang zh"} and built.pages == 2



def test_drafts_and_what_changed_since_are_told_of_what_is_shown(filmed: TinyProject) -> None:
    """Of a script what it says in the film's language."""
    built = build(filmed.project)
    assert built.drafts["tiny.en"] == ("854×480", "mathviz render tiny --lang en") and not built.changed
    assert built.drafts["tiny.en.light"][1] == "mathviz render tiny --lang en --theme light"
    filmed.edit("scenes/tiny.yaml", "zh: 离开", "zh: 离去")
    assert build(filmed.project).changed == {"tiny.zh": ("scenes/tiny.yaml", "mathviz render tiny --lang zh")}
    filmed.edit("scenes/tiny.py", "0.5 * UP", "0.4 * UP")
    assert build(filmed.project).changed["tiny.en"][0] == "scenes/tiny.py"


def test_what_has_no_light_version_is_named(filmed: TinyProject) -> None:
    assert build(filmed.project).dark_only == ["tiny.zh"]


def test_a_film_of_other_code_does_not_show_todays(filmed: TinyProject) -> None:
    filmed.edit("tiny_concept.py", "Bars of height 1, 2, … and their sum.", "Another word.")
    filmed.edit("tiny_concept.py", "np.arange(1.0, bars + 1)", "np.arange(1.0, 1 + bars)")
    done = filmed.run("gallery", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["stale"]["tiny.en"] == "mathviz render tiny --lang en"
    page = (filmed.root / "renders" / "site" / "tiny.en.html").read_text(encoding="utf-8")
    assert "Another word" not in page and "Other code than today" in page


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:300])


def other_film(path: Path) -> None:
    shutil.copyfile(path.with_name("tiny.zh.json"), path)


def sign(name: str) -> Callable[[Path], None]:
    def also(path: Path) -> None:
        change(path, files=json.loads(path.read_text(encoding="utf-8"))["files"] | {name: "0" * 64})

    return also


DAMAGE: dict[str, tuple[Callable[[Path], object], str]] = {
    "half": (cut, "tiny.en.json: is no JSON"),
    "empty": (lambda path: path.write_text("[]"), "is no manifest"),
    "no bytes": (lambda path: path.write_bytes(b"\xff\xfe"), "is no JSON"),
    "infinite": (lambda path: path.write_text('{"duration": Infinity}'), "Infinity is no number"),
    "half a character": (lambda path: path.write_text('{"title": "\\ud800"}'), "is no JSON"),
    "deep": (lambda path: path.write_text("[" * 100_000), "is no"),
    "no title": (lambda path: change(path, title=None), "is no manifest of today's form (title)"),
    "another's": (other_film, "is the manifest of another film, tiny.zh"),
    "unsigned": (lambda path: change(path, files={}), "does not sign tiny.en.mp4"),
    "other bytes": (lambda path: cut(path.with_suffix(".mp4")), "tiny.en.mp4 is not the file that it signs"),
    "gone": (lambda path: path.with_suffix(".md").unlink(), "tiny.en.md cannot be read (No such file or directory)"),
    "outside": (sign("tiny.en.x/../../../secret"), "none of its film's files"),
    "absolute": (sign("/etc/passwd"), "none of its film's files"),
}


@pytest.mark.parametrize("kind", DAMAGE)
def test_damage_costs_the_film_and_no_other(filmed: TinyProject, kind: str) -> None:
    damage, says = DAMAGE[kind]
    damage(filmed.films / "tiny.en.json")
    built = build(filmed.project)
    assert list(built.damaged) == ["tiny.en"] and built.pages == 2
    assert says in built.damaged["tiny.en"]
    assert "Render it again: mathviz render tiny --lang en --theme dark" in built.damaged["tiny.en"]
    assert not [name for name in files(built.index.parent) if "tiny.en" in name], "no page shows it"
    assert (built.index.parent / "tiny.zh.html").is_file()


def test_the_command_says_what_is_damaged_and_ends_with_1(filmed: TinyProject) -> None:
    cut(filmed.films / "tiny.en.mp4")
    done = filmed.run("gallery")
    assert done.returncode == 1 and "(2 pages)" in done.stdout and "Traceback" not in done.stderr
    assert "tiny.en.mp4 is not the file that it signs" in done.stderr
    done = filmed.run("embed", "tiny", "--lang", "en")
    assert done.returncode == 1 and not done.stdout and "is not the file that it signs" in done.stderr


def test_a_script_that_cannot_be_read_costs_its_film_and_no_other(filmed: TinyProject) -> None:
    for name in ("odd.yaml", "odd.py"):
        (filmed.root / "scenes" / name).write_text("{")
    built = build(filmed.project)
    assert list(built.damaged) == ["odd"] and "odd.yaml:1: is no YAML" in built.damaged["odd"] and built.pages == 4


@pytest.mark.parametrize("said", ["claims", "a claim that does not hold", "device"])
def test_what_a_manifest_says_of_the_numbers_is_what_was_found_when_it_was_made(filmed: TinyProject, said: str) -> None:
    path = filmed.films / "tiny.en.json"
    about = json.loads(path.read_text(encoding="utf-8"))
    (claim,) = about["trace"]["checks"]
    if said == "device":
        about["trace"]["device"] = "NVIDIA H200"
    else:
        about["trace"]["checks"] += [{**claim, "says": "all is well"}] if said == "claims" else []
        claim["holds"] = said == "claims"
    path.write_text(json.dumps(about), encoding="utf-8")
    built = build(filmed.project)
    assert "tiny.en.json: is not what was written: its seal does not fit" in built.damaged["tiny.en"]
    if "holds" in said:
        change(path)  # and sealed
        assert "trace.checks.0.holds" in build(filmed.project).damaged["tiny.en"]


@pytest.mark.parametrize(
    "text",
    ["", "WEBVTT\n\n1\nnonsense\nx\n", "WEBVTT\n\n1\n00:00:09.000 --> 00:00:01.000\nx\n", "WEBVTT\n\n\n\n1",
     "WEBVTT\n\n1\n00:00:00.000 --> \nx\n", "\udcff"],
)  # fmt: skip
def test_odd_captions_cost_the_film_although_they_are_signed(filmed: TinyProject, text: str) -> None:
    path = filmed.films / "tiny.en.json"
    captions = path.with_suffix(".vtt")
    captions.write_bytes(text.encode(errors="surrogateescape"))
    files_ = json.loads(path.read_text(encoding="utf-8"))["files"]
    change(path, files=files_ | {captions.name: hashlib.sha256(captions.read_bytes()).hexdigest()})
    assert "tiny.en.vtt: holds no captions" in build(filmed.project).damaged["tiny.en"]


@pytest.mark.slow
def test_a_film_whose_manifest_is_a_pipe_is_told_and_made_again(filmed: TinyProject) -> None:
    path = filmed.films / "tiny.en.json"
    path.unlink()
    os.mkfifo(path)
    assert "it is a pipe, not a file; delete it" in build(filmed.project).damaged["tiny.en"]
    done = filmed.run("render", "tiny", "--lang", "en", "--quality", "low", "--fps", "2", limit=60)
    assert done.returncode == 0 and path.is_file(), done.stderr


def test_a_site_that_fails_half_way_leaves_the_one_before(filmed: TinyProject, monkeypatch: pytest.MonkeyPatch) -> None:
    page = build(filmed.project).index
    before = files(page.parent)

    def fail(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(site, "_bring", fail)
    with pytest.raises(KeyboardInterrupt):
        build(filmed.project)
    assert files(page.parent) == before
    assert [path.name for path in page.parent.parent.iterdir() if path.name.startswith(".site")] == []


@pytest.mark.parametrize(("seconds", "shown"), [(0, "0:00"), (59.99, "0:59"), (60, "1:00"), (754.2, "12:34")])
def test_a_clock_counts_what_has_passed(seconds: float, shown: str) -> None:
    assert clock(seconds) == shown


def test_cues_are_read_as_they_were_written(tmp_path: Path) -> None:
    told = [Cue(0.5, 3.0, "a < b\nc"), Cue(3661.25, 3662.0, "第一行")]
    (tmp_path / "x.vtt").write_text(webvtt(told, AT_THE_TOP), encoding="utf-8")
    assert cues(tmp_path / "x.vtt") == [
        {"start": 0.5, "end": 3.0, "text": "a &lt; b\nc"}, {"start": 3661.25, "end": 3662.0, "text": "第一行"}
    ]  # fmt: skip


# ---- where the site goes


def test_a_film_that_is_a_link_is_shown_by_what_it_leads_to(filmed: TinyProject) -> None:
    film = filmed.films / "tiny.en.mp4"
    elsewhere = film.rename(filmed.root / "elsewhere.mp4")
    film.symlink_to(elsewhere)
    shown = build(filmed.project).index.parent / "films" / "tiny" / film.name
    assert not shown.is_symlink() and shown.stat().st_ino != elsewhere.stat().st_ino
    assert shown.read_bytes() == elsewhere.read_bytes()


def put_link(site: Path) -> None:
    (site.parent.parent / "deploy").mkdir()
    site.symlink_to(site.parent.parent / "deploy")


def put_folder(site: Path) -> None:
    site.mkdir()
    (site / "mine").touch()


@pytest.mark.parametrize("put", [put_link, Path.touch, put_folder, lambda site: site.symlink_to("nowhere")])
def test_what_is_no_site_is_not_replaced(filmed: TinyProject, put: Callable[[Path], object]) -> None:
    place = filmed.project.renders / "site"
    shutil.rmtree(place, ignore_errors=True)
    shutil.rmtree(filmed.root / "deploy", ignore_errors=True)
    put(place)
    before = sorted(path.name for path in filmed.project.renders.iterdir())
    with pytest.raises(MathvizError, match=r"renders/site is (a link to .* --out|there and is no site)"):
        build(filmed.project)
    assert sorted(path.name for path in filmed.project.renders.iterdir()) == before
    assert place.is_symlink() or not place.is_dir() or (place / "mine").is_file()


def test_a_site_can_be_built_elsewhere_again_and_again(filmed: TinyProject, tmp_path: Path) -> None:
    shutil.rmtree(filmed.project.renders / "site", ignore_errors=True)
    for _ in range(2):
        assert build(filmed.project, tmp_path / "deploy").index == tmp_path / "deploy" / "index.html"
    assert (tmp_path / "deploy" / "films" / "tiny" / "tiny.en.mp4").is_file()
    assert not (filmed.project.renders / "site").exists()


def test_what_a_build_that_was_killed_left_behind_goes(filmed: TinyProject) -> None:
    for name in (f"{site.UNDER_WAY}x", f"{site.UNDER_WAY}x.old"):
        (filmed.project.renders / name).mkdir()
    build(filmed.project)
    assert not list(filmed.project.renders.glob(".*site*"))


def test_two_builds_do_not_get_into_each_others_way(filmed: TinyProject) -> None:
    with disk.alone_in(filmed.project.renders), pytest.raises(MathvizError, match="Somebody else is at work in"):
        build(filmed.project)
    build(filmed.project)
