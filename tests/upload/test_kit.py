"""The folder that is uploaded from: complete, in the sizes asked for, with captions at the film's own times."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

import pytest
from PIL import Image
from tiny_project import TinyProject

from mathviz.project.errors import FilmDamaged, MathvizError, NotFound
from mathviz.render import manifest
from mathviz.upload.captions import subrip
from mathviz.upload.covers import cover
from mathviz.upload.kit import kit
from mathviz.upload.places import YOUTUBE, Cover

FILES = {
    "tiny.zh.mp4", "kit.json", "captions.en.srt", "captions.zh.srt",
    *(f"{place}/{name}.txt" for place in ("youtube", "bilibili") for name in ("title", "description", "tags")),
    "youtube/cover.jpg", "bilibili/cover-16x9.jpg", "bilibili/cover-4x3.jpg",
}  # fmt: skip


def change(path: Path, **changes: object) -> None:
    """Replace entries of a manifest, and seal it."""
    path.write_bytes(manifest.written(json.loads(path.read_text(encoding="utf-8")) | changes))


@pytest.fixture(scope="module")
def made(rendered_once: TinyProject, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The kit of the Chinese film, by the command."""
    out = tmp_path_factory.mktemp("kits")
    done = rendered_once.run("upload-kit", "tiny", "--lang", "zh", "--out", str(out), "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert set(told["files"]) == FILES and told["folder"] == str(out / "tiny.zh")
    assert any("no chapters" in note for note in told["notes"]) and any("a draft" in note for note in told["notes"])
    return out / "tiny.zh"


def test_all_files_are_there_and_the_film_is_the_film(made: Path, rendered_once: TinyProject) -> None:
    assert {str(path.relative_to(made)) for path in made.rglob("*") if path.is_file()} == FILES
    assert (made / "tiny.zh.mp4").read_bytes() == (rendered_once.films / "tiny.zh.mp4").read_bytes()
    assert not [path for path in made.parent.iterdir() if path != made], "nothing is left beside it"


def test_words_sources_and_provenance_are_in_the_description(made: Path) -> None:
    assert (made / "youtube/title.txt").read_text(encoding="utf-8") == "条形\n"
    text = (made / "youtube/description.txt").read_text(encoding="utf-8")
    assert text.startswith("多高？\n\n") and text.endswith("参考文献：\nNobody. On bars. 2020.\n")
    assert "tiny_concept:measure" in text and "1 条断言" in text and "manimgl 1.7.2" in text


@pytest.mark.parametrize(
    ("name", "size", "most"),
    [("youtube/cover", (1280, 720), 2_000_000), ("bilibili/cover-16x9", (1920, 1080), 5_000_000),
     ("bilibili/cover-4x3", (1440, 1080), 5_000_000)],
)  # fmt: skip
def test_covers_have_their_sizes(made: Path, name: str, size: tuple[int, int], most: int) -> None:
    path = made / f"{name}.jpg"
    with Image.open(path) as picture:
        assert picture.size == size and picture.format == "JPEG"
    assert path.stat().st_size <= most


def test_a_cover_shows_all_of_the_poster_and_weighs_what_is_taken() -> None:
    noise = Image.effect_noise((1920, 1080), 200).convert("RGB")
    large, small = (cover(noise, Cover("x.jpg", 1280, 720, most), "dark", "Title") for most in (10**7, 700_000))
    assert len(small) <= 700_000 < len(large)


def test_captions_of_another_language_are_at_the_times_of_the_film(rendered: TinyProject) -> None:
    path = rendered.films / "tiny.zh.vtt"
    text = path.read_text(encoding="utf-8").replace("00:00:04.500 --> 00:00:07.500", "00:00:04.000 --> 00:00:07.000")
    path.write_text(text, encoding="utf-8")
    told = json.loads((rendered.films / "tiny.zh.json").read_text(encoding="utf-8"))
    change(rendered.films / "tiny.zh.json",
           files=told["files"] | {path.name: hashlib.sha256(path.read_bytes()).hexdigest()})  # fmt: skip
    folder = kit(rendered.project, "tiny", "zh").folder
    assert (folder / "captions.en.srt").read_text(encoding="utf-8") == (
        "1\n00:00:01,000 --> 00:00:03,500\nHow high?\n\n2\n00:00:04,000 --> 00:00:07,000\n3 bars <grow>\n\n"
        "3\n00:00:08,500 --> 00:00:11,000\nThey leave\n"
    )
    english = kit(rendered.project, "tiny", "en")
    assert "00:00:04,500 --> 00:00:07,500\n3 条 <增长>" in (english.folder / "captions.zh.srt").read_text("utf-8")
    told["beats"][1]["captions"] *= 2
    with pytest.raises(ValueError, match="bars_grow has 2 captions, and 1 times"):
        subrip(english.film, english.film.manifest.model_validate(told))


def test_a_kit_replaces_a_kit_and_nothing_else(rendered: TinyProject) -> None:
    folder = kit(rendered.project, "tiny", "en").folder
    (folder / "captions.fr.srt").write_text("old", encoding="utf-8")
    (rendered.films / "tiny.zh.json").unlink()
    again = kit(rendered.project, "tiny", "en")
    assert again.folder == folder and not list(folder.glob("captions.[fz]*"))
    assert "no captions in zh: it is not rendered. Render it: mathviz render tiny --lang zh" in again.notes
    (folder / "kit.json").unlink()
    with pytest.raises(MathvizError, match="is no kit of mathviz, so it is not replaced"):
        kit(rendered.project, "tiny", "en")


def test_a_film_that_is_not_there_or_damaged_has_no_kit(rendered: TinyProject) -> None:
    with pytest.raises(NotFound, match=re.escape("Render it: mathviz render tiny --lang en --theme light --final")):
        kit(rendered.project, "tiny", "en", "light")
    with pytest.raises(NotFound, match=r"There is no theme 'drak'\. Closest: dark"):
        kit(rendered.project, "tiny", "en", "drak")
    (rendered.films / "tiny.zh.mp4").write_bytes(b"other")
    damaged = [note for note in kit(rendered.project, "tiny", "en").notes if "no captions in zh" in note]
    assert "is not the file that it signs" in damaged[0]
    with pytest.raises(FilmDamaged, match="Render it again"):
        kit(rendered.project, "tiny", "zh")
    assert not (rendered.root / "renders" / "upload" / "tiny.zh").exists()


def test_whose_it_is_and_where_its_page_lies_are_said(rendered: TinyProject) -> None:
    (rendered.root / "site.yaml").write_text(
        "author: {name: Ada, url: https://ada.example}\naddress: https://ada.example/made\n"
        "licence: {text: CC BY 4.0, url: https://creativecommons.org/licenses/by/4.0/}\n", encoding="utf-8",
    )  # fmt: skip
    text = (kit(rendered.project, "tiny", "en").folder / "youtube/description.txt").read_text(encoding="utf-8")
    for line in ("Ada https://ada.example", "https://ada.example/made/tiny.en.html",
                 "CC BY 4.0 https://creativecommons.org/licenses/by/4.0/"):  # fmt: skip
        assert f"\n{line}\n" in text
    assert len(text.encode()) <= YOUTUBE.description


def test_a_film_with_a_voice_has_a_kit_of_its_own(rendered: TinyProject) -> None:
    with pytest.raises(NotFound, match=re.escape("mathviz render tiny --lang en --theme dark --voice --final")):
        kit(rendered.project, "tiny", "en", spoken=True)
    about = json.loads((rendered.films / "tiny.en.json").read_text(encoding="utf-8"))
    signed = {name: name.replace("tiny.en.", "tiny.en.voice-over.") for name in about["files"]}
    for silent, spoken in signed.items():
        (rendered.films / spoken).write_bytes((rendered.films / silent).read_bytes())
    (rendered.films / "tiny.en.voice-over.json").write_bytes(
        manifest.written(about | {"files": {signed[name]: digest for name, digest in about["files"].items()}})
    )
    made = kit(rendered.project, "tiny", "en", spoken=True)
    assert made.folder.name == "tiny.en.voice-over" and (made.folder / "tiny.en.voice-over.mp4").is_file()
    assert (made.folder / "captions.zh.srt").is_file() and made.film.command.endswith("--voice")
