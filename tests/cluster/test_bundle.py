"""What travels is what its name says, and goes where it belongs."""

from __future__ import annotations

import hashlib
import os
import time
from dataclasses import replace
from pathlib import Path

import pytest
from tiny_project import TinyProject

from mathviz.cluster import bundle, station
from mathviz.cluster.bundle import PIECE, Store
from mathviz.films import compute
from mathviz.project.errors import MathvizError
from mathviz.render.cache import YOUNG


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file of more than two pieces."""
    path = tmp_path / "file"
    path.write_bytes(os.urandom(2 * PIECE + 5))
    return path


@pytest.mark.parametrize("size", [0, 1, PIECE, PIECE + 1, 2 * PIECE + 5])
def test_a_file_arrives_in_pieces(tmp_path: Path, size: int) -> None:
    data = os.urandom(size)
    (tmp_path / "file").write_bytes(data)
    store = Store(tmp_path / "store")
    for piece in bundle.pieces(tmp_path / "file", sha256(data)):
        assert store.lacking([sha256(data)]), "it is not there before its last piece"
        store.take(piece)
    assert not store.lacking([sha256(data)])
    store.fetch(sha256(data), tmp_path / "out" / "copy")
    assert (tmp_path / "out" / "copy").read_bytes() == data


@pytest.mark.parametrize("now", [b"two", None])
def test_what_was_saved_meanwhile_is_not_sent_under_its_old_name(tmp_path: Path, now: bytes | None) -> None:
    path = tmp_path / "file"
    if now is not None:
        path.write_bytes(now)
    with pytest.raises(bundle.Changed, match="file"):
        list(bundle.pieces(path, sha256(b"one")))


@pytest.mark.parametrize("order", ["ababab", "aabbab", "abbbaa", "ababba"])
def test_two_commands_may_send_the_same_file_at_a_time(tmp_path: Path, file: Path, order: str) -> None:
    digest, store = sha256(file.read_bytes()), Store(tmp_path / "store")
    sent = {sender: list(bundle.pieces(file, digest)) for sender in "ab"}
    for sender in order:
        store.take(sent[sender].pop(0))
    assert store.place(digest).read_bytes() == file.read_bytes()
    assert [path for path in store.root.rglob("*") if path.is_file()] == [store.place(digest)]


@pytest.mark.parametrize("at", [0, 1, 2])
def test_what_arrives_damaged_is_not_kept(tmp_path: Path, file: Path, at: int) -> None:
    digest, store = sha256(file.read_bytes()), Store(tmp_path / "store")
    sent = list(bundle.pieces(file, digest))
    sent[at] = replace(sent[at], data=bytes([sent[at].data[0] ^ 1]) + sent[at].data[1:])
    with pytest.raises(MathvizError, match=f"what arrived as {digest[:12]}"):
        for piece in sent:
            store.take(piece)
    assert store.lacking([digest]) and not [path for path in store.root.rglob("*") if path.is_file()]


def test_what_was_damaged_later_is_removed_and_asked_for_again(tmp_path: Path, file: Path) -> None:
    store = Store(tmp_path / "store")
    digest = store.put(file)
    store.place(digest).write_bytes(b"something else")
    with pytest.raises(MathvizError, match="is damaged and was removed"):
        store.fetch(digest, tmp_path / "copy")
    assert store.lacking([digest]) == [digest] and not (tmp_path / "copy").exists()


@pytest.mark.parametrize("name", ["../" + "a" * 61, "A" * 64, "a" * 63, ""])
def test_a_name_that_is_no_digest_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(MathvizError, match="is no SHA-256"):
        Store(tmp_path).place(name)


@pytest.mark.parametrize("path", ["/etc/passwd", "../outside", "home/../../outside"])
def test_a_bundle_stays_in_its_folder(tmp_path: Path, file: Path, path: str) -> None:
    store = Store(tmp_path / "store")
    with pytest.raises(MathvizError, match="leads out of its folder"):
        bundle.lay_out({path: store.put(file)}, store, tmp_path / "deep" / "root")
    assert not (tmp_path / "deep").exists()


def test_a_bundle_has_code_scripts_traces_and_fonts(tiny: TinyProject) -> None:
    compute.find(compute.of_film(tiny.project, "tiny"), tiny.project, print)
    (tiny.root / "assets" / "__pycache__").mkdir(parents=True)
    (tiny.root / "assets" / "__pycache__" / "made.pyc").touch()
    made = bundle.of(tiny.project, ["tiny"])
    names = set(made.manifest)
    assert {"home/mathviz/engine/__init__.py", "home/assets/theme.yaml", "home/assets/fonts/mathviz-han-regular.otf",
            "project/scenes/tiny.py", "project/scenes/tiny.yaml", "project/tiny_concept.py"} <= names  # fmt: skip
    assert sum(name.startswith("project/renders/.cache/traces/tiny-") for name in names) == 2
    assert not [name for name in names if "__pycache__" in name or name.startswith("/")]
    before = made.digest
    tiny.edit("scenes/tiny.yaml", "title: {en: Bars", "title: {en: Rods")
    after = bundle.of(tiny.project, ["tiny"])
    changed = {name for name in names if made.manifest[name] != after.manifest[name]}
    assert changed == {"project/scenes/tiny.yaml"} and after.digest != before
    assert bundle.engine_of(made.manifest) == bundle.engine_of(after.manifest)


def test_a_bundle_is_laid_out_as_it_was(tiny: TinyProject, tmp_path: Path) -> None:
    compute.find(compute.of_film(tiny.project, "tiny"), tiny.project, print)
    made, store = bundle.of(tiny.project, ["tiny"]), Store(tmp_path / "store")
    for path in made.files.values():
        store.put(path)
    root = tmp_path / "there" / "root"
    root.parent.mkdir()
    bundle.lay_out(made.manifest, store, root)
    found = {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}
    assert found.pop(bundle.ENGINE_NAME).decode() == bundle.engine_of(made.manifest)
    assert found == {name: path.read_bytes() for name, path in made.files.items()}


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A worker's folder."""
    monkeypatch.setattr(station, "folder", lambda dask_worker=None: tmp_path / "worker")
    return tmp_path / "worker"


