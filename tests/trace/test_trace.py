"""A trace says what it is, survives its files to the bit, and is never read from damaged ones."""

from __future__ import annotations

import dataclasses
import hashlib
import io
import json
import os
import pickle
import subprocess
import sys
import textwrap
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from jaxtyping import Float32, Int64, Shaped, UInt8
from numpy import ndarray

from mathviz.project.disk import write_whole
from mathviz.project.errors import CheckFailed, TraceDamaged
from mathviz.trace import Claim, Trace, load, read_provenance, save, write_provenance

RECORD = np.dtype([("step", "i4"), ("bytes", "i8")])


@dataclasses.dataclass(frozen=True)
class Walk(Trace):
    """Steps of several walkers and where each ends."""

    steps: Float32[ndarray, "walker step"]
    ends: Float32[ndarray, "walker"]
    count: Int64[ndarray, ""]
    log: Shaped[ndarray, "message"]
    flags: UInt8[ndarray, "walker 2"]

    def check(self) -> list[Claim]:
        apart = float(np.abs(self.steps.sum(axis=1) - self.ends).max())
        return [
            Claim("each walk ends where its steps lead", apart < 1e-6, f"{apart}"),
            Claim("the count is that of the walkers", int(self.count) == len(self.ends), f"{self.count}"),
        ]


def walk(**changes: Any) -> Walk:
    """Three walkers of four steps, or the same with some fields replaced."""
    steps = np.random.default_rng(7).normal(size=(3, 4)).astype(np.float32)
    steps[0, :2] = [-0.0, 1e-42]  # a negative zero and a subnormal number must survive too
    fields = {
        "steps": steps,
        "ends": steps.sum(axis=1),
        "count": np.array(3),
        "log": np.array([(1, 8), (2, 16)], dtype=RECORD),
        "flags": np.zeros((3, 2), np.uint8),
    }
    return Walk(**(fields | changes))


# Fields.


def test_arrays_are_copies_that_cannot_be_written() -> None:
    mine = np.zeros((3, 2), np.uint8)
    trace = walk(flags=mine)
    mine[0, 0] = 9
    assert trace.flags[0, 0] == 0
    for array in trace.arrays().values():
        with pytest.raises(ValueError, match="read-only"):
            array[...] = array
    with pytest.raises(dataclasses.FrozenInstanceError):
        trace.ends = trace.ends  # type: ignore[misc]


def test_a_view_that_skips_is_stored_in_order() -> None:
    wide = np.arange(24, dtype=np.float32).reshape(6, 4)
    trace = walk(steps=wide[::2], ends=wide[::2].sum(axis=1))
    assert trace.steps.flags["C_CONTIGUOUS"]
    np.testing.assert_array_equal(trace.steps, wide[[0, 2, 4]])


@pytest.mark.parametrize(
    ("field", "value", "found"),
    [
        ("steps", np.zeros((3, 4)), "float64 of shape (3, 4)"),
        ("count", np.array(3, np.int32), "int32 of shape ()"),
        ("flags", np.zeros((3, 2), np.int8), "int8 of shape (3, 2)"),
        ("steps", np.zeros(3, np.float32), "float32 of shape (3,)"),
        ("count", np.array([3]), "int64 of shape (1,)"),
        ("ends", np.zeros(5, np.float32), "float32 of shape (5,)"),
        ("flags", np.zeros((3, 3), np.uint8), "uint8 of shape (3, 3)"),
        ("steps", "words", "of shape ()"),
    ],
    ids=["float", "integer", "sign", "too few axes", "too many axes", "other walkers", "fixed axis", "text"],
)
def test_a_field_that_does_not_fit_is_named(field: str, value: Any, found: str) -> None:
    with pytest.raises(TypeError) as caught:
        walk(**{field: value})
    message = str(caught.value)
    assert message.startswith(f"Walk.{field}: needs ")
    wanted = {"steps": "Float32[ndarray, 'walker step']", "count": "Int64[ndarray, '']",
              "flags": "UInt8[ndarray, 'walker 2']", "ends": "Float32[ndarray, 'walker']"}[field]  # fmt: skip
    assert wanted in message and found in message


def test_axes_of_two_traces_do_not_bind_each_other() -> None:
    walk()
    one = np.ones((1, 1), np.float32)
    walk(steps=one, ends=one[0], count=np.array(1), flags=np.zeros((1, 2), np.uint8)).require_true()


