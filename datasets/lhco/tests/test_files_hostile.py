"""What the reader itself says of files that it must refuse, and which filters it undoes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import hdf5plugin
import pytest
from bad_inputs import READ_FIRST, Bad, damaged, rows, stored
from bench_lhco.files import read_layout, slices

from bench import InputError


@pytest.mark.parametrize("bad", READ_FIRST, ids=lambda bad: bad.name)
def test_refused_before_reading(tmp_path: Path, bad: Bad) -> None:
    path = tmp_path / "events.h5"
    bad.make(path)
    for action in (read_layout, lambda p: list(slices(p))):
        with pytest.raises(InputError, match=bad.message) as caught:
            action(path)
        assert str(caught.value).startswith(str(path))
        assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"compression": "gzip", "shuffle": True, "fletcher32": True},
        {"compression": "lzf"},
        hdf5plugin.Blosc(),
        hdf5plugin.Blosc2(),
    ],
    ids=["plain", "gzip", "lzf", "blosc", "blosc2"],
)
def test_allowed_filters_are_read(tmp_path: Path, options: Mapping[str, Any]) -> None:
    path = stored(tmp_path / "events.h5", rows(), **options)
    (events,) = slices(path)
    assert events.padded[:, 0, 0].tolist() == [120.0 + i for i in range(10)]


def test_a_damaged_chunk_is_named(tmp_path: Path) -> None:
    path = stored(tmp_path / "events.h5", rows(), chunks=(5, 2101), fletcher32=True)
    damaged(path, 3)
    reading = slices(path, 5)
    assert len(next(reading)) == 5
    with pytest.raises(InputError, match="events 5 to 10 are damaged") as caught:
        next(reading)
    assert "\n" not in str(caught.value)
