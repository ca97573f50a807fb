"""Values that no event may have: each is named with the event's number and counted."""

from __future__ import annotations

from pathlib import Path

import h5py
import numpy as np
import pytest
from bench_lhco.events import Events
from bench_lhco.files import check, slices
from bench_lhco.files.values import _faults, _sound

from bench import Context, InputError

WHERE = "df/block0_values"


def rows(n: int = 10) -> np.ndarray:
    table = np.zeros((n, 2101))
    table[:, :9] = (120.0, 0.5, -1.0, 80.0, -0.5, 2.0, 3.0, 1.5, 3.1)
    table[:, 0] += np.arange(n)
    return table


def stored(path: Path, data: np.ndarray) -> Path:
    with h5py.File(path, "w") as f:
        f.create_dataset(WHERE, data=data)
    return path


BAD = {
    "nan pt": (0, np.nan, "a value that is NaN or infinite"),
    "nan phi": (5, np.nan, "a value that is NaN or infinite"),
    "inf eta": (4, np.inf, "a value that is NaN or infinite"),
    "beyond float32": (3, 1e300, "a value that is NaN or infinite"),
    "nan in the padding": (1500, np.nan, "a value that is NaN or infinite"),
    "negative pt": (3, -80.0, "a negative pt"),
    "MeV": (0, 120e3, r"a pt above 100000 GeV"),
    "absurd eta": (1, -10.5, r"an \|eta\| above 10"),
    "degrees": (2, 90.0, r"a \|phi\| above 6.3 rad"),
    "after the padding": (12, 5.0, "a particle after the zero padding"),
    "padding with an eta": (10, 0.5, "an eta or phi where pt is 0"),
    "label 0.5": (2100, 0.5, "a label other than 0 or 1"),
    "label NaN": (2100, np.nan, "a label other than 0 or 1"),
    "label 2": (2100, 2.0, "a label other than 0 or 1"),
}


@pytest.mark.parametrize("bad", BAD)
def test_invalid_values_are_named_and_counted(tmp_path: Path, bad: str) -> None:
    column, value, what = BAD[bad]
    data = rows(10)
    data[[3, 5, 9], column] = value
    path = stored(tmp_path / "events.h5", data)
    reading = slices(path, 3)
    assert len(next(reading)) == 3
    message = f"event 3 has {what}; 2 invalid events among events 3 to 5"
    with pytest.raises(InputError, match=message) as caught:
        next(reading)
    assert "\n" not in str(caught.value)


def test_an_event_without_particles_is_invalid(tmp_path: Path) -> None:
    data = rows(4)
    data[1, :2100] = 0
    with pytest.raises(InputError, match="event 1 has no particle at all; 1 invalid event among"):
        list(slices(stored(tmp_path / "events.h5", data)))


def test_the_first_bad_event_gives_the_reason(tmp_path: Path) -> None:
    data = rows(6)
    data[4, 0] = np.nan
    data[2, 3] = -1.0
    with pytest.raises(InputError, match="event 2 has a negative pt; 2 invalid events among"):
        list(slices(stored(tmp_path / "events.h5", data)))


def test_check_counts_through_the_whole_file(tmp_path: Path) -> None:
    data = rows(2100).astype(np.float32)
    data[[1500, 1501], 3] = -1.0
    data[2099, 0] = np.nan
    path = stored(tmp_path / "events.h5", data)
    context = Context(data=tmp_path, scratch=tmp_path, checkpoints=tmp_path)
    with pytest.raises(InputError, match="event 1500 has a negative pt; 3 of 2100 events"):
        check(path, context)


@pytest.mark.parametrize("column", [0, 1, 2, 3, 6, 9, 10, 11, 12, 2097, 2099])
@pytest.mark.parametrize("value", [0.0, -0.0, 1e-40, 5.0, -3.0, 8.0, 11.0, 2e5, np.nan, -np.inf])
def test_few_looks_at_the_values_tell_the_same_as_many(column: int, value: float) -> None:
    data = rows(3)
    data[1, column] = value
    padded = data[:, :2100].astype(np.float32).reshape(3, 700, 3)
    assert _sound(Events(padded, np.zeros(3, np.int8))) == (not _faults(padded))
