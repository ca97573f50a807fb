"""Particles as a view of the core: taken, permuted, probed, read again, shown, and checked."""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from bench_lhco.view.encoder import ParticleView

import bench
from bench.data.encode import encode, learn
from bench.data.feature_cache import read_table, write_table
from bench.data.handed import read_inputs, write_inputs
from bench.exporting.folder import export
from bench.guards.encodings import differing
from bench.guards.probing import probe
from bench.plugins.registry import load_registry
from bench.running.parts import resolve_parts
from bench.running.pipeline import run
from bench.running.preview import preview
from bench.storage.fingerprint import table_digest
from bench.storage.request import RunRequest
from bench.storage.store import Store
from bench.testing import excerpt
from bench.testing.check import FAILED
from bench.testing.encoders import checked_encoder, reader
from bench.testing.excerpt import Excerpt
from bench.testing.surroundings import plugin_entry, workplace

ENCODER = ParticleView(most=5)


@pytest.fixture(scope="module")
def table() -> bench.Table:
    return excerpt().take(np.arange(40))


@pytest.fixture(scope="module")
def inputs(table: bench.Table) -> bench.Inputs:
    encoders = [ENCODER]
    return encode(reader(ENCODER.produces), encoders, learn(encoders, table), table)


def test_the_mask_goes_where_the_particles_go(inputs: bench.Inputs) -> None:
    moved = inputs.reordered("particles", np.arange(40)[::-1])
    for name in ("particles", "mask"):
        assert np.array_equal(moved.views[name], inputs.views[name][::-1])
    assert inputs.without("particles").views == {}
    assert inputs.take(np.array([3, 1])).views["particles"].shape == (2, 10, len(bench.PARTICLE))


def test_particles_pass_to_a_fresh_process_and_back(inputs: bench.Inputs, tmp_path: Path) -> None:
    write_inputs(inputs, tmp_path / "inputs.npz")
    again = read_inputs(tmp_path / "inputs.npz").views
    assert {name: view.dtype for name, view in again.items()} == {
        "particles": np.float32,
        "mask": np.bool_,
    }
    assert list(differing(inputs.views, again)) == []
    again["mask"][0, 0] ^= True
    assert list(differing(inputs.views, again)) == ["mask"]


def test_a_table_says_where_more_of_its_events_is(table: bench.Table, tmp_path: Path) -> None:
    other = tmp_path / "other.parquet"
    other.write_bytes(table.beside[0].read_bytes() + b"\n")
    changed = replace(table, beside=(other,))
    digests = {table_digest(t) for t in (table, changed, replace(table, beside=()))}
    assert len(digests) == 3
    write_table(table, tmp_path)
    assert read_table(tmp_path).beside == table.beside


@dataclass(frozen=True)
class _Ignoring:
    """Scores by every feature of the particles but one."""

    place: int

    def score(self, inputs: bench.Inputs) -> Any:
        seen = np.delete(inputs.views["particles"], self.place, axis=2)
        seen = np.where(inputs.views["mask"][..., None], seen, 0)
        return 1 / (1 + np.exp(-seen.sum(axis=(1, 2), dtype=float) / 1e3))

    def save(self, folder: Path) -> None:
        raise NotImplementedError


def test_a_feature_of_particles_that_is_dropped_is_noticed(inputs: bench.Inputs) -> None:
    from bench.guards.b030_connected import Connected

    evidence = probe(reader(ENCODER.produces), _Ignoring(4), inputs, columns=True)
    assert inputs.views["mask"].all()
    assert set(evidence.shuffled) == {"particles"}
    assert set(evidence.columns) == {f"particles[{i}]" for i in range(9)}  # jets stand in order
    assert list(Connected().check(evidence)) == ["columns that play no part: particles[4]"]
    assert evidence.score is not None
    assert np.array_equal(evidence.score(inputs), evidence.scores)


