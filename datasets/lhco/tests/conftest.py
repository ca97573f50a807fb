"""Fixtures of the package's tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from server import Site, serving


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with serving() as running:
        yield running
