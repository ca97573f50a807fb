"""Downloads from a server on this machine: whole, resumed, verified, refused."""

from __future__ import annotations

from hashlib import md5, sha256
from pathlib import Path

import pytest
from bench_lhco.download import fetch
from filelock import FileLock
from server import CONTENT, HASTY, Bars, Site, left

from bench import InputError


def download(site: Site, path: Path, bars: Bars | None = None, **options: object) -> Path:
    known = {"size": len(CONTENT), "md5": md5(CONTENT).hexdigest()} | options
    return fetch(f"{site.url}/data", path, progress=bars or Bars(), retries=HASTY, **known)


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
    assert site.ranges_asked[0] is None
    arrived = int(site.ranges_asked[1].removeprefix("bytes=").rstrip("-"))
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
    site.ranges_asked.clear()
    download(site, path)
    assert site.ranges_asked == [f"bytes={arrived}-"]
    assert path.read_bytes() == CONTENT
    assert left(tmp_path) == {"events.h5", "events.h5.sha256"}


def test_a_server_without_ranges_starts_again(site: Site, tmp_path: Path) -> None:
    site.ranges = False
    site.cuts = [600_000]
    bars = Bars()
    path = download(site, tmp_path / "events.h5", bars)
    assert path.read_bytes() == CONTENT
    assert site.ranges_asked[1] is not None
    assert bars.bars[1] == [len(CONTENT), 0, len(CONTENT)]


def test_a_file_that_changed_meanwhile_starts_again(site: Site, tmp_path: Path) -> None:
    (tmp_path / "events.h5.part").write_bytes(b"old" * 1000)
    (tmp_path / "events.h5.part.etag").write_text('"another"')
    assert download(site, tmp_path / "events.h5").read_bytes() == CONTENT
    assert site.ranges_asked == ["bytes=3000-"]


def test_an_answer_that_begins_elsewhere_starts_again(site: Site, tmp_path: Path) -> None:
    (tmp_path / "events.h5.part").write_bytes(CONTENT[:1000])
    site.shift = 7
    assert download(site, tmp_path / "events.h5").read_bytes() == CONTENT
    assert site.ranges_asked == ["bytes=1000-", None]


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
    assert site.ranges_asked == [None]


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
    assert site.ranges_asked == []


def test_a_missing_file_is_not_tried_again(site: Site, tmp_path: Path) -> None:
    site.files.clear()
    with pytest.raises(InputError, match="the server answers 404"):
        download(site, tmp_path / "events.h5")
    assert len(site.ranges_asked) == 1


def test_a_busy_server_is_tried_again(site: Site, tmp_path: Path) -> None:
    site.states = [503, 429]
    assert download(site, tmp_path / "events.h5").read_bytes() == CONTENT
    site.states = [503] * 9
    with pytest.raises(InputError, match="the server answers 503"):
        download(site, tmp_path / "other.h5")
    assert len(site.ranges_asked) == 6


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
