"""Fixtures of the package's tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from events import base

__all__ = ["base"]


@pytest.fixture(scope="session", autouse=True)
def one_thread() -> Iterator[None]:
    """So small a model is slower on several threads, above all where they are busy."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)
