"""Beats are kept whole, found again, never used when they are damaged, and removed when they take too much."""

from __future__ import annotations

import errno
import fcntl
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from tiny_project import BEATS, TinyProject

from mathviz import trace
from mathviz.project.errors import MathvizError, OutOfPlace
from mathviz.render.cache import Beat, Cache, bytes_of
from mathviz.render.farm import Farm
from mathviz.render.plan import Job, Wish, plan

KEYS = ["a" * 64, "b" * 64, "c" * 64]


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return Cache(tmp_path / "beats")


def kept(cache: Cache, key: str, size: int = 100, digests: str = "") -> Path:
    """An object of ``size`` bytes, and what goes with it."""
    made = cache.root.parent / f"made-{key[:4]}"
    made.mkdir()
    (made / "beat.ts").write_bytes(b"x" * size)
    (made / "last.png").write_bytes(b"picture")
    if digests:
        (made / "digests.txt").write_text(digests)
    cache.keep(key, made)
    assert not made.exists()
    return cache.folder(key)


def beat(key: str, reads: dict[str, str] | None = None) -> Beat:
    return Beat(key, 3, [(0, "One"), (2, "")], [("self.bars", "1")], [("self.bars", "2")], {"fps": 30}, reads or {}, {})


# ---- objects and slots


@pytest.mark.parametrize("make", [os.mkfifo, Path.touch, lambda path: path.symlink_to("/dev/zero")],
                         ids=["a pipe", "a file", "a device"])  # fmt: skip
def test_what_is_no_beat_where_one_should_be_gives_way(cache: Cache, make: Callable[[Path], object]) -> None:
    kept(cache, KEYS[1])
    make(cache.folder(KEYS[1]).parent / KEYS[1].replace("b", "c"))
    cache.folder(KEYS[0]).parent.mkdir(parents=True)
    make(cache.folder(KEYS[0]))
    assert not cache.has(KEYS[0]) and len(cache.objects()) == 1
    kept(cache, KEYS[0])
    assert cache.has(KEYS[0]) and cache.sound(KEYS[0])
    for name in ("whole.json", "signed.json", "last.png"):
        (cache.folder(KEYS[0]) / name).unlink()
        make(cache.folder(KEYS[0]) / name)
    assert not cache.sound(KEYS[0]) and not cache.folder(KEYS[0]).exists()


def test_a_beat_of_which_nothing_is_promised_is_none(cache: Cache) -> None:
    folder = kept(cache, KEYS[0])
    for name in ("whole.json", "signed.json"):
        (folder / name).write_text("{}")
    assert not cache.has(KEYS[0]) and not cache.sound(KEYS[0])


@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir])
def test_slots_of_the_wrong_type_hold_nothing(cache: Cache, make: Callable[[Path], object]) -> None:
    (cache.root / "slots" / "film").mkdir(parents=True)
    (cache.root / "slots" / "odd").touch()
    make(cache.root / "slots" / "film" / "rise.json")
    assert cache.beat("film", "rise") is None and not cache.looked_at("film", "rise")
    assert cache.beat("odd", "rise") is None
    assert cache.prune(0) == (0, 0)


def test_what_was_kept_is_found(cache: Cache) -> None:
    assert not cache.has(KEYS[0]) and not cache.sound(KEYS[0])
    kept(cache, KEYS[0])
    assert cache.has(KEYS[0]) and cache.sound(KEYS[0])
    assert not cache.has(KEYS[0], digests=True) and cache.digests(KEYS[0]) is None


def test_a_slot_is_as_good_as_its_object(cache: Cache) -> None:
    cache.remember("film", "rise", beat(KEYS[0]))
    assert cache.beat("film", "rise") is None and cache.looked_at("film", "rise")
    folder = kept(cache, KEYS[0])
    assert cache.beat("film", "rise") == beat(KEYS[0])
    assert cache.beat("film", "fall") is None and cache.beat("other", "rise") is None
    (folder / "beat.ts").unlink()
    assert cache.beat("film", "rise") is None


def test_digests_may_come_later(cache: Cache) -> None:
    """The same beat drawn again for its digests is the same object."""
    folder = kept(cache, KEYS[0])
    before = (folder / "beat.ts").stat().st_ino
    kept(cache, KEYS[0], digests="d1\nd2\nd3\n")
    assert cache.digests(KEYS[0]) == ["d1", "d2", "d3"] and cache.has(KEYS[0], digests=True)
    assert (folder / "beat.ts").stat().st_ino == before and cache.sound(KEYS[0])


