"""Flashes in made-up pictures, and finished films with one fault each."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy import ndarray

from mathviz.lint import files
from mathviz.render import manifest

FPS = 30


def blinking(times_a_second: float, share: float = 0.2, dark: int = 20, light: int = 200) -> Iterator[ndarray]:
    """A square of that share of the picture which blinks for two seconds."""
    side = round((share * 160 * 90) ** 0.5)
    for index in range(2 * FPS):
        picture = np.full((90, 160, 3), 100, np.uint8)
        on = int(2 * times_a_second * index / FPS) % 2
        picture[: min(side, 90), :side] = light if on else dark
        yield picture


def reddening(times_a_second: float, other: tuple[int, int, int]) -> Iterator[ndarray]:
    for index in range(2 * FPS):
        picture = np.full((90, 160, 3), 30, np.uint8)
        picture[20:70, 40:120] = (230, 0, 0) if int(2 * times_a_second * index / FPS) % 2 else other
        yield picture


def twinkling() -> Iterator[ndarray]:
    """Dots that hop about, each for itself."""
    random = np.random.default_rng(0)
    for _ in range(2 * FPS):
        picture = np.full((90, 160, 3), 250, np.uint8)
        picture[random.integers(0, 90, 400), random.integers(0, 160, 400)] = 40
        yield picture


def rules_of(pictures: Iterator[ndarray]) -> set[str]:
    return {rule for rule, _, _ in files.flashes(pictures, FPS)}


@pytest.mark.parametrize(
    ("bad", "good"),
    [
        (blinking(5), blinking(3)),
        (blinking(5), blinking(5, share=0.008)),
        (blinking(5), blinking(5, dark=180, light=190)),
        (blinking(5), blinking(5, dark=245, light=255)),
        (blinking(5), twinkling()),
    ],
    ids=["rate", "area", "change", "darker state", "together"],
)
def test_flashes(bad, good, record_property) -> None:
    found = rules_of(bad), rules_of(good)
    record_property("recall", int(found[0] == {"FLS001"}))
    record_property("precision", int(not found[1]))
    assert found == ({"FLS001"}, set())


def test_red_flashes() -> None:
    assert "FLS002" in rules_of(reddening(5, (60, 60, 120)))
    assert "FLS002" not in rules_of(reddening(2, (60, 60, 120)))
    assert "FLS002" not in rules_of(blinking(5))


def test_a_flash_is_told_with_its_time() -> None:
    (found,) = files.flashes(blinking(5), FPS)
    assert 0.5 < found[1] < 1.2 and found[2] == pytest.approx(0.2, abs=0.02)


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished film of two seconds, made as films are."""
    folder = tmp_path_factory.mktemp("film")
    video = folder / "bars.en.mp4"
    subprocess.run(
        ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", f"testsrc=size=320x180:rate={FPS}:duration=2", "-c:v", "libx264",
         "-pix_fmt", "yuv420p", "-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709",
         "-movflags", "+faststart", str(video)], check=True,
    )  # fmt: skip
    for end in (".vtt", ".chapters.vtt", ".poster.png", ".md"):
        video.with_suffix(end).touch()
    describe(video)
    return folder


def describe(video: Path, **changes) -> Path:
    about = {
        "stem": "bars", "language": "en", "theme": "dark", "width": 320, "height": 180, "fps": FPS, "frames": 2 * FPS,
        "alt": "Bars.", "beats": [{"id": "grow", "start": 0.0}],
        "files": {video.name: hashlib.sha256(video.read_bytes()).hexdigest()}, **changes,
    }  # fmt: skip
    path = video.with_suffix(".json")
    path.write_bytes(manifest.written(about))
    return path


@pytest.fixture
def finished(original: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(original, tmp_path / "film")) / "bars.en.mp4"


def again(video: Path, *options: str) -> None:
    """Encode the film anew with other options, and describe it as if nothing had happened."""
    other = video.with_name("other.mp4")
    subprocess.run(["ffmpeg", "-v", "error", "-i", str(video), *options, str(other)], check=True)
    other.rename(video)
    describe(video)


