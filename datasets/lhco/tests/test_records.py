"""What a record lists, and a dataset downloaded by it, from a server on this machine."""

from __future__ import annotations

import json
from hashlib import md5
from pathlib import Path

import pytest
from bench_lhco.cards import FileCard
from bench_lhco.download import get, get_file, listing
from bench_lhco.records import Publication, publication
from server import CONTENT, HASTY, Site, left

from bench import Context, InputError, RequestError

KEY = b"0\n1\n"
PUBLISHED = Publication(
    FileCard("events", "box.h5", record=7), FileCard("key", "box.masterkey", record=7)
)


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
    files = listing(7, api=f"{record.url}/api", retries=HASTY)
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
        listing(7, api=f"{record.url}/api", retries=HASTY)


def test_a_dataset_comes_with_its_key(record: Site, context: Context) -> None:
    path = get(PUBLISHED, context, api=f"{record.url}/api", retries=HASTY)
    assert path == context.data / "box.h5"
    assert path.read_bytes() == CONTENT
    assert (context.data / "box.masterkey").read_bytes() == KEY
    record.ranges_asked.clear()
    assert get(PUBLISHED, context, api=f"{record.url}/api", retries=HASTY) == path
    assert record.ranges_asked == []


def test_what_is_there_is_verified(record: Site, context: Context) -> None:
    api = f"{record.url}/api"
    path = context.data / "box.h5"
    path.write_bytes(CONTENT)
    assert get_file(PUBLISHED.events, context, api=api, retries=HASTY) == path
    assert record.ranges_asked == [None]
    path.write_bytes(CONTENT[1:])
    with pytest.raises(InputError, match=r"sha256 is .*; move the file away"):
        get_file(PUBLISHED.events, context, api=api, retries=HASTY)
    assert path.read_bytes() == CONTENT[1:]


def test_a_known_sha256_counts_as_well(record: Site, context: Context) -> None:
    card = FileCard("events", "box.h5", record=7, sha256="0" * 64)
    with pytest.raises(InputError, match="wanted 0000"):
        get_file(card, context, api=f"{record.url}/api", retries=HASTY)
    assert left(context.data) == set()


def test_where_the_files_of_a_dataset_are_says_its_card() -> None:
    published = publication("blackbox3")
    assert (published.events.record, published.events.name) == (
        4536624,
        "events_LHCO2020_BlackBox3.h5",
    )
    assert published.key.name == "events_LHCO2020_BlackBox3.masterkey"
    assert publication("rd3").events.label == 1
    with pytest.raises(RequestError, match="dataset 'rdd' is not published: did you mean rd"):
        publication("rdd")


def test_a_name_that_the_record_lacks_is_refused(record: Site, context: Context) -> None:
    card = FileCard("events", "Box.h5", record=7)
    with pytest.raises(InputError, match=r"no file Box.h5, there is: box.h5, box.masterkey"):
        get_file(card, context, api=f"{record.url}/api", retries=HASTY)


def test_a_file_of_no_record_is_not_asked_for(record: Site, context: Context) -> None:
    with pytest.raises(InputError, match=r"box\.h5: its card tells no record"):
        get_file(FileCard("events", "box.h5"), context, api=f"{record.url}/api", retries=HASTY)
    assert record.ranges_asked == []
