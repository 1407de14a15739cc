"""What is read back is the picture, whole or in parts, and its colours are those of BT.709."""

from __future__ import annotations

import subprocess
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy import ndarray

from mathviz import engine
from mathviz.engine.readback import PATCH, Nv12, Reader, Rgba, patches
from mathviz.engine.regions import CELL, Rectangle, whole

WIDTH, HEIGHT = 70, 50
"""Even, and no multiples of a cell."""

RED, GREEN, BLUE = 0.2126, 0.7152, 0.0722


@pytest.fixture(scope="module")
def context(manim: None) -> Any:
    from manimlib import Scene

    return engine.make_scene(Scene).camera.ctx


class Screen:
    """A framebuffer that shows a given picture, [row column rgba] with the bottom row first."""

    def __init__(self, context: Any, width: int = WIDTH, height: int = HEIGHT) -> None:
        self.texture = context.texture((width, height), 4)
        self.frame = context.framebuffer(self.texture)
        self.all = whole(width, height)

    def show(self, picture: ndarray) -> None:
        self.texture.write(picture.astype(np.uint8).tobytes())


def noise(seed: int, width: int = WIDTH, height: int = HEIGHT) -> ndarray:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 4))


def smooth(width: int, height: int) -> ndarray:
    down, across = np.mgrid[0 : 1 : height * 1j, 0 : 1 : width * 1j]
    waves = [np.sin(3 * across + k) * np.cos(2 * down + 2 * k) for k in range(3)]
    return np.stack([*(127.5 + 127.5 * wave for wave in waves), np.full_like(down, 255)], axis=-1)


def bt709(picture: ndarray) -> tuple[ndarray, ndarray]:
    """Luma [row column] and chroma [row column cb-cr], the top row first, of a picture with the bottom row first."""
    rgb = picture[::-1, :, :3] / 255
    luma = 16 + 219 * (rgb @ (RED, GREEN, BLUE))
    wide = np.concatenate([rgb[:, :1], rgb, rgb[:, -1:]], axis=1)
    # Chroma lies on the even columns, between two rows.
    across = (wide[:, :-2:2] + 2 * wide[:, 1:-1:2] + wide[:, 2::2]) / 4
    both = (across[::2] + across[1::2]) / 2
    y = both @ (RED, GREEN, BLUE)
    blue, red = (both[..., 2] - y) / (2 - 2 * BLUE), (both[..., 0] - y) / (2 - 2 * RED)
    return luma, 128 + 224 * np.stack([blue, red], axis=-1)


