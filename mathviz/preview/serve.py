"""The page on this machine alone, and what it is told as long as it is open."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import tempfile
import urllib.parse
from collections.abc import Iterator
from http import HTTPStatus
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any

from mathviz import style
from mathviz.gallery.chinese import HAN_FONT
from mathviz.gallery.pages import HERE
from mathviz.gallery.serve import ADDRESS, NAMES, Handler, at_a_port
from mathviz.lint.rules import limits
from mathviz.preview.studio import Studio
from mathviz.project import ASSETS, Project, disk
from mathviz.render import farm

PAGE, STYLE = Path(__file__).parent / "page", HERE / "style.css"
ALIVE = 10.0
"""Seconds after which something is said in any case, so that neither end of a tunnel takes the other for gone."""

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "media-src 'self'; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin", "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}  # fmt: skip


class Server(ThreadingHTTPServer):
    """Serves a studio's folder, and tells what becomes of its film."""

    studio: Studio
    daemon_threads = True


class PreviewHandler(Handler):
    """The page, its clips in ranges, and ``events``; for pages of this very server alone."""

    server: Server

    def send_head(self) -> Any:
        """As for any file; ``events`` go on until whoever listens leaves."""
        host = self.headers.get("Host", "").rpartition(":")[0] or self.headers.get("Host", "")
        if host not in NAMES or self.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
            self.send_error(HTTPStatus.FORBIDDEN, explain=f"Ask for http://{ADDRESS}:PORT/ or http://localhost:PORT/.")
            return None
        asked = urllib.parse.urlsplit(self.path)
        if asked.path == "/events":
            return self._events(urllib.parse.parse_qs(asked.query))
        if asked.path == "/favicon.ico":
            self.send_response(HTTPStatus.NO_CONTENT)
            self.end_headers()
            return None
        return super().send_head()

    def end_headers(self) -> None:
        for name, value in HEADERS.items():
            self.send_header(name, value)
        super().end_headers()

    def _events(self, asked: dict[str, list[str]]) -> None:
        studio = self.server.studio
        key = (asked.get("language", [studio.first[0]])[0], asked.get("theme", [studio.first[1]])[0])
        if key not in studio.jobs:
            self.send_error(HTTPStatus.NOT_FOUND)
            return
        self.close_connection = True
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        if self.command == "HEAD":
            return
        with contextlib.suppress(OSError), studio.viewing(key):
            for said in self._said(studio, key):
                self.wfile.write(said.encode())
                self.wfile.flush()

    def _said(self, studio: Studio, key: tuple[str, str]) -> Iterator[str]:
        """The state, whenever it is another; and a word now and then."""
        told = -1
        while not studio.stopping:
            with studio.lock:
                if studio.serial == told:
                    studio.lock.wait(ALIVE)
                new, told = studio.serial != told, studio.serial
                state = studio.state(key) if new else {}
            yield f"data: {json.dumps(state, ensure_ascii=False)}\n\n" if new else ": still here\n\n"


@contextlib.contextmanager
def preview(project: Project, stem: str, port: int) -> Iterator[Server]:
    """A server of the film's page, ready to ``serve_forever``; nothing is left of it afterwards.

    Raises NotFound, ScriptError, or MathvizError for a port that is taken.
    """
    project.require_stem(stem)
    work = project.cache / "work"
    work.mkdir(parents=True, exist_ok=True)
    farm.sweep(work)
    folder = Path(tempfile.mkdtemp(prefix="preview-", dir=work))
    held = disk.hold(folder)
    try:
        studio = Studio(project, stem, folder)
        (folder / "site" / "fonts").mkdir()
        shutil.copy(ASSETS / "fonts" / HAN_FONT, folder / "site" / "fonts")
        for path in (*PAGE.iterdir(), STYLE):
            shutil.copy(path, folder / "site")
        (folder / "site" / "limits.json").write_text(json.dumps(_limits()))
        with at_a_port(Server, PreviewHandler, folder / "site", port, 8002) as serving:
            serving.studio = studio
            try:
                studio.start()
                yield serving
            finally:
                studio.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(held)


def _limits() -> dict[str, Any]:
    """What the page draws over a picture, as shares of it: the lint's safe area, and the scene's units for a grid."""
    return {"safe": limits()["safe"], "units": [2 * (style.HALF_WIDTH + style.MARGIN_X), 8.0]}


def tunnel(port: int) -> str:
    """What to type on another machine to see the page there."""
    return f"ssh -N -L {port}:{ADDRESS}:{port} {socket.gethostname()}"
