"""The encoder of plain numbers gives all features, some of them, or all but some."""

from __future__ import annotations

import numpy as np
import pytest

import bench
from bench.encoders.numbers import Numbers
from bench.testing import excerpt


@pytest.fixture(scope="module")
def table() -> bench.Table:
    return excerpt().take(np.arange(5))


def test_features_are_chosen_or_left_out(table: bench.Table) -> None:
    assert np.array_equal(Numbers().encode(table, {})["numbers"], table.x)
    chosen = Numbers(only=("m_jj", "j1_pt")).encode(table, {})["numbers"]
    assert np.array_equal(chosen.T, [table.column("m_jj"), table.column("j1_pt")])
    left = Numbers(leave_out=("m_jj", "j1_pt")).encode(table, {})["numbers"]
    columns = [i for i, column in enumerate(table.columns) if column.name not in ("m_jj", "j1_pt")]
    assert np.array_equal(left, table.x[:, columns])


def test_a_choice_that_cannot_be_is_refused(table: bench.Table) -> None:
    for odd in (Numbers(only=("mjj",)), Numbers(leave_out=("mjj",))):
        with pytest.raises(bench.InputError, match="no column 'mjj'"):
            odd.encode(table, {})
    with pytest.raises(bench.InputError, match="leaves no feature"):
        Numbers(leave_out=tuple(c.name for c in table.columns)).encode(table, {})
    with pytest.raises(ValueError, match="not both"):
        Numbers(only=("m_jj",), leave_out=("j1_pt",))
