"""The dataset that a command names."""

from __future__ import annotations

from collections.abc import Mapping

from bench.api.parts import Dataset


def named(name: str, options: Mapping[str, str] | None = None) -> Dataset:
    """A dataset of any plugin, with these options.

    Raises:
        RequestError: no such dataset, or no such option of it.
    """
    return offered(name, options)[0]


def offered(name: str, options: Mapping[str, str] | None = None) -> tuple[Dataset, str]:
    """The same, and the distribution that it comes from."""
    from bench.plugins.options import build
    from bench.plugins.registry import load_registry

    entry = load_registry().find(Dataset, name)
    return build(entry.part, options or {}), entry.distribution
