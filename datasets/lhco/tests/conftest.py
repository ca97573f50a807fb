"""Fixtures of the package's tests."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from bench_lhco import records
from msgspec import structs
from server import Site, serving

import bench


@pytest.fixture
def unregistered(monkeypatch: pytest.MonkeyPatch) -> None:
    """No published file's hash is known, so that a small one can take its place."""

    def publication(dataset: str) -> records.Publication:
        published = known(dataset)
        return replace(published, events=structs.replace(published.events, sha256=None))

    known = records.publication
    monkeypatch.setattr(records, "publication", publication)


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with serving() as running:
        yield running


@pytest.fixture
def context(tmp_path: Path) -> bench.Context:
    return bench.Context(data=tmp_path / "data", scratch=tmp_path / "s", checkpoints=tmp_path)


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read in this process, which takes no second to start."""
    monkeypatch.setattr(
        "bench_lhco.imported.portions.isolated", lambda work, path, *more: work(path, *more)
    )