def test_a_trace_that_says_nothing_of_its_truth_cannot_be_saved(tmp_path: Path) -> None:
    @dataclasses.dataclass(frozen=True)
    class Mute(Trace):
        count: Int64[ndarray, ""]

    with pytest.raises(NotImplementedError, match="Mute must say what makes it true"):
        save(Mute(np.array(1)), tmp_path / "mute", {})


# Files.


def test_what_is_saved_is_loaded_to_the_bit(tmp_path: Path) -> None:
    trace = walk()
    save(trace, tmp_path / "deep" / "walk", {"key": "abc", "who": "漫步"})
    again = load(Walk, tmp_path / "deep" / "walk")
    for name, array in trace.arrays().items():
        loaded = again.arrays()[name]
        assert (loaded.dtype, loaded.shape, loaded.tobytes()) == (array.dtype, array.shape, array.tobytes())
        assert not loaded.flags.writeable
    assert sorted(path.name for path in (tmp_path / "deep").iterdir()) == ["walk.json", "walk.npz"]


def test_the_same_trace_gives_the_same_bytes(tmp_path: Path) -> None:
    """So two computations that save at once cannot leave a pair that disagrees."""
    for name in ("one", "two"):
        save(walk(), tmp_path / name, {})
    assert (tmp_path / "one.npz").read_bytes() == (tmp_path / "two.npz").read_bytes()


def test_provenance_holds_the_checks(tmp_path: Path) -> None:
    save(walk(), tmp_path / "walk", {"key": "abc"})
    about = read_provenance(tmp_path / "walk")
    assert about["key"] == "abc"
    assert about["arrays_sha256"] == hashlib.sha256((tmp_path / "walk.npz").read_bytes()).hexdigest()
    assert about["checks"][1] == {"says": "the count is that of the walkers", "holds": True, "found": "3"}
    assert len(about["checks"]) == 2


@pytest.mark.parametrize("change", [
    lambda about: about["checks"][0].update(says="the walkers are real"),
    lambda about: about["checks"].append({"says": "all is well", "holds": True, "found": "yes"}),
    lambda about: about["checks"].pop(),
    lambda about: about.update(device="the largest machine"),
    lambda about: about.update(versions={"numpy": "9"}),
    lambda about: about.pop("seal"),
], ids=["other words", "made up", "left out", "another device", "other versions", "no seal"])  # fmt: skip
def test_what_is_said_of_a_trace_is_sealed(saved: Path, change: Callable[[dict], object]) -> None:
    about = read_provenance(saved)
    change(about)
    saved.with_suffix(".json").write_text(json.dumps(about))
    assert_damaged(saved, "seal")


