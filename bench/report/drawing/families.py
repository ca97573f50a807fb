"""The colour of each family of models, the same in every figure of a report's first screen."""

from __future__ import annotations

from collections.abc import Sequence

from bench.report.tested import Tested


def colours(tests: Sequence[Tested]) -> dict[str, str]:
    """A colour of the usual cycle for each family, by the order in which they first appear."""
    families = dict.fromkeys(setting.family for one in tests for setting in one.settings)
    return {family: f"C{place}" for place, family in enumerate(families)}