def test_a_bundle_whose_laying_out_was_cut_short_is_laid_out_again(own: Path, file: Path) -> None:
    """Without the file that is written last it could be found for ever and never be examined."""
    manifest = {"home/mathviz/one.py": station.store("").put(file)}
    name = station.settle(manifest)
    root = own / "bundles" / name
    (root / bundle.ENGINE_NAME).unlink()
    (root / "home" / "mathviz" / "one.py").write_bytes(b"half")
    assert station.settle(manifest) == name
    assert (root / bundle.ENGINE_NAME).read_text() == bundle.engine_of(manifest)
    assert (root / "home" / "mathviz" / "one.py").read_bytes() == file.read_bytes()


def test_what_a_worker_has_not_used_for_long_is_removed(own: Path, file: Path, tmp_path: Path) -> None:
    """Bundles but for the last, and contents until the rest fits; nothing that was of use within the last hour."""
    store = station.store("")
    first = station.settle({"home/one": store.put(file)})
    (tmp_path / "other").write_bytes(b"other")
    second = station.settle({"home/two": store.put(tmp_path / "other")})
    station.prune(own, limit=0)
    assert {root.name for root in (own / "bundles").iterdir()} == {first, second}
    old = time.time() - 2 * YOUNG
    for number, path in enumerate((own / "bundles" / first, store.place(sha256(file.read_bytes())),
                                   store.place(sha256(b"other")))):  # fmt: skip
        os.utime(path, (old + number, old + number))
    station.prune(own, limit=len(b"other"))
    assert {root.name for root in (own / "bundles").iterdir()} == {second}
    assert [path.read_bytes() for path in store.root.rglob("*") if path.is_file()] == [b"other"]


def test_a_folder_that_machines_share_loses_old_contents_and_nothing_else(tmp_path: Path) -> None:
    store, old = Store(tmp_path), time.time() - 2 * YOUNG
    others = [tmp_path / "ab" / "my notes", tmp_path / "ab" / ("cd" + 62 * "0"), tmp_path / "films.txt"]
    for path in others:
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"other")
    for data in (b"new", b"old"):
        path = tmp_path / "sent"
        path.write_bytes(data)
        store.put(path)
        path.unlink()
    half = store.place(sha256(b"old")).with_suffix(".4711")
    half.write_bytes(b"o")
    for path in (*others, half, store.place(sha256(b"old"))):
        os.utime(path, (old, old))
    store.prune(0, YOUNG)
    assert {path for path in tmp_path.rglob("*") if path.is_file()} == {*others, store.place(sha256(b"new"))}


def test_of_a_bundle_nothing_is_laid_out_before_all_is_there(tiny: TinyProject, tmp_path: Path) -> None:
    compute.find(compute.of_film(tiny.project, "tiny"), tiny.project, print)
    made, store = bundle.of(tiny.project, ["tiny"]), Store(tmp_path / "store")
    for path in made.files.values():
        store.put(path)
    store.place(made.manifest["project/scenes/tiny.yaml"]).unlink()
    with pytest.raises((MathvizError, FileNotFoundError)):
        bundle.lay_out(made.manifest, store, tmp_path / "root")
    assert not (tmp_path / "root").exists()