def planes(frame: memoryview, width: int, height: int) -> tuple[ndarray, ndarray]:
    data = np.frombuffer(frame, np.uint8).astype(int)
    return data[: width * height].reshape(height, width), data[width * height :].reshape(height // 2, width // 2, 2)


@pytest.mark.parametrize("picture", [noise(0), noise(1), smooth(WIDTH, HEIGHT)], ids=["noise", "noise too", "smooth"])
def test_colours_are_bt709s_within_a_level(context: Any, picture: ndarray) -> None:
    screen = Screen(context)
    screen.show(picture)
    luma, chroma = planes(Nv12(context, WIDTH, HEIGHT).read(screen.frame, [screen.all]), WIDTH, HEIGHT)
    expected_luma, expected_chroma = bt709(picture.astype(np.uint8).astype(float))
    assert np.abs(luma - expected_luma).max() < 1
    assert np.abs(chroma - expected_chroma).max() < 1


@pytest.mark.parametrize(
    ("rgb", "expected"),
    [((0, 0, 0), (16, 128, 128)), ((255, 255, 255), (235, 128, 128)), ((255, 0, 0), (63, 102, 240)),
     ((0, 0, 255), (32, 240, 118))],
)  # fmt: skip
def test_known_colours_have_their_known_levels(
    context: Any, rgb: tuple[int, int, int], expected: tuple[int, int, int]
) -> None:
    screen = Screen(context)
    screen.show(np.tile((*rgb, 255), (HEIGHT, WIDTH, 1)))
    luma, chroma = planes(Nv12(context, WIDTH, HEIGHT).read(screen.frame, [screen.all]), WIDTH, HEIGHT)
    assert {*luma.ravel()} == {expected[0]} and {*map(tuple, chroma.reshape(-1, 2))} == {expected[1:]}


def test_the_conversion_is_ffmpegs_within_two_levels(context: Any) -> None:
    width, height = 320, 180
    picture, screen = smooth(width, height).astype(np.uint8), Screen(context, width, height)
    screen.show(picture)
    scale = "scale=in_range=pc:out_range=tv:out_color_matrix=bt709:out_h_chr_pos=0:out_v_chr_pos=128"
    scale += ":flags=bicubic+accurate_rnd+full_chroma_int+full_chroma_inp"
    line = ["ffmpeg", "-v", "error", "-f", "rawvideo", "-pix_fmt", "rgba", "-s", f"{width}x{height}", "-i", "-"]
    line += ["-vf", f"{scale},format=nv12", "-f", "rawvideo", "-"]
    converted = subprocess.run(line, input=picture[::-1].tobytes(), capture_output=True, check=True).stdout
    ours = planes(Nv12(context, width, height).read(screen.frame, [screen.all]), width, height)
    for plane, expected in zip(ours, planes(memoryview(converted), width, height), strict=True):
        assert np.abs(plane - expected).max() <= 2
        assert np.ptp(plane) > 100


PLACES = st.lists(
    st.tuples(*[st.integers(0, -(-side // CELL)) for side in (WIDTH, HEIGHT, WIDTH, HEIGHT)]).filter(
        lambda r: r[0] != r[2] and r[1] != r[3]
    ),
    min_size=1,
    max_size=3,
)


def rectangles(corners: list[tuple[int, int, int, int]]) -> list[Rectangle]:
    """Whole cells, cut off at the screen."""
    found = []
    for a, b, c, d in corners:
        x0, x1, y0, y1 = (CELL * side for side in (min(a, c), max(a, c), min(b, d), max(b, d)))
        found.append(Rectangle(x0, y0, min(x1, WIDTH), min(y1, HEIGHT)))
    return found


def readers(context: Any) -> list[Reader]:
    return [Rgba(WIDTH, HEIGHT), Nv12(context, WIDTH, HEIGHT)]


@given(PLACES, st.integers(0, 2**32))
@settings(deadline=None, max_examples=60)
def test_parts_read_one_after_the_other_make_the_whole(
    context: Any, corners: list[tuple[int, int, int, int]], seed: int
) -> None:
    screen, before, after = Screen(context), noise(seed), noise(seed + 1)
    parts = readers(context)
    screen.show(before)
    first = [reader.read(screen.frame, [screen.all]) for reader in parts]
    remembered = [bytes(frame) for frame in first]
    for place in rectangles(corners):
        before[place.y0 : place.y1, place.x0 : place.x1] = after[place.y0 : place.y1, place.x0 : place.x1]
    screen.show(before)
    for part, fresh in zip(parts, readers(context), strict=True):
        assert part.read(screen.frame, rectangles(corners)) == fresh.read(screen.frame, [screen.all])
    assert [bytes(frame) for frame in first] == remembered, "a frame that was handed out has changed"


@given(
    st.lists(st.tuples(st.integers(0, WIDTH - 1), st.integers(0, HEIGHT - 1)), max_size=4),
    PLACES,
    st.integers(0, 2**32),
)
@settings(deadline=None, max_examples=60)
def test_pixels_that_changed_here_and_there_are_found(
    context: Any, changed: list[tuple[int, int]], corners: list[tuple[int, int, int, int]], seed: int
) -> None:
    """All is given to be read, and few pixels of it are others; the chroma beside them changes too."""
    screen, picture, part = Screen(context), noise(seed), Nv12(context, WIDTH, HEIGHT)
    screen.show(picture)
    part.read(screen.frame, [screen.all])
    for x, y in changed:
        picture[y, x] = 255 - picture[y, x]
    screen.show(picture)
    expected = bytes(Nv12(context, WIDTH, HEIGHT).read(screen.frame, [screen.all]))
    assert bytes(part.read(screen.frame, [*rectangles(corners), screen.all])) == expected


@given(st.integers(1, 70), st.integers(1, 70), st.integers(0, 2**32), st.sampled_from([0.0, 0.003, 0.1, 1.0]))
@settings(deadline=None)
def test_patches_cover_what_differs_and_lie_apart(rows: int, columns: int, seed: int, share: float) -> None:
    differs = np.random.default_rng(seed).random((rows, columns)) < share
    times = np.zeros((rows + PATCH, columns + PATCH), int)
    boxes = patches(differs)
    for x0, y0, x1, y1 in boxes:
        times[y0:y1, x0:x1] += 1
        assert differs[y0:y1, x0:x1].any()
    assert times.max(initial=0) <= 1
    assert (times[:rows, :columns] >= differs).all()


def test_rgba_is_what_opengl_has_with_the_bottom_row_first(context: Any) -> None:
    screen, picture = Screen(context), noise(3).astype(np.uint8)
    screen.show(picture)
    assert bytes(Rgba(WIDTH, HEIGHT).read(screen.frame, [screen.all])) == picture.tobytes()


def test_nothing_is_read_where_nothing_changed(context: Any) -> None:
    screen = Screen(context)
    for reader in readers(context):
        screen.show(noise(4))
        first = bytes(reader.read(screen.frame, [screen.all]))
        screen.show(noise(5))
        assert bytes(reader.read(screen.frame, [])) == first


@pytest.mark.parametrize(("width", "height"), [(71, 50), (70, 51)])
def test_chroma_needs_even_sides(context: Any, width: int, height: int) -> None:
    with pytest.raises(ValueError, match=f"{width}x{height}: chroma is shared"):
        Nv12(context, width, height)