def damage(path: Path, how: str) -> None:
    data = bytearray(path.read_bytes())
    if how == "flipped":
        data[len(data) // 2] ^= 1
    path.unlink() if how == "gone" else path.write_bytes(data[: len(data) // 2] if how == "cut" else data)


@pytest.mark.parametrize("how", ["flipped", "cut", "gone"])
@pytest.mark.parametrize("file", ["beat.ts", "last.png", "signed.json", "whole.json", "digests.txt"])
def test_a_damaged_object_is_not_used(cache: Cache, file: str, how: str) -> None:
    folder = kept(cache, KEYS[0], digests="d1\nd2\n")
    damage(folder / file, how)
    assert not (cache.has(KEYS[0], digests=True) and cache.sound(KEYS[0]))
    kept(cache, KEYS[0], digests="d1\nd2\n")
    assert cache.has(KEYS[0], digests=True) and cache.sound(KEYS[0])


def test_a_slot_that_somebody_wrote_into_says_nothing(cache: Cache) -> None:
    """What a page says of a film's numbers goes through it."""
    kept(cache, KEYS[0])
    cache.remember("film", "rise", beat(KEYS[0], {"device": "CPU"}))
    path = cache.root / "slots" / "film" / "rise.json"
    path.write_text(path.read_text().replace("CPU", "H200"))
    assert cache.beat("film", "rise") is None and not cache.looked_at("film", "rise")
    cache.remember("film", "rise", beat(KEYS[0]))
    assert cache.beat("film", "rise") == beat(KEYS[0])


def test_a_slot_holds_as_long_as_the_files_are_what_they_were(cache: Cache) -> None:
    files = {"scenes/tiny.py": "first"}
    fitting = Cache(cache.root, lambda reads: all(files.get(name) == value for name, value in reads.items()))
    for key, state in zip(KEYS, ("first", "second", "third"), strict=True):
        kept(cache, key)
        fitting.remember("film", "rise", beat(key, {"scenes/tiny.py": state}))
    for key, state in zip(KEYS, ("first", "second", "third"), strict=True):
        files["scenes/tiny.py"] = state  # whoever goes back to what was, finds it
        found = fitting.beat("film", "rise")
        assert found is not None and found.key == key and fitting.looked_at("film", "rise")
    files["scenes/tiny.py"] = "fourth"
    assert fitting.beat("film", "rise") is None and not fitting.looked_at("film", "rise")


@pytest.mark.parametrize("written", ["", "{", "[]", "{}", '{"key": 1}', "null"])
def test_a_slot_that_says_nothing_is_empty(cache: Cache, written: str) -> None:
    kept(cache, KEYS[0])
    cache.remember("film", "rise", beat(KEYS[0]))
    (cache.root / "slots" / "film" / "rise.json").write_text(written)
    assert cache.beat("film", "rise") is None


# ---- claims


CLAIM = """
import sys, time
from pathlib import Path
from mathviz.render.cache import Cache
with Cache(Path(sys.argv[1])).claim("film", "rise") as mine:
    print(mine, flush=True)
    time.sleep(1000)
"""


def test_one_process_at_a_time_has_a_beat_and_loses_it_with_its_life(cache: Cache) -> None:
    other = subprocess.Popen([sys.executable, "-c", CLAIM, str(cache.root)], stdout=subprocess.PIPE, text=True)
    assert other.stdout is not None and other.stdout.readline() == "True\n"
    with cache.claim("film", "rise") as mine, cache.claim("film", "fall") as another:
        assert not mine and another
    other.kill()
    other.wait()
    with cache.claim("film", "rise") as mine:
        assert mine
    with cache.claim("film", "rise") as mine:
        assert mine, "whoever is done with a beat gives it back"


def test_where_a_disk_has_no_locks_a_beat_may_be_drawn(cache: Cache, monkeypatch: pytest.MonkeyPatch) -> None:
    """As some network disks have none: at worst two draw the same."""

    def refuse(descriptor: int, how: int) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(fcntl, "flock", refuse)
    with cache.claim("film", "rise") as mine:
        assert mine


# ---- the limit


def aged(folder: Path, hours: float) -> None:
    at = time.time() - hours * 3600
    os.utime(folder, (at, at))


def test_what_was_not_used_for_longest_goes_first(cache: Cache) -> None:
    folders = [kept(cache, key, size=1000) for key in KEYS]
    size = cache.objects()[0][1]
    assert 1000 < size < 2000
    for folder, hours in zip(folders, (5, 30, 10), strict=True):
        aged(folder, hours)
    assert cache.sound(KEYS[1]), "used just now, though made first"
    assert cache.prune(3 * size) == (0, 0)
    assert cache.prune(2 * size) == (1, size)
    assert [cache.has(key) for key in KEYS] == [True, True, False]
    assert cache.prune(0) == (1, size)
    assert [cache.has(key) for key in KEYS] == [False, True, False], "what was used in the last hour stays"
    assert cache.prune(0, young=0) == (1, size) and not cache.objects()


def test_slots_go_with_their_last_beat_but_not_while_they_are_young(cache: Cache) -> None:
    for key, film in zip(KEYS, ("old", "young", "whole"), strict=True):
        cache.remember(film, "rise", beat(key))
    kept(cache, KEYS[2])
    for film in ("old", "whole"):
        aged(cache.root / "slots" / film, 2)
    cache.prune(10**9)
    assert {folder.name for folder in (cache.root / "slots").iterdir()} == {"young", "whole"}


@pytest.mark.parametrize(
    ("text", "size"),
    [("0", 0), ("500", 500), ("1K", 1024), ("500M", 500 * 1024**2), ("10g", 10 * 1024**3), ("1.5T", 3 * 2**39)],
)
def test_sizes_are_read(text: str, size: int) -> None:
    assert bytes_of(text) == size


@pytest.mark.parametrize("text", ["", "M", "-1", "-1G", "nan", "inf", "many", "10GB", "1 0"])
def test_what_is_no_size_is_refused(text: str) -> None:
    with pytest.raises(MathvizError, match="is no size; say 500M, 10G"):
        bytes_of(text)


def test_the_command_shows_and_prunes_the_cache(rendered: TinyProject) -> None:
    shown = json.loads(rendered.run("cache", "--json").stdout)
    assert shown["beats"] == 6 and shown["bytes"] > 10_000 and shown["removed"] == 0
    assert shown["folder"] == str(rendered.cache.root)
    done = rendered.run("cache")
    assert done.stdout == f"6 beats, {shown['bytes'] / 1e6:.1f} MB in {rendered.cache.root}\n" and not done.stderr
    for folder in sorted(rendered.beats())[:4]:
        aged(folder, 2)
    done = rendered.run("cache", "--prune", "--limit", "0")
    assert done.stdout.startswith("removed 4 beats, ") and "\n2 beats, " in done.stdout
    done = rendered.run("cache", "--prune", "--limit", "ten")
    assert done.returncode == 1 and "'ten' is no size" in done.stderr and len(rendered.beats()) == 2


# ---- beats of a film


def job(project: TinyProject) -> Job:
    return plan(project.project, ["tiny"], Wish(["en"], quality="low", fps=2))[0]


def object_of(project: TinyProject, beat: str) -> Path:
    about = json.loads((project.films / "tiny.en.json").read_text())
    (key,) = [found["key"] for found in about["beats"] if found["id"] == beat]
    return project.cache.folder(key)


@pytest.mark.parametrize("at_once", [[("beat.ts", "flipped"), ("last.png", "flipped")],
                                     [("beat.ts", "cut"), ("signed.json", "gone")],
                                     [("whole.json", "cut"), ("last.png", "gone")]])  # fmt: skip
def test_a_film_is_made_without_damaged_beats(rendered: TinyProject, at_once: list[tuple[str, str]]) -> None:
    """They are drawn again, those alone, and the film is what it was."""
    before = rendered.contents()
    hurt = [BEATS[0], BEATS[2]]
    for name, (file, how) in zip(hurt, at_once, strict=True):
        damage(object_of(rendered, name) / file, how)
    (rendered.films / "tiny.en.mp4").unlink()
    (outcome,) = Farm(1).run([job(rendered)])
    assert outcome.error == "" and outcome.drawn == tuple(hurt)
    assert rendered.contents() == before


def test_a_film_is_joined_from_what_was_drawn_part_by_part(rendered: TinyProject) -> None:
    """It has the bytes of one that was drawn at once, and nothing is drawn for it again."""
    whole = rendered.contents()
    shutil.rmtree(rendered.cache.root)
    for path in rendered.films.glob("tiny.en.*"):
        path.unlink()
    parts = [
        plan(rendered.project, ["tiny"], Wish(["en"], quality="low", fps=2, beats=(name,)))[0] for name in BEATS[::-1]
    ]
    outcomes = Farm(1).run([*parts, job(rendered)])
    assert [outcome.drawn for outcome in outcomes] == [("bars_leave",), ("bars_grow",), ("question",), ()]
    made = rendered.contents()
    assert {name: made[name] for name in whole} == whole


@pytest.mark.parametrize("key", ["../../../precious", "/precious", "aa/../../../../precious"])
def test_a_slot_cannot_lead_out_of_the_cache(cache: Cache, tmp_path: Path, key: str) -> None:
    """What is damaged is removed with its folder: that must be one of the cache's."""
    (tmp_path / "precious").mkdir()
    cache.remember("inputs", "beat", Beat(KEYS[0], 1, [], [], [], {}, {}, {}))
    slot = next((cache.root / "slots").rglob("beat.json"))
    named = key.replace("/precious", f"{tmp_path}/precious") if key[0] == "/" else key
    said = {"states": [{**each, "key": named} for each in json.loads(slot.read_text())["states"]]}
    slot.write_text(json.dumps({**said, "seal": trace.seal(said)}))
    assert cache.beat("inputs", "beat") is None
    with pytest.raises(OutOfPlace):
        cache.sound(named)
    assert (tmp_path / "precious").is_dir()
