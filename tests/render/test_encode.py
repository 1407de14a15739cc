"""Frames come back from the film exactly in number, order, time and colour; whatever is not so is refused."""

from __future__ import annotations

import itertools
import os
import signal
import subprocess
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from numpy import ndarray
from PIL import Image, ImageSequence

from mathviz.project.errors import RenderFailed, ToolKilled, ToolMissing
from mathviz.render import encode
from mathviz.render.encode import DRAFT, FINAL, TRANSPARENT, BeatEncoder, Encoding

WIDTH, HEIGHT = 128, 96
PATCHES = {"red": (255, 0, 0), "green": (0, 255, 0), "blue": (0, 0, 255), "grey": (128, 128, 128)}
BT709, BT601 = (0.2126, 0.0722), (0.299, 0.114)


def frame(number: int) -> ndarray:
    """[row column rgb], top row first: above, the number as black and white bars; below, the patches."""
    image = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    for bit in range(8):
        image[: HEIGHT // 2, bit * 16 : bit * 16 + 16] = 255 * (number >> bit & 1)
    for place, colour in enumerate(PATCHES.values()):
        image[HEIGHT // 2 :, place * 32 : place * 32 + 32] = colour
    return image


def as_drawn(image: ndarray) -> memoryview:
    """As ``readback.Nv12`` hands a frame over: luma, then chroma in pairs; BT.709, limited range."""
    red, green, blue = np.moveaxis(image / 255, -1, 0)
    luma = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    pairs = [(blue - luma) / 1.8556, (red - luma) / 1.5748]
    chroma = np.stack([pair.reshape(HEIGHT // 2, 2, WIDTH // 2, 2).mean(axis=(1, 3)) for pair in pairs], axis=-1)
    planes = [16 + 219 * luma, (128 + 224 * chroma).reshape(HEIGHT // 2, WIDTH)]
    return memoryview(np.rint(np.concatenate(planes)).astype(np.uint8)).cast("B")


def as_rgba(image: ndarray, alpha: int = 255) -> memoryview:
    """As ``readback.Rgba`` does: RGBA, bottom row first."""
    return memoryview(np.dstack([image, np.full(image.shape[:2], alpha, np.uint8)])[::-1].tobytes())


def number_of(image: ndarray) -> int:
    return sum((image[4 : HEIGHT // 2 - 4, bit * 16 + 4 : bit * 16 + 12].mean() > 128) << bit for bit in range(8))


def beat(path: Path, numbers: range, fps: float = 30) -> Path:
    encoder = BeatEncoder(WIDTH, HEIGHT, fps, path)
    for number in numbers:
        encoder.take(as_drawn(frame(number)))
    encoder.close()
    return path


def film(folder: Path, counts: tuple[int, ...], fps: float = 30) -> tuple[Path, list[Path]]:
    """A film whose frames are numbered through, and its beats."""
    folder.mkdir(exist_ok=True)
    ends = list(itertools.accumulate(counts, initial=0))
    beats = [
        beat(folder / f"{at:02}_beat.ts", range(start, end), fps)
        for at, (start, end) in enumerate(itertools.pairwise(ends))
    ]  # fmt: skip
    made = folder / "film.mp4"
    encode.join(beats, list(counts), fps, made)
    return made, beats


def decoded(path: Path, weights: tuple[float, float] = BT709) -> list[tuple[Fraction, ndarray]]:
    """Time and picture of every frame, converted from limited-range YUV by the given red and blue weights."""
    with av.open(str(path)) as container:
        return [(image.pts * image.time_base, to_rgb(image.to_ndarray(), *weights))
                for image in container.decode(video=0)]  # fmt: skip


def to_rgb(planes: ndarray, red: float, blue: float) -> ndarray:
    luma = (planes[:HEIGHT].astype(float) - 16) * 255 / 219
    chroma = (planes[HEIGHT:].reshape(2, HEIGHT // 2, WIDTH // 2).astype(float) - 128) * 255 / 224
    cb, cr = chroma.repeat(2, axis=1).repeat(2, axis=2)
    r, b = luma + 2 * (1 - red) * cr, luma + 2 * (1 - blue) * cb
    g = (luma - red * r - blue * b) / (1 - red - blue)
    return np.stack([r, g, b], axis=-1)


def patch_errors(image: ndarray) -> list[float]:
    """Largest difference of each patch from its colour, away from the patch's edges."""
    return [
        float(np.abs(image[HEIGHT // 2 + 8 : -8, place * 32 + 8 : place * 32 + 24] - colour).max())
        for place, colour in enumerate(PATCHES.values())
    ]


# ---- what goes in comes out


RATES = {24: 24, 30: 30, 60: 60, 7: 7, 59: 59, 233: 233, 23.976: Fraction(24000, 1001), 29.97: Fraction(30000, 1001),
         47.952: Fraction(48000, 1001), 59.94: Fraction(60000, 1001)}  # fmt: skip
"""What is asked for, and the frames that a second has then."""


@pytest.mark.parametrize("fps", RATES)
def test_a_film_has_exactly_the_frames_that_were_drawn(tmp_path: Path, fps: float) -> None:
    counts = (61, 37, 8)
    made, _ = film(tmp_path, counts, fps)
    encode.verify(made, WIDTH, HEIGHT, fps, sum(counts))
    found = decoded(made)
    assert [number_of(image) for _, image in found] == list(range(sum(counts)))
    assert [time for time, _ in found] == [number / Fraction(RATES[fps]) for number in range(sum(counts))]
    assert all(np.abs(image - frame(number)).mean() < 3 for number, (_, image) in enumerate(found))


@pytest.mark.parametrize("seconds", [2.0, 0.5])
def test_a_player_finds_a_key_frame_at_each_beat_and_as_often_as_was_asked(tmp_path: Path, seconds: float) -> None:
    beats, counts = [tmp_path / "0.ts", tmp_path / "1.ts"], (100, 40)
    for path, count in zip(beats, counts, strict=True):
        encoder = BeatEncoder(WIDTH, HEIGHT, 30, path, replace(FINAL, keyframes=seconds))
        for _ in range(count):
            encoder.take(as_drawn(frame(0)))  # all alike: x264 sees no cut of its own
        encoder.close()
    encode.join(beats, list(counts), 30, tmp_path / "film.mp4")
    with av.open(tmp_path / "film.mp4") as opened:
        found = sorted(packet.pts * packet.time_base for packet in opened.demux(video=0) if packet.is_keyframe)
    begin = Fraction(counts[0], 30)
    wanted = [start + step * Fraction(seconds) for start, last in ((0, begin), (begin, begin + Fraction(counts[1], 30)))
              for step in range(9) if start + step * Fraction(seconds) < last]  # fmt: skip
    assert found == wanted


def test_colours_come_back_when_decoded_as_bt709(tmp_path: Path) -> None:
    made, _ = film(tmp_path, (5,))
    for _, image in decoded(made):
        assert max(patch_errors(image)) <= 4
    _, as_if_bt601 = decoded(made, BT601)[0]
    assert max(patch_errors(as_if_bt601)) > 15, "this test could not tell BT.601 from BT.709"


def test_joining_does_not_encode_again(tmp_path: Path) -> None:
    made, beats = film(tmp_path, (61, 8))
    assert slices(made) == [unit for path in beats for unit in slices(path)]


def slices(path: Path) -> list[bytes]:
    """The coded pictures of a file, without parameter sets and delimiters, which depend on the container."""
    stream = subprocess.run(
        ["ffmpeg", "-v", "error", "-i", path, "-c", "copy", "-bsf:v", "h264_mp4toannexb", "-f", "h264", "pipe:"],
        capture_output=True, check=True,
    ).stdout  # fmt: skip
    units = [unit.rstrip(b"\0") for unit in stream.split(b"\0\0\1")[1:]]
    return [unit for unit in units if unit[0] & 31 in (1, 5)]


def test_same_frames_give_the_same_bytes(tmp_path: Path) -> None:
    first, _ = film(tmp_path / "first", (9, 4))
    second, _ = film(tmp_path / "second", (9, 4))
    assert first.read_bytes() == second.read_bytes()


@pytest.mark.parametrize("fps", RATES)
def test_rounding_never_adds_up_over_many_beats(tmp_path: Path, fps: float) -> None:
    one = beat(tmp_path / "one.ts", range(1), fps)
    made = tmp_path / "film.mp4"
    encode.join([one] * 60, [1] * 60, fps, made)
    encode.verify(made, WIDTH, HEIGHT, fps, 60)


# ---- argument lists


def test_beat_arguments_say_all_that_decides_about_the_bytes() -> None:
    arguments = encode.beat_arguments(1920, 1080, 30, Path("beat.ts"))
    assert arguments == encode.beat_arguments(1920, 1080, 30, Path("beat.ts"))
    options = dict(itertools.pairwise(arguments))
    assert arguments[0] == "ffmpeg" and arguments[-1] == "-y" and "beat.ts" in arguments
    wanted = {
        "-f": "mpegts", "-vcodec": "libx264", "-crf": "18", "-preset": "medium", "-threads": "2", "-pix_fmt": "nv12",
        "-color_primaries": "bt709", "-color_trc": "bt709", "-colorspace": "bt709", "-color_range": "tv", "-g": "60",
        "-s": "1920x1080", "-framerate": "30",
    }  # fmt: skip
    assert {name: options.get(name) for name in wanted} == wanted
    assert "-filter_complex" not in options, "the frames are in the encoder's own layout and need no conversion"
    assert options["-chroma_sample_location"] == "left"
    draft = dict(itertools.pairwise(encode.beat_arguments(854, 480, 15, Path("beat.ts"), DRAFT)))
    assert (draft["-crf"], draft["-preset"], draft["-g"]) == ("26", "veryfast", "30")


def test_other_codecs_get_rgba_upright_and_in_bt709() -> None:
    own = Encoding(codec="prores_ks", pixel_format="yuva444p10le", ending=".mov", saturation=0.5, gamma=2.0)
    arguments = encode.beat_arguments(64, 36, 30, Path("beat.mov"), own)
    options = dict(itertools.pairwise(arguments))
    filters = options["-filter_complex"]
    assert filters.index("vflip") < filters.index("eq=") < filters.index("scale=")
    assert "saturation=0.5" in filters and "gamma=2.0" in filters and "out_color_matrix=bt709" in filters
    assert (options["-vcodec"], options["-colorspace"]) == ("prores_ks", "bt709")
    assert "eq=" not in " ".join(encode.beat_arguments(64, 36, 30, Path("beat.mov"), TRANSPARENT))


def test_what_is_transparent_stays_so(tmp_path: Path) -> None:
    """And its colours are where they were, upright."""
    encoder = BeatEncoder(WIDTH, HEIGHT, 30, tmp_path / "beat.mov", TRANSPARENT)
    for alpha in (0, 128, 255):
        encoder.take(as_rgba(frame(5), alpha))
    encoder.close()
    encode.verify(tmp_path / "beat.mov", WIDTH, HEIGHT, 30, 3, TRANSPARENT)
    with av.open(str(tmp_path / "beat.mov")) as container:
        pictures = [image.to_ndarray(format="rgba") for image in container.decode(video=0)]
    opacities = [float(picture[..., 3].mean()) for picture in pictures]
    assert all(abs(found - alpha) < 1.5 for found, alpha in zip(opacities, (0, 128, 255), strict=True))
    assert number_of(pictures[2][..., :3]) == 5


def test_a_sound_lies_beside_the_beats(tmp_path: Path) -> None:
    _, beats = film(tmp_path, (15, 15))
    sound = tmp_path / "sound.wav"
    tone = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "sine=frequency=440:duration=1", sound]
    subprocess.run(tone, check=True)
    made = tmp_path / "loud.mp4"
    encode.join(beats, [15, 15], 30, made, sound)
    encode.verify(made, WIDTH, HEIGHT, 30, 30)
    kinds = {stream["codec_type"]: stream["codec_name"] for stream in encode.probe(made)["streams"]}
    assert kinds == {"video": "h264", "audio": "aac"}


@pytest.mark.parametrize("ending", [".gif", ".webp"])
def test_small_copies_play_without_end(tmp_path: Path, ending: str) -> None:
    made, _ = film(tmp_path, (20, 10))
    copy = made.with_suffix(ending)
    encode.loop(made, copy, 10 / 30, 15 / 30)
    with Image.open(copy) as image:
        assert image.size == (WIDTH, HEIGHT) and image.info["loop"] == 0
        pictures = [np.asarray(picture.convert("RGB")) for picture in ImageSequence.all_frames(image)]
    shown = [number_of(picture) for picture in pictures]
    assert len(set(shown)) == len(shown) == 3 and min(shown) >= 10 and max(shown) < 25, "the part that was asked for"


def noise(path: Path, size: str, seconds: int) -> Path:
    """A film that nothing makes small."""
    source = f"color=gray:s={size}:r=15:d={seconds},noise=alls=100:allf=t"
    options = ["-preset", "veryfast", "-crf", "20"]
    subprocess.run(["ffmpeg", "-v", "error", "-f", "lavfi", "-i", source, *options, path], check=True)
    return path


@pytest.mark.slow
def test_a_small_copy_is_made_smaller_until_it_weighs_little_enough(tmp_path: Path) -> None:
    restless = noise(tmp_path / "restless.mp4", "640x360", 2)
    encode.loop(restless, tmp_path / "loop.webp", 0, 2)
    with Image.open(tmp_path / "loop.webp") as image:
        assert image.width in (width for width, _ in encode.LOOP_STEPS[1:])
    assert (tmp_path / "loop.webp").stat().st_size <= 1_000_000
    with pytest.raises(RenderFailed, match=r"loop\.gif weighs .* MB at 240 pixels .* name a calmer beat"):
        encode.loop(noise(tmp_path / "worse.mp4", "240x136", 9), tmp_path / "loop.gif", 0, 9)


def test_webm_holds_the_same_frames(tmp_path: Path) -> None:
    made, _ = film(tmp_path, (20, 10))
    assert encode.webm(made, made.with_suffix(".webm")) == "av01.0.00M.08"
    with av.open(made) as one, av.open(made.with_suffix(".webm")) as other:
        pairs = list(itertools.zip_longest(one.decode(video=0), other.decode(video=0)))
        assert len(pairs) == 30 and other.streams.video[0].codec_context.name in ("av1", "libdav1d")
        for ours, theirs in pairs:
            first, second = ours.to_ndarray(format="rgb24"), theirs.to_ndarray(format="rgb24")
            assert number_of(first) == number_of(second) and abs(ours.time - theirs.time) <= 0.001
            assert np.abs(first.astype(int) - second).mean() < 4


def test_join_arguments_copy() -> None:
    options = dict(itertools.pairwise(encode.join_arguments(Path("list.txt"), Path("film.mp4"))))
    wanted = {"-c": "copy", "-movflags": "+faststart", "-colorspace": "bt709", "-color_range": "tv"}
    assert {name: options.get(name) for name in wanted} == wanted


# ---- what is not as promised is refused


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made, _ = film(tmp_path_factory.mktemp("good"), (20,))
    encode.verify(made, WIDTH, HEIGHT, 30, 20)
    return made


def remade(good: Path, folder: Path, *options: str) -> Path:
    """The good film through ffmpeg once more."""
    bad = folder / "bad.mp4"
    subprocess.run(["ffmpeg", "-v", "error", "-i", good, *options, bad], check=True)
    return bad


COPY = ("-c", "copy", "-video_track_timescale", "90000")
FAST = ("-movflags", "+faststart")


def test_verify_accepts_a_faithful_copy(good: Path, tmp_path: Path) -> None:
    """So that what the next tests change is what is refused."""
    encode.verify(remade(good, tmp_path, *COPY, *FAST), WIDTH, HEIGHT, 30, 20)


@pytest.mark.parametrize(
    ("options", "fault"),
    [
        (COPY, "no faststart"),
        ((*COPY, *FAST, "-bsf:v", "setts=ts=TS+if(gte(TS\\,30000)\\,20\\,0)"), "frame steps"),
        ((*COPY, *FAST, "-output_ts_offset", "1"), "starts at"),
        ((*FAST, "-colorspace", "unknown", "-color_trc", "unknown", "-color_primaries", "unknown"), "color_space"),
        ((*FAST, "-pix_fmt", "yuv444p"), "pix_fmt"),
        ((*FAST, "-c:v", "mpeg4"), "codec_name"),
        (("-c", "copy", "-f", "matroska"), "no faststart"),
        (("-c", "copy", "-f", "h264"), "0 frames, not 20"),
    ],
)
def test_verify_names_what_is_wrong(good: Path, tmp_path: Path, options: tuple[str, ...], fault: str) -> None:
    with pytest.raises(RenderFailed, match=fault):
        encode.verify(remade(good, tmp_path, *options), WIDTH, HEIGHT, 30, 20)


@pytest.mark.parametrize(
    ("promised", "fault"),
    [
        ((WIDTH, HEIGHT, 30, 21), "20 frames, not 21"),
        ((WIDTH, HEIGHT, 30, 19), "20 frames, not 19"),
        ((WIDTH + 2, HEIGHT, 30, 20), "width is 128, not 130"),
        ((WIDTH, HEIGHT, 24, 20), "r_frame_rate"),
    ],
)
def test_verify_compares_with_the_promise(good: Path, promised: tuple[int, int, int, int], fault: str) -> None:
    with pytest.raises(RenderFailed, match=fault):
        encode.verify(good, *promised)


@pytest.mark.parametrize("kept", [0.3, 0.9, 0.999])
def test_verify_refuses_a_truncated_film(good: Path, tmp_path: Path, kept: float) -> None:
    cut = tmp_path / "cut.mp4"
    data = good.read_bytes()
    cut.write_bytes(data[: int(len(data) * kept)])
    with pytest.raises(RenderFailed, match=r"cut\.mp4"):
        encode.verify(cut, WIDTH, HEIGHT, 30, 20)


def test_verify_refuses_what_is_no_film(tmp_path: Path) -> None:
    text, empty = tmp_path / "text.mp4", tmp_path / "empty.mp4"
    text.write_text("this is no film\n")
    empty.touch()
    for path in (text, empty, tmp_path / "missing.mp4"):
        with pytest.raises(RenderFailed, match=path.name):
            encode.verify(path, WIDTH, HEIGHT, 30, 20)


# ---- what can go wrong while encoding


def test_a_frame_of_another_size_is_refused(tmp_path: Path) -> None:
    encoder = BeatEncoder(WIDTH, HEIGHT, 30, tmp_path / "beat.ts")
    with pytest.raises(RenderFailed, match="18428 bytes, ffmpeg was promised 18432"):
        encoder.take(as_drawn(frame(0))[4:])
    encoder.abandon()


def test_a_killed_ffmpeg_is_reported(tmp_path: Path) -> None:
    encoder = BeatEncoder(WIDTH, HEIGHT, 30, tmp_path / "00_rise.ts")
    encoder.take(as_drawn(frame(0)))
    os.kill(encoder.process.pid, signal.SIGKILL)
    encoder.process.wait()
    with pytest.raises(ToolKilled, match=r"ffmpeg was killed by SIGKILL, as the kernel does"):
        for number in range(50):
            encoder.take(as_drawn(frame(number)))
    encoder.abandon()


def test_ffmpegs_own_words_are_passed_on(tmp_path: Path) -> None:
    encoder = BeatEncoder(WIDTH, HEIGHT, 30, tmp_path / "no" / "such" / "folder" / "beat.ts")
    with pytest.raises(RenderFailed, match="No such file or directory"):
        for number in range(50):
            encoder.take(as_drawn(frame(number)))
        encoder.close()
    encoder.abandon()


def test_an_empty_beat_is_named(tmp_path: Path) -> None:
    encoder = BeatEncoder(WIDTH, HEIGHT, 30, tmp_path / "03_nothing_happens.ts")
    with pytest.raises(RenderFailed, match="nothing_happens has no frame"):
        encoder.close()


def test_an_abandoned_beat_leaves_no_process(tmp_path: Path) -> None:
    encoder = BeatEncoder(WIDTH, HEIGHT, 30, tmp_path / "beat.ts")
    encoder.take(as_drawn(frame(0)))
    encoder.abandon()
    assert encoder.process.returncode == -signal.SIGKILL


def test_joining_what_is_no_beat_fails(tmp_path: Path) -> None:
    (tmp_path / "beat.ts").write_text("no beat")
    with pytest.raises(RenderFailed, match="joining the beats failed"):
        encode.join([tmp_path / "beat.ts"], [3], 30, tmp_path / "film.mp4")


def test_missing_programs_are_named_with_their_package(
    good: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ToolMissing, match=r"ffmpeg is missing.*apt-get install ffmpeg"):
        BeatEncoder(WIDTH, HEIGHT, 30, tmp_path / "beat.ts")
    with pytest.raises(ToolMissing, match=r"ffprobe is missing.*apt-get install ffmpeg"):
        encode.verify(good, WIDTH, HEIGHT, 30, 20)
    with pytest.raises(ToolMissing, match="ffmpeg is missing"):
        encode.join([], [], 30, tmp_path / "film.mp4")
