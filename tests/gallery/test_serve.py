"""The server as a player meets it: ranges of bytes, on this machine alone, and nothing beside the folder."""

from __future__ import annotations

import http.client
import os
import re
import signal
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from tiny_project import TinyProject

from mathviz.gallery.serve import server
from mathviz.project.errors import MathvizError

BYTES = bytes(range(256)) * 4


@pytest.fixture
def port(tmp_path: Path) -> Iterator[int]:
    (tmp_path / "secret").write_text("secret")
    folder = tmp_path / "site"
    (folder / "films").mkdir(parents=True)
    (folder / "film.mp4").write_bytes(BYTES)
    (folder / "film.vtt").write_text("WEBVTT\n")
    (folder / "none.mp4").write_bytes(b"")
    (folder / "index.html").write_text("<p>here")
    with server(folder, 0) as serving:
        threading.Thread(target=serving.serve_forever, daemon=True).start()
        yield serving.server_address[1]
        serving.shutdown()


def ask(port: int, path: str, span: str | None = None, method: str = "GET") -> tuple[int, dict[str, str], bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    connection.request(method, path, headers={"Range": span} if span else {})
    answer = connection.getresponse()
    found = answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
    connection.close()
    return found


@pytest.mark.parametrize(
    ("span", "first", "last"),
    [("bytes=0-", 0, 1023), ("bytes=10-19", 10, 19), ("bytes=1000-5000", 1000, 1023), ("bytes=-24", 1000, 1023),
     ("bytes=-9999", 0, 1023), ("bytes=1023-1023", 1023, 1023)],
)  # fmt: skip
def test_a_range_is_answered_with_just_that(port: int, span: str, first: int, last: int) -> None:
    status, headers, data = ask(port, "/film.mp4", span)
    assert (status, data) == (206, BYTES[first : last + 1])
    assert headers["content-range"] == f"bytes {first}-{last}/1024"
    assert headers["content-length"] == str(len(data)) and headers["content-type"] == "video/mp4"


@pytest.mark.parametrize("span", ["bytes=1024-", "bytes=20-10", "bytes=-0", f"bytes={'9' * 5000}-"])
def test_a_range_that_is_not_there_is_refused(port: int, span: str) -> None:
    status, headers, data = ask(port, "/film.mp4", span)
    assert (status, headers["content-range"], data) == (416, "bytes */1024", b"")
    assert ask(port, "/none.mp4", "bytes=0-")[0] == 416


@pytest.mark.parametrize("span", [None, "bytes=-", "bytes=a-b", "bytes=0-1,5-6", "lines=1-2"])
def test_what_is_no_range_gets_all(port: int, span: str | None) -> None:
    status, headers, data = ask(port, "/film.mp4", span)
    assert (status, data, headers["accept-ranges"]) == (200, BYTES, "bytes")


def test_heads_types_and_the_index(port: int) -> None:
    assert ask(port, "/film.mp4", "bytes=5-9", "HEAD")[2] == b""
    assert ask(port, "/film.vtt")[1]["content-type"] == "text/vtt; charset=utf-8"
    assert ask(port, "/")[2] == b"<p>here"


@pytest.mark.parametrize("path", ["/../secret", "/%2e%2e/secret", "/films/../../secret", "/films/", "/nothing"])
def test_nothing_beside_the_folder_and_no_listing(port: int, path: str) -> None:
    status, _, data = ask(port, path, "bytes=0-")
    assert status == 404 and b"secret" not in data.replace(path.encode(), b"")


def test_who_asks_by_another_name_or_for_no_name_is_refused(port: int) -> None:
    for host, status in (("evil.example", 403), ("localhost:1", 200), (f"127.0.0.1:{port}", 200)):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        connection.request("GET", "/film.mp4", headers={"Host": host})
        assert connection.getresponse().status == status, host
        connection.close()
    assert ask(port, "/%00")[0] == ask(port, "/film.mp4%00.txt")[0] == ask(port, "/%ed%a0%80")[0] == 400


def test_a_link_does_not_lead_out_of_the_site(port: int, tmp_path: Path) -> None:
    (tmp_path / "site" / "link").symlink_to(tmp_path / "secret")
    assert ask(port, "/link")[0] == 404


def test_a_pipe_and_a_ring_of_links_are_no_files(port: int, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "site" / "pipe")
    (tmp_path / "site" / "one").symlink_to("other")
    (tmp_path / "site" / "other").symlink_to("one")
    assert ask(port, "/pipe")[0] == ask(port, "/one")[0] == 404


def test_other_machines_find_nothing(port: int) -> None:
    """Bound to the loopback alone: the same port is free on another address of this machine."""
    with socket.socket() as other:
        other.bind(("127.0.0.2", port))


def test_a_port_that_is_taken_is_named(port: int, tmp_path: Path) -> None:
    with pytest.raises(MathvizError, match=rf"127.0.0.1:{port} cannot be served .* --port 8001"):
        server(tmp_path, port)


def test_the_command_serves_until_it_is_stopped(filmed: TinyProject) -> None:
    process = filmed.start("gallery", "--serve", "--port", "0")
    try:
        assert process.stderr is not None
        told = re.search(r"http://127\.0\.0\.1:(\d+)/", process.stderr.readline())
        assert told
        status, _, data = ask(int(told.group(1)), "/films/tiny/tiny.en.mp4", "bytes=4-7")
        assert (status, data) == (206, b"ftyp")
    finally:
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=10)
    assert process.returncode == 130 and "Traceback" not in said
