"""Fixtures of the package's tests."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from bench_lhco import records
from server import Site, serving


@pytest.fixture
def unregistered(monkeypatch: pytest.MonkeyPatch) -> None:
    """No published file's hash is known, so that a small one can take its place."""

    def publication(dataset: str) -> records.Publication:
        found = known(dataset)
        return replace(found, events=replace(found.events, sha256=None))

    known = records.publication
    monkeypatch.setattr(records, "publication", publication)


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with serving() as running:
        yield running
