"""A server on this machine that the download tests talk to."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from bench_lhco.files.attempts import RetryPolicy

CONTENT = bytes(range(256)) * 4000  # 1 024 000 bytes
HASTY = RetryPolicy(tries=3, pause=0.0, timeout=5.0)


@dataclass
class Site:
    """What the server has, how it behaves, and what it was asked."""

    files: dict[str, bytes] = field(default_factory=dict)
    url: str = ""
    ranges: bool = True
    tag: str | None = '"one"'
    cuts: list[int] = field(default_factory=list)
    """After how many bytes the next answers break off."""
    states: list[int] = field(default_factory=list)
    """The states of the next answers in place of the file."""
    ranges_asked: list[str | None] = field(default_factory=list)
    """The Range of each request."""
    conditions: list[str | None] = field(default_factory=list)
    """The If-Range of each request."""
    shift: int = 0
    """How many bytes too late the next answer to a Range begins."""


class Handler(BaseHTTPRequestHandler):
    site: Site

    def do_GET(self) -> None:
        site = self.site
        site.ranges_asked.append(self.headers["Range"])
        site.conditions.append(self.headers["If-Range"])
        state = site.states.pop(0) if site.states else 200
        body = site.files.get(self.path)
        if body is None or state != 200:
            self.send_error(state if body is not None else 404)
            return
        first = self.first(len(body))
        self.send_response(206 if first else 200)
        if first:
            self.send_header("Content-Range", f"bytes {first}-{len(body) - 1}/{len(body)}")
        if site.tag:
            self.send_header("ETag", site.tag)
        self.send_header("Content-Length", str(len(body) - first))
        self.end_headers()
        cut = site.cuts.pop(0) if site.cuts else len(body)
        self.wfile.write(body[first:][:cut])

    def first(self, size: int) -> int:
        """The first byte to send."""
        span = self.headers["Range"]
        fresh = self.headers["If-Range"] in (None, self.site.tag)
        if not span or not self.site.ranges or not fresh:
            return 0
        shift, self.site.shift = self.site.shift, 0
        return min(int(span.removeprefix("bytes=").rstrip("-")) + shift, size)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def serving() -> Iterator[Site]:
    """A site with one file, up until the block ends."""
    site = Site({"/data": CONTENT})
    handler = type("SiteHandler", (Handler,), {"site": site})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        site.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield site
        server.shutdown()
        thread.join()


class Bars:
    """A progress that counts: the total, what was done before, what was done since."""

    def __init__(self) -> None:
        self.bars: list[list[float]] = []

    def __call__(self, label: str, total: float, done: float = 0) -> AbstractContextManager[Bars]:
        self.bars.append([total, done, 0])
        return nullcontext(self)

    def advance(self, steps: float = 1) -> None:
        self.bars[-1][2] += steps


def left(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir() if path.suffix != ".lock"}