def test_no_file_is_not_damage(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        load(Walk, tmp_path / "walk")


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    """A good pair of files."""
    save(walk(), tmp_path / "walk", {"key": "abc"})
    return tmp_path / "walk"


def assert_damaged(place: Path, *says: str) -> None:
    with pytest.raises(TraceDamaged) as caught:
        load(Walk, place)
    for words in (str(place), *says):
        assert words in str(caught.value)


@pytest.mark.parametrize("share", [0.0, 0.3, 0.6, 0.999])
def test_a_flipped_bit_is_damage(saved: Path, share: float) -> None:
    data = bytearray(saved.with_suffix(".npz").read_bytes())
    data[int(share * len(data))] ^= 1
    saved.with_suffix(".npz").write_bytes(data)
    assert_damaged(saved, "SHA-256")


@pytest.mark.parametrize("kept", [0, 1, 100, -1])
def test_a_cut_file_is_damage(saved: Path, kept: int) -> None:
    data = saved.with_suffix(".npz").read_bytes()
    saved.with_suffix(".npz").write_bytes(data[:kept])
    assert_damaged(saved, "SHA-256")


def test_arrays_that_are_missing_are_damage(saved: Path) -> None:
    saved.with_suffix(".npz").unlink()
    assert_damaged(saved, "missing")


@pytest.mark.parametrize(
    "text", [b"", b"{", b"[1, 2]", b"null", b"\xff\xfe", b'{"key": "abc"}'],
    ids=["empty", "cut", "a list", "null", "not UTF-8", "no digest"],
)  # fmt: skip
def test_provenance_that_is_none_is_damage(saved: Path, text: bytes) -> None:
    saved.with_suffix(".json").write_bytes(text)
    assert_damaged(saved)


def forge(place: Path, data: bytes) -> None:
    """Put other bytes under the pair's name, with the digest that fits them."""
    place.with_suffix(".npz").write_bytes(data)
    digest = hashlib.sha256(data).hexdigest()
    write_provenance(place, {"key": "abc", "arrays_sha256": digest})


class Trap:
    """Unpickling it leaves a file behind."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> Any:
        return os.mkdir, (str(self.mark),)


@pytest.mark.parametrize("whole", [False, True], ids=["one array of objects", "the file itself a pickle"])
def test_nothing_is_ever_unpickled(tmp_path: Path, whole: bool) -> None:
    mark, place = tmp_path / "sprung", tmp_path / "walk"
    if whole:
        data = pickle.dumps(Trap(mark))
    else:
        objects = np.array([Trap(mark)], dtype=object)
        np.savez(tmp_path / "trap.npz", **{**walk().arrays(), "ends": objects}, allow_pickle=True)
        data = (tmp_path / "trap.npz").read_bytes()
    forge(place, data)
    assert_damaged(place)
    assert not mark.exists()
    pickle.loads(pickle.dumps(Trap(mark)))
    assert mark.exists()  # the trap works


@pytest.mark.parametrize("kind", ["nothing", "a text", "one array", "a zip of another kind", "a field too few", "more"])
def test_a_forged_file_is_damage(tmp_path: Path, kind: str) -> None:
    other = tmp_path / "other"
    arrays = walk().arrays()
    if kind == "nothing":
        other.write_bytes(b"")
    elif kind == "a text":
        other.write_text("no archive")
    elif kind == "one array":
        with other.open("wb") as file:
            np.save(file, arrays["ends"])
    elif kind == "a zip of another kind":
        other.write_bytes(b"PK\x05\x06" + bytes(18))
    else:
        chosen = {**arrays, "extra": np.zeros(1)} if kind == "more" else {"ends": arrays["ends"]}
        with other.open("wb") as file:
            np.savez(file, **chosen)
    forge(tmp_path / "walk", other.read_bytes())
    assert_damaged(tmp_path / "walk")


def as_npz(header: str, data: bytes) -> bytes:
    """An archive of one array with that header."""
    head = header.encode().ljust(117) + b"\n"
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("ends.npy", b"\x93NUMPY\x01\x00" + len(head).to_bytes(2, "little") + head + data)
    return made.getvalue()


def spoilt(data: bytes, flags: int = 0, method: int = 8, packed: bool = False) -> bytes:
    """An archive whose members have other flags, another way of packing, or packed bytes that are none."""
    made, at = bytearray(data), 0
    for head, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        while (at := made.find(head, at)) >= 0:
            made[at + place : at + place + 4] = flags.to_bytes(2, "little") + method.to_bytes(2, "little")
            if packed and place == 6:
                made[at + 38 : at + 48] = b"\xff" * 10
            at += 4
        at = 0
    return bytes(made)


FLOATS = "{'descr': '<f8', 'fortran_order': False, 'shape': %s}"
ODD_ARCHIVES = {
    "bytes that cannot be unpacked": (spoilt(as_npz(FLOATS % "(3,)", bytes(24)), packed=True), "error"),
    "encrypted": (spoilt(as_npz(FLOATS % "(3,)", bytes(24)), flags=1), "encrypted"),
    "packed in an unknown way": (spoilt(as_npz(FLOATS % "(3,)", bytes(24)), method=99), "unknown way"),
    "8 TB": (as_npz(FLOATS % "(1099511627776,)", bytes(24)), "8,796,093,022,208 bytes, of which 24 are there"),
    "a side of less than nothing": (as_npz(FLOATS % "(-1, -3)", bytes(24)), "shape (-1, -3)"),
    "a header that is no header": (as_npz("{'descr': '<f8'", b""), "npz is no Walk"),
    "a type of nothing": (as_npz(FLOATS.replace("<f8", "<q9") % "(3,)", bytes(24)), "npz is no Walk"),
}


@pytest.mark.parametrize("kind", ODD_ARCHIVES)
def test_an_odd_archive_is_damage_and_takes_no_room(tmp_path: Path, kind: str) -> None:
    data, says = ODD_ARCHIVES[kind]
    forge(tmp_path / "walk", data)
    with pytest.raises(TraceDamaged) as caught:
        load(Walk, tmp_path / "walk")
    assert says in str(caught.value), caught.value


@pytest.mark.parametrize("part", [".npz", ".json"])
def test_a_pipe_is_no_trace_and_nobody_waits_for_it(saved: Path, part: str) -> None:
    saved.with_suffix(part).unlink()
    os.mkfifo(saved.with_suffix(part))
    with pytest.raises(TraceDamaged, match="it is a pipe, not a file; delete it"):
        load(Walk, saved)


# Truth.


def test_what_is_not_true_is_not_saved(tmp_path: Path) -> None:
    wrong = walk(count=np.array(4), ends=np.zeros(3, np.float32))
    with pytest.raises(CheckFailed) as caught:
        save(wrong, tmp_path / "walk", {})
    assert "each walk ends where its steps lead" in str(caught.value)
    assert "the count is that of the walkers: found 4" in str(caught.value)
    assert not list(tmp_path.iterdir())


def test_what_is_not_true_does_not_replace_what_is(saved: Path) -> None:
    before = {path: path.read_bytes() for path in saved.parent.iterdir()}
    with pytest.raises(CheckFailed):
        save(walk(count=np.array(4)), saved, {})
    assert {path: path.read_bytes() for path in saved.parent.iterdir()} == before


def test_what_is_not_true_is_not_loaded(tmp_path: Path) -> None:
    with (tmp_path / "wrong.npz").open("wb") as file:
        np.savez(file, **walk(count=np.array(4)).arrays())
    forge(tmp_path / "walk", (tmp_path / "wrong.npz").read_bytes())
    with pytest.raises(CheckFailed, match="the count is that of the walkers: found 4"):
        load(Walk, tmp_path / "walk")


# Interruption.


@pytest.mark.parametrize("moment", ["write", "rename", "interrupt"])
def test_an_interrupted_write_leaves_the_old_file_whole(
    moment: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "film"
    write_whole(path, b"old")

    def fail(*_: Any) -> None:
        raise KeyboardInterrupt if moment == "interrupt" else OSError(28, "No space left on device")

    if moment == "write":
        with pytest.raises(TypeError):
            write_whole(path, "no bytes")  # type: ignore[arg-type]
    else:
        monkeypatch.setattr("mathviz.project.disk.os.replace", fail)
        with pytest.raises((OSError, KeyboardInterrupt)):
            write_whole(path, b"new")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_full_disk_leaves_the_old_file_whole(tmp_path: Path) -> None:
    """A process that may write no more than 64 KiB into a file stands for a disk that is full."""
    path = tmp_path / "film"
    write_whole(path, b"old")
    program = textwrap.dedent("""
        import pathlib, resource, signal, sys
        from mathviz.project.disk import write_whole
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (65536, resource.RLIM_INFINITY))
        write_whole(pathlib.Path(sys.argv[1]), bytes(1 << 20))
    """)
    ended = subprocess.run([sys.executable, "-c", program, str(path)], capture_output=True, text=True)
    assert ended.returncode == 1 and "OSError" in ended.stderr
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_whole_file_can_be_read_by_others(tmp_path: Path) -> None:
    write_whole(tmp_path / "film", b"new")
    assert (tmp_path / "film").stat().st_mode & 0o777 == 0o644


def test_a_claim_of_numpys_goes_into_json() -> None:
    claim = Claim("three is less than four", np.less(3, 4), "3")
    assert json.dumps(dataclasses.asdict(claim)) == '{"says": "three is less than four", "holds": true, "found": "3"}'


def test_an_axis_of_two_lengths_is_told_with_both_fields() -> None:
    @dataclasses.dataclass(frozen=True)
    class Descent(Trace):
        points: Shaped[ndarray, "step"]
        rate: Shaped[ndarray, ""]
        losses: Shaped[ndarray, "step"]

    with pytest.raises(TypeError, match=r"Descent\.losses: .* of shape \(5,\): step is 4 by `points`, 5 here$"):
        Descent(np.zeros(4), np.array(0.1), np.zeros(5))


def test_a_claim_of_an_array_says_what_to_write() -> None:
    with pytest.raises(TypeError, match=r"'falls' is given an array of the shape \(2,\) .*write \.all\(\) after it"):
        Claim("falls", np.array([True, False]), "")
    assert Claim("falls", np.bool_(True), "").holds is True
