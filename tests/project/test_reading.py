"""What lies where a file should be is read if it is one, and told if it is not; nothing waits, nothing fills memory."""

from __future__ import annotations

import errno
import os
import socket
from pathlib import Path

import pytest

from mathviz.project import reading
from mathviz.project.errors import sentence


def pipe(path: Path) -> None:
    os.mkfifo(path)


def listening(path: Path) -> None:
    there = socket.socket(socket.AF_UNIX)
    there.bind(str(path))


ODD = {
    "a pipe": pipe, "a socket": listening, "a folder": Path.mkdir,
    "a device": lambda path: path.symlink_to("/dev/zero"),
}  # fmt: skip


@pytest.mark.parametrize("kind", ODD)
def test_what_is_no_file_is_named_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    monkeypatch.chdir(tmp_path)  # a socket's address is short
    ODD[kind](Path("odd"))
    for read in (reading.whole, reading.digest, reading.as_json):
        with pytest.raises(OSError, match=f"it is {kind}, not a file; delete it: 'odd'"):
            read(Path("odd"))


def test_a_file_larger_than_any_can_be_is_not_read(tmp_path: Path) -> None:
    with (tmp_path / "large").open("wb") as file:
        file.truncate(8 << 40)
    with pytest.raises(OSError, match=r"it has 8,796,093,022,208 bytes"):
        reading.whole(tmp_path / "large")


@pytest.mark.parametrize(
    ("text", "says"),
    [("[" * 100_000, "nested"), ("[" * 90 + "]" * 90, "more than 64 levels"), ("Infinity", "Infinity is no number"),
     ("-Infinity", "-Infinity is no number"), ("[NaN]", "NaN is no number"), ("1e999", "1e999 is no number"),
     ('"\\ud800"', "surrogates"), ('{"\\udfff": 1}', "surrogates"), ("9" * 9000, "digits"), ("{", "Expecting"),
     ("\udcff", "utf-8")],
)  # fmt: skip
def test_what_python_takes_for_json_and_nobody_else_is_refused(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "odd.json").write_bytes(text.encode(errors="surrogateescape"))
    with pytest.raises(ValueError, match=says):
        reading.as_json(tmp_path / "odd.json")


def test_what_is_json_is_read_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "good.json").write_text('{"a": [1, 2.5, 1e300, "\\ud83d\\ude00 \\u6587", null, true]}')
    assert reading.as_json(tmp_path / "good.json") == {"a": [1, 2.5, 1e300, "😀 文", None, True]}


@pytest.mark.parametrize(
    ("number", "todo"),
    [(errno.ENOSPC, "Make room"), (errno.EROFS, "another disk"), (errno.EACCES, "may write to"),
     (errno.ENOTDIR, "delete it"), (errno.EISDIR, "delete it")],
)  # fmt: skip
def test_what_a_disk_refuses_is_one_sentence_with_what_to_do(number: int, todo: str) -> None:
    said = sentence(OSError(number, os.strerror(number), "renders/x"))
    assert said.startswith(f"renders/x: {os.strerror(number)}. ") and todo in said and "\n" not in said
    assert sentence(OSError(number, os.strerror(number), "a", None, "renders/x")).startswith("renders/x: ")