@dataclass(frozen=True)
class _First:
    """Scores by the hardest particle, where it stands first."""

    def score(self, inputs: bench.Inputs) -> Any:
        return 1 / (1 + np.exp(-inputs.views["particles"][:, 0, 2]))

    def save(self, folder: Path) -> None:
        raise NotImplementedError


def test_a_model_that_heeds_the_order_and_says_that_it_does_not_is_found(
    inputs: bench.Inputs,
) -> None:
    from bench_lhco.symmetries import ParticleOrder

    model = reader(ENCODER.produces)
    object.__setattr__(model, "symmetries", frozenset({"particle order"}))
    pooled, first = (probe(model, m, inputs, columns=False) for m in (_Ignoring(4), _First()))
    assert list(ParticleOrder().check(pooled)) == []
    (line,) = ParticleOrder().check(first)
    assert "of 40 events have another score with their particles in another order" in line


class _Unmasked(ParticleView):
    """Leaves numbers where there is no particle."""

    def encode(self, table: bench.Table, learned: Mapping[str, Any]) -> Mapping[str, Any]:
        views = dict(super().encode(table, learned))
        return {**views, "particles": views["particles"] + 1}


class _WithPhi(ParticleView):
    """Declares a symmetry that it breaks."""

    def encode(self, table: bench.Table, learned: Mapping[str, Any]) -> Mapping[str, Any]:
        views = dict(super().encode(table, learned))
        views["particles"][:, 0, 3] = table.column("j2_phi")
        return views


def test_the_kit_knows_what_particles_are() -> None:
    def failing(encoder: bench.Encoder) -> list[str]:
        return [c.requirement for c in checked_encoder(encoder) if c.outcome == FAILED]

    assert failing(ENCODER) == []
    (kinds,) = failing(_Unmasked(most=40))
    assert "particles the same with a mask" in kinds
    assert failing(_WithPhi(most=5)) == ["guard LHCO001 phi-rotation"]


def test_an_exported_model_of_particles_scores_a_data_frame_by_the_code_on_its_card(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    registry = load_registry()
    registry.entries[bench.Dataset]["excerpt"] = plugin_entry(Excerpt)
    options = {"particles.most": "4", "epochs": "1"}
    request = RunRequest(
        plugin="deepsets", dataset="excerpt", options=options, train_events=200, events=100
    )
    monkeypatch.chdir(tmp_path)
    with workplace() as (home, context):
        done = run(request, registry, home, Store(home.root / "runs"), context)[0]
        export(done, tmp_path / "hub", registry, home, context)
        expected, ids = done.scored().score, done.events()
    table = excerpt()
    rows = [int(np.flatnonzero(table.ids == one)[0]) for one in ids]
    frame = pd.DataFrame(table.x[rows], columns=[column.name for column in table.columns])
    frame.assign(event=ids).to_parquet("events.parquet")
    shutil.copy(table.beside[0], "particles.parquet")
    (code,) = re.findall(r"```python\n(.*?)```", Path("hub/README.md").read_text(), re.DOTALL)
    exec(code, {})
    assert (pd.read_parquet("scored.parquet")["score"].to_numpy() == expected).all()
    with pytest.raises(bench.InputError, match="no column event"):
        bench.load_exported("hub").score(frame, beside="particles.parquet")


def test_a_dry_run_shows_what_particles_have() -> None:
    registry = load_registry()
    registry.entries[bench.Dataset]["excerpt"] = plugin_entry(Excerpt)
    request = RunRequest(plugin="deepsets", dataset="excerpt", options={"particles.most": "5"})
    with workplace() as (home, context):
        parts = resolve_parts(request, registry)
        shown = preview(parts, home, Store(home.root / "runs"), context)
    assert not shown.void
    assert "10 particles of an event in the median" in shown.text
    for name in bench.PARTICLE:
        assert f"| {name} " in shown.text
    assert "mask" not in shown.text
