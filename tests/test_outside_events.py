"""Which sample imported scores are of, and what is missing of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from toys import Toy, events

from bench.api.table import Split, Table
from bench.data.sampling import Sample, draw
from bench.guards.evidence import ImportedSample
from bench.outside.events import imported_events
from bench.storage.record import SampleRecord
from bench.storage.store import Store

TABLE = events(4000, 1)
OWN = "the events are a selection of their own, and no sample that the bench draws"


class Box(Toy):
    """Models are fitted on other events."""

    train = "simulation"


def looked(
    ids: np.ndarray, tmp_path: Path, dataset: Toy | None = None, table: Table = TABLE
) -> ImportedSample:
    record = SampleRecord("toy", "twin", "", {}, "outside", "as given", 1, 1, 0.5, "")
    return imported_events(ids, dataset or Toy(), table, record, Store(tmp_path))


def some(ids: np.ndarray, count: int) -> np.ndarray:
    return np.random.default_rng(1).choice(ids, count, replace=False)


@pytest.mark.parametrize("ratio", ["1:1", "1:7", "3:1", "all-signal", "natural"])
def test_a_sample_that_was_drawn_is_whole_and_a_part_of_it_is_not(
    tmp_path: Path, ratio: str
) -> None:
    drawn = draw(TABLE, Sample("test", ratio, 400))
    assert looked(drawn.ids, tmp_path) == ImportedSample()
    part = some(drawn.ids, len(drawn) - 40)
    lost = looked(part, tmp_path).missing
    assert lost is not None
    assert 30 <= lost.signal + lost.background <= 40
    signal = int(drawn.y.sum()) - int(drawn.y[np.isin(drawn.ids, part)].sum())
    assert signal - 3 <= lost.signal <= signal


def test_what_is_missing_of_the_usual_sample_is_counted_by_class(tmp_path: Path) -> None:
    drawn = draw(TABLE, Sample("test", "natural"))
    lost = looked(drawn.ids[: len(drawn) - 261], tmp_path).missing
    assert lost is not None
    signal = int(drawn.y[-261:].sum())
    assert (lost.sample, lost.events) == ("test natural @1562", 1562)
    assert (lost.signal, lost.background, lost.strange) == (signal, 261 - signal, 0)


@pytest.mark.parametrize("label", [0, 1])
def test_one_class_alone_is_half_a_sample(tmp_path: Path, label: int) -> None:
    drawn = draw(TABLE, Sample("test", "1:1", 1500))
    lost = looked(drawn.ids[drawn.y == label], tmp_path).missing
    assert lost is not None
    assert (lost.background if label else lost.signal) > 700
    assert not (lost.signal if label else lost.background) > 40


def test_events_that_were_trained_on_are_counted_and_hide_nothing(tmp_path: Path) -> None:
    test, train = (draw(TABLE, Sample(split, "natural")).ids for split in ("test", "train"))
    assert looked(np.concatenate([test, train]), tmp_path) == ImportedSample(of_train=len(train))
    less = looked(np.concatenate([test[100:], train]), tmp_path)
    assert less.of_train == len(train)
    assert less.missing is not None
    assert less.missing.signal + less.missing.background == 100
    assert looked(train, tmp_path).unlike == OWN


@pytest.mark.parametrize("count", [1, 300])
def test_events_of_ones_own_choice_are_no_sample(tmp_path: Path, count: int) -> None:
    drawn = draw(TABLE, Sample("test", "natural"))
    assert looked(some(drawn.ids[1:], count), tmp_path).unlike == OWN
    assert looked(some(TABLE.ids, 800), tmp_path).unlike == OWN


def test_where_models_are_fitted_elsewhere_every_event_may_be_scored(tmp_path: Path) -> None:
    whole = looked(TABLE.ids, tmp_path, Box())
    assert (whole.missing, whole.fitted_on) == (None, "simulation")
    lost = looked(some(TABLE.ids, 3000), tmp_path, Box()).missing
    assert lost is not None
    assert (lost.sample, lost.signal + lost.background) == ("all natural @4000", 1000)


def test_a_published_division_says_which_events_are_for_training(tmp_path: Path) -> None:
    late = np.arange(len(TABLE)) >= 2400
    splits = np.where(late, Split.TEST, Split.TRAIN).astype(np.int8)
    divided = replace(TABLE, splits=splits)
    assert looked(TABLE.ids[late], tmp_path, table=divided) == ImportedSample()
    assert looked(TABLE.ids[~late], tmp_path, table=divided).of_train == 2400
