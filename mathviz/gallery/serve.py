"""The site over HTTP on this machine alone, in ranges: without them a player cannot seek in a long film."""

from __future__ import annotations

import io
import os
import re
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

from mathviz.project.errors import MathvizError

Kind = TypeVar("Kind", bound=ThreadingHTTPServer)

ADDRESS = "127.0.0.1"
NAMES = {ADDRESS, "localhost", "[::1]"}
"""What this machine may be called by who asks: another name is another site's, which only resolves to here."""

DIGITS = 18
"""Of a byte's number, at most: no file has bytes beyond."""

TYPES = {".vtt": "text/vtt; charset=utf-8", ".md": "text/markdown; charset=utf-8", ".webp": "image/webp",
         ".otf": "font/otf", ".js": "text/javascript; charset=utf-8", ".html": "text/html; charset=utf-8"}  # fmt: skip


def server(folder: Path, port: int) -> ThreadingHTTPServer:
    """A server of this folder, ready to ``serve_forever``; port 0 takes a free one. Raises MathvizError."""
    return at_a_port(ThreadingHTTPServer, Handler, folder, port, 8001)


def at_a_port(kind: type[Kind], handler: type[Handler], folder: Path, port: int, other: int) -> Kind:
    """A server that only this machine can ask. Where the port cannot be had, ``other`` is named in a MathvizError."""

    def handle(*arguments: Any) -> Handler:
        return handler(*arguments, directory=str(folder))

    try:
        return kind((ADDRESS, port), handle)
    except (OSError, OverflowError) as error:
        raise MathvizError(f"{ADDRESS}:{port} cannot be served ({error}). Choose another: --port {other}") from None


class Handler(SimpleHTTPRequestHandler):
    """Files with ranges of bytes; no listings of folders, no log."""

    protocol_version = "HTTP/1.1"
    extensions_map = {**SimpleHTTPRequestHandler.extensions_map, **TYPES}  # noqa: RUF012 - as the parent has it

    def send_head(self) -> Any:
        """The headers; returns what is to follow: the file, or the range of it that was asked for."""
        host = self.headers.get("Host", "").rpartition(":")[0] or self.headers.get("Host", "")
        if host not in NAMES:  # a page from elsewhere whose name was made to mean this machine
            self.send_error(HTTPStatus.FORBIDDEN, explain=f"Ask for http://{ADDRESS}:PORT/ or http://localhost:PORT/.")
            return None
        path = Path(self.translate_path(self.path))
        if not _is_name(path):
            self.send_error(HTTPStatus.BAD_REQUEST)
            return None
        if not self._is_ours(path):
            self.send_error(HTTPStatus.NOT_FOUND)
            return None
        asked = re.fullmatch(r"bytes=(\d*)-(\d*)", self.headers.get("Range", "").strip())
        if not asked or asked.group(0) == "bytes=-" or not path.is_file():
            return super().send_head()
        file = path.open("rb")
        size = os.fstat(file.fileno()).st_size
        first, last = _range(asked.group(1)[:DIGITS], asked.group(2)[:DIGITS], size)
        if first > last:
            file.close()
            self.send_response(HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE)
            self.send_header("Content-Range", f"bytes */{size}")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return None
        self.send_response(HTTPStatus.PARTIAL_CONTENT)
        self.send_header("Content-Type", self.guess_type(str(path)))
        self.send_header("Content-Range", f"bytes {first}-{last}/{size}")
        self.send_header("Content-Length", str(last - first + 1))
        self.end_headers()
        file.seek(first)
        return Part(file, last - first + 1)

    def _is_ours(self, path: Path) -> bool:
        """Whether it is a file or folder of the site: no pipe, and no link that leads out of it or nowhere."""
        try:
            return path.resolve().is_relative_to(Path(self.directory).resolve()) and (path.is_file() or path.is_dir())
        except (OSError, RuntimeError):  # links in a ring
            return False

    def end_headers(self) -> None:
        self.send_header("Accept-Ranges", "bytes")
        self.send_header("Cache-Control", "no-cache")  # the site may be built anew meanwhile
        super().end_headers()

    def list_directory(self, path: Any) -> Any:
        """Nothing: what there is, the index shows."""
        self.send_error(HTTPStatus.NOT_FOUND)

    def copyfile(self, source: Any, outputfile: Any) -> None:
        try:
            super().copyfile(source, outputfile)
        except (BrokenPipeError, ConnectionResetError):  # a player has enough and asks for another range
            self.close_connection = True

    def log_message(self, *_: Any) -> None:
        """Nothing."""


def _is_name(path: Path) -> bool:
    """Whether a disk could have a file of that name, which halves of characters and zeros are in none of."""
    try:
        return b"\0" not in os.fsencode(path)
    except UnicodeEncodeError:
        return False


def _range(first: str, last: str, size: int) -> tuple[int, int]:
    """First and last byte of ``bytes=first-last``; without a first the last so many. Empty where there are none."""
    if not first:
        return max(size - int(last), 0), size - 1
    return int(first), min(int(last), size - 1) if last else size - 1


class Part(io.RawIOBase):
    """So many bytes of a file, from where it stands."""

    def __init__(self, file: BinaryIO, count: int) -> None:
        self.file, self.left = file, count

    def read(self, size: int = -1) -> bytes:
        data = self.file.read(self.left if size < 0 else min(size, self.left))
        self.left -= len(data)
        return data

    def close(self) -> None:
        self.file.close()
        super().close()
