"""Which columns an asked model is not given: what its encoders make is compared, whatever it is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import bench
from bench.asking import rows
from bench.asking.rows import unread
from bench.running.stored_fit import StoredFit

COLUMNS = [bench.Column("read", "1", "is read"), bench.Column("other", "1", "is not")]


class Views:
    """Inputs of one view."""

    def __init__(self, view: Any) -> None:
        self.views = {"view": view}


def fit(
    monkeypatch: pytest.MonkeyPatch, form: Any, ranges: dict[str, tuple[float, float]]
) -> StoredFit:
    context = bench.Context(data=Path(), scratch=Path(), checkpoints=Path())
    none: Any = None
    monkeypatch.setattr(StoredFit, "inputs", lambda _, table: Views(form(table.x[:, 0])))
    return StoredFit(COLUMNS, ranges, None, none, [], none, none, context)


FORMS: list[Any] = [
    lambda x: x,
    lambda x: np.array([f"{v:g}" for v in x]),
    lambda x: np.array([f"{v:g}" for v in x], dtype=object),
    lambda x: [f"{v:g}" for v in x],
    lambda x: [[("v", float(v)), np.array([v, np.nan])] for v in x],
    lambda x: [[f"{v:g}"] * (1 + (v > 0)) for v in x],
]


@pytest.mark.parametrize("form", FORMS)
def test_views_of_any_kind_are_compared(form: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    ranges = {"read": (0.0, 1.0), "other": (0.0, 1.0)}
    assert unread(fit(monkeypatch, form, ranges), {}, ["read", "other"]) == ["other"]


def test_a_column_that_is_constant_in_train_is_demanded(monkeypatch: pytest.MonkeyPatch) -> None:
    ranges = {"read": (1.0, 1.0), "other": (0.0, 1.0)}
    one = fit(monkeypatch, FORMS[0], ranges)
    assert unread(one, {}, ["read", "other"]) == ["other"]
    assert unread(one, {"other": 0.5}, ["read"]) == []


def test_not_a_number_is_the_same_twice() -> None:
    nan = np.array([np.nan, 1.0])
    assert rows._equal(nan, nan.copy())
    assert not rows._equal(nan, np.array([np.nan, 2.0]))
