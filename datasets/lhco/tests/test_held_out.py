"""The held-out signal on published background, which no model may have been fitted on."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from bench_lhco.datasets import ResearchAndDevelopment
from bench_lhco.events import Events, event_ids
from bench_lhco.files import slices, write
from bench_lhco.held_out import ThreeProngs
from bench_lhco.records import publication
from sprays import sprays, unlabelled

import bench
from bench.data.feature_cache import load_table
from bench.storage.fingerprint import table_digest


@pytest.fixture
def context(tmp_path: Path, unregistered: None) -> bench.Context:
    """With small files in place of the published ones: 30 signal events; 40 and 200 others."""
    own = tmp_path / publication("rd3").events.name
    write(own, Events(sprays(30, 0), np.ones(30, np.int8)))
    unlabelled(own)
    labels = np.repeat(np.array([1, 0], np.int8), [40, 200])
    write(tmp_path / publication("rd").events.name, Events(sprays(240, 1), labels))
    return bench.Context(data=tmp_path, scratch=tmp_path / "scratch", checkpoints=tmp_path)


def test_background_is_the_test_split_with_the_weight_of_all(context: bench.Context) -> None:
    dataset = ThreeProngs()
    source = dataset.open(None, None, context)
    assert source.edition == "official"
    table = dataset.table(source, context)
    (own,) = slices(source.file, 1000, labels=1)
    assert set(table.ids[table.y == 1]) == set(event_ids(own.particles))
    research = context.data / publication("rd").events.name
    (events,) = slices(research, 1000)
    ids = event_ids(events.particles)
    tested = ids[(events.labels == 0) & bench.split_rows(ids, "test")]
    assert 40 < len(tested) < 120
    assert set(table.ids[table.y == 0]) == set(tested)
    assert table.weights[table.y == 0].sum() == pytest.approx(200)


def test_both_files_take_part_in_the_digest(context: bench.Context) -> None:
    before = ThreeProngs().open(None, None, context).digest
    research = context.data / publication("rd").events.name
    assert ResearchAndDevelopment().open(None, None, context).digest in before
    write(research, Events(sprays(50, 2), np.zeros(50, np.int8)))
    assert ThreeProngs().open(None, None, context).digest != before


def test_one_published_file_alone_is_not_enough(context: bench.Context) -> None:
    research = context.data / publication("rd").events.name
    research.unlink()
    with pytest.raises(bench.InputError, match=f"{research.name} is not there.*bench data get rd3"):
        ThreeProngs().open("official", None, context)


def test_the_background_is_taken_from_the_table_that_is_there(
    context: bench.Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    tables, research, dataset = context.data / "tables", ResearchAndDevelopment(), ThreeProngs()
    source = research.open(None, None, context)
    load_table(research, "bench-lhco", source, context, tables)
    expected = dataset.table(dataset.open(None, None, context), context)
    monkeypatch.setattr(ResearchAndDevelopment, "table", None)
    source = dataset.open(None, None, context)
    table, reused = load_table(dataset, "bench-lhco", source, context, tables)
    assert not reused
    assert table_digest(table) == table_digest(expected)


def test_particles_are_those_of_both_files(context: bench.Context) -> None:
    dataset = ThreeProngs()
    source = dataset.open(None, None, context)
    table = dataset.table(source, context)
    rows = np.arange(0, len(table), 2)
    parts = list(dataset.particles(source, table.ids[rows], context))
    assert sorted(np.concatenate([part.ids for part in parts])) == sorted(table.ids[rows])
    masses = {i: m for part in parts for i, m in zip(part.ids, part.jets.mass[:, 0], strict=True)}
    expected = table.column("j1_m")[rows]
    np.testing.assert_allclose([masses[i] for i in table.ids[rows]], expected, rtol=1e-5)
