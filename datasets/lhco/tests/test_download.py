"""Downloads from a server on this machine: whole, resumed, verified, refused."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from hashlib import md5, sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from bench_lhco.download import fetch, get, get_file, listing
from bench_lhco.files.attempts import Patience
from bench_lhco.records import Publication, PublishedFile
from filelock import FileLock

from bench import Context, InputError

CONTENT = bytes(range(256)) * 4000  # 1 024 000 bytes
HASTY = Patience(tries=3, pause=0.0, timeout=5.0)


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
    asked: list[str | None] = field(default_factory=list)
    """The Range of each request."""
    conditions: list[str | None] = field(default_factory=list)
    """The If-Range of each request."""
    shift: int = 0
    """How many bytes too late the next answer to a Range begins."""


class Handler(BaseHTTPRequestHandler):
    site: Site

    def do_GET(self) -> None:
        site = self.site
        site.asked.append(self.headers["Range"])
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
        wanted = self.headers["Range"]
        fresh = self.headers["If-Range"] in (None, self.site.tag)
        if not wanted or not self.site.ranges or not fresh:
            return 0
        shift, self.site.shift = self.site.shift, 0
        return min(int(wanted.removeprefix("bytes=").rstrip("-")) + shift, size)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
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


def download(site: Site, path: Path, bars: Bars | None = None, **options: object) -> Path:
    known = {"size": len(CONTENT), "md5": md5(CONTENT).hexdigest()} | options
    return fetch(f"{site.url}/data", path, progress=bars or Bars(), patience=HASTY, **known)


def left(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir() if path.suffix != ".lock"}


def test_a_whole_download(site: Site, tmp_path: Path) -> None:
    path = tmp_path / "new" / "events.h5"
    bars = Bars()
    assert download(site, path, bars) == path
    assert path.read_bytes() == CONTENT
    digest = sha256(CONTENT).hexdigest()
    assert (tmp_path / "new" / "events.h5.sha256").read_text() == f"{digest}  events.h5\n"
    assert left(path.parent) == {"events.h5", "events.h5.sha256"}
    assert bars.bars == [[len(CONTENT), 0, len(CONTENT)]]


def test_a_cut_connection_goes_on_where_it_ended(site: Site, tmp_path: Path) -> None:
    site.cuts = [600_000]
    bars = Bars()
    path = download(site, tmp_path / "events.h5", bars)
    assert path.read_bytes() == CONTENT
    assert site.asked[0] is None
    arrived = int(site.asked[1].removeprefix("bytes=").rstrip("-"))
    assert 0 < arrived <= 600_000
    assert bars.bars[1] == [len(CONTENT), arrived, len(CONTENT) - arrived]


def test_a_later_process_goes_on_where_it_ended(site: Site, tmp_path: Path) -> None:
    site.cuts = [300_000, 0, 0]
    path = tmp_path / "events.h5"
    with pytest.raises(InputError, match="after 3 tries in a row; wanted a network") as caught:
        download(site, path)
    assert "\n" not in str(caught.value)
    arrived = (tmp_path / "events.h5.part").stat().st_size
    assert 0 < arrived <= 300_000
    assert not path.exists()
    site.asked.clear()
    download(site, path)
    assert site.asked == [f"bytes={arrived}-"]
    assert path.read_bytes() == CONTENT
    assert left(tmp_path) == {"events.h5", "events.h5.sha256"}


def test_a_server_without_ranges_starts_again(site: Site, tmp_path: Path) -> None:
    site.ranges = False
    site.cuts = [600_000]
    bars = Bars()
    path = download(site, tmp_path / "events.h5", bars)
    assert path.read_bytes() == CONTENT
    assert site.asked[1] is not None
    assert bars.bars[1] == [len(CONTENT), 0, len(CONTENT)]


def test_a_file_that_changed_meanwhile_starts_again(site: Site, tmp_path: Path) -> None:
    (tmp_path / "events.h5.part").write_bytes(b"old" * 1000)
    (tmp_path / "events.h5.part.etag").write_text('"another"')
    assert download(site, tmp_path / "events.h5").read_bytes() == CONTENT
    assert site.asked == ["bytes=3000-"]


def test_an_answer_that_begins_elsewhere_starts_again(site: Site, tmp_path: Path) -> None:
    (tmp_path / "events.h5.part").write_bytes(CONTENT[:1000])
    site.shift = 7
    assert download(site, tmp_path / "events.h5").read_bytes() == CONTENT
    assert site.asked == ["bytes=1000-", None]


@pytest.mark.parametrize(("tag", "condition"), [('"one"', '"one"'), ('W/"one"', None)])
def test_only_a_strong_tag_is_a_condition(
    site: Site, tmp_path: Path, tag: str, condition: str | None
) -> None:
    site.tag = tag
    site.cuts = [600_000]
    download(site, tmp_path / "events.h5")
    assert site.conditions == [None, condition]


def test_a_whole_part_needs_no_network(tmp_path: Path) -> None:
    (tmp_path / "events.h5.part").write_bytes(CONTENT)
    path = download(Site(url="http://127.0.0.1:1"), tmp_path / "events.h5")
    assert path.read_bytes() == CONTENT


def test_a_part_that_is_too_long_starts_again(site: Site, tmp_path: Path) -> None:
    (tmp_path / "events.h5.part").write_bytes(CONTENT + b"more")
    assert download(site, tmp_path / "events.h5").read_bytes() == CONTENT
    assert site.asked == [None]


@pytest.mark.parametrize("name", ["md5", "sha256"])
def test_a_wrong_digest_is_refused_and_removed(site: Site, tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match=f"{name} of what was downloaded is .*, wanted 00ff"):
        download(site, tmp_path / "events.h5", **{name: "00ff"})
    assert left(tmp_path) == set()


@pytest.mark.parametrize("size", [len(CONTENT) - 1, len(CONTENT) + 1])
def test_a_wrong_size_is_refused_and_removed(site: Site, tmp_path: Path, size: int) -> None:
    with pytest.raises(InputError, match=f"{len(CONTENT)} bytes, wanted {size}"):
        download(site, tmp_path / "events.h5", size=size)
    assert left(tmp_path) == set()


def test_a_digest_is_needed(site: Site, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no md5 and no sha256"):
        download(site, tmp_path / "events.h5", md5=None)
    assert site.asked == []


def test_a_missing_file_is_not_tried_again(site: Site, tmp_path: Path) -> None:
    site.files.clear()
    with pytest.raises(InputError, match="the server answers 404"):
        download(site, tmp_path / "events.h5")
    assert len(site.asked) == 1


def test_a_busy_server_is_tried_again(site: Site, tmp_path: Path) -> None:
    site.states = [503, 429]
    assert download(site, tmp_path / "events.h5").read_bytes() == CONTENT
    site.states = [503] * 9
    with pytest.raises(InputError, match="the server answers 503"):
        download(site, tmp_path / "other.h5")
    assert len(site.asked) == 6


def test_without_a_network_the_error_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"NewConnectionError.*wanted a network") as caught:
        download(Site(url="http://127.0.0.1:1"), tmp_path / "events.h5")
    assert "\n" not in str(caught.value)
    with pytest.raises(InputError, match="cannot be downloaded"):
        download(Site(url="nowhere:/"), tmp_path / "events.h5")


def test_only_one_process_downloads_a_file(site: Site, tmp_path: Path) -> None:
    with (
        FileLock(tmp_path / "events.h5.lock"),
        pytest.raises(InputError, match="another process is downloading it"),
    ):
        download(site, tmp_path / "events.h5")
    assert download(site, tmp_path / "events.h5").read_bytes() == CONTENT


KEY = b"0\n1\n"
PUBLISHED = Publication(PublishedFile(7, "box.h5"), key=PublishedFile(7, "box.masterkey"))


@pytest.fixture
def record(site: Site) -> Site:
    """A record of two files, listed as Zenodo does."""
    contents = {"box.h5": CONTENT, "box.masterkey": KEY}
    entries = []
    for name, body in contents.items():
        path = f"/api/records/7/files/{name}/content"
        site.files[path] = body
        checksum = f"md5:{md5(body).hexdigest()}"
        links = {"self": site.url + path}
        entries.append({"key": name, "size": len(body), "checksum": checksum, "links": links})
    site.files["/api/records/7"] = json.dumps({"id": 7, "files": entries}).encode()
    return site


@pytest.fixture
def context(tmp_path: Path) -> Context:
    return Context(data=tmp_path, scratch=tmp_path, checkpoints=tmp_path)


def test_a_record_is_listed(record: Site) -> None:
    files = listing(7, api=f"{record.url}/api", patience=HASTY)
    assert sorted(files) == ["box.h5", "box.masterkey"]
    assert files["box.masterkey"].size == 4
    assert files["box.masterkey"].md5 == md5(KEY).hexdigest()


@pytest.mark.parametrize(
    "answer",
    [
        "<html>",
        "[]",
        '{"files": 3}',
        '{"files": [{"key": "box.h5"}]}',
        '{"files": [{"key": "a", "size": 1, "checksum": "crc:0", "links": {"self": "b"}}]}',
    ],
)
def test_an_answer_in_another_form_is_refused(record: Site, answer: str) -> None:
    record.files["/api/records/7"] = answer.encode()
    with pytest.raises(InputError, match="no list of files in the answer"):
        listing(7, api=f"{record.url}/api", patience=HASTY)


def test_a_dataset_comes_with_its_key(record: Site, context: Context) -> None:
    path = get(PUBLISHED, context, api=f"{record.url}/api", patience=HASTY)
    assert path == context.data / "box.h5"
    assert path.read_bytes() == CONTENT
    assert (context.data / "box.masterkey").read_bytes() == KEY
    record.asked.clear()
    assert get(PUBLISHED, context, api=f"{record.url}/api", patience=HASTY) == path
    assert record.asked == []


def test_what_is_there_is_verified(record: Site, context: Context) -> None:
    api = f"{record.url}/api"
    path = context.data / "box.h5"
    path.write_bytes(CONTENT)
    assert get_file(PUBLISHED.events, context, api=api, patience=HASTY) == path
    assert record.asked == [None]
    path.write_bytes(CONTENT[1:])
    with pytest.raises(InputError, match=r"sha256 is .*; move the file away"):
        get_file(PUBLISHED.events, context, api=api, patience=HASTY)
    assert path.read_bytes() == CONTENT[1:]


def test_a_known_sha256_counts_as_well(record: Site, context: Context) -> None:
    wanted = PublishedFile(7, "box.h5", sha256="00ff")
    with pytest.raises(InputError, match="wanted 00ff"):
        get_file(wanted, context, api=f"{record.url}/api", patience=HASTY)
    assert left(context.data) == set()


def test_a_name_that_the_record_lacks_is_refused(record: Site, context: Context) -> None:
    wanted = PublishedFile(7, "Box.h5")
    with pytest.raises(InputError, match=r"no file Box.h5, there is: box.h5, box.masterkey"):
        get_file(wanted, context, api=f"{record.url}/api", patience=HASTY)