def test_a_whole_film_has_no_fault(finished: Path) -> None:
    assert files.check_film(finished.with_suffix(".json")) == []


BT709 = ("-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709")


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ((*BT709, "-movflags", "0"), "the index comes after the pictures"),
        (("-c:v", "mpeg4", *BT709, "-movflags", "+faststart"), "codec mpeg4"),
        ((*BT709, "-pix_fmt", "yuv444p", "-movflags", "+faststart"), "pixels yuv444p"),
        ((*BT709, "-r", "15", "-movflags", "+faststart"), "frames 3"),
        ((*BT709, "-s", "160x90", "-movflags", "+faststart"), "size 160×90"),
        (("-color_primaries", "bt470bg", "-movflags", "+faststart"), "primaries 5"),
    ],
    ids=["index", "codec", "pixels", "frames", "size", "colours"],
)
def test_a_wrong_stream_is_told(finished: Path, options: tuple[str, ...], says: str) -> None:
    again(finished, *options)
    found = files.check_film(finished.with_suffix(".json"))
    assert any(finding.rule == "ENC001" and finding.measured.startswith(says) for finding in found), found


def test_a_file_that_is_no_film_or_another_one_is_told(finished: Path) -> None:
    finished.write_bytes(finished.read_bytes() + b"\0")
    (found,) = files.check_film(finished.with_suffix(".json"))
    assert found.measured == "not the file that its manifest describes"
    finished.write_bytes(b"nothing")
    (found,) = files.check_film(finished.with_suffix(".json"))
    assert found.rule == "ENC001" and found.measured.startswith("cannot be read")


@pytest.mark.parametrize("kind", ["cut", "a hole in the pictures", "no index", "a pipe", "gone"])
@pytest.mark.parametrize("signed", [True, False])
def test_a_damaged_film_is_a_finding(finished: Path, kind: str, signed: bool) -> None:
    """Also where somebody signed it so."""
    data = finished.read_bytes()
    pictures = data.index(b"mdat") + 4
    half = pictures + (len(data) - pictures) // 3
    made = {"cut": data[:half], "no index": data.replace(b"moov", b"free", 1),
            "a hole in the pictures": data[:half] + b"\xff" * 4000 + data[half + 4000 :]}  # fmt: skip
    finished.write_bytes(made.get(kind, data))
    if signed:
        describe(finished)
    if kind in ("a pipe", "gone"):
        finished.unlink()
    if kind == "a pipe":
        os.mkfifo(finished)
    found = files.check_film(finished.with_suffix(".json"))
    assert [finding for finding in found if finding.rule == "ENC001" and "render bars" in finding.advice], found


@pytest.mark.parametrize("damage", ["{", "[]", "{}", '{"stem": "bars"}'])
def test_a_damaged_manifest_is_a_finding(finished: Path, damage: str) -> None:
    finished.with_suffix(".json").write_text(damage)
    (found,) = files.check_film(finished.with_suffix(".json"))
    assert found.rule == "ENC001" and "manifest" in found.limit


def test_a_manifest_that_is_a_pipe_or_was_changed_is_a_finding(finished: Path) -> None:
    path = finished.with_suffix(".json")
    path.write_text(path.read_text().replace("Bars.", "Other bars."))
    (found,) = files.check_film(path)
    assert "its seal does not fit" in found.measured
    path.unlink()
    os.mkfifo(path)
    (found,) = files.check_film(path)
    assert "it is a pipe, not a file; delete it" in found.measured


def test_what_must_lie_beside_a_film(finished: Path) -> None:
    finished.with_suffix(".vtt").unlink()
    (found,) = files.check_film(finished.with_suffix(".json"))
    assert found.rule == "A11Y001" and ".vtt" in found.measured
    finished.with_suffix(".vtt").touch()
    for alt, faults in (("", 1), ("x" * 401, 1), ("x" * 400, 0)):
        assert len(files.check_film(describe(finished, alt=alt))) == faults
