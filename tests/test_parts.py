"""What parts do of themselves."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

import bench


def test_a_plugin_of_a_single_module_has_no_card(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "alone.py").write_text(
        "import bench\n\n\nclass Alone(bench.Dataset):\n    name = 'alone'\n"
        "    def open(self, edition, file, context): ...\n"
        "    def table(self, source, context): ...\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    from alone import Alone  # type: ignore[import-not-found]

    monkeypatch.delitem(sys.modules, "alone", raising=False)
    with pytest.raises(bench.RequestError, match="dataset 'alone' has no card"):
        Alone().card()
